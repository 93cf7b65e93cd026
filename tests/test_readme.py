"""What README.md, CONTRIBUTING.md and the pages in docs show is run, and what they say it prints is what it prints."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from autograd_lite.core.op import OPS

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/complex.md",
    "docs/numpy.md",
)  # docs/other_arrays.md needs JAX: its own test


def fences(name: str) -> list[tuple[str, str]]:
    """The fenced blocks of a document: language and text, in order."""
    return FENCE.findall((ROOT / name).read_text(encoding="utf-8"))


def commands() -> list[str]:
    """Every shell command that README.md shows."""
    return [line for language, text in fences("README.md") if language == "sh" for line in text.splitlines()]


def test_every_block_is_of_a_kind_that_is_run():
    for name in RUN:
        assert {language for language, _ in fences(name)} <= {"python", "sh", "text"}


PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "notebooks" / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    """Links to files of this project; others are not asked for."""
    links = re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.fixture
def registry():
    """Operations that a snippet registers are gone afterwards: other tests walk the registry."""
    before = set(OPS)
    yield OPS
    for name in set(OPS) - before:
        del OPS[name]


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("name", RUN)
def test_python_snippets(name, tmp_path, monkeypatch):
    """The snippets run from top to bottom in one namespace; a text block is what the snippet above it prints."""
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {"__name__": "readme"}
    printed, ran = "", 0
    for language, text in fences(name):
        if language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(text, f"{name}, block {ran + 1}", "exec"), scope)
            printed, ran = out.getvalue(), ran + 1
        elif language == "text":
            assert [line.rstrip() for line in printed.splitlines()] == text.splitlines()
    assert ran


@pytest.mark.parametrize("command", commands())
def test_shell_commands(command, tmp_path):
    """``python -m`` runs; of ``make`` it is seen that the target exists, since this test is run by one of them."""
    words = shlex.split(command)
    if words[0] == "make":
        run = subprocess.run(["make", "--dry-run", *words[1:]], cwd=ROOT, capture_output=True, check=False, text=True)
    else:
        assert words[:2] == ["python", "-m"], f"say here how to run {command!r}"
        run = subprocess.run([sys.executable, *words[1:]], cwd=tmp_path, capture_output=True, check=False, text=True)
        assert "∂" in run.stdout
        assert list(tmp_path.iterdir()), "the graph is written"
    assert run.returncode == 0, run.stderr
