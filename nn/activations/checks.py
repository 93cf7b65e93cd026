"""What the table of activations says, tried with the engine: each claim against what is measured.

`measure` looks at any function of one number. `verify` sets its findings beside the table's claims, and runs the
table's equations and derivatives; the tests ask that nothing fails.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.activations.claims import CLAIMS, Claim, Claims, Function
from nn.listing import Listing
from nn.support import nearest

__all__ = ["TRIED", "Measured", "Verification", "measure", "verify"]

TRIED: dict[str, list[dict[str, float]]] = {
    "isru": [{"alpha": a} for a in (1.0, 0.5, 3.0)],
    "leaky_relu": [{"negative_slope": a} for a in (0.01, -0.5, 0.0, 1.0, 2.0)],
    "prelu": [{"weight": a} for a in (0.25, -0.5, 0.0, 1.0, 2.0)],
    "elu": [{"alpha": a} for a in (1.0, 0.5, 2.0)],
    "celu": [{"alpha": a} for a in (1.0, 0.5, 2.0)],
    "softplus": [{"beta": a} for a in (1.0, 0.5, 3.0)],
    "squareplus": [{"b": a} for a in (4.0, 0.5)],
    "sine": [{"omega_0": a} for a in (30.0, 0.5, 1.0)],
    "threshold": [{"threshold": a, "value": b} for a, b in ((0.0, 0.0), (-1.0, -2.0), (-1.0, -1.0), (1.0, 2.0))],
    "hardshrink": [{"lambd": a} for a in (0.5, 2.0)],
    "softshrink": [{"lambd": a} for a in (0.5, 2.0)],
    "hardtanh": [{"min_val": a, "max_val": b} for a, b in ((-1.0, 1.0), (-2.0, 3.0), (1.0, 3.0))],
}
"""The options that a row is tried with, usual ones first; a function that is not here has none."""

EDGES = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 6.0)
"""Where the table's functions have corners, for the options tried."""

GRID = np.linspace(-15, 15, 6001)
"""With every edge, and so wide that what tends to a limit is within 1e-6 of it at the ends or at ±1e8."""

FAR = np.array([-1e8, 1e8])
FINE = np.linspace(-3, 0, 60001)
"""Finer where the table's functions have their minima."""

HIGHEST = 4
"""Derivatives up to this order are tried: a function whose fourth is continuous counts as C^∞."""


@dataclass(frozen=True)
class Measured:
    """What `measure` found of a function of one number.

    Attributes
    ----------
    low, high : float
        The least and greatest value, or what the function tends to; ±inf if it grows on.
    attained : pair of bool
        Whether the function takes the values `low` and `high`, or comes only near.
    order : int or inf
        Of the last continuous derivative: -1 if the function itself jumps.
    monotonic, derivative_monotonic, identity : bool
        As in `Claims`.
    levels : tuple of float
        All the values there are, if they are at most three.
    """

    low: float
    high: float
    attained: tuple[bool, bool]
    order: float
    monotonic: bool
    derivative_monotonic: bool
    identity: bool
    levels: tuple[float, ...] = ()

    @property
    def range(self) -> str:
        """As the table writes it: ``[-0.278465, inf)``, or ``{0, 1}``."""
        if self.levels:
            return f"{{{', '.join([f'{level:g}' for level in self.levels])}}}"
        ends = [f"{end + 0.0:.6g}" for end in (_rounded(self.low), _rounded(self.high))]
        return f"{'(['[self.attained[0]]}{ends[0]}, {ends[1]}{')]'[self.attained[1]]}"


