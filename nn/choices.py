"""What `nn.fit` takes by name or by value: losses, metrics, optimisers, data. Checked before it starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd_lite as ag
from nn import losses
from nn.data import checked
from nn.module import Module
from nn.named import optimizer as named_optimizer
from nn.optim import Optimizer
from nn.support import nearest, optional

__all__ = [
    "LOSSES", "Metric", "check_labels", "chosen_loss", "chosen_metric", "chosen_optimizer", "dtype_of", "measured",
    "prepared", "prepared_weights", "weighted",
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


def prepared_weights(weights: Any, n: int, dtype: Any, asker: str = "fit") -> Any:
    """What each of `n` rows counts, divided by the mean: then the mean over a batch estimates that over all rows.

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
    return (w / w.mean()).astype(dtype)


def chosen_loss(loss: str | Callable[[Any, Any], Any] | None, y: Any, asker: str = "fit") -> Callable[..., Any]:
    """The loss asked for; by default the cross-entropy for integer targets, else the squared error."""
    if loss is not None and callable(loss):
        return loss
    name = loss or ("cross_entropy" if y.dtype.kind in "iu" else "mse")
    if name not in LOSSES:
        raise ValueError(f"{asker}: no loss is called {name!r}{nearest(str(name), LOSSES)}")
    return LOSSES[name]


def weighted(loss: Callable[..., Any], output: Any, target: Any, weights: Any) -> Any:
    """The mean over rows of `weights` times the loss of a row, itself the mean over the row's entries.

    Raises
    ------
    ValueError
        The loss does not give a number for each row.
    """
    try:
        rows = loss(output, target, reduction="none")
    except TypeError as error:
        raise ValueError('fit: with sample_weight the loss takes reduction="none", as those of nn do') from error
    if not isinstance(rows, ag.Tensor | np.ndarray) or not rows.ndim or rows.shape[0] != len(weights):
        raise ValueError(f"fit: with sample_weight the loss gives a number a row, not shape {np.shape(rows)}")
    if rows.ndim > 1:
        rows = ag.mean(rows, axis=tuple(range(1, rows.ndim)))
    return ag.mean(rows * weights)


def check_labels(loss: Callable[..., Any], y: Any, output: Any) -> None:
    """Look at all labels before the first step is made, where the loss takes classes.

    Raises
    ------
    ValueError
        One out of range for an output of that shape.
    """
    if loss not in (LOSSES["cross_entropy"], LOSSES["nll"]) or y.dtype.kind not in "iu" or np.ndim(output) < 2:
        return
    classes = np.shape(output)[1]
    counted = y[y != -100]  # what the losses ignore
    if counted.size and (counted.min() < 0 or counted.max() >= classes):
        needed = max(counted.max(), counted.max() - counted.min()) + 1
        remedy = f", and the model needs {needed} outputs" if needed > classes else ""
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


def measured(measures: Sequence[tuple[str, Any]], y: Any, output: Any) -> dict[str, float]:
    """The metrics: of the predicted classes where targets are integers and outputs have an axis more, or of outputs."""
    classes = y.dtype.kind in "iu" and y.ndim == output.ndim - 1
    y, predicted = (y.ravel(), output.argmax(axis=1).ravel()) if classes else (y, output)
    return {name: float(function(y, predicted)) for name, function in measures}
