"""The handles: a `Tensor` is what a user holds. It has a row, and a write (``x[i] = v``) gives it a new one."""

from __future__ import annotations

from math import prod
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from autograd_lite.arrays.libraries import NUMPY, as_value, is_inexact
from autograd_lite.conversions import Conversions
from autograd_lite.core.row import Cell, Row, constant, leaf, next_seq
from autograd_lite.errors import NotDifferentiableError, TrackedError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Tensor", "Var", "group", "handle", "held", "raw", "replace", "tick"]

new = object.__new__


def _reading(path: str, doc: str, setter: Any = None) -> Any:
    """A property that reads what lies at `path`. Everything asks for these, and attrgetter needs no Python frame."""
    return property(attrgetter(path), setter, doc=doc)


def handle(row: Row) -> Tensor:
    """A Tensor that holds `row`."""
    tensor: Tensor = new(Tensor)
    tensor._row = row
    return tensor


def held(value: Any) -> Tensor:
    """A Tensor that holds `value` and that nothing is differentiated with respect to: ``handle(constant(value))``."""
    row = Row()
    row.value, row.op, row.args, row.params, row.seq, row.note = value, None, (), None, 0, None
    tensor: Tensor = new(Tensor)
    tensor._row = row
    return tensor


def raw(x: Any) -> Any:
    """The array of a Tensor; anything else as it is."""
    return x._row.value if isinstance(x, Tensor) else x


def replace(tensor: Tensor, row: Row) -> None:
    """Give `tensor` another row; a variable written to under `no_grad` stays a variable.

    Raises TrackedError for what an optimiser moves: a recorded write would be no step, and leave no variable.
    """
    old = tensor._row
    if row.seq and tensor.is_parameter:
        raise TrackedError(
            "a parameter is written to (x[i] = v, x += v, out=x) inside `with ag.no_grad():` only, since outside it "
            "the write would be recorded: a parameter stays a variable; for a step also nn.SGD, or w.value = …"
        )
    tensor._row = leaf(row.value, tensor._cell) if not row.seq and old.seq and old.op is None else row


def group(outputs: Tensor | Iterable[Any], name: str, since: int) -> None:
    """Note on the rows of `outputs` that what was recorded after `since` is one unit, such as a layer.

    `since` is a number from `tick`. A graph draws the unit as a cluster; a row may close several, innermost first.
    """
    if isinstance(outputs, Tensor):  # every layer of every network comes here
        row = outputs._row
        if row.seq > since:
            note = row.note
            if note is None:
                row.note = {"groups": ((name, since),)}
            else:
                row.note = {**note, "groups": (*note.get("groups", ()), (name, since))}
    else:
        for y in outputs:
            if isinstance(y, Tensor):
                group(y, name, since)


tick = next_seq
"""A place in the order of recording: whatever is recorded from now on comes after it."""