def measure(f: Function, *, edges: tuple[float, ...] = EDGES) -> Measured:
    """Range, order of continuity, and whether `f` and its derivative are monotonic, by values and derivatives.

    The derivatives are the engine's. It looks at 6001 points from -15 to 15, at ±1e8 and, for jumps, on both sides of
    each of `edges`: what happens elsewhere it does not see.

    Parameters
    ----------
    f : callable
        Of an array, entry by entry.
    edges : tuple of float
        Where `f` or a derivative may jump.

    Examples
    --------
    >>> import nn
    >>> found = nn.activations.measure(lambda x: ag.maximum(x, 0.0) ** 2)
    >>> found.range, found.order, found.monotonic, found.derivative_monotonic, found.identity
    ('[0, inf)', 1, True, True, False)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that nothing trains through a step: here it is measured
        values, slopes = f(GRID), _derivative(f)(GRID)
        low, low_attained = _end(f, values, -1)
        high, high_attained = _end(f, values, 1)
        return Measured(
            low,
            high,
            (low_attained, high_attained),
            _order(f, np.array(edges)),
            _monotonic(values),
            _monotonic(slopes),
            _like_identity(f),
            tuple(map(float, levels)) if len(levels := np.unique(values)) <= 3 else (),
        )


def _derivative(f: Function, order: int = 1) -> Function:
    """The derivative of a function of each entry, from the engine."""
    for _ in range(order):
        f = (lambda g: lambda x: ag.grad(lambda t: ag.sum(g(t)))(x))(f)
    return f


def _end(f: Function, values: Any, side: int) -> tuple[float, bool]:
    """The largest value (`side` 1) or the least (-1), and whether it is attained."""
    best = float((side * np.concatenate([values, f(FAR), f(FINE)])).max())
    if best > 1e4:
        return side * math.inf, False
    # It is attained where the best is inside the grid, or on a plateau; else it is being approached.
    top = np.flatnonzero(side * values == (side * values).max())
    return side * best, bool(len(top) > 1 or top[0] not in (0, len(values) - 1))


def _monotonic(values: Any) -> bool:
    # Where a function has saturated neighbours differ by roundings, 1e-14 for values up to 15.
    steps = np.diff(values)
    return bool((steps > -1e-14).all() or (steps < 1e-14).all())


def _order(f: Function, edges: Any) -> float:
    """Derivatives up to the order agree on both sides of every edge, and the next one jumps at one of them."""
    h, around = 1e-9, np.linspace(-5, 5, 101)
    for order in range(HIGHEST + 1):
        g = _derivative(f, order)
        jump = np.abs(g(edges + h) - g(edges - h))
        # a continuous derivative changes by 2e-9 times the next one, which is at most some 1e2 times as large
        if (jump > 1e-3 * max(1.0, np.abs(g(around)).max())).any():
            return order - 1
    return math.inf


def _like_identity(f: Function) -> bool:
    slopes = _derivative(f)(np.array([-1e-9, 0.0, 1e-9]))
    return bool(abs(f(np.zeros(1))[0]) < 1e-15 and np.allclose(slopes, 1.0, atol=1e-6))  # 1e-9 times a curvature


def _rounded(x: float) -> float:
    """Without the last roundings of a limit: 1 for 1 - 1e-8."""
    return x if math.isinf(x) else round(x, 6)


# -- the table's claims -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verification(Listing):
    """What `verify` found, as a table; ``failures`` names each claim that does not hold."""

    failures: tuple[str, ...] = ()


HEADER = [
    *("function", "equation", "derivative", "range", "continuity", "monotonic", "derivative monotonic"),
    "identity near 0",
]


def verify(*names: str, claims: Mapping[str, Claims] = CLAIMS) -> Verification:
    """The claims of the table of activations against what is measured, each row with several options.

    A line for each row and choice of options: how far the texts of the equation and of the derivative are from the
    function and from the engine's derivative, relative to the size of the numbers; and what `measure` found, with
    ``✓`` where the table says so too, ``✗`` where it says otherwise.

    Parameters
    ----------
    *names : str
        Functions of the table; by default all.
    claims : mapping of name to Claims
        Another table.

    Returns
    -------
    Verification
        A table that prints; `failures` is empty if every claim holds.

    Raises
    ------
    ValueError
        The table has no such function.

    Examples
    --------
    >>> import nn
    >>> nn.activations.verify("tanh", "relu").failures
    ()
    """
    for name in names:
        if name not in claims:
            raise ValueError(f"verify: the table has no {name!r}{nearest(name, claims)}")
    failures: list[str] = []
    lines = []
    for name in names or claims:
        for options in TRIED.get(name, [{}]):
            label = ", ".join([name, *[f"{option}={value:g}" for option, value in options.items()]])
            cells = [label]
            for said, found, holds in _compared(claims[name], options):
                cells.append(f"{found} {'✓' if holds else '✗'}")
                if not holds:
                    failures.append(f"{label}: {HEADER[len(cells) - 1]}: the table says {_words(said)}, found {found}")
            lines.append([[cell] for cell in cells])
    return Verification(HEADER, lines, failures=tuple(failures))


def _compared(c: Claims, options: dict[str, float]) -> list[tuple[Claim, str, bool]]:
    """For each column: what the table says, what was found, and whether they agree."""

    def f(x: Any) -> Any:
        return c.function(x, **options)

    found = measure(f)
    with warnings.catch_warnings(), np.errstate(all="ignore"):  # a wrong text may divide by zero
        warnings.simplefilter("ignore", UserWarning)
        # The texts cancel where the functions do not: by one or two roundings of numbers up to 15.
        equation = _apart(f(GRID), _run(c.equation, f, options), 1e-12)
        derivative = _apart(_derivative(f)(GRID), _run(c.derivative, f, options), 1e-11)
    order = "inf" if found.order == math.inf else f"{found.order:g}"
    yes = ["no", "yes"]
    return [
        (c.equation, f"{equation[0]:.0e}", equation[1]),
        (c.derivative, f"{derivative[0]:.0e}", derivative[1]),
        (c.range, found.range, _range_holds(c.range, found, options)),
        (c.order, "C^" + order.replace("inf", "∞"), _holds(c.order, order, options)),
        *[
            (claim, yes[seen], _holds(claim, yes[seen], options))
            for claim, seen in (
                (c.monotonic, found.monotonic),
                (c.derivative_monotonic, found.derivative_monotonic),
                (c.identity, found.identity),
            )
        ],
    ]


def _run(text: str, f: Callable[[Any], Any], options: dict[str, float]) -> Any:
    """What the text of a row says on the grid."""
    names = {**{n: getattr(ag, n) for n in ag.__all__}, **options, "x": GRID, "f": f}
    return eval(text, {"__builtins__": {}}, names) * np.ones_like(GRID)


def _apart(values: Any, said: Any, tolerance: float) -> tuple[float, bool]:
    """The largest difference relative to the larger of 1 and the value, and whether it is a matter of roundings."""
    close = np.allclose(values, said, rtol=tolerance, atol=tolerance / 100)
    apart = np.abs(values - said) / np.maximum(1, np.abs(said))
    return float(np.nan_to_num(apart, nan=np.inf).max()), bool(close)


def _words(claim: Claim) -> str:
    return {"True": "yes", "False": "no"}.get(str(claim), str(claim))


def _holds(claim: Claim, found: str, options: dict[str, float]) -> bool:
    """Whether `claim`, ``"value"`` or ``"value iff condition"``, says what was found, for these options."""
    said, _, condition = _words(claim).partition(" iff ")
    if condition and not eval(condition, {"__builtins__": {}}, options):
        return said != found
    return said == found


def _range_holds(claim: str, found: Measured, options: dict[str, float]) -> bool:
    said, _, condition = claim.partition(" iff ")
    if said.startswith("{") or found.levels:
        return said == found.range
    scope = {"inf": math.inf, "pi": math.pi, "sqrt": math.sqrt, **options}
    low, high = (eval(end, {"__builtins__": {}}, scope) for end in said[1:-1].split(", "))
    same = found.attained == (said[0] == "[", said[-1] == "]")
    for end, seen in ((low, found.low), (high, found.high)):
        same = same and (end == seen or abs(end - seen) < 1e-6)  # the table prints six digits
    return same == (not condition or bool(eval(condition, {"__builtins__": {}}, options)))
