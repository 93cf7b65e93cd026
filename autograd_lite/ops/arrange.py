"""Repeating, joining and cutting: built from indexing and reshaping, which have the derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, on_host
from autograd_lite.core.tensor import raw
from autograd_lite.core.views import copied_out
from autograd_lite.ops.axes import normal_axis
from autograd_lite.ops.index import getitem, scatter, seen_at
from autograd_lite.ops.shape import broadcast_to, concat, flip, reshape, stack, swapaxes

# -- repeating --------------------------------------------------------------------------------------------------------


def tile(x: Any, repetitions: Any, /) -> Any:
    """`x` repeated as a whole along each axis; missing axes of either are put in front.

    >>> import autograd_lite as ag
    >>> ag.tile(ag.asarray([1, 2]), (2, 2))
    Tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    x = as_array(x)
    times = tuple([int(n) for n in repetitions]) if np.iterable(repetitions) else (int(repetitions),)
    times = (1,) * (x.ndim - len(times)) + times
    lengths = (1,) * (len(times) - x.ndim) + tuple(x.shape)
    split = reshape(x, tuple([n for length in lengths for n in (1, length)]))
    spread = broadcast_to(split, tuple([n for pair in zip(times, lengths, strict=True) for n in pair]))
    return copied_out(reshape(spread, tuple([k * n for k, n in zip(times, lengths, strict=True)])))


def repeat(x: Any, repeats: Any, /, *, axis: int | None = None) -> Any:
    """Each entry repeated, `repeats` times or as often as it says for each, along an axis (None: of the flattened).

    >>> import autograd_lite as ag
    >>> ag.repeat(ag.asarray([1, 2]), 2)
    Tensor([1, 1, 2, 2])
    """
    x = as_array(x)
    if axis is None or (not x.ndim and axis in (0, -1)):  # a number is a vector of one entry
        x, axis = reshape(x, (-1,)), 0
    axis = normal_axis("repeat", x, axis)
    counts = np.asarray(on_host(raw(repeats)))
    if counts.ndim and counts.size != 1:
        return getitem(x, (slice(None),) * axis + (np.repeat(np.arange(x.shape[axis]), counts),))
    n, before, after = int(counts.reshape(())), tuple(x.shape[: axis + 1]), tuple(x.shape[axis + 1 :])
    spread = broadcast_to(reshape(x, (*before, 1, *after)), (*before, n, *after))
    return copied_out(reshape(spread, (*before[:-1], before[-1] * n, *after)))


# -- joining and cutting ----------------------------------------------------------------------------------------------


def block(arrays: Any, /) -> Any:
    """Nested lists of blocks joined into one array: the innermost lists along the last axis, as ``numpy.block``.

    >>> import autograd_lite as ag
    >>> ag.block([[ag.eye(1), ag.zeros((1, 1))], [ag.zeros((1, 2))]]).shape
    (2, 2)
    """
    depth = _depth(arrays)
    return _block(arrays, depth, max([depth, *[np.ndim(raw(a)) for a in _leaves(arrays)]]))


def _depth(arrays: Any) -> int:
    return 1 + max([_depth(a) for a in arrays], default=0) if isinstance(arrays, list) else 0


def _leaves(arrays: Any) -> list[Any]:
    return [leaf for a in arrays for leaf in _leaves(a)] if isinstance(arrays, list) else [arrays]


def _block(arrays: Any, depth: int, ndim: int) -> Any:
    if not isinstance(arrays, list):
        if depth:
            raise ValueError("block: the lists are not nested to one depth")
        return at_least(arrays, ndim)
    return concat([_block(a, depth - 1, ndim) for a in arrays], axis=-depth)


def at_least(x: Any, n: int) -> Any:
    """`x` with at least `n` axes, new ones in front."""
    x = as_array(x)
    return x if x.ndim >= n else reshape(x, (1,) * (n - x.ndim) + tuple(x.shape))


