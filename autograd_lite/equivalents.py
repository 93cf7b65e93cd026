"""What NumPy's functions are on Tensors: a table, and the small changes of signature it needs.

``np.f(t)`` calls the entry of ``np.f`` with the arguments as they were given. A function that is in neither table
is an error on a tracked Tensor (see `protocols`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import fft
from autograd_lite import linalg as la
from autograd_lite.backend import is_complex
from autograd_lite.ops import arrange, create, index, linalg, numeric, order, reduce, shape, statistics
from autograd_lite.ops import elementwise as e
from autograd_lite.ops.order import as_array, raw

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

Call = Callable[..., Any]


# -- changes of signature ---------------------------------------------------------------------------------------------


def _along(function: Call, axis: Any = None) -> Call:
    """``f(x, axis)`` by position too; with `axis` when none is given; of the flattened array for None."""

    def call(x: Any, axis: Any = axis, **options: Any) -> Any:
        x = as_array(x)
        return function(shape.ravel(x), axis=0, **options) if axis is None else function(x, axis=axis, **options)

    return call


def _over(function: Call) -> Call:
    """``f(x, axis)`` by position too."""
    return lambda x, axis=None, **options: function(x, axis=axis, **options)


def _quantile(function: Call) -> Call:
    return lambda x, q, axis=None, **options: function(x, q, axis=axis, **options)


def _spread(function: Call) -> Call:
    """NumPy calls `ddof` what the Array API calls `correction`."""

    def spread(x: Any, axis: Any = None, *, ddof: float = 0, correction: float = 0, keepdims: bool = False) -> Any:
        return function(x, axis=axis, correction=ddof or correction, keepdims=keepdims)

    return spread


def _sort(function: Call) -> Call:
    """Every `kind` of NumPy's is stable here."""

    def call(x: Any, axis: int | None = -1, kind: Any = None, *, stable: bool | None = None) -> Any:
        return function(shape.ravel(x), axis=0) if axis is None else function(x, axis=axis)

    return call


def _clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return e.clip(x, min if a_min is None else a_min, max if a_max is None else a_max)


def _where(condition: Any, *branches: Any) -> Any:
    return e.where(condition, *branches) if branches else order.nonzero(condition)


def _diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    return order.diff(x, axis=axis, n=n, prepend=prepend, append=append)


def _ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    parts = [shape.ravel(as_array(a)) for a in (to_begin, order.diff(shape.ravel(x)), to_end) if a is not None]
    return shape.concat(parts)


def _diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return arrange.diagonal(shape.moveaxis(x, (axis1, axis2), (-2, -1)), offset=offset)


def _trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return linalg.trace(shape.moveaxis(x, (axis1, axis2), (-2, -1)), offset=offset)


def _vdot(x: Any, y: Any) -> Any:
    return linalg.vecdot(shape.ravel(as_array(x)), shape.ravel(as_array(y)))


def _unique(x: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False) -> Any:
    found = order.unique_all(x)
    asked = zip(found[1:], (return_index, return_inverse, return_counts), strict=True)
    out = (found.values, *[part for part, wanted in asked if wanted])
    return out if len(out) > 1 else found.values


def _join(ndim: int, axis: int) -> Call:
    """``np.vstack`` and its like: arrays of at least `ndim` axes joined along one."""
    return lambda arrays: shape.concat([arrange.at_least(a, ndim) for a in arrays], axis=axis)


def _hstack(arrays: Any) -> Any:
    arrays = [arrange.at_least(a, 1) for a in arrays]
    return shape.concat(arrays, axis=0 if arrays[0].ndim == 1 else 1)


def _columns(arrays: Any) -> Any:
    arrays = [as_array(a) for a in arrays]
    return shape.concat([shape.reshape(a, (-1, 1)) if a.ndim < 2 else a for a in arrays], axis=1)


def _depth(x: Any) -> Any:
    """`x` with three axes, as ``np.dstack`` and ``np.atleast_3d`` add them."""
    x = as_array(x)
    if x.ndim < 2:
        return shape.reshape(x, (1, -1, 1))
    return shape.expand_dims(x, -1) if x.ndim == 2 else x


