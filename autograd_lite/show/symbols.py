"""Names as one more array library: a rule that is run on names spells itself out.

The partial that the table prints (``-v4/v3**2``) is the very rule that computes its number (``-v / y``), given
Symbols instead of arrays. A Symbol is a name or an operation on Symbols and numbers; it prints as text and as LaTeX.

Two liberties make the formulas those of a textbook. A formula holds at a generic point: where a rule singles out a
coincidence (``where(x == 0, …)``) or an infinity, the case without it is shown. And what only fits shapes or dtypes
together (``reshape``, ``broadcast_to``, …) is not shown.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import PYTHON, is_complex
from autograd_lite.core.op import OPS, Op
from autograd_lite.methods import COMPARISONS, METHODS, OPERATORS
from autograd_lite.numpy_functions.protocols import UFUNCS
from autograd_lite.show.expression import NUMBERS, Expression, latex, text

__all__ = ["Symbol", "derivative", "node"]


class Symbol(Expression):
    """A formula that is computed with as an array is: it has Python's operators, and a namespace of its own.

    `value`, for a name, is what it stands for: rules may ask its shape.

    >>> from autograd_lite import cos
    >>> from autograd_lite.show.symbols import Symbol
    >>> x = Symbol("x")
    >>> print(-cos(x) / x / x, "or", (-cos(x) / x / x).latex())
    -cos(x)/x**2 or -\\frac{\\cos\\left(x\\right)}{x^{2}}
    """

    __slots__ = ("complex", "value")
    __hash__ = object.__hash__
    __iter__ = None

    def __init__(self, name: str, spelled: str | None = None, value: Any = None) -> None:
        super().__init__(name, spelled)
        self.value = value
        self.complex = value is not None and is_complex(value)

    @classmethod
    def __array_namespace__(cls, *_: Any, api_version: str | None = None) -> Namespace:
        return NAMESPACE

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if ufunc not in UFUNCS or method != "__call__" or options:
            return NotImplemented
        return simplified(UFUNCS[ufunc].op.name, *inputs)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError(f"the name {self} has no entries")

    def __bool__(self) -> bool:
        raise TypeError(f"the name {self} is neither true nor false")

    def asked(self, question: Any, careful: bool) -> bool:
        """What a rule is told that asks for special entries: that there are none."""
        return not careful

    @property
    def shape(self) -> Any:
        """The shape of what a name stands for; an operation's is not worked out."""
        return self._known().shape

    @property
    def ndim(self) -> int:
        """The number of axes of what a name stands for."""
        return len(self._known().shape)

    @property
    def dtype(self) -> Any:
        """The dtype of what a name stands for."""
        return self._known().dtype

    def _known(self) -> Any:
        if self.value is None:
            raise AttributeError(f"the shape and dtype of {self} are not known")
        return self.value


def node(op: Op, args: Any, options: dict[str, Any] | None = None) -> Symbol:
    """`op` applied to Symbols and numbers, as it stands. Options that have their default value are left out."""
    made = Symbol("")
    made.op, made.args = op, tuple(args)
    defaults = {name: p.default for name, p in inspect.signature(op.call).parameters.items()} if options else {}
    made.options = tuple([(k, v) for k, v in (options or {}).items() if not _is_default(v, defaults.get(k))])
    made.complex = op.name not in ("real", "imag", "abs") and any([getattr(a, "complex", False) for a in made.args])
    return made


def _is_default(value: Any, default: Any) -> bool:
    return value is default or (value.__class__ in PYTHON and default.__class__ in PYTHON and value == default)


# -- the array library ------------------------------------------------------------------------------------------------


class Namespace:
    """What `backend.namespace` finds for names: every operation of the registry, building the formula."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in OPS:
            raise AttributeError(name)
        return partial(simplified, name)

    def spelled(self, op: Op) -> Callable[..., Any]:
        """What an operation computes on names: its own formula, not its kernel's."""

        def spell(*args: Any) -> Any:
            n = len(args) - len(op.options)
            return simplified(op.name, *args[:n], **dict(zip(op.options, args[n:], strict=True)))

        return spell


NAMESPACE = Namespace()


