"""The posterior of a network's parameters: its formula, chains side by side, and a network solved in closed form."""

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.module import StateError


@pytest.fixture
def data(rng):
    X = rng.normal(size=(30, 2))
    return X, X @ [[1.0], [-0.5]] + 0.2 + 0.3 * rng.normal(size=(30, 1))


def test_it_is_the_log_density_of_data_and_prior(data):
    X, y = data
    posterior = nn.Posterior(nn.MLP([2, 4, 1], seed=1), X, y, noise=0.3, prior=2.0)
    params = posterior.start
    residual = (
        np.tanh(X @ params["0.weight"].T + params["0.bias"]) @ params["2.weight"].T + params["2.bias"] - y
    ) / 0.3
    expected = -0.5 * np.sum(residual**2) - 30 * (np.log(0.3) + 0.5 * np.log(2 * np.pi))
    expected -= sum(np.sum(p**2) for p in params.values()) / (2 * 2.0**2)
    np.testing.assert_allclose(posterior(params), expected, rtol=1e-13)  # tens of roundings
    assert posterior(params).shape == ()


def test_many_side_by_side_are_each_alone(data, rng):
    posterior = nn.Posterior(
        nn.MLP([2, 4, 1]), *data, prior={"0.weight": 1.0, "0.bias": 2.0, "2.weight": 0.5, "2.bias": 3.0}
    )
    many = {name: rng.normal(size=(5, *p.shape)) for name, p in posterior.start.items()}
    alone = [ag.value_and_grad(posterior)({name: p[k] for name, p in many.items()}) for k in range(5)]
    np.testing.assert_allclose(posterior(many), [value for value, _ in alone], rtol=1e-13)  # another order of sums
    gradient = ag.grad(lambda p: ag.sum(posterior(p)))(many)
    for name in many:
        np.testing.assert_allclose(gradient[name], [g[name] for _, g in alone], rtol=1e-10, atol=1e-10)


def test_a_linear_network_has_the_posterior_of_ridge_regression(data):
    X, y = data
    posterior = nn.Posterior(nn.MLP([2, 1]), X, y, noise=0.3, prior=1.5)
    found = ag.hmc(posterior, posterior.start, draws=1000, warmup=300, batched=True)
    A = np.column_stack([X, np.ones(30)])
    covariance = np.linalg.inv(A.T @ A / 0.3**2 + np.eye(3) / 1.5**2)
    mean = covariance @ A.T @ y[:, 0] / 0.3**2
    draws = np.concatenate([found.samples["0.weight"][:, :, 0], found.samples["0.bias"]], axis=2)
    assert np.max(np.abs(draws.mean(axis=(0, 1)) - mean) / ag.mcmc.mcse(draws)) < 4.5  # in standard errors
    squares = (draws - mean)[..., :, None] * (draws - mean)[..., None, :]
    assert np.max(np.abs(squares.mean(axis=(0, 1)) - covariance) / ag.mcmc.mcse(squares)) < 4.5
    predicted = posterior.predict(found, X, n=100)
    k = found.samples["0.bias"].shape[1]
    np.testing.assert_allclose(predicted[-1], A @ draws[-1, k - 1][:, None], rtol=1e-12)
    assert predicted.shape == (100, 30, 1)


def test_a_likelihood_of_ones_own(rng):
    """Logistic: entry by entry, for one network and for many."""
    X = rng.normal(size=(20, 3))
    y = (X[:, :1] > 0) * 1.0
    posterior = nn.Posterior(nn.MLP([3, 1]), X, y, loss=lambda z, y: ag.softplus(z) - y * z)
    z = X @ posterior.start["0.weight"].T
    expected = np.sum(y * z - np.log1p(np.exp(z))) - 0.5 * np.sum(posterior.start["0.weight"] ** 2)
    np.testing.assert_allclose(posterior(posterior.start), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"noise": 0.0}, ValueError, "deviation of noise is positive"),
        ({"prior": -1.0}, ValueError, "deviation of 0.weight is positive"),
        ({"prior": {"0.weight": 1.0}}, StateError, "prior is for"),
        ({"y": np.zeros((30, 2))}, ValueError, r"y has shape \(30, 2\), and the model makes \(30, 1\)"),
        ({"model": nn.Sequential(nn.Linear(2, 1), nn.BatchNorm(1))}, TypeError, "BatchNorm"),
    ],
)
def test_arguments_are_checked(data, options, error, words):
    given = {"model": nn.MLP([2, 4, 1]), "X": data[0], "y": data[1]} | options
    with pytest.raises(error, match=words):
        nn.Posterior(**given)


def test_parameters_are_checked(data):
    posterior = nn.Posterior(nn.MLP([2, 4, 1]), *data)
    with pytest.raises(StateError, match="given"):
        posterior({"0.weight": np.ones((4, 2))})
    mixed = posterior.start | {"0.bias": np.ones((7, 4))}
    with pytest.raises(StateError, match="one axis in front"):
        posterior(mixed)
