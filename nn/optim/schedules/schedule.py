"""Schedules: the learning rate as a function of the epoch (or of the step: of whatever is counted by `step`).

A schedule keeps the rate that each group began with and sets the one of epoch 0 when it is made. The current rate is
``schedule.lr``, which is ``optimizer.lr``. Names and meanings are those of torch.optim.lr_scheduler.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from math import cos, inf, pi, prod
from typing import Any

from nn.module import StateError
from nn.optim.base import Optimizer
from nn.support import nearest

__all__ = [
    "ChainedScheduler",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "ExponentialLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "PolynomialLR",
    "Schedule",
    "SequentialLR",
    "StepLR",
]


def _positive(asker: str, **numbers: Any) -> None:
    """An error unless all are finite and above 0."""
    for name, number in numbers.items():
        if not isinstance(number, (int, float)) or not 0 < number < inf:
            raise ValueError(f"{asker}: {name} is a finite number above 0, not {number!r}")


def _half_cosine(start: float, end: float, done: float) -> float:
    """From `start` to `end` along half a cosine, as `done` goes from 0 to 1."""
    return end + (start - end) * (1 + cos(pi * done)) / 2


class Schedule:
    """The base: subclasses write `rate`. Call `step` after each epoch.

    Parameters
    ----------
    optimizer : Optimizer
        A second schedule for it starts from the same rates as the first; after ``optimizer.lr = …`` from that one.

    Raises
    ------
    TypeError
        No optimiser, or one without a rate (a line search).
    """

    def __init__(self, optimizer: Any) -> None:
        if not isinstance(optimizer, Optimizer) or "lr" not in optimizer.groups[0].options:
            raise TypeError(f"{type(self).__name__}: an optimizer with a learning rate, not {optimizer!r}")
        self.optimizer, self.epoch = optimizer, 0
        for group in optimizer.groups:
            if group.initial_lr is None:
                group.initial_lr = group.options["lr"]
        self.initial = [float(group.initial_lr or 0.0) for group in optimizer.groups]
        self.set(self.rates())

    def rate(self, initial: float, epoch: int) -> float:
        """The rate in `epoch` (0, 1, …) of a group that began with `initial`. Subclasses write it."""
        raise NotImplementedError(f"{type(self).__name__}: write rate(initial, epoch)")

    def rates(self) -> list[float]:
        """The rates of the present epoch, one a group."""
        return [float(self.rate(initial, self.epoch)) for initial in self.initial]

    def set(self, rates: list[float]) -> None:
        """Give the optimiser its rates."""
        for group, rate in zip(self.optimizer.groups, rates, strict=True):
            group.options["lr"] = rate

    @property
    def last(self) -> list[float]:
        """The current rates, one a group."""
        return [float(group.options["lr"]) for group in self.optimizer.groups]

    @property
    def lr(self) -> float:
        """The current rate (of the first group)."""
        return self.last[0]

    def step(self, metric: float | None = None) -> None:
        """Set the rate of the next epoch. A metric is looked at by `ReduceLROnPlateau` only."""
        self.epoch += 1
        self.set(self.rates())

    def state_dict(self) -> dict[str, Any]:
        """What changes from epoch to epoch, as JSON can hold it: what `load_state_dict` takes."""
        return {"rule": type(self).__name__, "epoch": self.epoch, "initial": list(self.initial), "last": self.last}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on in the epoch that `state` was taken in, in a schedule made with the same arguments.

        Raises
        ------
        StateError
            It is of another schedule, or of an optimiser with another number of groups.
        """
        name = type(self).__name__
        if state["rule"] != name or len(state["initial"]) != len(self.initial):
            raise StateError(
                f"load_state_dict: the state of {state['rule']} with {len(state['initial'])} groups does not fit "
                f"{name} with {len(self.initial)}"
            )
        self.epoch, self.initial = int(state["epoch"]), list(state["initial"])
        for group, initial in zip(self.optimizer.groups, self.initial, strict=True):
            group.initial_lr = initial
        self.set(list(state["last"]))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(epoch={self.epoch}, lr={self.lr:g})"


