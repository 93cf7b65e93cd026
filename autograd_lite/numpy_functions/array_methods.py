"""NumPy's methods of arrays on Tensors, with NumPy's arguments: most are NumPy's functions of the same name.

What writes in place gives the handle a new row, as ``x[...] = v`` does. What is about an array's memory, which belongs
to the tape, is an error that says what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.core.op import OPS
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.core.views import View
from autograd_lite.numpy_functions import signatures, writes
from autograd_lite.numpy_functions.protocols import call
from autograd_lite.ops import create, elementwise as e, index, order, reduce, shape
from autograd_lite.ops.matrices import products

Method = Callable[..., Any]

FUNCTIONS: dict[str, tuple[Method, int] | None] = {
    **dict.fromkeys(
        ["argpartition", "argsort", "choose", "cumprod", "cumsum", "diagonal", "repeat", "searchsorted", "trace"]
    ),
    "dot": (products.dot, 1),
    "nonzero": (order.nonzero, 0),
    "ravel": (shape.ravel, 0),
    "round": (e.round, 0),
    "squeeze": (shape.squeeze, 0),
    "swapaxes": (shape.swapaxes, 2),
    "take": (index.take, 1),
}
"""Methods that are NumPy's functions, the Tensor being their first argument; and the operation that does it at once
where so many arguments are all that is given."""

REDUCTIONS: dict[str, Method] = {
    **{f.__name__: f for f in (reduce.sum, reduce.prod, reduce.mean, reduce.max, reduce.min)},
    **{f.__name__: f for f in (reduce.std, reduce.var, reduce.all, reduce.any, reduce.argmax, reduce.argmin)},
}
"""The same, and the operation that does it where an axis and `keepdims` are all that is given."""

LEAVING = {
    "tobytes": "x.detach().tobytes()",
    "tofile": "x.detach().tofile(file)",
    "dump": "pickle.dump(x.detach(), file)",
    "dumps": "pickle.dumps(x.detach())",
}
"""Methods whose result is no array: for constants NumPy's own, for what is tracked what to write."""

MEMORY = {
    "base": "x.value.base",
    "byteswap": "ag.Tensor(x.value.byteswap())",
    "ctypes": "x.value.ctypes",
    "data": "x.value.data",
    "flags": "x.value.flags",
    "getfield": "x.value.getfield(…), or x.real and x.imag",
    "resize": "np.resize(x, shape), which gives a new Tensor",
    "setfield": "x[…] = v",
    "setflags": "ag.debug(), which locks what the tape holds",
    "strides": "x.value.strides",
    "view": "x[…] for another handle, x.astype(dtype) for another dtype, x.value.view(dtype) for the bits",
}
"""What is about memory alone, and what to write instead."""


def _function(name: str, at_once: tuple[Method, int] | None) -> Method:
    function = getattr(np, name)
    direct, n = at_once or (None, 0)

    def method(self: Any, *args: Any, **options: Any) -> Any:
        if direct is not None and len(args) == n and not options:
            return direct(self, *args)
        return call(function, (self, *args), options)

    return method


def _reduction(name: str, direct: Method) -> Method:
    function = getattr(np, name)

    def method(self: Any, axis: Any = None, *args: Any, keepdims: bool = False, **options: Any) -> Any:
        if args or options:
            options = {**options, "keepdims": True} if keepdims else options
            return call(function, (self, axis, *args), options)
        return direct(self, axis=axis, keepdims=keepdims)

    return method


def _clip(self: Any, *args: Any, **options: Any) -> Any:
    options = dict(zip(("min", "max", "out"), args, strict=False)) | options
    return call(np.clip, (self, options.pop("min", None), options.pop("max", None)), options)


def _compress(self: Any, condition: Any, axis: Any = None, out: Any = None) -> Any:
    return call(np.compress, (condition, self), {"axis": axis, "out": out})


