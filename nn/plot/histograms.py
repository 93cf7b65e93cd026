"""Histograms of the weights of a network, and of their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.charts import COLOURS, figure, literal, tidy
from nn.module import Module

__all__ = ["histograms"]


def histograms(model: Module, *, bins: int = 40, ax: Any = None) -> Any:
    """How the entries of each parameter are distributed, and beside them those of its gradient where there is one.

    Parameters
    ----------
    model : Module
        After ``loss.backward()`` its gradients are shown too.
    bins : int
    ax : matplotlib Axes, optional
        One of ``subplots``: the panels take its place in its figure.

    Returns
    -------
    matplotlib.figure.Figure
        One row for each parameter, its name at the left.

    Examples
    --------
    >>> import nn
    >>> len(nn.plot.histograms(nn.MLP([2, 8, 1])).axes)
    4
    """
    parameters = dict(model.named_parameters())
    if not parameters:
        raise ValueError("histograms: the model has no parameters")
    graded = any([p.grad is not None for p in parameters.values()])
    shape = len(parameters), 2 if graded else 1
    if ax is None:
        fig = figure(8.4 if graded else 4.8, 1.25 * len(parameters) + 0.7)
        panels = fig.subplots(*shape, squeeze=False)
    else:
        if (place := ax.get_subplotspec()) is None:
            raise ValueError("histograms: ax is one of a figure's subplots, whose place several panels can take")
        fig = ax.figure
        ax.remove()
        panels = place.subgridspec(*shape).subplots(squeeze=False)
    for row, (name, p) in zip(panels, parameters.items(), strict=True):
        grad = None if p.grad is None else getattr(p.grad, "value", p.grad)
        _histogram(row[0], p.value, bins, COLOURS[0])
        row[0].set_ylabel(literal(name), rotation=0, ha="right", va="center")
        if graded and grad is not None:
            _histogram(row[1], grad, bins, COLOURS[1])
        elif graded:
            row[1].axis("off")
    panels[0][0].set_title("values")
    panels[-1][0].set_xlabel("value")
    if graded:
        panels[0][1].set_title("gradients")
        panels[-1][1].set_xlabel("gradient")
    return fig


def _histogram(axes: Any, values: Any, bins: int, colour: str) -> None:
    finite = values[np.isfinite(values)].astype(float)
    reach = float(abs(finite).max(initial=0.0)) or 1.0
    axes.hist(finite.ravel(), bins=min(bins, max(5, finite.size)), range=(-reach, reach), color=colour, alpha=0.85)
    tidy(axes)
    axes.axvline(0, color="0.4", linewidth=0.8)
    lost = values.size - finite.size
    said = [f"mean {finite.mean():.2g}", f"std {finite.std():.2g}"] if finite.size else []
    said += [f"{lost} NaN or infinite"] if lost else []
    axes.text(0.99, 0.95, "\n".join(said), transform=axes.transAxes, ha="right", va="top", fontsize=8, color="0.3")
    axes.set_ylim(top=1.6 * axes.get_ylim()[1])  # room for the words
    axes.locator_params(axis="x", nbins=5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
