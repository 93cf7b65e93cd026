"""Lengths (norms, hypot, |z|, deviations) at exactly 0, in all modes and orders.

Their first derivative there is 0, the subgradient. Their second does not exist, so it is NaN; so is that of a function
of a length which is no power: the right number or NaN, never a plausible 0. What does not depend on such a length is
as it was.
"""

from itertools import product

import numpy as np
import pytest

import autograd_lite as ag

la = ag.linalg
MASK = 1.0 - np.eye(2)


def pairs(x):
    """The distances of points on a line and a half: the diagonal's lengths are 0, whatever x is."""
    points = ag.stack([x, x[::-1]], axis=1)
    return la.vector_norm(points[:, None] - points[None], axis=-1)


LENGTHS = {
    "norm": np.linalg.norm,
    "vector_norm": la.vector_norm,
    "3-norm": lambda x: la.vector_norm(x, ord=3),
    "1.5-norm": lambda x: la.vector_norm(x, ord=1.5),
    "of rows": lambda x: ag.sum(la.vector_norm(ag.stack([x, x + 1]), axis=1)) - 2**0.5,
    "of a column": lambda x: la.vector_norm(x[:, None], axis=0, keepdims=True)[0, 0],
    "matrix_norm": lambda x: la.matrix_norm(ag.stack([x, 2 * x])),
    "hypot": lambda x: np.hypot(x[0], x[1]),
    "hypot, broadcast": lambda x: ag.sum(np.hypot(x[:1], x[1:, None])),
    "|z|": lambda x: abs(x[0] + 1j * x[1]),
    "norm of z": lambda x: np.linalg.norm(x * (1 + 2j)),
    "1-norm of z": lambda x: la.vector_norm(x.sum() * np.array([1, 2j]), ord=1),
    "std": lambda x: ag.std(x * np.array([1, 2.0])),
    "of a length": lambda x: np.linalg.norm(np.linalg.norm(ag.stack([x, 2 * x]), axis=1)),
}
FUNCTIONS = {
    "v": lambda v: v,
    "2 v": lambda v: 2 * v,
    "cos v": np.cos,
    "cosh v": np.cosh,
    "exp v": np.exp,
    "v sin v": lambda v: v * np.sin(v),
    "v tanh 2v": lambda v: v * np.tanh(2 * v),
    "v**1.5": lambda v: v**1.5,
    "cos of an entry": lambda v: ag.sum(ag.cos(ag.stack([v, v])[1:])),
    "cos of a sum": lambda v: ag.cos(ag.sum(ag.stack([v, 2 * v]) @ np.ones((2, 2)))),
    "variance": lambda v: ag.var(ag.stack([v, -v, 2 * v])),
    "logsumexp": lambda v: ag.logsumexp(ag.stack([v, -v])),
}


def derivatives(f, x):
    """The second ones, as a matrix, in every mode and nesting, and the replay of one."""
    steps = [np.array(v) for v in ([1.0, 0.0], [0.0, 1.0])]
    for inner, outer in product(("forward", "reverse"), repeat=2):
        yield f"{outer} over {inner}", lambda i=inner, o=outer: ag.jacobian(ag.jacobian(f, mode=i), mode=o)(x)
    yield "hessian", lambda: ag.hessian(f)(x)
    yield "hvp", lambda: np.stack([ag.hvp(f, (x,), (v,)) for v in steps])
    yield "grad of jvp", lambda: np.stack([ag.grad(lambda x, v=v: ag.jvp(f, (x,), (v,))[1])(x) for v in steps])
    yield "grad of grad", lambda: np.stack([ag.grad(lambda x, v=v: ag.grad(f)(x) @ v)(x) for v in steps])


def agreed(f, x):
    found = {name: d() for name, d in derivatives(f, x)}
    for name, h in found.items():
        np.testing.assert_allclose(h, found["hessian"], rtol=1e-12, atol=1e-14, err_msg=name)  # roundings
    return found["hessian"]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("length", LENGTHS)
def test_second_derivatives_of_functions_of_lengths_are_nan(length, function):
    f = lambda x: FUNCTIONS[function](LENGTHS[length](x))
    x = np.zeros(2)
    slope = ag.grad(f)(x)
    assert np.all(np.isfinite(slope))
    np.testing.assert_allclose(ag.jacobian(f, mode="forward")(x), slope, rtol=1e-14)
    assert np.all(np.isnan(agreed(f, x)))


@pytest.mark.parametrize("v", [[1.0, -2.0], [1.0, 0.0]])
def test_along_any_vector(v):
    f = lambda x: np.cos(np.linalg.norm(x))
    assert np.all(np.isnan(ag.hvp(f, (np.zeros(2),), (np.array(v),))))
    assert np.isnan(ag.jvp(lambda x: ag.jvp(f, (x,), (np.array(v),))[1], (np.zeros(2),), (np.array(v),))[1])


