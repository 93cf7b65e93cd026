"""Initial values: moments, orthogonality, bounds, seeds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import nn

SHAPE = (300, 200)
EVERY = ["xavier_uniform", "xavier_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal"]
EVERY += ["orthogonal", "truncated_normal", "zeros", "ones", "constant"]


@pytest.mark.parametrize("name", ["lecun_uniform", "lecun_normal"])
def test_lecun_keeps_the_variance_of_a_linear_layer(name):
    w = getattr(nn.init, name)(SHAPE, seed=0)
    # 60,000 draws: within 5 standard errors, of which the normal's are the larger
    assert abs(w.mean()) < 5 * (1 / 200 / w.size) ** 0.5
    assert abs(w.var() * 200 - 1) < 5 * (2 / w.size) ** 0.5


@pytest.mark.parametrize("shape", [(4, 7), (7, 4), (5, 5), (6, 2, 3), (3, 2, 5)])
def test_orthogonal_rows_or_columns(shape):
    w = nn.init.orthogonal(shape, gain=2.0, seed=1).reshape(shape[0], -1)
    gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    assert np.allclose(gram, 4 * np.eye(len(gram)), atol=1e-14)  # a few roundings of numbers up to 4
    assert nn.init.orthogonal(shape, seed=1).shape == shape


def test_orthogonal_is_uniform():
    """The mean of a uniform orthogonal matrix is 0 and the variance of an entry 1/n: with LAPACK's signs it is not."""
    rng = np.random.default_rng(0)
    draws = np.stack([nn.init.orthogonal((3, 3), seed=rng) for _ in range(2000)])
    assert np.abs(draws.mean(axis=0)).max() < 5 * (1 / 3 / 2000) ** 0.5  # 5 standard errors
    assert np.abs(draws.var(axis=0) * 3 - 1).max() < 5 * (2 / 2000) ** 0.5


@pytest.mark.parametrize(
    ("mean", "std", "low", "high"), [(0.0, 1.0, -2.0, 2.0), (1.0, 0.5, 1.2, 5.0), (0.0, 1.0, 9.0, 10.0)]
)
def test_truncated_normal_is_the_distribution(mean, std, low, high):
    w = nn.init.truncated_normal((5000,), mean=mean, std=std, low=low, high=high, seed=0)
    assert low <= w.min() < w.max() <= high
    exact = stats.truncnorm((low - mean) / std, (high - mean) / std, mean, std)
    assert stats.kstest(w, exact.cdf).pvalue > 1e-3  # the seed is fixed: one draw in a thousand would fail


@pytest.mark.parametrize("name", EVERY)
def test_everyone_takes_a_seed_a_generator_and_a_dtype(name):
    draw = getattr(nn.init, name)
    options = {"value": 0.25} if name == "constant" else {}
    one = draw((6, 5), seed=3, **options)
    assert np.array_equal(one, draw((6, 5), seed=np.random.default_rng(3), **options))
    assert draw((6, 5), seed=0, dtype=np.float32, **options).dtype == np.float32
    assert one.shape == (6, 5)
    if name not in ("zeros", "ones", "constant"):
        assert not np.array_equal(one, draw((6, 5), seed=4, **options))
        assert np.array_equal(nn.Linear(5, 6, init=name, seed=3).weight.value, one)


def test_constant_is_its_value():
    assert nn.init.constant((2, 2), value=0.5).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert nn.init.zeros((2,)).tolist() == [0.0, 0.0]
    assert nn.init.ones((2,)).tolist() == [1.0, 1.0]


def test_what_does_not_do_is_named():
    with pytest.raises(ValueError, match="low below high"):
        nn.init.truncated_normal((2,), low=1.0, high=1.0)
    with pytest.raises(ValueError, match="fan-in"):
        nn.init.orthogonal((3,))
    with pytest.raises(ValueError, match="did you mean 'orthogonal'"):
        nn.Linear(2, 2, init="ortogonal")
