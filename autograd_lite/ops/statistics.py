"""Statistics: covariances, averages, and reductions that leave NaNs out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, decided, is_complex, is_inexact, on_host, real_dtype
from autograd_lite.core.row import constant
from autograd_lite.core.tensor import Tensor, handle, raw
from autograd_lite.ops.constants import still
from autograd_lite.ops.create import astype
from autograd_lite.ops.cumulative import cumulative_prod, cumulative_sum
from autograd_lite.ops.elementwise import clip, conj, imag, isnan, real, root, sqrt, where
from autograd_lite.ops.index import getitem
from autograd_lite.ops.matrices.products import matmul
from autograd_lite.ops.reduce import all, is_half, max, mean, min, prod, sum
from autograd_lite.ops.shape import concat, expand_dims, reshape

# -- reductions without NaNs ------------------------------------------------------------------------------------------


def _filled(x: Any, fill: float) -> Any:
    """`x` with `fill` in the place of NaNs."""
    x = as_array(x)
    return where(isnan(x), fill, x) if is_inexact(raw(x)) else x


def nansum(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The sum of the entries that are not NaN."""
    return sum(_filled(x, 0.0), axis=axis, keepdims=keepdims)


def nanprod(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The product of the entries that are not NaN."""
    return prod(_filled(x, 1.0), axis=axis, keepdims=keepdims)


def nancumsum(x: Any, /, axis: int | None = None) -> Any:
    """The sums up to each entry, NaN counting as 0."""
    x = _filled(x, 0.0)
    return cumulative_sum(reshape(x, (-1,)) if axis is None else x, axis=axis or 0)


def nancumprod(x: Any, /, axis: int | None = None) -> Any:
    """The products up to each entry, NaN counting as 1."""
    x = _filled(x, 1.0)
    return cumulative_prod(reshape(x, (-1,)) if axis is None else x, axis=axis or 0)


def _extreme(function: Callable[..., Any], fill: float, x: Any, axis: Any, keepdims: bool) -> Any:
    x = as_array(x)
    out = function(_filled(x, fill), axis=axis, keepdims=keepdims)
    nothing = all(isnan(still(x)), axis=axis, keepdims=keepdims)
    return where(nothing, np.nan, out) if decided(np.any(nothing), otherwise=True) else out


def nanmax(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The largest of the entries that are not NaN; NaN where there are none."""
    return _extreme(max, -np.inf, x, axis, keepdims)


def nanmin(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The smallest of the entries that are not NaN; NaN where there are none."""
    return _extreme(min, np.inf, x, axis, keepdims)


def _known(x: Any, axis: Any) -> Any:
    """How many entries are not NaN, in the dtype of `x`, so that a division by none is NaN."""
    value = np.asarray(on_host(raw(x)))
    return np.sum(~np.isnan(value), axis=axis, keepdims=True).astype(value.real.dtype if is_inexact(value) else float)


def nanmean(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The mean of the entries that are not NaN; NaN where there are none."""
    x = as_array(x)
    if is_half(x):
        return astype(nanmean(astype(x, np.float32), axis, keepdims=keepdims), x.dtype)
    count = _known(x, axis)
    with np.errstate(invalid="ignore"):
        return nansum(x, axis, keepdims=keepdims) / (count if keepdims else np.squeeze(count, axis))


def nanvar(x: Any, /, axis: Any = None, *, correction: float = 0, keepdims: bool = False) -> Any:
    """The variance of the entries that are not NaN; NaN where there are not more than `correction`."""
    x = as_array(x)
    if is_half(x):
        return astype(nanvar(astype(x, np.float32), axis, correction=correction, keepdims=keepdims), x.dtype)
    freedom = _known(x, axis) - correction
    with np.errstate(invalid="ignore"):
        centre = nanmean(x, axis, keepdims=True)
    entries = x if decided(np.all(freedom > 0), otherwise=True) else x * where(freedom > 0, 1.0, np.nan)
    d = where(isnan(still(x)), 0.0, entries - centre)  # with no spread there is no derivative either
    squares = real(d) ** 2 + imag(d) ** 2 if is_complex(raw(d)) else d * d
    freedom = np.where(freedom > 0, freedom, np.nan)
    return sum(squares, axis=axis, keepdims=keepdims) / (freedom if keepdims else np.squeeze(freedom, axis))[()]


def nanstd(x: Any, /, axis: Any = None, *, correction: float = 0, keepdims: bool = False) -> Any:
    """The standard deviation of the entries that are not NaN; where it is 0 its derivative is 0."""
    return root(nanvar(x, axis, correction=correction, keepdims=keepdims))


def nan_to_num(x: Any, /, *, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Any:
    """`x` with numbers in the place of NaN and of the infinities (by default the largest there are)."""
    x = as_array(x)
    if not is_inexact(raw(x)):
        return x
    if is_complex(x):  # the parts by themselves
        re, im = [nan_to_num(part(x), nan=nan, posinf=posinf, neginf=neginf) for part in (real, imag)]
        return re + 1j * im
    limits = np.finfo(real_dtype(x))
    x = where(isnan(x), nan, x)
    x = where(still(x) == np.inf, float(limits.max) if posinf is None else posinf, x)
    return where(still(x) == -np.inf, float(limits.min) if neginf is None else neginf, x)


# -- averages and covariances -----------------------------------------------------------------------------------------


def average(x: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Any:
    """The mean, or with `weights` (the shape of `x`, or a vector along `axis`) the weighted mean."""
    x = as_array(x)
    if weights is None:
        return mean(x, axis=axis, keepdims=keepdims)
    w = as_array(weights)
    if w.shape != x.shape:
        if not isinstance(axis, int) or w.shape != (x.shape[axis],):
            raise ValueError(f"average: weights of shape {w.shape} for entries of shape {x.shape} along axis {axis}")
        w = reshape(w, tuple([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)]))
    total = sum(w + 0 * still(x), axis=axis, keepdims=keepdims)
    if not decided(np.all(still(total)), otherwise=True):
        raise ZeroDivisionError("average: the weights sum to zero")
    return sum(x * w, axis=axis, keepdims=keepdims) / total


def ptp(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """The largest entry less the smallest."""
    return max(x, axis=axis, keepdims=keepdims) - min(x, axis=axis, keepdims=keepdims)


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Any:
    """The covariance matrix of variables (the rows of `m`, or its columns), as ``numpy.cov``.

    Parameters
    ----------
    m, y : vector or matrix
        Observations; those of `y` are further variables.
    rowvar : bool
        Each row is a variable, each column an observation; the other way round if False.
    bias, ddof : optional
        The sum of products is divided by n - ddof; by default n - 1, or n with `bias`.
    fweights, aweights : vector, optional
        How often each observation is counted, and how much it weighs.
    """
    x = _variables(m, rowvar)
    if y is not None:
        x = concat([x, _variables(y, rowvar)], axis=0)
    if not x.shape[0]:
        return np.zeros((0, 0), real_dtype(x))
    lost = ddof if ddof is not None else 0 if bias else 1
    w = None
    if any([a is not None and as_array(a).ndim > 1 for a in (fweights, aweights)]):
        raise RuntimeError("cov: fweights and aweights are vectors, one number for each observation")
    if fweights is not None or aweights is not None:
        w = (1.0 if fweights is None else as_array(fweights)) * (1.0 if aweights is None else as_array(aweights))
    if w is None:
        centre, freedom = mean(x, axis=1, keepdims=True), x.shape[1] - lost
    else:
        total = sum(w)
        centre = sum(x * w, axis=1, keepdims=True) / total
        spread = sum(w * (1.0 if aweights is None else as_array(aweights))) / total
        freedom = total - lost * spread
    d = x - centre
    products = matmul(d if w is None else d * w, conj(d.mT) if is_complex(raw(d)) else d.mT)
    out = products / (freedom if not isinstance(freedom, int) or freedom > 0 else np.float64(0))
    return reshape(out, ()) if out.shape == (1, 1) else out


def _variables(m: Any, rowvar: bool) -> Any:
    x = as_array(m)
    if x.ndim > 2:
        raise ValueError(f"cov: takes vectors or matrices, not shape {tuple(x.shape)}")
    x = expand_dims(x, 0) if x.ndim == 1 else reshape(x, (1, 1)) if not x.ndim else x if rowvar else x.mT
    return x if is_inexact(raw(x)) else x * 1.0


def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """The correlation coefficients of variables: the covariances divided by both standard deviations; 1 with itself."""
    c = cov(x, y, rowvar)
    if not c.ndim:
        return c / c
    variances = getitem(c, (np.arange(c.shape[0]), np.arange(c.shape[0])))
    s = sqrt(real(variances) if is_complex(raw(c)) else variances)
    out = c / s[:, None] / s[None, :]
    return out if is_complex(raw(out)) else clip(out, -1.0, 1.0)


def histogram(x: Any, bins: Any = 10, range: Any = None, *, density: bool = False, weights: Any = None) -> Any:
    """How many entries fall into each bin, and the edges of the bins. Counts have no derivative."""
    if isinstance(weights, Tensor) and weights.requires_grad:
        raise TypeError("histogram: weights have no derivative rule here; sum(where(inside, weights, 0)) has one")
    counted: Any = np.histogram  # Any: NumPy's overloads know no value whose type is not known
    counts, edges = counted(raw(as_array(x)), raw(bins), range, density=density, weights=raw(weights))
    tracked = isinstance(x, Tensor)
    return (handle(constant(counts)), handle(constant(edges))) if tracked else (counts, edges)