def simplified(name: str, /, *args: Any, **options: Any) -> Any:
    """The operation `name` on Symbols and numbers, as a textbook would write the result."""
    op = OPS[name]
    if op.variadic and args and args[0].__class__ is list:
        args = tuple(args[0]) + args[1:]
    options.pop("keepdims", None)
    simpler = SIMPLER.get(name)
    found = simpler(*args) if simpler else None
    return node(op, args, options) if found is None else found


def _is(x: Any, number: Any) -> bool:
    return x.__class__ in NUMBERS and bool(x == number)


def _same(a: Any, b: Any) -> bool:
    return a is b or (a.__class__ is Symbol and b.__class__ is Symbol and text(a) == text(b))


def _made_by(x: Any, name: str) -> bool:
    return x.__class__ is Symbol and x.op is not None and x.op.name == name


def _unsigned(x: Any) -> tuple[int, Any]:
    """`x` as a sign and the rest."""
    number: Any = x if x.__class__ in NUMBERS else 0
    if not np.iscomplexobj(number) and number < 0:
        return -1, -number
    return (-1, x.args[0]) if _made_by(x, "negative") else (1, x)


def _power_of(x: Any) -> tuple[Any, Any]:
    """`x` as a base and an exponent."""
    if _made_by(x, "square"):
        return x.args[0], 2
    return x.args if _made_by(x, "pow") else (x, 1)


def _add(a: Any, b: Any) -> Any:
    if _is(a, 0) or _is(b, 0):
        return b if _is(a, 0) else a
    if _same(a, b):
        return 2 * a
    sign, rest = _unsigned(b)
    return a - rest if sign < 0 else None


def _subtract(a: Any, b: Any) -> Any:
    if _is(b, 0) or _same(a, b):
        return a if _is(b, 0) else 0
    if _is(a, 0):
        return -b
    sign, rest = _unsigned(b)
    return a + rest if sign < 0 else None


def _multiply(a: Any, b: Any) -> Any:
    (s, p), (t, q) = _unsigned(a), _unsigned(b)
    if s * t < 0:
        return -(p * q)
    if s < 0:
        return p * q
    if _is(a, 0) or _is(b, 0):
        return 0
    if _is(a, 1) or _is(b, 1):
        return b if _is(a, 1) else a
    if b.__class__ in NUMBERS:
        return b * a
    if _made_by(b, "multiply"):
        return a * b.args[0] * b.args[1]
    for factor, other in ((a, b), (b, a)):
        if _made_by(factor, "divide"):
            return (factor.args[0] * b if factor is a else other * factor.args[0]) / factor.args[1]
    rest, last = a.args if _made_by(a, "multiply") else (1, a)
    (base, n), (other, m) = _power_of(last), _power_of(b)
    return rest * base ** (n + m) if _same(base, other) else None


def _divide(a: Any, b: Any) -> Any:
    (s, p), (t, q) = _unsigned(a), _unsigned(b)
    if s * t < 0:
        return -(p / q)
    if s < 0:
        return p / q
    if _is(a, 0) or _is(b, 1):
        return a
    if _same(a, b):
        return 1
    if _made_by(a, "divide"):
        return a.args[0] / (a.args[1] * b)
    return a * b.args[1] / b.args[0] if _made_by(b, "divide") else None


def _pow(a: Any, b: Any) -> Any:
    if _is(b, 0) or _is(b, 1):
        return 1 if _is(b, 0) else a
    return simplified("square", a) if _is(b, 2) else None


def _negative(a: Any) -> Any:
    sign, rest = _unsigned(a)
    return rest if sign < 0 else None


def _rare(condition: Any) -> bool:
    """Whether `condition` holds at exceptional points only."""
    if condition.__class__ is not Symbol or condition.op is None:
        return _is(condition, False)
    parts = condition.args
    if condition.op.name in ("bitwise_and", "logical_and"):
        return any([_rare(p) for p in parts])
    if condition.op.name in ("bitwise_or", "logical_or"):
        return all([_rare(p) for p in parts])
    return condition.op.name == "equal"


def _where(condition: Any, a: Any, b: Any) -> Any:
    if _rare(condition):
        return b
    return a if _is(condition, True) else None


