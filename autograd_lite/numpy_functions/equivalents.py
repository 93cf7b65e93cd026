"""What NumPy's functions are on Tensors: a table, and the small changes of signature it needs.

``np.f(t)`` calls the entry of ``np.f`` with the arguments as they were given. A function that is in neither table
is an error on a tracked Tensor (see `protocols`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite import fft, linalg as la, special
from autograd_lite.arrays.libraries import as_array
from autograd_lite.core.tensor import held, raw
from autograd_lite.numpy_functions import (
    creation,
    entrywise,
    histograms,
    means,
    polynomials,
    sets,
    signatures,
    ufuncs,
    writes,
)
from autograd_lite.ops import (
    arrange,
    create,
    cumulative,
    elementwise as e,
    index,
    numeric,
    order,
    padding,
    quantiles,
    reduce,
    shape,
    statistics,
)
from autograd_lite.ops.matrices import decompose, products, solve
from autograd_lite.ops.order import in_c_order

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

Call = Callable[..., Any]


# -- changes of signature ---------------------------------------------------------------------------------------------


def _along(function: Call) -> Call:
    """``f(x, axis, dtype)`` by position too; of the flattened array for None."""

    def call(x: Any, axis: Any = None, dtype: Any = None) -> Any:
        x = as_array(x)
        if axis is None or (not x.ndim and axis in (0, -1)):  # a number is a vector of one entry
            return function(shape.ravel(x), axis=0, dtype=dtype)
        return function(x, axis=axis, dtype=dtype)

    return call


def _over(function: Call) -> Call:
    """``f(x, axis, keepdims)`` by position too."""
    return lambda x, axis=None, keepdims=False: function(x, axis=axis, keepdims=keepdims)


def _median(function: Call) -> Call:
    """`overwrite_input` is leave to spoil the input, which nothing here takes."""
    return lambda x, axis=None, overwrite_input=False, keepdims=False: function(x, axis=axis, keepdims=keepdims)


def _quantile(function: Call) -> Call:
    """The same."""
    return lambda x, q, axis=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None: function(
        x, q, axis=axis, keepdims=keepdims, method=method, weights=weights
    )


_eig = la.eig if np.linalg.eigvals([[1.0]]).dtype.kind == "c" else decompose.eig_in_reals  # as the NumPy that is here


def _sort(function: Call) -> Call:
    """Every `kind` of NumPy's is stable here; `descending` is NumPy's since 2.5."""

    def call(
        x: Any,
        axis: int | None = -1,
        kind: Any = None,
        order: Any = None,
        *,
        stable: bool | None = None,
        descending: bool | None = None,
    ) -> Any:
        signatures.without_fields("sort", order)
        if kind is not None and (stable is not None or descending is not None):
            raise ValueError("sort: `kind` goes with neither `stable` nor `descending`: every kind is stable here")
        np.sort(np.empty(0), kind=kind)  # raises what NumPy raises
        x, axis = (shape.ravel(x), 0) if axis is None else (x, axis)
        return function(x, axis=axis, descending=bool(descending))

    return call


def _without_mask(numpys: Call, mine: Call) -> Call:
    """A truth value of entries; NumPy's own where a mask says which."""

    def call(x: Any, axis: Any = None, *, keepdims: bool = False, where: Any = None) -> Any:
        if where is None:
            return mine(x, axis=axis, keepdims=keepdims)
        return held(numpys(raw(x), axis=axis, keepdims=keepdims, where=raw(where)))

    return call


def _each(function: Call) -> Call:
    """One array or several, each by itself."""
    return lambda *arrays: function(arrays[0]) if len(arrays) == 1 else tuple([function(a) for a in arrays])


def _split(axis: int | None = None) -> Call:
    """``np.split`` and its like: the parts are equal or it is an error."""

    def call(x: Any, sections: Any, along: int = 0) -> Any:
        x = as_array(x)
        k = along if axis is None else 0 if axis == 1 == x.ndim else axis
        if axis is not None and x.ndim < (2 if axis == 0 else axis):
            raise ValueError(
                f"np.{'vhd'[axis]}split: of arrays of {2 if axis == 0 else axis} axes or more, not of {x.ndim}"
            )
        if not np.iterable(sections) and x.shape[k] % sections:
            raise ValueError(f"np.split: {x.shape[k]} entries do not divide into {sections} equal parts")
        return arrange.array_split(x, sections, axis=k)

    return call if axis is not None else lambda x, sections, axis=0: call(x, sections, axis)


