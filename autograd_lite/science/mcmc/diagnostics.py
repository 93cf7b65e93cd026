"""Whether chains agree, and what their draws are worth: R-hat, effective sample size, Monte Carlo error, energy.

Every function takes draws of shape (chains, draws, …), or a container of them, and gives one number per quantity. The
formulas are those of Vehtari, Gelman, Simpson, Carpenter and Bürkner, *Rank-normalization, folding, and localization:
an improved R-hat for assessing convergence of MCMC*, Bayesian Analysis 16, 2021.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np

from autograd_lite.arrays import trees

__all__ = ["autocorrelation", "bfmi", "ess", "mcse", "rhat"]

Array = np.ndarray[Any, Any]


# -- one quantity at a time -------------------------------------------------------------------------------------------


def _each(statistic: Callable[[Array], float], draws: Any, asker: str) -> Any:
    """`statistic` of the (chains, draws) of every quantity in the container `draws`."""

    def leaf(x: Any) -> Any:
        x = np.asarray(x, float)
        if x.ndim < 2 or x.shape[1] < 4:
            raise ValueError(f"{asker}: draws are (chains, draws, …) with at least four draws, not {x.shape}")
        columns = np.moveaxis(x.reshape(*x.shape[:2], -1), -1, 0)
        usable = [np.isfinite(c).all() and np.ptp(c) > 0 for c in columns]
        found = [statistic(c) if fine else np.nan for c, fine in zip(columns, usable, strict=True)]
        return np.reshape(found, x.shape[2:])[()]

    return trees.mapped(leaf, draws)


def _split(x: Array) -> Array:
    """Each chain as two, its first half and its second; the middle draw of an odd number is left out."""
    half = x.shape[1] // 2
    return np.concatenate([x[:, :half], x[:, -half:]])


@functools.lru_cache(maxsize=8)
def _scores(n: int) -> Array:
    """The normal scores of the ranks 1, 1½, 2, …, n among n numbers (Blom's formula)."""
    inverse = NormalDist().inv_cdf
    return np.array([inverse((rank / 2 - 0.375) / (n + 0.25)) for rank in range(2, 2 * n + 1)])


def _normalised(x: Array) -> Array:
    """Normal scores in the place of numbers, so that heavy tails do no harm; ties share their mean rank."""
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    twice_the_rank = 2 * np.cumsum(counts) - counts + 1
    scores: Array = _scores(x.size)[twice_the_rank - 2][inverse].reshape(x.shape)
    return scores


def _variances(x: Array) -> tuple[float, float]:
    """The variance within chains, and the estimate of the posterior's that the means of chains enter too."""
    n = x.shape[1]
    within = float(x.var(axis=1, ddof=1).mean())
    between = float(x.mean(axis=1).var(ddof=1)) if len(x) > 1 else 0.0
    return within, (n - 1) / n * within + between


def _rhat(x: Array) -> float:
    within, total = _variances(x)
    return float(np.sqrt(total / within)) if within else np.inf


def _autocovariance(x: Array) -> Array:
    """Of each chain, at every lag, through the Fourier transform; divided by n, as Geyer's estimator wants it."""
    n = x.shape[1]
    spectrum = np.fft.rfft(x - x.mean(axis=1, keepdims=True), 2 * n, axis=1)
    covariance: Array = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :n] / n
    return covariance


