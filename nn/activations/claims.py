"""What is known of an activation function, as a row: how rows become functions and modules, and how they print.

A row states its equation and its derivative as Python text, in the names of `autograd_lite`, of the function's
options, and ``f`` for the function itself. The tests run these very texts, and try every other claim with the engine.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from nn.listing import Listing
from nn.module import Module

__all__ = ["CLAIMS", "MODULES", "Activation", "Claims", "named", "row", "table"]

Function = Callable[..., Any]
Claim = bool | int | float | str
"""A value, or ``"value iff condition"`` where the condition is Python text on the options."""


class Activation(Module):
    """A function of arrays as a module. Its options are those of the function, and are attributes.

    An option that is a `Parameter` is trained: ``nn.ISRU(alpha=nn.Parameter(1.0))``.
    """

    function: Function
    options: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        if self.options:
            given = inspect.signature(self.function).bind(None, *args, **options)
            given.apply_defaults()
            for name in self.options:
                setattr(self, name, given.arguments[name])
        elif args or options:
            raise TypeError(f"{type(self).__name__} has no options")

    def forward(self, x: Any) -> Any:
        return self.function(x, **{name: getattr(self, name) for name in self.options})

    def extra_repr(self) -> str:
        return ", ".join([f"{name}={_shown(getattr(self, name))}" for name in self.options])


def _shown(option: Any) -> str:
    return repr(getattr(option, "value", option)) if not hasattr(option, "item") else f"{option.value}"


@dataclass(frozen=True)
class Claims:
    """What a row of the table says of a function of one number.

    Attributes
    ----------
    name, module, title : str
        The function's, the module's, and the one for people.
    function : callable
    equation, derivative : str
        Python text in x, the options, the names of `autograd_lite`, and f.
    range : str
        ``(`` and ``)`` leave the end out, ``[`` and ``]`` take it in, ``{0, 1}`` lists the values.
    order : int, inf or str
        Of the last continuous derivative: 0 if the function is continuous and its derivative jumps, -1 if it jumps.
    monotonic, derivative_monotonic : bool or str
    identity : bool or str
        Whether it approximates the identity near the origin: f(0) = 0, and f'(0) = 1 from both sides.
    note : str
    """

    name: str
    module: str
    title: str
    function: Function
    equation: str
    derivative: str
    range: str
    order: Claim
    monotonic: Claim
    derivative_monotonic: Claim
    identity: Claim
    note: str = ""


CLAIMS: dict[str, Claims] = {}
"""The rows of the table by the function's name."""

MODULES: dict[str, type[Module]] = {}
"""The module of each function, by the function's name."""


def named(
    name: str, module: str | type[Module], function: Function, doc: str, home: str
) -> tuple[Function, type[Module]]:
    """A function, and the module of it: made here, or the one given. `home` is the file that names both."""
    if function.__name__ == "<lambda>":
        function.__name__ = function.__qualname__ = name
        function.__doc__ = doc
        function.__module__ = home
    if isinstance(module, str):
        options = tuple(inspect.signature(function).parameters)[1:]
        body = {"function": staticmethod(function), "options": options, "__doc__": doc, "__module__": home}
        if not options:
            body["forward"] = body["function"]  # with nothing in between: every step of training comes here
        module = type(module, (Activation,), body)
    MODULES[name] = module
    return function, module


def row(
    name: str, module: str | type[Module], title: str, function: Function, equation: str, derivative: str, *claims: Any
) -> tuple[Function, type[Module]]:
    """A row of the table, as a function and its module. The claims are those of `Claims`, in its order."""
    made = named(name, module, function, f"{title}: ``{equation}``.", "nn.activations")
    CLAIMS[name] = Claims(name, made[1].__name__, title, function, equation, derivative, *claims)
    return made


HEADER = [
    *("name", "nn", "equation", "derivative", "range", "continuity", "monotonic", "derivative monotonic"),
    "identity near 0",
]


def table() -> Listing:
    """The activation functions with what is known of each: equation, derivative, range, order of continuity, whether
    it is monotonic, whether its derivative is, and whether it approximates the identity near the origin.

    Returns
    -------
    Listing
        ``print`` shows text, a notebook HTML; ``to_markdown()`` and ``to_html()`` give strings.

    Examples
    --------
    >>> import nn
    >>> print(str(nn.activations.table()).splitlines()[0].split(" | ")[2:5])
    ['equation ...', 'derivative ...', 'range ...']
    """
    notes: list[str] = []
    lines = []
    for c in CLAIMS.values():
        if c.note:
            notes.append(f"[{len(notes) + 1}] {c.title}: {c.note}")
        title = f"{c.title} [{len(notes)}]" if c.note else c.title
        words = [title, f"{c.name}, {c.module}", c.equation, c.derivative, c.range, _order(c.order)]
        words += [_yes(claim) for claim in (c.monotonic, c.derivative_monotonic, c.identity)]
        lines.append([[word] for word in words])
    return Listing(HEADER, lines, notes=tuple(notes))


def _order(claim: Claim) -> str:
    value, condition = str(claim).partition(" ")[::2]
    return f"C^{'∞' if value == str(inf) else value}" + (f" {condition}" if condition else "")


def _yes(claim: Claim) -> str:
    return claim if isinstance(claim, str) else "yes" if claim else "no"
