"""Derivatives of the incomplete gamma and beta functions in their shapes, to any order, computed on arrays.

The k-th derivative in `a` of a density exp(K(t; a)) is the density times the k-th complete Bell polynomial of the
derivatives of K (DLMF 26.4.9 in other words), polynomials in log t. Integrated from 0 to x they give the derivatives
of the distribution function; and as the integral over everything is 0, from x on with the other sign. The side that is
the tail is integrated, where the first of these polynomials has one sign: nothing cancels.
"""

from __future__ import annotations

from itertools import product
from math import comb, factorial, pi
from typing import Any

import numpy as np

from autograd_lite.ops.special.kernels import bell, by_orders, half_line, scipy

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)  # B2, B4, …


@by_orders(1, real=True)
def polygamma_difference(n: int, x: Any, d: Any) -> Any:
    """ψ⁽ⁿ⁾(x) - ψ⁽ⁿ⁾(x + d) for x, x + d > 0, to 1e-13, however small d is beside x or x beside 1.

    By the recurrence (DLMF 5.15.5) up to 16 and more, and there by the asymptotic series (5.15.8), both term by term.
    """
    sign, total = (-1.0) ** (n + 1), np.zeros(np.shape(x))
    far = (x > 0) & (x + d > 0)
    for _ in range(16 + n):
        near = far & (np.minimum(x, x + d) < 16 + n)
        total += np.where(near, sign * factorial(n) * _power_difference(n + 1, x, d), 0.0)
        x = np.where(near, x + 1, x)
    if n == 0:
        total -= np.log1p(d / x)
    else:
        total += sign * factorial(n - 1) * _power_difference(n, x, d)
    total += sign * factorial(n) / 2 * _power_difference(n + 1, x, d)
    for k, b in enumerate(BERNOULLI, 1):
        total += sign * b * factorial(2 * k + n - 1) / factorial(2 * k) * _power_difference(2 * k + n, x, d)
    return np.where(far, total, np.nan)


def _power_difference(n: int, x: Any, d: Any) -> Any:
    """1/xⁿ - 1/(x + d)ⁿ."""
    return -np.expm1(-n * np.log1p(d / x)) / x**n


def log_gamma_star(x: Any) -> Any:
    """log(Γ(x) / (√(2π) x^(x - 1/2) e^-x)), the rest of Stirling's formula (DLMF 5.11.1)."""
    z = np.maximum(x, 10.0)
    series = sum(b / (2 * k * (2 * k - 1) * z ** (2 * k - 1)) for k, b in enumerate(BERNOULLI, 1))
    y = np.minimum(x, 10.0)
    return np.where(x < 10, scipy("gammaln")(y) - (y - 0.5) * np.log(y) + y - np.log(2 * pi) / 2, series)


def _excess(part: Any, whole: Any, difference: Any) -> Any:
    """m - log(1 + m) for m = difference / whole = part / whole - 1."""
    m = difference / whole
    return m - np.where(np.abs(m) < 0.5, np.log1p(m), np.log(part / whole))


# -- gamma -------------------------------------------------------------------------------------------------------------


def _gamma_slopes(n: int, logs: Any, a: Any) -> dict[tuple[int, ...], Any]:
    """The derivatives in `a` of a log t - log Γ(a)."""
    return {(k,): logs - scipy("digamma")(a) if k == 1 else -scipy("polygamma")(k - 1, a) for k in range(1, n + 1)}


def _gamma_mass(a: Any, x: Any) -> Any:
    """x^a e^-x / Γ(a), without the loss of a log x."""
    return np.sqrt(a / (2 * pi)) * np.exp(-a * _excess(x, a, x - a) - log_gamma_star(a))


