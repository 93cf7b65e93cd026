"""How gradients fare on their way down a deep network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn.charts import COLOURS, MARKERS, canvas, literal, tidy
from nn.study.explanation import Explanation

__all__ = ["gradient_flow", "relative_norms"]


def relative_norms(explanation: Explanation) -> Any:
    """‖G_k‖/‖G_ℓ‖ for k = 0 … ℓ, from the first layer to the last, as an array.

    >>> import nn
    >>> X = np.linspace(-1.0, 1.0, 8).reshape(4, 2)
    >>> relative_norms(nn.explain(nn.MLP([2, 3, 3, 1]), X, X[:, 0])).shape
    (3,)
    """
    norms = np.array([q.norm for q in explanation.backward if q.name.startswith("G_")][::-1])
    if not norms[-1]:
        raise ValueError("gradient_flow: the loss does not change with the outputs: every adjoint is 0")
    return norms / norms[-1]


def gradient_flow(explanations: Mapping[str, Explanation | Sequence[Explanation]], *, ax: Any = None) -> Any:
    """The size of the adjoints G_k of each layer, relative to that at the output, on a logarithmic scale.

    A level line is a network whose first layers learn as fast as its last; one that falls to the left has vanishing
    gradients, one that rises exploding ones.

    Parameters
    ----------
    explanations : mapping of label to Explanation, or to several
        What `nn.explain` returned. Of several (of other seeds) the geometric mean is drawn, and a band over all.
    ax : matplotlib Axes, optional
        To draw on.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import nn
    >>> X = np.linspace(-1.0, 1.0, 8).reshape(4, 2)
    >>> found = {f: nn.explain(nn.MLP([2, 3, 3, 1], f), X, X[:, 0]) for f in ("tanh", "sigmoid")}
    >>> [line.get_label() for line in nn.plot.gradient_flow(found).axes[0].lines]
    ['tanh', 'sigmoid']
    """
    if not explanations:
        raise ValueError("gradient_flow: there is nothing to draw")
    fig, axes = canvas(ax, 6.4, 4.0)
    for i, (label, given) in enumerate(explanations.items()):
        several = [given] if isinstance(given, Explanation) else list(given)
        logs = np.log([relative_norms(explanation) for explanation in several])
        layers = np.arange(logs.shape[1])
        colour = COLOURS[i % len(COLOURS)]
        axes.semilogy(
            layers,
            np.exp(logs.mean(axis=0)),
            color=colour,
            marker=MARKERS[i % len(MARKERS)],
            markersize=4,
            label=literal(label),
        )
        if len(several) > 1:
            axes.fill_between(
                layers, np.exp(logs.min(axis=0)), np.exp(logs.max(axis=0)), color=colour, alpha=0.2, linewidth=0
            )
    axes.legend(frameon=False, fontsize=9)
    axes.xaxis.get_major_locator().set_params(integer=True)
    tidy(axes, "layer k, from the input", "$\\|G_k\\| \\,/\\, \\|G_\\ell\\|$", "gradients on their way to the input")
    return fig
