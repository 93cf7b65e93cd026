"""How an operation is computed on arrays of a library other than NumPy. Looked up once per class, never for NumPy.

A kernel that has a parameter `xp` is written in the functions of the Array API standard and is given the library's
namespace there. Operators are Python's own. Otherwise the library's function of the operation's name serves; and
where it has none, NumPy's kernel does, on a copy, whose result goes back to the library and device it came from.

Operands are taken as NumPy takes them: NumPy's arrays are moved to the library, and where the library refuses to mix
dtypes (the standard leaves booleans with numbers, and integers with floats, open) they are promoted as NumPy would.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import (
    MORE,
    NOT_STANDARD,
    NUMPY,
    PYTHON,
    as_value,
    deciding,
    dtype_for,
    dtype_name,
    is_array,
    is_inexact,
    is_traced,
    namespace,
    on_host,
    own,
)
from autograd_lite.arrays.stand_ins import examples
from autograd_lite.errors import NoRuleError

__all__ = ["as_numpy_has_it", "kernel_for", "kernel_for_lists"]

Kernel = Callable[..., Any]

_REFUSED = (TypeError, AttributeError, NotImplementedError)
"""What libraries raise for a function, a dtype or a scalar they do not take."""


def kernel_for(op: Any, cls: type) -> Kernel:
    """How to compute the operation `op` on arrays of class `cls`, which are not NumPy's."""
    if (spelled := getattr(namespace(cls), "spelled", None)) is not None:  # names compute nothing (see `symbols`)
        kernel_of: Callable[[Any], Kernel] = spelled
        return kernel_of(op)
    space, kernel = _Standard(namespace(cls)), op.kernel
    if "xp" in _parameters(kernel):
        native: Kernel | None = partial(kernel, xp=space)
    elif getattr(kernel, "__module__", "") == "_operator":
        native = kernel
    else:
        native = _native(op, space)
    first = 1 if op.arrays[0] == "condition" else 0  # a mask stays one
    options = op.options

    def compute(*args: Any) -> Any:
        n = len(args) - len(options)
        like = deciding(args[:n])
        arrays = [own(a, like) if a.__class__ in NUMPY or a.__class__ in (list, tuple) else a for a in args[:n]]
        params = [dtype_for(like, p) if k == "dtype" else p for k, p in zip(options, args[n:], strict=True)]
        if native is None:
            return _copied(kernel, arrays, args[n:], like)
        if _widens(arrays):
            arrays = next(_promotions(arrays, first, like))
        try:
            return native(*arrays, *params)
        except _REFUSED as error:
            for promoted in _promotions(arrays, first, like):
                try:
                    return native(*promoted, *params)
                except _REFUSED:
                    continue
            try:
                return _copied(kernel, arrays, args[n:], like)
            except Exception:
                raise error from None  # what the library itself said

    return compute


def kernel_for_lists(op: Any) -> Kernel:
    """How to compute `op` on Python's numbers and nested lists, which no operator of Python's takes as NumPy does: by
    NumPy's function of that name, or on arrays made of them.
    """
    kernel, options = op.kernel, len(op.options)
    if not options and hasattr(np, op.name):
        function: Kernel = getattr(np, op.name)
        return function

    def compute(*args: Any) -> Any:
        n = len(args) - options
        # what NumPy's subclasses make of a function is theirs to say
        return kernel(*[a if isinstance(a, np.ndarray) else as_value(a) for a in args[:n]], *args[n:])

    return compute


class _Standard:
    """A library's namespace, less the parts of it that do not follow the standard."""

    def __init__(self, space: Any) -> None:
        self.__name__, self._space = space.__name__, space

    def __getattr__(self, name: str) -> Any:
        if name in NOT_STANDARD.get(self.__name__, ()):
            raise AttributeError(f"{self.__name__}.linalg does not follow the standard")
        return getattr(self._space, name)


def _parameters(function: Any) -> Any:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # a function written in C
        return {}


def _native(op: Any, space: Any) -> Kernel | None:
    """The library's own function of that name, called with the operation's options; None if it has none."""
    pairs = [(np.linalg, "linalg"), (np.fft, "fft"), (np, "")]  # a name means what it means in NumPy
    places = [getattr(space, name, None) if name else space for home, name in pairs if hasattr(home, op.name)]
    places += [importlib.import_module(name) for name in MORE.get(space.__name__, ())]
    function: Kernel | None = next(
        (f for f in [getattr(place, op.name, None) for place in places] if callable(f)), None
    )
    if function is None or not (op.options or op.variadic):
        return function
    names, variadic = op.options, op.variadic
    known = _parameters(function)
    by_place = [name for name in names if name in known and known[name].kind is inspect.Parameter.POSITIONAL_ONLY]

    def call(*args: Any) -> Any:
        n = len(args) - len(names)
        arrays = (list(args[:n]),) if variadic else args[:n]
        options = dict(zip(names, args[n:], strict=True))
        placed = [options.pop(name) for name in by_place]
        return function(*arrays, *placed, **options)

    return call


def _widens(arrays: list[Any]) -> bool:
    """Whether a Python float meets nothing but integers and booleans: PyTorch would give single precision."""
    if not any([a.__class__ in (float, complex) for a in arrays]):
        return False
    others = [a for a in arrays if a.__class__ not in PYTHON]
    return all([not is_inexact(a) for a in others]) and hasattr(others[0], "resolve_conj")


def _promotions(arrays: list[Any], first: int, like: Any) -> Iterator[list[Any]]:
    """The operands in the dtype NumPy would give them together, then as integers, then as floating-point numbers."""
    try:
        kinds = [np.dtype(dtype_name(a)) if is_array(a) and a.__class__ not in PYTHON else a for a in arrays[first:]]
        common = np.result_type(*kinds)
    except TypeError:  # a dtype that NumPy does not have
        return
    steps = [
        common,
        *([np.dtype(int)] if common.kind == "b" else []),
        *([np.dtype(float)] if common.kind in "biu" else []),
    ]
    space = namespace(like.__class__)
    for step in steps:
        dtype = dtype_for(like, step)
        yield [
            *arrays[:first],
            *[own(a, like, dtype) if a.__class__ in PYTHON else space.astype(a, dtype) for a in arrays[first:]],
        ]


def _copied(kernel: Kernel, arrays: list[Any], params: tuple[Any, ...], like: Any) -> Any:
    """NumPy's kernel on copies, its result back in the library."""
    try:
        copies = [a if a.__class__ in PYTHON else on_host(a) for a in arrays]
    except TypeError as error:
        if not is_traced(error):
            raise
        raise NoRuleError(
            f"{namespace(like.__class__).__name__} has no such function, so that NumPy computes it on a copy; a traced "
            f"array has nothing to copy yet: call it outside jax.jit, or write it with operations that the library has"
        ) from error
    return own(kernel(*copies, *params), like)


def as_numpy_has_it(kernel: Kernel, source: Any, params: Any, whole: Any = None) -> tuple[Any, Any]:
    """What NumPy's `kernel` gives, and for what array: one that shares memory with the result if NumPy's does.

    `source` may be a number, repeat the entries of `whole`, or stand for an array, which lies where its example does.
    """
    if source.__class__ not in NUMPY:
        source, params = examples(source), examples(params)
        if source.__class__ not in NUMPY:
            return None, source
    source = np.asarray(source) if whole is None else np.broadcast_to(examples(whole), source.shape)
    return kernel(source, *params), source
