"""The schedule that looks at how training goes."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite, isnan
from typing import Any

from nn.optim.base import Optimizer
from nn.optim.schedules.schedule import Schedule
from nn.support import nearest

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(Schedule):
    """The rate times `factor` when a metric did not get better for more than `patience` epochs.

    Parameters
    ----------
    optimizer : Optimizer
    mode : {"min", "max"}
        Whether lower or higher is better.
    factor : float
        Below 1.
    patience : int
    threshold : float
        Better is by more than this: a fraction of the size of the best (in torch, of the best itself, so that a metric
        below 0 that stands still counts as better), or with ``threshold_mode="abs"`` a difference.
    threshold_mode : {"rel", "abs"}
    cooldown : int
        Epochs after a reduction that do not count.
    min_lr : float
    eps : float
        A reduction by less is not made.

    Examples
    --------
    >>> import autograd_lite as ag, nn
    >>> schedule = ReduceLROnPlateau(nn.SGD([ag.Var(1.0)], lr=1.0), factor=0.5, patience=1)
    >>> [(schedule.step(loss), schedule.lr)[1] for loss in (3.0, 2.0, 2.0, 2.0, 1.0)]
    [1.0, 1.0, 1.0, 0.5, 0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        for given, known, what in ((mode, ("min", "max"), "mode"), (threshold_mode, ("rel", "abs"), "threshold_mode")):
            if given not in known:
                raise ValueError(f"ReduceLROnPlateau: no {what} is called {given!r}{nearest(str(given), known)}")
        if not 0 < factor < 1:
            raise ValueError(f"ReduceLROnPlateau: factor is between 0 and 1, not {factor!r}")
        self.mode, self.factor, self.patience, self.threshold = mode, factor, patience, threshold
        self.threshold_mode, self.cooldown, self.min_lr, self.eps = threshold_mode, cooldown, min_lr, eps
        self.best = inf if mode == "min" else -inf
        self.bad_epochs = self.cooling = 0
        super().__init__(optimizer)

    def rates(self) -> list[float]:
        return self.last

    def step(self, metric: float | None = None) -> None:
        """Look at the metric of the epoch, and reduce the rate if it is time.

        Raises
        ------
        TypeError, ValueError
            No metric, or NaN.
        """
        if metric is None:
            raise TypeError("ReduceLROnPlateau.step: pass the metric, for example the validation loss")
        metric = float(metric)
        if isnan(metric):
            raise ValueError("ReduceLROnPlateau.step: the metric is NaN")
        self.epoch += 1
        if self._better(metric):
            self.best, self.bad_epochs = metric, 0
        else:
            self.bad_epochs += 1
        if self.cooling:
            self.cooling -= 1
            self.bad_epochs = 0
        if self.bad_epochs > self.patience:
            lower = [max(rate * self.factor, self.min_lr) for rate in self.last]
            self.set([new if old - new > self.eps else old for old, new in zip(self.last, lower, strict=True)])
            self.cooling, self.bad_epochs = self.cooldown, 0

    def _better(self, metric: float) -> bool:
        sign = 1 if self.mode == "min" else -1
        unit = abs(self.best) if self.threshold_mode == "rel" and isfinite(self.best) else 1.0
        return sign * metric < sign * self.best - self.threshold * unit

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "best": self.best, "bad_epochs": self.bad_epochs, "cooling": self.cooling}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        super().load_state_dict(state)
        self.best, self.bad_epochs, self.cooling = state["best"], state["bad_epochs"], state["cooling"]
