"""What arguments are drawn from: their entries, and families of shapes and options that operations share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import hypothesis.extra.numpy as npst
import numpy as np
from hypothesis import strategies as st

# -- entries: from numbers in [0, 1), drawn by hypothesis or a generator, to the smooth domain of an argument ---------


def between(low: float, high: float) -> Callable[[Any], Any]:
    """Anything from `low` to `high`."""
    return lambda u: low + (high - low) * u


def nonzero(u: Any) -> Any:
    """Of either sign, at least 0.3 from 0."""
    return np.where(u < 0.5, -0.3 - 3 * u, 3 * u - 1.2)


def steps(offset: float, width: float = 0.5, jitter: float = 0.1) -> Callable[[Any], Any]:
    """Near the multiples of `width` from -2 to 2, shifted by `offset`: arguments on two such combs never meet."""
    return lambda u: width * np.round((4 * u - 2) / width) + offset + jitter * (u - 0.5)


def apart(u: Any) -> Any:
    """All entries different by 0.3 at least: no ties for an order, no zero for a deviation."""
    ranks = np.argsort(np.argsort(u, axis=None, stable=True)).reshape(np.shape(u))
    return 0.4 * (ranks - np.size(u) / 2) + 0.1 * u


def flags(u: Any) -> Any:
    """True or False."""
    return u < 0.5


def whole(u: Any) -> Any:
    """Integers from 0 to 8."""
    return np.floor(8 * u).astype(int)


real, positive, unit = between(-2, 2), between(0.3, 2.5), between(-0.8, 0.8)
first, second = steps(0), steps(0.25)  # of two arguments that must not be equal
inside = steps(0.3, width=1)  # of an interval between integers, off its middle
dividend = steps(0.55, width=1.1)  # half a divisor off every multiple of any divisor in `divisor`
divisor = between(1.05, 1.15)

# -- shapes and options -----------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """The shapes of the arguments and the options of one call."""

    shapes: tuple[tuple[int, ...], ...]
    options: dict[str, Any]


def case(*shapes: tuple[int, ...], **options: Any) -> Case:
    return Case(shapes, options)


@dataclass(frozen=True)
class Family:
    """Operations called alike: `examples` to try always, and a strategy that draws more."""

    examples: tuple[Case, ...]
    cases: st.SearchStrategy[Case]


def drawn(*examples: Case) -> Callable[[Callable[..., Case]], Family]:
    """A family from a function of hypothesis' draw, and its examples."""
    return lambda function: Family(examples, st.composite(function)())


shape_of = partial(npst.array_shapes, min_side=1, max_side=3)


def arguments(n: int) -> st.SearchStrategy[Case]:
    """Shapes that broadcast together, empty ones too."""
    shapes = npst.mutually_broadcastable_shapes(num_shapes=n, max_dims=3, max_side=3, min_side=0)
    return shapes.map(lambda drawn: Case(drawn.input_shapes, {}))


UNARY = Family((case((3,)), case(()), case((2, 3)), case((0,)), case((2, 0, 3))), arguments(1))
BINARY = Family(
    (case((3,), (3,)), case((2, 1), (1, 3)), case((), (2, 3)), case((2, 3), (3,)), case((), ()), case((0,), (1,))),
    arguments(2),
)
TERNARY = Family(
    (case((3,), (3,), (3,)), case((), (2, 1), (1, 3)), case((2, 3), (), (3,)), case((), (), ()), case((0,), (1,), ())),
    arguments(3),
)


def reduced(low: int, **more: list[Any]) -> Family:
    """Over one axis, several or all, kept or not; every length at least `low`; `more` are further options."""

    def draw_case(draw: Any) -> Case:
        shape = draw(npst.array_shapes(min_dims=min(low, 1), min_side=low, max_dims=3, max_side=max(low, 3)))
        one = st.integers(-len(shape), len(shape) - 1) if shape else st.none()
        axis = draw(st.none() | one | npst.valid_tuple_axes(len(shape), min_size=1 if shape else 0))
        extra = {name: draw(st.sampled_from(values)) for name, values in more.items()}
        return case(shape, axis=axis, keepdims=draw(st.booleans()), **extra)

    extra = {name: values[-1] for name, values in more.items()}
    examples = [case((2, 3)), case((2, 3), axis=0, **extra), case((2, 3), axis=-1, keepdims=True, **extra)]
    examples += [case((2, 3, 2), axis=(0, 2)), case((2, 3), keepdims=True), case((4,), axis=0, **extra)]
    examples += [case(()), case((1, 3), axis=1)] if low < 2 else []
    examples += [case((0, 2)), case((0, 2), axis=0)] if not low else []
    return Family(tuple(examples), st.composite(draw_case)())


