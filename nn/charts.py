"""Pictures of training and of what was learnt, as matplotlib figures.

Figures are made without pyplot: nothing is shown or kept by itself. A notebook shows the one that is returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn.support import optional

__all__ = ["curves", "misclassified", "predicted_against_true"]

TRAINING, HELD_OUT = "#1f5fa8", "#d1691e"


def figure(width: float, height: float) -> Any:
    """An empty figure, `width` by `height` inches."""
    module = optional("matplotlib.figure", "plot", "nn.plot")
    return module.Figure(figsize=(width, height), layout="constrained")


def curves(history: Mapping[str, Sequence[float]], *, best: int | None = None, title: str = "") -> Any:
    """What was recorded in each epoch: a panel for the loss and one for each metric, training and validation together.

    Parameters
    ----------
    history : mapping of name to one number per epoch
        A validation curve has the name of the training curve after ``val_``.
    best : int, optional
        An epoch to mark, counted from 0.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    names = [name for name in dict.fromkeys(key.removeprefix("val_") for key in history) if name != "lr"]
    fig = figure(0.8 + 4.6 * max(len(names), 1), 3.6)
    for axes, name in zip(np.ravel(fig.subplots(1, max(len(names), 1))), names, strict=False):
        for key, label, colour in ((name, "training", TRAINING), (f"val_{name}", "validation", HELD_OUT)):
            if key in history:
                epochs = np.arange(1, len(history[key]) + 1)
                axes.plot(epochs, history[key], color=colour, label=label, marker="." if len(epochs) < 2 else None)
        if name == "loss" and min(min(history[key]) for key in ("loss", "val_loss") if key in history) > 0:
            axes.set_yscale("log")
        if best is not None:
            axes.axvline(best + 1, color="0.6", linewidth=1, linestyle=":", label=f"kept: epoch {best + 1}")
        axes.set_xlabel("epoch")
        axes.set_title(name)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in fig.axes[:1]:
        axes.legend(frameon=False)
    if title:
        fig.suptitle(title)
    return fig


def misclassified(images: Any, true: Any, scores: Any, *, classes: Sequence[Any] | None = None, limit: int = 24) -> Any:
    """The images that a classifier got wrong, the surest mistakes first.

    Parameters
    ----------
    images : array, shape (n, height, width)
    true : array of integers, shape (n,)
    scores : array, shape (n, classes)
        Probabilities.
    classes : sequence, optional
        How to call the classes.
    limit : int
        The most images to show.

    Returns
    -------
    matplotlib.figure.Figure
    """
    guess = np.argmax(scores, axis=1)
    sure = scores[np.arange(len(true)), guess]
    wrong = np.flatnonzero(guess != true)
    shown = wrong[np.argsort(-sure[wrong], kind="stable")][:limit]
    columns = min(max(len(shown), 1), 6)
    rows = -(-max(len(shown), 1) // columns)
    fig = figure(max(1.5 * columns, 5.0), 1.95 * rows + 0.8)
    more = f", the surest {len(shown)} shown" if len(shown) < len(wrong) else ""
    fig.suptitle(f"{len(wrong)} of {len(true)} test images misclassified ({len(wrong) / len(true):.1%}){more}")
    names = range(scores.shape[1]) if classes is None else classes
    for axes in np.ravel(fig.subplots(rows, columns))[len(shown) :]:
        axes.axis("off")
    for axes, i in zip(fig.axes, shown, strict=False):
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("0.8")
        axes.imshow(images[i], cmap="gray_r", interpolation="nearest")
        axes.set_title(f"{names[true[i]]} read as {names[guess[i]]}\n{sure[i]:.0%} sure", fontsize=9)
    return fig


def predicted_against_true(true: Any, predicted: Any, *, name: str = "target") -> Any:
    """Predictions of a regression against the true values, with the line where they agree.

    Parameters
    ----------
    true, predicted : array, shape (n,)
    name : str
        What was predicted.

    Returns
    -------
    matplotlib.figure.Figure
    """
    fig = figure(4.8, 4.6)
    axes = fig.subplots()
    low, high = min(true.min(), predicted.min()), max(true.max(), predicted.max())
    axes.plot([low, high], [low, high], color="0.6", linewidth=1, label="predicted = true")
    axes.scatter(true, predicted, s=14, alpha=0.6, color=TRAINING, edgecolors="none", label="test rows")
    axes.set_xlabel(f"true {name}")
    axes.set_ylabel(f"predicted {name}")
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return fig
