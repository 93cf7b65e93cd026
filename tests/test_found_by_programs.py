"""What random programs found (see `random_programs`), each as the kind it belongs to."""

from __future__ import annotations

import inspect
import warnings
from itertools import permutations

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.tensor import raw
from tests.numpy_functions.test_protocol_census import leaves
from tests.tools import random_calls
from tests.tools.random_programs import EXTENDED


def function_of(name):
    module, _, rest = name.rpartition(".")
    return getattr(getattr(ag, module) if module else ag, rest)


def along_an_axis():
    """The package's functions that need one array, and have an axis."""
    for module in ("", "linalg.", "fft.", "special."):
        for name in (ag if not module else getattr(ag, module[:-1])).__all__:
            f = function_of(module + name)
            if not callable(f) or isinstance(f, type):
                continue
            parameters = inspect.signature(f).parameters
            needed = [p for p in parameters.values() if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
            if "axis" in parameters and len(needed) == 1 and name not in ("concat", "stack"):  # of a list
                yield module + name


@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 2), (3,), ()], ids=str)
@pytest.mark.parametrize("name", list(along_an_axis()))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, before it sees the axis
def test_an_axis_that_is_not_there_is_an_error(name, shape, tracked):
    """Of arrays without entries too, where there is nothing to compute."""
    f, x = function_of(name), np.ones(shape)[()]
    for axis in (5, -6):
        with pytest.raises((ValueError, IndexError), match=str(axis).lstrip("-")):
            f(ag.Tensor(x, requires_grad=True) if tracked else x, axis=axis)


def real_product(x, y):
    return float(np.sum(np.real(np.conj(x) * y)))


@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (3, 4)], ids=str)
@pytest.mark.parametrize("dtype", [float, complex])
def test_pseudo_inverses_of_lower_rank(dtype, shape):
    """All derivatives are those of the pseudo-inverse of the nearest matrix of that rank, however they are nested."""
    rng = np.random.default_rng(5)

    def drawn(*shape):
        return rng.normal(size=shape) + (1j * rng.normal(size=shape) if dtype is complex else 0)

    x, weights = drawn(shape[0], 2) @ drawn(2, shape[1]), drawn(*shape[::-1])
    u, v, w = [drawn(*shape) for _ in range(3)]

    def f(x):
        return ag.sum(ag.real(ag.linalg.pinv(x, rtol=1e-9) * weights))

    def nearest(x):
        left, s, right = np.linalg.svd(x, full_matrices=False)
        inverse = (right[:2].conj().T / s[:2]) @ left[:, :2].conj().T
        return np.sum(np.real(inverse * weights))

    def pushed(f, *directions):
        for u in directions:
            f = lambda x, f=f, u=u: ag.jvp(f, (x,), (u,))[1]  # one more derivative
        return f

    h = 1e-4 * float(np.linalg.svd(x, compute_uv=False)[1])
    first = (nearest(x + h * u) - nearest(x - h * u)) / (2 * h)
    signs = [(a, b) for a in (h, -h) for b in (h, -h)]
    second = sum([np.sign(a * b) * nearest(x + a * u + b * v) for a, b in signs]) / (4 * h * h)
    # the error of central differences, h² times derivatives that grow by 1 / the least singular value
    assert np.isclose(pushed(f, u)(x), first, rtol=1e-5)
    for a, b in ((u, v), (v, u)):
        assert np.isclose(pushed(f, a, b)(x), second, rtol=1e-5)
        assert np.isclose(real_product(ag.jvp(ag.grad(f), (x,), (b,))[1], a), second, rtol=1e-5)
        assert np.isclose(real_product(ag.grad(pushed(f, a))(x), b), second, rtol=1e-5)
    third = [pushed(f, *order)(x) for order in permutations((u, v, w))]
    third += [real_product(ag.grad(pushed(f, u, v))(x), w), real_product(pushed(ag.grad(f), v, w)(x), u)]
    assert np.allclose(third, third[0], rtol=1e-9)  # rounding times the condition


