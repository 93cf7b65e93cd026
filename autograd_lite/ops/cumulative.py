"""Along an axis: results that grow from entry to entry, and the differences of neighbours."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, dtype_name
from autograd_lite.core.rules import general, linear
from autograd_lite.core.tensor import raw
from autograd_lite.core.zeros import pick
from autograd_lite.ops.axes import batch_same, normal_axis
from autograd_lite.ops.constants import still
from autograd_lite.ops.create import astype, full_like, zeros_like
from autograd_lite.ops.elementwise import exp, not_equal, where
from autograd_lite.ops.shape import broadcast_to, concat, flip

# ruff: noqa: E501  # an aligned table reads better than a wrapped one


def cut(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    """``x[start:stop]`` along an axis."""
    return x[(slice(None),) * (axis % x.ndim) + (slice(start, stop),)]


# -- accumulation: y[k] = a[k] y[k-1] + w[k] t[k] along an axis -------------------------------------------------------


def _later(x: Any, by: int, axis: int, fill: Any) -> Any:
    """`x` moved `by` places along an axis, `fill` moving in."""
    return concat([full_like(cut(x, axis, None, by), fill), cut(x, axis, None, -by)], axis=axis)


def _recurrence(a: Any, b: Any, axis: int, times: Any = operator.mul) -> Any:
    """The y with y[k] = a[k] y[k-1] + b[k], from y[-1] = 0: pairs of steps are joined, log2(n) times."""
    step = 1
    while step < b.shape[axis]:
        b = b + times(_later(b, step, axis, 0), a)
        a = a * _later(a, step, axis, 1)
        step *= 2
    return b


def accumulation(name: str, ufunc: Any, terms: Callable[..., Any], **extra: Any) -> Callable[..., Any]:
    """Register ``ufunc.accumulate``, from the terms of its tangent's recurrence.

    `terms` is ``(v, x, before, axis) -> (a, w)``, `before` being v moved one place on: a tangent of v is the y with
    y[k] = a[k] y[k-1] + w[k] t[k]. An adjoint runs the same recurrence from the other end.
    """

    times = pick if extra.get("holes") else operator.mul

    def push(t: Any, v: Any, x: Any, axis: int) -> Any:
        a, w = terms(v, x, _later(v, 1, axis, ufunc.identity if ufunc.identity is not None else 0), axis)
        return _recurrence(a, times(t, w), axis, times)

    def pull(g: Any, v: Any, x: Any, axis: int) -> Any:
        a, w = terms(v, x, _later(v, 1, axis, ufunc.identity if ufunc.identity is not None else 0), axis)
        back = _recurrence(_later(flip(a, axis=axis), 1, axis, 1), flip(g, axis=axis), axis, times)
        return times(flip(back, axis=axis), w)

    def kernel(x: Any, axis: int, xp: Any = np) -> Any:
        return ufunc.accumulate(x, axis) if xp is np else _accumulate(getattr(xp, ufunc.__name__), x, axis, xp)

    return general(name, kernel, pull, push, signature="x, /, axis", **extra)


def _accumulate(function: Callable[..., Any], x: Any, axis: int, xp: Any) -> Any:
    """What a ufunc's ``accumulate`` does, for an associative function of another library: pairs joined, log2(n)
    times."""
    step, lead = 1, (slice(None),) * axis
    while step < x.shape[axis]:
        joined = function(x[(*lead, slice(step, None), ...)], x[(*lead, slice(None, -step), ...)])
        x, step = xp.concat([x[(*lead, slice(None, step), ...)], joined], axis=axis), 2 * step
    return x


def _sum_of_exponentials(v: Any, x: Any, before: Any, axis: int) -> Any:
    return exp(_difference(before, v)), exp(_difference(x, v))


def _difference(x: Any, v: Any) -> Any:
    """x - v for logarithms: -inf where both are -inf, whose share is 0."""
    nothing = v == -np.inf
    return where(nothing, -np.inf, x) - where(nothing, 0.0, v)


def _extreme(v: Any, x: Any, before: Any, axis: int) -> Any:
    """Ties with the extreme so far share evenly: of m ties, the last takes 1/m and leaves the others the rest."""
    x, v = still(x), still(v)
    same = concat([zeros_like(cut(v, axis, None, 1)), cut(v, axis, 1, None) == cut(v, axis, None, -1)], axis=axis)
    tied = astype(x == v, v.dtype)
    share = tied / _recurrence(same, tied, axis)
    return same * (1 - share), share


# fmt: off
_cumulative_sum       = linear("cumulative_sum",             lambda x, axis: np.add.accumulate(x, axis), lambda g, x, axis: flip(_cumulative_sum(flip(g, axis=axis), axis), axis=axis), signature="x, /, axis", batch=batch_same)
_cumulative_prod      = accumulation("cumulative_prod",      np.multiply,  lambda v, x, before, axis: (x, before), batch=batch_same)
_cumulative_logaddexp = accumulation("cumulative_logsumexp", np.logaddexp, _sum_of_exponentials, batch=batch_same)
_cumulative_max       = accumulation("cumulative_max",       np.maximum,   _extreme, holes=True, batch=batch_same)
_cumulative_min       = accumulation("cumulative_min",       np.minimum,   _extreme, holes=True, batch=batch_same)
# fmt: on


def cumulative_sum(x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """The sums of the entries up to each one along an axis; `include_initial` puts the empty sum, 0, before them.

    >>> import autograd_lite as ag
    >>> ag.cumulative_sum(ag.asarray([1.0, 2.0, 3.0]))
    Tensor([1., 3., 6.])
    """
    return _accumulated("cumulative_sum", _cumulative_sum, x, axis, dtype, 0 if include_initial else None)


def cumulative_prod(x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """The products of the entries up to each one along an axis; `include_initial` puts the empty product, 1, first.

    No rule divides, so derivatives are right at zeros, at every order.
    """
    return _accumulated("cumulative_prod", _cumulative_prod, x, axis, dtype, 1 if include_initial else None)


def cumulative_logsumexp(x: Any, /, *, axis: int | None = None) -> Any:
    """log(cumulative_sum(exp(x))) without overflow."""
    return _accumulated("cumulative_logsumexp", _cumulative_logaddexp, x, axis, None, None)


def cumulative_max(x: Any, /, *, axis: int | None = None) -> Any:
    """The largest entry up to each one; ties share the adjoint evenly."""
    return _accumulated("cumulative_max", _cumulative_max, x, axis, None, None)


def cumulative_min(x: Any, /, *, axis: int | None = None) -> Any:
    """The smallest entry up to each one; ties share the adjoint evenly."""
    return _accumulated("cumulative_min", _cumulative_min, x, axis, None, None)


def _accumulated(name: str, core: Callable[..., Any], x: Any, axis: int | None, dtype: Any, initial: Any) -> Any:
    x = as_array(x)
    if axis is None and x.ndim != 1:
        raise ValueError(f"{name}: an array of {x.ndim} axes needs axis=")
    axis = normal_axis(name, x, axis or 0)
    out = core(x if dtype is None else astype(x, dtype, copy=False), axis)
    if dtype is not None:
        out = astype(out, dtype, copy=False)  # NumPy accumulates small integers as large ones
    if initial is None:
        return out
    shape = tuple([1 if i == axis else n for i, n in enumerate(x.shape)])
    first = full_like(cut(out, axis, None, 1), initial) if out.shape[axis] else np.full(shape, initial, dtype_name(out))
    return concat([first, out], axis=axis)


def diff(x: Any, /, *, axis: int = -1, n: int = 1, prepend: Any = None, append: Any = None) -> Any:
    """The differences of neighbours along an axis, taken `n` times; `prepend` and `append` are joined on first.

    >>> import autograd_lite as ag
    >>> ag.diff(ag.asarray([1, 4, 9]))
    Tensor([3, 5])
    """
    if n < 0:
        raise ValueError(f"diff: the order is 0 or more, not {n}")
    x = as_array(x)
    if not n:
        return x
    axis = normal_axis("diff", x, axis)
    parts = [as_array(a) for a in (prepend, x, append) if a is not None]
    if len(parts) > 1:
        edge = tuple([1 if i == axis else m for i, m in enumerate(x.shape)])
        x = concat([p if p.ndim else broadcast_to(p, edge) for p in parts], axis=axis)
    for _ in range(n):
        ahead, behind = cut(x, axis, 1, None), cut(x, axis, None, -1)
        x = not_equal(ahead, behind) if raw(x).dtype == bool else ahead - behind
    return x
