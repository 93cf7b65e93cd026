"""What `nn.explain` found: the quantities of the two passes, as a table in text, HTML, Markdown and LaTeX."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

import autograd_lite as ag

__all__ = ["Explanation", "Quantity"]

VANISHING, EXPLODING = 1e-2, 1e2
"""Gradients vanish where ‖G_0‖ is below this share of ‖G_ℓ‖, and explode where it is more than so many times it."""

DEAD, SATURATED = 0.1, 0.5
"""The share of dead units in a layer, and of saturated entries, that is worth a word."""

TRANSPOSED = "W_k is nn.Linear's weight transposed: nn computes y = x weightᵀ + bias, with weight of shape (out, in)."


@dataclass
class Quantity:
    """A matrix of the forward or backward pass.

    `name` and `formula` are as in the lecture (``"G_0"``), `layer` is the Linear's name in the model, `value` the
    engine's array, `difference` how far the formula is from it, relative to the sum of the sizes of its terms, or
    None where there is no formula to check. `details` are numbers by the headings of the table, among them the shares
    of ``dead`` units and ``saturated`` entries.
    """

    name: str
    formula: str
    layer: str
    value: Any
    difference: float | None = None
    details: dict[str, float] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.value.shape)

    @cached_property
    def norm(self) -> float:
        """The Frobenius norm."""
        return float(np.linalg.norm(self.value.astype(float)))


class Explanation:
    """The forward and backward pass of a network on a batch. Made by `nn.explain`.

    Attributes
    ----------
    forward, backward : list of Quantity
        In the order in which they are computed.
    loss : float
    loss_name : str
    difference : float
        The largest relative difference between a formula and the engine.
    diagnosis : list of str
        Vanishing and exploding gradients, dead units, saturation and infinities in words; one line if all is well.
    """

    def __init__(self, forward: list[Quantity], backward: list[Quantity], loss_name: str, loss: float) -> None:
        self.forward, self.backward, self.loss_name, self.loss = forward, backward, loss_name, loss
        self._all = {q.name: q for q in [*forward, *backward]}
        self.diagnosis = _diagnosis(self)

    def __getitem__(self, name: str) -> Quantity:
        """A quantity by its name: ``explanation["∂L/∂W_0"]``."""
        if name not in self._all:
            raise KeyError(f"explanation: there is no {name!r}; there is {', '.join(self._all)}")
        return self._all[name]

    @property
    def difference(self) -> float:
        return self._worst.difference or 0.0

    @property
    def _worst(self) -> Quantity:
        return max(self._all.values(), key=lambda q: q.difference or 0.0)

    # -- printing -----------------------------------------------------------------------------------------------------

    def _tables(self, style: Callable[[str], str]) -> tuple[ag.Table, ag.Table]:
        return (
            _table("forward pass", self.forward, ["dead", "saturated"], style),
            _table("backward pass", self.backward, ["‖G‖/‖G_ℓ‖", "gradient/weight"], style),
        )

    def _notes(self) -> list[str]:
        rows = self.forward[0].shape[0]
        ended = f"L = {self.loss_name} = {self.loss:.6g} on n = {rows} rows. {TRANSPOSED}"
        worst = (
            f"{_small(self.difference)}, in {self._worst.name}" if self.difference else "0: they agree to the last bit"
        )
        return [
            ended,
            f"Each formula against the engine's values and adjoints: the largest relative difference is {worst}.",
        ]

    def __str__(self) -> str:
        forward, backward = self._tables(str)
        found = "\n".join([f"* {line}" for line in self.diagnosis])
        return "\n\n".join([forward.to_text(), backward.to_text(), "\n".join(self._notes()), found])

    __repr__ = __str__

    def to_markdown(self) -> str:
        """Two tables, the notes and the diagnosis in GitHub's Markdown."""
        forward, backward = self._tables(str)
        found = "\n".join([f"* {line}" for line in self.diagnosis])
        return "\n\n".join([forward.to_markdown(), backward.to_markdown(), *self._notes(), found])

    def to_latex(self) -> str:
        """The two tables one above the other, as a LaTeX ``array`` for math mode."""
        forward, backward = self._tables(_latex)
        tables = f"{forward.to_latex()} \\\\ \\\\\n{backward.to_latex()}"
        return f"\\begin{{array}}{{l}}\n{tables}\n\\end{{array}}"

    def _repr_html_(self) -> str:
        forward, backward = self._tables(str)
        notes = "".join([f"<p>{html.escape(note)}</p>" for note in self._notes()])
        found = "".join([f"<li>{html.escape(line)}</li>" for line in self.diagnosis])
        return f"<div>{forward.to_html()}{backward.to_html()}{notes}<ul>{found}</ul></div>"


