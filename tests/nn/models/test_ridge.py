"""Sums of ridge functions: the formula, least squares in parts and in all, and the staircase with its bound."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
import nn

X = np.linspace(0, 1, 201)
BETWEEN = np.linspace(0, 1, 5001)


def wave(x):
    return np.exp(x) * np.sin(2 * np.pi * x)


@pytest.mark.parametrize("activation", ["tanh", "relu", ag.sin])
@pytest.mark.parametrize("n", [1, 3])
def test_the_sum_is_the_formula(n, activation, rng):
    G = nn.RidgeSum(n, 5, activation, seed=2)
    G.alpha.value = rng.normal(size=5)
    f = getattr(nn, activation) if isinstance(activation, str) else np.sin
    x = rng.uniform(size=(7, n))
    y, theta, alpha = G.y.value, G.theta.value, G.alpha.value
    said = [sum(alpha[j] * f(y[j] @ row + theta[j]) for j in range(5)) for row in x]
    np.testing.assert_allclose(G(x).value[:, 0], said, rtol=1e-12, atol=1e-14)  # the same sums in another order
    assert {name: p.shape for name, p in G.named_parameters()} == {"y": (5, n), "theta": (5,), "alpha": (5,)}


def test_it_begins_centred_in_the_cube_and_as_steep_as_asked():
    G = nn.RidgeSum(1, 4, low=-2, high=2, seed=0)
    centres = -G.theta.value / G.y.value[:, 0]
    np.testing.assert_allclose(centres, [-1.5, -0.5, 0.5, 1.5], rtol=1e-15)
    assert set(abs(G.y.value[:, 0])) == {4.0}
    plane = nn.RidgeSum(2, 9, steepness=7, seed=0)
    np.testing.assert_allclose(np.linalg.norm(plane.y.value, axis=1), 7, rtol=1e-15)
    assert nn.RidgeSum(2, 9).y.value[0] @ nn.RidgeSum(2, 9).y.value[0] == pytest.approx(9)
    assert not nn.RidgeSum(1, 4)(X[:, None]).value.any()
    assert nn.RidgeSum(1, 4, dtype=np.float32).fit(X, wave(X)).alpha.dtype == np.float32


def test_solving_leaves_what_is_orthogonal_to_the_features():
    G = nn.RidgeSum(1, 6, "sigmoid", seed=1).solve(X, wave(X))
    features = G.features(X[:, None]).value
    rest = wave(X) - G(X[:, None]).value[:, 0]
    assert abs(features.T @ rest).max() < 1e-9 * np.linalg.norm(features) * np.linalg.norm(wave(X))  # roundings
    assert np.linalg.norm(rest) > 1e-3  # there is something left
    assert G.error(X, wave(X)) == abs(rest).max()


@pytest.mark.parametrize(("activation", "share"), [("tanh", 0.05), ("sigmoid", 0.01), ("relu", 0.7)])
def test_fitting_finds_what_solving_alone_does_not(activation, share):
    """Centres and widths that follow the target leave far less; corners (relu) gain the least by moving."""
    solved = nn.RidgeSum(1, 8, activation, seed=0).solve(X, wave(X))
    fitted = nn.RidgeSum(1, 8, activation, seed=0).fit(X, wave(X))
    assert fitted.error(BETWEEN, wave(BETWEEN)) < share * solved.error(BETWEEN, wave(BETWEEN))


def test_fitting_finds_a_sum_of_its_own_kind():
    """A target that is a sum of two terms is met by two terms."""
    target = 0.7 * np.tanh(5 * X - 2) - 1.3 * np.tanh(3 * X - 2)
    G = nn.RidgeSum(1, 2, "tanh", seed=0).fit(X, target, iterations=1000)
    assert G.error(X, target) < 1e-5
    kink = abs(X - 0.3)
    assert nn.RidgeSum(1, 4, "relu", seed=0).fit(X, kink).error(BETWEEN, abs(BETWEEN - 0.3)) < 1e-6


def test_small_targets_are_met_as_well_as_large_ones():
    errors = [nn.RidgeSum(1, 8, "sigmoid", seed=0).fit(X, s * wave(X)).error(X, s * wave(X)) / s for s in (1, 1e-4)]
    assert errors[1] < 10 * errors[0]  # the same search but for roundings; one that stops by size is 1000 times off


def test_features_that_are_no_help_do_not_stop_the_fit():
    """A term that is 0 on all points, and two that are the same, make the matrix singular."""
    G = nn.RidgeSum(1, 3, "relu", steepness=1, seed=0)
    G.y.value, G.theta.value = np.array([[1.0], [1.0], [1.0]]), np.array([-5.0, -0.3, -0.3])
    G.fit(X, np.maximum(X - 0.4, 0))
    assert G.error(X, np.maximum(X - 0.4, 0)) < 1e-3


@pytest.mark.parametrize("steepness", [None, 200.0, 20.0])
@pytest.mark.parametrize("pieces", [1, 7, 40])
def test_the_staircase_keeps_its_bound_and_comes_close_to_it(pieces, steepness):
    low, high = -1.0, 2.0
    x = np.linspace(low, high, 20001)
    G = nn.RidgeSum.bumps(wave, pieces, steepness, low=low, high=high)
    h = (high - low) / pieces
    assert len(G.alpha) == pieces
    slope = abs(ag.grad(lambda t: ag.sum(ag.exp(t) * ag.sin(2 * np.pi * t)))(x)).max()
    k = 40 / h if steepness is None else steepness
    bound = slope * h + abs(G.alpha.value).sum() * nn.sigmoid(-k * h / 2)
    error = G.error(x, wave(x))
    assert error <= bound
    if steepness is None and pieces == 40:
        assert error > 0.4 * bound  # beside an edge the error is that of half a piece
        middles = low + h * (np.arange(pieces) + 0.5)
        np.testing.assert_allclose(G(middles[:, None]).value[:, 0], wave(middles), atol=1e-6)  # 3e-9 of the heights


def test_the_first_step_is_over_where_the_interval_begins():
    x = np.linspace(3, 4, 11)
    assert nn.RidgeSum.bumps(lambda x: 5 + 0 * x, 4, low=3, high=4).error(x, np.full(11, 5.0)) < 1e-12  # 5 σ(-40)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="terms: a whole number"):
        nn.RidgeSum(1, 0)
    with pytest.raises(ValueError, match="low is below high"):
        nn.RidgeSum(1, 2, low=1, high=1)
    with pytest.raises(ValueError, match=r"RidgeSum: an input of shape \(201, 1\) does not end in in_features=2"):
        nn.RidgeSum(2, 3)(X[:, None])
    with pytest.raises(ValueError, match=r"RidgeSum.fit: one value for each point: shape \(201,\), not \(201, 1\)"):
        nn.RidgeSum(1, 3).fit(X, X[:, None])
    with pytest.raises(ValueError, match="inputs have nan"):
        nn.RidgeSum(1, 3).solve(X * np.nan, X)
