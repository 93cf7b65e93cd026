"""Quantiles: entries in order, and what lies between two of them."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import PYTHON, as_array, decided, dtype_name, is_complex, is_inexact, kind, on_host
from autograd_lite.core.tensor import raw
from autograd_lite.ops.axes import normal_axis
from autograd_lite.ops.constants import beside, still
from autograd_lite.ops.create import astype
from autograd_lite.ops.elementwise import clip, isnan, where
from autograd_lite.ops.index import take_along_axis
from autograd_lite.ops.order import in_c_order
from autograd_lite.ops.reduce import argsort, mean
from autograd_lite.ops.shape import broadcast_to, moveaxis, permute_dims, reshape


def _averaged(h: Any) -> Any:
    """Between two places, and to the next one above, as h is whole or not."""
    return np.where(h == np.floor(h), h + 0.5, np.ceil(h))


def _even(h: Any) -> Any:
    """The nearer place; of two as near, the one that is even when counted from 1."""
    return np.where((h == np.floor(h)) & (np.floor(h) % 2 == 1), h, np.floor(h) + 1)


METHODS: dict[str, tuple[float, float, Callable[..., Any] | None]] = {
    "linear": (1, 1, None),
    "hazen": (1 / 2, 1 / 2, None),
    "weibull": (0, 0, None),
    "median_unbiased": (1 / 3, 1 / 3, None),
    "normal_unbiased": (3 / 8, 3 / 8, None),
    "interpolated_inverted_cdf": (0, 1, None),
    "inverted_cdf": (0, 1, np.ceil),
    "averaged_inverted_cdf": (0, 1, _averaged),
    "closest_observation": (-1 / 2, 3 / 2, _even),
    "lower": (1, 1, np.floor),
    "higher": (1, 1, np.ceil),
    "nearest": (1, 1, np.round),
    "midpoint": (1, 1, lambda h: (np.floor(h) + np.ceil(h)) / 2),
}
"""How far into n sorted entries the quantile q lies: q(n + 1 - α - β) + α - 1, with these α, β (Hyndman and Fan,
"Sample quantiles in statistical packages", 1996), rounded by what stands beside them."""

BETWEEN = ("averaged_inverted_cdf", "midpoint")
"""Methods that round and may still lie between two entries."""


def quantile(
    x: Any, q: Any, /, *, axis: Any = None, keepdims: bool = False, method: str = "linear", weights: Any = None
) -> Any:
    """The `q`-th quantile of the entries along axes, differentiable in the entries and in `q`.

    Parameters
    ----------
    x : array
        NaN if there is a NaN among the entries.
    q : number or array in [0, 1]
        Its axes come first in the result.
    axis : int, tuple of int or None
        None for all entries.
    method : str
        As in ``numpy.quantile``, all of its methods. Those that round have no derivative in `q`.
    weights : array, optional
        How much each entry counts, in the shape of `x` or along its one axis; for method="inverted_cdf". Without
        derivative: where the quantile lies is a step function of them.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> ag.quantile(ag.asarray([1.0, 2.0, 4.0]), [0.25, 0.5])
    Tensor([1.5, 2. ])
    """
    return _quantile("quantile", x, q, axis, keepdims, method, False, weights)


def percentile(
    x: Any, q: Any, /, *, axis: Any = None, keepdims: bool = False, method: str = "linear", weights: Any = None
) -> Any:
    """The quantile of `q` in percent: see `quantile`."""
    return _quantile("percentile", x, _of_a_hundred(q), axis, keepdims, method, False, weights)


def _of_a_hundred(q: Any) -> Any:
    share: Any = q if q.__class__ in PYTHON else as_array(q)
    return share / 100


def median(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
    """The middle entry along axes, or the mean of the middle two, which share the adjoint.

    >>> import autograd_lite as ag
    >>> ag.grad(ag.median)(ag.asarray([1.0, 2.0, 3.0, 4.0]))
    Tensor([0. , 0.5, 0.5, 0. ])
    """
    return _quantile("median", x, 0.5, axis, keepdims, "linear", False)


def nanquantile(
    x: Any, q: Any, /, *, axis: Any = None, keepdims: bool = False, method: str = "linear", weights: Any = None
) -> Any:
    """The quantile of the entries that are not NaN: see `quantile`."""
    return _quantile("nanquantile", x, q, axis, keepdims, method, True, weights)


def nanpercentile(
    x: Any, q: Any, /, *, axis: Any = None, keepdims: bool = False, method: str = "linear", weights: Any = None
) -> Any:
    """The quantile, of `q` in percent, of the entries that are not NaN."""
    return _quantile(
        "nanpercentile",
        x,
        _of_a_hundred(q),
        axis,
        keepdims,
        method,
        True,
        weights,
    )


def nanmedian(x: Any, /, *, axis: Any = None, keepdims: bool = False) -> Any:
    """The median of the entries that are not NaN."""
    return _quantile("nanmedian", x, 0.5, axis, keepdims, "linear", True)


def _quantile(
    name: str, x: Any, q: Any, axis: Any, keepdims: bool, method: str, skip: bool, weights: Any = None
) -> Any:
    x = as_array(x)
    if is_complex(x) and "median" not in name:  # whose middle entry NumPy takes in the order of real parts
        raise TypeError(f"{name}: complex numbers have no order: take real ones")
    number = q.__class__ in PYTHON  # which never widens; an array of quantiles does
    q = beside(as_array(q), x)
    if not decided(np.all((still(q) >= 0) & (still(q) <= 1)), otherwise=True):
        raise ValueError(f"{name}: quantiles are in the range [0, 1]")
    if q.ndim > 2:
        raise ValueError(f"{name}: quantiles are a number, a vector or a matrix, not of shape {tuple(q.shape)}")
    if method not in METHODS:
        raise ValueError(f"{name}: method is one of {', '.join(METHODS)}, not {method!r}")
    if weights is not None and method != "inverted_cdf":
        raise ValueError(f"{name}: weights= are for method='inverted_cdf', not {method!r}")
    axes = range(x.ndim) if axis is None else axis if np.iterable(axis) else (axis,)
    axes = tuple([normal_axis(name, x, a) for a in axes])
    kept = tuple([i for i in range(x.ndim) if i not in axes])
    lengths = tuple([x.shape[i] for i in kept])
    n = prod([x.shape[i] for i in axes])
    if not n and ("median" in name or name.startswith("nan")):
        return mean(x, axis=axis, keepdims=keepdims)  # NaN
    if not n:
        raise IndexError(f"{name}: no entries along axis {axis} of shape {tuple(x.shape)}")

    def in_rows(a: Any) -> Any:
        return reshape(permute_dims(a, kept + axes), (*lengths, n))

    rows = in_rows(x)
    order = argsort(rows, axis=-1)
    s = take_along_axis(rows, order, axis=-1)
    unknown = isnan(still(s)) if is_inexact(raw(s)) else np.zeros(s.shape, bool)
    count = (n - unknown.sum(axis=-1, keepdims=True)) if skip else n
    if weights is None:  # a count must not widen single precision, in which NumPy finds the places
        places = _places(reshape(q, (-1,)), astype(count, q.dtype) if skip else n, method)
    else:
        weighed = on_host(raw(in_rows(broadcast_to(_weights(name, weights, x, axis), x.shape))))
        weighed = np.take_along_axis(weighed, on_host(raw(order)), axis=-1)
        places = _weighted(
            name, on_host(raw(q)).reshape(-1), np.where(on_host(raw(unknown)), 0 if skip else weighed, weighed)
        )
    places = broadcast_to(places, (*lengths, prod(q.shape)))
    between = METHODS[method][2] is None or method in BETWEEN
    if between and kind(x) == "b" and "median" not in name:
        raise TypeError(f"{name}: nothing lies between truth values: take x.astype(float), or a method that rounds")
    if not between:
        out = take_along_axis(s, places.astype(int), axis=-1)
    else:
        s = s if is_inexact(raw(s)) else astype(s, float)
        out = _interpolated(s, places, count, s.dtype if number else np.result_type(dtype_name(s), dtype_name(q)))
    empty = (count == 0) if skip else unknown[..., -1:]
    if is_inexact(raw(out)) and decided(np.any(empty), otherwise=True):
        out = where(empty, np.nan, out)
    out = in_c_order(reshape(moveaxis(out, -1, 0), (*q.shape, *lengths)))
    if keepdims:
        out = reshape(out, (*q.shape, *[1 if i in axes else n for i, n in enumerate(x.shape)]))
    return out


def _places(q: Any, n: Any, method: str) -> Any:
    """Where the quantiles `q` of `n` sorted entries lie among them."""
    alpha, beta, rounding = METHODS[method]
    h = q * (n + 1 - alpha - beta) + (alpha - 1)
    return clip(h if rounding is None else rounding(still(h)), 0, np.maximum(n - 1, 0))


def _interpolated(s: Any, places: Any, n: Any, dtype: Any) -> Any:
    """What lies at `places` between the sorted entries of `s`, in the `dtype` of the result."""
    below = np.floor(still(places)).astype(int)
    above = np.minimum(below + 1, np.maximum(n - 1, 0))
    share = astype(places - below, dtype, copy=False)
    low, high = take_along_axis(s, below, axis=-1), take_along_axis(s, above, axis=-1)
    step = high - low
    return where(share < 0.5, low + step * share, high - step * (1 - share))


def _weights(name: str, weights: Any, x: Any, axis: Any) -> Any:
    """The weights in a shape that broadcasts to that of `x`. Raises what NumPy raises."""
    weights = still(as_array(weights))
    if np.any(weights < 0):
        raise ValueError(f"{name}: weights are 0 or more")
    if weights.shape == x.shape:
        return weights
    if axis is None:
        raise TypeError(f"{name}: weights of shape {weights.shape} for entries of shape {x.shape} need axis=")
    axes = tuple([normal_axis(name, x, a) for a in (axis if np.iterable(axis) else (axis,))])
    if weights.shape != tuple([x.shape[a] for a in axes]):
        raise ValueError(f"{name}: weights of shape {weights.shape} for entries of shape {x.shape} along axis {axis}")
    turned = permute_dims(weights, tuple([int(i) for i in np.argsort(axes)]))
    return reshape(turned, tuple([n if i in axes else 1 for i, n in enumerate(x.shape)]))


def _weighted(name: str, q: Any, weights: Any) -> Any:
    """The first of the sorted entries up to which the `weights` are a share of at least `q`."""
    share = np.cumsum(weights, axis=-1, dtype=float)
    total = share[..., -1:]
    if not np.all(np.isfinite(total) & (total > 0)):
        raise ValueError(f"{name}: weights are NaN or infinite, or all of them are 0")
    share = share / total
    share = np.where(share == 0, -1.0, share)  # so that the quantile 0 is the first entry that weighs something
    return np.minimum((share[..., None, :] < q[:, None]).sum(axis=-1), weights.shape[-1] - 1)
