"""Activation functions, each as a function and as a module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd_lite as ag
from autograd_lite import relu, sigmoid, tanh
from nn.module import Module
from nn.support import nearest

__all__ = ["Activation", "Lambda", "ReLU", "Sigmoid", "Tanh", "as_module", "relu", "sigmoid", "tanh"]


class Activation(Module):
    """A function of each entry, as a module. Subclasses name the function."""

    function: Callable[[Any], Any]

    def forward(self, x: Any) -> Any:
        return self.function(x)


class Tanh(Activation):
    """tanh(x): odd, between -1 and 1, the identity near 0.

    >>> import numpy as np
    >>> Tanh()(np.array([0.0, 1e3]))
    array([0., 1.])
    """

    function = staticmethod(ag.tanh)


class ReLU(Activation):
    """max(x, 0), with derivative 0 at 0."""

    function = staticmethod(ag.relu)


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), the logistic function: between 0 and 1."""

    function = staticmethod(ag.sigmoid)


class Lambda(Module):
    """Any function as a module.

    >>> import nn
    >>> nn.Lambda(lambda x: x**2)(3.0)
    9.0
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def forward(self, *inputs: Any, **options: Any) -> Any:
        return self.function(*inputs, **options)

    def extra_repr(self) -> str:
        return str(getattr(self.function, "__name__", self.function))


_NAMED: dict[str, type[Activation]] = {"tanh": Tanh, "relu": ReLU, "sigmoid": Sigmoid}


def as_module(activation: str | Callable[..., Any]) -> Module:
    """An activation given by name, as a module, as a class of modules or as a function, as a module.

    >>> as_module("tanh"), as_module(ag.tanh), as_module(Tanh)
    (Tanh(), Tanh(), Tanh())
    """
    if isinstance(activation, str):
        if activation not in _NAMED:
            raise ValueError(f"activation: none is called {activation!r}{nearest(activation, _NAMED)}")
        return _NAMED[activation]()
    if isinstance(activation, Module):
        return activation
    if isinstance(activation, type) and issubclass(activation, Module):
        return activation()
    if not callable(activation):
        raise TypeError(f"activation: a name, a function or a Module, not {activation!r}")
    for cls in _NAMED.values():
        if cls.function is activation:
            return cls()
    return Lambda(activation)