@drawn(case((3,)), case((2, 3)), case((2, 3), axis=0), case((2, 1, 3), axis=1))
def ALONG(draw: Any) -> Case:
    shape = draw(shape_of(max_dims=3))
    return case(shape, axis=draw(st.integers(-len(shape), len(shape) - 1)))


@drawn(
    case((2, 3), shape=(3, 2)),
    case((6,), shape=(2, -1)),
    case((), shape=(1, 1)),
    case((1,), shape=()),
    case((0, 2), shape=(0,)),
)
def RESHAPE(draw: Any) -> Case:
    shape = draw(shape_of(min_dims=0, max_dims=3))
    return case(shape, shape=draw(st.permutations([*shape, 1]).map(tuple) | st.just((-1,))))


@drawn(case((2, 3), axes=(1, 0)), case((2, 3, 4), axes=(2, 0, 1)), case((), axes=()), case((0, 2), axes=(1, 0)))
def PERMUTE(draw: Any) -> Case:
    shape = draw(npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=3))
    return case(shape, axes=tuple(draw(st.permutations(range(len(shape))))))


@drawn(case((2, 3)), case((2, 0)), case((2, 1, 3)))
def MATRIX(draw: Any) -> Case:
    return case(draw(npst.array_shapes(min_dims=2, max_dims=4, min_side=0, max_side=3)))


@drawn(case((2, 3)), case((3, 3), k=1), case((2, 3, 2), k=-1))
def TRIANGLE(draw: Any) -> Case:
    return case(draw(shape_of(min_dims=2, max_dims=3)), k=draw(st.integers(-3, 3)))


@drawn(case((2, 3), axis=0), case((2,), axis=-1), case((), axis=0), case((2, 3), axis=(0, 2)))
def EXPAND(draw: Any) -> Case:
    shape = draw(shape_of(min_dims=0, max_dims=3))
    return case(shape, axis=draw(st.integers(-len(shape) - 1, len(shape))))


@drawn(case((2, 1), axis=1), case((1, 3, 1), axis=None), case((1, 3, 1), axis=(0, 2)), case((1,), axis=0))
def SQUEEZE(draw: Any) -> Case:
    return case(draw(shape_of(min_dims=0, max_dims=4)), axis=None)


@drawn(case((2, 3)), case((2, 3), axis=1), case((2, 3), axis=(0, 1)), case((0,), axis=0), case(()))
def FLIP(draw: Any) -> Case:
    shape = draw(npst.array_shapes(max_dims=3, min_side=0, max_side=3))
    return case(shape, axis=draw(st.none() | npst.valid_tuple_axes(len(shape))))


@drawn(
    case((4,), shift=1, axis=None),
    case((2, 3), shift=-2, axis=None),
    case((2, 3), shift=(1, -1), axis=(0, 1)),
    case((2, 3), shift=2, axis=1),
)
def ROLL(draw: Any) -> Case:
    shape = draw(shape_of(max_dims=3))
    return case(shape, shift=draw(st.integers(-4, 4)), axis=draw(st.none() | st.integers(-len(shape), len(shape) - 1)))


@drawn(
    case((3,), shape=(2, 3)),
    case((), shape=(2, 2)),
    case((2, 1), shape=(2, 3)),
    case((3,), shape=(3,)),
    case((), shape=()),
    case((1,), shape=(0,)),
)
def BROADCAST(draw: Any) -> Case:
    pair = draw(npst.mutually_broadcastable_shapes(num_shapes=1, base_shape=draw(shape_of(max_dims=3)), max_dims=3))
    return case(pair.input_shapes[0], shape=pair.result_shape)


SUM_TO = Family(
    tuple([case(c.options["shape"], shape=c.shapes[0]) for c in BROADCAST.examples]),
    BROADCAST.cases.map(lambda c: case(c.options["shape"], shape=c.shapes[0])),
)


