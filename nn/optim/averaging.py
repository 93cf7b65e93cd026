"""Averages of weights over the steps: they often do better than the weights themselves.

::

    average = nn.EMA(model.parameters(), decay=0.99)
    …; optimizer.step(); average.update(); …
    with average:                    # the model has the averaged weights in here, and its own again after
        nn.predict(model, X)

    average = nn.SWA(model.parameters(), start=20)
    nn.fit(model, X, y, callbacks=[average], …)          # an update after every epoch from number 20 on
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np

import autograd_lite as ag
from nn.module import StateError
from nn.optim.flat import Flat, by_dtype

__all__ = ["EMA", "SWA", "Average"]


class Average:
    """The base: subclasses write `weight`. The first `update` takes the values as they are.

    Parameters
    ----------
    params : iterable of Parameters
    start : int
        As a callback of `nn.fit`, an average takes part from this epoch on.

    Attributes
    ----------
    updates : int
        How many there were.

    Raises
    ------
    TypeError, ValueError
        Something that is no variable, or nothing at all.
    """

    def __init__(self, params: Iterable[Any], *, start: int = 0) -> None:
        self.start = start
        self.groups = [Flat(part) for part in by_dtype(params, type(self).__name__)]
        if not self.groups:
            raise ValueError(f"{type(self).__name__}: there are no parameters to average")
        self.averages = [group.empty() for group in self.groups]
        self.present = [group.empty() for group in self.groups]
        self.own: list[list[Any]] = []
        self.updates = 0

    def weight(self, updates: int) -> float:
        """How much of the present values goes into the average, after `updates` earlier ones (1 or more).

        Subclasses write it.
        """
        raise NotImplementedError(f"{type(self).__name__}: write weight(updates)")

    def update(self) -> None:
        """Take the present values into the average: average ← average + weight · (values - average)."""
        if self.own:
            raise RuntimeError(f"{type(self).__name__}.update: the parameters hold the average now; leave `with` first")
        for group, average, present in zip(self.groups, self.averages, self.present, strict=True):
            target = present if self.updates else average
            group.fill(target, [p.value for p in group.params])
            if self.updates:
                present -= average
                present *= self.weight(self.updates)
                average += present
        self.updates += 1

    def __call__(self, epoch: Any) -> None:
        """As a callback of `nn.fit`: an `update` after each epoch from `start` on. Its checkpoints keep the average."""
        if epoch.number >= self.start:
            self.update()

    def copy_to(self) -> None:
        """Give the parameters the averaged values, to stay.

        Raises
        ------
        RuntimeError
            There was no update yet.
        """
        if not self.updates:
            raise RuntimeError(f"{type(self).__name__}: there is no average before the first update")
        for group, average in zip(self.groups, self.averages, strict=True):
            for p, view in zip(group.params, group.views(average), strict=True):
                p.value = view.copy(order="K")

    def __enter__(self) -> Self:
        if self.own:
            raise RuntimeError(f"{type(self).__name__}: the parameters hold the average already")
        own = [[p.value for p in group.params] for group in self.groups]
        self.copy_to()
        self.own = own
        return self

    def __exit__(self, *exception: object) -> None:
        for group, values in zip(self.groups, self.own, strict=True):
            for p, value in zip(group.params, values, strict=True):
                p.value = value
        self.own = []

    def state_dict(self) -> dict[str, Any]:
        """A copy of the averages (lists of arrays in C order, a list per dtype) and the number of `updates`."""
        pairs = zip(self.groups, self.averages, strict=True)
        return {"updates": self.updates, "averages": [group.copies(flat) for group, flat in pairs]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave, bit for bit.

        Raises
        ------
        StateError
            It is of other parameters. Then nothing was changed.
        """
        found = [[np.shape(a) for a in arrays] for arrays in state["averages"]]
        wanted = [[p.shape for p in group.params] for group in self.groups]
        if found != wanted:
            raise StateError(f"load_state_dict of {type(self).__name__}: the shapes {found} are not {wanted}")
        for group, average, arrays in zip(self.groups, self.averages, state["averages"], strict=True):
            group.fill(average, arrays)
        self.updates = int(state["updates"])


class EMA(Average):
    """The exponential moving average: ``average ← decay · average + (1 - decay) · values``.

    Polyak and Juditsky, Acceleration of stochastic approximation by averaging, 1992, with forgetting.

    Parameters
    ----------
    params : iterable of Parameters
    decay : float
        In [0, 1): about 1 / (1 - decay) updates are remembered.
    start : int
        See `Average`.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> average = EMA([x], decay=0.75)
    >>> for value in (1.0, 5.0):
    ...     x.value = value
    ...     average.update()
    >>> with average:
    ...     print(x.item())
    2.0
    >>> x.item()
    5.0
    """

    def __init__(self, params: Iterable[ag.Tensor], decay: float = 0.999, *, start: int = 0) -> None:
        if not 0 <= decay < 1:
            raise ValueError(f"EMA: decay is from 0 to below 1, not {decay!r}")
        super().__init__(params, start=start)
        self.decay = decay

    def weight(self, updates: int) -> float:
        return 1 - self.decay


class SWA(Average):
    """Stochastic weight averaging: the plain mean of the values at the updates, say one after every epoch near the end.

    ::

        average ← average + (values - average) / (n + 1)        after n updates

    Izmailov and others, Averaging weights leads to wider optima and better generalization, 2018.

    >>> import autograd_lite as ag
    >>> x = ag.Var(1.0)
    >>> average = SWA([x])
    >>> for value in (1.0, 2.0, 6.0):
    ...     x.value = value
    ...     average.update()
    >>> average.copy_to()
    >>> x.item()
    3.0
    """

    def weight(self, updates: int) -> float:
        return 1 / (updates + 1)
