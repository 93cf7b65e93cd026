"""For every function that works entry by entry: the same function in mpmath, and the points where both are compared.

An `Entry` is a line: a function of mpmath's numbers, the points at which it is differentiated (it is analytic near
each), and `limits`, written out, where it is not (infinities, poles, corners). `python -m tests.tools.mpmath_table
[name …]` computes values and derivatives to the third order at the points and writes them to
``tests/data/mpmath.json``; the test then needs no mpmath but for a sample. Derivatives are central differences with
steps of 1e-40 and hundreds of digits: they know nothing of the rules they judge.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from itertools import combinations_with_replacement, product
from math import comb
from pathlib import Path
from typing import Any, NamedTuple

from mpmath import mp, mpf

PATH = Path(__file__).parent.parent / "data" / "mpmath.json"
ORDER = 3
INF = float("inf")
STEP = 40  # digits: a step of 1e-40 times the scale of the argument


class Entry(NamedTuple):
    """How one function is judged. `wrt` are the arguments with derivatives; `limits` go from a point to its jet."""

    f: Callable[..., Any]
    points: Iterable[Any]
    limits: dict[Any, Any] = {}  # noqa: RUF012  # never written to
    wrt: tuple[int, ...] = (0,)
    call: Callable[..., Any] | None = None

    def jet(self) -> list[str]:
        """The derivatives compared: "" is the value, "01" the derivative in arguments 0 and 1."""
        return ["".join(map(str, c)) for n in range(ORDER + 1) for c in combinations_with_replacement(self.wrt, n)]

    def places(self) -> list[tuple[float, ...]]:
        return [p if isinstance(p, tuple) else (p,) for p in self.points]

    def expected(self) -> list[tuple[tuple[float, ...], dict[str, float]]]:
        """The limits, each as its point and derivatives by name; for one argument they are given in order."""
        out = []
        for p, jet in self.limits.items():
            named = jet if isinstance(jet, dict) else dict(zip(self.jet(), jet, strict=False))
            out.append((p if isinstance(p, tuple) else (p,), named))
        return out


def derivative(f: Callable[..., Any], point: tuple[float, ...], which: str) -> Any:
    """The derivative of `f` at `point` in the arguments named by the digits of `which`, to some 20 digits."""
    sizes = [abs(mp.log10(abs(mpf(x)))) if x else 0 for x in point]
    digits = (STEP + max(sizes)) * (len(which) + 1) + STEP
    before = None
    for more in (
        1,
        1.5,
        2.5,
        5,
        8,
    ):  # where a function saturates, or cancels inside, the digits are not enough at first
        mp.dps = int(more * digits)
        found, natural = difference(f, point, which, STEP)
        if before is not None and found and abs(found - before) <= abs(found) * mpf(10) ** -20:
            if abs(found) > natural * mpf(10) ** -50:
                return found
            finer, _ = difference(f, point, which, STEP + 3)  # is it the step's error, of second order?
            return found if abs(finer) > abs(found) / 100 else mpf(0)
        before = found
    return mpf(0)  # nothing but rounding


def difference(f: Callable[..., Any], point: tuple[float, ...], which: str, step: int) -> tuple[Any, Any]:
    """The central difference of the order of `which`, and the size that such a derivative ordinarily has."""
    orders = [which.count(str(i)) for i in range(len(point))]
    xs = [mpf(x) for x in point]
    scales = [min(1, abs(x)) if x else mpf(1) for x in xs]
    total, size = mpf(0), mpf(0)
    for ks in product(*[range(n + 1) for n in orders]):
        weight = mpf(1)
        for n, k in zip(orders, ks, strict=True):
            weight *= (-1) ** k * comb(n, k)
        steps = [(mpf(n) / 2 - k) * h * mpf(10) ** -step for n, k, h in zip(orders, ks, scales, strict=True)]
        term = weight * mp.re(f(*[x + h for x, h in zip(xs, steps, strict=True)]))
        total, size = total + term, size + abs(term)
    per = mpf(1)
    for n, h in zip(orders, scales, strict=True):
        per *= h**n
    return total / per * mpf(10) ** (step * len(which)), size / per


def number(x: Any) -> float:
    """The nearest double: infinite beyond the largest."""
    return float(x) if abs(x) < mpf(2) ** 1024 else INF if x > 0 else -INF


def both(*xs: float) -> tuple[float, ...]:
    return (*xs, *[-x for x in xs])


def inverse(f: Callable[..., Any], guess: Callable[..., float]) -> Callable[..., Any]:
    """The inverse of `f` in its last argument, by the secant method from a double-precision guess."""

    def g(*args: Any) -> Any:
        *shapes, y = args
        b = mpf(guess(*map(float, args)))
        a = b * (1 + mpf(2) ** -50)
        fa, fb = f(*shapes, a) - y, f(*shapes, b) - y
        while abs(b - a) > abs(b) * mpf(10) ** (5 - mp.dps) and fa != fb:
            a, b, fa = b, b - fb * (b - a) / (fb - fa), fb
            fb = f(*shapes, b) - y
        return b

    return g


def load() -> dict[str, Any]:
    """The stored references, by name: points and, for each derivative, the numbers at those points."""
    return dict(json.loads(PATH.read_text(encoding="utf-8")))


def computed(entry: Entry) -> dict[str, Any]:
    """What is stored of an entry."""
    jets = {d: [number(derivative(entry.f, p, d)) for p in entry.places()] for d in entry.jet()}
    return {"points": [list(p) for p in entry.places()], "jets": jets}


def main(names: list[str]) -> None:
    """Compute those named, or those whose points have changed, and write the file: one line an entry."""
    from tests.support.mpmath_entries import ENTRIES

    stored = load() if PATH.exists() else {}
    for name, entry in ENTRIES.items():
        old = stored.get(name, {"points": None, "jets": {}})
        if (
            name in names
            or repr(old["points"]) != repr([list(p) for p in entry.places()])
            or list(old["jets"]) != entry.jet()
        ):
            start = time.perf_counter()
            stored[name] = computed(entry)
            sys.stdout.write(f"{name}: {time.perf_counter() - start:.1f} s\n")
        lines = [f"{json.dumps(key)}: {json.dumps(stored[key])}" for key in sorted(ENTRIES) if key in stored]
        PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