def _fft(function: Call) -> Call:
    return lambda x, n=None, axis=-1, norm=None: function(x, n=n, axis=axis, norm=norm)


def _fftn(function: Call, axes: Any = None) -> Call:
    return lambda x, s=None, axes=axes, norm=None: function(x, s=s, axes=axes, norm=norm)


def _of_vectors(function: Call) -> Call:
    """A number is a vector of one entry."""
    return lambda x, **options: function(arrange.at_least(x, 1), **options)


def _of_axes(name: str, function: Call, least: Sequence[int], most: Sequence[float] = (np.inf, np.inf)) -> Call:
    """A function of two arrays with no fewer and no more axes than these."""

    def call(x: Any, y: Any) -> Any:
        x, y = as_array(x), as_array(y)
        if not all([low <= a.ndim <= high for low, a, high in zip(least, (x, y), most, strict=True)]):
            raise ValueError(f"np.{name}: not of shapes {tuple(x.shape)} and {tuple(y.shape)}")
        return function(x, y)

    return call


def _triangle(function: Call) -> Call:
    """``np.linalg.eigh(x, UPLO)``: the lower triangle, or the upper one, which is the lower one of the adjoint."""

    def call(x: Any, UPLO: str = "L") -> Any:
        if UPLO.upper() not in ("L", "U"):
            raise ValueError(f"UPLO is 'L' or 'U', not {UPLO!r}")
        return function(x if UPLO.upper() == "L" else solve.adjoint(as_array(x)))

    return call


