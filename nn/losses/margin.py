"""Losses that ask for a margin, and of distances between embeddings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.losses.classes import binary_cross_entropy_with_logits
from nn.losses.shared import array, plain, reduced, same_shape, signs

__all__ = [
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "hinge_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


def hinge_loss(output: Any, target: Any, *, margin: float = 1.0, reduction: str = "mean") -> Any:
    """``max(0, margin - target output)`` for targets of 1 and -1: a support vector machine's.

    Parameters
    ----------
    output : Tensor or array
        Scores: above 0 they say 1.
    target : array of the same shape
        1 or -1.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        The shapes differ, or another target.

    Source: Cortes and Vapnik, Support-vector networks, 1995.

    >>> hinge_loss([2.0, 0.5, 0.5], [1, 1, -1], reduction="none")
    array([0. , 0.5, 1.5])
    """
    same_shape("hinge_loss", output=output, target=target)
    return reduced(ag.relu(margin - signs(target, "hinge_loss") * array(output)), reduction, "hinge_loss")


def hinge_embedding_loss(output: Any, target: Any, *, margin: float = 1.0, reduction: str = "mean") -> Any:
    """A distance where the target is 1, ``max(0, margin - distance)`` where it is -1. See `hinge_loss`.

    Source: Hadsell, Chopra and LeCun, Dimensionality reduction by learning an invariant mapping, 2006, not squared.

    >>> hinge_embedding_loss([0.25, 0.25], [1, -1], reduction="none")
    array([0.25, 0.75])
    """
    same_shape("hinge_embedding_loss", output=output, target=target)
    y, output = signs(target, "hinge_embedding_loss"), array(output)
    return reduced(ag.where(y == 1, output, ag.relu(margin - output)), reduction, "hinge_embedding_loss")


def multi_margin_loss(
    output: Any, labels: Any, *, p: int = 1, margin: float = 1.0, weight: Any = None, reduction: str = "mean"
) -> Any:
    """The hinge loss of several classes: ``sum over j ≠ y of max(0, margin - x_y + x_j)**p / classes``.

    Parameters
    ----------
    output : Tensor or array, shape (n, classes)
    labels : array of integers, shape (n,)
    p : {1, 2}
    weight : array, shape (classes,), optional
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        Shapes that do not fit, or a label out of range.

    Source: Weston and Watkins, Support vector machines for multi-class pattern recognition, 1999.

    >>> multi_margin_loss([[0.0, 1.0, 0.5]], [1]) == (0 + 0.5) / 3
    np.True_
    """
    y, shape = plain(labels), np.shape(output)
    if y.dtype.kind not in "iu" or len(shape) != 2 or shape[:1] != y.shape:
        raise ValueError(
            f"multi_margin_loss: scores of shape (n, classes) and n integers, not {shape} and {y.dtype} {y.shape}"
        )
    if y.size and (y.min() < 0 or y.max() >= shape[1]):
        raise ValueError(f"multi_margin_loss: labels from {y.min()} to {y.max()} for {shape[1]} classes")
    rows, output = np.arange(len(y)), array(output)
    short = margin + (output - output[rows, y][:, None])
    short = ag.where((np.arange(shape[1]) == y[:, None]) | (short <= 0), 0.0, short if p == 1 else short**p)
    loss = ag.sum(short, axis=-1) / shape[1]
    return reduced(loss if weight is None else loss * plain(weight)[y], reduction, "multi_margin_loss")


def multilabel_margin_loss(output: Any, labels: Any, *, reduction: str = "mean") -> Any:
    """The hinge loss of several right classes a row: ``sum over right j, wrong i of max(0, 1 - x_j + x_i) / classes``.

    Parameters
    ----------
    output : Tensor or array, shape (n, classes) or (classes,)
    labels : array of integers of the same shape
        The right classes of each row, then -1; what comes after the first -1 does not count.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        The shapes differ, or labels are no integers from -1 to classes - 1.

    Source: Elisseeff and Weston, A kernel method for multi-labelled classification, 2001.

    >>> round(multilabel_margin_loss([[0.1, 0.2, 0.4, 0.8]], [[3, 0, -1, 1]]), 12)
    np.float64(0.85)
    """
    same_shape("multilabel_margin_loss", output=output, labels=labels)
    y, output = plain(labels), array(output)
    if not y.ndim or y.dtype.kind not in "iu" or (y.size and (y.min() < -1 or y.max() >= y.shape[-1])):
        raise ValueError(
            f"multilabel_margin_loss: labels are integers from -1 to classes - 1, not {y.dtype} of shape {y.shape}"
            + (f" from {y.min()} to {y.max()}" if y.size else "")
        )
    right = np.logical_and.accumulate(y >= 0, axis=-1)  # those before the first -1
    labels = np.where(right, y, 0)
    wrong = ~((labels[..., None] == np.arange(y.shape[-1])) & right[..., None]).any(axis=-2)
    scores = ag.take_along_axis(output, labels, axis=-1)
    short = 1 + (output[..., None, :] - scores[..., :, None])
    short = ag.where(right[..., :, None] & wrong[..., None, :] & ~(short <= 0), short, 0.0)
    return reduced(ag.sum(short, axis=(-2, -1)) / y.shape[-1], reduction, "multilabel_margin_loss")


def multilabel_soft_margin_loss(output: Any, target: Any, *, weight: Any = None, reduction: str = "mean") -> Any:
    """`binary_cross_entropy_with_logits` for each of several classes: ``mean over j of softplus(x_j) - target_j x_j``.

    Parameters
    ----------
    output : Tensor or array, shape (…, classes)
    target : array of the same shape
        1 for the classes that a row has, 0 for others.
    weight : array, shape (classes,), optional
        What each class counts.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        The shapes differ.

    >>> multilabel_soft_margin_loss([[0.0, 0.0]], [[1, 0]]) == np.log(2)
    np.True_
    """
    same_shape("multilabel_soft_margin_loss", output=output, target=target)
    if not np.ndim(output):
        raise ValueError("multilabel_soft_margin_loss: the last axis are the classes, and a number has none")
    losses = binary_cross_entropy_with_logits(output, target, weight=weight, reduction="none")
    return reduced(ag.mean(losses, axis=-1), reduction, "multilabel_soft_margin_loss")


def soft_margin_loss(output: Any, target: Any, *, reduction: str = "mean") -> Any:
    """``log(1 + exp(-target output))`` for targets of 1 and -1: the logistic loss. See `hinge_loss`.

    Source: Friedman, Hastie and Tibshirani, Additive logistic regression, 2000.

    >>> soft_margin_loss([-1000.0, 1000.0], [1, 1], reduction="none")
    array([1000.,    0.])
    """
    same_shape("soft_margin_loss", output=output, target=target)
    return reduced(ag.softplus(-signs(target, "soft_margin_loss") * array(output)), reduction, "soft_margin_loss")


def _size(x: Any) -> Any:
    """The largest absolute value of each row, shape (…, 1), as a constant; 1 where that is 0 or infinite."""
    most = ag.stop_gradient(ag.max(ag.abs(x), axis=-1, keepdims=True))
    return ag.where((most > 0) & (most < np.inf), most, 1.0)


def cosine_embedding_loss(a: Any, b: Any, target: Any, *, margin: float = 0.0, reduction: str = "mean") -> Any:
    """``1 - cos(a, b)`` where the target is 1, ``max(0, cos(a, b) - margin)`` where it is -1.

    Parameters
    ----------
    a, b : Tensor or array, shape (n, d)
        A vector of zeros is at right angles to all others.
    target : array, shape (n,)
        1 for pairs that belong together, -1 for others.
    margin : float
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        Shapes that do not fit, or another target.

    Source: Chopra, Hadsell and LeCun, Learning a similarity metric discriminatively, 2005, with cosines.

    >>> cosine_embedding_loss([[3.0, 4.0], [1.0, 0.0]], [[6.0, 8.0], [0.0, 1.0]], [1, 1], reduction="none").round(6)
    array([0., 1.])
    """
    same_shape("cosine_embedding_loss", a=a, b=b)
    y = signs(target, "cosine_embedding_loss")
    if np.shape(a)[:-1] != y.shape:
        raise ValueError(f"cosine_embedding_loss: pairs of shape {np.shape(a)} have no target of shape {y.shape}")
    a, b = array(a), array(b)
    a, b = a / _size(a), b / _size(b)  # the angle stays, and no square overflows
    lengths = ag.sum(ag.square(a), axis=-1) * ag.sum(ag.square(b), axis=-1)
    cosine = ag.sum(a * b, axis=-1) / ag.sqrt(ag.where(lengths == 0, 1.0, lengths))
    return reduced(ag.where(y == 1, 1 - cosine, ag.relu(cosine - margin)), reduction, "cosine_embedding_loss")


def margin_ranking_loss(a: Any, b: Any, target: Any, *, margin: float = 0.0, reduction: str = "mean") -> Any:
    """``max(0, margin - target (a - b))``: a is to be above b where the target is 1, below where it is -1.

    Parameters
    ----------
    a, b, target : Tensor or array
        Of one shape.
    margin : float
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        The shapes differ, or another target.

    Source: Herbrich, Graepel and Obermayer, Large margin rank boundaries for ordinal regression, 2000.

    >>> margin_ranking_loss([2.0, 2.0], [1.0, 1.0], [1, -1], reduction="none")
    array([0., 1.])
    """
    same_shape("margin_ranking_loss", a=a, b=b, target=target)
    y = signs(target, "margin_ranking_loss")
    return reduced(ag.relu(margin - y * ag.subtract(a, b)), reduction, "margin_ranking_loss")


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)`` with the distance of the `p`-norm.

    Parameters
    ----------
    anchor, positive, negative : Tensor or array, shape (n, d)
    eps : float
        Added to each difference, so that equal vectors have a gradient.
    swap : bool
        Take the smaller of d(anchor, negative) and d(positive, negative). Balntas et al. 2016.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        The shapes differ.

    Source: Schroff, Kalenichenko and Philbin, FaceNet, 2015.

    >>> triplet_margin_loss([[0.0, 0.0]], [[3.0, 4.0]], [[0.0, 1.0]]).round(4)
    np.float64(5.0)
    """

    def distance(x: Any, y: Any) -> Any:
        d = ag.subtract(x, y) + eps
        size = _size(d)
        return size[..., 0] * ag.linalg.vector_norm(d / size, ord=p, axis=-1)

    return _triplet(anchor, positive, negative, distance, margin, swap, reduction, "triplet_margin_loss")


