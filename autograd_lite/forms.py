"""NumPy's functions whose signature, or whose idea, differs from this package's own: as NumPy calls them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import linalg as la
from autograd_lite.backend import is_complex
from autograd_lite.ops import arrange, create, index, linalg, order, reduce, shape, statistics
from autograd_lite.ops import elementwise as e
from autograd_lite.ops.order import as_array, raw


def where(condition: Any, *branches: Any) -> Any:
    return e.where(condition, *branches) if branches else order.nonzero(condition)


def diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    return order.diff(x, axis=axis, n=n, prepend=prepend, append=append)


def ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    parts = [shape.ravel(as_array(a)) for a in (to_begin, order.diff(shape.ravel(x)), to_end) if a is not None]
    return shape.concat(parts)


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return arrange.diagonal(shape.moveaxis(x, (axis1, axis2), (-2, -1)), offset=offset)


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return linalg.trace(shape.moveaxis(x, (axis1, axis2), (-2, -1)), offset=offset)


def vdot(x: Any, y: Any) -> Any:
    return linalg.vecdot(shape.ravel(as_array(x)), shape.ravel(as_array(y)))


def unique(x: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False) -> Any:
    found = order.unique_all(x)
    asked = zip(found[1:], (return_index, return_inverse, return_counts), strict=True)
    out = (found.values, *[part for part, wanted in asked if wanted])
    return out if len(out) > 1 else found.values


def hstack(arrays: Any) -> Any:
    arrays = [arrange.at_least(a, 1) for a in arrays]
    return shape.concat(arrays, axis=0 if arrays[0].ndim == 1 else 1)


def columns(arrays: Any) -> Any:
    arrays = [as_array(a) for a in arrays]
    return shape.concat([shape.reshape(a, (-1, 1)) if a.ndim < 2 else a for a in arrays], axis=1)


def depth(x: Any) -> Any:
    """`x` with three axes, as ``np.dstack`` and ``np.atleast_3d`` add them."""
    x = as_array(x)
    if x.ndim < 2:
        return shape.reshape(x, (1, -1, 1))
    return shape.expand_dims(x, -1) if x.ndim == 2 else x


def append(x: Any, values: Any, axis: int | None = None) -> Any:
    x, values = as_array(x), as_array(values)
    return shape.concat([shape.ravel(x), shape.ravel(values)] if axis is None else [x, values], axis=axis or 0)


def delete(x: Any, obj: Any, axis: int | None = None) -> Any:
    x = as_array(x)
    x, axis = (shape.ravel(x), 0) if axis is None else (x, axis % x.ndim)
    kept = np.delete(np.arange(x.shape[axis]), raw(obj))
    return x[(slice(None),) * axis + (kept,)]


def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    return la.svd(x, full_matrices=full_matrices) if compute_uv else la.svdvals(x)


def qr(x: Any, mode: str = "reduced") -> Any:
    return la.qr(x).R if mode == "r" else la.qr(x, mode=mode)


def pinv(x: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    return la.pinv(x, rtol=rtol if rtol is not None else 1e-15 if rcond is None else rcond)


def mean(x: Any, axis: Any = None, *, where: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    x = as_array(x) if dtype is None else create.astype(x, dtype)
    if where is None:
        return reduce.mean(x, axis=axis, keepdims=keepdims)
    return statistics.nanmean(e.where(where, x, np.nan), axis, keepdims=keepdims)


def matvec(x: Any, y: Any) -> Any:
    return linalg.matmul(x, as_array(y)[..., None])[..., 0]


def vecmat(x: Any, y: Any) -> Any:
    x = as_array(x)
    return linalg.matmul((e.conj(x) if is_complex(x) else x)[..., None, :], y)[..., 0, :]


def fmax(x: Any, y: Any) -> Any:
    return e.where(e.isnan(x), y, e.where(e.isnan(y), x, e.maximum(x, y)))


def fmin(x: Any, y: Any) -> Any:
    return e.where(e.isnan(x), y, e.where(e.isnan(y), x, e.minimum(x, y)))


def insert(x: Any, places: Any, values: Any, axis: int | None = None) -> Any:
    x = as_array(x)
    x, axis = (shape.ravel(x), 0) if axis is None else (x, axis % x.ndim)
    old = np.insert(np.arange(x.shape[axis]), places, -1)
    before = (slice(None),) * axis
    return index.setitem(x[(*before, np.maximum(old, 0))], (*before, old < 0), values)


def select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    out = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        out = e.where(condition, choice, out)
    return out


def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    axis, start = axis % x.ndim, start % (x.ndim + 1) if start < 0 else start
    return shape.moveaxis(x, axis, start - 1 if axis < start else start)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    n = x.shape[0] if N is None else N
    powers = x[:, None] ** np.arange(n)
    return powers if increasing else shape.flip(powers, axis=1)


def polyadd(p: Any, q: Any, sign: int = 1) -> Any:
    p, q = (arrange.at_least(a, 1) for a in (p, q))
    n = max(p.shape[0], q.shape[0])
    p, q = (arrange.pad(a, (n - a.shape[0], 0)) for a in (p, q))
    return p + q if sign > 0 else p - q


def polyder(p: Any, m: int = 1) -> Any:
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


def polyint(p: Any, m: int = 1, k: Any = 0) -> Any:
    for _ in range(m):
        p = shape.concat([p / np.arange(p.shape[0], 0, -1), shape.reshape(as_array(k) * 1.0, (1,))])
    return p


def polyfit(x: Any, y: Any, deg: int, *, w: Any = None) -> Any:
    """Least squares with columns scaled to length 1, as NumPy does it."""
    columns, y = vander(as_array(x) * 1.0, deg + 1), as_array(y)
    if w is not None:
        w = as_array(w)
        columns, y = columns * w[:, None], y * (w[:, None] if y.ndim > 1 else w)
    scale = e.sqrt(reduce.sum(columns * columns, axis=0))
    found = la.lstsq(columns / scale, y).x
    return found / (scale[:, None] if y.ndim > 1 else scale)


def unwrap(x: Any, discont: float | None = None, axis: int = -1) -> Any:
    """The jumps that are taken out are constants."""
    return x + (np.unwrap(raw(x), discont, axis) - raw(x))


def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return e.clip(x, min if a_min is None else a_min, max if a_max is None else a_max)


def round(x: Any, decimals: int = 0) -> Any:
    return e.round(x) if not decimals else e.round(x * 10.0**decimals) / 10.0**decimals


def heaviside(x: Any, y: Any) -> Any:
    """0 below 0, 1 above, y at 0."""
    x, y = as_array(x), as_array(y)
    flat = create.astype(x > 0, np.result_type(raw(x), raw(y)))
    return e.where(e.isnan(x), np.nan, e.where(x == 0, y, flat))
