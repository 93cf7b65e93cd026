"""`ode.integrate`: against SciPy and exact solutions, the order of every method, and derivatives through it."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import autograd_lite as ag
from autograd_lite.science.ode import METHODS, Tableau

A = np.array


def lotka(t, y, a=1.1, b=0.4):
    return ag.stack([a * y[0] - b * y[0] * y[1], 0.1 * y[0] * y[1] - b * y[1]])


@pytest.mark.parametrize("name", METHODS)
def test_order_conditions(name):
    """Those of Hairer, Nørsett and Wanner, II.2, up to order 4: the sums over rooted trees."""
    m = METHODS[name]
    s = len(m.b)
    a = np.zeros((s, s))
    for i, line in enumerate(m.a):
        a[i, :i] = line
    b, c = A(m.b, dtype=float), A(m.c)
    trees = {
        1: [(b.sum(), 1)],
        2: [(b @ c, 2)],
        3: [(b @ c**2, 3), (b @ a @ c, 6)],
        4: [(b @ c**3, 4), (b @ (c * (a @ c)), 8), (b @ a @ c**2, 12), (b @ a @ a @ c, 24)],
        5: [(b @ c**4, 5)],
    }
    for order, sums in trees.items():
        for value, density in sums:
            # coefficients are fractions; their sums are exact to rounding, and off by far more otherwise
            holds = abs(value - 1 / density) < 1e-14
            assert holds if order <= m.order else True, (order, density)
    assert any(abs(value - 1 / d) > 1e-3 for value, d in trees.get(m.order + 1, [(0.0, 1)]))  # and no more than that


@pytest.mark.parametrize("name", METHODS)
def test_the_error_falls_with_the_order(name):
    f = lambda t, y: -2 * t * y  # y = exp(-t²)
    errors = [abs(ag.ode.integrate(f, 1.0, [0.0, 1.5], name, substeps=n)[-1] - np.exp(-2.25)) for n in (32, 64)]
    # the next term of the error's series is smaller by about h = 1.5/64 times a constant
    assert np.log2(errors[0] / errors[1]) == pytest.approx(METHODS[name].order, abs=0.2)


def test_against_solve_ivp():
    ts = np.linspace(0, 10, 201)
    reference = solve_ivp(lambda t, y: lotka(t, y), (0, 10), [10.0, 5.0], t_eval=ts, rtol=1e-11, atol=1e-11).y.T
    found = ag.ode.integrate(lotka, A([10.0, 5.0]), ts, "dopri5", substeps=4)
    assert isinstance(found, np.ndarray)
    np.testing.assert_allclose(found, reference, rtol=1e-7)  # h⁵ = (10/800)⁵ = 3e-10, times the solution's growth
    np.testing.assert_allclose(ag.ode.integrate(lotka, A([10.0, 5.0]), ts, substeps=4), reference, rtol=1e-5)


def test_back_in_time_and_uneven_steps():
    ts = A([0.0, 0.1, 0.15, 0.4, 1.0])
    there = ag.ode.integrate(lambda t, y: -y, 1.0, ts, substeps=20)
    np.testing.assert_allclose(there, np.exp(-ts), rtol=1e-7)  # h⁴ = 0.03⁴ = 8e-7, over 5! for this equation
    back = ag.ode.integrate(lambda t, y: -y, there[-1], ts[::-1], substeps=20)
    np.testing.assert_allclose(back[-1], 1.0, rtol=1e-7)


def test_states_in_containers():
    """An oscillator as a pair, beside a clock."""
    f = lambda t, y: {"pair": (y["pair"][1], -y["pair"][0]), "clock": t * np.ones((1, 2))}
    found = ag.ode.integrate(f, {"pair": (1.0, 0.0), "clock": np.zeros((1, 2))}, np.linspace(0, 1, 51))
    q, v = found["pair"]
    np.testing.assert_allclose([q[-1], v[-1]], [np.cos(1), -np.sin(1)], rtol=1e-8)  # h⁴ = 1.6e-7, over 5!
    assert found["clock"].shape == (51, 1, 2)
    np.testing.assert_allclose(found["clock"][-1], 0.5, rtol=1e-14)  # exact for polynomials of degree 3


@pytest.mark.parametrize("name", METHODS)
def test_derivatives_are_those_of_the_steps(name):
    """In the start, a parameter and the times: the numbers' own derivative, whatever their error."""
    ts = np.linspace(0, 0.7, 4)

    def end(y0, k, ts):
        return ag.ode.integrate(lambda t, y: ag.sin(k * t) - y * y, y0, ts, name, substeps=2)

    ag.check_grads(end, (A([0.5, 1.0]), 1.3, ts))


