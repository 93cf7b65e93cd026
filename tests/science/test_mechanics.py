"""`mechanics`: against textbook equations of motion and SciPy's solutions, and what the leapfrog conserves."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import autograd_lite as ag
from autograd_lite import errors

A = np.array
G = 9.81


def double_pendulum(q, v, m=(1.0, 2.0), r=(0.5, 0.8)):
    """L of two masses on massless rods, the angles from below."""
    kinetic = (m[0] + m[1]) * (r[0] * v[0]) ** 2 / 2 + m[1] * (r[1] * v[1]) ** 2 / 2
    kinetic = kinetic + m[1] * r[0] * r[1] * v[0] * v[1] * ag.cos(q[0] - q[1])
    return kinetic + (m[0] + m[1]) * G * r[0] * ag.cos(q[0]) + m[1] * G * r[1] * ag.cos(q[1])


def textbook(q, v, m=(1.0, 2.0), r=(0.5, 0.8)):
    """The double pendulum's accelerations, solved for as in the textbooks."""
    (m1, m2), (r1, r2), d = m, r, q[0] - q[1]
    s, c, w = np.sin(d), np.cos(d), 2 * m1 + m2 - m2 * np.cos(2 * d)
    first = -G * (2 * m1 + m2) * np.sin(q[0]) - m2 * G * np.sin(q[0] - 2 * q[1])
    first -= 2 * s * m2 * (v[1] ** 2 * r2 + v[0] ** 2 * r1 * c)
    second = 2 * s * (v[0] ** 2 * r1 * (m1 + m2) + G * (m1 + m2) * np.cos(q[0]) + v[1] ** 2 * r2 * m2 * c)
    return A([first / (r1 * w), second / (r2 * w)])


def test_force_of_a_potential():
    np.testing.assert_array_equal(ag.mechanics.force(lambda q: ag.sum(q**2))(A([1.0, -2.0])), [-2, 4])
    driven = ag.mechanics.force(lambda q, t: q * ag.sin(t))
    assert driven(2.0, 0.5) == -np.sin(0.5)


def test_the_double_pendulum_from_its_lagrangian_alone(rng):
    accelerate = ag.mechanics.acceleration(double_pendulum)
    for q, v in rng.normal(size=(20, 2, 2)) * 3:
        # a 2 × 2 system with a condition number below 100, of sums of ten terms
        np.testing.assert_allclose(accelerate(q, v), textbook(q, v), rtol=1e-11, atol=1e-11)


