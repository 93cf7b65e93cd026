"""NumPy's means and spreads, with all their options, and its reductions that leave NaNs out."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, decided, is_complex, is_inexact, on_host, real_dtype
from autograd_lite.core.tensor import raw
from autograd_lite.ops import create, elementwise as e, reduce, shape, statistics
from autograd_lite.ops.constants import still


def mean(x: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, where: Any = None) -> Any:
    x = as_array(x) if dtype is None else create.astype(as_array(x), dtype)
    if where is None:
        result = reduce.mean(x, axis=axis, keepdims=keepdims)
    elif reduce.is_half(x):
        result = create.astype(mean(x, axis, np.float32, keepdims, where=where), np.float16)
    else:
        counted = reduce.sum(_selected(x, where), axis=axis, keepdims=keepdims)
        with np.errstate(invalid="ignore"):
            result = reduce.sum(e.where(raw(where), x, 0), axis=axis, keepdims=keepdims) / counted
    return result


def _selected(x: Any, where: Any) -> Any:
    """Which entries of `x` count, as numbers of its precision, so that a division by none of them is NaN."""
    return np.broadcast_to(raw(where), x.shape).astype(real_dtype(x) if is_inexact(raw(x)) else float)


def var(
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = None,
    mean: Any = None,
    correction: float | None = None,
) -> Any:
    x, wanted = _in_reals(x, dtype)
    ddof = ddof if correction is None else correction
    if where is None and mean is None:
        result = reduce.var(x, axis=axis, correction=ddof, keepdims=keepdims)
    elif reduce.is_half(x):
        result = create.astype(var(x, axis, np.float32, ddof, keepdims, where=where, mean=mean), np.float16)
    else:
        where = True if where is None else raw(where)
        left = reduce.sum(_selected(x, where), axis=axis, keepdims=True) - ddof
        if not decided(np.all(still(left) > 0), otherwise=True):
            x = x * e.where(left > 0, 1.0, np.nan)  # no spread, and no derivative either
        d = e.where(where, x - (_mean(x, axis, keepdims=True, where=where) if mean is None else mean), 0)
        squares = e.real(d) ** 2 + e.imag(d) ** 2 if is_complex(d) else d * d
        counted = reduce.sum(_selected(x, where), axis=axis, keepdims=keepdims) - ddof
        with np.errstate(invalid="ignore", divide="ignore"):
            result = reduce.sum(squares, axis=axis, keepdims=keepdims) / np.maximum(counted, 0)
    return result if wanted is None else create.astype(result, wanted)


def _in_reals(x: Any, dtype: Any) -> tuple[Any, Any]:
    """`x` in the dtype asked for, or its reals, and that dtype if it is complex: the spread is found in reals."""
    x = as_array(x)
    if dtype is None:
        return x, None
    if np.dtype(dtype).kind != "c":
        return create.astype(x, dtype), None
    return create.astype(x, dtype if is_complex(x) else np.finfo(dtype).dtype), dtype


_mean = mean


def std(
    x: Any,
    axis: Any = None,
    dtype: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = None,
    mean: Any = None,
    correction: float | None = None,
) -> Any:
    """The root of `var`; where that is 0, its derivative is 0."""
    x, wanted = _in_reals(x, dtype)
    ddof = ddof if correction is None else correction
    if where is None and mean is None:
        result = reduce.std(x, axis=axis, correction=ddof, keepdims=keepdims)
    else:
        result = e.root(var(x, axis, None, ddof, keepdims, where=where, mean=mean))
    return result if wanted is None else create.astype(result, wanted)


def without_nans(function: Any) -> Any:
    """``np.nanmean`` from ``np.mean``, and its like: NaNs are left out by ``where=``."""

    def call(x: Any, axis: Any = None, *args: Any, where: Any = None, **options: Any) -> Any:
        known = ~np.isnan(on_host(raw(x)))
        return function(x, axis, *args, where=known if where is None else known & raw(where), **options)

    return call


def nan_filled(function: Any, fill: float) -> Any:
    """``np.nansum`` from ``np.sum``, and its like: NaNs count as `fill`."""
    return lambda x, *args, **options: function(e.where(e.isnan(still(x)), fill, x), *args, **options)


def average(x: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    result = statistics.average(x, axis, weights, keepdims=keepdims)
    if not returned:
        return result
    w = create.asarray(np.ones(x.shape, real_dtype(x)) if weights is None else weights)
    if w.shape != x.shape:
        w = shape.reshape(w, tuple([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)]))
    return result, reduce.sum(shape.broadcast_to(w, x.shape), axis=axis, keepdims=keepdims)
