"""The command line: what it writes, and the one line it says when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import nn
from nn.__main__ import main
from nn.data.tables import TableError, digits, read_csv

SVG, PNG = b"<?xml", b"\x89PNG"


def write(path, header, rows):
    path.write_text("\n".join([",".join(header), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return str(path)


@pytest.fixture
def table(tmp_path):
    """y = 3 x - 2 for red rows, 3 x + 2 for blue ones, and which of both is larger."""
    rng = np.random.default_rng(0)
    rows = [
        (round(x, 3), c, round(3 * x + (2 if c == "blue" else -2), 3))
        for x, c in zip(rng.normal(size=150), ["red", "blue"] * 75, strict=True)
    ]
    return write(tmp_path / "data.csv", ["x", "colour", "y"], rows)


def test_regression_from_a_csv_file(table, tmp_path, capsys):
    out = tmp_path / "new" / "report"
    arguments = ["train", table, "--target", "y", "--hidden", "16,8", "--activation", "tanh", "--epochs", "80"]
    assert main([*arguments, "--lr", "0.01", "--batch-size", "16", "--seed", "1", "--out", str(out), "--quiet"]) == 0
    said = capsys.readouterr().out
    score = float(said.split("test R² ")[1].split(",")[0])
    assert score > 0.99
    for name, magic in (("curves.png", PNG), ("predicted.png", PNG)):
        assert (out / name).read_bytes().startswith(magic)
    model, kept = nn.load(out / "weights.safetensors"), nn.io.metadata(out / "weights.safetensors")
    assert [m.out_features for m in model if isinstance(m, nn.Linear)] == [16, 8, 1]
    assert kept["columns"] == ["x", "colour_blue", "colour_red"]
    data = read_csv(table, "y")
    learn, _ = data.parts(0.2, seed=1)
    assert np.allclose(kept["mean"], data.X[learn].mean(axis=0), rtol=1e-12)  # never of test rows; one sum's rounding
    row = (np.array([[0.5, 1.0, 0.0]]) - kept["mean"]) / kept["scale"]  # the file alone predicts from a raw row
    predicted = nn.predict(model, row)[0, 0] * kept["target_scale"] + kept["target_mean"]
    assert abs(predicted - 3.5) < 0.5  # a tenth of the spread of the target


def test_classification_from_a_csv_file(table, tmp_path, capsys):
    out = tmp_path / "report"
    arguments = ["train", table, "--target", "colour", "--optimizer", "sgd", "--lr", "0.1", "--epochs", "80"]
    assert main([*arguments, "--out", str(out), "--quiet"]) == 0
    assert float(capsys.readouterr().out.split("test accuracy ")[1].split("%")[0]) > 90
    assert nn.io.metadata(out / "weights.safetensors")["classes"] == ["blue", "red"]
    assert not (out / "misclassified.png").exists()


def test_digits(tmp_path, capsys):
    assert main(["train", "digits", "--epochs", "2", "--hidden", "", "--out", str(tmp_path), "--quiet"]) == 0
    assert "1437 rows to learn from, 360 to test on, 64 inputs" in capsys.readouterr().out
    assert (tmp_path / "misclassified.png").read_bytes().startswith(PNG)
    assert len(nn.load(tmp_path / "weights.safetensors")) == 1


def test_the_demo_checks_the_lecture_and_reads_digits(tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path), "--quiet"]) == 0
    said = capsys.readouterr().out
    for part in ("v4/v3", "-v4/v3**2", "v̄8·∂v8/∂v3", "closed form"):
        assert part in said
    assert float(said.split("largest difference: ")[1].split()[0]) < 1e-15  # the numbers are of size 1
    assert float(said.split("test accuracy ")[1].split("%")[0]) >= 97
    for name, magic in [
        ("log_density.svg", SVG),
        ("network_loss.svg", SVG),
        ("curves.png", PNG),
        ("misclassified.png", PNG),
    ]:
        assert (tmp_path / name).read_bytes().startswith(magic)
        assert str(tmp_path / name) in said
    assert "Linear(64, 128)" in (tmp_path / "network_loss.svg").read_text()
    images = digits()
    scaled = images.X / np.array(nn.io.metadata(tmp_path / "weights.safetensors")["scale"])
    guess = nn.predict(nn.load(tmp_path / "weights.safetensors"), scaled).argmax(axis=1)
    assert np.mean(guess == images.y) > 0.98  # most of these rows it has seen


NUMBERS = [(i, i % 3, 1.5 * i) for i in range(30)]
MISTAKES = {
    "cannot be read as CSV": (None, ["--target", "y"]),
    "there is no column 'yy'; did you mean 'y'?": (NUMBERS, ["--target", "yy"]),
    "missing values (1 in 'x', 2 in 'c')": ([("", 1, 2), (1, "", 2), (3, "", 3), *NUMBERS], ["--target", "y"]),
    "infinite in 'x'": ([("inf", 1, 2), *NUMBERS], ["--target", "y"]),
    "the target 'y' is 7 in all rows": ([(i, i, 7) for i in range(30)], ["--target", "y"]),
    "too few; 10 of 2": (NUMBERS[:5], ["--target", "y"]),
    "column 'c' has 60 different texts": ([(i, f"t{i}", i) for i in range(60)], ["--target", "y"]),
    "has 60 different texts: too many classes": ([(i, i, f"t{i}") for i in range(60)], ["--target", "y"]),
    "too few rows to hold out 20%": ([(i, i, int(i == 0)) for i in range(30)], ["--target", "y"]),
    "say with --target": (NUMBERS, []),
    "did you mean 'tanh'?": (NUMBERS, ["--target", "y", "--activation", "tahn"]),
    "did you mean 'adam'?": (NUMBERS, ["--target", "y", "--optimizer", "adm"]),
    "lr is a finite number": (NUMBERS, ["--target", "y", "--lr", "-1"]),
}


@pytest.mark.parametrize("words", MISTAKES)
def test_mistakes_are_one_line_and_status_2(words, tmp_path, capsys):
    rows, options = MISTAKES[words]
    path = tmp_path / "data.csv"
    if rows is not None:
        write(path, ["x", "c", "y"], rows)
    assert main(["train", str(path), *options, "--out", str(tmp_path / "out"), "--quiet"]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--hidden", "128,x"], "look like 128,64, not '128,x'"),
        (["--hidden", "0"], "look like 128,64"),
        (["--epochs", "0"], "at least 1, not '0'"),
        (["--batch-size", "-3"], "at least 1, not '-3'"),
    ],
)
def test_mistakes_in_options_are_argparse_s(options, words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["train", "digits", *options])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_the_report_directory_may_be_in_the_way(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["train", "digits", "--out", str(tmp_path / "file"), "--quiet"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_it_runs_as_a_module(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "nn", "train", "nowhere.csv", "--target", "y", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("python -m nn train: nowhere.csv: cannot be read")


# -- which task a target means ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "classes"),
    [
        ([0.5, 1.5, 2.0] * 10, None),
        (list(range(30)), None),
        ([1, 2, 5] * 10, [1, 2, 5]),
        ([0.0, 1.0] * 15, [0.0, 1.0]),
        (["a", "b"] * 15, ["a", "b"]),
        (["True", "False"] * 15, [False, True]),
    ],
)
def test_the_target_decides_the_task(target, classes, tmp_path):
    table = read_csv(write(tmp_path / "t.csv", ["x", "y"], [(i, t) for i, t in enumerate(target)]), "y")
    assert table.classes == classes
    if classes is None:
        assert table.y.tolist() == target
    else:
        assert [str(classes[k]) for k in table.y] == [str(t) for t in target]


def test_categories_become_columns_of_0_and_1(tmp_path):
    rows = [(i / 2, c, b, i) for i, (c, b) in enumerate([("red", True), ("blue", False), ("red", False)] * 10)]
    table = read_csv(write(tmp_path / "t.csv", ["x", "colour", "flag", "y"], rows), "y")
    assert table.columns == ["x", "colour_blue", "colour_red", "flag_False", "flag_True"]
    assert table.X[:3].tolist() == [[0, 0, 1, 0, 1], [0.5, 1, 0, 1, 0], [1, 0, 1, 1, 0]]


def test_test_rows_are_of_each_class_and_never_learnt_from():
    table = digits()
    learn, test = table.parts(0.2, seed=0)
    assert sorted([*learn, *test]) == list(range(len(table.y)))
    counts = np.bincount(table.y[test])
    assert counts.min() > 0.8 * counts.max()
    assert not np.array_equal(test, table.parts(0.2, seed=1)[1])
    with pytest.raises(TableError, match="too few rows"):
        nn.tables.Table("t", table.X[:3], np.array([0, 0, 1]), [], "y", [0, 1]).parts(0.2, 0)
