"""What `nn.fit` takes by name or by value: losses, metrics, optimisers, data. Checked before it starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from inspect import signature
from typing import Any

import numpy as np

import autograd_lite as ag
from nn import losses
from nn.data.batching import checked
from nn.losses.classes import IGNORED
from nn.losses.shared import plain
from nn.module import Module
from nn.optim.base import Optimizer
from nn.optim.by_name import optimizer as named_optimizer
from nn.support import nearest, optional

__all__ = [
    "LOSSES", "Metric", "check_labels", "chosen_loss", "chosen_metric", "chosen_optimizer", "dtype_of", "ignored",
    "inputs_of", "measured", "prepared", "prepared_weights", "scaled_weights", "shares", "takes_weights", "weighted",
]  # fmt: skip

Metric = str | Callable[[Any, Any], float]

LOSSES: dict[str, Callable[..., Any]] = {
    "cross_entropy": losses.cross_entropy,
    "nll": losses.nll_loss,
    "mse": losses.mse_loss,
    "l1": losses.l1_loss,
    "huber": losses.huber_loss,
    "smooth_l1": losses.smooth_l1_loss,
    "bce": losses.binary_cross_entropy,
    "bce_with_logits": losses.binary_cross_entropy_with_logits,
    "kl_div": losses.kl_div,
    "poisson_nll": losses.poisson_nll_loss,
    "hinge": losses.hinge_loss,
    "multi_margin": losses.multi_margin_loss,
    "multilabel_margin": losses.multilabel_margin_loss,
    "multilabel_soft_margin": losses.multilabel_soft_margin_loss,
    "soft_margin": losses.soft_margin_loss,
}
"""Losses of an output and a target, by name."""

NAMES = {**LOSSES, **{loss.__name__: loss for loss in LOSSES.values()}, "ce": losses.cross_entropy}
"""The same by the names of the functions too."""


def dtype_of(model: Module) -> Any:
    """The dtype of the model's parameters."""
    return next((p.dtype for p in model.parameters()), np.dtype(float))


def inputs_of(model: Module, X: Any) -> Any:
    """`X` in the dtype of the model's parameters; integers as they are where a module takes them, as `Embedding`."""
    if X.dtype.kind in "iu" and any([module.takes_integers for module in model.modules()]):
        return X
    return X.astype(dtype_of(model), copy=False)


def prepared(model: Module, X: Any, y: Any, asker: str = "fit") -> tuple[Any, Any]:
    """Checked data: inputs and float targets in the model's dtype, a single float target as a column."""
    X, y = checked(X, y, asker)
    if y.dtype.kind == "b":
        y = y.astype(int)
    if y.dtype.kind == "f":
        y = y.astype(dtype_of(model), copy=False)
        y = y[:, None] if y.ndim == 1 else y
    return inputs_of(model, X), y


def prepared_weights(weights: Any, n: int, asker: str = "fit") -> Any:
    """Checked weights of `n` rows.

    Raises
    ------
    ValueError
        Not one finite number of at least 0 a row, or all are 0.
    """
    w = np.asarray(weights)
    if w.shape != (n,) or w.dtype.kind not in "biuf":
        raise ValueError(f"{asker}: sample_weight is a number for each of {n} rows, not {w.dtype} of shape {w.shape}")
    w = w.astype(float)
    if not np.isfinite(w).all() or (w < 0).any() or not w.any():
        raise ValueError(f"{asker}: sample_weight holds finite numbers of at least 0, and not zeros only")
    return w


def scaled_weights(w: Any, shares: Any, dtype: Any, asker: str = "fit") -> Any:
    """Weights divided by their mean: then the mean over a batch estimates that over all rows, which `shares` says how
    much they count in.

    Raises
    ------
    ValueError
        The rows that count have weight 0.
    """
    w = w / w.max() if w.any() else w  # so that the sum does not overflow
    mean = np.average(w, weights=shares)
    if not mean:
        raise ValueError(f"{asker}: sample_weight is 0 in all rows that count")
    return (w / mean).astype(dtype)


# -- what counts in the mean of a loss --------------------------------------------------------------------------------


