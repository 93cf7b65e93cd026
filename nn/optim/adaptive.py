"""Optimisers that scale each entry's step by the gradients it has seen.

In the formulas g is the gradient (weight decay λ added, where it is not decoupled), p the values, t = 1, 2, … the step;
products, powers and roots are entry by entry, and everything that is kept starts at 0 if nothing else is said.
Names and defaults are those of torch.optim. The family of Adam is in `nn.adam`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from nn.optim.base import Optimizer
from nn.optim.flat import Arrays

__all__ = ["Adadelta", "Adagrad", "Lion", "RMSprop", "Rprop"]


class Adagrad(Optimizer):
    """Rates that fall with the sum of squared gradients.

    Duchi, Hazan and Singer, Adaptive subgradient methods for online learning and stochastic optimization, 2011.

    ::

        s ← s + g²        p ← p - lr / (1 + (t - 1) lr_decay) · g / (√s + eps)

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr, lr_decay, weight_decay, eps : float
    initial_accumulator_value : float
        Where s starts.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = Adagrad([x], lr=0.25)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.75
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"sum": options["initial_accumulator_value"]}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        s = state["sum"]
        s += np.multiply(g, g, out=new)
        np.sqrt(s, out=new)
        new += options["eps"]
        np.divide(g, new, out=new)
        new *= -options["lr"] / (1 + (t - 1) * options["lr_decay"])
        new += p


class Adadelta(Optimizer):
    """Steps in the units of the values: scaled by earlier steps over earlier gradients.

    Zeiler, ADADELTA: an adaptive learning rate method, 2012.

    ::

        v ← ρ v + (1 - ρ) g²        d = √(u + eps) / √(v + eps) · g        u ← ρ u + (1 - ρ) d²        p ← p - lr d

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr, eps, weight_decay : float
    rho : float
        ρ, in [0, 1).

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = Adadelta([x])
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.996838
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"v": 0.0, "u": 0.0}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        v, u, rho, eps = state["v"], state["u"], options["rho"], options["eps"]
        v *= rho
        v += (1 - rho) * (g * g)
        d = np.sqrt((u + eps) / (v + eps)) * g
        u *= rho
        u += (1 - rho) * (d * d)
        np.multiply(d, -options["lr"], out=new)
        new += p


class RMSprop(Optimizer):
    """Gradients over the root of their running mean square, which `centered` makes their standard deviation.

    Hinton, Srivastava and Swersky, Neural networks for machine learning, lecture 6e, 2012; centred as in Graves,
    Generating sequences with recurrent neural networks, 2013.

    ::

        v ← α v + (1 - α) g²        a ← α a + (1 - α) g
        d = g / (√v + eps)          centered: g / (√(v - a²) + eps)
        p ← p - lr d                with momentum μ: b ← μ b + d, p ← p - lr b

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr, eps, weight_decay, momentum : float
    alpha : float
        α, in [0, 1).
    centered : bool

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = RMSprop([x], lr=0.25, alpha=0.75)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.5
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered
        )

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        kept = {"v": True, "mean": options["centered"], "momentum": options["momentum"]}
        return {name: 0.0 for name, wanted in kept.items() if wanted}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        v, alpha = state["v"], options["alpha"]
        v *= alpha
        np.multiply(g, g, out=new)
        new *= 1 - alpha
        v += new
        if options["centered"]:
            a = state["mean"]
            a += (1 - alpha) * (g - a)
            # v - a² is a variance: what rounding leaves below 0 counts as 0.
            np.sqrt(np.maximum(v - a * a, 0), out=new)
        else:
            np.sqrt(v, out=new)
        new += options["eps"]
        np.divide(g, new, out=new)
        if options["momentum"]:
            b = state["momentum"]
            b *= options["momentum"]
            b += new
            new[...] = b
        new *= -options["lr"]
        new += p


class Rprop(Optimizer):
    """Steps by the sign of the gradient alone, longer while it stays and shorter when it turns. For whole batches.

    Riedmiller and Braun, A direct adaptive method for faster backpropagation learning: the RPROP algorithm, 1993.

    ::

        s ← min(max(η s, shortest), longest)     η = η₊ where g·g' > 0, η₋ where g·g' < 0, else 1;  s starts at lr
        g ← 0 where g·g' < 0                     g' is the gradient of the step before, set so too
        p ← p - s sign(g)

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr : float
        The length of the first step; a schedule changes nothing after it.
    etas : pair of float
        η₋ below 1 and η₊ above it.
    step_sizes : pair of float
        The shortest and the longest step.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = Rprop([x], lr=0.25)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.75
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
    ) -> None:
        super().__init__(params, lr=lr, etas=etas, step_sizes=step_sizes)

    def _checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        done = super()._checked(options)
        if "etas" in done and not 0 < done["etas"][0] < 1 < done["etas"][1]:
            raise ValueError(f"Rprop: etas are a number below 1 and one above it, not {done['etas']}")
        if "step_sizes" in done and not done["step_sizes"][0] <= done["step_sizes"][1]:
            raise ValueError(f"Rprop: step_sizes are the shortest and the longest step, not {done['step_sizes']}")
        return done

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"previous": 0.0, "length": options["lr"]}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        previous, length, (shrink, grow) = state["previous"], state["length"], options["etas"]
        agreement = g * previous
        length[agreement > 0] *= grow
        length[agreement < 0] *= shrink
        np.clip(length, *options["step_sizes"], out=length)
        previous[...] = g
        previous[agreement < 0] = 0
        np.subtract(p, length * np.sign(previous), out=new)


class Lion(Optimizer):
    """Steps of one length in every entry, in the direction that momentum and gradient agree on.

    Chen and others, Symbolic discovery of optimization algorithms, 2023. Weight decay λ is decoupled.

    ::

        p ← p - lr (sign(β₁ m + (1 - β₁) g) + λ p)        m ← β₂ m + (1 - β₂) g

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr, weight_decay : float
        The rate 3 to 10 times smaller than Adam's, and the decay larger by as much, the paper advises.
    betas : pair of float
        β₁ and β₂, in [0, 1).

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = Lion([x], lr=0.25)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> round(x.item(), 6)
    0.75
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, weight_decay=weight_decay)

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"m": 0.0}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        m, (beta1, beta2) = state["m"], options["betas"]
        np.sign(m * beta1 + (1 - beta1) * g, out=new)
        new *= -options["lr"]
        new += p
        m *= beta2
        m += (1 - beta2) * g
