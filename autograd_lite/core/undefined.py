"""Tangents that do not exist: those of vectors of repeated eigenvalues, say.

A rule cannot know whether anybody needs them, so it makes them NaN and says why. Only if NaN reaches a result of the
sweep is that an error: the one that a reverse sweep raises when an adjoint arrives there.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from autograd_lite.arrays.libraries import decided
from autograd_lite.core.tensor import raw
from autograd_lite.errors import DegenerateError

__all__ = ["forget", "refuse", "remember", "remembered"]

_why: ContextVar[str] = ContextVar("why", default="")

remembered = _why.get
"""What a rule has said since the sweep began, if any has."""


def forget() -> None:
    """Begin a sweep."""
    if _why.get():
        _why.set("")


def remember(why: str) -> None:
    """Say what the NaN that a rule makes stands for."""
    _why.set(why)


def refuse(results: Iterable[Any]) -> None:
    """Raise DegenerateError if the `results` of a sweep have NaN and a rule has said why."""
    if why := _why.get():
        for t in results:
            t = raw(t)
            if t is not None and decided((t != t).any(), otherwise=False):  # NaN alone differs from itself
                raise DegenerateError(why)
