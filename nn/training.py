"""The training loop, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np

import autograd_lite as ag
from nn import charts
from nn.adam import Adam
from nn.data import batches, checked, split
from nn.init import Seed, generator
from nn.losses import cross_entropy, mse_loss
from nn.module import Module
from nn.optim import SGD, Optimizer
from nn.schedule import Schedule
from nn.support import nearest, optional

__all__ = ["History", "chosen_loss", "dtype_of", "fit", "predict", "prepared"]

Metric = str | Callable[[Any, Any], float]

LOSSES: dict[str, Callable[..., Any]] = {"cross_entropy": cross_entropy, "mse": mse_loss}
OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"adam": Adam, "sgd": SGD}


class History(dict[str, list[float]]):
    """One number per epoch under each name: ``loss``, ``val_loss``, each metric, ``lr``.

    Attributes
    ----------
    stopped : {"finished", "early stopping", "interrupted"}
    best : int or None
        The epoch, counted from 0, whose weights were kept by early stopping.
    """

    stopped: str = "finished"
    best: int | None = None

    def plot(self, title: str = "") -> Any:
        """The curves, as a matplotlib figure."""
        return charts.curves(self, best=self.best, title=title)

    def add(self, numbers: dict[str, float]) -> None:
        """Append one epoch."""
        for name, number in numbers.items():
            self.setdefault(name, []).append(number)


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
    seed: Seed = 0,
    progress: bool = True,
) -> History:
    """Train `model` on rows of `X` with targets `y`, in mini-batches.

    Parameters
    ----------
    model : Module
    X : array, shape (n, …)
        Taken in the dtype of the model's parameters.
    y : array, shape (n,) or (n, …)
        Integers are classes; floats of shape (n,) are taken as (n, 1), what a model with one output gives.
    loss : str or callable, optional
        ``loss(output, target)`` or the name of one: by default ``"cross_entropy"`` for integers, else ``"mse"``.
    optimizer : str or Optimizer
        ``"adam"``, ``"sgd"``, or one made from the model's parameters.
    lr : float, optional
        For an optimiser given by name; by default its own.
    epochs, batch_size : int
    validation : pair of arrays, or float, optional
        Held-out data, or the fraction of the rows to hold out.
    metrics : sequence of str or callable
        ``metric(true, predicted)``, or the name of one in sklearn.metrics (``"accuracy"``, ``"r2"``): of the classes
        predicted for integer targets, else of the outputs. On training rows they are taken from the outputs during the
        epoch, while the weights still move.
    schedule : Schedule, optional
        Stepped after every epoch.
    early_stopping : int, optional
        Stop after so many epochs in which the validation loss did not fall, and go back to the best weights.
    seed : int, numpy Generator or None
        For the order of the rows and for what is held out.
    progress : bool
        Show a bar (tqdm).

    Returns
    -------
    History
        The numbers of each epoch. Ctrl-C ends training and returns what there is until then.

    Raises
    ------
    ValueError, TypeError
        Arguments that do not fit together, NaN in the data.
    ag.NonFiniteError
        The loss became NaN or infinite: named by epoch and batch.

    Examples
    --------
    >>> import numpy as np
    >>> import nn
    >>> x = np.linspace(-1, 1, 64)[:, None]
    >>> history = nn.fit(nn.MLP([1, 16, 1]), x, x[:, 0] ** 2, epochs=100, lr=0.02, progress=False)
    >>> history["loss"][-1] < 0.1 * history["loss"][0]
    True
    """
    if epochs < 1:
        raise ValueError(f"fit: epochs is at least 1, not {epochs}")
    rng = generator(seed)
    dtype = dtype_of(model)
    X, y = prepared(X, y, dtype)
    held = None
    if isinstance(validation, (int, float)):
        X, y, *held = split(X, y, validation, rng)
    elif validation is not None:
        held = [*prepared(*validation, dtype)]
    if early_stopping is not None and (held is None or early_stopping < 1):
        raise ValueError("fit: early_stopping is at least 1 and needs validation=, data or a fraction to hold out")
    loss_of = chosen_loss(loss, y)
    measures = [_metric(m) for m in metrics]
    rule = _optimizer(optimizer, model, lr)

    history = History()
    keep = _Best(model, early_stopping) if early_stopping else None
    was_training = model.training
    bar = _bar(epochs) if progress else None
    try:
        for epoch in range(epochs):
            model.train()
            numbers = _epoch(model, X, y, loss_of, rule, measures, batch_size, rng, epoch)
            if held:
                numbers |= {
                    f"val_{name}": v for name, v in evaluated(model, held[0], held[1], loss_of, measures).items()
                }
            history.add({**numbers, "lr": rule.lr})
            if schedule:
                schedule.step()
            if bar:
                bar.set_postfix({name: f"{value:.4g}" for name, value in numbers.items()}, refresh=False)
                bar.update()
            if keep and keep.enough(epoch, numbers["val_loss"]):
                history.stopped = "early stopping"
                break
    except KeyboardInterrupt:
        history.stopped = "interrupted"
    finally:
        model.train(was_training)
        rule.zero_grad()
        if bar:
            bar.close()
    if keep and keep.state:
        model.load_state_dict(keep.state)
        history.best = keep.epoch
    return history


def _bar(epochs: int) -> Any:
    tqdm = optional("tqdm", "data", "the progress bar of nn.fit (or pass progress=False: training itself)")
    return tqdm.tqdm(total=epochs, desc="fit", unit="epoch")


def predict(model: Module, X: Any, batch_size: int = 1024) -> Any:
    """The outputs of `model` for the rows of `X`, as an array: nothing recorded, in evaluation mode.

    >>> import numpy as np
    >>> import nn
    >>> nn.predict(nn.Linear(3, 2, seed=0), np.ones((5, 3))).shape
    (5, 2)
    """
    X = np.asarray(X).astype(dtype_of(model), copy=False)
    if not len(X):
        raise ValueError("predict: there are no rows")
    was_training = model.training
    model.eval()
    try:
        with ag.no_grad():
            outputs = [model(ag.asarray(X[i : i + batch_size])).value for i in range(0, len(X), batch_size)]
    finally:
        model.train(was_training)
    return np.concatenate(outputs)


def evaluated(
    model: Module, X: Any, y: Any, loss: Callable[[Any, Any], Any], measures: Sequence[tuple[str, Any]]
) -> dict[str, float]:
    """The loss and the metrics of `model` on data that it does not learn from."""
    output = predict(model, X)
    return {"loss": float(loss(output, y))} | _measured(measures, y, output)


def _epoch(
    model: Module,
    X: Any,
    y: Any,
    loss_of: Callable[[Any, Any], Any],
    optimizer: Optimizer,
    measures: Sequence[tuple[str, Any]],
    batch_size: int,
    rng: np.random.Generator,
    epoch: int,
) -> dict[str, float]:
    """One pass over the data: the mean loss and the metrics, as they were while it learnt."""
    total, outputs, targets = 0.0, [], []
    for i, (inputs, target) in enumerate(batches(X, y, batch_size, rng)):
        output = model(ag.asarray(inputs))
        loss = loss_of(output, target)
        value = loss.item()
        if not isfinite(value):
            raise ag.NonFiniteError(
                f"fit: the loss is {value} in epoch {epoch + 1}, batch {i + 1}; a lower learning rate (now "
                f"{optimizer.lr}) often helps, and `with ag.debug():` around fit names the first bad operation"
            )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += value * len(inputs)
        if measures:
            outputs.append(output.value)
            targets.append(target)
    if not measures:
        return {"loss": total / len(X)}
    return {"loss": total / len(X)} | _measured(measures, np.concatenate(targets), np.concatenate(outputs))


class _Best:
    """The weights with the lowest validation loss, and how long ago that was."""

    def __init__(self, model: Module, patience: int) -> None:
        self.model, self.patience = model, patience
        self.loss, self.epoch = np.inf, -1
        self.state: dict[str, Any] = {}

    def enough(self, epoch: int, loss: float) -> bool:
        """Note an epoch; whether to stop."""
        if loss < self.loss:
            self.loss, self.epoch, self.state = loss, epoch, self.model.state_dict()
        return epoch - self.epoch >= self.patience


def dtype_of(model: Module) -> Any:
    """The dtype of the model's parameters."""
    return next((p.dtype for p in model.parameters()), np.dtype(float))


