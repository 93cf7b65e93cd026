"""Derivatives inside derivatives: what an inner function takes from an outer one, and what it hands through.

Each case is a number computed from `w` by way of derivatives in something else, with `w` in every role: a constant of
the function inside, the point, the tangent or the seed, the extra result, what is written into a variable.
"""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.tensor import raw

W, X = np.array([0.7, -0.4, 1.2]), np.array([0.3, 0.9, -0.5])
S = ag.sum


def written(x, w):
    y = x * 1.0
    y[1:] = w[:2] * x[1:]
    return y


def written_through_a_view(x, w):
    y = x * 1.0
    v = y[:2]
    v *= w[1:]
    return y * w


def joined(results, combine):
    return combine(*results)


# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
CASES = {
    "grad":              lambda w: S(ag.sin(ag.grad(lambda x: S(ag.exp(x * w)) * S(x))(X))),
    "grad, unused":      lambda w: S(ag.grad(lambda x: S(w**2))(X) + w),
    "grad, two":         lambda w: S(ag.grad(lambda x: S(ag.grad(lambda y: S(ag.sin(x * y * w)))(x) * w))(w)),
    "grad, two apart":   lambda w: S(ag.grad(lambda x: S(ag.grad(lambda y: S(ag.sin(y * w) * w))(X) + x * w))(w)),
    "value and grad":    lambda w: joined(ag.value_and_grad(lambda x: joined(ag.value_and_grad(lambda y: S(y**3 * w))(x), lambda v, g: v + S(g * x)))(w), lambda v, g: v * S(g)),
    "extra":             lambda w: joined(ag.grad(lambda x: (S(x**2 * w), {"a": w * x, "b": S(w)}), has_aux=True)(X), lambda g, e: S(g * e["a"]) + e["b"]),
    "extra at w":        lambda w: joined(ag.grad(lambda x: (S(x**2 * w), {"a": w * x, "b": S(x)}), has_aux=True)(w), lambda g, e: S(g * e["a"]) + e["b"]),
    "containers":        lambda w: joined(ag.grad(lambda p: S(p["a"] * p["b"][0] * w))({"a": w, "b": [X]}).values(), lambda a, b: S(a**2) + S(b[0] * w)),
    "jacobian":          lambda w: S(ag.sin(ag.jacobian(lambda x: ag.sin(x) * w[::-1] * x[0])(X))),
    "jacobian, unused":  lambda w: S(ag.sin(ag.jacobian(lambda x: w * w)(X) + w)),
    "jacobian at w":     lambda w: S(ag.jacobian(lambda x: x**3 * w)(w) ** 2),
    "jacobian forward":  lambda w: S(ag.sin(ag.jacobian(lambda x: ag.sin(x) * w[::-1] * x[0], mode="forward")(X))),
    "forward at w":      lambda w: S(ag.jacobian(lambda x: x**3 * w, mode="forward")(w) ** 2),
    "hessian":           lambda w: S(ag.sin(ag.hessian(lambda x: S(ag.exp(x * w)) * S(x))(X))),
    "hessian at w":      lambda w: S(ag.sin(ag.hessian(lambda x: S(ag.exp(x * w)) * S(x))(w))),
    "hvp":               lambda w: S(ag.sin(ag.hvp(lambda x: S(ag.exp(x * w)) * S(x), (X,), (w * 2,)))),
    "hvp at w":          lambda w: S(ag.sin(ag.hvp(lambda x: S(x**3), (w,), (X,)))),
    "tangent":           lambda w: S(ag.jvp(lambda x: ag.sin(x) * x, (X,), (w**2,))[1] ** 2),
    "tangent and point": lambda w: S(ag.jvp(lambda x: ag.sin(x) * w, (w,), (w**2,))[1] ** 2) + S(ag.jvp(lambda x: w * w, (X,), (X,))[0]),
    "seed":              lambda w: S(ag.vjp(lambda x: ag.sin(x) * x, X)[1](w**2)[0] ** 2),
    "seed and point":    lambda w: joined(ag.vjp(lambda x: ag.sin(x) * w, w * 1.5), lambda v, pull: S(pull(v * w)[0] * v)),
    "partials":          lambda w: S(ag.partials(lambda t, x: ag.sin(t * x) * w, (0, (1, 1), (0, 1)))(X, w)[2] * w),
    "partials, third":   lambda w: sum(S(p**2) for p in ag.partials(lambda t, x: ag.exp(t) * x**3 * w[0], (0, 1, (0, 1), (1, 1, 1)))(w, w * 2)),
    "checkpoint":        lambda w: S(ag.grad(lambda x: S(ag.checkpoint(lambda a, b: ag.sin(a * b) * b)(x, w)))(w**2)),
    "written":           lambda w: S(ag.grad(lambda x: S(written(x, w) ** 2))(w * w)),
    "through a view":    lambda w: S(ag.grad(lambda x: S(written_through_a_view(x, w) ** 2))(w * w)),
    "where":             lambda w: S(ag.grad(lambda x: S(ag.where(w > 0, x * w, x**2)))(w)),
    "index":             lambda w: S(ag.grad(lambda x: S(x[np.array([0, 0, 2])] * w))(X) ** 2),
    "max":               lambda w: S(ag.grad(lambda x: ag.max(x * w) * S(x))(X) ** 2),
    "sort":              lambda w: S(ag.grad(lambda x: S(ag.sort(x * w) * np.array([1.0, 2.0, 3.0])))(X) ** 2),
    "product":           lambda w: S(ag.grad(lambda x: ag.prod(x * w))(X) ** 2) + S(ag.grad(lambda x: S(ag.cumulative_prod(x * w)))(w) ** 2),
    "softmax":           lambda w: S(ag.grad(lambda x: S(ag.softmax(x * w) * w))(X) ** 2),
    "matmul":            lambda w: S(ag.grad(lambda x: S(ag.tanh(ag.matmul(ag.outer(w, x), x))))(X) ** 2),
    "layer and loss":    lambda w: S(ag.grad(lambda x: ag.squared_error(ag.tanh(ag.affine(x, ag.outer(w, w), w)), w**2))(X) ** 2),
    "einsum":            lambda w: S(ag.grad(lambda x: ag.einsum("i,i,i->", x, w, x))(w) ** 2),
    "determinant":       lambda w: S(ag.grad(lambda x: ag.linalg.slogdet(ag.outer(x, w) + 2 * np.eye(3)).logabsdet)(w * w) ** 2),
    "norm":              lambda w: S(ag.grad(lambda x: ag.linalg.vector_norm(x * w))(X) ** 2),
    "spectrum":          lambda w: S(ag.grad(lambda x: S(ag.abs(ag.fft.rfft(x * w)) ** 2))(X) ** 2),
}
# fmt: on


