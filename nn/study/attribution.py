"""Which inputs an output depends on: derivatives of the network in its inputs, instead of in its weights."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag
from nn.data.batching import counted
from nn.module import Module
from nn.support import evaluating, raw
from nn.training.fit import dtype_of, predict

__all__ = ["integrated_gradients", "saliency"]


def saliency(model: Module, X: Any, target: Any = None) -> Any:
    """The gradient of an output of `model` in its inputs, row by row: what a small change of each input would do.

    Simonyan, Vedaldi and Zisserman, Deep inside convolutional networks: visualising image classification models and
    saliency maps, 2013.

    Parameters
    ----------
    model : Module
        Of rows, each by itself, in evaluation mode.
    X : array, shape (n, …)
    target : int or array of int, shape (n,); optional
        Which output: by default the largest of each row, the class predicted.

    Returns
    -------
    array, shape (n, …)

    Examples
    --------
    >>> import nn
    >>> model = nn.Linear(3, 2, seed=0)
    >>> bool((saliency(model, np.ones((1, 3)), 1) == model.weight.value[1]).all())
    True
    """
    X, target = _prepared(model, X, target, "saliency")
    return _gradient(model, X, target)


def integrated_gradients(model: Module, X: Any, target: Any = None, *, baseline: Any = 0.0, steps: int = 32) -> Any:
    """What each input contributes to an output, against what it is at `baseline`.

    The gradient is averaged on the straight way from the baseline to the row (by Gauss and Legendre's rule) and
    multiplied by the way::

        (xᵢ - x′ᵢ) ∫₀¹ ∂f/∂xᵢ (x′ + s (x - x′)) ds

    The contributions add up to f(x) - f(x′), as exactly as the rule is: more `steps` for a network with kinks.

    Sundararajan, Taly and Yan, Axiomatic attribution for deep networks, 2017.

    Parameters
    ----------
    model, X, target
        As for `saliency`.
    baseline : float or array that broadcasts to X
        An input that says nothing: black, or the mean.
    steps : int

    Returns
    -------
    array, shape (n, …)

    Examples
    --------
    >>> import nn
    >>> model, X = nn.MLP([3, 8, 2], "tanh", seed=0), np.ones((1, 3))
    >>> parts = integrated_gradients(model, X, 0)
    >>> change = nn.predict(model, X)[0, 0] - nn.predict(model, 0 * X)[0, 0]
    >>> bool(abs(parts.sum() - change) < 1e-12)
    True
    """
    X, target = _prepared(model, X, target, "integrated_gradients")
    steps = counted(steps, "integrated_gradients: steps")
    way = X - np.broadcast_to(np.asarray(baseline, dtype=X.dtype), X.shape)
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    total = np.zeros_like(X)
    for node, weight in zip(nodes, weights, strict=True):
        total += (weight / 2) * _gradient(model, X - (1 - node) / 2 * way, target)
    return way * total


def _prepared(model: Module, X: Any, target: Any, asker: str) -> tuple[Any, Any]:
    """The inputs in the model's dtype, and a column of which output is meant in each row."""
    X = np.asarray(X).astype(dtype_of(model), copy=False)
    outputs = predict(model, X)
    if outputs.ndim != 2 or len(outputs) != len(X):
        raise ValueError(f"{asker}: the model gives shape {outputs.shape}; it gives (n, outputs) for n rows")
    chosen = outputs.argmax(axis=1) if target is None else np.asarray(target)
    if chosen.dtype.kind not in "iu" or chosen.shape not in ((), (len(X),)):
        raise ValueError(f"{asker}: target is an integer, or one for each of {len(X)} rows, not {target!r}")
    if chosen.size and not 0 <= chosen.min() <= chosen.max() < outputs.shape[1]:
        raise ValueError(f"{asker}: target is from 0 to {outputs.shape[1] - 1}, one of the outputs, not {target!r}")
    return X, np.broadcast_to(chosen, len(X))[:, None]


def _gradient(model: Module, X: Any, target: Any) -> Any:
    """Of each row's output, in that row: rows do not mix, so it is the gradient of the sum."""
    with evaluating(model):
        gradient = ag.grad(lambda x: ag.sum(ag.take_along_axis(model(x), target, axis=1)))(X)
    return raw(gradient)  # an array if the model has no parameters
