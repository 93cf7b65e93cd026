"""The graph: the lines of a tape as a picture, by Graphviz.

A variable is an ellipse, a constant a dashed box, an operation a round-cornered box, an output a box with a double
border: shapes tell them apart without the colours, which are Okabe and Ito's, made for colour-blind readers.

A system's ``dot`` lays the picture out if there is one, else pygraphviz, whose wheel carries Graphviz (the extra
``draw``). Without either there is the DOT text, and a note that says what to install.
"""

from __future__ import annotations

import importlib
import shutil
import warnings
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import graphviz
import numpy as np

from autograd_lite.core.row import Row
from autograd_lite.core.sweep import rows_of
from autograd_lite.errors import MissingExtraError
from autograd_lite.show.expression import short, short_shape, text
from autograd_lite.show.line import Line, Partial
from autograd_lite.show.tape import Tape, tape

__all__ = ["Graph", "draw"]

INPUT = {"shape": "ellipse", "fillcolor": "#D9ECF8", "color": "#0072B2"}
CONSTANT = {"shape": "box", "fillcolor": "#F2F2F2", "color": "#8C8C8C", "style": "filled,dashed"}
OPERATION = {"shape": "box", "fillcolor": "#FFFFFF", "color": "#4D4D4D"}
OUTPUT = {"shape": "box", "fillcolor": "#FCE9D4", "color": "#D55E00", "peripheries": "2"}
FOLDED = {"shape": "box", "fillcolor": "#FFFFFF", "color": "#8C8C8C", "style": "filled,rounded,dotted"}
DETAIL, PARTIAL, ADJOINT = "#4D4D4D", "#00664B", "#B34700"
CLUSTER = {
    "style": "filled,rounded",
    "color": "#9FCFBC",
    "fillcolor": "#0000000A",
    "fontcolor": PARTIAL,
    "margin": "10",
}

FONT = "Helvetica,Arial,sans-serif"

LONGEST = 34
"""Longer expressions are cut in a node."""


def draw(
    y: Any,
    *,
    values: bool = True,
    partials: bool = False,
    adjoints: bool = False,
    fold: int | None = 60,
    direction: str = "LR",
) -> Graph:
    """The graph of how outputs were computed, as a ``graphviz.Digraph`` that a notebook shows.

    Parameters
    ----------
    y : Tensor, container of Tensors, or Tape
        What was computed. A `Tape` with adjoints keeps those.
    values : bool
        Write values in the nodes; otherwise the shapes of arrays.
    partials : bool
        Write the local partials on the edges.
    adjoints : bool
        Write the adjoints of a reverse sweep in the nodes. A `y` that is not one number has to be a
        ``tape(y).reverse(seed)``.
    fold : int or None
        A graph of more operations leaves out the middle; None draws all.
    direction : {"LR", "TB", "RL", "BT"}
        Which way the computation flows.

    Returns
    -------
    Graph
        ``.render("graph.svg")`` writes the picture, ``.source`` is the DOT text.

    Raises
    ------
    UntrackedError
        No variable reaches `y`.
    ValueError
        An unknown `direction`.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = ag.Var(2.0, name="x")
    >>> graph = ag.draw(ag.sin(x) * 3.0, partials=True)
    >>> "cos(v1)" in graph.source
    True
    """
    if direction not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"draw: direction is 'LR', 'TB', 'RL' or 'BT', not {direction!r}")
    table = y if isinstance(y, Tape) else tape(y)
    if adjoints and not table.swept:
        table = table.reverse()
    plan = _Plan(table, fold, values, partials, adjoints)
    graph = Graph(
        graph_attr={"rankdir": direction, "fontname": FONT, "fontsize": "11", "nodesep": "0.25", "ranksep": "0.4"},
        node_attr={"fontname": FONT, "fontsize": "11", "style": "filled,rounded", "margin": "0.12,0.06"},
        edge_attr={"fontname": FONT, "fontsize": "9", "color": "#4D4D4D", "arrowsize": "0.7", "fontcolor": PARTIAL},
    )
    plan.top.write(graph)
    for (tail, head), (label, colour) in plan.edges.items():
        graph.edge(tail, head, **({"label": _cell(label)} if label else {}), **({"style": "dotted"} if colour else {}))
    return graph


