"""Which array library a value belongs to. The only file that names libraries.

A value's class decides, looked up in a dict once per class. NumPy is the default and the fast path; any
other library that follows the Array API standard is found by the module its array class comes from.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite.errors import MissingExtraError, NoRuleError

__all__ = [
    "MORE",
    "NOT_STANDARD",
    "NUMPY",
    "PYTHON",
    "SCALARS",
    "all_finite",
    "array_like",
    "as_array",
    "as_value",
    "asked",
    "copied",
    "decided",
    "deciding",
    "dtype_for",
    "dtype_name",
    "has_nan",
    "has_zero",
    "is_array",
    "is_complex",
    "is_inexact",
    "is_traced",
    "kind",
    "locked",
    "namespace",
    "on_host",
    "optional",
    "own",
    "real_dtype",
    "typed",
]

PYTHON = frozenset({bool, int, float, complex})
"""Python's own numbers: they take the dtype of the array they meet."""

SCALARS = frozenset(np.dtype(c).type for c in "?bhilqBHILQefdgFDG")
"""NumPy's scalar classes: what every 0-d value is kept as, because their arithmetic is ten times an array's."""

NUMPY = SCALARS | {np.ndarray}

_WRAPPED = {"torch": "array_api_compat.torch", "dask": "array_api_compat.dask.array", "cupy": "array_api_compat.cupy"}
_WRAPPED |= {"jax": "jax.numpy", "jaxlib": "jax.numpy"}

MORE = {"jax.numpy": ("jax.scipy.special", "jax.scipy.linalg"), "array_api_compat.torch": ("torch.special",)}
"""Where a library keeps functions that the standard has no place for."""

NOT_STANDARD = {"array_api_compat.dask.array": ("linalg",)}
"""Parts of a library that do not follow the standard: Dask's linear algebra is of two axes only."""

_SPACES: dict[type, Any] = dict.fromkeys(NUMPY | PYTHON, np)


def namespace(cls: type) -> Any:
    """The Array API namespace whose functions work on values of class `cls`."""
    found = _SPACES.get(cls)
    if found is None:
        if cls in (list, tuple):  # NumPy takes them; they are no arrays yet, so they are not remembered as such
            return np
        root = cls.__module__.partition(".")[0]
        if issubclass(cls, (np.ndarray, np.generic)):
            found = _numpys(cls)
        elif root in _WRAPPED:
            found = importlib.import_module(_WRAPPED[root])
        elif root != "autograd_lite" and hasattr(sys.modules.get(root), "__array_api_version__"):
            found = sys.modules[root]
        elif hasattr(cls, "__array_namespace__"):
            found = cls.__array_namespace__(None)
        else:
            remedy = ": write .to_numpy()" if hasattr(cls, "to_numpy") else ""
            raise NoRuleError(f"{cls.__module__}.{cls.__qualname__} is not an array, a number or a Tensor{remedy}")
        _SPACES[cls] = found
    return found


def _numpys(cls: type) -> Any:
    """NumPy, for a subclass of its arrays; an error for one whose values are not all meant."""
    if issubclass(cls, np.ma.MaskedArray):
        raise TypeError(
            "a masked array is not taken, because its mask would be lost: choose a value for what is masked, as in "
            "x.filled(0.0), or leave it out, as in x.compressed(); ag.where(mask, 0.0, …) masks and has derivatives"
        )
    return np


