"""The program that a function of traced arrays leaves behind: its lines, and one Python function made of them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import PYTHON
from autograd_lite.arrays.memory import LARGE, private, shared
from autograd_lite.arrays.stand_ins import examples
from autograd_lite.errors import TracerError
from autograd_lite.programs.traced import WRITE, Traced

__all__ = ["Departure", "Program"]


class Departure(Exception):  # no error: nobody but `replay` meets it
    """A program went by an answer of its example that does not hold in this run.

    `spared` says that the answer only spared work: a careful program does without it.
    """

    def __init__(self, spared: bool = False) -> None:
        self.spared = spared


class Program:
    """The lines that a function of arrays left behind: what was called on what, in order.

    The same call on the same values is one line, however often it is made. A `careful` one never goes by its example
    where that only spares work.
    """

    def __init__(self, inputs: Sequence[Any], careful: bool = False) -> None:
        self.lines: list[tuple[int, Callable[..., Any], tuple[Any, ...], dict[str, Any], Any]] = []
        self.known: dict[Any, Any] = {}
        self.constants: dict[int, tuple[Any, Any]] = {}
        self.checks: list[int] = []
        self.careful, self.count, self.ended = careful, 0, False
        self.inputs = [self.traced(_read_only(x)) for x in inputs]

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of all traced arrays, which know the program: then nothing is left for the garbage collector."""
        self.ended = True
        self.lines.clear()
        self.known.clear()
        self.constants.clear()
        self.inputs.clear()

    def traced(self, example: Any) -> Traced:
        """A place for the next value, which is like `example`."""
        self.count += 1
        return Traced(self, self.count, example)

    def call(
        self, function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any], fixed: bool = False
    ) -> Any:
        """A line for ``function(*args, **options)``: its result, traced.

        `fixed` says that no shape or dtype of the result depends on values; of other results every run checks them.
        """
        if self.ended:
            raise TracerError(
                f"replay: {_called_name(function)} meets an array of a recording that has ended: the recorded function "
                f"left it in a list, an attribute or a variable outside; let it return what is wanted afterwards"
            )
        args, options = self.kept(args), self.kept(options)
        key = function, _identity(args), _identity(options)
        if key not in self.known:  # the arguments are kept, so that nothing else takes their identity
            self.known[key] = self._called(function, args, options, fixed), args, options
        return self.known[key][0]

    def kept(self, x: Any) -> Any:
        """`x` with arrays that are no values of the program as they are now: whoever has them may write into them."""
        if isinstance(x, (tuple, list)) and not hasattr(x, "_fields"):
            return type(x)([self.kept(item) for item in x])
        if isinstance(x, dict):
            return {key: self.kept(item) for key, item in x.items()}
        if isinstance(x, Traced):
            return x if x.place else Traced(None, 0, self.kept(x.example))
        if x.__class__ is not np.ndarray:
            return x
        seen, copy = self.constants.get(id(x), (None, None))
        if seen is None or (copy is not x and copy.tobytes() != x.tobytes()):
            once = x[tuple([slice(None if stride else 1) for stride in x.strides])]  # of what a sum spread, one entry
            copy = once.copy(order="K")
            copy = copy if copy.shape == x.shape else np.broadcast_to(copy, x.shape)
            self.constants[id(x)] = x, copy  # kept, so that nothing else takes its identity
            self.constants[id(copy)] = copy, copy
        return copy

    def _called(self, function: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any], fixed: bool) -> Any:
        _refuse_to_write(function, options)
        try:
            with np.errstate(all="ignore"):  # it is the program that computes
                example = function(*examples(args), **examples(options))
        except (ValueError, ArithmeticError, LookupError) as error:  # the function may go on without it
            self._check(_Raising(function, type(error)), args, options)
            raise
        if function in OF_SHAPES:
            return example
        if isinstance(example, (tuple, list)) and any([isinstance(x, (np.ndarray, np.generic)) for x in example]):
            whole = self.traced(example)
            self.lines.append((whole.place, function, args, options, example))
            parts = [self.call(operator.getitem, (whole, i), {}, fixed) for i in range(len(example))]
            return type(example)(*parts) if hasattr(example, "_fields") else type(example)(parts)
        if isinstance(example, bool):
            example = np.bool_(example)
        if not isinstance(example, (np.ndarray, np.generic, int, float, complex)):
            what = "nothing, so it writes into an array" if example is None else f"a {type(example).__name__}"
            raise TracerError(f"replay: {_called_name(function)} gives {what}, which no program repeats")
        result = self.traced(example[()] if isinstance(example, np.ndarray) and not example.ndim else example)
        self.lines.append((result.place, function, args, options, example))
        if not fixed:
            self._check(_Like(example), (result,), {})
        return result

    def asked(self, question: Callable[[Any], bool], x: Traced, careful: bool | None) -> bool:
        """The example's answer to a question, checked in every run. If it only spares work, `careful` is the answer
        that is always right: where the example gives it there is nothing to check, and careful programs go by it.
        """
        answer = bool(question(x.example))
        if careful is not None and (self.careful or answer == careful):
            return careful
        key = question, x.place
        if key not in self.known:
            self.known[key] = True
            self._check(_Answering(question, answer, careful is not None), (x,), {})
        return answer

    def _check(self, check: Callable[..., None], args: tuple[Any, ...], options: dict[str, Any]) -> None:
        """A line that raises `Departure` where a run differs from the example."""
        self.count += 1
        self.checks.append(self.count)
        self.lines.append((self.count, check, args, options, None))

    def compiled(self, outputs: Sequence[Any]) -> Callable[..., list[Any]]:
        """A Python function of the inputs' values that gives those of `outputs`: the lines that these need, in order.

        A value is let go after the last line that reads it, or gives that line its memory for the result. What is
        handed out shares no memory with anything.
        """
        scope: dict[str, Any] = {"_handed": _handed, "_free": _free}
        likes = {x.place: x.example for x in self.inputs} | {line[0]: line[4] for line in self.lines}
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
                dying = [gone for gone in done.get(place, ()) if _alike(likes[gone], example)]
                if dying:
                    function = ufunc
                    text.append(f"  out = _free(v{dying[0]})")  # asked before the call, which holds v too
                    given.append("out=out")
            scope[name] = function
            text.append(f"  v{place} = {name}({', '.join(given)})")
            if place in done:
                gone = [f"v{gone}" for gone in sorted(done[place])] + ["out"] * (given[-1:] == ["out=out"])
                text.append(f"  del {', '.join(gone)}")
        fixed = {0, *[x.place for x in self.inputs]}  # 0 is that of constants
        results = []
        for x in outputs:
            results.append(f"_handed({_spelled(self.kept(x), scope)}, {not isinstance(x, Traced) or x.place in fixed})")
            if isinstance(x, Traced):
                fixed.add(x.place)  # a second time it is a copy
        text.append(f"  return [{', '.join(results)}]")
        exec("\n".join(text), scope)  # names and places only: no text of a user's
        program: Callable[..., list[Any]] = scope.pop("program")  # what exec defined; in its scope it would hold itself
        return program


