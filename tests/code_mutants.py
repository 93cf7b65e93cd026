"""Are the tests good enough to catch a wrong line? Make lines of the engine and of `nn` wrong, one at a time, and see.

Run as ``python -m tests.code_mutants [module …] [--each 40]``, or ``make test-mutants``. A mutant is a module with one
condition, constant, operator, order of arguments or statement changed. Each runs in a process of its own, where that
module is imported from the changed source, and there the tests named beside it, until one fails: it is killed. Fewer
than 95% killed is exit status 1.

The mutants of a module are drawn by a seed, so that a run repeats; ``--each 0`` makes all. `EQUIVALENT` lists those
that compute the same, with the reason.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import importlib.abc
import importlib.util
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
ENOUGH = 0.95
SECONDS = 240  # of a process, which may have been sent round in circles; far more than its tests take

ENGINE = ["test_tape", "test_transforms", "test_nested", "test_mixed", "test_promises", "test_structure", "test_batch"]
TESTS: dict[str, list[str]] = {
    "autograd_lite.sweep": [*ENGINE, "test_debug", "test_checkpoint", "test_random_programs"],
    "autograd_lite.rules": [*ENGINE, "test_registry", "test_random_programs"],
    "autograd_lite.op": [*ENGINE, "test_modes", "test_protocols", "test_leaving", "test_programs"],
    "autograd_lite.modes": ["test_modes", "test_debug", "test_tape", "test_replay"],
    "autograd_lite.memory": ["test_structure", "test_memory", "nn/test_nn_optim"],
    "autograd_lite.views": ["test_views", "test_programs", "test_protocols", "test_structure"],
    "autograd_lite.transforms": [*ENGINE, "test_random_programs", "test_objective"],
    "autograd_lite.matrices": [*ENGINE, "test_random_programs"],
    "autograd_lite.batch": ["test_batch", "test_transforms", "test_registry", "test_random_programs"],
    "autograd_lite.checkpoint": ["test_checkpoint", "test_transforms", "test_random_programs"],
    "autograd_lite.replay": ["test_replay", "test_replay_values", "test_random_programs"],
    "autograd_lite.traced": ["test_replay", "test_replay_values", "test_random_programs"],
    "nn.optim": ["nn/test_nn_optim", "nn/test_nn_papers", "nn/test_nn_schedule", "nn/test_nn_training"],
    "nn.adam": ["nn/test_nn_optim", "nn/test_nn_papers"],
    "nn.adaptive": ["nn/test_nn_optim", "nn/test_nn_papers"],
    "nn.flat": ["nn/test_nn_optim", "nn/test_nn_training"],
    "nn.clipping": ["nn/test_nn_optim", "nn/test_nn_training"],
    "nn.averaging": ["nn/test_nn_optim", "nn/test_nn_training"],
    "nn.schedule": ["nn/test_nn_schedule", "nn/test_nn_training"],
    "nn.plateau": ["nn/test_nn_schedule", "nn/test_nn_training"],
    "nn.step": ["nn/test_nn_step", "nn/test_nn_training"],
    "nn.epoch": ["nn/test_nn_training", "nn/test_nn_checkpoints", "nn/test_nn_estimators"],
    "nn.training": ["nn/test_nn_training", "nn/test_nn_checkpoints", "nn/test_nn_estimators"],
    "nn.checkpoints": ["nn/test_nn_checkpoints", "nn/test_nn_training"],
}
"""The modules that are mutated, and the files that test each, the likeliest to fail first."""

EQUIVALENT: dict[tuple[str, str, str], str] = {}
"""By module, source line and change: why a mutant computes the same."""


UNREWRITTEN = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
"""Hypothesis, imported once before all, has no asserts for pytest to rewrite."""


class Mutant(NamedTuple):
    """A module with one change."""

    module: str
    line: int
    text: str
    what: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.what}: {self.text}"


# -- the ways to be wrong ---------------------------------------------------------------------------------------------

COMPARISONS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}
DROPPED = (ast.Expr, ast.AugAssign, ast.Continue, ast.Break, ast.Raise, ast.Delete)


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What `node` may be replaced with, each with a word for it."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            yield "comparison", ast.Compare(node.left, [COMPARISONS[type(op)]()], node.comparators)
        case ast.BoolOp(op=op):
            yield "and/or", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values)
            yield "condition dropped", node.values[0]
        case ast.UnaryOp(op=ast.Not()):
            yield "not dropped", node.operand
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            yield "operator", ast.BinOp(node.left, ARITHMETIC[type(op)](), node.right)
        case ast.Constant(value=bool(value)):
            yield "constant", ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield "constant", ast.Constant(value + 1)
        case ast.Call(args=[a, b, *rest]) if not isinstance(a, ast.Starred) and not isinstance(b, ast.Starred):
            yield "arguments exchanged", ast.Call(node.func, [b, a, *rest], node.keywords)
        case ast.IfExp():
            yield "branches exchanged", ast.IfExp(node.test, node.orelse, node.body)
        case ast.Return(value=ast.AST()) if not isinstance(node.value, ast.Constant):
            yield "returns None", ast.Return(ast.Constant(None))
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "line dropped", ast.Pass()
        case ast.Expr(value=ast.Constant()):  # a docstring
            return
        case _ if isinstance(node, DROPPED):
            yield "line dropped", ast.Pass()


SKIPPED = ("annotation", "returns", "decorator_list", "type_comment")


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node that could be changed, with its parent, the parent's field and its index there."""
    for parent in ast.walk(tree):
        if isinstance(parent, (ast.JoinedStr, ast.Raise, ast.Import, ast.ImportFrom)):
            continue  # the words of a message
        for field, value in ast.iter_fields(parent):
            if field in SKIPPED:
                continue
            for i, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.AST):
                    yield parent, field, i, child


