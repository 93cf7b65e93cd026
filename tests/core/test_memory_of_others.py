"""Arrays that a caller keeps and writes into, before or after a derivative: no result changes with them, nor they."""

import numpy as np
import pytest

import autograd_lite as ag

X = np.array([1.0, 2.0, 3.0])


def with_one_buffer(x):
    buffer, total = np.zeros(3), 0.0
    for i in range(3):
        buffer[:] = i + 1
        total = total + ag.sum(x * buffer)
    return total


def with_a_buffer_of_constants(x):
    buffer = np.zeros(3)
    first = ag.sum(ag.asarray(buffer) * x)
    buffer[:] = 2.0
    return first + ag.sum(ag.asarray(buffer) * x) + ag.sum(x[:2] * buffer[:2])


@pytest.mark.parametrize("f", [with_one_buffer, with_a_buffer_of_constants])
def test_a_recording_reads_what_an_array_held_when_it_was_read(f):
    fast = ag.replay(f)
    for x in (X, 2 * X):
        assert fast(x) == f(x)


@pytest.mark.parametrize(
    "f",
    [
        lambda c: lambda x: ag.sum(x * c),
        lambda c: lambda x: ag.sum(x * ag.asarray(c)),
        lambda c: lambda x: ag.sum(x * c[::-1].T),
        lambda c: ag.grad(lambda x: ag.sum(x * c)),
        lambda c: ag.grad(lambda x: x @ c),
        lambda c: lambda x: (x, c),
        lambda c: lambda x: {"c": ag.asarray(c), "x": x},
    ],
)
def test_what_a_recording_reads_from_elsewhere_stays_as_it_was(f):
    c = np.array([1.0, 2.0, 3.0])
    fast = ag.replay(f(c))
    before = fast(X)
    c *= 5.0
    np.testing.assert_equal(fast(X), before)


@pytest.mark.parametrize(
    "f",
    [
        ag.grad(lambda x: ag.sum(x * 3.0)),
        ag.grad(lambda x: ag.sum(x)),
        ag.hessian(lambda x: ag.sum(x * x)),
        lambda x: ag.zeros(3),
        lambda x: x,
        lambda x: x[1:],
    ],
)
def test_what_a_recording_hands_out_is_its_callers(f):
    fast, x = ag.replay(f), X.copy()
    before = f(x)
    for _ in range(3):
        out = fast(x)
        np.testing.assert_array_equal(out, before)
        out *= 0.0
    np.testing.assert_array_equal(x, X)


@pytest.mark.parametrize("f", [ag.exp, ag.sqrt, lambda x: x, lambda x: x * x, lambda x: ag.reshape(x * x, (3, 1))])
def test_a_pullback_is_of_the_values_that_vjp_saw(f):
    x = X.copy()
    out, pullback = ag.vjp(f, x)
    seed = np.ones(out.shape)
    (before,) = pullback(seed)
    x *= 2.0
    out -= 7.0  # as in a residual
    np.testing.assert_array_equal(pullback(seed)[0], before)
    np.testing.assert_array_equal(before, ag.vjp(f, X)[1](seed)[0])


def test_an_extra_result_of_vjp_is_the_callers():
    _, pullback, extra = ag.vjp(lambda x: (lambda y: (ag.sum(y * y), y))(ag.exp(x)), X, has_aux=True)
    extra *= 0.0
    np.testing.assert_allclose(pullback(1.0)[0], 2 * np.exp(2 * X), rtol=1e-15)  # a rounding or two


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x,
        lambda x: x[1:],
        lambda x: ag.reshape(x, (3, 1)),
        lambda x: x + X,
        lambda x: (x, x),
        lambda x: (x[1:], x[:2]),
    ],
)
def test_a_derivative_along_a_direction_is_the_callers(f):
    t = np.ones(3)
    tangents = ag.jvp(f, (X,), (t,))[1]
    tangents = tangents if isinstance(tangents, tuple) else (tangents,)
    for n, tangent in enumerate(tangents):
        tangent += 1.0 + n
    np.testing.assert_array_equal(t, 1.0)
    for n, tangent in enumerate(tangents):
        np.testing.assert_array_equal(tangent, 2.0 + n)


def test_a_buffer_that_is_filled_again():
    """An array is kept as it is, a Tensor of it is a copy; `debug` locks what is kept."""

    def total(x, keep):
        buffer, sum_ = np.zeros(3), 0.0
        for i in range(3):
            buffer[:] = i + 1
            sum_ = sum_ + ag.sum(x * keep(buffer))
        return sum_

    np.testing.assert_array_equal(ag.grad(total)(X, ag.Tensor), 6.0)
    with ag.debug(), pytest.raises(ValueError, match="read-only"):
        ag.grad(total)(X, lambda buffer: buffer)
