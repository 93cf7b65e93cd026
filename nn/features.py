"""Layers that make features: of integers, coordinates, pairs, and of what other modules make."""

from __future__ import annotations

from math import pi, prod, sqrt
from typing import Any

import numpy as np

import autograd_lite as ag
from nn import init as initial
from nn.activations import as_module
from nn.layers import whole
from nn.module import Buffer, Module, Parameter

__all__ = ["Bilinear", "Embedding", "Flatten", "FourierFeatures", "Residual", "SkipConcat", "Unflatten"]


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
        index = np.asarray(x.value if isinstance(x, ag.Tensor) else x)
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


class Flatten(Module):
    """The axes from `start_dim` to `end_dim` as one.

    >>> Flatten()(ag.ones((5, 2, 3))).shape
    (5, 6)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Any) -> Any:
        shape = np.shape(x)
        axes = range(len(shape))
        try:
            start, end = axes[self.start_dim], axes[self.end_dim]
        except IndexError:
            raise ValueError(f"Flatten: an input of shape {shape} has no axes {self.extra_repr()}") from None
        return ag.reshape(x, (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :]))

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One axis as several: what `Flatten` undoes.

    Parameters
    ----------
    dim : int
    unflattened_size : tuple of int
        The lengths; one may be -1.

    >>> Unflatten(1, (2, 3))(ag.ones((5, 6))).shape
    (5, 2, 3)
    """

    def __init__(self, dim: int, unflattened_size: tuple[int, ...]) -> None:
        self.dim, self.unflattened_size = dim, tuple([int(length) for length in unflattened_size])

    def forward(self, x: Any) -> Any:
        shape = np.shape(x)
        try:
            axis = range(len(shape))[self.dim]
            return ag.reshape(x, (*shape[:axis], *self._lengths(shape[axis]), *shape[axis + 1 :]))
        except (IndexError, ValueError):
            raise ValueError(f"Unflatten: an input of shape {shape} has no axis for {self.extra_repr()}") from None

    def _lengths(self, length: int) -> tuple[int, ...]:
        """The lengths with a -1 replaced, so that it stands for what is left of this axis and of no other."""
        known = prod(n for n in self.unflattened_size if n != -1)
        lengths = tuple([length // known if n == -1 and known else n for n in self.unflattened_size])
        if self.unflattened_size.count(-1) > 1 or prod(lengths) != length:
            raise ValueError
        return lengths

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class Residual(Module):
    """``shortcut(x) + module(x)``. He, Zhang, Ren and Sun, Deep residual learning, 2015.

    Parameters
    ----------
    module : Module, function or name
    shortcut : the same, optional
        By default x itself; a `Linear` where the module changes the number of features.

    >>> from nn.layers import Linear
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

    >>> from nn.layers import Linear
    >>> SkipConcat(Linear(3, 2, seed=0))(ag.ones((4, 3))).shape
    (4, 5)
    """

    def __init__(self, module: Any) -> None:
        self.module = as_module(module)

    def forward(self, x: Any) -> Any:
        return ag.concat([x, self.module(x)], axis=-1)