def _astype(
    self: Any, dtype: Any, order: str = "K", casting: Any = "unsafe", subok: bool = True, copy: bool = True
) -> Any:
    if casting != "unsafe" and not np.can_cast(self.dtype, dtype, casting):
        raise TypeError(f"astype: dtype {self.dtype} does not cast to {np.dtype(dtype)} ({casting!r})")
    result = create.astype(self, dtype, copy=copy)
    return signatures.copy(result, order) if order in ("C", "F") else result


def _copy(self: Any, order: str = "C") -> Any:
    return signatures.copy(self, order)


def _flatten(self: Any, order: str = "C") -> Any:
    return e.positive(call(np.ravel, (self, order), {}))


def _reshape(self: Any, *dims: Any, shape: Any = None, order: str = "C", copy: bool | None = None) -> Any:
    wanted = shape if shape is not None else dims[0] if len(dims) == 1 and np.iterable(dims[0]) else dims
    return (
        _shape_reshape(self, wanted, copy=copy) if order == "C" else signatures.reshape(self, wanted, order, copy=copy)
    )


_shape_reshape, _RESHAPE = shape.reshape, OPS["reshape"]


# -- in place ---------------------------------------------------------------------------------------------------------


def _in_place(name: str) -> Method:
    """``x.sort()`` and ``x.partition(kth)``: what NumPy's function gives, written into `x`."""
    function = getattr(np, name)

    def method(self: Any, *args: Any, **options: Any) -> None:
        writes.into(self, call(function, (self, *args), options), name)

    return method


def _fill(self: Any, value: Any) -> None:
    if np.ndim(raw(value)):
        raise ValueError(f"fill: takes one number, not shape {np.shape(raw(value))}; write x[...] = values")
    self[...] = value


def _put(self: Any, indices: Any, values: Any, mode: str = "raise") -> None:
    writes.put(self, indices, values, mode)


def _flat(self: Any) -> Any:
    """All entries in one axis, however they lie in memory; a write to it is a write to the Tensor."""
    out = _RESHAPE.call(self, (-1,))
    return out if isinstance(out, View) else View(self, _RESHAPE, ((-1,),), out._row)


def _set_flat(self: Any, values: Any) -> None:
    writes.put(self, np.arange(self.size), values)


# -- Python's manners -------------------------------------------------------------------------------------------------


def _contains(self: Any, value: Any) -> bool:
    return bool(np.any(raw(self == value)))


def _divmod(self: Any, other: Any) -> Any:
    return np.divmod(self, other)


def _rdivmod(self: Any, other: Any) -> Any:
    return np.divmod(other, self)


def _round(self: Any, decimals: int | None = None) -> Any:
    """``round(x, 2)``: of a number and of every entry, as a Tensor that keeps its tape."""
    return call(np.round, (self, decimals or 0), {})


def _leaving(name: str, remedy: str) -> Method:
    return lambda self, *args, **options: getattr(np.asarray(self._plain(f".{name}()", remedy)), name)(*args, **options)


def _refused(name: str, remedy: str) -> Any:
    def missing(self: Any) -> Any:
        raise AttributeError(f"a Tensor has no {name}, its memory belongs to the tape: write {remedy}")

    return property(missing)


METHODS: dict[str, Any] = {
    **{name: _function(name, at_once) for name, at_once in FUNCTIONS.items()},
    **{name: _reduction(name, direct) for name, direct in REDUCTIONS.items()},
    **{name: _leaving(name, remedy) for name, remedy in LEAVING.items()},
    **{name: _refused(name, remedy) for name, remedy in MEMORY.items()},
    **{name: _in_place(name) for name in ("partition", "sort")},
    "astype": _astype,
    "clip": _clip,
    "compress": _compress,
    "copy": _copy,
    "fill": _fill,
    "flat": property(_flat, _set_flat, doc="All entries in one axis. Assignable, and so are its entries."),
    "flatten": _flatten,
    "itemsize": property(lambda self: self.dtype.itemsize, doc="The bytes an entry takes."),
    "put": _put,
    "reshape": _reshape,
    "__contains__": _contains,
    "__divmod__": _divmod,
    "__rdivmod__": _rdivmod,
    "__round__": _round,
}

for _name, _method in METHODS.items():
    setattr(Tensor, _name, _method)