class _Like:
    """Checks that a result has the shape and dtype (of a number, the class) of the example."""

    def __init__(self, example: Any) -> None:
        self.kind = _kind(example)

    def __call__(self, value: Any) -> None:
        if _kind(value) != self.kind:
            raise Departure


def _kind(value: Any) -> Any:
    return (value.shape, value.dtype) if hasattr(value, "dtype") else value.__class__


class _Answering:
    """Checks that a question has the example's answer."""

    def __init__(self, question: Callable[[Any], bool], answer: bool, spared: bool) -> None:
        self.question, self.answer, self.spared = question, answer, spared

    def __call__(self, value: Any) -> None:
        if bool(self.question(value)) != self.answer:
            raise Departure(self.spared)


class _Raising:
    """Checks that a call raises what it raised for the example."""

    def __init__(self, function: Callable[..., Any], error: type[Exception]) -> None:
        self.function, self.error = function, error

    def __call__(self, *args: Any, **options: Any) -> None:
        try:
            self.function(*args, **options)
        except self.error:
            return
        raise Departure


WRITERS = frozenset({np.copyto, np.fill_diagonal, np.place, np.put, np.put_along_axis, np.putmask})

OF_SHAPES = frozenset({np.shape, np.ndim, np.size, np.iscomplexobj, np.isrealobj, np.result_type, np.can_cast})
"""What looks at shapes and dtypes only: what it gives is the same in every run."""

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


def _handed(value: Any, twice: bool) -> Any:
    """A result in memory of its own; `twice` says that it is an input too, or another result."""
    if value.__class__ is np.ndarray:
        if not value.ndim:
            return value[()]
        if twice or shared(value, calls=2):  # from the program's variable to here, and on
            return value.copy()
    return value


def _read_only(x: Any) -> Any:
    """A view of an input that nobody writes through."""
    if x.__class__ is np.ndarray:
        x = x.view()
        x.flags.writeable = False
    return x


def _refuse_to_write(function: Any, options: dict[str, Any]) -> None:
    in_place = function in WRITERS or (function is np.nan_to_num and not options.get("copy", True))
    if in_place or options.get("out") is not None:
        raise TracerError(f"replay: {_called_name(function)} writes into an array, which no program repeats; {WRITE}")


def _called_name(function: Any) -> str:
    return getattr(function, "__name__", None) or repr(function)


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


def _spelled(x: Any, scope: dict[str, Any]) -> str:
    """How the program's text names `x`; a constant gets a name in `scope`."""
    if isinstance(x, Traced) and x.place:
        return f"v{x.place}"
    if isinstance(x, (tuple, list)) and next(_places(x), 0):
        items = ", ".join([_spelled(item, scope) for item in x])
        return f"({items},)" if isinstance(x, tuple) else f"[{items}]"
    name = f"c{len(scope)}"
    scope[name] = examples(x)
    return name
