"""Where a classifier changes its mind, and the height of a regression, over the plane of two inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.activations.functions import Sigmoid
from nn.charts import COLOURS, MARKERS, canvas, literal, tidy
from nn.data.batching import checked
from nn.layers.sequential import Sequential
from nn.module import Module
from nn.training.fit import predict

__all__ = ["decision_boundary", "heights", "limits", "one_output", "points", "scores", "shade"]


def decision_boundary(
    model: Module,
    X: Any,
    y: Any,
    *,
    threshold: float | None = None,
    classes: Sequence[Any] | None = None,
    resolution: int = 240,
    margin: float = 0.12,
    names: tuple[str, str] = ("$x_1$", "$x_2$"),
    ax: Any = None,
) -> Any:
    """What `model` answers over the plane of its two inputs, under the data.

    Integer targets are classes: each pixel has the colour of the class with the largest output, the paler the less
    sure, and lines run where the class changes. Float targets are a regression: the colour is the output.

    Parameters
    ----------
    model : Module
        With two inputs.
    X : array, shape (n, 2)
    y : array, shape (n,)
    threshold : float, optional
        For a classifier with one output: class 1 is where it is above this. By default 0.5 behind a Sigmoid, else 0.
    classes : sequence, optional
        How to call the classes.
    resolution : int
        Pixels along each axis.
    margin : float
        How far the picture reaches beyond the data, as a share of their width.
    names : pair of str
        What to write at the axes.
    ax : matplotlib Axes, optional
        To draw on.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import numpy as np
    >>> import nn
    >>> X = np.random.default_rng(0).normal(size=(50, 2))
    >>> fig = nn.plot.decision_boundary(nn.MLP([2, 4, 2]), X, (X[:, 0] > 0).astype(int), resolution=20)
    >>> fig.axes[0].get_xlabel()
    '$x_1$'
    """
    X, y = checked(X, y, "decision_boundary")
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if X.ndim != 2 or X.shape[1] != 2 or y.ndim != 1:
        raise ValueError(
            f"decision_boundary: inputs of shape (n, 2) and targets of shape (n,), not {X.shape} and {y.shape}"
        )
    fig, axes = canvas(ax, 5.4, 4.6)
    low, high = limits(X, margin)
    if y.dtype.kind == "f":
        mesh = heights(axes, model, X, y, low, high, resolution)
        fig.colorbar(mesh, ax=axes, label="output (targets: the dots)")
    else:
        shade(axes, model, low, high, resolution, threshold)
        points(axes, X, y, classes)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    tidy(axes, *names, grid=False)
    return fig


def limits(X: Any, margin: float) -> tuple[Any, Any]:
    """The lowest and the highest corner of a picture of the rows of X."""
    low, high = X.min(axis=0), X.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    return low - margin * width, high + margin * width


def scores(model: Module, X: Any, threshold: float | None = None) -> Any:
    """One column per class, the largest being the answer; one output z becomes the columns −z and z, from threshold.

    >>> import nn
    >>> scores(nn.Sequential(nn.Linear(1, 1, init="ones")), np.array([[-2.0], [3.0]])).argmax(axis=1)
    array([0, 1])
    """
    out = predict(model, X)
    if out.ndim != 2:
        raise ValueError(f"nn.plot: a classifier's outputs have shape (n, classes), not {out.shape}")
    if out.shape[1] > 1:
        return out
    last = list(model)[-1] if isinstance(model, Sequential) and len(model) else model
    if threshold is None:
        threshold = 0.5 if isinstance(last, Sigmoid) else 0.0
    steepness = 4.0 if isinstance(last, Sigmoid) else 0.5  # so that shading by softmax is as sure as the output is
    return steepness * (out - threshold) * np.array([[-1.0, 1.0]])


def shade(axes: Any, model: Module, low: Any, high: Any, resolution: int = 240, threshold: float | None = None) -> None:
    """The regions of the classes between two corners, and the lines between them."""
    x, y = (np.linspace(low[i], high[i], resolution) for i in (0, 1))
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    z = scores(model, grid.reshape(-1, 2), threshold)
    k = z.shape[1]
    best = z.argmax(axis=1)
    sure = (k * ag.softmax(z, axis=1).max(axis=1) - 1) / (k - 1)
    colours = np.array([_rgb(COLOURS[c % len(COLOURS)]) for c in range(k)])
    strength = (0.08 + 0.34 * sure)[:, None]
    picture = (1 - strength) + strength * colours[best]
    dx, dy = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    axes.imshow(
        picture.reshape(resolution, resolution, 3),
        extent=(x[0] - dx, x[-1] + dx, y[0] - dy, y[-1] + dy),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        zorder=0,
    )
    for c in range(k if k > 2 else 1):
        gap = z[:, c] - np.delete(z, c, axis=1).max(axis=1)
        if gap.min() < 0 < gap.max():
            axes.contour(x, y, gap.reshape(resolution, resolution), [0.0], colors="0.2", linewidths=1.1, zorder=1)


def points(axes: Any, X: Any, y: Any, classes: Sequence[Any] | None = None, **options: Any) -> None:
    """The data in one, two or three coordinates, each class in its colour and with its marker."""
    for c in np.unique(y):
        axes.scatter(
            *X[y == c].T,
            s=22,
            color=COLOURS[int(c) % len(COLOURS)],
            marker=MARKERS[int(c) % len(MARKERS)],
            edgecolors="white",
            linewidths=0.5,
            label=f"class {c}" if classes is None else literal(classes[int(c)]),
            **{"zorder": 3, **options},
        )
    place = "best" if len(X) < 2000 else "upper right"  # the best place is searched for among the points
    axes.legend(frameon=True, framealpha=0.85, edgecolor="none", loc=place, fontsize=9)


def heights(
    axes: Any, model: Module, X: Any, y: Any, low: Any, high: Any, resolution: int = 240, between: Any = None
) -> Any:
    """The output of a regression between two corners, and on it the data in the colours of their targets.

    `between` are the numbers at the ends of the colours: by default the lowest and highest that there is.
    """
    x1, x2 = (np.linspace(low[i], high[i], resolution) for i in (0, 1))
    z = one_output(model, np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)).reshape(resolution, resolution)
    least, most = (min(z.min(), y.min()), max(z.max(), y.max())) if between is None else between
    colours = {"cmap": "viridis", "vmin": least, "vmax": most}
    mesh = axes.pcolormesh(x1, x2, z, shading="nearest", rasterized=True, zorder=0, **colours)
    axes.scatter(*X.T, c=y, s=24, edgecolors="white", linewidths=0.7, zorder=3, **colours)
    return mesh


def one_output(model: Module, X: Any) -> Any:
    """What a regression answers, of shape (n,)."""
    out = predict(model, X)
    if out.shape[1:] != (1,):
        raise ValueError(f"nn.plot: a regression has one output, not outputs of shape {out.shape}")
    return out[:, 0]


def _rgb(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
