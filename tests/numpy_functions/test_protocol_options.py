"""Options of NumPy's functions on Tensors: dtype=, out=, where=, axes, starts; writes; and what would lose a tape."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.tensor import raw
from autograd_lite.errors import NoRuleError, TrackedError
from tests.numpy_functions.test_protocol_census import leaves
from tests.support.numpy_samples import MASK, A, B, written

UFUNC_OPTIONS = {
    "dtype": lambda x, y: np.add(x, y, dtype=np.float32),
    "dtype by name": lambda x, y: np.multiply(x, y, dtype="float32"),
    "signature": lambda x, y: np.add(x, y, signature="FF->F", casting="unsafe"),
    "casting": lambda x, y: np.add(x, y, casting="safe", order="F", subok=False),
    "in another dtype": lambda x, y: written(x, lambda t: np.multiply(x, y, out=t, dtype=complex, casting="unsafe")),
    "into a row": lambda x, y: written(x, lambda t: np.add(x[0], y[0], out=t)),
    "into a part": lambda x, y: written(x, lambda t: np.add(t[0], y[0], out=t[1])),
    "into an argument": lambda x, y: written(x, lambda t: np.exp(t, out=t)),
    "where it is defined": lambda x, y: written(y, lambda t: np.sqrt(x - 0.5, out=t, where=np.real(raw(x)) > 0.5)),
    "axis": lambda x, y: np.vecdot(x, y, axis=0, keepdims=True),
    "axes": lambda x, y: np.matmul(x, y, axes=[(0, 1), (1, 0), (1, 0)]),
    "reduce where": lambda x, y: np.add.reduce(x, axis=None, where=MASK, dtype=np.float64),
    "reduce where initial": lambda x, y: np.maximum.reduce(x - 2, axis=1, where=MASK, initial=-5.0),
    "reduce out": lambda x, y: written(x[0], lambda t: np.multiply.reduce(y, out=t)),
    "reduce nothing": lambda x, y: np.maximum.reduce(x[:0], initial=y[0, 0]),
    "accumulate out": lambda x, y: written(x, lambda t: np.subtract.accumulate(y, out=t)),
    "accumulate dtype": lambda x, y: np.add.accumulate(x, dtype=np.float32),
    "reduceat dtype": lambda x, y: np.add.reduceat(x, [0, 1], dtype=np.float32, axis=1),
    "outer out": lambda x, y: written(x[:, :, None] + y[0, :2], lambda t: np.multiply.outer(x, y[0, :2], out=t)),
    "at once": lambda x, y: written(x, lambda t: np.negative.at(t, [0, 2, 2])),
    "at many": lambda x, y: written(x, lambda t: np.add.at(t, (slice(None), [0, 0, 1]), y[:, :3])),
    "subtract at": lambda x, y: written(x, lambda t: np.subtract.at(t, 1, y[0])),
    "at a mask": lambda x, y: written(x, lambda t: np.multiply.at(t, MASK, y[0, 0])),
    "at nothing": lambda x, y: written(x, lambda t: np.multiply.at(t, [], y[0])),
}

FUNCTION_OPTIONS = {
    "sum": lambda x: np.sum(x, 0, np.float32, None, True, initial=2.0, where=MASK),
    "prod": lambda x: np.prod(x, axis=(0, 1), where=MASK, initial=3.0),
    "max": lambda x: np.max(x, axis=1, where=MASK, initial=0.3, keepdims=True),
    "min": lambda x: np.min(x, where=MASK, initial=0.8),
    "mean": lambda x: np.mean(x, 1, where=MASK, keepdims=True),
    "mean dtype": lambda x: np.mean(x, 0, np.float32),
    "var": lambda x: np.var(x, 0, where=B > 0.3, ddof=0.5),
    "var of a mean": lambda x: np.var(x, axis=1, mean=np.mean(x, axis=1, keepdims=True), correction=1),
    "std": lambda x: np.std(x, where=MASK, keepdims=True),
    "std of a mean": lambda x: np.std(x, axis=0, mean=0.3, dtype=np.float64),
    "nansum": lambda x: np.nansum(holed(x), 1, where=MASK, initial=1.0),
    "nanmax": lambda x: np.nanmax(holed(x), 1, where=MASK, initial=0.25),
    "nanmean": lambda x: np.nanmean(holed(x), 0, where=B > 0.3),
    "nanvar": lambda x: np.nanvar(holed(x), where=MASK),
    "average": lambda x: np.average(x, 1, x[0], returned=True),
    "sum out": lambda x: written(x[0], lambda t: np.sum(x, axis=0, out=t)),
    "cumsum out": lambda x: written(x, lambda t: np.cumsum(x, 1, out=t)),
    "cumsum in single": lambda x: x.cumsum(1, np.float32),
    "cumprod dtype": lambda x: x.cumprod(dtype=float),
    "clip out": lambda x: written(x, lambda t: np.clip(x, 0.3, 0.6, out=t)),
    "concatenate out": lambda x: written(x, lambda t: np.concatenate([x[:2], x[1:2]], out=t)),
    "mean of complex numbers": lambda x: np.var(x + 1j * x**2, where=MASK),
    "density": lambda x: np.histogram(x, bins=3, density=True),
    "density in place": lambda x: np.histogram(x, bins=[0.2, 0.5, 0.9], weights=x, density=True),
    "bins of their own": lambda x: np.histogram(B, bins=x[0, :2].cumsum())[1],
    "take": lambda x: np.take(x, [7, -1], mode="clip"),
    "unique rows": lambda x: np.unique(np.concatenate([x, x]), axis=0, return_inverse=True)[0],
    "trim an axis": lambda x: np.trim_zeros(np.append(x[0], 0.0), "b"),
    "step": lambda x: np.linspace(x[0], 2.0, 4, endpoint=False, retstep=True, axis=1),
    "logspace base": lambda x: np.logspace(x[0], 2.0, 3, base=x[1]),
    "geomspace down": lambda x: np.geomspace(-x[0], -x[1] - 3, 4, endpoint=False),
    "unwrap": lambda x: np.unwrap(5 * x, period=2.0),
    "piecewise": lambda x: np.piecewise(x, [A > 0.7, A < 0.4], [np.square, lambda v: 2 * v, 0.5]),
    "apply a scalar function": lambda x: np.apply_along_axis(np.sum, 1, x),
    "einsum": lambda x: np.einsum(x, [0, 1], x, [0, 1]),
    "einsum of axes": lambda x: np.einsum(x, [..., 1], x, [..., 1], [...]),
    "bins of two columns": lambda x: np.histogram2d(x[0], x[1], bins=x[2, :3].cumsum())[1],
    "bins around equal entries": lambda x: x * np.histogram(np.zeros_like(x), 3)[1],
    "reshape as it lies": lambda x: np.reshape(np.reshape(x, (4, 3), order="A"), -1, order="F"),
    "ravel as it lies": lambda x: np.ravel(x, order="K"),
    "open mesh": lambda x: x[0, :3] * np.ix_(x[0], np.array([True, True, True]))[1],
    "meshgrid": lambda x: np.meshgrid(x[0], x[1], indexing="ij"),
    "depth": lambda x: np.dstack([x[..., None], x[..., None]]),
    "sort flat": lambda x: np.sort(x, axis=None),
    "partition flat": lambda x: np.sort(np.partition(x, 3, axis=None)[:3]),
    "trim all": lambda x: np.trim_zeros(np.concatenate([x[0] * 0, x[1]]), "fb"),
    "tensorsolve axes": lambda x: np.linalg.tensorsolve(square(x).reshape(3, 1, 3), x[:1, :3], axes=(0,)),
    "a triangle": lambda x: np.linalg.eigvalsh(square(x), "U"),
    "division without remainder": lambda x: np.polydiv(np.convolve(x[0, :2], x[1]), x[0, :2])[1] * x[0, 0],
    "short division": lambda x: np.polydiv(x[0, :2], x[1])[1],
    "apply to a table": lambda x: np.apply_along_axis(lambda v: v[:2, None] * v[None], 1, x),
    "apply over each": lambda x: np.apply_over_axes(lambda y, axis: np.max(y, axis=axis, keepdims=True), x, 1),
    "average keepdims": lambda x: np.average(x, weights=x**2, keepdims=True),
    "sums of a count": lambda x: np.bincount([0, 2], minlength=4) * x,
    "array": lambda x: np.array([[x[0, 0], 1.0], [2.0, x[0, 1]]], like=x, ndmin=3, dtype=np.float32),
}


def square(x):
    """A regular matrix."""
    return x[:, :3] + 2 * np.eye(3)


def holed(x):
    """`x` with NaNs in some places."""
    return np.where(A > 0.7, np.nan, x)


@pytest.mark.parametrize("name", UFUNC_OPTIONS)
def test_options_of_ufuncs(name):
    f = UFUNC_OPTIONS[name]
    args = (A + 0j, B) if name in ("signature", "in another dtype") else (A, B)
    differentiable_as_it_is(f, args)


@pytest.mark.parametrize("name", FUNCTION_OPTIONS)
def test_options_of_functions(name):
    differentiable_as_it_is(FUNCTION_OPTIONS[name], (A,))


def differentiable_as_it_is(f, args):
    """As `differentiable`, in the precision that was asked for, and with NumPy's numbers where it makes single ones."""
    got, expected = leaves(f(*map(ag.Var, args))), leaves(f(*args))
    single = any(np.asarray(e).dtype in (np.float32, np.complex64) for e in expected)
    for y, e in zip(got, expected, strict=True):
        assert (y.shape, y.dtype) == (np.shape(e), np.asarray(e).dtype)
        np.testing.assert_allclose(y.value, e, rtol=1e-6 if single else 1e-12, atol=1e-13)  # a few roundings
    tolerance = {"rtol": 1e-4, "atol": 1e-4, "step": 0.05} if single else {}  # eps**(1/2) of single precision is 3e-4
    order = 1 if single else 2
    ag.check_grads(
        lambda *a: [y for y in leaves(f(*a)) if y.dtype.kind in "fc"], args, order=order, entries=6, **tolerance
    )


