"""What several files of the package lean on: optional packages, near misses of names, arrays without a mask."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import numpy as np

import autograd_lite as ag

__all__ = ["evaluating", "nearest", "optional", "raw", "unmasked"]


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """A context in which the modules of `model` are in evaluation mode; after it each has the mode it had."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def optional(module: str, extra: str, purpose: str) -> Any:
    """The module of an optional package, imported now.

    Raises
    ------
    ag.MissingExtraError
        It is not installed; the message names the extra that brings it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ag.errors.MissingExtraError(module.partition(".")[0], extra, purpose) from error


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint to append to an error: ``; did you mean 'tanh'?``, or all there is when nothing is near."""
    known = sorted(known)
    begun = [other for other in known if len(word) > 2 and other.startswith(word)]
    close = begun[:1] or get_close_matches(word, known, n=5)
    close.sort(key=lambda other: sorted(other) != sorted(word))  # letters that changed places are the likeliest slip
    return f"; did you mean {close[0]!r}?" if close else f"; there is {', '.join(known)}"


def raw(x: Any) -> Any:
    """The array of a Tensor; anything else as it is."""
    return x.value if isinstance(x, ag.Tensor) else x


def unmasked(data: Any, what: str) -> Any:
    """`data` as an array.

    Raises
    ------
    ValueError
        Some of it is masked, which an array would forget; the message names `what` it is, and says where.
    """
    if np.ma.is_masked(data):
        first = tuple(int(i) for i in np.argwhere(np.ma.getmaskarray(data))[0])
        raise ValueError(f"{what} are masked at {first}; remove or fill missing values first")
    return np.asarray(data)
