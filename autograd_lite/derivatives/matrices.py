"""Matrices of derivatives: Jacobians and Hessians, by sweeps of many seeds at a time."""

from __future__ import annotations

import functools
from math import prod
from typing import Any

import numpy as np

from autograd_lite.arrays import trees
from autograd_lite.arrays.libraries import array_like, as_value, copied, is_complex
from autograd_lite.asking import argument_numbers, function
from autograd_lite.core.modes import recorded
from autograd_lite.core.nested import reaches_beyond
from autograd_lite.core.row import Row, constant
from autograd_lite.core.sweep import rows_of
from autograd_lite.core.tensor import Tensor, held, raw
from autograd_lite.derivatives.many_seeds import pull_batch, push_batch
from autograd_lite.derivatives.transforms import Function, Inputs, finished_as, gradient, lowered, split, swept_back
from autograd_lite.ops.create import zeros_like
from autograd_lite.ops.matrices.undefined import forward_or_refuse
from autograd_lite.ops.shape import broadcast_to, concat, moveaxis, reshape

__all__ = ["hessian", "jacobian"]


def jacobian(f: Function, argnums: int | tuple[int, ...] = 0, mode: str = "auto", has_aux: bool = False) -> Function:
    """A function that gives the matrix of derivatives of `f`: for each output, the shape ``out.shape + in.shape``.

    Parameters
    ----------
    f : callable
        Arrays in, arrays out; containers on both sides give a container of containers.
    argnums : int or tuple of int
    mode : {"auto", "reverse", "forward"}
        One reverse sweep per output entry, or one forward sweep per input entry; "auto" takes the fewer.
    has_aux : bool
        `f` returns ``(value, extra)``; the result is ``(matrix, extra)``.

    Examples
    --------
    >>> import autograd_lite as ag, numpy as np
    >>> ag.jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    if mode not in ("auto", "reverse", "forward"):
        raise ValueError(f"jacobian: mode is 'auto', 'reverse' or 'forward', not {mode!r}")

    return _matrix(f, "jacobian", argnums, mode, has_aux)


def _matrix(f: Function, asker: str, argnums: int | tuple[int, ...], mode: str, has_aux: bool) -> Function:
    """`jacobian`, for an `asker` whose name is to stand in the errors."""
    f, nums = function(f, asker), argument_numbers(argnums, asker)

    @functools.wraps(f)
    def derived(*args: Any, **options: Any) -> Any:
        chosen, filled = split(args, nums, asker)
        inputs = Inputs(chosen, asker)
        out = recorded(f, *filled(inputs.tree), **options)
        out, aux = out if has_aux else (out, None)
        outputs, spec = trees.flatten(out)
        n_in = sum([prod(r.value.shape) for r in inputs.rows])
        n_out = sum([prod(np.shape(raw(y))) for y in outputs])
        forwards = mode == "forward" or (mode == "auto" and n_in < n_out)
        blocks = (_columns if forwards else _lines)(inputs, outputs)
        matrix = trees.unflatten(spec, [inputs.shaped(block) for block in blocks])
        return (matrix, lowered(aux, inputs)) if has_aux else matrix

    return derived


BATCH = 1 << 22
"""How many entries a batch of seeds may make of the largest value on the tape: 32 MB of float64."""


def _batches(like: Any, rows: list[Row]) -> Any:
    """The unit arrays shaped like `like`, along one more axis at the end, as few at a time as memory asks for."""
    n = prod(like.shape)
    largest = max([prod(np.shape(r.value)) for r in rows] + [n], default=1)
    step = max(1, BATCH // max(1, largest))
    for start in range(0, n, step):
        columns = array_like(np.eye(n, min(step, n - start), -start), like)
        yield reshape(columns, (*like.shape, columns.shape[1]))


def _lines(inputs: Inputs, outputs: list[Any]) -> list[list[Any]]:
    """For each output, for each input: the block of the Jacobian, by reverse sweeps of many seeds."""
    blocks = []
    for y in outputs:
        value = raw(y) if hasattr(raw(y), "shape") else as_value(raw(y))
        parts: list[list[Any]] = [[] for _ in inputs.rows]
        if isinstance(y, Tensor) and y._row.seq >= inputs.first:
            row = y._row
            for seeds in _batches(value, tape := rows_of((row,), inputs.first, inputs.seqs)):
                found = swept_back(inputs, list(tape), {row.seq: seeds}, holes={row.seq}, pull=pull_batch)
                turned = {}  # a real variable keeps the real part of its adjoint: the imaginary one comes from i
                if is_complex(value) and not all([is_complex(r.value) for r in inputs.rows]):
                    turned = swept_back(inputs, list(tape), {row.seq: seeds * 1j}, holes={row.seq}, pull=pull_batch)
                for part, r in zip(parts, inputs.rows, strict=True):
                    g = found.get(r.seq)
                    if g is not None and turned and not is_complex(r.value):
                        g = g - turned[r.seq] * 1j
                    part.append(zeros_like(_room(r.value, seeds)) if g is None else g)
        blocks.append(
            [
                _block(part, tuple(value.shape), r.value, inputs.wrapped)
                for part, r in zip(parts, inputs.rows, strict=True)
            ]
        )
    return blocks


def _room(value: Any, seeds: Any) -> Any:
    return broadcast_to(reshape(value, (*value.shape, 1)), (*value.shape, seeds.shape[-1]))


def _block(parts: list[Any], out_shape: tuple[int, ...], value: Any, wrapped: bool) -> Any:
    """Gradients along a last axis that runs over the output's entries, as ``out.shape + in.shape``."""
    shape = out_shape + tuple(value.shape)
    if not parts:
        return finished_as(None, constant(array_like(np.zeros(shape), value)), wrapped)
    whole = parts[0] if len(parts) == 1 else concat(parts, axis=-1)
    return _given(reshape(moveaxis(whole, -1, 0), shape), wrapped)


