"""NumPy's functions given arrays of another kind than their sample: what NumPy refuses is refused, else its result has
NumPy's shape, dtype and values."""

import numpy as np
import pytest

import autograd_lite as ag
from tests.numpy_functions.test_protocol_census import leaves
from tests.support.numpy_samples import ALL_UFUNCS, DIFFERENTIABLE, UFUNCS, A

# ruff: noqa: E501  # an aligned table reads better than a wrapped one
CALLS = DIFFERENTIABLE | {f"ufunc {u}": (ALL_UFUNCS[u], *args) for u, args in UFUNCS.items() if u in ALL_UFUNCS}

KINDS = {
    "integers": lambda a: np.round(a.real * 5).astype(int),
    "truth values": lambda a: a.real > 0.5,
    "single precision": lambda a: a.astype(np.complex64 if a.dtype.kind == "c" else np.float32),
    "complex": lambda a: a + 0.25j,
    "complex, imaginary part 0": lambda a: a + 0j,
    "an axis more": lambda a: np.stack([a, a + 0.1]),
    "three axes": lambda a: np.stack([np.atleast_2d(a), np.atleast_2d(a) + 0.1]),
    "numbers": lambda a: a.ravel()[0],
    "vectors": lambda a: a.ravel(),
    "empty": lambda a: a[:0] if a.ndim else a,
}

BY_DESIGN = {
    ("unique_values", None): "NumPy's order is that of a hash table, here that of the numbers",
    ("polydiv", "single precision"): "NumPy keeps rounding errors in front of the remainder",
    ("angle", "truth values"): "half precision, as of every ufunc",
    ("quantile", "truth values"): "an error, in NumPy whether there is one hangs on the dtype of q",
    **{(f, "numbers"): "like= is no Tensor there" for f in ("full", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "require")},
}  # fmt: skip
"""What differs from NumPy on purpose, of a kind or of all, and why."""


def _answer(f, args):
    with np.errstate(all="ignore"):
        try:
            return [np.asarray(getattr(y, "value", y)) for y in leaves(f(*args))]
        except Exception as error:
            return error


@pytest.mark.filterwarnings("ignore")  # of divisions by 0, and of what other kinds make of a sample
@pytest.mark.parametrize("name", CALLS)
def test_other_kinds_of_arrays(name):
    f, *sample = CALLS[name]
    for kind, of_kind in KINDS.items():
        args = [of_kind(np.asarray(a)) for a in sample]
        expected = _answer(f, args)
        for tracked in (False, True)[: 1 + all(a.dtype.kind in "fc" for a in args)]:
            got = _answer(f, [ag.Tensor(a, requires_grad=tracked) * 1 if tracked else ag.Tensor(a) for a in args])
            if (name, kind) not in BY_DESIGN and (name, None) not in BY_DESIGN:
                _assert_numpys(got, expected, kind)


def _assert_numpys(got, expected, kind):
    if isinstance(expected, Exception):
        assert isinstance(got, Exception), f"{kind}: accepted, in NumPy {expected!r}"
        return
    assert not isinstance(got, Exception), f"{kind}: {got!r}"
    assert [(y.shape, y.dtype) for y in got] == [(e.shape, e.dtype) for e in expected], kind
    for y, e in zip(got, expected, strict=True):
        if e.dtype.kind not in "fc":
            np.testing.assert_array_equal(y, e, err_msg=kind)
        else:
            tol = 200 * np.finfo(e.dtype).eps  # rounding, of matrices too
            size = np.max(np.abs(e), initial=0.0, where=np.isfinite(e))
            np.testing.assert_allclose(y, e, rtol=tol, atol=tol * size, err_msg=kind)


CALLS_BESIDE = {
    "quantiles of single precision": lambda x: np.quantile(x.astype(np.float32), [0.3]),
    "interpolation in single precision": lambda x: np.interp(x[0].astype(np.float32), x[1], x[2]),
    "rounding before the point": lambda x: np.round(x * 1000, -1),
    "integers before the point": lambda x: np.round((x * 1000).astype(int), -1),
    "powers of 2, far": lambda x: np.ldexp(x * 1e-300, 1100),
    "powers of 2, farther": lambda x: np.ldexp(x * 0, 5000),
    "mantissas of the smallest numbers": lambda x: np.frexp(x * 1e-320)[0],
    "parts of infinities": lambda x: np.modf(np.where(x > 0.5, np.inf, x))[0],
}


@pytest.mark.parametrize("what", CALLS_BESIDE)
def test_the_same_numbers(what):
    f = CALLS_BESIDE[what]
    expected = f(A)
    for got in (f(ag.Tensor(A)), f(ag.Var(A))):
        assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(got.value, expected, rtol=4e-16)  # rounding of one operation


ORDERS = {
    "ravel": lambda x, order: x.ravel(order),
    "np.ravel": np.ravel,
    "flatten": lambda x, order: x.flatten(order),
    "reshape": lambda x, order: x.reshape(4, 3, order=order),
    "np.reshape": lambda x, order: np.reshape(x, (4, 3), order=order),
    "copy": lambda x, order: x.copy(order),
    "np.copy": np.copy,
}


@pytest.mark.parametrize("order", ["C", "F", "A", "K", "c", "f", "X", "CF", "", 1])
@pytest.mark.parametrize("what", ORDERS)
def test_orders_of_memory(what, order):
    expected, got = (_answer(ORDERS[what], (x, order)) for x in (A, ag.Tensor(A)))
    if isinstance(expected, Exception):
        assert isinstance(got, Exception)
    else:
        np.testing.assert_array_equal(got[0], expected[0])
