"""Random programs: what NumPy computes on plain arrays is what Tensors hold, and its differences are their derivatives.

A program is a list of steps on a growing list of values. It runs unchanged on arrays and on Tensors: NumPy's functions
and operators, indexing, views, and writes in place that are seen through them.
"""

import numpy as np
import optree
import pytest
from hypothesis import given, settings, strategies as st

import autograd_lite as ag
from tests.conftest import all_sizes_in_place

MANY = settings(max_examples=8 * settings().max_examples)
"""A program has a few steps out of fourteen kinds: it takes a hundred for every kind to meet every other."""

SHAPES = [(3,), (2, 3), (2, 1), (3, 2), (1,), ()]
MOST = 24  # entries of one value: enough for every way to broadcast

FUNCTIONS = {
    "sin": np.sin,
    "tanh": np.tanh,
    "exp(-x²)": lambda x: np.exp(-(x**2)),
    "1/(2+x²)": lambda x: 1 / (2.0 + x * x),
}
BINARY = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "x/(3+y²)": lambda x, y: x / (3 + y**2),
}
INDICES = [
    0,
    -1,
    slice(1, None),
    slice(None, None, -1),
    slice(None, None, 2),
    None,
    ...,
    [0, 0, -1],
    [-1],
    (..., 0),
    (..., slice(None, None, -1)),
]


def write(x, v, index):
    x[index] = v


def add_to(x, v):
    x += v


def multiply(x, v):
    x *= v


STEPS = {
    "apply": lambda x, name: FUNCTIONS[name](x),
    "combine": lambda x, y, name: BINARY[name](x, y),
    "mean": lambda x, axis: np.mean(x, axis=axis),
    "sum": lambda x, axis: np.sum(x, axis=axis, keepdims=True),
    "read": lambda x, index: x[index],
    "reshape": lambda x, shape: np.reshape(x, shape),
    "transpose": lambda x: x.T,
    "matmul": lambda x, y: x @ y,
    "concat": lambda x, y: np.concatenate([x, y]),
    "stack": lambda x, y: np.stack([x, y], axis=-1),
    "same": lambda x: x,
    "write": write,
    "+=": add_to,
    "*=": multiply,
}
"""Each takes values by their number in the list, then constants; what it returns joins the list."""


def run(program, inputs):
    """All the values of a program."""
    values = list(inputs)
    for name, numbers, constants in program:
        out = STEPS[name](*[values[i] for i in numbers], *constants)
        if out is not None:
            values.append(out)
    return values


def total(program, inputs):
    """One number that depends on every entry of every value."""
    out = 0.0
    for k, value in enumerate(run(program, inputs)):
        out = out + np.sum(value * (1.0 + k)) + 0.3 * np.sum(value**2)
    return out


