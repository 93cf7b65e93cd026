"""A scientist's numerical methods: integrals, differences, interpolation, convolution, polynomials, sinc."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import PYTHON, as_array, dtype_name, is_complex, kind
from autograd_lite.core.rules import bilinear, elementwise
from autograd_lite.core.tensor import raw
from autograd_lite.ops.axes import normal_axis
from autograd_lite.ops.constants import beside, still
from autograd_lite.ops.create import astype, zeros_like
from autograd_lite.ops.cumulative import cut, diff
from autograd_lite.ops.elementwise import clip, conj, minimum, remainder, where
from autograd_lite.ops.order import searchsorted
from autograd_lite.ops.reduce import argsort, sum
from autograd_lite.ops.shape import concat, flip, reshape

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

# -- integrals and differences ----------------------------------------------------------------------------------------


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of samples `y` along an axis by the trapezoid rule, at places `x` or `dx` apart.

    >>> import autograd_lite as ag
    >>> ag.trapezoid(ag.asarray([1.0, 2.0, 3.0]))
    Tensor(4.0)
    """
    y = as_array(y)
    at = normal_axis("trapezoid", y, axis)
    if x is not None:
        x = as_array(x)
        dx = diff(_along(x, at, y.ndim) if x.ndim == 1 else x, axis=axis)  # whose axis it is too, from either end
    return sum(dx * (cut(y, at, 1, None) + cut(y, at, None, -1)) / 2, axis=axis)


def _along(x: Any, axis: int, ndim: int) -> Any:
    """A vector laid along one of `ndim` axes."""
    return reshape(x, tuple([-1 if i == axis else 1 for i in range(ndim)]))


