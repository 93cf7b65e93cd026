"""A derivative through a simulation: a damped pendulum's misfit to data, in friction, frequency and start.

Sixty times with four Runge–Kutta steps between them, on numbers: some four thousand operations, forward and reverse.
The peer is the same method written in PyTorch, on scalar tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

import autograd_lite as ag
from benchmarks.harness import OURS, Work

TIMES, SUBSTEPS = np.linspace(0.0, 6.0, 61), 4
START = (0.2, 4.0, 1.0)
DATA = 1.1 * np.exp(-0.1 * TIMES) * np.cos(2 * TIMES)


def ours() -> Callable[..., Any]:
    """The misfit's value and gradient, of the three parameters."""

    def misfit(friction: Any, stiffness: Any, start: Any) -> Any:
        def rates(t: Any, y: Any) -> Any:
            angle, speed = y
            return speed, -stiffness * ag.sin(angle) - friction * speed

        angle, _ = ag.ode.integrate(rates, (start, 0.0), TIMES, "rk4", substeps=SUBSTEPS)
        return ag.sum((angle - DATA) ** 2)

    return ag.value_and_grad(misfit, argnums=(0, 1, 2))


def in_torch() -> Callable[[], Any]:
    data = torch.tensor(DATA)

    def step() -> Any:
        friction, stiffness, start = (torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in START)

        def rates(angle: Any, speed: Any) -> Any:
            return speed, -stiffness * torch.sin(angle) - friction * speed

        angle, speed = start, torch.tensor(0.0, dtype=torch.float64)
        path, h = [angle], float(TIMES[1] - TIMES[0]) / SUBSTEPS
        for _ in TIMES[1:]:
            for _ in range(SUBSTEPS):
                a1, s1 = rates(angle, speed)
                a2, s2 = rates(angle + h / 2 * a1, speed + h / 2 * s1)
                a3, s3 = rates(angle + h / 2 * a2, speed + h / 2 * s2)
                a4, s4 = rates(angle + h * a3, speed + h * s3)
                angle = angle + h / 6 * (a1 + 2 * a2 + 2 * a3 + a4)
                speed = speed + h / 6 * (s1 + 2 * s2 + 2 * s3 + s4)
            path.append(angle)
        loss = ((torch.stack(path) - data) ** 2).sum()
        return loss, torch.autograd.grad(loss, (friction, stiffness, start))

    return step


def works() -> Iterator[Work]:
    name = f"gradient through a pendulum's {(len(TIMES) - 1) * SUBSTEPS} Runge–Kutta steps, three parameters"
    both = ours()
    contenders: dict[str, Any] = {OURS: lambda: both(*START), "PyTorch": in_torch()}
    yield Work(name, contenders, {"PyTorch": 1.0})
    fast = ag.replay(both)
    yield Work(f"{name}, replayed", contenders | {OURS: lambda: fast(*START)}, {"PyTorch": 1.0})
