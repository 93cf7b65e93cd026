"""A replay asks again wherever values decide: shapes, special cases, errors, and which arrays share memory."""

import logging

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import TracerError
from tests.conftest import seeded
from tests.ops.test_registry import Call, noise
from tests.support.domains import DIFFERENTIABLE, DOMAINS, PLAIN

ARBITRARY = {"empty", "empty_like"}  # whose entries are whatever the memory held


# -- every operation, recorded where it is smooth, replayed where it is not -------------------------------------------


def awkward(rng, x):
    """Arrays of the shape and dtype of `x`: zeros, ties, NaN, infinities, equal rows, signs, other layouts."""
    yield np.zeros_like(x)
    yield np.ones_like(x)
    for bad in (np.nan, np.inf, -np.inf, 0.0):
        y = np.array(x)
        if y.size:
            y.flat[-1] = bad
        yield y[()]
    if x.ndim >= 2:
        yield np.array(x[..., :1, :] + 0 * x)
        if x.shape[-1] == x.shape[-2]:
            yield np.array(np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape))
    yield -x
    yield noise(rng, x)
    if x.ndim:
        yield np.array(x, order="F")
        yield np.repeat(x, 2, axis=-1)[..., ::2]
        yield np.ascontiguousarray(x[..., ::-1])[..., ::-1]


def outcome(f, args):
    """The arrays that a call gives, or the class of what it raises."""
    try:
        with np.errstate(all="ignore"):
            out = f(*args)
    except Exception as error:
        return type(error)
    return [np.asarray(getattr(x, "value", x)) for x in (out if isinstance(out, (tuple, list)) else [out])]


def agree(found, expected, where):
    if isinstance(expected, type) or isinstance(found, type):
        assert found is expected, where
        return
    for a, b in zip(found, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype), where
        # masks where the plain sweep asks for zeros change the order of some sums
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-11, err_msg=str(where))


@pytest.mark.parametrize("name", sorted({*DIFFERENTIABLE, *PLAIN} - ARBITRARY))
def test_every_operation_at_awkward_points(name):
    rng = seeded(name)
    for case in DOMAINS[name].family.examples[:2]:
        f = Call(name, case, rng.random)
        functions = {"value": f}
        if name in DIFFERENTIABLE:
            seed, tangents = f.seed(rng), tuple([noise(rng, x) for x in f.args])

            def back(*args, f=f, seed=seed):
                return ag.vjp(f, *args)[1](seed)

            def twice(*args, back=back, tangents=tangents):
                return ag.jvp(back, args, tangents)[1]

            functions |= {"gradient": back, "second": twice}
        for kind, g in functions.items():
            fast = ag.replay(g)
            fast(*f.args)
            for i, x in enumerate(f.args):
                for point in awkward(rng, x):
                    args = [*f.args[:i], point, *f.args[i + 1 :]]
                    agree(outcome(fast, args), outcome(g, args), (name, kind, case, args))


# -- shapes that depend on values -------------------------------------------------------------------------------------

