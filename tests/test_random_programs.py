"""Random programs under random transforms: see `random_programs`, whose failures are programs to paste."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.random_drawing import Drawn, Program, drawn_compositions, drawn_program
from tests.random_programs import (
    Disagreement,
    checked,
    fails,
    smaller,
)


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
    """The programs that ``python -m tests.random_programs`` draws: a hundred a test, made smaller where they fail."""
    for k in range(100):
        draw = Drawn(100 * seed + k)
        program = drawn_program(draw)
        drawn_compositions(draw, program)
        if fails(program):
            raise AssertionError(f"seed {100 * seed + k}\n{fails(smaller(program))}")


def test_a_wrong_derivative_is_found(monkeypatch):
    """The generator sees a rule that is wrong, and prints a program that shows it."""
    import autograd_lite as ag

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
