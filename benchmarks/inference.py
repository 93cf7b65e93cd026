"""Hamiltonian Monte Carlo on a logistic regression, 500 × 10: one trajectory of 16 leapfrog steps and its acceptance.

The two samplers have the same arithmetic, momenta and random numbers, so that their chains are the same to rounding.
Ours is replayed, as `ag.hmc` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

import autograd_lite as ag
from autograd_lite.science.mcmc.integrator import State, travel
from autograd_lite.science.mcmc.target import Target
from benchmarks.harness import OURS, Work

ROWS, FEATURES, STEPS, STEP_SIZE = 500, 10, 16, 0.05


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(ROWS, FEATURES))
    return X, (rng.random(ROWS) < 1 / (1 + np.exp(-X @ np.linspace(-1, 1, FEATURES)))) * 1.0


def posterior(space: Any, X: Any, y: Any, softplus: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The log-density of weights with a standard normal prior: of a vector, or of a row a chain."""

    def log_density(w: Any) -> Any:
        z = space.matmul(w, X.T)
        return space.matmul(z, y) - softplus(z).sum(-1) - 0.5 * (w * w).sum(-1)

    return log_density


def ours(chains: int, X: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    batched = chains > 1
    target = Target(posterior(ag, X, y, ag.softplus), np.zeros(FEATURES), batched, "hmc")
    start, momenta, scale = np.zeros((chains, FEATURES)), momenta_of(chains), np.ones(FEATURES)
    state = State(start, *target(start))

    def trajectory() -> Any:
        with np.errstate(all="ignore"):  # as hmc does
            end, p = travel(target, state, momenta, STEP_SIZE, scale, STEPS)
        error = 0.5 * (p * p).sum(-1) - end.log_density - (0.5 * (momenta * momenta).sum(-1) - state.log_density)
        return end.x, np.exp(-np.maximum(error, 0))

    return trajectory


def in_torch(chains: int, X: np.ndarray, y: np.ndarray) -> Callable[[], Any]:
    log_density = posterior(torch, torch.tensor(X), torch.tensor(y), torch.nn.functional.softplus)
    shape = (chains, FEATURES) if chains > 1 else (FEATURES,)
    momenta = torch.tensor(momenta_of(chains)).reshape(shape)

    def value_and_gradient(x: Any) -> tuple[Any, Any]:
        x = x.detach().requires_grad_()
        value = log_density(x)
        (gradient,) = torch.autograd.grad(value.sum() if chains > 1 else value, x)
        return value.detach(), gradient

    start = torch.zeros(shape, dtype=torch.float64)
    value0, gradient0 = value_and_gradient(start)

    def trajectory() -> Any:
        x, p = start, momenta + 0.5 * STEP_SIZE * gradient0
        for i in range(STEPS):
            x = x + STEP_SIZE * p
            value, gradient = value_and_gradient(x)
            p = p + (STEP_SIZE if i < STEPS - 1 else 0.5 * STEP_SIZE) * gradient
        error = 0.5 * (p * p).sum(-1) - value - (0.5 * (momenta * momenta).sum(-1) - value0)
        return x, torch.exp(-torch.clamp(error, min=0))

    return trajectory


def momenta_of(chains: int) -> np.ndarray:
    return np.random.default_rng(5).normal(size=(chains, FEATURES))


def works() -> Iterator[Work]:
    X, y = data()
    for chains, name in ((1, "one chain"), (4, "four chains at once")):
        yield Work(
            f"HMC, logistic regression {ROWS} × {FEATURES}, {name}: {STEPS} leapfrog steps",
            {OURS: ours(chains, X, y), "PyTorch": in_torch(chains, X, y)},
            {"PyTorch": 0.3} if chains == 1 else {},
        )