class Tensor(Conversions):
    """An array with NumPy's manners that remembers how it was computed.

    Parameters
    ----------
    data : number, nested list, array of any Array API library, or Tensor
        Copied, as ``np.array`` does; ``ag.asarray`` shares.
    dtype : dtype, optional
        As for ``np.array``: by default that of `data`, float64 for Python floats.
    requires_grad : bool
        Make it a variable, so that everything computed from it is recorded.
    name : str, optional
        How tables and graphs call it.

    Raises
    ------
    NotDifferentiableError
        `requires_grad` for an integer or boolean dtype.
    TypeError
        `data` is not numeric.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> (x**2).sum().backward()
    >>> x.grad
    Tensor([2., 4., 6.])
    """

    __slots__ = ("__weakref__", "_cell", "_row")
    _row: Row
    _cell: Cell
    is_parameter: bool = False
    """Whether optimisers move it, as `nn.Parameter`: then it is written to inside `no_grad` only."""

    def __init__(self, data: Any, *, dtype: Any = None, requires_grad: bool = False, name: str | None = None) -> None:
        if isinstance(data, Tensor):
            data = data._plain("Tensor()", "ag.asarray or .copy()")
        value = as_value(data, dtype, copy=True)
        if requires_grad:
            self._start(value, name)
        else:
            self._row = constant(value)
            if name is not None:
                self.name = name

    def _start(self, value: Any, name: str | None = None) -> None:
        if not is_inexact(value):
            raise NotDifferentiableError(
                f"a variable needs a floating-point dtype, not {value.dtype}: "
                f"write Var(2.0) instead of Var(2), or pass dtype=float"
            )
        self._cell = Cell(name)
        self._row = leaf(value, self._cell)

    # -- what it holds ------------------------------------------------------------------------------------------

    def _assign(self, data: Any) -> None:
        old = self._row
        before = old.value
        value = data._plain("assigning the value", "x[...] = v") if isinstance(data, Tensor) else data
        if value.__class__ is not before.__class__ or value.dtype is not before.dtype:
            value = as_value(value, before.dtype)
        if value.shape != before.shape:
            raise ValueError(f"value: shape {value.shape} does not replace shape {before.shape}")
        if old.op is not None:
            raise TrackedError("value: only a variable's or constant's value is assigned; use x[...] = v on a result")
        self._row = leaf(value, self._cell) if old.seq else constant(value)

    value: Any = _reading(
        "_row.value",
        "The array or NumPy scalar itself. Assigning replaces the value of a variable (same shape and dtype).",
        _assign,
    )

    @property
    def grad(self) -> Any:
        """The gradient that `backward` accumulated in this variable: a Tensor, or None. Assignable."""
        try:
            return self._cell.grad
        except AttributeError:  # no variable, so no cell
            return None

    @grad.setter
    def grad(self, value: Any) -> None:
        try:
            self._cell.grad = value
        except AttributeError:
            raise TrackedError("grad: only a variable (requires_grad=True) keeps a gradient") from None

    @property
    def name(self) -> str | None:
        """The name by which tables and graphs call it, or None. Assignable."""
        if hasattr(self, "_cell"):
            return self._cell.name
        return (self._row.note or {}).get("name")

    @name.setter
    def name(self, name: str | None) -> None:
        if hasattr(self, "_cell"):
            self._cell.name = name
        else:
            self._row.note = {**(self._row.note or {}), "name": name}

    @property
    def requires_grad(self) -> bool:
        """Whether it is tracked: a variable, or computed from one. Assignable on what was not computed."""
        return self._row.seq > 0

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        row = self._row
        if row.op is not None:
            raise TrackedError("requires_grad: a computed Tensor stays tracked; use .detach()")
        if flag and not row.seq:
            self._start(row.value, self.name)
        elif not flag and row.seq:
            self._row = constant(row.value)

    def requires_grad_(self, flag: bool = True) -> Tensor:
        """Set `requires_grad` and return itself."""
        self.requires_grad = flag
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation computed it: a variable or a constant."""
        return self._row.op is None

    shape: tuple[int, ...] = _reading("_row.value.shape", "The length of each axis.")
    dtype: Any = _reading("_row.value.dtype", "The dtype of the value.")
    ndim: int = _reading("_row.value.ndim", "The number of axes.")

    @property
    def size(self) -> int:
        """The number of entries."""
        value = self._row.value
        return int(value.size) if value.__class__ in NUMPY else prod(value.shape)

    @property
    def device(self) -> Any:
        """Where the value lives: ``"cpu"`` for NumPy."""
        return getattr(self._row.value, "device", "cpu")

    @property
    def nbytes(self) -> int:
        """The bytes its entries take."""
        return int(self._row.value.nbytes)

    def detach(self) -> Tensor:
        """A constant with the same value: derivatives stop here."""
        return held(self._row.value)

    # -- copies ------------------------------------------------------------------------------------------------

    def _apart(self) -> bool:
        """Whether a copy is one of its own: of a constant, or of a variable that the user made."""
        row = self._row
        return not row.seq or (row.op is None and row.params is getattr(self, "_cell", self))

    def __reduce__(self) -> tuple[Any, ...]:
        if not self._apart():
            raise TrackedError("a tracked Tensor is not copied or pickled apart from its tape: use .detach() first")
        return _rebuild, (type(self), self._row.value, self.requires_grad, self.name)

    def __copy__(self) -> Tensor:
        # A variable that was written to is refused: what a model learns must not become a plain Tensor in its copy.
        written = self._row.op is not None and hasattr(self, "_cell")
        return _rebuild(*self.__reduce__()[1]) if written or self._apart() else handle(self._row)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        return self.__copy__()  # rows do not change: a write to either gives that one a new row


def _rebuild(cls: type[Tensor], value: Any, requires_grad: bool, name: str | None) -> Tensor:
    """What pickle and copy call: a Tensor of class `cls` again, with its own copy of the value."""
    tensor: Tensor = new(cls)
    Tensor.__init__(tensor, value, requires_grad=requires_grad or isinstance(tensor, Var), name=name)
    tensor.requires_grad = requires_grad  # a frozen variable keeps its cell
    return tensor


class Var(Tensor):
    """An independent variable: a Tensor with ``requires_grad=True``, usually named.

    >>> from autograd_lite import Var
    >>> x1, x2 = Var(2.0, name="x1"), Var(3.0, name="x2")
    >>> y = x1 * x2
    >>> y.backward()
    >>> x1.grad, x2.grad
    (Tensor(3.0), Tensor(2.0))
    """

    __slots__ = ()

    def __init__(self, value: Any, name: str | None = None) -> None:
        super().__init__(value, requires_grad=True, name=name)

    def _keep(self, grad: Any) -> None:
        self._cell.grad = grad

    grad = _reading("_cell.grad", "The gradient that `backward` accumulated: a Tensor, or None. Assignable.", _keep)
