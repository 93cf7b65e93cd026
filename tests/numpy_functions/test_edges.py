"""NumPy's functions where shapes and dtypes are unusual: NumPy's values, shapes and dtypes, and right derivatives."""

import numpy as np
import pytest

import autograd_lite as ag

SINGLE = np.array([0.5, -1.0, 2.0], np.float32)
ZERO_D = np.array(1.5)
MATRIX = np.array([[0.5, -1.0, 2.0], [3.0, 0.25, -0.75]])
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
LIKE_NUMPY = {
    "several values inserted at a place": (lambda x: np.insert(x, 1, [7.0, 8.0, 9.0]), MATRIX),
    "the same along an axis": (lambda x: np.insert(x, 1, [[7.0, 8.0], [5.0, 6.0]], axis=1), MATRIX),
    "one value an entry, at a list": (lambda x: np.insert(x, [1], [[7.0], [8.0]], axis=1), MATRIX),
    "values of its own": (lambda x: np.insert(x, 2, x), SINGLE),
    "a row at several places": (lambda x: np.insert(x, [0, 2], [1.0, 2.0, 3.0], axis=0), MATRIX),
    "gradient of float32": (lambda x: np.gradient(x), SINGLE),
    "gradient of float32 at places": (lambda x: np.gradient(x, np.array([0.0, 0.5, 2.0])), SINGLE),
    "float_power of float32": (lambda x: np.float_power(2.5 + x, 1.5), SINGLE),
    "heaviside with a number": (lambda x: np.heaviside(x, 0.5) * x, SINGLE),
    "heaviside with an array": (lambda x: np.heaviside(x, np.array([0.5])) * x, SINGLE),
    **{f"{mode} padding of a number": (lambda x, mode=mode: np.pad(x, 1, mode=mode) * x, ZERO_D) for mode in ("constant", "edge", "wrap", "reflect")},
    **{f"{f.__name__} of a number, axis {axis}": (lambda x, f=f, axis=axis: f(x, axis=axis), ZERO_D) for f in (np.cumsum, np.cumprod) for axis in (0, -1)},
    **{f"repeat of a number, axis {axis}": (lambda x, axis=axis: np.repeat(x, 2, axis=axis), ZERO_D) for axis in (0, -1)},
    **{f"take from a number, axis {axis}": (lambda x, axis=axis: np.take(x, [0, -1], axis=axis), ZERO_D) for axis in (0, -1)},
}  # fmt: skip


@pytest.mark.parametrize("case", LIKE_NUMPY)
def test_value_dtype_and_derivative(case):
    f, x = LIKE_NUMPY[case]
    got, expected = f(ag.Tensor(x, requires_grad=True)), f(x)
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(got.value, expected)
    ag.check_grads(lambda x: f(x), (x.astype(float)[()],))


@pytest.mark.parametrize("axis", [1, -2])
@pytest.mark.parametrize("f", [np.cumsum, np.cumprod, lambda x, axis: np.repeat(x, 2, axis)])
def test_an_axis_that_a_number_has_not(f, axis):
    with pytest.raises(np.exceptions.AxisError):
        f(ag.Var(1.5), axis)


@pytest.mark.parametrize("z", [0.3 + 0.2j, -1.5 - 0.7j, 0.9 + 3.5j, 2.2 - 1.4j])
def test_sinc_of_complex_numbers(z):
    """sinc' = (cos(πz) - sinc(z))/z: the reduction by whole periods leaves the imaginary part alone."""
    expected = (np.cos(np.pi * z) - np.sinc(z)) / z
    np.testing.assert_allclose(ag.jvp(np.sinc, (z,), (1.0 + 0j,))[1], expected, rtol=1e-12)  # rounding


@pytest.mark.parametrize("f", [np.quantile, np.nanquantile, np.percentile, np.nanpercentile, np.heaviside])
def test_what_has_no_order_is_refused(f):
    x = np.array([1.0 + 2.0j, 0.5])
    for given in (x, ag.Tensor(x, requires_grad=True)):
        with pytest.raises(TypeError):
            f(given, 0.5)
