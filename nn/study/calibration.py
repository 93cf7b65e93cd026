"""Whether a classifier is right as often as it says: reliability, expected calibration error, temperature scaling.

Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks, 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.losses.modules import cross_entropy
from nn.optim.line_search import LBFGS

__all__ = ["Reliability", "expected_calibration_error", "fit_temperature", "reliability"]


@dataclass(frozen=True)
class Reliability:
    """Predictions sorted into bins by their confidence: how sure they were, and how often they were right.

    Attributes
    ----------
    edges : array, shape (bins + 1,)
    counts : array of int, shape (bins,)
    confidence, accuracy : array, shape (bins,)
        Means in each bin; NaN in an empty one.
    """

    edges: Any
    counts: Any
    confidence: Any
    accuracy: Any

    @property
    def gaps(self) -> Any:
        """Accuracy minus confidence: below 0 where predictions are too sure; 0 in an empty bin."""
        return np.where(self.counts > 0, self.accuracy - self.confidence, 0.0)

    @property
    def error(self) -> float:
        """The expected calibration error: the mean over predictions of the size of their bin's gap."""
        return float(np.average(abs(self.gaps), weights=self.counts))


def reliability(probabilities: Any, labels: Any, *, bins: int = 10, strategy: str = "uniform") -> Reliability:
    """Sort predictions by the probability of the likeliest class, their confidence.

    Parameters
    ----------
    probabilities : array, shape (n, classes)
    labels : array of int, shape (n,)
        The true classes, counted from 0.
    bins : int
    strategy : {"uniform", "quantile"}
        Bins of equal width from 0 to 1, or of equally many predictions; as in `sklearn.calibration`.

    Returns
    -------
    Reliability

    Raises
    ------
    ValueError
        Rows that are not probabilities (logits, as a rule), or labels that do not fit them.

    Examples
    --------
    >>> import numpy as np
    >>> sure = np.array([[0.95, 0.05], [0.95, 0.05], [0.25, 0.75], [0.25, 0.75]])
    >>> found = reliability(sure, np.array([0, 0, 1, 0]))
    >>> found.accuracy[[7, 9]], round(found.error, 3)  # of the bins from 0.7 and from 0.9
    (array([0.5, 1. ]), 0.15)
    """
    p, y = _checked(probabilities, labels, "reliability")
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    if strategy not in ("uniform", "quantile"):
        raise ValueError(f"reliability: strategy is 'uniform' or 'quantile', not {strategy!r}")
    edges = np.linspace(0, 1, bins + 1)
    if strategy == "quantile":
        edges = np.quantile(confidence, edges)
    place = np.searchsorted(edges[1:-1], confidence)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):  # an empty bin has no mean: 0/0
        means = [np.bincount(place, weights=v, minlength=bins) / counts for v in (confidence, right)]
    return Reliability(edges, counts, *means)


def expected_calibration_error(probabilities: Any, labels: Any, *, bins: int = 15) -> float:
    """The mean distance between how sure predictions are and how often they are right, in bins of equal width.

    0 is perfect. With few rows in a bin, chance alone keeps it above 0. Parameters are those of `reliability`.

    Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, 2015.

    >>> import numpy as np
    >>> expected_calibration_error(np.array([[0.75, 0.25]] * 4), np.array([0, 0, 0, 1]))
    0.0
    """
    return reliability(probabilities, labels, bins=bins).error


def fit_temperature(logits: Any, labels: Any) -> float:
    """The temperature T for which ``softmax(logits / T)`` gives the labels the highest likelihood.

    One number for all classes: no prediction changes, only how sure it is. Above 1 the classifier was too sure.
    Dividing the weights and biases of the last linear layer by T has the same effect as dividing the logits.

    Parameters
    ----------
    logits : array, shape (n, classes)
        Of rows that the classifier has not learnt from.
    labels : array of int, shape (n,)

    Returns
    -------
    float

    Raises
    ------
    ValueError
        There is no such T: no label has a smaller logit than another class, so that the likelihood rises without
        end as T falls to 0; or the logits speak against the labels, and it rises without end with T.

    Examples
    --------
    >>> import numpy as np
    >>> round(fit_temperature(np.array([[2.0, 0.0]] * 4), np.array([0, 0, 0, 1])), 6)  # 2 / log 3
    1.820478
    """
    z, y = _fitting(logits, labels, "fit_temperature")
    if not np.isfinite(z).all():
        raise ValueError("fit_temperature: a logit is not finite")
    own = z[np.arange(len(z)), y]
    if (own == z.max(axis=1)).all():
        raise ValueError("fit_temperature: every row is classified right, so the best T is 0; give it more rows")
    if own.mean() <= z.mean():
        raise ValueError("fit_temperature: the labels have no larger logits than other classes have; the best T is ∞")
    s = ag.Var(0.0, name="log T")
    LBFGS([s], max_iter=200, tolerance_grad=1e-12, tolerance_change=0.0).step(lambda: cross_entropy(z * ag.exp(-s), y))
    return float(np.exp(s.item()))


def _fitting(scores: Any, labels: Any, asker: str) -> tuple[Any, Any]:
    z, y = np.asarray(scores), np.asarray(labels)
    if z.ndim != 2 or y.shape != z.shape[:1] or not len(z) or y.dtype.kind not in "iu":
        raise ValueError(
            f"{asker}: scores of shape (n, classes) and a class, an integer, for each row; "
            f"not shapes {z.shape} and {y.shape}, labels {y.dtype}"
        )
    if y.min() < 0 or y.max() >= z.shape[1]:
        raise ValueError(f"{asker}: labels from {y.min()} to {y.max()} for {z.shape[1]} classes; they count from 0")
    return z, y


def _checked(probabilities: Any, labels: Any, asker: str) -> tuple[Any, Any]:
    p, y = _fitting(probabilities, labels, asker)
    if not (p >= 0).all() or abs(p.sum(axis=1) - 1).max() > 1e-3:  # float32 softmax of many classes sums so nearly to 1
        raise ValueError(
            f"{asker}: rows of probabilities add up to 1; of logits take ag.softmax(logits, axis=-1) first"
        )
    return p, y
