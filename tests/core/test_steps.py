"""A gradient step outside `no_grad` is refused where it begins; writes that are meant to be recorded are not."""

import numpy as np
import pytest

import autograd_lite as ag


def after_backward(value):
    w = ag.Var(value)
    ag.sum(w**2).backward()
    return w


@pytest.mark.parametrize("value", [3.0, [1.0, 2.0]], ids=["number", "array"])
@pytest.mark.parametrize("kind", ["Tensor", "array"])
def test_a_step_outside_no_grad_is_refused_and_changes_nothing(value, kind):
    w = after_backward(value)
    step = 0.1 * (w.grad if kind == "Tensor" else w.grad.value)
    with pytest.raises(ag.errors.TrackedError, match=r"with ag\.no_grad.*w\.value.*nn\.SGD"):
        w -= step
    with pytest.raises(ag.errors.TrackedError, match="no_grad"):
        w += -step
    assert w.is_leaf
    np.testing.assert_array_equal(w.value, value)


def test_a_step_through_a_view_is_refused():
    w = after_backward([1.0, 2.0])
    with pytest.raises(ag.errors.TrackedError, match="no_grad"):
        w[1:] -= 0.1 * w.grad[1:]
    np.testing.assert_array_equal(w.value, [1.0, 2.0])


def test_what_the_error_says_to_write_works():
    w = after_backward([1.0, 2.0])
    with ag.no_grad():
        w -= 0.25 * w.grad
    np.testing.assert_array_equal(w.value, [0.5, 1.0])
    w.value = w.value - 0.25 * w.grad.value
    np.testing.assert_array_equal(w.value, [0.0, 0.0])
    assert w.is_leaf
    w = w - 0.25 * w.grad
    assert not w.is_leaf


def test_writes_meant_to_be_recorded_are():
    w = ag.Var([1.0, 2.0])
    handle = w
    handle += np.array([1.0, 1.0])  # no gradient yet: a function of w is written down
    ag.sum(handle**2).backward()
    np.testing.assert_array_equal(w.grad.value, [4.0, 6.0])
    w = after_backward([1.0, 2.0])
    w *= 2.0
    w += 1.0
    assert not w.is_leaf
    w, v = after_backward([1.0, 2.0]), ag.Var([3.0, 4.0])
    w -= v
    ag.sum(w).backward()
    np.testing.assert_array_equal(v.grad.value, [-1.0, -1.0])
    y = after_backward([1.0, 2.0]) * 1.0  # a result is no variable
    y -= np.ones(2)
    w = after_backward([1.0, 2.0])
    w.grad = None
    w -= np.ones(2)
    assert not w.is_leaf
