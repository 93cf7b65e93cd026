"""Moving entries about: every operation here is linear, and its transpose moves them back."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, locked
from autograd_lite.arrays.stand_ins import examples
from autograd_lite.core.rules import linear
from autograd_lite.core.tensor import raw
from autograd_lite.core.views import View, copied_out
from autograd_lite.ops.axes import axes_of, batch_all, batch_along, batch_new_axis, batch_over, normal_axis

# ruff: noqa: E501  # an aligned table reads better than a wrapped one


def _shape(shape: Any) -> Any:
    """A shape given as one number, as a sequence, or with 0-d integer Tensors in it."""
    return tuple([int(n) for n in shape]) if np.iterable(shape) else (int(shape),)


def _broadcast(x: Any, shape: Any) -> Any:  # a kernel: array in, array out
    if prod(shape) <= 8192:  # filling a small array is faster than making a view of it
        out = np.empty(shape, x.dtype)
        out[...] = x
        return out if shape else out[()]
    if x.shape:
        return np.broadcast_to(x, shape)
    view: Any = np.ndarray(shape, x.dtype, np.asarray(x), strides=(0,) * len(shape))  # the same, three times as fast
    return locked(view)


@lru_cache(maxsize=64)
def _small_ones(n: int, dtype: Any) -> Any:
    return locked(np.ones(n, dtype))


def column_sums(x: Any) -> Any:
    """1ᵀx of a matrix of inexact numbers, by BLAS: 3 to 20 times faster than ``add.reduce``."""
    n = len(x)
    return (_small_ones(n, x.dtype) if n <= 4096 else np.ones(n, x.dtype)).dot(x)


def _sum_to(x: Any, shape: Any, xp: Any = np) -> Any:
    lead = len(x.shape) - len(shape)
    if xp is not np:
        axes = (*range(lead), *[lead + i for i, n in enumerate(shape) if n == 1 and x.shape[lead + i] != 1])
        return xp.reshape(xp.sum(x, axis=axes), tuple(shape)) if axes else x
    if x.shape[lead:] == shape:  # a bias, most often
        if lead == 1 and x.ndim == 2 and x.dtype.char in "fdFD":
            return column_sums(x)
        return np.add.reduce(x, 0 if lead == 1 else tuple(range(lead))) if lead else x
    ones = tuple([lead + i for i, n in enumerate(shape) if n == 1 and x.shape[lead + i] != 1])
    out = np.add.reduce(x, tuple(range(lead)) + ones)
    return out.reshape(shape)


def _put_axes(x: Any, axis: Any, xp: Any = np) -> Any:
    if xp is np:
        return np.expand_dims(x, axis)
    if isinstance(axis, int):
        return xp.expand_dims(x, axis=axis)
    shape = list(x.shape)
    for a in sorted(axes_of(len(shape) + len(axis), axis)):
        shape.insert(a, 1)
    return xp.reshape(x, tuple(shape))


def _moved(shift: Any) -> Any:
    return tuple([-s for s in shift]) if isinstance(shift, tuple) else -shift


def _inverse(axes: Any) -> Any:
    return tuple([int(i) for i in np.argsort(axes)])


def _normal_axes(x: Any, axes: Any) -> tuple[int, ...]:
    return tuple([int(a) % x.ndim if -x.ndim <= a < x.ndim else int(a) for a in axes])


def _ones(x: Any) -> tuple[int, ...]:
    return tuple([i for i, n in enumerate(x.shape) if n == 1])


def _drop_axes(x: Any, axis: Any, xp: Any = np) -> Any:
    return xp.squeeze(x, axis=_ones(x) if axis is None and xp is not np else axis)


def _batch_roll(n: int, v: Any, x: Any, shift: Any, axis: Any) -> Any:
    return None if axis is None else (shift, axis % x.ndim if isinstance(axis, int) else axes_of(x.ndim, axis))


def _like(base: Any, part: Any, *_: Any) -> Any:
    """What writing to a view that only re-shapes its base does to the base."""
    return _reshape(part, base.shape)


# fmt: off
broadcast_to = linear("broadcast_to", _broadcast,                          lambda g, x, shape: sum_to(g, tuple(x.shape)),   signature="x, /, shape", view=True, doc="x repeated along new and length-1 axes to `shape`.", batch=batch_all)
sum_to       = linear("sum_to",       _sum_to,                             lambda g, x, shape: broadcast_to(g, tuple(x.shape)), signature="x, /, shape", doc="x summed to `shape`: the transpose of broadcast_to.", batch=batch_all)
_reshape     = linear("reshape",      lambda x, shape: x.reshape(shape),   lambda g, x, shape: _reshape(g, tuple(x.shape)), signature="x, /, shape", write=_like, batch=batch_all)
_permute     = linear("permute_dims", lambda x, axes: x.transpose(axes),   lambda g, x, axes: _permute(g, _inverse(axes)),  signature="x, /, axes",  write=lambda base, part, axes: _permute(part, _inverse(axes)), batch=lambda n, v, x, axes: ((*axes, x.ndim),))
matrix_transpose = linear("matrix_transpose", lambda x: x.mT if x.shape else np.matrix_transpose(x),              lambda g, x: g.mT,                               signature="x, /", write=lambda base, part: part.mT, doc="The last two axes exchanged.", batch="leading")
_expand      = linear("expand_dims",  _put_axes,                           lambda g, x, axis: _reshape(g, tuple(x.shape)),  signature="x, /, axis",  write=_like, batch=batch_new_axis)
_squeeze     = linear("squeeze",      _drop_axes,                          lambda g, x, axis: _reshape(g, tuple(x.shape)),  signature="x, /, axis",  write=_like, batch=lambda n, v, x, axis: (_ones(x) if axis is None else axes_of(x.ndim, axis),))
flip         = linear("flip",         lambda x, axis: np.flip(x, axis),    lambda g, x, axis: flip(g, axis=axis),           signature="x, /, *, axis=None", write=lambda base, part, axis: flip(part, axis=axis), doc="The order of entries reversed along an axis, or along all.", batch=batch_over)
_roll        = linear("roll",         lambda x, shift, axis: np.roll(x, shift, axis), lambda g, x, shift, axis: _roll(g, _moved(shift), axis), signature="x, /, shift, axis", batch=_batch_roll)
_concat      = linear("concat",       lambda *arrays: np.concatenate(arrays[:-1], axis=arrays[-1]), lambda i, g, xs, axis: _piece(g, xs, i, axis), signature="*arrays, axis", holes=True, batch=batch_along)
_stack       = linear("stack",        lambda *arrays: np.stack(arrays[:-1], axis=arrays[-1]), lambda i, g, xs, axis: g[(slice(None),) * (axis % g.ndim) + (i,)], signature="*arrays, axis", holes=True, batch=batch_new_axis)
# fmt: on


def _piece(g: Any, xs: list[Any], i: int, axis: int | None) -> Any:
    """The part of a concatenation's adjoint that belongs to its i-th array."""
    if axis is None:
        start = sum(prod(x.shape) for x in xs[:i])
        return _reshape(g[start : start + prod(xs[i].shape)], tuple(xs[i].shape))
    axis = axis % g.ndim
    start = sum(x.shape[axis] for x in xs[:i])
    return g[(slice(None),) * axis + (slice(start, start + xs[i].shape[axis]),)]


