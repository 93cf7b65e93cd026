"""Networks and the laws of physics: against calculus, against the engine's mechanics, against what is known."""

import numpy as np
import pytest

import autograd_lite as ag
import nn

physics, NU = nn.physics, 0.01 / np.pi


# -- Burgers' equation ------------------------------------------------------------------------------------------------


def test_the_solution_solves_the_equation():
    """Its residual, by derivatives through the quadrature, is rounding where u_xx alone is 10⁴; so are its ends."""
    t, x = np.random.default_rng(0).uniform([0.05, -1], [1, 1], (300, 2)).T
    u, u_t, u_x, u_xx = ag.partials(physics.burgers, (0, 1, (1, 1)))(t, x)
    assert np.max(np.abs(u_xx)) > 1e3
    np.testing.assert_allclose(u_t + u * u_x - NU * u_xx, 0, atol=1e-11)
    x = np.linspace(-1, 1, 41)
    np.testing.assert_allclose(physics.burgers(0.0, x), -np.sin(np.pi * x), atol=1e-15)
    np.testing.assert_allclose(physics.burgers(np.linspace(0, 1, 11), 1.0), 0, atol=1e-14)


def test_the_quadrature_has_converged():
    """100 nodes give what 200 give, to rounding, on the whole domain; 20 do not."""
    t, x = np.linspace(0, 1, 21)[:, None], np.linspace(-1, 1, 101)
    fine = physics.burgers(t, x, nodes=200)
    assert fine.shape == (21, 101)
    np.testing.assert_allclose(physics.burgers(t, x), fine, atol=1e-13)
    assert np.max(np.abs(physics.burgers(t, x, nodes=20) - fine)) > 0.1


def test_the_steepest_slope_is_the_one_in_the_literature():
    """Basdevant et al., 1986: -152.00516 at t = 1.6037/π."""
    _, slope = ag.partials(physics.burgers, (1,))(np.array([1.6037 / np.pi]), np.zeros(1))
    assert np.isclose(slope[0], -152.00516, atol=5e-6)  # all digits given there


# -- points -----------------------------------------------------------------------------------------------------------


def test_points_are_uniform_or_where_the_residual_is():
    box = [(0, 1), (-1, 3), (5, 6)]
    columns = physics.collocate(2000, box, 3)
    assert [c.shape for c in columns] == [(2000, 1)] * 3
    for column, (low, high) in zip(columns, box, strict=True):
        assert low <= column.min() < column.max() <= high
        assert np.isclose(column.mean(), (low + high) / 2, atol=4 * (high - low) / np.sqrt(12 * 2000))  # 4 sigma
    again = physics.collocate(2000, box, np.random.default_rng(3))
    assert all([np.array_equal(a, b) for a, b in zip(columns, again, strict=True)])
    # A residual of 1 on a tenth of the line: chances 1 + 10 there and 1 elsewhere, of 11 · 0.1 to 0.9.
    (x,) = physics.collocate(2000, [(0, 1)], 0, residual=lambda x: ag.asarray((x < 0.1) * 1.0))
    assert np.isclose(np.mean(x < 0.1), 1.1 / 2, atol=0.08)  # less, as the tenth is drawn empty: half of it is taken
    assert len(np.unique(x)) == 2000
    (x,) = physics.collocate(2000, [(0, 1)], 0, residual=lambda x: 0 * x)
    assert np.isclose(x.mean(), 0.5, atol=4 / np.sqrt(12 * 2000))


def test_points_refuse_what_makes_no_sense():
    with pytest.raises(ValueError, match="low < high"):
        physics.collocate(5, [(1, 0)])
    with pytest.raises(ValueError, match=r"a pair \(low, high\)"):
        physics.collocate(5, (0, 1))
    with pytest.raises(ValueError, match="whole number"):
        physics.collocate(0, [(0, 1)])
    with pytest.raises(ValueError, match="finite number for each of 50 points"):
        physics.collocate(5, [(0, 1)], residual=lambda x: x.sum())
    with pytest.raises(ValueError, match="finite number"):
        physics.collocate(5, [(0, 1)], residual=lambda x: x * np.nan)


