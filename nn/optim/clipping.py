"""Clipping: gradients made no longer than they should be, between ``loss.backward()`` and ``optimizer.step()``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

import autograd_lite as ag

__all__ = ["clip_grad_norm_", "clip_grad_value_"]


def _with_gradients(parameters: Any, limit: Any, asker: str) -> list[ag.Tensor]:
    if not isinstance(limit, (int, float, np.number)) or not limit >= 0:
        raise ValueError(f"{asker}: the limit is a number of at least 0, not {limit!r}")
    if not isinstance(parameters, Iterable):
        raise TypeError(f"{asker}: pass model.parameters(), not {type(parameters).__name__}")
    given = [parameters] if isinstance(parameters, ag.Tensor) else list(parameters)
    for p in given:
        if not isinstance(p, ag.Tensor):
            raise TypeError(f"{asker}: pass model.parameters(), not {type(p).__name__}")
    return [p for p in given if p.grad is not None]


def clip_grad_norm_(parameters: Iterable[ag.Tensor], max_norm: float, norm_type: float = 2.0) -> float:
    """Scale all gradients together so that the norm of them all, as one vector, is at most `max_norm`.

    Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013.

    Parameters
    ----------
    parameters : iterable of Parameters
        Those without a gradient are passed over.
    max_norm : float
    norm_type : float
        The p of the p-norm; ``float("inf")`` for the largest entry.

    Returns
    -------
    float
        The norm before.

    Raises
    ------
    ag.NonFiniteError
        The norm is NaN or infinite; nothing was changed.
    ValueError, TypeError
        A limit below 0, something that is no Tensor.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var([3.0, 4.0])
    >>> ag.sum(x**2).backward()
    >>> clip_grad_norm_([x], 1.0), [round(g, 4) for g in x.grad.value.tolist()]
    (10.0, [0.6, 0.8])
    """
    params = _with_gradients(parameters, max_norm, "clip_grad_norm_")
    if not norm_type > 0:
        raise ValueError(f"clip_grad_norm_: norm_type is above 0, not {norm_type!r}")
    norms = [np.linalg.norm(p.grad.value.ravel("K"), norm_type) for p in params if p.size]
    total = float(np.linalg.norm(norms, norm_type)) if norms else 0.0
    if not np.isfinite(total):
        raise ag.NonFiniteError(f"clip_grad_norm_: the norm of the gradients is {total}")
    if total > max_norm:
        for p in params:
            p.grad = ag.asarray(p.grad.value * p.dtype.type(max_norm / total))
    return total


def clip_grad_value_(parameters: Iterable[ag.Tensor], clip_value: float) -> None:
    """Bring every entry of every gradient into [-clip_value, clip_value].

    Raises
    ------
    ValueError, TypeError
        A limit below 0, something that is no Tensor.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var([3.0, 0.25])
    >>> ag.sum(x**2).backward()
    >>> clip_grad_value_([x], 1.0)
    >>> x.grad
    Tensor([1. , 0.5])
    """
    for p in _with_gradients(parameters, clip_value, "clip_grad_value_"):
        p.grad = ag.asarray(np.clip(p.grad.value, -clip_value, clip_value))
