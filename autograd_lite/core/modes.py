"""Recording modes: `no_grad`, and watching the rows as they are recorded.

A mode is known to the context that entered it (a thread, a task), and is open while its lock is held. The lock is
what makes it end for certain: `with` leaves by the lock's own `__exit__`, which is C, so that a Ctrl-C falls before
or after it and never inside; and a mode that ends elsewhere (a generator closed by another task) has ended everywhere.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable
from contextlib import ContextDecorator, suppress
from contextvars import ContextVar
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

from autograd_lite.errors import uncovered

__all__ = ["MODES", "here", "no_grad", "quiet", "recorded", "watcher", "watching"]

MODES: list[Mode] = []
"""Every mode that may still be open, anywhere: while there is none, recording asks nothing else."""

_LATER = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR


class Mode(ContextDecorator):
    """What a with statement switches: `quiet` (None leaves it) or who watches. Entered once."""

    __slots__ = ("_lock", "open", "quiet", "watcher")

    def __init__(self, quiet: bool | None, watcher: Callable[..., None] | None = None) -> None:
        self.quiet, self.watcher = quiet, watcher
        self._lock = allocate_lock()
        self._lock.acquire()
        self.open = self._lock.locked

    def __enter__(self) -> None:
        if not self.open() or self in MODES:
            raise RuntimeError("a recording mode is entered once: write ag.no_grad() again")
        here()  # clears away what has ended
        modes = (*_modes.get(), self)
        try:
            MODES.append(self)
            _modes.set(modes)
        except BaseException:  # a Ctrl-C: what was not entered is not left either
            self._lock.release()
            raise

    if TYPE_CHECKING:

        def __exit__(self, *error: object) -> Literal[False]: ...
    else:
        __exit__ = property(attrgetter("_lock.__exit__"))

    def _recreate_cm(self) -> Mode:
        return Mode(self.quiet, self.watcher)

    def __call__(self, f: Any) -> Any:
        if getattr(getattr(f, "__code__", None), "co_flags", 0) & _LATER:
            raise TypeError("no_grad: a generator's or coroutine's body runs after the call; write the with inside it")
        return super().__call__(f)


_modes: ContextVar[tuple[Mode, ...]] = ContextVar("autograd_lite.core.modes", default=())


def here() -> tuple[bool, Any]:
    """Whether this context is inside `no_grad`, and what watches it: the innermost open mode of each kind decides."""
    is_quiet, seer, modes, ended = False, None, _modes.get(), False
    for mode in modes:
        if not mode.open():
            ended = True
        elif mode.quiet is None:
            seer = mode.watcher
        else:
            is_quiet = mode.quiet
    if ended:
        _modes.set(tuple([mode for mode in modes if mode.open()]))
    if ended or not modes:
        for mode in tuple(MODES):
            if not mode.open():
                with suppress(ValueError):  # another thread was quicker
                    MODES.remove(mode)
    return is_quiet, seer


def no_grad() -> Mode:
    """Record nothing inside: results are constants. In this thread or task, until the end; also a decorator.

    As every context of Python's, one entered by a generator holds for whoever runs it, until the generator leaves it.

    Raises
    ------
    TypeError
        As the decorator of a generator or a coroutine, whose body would run outside it.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(2.0)
    >>> with ag.no_grad():
    ...     y = x * x
    >>> y.requires_grad
    False
    """
    return Mode(True)


def watching(watcher: Callable[..., None]) -> Mode:
    """Call `watcher` with each row recorded inside by this thread or task, constants' rows included."""
    return Mode(None, watcher)


def quiet() -> bool:
    """Whether this thread or task is inside `no_grad`."""
    return bool(MODES) and here()[0]


def watcher() -> Any:
    """What watches this thread or task, or None; if it has an `adjoint`, sweeps tell that of every step."""
    return here()[1] if MODES else None


def recorded(f: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What `f` gives, recorded even inside `no_grad`: a derivative asked for there is still the derivative."""
    try:
        if not (MODES and quiet()):
            return f(*args, **options)
        with Mode(False):
            return f(*args, **options)
    except Exception as error:
        uncovered(error)
        raise