def gradient(f: Any, *spacings: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The slopes of samples `f` along its axes: central differences inside, one-sided ones at the edges.

    Parameters
    ----------
    f : array
        At least ``edge_order + 1`` samples along each axis.
    *spacings : number or vector
        None (1 along every axis), one for all axes, or one an axis: a distance, or the places of the samples.
    axis : int or tuple of int, optional
        By default all.
    edge_order : {1, 2}
        How many differences the slope at an edge is taken from.

    Returns
    -------
    array or tuple of arrays
        One an axis, in the shape of `f`; the array itself where there is but one axis.
    """
    f = as_array(f)
    axes = range(f.ndim) if axis is None else axis if np.iterable(axis) else (axis,)
    axes = [normal_axis("gradient", f, a) for a in axes]
    steps = spacings * len(axes) if len(spacings) == 1 else spacings or (1.0,) * len(axes)
    if len(steps) != len(axes):
        raise TypeError(f"gradient: {len(spacings)} spacings for {len(axes)} axes")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order is 1 or 2, not {edge_order}")
    if kind(f) == "b":
        raise TypeError("gradient: truth values have no differences")
    f = astype(f, float) if kind(f) in "iu" else f
    apart = [astype(as_array(h), np.dtype(dtype_name(raw(f)))) if h.__class__ in PYTHON else as_array(h) for h in steps]
    slopes = tuple([_slopes(f, h, a, edge_order) for h, a in zip(apart, axes, strict=True)])
    return slopes[0] if len(slopes) == 1 else slopes


def _slopes(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    n = f.shape[axis]
    if n < edge_order + 1:
        raise ValueError(f"gradient: needs {edge_order + 1} samples along axis {axis} of shape {tuple(f.shape)}")
    if h.ndim and h.shape != (n,):
        raise ValueError(f"gradient: {h.shape[0]} places for {n} samples along axis {axis}")
    h = _along(diff(h), axis, f.ndim) if h.ndim else h
    step = diff(f, axis=axis) / h  # the slopes between neighbours
    first, last = cut(step, axis, None, 1), cut(step, axis, -1, None)
    behind, ahead = cut(step, axis, None, -1), cut(step, axis, 1, None)
    if not h.ndim:
        inner = (behind + ahead) / 2
        bend = (ahead - behind) / 2  # how much a parabola's slope changes over half of two steps
        before, after = bend, bend
    else:
        left, right = cut(h, axis, None, -1), cut(h, axis, 1, None)
        inner = (behind * right + ahead * left) / (left + right)
        bend = (ahead - behind) / (left + right)
        before, after = bend * left, bend * right
    if edge_order == 2:
        first, last = first - cut(before, axis, None, 1), last + cut(after, axis, -1, None)
    out = concat([first, inner, last], axis=axis)
    return out if out.dtype == f.dtype else astype(out, f.dtype)  # as NumPy, whatever the spacings are in


# -- interpolation ----------------------------------------------------------------------------------------------------


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """The piecewise linear function through (xp, fp) at `x`, differentiable in all three.

    Parameters
    ----------
    x : array
    xp, fp : vector
        The places, increasing unless `period` is given, and the values there.
    left, right : number, optional
        The values outside; by default the first and the last of `fp`.
    period : number, optional
        Places are taken modulo it, in any order.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> ag.grad(ag.interp)(1.5, ag.asarray([1.0, 2.0]), ag.asarray([10.0, 13.0]))
    np.float64(3.0)
    """
    x = as_array(x)
    xp, fp = beside(as_array(xp), x), beside(as_array(fp), x)
    if is_complex(x) or is_complex(xp):
        raise TypeError("interp: x and xp are real numbers, fp alone may be complex")
    if xp.ndim != 1 or xp.shape != fp.shape or not xp.size:
        raise ValueError(f"interp: xp and fp are vectors of one length, not shapes {xp.shape} and {fp.shape}")
    if period is not None:
        x, xp = remainder(x, period), remainder(xp, period)
        order = argsort(xp)
        xp, fp = xp[order], fp[order]
        xp, fp = concat([xp[-1:] - period, xp, xp[:1] + period]), concat([fp[-1:], fp, fp[:1]])
    n = xp.shape[0]
    place, places = still(x), still(xp)
    after = clip(searchsorted(places, place, side="right"), 1, max(n - 1, 1))
    low, high = after - 1, minimum(after, n - 1)
    width = where(low == high, 1.0, xp[high] - xp[low])
    slope = where(place != place, np.nan, (fp[high] - fp[low]) / width)  # at NaN it is NaN, as the value is
    out = fp[low] + (x - xp[low]) * slope
    out = where(place < places[0], fp[0] if left is None else left, out)
    return where(place > places[-1], fp[-1] if right is None else right, out)


# -- convolution and polynomials --------------------------------------------------------------------------------------

# fmt: off
_convolve = bilinear("convolve", np.convolve, lambda g, x, y: _inside(g, y, x), lambda g, x, y: _inside(g, x, y), doc="The full convolution of two vectors.")
# fmt: on


def _inside(g: Any, other: Any, x: Any) -> Any:
    """The correlation of `g` with `other` where they overlap entirely, as long as `x`."""
    return _convolve(g, flip(other))[other.shape[0] - 1 : other.shape[0] - 1 + x.shape[0]]


def convolve(x: Any, y: Any, mode: str = "full") -> Any:
    """The convolution of two vectors: ``out[k] = sum(x[i] * y[k - i])``.

    `mode` is "full" (wherever they overlap), "same" (as long as the longer, in the middle of it) or "valid" (where
    they overlap entirely), as in ``numpy.convolve``.
    """
    x, y = as_array(x), as_array(y)
    if x.ndim > 1 or y.ndim > 1:
        raise ValueError(f"convolve: takes vectors, not shapes {tuple(x.shape)} and {tuple(y.shape)}")
    x, y = reshape(x, (-1,)), reshape(y, (-1,))
    longer, shorter = max(x.shape[0], y.shape[0]), min(x.shape[0], y.shape[0])
    full = _convolve(x, y)
    if mode == "full":
        return full
    if mode == "same":
        return full[(shorter - 1) // 2 : (shorter - 1) // 2 + longer]
    if mode == "valid":
        return full[shorter - 1 : longer]
    raise ValueError(f"convolve: mode is full, same or valid, not {mode!r}")


def correlate(x: Any, y: Any, mode: str = "valid") -> Any:
    """The cross-correlation of two vectors: ``out[k] = sum(x[i + k] * conj(y[i]))``; modes as in `convolve`."""
    x, y = as_array(x), as_array(y)
    y = conj(y) if is_complex(raw(y)) else y
    if x.shape[0] >= y.shape[0]:
        return convolve(x, flip(y), mode)
    return flip(convolve(flip(x), y, mode))  # the middle of an even length is rounded as the longer one has it


def polyval(p: Any, x: Any) -> Any:
    """The polynomial with coefficients `p`, the highest power first, at `x`: Horner's scheme.

    >>> import autograd_lite as ag
    >>> ag.grad(ag.polyval, argnums=1)(ag.asarray([1.0, 0.0, 5.0]), 3.0)
    np.float64(6.0)
    """
    p, x = as_array(p), as_array(x)
    out = zeros_like(x)
    for i in range(p.shape[0]):
        out = out * x + p[i]
    return out


# -- sinc -------------------------------------------------------------------------------------------------------------


@cache
def _nodes() -> tuple[Any, Any]:
    """14 nodes and weights of Gauss and Legendre on [0, 1]: they integrate cos(πxs) to rounding for |x| up to 2."""
    nodes, weights = np.polynomial.legendre.leggauss(14)
    return (nodes + 1) / 2, weights / 2


def _sinc_derivative(n: Any, x: Any) -> Any:
    """The n-th derivative of sin(πx)/(πx), to rounding everywhere and at every order.

    Near 0 by sinc(x) = ∫ cos(πxs) ds over [0, 1], whose n-th derivative is ∫ (πs)ⁿ cos(πxs + nπ/2) ds: nothing cancels.
    Farther out by Leibniz' rule for x·sinc(x) = sin(πx)/π: x fₙ + n fₙ₋₁ = πⁿ⁻¹ sin(πx + nπ/2), which multiplies a
    rounding error by n!/xⁿ, no more than the size of fₙ itself, πⁿ/(n + 1), allows where x is above n/4.
    """
    n, x = int(np.max(n, initial=0)), np.asarray(x)
    near = np.abs(x) < max(0.5, n / 4)
    out = np.empty(x.shape, x.dtype)
    s, w = _nodes()
    z = x[near][..., None] * (np.pi * s)
    out[near] = (np.cos(z), -np.sin(z), -np.cos(z), np.sin(z))[n % 4] @ (w * (np.pi * s) ** n)
    far = x[~near]
    u = np.pi * (
        far - 2 * np.round(np.real(far) / 2)
    )  # less a multiple of 2, exactly: sin(πx) of a large π x has few digits
    waves, f = (np.sin(u), np.cos(u)), np.sin(u) / (np.pi * far)
    for k in range(1, n + 1):
        f = (np.pi ** (k - 1) * (1 if k % 4 < 2 else -1) * waves[k % 2] - k * f) / far
    out[~near] = f
    return out[()]


# fmt: off
sinc_derivative = elementwise("sinc_derivative", _sinc_derivative, None, lambda v, n, x: sinc_derivative(n + 1, x), signature="n, x, /", doc="The n-th derivative of sinc.")
sinc = elementwise("sinc", np.sinc, lambda v, x: sinc_derivative(1, x), doc="sin(πx)/(πx), 1 at 0; all its derivatives are exact near 0.")
# fmt: on
