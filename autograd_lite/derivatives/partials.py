"""Partial derivatives entry by entry: what a differential equation is made of."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd_lite.asking import argument_numbers, function
from autograd_lite.derivatives.transforms import Function, value_and_grad
from autograd_lite.errors import SeedError, said

__all__ = ["partials"]

Index = tuple[int, ...]


def partials(f: Function, argnums: Iterable[int | Index]) -> Function:
    """A function that gives the value of `f` and partial derivatives of any order, at many points at once.

    Entry i of the value of `f` depends on entry i of its arguments only, as a network's output does on its inputs, row
    by row. Then one reverse sweep of the sum of all entries gives every entry's derivative, in every argument; a
    higher derivative is a sweep of the sum of a lower one. Each is swept once, however many are built on it.

    Parameters
    ----------
    f : callable
        Arrays of one shape in, one array of that shape out.
    argnums : iterable of int or tuple of int
        Which derivatives: 1 is ∂f/∂x₁ (arguments count from 0), (1, 1) is ∂²f/∂x₁², (0, 1) is ∂²f/∂x₀∂x₁.

    Returns
    -------
    callable
        Of the arguments of `f`: a tuple of the value and the derivatives, in the order asked for, all of one shape.

    Raises
    ------
    SeedError
        An argument that is not there, or not of the shape of the value.

    Examples
    --------
    The heat equation, u_t = u_xx, holds for u = exp(-t) sin(x):

    >>> import autograd_lite as ag, numpy as np
    >>> heat = ag.partials(lambda t, x: ag.exp(-t) * ag.sin(x), (0, (1, 1)))
    >>> u, u_t, u_xx = heat(np.zeros(2), np.array([0.5, 1.0]))
    >>> u_t
    array([-0.47942554, -0.84147098])
    >>> bool(np.all(u_t == u_xx))
    True
    """
    f = function(f, "partials")
    if not np.iterable(argnums):
        raise TypeError(f"partials: argnums is a tuple, an entry for each derivative: write (0,), not {said(argnums)}")
    wanted = [(n,) if isinstance(n, int) else n for n in (argument_numbers(n, "partials") for n in argnums)]

    @functools.wraps(f)
    def derived(*args: Any) -> tuple[Any, ...]:
        indices = [tuple(sorted([_place(n, len(args)) for n in index])) for index in wanted]
        onward: dict[Index, set[int]] = {}  # which derivatives are differentiated further, and in what
        for index in indices:
            for k, n in enumerate(index):
                onward.setdefault(index[:k], set()).add(n)
        known = _value(f)
        for index in sorted(onward, key=len):
            known = _extended(known, index, tuple(sorted(onward[index])))
        found = known(*args)
        return (found[()], *[found[index] for index in indices])

    return derived


def _place(n: int, count: int) -> int:
    if not -count <= n < count:
        raise SeedError(f"partials: argnums has {n} but the function was given {count} positional arguments")
    return n % count


def _value(f: Function) -> Callable[..., dict[Index, Any]]:
    """`f`, its value under the index of no derivative at all."""

    def known(*args: Any) -> dict[Index, Any]:
        return {(): f(*args)}

    return known


def _extended(known: Callable[..., dict[Index, Any]], index: Index, argnums: Index) -> Callable[..., dict[Index, Any]]:
    """`known`, with the derivatives of its entry `index` in the arguments `argnums`."""

    def total(*args: Any) -> tuple[Any, dict[Index, Any]]:
        found = known(*args)
        value = found[index]
        for n in argnums:
            if np.shape(value) != np.shape(args[n]):
                raise SeedError(
                    f"partials: derivatives are entry by entry, but the value has the shape {np.shape(value)} and "
                    f"argument {n} the shape {np.shape(args[n])}; give all arguments the shape of the value (a model "
                    f"of several outputs: one column at a time), or use ag.jacobian"
                )
        return value.sum(), found

    def extended(*args: Any) -> dict[Index, Any]:
        found: dict[Index, Any]
        (_, found), slopes = value_and_grad(total, argnums, has_aux=True)(*args)
        return found | {(*index, n): slope for n, slope in zip(argnums, slopes, strict=True)}

    return extended
