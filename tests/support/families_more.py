"""Families of the operations along an axis, of matrices and of functions with an order: see `families`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograd_lite.arrays.libraries import real_dtype
from autograd_lite.core.op import OPS
from tests.support.families import Case, Family, between, case, drawn, shape_of


def order_one(u: Any) -> Any:
    """The order 1, whatever the shape."""
    return (0 * u).astype(int) + 1


def order_two(u: Any) -> Any:
    """The order 2, whatever the shape."""
    return (0 * u).astype(int) + 2


def order_three(u: Any) -> Any:
    """The order 3, whatever the shape."""
    return (0 * u).astype(int) + 3


@drawn(case((3,), axis=0), case((2, 3), axis=1), case((3, 2), axis=0), case((1,), axis=0), case((2, 5, 2), axis=1))
def RUNNING(draw: Any) -> Case:
    shape = draw(shape_of(max_dims=3))
    return case(shape, axis=draw(st.integers(0, len(shape) - 1)))


@drawn(case((3,), (3,)), case((4,), (2,)), case((2,), (4,)), case((1,), (1,)))
def CONVOLVE(draw: Any) -> Case:
    return case(*[(draw(st.integers(1, 4)),) for _ in range(2)])


@drawn(case((3,)), case((2,)))
def COEFFICIENTS(draw: Any) -> Case:
    return case((draw(st.integers(2, 4)),))


@drawn(case((), (3,)), case((), ()), case((), (2, 3)), case((), (0,)))
def ORDERED(draw: Any) -> Case:
    return case((), draw(shape_of(min_dims=0, max_dims=3)))


@drawn(
    case((3,), axes=(0,), norm="backward"),
    case((2, 4), axes=(0, 1), norm="ortho"),
    case((2, 3), axes=(1,), norm="forward"),
)
def FOURIER(draw: Any) -> Case:
    shape = draw(shape_of(max_dims=3))
    axes = draw(st.permutations(range(len(shape))))[: draw(st.integers(1, len(shape)))]
    return case(shape, axes=tuple(axes), norm=draw(st.sampled_from(["backward", "ortho", "forward"])))


@drawn(case((3,), axis=0, norm="backward"), case((2, 4), axis=1, norm="ortho"), case((1, 2), axis=0, norm="forward"))
def HALVES(draw: Any) -> Case:
    shape = draw(shape_of(max_dims=3))
    norm = draw(st.sampled_from(["backward", "ortho", "forward"]))
    return case(shape, axis=draw(st.integers(0, len(shape) - 1)), norm=norm)


@drawn(
    case((2,), n=3, axis=0, norm="backward"),
    case((2, 3), n=4, axis=1, norm="ortho"),
    case((1, 2), n=1, axis=0, norm="forward"),
)
def WHOLES(draw: Any) -> Case:
    n, more = draw(st.integers(1, 5)), draw(shape_of(max_dims=2))
    norm = draw(st.sampled_from(["backward", "ortho", "forward"]))
    return case((n // 2 + 1, *more), n=n, axis=0, norm=norm)


@drawn(case((), (), (3,)), case((), (), ()), case((), (), (0,)), case((), (), (2, 3)))
def SHAPED(draw: Any) -> Case:
    return case((), (), draw(shape_of(min_dims=0, max_dims=3)))


def orders_of(orders: int, arrays: int) -> Family:
    """So many orders, numbers, before so many arrays of one shape: few entries, as each is a quadrature."""

    def like(shape: tuple[int, ...]) -> Case:
        return case(*[()] * orders, *[shape] * arrays)

    return Family(tuple(map(like, ((2,), (), (0,), (1, 2)))), shape_of(min_dims=0, max_dims=1).map(like))


def square(*shapes: tuple[int, ...]) -> Family:
    """Square matrices, and stacks of them."""
    n = st.integers(1, 3)
    return Family(tuple([case(s) for s in shapes]), n.map(lambda n: case((n, n))) | n.map(lambda n: case((2, n, n))))


SQUARE = square((2, 2), (3, 3), (2, 3, 3), (1, 1))


@drawn(case((2, 2), (2, 1)), case((3, 3), (3, 2)), case((2, 3, 3), (3, 2)), case((2, 2), (3, 2, 2)))
def SOLVE(draw: Any) -> Case:
    n = draw(st.integers(1, 3))
    return case((n, n), (n, draw(st.integers(1, 3))))


@drawn(case((2, 2)), case((3, 2)), case((2, 3)), case((2, 3, 3)), case((1, 3)))
def OBLONG(draw: Any) -> Case:
    return case((draw(st.integers(1, 3)), draw(st.integers(1, 3))))


@drawn(case((2, 2)), case((3, 2)), case((2, 3, 2)))
def TALL(draw: Any) -> Case:
    n = draw(st.integers(1, 3))
    return case((n + draw(st.integers(0, 2)), n))


small = between(-0.2, 0.2)


def near_diagonal(operation: str | Callable[..., Any]) -> Callable[..., Any]:
    """The operation, of matrices (stacks too) moved to where their eigenvalues and singular values are well apart."""

    def call(x: Any, *others: Any, **options: Any) -> Any:
        m, n = x.shape[-2:]
        base = (np.eye(m, n) * (1 + np.arange(n))).astype(real_dtype(x))
        function = OPS[operation].call if isinstance(operation, str) else operation
        return function(x + base, *others, **options)

    return call


def eigenpairs(x: Any) -> Any:
    """Σ w v vᵀ over the eigenpairs of x: of all of them, since neither their order nor a sign is anybody's choice."""
    packed = OPS["eigen"].call(x)
    w, v = packed[..., :1, :], packed[..., 1:, :]
    return (v * w) @ v.mT


def like_of(family: Family, **options: Any) -> Family:
    """A family, always with these options."""
    return Family(
        tuple([case(*c.shapes, **options) for c in family.examples]),
        family.cases.map(lambda c: case(*c.shapes, **options)),
    )
