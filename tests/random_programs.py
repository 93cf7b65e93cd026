"""Random programs under random transforms: everything composed with everything, and what must agree compared.

A program is the source of a function, in NumPy's words, that runs unchanged on arrays and on Tensors. A composition
differentiates it up to three times, each time in one argument along one direction, by a transform drawn anew (grad,
vjp, jvp, jacobian, hessian, hvp, backward, …), through wrappers that must change nothing (checkpoint, replay, copies,
containers, debug). However it is written, it is one number, D³f(x)[u, v, w]: all compositions of the same directions
agree with each other, and with differences of the program run by NumPy in extended precision, where none of this
package's derivatives is at work.

``python -m tests.random_programs 1000 --seed 7`` runs as many; a failure is made smaller and printed, to be pasted.
"""

from __future__ import annotations

import argparse
import copy
import random
import sys
import warnings
from itertools import product
from typing import Any

import numpy as np

import autograd_lite as ag
from tests import random_steps
from tests.random_steps import (
    COPIES,
    DTYPES,
    INDICES,
    OF_NUMBERS,
    ONE,
    OUTERMOST,
    REAL_ONLY,
    SHAPES,
    STEPS,
    TWO,
    VECTOR,
)

LARGEST = 300.0  # of a value: beyond it too few digits are left to compare
MOST = 24  # entries of one value
HELPERS = ("along", "backward", "real_sum", "replayed", "twice", "weighted", "weights", "within")


class Drawn:
    """Choices by Python's generator; hypothesis makes them through the same two methods."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, options: Any) -> Any:
        return self.random.choice(options)

    def integer(self, low: int, high: int) -> int:
        return self.random.randint(low, high)


def scope() -> dict[str, Any]:
    """The names that a program's text uses."""
    return {"np": np, "ag": ag, "copy": copy, **{name: getattr(random_steps, name) for name in HELPERS}}


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
}
"""What this package does where NumPy refuses."""


class Disagreement(AssertionError):
    """Two numbers that are one differ; the message is a program to paste."""


# -- a program --------------------------------------------------------------------------------------------------------


class Program:
    """The lines of a function, its inputs, the directions to differentiate in, and ways to write that."""

    def __init__(self, dtype: str, inputs: list[Any], special: bool = False) -> None:
        self.dtype, self.inputs, self.special = dtype, inputs, special
        self.lines: list[str] = []
        self.refused: list[tuple[int, str, Exception]] = []  # by NumPy: after how many lines, which, and how
        self.levels: list[tuple[int, Any]] = []  # innermost first: which argument, along what
        self.spellings: list[list[str]] = []

    @property
    def names(self) -> list[str]:
        return [f"x{i}" for i in range(len(self.inputs))]

    def bound(self) -> list[str]:
        """The names that lines bind, in order."""
        targets = [line.partition(" = ")[0] for line in self.lines]
        return list(dict.fromkeys(target for target in targets if target.isalnum()))

    def definitions(self) -> str:
        """`values`, every value; `vector`, their real and imaginary entries in one; `f`, its product with weights."""
        names, body = ", ".join(self.names), "\n    ".join(self.lines)
        parts = "[np.ravel(np.real(v)) for v in vs]"
        if self.dtype.startswith("c"):
            parts += " + [np.ravel(np.imag(v)) for v in vs if np.iscomplexobj(v)]"
        return (
            f"def values({names}):\n    {body}\n    return [{', '.join(self.bound())}]\n\n"
            f"def vector({names}):\n    vs = values({names})\n    return np.concatenate({parts})\n\n"
            f"def f({names}):\n    out = vector({names})\n    return np.sum(out * weights(out))\n"
        )

    def text(self, *spellings: int) -> str:
        """Source to paste, with some of the compositions."""
        lines = ["import copy", "import numpy as np", "import autograd_lite as ag"]
        lines += [f"from tests.random_steps import {', '.join(HELPERS)}", "", self.definitions()]
        lines += [f"x{i} = {written(x)}" for i, x in enumerate(self.inputs)]
        lines += [f"u{i} = {written(u)}" for i, (_, u) in enumerate(self.levels)]
        for k in spellings:
            lines += ["", *self.spellings[k], f"print({self.result()})"]
        return "\n".join(lines)

    def result(self) -> str:
        return f"d({', '.join(self.names)})"


def written(x: Any) -> str:
    x = np.asarray(x)
    shape = "" if x.size else f".reshape({x.shape})"
    return f"np.array({x.tolist()!r}, dtype='{x.dtype}'){shape}" + ("" if x.ndim else "[()]")