def test_tracked_parameters_are_recorded_and_arrays_are_not():
    k = ag.Var(2.0)
    ts = np.linspace(0, 1, 11)
    out = ag.ode.integrate(lambda t, y: -k * y, A([1.0, 2.0]), ts)
    assert out.requires_grad
    out[-1, 0].backward()
    assert k.grad.item() == pytest.approx(-np.exp(-2.0), rel=1e-4)  # h⁴ = 1e-4
    assert isinstance(ag.ode.integrate(lambda t, y: -y, 1.0, ts), np.ndarray)
    wrapped = ag.ode.integrate(lambda t, y: -y, ag.Tensor(1.0), ts)
    assert isinstance(wrapped, ag.Tensor)
    assert not wrapped.requires_grad
    checkpointed = ag.grad(lambda k: ag.ode.integrate(ag.checkpoint(lambda t, y: -k * y), 1.0, ts)[-1])(2.0)
    assert checkpointed == pytest.approx(k.grad.item(), rel=1e-12)  # the same sums


def test_single_precision_stays():
    found = ag.ode.integrate(lambda t, y: -y * t, np.ones(3, dtype=np.float32), np.linspace(0, 1, 5))
    assert found.dtype == np.float32


def test_a_tableau_of_ones_own():
    """Ralston's method of order 2."""
    ralston = Tableau(a=((), (2 / 3,)), b=(1 / 4, 3 / 4), order=2)
    assert ralston.c == (0.0, 2 / 3)
    f = lambda t, y: -2 * t * y
    errors = [abs(ag.ode.integrate(f, 1.0, [0.0, 1.5], ralston, substeps=n)[-1] - np.exp(-2.25)) for n in (40, 80)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)  # the next term is smaller by about h
    with pytest.raises(ValueError, match="explicit stages"):
        Tableau(a=((), (1.0, 1.0)), b=(0.5, 0.5), order=2)


def test_one_time_is_the_start():
    assert ag.ode.integrate(lambda t, y: -y, A([1.0, 2.0]), [3.0]).tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("f", "y0", "options", "words"),
    [
        (lambda t, y: y, 1.0, {"method": "rk5"}, "no method 'rk5'; there is euler, midpoint"),
        (lambda t, y: y, 1.0, {"ts": [0.0, 1.0, 1.0]}, "increasing or decreasing"),
        (lambda t, y: y, 1.0, {"ts": 1.0}, "a vector of times"),
        (lambda t, y: y, 1.0, {"substeps": 0}, "at least one step"),
        (lambda t, y: np.ones(2), np.ones(3), {}, r"of shapes \[\(3,\)\], not .* of shapes \[\(2,\)\]"),
        (lambda t, y: A(y), [1.0, 2.0], {}, r"write y0 = np.array"),
        (lambda t, y: (y, y), 1.0, {}, "is to return what y is"),
    ],
)
def test_errors_at_the_boundary(f, y0, options, words):
    with pytest.raises(ValueError, match=words):
        ag.ode.integrate(f, y0, **{"ts": [0.0, 1.0], **options})


def test_methods_are_the_named_ones():
    assert sorted(METHODS) == sorted(["euler", "midpoint", "heun", "kutta3", "rk4", "dopri5"])
