"""Special functions: values from SciPy, the partials as in the books.

The formulas are those of the NIST Digital Library of Mathematical Functions (https://dlmf.nist.gov), whose section is
named where there is one. Where its formula cancels, the partial is an operation of `kernels` or `incomplete`
(computed by NumPy) whose first arguments are orders of derivatives: so it has partials of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log as _log, pi
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array
from autograd_lite.core.rules import elementwise
from autograd_lite.ops.elementwise import (
    exp,
    log,
    log1p,
    log_ratio,
    quotient,
    sigmoid,
    sign,
    softplus,
    where,
)
from autograd_lite.ops.special import incomplete, kernels, orders

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

ROOT_PI = pi**0.5
AMENDED = {
    f.__name__: f
    for f in (kernels.digamma, kernels.gammaln, kernels.iv, kernels.ive, kernels.kl_div, kernels.polygamma)
}


def _scipy(name: str) -> Callable[..., Any]:
    """The function of ``scipy.special``, or its better in `kernels`."""
    found: list[Any] = [AMENDED[name]] if name in AMENDED else []

    def kernel(*args: Any) -> Any:
        if not found:
            found.append(kernels.scipy(name))
        return found[0](*_floating(args))

    return kernel


def _floating(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Integer arrays (an order, say) in the dtype of the floating-point ones, so that they widen nothing."""
    dtypes = [x.dtype for x in args if hasattr(x, "dtype")]
    inexact = [d for d in dtypes if d.kind in "fc"]
    if not inexact or len(inexact) == len(dtypes):
        return args
    dtype = np.result_type(*inexact)
    return tuple([x if not hasattr(x, "dtype") or x.dtype.kind in "fc" else x.astype(dtype) for x in args])


def special(name: str, *partials: Any, x: str = "x, /", **extra: Any) -> Callable[..., Any]:
    """Register a function of ``scipy.special`` by its partials."""
    return elementwise(name, _scipy(name), *partials, signature=x, **extra)


def family(name: str, kernel: Callable[..., Any], *partials: Any, x: str) -> Callable[..., Any]:
    """Register the derivatives of a function: an operation whose orders come first, and have no derivatives
    themselves."""
    return elementwise(name, kernel, *partials, signature=x, doc=kernel.__doc__)


def _decayed(x: Any) -> Any:
    """exp(-x), which stays 0 with all its derivatives where x is infinite."""
    gone = x == inf
    return where(gone, 0.0, exp(-where(gone, 0.0, x)))


# fmt: off
# -- the error function and the normal distribution (DLMF 7.10) -------------------------------------------------------
erf      = special("erf",      lambda v, x: 2 / ROOT_PI * _decayed(x * x),       doc="The error function.")
erfc     = special("erfc",     lambda v, x: -2 / ROOT_PI * _decayed(x * x),      doc="1 - erf(x), exact for large x.")
erfcx    = special("erfcx",    lambda v, x: erfcx_derivative(1, x),              doc="exp(x**2) erfc(x).")
erfinv   = special("erfinv",   lambda v, y: ROOT_PI / 2 * exp(v * v),  x="y, /", doc="The inverse of erf.")
erfcinv  = special("erfcinv",  lambda v, y: -ROOT_PI / 2 * exp(v * v), x="y, /", doc="The inverse of erfc.")
ndtr     = special("ndtr",     lambda v, x: _decayed(x * x / 2) / (2 * pi) ** 0.5, doc="The normal distribution function.")
log_ndtr = special("log_ndtr", lambda v, x: log_ndtr_derivative(1, x),             doc="The logarithm of ndtr, exact far in the tail.")
ndtri    = special("ndtri",    lambda v, y: (2 * pi) ** 0.5 * exp(v * v / 2), x="y, /", doc="The inverse of ndtr.")
dawsn    = special("dawsn",    lambda v, x: dawsn_derivative(1, x),              doc="Dawson's integral.")
erfcx_derivative    = family("erfcx_derivative",    kernels.erfcx_derivative,    None, lambda v, n, x: erfcx_derivative(n + 1, x),    x="n, x, /")
log_ndtr_derivative = family("log_ndtr_derivative", kernels.log_ndtr_derivative, None, lambda v, n, x: log_ndtr_derivative(n + 1, x), x="n, x, /")
dawsn_derivative    = family("dawsn_derivative",    kernels.dawsn_derivative,    None, lambda v, n, x: dawsn_derivative(n + 1, x),    x="n, x, /")

