"""Arrays that write down what is computed from them (see `program`).

A `Traced` array holds an example, which gives its shape and dtype, and stands for whatever value it will have when the
program runs. This package reaches it as it reaches any library's arrays: kernels, rules and sweeps run on it and leave
one line each. Its values cannot be looked at: a program must not depend on those of the example. Where this package
itself asks (is there a zero? is the matrix singular?), where a shape depends on values (``x[x > 0]``) and where a
kernel raises, the program goes by the example's answer and asks again in every run: with another answer it stops, and
the function is recorded again.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import NUMPY, PYTHON
from autograd_lite.arrays.stand_ins import StandIn, examples
from autograd_lite.errors import TracerError

__all__ = ["WRITE", "Traced", "called"]


WRITE = "write it with ag.where, or into an ag.asarray(x)"


class _Space:
    """The namespace of traced arrays: NumPy's, each of whose functions leaves a line."""

    __name__ = "autograd_lite.programs.traced"

    def __init__(self, home: Any) -> None:
        self._home = home

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._home, name)
        if isinstance(found, type) or not callable(found):
            return _Space(found) if name in ("linalg", "fft") else found
        return lambda *args, **options: called(found, args, options)

    def spelled(self, op: Any) -> Callable[..., Any]:
        """How an operation of this package is computed on traced arrays: its own kernel leaves a line.

        What only looks at shapes and dtypes leaves none: adjoints that begin as ones are constants of the program, and
        so is whatever they become before they meet a value.
        """
        if op.name in ("ones_like", "zeros_like"):
            return lambda x, *args: called(op.kernel, (examples(x), *args), {})
        # shapes of linear functions are fixed, as are those of this package's kernels, unless a mask is an option
        fixed = op.kind in ("elementwise", "linear", "bilinear") or _home(op.kernel) in ("autograd_lite", "numpy")
        options = len(op.options)

        def compute(*args: Any) -> Any:
            n = len(args) - options
            if not all([isinstance(x, Traced) and x.example.__class__ not in PYTHON for x in args[:n]]):
                args = (*_as_numpy(args[:n]), *args[n:])
            return called(op.kernel, args, {}, fixed and not _masks(args[n:]))

        return compute

    def asarray(self, x: Any, dtype: Any = None, **options: Any) -> Any:
        """`x`, traced; what is no traced array yet is a constant of the program, without a place."""
        if isinstance(x, Traced):
            if x.example.__class__ in PYTHON:
                return called(_array, (x, dtype), {}, fixed=True)
            return x if dtype is None or dtype == x.dtype else called(np.asarray, (x, dtype), {}, fixed=True)
        return Traced(None, 0, np.asarray(x, dtype)[()])


def _array(x: Any, dtype: Any) -> Any:
    return np.asarray(x, dtype)[()]


