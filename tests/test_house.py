"""What the house promises: a light core, exported names, floors, one command."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import symtable
import sys
import tomllib
from pathlib import Path

import pytest

import autograd_lite as ag
import nn

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

BLOCKED = """
import sys
from importlib.abc import MetaPathFinder

class Blocked(MetaPathFinder):
    names = {names!r}
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"blocked: {{name}}")

sys.meta_path.insert(0, Blocked())
"""
EXTRAS = {"matplotlib", "pandas", "pygraphviz", "safetensors", "scipy", "sklearn", "tqdm", "torch", "jax"}


def run(code: str, **environment: str) -> str:
    """What a fresh interpreter prints that runs `code` in the checkout, with nobody measuring its coverage."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        env={**kept, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_core_needs_no_extra():
    """It imports, differentiates and prints where only the core's dependencies can be imported."""
    code = BLOCKED.format(names=EXTRAS) + (
        "import autograd_lite as ag\n"
        "x = ag.Var(2.0, name='x')\n"
        "y = ag.sin(x) * x\n"
        "assert '∂' in str(ag.tape(y).reverse()) and 'digraph' in ag.draw(y).source\n"
        "ag.check_grads(ag.sin, (1.0,))\n"
        f"assert not set(sys.modules) & {EXTRAS!r}\n"
    )
    run(code, PYTHONIOENCODING="utf-8")


def test_nn_trains_without_any_extra_but_the_progress_bar():
    """`nn` imports and trains without an extra; what needs one says which."""
    code = BLOCKED.format(names=EXTRAS) + (
        "import numpy as np, nn\n"
        "x = np.linspace(-1, 1, 20)[:, None]\n"
        "nn.fit(nn.MLP([1, 4, 1]), x, x**2, epochs=2, progress=False)\n"
        "try:\n"
        "    nn.save(nn.MLP([1, 4, 1]), 'never_written.safetensors')\n"
        "except ImportError as error:\n"
        "    assert 'autograd-lite[io]' in str(error), error\n"
        "else:\n"
        "    raise AssertionError('safetensors was blocked')\n"
    )
    run(code)


def test_import_is_light():
    """Importing makes fewer calls than importing NumPy does: a count, which a busy machine does not change."""
    code = """
import sys
calls = 0

def count(frame, event, argument):
    global calls
    calls += event in ("call", "c_call")

sys.setprofile(count)
import numpy
numpys = calls
import autograd_lite
sys.setprofile(None)
print(numpys, calls - numpys)
"""
    numpys, ours = map(int, run(code).split())
    assert ours < numpys


def globals_read(table: symtable.SymbolTable) -> set[str]:
    """The global names that functions inside `table` read."""
    found = {s.get_name() for s in table.get_symbols() if table.get_type() == "function" and s.is_global()}
    return found.union(*map(globals_read, table.get_children()))


def test_tests_draw_from_generators_of_their_own():
    """One that a module keeps would give each test what the tests before it, in the same worker, have left."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        kept = set(re.findall(r"^(\w+) = (?:np\.random\.default_rng|seeded)\([^()]*\)$", source, re.MULTILINE))
        assert not kept & globals_read(symtable.symtable(source, path.name, "exec")), path.name


@pytest.mark.parametrize("package", [ag, nn])
def test_exported_names_are_the_public_names(package):
    """What the package's __init__ imports as itself, or sets, is in `__all__` and in ``dir``, and nothing else is."""
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    bound: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            bound |= {alias.name for alias in node.names if alias.asname == alias.name}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            bound |= {target.id for target in targets if isinstance(target, ast.Name)}
    public = {name for name in bound if not name.startswith("_")}
    assert set(package.__all__) == public
    assert len(package.__all__) == len(public)
    assert {name for name in dir(package) if not name.startswith("__")} == public
    assert all([hasattr(package, name) for name in package.__all__])


@pytest.mark.parametrize("package", [ag, nn])
def test_public_modules_are_imported_by_their_public_names(package):
    """Wherever they live: ``import nn.schedule`` is `nn.schedule`."""
    modules = {name: value for name in package.__all__ if inspect.ismodule(value := getattr(package, name))}
    for name, module in modules.items():
        assert run(f"import {package.__name__}.{name} as module; print(module.__name__)").strip() == module.__name__


