"""Losses for numbers to predict."""

from __future__ import annotations

from math import log, pi, prod
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.losses.shared import array, plain, reduced, same_shape

__all__ = ["gaussian_nll_loss", "huber_loss", "l1_loss", "mse_loss", "poisson_nll_loss", "smooth_l1_loss"]


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
        The shapes differ, or there are no entries to average.

    Examples
    --------
    >>> import numpy as np
    >>> mse_loss(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    np.float64(2.0)
    """
    shape = getattr(output, "shape", None)
    if shape != getattr(target, "shape", ()):  # numbers and lists are looked at more closely
        same_shape("mse_loss", output=output, target=target)
    elif reduction == "sum":
        return ag.squared_error(output, target)
    elif reduction == "mean" and 0 not in shape and output.dtype != np.float16:  # its sums overflow where means do not
        return ag.squared_error(output, target) / prod(shape)
    return reduced(ag.square(ag.subtract(output, target)), reduction, "mse_loss")


def l1_loss(output: Any, target: Any, *, reduction: str = "mean") -> Any:
    """The absolute error ``|output - target|``; parameters and errors as for `mse_loss`.

    >>> l1_loss([1.0, 2.0], [1.0, 4.0])
    np.float64(1.0)
    """
    same_shape("l1_loss", output=output, target=target)
    return reduced(ag.abs(ag.subtract(output, target)), reduction, "l1_loss")


def huber_loss(output: Any, target: Any, *, delta: float = 1.0, reduction: str = "mean") -> Any:
    """``d**2 / 2`` for errors d up to `delta`, ``delta (|d| - delta/2)`` beyond. Huber 1964.

    Parameters
    ----------
    output, target, reduction
        As for `mse_loss`.
    delta : float
        Above 0.

    >>> huber_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
    array([0.125, 2.5  ])
    """
    if not delta > 0:
        raise ValueError(f"huber_loss: delta is above 0, not {delta}")
    same_shape("huber_loss", output=output, target=target)
    d = ag.subtract(output, target)
    near = ag.clip(d, -delta, delta)
    return reduced(near * (d - 0.5 * near), reduction, "huber_loss")


def smooth_l1_loss(output: Any, target: Any, *, beta: float = 1.0, reduction: str = "mean") -> Any:
    """`huber_loss` divided by ``delta = beta``: ``d**2 / (2 beta)`` up to `beta`, ``|d| - beta/2`` beyond.

    With beta = 0 it is `l1_loss`. Girshick, Fast R-CNN, 2015.

    >>> smooth_l1_loss([0.5, 3.0], [0.0, 0.0], beta=2.0, reduction="none")
    array([0.0625, 2.    ])
    """
    if beta < 0:
        raise ValueError(f"smooth_l1_loss: beta is at least 0, not {beta}")
    if beta == 0:
        return l1_loss(output, target, reduction=reduction)
    same_shape("smooth_l1_loss", output=output, target=target)
    d = ag.subtract(output, target)
    near = ag.clip(d, -beta, beta)
    return reduced(near / beta * (d - 0.5 * near), reduction, "smooth_l1_loss")


def poisson_nll_loss(
    output: Any,
    target: Any,
    *,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Any:
    """The negative log-likelihood of counts under a Poisson distribution: ``rate - target log(rate)``.

    Parameters
    ----------
    output : Tensor or array
        The logarithm of the rate, or with ``log_input=False`` the rate.
    target : array of the same shape
        Counts, at least 0.
    full : bool
        Add ``log(target!)`` by Stirling's formula, for targets above 1. It does not depend on the output.
    eps : float
        Added to a rate before its logarithm is taken.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        The shapes differ, or a count is below 0.

    Source: Nelder and Wedderburn, Generalized linear models, 1972.

    >>> poisson_nll_loss([0.0], [3.0])
    np.float64(1.0)
    """
    same_shape("poisson_nll_loss", output=output, target=target)
    output, target, y = array(output), array(target), plain(target)
    if (y < 0).any():
        raise ValueError(f"poisson_nll_loss: counts are at least 0, not {y.min()}")
    counted = ag.minimum(output, 1e3) if log_input else ag.log(output + eps)  # from 710 on exp(output) is infinite
    loss = (ag.exp(output) if log_input else output) - target * counted
    if full:
        n = ag.where(y > 1, y, 1.0)
        loss = loss + ag.where(y > 1, n * ag.log(n) - n + 0.5 * ag.log(2 * pi * n), 0.0)
    return reduced(loss, reduction, "poisson_nll_loss")


def gaussian_nll_loss(
    output: Any, target: Any, var: Any, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    """The negative log-likelihood under a normal distribution: ``(log(var) + (output - target)**2 / var) / 2``.

    Parameters
    ----------
    output, target : Tensor or array
        Of one shape.
    var : Tensor or array
        Variances: of the same shape, or one that broadcasts to it, as (n, 1) or a number. At least 0.
    full : bool
        Add ``log(2 π) / 2``.
    eps : float
        Smaller variances count as this; their gradient is that at `eps`, so that they can leave.
    reduction : {"mean", "sum", "none"}

    Raises
    ------
    ValueError
        Shapes that do not fit, or a variance below 0.

    Source: Nix and Weigend, Estimating the mean and variance of the target probability distribution, 1994.

    >>> gaussian_nll_loss([0.0], [2.0], [1.0])
    np.float64(2.0)
    """
    same_shape("gaussian_nll_loss", output=output, target=target)
    d, var = ag.subtract(output, target), array(var)
    least = plain(var).min(initial=0.0)
    if least < 0:
        raise ValueError(f"gaussian_nll_loss: variances are at least 0, not {least}")
    if var.shape not in ((), (*d.shape[:-1], 1), d.shape):
        raise ValueError(f"gaussian_nll_loss: var of shape {var.shape} is no variance of output {d.shape}")
    var = var + ag.stop_gradient(ag.maximum(var, eps) - var)
    loss = 0.5 * (ag.log(var) + d * (d / var))
    return reduced(loss + 0.5 * log(2 * pi) if full else loss, reduction, "gaussian_nll_loss")
