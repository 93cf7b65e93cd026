"""Losses that ask for a margin, and of distances between embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag
from nn.loss_support import array, plain, reduced, same_shape, signs

__all__ = [
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "hinge_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "triplet_margin_loss",
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

    >>> hinge_loss([2.0, 0.5, 0.5], [1, 1, -1], reduction="none")
    array([0. , 0.5, 1.5])
    """
    same_shape("hinge_loss", output=output, target=target)
    return reduced(ag.relu(margin - signs(target, "hinge_loss") * array(output)), reduction, "hinge_loss")


def hinge_embedding_loss(output: Any, target: Any, *, margin: float = 1.0, reduction: str = "mean") -> Any:
    """A distance where the target is 1, ``max(0, margin - distance)`` where it is -1. See `hinge_loss`."""
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
    """
    y, shape = plain(labels), np.shape(output)
    if y.dtype.kind not in "iu" or len(shape) != 2 or shape[:1] != y.shape:
        raise ValueError(
            f"multi_margin_loss: scores of shape (n, classes) and n integers, not {shape} and {y.dtype} {y.shape}"
        )
    if y.size and (y.min() < 0 or y.max() >= shape[1]):
        raise ValueError(f"multi_margin_loss: labels from {y.min()} to {y.max()} for {shape[1]} classes")
    rows, output = np.arange(len(y)), array(output)
    short = ag.relu(margin - output[rows, y][:, None] + output)
    short = ag.where(np.arange(shape[1]) == y[:, None], 0.0, short if p == 1 else short**p)
    loss = ag.sum(short, axis=-1) / shape[1]
    return reduced(loss if weight is None else loss * plain(weight)[y], reduction, "multi_margin_loss")


def cosine_embedding_loss(a: Any, b: Any, target: Any, *, margin: float = 0.0, reduction: str = "mean") -> Any:
    """``1 - cos(a, b)`` where the target is 1, ``max(0, cos(a, b) - margin)`` where it is -1.

    Parameters
    ----------
    a, b : Tensor or array, shape (n, d)
    target : array, shape (n,)
        1 for pairs that belong together, -1 for others.
    margin : float
    reduction : {"mean", "sum", "none"}
    """
    same_shape("cosine_embedding_loss", a=a, b=b)
    y = signs(target, "cosine_embedding_loss")
    if np.shape(a)[:-1] != y.shape:
        raise ValueError(f"cosine_embedding_loss: pairs of shape {np.shape(a)} have no target of shape {y.shape}")
    a, b = array(a), array(b)
    tiny = 1e-12  # keeps the angle of a zero vector finite
    lengths = (ag.sum(ag.square(a), axis=-1) + tiny) * (ag.sum(ag.square(b), axis=-1) + tiny)
    cosine = ag.sum(a * b, axis=-1) / ag.sqrt(lengths)
    return reduced(ag.where(y == 1, 1 - cosine, ag.relu(cosine - margin)), reduction, "cosine_embedding_loss")


def margin_ranking_loss(a: Any, b: Any, target: Any, *, margin: float = 0.0, reduction: str = "mean") -> Any:
    """``max(0, margin - target (a - b))``: a is to be above b where the target is 1, below where it is -1."""
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

    Source: Schroff, Kalenichenko and Philbin, FaceNet, 2015.
    """
    same_shape("triplet_margin_loss", anchor=anchor, positive=positive, negative=negative)

    def distance(x: Any, y: Any) -> Any:
        d = ag.subtract(x, y) + eps
        return ag.sqrt(ag.sum(ag.square(d), axis=-1)) if p == 2 else ag.sum(ag.abs(d) ** p, axis=-1) ** (1 / p)

    far = distance(anchor, negative)
    if swap:
        far = ag.minimum(far, distance(positive, negative))
    return reduced(ag.relu(distance(anchor, positive) - far + margin), reduction, "triplet_margin_loss")
