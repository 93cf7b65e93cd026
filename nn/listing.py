"""A table that prints itself, with notes below: what `activations.table` and `summary` return."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import autograd_lite as ag

__all__ = ["Listing"]


@dataclass(frozen=True)
class Listing(ag.Table):
    """A table with notes: ``print`` gives text, a notebook shows HTML, ``to_markdown()`` and ``to_html()`` the rest."""

    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.to_text(widest=400), *([""] if self.notes else []), *self.notes])

    def to_markdown(self) -> str:
        """GitHub's Markdown."""
        return "\n".join([super().to_markdown(), *[f"\n{note}" for note in self.notes]])

    def to_html(self) -> str:
        """An HTML ``table``, and a paragraph for each note."""
        return super().to_html() + "".join([f"<p>{escape(note)}</p>" for note in self.notes])

    def _repr_html_(self) -> str:
        return self.to_html()
