"""Finding the first wrong number: rows remember the user's line, and the first NaN or infinity is an error.

Inside ``with debug():`` every operation's result, every adjoint and every tangent is looked at, and the arrays
that the tape holds cannot be written to. It costs a few microseconds a row; outside it nothing is asked.
"""

from __future__ import annotations

import linecache
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import all_finite, locked, namespace
from autograd_lite.core.modes import watching
from autograd_lite.core.row import Row
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.errors import NonFiniteError

__all__ = ["debug"]


@contextmanager
def debug() -> Iterator[None]:
    """Stop at the first NaN or infinity, in a value, an adjoint or a tangent, and name it. Lock the tape's arrays.

    Raises
    ------
    NonFiniteError
        Names the operation, the file and line that called it, its operands' shapes and the first such entry.
    ValueError
        From NumPy, when an array that the tape holds is written to.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var([4.0, 0.0], name="x")
    >>> with ag.debug():
    ...     ag.sum(ag.sqrt(x)).backward()
    Traceback (most recent call last):
    ...
    autograd_lite.errors.NonFiniteError: the adjoint of 'x' received from sqrt of shapes (2,) is inf at [1] ...
    """
    watcher = Watcher()
    try:
        with watching(watcher), np.errstate(all="ignore"):  # NumPy's warning would only say less, and sooner
            yield
    finally:
        watcher.unlock()


class Watcher:
    """What `debug` watches with: called with each new row, and by the sweeps with what they add."""

    def __init__(self) -> None:
        self.locked: list[weakref.ref[Any]] = []

    def __call__(self, row: Row) -> None:
        row.note = {**(row.note or {}), "line": users_line()}
        for r in (row, *row.args):
            self.lock(r.value)
        if row.seq:
            for array in _arrays(row.params):
                self.lock(array)
        if not all_finite(row.value):
            raise NonFiniteError(f"the result of {described(row)} is {first_bad(row.value)}{located(row)}")

    def adjoint(self, row: Row, arg: Row, c: Any) -> None:
        """Look at what the reverse sweep adds to the adjoint of `arg` through `row`."""
        if not all_finite(raw(c)):
            where = f"the adjoint of {called(arg)} received from {described(row)}"
            raise NonFiniteError(f"{where} is {first_bad(raw(c))}{located(row)}")

    def tangent(self, row: Row, t: Any) -> None:
        """Look at what the forward sweep pushed through `row`."""
        if not all_finite(raw(t)):
            raise NonFiniteError(f"the tangent of {described(row)} is {first_bad(raw(t))}{located(row)}")

    def lock(self, value: Any) -> None:
        """Make an array and whatever it is a view of read-only, until `unlock`."""
        while value.__class__ is np.ndarray:
            if value.flags.writeable:
                self.locked.append(weakref.ref(locked(value)))
            value = value.base

    def unlock(self) -> None:
        """Give back what was locked, bases before their views."""
        for array in sorted([a for ref in self.locked if (a := ref()) is not None], key=_bases):
            array.flags.writeable = True
        self.locked.clear()


def _arrays(x: Any) -> Iterator[Any]:
    """The arrays among the options that a row keeps: indices, masks, labels, axes."""
    if isinstance(x, (tuple, list)):
        for item in x:
            yield from _arrays(item)
    elif isinstance(x, dict):
        yield from _arrays(list(x.values()))
    elif isinstance(x, Tensor):
        yield x._row.value
    elif isinstance(x, np.ndarray):
        yield x


def _bases(array: Any) -> int:
    """How many arrays this one is a view of, one of the other."""
    return 0 if array.base.__class__ is not np.ndarray else 1 + _bases(array.base)


def users_line() -> tuple[str, int]:
    """The file and line, outside this package and `nn`, that called the operation being recorded."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _from_library(frame):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def _from_library(frame: Any) -> bool:
    return frame.f_globals.get("__name__", "").partition(".")[0] in ("autograd_lite", "nn", "contextlib", "functools")


def called(row: Row) -> str:
    """The name a user gave a row, or its operation's, or what it is."""
    name = row.params.name if row.op is None and row.seq and row.params is not None else None
    name = name or (row.note or {}).get("name")
    return repr(name) if name else f"the result of {row.op.name}" if row.op else "a variable"


def described(row: Row) -> str:
    """An operation and its operands' shapes: ``divide of (3,) and ()``."""
    shapes = " and ".join([str(tuple(np.shape(r.value))) for r in row.args])
    return f"{row.op.name if row.op else 'an operation'} of shapes {shapes}"


def located(row: Row) -> str:
    """Where the user called it: ``, called at file.py:12: y = ag.log(x)``."""
    line = (row.note or {}).get("line")
    if line is None:
        return " (recorded outside debug(): its line is not known)"
    text = linecache.getline(*line).strip()
    return f", called at {line[0]}:{line[1]}" + (f": {text}" if text else "")


def first_bad(value: Any) -> str:
    """The first entry that is not finite, and where: ``nan at [0, 2]``."""
    space = namespace(value.__class__)
    bad = np.argwhere(~np.asarray(space.isfinite(value)))
    if not value.shape:
        return f"{value}"
    index = tuple([int(i) for i in bad[0]])
    return f"{value[index]} at {list(index)} ({len(bad)} of {value.size} entries are not finite)"
