"""Layers that make features: of integers, coordinates and pairs."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

import autograd_lite as ag
from nn import init as initial
from nn.layers.linear import whole
from nn.module import Buffer, Module, Parameter
from nn.support import raw

__all__ = ["Bilinear", "Embedding", "FourierFeatures"]


class Bilinear(Module):
    """``y_o = x1ᵀ W_o x2 + b_o``, as torch.nn.Bilinear.

    Parameters
    ----------
    in1_features, in2_features, out_features : int
    bias : bool
    init : str or callable
        By default uniform within ``±1/sqrt(in1_features)``.
    seed, dtype
        As for `Linear`.

    Attributes
    ----------
    weight : Parameter, shape (out_features, in1_features, in2_features)
    bias : Parameter, shape (out_features,), or None

    >>> Bilinear(2, 3, 4, seed=0)(ag.ones((5, 2)), ag.ones((5, 3))).shape
    (5, 4)
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: str | initial.Initializer | None = None,
        seed: initial.Seed = None,
        dtype: Any = float,
    ) -> None:
        self.in1_features = whole(in1_features, "Bilinear: in1_features")
        self.in2_features = whole(in2_features, "Bilinear: in2_features")
        self.out_features = whole(out_features, "Bilinear: out_features")
        shape = (self.out_features, self.in1_features, self.in2_features)
        if init is None:
            bound = 1 / sqrt(self.in1_features)
            weight = initial.generator(seed).uniform(-bound, bound, shape).astype(dtype)
        else:
            weight = initial.by_name(init)(shape, seed=seed, dtype=dtype)
        self.weight = Parameter(weight, name="weight")
        self.bias = Parameter(np.zeros(self.out_features, dtype), name="bias") if bias else None

    def forward(self, x1: Any, x2: Any) -> Any:
        for name, x, n in (("in1_features", x1, self.in1_features), ("in2_features", x2, self.in2_features)):
            if np.shape(x)[-1:] != (n,):
                raise ValueError(f"Bilinear: an input of shape {np.shape(x)} does not end in {name}={n}")
        if np.shape(x1)[:-1] != np.shape(x2)[:-1]:
            raise ValueError(f"Bilinear: inputs of shapes {np.shape(x1)} and {np.shape(x2)} have not the same rows")
        y = ag.einsum("...i,oij,...j->...o", x1, self.weight, x2)
        return y if self.bias is None else y + self.bias

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )


class Embedding(Module):
    """A learnt vector for each integer from 0 to num_embeddings - 1, as torch.nn.Embedding.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
    padding_idx : int, optional
        This one's vector starts at zero and is not learnt.
    seed, dtype
        As for `Linear`; the vectors start standard normal.

    Attributes
    ----------
    weight : Parameter, shape (num_embeddings, embedding_dim)

    Raises
    ------
    TypeError, ValueError
        When called with something that is no integer, or out of range.

    >>> Embedding(10, 3, seed=0)([[1, 2], [3, 3]]).shape
    (2, 2, 3)
    """

    takes_integers = True

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        seed: initial.Seed = None,
        dtype: Any = float,
    ) -> None:
        self.num_embeddings = whole(num_embeddings, "Embedding: num_embeddings")
        self.embedding_dim = whole(embedding_dim, "Embedding: embedding_dim")
        if padding_idx is not None and not 0 <= padding_idx < num_embeddings:
            raise ValueError(f"Embedding: padding_idx is from 0 to {num_embeddings - 1}, not {padding_idx}")
        self.padding_idx = padding_idx
        weight = initial.generator(seed).normal(size=(num_embeddings, embedding_dim)).astype(dtype)
        if padding_idx is not None:
            weight[padding_idx] = 0
        self.weight = Parameter(weight, name="weight")

    def forward(self, x: Any) -> Any:
        index = np.asarray(raw(x))
        if index.dtype.kind not in "iu":
            raise TypeError(f"Embedding: the input is integers, not {index.dtype}")
        if index.size and (index.min() < 0 or index.max() >= self.num_embeddings):
            raise ValueError(
                f"Embedding: integers from {index.min()} to {index.max()} for num_embeddings={self.num_embeddings}"
            )
        out = self.weight[index]
        if self.padding_idx is None:
            return out
        return ag.where((index == self.padding_idx)[..., None], ag.stop_gradient(out), out)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"


class FourierFeatures(Module):
    """``[cos(2π x Bᵀ), sin(2π x Bᵀ)]`` with a fixed random B: lets a network learn what varies fast.

    Parameters
    ----------
    in_features, num_frequencies : int
        The output has 2 num_frequencies features.
    scale : float
        The standard deviation of B: the higher, the finer what is learnt.
    seed, dtype
        As for `Linear`.

    Attributes
    ----------
    B : Buffer, shape (num_frequencies, in_features)

    Source: Tancik et al., Fourier features let networks learn high frequency functions, 2020.

    >>> FourierFeatures(2, 8, seed=0)(ag.ones((5, 2))).shape
    (5, 16)
    """

    def __init__(
        self,
        in_features: int,
        num_frequencies: int,
        scale: float = 1.0,
        *,
        seed: initial.Seed = None,
        dtype: Any = float,
    ) -> None:
        self.in_features = whole(in_features, "FourierFeatures: in_features")
        self.num_frequencies = whole(num_frequencies, "FourierFeatures: num_frequencies")
        self.scale = scale
        B = initial.generator(seed).normal(0.0, scale, (num_frequencies, in_features)).astype(dtype)
        self.B = Buffer(B, name="B")

    def forward(self, x: Any) -> Any:
        if np.shape(x)[-1:] != (self.in_features,):
            raise ValueError(
                f"FourierFeatures: an input of shape {np.shape(x)} does not end in in_features={self.in_features}"
            )
        angle = 2 * pi * ag.matmul(x, self.B.mT)
        return ag.concat([ag.cos(angle), ag.sin(angle)], axis=-1)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, num_frequencies={self.num_frequencies}, scale={self.scale}"