# -- what would lose a tape -------------------------------------------------------------------------------------------


def test_an_array_is_not_written_to_with_what_is_tracked():
    x, a = ag.Var(A), np.zeros((3, 4))
    for f in (
        lambda: np.add(x, 1.0, out=a),
        lambda: np.add.reduce(x, out=a[0]),
        lambda: np.add.accumulate(x, out=a),
        lambda: np.add.at(a, [0, 1], x[:2]),
        lambda: np.sum(x, axis=0, out=a[0]),
        lambda: np.concatenate([x[:2], x[2:]], out=a),
        lambda: np.copyto(a, x),
        lambda: np.put(a, [0], x[0, 0]),
        lambda: np.modf(x, out=(a, a)),
        lambda: a.__iadd__(x),
    ):
        with pytest.raises(TrackedError, match=r"^np\.\w+.*Tensor\(array\)"):
            f()
        assert not a.any()


def test_constants_are_written_to_arrays_and_arrays_to_tensors():
    t, a = ag.Tensor(A), np.zeros((3, 4))
    assert np.add(t, 1.0, out=a) is a
    np.testing.assert_array_equal(a, A + 1)
    a += t
    np.testing.assert_array_equal(a, (A + 1) + A)
    np.add.at(a, ag.Tensor([0]), 1.0)
    np.copyto(a, t)
    np.testing.assert_array_equal(a, A)
    np.copyto(ag.Tensor(A), 1.0)
    np.put(t, [], [])
    whole = ag.Tensor([1, 2])
    np.put(whole, [0], 7.9)
    assert whole.tolist() == [7, 2]
    counts = ag.Tensor([1, 2, 3])
    np.add.at(counts, [0, 0], 5)
    assert np.add(counts, 1, out=counts) is counts
    assert counts.tolist() == [12, 3, 4]
    x = ag.Var(A)
    np.copyto(x, B)
    assert x.requires_grad
    np.testing.assert_array_equal(x.value, B)