# fmt: off
FUNCTIONS: dict[Any, Call] = {
    # reductions
    np.sum: ufuncs.reduction(np.add, e.add), np.prod: ufuncs.reduction(np.multiply, e.multiply),
    np.max: ufuncs.extreme(np.maximum, e.maximum), np.min: ufuncs.extreme(np.minimum, e.minimum),
    np.amax: ufuncs.extreme(np.maximum, e.maximum), np.amin: ufuncs.extreme(np.minimum, e.minimum),
    np.mean: means.mean, np.var: means.var, np.std: means.std, np.ptp: _over(statistics.ptp), np.average: means.average,
    np.nansum: means.nan_filled(ufuncs.reduction(np.add, e.add), 0), np.nanprod: means.nan_filled(ufuncs.reduction(np.multiply, e.multiply), 1),
    np.nanmax: ufuncs.extreme(np.fmax, entrywise.fmax), np.nanmin: ufuncs.extreme(np.fmin, entrywise.fmin),
    np.nanmean: means.without_nans(means.mean), np.nanvar: means.without_nans(means.var), np.nanstd: means.without_nans(means.std),
    np.all: _without_mask(np.all, reduce.all), np.any: _without_mask(np.any, reduce.any), np.argmax: reduce.argmax, np.argmin: reduce.argmin,
    np.count_nonzero: reduce.count_nonzero,
    np.cov: signatures.cov, np.corrcoef: signatures.corrcoef,
    np.histogram: histograms.histogram, np.histogram_bin_edges: histograms.bin_edges, np.histogram2d: histograms.histogram2d, np.histogramdd: histograms.histogramdd, np.bincount: histograms.bincount,
    # order
    np.sort: _sort(order.sort), np.argsort: _sort(reduce.argsort),
    np.median: _median(quantiles.median), np.quantile: _quantile(quantiles.quantile), np.percentile: _quantile(quantiles.percentile),
    np.nanmedian: _median(quantiles.nanmedian), np.nanquantile: _quantile(quantiles.nanquantile), np.nanpercentile: _quantile(quantiles.nanpercentile),
    np.unique: sets.unique, np.union1d: sets.union1d, np.setdiff1d: sets.setdiff1d, np.setxor1d: sets.setxor1d,
    np.partition: signatures.partition, np.sort_complex: signatures.sort_complex,
    np.unique_all: order.unique_all, np.unique_counts: order.unique_counts,
    np.unique_inverse: order.unique_inverse, np.unique_values: order.unique_values,
    np.searchsorted: lambda x, v, side="left", sorter=None: order.searchsorted(x, v, side=side, sorter=sorter),
    np.nonzero: order.nonzero, np.isin: lambda x, test, **options: order.isin(x, test, **options),
    **{getattr(np, name): lambda x, test, **options: order.isin(shape.ravel(as_array(x)), test, **options) for name in ("in1d",) if hasattr(np, name)},  # until NumPy 2.4
    # accumulations and differences
    np.cumsum: _along(cumulative.cumulative_sum), np.cumprod: _along(cumulative.cumulative_prod),
    np.cumulative_sum: _of_vectors(cumulative.cumulative_sum), np.cumulative_prod: _of_vectors(cumulative.cumulative_prod),
    np.nancumsum: means.nan_filled(_along(cumulative.cumulative_sum), 0), np.nancumprod: means.nan_filled(_along(cumulative.cumulative_prod), 1),
    np.diff: signatures.diff, np.ediff1d: signatures.ediff1d, np.gradient: numeric.gradient, np.trapezoid: numeric.trapezoid,
    np.interp: signatures.interp, np.convolve: numeric.convolve, np.correlate: numeric.correlate,
    np.polyval: numeric.polyval, np.sinc: numeric.sinc,
    # shapes
    np.reshape: signatures.reshape, np.ravel: signatures.ravel, np.transpose: shape.permute_dims,
    np.matrix_transpose: shape.matrix_transpose, np.moveaxis: shape.moveaxis, np.swapaxes: shape.swapaxes,
    np.expand_dims: shape.expand_dims, np.squeeze: shape.squeeze,
    np.broadcast_to: lambda x, to, subok=False: shape.broadcast_to(x, to), np.broadcast_arrays: lambda *arrays, subok=False: shape.broadcast_arrays(*arrays), np.meshgrid: signatures.meshgrid, np.ix_: signatures.ix_,
    np.atleast_1d: _each(lambda x: arrange.at_least(x, 1)), np.atleast_2d: _each(lambda x: arrange.at_least(x, 2)), np.atleast_3d: _each(signatures.depth),
    # joining, cutting, rearranging
    np.concatenate: signatures.concatenate, np.stack: signatures.stack,
    np.unstack: shape.unstack, np.block: arrange.block, np.append: signatures.append, np.delete: signatures.delete,
    np.vstack: signatures.vstack, np.hstack: signatures.hstack, np.column_stack: signatures.columns,
    np.dstack: lambda arrays: shape.concat([signatures.depth(a) for a in arrays], axis=2),
    np.split: _split(), np.vsplit: _split(0), np.hsplit: _split(1), np.dsplit: _split(2),
    np.array_split: lambda x, sections, axis=0: arrange.array_split(x, sections, axis=axis),
    np.flip: lambda x, axis=None: shape.flip(x, axis=axis), np.fliplr: lambda x: shape.flip(x, axis=1), np.flipud: lambda x: shape.flip(x, axis=0),
    np.roll: lambda x, shift, axis=None: shape.roll(x, shift, axis=axis), np.rot90: arrange.rot90,
    np.tile: arrange.tile, np.repeat: lambda x, repeats, axis=None: arrange.repeat(x, repeats, axis=axis), np.pad: padding.pad,
    np.tril: lambda x, k=0: create.tril(x, k=k), np.triu: lambda x, k=0: create.triu(x, k=k),
    np.diag: arrange.diag, np.diagonal: signatures.diagonal, np.diagflat: lambda x, k=0: arrange.diag(shape.ravel(as_array(x)), k),
    np.trace: signatures.trace,
    np.take: signatures.take,
    np.take_along_axis: lambda x, indices, axis=-1: index.take_along_axis(x, indices, axis=axis),
    # like another
    np.zeros_like: create.zeros_like, np.ones_like: create.ones_like, np.empty_like: create.empty_like,
    np.full_like: create.full_like, np.copy: signatures.copy,
    # entry by entry
    np.where: signatures.where, np.clip: signatures.clip, np.round: entrywise.round, np.around: entrywise.round, np.fix: e.trunc, np.real: e.real, np.imag: e.imag,
    np.nan_to_num: signatures.nan_to_num,
    np.angle: lambda x, deg=False: e.atan2(e.imag(x), e.real(x)) * (180 / np.pi if deg else 1.0),
    # products
    np.tensordot: lambda x, y, axes=2: products.tensordot(x, y, axes=axes),
    np.einsum: signatures.einsum,
    np.outer: products.outer, np.dot: products.dot, np.inner: products.inner, np.vdot: signatures.vdot, np.kron: arrange.kron,
    np.cross: signatures.cross,
    # linear algebra
    np.linalg.solve: la.solve, np.linalg.inv: la.inv, np.linalg.det: la.det, np.linalg.slogdet: la.slogdet, np.linalg.cholesky: lambda x, *, upper=False: in_c_order(la.cholesky(x, upper=upper)),
    np.linalg.eig: _eig, np.linalg.eigvals: lambda x: _eig(x).eigenvalues,
    np.linalg.eigh: _triangle(la.eigh), np.linalg.eigvalsh: _triangle(la.eigvalsh), np.linalg.svd: signatures.svd, np.linalg.svdvals: la.svdvals,
    np.linalg.qr: signatures.qr, np.linalg.pinv: signatures.pinv, np.linalg.lstsq: la.lstsq, np.linalg.matrix_power: la.matrix_power, np.linalg.multi_dot: la.multi_dot,
    np.linalg.norm: la.norm, np.linalg.vector_norm: la.vector_norm, np.linalg.matrix_norm: la.matrix_norm, np.linalg.cond: la.cond,
    np.linalg.tensorsolve: solve.tensorsolve, np.linalg.tensorinv: solve.tensorinv,
    np.linalg.trace: la.trace, np.linalg.diagonal: la.diagonal, np.linalg.cross: la.cross, np.linalg.outer: _of_axes("linalg.outer", la.outer, [1, 1], [1, 1]),
    np.linalg.matmul: la.matmul, np.linalg.tensordot: lambda x, y, axes=2: la.tensordot(x, y, axes=axes),
    np.linalg.vecdot: la.vecdot, np.linalg.matrix_transpose: la.matrix_transpose,
    # Fourier transforms
    np.fft.fft: _fft(fft.fft), np.fft.ifft: _fft(fft.ifft), np.fft.rfft: _fft(fft.rfft), np.fft.irfft: _fft(fft.irfft),
    np.fft.hfft: _fft(fft.hfft), np.fft.ihfft: _fft(fft.ihfft),
    np.fft.fftn: _fftn(fft.fftn), np.fft.ifftn: _fftn(fft.ifftn), np.fft.rfftn: _fftn(fft.rfftn), np.fft.irfftn: _fftn(fft.irfftn),
    np.fft.fft2: _fftn(fft.fftn, (-2, -1)), np.fft.ifft2: _fftn(fft.ifftn, (-2, -1)),
    np.fft.rfft2: _fftn(fft.rfftn, (-2, -1)), np.fft.irfft2: _fftn(fft.irfftn, (-2, -1)),
    np.fft.fftshift: lambda x, axes=None: fft.fftshift(x, axes=axes), np.fft.ifftshift: lambda x, axes=None: fft.ifftshift(x, axes=axes),
    # polynomials
    np.polyadd: polynomials.polyadd, np.polysub: lambda p, q: polynomials.polyadd(p, q, -1), np.polymul: polynomials.polymul,
    np.polyder: polynomials.polyder, np.polyint: polynomials.polyint, np.polyfit: polynomials.polyfit, np.vander: polynomials.vander, np.poly: polynomials.poly, np.roots: polynomials.roots, np.polydiv: polynomials.polydiv,
    # more of arranging and choosing
    np.insert: signatures.insert, np.select: signatures.select, np.choose: signatures.choose,
    np.compress: lambda c, x, axis=None: index.take(x, np.flatnonzero(raw(c)), axis=axis),
    np.extract: lambda c, x: shape.ravel(x)[np.flatnonzero(raw(c))], np.rollaxis: signatures.rollaxis, np.resize: signatures.by_place(np.resize), np.trim_zeros: signatures.trim_zeros,
    np.lib.stride_tricks.sliding_window_view: signatures.by_place(np.lib.stride_tricks.sliding_window_view, index.seen_at),
    np.apply_along_axis: signatures.apply_along_axis, np.apply_over_axes: signatures.apply_over_axes, np.piecewise: signatures.piecewise,
    np.unwrap: signatures.unwrap,
    np.astype: create.astype, np.i0: special.i0,
    # made
    np.linspace: creation.linspace, np.logspace: creation.logspace, np.geomspace: creation.geomspace,
    np.array: creation.array, np.asarray: creation.asarray, np.asanyarray: creation.asarray, np.ascontiguousarray: creation.in_rows,
    np.asfortranarray: creation.in_columns, np.require: creation.require, np.full: creation.full,
    **{f: creation.constant_maker(f) for f in (np.arange, np.empty, np.eye, np.frombuffer, np.fromfile, np.fromfunction, np.fromiter, np.fromstring, np.genfromtxt, np.identity, np.loadtxt, np.ones, np.tri, np.zeros)},
    # complex where it has to be
    np.emath.sqrt: signatures.beyond(e.sqrt, lambda x: x < 0), np.emath.log: signatures.beyond(e.log, lambda x: x < 0),
    np.emath.log2: signatures.beyond(e.log2, lambda x: x < 0), np.emath.log10: signatures.beyond(e.log10, lambda x: x < 0),
    np.emath.logn: lambda n, x: signatures.beyond(e.log, lambda x: x < 0)(x) / signatures.beyond(e.log, lambda x: x < 0)(n),
    np.emath.power: lambda x, p: signatures.beyond(lambda x: e.pow(x, as_array(p)), lambda x: x < 0)(x),
    np.emath.arccos: signatures.beyond(e.acos, lambda x: abs(x) > 1), np.emath.arcsin: signatures.beyond(e.asin, lambda x: abs(x) > 1),
    np.emath.arctanh: signatures.beyond(e.atanh, lambda x: abs(x) > 1), np.real_if_close: signatures.real_if_close,
    # what it is
    np.shape: lambda x: x.shape, np.ndim: lambda x: x.ndim, np.size: lambda x: x.size, np.array_repr: repr, np.array_str: str,
}
# fmt: on

