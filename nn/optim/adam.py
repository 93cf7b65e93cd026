"""The family of Adam: steps by running means of the gradient, over the root of running means of its square.

In the formulas g is the gradient (weight decay λ added, where it is not decoupled), p the values, t = 1, 2, … the step;
products, powers and roots are entry by entry, and everything that is kept starts at 0. Names and defaults are those of
torch.optim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Any

import numpy as np

from nn.optim.base import Optimizer
from nn.optim.flat import Arrays

__all__ = ["Adam", "AdamW", "Adamax", "NAdam", "RAdam"]


def _mean(mean: Any, x: Any, beta: float, room: Any) -> Any:
    """mean ← β mean + (1 - β) x, without another array than `room`, which may be `x`."""
    np.subtract(x, mean, out=room)
    room *= 1 - beta
    mean += room
    return mean


def _moments(g: Any, state: Arrays, betas: tuple[float, float], room: Any) -> tuple[Any, Any]:
    """m ← β₁ m + (1 - β₁) g and v ← β₂ v + (1 - β₂) g²."""
    m = _mean(state["m"], g, betas[0], room)
    return m, _mean(state["v"], np.multiply(g, g, out=room), betas[1], room)


def _root(v: Any, t: int, beta2: float, eps: float, out: Any) -> None:
    """√(v / (1 - β₂ᵗ)) + eps"""
    np.sqrt(v, out=out)
    out /= sqrt(1 - beta2**t)
    out += eps


class Adam(Optimizer):
    """Steps scaled by running moments of the gradient. Kingma and Ba, Adam: a method for stochastic optimization, 2015.

    ::

        m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²        amsgrad: w ← max(w, v), in the place of v below
        p ← p - lr · m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + eps)

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr : float
    betas : pair of float
        β₁ and β₂, in [0, 1).
    eps, weight_decay : float
    amsgrad : bool
        Rates that never grow: Reddi, Kale and Kumar, On the convergence of Adam and beyond, 2018.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = Adam([x], lr=0.25)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.75
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"m": 0.0, "v": 0.0, "largest": 0.0} if options["amsgrad"] else {"m": 0.0, "v": 0.0}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        beta1, beta2 = options["betas"]
        m, v = _moments(g, state, options["betas"], new)
        if options["amsgrad"]:
            v = np.maximum(state["largest"], v, out=state["largest"])
        _root(v, t, beta2, options["eps"], new)
        np.divide(m, new, out=new)
        new *= -options["lr"] / (1 - beta1**t)
        new += p


class AdamW(Adam):
    """Adam with decoupled weight decay. Loshchilov and Hutter, Decoupled weight decay regularization, 2019.

    ::

        p ← (1 - lr λ) p, then the step of `Adam` with the gradient alone

    Parameters as `Adam`, with the paper's decay λ on: 0.01.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = AdamW([x], lr=0.25, weight_decay=0.5)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.625
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)


class Adamax(Optimizer):
    """Adam with the largest gradient, decaying, in the place of the mean square. Kingma and Ba, 2015, section 7.1.

    ::

        m ← β₁ m + (1 - β₁) g        u ← max(β₂ u, |g| + eps)        p ← p - lr / (1 - β₁ᵗ) · m / u

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr, eps, weight_decay : float
    betas : pair of float
        β₁ and β₂, in [0, 1).

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = Adamax([x], lr=0.25)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.75
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"m": 0.0, "u": 0.0}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        m, u, (beta1, beta2) = state["m"], state["u"], options["betas"]
        _mean(m, g, beta1, new)
        u *= beta2
        np.abs(g, out=new)
        new += options["eps"]
        np.maximum(u, new, out=u)
        np.divide(m, u, out=new)
        new *= -options["lr"] / (1 - beta1**t)
        new += p


class NAdam(Optimizer):
    """Adam with Nesterov's momentum. Dozat, Incorporating Nesterov momentum into Adam, 2016.

    ::

        m, v as in `Adam`;        μₜ = β₁ (1 - 0.96^(t ψ) / 2),        Πₜ = μ₁ … μₜ
        p ← p - lr · ((1 - μₜ) / (1 - Πₜ) g + μₜ₊₁ / (1 - Πₜ₊₁) m) / (√(v / (1 - β₂ᵗ)) + eps)

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr, eps, weight_decay : float
    betas : pair of float
        β₁ and β₂, in [0, 1).
    momentum_decay : float
        ψ.
    decoupled_weight_decay : bool
        Decay as in `AdamW`.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = NAdam([x], lr=0.25)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.735887
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"m": 0.0, "v": 0.0}

    def constants(self, options: Mapping[str, Any], t: int, numbers: dict[str, float]) -> Mapping[str, Any]:
        now, after = (options["betas"][0] * (1 - 0.5 * 0.96 ** (k * options["momentum_decay"])) for k in (t, t + 1))
        product = numbers["mu_product"] = numbers.get("mu_product", 1.0) * now
        return {**options, "of_g": (1 - now) / (1 - product), "of_m": after / (1 - product * after)}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        m, v = _moments(g, state, options["betas"], new)
        _root(v, t, options["betas"][1], options["eps"], new)
        np.divide(options["of_g"] * g + options["of_m"] * m, new, out=new)
        new *= -options["lr"]
        new += p


class RAdam(Optimizer):
    """Adam whose first steps, before the mean square is worth anything, are of momentum alone: a warm-up that is part
    of the rule. Liu and others, On the variance of the adaptive learning rate and beyond, 2020.

    ::

        m, v as in `Adam`;        ρ∞ = 2 / (1 - β₂) - 1,        ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ)
        ρ > 5:  r = √((ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ)),  d = r √(1 - β₂ᵗ) / (√v + eps),  else d = 1
        p ← p - lr · m / (1 - β₁ᵗ) · d

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr, eps, weight_decay : float
    betas : pair of float
        β₁ and β₂, in [0, 1).
    decoupled_weight_decay : bool
        Decay as in `AdamW`.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = RAdam([x], lr=0.25)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.5
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            decoupled_weight_decay=decoupled_weight_decay,
        )

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"m": 0.0, "v": 0.0}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        beta1, beta2 = options["betas"]
        m, v = _moments(g, state, options["betas"], new)
        scale, known = -options["lr"] / (1 - beta1**t), 1 - beta2**t
        most = 2 / (1 - beta2) - 1
        length = most - 2 * t * beta2**t / known  # of the window of gradients that v is a mean of
        if length > 5:
            scale *= sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length) * known)
            np.sqrt(v, out=new)
            new += options["eps"]
            np.divide(m, new, out=new)
            new *= scale
        else:
            np.multiply(m, scale, out=new)
        new += p
