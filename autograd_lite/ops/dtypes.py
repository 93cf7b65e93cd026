"""Dtypes and what the namespace says of itself, in the Array API's names. Nothing here has a derivative."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd_lite.core.row import constant
from autograd_lite.core.tensor import Tensor, handle
from autograd_lite.ops.create import asarray


class FloatInfo(NamedTuple):
    """What `finfo` gives: the limits of a floating-point dtype, as Python floats."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: Any


class IntInfo(NamedTuple):
    """What `iinfo` gives: the limits of an integer dtype, as Python integers."""

    bits: int
    max: int
    min: int
    dtype: Any


def _dtype(x: Any) -> Any:
    """The dtype of an array, a dtype as it is; a Python number as it is, because it takes the others' dtype."""
    return x.dtype if isinstance(x, (Tensor, np.ndarray, np.generic)) else x


def isdtype(dtype: Any, kind: Any) -> bool:
    """Whether `dtype` is of a kind: a dtype, "bool", "signed integer", "real floating", …, or a tuple of these."""
    return np.isdtype(np.dtype(dtype), kind)


def can_cast(from_: Any, to: Any, /) -> bool:
    """Whether values of a dtype, or of an array, fit the dtype `to`."""
    return bool(np.can_cast(_dtype(from_), to))


def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that arrays, dtypes and numbers give together."""
    return np.result_type(*[_dtype(x) for x in arrays_and_dtypes])


def finfo(type: Any, /) -> FloatInfo:
    """The limits of a floating-point dtype, or of the dtype of an array.

    >>> import autograd_lite as ag
    >>> ag.finfo(ag.float32).bits
    32
    """
    f = np.finfo(_dtype(type))
    return FloatInfo(int(f.bits), float(f.eps), float(f.max), float(f.min), float(f.smallest_normal), f.dtype)


def iinfo(type: Any, /) -> IntInfo:
    """The limits of an integer dtype, or of the dtype of an array."""
    i = np.iinfo(_dtype(type))
    return IntInfo(int(i.bits), int(i.max), int(i.min), i.dtype)


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """The array that `x`, of any library that exports DLPack, holds: shared, not copied, where it can be.

    A Tensor comes back as `asarray` gives it, with its tape.
    """
    if isinstance(x, Tensor):
        found: Tensor = asarray(x, copy=copy)
        return found
    return handle(constant(np.from_dlpack(x, device=device, copy=copy)[()]))


def __array_namespace_info__() -> Any:
    """What the standard asks a namespace to say of itself: its dtypes, devices and capabilities, those of NumPy.

    >>> import autograd_lite as ag
    >>> ag.__array_namespace_info__().default_device()
    'cpu'
    """
    return np.__array_namespace_info__()
