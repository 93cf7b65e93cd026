"""The loss as a landscape, with the ways that optimisers went: the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nn.charts import COLOURS, MARKERS, canvas, literal, tidy
from nn.plot.surface import Function, Surface
from nn.support import optional

__all__ = ["landscape", "loss_surface", "marks", "raised"]


def loss_surface(
    surface: Surface | Function,
    paths: Mapping[str, Any] | Any = None,
    *,
    space: bool = False,
    title: str = "",
    ax: Any = None,
    **options: Any,
) -> Any:
    """A loss over a plane of parameters, with the ways of optimisers: as contour lines, or in space.

    Parameters
    ----------
    surface : Surface, or a function to make one of
    paths, **options
        For the `Surface`, if it is made here.
    space : bool
        Draw it in three dimensions.
    title : str
    ax : matplotlib Axes, optional
        To draw on; in space one with ``projection="3d"``.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import nn
    >>> def bowl(p):
    ...     return p[0] ** 2 + 3 * p[1] ** 2
    >>> path = nn.plot.trajectory(bowl, [1.0, 0.5], lambda p: nn.SGD(p, lr=0.1), steps=20)
    >>> fig = nn.plot.loss_surface(bowl, {"gradient descent": path}, resolution=20)
    >>> [text.get_text() for text in fig.axes[0].get_legend().get_texts()]
    ['gradient descent']
    """
    if not isinstance(surface, Surface):
        surface = Surface(surface, paths, **options)
    elif paths is not None or options:
        raise TypeError("loss_surface: paths and options go to the Surface where it is made")
    fig, axes = canvas(ax, 6.0, 4.8, **({"projection": "3d"} if space else {}))
    landscape(fig, axes, surface, space)
    for i, (name, path) in enumerate(surface.paths.items()):
        for style, part in zip(marks(i), (slice(None), slice(0, 1), slice(-1, None)), strict=True):
            line = raised(surface, name)[:, part] if space else path[part].T
            axes.plot(*line, label=literal(name) if "linewidth" in style else None, **style)
    if surface.paths:
        axes.legend(frameon=True, framealpha=0.9, edgecolor="none", fontsize=9, loc="upper left")
    axes.set_title(title)
    return fig


def marks(i: int) -> list[dict[str, Any]]:
    """How the i-th path is drawn: its line, its start and where it is."""
    colour, marker = COLOURS[1:][i % 7], MARKERS[i % len(MARKERS)]
    return [
        {"color": colour, "linewidth": 1.8, "zorder": 6},
        {"color": colour, "marker": "o", "markersize": 5, "markerfacecolor": "white", "linestyle": "", "zorder": 7},
        {"color": colour, "marker": marker, "markersize": 8, "markeredgecolor": "white", "linestyle": "", "zorder": 8},
    ]


def _scaled(surface: Surface, space: bool) -> tuple[Any, Any, bool]:
    """Heights to draw, levels, and whether they are logarithms: for a loss above 0 that spans a factor of ten.

    Logarithms end at a millionth of the highest, in space at a ten-thousandth: deeper pits would be all there is.
    """
    values = np.where(np.isfinite(surface.values), surface.values, np.nan)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    log = low >= 0 and high > 10 * low
    if log:
        floor = max(low, (1e-4 if space else 1e-6) * high)
        values, low, high = np.log10(np.maximum(values, floor)), float(np.log10(floor)), float(np.log10(high))
    return values, np.linspace(low, high if high > low else low + 1, 25), log


def landscape(fig: Any, axes: Any, surface: Surface, space: bool) -> None:
    """The surface without its paths."""
    colours = optional("matplotlib.colors", "plot", "nn.plot")
    paper = colours.LinearSegmentedColormap.from_list("slate", ["#2f4b66", "#7f9db9", "#c9d6e2", "#f4f6f8"])
    values, levels, log = _scaled(surface, space)
    if space:
        x, y = np.meshgrid(surface.x, surface.y)
        axes.plot_surface(x, y, values, cmap=paper, alpha=0.75, linewidth=0, rcount=80, ccount=80)
        axes.set_zlabel("log₁₀ loss" if log else "loss", labelpad=14)
        axes.view_init(elev=38, azim=-60)
        axes.set_box_aspect(None, zoom=0.88)  # room for the labels
        axes.computed_zorder = False  # paths lie on the surface and are drawn after it
    else:
        filled = axes.contourf(surface.x, surface.y, values, levels=levels, cmap=paper)
        axes.contour(surface.x, surface.y, values, levels=levels[::2], colors="white", linewidths=0.5, alpha=0.7)
        _colour_bar(fig, axes, filled, levels, log)
        axes.set(xlim=(surface.x[0], surface.x[-1]), ylim=(surface.y[0], surface.y[-1]))
    tidy(axes, *surface.labels, grid=space)
    if surface.paths and surface.captured < 0.9995:
        note = f"this plane holds {surface.captured:.1%} of the paths' squared lengths"
        write = axes.text2D if space else axes.text
        write(0.98, 0.02, note, transform=axes.transAxes, ha="right", fontsize=8, color="0.2" if space else "white")


def _colour_bar(fig: Any, axes: Any, filled: Any, levels: Any, log: bool) -> None:
    bar = fig.colorbar(filled, ax=axes, label="loss")
    decades = np.arange(np.ceil(levels[0]), np.floor(levels[-1]) + 1)
    if log and len(decades) > 1:
        bar.set_ticks(decades, labels=[f"$10^{{{int(k)}}}$" for k in decades])
    else:
        ticks = np.linspace(levels[0], levels[-1], 6)
        bar.set_ticks(ticks, labels=[f"{10**t if log else t:.3g}" for t in ticks])


def raised(surface: Surface, name: str) -> Any:
    """A path on the surface, as x, y and height on the scale that is drawn; NaN where it leaves the picture."""
    _, levels, log = _scaled(surface, True)
    heights = surface.heights[name]
    if log:
        heights = np.log10(np.maximum(heights, 10 ** levels[0]))
    x, y = surface.paths[name].T
    inside = (surface.x[0] <= x) & (x <= surface.x[-1]) & (surface.y[0] <= y) & (y <= surface.y[-1])
    return np.where(inside, np.stack([x, y, heights]), np.nan)