def slopes(f, w, step=1e-6):
    """Central differences, row by row: they cut off step² f''' / 6, some 1e-11, and round off 1e-16 / step."""
    return np.stack([(plain(f(w + e)) - plain(f(w - e))) / (2 * step) for e in step * np.eye(len(w))], axis=-1)


def plain(x):
    return np.asarray(raw(x))


@pytest.mark.parametrize("name", CASES)
def test_derivatives_of_derivatives(name):
    f = CASES[name]
    expected = slopes(f, W)
    close = {"rtol": 1e-6, "atol": 1e-7}  # the values are of the order of 10, their third derivatives of 100
    np.testing.assert_allclose(ag.grad(f)(W), expected, **close)
    np.testing.assert_allclose([ag.jvp(f, (W,), (e,))[1] for e in np.eye(3)], expected, **close)
    w = ag.Var(W)
    f(w).backward()
    np.testing.assert_allclose(w.grad.value, expected, **close)
    np.testing.assert_allclose(ag.hessian(f)(W), slopes(ag.grad(f), W), **close)


@pytest.mark.parametrize("name", CASES)
def test_replayed(name):
    """Recorded at one point and replayed at another, where only `w` is an input and everything else is a constant."""
    f = CASES[name]
    both = ag.value_and_grad(f)
    replayed = ag.replay(both)
    for w in (W, W + 0.05, W * 1.1):
        for a, b in zip(replayed(w), both(w), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10)  # sums in another order
