"""Functions of functions: gradients and products with a vector, of any order.

Each runs the function on fresh variables, then reads its tape with a sweep. Arguments and results are arrays,
numbers or Tensors, or containers of them (optree's pytrees). A derivative is an operation like any other: it is a
Tensor exactly when something it depends on is one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np
from numpy import ndarray

from autograd_lite.arrays import trees
from autograd_lite.arrays.libraries import NUMPY, as_value, has_zero, is_array, is_complex, is_inexact, own
from autograd_lite.arrays.memory import unshared
from autograd_lite.asking import argument_numbers, arguments, function
from autograd_lite.core.fitting import conform
from autograd_lite.core.modes import MODES, quiet, recorded, watcher
from autograd_lite.core.nested import depending, leads_beyond, reaches_beyond
from autograd_lite.core.row import Row, leaf
from autograd_lite.core.sweep import ONES, conjugated, rows_of, seed_for
from autograd_lite.core.tensor import Tensor, handle, held, raw
from autograd_lite.errors import NonScalarError, NotDifferentiableError, SeedError, said
from autograd_lite.ops.create import alias, zeros_like
from autograd_lite.ops.matrices.undefined import forward_or_refuse, reverse_or_refuse

__all__ = [
    "grad",
    "hvp",
    "jvp",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]

Function = Callable[..., Any]
_op = attrgetter("op")


# -- variables in, derivatives out ---------------------------------------------------------------------------------


class Inputs:
    """The leaves of some arguments as fresh variables, and what their derivatives are to look like.

    Inside `no_grad` the function is recorded for its derivative, and nothing of it reaches the tapes outside.
    """

    def __init__(self, tree: Any, asker: str, copy: bool | None = None) -> None:
        self.quiet = bool(MODES) and quiet()
        self.given, self.spec = trees.flatten(tree)
        self.outer = self.wrapped = False
        self.rows: list[Row] = []
        for x in self.given:
            if x.__class__ is ndarray and x.dtype.char in "df" and x.ndim and not copy:  # nearly always
                self.rows.append(leaf(x))
                continue
            if isinstance(x, Tensor):
                self.wrapped = True
                if x._row.seq and not self.quiet:
                    self.outer = True
                    self.rows.append(alias(x)._row)
                    continue
                value = x._row.value
            elif is_array(x):
                value = as_value(x, copy=copy)
            else:
                remedy = "; write .to_numpy()" if hasattr(x, "to_numpy") else ""
                raise NotDifferentiableError(f"{asker}: cannot differentiate with respect to {said(x)}{remedy}")
            if not is_inexact(value):
                raise NotDifferentiableError(
                    f"{asker}: a variable needs a floating-point dtype, not {value.dtype}: write 2.0 instead of 2, "
                    f"use .astype(float), or choose other argnums"
                )
            self.rows.append(leaf(value))
        self.seqs = [row.seq for row in self.rows]
        self.first = min(self.seqs, default=1)

    @property
    def tree(self) -> Any:
        return trees.unflatten(self.spec, list(map(handle, self.rows)))

    def shaped(self, results: list[Any]) -> Any:
        return trees.unflatten(self.spec, results)


def split(args: tuple[Any, ...], argnums: int | tuple[int, ...], asker: str) -> tuple[Any, Callable[[Any], list[Any]]]:
    """The arguments to differentiate, and a way to put variables in their places."""
    one = isinstance(argnums, int)
    nums: Any = (argnums,) if one else argnums
    for n in nums:
        if not -len(args) <= n < len(args):
            raise SeedError(f"{asker}: argnums={argnums} but the function was given {len(args)} positional arguments")

    def filled(variables: Any) -> list[Any]:
        full = list(args)
        for n, v in zip(nums, (variables,) if one else variables, strict=True):
            full[n] = v
        return full

    return (args[nums[0]] if one else tuple([args[n] for n in nums])), filled


def _pulled_back(inputs: Inputs, rows: list[Row], seeds: dict[int, Any], **known: Any) -> list[Any]:
    """The gradients of the inputs, by one reverse sweep of `rows`, which it consumes."""
    adjoints = swept_back(inputs, rows, seeds, **known)
    results = []
    for row in inputs.rows:
        g = unshared(adjoints, row.seq) if row.seq in adjoints else None
        results.append(finished_as(g, row, inputs.wrapped))
    return results


def swept_back(
    inputs: Inputs,
    rows: list[Row],
    seeds: dict[int, Any],
    *,
    holes: set[int] | None = None,
    beyond: bool | None = None,
    pull: Any = None,
) -> dict[int, Any]:
    """The adjoints of the inputs, recorded if a tracked seed or anything older than the inputs is involved.

    `beyond` says that `rows` reach something older, for who knows. Where they do not, their values are constants to
    everybody else: what is recorded depends on the seeds alone.
    """
    record = inputs.outer or (reaches_beyond(rows, inputs.first) if beyond is None else beyond)
    if record or None in map(_op, rows):  # a variable of a derivative inside or outside this one
        rows[:] = depending(rows, inputs.seqs, inputs.first, record)
    watch = getattr(watcher(), "adjoint", None) if MODES else None
    return reverse_or_refuse(rows, seeds, inputs.seqs, inputs.first, record=record, holes=holes, watch=watch, pull=pull)


def finished_as(g: Any, row: Row, wrapped: bool) -> Any:
    """An adjoint as the derivative a caller gets: zeros if nothing arrived, its variable's dtype, its own memory."""
    value = row.value
    if g is None:
        g = zeros_like(value)
    elif g.__class__ not in NUMPY or g.dtype is not value.dtype or g.dtype.char not in "df":  # nearly never
        g = conjugated(conform(g, value))
        if isinstance(g, Tensor):
            return g
    return held(g) if wrapped else g