def optional(module: str, extra: str, purpose: str) -> Any:
    """The module of an optional package, imported now. Raises MissingExtraError, naming the extra, without it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(module.partition(".")[0], extra, purpose) from error


def is_array(value: Any) -> bool:
    """Whether `value` is a number or an array of a library this package knows how to reach.

    Raises TypeError for a masked array.
    """
    cls = value.__class__
    if cls in _SPACES:
        return True
    if isinstance(value, (np.ndarray, np.generic)):
        return namespace(cls) is np
    if hasattr(cls, "__array_namespace__"):
        return True
    return cls.__module__.partition(".")[0] in _WRAPPED and hasattr(value, "shape") and hasattr(value, "dtype")


def as_value(data: Any, dtype: Any = None, *, copy: bool | None = None) -> Any:
    """`data` as an array of its own library (NumPy for numbers and nested lists); 0-d NumPy arrays as scalars."""
    space = namespace(data.__class__) if is_array(data) else np
    if space is not np:
        return space.asarray(data, dtype=dtype_for(data, dtype), copy=copy)
    array = np.array(data, dtype=dtype, copy=copy)
    if array.dtype.kind not in "biufc":
        remedy = "; write .astype(float) if it holds numbers" if array.dtype.hasobject else ""
        raise TypeError(f"a Tensor holds numbers; {type(data).__name__} gives dtype {array.dtype}{remedy}")
    return array if array.ndim else array[()]


def as_array(x: Any) -> Any:
    """`x` if it is an array or a Tensor, else (a Python number, a nested list) as a NumPy array.

    Raises TypeError for anything else, and for a masked array.
    """
    if not hasattr(x, "ndim"):
        return as_value(x)
    is_array(x)  # an error for a masked one
    return x


def deciding(values: Sequence[Any]) -> Any:
    """Whose library computes: the first of another library's arrays decides; without any, NumPy does.

    A list says that something is to be made an array first (see `kernels`).
    """
    found = None
    for x in values:
        if x.__class__ not in PYTHON:
            listed = x.__class__ in (list, tuple)
            if not listed and x.__class__ not in NUMPY:
                return x
            found = x if listed or found is None else found
    return values[0] if found is None else found


def copied(value: Any) -> Any:
    """A copy of `value` that shares no memory with it."""
    return value if value.__class__ in SCALARS else as_value(value, copy=True)


def dtype_name(value: Any) -> str:
    """The name of an array's dtype in the Array API's words: ``"float32"``, whatever its library calls it."""
    return str(value.dtype).rpartition(".")[2]


def dtype_for(like: Any, dtype: Any) -> Any:
    """`dtype`, where it is NumPy's or one of Python's, as the library of the array `like` has it."""
    if like.__class__ in NUMPY or like.__class__ in PYTHON or not isinstance(dtype, (np.dtype, str, type)):
        return dtype
    return getattr(namespace(like.__class__), np.dtype(dtype).name)


def kind(value: Any) -> str:
    """The kind letter of a value's dtype, as NumPy has it; of other libraries' dtypes, what their name says."""
    dtype = getattr(value, "dtype", None)
    if dtype is None:
        return np.dtype(type(value)).kind
    if isinstance(dtype, np.dtype):
        return dtype.kind
    name = dtype_name(value)
    return next(
        (k for word, k in [("complex", "c"), ("float", "f"), ("bool", "b"), ("uint", "u")] if word in name), "i"
    )


def real_dtype(value: Any) -> np.dtype[Any]:
    """NumPy's dtype for the real numbers that an array of any library holds, or has as parts."""
    return np.empty(0, dtype_name(value)).real.dtype


def is_complex(value: Any) -> bool:
    """Whether a number, an array or a Tensor has a complex dtype."""
    return kind(value) == "c"


def is_inexact(value: Any) -> bool:
    """Whether it has a real or complex floating-point dtype, the kind that has derivatives."""
    return kind(value) in "fc"


# -- other libraries --------------------------------------------------------------------------------------------------


def own(data: Any, like: Any, dtype: Any = None) -> Any:
    """A number or a NumPy array, or a tuple of them, in the library of `like`, and on its device."""
    if isinstance(data, tuple):
        return tuple([own(x, like, dtype) for x in data])
    space = namespace(like.__class__)
    array = data if data.__class__ in PYTHON else np.require(data, requirements=["C", "W"]).reshape(np.shape(data))
    if space.__name__ == "jax.numpy":  # puts an array where what it meets is
        return space.asarray(array, dtype=dtype)
    return space.asarray(array, dtype=dtype, device=getattr(like, "device", None))