# -- gamma and beta functions (DLMF 5.2, 5.12, 5.15, 8.8, 8.17) -------------------------------------------------------
polygamma = special("polygamma", None, lambda v, n, x: polygamma(n + 1, x), x="n, x, /", doc="The n-th derivative of digamma.")
digamma   = special("digamma",   lambda v, x: polygamma(1, x),    doc="The derivative of gammaln.")
gammaln   = special("gammaln",   lambda v, x: digamma(x),         doc="The logarithm of the absolute value of the gamma function.")
gamma     = special("gamma",     lambda v, x: v * digamma(x),     doc="The gamma function.")
rgamma    = special("rgamma",    lambda v, x: rgamma_derivative(1, x), doc="The reciprocal of the gamma function.")
rgamma_derivative = family("rgamma_derivative", kernels.rgamma_derivative, None, lambda v, n, x: rgamma_derivative(n + 1, x), x="n, x, /")
polygamma_difference = family("polygamma_difference", incomplete.polygamma_difference, None, lambda v, n, x, d: polygamma_difference(n + 1, x, d), lambda v, n, x, d: -polygamma(n + 1, x + d), x="n, x, d, /")
beta      = special("beta",      lambda v, a, b: v * polygamma_difference(0, a, b), lambda v, a, b: v * polygamma_difference(0, b, a), x="a, b, /", doc="The beta function.")
betaln    = special("betaln",    lambda v, a, b: polygamma_difference(0, a, b),     lambda v, a, b: polygamma_difference(0, b, a),     x="a, b, /", doc="The logarithm of the beta function.")
zeta      = special("zeta",      lambda v, x, q: zeta_in_x(1, x, q), lambda v, x, q: -x * zeta(x + 1, q), x="x, q, /", doc="The Hurwitz zeta function, the sum of (k + q)**-x (DLMF 25.11).")
zeta_in_x = family("zeta_in_x", orders.zeta_in_x, None, lambda v, n, x, q: zeta_in_x(n + 1, x, q), lambda v, n, x, q: -x * zeta_in_x(n, x + 1, q) - n * zeta_in_x(n - 1, x + 1, q), x="n, x, q, /")

# -- incomplete gamma and beta functions (DLMF 8.2, 8.8, 8.17) --------------------------------------------------------
gamma_density = family("gamma_density", incomplete.gamma_density, None, None, lambda v, n, m, a, x: gamma_density(n + 1, m, a, x), lambda v, n, m, a, x: gamma_density(n, m + 1, a, x), x="n, m, a, x, /")
gammainc_in_a = family("gammainc_in_a", incomplete.gammainc_in_a, None, lambda v, n, a, x: gammainc_in_a(n + 1, a, x), lambda v, n, a, x: gamma_density(n, 0, a, x), x="n, a, x, /")
gammainc    = special("gammainc",    lambda v, a, x: gammainc_in_a(1, a, x),  lambda v, a, x: gamma_density(0, 0, a, x),  x="a, x, /", doc="The regularised lower incomplete gamma function.")
gammaincc   = special("gammaincc",   lambda v, a, x: -gammainc_in_a(1, a, x), lambda v, a, x: -gamma_density(0, 0, a, x), x="a, x, /", doc="The regularised upper incomplete gamma function.")
gammaincinv = special("gammaincinv", lambda v, a, y: -gammainc_in_a(1, a, v) / gamma_density(0, 0, a, v), lambda v, a, y: 1 / gamma_density(0, 0, a, v), x="a, y, /", doc="The inverse of gammainc in x.")
beta_density  = family("beta_density", incomplete.beta_density, None, None, None, lambda v, i, j, m, a, b, x: beta_density(i + 1, j, m, a, b, x), lambda v, i, j, m, a, b, x: beta_density(i, j + 1, m, a, b, x), lambda v, i, j, m, a, b, x: beta_density(i, j, m + 1, a, b, x), x="i, j, m, a, b, x, /")
betainc_in_ab = family("betainc_in_ab", incomplete.betainc_in_ab, None, None, lambda v, i, j, a, b, x: betainc_in_ab(i + 1, j, a, b, x), lambda v, i, j, a, b, x: betainc_in_ab(i, j + 1, a, b, x), lambda v, i, j, a, b, x: beta_density(i, j, 0, a, b, x), x="i, j, a, b, x, /")
betainc     = special("betainc",    lambda v, a, b, x: betainc_in_ab(1, 0, a, b, x), lambda v, a, b, x: betainc_in_ab(0, 1, a, b, x), lambda v, a, b, x: beta_density(0, 0, 0, a, b, x), x="a, b, x, /", doc="The regularised incomplete beta function.")
betaincinv  = special("betaincinv", lambda v, a, b, y: -betainc_in_ab(1, 0, a, b, v) / beta_density(0, 0, 0, a, b, v), lambda v, a, b, y: -betainc_in_ab(0, 1, a, b, v) / beta_density(0, 0, 0, a, b, v), lambda v, a, b, y: 1 / beta_density(0, 0, 0, a, b, v), x="a, b, y, /", doc="The inverse of betainc in x.")

