"""A table as text, Markdown, LaTeX and HTML. It knows nothing of tapes: cells, each a list of pieces."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Table"]

Cells = list[list[str]]
"""The cells of one line, each a list of pieces that may stand one under the other."""


@dataclass(frozen=True)
class Table:
    """Columns headed `header`, lines `body`, and a note that `hidden` lines are left out before line `fold`.

    Parameters
    ----------
    header : list of str
    body : list of lines
        A line is one cell per column, and a cell a list of pieces.
    fold, hidden : int

    Examples
    --------
    >>> print(Table(["layer", "shape"], [[["Linear"], ["3×2"]], [["Tanh"], ["3×2"]]]).to_text())
    layer  | shape
    -------+------
    Linear | 3×2
    Tanh   | 3×2
    """

    header: list[str]
    body: list[Cells]
    fold: int = 0
    hidden: int = 0

    def _folded(self, note: str, lines: list[str]) -> list[str]:
        """`lines`, with `note` in the place of those left out."""
        return [*lines[: self.fold], note, *lines[self.fold :]] if self.hidden else lines

    def to_text(self, widest: int = 100) -> str:
        """For a terminal: columns aligned; pieces side by side, or one under the other where that is too wide."""
        joined = self._printed(_side_by_side(self.body))
        return joined if _width(joined.partition("\n")[2].partition("\n")[0]) <= widest else self._printed(self.body)

    def _printed(self, body: list[Cells]) -> str:
        note = ["⋮", f"({self.hidden} more)", *[""] * (len(self.header) - 2)]
        single = [[[word] for word in words] for words in ([self.header, note] if self.hidden else [self.header])]
        widths = [
            max([_width(piece) for cells in [*single, *body] for piece in cells[k]]) for k in range(len(self.header))
        ]

        def line(cells: list[str]) -> str:
            return " | ".join([_padded(c, w) for c, w in zip(cells, widths, strict=True)]).rstrip()

        lines = []
        for cells in body:
            depth = max([len(pieces) for pieces in cells])
            lines.append("\n".join([line([p[i] if i < len(p) else "" for p in cells]) for i in range(depth)]))
        rule = "-+-".join(["-" * w for w in widths])
        return "\n".join([line(self.header), rule, *self._folded(line(note), lines)])

    def to_markdown(self) -> str:
        """GitHub's Markdown."""
        n = len(self.header)
        lines = [
            "| " + " | ".join([", ".join([f"`{_coded(piece)}`" for piece in pieces]) for pieces in cells]) + " |"
            for cells in self.body
        ]
        note = f"| ⋮ | {self.hidden} more |{'  |' * (n - 2)}"
        return "\n".join([f"| {' | '.join(self.header)} |", f"|{' --- |' * n}", *self._folded(note, lines)])

    def to_latex(self) -> str:
        """A LaTeX ``array``; the cells have to be LaTeX already."""
        n = len(self.header)
        lines = [" & ".join([r" \quad ".join(pieces) for pieces in cells]) + r" \\" for cells in self.body]
        note = rf"\vdots & \text{{{self.hidden} more}}{' & ' * (n - 2)} \\"
        begin = rf"\begin{{array}}{{{'|'.join('l' * n)}}}"
        header = " & ".join(self.header) + r" \\"
        return "\n".join([begin, header, r"\hline", *self._folded(note, lines), r"\end{array}"])

    def to_html(self) -> str:
        """An HTML ``table``, well-formed as XML too; v12 and W_12 get their subscripts."""
        left = "style='text-align:left'"
        header = "".join([f"<th {left}>{_marked(h)}</th>" for h in self.header])
        lines = [
            "<tr>" + "".join([f"<td {left}>{'<br/>'.join(map(_marked, pieces))}</td>" for pieces in cells]) + "</tr>"
            for cells in self.body
        ]
        note = f"<tr><td>⋮</td><td colspan='{len(self.header) - 1}' {left}>{self.hidden} more</td></tr>"
        body = "".join(self._folded(note, lines))
        return f"<table class='tape'><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"


def _width(line: str) -> int:
    """The columns that `line` takes: none for combining marks, two for wide characters."""
    return sum([0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line])


def _padded(piece: str, width: int) -> str:
    return piece + " " * (width - _width(piece))


def _side_by_side(body: list[Cells]) -> list[Cells]:
    """The pieces of each cell on one line, each under that of the line above."""
    columns = []
    for column in zip(*body, strict=True):
        slots = max([len(pieces) for pieces in column])
        widths = [max([_width(pieces[i]) for pieces in column if i < len(pieces)]) for i in range(slots)]
        columns.append(
            ["   ".join([_padded(p, w) for p, w in zip(pieces, widths, strict=False)]).rstrip() for pieces in column]
        )
    return [[[piece] for piece in cells] for cells in zip(*columns, strict=True)]


def _coded(piece: str) -> str:
    """`piece` for a code span in a Markdown table."""
    return piece.replace("`", "'").replace("|", r"\|").replace("\n", " ")


def _marked(piece: str) -> str:
    marked = re.sub("(v\u0304?)(\\d+)", r"<i>\1</i><sub>\2</sub>", html.escape(piece))
    return re.sub(r"\b([A-Za-z])_(\d+)", r"<i>\1</i><sub>\2</sub>", marked)