def _each(function: Call) -> Call:
    """One array or several, each by itself."""
    return lambda *arrays: function(arrays[0]) if len(arrays) == 1 else tuple([function(a) for a in arrays])


def _split(axis: int | None = None) -> Call:
    """``np.split`` and its like: the parts are equal or it is an error."""

    def call(x: Any, sections: Any, along: int = 0) -> Any:
        x = as_array(x)
        k = along if axis is None else 0 if axis == 1 == x.ndim else axis
        if not np.iterable(sections) and x.shape[k] % sections:
            raise ValueError(f"np.split: {x.shape[k]} entries do not divide into {sections} equal parts")
        return arrange.array_split(x, sections, axis=k)

    return call if axis is not None else lambda x, sections, axis=0: call(x, sections, axis)


def _append(x: Any, values: Any, axis: int | None = None) -> Any:
    x, values = as_array(x), as_array(values)
    return shape.concat([shape.ravel(x), shape.ravel(values)] if axis is None else [x, values], axis=axis or 0)


def _delete(x: Any, obj: Any, axis: int | None = None) -> Any:
    x = as_array(x)
    x, axis = (shape.ravel(x), 0) if axis is None else (x, axis % x.ndim)
    kept = np.delete(np.arange(x.shape[axis]), raw(obj))
    return x[(slice(None),) * axis + (kept,)]


def _fft(function: Call) -> Call:
    return lambda x, n=None, axis=-1, norm=None: function(x, n=n, axis=axis, norm=norm)


def _fftn(function: Call, axes: Any = None) -> Call:
    return lambda x, s=None, axes=axes, norm=None: function(x, s=s, axes=axes, norm=norm)


def _triangle(function: Call) -> Call:
    """``np.linalg.eigh(x, UPLO)``: with it only that triangle is read, without it the whole of a symmetric matrix."""

    def call(x: Any, UPLO: str | None = None) -> Any:
        if UPLO is not None:
            x = create.triu(x) if UPLO.upper() == "U" else create.tril(x)
            corner = la.diagonal(x)
            x = x + e.conj(x.mT) - arrange.with_diagonal(e.real(corner) if is_complex(corner) else corner)
        return function(x)

    return call


