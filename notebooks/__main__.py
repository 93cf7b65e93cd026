"""``python -m notebooks [NAME …]``: run the sources and write each beside itself as an executed notebook.

``NN_name.py`` is what one edits, in jupytext's percent format; ``NN_name.ipynb`` is made from it here and never edited.
Made again from the same source it differs only where an output does: cells are numbered, not given random ids, and
carry no times. A warning of Python's is an error, as everywhere in this project; what else is written to stderr, such
as progress bars and what programs say of this machine's fonts, is left out.
"""

import re
import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent


def executed(source: Path) -> nbformat.NotebookNode:
    """The notebook of `source`, run in its own folder, however long it takes."""
    notebook = jupytext.read(source)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    client = NotebookClient(
        notebook,
        timeout=None,
        resources={"metadata": {"path": source.parent}},
        record_timing=False,
        coalesce_streams=True,
    )
    client.execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            said = "".join([output.text for output in cell.outputs if output.get("name") == "stderr"])
            if re.search(r"\wWarning: ", said):
                raise RuntimeError(f"{source.name}: a warning from\n{cell.source}\n{said}")
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            for data in [output.data for output in cell.outputs if "data" in output]:
                data["text/plain"] = re.sub(r" at 0x[0-9a-f]+", "", data.get("text/plain", ""))  # it differs every time
    return notebook


def main(names: list[str]) -> None:
    """Make the notebooks called `names` (``01_tape`` or a path to it), or all."""
    stems = [Path(name).stem for name in names] or sorted(path.stem for path in FOLDER.glob("[0-9][0-9]_*.py"))
    for source in [FOLDER / f"{stem}.py" for stem in stems]:
        start = time.perf_counter()
        notebook = executed(source)
        made = source.with_suffix(".ipynb")
        nbformat.write(notebook, made)
        print(f"{made.name}: {time.perf_counter() - start:.1f} s, {made.stat().st_size / 1e3:.0f} kB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