def test_pseudo_inverses_of_lower_rank_in_a_replay():
    """A replay recorded at a regular matrix asks again, and so does one recorded at a singular one."""

    def second(x, u):
        return ag.jvp(ag.grad(lambda x: ag.sum(ag.linalg.pinv(x, rtol=1e-9) * u)), (x,), (u,))[1]

    regular, singular = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    u = np.array([[0.3, -1.0], [0.5, 0.7]])
    for order in ((regular, singular), (singular, regular)):
        fast = ag.replay(second)
        for x in (*order, *order):
            assert np.allclose(fast(x, u), second(x, u))


@pytest.mark.parametrize(
    "shapes", [((3,), (2, 1, 3)), ((3,), (2, 3)), ((4, 3), (2, 1, 3)), ((3,), (5, 2, 2, 3))], ids=str
)
def test_the_layer_of_a_network_takes_stacks_of_weights(shapes):
    rng = np.random.default_rng(1)
    x, w = [rng.normal(size=shape) for shape in shapes]
    b = rng.normal(size=w.shape[-2])
    ag.check_grads(ag.affine, (x, w, b), order=2)


def test_a_weight_of_one_axis_is_an_error():
    for w in (np.ones(3), ag.Tensor(np.ones(3), requires_grad=True)):
        with pytest.raises(ValueError, match="the weight two"):
            ag.affine(np.ones((2, 3)), w, np.ones(2))


NUMPYS = [name for name in random_calls.known() if name.startswith("np.")]
ELSEWHERE = {"a matrix": np.s_[:, :], "vectors": np.s_[0], "numbers": np.s_[0, 0], "nothing": np.s_[:0]}
KNOWN = {
    ("np.fft.irfft", "nothing"): "NumPy's are whatever was in memory",
    ("np.histogramdd", "nothing"): "the edges around nothing, 0 and 1, have the dtype of the sample",
}


def same(f, name, spelling, *values):
    """What `f` gives for arrays and for Tensors: in value, shape and dtype, or in that it raises."""
    try:
        expected = f(name, spelling, *values)
    except Exception as error:
        if any([known in f"{name} {error}" for known in EXTENDED]) or isinstance(error, np.exceptions.ComplexWarning):
            return
        with pytest.raises((ValueError, TypeError, IndexError, type(error))):
            f(name, spelling, *[ag.Tensor(x, requires_grad=True) for x in values])
        return
    found = f(name, spelling, *[ag.Tensor(x, requires_grad=True) for x in values])
    found = raw(found)
    assert (np.shape(found), found.dtype) == (np.shape(expected), expected.dtype)
    # single precision, in sums of another order
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NUMPYS)
def test_functions_of_numpys_in_other_precisions(name):
    """In single precision and for complex numbers too, every spelling gives NumPy's value and dtype, or raises."""
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's, of names on their way out and of infinities
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        for dtype in ("float32", "complex128"):
            if dtype == "complex128" and "histogram" in name:
                continue  # NumPy counts complex numbers by what order is left after a cast
            for spelling in random_calls.known()[name]:
                same(random_calls.called, name, spelling, *[rng.normal(size=(2, 3)).astype(dtype) for _ in range(2)])


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.parametrize("name", NUMPYS)
def test_functions_of_numpys_of_other_shapes(name, where):
    """A number, a vector, a matrix, an empty one: NumPy's value, or an error where that raises."""
    if (name, where) in KNOWN:
        return
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of means of nothing, of names on their way out
        for spelling in {"", "as few as can be"} & random_calls.known()[name].keys():
            same(random_calls.applied, name, spelling, *[rng.normal(size=(2, 3))[ELSEWHERE[where]] for _ in range(2)])


