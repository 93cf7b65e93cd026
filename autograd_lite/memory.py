"""The C library's memory: kept by the process instead of handed back after every sweep."""

from __future__ import annotations

import numpy as np

__all__ = ["keep_freed_memory"]


def keep_freed_memory() -> None:
    """Keep the C library from handing the arrays of a tape back to the system after every sweep.

    glibc returns the top of its heap once more than twice the largest block ever freed is unused there; each page
    then costs a page fault when the next tape asks for it again, which makes array work of some 100,000 entries, on
    the engine or in NumPy alone, several times slower. After one block just under glibc's limit of 32 MiB was freed,
    up to 62 MiB are kept. Nothing is written to the block, so it costs no memory. Other C libraries are not affected.
    """
    np.empty(31 << 20, np.uint8)