@by_orders(2, real=True)
def gamma_density(n: int, m: int, a: Any, x: Any) -> Any:
    """The derivative of x^(a - 1) e^-x / Γ(a), n times in `a` and m times in x, to 1e-14 a^(m/2) of its scale."""
    inside = np.where((x > 0) & (x < np.inf), x, 1.0)
    slopes = _gamma_slopes(n, np.log(inside), a)
    total: Any = 0.0
    for k in range(m + 1):  # Leibniz: k times the power, m - k times the exponential
        power: Any = sum([comb(n, r) * _falling(k, a - 1, r) * bell((n - r,), slopes) for r in range(n + 1)])
        total = total + comb(m, k) * (-1) ** (m - k) * power / inside**k
    out = np.where(x < np.inf, _gamma_mass(a, inside) / inside * total, 0.0)
    return np.where(x > 0, out, np.where(x == 0, _edge(n, m, a, lambda k: (-1.0) ** (m - k)), np.nan))


def _falling(k: int, x: Any, r: int) -> Any:
    """The r-th derivative of x (x - 1) … (x - k + 1)."""
    return np.polynomial.Polynomial.fromroots(range(k)).deriv(r)(x) if k else float(r == 0) + 0 * x


def _edge(n: int, m: int, a: Any, rest: Any) -> Any:
    """The m-th derivative at 0 of t^(a - 1) f(t) / Γ(a), whose f has the derivative ``rest(k)`` of order m - k at 0."""
    if n:
        return np.where(a > m + 1, 0.0, np.nan)
    out = np.where(a > m + 1, 0.0, np.sign(_falling(m, a - 1, 0)) * np.inf)
    for k in range(m + 1):
        out = np.where(a == k + 1, comb(m, k) * rest(k), out)
    return out


@by_orders(1, real=True)
def gammainc_in_a(n: int, a: Any, x: Any) -> Any:
    """The n-th derivative in `a` of gammainc(a, x), n > 0: an integral of `gamma_density`.

    Below x = 1 and for a < 1 by DLMF 8.8.5 from that at a + 1. Checked against mpmath: n = 1 to 1e-12, for a from 1e-6
    to 1e5 and x from 1e-100 on; higher n lose digits where they cross zero (n = 2 has four left at a = x = 1e5).
    """
    small = (a < 1) & (x < 1)
    inside = np.where((x > 0) & (x < np.inf), x, 1.0)
    up = np.where(small, a + 1, a)
    logs = np.log(inside)
    w, weights = half_line()
    lower = x < np.exp(scipy("digamma")(up))
    slope = np.abs(up - inside)
    length = 1 / (slope + np.sqrt(np.maximum(up, inside)))
    steps = length[:, None] * w * np.where(lower, -1.0, 1.0)[:, None]  # in log t
    tilt = np.exp(up[:, None] * steps - inside[:, None] * np.expm1(steps))
    rates = bell((n,), _gamma_slopes(n, logs[:, None] + steps, up[:, None]))
    out = np.where(lower, 1.0, -1.0) * _gamma_mass(up, inside) * length * ((tilt * rates) @ weights)
    shift = _gamma_mass(up, inside) / inside * bell((n,), _gamma_slopes(n, logs, up))  # x^a e^-x / Γ(a + 1)
    out = np.where(small, out + shift, out)
    return np.where((x == 0) | (x == np.inf), 0.0, np.where((x > 0) & (a > 0), out, np.nan))


# -- beta --------------------------------------------------------------------------------------------------------------


def _beta_slopes(i: int, j: int, log_x: Any, log_y: Any, a: Any, b: Any, up: int = 0) -> dict[tuple[int, ...], Any]:
    """The derivatives in `a` and `b` of a log x + b log y + log Γ(a + b) - log Γ(a + up) - log Γ(b)."""
    out: dict[tuple[int, ...], Any] = {}
    for k, m in product(range(i + 1), range(j + 1)):
        if k + m:
            order = k + m - 1
            if m == 0:
                out[k, m] = -polygamma_difference(order, a + up, b - up) + (log_x if k == 1 else 0.0)
            elif k == 0:
                out[k, m] = -polygamma_difference(order, b, a) + (log_y if m == 1 else 0.0)
            else:
                out[k, m] = scipy("polygamma")(order, a + b)
    return out