def drawn_program(draw: Any, longest: int = 7) -> Program:
    """A program, drawn step by step beside a run in NumPy that tells which steps are possible."""
    dtype, special = draw.pick(DTYPES), draw.integer(0, 3) == 0  # zeros, ones and ties in a quarter of them
    rng = np.random.default_rng(draw.integer(0, 10**6))
    program = Program(
        dtype, [_values(rng, draw.pick(SHAPES), dtype, special) for _ in range(draw.integer(1, 3))], special
    )
    local = scope() | {f"x{i}": np.array(x)[()] for i, x in enumerate(program.inputs)}
    for i in range(len(program.inputs)):  # a program may write to its values, never to its inputs
        _extend(program, local, f"v{i} = {draw.pick(COPIES).format(x=f'x{i}')}")
    for _ in range(draw.integer(1, longest)):
        bound = program.bound()
        template = draw.pick(STEPS)
        chosen = {name: draw.pick(bound[-3:]) if draw.integer(0, 1) else draw.pick(bound) for name in "xyz"}
        if template.startswith("{x}") and not all([isinstance(local[v], np.ndarray) for v in bound]):
            continue  # NumPy binds the name of a scalar anew and copies it; a Tensor without axes is an array
        if "einsum" in template and not all([local[name].size for name in chosen.values()]):
            continue  # NumPy 2.4 writes past the memory of some empty results: 'ij,jk->ik' of (2, 1) and (2, 0)
        options = {"axis": draw.pick([0, -1, -1, 1, None]), "ax": draw.pick([0, -1, 1])}
        options |= {"i": draw.pick(INDICES), "k": draw.pick([1, 2, -1]), "c": draw.pick(["0.5", "2.0", "-1.25"])}
        _extend(program, local, template.format(new=f"v{len(bound)}", **chosen, **options))
    return program


def _values(rng: np.random.Generator, shape: tuple[int, ...], dtype: str, special: bool) -> Any:
    x: Any = rng.choice([-1.0, 0.0, 0.0, 1.0, 2.0], shape) if special else rng.uniform(-1.5, 1.5, shape)
    if dtype.startswith("c"):
        x = x + 1j * (rng.choice([0.0, 1.0], shape) if special else rng.uniform(-1, 1, shape))
    return np.asarray(x).astype(dtype)[()]


