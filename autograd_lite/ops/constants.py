"""The arrays of Tensors, and constants made of them: what has no derivative, or is not to have one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import NUMPY, namespace, on_host, own
from autograd_lite.arrays.stand_ins import StandIn
from autograd_lite.core.row import constant
from autograd_lite.core.tensor import Tensor, handle, raw


def lying(x: Any) -> Any:
    """The NumPy array that lies in memory as `x` does: its value, or in a recording the example; else None."""
    value = raw(x)
    value = getattr(value, "example", value)
    return value if isinstance(value, np.ndarray) else None


def still(x: Any) -> Any:
    """`x` as a constant: a Tensor without its derivatives; anything else as it is."""
    return x.detach() if isinstance(x, Tensor) else x


def beside(a: Any, x: Any) -> Any:
    """`a`, which if it is NumPy's and `x` is not, becomes a constant in the library of `x`; a tracked one stays."""
    here, there = raw(a), raw(x)
    if isinstance(a, Tensor) and a._row.seq:
        return a
    if here.__class__ in NUMPY and there.__class__ not in NUMPY:
        return handle(constant(own(here, there)))
    return a


def constant_of(function: Callable[..., Any], *arrays: Any, **options: Any) -> Any:
    """A function without derivatives, of the values: a constant Tensor if any argument is a Tensor."""
    values = [raw(x) for x in arrays]
    like = next((v for v in values if namespace(v.__class__) is not np), None)
    if like is None:
        out = function(*values, **options)
    elif isinstance(like, StandIn):
        out = like.called(function, tuple(values), options)
    else:  # on copies: which entries there are decides about shapes, which other libraries leave open
        out = own(function(*[on_host(v) for v in values], **options), like)
    return handle(constant(out)) if any([isinstance(x, Tensor) for x in arrays]) else out