@st.composite
def programs(draw, longest=8):
    """A program and its inputs, drawn step by step beside a run in NumPy that tells which steps are possible."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    inputs = [rng.uniform(-1, 1, shape)[()] for shape in shapes]
    values, program = [np.array(x)[()] for x in inputs], []
    for _ in range(draw(st.integers(1, longest))):
        step = draw(a_step(values))
        if step is not None:
            program.append(step)
            values = run([step], values)
    return program, inputs


@st.composite
def a_step(draw, values):
    """A step that NumPy can do with these values, or None."""
    name, i = draw(st.sampled_from(sorted(STEPS))), draw(st.integers(0, len(values) - 1))
    x = values[i]
    others = {
        "combine": lambda y: fits(x, y) and np.broadcast(x, y).size <= MOST,
        "matmul": lambda y: (
            x.ndim and y.ndim and x.shape[-1] == y.shape[-2 if y.ndim > 1 else 0] and x.ndim < 3 > y.ndim
        ),
        "concat": lambda y: x.ndim and x.ndim == y.ndim and x.shape[1:] == y.shape[1:] and x.size + y.size <= MOST,
        "stack": lambda y: x.shape == y.shape and 2 * x.size <= MOST,
        "+=": lambda y: x.ndim and fills(x, y),
        "*=": lambda y: x.ndim and fills(x, y),
    }
    if name in others:
        possible = [j for j, y in enumerate(values) if others[name](y)]
        if not possible:
            return None
        chosen = (draw(st.sampled_from(possible)),)
        constants = (draw(st.sampled_from(sorted(BINARY))),) if name == "combine" else ()
        return name, (i, *chosen), constants
    if name == "apply":
        return name, (i,), (draw(st.sampled_from(sorted(FUNCTIONS))),)
    if name in ("mean", "sum", "read", "write") and not x.size:
        return None
    if name in ("mean", "sum"):
        return name, (i,), (draw(st.none() | st.integers(-x.ndim, x.ndim - 1)) if x.ndim else None,)
    if name == "reshape":
        return name, (i,), (draw(st.sampled_from([(-1,), x.shape[::-1], (1, *x.shape)])),)
    if name == "read":
        return (name, (i,), (draw(st.sampled_from(INDICES)),)) if x.ndim else None
    if name == "write":
        index = draw(st.sampled_from(INDICES))
        possible = [j for j, y in enumerate(values) if x.ndim and fills(x[index], y)]
        return (name, (i, draw(st.sampled_from(possible))), (index,)) if possible else None
    return name, (i,), ()


def fills(x, y):
    """Whether `y` broadcasts to the shape of `x`."""
    return fits(x, y) and np.broadcast(x, y).shape == np.shape(x)


def fits(x, y):
    """Whether two shapes broadcast."""
    return all(m == n or 1 in (m, n) for m, n in zip(x.shape[::-1], y.shape[::-1], strict=False))


@MANY
@given(program=programs())
def test_values_are_numpys(program):
    """Every value, after all writes, is what NumPy has in its arrays; and the inputs given are not written to."""
    steps, inputs = program
    expected = run(steps, [np.array(x)[()] for x in inputs])
    variables = [ag.Tensor(x, requires_grad=True) for x in inputs]
    before = [np.array(x) for x in inputs]
    found = run(steps, variables)
    for tensor, array in zip(found, expected, strict=True):
        assert isinstance(tensor, ag.Tensor)
        assert (tensor.shape, tensor.dtype) == (np.shape(array), array.dtype)
        np.testing.assert_allclose(tensor.value, array, rtol=1e-13, atol=1e-13)  # sums over another memory layout
    for x, y in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(x, y)


@MANY
@given(program=programs())
def test_derivatives_are_those_of_the_program_in_numpy(program):
    """Both sweeps agree with differences of the run on plain arrays."""
    steps, inputs = program
    ag.check_grads(lambda *xs: total(steps, xs), inputs, order=1)


@MANY
@given(program=programs(longest=4))
def test_second_derivatives(program):
    """In all four nestings of the two modes."""
    steps, inputs = program
    ag.check_grads(lambda *xs: total(steps, xs), inputs, order=2)


@MANY
@given(program=programs())
def test_gradients_do_not_depend_on_the_way_they_are_asked_for(program):
    """`backward`, `grad` and a Jacobian by columns give one answer, in memory that is there or in new."""
    steps, inputs = program
    variables = [ag.Var(x) for x in inputs]
    leaves = [ag.asarray(x) + 0.0 for x in variables]  # what a program writes to is a copy, so the variables stay
    total(steps, leaves).backward()
    numbers = tuple(range(len(inputs)))
    gradients = ag.grad(lambda *xs: total(steps, xs), argnums=numbers)(*inputs)
    columns = ag.jacobian(lambda *xs: total(steps, xs), argnums=numbers, mode="forward")(*inputs)
    with all_sizes_in_place():
        in_place = ag.grad(lambda *xs: total(steps, xs), argnums=numbers)(*inputs)
    for a, b in zip(gradients, in_place, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-13)  # the same sums, over another memory layout
    for x, g, c in zip(variables, gradients, columns, strict=True):
        np.testing.assert_allclose(x.grad.value, g, rtol=1e-13, atol=1e-13)  # the same sums, but for one copy
        np.testing.assert_allclose(c, g, rtol=1e-10, atol=1e-10)  # other sums: cancellation costs some digits


@MANY
@given(program=programs(longest=5), count=st.integers(1, 3))
def test_replayed(program, count):
    """Recorded at one point and replayed at another, where some of the inputs are constants of the function.

    Derivatives in the others, and in these, which a recording meets as arrays of NumPy beside its own.
    """
    steps, inputs = program
    others = inputs[count:]

    def f(xs, zs):
        return total(steps, [ag.asarray(x) + 0.0 for x in (*xs, *zs)])  # what a program writes to is a copy

    def along(function, points):
        return ag.hvp(lambda *points: function(points), tuple(points), tuple([p * 0.7 + 0.1 for p in points]))

    functions = [
        ag.value_and_grad(lambda xs: f(xs, others)),
        lambda xs: along(lambda xs: f(xs, others), xs),
        *(
            [lambda xs: ag.grad(lambda zs: f(xs, zs))(others), lambda xs: along(lambda zs: f(xs, zs), others)]
            * bool(others)
        ),
    ]
    for called in functions:
        replayed = ag.replay(called)
        for point in (inputs[:count], [0.8 * x + 0.3 for x in inputs[:count]]):
            for a, b in zip(optree.tree_leaves(replayed(point)), optree.tree_leaves(called(point)), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)  # the same sums, some in another order


@pytest.mark.parametrize(
    ("steps", "inputs"),
    [
        ([("read", (0,), (slice(1, None),)), ("*=", (1, 1), ())], [np.array([1.0, 2.0, 3.0])]),
        ([("transpose", (0,), ()), ("write", (2, 1), (0,))], [np.ones((2, 3)), np.array([5.0, 6.0])]),
        ([("same", (0,), ()), ("+=", (0, 1), ())], [np.array([1.0, 2.0])]),
        ([("reshape", (0,), ((-1,),)), ("write", (1, 1), (slice(None, None, -1),))], [np.arange(6.0).reshape(2, 3)]),
    ],
)
def test_writes_through_views(steps, inputs):
    """Cases worth naming: a view scaled by itself, a write through a transpose, an alias, an overlapping write."""
    for tensor, array in zip(
        run(steps, [ag.Var(x) for x in inputs]), run(steps, [x.copy() for x in inputs]), strict=True
    ):
        np.testing.assert_array_equal(tensor.value, array)
    ag.check_grads(lambda *xs: total(steps, xs), inputs)
