"""Operations that work entry by entry: name, kernel, one partial per argument.

Each partial is a function of the result `v` and the arguments; a number where it is constant; None where it is not
known. Conventions at kinks (one rule everywhere): ties share the adjoint evenly, corners take the
subgradient 0, and what was not selected contributes nothing.
"""

from __future__ import annotations

import operator
from math import log as _log
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import (
    PYTHON,
    decided,
    has_nan,
    has_zero,
    is_complex,
    is_inexact,
    namespace,
    real_dtype,
)
from autograd_lite.core.row import constant
from autograd_lite.core.rules import elementwise, general, plain
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.core.zeros import gate
from autograd_lite.ops.axes import batch_same
from autograd_lite.ops.create import zeros_like

# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one

# -- comparisons and classification: no derivative -------------------------------------------------------------------
equal         = plain("equal",         operator.eq, signature="x, y, /", infix="{} == {}")
not_equal     = plain("not_equal",     operator.ne, signature="x, y, /", infix="{} != {}")
less          = plain("less",          operator.lt, signature="x, y, /", infix="{} < {}")
less_equal    = plain("less_equal",    operator.le, signature="x, y, /", infix="{} <= {}")
greater       = plain("greater",       operator.gt, signature="x, y, /", infix="{} > {}")
greater_equal = plain("greater_equal", operator.ge, signature="x, y, /", infix="{} >= {}")
logical_and   = plain("logical_and",   np.logical_and, signature="x, y, /", infix="{} & {}")
logical_or    = plain("logical_or",    np.logical_or,  signature="x, y, /", infix="{} | {}")
logical_xor   = plain("logical_xor",   np.logical_xor, signature="x, y, /")
logical_not   = plain("logical_not",   np.logical_not)
bitwise_and   = plain("bitwise_and",   operator.and_,   signature="x, y, /", infix="{} & {}")
bitwise_or    = plain("bitwise_or",    operator.or_,    signature="x, y, /", infix="{} | {}")
bitwise_xor   = plain("bitwise_xor",   operator.xor,    signature="x, y, /", infix="{} ^ {}")
bitwise_invert = plain("bitwise_invert", operator.invert, infix="~{}")
bitwise_left_shift  = plain("bitwise_left_shift",  operator.lshift, signature="x, y, /", infix="{} << {}")
bitwise_right_shift = plain("bitwise_right_shift", operator.rshift, signature="x, y, /", infix="{} >> {}")
isnan         = plain("isnan",         np.isnan)
isfinite      = plain("isfinite",      np.isfinite)
isinf         = plain("isinf",         np.isinf)
signbit       = plain("signbit",       np.signbit)

# -- selection ---------------------------------------------------------------------------------------------------------


def _where(c: Any, x: Any, y: Any, xp: Any = np) -> Any:  # a kernel: arrays in, array out
    out = xp.where(c, x, y)
    return out if out.ndim else out[()]


def _gated(g: Any, p: Any, xp: Any = np) -> Any:
    product = g * p
    return _where((g == 0) | (p == 0), xp.zeros_like(product), product, xp) if has_nan(product) else product


def _picked(g: Any, w: Any, xp: Any = np) -> Any:
    product = g * w
    return _where(w == 0, xp.zeros_like(product), product, xp) if has_nan(product) else product


def _one_minus_square(x: Any, xp: Any = np) -> Any:
    s = x * x
    return np.subtract(1, s, out=s) if s.__class__ is np.ndarray else 1 - s


def _relu(x: Any, xp: Any = np) -> Any:
    return xp.maximum(x, 0)  # 0, not 0.0: a Python number must not widen


def _half(x: Any, y: Any) -> Any:
    """The share of the first of two values in their maximum's adjoint: 1, 1/2 at a tie, 0."""
    return where(x == y, 0.5, x > y)


def _turned(t: Any, s: Any, back: Any, x: Any) -> Any:
    """The part of `t` across the direction of x, over |x|: how far the sign z/|z| turns. A real sign cannot turn."""
    return quotient(t - s * real(t * back), abs(x)) if is_complex(x) else zeros_like(x)