def test_a_write_does_not_reach_earlier_readers_or_the_array_that_was_read():
    x, source = ag.Var(A), ag.Tensor(B)
    y = x * 1.0
    before = y * 2
    np.copyto(y, source)
    np.put(y, [0], 7.0)
    mine, theirs = A.copy(), B.copy()
    t = ag.asarray(mine)
    np.copyto(y, ag.asarray(theirs))
    np.add(t, 1.0, out=t)
    np.add.at(t, [0], 1.0)
    theirs[:] = 0
    np.testing.assert_array_equal(mine, A)
    np.testing.assert_array_equal(y.value, B)
    np.put(y, [0], 7.0)
    np.testing.assert_array_equal(before.value, 2 * A)
    np.testing.assert_array_equal(source.value, B)
    assert y[0, 0].item() == 7


@pytest.mark.parametrize(
    ("f", "kind", "message"),
    [
        (lambda x: np.sqrt(x, where=MASK), NoRuleError, r"np\.sqrt.*out="),
        (lambda x: np.add(x, x, out=ag.Tensor(np.zeros((3, 4), int))), TypeError, r"np\.add.*float64.*int64"),
        (lambda x: np.add(x, x, out=ag.Tensor(np.zeros((3, 4), int)), where=MASK), TypeError, "float64"),
        (lambda x: np.add(x, x, out=ag.Tensor(np.zeros(4))), ValueError, r"np\.add.*\(3, 4\).*\(4,\)"),
        (lambda x: np.maximum.reduce(x, where=MASK), ValueError, "initial="),
        (lambda x: np.max(x[:0], axis=0), ValueError, "zero-size"),
        (lambda x: np.subtract.reduce(x, axis=(0, 1)), ValueError, "one after the other"),
        (lambda x: np.subtract.reduce(x, where=MASK, initial=0.0), NoRuleError, "index"),
        (lambda x: np.add.reduceat(x, [3]), IndexError, "reduceat"),
        (lambda x: np.power.accumulate(x, axis=2), np.exceptions.AxisError, "accumulate"),
        (lambda x: np.quantile(x, 0.5, weights=A), ValueError, "quantile: weights= are for method='inverted_cdf'"),
        (lambda x: np.poly(x), ValueError, "vector"),
        (lambda x: np.put(x, [0], 1j), TypeError, r"np\.put.*complex128"),
        (lambda x: np.place(x.astype(np.float32), MASK, x), TypeError, r"np\.place.*float64.*float32.*safe"),
        (lambda x: np.geomspace(0.0, x), ValueError, "no 0"),
        (lambda x: np.piecewise(x, [MASK], [1, 2, 3]), ValueError, "one more"),
        (lambda x: np.frompyfunc(abs, 1, 1)(x), NoRuleError, "ag.elementwise"),
        (lambda x: np.multiply(x, x, dtype=np.float32, casting="safe"), TypeError, "safe"),
        (lambda x: np.equal(x, x, out=x, where=MASK), NoRuleError, "np.where"),
    ],
)
def test_errors_of_the_protocols(f, kind, message):
    x = ag.Var(A)
    with pytest.raises(kind, match=message):
        f(x)
    np.testing.assert_array_equal(x.value, A)
