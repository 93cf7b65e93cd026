"""Flat arrays: where the parameters of a group lie side by side, for rules without a loop over parameters.

A step writes the new values into *another* flat array and points the parameters at it, so rows recorded before keep
the values they saw. Two arrays are enough, taken in turns: the older one is used again when nobody looks at it any
more, and left to whoever does otherwise.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import accumulate, count, pairwise
from typing import Any

import numpy as np

import autograd_lite as ag

__all__ = ["Arrays", "Flat", "Group", "by_dtype"]

Arrays = dict[str, Any]

LARGE = 1 << 12
"""Entries from which a parameter's gradient is worth a turn of its own: below, copying it costs less."""

PAGE, LINE = 4096, 64
"""Bytes of a page of memory and of a line of the cache."""

_turns = count()


def aligned(size: int, dtype: Any) -> Any:
    """A new flat array, as a view of its memory (`base`), which nobody else has.

    It begins with a cache line, and at another quarter of a page than the three before: a processor takes a load for
    one that must wait for a store when their places in a page are the same, which costs a rule a fifth of its time.
    """
    memory = np.empty(size + 2 * PAGE // dtype.itemsize, dtype)
    start = (next(_turns) % 4 * (PAGE // 4) - memory.ctypes.data) % PAGE // dtype.itemsize
    return memory[start : start + size]


def by_dtype(params: Iterable[Any], asker: str) -> list[list[ag.Tensor]]:
    """The parameters, those of one dtype together.

    Raises
    ------
    TypeError
        Something that is no variable.
    """
    if not isinstance(params, Iterable):
        raise TypeError(f"{asker}: pass model.parameters(), not {type(params).__name__}")
    found: dict[Any, list[ag.Tensor]] = {}
    for p in params:
        if not isinstance(p, ag.Tensor) or not p.is_leaf:
            raise TypeError(f"{asker}: pass model.parameters(), not {type(p).__name__}")
        found.setdefault(p.dtype, []).append(p)
    return list(found.values())


class Flat:
    """The places of parameters of one dtype in a flat array. Each keeps its order in memory (C or Fortran) there."""

    def __init__(self, params: list[ag.Tensor]) -> None:
        self.params = params
        self.shapes, self.sizes = [p.shape for p in params], [p.size for p in params]
        bounds = [0, *accumulate(self.sizes)]
        self.places = [slice(a, b) for a, b in pairwise(bounds)]
        self.orders = ["F" if p.ndim > 1 and p.value.flags.fnc else "C" for p in params]
        self.size, self.dtype = bounds[-1], params[0].dtype

    def empty(self) -> Any:
        """A new flat array."""
        return aligned(self.size, self.dtype)

    def views(self, flat: Any) -> list[Any]:
        """The parts of a flat array, in the shapes of the parameters."""
        return [
            flat[place].reshape(shape, order=order)
            for place, shape, order in zip(self.places, self.shapes, self.orders, strict=True)
        ]

    def copies(self, flat: Any) -> list[Any]:
        """The parts as arrays of their own, in C order: what a file keeps, whatever the order in memory."""
        return [np.array(view, order="C") for view in self.views(flat)]

    def fill(self, flat: Any, arrays: Iterable[Any]) -> Any:
        """Write an array for each parameter into a flat one, and return it."""
        for view, array in zip(self.views(flat), arrays, strict=True):
            view[...] = array
        return flat


class Group(Flat):
    """Parameters that are updated together, and what the optimiser keeps for them.

    `options` are the rule's (`lr`, …), `state` its flat arrays by name, `numbers` its numbers by name, `steps` how
    many it made. `initial_lr` is the rate that schedules start from, once there is one.
    """

    def __init__(self, params: list[ag.Tensor], options: dict[str, Any]) -> None:
        super().__init__(params)
        self.options = options
        self.flat, self.spare = self.empty(), self.empty()
        self.own, self.parts = self.views(self.flat), self.views(self.spare)
        self.held: list[Any] = [None] * len(params)  # the values of which `flat` holds the truth
        self.grad = self.empty()
        self.grads = self.views(self.grad)
        self.collected: list[Any] = [None] * len(params)  # gradients that `grad` holds the truth of
        self.state: Arrays = {}
        self.numbers: dict[str, float] = {}
        self.steps = 0
        self.initial_lr: float | None = None

    def gather(self) -> tuple[list[tuple[int, Any]], list[slice]]:
        """The gradients as flat arrays, with where each begins; and the places of parameters without one.

        Those of large parameters are taken where they are, those of small ones copied side by side. Values that
        somebody else assigned are brought into the flat array.
        """
        stretches, absent, done = [], [], 0
        for i, (p, view, size) in enumerate(zip(self.params, self.grads, self.sizes, strict=True)):
            g = p.grad
            if g is None:
                absent.append(self.places[i])
                view[...] = 0
                continue
            if g is self.collected[i]:
                continue
            g = g.value if isinstance(g, ag.Tensor) else g
            if size < LARGE or g.dtype != self.dtype:
                view[...] = g
                continue
            place, order = self.places[i], self.orders[i]
            if done < place.start:
                stretches.append((done, self.grad[done : place.start]))
            stretches.append((place.start, g.ravel(order)))  # a copy only if its order is another
            done = place.stop
        if done < self.size:
            stretches.append((done, self.grad[done:]))
        self.gather_values()
        return stretches, absent

    def collect(self) -> Any:
        """All gradients side by side in one array, of which they become parts; zeros where there is none."""
        for p, view, before in zip(self.params, self.grads, self.collected, strict=True):
            g = 0 if p.grad is None else p.grad
            if g is not before:
                view[...] = g.value if isinstance(g, ag.Tensor) else g
                p.grad = ag.asarray(view)
        self.collected = [p.grad for p in self.params]
        return self.grad

    def gather_values(self) -> None:
        """Bring values that somebody else assigned into the flat array."""
        for p, value in zip(self.params, self.held, strict=True):
            if p.value is not value:
                self.refill()
                return

    def refill(self) -> None:
        """Copy the parameters' values into a new flat array: the old one is perhaps looked at."""
        self.flat = self.fill(self.empty(), [p.value for p in self.params])
        self.own = self.views(self.flat)

    def fresh(self) -> Any:
        """A flat array that nobody looks at: the one before last, or a new one if somebody still does."""
        parts = self.parts
        looked_at = sys.getrefcount(self.spare.base) > 2 + len(parts)  # the spare's own, the parts', and the call's
        if looked_at or any([sys.getrefcount(part) > 3 for part in parts]):  # the list's, the loop's, and the call's
            self.spare = self.empty()
            self.parts = self.views(self.spare)
        return self.spare

    def replace(self, new: Any) -> None:
        """Point the parameters at `new`; what they had becomes the spare."""
        if new is not self.spare:
            raise ValueError("replace: only what `fresh` gave can take the place of the values")
        self.spare, self.flat, self.parts, self.own = self.flat, new, self.own, self.parts
        for p, view in zip(self.params, self.own, strict=True):
            p.value = view
        self.held = [p.value for p in self.params]  # the views themselves, and of those without axes a number each
