"""Which random generators a function can draw from, and Tensors it can write to; letting it find both as they were."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from types import BuiltinMethodType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from autograd_lite.core.row import Row
from autograd_lite.core.tensor import Tensor
from autograd_lite.core.views import View

__all__ = ["Draws"]

MOST = 10_000
"""Objects that are looked through: a function that reaches more may draw from a generator that is not found."""

GLOBAL = {random: random.getstate.__self__, np.random: np.random.get_state.__self__}  # type: ignore[attr-defined]  # both are bound methods
"""The generators behind the functions of a module, as ``np.random.normal``."""

PLAIN = frozenset({np.ndarray, bool, int, float, complex, str, bytes, type(None), np.float64})
"""Classes of what is met most often, and holds nothing."""

PACKAGES = ("autograd_lite", "numpy", "scipy", "optree")
"""Whose functions draw from no generator but what they are given."""


class Draws:
    """The generators within reach of some objects (functions, what they close over, modules of a network), as they are;
    with `written` the Tensors too.

    Found are those in arguments, closures, attributes and containers, those that a function's code names, and the
    global ones of ``random`` and ``np.random`` where its code names these.
    """

    def __init__(self, *roots: Any, written: bool = False) -> None:
        self.before = [(g, _state(g)) for g in _reached(roots, written)]

    def keep_moved(self) -> bool:
        """Forget the generators that have not drawn since, and the Tensors not written to; whether any are left."""
        self.before = [(g, state) for g, state in self.before if not _equal(_state(g), state)]
        return bool(self.before)

    @contextmanager
    def again(self) -> Iterator[None]:
        """Inside, the generators draw what they drew since `self` was made, and Tensors hold what they held; afterwards
        they are as before."""
        now = [(g, _state(g)) for g, _ in self.before]
        try:
            for g, state in self.before:
                _set(g, state)
            yield
        finally:
            for g, state in now:
                _set(g, state)


def _reached(roots: tuple[Any, ...], written: bool) -> list[Any]:
    """The generators that `roots` reach, and if they may be `written` to the Tensors."""
    found: list[Any] = []
    met, todo = set(), list(roots)
    for x in todo:  # which grows meanwhile
        if x.__class__ in PLAIN or id(x) in met:
            continue
        met.add(id(x))
        if isinstance(x, (np.random.Generator, np.random.RandomState, random.Random)):
            found.append(x)
        elif isinstance(x, Tensor):
            if written:
                found.append(x._root if isinstance(x, View) else x)  # every write to a view ends there
        elif len(todo) < MOST:
            todo.extend(_within(x))
    return found


def _within(x: Any) -> list[Any]:
    """What an object holds, as far as generators may be there."""
    if isinstance(x, FunctionType):
        named = [] if (x.__module__ or "").partition(".")[0] in PACKAGES else _named(x.__code__, x.__globals__)
        return [
            *_closed_over(x),
            *named,
            *(x.__defaults__ or ()),
            *(x.__kwdefaults__ or {}).values(),
            *vars(x).values(),
        ]
    if isinstance(x, (MethodType, BuiltinMethodType)):
        return [x.__self__, getattr(x, "__func__", None)]
    if isinstance(x, partial):
        return [x.func, x.args, x.keywords]
    if isinstance(x, ModuleType):
        return [GLOBAL[x]] if x in GLOBAL else []
    if isinstance(x, (list, tuple, set, frozenset)):
        return [*x] if len(x) < MOST else []
    if isinstance(x, dict):
        return [*x.values()] if len(x) < MOST else []
    if isinstance(x, type) or not hasattr(x, "__dict__") or hasattr(x.__class__, "__array_namespace__"):
        return []
    return [*vars(x).values(), *[getattr(type(x), name, None) for name in ("forward", "__call__")]]


def _closed_over(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # a name that has no value yet
            continue


@lru_cache(maxsize=1024)
def _names(code: CodeType) -> frozenset[str]:
    """The global names and attributes in a function's code, and in the functions that it makes."""
    return frozenset(code.co_names).union(*[_names(inner) for inner in code.co_consts if isinstance(inner, CodeType)])


def _named(code: CodeType, scope: dict[str, Any]) -> list[Any]:
    """The global values that a function's code names; ``random`` as an attribute may be NumPy's."""
    names = _names(code)
    found = [scope[name] for name in names if name in scope]
    return [*found, np.random] if "random" in names else found


def _state(g: Any) -> Any:
    if isinstance(g, Tensor):
        return g._row
    if isinstance(g, np.random.Generator):
        return g.bit_generator.state
    return g.getstate() if isinstance(g, random.Random) else g.get_state(legacy=False)


def _set(g: Any, state: Any) -> None:
    if isinstance(g, Tensor):
        g._row = state
    elif isinstance(g, np.random.Generator):
        g.bit_generator.state = state
    else:
        (g.setstate if isinstance(g, random.Random) else g.set_state)(state)


def _equal(a: Any, b: Any) -> bool:
    """Whether two states are one."""
    if isinstance(a, Row):
        return a is b
    if isinstance(a, dict):
        return all([_equal(a[key], b[key]) for key in a])
    return bool(np.array_equal(a, b)) if isinstance(a, np.ndarray) else bool(a == b)