def _known(loss: Any) -> tuple[Any, dict[str, Any]]:
    """The function behind a loss, and the options that it is called with: a loss may be a module, or a `partial`."""
    options: dict[str, Any] = {}
    while isinstance(loss, (partial, losses.Loss)):
        inside = loss.keywords if isinstance(loss, partial) else loss.options
        loss, options = loss.func if isinstance(loss, partial) else loss.function, {**inside, **options}
    return loss, options


def ignored(loss: Any) -> int | None:
    """The label that does not count for `loss`; None if all do."""
    function, options = _known(getattr(loss, "of_each", loss))
    return options.get("ignore_index", IGNORED) if function in (losses.cross_entropy, losses.nll_loss) else None


def shares(loss: Any, y: Any, asker: str = "fit") -> Any:
    """How much each row of `y` counts in the mean that `loss` is: the labels in it that are not ignored, or the weights
    of their classes; shape (n,). None if all rows count alike.

    Raises
    ------
    ValueError
        No row counts.
    """
    if y.dtype.kind not in "iu" or (label := ignored(loss)) is None:
        return None
    weight, kept = _known(getattr(loss, "of_each", loss))[1].get("weight"), y != label
    if weight is None and kept.all():
        return None
    count = np.where(kept, 1.0 if weight is None else plain(weight).take(y, mode="clip"), 0.0)
    if not count.any():
        raise ValueError(f"{asker}: no row counts: all labels are ignored, or have weight 0")
    return count.reshape(len(y), -1).sum(axis=1)


def chosen_loss(loss: str | Callable[[Any, Any], Any] | None, y: Any, asker: str = "fit") -> Callable[..., Any]:
    """The loss asked for; by default the cross-entropy for integer targets, else the squared error."""
    if isinstance(loss, type):
        raise TypeError(f"{asker}: a loss is a name, a function or a module: write {loss.__name__}(), which makes one")
    if loss is not None and callable(loss):
        return loss
    name = loss or ("cross_entropy" if y.dtype.kind in "iu" else "mse")
    if name not in NAMES:
        raise ValueError(f"{asker}: no loss is called {name!r}{nearest(str(name), LOSSES)}")
    return NAMES[name]


def _reduction(function: Callable[..., Any], options: dict[str, Any]) -> str:
    """How a loss makes one number of its entries."""
    given = signature(function).parameters.get("reduction")
    return str(options.get("reduction", "mean" if given is None else given.default))


def weighted(loss: Callable[..., Any], output: Any, target: Any, weights: Any) -> Any:
    """The mean over rows of `weights` times the loss of a row, itself the mean over the row's entries; for a loss that
    is a sum, the sum of both, divided by the number of rows if it is a "batchmean".

    Raises
    ------
    ValueError
        The loss does not give a number for each row.
    """
    function, options = _known(loss)
    try:
        rows = function(output, target, **{**options, "reduction": "none"})
    except TypeError as error:
        raise ValueError('fit: with sample_weight the loss takes reduction="none", as those of nn do') from error
    if not isinstance(rows, ag.Tensor | np.ndarray) or not rows.ndim or rows.shape[0] != len(weights):
        raise ValueError(f"fit: with sample_weight the loss gives a number a row, not shape {np.shape(rows)}")
    if (reduction := _reduction(function, options)) in ("sum", "batchmean"):
        total = ag.sum(rows * weights.reshape(-1, *(1,) * (rows.ndim - 1)))
        return total if reduction == "sum" else total / len(weights)
    count = shares(loss, target) if isinstance(target, np.ndarray) else None  # recorded: all rows count
    if count is not None:
        return ag.sum(rows * weights.reshape(-1, *(1,) * (rows.ndim - 1))) / count.sum()
    if rows.ndim > 1:
        rows = ag.mean(rows, axis=tuple(range(1, rows.ndim)))
    return ag.mean(rows * weights)