def array_split(x: Any, sections: Any, /, *, axis: int = 0) -> list[Any]:
    """`x` cut along an axis into so many parts, as equal as can be, or at the places that `sections` lists."""
    x = as_array(x)
    axis = normal_axis("array_split", x, axis)
    parts = np.array_split(np.arange(x.shape[axis]), sections)
    places = [(int(p[0]), int(p[-1]) + 1) if p.size else (0, 0) for p in parts]
    return [x[(slice(None),) * axis + (slice(start, stop),)] for start, stop in places]


def rot90(x: Any, /, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """`x` turned by `k` right angles in the plane of two axes."""
    a, b = [normal_axis("rot90", x, axis) for axis in axes]
    if k % 4 == 2:
        return flip(x, axis=(a, b))
    if k % 4 == 1:
        return swapaxes(flip(x, axis=b), a, b)
    return flip(swapaxes(x, a, b), axis=b) if k % 4 else x


# -- diagonals --------------------------------------------------------------------------------------------------------


def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonals of the last two axes; `offset` above (below if negative) the main one.

    >>> import autograd_lite as ag
    >>> ag.linalg.diagonal(ag.eye(2))
    Tensor([1., 1.])
    """
    x = as_array(x)
    if x.ndim < 2:
        raise ValueError(f"diagonal: needs two axes, not shape {tuple(x.shape)}")
    rows, columns = places_of_diagonal(x.shape[-2], x.shape[-1], offset)
    return seen_at(x, (..., rows, columns))


def places_of_diagonal(rows: int, columns: int, offset: int) -> tuple[Any, Any]:
    """The two indices of a diagonal's entries."""
    n = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    return np.arange(n) + max(-offset, 0), np.arange(n) + max(offset, 0)


def with_diagonal(d: Any, /, *, offset: int = 0) -> Any:
    """The square matrices with `d` (its last axis) on a diagonal and 0 elsewhere."""
    n = d.shape[-1] + abs(offset)
    return scatter(d, (*d.shape[:-1], n, n), (..., *places_of_diagonal(n, n, offset)))


def diag(x: Any, /, k: int = 0) -> Any:
    """The matrix with the vector `x` on its diagonal, or the diagonal of the matrix `x`, as ``numpy.diag``."""
    x = as_array(x)
    if x.ndim not in (1, 2):
        raise ValueError(f"diag: takes a vector or a matrix, not shape {tuple(x.shape)}")
    return with_diagonal(x, offset=k) if x.ndim == 1 else diagonal(x, offset=k)


# -- products by rearrangement ----------------------------------------------------------------------------------------


def kron(x: Any, y: Any, /) -> Any:
    """Every entry of `x` times the whole of `y`, laid out in blocks: the Kronecker product."""
    x, y = as_array(x), as_array(y)
    n = max(x.ndim, y.ndim)
    x, y = at_least(x, n), at_least(y, n)
    apart = reshape(x, tuple([m for length in x.shape for m in (length, 1)]))
    product = apart * reshape(y, tuple([m for length in y.shape for m in (1, length)]))
    return reshape(product, tuple([a * b for a, b in zip(x.shape, y.shape, strict=True)]))


def cross(x: Any, y: Any, /, *, axis: int = -1) -> Any:
    """The cross product of vectors of three entries along an axis.

    >>> import autograd_lite as ag
    >>> ag.linalg.cross(ag.asarray([1.0, 0.0, 0.0]), ag.asarray([0.0, 1.0, 0.0]))
    Tensor([0., 0., 1.])
    """
    x, y = as_array(x), as_array(y)
    if x.shape[axis] != 3 or y.shape[axis] != 3:
        raise ValueError(
            f"cross: vectors have 3 entries along axis {axis}, not shapes {tuple(x.shape)} and {tuple(y.shape)}"
        )
    after = max(x.ndim, y.ndim)
    x1, x2, x3 = _components(x, axis)
    y1, y2, y3 = _components(y, axis)
    return stack([x2 * y3 - x3 * y2, x3 * y1 - x1 * y3, x1 * y2 - x2 * y1], axis=axis if axis < 0 else axis - after)


def _components(x: Any, axis: int) -> list[Any]:
    return [x[(..., i, *[slice(None)] * ((-axis if axis < 0 else x.ndim - axis) - 1))] for i in range(3)]
