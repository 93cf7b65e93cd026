"""Partials with a special point keep their own derivatives: to the third order, pure and mixed, in every nesting.

A record names a function of one vector, the point, and its partial derivatives there, worked out by hand: those that
are not named are 0. Each is taken in all nestings of forward and reverse mode.
"""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

import autograd_lite as ag

INF, LOG2 = np.inf, np.log(2)


def entropy(name):
    return lambda z: getattr(ag.special, name)(z[0], z[1])


# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
POINTS = {
    # x**y has the derivatives (y)_k x**(y-k) (log(x) + d/dy)**n
    "x**y at (2, 0)":   (lambda z: z[0] ** z[1], (2.0, 0.0), {(1,): LOG2, (0, 1): 1 / 2, (1, 1): LOG2**2, (0, 0, 1): -1 / 4, (0, 1, 1): LOG2, (1, 1, 1): LOG2**3}),
    "x**y at (0, 1)":   (lambda z: z[0] ** z[1], (0.0, 1.0), {(0,): 1, (0, 1): -INF, (0, 0, 1): INF, (0, 1, 1): INF}),
    "x**y at (0, 2)":   (lambda z: z[0] ** z[1], (0.0, 2.0), {(0, 0): 2, (0, 0, 1): -INF}),
    "x**y at (0, 3)":   (lambda z: z[0] ** z[1], (0.0, 3.0), {(0, 0, 0): 6}),
    "x**y at (0, 4)":   (lambda z: z[0] ** z[1], (0.0, 4.0), {}),
    "x**y at (0, 0)":   (lambda z: z[0] ** z[1], (0.0, 0.0), {(0, 1): INF, (0, 0, 1): -INF, (0, 1, 1): -INF}),
    "x**0":             (lambda z: z[0] ** 0.0 + 0 * z[1], (0.0, 0.0), {}),
    "x**1":             (lambda z: z[0] ** 1 * z[1], (0.0, 2.0), {(0,): 2, (0, 1): 1}),
    "x**2":             (lambda z: z[0] ** 2 * z[1], (0.0, 2.0), {(0, 0): 4, (0, 0, 1): 2}),
    "x**array":         (lambda z: ag.sum(z ** np.array([2.0, 3.0])), (0.0, 0.0), {(0, 0): 2, (1, 1, 1): 6}),
    "(-2)**3":          (lambda z: z[0] ** np.array([3.0])[0], (-2.0,), {(0,): 12, (0, 0): -12, (0, 0, 0): 6}),
    # entropies: x/y and its like have derivatives in x at x = 0
    "xlogy at (0, 2)":    (entropy("xlogy"),    (0.0, 2.0), {(0,): LOG2, (0, 1): 1 / 2, (0, 1, 1): -1 / 4}),
    "xlog1py at (0, 1)":  (entropy("xlog1py"),  (0.0, 1.0), {(0,): LOG2, (0, 1): 1 / 2, (0, 1, 1): -1 / 4}),
    "rel_entr at (0, 2)": (entropy("rel_entr"), (0.0, 2.0), {(0,): -INF, (1,): 0, (0, 0): INF, (0, 1): -1 / 2, (0, 0, 0): -INF, (0, 1, 1): 1 / 4}),
    "kl_div at (0, 2)":   (entropy("kl_div"),   (0.0, 2.0), {(0,): -INF, (1,): 1, (0, 0): INF, (0, 1): -1 / 2, (0, 0, 0): -INF, (0, 1, 1): 1 / 4}),
}
# fmt: on

NESTINGS = [modes for order in (1, 2, 3) for modes in product(("forward", "reverse"), repeat=order)]


def expected(n: int, order: int, partials: dict[tuple[int, ...], float]) -> np.ndarray:
    """The array of all partial derivatives of one order, symmetric."""
    out = np.zeros((n,) * order)
    for index, value in partials.items():
        if len(index) == order:
            for place in permutations(index):
                out[place] = value
    return out


@pytest.mark.parametrize("modes", NESTINGS, ids=lambda modes: "-over-".join([m[0] for m in modes[::-1]]))
@pytest.mark.parametrize("name", POINTS)
def test_partials_at_special_points(name, modes):
    f, point, partials = POINTS[name]
    for mode in modes:
        f = ag.jacobian(f, mode=mode)
    want = expected(len(point), len(modes), partials)
    np.testing.assert_allclose(f(np.array(point)), want, rtol=1e-12, atol=1e-13)  # a few roundings each


def test_log_of_a_ratio_that_overflows():
    """The partial of rel_entr in x is log(x/y) + 1, though x/y is no number."""
    f = entropy("rel_entr")
    for x, y in [(1e-200, 1e200), (1e200, 1e-200)]:
        slope = np.log(x) - np.log(y) + 1
        assert ag.grad(f)(np.array([x, y]))[0] == pytest.approx(slope, rel=1e-14)


def test_entropies_where_both_are_zero():
    """The slope in x is log(0), that in y is 0 by convention, the mixed one 1/0 from both sides."""
    for f, point in [(entropy("xlogy"), [0.0, 0.0]), (entropy("xlog1py"), [0.0, -1.0])]:
        np.testing.assert_array_equal(ag.grad(f)(np.array(point)), [-INF, 0])
        for modes in product(("forward", "reverse"), repeat=2):
            g = f
            for mode in modes:
                g = ag.jacobian(g, mode=mode)
            np.testing.assert_array_equal(g(np.array(point)), [[0, INF], [INF, 0]])
