"""How a hidden layer bends the space of the inputs: the lecture's pages on topology.

A network folds and stretches the plane until a line can separate the classes. With too few units it cannot: a disc
inside a ring is not to be pulled out of it within the plane, but three units lift it. A regression bends it until what
it is to answer rises evenly in one direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.charts import COLOURS, canvas, figure, tidy
from nn.data.batching import checked
from nn.layers.linear import Linear
from nn.layers.sequential import Sequential
from nn.module import Module
from nn.plot.decision_boundary import heights, limits, one_output, points, scores, shade
from nn.training.fit import predict

__all__ = ["bent_grid", "hidden_layer", "separating_plane"]


def bent_grid(model: Module, low: Any, high: Any, *, lines: int = 17, resolution: int = 121) -> tuple[Any, Any]:
    """The lines of a grid between two corners, and what `model` makes of them.

    Parameters
    ----------
    model : Module
        With one or two inputs.
    low, high : array, shape (1,) or (2,)
    lines : int
        In each direction; a single input has one line, itself.
    resolution : int
        Points on a line.

    Returns
    -------
    pair of arrays
        Of shapes (lines, resolution, inputs) and (lines, resolution, outputs); lines along the first input come first.

    Examples
    --------
    >>> import nn
    >>> before, after = nn.plot.bent_grid(nn.MLP([2, 3]), [-1, -1], [1, 1], lines=5, resolution=9)
    >>> before.shape, after.shape
    ((10, 9, 2), (10, 9, 3))
    """
    low, high = np.asarray(low, float), np.asarray(high, float)
    fine = [np.linspace(a, b, resolution) for a, b in zip(low, high, strict=True)]
    if len(low) == 1:
        before = fine[0].reshape(1, -1, 1)
    elif len(low) == 2:
        coarse = [np.linspace(a, b, lines) for a, b in zip(low, high, strict=True)]
        along = [np.stack([fine[0], np.full(resolution, level)], axis=1) for level in coarse[1]]
        across = [np.stack([np.full(resolution, level), fine[1]], axis=1) for level in coarse[0]]
        before = np.stack([*along, *across])
    else:
        raise ValueError(f"bent_grid: a grid has one or two dimensions, not {len(low)}")
    after = predict(model, before.reshape(-1, len(low)))
    return before, after.reshape(*before.shape[:2], -1)


def hidden_layer(
    model: Module,
    X: Any,
    y: Any,
    *,
    layer: int | None = None,
    threshold: float | None = None,
    classes: Sequence[Any] | None = None,
    margin: float = 0.1,
    ax: Any = None,
) -> Any:
    """The data and a grid of the inputs, and beside them what a hidden layer of one to three units makes of both.

    Integer targets are classes, and the colours behind them what the network, and the layers after the hidden one,
    answer. Float targets are a regression: dots have the colour of their target, the ground in two dimensions that of
    the output (beyond the lowest and the highest target the colours stay as there), and over one dimension the output
    is drawn as a curve.

    Parameters
    ----------
    model : Sequential or MLP
        With one or two inputs.
    X : array, shape (n, 1) or (n, 2)
    y : array, shape (n,)
        Classes, or numbers, which may have the shape (n, 1) too.
    layer : int, optional
        Which module's output to show, counted as in ``model[layer]``; by default that before the last Linear.
    threshold, classes
        As for `decision_boundary`; a regression has no use for them.
    margin : float
        How far the grid reaches beyond the data, as a share of their width.
    ax : matplotlib Axes, optional
        To draw the hidden layer on, without the inputs beside it; for three units with ``projection="3d"``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        No Sequential with a Linear, no hidden layer there or one of more than three units, other shapes.

    Examples
    --------
    >>> import nn
    >>> X, y = nn.data.disc_in_annulus(40, seed=0)
    >>> fig = nn.plot.hidden_layer(nn.MLP([2, 3, 2]), X, y)
    >>> [axes.get_title() for axes in fig.axes]
    ['inputs', 'hidden layer of 3 units']
    >>> len(nn.plot.hidden_layer(nn.MLP([2, 2, 1]), X, X[:, 0] * X[:, 1]).axes)  # the third is the colour bar
    3
    """
    X, y = checked(X, y, "hidden_layer")
    y = y[:, 0] if y.dtype.kind == "f" and y.shape[1:] == (1,) else y
    if not isinstance(model, Sequential) or not any([isinstance(m, Linear) for m in model]):
        raise TypeError(f"hidden_layer: a Sequential or MLP with a Linear, not {type(model).__name__}")
    if X.ndim != 2 or X.shape[1] not in (1, 2) or y.ndim != 1:
        raise ValueError(
            f"hidden_layer: inputs of shape (n, 1) or (n, 2) and targets of shape (n,), not {X.shape} and {y.shape}"
        )
    modules = list(model)
    last = max(i for i, m in enumerate(modules) if isinstance(m, Linear))
    cut = last if layer is None else range(len(modules))[layer] + 1
    if not 0 < cut < len(modules):
        raise ValueError("hidden_layer: there is no hidden layer there: layers are needed before it and after it")
    head, tail = Sequential(*modules[:cut]), Sequential(*modules[cut:])
    H = predict(head, X)
    if H.shape[1:] not in ((1,), (2,), (3,)):
        raise ValueError(f"hidden_layer: one to three units can be drawn, not outputs of shape {H.shape}")
    low, high = limits(X, margin)
    before, after = bent_grid(head, low, high)
    space = {"projection": "3d"} if H.shape[1] == 3 else {}
    panels = []
    if ax is None:
        fig = figure(9.6, 4.5)
        left, ax = fig.add_subplot(1, 2, 1), fig.add_subplot(1, 2, 2, **space)
        panels.append((left, before, X, model, "$x_{}$", "inputs"))
    fig, right = canvas(ax, 5, 4.5, **space)
    units = H.shape[1]
    panels.append((right, after, H, tail, "$a_{}$", f"hidden layer of {units} unit{'s' if units > 1 else ''}"))
    for axes, lines, Z, rest, name, title in panels:
        if y.dtype.kind == "f":
            dots = _numbers(axes, lines, Z, y, rest)
        else:
            _classes(axes, lines, Z, y, rest, classes, threshold)
        _grid(axes, lines, Z.shape[1], name, title)
    if y.dtype.kind == "f":
        label = "target (dots) and output (ground)" if 2 in [panel[2].shape[1] for panel in panels] else "target"
        fig.colorbar(dots, ax=[panel[0] for panel in panels], label=label)
    return fig


def _corners(lines: Any, X: Any) -> tuple[Any, Any]:
    """The corners of a panel that shows a grid and the data."""
    return limits(np.concatenate([X, lines.reshape(-1, X.shape[1])]), 0.04)


def _grid(axes: Any, lines: Any, n: int, name: str, title: str) -> None:
    """Where the grid's lines went, in n dimensions, and the labels."""
    labels = [name.format(i + 1) for i in range(n)]
    if n == 1:
        ticks = np.unique(np.round(lines[..., 0].ravel(), 12))[:: max(1, lines.size // 121)]
        at = np.full(len(ticks), 0.02)
        axes.plot(ticks, at, "|", color="0.35", markersize=7, markeredgewidth=0.6, transform=axes.get_xaxis_transform())
        labels.append(axes.get_ylabel())
    else:
        for i, line in enumerate(lines):
            colour = "0.35" if 2 * i < len(lines) else "0.6"
            axes.plot(*line.T, color=colour, linewidth=0.7, alpha=1.0 if n == 2 else 0.45, zorder=2)
    tidy(axes, labels[0], labels[1], title, grid=n == 3)
    if n == 3:
        axes.set_zlabel(labels[2])
        axes.view_init(elev=24, azim=-58)
        axes.set_box_aspect(None, zoom=0.88)  # room for the labels
        axes.locator_params(nbins=4)


def _numbers(axes: Any, lines: Any, X: Any, y: Any, model: Module) -> Any:
    """The data in the colours of their targets, and what a regression answers; the dots, for the colour bar."""
    low, high = _corners(lines, X)
    between = y.min(), y.max()
    n = X.shape[1]
    if n == 2:
        mesh = heights(axes, model, X, y, low, high, between=between)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        return mesh
    if n == 1:
        x = np.linspace(low[0], high[0], 801)
        axes.plot(x, one_output(model, x[:, None]), color="0.2", linewidth=1.4, zorder=2, label="output")
        X = np.stack([X[:, 0], y], axis=1)
        axes.set(xlim=(low[0], high[0]), ylabel="target and output")
        axes.legend(frameon=False, fontsize=9)
    options = {"depthshade": False} if n == 3 else {"zorder": 3}
    return axes.scatter(
        *X.T, c=y, cmap="viridis", vmin=between[0], vmax=between[1], s=24, edgecolors="white", linewidths=0.7, **options
    )


def _classes(
    axes: Any, lines: Any, X: Any, y: Any, model: Module, classes: Sequence[Any] | None, threshold: float | None
) -> None:
    """The data in the colours of their classes, and the regions of those that `model` answers."""
    low, high = _corners(lines, X)
    n = X.shape[1]
    if n == 1:
        _strip(axes, X, y, model, low[0], high[0], classes, threshold)
        return
    if n == 2:
        shade(axes, model, low, high, threshold=threshold)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    elif plane := separating_plane(model, low, high, threshold):
        axes.plot_surface(*plane, color=COLOURS[2], alpha=0.25, linewidth=0, rstride=3, cstride=3)
    points(axes, X, y, classes, **({"depthshade": False} if n == 3 else {}))


def _strip(
    axes: Any,
    X: Any,
    y: Any,
    model: Module,
    low: float,
    high: float,
    classes: Sequence[Any] | None,
    threshold: float | None,
) -> None:
    """One number for each row: on a line, the classes a little apart."""
    x = np.linspace(low, high, 801)
    best = scores(model, x[:, None], threshold).argmax(axis=1)
    edges = np.flatnonzero(np.diff(best)) + 1
    for part in np.split(np.arange(len(x)), edges):
        left, right = x[part[0]], x[min(part[-1] + 1, len(x) - 1)]
        axes.axvspan(left, right, color=COLOURS[best[part[0]] % len(COLOURS)], alpha=0.2, linewidth=0, zorder=0)
    found = np.unique(y)
    spread = np.random.default_rng(0).uniform(-0.28, 0.28, len(y))
    points(axes, np.stack([X[:, 0], np.searchsorted(found, y) + spread], axis=1), y, classes)
    axes.set(xlim=(low, high), ylim=(-0.75, len(found) - 0.1), yticks=[], ylabel="a band for each class")


def separating_plane(model: Module, low: Any, high: Any, threshold: float | None = None) -> tuple[Any, Any, Any] | None:
    """Where `model` is one Linear of three inputs that tells two classes apart: the plane w·a + b = 0 in the box.

    Returns x, y and z on a grid, NaN outside of the box; or None if there is no such plane, or none in the box.
    """
    modules = list(model.modules())[1:] or [model]
    if len(modules) != 1 or not isinstance(modules[0], Linear) or modules[0].out_features > 2:
        return None
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    at = scores(model, corners, threshold) @ np.array([-1.0, 1.0])
    w, b = at[1:] - at[0], at[0]
    k = int(np.argmax(abs(w) * (high - low)))
    if not w[k]:
        return None
    i, j = [d for d in range(3) if d != k]
    grid = dict(zip((i, j), np.meshgrid(*[np.linspace(low[d], high[d], 60) for d in (i, j)]), strict=True))
    grid[k] = -(b + w[i] * grid[i] + w[j] * grid[j]) / w[k]
    outside = (grid[k] < low[k]) | (grid[k] > high[k])
    grid[k] = np.where(outside, np.nan, grid[k])
    return None if outside.all() else (grid[0], grid[1], grid[2])
