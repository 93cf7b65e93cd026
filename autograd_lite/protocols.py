"""NumPy's two protocols: ``np.sin(t)``, ``array * t`` and ``np.sum(t)`` are the operations of this package.

What has no equivalent here is an error that says so; a tracked Tensor is never turned into an object array, and
never loses its tape.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import equivalents, special
from autograd_lite.equivalents import CONSTANT, FUNCTIONS, REMEDIES
from autograd_lite.errors import NoRuleError, TrackedError
from autograd_lite.op import OPS
from autograd_lite.ops import create, order, reduce, shape
from autograd_lite.ops import elementwise as e
from autograd_lite.tensor import Tensor, held

UFUNCS: dict[Any, Callable[..., Any]] = {
    getattr(np, name): op.call for name, op in OPS.items() if isinstance(getattr(np, name, None), np.ufunc)
}
UFUNCS |= {np.clip: e.clip} if isinstance(np.clip, np.ufunc) else {}
UFUNCS |= equivalents.UFUNCS

REDUCTIONS: dict[Any, Callable[..., Any]] = {
    np.add: reduce.sum,
    np.multiply: reduce.prod,
    np.maximum: reduce.max,
    np.minimum: reduce.min,
    np.logaddexp: reduce.logsumexp,
    np.logical_and: reduce.all,
    np.logical_or: reduce.any,
}

ACCUMULATIONS: dict[Any, Callable[..., Any]] = {
    np.add: order.cumulative_sum,
    np.multiply: order.cumulative_prod,
    np.maximum: order.cumulative_max,
    np.minimum: order.cumulative_min,
    np.logaddexp: order.cumulative_logsumexp,
}


def _plain(x: Any) -> Any:
    """`x` with the arrays of Tensors in the place of Tensors."""
    if isinstance(x, Tensor):
        return x._row.value
    return type(x)(map(_plain, x)) if isinstance(x, (list, tuple)) else x


def _array_ufunc(self: Tensor, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """What NumPy calls for ``ufunc(…)`` with a Tensor among its arguments."""
    options = {k: v for k, v in options.items() if v is not None}
    if "out" in options:
        raise TrackedError(
            f"np.{ufunc.__name__}: out= (or an in-place operator on an array) cannot keep a Tensor's tape; "
            f"write the result to a new name"
        )
    found = UFUNCS.get(ufunc) or _special(ufunc)
    if found is not None and method == "__call__" and not options:
        return found(*inputs)
    if method == "reduce" and ufunc in REDUCTIONS and options.keys() <= {"axis", "keepdims"}:
        return REDUCTIONS[ufunc](inputs[0], **{"axis": 0, **options})
    if method == "accumulate" and ufunc in ACCUMULATIONS and options.keys() <= {"axis"}:
        return ACCUMULATIONS[ufunc](inputs[0], **{"axis": 0, **options})
    if method == "outer" and ufunc in UFUNCS and not options:
        x, y = (create.asarray(a) for a in inputs)
        return UFUNCS[ufunc](shape.reshape(x, (*x.shape, *[1] * y.ndim)), y)
    name = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else "")
    if any([isinstance(x, Tensor) and x._row.seq for x in inputs]):
        extra = f" with {', '.join(options)}=" if options and ufunc in UFUNCS else ""
        raise NoRuleError(
            f"{name}{extra} has no derivative rule here; register one with ag.elementwise, "
            f"or pass .detach() if no derivative is wanted"
        )
    return _constant(getattr(ufunc, method)(*_plain(inputs), **_plain_options(options)))


def _special(ufunc: Any) -> Any:
    """The operation for a ufunc of SciPy's, which is imported if anybody can call with it."""
    name = {"psi": "digamma"}.get(ufunc.__name__, ufunc.__name__)
    mine = getattr(special, name, None)
    return mine if mine and getattr(sys.modules.get("scipy.special"), ufunc.__name__, None) is ufunc else None


def _plain_options(options: dict[str, Any]) -> dict[str, Any]:
    return {k: _plain(v) for k, v in options.items()}


def _constant(out: Any) -> Any:
    if isinstance(out, tuple):
        return tuple([_constant(o) for o in out])
    return held(out) if isinstance(out, (np.ndarray, np.generic)) else out


def _array_function(self: Tensor, function: Any, types: Any, args: Any, options: dict[str, Any]) -> Any:
    """What NumPy calls for its other functions with a Tensor among their arguments."""
    found = FUNCTIONS.get(function)
    name = f"{function.__module__}.{function.__name__}".replace("numpy", "np")
    if found is not None:
        try:
            return found(*args, **options)
        except TypeError as error:
            if "argument" in str(error) and "operands" not in str(error):
                raise TypeError(f"{name} on a Tensor: {error}") from error
            raise
    leaves = [x for x in _flat((args, options)) if isinstance(x, Tensor)]
    if function not in CONSTANT and any([x._row.seq for x in leaves]):
        raise NoRuleError(
            f"{name} has no derivative rule here: {REMEDIES.get(function, 'write it with autograd_lite operations')}, "
            f"or pass .detach() if no derivative is wanted"
        )
    return _constant(function(*_plain(args), **_plain_options(options)))


def _flat(x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        for item in x:
            yield from _flat(item)
    elif isinstance(x, dict):
        yield from _flat(list(x.values()))
    else:
        yield x


def _namespace(self: Tensor, /, *, api_version: str | None = None) -> Any:
    """The Array API namespace of Tensors: the package itself."""
    return sys.modules[__package__]


Tensor.__array_ufunc__ = _array_ufunc  # type: ignore[attr-defined]  # bound here, above the operations
Tensor.__array_function__ = _array_function  # type: ignore[attr-defined]  # the same
Tensor.__array_namespace__ = _namespace  # type: ignore[attr-defined]  # the same
