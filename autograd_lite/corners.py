"""Powers of lengths. |x| has a corner at 0, but |x|² has none: its second derivative there is 2.

The chain rule cannot find that out. It multiplies the slope of v², which is 2v = 0, with that of the direction x/v,
which is infinite. So where a length v is 0, a sweep that is to be differentiated takes v**n for a function of the
length's own arguments: the derivative of |x|**n is n |x|**(n-2) x, which divides by nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.backend import PYTHON, SCALARS, has_zero
from autograd_lite.op import OPS
from autograd_lite.tensor import Row, Tensor

__all__ = ["rounded"]


def rounded(rows: list[Row]) -> list[Row]:
    """`rows`, in place: those that are powers of lengths which are 0 somewhere, as powers that have no corner there."""
    known: dict[int, Row] = {}
    for i, row in enumerate(rows):
        if row.args and (length := row.args[0].op) is not None and length.power is not None and (n := _exponent(row)):
            v = row.args[0]
            if has_zero(_bare(v.value)):
                known = known or {r.seq: r for r in rows}  # with constants where nothing is to be pulled into
                rows[i] = _power(known.get(v.seq, v), row, n) or row
    return rows


def _bare(value: Any) -> Any:
    return value._row.value if isinstance(value, Tensor) else value


def _exponent(row: Row) -> Any:
    """n, if the row is the n-th power of its first argument and n is a constant; else 0."""
    name = row.op.name if row.op else ""
    if name == "square":
        return 2
    if name == "pow":
        n = _bare(row.args[1].value)
        number = not row.args[1].seq and (n.__class__ in PYTHON or n.__class__ in SCALARS)
        return n if number and n.__class__ is not complex and not n.imag and n >= 2 else 0
    return 2 if name == "multiply" and _same(*row.args) else 0


def _same(a: Row, b: Row) -> bool:
    """Whether two rows are one, or the same function of the same arguments."""
    if a is b:
        return True
    alike = a.op is b.op and len(a.args) == len(b.args) > 0 and a.params == b.params
    return alike and all([x is y or _same_entry(x, y) for x, y in zip(a.args, b.args, strict=True)])


def _same_entry(a: Row, b: Row) -> bool:
    """Whether two rows read one entry of one array."""
    entry = a.op is b.op and a.op is not None and a.op.name == "getitem" and a.args[0] is b.args[0]
    return entry and not np.ndim(_bare(a.value)) and repr(a.params) == repr(b.params)


def _power(v: Row, row: Row, n: Any) -> Row | None:
    """The row of v**n in the place of `row`; None if it has a corner too."""
    found = v.op.power(v, n) if v.op and v.op.power else None
    if found is None:
        return None
    made = Row()
    name, made.args, made.params = found
    made.op, made.value, made.seq, made.note = OPS[name], row.value, row.seq, row.note
    return made
