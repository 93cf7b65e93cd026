"""Inside `ag.debug` what a row keeps cannot be written to: values, and the arrays among its options, such as indices.

A mask that is read or written by is copied, so that it may be filled again anywhere.
"""

import gc
from types import FunctionType, ModuleType

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite.core.op import Op
from autograd_lite.core.rules import OPS
from tests.conftest import seeded
from tests.support.domains import DIFFERENTIABLE, DOMAINS

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

NO_DATA = (type, FunctionType, ModuleType, Op)


def reachable(x, depth=6):
    """Every array that `x` leads to, found as the garbage collector finds it."""
    if isinstance(x, np.ndarray):
        yield x
    elif depth and not isinstance(x, NO_DATA):
        for item in gc.get_referents(x):
            yield from reachable(item, depth - 1)


def rows(y):
    """The rows that a Tensor was computed by."""
    seen, stack = set(), [y._row]
    while stack:
        row = stack.pop()
        if row not in seen:
            seen.add(row)
            stack.extend(row.args)
            yield row


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_whatever_a_row_keeps_is_locked(name):
    domain, rng = DOMAINS[name], seeded(name)
    for case in domain.family.examples:
        values = domain.values(case, rng.random, np.float64)
        options = copies(case.options)  # arrays of the user's, which may be written to
        kept = list(reachable(options))
        args = [ag.Var(x) if x.dtype.kind in "fc" else x for x in values]
        with ag.debug():
            y = (domain.call or OPS[name].call)(*args, **options)
            for row in rows(y) if isinstance(y, ag.Tensor) else ():
                for array in (*reachable(row.params), *reachable(row.value)):
                    if row.op is not None:
                        assert not array.flags.writeable, (row.op, row.params)
        assert all(array.flags.writeable for array in kept)


def copies(x):
    """`x` with a copy of each array."""
    if isinstance(x, (tuple, list)):
        return type(x)([copies(item) for item in x])
    return (
        {k: copies(v) for k, v in x.items()} if isinstance(x, dict) else np.array(x) if isinstance(x, np.ndarray) else x
    )


# -- refilled in a function -------------------------------------------------------------------------------------------


def one(i, j=None):
    """An index of one entry, refilled after the first reading."""
    return np.array([i]), lambda a: a.__setitem__(0, 1 if j is None else j)


def mask():
    return np.array([True, False]), lambda a: a.__setitem__(slice(None), [False, True])


def written(x, places, v):
    y = x * 1.0
    y[places] = v
    return y


REFILLED = {
    "index": (one(0), lambda x, i: x[i]),
    "mask": (mask(), lambda x, m: x[m]),
    "two indices": (one(0), lambda x, i: ag.stack([x, x])[i, i]),
    "written index": (one(0), lambda x, i: written(x, i, x[0] ** 2)),
    "written mask": (mask(), lambda x, m: written(x, m, x[0] ** 2)),
    "take": (one(0), lambda x, i: np.take(x, i)),
    "ag.take": (one(0), lambda x, i: ag.take(x, i)),
    "take_along_axis": (one(0), lambda x, i: np.take_along_axis(x, i, axis=0)),
    "bincount": ((np.array([0, 1]), lambda a: a.__setitem__(slice(None), [1, 1])), lambda x, i: np.bincount(i, weights=x, minlength=2) * np.array([1.0, 2.0])),
    "put": (one(0), lambda x, i: put(x * 1.0, i, x[1] ** 2)),
    "add.at": (one(0), lambda x, i: added(x * 1.0, i, x[:1] ** 2)),
    "where": (mask(), lambda x, m: ag.where(m, x, 0.0)),
    "where=": (mask(), lambda x, m: np.sum(x, where=m)),
    "ufunc where=": (mask(), lambda x, m: np.multiply(x, x, where=m, out=x * 1.0)),
    "mean where=": (mask(), lambda x, m: np.mean(x, where=m)),
    "copyto where=": (mask(), lambda x, m: copied(x * 1.0, x**2, m)),
    "compress": (mask(), lambda x, m: np.compress(m, x)),
    "extract": (mask(), lambda x, m: np.extract(m, x)),
    "labels": (one(0), lambda x, i: nn.cross_entropy(x[None, :], i)),
    "nll labels": (one(0), lambda x, i: nn.nll_loss(x[None, :], i)),
    "weights": ((np.array([1.0, 3.0]), lambda a: a.fill(2.0)), lambda x, w: np.average(x, weights=w)),
    "buffer": ((np.array([1.0, 3.0]), lambda a: a.fill(2.0)), lambda x, b: x * b),
    "repeat": ((np.array([1, 2]), lambda a: a.fill(2)), lambda x, n: np.repeat(x, n)[:3]),
    "choose": ((np.array([0, 1]), lambda a: a.fill(1)), lambda x, i: np.choose(i, [x, 2 * x])),
}  # fmt: skip
COPIED = {"mask", "written mask", "ufunc where="}


def put(y, i, v):
    np.put(y, i, v)
    return y


def added(y, i, v):
    np.add.at(y, i, v)
    return y


def copied(y, x, m):
    np.copyto(y, x, where=m)
    return y


@pytest.mark.parametrize("name", REFILLED)
def test_a_refilled_array_is_an_error_in_debug_or_changes_nothing(name):
    (array, refill), read = REFILLED[name]
    x = np.array([3.0, 4.0])

    def f(x, again=True):
        a = array.copy()
        s = ag.sum(read(x, a) ** 2)
        if again:
            refill(a)
        return s

    expected = ag.grad(lambda x: f(x, again=False))(x)
    assert np.any(expected)
    with ag.debug():
        try:
            found = ag.grad(f)(x)
        except ValueError as error:
            if "read-only" not in str(error):
                raise
        else:
            np.testing.assert_array_equal(found, expected)
    if name in COPIED:
        np.testing.assert_array_equal(ag.grad(f)(x), expected)
