"""Trading time for memory: a part of the tape that is not kept but made again when a sweep comes by."""

from __future__ import annotations

import functools
from contextlib import nullcontext
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from autograd_lite.arrays import trees
from autograd_lite.arrays.libraries import NUMPY, has_zero, is_traced, on_host
from autograd_lite.asking import function
from autograd_lite.core.modes import recorded, watcher
from autograd_lite.core.nested import depending
from autograd_lite.core.op import OPS
from autograd_lite.core.recording import record
from autograd_lite.core.rules import general
from autograd_lite.core.sweep import forward, reverse, rows_of
from autograd_lite.core.tensor import Tensor, handle, raw, tick
from autograd_lite.derivatives.transforms import Function, Inputs, stop_gradient
from autograd_lite.errors import CheckpointError
from autograd_lite.ops.create import alias, zeros_like
from autograd_lite.ops.shape import concat, ravel, reshape
from autograd_lite.programs.draws import Draws

__all__ = ["checkpoint"]


def checkpoint(f: Function) -> Function:
    """`f`, storing only its inputs on the tape: a sweep evaluates it again. Memory for time.

    Variables that `f` reaches as a closure are found and get their gradients too. Random numbers are drawn once: when
    `f` runs again, the generators that it reaches (arguments, closures, layers such as ``nn.Dropout``, ``np.random``)
    draw the same. What it writes into Tensors that it reaches so (the running statistics of ``nn.BatchNorm``) is
    written once. Whatever else it does (appending to a list, writing into a NumPy array, printing) it does again in
    every sweep.

    Raises
    ------
    CheckpointError
        `f` writes into an argument that is tracked: copy it first. In a sweep: `f` gave something else when it ran
        again, since something that it reads has changed.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> ag.grad(ag.checkpoint(lambda x: ag.sin(ag.sin(x))))(0.0)
    np.float64(1.0)
    """

    f = function(f, "checkpoint")

    @functools.wraps(f)
    def checkpointed(*args: Any, **options: Any) -> Any:
        call: Any = (args, options)
        leaves, spec = trees.flatten(call)
        tracked = [i for i, x in enumerate(leaves) if isinstance(x, Tensor) and x._row.seq]
        # The inputs as fresh rows, so that whatever is older and tracked on the tape was reached as a closure.
        first = tick()
        fresh = [alias(leaves[i]) for i in tracked]
        filled = list(leaves)
        for i, t in zip(tracked, fresh, strict=True):
            filled[i] = handle(t._row)
        a, o = trees.unflatten(spec, filled)
        draws = Draws(f, leaves, written=True)
        outs, out_spec = trees.flatten(f(*a, **o))
        if any([filled[i]._row is not t._row for i, t in zip(tracked, fresh, strict=True)]):
            raise CheckpointError("checkpoint: the function writes into its argument, which is tracked; copy it first")
        draws.keep_moved()
        seqs = {t._row.seq for t in fresh}
        places: dict[Any, list[int]] = {}  # of the outputs that are tracked here, by dtype
        for k, y in enumerate(outs):
            if isinstance(y, Tensor) and y._row.seq >= first:
                places.setdefault(y._row.value.dtype, []).append(k)
        rows = rows_of([outs[k]._row for ks in places.values() for k in ks], first, seqs)
        closure = {arg.seq: arg for row in rows if row.seq not in seqs for arg in row.args if 0 < arg.seq < first}
        sources = (*[leaves[i]._row for i in tracked], *closure.values())

        def rerun(variables: list[Any]) -> list[Any]:
            again = list(leaves)
            for i, x in zip(tracked, variables, strict=True):
                again[i] = x
            args, options = trees.unflatten(spec, again)
            with draws.again() if draws.before else nullcontext():
                return trees.leaves(f(*args, **options))

        for ks in places.values() if sources else ():
            values = [outs[k]._row.value for k in ks]
            row = record(_checkpoint, _packed(values), sources, (rerun, tuple(closure), tuple(ks)))
            for k, y in zip(ks, _unpacked(row, values), strict=True):
                outs[k] = y
        return trees.unflatten(out_spec, outs)

    return checkpointed


def _packed(parts: list[Any]) -> Any:
    """Several outputs as one vector, so that one sweep runs the function once."""
    return parts[0] if len(parts) == 1 else concat([ravel(x) for x in parts])


def _unpacked(packed: Any, parts: list[Any]) -> list[Any]:
    """The outputs in a vector, in the shapes of `parts`."""
    if len(parts) == 1:
        return [packed]
    ends = [*accumulate([prod(x.shape) for x in parts], initial=0)]
    return [reshape(packed[a:b], tuple(x.shape)) for a, b, x in zip(ends[:-1], ends[1:], parts, strict=True)]


