"""Indexing the arrays of other libraries, which know fewer kinds of index than NumPy and may not be written to.

An index becomes the places of its entries in the flattened array, found by indexing NumPy's own ``arange``: so every
kind of index means what it means to NumPy. What is left is to take entries, and to write is to take them from a
longer array: nothing is mutated. Plain slices, and whatever JAX traces, go to the library as they are.
"""

from __future__ import annotations

from math import prod
from types import EllipsisType
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import NUMPY, PYTHON, on_host, own

Index = Any


def is_basic(index: Index) -> bool:
    """Whether NumPy reads `index` without copying: integers, slices, None and Ellipsis only."""
    parts = index if isinstance(index, tuple) else (index,)
    kinds = (slice, EllipsisType, int, np.integer)
    return all([i is None or (isinstance(i, kinds) and i is not True and i is not False) for i in parts])


def read(x: Any, index: Index, xp: Any) -> Any:
    """``x[index]``."""
    native = _native(x, x.shape, index)
    if native is not None:
        return x[native]
    at = _places(x.shape, index)
    return xp.reshape(xp.take(xp.reshape(x, (-1,)), own(at.reshape(-1), x), axis=0), at.shape)


def added(g: Any, shape: tuple[int, ...], index: Index, xp: Any) -> Any:
    """Zeros of `shape` with `g` added in at `index`."""
    zeros = _zeros(g, shape, xp)
    native = _native(zeros, shape, index)
    if native is not None and hasattr(zeros, "at"):
        return zeros.at[native].add(g)
    at = _places(shape, index)
    flat = xp.reshape(xp.broadcast_to(g, at.shape), (-1,))
    if hasattr(zeros, "index_add"):  # PyTorch
        return xp.reshape(xp.reshape(zeros, (-1,)).index_add(0, own(at.reshape(-1), g), flat), shape)
    if hasattr(zeros, "at"):
        return xp.reshape(xp.reshape(zeros, (-1,)).at[at.reshape(-1)].add(flat), shape)
    out = None
    for source in _rounds(at.reshape(-1), prod(shape)):
        part = _taken(flat, source, xp)
        out = part if out is None else out + part
    return zeros if out is None else xp.reshape(out, shape)


def written(x: Any, v: Any, index: Index, xp: Any) -> Any:
    """`x` with ``x[index] = v`` done to a copy; of several writes to one place the last wins."""
    native = _native(x, x.shape, index)
    v = own(v, x, x.dtype) if v.__class__ in PYTHON or v.__class__ in NUMPY else xp.astype(v, x.dtype)
    if native is not None and hasattr(x, "at"):
        return x.at[native].set(v)
    at = _places(x.shape, index)
    source = np.full(_size(x), at.size)
    source[at.reshape(-1)] = np.arange(at.size)
    v = xp.reshape(v, v.shape[v.ndim - at.ndim :]) if v.ndim > at.ndim else v  # NumPy drops leading ones
    flat = xp.reshape(xp.broadcast_to(v, at.shape), (-1,))
    new = _taken(flat, source, xp)
    return xp.reshape(xp.where(own(source < at.size, x), new, xp.reshape(x, (-1,))), tuple(x.shape))


def _native(x: Any, shape: tuple[int, ...], index: Index) -> Any:
    """`index` as the library takes it; None where it may not, or not as NumPy does."""
    parts = index if isinstance(index, tuple) else (index,)
    if hasattr(x, "at") and any([hasattr(i, "at") for i in parts]):
        return index  # JAX, by an array of its own, which it may be tracing
    taken = sum([i is not None and i is not Ellipsis for i in parts])
    if not is_basic(index) or taken > len(shape):
        return None
    axis = 0
    out: list[Any] = []
    for i in parts if any([i is Ellipsis for i in parts]) else (*parts, Ellipsis):
        if i is None or i is Ellipsis:
            axis += 0 if i is None else len(shape) - taken
            out.append(i)
            continue
        n = shape[axis]
        axis += 1
        if isinstance(i, slice):
            start, stop, step = i.indices(n)
            if step < 0:
                return None
            out.append(slice(start, max(start, stop), step))
        elif -n <= i < n:
            out.append(int(i))
        else:
            return None  # NumPy will say so
    return tuple(out)


def _places(shape: tuple[int, ...], index: Index) -> Any:
    """The places, in the flattened array, of the entries at `index`."""
    return np.asarray(np.arange(prod(shape)).reshape(shape)[on_numpy(index)])


def on_numpy(index: Index) -> Index:
    """`index` with arrays of other libraries as NumPy's."""
    return tuple([i if _is_plain(i) else on_host(i) for i in (index if isinstance(index, tuple) else (index,))])


def _is_plain(i: Any) -> bool:
    return i is None or isinstance(i, (slice, EllipsisType, int, np.ndarray, np.generic))


def _size(x: Any) -> int:
    return prod(x.shape)


def _zeros(like: Any, shape: tuple[int, ...], xp: Any) -> Any:
    if hasattr(like, "at"):  # JAX puts it where it is needed
        return xp.zeros(shape, dtype=like.dtype)
    return xp.zeros(shape, dtype=like.dtype, device=getattr(like, "device", None))


def _taken(flat: Any, source: Any, xp: Any) -> Any:
    """The entries of `flat` at `source`, and 0 where that is the length of `flat`."""
    return xp.take(xp.concat([flat, _zeros(flat, (1,), xp)]), own(source, flat), axis=0)


def _rounds(at: Any, size: int) -> Any:
    """For the first, the second, … entry that goes to each place: which it is, or ``len(at)`` for none."""
    order = np.argsort(at, stable=True)
    ordered = at[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    turn = np.arange(at.size) - np.repeat(starts, np.diff(starts, append=at.size))
    for k in range(int(turn.max(initial=-1)) + 1):
        source = np.full(size, at.size)
        source[ordered[turn == k]] = order[turn == k]
        yield source
