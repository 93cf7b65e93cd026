"""A gradient against its own function in plain NumPy: reverse mode costs a few evaluations, however many inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import autograd_lite as ag
from benchmarks.harness import OURS, Work

N = 100_000
rng = np.random.default_rng(0)
MATRIX = rng.normal(size=(400, 400)) / 20
DATA, LABELS = rng.normal(size=(1000, 50)), rng.integers(0, 10, 1000)


def rosenbrock(x: Any) -> Any:
    """Rosenbrock's valley in many dimensions."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def wave(x: Any) -> Any:
    return (np.sin(x) * np.exp(-x * x)).sum()


def least_squares(x: Any) -> Any:
    return ((MATRIX @ x - 1) ** 2).sum()


def cross_entropy(w: Any) -> Any:
    """Multinomial logistic regression: 1,000 points, 50 features, 10 classes."""
    z = DATA @ w
    z = z - z.max(axis=1, keepdims=True)
    return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), LABELS]).mean()


def huber(x: Any) -> Any:
    return np.where(np.abs(x) < 1, 0.5 * x * x, np.abs(x) - 0.5).sum()


CASES: dict[str, tuple[Callable[[Any], Any], np.ndarray]] = {
    "Rosenbrock, n = 100,000": (rosenbrock, rng.normal(size=N)),
    "sum of sin(x) exp(-x²), n = 100,000": (wave, rng.normal(size=N)),
    "Huber loss, n = 100,000": (huber, rng.normal(size=N)),
    "least squares, 400 × 400 times 400 × 100": (least_squares, rng.normal(size=(400, 100))),
    "logistic regression, 1,000 × 50 × 10": (cross_entropy, rng.normal(size=(50, 10))),
}
FUNCTION = "its function in NumPy"


def works() -> Iterator[Work]:
    """Each case is one and the same Python function, run on an array and differentiated."""
    for name, (f, x) in CASES.items():
        both = ag.value_and_grad(f)
        np.testing.assert_allclose(both(x)[0], f(x), rtol=1e-12)  # sums in another order
        contenders = {OURS: lambda g=both, x=x: g(x), FUNCTION: lambda f=f, x=x: f(x)}
        yield Work(f"gradient: {name}", contenders, {FUNCTION: 4}, comparable=False)
