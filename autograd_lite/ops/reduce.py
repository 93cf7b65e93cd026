"""Reductions: sums are linear; the others have a partial per entry, as an elementwise operation has."""

from __future__ import annotations

from collections.abc import Callable
from math import prod as _prod_of
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import decided, is_complex, typed
from autograd_lite.core.rules import general, linear, plain
from autograd_lite.core.tensor import raw
from autograd_lite.core.zeros import gate, pick
from autograd_lite.ops.axes import axes_of, batch_along, batch_over
from autograd_lite.ops.create import ones_like, zeros_like
from autograd_lite.ops.elementwise import conj, exp, isfinite, quotient, times_power, where
from autograd_lite.ops.shape import broadcast_to, concat, permute_dims, reshape

# ruff: noqa: E501  # an aligned table reads better than a wrapped one


def _count(x: Any, axis: Any) -> int:
    """How many entries go into one result."""
    return _prod_of([x.shape[a] for a in axes_of(len(x.shape), axis)])


def is_half(x: Any) -> bool:
    """Whether it is in half precision, whose sums and counts overflow beyond 65504: they are taken in single."""
    return str(getattr(x, "dtype", "")).rpartition(".")[2] == "float16"


def over_count(x: Any, n: Any) -> Any:
    """``x / n`` for a count that half precision may not hold, since it ends at 65504: then in steps that it does."""
    if n > 65504 and is_half(x):
        return over_count(x / 256, n / 256)
    return x / n


