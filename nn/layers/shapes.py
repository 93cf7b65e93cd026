"""Layers that change the shape of what passes."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.module import Module

__all__ = ["Flatten", "Unflatten"]


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
