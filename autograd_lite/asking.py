"""What a function of functions is given, checked where it is given: the function, argument numbers, tuples."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any

from autograd_lite.errors import said

__all__ = ["argument_numbers", "arguments", "function"]


def function(f: Any, asker: str) -> Callable[..., Any]:
    """`f`; a TypeError unless it can be called."""
    if not callable(f):
        raise TypeError(f"{asker}: takes a function, not {said(f)}")
    found: Callable[..., Any] = f
    return found


def argument_numbers(argnums: Any, asker: str) -> int | tuple[int, ...]:
    """An integer, or a tuple of them; a TypeError for anything else, such as the point itself."""
    try:
        if isinstance(argnums, bool):
            raise TypeError
        try:
            return index(argnums)
        except TypeError:
            return tuple([index(n) for n in argnums])
    except TypeError:
        raise TypeError(
            f"{asker}: argnums is an integer or a tuple of integers, not {said(argnums)}; "
            f"the arguments go to the function that {asker} gives: {asker}(f)(x)"
        ) from None


def arguments(given: Any, asker: str, name: str) -> tuple[Any, ...]:
    """The tuple `given`; a TypeError for an array or a number, which may be meant as one argument or as several."""
    if not isinstance(given, (tuple, list)):
        raise TypeError(f"{asker}: {name} is a tuple, an entry for each argument of f: write (x,), not {said(given)}")
    return tuple(given)
