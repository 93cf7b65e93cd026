"""One argument differentiated inside, another outside: what a rule reads depends on both.

The argument of the outer derivative is computed inside the inner function, so it is as young as the inner variable:
the inner sweep pulls nothing into it, and must still see that it, and the result, depend on it.
"""

from itertools import permutations

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.rules import OPS
from tests.conftest import seeded
from tests.ops.test_registry import calls, noise
from tests.support.domains import DIFFERENTIABLE

SEVERAL = [name for name in DIFFERENTIABLE if any(len(f.which) > 1 for f in calls(name))]


def inner_ways(y, e):
    """The inner derivative of ``y(b)`` along `e`, by every transform: a number."""
    dot = lambda g: ag.sum(g * e)
    return {
        "grad": lambda b: dot(ag.grad(y)(b)),
        "value_and_grad": lambda b: dot(ag.value_and_grad(y)(b)[1]),
        "vjp": lambda b: dot(ag.vjp(y, b)[1](1.0)[0]),
        "jvp": lambda b: ag.jvp(y, (b,), (e,))[1],
        "reverse jacobian": lambda b: dot(ag.jacobian(y, mode="reverse")(b)),
        "forward jacobian": lambda b: dot(ag.jacobian(y, mode="forward")(b)),
        "checkpoint": lambda b: dot(ag.grad(ag.checkpoint(y))(b)),
        "hessian": lambda b: dot(ag.sum(ag.hessian(lambda b: y(b) ** 2)(b) * (e + 1), axis=tuple(range(b.ndim)))),
    }


INNER = list(inner_ways(None, None))
OUTER = {
    "grad": lambda m, a, d: np.sum(ag.grad(m)(a) * d),
    "jvp": lambda m, a, d: ag.jvp(m, (a,), (d,))[1],
    "reverse jacobian": lambda m, a, d: np.sum(ag.jacobian(m, mode="reverse")(a) * d),
    "forward jacobian": lambda m, a, d: np.sum(ag.jacobian(m, mode="forward")(a) * d),
    "backward": lambda m, a, d: np.sum(backward(m, a) * d),
}


def backward(m, a):
    a = ag.Var(a)
    (m(a) + 0.0 * ag.sum(a)).backward()  # which may not depend on it
    return a.grad.value


def check(f, args, seed, inner, rng):
    """Each argument inside, each other outside, against differences of the inner derivative alone."""
    for i, j in permutations(range(min(len(args), 3)), 2):
        d, e = noise(rng, args[i]), noise(rng, args[j])

        def mixed(a, i=i, j=j, e=e):
            def y(b):
                given = list(args)
                given[i], given[j] = a * 1.0, b
                return ag.sum(f(*given) * seed)

            return inner_ways(y, e)[inner](args[j])

        step = 1e-5
        with np.errstate(all="ignore"):  # an undefined exponent's derivative
            expected = (mixed(args[i] + step * d) - mixed(args[i] - step * d)) / (2 * step)
        if np.size(args[i]) and np.size(args[j]):
            for outer, derivative in OUTER.items():
                found = derivative(mixed, args[i], d)
                # differences cut off step² f''' / 6, some 1e-9, and round off 1e-16 f / step, some 1e-9
                np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6, err_msg=f"{outer} of {inner} {i} {j}")


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("name", SEVERAL)
def test_every_operation_of_several_arguments(name, inner):
    rng = seeded(name)
    f = next(f for f in calls(name) if len(f.which) > 1)
    check(f, f.args, f.seed(rng), inner, rng)


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("kind", ["elementwise", "general", "together", "variadic"])
def test_an_operation_of_a_user(kind, inner):
    """A quotient, its rules written with the result, in each way to write them."""
    f = lambda x, y: x / y
    register = {
        "elementwise": lambda: ag.elementwise("ratio", f, lambda v, x, y: 1 / y, lambda v, x, y: -v / y),
        "general": lambda: ag.general(
            "ratio",
            f,
            (lambda g, v, x, y: g / y, lambda g, v, x, y: -g * v / y),
            (lambda t, v, x, y: t / y, lambda t, v, x, y: -t * v / y),
            signature="x, y, /",
        ),
        "together": lambda: ag.general(
            "ratio",
            f,
            lambda g, v, xs: [g / xs[1], -g * v / xs[1]],
            lambda ts, v, xs: sum(t * w for t, w in zip(ts, (1 / xs[1], -v / xs[1]), strict=True) if t is not None),
            signature="x, y, /",
            together=True,
        ),
        "variadic": lambda: ag.general(
            "ratio",
            f,
            lambda i, g, v, xs: g / xs[1] if i == 0 else -g * v / xs[1],
            lambda i, t, v, xs: t / xs[1] if i == 0 else -t * v / xs[1],
            signature="*arrays",
        ),
    }[kind]
    ratio, rng = register(), seeded(kind)
    try:
        call = (lambda x, y: ratio(x, y)) if kind != "variadic" else (lambda x, y: OPS["ratio"].call(x, y))
        args = (rng.normal(size=3), 1 + rng.random(3))
        check(call, args, rng.normal(size=3), inner, rng)
    finally:
        del OPS["ratio"]


