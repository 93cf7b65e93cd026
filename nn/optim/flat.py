"""Flat arrays: where the parameters of a group lie side by side, for rules without a loop over parameters.

A step writes the new values into *another* flat array and points the parameters at it, so rows recorded before keep
the values they saw. Two rooms for them are enough, taken in turns: the older one is used again when nobody looks at it
any more, and left to whoever does otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate, count, pairwise
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.support import raw

__all__ = ["Arrays", "Clock", "Flat", "Group", "by_dtype"]

Arrays = dict[str, Any]

LARGE = 1 << 12
"""Entries from which a parameter's gradient is worth a turn of its own: below, copying it costs less."""

PAGE = 4096
"""Bytes of a page of memory."""

_turns = count()


def aligned(size: int, dtype: Any) -> Any:
    """A new flat array, as a view of its memory (`base`), which nobody else has.

    It begins with a cache line, and at another quarter of a page than the three before: a processor takes a load for
    one that must wait for a store when their places in a page are the same, which costs a rule a fifth of its time.
    """
    memory = np.empty(size + 2 * PAGE // dtype.itemsize, dtype)
    start = _start(memory) // dtype.itemsize
    return memory[start : start + size]


def _start(memory: Any) -> int:
    """The byte of `memory` that the next flat array begins with."""
    begin: int = (next(_turns) % 4 * (PAGE // 4) - memory.ctypes.data) % PAGE
    return begin


class Room:
    """Memory for a flat array, to be used again: a bytearray, which refuses to change its length while any array looks
    at it. So whether one does is known for certain, whatever holds it and however Python counts references.
    """

    def __init__(self, flat: Flat) -> None:
        self.size, self.dtype = flat.size, flat.dtype
        self.memory = bytearray(flat.size * flat.dtype.itemsize + PAGE + 1)
        self.memory.pop()  # room for the one byte more that `free` asks for
        self.start = _start(np.frombuffer(self.memory, np.uint8))

    def free(self) -> bool:
        """Whether no array looks at the memory."""
        try:
            self.memory.append(0)
        except BufferError:
            return False
        self.memory.pop()
        return True

    def array(self) -> Any:
        """A flat array here, with the entries that it had; it begins as `aligned` says."""
        return np.frombuffer(self.memory, self.dtype, self.size, self.start)


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
        self.layout = list(zip(self.places, self.shapes, self.orders, strict=True))
        self.size, self.dtype = bounds[-1], params[0].dtype

    def empty(self) -> Any:
        """A new flat array."""
        return aligned(self.size, self.dtype)

    def views(self, flat: Any) -> list[Any]:
        """The parts of a flat array, in the shapes of the parameters."""
        return [
            flat[place] if len(shape) == 1 else flat[place].reshape(shape, order=order)
            for place, shape, order in self.layout
        ]

    def copies(self, flat: Any) -> list[Any]:
        """The parts as arrays of their own, in C order: what a file keeps, whatever the order in memory."""
        return [np.array(view, order="C") for view in self.views(flat)]

    def fill(self, flat: Any, arrays: Iterable[Any]) -> Any:
        """Write an array for each parameter into a flat one, and return it."""
        for view, array in zip(self.views(flat), arrays, strict=True):
            view[...] = array
        return flat


@dataclass(slots=True)
class Clock:
    """How many steps some parameters made, and the rule's numbers that change with them. Those share a clock that had
    gradients in the same steps: as long as all always have one, a group has one clock.
    """

    steps: int = 0
    numbers: dict[str, float] = field(default_factory=dict)


class Group(Flat):
    """Parameters that are updated together, and what the optimiser keeps for them.

    `options` are the rule's (`lr`, …), `state` its flat arrays by name, `clocks` one for each parameter. `initial_lr`
    is the rate that schedules start from, once there is one.
    """

    def __init__(self, params: list[ag.Tensor], options: dict[str, Any]) -> None:
        super().__init__(params)
        self.options = options
        self.state: Arrays = {}
        self.clocks, self.together = [Clock()] * len(params), True  # whether all have one clock
        self.initial_lr: float | None = None
        self._make_room()

    def _make_room(self) -> None:
        """The arrays that steps write to, and their parts."""
        self.room, self.spare = Room(self), Room(self)
        self.flat = self.room.array()
        self.held: list[Any] = [None] * len(self.params)  # the values of which `flat` holds the truth
        self.grad = self.empty()
        self.grads = self.views(self.grad)
        self.collected: list[Any] = [None] * len(self.params)  # gradients that `grad` holds the truth of

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes over. Parts of a flat array, copied one by one, would be parts of nothing."""
        names = ("room", "spare", "flat", "held", "grad", "grads", "collected")
        return {name: value for name, value in vars(self).items() if name not in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._make_room()

    @property
    def steps(self) -> int:
        """How many steps were made by the parameters that made most."""
        return max([clock.steps for clock in self.clocks])

    def gather(self) -> tuple[list[tuple[int, Any, int]], list[slice]]:
        """The gradients as flat arrays, with where each begins and the number of its first parameter; and the places of
        parameters without one.

        Those of large parameters are taken where they are, those of small ones copied side by side, as far as they have
        one clock. Values that somebody else assigned are brought into the flat array.
        """
        stretches: list[tuple[int, Any, int]] = []
        absent, done, first, clocks = [], 0, 0, self.clocks
        for i, (p, view, size) in enumerate(zip(self.params, self.grads, self.sizes, strict=True)):
            g = p.grad
            alone = g is None
            if not alone and g is not self.collected[i]:
                g = raw(g)
                alone = size >= LARGE and g.dtype == self.dtype
                if not alone:
                    view[...] = g
            if not alone and (self.together or clocks[i] is clocks[first]):
                continue
            place = self.places[i]
            if done < place.start:
                stretches.append((done, self.grad[done : place.start], first))
            done, first = place.start, i
            if g is None:
                absent.append(place)
            elif alone:
                stretches.append((done, g.ravel(self.orders[i]), i))  # a copy only if its order is another
            if alone:
                done, first = place.stop, i + 1
        if done < self.size:
            stretches.append((done, self.grad[done:], first))
        self.gather_values()
        return stretches, absent

    def tick(self, complete: bool) -> list[Clock]:
        """Count a step of the parameters that have a gradient, which is all if it is `complete`; their clocks."""
        if complete and self.together:
            clock = self.clocks[0]
            clock.steps += 1
            return [clock]
        absent, self.together = [p.grad is None for p in self.params], False
        if any(absent):
            still = {id(clock) for clock, without in zip(self.clocks, absent, strict=True) if without}
            parted: dict[int, Clock] = {}  # from those that stand still
            for i, clock in enumerate(self.clocks):
                if not absent[i] and id(clock) in still:
                    self.clocks[i] = parted.setdefault(id(clock), Clock(clock.steps, dict(clock.numbers)))
        moved = {id(clock): clock for clock, without in zip(self.clocks, absent, strict=True) if not without}
        for clock in moved.values():
            clock.steps += 1
        return list(moved.values())

    def join(self) -> None:
        """Let those parameters share a clock whose clocks show the same."""
        if not self.together:
            self.clocks = [next(c for c in self.clocks if c == clock) for clock in self.clocks]
            self.together = all([clock is self.clocks[0] for clock in self.clocks])

    def collect(self) -> Any:
        """All gradients side by side in one array, of which they become parts; zeros where there is none."""
        for p, view, before in zip(self.params, self.grads, self.collected, strict=True):
            g = 0 if p.grad is None else p.grad
            if g is not before:
                view[...] = raw(g)
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
        self.room = Room(self)
        self.flat = self.fill(self.room.array(), [p.value for p in self.params])

    def fresh(self) -> Any:
        """A flat array that nobody looks at: the one before last, or a new one if somebody still does."""
        if not self.spare.free():
            self.spare = Room(self)
        return self.spare.array()

    def replace(self, new: Any) -> None:
        """Point the parameters at `new`; what they had becomes the spare."""
        if getattr(new.base, "obj", None) is not self.spare.memory:
            raise ValueError("replace: only what `fresh` gave can take the place of the values")
        self.room, self.spare, self.flat = self.spare, self.room, new
        for p, view in zip(self.params, self.views(new), strict=True):
            p.value = view
        self.held = [p.value for p in self.params]  # the views themselves, and of those without axes a number each
