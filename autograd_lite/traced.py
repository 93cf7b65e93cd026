"""Arrays that write down what is computed from them, and the program that this makes.

A `Traced` array holds an example, which gives its shape and dtype, and stands for whatever value it will have when the
program runs. This package reaches it as it reaches any library's arrays: kernels, rules and sweeps run on it and leave
one line each. Its values cannot be looked at: a program must not depend on those of the example. But where this package
itself asks whether it may spare work (is there a zero?), the program may go by the example's answer and ask again in
every run: with another answer it stops, and a careful one takes its place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd_lite.backend import LARGE, NUMPY, PYTHON, is_window, private
from autograd_lite.errors import TracerError

__all__ = ["Departure", "Program", "Traced", "called"]


class Departure(Exception):  # no error: nobody but `replay` meets it
    """A program went by an answer of its example that does not hold in this run."""


class Program:
    """The lines that a function of arrays left behind: what was called on what, in order.

    The same call on the same values is one line, however often it is made. A `careful` one never goes by its example.
    """

    def __init__(self, inputs: Sequence[Any], careful: bool = False) -> None:
        self.lines: list[tuple[int, Callable[..., Any], tuple[Any, ...], dict[str, Any], Any]] = []
        self.known: dict[Any, Any] = {}
        self.checks: list[int] = []
        self.careful, self.count = careful, 0
        self.inputs = [self.traced(x) for x in inputs]

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of all traced arrays, which know the program: then nothing is left for the garbage collector."""
        self.lines.clear()
        self.known.clear()
        self.inputs.clear()

    def traced(self, example: Any) -> Traced:
        """A place for the next value, which is like `example`."""
        self.count += 1
        return Traced(self, self.count, example)

    def call(self, function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """A line for ``function(*args, **options)``: its result, traced."""
        key = function, _identity(args), _identity(options)
        if key not in self.known:  # the arguments are kept, so that nothing else takes their identity
            self.known[key] = self._called(function, args, options), args, options
        return self.known[key][0]

    def _called(self, function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        with np.errstate(all="ignore"):  # it is the program that computes
            example = function(*_examples(args), **_examples(options))
        if isinstance(example, (tuple, list)) and any([isinstance(x, (np.ndarray, np.generic)) for x in example]):
            whole = self.traced(example)
            self.lines.append((whole.place, function, args, options, example))
            parts = [self.call(operator.getitem, (whole, i), {}) for i in range(len(example))]
            return type(example)(*parts) if hasattr(example, "_fields") else type(example)(parts)
        if isinstance(example, bool):
            example = np.bool_(example)
        if not isinstance(example, (np.ndarray, np.generic)):
            if not isinstance(example, (int, str, tuple, list, np.dtype, type(None))):
                raise TracerError(f"replay: {function!r} gives a {type(example).__name__}, which no program repeats")
            return example  # a shape, a number of axes, a dtype: the same in every run
        result = self.traced(example[()] if isinstance(example, np.ndarray) and not example.ndim else example)
        self.lines.append((result.place, function, args, options, example))
        return result

    def asked(self, question: Callable[[Any], bool], x: Traced, careful: bool) -> bool:
        """The answer to a question that only spares work: the `careful` one, or the example's, checked in every run."""
        answer = question(x.example)
        if self.careful or answer == careful:
            return careful

        def check(value: Any) -> None:
            if question(value) != answer:
                raise Departure

        key = question, x.place
        if key not in self.known:
            self.known[key] = True
            self.count += 1
            self.checks.append(self.count)
            self.lines.append((self.count, check, (x,), {}, None))
        return answer

    def compiled(self, outputs: Sequence[Any]) -> Callable[..., list[Any]]:
        """A Python function of the inputs' values that gives those of `outputs`: the lines that these need, in order.

        A value is let go after the last line that reads it, or gives that line its memory for the result. What is
        handed out shares no memory with anything.
        """
        scope: dict[str, Any] = {"_handed": _handed, "_free": _free}
        examples = {x.place: x.example for x in self.inputs} | {line[0]: line[4] for line in self.lines}
        wanted = {x.place for x in outputs if isinstance(x, Traced)}
        needed, last_read = [], dict.fromkeys([*wanted, *self.checks], 0)
        for line in reversed(self.lines):
            place, _, args, options, _ = line
            if place in last_read:
                needed.append(line)
                for read in _places((args, options)):
                    last_read.setdefault(read, place)
        done: dict[int, list[int]] = {}
        for place, reader in last_read.items():
            if reader:
                done.setdefault(reader, []).append(place)
        text = [f"def program({', '.join([f'v{x.place}' for x in self.inputs])}):"]
        for place, function, args, options, example in reversed(needed):
            name = f"f{place}"
            given = [_spelled(a, scope) for a in args] + [f"{k}={_spelled(o, scope)}" for k, o in options.items()]
            ufunc = UFUNCS.get(function, function)
            large = example.__class__ is np.ndarray and example.size >= LARGE
            if large and isinstance(ufunc, np.ufunc) and not ufunc.signature and "where" not in options:
                dying = [gone for gone in done.get(place, ()) if _alike(examples[gone], example)]
                if dying:
                    function = ufunc
                    text.append(f"  out = _free(v{dying[0]})")  # asked before the call, which holds v too
                    given.append("out=out")
            scope[name] = function
            text.append(f"  v{place} = {name}({', '.join(given)})")
            if place in done:
                gone = [f"v{gone}" for gone in sorted(done[place])] + ["out"] * (given[-1:] == ["out=out"])
                text.append(f"  del {', '.join(gone)}")
        fixed = {x.place for x in self.inputs}
        results = []
        for x in outputs:
            results.append(f"_handed({_spelled(x, scope)}, {not isinstance(x, Traced) or x.place in fixed})")
            if isinstance(x, Traced):
                fixed.add(x.place)  # a second time it is a copy
        text.append(f"  return [{', '.join(results)}]")
        exec("\n".join(text), scope)  # names and places only: no text of a user's
        program: Callable[..., list[Any]] = scope.pop("program")  # what exec defined; in its scope it would hold itself
        return program


UFUNCS: dict[Any, np.ufunc] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.true_divide,
    operator.neg: np.negative,
}
"""What an operator calls on two arrays, or on an array and a number: of these, results can be put into given memory."""


def _alike(x: Any, y: Any) -> bool:
    """Whether two values are arrays that lie in memory in the same way."""
    arrays = x.__class__ is np.ndarray is y.__class__
    return arrays and x.shape == y.shape and x.dtype == y.dtype and x.strides == y.strides


def _free(value: Any) -> Any:
    """The memory of `value`, which is read for the last time, if nobody else can see it; else None, for new memory."""
    return value if private(value, calls=2) else None  # from the program's variable to here, and on


def _handed(value: Any, shared: bool) -> Any:
    """A result in memory of its own."""
    if value.__class__ is np.ndarray:
        if not value.ndim:
            return value[()]
        if shared or is_window(value):
            return value.copy()
    return value


def _places(x: Any) -> Iterator[int]:
    """The places of the traced arrays in nested tuples, lists and dicts."""
    if isinstance(x, Traced):
        if x.place:
            yield x.place
    elif isinstance(x, (tuple, list)):
        for item in x:
            yield from _places(item)
    elif isinstance(x, dict):
        yield from _places(list(x.values()))


def _identity(x: Any) -> Any:
    """What two arguments share that stand for the same in every run."""
    if isinstance(x, Traced) and x.place:
        return Traced, x.place
    if isinstance(x, (tuple, list)):
        return x.__class__, tuple([_identity(item) for item in x])
    if isinstance(x, dict):
        return tuple([(key, _identity(item)) for key, item in x.items()])
    if isinstance(x, slice):
        return slice, _identity((x.start, x.stop, x.step))
    if x.__class__ in PYTHON or isinstance(x, (str, np.generic, np.dtype, type(None))):
        return x.__class__, repr(x)  # which tells 0.0 from -0.0
    return id(x)


def _examples(x: Any) -> Any:
    if isinstance(x, Traced):
        return x.example
    if isinstance(x, (tuple, list)) and not hasattr(x, "_fields"):
        return type(x)([_examples(item) for item in x])
    return {key: _examples(item) for key, item in x.items()} if isinstance(x, dict) else x


def _spelled(x: Any, scope: dict[str, Any]) -> str:
    """How the program's text names `x`; a constant gets a name in `scope`."""
    if isinstance(x, Traced) and x.place:
        return f"v{x.place}"
    if isinstance(x, (tuple, list)) and next(_places(x), 0):
        items = ", ".join([_spelled(item, scope) for item in x])
        return f"({items},)" if isinstance(x, tuple) else f"[{items}]"
    name = f"c{len(scope)}"
    scope[name] = _examples(x)
    return name


class _Space:
    """The namespace of traced arrays: NumPy's, each of whose functions leaves a line."""

    __name__ = "autograd_lite.traced"

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
            return lambda x, *args: called(op.kernel, (_examples(x), *args), {})
        return lambda *args: called(op.kernel, args, {})

    def asarray(self, x: Any, dtype: Any = None, **options: Any) -> Any:
        """`x`, traced; what is no traced array yet is a constant of the program, without a place."""
        if isinstance(x, Traced):
            return x if dtype is None or dtype == x.dtype else called(np.asarray, (x, dtype), {})
        return Traced(None, 0, np.asarray(x, dtype)[()])


def called(function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """``function(*args, **options)``: a line of the program if a traced array that has a place is among them."""
    program = _program((args, options))
    if program is None:
        found = function(*_examples(args), **_examples(options))
        return Traced(None, 0, found) if isinstance(found, (np.ndarray, np.generic)) else found
    return program.call(function, args, options)


def _program(x: Any) -> Program | None:
    if isinstance(x, Traced):
        return x.program
    items = x.values() if isinstance(x, dict) else x if isinstance(x, (tuple, list)) else ()
    return next((found for item in items if (found := _program(item)) is not None), None)


SPACE = _Space(np)


class Traced:
    """An array whose value is not known yet; `example` has its shape and dtype."""

    __slots__ = ("example", "place", "program")

    def __init__(self, program: Program | None, place: int, example: Any) -> None:
        self.program, self.place, self.example = program, place, example

    shape = property(lambda self: self.example.shape)
    dtype = property(lambda self: self.example.dtype)
    ndim = property(lambda self: self.example.ndim)
    size = property(lambda self: self.example.size)
    nbytes = property(lambda self: self.example.nbytes)
    device = property(lambda self: "cpu")
    T = property(lambda self: called(operator.attrgetter("T"), (self,), {}))
    mT = property(lambda self: called(operator.attrgetter("mT"), (self,), {}))
    real = property(lambda self: called(np.real, (self,), {}))
    imag = property(lambda self: called(np.imag, (self,), {}))

    def asked(self, question: Callable[[Any], bool], careful: bool) -> bool:
        """The answer to a question that only spares work: see `Program.asked`."""
        return question(self.example) if self.program is None else self.program.asked(question, self, careful)

    def __array_namespace__(self, api_version: str | None = None) -> Any:
        return SPACE

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if "out" in options:
            raise TracerError(f"replay: np.{ufunc.__name__} with out= writes into an array, which no program repeats")
        if not _all_known(inputs):
            return NotImplemented
        return called(ufunc if method == "__call__" else getattr(ufunc, method), inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if not all([issubclass(t, (Traced, np.ndarray)) for t in types]):
            return NotImplemented
        return called(function, tuple(args), dict(options))

    def __getitem__(self, index: Any) -> Any:
        return called(operator.getitem, (self, index), {})

    def __len__(self) -> int:
        return len(self.example)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getattr__(self, name: str) -> Any:
        """NumPy's methods: ``x.sum(axis=0)``."""
        if name.startswith("_") or name in _LOOKING or not callable(getattr(np.ndarray, name, None)):
            raise AttributeError(f"a traced array has no {name!r}")
        method = getattr(np.ndarray, name)

        def call(*args: Any, **options: Any) -> Any:
            return called(lambda x, *a, **o: method(np.asarray(x), *a, **o)[()], (self, *args), options)

        return call

    def __repr__(self) -> str:
        return f"Traced(shape={self.shape}, dtype={self.dtype})"


_LOOKING = ("item", "tolist", "tobytes", "dump", "dumps", "fill", "itemset", "put", "resize", "setfield", "sort")
"""Methods that look at entries, or change them in place."""


_KNOWN = NUMPY | PYTHON | {Traced, list, tuple}


def _all_known(operands: tuple[Any, ...]) -> bool:
    """Whether no operand is of a class that decides itself what becomes of a traced array, as Tensors do."""
    return all([x.__class__ in _KNOWN or isinstance(x, np.ndarray) for x in operands])


def _operator(function: Callable[..., Any]) -> Any:
    return lambda self, *others: called(function, (self, *others), {}) if _all_known(others) else NotImplemented


def _reflected(function: Callable[..., Any]) -> Any:
    return lambda self, other: called(function, (other, self), {}) if _all_known((other,)) else NotImplemented


def _refuses(asker: str) -> Any:
    def refuse(self: Traced, *args: Any, **options: Any) -> Any:
        raise TracerError(
            f"replay: {asker} of a value that is different in every run; write it with ag.where, or replay only the "
            f"part that does not branch"
        )

    return refuse


TWO_SIDED = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift")
ONE_SIDED = ("neg", "pos", "abs", "invert", "eq", "ne", "lt", "le", "gt", "ge")
REFUSED = ("bool", "int", "float", "complex", "index", "array", "setitem")

for _name in TWO_SIDED:
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, f"__{_name}__")))
    setattr(Traced, f"__r{_name}__", _reflected(getattr(operator, f"__{_name}__")))
for _name in ONE_SIDED:
    setattr(Traced, f"__{_name}__", _operator(getattr(operator, f"__{_name}__")))
for _name in REFUSED:
    setattr(Traced, f"__{_name}__", _refuses(f"{_name}()" if _name != "setitem" else "assigning to an entry"))
