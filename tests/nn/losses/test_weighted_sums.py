"""Weights of rows leave the loss what it is: with weights 1 a mean stays a mean, and a sum a sum."""

from functools import partial

import numpy as np
import pytest

import autograd_lite as ag
import nn

X = np.random.default_rng(3).normal(size=(16, 3))
LABELS, NUMBERS = np.arange(16) % 2, X[:, :1] ** 2


def own(output, target, reduction="sum"):
    squares = (output - target) ** 2
    return ag.sum(squares) if reduction == "sum" else ag.mean(squares) if reduction == "mean" else squares


LOSSES = {
    "cross-entropy": (nn.cross_entropy, LABELS),
    "cross-entropy with weights of classes": (partial(nn.cross_entropy, weight=np.array([1.0, 3.0])), LABELS),
    "squares": (nn.mse_loss, NUMBERS),
    "divergence": (partial(nn.kl_div, reduction="batchmean"), np.full((16, 2), 0.5)),
    "one's own, by default a sum": (own, NUMBERS),
}


@pytest.mark.parametrize("reduction", [None, "mean", "sum"])
@pytest.mark.parametrize("what", LOSSES)
def test_weights_of_1_change_nothing(what, reduction):
    loss, y = LOSSES[what]
    loss = loss if reduction is None else partial(loss, reduction=reduction)
    histories = []
    for options in ({}, {"sample_weight": np.ones(16)}, {"sample_weight": np.full(16, 3.0)}):
        model = nn.Linear(3, 1 if y is NUMBERS else 2, seed=0)
        options |= {"optimizer": "sgd", "lr": 0.01, "epochs": 3, "batch_size": 8, "progress": False}
        histories.append((nn.fit(model, X, y, loss=loss, **options)["loss"], model.weight.value))
    for numbers, weight in histories[1:]:
        np.testing.assert_allclose(numbers, histories[0][0], rtol=1e-12)  # sums in another order
        np.testing.assert_allclose(weight, histories[0][1], rtol=1e-12)


def test_a_weight_counts_as_so_many_rows_in_a_sum():
    w = np.array([3, 1] * 8)
    found = ag.grad(lambda v: nn.training.arguments.weighted(partial(nn.mse_loss, reduction="sum"), v, NUMBERS, w))(
        X[:, 1:2]
    )
    np.testing.assert_allclose(found, w[:, None] * ag.grad(lambda v: ag.sum((v - NUMBERS) ** 2))(X[:, 1:2]), rtol=1e-12)
