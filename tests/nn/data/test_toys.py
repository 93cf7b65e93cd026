"""Classes drawn in the plane: where their points are, and that no line separates them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

import nn


def separable(X, y):
    """Whether a line has one class on each side: whether w·x + b ≥ 1 on one and ≤ -1 on the other can be met."""
    side = np.where(y, -1.0, 1.0)[:, None] * np.concatenate([X, np.ones((len(X), 1))], axis=1)
    return linprog(np.zeros(3), A_ub=side, b_ub=-np.ones(len(X)), bounds=(None, None)).status == 0


def test_the_disc_and_the_annulus_are_filled_evenly():
    X, y = nn.data.disc_in_annulus(20001, seed=0)
    r = np.hypot(*X.T)
    assert np.bincount(y).tolist() == [10001, 10000]
    assert r[y == 0].max() < 1 / 3
    assert r[y == 1].min() > 2 / 3
    assert r.max() < 1
    assert not separable(X, y)
    assert separable(X, X @ [1, 2] > 0.1)  # so that the check can say yes
    # of 10000 points uniform over the area, r² is uniform: mean 1/18 and (4/9 + 1)/2, standard errors 0.0003 and 0.0016
    assert (r[y == 0] ** 2).mean() == pytest.approx(1 / 18, abs=0.0015)
    assert (r[y == 1] ** 2).mean() == pytest.approx(13 / 18, abs=0.008)
    assert abs(X.mean(axis=0)).max() < 0.02  # standard error 0.004
    wide, _ = nn.data.disc_in_annulus(1000, seed=0, radii=(1, 2, 3))
    assert 2.9 < np.hypot(*wide.T).max() < 3


@pytest.mark.parametrize("classes", [2, 3])
def test_spirals_are_arms_turned_into_each_other(classes):
    X, y = nn.data.spirals(999, seed=0, classes=classes, turns=1.5)
    r, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    assert np.bincount(y).tolist() == [
        -(-999 // classes) if c < 999 % classes else 999 // classes for c in range(classes)
    ]
    unwound = (angle / (2 * np.pi) - 1.5 * r - y / classes) % 1
    np.testing.assert_allclose(np.minimum(unwound, 1 - unwound), 0, atol=1e-12)  # roundings of an angle
    assert r.min() >= 0.1
    assert r.max() <= 1
    if classes == 2:
        assert not separable(X, y)
    noisy, _ = nn.data.spirals(999, seed=0, classes=classes, turns=1.5, noise=0.05)
    assert (noisy - X).std() == pytest.approx(0.05, rel=0.1)  # 1998 numbers: a standard error of 1.6 %


def test_the_two_curves_are_one_above_the_other():
    X, y = nn.data.two_curves(201)
    lower, upper = X[y == 0], X[y == 1]
    heights = np.interp(lower[1:-1, 0], *upper.T)
    np.testing.assert_allclose(heights - lower[1:-1, 1], 0.4, atol=1e-3)  # a chord of 0.02 under curvature 10
    assert not separable(X, y)
    noisy, _ = nn.data.two_curves(201, seed=1, noise=0.1)
    assert (noisy - X)[:, 1].std() == pytest.approx(0.1, rel=0.2)  # 201 numbers: a standard error of 5 %
    assert np.array_equal(noisy[:, 0], X[:, 0])


@pytest.mark.parametrize(
    "make", [nn.data.disc_in_annulus, nn.data.spirals, lambda n, s: nn.data.two_curves(n, s, noise=1)]
)
def test_a_seed_gives_the_same_points_again(make):
    assert np.array_equal(make(9, 3)[0], make(9, 3)[0])
    assert not np.array_equal(make(9, 3)[0], make(9, 4)[0])
    with pytest.raises(ValueError, match="n is at least 1"):
        make(0, 0)


def test_sets_that_cannot_be_drawn_are_refused():
    with pytest.raises(ValueError, match=r"radii rise from above 0, not \(1, 1, 2\)"):
        nn.data.disc_in_annulus(5, radii=(1, 1, 2))
    with pytest.raises(ValueError, match="turns above 0"):
        nn.data.spirals(5, turns=0)
    with pytest.raises(ValueError, match="classes is at least 1"):
        nn.data.spirals(5, classes=0)
    with pytest.raises(ValueError, match="noise of at least 0"):
        nn.data.two_curves(5, noise=-1)
