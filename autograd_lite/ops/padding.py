"""Padding: entries added at the ends of axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, is_inexact
from autograd_lite.core.tensor import raw
from autograd_lite.ops.axes import normal_axis
from autograd_lite.ops.constants import beside
from autograd_lite.ops.create import astype
from autograd_lite.ops.cumulative import cut
from autograd_lite.ops.elementwise import round
from autograd_lite.ops.index import scatter, setitem
from autograd_lite.ops.quantiles import median
from autograd_lite.ops.reduce import max, mean, min
from autograd_lite.ops.shape import broadcast_to, concat, flip, moveaxis, reshape, stack

OPTIONS = {
    "constant": "constant_values",
    "linear_ramp": "end_values",
    **dict.fromkeys(["maximum", "mean", "median", "minimum"], "stat_length"),
    **dict.fromkeys(["reflect", "symmetric"], "reflect_type"),
    **dict.fromkeys(["edge", "wrap", "empty"]),
}
"""The modes, and the option that each has."""

STATISTICS: dict[str, Callable[..., Any]] = {"maximum": max, "mean": mean, "median": median, "minimum": min}


def pad(x: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """`x` with entries added at the ends of its axes, as ``numpy.pad``, in all its modes.

    Parameters
    ----------
    x : array
    pad_width : int, pair or one pair an axis
        How many entries are added before and after; or a dict of axes and these.
    mode : str or function
        What is added: "constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect",
        "symmetric", "wrap" or "empty". Or a function that writes it, called as NumPy calls it.
    constant_values, end_values : number or pairs, for "constant" and "linear_ramp"
        What is added, or where the ramp ends: one for all, a pair (before, after), or one pair an axis. 0 by default.
    stat_length : int or pairs, for "maximum", "mean", "median" and "minimum"
        Of how many entries from the edge; of all by default.
    reflect_type : {"even", "odd"}, for "reflect" and "symmetric"
        "odd" reflects in the edge's value too: 2·edge - x.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> ag.pad(ag.asarray([1, 2, 3]), 1, mode="reflect")
    Tensor([2, 1, 2, 3, 2])
    """
    x = as_array(x)
    widths = _widths(x, pad_width)
    if callable(mode):
        return _by_function(x, widths, mode, options)
    if mode not in OPTIONS:
        raise ValueError(f"pad: mode is one of {', '.join(OPTIONS)}, not {mode!r}")
    if options.keys() - {OPTIONS[mode]}:
        raise ValueError(f"pad: mode {mode!r} has no option {', '.join(sorted(options.keys() - {OPTIONS[mode]}))}")
    given = options.get(OPTIONS[mode] or "")
    if mode in ("constant", "empty"):
        return _constant(x, widths, 0 if given is None else given)
    if any([not n and any(width) for n, width in zip(x.shape, widths, strict=True)]):
        raise ValueError(f"pad: an empty axis of shape {tuple(x.shape)} is padded with mode 'constant' alone")
    if mode in ("edge", "wrap") or (mode in ("reflect", "symmetric") and given in (None, "even")):
        padded: Any = np.pad  # its types want each mode spelled out
        places = np.arange(x.size).reshape(x.shape)
        return reshape(x, (-1,))[padded(places, widths, mode) if x.ndim else places]
    pairs = [None] * x.ndim if given is None or isinstance(given, str) else _pairs(given, x.ndim)
    for axis, (before, after) in enumerate(widths):
        if before or after:
            x = PADDED[mode](x, axis, before, after, pairs[axis], mode)
    return x


def _widths(x: Any, pad_width: Any) -> list[tuple[int, int]]:
    if isinstance(pad_width, dict):
        given = {normal_axis("pad", x, axis): width for axis, width in pad_width.items()}
        pad_width = [given.get(i, (0, 0)) for i in range(x.ndim)]
        pad_width = [(w, w) if np.ndim(w) == 0 else w for w in pad_width]
    widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    if any([w < 0 for pair in widths for w in pair]):
        raise ValueError("pad: widths are 0 or more; cut with an index")
    return [(int(a), int(b)) for a, b in widths]


def _pairs(given: Any, ndim: int) -> list[tuple[Any, Any]]:
    """One pair an axis from one value, one pair, or pairs; Tensors stay what they are."""
    places = np.empty(np.shape(raw(given)), object) if hasattr(given, "shape") else np.array(given, object)
    if hasattr(given, "shape"):
        for i in np.ndindex(places.shape):
            places[i] = given[i]
    return [tuple(pair) for pair in np.broadcast_to(places, (ndim, 2))]


def _constant(x: Any, widths: Any, values: Any) -> Any:
    shape = tuple([before + n + after for n, (before, after) in zip(x.shape, widths, strict=True)])
    inside = tuple([slice(before, before + n) for n, (before, _) in zip(x.shape, widths, strict=True)])
    out = scatter(x, shape, inside)
    if isinstance(values, (int, float)) and values == 0:
        return out
    for axis, ((before, after), pair) in enumerate(zip(widths, _pairs(values, x.ndim), strict=True)):
        sides = slice(0, before), slice(shape[axis] - after, None)
        for value, side, width in zip(pair, sides, (before, after), strict=True):
            if width:
                out = setitem(out, (*[slice(None)] * axis, side, *inside[axis + 1 :]), value)
    return out


def _spread(x: Any, axis: int, value: Any, width: int) -> Any:
    """`value`, computed from `x`, broadcast to `width` entries along an axis, in the dtype of `x`."""
    shape = tuple([width if i == axis else n for i, n in enumerate(x.shape)])
    return broadcast_to(value if value.dtype == x.dtype else astype(value, x.dtype), shape)


def _ramp(x: Any, axis: int, before: int, after: int, ends: Any, mode: str) -> Any:
    low, high = ends or (0, 0)
    along = tuple([-1 if i == axis else 1 for i in range(x.ndim)])
    first, last = cut(x, axis, None, 1), cut(x, axis, -1, None)
    up = np.reshape(np.arange(before) / (before or 1), along)
    down = np.reshape(np.arange(after)[::-1] / (after or 1), along)
    ramps = low + (first - low) * beside(up, x), high + (last - high) * beside(down, x)
    if not is_inexact(raw(x)):
        ramps = tuple([np.floor(ramp) for ramp in ramps])  # as NumPy's linspace of integers
    left, right = [ramp if ramp.dtype == x.dtype else astype(ramp, x.dtype) for ramp in ramps]
    return concat([left, x, right], axis=axis)


def _statistic(x: Any, axis: int, before: int, after: int, lengths: Any, mode: str) -> Any:
    n = x.shape[axis]
    parts = []
    for length, start in zip(lengths or (n, n), (True, False), strict=True):
        m = n if length is None or length > n else int(length)
        if not m and mode in ("maximum", "minimum"):
            raise ValueError(f"pad: the {mode} of no entries: stat_length is 1 or more")
        value = STATISTICS[mode](cut(x, axis, 0, m) if start else cut(x, axis, n - m, None), axis=axis, keepdims=True)
        value = value if is_inexact(raw(x)) or not is_inexact(raw(value)) else round(value)
        parts.append(_spread(x, axis, value, before if start else after))
    return concat([parts[0], x, parts[1]], axis=axis)


def _odd(x: Any, axis: int, before: int, after: int, pair: Any, mode: str) -> Any:
    """Reflected in the value at the edge too, as often as it takes; the edge itself is repeated by "symmetric"."""
    n, edge = x.shape[axis], int(mode == "reflect")
    if n == 1:
        return concat([_spread(x, axis, x, before), x, _spread(x, axis, x, after)], axis=axis)
    while before or after:
        whole = (x.shape[axis] - edge) // (n - edge) * (n - edge)  # of the entries so far, what is reflected at once
        left, right, length = np.minimum(whole, before), np.minimum(whole, after), x.shape[axis]
        parts = [
            2 * cut(x, axis, 0, 1) - flip(cut(x, axis, edge, edge + left), axis=axis),
            x,
            2 * cut(x, axis, length - 1, None) - flip(cut(x, axis, length - edge - right, length - edge), axis=axis),
        ]
        x, before, after = concat(parts, axis=axis), before - left, after - right
    return x


PADDED: dict[str, Callable[..., Any]] = {
    "linear_ramp": _ramp,
    **dict.fromkeys(STATISTICS, _statistic),
    **dict.fromkeys(["reflect", "symmetric"], _odd),
}
"""How one axis is padded: ``(x, axis, before, after, pair, mode)``."""


def _by_function(x: Any, widths: Any, function: Callable[..., Any], options: Any) -> Any:
    """Padded with zeros, into which `function` writes along one axis after the other, vector by vector."""
    x = _constant(x, widths, 0)
    for axis, width in enumerate(widths):
        last = moveaxis(x, axis, -1)
        vectors = [+last[i] for i in np.ndindex(*last.shape[:-1])]
        for vector in vectors:
            function(vector, width, axis, options)
        x = moveaxis(reshape(stack(vectors), tuple(last.shape)), -1, axis)
    return x
