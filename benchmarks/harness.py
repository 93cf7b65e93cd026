"""Timing that compares fairly: the contenders of one work take turns in one process, round after round.

A round times each contender once, in an order drawn anew, so that none always comes after the same other, whose code
and data it would find in the processor's cache, or nothing of its own; a time is that of a loop long enough for the
clock, begun after a call that is not timed. What is reported is the median time of each and the median over rounds of
the ratio ours / peer: the two of a ratio were timed close to each other, so that a busy machine disturbs both alike.
Before anything is timed, the contenders' answers are compared: a benchmark of two different computations is worth
nothing.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

OURS = "autograd_lite"
SAMPLE = 0.02
"""Seconds that one sample should last at least: a thousand times what the clock resolves."""


@dataclass(frozen=True)
class Work:
    """One row of the table: who does the work, and the ratios to reach."""

    name: str
    contenders: Mapping[str, Callable[[], Any]]
    targets: Mapping[str, float]
    """For a peer, the largest ratio ours / peer that reaches the target."""
    rtol: float = 1e-9
    """How far answers may differ: sums in another order, chains of a thousand roundings."""
    comparable: bool = True
    """Whether the contenders compute the same thing (a gradient and its function do not)."""


@dataclass
class Result:
    """The times of one work, in seconds, a list per contender with an entry per round."""

    work: Work
    times: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        return statistics.median(self.times[name])

    def ratio(self, peer: str) -> float:
        return statistics.median(a / b for a, b in zip(self.times[OURS], self.times[peer], strict=True))


def flat(answer: Any) -> np.ndarray:
    """Any nested answer (Tensors, torch tensors, tuples, numbers) as one vector."""
    if isinstance(answer, (tuple, list)):
        return np.concatenate([flat(a) for a in answer])
    for attribute in ("detach", "value"):
        if hasattr(answer, attribute):
            answer = getattr(answer, attribute)
            answer = answer() if callable(answer) else answer
    return np.ravel(np.asarray(answer, float))


def agree(work: Work) -> None:
    """Raise AssertionError unless all contenders compute the same."""
    answers = {name: flat(run()) for name, run in work.contenders.items()}  # once each: a training step has a state
    expected = answers[OURS]
    atol = work.rtol * np.max(np.abs(expected))
    for name, answer in answers.items():
        np.testing.assert_allclose(answer, expected, rtol=work.rtol, atol=atol, err_msg=f"{work.name}: {name}")


def timed(run: Callable[[], Any], loops: int) -> float:
    """Seconds that one call takes, over `loops` calls after a first one."""
    run()
    start = time.perf_counter()
    for _ in range(loops):
        run()
    return (time.perf_counter() - start) / loops


def measure(work: Work, rounds: int = 15) -> Result:
    """Check that the contenders agree, then time them in turn. The garbage collector stays on, as it is for users."""
    if work.comparable:
        agree(work)
    names = list(work.contenders)
    loops = {name: max(1, round(SAMPLE / max(timed(work.contenders[name], 3), 1e-9))) for name in names}
    result, rng = Result(work, {name: [] for name in names}), random.Random(0)
    for _ in range(rounds):
        for name in rng.sample(names, len(names)):
            gc.collect()
            result.times[name].append(timed(work.contenders[name], loops[name]))
    return result


def readable(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


HEADER = "| work | ours | peer | peer's time | ratio | to reach | |\n|---|---|---|---|---|---|---|"


def lines(result: Result) -> list[str]:
    """The Markdown rows of one work, one a peer."""
    rows = []
    for peer in result.times:
        if peer != OURS:
            ratio, target = result.ratio(peer), result.work.targets.get(peer)
            verdict = "" if target is None else "reached" if ratio <= target else "**missed**"
            goal = "" if target is None else f"≤ {target:.2f}"
            ours, theirs = readable(result.median(OURS)), readable(result.median(peer))
            rows.append(f"| {result.work.name} | {ours} | {peer} | {theirs} | {ratio:.2f} | {goal} | {verdict} |")
    return rows