def reshape(x: Any, /, shape: Any, *, copy: bool | None = None) -> Any:
    """The same entries in another shape; one length may be -1. In NumPy's order (last axis fastest).

    >>> import autograd_lite as ag
    >>> ag.reshape(ag.arange(6), (2, -1))
    Tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    out = _reshape(x, _shape(shape))
    return +out if copy else out


def permute_dims(x: Any, /, axes: Any = None) -> Any:
    """The axes in another order; reversed if `axes` is None, as ``numpy.transpose``."""
    x = as_array(x)
    return _permute(x, tuple(range(x.ndim))[::-1] if axes is None else _normal_axes(x, axes))


def moveaxis(x: Any, source: Any, destination: Any, /) -> Any:
    """Axes moved to other positions, as ``numpy.moveaxis``."""
    x = as_array(x)
    order = np.moveaxis(np.empty((0,) * x.ndim), source, destination)  # raises what NumPy raises
    del order
    source, destination = (_normal_axes(x, a if np.iterable(a) else (a,)) for a in (source, destination))
    axes = [i for i in range(x.ndim) if i not in source]
    for to, of in sorted(zip(destination, source, strict=True)):
        axes.insert(to, of)
    return _permute(x, tuple(axes))


def swapaxes(x: Any, axis1: int, axis2: int, /) -> Any:
    """Two axes exchanged, as ``numpy.swapaxes``."""
    axes = list(range(x.ndim))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return _permute(x, tuple(axes))


def expand_dims(x: Any, /, axis: Any = 0) -> Any:
    """A new axis of length 1 at `axis` (an integer or several)."""
    return _expand(x, axis)


def squeeze(x: Any, /, axis: Any = None) -> Any:
    """Axes of length 1 removed: those of `axis`, or all. Raises ValueError if one is longer."""
    return _squeeze(x, axis)


def roll(x: Any, /, shift: Any, *, axis: Any = None) -> Any:
    """Entries shifted along axes, those that fall off one end coming back at the other."""
    return _roll(x, tuple(shift) if np.iterable(shift) else shift, tuple(axis) if np.iterable(axis) else axis)


def concat(arrays: Any, /, *, axis: int | None = 0) -> Any:
    """Arrays joined along an axis they have; flattened first if `axis` is None.

    >>> import autograd_lite as ag
    >>> ag.concat([ag.ones(2), ag.zeros(1)])
    Tensor([1., 1., 0.])
    """
    return _concat(*_several(arrays, "concat"), axis=axis)


def stack(arrays: Any, /, *, axis: int = 0) -> Any:
    """Arrays of one shape joined along a new axis.

    >>> import autograd_lite as ag
    >>> ag.stack([ag.Var(1.0), ag.Var(2.0)]).shape
    (2,)
    """
    return _stack(*_several(arrays, "stack"), axis=axis)


def _several(arrays: Any, name: str) -> tuple[Any, ...]:
    several = tuple(arrays)
    if not several:
        raise ValueError(f"{name}: need at least one array")
    return several


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The slices along an axis, as a tuple: the inverse of `stack`."""
    x = as_array(x)
    lead = (slice(None),) * normal_axis("unstack", x, axis)
    return tuple([x[(*lead, i)] for i in range(x.shape[axis])])


