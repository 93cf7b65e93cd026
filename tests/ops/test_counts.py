"""What is divided by a count is right where the dtype cannot hold the count: half precision ends at 65504."""

import numpy as np
import pytest

import autograd_lite as ag
import nn

N = 66_000
X = (np.arange(N) % 7).astype(np.float16)
MOST = np.arange(N) % 66 != 0
KNOWN = np.where(np.arange(N) % 200 == 3, np.nan, X).astype(np.float16)
LABELS = np.arange(N) % 2
WEIGHTS = np.array([1.0, 0.5])


def logits(x):
    return ag.stack([x, 0.5 * x], axis=1)


MEANS = {
    "mean": (ag.mean, X),
    "np.mean": (np.mean, X),
    "np.average": (np.average, X),
    "var": (ag.var, X),
    "std": (ag.std, X),
    "np.var, ddof": (lambda x: np.var(x, ddof=1), X),
    "std squared": (lambda x: ag.std(x) ** 2, X),
    "mean, where": (lambda x: np.mean(x, where=MOST), X),
    "var, where": (lambda x: np.var(x, where=MOST), X),
    "std, where": (lambda x: np.std(x, where=MOST), X),
    "np.nanmean": (np.nanmean, KNOWN),
    "np.nanvar": (np.nanvar, KNOWN),
    "np.nanstd": (np.nanstd, KNOWN),
    "nanmean": (ag.nanmean, KNOWN),
    "nanvar": (ag.nanvar, KNOWN),
    "nanstd": (ag.nanstd, KNOWN),
    "mse_loss": (lambda x: nn.mse_loss(x, X * 0), X),
    "l1_loss": (lambda x: nn.l1_loss(x, X * 0 + np.float16(0.5)), X),
    "bce": (lambda x: nn.binary_cross_entropy_with_logits(x, LABELS.astype(np.float16)), X),
    "cross_entropy": (lambda x: nn.cross_entropy(logits(x), LABELS), X),
    "cross_entropy, weights": (lambda x: nn.cross_entropy(logits(x), LABELS, weight=WEIGHTS), X),
    "cross_entropy, smoothing": (lambda x: nn.cross_entropy(logits(x), LABELS, label_smoothing=0.1), X),
}


@pytest.mark.parametrize("name", MEANS)
def test_a_count_beyond_half_precision(name):
    f, x = MEANS[name]
    y, g = ag.value_and_grad(f)(x)
    y64, g64 = ag.value_and_grad(f)(x.astype(float))
    _, t = ag.jvp(f, (x,), (np.ones_like(x) * X,))
    _, t64 = ag.jvp(f, (x.astype(float),), (X.astype(float),))
    assert y.dtype == g.dtype == t.dtype == np.float16
    # half precision has eps 1e-3, and a few roundings follow each other; a step of its smallest numbers is 6e-8
    np.testing.assert_allclose(y, y64, rtol=5e-3)
    np.testing.assert_allclose(g, g64, rtol=2e-2, atol=2e-7)
    np.testing.assert_allclose(t, t64, rtol=2e-2)