def mutants(module: str) -> list[Mutant]:
    """Every change of a module's functions."""
    source = (ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
    tree, lines = ast.parse(source), source.splitlines()
    inside = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for s in f.body for n in ast.walk(s)}
    messages = {
        id(n) for r in ast.walk(tree) if isinstance(r, (ast.Raise, ast.JoinedStr)) for n in ast.walk(r) if n is not r
    }
    made = []
    for parent, field, i, child in list(places(tree)):
        if id(child) not in inside or id(child) in messages:
            continue
        for what, changed in changes(child):
            line = getattr(child, "lineno", getattr(parent, "lineno", 0))
            text = lines[line - 1].strip()
            if (module, text, what) in EQUIVALENT:
                continue
            _put(parent, field, i, changed)
            made.append(Mutant(module, line, text, what, copy.deepcopy(tree)))
            _put(parent, field, i, child)
    return made


def _put(parent: ast.AST, field: str, i: int | None, child: ast.AST) -> None:
    if i is None:
        setattr(parent, field, child)
    else:
        getattr(parent, field)[i] = child


# -- the runner -------------------------------------------------------------------------------------------------------


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed tree."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.path = str(ROOT / (mutant.module.replace(".", "/") + ".py"))

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.mutant.module:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: Any) -> None:
        exec(compile(ast.fix_missing_locations(self.mutant.tree), self.path, "exec"), module.__dict__)


def survives(mutant: Mutant | None, files: list[str]) -> bool:
    """Whether all tests pass, in a process of its own; with None, whether they pass at all."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    status = 1
    try:
        signal.alarm(SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        if mutant is not None:
            sys.meta_path.insert(0, Changed(mutant))
        import pytest

        paths = [str(ROOT / "tests" / f"{name}.py") for name in files]
        status = int(pytest.main([*paths, "-x", "-q", "-p", "no:cacheprovider", "-o", "addopts=", *UNREWRITTEN]))
    finally:  # whatever a mutant raises, this process was made for it alone
        os._exit(status)


def main() -> int:
    """Make the mutants, report, and return the exit status."""
    parser = argparse.ArgumentParser(description="Mutate lines of the engine and of nn, and see the tests catch it.")
    parser.add_argument("modules", nargs="*", default=list(TESTS))
    parser.add_argument("--each", type=int, default=40, help="mutants of a module; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started, killed, survivors, broken = time.perf_counter(), 0, [], []
    for module in options.modules:
        files = [name for name in TESTS[module] if (ROOT / "tests" / f"{name}.py").exists()]
        if not survives(None, files):
            print(f"{module}: its tests fail without any mutation")
            broken.append(module)
            continue
        every = mutants(module)
        chosen = random.Random(options.seed).sample(every, min(options.each or len(every), len(every)))
        alive = [mutant for mutant in sorted(chosen, key=lambda m: m.line) if survives(mutant, files)]
        killed += len(chosen) - len(alive)
        survivors += alive
        print(f"{module:26} {len(chosen):3} of {len(every)} mutants, {len(alive)} survived", flush=True)
        for mutant in alive:
            print(f"    {mutant}", flush=True)
    total = killed + len(survivors)
    share = killed / total if total else 1.0
    print(f"{killed} of {total} mutants killed, {share:.1%}, in {time.perf_counter() - started:.0f} s")
    return int(share < ENOUGH or bool(broken))


if __name__ == "__main__":
    for name in ("numpy", "scipy.special", "optree", "hypothesis"):  # once for every process; nothing of this project
        importlib.import_module(name)
    sys.exit(main())