def times_power(n: Any, p: Any, slope: Any, power: Any) -> Any:
    """The derivative n v**(n-p) slope of the n-th power of a length, that of v**p being p slope; 0 where v is 0.

    `power` gives powers of v that a sweep takes for no lengths. An n below p is a factor's in derivatives of higher
    powers.
    """
    if decided(np.all(n == 0), otherwise=False):
        return 0 * slope
    if decided(np.all(n <= p), otherwise=False):  # a replay's n is one that it asks about
        return n * slope if decided(np.all(n == p), otherwise=False) else n * quotient(slope, power(p - n))
    return n * power(n - p) * slope


def _power_of(name: str) -> Any:
    """The n-th power of a length as an operation on its arguments and n."""
    return lambda row, n: (name, (*row.args, constant(n)), None)


where   = elementwise("where",   _where,     0, lambda v, c, x, y: c, lambda v, c, x, y: logical_not(c), signature="condition, x, y, /", holes=True, doc="x where the condition holds, y elsewhere.")
gated_product  = plain("gated_product",  _gated,  signature="x, y, /", doc="x * y, where a zero of either annihilates even an infinity: see `products.gate`.")
picked_product = plain("picked_product", _picked, signature="x, y, /", doc="x * y, where a zero of y annihilates even an infinity: see `products.pick`.")
maximum = elementwise("maximum", np.maximum, lambda v, x, y: _half(x, y),      lambda v, x, y: _half(y, x),             holes=True, doc="The larger of two, entry by entry; ties share the adjoint evenly.")
minimum = elementwise("minimum", np.minimum, lambda v, x, y: _half(y, x),      lambda v, x, y: _half(x, y),             holes=True, doc="The smaller of two, entry by entry; ties share the adjoint evenly.")
relu    = elementwise("relu",    _relu,      lambda v, x: x > 0,                                                holes=True, doc="max(x, 0), with derivative 0 at 0.")
_clip   = elementwise("clip",    np.clip,    lambda v, x, lo, hi: (lo <= x) & (x <= hi), lambda v, x, lo, hi: (x < lo) & (lo <= hi), lambda v, x, lo, hi: (x > hi) | (lo > hi), signature="x, min, max, /", holes=True)
sign    = general("sign",        np.sign,    lambda g, v, x: _turned(g, conj(v), v, x), lambda t, v, x: _turned(t, v, conj(v), x),          doc="The sign: -1, 0 or 1, or z/|z|; the derivative of a real sign is 0.", batch=batch_same)
abs     = elementwise("abs",     np.abs,     lambda v, x: conj(sign(x)), infix="|{}|", power=_power_of("abs_power"), doc="The absolute value; its derivative at 0 is 0.")
abs_power = elementwise("abs_power", lambda x, n, xp=np: xp.abs(x) ** n, lambda v, x, n: times_power(n, 2, conj(x) if is_complex(x) else x, lambda m: abs_power(x, m)), 0, signature="x, n, /", doc="|x| to the power of n, which has no corner at 0 if n is at least 2.")
floor   = elementwise("floor",   np.floor,   0, holes=True, doc="The largest integer not above x; its derivative is 0.")
ceil    = elementwise("ceil",    np.ceil,    0, holes=True, doc="The smallest integer not below x; its derivative is 0.")
round   = elementwise("round",   np.round,   0, holes=True, doc="The nearest integer, halves to even; its derivative is 0.")
trunc   = elementwise("trunc",   np.trunc,   0, holes=True, doc="The integer part; its derivative is 0.")
nextafter = elementwise("nextafter", np.nextafter, 1, 0, doc="The next floating-point number after x towards y; its derivatives are 1 and 0.")
copysign = elementwise("copysign", np.copysign, lambda v, x, y: sign(x) * sign(v), 0, doc="The magnitude of x with the sign of y.")

