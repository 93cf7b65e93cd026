"""Derivatives of Bessel functions in their order, and of the Hurwitz zeta function in x, of any order, on arrays.

Under the sign of an integral, or term by term of a series, where a derivative in the order is a power of a logarithm.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb, factorial, pi
from typing import Any

import numpy as np

from autograd_lite.ops.special.incomplete import BERNOULLI
from autograd_lite.ops.special.kernels import bell, by_orders, interval, scipy


def _within(highest: float, farthest: float, n: Any, x: Any) -> None:
    """Raises beyond the orders and arguments for which the accuracies below were verified."""
    if np.any((np.abs(n) > highest) | (np.abs(x) > farthest)):
        raise ValueError(
            f"the derivative in the order is computed for orders up to {highest:g} and arguments up to {farthest:g}; "
            "hold the order constant with ag.stop_gradient"
        )


# -- modified Bessel functions -----------------------------------------------------------------------------------------


def _macdonald(k: int, n: Any, x: Any) -> Any:
    """∫ exp(-x (cosh t - 1)) tᵏ cosh(nt) dt over (0, ∞), sinh for odd k: an even integrand, by the trapezoid rule."""
    _within(100, 1e4, n, x)
    n, z = np.abs(n), np.where(x > 0, x, 1.0)
    top = np.arccosh(1 + 50 / z)
    for _ in range(8):
        top = np.arccosh(1 + (50 + n * top + k * np.log1p(top)) / z)
    count = int(np.max(top * np.sqrt(1 + n) / 0.08, initial=128))
    t = np.linspace(0, 1, count + 1) * top[:, None]
    growth = n[:, None] * t - z[:, None] * 2 * np.sinh(t / 2) ** 2
    integrand = np.exp(growth) * t**k * (1 + (-1) ** k * np.exp(-2 * n[:, None] * t)) / 2
    integrand[:, 0] /= 2
    return integrand.sum(-1) * top / count


@by_orders(1, real=True)
def kve_in_order(k: int, n: Any, x: Any) -> Any:
    """The k-th derivative in n of exp(x) kv(n, x) (DLMF 10.32.9), for |n| < 100; to 1e-12 where 1e-8 < x < 600."""
    out = _macdonald(k, n, x) * np.where(n < 0, (-1.0) ** k, 1.0)
    return np.where(x > 0, out, np.where(x == 0, np.sign(n) ** k * np.inf, np.nan))


@by_orders(1, real=True)
def kv_in_order(k: int, n: Any, x: Any) -> Any:
    """The k-th derivative in n of kv(n, x) (DLMF 10.32.9), for |n| < 100; to 1e-12 where 1e-8 < x < 600."""
    return np.exp(-x) * kve_in_order(k, n, x)


def _series(k: int, n: Any, x: Any, sign: int, shift: Any = 0.0) -> Any:
    """exp(-shift) ∂ᵏ/∂nᵏ of the sum of (sign x²/4)ᵐ (x/2)ⁿ / (m! Γ(n + m + 1)) (DLMF 10.2.2)."""
    logs, total = np.log(x / 2), np.zeros(np.shape(x))
    for m in range(int(np.max(x, initial=0) * 0.6) + 40):
        slopes: dict[tuple[int, ...], Any] = {(1,): logs - scipy("digamma")(n + m + 1)}
        slopes |= {(r,): -scipy("polygamma")(r - 1, n + m + 1) for r in range(2, k + 1)}
        size = (2 * m + n) * logs - scipy("gammaln")(m + 1.0) - scipy("gammaln")(n + m + 1) - shift
        total += sign**m * np.exp(size) * bell((k,), slopes)
    return total


def _modified(k: int, n: Any, x: Any, shift: Any) -> Any:
    """exp(-shift) times the k-th derivative in n of iv, for n > -1 and x > 0."""
    _within(100, 1e4, n, x)
    far = x > np.maximum(30.0, n * n)
    out = np.empty(np.shape(x))
    out[~far] = _series(k, n[~far], x[~far], 1, shift[~far])
    # DLMF 10.40.1; its exponentially small companion is below rounding
    order, total = np.polynomial.Polynomial([1.0]), np.zeros(np.count_nonzero(far))
    for j in range(25):
        total += (-1) ** j * order.deriv(k)(n[far]) / x[far] ** j
        order = order * np.polynomial.Polynomial([-((2.0 * j + 1) ** 2), 0.0, 4.0]) / (8.0 * (j + 1))
    out[far] = total * np.exp(x[far] - shift[far]) / np.sqrt(2 * pi * x[far])
    return out


def _positive(f: Callable[..., Any], n: Any, x: Any) -> Any:
    """f(n, x) for x > 0; at x = 0 it is 0 for n > 0."""
    if np.any(x < 0):
        raise ValueError(
            "the derivative in the order is computed for positive arguments; "
            "hold the order constant with ag.stop_gradient"
        )
    inside = x > 0
    out = np.full(np.shape(x), np.nan)
    out[inside] = f(n[inside], x[inside])
    return np.where((x == 0) & (n > 0), 0.0, out)


def _any_order(k: int, n: Any, x: Any, shift: Any) -> Any:
    """`_modified`, for n <= -1 by I(-n) = I(n) + 2/π sin(nπ) K(n) (DLMF 10.27.2)."""
    low = n <= -1
    out = _modified(k, np.where(low, -n, n), x, shift)
    if low.any():
        m, z = -n[low], x[low]
        waves = [comb(k, r) * pi**r * np.sin(m * pi + r * pi / 2) * _macdonald(k - r, m, z) for r in range(k + 1)]
        out[low] = (-1) ** k * (out[low] + 2 / pi * np.exp(-z - shift[low]) * sum(waves))
    return out


@by_orders(1, real=True)
def iv_in_order(k: int, n: Any, x: Any) -> Any:
    """The k-th derivative in n of iv(n, x), k > 0, for |n| < 100 and 0 < x < 1e4; to 1e-11 of iv where x < 600."""
    return _positive(lambda n, x: _any_order(k, n, x, 0 * x), n, x)


@by_orders(1, real=True)
def ive_in_order(k: int, n: Any, x: Any) -> Any:
    """The k-th derivative in n of exp(-x) iv(n, x), k > 0, for |n| < 100, 0 < x < 1e4; to 1e-11 of iv where x < 600."""
    return _positive(lambda n, x: _any_order(k, n, x, x), n, x)


# -- Bessel functions --------------------------------------------------------------------------------------------------


def _schlaefli(k: int, n: Any, x: Any, phase: float, tail: Callable[..., Any]) -> Any:
    """(1/π) ∫ tᵏ cos(x sin t - nt - phase) dt over (0, π) - (1/π) ∫ tail(n, t, -x sinh t) dt over (0, ∞)."""
    nodes, weights = interval(80 + int(np.max(5 * (x + np.abs(n)), initial=0)))  # a part has half a dozen waves at most
    t = pi * nodes
    inner = np.cos(x[:, None] * np.sin(t) - n[:, None] * t - phase) @ (weights * t**k)
    top = np.arcsinh(45 / x)
    for _ in range(8):
        top = np.arcsinh((45 + np.abs(n) * top) / x)
    nodes, weights = interval(80 + int(np.max(4 * top * np.sqrt(1 + np.abs(n)), initial=0)))
    s = top[:, None] * nodes
    outer = tail(n[:, None], s, -x[:, None] * np.sinh(s)) @ weights
    return inner - top * outer / pi


def _waves(k: int, n: Any, t: Any, fall: Any, start: float) -> Any:
    """The k-th derivative in n of cos(nπ - start) exp(fall - nt)."""
    return sum(
        [comb(k, r) * pi**r * np.cos(n * pi - start + r * pi / 2) * (-t) ** (k - r) for r in range(k + 1)]
    ) * np.exp(fall - n * t)


@by_orders(1, real=True)
def jv_in_order(k: int, n: Any, x: Any) -> Any:
    """The k-th derivative in n of jv(n, x), k > 0, for |n| < 20 and 0 < x < 1e3, to 1e-10 of its scale.

    By the series (DLMF 10.2.2) where it does not cancel, farther out by Schläfli's integral (10.9.6).
    """

    def kernel(n: Any, x: Any) -> Any:
        _within(20, 1e3, n, x)
        near = (n > -1) & (x * x < 16 * (n + 1) + 9)
        out = np.empty(np.shape(x))
        out[near] = _series(k, n[near], x[near], -1)
        out[~near] = _schlaefli(k, n[~near], x[~near], k * pi / 2, lambda n, t, s: _waves(k, n, t, s, pi / 2))
        return out

    return _positive(kernel, n, x)


@by_orders(1, real=True)
def yv_in_order(k: int, n: Any, x: Any) -> Any:
    """The k-th derivative in n of yv(n, x), k > 0, for |n| < 20 and 0 < x < 1e3, to 1e-10 (DLMF 10.9.7)."""

    def kernel(n: Any, x: Any) -> Any:
        _within(20, 1e3, n, x)
        return _schlaefli(k, n, x, (k + 1) * pi / 2, lambda n, t, s: t**k * np.exp(n * t + s) + _waves(k, n, t, s, 0.0))

    return _positive(kernel, n, x)


# -- zeta --------------------------------------------------------------------------------------------------------------


@by_orders(1, real=True)
def zeta_in_x(n: int, x: Any, q: Any) -> Any:
    """The n-th derivative in x of zeta(x, q), for x > 1 and q > 0, to 1e-12.

    By Euler and Maclaurin's formula (DLMF 25.11.28) after 30 terms, each a power series in the change of x.
    """

    def power(z: Any) -> list[Any]:
        return [z**-x * (-np.log(z)) ** i / factorial(i) for i in range(n + 1)]

    def times(a: list[Any], b: list[Any]) -> list[Any]:
        return [sum([a[j] * b[i - j] for j in range(i + 1)]) for i in range(n + 1)]

    total = sum([power(q + j)[n] for j in range(30)])
    z = q + 30
    last = power(z)
    total += z * times(last, [(-1) ** i / (x - 1) ** (i + 1) for i in range(n + 1)])[n] + last[n] / 2
    rising = [x, *[float(i == 1) + 0 * x for i in range(1, n + 1)]]
    for j, b in enumerate(BERNOULLI, 1):
        total += b / factorial(2 * j) * times(last, rising)[n] / z ** (2 * j - 1)
        for r in (2 * j - 1, 2 * j):
            rising = times(rising, [x + r, *[float(i == 1) + 0 * x for i in range(1, n + 1)]])
    return np.where((x > 1) & (q > 0), factorial(n) * total, np.nan)