def _extend(program: Program, local: dict[str, Any], line: str) -> None:
    """Add `line` if NumPy can do it, and all values are floating-point numbers of a size to compare."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of empty means
        warnings.simplefilter("error", DeprecationWarning)  # what NumPy will refuse, as np.cross of two entries
        try:
            exec(line, local)
            good = all([_comparable(v) for k, v in local.items() if k[0] == "v" and k[1:].isdigit()])
        except Exception as error:  # whatever NumPy refuses, of whatever kind, is no step
            good = False
            program.refused.append((len(program.lines), line, error))
        if good:
            program.lines.append(line)
            return
        for k in [k for k in local if k[0] == "v" and k[1:].isdigit()]:
            del local[k]
        for i, x in enumerate(program.inputs):
            local[f"x{i}"] = np.array(x)[()]
        for accepted in program.lines:  # again, since a refused line may have written
            exec(accepted, local)


def _comparable(v: Any) -> bool:
    if not isinstance(v, (np.ndarray, np.generic)) or v.dtype.kind not in "fc" or v.size > MOST:
        return False
    return not v.size or bool(np.max(np.abs(v)) < LARGEST)  # False for a NaN


# -- its compositions -------------------------------------------------------------------------------------------------


def drawn_compositions(draw: Any, program: Program, deepest: int = 3) -> None:
    """Directions, and three compositions along them: two drawn, one of pushes alone in the opposite order."""
    rng = np.random.default_rng(draw.integer(0, 10**6))
    order = draw.integer(1, deepest)
    for _ in range(order):
        i = draw.integer(0, len(program.inputs) - 1)
        u = _values(rng, np.shape(program.inputs[i]), program.dtype, False)
        program.levels.append((i, u))
    for _ in range(2):
        program.spellings.append(_composition(draw, program, list(range(order))))
    program.spellings.append(_composition(None, program, list(range(order))[::-1]))


def _composition(draw: Any, program: Program, levels: list[int]) -> list[str]:
    """Definitions of functions d1, d2, … and at last d; of jvp alone if there is nobody to draw."""
    names, made, f, lines = program.names, 0, "f", []
    args = ", ".join(names)
    while made < len(levels):
        level = levels[made]
        i = program.levels[level][0]
        kinds = ONE if draw is not None else {"jvp": ONE["jvp"]}
        if draw is not None:
            kinds = kinds | (VECTOR if made == 0 else {})
            kinds = kinds | (OUTERMOST if made == len(levels) - 1 else {})
            kinds = kinds | (OF_NUMBERS if not np.ndim(program.inputs[i]) else {})
            kinds = kinds | (TWO if made + 1 < len(levels) and program.levels[levels[made + 1]][0] == i else {})
        if program.dtype.startswith("c"):
            kinds = {k: t for k, t in kinds.items() if k not in REAL_ONLY}
        kind = draw.pick(sorted(kinds)) if draw is not None else "jvp"
        after = levels[made + 1] if kind in TWO else level
        tangents = ", ".join([f"u{level}" if n == i else f"0 * {x}" for n, x in enumerate(names)])
        text = kinds[kind].format(
            f=f,
            x=names[i],
            args=args,
            u=f"u{level}",
            v=f"u{after}",
            i=i,
            all=tuple(range(len(names))),
            tangents=tangents,
        )
        made += 2 if kind in TWO else 1
        f = "d" if made == len(levels) else f"d{made}"
        lines += [f"def {f}({args}):  # {kind}", f"    return {text}"]
    return lines


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


def _copies(program: Program, dtype: Any = None) -> list[Any]:
    return [np.array(x, dtype=dtype)[()] for x in program.inputs]


def _same_values(program: Program, local: dict[str, Any]) -> None:
    """Every value, after all writes, is NumPy's, with its shape and dtype, and no input was written to."""
    expected = local["values"](*_copies(program))
    variables = [ag.Tensor(x, requires_grad=True) for x in program.inputs]
    try:
        found = run(program, local["values"], variables)
    except REFUSED as error:
        raise Disagreement(f"{type(error).__name__}, though all are Tensors: {error}\n{program.text()}") from error
    # products and sums over another memory layout; decompositions of nearly equal arrays
    tolerance = 1e-4 if program.dtype == "float32" else 1e-10
    for k, (a, b) in enumerate(zip(found, expected, strict=True)):
        value = a.value if isinstance(a, ag.Tensor) else a
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
        if any([name in line for name in EXTENDED]) or "read-only" in str(error):  # views that may be written to here:
            continue  # see test_views
        local = scope() | {f"x{i}": ag.Tensor(x, requires_grad=True) for i, x in enumerate(program.inputs)}
        try:
            exec("\n".join([*program.lines[:made], line]), local)
        except (ValueError, TypeError, IndexError, ZeroDivisionError, NameError):  # the last, of one made smaller
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
            results.append(run(program, inner["d"], _copies(program), k))
        except REFUSED:
            return "refused"
    numbers = [complex(np.asarray(r.value if isinstance(r, ag.Tensor) else r)) for r in results]
    smooth = not program.special and not any(["stop_gradient" in line for line in program.lines])
    reference, words = differences(program, local["f"]) if smooth else (None, "modes")
    known = [] if reference is None else [reference[0]]
    size = max([1.0, *[abs(n) for n in [*numbers, *known] if np.isfinite(n)]])
    # rounding in sums of products of up to ten factors, some cancelling; a wrong term is of the order of the result
    tolerance = size * {"float32": 2e-2}.get(program.dtype, 1e-6)
    # where something is 0 exactly a higher derivative may not exist, and one composition says NaN where another says 0
    corner = program.special or any([np.any(v == 0) for v in local["values"](*_copies(program))])
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
            point = _copies(program, wide)
            for s, (i, u) in zip(signs, program.levels, strict=True):
                point[i] = point[i] + s * h * u.astype(wide)
            total = total + np.prod(signs) * f(*point)
        return total / (2 * h) ** order

    try:
        f(*_copies(program, wide))
        steps = [1e-3, 2e-3, 4e-3] if order > 1 else [1e-4, 2e-4, 4e-4]
        fine, mid, coarse = [difference(np.longdouble(h)) for h in steps]
    except (TypeError, ValueError, np.linalg.LinAlgError):  # LAPACK and SciPy have no extended precision
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
                good = all([_comparable(v) for v in made["values"](*_copies(tried))]) and bool(tried.bound())
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
