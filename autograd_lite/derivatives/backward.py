"""`y.backward()`: gradients that are added up in the variables themselves."""

from __future__ import annotations

from typing import Any

from autograd_lite.arrays.libraries import NUMPY, has_zero
from autograd_lite.arrays.memory import unshared
from autograd_lite.core.fitting import conform
from autograd_lite.core.modes import MODES, watcher
from autograd_lite.core.op import primitives
from autograd_lite.core.row import Row
from autograd_lite.core.sweep import conjugated, rows_of, seed_for
from autograd_lite.core.tensor import Tensor, held, raw
from autograd_lite.errors import UntrackedError
from autograd_lite.ops.matrices.undefined import reverse_or_refuse

__all__ = ["backward"]


def backward(y: Tensor, seed: Any = None, create_graph: bool = False) -> None:
    """Add the gradient of this Tensor to the `.grad` of every variable it was computed from.

    Parameters
    ----------
    seed : array or Tensor of this shape, optional
        The adjoint to start from; 1 if this is a single number.
    create_graph : bool
        Record the sweep, so that the gradients can be differentiated again.

    Raises
    ------
    NonScalarError, SeedError
        No seed for an array, or one of another shape.
    UntrackedError
        No variable was involved.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(3.0)
    >>> (x * x + x).backward()
    >>> x.grad
    Tensor(7.0)
    """
    row = y._row
    if not row.seq:
        raise UntrackedError("backward: nothing to differentiate: no Var or requires_grad=True Tensor reaches this one")
    start = seed_for(row, seed if create_graph or not isinstance(seed, Tensor) else seed._row.value, "backward")
    holes = {row.seq} if seed is not None and has_zero(raw(start)) else None
    leaves: list[Row] = []
    watch = getattr(watcher(), "adjoint", None) if MODES else None
    adjoints: dict[int, Any] = {row.seq: start}
    reverse_or_refuse(rows_of((row,)), adjoints, adjoints, record=create_graph, holes=holes, leaves=leaves, watch=watch)
    del start, seed
    for variable in leaves:
        cell, value = variable.params, variable.value
        if variable.seq in adjoints and cell is not None:
            g = unshared(adjoints, variable.seq)
            ready = g.__class__ in NUMPY and g.dtype is value.dtype and g.dtype.char in "df"
            g = held(g) if ready else _finished(g, variable)  # nearly always
            cell.grad = g if cell.grad is None else cell.grad + g


def _finished(g: Any, row: Row) -> Tensor:
    """The adjoint of a variable as its gradient: conjugated, in its dtype."""
    g = conjugated(conform(g, row.value))
    return primitives.copy(g) if isinstance(g, Tensor) else held(g)
