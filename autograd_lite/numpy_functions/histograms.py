"""NumPy's functions that count entries: histograms, ``bincount``.

How many entries there are of a kind has no derivative; what they weigh, where the edges of bins are and which
entries are kept have one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, on_host
from autograd_lite.core.tensor import Tensor, held, raw
from autograd_lite.numpy_functions.ufuncs import is_tracked
from autograd_lite.ops import arrange, create, index, reduce, shape


def _constant(x: Any) -> Any:
    return held(x) if isinstance(x, (np.ndarray, np.generic)) else x


def bin_edges(x: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """The edges of the bins, evenly spaced from the smallest entry to the largest unless they are given."""
    edges = np.histogram_bin_edges(raw(x), raw(bins), range, raw(weights))
    if np.ndim(raw(bins)):
        return bins if isinstance(bins, Tensor) else _constant(edges)
    if range is not None or not is_tracked(x) or not x.size or edges[-1] - edges[0] != np.ptp(raw(x)):
        return _constant(edges)  # given, or made up around entries that are all the same
    low, high, n = reduce.min(x), reduce.max(x), len(edges) - 1
    return shape.concat([low + (high - low) * (np.arange(n) / n).astype(edges.dtype), shape.reshape(high, (1,))])


def histogram(x: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    edges = bin_edges(x, bins, range, weights)
    if is_tracked(weights):
        bin_of = _bins(raw(x), on_host(raw(edges)))
        inside = np.flatnonzero(bin_of >= 0)
        counts = index.scatter(shape.ravel(weights)[inside], (edges.shape[0] - 1,), bin_of[inside])
    else:
        counts = _constant(np.histogram(raw(x), raw(bins), range, weights=raw(weights))[0])
    return (counts / (edges[1:] - edges[:-1]) / reduce.sum(counts) if density else counts), edges


def histogramdd(sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    if not isinstance(sample, (list, tuple)):
        sample = as_array(sample)
        sample = shape.unstack(sample if sample.ndim == 2 else arrange.at_least(sample, 2).T, axis=1)
    columns = sample
    each = list(bins) if np.iterable(bins) else [bins] * len(columns)
    values = [raw(c) for c in columns]
    counts, still = np.histogramdd(values, [raw(b) for b in each], range, weights=raw(weights))
    ranges = [None] * len(columns) if range is None else range
    edges = tuple([bin_edges(c, b, r) for c, b, r in zip(columns, each, ranges, strict=True)])
    if is_tracked(weights):
        bin_of = [_bins(v, at) for v, at in zip(values, still, strict=True)]
        inside = np.flatnonzero(np.all([i >= 0 for i in bin_of], axis=0))
        weights = create.astype(weights, counts.dtype, copy=False)  # in double precision, as NumPy counts
        counts = index.scatter(weights[inside], counts.shape, tuple([i[inside] for i in bin_of]))
    else:
        counts = _constant(counts)
    if density:
        counts = counts / reduce.sum(counts)
        for k, at in enumerate(edges):
            counts = counts / shape.reshape(at[1:] - at[:-1], tuple([-1 if i == k else 1 for i, _ in enumerate(edges)]))
    return counts, edges


def _bins(values: Any, edges: Any) -> Any:
    """In which bin each entry lies; -1 for those outside. The last edge belongs to the last bin."""
    values, edges = np.ravel(on_host(values)), np.asarray(edges)
    found = np.minimum(np.searchsorted(edges, values, side="right") - 1, len(edges) - 2)
    return np.where((values >= edges[0]) & (values <= edges[-1]), found, -1)


def histogram2d(x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    if hasattr(bins, "__len__") and len(bins) != 2:  # edges for both
        bins = [bins, bins]
    counts, edges = histogramdd([x, y], bins, range, density, weights)
    return counts, *edges


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often each integer occurs, or what its occurrences weigh."""
    if weights is None:
        return _constant(np.bincount(raw(x), minlength=minlength))
    places, w = np.asarray(raw(x)), as_array(weights)
    counts = np.bincount(places, on_host(raw(w)), minlength)
    return index.scatter(create.astype(w, counts.dtype, copy=False), counts.shape, places)
