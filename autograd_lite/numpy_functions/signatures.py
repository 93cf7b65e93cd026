"""NumPy's functions whose signature, or whose idea, differs from this package's own: as NumPy calls them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import linalg as la
from autograd_lite.arrays.libraries import as_array, dtype_name, is_complex, on_host
from autograd_lite.core.tensor import held, raw
from autograd_lite.numpy_functions import writes
from autograd_lite.ops import arrange, create, cumulative, elementwise as e, index, numeric, order, shape, statistics
from autograd_lite.ops.axes import normal_axis
from autograd_lite.ops.constants import lying
from autograd_lite.ops.matrices import decompose, products, solve
from autograd_lite.ops.order import in_c_order


def where(condition: Any, *branches: Any) -> Any:
    return e.where(condition, *branches) if branches else order.nonzero(condition)


def diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    return cumulative.diff(x, axis=axis, n=n, prepend=prepend, append=append)


def ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    x = shape.ravel(as_array(x))
    steps = x[1:] - x[:-1]
    begin, end = [[] if a is None else [shape.ravel(as_array(a))] for a in (to_begin, to_end)]
    for a in (*begin, *end):
        writes.fits("np.ediff1d", a, steps)
    return shape.concat([create.astype(a, steps.dtype, copy=False) for a in (*begin, steps, *end)])


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return arrange.diagonal(shape.moveaxis(x, (axis1, axis2), (-2, -1)), offset=offset)


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    return la.trace(shape.moveaxis(x, (axis1, axis2), (-2, -1)), offset=offset, dtype=dtype)


def vdot(x: Any, y: Any) -> Any:
    return products.vecdot(shape.ravel(as_array(x)), shape.ravel(as_array(y)))


# -- joining ----------------------------------------------------------------------------------------------------------


def _cast(name: str, arrays: Any, dtype: Any, casting: Any) -> list[Any]:
    """Arrays in the dtype that they are to be joined in. Raises TypeError where NumPy would not cast them so."""
    given = [as_array(a) for a in arrays]
    dtype = np.result_type(*map(dtype_name, given)) if dtype is None else np.dtype(dtype)
    for a in given:
        if not np.can_cast(dtype_name(a), dtype, casting):
            raise TypeError(f"{name}: an array of dtype {a.dtype} does not cast to {dtype} ({casting!r})")
    return [create.astype(a, dtype, copy=False) for a in given]


def concatenate(arrays: Any, axis: int | None = 0, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    if dtype is not None or casting != "same_kind":
        arrays = _cast("np.concatenate", arrays, dtype, casting)
    return shape.concat(arrays, axis=axis)


def stack(arrays: Any, axis: int = 0, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    if dtype is not None or casting != "same_kind":
        arrays = _cast("np.stack", arrays, dtype, casting)
    return shape.stack(arrays, axis=axis)


def vstack(arrays: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    arrays = [arrange.at_least(a, 2) for a in arrays]
    return concatenate(arrays, 0, dtype=dtype, casting=casting)


def hstack(arrays: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    arrays = [arrange.at_least(a, 1) for a in arrays]
    return concatenate(arrays, 0 if arrays[0].ndim == 1 else 1, dtype=dtype, casting=casting)


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
    x, axis = (shape.ravel(x), 0) if axis is None else (x, normal_axis("np.delete", x, axis))
    kept = np.delete(np.arange(x.shape[axis]), raw(obj))
    return in_c_order(x[(slice(None),) * axis + (kept,)])


def hermitian_of(x: Any) -> Any:
    """The Hermitian matrices of which `x` has the lower triangles."""
    x = create.tril(solve.matrices("hermitian", x, square=True))
    corner = la.diagonal(x)
    return x + e.conj(x.mT) - arrange.with_diagonal(e.real(corner) if is_complex(corner) else corner)


def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Of a Hermitian matrix by its eigenvectors, whose signs NumPy then keeps."""
    if not compute_uv:
        return la.svdvals(hermitian_of(x) if hermitian else x)
    if hermitian:
        values, vectors = la.eigh(x)
        order = np.argsort(np.abs(raw(values)), axis=-1)[..., ::-1]
        values = index.take_along_axis(values, order, axis=-1)
        vectors = index.take_along_axis(vectors, order[..., None, :], axis=-1)
        return decompose.SVDResult(vectors, e.abs(values), e.conj((vectors * e.sign(values)[..., None, :]).mT))
    u, s, vh = la.svd(x, full_matrices=full_matrices)
    return decompose.SVDResult(u, s, in_c_order(vh))


