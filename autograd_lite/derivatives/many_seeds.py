"""Many seeds in one sweep: a batch of adjoints (or tangents) is one with another axis at the end.

A rule does not know of batches. It is shown its row with every value repeated along a last axis, and with options
that leave that axis alone (``axis=-1`` means the axis it meant before). Elementwise rules need nothing else, for
arrays of fewer axes meet larger ones at the front there. A linear operation says in its table how its options
change (``batch=``); one that works on the last axes, such as a matrix product, is given the batch in front. Any other
is swept seed by seed, which is slower and right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import PYTHON
from autograd_lite.core.op import OPS, Op
from autograd_lite.core.row import Row, constant
from autograd_lite.ops.shape import broadcast_to, moveaxis, reshape, stack

__all__ = ["pull_batch", "push_batch"]

_broadcast: Any = OPS["broadcast_to"].kernel

LEADING = "leading"
"""The rule of an operation on the last axes: its batch goes in front."""


def pull_batch(g: Any, row: Row, first: int) -> Any:
    """The contributions of a row to its arguments' adjoints, for a batch of adjoints `g`."""
    op: Any = row.op
    n = g.shape[-1]
    options = batched_options(op, row, n)
    if options is None:
        parts = [op.gated(g[..., k], row, first) for k in range(n)]
        return [None if c[0] is None else stacked(list(c)) for c in zip(*parts, strict=True)]
    if options is LEADING:
        contributions = op.gated(moveaxis(g, -1, 0), widened(row, n, row.params, front=True), first)
        return [
            None if c is None else reshape(moveaxis(c, 0, -1), (*a.value.shape, n))
            for c, a in zip(contributions, row.args, strict=True)
        ]
    return op.gated(g, widened(row, n, options), first)


def push_batch(row: Row, tangents: list[Any]) -> Any:
    """The batch of tangents of a row, from those of its arguments (None for one that has none)."""
    op: Any = row.op
    n = next(t.shape[-1] for t in tangents if t is not None)
    options = batched_options(op, row, n)
    if options is None:
        parts = [op.push(row, [t if t is None else t[..., k] for t in tangents], True) for k in range(n)]
        return None if parts[0] is None else stacked(parts)
    if options is LEADING:
        ndim = row.value.ndim
        moved = [t if t is None else reshape(moveaxis(t, -1, 0), (n, *_padded(t.shape[:-1], ndim))) for t in tangents]
        t = op.push(widened(row, n, row.params, front=True), moved, True)
        return t if t is None else moveaxis(t, 0, -1)
    return op.push(widened(row, n, options, bare=op.kind == "elementwise"), tangents, True)


def batched_options(op: Op, row: Row, n: int) -> Any:
    """What `op` is to be called with when its arguments have a last axis of length `n` more; None if nobody knows."""
    if op.kind == "elementwise":
        return ()
    if op.batch is None:
        return None
    if op.batch == LEADING:
        return LEADING if all([_ndim(a.value) >= 2 for a in row.args]) else None
    options = op.batch(n, row.value, row.args[0].value, *(row.params or ()))
    return LEADING if options == LEADING else options


def _ndim(x: Any) -> int:
    return getattr(x, "ndim", 0)


def widened(row: Row, n: int, options: Any, front: bool = False, bare: bool = False) -> Row:
    """`row` as a batched sweep shows it to a rule: each value repeated `n` times along a new axis.

    With `bare` that axis has length 1 in the arguments, which is all that the partials of a push need to meet tangents.
    """
    shown = Row()
    ndim = row.value.ndim if front else None
    shown.value, shown.params, shown.op, shown.seq = _repeated(row.value, n, ndim), options, row.op, row.seq
    shown.note = None
    shown.args = tuple([_widened_argument(a, 1 if bare else n, ndim) for a in row.args])
    return shown


def _widened_argument(arg: Row, n: int, ndim: int | None) -> Row:
    shown = constant(_repeated(arg.value, n, ndim))
    shown.seq = arg.seq
    return shown


def _padded(shape: Any, ndim: int) -> tuple[int, ...]:
    """A shape with `ndim` axes, new ones in front, as broadcasting has it."""
    return (1,) * (ndim - len(shape)) + tuple(shape)


def _repeated(x: Any, n: int, ndim: int | None) -> Any:
    """`x` repeated along a new last axis, or, given the `ndim` of the row's value, along a new first one."""
    if x.__class__ in PYTHON:
        return x
    shape = tuple(x.shape)
    if ndim is not None:
        return broadcast_to(x, (n, *_padded(shape, ndim)))
    if shape and x.__class__ is np.ndarray:  # most often
        x = x[..., None]
        return x if n == 1 else _broadcast(x, (*shape, n))
    return broadcast_to(reshape(x, (*shape, 1)) if shape else x, (*shape, n))


def stacked(parts: list[Any]) -> Any:
    """Results of single sweeps as one batch."""
    return stack(parts, axis=-1)
