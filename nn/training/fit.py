"""The training loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.data.batching import counted, split
from nn.init import Seed, generator
from nn.module import Module
from nn.optim.base import Optimizer
from nn.optim.schedules.schedule import Schedule
from nn.support import evaluating, optional, unmasked
from nn.training.arguments import (
    Metric,
    chosen_loss,
    chosen_metric,
    chosen_optimizer,
    dtype_of,
    ignored,
    inputs_of,
    is_true,
    measured,
    prepared,
    prepared_weights,
    scaled_weights,
    shares,
    takes_weights,
)
from nn.training.checkpoints import Best, Checkpoint, Run, fingerprint
from nn.training.epoch import Learner, of_batch
from nn.training.history import History
from nn.training.interrupts import Interrupts

__all__ = ["Epoch", "History", "chosen_loss", "dtype_of", "fit", "predict", "prepared"]


@dataclass(frozen=True)
class Epoch:
    """What a callback gets: the number of the epoch just finished, from 0, its numbers, and who learns."""

    number: int
    numbers: dict[str, float]
    model: Module
    optimizer: Optimizer
    history: History


def fit(
    model: Module,
    X: Any,
    y: Any,
    *,
    loss: str | Callable[[Any, Any], Any] | None = None,
    optimizer: str | Optimizer = "adam",
    lr: float | None = None,
    epochs: int = 20,
    batch_size: int = 32,
    validation: tuple[Any, Any] | float | None = None,
    metrics: Sequence[Metric] = (),
    schedule: Schedule | None = None,
    early_stopping: int | None = None,
    best_weights: bool = False,
    sample_weight: Any = None,
    checkpoint: str | os.PathLike[str] | Checkpoint | None = None,
    callbacks: Sequence[Callable[[Epoch], Any]] = (),
    seed: Seed = 0,
    progress: bool = True,
) -> History:
    """Train `model` on rows of `X` with targets `y`, in mini-batches.

    A step of modules and losses of this package is recorded after the first batches of a size, and then replayed
    (`ag.replay`), bit for bit the same; a module or a loss of your own is called for every batch.

    Parameters
    ----------
    model : Module
        A module in it that is in evaluation mode, while the model is not, stays so: its statistics do not move.
    X : array, shape (n, …)
        Taken in the dtype of the model's parameters; integers as they are for a model with an `Embedding`.
    y : array, shape (n,) or (n, …)
        Integers are classes; floats of shape (n,) are taken as (n, 1), what a model with one output gives.
    loss : str or callable, optional
        ``loss(output, target)`` or the name of one: by default ``"cross_entropy"`` for integers, else ``"mse"``.
    optimizer : str or Optimizer
        The name of one (see `nn.optimizer`), or one made from the model's parameters.
    lr : float, optional
        For an optimiser given by name; by default its own.
    epochs, batch_size : int
    validation : pair of arrays, or float, optional
        Held-out data, or the fraction of the rows to hold out.
    metrics : sequence of str or callable
        ``metric(true, predicted)``, or the name of one in sklearn.metrics (``"accuracy"``, ``"r2"``): of the classes
        predicted for integer targets (without the labels that the loss ignores), else of the outputs. On training rows
        they are taken from the outputs during the epoch, while the weights still move.
    schedule : Schedule, optional
        Stepped after every epoch, with the validation loss (without validation, the loss) for those that look at it.
    early_stopping : int, optional
        Stop after so many epochs in which the validation loss did not fall, and go back to the best weights.
    best_weights : bool
        Go back to the weights with the lowest validation loss in any case.
    sample_weight : array, shape (n,), optional
        What each row counts, in the loss, in metrics that take a ``sample_weight``, and in both of held-out rows.
    checkpoint : path or Checkpoint, optional
        Written after every epoch; if it is there, training goes on from it, bit for bit as if it had not stopped. An
        `lr`, or an optimiser's options, other than those it began with are an error.
    callbacks : sequence of callables
        Called with an `Epoch` after each; training ends if one returns True, Python's, NumPy's or a Tensor's.
        Checkpoints keep the state of those that have a ``state_dict`` and a ``load_state_dict``.
    seed : int, numpy Generator or None
        For the order of the rows and for what is held out.
    progress : bool
        Show a bar, where tqdm is installed.

    Returns
    -------
    History
        The numbers of each epoch. Ctrl-C ends training, between two steps, and returns what there is until then.

    Raises
    ------
    ValueError, TypeError
        Arguments that do not fit together, NaN in the data.
    ag.NonFiniteError
        The loss or a gradient became NaN or infinite: named by epoch, batch and first bad operation. The parameters
        are those before that batch.
    FileError
        A checkpoint that is damaged or of another training.

    Examples
    --------
    >>> import numpy as np
    >>> import nn
    >>> x = np.linspace(-1, 1, 64)[:, None]
    >>> history = nn.fit(nn.MLP([1, 16, 1]), x, x[:, 0] ** 2, epochs=100, lr=0.02, progress=False)
    >>> history["loss"][-1] < 0.1 * history["loss"][0]
    True
    """
    epochs, batch_size = counted(epochs, "fit: epochs"), counted(batch_size, "fit: batch_size")
    rng, dtype = generator(seed), dtype_of(model)
    X, y = prepared(model, X, y)
    weights = None if sample_weight is None else prepared_weights(sample_weight, len(X))
    held: tuple[Any, Any] | None = None
    held_weights: Any = None
    if isinstance(validation, (int, float)):
        kept, _, aside, _ = split(np.arange(len(X)), np.arange(len(X)), validation, rng)
        held = X[aside], y[aside]
        X, y = X[kept], y[kept]
        if weights is not None:
            weights, held_weights = weights[kept], weights[aside]
    elif validation is not None:
        if len(validation) != 2:
            raise TypeError("fit: validation is a pair (X, y), or the fraction of the rows to hold out")
        held = prepared(model, *validation, "fit, validation")
    if early_stopping is not None and held is None:
        raise ValueError("fit: early_stopping needs validation=, data or a fraction to hold out")
    if early_stopping is not None:
        early_stopping = counted(early_stopping, "fit: early_stopping")
    if best_weights and held is None:
        raise ValueError("fit: best_weights needs validation=, data or a fraction to hold out")
    loss_of = chosen_loss(loss, y)
    counts = shares(loss_of, y)
    if weights is not None:
        weights = scaled_weights(weights, counts, dtype)
    held_counts = shares(loss_of, held[1], "fit, validation") if held else None
    if held_weights is not None:
        held_weights = scaled_weights(held_weights, held_counts, dtype, "fit, validation")
    lists: dict[str, Any] = {"metrics": metrics, "callbacks": callbacks}
    for name, given in lists.items():
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise TypeError(f"fit: {name} is a list, not {given!r}")
    for callback in lists["callbacks"]:
        if not callable(callback):
            raise TypeError(f"fit: callbacks are functions of an Epoch, not {callback!r}")
    if model.row_axis and (named := [m for m in metrics if isinstance(m, str)]):
        raise ValueError(
            f"fit: {named[0]!r} is of one output a row, along axis 0, and {type(model).__name__} gives several; pass a "
            f"function metric(true, outputs)"
        )
    measures = [chosen_metric(m) for m in metrics]
    for metric, (_, function) in zip(metrics, measures, strict=True):
        if weights is not None and isinstance(metric, str) and not takes_weights(function):
            raise ValueError(f"fit: {metric!r} takes no weights; pass a function, which counts all rows alike")
    rule = chosen_optimizer(optimizer, model, lr)
    if schedule is not None and not isinstance(schedule, Schedule):
        raise TypeError(f"fit: schedule is an nn.Schedule, made for the optimizer passed beside it, not {schedule!r}")
    if schedule is not None and schedule.optimizer is not rule:
        raise ValueError("fit: the schedule is of another optimizer; pass that one as optimizer=")

    run = Run(model, rule, schedule, rng, History(), Best(), callbacks, asks=lr is not None or rule is optimizer)
    if checkpoint is not None:
        checkpoint = checkpoint if isinstance(checkpoint, Checkpoint) else Checkpoint(checkpoint)
        of = fingerprint(X, y, batch_size, *[w for w in (weights, held_weights) if w is not None], *(held or ()))
        checkpoint.resume(run, of)
    history, start = run.history, run.history.epochs
    stopped = history.stopped in ("early stopping", "callback")
    for name in ("loss", *[name for name, _ in measures]):
        for key in (name, f"val_{name}") if held else (name,):
            history.setdefault(key, [])
    history.setdefault("lr", [])
    modes = [(module, module.training) for module in model.modules()]
    learning = [(module, mode or not model.training) for module, mode in modes]
    with Interrupts() as interrupts, _bar(epochs, start if progress else None) as show:
        learner = Learner(model, loss_of, rule, interrupts, held[1] if held else None)

        def ended(epoch: int, numbers: dict[str, float]) -> bool:
            """Note an epoch; whether to stop."""
            history.add({**numbers, "lr": rule.lr})
            if schedule:
                schedule.step(numbers.get("val_loss", numbers["loss"]))
            if held and (early_stopping or best_weights):
                run.best.note(epoch, numbers["val_loss"], model)
            enough = early_stopping is not None and epoch - run.best.epoch >= early_stopping
            if enough:
                history.stopped = "early stopping"
            elif any([is_true(callback(Epoch(epoch, numbers, model, rule, history))) for callback in callbacks]):
                history.stopped, enough = "callback", True
            if checkpoint is not None and (enough or epoch + 1 == epochs or (epoch + 1) % checkpoint.every == 0):
                checkpoint.write(run, of)
            show(numbers)
            return enough

        try:
            for epoch in range(epochs if stopped else start, epochs):
                if epoch == start or not model.training:
                    for module, mode in learning:
                        module.training = mode
                numbers = learner.epoch(X, y, weights, counts, batch_size, rng, measures, epoch)
                if held:
                    there = evaluated(model, *held, loss_of, measures, held_weights)
                    numbers |= {f"val_{name}": value for name, value in there.items()}
                if interrupts.whole(partial(ended, epoch, numbers)):
                    break
        except KeyboardInterrupt:
            history.stopped = "interrupted"
        finally:
            for module, mode in modes:
                module.training = mode
            rule.zero_grad()
    if run.best.state:
        model.load_state_dict(run.best.state)
        history.best = run.best.epoch
    return history


@contextmanager
def _bar(epochs: int, start: int | None) -> Iterator[Callable[[dict[str, float]], None]]:
    """A bar that begins at `start`, moved by a call with the numbers of an epoch; or nothing."""
    if start is None:
        yield lambda numbers: None
        return
    try:
        tqdm = optional("tqdm", "data", "the progress bar of nn.fit")
    except ag.errors.MissingExtraError:  # training does not need it
        yield lambda numbers: None
        return
    with tqdm.tqdm(total=epochs, initial=min(start, epochs), desc="fit", unit="epoch") as bar:

        def show(numbers: dict[str, float]) -> None:
            bar.set_postfix({name: f"{value:.4g}" for name, value in numbers.items()}, refresh=False)
            bar.update()

        yield show


def predict(model: Module, X: Any, batch_size: int = 1024) -> Any:
    """The outputs of `model` for the rows of `X`, as an array: nothing recorded, in evaluation mode.

    Parameters
    ----------
    model : Module
    X : array, shape (n, …)
        Taken in the dtype of the model's parameters. Rows lie along the model's `row_axis`: of an `Ensemble` they may
        have the shape (members, n, …) too.
    batch_size : int
        How many rows the model is given at once.

    Raises
    ------
    ValueError
        No rows; masked ones; or rows in several pieces for a model whose outputs are not one for each row.
    TypeError
        Inputs that are no numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import nn
    >>> nn.predict(nn.Linear(3, 2, seed=0), np.ones((5, 3))).shape
    (5, 2)
    """
    X, axis, batch_size = unmasked(X, "predict: inputs"), model.row_axis, counted(batch_size, "predict: batch_size")
    if not -X.ndim <= axis < X.ndim or not X.shape[axis]:
        raise ValueError(f"predict: there are no rows in inputs of shape {X.shape}")
    if X.dtype.kind not in "biufc":
        raise TypeError(f"predict: inputs are numbers, not {X.dtype}")
    X, n = inputs_of(model, X), X.shape[axis]
    pieces = np.split(X, range(batch_size, n, batch_size), axis)
    with evaluating(model), ag.no_grad():
        outputs = [model(ag.asarray(piece)).value for piece in pieces]
    if len(pieces) == 1:
        return np.array(outputs[0])  # a copy: a model may give its inputs back
    for piece, output in zip(pieces, outputs, strict=True):
        if not -output.ndim <= axis < output.ndim or output.shape[axis] != piece.shape[axis]:
            raise ValueError(
                f"predict: outputs of shape {output.shape} for inputs of shape {piece.shape} are not one for each row "
                f"along axis {axis}, so pieces cannot be joined; pass batch_size={n}, or set row_axis on the model"
            )
    return np.concatenate(outputs, axis)


def evaluated(
    model: Module,
    X: Any,
    y: Any,
    loss: Callable[[Any, Any], Any],
    measures: Sequence[tuple[str, Any]],
    weights: Any = None,
) -> dict[str, float]:
    """The loss and the metrics of `model` on data that it does not learn from."""
    output = predict(model, X)
    return {"loss": float(of_batch(loss, output, y, weights))} | measured(measures, y, output, ignored(loss), weights)
