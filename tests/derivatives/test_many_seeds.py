"""Sweeps of many seeds give what sweeps of one seed give, for every operation and for nests of derivatives."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.op import OPS
from autograd_lite.derivatives import matrices
from tests.ops.test_registry import calls, same
from tests.support.domains import DIFFERENTIABLE


def units(like):
    """The arrays shaped like `like` with 1 in one entry."""
    for i in np.ndindex(*like.shape):
        e = np.zeros(like.shape, like.dtype)
        e[i] = 1
        yield e[()]


def one_by_one(f, args, k):
    """The Jacobian of `f` in argument `k`, one forward sweep a column."""
    zeros = [np.zeros_like(a)[()] for a in args]
    columns = [ag.jvp(f, args, (*zeros[:k], e, *zeros[k + 1 :]))[1] for e in units(args[k])]
    out = f(*args)
    if not columns:
        return np.zeros(out.shape + args[k].shape, out.dtype)
    return np.stack(columns, axis=-1).reshape(out.shape + args[k].shape)


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_many_seeds_give_what_one_seed_gives(name):
    for f in calls(name):
        if any(np.iscomplexobj(a) for a in (*f.args, f(*f.args))):
            continue  # a real-linear rule (conj, abs, …) has no complex Jacobian that both modes could share
        for k in range(len(f.args)):
            expected = one_by_one(f, f.args, k)
            for mode in ("forward", "reverse"):
                same(ag.jacobian(f, k, mode=mode)(*f.args), expected)


@pytest.mark.parametrize("name", [name for name in DIFFERENTIABLE if OPS[name].kind != "plain"])
def test_recorded_batches_can_be_differentiated(name):
    """The Jacobian of a Jacobian, each by batches in the other mode, is symmetric in its two derivatives."""
    f = calls(name)[0]
    if any(np.iscomplexobj(a) for a in (*f.args, f(*f.args))) or not f.args or f.args[0].size > 12:
        return
    forward_reverse = ag.jacobian(ag.jacobian(f, mode="reverse"), mode="forward")(*f.args)
    reverse_forward = ag.jacobian(ag.jacobian(f, mode="forward"), mode="reverse")(*f.args)
    # second derivatives of order 100 occur (powers near 0); both sum the same terms in another order
    np.testing.assert_allclose(forward_reverse, reverse_forward, rtol=1e-10, atol=1e-10)


def test_batches_are_as_small_as_memory_asks_for(monkeypatch):
    f = lambda x: ag.cumulative_sum(x) if hasattr(ag, "cumulative_sum") else x * 2  # any map of vectors
    x = np.arange(7.0)
    whole = [ag.jacobian(f, mode=mode)(x) for mode in ("forward", "reverse")]
    monkeypatch.setattr(matrices, "BATCH", 14)  # two seeds at a time, of seven
    parts = [ag.jacobian(f, mode=mode)(x) for mode in ("forward", "reverse")]
    for a, b in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(a, b)


def test_operations_without_a_batch_rule_are_swept_seed_by_seed():
    f = ag.general("thrice", lambda x: 3 * x, lambda g, v, x: 3 * g, lambda t, v, x: 3 * t)
    x = np.arange(4.0)
    for mode in ("forward", "reverse"):
        np.testing.assert_array_equal(ag.jacobian(lambda x: f(x) * x, mode=mode)(x), np.diag(6 * x))
