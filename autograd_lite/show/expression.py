"""Formulas and how they are printed: as text, and as LaTeX.

An `Expression` is a name, or an operation on expressions, numbers and arrays. An operation says in its `infix` how it
is written (``"{} * {}"``); how tightly it binds, and so where brackets are needed, is read off its sign.
"""

from __future__ import annotations

import inspect
import re
import unicodedata
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import PYTHON, SCALARS
from autograd_lite.core.op import Op

__all__ = ["NUMBERS", "Expression", "latex", "short", "short_shape", "text"]

NUMBERS = PYTHON | SCALARS
"""The classes of single numbers."""


class Expression:
    """A name, or an operation (`op`) on expressions and numbers (`args`) with what else it was given (`options`)."""

    __slots__ = ("args", "name", "op", "options", "spelled")

    def __init__(self, name: str, spelled: str | None = None) -> None:
        self.name, self.spelled = name, spelled
        self.op: Op | None = None
        self.args: tuple[Any, ...] = ()
        self.options: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return text(self)

    __repr__ = __str__

    def latex(self) -> str:
        """The formula in LaTeX, for math mode."""
        return latex(self)


# -- numbers and arrays in few characters -------------------------------------------------------------------------


ENTRY = 4
"""The digits of an array's entries."""


def short(value: Any, digits: int = 6) -> str:
    """`value` in few characters: a number with `digits` digits; an array whole if small, else its ends.

    >>> from autograd_lite.show.expression import short
    >>> import numpy as np
    >>> short(2 / 3), short(np.arange(3.0)), short(np.arange(12).reshape(3, 4))
    ('0.666667', '[0, 1, 2]', '[[0, 1, …, 11]]')
    """
    array = value if value.__class__ is np.ndarray else np.asarray(value)
    if array.ndim == 0:
        return _short_number(array.item(), digits)
    if array.size <= 6:
        return "[" + ", ".join([short(entry, ENTRY) for entry in array]) + "]"
    ends = [_short_number(x.item(), ENTRY) for x in (array.flat[0], array.flat[1], array.flat[-1])]
    return "[" * array.ndim + f"{ends[0]}, {ends[1]}, …, {ends[2]}" + "]" * array.ndim


def _short_number(x: Any, digits: int) -> str:
    if isinstance(x, (bool, int)):
        return str(x)
    if isinstance(x, complex) and x.real == 0 != x.imag:
        return f"{x.imag:.{digits}g}j"
    spelled = f"{x:.{digits}g}"
    return "0" if spelled == "-0" else spelled


def short_shape(value: Any) -> str:
    """The shape of an array for the eye, ``(2, 3)``; nothing for a number."""
    shape = tuple(np.shape(value))
    return str(shape) if shape else ""


# -- printing -----------------------------------------------------------------------------------------------------

ATOM, SUM, PRODUCT, POWER = 40, 10, 20, 30
"""How tightly operations bind: an operand that binds less than its place needs is put in brackets."""

LEVELS = {"|": 1, "^": 2, "&": 3, "+": SUM, "-": SUM, "**": POWER, "**2": POWER}
LEVELS |= {"1 - **2": SUM} | dict.fromkeys(("*", "/", "//", "%", "@"), PRODUCT)
TIGHT = ("*", "/", "**")
RELATIONS = ("==", "!=", "<", "<=", ">", ">=")

Form = tuple[str, int, tuple[int, ...]]
"""A template, how tightly it binds, and how tightly its operands have to."""

LATEX_TOKENS = {"==": "=", "!=": r"\ne", "<=": r"\le", ">=": r"\ge", "&": r"\land", "|": r"\lor", "^": r"\oplus"}
LATEX_TOKENS |= {"*": r"\,", "@": r"\,", "%": r"\bmod", "~": r"\lnot"}

