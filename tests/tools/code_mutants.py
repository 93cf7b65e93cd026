"""Are the tests good enough to catch a wrong line? Make lines of the engine and of `nn` wrong, one at a time, and see.

Run as ``python -m tests.tools.code_mutants [module …] [--each 12] [--seed 0]``, or ``make test-mutants``. A mutant is a
module with one condition, constant, operator, order of arguments or statement changed. First the tests run once as
they are, and it is written down which lines each reaches and how long it takes. Then each mutant runs in a process of
its own, where its module is imported from the changed source, with the tests that reach the changed line: those of the
module's own files first, then the others, from the quickest on, until one fails: the mutant is killed. Fewer than 95%
killed is exit status 1.

The mutants of a module are drawn by a seed, so that a run repeats; ``--each 0`` makes all. ``--reached FILE`` keeps
what the tests reach for the next run. `EQUIVALENT` lists the mutants that compute the same, with the reason.
"""

from __future__ import annotations

import argparse
import ast
import copy
import functools
import importlib
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import coverage
import pytest

ROOT = Path(__file__).parents[2]
ENOUGH = 0.95
SECONDS = 240  # of a process, which may have been sent round in circles; far more than its tests take
BUDGET = 20.0  # seconds of tests for one mutant, as measured while it is seen what they reach: half as much without
SLOW = 3.0  # a test that takes longer is left out
SLOW_ONES = "in_order or in_ab or beta_density or million"  # tests not even measured: integrals, and a long chain

