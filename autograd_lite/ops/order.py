"""Order: sorting, finding, and the different entries."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd_lite.arrays.libraries import as_array, on_host
from autograd_lite.core.tensor import raw
from autograd_lite.ops.axes import normal_axis
from autograd_lite.ops.constants import constant_of, lying
from autograd_lite.ops.create import _copy
from autograd_lite.ops.index import take_along_axis
from autograd_lite.ops.reduce import argsort
from autograd_lite.ops.shape import reshape


def in_c_order(x: Any) -> Any:
    """`x` as NumPy lays out a new array, so that reshaping it gives a view, which can be written through."""
    value = lying(x)
    return x if value is None or value.flags.c_contiguous else _copy(x)


# -- sorting ----------------------------------------------------------------------------------------------------------


def sort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """The entries in order along an axis; equal ones stay in the order they had. NaN comes last, downwards too.

    >>> import autograd_lite as ag
    >>> ag.grad(lambda x: ag.sort(x)[0])(ag.asarray([3.0, 1.0, 2.0]))
    Tensor([0., 1., 0.])
    """
    x = as_array(x)
    normal_axis("sort", x, axis)
    return take_along_axis(x, argsort(x, axis=axis, descending=descending, stable=stable), axis=axis)


def searchsorted(x1: Any, x2: Any, /, *, side: str = "left", sorter: Any = None) -> Any:
    """Where the entries of `x2` would go into the sorted `x1`: integers, without derivative."""
    return constant_of(np.searchsorted, x1, x2, side=side, sorter=raw(sorter))


def nonzero(x: Any, /) -> tuple[Any, ...]:
    """The indices of the entries that are not zero, one array an axis: integers, without derivative."""
    if not as_array(x).ndim:
        raise ValueError("nonzero: a 0-d array has no axes to index; reshape it to (1,)")
    return tuple([constant_of(lambda _, i=i: i, x) for i in np.nonzero(on_host(raw(x)))])


def isin(x1: Any, x2: Any, /, *, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each entry of `x1` is among those of `x2`: truth values, without derivative."""
    return constant_of(np.isin, x1, x2, assume_unique=assume_unique, invert=invert)


class UniqueAll(NamedTuple):
    """What `unique_all` gives."""

    values: Any
    indices: Any
    inverse_indices: Any
    counts: Any


class UniqueCounts(NamedTuple):
    """What `unique_counts` gives."""

    values: Any
    counts: Any


class UniqueInverse(NamedTuple):
    """What `unique_inverse` gives."""

    values: Any
    inverse_indices: Any


def unique_all(x: Any, /) -> UniqueAll:
    """The different entries of `x` in order, where each is first, which one each entry is, and how many there are.

    The values are entries of `x`, so they have derivatives: the first of several equal ones is taken.
    """
    x = as_array(x)
    _, *where_and_how_many = np.unique_all(on_host(raw(x)))
    indices, inverse, counts = [constant_of(lambda _, i=i: i, x) for i in where_and_how_many]
    return UniqueAll(reshape(x, (-1,))[indices], indices, inverse, counts)


def unique_counts(x: Any, /) -> UniqueCounts:
    """The different entries of `x` in order, and how many there are of each."""
    found = unique_all(x)
    return UniqueCounts(found.values, found.counts)


def unique_inverse(x: Any, /) -> UniqueInverse:
    """The different entries of `x` in order, and which one each entry is."""
    found = unique_all(x)
    return UniqueInverse(found.values, found.inverse_indices)


def unique_values(x: Any, /) -> Any:
    """The different entries of `x`, in order."""
    return unique_all(x).values
