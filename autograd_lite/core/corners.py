"""Corners of lengths. |x| has a corner at 0, but |x|² has none: its second derivative there is 2.

The chain rule cannot find that out. It multiplies the slope of v², which is 2v = 0, with that of the direction x/v,
which does not exist. So where a length v is 0, a sweep that is to be differentiated takes v**n for a function of the
length's own arguments: the derivative of |x|**n is n |x|**(n-2) x, which divides by nothing.

Of other functions of a length that is 0 the first derivative is 0, the subgradient, and the second is NaN: of cos(v)
it would be -1, of v it does not exist. A zero slope would hide that NaN, and so would a zero seed. Therefore `Corners`
follows, beside the sweep, which entries of its results depend on such a length at all, whatever the slopes are, and
adds an operation to them that is 0 and has the derivative NaN. What `where`, an index or a constant factor 0 leaves
out does not depend on it. Real |x| is piecewise linear: of it the second derivative is 0, as its convention has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import PYTHON, SCALARS, array_like, has_zero, is_complex
from autograd_lite.core.fitting import fit
from autograd_lite.core.op import OPS
from autograd_lite.core.recording import Call
from autograd_lite.core.row import Row, constant
from autograd_lite.core.tensor import Tensor, handle, raw

__all__ = ["Corners", "rounded"]


def rounded(rows: list[Row]) -> Corners | None:
    """Take powers of lengths that are 0 somewhere, in place, as powers that have no corner; what follows the others."""
    zero = {}
    for row in rows:
        if (op := row.op) is not None and op.power is not None and has_zero(raw(row.value)):
            zero[row.seq] = row  # with constants where nothing is to be pulled into
    if not zero:
        return None
    for i, row in enumerate(rows):
        if row.args and row.args[0].seq in zero and (n := _exponent(row)) is not None:
            rows[i] = _power(zero[row.args[0].seq], row, n) or row
    at = {seq for seq, row in zero.items() if not _is_linear(row)}
    return Corners(at) if at else None


def _is_linear(row: Row) -> bool:
    """Whether a length is piecewise linear, or that of nothing."""
    x = raw(row.args[0].value)
    return (row.op is OPS["abs"] and not is_complex(x)) or 0 in np.shape(x)


# -- powers ---------------------------------------------------------------------------------------------------------


def _exponent(row: Row) -> Any:
    """n, if the row is the n-th power of its first argument and n is a constant; else None."""
    name = row.op.name if row.op else ""
    if name == "square":
        return 2
    if name == "pow":
        n = raw(row.args[1].value)
        n = n.item() if n.__class__ in SCALARS else n
        return n if not row.args[1].seq and _is_smooth(n) else None
    return 2 if name == "multiply" and _same(*row.args) else None


def _is_smooth(n: Any) -> bool:
    """Whether a power of a length has a second derivative at 0: a question that a replay asks in every run."""
    if (asked := getattr(n, "asked", None)) is not None:
        return bool(asked(_is_smooth, None))
    return (n.__class__ in PYTHON or n.__class__ in SCALARS) and not is_complex(n) and bool(n >= 2 or n == 0)


def _same(a: Row, b: Row) -> bool:
    """Whether two rows are one, or the same function of the same arguments."""
    if a is b:
        return True
    alike = a.op is b.op and len(a.args) == len(b.args) > 0 and a.params == b.params
    return alike and all([x is y or _same_entry(x, y) for x, y in zip(a.args, b.args, strict=True)])


def _same_entry(a: Row, b: Row) -> bool:
    """Whether two rows read one entry of one array."""
    entry = a.op is b.op and a.op is not None and a.op.name == "getitem" and a.args[0] is b.args[0]
    return entry and not np.ndim(raw(a.value)) and repr(a.params) == repr(b.params)


def _power(v: Row, row: Row, n: Any) -> Row | None:
    """The row of v**n in the place of `row`; None if it has a corner too."""
    found = v.op.power(v, n) if v.op and v.op.power else None
    if found is None:
        return None
    made = Row()
    name, made.args, made.params = found
    made.op, made.value, made.seq, made.note = OPS[name], row.value, row.seq, row.note
    return made


# -- other functions ------------------------------------------------------------------------------------------------


class Corners:
    """What of a sweep's results depends on a length that is 0.

    A reverse sweep keeps with every adjoint its marks: an array that is 0 exactly where nothing arrived. A forward
    sweep keeps with every tangent what is to be added to it. Both move from row to row as adjoints and tangents do,
    but through partials that are nowhere 0 (see `_anywhere`), and with the axis of seeds if there is one.
    """

    def __init__(self, at: set[int]) -> None:
        self.at = at
        self.beside: dict[int, Any] = {}

    def begin(self, adjoints: dict[int, Any], holes: set[int]) -> None:
        """Mark the seeds of a reverse sweep: a zero of one in `holes` means that nothing arrived."""
        for seq, g in adjoints.items():
            g = raw(g)
            self.beside[seq] = _marked(g) if seq in holes else _irregular(g)

    def pulled(self, contributions: Any, row: Row, shown: Row, first: int, pull: Call | None) -> Any:
        """The `contributions` of a row; if it is such a length, with NaN for their derivatives."""
        s = self.beside.pop(row.seq)
        for arg, c, m in zip(row.args, contributions, self._marks(s, row, first, pull), strict=True):
            if c is not None:
                before = self.beside.get(arg.seq)
                self.beside[arg.seq] = m if before is None else before + m
        if row.seq not in self.at:
            return contributions
        axes = _axes(row)
        bend = _vector(row, axes, _bend(row, shown, _back(s, row, axes) != 0, axes, s))
        return [c if c is None else c + OPS["sum_to"].call(bend, c.shape) for c in contributions]

    def _marks(self, s: Any, row: Row, first: int, pull: Call | None) -> list[Any]:
        op: Any = row.op
        extra = s.shape[np.ndim(raw(row.value)) :]
        shapes = [(*np.shape(raw(a.value)), *extra) for a in row.args]
        if _entrywise(row):
            found = [OPS["sum_to"].call(s, shape) for shape in shapes]
        elif _followed(op):
            found = (pull or op.gated)(s, _anywhere(row), first)
        else:
            found = [_everywhere(s, shape, len(extra)) for shape in shapes]
        return [m if m is None else _marked(m) for m in found]

    def pushed(self, t: Any, row: Row, shown: Row, tangents: list[Any], push: Call | None) -> None:
        """Keep what is to be added to the tangent `t` of a row, if it depends on such a length."""
        before = [self.beside.get(a.seq, (None, None)) if a.seq else (None, None) for a in row.args]
        marks, bend = self._moved(before, row, t, push) if any([b is not None for _, b in before]) else (0.0, 0.0)
        if row.seq in self.at:
            axes = _axes(row)
            moving: Any = False
            for x in tangents:
                if x is not None:
                    moving = moving | OPS["any"].call(_vector(row, axes, raw(x)) != 0, axis=axes, keepdims=True)
            here = _bend(row, shown, moving, axes, raw(t))
            bend = bend + fit(OPS["sum"].call(here, axis=axes, keepdims=row.params[-1]) if axes else here, t)
            marks = _irregular(raw(t))
        if isinstance(bend, Tensor):
            self.beside[row.seq] = marks, bend

    def end(self, tangents: dict[int, Any]) -> None:
        """Add it: not before, for a 0 that a tangent meets on its way would make NaN of it where it should vanish."""
        for seq, (_, bend) in self.beside.items():
            tangents[seq] = tangents[seq] + bend

    def _moved(self, before: list[Any], row: Row, t: Any, push: Call | None) -> tuple[Any, Any]:
        op: Any = row.op
        extra = len(t.shape) - np.ndim(raw(row.value))
        there = _anywhere(row) if not _entrywise(row) and _followed(op) else None
        both = []
        for bs in zip(*before, strict=True):  # marks, and what is added
            if there is not None:
                both.append(push(there, list(bs)) if push else op.push(there, list(bs), True))
            else:
                spread = [b if _entrywise(row) else _everywhere(b, t.shape, extra) for b in bs if b is not None]
                both.append(OPS["broadcast_to"].call(sum(spread), t.shape))
        marks = _marked(both[0])
        return marks, OPS["where"].call(marks != 0, both[1], 0.0)


def _bend(row: Row, shown: Row, met: Any, axes: tuple[int, ...], like: Any) -> Any:
    """0, whose derivatives in the arguments of a length are NaN where that is 0 and `met`."""
    extra = len(like.shape) - np.ndim(raw(row.value))
    mask, total = met & _room(_is_zero(row, axes), extra), 0.0
    for a in shown.args:
        if a.seq:
            x = a.value if isinstance(a.value, Tensor) else handle(constant(a.value))
            total = total + OPS["corner"].call(_room(_vector(row, axes, x), extra), mask, axes)
    return total


def _vector(row: Row, axes: tuple[int, ...], x: Any) -> Any:
    """What the length is that of, for a deviation how far `x` is from its mean: a symmetric map, its own transpose."""
    op: Any = row.op
    return x - OPS["mean"].call(x, axis=axes, keepdims=True) if op.name == "std" else x


def _is_zero(row: Row, axes: tuple[int, ...]) -> Any:
    """Where a length is 0 and its square has not just underflowed, with the axes that it was taken over."""
    if not axes:
        return raw(row.value) == 0
    x = raw(row.args[0].value)
    size = OPS["max"].call(OPS["abs"].call(x), axis=axes, keepdims=True)
    scaled: Any = x / OPS["where"].call(size == 0, 1.0, size)
    op: Any = row.op
    return op.kernels[scaled.__class__](scaled, *row.params[:-1], True) == 0


def _axes(row: Row) -> tuple[int, ...]:
    """The axes that a length was taken over."""
    if not row.params:
        return ()
    axis, ndim = row.params[0], np.ndim(raw(row.args[0].value))
    return tuple(range(ndim)) if axis is None else tuple([int(a) % ndim for a in np.atleast_1d(axis)])


def _back(s: Any, row: Row, axes: tuple[int, ...]) -> Any:
    """`s`, of the shape of a length and perhaps an axis of seeds, with the axes that it was taken over."""
    if not axes:
        return s
    x = raw(row.args[0].value)
    kept = [1 if i in axes else n for i, n in enumerate(x.shape)]
    return OPS["reshape"].call(s, (*kept, *s.shape[np.ndim(raw(row.value)) :]))


def _room(x: Any, extra: int) -> Any:
    """`x` with an axis for seeds, if there is one."""
    return OPS["reshape"].call(x, (*x.shape, 1)) if extra and x.shape else x


def _entrywise(row: Row) -> bool:
    """Whether each entry of the result depends on those it was computed from, and on them alone."""
    op: Any = row.op
    if op.name == "corner":
        return not row.params[0]  # the axes of the length
    if op.name in ("quotient", "sign"):
        return True
    if op.kind != "elementwise" or op.holes:
        return False
    return op.name != "multiply" or all([_varies(a) for a in row.args])


def _followed(op: Any) -> bool:
    """Whether a pull or push shows what depends on what."""
    return op.kind != "general" or op.holes or "keepdims" in op.options or op.name in ("affine", "conj", "einsum")


def _varies(a: Row) -> bool:
    return bool(a.seq) or isinstance(a.value, Tensor)


def _anywhere(row: Row) -> Row:
    """The row at some other place, where its partials are not 0; what selects stays, and so do constants."""
    op: Any = row.op
    made = Row()
    made.op, made.params, made.seq, made.note, made.args = op, row.params, row.seq, None, ()
    keep = op.holes or op.kind == "linear"
    for a in row.args:
        value = raw(a.value)
        b = constant(_irregular(value) if _varies(a) and not keep else value)
        b.seq = a.seq
        made.args = (*made.args, b)
    made.value = raw(row.value)
    if "keepdims" in op.options and not keep:  # a reduction's rule uses its value
        made.value = op.kernels[made.value.__class__](*[b.value for b in made.args], *row.params)
    return made


def _irregular(like: Any) -> Any:
    """Positive numbers that do not cancel."""
    shape = tuple(np.shape(like))
    numbers = 1 + np.modf(np.arange(1, int(np.prod(shape)) + 1) * 0.6180339887498949)[0]
    return array_like(numbers.reshape(shape)[()], like)


def _marked(m: Any) -> Any:
    return OPS["where"].call(m != 0, _irregular(m), 0.0)


def _everywhere(b: Any, shape: tuple[int, ...], extra: int) -> Any:
    """The sum of all entries, each seed's its own, in every entry of `shape`."""
    axes = tuple(range(len(b.shape) - extra))
    return OPS["broadcast_to"].call(OPS["sum"].call(b, axis=axes) if axes else b, shape)
