"""The lecture's back-propagation, in its matrix form, is what the reverse sweep computes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd_lite as ag

widths = st.lists(st.integers(1, 7), min_size=2, max_size=6)  # p_0, …, p_{l+1}: from no hidden layer to four


def network(parameters, X):
    """F = A_l W_l + b_l, with A_0 = X and A_{k+1} = tanh(A_k W_k + b_k)."""
    A = X
    for W, b in parameters[:-1]:
        A = ag.tanh(A @ W + b)
    W, b = parameters[-1]
    return A @ W + b


def loss(parameters, X, Y):
    """L = 1/2 Σ_ij (F_ij - Y_ij)²."""
    return 0.5 * ag.sum((network(parameters, X) - Y) ** 2)


def backprop(parameters, X, Y):
    """The lecture's two passes, in NumPy: G_l = F - Y, G_{k-1} = (1 - A_k ⊙ A_k) ⊙ (G_k W_kᵀ), A_kᵀ G_k and 1ᵀ G_k."""
    A = [X]
    for W, b in parameters[:-1]:
        A.append(np.tanh(A[-1] @ W + b))
    W, b = parameters[-1]
    G = A[-1] @ W + b - Y
    value, gradients = 0.5 * np.sum(G**2), []
    for k in reversed(range(len(parameters))):
        gradients.append((A[k].T @ G, np.ones((1, len(X))) @ G))
        if k:
            G = (1 - A[k] * A[k]) * (G @ parameters[k][0].T)
    return value, gradients[::-1]


def example(widths, n, seed):
    """Parameters, inputs and targets for a network of these widths and n points."""
    rng = np.random.default_rng(seed)
    parameters = [(rng.normal(size=(p, q)) / np.sqrt(p), rng.normal(size=(1, q))) for p, q in pairwise(widths)]
    return parameters, rng.normal(size=(n, widths[0])), rng.normal(size=(n, widths[-1]))


def same(a, b):
    """Equal to 1e-12 of the largest entry: both add the same n p products, in orders that may differ."""
    assert np.shape(a) == np.shape(b)
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-12 * max(1e-300, np.abs(b).max()))


@given(widths=widths, n=st.integers(1, 9), seed=st.integers(0, 10**6))
def test_reverse_sweep_is_the_lecture_s_backprop(widths, n, seed):
    """Every A_kᵀ G_k and 1ᵀ G_k, for random depths, widths and numbers of points."""
    parameters, X, Y = example(widths, n, seed)
    value, gradients = ag.value_and_grad(loss)(parameters, X, Y)
    by_hand, expected = backprop(parameters, X, Y)
    same(value, by_hand)
    for (dW, db), (W, b) in zip(gradients, expected, strict=True):
        same(dW, W)
        same(db, b)


@given(widths=widths, n=st.integers(1, 9), seed=st.integers(0, 10**6))
def test_backward_fills_the_same_into_grad(widths, n, seed):
    """The same through variables and `backward`."""
    parameters, X, Y = example(widths, n, seed)
    variables = [(ag.Var(W), ag.Var(b)) for W, b in parameters]
    loss(variables, X, Y).backward()
    for (W, b), (dW, db) in zip(variables, backprop(parameters, X, Y)[1], strict=True):
        same(W.grad.value, dW)
        same(b.grad.value, db)


@given(widths=widths, n=st.integers(1, 5), seed=st.integers(0, 10**6))
def test_forward_sweep_agrees(widths, n, seed):
    """<gradient, direction> is the directional derivative that a forward sweep finds."""
    parameters, X, Y = example(widths, n, seed)
    directions = example(widths, n, seed + 1)[0]
    _, slope = ag.jvp(lambda p: loss(p, X, Y), (parameters,), (directions,))
    terms = [
        np.sum(g * d)
        for layer, direction in zip(backprop(parameters, X, Y)[1], directions, strict=True)
        for g, d in zip(layer, direction, strict=True)
    ]
    assert slope == pytest.approx(sum(terms), rel=1e-12, abs=1e-12 * sum(map(abs, terms)))  # the terms may cancel