def qr(x: Any, mode: str = "reduced") -> Any:
    return la.qr(x).R if mode == "r" else la.qr(x, mode=mode)


def pinv(x: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    x = hermitian_of(as_array(x)) if hermitian else x
    return la.pinv(x, rtol=rtol if rtol is not None else 1e-15 if rcond is None else rcond)


# -- products of stacks -----------------------------------------------------------------------------------------------


def matvec(x: Any, y: Any) -> Any:
    return products.matmul(x, as_array(y)[..., None])[..., 0]


def vecmat(x: Any, y: Any) -> Any:
    x = as_array(x)
    return products.matmul((e.conj(x) if is_complex(x) else x)[..., None, :], y)[..., 0, :]


def insert(x: Any, places: Any, values: Any, axis: int | None = None) -> Any:
    x, values = as_array(x), as_array(values)
    entries, new = np.arange(x.size).reshape(x.shape), x.size + np.arange(values.size).reshape(values.shape)
    flat = shape.concat([shape.ravel(x), create.astype(shape.ravel(values), raw(x).dtype)])
    return flat[np.insert(entries, raw(places), new, axis)]


def select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    out = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        out = e.where(condition, choice, out)
    return out


def choose(a: Any, choices: Any, mode: Any = "raise") -> Any:
    places = np.choose(raw(a), list(range(len(choices))), mode=mode)  # as `mode` has them
    return select([places == k for k in range(len(choices))], choices, choices[0])


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """In double precision, as NumPy computes it whatever it is given."""
    given = [as_array(a) for a in (x, xp, fp)]
    x, xp, fp = (create.astype(a, np.result_type(dtype_name(a), float), copy=False) for a in given)
    return numeric.interp(x, xp, fp, left, right, period)


def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    axis, start = normal_axis("np.rollaxis", x, axis), start % (x.ndim + 1) if start < 0 else start
    return shape.moveaxis(x, axis, start - 1 if axis < start else start)


def unwrap(x: Any, discont: float | None = None, axis: int = -1, *, period: float = 2 * np.pi) -> Any:
    """The jumps that are taken out are constants."""
    still = on_host(raw(x))
    return x + (np.unwrap(still, discont, axis, period=period) - still)


def clip(x: Any, *limits: Any, min: Any = None, max: Any = None, **options: Any) -> Any:
    """The limits by position or as `a_min` and `a_max`, both of them; or as `min` and `max`, each by itself.

    What options there are besides are those of a ufunc.
    """
    limits = (*limits, *[options.pop(name) for name in ("a_min", "a_max")[len(limits) :] if name in options])
    if len(limits) == 1:
        raise TypeError("np.clip: a_min and a_max go together (None for no limit); min= or max= goes alone")
    if limits and not (min is None is max):
        raise ValueError("np.clip: either a_min and a_max, or min and max")
    low, high = limits or (min, max)
    if options:
        ufunc: Any = np._core.umath.clip  # type: ignore[attr-defined]  # the ufunc behind np.clip has no other name
        return ufunc(x, -np.inf if low is None else low, np.inf if high is None else high, **options)
    return e.clip(x, low, high)


def copy(x: Any, order: str = "K", subok: bool = False) -> Any:
    """With the memory in an `order`; "K" keeps the one it has."""
    x = as_array(x)
    if by_columns("copy", x, order):
        return shape.permute_dims(create._copy(shape.permute_dims(x)))
    return create._copy(x)


def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    result = statistics.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)
    return result if copy else writes.into(x, result, "np.nan_to_num")


def without_fields(name: str, order: Any) -> None:
    """Raise what NumPy raises for ``order=``: the names of fields, which numbers have not."""
    if order is not None:
        raise ValueError(f"np.{name}: order= names fields of structured arrays, and a Tensor holds numbers")