class Graph(graphviz.Digraph):  # type: ignore[misc]  # graphviz has no types
    """A ``graphviz.Digraph`` that also renders without a system's Graphviz, by pygraphviz."""

    def pipe(self, format: str | None = None, *args: Any, encoding: str | None = None, **options: Any) -> Any:  # noqa: A002  # Graphviz's own word
        """The picture as bytes (text with an `encoding`) in a format of Graphviz, "svg" by default.

        Raises MissingExtraError if there is no Graphviz: neither a ``dot`` program nor pygraphviz.
        """
        kind = format or "svg"
        if kind not in graphviz.FORMATS:
            raise ValueError(f"draw: Graphviz has no format {kind!r}; svg, png and pdf are usual")
        if shutil.which("dot"):
            return super().pipe(kind, *args, encoding=encoding, **options)
        try:
            pygraphviz = importlib.import_module("pygraphviz")
        except ImportError:
            raise MissingExtraError("pygraphviz", "draw", "drawing without a system's Graphviz") from None
        try:
            data: bytes = pygraphviz.AGraph(string=self.source).draw(format=kind, prog="dot")
        except TypeError as error:  # what pygraphviz makes of a complaint of its Graphviz
            raise ValueError(f"draw: the Graphviz here does not write {kind!r}; svg, png and pdf are usual") from error
        return data.decode(encoding) if encoding else data

    def render(
        self,
        filename: Any = None,
        *,
        outfile: Any = None,
        format: str | None = None,  # noqa: A002  # Graphviz's own word, as in `pipe`
        view: bool = False,
        cleanup: bool = True,
    ) -> str:
        """Write the picture, and return where: ``render("graph.svg")`` or ``render("graph", format="png")``.

        `outfile` is Graphviz's other word for the file's name; `cleanup` is taken, for no DOT file is left beside it.
        Without any Graphviz the DOT text is written instead, beside a warning that names the extra to install.
        """
        path = Path(filename or outfile or "graph.svg")
        suffix = path.suffix.lstrip(".").lower()
        kind = format or suffix or "svg"
        if suffix != kind:
            path = path.with_name(f"{path.name}.{kind}")
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind in ("dot", "gv"):
            path.write_text(self.source, encoding="utf-8")
            return str(path)
        try:
            path.write_bytes(self.pipe(kind))
        except MissingExtraError as error:
            path = path.with_suffix(".dot")
            path.write_text(self.source, encoding="utf-8")
            warnings.warn(f"wrote the DOT text to {path}: {error}", stacklevel=2)
        if view:
            graphviz.view(str(path))
        return str(path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **options: Any) -> dict[str, Any]:
        try:
            return dict(super()._repr_mimebundle_(include, exclude, **options))
        except MissingExtraError as error:
            return {"text/plain": f"{error}\n\n{self.source}"}


# -- what is drawn where ------------------------------------------------------------------------------------------


@dataclass
class _Cluster:
    """A group of rows, such as a layer, with the nodes drawn in it and the clusters inside it."""

    name: str
    number: int
    seqs: set[int]
    nodes: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    inner: list[_Cluster] = field(default_factory=list)

    @property
    def drawn(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.nodes) or any([cluster.drawn for cluster in self.inner])

    def write(self, graph: graphviz.Digraph) -> None:
        for node, attributes in self.nodes:
            graph.node(node, **attributes)
        for cluster in self.inner:
            if cluster.drawn:
                with graph.subgraph(name=f"cluster_{cluster.number}") as part:
                    part.attr(label=cluster.name, **CLUSTER)
                    cluster.write(part)