def broadcast_arrays(*arrays: Any) -> tuple[Any, ...]:
    """Each array broadcast to the shape they have together."""
    shape = np.broadcast_shapes(*[np.shape(raw(a)) for a in arrays])
    return tuple([a if np.shape(raw(a)) == shape else broadcast_to(a, shape) for a in arrays])


def atleast_1d(x: Any, /) -> Any:
    """`x` with at least one axis."""
    return _reshape(x, (1,)) if not x.ndim else x


def ravel(x: Any, /) -> Any:
    """All entries in one axis: a view where they lie so in memory, else a copy."""
    out = _reshape(x, (-1,))
    value = raw(x)
    value = (
        value if value.__class__ is np.ndarray else examples(value)
    )  # an array of `replay` lies where its example does
    there = value.__class__ is not np.ndarray or value.flags.c_contiguous
    return out if there and not (isinstance(x, View) and x.repeated) else copied_out(out)


def meshgrid(*arrays: Any, indexing: str = "xy") -> list[Any]:
    """Coordinate matrices from coordinate vectors: a list, as the standard has it; ``numpy.meshgrid`` gives a tuple."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing is 'xy' or 'ij', not {indexing!r}")
    n = len(arrays)
    axes = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    return [
        *broadcast_arrays(
            *[_reshape(a, tuple([-1 if axes[i] == axis else 1 for axis in range(n)])) for i, a in enumerate(arrays)]
        )
    ]
