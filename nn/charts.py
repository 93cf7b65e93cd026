"""What all pictures share, and the pictures of training, as matplotlib figures.

Figures are made without pyplot: nothing is shown or kept by itself. A notebook shows the one that is returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import numpy as np

from nn.support import optional

__all__ = ["canvas", "curves", "figure", "literal", "misclassified", "predicted_against_true", "tidy"]

TRAINING, HELD_OUT = "#1f5fa8", "#d1691e"

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9", "#8C6D1F"]
"""Told apart by the colour-blind: Okabe and Ito, Color universal design, 2008, its yellow darkened for white paper."""

MARKERS = "o^sDvP*X"


def figure(width: float, height: float) -> Any:
    """An empty figure, `width` by `height` inches, that a notebook shows with or without pyplot."""
    module = optional("matplotlib.figure", "plot", "nn.plot")
    fig = module.Figure(figsize=(width, height), layout="constrained")

    def png() -> bytes:
        drawn, kept = BytesIO(), BytesIO()
        fig.savefig(drawn, format="png", dpi=110)
        with optional("PIL.Image", "plot", "nn.plot").open(drawn) as image:  # Pillow comes with matplotlib
            image.convert("RGB").quantize(256).save(kept, format="png", optimize=True)  # looks alike in a third as much
        return kept.getvalue()

    fig._repr_png_ = png
    return fig


def canvas(ax: Any, width: float, height: float, **options: Any) -> tuple[Any, Any]:
    """The figure and the axes to draw on: those given, or new ones (`options` go to ``add_subplot``)."""
    if ax is None:
        fig = figure(width, height)
        return fig, fig.add_subplot(**options)
    if options.get("projection") == "3d" and ax.name != "3d":
        raise ValueError("nn.plot: this picture needs axes in space, as fig.add_subplot(projection='3d') makes them")
    return ax.figure, ax


def literal(name: Any) -> str:
    """A name that came with the data, as matplotlib shows it: to it dollars hold formulas, and what begins with an
    underscore has no place in a legend. Titles and labels of axes that a caller writes may hold formulas.
    """
    text = str(name).replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


def tidy(axes: Any, xlabel: str = "", ylabel: str = "", title: str = "", *, grid: bool = True) -> None:
    """Labels, a faint grid unless the ground is coloured, no frame above and to the right."""
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.set_title(title)
    if grid:
        axes.grid(visible=True, alpha=0.25)
    else:
        axes.grid(visible=False)  # also where matplotlib was told to draw grids
    if axes.name != "3d":
        axes.spines[["top", "right"]].set_visible(False)


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
        if name == "loss" and min([v for key in ("loss", "val_loss") for v in history.get(key, ())], default=0) > 0:
            axes.set_yscale("log")
        if best is not None:
            axes.axvline(best + 1, color="0.6", linewidth=1, linestyle=":", label=f"kept: epoch {best + 1}")
        tidy(axes, "epoch", title=literal(name))
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
        mistake = f"{names[true[i]]} read as {names[guess[i]]}"
        axes.set_title(f"{literal(mistake)}\n{sure[i]:.0%} sure", fontsize=9)
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
    tidy(axes, literal(f"true {name}"), literal(f"predicted {name}"))
    axes.set_aspect("equal", adjustable="datalim")
    axes.legend(frameon=False)
    return fig