# -- arithmetic ----------------------------------------------------------------------------------------------------------
add       = elementwise("add",       operator.add,      1,                      1,                       infix="{} + {}",  doc="The sum of two arrays, entry by entry.")
subtract  = elementwise("subtract",  operator.sub,      1,                     -1,                       infix="{} - {}",  doc="The difference of two arrays, entry by entry.")
multiply  = elementwise("multiply",  operator.mul,      lambda v, x, y: y,      lambda v, x, y: x,       infix="{} * {}",  doc="The product of two arrays, entry by entry.")
divide    = elementwise("divide",    operator.truediv,  lambda v, x, y: 1 / y,  lambda v, x, y: -v / y,  infix="{} / {}",  doc="The quotient of two arrays, entry by entry.")
floor_divide = elementwise("floor_divide", operator.floordiv, 0, 0, holes=True, infix="{} // {}", doc="The floor of the quotient; its derivatives are 0.")
remainder = elementwise("remainder", operator.mod,      1,                      lambda v, x, y: -floor(x / y), infix="{} % {}", doc="The remainder, with the sign of the divisor.")
negative  = elementwise("negative",  operator.neg,     -1,                                               infix="-{}",      doc="The negative.")
positive  = elementwise("positive",  operator.pos,      1,                                               infix="+{}",      doc="The same again.")
square    = elementwise("square",    np.square,         lambda v, x: 2 * x,                              infix="{}**2",    doc="The square.")
one_minus_square = elementwise("one_minus_square", _one_minus_square, lambda v, x: -2 * x,           infix="1 - {}**2", doc="1 - x², the slope of tanh, in the memory of one result.")
one_minus_square_near_one = elementwise("one_minus_square_near_one", lambda x, xp=np: (1 - x) * (1 + x), lambda v, x: -2 * x,                   doc="1 - x² as (1 - x) (1 + x), exact near ±1, where the slope of atanh needs it.")
sqrt      = elementwise("sqrt",      np.sqrt,           lambda v, x: 0.5 / v,                            doc="The square root; its derivative at 0 is inf.")
root      = elementwise("root",      lambda x, xp=np: xp.sqrt(x), lambda v, x: 0.5 * quotient(v, x), power=lambda row, n: ("pow", (*row.args, constant(n / 2)), None), doc="The square root of a square: a length, whose derivative at 0 is 0.")
cbrt      = elementwise("cbrt",      np.cbrt,           lambda v, x: 1 / (3 * v * v),                    doc="The cube root; its derivative at 0 is inf.")
fmod      = elementwise("fmod",      np.fmod,           1,                      lambda v, x, y: -trunc(x / y),  doc="The remainder, with the sign of the dividend.")
reciprocal = elementwise("reciprocal", np.reciprocal,   lambda v, x: -v * v,                             doc="One divided by x.")


def _quotient(x: Any, y: Any, xp: Any = np) -> Any:
    out = x / y
    return _where(x == 0, xp.zeros_like(out), out, xp) if has_nan(out) else out


def _log_ratio(x: Any, y: Any, xp: Any = np) -> Any:
    ratio = x / y
    size = xp.abs(ratio)  # over- or underflowed, though its logarithm is a number like any other:
    lost = (size < float(np.finfo(real_dtype(x)).tiny)) | xp.isinf(size)
    near = xp.abs(x - y) < xp.abs(y) / 2  # beside 1 the ratio is rounded, the difference is not
    return _where(lost, xp.log(x) - xp.log(y), _where(near, xp.log1p((x - y) / y), xp.log(ratio), xp), xp)


quotient = general("quotient", _quotient, (lambda g, v, x, y: quotient(g, y), lambda g, v, x, y: -quotient(g * v, y)), (lambda t, v, x, y: quotient(t, y), lambda t, v, x, y: -quotient(gate(t, v), y)), gated=(lambda g, v, x, y: quotient(g, y), lambda g, v, x, y: -quotient(gate(g, v), y)), signature="x, y, /", doc="x / y, 0 where x is 0 whatever y is; so are its derivatives where nothing arrives.", batch=batch_same)


def _with_zero(x: Any) -> bool:
    """Whether an entry is 0, so that a rule has to take care."""
    return has_zero(raw(x), spares=False)


def _pow_derivative(k: Any, n: Any, x: Any, y: Any, xp: Any = np) -> Any:
    """The derivative of x**y, k times in x and n times in y, right at every order; at x = 0 its limit from the right.

    Only at (0, 0), where 0**y jumps, the derivatives in y alone are 0 by convention.

    It is x**(y-k) Σ_j n!/(n-j)! c_j log(x)**(n-j), where c_j are the Taylor coefficients in y of y(y-1)…(y-k+1), each
    factor of which is (y-i) + δ. A sum of zeros is 0, whatever the power: x**0 is constant at 0 too.
    """
    k, n = int(np.max(k)), int(np.max(n))
    none = xp.zeros_like(x * y)
    c = [none + 1] + [none] * n
    for i in range(k):
        c = [(y - i) * c[j] + (c[j - 1] if j else none) for j in range(n + 1)]
    origin, power = x == 0, x ** (y - k)
    total, limit, weight = c[0], none, 1
    logarithm = xp.log(_where(origin, xp.ones_like(x), x, xp)) if n else none
    for j in range(1, n + 1):
        weight *= n - j + 1
        total = total * logarithm + weight * c[j]
    for j in range(n, -1, -1):  # at 0 the highest power of log(x) that is there decides
        leading = xp.real(c[j]) if is_complex(none) else c[j]
        endless = _where((leading > 0) == ((n - j) % 2 == 0), none + np.inf, none - np.inf, xp)
        limit = _where(c[j] == 0, limit, weight * c[j] if j == n else endless, xp)
    limit = _where(y == 0, none, limit, xp) if n and not k else limit
    total = _where(origin, limit, total, xp)
    vanishing = (total == 0) | (origin & (xp.real(y + none) > k if is_complex(none) else y > k))
    return _where(vanishing, none, total * power, xp)


