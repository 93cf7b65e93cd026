"""NumPy's functions of each entry by itself that are no operations, composed of those that are."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import kind
from autograd_lite.core.tensor import held, raw
from autograd_lite.ops import create, elementwise as e


def fmax(x: Any, y: Any) -> Any:
    return e.where(e.isnan(x), y, e.where(e.isnan(y), x, e.maximum(x, y)))


def fmin(x: Any, y: Any) -> Any:
    return e.where(e.isnan(x), y, e.where(e.isnan(y), x, e.minimum(x, y)))


def round(x: Any, decimals: int = 0) -> Any:
    """To so many decimals; integers, which have none, only before the point."""
    if not decimals:
        return e.round(x)
    if kind(x) == "b":
        raise TypeError("np.round: truth values have no decimals")
    if kind(x) in "iu" and decimals > 0:
        return e.positive(x)
    part = 10.0 ** abs(decimals)
    out = e.round(x * part) / part if decimals > 0 else e.round(x / part) * part
    return out if kind(x) in "fc" else create.astype(out, raw(x).dtype)


def ldexp(x: Any, n: Any) -> Any:
    """x 2ⁿ in three steps, so that no power of 2 overflows or vanishes where the result does not."""
    dtype = raw(x).dtype
    most = 3 * (np.finfo(dtype).maxexp - 1)  # from any number to infinity, and back to 0
    n = np.clip(np.asarray(raw(n), int), -most, most)
    third = n // 3
    for part in (third, third, n - 2 * third):
        x = x * np.exp2(part.astype(dtype))
    return x


def frexp(x: Any) -> Any:
    """The mantissa, which is x divided by a power of 2, and the power."""
    power = np.frexp(raw(x))[1]
    return ldexp(x, -power), held(power)


def modf(x: Any) -> Any:
    """The fraction, which is 0 for an infinity, and the whole number."""
    whole, endless = e.trunc(x), e.isinf(x)
    return e.where(endless, 0.0, x - e.where(endless, 0.0, whole)), whole


def heaviside(x: Any, y: Any) -> Any:
    """0 below 0, 1 above, y at 0."""
    return e.where(e.isnan(x), np.nan, e.where(x == 0, y, create.astype(x > 0, raw(x).dtype)))
