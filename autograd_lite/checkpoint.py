"""Trading time for memory: a part of the tape that is not kept but made again when a sweep comes by."""

from __future__ import annotations

import functools
from typing import Any

import optree

from autograd_lite.modes import recorded
from autograd_lite.op import OPS, record
from autograd_lite.ops.create import alias, zeros_like
from autograd_lite.rules import general
from autograd_lite.sweep import forward, reverse, rows_of
from autograd_lite.tensor import Row, Tensor, handle
from autograd_lite.transforms import Function, Inputs, stop_gradient

__all__ = ["checkpoint"]


def checkpoint(f: Function) -> Function:
    """`f`, storing only its inputs on the tape: a sweep evaluates it again. Memory for time.

    Variables that `f` reaches as a closure are found and get their gradients too.

    >>> import autograd_lite as ag
    >>> ag.grad(ag.checkpoint(lambda x: ag.sin(ag.sin(x))))(0.0)
    np.float64(1.0)
    """

    @functools.wraps(f)
    def checkpointed(*args: Any, **options: Any) -> Any:
        call: Any = (args, options)
        leaves, spec = optree.tree_flatten(call)
        tracked = [i for i, x in enumerate(leaves) if isinstance(x, Tensor) and x._row.seq]
        if not tracked:
            return f(*args, **options)
        # The inputs as fresh rows, so that whatever is older and tracked on the tape was reached as a closure.
        fresh = [alias(leaves[i]) for i in tracked]
        first = min([t._row.seq for t in fresh])
        filled = list(leaves)
        for i, t in zip(tracked, fresh, strict=True):
            filled[i] = handle(t._row)
        a, o = optree.tree_unflatten(spec, filled)
        outs, out_spec = optree.tree_flatten(f(*a, **o))
        seqs = {t._row.seq for t in fresh}
        rows = rows_of([y._row for y in outs if isinstance(y, Tensor)], first, seqs)
        closure = {arg.seq: arg for row in rows if row.seq not in seqs for arg in row.args if 0 < arg.seq < first}

        def rerun(variables: list[Any]) -> list[Any]:
            again = list(leaves)
            for i, x in zip(tracked, variables, strict=True):
                again[i] = x
            args, options = optree.tree_unflatten(spec, again)
            return optree.tree_leaves(f(*args, **options))

        sources = (*[leaves[i]._row for i in tracked], *closure.values())
        results = [
            record(_checkpoint, y._row.value, sources, (rerun, tuple(closure), k))
            if isinstance(y, Tensor) and y._row.seq >= first
            else y
            for k, y in enumerate(outs)
        ]
        return optree.tree_unflatten(out_spec, results)

    return checkpointed


def _value(x: Any) -> Any:
    return x._row.value if isinstance(x, Tensor) else x


def _again(xs: list[Any], rerun: Function, closure: tuple[int, ...], k: int) -> tuple[list[int], list[Row], Row, bool]:
    """Run a checkpointed function again: the seqs of its sources, the new tape and its result, whether to record."""
    inputs = Inputs(list(xs[: len(xs) - len(closure)]), "checkpoint")
    y = recorded(rerun, inputs.tensors)[k]._row
    seqs = [*inputs.seqs, *closure]
    return seqs, rows_of((y,), min(seqs), set(seqs)), y, inputs.outer


def _checkpoint_pull(g: Any, v: Any, xs: list[Any], rerun: Function, closure: tuple[int, ...], k: int) -> list[Any]:
    seqs, rows, y, outer = _again(xs, rerun, closure, k)
    adjoints = reverse(rows, {y.seq: g}, min(seqs), record=outer)
    return [adjoints[seq] if seq in adjoints else zeros_like(_value(x)) for seq, x in zip(seqs, xs, strict=True)]


def _checkpoint_push(ts: list[Any], v: Any, xs: list[Any], rerun: Function, closure: tuple[int, ...], k: int) -> Any:
    seqs, rows, y, outer = _again(xs, rerun, closure, k)
    starts = {seq: t for seq, t in zip(seqs, ts, strict=True) if t is not None}
    return forward(rows, starts, record=outer).get(y.seq)


general("checkpoint", stop_gradient, _checkpoint_pull, _checkpoint_push, signature="*sources, call", together=True)
_checkpoint = OPS["checkpoint"]