def _to_the(x: Any, y: Any) -> Any:
    """y x**(y-1), of arrays with a derivative in y too."""
    cls: Any = y.__class__
    if cls in PYTHON:  # never 0: a Python zero was given the dtype of x
        return y * x if y == 2 else y * x ** (y - 1)  # x**1 is a copy
    return pow_derivative(1, 0, x, y) if _with_zero(x) else y * pow(x, y - 1)


def _log_base(v: Any, x: Any, y: Any) -> Any:
    """v log(x), of which 0**y is no factor that log(0) could meet."""
    return pow_derivative(0, 1, x, y) if _with_zero(x) else v * log(x)


pow = elementwise("pow", operator.pow, lambda v, x, y: _to_the(x, y), lambda v, x, y: _log_base(v, x, y), infix="{} ** {}", doc="x to the power of y; x**0 has derivative 0 at 0.")
pow_derivative = elementwise("pow_derivative", _pow_derivative, 0, 0, lambda v, k, n, x, y: pow_derivative(k + 1, n, x, y), lambda v, k, n, x, y: pow_derivative(k, n + 1, x, y), signature="k, n, x, y, /", doc="The derivative of x**y, k times in x and n times in y.")

# -- exponentials and logarithms -------------------------------------------------------------------------------------------


def _softmax2(x: Any, y: Any) -> Any:
    """The share of x in log(e**x + e**y): finite for every pair of infinities, 0 for two of -inf."""
    same = (x == y) & isinf(x)
    return where(same & (x < 0), 0.0, sigmoid(where(same, 0.0, x) - where(same, 0.0, y)))


def _sigmoid(x: Any, xp: Any = np) -> Any:
    if is_complex(x):
        right = xp.real(x) >= 0
        e = xp.exp(_where(right, -x, x, xp))
        return _where(right, 1, e, xp) / (1 + e)
    e = xp.exp(-xp.abs(x))  # never overflows
    return _where(x >= 0, 1, e, xp) / (1 + e)


def _sech2(x: Any, xp: Any = np) -> Any:
    size = _where(xp.real(x) >= 0, x, -x, xp) if is_complex(x) else xp.abs(x)
    e = xp.exp(-2 * size)
    return 4 * e / ((1 + e) * (1 + e))


def _lost(s: Any) -> bool:
    """Whether a difference from 1 is so small somewhere that it has lost digits."""
    value = raw(s)
    cls = value.__class__
    if cls is np.float64:
        return bool(value < 1e-6)
    if cls is np.ndarray and value.dtype.kind == "f":
        least = value.item(value.argmin()) if value.size else 1.0  # in half the time that a reduction takes to start
        return bool(least < (1e-6 if value.dtype.itemsize == 8 else 2e-3))
    if (asked := getattr(value, "asked", None)) is not None:
        return bool(asked(_lost, True))
    space = namespace(cls)
    return decided(space.any(space.abs(value) < (1e-6 if real_dtype(value).itemsize == 8 else 2e-3)), otherwise=True)


def _tanh_slope(v: Any, x: Any) -> Any:
    """1 - v², which costs no exponential; where tanh has reached 1 to many digits, 1/cosh(x)²."""
    s = one_minus_square(v)
    return sech2(x) if _lost(s) else s


def _sigmoid_slope(v: Any, x: Any) -> Any:
    """v (1 - v), likewise; if it is to be differentiated 1/(2 cosh(x/2))², whose derivatives are exact near 0 too."""
    rest = 1 - v
    return sech2(x / 2) / 4 if (isinstance(v, Tensor) and v.requires_grad) or _lost(rest) else v * rest


