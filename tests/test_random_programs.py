"""Random programs under random transforms: see `random_programs`, whose failures are programs to paste."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings, strategies as st

import autograd_lite as ag
from autograd_lite.core.op import OPS
from tests.support import numpy_samples as samples
from tests.tools import random_calls, random_programs
from tests.tools.random_drawing import Drawn, Program, drawn_compositions, drawn_program, extend
from tests.tools.random_programs import Disagreement, checked, fails, smaller
from tests.tools.random_steps import STEPS
from tests.tools.random_transforms import LAST_TWO, OF_NUMBERS, ONE, OUTERMOST, TWO, VECTOR


class FromHypothesis:
    """Choices that hypothesis makes, and makes smaller."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def pick(self, options: Any) -> Any:
        return self.data.draw(st.sampled_from(list(options)))

    def integer(self, low: int, high: int) -> int:
        return self.data.draw(st.integers(low, high))


@settings(max_examples=10 * settings().max_examples, phases=[Phase.explicit, Phase.generate])  # `smaller` shrinks
@given(st.data())
def test_every_composition_gives_one_number(data):
    """Values are NumPy's; however a derivative is written it is the same, and that of differences."""
    draw = FromHypothesis(data)
    program = drawn_program(draw)
    drawn_compositions(draw, program)
    if fails(program):
        raise AssertionError(fails(smaller(program)))


@pytest.mark.parametrize("seed", range(8))
def test_programs_by_seed(seed):
    """The programs that ``python -m tests.tools.random_programs`` draws: fifty a test, made smaller where they fail."""
    for k in range(50):
        draw = Drawn(50 * seed + k)
        program = drawn_program(draw)
        drawn_compositions(draw, program)
        if fails(program):
            raise AssertionError(f"seed {50 * seed + k}\n{fails(smaller(program))}")


def test_a_wrong_derivative_is_found(monkeypatch):
    """The generator sees a rule that is wrong, and prints a program that shows it."""
    op = ag.sin.op
    monkeypatch.setattr(op, "pull", lambda g, row, first: (g * 0.9,))
    program = Program("float64", [np.float64(1.0)])
    program.lines.append("v0 = np.sin(x0)")
    program.levels.append((0, program.inputs[0]))
    program.spellings.append(["def d(x0):", "    return along(ag.grad(lambda x0: f(x0))(x0), u0)"])
    with pytest.raises(Disagreement, match="by differences") as found:
        checked(program)
    text = str(found.value).partition("\n")[2]
    monkeypatch.undo()
    exec(text, {})  # what is printed runs as it is


# -- what is drawn ----------------------------------------------------------------------------------------------------

UNDRAWN = {
    **random_calls.NOT_HERE,
    "ag.unique_values": random_calls.NOT_HERE["np.unique_values"],
}
"""Differentiable functions in no program, each with its reason."""

NO_DERIVATIVE = {
    "ag.can_cast", "ag.empty", "ag.finfo", "ag.fft.fftfreq", "ag.fft.rfftfreq", "ag.iinfo", "ag.isdtype", "ag.isin",
    "ag.linalg.matrix_rank", "ag.nonzero", "ag.ones", "ag.result_type", "ag.searchsorted", "ag.zeros",
}  # fmt: skip
"""Functions whose results are constants, beside the operations of the kind "plain"."""

TOOLS = {
    "Objective", "Table", "Tensor", "Var", "bilinear", "check_grads", "checkpoint", "debug", "draw", "elementwise",
    "from_dlpack", "general", "grad", "group", "hessian", "hmc", "hvp", "jacobian", "jvp", "ledger", "linear",
    "no_grad", "partials", "replay", "sensitivity", "tape", "tick", "value_and_grad", "vjp",
}  # fmt: skip
"""What is no function of numbers: transforms, which the next test counts, and tools."""


def differentiable() -> Iterator[tuple[str, set[str]]]:
    """Every function with a derivative, and the names a program may call it by: its own, NumPy's, the operation's."""
    for name in [
        *samples.DIFFERENTIABLE.keys() & samples.FUNCTIONS.keys(),
        *samples.UFUNCS.keys() & samples.ALL_UFUNCS.keys(),
    ]:
        yield f"np.{name}", {f"np.{name}"}
    operations = {id(op.call): op for op in OPS.values()}
    for module, prefix in ((ag, ""), (ag.linalg, "linalg."), (ag.special, "special."), (ag.fft, "fft.")):
        for name in module.__all__:
            f = getattr(module, name)
            op = operations.get(id(f))
            constant = (op is not None and op.kind == "plain") or f"ag.{prefix}{name}" in NO_DERIVATIVE
            if callable(f) and not isinstance(f, type) and name not in TOOLS and not constant:
                yield f"ag.{prefix}{name}", {f"ag.{prefix}{name}", f"np.{prefix}{name}", name, op.name if op else name}


def test_every_differentiable_function_is_in_a_template():
    drawn = random_calls.known().keys() | set(re.findall(r"(?:np|ag)\.[\w.]+", " ".join(STEPS)))
    assert {name for name, names in differentiable() if not names & drawn} == UNDRAWN.keys()


@pytest.mark.parametrize("name", random_calls.known())
def test_every_function_is_a_step(name):
    """NumPy can do one spelling of it, in real or complex numbers, with a result to compare."""
    for dtype, spelling in product(("float64", "complex128"), random_calls.known()[name]):
        program = Program(dtype, [np.full((2, 3), 0.3, dtype)])
        extend(program, program.scopes(), f"v0 = called({name!r}, {spelling!r}, x0)")
        if program.lines:
            return
    raise AssertionError([str(error) for _, _, error in program.refused])


def test_every_transform_is_drawn():
    """At every place of a composition three deep where it can stand; counted over some hundred drawings."""
    everywhere = ONE | VECTOR | TWO | OUTERMOST | LAST_TWO | OF_NUMBERS
    counts = dict.fromkeys(everywhere, 0)
    inside = dict.fromkeys(ONE | TWO | VECTOR | OF_NUMBERS, 0)
    for seed in range(1500):
        draw = Drawn(seed)
        program = Program("float64", [np.float64(0.5)] if seed % 3 == 0 else [np.ones(2)])
        drawn_compositions(draw, program)
        for spelling in program.spellings[:2]:
            kinds = [line.partition("# ")[2] for line in spelling[::2]]
            for kind in kinds:
                counts[kind] += 1
            for kind in kinds[:-1]:
                inside[kind] += 1
    assert min(counts.values()) >= 10, counts
    assert min(inside.values()) >= 5, inside


def test_rounding_is_no_step():
    """What rounding decides is in no program: its sign, and what is divided by it."""
    program = Program("float64", [np.float64(2.0)])
    scopes = program.scopes()
    for line in ("v0 = +x0", "v1 = np.sin(np.pi * v0)", "v2 = v1 / v1", "v3 = np.sign(v1)", "v4 = np.cos(v1)"):
        extend(program, scopes, line)
    assert program.lines == ["v0 = +x0", "v1 = np.sin(np.pi * v0)", "v2 = v1 / v1", "v4 = np.cos(v1)"]


def test_a_division_by_zero_is_a_refusal_only_where_numpy_has_one():
    program = Program("float64", [np.float64(2.0)])
    program.lines.append("v0 = +x0")
    line = "v1 = v0 / 0 if isinstance(v0, np.generic) else 1 / 0"
    program.refused = [(1, line, ZeroDivisionError("division by zero"))]
    random_programs._same_refusals(program)
    program.refused = [(1, line, ValueError("no"))]
    with pytest.raises(Disagreement, match="division by zero"):
        random_programs._same_refusals(program)
