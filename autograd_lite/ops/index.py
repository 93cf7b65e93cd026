"""Indexing, reading and writing: what is read is scattered back, and repeated indices add."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autograd_lite.arrays import indexing
from autograd_lite.arrays.indexing import is_basic
from autograd_lite.arrays.libraries import as_array, is_array, namespace
from autograd_lite.core.op import OPS
from autograd_lite.core.rules import linear
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.core.views import View
from autograd_lite.ops.axes import batch_index, normal_axis
from autograd_lite.ops.shape import reshape


def _plain_index(index: Any) -> Any:
    """`index` with the arrays of Tensors in the place of Tensors, and lists as arrays.

    A mask is copied, which costs nothing beside reading by it, so that the tape keeps the one that was read by. An
    array of integers is not: its copy would cost a tenth of the reading.
    """
    if isinstance(index, tuple):
        return tuple([_plain_index(i) for i in index])
    index = raw(index)
    if index.__class__ is np.ndarray:
        return index.copy() if index.dtype.char == "?" else index
    return np.asarray(index, dtype=None if index else int) if isinstance(index, list) else index


def _get(x: Any, index: Any, xp: Any = np) -> Any:  # a kernel: array in, array out
    return x[index] if xp is np else indexing.read(x, index, xp)


def _scatter(g: Any, shape: Any, index: Any, xp: Any = np) -> Any:
    if xp is not np:
        return indexing.added(g, shape, index, xp)
    out = np.zeros(shape, g.dtype)
    if _once(index):
        out[index] = g
    else:
        np.add.at(out, index, g)
    return out if shape else out[()]


def _once(index: Any) -> bool:
    """Whether `index` reads every entry at most once."""
    return is_basic(index) or (index.__class__ is np.ndarray and index.dtype == bool)


def _scatter_into(adjoint: Any, g: Any, index: Any) -> None:
    """Add `g` where it was read, so that reading n entries one by one costs n, not n² operations backwards."""
    if _once(index):
        adjoint[index] += g
    else:
        np.add.at(adjoint, index, g)


def _set(x: Any, v: Any, index: Any, xp: Any = np) -> Any:
    if xp is not np:
        return indexing.written(x, v, index, xp)
    out = np.array(x)
    out[index] = v
    return out if out.ndim else out[()]


def _won(g: Any, shape: Any, index: Any) -> Any:
    """The part of `g` at `index`; 0 for entries that a later write to the same place replaced."""
    part = g[index]
    if is_basic(index):
        return part
    order = np.arange(1, prod(part.shape) + 1).reshape(part.shape)
    index = indexing.on_numpy(index)
    last = _set(np.zeros(shape, int), order, index)[index]
    return part * (last == order)


# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
_getitem = linear("getitem", _get,                      lambda g, x, index: scatter(g, tuple(x.shape), index),  signature="x, /, index", holes=True, infix="{0}[{1}]", write=lambda base, part, index: _setitem(base, part, index), into=_scatter_into, batch=batch_index)
scatter  = linear("scatter", _scatter,                  lambda g, x, shape, index: _getitem(g, index),          signature="x, /, shape, index", holes=True, doc="Zeros of `shape` with x added in at `index`: the transpose of indexing.", batch=batch_index)
_setitem = linear("setitem", _set,                      lambda g, x, v, index: _setitem(g, 0, index),           lambda g, x, v, index: _won(g, tuple(x.shape), index), signature="x, v, /, index", holes=True, casts=True, batch=batch_index)
# fmt: on


def getitem(x: Any, index: Any, /) -> Any:
    """``x[index]``, as NumPy reads it: integers, slices, None, Ellipsis, masks, integer arrays."""
    return _getitem(x, _plain_index(index))


def seen_at(x: Any, index: Any) -> Any:
    """``x[index]`` where NumPy's function gives a view, though it takes integer arrays here: writes go both ways."""
    part = getitem(x, index)
    return View(x, OPS["getitem"], (_plain_index(index),), part._row) if isinstance(x, Tensor) else part


def _is_array_place(index: Any) -> bool:
    """Whether `index` has an Ellipsis, with which NumPy reads an array where it would else read a number."""
    return index is ... or (index.__class__ is tuple and any([i is ... for i in index]))


def setitem(x: Any, index: Any, v: Any, /) -> Any:
    """A copy of `x` with ``x[index] = v`` done to it; `v` takes the dtype of `x`, as in NumPy."""
    index = _plain_index(index)
    if (
        isinstance(v, Tensor) and v.ndim > (0 if _is_array_place(index) else 1) and v.shape[0] == 1
    ):  # NumPy lets axes be that the place has not
        extra = v.ndim - getitem(x.detach() if isinstance(x, Tensor) else x, index).ndim
        if extra > 0 and prod(v.shape[:extra]) == 1:
            v = reshape(v, v.shape[extra:])
    return _setitem(x, v, index)


def take(x: Any, indices: Any, /, *, axis: int | None = None) -> Any:
    """The entries of `x` at integer `indices` along an axis (of the flattened `x` if None)."""
    x = as_array(x)
    if not x.ndim or (axis is None and x.ndim != 1):  # a number is taken from as a vector of one entry
        x, axis = x.reshape(-1), axis or 0
    return getitem(
        x, (slice(None),) * normal_axis("take", x, axis or 0) + (indices if is_array(indices) else np.asarray(indices),)
    )


def take_along_axis(x: Any, indices: Any, /, *, axis: int = -1) -> Any:
    """One entry of `x` for each integer in `indices`, matched along an axis, as ``numpy.take_along_axis``."""
    indices = raw(indices)
    indices = indices if is_array(indices) else np.asarray(indices)
    x = as_array(x)
    if indices.ndim != x.ndim:
        raise ValueError(f"take_along_axis: indices of {indices.ndim} axes for an array of {x.ndim}")
    axis = normal_axis("take_along_axis", x, axis)
    shape = tuple([n if i != axis else indices.shape[axis] for i, n in enumerate(x.shape)])
    indices = namespace(indices.__class__).broadcast_to(indices, np.broadcast_shapes(indices.shape, shape))
    grid = [np.arange(n).reshape([-1 if i == k else 1 for k in range(x.ndim)]) for i, n in enumerate(indices.shape)]
    return _getitem(x, tuple([indices if i == axis else g for i, g in enumerate(grid)]))