def _table(title: str, quantities: list[Quantity], details: list[str], style: Callable[[str], str]) -> ag.Table:
    """The lines of one pass; a column of details that nobody has is left out."""
    details = [d for d in details if any([d in q.details for q in quantities])]
    header = ["layer", title, "shape", "norm", *details, "difference"]
    words = style is _latex
    body = []
    for q in quantities:
        cells = [
            q.layer,
            f"{q.name} = {q.formula}" if q.formula else q.name,
            "×".join(map(str, q.shape)),
            f"{q.norm:.3g}",
        ]
        cells += [_detail(d, q.details[d]) if d in q.details else "" for d in details]
        cells.append("" if q.difference is None else _small(q.difference))
        spelled = [rf"\text{{{q.layer}}}" if words and q.layer else q.layer, *map(style, cells[1:])]
        body.append([[cell] if cell else [] for cell in spelled])
    return ag.Table([rf"\text{{{h}}}" if words and "‖" not in h else style(h) for h in header], body)


def _small(difference: float) -> str:
    return f"{difference:.1e}" if difference else "0"


def _detail(name: str, number: float) -> str:
    return f"{number:.0%}" if name in ("dead", "saturated") else f"{number:.2g}"


LATEX = [
    (r"∂L/∂(\w+)", r"\\frac{\\partial L}{\\partial \1}"),
    (r"\bJ_([^\W\d]\w*)", r"J_{\\operatorname{\1}}"),
    (r"(?<![\w\\{])([a-z]\w+)(?=[′(∘)])", r"\\operatorname{\1}"),
    (r"([A-Za-z])_(\d+|ℓ)", r"\1_{\2}"),
    (r"\b1ᵀ", r"\\mathbf{1}^T"),
    (r"ᵀ", r"^T"),
    (r"′", r"'"),
    (r"⊙", r"\\odot"),
    (r"∘", r" \\circ "),
    (r"×", r" \\times "),
    (r"ℓ", r"\\ell"),
    (r"‖", r"\\|"),
    (r"%", r"\\%"),
    (r"^([\d.]+)e([+-])0*(\d+)$", r"\1 \\cdot 10^{\2\3}"),
    (r"10\^\{\+", r"10^{"),
    (r"^inf$", r"\\infty"),
]
"""How the signs of a formula are written in LaTeX: patterns and their replacements, one after another."""


def _latex(formula: str) -> str:
    for pattern, replacement in LATEX:
        formula = re.sub(pattern, replacement, formula)
    return re.sub(r"_(?!\{)", r"\\_", formula)  # what is left stands in names: leaky_relu


# -- in words ---------------------------------------------------------------------------------------------------------


def _diagnosis(explanation: Explanation) -> list[str]:
    found = [
        f"{q.name} has NaN or infinite entries, first in layer {q.layer!r}."
        for q in [*explanation.forward, *explanation.backward]
        if not np.isfinite(q.value).all()
    ][:1]
    for q in explanation.forward:
        dead, saturated = q.details.get("dead", 0.0), q.details.get("saturated", 0.0)
        if dead >= DEAD:
            found.append(
                f"Dead units: {dead:.0%} of those in {q.name} = {q.formula} have derivative 0 on every row, so that "
                f"nothing before them learns through them. A smaller learning rate, another initialisation or a "
                f"leaky ReLU keeps units alive."
            )
        if saturated >= SATURATED:
            found.append(
                f"Saturated: {saturated:.0%} of {q.name} = {q.formula} lies where the function is flat. Smaller "
                f"initial weights or standardised inputs bring it back."
            )
    return found + _flow([q for q in explanation.backward if q.name.startswith("G_")])


def _flow(adjoints: list[Quantity]) -> list[str]:
    """How the adjoint grows from G_ℓ down to G_0."""
    top, bottom = adjoints[0], adjoints[-1]
    if not np.isfinite([top.norm, bottom.norm]).all():
        return []
    if not top.norm:
        return [f"{top.name} is 0: the loss does not change with the outputs, and nothing learns."]
    if len(adjoints) == 1:
        return ["One layer: there is no way for gradients to vanish or explode."]
    steps, ratio = len(adjoints) - 1, bottom.norm / top.norm
    each = f"‖{bottom.name}‖ is {ratio:.2g} of ‖{top.name}‖, a factor of {ratio ** (1 / steps):.2g} per layer"
    if ratio < VANISHING:
        return [f"Vanishing gradients: {each}; the first layers hardly learn."]
    if ratio > EXPLODING:
        return [f"Exploding gradients: {each}; the first layers take steps that are far too long."]
    return [f"Gradients neither vanish nor explode: {each}."]
