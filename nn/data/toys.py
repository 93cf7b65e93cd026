"""Classes drawn in the plane, to look at."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.data.batching import counted
from nn.init import Seed, generator

__all__ = ["disc_in_annulus", "spirals", "two_curves"]


def disc_in_annulus(n: int, seed: Seed = None, *, radii: tuple[float, float, float] = (1 / 3, 2 / 3, 1)) -> Any:
    """A disc, class 0, and an annulus around it, class 1: ``|x| < r1`` and ``r2 < |x| < r3``.

    No line separates them, and no map of the plane that is continuous and one-to-one changes that.

    Parameters
    ----------
    n : int
        Points, half of them (the first, if n is odd, one more) in the disc: uniform over the area of each set.
    seed : int, numpy Generator or None
        See `nn.init.generator`.
    radii : three floats
        r1 < r2 < r3.

    Returns
    -------
    X : array, shape (n, 2)
    y : array of integers, shape (n,)

    >>> X, y = disc_in_annulus(6, seed=0)
    >>> (np.hypot(*X.T) > 0.5).astype(int).tolist() == y.tolist() == [0, 1, 0, 1, 0, 1]
    True
    """
    n, (r1, r2, r3) = counted(n, "disc_in_annulus: n"), radii
    if not 0 < r1 < r2 < r3:
        raise ValueError(f"disc_in_annulus: radii rise from above 0, not {radii}")
    rng, y = generator(seed), np.arange(n) % 2
    inner, outer = np.where(y, r2, 0.0), np.where(y, r3, r1)
    r = np.sqrt(rng.uniform(inner**2, outer**2))  # areas grow as r²
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1), y


def spirals(n: int, seed: Seed = None, *, classes: int = 2, turns: float = 1.0, noise: float = 0.0) -> Any:
    """Arms of a spiral within the unit disc, one for each class.

    Parameters
    ----------
    n : int
        Points, in turn on each arm; along it at random, more of them further out, where it is longer.
    seed : int, numpy Generator or None
        See `nn.init.generator`.
    classes : int
    turns : float
        How often an arm goes round.
    noise : float
        The standard deviation of what is added to both coordinates.

    Returns
    -------
    X : array, shape (n, 2)
    y : array of integers, shape (n,)

    >>> X, y = spirals(6, seed=0, classes=3)
    >>> X.shape, y.tolist()
    ((6, 2), [0, 1, 2, 0, 1, 2])
    """
    n, classes = counted(n, "spirals: n"), counted(classes, "spirals: classes")
    if not (turns > 0 and noise >= 0):
        raise ValueError(f"spirals: turns above 0 and noise of at least 0, not {turns} and {noise}")
    rng, y = generator(seed), np.arange(n) % classes
    r = 0.1 + 0.9 * np.sqrt(rng.uniform(size=n))  # arms begin apart from each other
    angle = 2 * np.pi * (turns * r + y / classes)
    return np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1) + noise * rng.normal(size=(n, 2)), y


def two_curves(n: int, seed: Seed = None, *, noise: float = 0.0) -> Any:
    """Two curves one above the other, with the same hump: no line passes between them.

    Parameters
    ----------
    n : int
        Points, in turn on the lower curve (class 0) and the upper (class 1), evenly from -1 to 1.
    seed : int, numpy Generator or None
        For the noise; see `nn.init.generator`.
    noise : float
        The standard deviation of what is added to the height.

    Returns
    -------
    X : array, shape (n, 2)
    y : array of integers, shape (n,)

    >>> X, y = two_curves(4)
    >>> X[:, 0].round(2).tolist(), y.tolist()
    ([-1.0, -0.33, 0.33, 1.0], [0, 1, 0, 1])
    """
    n = counted(n, "two_curves: n")
    if not noise >= 0:
        raise ValueError(f"two_curves: noise of at least 0, not {noise}")
    y, x = np.arange(n) % 2, np.linspace(-1, 1, n)
    height = 0.8 * np.exp(-((x / 0.4) ** 2)) - 0.5 + 0.4 * y
    return np.stack([x, height + noise * generator(seed).normal(size=n)], axis=1), y
