"""Dense matrices of second derivatives: all columns of a Hessian at once, of a function of many variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

import autograd_lite as ag
from benchmarks.arrays import rosenbrock
from benchmarks.harness import OURS, Work

VARIABLES = 50


def works() -> Iterator[Work]:
    """One and the same Python function on both sides; the result is the whole matrix, though it is tridiagonal."""
    x = np.random.default_rng(3).normal(size=VARIABLES)
    ours, theirs, tensor = ag.hessian(rosenbrock), torch.func.hessian(rosenbrock), torch.tensor(x)
    contenders: dict[str, Any] = {OURS: lambda: ours(x), "PyTorch, torch.func.hessian": lambda: theirs(tensor)}
    name = f"dense Hessian of Rosenbrock's function, {VARIABLES} variables"
    yield Work(name, contenders, {"PyTorch, torch.func.hessian": 0.25})
    fast = ag.replay(ours)
    yield Work(f"{name}, replayed", contenders | {OURS: lambda: fast(x)}, {"PyTorch, torch.func.hessian": 0.25})