def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The cross product of vectors along axes of their own; that of the result lies along `axisc`."""
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    product = arrange.cross(shape.moveaxis(a, axisa, -1), shape.moveaxis(b, axisb, -1))
    return shape.moveaxis(product, -1, axisc)


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """In double precision at least, unless another dtype is asked for."""
    m, y = _in_double(m, y, dtype)
    return statistics.cov(m, y, rowvar, bias, ddof, fweights, aweights)


def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    return statistics.corrcoef(*_in_double(x, y, dtype), rowvar)


def _in_double(x: Any, y: Any, dtype: Any) -> tuple[Any, Any]:
    given = [as_array(a) for a in (x, y) if a is not None]
    dtype = np.result_type(*map(dtype_name, given), float) if dtype is None else dtype
    cast = [create.astype(a, dtype, copy=False) for a in given]
    return cast[0], cast[1] if y is not None else None


# -- entries by their places: NumPy's function moves the numbers 0, 1, 2, …, and entries follow ------------------------


def by_place(function: Any, read: Any = index.getitem) -> Any:
    """A function that only arranges entries, from NumPy's own; `read` says whether its result is a view."""

    def call(x: Any, *args: Any, **options: Any) -> Any:
        x = as_array(x)
        if not x.size:  # nothing to place: np.resize gives zeros
            return held(function(raw(x), *map(raw, args), **options))
        places = function(np.arange(x.size).reshape(x.shape), *map(raw, args), **options)
        x = x if x.shape else shape.reshape(x, (1,))
        return read(x, np.unravel_index(places, x.shape))

    return call


def trim_zeros(x: Any, trim: str = "fb", axis: Any = None) -> Any:
    x = as_array(x)
    kept = np.nonzero(np.atleast_1d(on_host(raw(x))))
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis).tolist()
    axes = [normal_axis("np.trim_zeros", x, a) for a in axes]
    trim = trim.lower()
    spans = [slice(None)] * x.ndim
    for a in axes:
        first, last = (kept[a].min(), kept[a].max() + 1) if kept[a].size else (0, 0)
        whole = kept[a].size > 0  # if nothing stays, it matters not which side is trimmed
        spans[a] = slice(None if whole and "f" not in trim else first, None if whole and "b" not in trim else last)
    return x[(..., *spans)]


