"""Losses against the formulas written naively, and where those overflow."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
import nn

RNG = np.random.default_rng(0)


def naive_cross_entropy(z, labels):
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    return np.array([-np.log(p[i, k]) for i, k in enumerate(labels)])


REDUCED = {"mean": np.mean, "sum": np.sum, "none": np.asarray}


@pytest.mark.parametrize("reduction", REDUCED)
def test_cross_entropy_is_minus_the_log_of_the_right_class(reduction):
    z, labels = RNG.normal(size=(7, 4)), RNG.integers(0, 4, 7)
    got = nn.cross_entropy(z, labels, reduction=reduction)
    assert np.allclose(got, REDUCED[reduction](naive_cross_entropy(z, labels)), rtol=1e-13)  # a few roundings


def test_cross_entropy_gradient_is_softmax_minus_one_hot():
    z, labels = RNG.normal(size=(7, 4)), RNG.integers(0, 4, 7)
    gradient = ag.grad(lambda x: nn.cross_entropy(x, labels))(z)
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    assert np.allclose(gradient, (p - np.eye(4)[labels]) / 7, atol=1e-16)  # differences of numbers below 1/7


def test_cross_entropy_of_huge_logits():
    z = ag.Tensor([[1000.0, -1000.0]], requires_grad=True)
    loss = nn.cross_entropy(z, [1])
    loss.backward()
    assert loss.item() == 2000.0
    assert z.grad.value.tolist() == [[1.0, -1.0]]
    assert nn.cross_entropy(z, np.array([0])).item() == 0.0


def test_cross_entropy_gradients_by_differences():
    labels = np.array([2, 0, 0])
    ag.check_grads(lambda z: nn.cross_entropy(z, labels), (RNG.normal(size=(3, 4)),), order=2)


def test_cross_entropy_says_what_is_wrong():
    z = np.zeros((3, 2))
    with pytest.raises(TypeError, match="labels are integers"):
        nn.cross_entropy(z, np.zeros(3))
    with pytest.raises(ValueError, match=r"labels from 0 to 2 for 2 classes"):
        nn.cross_entropy(z, np.array([0, 1, 2]))
    with pytest.raises(ValueError, match=r"labels from -1 to 1 for 2 classes"):
        nn.cross_entropy(z, np.array([0, 1, -1]))
    with pytest.raises(ValueError, match=r"\(3, 2\) and \(2,\)"):
        nn.cross_entropy(z, np.array([0, 1]))
    with pytest.raises(ValueError, match="empty batch"):
        nn.cross_entropy(np.zeros((0, 2)), np.zeros(0, int))
    with pytest.raises(ValueError, match="did you mean 'mean'"):
        nn.cross_entropy(z, np.array([0, 1, 0]), reduction="meen")


@pytest.mark.parametrize("reduction", REDUCED)
def test_mse_is_the_squared_difference(reduction):
    a, b = RNG.normal(size=(5, 3)), RNG.normal(size=(5, 3))
    got = nn.mse_loss(ag.asarray(a), b, reduction=reduction)
    assert np.allclose(got.value, REDUCED[reduction]((a - b) ** 2), rtol=1e-14)  # sums in another order
    assert np.allclose(ag.grad(lambda x: nn.mse_loss(x, b))(a), 2 * (a - b) / 15, rtol=1e-14)


def test_mse_does_not_broadcast():
    with pytest.raises(ValueError, match=r"\(5, 1\) and target of shape \(5,\).*y\[:, None\]"):
        nn.mse_loss(np.zeros((5, 1)), np.zeros(5))
