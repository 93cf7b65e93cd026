"""Activation functions and their derivatives."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nn.activations.functions import Lambda, as_module
from nn.charts import COLOURS, figure, tidy
from nn.study.explain import slope
from nn.support import raw

__all__ = ["activations"]

SHOWN = ("sigmoid", "tanh", "arctan", "softsign", "relu", "leaky_relu", "elu", "gelu", "silu")


def activations(
    which: str | Callable[..., Any] | Sequence[str | Callable[..., Any]] = SHOWN,
    *,
    low: float = -4.0,
    high: float = 4.0,
    columns: int = 3,
    ax: Any = None,
) -> Any:
    """Functions of one number and their derivatives, which the engine takes; a panel for each.

    Parameters
    ----------
    which : str, function, Module, or a sequence of them
    low, high : float
        Where from and where to.
    columns : int
        Panels side by side.
    ax : matplotlib Axes, optional
        To draw on, if there is only one function.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import nn
    >>> [axes.get_title() for axes in nn.plot.activations(["tanh", nn.ReLU()]).axes]
    ['Tanh', 'ReLU']
    """
    chosen = [which] if isinstance(which, str) or callable(which) else list(which)
    if not chosen or (ax is not None and len(chosen) > 1):
        raise ValueError(f"activations: {len(chosen)} functions {'for one ax' if chosen else 'are nothing to draw'}")
    if ax is not None:
        fig, panels = ax.figure, [ax]
    else:
        columns = min(len(chosen), columns)
        rows, side = -(-len(chosen) // columns), 3.1 if columns < 4 else 2.3
        fig = figure(side * columns + 0.4, 0.84 * side * rows + 0.3)
        panels = list(np.ravel(fig.subplots(rows, columns)))
        for spare in panels[len(chosen) :]:
            spare.remove()
    for axes, function in zip(panels, chosen, strict=False):
        module = as_module(function)
        _draw(axes, module, low, high)
        title = module.extra_repr().strip("<>") if isinstance(module, Lambda) else repr(module)
        title = title.removesuffix("()")
        narrow = columns > 3 and len(chosen) > 3
        tidy(axes, "x", "", title.replace("(", "\n(", 1) if narrow else title)
        if narrow:
            axes.title.set_fontsize(9)
    panels[0].legend(frameon=False, fontsize=9, loc="upper left")
    return fig


def _draw(axes: Any, function: Callable[[Any], Any], low: float, high: float) -> None:
    x = np.linspace(low, high, 801)[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that nothing trains through a step: its picture shows why
        derivative = slope(function, x)
    if derivative is None:
        raise ValueError(f"activations: {function!r} is not a function of one number: its entries mix")
    value = function(x)
    value = raw(value)
    for heights, label, colour, style in (
        (value, "$f(x)$", COLOURS[0], "-"),
        (derivative, "$f\\,'(x)$", COLOURS[1], "--"),
    ):
        steps = abs(np.diff(heights[:, 0], append=heights[-1, 0]))
        beside = np.maximum(np.append(steps[1:], 0), np.insert(steps[:-1], 0, 0))
        jump = steps > 5 * beside + 0.01 * np.ptp(heights)
        axes.plot(x[:, 0], np.where(jump, np.nan, heights[:, 0]), style, color=colour, linewidth=1.8, label=label)
    axes.axhline(0, color="0.75", linewidth=0.8, zorder=0)
    axes.axvline(0, color="0.75", linewidth=0.8, zorder=0)
    axes.set_xlim(low, high)