def _beta_mass(a: Any, b: Any, x: Any, y: Any) -> Any:
    """x^a y^b / B(a, b) for y = 1 - x, without the loss of a log x (compare DLMF 8.17.20)."""
    n = a + b
    d = x * b - y * a
    exponent = a * _excess(x, a / n, d / n) + b * _excess(y, b / n, -d / n)
    rest = log_gamma_star(n) - log_gamma_star(a) - log_gamma_star(b)
    return np.sqrt(a * (b / n) / (2 * pi)) * np.exp(rest - exponent)


@by_orders(3, real=True)
def beta_density(i: int, j: int, m: int, a: Any, b: Any, x: Any) -> Any:
    """The derivative of x^(a - 1) (1 - x)^(b - 1) / B(a, b): i times in `a`, j times in `b`, m times in x."""
    inside = np.where((x > 0) & (x < 1), x, 0.5)
    y = 1 - inside
    slopes = _beta_slopes(i, j, np.log(inside), np.log1p(-inside), a, b)
    total: Any = 0.0
    for k, r, s in product(range(m + 1), range(i + 1), range(j + 1)):  # Leibniz: k times the power of x
        powers = _falling(k, a - 1, r) / inside**k * _falling(m - k, b - 1, s) / (-y) ** (m - k)
        total = total + comb(m, k) * comb(i, r) * comb(j, s) * powers * bell((i - r, j - s), slopes)
    out = _beta_mass(a, b, inside, y) / inside / y * total
    gamma = scipy("gamma")
    left = _edge(i + j, m, a, lambda k: (-1.0) ** (m - k) * _falling(m - k, b - 1, 0) * gamma(a + b) / gamma(b))
    right = _edge(i + j, m, b, lambda k: (-1.0) ** (m - k) * _falling(m - k, a - 1, 0) * gamma(a + b) / gamma(a))
    return np.where(x == inside, out, np.where(x == 0, left, np.where(x == 1, (-1.0) ** m * right, np.nan)))


@by_orders(2, real=True)
def betainc_in_ab(i: int, j: int, a: Any, b: Any, x: Any) -> Any:
    """The derivative of betainc(a, b, x), i times in `a` and j times in `b`: an integral of `beta_density`.

    Checked against mpmath for shapes up to 600.
    """
    inside = np.where((x > 0) & (x < 1), x, 0.5)
    lower = inside * b <= (1 - inside) * a  # below the mean
    near, far = np.where(lower, a, b), np.where(lower, b, a)
    u, v = np.where(lower, inside, 1 - inside), np.where(lower, 1 - inside, inside)
    out = np.empty(np.shape(x))
    for side, orders in ((lower, (i, j)), (~lower, (j, i))):
        out[side] = _tail(*orders, near[side], far[side], u[side], v[side])
    return np.where(x == inside, np.where(lower, out, -out), np.where((x == 0) | (x == 1), 0.0, np.nan))


def _tail(i: int, j: int, a: Any, b: Any, x: Any, y: Any) -> Any:
    """The integral from 0 to x = 1 - y; for a < 1 by DLMF 8.17.20 from that at a + 1."""
    small = a < 1
    up = np.where(small, a + 1, a)
    w, weights = half_line()
    log_x, log_y = np.log(x), np.where(x < 0.5, np.log1p(-x), np.log(y))
    odds = x / y
    length = 1 / (np.abs(up - (b - 1) * odds) + np.sqrt(up + np.abs(b - 1) * odds / y))
    steps = -length[:, None] * w  # in log t
    rest = np.log1p(-odds[:, None] * np.expm1(steps))  # log((1 - t) / (1 - x))
    tilt = np.exp(up[:, None] * steps + (b[:, None] - 1) * rest)
    slopes = _beta_slopes(i, j, log_x[:, None] + steps, log_y[:, None] + rest, up[:, None], b[:, None])
    out = _beta_mass(up, b, x, y) / y * length * ((tilt * bell((i, j), slopes)) @ weights)
    # x^a y^b Γ(a + b) / (Γ(a + 1) Γ(b)), where a < 1
    c = np.where(small, a, 0.5)
    shift = _beta_mass(c, b, x, y) / c * bell((i, j), _beta_slopes(i, j, log_x, log_y, c, b, up=1))
    return np.where(small, out + shift, out)