TESTS: dict[str, list[str]] = {
    "autograd_lite.core.sweep": [
        "core/test_zeros_of_seeds",
        "core/test_shared_adjoints",
        "core/test_structure",
        "derivatives/test_transforms",
        "derivatives/test_nested",
    ],
    "autograd_lite.core.nested": [
        "core/test_zeros_of_seeds",
        "core/test_shared_adjoints",
        "core/test_structure",
        "derivatives/test_transforms",
        "derivatives/test_nested",
    ],
    "autograd_lite.core.rules": [
        "core/test_structure",
        "derivatives/test_transforms",
        "test_promises",
        "arrays/test_memory",
    ],
    "autograd_lite.derivatives.transforms": [
        "core/test_zeros_of_seeds",
        "derivatives/test_transforms",
        "derivatives/test_nested",
        "core/test_mixed",
    ],
    "autograd_lite.core.op": [
        "core/test_structure",
        "show/test_tape",
        "core/test_mixed",
        "numpy_functions/test_protocols",
    ],
    "autograd_lite.core.recording": [
        "core/test_structure",
        "show/test_tape",
        "core/test_mixed",
        "numpy_functions/test_protocols",
    ],
    "autograd_lite.core.modes": ["core/test_modes", "show/test_debug", "show/test_tape"],
    "autograd_lite.core.views": ["core/test_views", "programs/test_replay_views", "test_programs"],
    "autograd_lite.core.tensor": ["show/test_tape", "core/test_leaving", "core/test_structure", "core/test_views"],
    "autograd_lite.core.row": ["show/test_tape", "core/test_leaving", "core/test_structure", "core/test_views"],
    "autograd_lite.arrays.memory": ["arrays/test_memory", "core/test_structure"],
    "autograd_lite.derivatives.checkpoint": [
        "derivatives/test_checkpoint",
        "derivatives/test_checkpoint_arguments",
        "derivatives/test_transforms",
    ],
    "autograd_lite.programs.draws": ["derivatives/test_checkpoint"],
    "autograd_lite.programs.replay": [
        "programs/test_replay",
        "programs/test_replay_values",
        "programs/test_replay_branches",
    ],
    "autograd_lite.programs.program": [
        "programs/test_replay",
        "programs/test_replay_values",
        "programs/test_replay_branches",
    ],
    "autograd_lite.programs.traced": [
        "programs/test_replay",
        "programs/test_replay_values",
        "programs/test_replay_branches",
    ],
    "autograd_lite.arrays.stand_ins": [
        "programs/test_replay",
        "programs/test_replay_values",
        "programs/test_replay_branches",
    ],
    "autograd_lite.derivatives.matrices": [
        "derivatives/test_jacobians_by_hand",
        "derivatives/test_transforms",
        "derivatives/test_nested",
        "derivatives/test_many_seeds",
    ],
    "autograd_lite.derivatives.many_seeds": ["derivatives/test_many_seeds", "derivatives/test_transforms"],
    "autograd_lite.core.fitting": ["core/test_zeros_of_seeds", "core/test_shared_adjoints", "test_two_features_meet"],
    "autograd_lite.core.zeros": ["core/test_zeros_of_seeds", "core/test_shared_adjoints", "test_two_features_meet"],
    "autograd_lite.core.corners": ["ops/matrices/test_degenerate_points", "test_two_features_meet"],
    "autograd_lite.core.undefined": ["ops/matrices/test_degenerate_points", "core/test_mixed"],
    "autograd_lite.arrays.trees": [
        "science/test_objective",
        "science/test_sensitivity",
        "derivatives/test_transforms",
        "derivatives/test_checkpoint",
    ],
    "autograd_lite.science.vector": [
        "science/test_objective",
        "science/test_sensitivity",
        "derivatives/test_complex_jacobians",
    ],
    "autograd_lite.numpy_functions.writes": [
        "test_meeting_edges",
        "numpy_functions/test_protocol_options",
        "test_programs",
        "core/test_views",
    ],
    "nn.optim.base": [
        "nn/optim/test_papers_options",
        "nn/optim/test_optim",
        "nn/optim/test_given_gradients",
        "nn/optim/test_memory",
        "nn/optim/test_papers",
    ],
    "nn.optim.sgd": [
        "nn/optim/test_papers_options",
        "nn/optim/test_optim",
        "nn/optim/test_given_gradients",
        "nn/optim/test_memory",
        "nn/optim/test_papers",
    ],
    "nn.optim.adam": [
        "nn/optim/test_papers_options",
        "nn/optim/test_optim",
        "nn/optim/test_given_gradients",
        "nn/optim/test_memory",
        "nn/optim/test_papers",
    ],
    "nn.optim.flat": [
        "nn/optim/test_papers_options",
        "nn/optim/test_optim",
        "nn/optim/test_given_gradients",
        "nn/optim/test_memory",
        "nn/test_copies",
    ],
    "nn.training.step": ["nn/training/test_step", "nn/training/test_what_counts"],
    "nn.training.epoch": ["nn/training/test_training", "nn/training/test_what_counts", "nn/training/test_checkpoints"],
    "nn.training.fit": ["nn/training/test_training", "nn/training/test_what_counts", "nn/training/test_checkpoints"],
    "nn.training.checkpoints": ["nn/training/test_checkpoints", "nn/io/test_files_threads"],
    "nn.optim.adaptive": [
        "nn/optim/test_papers_options",
        "nn/optim/test_optim",
        "nn/optim/test_given_gradients",
        "nn/optim/test_papers",
    ],
    "nn.optim.clipping": ["nn/optim/test_optim"],
    "nn.optim.schedules.schedule": ["nn/optim/schedules/test_schedule", "nn/optim/schedules/test_schedules_joined"],
    "nn.optim.schedules.plateau": ["nn/optim/schedules/test_plateau", "nn/optim/schedules/test_schedule"],
    "nn.optim.averaging": ["nn/optim/test_optim"],
    "nn.study.momentum": ["nn/study/test_momentum", "nn/optim/test_papers_options"],
    "nn.io.files": ["nn/io/test_files_threads", "nn/io/test_io"],
    "nn.training.interrupts": ["nn/training/test_training", "nn/io/test_files_threads"],
}
"""The modules that are mutated, and the files of tests of each, the likeliest to fail first."""

OTHERS = {
    "autograd_lite": [
        "show/test_tape",
        "test_promises",
        "ops/test_composed",
        "core/test_complex",
        "show/test_debug",
        "science/test_objective",
        "science/test_sensitivity",
        "derivatives/test_check",
        "core/test_unknown_derivatives",
        "ops/matrices/test_triangles",
        "show/test_ledger",
        "derivatives/test_partials",
        "core/test_backprop",
        "arrays/test_trees",
        "core/test_steps",
        "test_two_features_meet",
        "ops/matrices/test_degenerate_points",
        "derivatives/test_complex_jacobians",
        "test_programs",
        "science/test_ode",
        "ops/test_numpys_values",
        "test_meeting_edges",
        "test_spared_work",
    ],
    "nn": [
        "nn/training/test_told_where",
        "nn/test_lines_that_matter",
        "nn/test_estimators",
        "nn/models/test_ensemble",
        "nn/optim/test_bfgs",
        "nn/study/test_momentum",
        "nn/io/test_io",
        "nn/test_surroundings",
        "nn/study/test_watch",
        "nn/test_module",
    ],
}
"""Files of tests that reach many modules of a package."""

EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("autograd_lite.arrays.memory", "np.empty(1)", "np.empty(2)"): "an array of any size is counted alike",
    (
        "autograd_lite.derivatives.matrices",
        "max(1, BATCH // max(1, largest))",
        "max(2, BATCH // max(1, largest))",
    ): "two at a time",
    ("autograd_lite.programs.replay", "Draws(f, leaves)", "Draws(leaves, f)"): "roots are looked through in any order",
    ("autograd_lite.programs.draws", "len(x) < MOST", "len(x) <= MOST"): "where looking ends is a matter of time",
    (
        "autograd_lite.programs.draws",
        "x.__class__ in PLAIN or id(x) in met",
        "x.__class__ in PLAIN and id(x) in met",
    ): "as before",
    (
        "autograd_lite.core.tensor",
        "not flag and row.seq",
        "not flag",
    ): "a constant becomes a constant of the same value",
    (
        "autograd_lite.core.zeros",
        "where(isfinite(values[k]), x, 0.0)",
        "where(isfinite(values[k]), x, 1.0)",
    ): "times zero",
    (
        "nn.study.momentum",
        "_half_trace_and_gap(curvature, lr, momentum, nesterov)",
        "_half_trace_and_gap(lr, curvature, momentum, nesterov)",
    ): "only their product counts",
    ("nn.optim.base", "group.join()", "pass"): "clocks that show the same are one to save work",
    ("nn.optim.base", "p.grad is None", "p.grad is not None"): "SGD's short way is the base's, bit for bit",
    (
        "nn.optim.sgd",
        "g.__class__ is value.__class__",
        "g.__class__ is not value.__class__",
    ): "a copy has the same numbers",
    ("nn.optim.sgd", "g.strides == value.strides", "g.strides != value.strides"): "order in memory changes no number",
}
"""By module, what stands there and what it is changed to: why a mutant computes the same."""

UNREWRITTEN = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
"""Hypothesis, imported once before all, has no asserts for pytest to rewrite."""


class Mutant(NamedTuple):
    """A module with one change; `lines` are those of the statement, or of the head of a compound one."""

    module: str
    line: int
    lines: range
    before: str
    after: str
    tree: ast.Module

    @property
    def path(self) -> str:
        return self.module.replace(".", "/") + ".py"

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.before}  →  {self.after}"


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
COMMUTATIVE = {"multiply", "add", "maximum", "minimum", "max", "min", "_alike", "_same", "_same_entry", "array_equal"}
DROPPED = (ast.Expr, ast.AugAssign, ast.Continue, ast.Break, ast.Raise, ast.Delete)


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What `node` may be replaced with."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            yield ast.Compare(node.left, [COMPARISONS[type(op)]()], node.comparators)
        case ast.BoolOp(op=op):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values)
            yield node.values[0]
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            yield ast.BinOp(node.left, ARITHMETIC[type(op)](), node.right)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield ast.Constant(value + 1)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in COMMUTATIVE:
            return
        case ast.Call(args=[a, b, *_]) if ast.dump(a) == ast.dump(b):
            return
        case ast.Call(args=[a, b, *rest]) if not isinstance(a, ast.Starred) and not isinstance(b, ast.Starred):
            yield ast.Call(node.func, [b, a, *rest], node.keywords)
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.SetComp():
            yield ast.Call(ast.Name("set", ast.Load()), [], [])
        case ast.Return(value=ast.AST()) if not isinstance(node.value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Expr(value=ast.Constant()):  # a docstring
            return
        case _ if isinstance(node, DROPPED):
            yield ast.Pass()


SKIPPED = ("annotation", "returns", "decorator_list", "type_comment")


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node that could be changed, with its parent, the parent's field and its index there."""
    for parent in ast.walk(tree):
        if isinstance(parent, (ast.JoinedStr, ast.Raise, ast.Import, ast.ImportFrom)):
            continue  # the words of a message
        if isinstance(parent, ast.keyword) and parent.arg == "strict":
            continue  # zip's: what is not so cannot happen
        for field, value in ast.iter_fields(parent):
            if field in SKIPPED:
                continue
            for i, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.AST):
                    yield parent, field, i, child


