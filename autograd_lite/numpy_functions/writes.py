"""NumPy's functions that write into an array they are given: ``out=``, ``np.copyto``, ``np.put``, ``np.add.at``, …

On a Tensor a write gives the handle a new row, as ``x[i] = v`` does: the value is what NumPy computes, the gradient
that of this function, and earlier readers keep the value they saw. An array cannot keep a tape, so what is tracked
is not written to one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, dtype_name, is_complex
from autograd_lite.core.tensor import Tensor, held, raw
from autograd_lite.errors import TrackedError
from autograd_lite.methods import assign
from autograd_lite.ops import create, elementwise as e, index, shape


def refuse(name: str, target: Any, *written: Any) -> None:
    """Raise TrackedError if a tracked Tensor is among what is to be `written` to a `target` that is none."""
    if not isinstance(target, Tensor) and any([isinstance(x, Tensor) and x.requires_grad for x in written]):
        made = "; for np.full_like(array, x) write np.full(array.shape, x, like=x)" if name == "np.copyto" else ""
        raise TrackedError(
            f"{name}: an array cannot keep the tape of what is written to it (out=, an in-place operator); make it a "
            f"Tensor, ag.Tensor(array), or write the result to a new name{made}"
        )


def into(target: Any, new: Any, name: str, casting: Any = "same_kind") -> Any:
    """Write `new` into `target`, as ``out=`` does, and return `target`.

    Raises TypeError for a dtype that does not cast so, ValueError for a shape that does not broadcast to the target's,
    TrackedError for an array as the target of something tracked.
    """
    refuse(name, target, new)
    if not isinstance(target, Tensor):
        np.copyto(target, raw(new), casting=casting)
        return target
    fits(name, new, target, casting)
    try:
        new = new if new.shape == target.shape else shape.broadcast_to(new, target.shape)
    except ValueError as error:
        raise ValueError(f"{name}: a result of shape {new.shape} does not fit into shape {target.shape}") from error
    if not isinstance(new, Tensor):
        new = held(new)
    assign(target, new if new.dtype == target.dtype else create.astype(new, target.dtype))
    return target


def fits(name: str, new: Any, target: Any, casting: Any = "same_kind") -> None:
    """Raise TypeError unless NumPy would cast `new` to the dtype of `target`."""
    if new.dtype != target.dtype and not np.can_cast(dtype_name(new), dtype_name(target), casting):
        raise TypeError(f"{name}: a result of dtype {new.dtype} does not go into dtype {target.dtype} ({casting!r})")


def _put(name: str, target: Tensor, places: Any, values: Any, casting: str = "assigned") -> None:
    """Write `values`, repeated as often as needed, to flat `places` of `target`; "assigned" casts as ``x[i] = v``."""
    places, values = np.ravel(raw(places)), shape.ravel(as_array(values))
    if not places.size:
        return
    if casting != "assigned" or is_complex(values):
        fits(name, values, target, "same_kind" if casting == "assigned" else casting)
    values = values[np.arange(places.size) % values.shape[0]]
    into(target, shape.reshape(index.setitem(shape.ravel(target), places, values), target.shape), name)


def _numbers(target: Any) -> Any:
    """The places of the entries of `target` in its flattened self."""
    return np.arange(target.size).reshape(target.shape)


def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    src = as_array(src)
    fits("np.copyto", src, dst, casting)
    into(dst, e.positive(src) if where is True else e.where(raw(where), src, dst), "np.copyto", casting)


def put(a: Any, ind: Any, v: Any, mode: Any = "raise") -> None:
    if np.size(raw(v)) or not a.size:  # of no values NumPy does not look at the places either
        _put("np.put", a, np.take(np.arange(a.size), raw(ind), mode=mode), v)


def _of_its_size(name: str, mask: Any, target: Any) -> Any:
    """The flat places where a mask of as many entries as `target` holds."""
    if np.size(raw(mask)) != target.size:
        raise ValueError(f"{name}: a mask of {np.size(raw(mask))} entries for {target.size}")
    return np.flatnonzero(raw(mask))


def place(arr: Any, mask: Any, vals: Any) -> None:
    _put("np.place", arr, _of_its_size("np.place", mask, arr), vals, "safe")


def putmask(a: Any, mask: Any, values: Any) -> None:
    places, values = _of_its_size("np.putmask", mask, a), shape.ravel(as_array(values))
    _put("np.putmask", a, places, values[places % values.shape[0]], "safe")


def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None = -1) -> None:
    places = np.take_along_axis(_numbers(arr), raw(indices), axis)
    _put("np.put_along_axis", arr, places, shape.broadcast_to(as_array(values), places.shape))


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    mask = np.zeros(a.shape, bool)
    np.fill_diagonal(mask, True, wrap)
    _put("np.fill_diagonal", a, np.flatnonzero(mask), val)


def at(ufunc: Any, function: Callable[..., Any], target: Tensor, places: Any, *values: Any) -> None:
    """``ufunc.at(target, places, *values)``: the ufunc in place, applied as often as a place is named.

    A sum is one scattering; for another `function` the k-th step applies it to every place named for the k-th time.
    """
    name = f"np.{ufunc.__name__}.at"
    numbers = np.asarray(_numbers(target)[raw(places)])
    spread = [shape.broadcast_to(as_array(v), numbers.shape) for v in values]
    flat, where = shape.ravel(target), numbers.ravel()
    if ufunc in (np.add, np.subtract):
        total = index.scatter(shape.ravel(spread[0]), flat.shape, where)
        flat = function(flat, total)
    elif where.size:
        order = np.argsort(where, kind="stable")
        turn = np.empty(where.size, int)
        turn[order] = np.arange(where.size) - np.searchsorted(where[order], where[order])
        for k in range(turn.max() + 1):
            now = np.flatnonzero(turn == k)
            chosen = function(flat[where[now]], *[shape.ravel(v)[now] for v in spread])
            fits(name, chosen, target)
            flat = index.setitem(flat, where[now], chosen)
    into(target, shape.reshape(flat, target.shape), name)