def partition(x: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect", order: Any = None) -> Any:
    without_fields("partition", order)
    x, axis = (shape.ravel(as_array(x)), 0) if axis is None else (as_array(x), axis)
    return index.take_along_axis(x, np.argpartition(on_host(raw(x)), kth, axis, kind), axis=axis)


def sort_complex(x: Any) -> Any:
    x = as_array(x)
    x = create.astype(x, np.sort_complex(np.empty(0, dtype_name(x))).dtype, copy=False)
    return index.take_along_axis(x, np.argsort(on_host(raw(x)), axis=-1), axis=-1)


def take(x: Any, indices: Any, axis: int | None = None, mode: Any = "raise") -> Any:
    x = as_array(x)
    if mode != "raise":
        indices = np.take(np.arange(x.size if axis is None else x.shape[axis]), raw(indices), mode=mode)
    return in_c_order(index.take(x, indices, axis=axis))


def by_columns(name: str, x: Any, order: Any, orders: str = "CFAK") -> bool:
    """Whether `order` means Fortran's: "A" and "K" do where the memory of `x` is in that order and not in C's."""
    order = "C" if order is None else str(order).upper()
    if len(order) != 1 or order not in orders:
        raise ValueError(f"np.{name}: order is one of {', '.join(orders)}, not {order!r}")
    value = lying(x)
    return order == "F" or (order in "AK" and value is not None and np.isfortran(value))


def reshape(x: Any, shape_: Any = None, order: str = "C", *, copy: bool | None = None, **options: Any) -> Any:
    x, shape_ = as_array(x), options.get("shape", shape_)
    if by_columns("reshape", x, order, "CFA"):
        shape_ = tuple(shape_) if np.iterable(shape_) else (shape_,)
        return shape.permute_dims(shape.reshape(shape.permute_dims(x), shape_[::-1], copy=copy))
    return shape.reshape(x, shape_, copy=copy)


def ravel(x: Any, order: str = "C") -> Any:
    """With "K" as the entries lie in memory; where the library does not say how they do, as with "C"."""
    x = as_array(x)
    columns = by_columns("ravel", x, order)
    if order in ("K", "k") and (value := lying(x)) is not None and value.ndim:
        return shape.ravel(shape.permute_dims(x, tuple(np.argsort(-np.abs(value.strides), kind="stable").tolist())))
    return shape.ravel(shape.permute_dims(x) if columns else x)


def meshgrid(*arrays: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    if not sparse:
        return tuple(shape.meshgrid(*map(as_array, arrays), indexing=indexing))
    grid: Any = np.meshgrid  # its types know two words for `indexing`; which one it is, NumPy checks
    like = grid(*map(raw, arrays), sparse=True, indexing=indexing)
    return tuple([shape.reshape(as_array(a), p.shape) for a, p in zip(arrays, like, strict=True)])


def ix_(*arrays: Any) -> Any:
    places = np.ix_(*map(raw, arrays))
    return tuple([
        p if raw(a).dtype == bool else shape.reshape(a, p.shape)
        for a, p in zip(map(as_array, arrays), places, strict=True)
    ])  # fmt: skip


# -- functions of the user's ------------------------------------------------------------------------------------------


def apply_along_axis(function: Any, axis: int, x: Any, *args: Any, **options: Any) -> Any:
    last = shape.moveaxis(as_array(x), axis, -1)
    lead = last.shape[:-1]
    parts = [as_array(function(last[i], *args, **options)) for i in np.ndindex(*lead)]
    if not parts:
        raise ValueError(f"np.apply_along_axis: no vectors along axis {axis} of shape {tuple(x.shape)}")
    joined = shape.reshape(shape.stack(parts), (*lead, *parts[0].shape))
    new = tuple(range(len(lead), joined.ndim))
    return shape.moveaxis(joined, new, tuple([axis % x.ndim + i for i in range(len(new))])) if new else joined


def apply_over_axes(function: Any, x: Any, axes: Any) -> Any:
    x = as_array(x)
    for axis in axes if np.iterable(axes) else (axes,):
        reduced = as_array(function(x, axis))
        x = reduced if reduced.ndim == x.ndim else shape.expand_dims(reduced, axis)
    return x


def piecewise(x: Any, conditions: Any, functions: Any, *args: Any, **options: Any) -> Any:
    """Each function is called with the entries for which its condition is the last to hold, as NumPy calls it."""
    x = as_array(x)
    given = conditions if isinstance(conditions, (list, tuple)) and np.ndim(raw(conditions[0])) else [conditions]
    masks = [np.asarray(raw(c), bool) for c in given]
    for mask in masks:
        np.broadcast_to(0, x.shape)[mask]  # an IndexError where it is no index
    if len(functions) == len(masks) + 1:
        masks.append(~np.any(masks, axis=0))
    if len(functions) != len(masks):
        raise ValueError(f"np.piecewise: {len(masks)} conditions take as many functions, or one more for the rest")
    out = create.zeros_like(x)
    for mask, function in zip(masks, functions, strict=True):
        if mask.any():
            out = index.setitem(out, mask, function(x[mask], *args, **options) if callable(function) else function)
    return out


# -- square roots of negative numbers, and what else becomes complex --------------------------------------------------


def beyond(function: Any, outside: Any) -> Any:
    """A function of ``np.emath``: complex if any entry lies outside of its real domain."""

    def call(x: Any) -> Any:
        x = as_array(x)
        if not is_complex(x) and np.any(outside(on_host(raw(x)))):
            x = create.astype(x, np.result_type(dtype_name(x), np.complex64))
        return function(x)

    return call


def real_if_close(x: Any, tol: float = 100) -> Any:
    x = as_array(x)
    return e.real(x) if is_complex(x) and not np.iscomplexobj(np.real_if_close(raw(x), tol)) else x


def einsum(*operands: Any, optimize: Any = True, **options: Any) -> Any:
    """With a string, or with operands and lists of numbers for their axes in turn."""
    if isinstance(operands[0], str):
        return products.einsum(*operands, **options)
    arrays, lists = operands[0:-1:2] if len(operands) % 2 else operands[0::2], operands[1::2]
    letters = [["..." if n is Ellipsis else chr(97 + n) for n in axes] for axes in lists]
    result = ["->", *["..." if n is Ellipsis else chr(97 + n) for n in operands[-1]]] if len(operands) % 2 else []
    return products.einsum(",".join(map("".join, letters)) + "".join(result), *arrays, **options)