class _Plan:
    """The nodes in their clusters, and the edges."""

    def __init__(self, table: Tape, fold: int | None, values: bool, partials: bool, adjoints: bool) -> None:
        self.values, self.adjoints = values, adjoints
        self.edges: dict[tuple[str, str], tuple[str, bool]] = {}
        self.top = _Cluster("", 0, set())
        rows = table.rows
        self._clusters(rows)
        variables = [row for row in rows if row.op is None]
        operations = [row for row in rows if row.op is not None]
        self.names: dict[int, str] = {}
        outputs = {row.seq for row in table.outputs_rows}
        for kept, name, what in ((variables, "inputs", "inputs"), (operations, "folded", "operations")):
            for row in self._folded(kept, fold, name, what):
                self.names[row.seq] = table.label(row)
                self._node(row, table.line(row), outputs)
        for row in operations:
            drawn = self.names[row.seq] != "folded"
            shown = {p.arg: _edge_label(p) for p in table.line(row).partials} if partials and drawn else {}
            for i, arg in enumerate(row.args):
                self._edge(row, i, arg, shown.get(table.label(arg), "") if arg.seq else "", table)

    def _folded(self, rows: list[Row], fold: int | None, name: str, what: str) -> list[Row]:
        """The rows to draw; the others become one node."""
        if fold is None or len(rows) <= fold:
            return rows
        head, tail = (fold + 1) // 2, fold // 2
        hidden = rows[head : len(rows) - tail]
        self.names.update(dict.fromkeys([row.seq for row in hidden], name))
        self.top.nodes.append((name, {"label": f"⋯ {len(hidden)} more {what} ⋯", **FOLDED}))
        return rows[:head] + (rows[-tail:] if tail else [])

    def _clusters(self, rows: list[Row]) -> None:
        """The tree of groups: a group's rows are what its outputs reach of what was recorded since it began."""
        groups: dict[tuple[int, str], list[Row]] = {}
        for row in rows:
            for name, since in (row.note or {}).get("groups", ()):
                groups.setdefault((since, name), []).append(row)
        for i, ((since, name), closing) in enumerate(sorted(groups.items(), key=lambda item: item[0])):
            cluster = _Cluster(name, i + 1, {row.seq for row in rows_of(closing, since + 1)})
            self._home(closing[-1].seq).inner.append(cluster)

    def _home(self, seq: int) -> _Cluster:
        """The innermost cluster of a row."""
        home = self.top
        while True:
            inside = [cluster for cluster in home.inner if seq in cluster.seqs]
            if not inside:
                return home
            home = inside[-1]

    def _node(self, row: Row, line: Line, outputs: set[int]) -> None:
        shape, value = short_shape(line.value), _cut(short(line.value)) if self.values else ""
        if row.op is not None:
            lines = [f"<b>{escape(line.label)}</b> = {escape(_cut(text(line.expression)))}"]
            details = [shape, value]
        else:
            lines = [f"<b>{escape(line.name or line.var)}</b>"]
            details = [f"{line.var} {shape}", value] if shape else [f"{line.var} = {value}" if value else line.var]
        lines += [_coloured(detail, DETAIL) for detail in details if detail]
        if self.adjoints:
            lines.append(_coloured(_cut(f"v̄{line.var[1:]} = {short(line.adjoint)}"), ADJOINT))
        kind = OUTPUT if row.seq in outputs else INPUT if row.op is None else OPERATION
        self._home(row.seq).nodes.append((self.names[row.seq], {"label": _stacked(lines), **kind}))

    def _edge(self, row: Row, i: int, arg: Row, label: str, table: Tape) -> None:
        head = self.names[row.seq]
        if arg.seq:
            tail = self.names[arg.seq]
        elif head == "folded":
            return
        else:
            tail = f"{head}_{i}"
            spelled = escape(_cut(text(table.symbol(arg))))
            self._home(row.seq).nodes.append((tail, {"label": f"<{spelled}>", **CONSTANT}))
        if tail != head:
            folded = "folded" in (tail, head) or tail == "inputs"
            self.edges[tail, head] = ("" if folded else label, folded)


def _cut(spelled: str) -> str:
    return spelled if len(spelled) <= LONGEST else spelled[: LONGEST - 1] + "…"


def _edge_label(partial: Partial) -> str:
    formula, number = _cut(text(partial.formula)), partial.number
    if number is None or np.shape(number) != () or short(number) == formula:
        return formula
    return f"{formula} = {short(number)}"


def _cell(label: str) -> str:
    return f"<&#160;{escape(label)}&#160;>"


def _stacked(lines: list[str]) -> str:
    """Lines of a node one under the other, a little apart."""
    rows = "".join([f"<tr><td>{line}</td></tr>" for line in lines])
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="1">{rows}</table>>'


def _coloured(line: str, colour: str) -> str:
    return f'<font point-size="9" color="{colour}">{escape(line)}</font>'
