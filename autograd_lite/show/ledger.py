"""What derivatives cost: the rows that both modes step through, the bytes they need and hold, and the time they take.

For a function of n numbers that gives m, forward mode needs a sweep for each of the n, reverse mode one for each of
the m. A sweep of either steps once through the rows that it concerns, so it costs a small multiple of the function:
for one output and many inputs, the whole gradient does (the cheap gradient principle; Griewank and Walther,
"Evaluating Derivatives", 2008, chapters 3 and 4).
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from time import perf_counter
from typing import Any

from autograd_lite.arrays import trees
from autograd_lite.asking import function
from autograd_lite.core.modes import recorded
from autograd_lite.core.row import Row
from autograd_lite.core.sweep import rows_of
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.derivatives.matrices import jacobian
from autograd_lite.derivatives.transforms import Inputs, jvp, swept_back
from autograd_lite.errors import UntrackedError
from autograd_lite.ops.create import ones_like
from autograd_lite.show.table import Table

__all__ = ["Cost", "Ledger", "ledger"]

REPEATS = 5
"""The best of so many timings counts: what else the machine does only adds to the others."""


@dataclass(frozen=True)
class Cost:
    """A line of the ledger: of the function alone, or of one mode.

    Attributes
    ----------
    sweeps : int
        How many the whole Jacobian takes, one at a time; 0 for the function alone.
    rows : int
        How many rows these step through; for the function alone, how many operations it is.
    needed : int
        The most bytes of values, tangents and adjoints at a time in one evaluation with one sweep, the inputs among
        them, if each is let go at the first moment that the order of the sweep allows. Counted on the tape.
    held : int
        The most bytes that one evaluation with one sweep allocated at a time, Python's own objects included. Measured.
    seconds : float
        Of one evaluation with one sweep. Measured.
    ratio : float
        `seconds` as a multiple of those of the function alone.
    jacobian : float or None
        The seconds that `jacobian` takes, many sweeps at a time; None if that was not measured.
    """

    sweeps: int
    rows: int
    needed: int
    held: int
    seconds: float
    ratio: float
    jacobian: float | None


@dataclass(frozen=True)
class Ledger:
    """The costs of a function and of both modes. Made by `ledger`; prints as a table.

    Attributes
    ----------
    inputs, outputs : int
        The numbers that go in, n, and come out, m.
    function, forward, reverse : Cost
    """

    inputs: int
    outputs: int
    function: Cost
    forward: Cost
    reverse: Cost

    @property
    def cheaper(self) -> str:
        """The mode whose sweeps step through fewer rows; "reverse" where both do the same."""
        return "forward" if self.forward.rows < self.reverse.rows else "reverse"

    def _table(self) -> Table:
        header = ["mode", "sweeps", "rows", "bytes needed", "bytes held", "seconds", "× function", "Jacobian, seconds"]
        body = []
        for name, cost in (("function", self.function), ("forward", self.forward), ("reverse", self.reverse)):
            numbers = [f"{cost.rows:,}", f"{cost.needed:,}", f"{cost.held:,}", f"{cost.seconds:.2g}"]
            matrix = "" if cost.jacobian is None else f"{cost.jacobian:.2g}"
            body.append([name, f"{cost.sweeps:,}" if cost.sweeps else "", *numbers, f"{cost.ratio:.2g}", matrix])
        return Table(header, [[[cell] if cell else [] for cell in line] for line in body])

    def __str__(self) -> str:
        return self._table().to_text()

    __repr__ = __str__

    def to_markdown(self) -> str:
        """The table in GitHub's Markdown."""
        return self._table().to_markdown()

    def _repr_html_(self) -> str:
        return self._table().to_html()


def ledger(f: Callable[..., Any], *args: Any, limit: float = 1.0) -> Ledger:
    """What the derivatives of `f` at `args` cost in either mode: counted on the tape, and measured.

    Parameters
    ----------
    f : callable
        Arrays in, arrays out, containers on both sides allowed; called some dozens of times.
    *args : arrays, numbers or containers of them
        All are differentiated.
    limit : float
        The Jacobian is measured where single sweeps would take at most so many seconds for it.

    Raises
    ------
    NotDifferentiableError
        An argument of a dtype that has no derivatives.
    UntrackedError
        The result does not depend on the arguments.

    Notes
    -----
    Rows and bytes needed are exact and the same on every machine. Bytes held come from `tracemalloc`, which NumPy
    reports to, and seconds are the best of five timings. Forward mode needs no tape, only what the next rows use;
    the sweep of this package reads one all the same, so that it holds more than it needs.

    Examples
    --------
    >>> import autograd_lite as ag, numpy as np
    >>> costs = ag.ledger(lambda x: ag.sum(ag.sin(x) ** 2), np.ones(1000))
    >>> costs.forward.sweeps, costs.reverse.sweeps, costs.cheaper
    (1000, 1, 'reverse')
    >>> costs.function.rows, costs.forward.rows, costs.reverse.rows
    (3, 3000, 3)
    """
    f = function(f, "ledger")
    inputs = Inputs(args, "ledger")
    given = trees.leaves(recorded(f, *inputs.tree))
    outputs = _tracked(given, inputs)
    if not outputs:
        raise UntrackedError("ledger: the result of the function does not depend on the arguments")
    rows = rows_of(outputs, inputs.first, inputs.seqs)
    n, m = sum([_size(row.value) for row in inputs.rows]), sum([_size(raw(y)) for y in given])
    stepped = {
        "forward": sum([_size(row.value) * _dependent(rows, row) for row in inputs.rows]),
        "reverse": sum([_size(y.value) * len(rows_of((y,), inputs.first, inputs.seqs)) for y in outputs]),
    }
    needed = _kept_alone(rows, inputs, outputs), _kept_in_reverse(rows, inputs, outputs)
    point = tuple(inputs.shaped([row.value for row in inputs.rows]))
    ones = tuple(inputs.shaped([ones_like(row.value) for row in inputs.rows]))
    alone = _seconds(lambda: f(*point))
    found = {"function": Cost(0, len(rows), needed[0], _held(lambda: f(*point)), alone, 1.0, None)}
    for mode, sweeps, bytes_needed, run in (
        ("forward", n, 2 * needed[0], lambda: jvp(f, point, ones)),
        ("reverse", m, needed[1], lambda: _swept(f, point)),
    ):
        seconds, matrix = _seconds(run), jacobian(f, tuple(range(len(point))), mode)
        whole = _seconds(partial(matrix, *point)) if sweeps * seconds <= limit else None
        found[mode] = Cost(sweeps, stepped[mode], bytes_needed, _held(run), seconds, seconds / alone, whole)
    return Ledger(n, m, **found)


