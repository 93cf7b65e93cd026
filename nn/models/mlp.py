"""The multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from nn import init as initial
from nn.activations.functions import ReLU, as_module
from nn.layers.linear import Linear, whole
from nn.layers.sequential import Sequential

__all__ = ["MLP"]


class MLP(Sequential):
    """A multi-layer perceptron: linear layers with an activation between them, none after the last.

    Parameters
    ----------
    sizes : sequence of int
        The number of inputs, of units in each hidden layer, and of outputs.
    activation : str, function, Module or class of modules
        Between the layers. One Module (with its parameters, if any) is shared by all places; of a class each place
        gets one of its own.
    output_activation : the same, optional
        After the last layer.
    bias : bool
        Whether the linear layers have biases; they start at zero.
    init : str or callable, optional
        How weights start: by default ``"he_uniform"`` for ReLU, ``"xavier_uniform"`` for all else.
    seed : int, numpy Generator or None
        By default 0: a model built again starts the same. See `nn.init.generator`.
    dtype : dtype
        float64 (the default) or float32.

    Examples
    --------
    >>> import nn
    >>> nn.MLP([64, 128, 10], activation="tanh")
    MLP(
      (0): Linear(in_features=64, out_features=128, bias=True)
      (1): Tanh()
      (2): Linear(in_features=128, out_features=10, bias=True)
    )
    """

    def __init__(
        self,
        sizes: Iterable[int],
        activation: str | Callable[..., Any] = "tanh",
        *,
        output_activation: str | Callable[..., Any] | None = None,
        bias: bool = True,
        init: str | initial.Initializer | None = None,
        seed: initial.Seed = 0,
        dtype: Any = float,
    ) -> None:
        if not np.iterable(sizes):
            raise TypeError(f"MLP: sizes come in a list, as in MLP([2, 16, 1]), not {sizes!r} alone")
        sizes = [whole(n, "MLP: sizes") for n in sizes]
        if len(sizes) < 2:
            raise ValueError(f"MLP: sizes needs the number of inputs and of outputs at least, not {sizes}")
        rng = initial.generator(seed)
        if init is None:
            init = "he_uniform" if isinstance(as_module(activation), ReLU) else "xavier_uniform"
        modules: list[Any] = []
        for n_in, n_out in pairwise(sizes):
            modules += [Linear(n_in, n_out, bias, init=init, seed=rng, dtype=dtype), as_module(activation)]
        modules[-1:] = [] if output_activation is None else [as_module(output_activation)]
        super().__init__(*modules)
        for name, parameter in self.named_parameters():
            parameter.name = name  # tables and graphs then tell one layer's weights from another's
