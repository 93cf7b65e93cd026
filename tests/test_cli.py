"""The command line: what a student types, and every way to mistype it."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from autograd_lite.__main__ import evaluate, main
from autograd_lite.errors import ExpressionError


def run(capsys, *argv):
    code = main([*argv])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_whole_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "autograd_lite", "x1*x2 + sin(x1)", "x1=2", "x2=3"],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "utf-8", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split(" | ") == [
        "var", "value  ", "number  ", "partials                     ", "∂v/∂x1   ", "∂v/∂x2", "adjoint",
        "contributions",
    ]  # fmt: skip
    # ∂/∂x1 = x2 + cos x1, ∂/∂x2 = x1
    assert f"gradient: ∂v5/∂x1 = {3 + np.cos(2):.6g}, ∂v5/∂x2 = 2" in lines
    assert lines[-1] == "graph: graph.svg"
    assert ET.parse(tmp_path / "graph.svg").getroot().tag.endswith("svg")


def test_errors_are_one_line_and_exit_two(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "autograd_lite", "sine(x)", "x=1"],
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "utf-8", "PATH": ""},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == ["autograd_lite: unknown function 'sine'; did you mean 'sin'?"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["x1*x2", "x1=2"], "no value for x2: add x2=…"),
        (["x*y*z", "x=2"], "no value for y, z: add y=… z=…"),
        (["x1*x2", "x1=2", "x2=1", "X2=3"], "X2 is not in the expression; did you mean 'x2'?"),
        (["x", "x=1", "x=2"], "x is given twice"),
        (["x", "x"], "'x': a value is given as name=value"),
        (["x", "x="], "'x=': a value is given as name=value"),
        (["x", "x=two"], "x=two: not a number or an array"),
        (["x", "x=[1,[2]]"], "x=[1,[2]]: not a number or an array"),
        (["x +", "x=1"], "cannot read 'x +'"),
        (["", "x=1"], "cannot read ''"),
        (["x\0", "x=1"], "null bytes"),
        (["x; y", "x=1"], "cannot read 'x; y'"),
        (["x^2", "x=1"], "no operator BitXor; the power is written **"),
        (["~x", "x=1"], "no operator Invert"),
        (["x.real", "x=1"], "something else: Attribute"),
        (["x.sin()", "x=1"], "by their plain name"),
        (["[i for i in x]", "x=1", "i=1"], "something else: ListComp"),
        (["lambda: x", "x=1"], "something else: Lambda"),
        (["(y := x)", "x=1", "y=1"], "something else: NamedExpr"),
        (["__import__('os')*x", "x=1"], "unknown function '__import__'"),
        (["sin('x')*x", "x=1"], "numbers, not 'x'"),
        (["sum(*x)", "x=1"], "something else: Starred"),
        (["sum(x, **x)", "x=1"], "a formula has no **"),
        (["0 < x < 1", "x=1"], "compares two things"),
        (["sin", "sin=1", "y=2"], "y is not in the expression"),
        (["x*sin", "x=1"], "sin is a function: write sin(…)"),
        (["sin(x, x)", "x=1"], "takes"),
        (["x @ y", "x=[1,2]", "y=[1,2,3]"], "matmul"),
        (["x*2", "x=[1,2]"], "the result has shape (2,), not one number; write sum(…) around it"),
        (["1 + pi"], "no variable"),
        (["9**9**9*x", "x=1"], "the expression has no value"),
        (["x" + "+x" * 5000, "x=1"], "nested too deeply"),
        (["(" * 300 + "x" + ")" * 300, "x=1"], "cannot read"),
        (["x[3]", "x=[1,2]"], "getitem"),
        (["x", "x=1", "--seed", "y"], "--seed y: no such variable"),
        (["x", "x=1", "--sede", "x"], "unrecognized arguments: --sede"),
        (["x", "x=1", "--format", "pdf"], "invalid choice: 'pdf'"),
        (["x", "x=1", "--out", "graph.xyz"], "no format 'xyz'"),
        (["x", "x=1", "--out", "/proc/no/graph.svg"], "/proc/no"),
        ([], "expression"),
    ],
)
def test_what_cannot_be_understood_gets_one_clear_line(argv, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, *argv)
    assert code == 2
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_formula_may_begin_with_a_minus(capsys):
    code, out, err = run(capsys, "-x**2", "x=-3", "--no-graph")
    assert (code, err) == (0, "")
    assert "gradient: ∂v3/∂x = 6" in out


def test_formats_and_files(capsys, tmp_path):
    code, out, err = run(capsys, "log(x)", "x=2", "--format", "markdown", "--out", str(tmp_path / "g.png"))
    assert code == 0
    assert out.startswith("| var | value |")
    assert err == f"graph: {tmp_path / 'g.png'}\n"  # only the table goes where it may be piped on
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")
    code, out, _ = run(capsys, "log(x)", "x=2", "--format", "latex", "--no-graph")
    assert code == 0
    assert out.startswith(r"\begin{array}")


def test_a_chosen_direction(capsys):
    code, out, _ = run(capsys, "x*y", "x=1", "y=2", "--seed", "x=3", "--seed", "y", "--no-graph")
    assert code == 0
    assert out.splitlines()[4].split(" | ")[4].strip() == "7"  # 3*y + 1*x
    assert "v̇" in out.splitlines()[0]


def test_values_may_be_formulas_and_arrays(capsys):
    code, out, _ = run(capsys, "sum(w*sin(t)) + σ", "w=[1, 2]", "t=pi/2", "σ=-1e-3", "--no-graph")
    assert code == 0
    assert "∂v7/∂w = [1, 1]" in out
    assert "∂v7/∂σ = 1" in out


def test_without_graphviz_the_note_is_on_stderr(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda program: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    code, out, err = run(capsys, "x", "x=1", "--out", str(tmp_path / "g.svg"))
    assert code == 0
    assert "pip install 'autograd-lite[draw]'" in err
    assert f"graph: {tmp_path / 'g.dot'}" in out


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("2*x - 3/x + x**2 % 5 // 1", 2 * 3.0 - 3 / 3.0 + 3.0**2 % 5 // 1),
        ("-x + +x", 0.0),
        ("where(x > 2, x, 0)", 3.0),
        ("where((x >= 2) & (x <= 4), 1, 0) + where((x < 2) | (x != 3), 1, 0)", 1.0),
        ("sum([x, 2, 3])", 8.0),
        ("[1, 2, 3][1]", 2.0),
        ("sum([1, 2, 3, 4][1:3])", 5.0),
        ("sum([[1, 2], [3, 4]], axis=0)[0]", 4.0),
        ("[1, 2] @ [3, 4]", 11.0),
        ("ln(e) + cos(pi)", 0.0),
        ("clip(x, 0, 2)", 2.0),
        ("max([1, x])", 3.0),
        ("x == 3", True),
    ],
)
def test_evaluate(expression, expected):
    assert evaluate(expression, {"x": 3.0}) == pytest.approx(expected)


def test_evaluate_says_which_name_has_no_value():
    with pytest.raises(ExpressionError, match="no value for 'sigm'; did you mean 'sigma'"):
        evaluate("2*sigm", {"sigma": 1.0})