def _softplus(x: Any, xp: Any = np) -> Any:
    if is_complex(x):
        return _complex_softplus(x, xp)
    zero = 0 if xp is np else xp.zeros_like(x)
    top = xp.maximum(x, zero)
    return top + xp.log1p(xp.exp(xp.minimum(x, zero) - top))  # NumPy's own logaddexp takes three to ten times as long


def _complex_softplus(x: Any, xp: Any) -> Any:
    """log(1 + exp(x)), the principal value: log of the larger of 1 and exp(x), plus log(1 + e) with e small."""
    a, b = xp.real(x), xp.imag(x)
    small = xp.exp(_where(a >= 0, -x, x, xp))
    p, q = xp.real(small), xp.imag(small)
    size = xp.maximum(a, xp.zeros_like(a)) + xp.log1p(p * (2 + p) + q * q) / 2  # |1 + e|² = 1 + p (2 + p) + q²
    angle = xp.atan2(q, 1 + p) + _where(a >= 0, b, xp.zeros_like(b), xp)
    turn = 2 * xp.pi
    return size + 1j * (angle - turn * xp.round(angle / turn))


def _expm1(x: Any, xp: Any = np) -> Any:
    """NumPy's, but for complex numbers with an infinite part, or on the real axis beyond what exp can hold: as in C."""
    if not is_complex(x) or xp is not np:
        return xp.expm1(x)
    a, b = np.real(x), np.imag(x)
    out = np.empty(np.shape(x), x.dtype)
    with np.errstate(invalid="ignore"):
        out.real = np.expm1(a) * np.cos(b) - 2 * np.sin(b / 2) ** 2 + 0.0  # which makes +0 of -0
        out.imag = np.where(b == 0, b, np.exp(a) * np.sin(b))
    lost = np.isinf(a) & ~np.isfinite(b)
    if lost.any():
        out[lost] = np.where(a > 0, complex(np.inf, np.nan), complex(-1.0, 0.0))[lost]
    return out[()]


exp      = elementwise("exp",      np.exp,      lambda v, x: v,                  doc="e to the power of x.")
exp2     = elementwise("exp2",     np.exp2,     lambda v, x: v * _log(2),        doc="2 to the power of x.")
expm1    = elementwise("expm1",    _expm1,      lambda v, x: exp(x),             doc="exp(x) - 1, exact near 0.")
log      = elementwise("log",      np.log,      lambda v, x: 1 / x,              doc="The natural logarithm.")
log2     = elementwise("log2",     np.log2,     lambda v, x: 1 / (x * _log(2)),  doc="The logarithm to base 2.")
log10    = elementwise("log10",    np.log10,    lambda v, x: 1 / (x * _log(10)), doc="The logarithm to base 10.")
log_ratio = elementwise("log_ratio", _log_ratio, lambda v, x, y: 1 / x, lambda v, x, y: -1 / y, doc="log(x / y), without overflow.")
log1p    = elementwise("log1p",    np.log1p,    lambda v, x: 1 / (1 + x),        doc="log(1 + x), exact near 0.")
sigmoid  = elementwise("sigmoid",  _sigmoid,    lambda v, x: _sigmoid_slope(v, x), doc="1 / (1 + exp(-x)), the logistic function; never overflows.")
softplus = elementwise("softplus", _softplus, lambda v, x: sigmoid(x), doc="log(1 + exp(x)); never overflows.")
logaddexp = elementwise("logaddexp", np.logaddexp, lambda v, x, y: _softmax2(x, y), lambda v, x, y: _softmax2(y, x), doc="log(exp(x) + exp(y)); never overflows.")



def _asin_slope(x: Any, xp: Any = np) -> Any:
    # -(x - 1) is 1 - x with the sign of a zero imaginary part kept: the side of the cut beyond 1.
    return 1 / xp.sqrt((-(x - 1) if is_complex(x) else 1 - x) * (1 + x))