def test_the_double_pendulum_moves_as_scipy_says():
    accelerate = ag.mechanics.acceleration(double_pendulum)
    start = A([1.0, 1.5, 0.0, 0.0])
    ts = np.linspace(0, 1, 6)
    own = solve_ivp(
        lambda t, y: np.concatenate([y[2:], accelerate(y[:2], y[2:])]), (0, 1), start, t_eval=ts, rtol=1e-9, atol=1e-9
    )
    reference = solve_ivp(
        lambda t, y: np.concatenate([y[2:], textbook(y[:2], y[2:])]), (0, 1), start, t_eval=ts, rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(own.y, reference.y, atol=1e-9)  # the same steps of the same equations
    energies = [ag.mechanics.energy(double_pendulum)(y[:2], y[2:]) for y in own.y.T]
    np.testing.assert_allclose(energies, energies[0], rtol=1e-7)  # rtol 1e-9, over about 50 steps


def test_a_lagrangian_that_depends_on_the_time():
    """A pendulum on a support that moves as s(t) = 0.3 sin(2t): q'' = −g/r sin q − s''/r cos q."""

    def lagrangian(q, v, t, r=0.7):
        x = 2 * 0.3 * ag.cos(2 * t) + r * v * ag.cos(q)
        y = r * v * ag.sin(q)
        return (x * x + y * y) / 2 + G * r * ag.cos(q)

    q, v, t = 0.4, 1.1, 0.9
    expected = -G / 0.7 * np.sin(q) + 0.3 * 4 * np.sin(2 * t) / 0.7 * np.cos(q)
    assert ag.mechanics.acceleration(lagrangian)(q, v, t) == pytest.approx(expected, rel=1e-13)  # some ten operations
    assert ag.mechanics.acceleration(lagrangian)(0, 1, 1) == pytest.approx(1.2 * np.sin(2) / 0.7)  # integers too


def test_a_magnetic_force_does_no_work():
    """L = v²/2 + B/2 (x v_y − y v_x) gives q'' = B (v_y, −v_x), which only ∂p/∂q can."""
    lagrangian = lambda q, v: ag.sum(v**2) / 2 + 1.5 * (q[0] * v[1] - q[1] * v[0])
    v = A([0.2, -0.7])
    np.testing.assert_allclose(ag.mechanics.acceleration(lagrangian)(A([1.0, 2.0]), v), 3.0 * A([v[1], -v[0]]))
    assert ag.mechanics.energy(lagrangian)(A([1.0, 2.0]), v) == pytest.approx(ag.sum(v**2) / 2)
    np.testing.assert_allclose(ag.mechanics.momentum(lagrangian)(A([1.0, 2.0]), v), [0.2 - 3.0, -0.7 + 1.5])


def test_coordinates_of_any_shape():
    """Three bodies in the plane, their coordinates as an array of shape (3, 2)."""
    masses = A([1.0, 2.0, 3.0])

    def lagrangian(q, v):
        pairs = [(0, 1), (0, 2), (1, 2)]
        attraction = sum(masses[i] * masses[j] / ag.linalg.vector_norm(q[i] - q[j]) for i, j in pairs)
        return ag.sum(masses[:, None] * v**2) / 2 + attraction

    q = A([[0.0, 0.0], [1.0, 0.5], [-0.5, 2.0]])
    gap = q[:, None] - q[None]
    cubes = np.linalg.norm(gap, axis=-1) ** 3 + np.eye(3)
    expected = -(masses[None, :, None] * gap / cubes[..., None]).sum(axis=1)
    np.testing.assert_allclose(ag.mechanics.acceleration(lagrangian)(q, np.ones((3, 2))), expected, rtol=1e-12)


def test_the_acceleration_is_differentiable():
    """In the state and in a parameter, against finite differences; and recorded."""
    f = lambda q, v, g: ag.mechanics.acceleration(lambda q, v: double_pendulum(q, v) - g * q[0])(q, v)
    ag.check_grads(f, (A([0.3, 0.9]), A([0.5, -0.2]), 0.7), order=1)
    length = ag.Var(2.0)
    a = ag.mechanics.acceleration(lambda q, v: (length * v) ** 2 / 2 + G * length * ag.cos(q))(0.5, 0.0)
    a.backward()
    assert length.grad.item() == pytest.approx(G * np.sin(0.5) / 4)


def test_a_singular_mass_matrix_is_named():
    v_only_once = lambda q, v: v[0] ** 2 / 2 + q[1]
    with pytest.raises(errors.SingularMassError, match=r"rank 1 of 2: no inertia along \[0.0, 1.0\]"):
        ag.mechanics.acceleration(v_only_once)(np.zeros(2), np.zeros(2))
    together = lambda q, v: (0.1 * v[0] + 0.3 * v[1]) ** 2 + (0.2 * v[1] + 0.7 * v[2]) ** 2  # singular but for rounding
    with pytest.raises(np.linalg.LinAlgError, match=r"rank 2 of 3: no inertia along \[1.0, -0.333, 0.095\]"):
        ag.mechanics.acceleration(together)(np.zeros(3), np.zeros(3))
    with pytest.raises(errors.SingularMassError, match="rank 0 of 1"):
        ag.mechanics.acceleration(lambda q, v: q * v)(1.0, 1.0)


def test_masses_of_any_units_are_not_singular():
    """An electron beside a planet: the matrix is diagonal, whatever its condition number."""
    masses = A([9.1e-31, 6e24])
    fall = ag.mechanics.acceleration(lambda q, v: ag.sum(masses * v**2) / 2 - G * ag.sum(masses * q))
    np.testing.assert_allclose(fall(np.zeros(2), np.ones(2)), [-G, -G], rtol=1e-14)


def test_a_nan_passes_through():
    assert np.isnan(ag.mechanics.acceleration(lambda q, v: q * v**2)(np.nan, 1.0))


def test_hamiltons_equations_are_lagranges():
    """A bead on a turning hoop: both ways give the same acceleration."""
    lagrangian = lambda q, v: v**2 / 2 + 2 * ag.sin(q) ** 2 + G * ag.cos(q)
    hamiltonian = lambda q, p: p**2 / 2 - 2 * ag.sin(q) ** 2 - G * ag.cos(q)
    velocity, rate = ag.mechanics.hamilton(hamiltonian)(0.7, 1.3)
    assert velocity == 1.3
    assert rate == pytest.approx(ag.mechanics.acceleration(lagrangian)(0.7, 1.3), rel=1e-14)  # some five operations
    assert ag.mechanics.hamilton(lambda q, p, t: q * p * t)(2.0, 3.0, 5.0) == (10.0, -15.0)


def kepler(q):
    return -1 / ag.linalg.vector_norm(q)


PERIHELION = A([0.5, 0.0]), A([0.0, np.sqrt(3)])  # eccentricity 1/2, period 2π, energy −1/2, angular momentum √3/2


def invariants(q, p):
    energy = (p**2).sum(axis=1) / 2 - 1 / np.linalg.norm(q, axis=1)
    return energy, q[:, 0] * p[:, 1] - q[:, 1] * p[:, 0]


def test_leapfrog_keeps_what_a_planet_keeps():
    ts = np.linspace(0, 20 * np.pi, 4001)
    q, p = ag.mechanics.leapfrog(ag.mechanics.force(kepler), *PERIHELION, ts)
    assert q.shape == p.shape == (4001, 2)
    energy, momentum = invariants(q, p)
    np.testing.assert_allclose(momentum, np.sqrt(3) / 2, rtol=1e-12)  # exact for a central force; 4000 roundings
    assert np.abs(energy + 0.5).max() < 2e-3  # the wavering: h² = 2.5e-4 times the third derivatives near the sun
    halves = [np.abs(half + 0.5).max() for half in np.split(energy[1:], 2)]
    assert halves[1] == pytest.approx(halves[0], rel=1e-2)  # and no drift: a method that drifts has twice as much
    equations = ag.mechanics.hamilton(lambda q, p: ag.sum(p**2) / 2 + kepler(q))
    q, p = ag.ode.integrate(lambda t, y: equations(*y), PERIHELION, ts[::8], "rk4")
    drift = np.abs(invariants(q, p)[0] + 0.5)
    assert drift[-1] > 1.8 * drift[len(drift) // 2] > 0  # Runge–Kutta's adds up orbit by orbit


def test_leapfrog_has_order_two_and_runs_back():
    force = ag.mechanics.force(kepler)
    ends = [ag.mechanics.leapfrog(force, *PERIHELION, np.linspace(0, 2 * np.pi, n + 1)) for n in (400, 800)]
    gaps = [np.linalg.norm(q[-1] - PERIHELION[0]) for q, _ in ends]
    assert np.log2(gaps[0] / gaps[1]) == pytest.approx(2, abs=0.05)  # the next term of the error is h² smaller
    q, p = ends[0]
    back, _ = ag.mechanics.leapfrog(force, q[-1], p[-1], np.linspace(2 * np.pi, 0, 401))
    np.testing.assert_allclose(back[-1], PERIHELION[0], atol=1e-11)  # exact but for 800 roundings


def test_leapfrog_takes_masses():
    """An oscillator's frequency is √(k/m)."""
    m = A([[1.0], [4.0]])
    ts = np.linspace(0, 1, 201)
    q, p = ag.mechanics.leapfrog(lambda q: -q, np.ones((2, 3)), np.zeros((2, 3)), ts, mass=m)
    np.testing.assert_allclose(q[-1], np.cos(1 / np.sqrt(m)) * np.ones(3), atol=5e-6)  # (h²/24) = 1e-6
    np.testing.assert_allclose(p[-1], -np.sqrt(m) * np.sin(1 / np.sqrt(m)) * np.ones(3), atol=5e-6)


def test_leapfrog_is_differentiated_through():
    ts = np.linspace(0, 1, 9)

    def end(q, p, k, mass):
        q, p = ag.mechanics.leapfrog(lambda q: -k * ag.sin(q), q, p, ts, mass)
        return q[-1] * p[-1]

    ag.check_grads(end, (A([0.5, 1.0]), A([0.1, -0.3]), 1.3, 2.0))
    ag.check_grads(lambda ts: ag.mechanics.leapfrog(lambda q: -q, 1.0, 0.0, ts)[0][-1], (ts,))
    k = ag.Var(1.3)
    potential = ag.mechanics.force(lambda q: k * ag.sum(q**2) / 2)
    q, _ = ag.mechanics.leapfrog(potential, A([1.0]), A([0.0]), ts)
    q[-1, 0].backward()
    w = np.sqrt(1.3)
    assert k.grad.item() == pytest.approx(-np.sin(w) / (2 * w), rel=1e-2)  # h²/24 · a factor of a few
    assert isinstance(ag.mechanics.leapfrog(lambda q: -q, 1.0, 0.0, ts)[0], np.ndarray)


def test_leapfrog_errors():
    with pytest.raises(ValueError, match=r"shapes \(2,\), \(3,\) and \(2,\), not one"):
        ag.mechanics.leapfrog(lambda q: -q, np.ones(2), np.ones(3), [0.0, 1.0])
    with pytest.raises(ValueError, match="leapfrog: ts is a vector"):
        ag.mechanics.leapfrog(lambda q: -q, 1.0, 0.0, [0.0, 1.0, 0.5])