class _Again:
    """A checkpointed function, run again: the seqs of its sources, the new tape and its result, whether to record."""

    def __init__(self, v: Any, xs: list[Any], rerun: Function, closure: tuple[int, ...], ks: tuple[int, ...]) -> None:
        since = tick()
        inputs = Inputs(list(xs[: len(xs) - len(closure)]), "checkpoint")
        outs = recorded(rerun, inputs.tree)
        self.seqs = [*inputs.seqs, *closure]
        # a sweep that records shows tracked values, those of the closure too
        self.outer = inputs.outer or any([isinstance(x, Tensor) and x._row.seq for x in xs[len(inputs.seqs) :]])
        if not all([k < len(outs) and isinstance(outs[k], Tensor) for k in ks]):
            raise _changed("outputs of another structure")
        self.outs, first = [outs[k]._row for k in ks], min(self.seqs)
        self.rows = rows_of(self.outs, first, set(self.seqs))
        older = set(closure)
        for row in self.rows:
            for arg in row.args:
                if 0 < arg.seq < since and arg.seq not in older:
                    raise _changed("a variable that was not there")
        if len(ks) > 1 and sum([prod(row.value.shape) for row in self.outs]) != prod(raw(v).shape):
            raise _changed("outputs of other shapes")
        for row, before in zip(self.outs, self.parts(raw(v)), strict=True):
            _compare(row.value, before)
        if self.outer or any([row.op is None for row in self.rows]):
            self.rows = depending(self.rows, self.seqs, first, self.outer)

    def parts(self, packed: Any) -> list[Any]:
        """What belongs to each output."""
        return _unpacked(packed, [row.value for row in self.outs])


def _compare(new: Any, old: Any) -> None:
    """Raise unless two values are the same up to rounding."""
    plain = new.__class__ in NUMPY and new.__class__ is old.__class__
    if plain and new.shape == old.shape and new.dtype == old.dtype and (new == old).all():
        return
    try:
        new, old = on_host(new), on_host(old)
    except TypeError as error:
        if not is_traced(error):
            raise
        return
    if new.shape != old.shape or new.dtype != old.dtype:
        raise _changed(f"shape {new.shape} and dtype {new.dtype}, before shape {old.shape} and dtype {old.dtype}")
    with np.errstate(all="ignore"):
        # where NumPy adds in another order, as for other strides, a function of n rows loses about n eps
        allowed = np.finfo(new.dtype).eps ** 0.75 * np.max(np.abs(old), initial=0.0, where=np.isfinite(old))
        same = (new == old) | (np.isnan(new) & np.isnan(old)) | (np.abs(new - old) <= allowed)
    if not same.all():
        raise _changed(f"{np.asarray(new)[~same][0]}, before {np.asarray(old)[~same][0]}")


def _changed(what: str) -> CheckpointError:
    return CheckpointError(
        f"checkpoint: the function gave {what} when a sweep ran it again: something that it reads has changed, or it "
        f"draws random numbers from a generator that was not found; pass arrays and generators as arguments, and write "
        f"into no array between the call and the sweep"
    )


def _checkpoint_pull(g: Any, v: Any, xs: list[Any], *call: Any) -> list[Any]:
    again = _Again(v, xs, *call)
    adjoints: dict[int, Any] = {}
    for row, part in zip(again.outs, again.parts(g), strict=True):
        adjoints[row.seq] = adjoints[row.seq] + part if row.seq in adjoints else part
    holes = {seq for seq, part in adjoints.items() if has_zero(raw(part))}
    watch = getattr(watcher(), "adjoint", None)
    adjoints = reverse(again.rows, adjoints, min(again.seqs), record=again.outer, holes=holes, watch=watch)
    return [adjoints[seq] if seq in adjoints else zeros_like(raw(x)) for seq, x in zip(again.seqs, xs, strict=True)]


def _checkpoint_push(ts: list[Any], v: Any, xs: list[Any], *call: Any) -> Any:
    again = _Again(v, xs, *call)
    starts = {seq: t for seq, t in zip(again.seqs, ts, strict=True) if t is not None}
    holes = {seq for seq, t in starts.items() if has_zero(raw(t))}
    watch = getattr(watcher(), "tangent", None)
    tangents = forward(again.rows, starts, record=again.outer, holes=holes, watch=watch)
    found = [tangents.get(row.seq) for row in again.outs]
    if all([t is None for t in found]):
        return None
    return _packed([zeros_like(row.value) if t is None else t for row, t in zip(again.outs, found, strict=True)])


general("checkpoint", stop_gradient, _checkpoint_pull, _checkpoint_push, signature="*sources, call", together=True)
_checkpoint = OPS["checkpoint"]