def statements(tree: ast.AST) -> dict[int, range]:
    """By node: the lines of its statement, without those of the statements inside that."""
    found: dict[int, range] = {}
    for node in ast.walk(tree):  # from the outside in
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = body[0].lineno if body else node.end_lineno + 1 if node.end_lineno else node.lineno + 1
            for inner in ast.walk(node):
                found[id(inner)] = range(node.lineno, max(end, node.lineno + 1))
    return found


def mutants(module: str) -> list[Mutant]:
    """Every change of a module's functions."""
    source = (ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
    tree = ast.parse(source)
    inside = {id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for s in f.body for n in ast.walk(s)}
    messages = {
        id(n) for r in ast.walk(tree) if isinstance(r, (ast.Raise, ast.JoinedStr)) for n in ast.walk(r) if n is not r
    }
    heads = statements(tree)
    made = []
    for parent, field, i, child in list(places(tree)):
        if id(child) not in inside or id(child) in messages:
            continue
        for changed in changes(child):
            line = getattr(child, "lineno", getattr(parent, "lineno", 0))
            whole = parent if isinstance(child, ast.Constant) and isinstance(parent, ast.expr) else None
            before = ast.unparse(whole or child)
            _put(parent, field, i, changed)
            after = ast.unparse(whole or changed)
            if (module, before, after) not in EQUIVALENT:
                made.append(Mutant(module, line, heads[id(child)], before, after, copy.deepcopy(tree)))
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
        self.path = str(ROOT / mutant.path)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.mutant.module:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def exec_module(self, module: Any) -> None:
        exec(compile(ast.fix_missing_locations(self.mutant.tree), self.path, "exec"), module.__dict__)


class Chosen:
    """Has pytest run the tests with these names, in this order; with None all, and writes down how long each takes."""

    def __init__(self, names: list[str] | None) -> None:
        self.rank = None if names is None else {name: i for i, name in enumerate(names)}
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        if (rank := self.rank) is not None:
            items[:] = sorted([x for x in items if x.nodeid in rank], key=lambda x: rank[x.nodeid])

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)


def run_tests(names: list[str] | None, paths: list[str], *options: str) -> tuple[int, Chosen]:
    """Pytest's exit status for tests of some files."""
    chosen = Chosen(names)
    plain = ["-q", "-p", "no:cacheprovider", "-p", "no:nbmake", "-o", "addopts=", *UNREWRITTEN, *options]
    return int(pytest.main([*[str(ROOT / path) for path in paths], *plain], plugins=[chosen])), chosen


def aside(work: Callable[[], int]) -> int:
    """Start `work` in a process of its own, without a word from it; its result becomes the exit status."""
    if child := os.fork():
        return child
    status = 1
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
        status = work()
    finally:  # whatever a mutant raises, this process was made for it alone
        os._exit(status)


class Reached(NamedTuple):
    """Which tests reach a line of a file, how long each takes, and which fail as it is: their kills mean nothing."""

    tests: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]
    failed: list[str]

    @classmethod
    def by(cls, files: list[str]) -> Reached:
        """Run the tests of some files once."""
        with tempfile.TemporaryDirectory() as folder:
            data, report = f"{folder}/coverage", f"{folder}/seconds"

            def work() -> int:
                os.environ["COVERAGE_FILE"] = data
                options = [
                    "-k",
                    f"not ({SLOW_ONES})",
                    "--cov=autograd_lite",
                    "--cov=nn",
                    "--cov-context=test",
                    "--cov-report=",
                ]
                status, chosen = run_tests(None, files, *options)
                Path(report).write_text(json.dumps([chosen.seconds, chosen.failed]), encoding="utf-8")
                return status

            os.waitpid(aside(work), 0)
            seconds, failed = json.loads(Path(report).read_text(encoding="utf-8"))
            measured = coverage.CoverageData(data)
            measured.read()
            tests = {}
            for path in measured.measured_files():
                by_line = measured.contexts_by_lineno(path)
                tests[str(Path(path).relative_to(ROOT))] = {
                    line: [name.rpartition("|")[0] for name in names] for line, names in by_line.items()
                }
        return cls(tests, {name: took for name, took in seconds.items() if name not in failed}, failed)

    def choose(self, mutant: Mutant) -> list[str]:
        """The tests for a mutant, in order. A line that ran at import may show anywhere: then all tests are asked."""
        lines = self.tests.get(mutant.path, {})
        met = {name for line in mutant.lines for name in lines.get(line, ())}
        names = list(self.seconds) if "" in met or not met else met & self.seconds.keys()
        rank = {f"tests/{name}.py": i for i, name in enumerate(TESTS[mutant.module])}
        ordered = sorted(names, key=lambda n: (rank.get(n.partition("::")[0], len(rank)), self.seconds[n], n))
        chosen, total = [], 0.0
        for name in ordered:
            if self.seconds[name] < SLOW and total < BUDGET:
                chosen.append(name)
                total += self.seconds[name]
        return chosen


