"""Recording: an operation computes on plain arrays, and on Tensors computes and leaves a row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

from autograd_lite.arrays.libraries import (
    NUMPY,
    PYTHON,
    as_value,
    deciding,
    is_array,
    is_inexact,
    typed,
)
from autograd_lite.core.modes import MODES, here
from autograd_lite.core.row import Row, constant, next_seq
from autograd_lite.core.tensor import Tensor, handle, held, new
from autograd_lite.core.views import look
from autograd_lite.errors import explain

if TYPE_CHECKING:
    from autograd_lite.core.op import Op

__all__ = ["Call", "apply", "caller_of", "names_of", "operand", "record"]


Call = Callable[..., Any]


# -- a row, and the Tensor that holds it ----------------------------------------------------------------------------

_value = attrgetter("value")


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


# -- callers: the hot path ------------------------------------------------------------------------------------------

_CALLER = """
def make(op):
    kernels = op.kernels
    def call({arguments}):
{rows}
        try:
            value = kernels[{like}.__class__]({values})
        except Exception as error:
            raise explain(error, op.name, ({args},)) from error
        row = Row()
        row.value, row.note = value, None
        if {tracked}:
            row.op, row.args, row.params, row.seq = op, ({args},), {params}, next_seq()
        else:
            row.op, row.args, row.params, row.seq = None, (), None, 0
        if MODES:
            return _observed(row, op, ({args},))
        tensor = new(Tensor)
        tensor._row = row
        return tensor
    return call
"""
"""Every caller: the rows of the arguments, the kernel on their values, a row for the result. It asks for nothing that a
sweep may never need, and calls no helper, for a call costs as much as all the rest.
"""


def _caller(arguments: str, rows: str, values: str, tracked: str, like: str = "u", params: str = "None") -> Call:
    """What makes the caller of an operation with these `arguments`; `rows` finds rows a, b, … and values u, v, …"""
    args = ", ".join("abc"[: len(values.split(", "))])
    values += ", *params" * (params == "params")
    text = _CALLER.format_map({**locals(), "rows": indent(dedent(rows).strip(), " " * 8)})
    made: dict[str, Call] = {}
    exec(text, globals(), made)  # as namedtuple does: the text is this file's, never a user's
    return made["make"]


def _observed(row: Row, op: Op, args: tuple[Row, ...]) -> Tensor:
    """The slow way to finish a row, taken only while some thread is in `no_grad` or `watching`."""
    row.op, row.args = op, args
    is_quiet, seer = here()
    if seer is not None:
        seer(row)
    if is_quiet or not row.seq:
        row = constant(row.value)
    return handle(row)


def _known(x: Any) -> bool:
    return is_array(x) or x.__class__ in (list, tuple)


_UNARY = """
    if not isinstance(x, Tensor):
        try:
            return kernels[x.__class__](x{options})
        except Exception as error:
            raise explain(error, op.name, (x,)) from error
    a = x._row
    u = a.value
"""
_unary = _caller("x, /", _UNARY.format(options=""), "u", "a.seq")
_unary_with_options = _caller(
    "x, params", _UNARY.format(options=", *params"), "u", "a.seq and op.pull is not None", params="params"
)

_method = _caller(  # of an operator: x + y
    "x, y, /",
    """
    a = x._row
    u = a.value
    if isinstance(y, Tensor):
        b = y._row
        if b.value.__class__ not in NUMPY and u.__class__ in NUMPY:  # the other library's to compute
            return apply(op, (x, y), None)
    elif y.__class__ in PYTHON:
        b = constant(y if y else typed(y, u))
    elif y.__class__ in NUMPY:
        b = constant(y)
    else:
        return apply(op, (x, y), None) if _known(y) else NotImplemented
    v = b.value
    """,
    "u, v",
    "a.seq or b.seq",
)

_reflected = _caller(  # Python calls it with the sides exchanged: 2 + y
    "y, x, /",
    """
    if x.__class__ not in PYTHON:
        return apply(op, (x, y), None) if _known(x) else NotImplemented
    b = y._row
    v = b.value
    a = constant(x if x and x.__class__ is not complex else typed(x, v))
    u = a.value
    """,
    "u, v",
    "b.seq",
    like="v",
)

_ternary = _caller(  # without the detours of `apply` where the last two are Tensors, as weights are
    "x, y, z, /",
    """
    a = x._row if isinstance(x, Tensor) else constant(x) if x.__class__ in NUMPY else None
    if a is None or not (isinstance(y, Tensor) and isinstance(z, Tensor)):
        return apply(op, (x, y, z), None)
    b, c = y._row, z._row
    u, v, w = a.value, b.value, c.value
    """,
    "u, v, w",
    "a.seq or b.seq or c.seq",
    like="(u if u.__class__ not in NUMPY else v if v.__class__ not in NUMPY else w)",  # as `deciding`, without its call
)


def _binary(op: Op) -> Call:
    """The function of two arrays, and the methods of its operator."""
    op.method, op.reflected = method, _ = _method(op), _reflected(op)

    def call(x: Any, y: Any, /) -> Any:
        if isinstance(x, Tensor) and (isinstance(y, Tensor) or y.__class__ in NUMPY or is_array(y)):
            return method(x, y)
        return apply(op, (x, y), None)

    return call


_SPECIALISED: dict[int, Call] = {1: _unary, 2: _binary, 3: _ternary}


# -- the public function of an operation ----------------------------------------------------------------------------


def names_of(signature: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The array arguments and the options of a signature: ``"x, y, /, axis=None"`` -> (x, y), (axis,)."""
    arrays, _, options = signature.partition(", " if signature.startswith("*") else "/")

    def names(text: str) -> tuple[str, ...]:
        words = (part.partition("=")[0].partition(":")[0].strip() for part in text.split(","))
        return tuple(word for word in words if word and word != "*")

    return names(arrays), names(options)


def caller_of(op: Op, signature: str) -> Any:
    """The public function of `op`: its signature is real, so that help() shows it and Python checks it."""
    n = 0 if op.variadic else len(op.arrays)
    if not op.options and not op.view and n in _SPECIALISED:
        call: Any = _SPECIALISED[n](op)
    else:
        arrays = op.arrays[0].lstrip("*") if op.variadic else f"({', '.join(op.arrays)},)"
        options = f"({', '.join(op.options)},)" if op.options else "()"
        via: Call = partial(apply, op)
        if n == 1:
            via, arrays = _unary_with_options(op), op.arrays[0]
        done = f"via({arrays}, {options})"
        if op.view:
            done = f"view({op.arrays[0]}, {options}, {done})"
        if op.casts:
            done = f"{done} if dtype is None else cast({done})" if "dtype" in op.options else f"cast({done})"
        source = f"def call({signature}): return {done}"
        scope: dict[str, Any] = {"via": via, "view": partial(look, op), "cast": _cast, "__name__": __name__}
        exec(source, scope)  # as above, but for the signature
        call = scope["call"]
    call.__name__ = call.__qualname__ = op.name
    call.__doc__ = op.doc
    call.op = op  # the way back from the function to its data
    return call


def _cast(out: Any) -> Any:
    """`out`, a constant if it has a dtype without derivatives: integers and booleans do not move, they jump."""
    return held(out._row.value) if isinstance(out, Tensor) and out._row.seq and not is_inexact(out._row.value) else out
