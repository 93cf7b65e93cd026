"""The notebooks are what their sources say, ran without a fault, and are small; `make test` runs them anew."""

from __future__ import annotations

import re
from pathlib import Path

import jupytext
import nbformat
import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
SOURCES = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
MADE = sorted(FOLDER.glob("*.ipynb"))


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_source_has_its_notebook():
    assert [path.stem for path in SOURCES] == [path.stem for path in MADE]


def test_the_syllabus_lists_them_all():
    linked = re.findall(r"\]\((\w+)\.ipynb\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert sorted(set(linked)) == [path.stem for path in MADE]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_source(source):
    """It asserts what it claims, says what to try next, and fits the page."""
    notebook = jupytext.read(source)
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert notebook.metadata["jupytext"]["formats"] == "ipynb,py:percent"
    assert "execution" not in notebook.metadata  # no limit of seconds, which a slow machine would break
    assert any(re.search(r"^\s*assert |assert_allclose|check_grads", c.source, re.MULTILINE) for c in code(notebook))
    prose = "\n".join([cell.source for cell in notebook.cells if cell.cell_type == "markdown"])
    assert prose.startswith("# ")
    assert re.search(r"^## What to try next$", prose, re.MULTILINE)
    lines = [line for cell in code(notebook) for line in cell.source.splitlines()]
    assert [line for line in lines if len(line) > 120] == []  # as ruff has it elsewhere; prose wraps by itself


@pytest.mark.parametrize("made", MADE, ids=lambda path: path.stem)
def test_notebook(made):
    """Its cells are its source's, each has run in order, without an error or a warning, and there is a picture."""
    notebook, source = nbformat.read(made, as_version=4), jupytext.read(made.with_suffix(".py"))
    nbformat.validate(notebook)
    remedy = f"run: make notebooks NB={made.stem}"
    both = [[(cell.cell_type, cell.source) for cell in n.cells] for n in (notebook, source)]
    assert both[0] == both[1], remedy
    assert [c.execution_count for c in code(notebook)] == list(range(1, len(code(notebook)) + 1)), remedy
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    shown = [(kind, str(shown)) for output in outputs for kind, shown in output.get("data", {}).items()]
    assert any(kind.startswith("image/") or "<svg" in text for kind, text in shown)
    assert made.stat().st_size < 1e6, "at most 1 MB: fewer dots per inch, or pictures"