@pytest.mark.parametrize("name", [name for name in NUMPYS if name != "np.broadcast_arrays"])  # to be read-only soon
def test_results_lie_in_memory_as_numpys_do(name):
    """An array that NumPy lays out anew can be written to through its reshaped view; so can a Tensor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for f, arrays in random_calls.known()[name].values():
            try:
                expected = leaves(f(*map(np.array, arrays)))
            except (ValueError, TypeError, IndexError):
                continue
            found = leaves(f(*[ag.Tensor(x, requires_grad=True) for x in arrays]))
            for a, b in zip(found, expected, strict=True):
                if (
                    isinstance(a, ag.Tensor)
                    and isinstance(b, np.ndarray)
                    and b.flags.writeable
                    and b.flags.c_contiguous
                ):
                    assert a.value.flags.c_contiguous


def test_nan_to_num_of_complex_numbers():
    """Part by part, as NumPy."""
    z = np.array([1 + 2j, complex(np.nan, 1), complex(2, np.inf), complex(-np.inf, np.nan)])
    finite = {"posinf": 5.0, "neginf": -5.0}
    for options in ({}, finite, {"nan": 0.5, "posinf": 2.0, "neginf": -3.0}):
        assert np.array_equal(np.nan_to_num(ag.Tensor(z), **options).value, np.nan_to_num(z, **options))
    g = ag.grad(lambda z: ag.sum(ag.real(np.nan_to_num(z, **finite)) + 3 * ag.imag(np.nan_to_num(z, **finite))))(z)
    assert np.array_equal(g, [1 + 3j, 3j, 1, 0])


@pytest.mark.parametrize("f", [np.sum, np.prod, np.nansum, np.max, np.mean, np.any])
@pytest.mark.parametrize("shape", [(), (4,), (1, 4)], ids=str)
def test_a_mask_larger_than_the_array_is_an_error(f, shape):
    """It would count entries several times."""
    options = {"initial": 0.0} if f is np.max else {}
    for x in (np.ones(shape), ag.Tensor(np.ones(shape), requires_grad=True)):
        with pytest.raises(ValueError, match=r"broadcast|dimension"):
            f(x, where=np.ones((3, 4), bool), **options)


def test_dependent_columns_are_seen_beside_large_entries():
    """R has 1e-14 on its diagonal and 1e2 beside it: rounding, and no derivative."""
    x = np.array([[17.36, 74.87, 5.39], [17.36, 74.87, 5.39 + 1e-14]])
    for f in (ag.grad(lambda x: ag.sum(np.linalg.qr(x)[1])), lambda x: ag.jvp(np.linalg.qr, (x,), (np.ones((2, 3)),))):
        with pytest.raises(ag.errors.DegenerateError, match="qr"):
            f(x)


def test_what_numpy_refuses_of_sizes():
    def refused(f, *args):
        for make in (np.array, lambda x: ag.Tensor(x, requires_grad=True)):
            with pytest.raises(ValueError, match=r"."):
                f(make(args[0]), *args[1:])

    refused(np.place, np.ones(4), np.ones(3, bool), np.ones(2))
    refused(np.polyadd, np.ones((2, 2)), np.ones((3, 2)))
    refused(np.polynomial.polynomial.polyval2d, np.ones(2), np.ones(3), np.ones((2, 2)))


@pytest.mark.parametrize("trim", ["f", "b", "fb"])
def test_of_zeros_nothing_stays(trim):
    assert np.trim_zeros(ag.Var(np.zeros(3)), trim).shape == np.trim_zeros(np.zeros(3), trim).shape == (0,)


@pytest.mark.parametrize("p", [[0.0, 1.0, 3.0], [0.0, 0.0], [2.0], []], ids=str)
def test_products_of_polynomials_begin_where_they_do(p):
    q = np.array([0.0, 2.0, 1.0])
    for a, b in ((np.array(p), q), (q, np.array(p))):
        expected = np.polymul(a, b)
        found = np.polymul(ag.Tensor(a, requires_grad=True), b).value
        assert np.array_equal(found, expected)  # False for another shape


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's of an empty mean
def test_the_median_of_nothing_is_nan():
    for f in (np.median, np.nanmedian):
        assert np.isnan(f(ag.Var(np.zeros(0))).value)
        assert np.array_equal(f(ag.Var(np.zeros((2, 0))), axis=1).value, [np.nan, np.nan], equal_nan=True)


def test_columns_in_one_piece():
    """A reshaped one is a copy then, and not a view."""
    for f in (np.asfortranarray, np.ascontiguousarray):
        expected, found = f(np.ones((2, 3))), f(ag.Var(np.ones((2, 3))), like=ag.Var(1.0))
        assert found.value.flags.c_contiguous == expected.flags.c_contiguous
        for x in (expected, found):
            x.reshape(-1)[0] = 5.0
        assert np.array_equal(found.value, expected)


def test_samples_at_more_places_than_there_are():
    """The axis of the places counts from the end, too, where they have more axes than the samples."""
    y, x = np.array([1.0, 2.0, 4.0]), np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 5.0]])
    assert np.array_equal(np.trapezoid(ag.Var(y), x).value, np.trapezoid(y, x))
    ag.check_grads(np.trapezoid, (y, x))


def pairs():
    """The calls of several arrays, one for each function: the function, and two of its arguments, by number."""
    for name, calls in random_calls.known().items():
        f, arrays = next(iter(calls.values()))
        moving = [i for i, a in enumerate(arrays) if np.asarray(a).dtype.kind == "f"]
        for i in moving[:2] if len(moving) > 1 else []:
            yield pytest.param(f, arrays, i, moving[1] if i == moving[0] else moving[0], id=f"{name} {i}")


@pytest.mark.parametrize(("f", "arrays", "i", "j"), list(pairs()))
def test_a_replay_of_a_gradient_in_another_argument(f, arrays, i, j):
    """The argument that is differentiated in is recorded, though its value is known and the replay's is not."""

    def slope(x):
        def total(y):
            given = [x if k == i else y if k == j else a for k, a in enumerate(arrays)]
            return ag.sum(ag.real(random_calls.joined(f(*given))) ** 2)

        return ag.grad(total)(np.asarray(arrays[j]))

    x = np.asarray(arrays[i])
    with np.errstate(all="ignore"):
        try:
            expected, found = slope(x), ag.replay(slope)(x)
        except (ag.errors.TracerError, ag.errors.TrackedError):  # a shape by values; written to an array
            return
    # sums in another order
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("length", [np.std, np.linalg.norm])
def test_lengths_that_are_0_pushed_twice(length, axis, keepdims):
    """Of one entry along an axis, or of zeros: their derivatives have the length's shape, with the axes kept or not."""
    x = np.zeros((2, 1))

    def f(x):
        return ag.sum(length(x, axis=axis, keepdims=keepdims) * x[0, 0])

    def slope(s):
        return ag.jvp(f, (x + s,), (np.ones((2, 1)),))[1]

    assert np.shape(ag.jacobian(slope)(0.0)) == ()


def test_differences_with_ends_of_another_kind():
    """The ends are cast to the dtype of the array, or refused where NumPy refuses."""
    x = ag.Tensor(np.ones(3, "float32"), requires_grad=True)
    assert np.ediff1d(x, to_begin=np.ones(1)).dtype == np.float32
    with pytest.raises(TypeError, match="ediff1d"):
        np.ediff1d(x, to_end=np.ones(1, complex))


@pytest.mark.parametrize("name", ["fweights", "aweights"])
def test_weights_of_observations_are_vectors(name):
    weights = np.ones((2, 3), int)
    for x in (np.ones((2, 3)), ag.Var(np.ones((2, 3)))):
        with pytest.raises(RuntimeError, match="weights"):
            np.cov(x, **{name: weights})


def test_powers_of_two_in_the_dtype_of_the_number():
    for x in (np.ones(2, "float32"), np.ones(2), np.ones(2, "float16"), np.array([1, 2])):
        assert np.ldexp(ag.Tensor(x), 1).dtype == np.ldexp(x, 1).dtype
    assert ag.grad(lambda x: np.ldexp(x, 3))(np.float32(0.7)).dtype == np.float32
    with pytest.raises(TypeError, match="complex"):
        np.ldexp(ag.Var(1j), 1)
