"""Are the tests good enough to catch a wrong rule? Make every rule of the registry wrong, one way at a time, and see.

Run as ``python -m tests.tools.mutants [operation …] [--each 3] [--seed 0]``, or ``make test-mutants``; without
``--each`` all mutants of an operation are made, with it so many, drawn by the seed. Each mutant goes through the
operation's tests of `test_registry`, from the quickest on, until one fails: it is killed. Fewer than 98% killed is exit
status 1, and so is a test that fails without any mutation, whose kills would mean nothing.

A mutant that computes the same numbers could not be killed; the lists below name those, with the reason, and they
are not made.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

import autograd_lite as ag
from autograd_lite.core import rules
from autograd_lite.core.op import OPS, Op
from tests.ops.test_registry import PROPERTIES
from tests.support.domains import DIFFERENTIABLE, DOMAINS

ENOUGH = 0.98

TRANSPOSE_IS_IDENTITY = {
    "copy": "an adjoint in memory of its own is the adjoint",
    "alias": "the operation is the identity",
    "astype": "the sweep's end casts a gradient to its variable's dtype in any case",
}
"""Linear operations whose missing transpose changes nothing."""

SYMMETRIC = {("clip", 2): "the upper limit is passed on where x or the lower limit exceeds it, no matter which"}
"""Partials that are the same with their first two arguments exchanged."""

MANY = 2
"""How many arguments of an operation with any number of them are tried: all go through one rule."""


class Mutant(NamedTuple):
    """One way to be wrong: attributes of the operation to replace, or a function of `rules`."""

    name: str
    what: str
    attributes: dict[str, Any]
    no_conform: bool = False

    @contextmanager
    def active(self) -> Iterator[None]:
        """Wrong inside, as it was outside."""
        op, conform = OPS[self.name], rules.conform
        before = {key: getattr(op, key) for key in self.attributes}
        try:
            for key, value in self.attributes.items():
                setattr(op, key, value)
            if self.no_conform:
                rules.conform = lambda c, x: c
            yield
        finally:
            rules.conform = conform
            for key, value in before.items():
                setattr(op, key, value)


# -- the ways to be wrong ---------------------------------------------------------------------------------------------

WRONG: dict[str, Callable[[Any], Any]] = {
    "sign flipped": lambda c: -c,
    "factor 2": lambda c: 2 * c,
    "dropped": lambda c: 0 * c,
}


def pulled(pull: Any, i: int, wrong: Callable[[Any], Any]) -> Any:
    """A pull whose i-th contribution goes wrong."""

    def mutated(g: Any, row: Any, first: int) -> Any:
        parts = list(pull(g, row, first))
        if i < len(parts) and parts[i] is not None:
            parts[i] = wrong(parts[i])
        return parts

    return mutated


def pushed(push: Any, i: int, wrong: Callable[[Any], Any]) -> Any:
    """A push whose i-th tangent goes wrong."""

    def mutated(row: Any, tangents: list[Any], gated: bool) -> Any:
        return push(row, [wrong(t) if k == i and t is not None else t for k, t in enumerate(tangents)], gated)

    return mutated


def with_partials(op: Op, partials: tuple[Any, ...], holes: bool) -> dict[str, Any]:
    """The pull and push that an elementwise operation would have had with other partials."""
    name = f"{op.name}, mutated"
    signature = ", ".join(op.arrays) + ", /"
    ag.elementwise(name, op.kernel, *partials, signature=signature, holes=holes)
    made = OPS.pop(name)
    return {"pull": made.pull, "gated": made.gated, "push": made.push}


def exchanged(p: Callable[..., Any]) -> Callable[..., Any]:
    """A partial that takes its first two arguments for each other."""
    return lambda v, x, y, *rest: p(v, y, x, *rest)


def differentiated(op: Op) -> list[int]:
    """The arguments through which something passes: a partial that is None or 0 is the same with any sign or factor."""
    if op.variadic:
        return list(range(MANY))
    if op.kind == "elementwise":
        return [i for i, p in enumerate(op.rules) if callable(p) or p]
    return list(range(len(op.arrays)))


def mutants(name: str) -> Iterator[Mutant]:
    """Every way to be wrong that this operation has."""
    op = OPS[name]
    arguments = differentiated(op)
    for i in arguments:
        for what, wrong in WRONG.items():
            yield Mutant(name, f"pull {i} {what}", {k: pulled(getattr(op, k), i, wrong) for k in ("pull", "gated")})
            yield Mutant(name, f"push {i} {what}", {"push": pushed(op.push, i, wrong)})
    if arguments and op.holes:
        yield Mutant(name, "holes not announced", {"holes": False})
    if DOMAINS[name].singular or op.kind == "bilinear":
        yield Mutant(name, "pull not gated", {"gated": op.pull})
    if (DOMAINS[name].singular and op.kind == "elementwise") or op.kind == "bilinear":  # other pushes are not told
        push = op.push
        yield Mutant(name, "push not gated", {"push": lambda row, tangents, gated: push(row, tangents, False)})
    yield from {"elementwise": of_partials, "linear": of_transposes, "bilinear": of_transposes}.get(op.kind, none)(op)


def none(op: Op) -> Iterator[Mutant]:
    """A general rule is taken as it is: only its results go wrong."""
    return iter(())


def of_partials(op: Op) -> Iterator[Mutant]:
    """An elementwise operation with one partial wrong, in both modes."""
    partials = op.rules
    for i, p in enumerate(partials):
        if callable(p):
            other = [1 if k == i else q for k, q in enumerate(partials)]
            yield Mutant(op.name, f"partial {i} missing", with_partials(op, tuple(other), op.holes))
        if p == 0 and (op.name, i) != ("where", 0):  # a condition is a boolean: nothing is pulled into it
            other = [1 if k == i else q for k, q in enumerate(partials)]
            yield Mutant(op.name, f"partial {i} not 0", with_partials(op, tuple(other), op.holes))
        if callable(p) and len(partials) > 1 and (op.name, i) not in SYMMETRIC:
            other = [exchanged(p) if k == i else q for k, q in enumerate(partials)]
            yield Mutant(op.name, f"partial {i}, operands exchanged", with_partials(op, tuple(other), op.holes))
    if op.holes and any(callable(p) for p in partials):
        yield Mutant(op.name, "selected by a product", with_partials(op, partials, holes=False))
    if len(differentiated(op)) > 1:  # one argument alone has the shape of the result: nothing to sum
        yield Mutant(op.name, "broadcast axes not summed", {}, no_conform=True)


def of_transposes(op: Op) -> Iterator[Mutant]:
    """A linear operation without its transpose, a bilinear one with its two exchanged."""
    pull = op.pull
    if op.kind == "bilinear":
        ag.bilinear("exchanged", op.kernel, *op.rules[::-1], signature=signature(op))
        made = OPS.pop("exchanged")
        yield Mutant(op.name, "transposes exchanged", {"pull": made.pull, "gated": made.gated})
    elif op.name not in TRANSPOSE_IS_IDENTITY:
        wrong = lambda g, row, first: [g if c is not None else None for c in pull(g, row, first)]
        yield Mutant(op.name, "transpose missing", {"pull": wrong, "gated": wrong})


def signature(op: Op) -> str:
    return ", ".join([*op.arrays, "/", *op.options])


# -- the runner -------------------------------------------------------------------------------------------------------


def failing(name: str) -> str | None:
    """The first of the operation's tests that fails, or None."""
    for test, names in PROPERTIES:
        if name in names:
            try:
                test(name)
            except Exception as error:
                return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
    return None