def test_a_force_differentiated_in_a_charge():
    force = ag.grad(lambda s: ag.grad(lambda R: np.sin(s) / R)(1.3))
    np.testing.assert_allclose(force(1.05), -np.cos(1.05) / 1.3**2, rtol=1e-15)  # as written
    power = lambda s: ag.grad(lambda R: (s**2 * 2.0) ** R)(1.3)
    base = 2 * 1.05**2
    expected = (1.3 * np.log(base) + 1) * base**0.3 * 4 * 1.05  # of log(u) u**R in s
    np.testing.assert_allclose(ag.grad(power)(1.05), expected, rtol=1e-14)  # a few roundings
    np.testing.assert_allclose(expected, 10.798, rtol=1e-4)  # as many digits as are known


def test_three_levels():
    f = lambda t: ag.grad(lambda s: ag.grad(lambda R: t**2 * np.sin(s * t) / (R * t))(1.3))(1.05)
    t = 0.8  # t sin(s t) / R, in R, in s and in t
    expected = -(2 * t * np.cos(1.05 * t) - t**2 * 1.05 * np.sin(1.05 * t)) / 1.3**2
    np.testing.assert_allclose(ag.grad(f)(t), expected, rtol=1e-13)  # a few roundings
    np.testing.assert_allclose(ag.jvp(f, (t,), (1.0,))[1], expected, rtol=1e-13)


# -- a pullback under another derivative ------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [np.float64(3.0), np.array([3.0, 1.0]), np.full(5000, 2.0)])
def test_a_pullback_from_outside_gives_arrays(x):
    """Its own variables are nobody else's: what depends on them alone is a constant to an outer derivative."""
    _, pull = ag.vjp(lambda x: x**2 / (x + 1), x)
    slope = lambda s: ag.sum(pull(s)[0] * s)
    expected = pull(np.ones_like(x))[0] * 2
    for found in (
        ag.grad(slope)(np.ones_like(x)),
        ag.jvp(slope, (np.ones_like(x),), (np.ones_like(x),))[1],
        ag.vjp(slope, np.ones_like(x))[1](1.0)[0],
    ):
        assert not isinstance(found, ag.Tensor)
        np.testing.assert_allclose(np.sum(found), np.sum(expected), rtol=1e-14)
    if x.size < 5000:
        assert not isinstance(ag.jacobian(lambda s: pull(s)[0])(np.ones_like(x)), ag.Tensor)
        assert not isinstance(ag.jacobian(lambda s: pull(s)[0], mode="forward")(np.ones_like(x)), ag.Tensor)


def test_a_pullback_of_an_outer_variable_stays_tracked():
    def f(x):
        _, pull = ag.vjp(lambda y: y**3, x)
        return ag.grad(lambda s: pull(s)[0])(2.0)

    assert f(3.0) == 27.0
    assert ag.grad(f)(3.0) == 18.0
    x = ag.Var(3.0)
    f(x).backward()
    assert x.grad.value == 18.0


def test_a_tracked_seed_is_not_recorded_unasked():
    x, s = ag.Var(3.0), ag.Var(2.0)
    (x**2).backward(seed=s * s)
    assert x.grad.value == 24.0
    assert not x.grad.requires_grad
    x.grad = None
    (x**2).backward(seed=s * s, create_graph=True)
    x.grad.backward()
    assert s.grad.value == 24.0
