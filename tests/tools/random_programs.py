"""Random programs under random transforms: everything composed with everything, and what must agree compared.

A program is the source of a function, in NumPy's words, that runs unchanged on arrays and on Tensors. A composition
differentiates it up to three times, each time in one argument along one direction, by a transform drawn anew (grad,
vjp, jvp, jacobian, hessian, hvp, backward, …), through wrappers that must change nothing (checkpoint, replay, copies,
containers, debug). However it is written, it is one number, D³f(x)[u, v, w]: all compositions of the same directions
agree with each other, and with differences of the program run by NumPy in extended precision, where none of this
package's derivatives is at work.

``python -m tests.tools.random_programs 1000 --seed 7`` runs as many; a failure is made smaller and printed, to be
pasted.
"""

from __future__ import annotations

import argparse
import copy
import sys
import warnings
from itertools import product
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite.core.tensor import raw
from tests.tools.random_drawing import Drawn, Program, comparable, drawn_compositions, drawn_program, scope

REFUSED = (
    ag.errors.DegenerateError,
    ag.errors.TrackedError,
    ag.errors.TracerError,
    ag.errors.NoRuleError,
    ag.errors.NonFiniteError,
)
"""What may come in the place of a derivative, since it says why and what to write."""


EXTENDED = {
    "lstsq": "takes stacks",
    "average": "of nothing is NaN, as a mean is",
    "polyder": "of matrices, column by column, as all orders but the last are",
    "zero-size array to reduction operation": "an empty array of quantiles",
    "`like` argument": "the Tensor that takes the place of a scalar is what like= asks for",
    "copyto() argument 1": "a Tensor without axes can be written to",
    "reshape() takes exactly": "a sample's own way to write it",
}
"""What this package does where NumPy refuses."""


class Disagreement(AssertionError):
    """Two numbers that are one differ; the message is a program to paste."""


# -- what must agree --------------------------------------------------------------------------------------------------


def checked(program: Program) -> str:
    """Raise Disagreement where two numbers that are one differ; else a word for what could be compared."""
    local = scope() | {f"u{k}": u for k, (_, u) in enumerate(program.levels)}
    exec(program.definitions(), local)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's of the plain run; ours have tests of their own
        _same_values(program, local)
        _same_refusals(program)
        return _same_derivatives(program, local)


def _same_values(program: Program, local: dict[str, Any]) -> None:
    """Every value, after all writes, is NumPy's, with its shape and dtype, and no input was written to."""
    expected = local["values"](*program.copies())
    variables = [ag.Tensor(x, requires_grad=True) for x in program.inputs]
    try:
        found = run(program, local["values"], variables)
    except REFUSED as error:
        raise Disagreement(f"{type(error).__name__}, though all are Tensors: {error}\n{program.text()}") from error
    # products and sums over another memory layout; decompositions of nearly equal arrays
    tolerance = 1e-4 if program.coarse else 1e-10
    for k, (a, b) in enumerate(zip(found, expected, strict=True)):
        value = raw(a)
        if np.shape(value) != np.shape(b) or value.dtype != b.dtype:
            raise Disagreement(
                f"value {k} has {np.shape(value)} {value.dtype}, NumPy's {np.shape(b)} {b.dtype}\n{program.text()}"
            )
        if not np.allclose(value, b, rtol=tolerance, atol=tolerance):
            raise Disagreement(f"value {k} is {value}, NumPy's {b}\n{program.text()}")
    for x, given in zip(variables, program.inputs, strict=True):
        if not np.array_equal(x.value, given):
            raise Disagreement(f"an input was written to: {x.value}, given {given}\n{program.text()}")


def _same_refusals(program: Program) -> None:
    """What NumPy raises for, this package raises for, and says why: not by an attribute that is missing."""
    for made, line, error in program.refused:
        # EXTENDED, and views that may be written to here: see test_views
        if any([name in line or name in str(error) for name in (*EXTENDED, "read-only")]):
            continue
        local = scope() | {f"x{i}": ag.Tensor(x, requires_grad=True) for i, x in enumerate(program.inputs)}
        kinds = (ValueError, TypeError, IndexError, NameError)  # the last, of one made smaller
        kinds += (type(error),) if isinstance(error, (ZeroDivisionError, RuntimeError)) else ()
        try:
            exec("\n".join([*program.lines[:made], line]), local)
        except kinds:
            continue
        except Exception as ours:
            raise Disagreement(f"NumPy raises {error!r}, a Tensor {ours!r}: {line}\n{program.text()}") from ours
        raise Disagreement(f"NumPy raises {error!r}, a Tensor does not: {line}\n{program.text()}")


def run(program: Program, f: Any, args: Any, *which: int) -> Any:
    try:
        return f(*args)
    except REFUSED:
        raise
    except Exception as error:
        if "read-only" in str(error):  # `debug` locks the arrays that a tape holds, plain ones of the program too
            raise ag.errors.TrackedError(str(error)) from error
        raise Disagreement(f"{type(error).__name__}: {error}\n{program.text(*which)}") from error