def on_host(value: Any) -> Any:
    """An array of any library as NumPy's: a copy where it lies elsewhere, computed where it was lazy."""
    if hasattr(value, "resolve_conj"):  # PyTorch's, which may be marked as conjugated, or lie on a device
        return value.numpy(force=True)[()]
    try:
        return np.asarray(value)[()]
    except (TypeError, RuntimeError) as error:
        if is_traced(error) or not hasattr(value, "__dlpack__"):
            raise
        return np.from_dlpack(value, device="cpu")[()]  # the standard's way off a device


def decided(condition: Any, otherwise: bool) -> bool:
    """A truth value; `otherwise` where the library only traces the computation, and cannot say yet.

    Where `replay` traces, it is the example's, and every run asks again.
    """
    try:
        return bool(condition)
    except TypeError as error:
        if not is_traced(error):
            raise
        asked = getattr(getattr(condition, "value", condition), "asked", None)
        return otherwise if asked is None else bool(asked(bool, None))


def asked(value: Any, question: Callable[[Any], bool]) -> bool:
    """The answer to a question about the entries of an array; where `replay` traces, every run asks again."""
    ask = getattr(value, "asked", None)
    return bool(question(value) if ask is None else ask(question, None))


def is_traced(error: Exception) -> bool:
    """Whether this is JAX's complaint that what it traces has no value yet."""
    return "Tracer" in type(error).__name__


def typed(number: Any, like: Any) -> Any:
    """A Python number in the dtype of the array it meets, where Python would answer in NumPy's place.

    ``1 / 0.0`` is an error in Python and inf in NumPy, and Python takes ``1j * np.float64(2)`` to itself.
    """
    if like.__class__ in NUMPY:
        if number.__class__ is complex:
            return np.result_type(like.dtype, np.complex64).type(number)
        return like.dtype.type(number) if like.dtype.kind in "fc" else number
    if like.__class__ in PYTHON or not hasattr(like, "dtype"):
        return number
    return own(number, like, like.dtype) if is_inexact(like) and number.__class__ is not complex else number


def array_like(data: Any, like: Any) -> Any:
    """`data` as an array of the library and dtype of `like`."""
    if like.__class__ not in NUMPY:
        return own(data, like, like.dtype)
    return np.asarray(data, dtype=like.dtype)


def has_nan(value: Any) -> bool:
    """Whether any entry of `value` is NaN: one dot product, which is faster than ``isnan(value).any()``."""
    if value.__class__ is np.ndarray:
        square = np.vdot(value, value) if value.dtype.kind in "fc" else 0.0
        return bool(square != square)
    if value.__class__ in SCALARS or not hasattr(value, "dtype"):
        return bool(value != value)
    if (asked := getattr(value, "asked", None)) is not None:
        return bool(asked(has_nan, True))
    return decided(namespace(value.__class__).any(value != value), otherwise=True)


def has_zero(value: Any, spares: bool = True) -> bool:
    """Whether any entry of `value` is exactly 0; where a library only traces, True.

    `spares` says that this answer is as good and only costs work: then a replay does not ask in every run.
    """
    if value.__class__ is np.ndarray:
        return not value.all()
    if value.__class__ in SCALARS or value.__class__ in PYTHON:
        return not value
    if (asked := getattr(value, "asked", None)) is not None:
        return bool(asked(has_zero, True if spares else None))
    return decided(namespace(value.__class__).any(value == 0), otherwise=True)


def all_finite(value: Any) -> bool:
    """Whether every entry of `value` is finite."""
    if not is_inexact(value):
        return True
    if value.__class__ not in NUMPY and (asked := getattr(value, "asked", None)) is not None:
        return bool(asked(all_finite, False))
    space = namespace(value.__class__)
    return decided(space.all(space.isfinite(value)), otherwise=False)


def locked(value: Any) -> Any:
    """Make a NumPy array read-only, in place; anything else is left alone."""
    if value.__class__ is np.ndarray:
        value.flags.writeable = False
    return value