def tested(mutant: Mutant, names: list[str]) -> int:
    """In a process of its own: the exit status of pytest with a mutant, first of its module's own files."""
    signal.alarm(SECONDS)
    sys.meta_path.insert(0, Changed(mutant))
    own = {f"tests/{name}.py" for name in TESTS[mutant.module]}
    for wanted in (True, False):
        some = [name for name in names if (name.partition("::")[0] in own) is wanted]
        if some and (status := run_tests(some, sorted({name.partition("::")[0] for name in some}), "-x")[0]):
            return status
    return 0


def surviving(drawn: list[Mutant], reached: Reached, workers: int) -> list[Mutant]:
    """The mutants that no test kills."""
    running: dict[int, Mutant] = {}
    alive = []
    for mutant in [*drawn, *[None] * workers]:
        while running and (mutant is None or len(running) == workers):
            child, status = os.wait()
            done = running.pop(child)
            if os.waitstatus_to_exitcode(status) == 0:
                alive.append(done)
        if mutant is not None:
            names = reached.choose(mutant)
            running[aside(functools.partial(tested, mutant, names))] = mutant
    return sorted(alive, key=lambda m: m.line)


def main() -> int:
    """Make the mutants, report, and return the exit status."""
    parser = argparse.ArgumentParser(description="Mutate lines of the engine and of nn, and see the tests catch it.")
    parser.add_argument("modules", nargs="*", default=list(TESTS))
    parser.add_argument("--each", type=int, default=12, help="mutants of a module; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lines", type=int, nargs="+", help="all mutants of these lines, instead of drawn ones")
    parser.add_argument("--workers", type=int, default=1, help="mutants at a time")
    parser.add_argument("--reached", type=Path, help="where to keep what the tests reach, for the next run")
    options = parser.parse_args()
    os.nice(5)
    started, killed, survivors = time.perf_counter(), 0, []
    packages = {module.partition(".")[0] for module in options.modules}
    reached = _reached(packages, options.reached)
    for name in reached.failed:
        print(f"fails without any mutation: {name}")
    for module in options.modules:
        every = mutants(module)
        if options.lines:
            every = [mutant for mutant in every if mutant.line in options.lines]
        each = 0 if options.lines else options.each
        drawn = random.Random(options.seed).sample(every, min(each or len(every), len(every)))
        since = time.perf_counter()
        alive = surviving(drawn, reached, options.workers)
        killed += len(drawn) - len(alive)
        survivors += alive
        took = time.perf_counter() - since
        print(f"{module:26} {len(drawn):3} of {len(every)} mutants, {len(alive)} survived, {took:.0f} s", flush=True)
        for mutant in alive:
            print(f"    {mutant}", flush=True)
    total = killed + len(survivors)
    share = killed / total if total else 1.0
    print(f"{killed} of {total} mutants killed, {share:.1%}, in {time.perf_counter() - started:.0f} s")
    return int(share < ENOUGH or bool(reached.failed))


def _reached(packages: set[str], kept: Path | None) -> Reached:
    """What the tests of these packages reach, from a file if there is one."""
    if kept is not None and kept.exists():
        tests, *rest = json.loads(kept.read_text(encoding="utf-8"))
        return Reached({p: {int(n): names for n, names in lines.items()} for p, lines in tests.items()}, *rest)
    files = [name for module, own in TESTS.items() if module.partition(".")[0] in packages for name in own]
    files += [name for package in OTHERS if package in packages for name in OTHERS[package]]
    reached = Reached.by([f"tests/{name}.py" for name in dict.fromkeys(files)])
    if kept is not None:
        kept.write_text(json.dumps(reached), encoding="utf-8")
    return reached


if __name__ == "__main__":
    for name in ("numpy", "scipy.special", "optree", "hypothesis"):  # once for every process; nothing of this project
        importlib.import_module(name)
    sys.exit(main())