LATEX_FORMS: dict[str, Form] = {
    "divide": (r"\frac{{{}}}{{{}}}", PRODUCT + 1, (0, 0)),
    "floor_divide": (r"\left\lfloor\frac{{{}}}{{{}}}\right\rfloor", ATOM, (0, 0)),
    "pow": ("{}^{{{}}}", POWER, (ATOM, 0)),
    "square": ("{}^{{2}}", POWER, (ATOM,)),
    "one_minus_square": ("1 - {}^{{2}}", SUM, (ATOM,)),
    "abs": (r"\left|{}\right|", ATOM, (0,)),
    "sqrt": (r"\sqrt{{{}}}", ATOM, (0,)),
    "floor": (r"\left\lfloor {} \right\rfloor", ATOM, (0,)),
    "ceil": (r"\left\lceil {} \right\rceil", ATOM, (0,)),
    "conj": (r"\overline{{{}}}", ATOM, (0,)),
    "matrix_transpose": (r"{}^{{\top}}", POWER, (ATOM,)),
    "matmul_nt": (r"{} \, {}^{{\top}}", PRODUCT, (PRODUCT, ATOM)),
    "matmul_tn": (r"{}^{{\top}} \, {}", PRODUCT, (ATOM, PRODUCT + 1)),
    "getitem": ("{}_{{[{}]}}", ATOM, (ATOM, 0)),
}
LATEX_NAMES = {name: rf"\{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "max", "min")}
LATEX_NAMES |= {f"a{name}": rf"\arc{name}" for name in ("sin", "cos", "tan")}
LATEX_NAMES |= {"log2": r"\log_{2}", "log10": r"\log_{10}"}


def _form(infix: str, in_latex: bool) -> Form:
    """What the `infix` of an operation says about brackets."""
    token = re.sub(r"\{\d?\}", "", infix).strip()
    spelled = LATEX_TOKENS.get(token, token) if in_latex else token
    if infix.startswith("{0}["):
        return infix, ATOM, (ATOM, 0)
    if ".T" in infix:  # a product with a transpose
        return infix, PRODUCT, (PRODUCT, ATOM) if infix.endswith(".T") else (ATOM, PRODUCT + 1)
    if token in RELATIONS:  # Iverson's bracket: 1 where it holds, 0 elsewhere
        return f"[{{}} {spelled} {{}}]", ATOM, (0, 0)
    level = LEVELS.get(token, 5 if infix.count("{}") == 2 else ATOM)
    if infix.count("{}") == 2:
        between = spelled if token in TIGHT and not in_latex else f" {spelled} "
        return f"{{}}{between}{{}}", level, (level + (token == "**" or token not in LEVELS), level + 1)
    if infix.endswith("}"):
        return f"{spelled}{' ' if in_latex and len(spelled) > 1 else ''}{{}}", SUM, (SUM + 1,)
    if token.endswith("**2"):
        return infix, level, (POWER + 1,)
    return infix, level if level < ATOM else ATOM, (level + 1 if level < ATOM else 0,)


def text(x: Any) -> str:
    """A Symbol, a number or an array as plain text."""
    return _spelled(x, False)[0]


def latex(x: Any) -> str:
    """A Symbol, a number or an array in LaTeX, for math mode."""
    return _spelled(x, True)[0]


def _spelled(x: Any, in_latex: bool) -> tuple[str, int]:
    """`x`, and how tightly it binds."""
    if not isinstance(x, Expression):
        return _constant(x, in_latex)
    if x.op is None:
        return (x.spelled or _latex_name(x.name)) if in_latex else x.name, ATOM
    op, operands, options = x.op, list(x.args), x.options
    if op.infix and "[" in op.infix:  # an index is written as an operand is
        operands += [Expression(_index(v), _latex_text(_index(v))) for _, v in options]
        options = ()
    form: Form | None = LATEX_FORMS.get(op.name) if in_latex else None
    if form is None and op.infix:
        form = _form(op.infix, in_latex)
    if form is not None and not options and len(form[2]) == len(operands):
        template, level, needs = form
        parts = [_bracketed(a, need, in_latex) for a, need in zip(operands, needs, strict=True)]
        return template.format(*parts), level
    listed = [_spelled(a, in_latex)[0] for a in operands] + [_option(k, v, op, in_latex) for k, v in options]
    if not in_latex:
        return f"{op.name}({', '.join(listed)})", ATOM
    name = LATEX_NAMES.get(op.name) or rf"\operatorname{{{_latex_escaped(op.name)}}}"
    return rf"{name}\left({', '.join(listed)}\right)", ATOM


def _bracketed(x: Any, need: int, in_latex: bool) -> str:
    spelled, level = _spelled(x, in_latex)
    if level >= need:
        return spelled
    return rf"\left({spelled}\right)" if in_latex else f"({spelled})"


def _option(name: str, value: Any, op: Op, in_latex: bool) -> str:
    parameter = inspect.signature(op.call).parameters.get(name)
    spelled = _constant(value, in_latex)[0]
    if parameter is None or parameter.default is inspect.Parameter.empty:
        return spelled
    return (rf"\mathrm{{{_latex_escaped(name)}}}" if in_latex else name) + f"={spelled}"


def _constant(x: Any, in_latex: bool) -> tuple[str, int]:
    """A number, an array, an index or another option in few characters."""
    if x.__class__ in NUMBERS:
        spelled = short(x)
        level = SUM if spelled.startswith("-") or "j" in spelled else ATOM
        return _latex_number(spelled) if in_latex else spelled, level
    if hasattr(x, "shape") and not isinstance(x, type):
        spelled = short(x) if int(np.prod(x.shape)) <= 4 else f"array{short_shape(x)}"
        return _latex_text(spelled) if in_latex else spelled, ATOM
    spelled = f"({_index(x)})" if isinstance(x, tuple) else _index(x)
    return _latex_text(spelled) if in_latex else spelled, ATOM


def _index(x: Any) -> str:
    """An index, or another option, as it is written in Python."""
    if isinstance(x, slice):
        step = "" if x.step is None else f":{x.step}"
        return f"{'' if x.start is None else x.start}:{'' if x.stop is None else x.stop}{step}"
    if isinstance(x, tuple):
        return ", ".join([_index(part) for part in x]) + ("," if len(x) == 1 else "")
    if hasattr(x, "shape") and not isinstance(x, type):
        return _constant(x, False)[0]
    return "..." if x is Ellipsis else getattr(x, "__name__", None) or getattr(x, "name", None) or repr(x)


# -- names in LaTeX -----------------------------------------------------------------------------------------------


def _latex_number(spelled: str) -> str:
    spelled = re.sub(r"e([+-])0*(\d+)", lambda m: rf"\times 10^{{{m[1].strip('+')}{m[2]}}}", spelled)
    return spelled.replace("inf", r"\infty ").replace("nan", r"\mathrm{nan}").replace("j", r"\mathrm{i}").strip()


def _latex_name(name: str) -> str:
    """A name for math mode: one letter, Greek ones included, with a subscript; otherwise upright."""
    match = re.fullmatch(r"([^\W\d_])(?:_?(\d+)|_(\w+))?", name)
    if not match:
        return rf"\mathrm{{{_latex_escaped(name)}}}"
    letter, digits, word = match.groups()
    subscript = digits or (rf"\mathrm{{{_latex_escaped(word)}}}" if word else "")
    return _latex_letter(letter) + (f"_{{{subscript}}}" if subscript else "")


def _latex_letter(letter: str) -> str:
    words = unicodedata.name(letter, "").replace("LAMDA", "LAMBDA").replace("MICRO SIGN", "GREEK SMALL LETTER MU")
    match = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", words)
    if not match:
        return letter
    small, greek = match[1] == "SMALL", match[2].lower()
    if small:
        return "o" if greek == "omicron" else rf"\{greek}"
    has_own = ("gamma", "delta", "theta", "lambda", "xi", "pi", "sigma", "upsilon", "phi", "psi", "omega")
    return rf"\{greek.title()}" if greek in has_own else rf"\mathrm{{{letter}}}"


def _latex_escaped(name: str) -> str:
    name = name.replace("\\", r"\backslash ")
    return re.sub(r"([{}_#$%&])", r"\\\1", name).replace("^", r"\hat{}").replace("~", r"\sim ").replace(" ", r"\ ")


def _latex_text(spelled: str) -> str:
    if spelled.isidentifier():
        return rf"\mathrm{{{_latex_escaped(spelled)}}}"
    return re.sub(r"([{}_%])", r"\\\1", spelled.replace("…", r"\ldots"))
