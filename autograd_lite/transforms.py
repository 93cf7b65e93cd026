"""Functions of functions: gradients and products with a vector, of any order.

Each runs the function on fresh variables, then reads its tape with a sweep. Arguments and results are arrays,
numbers or Tensors, or containers of them (optree's pytrees). A derivative is an operation like any other: it is a
Tensor exactly when something it depends on is one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import trees
from autograd_lite.backend import NUMPY, as_value, has_zero, is_array, is_complex, is_inexact, own
from autograd_lite.errors import NonScalarError, NotDifferentiableError, SeedError
from autograd_lite.memory import unshared
from autograd_lite.modes import quiet, recorded, watcher
from autograd_lite.ops.create import alias, zeros_like
from autograd_lite.products import conform
from autograd_lite.sweep import (
    conjugated,
    depending,
    forward,
    leads_beyond,
    reaches_beyond,
    reverse_silently,
    rows_of,
    seed_for,
)
from autograd_lite.tensor import Row, Tensor, handle, held, leaf
from autograd_lite.undefined import forget, refuse

__all__ = [
    "grad",
    "hvp",
    "jvp",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]

Function = Callable[..., Any]


# -- variables in, derivatives out ---------------------------------------------------------------------------------


class Inputs:
    """The leaves of some arguments as fresh variables, and what their derivatives are to look like.

    Inside `no_grad` the function is recorded for its derivative, and nothing of it reaches the tapes outside.
    """

    def __init__(self, tree: Any, asker: str, copy: bool | None = None) -> None:
        self.quiet = quiet()
        leaves, self.spec = trees.flatten(tree)
        self.given = leaves
        self.tensors = [self._variable(x, asker, copy) for x in leaves]
        self.rows = [t._row for t in self.tensors]
        self.seqs = [row.seq for row in self.rows]
        self.first = min(self.seqs, default=1)
        self.outer = not self.quiet and any([isinstance(x, Tensor) and x._row.seq > 0 for x in leaves])
        self.wrapped = any([isinstance(x, Tensor) for x in leaves])

    def _variable(self, x: Any, asker: str, copy: bool | None) -> Tensor:
        if isinstance(x, Tensor):
            if x._row.seq and not self.quiet:
                return handle(alias(x)._row)
            value = x._row.value
        elif is_array(x):
            value = as_value(x, copy=copy)
        else:
            raise NotDifferentiableError(f"{asker}: cannot differentiate with respect to {x!r} ({type(x).__name__})")
        if not is_inexact(value):
            raise NotDifferentiableError(
                f"{asker}: a variable needs a floating-point dtype, not {value.dtype}: write 2.0 instead of 2, "
                f"use .astype(float), or choose other argnums"
            )
        return handle(leaf(value))

    @property
    def tree(self) -> Any:
        return trees.unflatten(self.spec, self.tensors)

    def shaped(self, results: list[Any]) -> Any:
        return trees.unflatten(self.spec, results)


def split(args: tuple[Any, ...], argnums: int | tuple[int, ...], asker: str) -> tuple[Any, Callable[[Any], list[Any]]]:
    """The arguments to differentiate, and a way to put variables in their places."""
    nums = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not all([-len(args) <= n < len(args) for n in nums]):
        raise SeedError(f"{asker}: argnums={argnums} but the function was given {len(args)} positional arguments")

    def filled(variables: Any) -> list[Any]:
        full = list(args)
        for n, v in zip(nums, (variables,) if isinstance(argnums, int) else variables, strict=True):
            full[n] = v
        return full

    return (args[argnums] if isinstance(argnums, int) else tuple([args[n] for n in nums])), filled


def raw(x: Any) -> Any:
    return x._row.value if isinstance(x, Tensor) else x


def _pulled_back(inputs: Inputs, rows: list[Row], seeds: dict[int, Any], **known: Any) -> list[Any]:
    """The gradients of the inputs, by one reverse sweep of `rows`, which it consumes."""
    adjoints = swept_back(inputs, rows, seeds, **known)
    return [
        finished_as(unshared(adjoints, row.seq) if row.seq in adjoints else None, row, inputs.wrapped)
        for row in inputs.rows
    ]


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
    if record or any([row.op is None for row in rows]):  # one of nested derivatives
        rows[:] = depending(rows, inputs.seqs, inputs.first, record)
    watch = getattr(watcher(), "adjoint", None)
    return reverse_silently(rows, seeds, inputs.first, record=record, holes=holes, watch=watch, pull=pull)


def finished_as(g: Any, row: Row, wrapped: bool) -> Any:
    """An adjoint as the derivative a caller gets: zeros if nothing arrived, its variable's dtype, its own memory."""
    if g is None:
        g = zeros_like(row.value)
    else:
        g = conjugated(conform(g, row.value))
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

    @functools.wraps(f)
    def derived(*args: Any, **options: Any) -> Any:
        chosen, filled = split(args, argnums, "grad")
        inputs = Inputs(chosen, "grad")
        out = recorded(f, *filled(inputs.tree), **options)
        out, aux = out if has_aux else (out, None)
        box = [out]
        del out  # so that the sweep holds the tape alone, and lets go of each value once it is used
        value, gradient = _gradient(box, inputs)
        return ((value, lowered(aux, inputs)) if has_aux else value), gradient

    return derived


