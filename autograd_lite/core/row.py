"""The row: one line of the tape.

A `Row` is a value, the operation that made it and the rows it was made from. Rows point at their arguments only and
never change, so a tape is freed by reference counting the moment nobody holds its result.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd_lite.core.op import Op


__all__ = ["Cell", "Row", "constant", "leaf", "next_seq"]


next_seq: Callable[[], int] = count(1).__next__


class Row:
    """One line of the tape.

    `value` is an array or a number; `op` the operation (None for a variable or a constant); `args` the rows it
    was computed from; `params` what else it was called with (an axis, an index); `seq` its place in the order of
    recording, 0 for a constant, so that one comparison tells both who is tracked and who came first. `note` is
    None but for rows somebody named, located or grouped.
    """

    __slots__ = ("args", "note", "op", "params", "seq", "value")

    value: Any
    op: Op | None
    args: tuple[Row, ...]
    params: Any
    seq: int
    note: dict[str, Any] | None


class Cell:
    """What belongs to a variable however often its value is replaced: its gradient and its name."""

    __slots__ = ("grad", "name")

    def __init__(self, name: str | None) -> None:
        self.grad: Any = None
        self.name = name


def constant(value: Any) -> Row:
    """A row that nothing is differentiated with respect to."""
    row = Row()
    row.value, row.op, row.args, row.params, row.seq, row.note = value, None, (), None, 0, None
    return row


def leaf(value: Any, cell: Cell | None = None) -> Row:
    """A row that derivatives are taken with respect to."""
    row = Row()
    row.value, row.op, row.args, row.params, row.seq, row.note = value, None, (), cell, next_seq(), None
    return row
