"""A chain of 1,000,000 rows: seconds to record and to sweep, bytes a row."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import autograd_lite as ag

ROWS = 1_000_000


def chain(x: Any, rows: int) -> Any:
    y = x
    for _ in range(rows // 2):
        y = ag.sin(y) * x
    return y


def seconds() -> tuple[float, float, float]:
    """To record, to sweep, and to let go of what is left."""
    x = ag.Var(1.1883951057781212)  # 1/sin(1), a fixed point
    start = time.perf_counter()
    y = chain(x, ROWS)
    recorded = time.perf_counter()
    y.backward()
    swept = time.perf_counter()
    del y
    return recorded - start, swept - recorded, time.perf_counter() - swept


def bytes_a_row() -> tuple[float, float]:
    """What a recorded row keeps, and the peak while sweeping, as Python's own allocator counts it."""
    x = ag.Var(1.1883951057781212)
    tracemalloc.start()
    y = chain(x, ROWS)
    kept = tracemalloc.get_traced_memory()[0]
    y.backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return kept / ROWS, peak / ROWS


def report() -> list[str]:
    """The rows of the table."""
    record, sweep, release = seconds()
    kept, peak = bytes_a_row()
    total = record + sweep

    def verdict(reached: bool) -> str:
        return "reached" if reached else "**missed**"

    return [
        f"| chain of 1,000,000 rows | {total:.2f} s: record {record:.2f}, sweep {sweep:.2f}, release {release:.2f} "
        f"| | | | ≤ 10 s | {verdict(total <= 10)} |",
        f"| its memory | {kept:.0f} B a row, {peak:.0f} B at the sweep's peak "
        f"| | | | ≤ 1024 B | {verdict(peak <= 1024)} |",
    ]
