"""What all losses share: reductions, and checks at the boundary."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.support import nearest, raw

__all__ = ["array", "plain", "reduced", "same_shape", "signs"]

_REDUCTIONS: dict[str, Callable[[Any], Any]] = {"mean": ag.mean, "sum": ag.sum, "none": lambda x: x}


def reduced(losses: Any, reduction: str, asker: str) -> Any:
    """The mean or the sum of `losses`, or all of them.

    Raises
    ------
    ValueError
        An unknown reduction, or the mean of nothing.
    """
    if reduction == "mean":
        if 0 in losses.shape:
            raise ValueError(f"{asker}: an empty batch has no loss")
        return ag.mean(losses)
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{asker}: no reduction is called {reduction!r}{nearest(str(reduction), _REDUCTIONS)}")
    return _REDUCTIONS[reduction](losses)


def same_shape(asker: str, **arrays: Any) -> None:
    """Raise a ValueError unless all `arrays` have one shape; numbers go with every shape."""
    shapes = {name: tuple(np.shape(a)) for name, a in arrays.items()}
    if len(set(shapes.values())) > 1:
        listed = " and ".join([f"{name} of shape {shape}" for name, shape in shapes.items()])
        remedy = ""
        if len({prod(shape) for shape in shapes.values()}) == 1:
            remedy = "; reshape the target, for example y[:, None] for a model with one output"
        raise ValueError(f"{asker}: {listed}{remedy}")


def array(x: Any) -> Any:
    """A Tensor or an array as it is; numbers and lists as an array, so that they can be computed with."""
    return x if isinstance(x, ag.Tensor) or hasattr(x, "__array_namespace__") else np.asarray(x)


def plain(x: Any) -> Any:
    """The array of a Tensor, or anything as an array: for checks, and for targets that are no numbers."""
    if x.__class__ is np.ndarray:
        return x
    x = raw(x)
    try:
        return np.asarray(x)
    except ag.errors.TracerError:  # recorded to be replayed: it has a shape and a dtype, and no values to check
        return x


def signs(target: Any, asker: str) -> Any:
    """`target` as an array.

    Raises
    ------
    ValueError
        Something else than 1 and -1 in it.
    """
    y = plain(target)
    if not (np.abs(y) == 1).all():
        raise ValueError(f"{asker}: the target is 1 or -1, not {y[np.abs(y) != 1].flat[0]}")
    return y
