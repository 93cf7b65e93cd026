"""Work that is spared where nobody can see it: arrays, copies, rows and calls are counted, and no seconds."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.arrays import memory
from autograd_lite.arrays.memory import LARGE, NEVER
from autograd_lite.core import pulls
from autograd_lite.core.sweep import reverse, rows_of
from autograd_lite.derivatives import matrices

N = LARGE + 3

counted = pytest.mark.skipif(memory._COUNTS == NEVER, reason="this Python does not count every reference")


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
    monkeypatch.setattr(pulls, "private", lambda *_, **__: False)
    f, slope = MANY[what]
    times, adjoint = times_set(f)
    assert times == 2  # the first, and the sum that was made here
    assert np.array_equal(adjoint, np.full(N, slope))


def test_what_a_sum_spread_stays_one_entry_through_a_number():
    """Of any shape, with axes of length 1 too: a product with a number is one product."""
    for shape in [(1, 3 * N), (3 * N, 1), (3 * N,), (3, N)]:  # more than are written out
        x = ag.Var(np.ones(shape))
        y = ag.sum(2.0 * x)
        adjoint = reverse(rows_of((y._row,)), {y._row.seq: np.float64(3.0)})[x._row.seq]
        assert not any(adjoint.strides)
        assert np.array_equal(adjoint, np.full(shape, 6.0))


def test_a_checkpoint_has_each_variable_as_a_source_once():
    x, w = ag.Var(np.ones(3)), ag.Var(2.0)
    y = ag.checkpoint(lambda x: ag.sum(x * w * x + w))(x)
    assert [arg.seq for arg in y._row.args] == [x._row.seq, w._row.seq]


SWEEPS = [  # the mode, the numbers of inputs and outputs, and what makes the blocks
    ("reverse", 2, 5, "_lines"),
    ("forward", 5, 2, "_columns"),
    ("auto", 2, 5, "_columns"),
    ("auto", 5, 2, "_lines"),
    ("auto", 3, 3, "_lines"),
]


@pytest.mark.parametrize(("mode", "n_in", "n_out", "wanted"), SWEEPS)
def test_a_jacobian_is_swept_in_the_direction_of_fewer_seeds(mode, n_in, n_out, wanted, monkeypatch):
    used = []
    for name in ("_lines", "_columns"):
        made = getattr(matrices, name)
        monkeypatch.setattr(matrices, name, lambda *args, name=name, made=made: used.append(name) or made(*args))
    a = np.arange(1.0, 1 + n_in * n_out).reshape(n_out, n_in)
    assert np.array_equal(ag.jacobian(lambda x: a @ x, mode=mode)(np.ones(n_in)), a)
    assert used == [wanted]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("batch", [1 << 22, 8, 4])
def test_the_blocks_of_a_jacobian_are_put_together_only_if_there_are_several(mode, batch, monkeypatch):
    sizes, concat = [], matrices.concat
    monkeypatch.setattr(matrices, "concat", lambda parts, axis: sizes.append(len(parts)) or concat(parts, axis=axis))
    monkeypatch.setattr(matrices, "BATCH", batch)
    a = np.arange(12.0).reshape(3, 4)
    assert np.array_equal(ag.jacobian(lambda x: a @ x, mode=mode)(np.ones(4)), a)
    assert sizes == ([] if batch > 12 else [2] if batch == 8 else [3] if mode == "reverse" else [4])