SHAPES = {
    "mean of a mask": lambda x: ag.sum(x[x > 1]) / len(x[x > 1]),
    "shape of a mask": lambda x: x * x[x > 1].shape[0],
    "gradient of a mask": ag.grad(lambda x: ag.sum(x[x > 1] ** 2)),
    "mask in the gradient": ag.grad(lambda x: ag.sum(x[x > 1]) / len(x[x > 1])),
    "hvp of a mask": lambda x: ag.hvp(lambda x: ag.sum(x[x > 1] ** 3), (x,), (np.ones(3),)),
    "vjp of a mask": lambda x: ag.vjp(lambda x: ag.stack([x[x > 1].sum(), 1.0 * x[0]]), x)[1](np.array([2.0, 3.0]))[0],
    "jvp of a mask": lambda x: ag.jvp(lambda x: x[x > 1] ** 2, (x,), (np.ones(3),)),
    "write to a mask": ag.grad(lambda x: ag.sum(ag.setitem(x, (x > 1,), 2 * x[x > 1]) ** 2)),
    "array at a mask": lambda x: (x * 0 + np.arange(3.0))[x > 1],
    "nonzero": lambda x: np.nonzero(x)[0],
    "nonzero, method": lambda x: x.nonzero()[0],
    "flatnonzero": lambda x: np.flatnonzero(x),
    "argwhere": lambda x: np.argwhere(x),
    "where": lambda x: np.where(x)[0],
    "unique": lambda x: np.unique(x),
    "unique, counts": lambda x: np.unique(x, return_counts=True)[1],
    "unique_values": lambda x: np.unique_values(x),
    "compress": lambda x: np.compress(x > 1, x),
    "compress, method": lambda x: x.compress(x > 1),
    "extract": lambda x: np.extract(x > 1, x),
    "repeat": lambda x: np.repeat(x, (x > 1).astype(int)),
    "trim_zeros": lambda x: np.trim_zeros(x),
    "union1d": lambda x: np.union1d(x, [1.0]),
    "setdiff1d": lambda x: np.setdiff1d(x, [1.0, 3.0]),
    "bincount": lambda x: np.bincount(x.astype(int)),
    "delete": lambda x: np.delete(x, x > 1),
    "roots": lambda x: np.roots(x),
    "histogram": lambda x: np.histogram(x, bins="auto")[0],
    "lstsq": lambda x: np.linalg.lstsq(np.ones((4, 3)) + x, np.ones(4))[1],
    "count": lambda x: x * np.count_nonzero(x),
    "length": lambda x: sum([1 for _ in x[x > 1]]) + ag.sum(x),
    "a user's kernel": ag.general("replay_positive", lambda x: x[x > 0], lambda g, v, x: g, lambda t, v, x: t),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_that_depends_on_values_is_asked_again(name):
    f = SHAPES[name]
    fast = ag.replay(f)
    for point in ([1.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 2.0, 2.0], [5.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]):
        x = np.array(point)
        agree(outcome(fast, [x]), outcome(f, [x]), (name, point))


def test_the_values_of_the_report():
    fast = ag.replay(lambda x: ag.sum(x[x > 1]) / len(x[x > 1]))
    assert fast(np.array([1.0, 2.0, 3.0])) == 2.5
    assert fast(np.array([0.0, 0.0, 3.0])) == 3.0
    slope = ag.replay(ag.grad(lambda x: ag.sum(x[x > 1] ** 2)))
    slope(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(slope(np.array([0.0, 0.0, 3.0])), [0.0, 0.0, 6.0])
    det = ag.replay(ag.grad(ag.linalg.det))
    for m in ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [2.0, 4.0]], [[2.0, 1.0], [1.0, 3.0]]):
        (a, b), (c, d) = m
        np.testing.assert_allclose(det(np.array(m)), [[d, -c], [-b, a]], rtol=1e-12)  # a solve and an SVD of 2 × 2


def test_a_branch_is_recorded_once_and_taken_again():
    runs = []

    def f(x):
        runs.append(x)
        return ag.sum(x[x > 1]) / len(x[x > 1])

    fast = ag.replay(f)
    for _ in range(3):
        for x in ([1.0, 2.0, 3.0], [0.0, 0.0, 3.0]):
            fast(np.array(x))
    assert len(runs) == 2


def test_a_function_with_too_many_branches_is_called_and_the_log_says_so(caplog):
    f = lambda x: ag.sum(x[x > 0]) / len(x[x > 0])
    fast = ag.replay(f)
    with caplog.at_level(logging.WARNING, "autograd_lite"):
        for n in [*range(1, 12)] * 2:
            x = np.arange(12.0) * (np.arange(12) <= n)
            assert fast(x) == f(x)
    assert len(caplog.records) == 1
    assert "ag.where" in caplog.text


# -- errors ------------------------------------------------------------------------------------------------------------


def checked(x):
    if ag.arrays.libraries.decided(ag.any(x < 0), otherwise=False):
        raise ValueError("negative")
    return ag.sum(ag.sqrt(x))


RAISING = {
    "equal eigenvalues": (
        ag.grad(lambda x: ag.sum(ag.linalg.eigh(x).eigenvectors ** 3)),
        [[1.0, 2.0], [2.0, 4.0]],
        np.eye(2),
        ag.errors.DegenerateError,
    ),
    "equal singular values": (
        ag.grad(lambda x: ag.sum(ag.linalg.svd(x).U ** 3)),
        [[1.0, 2.0], [2.0, 5.0]],
        np.eye(2),
        ag.errors.DegenerateError,
    ),
    "no positive matrix": (
        ag.grad(lambda x: ag.sum(ag.linalg.cholesky(x))),
        np.eye(2),
        -np.eye(2),
        np.linalg.LinAlgError,
    ),
    "singular": (ag.grad(lambda x: ag.sum(ag.linalg.inv(x))), np.eye(2), np.zeros((2, 2)), np.linalg.LinAlgError),
    "quantile": (lambda q: ag.quantile(0 * q + np.arange(3.0), q), [0.5], [1.5], ValueError),
    "weights": (lambda w: ag.average(np.arange(3.0), weights=w), [1.0, 2.0, 3.0], [0.0, 0.0, 0.0], ZeroDivisionError),
    "index": (lambda x: (0 * x + np.arange(3.0))[x.astype(int)], [1.0], [7.0], IndexError),
    "integers": (lambda x: np.power(2, x.astype(int)), [1.0], [-7.0], ValueError),
    "a question": (checked, [1.0, 2.0], [1.0, -2.0], ValueError),
}


