"""An adjoint that two variables or rows share is added to for neither: large ones, which are added to in place."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.arrays.memory import LARGE

N = LARGE + 3

# What gets a contribution of its own where another has just the same array as its adjoint. A row recorded first is
# swept last: it finds the shared array as the adjoint of x.
FIRST = {
    "a product": (lambda x: ag.sum(2 * x * x), lambda x: 4 * x),
    "an entry": (lambda x: 3 * x[0], lambda x: 3.0 * (np.arange(N) == 0)),
    "a slice": (lambda x: ag.sum(x[1:4] * 2), lambda x: 2.0 * ((np.arange(N) >= 1) & (np.arange(N) < 4))),
    "entries by number": (lambda x: ag.sum(x[[5, 7, 5]]), lambda x: np.bincount([5, 7, 5], minlength=N).astype(float)),
    "two slices": (lambda x: ag.sum(x[:2]) + ag.sum(x[1:3]), lambda x: np.array([1.0, 2, 1] + [0] * (N - 3))),
}

# Rows that pass one array on to several arguments.
SHARING = {
    "a sum": lambda *xs: xs[0] + xs[1],
    "a sum of three": lambda *xs: xs[0] + (xs[1] + xs[2]),
    "a sum the other way": lambda *xs: xs[1] + xs[0],
    "stages": lambda *xs: (xs[0] + xs[1]) + (xs[0] + xs[2]),
}


@pytest.mark.parametrize("inner", [False, True], ids=["variables", "rows"])
@pytest.mark.parametrize("sharing", SHARING)
@pytest.mark.parametrize("first", FIRST)
def test_a_shared_adjoint_is_added_to_for_neither(first, sharing, inner, rng):
    extra, slope = FIRST[first]
    combine = SHARING[sharing]
    weights, xs = rng.normal(size=N), [rng.normal(size=N) for _ in range(3)]
    times = np.array(ag.grad(combine, argnums=(0, 1, 2))(1.0, 1.0, 1.0))

    def f(*xs):
        xs = [x * 1.5 for x in xs] if inner else xs  # rows of their own, whose adjoints go on
        before = extra(xs[0])
        return ag.sum(combine(*xs) * weights) + before

    found = ag.grad(f, argnums=(0, 1, 2))(*xs)
    scale = 1.5 if inner else 1.0
    for i, g in enumerate(found):
        own = slope(xs[0] * scale) if i == 0 else 0.0
        assert np.allclose(g, scale * (times[i] * weights + own), rtol=1e-13, atol=1e-13)  # sums of three numbers


@pytest.mark.parametrize("first", FIRST)
def test_a_seed_and_what_was_handed_out_are_never_added_to(first, rng):
    extra, slope = FIRST[first]
    x, seed = rng.normal(size=N), rng.normal(size=N)
    kept = seed.copy()

    def f(x):
        before = extra(x)
        return x + 0.0, before

    pullback = ag.vjp(f, x)[1]
    for _ in range(2):
        (g,) = pullback((seed, 1.0))
        assert np.allclose(g, kept + slope(x), rtol=1e-13)  # a sum of two numbers
        assert np.array_equal(seed, kept)
    variable = ag.Var(x)
    outputs = f(variable)
    for y, s in zip(outputs, (seed, 1.0), strict=True):
        y.backward(s)
    assert np.allclose(variable.grad.value, kept + slope(x), rtol=1e-13)
    assert np.array_equal(seed, kept)