# -- gradients ------------------------------------------------------------------------------------------------------


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """A function that gives the value of `f` and its gradient, from one evaluation and one reverse sweep.

    Parameters
    ----------
    f : callable
        Its result (the first of a pair if `has_aux`) is one real number.
    argnums : int or tuple of int
        Which positional arguments to differentiate; each may be a container.
    has_aux : bool
        `f` returns ``(value, extra)``; so does the result, ``((value, extra), gradient)``.

    Raises
    ------
    NonScalarError
        The result of `f` is not one number.
    NotDifferentiableError
        An argument has an integer or boolean dtype.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> ag.value_and_grad(lambda x: x**3)(2.0)
    (np.float64(8.0), np.float64(12.0))
    """

    f, nums = function(f, "value_and_grad"), argument_numbers(argnums, "value_and_grad")

    @functools.wraps(f)
    def derived(*args: Any, **options: Any) -> Any:
        value, aux, gradient = _evaluated(f, nums, has_aux, args, options, "value_and_grad")
        return ((value, aux) if has_aux else value), gradient

    return derived


def _evaluated(
    f: Function,
    argnums: int | tuple[int, ...],
    has_aux: bool,
    args: tuple[Any, ...],
    options: dict[str, Any],
    asker: str,
) -> tuple[Any, Any, Any]:
    """What `f` gives for `args`, the rest of what it gives, and its gradient."""
    chosen, filled = split(args, argnums, asker)
    inputs = Inputs(chosen, asker)
    full = filled(inputs.tree)
    y = recorded(f, *full, **options)
    del full  # the sweep is to hold the tape alone, and let go of each value once it is used
    aux = None
    if has_aux:
        y, aux = y
        aux = lowered(aux, inputs)
    value = raw(y)
    if value.__class__ not in ONES:
        _one_real_number(y, value, asker)
    if not isinstance(y, Tensor) or y._row.seq < inputs.first:  # it depends on no variable of ours
        zeros = inputs.shaped([finished_as(None, row, inputs.wrapped) for row in inputs.rows])
        return lowered(y, inputs), aux, zeros
    row = y._row
    rows, seeds = rows_of((row,), inputs.first, inputs.seqs), {row.seq: seed_for(row, None, asker)}
    beyond = reaches_beyond(rows, inputs.first)
    if inputs.wrapped or beyond:
        value = y.detach() if inputs.quiet else y
    del y, row
    return value, aux, inputs.shaped(_pulled_back(inputs, rows, seeds, beyond=beyond))


