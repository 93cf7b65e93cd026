"""A physics-informed network: the residual of Burgers' equation, and its gradient in the network's parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

import autograd_lite as ag
from benchmarks.harness import OURS, Work
from benchmarks.networks import parameters

SIZES, POINTS, NU = [2, 50, 50, 50, 1], 1000, 0.01 / np.pi


def network(space: Any, params: list[Any], t: Any, x: Any) -> Any:
    """u(t, x), with t and x as columns; `space` is the library that has stack, tanh and matmul."""
    a = space.concat([t, x], axis=1)
    for w, b in zip(params[:-2:2], params[1:-2:2], strict=True):
        a = space.tanh(space.matmul(a, w) + b)
    return space.matmul(a, params[-2]) + params[-1]


def residual(u: Any, u_t: Any, u_x: Any, u_xx: Any) -> Any:
    """The mean square of u_t + u u_x - ν u_xx."""
    r = u_t + u * u_x - NU * u_xx
    return (r * r).mean()


def by_forward(jvp: Callable[..., Any], ones: Any, u: Callable[..., Any], t: Any, x: Any) -> Any:
    """The residual with directional derivatives: u_xx is a forward sweep of a forward sweep."""

    def with_slope(x: Any) -> Any:
        return jvp(lambda x: u(t, x), (x,), (ones,))

    (value, u_x), (_, u_xx) = jvp(with_slope, (x,), (ones,))
    _, u_t = jvp(lambda t: u(t, x), (t,), (ones,))
    return residual(value, u_t, u_x, u_xx)


def ours_forward(params: list[np.ndarray], t: np.ndarray, x: np.ndarray) -> Callable[[], Any]:
    loss = ag.grad(lambda p: by_forward(ag.jvp, np.ones_like(x), lambda t, x: network(ag, p, t, x), t, x))
    return lambda: loss(params)


def ours_reverse(params: list[np.ndarray], t: np.ndarray, x: np.ndarray) -> Callable[[], Any]:
    def loss(p: Any) -> Any:
        return residual(*ag.partials(lambda t, x: network(ag, p, t, x), (0, 1, (1, 1)))(t, x))

    gradient = ag.grad(loss)
    return lambda: gradient(params)


def ours_replayed(params: list[np.ndarray], t: np.ndarray, x: np.ndarray) -> Callable[[], Any]:
    def loss(p: Any, t: Any, x: Any) -> Any:
        return residual(*ag.partials(lambda t, x: network(ag, p, t, x), (0, 1, (1, 1)))(t, x))

    gradient = ag.replay(ag.grad(loss))
    return lambda: gradient(params, t, x)


def torch_reverse(params: list[np.ndarray], t: np.ndarray, x: np.ndarray) -> Callable[[], Any]:
    """PyTorch's usual way: grad with create_graph, twice."""
    p = [torch.tensor(a, requires_grad=True) for a in params]
    ts, xs = torch.tensor(t, requires_grad=True), torch.tensor(x, requires_grad=True)
    ones = torch.ones_like(xs)

    def step() -> Any:
        u = network(torch, p, ts, xs)
        u_t, u_x = torch.autograd.grad(u, (ts, xs), ones, create_graph=True)
        (u_xx,) = torch.autograd.grad(u_x, xs, ones, create_graph=True)
        return torch.autograd.grad(residual(u, u_t, u_x, u_xx), p)

    return step


def torch_forward(params: list[np.ndarray], t: np.ndarray, x: np.ndarray) -> Callable[[], Any]:
    """PyTorch's newer way: torch.func.jvp in torch.func.jvp under torch.func.grad."""
    p = tuple(torch.tensor(a) for a in params)
    ts, xs = torch.tensor(t), torch.tensor(x)
    ones = torch.ones_like(xs)
    loss = torch.func.grad(lambda p: by_forward(torch.func.jvp, ones, lambda t, x: network(torch, p, t, x), ts, xs))
    return lambda: loss(p)


def works() -> Iterator[Work]:
    rng = np.random.default_rng(3)
    t, x = rng.uniform(0, 1, (POINTS, 1)), rng.uniform(-1, 1, (POINTS, 1))
    params = parameters(SIZES)
    name = "PINN of Burgers' equation, MLP 2-50-50-50-1, 1,000 points: residual and its gradient"
    yield Work(
        name,
        {
            OURS: ours_reverse(params, t, x),
            "autograd_lite, jvp in jvp": ours_forward(params, t, x),
            "PyTorch": torch_reverse(params, t, x),
            "PyTorch, torch.func.jvp": torch_forward(params, t, x),
        },
        {"PyTorch": 1.0, "PyTorch, torch.func.jvp": 1.0},
    )
    yield Work(
        f"{name}, replayed",
        {OURS: ours_replayed(params, t, x), "PyTorch": torch_reverse(params, t, x)},
        {"PyTorch": 1.0},
    )
