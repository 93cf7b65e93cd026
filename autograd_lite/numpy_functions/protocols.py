"""NumPy's two protocols: ``np.sin(t)``, ``array * t`` and ``np.sum(t)`` are the operations of this package.

Each of NumPy's functions is differentiable here (its table is in `equivalents`, ufuncs' methods are in `ufuncs`),
passes through without derivative because it has none, or is an error that names the nearest spelling. A tracked
Tensor is never turned into an object array, and never loses its tape. docs/numpy.md lists them all.
"""

from __future__ import annotations

import inspect
import sys
from difflib import get_close_matches
from functools import cache
from typing import Any

import numpy as np

from autograd_lite import special
from autograd_lite.arrays.libraries import as_array, namespace
from autograd_lite.arrays.stand_ins import examples
from autograd_lite.core.op import OPS
from autograd_lite.core.tensor import Tensor, held
from autograd_lite.errors import NoRuleError, TracerError
from autograd_lite.numpy_functions import equivalents, ufuncs, writes
from autograd_lite.numpy_functions.equivalents import CONSTANT, FUNCTIONS, LATER, MODULES, REMEDIES, WRITES
from autograd_lite.numpy_functions.ufuncs import is_tracked
from autograd_lite.ops import elementwise as e
from autograd_lite.programs.traced import Traced

UFUNCS: dict[Any, Any] = {
    getattr(np, name): op.call for name, op in OPS.items() if isinstance(getattr(np, name, None), np.ufunc)
} | equivalents.UFUNCS

NOT_GIVEN: Any = np._NoValue  # NumPy's default that means "not given"

WITHOUT_DERIVATIVE = {u for u in UFUNCS if u.__name__ in OPS and OPS[u.__name__].kind == "plain"} | {np.spacing}
"""Ufuncs whose results have no derivative, or are constant between jumps."""


def _whole(ufunc: Any, function: Any) -> Any:
    """`function`, for a ufunc of integers: with the remedy in its error."""

    def call(*inputs: Any) -> Any:
        if any(map(is_tracked, inputs)):
            raise _no_rule(ufunc)
        return function(*inputs)

    return call


def _no_rule(ufunc: Any, method: str = "__call__") -> NoRuleError:
    return NoRuleError(f"{_title(ufunc, method)} {ufuncs.about(ufunc)}; pass .detach() if no derivative is wanted")


def _title(ufunc: Any, method: str) -> str:
    name = ufunc.__name__
    public = name.removeprefix("_")
    scipys = hasattr(sys.modules.get("scipy.special"), public) and not hasattr(np, public)
    return (f"scipy.special.{public}" if scipys else f"np.{name}") + (f".{method}" if method != "__call__" else "")


def _loop(ufunc: Any, function: Any) -> Any:
    """`function`, for a ufunc that is no operation: of numbers in the dtypes that NumPy's own computes with, or the
    TypeError that it raises, of complex numbers, say."""

    def call(*inputs: Any) -> Any:
        dtypes = [as_array(x).dtype for x in inputs]
        if all([isinstance(dtype, np.dtype) for dtype in dtypes]):
            try:
                inputs = ufuncs.as_loop(ufunc, inputs)
            except TypeError as error:
                raise TypeError(f"np.{ufunc.__name__}: not of dtypes {', '.join(map(str, dtypes))}") from error
        return function(*inputs)

    return call


UFUNCS |= {u: _whole(u, function) for u, function in UFUNCS.items() if not ufuncs.takes_floats(u)}
UFUNCS |= {u: _loop(u, UFUNCS[u]) for u in equivalents.UFUNCS if u.__name__ not in OPS and u.signature is None}


# -- ufuncs -----------------------------------------------------------------------------------------------------------


