"""Loss functions: how far outputs are from targets, as one number to make small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.support import nearest

__all__ = ["cross_entropy", "mse_loss"]

_REDUCTIONS: dict[str, Callable[[Any], Any]] = {"mean": ag.mean, "sum": ag.sum, "none": lambda x: x}


def _reduced(losses: Any, reduction: str, asker: str) -> Any:
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{asker}: no reduction is called {reduction!r}{nearest(str(reduction), _REDUCTIONS)}")
    return _REDUCTIONS[reduction](losses)


def mse_loss(output: Any, target: Any, *, reduction: str = "mean") -> Any:
    """The squared error ``(output - target)**2``, averaged over all entries.

    Parameters
    ----------
    output, target : Tensor or array
        Of one shape: an output of shape (n, 1) does not silently broadcast against n targets.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        The shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> mse_loss(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    np.float64(2.0)
    """
    if np.shape(output) != np.shape(target):
        raise ValueError(
            f"mse_loss: output of shape {np.shape(output)} and target of shape {np.shape(target)}; reshape the "
            f"target, for example y[:, None] for a model with one output"
        )
    return _reduced(ag.square(ag.subtract(output, target)), reduction, "mse_loss")


def cross_entropy(logits: Any, labels: Any, *, reduction: str = "mean") -> Any:
    """The negative log-likelihood of the right classes, ``-log_softmax(logits)[i, labels[i]]``, averaged over rows.

    Parameters
    ----------
    logits : Tensor or array, shape (n, classes)
        Unnormalised log-probabilities: no softmax before this.
    labels : array of integers, shape (n,)
        The class of each row, from 0 to classes - 1.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    TypeError
        Labels that are no integers.
    ValueError
        Shapes that do not fit, or a label out of range.

    Examples
    --------
    >>> import numpy as np
    >>> cross_entropy(np.array([[1000.0, -1000.0]]), np.array([1]))
    np.float64(2000.0)
    """
    labels = np.asarray(labels.value if isinstance(labels, ag.Tensor) else labels)
    shape = np.shape(logits)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"cross_entropy: labels are integers, the class of each row, not {labels.dtype}")
    if len(shape) != 2 or shape[:1] != labels.shape:
        raise ValueError(
            f"cross_entropy: logits of shape (n, classes) and labels of shape (n,), not {shape} and {labels.shape}"
        )
    if not labels.size:
        raise ValueError("cross_entropy: an empty batch has no loss")
    if labels.min() < 0 or labels.max() >= shape[1]:
        raise ValueError(
            f"cross_entropy: labels from {labels.min()} to {labels.max()} for {shape[1]} classes; they count from 0"
        )
    picked = ag.log_softmax(logits, axis=-1)[np.arange(len(labels)), labels]
    return _reduced(-picked, reduction, "cross_entropy")
