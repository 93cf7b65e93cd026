"""The linear layer."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag
from nn import init as initial
from nn.module import Module, Parameter

__all__ = ["Linear", "whole"]


def whole(value: Any, name: str) -> int:
    """`value` as a number of features: a positive whole number, or a ValueError that names the argument."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name}: a whole number of at least 1, not {value!r}")
    return int(value)


class Linear(Module):
    """``y = x Wᵀ + b``, as torch.nn.Linear.

    Parameters
    ----------
    in_features, out_features : int
    bias : bool
        Whether there is a b.
    init : str or callable
        How W starts: a function of `nn.init`, or its name. b starts at zero.
    seed : int, numpy Generator or None
        See `nn.init.generator`.
    dtype : dtype
        float64 (the default) or float32.

    Attributes
    ----------
    weight : Parameter, shape (out_features, in_features)
    bias : Parameter, shape (out_features,), or None

    Raises
    ------
    ValueError
        When called with an input whose last axis is not `in_features`.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Linear(3, 2, seed=0)
    >>> layer
    Linear(in_features=3, out_features=2, bias=True)
    >>> layer(np.ones((5, 3))).shape
    (5, 2)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: str | initial.Initializer = "xavier_uniform",
        seed: initial.Seed = None,
        dtype: Any = float,
    ) -> None:
        self.in_features = whole(in_features, "Linear: in_features")
        self.out_features = whole(out_features, "Linear: out_features")
        weight = initial.by_name(init)((self.out_features, self.in_features), seed=seed, dtype=dtype)
        # Wᵀ, not W, lies in memory row by row: that is how x Wᵀ reads it and how its adjoint xᵀ g comes out.
        self.weight = Parameter(np.asfortranarray(weight), name="weight")
        self.bias = Parameter(np.zeros(self.out_features, dtype), name="bias") if bias else None

    def forward(self, x: Any) -> Any:
        try:
            return ag.matmul(x, self.weight.mT) if self.bias is None else ag.affine(x, self.weight, self.bias)
        except ValueError as error:
            raise ValueError(
                f"Linear: an input of shape {np.shape(x)} does not end in in_features={self.in_features}"
            ) from error

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"

    def label(self) -> str:
        return f"Linear({self.in_features}, {self.out_features})"