def _as_numpy(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Python's numbers as NumPy's, where no array says what dtype they take."""
    if any([x.__class__ not in PYTHON and not _is_number(x) for x in args]):
        return args
    return tuple([SPACE.asarray(x) if isinstance(x, Traced) else x for x in args])


def _is_number(x: Any) -> bool:
    return isinstance(x, Traced) and x.example.__class__ in PYTHON


def _home(function: Any) -> str:
    """The package that a function comes from."""
    return (getattr(function, "__module__", None) or "numpy").partition(".")[0]


def _masks(x: Any) -> bool:
    """Whether options have a traced array that is no index of integers: it may decide about shapes."""
    if isinstance(x, Traced):
        return bool(x.program) and x.dtype.kind not in "iu"
    return isinstance(x, (tuple, list)) and any([_masks(item) for item in x])


def called(function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any], fixed: bool = False) -> Any:
    """``function(*args, **options)``: a line of the program if a traced array that has a place is among them."""
    program = _program((args, options))
    if program is None:
        found = function(*examples(args), **examples(options))
        return Traced(None, 0, found) if isinstance(found, (np.ndarray, np.generic)) else found
    return program.call(function, args, options, fixed)


def _program(x: Any) -> Any:
    if isinstance(x, Traced):
        return x.program
    items = x.values() if isinstance(x, dict) else x if isinstance(x, (tuple, list)) else ()
    return next((found for item in items if (found := _program(item)) is not None), None)


SPACE = _Space(np)


class Traced(StandIn):
    """An array whose value is not known yet; `example` has its shape and dtype. Or a Python number."""

    __slots__ = ("example", "place", "program")

    def __init__(self, program: Any, place: int, example: Any) -> None:
        self.program, self.place, self.example = program, place, example

    called = staticmethod(called)
    shape = property(lambda self: np.shape(self.example))
    dtype = property(lambda self: np.asarray(self.example).dtype)
    ndim = property(lambda self: np.ndim(self.example))
    size = property(lambda self: np.size(self.example))
    nbytes = property(lambda self: np.asarray(self.example).nbytes)
    device = property(lambda self: "cpu")
    T = property(lambda self: called(operator.attrgetter("T"), (self,), {}, fixed=True))
    mT = property(lambda self: called(operator.attrgetter("mT"), (self,), {}, fixed=True))
    real = property(lambda self: called(np.real, (self,), {}, fixed=True))
    imag = property(lambda self: called(np.imag, (self,), {}, fixed=True))

    def asked(self, question: Callable[[Any], bool], careful: bool | None) -> bool:
        """The answer to a question, asked again in every run: see `Program.asked`."""
        return question(self.example) if self.program is None else self.program.asked(question, self, careful)

    def __array_namespace__(self, api_version: str | None = None) -> Any:
        return SPACE

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if not _all_known(inputs):
            return NotImplemented
        if method == "at":
            raise TracerError(f"replay: np.{ufunc.__name__}.at writes into an array, which no program repeats; {WRITE}")
        return called(ufunc if method == "__call__" else getattr(ufunc, method), inputs, options, fixed=True)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if not all([issubclass(t, (Traced, np.ndarray)) for t in types]):
            return NotImplemented
        return called(function, tuple(args), dict(options))

    def __getitem__(self, index: Any) -> Any:
        return called(operator.getitem, (self, index), {}, fixed=not _masks(index))

    def __len__(self) -> int:
        return len(self.example)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getattr__(self, name: str) -> Any:
        """NumPy's methods: ``x.sum(axis=0)``."""
        method = getattr(np.ndarray, name, None)
        if name.startswith("_") or not callable(method):
            raise AttributeError(f"a traced array has no {name!r}")
        return lambda *args, **options: called(_method, (name, self, *args), options)

    def __repr__(self) -> str:
        return f"Traced(shape={self.shape}, dtype={self.dtype})"


def _method(name: str, x: Any, *args: Any, **options: Any) -> Any:
    out = getattr(np.asarray(x), name)(*args, **options)
    return out[()] if isinstance(out, np.ndarray) else out


_KNOWN = NUMPY | PYTHON | {Traced, list, tuple}


def _all_known(operands: tuple[Any, ...]) -> bool:
    """Whether no operand is of a class that decides itself what becomes of a traced array, as Tensors do."""
    return all([x.__class__ in _KNOWN or isinstance(x, np.ndarray) for x in operands])


def _operator(function: Callable[..., Any]) -> Any:
    return lambda self, *others: (
        called(function, (self, *others), {}, fixed=True) if _all_known(others) else NotImplemented
    )


def _reflected(function: Callable[..., Any]) -> Any:
    return lambda self, other: (
        called(function, (other, self), {}, fixed=True) if _all_known((other,)) else NotImplemented
    )


def _refuses(asker: str) -> Any:
    def refuse(self: Traced, *args: Any, **options: Any) -> Any:
        raise TracerError(
            f"replay: {asker} of a value that is different in every run; write it with ag.where, or replay only the "
            f"part that does not branch"
        )

    return refuse


def _refuses_to_write(writer: str) -> Any:
    def refuse(self: Traced, *args: Any, **options: Any) -> Any:
        raise TracerError(f"replay: {writer} writes into an array, which no program repeats; {WRITE}")

    return refuse


def _in_place(name: str) -> Any:
    """``x += y``: NumPy's scalars and Python's numbers get a new value, arrays are written into."""
    function, refuse = getattr(operator, f"__{name}__"), _refuses_to_write(f"x {SIGNS[name]}= y")

    def update(self: Traced, other: Any) -> Any:
        if isinstance(self.example, np.ndarray) or not _all_known((other,)):
            return refuse(self) if isinstance(self.example, np.ndarray) else NotImplemented
        return called(function, (self, other), {}, fixed=True)

    return update


SIGNS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@"}
SIGNS |= {"and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>"}
ONE_SIDED = ("neg", "pos", "abs", "invert", "eq", "ne", "lt", "le", "gt", "ge")
LOOKING = ("bool", "int", "float", "complex", "index", "array")
LOOKING_METHODS = ("item", "tolist", "tobytes", "dump", "dumps")
WRITING_METHODS = ("__setitem__", "fill", "put", "resize", "setfield", "sort", "partition", "byteswap", "setflags")

for _name in SIGNS:
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, f"__{_name}__")))
    setattr(Traced, f"__r{_name}__", _reflected(getattr(operator, f"__{_name}__")))
    setattr(Traced, f"__i{_name}__", _in_place(_name))
for _name in ONE_SIDED:
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, f"__{_name}__")))
for _name in LOOKING:
    setattr(Traced, f"__{_name}__", _refuses(f"{_name}()"))
for _name in LOOKING_METHODS:
    setattr(Traced, _name, _refuses(f".{_name}()"))
for _name in WRITING_METHODS:
    setattr(Traced, _name, _refuses_to_write(_name))
