"""Tensors that look at part of another, as NumPy's views do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_lite.arrays.kernels import as_numpy_has_it
from autograd_lite.arrays.libraries import NUMPY, SCALARS
from autograd_lite.arrays.memory import is_view
from autograd_lite.core.modes import recorded
from autograd_lite.core.row import Row
from autograd_lite.core.tensor import Tensor, handle, replace

if TYPE_CHECKING:
    from autograd_lite.core.op import Op

__all__ = ["View", "copied_out", "look"]


class View(Tensor):
    """A Tensor that looks at part of another, as ``x[1:]``, ``x.T`` and ``x.reshape(…)`` do in NumPy.

    It re-reads its base when the base was written to, and a write to it is a write to its base. So it looks
    when it is looked at, and the base need not know of its views: no registry, no reference cycle.
    """

    __slots__ = ("_base", "_op", "_own", "_params", "_root", "_seen")

    def __init__(self, base: Tensor, op: Op, params: tuple[Any, ...], row: Row) -> None:
        self._base, self._op, self._params = base, op, params
        self._root: Tensor = base._root if isinstance(base, View) else base  # every write ends there
        self._own, self._seen = row, self._root._row

    def __reduce__(self) -> tuple[Any, ...]:
        rebuild, (_, *state) = super().__reduce__()
        return rebuild, (Tensor, *state)  # a copy looks at nothing

    @property
    def repeated(self) -> bool:
        """Whether it repeats its base's entries: then NumPy has no memory of its own for it, where we may."""
        return self._op.write is None

    @property
    def _row(self) -> Row:  # the same attribute, computed
        row = self._root._row
        if row is not self._seen:
            stale = [self]
            while isinstance(base := stale[-1]._base, View) and base._seen is not row:
                stale.append(base)
            for view in reversed(stale):  # recorded: what is only looked at under `no_grad` stays tracked
                options = dict(zip(view._op.options, view._params, strict=True))
                view._own, view._seen = recorded(view._op.call, view._base, **options)._row, row
        return self._own

    @_row.setter
    def _row(self, row: Row) -> None:
        base: Tensor = self
        written: list[tuple[View, Row]] = []
        while isinstance(base, View):
            if (write := base._op.write) is None:
                raise ValueError(f"assignment destination is read-only: a Tensor from {base._op.name}; write to a copy")
            written.append((base, row))
            row, base = write(base._base, handle(row), *base._params)._row, base._base
        replace(base, row)
        for view, own in written:  # those of a variable written to under `no_grad` look again
            view._own, view._seen = own, row


def look(op: Op, base: Any, params: tuple[Any, ...], out: Any) -> Any:
    """`out`, a View where NumPy's result shares memory with its argument `base`."""
    if not isinstance(base, Tensor):
        return out
    value, source = out._row.value, base._row.value
    if (isinstance(base, View) and base.repeated) or source.__class__ in SCALARS or value.__class__ not in NUMPY:
        whole = base._base._row.value if isinstance(base, View) and base.repeated else None
        value, source = as_numpy_has_it(op.kernel, source, params, whole)
    return View(base, op, params, out._row) if op.write is None or is_view(value, source) else out


def copied_out(x: Any) -> Any:
    """`x`, which was arranged as views are, where NumPy's function gives a copy: it sees no later write."""
    return handle(x._row) if isinstance(x, View) else x
