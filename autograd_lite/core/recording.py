"""Recording: an operation computes on plain arrays, and on Tensors computes and leaves a row.

This is the hot path: a caller is specialised by arity, and asks for nothing that a sweep may never need.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.arrays.libraries import (
    NUMPY,
    PYTHON,
    SCALARS,
    as_value,
    deciding,
    is_array,
    is_inexact,
    typed,
)
from autograd_lite.arrays.stand_ins import examples
from autograd_lite.core.modes import MODES, here
from autograd_lite.core.row import Row, constant, next_seq
from autograd_lite.core.tensor import Tensor, handle, held, new
from autograd_lite.core.views import View
from autograd_lite.errors import explain

if TYPE_CHECKING:
    from autograd_lite.core.op import Op

__all__ = ["Call", "apply", "caller_of", "names_of", "operand", "record"]


Call = Callable[..., Any]


# -- recording ------------------------------------------------------------------------------------------------------

_value = attrgetter("value")


def _observed(row: Row, op: Op, args: tuple[Row, ...]) -> Tensor:
    """The slow way to finish a row, taken only while some thread is in `no_grad` or `watching`."""
    row.op, row.args = op, args
    is_quiet, seer = here()
    if seer is not None:
        seer(row)
    if is_quiet or not row.seq:
        row = constant(row.value)
    return handle(row)


def operand(x: Any, like: Any = None) -> Row:
    """The row of an argument: a Tensor's own, or a new constant for a number or an array."""
    if isinstance(x, Tensor):
        return x._row
    if x.__class__ in PYTHON:
        return constant(x if like is None or (x and x.__class__ is not complex) else typed(x, like))
    return constant(x if is_array(x) else as_value(x))


def apply(op: Op, args: tuple[Any, ...], params: tuple[Any, ...] | None) -> Any:
    """Compute `op` and record it if an argument is tracked. Plain arrays in, a plain array out."""
    rows = tuple([a._row for a in args if isinstance(a, Tensor)])
    if not rows:
        try:
            return op.kernels[deciding(args).__class__](*args, *(params or ()))
        except Exception as error:
            raise explain(error, op.name, args) from error
    if len(rows) < len(args):
        like = deciding([a._row.value if isinstance(a, Tensor) else a for a in args])  # `raw` inlined: recording's cost
        rows = tuple([constant(a) if a.__class__ in NUMPY else operand(a, like) for a in args])
    else:
        like = rows[0].value if len(rows) == 1 else deciding([r.value for r in rows])
    try:
        value = op.kernels[like.__class__](*map(_value, rows), *(params or ()))
    except Exception as error:
        raise explain(error, op.name, rows) from error
    return record(op, value, rows, params)


def record(op: Op, value: Any, rows: tuple[Row, ...], params: Any) -> Any:
    """A Tensor for `value`, with a row on the tape if any of `rows` is tracked."""
    row = Row()
    row.value, row.op, row.args, row.params, row.seq, row.note = value, op, rows, params, 0, None
    if op.pull is not None:
        for r in rows:
            if r.seq:
                row.seq = next_seq()
                break
    if MODES:
        return _observed(row, op, rows)
    if not row.seq:
        row.op, row.args, row.params = None, (), None
    tensor: Tensor = new(Tensor)
    tensor._row = row
    return tensor


# -- callers, specialised by arity: this is the hot path ----------------------------------------------------------


def _unary(op: Op) -> Call:
    kernels, kernel = op.kernels, op.kernel

    def call(x: Any, /) -> Any:
        if x.__class__ in NUMPY:  # a rule at work in a sweep: the shortest way to the kernel
            return kernel(x)
        if not isinstance(x, Tensor):
            try:
                return kernels[x.__class__](x)
            except Exception as error:
                raise explain(error, op.name, (x,)) from error
        arg = x._row
        a = arg.value
        try:
            value = kernels[a.__class__](a)
        except Exception as error:
            raise explain(error, op.name, (arg,)) from error
        row = Row()
        row.value, row.note = value, None
        if arg.seq:
            row.op, row.args, row.params, row.seq = op, (arg,), None, next_seq()
        else:
            row.op, row.args, row.params, row.seq = None, (), None, 0
        if MODES:
            return _observed(row, op, (arg,))
        tensor: Tensor = new(Tensor)
        tensor._row = row
        return tensor

    return call