def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)`` with a distance d of one's own.

    Parameters
    ----------
    anchor, positive, negative : Tensor or array, shape (n, d)
    distance_function : callable, optional
        Of two of them; gives a number a row. By default the Euclidean distance, as there.
    margin, swap, reduction
        As there.

    >>> import numpy as np
    >>> furthest = lambda x, y: ag.max(ag.abs(x - y), axis=-1)
    >>> a, b, c = np.array([[0.0, 0.0]]), np.array([[0.5, 0.25]]), np.array([[1.0, 0.0]])
    >>> triplet_margin_with_distance_loss(a, b, c, distance_function=furthest)
    np.float64(0.5)
    """
    asker = "triplet_margin_with_distance_loss"
    if distance_function is None:
        return triplet_margin_loss(anchor, positive, negative, margin=margin, swap=swap, reduction=reduction)
    return _triplet(array(anchor), array(positive), array(negative), distance_function, margin, swap, reduction, asker)


def _triplet(
    anchor: Any, positive: Any, negative: Any, distance: Callable[[Any, Any], Any], margin: float, swap: bool,
    reduction: str, asker: str,
) -> Any:  # fmt: skip
    same_shape(asker, anchor=anchor, positive=positive, negative=negative)
    far = distance(anchor, negative)
    if swap:
        far = ag.minimum(far, distance(positive, negative))
    return reduced(ag.relu(distance(anchor, positive) - far + margin), reduction, asker)
