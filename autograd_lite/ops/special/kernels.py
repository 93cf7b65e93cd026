"""What SciPy has not: derivatives of special functions where the textbook's formula cancels, computed on arrays.

Most are integrals of positive functions, by one rule of quadrature for every entry: nothing cancels, in either tail.
Each takes its order first, so that the derivative of an operation is the same operation of the next order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from itertools import product
from math import comb, pi
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import optional
from autograd_lite.errors import NoRuleError

ROOT_PI = pi**0.5


def scipy(name: str) -> Callable[..., Any]:
    """A function of ``scipy.special``: SciPy is an extra, and slow to import, so it is looked up when called."""
    found: Callable[..., Any] = getattr(optional("scipy.special", "science", f"special.{name}"), name)
    return found


def by_orders(orders: int, real: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes ``f(n, x, …)``, of whole orders and arrays of one axis, a kernel for any shapes; of real ones if `real`."""

    def decorate(f: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(f)
        def kernel(*args: Any) -> Any:
            dtype = np.result_type(*args[orders:])
            dtype = dtype if dtype.kind in "fc" else np.dtype(float)
            if real and dtype.kind == "c":
                raise NoRuleError(f"{f.__name__}: a derivative that is known of real numbers only")
            work = complex if dtype.kind == "c" else float
            shape = np.broadcast_shapes(*[np.shape(x) for x in args])
            flat = [np.broadcast_to(np.asarray(x, work), shape).ravel() for x in args[orders:]]
            with np.errstate(all="ignore"):  # tails overflow and underflow to what they should be
                out = f(*[int(np.max(n, initial=0)) for n in args[:orders]], *flat)
            return np.asarray(out, dtype).reshape(shape)[()]

        return kernel

    return decorate


def amended(name: str, condition: Callable[..., Any], better: Callable[..., Any]) -> Callable[..., Any]:
    """SciPy's function, with other values where the condition holds."""

    def kernel(*args: Any) -> Any:
        out = np.asarray(scipy(name)(*args))
        amend = np.broadcast_to(condition(*args), out.shape)
        if amend.any():
            out[amend] = better(*[np.broadcast_to(x, out.shape)[amend] for x in args])
        return out[()]

    kernel.__name__ = name
    return kernel


def _near_pole(x: Any) -> Any:
    whole = np.round(x)
    return (x < -0.9) & (x != whole) & (np.abs(x - whole) < 0.1)


def _mirrored_digamma(x: Any) -> Any:
    return scipy("digamma")(1 - x) - pi / np.tan(pi * (x - np.round(x)))  # DLMF 5.5.4


def _small_iv(n: Any, x: Any) -> Any:
    return (x / 2) ** n * scipy("rgamma")(n + 1)  # DLMF 10.30.1


def _kl_div(x: Any, y: Any) -> Any:
    """Between x = y and its neighbours x log(x/y) cancels with x - y: there by the series in (x - y)/y."""
    r = (x - y) / y
    near, total = np.abs(r) < 0.1, np.zeros(np.shape(r))
    small = np.where(near, r, 0.0)
    for k in range(18, 1, -1):
        total = (-1) ** k / (k * (k - 1)) + small * total
    return np.where(near, y * small * small * total, x * (np.log(x) - np.log(y)) - x + y)


# SciPy's digamma has 4 digits at -1 + 1e-12, and its gammaln is infinite below 1e-308.
digamma = amended("digamma", _near_pole, _mirrored_digamma)
gammaln = amended("gammaln", lambda x: (np.abs(x) < 1e-300) & (x != 0), lambda x: -np.log(np.abs(x)))
kl_div = amended("kl_div", lambda x, y: (x > 0) & (y > 0) & np.isfinite(x + y), _kl_div)
iv = amended("iv", lambda n, x: (n >= 0) & (x != 0) & (np.abs(x) < 1e-9), _small_iv)  # SciPy's is 0 or NaN below 1e-150
ive = amended("ive", lambda n, x: (n >= 0) & (x != 0) & (np.abs(x) < 1e-20), _small_iv)


@cache
def half_line() -> tuple[Any, Any]:
    """Nodes and weights of the double exponential rule on (0, ∞) for what decays like exp(-w) or faster.

    w = exp(v - exp(-v)), the trapezoid rule in v (Takahasi and Mori, 1974): 1e-15 for the integrands here.
    """
    v = np.arange(-3.9, 4.8, 0.0625)
    w = np.exp(v - np.exp(-v))
    return w, 0.0625 * w * (1 + np.exp(-v))


@cache
def interval(n: int) -> tuple[Any, Any]:
    """Some n nodes and weights on [0, 1]: Gauss and Legendre's 40 on each of equal parts, since more lose digits."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    parts = -(-n // 40)
    return ((nodes + 1) / 2 + np.arange(parts)[:, None]).ravel() / parts, np.tile(weights / (2 * parts), parts)


def bell(orders: tuple[int, ...], c: dict[tuple[int, ...], Any]) -> Any:
    """The derivative of exp(K) of these orders over exp(K), from those of K."""
    table: dict[tuple[int, ...], Any] = {}
    for at in product(*[range(n + 1) for n in orders]):
        if not any(at):
            table[at] = 1.0
            continue
        axis = next(i for i, n in enumerate(at) if n)
        less = tuple([n - (i == axis) for i, n in enumerate(at)])
        total: Any = 0.0
        for ks in product(*[range(n + 1) for n in less]):
            weight = 1
            for n, k in zip(less, ks, strict=True):
                weight *= comb(n, k)
            up = tuple([k + (i == axis) for i, k in enumerate(ks)])
            total = total + weight * c[up] * table[tuple([n - k for n, k in zip(less, ks, strict=True)])]
        table[at] = total
    return table[orders]


# -- the normal distribution and its kin ------------------------------------------------------------------------------


@by_orders(1)
def erfcx_derivative(n: int, x: Any) -> Any:
    """The n-th derivative of exp(x²) erfc(x) (DLMF 7.18.2 and 7.18.4), to 1e-13 for real x.

    For x > 0 it is (-2)ⁿ 2/√π ∫ tⁿ exp(-t² - 2xt) dt over (0, ∞). For x < 0 the terms of DLMF 7.18.7 all have one sign;
    complex x have that formula too.
    """
    f, before = scipy("erfcx")(x), np.full(np.shape(x), 1 / ROOT_PI)
    for k in range(n):
        f, before = 2 * x * f + (2 * k if k else -2) * before, f
    if x.dtype.kind == "c":
        return f
    y = np.abs(x)
    w, weights = half_line()
    length = 1 / (1 + y)
    decay = np.where(np.isinf(y), 1.0, y * length)  # y / (1 + y)
    inner = np.exp(-((length[:, None] * w) ** 2) - 2 * decay[:, None] * w) @ (weights * w**n)
    right = (-2.0) ** n * 2 / ROOT_PI * length ** (n + 1) * inner
    return np.where(x > 0, right, f)


@by_orders(1)
def log_ndtr_derivative(n: int, x: Any) -> Any:
    """The n-th derivative of log Φ(x), n > 0, to 1e-12 for real x.

    For x < 0, Φ(x) = φ(x) ∫ exp(xt - t²/2) dt over (0, ∞), and the logarithm of the
    integral generates cumulants: the mean, the variance, … of t. For x > 0, and complex x, by the derivatives of
    h = φ/Φ, h' = -h (x + h).
    """
    if x.dtype.kind == "c":
        return _right(n, x)
    return np.where(x < 0, _left(n, np.maximum(-x, 0)), _right(n, np.clip(x, 0, 40)))


def _left(n: int, y: Any) -> Any:
    w, weights = half_line()
    length = 1 / (1 + y)
    decay = np.where(np.isinf(y), 1.0, y * length)
    density = weights * np.exp(-((length[:, None] * w) ** 2) / 2 - decay[:, None] * w)
    density /= density.sum(-1, keepdims=True)
    mean = density @ w
    if n == 1:
        return y + length * mean
    moments = [1.0, 0.0, *[(density * (w - mean[:, None]) ** k).sum(-1) for k in range(2, n + 1)]]
    cumulants = [0.0, 0.0]
    for k in range(2, n + 1):
        cumulants.append(moments[k] - sum(comb(k - 1, j - 1) * cumulants[j] * moments[k - j] for j in range(1, k)))
    return length**n * cumulants[n] - (n == 2)


def _right(n: int, x: Any) -> Any:
    h = [np.exp(-x * x / 2 - scipy("log_ndtr")(x)) / (2 * pi) ** 0.5]
    for m in range(n - 1):
        slopes = [h[j] + (x if j == 0 else j == 1) for j in range(m + 1)]
        h.append(-sum(comb(m, k) * h[k] * slopes[m - k] for k in range(m + 1)))
    return h[-1]


@by_orders(1)
def dawsn_derivative(n: int, x: Any) -> Any:
    """The n-th derivative of Dawson's integral F(x) = ∫ exp(-u (2x - u)) du over (0, x), to 1e-12 for real x.

    Near 0, and for complex x, by F⁽ⁿ⁺¹⁾ = -2x F⁽ⁿ⁾ - 2n F⁽ⁿ⁻¹⁾ (DLMF 7.10.2), farther out under the integral sign.
    """
    f, before = scipy("dawsn")(x), np.full(np.shape(x), -0.5)
    for k in range(n):
        f, before = -2 * x * f - (2 * k if k else 2) * before, f
    if x.dtype.kind == "c":
        return f
    y = np.minimum(np.abs(x), 1e150)
    nodes, weights = interval(60)
    top = np.minimum(y, 40 / np.maximum(y, 1e-3))
    u = top[:, None] * nodes
    far = (-2.0) ** n * top * ((u**n * np.exp(-u * (2 * y[:, None] - u))) @ weights)
    edge = np.polynomial.Polynomial([0.0])  # the derivatives of the upper limit, times exp(x²)
    minus_2x = np.polynomial.Polynomial([0.0, -2.0])
    for k in range(n):
        edge = edge.deriv() + minus_2x * edge + minus_2x**k
    far += np.where(y < 40, edge(np.minimum(y, 40)) * np.exp(-y * y), 0.0)
    return np.where(np.isinf(x), 0.0, np.where(y > 2, far * np.where(x < 0, (-1.0) ** (n + 1), 1.0), f))


@by_orders(1)
def rgamma_derivative(n: int, x: Any) -> Any:
    """The n-th derivative of 1/Γ, to 1e-13: left of 1/2 that of Γ(1 - x) sin(πx)/π (DLMF 5.5.3), finite everywhere.

    Of complex numbers the first alone, -ψ(x)/Γ(x): SciPy's polygamma takes none.
    """
    if x.dtype.kind == "c":
        if n > 1:
            raise NoRuleError(f"rgamma: no derivative of order {n} of complex numbers; take that of real ones")
        return -scipy("rgamma")(x) * scipy("digamma")(x)
    left = x < 0.5
    z = np.where(left, 1 - x, np.minimum(x, 200))  # 1/Γ(200) is 0

    def slopes(sign: int) -> dict[tuple[int, ...], Any]:
        return {(k,): sign**k * scipy("polygamma")(k - 1, z) for k in range(1, n + 1)}

    right = scipy("rgamma")(z) * bell((n,), {k: -c for k, c in slopes(1).items()})
    waves = [pi ** (r - 1) * np.sin(pi * np.mod(x, 2) + r * pi / 2) for r in range(n + 1)]
    mirrored = scipy("gamma")(z) * sum([comb(n, r) * waves[r] * bell((n - r,), slopes(-1)) for r in range(n + 1)])
    return np.where(left, mirrored, right)


def polygamma(n: Any, x: Any) -> Any:
    """SciPy's, which says of complex numbers what that means for derivatives."""
    if np.iscomplexobj(x):
        raise NoRuleError("polygamma: of real numbers only; so digamma of complex ones has no derivative")
    return scipy("polygamma")(n, x)
