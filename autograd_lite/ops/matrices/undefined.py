"""Tangents that do not exist: those of vectors of repeated eigenvalues, say.

A rule cannot know whether anybody needs them, so it makes them NaN and says why. It is an error only if that NaN
reaches a result of the sweep: the error that a reverse sweep raises when an adjoint arrives there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import decided
from autograd_lite.core.row import Row
from autograd_lite.core.sweep import forward_silently, reverse_silently
from autograd_lite.core.tensor import raw
from autograd_lite.errors import DegenerateError

__all__ = ["forward_or_refuse", "remember", "reverse_or_refuse"]

_said: ContextVar[list[str] | None] = ContextVar("said", default=None)
"""What rules have said during the innermost sweep of this context; each sweep has a list of its own."""


def remember(why: str) -> None:
    """Say what the NaN that a rule makes stands for."""
    if (said := _said.get()) is not None:
        said.append(why)


def _listening(f: Callable[..., Any], *args: Any, **options: Any) -> tuple[Any, list[str]]:
    said: list[str] = []
    token = _said.set(said)
    try:
        return f(*args, **options), said
    finally:
        _said.reset(token)


def forward_or_refuse(
    rows: list[Row], tangents: dict[int, Any], results: Sequence[Row], *, push: Any = None, **options: Any
) -> dict[int, Any]:
    """The forward sweep; a DegenerateError if a NaN that stands for a tangent that does not exist reaches `results`."""
    found: dict[int, Any]
    found, said = _listening(forward_silently, rows, tangents, push=push, **options)
    if said:
        for row in _origins(results, found):
            ts = [raw(found.get(arg.seq)) for arg in row.args]
            op: Any = row.op
            with np.errstate(all="ignore"):
                _, why = _listening(push, row, ts) if push else _listening(op.push, row, ts, False)
            if why:
                raise DegenerateError(why[0])
    return found


def reverse_or_refuse(
    rows: list[Row], adjoints: dict[int, Any], results: Iterable[int], *args: Any, **options: Any
) -> dict[int, Any]:
    """The reverse sweep, likewise, of a tape that has rules on it; `results` are rows' numbers."""
    said: list[str] = []
    token = _said.set(said)  # as `_listening`, without its call: every gradient comes here
    try:
        found = reverse_silently(rows, adjoints, *args, **options)
    finally:
        _said.reset(token)
    if said and any([_undefined(found.get(seq)) for seq in results]):
        raise DegenerateError(said[-1])
    return found


def _origins(results: Sequence[Row], found: dict[int, Any]) -> list[Row]:
    """The rows that `results` have their NaN from."""
    origins, met = [], set()
    todo = [row for row in results if _undefined(found.get(row.seq))]
    while todo:
        row = todo.pop()
        if row.seq not in met and row.op is not None:
            met.add(row.seq)
            before = [arg for arg in row.args if _undefined(found.get(arg.seq))]
            todo += before
            origins += [] if before else [row]
    return origins


def _undefined(t: Any) -> bool:
    t = raw(t)
    return t is not None and decided((t != t).any(), otherwise=False)  # NaN alone differs from itself