class LambdaLR(Schedule):
    """The first rate times ``factor(epoch)``.

    >>> import autograd_lite as ag, nn
    >>> LambdaLR(nn.SGD([ag.Var(1.0)], lr=1.0), lambda epoch: 1 / (epoch + 2))
    LambdaLR(epoch=0, lr=0.5)
    """

    def __init__(self, optimizer: Optimizer, factor: Callable[[int], float]) -> None:
        self.factor = factor
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        return initial * self.factor(epoch)


class StepLR(Schedule):
    """The rate times `gamma` after every `step_size` epochs.

    >>> import autograd_lite as ag, nn
    >>> optimizer = nn.SGD([ag.Var(1.0)], lr=1.0)
    >>> schedule = StepLR(optimizer, step_size=2)
    >>> [(schedule.step(), round(optimizer.lr, 3))[1] for _ in range(4)]
    [1.0, 0.1, 0.1, 0.01]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        _positive("StepLR", step_size=step_size, gamma=gamma)
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        return float(initial * self.gamma ** (epoch // self.step_size))


class MultiStepLR(Schedule):
    """The rate times `gamma` in each of the epochs `milestones`."""

    def __init__(self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1) -> None:
        _positive("MultiStepLR", gamma=gamma)
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        return float(initial * self.gamma ** bisect_right(self.milestones, epoch))


class ExponentialLR(Schedule):
    """The rate times `gamma` after every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        _positive("ExponentialLR", gamma=gamma)
        self.gamma = gamma
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        return float(initial * self.gamma**epoch)


class LinearLR(Schedule):
    """A warm-up: from `start_factor` to `end_factor` times the first rate, in `total_iters` equal steps, and on.

    Goyal and others, Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017, section 2.2.
    """

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        _positive("LinearLR", start_factor=start_factor, total_iters=total_iters)
        if not 0 <= end_factor < inf:
            raise ValueError(f"LinearLR: end_factor is a finite number of at least 0, not {end_factor!r}")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        done = min(epoch / self.total_iters, 1.0)
        return initial * (self.start_factor + (self.end_factor - self.start_factor) * done)


class PolynomialLR(Schedule):
    """The first rate times ``(1 - epoch / total_iters)**power``, and 0 from there on."""

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0) -> None:
        _positive("PolynomialLR", total_iters=total_iters, power=power)
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        return float(initial * (1 - min(epoch / self.total_iters, 1.0)) ** self.power)