def main() -> int:
    """Run the mutants, report, and return the exit status."""
    parser = argparse.ArgumentParser(description="Make rules of the registry wrong, and see the tests catch it.")
    parser.add_argument("operations", nargs="*", default=DIFFERENTIABLE)
    parser.add_argument("--each", type=int, default=0, help="mutants of an operation; 0 for all")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    started, killed = time.perf_counter(), 0
    survivors: list[Mutant] = []
    failed: list[str] = []
    for name in options.operations:
        broken = failing(name)
        if broken:
            print(f"{name:18} fails without any mutation: {broken}")
            failed.append(name)
            continue
        tried = list(mutants(name))
        tried = draw.sample(tried, min(options.each or len(tried), len(tried)))
        for mutant in tried:
            with mutant.active():
                caught = failing(name)
            killed += caught is not None
            survivors += [mutant] if caught is None else []
        print(
            f"{name:18} {len(tried):3} mutants{''.join([f', survived: {m.what}' for m in survivors if m.name == name])}"
        )
    total = killed + len(survivors)
    share = killed / total if total else 1.0
    print(f"{killed} of {total} mutants killed, {share:.1%}, in {time.perf_counter() - started:.0f} s")
    return int(share < ENOUGH or bool(failed))


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # a mutant may well overflow
    np.seterr(all="ignore")
    sys.exit(main())