def _array_ufunc(self: Tensor, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """What NumPy calls for ``ufunc(…)`` with a Tensor among its arguments."""
    found = UFUNCS.get(ufunc) or _named(ufunc)
    if found is not None and method == "__call__" and not options:
        return found(*inputs)
    leaves = list(_flat((inputs, options)))
    without = ufunc in WITHOUT_DERIVATIVE or ufunc.__name__ == "_ones_like" or _jumps(options.get("dtype"), leaves)
    tracked = any(map(is_tracked, leaves))
    if tracked and ((ufunc.types and not ufuncs.takes_floats(ufunc)) or (found is None and not without)):
        raise _no_rule(ufunc, method)
    elsewhere = any([isinstance(x, Tensor) and namespace(x._row.value.__class__) is not np for x in leaves])
    # NumPy's own reduce of some (power, arctan2) is another fold than it documents, and than it accumulates:
    folded = method in ("reduce", "reduceat") and ufunc not in ufuncs.REDUCTIONS and options.get("where", True) is True
    if without or found is None or not (tracked or elsewhere or folded):
        return _by_numpy(ufunc, method, inputs, options)
    return ufuncs.METHODS[method](ufunc, found, *inputs, **options)


def _named(ufunc: Any) -> Any:
    """The operation for a ufunc that NumPy keeps behind a function (np.clip, since 2.5 np.real and np.imag), or for one
    of SciPy's, which is imported if anybody can call with it.
    """
    if ufunc.__name__ in ("clip", "real", "imag"):
        return getattr(e, ufunc.__name__)
    name = {"psi": "digamma"}.get(ufunc.__name__, ufunc.__name__)
    mine = getattr(special, name, None)
    return mine if mine and getattr(sys.modules.get("scipy.special"), ufunc.__name__, None) is ufunc else None


def _by_numpy(ufunc: Any, method: str, inputs: Any, options: dict[str, Any]) -> Any:
    """NumPy's own ufunc on the values. What is written to gets copies to write to, and then has them."""
    targets = inputs[:1] if method == "at" else options.pop("out", None) or ()
    if any([is_tracked(t) for t in targets]) and ("where" in options or method == "at"):
        raise NoRuleError(f"{_title(ufunc, method)} writes to a part of a tracked Tensor; use np.where")
    copies = tuple([np.array(_plain(t)) if isinstance(t, Tensor) else t for t in targets])
    if method == "at":
        getattr(ufunc, method)(*copies, *map(_plain, inputs[1:]), **_plain_options(options))
    elif targets:
        getattr(ufunc, method)(*map(_plain, inputs), **_plain_options(options), out=copies)
    else:
        return _constant(getattr(ufunc, method)(*map(_plain, inputs), **_plain_options(options)))
    name = _title(ufunc, method)
    done = [writes.into(t, held(c), name) if isinstance(t, Tensor) else c for t, c in zip(targets, copies, strict=True)]
    return None if method == "at" else tuple(done) if len(done) > 1 else done[0]


# -- other functions --------------------------------------------------------------------------------------------------


def _array_function(self: Tensor, function: Any, types: Any, args: Any, options: dict[str, Any]) -> Any:
    """What NumPy calls for its other functions with a Tensor among their arguments."""
    found = FUNCTIONS.get(function) or LATER.get(f"{function.__module__}.{function.__name__}")
    if found is None:
        return _without_rule(function, args, options)
    out = None
    if options or len(args) != 1:  # one array, most often
        args, options, out = _in_order(function, args, options)
    try:
        if _jumps(_given_dtype(function, args, options), _flat((args, options))):
            result = _constant(function(*_plain(args), **_plain_options(options)))
        else:
            result = found(*args, **options)
    except TracerError as error:
        raise TracerError(
            f"{_spoken(function)} looks at values, which differ in every run of a replay: call it outside of the "
            f"replayed function, and pass its result ({error})"
        ) from error
    except TypeError as error:
        taken = _takes(found, args, options)
        if taken and not isinstance(error, NoRuleError):
            raise
        if not any(map(is_tracked, _flat((args, options)))):
            result = _constant(function(*_plain(args), **_plain_options(options)))
        elif taken:
            raise
        else:
            raise TypeError(_not_taken(function, options)) from error
    return result if out is None else writes.into(out, result, _spoken(function))


def _jumps(dtype: Any, operands: Any) -> bool:
    """Whether a result is asked for in integers or truth values, by ``dtype=``, of what NumPy computes itself.

    Such a result has no derivative, and NumPy casts at a place of each function's own: before it adds, or after.
    """
    return (
        dtype is not None
        and np.dtype(dtype).kind not in "fc"
        and all([namespace(examples(x._row.value).__class__) is np for x in operands if isinstance(x, Tensor)])
    )


def _given_dtype(function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """``dtype=``, by name or by position."""
    if "dtype" in options or len(args) < 2:
        return options.get("dtype")
    names = _positions(function)[0]
    return args[names.index("dtype")] if "dtype" in names[: len(args)] else None


def call(function: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """One of NumPy's functions of Tensors, as NumPy would call it."""
    return _array_function(args[0], function, (), args, options)


def _spoken(function: Any) -> str:
    return f"{function.__module__}.{function.__name__}".replace("numpy", "np")


@cache
def _positions(function: Any) -> tuple[tuple[str, ...], int, int]:
    """NumPy's names for what may be given by position, how many of them have to be, and the place of `out`, if any."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # an older NumPy hides the signatures of what is written in C
        return (), 0, sys.maxsize
    found = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = tuple([p.name for p in found])
    return names, len([p for p in found if p.default is p.empty]), names.index("out") if "out" in names else sys.maxsize


def _in_order(function: Any, args: Any, options: dict[str, Any]) -> tuple[Any, dict[str, Any], Any]:
    """The arguments as the table's entries take them, and what ``out=`` is.

    What is required comes by position, so an entry may have its own names for it. What is "not given" goes.
    """
    names, needed, place = _positions(function)
    if id(NOT_GIVEN) in map(id, (*args, *options.values())):  # by identity: arrays compare entry by entry
        options = dict(zip(names, args, strict=False)) | options
        args, options = (), {name: x for name, x in options.items() if x is not NOT_GIVEN}
    out = options.pop("out", None) if "out" in options else None
    if len(args) > place:
        out, args = args[place], (*args[:place], *args[place + 1 :])
    while len(args) < needed and names[len(args)] in options:
        args = (*args, options.pop(names[len(args)]))
    return args, options, out


def _not_taken(function: Any, options: dict[str, Any]) -> str:
    """What to say where NumPy's function, or its entry in the table, has no place for an argument."""
    known = _names(function)
    for name in options:
        if known and name not in known:
            meant = {"dim": "axis", "keepdim": "keepdims"}.get(name)
            return f"{_spoken(function)}: no argument is called {name!r}" + (f"; write {meant}=" if meant else "")
    given = ", ".join([f"{name}=" for name in options]) or "so many arguments"
    return f"{_spoken(function)} on a tracked Tensor does not take {given}; pass .detach() if no derivative is wanted"


def _names(function: Any) -> Any:
    """The names of all arguments; none where an older NumPy hides the signatures of what is written in C."""
    try:
        return inspect.signature(function).parameters
    except ValueError:
        return ()


def _takes(found: Any, args: Any, options: dict[str, Any]) -> bool:
    """Whether an entry of the table has a place for each argument, so that its TypeError is about something else."""
    try:
        inspect.signature(found).bind(*args, **options)
    except TypeError:
        return False
    return True


def _without_rule(function: Any, args: Any, options: dict[str, Any]) -> Any:
    """A write, a function without derivative, or one without a rule: an error if there is a tape to lose."""
    leaves = list(_flat((args, options)))
    if function in WRITES:
        target = args[0] if args else next(iter(options.values()))
        if isinstance(target, Tensor):
            return WRITES[function](*args, **options)
        writes.refuse(_spoken(function), target, *leaves)
    elif function not in CONSTANT and any(map(is_tracked, leaves)):
        remedy = REMEDIES.get(function) or MODULES.get(function.__module__, "write it with autograd_lite operations")
        raise NoRuleError(
            f"{_spoken(function)} has no derivative rule here: {remedy}; pass .detach() if no derivative is wanted"
        )
    return _constant(function(*_plain(args), **_plain_options(options)))


def _plain(x: Any) -> Any:
    """`x` with the arrays of Tensors in the place of Tensors."""
    if isinstance(x, Tensor):
        return x._row.value
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(_plain, x))
    return type(x)(map(_plain, x)) if isinstance(x, (list, tuple)) else x


def _plain_options(options: dict[str, Any]) -> dict[str, Any]:
    return {k: _plain(v) for k, v in options.items()}


def _constant(out: Any) -> Any:
    if isinstance(out, (tuple, list)):
        made = [_constant(o) for o in out]
        return type(out)(*made) if hasattr(out, "_fields") else type(out)(made)
    if isinstance(out, np.ndarray):
        return held(out[()]) if out.dtype.kind in "biufc" else out
    return held(out) if isinstance(out, (np.generic, Traced)) else out


def _flat(x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        for item in x:
            yield from _flat(item)
    elif isinstance(x, dict):
        yield from _flat(list(x.values()))
    else:
        yield x


def elsewhere(name: str, public: list[str]) -> str:
    """What to say of a name that is not there: it is the package's under another name, or NumPy's, or a near one."""
    numpys = getattr(np, name, None)
    same = [other for other in public if numpys is not None and getattr(np, other, None) is numpys]
    takes_tensors = callable(numpys) and (numpys in FUNCTIONS or numpys in UFUNCS or numpys in CONSTANT)
    if same:
        remedy = f"; it is ag.{same[0]}, as in the Array API"
    elif name == "array":
        remedy = "; write ag.asarray, or ag.Tensor for a copy"
    elif takes_tensors:
        remedy = f"; np.{name} takes Tensors"
    else:
        remedy = "".join([f"; did you mean ag.{other}?" for other in get_close_matches(name, public, n=1)])
    return f"autograd_lite has no {name!r}{remedy}"


def _namespace(self: Tensor, /, *, api_version: str | None = None) -> Any:
    """The Array API namespace of Tensors: the package itself."""
    return sys.modules["autograd_lite"]


for _name, _function in (("ufunc", _array_ufunc), ("function", _array_function), ("namespace", _namespace)):
    setattr(Tensor, f"__array_{_name}__", _function)  # bound here, above the operations
