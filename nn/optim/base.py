"""Optimisers: how a step is made of gradients. The base of all.

The parameters of a group lie in one flat array, and an optimiser is a rule on flat arrays: no loop over parameters in
the arithmetic, however many there are (`flat`). A family of rules is a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.module import StateError
from nn.optim.flat import Arrays, Clock, Group, by_dtype

__all__ = ["Optimizer"]


PIECE = 1 << 18
"""How many entries a rule works on at once: few enough that what one pass over them wrote is still in the processor's
cache for the next, and so many that Python's own part does not show."""

FRACTIONS = ("alpha", "betas", "rho")
"""Options that are weights of running averages: below 1."""

PAIRS = ("betas", "etas", "step_sizes")
"""Options that are two numbers."""


class Optimizer:
    """The base of the optimisers: subclasses write `update`.

    Parameters
    ----------
    params : iterable of Parameters, or of groups
        ``model.parameters()``, or a list of dicts ``{"params": …, "lr": …}`` whose options override the others.
    **options
        The options of the rule, among them `lr`, and `weight_decay` λ: λ times the value is added to the gradient.

    Raises
    ------
    TypeError, ValueError
        Something that is no variable, no parameters at all, the same twice, an unknown option or one out of range.
    """

    decoupled = False
    """Whether weight decay shrinks the values, by the factor 1 - lr λ, instead of adding to the gradient.
    An option `decoupled_weight_decay` says so too, in the rules that have it."""

    def __init__(self, params: Iterable[Any], **options: Any) -> None:
        asker = type(self).__name__
        self.groups: list[Group] = []
        if not isinstance(params, Iterable):
            raise TypeError(f"{asker}: pass model.parameters(), not {type(params).__name__}")
        given = list(params)
        sets = given if given and isinstance(given[0], Mapping) else [{"params": given}]
        for chosen in sets:
            if not isinstance(chosen, Mapping) or "params" not in chosen:
                raise TypeError(f"{asker}: a group is a dict with 'params', not {chosen!r}")
            own = {key: value for key, value in chosen.items() if key != "params"}
            if unknown := [key for key in own if key not in options]:
                raise TypeError(f"{asker}: no option is called {unknown[0]!r}; there is {', '.join(options)}")
            own = self._checked({**options, **own})
            members = [chosen["params"]] if isinstance(chosen["params"], ag.Tensor) else chosen["params"]
            self.groups += [Group(part, dict(own)) for part in by_dtype(members, asker)]
        everything = [id(p) for p in self.parameters()]
        if not everything:
            raise ValueError(f"{asker}: there are no parameters to optimise")
        if len(set(everything)) < len(everything):
            raise ValueError(f"{asker}: the same parameter was given twice")

    def _checked(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options, pairs as tuples; an error for one out of range. Subclasses may ask for more."""
        done = {}
        for name, value in options.items():
            numbers = tuple(value) if isinstance(value, (tuple, list)) else (value,)
            if len(numbers) != 1 + (name in PAIRS):
                raise ValueError(f"{type(self).__name__}: {name} is {1 + (name in PAIRS)} numbers, not {value!r}")
            for number in numbers:
                if not isinstance(number, (int, float, np.number)) or not 0 <= number < np.inf:
                    raise ValueError(f"{type(self).__name__}: {name} is a finite number of at least 0, not {value!r}")
                if name in FRACTIONS and number >= 1:
                    raise ValueError(f"{type(self).__name__}: {name} is from 0 to below 1, not {value!r}")
            done[name] = numbers if name in PAIRS else value
        return done

    def parameters(self) -> list[ag.Tensor]:
        """Everything that is optimised."""
        return [p for group in self.groups for p in group.params]

    @property
    def lr(self) -> float:
        """The learning rate (of the first group); assigning sets it in all groups."""
        return float(self.groups[0].options["lr"])

    @lr.setter
    def lr(self, value: float) -> None:
        self._checked({"lr": value})
        for group in self.groups:
            group.options["lr"], group.initial_lr = value, None

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self.groups:
            for p in group.params:
                if p.grad is not None:
                    p.grad = None

    def gradients(self) -> list[Any]:
        """The gradients of each group side by side in one flat array, of which they become parts.

        What is written to these arrays the next `step` uses. This is where training on several machines meets: each
        calls ``backward`` on rows of its own, averages these few arrays with the others', and steps. A parameter
        without a gradient has zeros from then on. There is one group for each dtype among the parameters of a group.

        Returns
        -------
        list of array, shape (entries of the group,)
            They last until the next ``backward`` and `gradients`.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> import nn
        >>> x, y = ag.Var([1.0, 2.0]), ag.Var(3.0)
        >>> optimizer = nn.SGD([x, y], lr=0.5)
        >>> (ag.sum(x) * y).backward()
        >>> (gradient,) = optimizer.gradients()
        >>> gradient
        array([3., 3., 3.])
        >>> gradient *= 2
        >>> optimizer.step()
        >>> x, y
        (Tensor([-2., -1.], requires_grad=True), Tensor(0.0, requires_grad=True))
        """
        return [group.collect() for group in self.groups]

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the parameters, by their gradients. One without a gradient stays as it is, and so does its state.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss and returns it; it need not call `zero_grad` and `backward`, and may.

        Returns
        -------
        What `closure` returned: the loss before the step.

        Raises
        ------
        ValueError
            No parameter has a gradient.
        """
        loss = None if closure is None else self._evaluated(closure)
        ready = []
        for group in self.groups:
            for p in group.params:
                if p.grad is not None:  # the first, mostly
                    ready.append(group)
                    break
        if not ready:
            raise ValueError(f"{type(self).__name__}.step: no parameter has a gradient; call loss.backward() first")
        for group in ready[1:]:
            group.gather()  # an error for a gradient that does not fit, before any group has moved
        for group in ready:
            self._move(group)
        return loss

    def _evaluated(self, closure: Callable[[], Any]) -> Any:
        """The loss, and its gradient in the parameters."""
        self.zero_grad()
        loss = closure()
        if not isinstance(loss, ag.Tensor) or loss.size != 1:
            raise TypeError(f"{type(self).__name__}.step: the closure returns the loss, one number, not {loss!r}")
        if all([p.grad is None for p in self.parameters()]):
            loss.backward()
        return loss

    def _begin(self, group: Group, complete: bool) -> list[Clock]:
        """Count a step, and bring the arrays that the rule keeps to where they start, for parameters that make their
        first one. The clocks of those that move, which are all if the step is `complete`.
        """
        moved = group.tick(complete)
        late = len(moved) > 1 or moved[0].steps == 1  # some may begin while others are on their way
        for name, start in self.slots(group.options).items():
            if name not in group.state:
                group.state[name] = group.empty()
                group.state[name].fill(start)
            elif late:
                for p, clock, at in zip(group.params, group.clocks, group.places, strict=True):
                    if p.grad is not None and clock.steps == 1:
                        group.state[name][at] = start
        return moved

    def _move(self, group: Group) -> None:
        """Apply the rule piece by piece, where there is a gradient."""
        stretches, absent = group.gather()
        clocks = self._begin(group, not absent)
        p, decay = group.flat, group.options.get("weight_decay", 0)
        decoupled = self.decoupled or group.options.get("decoupled_weight_decay", False)
        constants = {id(clock): self.constants(group.options, clock.steps, clock.numbers) for clock in clocks}
        new = group.fresh()
        for start, gradient, of in stretches:
            clock = group.clocks[of]
            options = constants[id(clock)]
            for first in range(0, gradient.size, PIECE):
                g = gradient[first : first + PIECE]
                values, state, out = p, group.state, new
                if g.size < group.size:
                    at = slice(start + first, start + first + g.size)
                    values, state, out = p[at], {name: s[at] for name, s in state.items()}, new[at]
                if decay and decoupled:
                    values = values * (1 - group.options["lr"] * decay)
                elif decay:
                    g = g + decay * values
                self.update(values, g, out, state, clock.steps, options)
        for at in absent:
            new[at] = p[at]
        group.replace(new)
        group.join()

    def slots(self, options: Mapping[str, Any]) -> dict[str, float]:
        """The arrays that the rule keeps from step to step: their names, and the value in all entries at first."""
        return {}

    def constants(self, options: Mapping[str, Any], t: int, numbers: dict[str, float]) -> Mapping[str, Any]:
        """What `update` gets as `options` in step `t`: the group's, and more if needed. `numbers` last from one step to
        the next. Parameters that had no gradient in some steps are behind the others, and asked for by themselves.
        """
        return options

    def update(self, p: Any, g: Any, new: Any, state: Arrays, t: int, options: Mapping[str, Any]) -> None:
        """The rule: from values `p` and gradients `g` write values into `new`, and change `state`, in step t = 1, 2, …

        All are flat arrays of one length, parts of longer ones: the rule works entry by entry. `p` and `g` are not
        to be changed. Subclasses write it.
        """
        raise NotImplementedError(f"{type(self).__name__}: write an update rule")

    def state_dict(self) -> dict[str, Any]:
        """A copy of everything that the next steps depend on besides the parameters: what `load_state_dict` takes.

        A dict of the `rule`'s name and the `groups`; of each the `options`, and in lists, one entry a parameter, the
        number of `steps` (those in which it had a gradient), the rule's `numbers`, and under each name of the `state`
        the arrays, in C order. All but the arrays is JSON.
        """
        groups = [
            {
                "options": dict(group.options),
                "steps": [clock.steps for clock in group.clocks],
                "numbers": [dict(clock.numbers) for clock in group.clocks],
                "state": {name: group.copies(flat) for name, flat in group.state.items()},
            }
            for group in self.groups
        ]
        return {"rule": type(self).__name__, "groups": groups}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the optimiser that `state` was taken from stopped, bit for bit if the parameters are the same.

        Raises
        ------
        StateError
            Of another rule, or for other parameters. Then nothing was changed.
        """
        rule, saved = type(self).__name__, state["groups"]
        if state["rule"] != rule or len(saved) != len(self.groups):
            raise StateError(
                f"load_state_dict: the state of {state['rule']} with {len(saved)} groups (one a dtype) does not fit "
                f"{rule} with {len(self.groups)}"
            )
        checked = []
        for i, (group, held) in enumerate(zip(self.groups, saved, strict=True)):
            if set(held["options"]) != set(group.options):
                raise StateError(
                    f"load_state_dict of {rule}: the options of group {i} are not {', '.join(group.options)}"
                )
            checked.append(self._checked(held["options"]))
            if [np.shape(held[name]) for name in ("steps", "numbers")] != 2 * [(len(group.params),)]:
                raise StateError(f"load_state_dict of {rule}: steps and numbers of group {i} are not one a parameter")
            for name, arrays in held["state"].items():
                shapes = [np.shape(a) for a in arrays]
                if shapes != [p.shape for p in group.params]:
                    raise StateError(
                        f"load_state_dict of {rule}: {name!r} of group {i} has the shapes {shapes} and not those of "
                        f"the parameters"
                    )
        for group, held, options in zip(self.groups, saved, checked, strict=True):
            group.options.update(options)
            pairs = zip(held["steps"], held["numbers"], strict=True)
            group.clocks, group.together = [Clock(int(steps), dict(numbers)) for steps, numbers in pairs], False
            group.join()
            group.state = {name: group.fill(group.empty(), arrays) for name, arrays in held["state"].items()}

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value}" for name, value in self.groups[0].options.items())
        return f"{type(self).__name__}({options})"