def squares(x):
    return ag.sum(x**2)


norm = np.linalg.norm
CORNER = np.array([3.0, 4.0])
# fmt: off
KEPT = {  # what does not depend on a length that is 0, or on its square only
    "norm**2":           lambda x: norm(x) ** 2,
    "where":             lambda x: ag.where(norm(x) > 0, norm(x), 0.0) + squares(x),
    "where, a function": lambda x: ag.where(norm(x) > 0, np.cos(norm(x)), 0.0) + squares(x),
    "Huber":             lambda x: (lambda v: ag.where(v < 1, v**2, 2 * v - 1))(norm(x)),
    "maximum":           lambda x: ag.maximum(norm(x), 1.0) ** 3 + squares(x),
    "another row":       lambda x: ag.sum(la.vector_norm(ag.stack([x, x + CORNER]), axis=1)[1:] ** 2),
    "a constant 0":      lambda x: 0.0 * norm(x) + squares(x),
    "a kink":            lambda x: ag.sum(abs(x)) + squares(x),
    "1-norm":            lambda x: la.vector_norm(x, ord=1) + squares(x),
    "std of one":        lambda x: ag.std(x[:1]) + squares(x),
}
PAIRS = {
    "exp":         lambda d: ag.exp(-d),
    "masked":      lambda d: ag.where(MASK == 0, 0.0, 1 / ag.where(MASK == 0, 1.0, d)),
    "left out":    lambda d: ag.cos(d[0, 1:]) * d[1, :1],
    "times a mask": lambda d: ag.cos(d * MASK),
    "cos":         ag.cos,
}
# fmt: on


@pytest.mark.parametrize("name", KEPT)
def test_what_does_not_depend_on_a_length_that_is_zero_is_as_it_was(name):
    np.testing.assert_allclose(agreed(KEPT[name], np.zeros(2)), 2 * np.eye(2), rtol=1e-13)  # a rounding or two


@pytest.mark.parametrize("name", PAIRS)
def test_distances_between_all_pairs(name):
    """Those of points to themselves are 0 and stay so: they have the derivative 0 of every order."""
    x = np.array([0.3, 1.1])
    one = lambda x: 2 * ag.hypot(x[0] - x[1], x[1] - x[0])
    f = lambda x: ag.sum(PAIRS[name](pairs(x)))
    found = agreed(f, x)
    for k, mode in product(range(2), ("forward", "reverse")):  # against differences with small steps
        step = 1e-5 * np.eye(2)[k]
        slope = ag.jacobian(f, mode=mode)
        np.testing.assert_allclose(found[k], (slope(x + step) - slope(x - step)) / 2e-5, rtol=1e-6, atol=1e-8)
    assert np.all(np.isfinite(found))
    assert np.all(np.isfinite(agreed(one, x)))


def test_of_several_results_only_those_that_depend_on_it():
    f = lambda x: ag.stack([ag.sum(x**2), np.cos(np.linalg.norm(x[:2])), x[2] ** 3])
    x = np.array([0.0, 0.0, 2.0])
    for inner, outer in product(("forward", "reverse"), repeat=2):
        found = ag.jacobian(ag.jacobian(f, mode=inner), mode=outer)(x)
        np.testing.assert_array_equal(found[0], 2 * np.eye(3))
        np.testing.assert_array_equal(np.isnan(found[1]), np.outer([1, 1, 0], [1, 1, 0]))
        np.testing.assert_array_equal(found[2], np.diag([0, 0, 12.0]))


@pytest.mark.parametrize("shape", [(0,), (2, 0)])
def test_lengths_of_nothing(shape):
    f = lambda x: ag.sum(ag.cos(la.vector_norm(x, axis=-1, ord=3)))
    assert ag.hessian(f)(np.zeros(shape)).shape == shape + shape


def test_third_derivatives_do_not_forget():
    f = lambda x: np.cos(np.linalg.norm(x))
    for modes in product(("forward", "reverse"), repeat=3):
        g = f
        for mode in modes:
            g = ag.jacobian(g, mode=mode)
        assert np.all(np.isnan(g(np.zeros(2)))), modes


def test_a_replay_asks_again():
    f = lambda x: np.cos(np.linalg.norm(x))
    r = ag.replay(ag.hessian(f))
    for x in (np.array([3.0, 4.0]), np.zeros(2), np.array([3.0, 4.0])):
        np.testing.assert_array_equal(r(x), ag.hessian(f)(x))


def test_a_length_whose_square_underflows_is_not_zero():
    x = np.array([3e-200, 4e-200])
    found = ag.hessian(np.linalg.norm)(x)
    np.testing.assert_allclose(found, (np.eye(2) - np.outer([0.6, 0.8], [0.6, 0.8])) / 5e-200, rtol=1e-12)
