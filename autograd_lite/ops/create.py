"""Making arrays: Tensors without a row, in the Array API's names."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import NUMPY, as_value, copied, dtype_for
from autograd_lite.core.row import constant
from autograd_lite.core.rules import linear, plain
from autograd_lite.core.tensor import Tensor, handle, held, raw
from autograd_lite.ops.axes import batch_same

# ruff: noqa: E501  # an aligned table reads better than a wrapped one


def asarray(data: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
    """`data` as a Tensor, sharing its memory where it can (``Tensor(data)`` copies).

    A Tensor comes back as itself, tracked as it was, unless `dtype` or `copy` ask for more.

    >>> import autograd_lite as ag
    >>> ag.asarray([1, 2])
    Tensor([1, 2])
    """
    if data.__class__ is np.ndarray and data.ndim and dtype is copy is None and data.dtype.kind in "fcbiu":
        return held(data)  # nearly always
    if isinstance(data, Tensor):
        from_dtype = dtype is not None and dtype != data.dtype
        if from_dtype and copy is False:
            raise ValueError("asarray: a change of dtype needs a copy, and copy=False forbids it")
        out = astype(data, dtype) if from_dtype else data
        return _copy(out) if copy and out is data else out
    return held(as_value(data, dtype, copy=copy))


def _copied(x: Any, xp: Any = np) -> Any:
    return x.copy() if x.__class__ is np.ndarray else copied(x)  # in C's order


def made(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What NumPy's `function` makes of numbers, or of Tensors that have no tape to lose."""

    def bare(x: Any) -> Any:
        asker, remedy = f"{function.__name__}()", "np.linspace, or a product such as x * ag.ones(shape)"
        return x._plain(asker, remedy) if isinstance(x, Tensor) else x

    return function(*map(bare, args), **{name: bare(x) for name, x in options.items()})


def _maker(function: Callable[..., Any]) -> Callable[..., Any]:
    """NumPy's function, giving a Tensor."""

    @wraps(function, assigned=("__name__",), updated=())  # help() and inspect.signature show NumPy's
    def make(*args: Any, **options: Any) -> Tensor:
        options.pop("device", None)
        out = made(function, *args, **options)
        return handle(constant(out if out.ndim else out[()]))

    make.__qualname__ = function.__name__
    make.__doc__ = f"As ``numpy.{function.__name__}``, giving a Tensor."
    return make


# fmt: off
arange   = _maker(np.arange)
empty    = _maker(np.empty)
eye      = _maker(np.eye)
full     = _maker(np.full)
linspace = _maker(np.linspace)
ones     = _maker(np.ones)
tri      = _maker(np.tri)
zeros    = _maker(np.zeros)

zeros_like = plain("zeros_like", lambda x, dtype, device: np.zeros_like(x, dtype=dtype)[()], signature="x, /, *, dtype=None, device=None", doc="Zeros in the shape and dtype of x.")
ones_like  = plain("ones_like",  lambda x, dtype, device: np.ones_like(x, dtype=dtype)[()],  signature="x, /, *, dtype=None, device=None", doc="Ones in the shape and dtype of x.")
empty_like = plain("empty_like", lambda x, dtype, device: np.empty_like(x, dtype=dtype)[()], signature="x, /, *, dtype=None, device=None", doc="An array in the shape and dtype of x, its entries unspecified.")
full_like  = plain("full_like",  lambda x, fill_value, dtype, device: np.full_like(x, fill_value, dtype=dtype)[()], signature="x, /, fill_value, *, dtype=None, device=None", doc="One value in the shape of x.")

_astype = linear("astype", lambda x, dtype: x.astype(dtype), lambda g, x, dtype: g, signature="x, /, dtype", doc="x in another dtype.", batch=batch_same)
_copy   = linear("copy",   _copied,                          lambda g, x: g, doc="x in memory of its own.", batch=batch_same)
alias   = linear("alias",  lambda x, xp=np: x,               lambda g, x: g, doc="x itself, as a new row: what a transform differentiates with respect to.", batch=batch_same)
# fmt: on


def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """`x` in another dtype. To a dtype without derivatives (integers, booleans) the result is a constant.

    >>> import autograd_lite as ag
    >>> ag.astype(ag.asarray([1, 2]), ag.float32).dtype
    dtype('float32')
    """
    value = raw(x)
    if value.__class__ not in NUMPY:
        dtype = dtype_for(value, dtype)
    elif isinstance(dtype, (str, type)):
        dtype = np.dtype(dtype)
    if not copy and x.dtype == dtype:
        return x
    return _astype(x, dtype)


# fmt: off
tril = linear("tril", lambda x, k: np.tril(x, k), lambda g, x, k: tril(g, k=k), signature="x, /, *, k=0", holes=True, doc="The lower triangle of the last two axes; zeros above diagonal k.", batch="leading")
triu = linear("triu", lambda x, k: np.triu(x, k), lambda g, x, k: triu(g, k=k), signature="x, /, *, k=0", holes=True, doc="The upper triangle of the last two axes; zeros below diagonal k.", batch="leading")
# fmt: on
