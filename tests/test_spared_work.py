"""Work that is spared where nobody can see it: arrays, copies, rows and calls are counted, and no seconds."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import memory, rules
from autograd_lite.memory import LARGE, NEVER
from autograd_lite.sweep import reverse, rows_of

N = LARGE + 3

counted = pytest.mark.skipif(
    memory._COUNTS == NEVER, reason="this Python does not count every reference: nothing is private"
)


class Adjoints(dict):
    """Counts how often the adjoint of each row is set: what is added in place is not."""

    def __init__(self, *args):
        super().__init__(*args)
        self.times = {}

    def __setitem__(self, seq, value):
        self.times[seq] = self.times.get(seq, 0) + 1
        super().__setitem__(seq, value)


def times_set(f):
    """How often the adjoint of the one variable of `f` was set, and the adjoint."""
    x = ag.Var(np.linspace(0.5, 1.5, N))
    y = f(x)
    adjoints = Adjoints({y._row.seq: np.float64(1.0)})
    rows = rows_of((y._row,))
    del y
    reverse(rows, adjoints)
    return adjoints.times[x._row.seq], adjoints[x._row.seq]


MANY = {  # each with five contributions of an array of its own, or of entries
    "products": (lambda x: sum(ag.sum(x * k) for k in (1.0, 2.0, 3.0, 4.0, 5.0)), 15.0),
    "entries": (lambda x: ag.sum(x[:] * 1.0) + sum(ag.sum(x[:N] * k) for k in (2.0, 3.0, 4.0, 5.0)), 15.0),
}


@counted
@pytest.mark.parametrize("what", MANY)
def test_contributions_are_added_into_an_array_that_nobody_else_has(what):
    f, slope = MANY[what]
    times, adjoint = times_set(f)
    assert times == 1
    assert np.array_equal(adjoint, np.full(N, slope))


@pytest.mark.parametrize("what", MANY)
def test_where_references_do_not_count_contributions_take_one_copy(what, monkeypatch):
    monkeypatch.setattr(memory, "_COUNTS", NEVER)
    monkeypatch.setattr(rules, "private", lambda *_, **__: False)
    f, slope = MANY[what]
    times, adjoint = times_set(f)
    assert times == 2  # the first, and the sum that was made here
    assert np.array_equal(adjoint, np.full(N, slope))