def test_a_network_learns_an_equation():
    """u' = -u, u(0) = 1 by a small network: the whole chain, from the points to the search."""
    model = nn.MLP([1, 8, 1])

    def u(t):
        return 1 + t * model(t)

    def residual(t):
        value, rate = ag.partials(u, (0,))(t)
        return rate + value

    (t,) = physics.collocate(50, [(0, 2)])
    before = np.max(np.abs(u(t).value - np.exp(-t)))
    optimizer = nn.BFGS(model.parameters(), max_iter=100)
    optimizer.step(lambda: (residual(t) ** 2).mean())
    after = np.max(np.abs(u(t).value - np.exp(-t)))
    assert before > 0.1
    assert after < 1e-3  # in 100 steps; it falls with more


# -- motion -----------------------------------------------------------------------------------------------------------


def double_pendulum(q, v):
    """Of unit masses and lengths, in a field of 1: states in rows, or one state."""
    q1, q2, v1, v2 = q[..., 0], q[..., 1], v[..., 0], v[..., 1]
    return v1**2 + v2**2 / 2 + v1 * v2 * ag.cos(q1 - q2) + 2 * ag.cos(q1) + ag.cos(q2)


Q, V = np.random.default_rng(1).normal(size=(2, 7, 2))


def test_many_states_are_what_the_engine_says_of_each():
    a, e = physics.accelerations(double_pendulum)(Q, V), physics.energies(double_pendulum)(Q, V)
    one, energy = ag.mechanics.acceleration(double_pendulum), ag.mechanics.energy(double_pendulum)
    # the same linear equations, solved in another order
    np.testing.assert_allclose(a, [one(q, v) for q, v in zip(Q, V, strict=True)], rtol=1e-12)
    np.testing.assert_allclose(e, [energy(q, v) for q, v in zip(Q, V, strict=True)], rtol=1e-12)


def test_the_learnable_lagrangian_has_accelerations_with_gradients():
    model = physics.Lagrangian(2, [2], seed=4)
    state = dict(model.named_parameters())

    def loss(params):
        found = physics.accelerations(lambda q, v: nn.functional_call(model, params, q, v))(Q[:2], V[:2])
        return (found**2).mean()

    ag.check_grads(loss, ({name: p.value for name, p in state.items()},), modes=("reverse",), order=1)


@pytest.mark.parametrize("angles", [True, False])
def test_its_mass_matrix_is_positive_definite_and_its_kinetic_energy_is_quadratic(angles):
    model = physics.Lagrangian(3, [6], angles=angles, seed=2)
    q = np.random.default_rng(0).normal(size=(1, 3))
    with ag.no_grad():
        rest = model(q, np.zeros((1, 3))).value
    assert np.isclose(rest[0], -model.potential(model.features(q)).value[0, 0])
    mass = ag.hessian(lambda v: model(q, v[None])[0])(np.ones(3)).value
    a, b, c, d, e, f = model.root(model.features(q)).value[0]
    a, d, f = (0.1 + np.log1p(np.exp(x)) for x in (a, d, f))
    root = np.array([[a, b, c], [0, d, e], [0, 0, f]])
    np.testing.assert_allclose(mass, root.T @ root, rtol=1e-12)  # sums of three in another order
    with ag.no_grad():
        kinetic = [model(q, c * np.ones((1, 3))).value - rest for c in (1, 2)]
    assert np.isclose(kinetic[0][0], np.ones(3) @ mass @ np.ones(3) / 2)
    assert np.isclose(kinetic[1][0], 4 * kinetic[0][0])
    turned = model(q + 2 * np.pi, np.ones((1, 3))).value
    assert np.isclose(turned[0], model(q, np.ones((1, 3))).value[0], rtol=1e-12) == angles


def test_states_are_rows():
    with pytest.raises(ValueError, match=r"a state in each row, not shapes \(2,\) and \(2,\)"):
        physics.accelerations(double_pendulum)(Q[0], V[0])
    with pytest.raises(ValueError, match="energies: coordinates and velocities"):
        physics.energies(double_pendulum)(Q, V[:3])


def test_a_coordinate_without_inertia_is_an_error_that_names_the_state():
    with pytest.raises(ag.errors.SingularMassError, match=r"singular in state 1, q = \[0. 2.\]"):
        physics.accelerations(lambda q, v: v[:, 0] ** 2 + q[:, 0] * v[:, 1] ** 2)([[1, 2], [0, 2]], [[1, 1], [1, 1]])
