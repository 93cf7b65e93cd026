"""Optimisers side by side on one function, each with the learning rate that serves it best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from nn.optim.by_name import OPTIMIZERS, optimizer
from nn.optim.line_search import LineSearch
from nn.plot.surface import Function, trajectory

__all__ = ["RATES", "Run", "race"]

RATES = tuple(float(f"{rate:.3g}") for rate in np.geomspace(1e-3, 10, 9))
"""Learning rates from 0.001 to 10, two to a factor of ten."""


@dataclass(frozen=True)
class Run:
    """How an optimiser went.

    Attributes
    ----------
    lr : float or None
        The learning rate; None if it searches along lines.
    path : array, shape (steps + 1, d)
    values : array, shape (steps + 1,)
        The function there.
    reached : int or None
        After how many gradients the function came below the target to stay there, if it did.
    """

    lr: float | None
    path: Any = field(repr=False)
    values: Any = field(repr=False)
    reached: int | None


def race(
    function: Function,
    start: Any,
    *,
    target: float,
    optimizers: Iterable[str] = tuple(OPTIMIZERS),
    rates: Sequence[float] = RATES,
    steps: int = 200,
) -> dict[str, Run]:
    """Run optimisers, by name, from the same start for as many gradients, with each learning rate, and keep the best.

    The best is the one that first reaches the target, or else ends lowest. Those that search along lines choose the
    lengths of their steps themselves and run once.

    Parameters
    ----------
    function, start, steps
        As for `trajectory`.
    target : float
        What the function is to come below.
    optimizers : iterable of str
        Names that `nn.optimizer` knows; by default all.
    rates : sequence of float

    Returns
    -------
    dict of name to Run

    Examples
    --------
    >>> import nn
    >>> runs = race(nn.surfaces.ravine, [-9.0, 1.0], target=1e-3, optimizers=["sgd", "momentum", "lbfgs"])
    >>> [run.reached for run in runs.values()]
    [None, 104, 8]
    >>> runs["momentum"]
    Run(lr=0.00316, reached=104)
    """
    found = {}
    for name in optimizers:
        rule = OPTIMIZERS.get(name.lower())
        searches = isinstance(rule, type) and issubclass(rule, LineSearch)
        runs = [_run(function, start, name, lr, steps, target) for lr in ([None] if searches else rates)]
        found[name] = min(runs, key=_standing)
    return found


def _standing(run: Run) -> tuple[float, float]:
    last = run.values[-1]
    return (np.inf if run.reached is None else run.reached, last if np.isfinite(last) else np.inf)


def _run(function: Function, start: Any, name: str, lr: float | None, steps: int, target: float) -> Run:
    values = []

    def noted(p: Any) -> Any:
        value = function(p)
        values.append(value.item())
        return value

    options = {"max_iter": steps} if lr is None else {"lr": lr}
    path = trajectory(noted, start, partial(optimizer, name, **options), steps)
    with np.errstate(all="ignore"):  # it may have diverged
        last = function(path[-1]).item()
    heights = np.array([*values[:steps], *[last] * (steps + 1 - min(len(values), steps))])
    above = np.flatnonzero(~(heights < target))  # NaN is not below
    reached = int(above[-1]) + 1 if len(above) else 0
    return Run(lr, path, heights, reached if reached <= steps else None)