@drawn(
    case((2,), (3,), axis=0),
    case((2, 1), (2, 3), axis=1),
    case((2, 2), (1, 2), (0, 2), axis=-2),
    case((2, 2), (3,), (), axis=None),
)
def CONCAT(draw: Any) -> Case:
    shape = draw(shape_of(max_dims=3))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    shapes = [tuple([n if i == axis % len(shape) else m for i, m in enumerate(shape)]) for n in lengths]
    return case(*shapes, axis=axis)


@drawn(
    case((2,), (2,), axis=0), case((2, 3), (2, 3), (2, 3), axis=-1), case((), (), axis=0), case((2, 3), (2, 3), axis=1)
)
def STACK(draw: Any) -> Case:
    shape = draw(npst.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3))
    return case(*[shape] * draw(st.integers(1, 3)), axis=draw(st.integers(-len(shape) - 1, len(shape))))


# -- indices ----------------------------------------------------------------------------------------------------------

MASK = np.array([[True, False, True], [False, False, True]])
INDICES: tuple[tuple[tuple[int, ...], Any], ...] = (
    ((4,), 2),
    ((4,), slice(None, None, -2)),
    ((2, 3), (slice(None), 1)),
    ((2, 3), (..., None, slice(1, 3))),
    ((2, 3), (-1, 0)),
    ((4,), np.array([0, 0, 3])),
    ((2, 3), (np.array([1, 1, 0]), np.array([2, 2, 0]))),
    ((2, 3), (np.array([[0], [1]]), np.array([2, 0]))),
    ((2, 3), MASK),
    ((2, 3, 2), (slice(None), np.array([2, 0]), None, 1)),
    ((4,), np.array([], int)),
    ((4,), slice(2, 2)),
    ((), ()),
)
"""Every way to index: an integer, slices, None, Ellipsis, repeated and broadcasting integer arrays, masks, nothing."""


@st.composite
def indexed(draw: Any) -> tuple[tuple[int, ...], Any]:
    shape = draw(shape_of(max_dims=3))
    arrays = npst.integer_array_indices(shape, result_shape=npst.array_shapes(max_dims=2, min_side=0, max_side=3))
    masks = npst.arrays(bool, shape)
    return shape, draw(npst.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True) | arrays | masks)


def part(shape: tuple[int, ...], index: Any) -> tuple[int, ...]:
    return tuple(np.shape(np.empty(shape)[index]))


def read(pair: Any) -> Case:
    return case(pair[0], index=pair[1])


def scattered(pair: Any) -> Case:
    return case(part(*pair), shape=pair[0], index=pair[1])


def written(pair: Any) -> Case:
    return case(pair[0], part(*pair), index=pair[1])


GETITEM = Family(tuple(map(read, INDICES)), indexed().map(read))
SCATTER = Family(tuple(map(scattered, INDICES)), indexed().map(scattered))
SETITEM = Family(
    (*map(written, INDICES), *[case(shape, (), index=index) for shape, index in INDICES]), indexed().map(written)
)

# -- products ---------------------------------------------------------------------------------------------------------


@drawn(
    *[case((2, 3), (3, 2)), case((3,), (3,)), case((3,), (3, 2)), case((2, 3), (3,)), case((2, 2, 3), (2, 3, 2))],
    *[
        case((3,), (2, 3, 2)),
        case((2, 2, 3), (3,)),
        case((2, 1, 2, 3), (4, 3, 2)),
        case((0, 3), (3, 2)),
        case((2, 0), (0, 3)),
    ],
    *[case((3, 3), (3, 3)), case((2, 3), (2, 3, 2)), case((2, 2, 3), (3, 1))],
)
def MATMUL(draw: Any) -> Case:
    shapes = npst.mutually_broadcastable_shapes(signature="(m?,n),(n,p?)->(m?,p?)", max_dims=2, min_side=0, max_side=3)
    return Case(draw(shapes).input_shapes, {})


@drawn(case((2, 3), (4, 3)), case((0, 3), (2, 3)), case((2, 2, 3), (2, 4, 3)), case((2, 1, 2, 3), (3, 4, 3)))
def MATMUL_NT(draw: Any) -> Case:
    shapes = npst.mutually_broadcastable_shapes(signature="(m,n),(p,n)->(m,p)", max_dims=2, min_side=0, max_side=3)
    return Case(draw(shapes).input_shapes, {})


