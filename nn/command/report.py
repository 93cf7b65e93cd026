"""From a table to a trained network and its report: what the command line and the demo do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import autograd_lite as ag
from nn import io, plot
from nn.charts import literal
from nn.data.tables import Table
from nn.models.mlp import MLP
from nn.training.fit import History, fit, predict

__all__ = ["Report", "train"]

TEST = 0.2
VALIDATION = 0.1
PATIENCE = 10


@dataclass
class Report:
    """A trained network: the model, its history, what it scores on test rows, and the files that were written.

    `inputs` and `targets` are the rows it learnt from, as it saw them.
    """

    model: MLP
    history: History
    scores: dict[str, float]
    files: list[Path]
    inputs: Any
    targets: Any


def train(
    table: Table,
    *,
    hidden: Sequence[int] = (128,),
    activation: str = "relu",
    optimizer: str = "adam",
    epochs: int = 50,
    lr: float | None = None,
    batch_size: int = 32,
    seed: int = 0,
    out: Path = Path("report"),
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> Report:
    """Train an `MLP` on a table, say how it does on rows it never saw, and write pictures and weights.

    A fifth of the rows is held out for the test before anything else is looked at. A tenth of the rest decides when
    to stop. Inputs, and the target of a regression, are standardised by the rows learnt from; pixels are brought to
    0 … 1. The numbers for that are kept with the weights (`nn.io.metadata`).

    Parameters
    ----------
    table : Table
    hidden : sequence of int
        The units of each hidden layer.
    activation, optimizer, epochs, lr, batch_size, seed
        As for `nn.MLP` and `nn.fit`.
    out : Path
        The directory to write to.
    progress : bool
        Show a bar.
    say : callable
        What is told how it went, line by line.

    Returns
    -------
    Report
    """
    out.mkdir(parents=True, exist_ok=True)
    learn, test = table.parts(TEST, seed)
    mean, scale = _moments(table.X[learn]) if table.images is None else _brightness(table.X[learn])
    X = (table.X - mean) / scale
    y, y_mean, y_scale = table.y, 0.0, 1.0
    if table.classes is None:
        y_mean, y_scale = (float(v) for v in _moments(y[learn]))
        y = (y - y_mean) / y_scale

    model = MLP([X.shape[1], *hidden, len(table.classes or [0])], activation, seed=seed)
    say(f"{table.name}: {len(learn)} rows to learn from, {len(test)} to test on, {X.shape[1]} inputs")
    history = fit(
        model,
        X[learn],
        y[learn],
        optimizer=optimizer,
        lr=lr,
        epochs=epochs,
        batch_size=batch_size,
        validation=VALIDATION,
        metrics=["accuracy"] if table.classes else ["r2"],
        early_stopping=PATIENCE,
        seed=seed,
        progress=progress,
    )
    if history.best is None:
        say("interrupted before the first epoch was over: the weights are hardly trained")
    else:
        say(f"{len(history['loss'])} epochs ({history.stopped}); epoch {history.best + 1} validated best and is kept")

    output = predict(model, X[test])
    report = Report(model, history, {}, [], X[learn], y[learn])
    figures = {"curves": history.plot(literal(f"training on {table.name}"))} if history.epochs else {}
    if table.classes:
        figures |= _classified(table, test, output, report.scores, say)
    else:
        figures |= _regressed(table, test, output[:, 0] * y_scale + y_mean, report.scores, say)
    for name, figure in figures.items():
        report.files.append(out / f"{name}.png")
        figure.savefig(report.files[-1], dpi=140)
    report.files.append(out / "weights.safetensors")
    kept: dict[str, Any] = {"target": table.target, "classes": table.classes, "columns": table.columns}
    kept |= {"mean": mean.tolist(), "scale": scale.tolist(), "target_mean": y_mean, "target_scale": y_scale}
    io.save(model, report.files[-1], metadata=kept)
    return report


def _moments(x: Any) -> tuple[Any, Any]:
    """The mean and the standard deviation of each column, 1 for one that is constant."""
    scale = x.std(axis=0)
    return x.mean(axis=0), np.where(scale > 0, scale, 1.0)


def _brightness(pixels: Any) -> tuple[Any, Any]:
    """What brings pixels to 0 … 1: one scale for all, so that rarely used ones are not blown up."""
    return np.zeros(pixels.shape[1]), np.full(pixels.shape[1], float(pixels.max()))


def _classified(
    table: Table, test: Any, logits: Any, scores: dict[str, float], say: Callable[[str], None]
) -> dict[str, Any]:
    right = int((logits.argmax(axis=1) == table.y[test]).sum())
    scores["accuracy"] = right / len(test)
    say(f"test accuracy {scores['accuracy']:.2%} ({right} of {len(test)} rows)")
    if table.images is None:
        return {}
    probabilities = ag.softmax(logits, axis=1)
    return {
        "misclassified": plot.misclassified(table.images[test], table.y[test], probabilities, classes=table.classes)
    }


def _regressed(
    table: Table, test: Any, predicted: Any, scores: dict[str, float], say: Callable[[str], None]
) -> dict[str, Any]:
    true = table.y[test]
    error = predicted - true
    scores["rmse"] = float(np.sqrt(np.mean(error**2)))
    scores["r2"] = float(1 - np.sum(error**2) / np.sum((true - true.mean()) ** 2))
    say(f"test R² {scores['r2']:.4f}, root mean squared error {scores['rmse']:.4g} in units of {table.target}")
    return {"predicted": plot.predicted_against_true(true, predicted, name=table.target)}
