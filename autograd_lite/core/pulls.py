"""Pulls: how an adjoint passes through one row to its arguments. This is the hot path of every reverse sweep."""

from __future__ import annotations

from functools import cache
from typing import Any

from numpy import ndarray

from autograd_lite.arrays.libraries import PYTHON, SCALARS
from autograd_lite.arrays.memory import LARGE, private  # noqa: F401  # the text of a pull names LARGE
from autograd_lite.core.fitting import conform
from autograd_lite.core.op import primitives
from autograd_lite.core.recording import Call
from autograd_lite.core.row import Row

__all__ = ["GENERAL", "LINEAR", "pull_of", "pull_together", "pull_variadic", "term"]


_PULL = """
def make(times, {rules}):
    def pull(g, row, first):
        {rows}, = row.args
        v, {values}, params = row.value, {loads}, row.params or ()
        large = g.__class__ is ndarray and g.size >= LARGE
        {terms}
        if {fit}:
            return {contributions},
        return {conformed},
    return pull
"""
"""Every pull: for each argument what its rule makes of `g`, in that argument's shape and dtype, or None if the argument
is older than `first`. A line that no rule of an operation needs is left out.
"""


def term(p: Any, times: Call | None) -> str:
    """What an elementwise partial makes of the adjoint: ``g * p``, and for a constant less than that."""
    if not callable(p):  # 0 whatever that would have met
        return {1: "g", -1: "-g", 0: "primitives.zeros_like({x})"}.get(p, "g * {p}")
    return "times(g, {p}(v, {xs}))" if times else "_product(g, {p}(v, {xs}), {last}) if large else g * {p}(v, {xs})"


LINEAR, GENERAL = "{p}(g, {xs}, *params)", "{p}(g, v, {xs}, *params)"


def pull_of(rules: tuple[Any, ...], terms: list[str], closed: bool = False, times: Call | None = None) -> Call:
    """The pull of an operation, from a rule per argument and what is to be done with it.

    Without `closed` a real argument may have a complex result, or a complex one a real result.
    """
    pull: Call = _pulling(tuple(terms), closed and complex not in map(type, rules))(times, *rules)
    return pull


@cache
def _pulling(terms: tuple[str, ...], closed: bool) -> Call:
    """What makes a pull of rules. Few operations differ in more than their rules, so that few texts are compiled."""
    n = range(len(terms))
    rows, values, found = [f"x{i}" for i in n], [f"a{i}" for i in n], [f"c{i}" for i in n]
    lines = []
    for i, term in enumerate(terms):
        last = " and ".join([f"{x}.seq < first" for x in rows[i + 1 :]]) or "True"  # `g` is read for the last time
        text = term.format(p=f"p{i}", x=values[i], xs=", ".join(values), last=last)
        lines.append(f"c{i} = {text}" if len(n) == 1 else f"c{i} = ({text}) if x{i}.seq >= first else None")
    text = _PULL.format(
        rules=", ".join([f"p{i}" for i in n]),
        rows=", ".join(rows),
        values=", ".join(values),
        loads=", ".join([f"{x}.value" for x in rows]),
        terms="\n        ".join(lines),
        fit={1: "True", 2: _ALIKE}.get(len(n), "False") if closed else "False",
        contributions=", ".join(found),
        conformed=", ".join([f"conform({c}, {a})" for c, a in zip(found, values, strict=True)]),
    )
    if "*params" not in text:
        text = text.replace(", params = ", " = ").replace(", row.params or ()", "")
    if "if large" not in text:
        text = text.replace("        large = g.__class__ is ndarray and g.size >= LARGE\n", "")
    made: dict[str, Call] = {}
    exec(text, globals(), made)  # as in `recording`: the text is this file's, never a user's
    return made["make"]


_ALIKE = "a0.__class__ is a1.__class__ and (a0.__class__ in SCALARS or (a0.shape == a1.shape and a0.dtype is a1.dtype))"


def _product(g: Any, w: Any, last: bool = True) -> Any:
    """``g * w`` of a large adjoint and a partial, in the memory of either if nobody else sees it.

    `last` says that `g` is read for the last time. A pull calls this with what the sweep gave it.
    """
    if w.__class__ is ndarray and w.shape == g.shape and w.dtype is g.dtype:
        if private(w):
            w *= g
            return w
        if last and private(g, calls=3):  # from the sweep to the pull, to here, and on
            g *= w
            return g
    elif (w.__class__ in PYTHON or w.__class__ in SCALARS) and not any(g.strides):  # one entry, seen everywhere:
        return primitives.broadcast_to(g[(0,) * g.ndim] * w, g.shape)  # what a sum spread stays so
    return g * w


def pull_variadic(pull: Any) -> Call:
    """The pull of an operation of any number of arrays, from a function of an array's index."""

    def variadic(g: Any, row: Row, first: int) -> Any:
        xs, v, params = [x.value for x in row.args], row.value, row.params or ()
        return [
            conform(pull(i, g, v, xs, *params), xs[i]) if arg.seq >= first else None for i, arg in enumerate(row.args)
        ]

    return variadic


def pull_together(pull: Call) -> Call:
    """A pull whose arguments share their work."""

    def pulled(g: Any, row: Row, first: int) -> Any:
        xs = [x.value for x in row.args]
        parts = pull(g, row.value, xs, *(row.params or ()))
        return [conform(c, a.value) if a.seq >= first else None for c, a in zip(parts, row.args, strict=True)]

    return pulled
