"""What a model is made of: shapes, parameters, work and memory, layer by layer."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.listing import Listing
from nn.module import Module
from nn.support import evaluating, raw

__all__ = ["summary"]

HEADER = ["layer", "module", "output", "parameters", "FLOPs", "memory"]

MOVES = frozenset(
    [
        *("alias", "astype", "broadcast_to", "concat", "copy", "expand_dims", "flip", "getitem", "matrix_transpose"),
        *("permute_dims", "reshape", "roll", "squeeze", "stack", "swapaxes", "take", "take_along_axis", "where"),
    ]
)
"""Operations that only move numbers: no FLOPs."""

REDUCTIONS = frozenset(["logsumexp", "log_softmax", "max", "mean", "min", "prod", "softmax", "std", "sum", "var"])
"""Operations that look at every number of their argument: a FLOP for each."""


def summary(model: Module, input_shape: Any, *, dtype: Any = None) -> Listing:
    """A table of the model's layers, from one call of it on zeros, in the mode of `eval()`.

    Parameters
    ----------
    model : Module
    input_shape : tuple of int, or the input itself
        With the batch: ``(32, 64)``. An array is used as it is, and a list of arrays as several inputs.
    dtype : dtype, optional
        Of the zeros; by default that of the first parameter.

    Returns
    -------
    Listing
        A line for each module without modules inside, in the order they are called. Parameters that were counted
        before are ``shared``. FLOPs are those of one call: 2 for each product of a matrix multiplication, 1 for
        each number that another operation computes, 0 for moving numbers. Memory is what the tape keeps for the
        backward sweep. The last line counts the whole, with what happens between the layers.

    Examples
    --------
    >>> import nn
    >>> print(nn.summary(nn.MLP([64, 128, 10]), (32, 64)))
    layer | module          | output    | parameters | FLOPs   | memory
    ------+-----------------+-----------+------------+---------+---------
    0     | Linear(64, 128) | (32, 128) | 8,320      | 528,384 | 32.0 KiB
    1     | Tanh            | (32, 128) | 0          | 4,096   | 32.0 KiB
    2     | Linear(128, 10) | (32, 10)  | 1,290      | 82,240  | 2.5 KiB
    whole | MLP             | (32, 10)  | 9,610      | 614,720 | 66.5 KiB
    <BLANKLINE>
    9,610 parameters, all trained: 75.1 KiB
    """
    names = {id(m): name for name, m in model.named_modules()}
    calls: list[tuple[Module, tuple[Any, ...], Any]] = []
    leaves = [m for m in model.modules() if m is not model and not any(True for _ in m.children())]
    hooks = [m.register_forward_hook(lambda *call: calls.append(call)) for m in leaves]
    try:
        inputs = _inputs(model, input_shape, dtype)
        with evaluating(model):  # nothing random, and no running statistics move
            out = model(*inputs)
            for hook in hooks:
                hook.remove()
            seen: set[int] = set()
            lines = [_line(names[id(module)], module, given, made, seen) for module, given, made in calls]
            lines.append(_line("whole", model, tuple(inputs), out, set()))
    finally:
        for hook in hooks:
            hook.remove()
    return Listing(HEADER, [[[word] for word in line] for line in lines], notes=_notes(model))


def _inputs(model: Module, given: Any, dtype: Any) -> list[Any]:
    if isinstance(given, tuple) and all(isinstance(n, (int, np.integer)) for n in given):
        first = next(iter(model.parameters()), None)
        return [np.zeros(given, dtype or (float if first is None else first.dtype))]
    if hasattr(given, "dtype"):
        return [given]
    if isinstance(given, (list, tuple)) and all(hasattr(x, "dtype") for x in given):
        return list(given)
    raise TypeError(f"summary: the shape of an input as a tuple, an array, or a list of arrays, not {given!r}")


def _line(name: str, module: Module, inputs: tuple[Any, ...], out: Any, seen: set[int]) -> list[str]:
    new, shared = 0, False
    for p in module.parameters():
        shared = shared or id(p) in seen
        new += 0 if id(p) in seen else p.size
        seen.add(id(p))
    flops, memory = _work(module, inputs)
    count = f"{new:,}" + (" (shared)" if shared else "")
    return [name, module.label(), str(tuple(np.shape(out))), count, f"{flops:,}", _size(memory)]


def _work(module: Module, inputs: tuple[Any, ...]) -> tuple[int, int]:
    """The FLOPs of a call, and the bytes its tape keeps."""
    tracked = [_tracked(x) for x in inputs]
    out = module.forward(*tracked)
    if not isinstance(out, ag.Tensor) or not out.requires_grad:
        return 0, 0
    flops = memory = 0
    for line in ag.tape(out):
        op = line.expression.op
        if op is not None:
            flops += _flops(op.name, line)
            memory += 0 if op.view else line.value.nbytes
    return flops, memory


def _tracked(x: Any) -> Any:
    """A variable with the value of x, so that the tape holds everything; integers stay as they are."""
    value = np.asarray(raw(x))
    return ag.Tensor(value, requires_grad=True) if value.dtype.kind == "f" else x


def _flops(name: str, line: Any) -> int:
    if name in MOVES:
        return 0
    shapes = [np.shape(getattr(a, "value", a)) for a in line.expression.args]
    size = int(np.size(line.value))
    if name in ("matmul", "affine"):
        return size * (2 * int(shapes[0][-1]) + (name == "affine"))
    if name == "einsum":
        letters = dict(line.expression.options)["subscripts"].partition("->")[0].split(",")
        lengths: dict[str, int] = {}
        for word, shape in zip(letters, shapes, strict=True):
            own = word.replace("...", "")
            lengths |= dict(zip(own, shape[len(shape) - len(own) :], strict=True))
            lengths["..."] = prod(shape[: len(shape) - len(own)]) if "..." in word else lengths.get("...", 1)
        return 2 * prod(lengths.values())
    return prod(shapes[0]) if name in REDUCTIONS else size


def _size(n: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if n < 1024:
            return f"{n:.0f} {unit}" if unit == "B" else f"{n:.1f} {unit}"
        n /= 1024
    return f"{n:.1f} GiB"


def _notes(model: Module) -> tuple[str, ...]:
    parameters = list(model.parameters())
    total = sum([p.size for p in parameters])
    frozen = sum([p.size for p in parameters if not p.requires_grad])
    held = sum([p.value.nbytes for p in [*parameters, *model.buffers()]])
    trained = f"{total - frozen:,} trained, {frozen:,} frozen" if frozen else "all trained"
    return (f"{total:,} parameters, {trained}: {_size(held)}",)
