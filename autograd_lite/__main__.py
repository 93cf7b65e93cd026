"""``python -m autograd_lite "x1*x2 + sin(x1)" x1=2 x2=3``: print the table of a formula and draw its graph.

The formula is parsed, never evaluated as Python code: names, numbers, operators, comparisons, indices and calls of
this package's operations are all it may contain.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import math
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import numpy as np

import autograd_lite as ag
from autograd_lite.core.op import OPS
from autograd_lite.errors import AutogradError, ExpressionError
from autograd_lite.methods import OPERATORS
from autograd_lite.show.draw import draw
from autograd_lite.show.expression import short
from autograd_lite.show.tape import Tape, tape

__all__ = ["evaluate", "main"]

CONSTANTS: dict[str, Any] = {"pi": math.pi, "e": math.e, "inf": math.inf}
WORDS: dict[str, Any] = {"True": True, "False": False, "None": None}

BINARY: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: OPERATORS["add"],
    ast.Sub: OPERATORS["sub"],
    ast.Mult: OPERATORS["mul"],
    ast.Div: OPERATORS["truediv"],
    ast.FloorDiv: OPERATORS["floordiv"],
    ast.Mod: OPERATORS["mod"],
    ast.MatMult: OPERATORS["matmul"],
    ast.BitAnd: OPERATORS["and"],
    ast.BitOr: OPERATORS["or"],
    ast.Pow: lambda x, y: (float(x) if isinstance(x, int) else x) ** y,
}
COMPARISONS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Lt: ag.less,
    ast.LtE: ag.less_equal,
    ast.Gt: ag.greater,
    ast.GtE: ag.greater_equal,
    ast.Eq: ag.equal,
    ast.NotEq: ag.not_equal,
}


def functions() -> dict[str, Callable[..., Any]]:
    """What a formula may call: this package's operations, by their public names."""
    found = {name: op.call for name, op in OPS.items()}
    found |= {name: getattr(ag, name) for name in OPS if hasattr(ag, name)}
    return found | {"ln": ag.log}


def evaluate(expression: str, values: dict[str, Any]) -> Any:
    """The value of a formula for `values` of its variables: arrays, numbers or Tensors.

    Raises
    ------
    ExpressionError
        The formula cannot be parsed, has something in it that a formula may not have, or a name without a value.

    Examples
    --------
    >>> from autograd_lite.__main__ import evaluate
    >>> evaluate("2*x + 1", {"x": 3.0})
    7.0
    >>> evaluate("sine(x)", {"x": 3.0})
    Traceback (most recent call last):
    ...
    autograd_lite.errors.ExpressionError: unknown function 'sine'; did you mean 'sin'?
    """
    try:
        return _Evaluator(values).visit(_parsed(expression))
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None
    except ArithmeticError as error:  # of Python's own numbers: 1/0, 9.0**999
        raise ExpressionError(f"the expression has no value: {error.args[-1]}") from None


