"""What is cast to integers or truth values does not move, it jumps: NumPy's values, and a derivative of 0, whatever
casts.

The walk is over everything that has a `dtype`: the operations, this package's functions, NumPy's functions and the
methods of its ufuncs; and over every way to write into a Tensor of integers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.op import OPS
from autograd_lite.numpy_functions.equivalents import FUNCTIONS

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

X = np.array([[2.7, 3.6], [1.2, 5.9]])
DTYPES = (int, np.int8, bool)

Function = Callable[..., Any]


def still(f: Function, x: Any = X, want: Any = None) -> None:
    """The derivative of `f` is 0 in both modes and in a replay, and its value is that of `want`, by default its own of
    arrays."""
    try:
        expected = (want or f)(x)
    except TypeError:  # NumPy does not cast there
        with pytest.raises(TypeError):
            f(ag.Var(x))
        return
    for asked in (f, ag.replay(f)):
        value, gradient = ag.value_and_grad(lambda x, asked=asked: ag.sum(asked(x) * 1.0))(x)
        np.testing.assert_array_equal(value, np.sum(expected * 1.0))
        assert not np.any(gradient)
    out, tangent = ag.jvp(f, (x,), (np.ones_like(x),))
    np.testing.assert_array_equal(out, expected)
    assert np.asarray(out).dtype == np.asarray(expected).dtype
    assert not np.any(tangent)


# -- dtype= -----------------------------------------------------------------------------------------------------------

MADE = {
    "arange",
    "asarray",
    "empty",
    "empty_like",
    "eye",
    "fftfreq",
    "full",
    "full_like",
    "linspace",
    "ones",
    "rfftfreq",
}
MADE |= {"ones_like", "zeros", "zeros_like", "identity", "tri", "isdtype", "frombuffer", "fromfile", "fromfunction"}
MADE |= {"fromiter", "fromstring", "genfromtxt", "loadtxt"}
"""Of shapes and numbers: what `dtype` says there, the numbers have from the start."""

MINE: dict[str, Function] = {
    "astype": lambda x, dtype: ag.astype(x, dtype),
    **{
        name: lambda x, dtype, name=name: getattr(ag, name)(x, axis=0, dtype=dtype)
        for name in ("sum", "prod", "cumulative_sum", "cumulative_prod")
    },
}
NUMPYS: dict[str, Function] = {
    **{name: lambda x, dtype, name=name: getattr(np, name)(x, axis=0, dtype=dtype) for name in ("sum", "prod", "mean", "nansum", "nanprod", "nanmean", "cumsum", "cumprod", "nancumsum", "nancumprod", "cumulative_sum", "cumulative_prod")},
    **{name: lambda x, dtype, name=name: getattr(np, name)(x, 0, dtype) for name in ("var", "std", "nanvar", "nanstd")},
    **{name: lambda x, dtype, name=name: getattr(np, name)([x, x], dtype=dtype, casting="unsafe") for name in ("concatenate", "stack", "vstack", "hstack")},
    **{name: lambda x, dtype, name=name: getattr(np, name)(x, dtype=dtype) for name in ("trace", "linalg.trace")},
    "astype": lambda x, dtype: np.astype(x, dtype),
    **{name: lambda x, dtype, name=name: getattr(np, name)(x, dtype=dtype, like=x) for name in ("array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "require")},
    "einsum": lambda x, dtype: np.einsum("ij->i", x, dtype=dtype, casting="unsafe"),
    "full": lambda x, dtype: np.full(2, x[0, 0], dtype, like=x),
    **{name: lambda x, dtype, name=name: getattr(np, name)(x[0, 0], x[1, 1], 3, dtype=dtype) for name in ("linspace", "logspace", "geomspace")},
    "cov": lambda x, dtype: np.cov(x, dtype=dtype),
    "corrcoef": lambda x, dtype: np.corrcoef(x, dtype=dtype),
}  # fmt: skip


def _has_dtype(function: Any) -> bool:
    try:
        return "dtype" in inspect.signature(function).parameters
    except (ValueError, TypeError):  # written in C, its signature hidden
        return "dtype=" in (function.__doc__ or "").partition("\n")[0]


def test_every_dtype_is_walked() -> None:
    operations = {name for name, op in OPS.items() if "dtype" in op.options and op.kind != "plain"}
    assert operations == {"astype", "sum", "prod"}
    public = {name for name in ag.__all__ if _has_dtype(getattr(ag, name))}
    assert public - MADE - {"Tensor"} <= MINE.keys() | {"trace"}, public - MADE - MINE.keys()
    mine = {f"{f.__module__}.{f.__name__}".removeprefix("numpy.") for f in FUNCTIONS if _has_dtype(f)}
    assert mine - MADE <= NUMPYS.keys(), mine - MADE - NUMPYS.keys()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", MINE)
def test_dtype_of_this_packages_functions(name: str, dtype: Any) -> None:
    still(lambda x: MINE[name](x, dtype), want=lambda x: NUMPYS[name](x, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", sorted(NUMPYS.keys() - {"linalg.trace"}))
def test_dtype_of_numpys_functions(name: str, dtype: Any) -> None:
    still(lambda x: NUMPYS[name](x, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("trace", [ag.trace, ag.linalg.trace, np.linalg.trace])
def test_dtype_of_a_trace(trace: Function, dtype: Any) -> None:
    still(lambda x: trace(x, dtype=dtype), want=lambda x: np.trace(x, dtype=dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["sum", "prod", "mean", "cumsum", "cumprod", "trace", "var", "std"])
def test_dtype_of_methods(name: str, dtype: Any) -> None:
    still(lambda x: getattr(x, name)(dtype=dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.maximum, np.subtract])
def test_dtype_of_ufuncs(ufunc: np.ufunc, dtype: Any) -> None:
    still(lambda x: ufunc.reduce(x, axis=1, dtype=dtype))
    still(lambda x: ufunc.accumulate(x, axis=1, dtype=dtype))
    still(lambda x: ufunc.reduceat(x, [0, 1], axis=1, dtype=dtype))
    still(lambda x: ufunc(x, x, dtype=dtype, casting="unsafe"))
    still(lambda x: ufunc.outer(x, x, dtype=dtype, casting="unsafe"))


# -- writes -----------------------------------------------------------------------------------------------------------

V = np.array([2.7, 1.2, -3.9])


def _flat(out: Any, x: Any) -> None:
    out.flat[1] = x[0]


def _assigned(index: Any) -> Function:
    def write(out: Any, x: Any) -> None:
        out[index] = x[: np.size(np.arange(4)[index])]

    return write


def _number(out: Any, x: Any) -> None:
    out[1] = x[0]


def _through(view: Function) -> Function:
    def write(out: Any, x: Any) -> None:
        view(out)[...] = x[0]

    return write


def _with_out(out: Any, x: Any) -> None:
    np.add(x[0], x[1], out=out, casting="unsafe")


WRITES: dict[str, Function] = {
    "number": _number,
    "slice": _assigned(slice(1, 3)),
    "mask": _assigned(np.array([True, False, True, True])),
    "indices": _assigned(np.array([2, 0])),
    "fill": lambda out, x: out.fill(x[0]),
    "flat": _flat,
    "put": lambda out, x: np.put(out, [0, 2], x[:2]),
    "method put": lambda out, x: out.put([0, 2], x[:2]),
    "put_along_axis": lambda out, x: np.put_along_axis(out, np.array([1]), x[:1], axis=0),
    "fill_diagonal": lambda out, x: np.fill_diagonal(out.reshape(2, 2), x[0]),
    "copyto": lambda out, x: np.copyto(out[1:], x, casting="unsafe"),
    "copyto where": lambda out, x: np.copyto(out, x[0], casting="unsafe", where=np.array([True, False, True, False])),
    "out=": _with_out,
    "view": _through(lambda out: out[1:]),
    "view of a view": _through(lambda out: out.reshape(2, 2).T[0]),
}
TARGETS: dict[str, Function] = {
    "arange": lambda x: ag.arange(4) if isinstance(x, ag.Tensor) else np.arange(4),
    "like": lambda x: np.array([1, 2, 3, 4], like=x),
    "bool": lambda x: ag.zeros(4, dtype=bool) if isinstance(x, ag.Tensor) else np.zeros(4, bool),
    "zeros_like": lambda x: np.zeros_like(x[np.array([0, 0, 0, 0])], dtype=np.int8),
    "astype": lambda x: x[np.array([0, 1, 2, 0])].astype(int),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("write", WRITES)
def test_writes(write: str, target: str) -> None:
    def f(x: Any) -> Any:
        out = TARGETS[target](x)
        WRITES[write](out, x)
        return out + 0

    def numpys(x: Any) -> Any:
        out = np.array(TARGETS[target](x))
        WRITES[write](out, x)
        return out + 0

    expected = numpys(V)
    value, gradient = ag.value_and_grad(lambda x: np.sum(f(x) * 1.0))(V)
    assert value == np.sum(expected * 1.0)
    assert not np.any(gradient)
    out, tangent = ag.jvp(f, (V,), (np.ones(3),))
    np.testing.assert_array_equal(out, expected)
    assert not np.any(tangent)