def _binary(op: Op) -> tuple[Call, Call, Call]:
    """The function of two arguments, the operator's method, and the method Python calls with the sides exchanged."""
    kernels = op.kernels

    def method(self: Any, other: Any, /) -> Any:
        left = self._row
        if isinstance(other, Tensor):
            right = other._row
            if right.value.__class__ not in NUMPY and left.value.__class__ in NUMPY:  # the other library's to compute
                return apply(op, (self, other), None)
        elif other.__class__ in PYTHON:
            right = constant(other if other else typed(other, left.value))
        elif other.__class__ in NUMPY:
            right = constant(other)
        else:
            known = is_array(other) or other.__class__ in (list, tuple)
            return apply(op, (self, other), None) if known else NotImplemented
        a, b = left.value, right.value
        try:
            value = kernels[a.__class__](a, b)
        except Exception as error:
            raise explain(error, op.name, (left, right)) from error
        row = Row()
        row.value, row.note = value, None
        if left.seq or right.seq:
            row.op, row.args, row.params, row.seq = op, (left, right), None, next_seq()
        else:
            row.op, row.args, row.params, row.seq = None, (), None, 0
        if MODES:
            return _observed(row, op, (left, right))
        tensor: Tensor = new(Tensor)
        tensor._row = row
        return tensor

    def reflected(self: Any, other: Any, /) -> Any:
        if other.__class__ not in PYTHON:
            known = is_array(other) or other.__class__ in (list, tuple)
            return apply(op, (other, self), None) if known else NotImplemented
        right = self._row
        b = right.value
        left = constant(other if other and other.__class__ is not complex else typed(other, b))
        try:
            value = kernels[b.__class__](left.value, b)
        except Exception as error:
            raise explain(error, op.name, (left, right)) from error
        return record(op, value, (left, right), None)

    def call(x: Any, y: Any, /) -> Any:
        if isinstance(x, Tensor) and (isinstance(y, Tensor) or y.__class__ in NUMPY or is_array(y)):
            return method(x, y)
        return apply(op, (x, y), None)

    return call, method, reflected


def _ternary(op: Op) -> Call:
    """The function of three arrays, without the detours of `apply` where the last two are Tensors, as weights are."""
    kernels = op.kernels

    def call(x: Any, y: Any, z: Any, /) -> Any:
        first = x._row if isinstance(x, Tensor) else constant(x) if x.__class__ in NUMPY else None
        if first is None or not (isinstance(y, Tensor) and isinstance(z, Tensor)):
            return apply(op, (x, y, z), None)
        second, third = y._row, z._row
        a, b, c, rows = first.value, second.value, third.value, (first, second, third)
        # as `deciding`, without its call:
        like = a if a.__class__ not in NUMPY else b if b.__class__ not in NUMPY else c
        try:
            value = kernels[like.__class__](a, b, c)
        except Exception as error:
            raise explain(error, op.name, rows) from error
        row = Row()
        row.value, row.note = value, None
        if first.seq or second.seq or third.seq:
            row.op, row.args, row.params, row.seq = op, rows, None, next_seq()
        else:
            row.op, row.args, row.params, row.seq = None, (), None, 0
        if MODES:
            return _observed(row, op, rows)
        tensor: Tensor = new(Tensor)
        tensor._row = row
        return tensor

    return call