def _parsed(expression: str) -> ast.expr:
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except SyntaxError as error:
        where = f" at column {error.offset}" if error.offset else ""
        raise ExpressionError(f"cannot read {expression!r}{where}: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise ExpressionError("the expression is nested too deeply") from None


def names_in(expression: str) -> list[str]:
    """The variables of a formula, in the order of appearance: its names but for those it calls."""
    body = _parsed(expression)
    called = {id(part.func) for part in ast.walk(body) if isinstance(part, ast.Call)}
    names = [part for part in ast.walk(body) if isinstance(part, ast.Name) and id(part) not in called]
    names.sort(key=lambda part: (part.lineno, part.col_offset))
    return list(dict.fromkeys([part.id for part in names]))


class _Evaluator(ast.NodeVisitor):
    """Walks a formula; what has no method here may not be in one."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values, self.functions = values, functions()

    def generic_visit(self, part: ast.AST) -> NoReturn:
        kind = type(part).__name__
        raise ExpressionError(f"a formula has names, numbers, operators and calls; this is something else: {kind}")

    def visit_Constant(self, part: ast.Constant) -> Any:
        if part.value is not None and not isinstance(part.value, (bool, int, float, complex)):
            raise ExpressionError(f"a formula has numbers, not {part.value!r}")
        return part.value

    def visit_Name(self, part: ast.Name) -> Any:
        if part.id in self.values:
            return self.values[part.id]
        if part.id in CONSTANTS:
            return CONSTANTS[part.id]
        raise ExpressionError(f"no value for {part.id!r}{_nearest(part.id, self.values)}: add {part.id}=…")

    def visit_List(self, part: ast.List) -> Any:
        entries = [self.visit(entry) for entry in part.elts]
        return ag.stack(entries) if any([isinstance(x, ag.Tensor) for x in entries]) else np.asarray(entries, float)

    def visit_Tuple(self, part: ast.Tuple) -> Any:
        return tuple([self.visit(entry) for entry in part.elts])

    def visit_BinOp(self, part: ast.BinOp) -> Any:
        function = BINARY.get(type(part.op))
        if function is None:
            raise ExpressionError(f"a formula has no operator {type(part.op).__name__}; the power is written **")
        return function(self.visit(part.left), self.visit(part.right))

    def visit_UnaryOp(self, part: ast.UnaryOp) -> Any:
        x = self.visit(part.operand)
        if isinstance(part.op, (ast.USub, ast.UAdd)):
            return -x if isinstance(part.op, ast.USub) else x
        raise ExpressionError(f"a formula has no operator {type(part.op).__name__}")

    def visit_Compare(self, part: ast.Compare) -> Any:
        if len(part.ops) > 1 or type(part.ops[0]) not in COMPARISONS:
            raise ExpressionError("a formula compares two things with <, <=, >, >=, == or !=")
        return COMPARISONS[type(part.ops[0])](self.visit(part.left), self.visit(part.comparators[0]))

    def visit_Subscript(self, part: ast.Subscript) -> Any:
        return self.visit(part.value)[self.visit(part.slice)]

    def visit_Slice(self, part: ast.Slice) -> Any:
        return slice(*[self.visit(p) if p else None for p in (part.lower, part.upper, part.step)])

    def visit_Call(self, part: ast.Call) -> Any:
        if not isinstance(part.func, ast.Name):
            raise ExpressionError("a formula calls functions by their plain name: sin(x), not np.sin(x) or x.sin()")
        name = part.func.id
        if name not in self.functions:
            raise ExpressionError(f"unknown function {name!r}{_nearest(name, self.functions)}")
        if any([k.arg is None for k in part.keywords]):
            raise ExpressionError(f"{name}: a formula has no **")
        args, options = [self.visit(a) for a in part.args], {str(k.arg): self.visit(k.value) for k in part.keywords}
        return self.functions[name](*args, **options)


def _nearest(name: str, known: Iterable[str]) -> str:
    spelled = {word.lower(): word for word in known}
    found = difflib.get_close_matches(name.lower(), list(spelled), n=1)
    return f"; did you mean {spelled[found[0]]!r}?" if found else ""


# -- the command --------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ExpressionError(f"{message}; --help shows how")


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="python -m autograd_lite",
        description="Print the tape of a formula as a table, with tangents and adjoints, and draw its graph.",
        epilog='Example: python -m autograd_lite "x1*x2 + sin(x1)" x1=2 x2=3',
    )
    parser.add_argument("expression", help="such as 'x1*x2 + sin(x1)'; functions: sin, exp, log, sum, where, …")
    parser.add_argument("values", nargs="*", metavar="name=value", help="a number, or an array such as x=[1,2,3]")
    parser.add_argument(
        "--seed",
        action="append",
        metavar="name[=value]",
        help="the direction of forward accumulation (repeatable); by default one column for each number",
    )
    parser.add_argument("--format", choices=("text", "markdown", "latex"), default="text", help="of the table")
    parser.add_argument("--out", default="graph.svg", metavar="FILE", help="where to draw the graph: .svg, .png, .pdf")
    parser.add_argument("--no-graph", action="store_true", help="draw nothing")
    # A formula may begin with a minus; only what looks like an option is one.
    formula = [a.startswith("-") and not a.startswith("--") and a != "-h" for a in argv]
    return parser.parse_args([f" {a}" if f else a for a, f in zip(argv, formula, strict=True)])


def _values(pairs: list[str], expression: str) -> dict[str, Any]:
    """The variables of a formula from ``name=value`` words, all of them and no others."""
    values: dict[str, Any] = {}
    needed = names_in(expression)
    for pair in pairs:
        name, equals, spelled = (word.strip() for word in pair.partition("="))
        if not equals or not name.isidentifier() or not spelled:
            raise ExpressionError(f"{pair.strip()!r}: a value is given as name=value, such as x1=2")
        if name in values:
            raise ExpressionError(f"{name} is given twice")
        if name not in needed:
            raise ExpressionError(f"{name} is not in the expression{_nearest(name, needed)}")
        values[name] = ag.Var(_number(name, spelled), name=name)
    missing = [name for name in needed if name not in values and name not in CONSTANTS]
    if missing:
        called = functions()
        hint = f" ({missing[0]} is a function: write {missing[0]}(…))" if missing[0] in called else ""
        raise ExpressionError(f"no value for {', '.join(missing)}: add {' '.join([f'{m}=…' for m in missing])}{hint}")
    return {name: values[name] for name in values}


def _number(name: str, spelled: str) -> Any:
    try:
        value = evaluate(spelled, {})
        return np.asarray(value, complex if np.iscomplexobj(value) else float)
    except (TypeError, ValueError) as error:
        raise ExpressionError(f"{name}={spelled}: not a number or an array") from error


def _swept(table: Tape, seeds: list[str] | None) -> Tape:
    """The table with a column of tangents for each number, or for the direction asked for, and with adjoints."""
    inputs = {line.name or line.var: line.value for line in table.inputs}
    if seeds:
        direction: dict[str, Any] = {}
        for seed in seeds:
            name, _, spelled = seed.partition("=")
            if name not in inputs:
                raise ExpressionError(f"--seed {name}: no such variable{_nearest(name, inputs)}")
            direction[name] = _number(name, spelled) if spelled else np.ones_like(inputs[name])
        return table.forward(direction).reverse()
    for name, value in inputs.items():
        if np.shape(value) == ():
            table = table.forward({name: np.ones_like(value)})
    return table.reverse()


def _summary(table: Tape) -> str:
    lines = [f"∂{table.outputs[0].var}/∂{line.name or line.var} = {short(line.adjoint)}" for line in table.inputs]
    undefined = np.isnan(table.outputs[0].value).any()
    return "gradient: " + ", ".join(lines) + (" (of a value that is nan: it means nothing)" if undefined else "")


PRINTERS: dict[str, Callable[[Tape], str]] = {"text": str, "markdown": Tape.to_markdown, "latex": Tape.to_latex}


def main(argv: list[str] | None = None) -> int:
    """Run the command; its exit code: 0, or 2 for a formula or value that cannot be understood."""
    try:
        options = _arguments(sys.argv[1:] if argv is None else argv)
        with np.errstate(all="ignore"):
            y = evaluate(options.expression, _values(options.values, options.expression))
            if not isinstance(y, ag.Tensor) or not y.requires_grad:
                raise ExpressionError("the expression has no variable to differentiate with respect to")
            if y.shape:
                raise ExpressionError(f"the result has shape {y.shape}, not one number; write sum(…) around it")
            table = _swept(tape(y), options.seed)
        print(PRINTERS[options.format](table))
        if options.format == "text":
            print("\n" + _summary(table))
        if not options.no_graph:
            with warnings.catch_warnings(record=True) as notes:
                warnings.simplefilter("always")
                path = draw(table, partials=True, adjoints=True).render(options.out)
            for note in notes:
                print(note.message, file=sys.stderr)
            print(f"graph: {path}", file=sys.stdout if options.format == "text" else sys.stderr)
    except (AutogradError, ValueError, TypeError, IndexError, OSError) as error:
        print(f"autograd_lite: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