# -- logistic functions and entropies ---------------------------------------------------------------------------------
logit    = special("logit",    lambda v, x: 1 / x + 1 / (1 - x),   doc="log(x / (1 - x)), the inverse of expit.")
xlogy    = special("xlogy",    lambda v, x, y: log(y),   lambda v, x, y: quotient(x, y),     x="x, y, /", doc="x log(y), 0 where x is 0.")
xlog1py  = special("xlog1py",  lambda v, x, y: log1p(y), lambda v, x, y: quotient(x, 1 + y), x="x, y, /", doc="x log(1 + y), 0 where x is 0.")
entr     = special("entr",     lambda v, x: -log(x) - 1,           doc="-x log(x), 0 at 0.")
rel_entr = special("rel_entr", lambda v, x, y: log_ratio(x, y) + 1, lambda v, x, y: -quotient(x, y),     x="x, y, /", doc="x log(x / y), 0 where x is 0.")
kl_div   = special("kl_div",   lambda v, x, y: log_ratio(x, y), lambda v, x, y: 1 - quotient(x, y),  x="x, y, /", doc="x log(x / y) - x + y.")

# -- Bessel functions (DLMF 10.6, 10.29) ------------------------------------------------------------------------------
jv  = special("jv", lambda v, n, x: jv_in_order(1, n, x), lambda v, n, x: (jv(n - 1, x) - jv(n + 1, x)) / 2, x="n, x, /", doc="The Bessel function of the first kind, of order n.")
yv  = special("yv", lambda v, n, x: yv_in_order(1, n, x), lambda v, n, x: (yv(n - 1, x) - yv(n + 1, x)) / 2, x="n, x, /", doc="The Bessel function of the second kind, of order n.")
iv  = special("iv", lambda v, n, x: iv_in_order(1, n, x), lambda v, n, x: (iv(n - 1, x) + iv(n + 1, x)) / 2, x="n, x, /", doc="The modified Bessel function of the first kind, of order n.")
kv  = special("kv", lambda v, n, x: kv_in_order(1, n, x), lambda v, n, x: -(kv(n - 1, x) + kv(n + 1, x)) / 2, x="n, x, /", doc="The modified Bessel function of the second kind, of order n.")
ive = special("ive", lambda v, n, x: ive_in_order(1, n, x), lambda v, n, x: (ive(n - 1, x) + ive(n + 1, x)) / 2 - sign(x) * v, x="n, x, /", doc="exp(-|x|) iv(n, x).")
kve = special("kve", lambda v, n, x: kve_in_order(1, n, x), lambda v, n, x: v - (kve(n - 1, x) + kve(n + 1, x)) / 2, x="n, x, /", doc="exp(x) kv(n, x).")
jv_in_order  = family("jv_in_order", orders.jv_in_order, None, lambda v, k, n, x: jv_in_order(k + 1, n, x), lambda v, k, n, x: (n * v + k * jv_in_order(k - 1, n, x)) / x - jv_in_order(k, n + 1, x), x="k, n, x, /")
yv_in_order  = family("yv_in_order", orders.yv_in_order, None, lambda v, k, n, x: yv_in_order(k + 1, n, x), lambda v, k, n, x: (n * v + k * yv_in_order(k - 1, n, x)) / x - yv_in_order(k, n + 1, x), x="k, n, x, /")
iv_in_order  = family("iv_in_order", orders.iv_in_order, None, lambda v, k, n, x: iv_in_order(k + 1, n, x), lambda v, k, n, x: (n * v + k * iv_in_order(k - 1, n, x)) / x + iv_in_order(k, n + 1, x), x="k, n, x, /")
kv_in_order  = family("kv_in_order", orders.kv_in_order, None, lambda v, k, n, x: kv_in_order(k + 1, n, x), lambda v, k, n, x: (n * v + k * kv_in_order(k - 1, n, x)) / x - kv_in_order(k, n + 1, x), x="k, n, x, /")
ive_in_order = family("ive_in_order", orders.ive_in_order, None, lambda v, k, n, x: ive_in_order(k + 1, n, x), lambda v, k, n, x: (n * v + k * ive_in_order(k - 1, n, x)) / x + ive_in_order(k, n + 1, x) - v, x="k, n, x, /")
kve_in_order = family("kve_in_order", orders.kve_in_order, None, lambda v, k, n, x: kve_in_order(k + 1, n, x), lambda v, k, n, x: (n * v + k * kve_in_order(k - 1, n, x)) / x - kve_in_order(k, n + 1, x) + v, x="k, n, x, /")
j0  = special("j0",  lambda v, x: -j1(x),                      doc="jv(0, x).")
j1  = special("j1",  lambda v, x: (j0(x) - jv(2, x)) / 2,      doc="jv(1, x).")
y0  = special("y0",  lambda v, x: -y1(x),                      doc="yv(0, x).")
y1  = special("y1",  lambda v, x: (y0(x) - yv(2, x)) / 2,      doc="yv(1, x).")
i0  = special("i0",  lambda v, x: i1(x),                       doc="iv(0, x).")
i1  = special("i1",  lambda v, x: (i0(x) + iv(2, x)) / 2,      doc="iv(1, x).")
i0e = special("i0e", lambda v, x: i1e(x) - sign(x) * v,        doc="exp(-|x|) i0(x).")
i1e = special("i1e", lambda v, x: (i0e(x) + ive(2, x)) / 2 - sign(x) * v, doc="exp(-|x|) i1(x).")
k0  = special("k0",  lambda v, x: -k1(x),                      doc="kv(0, x).")
k1  = special("k1",  lambda v, x: -(k0(x) + kv(2, x)) / 2,     doc="kv(1, x).")
k0e = special("k0e", lambda v, x: v - k1e(x),                  doc="exp(x) k0(x).")
k1e = special("k1e", lambda v, x: v - (k0e(x) + kve(2, x)) / 2, doc="exp(x) k1(x).")

# -- integrals (DLMF 6.2, 7.2) ----------------------------------------------------------------------------------------
expi = special("expi", lambda v, x: exp(x) / x,                doc="The exponential integral Ei.")
exp1 = special("exp1", lambda v, x: -exp(-x) / x,              doc="The exponential integral E1.")
# fmt: on


def expit(x: Any, /) -> Any:
    """1 / (1 + exp(-x)): `sigmoid` under SciPy's name."""
    return sigmoid(x)


def log_expit(x: Any, /) -> Any:
    """log(expit(x)), exact far in the tail."""
    return -softplus(-as_array(x))


def multigammaln(a: Any, d: int, /) -> Any:
    """The logarithm of the multivariate gamma function of dimension `d` (DLMF 35.3)."""
    a = as_array(a)
    return d * (d - 1) / 4 * _log(pi) + sum([gammaln(a - j / 2) for j in range(d)])
