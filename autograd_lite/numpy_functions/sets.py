"""NumPy's functions of sets: the different entries of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, on_host
from autograd_lite.core.tensor import raw
from autograd_lite.numpy_functions.histograms import _constant
from autograd_lite.ops import index, order, shape


def unique(
    x: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    **options: Any,
) -> Any:
    x = as_array(x)
    _, places, inverse, counts = np.unique(on_host(raw(x)), True, True, True, axis, **options)
    values = index.take(shape.ravel(x), places, axis=0) if axis is None else index.take(x, places, axis=axis)
    parts = zip((places, inverse, counts), (return_index, return_inverse, return_counts), strict=True)
    out = (values, *[_constant(part) for part, wanted in parts if wanted])
    return out if len(out) > 1 else values


def union1d(x: Any, y: Any) -> Any:
    return unique(shape.concat([shape.ravel(as_array(x)), shape.ravel(as_array(y))]))


def setdiff1d(x: Any, y: Any, assume_unique: bool = False) -> Any:
    x = shape.ravel(as_array(x)) if assume_unique else unique(x)
    return x[np.flatnonzero(~np.isin(on_host(raw(x)), on_host(raw(y))))]


def setxor1d(x: Any, y: Any, assume_unique: bool = False) -> Any:
    return order.sort(shape.concat([setdiff1d(x, y, assume_unique), setdiff1d(y, x, assume_unique)]))
