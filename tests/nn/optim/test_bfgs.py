"""BFGS: SciPy's own search, the formula, what it remembers, and what it is for."""

import numpy as np
import pytest
from scipy import optimize

import autograd_lite as ag
import nn


def rosenbrock(x):
    return ag.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def inverse(optimizer):
    """All of H, of which the upper triangle is kept."""
    h = np.triu(optimizer.inverse)
    return h + np.triu(h, 1).T


@pytest.mark.parametrize("scaled", [False, True])
def test_it_finds_what_scipys_finds_as_quickly(scaled):
    x0 = np.array([1.3, 0.7, 0.8, 1.9])
    x = ag.Var(x0)
    optimizer = nn.BFGS([x], max_iter=100, tolerance_grad=1e-8, self_scaling=scaled)
    assert np.isclose(optimizer.step(lambda: rosenbrock(x)).item(), optimize.rosen(x0), rtol=1e-13)  # another order
    wanted = optimize.minimize(optimize.rosen, x0, jac=optimize.rosen_der, method="BFGS", options={"gtol": 1e-8})
    assert optimizer.result.message == "the gradient is small enough"
    assert optimizer.result.nfev < 2 * wanted.nfev  # another line search; scaling is for worse conditions than these
    np.testing.assert_allclose(x.value, 1.0, atol=1e-8)
    # The curvature is learnt from the last few steps of many: to a few percent.
    np.testing.assert_allclose(inverse(optimizer), np.linalg.inv(optimize.rosen_hess(np.ones(4))), rtol=0.1)


@pytest.mark.parametrize("scaled", [False, True])
def test_the_update_is_the_formula(scaled):
    rng = np.random.default_rng(0)
    n = 6
    root = rng.normal(size=(n, n))
    h, s = root @ root.T + np.eye(n), rng.normal(size=n)
    for y in (0.02 * s, 50 * s + 0.1 * rng.normal(size=n)):  # less curvature than H has, which τ lets go of; and more
        optimizer = nn.BFGS([ag.Var(s)], self_scaling=scaled)
        optimizer.inverse = np.asfortranarray(np.triu(h))
        known = s @ np.linalg.solve(h, s)
        optimizer._learn(s, y, known if scaled else None)
        tau, sy = min(1.0, s @ y / known) if scaled else 1.0, s @ y
        p = np.eye(n) - np.outer(s, y) / sy
        # products of conditioned matrices of order 10
        np.testing.assert_allclose(inverse(optimizer), p @ h @ p.T / tau + np.outer(s, s) / sy, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(inverse(optimizer) @ y, s, rtol=1e-9, atol=1e-9)


def test_a_quadratic_is_learnt():
    """After n and a few exact enough steps H is the inverse Hessian, however badly conditioned."""
    scales = 10.0 ** np.arange(6)
    x = ag.Var(np.ones(6))
    optimizer = nn.BFGS([x], max_iter=200, tolerance_grad=1e-8)
    optimizer.step(lambda: ag.sum(scales * x**2) / 2)
    assert optimizer.result.message == "the gradient is small enough"
    assert optimizer.result.nit < 60  # gradient descent needs of the order of 10⁵
    np.testing.assert_allclose(x.value, 0, atol=1e-8)
    assert x.grad is None


def test_what_was_learnt_lasts_and_is_saved():
    """Steps of one call and of several differ in the line search's first guess only; a loaded state goes on alike."""
    x, y = ag.Var([-1.2, 1.0, 0.3]), ag.Var([-1.2, 1.0, 0.3])
    first, second = nn.BFGS([x], max_iter=12), nn.BFGS([y], max_iter=12)
    assert first.state_dict()["inverse"] is None
    second.load_state_dict(first.state_dict())
    first.step(lambda: rosenbrock(x))
    learnt = inverse(first)
    assert not np.allclose(learnt, np.eye(3))
    y.value = x.value.copy()
    second.load_state_dict(first.state_dict())
    first.step(lambda: rosenbrock(x))
    second.step(lambda: rosenbrock(y))
    np.testing.assert_array_equal(x.value, y.value)
    np.testing.assert_array_equal(inverse(first), inverse(second))
    with pytest.raises(nn.StateError, match=r"an inverse of shape \(3, 3\), not \(2, 2\)"):
        nn.BFGS([ag.Var([1.0, 2.0])]).load_state_dict(first.state_dict())


def test_it_forgets_what_misleads_and_ends_where_nothing_is_lower():
    x = ag.Var(np.array([3.0, -2.0]))
    optimizer = nn.BFGS([x], max_iter=50)
    optimizer.inverse = -np.eye(2, order="F")  # uphill
    optimizer.step(lambda: ag.sum((x - 1) ** 4))
    # a fourth power is flat: a gradient of 1e-7 is 3e-3 away
    np.testing.assert_allclose(x.value, 1, atol=3e-3)
    corner = ag.Var(np.array([0.0, 0.0]))
    stuck = nn.BFGS([corner])
    stuck.step(lambda: ag.sum(corner) + 1e20 * ag.sum(ag.abs(corner)))
    assert stuck.result.message == "nothing lower was found along the gradient"
    assert corner.value.tolist() == [0.0, 0.0]


def test_it_goes_where_limited_memory_does_not():
    """A small network on a smooth function: a loss far below that of as many steps of L-BFGS."""
    x = np.linspace(-1, 1, 60)[:, None]
    losses = {}
    for rule in (nn.BFGS, nn.LBFGS):
        model = nn.MLP([1, 10, 10, 1])
        optimizer = nn.optimizer(rule.__name__, model.parameters(), max_iter=200)
        optimizer.step(lambda model=model: nn.mse_loss(model(x), ag.sin(3 * x)))
        losses[rule] = optimizer.result.fun
    assert losses[nn.BFGS] < losses[nn.LBFGS] / 10