def _tracked(outputs: list[Any], inputs: Inputs) -> list[Row]:
    """The rows of the outputs that depend on the inputs."""
    return [y._row for y in outputs if isinstance(y, Tensor) and y._row.seq >= inputs.first]


def _swept(f: Callable[..., Any], point: tuple[Any, ...]) -> Any:
    """One evaluation and one reverse sweep, seeded with ones, that lets go of each value once it is used."""
    inputs = Inputs(point, "ledger")
    outputs = _tracked(trees.leaves(recorded(f, *inputs.tree)), inputs)
    seeds = {row.seq: ones_like(row.value) for row in outputs}
    rows = rows_of(outputs, inputs.first, inputs.seqs)
    outputs.clear()
    return swept_back(inputs, rows, seeds)


# -- counted on the tape --------------------------------------------------------------------------------------------


def _size(value: Any) -> int:
    """How many numbers `value` holds."""
    return prod(getattr(value, "shape", ()))


def _bytes(value: Any) -> int:
    return _size(value) * int(value.dtype.itemsize)


def _arguments(row: Row, first: int) -> list[Row]:
    """What a row was computed from, but for constants and somebody else's variables."""
    return [arg for arg in row.args if arg.seq >= first]


def _owner(row: Row, first: int) -> Row:
    """The row whose memory holds the value of `row`: for a view that of its argument."""
    while row.op is not None and row.op.view and row.args[0].seq >= first:
        row = row.args[0]
    return row


def _own(row: Row, first: int) -> int:
    """The bytes of a row's value; none for a view."""
    return _bytes(row.value) if _owner(row, first) is row else 0


def _dependent(rows: list[Row], source: Row) -> int:
    """How many of `rows` depend on `source`."""
    met = {source.seq}
    for row in rows:
        if any([arg.seq in met for arg in row.args]):
            met.add(row.seq)
    return len(met) - 1


def _kept_alone(rows: list[Row], inputs: Inputs, outputs: list[Row]) -> int:
    """The most bytes of values at a time, if each is let go after the last row that uses it or a view of it."""
    first = inputs.first
    owners = [{_owner(arg, first).seq: _owner(arg, first) for arg in _arguments(row, first)} for row in rows]
    last = {seq: i for i, used in enumerate(owners) for seq in used}
    last |= {_owner(row, first).seq: len(rows) for row in outputs}
    kept = most = sum([_own(row, first) for row in inputs.rows])
    for i, row in enumerate(rows):
        kept += _own(row, first)
        most = max(most, kept)
        kept -= sum([_own(owner, first) for seq, owner in owners[i].items() if last[seq] == i])
    return most


def _kept_in_reverse(rows: list[Row], inputs: Inputs, outputs: list[Row]) -> int:
    """The most bytes of values and adjoints at a time: every value is there when the sweep begins, and goes with it."""
    first = inputs.first
    adjoints = {row.seq: _bytes(row.value) for row in outputs}
    values = sum([_own(row, first) for row in [*inputs.rows, *rows]])
    most = values + sum(adjoints.values())
    for row in reversed(rows):
        adjoints |= {arg.seq: _bytes(arg.value) for arg in _arguments(row, first)}
        most = max(most, values + sum(adjoints.values()))
        values -= _own(row, first)
        del adjoints[row.seq]
    return most


# -- measured -------------------------------------------------------------------------------------------------------


def _seconds(run: Callable[[], Any]) -> float:
    """The seconds of a call, the best of some; of very short ones, as many at a time as take a millisecond."""

    def timed(times: int) -> float:
        start = perf_counter()
        for _ in range(times):
            run()
        return (perf_counter() - start) / times

    times = 1 + int(1e-3 / max(timed(1), 1e-9))
    return min([timed(times) for _ in range(REPEATS)])


def _held(run: Callable[[], Any]) -> int:
    """The most bytes that were allocated at a time during a call, its result included."""
    traced = tracemalloc.is_tracing()
    if not traced:
        tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        run()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not traced:
            tracemalloc.stop()
