"""One training step of a multi-layer perceptron: forward, backward, gradient descent; float64 for everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch

import nn
from benchmarks.harness import OURS, Work

RATE = 1e-5  # so small that thousands of steps stay among ordinary numbers
HAND = "by hand in NumPy"


def parameters(sizes: list[int]) -> list[np.ndarray]:
    """Weights and biases, in turn, after Glorot and Bengio (2010)."""
    rng = np.random.default_rng(1)
    return [p for m, n in pairwise(sizes) for p in (rng.normal(size=(m, n)) * (2 / (m + n)) ** 0.5, np.zeros(n))]


def batch(sizes: list[int], n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    return rng.normal(size=(n, sizes[0])), rng.normal(size=(n, sizes[-1]))


def by_hand(sizes: list[int], x: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    """The lecture's backprop in matrix form: G = F - Y, A'G, 1'G, then (1 - A∘A) ∘ GW'."""
    params = parameters(sizes)
    layers = list(zip(params[::2], params[1::2], strict=True))

    def step() -> Any:
        activations = [x]
        for w, b in layers[:-1]:
            activations.append(np.tanh(activations[-1] @ w + b))
        w, b = layers[-1]
        g = activations[-1] @ w + b - y
        loss = 0.5 * np.sum(g * g)
        for i in reversed(range(len(layers))):
            (w, b), a = layers[i], activations[i]
            dw, db = a.T @ g, g.sum(axis=0)
            if i:
                g = (1 - a * a) * (g @ w.T)
            w -= RATE * dw
            b -= RATE * db
        return loss

    return step


def in_torch(sizes: list[int], x: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    params = [torch.tensor(p, requires_grad=True) for p in parameters(sizes)]
    layers = list(zip(params[::2], params[1::2], strict=True))
    optimizer = torch.optim.SGD(params, lr=RATE)
    inputs, targets = torch.tensor(x), torch.tensor(y)

    def step() -> Any:
        optimizer.zero_grad()
        a = inputs
        for w, b in layers[:-1]:
            a = torch.tanh(torch.addmm(b, a, w))
        w, b = layers[-1]
        loss = 0.5 * torch.nn.functional.mse_loss(torch.addmm(b, a, w), targets, reduction="sum")
        loss.backward()
        optimizer.step()
        return loss

    return step


def ours(sizes: list[int], x: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    model = nn.MLP(sizes, activation="tanh")
    for p, start in zip(model.parameters(), parameters(sizes), strict=True):
        p.value = start.T  # nn keeps weights as (outputs, inputs), as torch.nn does
    optimizer = nn.SGD(model.parameters(), lr=RATE)

    def step() -> Any:
        optimizer.zero_grad()
        loss = 0.5 * nn.mse_loss(model(x), y, reduction="sum")
        loss.backward()
        optimizer.step()
        return loss

    return step


def works() -> Iterator[Work]:
    for sizes, n, targets in (
        ([64, 128, 128, 10], 128, {HAND: 1.15, "PyTorch": 1.0}),
        ([784, 256, 256, 10], 128, {HAND: 1.05, "PyTorch": 1.0}),
        ([2, 16, 16, 1], 32, {"PyTorch": 0.50}),
    ):
        data = batch(sizes, n)
        contenders = {OURS: ours(sizes, *data), HAND: by_hand(sizes, *data), "PyTorch": in_torch(sizes, *data)}
        yield Work(f"training step, MLP {'-'.join(map(str, sizes))}, batch {n}", contenders, targets)
