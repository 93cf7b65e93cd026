"""Arrays that stand for others: in a recording nobody knows the values yet (see `traced`).

What their library says of them is an example's: shape, dtype, and how it lies in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["StandIn", "examples"]


class StandIn:
    """An array in the place of one whose value is not known yet; `example` has its shape and dtype.

    ``x.called(function, args, options)`` is what a function gives: where it asks about values, it asks in every run.
    """

    __slots__ = ()

    example: Any
    called: Callable[..., Any]


def examples(x: Any) -> Any:
    """`x` with examples in the places of arrays that stand for others."""
    if isinstance(x, StandIn):
        return x.example
    if isinstance(x, (tuple, list)) and not hasattr(x, "_fields"):
        return type(x)([examples(item) for item in x])
    return {key: examples(item) for key, item in x.items()} if isinstance(x, dict) else x