def test_public_face_of_the_design():
    # fmt: off
    names = {
        "Tensor", "Var", "grad", "value_and_grad", "vjp", "jvp", "jacobian", "hessian", "hvp", "no_grad",
        "stop_gradient", "checkpoint", "elementwise", "linear", "bilinear", "general",
        "check_grads", "tape", "draw", "debug",
    }
    # fmt: on
    assert names <= set(ag.__all__)


def test_the_packages_are_typed_and_shipped():
    assert (ROOT / "autograd_lite" / "py.typed").exists()
    assert (ROOT / "nn" / "py.typed").exists()
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["autograd_lite", "nn"]
    assert PROJECT["project"]["version"] == ag.__version__


def test_the_core_depends_on_four_packages():
    """What else is needed is an extra, and `all` is all of them."""
    core = {text.partition(">")[0] for text in PROJECT["project"]["dependencies"]}
    assert core == {"numpy", "graphviz", "optree", "array-api-compat"}
    extras = PROJECT["project"]["optional-dependencies"]
    assert extras["all"] == [f"autograd-lite[{','.join(name for name in extras if name != 'all')}]"]


def test_every_file_has_a_floor():
    """Every folder has a contract, and the contract lists every file, so that none is left out of the check."""
    contracts = [c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers"]
    folders = [path.parent for package in ("autograd_lite", "nn") for path in (ROOT / package).rglob("__init__.py")]
    names = [".".join(folder.relative_to(ROOT).parts) for folder in folders]
    assert sorted([name for c in contracts for name in c["containers"]]) == sorted(names)
    for contract in contracts:
        assert contract["exhaustive"], contract["name"]


@pytest.mark.parametrize("package", ["autograd_lite", "nn"])
def test_imports_stand_at_the_top(package):
    """Only an optional package may be imported inside a function: never one of this project to dodge a cycle."""
    for path in (ROOT / package).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for node in ast.walk(function):
                    if isinstance(node, (ast.Import, ast.ImportFrom)):
                        module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
                        assert (module or ".").partition(".")[0] in EXTRAS, f"{path}:{node.lineno}"


@pytest.mark.parametrize("top", ["autograd_lite", "nn", "tests"])
def test_a_folder_is_seen_at_a_glance(top):
    """A folder is a subject, of at most sixteen files; one that grows past it is two subjects."""
    folders = {path.parent for path in (ROOT / top).rglob("*.py")}
    files = {folder: [f for f in folder.glob("*.py") if f.name != "__init__.py"] for folder in folders}
    crowded = {str(folder.relative_to(ROOT)): len(found) for folder, found in files.items() if len(found) > 16}
    assert not crowded, f"more than sixteen files, split by subject: {crowded}"


UNWRAPPED = re.compile(
    r"(?P<x>[\w.]+?)(?:\._row)?\.value if isinstance\((?P=x), (?:ag\.)?Tensor\) else (?P=x)(?![\w.(\[])"
)


def test_arrays_are_unwrapped_in_one_way():
    """The array of a Tensor, or anything else as it is, is `raw(x)`; a hot loop that writes it out says so."""
    for path in (path for folder in ("autograd_lite", "nn", "tests") for path in (ROOT / folder).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for number, line in enumerate(source.splitlines(), start=1):
            if UNWRAPPED.search(line) and "`raw` inlined" not in line:
                before = source.splitlines()[number - 3]
                assert before.startswith("def raw("), f"{path.relative_to(ROOT)}:{number}: write raw(x): {line.strip()}"


EXEMPTION = re.compile(r"# (?:type: ignore\[[\w, -]+\]|(?:ruff: )?noqa: [A-Z0-9, ]+?)(?P<reason>  # ?\S.*)?$")


def test_exemptions_have_reasons():
    """Every exemption from a type or lint rule names the rule and says why, on its line."""
    unreasoned = []
    for folder in ("autograd_lite", "nn", "benchmarks", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if re.search(r"# (type: ignore|(ruff: )?noqa)", line) and path != Path(__file__):
                    found = EXEMPTION.search(line)
                    if not found or not found["reason"]:
                        unreasoned.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert not unreasoned, "\n".join(unreasoned)


def test_skips_have_reasons():
    """Every test that may be skipped says why, where it is and in the report."""
    skip = re.compile(r"pytest\.(?:importorskip|skip|xfail|mark\.(?:skip|skipif|xfail))\((?P<given>.*)")
    for path in (ROOT / "tests").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if (found := skip.search(line)) and path != Path(__file__):
                assert "reason=" in found["given"], f"{path.relative_to(ROOT)}: {line.strip()}"
