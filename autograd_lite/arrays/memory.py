"""Memory: kept by the process after a sweep, and written into again where nobody else can see it.

Whether somebody can is asked of reference counts. What they are while nobody else holds an array is measured, once, in
the situations in which they are asked for; where Python does not count every holder, every array counts as shared.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Iterator
from sys import getrefcount
from typing import Any
from weakref import getweakrefcount

import numpy as np

__all__ = ["LARGE", "counts", "is_view", "keep_freed_memory", "private", "shared", "unobserved", "unshared"]

LARGE = 1 << 12
"""Entries from which a pass over an array takes longer than finding out how to spare it: whether there is memory that
nobody else sees, to write into, or which product does not clear its result first."""


def keep_freed_memory() -> None:
    """Keep the C library from handing the arrays of a tape back to the system after every sweep.

    glibc returns the top of its heap once more than twice the largest block ever freed is unused there; each page
    then costs a page fault when the next tape asks for it again, which makes array work of some 100,000 entries, on
    the engine or in NumPy alone, several times slower. After one block just under glibc's limit of 32 MiB was freed,
    up to 62 MiB are kept. Nothing is written to the block, so it costs no memory. Other C libraries are not affected.
    """
    np.empty(31 << 20, np.uint8)


# -- how this Python counts -------------------------------------------------------------------------------------------

NEVER = (-9,) * 4
"""Less than any count: where these are what is asked for, every array is shared."""


def _count(value: Any, calls: int) -> int:
    """The count of an argument, asked beside it, in a function it was passed to, in one called by that, and so on."""
    return _count(value, calls - 1) if calls else getrefcount(value)


def _of_nobody_else(calls: int) -> int:
    return _count(np.empty(1), calls)


def _of_a_caller(calls: int) -> int:
    kept = np.empty(1)
    return _count(kept, calls)


def _of_a_closure(calls: int) -> int:
    kept = np.empty(1)
    return (lambda: _count(kept, calls))()


def _of_a_generator(calls: int) -> int:
    def generator() -> Iterator[Any]:
        kept = np.empty(1)
        yield kept

    suspended = generator()
    return _count(next(suspended), calls)


def counts() -> tuple[int, ...]:
    """What `getrefcount` says of an array that one variable holds and nobody else: asked beside that variable, in a
    function the variable was passed to, in one called by that, and so on.

    `NEVER` where not every holder counts as one: where references are borrowed (from Python 3.14 on) or threads count
    each for itself.
    """
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return NEVER
    found = [_of_nobody_else(calls) for calls in range(4)]
    for held in (_of_a_caller, _of_a_closure, _of_a_generator):
        if [held(calls) - 1 for calls in range(4)] != found:
            return NEVER
    return tuple(found)


def unobserved(measure: Callable[[], tuple[int, ...]]) -> tuple[int, ...]:
    """What `measure` gives in a thread of its own, which no trace function sees: one that reads a frame's locals holds
    them too, and would be counted. `NEVER` where there is no such place.
    """
    found, done = [], allocate_lock()

    def work() -> None:
        try:
            if sys.gettrace() is None and sys.getprofile() is None:
                found.append(measure())
        finally:
            done.release()

    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on, and it sees every thread
    if monitoring is None or not any([monitoring.get_tool(tool) for tool in range(6)]):
        done.acquire()
        try:
            start_new_thread(work, ())
        except RuntimeError:  # a Python without threads
            return NEVER
        done.acquire()
    return found[0] if found else NEVER


_COUNTS = unobserved(counts)


# -- who sees an array ------------------------------------------------------------------------------------------------


def private(value: Any, calls: int = 1, others: int = 0) -> bool:
    """Whether the array `value` may be written into: its own memory, which nobody else sees.

    `calls`: the calls from the variable that owns it down to this one, which is included. `others`: further references
    that are known of.
    """
    return (
        getrefcount(value) <= _COUNTS[calls] + others
        and value.base is None
        and not getweakrefcount(value)
        and (flags := value.flags).owndata
        and flags.writeable
    )


def shared(value: Any, calls: int = 1) -> bool:
    """Whether somebody else can see the memory of the array `value`, or its entries share it; `calls` as above."""
    if getrefcount(value) > _COUNTS[calls] or getweakrefcount(value):
        return True
    base = value.base
    if base is None:
        return not value.flags.owndata
    return (
        base.__class__ is not np.ndarray  # whose memory it is, its owner knows
        or not value.flags.writeable  # a broadcast view
        or getrefcount(base) > _COUNTS[0] + 1  # not only `value` and the variable here hold it
        or getweakrefcount(base) > 0
        or not base.flags.owndata
    )


def unshared(values: dict[Any, Any], key: Any) -> Any:
    """Take `values[key]` out, copied if anybody else can still see its memory."""
    value = values.pop(key)
    if value.__class__ is np.ndarray:
        if value.base is None and value.ndim:  # nearly always: as `shared`, without its call
            own = getrefcount(value) <= _COUNTS[0] and value.flags.owndata and not getweakrefcount(value)
            return value if own else value.copy()
        return value[()] if not value.ndim else value.copy() if shared(value) else value
    return value


def is_view(value: Any, source: Any) -> bool:
    """Whether NumPy made `value` as a view of `source`, or of what that is a view of."""
    if value.__class__ is not np.ndarray:
        return False
    return value is source or (value.base is not None and (value.base is source or value.base is source.base))
