"""Optimisers: how a step is made of gradients.

The parameters of a group live in one flat array, and an optimiser is a rule on flat arrays: no loop over parameters
in the arithmetic, however many there are. A step writes the new values into *another* flat array and points the
parameters at it, so rows recorded before keep the values they saw. Two arrays are enough, taken in turns: the older
one is used again when nobody looks at it any more, and left to whoever does otherwise.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

import autograd_lite as ag

__all__ = ["SGD", "Adam", "Group", "Optimizer"]

Arrays = dict[str, Any]

PIECE = 1 << 15
"""How many entries a rule works on at once: what a rule makes on the way then stays in the processor's cache."""


class Group:
    """Parameters of one dtype that are updated together, and what the optimiser keeps for them.

    `options` are the rule's (`lr`, …), `state` its flat arrays by name, `steps` how many it made. Each parameter keeps
    its order in memory (C or Fortran) in the flat arrays.
    """

    def __init__(self, params: list[ag.Tensor], options: dict[str, Any]) -> None:
        self.params, self.options = params, options
        bounds = [0, *accumulate(p.size for p in params)]
        self.places = [slice(a, b) for a, b in pairwise(bounds)]
        self.orders = ["F" if p.ndim > 1 and p.value.flags.fnc else "C" for p in params]
        self.size, self.dtype = bounds[-1], params[0].dtype
        self.flat = np.empty(0, self.dtype)
        self.spare = self.flat
        self.held: list[Any] = []
        self.grad = np.empty(self.size, self.dtype)
        self.grads = self.views(self.grad)
        self.state: Arrays = {}
        self.steps = 0

    def views(self, flat: Any) -> list[Any]:
        """The parts of a flat array, in the shapes of the parameters."""
        return [
            flat[place].reshape(p.shape, order=order)
            for place, p, order in zip(self.places, self.params, self.orders, strict=True)
        ]

    def gather(self) -> list[slice]:
        """Bring the gradients, and values that somebody else assigned, into the flat arrays.

        Returns the places of parameters without a gradient.
        """
        absent = []
        for p, view, place in zip(self.params, self.grads, self.places, strict=True):
            g = p.grad
            if g is None:
                absent.append(place)
                view[...] = 0
            else:
                view[...] = g.value if isinstance(g, ag.Tensor) else g
        values = [p.value for p in self.params]
        if len(self.held) != len(values) or not all([a is b for a, b in zip(values, self.held, strict=True)]):
            self.flat = np.empty(self.size, self.dtype)  # the old one may still be looked at
            for view, value in zip(self.views(self.flat), values, strict=True):
                view[...] = value
        return absent

    def fresh(self) -> Any:
        """A flat array that nobody looks at: the one before last, or a new one if somebody still does."""
        if self.spare.size != self.size or sys.getrefcount(self.spare) > 2:  # ours, and the call's own
            self.spare = np.empty(self.size, self.dtype)
        return self.spare

    def replace(self, new: Any) -> None:
        """Point the parameters at `new`; what they had becomes the spare."""
        self.held = []
        self.spare, self.flat = self.flat, new
        for p, view in zip(self.params, self.views(new), strict=True):
            p.value = view
        self.held = [p.value for p in self.params]