class CosineAnnealingLR(Schedule):
    """Half a cosine from the first rate down to `eta_min`, in `T_max` epochs; there it stays.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, without the restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        _positive("CosineAnnealingLR", T_max=T_max)
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        return _half_cosine(initial, self.eta_min, min(epoch / self.T_max, 1.0))


class CosineAnnealingWarmRestarts(Schedule):
    """Half cosines from the first rate down to `eta_min`, of `T_0`, T_0 T_mult, T_0 T_mult², … epochs.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017.
    """

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> None:
        _positive("CosineAnnealingWarmRestarts", T_0=T_0)
        if T_mult < 1:
            raise ValueError(f"CosineAnnealingWarmRestarts: T_mult is at least 1, not {T_mult!r}")
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        length = self.T_0
        if self.T_mult == 1:
            epoch %= length
        while epoch >= length:
            epoch -= length
            length *= self.T_mult
        return _half_cosine(initial, self.eta_min, epoch / length)


class OneCycleLR(Schedule):
    """Up from ``max_lr / div_factor`` to `max_lr`, then down to that first rate over `final_div_factor`.

    Smith and Topin, Super-convergence: very fast training of neural networks using large learning rates, 2018. Usually
    stepped after every mini-batch. Only the rate cycles; the rates that the groups had do not matter.

    Parameters
    ----------
    optimizer : Optimizer
    max_lr : float
    total_steps : int
        Steps of the whole cycle; the last rate stays.
    pct_start : float
        The fraction of the steps that go up.
    anneal_strategy : {"cos", "linear"}
    div_factor, final_div_factor : float
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float,
        total_steps: int,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        _positive("OneCycleLR", max_lr=max_lr, div_factor=div_factor, final_div_factor=final_div_factor)
        shapes: dict[str, Callable[[float, float, float], float]] = {
            "cos": _half_cosine,
            "linear": lambda start, end, done: start + (end - start) * done,
        }
        if anneal_strategy not in shapes:
            raise ValueError(f"OneCycleLR: no anneal_strategy is {anneal_strategy!r}{nearest(anneal_strategy, shapes)}")
        top = pct_start * total_steps - 1
        if not 0 < top < total_steps - 1:
            raise ValueError(
                f"OneCycleLR: of total_steps={total_steps!r} the fraction pct_start={pct_start!r} goes up: more than "
                f"one step, and not all of them"
            )
        self.max_lr, self.total_steps, self.top, self.shape = max_lr, total_steps, top, shapes[anneal_strategy]
        self.first, self.final = max_lr / div_factor, max_lr / div_factor / final_div_factor
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        end = self.total_steps - 1
        if epoch <= self.top:
            return self.shape(self.first, self.max_lr, epoch / self.top)
        return self.shape(self.max_lr, self.final, (min(epoch, end) - self.top) / (end - self.top))


class SequentialLR(Schedule):
    """One schedule after another: the next begins, in its epoch 0, at each of the `milestones`.

    >>> import autograd_lite as ag, nn
    >>> optimizer = nn.SGD([ag.Var(1.0)], lr=1.0)
    >>> warm_up, decay = nn.LinearLR(optimizer, 0.25, total_iters=3), nn.ExponentialLR(optimizer, 0.5)
    >>> schedule = SequentialLR(optimizer, [warm_up, decay], milestones=[3])
    >>> [schedule.lr] + [(schedule.step(), schedule.lr)[1] for _ in range(5)]
    [0.25, 0.5, 0.75, 1.0, 0.5, 0.25]
    """

    def __init__(self, optimizer: Optimizer, schedules: Iterable[Schedule], milestones: Iterable[int]) -> None:
        self.schedules, self.milestones = _parts(schedules, optimizer, "SequentialLR"), list(milestones)
        if len(self.milestones) != len(self.schedules) - 1 or self.milestones != sorted(set(self.milestones)):
            raise ValueError(
                f"SequentialLR: {len(self.schedules)} schedules are joined at {len(self.schedules) - 1} growing "
                f"milestones, not at {self.milestones}"
            )
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        k = bisect_right(self.milestones, epoch)
        return self.schedules[k].rate(initial, epoch - ([0, *self.milestones][k]))


class ChainedScheduler(Schedule):
    """Several schedules at once: the first rate times what each of them makes of it, as a factor."""

    def __init__(self, optimizer: Optimizer, schedules: Iterable[Schedule]) -> None:
        self.schedules = _parts(schedules, optimizer, "ChainedScheduler")
        super().__init__(optimizer)

    def rate(self, initial: float, epoch: int) -> float:
        return initial * prod(part.rate(initial, epoch) / initial for part in self.schedules) if initial else 0.0


def _parts(schedules: Iterable[Schedule], optimizer: Optimizer, asker: str) -> list[Schedule]:
    parts: list[Any] = list(schedules)
    for part in parts:
        if not isinstance(part, Schedule) or type(part).rate is Schedule.rate:
            raise TypeError(f"{asker}: schedules that are functions of the epoch, not {part!r}")
        if part.optimizer is not optimizer:
            raise ValueError(f"{asker}: {part!r} is of another optimizer")
    if not parts:
        raise ValueError(f"{asker}: there are no schedules")
    return parts