def _ess(x: Array) -> float:
    """Draws over the integrated autocorrelation time, by Geyer's initial monotone sequence."""
    if np.ptp(x) == 0:
        return np.nan
    within, total = _variances(x)
    rho = 1 - (within - _autocovariance(x).mean(axis=0)) / total
    rho[0] = 1
    pairs = rho[: len(rho) // 2 * 2].reshape(-1, 2).sum(axis=1)  # positive and falling, for a reversible chain
    ended = np.flatnonzero(pairs < 0)
    pairs = np.minimum.accumulate(pairs[: ended[0]] if len(ended) else pairs)
    time = 2 * float(pairs.sum()) - 1
    return float(x.size / max(time, 1 / np.log10(x.size)))  # draws that repel one another are worth only so much


# -- what users call --------------------------------------------------------------------------------------------------


def rhat(draws: Any) -> Any:
    """Potential scale reduction: near 1 when chains agree; above 1.01, run longer or look for another mode.

    The rank-normalised split R-hat: the larger of that of the draws (do the chains' centres agree?) and that of their
    distances from the median (do their widths?).

    Parameters
    ----------
    draws : array of shape (chains, draws, …), or a container of such arrays

    Returns
    -------
    Arrays of the shapes that are left. NaN for a quantity that never changes or is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.random.default_rng(0).normal(size=(4, 500))
    >>> bool(rhat(draws) < 1.01), bool(rhat(draws + [[0], [0], [0], [3]]) > 1.4)
    (True, True)
    """

    def one(x: Array) -> float:
        x = _split(x)
        folded = np.abs(x - np.median(x))
        return max(_rhat(_normalised(x)), _rhat(_normalised(folded)) if np.ptp(folded) else 1.0)

    return _each(one, draws, "rhat")


def ess(draws: Any, kind: str = "bulk") -> Any:
    """Effective sample size: as many independent draws would tell as much.

    Parameters
    ----------
    draws : array of shape (chains, draws, …), or a container of such arrays
    kind : str
        ``"bulk"`` for the centre (of rank-normalised draws), ``"tail"`` for the 5% and 95% quantiles (the smaller of
        the two), ``"mean"`` for the mean of the draws as they are.

    Raises
    ------
    ValueError
        Another `kind`, or draws of another shape.

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.random.default_rng(0).normal(size=(4, 500, 2))
    >>> ess(draws).shape, bool((ess(draws) > 1500).all())
    ((2,), True)
    """
    if kind not in ("bulk", "tail", "mean"):
        raise ValueError(f"ess: kind is 'bulk', 'tail' or 'mean', not {kind!r}")

    def one(x: Array) -> float:
        if kind == "bulk":
            return _ess(_normalised(_split(x)))
        if kind == "mean":
            return _ess(_split(x))
        return min([_ess(_split((x <= q).astype(float))) for q in np.quantile(x, [0.05, 0.95])])

    return _each(one, draws, "ess")


def mcse(draws: Any) -> Any:
    """The Monte Carlo standard error of the mean: the standard deviation over the root of ``ess(draws, "mean")``.

    >>> import numpy as np
    >>> float(mcse(np.random.default_rng(0).normal(size=(4, 500))).round(3))  # 1 / sqrt(2000) = 0.022
    0.022
    """
    return _each(lambda x: float(x.std(ddof=1) / np.sqrt(_ess(_split(x)))), draws, "mcse")


def autocorrelation(draws: Any) -> Any:
    """The autocorrelation of each chain at every lag, in the shape of the draws; 1 at lag 0.

    >>> import numpy as np
    >>> autocorrelation(np.array([[1.0, -1.0, 1.0, -1.0]]))
    array([[ 1.  , -0.75,  0.5 , -0.25]])
    """

    def leaf(x: Any) -> Array:
        covariance = _autocovariance(np.asarray(x, float))
        return covariance / covariance[:, :1]

    return trees.mapped(leaf, draws)


def bfmi(energy: Any) -> Array:
    """The Bayesian fraction of missing information of each chain, from its energies, shape (chains, draws).

    How far new momenta move the energy, against how widely it varies: below 0.3 the momenta cannot explore the tails.
    Betancourt, *Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte Carlo*, 2016.

    >>> import numpy as np
    >>> bfmi(np.array([[0.0, 1.0, 0.0, 1.0]]))
    array([3.])
    """
    energy = np.asarray(energy, float)
    centred = energy - energy.mean(axis=1, keepdims=True)
    moved: Array = np.sum(np.diff(energy, axis=1) ** 2, axis=1) / np.sum(centred**2, axis=1)
    return moved