class Optimizer:
    """The base of the optimisers: subclasses write `update`.

    Parameters
    ----------
    params : iterable of Parameters, or of groups
        ``model.parameters()``, or a list of dicts ``{"params": …, "lr": …}`` whose options override the others.
    **options
        The options of the rule, among them `lr`, and `weight_decay`: this times the value is added to the gradient.

    Raises
    ------
    TypeError, ValueError
        Something that is no variable, no parameters at all, the same twice, an option out of range.
    """

    def __init__(self, params: Iterable[Any], **options: Any) -> None:
        self.groups: list[Group] = []
        if not isinstance(params, Iterable):
            raise TypeError(f"{type(self).__name__}: pass model.parameters(), not {type(params).__name__}")
        given = list(params)
        sets = given if given and isinstance(given[0], Mapping) else [{"params": given}]
        for name in (key for s in sets for key in s if key not in options and key != "params"):
            raise TypeError(f"{type(self).__name__}: no option is called {name!r}; there is {', '.join(options)}")
        for chosen in sets:
            own = {**options, **{key: value for key, value in chosen.items() if key != "params"}}
            self._check(own)
            by_dtype: dict[Any, list[ag.Tensor]] = {}
            for p in chosen["params"]:
                if not isinstance(p, ag.Tensor) or not p.is_leaf:
                    raise TypeError(f"{type(self).__name__}: pass model.parameters(), not {type(p).__name__}")
                by_dtype.setdefault(p.dtype, []).append(p)
            self.groups += [Group(members, own) for members in by_dtype.values()]
        everything = [id(p) for p in self.parameters()]
        if not everything:
            raise ValueError(f"{type(self).__name__}: there are no parameters to optimise")
        if len(set(everything)) < len(everything):
            raise ValueError(f"{type(self).__name__}: the same parameter was given twice")

    def _check(self, options: Mapping[str, Any]) -> None:
        for name, value in options.items():
            for number in value if isinstance(value, tuple) else (value,):
                if not 0 <= number < np.inf:
                    raise ValueError(f"{type(self).__name__}: {name} is a finite number of at least 0, not {value!r}")

    def parameters(self) -> list[ag.Tensor]:
        """Everything that is optimised."""
        return [p for group in self.groups for p in group.params]

    @property
    def lr(self) -> float:
        """The learning rate (of the first group); assigning sets it in all groups."""
        return float(self.groups[0].options["lr"])

    @lr.setter
    def lr(self, value: float) -> None:
        for group in self.groups:
            group.options["lr"] = value

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self.groups:
            for p in group.params:
                if p.grad is not None:
                    p.grad = None

    def step(self) -> None:
        """Move the parameters, by their gradients. One without a gradient stays as it is, and so does its state.

        Raises
        ------
        ValueError
            No parameter has a gradient.
        """
        absent = [group.gather() for group in self.groups]
        if all([len(a) == len(g.params) for a, g in zip(absent, self.groups, strict=True)]):
            raise ValueError(f"{type(self).__name__}.step: no parameter has a gradient; call loss.backward() first")
        for group, places in zip(self.groups, absent, strict=True):
            if len(places) < len(group.params):
                group.steps += 1
                before = {(name, at.start): s[at].copy() for at in places for name, s in group.state.items()}
                new = group.fresh()
                self._in_pieces(group, new)
                for at in places:
                    new[at] = group.flat[at]
                    for name, s in group.state.items():
                        s[at] = before.get((name, at.start), 0)
                group.replace(new)
                del new

    def _in_pieces(self, group: Group, new: Any) -> None:
        p, g, decay = group.flat, group.grad, group.options.get("weight_decay", 0)
        if not group.state:
            group.state = {name: np.zeros_like(p) for name in self.slots(group.options)}
        for start in range(0, group.size, PIECE):
            at = slice(start, start + PIECE)
            state = {name: s[at] for name, s in group.state.items()}
            self.update(p[at], g[at] + decay * p[at] if decay else g[at], new[at], state, group.steps, group.options)

    def slots(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the arrays that the rule keeps from step to step; they start at zero."""
        return ()

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        """The rule: from values `p` and gradients `g` write values into `new`, and change `state`, in step t = 1, 2, …

        All are flat arrays of one length, parts of longer ones: the rule works entry by entry.
        """
        raise NotImplementedError(f"{type(self).__name__}: write an update rule")

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value}" for name, value in self.groups[0].options.items())
        return f"{type(self).__name__}({options})"


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

    def _check(self, options: Mapping[str, Any]) -> None:
        super()._check(options)
        if options["nesterov"] and not options["momentum"]:
            raise ValueError("SGD: nesterov needs a momentum above 0")

    def slots(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ("momentum",) if options["momentum"] else ()

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        if state:
            b, mu = state["momentum"], options["momentum"]
            b *= mu
            b += g
            g = g + mu * b if options["nesterov"] else b
        np.multiply(g, -options["lr"], out=new)
        new += p


class Adam(Optimizer):
    """Steps scaled by running moments of the gradient. Kingma and Ba, Adam: a method for stochastic optimization, 2015.

    ::

        m ← β₁ m + (1 - β₁) g        v ← β₂ v + (1 - β₂) g²
        p ← p - lr · m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + eps)

    Parameters
    ----------
    params : iterable of Parameters, or of groups; see `Optimizer`
    lr : float
    betas : pair of float
        β₁ and β₂, in [0, 1).
    eps, weight_decay : float

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
    ) -> None:
        super().__init__(params, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay)

    def _check(self, options: Mapping[str, Any]) -> None:
        super()._check(options)
        if len(options["betas"]) != 2 or max(options["betas"]) >= 1:
            raise ValueError(f"Adam: betas are two numbers from 0 to below 1, not {options['betas']}")

    def slots(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ("m", "v")

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        m, v, (beta1, beta2) = state["m"], state["v"], options["betas"]
        m += (1 - beta1) * (g - m)
        v += (1 - beta2) * (g * g - v)
        np.sqrt(v, out=new)
        new /= (1 - beta2**t) ** 0.5
        new += options["eps"]
        np.divide(m, new, out=new)
        new *= -options["lr"] / (1 - beta1**t)
        new += p
