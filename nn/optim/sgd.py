"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from nn.optim.base import Optimizer
from nn.optim.flat import Arrays, Group
from nn.support import raw

__all__ = ["SGD"]


class SGD(Optimizer):
    """Gradient descent, with momentum μ (Polyak 1964; Nesterov 1983, as in Sutskever et al. 2013) on request.

    ::

        b ← μ b + g          p ← p - lr b            nesterov: p ← p - lr (g + μ b)

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr, momentum, weight_decay : float
    nesterov : bool

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> optimizer = SGD([x], lr=0.25)
    >>> (x**2).backward()
    >>> optimizer.step()
    >>> x.item()
    0.5
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)

    def _checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        if options.get("nesterov") and not options["momentum"]:
            raise ValueError("SGD: nesterov needs a momentum above 0")
        return super()._checked(options)

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        return {"momentum": 0.0} if options["momentum"] else {}

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        if state:
            b, mu = state["momentum"], options["momentum"]
            b *= mu
            b += g
            g = g + mu * b if options["nesterov"] else b
        np.multiply(g, -options["lr"], out=new)
        new += p

    def _move(self, group: Group) -> None:
        """As the base does, bit for bit. The rule alone, or with momentum, is so short that turning from piece to piece
        would take a fifth of its time.
        """
        options, momentum = group.options, group.options["momentum"]
        short = type(self).update is SGD.update and not options["nesterov"] and not options["weight_decay"]
        if not short:  # or the rule of a subclass
            super()._move(group)
        elif not momentum:
            rate = np.array(-options["lr"], group.dtype)  # a number would be made an array for each parameter
            moved = []  # bringing the gradients together would take longer than this
            for p, part, collected in zip(group.params, group.grads, group.collected, strict=True):
                g, value = p.grad, p.value
                if g is not None:
                    g = part if g is collected else raw(g)
                    alike = g.__class__ is value.__class__ and g.dtype is value.dtype and g.shape == value.shape
                    new = (g if alike and g.strides == value.strides else _laid_out(g, value)) * rate
                    new += value
                    moved.append((p, new))
            group.tick(len(moved) == len(group.params))
            group.join()
            for p, value in moved:
                p.value = value
        elif any([p.grad is None for p in group.params]):
            super()._move(group)
        else:
            stretches, _ = group.gather()
            self._begin(group, True)
            new, b = group.fresh(), group.state["momentum"]
            b *= momentum
            for start, g, _ in stretches:
                part = b[start : start + g.size]
                part += g
            np.multiply(b, -options["lr"], out=new)
            new += group.flat
            group.replace(new)


def _laid_out(g: Any, value: Any) -> Any:
    """The gradient `g` in the class, the dtype and the order in memory of `value`."""
    like = np.empty_like(value)
    like[...] = g
    return like