def _gradient(box: list[Any], inputs: Inputs) -> tuple[Any, Any]:
    """The value and the gradient of the one output in `box`, which it takes out."""
    y = box.pop()
    value = raw(y)
    if not is_array(value) or np.shape(value) != ():
        what = f"shape {tuple(value.shape)}" if hasattr(value, "shape") else f"type {type(y).__name__}"
        raise NonScalarError(
            f"grad: the function must return one number, not {what}; sum or average it, or use ag.jacobian"
        )
    if is_complex(value):
        raise NonScalarError(
            "grad: the function must return one real number, not a complex one; take ag.real, ag.imag or abs of it, "
            "or use ag.jacobian, or ag.vjp with a seed"
        )
    if not isinstance(y, Tensor) or y._row.seq < inputs.first:  # it depends on no variable of ours
        return lowered(y, inputs), inputs.shaped([finished_as(None, row, inputs.wrapped) for row in inputs.rows])
    row = y._row
    rows, seeds = rows_of((row,), inputs.first, inputs.seqs), {row.seq: seed_for(row, None, "grad")}
    beyond = reaches_beyond(rows, inputs.first)
    value = (y.detach() if inputs.quiet else y) if inputs.wrapped or beyond else row.value
    del y, row
    return value, inputs.shaped(_pulled_back(inputs, rows, seeds, beyond=beyond))


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
    both = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def derived(*args: Any, **options: Any) -> Any:
        value, gradient = both(*args, **options)
        return (gradient, value[1]) if has_aux else gradient

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
    inputs = Inputs(primals, "vjp", copy=True)  # a pullback reads them later, when the caller may have written to his
    out = recorded(f, *inputs.tree)
    out, aux = out if has_aux else (out, None)
    leaves, spec = trees.flatten(out)

    def pullback(seed: Any) -> Any:
        seeds = trees.like(spec, seed)
        if seeds is None:
            found = trees.flatten(seed)[1]
            raise SeedError(f"vjp: a seed of structure {found} does not fit an output of structure {spec}")
        starts: dict[int, Any] = {}
        rows = []
        for y, s in zip(leaves, seeds, strict=True):
            if isinstance(y, Tensor) and y._row.seq >= inputs.first:
                start = seed_for(y._row, s, "vjp")
                seq = y._row.seq
                starts[seq] = starts[seq] + start if seq in starts else start
                rows.append(y._row)
        holes = {seq for seq, s in starts.items() if has_zero(raw(s))}
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
    inputs = Inputs(tuple(primals), "jvp")
    directions = trees.like(inputs.spec, tuple(tangents))
    if directions is None:
        found = trees.flatten(tuple(tangents))[1]
        raise SeedError(f"jvp: tangents of structure {found} do not fit primals of structure {inputs.spec}")
    starts = {r.seq: _tangent(t, r) for t, r in zip(directions, inputs.rows, strict=True)}
    out = recorded(f, *inputs.tree)
    out, aux = out if has_aux else (out, None)
    leaves, out_spec = trees.flatten(out)
    pushed = _pushed_forward(inputs, leaves, starts, any([isinstance(t, Tensor) for t in directions]))
    derivative = trees.unflatten(out_spec, pushed)
    return (lowered(out, inputs), derivative, *([lowered(aux, inputs)] if has_aux else []))


def _tangent(t: Any, row: Row) -> Any:
    given, value = raw(t), row.value
    if np.shape(given) != tuple(value.shape):
        raise SeedError(
            f"jvp: a tangent of shape {np.shape(given)} does not fit a primal of shape {tuple(value.shape)}"
        )
    if is_complex(given) and not is_complex(value):
        raise SeedError("jvp: a complex tangent does not fit a real primal; give its real part")
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
    holes = {seq for seq, t in starts.items() if has_zero(raw(t))}
    forget()
    with np.errstate(all="ignore"):
        found = forward(rows, starts, record=record, holes=holes, watch=getattr(watcher(), "tangent", None))
    refuse(found.get(row.seq) for row in tracked)
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
    primals = tuple(primals)
    one = len(primals) == 1
    gradient = grad(f, argnums=0 if one else tuple(range(len(primals))))
    return jvp(gradient, primals, tangents)[1]


# -- where the tape stops ---------------------------------------------------------------


def stop_gradient(x: Any) -> Any:
    """`x` as a constant: the same value, through which no derivative passes. Containers too.

    >>> import autograd_lite as ag
    >>> ag.grad(lambda x: x * ag.stop_gradient(x))(3.0)
    np.float64(3.0)
    """
    return trees.mapped(lambda leaf: leaf.detach() if isinstance(leaf, Tensor) else leaf, x)