def _given(block: Any, wrapped: bool) -> Any:
    """A block of derivatives as the caller gets it, in memory of its own."""
    block = +block if isinstance(block, Tensor) else copied(block)
    return held(block) if wrapped and not isinstance(block, Tensor) else block


def _columns(inputs: Inputs, outputs: list[Any]) -> list[list[Any]]:
    """The same blocks, by forward sweeps of many tangents."""
    tracked = [y._row for y in outputs if isinstance(y, Tensor) and y._row.seq >= inputs.first]
    tape = rows_of(tracked, inputs.first, inputs.seqs)
    record = inputs.outer or reaches_beyond(tape, inputs.first)
    blocks: list[list[Any]] = [[] for _ in outputs]
    for r in inputs.rows:
        parts: list[list[Any]] = [[] for _ in outputs]
        for tangents in _batches(r.value, tape):
            found = forward_or_refuse(tape, {r.seq: tangents}, tracked, record=record, push=push_batch)
            for part, y in zip(parts, outputs, strict=True):
                t = found.get(y._row.seq) if isinstance(y, Tensor) and y._row.seq else None
                value = raw(y) if hasattr(raw(y), "shape") else as_value(raw(y))
                part.append(zeros_like(_room(value, tangents)) if t is None else t)
        for block, part, y in zip(blocks, parts, outputs, strict=True):
            shape = tuple(np.shape(raw(y))) + tuple(r.value.shape)
            whole = concat(part, axis=-1) if len(part) > 1 else part[0] if part else r.value  # which has no entries
            block.append(_given(reshape(whole, shape), inputs.wrapped))
    return blocks


def hessian(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """A function that gives the matrix of second derivatives of `f`, whose result is one number.

    With `has_aux`, `f` returns ``(value, extra)``, and the result is ``(matrix, extra)``.

    >>> import autograd_lite as ag, numpy as np
    >>> ag.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    return _matrix(gradient(f, "hessian", argnums, has_aux), "hessian", argnums, "forward", has_aux)
