"""NumPy's two protocols: ``np.sin(t)``, ``array * t`` and ``np.sum(t)`` are the operations of this package.

What has no equivalent here is an error that says so; a tracked Tensor is never turned into an object array, and
never loses its tape.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.errors import NoRuleError, TrackedError
from autograd_lite.op import OPS
from autograd_lite.ops import create, index, linalg, reduce, shape
from autograd_lite.ops import elementwise as e
from autograd_lite.tensor import Tensor, constant, handle

UFUNCS: dict[Any, Callable[..., Any]] = {
    getattr(np, name): op.call for name, op in OPS.items() if isinstance(getattr(np, name, None), np.ufunc)
}
UFUNCS |= {np.clip: e.clip} if isinstance(np.clip, np.ufunc) else {}
UFUNCS |= {np.rint: e.round, np.fabs: e.abs, np.true_divide: e.divide, np.float_power: e.pow}

REDUCTIONS: dict[Any, Callable[..., Any]] = {
    np.add: reduce.sum,
    np.multiply: reduce.prod,
    np.maximum: reduce.max,
    np.minimum: reduce.min,
    np.logaddexp: reduce.logsumexp,
    np.logical_and: reduce.all,
    np.logical_or: reduce.any,
}


def _ddof(function: Callable[..., Any]) -> Callable[..., Any]:
    def spread(x: Any, axis: Any = None, *, ddof: float = 0, correction: float = 0, keepdims: bool = False) -> Any:
        return function(x, axis, correction=ddof or correction, keepdims=keepdims)

    return spread


def _clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    return e.clip(x, min if a_min is None else a_min, max if a_max is None else a_max)


def _with_axes(x: Any, n: int) -> Any:
    """`x` with at least `n` axes, new ones in front, as ``np.vstack`` has it."""
    return x if x.ndim >= n else shape.reshape(x, (1,) * (n - x.ndim) + tuple(x.shape))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: reduce.sum,
    np.mean: reduce.mean,
    np.prod: reduce.prod,
    np.max: reduce.max,
    np.min: reduce.min,
    np.var: _ddof(reduce.var),
    np.std: _ddof(reduce.std),
    np.all: reduce.all,
    np.any: reduce.any,
    np.argmax: reduce.argmax,
    np.argmin: reduce.argmin,
    np.argsort: reduce.argsort,
    np.count_nonzero: reduce.count_nonzero,
    np.reshape: shape.reshape,
    np.ravel: shape.ravel,
    np.transpose: shape.permute_dims,
    np.matrix_transpose: shape.matrix_transpose,
    np.moveaxis: shape.moveaxis,
    np.swapaxes: shape.swapaxes,
    np.expand_dims: shape.expand_dims,
    np.squeeze: shape.squeeze,
    np.broadcast_to: shape.broadcast_to,
    np.broadcast_arrays: shape.broadcast_arrays,
    np.concatenate: lambda arrays, axis=0: shape.concat(arrays, axis=axis),
    np.stack: lambda arrays, axis=0: shape.stack(arrays, axis=axis),
    np.unstack: shape.unstack,
    np.vstack: lambda arrays: shape.concat([_with_axes(a, 2) for a in arrays], axis=0),
    np.hstack: lambda arrays: shape.concat([_with_axes(a, 1) for a in arrays], axis=int(np.ndim(arrays[0]) > 1)),
    np.flip: lambda x, axis=None: shape.flip(x, axis=axis),
    np.roll: lambda x, shift, axis=None: shape.roll(x, shift, axis=axis),
    np.meshgrid: shape.meshgrid,
    np.tril: lambda x, k=0: create.tril(x, k=k),
    np.triu: lambda x, k=0: create.triu(x, k=k),
    np.zeros_like: create.zeros_like,
    np.ones_like: create.ones_like,
    np.empty_like: create.empty_like,
    np.full_like: create.full_like,
    np.copy: create._copy,
    np.where: e.where,
    np.clip: _clip,
    np.round: e.round,
    np.real: e.real,
    np.imag: e.imag,
    np.take: lambda x, indices, axis=None: index.take(x, indices, axis=axis),
    np.take_along_axis: lambda x, indices, axis=-1: index.take_along_axis(x, indices, axis=axis),
    np.tensordot: lambda x, y, axes=2: linalg.tensordot(x, y, axes=axes),
    np.einsum: lambda subscripts, *operands, optimize=True: linalg.einsum(subscripts, *operands),
    np.outer: linalg.outer,
    np.dot: linalg.dot,
    np.inner: linalg.inner,
    np.trace: lambda x, offset=0: linalg.trace(x, offset=offset),
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.size,
    np.array_repr: repr,
    np.array_str: str,
}

CONSTANT = frozenset({np.array_equal, np.allclose, np.isclose, np.result_type, np.can_cast, np.array_equiv})
"""Functions whose results have no derivative: NumPy's own, on the values."""


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
    if method == "__call__" and ufunc in UFUNCS and not options:
        return UFUNCS[ufunc](*inputs)
    if method == "reduce" and ufunc in REDUCTIONS and options.keys() <= {"axis", "keepdims"}:
        return REDUCTIONS[ufunc](inputs[0], **{"axis": 0, **options})
    if method == "outer" and ufunc is np.multiply and not options:
        x, y = (create.asarray(a) for a in inputs)
        return shape.reshape(x, (*x.shape, *[1] * y.ndim)) * y
    name = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else "")
    if any([isinstance(x, Tensor) and x._row.seq for x in inputs]):
        extra = f" with {', '.join(options)}=" if options and ufunc in UFUNCS else ""
        raise NoRuleError(
            f"{name}{extra} has no derivative rule here; register one with ag.elementwise, "
            f"or pass .detach() if no derivative is wanted"
        )
    return _constant(getattr(ufunc, method)(*_plain(inputs), **_plain_options(options)))


def _plain_options(options: dict[str, Any]) -> dict[str, Any]:
    return {k: _plain(v) for k, v in options.items()}


def _constant(out: Any) -> Any:
    if isinstance(out, tuple):
        return tuple([_constant(o) for o in out])
    return handle(constant(out)) if isinstance(out, (np.ndarray, np.generic)) else out


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
            f"{name} has no derivative rule here; write it with autograd_lite's operations, "
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
