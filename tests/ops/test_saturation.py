"""Slopes where a function has reached its limit to all digits, or crosses zero: to the third order, against mpmath."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import autograd_lite as ag

SIZES = [0.0, 1e-300, 1e-16, 1e-8, 1e-3, 0.5, 3.0, 6.9, 7.5, 11.0, 17.0, 19.0, 37.0, 40.0, 100.0, 300.0]
FAR = sorted({-x for x in SIZES} | set(SIZES))
NEAR_ONE = [0.0, 1e-16, 1e-8, 1e-3, 0.5, 0.9, 1 - 1e-6, 1 - 1e-10, 1 - 1e-15]


def sech2(x):
    return 1 / mpmath.cosh(x) ** 2


def of_tanh(x):
    """tanh and its derivatives."""
    t, s = mpmath.tanh(x), sech2(x)
    return t, s, -2 * t * s, s * (4 * t * t - 2 * s)


def of_sigmoid(x):
    """(1 + tanh(x/2)) / 2, written so that nothing cancels."""
    return 1 / (1 + mpmath.exp(-x)), *[d / 2 ** (n + 1) for n, d in enumerate(of_tanh(x / 2)) if n]


def of_softplus(x):
    return mpmath.log1p(mpmath.exp(x)), *of_sigmoid(x)[:3]


def of_atanh(x):
    s = 1 - x * x
    return mpmath.atanh(x), 1 / s, 2 * x / s**2, 2 / s**2 + 8 * x * x / s**3


def of_sinc(x):
    """By Leibniz' rule for πx sinc(x) = sin(πx), at integers; elsewhere the tests of sinc itself are finer."""
    cosine = mpmath.cospi(x)
    first = cosine / x
    second = -2 * first / x
    return 0, first, second, (-(mpmath.pi**2) * cosine - 3 * second) / x


CURVES = {
    "tanh": (ag.tanh, of_tanh, FAR),
    "sigmoid": (ag.sigmoid, of_sigmoid, FAR),
    "softplus": (ag.softplus, of_softplus, FAR),
    "logaddexp": (lambda x: ag.logaddexp(x, 0.0), of_softplus, FAR),
    "atanh": (ag.atanh, of_atanh, [-x for x in NEAR_ONE] + NEAR_ONE),
    "sinc": (ag.sinc, of_sinc, [-700.0, 3.0, 700.0, 10000.0]),
}


@pytest.mark.parametrize("modes", ["rrr", "fff", "rfr"])
@pytest.mark.parametrize("name", CURVES)
def test_slopes_to_the_third_order(name, modes):
    f, exact, xs = CURVES[name]
    with mpmath.workdps(60):
        want = np.array([[float(d) for d in exact(mpmath.mpf(x))] for x in xs]).T
    for order in range(4):
        g = f
        for mode in modes[:order]:
            g = ag.jacobian(g, mode={"r": "reverse", "f": "forward"}[mode])
        if order or name != "sinc":  # whose value is NumPy's: sin(πx) of a rounded πx
            found = [g(x) for x in xs]
            np.testing.assert_allclose(found, want[order], rtol=1e-10, atol=1e-300)  # rounding, near and far from 1


def test_an_array_is_as_right_as_its_entries():
    x = np.array(FAR)
    for f in (ag.tanh, ag.sigmoid, ag.softplus):
        slopes = ag.grad(lambda x, f=f: ag.sum(f(x)))(x)
        np.testing.assert_allclose(slopes, [ag.grad(f)(value) for value in x], rtol=1e-10, atol=1e-300)
        fast = ag.replay(ag.grad(lambda x, f=f: ag.sum(f(x))))
        for values in (x / 1000, x):  # which take different formulas
            np.testing.assert_allclose(fast(values), ag.grad(lambda x, f=f: ag.sum(f(x)))(values), rtol=1e-14)


def test_single_precision_and_complex_slopes():
    for x in (0.1, 3.0, 5.0, 9.0, 30.0):
        want = float(sech2(x))
        assert ag.grad(ag.tanh)(np.float32(x)) == pytest.approx(want, rel=1e-4)  # a thousand roundings at 1 - v² = 2e-3
        slope = ag.jvp(ag.tanh, (np.complex128(x + 0.5j),), (np.complex128(1),))[1]
        assert slope == pytest.approx(complex(sech2(mpmath.mpc(x, 0.5))), rel=1e-9)  # 1 - v² of size 1e-6 or more


@pytest.mark.parametrize("ratio", [1e-150, 1e-10, 1e-6, 0.5, 1.0, 1e6, 1e10])
@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
def test_second_derivatives_of_lengths_and_angles(ratio, scale):
    """Those of hypot are y²/r³ and -xy/r³, small near an axis; those of atan2 likewise, with r⁴."""
    point = scale * np.array([3.0, 3.0 * ratio])
    with mpmath.workdps(60):
        x, y = map(mpmath.mpf, point)
        r = mpmath.sqrt(x * x + y * y)
        length = [[y * y / r**3, -x * y / r**3], [-x * y / r**3, x * x / r**3]]
        angle = [[2 * x * y / r**4, (y * y - x * x) / r**4], [(y * y - x * x) / r**4, -2 * x * y / r**4]]
        wanted = [np.array(h, float) for h in (length, angle)]
    for f, want in zip((lambda z: np.hypot(*z), lambda z: np.arctan2(z[1], z[0])), wanted, strict=True):
        for modes in (("reverse", "reverse"), ("forward", "forward")):
            g = f
            for mode in modes:
                g = ag.jacobian(g, mode=mode)
            found = g(point)
            np.testing.assert_allclose(found, want, rtol=1e-10, atol=1e-14 * np.abs(want).max() if ratio == 1 else 0)
