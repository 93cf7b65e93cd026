"""Small values, many rows: what an operation costs when the arithmetic costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log, pi, sin
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import torch

import autograd_lite as ag
from benchmarks.harness import OURS, Work


def chain(sine: Callable[[Any], Any], x: Any) -> Any:
    """1,000 rows, ``y = sin(y) * x``; for x = 1/sin(1) every y is 1 or sin(1), and no adjoint is denormal."""
    y = x
    for _ in range(500):
        y = sine(y) * x
    return y


def chains() -> Iterator[Work]:
    start = 1 / sin(1)
    vector = start * np.array([0.99, 1.0, 1.01, 1.02])
    for name, value in (("chain of 1,000 rows, scalar", start), ("chain of 1,000 rows, 4-vector", vector)):
        total = (lambda y: y) if np.ndim(value) == 0 else (lambda y: y.sum())
        x = ag.Var(value)
        t = torch.tensor(value, dtype=torch.float64, requires_grad=True)
        theirs = autograd.grad(lambda z, total=total: total(chain(anp.sin, z)))

        def ours(x: Any = x, total: Any = total) -> Any:
            x.grad = None
            total(chain(ag.sin, x)).backward()
            return x.grad

        def pytorch(t: Any = t, total: Any = total) -> Any:
            t.grad = None
            total(chain(torch.sin, t)).backward()
            return t.grad

        contenders = {OURS: ours, "PyTorch": pytorch, "HIPS autograd": lambda f=theirs, v=value: f(v)}
        yield Work(name, contenders, {"PyTorch": 0.50, "HIPS autograd": 0.25})


def density() -> Work:
    """The lecture's log-normal density: its value and its derivatives in y, μ and σ."""
    point = (1.3, 0.4, 0.9)

    def logpdf(log_: Callable[[Any], Any], y: Any, mu: Any, sigma: Any) -> Any:
        return -0.5 * ((y - mu) / sigma) ** 2 - log_(sigma) - 0.5 * log(2 * pi)

    variables = [ag.Var(v) for v in point]
    tensors = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in point]

    def ours() -> Any:
        for v in variables:
            v.grad = None
        value = logpdf(ag.log, *variables)
        value.backward()
        return [value, *[v.grad for v in variables]]

    def pytorch() -> Any:
        value = logpdf(torch.log, *tensors)
        return [value, *torch.autograd.grad(value, tensors)]

    theirs = autograd.value_and_grad(lambda point: logpdf(anp.log, *point))

    def hips() -> Any:
        value, gradient = theirs(point)
        return [value, *gradient]

    return Work(
        "log-normal density and its 3 derivatives",
        {OURS: ours, "PyTorch": pytorch, "HIPS autograd": hips},
        {"PyTorch": 0.30},
    )


def works() -> Iterator[Work]:
    yield from chains()
    yield density()