WRITES: dict[Any, Call] = {
    np.copyto: writes.copyto,
    np.put: writes.put,
    np.place: writes.place,
    np.putmask: writes.putmask,
    np.put_along_axis: writes.put_along_axis,
    np.fill_diagonal: writes.fill_diagonal,
}
"""Functions that write to their first argument: for a Tensor there."""

LATER: dict[str, Call] = {
    "numpy.polynomial.polynomial.polyval2d": polynomials.polyval2d,
    "numpy.polynomial.polynomial.polyvalnd": polynomials.polyvalnd,
    "numpy.polynomial.polynomial.polygrid2d": polynomials.polygrid2d,
}
"""The same for functions of modules that NumPy imports when they are asked for, by name."""

LN2 = float(np.log(2))

UFUNCS: dict[Any, Call] = {
    np.vecdot: lambda x, y: products.vecdot(as_array(x), as_array(y)),
    **{
        getattr(np, f.__name__): _of_axes(f.__name__, f, least)
        for f, least in ((signatures.matvec, [2, 1]), (signatures.vecmat, [1, 2]))
        if hasattr(np, f.__name__)
    },  # since NumPy 2.2
    np.divmod: lambda x, y: (e.floor_divide(x, y), e.remainder(x, y)),
    np.modf: entrywise.modf,
    np.fmax: entrywise.fmax,
    np.heaviside: entrywise.heaviside,
    np.fmin: entrywise.fmin,
    np.deg2rad: lambda x: x * (np.pi / 180),
    np.radians: lambda x: x * (np.pi / 180),
    np.rad2deg: lambda x: x * (180 / np.pi),
    np.degrees: lambda x: x * (180 / np.pi),
    np.logaddexp2: lambda x, y: e.logaddexp(as_array(x) * LN2, as_array(y) * LN2) / LN2,
    np.ldexp: entrywise.ldexp,
    np.rint: e.round,
    np.frexp: entrywise.frexp,
    np.fabs: e.abs,
    np.true_divide: e.divide,
    np.float_power: e.pow,
}
"""NumPy's ufuncs that are not operations under their own name."""