def _same_derivatives(program: Program, local: dict[str, Any]) -> str:
    results = []
    for k, spelling in enumerate(program.spellings):
        inner = dict(local)
        exec("\n".join(spelling), inner)
        try:
            args = [ag.Tensor(x) for x in program.copies()] if program.writes else program.copies()
            results.append(run(program, inner["d"], args, k))
        except REFUSED:
            return "refused"
    numbers = [complex(np.asarray(raw(r))) for r in results]
    smooth = not program.special and not any(["stop_gradient" in line for line in program.lines])
    reference, words = differences(program, local["f"]) if smooth else (None, "modes")
    known = [] if reference is None else [reference[0]]
    size = max([1.0, *[abs(n) for n in [*numbers, *known] if np.isfinite(n)]])
    # rounding in sums of products of up to ten factors, some cancelling; a wrong term is of the order of the result
    tolerance = size * (2e-2 if program.coarse else 1e-6)
    # where something is 0 or 1 exactly a higher derivative may not exist (of a modulus, of arcsin), nor that of a
    # negative number's power in the exponent, and one composition says NaN where another says 0
    corner = program.special or any([np.isin(np.abs(v), (0, 1)).any() for v in local["values"](*program.copies())])
    for k, n in enumerate(numbers[:-1]):
        if not _close(n, numbers[-1], tolerance) and not (corner and not np.isfinite([n, numbers[-1]]).all()):
            last = len(numbers) - 1
            raise Disagreement(f"{n} but by pushes {numbers[-1]}, by differences {known}\n{program.text(k, last)}")
    there = reference is not None and not (corner and not np.isfinite(numbers[0]))
    if there and not _close(numbers[0], known[0], tolerance + 10 * reference[1]):
        raise Disagreement(f"{numbers[0]} but by differences {known[0]} ± {reference[1]:.1e}\n{program.text(0)}")
    return words


def _close(a: complex, b: complex, tolerance: float) -> bool:
    if np.isfinite(a) and np.isfinite(b):
        return abs(a - b) <= tolerance
    return bool(np.isnan(a) and np.isnan(b)) or a == b


def differences(program: Program, f: Any) -> tuple[tuple[float, float] | None, str]:
    """The derivative by central differences in extended precision, and how far two steps are apart; None if too far."""
    wide: Any = np.clongdouble if program.dtype.startswith("c") else np.longdouble
    order = len(program.levels)

    def difference(h: float) -> Any:
        total: Any = 0
        for signs in product([1, -1], repeat=order):
            point = program.copies(wide)
            for s, (i, u) in zip(signs, program.levels, strict=True):
                point[i] = point[i] + s * h * u.astype(wide)
            total = total + np.prod(signs) * f(*point)
        return total / (2 * h) ** order

    try:
        f(*program.copies(wide))
        steps = [1e-3, 2e-3, 4e-3] if order > 1 else [1e-4, 2e-4, 4e-4]
        fine, mid, coarse = [difference(np.longdouble(h)) for h in steps]
    except Exception:  # of many kinds: LAPACK and SciPy have no extended precision
        return None, "modes"
    one, two = (4 * fine - mid) / 3, (4 * mid - coarse) / 3
    error = abs(float(one - two))
    if not np.isfinite(error) or error > 1e-4 * max(1.0, abs(float(one))):
        return None, "no limit"
    return (float(one), error), "differences"


# -- many, and smaller ------------------------------------------------------------------------------------------------


def fails(program: Program) -> str | None:
    try:
        checked(program)
    except Disagreement as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__} in the harness: {error}\n{program.text(*range(len(program.spellings)))}"
    return None


def smaller(program: Program) -> Program:
    """`program` without the lines it fails without."""
    kept = program
    for line in range(len(program.lines) - 1, -1, -1):
        tried = copy.copy(kept)
        tried.refused = [(made - (made > line), text, error) for made, text, error in kept.refused]
        tried.lines = [*kept.lines[:line], *kept.lines[line + 1 :]]
        try:
            exec(tried.definitions(), made := scope())
            with np.errstate(all="ignore"):
                good = all([comparable(v) for v in made["values"](*tried.copies())]) and bool(tried.bound())
        except Exception:
            continue
        if good and fails(tried):
            kept = tried
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description="Run random programs under random transforms.")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=int, default=7, help="steps of a program")
    parser.add_argument("--stop", type=int, default=5, help="failures after which to stop")
    options = parser.parse_args()
    words: dict[str, int] = {}
    failures = 0
    for seed in range(options.seed, options.seed + options.count):
        draw = Drawn(seed)
        program = drawn_program(draw, options.longest)
        drawn_compositions(draw, program)
        if fails(program):
            failures += 1
            print(f"# -- seed {seed}\n{fails(smaller(program))}\n", flush=True)
            if failures >= options.stop:
                break
        else:
            word = checked(program)
            words[word] = words.get(word, 0) + 1
    print(f"{sum(words.values())} agree {words}, {failures} do not")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
