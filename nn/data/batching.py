"""Data in pieces: mini-batches, and parts held out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nn.init import Seed, generator
from nn.support import unmasked

__all__ = ["batches", "checked", "counted", "order", "split"]


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