DATES = "it is for dates, and a Tensor holds numbers"
INTEGERS = "it is for integers, which have no derivatives: cast with .astype(int)"
FILES = "a file keeps no tape"

REMEDIES: dict[Any, str] = {
    np.intersect1d: "index with np.isin, x[np.isin(x, y)]",
    **dict.fromkeys([np.busday_count, np.busday_offset, np.is_busday, np.datetime_as_string], DATES),
    **dict.fromkeys([np.packbits, np.unpackbits, np.ravel_multi_index, np.unravel_index], INTEGERS),
    **dict.fromkeys([np.save, np.savetxt, np.savez, np.savez_compressed], FILES),
}
"""For functions without a rule, the nearest spelling that has one, or why there is none."""

MODULES = {
    "numpy.lib.recfunctions": "it is for structured arrays, and a Tensor holds numbers",
    "numpy.strings": "it is for text, and a Tensor holds numbers",
    "numpy.char": "it is for text, and a Tensor holds numbers",
}
"""The same for all functions of a module."""

CONSTANT = frozenset(
    {
        np.allclose,
        np.argpartition,
        np.argwhere,
        np.array2string,
        np.array_equal,
        np.array_equiv,
        np.can_cast,
        np.common_type,
        np.diag_indices_from,
        np.digitize,
        np.einsum_path,
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
        np.tril_indices_from,
        np.triu_indices_from,
    }
)
"""Functions whose results have no derivative: NumPy's own, on the values."""
