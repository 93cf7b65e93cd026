"""Making contributions fit: one to an adjoint takes the shape and dtype of what it is an adjoint of."""

from __future__ import annotations

from typing import Any

from numpy import asarray

from autograd_lite.arrays.libraries import PYTHON, SCALARS, is_complex, is_inexact
from autograd_lite.core.op import primitives

__all__ = ["conform", "fit"]


def conform(c: Any, x: Any) -> Any:
    """`c`, a contribution to the adjoint of `x` (or None), in the shape and dtype of `x`: broadcast axes are summed."""
    cls = c.__class__
    if c is None or (cls is x.__class__ and (cls in SCALARS or (c.shape == x.shape and c.dtype is x.dtype))):
        return c
    if cls in PYTHON:  # from a rule that multiplies with Python's numbers: 1j * g
        c = asarray(c)[()]
    if c.shape != x.shape:
        c = primitives.sum_to(c, tuple(x.shape))
    if c.dtype != x.dtype:
        if is_complex(c) and not is_complex(x):
            c = primitives.real(c)
        if c.dtype != x.dtype and is_inexact(x):
            c = primitives.astype(c, x.dtype)
    return c


def fit(t: Any, v: Any) -> Any:
    """`t`, a tangent of `v`, in the shape and dtype of `v`."""
    if t.shape != v.shape:
        t = primitives.broadcast_to(t, tuple(v.shape))
    return t if t.dtype == v.dtype else conform(t, v)