def _svd(x: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    return la.svd(x, full_matrices=full_matrices) if compute_uv else la.svdvals(x)


def _qr(x: Any, mode: str = "reduced") -> Any:
    return la.qr(x).R if mode == "r" else la.qr(x, mode=mode)


def _pinv(x: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    return la.pinv(x, rtol=rtol if rtol is not None else 1e-15 if rcond is None else rcond)


def _round(x: Any, decimals: int = 0) -> Any:
    return e.round(x) if not decimals else e.round(x * 10.0**decimals) / 10.0**decimals


# fmt: off
FUNCTIONS: dict[Any, Call] = {
    # reductions
    np.sum: reduce.sum, np.mean: reduce.mean, np.prod: reduce.prod, np.max: reduce.max, np.min: reduce.min,
    np.var: _spread(reduce.var), np.std: _spread(reduce.std), np.ptp: statistics.ptp, np.average: statistics.average,
    np.all: reduce.all, np.any: reduce.any, np.argmax: reduce.argmax, np.argmin: reduce.argmin,
    np.count_nonzero: reduce.count_nonzero,
    np.nansum: statistics.nansum, np.nanprod: statistics.nanprod, np.nanmean: statistics.nanmean,
    np.nanmax: statistics.nanmax, np.nanmin: statistics.nanmin,
    np.nanvar: _spread(statistics.nanvar), np.nanstd: _spread(statistics.nanstd),
    np.cov: statistics.cov, np.corrcoef: statistics.corrcoef, np.histogram: statistics.histogram,
    # order
    np.sort: _sort(order.sort), np.argsort: _sort(reduce.argsort),
    np.median: _over(order.median), np.quantile: _quantile(order.quantile), np.percentile: _quantile(order.percentile),
    np.nanmedian: _over(order.nanmedian), np.nanquantile: _quantile(order.nanquantile), np.nanpercentile: _quantile(order.nanpercentile),
    np.unique: _unique, np.unique_all: order.unique_all, np.unique_counts: order.unique_counts,
    np.unique_inverse: order.unique_inverse, np.unique_values: order.unique_values,
    np.searchsorted: lambda x, v, side="left", sorter=None: order.searchsorted(x, v, side=side, sorter=sorter),
    np.nonzero: order.nonzero, np.isin: lambda x, test, **options: order.isin(x, test, **options),
    # accumulations and differences
    np.cumsum: _along(order.cumulative_sum), np.cumprod: _along(order.cumulative_prod),
    np.cumulative_sum: order.cumulative_sum, np.cumulative_prod: order.cumulative_prod,
    np.nancumsum: statistics.nancumsum, np.nancumprod: statistics.nancumprod,
    np.diff: _diff, np.ediff1d: _ediff1d, np.gradient: numeric.gradient, np.trapezoid: numeric.trapezoid,
    np.interp: numeric.interp, np.convolve: numeric.convolve, np.correlate: numeric.correlate,
    np.polyval: numeric.polyval, np.sinc: numeric.sinc,
    # shapes
    np.reshape: shape.reshape, np.ravel: shape.ravel, np.transpose: shape.permute_dims,
    np.matrix_transpose: shape.matrix_transpose, np.moveaxis: shape.moveaxis, np.swapaxes: shape.swapaxes,
    np.expand_dims: shape.expand_dims, np.squeeze: shape.squeeze,
    np.broadcast_to: shape.broadcast_to, np.broadcast_arrays: shape.broadcast_arrays, np.meshgrid: shape.meshgrid,
    np.atleast_1d: _each(lambda x: arrange.at_least(x, 1)), np.atleast_2d: _each(lambda x: arrange.at_least(x, 2)), np.atleast_3d: _each(_depth),
    # joining, cutting, rearranging
    np.concatenate: lambda arrays, axis=0: shape.concat(arrays, axis=axis),
    np.stack: lambda arrays, axis=0: shape.stack(arrays, axis=axis),
    np.unstack: shape.unstack, np.block: arrange.block, np.append: _append, np.delete: _delete,
    np.vstack: _join(2, 0), np.hstack: _hstack, np.column_stack: _columns,
    np.dstack: lambda arrays: shape.concat([_depth(a) for a in arrays], axis=2),
    np.split: _split(), np.vsplit: _split(0), np.hsplit: _split(1), np.dsplit: _split(2),
    np.array_split: lambda x, sections, axis=0: arrange.array_split(x, sections, axis=axis),
    np.flip: lambda x, axis=None: shape.flip(x, axis=axis), np.fliplr: lambda x: shape.flip(x, axis=1), np.flipud: lambda x: shape.flip(x, axis=0),
    np.roll: lambda x, shift, axis=None: shape.roll(x, shift, axis=axis), np.rot90: arrange.rot90,
    np.tile: arrange.tile, np.repeat: lambda x, repeats, axis=None: arrange.repeat(x, repeats, axis=axis), np.pad: arrange.pad,
    np.tril: lambda x, k=0: create.tril(x, k=k), np.triu: lambda x, k=0: create.triu(x, k=k),
    np.diag: arrange.diag, np.diagonal: _diagonal, np.diagflat: lambda x, k=0: arrange.diag(shape.ravel(as_array(x)), k),
    np.trace: _trace,
    np.take: lambda x, indices, axis=None: index.take(x, indices, axis=axis),
    np.take_along_axis: lambda x, indices, axis=-1: index.take_along_axis(x, indices, axis=axis),
    # like another
    np.zeros_like: create.zeros_like, np.ones_like: create.ones_like, np.empty_like: create.empty_like,
    np.full_like: create.full_like, np.copy: create._copy,
    # entry by entry
    np.where: _where, np.clip: _clip, np.round: _round, np.around: _round, np.fix: e.trunc, np.real: e.real, np.imag: e.imag,
    np.nan_to_num: lambda x, copy=True, nan=0.0, posinf=None, neginf=None: statistics.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf),
    np.angle: lambda x, deg=False: e.atan2(e.imag(x), e.real(x)) * (180 / np.pi if deg else 1.0),
    # products
    np.tensordot: lambda x, y, axes=2: linalg.tensordot(x, y, axes=axes),
    np.einsum: lambda subscripts, *operands, optimize=True: linalg.einsum(subscripts, *operands),
    np.outer: linalg.outer, np.dot: linalg.dot, np.inner: linalg.inner, np.vdot: _vdot, np.kron: arrange.kron,
    np.cross: lambda x, y, axis=-1: arrange.cross(x, y, axis=axis),
    # linear algebra
    np.linalg.solve: la.solve, np.linalg.inv: la.inv, np.linalg.det: la.det, np.linalg.slogdet: la.slogdet, np.linalg.cholesky: la.cholesky,
    np.linalg.eigh: _triangle(la.eigh), np.linalg.eigvalsh: _triangle(la.eigvalsh), np.linalg.svd: _svd, np.linalg.svdvals: la.svdvals,
    np.linalg.qr: _qr, np.linalg.pinv: _pinv, np.linalg.lstsq: la.lstsq, np.linalg.matrix_power: la.matrix_power, np.linalg.multi_dot: la.multi_dot,
    np.linalg.norm: la.norm, np.linalg.vector_norm: la.vector_norm, np.linalg.matrix_norm: la.matrix_norm, np.linalg.cond: la.cond,
    np.linalg.trace: la.trace, np.linalg.diagonal: la.diagonal, np.linalg.cross: la.cross, np.linalg.outer: la.outer,
    np.linalg.matmul: la.matmul, np.linalg.tensordot: lambda x, y, axes=2: la.tensordot(x, y, axes=axes),
    np.linalg.vecdot: la.vecdot, np.linalg.matrix_transpose: la.matrix_transpose,
    # Fourier transforms
    np.fft.fft: _fft(fft.fft), np.fft.ifft: _fft(fft.ifft), np.fft.rfft: _fft(fft.rfft), np.fft.irfft: _fft(fft.irfft),
    np.fft.hfft: _fft(fft.hfft), np.fft.ihfft: _fft(fft.ihfft),
    np.fft.fftn: _fftn(fft.fftn), np.fft.ifftn: _fftn(fft.ifftn), np.fft.rfftn: _fftn(fft.rfftn), np.fft.irfftn: _fftn(fft.irfftn),
    np.fft.fft2: _fftn(fft.fftn, (-2, -1)), np.fft.ifft2: _fftn(fft.ifftn, (-2, -1)),
    np.fft.rfft2: _fftn(fft.rfftn, (-2, -1)), np.fft.irfft2: _fftn(fft.irfftn, (-2, -1)),
    np.fft.fftshift: lambda x, axes=None: fft.fftshift(x, axes=axes), np.fft.ifftshift: lambda x, axes=None: fft.ifftshift(x, axes=axes),
    # what it is
    np.shape: lambda x: x.shape, np.ndim: lambda x: x.ndim, np.size: lambda x: x.size, np.array_repr: repr, np.array_str: str,
}
# fmt: on

CONSTANT = frozenset(
    {
        np.allclose,
        np.argpartition,
        np.argwhere,
        np.array2string,
        np.array_equal,
        np.array_equiv,
        np.bincount,
        np.can_cast,
        np.common_type,
        np.digitize,
        np.flatnonzero,
        np.isclose,
        np.iscomplex,
        np.iscomplexobj,
        np.isneginf,
        np.isposinf,
        np.isreal,
        np.isrealobj,
        np.lexsort,
        np.linalg.matrix_rank,
        np.may_share_memory,
        np.min_scalar_type,
        np.nanargmax,
        np.nanargmin,
        np.result_type,
        np.shares_memory,
    }
)
"""Functions whose results have no derivative: NumPy's own, on the values."""
