"""``python -m tests.tools.census_table``: write the tables of docs/numpy.md, from the samples of the census."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import autograd_lite as ag
from autograd_lite.errors import NoRuleError
from autograd_lite.numpy_functions.equivalents import MODULES
from tests.support.numpy_samples import (
    ALL_UFUNCS,
    DIFFERENTIABLE,
    FUNCTIONS,
    LIKE,
    PASSES,
    RAISES,
    UFUNCS,
    UFUNCS_PASS,
    UFUNCS_RAISE,
    A,
)

PAGE = Path(__file__).parents[2] / "docs" / "numpy.md"
START = "<!-- from here on: python -m tests.tools.census_table -->\n"


def remedy(name: str, function: Any, *args: Any) -> str:
    """What the error of a call with tracked Tensors says, without the function's name and the advice to detach."""
    try:
        function(*args)
    except NoRuleError as error:
        text = str(error).removeprefix(f"np.{name} ").removeprefix("has no derivative rule here: ")
        text = f"it {text}" if text.startswith("is for") else text
        return f"error: {text.removesuffix('; pass .detach() if no derivative is wanted')}"
    raise AssertionError(f"np.{name} of a tracked Tensor was to be an error")


def rows(tables: tuple[dict[str, Any], dict[str, Any]], errors: dict[str, str]) -> list[tuple[str, str]]:
    """A row a function, those of NumPy's main namespace first."""
    found = {**dict.fromkeys(tables[0], "derivative"), **dict.fromkeys(tables[1], "passes through"), **errors}
    spelled = {name.replace("lib.scimath", "emath"): text for name, text in found.items()}
    ordered = sorted(spelled, key=lambda name: (name.count("."), name.lower()))
    return [(f"`np.{name}(…, like=t)`" if name in LIKE else f"`np.{name}`", spelled[name]) for name in ordered]


def table(head: tuple[str, str], body: list[tuple[str, str]]) -> str:
    """Markdown, its columns aligned."""
    width = max(len(name) for name, _ in body)
    lines = [f"| {head[0]:{width}} | {head[1]} |", f"| {'-' * width} | --- |"]
    return "\n".join([*lines, *[f"| {name:{width}} | {text} |" for name, text in body]]) + "\n"


def tables() -> str:
    """Both tables, the same with every version of NumPy that has the functions which raise."""
    whole = {module.removeprefix("numpy."): text for module, text in MODULES.items()}  # one row for all of a module
    errors = {f"{module}.*": f"error: {text}" for module, text in whole.items()}
    for name, (_, f, *args) in RAISES.items():
        if name in FUNCTIONS and name.rpartition(".")[0] not in whole:
            errors[name] = remedy(name, f, *map(ag.Var, args))
    plain = {n: what for n, what in UFUNCS_RAISE.items() if what != "text"}
    refused = {n: remedy(n, ALL_UFUNCS[n], *[ag.Var(A)] * ALL_UFUNCS[n].nin) for n in plain}
    public = {name: sample for name, sample in UFUNCS_PASS.items() if not name.startswith("_")}
    return (
        table(("function", "of a tracked Tensor"), rows((DIFFERENTIABLE, PASSES), errors))
        + "\n"
        + table(("ufunc", "of a tracked Tensor"), rows((UFUNCS, public), refused))
    )


def page() -> str:
    """The page with its tables made anew."""
    return PAGE.read_text(encoding="utf-8").partition(START)[0] + START + "\n" + tables()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
