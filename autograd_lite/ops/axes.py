"""Axes, counted from the front; and how options that name axes change when arrays get one axis more at the end.

The second kind are the `batch` rules of operations: ``(n, v, x, *options) -> options``, for a row ``v = op(x, …)``
whose arrays get a last axis of length `n` (see `many_seeds`). None says that it cannot be done.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["axes_of", "batch_all", "batch_along", "batch_index", "batch_new_axis", "batch_over", "batch_same"]


def axes_of(ndim: int, axis: Any) -> tuple[int, ...]:
    """The axes meant by an `axis` option of an array with `ndim` axes, none negative; None means all."""
    if axis is None:
        return tuple(range(ndim))
    return tuple([a % ndim for a in (axis if isinstance(axis, (tuple, list)) else (axis,))]) if ndim else ()


def batch_same(n: int, v: Any, x: Any, *options: Any) -> Any:
    """Options that name no axis."""
    return options


def batch_over(n: int, v: Any, x: Any, axis: Any, *rest: Any) -> Any:
    """An axis or several, all if None: a reduction's, a flip's."""
    return (axes_of(x.ndim, axis), *rest)


def batch_along(n: int, v: Any, x: Any, axis: Any, *rest: Any) -> Any:
    """One axis that the arrays have; None, which flattens, cannot be done, nor that of an array without axes."""
    return (
        None
        if axis is None or not x.ndim
        else (axis % x.ndim if isinstance(axis, int) else axes_of(x.ndim, axis), *rest)
    )


def batch_new_axis(n: int, v: Any, x: Any, axis: Any) -> Any:
    """Axes that the result has and the argument has not."""
    return (axis % v.ndim if isinstance(axis, int) else axes_of(v.ndim, axis),)


def batch_all(n: int, v: Any, x: Any, *options: Any) -> Any:
    """The shape of the result, whatever it was called with."""
    return ((*v.shape, n),)


def batch_index(n: int, v: Any, x: Any, *options: Any) -> Any:
    """An index, with a shape before it if there is one: an Ellipsis in it stops before the last axis."""
    *shape, index = options
    parts = index if isinstance(index, tuple) else (index,)
    if any([i is Ellipsis for i in parts]):
        index = (*parts, slice(None))
    return (*[(*s, n) for s in shape], index)


def normal_axis(name: str, x: Any, axis: int) -> int:
    """`axis` counted from the front. Raises what NumPy raises if `x` has no such axis."""
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(f"{name}: axis {axis} is out of bounds for shape {tuple(x.shape)}")
    return int(axis) % int(x.ndim)
