"""What does not move, or is not asked for, contributes nothing: a zero of a seed or of a tangent meets no infinity.

At 0 the slopes of these functions are infinite, and 0 times infinity would be NaN. Each is asked in every way there is
to give a seed, alone and behind and before other operations, which have to pass on which entries are zero.
"""

import numpy as np
import pytest

import autograd_lite as ag

X = np.array([0.0, 4.0, 0.0, 1.0])
ONLY = np.array([0.0, 1.0, 0.0, 2.0])  # the seed, or the tangent: zero where a slope is infinite

# Functions of x, entry by entry, with their slopes at 4 and 1.
FUNCTIONS = {
    "sqrt": (ag.sqrt, (1 / 4, 1 / 2)),
    "log": (ag.log, (1 / 4, 1)),
    "log of sqrt": (lambda x: ag.log(ag.sqrt(x)), (1 / 8, 1 / 2)),
    "sqrt of a multiple": (lambda x: ag.sqrt(4 * x), (1 / 2, 1)),
    "a multiple of sqrt": (lambda x: 3 * ag.sqrt(x), (3 / 4, 3 / 2)),
    "a sum of two": (lambda x: ag.sqrt(x) + ag.sqrt(4 * x), (3 / 4, 3 / 2)),
    "a reversed one": (lambda x: ag.flip(ag.sqrt(ag.flip(x))), (1 / 4, 1 / 2)),
    "one with two arguments": (lambda x: x**0.5, (1 / 4, 1 / 2)),
    "a quotient": (lambda x: 1 / x, (-1 / 16, -1)),
    "a checkpoint": (ag.checkpoint(lambda x: ag.log(ag.sqrt(x))), (1 / 8, 1 / 2)),
    "a selected one": (lambda x: ag.where(x > 0, ag.sqrt(x), 0.0), (1 / 4, 1 / 2)),
}

WAYS = {
    "vjp": lambda f: ag.vjp(f, X)[1](ONLY)[0],
    "jvp": lambda f: ag.jvp(f, (X,), (ONLY,))[1],
    "a tape's adjoints": lambda f: adjoints(f),
    "backward, recorded": lambda f: backward(f, create_graph=True),
    "backward": lambda f: backward(f),
    "vjp, recorded": lambda f: ag.vjp(f, ag.Tensor(X))[1](ag.Tensor(ONLY))[0].value,
    "jvp of a tracked tangent": lambda f: ag.jvp(f, (X,), (ag.Var(ONLY),))[1].value,
    "jvp, inside another": lambda f: ag.jvp(lambda s: ag.jvp(f, (X,), (s * ONLY,))[1], (1.0,), (1.0,))[1],
    "vjp, inside another": lambda f: ag.jvp(lambda s: ag.vjp(f, X)[1](s * ONLY)[0], (1.0,), (1.0,))[1],
}


def backward(f, **options):
    x = ag.Var(X)
    f(x).backward(ONLY, **options)
    return x.grad.value


def adjoints(f):
    x = ag.Var(X)
    return ag.tape(f(x)).reverse(ONLY)[0].adjoint


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_zero_meets_no_infinity(name, way):
    f, (at_4, at_1) = FUNCTIONS[name]
    with np.errstate(all="ignore"):  # the values themselves are infinite
        found = WAYS[way](f)
    assert np.array_equal(np.asarray(found), [0.0, at_4, 0.0, 2 * at_1]), found


@pytest.mark.parametrize("way", ["grad", "jvp", "backward", "hvp"])
def test_what_is_not_selected_contributes_nothing_however_far_behind(way):
    chosen = np.array([True, False])
    x = np.array([1.0, 4.0])

    def f(x):
        return ag.sum(ag.sqrt(2 * ag.where(chosen, x, 0.0)))

    slope, curvature = np.sqrt(2) / 2, -np.sqrt(2) / 4
    if way == "backward":
        variable = ag.Var(x)
        f(variable).backward()
        found = variable.grad.value
    elif way == "hvp":
        found = ag.hvp(f, (x,), (np.ones(2),))
        slope = curvature
    elif way == "jvp":
        found = np.array([ag.jvp(f, (x,), (e,))[1] for e in np.eye(2)])
    else:
        found = ag.grad(f)(x)
    assert np.allclose(found, [slope, 0.0], rtol=1e-15, atol=0)  # a rounding or two


@pytest.mark.parametrize("first", [False, True])
def test_an_entry_that_gets_something_after_all_has_its_infinity(first):
    """A contribution without a zero ends the matter: the slope of sqrt at 0 is infinite, and asked for."""

    def f(x):
        root = ag.sqrt(x)
        selected = ag.where(X > 0, root, 0.0)
        return selected + root if first else root + selected

    assert np.array_equal(ag.vjp(f, X)[1](np.ones(4))[0], [np.inf, 0.5, np.inf, 1.0])
    assert np.array_equal(ag.jvp(f, (X,), (np.ones(4),))[1], [np.inf, 0.5, np.inf, 1.0])


# Products with 0 that are computed, beside or behind entries that a seed leaves out: they are numbers like any other.
COMPUTED = {
    "beside it": (lambda x, y: (ag.sqrt(x), ag.sqrt(0.0 * y)), [np.nan] * 4),
    "where all entries got something": (lambda x, y: (x, ag.sqrt(0.0 * (x + y))), [np.nan] * 4),
}


@pytest.mark.parametrize("name", COMPUTED)
def test_a_zero_that_was_computed_is_a_number(name):
    f, wanted = COMPUTED[name]
    ones = np.ones(4)
    assert np.array_equal(ag.jvp(f, (X, ones), (ONLY, ones))[1][1], wanted, equal_nan=True)


def test_a_debugger_sees_a_zero_that_was_computed_meet_infinity():
    with ag.debug(), pytest.raises(ag.NonFiniteError, match="sqrt"):
        ag.grad(lambda x: ag.sum(0.0 * ag.sqrt(x)))(X)


@pytest.mark.parametrize("x", [[1.0, 0.0], [0.0, 1.0], [4.0, 0.0, 9.0, 0.0], [0.0, 0.0, 4.0]])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_extreme_so_far_leaves_out_the_others(sign, x):
    """As the extreme of each beginning does: infinite slopes of what is not selected are not met."""
    x = np.array(x)
    accumulated, extreme = (ag.cumulative_max, ag.max) if sign > 0 else (ag.cumulative_min, ag.min)
    beginnings = lambda x: sum(extreme(sign * ag.sqrt(x[: k + 1])) for k in range(len(x)))
    f = lambda x: ag.sum(accumulated(sign * ag.sqrt(x)))
    wanted = ag.grad(beginnings)(x)
    assert not np.any(np.isnan(wanted))
    tangents = [ag.jvp(f, (x,), (e,))[1] for e in np.eye(len(x))]
    for found in (ag.grad(f)(x), ag.jacobian(f, mode="forward")(x), ag.jacobian(f, mode="reverse")(x), tangents):
        np.testing.assert_allclose(found, wanted, rtol=1e-15)  # a rounding or two