def prepared(X: Any, y: Any, dtype: Any, asker: str = "fit") -> tuple[Any, Any]:
    """Checked data: inputs and float targets in the model's dtype, a single float target as a column."""
    X, y = checked(X, y, asker)
    if y.dtype.kind == "b":
        y = y.astype(int)
    if y.dtype.kind == "f":
        y = y.astype(dtype, copy=False)
        y = y[:, None] if y.ndim == 1 else y
    return X.astype(dtype, copy=False), y


def chosen_loss(loss: str | Callable[[Any, Any], Any] | None, y: Any, asker: str = "fit") -> Callable[..., Any]:
    """The loss asked for; by default the cross-entropy for integer targets, else the squared error."""
    return _chosen(loss or ("cross_entropy" if y.dtype.kind in "iu" else "mse"), LOSSES, "loss", asker)


def _optimizer(given: str | Optimizer, model: Module, lr: float | None) -> Optimizer:
    """The optimiser itself, or the one of that name for the model's parameters."""
    if isinstance(given, Optimizer):
        if lr is not None:
            raise ValueError("fit: lr= is for an optimizer given by name; this one has its own")
        return given
    made: Optimizer = _chosen(given, OPTIMIZERS, "optimizer")(model.parameters(), **({} if lr is None else {"lr": lr}))
    return made


def _chosen(given: Any, known: dict[str, Callable[..., Any]], what: str, asker: str = "fit") -> Callable[..., Any]:
    if callable(given):
        return given  # type: ignore[no-any-return]  # what it returns is seen when it is called
    if given not in known:
        raise ValueError(f"{asker}: no {what} is called {given!r}{nearest(str(given), known)}")
    return known[given]


def _metric(metric: Metric) -> tuple[str, Any]:
    """A metric's name and function: one of sklearn.metrics if it is given by name."""
    if callable(metric):
        return getattr(metric, "__name__", str(metric)), metric
    known = optional("sklearn.metrics", "data", f"the metric {metric!r}")
    for name in (f"{metric}_score", metric):
        if name in known.__all__:
            return metric, getattr(known, name)
    raise ValueError(f"fit: sklearn.metrics has no {metric!r}{nearest(metric, known.__all__)}")


def _measured(measures: Sequence[tuple[str, Any]], y: Any, output: Any) -> dict[str, float]:
    predicted = output.argmax(axis=-1) if y.dtype.kind in "iu" else output
    return {name: float(function(y, predicted)) for name, function in measures}