def check_labels(loss: Callable[..., Any], y: Any, output: Any) -> None:
    """Look at all labels before the first step is made, where the loss takes classes.

    Raises
    ------
    ValueError
        One out of range for an output of that shape, or labels in a shape or dtype that is none of classes.
    """
    label, shape = ignored(loss), np.shape(output)
    column = len(shape) == y.ndim == 2 and y.shape[1] == 1 < shape[1]
    if loss in LOSSES.values() and column and y.dtype.kind == "f" and (y == np.round(y)).all():
        raise ValueError(
            f"fit: an output of shape {shape} and a float target of one column: if these are the classes of the rows, "
            f"they are integers, y.astype(int)"
        )
    if label is not None and len(shape) == y.ndim == 2 and y.dtype.kind in "iu" and not hasattr(loss, "of_each"):
        remedy = "y.ravel()" if y.shape[1] == 1 else "y.argmax(axis=1) for rows with a 1 at their class"
        raise ValueError(f"fit: labels are one integer a row, of shape (n,), not {y.shape}: write {remedy}")
    if label is None or y.dtype.kind not in "iu" or np.ndim(output) < 2 or hasattr(loss, "of_each"):
        return
    classes = np.shape(output)[1]
    counted = y[y != label]
    if counted.size and (counted.min() < 0 or counted.max() >= classes):
        needed = max(counted.max(), counted.max() - counted.min()) + 1
        remedy = f", and the model needs {needed} outputs" if needed > classes else ""
        if classes == 1 and needed == 2:
            remedy += ", or one and loss='bce_with_logits' with y.astype(float)"
        raise ValueError(
            f"fit: labels from {counted.min()} to {counted.max()} for {classes} classes; they count from 0{remedy}"
        )


def chosen_optimizer(given: str | Optimizer, model: Module, lr: float | None) -> Optimizer:
    """The optimiser itself, or the one of that name for the model's parameters that are not frozen."""
    if isinstance(given, Optimizer):
        if lr is not None:
            raise ValueError("fit: lr= is for an optimizer given by name; this one has its own")
        mine = {id(p) for p in model.parameters()}
        if not any([id(p) in mine for p in given.parameters()]):
            raise ValueError("fit: the optimizer holds parameters of another model; make it from model.parameters()")
        return given
    if not isinstance(given, str):
        raise TypeError(f"fit: optimizer is a name or an nn.Optimizer, not {type(given).__name__}")
    learning = [p for p in model.parameters() if p.requires_grad]
    if not learning:
        raise ValueError("fit: the model has no parameters to learn, or all are frozen")
    return named_optimizer(given, learning, **({} if lr is None else {"lr": lr}))


def chosen_metric(metric: Metric) -> tuple[str, Any]:
    """A metric's name and function: one of sklearn.metrics if it is given by name."""
    if callable(metric):
        return getattr(metric, "__name__", str(metric)), metric
    known = optional("sklearn.metrics", "data", f"the metric {metric!r}")
    for name in (f"{metric}_score", metric):
        if name in known.__all__:
            return metric, getattr(known, name)
    raise ValueError(f"fit: sklearn.metrics has no {metric!r}{nearest(str(metric), known.__all__)}")


def is_true(answer: Any) -> bool:
    """Whether a callback's answer is the truth value True: Python's, NumPy's or a Tensor's, no other number."""
    return answer is True or (getattr(answer, "dtype", None) == np.bool_ and bool(answer))


def takes_weights(metric: Any) -> bool:
    """Whether a metric takes ``sample_weight=``, as those of scikit-learn that can."""
    try:
        return "sample_weight" in signature(metric).parameters
    except ValueError:  # written in C, which says nothing of its arguments
        return False


def measured(
    measures: Sequence[tuple[str, Any]], y: Any, output: Any, label: int | None = None, weights: Any = None
) -> dict[str, float]:
    """The metrics: of the predicted classes where targets are integers and outputs have an axis more, or of outputs.

    Classes called `label` do not count, as they do not in the loss; `weights` are those of the rows.
    """
    if y.dtype.kind in "iu" and y.ndim == output.ndim - 1:
        y, predicted, places = y.ravel(), output.argmax(axis=1).ravel(), y[:1].size
        weights = None if weights is None else weights.repeat(places)
        if label is not None and not (kept := y != label).all():
            y, predicted, weights = y[kept], predicted[kept], None if weights is None else weights[kept]
    else:
        predicted = output
    options = {} if weights is None else {"sample_weight": weights}
    return {name: float(f(y, predicted, **options) if takes_weights(f) else f(y, predicted)) for name, f in measures}