def _one_real_number(y: Any, value: Any, asker: str) -> None:
    """Raise for what has no gradient."""
    if not is_array(value) or np.shape(value) != ():
        what = f"shape {tuple(value.shape)}" if hasattr(value, "shape") else f"type {type(y).__name__}"
        raise NonScalarError(
            f"{asker}: the function must return one number, not {what}; sum or average it, or use ag.jacobian"
        )
    if is_complex(value):
        raise NonScalarError(
            f"{asker}: the function must return one real number, not a complex one; take ag.real, ag.imag or abs of "
            "it, or use ag.jacobian, or ag.vjp with a seed"
        )


def lowered(tree: Any, inputs: Inputs) -> Any:
    """Tensors that stand for nothing but this call's variables, as the arrays the caller thinks in."""
    if inputs.quiet:
        tree = stop_gradient(tree)
    if inputs.wrapped:
        return tree

    def lower(x: Any) -> Any:
        return x if not isinstance(x, Tensor) or leads_beyond(x._row, inputs.first) else x._row.value

    return trees.mapped(lower, tree)


def grad(f: Function, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """A function that gives the gradient of `f`, in the containers, shapes and dtypes of its arguments.

    As `value_and_grad`, without the value; with `has_aux` it gives ``(gradient, extra)``.

    >>> import autograd_lite as ag
    >>> ag.grad(lambda x1, x2: x1 * x2 + ag.sin(x1), argnums=(0, 1))(0.0, 3.0)
    (np.float64(4.0), np.float64(0.0))
    >>> ag.grad(ag.grad(lambda x: x**3))(2.0)
    np.float64(12.0)
    """

    return gradient(f, "grad", argnums, has_aux)


def gradient(f: Function, asker: str, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Function:
    """`grad`, for an `asker` whose name is to stand in the errors."""
    f, nums = function(f, asker), argument_numbers(argnums, asker)

    @functools.wraps(f)
    def derived(*args: Any, **options: Any) -> Any:
        _, aux, slopes = _evaluated(f, nums, has_aux, args, options, asker)
        return (slopes, aux) if has_aux else slopes

    return derived


# -- products with a vector -------------------------------------------------------------------------------------------


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of `f` and its pullback: a function from a seed shaped like the value to gradients of the primals.

    With `has_aux`, `f` returns ``(value, extra)``, and the result is ``(value, pullback, extra)``.

    >>> import autograd_lite as ag
    >>> out, pullback = ag.vjp(lambda x, y: x * y, 2.0, 3.0)
    >>> pullback(1.0)
    (np.float64(3.0), np.float64(2.0))
    """
    f = function(f, "vjp")
    inputs = Inputs(primals, "vjp", copy=True)  # a pullback reads them later, when the caller may have written to his
    out = recorded(f, *inputs.tree)
    out, aux = out if has_aux else (out, None)
    leaves, spec = trees.flatten(out)

    def pullback(seed: Any) -> Any:
        seeds = trees.like(spec, seed)
        if seeds is None:
            raise SeedError(
                f"vjp: a seed of structure {trees.written(trees.flatten(seed)[1])} does not fit an output of "
                f"structure {trees.written(spec)}"
            )
        starts: dict[int, Any] = {}
        rows = []
        for y, s in zip(leaves, seeds, strict=True):
            if isinstance(y, Tensor) and y._row.seq >= inputs.first:
                start = seed_for(y._row, s, "vjp")
                seq = y._row.seq
                starts[seq] = starts[seq] + start if seq in starts else start
                rows.append(y._row)
        holes = {seq for seq, s in starts.items() if has_zero(raw(s), spares=False)}
        return inputs.shaped(_pulled_back(inputs, rows_of(rows, inputs.first, inputs.seqs), starts, holes=holes))

    return (_copied(lowered(out, inputs)), pullback, *([_copied(lowered(aux, inputs))] if has_aux else []))


def _copied(tree: Any) -> Any:
    """Arrays as copies: the caller may write into them, and not into those on the tape."""
    return trees.mapped(lambda x: x.copy() if x.__class__ is np.ndarray else x, tree)


def jvp(f: Function, primals: Any, tangents: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of `f` and its directional derivative: one evaluation and one forward sweep.

    Parameters
    ----------
    f : callable
    primals, tangents : tuple
        The arguments of `f`, and their rates of change: same containers, same shapes.
    has_aux : bool
        `f` returns ``(value, extra)``; the result is ``(value, derivative, extra)``.

    Raises
    ------
    SeedError
        A tangent that does not fit its primal.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> ag.jvp(lambda x1, x2: x1 * x2, (2.0, 3.0), (1.0, 0.0))
    (np.float64(6.0), np.float64(3.0))
    """
    return pushed(f, "jvp", primals, tangents, has_aux)


def pushed(f: Function, asker: str, primals: Any, tangents: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """`jvp`, for an `asker` whose name is to stand in the errors."""
    f, along = function(f, asker), arguments(tangents, asker, "tangents")
    inputs = Inputs(arguments(primals, asker, "primals"), asker)
    directions = trees.like(inputs.spec, along)
    if directions is None:
        raise SeedError(
            f"{asker}: tangents of structure {trees.written(trees.flatten(along)[1])} do not fit primals of "
            f"structure {trees.written(inputs.spec)}"
        )
    starts = {r.seq: _tangent(t, r, asker) for t, r in zip(directions, inputs.rows, strict=True)}
    out = recorded(f, *inputs.tree)
    out, aux = out if has_aux else (out, None)
    leaves, out_spec = trees.flatten(out)
    swept = _pushed_forward(inputs, leaves, starts, any([isinstance(t, Tensor) for t in directions]))
    derivative = trees.unflatten(out_spec, swept)
    return (lowered(out, inputs), derivative, *([lowered(aux, inputs)] if has_aux else []))


def _tangent(t: Any, row: Row, asker: str) -> Any:
    given, value = raw(t), row.value
    if np.shape(given) != tuple(value.shape):
        raise SeedError(
            f"{asker}: a tangent of shape {np.shape(given)} does not fit a primal of shape {tuple(value.shape)}"
        )
    if is_complex(given) and not is_complex(value):
        raise SeedError(f"{asker}: a complex tangent does not fit a real primal; give its real part")
    if isinstance(t, Tensor) and t._row.seq:
        return conform(t, value) if is_complex(value) else t
    given = as_value(given, value.dtype) if not hasattr(given, "dtype") or given.dtype != value.dtype else given
    return own(given, value) if given.__class__ in NUMPY and value.__class__ not in NUMPY else given


def _pushed_forward(inputs: Inputs, outputs: list[Any], starts: dict[int, Any], wrapped: bool) -> list[Any]:
    """The tangents of the outputs, by one forward sweep."""
    wrapped = wrapped or inputs.wrapped
    tracked = [y._row for y in outputs if isinstance(y, Tensor) and y._row.seq >= inputs.first]
    rows = rows_of(tracked, inputs.first, inputs.seqs)
    record = inputs.outer or reaches_beyond(rows, inputs.first)
    holes = {seq for seq, t in starts.items() if has_zero(raw(t), spares=False)}
    watch = getattr(watcher(), "tangent", None)
    found = forward_or_refuse(rows, starts, tracked, record=record, holes=holes, watch=watch)
    results = []
    for y in outputs:
        seq = y._row.seq if isinstance(y, Tensor) else 0
        if seq in found:
            t = found[seq] = unshared(found, seq)  # a seed stays its owner's, and a second output of this row is a copy
        else:
            t = zeros_like(raw(y))
        results.append(held(t) if wrapped and not isinstance(t, Tensor) else t)
    return results


def hvp(f: Function, primals: Any, tangents: Any) -> Any:
    """The product of the Hessian of `f` with a vector: a forward sweep over a recorded reverse sweep.

    `primals` and `tangents` are tuples, as for `jvp`; the result is a tuple too, or the one entry if there is one.

    >>> import autograd_lite as ag, numpy as np
    >>> ag.hvp(lambda x: ag.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    array([6., 0.])
    """
    primals = arguments(primals, "hvp", "primals")
    argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return pushed(gradient(f, "hvp", argnums), "hvp", primals, tangents)[1]


# -- where the tape stops ---------------------------------------------------------------


def stop_gradient(x: Any) -> Any:
    """`x` as a constant: the same value, through which no derivative passes. Containers too.

    >>> import autograd_lite as ag
    >>> ag.grad(lambda x: x * ag.stop_gradient(x))(3.0)
    np.float64(3.0)
    """
    return trees.mapped(lambda leaf: leaf.detach() if isinstance(leaf, Tensor) else leaf, x)
