"""Families of the operations along an axis, of matrices and of functions with an order: see `families`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.families import Case, case, drawn, shape_of


def order_two(u: Any) -> Any:
    """The order 2, whatever the shape."""
    return (0 * u).astype(int) + 2


@drawn(case((3,), axis=0), case((2, 3), axis=1), case((3, 2), axis=0), case((1,), axis=0), case((2, 5, 2), axis=1))
def RUNNING(draw: Any) -> Case:
    shape = draw(shape_of(max_dims=3))
    return case(shape, axis=draw(st.integers(0, len(shape) - 1)))


@drawn(case((3,), (3,)), case((4,), (2,)), case((2,), (4,)), case((1,), (1,)))
def CONVOLVE(draw: Any) -> Case:
    return case(*[(draw(st.integers(1, 4)),) for _ in range(2)])


@drawn(case((), (3,)), case((), ()), case((), (2, 3)), case((), (0,)))
def ORDERED(draw: Any) -> Case:
    return case((), draw(shape_of(min_dims=0, max_dims=3)))
