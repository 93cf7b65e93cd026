"""Layers around other modules: what went in meets what came out."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag
from nn.activations.functions import as_module
from nn.module import Module

__all__ = ["Residual", "SkipConcat"]


class Residual(Module):
    """``shortcut(x) + module(x)``. He, Zhang, Ren and Sun, Deep residual learning, 2015.

    Parameters
    ----------
    module : Module, function or name
    shortcut : the same, optional
        By default x itself; a `Linear` where the module changes the number of features.

    >>> from nn.layers.linear import Linear
    >>> Residual(Linear(3, 3, init="zeros"))(ag.ones((1, 3)))
    Tensor([[1., 1., 1.]], op='add')
    """

    def __init__(self, module: Any, shortcut: Any = None) -> None:
        self.module = as_module(module)
        self.shortcut = None if shortcut is None else as_module(shortcut)

    def forward(self, x: Any) -> Any:
        y, straight = self.module(x), x if self.shortcut is None else self.shortcut(x)
        if np.shape(y) != np.shape(straight):
            raise ValueError(
                f"Residual: the module makes shape {np.shape(y)} of {np.shape(x)}, to which the shortcut's "
                f"{np.shape(straight)} cannot be added; give a shortcut, for example nn.Linear"
            )
        return straight + y


class SkipConcat(Module):
    """x and ``module(x)`` side by side, along the last axis. Huang et al., Densely connected networks, 2017.

    >>> from nn.layers.linear import Linear
    >>> SkipConcat(Linear(3, 2, seed=0))(ag.ones((4, 3))).shape
    (4, 5)
    """

    def __init__(self, module: Any) -> None:
        self.module = as_module(module)

    def forward(self, x: Any) -> Any:
        return ag.concat([x, self.module(x)], axis=-1)