def _back(a: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """`a`, a result of reducing `x`, with its reduced axes there again at length 1."""
    if keepdims or a.shape == () == x.shape:
        return a
    axes = axes_of(x.ndim, axis)
    return reshape(a, tuple([1 if i in axes else n for i, n in enumerate(x.shape)]))


def _spread(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    return broadcast_to(g if axis is None and not keepdims else _back(g, x, axis, keepdims), tuple(x.shape))


def reduction(name: str, kernel: Callable[..., Any], partial: Callable[..., Any], **extra: Any) -> Callable[..., Any]:
    """Register a reduction from the partial of its result in each entry: ``partial(v, x, *options)``, v with its axes
    kept.

    Its options begin with `axis` and end with `keepdims`.
    """
    times = pick if extra.get("holes") else None

    def pull(multiply: Any) -> Any:
        def pulled(g: Any, v: Any, x: Any, *options: Any) -> Any:
            axis, keepdims = options[0], options[-1]
            p = partial(_back(v, x, axis, keepdims), x, *options)
            g = _back(g, x, axis, keepdims)
            return multiply(g, p) if multiply else g * p

        return pulled

    def push(t: Any, v: Any, x: Any, *options: Any) -> Any:
        axis, keepdims = options[0], options[-1]
        p = partial(_back(v, x, axis, keepdims), x, *options)
        return sum(times(t, p) if times else gate(t, p), axis=axis, keepdims=keepdims)

    return general(name, kernel, pull(times), push, gated=pull(times or gate), **extra)


# -- kernels: NumPy's ufuncs, without the microsecond of its Python wrappers -------------------------------------------

_add: Any = np.add.reduce  # Any: NumPy's types do not know that keepdims may be given by position
_multiply: Any = np.multiply.reduce
_maximum: Any = np.maximum.reduce
_minimum: Any = np.minimum.reduce


def _axis(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def _sum(x: Any, axis: Any, dtype: Any, keepdims: Any) -> Any:
    return _add(x, _axis(axis), dtype, None, keepdims)


def _mean(x: Any, axis: Any, keepdims: Any) -> Any:
    if axis is not None and not x.ndim:
        raise np.exceptions.AxisError(f"axis {axis} is out of bounds for an array without axes")
    if x.dtype.char == "e":  # whose sums overflow beyond 65504: taken in single precision, as NumPy does
        return (_add(x, _axis(axis), np.float32, None, keepdims) / _count(x, axis)).astype(x.dtype)
    return _add(x, _axis(axis), None, None, keepdims) / _count(x, axis)


def _product(x: Any, axis: Any, dtype: Any, keepdims: Any) -> Any:
    return _multiply(x, _axis(axis), dtype, None, keepdims)


def _var(x: Any, axis: Any, correction: Any, keepdims: Any) -> Any:
    d = x - _mean(x, axis, True)
    squares = d.real**2 + d.imag**2 if d.dtype.kind == "c" else d * d
    if x.dtype.char == "e":
        return (_add(squares, _axis(axis), np.float32, None, keepdims) / _freedom(x, axis, correction)).astype(x.dtype)
    return _add(squares, _axis(axis), None, None, keepdims) / _freedom(squares, axis, correction)


def _largest(x: Any, axis: Any, xp: Any) -> Any:
    if 0 in x.shape:  # of no entries any number will do
        return xp.sum(x, axis=axis, keepdims=True)
    return _maximum(x, axis, None, None, True) if xp is np else xp.max(x, axis=axis, keepdims=True)


def _total(x: Any, axis: Any, xp: Any) -> Any:
    return _add(x, axis, None, None, True) if xp is np else xp.sum(x, axis=axis, keepdims=True)


def _logsumexp(x: Any, axis: Any, keepdims: Any, xp: Any = np) -> Any:
    top = _largest(x, axis, xp)
    top = xp.where(xp.isfinite(top), top, 0)
    total = _total(xp.exp(x - top), axis, xp)
    with np.errstate(divide="ignore"):  # log(0) is the right answer for a sum of exp(-inf)
        out = xp.log(total) + top
    if keepdims:
        return out
    out = xp.reshape(out, tuple([n for i, n in enumerate(out.shape) if i not in axes_of(x.ndim, axis)]))
    return out if out.ndim else out[()]


# -- partials ------------------------------------------------------------------------------------------------------------


def _others(v: Any, x: Any, axis: Any, dtype: Any, keepdims: bool) -> Any:
    """The product of all entries but one, for each: prefix times suffix products, no division, so zeros are no trouble.

    The prefixes come from log2(n) shifted products, written in plain operations, so that the same holds at every order.
    """
    axes = axes_of(x.ndim, axis)
    kept = tuple([i for i in range(x.ndim) if i not in axes])
    moved = permute_dims(x, kept + axes)
    n = _count(x, axis)
    flat = reshape(moved, (*moved.shape[: len(kept)], n))
    left, right = _shifted(flat, 1), _shifted(flat, -1)
    step = 1
    while step < n:
        left, right, step = left * _shifted(left, step), right * _shifted(right, -step), 2 * step
    order = np.argsort(kept + axes)
    return permute_dims(reshape(left * right, tuple(moved.shape)), tuple([int(i) for i in order]))


def _shifted(x: Any, by: int) -> Any:
    """`x` moved `by` places along its last axis, ones moving in."""
    if by > 0:
        return concat([ones_like(x[..., :by]), x[..., :-by]], axis=-1)
    return concat([x[..., -by:], ones_like(x[..., by:])], axis=-1)


def _share(v: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """Each entry's share in the extreme value: even among ties."""
    tied = x == v
    return tied / sum(tied, axis=axis, keepdims=True)


def _weights(v: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """exp(x - v), made to sum to 1; 0 where everything is -inf, an even share where several are +inf."""
    finite = isfinite(v)
    if decided(all(finite), otherwise=False):
        w = exp(x - v)
        return w / sum(w, axis=axis, keepdims=True)
    w = where(finite, exp(where(finite, x, -np.inf) - where(finite, v, 0.0)), (x == v) & (x > 0))
    total = sum(w, axis=axis, keepdims=True)
    return w / where(total == 0, 1.0, total)


def _from_mean(x: Any, axis: Any) -> Any:
    """How far each entry is from the mean: half the partial of the square of that, so conjugated if complex."""
    apart = x - mean(x, axis=axis, keepdims=True)
    return conj(apart) if is_complex(apart) else apart


def _deviation(v: Any, x: Any, axis: Any, correction: float, keepdims: bool) -> Any:
    return over_count(2 * _from_mean(x, axis), _freedom(x, axis, correction))


def _standard(v: Any, x: Any, axis: Any, correction: float, keepdims: bool) -> Any:
    if _count(x, axis) == 1 and correction == 0:  # 0 whatever the one entry is
        return zeros_like(x)
    return over_count(quotient(_from_mean(x, axis), v), _freedom(x, axis, correction))


def _standard_times(v: Any, x: Any, axis: Any, correction: float, n: Any, keepdims: bool) -> Any:
    slope = over_count(_from_mean(x, axis), _freedom(x, axis, correction))
    return times_power(n, 2, slope, lambda m: _std_power(x, axis=axis, correction=correction, n=m, keepdims=True))


def _standard_to_the(x: Any, axis: Any, correction: Any, n: Any, keepdims: Any, xp: Any = np) -> Any:
    if xp is np:
        return np.sqrt(_var(x, axis, correction, keepdims)) ** n
    return xp.std(x, axis=axis, correction=correction, keepdims=keepdims) ** n


def _standard_power(row: Any, n: Any) -> Any:
    axis, correction, keepdims = row.params
    return "std_power", row.args, (axis, correction, n, keepdims)


def _freedom(x: Any, axis: Any, correction: float) -> Any:
    """What a sum of squares is divided by: a NumPy zero when nothing is left, so that 0/0 is NaN and not an error."""
    n = _count(x, axis) - correction
    return n if n > 0 else typed(0.0, raw(x))


def _order(x: Any, axis: int, descending: bool, stable: bool) -> Any:
    """Downwards is upwards by what has the opposite order, exactly: -x, and for integers ~x, which cannot overflow."""
    keys = x if not descending else -x if x.dtype.kind in "fc" else ~x
    return np.argsort(keys, axis=axis, stable=True)


# fmt: off
sum   = linear("sum",  _sum,  lambda g, x, axis, dtype, keepdims: _spread(g, x, axis, keepdims),                 signature="x, /, axis=None, *, dtype=None, keepdims=False", doc="The sum over an axis, several, or all.", batch=batch_over)
mean  = linear("mean", _mean, lambda g, x, axis, keepdims: _spread(over_count(g, _count(x, axis)), x, axis, keepdims), signature="x, /, axis=None, *, keepdims=False", doc="The mean over an axis, several, or all.", batch=batch_over)
prod  = reduction("prod", _product, _others,                                                                     signature="x, /, axis=None, *, dtype=None, keepdims=False", doc="The product over an axis, several, or all; right at zeros, at every order.", batch=batch_over)
max   = reduction("max",  lambda x, axis, keepdims: _maximum(x, _axis(axis), None, None, keepdims), _share, signature="x, /, axis=None, *, keepdims=False", holes=True, doc="The largest entry; ties share the adjoint evenly.", batch=batch_over)
min   = reduction("min",  lambda x, axis, keepdims: _minimum(x, _axis(axis), None, None, keepdims), _share, signature="x, /, axis=None, *, keepdims=False", holes=True, doc="The smallest entry; ties share the adjoint evenly.", batch=batch_over)
var   = reduction("var",  _var, _deviation, signature="x, /, axis=None, *, correction=0.0, keepdims=False", doc="The variance; `correction` is subtracted from the count (1 for the unbiased one).", batch=batch_over)
std   = reduction("std",  lambda *args: np.sqrt(_var(*args)), _standard, signature="x, /, axis=None, *, correction=0.0, keepdims=False", doc="The standard deviation; where it is 0 its derivative is 0.", batch=batch_over, power=_standard_power)
_std_power = reduction("std_power", _standard_to_the, _standard_times, signature="x, /, axis=None, *, correction=0.0, n=2, keepdims=False", doc="The n-th power of the standard deviation, which has no corner where that is 0 if n is at least 2.", batch=batch_over)
logsumexp = reduction("logsumexp", _logsumexp, _weights,                                                         signature="x, /, axis=None, *, keepdims=False", doc="log(sum(exp(x))) without overflow.", batch=batch_over)

all           = plain("all",    lambda x, axis, keepdims: np.all(x, axis=axis, keepdims=keepdims),    signature="x, /, axis=None, *, keepdims=False", doc="Whether all entries are true.")
any           = plain("any",    lambda x, axis, keepdims: np.any(x, axis=axis, keepdims=keepdims),    signature="x, /, axis=None, *, keepdims=False", doc="Whether any entry is true.")
argmax        = plain("argmax", lambda x, axis, keepdims: np.argmax(x, axis=axis, keepdims=keepdims), signature="x, /, axis=None, *, keepdims=False", doc="Where the largest entry is.")
argmin        = plain("argmin", lambda x, axis, keepdims: np.argmin(x, axis=axis, keepdims=keepdims), signature="x, /, axis=None, *, keepdims=False", doc="Where the smallest entry is.")
argsort       = plain("argsort", _order,                                                             signature="x, /, axis=-1, *, descending=False, stable=True", doc="The order that sorts, always stable; NaN last, descending too.")
count_nonzero = plain("count_nonzero", lambda x, axis, keepdims: np.asarray(np.count_nonzero(x, axis=axis, keepdims=keepdims))[()], signature="x, /, axis=None, *, keepdims=False", doc="How many entries are not zero.")
# fmt: on


# -- rows that sum to one -------------------------------------------------------------------------------------------------


def _log_softmax(x: Any, axis: Any, xp: Any = np) -> Any:
    if 0 in x.shape:
        xp.sum(x, axis=axis)  # AxisError where there is none
        return xp.exp(x)
    x = x - _largest(x, axis, xp)  # first, so that nothing large is left to cancel
    return x - xp.log(_total(xp.exp(x), axis, xp))


def _softmax(x: Any, axis: Any, xp: Any = np) -> Any:
    e = xp.exp(x - _largest(x, axis, xp))
    return e / _total(e, axis, xp)


log_softmax = general(
    "log_softmax",
    _log_softmax,
    lambda g, v, x, axis: g - exp(v) * sum(g, axis=axis, keepdims=True),
    lambda t, v, x, axis: t - sum(gate(t, exp(v)), axis=axis, keepdims=True),
    gated=lambda g, v, x, axis: g - gate(sum(g, axis=axis, keepdims=True), exp(v)),
    signature="x, /, axis=-1",
    doc="log(softmax(x)): x - logsumexp(x) along an axis.",
    batch=batch_along,
)
softmax = general(
    "softmax",
    _softmax,
    lambda g, v, x, axis: v * (g - sum(g * v, axis=axis, keepdims=True)),
    lambda t, v, x, axis: gate(t - sum(gate(t, v), axis=axis, keepdims=True), v),
    gated=lambda g, v, x, axis: gate(g - sum(gate(g, v), axis=axis, keepdims=True), v),
    signature="x, /, axis=-1",
    doc="exp(x) / sum(exp(x)) along an axis, without overflow.",
    batch=batch_along,
)
