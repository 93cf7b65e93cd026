"""How good predictions are: where classes are mixed up, how sure to be of them, what a regression leaves over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn.charts import COLOURS, canvas, figure, literal, tidy
from nn.study.calibration import Reliability, reliability
from nn.support import optional

__all__ = ["attributions", "calibration", "confusion", "residuals"]


def calibration(
    probabilities: Mapping[str, Any] | Any, labels: Any, *, bins: int = 10, title: str = "", ax: Any = None
) -> Any:
    """A reliability diagram: how often predictions are right against how sure they are, and how many are how sure.

    The bars are 95% intervals (Wilson's), since a bin of few predictions says little.

    Parameters
    ----------
    probabilities : array, shape (n, classes), or mapping of name to such arrays
    labels : array of int, shape (n,)
    bins : int
    title : str
    ax : matplotlib Axes, optional
        To draw on; then without how many there are.

    Returns
    -------
    matplotlib.figure.Figure
    """
    given = probabilities if isinstance(probabilities, Mapping) else {"": probabilities}
    found = {name: reliability(p, labels, bins=bins) for name, p in given.items()}
    if ax is None:
        fig = figure(4.8, 5.4)
        axes, below = fig.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    else:
        fig, axes, below = ax.figure, ax, None
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, zorder=1)
    axes.annotate("as sure as right", (0.1, 0.1), (0, 5), textcoords="offset points", rotation=45, color="0.4",
                  rotation_mode="anchor", transform_rotates_text=True, fontsize=8)  # fmt: skip
    for i, (name, bin_) in enumerate(found.items()):
        full = bin_.counts > 0
        x, y = bin_.confidence[full], bin_.accuracy[full]
        low, high = _wilson(y, bin_.counts[full])
        style = {"color": COLOURS[i % len(COLOURS)], "linewidth": 1.6}
        label = literal(f"{name}{', ' if name else ''}error {bin_.error:.3f}")
        bars = [np.maximum(y - low, 0), np.maximum(high - y, 0)]
        axes.errorbar(x, y, bars, marker="os^D"[i % 4], markersize=5, elinewidth=1, label=label, **style)
        if below is not None:
            _counts(below, bin_, style)
    tidy(axes, "" if below is not None else "confidence", "share that is right", title)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.05))
    if below is None:
        axes.legend(frameon=False, loc="lower right", fontsize=9)
    else:
        fig.legend(loc="outside upper center", frameon=False, fontsize=9)  # the curves may be anywhere
        tidy(below, "confidence", "predictions")
        below.set_yscale("symlog", linthresh=1)
        below.set_ylim(bottom=0)
    return fig


def _counts(axes: Any, found: Reliability, style: Mapping[str, Any]) -> None:
    axes.stairs(found.counts, found.edges, **style)


def _wilson(share: Any, n: Any, z: float = 1.96) -> tuple[Any, Any]:
    """The 95% interval of a probability that showed as `share` in `n` trials (Wilson, 1927)."""
    middle, half = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


def confusion(
    true: Any, predicted: Any, *, classes: Sequence[Any] | None = None, title: str = "", ax: Any = None
) -> Any:
    """How many rows of each class were taken for which: the mistakes are coloured by their number.

    Parameters
    ----------
    true, predicted : array, shape (n,)
        Classes.
    classes : sequence, optional
        Which classes, in which order; by default all that occur, sorted.
    title : str
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib.figure.Figure
    """
    metrics = optional("sklearn.metrics", "data", "nn.plot.confusion")
    names = np.unique(np.concatenate([true, predicted])) if classes is None else np.asarray(classes)
    counts = metrics.confusion_matrix(true, predicted, labels=names)
    fig, axes = canvas(ax, 1.6 + 0.42 * len(names), 1.2 + 0.42 * len(names))
    wrong = np.where(np.eye(len(names), dtype=bool), 0, counts)
    axes.imshow(wrong, cmap="Oranges", vmin=0, vmax=max(1.4 * wrong.max(), 1))  # dark, but not so that text drowns
    for (i, j), count in np.ndenumerate(counts):
        if count:
            colour = "#2f4b66" if i == j else "black"
            axes.text(
                j, i, count, ha="center", va="center", fontsize=9, color=colour, weight="bold" if i == j else None
            )
    shown = [literal(name) for name in names]
    axes.set_xticks(range(len(names)), shown)
    axes.set_yticks(range(len(names)), shown)
    tidy(axes, "predicted", "true", title, grid=False)
    return fig


def residuals(true: Any, predicted: Any, *, name: str = "target", ax: Any = None) -> Any:
    """What a regression leaves over, true minus predicted: against the prediction, and how it is spread.

    The line is the mean in ten bins of equally many rows, its bars two standard errors: where it leaves 0, the model
    errs in a way that could be learnt. Beside it a normal density of the same mean and spread.

    Parameters
    ----------
    true, predicted : array, shape (n,)
    name : str
        What was predicted.
    ax : matplotlib Axes, optional
        To draw on; then without how they are spread.

    Returns
    -------
    matplotlib.figure.Figure
    """
    true, predicted = np.asarray(true, dtype=float), np.asarray(predicted, dtype=float)
    if true.ndim != 1 or predicted.shape != true.shape or len(true) < 2:
        raise ValueError(f"residuals: one number a row, at least two; not shapes {true.shape} and {predicted.shape}")
    left = true - predicted
    if ax is None:
        fig = figure(8.0, 3.8)
        axes, beside = fig.subplots(1, 2, sharey=True, width_ratios=[2.2, 1])
    else:
        fig, axes, beside = ax.figure, ax, None
    axes.axhline(0, color="0.6", linewidth=1)
    axes.scatter(predicted, left, s=14, alpha=0.5, color=COLOURS[0], edgecolors="none", label="rows")
    bins = [part for part in np.array_split(np.argsort(predicted, kind="stable"), 10) if len(part) > 1]
    if bins:
        x, y = np.array([[v[b].mean() for b in bins] for v in (predicted, left)])
        bars = [2 * left[b].std(ddof=1) / np.sqrt(len(b)) for b in bins]
        axes.errorbar(x, y, bars, color=COLOURS[1], marker="o", markersize=4, linewidth=1.4, label="mean, ± 2 errors")
    tidy(axes, literal(f"predicted {name}"), "true − predicted")
    axes.legend(frameon=False, fontsize=9)
    if beside is not None:
        beside.hist(left, bins=max(10, int(np.sqrt(len(left)))), density=True, orientation="horizontal",
                    color=COLOURS[0], alpha=0.5)  # fmt: skip
        grid, spread = np.linspace(left.min(), left.max(), 200), left.std() or 1.0
        density = np.exp(-(((grid - left.mean()) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))
        beside.plot(density, grid, color="0.2", linewidth=1.2, label="normal")
        tidy(beside, "density")
        beside.legend(frameon=False, fontsize=9)
    return fig


def attributions(images: Any, maps: Mapping[str, Any], titles: Sequence[str] = ()) -> Any:
    """Images with maps of their pixels below, such as `nn.attribution.saliency` gives: a column for each image.

    Blue raises the output, orange lowers it. Each map of each image has a scale of its own, the same for both signs.

    Parameters
    ----------
    images : array, shape (n, height, width)
    maps : mapping of name to array, shape (n, height, width)
    titles : sequence of str
        One for each image.

    Returns
    -------
    matplotlib.figure.Figure
    """
    images = np.asarray(images)
    if images.ndim != 3 or any(np.shape(m) != images.shape for m in maps.values()):
        raise ValueError(
            f"attributions: images and maps of one shape (n, height, width), not {images.shape} and "
            f"{[np.shape(m) for m in maps.values()]}"
        )
    colours = optional("matplotlib.colors", "plot", "nn.plot")
    signed = colours.LinearSegmentedColormap.from_list("signed", [COLOURS[1], "white", COLOURS[0]])
    fig = figure(1.0 + 1.35 * len(images), 0.5 + 1.4 * (1 + len(maps)))
    grid = fig.subplots(1 + len(maps), len(images), squeeze=False)
    for row, (name, pictures) in zip(grid, {"image": images, **maps}.items(), strict=True):
        row[0].set_ylabel(literal(name))
        for axes, picture in zip(row, pictures, strict=True):
            largest = abs(picture).max() or 1.0
            if name == "image":
                axes.imshow(picture, cmap="gray_r", interpolation="nearest")
            else:
                axes.imshow(picture, cmap=signed, vmin=-largest, vmax=largest, interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_color("0.8")
    for axes, title in zip(grid[0], titles, strict=False):
        axes.set_title(literal(title), fontsize=9)
    return fig
