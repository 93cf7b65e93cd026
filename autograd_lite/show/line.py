"""One line of the table: what it is called, how it was computed, its partials, and what the sweeps found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.core.op import OPS
from autograd_lite.core.row import Row
from autograd_lite.core.tensor import raw
from autograd_lite.show.expression import latex, short, short_shape, text
from autograd_lite.show.symbols import Symbol

__all__ = ["Contribution", "Line", "Partial", "Style", "number_text", "partial_number", "raw", "shape_text"]

Style = Callable[[Any], str]
"""What spells a formula: `text` or `latex`."""


@dataclass(frozen=True)
class Partial:
    """A local partial, ∂var/∂arg: its `formula` (Symbol or number) and its `number`, None where it is a map."""

    var: str
    arg: str
    formula: Any
    number: Any

    def __str__(self) -> str:
        return self.spelled(text)

    def spelled(self, style: Style) -> str:
        """``∂v5/∂v3 = -v4/v3**2 = -1.11111``, in the style `text` or `latex`."""
        name = f"∂{self.var}/∂{self.arg}"
        if style is latex:
            name = rf"\frac{{\partial {latex(Symbol(self.var))}}}{{\partial {latex(Symbol(self.arg))}}}"
        formula = style(self.formula)
        parts = [name] if formula == name else [name, formula]
        if self.number is not None and (number := number_text(self.number, style)) != formula:
            parts.append(number)
        return " = ".join(parts)


@dataclass(frozen=True)
class Contribution:
    """What one line added to an adjoint: v̄(`source`) times ∂`source`/∂`target`."""

    source: str
    target: str
    amount: Any

    def spelled(self, style: Style) -> str:
        """``v̄5·∂v5/∂v3 = -1.11111``, in the style `text` or `latex`."""
        amount = number_text(self.amount, style)
        if not self.source:
            return rf"{amount} \text{{ (seed)}}" if style is latex else f"{amount} (seed)"
        if style is latex:
            source, target = latex(Symbol(self.source)), latex(Symbol(self.target))
            bar = source.replace("v", r"\bar{v}", 1)
            return rf"{bar} \, \frac{{\partial {source}}}{{\partial {target}}} = {amount}"
        return f"v̄{self.source[1:]}·∂{self.source}/∂{self.target} = {amount}"

    def __str__(self) -> str:
        return self.spelled(text)


@dataclass(frozen=True)
class Line:
    """One line of the table.

    `var` is its label (``v4``), `name` the user's name for it or None, `expression` how it was computed, `value` its
    value, `partials` one per tracked argument. `adjoint` and `contributions` are there after `Tape.reverse`,
    `tangents` (one per call, by the heading of its column) after `Tape.forward`.
    """

    var: str
    name: str | None
    expression: Symbol
    value: Any
    partials: tuple[Partial, ...]
    adjoint: Any
    contributions: tuple[Contribution, ...]
    tangents: dict[str, Any]

    @property
    def tangent(self) -> Any:
        """The tangent of the last forward sweep, or None."""
        return next(reversed(self.tangents.values()), None)

    @property
    def label(self) -> str:
        """The label, with the user's name for a computed value."""
        return f"{self.var} ({self.name})" if self.name and self.expression.op else self.var

    def __str__(self) -> str:
        partials = "".join([f"   {p}" for p in self.partials])
        return f"{self.label} = {self.expression} = {number_text(self.value, text)}{partials}"


def number_text(value: Any, style: Style) -> str:
    """A number or an array in few characters, in the style `text` or `latex`."""
    value = raw(value)
    if style is text or np.shape(value):
        return short(value) if style is text else short(value).replace("…", r"\ldots")
    return latex(value.item() if hasattr(value, "item") else value)


def shape_text(value: Any, style: Style) -> str:
    """The shape of an array; nothing for a number."""
    return short_shape(value) + (r"\;" if style is latex and np.shape(value) else "")


def partial_number(row: Row, i: int) -> Any:
    """The value of a local partial: entry by entry, or the gradient where the result is one number; else None."""
    op, values, arg = row.op, [a.value for a in row.args], row.args[i]
    assert op is not None  # only called for computed rows
    with np.errstate(all="ignore"):
        if op.kind == "elementwise":
            rule = op.rules[i]
            p = rule(row.value, *values) if callable(rule) else rule
            return p if p is None or (isinstance(p, (int, float, complex)) and not isinstance(p, bool)) else p * 1
        if row.value.shape == () and op.pull is not None and op.rules:
            return op.pull(OPS["ones_like"].call(row.value), row, 1)[i]
        if arg.value.shape == () and op.push is not None:
            tangents = [OPS["ones_like"].call(arg.value) if k == i else None for k in range(len(values))]
            return op.push(row, tangents, False)
    return None
