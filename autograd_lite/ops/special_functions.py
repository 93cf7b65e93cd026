"""Special functions: values from SciPy, the partials as in the books.

The formulas are those of the NIST Digital Library of Mathematical Functions (https://dlmf.nist.gov), whose section is
named where there is one. A parameter without a formula (an order, a shape) has None: tracked, it is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log as _log
from math import pi
from typing import Any

import numpy as np

from autograd_lite.backend import as_array, optional
from autograd_lite.ops.elementwise import exp, log, log1p, log_ratio, quotient, sigmoid, sign, softplus
from autograd_lite.rules import elementwise

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

ROOT_PI = pi**0.5


def _scipy(name: str) -> Callable[..., Any]:
    """The function of ``scipy.special``, looked up when it is first called: SciPy is an extra, and slow to import."""
    found: list[Any] = []

    def kernel(*args: Any) -> Any:
        if not found:
            found.append(getattr(optional("scipy.special", "science", f"special.{name}"), name))
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


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    """x**(a-1) (1-x)**(b-1) / B(a, b)."""
    return x ** (a - 1) * (1 - x) ** (b - 1) / beta(a, b)


# fmt: off
# -- the error function and the normal distribution (DLMF 7.10) -------------------------------------------------------
erf      = special("erf",      lambda v, x: 2 / ROOT_PI * exp(-x * x),           doc="The error function.")
erfc     = special("erfc",     lambda v, x: -2 / ROOT_PI * exp(-x * x),          doc="1 - erf(x), exact for large x.")
erfcx    = special("erfcx",    lambda v, x: 2 * x * v - 2 / ROOT_PI,             doc="exp(x**2) erfc(x).")
erfinv   = special("erfinv",   lambda v, y: ROOT_PI / 2 * exp(v * v),  x="y, /", doc="The inverse of erf.")
erfcinv  = special("erfcinv",  lambda v, y: -ROOT_PI / 2 * exp(v * v), x="y, /", doc="The inverse of erfc.")
ndtr     = special("ndtr",     lambda v, x: exp(-x * x / 2) / (2 * pi) ** 0.5,     doc="The normal distribution function.")
log_ndtr = special("log_ndtr", lambda v, x: exp(-x * x / 2 - v) / (2 * pi) ** 0.5, doc="The logarithm of ndtr, exact far in the tail.")
ndtri    = special("ndtri",    lambda v, y: (2 * pi) ** 0.5 * exp(v * v / 2), x="y, /", doc="The inverse of ndtr.")
dawsn    = special("dawsn",    lambda v, x: 1 - 2 * x * v,                       doc="Dawson's integral.")

# -- gamma and beta functions (DLMF 5.2, 5.12, 5.15, 8.8, 8.17) -------------------------------------------------------
polygamma = special("polygamma", None, lambda v, n, x: polygamma(n + 1, x), x="n, x, /", doc="The n-th derivative of digamma.")
digamma   = special("digamma",   lambda v, x: polygamma(1, x),    doc="The derivative of gammaln.")
gammaln   = special("gammaln",   lambda v, x: digamma(x),         doc="The logarithm of the absolute value of the gamma function.")
gamma     = special("gamma",     lambda v, x: v * digamma(x),     doc="The gamma function.")
rgamma    = special("rgamma",    lambda v, x: -v * digamma(x),    doc="The reciprocal of the gamma function.")
beta      = special("beta",      lambda v, a, b: v * (digamma(a) - digamma(a + b)), lambda v, a, b: v * (digamma(b) - digamma(a + b)), x="a, b, /", doc="The beta function.")
betaln    = special("betaln",    lambda v, a, b: digamma(a) - digamma(a + b),       lambda v, a, b: digamma(b) - digamma(a + b),       x="a, b, /", doc="The logarithm of the beta function.")
betainc   = special("betainc",   None, None, lambda v, a, b, x: _beta_density(a, b, x),            x="a, b, x, /", doc="The regularised incomplete beta function; no derivative in a and b.")
betaincinv = special("betaincinv", None, None, lambda v, a, b, y: 1 / _beta_density(a, b, v),      x="a, b, y, /", doc="The inverse of betainc in x; no derivative in a and b.")
gammainc  = special("gammainc",  None, lambda v, a, x: exp(xlogy(a - 1, x) - x - gammaln(a)),      x="a, x, /", doc="The regularised lower incomplete gamma function; no derivative in a.")
gammaincc = special("gammaincc", None, lambda v, a, x: -exp(xlogy(a - 1, x) - x - gammaln(a)),     x="a, x, /", doc="The regularised upper incomplete gamma function; no derivative in a.")
gammaincinv = special("gammaincinv", None, lambda v, a, y: exp(gammaln(a) + v - xlogy(a - 1, v)),  x="a, y, /", doc="The inverse of gammainc in x; no derivative in a.")
zeta      = special("zeta",      None, lambda v, x, q: -x * zeta(x + 1, q), x="x, q, /", doc="The Hurwitz zeta function, the sum of (k + q)**-x; no derivative in x.")

# -- logistic functions and entropies ---------------------------------------------------------------------------------
logit    = special("logit",    lambda v, x: 1 / (x * (1 - x)),     doc="log(x / (1 - x)), the inverse of expit.")
xlogy    = special("xlogy",    lambda v, x, y: log(y),   lambda v, x, y: quotient(x, y),     x="x, y, /", doc="x log(y), 0 where x is 0.")
xlog1py  = special("xlog1py",  lambda v, x, y: log1p(y), lambda v, x, y: quotient(x, 1 + y), x="x, y, /", doc="x log(1 + y), 0 where x is 0.")
entr     = special("entr",     lambda v, x: -log(x) - 1,           doc="-x log(x), 0 at 0.")
rel_entr = special("rel_entr", lambda v, x, y: log_ratio(x, y) + 1, lambda v, x, y: -quotient(x, y),     x="x, y, /", doc="x log(x / y), 0 where x is 0.")
kl_div   = special("kl_div",   lambda v, x, y: log_ratio(x, y), lambda v, x, y: 1 - quotient(x, y),  x="x, y, /", doc="x log(x / y) - x + y.")

# -- Bessel functions (DLMF 10.6, 10.29) ------------------------------------------------------------------------------
jv  = special("jv",  None, lambda v, n, x: (jv(n - 1, x) - jv(n + 1, x)) / 2, x="n, x, /", doc="The Bessel function of the first kind, of order n.")
yv  = special("yv",  None, lambda v, n, x: (yv(n - 1, x) - yv(n + 1, x)) / 2, x="n, x, /", doc="The Bessel function of the second kind, of order n.")
iv  = special("iv",  None, lambda v, n, x: (iv(n - 1, x) + iv(n + 1, x)) / 2, x="n, x, /", doc="The modified Bessel function of the first kind, of order n.")
kv  = special("kv",  None, lambda v, n, x: -(kv(n - 1, x) + kv(n + 1, x)) / 2, x="n, x, /", doc="The modified Bessel function of the second kind, of order n.")
ive = special("ive", None, lambda v, n, x: (ive(n - 1, x) + ive(n + 1, x)) / 2 - sign(x) * v, x="n, x, /", doc="exp(-|x|) iv(n, x).")
kve = special("kve", None, lambda v, n, x: v - (kve(n - 1, x) + kve(n + 1, x)) / 2, x="n, x, /", doc="exp(x) kv(n, x).")
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