# -- trigonometric and hyperbolic --------------------------------------------------------------------------------------------
sin   = elementwise("sin",   np.sin,   lambda v, x: cos(x),                            doc="The sine.")
cos   = elementwise("cos",   np.cos,   lambda v, x: -sin(x),                           doc="The cosine.")
tan   = elementwise("tan",   np.tan,   lambda v, x: 1 + v**2,                          doc="The tangent.")
# The slope of asin is an operation, so that its own derivatives do not cancel near 0.
asin_slope = elementwise("asin_slope", _asin_slope, lambda v, x: x * v**3, infix="1 / sqrt(1 - {}**2)", doc="1/sqrt(1 - x²), the slope of asin.")
asin  = elementwise("asin",  np.asin,  lambda v, x: asin_slope(x),                     doc="The inverse sine.")
acos  = elementwise("acos",  np.acos,  lambda v, x: -asin_slope(x),                    doc="The inverse cosine.")
atan  = elementwise("atan",  np.atan,  lambda v, x: 1 / (1 + x**2),                    doc="The inverse tangent.")
sinh  = elementwise("sinh",  np.sinh,  lambda v, x: cosh(x),                           doc="The hyperbolic sine.")
cosh  = elementwise("cosh",  np.cosh,  lambda v, x: sinh(x),                           doc="The hyperbolic cosine.")
tanh  = elementwise("tanh",  np.tanh,  lambda v, x: _tanh_slope(v, x),                      doc="The hyperbolic tangent.")
sech2 = elementwise("sech2", _sech2,   lambda v, x: -2 * v * tanh(x),                  doc="1 / cosh(x)**2, the slope of tanh; never overflows.")
asinh = elementwise("asinh", np.asinh, lambda v, x: 1 / cosh(v),                       doc="The inverse hyperbolic sine.")
acosh = elementwise("acosh", np.acosh, lambda v, x: 1 / sinh(v),                       doc="The inverse hyperbolic cosine.")
atanh = elementwise("atanh", np.atanh, lambda v, x: 1 / one_minus_square_near_one(x),                       doc="The inverse hyperbolic tangent.")


hypot = elementwise("hypot", np.hypot, lambda v, x, y: cosine(x, y),              lambda v, x, y: cosine(y, x), power=_power_of("hypot_power"), doc="sqrt(x**2 + y**2) without overflow; derivative 0 at the origin.")
cosine = elementwise("cosine", lambda x, y, xp=np: _quotient(x, xp.hypot(x, y), xp), lambda v, x, y: cosine(y, x) ** 2 / hypot(x, y), lambda v, x, y: -v * cosine(y, x) / hypot(x, y), doc="x / hypot(x, y), 0 at the origin; its derivatives lose nothing near the axes.")
hypot_power = elementwise("hypot_power", lambda x, y, n, xp=np: xp.hypot(x, y) ** n, lambda v, x, y, n: times_power(n, 2, x, lambda m: hypot_power(x, y, m)), lambda v, x, y, n: times_power(n, 2, y, lambda m: hypot_power(x, y, m)), 0, signature="x, y, n, /", doc="hypot(x, y) to the power of n, which has no corner at the origin if n is at least 2.")
atan2 = elementwise("atan2", np.atan2, lambda v, y, x: quotient(cosine(x, y), hypot(x, y)), lambda v, y, x: -quotient(cosine(y, x), hypot(x, y)), signature="y, x, /", doc="The angle of the point (x, y); derivative 0 at the origin.")




def _imag(x: Any, xp: Any = np) -> Any:
    return xp.imag(x) if xp is np or is_complex(x) else xp.zeros_like(x)


# -- complex numbers (a pull is the plain transpose; a real variable keeps the real part) --------------------------------------
real = elementwise("real", np.real, 1,   doc="The real part.",      write=lambda z, part: part + 1j * imag(z) if is_complex(z) else part)
imag = elementwise("imag", _imag,   -1j, doc="The imaginary part.", write=lambda z, part: real(z) + 1j * part)
conj = general("conj", np.conj, lambda g, v, x: conj(g), lambda t, v, x: conj(t), doc="The complex conjugate.", batch=batch_same)
# fmt: on


def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:
    """`x` limited to the interval from `min` to `max` (None: no limit); the derivative at the edges is 1.

    >>> import autograd_lite as ag
    >>> ag.clip(ag.asarray([-2.0, 0.5, 2.0]), -1, 1)
    Tensor([-1. ,  0.5,  1. ])
    """
    if min is None and max is None:
        return positive(x)
    if min is None:
        return _clip(x, -np.inf, max) if not _integer(x) else minimum(x, max)
    if max is None:
        return _clip(x, min, np.inf) if not _integer(x) else maximum(x, min)
    return _clip(x, min, max)


def _integer(x: Any) -> bool:
    return not is_inexact(raw(x))
