"""An epoch over the digits: `nn.fit`, the same loop by hand on the engine, PyTorch's, and scikit-learn's MLPClassifier.

All train the MLP 64-100-10 with ReLU by Adam on 1,797 images in shuffled mini-batches, in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

import nn
from benchmarks.harness import OURS, Work

SIZES = [64, 100, 10]
HAND, TORCH, SKLEARN = "by hand on the engine", "PyTorch", "scikit-learn"


def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(return_X_y=True)
    return X / 16.0, y


def fitted(X: np.ndarray, y: np.ndarray, batch: int) -> Callable[[], Any]:
    model, rng = nn.MLP(SIZES, "relu"), np.random.default_rng(0)
    optimizer = nn.Adam(model.parameters())

    def epoch() -> Any:
        history = nn.fit(model, X, y, optimizer=optimizer, epochs=1, batch_size=batch, seed=rng, progress=False)
        return history["loss"][0]

    return epoch


def by_hand(X: np.ndarray, y: np.ndarray, batch: int) -> Callable[[], Any]:
    """What a user would write who needs nothing but a loop."""
    model, rng = nn.MLP(SIZES, "relu"), np.random.default_rng(0)
    optimizer = nn.Adam(model.parameters())

    def epoch() -> Any:
        order, total = rng.permutation(len(X)), 0.0
        for start in range(0, len(X), batch):
            rows = order[start : start + batch]
            loss = nn.cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        return total / len(X)

    return epoch


def in_torch(X: np.ndarray, y: np.ndarray, batch: int) -> Callable[[], Any]:
    start, rng = nn.MLP(SIZES, "relu"), np.random.default_rng(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 100), torch.nn.ReLU(), torch.nn.Linear(100, 10)).double()
    model.load_state_dict({name: torch.from_numpy(a) for name, a in start.state_dict().items()})
    optimizer = torch.optim.Adam(model.parameters())
    inputs, targets = torch.from_numpy(X), torch.from_numpy(y)

    def epoch() -> Any:
        order, total = torch.from_numpy(rng.permutation(len(X))), 0.0
        for rows in order.split(batch):
            loss = torch.nn.functional.cross_entropy(model(inputs[rows]), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        return total / len(X)

    return epoch


def in_sklearn(X: np.ndarray, y: np.ndarray, batch: int) -> Callable[[], Any]:
    model = MLPClassifier(SIZES[1:-1], alpha=0.0, batch_size=batch, random_state=0)
    model.partial_fit(X, y, classes=np.arange(10))

    def epoch() -> Any:
        return model.partial_fit(X, y).loss_

    return epoch


def ours_as_estimator(X: np.ndarray, y: np.ndarray, batch: int) -> Callable[[], Any]:
    model = nn.MLPClassifier(SIZES[1:-1], batch_size=batch, random_state=0)
    model.partial_fit(X, y, classes=np.arange(10))

    def epoch() -> Any:
        return model.partial_fit(X, y).loss_

    return epoch


def works() -> Iterator[Work]:
    X, y = digits()
    for batch in (32, 200):
        contenders = {
            OURS: fitted(X, y, batch),
            HAND: by_hand(X, y, batch),
            TORCH: in_torch(X, y, batch),
        }
        yield Work(f"an epoch of digits, nn.fit, batch {batch}", contenders, {HAND: 1.10, TORCH: 1.0})
        # scikit-learn starts from other weights and draws another order: its losses are its own.
        both = {OURS: fitted(X, y, batch), SKLEARN: in_sklearn(X, y, batch)}
        yield Work(f"an epoch of digits, nn.fit, batch {batch}", both, {SKLEARN: 1.0}, comparable=False)
        both = {OURS: ours_as_estimator(X, y, batch), SKLEARN: in_sklearn(X, y, batch)}
        yield Work(f"an epoch of digits, MLPClassifier, batch {batch}", both, {SKLEARN: 1.0}, comparable=False)
