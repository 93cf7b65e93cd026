"""A small network unit by unit: what each gives forward, and what comes back to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np

from nn.charts import COLOURS, figure
from nn.layers.linear import Linear
from nn.module import Module
from nn.study.explain import explain

__all__ = ["units"]

MOST = 12
"""The units of a layer that a picture has room for."""


def units(model: Module, x: Any, y: Any, *, loss: str | Callable[[Any, Any], Any] | None = None) -> Any:
    """A network as circles and lines, for one row of data: the forward pass at the left, the backward at the right.

    Forward, a circle holds what its unit gives, y, and a line is its weight. Backward, a circle holds the adjoint ∂L/∂z
    of what came into the unit, and a line is the derivative of L in its weight: the y where it begins, times the ∂L/∂z
    where it ends. Lines are blue where positive and orange where negative, and as wide as they are large.

    Parameters
    ----------
    model : Linear, MLP or Sequential
        As for `nn.explain`, with at most 12 units in a layer.
    x : array, shape (p_0,)
    y : number or array
        The target of this row, as in `nn.fit` of one.
    loss : str or callable, optional
        As for `nn.explain`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        More units than there is room for, or as `nn.explain`.

    Examples
    --------
    >>> import nn
    >>> fig = nn.plot.units(nn.MLP([2, 3, 1]), [0.5, -1.0], 1.0)
    >>> [axes.get_title() for axes in fig.axes]
    ['forward: y = f(z)', 'backward: ∂L/∂z']
    """
    found = explain(model, np.asarray(x)[None], np.asarray(y)[None], loss=loss)
    given = {q.layer: q.value[0] for q in found.forward}  # of each layer what it gives last: A, or F
    adjoints = [q.value[0] for q in found.backward[::-1] if q.name.startswith("G_")]
    slopes = [q.value for q in found.backward[::-1] if q.name.startswith("∂L/∂W_")]
    most = max([len(values) for values in given.values()])
    if most > MOST:
        raise ValueError(f"units: a layer of {most} units is too many for a picture of circles; {MOST} are the most")
    linear: list[Any] = [
        model if isinstance(model, Linear) else reduce(getattr, name.split("."), model) for name in given if name
    ]
    weights = [layer.weight.value.T for layer in linear]
    names = ["x", *[rf"$y^{{({k})}}$" for k in range(1, len(given))]]
    fig = figure(2.9 * len(given), 0.9 + 0.8 * most)
    forward, backward = fig.subplots(1, 2)
    _circles(forward, list(given.values()), weights, names)
    _circles(
        backward, [None, *adjoints], slopes, ["x", *[name.replace("y", r"\partial L/\partial z") for name in names[1:]]]
    )
    forward.set_title("forward: y = f(z)")
    backward.set_title("backward: ∂L/∂z")
    return fig


def _circles(axes: Any, columns: list[Any], lines: list[Any], names: list[str]) -> None:
    """Columns of circles with their numbers (None: as many as lines begin there, empty), and lines between them."""
    heights = [_heights(len(lines[0]) if column is None else len(column)) for column in columns]
    widest = max([float(abs(weights).max()) for weights in lines]) or 1.0
    for k, (weights, (left, right)) in enumerate(zip(lines, pairwise(heights), strict=True)):
        for (i, j), w in np.ndenumerate(weights):
            ends = [k, k + 1], [left[i], right[j]]
            axes.plot(
                *ends, color=COLOURS[0 if w >= 0 else 1], linewidth=0.3 + 3 * abs(w) / widest, alpha=0.7, zorder=1
            )
    for k, (column, ys, name) in enumerate(zip(columns, heights, names, strict=True)):
        axes.scatter([k] * len(ys), ys, s=950, color="white", edgecolors="0.3", zorder=2)
        for number, height in zip([] if column is None else column, ys, strict=column is not None):
            axes.text(k, height, f"{number:.2f}", ha="center", va="center", fontsize=8, zorder=3)
        axes.text(k, max(map(max, heights)) + 0.75, name, ha="center", va="center")
    axes.set(xlim=(-0.4, len(columns) - 0.6), ylim=(min(map(min, heights)) - 0.6, max(map(max, heights)) + 1))
    axes.axis("off")


def _heights(n: int) -> Any:
    """Where `n` circles stand, around the middle."""
    return (n - 1) / 2 - np.arange(n)
