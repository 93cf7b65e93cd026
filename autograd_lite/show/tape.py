"""The table: a tape as the lecture prints it, ``var | value | partials``, with tangents and adjoints if asked.

A line's symbolic partial is the operation's rule run on names (see `symbols`); its number is the same rule run on
the row's values. Lines are made when they are looked at, so that the tape of a million rows costs nothing to hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np

from autograd_lite.arrays import trees
from autograd_lite.arrays.libraries import array_like, has_zero
from autograd_lite.core.row import Row
from autograd_lite.core.sweep import conjugated, forward, reverse, rows_of, seed_for
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.errors import NonScalarError, SeedError, UntrackedError
from autograd_lite.show.expression import latex, text
from autograd_lite.show.line import Contribution, Line, Partial, Style, number_text, partial_number, shape_text
from autograd_lite.show.symbols import Symbol, derivative, node
from autograd_lite.show.table import Table

__all__ = ["Contribution", "Line", "Partial", "Tape", "tape"]


def tape(*outputs: Any, fold: int | None = 40) -> Tape:
    """The tape of one or several outputs, as a table to print and to iterate over.

    Parameters
    ----------
    *outputs : Tensor, or container of Tensors
        What was computed.
    fold : int or None
        Printed tables with more lines than this leave out the middle; None shows all.

    Raises
    ------
    UntrackedError
        No output was computed from a variable.
    TypeError
        An output is not a Tensor.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x1, x2 = ag.Var(2.0, name="x1"), ag.Var(3.0, name="x2")
    >>> print(ag.tape(x1 * x2 + ag.sin(x1)))
    var | value   | number   | partials
    ----+---------+----------+-------------------------------------------------
    v1  | x1      | 2        |
    v2  | x2      | 3        |
    v3  | v1*v2   | 6        | ∂v3/∂v1 = v2 = 3                ∂v3/∂v2 = v1 = 2
    v4  | sin(v1) | 0.909297 | ∂v4/∂v1 = cos(v1) = -0.416147
    v5  | v3 + v4 | 6.9093   | ∂v5/∂v3 = 1                     ∂v5/∂v4 = 1
    """
    given: Any = outputs  # any container: optree's types spell them out
    leaves: list[Any] = trees.leaves(given)
    for y in leaves:
        if not isinstance(y, Tensor):
            raise TypeError(f"tape: an output is a Tensor, not {type(y).__name__}; call the function on Vars first")
    if not any([y._row.seq for y in leaves]):
        raise UntrackedError("tape: nothing was recorded: no Var or requires_grad=True Tensor reaches this output")
    return Tape([y._row for y in leaves], fold)


class Tape(Sequence[Line]):
    """The rows that some outputs reach, inputs first, as lines ``v1, v2, …``. Made by `tape`.

    A sequence of `Line`: ``t[3]``, ``t["v4"]``, ``t["sigma"]`` (the user's name) or ``t[x]`` (a Tensor).
    """

    def __init__(self, outputs: list[Row], fold: int | None = 40) -> None:
        self.fold = fold
        self.outputs_rows = outputs
        rows = rows_of(outputs)
        self.rows = [r for r in rows if r.op is None] + [r for r in rows if r.op is not None]
        self._index = {row.seq: i for i, row in enumerate(self.rows)}
        self._adjoints: dict[int, Any] | None = None
        self._contributions: dict[int, list[tuple[int, Any]]] = {}
        self._tangents: dict[str, dict[int, Any]] = {}

    # -- lines ------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, key: int | str | Tensor) -> Line: ...
    @overload
    def __getitem__(self, key: slice) -> list[Line]: ...
    def __getitem__(self, key: int | str | Tensor | slice) -> Line | list[Line]:
        if isinstance(key, slice):
            return [self.line(row) for row in self.rows[key]]
        if isinstance(key, Tensor):
            if key._row.seq not in self._index:
                raise KeyError("tape: this Tensor is not on the tape")
            return self.line(key._row)
        if isinstance(key, str):
            for i, row in enumerate(self.rows):
                if key in (f"v{i + 1}", _name(row)):
                    return self.line(row)
            raise KeyError(f"tape: no line is called {key!r}; labels run from v1 to v{len(self)}")
        return self.line(self.rows[key])

    def __iter__(self) -> Iterator[Line]:
        return map(self.line, self.rows)

    @property
    def swept(self) -> bool:
        """Whether there are adjoints."""
        return self._adjoints is not None

    @property
    def inputs(self) -> list[Line]:
        """The lines of the variables."""
        return [self.line(row) for row in self.rows if row.op is None]

    @property
    def outputs(self) -> list[Line]:
        """The lines of the outputs."""
        return [self.line(row) for row in self.outputs_rows if row.seq]

    def label(self, row: Row) -> str:
        """The label of a row."""
        return f"v{self._index[row.seq] + 1}"

    def symbol(self, row: Row) -> Any:
        """A row as an operand: its label, or the constant itself."""
        if row.seq:
            return Symbol(self.label(row), value=row.value)
        name, value = _name(row), row.value
        if name:
            return Symbol(name, value=value)
        shape = getattr(value, "shape", None)
        return value.item() if shape == () else value if shape is None else Symbol(text(value), latex(value), value)

    def line(self, row: Row) -> Line:
        """The line of a row."""
        var, name, seq = self.label(row), _name(row), row.seq
        contributions = [
            Contribution(self.label(self.rows[self._index[source]]) if source else "", var, amount)
            for source, amount in sorted(self._contributions.get(seq, ()), key=lambda pair: pair[0])
        ]
        adjoint = None if self._adjoints is None else self._adjoints.get(seq, 0.0)
        tangents = {heading: found.get(seq, 0.0) for heading, found in self._tangents.items()}
        made_by = Symbol(name or "input", None if name else r"\text{input}")
        if row.op is not None:
            xs = [self.symbol(a) for a in row.args]
            made_by = node(row.op, xs, dict(zip(row.op.options, row.params or (), strict=False)))
        return Line(var, name, made_by, row.value, self._partials(row), adjoint, tuple(contributions), tangents)

    def _partials(self, row: Row) -> tuple[Partial, ...]:
        if row.op is None:
            return ()
        v, xs = Symbol(self.label(row), value=row.value), [self.symbol(a) for a in row.args]
        found: dict[str, Partial] = {}
        for i, arg in enumerate(row.args):
            if arg.seq:
                var, label = self.label(row), self.label(arg)
                formula, number = derivative(row.op, i, v, xs, row.params), partial_number(row, i)
                if label in found:  # x * x has its argument twice; its partial is the sum
                    before = found[label]
                    formula = before.formula + formula
                    number = None if number is None else before.number + number
                found[label] = Partial(var, label, formula, number)
        return tuple(found.values())

    # -- sweeps -----------------------------------------------------------------------------------------------------

    def reverse(self, seed: Any = None) -> Tape:
        """The same tape with the adjoints of a reverse sweep, each with the contributions that made it.

        Parameters
        ----------
        seed : array or number, or a list of one per output
            The adjoints to start from; 1 if there is one output and it is a single number.

        Raises
        ------
        NonScalarError, SeedError
            No seed for an array or for several outputs, or one that does not fit.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> x = ag.Var(3.0, name="x")
        >>> t = ag.tape(x * x + x).reverse()
        >>> t["x"].adjoint, [str(c) for c in t["x"].contributions]
        (np.float64(7.0), ['v̄2·∂v2/∂v1 = 6', 'v̄3·∂v3/∂v1 = 1'])
        """
        found = self._copied()
        outputs = self.outputs_rows
        if seed is None and len(outputs) > 1:
            raise NonScalarError(f"tape: there are {len(outputs)} outputs; give reverse() a list of one seed for each")
        if seed is None and outputs[0].value.shape != ():
            raise NonScalarError(
                f"tape: the output has shape {tuple(outputs[0].value.shape)}, not one number; "
                f"give reverse() a seed of that shape, or take the tape of y.sum()"
            )
        seeds = [seed] if len(outputs) == 1 else list(seed) if np.iterable(seed) else [seed]
        if len(seeds) != len(outputs):
            raise SeedError(f"tape: {len(seeds)} seeds do not fit {len(outputs)} outputs")
        steps: dict[tuple[int, int], Any] = {}
        for y, s in zip(outputs, seeds, strict=True):
            if y.seq:
                _accumulate(steps, (y.seq, 0), seed_for(y, raw(s), "tape"))
        starts = {seq: start for (seq, _), start in steps.items()}
        holes = {seq for seq, start in starts.items() if has_zero(start)}
        with np.errstate(all="ignore"):
            reverse(
                rows_of(outputs),
                dict(starts),
                holes=holes,
                watch=lambda row, arg, amount: _accumulate(steps, (arg.seq, row.seq), amount),
            )
            found._adjoints = {}
            for (seq, source), amount in steps.items():
                if seq:
                    _accumulate(found._adjoints, seq, conjugated(amount))
                    found._contributions.setdefault(seq, []).append((source, conjugated(amount)))
        return found

    def forward(self, tangents: Any) -> Tape:
        """The same tape with the tangents of a forward sweep. Each call adds a column.

        Parameters
        ----------
        tangents : mapping, or sequence, or number
            By name, label or Tensor, zero where it says nothing; or one per input, in their order; or the tangent
            of the only input.

        Raises
        ------
        SeedError
            A tangent for something that is no input, or of another shape.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> x1, x2 = ag.Var(2.0, name="x1"), ag.Var(3.0, name="x2")
        >>> ag.tape(x1 * x2).forward({"x1": 1.0})[-1].tangents
        {'∂v/∂x1': np.float64(3.0)}
        """
        inputs = [row for row in self.rows if row.op is None]
        if not isinstance(tangents, Mapping):
            listed = list(tangents) if len(inputs) != 1 and np.iterable(tangents) else [tangents]
            if len(listed) != len(inputs):
                raise SeedError(f"tape: {len(listed)} tangents do not fit {len(inputs)} inputs")
            tangents = {self.label(row): t for row, t in zip(inputs, listed, strict=True)}
        starts: dict[int, Any] = {}
        for key, t in tangents.items():
            row, given = self._input(key), raw(t)
            if np.shape(given) != tuple(row.value.shape):
                where = f"{self.label(row)} of shape {tuple(row.value.shape)}"
                raise SeedError(f"tape: a tangent of shape {np.shape(given)} does not fit {where}")
            starts[row.seq] = array_like(given, row.value)[()]
        holes = {seq for seq, t in starts.items() if has_zero(t)}
        with np.errstate(all="ignore"):
            pushed = forward(rows_of(self.outputs_rows), dict(starts), holes=holes)
        found = self._copied()
        found._tangents[self._heading(starts)] = pushed
        return found

    def _input(self, key: Any) -> Row:
        for row in self.rows:
            asked = key._row is row if isinstance(key, Tensor) else key in (self.label(row), _name(row))
            if asked and row.op is None:
                return row
        names = ", ".join([_name(row) or self.label(row) for row in self.rows if row.op is None])
        raise SeedError(f"tape: {key!r} is no input; the inputs are {names}")

    def _heading(self, starts: dict[int, Any]) -> str:
        """∂v/∂x for the tangent that is 1 in a single number x; otherwise v̇, numbered from the second on."""
        moving = [seq for seq, t in starts.items() if np.any(t)]
        if len(moving) == 1 and np.shape(starts[moving[0]]) == () and starts[moving[0]] == 1:
            row = self.rows[self._index[moving[0]]]
            return f"∂v/∂{_name(row) or self.label(row)}"
        n = sum([heading.startswith("v̇") for heading in self._tangents])
        return f"v̇ ({n + 1})" if n else "v̇"

    def _copied(self) -> Tape:
        new = object.__new__(Tape)
        new.__dict__.update(self.__dict__)
        new._contributions, new._tangents = {}, dict(self._tangents)
        if self._adjoints is not None:
            new._contributions = dict(self._contributions)
        return new

    # -- printing ---------------------------------------------------------------------------------------------------

    def _header(self, style: Style) -> list[str]:
        before = ["var", "value", "number", "partials"]
        after = [] if self._adjoints is None else ["adjoint", "contributions"]
        if style is text:
            return [*before, *self._tangents, *after]
        before, after = ([rf"\text{{{word}}}" for word in words] for words in (before, after))
        return [*before, *map(_latex_heading, self._tangents), *after]

    def _cells(self, line: Line, style: Style) -> list[list[str]]:
        """The cells of a line, each a list of pieces."""
        name = f" ({line.name})" if line.name and line.expression.op else ""
        if style is latex:
            name = rf"\;({latex(Symbol(line.name))})" if name and line.name else ""
        cells = [
            [style(Symbol(line.var)) + name],
            [style(line.expression)],
            [" ".join([s for s in (shape_text(line.value, style), number_text(line.value, style)) if s])],
            [p.spelled(style) for p in line.partials],
        ]
        cells += [[number_text(t, style)] for t in line.tangents.values()]
        if self._adjoints is not None:
            cells += [[number_text(line.adjoint, style)], [c.spelled(style) for c in line.contributions]]
        return cells

    def _table(self, style: Style) -> Table:
        """The cells to print, the middle left out if they are too many."""
        n = len(self.rows)
        head, tail = (n, 0) if self.fold is None or n <= self.fold else ((self.fold + 1) // 2, self.fold // 2)
        shown = [self.line(row) for row in [*self.rows[:head], *self.rows[n - tail :]]]
        body = [self._cells(line, style) for line in shown]
        return Table(self._header(style), body, head, n - head - tail)

    def __str__(self) -> str:
        return self._table(text).to_text()

    __repr__ = __str__

    def to_markdown(self) -> str:
        """The table in Markdown (GitHub's).

        >>> import autograd_lite as ag
        >>> print(ag.tape(-ag.Var(2.0, name="x")).to_markdown())
        | var | value | number | partials |
        | --- | --- | --- | --- |
        | `v1` | `x` | `2` |  |
        | `v2` | `-v1` | `-2` | `∂v2/∂v1 = -1` |
        """
        return self._table(text).to_markdown()

    def to_latex(self) -> str:
        """The table as a LaTeX ``array``, for math mode.

        >>> import autograd_lite as ag
        >>> print(ag.tape(ag.log(ag.Var(1.0, name="σ"))).to_latex())
        \\begin{array}{l|l|l|l}
        \\text{var} & \\text{value} & \\text{number} & \\text{partials} \\\\
        \\hline
        v_{1} & \\sigma & 1 &  \\\\
        v_{2} & \\log\\left(v_{1}\\right) & 0 & \\frac{\\partial v_{2}}{\\partial v_{1}} = \\frac{1}{v_{1}} = 1 \\\\
        \\end{array}
        """
        return self._table(latex).to_latex()

    def _repr_html_(self) -> str:
        return self._table(text).to_html()


def _accumulate(sums: dict[Any, Any], key: Any, amount: Any) -> None:
    sums[key] = sums[key] + amount if key in sums else amount


def _name(row: Row) -> str | None:
    """The user's name for a row: a variable's, a constant's or a result's."""
    name = getattr(row.params, "name", None) if row.op is None and row.seq else (row.note or {}).get("name")
    return name if isinstance(name, str) else None


def _latex_heading(heading: str) -> str:
    if heading.startswith("∂v/∂"):
        return rf"\frac{{\partial v}}{{\partial {latex(Symbol(heading[4:]))}}}"
    return r"\dot{v}" + heading[2:]
