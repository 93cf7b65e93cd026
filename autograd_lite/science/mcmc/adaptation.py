"""What the warm-up learns: the step size, by dual averaging, and the variances, in windows that double.

Hoffman and Gelman, *The No-U-Turn Sampler*, JMLR 15, 2014, sections 3.1 and 3.2; the windows are those of Stan's
reference manual, *HMC algorithm parameters*. All chains share what is learnt.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import numpy as np

__all__ = ["DualAveraging", "Windows", "regularised"]

Array = np.ndarray[Any, Any]


class DualAveraging:
    """Moves the logarithm of the step size until the mean acceptance is `target`.

    `current` explores; `final`, an average of it that forgets the beginning, is what to sample with.
    """

    SHRINKAGE, OFFSET, FORGETTING = 0.05, 10, 0.75  # γ, t₀ and κ of the paper

    def __init__(self, step_size: float, target: float) -> None:
        self.target = target
        self.restart(step_size)

    def restart(self, step_size: float) -> None:
        """Begin anew around `step_size`, whose tenfold the search leans to."""
        self.current = self.final = step_size
        self._centre, self._log_final, self._error, self._count = log(10 * step_size), 0.0, 0.0, 0

    def update(self, acceptance: float) -> None:
        """Learn from the mean acceptance probability that `current` gave."""
        self._count += 1
        t = self._count
        weight = 1 / (t + self.OFFSET)
        self._error = (1 - weight) * self._error + weight * (self.target - acceptance)
        log_current = self._centre - sqrt(t) / self.SHRINKAGE * self._error
        forgets = t**-self.FORGETTING
        self._log_final = forgets * log_current + (1 - forgets) * self._log_final
        self.current, self.final = exp(log_current), exp(self._log_final)


class Windows:
    """When variances are learnt: from `first` on, in windows, each twice as long as the one before.

    The iterations before `first` find the bulk of the posterior, those after the last window the step size. `ends` are
    the iterations after which a window's draws become the variances. Too short a warm-up has no windows.
    """

    def __init__(self, warmup: int, first: int = 75, last: int = 50, window: int = 25) -> None:
        if first + window + last > warmup:
            first, last = int(0.15 * warmup), int(0.1 * warmup)
            window = warmup - first - last
        self.first, self.ends = first, list[int]()
        start, close = first, warmup - last
        while window >= 20 and start < close:  # fewer draws tell too little of a variance
            end = start + window
            end = close if end + 2 * window > close else end  # the rest is too short for a window of its own
            self.ends.append(end)
            start, window = end, 2 * window


def regularised(draws: Array) -> Array:
    """The variances of `draws`, shape (number, n), drawn a little to 1e-3 as Stan does, so that none is zero."""
    n = len(draws)
    shrunk: Array = (n * draws.var(axis=0, ddof=1) + 5e-3) / (n + 5)
    return shrunk
