"""What a function returns beside its value comes back beside the derivative, as constants or tracked as it was."""

import numpy as np
import pytest

import autograd_lite as ag

X = np.array([0.5, 2.0])
S = ag.sum


def number(x):
    return S(x**3), {"twice": 2 * x, "say": "yes", "total": S(x)}


def array(x):
    return x**3, {"twice": 2 * x, "say": "yes", "total": S(x)}


ALL = {
    "grad": (lambda f: lambda x: ag.grad(f, has_aux=True)(x), number, 3 * X**2),
    "value_and_grad": (lambda f: lambda x: ag.value_and_grad(f, has_aux=True)(x)[::-1], number, 3 * X**2),
    "reverse jacobian": (lambda f: ag.jacobian(f, mode="reverse", has_aux=True), array, np.diag(3 * X**2)),
    "forward jacobian": (lambda f: ag.jacobian(f, mode="forward", has_aux=True), array, np.diag(3 * X**2)),
    "hessian": (lambda f: ag.hessian(f, has_aux=True), number, np.diag(6 * X)),
    "jvp": (lambda f: lambda x: ag.jvp(f, (x,), (np.ones(2),), has_aux=True)[1:], array, 3 * X**2),
    "vjp": (
        lambda f: lambda x: (lambda out, pull, aux: (pull(np.ones(2))[0], aux))(*ag.vjp(f, x, has_aux=True)),
        array,
        3 * X**2,
    ),
}


@pytest.mark.parametrize("name", ALL)
def test_the_extra_comes_back(name):
    transform, f, expected = ALL[name]
    derivative, extra = transform(f)(X)
    np.testing.assert_allclose(derivative, expected)
    if name == "value_and_grad":
        extra = extra[1]
    assert extra["say"] == "yes"
    assert type(extra["twice"]) is np.ndarray
    np.testing.assert_array_equal(extra["twice"], 2 * X)
    assert extra["total"] == 2.5
    assert isinstance(transform(f)(ag.Tensor(X))[0], ag.Tensor)


@pytest.mark.parametrize("name", ALL)
def test_the_extra_is_tracked_by_an_outer_derivative(name):
    transform, f, _ = ALL[name]

    def outer(w):
        def weighted(x):
            value, extra = f(x * w)
            return value, {"kept": extra["twice"] * w, "own": x * 2}

        derivative, extra = transform(weighted)(X)
        extra = extra[1] if name == "value_and_grad" else extra
        assert isinstance(extra["own"], np.ndarray)  # of this derivative's variable alone
        return S(derivative**2) + S(extra["kept"])

    w = np.array([1.3, -0.4])
    step = 1e-6
    # differences cut off step² f''' / 6, some 1e-8 for values in the hundreds, and round off 1e-8
    slopes = [float(outer(w + step * e) - outer(w - step * e)) / (2 * step) for e in np.eye(2)]
    np.testing.assert_allclose(ag.grad(outer)(w), slopes, rtol=1e-6, atol=1e-6)


def test_values_beside():
    out, pull, extra = ag.vjp(array, X, has_aux=True)
    np.testing.assert_array_equal(out, X**3)
    np.testing.assert_allclose(pull(np.array([1.0, 0.0]))[0], [3 * X[0] ** 2, 0])
    value, tangent, again = ag.jvp(array, (X,), (X,), has_aux=True)
    np.testing.assert_array_equal(value, X**3)
    np.testing.assert_allclose(tangent, 3 * X**3)
    assert extra["total"] == again["total"]
