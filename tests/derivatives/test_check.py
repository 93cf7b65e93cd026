"""check_grads: silent for right derivatives, and exact about wrong ones."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.op import OPS
from autograd_lite.errors import GradientMismatch, NotDifferentiableError


@pytest.fixture
def wrong():
    """Elementwise operations with a partial given by the test, forgotten afterwards."""
    made = []

    def make(kernel, *partials, **extra):
        name = f"wrong_{len(made)}"
        made.append(name)
        return ag.elementwise(name, kernel, *partials, **extra)

    yield make
    for name in made:
        del OPS[name]


def message(f, args, **options):
    with pytest.raises(GradientMismatch) as caught:
        ag.check_grads(f, args, **options)
    return str(caught.value)


# -- right derivatives pass -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_right_derivatives_pass_to_third_order(dtype):
    """In every floating dtype, with several arguments, to the order asked."""
    x, y = np.array([[0.3, 1.2, -0.7]], dtype), np.array([0.5, -1.1, 2.0], dtype)
    if np.iscomplexobj(x):
        x, y = x + dtype(0.4j), y - dtype(0.2j)
    ag.check_grads(lambda x, y: ag.exp(x) * ag.sin(y) / (2 + x * x), (x, y), order=3)


def test_containers_on_both_sides():
    """Arguments and results in any containers; integer results have no derivative and are passed over."""
    params = {"w": [np.ones((2, 2)), np.float32(0.5)], "b": (np.zeros(2), None)}
    ag.check_grads(
        lambda p, x: {"y": p["w"][0] @ x + p["b"][0], "n": ag.argmax(x), "s": (p["w"][1] ** 2,)}, (params, np.ones(2))
    )


def test_large_arrays_are_checked_at_some_entries_and_along_some_directions(wrong):
    """A single wrong entry of a thousand shows."""
    x, calls = np.linspace(1, 2, 1000), []

    def counted(x):
        calls.append(1)
        return ag.sum(x**3)

    ag.check_grads(counted, (x,), order=1, entries=4)
    assert len(calls) < 100
    bad = wrong(np.square, lambda v, x: 2 * x * (1 + (np.arange(1000) == 700)))
    assert "along a random direction" in message(bad, (x,), order=1, entries=1)


def test_complex_step_is_sharper():
    """A partial with an error of 1e-9, which a difference at its default tolerance lets pass, does not pass."""
    ag.check_grads(ag.sin, (np.array([0.3, 2.0]),), complex_step=True, order=3)
    slightly = ag.elementwise("slightly_wrong", np.sin, lambda v, x: ag.cos(x) * (1 + 1e-9))
    try:
        ag.check_grads(slightly, (1.0,), order=1)
        assert "the complex step" in message(slightly, (1.0,), order=1, complex_step=True)
    finally:
        del OPS["slightly_wrong"]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_arguments_of_any_scale(scale):
    """Steps go with the arguments where these are large, and shorten where the function needs it."""
    ag.check_grads(ag.log, (np.array([scale, 2 * scale]),))
    ag.check_grads(lambda x: ag.sum(x**2), (np.array([scale, 2 * scale]),))


# -- wrong ones do not, and are named ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_a_wrong_partial_is_named(wrong, mode, dtype):
    """The argument, the entry, both numbers and what was allowed."""
    f = wrong(np.sin, lambda v, x: ag.cos(x) * (1 + (x > 1)))
    x = {"w": [np.array([[0.5, 0.25], [2.0, 0.1]], dtype)]}
    text = message(lambda y, p: y + ag.sum(f(p["w"][0])), (3.0, x), modes=(mode,))
    assert text.startswith(f"check_grads: {mode} mode, args[1]['w'][0], entry [1, 0]: the derivative is -0.832293")
    assert "the finite difference -0.416146" in text
    assert "is allowed" in text


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_wrong_derivative_of_an_output_entry_is_named(wrong, dtype):
    f = wrong(np.sin, lambda v, x: -ag.cos(x))
    text = message(lambda x: (x, f(x)), (np.zeros(2, dtype),), modes=("forward",))
    assert "args[0], entry [0], output 1 [0]: the derivative is -1, the finite difference 1," in text


@pytest.mark.parametrize(("mode", "other"), [("reverse", "forward"), ("forward", "reverse")])
def test_each_mode_is_checked_by_itself(mode, other):
    """A push or a pull that is wrong alone is found, by the mode that uses it."""
    half = {"reverse": 1.0, "forward": 1.0, mode: 0.5}
    ag.general(
        "half_wrong",
        np.sin,
        lambda g, v, x: half["reverse"] * g * ag.cos(x),
        lambda t, v, x: half["forward"] * t * ag.cos(x),
    )
    try:
        f = OPS["half_wrong"].call
        assert f"check_grads: {mode} mode" in message(f, (1.0,), order=1)
        ag.check_grads(f, (1.0,), modes=(other,), order=1)
    finally:
        del OPS["half_wrong"]


def test_a_wrong_second_derivative_is_found_at_second_order_only(wrong):
    """The first derivative is right; the derivative of the rule is not, for part of it is held constant."""
    f = wrong(np.exp, lambda v, x: ag.stop_gradient(v))
    ag.check_grads(f, (1.0,), order=1)
    assert "reverse over reverse mode" in message(f, (1.0,), order=2)
    assert "forward over forward mode" in message(f, (1.0,), order=2, modes=("forward",))


def test_a_wrong_complex_derivative_is_found(wrong):
    """One that is right along the real axis only."""
    f = wrong(np.square, lambda v, x: 2 * ag.conj(x))
    assert "args[0], entry [0]" in message(f, (np.array([2.0 + 1j]),), order=1)
    ag.check_grads(f, (np.array([2.0]),), order=1)
    g = wrong(np.real, lambda v, x: 1.0 + 0.5j)
    assert "entry [], imaginary part" in message(g, (2.0 + 1j,), order=1)


def test_kinks_and_singular_points_do_not_pass():
    """Half a slope is no derivative, and an infinite one cannot be checked: the message says what to do."""
    assert "the finite difference 0.5" in message(ag.relu, (0.0,))
    assert "shorten step=" in message(ag.sqrt, (np.zeros(2),))


def test_tolerances_are_the_users(wrong):
    f = wrong(np.sin, lambda v, x: ag.cos(x) * 1.01)
    ag.check_grads(f, (1.0,), rtol=0.05)
    ag.check_grads(f, (1.0,), atol=0.05)
    assert "allowed" in message(f, (1.0,), rtol=0.001, atol=0)


def test_step_can_be_shortened():
    """Close to a singularity the default steps are all too long."""
    x = np.array([1e-7])
    with pytest.raises(GradientMismatch):
        ag.check_grads(ag.log, (x,), order=1)
    ag.check_grads(ag.log, (x,), order=1, step=1e-9)


# -- what cannot be checked -------------------------------------------------------------------------------------------


def test_bad_requests_are_refused():
    with pytest.raises(NotDifferentiableError, match="check_grads"):
        ag.check_grads(ag.sin, (1,))
    with pytest.raises(ValueError, match="modes are 'reverse' and 'forward'"):
        ag.check_grads(ag.sin, (1.0,), modes=("backward",))
    with pytest.raises(ValueError, match="in a tuple"):
        ag.check_grads(ag.sin, (1.0,), modes="reverse")
    with pytest.raises(ValueError, match="order is 1 or more"):
        ag.check_grads(ag.sin, (1.0,), order=0)
    with pytest.raises(ValueError, match="real arguments"):
        ag.check_grads(ag.sin, (1j,), complex_step=True)


def test_it_does_the_same_every_time(wrong):
    f = wrong(np.sin, lambda v, x: -ag.cos(x))
    assert message(f, (np.ones(3),)) == message(f, (np.ones(3),))


def test_real_arguments_stay_real_beside_complex_ones():
    """At second order the gradient in a real argument is real in the differences too."""
    ag.check_grads(lambda z, x: ag.conj(z) * x**2, (np.array([1 + 2j, 3 - 1j]), np.array([0.5, 2.0])), order=2)
