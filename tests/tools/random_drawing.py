"""Drawing a random program and its derivatives: see `random_programs`, which runs them."""

from __future__ import annotations

import copy
import random
import warnings
from typing import Any

import numpy as np

import autograd_lite as ag
from tests.tools import random_calls, random_transforms
from tests.tools.random_calls import MOST, known
from tests.tools.random_steps import COPIES, DTYPES, INDICES, SHAPES, STEPS
from tests.tools.random_transforms import LAST_TWO, OF_NUMBERS, ONE, OUTERMOST, REAL_ONLY, TWO, VECTOR

LARGEST = 300.0  # of a value: beyond it too few digits are left to compare
OTHER = {"float64": "float32", "float32": "float64", "complex128": "complex64"}
"""In which precision a program is run too, to see that its numbers are no accident of rounding."""

HELPERS = {
    random_calls: ("applied", "called"),
    random_transforms: (
        "along", "backward", "pickled", "real_sum", "replayed", "twice", "weighted", "weights", "within", "zero",
    ),
}  # fmt: skip
"""What a program's text needs of these modules."""


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
    helpers = {name: getattr(module, name) for module, names in HELPERS.items() for name in names}
    return {"np": np, "ag": ag, "copy": copy, **helpers}


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

    @property
    def writes(self) -> bool:
        """Whether it writes to its values: those it computes with must then be Tensors, which keep what was read."""
        return any([";" in line or not line.partition(" = ")[0].isalnum() for line in self.lines])

    @property
    def coarse(self) -> bool:
        """Whether it computes in single precision, or asks for that by a ``dtype=``."""
        return self.dtype == "float32" or any(["dtype by" in line for line in self.lines])

    def copies(self, dtype: Any = None) -> list[Any]:
        """The inputs, to be had again."""
        return [np.array(x, dtype=dtype)[()] for x in self.inputs]

    def scopes(self) -> list[dict[str, Any]]:
        """What NumPy computes, in two precisions."""
        made = []
        for dtype in (self.dtype, OTHER[self.dtype]):
            local = scope() | dict(zip(self.names, self.copies(dtype), strict=True))
            for line in self.lines:
                exec(line, local)
            made.append(local)
        return made

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
        lines += [f"from {module.__name__} import {', '.join(names)}" for module, names in HELPERS.items()]
        lines += ["", self.definitions()]
        tensor = "ag.Tensor({})" if self.writes else "{}"
        lines += [f"x{i} = {tensor.format(written(x))}" for i, x in enumerate(self.inputs)]
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
    scopes = program.scopes()
    for i in range(len(program.inputs)):  # a program may write to its values, never to its inputs
        extend(program, scopes, f"v{i} = {draw.pick(COPIES).format(x=f'x{i}')}")
    for _ in range(draw.integer(1, longest)):
        extend(program, scopes, drawn_step(draw, program, scopes[0]))
    return program


def drawn_step(draw: Any, program: Program, local: dict[str, Any]) -> str:
    """One more line."""
    bound = program.bound()
    template = draw.pick(STEPS)
    chosen = {name: draw.pick(bound[-3:]) if draw.integer(0, 1) else draw.pick(bound) for name in "xyz"}
    if (template.startswith("{x}") or ";" in template) and not all([isinstance(local[v], np.ndarray) for v in bound]):
        return "pass"  # NumPy binds the name of a scalar anew and copies it; a Tensor without axes is an array
    if "einsum" in template and not all([local[name].size for name in chosen.values()]):
        return "pass"  # NumPy 2.4 writes past the memory of some empty results: 'ij,jk->ik' of (2, 1) and (2, 0)
    options = {"axis": draw.pick([0, -1, -1, 1, None]), "ax": draw.pick([0, -1, 1])}
    options |= {"i": draw.pick(INDICES), "k": draw.pick([1, 2, -1]), "c": draw.pick(["0.5", "2.0", "-1.25"])}
    if "{call}" in template:
        names = sorted(known())  # away from the arguments known for it: what NumPy can refuse
        name = draw.pick(names if "called" in template else [n for n in names if n.startswith("np.")])
        if "histogram" in name and any([np.iscomplexobj(local[v]) for v in chosen.values()]):
            return "pass"  # NumPy counts complex numbers by what order is left after a cast
        options["call"] = f"{name!r}, {draw.pick(list(known()[name]))!r}"
    return template.format(new=f"v{len(bound)}", **chosen, **options)


def _values(rng: np.random.Generator, shape: tuple[int, ...], dtype: str, special: bool) -> Any:
    x: Any = rng.choice([-1.0, 0.0, 0.0, 1.0, 2.0], shape) if special else rng.uniform(-1.5, 1.5, shape)
    if dtype.startswith("c"):
        x = x + 1j * (rng.choice([0.0, 1.0], shape) if special else rng.uniform(-1, 1, shape))
    return np.asarray(x).astype(dtype)[()]


def extend(program: Program, scopes: list[dict[str, Any]], line: str) -> None:
    """Add `line` if NumPy can do it, and all values are floating-point numbers of a size to compare, and not noise."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of empty means
        warnings.simplefilter("error", DeprecationWarning)  # what NumPy will refuse, as np.cross of two entries
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        good = False
        try:
            exec(line, scopes[0])
            good = line != "pass" and all([comparable(scopes[0][k]) for k in _bound(scopes[0])])
        except Exception as error:  # whatever NumPy refuses, of whatever kind, is no step
            if not isinstance(error, np.exceptions.ComplexWarning) and not isinstance(error.__cause__, Warning):
                program.refused.append((len(program.lines), line, error))
        try:
            good = good and (exec(line, scopes[1]) or _alike(*scopes))
        except Exception:  # LAPACK's of a matrix that is singular in one precision
            good = False
        if good:
            program.lines.append(line)
        else:  # again, since a refused line may have written
            scopes[:] = program.scopes()


def _bound(local: dict[str, Any]) -> list[str]:
    return [k for k in local if k[0] == "v" and k[1:].isdigit()]


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether values are the same in both precisions: else rounding decides, as in the sign of sin(pi)."""
    for k in _bound(one):
        a, b = one[k], other[k]
        # of numbers that are told from noise by four digits at least, where single precision has seven
        if np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=1e-3, atol=1e-3):
            return False
    return True


def comparable(v: Any) -> bool:
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
            if made + 1 < len(levels) and program.levels[levels[made + 1]][0] == i:
                kinds = kinds | TWO | (LAST_TWO if made + 2 == len(levels) else {})
        if program.dtype.startswith("c"):
            kinds = {k: t for k, t in kinds.items() if k not in REAL_ONLY}
        kind = draw.pick(sorted(kinds)) if draw is not None else "jvp"
        two = kind in TWO or kind in LAST_TWO
        after = levels[made + 1] if two else level
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
        made += 2 if two else 1
        f = "d" if made == len(levels) else f"d{made}"
        lines += [f"def {f}({args}):  # {kind}", f"    return {text}"]
    return lines
