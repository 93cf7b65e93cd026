"""Schedules: the learning rate as a function of the epoch.

A schedule keeps the rate that each group began with; the current one is ``optimizer.lr``.
"""

from __future__ import annotations

from math import cos, pi

from nn.optim import Optimizer

__all__ = ["CosineAnnealingLR", "ExponentialLR", "Schedule", "StepLR"]


class Schedule:
    """The base: subclasses write `rate`. Call `step` after each epoch.

    Parameters
    ----------
    optimizer : Optimizer
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer, self.epoch = optimizer, 0
        self.initial = [group.options["lr"] for group in optimizer.groups]

    def rate(self, initial: float, epoch: int) -> float:
        """The rate in `epoch` (0, 1, …) of a group that began with `initial`."""
        raise NotImplementedError(f"{type(self).__name__}: write rate(initial, epoch)")

    def step(self) -> None:
        """Set the rate of the next epoch."""
        self.epoch += 1
        for group, initial in zip(self.optimizer.groups, self.initial, strict=True):
            group.options["lr"] = self.rate(initial, self.epoch)


class StepLR(Schedule):
    """The rate times `gamma` after every `step_size` epochs.

    >>> import autograd_lite as ag, nn
    >>> optimizer = nn.SGD([ag.Var(1.0)], lr=1.0)
    >>> schedule = StepLR(optimizer, step_size=2)
    >>> [(schedule.step(), round(optimizer.lr, 3))[1] for _ in range(4)]
    [1.0, 0.1, 0.1, 0.01]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        super().__init__(optimizer)
        self.step_size, self.gamma = step_size, gamma

    def rate(self, initial: float, epoch: int) -> float:
        return float(initial * self.gamma ** (epoch // self.step_size))


class ExponentialLR(Schedule):
    """The rate times `gamma` after every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        super().__init__(optimizer)
        self.gamma = gamma

    def rate(self, initial: float, epoch: int) -> float:
        return float(initial * self.gamma**epoch)


class CosineAnnealingLR(Schedule):
    """Half a cosine from the first rate down to `eta_min`, in `T_max` epochs; there it stays.

    Source: Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, without the restarts.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        super().__init__(optimizer)
        self.T_max, self.eta_min = T_max, eta_min

    def rate(self, initial: float, epoch: int) -> float:
        done = min(epoch / self.T_max, 1.0)
        return self.eta_min + (initial - self.eta_min) * (1 + cos(pi * done)) / 2