@pytest.mark.parametrize("name", RAISING)
def test_what_the_function_refuses_its_replay_refuses(name):
    f, good, bad, error = RAISING[name]
    good, bad = np.array(good), np.array(bad)
    fast, easy = ag.replay(f), ag.replay(f, strict=False)
    for _ in range(2):
        for g in (fast, easy):
            np.testing.assert_array_equal(g(good), f(good))
            with pytest.raises(error) as found:
                g(bad)
            with pytest.raises(error) as expected:
                f(bad)
            assert str(found.value) == str(expected.value)  # in the function's own words


def test_the_way_taken_after_an_error_is_asked_again():
    def f(x):
        try:
            return ag.linalg.inv(x)
        except np.linalg.LinAlgError:
            return 0 * x

    singular, regular = np.ones((2, 2)), np.array([[2.0, 0.0], [0.0, 4.0]])
    for first in (singular, regular):
        fast = ag.replay(f)
        for x in (first, regular, singular, regular):
            np.testing.assert_array_equal(fast(x), f(x))


def test_debug_looks_into_a_replay():
    fast = ag.replay(ag.grad(lambda x: ag.sum(ag.sqrt(x))))
    fast(np.ones(2))
    with ag.debug(), pytest.raises(ag.errors.NonFiniteError, match="sqrt"):
        fast(np.zeros(2))


def test_why_a_function_is_called_instead_stands_in_the_log(caplog):
    easy = ag.replay(lambda x: x if x.sum() > 0 else -x, strict=False)
    with caplog.at_level(logging.INFO, "autograd_lite"):
        for _ in range(2):
            np.testing.assert_array_equal(easy(-np.ones(2)), np.ones(2))
    assert len(caplog.records) == 1
    assert "ag.where" in caplog.text


# -- memory -----------------------------------------------------------------------------------------------------------


def written_through_a_view(x):
    x = x * 1
    y = x.reshape(-1)
    y[0] = 10 * y[1]
    return ag.sum(x * np.array([[1.0, 2.0], [3.0, 4.0]]))


LAYOUTS = {
    "C": lambda x: np.ascontiguousarray(x),
    "Fortran": lambda x: np.asfortranarray(x),
    "reversed": lambda x: np.array(x[::-1])[::-1],
    "strided": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
    "columns the other way": lambda x: np.array(x[:, ::-1])[:, ::-1],
}


@pytest.mark.parametrize("f", [written_through_a_view, ag.grad(written_through_a_view), lambda x: x.ravel(order="K")])
@pytest.mark.parametrize("first", LAYOUTS)
def test_views_are_those_of_the_layout(f, first):
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    as_tensor = lambda x: f(ag.asarray(x))
    for g in (f, as_tensor):
        if g is f and f is written_through_a_view:
            continue  # of plain arrays it writes into one: refused below
        fast = ag.replay(g)
        for layout in (first, *LAYOUTS):
            agree(outcome(fast, [LAYOUTS[layout](x)]), outcome(g, [LAYOUTS[layout](x)]), layout)


def test_the_layouts_of_the_report():
    fast = ag.replay(lambda x: written_through_a_view(ag.asarray(x)))
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = [float(fast(layout(x))) for layout in (np.asfortranarray, np.ascontiguousarray)]
    assert found == [float(written_through_a_view(ag.asarray(y)).value) for y in (np.asfortranarray(x), x)]
    assert found[0] != found[1]


def fill(x):
    np.fill_diagonal(x, 0)
    return x


def put(x):
    x[0] = 1.0
    return x


def add(x):
    x += 1
    return x


def copied(x):
    y = x * 2
    np.nan_to_num(y, copy=False)
    return y


