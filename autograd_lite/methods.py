"""What the floors below are given: operators and methods onto Tensor, from one table, and the engine's primitives.

A caller of `recording` is the method itself: no wrapper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import PYTHON
from autograd_lite.core.fitting import conform
from autograd_lite.core.op import OPS, primitives
from autograd_lite.core.row import constant
from autograd_lite.core.tensor import Tensor, held, replace
from autograd_lite.core.views import View
from autograd_lite.derivatives.backward import backward
from autograd_lite.errors import TrackedError
from autograd_lite.ops import elementwise as e, index, shape
from autograd_lite.ops.matrices import products
from autograd_lite.programs.traced import SIGNS

OPERATORS: dict[str, Any] = {
    "add": e.add,
    "sub": e.subtract,
    "mul": e.multiply,
    "truediv": e.divide,
    "floordiv": e.floor_divide,
    "mod": e.remainder,
    "matmul": products.matmul,
    "and": e.bitwise_and,
    "or": e.bitwise_or,
    "xor": e.bitwise_xor,
    "lshift": e.bitwise_left_shift,
    "rshift": e.bitwise_right_shift,
}
"""Python's binary operators: each has a method, a reflected method and an in-place method."""

COMPARISONS: dict[str, Any] = {
    "eq": e.equal,
    "ne": e.not_equal,
    "lt": e.less,
    "le": e.less_equal,
    "gt": e.greater,
    "ge": e.greater_equal,
}

METHODS: dict[str, Callable[..., Any]] = {
    "__neg__": e.negative,
    "__pos__": e.positive,
    "__abs__": e.abs,
    "__invert__": e.bitwise_invert,
    "__getitem__": index.getitem,
    "conj": e.conj,
    "conjugate": e.conj,
    "backward": backward,
}


_POW = OPS["pow"]


def _power(x: Any, y: Any, modulus: None = None) -> Any:
    """``x ** y``; a square, the commonest power, is an operation of its own."""
    if modulus is not None:
        raise TypeError("pow: a third argument is for integers alone; write (x**y) % m, or ag.remainder(x**y, m)")
    return e.square(x) if y.__class__ is int and y == 2 else _POW.method(x, y)


def _in_place(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """``x += v``: the handle gets a new row; earlier readers keep the value they saw."""

    def method(self: Tensor, other: Any) -> Tensor:
        old, new = self._row.value, function(self, other)
        if new.shape != self.shape:
            raise ValueError(
                f"{name}: the result has shape {new.shape} and does not fit in place of {self.shape}; "
                f"write x = x {SIGNS[name]} v instead"
            )
        if new.dtype != old.dtype:
            if not np.can_cast(new.dtype, old.dtype, "same_kind"):
                raise TypeError(
                    f"{name}: the result has dtype {new.dtype} and does not fit in place of {old.dtype}; "
                    f"write x = x {SIGNS[name]} v instead"
                )
            new = conform(new, self)
        if new._row.seq and name in ("add", "sub"):
            _refuse_a_step(name, self, other)
        assign(self, new)
        return self

    return method


def _refuse_a_step(name: str, tensor: Tensor, other: Any) -> None:
    """Raise TrackedError for ``w -= lr * w.grad`` outside `no_grad`: each step would be recorded on top of the last.

    What tells it from a write that is meant to be recorded: a variable that has its gradient already is moved by an
    array of constants in its shape.
    """
    owner = tensor._root if isinstance(tensor, View) else tensor
    row = owner._row
    if row.op is None and row.seq and owner.grad is not None and other.__class__ not in PYTHON:
        step = other if isinstance(other, Tensor) else held(other)
        if not step._row.seq and np.shape(step._row.value) == tensor.shape:
            sign = "+" if name == "add" else "-"
            raise TrackedError(
                f"w {sign}= v outside no_grad, on a variable with a gradient, would be recorded, and so would every "
                f"further step: for a step write it inside `with ag.no_grad():`, or w.value = w.value - lr * "
                f"w.grad.value, or use nn.SGD; to differentiate through it write w = w {sign} v"
            )


def assign(tensor: Tensor, new: Tensor) -> None:
    """Give `tensor` the row of `new`; a variable written to under `no_grad` stays a variable."""
    row = new._row
    row = constant(row.value) if isinstance(new, View) and not row.seq else row
    if isinstance(tensor, View):
        tensor._row = row
    else:
        replace(tensor, row)


def _setitem(self: Tensor, key: Any, value: Any) -> None:
    new = index.setitem(self, key, value)
    assign(self, new)


def _transpose(self: Any, *axes: Any) -> Any:
    order: Any = axes[0] if len(axes) == 1 and (axes[0] is None or np.iterable(axes[0])) else axes
    return shape.permute_dims(self, order or None)


def _to_device(self: Any, device: Any, /, *, stream: Any = None) -> Any:
    """The same on another device; NumPy's arrays are on "cpu" and stay there.

    Raises ValueError if its library has no such device, TrackedError if it is tracked and would be moved.
    """
    if device == self.device:
        return self
    value = self._plain("to_device()", "it on the array a variable is made from")
    try:
        return held(value.to_device(device, stream=stream))
    except ValueError as error:
        raise ValueError(f"to_device: {error}") from error


def _dlpack(
    self: Any, /, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
) -> Any:
    """What other libraries import an array through; refused while there is a tape to lose."""
    given = {"stream": stream, "max_version": max_version, "dl_device": dl_device, "copy": copy}
    options = {name: value for name, value in given.items() if value is not None}  # older libraries know fewer
    value = self._plain("exchange by DLPack", "this package's own functions")
    array: Any = np.asarray(value) if isinstance(value, np.generic) else value
    return array.__dlpack__(**options)


def _dlpack_device(self: Any) -> Any:
    return np.asarray(self._row.value).__dlpack_device__()


def bind() -> None:
    """Put everything in the tables onto Tensor."""
    for name, function in METHODS.items():
        setattr(Tensor, name, function)
    for name, function in OPERATORS.items():
        setattr(Tensor, f"__{name}__", function.op.method)
        setattr(Tensor, f"__r{name}__", function.op.reflected)
        setattr(Tensor, f"__i{name}__", _in_place(f"{name}", function))
    for name, function in COMPARISONS.items():
        setattr(Tensor, f"__{name}__", function.op.method)
    extras: dict[str, Any] = {
        "__pow__": _power,
        "__rpow__": _POW.reflected,
        "__ipow__": _in_place("pow", _power),
        "__setitem__": _setitem,
        "transpose": _transpose,
        "to_device": _to_device,
        "__dlpack__": _dlpack,
        "__dlpack_device__": _dlpack_device,
        "T": property(shape.permute_dims, doc="The axes reversed."),
        "mT": property(shape.matrix_transpose, doc="The last two axes exchanged."),
        "real": property(e.real, doc="The real part."),
        "imag": property(e.imag, doc="The imaginary part."),
    }
    for name, value in extras.items():
        setattr(Tensor, name, value)


bind()

primitives.bind()