@drawn(case((3, 2), (3, 4)), case((3, 0), (3, 2)), case((2, 3, 2), (2, 3, 4)), case((2, 1, 3, 2), (3, 3, 4)))
def MATMUL_TN(draw: Any) -> Case:
    shapes = npst.mutually_broadcastable_shapes(signature="(n,m),(n,p)->(m,p)", max_dims=2, min_side=0, max_side=3)
    return Case(draw(shapes).input_shapes, {})


@drawn(
    *[case((2, 3), (4, 3), (4,)), case((3,), (4, 3), (4,)), case((2, 2, 3), (4, 3), (4,)), case((2, 3), (4, 3), ())],
    *[case((0, 3), (2, 3), (2,)), case((2, 0), (3, 0), (3,)), case((2, 3), (1, 3), (2, 1)), case((3, 3), (3, 3), (3,))],
    *[case((3,), (2, 3), (3, 2)), case((1, 3), (2, 3), (4, 2)), case((2, 3), (1, 3), (4,))],
    case((2, 3), (2, 3), (3, 2, 2)),
)
def AFFINE(draw: Any) -> Case:
    lead, n, m = draw(st.lists(st.integers(0, 3), max_size=2)), draw(st.integers(0, 3)), draw(st.integers(1, 3))
    return case((*lead, n), (m, n), draw(st.sampled_from([(m,), (1,), ()])))


@drawn(
    *[case((2, 3), (3, 2), axes=1), case((2, 3), (2, 3), axes=2), case((2,), (3,), axes=0), case((), (), axes=0)],
    *[case((2, 3, 4), (4, 2, 3), axes=((0, 2), (1, 0))), case((2, 3, 4), (3, 4, 2), axes=((2, 0), (1, 2)))],
    *[case((3, 2), (3, 4), axes=((0,), (0,))), case((2, 3), (2, 3), axes=((1, 0), (1, 0)))],
)
def TENSORDOT(draw: Any) -> Case:
    labels = draw(st.permutations("abcd"))
    lengths = dict(zip("abcd", draw(st.tuples(*[st.integers(1, 3)] * 4)), strict=True))
    x, y = draw(st.permutations([*labels[:3]])), draw(st.permutations([*labels[1:]]))
    both = draw(st.permutations(labels[1:3]))
    axes = (tuple([x.index(c) for c in both]), tuple([y.index(c) for c in both]))
    return case(tuple([lengths[c] for c in x]), tuple([lengths[c] for c in y]), axes=axes)


EINSUMS = (
    "ij,jk->ik",
    "i,i",
    "i,i->i",
    "i,j",
    "ii",
    "ii->i",
    "ij->j",
    "ij->",
    "bij,bkj->bik",
    "ij,ij,ik->k",
    "iij,j->i",
)


@drawn(
    *[case((2, 3), (3, 2), subscripts="ij,jk->ik"), case((3, 3), subscripts="ii->"), case((3, 3), subscripts="ii->i")],
    *[case((2, 3), subscripts="ij->j"), case((2, 3), subscripts="ji"), case((2,), (3,), subscripts="i,j->ji")],
    *[
        case((2, 3, 2), (2, 2), subscripts="...i,ij->...j"),
        case((2, 2, 3), subscripts="ii...->..."),
        case((2, 1), (2, 3), subscripts="ij,ij->i"),
    ],
    *[
        case((2, 3), (2, 3), (2,), subscripts="ij,ij,i->j"),
        case((2, 2, 2), subscripts="iii->i"),
        case((), (2,), subscripts=",i->i"),
    ],
)
def EINSUM(draw: Any) -> Case:
    subscripts = draw(st.sampled_from(EINSUMS))
    lengths = dict(zip("bijk", draw(st.tuples(*[st.integers(1, 3)] * 4)), strict=True))
    shapes = [tuple([lengths[c] for c in term]) for term in subscripts.partition("->")[0].split(",")]
    return case(*shapes, subscripts=subscripts)


def like(**options: Any) -> Family:
    """Unary, always with these options."""
    return Family(
        tuple([case(*c.shapes, **options) for c in UNARY.examples]),
        arguments(1).map(lambda c: case(*c.shapes, **options)),
    )
