"""NumPy's functions that make arrays: ranges between Tensors, and everything with ``like=a_tensor``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import PYTHON, as_array, dtype_name, on_host, real_dtype
from autograd_lite.core.tensor import Tensor, held, raw
from autograd_lite.ops import create, elementwise as e, shape
from autograd_lite.ops.order import in_c_order

# -- with like= -------------------------------------------------------------------------------------------------------


def constant_maker(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's `function` for its ``like=``: what it makes, as a Tensor."""

    def make(*args: Any, like: Any = None, **options: Any) -> Any:
        out = create.made(function, *args, **options)
        return held(out[()]) if isinstance(out, np.ndarray) else out

    return make


def array(data: Any, dtype: Any = None, *, copy: bool | None = True, ndmin: int = 0, **options: Any) -> Any:
    """``np.array(data, like=t)``: nested lists of numbers and Tensors as one Tensor, which keeps their tapes."""
    x = _gathered(data) if not isinstance(data, Tensor) else data
    x = create.asarray(x, dtype=dtype, copy=copy)
    return shape.reshape(x, (1,) * (ndmin - x.ndim) + tuple(x.shape)) if ndmin > x.ndim else x


def _gathered(data: Any) -> Any:
    """Lists with Tensors in them, stacked; anything else as it is."""
    if isinstance(data, (list, tuple)) and any([_holds_tensor(x) for x in data]):
        return shape.stack([as_array(_gathered(x)) for x in data])
    return data


def _holds_tensor(data: Any) -> bool:
    return isinstance(data, Tensor) or (isinstance(data, (list, tuple)) and any([_holds_tensor(x) for x in data]))


def asarray(data: Any, dtype: Any = None, order: Any = None, *, copy: bool | None = None, **options: Any) -> Any:
    return array(data, dtype, copy=copy)


def in_rows(data: Any, dtype: Any = None, **options: Any) -> Any:
    """``np.ascontiguousarray``: of a number, a vector of one entry."""
    return in_c_order(array(data, dtype, copy=None, ndmin=1))


def in_columns(data: Any, dtype: Any = None, **options: Any) -> Any:
    """``np.asfortranarray``: the same, each column in one piece."""
    return shape.permute_dims(in_c_order(shape.permute_dims(array(data, dtype, copy=None, ndmin=1))))


def require(data: Any, dtype: Any = None, requirements: Any = None, **options: Any) -> Any:
    """Nothing is required of a Tensor's memory, which belongs to its tape; "O" asks for a copy."""
    return array(data, dtype, copy="O" in str(requirements or "").upper() or None)


def full(shape_: Any, fill_value: Any, dtype: Any = None, order: str = "C", **options: Any) -> Any:
    filled = shape.broadcast_to(as_array(fill_value), shape_ if np.iterable(shape_) else (shape_,))
    return create.asarray(filled, dtype=dtype, copy=True)


# -- ranges -----------------------------------------------------------------------------------------------------------


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    **options: Any,
) -> Any:
    start, stop = as_array(start) * 1.0, as_array(stop) * 1.0
    start, stop = start + 0 * stop, stop + 0 * start  # together, in shape and dtype
    parts = num - 1 if endpoint else num
    places = np.arange(num).reshape(-1, *[1] * start.ndim).astype(real_dtype(start))
    step = (stop - start) / (parts if parts > 0 else np.nan)
    out = start + places * step if parts > 0 else start + places * 0
    if endpoint and num > 1:  # exactly, as NumPy has it
        out = shape.concat([out[:-1], stop[None]])
    out = shape.moveaxis(out, 0, axis)
    out = out if dtype is None else create.astype(out, dtype)
    return (out, step) if retstep else out


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    base = base if base.__class__ in PYTHON else shape.expand_dims(as_array(base), axis) if np.ndim(raw(base)) else base
    out = e.pow(base, linspace(start, stop, num, endpoint, axis=axis))
    return out if dtype is None else create.astype(out, dtype)


def geomspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    given = [as_array(a) for a in (start, stop)]  # in double precision, as NumPy computes it
    start, stop = (create.astype(a, np.result_type(dtype_name(a), float), copy=False) for a in given)
    start, stop = start + 0 * stop, stop + 0 * start
    if np.any(on_host(raw(start)) == 0) or np.any(on_host(raw(stop)) == 0):
        raise ValueError("np.geomspace: a geometric sequence has no 0")
    parts = num - 1 if endpoint else num
    exponents = (np.arange(num) / (parts if parts > 0 else 1)).reshape(-1, *[1] * start.ndim)
    out = start * (stop / start) ** exponents
    if endpoint and num > 1:
        out = shape.concat([out[:-1], stop[None]])
    out = shape.moveaxis(out, 0, axis)
    return out if dtype is None else create.astype(out, dtype)
