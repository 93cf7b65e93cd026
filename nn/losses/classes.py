"""Losses for classes and probabilities to predict; no logarithm overflows, and none cancels.

A sum of logarithms is taken from 0 instead of being negated: what is predicted surely costs 0.0, not -0.0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.losses.shared import array, plain, reduced, same_shape
from nn.support import nearest

__all__ = ["binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "kl_div", "nll_loss"]

IGNORED = -100


def cross_entropy(
    logits: Any,
    labels: Any,
    *,
    weight: Any = None,
    ignore_index: int = IGNORED,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Any:
    """The negative log-likelihood of the right classes, ``-log_softmax(logits)[i, labels[i]]``, averaged over rows.

    Parameters
    ----------
    logits : Tensor or array, shape (n, classes), (n, classes, d1, …) or (classes,)
        Unnormalised log-probabilities: no softmax before this.
    labels : array of integers, shape (n,), (n, d1, …) or (); or of floats, in the shape of the logits
        The class of each row (or of each place in it), from 0 to classes - 1; or the probability of each class.
    weight : array, shape (classes,), optional
        What a row of each class counts; the mean is then a weighted one.
    ignore_index : int
        Rows with this label do not count.
    label_smoothing : float
        The targets are mixed with this share of the uniform distribution. Szegedy et al. 2016.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    TypeError
        Labels that are no integers.
    ValueError
        Shapes that do not fit, a label out of range, or no row to average over.

    Examples
    --------
    >>> import numpy as np
    >>> cross_entropy(np.array([[1000.0, -1000.0]]), np.array([1]))
    np.float64(2000.0)
    """
    if label_smoothing and not 0 <= label_smoothing <= 1:
        raise ValueError(f"cross_entropy: label_smoothing is from 0 to 1, not {label_smoothing}")
    y, shape = plain(labels), np.shape(logits)
    if y.ndim == len(shape) and y.dtype.kind == "f":
        return _soft_cross_entropy(array(logits), array(labels), weight, label_smoothing, reduction)
    if len(shape) != 2:
        options = {"weight": weight, "ignore_index": ignore_index, "label_smoothing": label_smoothing}
        return _by_rows(cross_entropy, logits, y, reduction, options)
    kept = _checked(y, shape, ignore_index, "cross_entropy")
    logp = ag.log_softmax(logits, axis=-1)
    if weight is None and kept is None and not label_smoothing:
        losses = 0 - _picked(logp, y)
        return ag.mean(losses) if reduction == "mean" else reduced(losses, reduction, "cross_entropy")
    return _weighted_nll(logp, y, kept, weight, label_smoothing, reduction, "cross_entropy")


def _picked(logp: Any, labels: Any) -> Any:
    """The entry of each row that its label names."""
    rows = np.arange(len(labels))
    if isinstance(labels, np.ndarray):
        return logp[rows, labels]
    return ag.reshape(logp, (-1,))[np.ravel_multi_index((rows, labels), logp.shape)]  # which checks every replay's


def nll_loss(
    log_probabilities: Any, labels: Any, *, weight: Any = None, ignore_index: int = IGNORED, reduction: str = "mean"
) -> Any:
    """``-log_probabilities[i, labels[i]]``: what `cross_entropy` is after `log_softmax`. Parameters as there.

    >>> import numpy as np
    >>> nll_loss(np.log([[0.25, 0.75]]), [0]) == np.log(4)
    np.True_
    """
    y, shape = plain(labels), np.shape(log_probabilities)
    if len(shape) != 2:
        return _by_rows(nll_loss, log_probabilities, y, reduction, {"weight": weight, "ignore_index": ignore_index})
    kept = _checked(y, shape, ignore_index, "nll_loss")
    return _weighted_nll(log_probabilities, y, kept, weight, 0.0, reduction, "nll_loss")


def _by_rows(loss: Callable[..., Any], x: Any, labels: Any, reduction: str, options: dict[str, Any]) -> Any:
    """`loss` for each place of `x`, shape (n, classes, d1, …) or (classes,), which is brought to (places, classes)."""
    shape = np.shape(x)
    _integers(labels, loss.__name__)
    if not shape or labels.shape != (shape[:1] * (len(shape) > 1) + shape[2:]):
        raise ValueError(
            f"{loss.__name__}: classes on axis 1 (of one row on axis 0), and a label for each place on the others, not "
            f"{shape} and {labels.shape}"
        )
    classes, x = shape[len(shape) > 1], ag.moveaxis(array(x), 1, -1) if len(shape) > 1 else array(x)
    losses = loss(ag.reshape(x, (labels.size, classes)), labels.ravel(), reduction=reduction, **options)
    return ag.reshape(losses, labels.shape) if reduction == "none" else losses


def _integers(labels: Any, asker: str) -> None:
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{asker}: labels are integers, the class of each row, not {labels.dtype}")


def _checked(labels: Any, shape: tuple[int, ...], ignore_index: int, asker: str) -> Any:
    """Which rows count, or None if all do."""
    _integers(labels, asker)
    if len(shape) != 2 or shape[:1] != labels.shape:
        raise ValueError(
            f"{asker}: logits of shape (n, classes) and labels of shape (n,), not {shape} and {labels.shape}"
        )
    if not labels.size:
        raise ValueError(f"{asker}: an empty batch has no loss")
    if not isinstance(labels, np.ndarray) and ignore_index < 0:  # recorded to be replayed: there are none to look at
        return None  # those below 0 are found when they are picked
    low, high = labels.min(), labels.max()
    if low >= 0 > ignore_index and high < shape[1]:  # the usual case
        return None
    kept = labels != ignore_index
    inside = labels[kept]
    if inside.size and (inside.min() < 0 or inside.max() >= shape[1]):
        raise ValueError(
            f"{asker}: labels from {inside.min()} to {inside.max()} for {shape[1]} classes; they count from 0"
        )
    return kept


def _class_weights(weight: Any, classes: int, like: Any, asker: str) -> Any:
    w = plain(weight)
    if w.shape != (classes,):
        raise ValueError(f"{asker}: a weight for each of {classes} classes, not an array of shape {w.shape}")
    return w.astype(like)


def _weighted_nll(logp: Any, labels: Any, kept: Any, weight: Any, smoothing: float, reduction: str, asker: str) -> Any:
    logp = array(logp)
    n, classes = logp.shape
    dtype = plain(logp).dtype
    w = np.ones(classes, dtype) if weight is None else _class_weights(weight, classes, dtype, asker)
    counted = np.ones(n, bool) if kept is None else kept
    rows = labels if kept is None else np.where(counted, labels, 0)
    share = np.where(counted, w[rows], 0).astype(dtype)  # what each row counts
    loss = 0 - _picked(logp, rows)
    loss = ag.where(counted, loss * share, 0.0)  # a row that is ignored may hold anything
    if smoothing:
        spread = ag.where(counted, 0 - ag.sum(logp * w, axis=-1), 0.0)
        loss = (1 - smoothing) * loss + (smoothing / classes) * spread
    if reduction != "mean":
        return reduced(loss, reduction, asker)
    if not share.any():
        raise ValueError(f"{asker}: no row counts: all labels are ignored, or have weight 0")
    wide = np.promote_types(dtype, np.float32)  # half precision has no sum and no count beyond 65504
    return ag.astype(ag.sum(loss, dtype=wide) / share.sum(dtype=wide), dtype, copy=False)


def _soft_cross_entropy(logits: Any, target: Any, weight: Any, smoothing: float, reduction: str) -> Any:
    same_shape("cross_entropy", logits=logits, labels=target)
    if logits.ndim > 2:
        logits, target = ag.moveaxis(logits, 1, -1), ag.moveaxis(target, 1, -1)
    classes = np.shape(logits)[-1]
    target = (1 - smoothing) * target + smoothing / classes if smoothing else target
    terms = target * ag.log_softmax(logits, axis=-1)
    if weight is not None:
        terms = terms * _class_weights(weight, classes, plain(logits).dtype, "cross_entropy")
    return reduced(0 - ag.sum(terms, axis=-1), reduction, "cross_entropy")


def _clamped_log(p: Any) -> Any:
    """log(p), at least -100, with the derivative 1 / max(p, 1e-12): as in torch, so that p = 0 and 1 can be left."""
    inner = ag.log(p + ag.stop_gradient(ag.maximum(p, 1e-12) - p))
    with np.errstate(divide="ignore"):
        value = ag.maximum(ag.log(ag.stop_gradient(p)), -100.0)
    return inner + ag.stop_gradient(value - inner)


def binary_cross_entropy(output: Any, target: Any, *, weight: Any = None, reduction: str = "mean") -> Any:
    """``-target log(output) - (1 - target) log(1 - output)``, the logarithms at least -100.

    Better is `binary_cross_entropy_with_logits`, which takes what comes before the sigmoid.

    Parameters
    ----------
    output : Tensor or array
        Probabilities, from 0 to 1.
    target : array of the same shape
        0, 1, or a probability.
    weight : array, optional
        What each entry counts; it broadcasts.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        The shapes differ, or something is not between 0 and 1.

    Source: Cox, The regression analysis of binary sequences, 1958: minus the log-likelihood of his model.

    >>> binary_cross_entropy([0.5, 0.25], [1.0, 0.0], reduction="sum") == -np.log(0.5) - np.log(0.75)
    np.True_
    """
    same_shape("binary_cross_entropy", output=output, target=target)
    for name, values in (("output", plain(output)), ("target", plain(target))):
        if values.size and not (values.min() >= 0 and values.max() <= 1):
            raise ValueError(
                f"binary_cross_entropy: {name} is from 0 to 1, not from {values.min()} to {values.max()}; of logits "
                f"take binary_cross_entropy_with_logits"
            )
    output, target = array(output), array(target)
    loss = 0 - (target * _clamped_log(output) + (1 - target) * _clamped_log(1 - output))
    return reduced(loss if weight is None else loss * weight, reduction, "binary_cross_entropy")


def binary_cross_entropy_with_logits(
    logits: Any, target: Any, *, weight: Any = None, pos_weight: Any = None, reduction: str = "mean"
) -> Any:
    """`binary_cross_entropy` of ``sigmoid(logits)``, exact however far from 0 the logits are.

    Parameters
    ----------
    logits : Tensor or array
    target, weight, reduction
        As there.
    pos_weight : array or number, optional
        What the term of the target counts: above 1 it asks for recall. It broadcasts.

    >>> import numpy as np
    >>> binary_cross_entropy_with_logits(np.array([-1000.0, 1000.0]), np.array([1.0, 1.0]), reduction="none")
    array([1000.,    0.])
    """
    same_shape("binary_cross_entropy_with_logits", logits=logits, target=target)
    logits, target = array(logits), array(target)
    ones, zeros = target * ag.softplus(-logits), (1 - target) * ag.softplus(logits)
    loss = (ones if pos_weight is None else pos_weight * ones) + zeros
    return reduced(loss if weight is None else loss * weight, reduction, "binary_cross_entropy_with_logits")


def kl_div(output: Any, target: Any, *, log_target: bool = False, reduction: str = "mean") -> Any:
    """The terms ``target (log(target) - output)`` of the Kullback-Leibler divergence of a distribution from another.

    Parameters
    ----------
    output : Tensor or array
        Log-probabilities.
    target : Tensor or array of the same shape
        Probabilities; or their logarithms, with `log_target`.
    reduction : {"mean", "sum", "none", "batchmean"}
        ``"batchmean"``, the sum divided by the number of rows, is the divergence itself.

    Raises
    ------
    ValueError
        The shapes differ, a target below 0, an unknown reduction, or the mean of nothing.

    Source: Kullback and Leibler, On information and sufficiency, 1951.

    >>> kl_div(np.log([0.5, 0.5]), [1.0, 0.0], reduction="sum") == np.log(2)
    np.True_
    """
    same_shape("kl_div", output=output, target=target)
    output, target = array(output), array(target)
    if log_target:
        loss = ag.exp(target) * (target - output)
    else:
        y = plain(target)
        if (y < 0).any():
            raise ValueError(
                f"kl_div: targets are at least 0, not {y.min()}; for their logarithms pass log_target=True"
            )
        loss = target * ag.log(ag.where(y == 0, 1.0, target)) - target * output
    if reduction == "batchmean":
        if not np.size(plain(output)):
            raise ValueError("kl_div: an empty batch has no loss")
        return ag.sum(loss) / np.shape(output)[0]
    if reduction not in ("mean", "sum", "none"):
        hint = nearest(str(reduction), ("mean", "sum", "none", "batchmean"))
        raise ValueError(f"kl_div: no reduction is called {reduction!r}{hint}")
    return reduced(loss, reduction, "kl_div")
