"""Lines that one input in a thousand reaches: each was made wrong once, and no test saw it."""

import logging

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.tensor import group, tick


def test_a_unit_is_noted_on_each_of_its_outputs():
    x = ag.Var(2.0)
    since = tick()
    a, b, c = x + 1, x + 2, x + 3
    group((a, 7, b), "layer", since)
    group(c, "inner", since)
    group([c], "layer", since)
    assert a._row.note["groups"] == b._row.note["groups"] == (("layer", since),)
    assert c._row.note["groups"] == (("inner", since), ("layer", since))


class Wordless(Exception):  # what it is called is what the log has to say
    pass


def test_the_log_names_an_exception_that_has_no_words(caplog):
    asked = []

    def f(x):
        asked.append(x)
        if len(asked) == 1:
            raise Wordless
        return x * 2

    with caplog.at_level(logging.INFO, "autograd_lite"):
        assert ag.replay(f, strict=False)(np.float64(3.0)) == 6.0
    assert "Wordless" in caplog.text


def test_a_constant_that_is_written_to_while_it_is_recorded_has_both_values():
    def f(x):
        c = np.ones(2)
        y = x * c
        c[0] = 5.0
        return y + 10 * (x * c)

    x = np.array([1.0, 2.0])
    fast = ag.replay(f)
    for _ in range(2):
        assert np.array_equal(fast(x), [51.0, 22.0])


@pytest.mark.parametrize("nested", [False, True])
def test_a_product_with_an_infinity_nobody_selected_keeps_the_other_numbers(nested):
    """The first row of the result is left out, and with it the infinity of the first factor."""
    a, b = np.array([[np.inf, 2.0], [3.0, 4.0]]), np.array([[1.0, 5.0], [6.0, 7.0]])
    chosen = np.array([[False, False], [True, True]])

    def f(b, s=1.0):
        return ag.sum(ag.where(chosen, (a * s) @ b, 0.0))

    with np.errstate(invalid="ignore"):  # the value has the infinity
        if nested:
            found = ag.grad(lambda s: ag.sum(ag.grad(lambda b: f(b, s))(b) * b))(1.0)
            assert found == np.sum([[3.0, 3.0], [4.0, 4.0]] * b)
        else:
            assert np.array_equal(ag.grad(f)(b), [[3.0, 3.0], [4.0, 4.0]])


LENGTHS = {  # products of two lengths at 0, with their Hessian there: 2 where both are one, else no corner is rounded
    "one, computed twice": (lambda x: ag.linalg.vector_norm(x) * ag.linalg.vector_norm(x), 2 * np.eye(2)),
    "one entry, read twice": (lambda x: ag.abs(x[0]) * ag.abs(x[0]), [[2.0, 0.0], [0.0, 0.0]]),
    "one entry, by two names": (lambda x: ag.abs(x[1]) * ag.abs(x[(1,)]), [[0.0, 0.0], [0.0, 0.0]]),
    "two entries": (lambda x: ag.abs(x[0]) * ag.abs(x[1]), [[0.0, 0.0], [0.0, 0.0]]),
}


@pytest.mark.parametrize("what", LENGTHS)
def test_only_the_product_of_a_length_with_itself_is_a_square(what):
    f, hessian = LENGTHS[what]
    assert np.array_equal(ag.hessian(f)(np.zeros(2)), hessian)


WRITERS = {
    "out=": (lambda target, x: np.add(x, 1.0, out=target), [2.0, 3.0]),
    "out= of a function": (lambda target, x: np.clip(x, 0.0, 1.5, out=target), [1.0, 1.5]),
    "copyto": (lambda target, x: np.copyto(target, x), [1.0, 2.0]),
    "put_along_axis": (lambda target, x: np.put_along_axis(target, np.array([1, 0]), x, 0), [2.0, 1.0]),
    "add.at": (lambda target, x: np.add.at(target, [1, 1], x), [0.0, 3.0]),
    "multiply.at": (lambda target, x: np.multiply.at(target, [0, 1], x), [0.0, 0.0]),
}


def test_a_product_of_lengths_along_two_axes_is_no_square():
    hessian = ag.hessian(lambda a: ag.sum(ag.linalg.vector_norm(a, axis=0) * ag.linalg.vector_norm(a, axis=1)))
    assert not (hessian(np.zeros((2, 2))) == 2).any()  # as it would be everywhere for the square of either


def test_a_call_made_twice_on_the_same_constant_is_made_once():
    calls = []
    times = ag.elementwise("times_noted", lambda x, y: calls.append(0) or x * y, lambda v, x, y: y, lambda v, x, y: x)
    try:
        c = np.array([3.0, 4.0])
        assert np.array_equal(ag.replay(lambda x: times(x, c) + times(x, c))(np.ones(2)), [6.0, 8.0])
        assert len(calls) == 2  # recorded, and run
    finally:
        del ag.core.op.OPS["times_noted"]


@pytest.mark.parametrize("kind", ["an array", "a Tensor"])
@pytest.mark.parametrize("how", WRITERS)
def test_what_is_computed_of_constants_is_written_wherever_numpy_writes(how, kind):
    write, expected = WRITERS[how]
    target = np.zeros(2) if kind == "an array" else ag.Tensor(np.zeros(2))
    write(target, ag.Tensor([1.0, 2.0]))
    assert np.array_equal(np.asarray(target), expected)
