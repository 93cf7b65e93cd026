"""One training step of a multi-layer perceptron: forward, backward, gradient descent; float64 for everybody.

Who does it:

* autograd_lite, as its users write it: ``nn.MLP``, ``nn.mse_loss``, ``nn.SGD``;
* the same recorded once and replayed: ``nn.training_step``;
* PyTorch, as its users write it: ``torch.nn.Sequential`` of ``Linear`` and ``Tanh``, ``mse_loss``, ``torch.optim.SGD``;
* by hand in NumPy: the lecture's formulas, no graph, no modules, updates in place.

And again without modules, each package against the other: a list of weights and biases, a product with them and a tanh
for each layer (``ag.affine``; ``torch.addmm``), the same losses and optimisers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch

import autograd_lite as ag
import nn
from benchmarks.harness import OURS, Work

RATE = 1e-5  # so small that thousands of steps stay among ordinary numbers
HAND, BARE = "by hand in NumPy", "PyTorch, functions only"


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


def learning(of_batch: Callable[[], Any], optimizer: Any) -> Callable[[], Any]:
    """A step: the loss, its gradient, the update. It is written alike for both packages."""

    def step() -> Any:
        optimizer.zero_grad()
        loss = of_batch()
        loss.backward()
        optimizer.step()
        return loss

    return step


def in_torch(sizes: list[int], x: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    layers: list[Any] = []
    for m, n in pairwise(sizes):
        layers += [torch.nn.Linear(m, n, dtype=torch.float64), torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1])
    with torch.no_grad():
        for p, start in zip(model.parameters(), parameters(sizes), strict=True):
            p.copy_(torch.from_numpy(start.T))
    inputs, targets = torch.tensor(x), torch.tensor(y)
    mse_loss = torch.nn.functional.mse_loss
    return learning(
        lambda: 0.5 * mse_loss(model(inputs), targets, reduction="sum"), torch.optim.SGD(model.parameters(), lr=RATE)
    )


def ours(sizes: list[int], x: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    model = nn.MLP(sizes, activation="tanh")
    for p, start in zip(model.parameters(), parameters(sizes), strict=True):
        p.value = start.T  # nn keeps weights as (outputs, inputs), as torch.nn does
    return learning(lambda: 0.5 * nn.mse_loss(model(x), y, reduction="sum"), nn.SGD(model.parameters(), lr=RATE))


def in_torch_by_functions(sizes: list[int], x: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    params = [torch.tensor(p, requires_grad=True) for p in parameters(sizes)]
    layers = list(zip(params[::2], params[1::2], strict=True))
    inputs, targets = torch.tensor(x), torch.tensor(y)

    def loss() -> Any:
        a = inputs
        for w, b in layers[:-1]:
            a = torch.tanh(torch.addmm(b, a, w))
        w, b = layers[-1]
        return 0.5 * torch.nn.functional.mse_loss(torch.addmm(b, a, w), targets, reduction="sum")

    return learning(loss, torch.optim.SGD(params, lr=RATE))


def ours_by_functions(sizes: list[int], x: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    params = [ag.Var(p.T) for p in parameters(sizes)]  # affine takes weights as (outputs, inputs)
    layers = list(zip(params[::2], params[1::2], strict=True))

    def loss() -> Any:
        a: Any = x
        for w, b in layers[:-1]:
            a = ag.tanh(ag.affine(a, w, b))
        w, b = layers[-1]
        return 0.5 * nn.mse_loss(ag.affine(a, w, b), y, reduction="sum")

    return learning(loss, nn.SGD(params, lr=RATE))


def replayed(sizes: list[int], x: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    model = nn.MLP(sizes, activation="tanh")
    for p, start in zip(model.parameters(), parameters(sizes), strict=True):
        p.value = start.T

    def loss(output: Any, target: Any) -> Any:
        return 0.5 * nn.mse_loss(output, target, reduction="sum")

    step = nn.training_step(model, loss, nn.SGD(model.parameters(), lr=RATE))
    return lambda: step(x, y)


def works() -> Iterator[Work]:
    for sizes, n, by_hands, pytorchs in (
        ([64, 128, 128, 10], 128, 1.15, 1.0),
        ([784, 256, 256, 10], 128, 1.05, 1.0),
        ([2, 16, 16, 1], 32, None, 0.50),
    ):
        data = batch(sizes, n)
        name = f"MLP {'-'.join(map(str, sizes))}, batch {n}"
        targets = {"PyTorch": pytorchs} | ({HAND: by_hands} if by_hands else {})
        contenders = {OURS: ours(sizes, *data), HAND: by_hand(sizes, *data), "PyTorch": in_torch(sizes, *data)}
        yield Work(f"training step, {name}", contenders, targets)
        again = {OURS: replayed(sizes, *data), HAND: by_hand(sizes, *data), "PyTorch": in_torch(sizes, *data)}
        yield Work(f"training step, replayed, {name}", again, targets)
        bare = {OURS: ours_by_functions(sizes, *data), BARE: in_torch_by_functions(sizes, *data)}
        yield Work(f"training step in functions only, {name}", bare, {BARE: pytorchs})
