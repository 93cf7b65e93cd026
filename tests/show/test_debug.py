"""debug(): the first number that is not finite is named, with the operation, the line, the shapes and the entry."""

import re

import numpy as np
import pytest

import autograd_lite as ag
import nn


def raised(f):
    with pytest.raises(ag.NonFiniteError) as error, ag.debug():
        f()
    return str(error.value)


def test_a_value_is_named_where_it_was_made():
    x = ag.Var([[1.0, 2.0], [3.0, 0.0]], name="x")
    text = raised(lambda: ag.sum(ag.log(x) * 2))
    assert "the result of log of shapes (2, 2) is -inf at [1, 1] (1 of 4 entries" in text
    assert re.search(r"called at .*test_debug\.py:\d+: text = raised\(lambda: ag\.sum\(ag\.log\(x\) \* 2\)\)", text)


def test_an_adjoint_is_named_with_the_variable_it_belongs_to():
    x = ag.Var([4.0, 0.0], name="x")
    text = raised(lambda: ag.sum(ag.sqrt(x)).backward())
    assert "the adjoint of 'x' received from sqrt of shapes (2,) is inf at [1]" in text
    assert "test_debug.py" in text


def test_a_tangent_is_named():
    text = raised(lambda: ag.jvp(ag.sqrt, (np.array([0.0, 1.0]),), (np.ones(2),)))
    assert "the tangent of sqrt of shapes (2,) is inf at [0]" in text


def test_what_was_recorded_before_has_no_line():
    x = ag.Var(0.0)
    y = ag.sqrt(x)
    assert "recorded outside debug()" in raised(y.backward)


def test_the_users_line_is_outside_the_packages():
    layer = nn.Linear(2, 2)
    text = raised(lambda: layer(np.array([[np.nan, 1.0]])))
    assert "affine of shapes (1, 2) and (2, 2) and (2,)" in text
    assert "test_debug.py" in text


def test_constants_are_watched_too():
    assert "divide" in raised(lambda: ag.Tensor(1.0) / ag.Tensor(0.0))


def test_arrays_on_the_tape_are_locked_and_given_back():
    a = np.ones(3)
    with ag.debug():
        y = ag.asarray(a) * ag.Var([1.0, 2.0, 3.0])
        with pytest.raises(ValueError, match="read-only"):
            a[0] = 5.0
        with pytest.raises(ValueError, match="read-only"):
            y.value[0] = 5.0
    a[0] = 5.0
    y.value[0] = 5.0


def test_finite_work_is_left_alone_and_an_exception_ends_it():
    x = ag.Var(np.arange(3.0))

    def work():
        with ag.debug():
            ag.sum(x * x).backward()
            raise KeyError

    with pytest.raises(KeyError):
        work()
    np.testing.assert_array_equal(x.grad.value, [0, 2, 4])
    assert ag.log(ag.Var(1.0)).requires_grad
    with np.errstate(divide="ignore"):
        assert ag.log(ag.Var(0.0)).item() == -np.inf  # nobody watches any more