def _and(a: Any, b: Any) -> Any:
    if _is(a, False) or _is(b, False):
        return False
    return (b if _is(a, True) else a) if _is(a, True) or _is(b, True) else None


SIMPLER: dict[str, Callable[..., Any]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "pow": _pow,
    "negative": _negative,
    "quotient": lambda a, b: simplified("divide", a, b),
    "log_ratio": lambda a, b: simplified("log", simplified("divide", a, b)),
    "one_minus_square": lambda a: 1 - simplified("square", a),
    "cosine": lambda a, b: a / simplified("hypot", a, b),
    "one_minus_square_near_one": lambda a: (1 - a) * (1 + a),
    "bitwise_and": _and,
    "where": _where,
    "equal": lambda a, b: True if _same(a, b) else None,
    "not_equal": lambda a, b: False if _same(a, b) else None,
    "isfinite": lambda a: True,
    "isinf": lambda a: False,
    "isnan": lambda a: False,
    "conj": lambda a: None if a.complex else a,
    "zeros_like": lambda a, **_: 0,
    "ones_like": lambda a, **_: 1,
}
SIMPLER |= dict.fromkeys(
    ("positive", "copy", "alias", "astype", "reshape", "broadcast_to", "sum_to", "expand_dims", "squeeze"),
    lambda a, *_, **__: a,
)
SIMPLER |= dict.fromkeys(("gated_product", "picked_product"), lambda a, b: simplified("multiply", a, b))


def _operator(function: Any, *, exchanged: bool = False) -> Callable[..., Any]:
    name = function.op.name
    return lambda a, b: simplified(name, b, a) if exchanged else simplified(name, a, b)


for _name, _function in METHODS.items():
    if _name != "backward":
        setattr(Symbol, _name, _function)
for _name, _function in {**OPERATORS, "pow": OPS["pow"].call}.items():
    setattr(Symbol, f"__{_name}__", _operator(_function))
    setattr(Symbol, f"__r{_name}__", _operator(_function, exchanged=True))
for _name, _function in COMPARISONS.items():
    setattr(Symbol, f"__{_name}__", _operator(_function))
for _name in ("T", "mT"):
    setattr(Symbol, _name, property(OPS["matrix_transpose"].call))


# -- local partials, spelled out ------------------------------------------------------------------------------------

LONGEST = 72
"""A formula with more characters says less than its name."""


def derivative(op: Op, i: int, v: Symbol, xs: list[Any], params: Any) -> Any:
    """The partial of ``v = op(*xs)`` in its i-th argument: a Symbol or a number.

    For an elementwise operation its rule, run on names; for the others the derivative as a map of the tangent ``·``.
    What cannot be spelled out, or not shortly, is named ``∂v/∂x``.
    """
    try:
        formula = _spell_out(op, i, v, xs, tuple(params or ()))
    except Exception:  # a rule, perhaps a user's, that needs entries or a truth value: it has a name all the same
        formula = None
    if formula is None or len(text(formula)) > LONGEST:
        name, named = f"∂{v}/∂{xs[i]}", rf"\frac{{\partial {latex(v)}}}{{\partial {latex(xs[i])}}}"
        return Symbol(name, named)
    return int(formula) if isinstance(formula, (bool, np.bool)) else formula


def _spell_out(op: Op, i: int, v: Symbol, xs: list[Any], params: tuple[Any, ...]) -> Any:
    options = dict(zip(op.options, params, strict=False))
    hole = Symbol("·", r"\cdot", getattr(xs[i], "value", None))
    if op.kind == "elementwise":
        rule = op.rules[i]
        return rule(node(op, xs, options) if op.infix else v, *xs) if callable(rule) else rule
    if op.kind == "linear":
        return node(op, [hole if k == i else 0 for k in range(len(xs))], options)
    if op.kind == "bilinear":
        return node(op, [hole if k == i else x for k, x in enumerate(xs)], options)
    push = op.rules[1]
    if op.variadic:
        return push(i, hole, v, xs, *params)
    return (push[i] if isinstance(push, tuple) else push)(hole, v, *xs, *params)
