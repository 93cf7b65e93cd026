"""Data in pieces: mini-batches, and parts held out; and classes drawn in the plane, to look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nn.init import Seed, generator
from nn.support import unmasked

__all__ = ["batches", "checked", "counted", "disc_in_annulus", "order", "spirals", "split", "two_curves"]


def counted(value: Any, name: str) -> int:
    """`value` as a whole number of at least 1, or a ValueError that names it."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} is at least 1, a whole number, not {value!r}")
    return int(value)


def checked(X: Any, y: Any, asker: str) -> tuple[Any, Any]:
    """`X` and `y` as arrays of one length, not empty, every number finite and none masked.

    Raises
    ------
    ValueError
        They are not; the message says where the first NaN, infinity or masked value is.
    """
    X, y = unmasked(X, f"{asker}: inputs"), unmasked(y, f"{asker}: targets")
    if not X.ndim or not y.ndim or len(X) != len(y):
        raise ValueError(f"{asker}: inputs of shape {X.shape} and targets of shape {y.shape} differ in length")
    if not len(X):
        raise ValueError(f"{asker}: there are no rows")
    for name, array in (("inputs", X), ("targets", y)):
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{asker}: {name} are numbers, not {array.dtype}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            first = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            raise ValueError(f"{asker}: {name} have {array[first]} at {first}; remove or fill missing values first")
    return X, y


def batches(
    X: Any, y: Any, batch_size: int, seed: Seed = None, *, shuffle: bool = True, drop_last: bool = False
) -> Iterator[tuple[Any, Any]]:
    """The rows of `X` and `y` in pieces of `batch_size`, in random order: one epoch.

    Parameters
    ----------
    X, y : array, shape (n, …)
    batch_size : int
        The last piece is smaller where it does not divide n, or left out if `drop_last`.
    seed : int, numpy Generator or None
        For the order; pass one Generator to every epoch's call and the orders differ. See `nn.init.generator`.
    shuffle : bool
        False keeps the order of the rows.

    Raises
    ------
    ValueError
        No rows, differing lengths, or a batch size below 1; when called, not when iterated.

    Examples
    --------
    >>> import numpy as np
    >>> [x.tolist() for x, _ in batches(np.arange(5), np.arange(5), 2, shuffle=False)]
    [[0, 1], [2, 3], [4]]
    """
    if len(X) != len(y) or not len(X):
        raise ValueError(f"batches: {len(X)} inputs and {len(y)} targets")
    return ((X[rows], y[rows]) for rows in order(len(X), batch_size, seed, shuffle=shuffle, drop_last=drop_last))


def order(
    n: int, batch_size: int, seed: Seed = None, *, shuffle: bool = True, drop_last: bool = False
) -> Iterator[Any]:
    """The numbers of `n` rows in pieces, as indices or slices: what `batches` takes from its arrays.

    >>> list(order(3, 2, shuffle=False))
    [slice(0, 2, None), slice(2, 4, None)]
    """
    batch_size = counted(batch_size, "batches: batch_size")
    rows = generator(seed).permutation(n) if shuffle else None
    starts = range(0, n - batch_size + 1 if drop_last else n, batch_size)
    pieces = [slice(start, start + batch_size) for start in starts]
    return iter(pieces) if rows is None else (rows[piece] for piece in pieces)


def split(X: Any, y: Any, fraction: float, seed: Seed = None) -> tuple[Any, Any, Any, Any]:
    """Rows drawn at random and held out: ``X_rest, y_rest, X_held, y_held``.

    Raises
    ------
    ValueError
        `fraction` is not between 0 and 1, or leaves nothing on one side.

    >>> import numpy as np
    >>> [len(part) for part in split(np.arange(10), np.arange(10), 0.2, seed=0)]
    [8, 8, 2, 2]
    """
    n = len(X)
    held = round(n * fraction) if 0 < fraction < 1 else 0
    if not 0 < held < n:
        raise ValueError(f"split: a fraction of {fraction} of {n} rows leaves nothing on one side")
    order = generator(seed).permutation(n)
    return X[order[held:]], y[order[held:]], X[order[:held]], y[order[:held]]


# -- classes in the plane ---------------------------------------------------------------------------------------------


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
