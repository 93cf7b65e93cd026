"""What several files of the package lean on: optional packages, near misses of names, and the allocator."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import numpy as np

import autograd_lite as ag

__all__ = ["keep_freed_memory", "nearest", "optional"]


def optional(module: str, extra: str, purpose: str) -> Any:
    """The module of an optional package, imported now.

    Raises
    ------
    ag.MissingExtraError
        It is not installed; the message names the extra that brings it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ag.errors.MissingExtraError(module.partition(".")[0], extra, purpose) from error


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint to append to an error: ``; did you mean 'tanh'?``, or all there is when nothing is near."""
    known = sorted(known)
    close = get_close_matches(word, known, n=5)
    close.sort(key=lambda other: sorted(other) != sorted(word))  # letters that changed places are the likeliest slip
    return f"; did you mean {close[0]!r}?" if close else f"; there is {', '.join(known)}"


def keep_freed_memory() -> None:
    """Keep the C library from handing the arrays of a training step back to the system after every step.

    glibc returns the top of its heap once more than twice the largest block ever freed is unused there; each
    page then costs a page fault when the next step asks for it again, which doubles the time of a step of a small
    network. After one block just under glibc's limit of 32 MiB was freed, up to 62 MiB are kept. Nothing is
    written to the block, so it costs no memory. Other C libraries are not affected.
    """
    np.empty(31 << 20, np.uint8)
