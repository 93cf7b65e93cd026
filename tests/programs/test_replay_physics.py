"""Physics is replayed: what `mechanics` and `ode` ask about values, every run asks again."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import SingularMassError

TIMES = np.linspace(0.0, 1.0, 6)


def pendulum(q, v):
    return v**2 / 2 + ag.cos(q)


def alike(fast, slow, *runs):
    for args in runs:
        got, wanted = fast(*args), slow(*args)
        np.testing.assert_allclose(got, wanted, rtol=1e-13)  # the same numbers, perhaps in another order of summing
        assert np.asarray(got).dtype == np.asarray(wanted).dtype


FUNCTIONS = {
    "acceleration": ag.mechanics.acceleration(pendulum),
    "its gradient": ag.grad(ag.mechanics.acceleration(pendulum)),
    "integrate over times that differ": lambda t, y: ag.ode.integrate(lambda t, y: -y * t, y, TIMES * t)[-1],
    "its gradient in the times": ag.grad(lambda t, y: ag.ode.integrate(lambda t, y: -y * t, y, TIMES * t)[-1]),
    "leapfrog over times that differ": lambda t, q: ag.mechanics.leapfrog(ag.sin, q, 0.0, TIMES * t)[0][-1],
    "its gradient in the times too": ag.grad(lambda t, q: ag.mechanics.leapfrog(ag.sin, q, 0.0, TIMES * t)[0][-1]),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_differs_from_run_to_run_is_replayed(name):
    slow = FUNCTIONS[name]
    alike(ag.replay(slow), slow, (0.5, 0.1), (0.7, 0.3), (1.5, -2.0), (-1.0, 0.4))


def test_times_stay_numbers_beside_a_state_of_single_precision():
    def slow(times, y):
        return ag.ode.integrate(lambda t, y: -y * t, y, times)

    y = np.ones(2, np.float32)
    alike(ag.replay(slow), slow, (TIMES, y), (2 * TIMES, y))
    assert slow(TIMES, y).dtype == np.float32


def test_times_out_of_order_are_refused_in_a_later_run_too():
    fast = ag.replay(lambda times: ag.ode.integrate(lambda t, y: -y, 1.0, times))
    fast(TIMES), fast(2 * TIMES)
    with pytest.raises(ValueError, match="integrate: ts is a vector of times"):
        fast(0 * TIMES)


def test_a_mass_that_becomes_singular_is_refused_in_a_later_run_too():
    fast = ag.replay(lambda m: ag.mechanics.acceleration(lambda q, v: m * v**2 / 2 - q)(1.0, 2.0))
    assert [fast(2.0), fast(4.0)] == [-0.5, -0.25]
    with pytest.raises(SingularMassError, match="rank 0 of 1"):
        fast(0.0)
    assert fast(5.0) == -0.2
