"""Layers that leave entries out by chance while a network learns, and pass everything on after `eval()`."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag
from nn.init import Seed, generator
from nn.module import Module

__all__ = ["AlphaDropout", "Dropout"]

SELU_LEFT = -1.7580993408473766
"""What SELU tends to on the left, -scale · alpha: the value that an entry left out of its outputs has."""


class Dropout(Module):
    """In training each entry is 0 with probability `p`, the others are divided by 1 - p; after `eval()` all pass.

    Parameters
    ----------
    p : float
        From 0 to 1.
    seed : int, numpy Generator or None
        See `nn.init.generator`.

    Attributes
    ----------
    generator : numpy.random.Generator

    Source: Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Dropout(0.5, seed=0)
    >>> layer(np.ones(4)), layer.eval()(np.ones(4))
    (array([2., 0., 0., 0.]), array([1., 1., 1., 1.]))
    """

    def __init__(self, p: float = 0.5, *, seed: Seed = None) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout: p is a probability, from 0 to 1, not {p!r}")
        self.p, self.generator = p, generator(seed)

    def forward(self, x: Any) -> Any:
        if not self.training or self.p == 0:
            return x
        kept = self.generator.random(np.shape(x)) >= self.p
        return ag.where(kept, x / (1 - self.p) if self.p < 1 else x, 0.0)  # an infinity that is dropped is gone

    def extra_repr(self) -> str:
        return f"p={self.p}"


class AlphaDropout(Dropout):
    """`Dropout` for what comes out of SELU: mean 0 and variance 1 stay what they are.

    In training each entry is, with probability `p`, SELU's limit on the left; then all are scaled and shifted.

    Parameters
    ----------
    p : float
        From 0 to below 1.
    seed : int, numpy Generator or None
        See `nn.init.generator`.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, Self-normalizing neural networks, 2017.

    >>> x = np.random.default_rng(0).normal(size=100_000)
    >>> y = AlphaDropout(0.3, seed=0)(x)
    >>> round(abs(y.mean()), 1), round(y.var(), 1)
    (np.float64(0.0), np.float64(1.0))
    """

    def __init__(self, p: float = 0.5, *, seed: Seed = None) -> None:
        super().__init__(p, seed=seed)
        if p == 1:
            raise ValueError("AlphaDropout: with p=1 nothing is left to have a variance; p is below 1")

    def forward(self, x: Any) -> Any:
        if not self.training or self.p == 0:
            return x
        kept = self.generator.random(np.shape(x)) >= self.p
        scale = ((1 - self.p) * (1 + self.p * SELU_LEFT**2)) ** -0.5
        return ag.where(kept, x, SELU_LEFT) * scale - scale * self.p * SELU_LEFT
