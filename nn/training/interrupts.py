"""Ctrl-C between two steps of training, never within one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["Interrupts"]


class Interrupts:
    """A context in which Ctrl-C waits for the end of what `whole` runs, and then raises KeyboardInterrupt.

    A step that is stopped midway leaves some parameters moved and others not, or running averages ahead of the
    weights. A second Ctrl-C does not wait. Outside the main thread, where signals do not arrive, and where another
    handler than Python's own is installed, nothing is changed.

    >>> with Interrupts() as interrupts:
    ...     interrupts.whole(lambda: 3)
    3
    """

    def __init__(self) -> None:
        self.busy = self.asked = self.installed = False

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self.installed = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self.installed:
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        if self.installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _handle(self, number: int, frame: Any) -> None:
        if not self.busy or self.asked:
            raise KeyboardInterrupt
        self.asked = True

    def whole(self, action: Callable[[], Any]) -> Any:
        """What `action` returns; a KeyboardInterrupt, if one was asked for meanwhile, is raised at its end."""
        self.busy = True
        try:
            done = action()
        finally:
            self.busy = False
        if self.asked:
            self.asked = False
            raise KeyboardInterrupt
        return done