WRITING = {
    "setitem": put,
    "+=": add,
    "fill_diagonal": fill,
    "fill": lambda x: x.fill(1.0) or x,
    "sort": lambda x: x.sort() or x,
    "partition": lambda x: x.partition(0) or x,
    "copyto": lambda x: np.copyto(x, 1.0) or x,
    "putmask": lambda x: np.putmask(x, x > 0, 1.0) or x,
    "place": lambda x: np.place(x, x > 0, 1.0) or x,
    "at": lambda x: np.add.at(x, [0], 1.0) or x,
    "out=": lambda x: np.cumsum(x, axis=0, out=np.empty((2, 2))),
    "out= of a method": lambda x: x.cumsum(axis=0, out=np.empty((2, 2))),
    "nan_to_num": copied,
    "a view of an argument": lambda x: put(x.T),
}


@pytest.mark.parametrize("name", WRITING)
def test_writing_into_an_array_is_refused(name):
    x = np.array([[1.0, 2.0], [4.0, 3.0]])
    kept = x.copy()
    with pytest.raises(TracerError):
        ag.replay(lambda x: WRITING[name](x[:]))(x)
    easy = ag.replay(WRITING[name], strict=False)
    for _ in range(2):
        np.testing.assert_array_equal(easy(kept.copy()), WRITING[name](kept.copy()))


def test_writing_into_a_tensor_that_was_passed_is_refused():
    def f(x, y):
        x[0] = 5.0
        return x * y

    x = ag.asarray([1.0, 2.0])
    with pytest.raises(TracerError, match="argument"):
        ag.replay(f)(x, x)
    slow = ag.grad(lambda x, y: ag.sum(f(x, y)), argnums=(0, 1))
    inside = ag.replay(slow)  # it writes into variables of its own
    a = np.array([1.0, 2.0])
    for args in ((a, a), (a, a[:]), (a, 2 * a)):
        for found, expected in zip(inside(*args), slow(*args), strict=True):
            np.testing.assert_array_equal(found, expected)


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_a_python_number_takes_the_dtype_of_the_array_it_meets():
    f = lambda x, s: x * s + s * s / 3
    fast, x = ag.replay(f), np.array([1.0, 2.0], np.float32)
    for s in (2.0, 3.0, np.float64(2.0), np.float32(2.0), 1j, 2, True):
        agree(outcome(fast, [x, s]), outcome(f, [x, s]), s)
    slope = lambda x, s: ag.grad(lambda x: ag.sum(ag.sin(x) * s + s))(x)
    agree(outcome(ag.replay(slope), [x, 2.0]), outcome(slope, [x, 2.0]), "gradient")
    root = ag.replay(lambda s, t: s / t)
    assert root(1.0, 2.0) == 0.5
    with pytest.raises(ZeroDivisionError):
        root(1.0, 0.0)


def test_a_replay_inside_a_replay_and_inside_a_derivative():
    inner = ag.replay(lambda x: ag.sum(x[x > 0] ** 2))
    outer = ag.replay(lambda x: inner(x) * 2)
    slope = ag.replay(ag.grad(lambda x: inner(x)))
    for x in ([1.0, 2.0], [-1.0, 2.0]):
        x = np.array(x)
        assert outer(x) == 2 * np.sum(x[x > 0] ** 2)
        np.testing.assert_array_equal(slope(x), 2 * x * (x > 0))


class Subclass(np.ndarray):
    """An array whose class may do anything."""


def test_arrays_that_are_not_numpys_own_are_not_recorded():
    runs = []
    fast = ag.replay(lambda x: runs.append(x) or x * 2)
    x = np.ones(3).view(Subclass)
    for _ in range(2):
        np.testing.assert_array_equal(fast(x), x * 2)
        x[0] += 1
    assert len(runs) == 2


def test_arrays_without_axes_are_written_into_as_well():
    with pytest.raises(TracerError, match="writes"):
        ag.replay(add)(np.array(2.0))
    assert ag.replay(add)(np.float64(2.0)) == 3.0
    assert ag.replay(add)(2.0) == 3.0


def test_an_array_that_left_its_recording_says_so():
    kept = []
    fast = ag.replay(lambda x: kept.append(x * 2) or x * 3)
    fast(np.ones(2))
    for use in (lambda x: x + 1, lambda x: ag.sin(ag.asarray(x)), np.sum, lambda x: ag.grad(ag.sum)(x * 1.0)):
        with pytest.raises(TracerError, match="has ended"):
            use(kept[0])