def names_of(signature: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The array arguments and the options of a signature: ``"x, y, /, axis=None"`` -> (x, y), (axis,)."""
    arrays, _, options = signature.partition(", " if signature.startswith("*") else "/")

    def names(text: str) -> tuple[str, ...]:
        words = (part.partition("=")[0].partition(":")[0].strip() for part in text.split(","))
        return tuple(word for word in words if word and word != "*")

    return names(arrays), names(options)


def caller_of(op: Op, signature: str) -> Any:
    """The public function of `op`: its signature is real, so that help() shows it and Python checks it."""
    if not op.options and len(op.arrays) == 1 and not op.variadic and not op.view:
        call: Any = _unary(op)
    elif not op.options and len(op.arrays) == 2:
        call, op.method, op.reflected = _binary(op)
    elif not op.options and len(op.arrays) == 3:
        call = _ternary(op)
    else:
        arrays = op.arrays[0].lstrip("*") if op.variadic else f"({', '.join(op.arrays)},)"
        options = f"({', '.join(op.options)},)" if op.options else "()"
        via: Call = _apply_view if op.view else apply
        if len(op.arrays) == 1 and not op.variadic and not op.view:
            via, arrays = _apply_one, op.arrays[0]
        done = f"apply(op, {arrays}, {options})"
        if op.casts:
            done = f"{done} if dtype is None else cast({done})" if "dtype" in op.options else f"cast({done})"
        source = f"def call({signature}): return {done}"
        scope: dict[str, Any] = {"apply": via, "cast": _cast, "op": op, "__name__": __name__}
        exec(source, scope)  # as namedtuple does: the text is this file's, never a user's
        call = scope["call"]
    call.__name__ = call.__qualname__ = op.name
    call.__doc__ = op.doc
    call.op = op  # the way back from the function to its data
    return call


def _cast(out: Any) -> Any:
    """`out`, a constant if it has a dtype without derivatives: integers and booleans do not move, they jump."""
    return held(out._row.value) if isinstance(out, Tensor) and out._row.seq and not is_inexact(out._row.value) else out


def _apply_one(op: Op, x: Any, params: tuple[Any, ...]) -> Any:
    """As `apply`, for one array."""
    if not isinstance(x, Tensor):
        try:
            return op.kernels[x.__class__](x, *params)
        except Exception as error:
            raise explain(error, op.name, (x,)) from error
    arg = x._row
    a = arg.value
    try:
        value = op.kernels[a.__class__](a, *params)
    except Exception as error:
        raise explain(error, op.name, (arg,)) from error
    return record(op, value, (arg,), params)


def _apply_view(op: Op, args: tuple[Any, ...], params: tuple[Any, ...]) -> Any:
    """As `apply`, giving a View where NumPy's result shares memory with its argument."""
    base = args[0]
    out = _apply_one(op, base, params) if len(args) == 1 else apply(op, args, params)
    if not isinstance(base, Tensor):
        return out
    value, source = out._row.value, base._row.value
    repeated = isinstance(base, View) and base.repeated
    if repeated or source.__class__ in SCALARS or value.__class__ not in NUMPY:
        value, source = _as_numpy_has_it(op, base, params, repeated)
    return View(base, op, params, out._row) if op.write is None or _shares(value, source) else out


def _as_numpy_has_it(op: Op, base: Tensor, params: tuple[Any, ...], repeated: bool) -> tuple[Any, Any]:
    """The result of a view and what it looks at, as arrays that share memory if NumPy's do."""
    source = base._row.value
    if source.__class__ not in NUMPY:
        source, params = examples(source), examples(params)  # an array of `replay` lies where its example does
        if source.__class__ not in NUMPY:
            return None, source
    source = np.broadcast_to(examples(base._base._row.value), source.shape) if repeated else np.asarray(source)
    return op.kernel(source, *params), source


def _shares(value: Any, source: Any) -> bool:
    """Whether NumPy made `value` as a view of `source`, or of what that is a view of."""
    if value.__class__ is not np.ndarray:
        return False
    return value is source or (value.base is not None and (value.base is source or value.base is source.base))
