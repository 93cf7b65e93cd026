"""Fourier transforms: NumPy's values and derivatives, for every length, axis and norm, real and complex."""

import numpy as np
import pytest

import autograd_lite as ag

RNG = np.random.default_rng(3)
R = RNG.normal(size=(3, 5, 4))
C = R + 1j * RNG.normal(size=R.shape)
REAL_ONLY = {"rfft", "ihfft", "rfftn"}


def check(f, g, x):
    np.testing.assert_allclose(f(x), g(x), rtol=1e-12, atol=1e-13)  # sums of up to 60 terms
    np.testing.assert_allclose(g(ag.Var(x)).value, g(x), rtol=1e-12, atol=1e-13)  # through the protocol
    ag.check_grads(f, (x,), order=2, entries=2)


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize("n", [None, 3, 4, 7])
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
def test_along_one_axis(name, n, norm):
    mine, numpys = getattr(ag.fft, name), getattr(np.fft, name)
    for x, axis in [(R, -1), (R[..., 0], 1), (C, -1)]:
        if x is not C or name not in REAL_ONLY:
            check(lambda a, k=axis: mine(a, n=n, axis=k, norm=norm), lambda a, k=axis: numpys(a, n, k, norm), x)


@pytest.mark.parametrize(("s", "axes"), [(None, None), ((3, 4), (0, 2)), ((2, 6), (1, 0)), (None, (1,))])
@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
def test_along_several_axes(name, s, axes):
    mine, numpys = getattr(ag.fft, name), getattr(np.fft, name)
    for x in (R, C):
        if x is not C or name not in REAL_ONLY:
            check(lambda a: mine(a, s=s, axes=axes, norm="ortho"), lambda a: numpys(a, s, axes, "ortho"), x)


def test_shifts_frequencies_and_numpys_two_dimensional_names():
    check(ag.fft.fftshift, np.fft.fftshift, R)
    check(lambda x: ag.fft.ifftshift(x, axes=1), lambda x: np.fft.ifftshift(x, axes=1), R)
    np.testing.assert_array_equal(ag.fft.fftfreq(5, d=0.5).value, np.fft.fftfreq(5, 0.5))
    np.testing.assert_array_equal(ag.fft.rfftfreq(4, dtype=ag.float32).value, np.fft.rfftfreq(4))
    for f in (np.fft.fft2, np.fft.ifft2, np.fft.rfft2, np.fft.irfft2):
        np.testing.assert_allclose(f(ag.Var(R)).value, f(R), rtol=1e-12, atol=1e-13)


def test_dtypes_and_a_power_spectrum():
    """Parseval: the gradient of sum(|fft(x)|²)/n is that of sum(x²)."""
    x = R.astype(np.float32)
    assert ag.fft.rfft(ag.Var(x)).dtype == np.complex64
    gradient = ag.grad(lambda x: ag.sum(ag.abs(ag.fft.fft(x)) ** 2) / 4)(x)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, 2 * x, rtol=1e-5, atol=1e-6)  # single precision
    gradient = ag.grad(lambda z: ag.sum(ag.abs(ag.fft.ifft(z)) ** 2) * 4)(C)
    np.testing.assert_allclose(gradient, 2 * C, rtol=1e-13)
    assert ag.fft.fft(np.arange(4)).dtype == np.complex128


def test_errors():
    for f, kind, message in [
        (lambda: ag.fft.fft(R, n=0), ValueError, "fft"),
        (lambda: ag.fft.fft(R, axis=3), IndexError, "out of bounds"),
        (lambda: ag.fft.fft(R, norm="best"), ValueError, "ortho"),
        (lambda: ag.fft.fftn(R, s=(2,), axes=(0, 1)), ValueError, "lengths"),
        (lambda: ag.fft.rfft(ag.Var(C)), TypeError, "rfft"),
    ]:
        with pytest.raises(kind, match=message):
            f()
