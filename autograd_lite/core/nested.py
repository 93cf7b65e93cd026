"""Derivatives within derivatives: what is told apart by age, and what rules are shown in a sweep that records.

A variable of an outer derivative is older than those of an inner one, so the order of recording tells whose a row is.
A sweep that is to be differentiated itself shows its rules Tensors in the place of tracked values.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from autograd_lite.arrays.libraries import NUMPY, PYTHON, copied, own
from autograd_lite.core.row import Row, constant
from autograd_lite.core.tensor import Tensor, handle, raw

__all__ = ["depending", "leads_beyond", "lifted", "reaches_beyond", "shows_tensors", "unwrapped"]


_value = operator.attrgetter("value")


def reaches_beyond(rows: list[Row], first: int) -> bool:
    """Whether a row was computed from one tracked before `first`: a variable of somebody else's derivative."""
    for row in rows:
        if row.seq != first:
            for arg in row.args:
                if 0 < arg.seq < first:
                    return True
    return False


def leads_beyond(row: Row, first: int) -> bool:
    """Whether `row`, or anything it was computed from, was tracked before `first`."""
    if 0 < row.seq < first:
        return True
    met, todo = {row.seq}, [row]
    for reached in todo:  # which grows meanwhile
        for arg in reached.args:
            seq = arg.seq
            if seq >= first:
                if seq not in met:
                    met.add(seq)
                    todo.append(arg)
            elif seq:
                return True
    return False


def depending(rows: list[Row], variables: Iterable[int], first: int, record: bool) -> list[Row]:
    """The `rows` that depend on `variables`, with constants in the place of arguments that do not.

    Nothing is pulled into these, though they are as young: the transpose of an outer function's weight, or a variable
    of a derivative inside. A sweep that records still has to see that they, and the results, are tracked.
    """
    live, kept = set(variables), []
    for row in rows:
        reached = missed = False
        for arg in row.args:
            if arg.seq in live:
                reached = True
            elif arg.seq >= first:
                missed = True
        if reached:
            live.add(row.seq)
            kept.append(_without(row, live, first, record) if missed else row)
    return kept


def _without(row: Row, live: set[int], first: int, record: bool) -> Row:
    """`row` with constants in the place of arguments that are not in `live`, though not older than `first`.

    A sweep that records is shown the result of the whole row: a rule that uses it depends on all its arguments.
    """
    shown = Row()
    seen: Callable[[Row], Any] = handle if record else _value
    shown.value, shown.op, shown.params, shown.seq, shown.note = seen(row), row.op, row.params, row.seq, row.note
    shown.args = tuple([arg if arg.seq in live or arg.seq < first else constant(seen(arg)) for arg in row.args])
    return shown


def lifted(row: Row, record: bool = True) -> Row:
    """`row` as a sweep that records shows it to a rule: with Tensors in the place of tracked values.

    Over another library's arrays every sweep shows Tensors, if only constants: they meet as this package's do.
    """
    shown, value = Row(), row.value
    shown.params, shown.op, shown.seq, shown.note = row.params, row.op, row.seq, None
    if value.__class__ is Tensor:  # shown already, by `_without`
        shown.value, value = value, value._row.value
    else:
        shown.value = handle(row if record else constant(value))
    if record and value.__class__ in NUMPY:  # nearly always
        shown.args = tuple([_tracked(a) if a.seq else a for a in row.args])
    else:
        shown.args = tuple([_tracked(a) if record and a.seq else _untracked(a, value) for a in row.args])
    return shown


def _tracked(arg: Row) -> Row:
    shown = constant(handle(arg))
    shown.seq = arg.seq
    return shown


def _untracked(arg: Row, like: Any) -> Row:
    value = arg.value
    if like.__class__ in NUMPY or value.__class__ in PYTHON or value.__class__ is Tensor:
        return arg
    if value.__class__ in NUMPY:  # a constant beside another library's arrays
        value = own(value, like)
    shown = constant(handle(constant(value)))
    shown.seq = arg.seq
    return shown


def shows_tensors(values: dict[int, Any], record: bool) -> tuple[bool, bool]:
    """Whether rules are to be shown Tensors, and whether only they: the results are arrays again.

    Of another library's arrays, `values` are made constant Tensors here.
    """
    wrapped = foreign = False
    for g in values.values():
        if g.__class__ not in NUMPY:  # nearly never
            wrapped = wrapped or isinstance(g, Tensor)
            x = raw(g)
            foreign = foreign or (x.__class__ not in NUMPY and x.__class__ not in PYTHON)
    if not foreign:
        return record or wrapped, False
    for seq, g in values.items():
        if not isinstance(g, Tensor):
            values[seq] = handle(constant(g))
    return True, not (record or wrapped)


def unwrapped(values: dict[int, Any], *, copy: bool) -> dict[int, Any]:
    """`values`, with arrays (copies, if their memory is to be nobody else's) in the place of Tensors."""
    for seq, g in values.items():
        if isinstance(g, Tensor):
            values[seq] = copied(g._row.value) if copy else g._row.value
    return values
