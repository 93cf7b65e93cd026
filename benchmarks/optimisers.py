"""One step of an optimiser: 1,000,000 parameters in 10 tensors against the same expressions on flat arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import sqrt
from typing import Any

import numpy as np

import autograd_lite as ag
import nn
from benchmarks.harness import OURS, Work

SHAPES = [(500, 400), (400, 500), (300, 500), (150_000,), (100, 500), (50_000,), (250, 400), (50_000,), (40, 1000)]
SHAPES += [(10_000,)]
RATE = 1e-6  # so small that thousands of steps stay among ordinary numbers
FLAT = "flat NumPy by hand"


def arrays(seed: int, dtype: Any) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape).astype(dtype) for shape in SHAPES]


def joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([part.ravel() for part in parts])


def ours(make: Callable[[list[Any]], nn.Optimizer], dtype: Any) -> Callable[[], Any]:
    params = [nn.Parameter(a) for a in arrays(0, dtype)]
    for p, g in zip(params, arrays(1, dtype), strict=True):
        p.grad = ag.Tensor(g)
    optimizer = make(params)

    def step() -> Any:
        optimizer.step()
        return params[0]

    return step


def momentum_by_hand(dtype: Any) -> Callable[[], Any]:
    """b ← 0.9 b + g, p ← p - lr b."""
    p, g = joined(arrays(0, dtype)), joined(arrays(1, dtype))
    b, room = np.zeros_like(p), np.empty_like(p)
    first = p[: SHAPES[0][0] * SHAPES[0][1]]

    def step() -> Any:
        nonlocal b, p
        b *= 0.9
        b += g
        np.multiply(b, RATE, out=room)
        p -= room
        return first

    return step


def adam_by_hand(dtype: Any) -> Callable[[], Any]:
    """The formula of Kingma and Ba (2015), in arrays that are there already."""
    p, g = joined(arrays(0, dtype)), joined(arrays(1, dtype))
    m, v, room = np.zeros_like(p), np.zeros_like(p), np.empty_like(p)
    first = p[: SHAPES[0][0] * SHAPES[0][1]]
    t = 0

    def step() -> Any:
        nonlocal m, v, p, room, t
        t += 1
        np.subtract(g, m, out=room)
        room *= 1 - 0.9
        m += room
        np.multiply(g, g, out=room)
        room -= v
        room *= 1 - 0.999
        v += room
        np.sqrt(v, out=room)
        room /= sqrt(1 - 0.999**t)
        room += 1e-8
        np.divide(m, room, out=room)
        room *= RATE / (1 - 0.9**t)
        p -= room
        return first

    return step


def works() -> Iterator[Work]:
    """Momentum and Adam in both precisions."""
    assert sum(int(np.prod(shape)) for shape in SHAPES) == 1_000_000
    for dtype, rtol in ((np.float64, 1e-12), (np.float32, 1e-5)):  # the roundings of a few steps
        name = np.dtype(dtype).name
        momentum = {OURS: ours(lambda ps: nn.SGD(ps, RATE, momentum=0.9), dtype), FLAT: momentum_by_hand(dtype)}
        yield Work(f"SGD with momentum, 1,000,000 parameters in 10 tensors, {name}", momentum, {FLAT: 1.2}, rtol)
        adam = {OURS: ours(lambda ps: nn.Adam(ps, RATE), dtype), FLAT: adam_by_hand(dtype)}
        yield Work(f"Adam, 1,000,000 parameters in 10 tensors, {name}", adam, {FLAT: 1.2}, rtol)
