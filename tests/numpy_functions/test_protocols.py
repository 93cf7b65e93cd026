"""NumPy's manners: operators, methods, its two protocols, and what is refused."""

import copy
import operator
import pickle

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import NoRuleError, TrackedError

RNG = np.random.default_rng(0)
M = RNG.normal(size=(2, 3)) + 2.5  # positive, so that logarithms and roots are fine

# fmt: off
SAME_IN_NUMPY = [
    lambda x: x + 1, lambda x: 1 - x, lambda x: x * x, lambda x: 2 / x, lambda x: x // 2, lambda x: 7 % x, lambda x: x**2,
    lambda x: 2**x, lambda x: x**x, lambda x: -x, lambda x: +x, lambda x: abs(x), lambda x: x @ x.T, lambda x: x.T @ x,
    lambda x: M @ x.T, lambda x: [1.0, 2.0, 3.0] * x, lambda x: x * [1.0, 2.0, 3.0], lambda x: np.float32(2) * x,
    lambda x: x.sum(), lambda x: x.sum(0), lambda x: x.sum(axis=(0, 1), keepdims=True), lambda x: x.mean(1), lambda x: x.prod(),
    lambda x: x.max(), lambda x: x.min(axis=1), lambda x: x.std(), lambda x: x.var(0, ddof=1), lambda x: x.reshape(3, 2),
    lambda x: x.reshape((-1,)), lambda x: x.ravel(), lambda x: x.flatten(), lambda x: x.T, lambda x: x.transpose(1, 0),
    lambda x: x.swapaxes(0, 1), lambda x: x[:, 1], lambda x: x[0], lambda x: x[-1, ::-1], lambda x: x[[0, 0]], lambda x: x[x > 2],
    lambda x: x[None, ..., 0], lambda x: x[np.array([1, 0]), :2], lambda x: x.clip(2, 3), lambda x: x.squeeze(), lambda x: x.copy(),
    lambda x: x.astype(np.float64), lambda x: x.dot(x.T), lambda x: x.round(), lambda x: x.real, lambda x: x.conj(),
    np.sin, np.exp, np.log, np.sqrt, np.tanh, np.arctan, np.absolute, np.square, np.negative, np.expm1, np.log1p, np.cosh,
    lambda x: np.add(x, 1.0), lambda x: np.multiply(2.0, x), lambda x: np.power(x, 3), lambda x: np.maximum(x, 2.5),
    lambda x: np.arctan2(x, 2.0), lambda x: np.hypot(3.0, x), lambda x: np.logaddexp(x, 1.0), lambda x: np.matmul(x, x.T),
    np.sum, np.mean, np.prod, np.max, np.min, np.std, lambda x: np.var(x, axis=0, ddof=1), lambda x: np.sum(x, axis=1, keepdims=True),
    lambda x: np.reshape(x, (3, 2)), np.ravel, np.transpose, lambda x: np.moveaxis(x, 0, 1), lambda x: np.swapaxes(x, 0, 1),
    lambda x: np.expand_dims(x, 1), lambda x: np.squeeze(x[None]), lambda x: np.broadcast_to(x, (4, 2, 3)), np.flip,
    lambda x: np.roll(x, 1, axis=1), lambda x: np.concatenate([x, M], axis=1), lambda x: np.stack([x, M]), lambda x: np.vstack([x, M]),
    lambda x: np.where(x > 2.5, x, 0.0), lambda x: np.clip(x, 2, 3), lambda x: np.take(x, [0, 2], axis=1), np.trace,
    lambda x: np.tensordot(x, x, axes=([0, 1], [0, 1])), lambda x: np.einsum("ij,kj->ik", x, x), lambda x: np.outer(x[0], x[1]),
    lambda x: np.dot(x, x.T), lambda x: np.inner(x, x), lambda x: np.tril(x), lambda x: np.add.reduce(x, axis=1),
    lambda x: np.maximum.reduce(x), lambda x: np.zeros_like(x), lambda x: np.ones_like(x), lambda x: np.full_like(x, 3.0),
]
# fmt: on


@pytest.mark.parametrize("f", SAME_IN_NUMPY, ids=range(len(SAME_IN_NUMPY)))
def test_a_tensor_gives_what_an_array_gives(f):
    x = ag.Var(M)
    expected, got = f(M), f(x)
    assert isinstance(got, ag.Tensor)
    assert got.shape == np.shape(expected)
    assert got.dtype == np.asarray(expected).dtype
    np.testing.assert_array_almost_equal_nulp(
        np.asarray(got.value), np.asarray(expected), nulp=4
    )  # np.var, np.einsum sum in another order


@pytest.mark.parametrize("f", [lambda x: x > 2, lambda x: x <= 2, lambda x: x == M, lambda x: x != 1, np.isnan, np.argmax, np.argsort, lambda x: np.any(x > 3), lambda x: np.allclose(x, M), np.shape, np.ndim, np.sign])  # fmt: skip
def test_results_without_derivative(f):
    got, expected = f(ag.Var(M)), f(M)
    np.testing.assert_array_equal(np.asarray(getattr(got, "value", got)), expected)
    if isinstance(got, ag.Tensor) and got.dtype.kind != "f":
        assert not got.requires_grad


def test_constants_pass_through_numpy_functions_without_equivalent():
    t = ag.Tensor(M)
    got = np.intersect1d(t, t)
    assert isinstance(got, ag.Tensor)
    with pytest.raises(NoRuleError, match=r"np\.intersect1d.*detach"):
        np.intersect1d(ag.Var(M), t)


def test_unknown_operands_are_refused_the_python_way():
    x = ag.Var(1.0)
    for f in (
        lambda: x + "a",
        lambda: "a" - x,
        lambda: x * None,
        lambda: object() / x,
        lambda: x @ {},
        lambda: x < "b",
    ):
        with pytest.raises(TypeError):
            f()
    assert operator.eq(x, None) is False  # what Python makes of two NotImplemented
    assert x not in ["a"]


def test_python_conversions():
    t = ag.Tensor(2.5)
    assert (float(t), int(t), complex(t), bool(t), f"{t:.1f}", t.item()) == (2.5, 2, 2.5 + 0j, True, "2.5", 2.5)
    assert [10, 20, 30][ag.Tensor(1)] == 20
    assert ag.Tensor([1.0, 2.0]).tolist() == [1.0, 2.0]
    assert [v.item() for v in ag.Var([1.0, 2.0])] == [1.0, 2.0]
    with pytest.raises(TypeError, match="0-d"):
        len(t)
    with pytest.raises(TypeError, match="0-d"):
        iter(t)
    with pytest.raises(TypeError, match="index"):
        [1][t]
    with pytest.raises(ValueError, match="ambiguous"):
        bool(ag.Tensor([1.0, 2.0]))
    for convert in (float, int, complex):
        with pytest.raises(TrackedError, match="item"):
            convert(ag.Var(2.5))


def test_repr_shows_what_it_is():
    assert repr(ag.Var(2.0, name="x")) == "Tensor(2.0, name='x', requires_grad=True)"
    assert repr(ag.Tensor([1, 2])) == "Tensor([1, 2])"
    assert repr(ag.Tensor(np.float32(1))) == "Tensor(1.0, dtype=float32)"
    assert repr(ag.Var([1.0]) * 2) == "Tensor([2.], op='multiply')"


def test_names_values_and_gradients_are_assignable_where_that_means_something():
    x = ag.Var([1.0, 2.0])
    x.name = "x"
    y = x * 2
    y.name = "y"
    assert (x.name, y.name) == ("x", "y")
    x.value = [3.0, 4.0]
    np.testing.assert_array_equal((x * 1).value, [3, 4])
    np.testing.assert_array_equal(y.value, [2, 4])
    with pytest.raises(ValueError, match="shape"):
        x.value = [1.0]
    with pytest.raises(TrackedError):
        y.value = [1.0, 1.0]
    with pytest.raises(TrackedError):
        y.grad = 1.0
    with pytest.raises(TrackedError):
        y.requires_grad = False
    x.requires_grad = False
    assert not (x * 2).requires_grad
    assert x.requires_grad_().requires_grad


def test_copying_and_pickling():
    x = ag.Var([1.0, 2.0], name="x")
    for twin in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert twin is not x
        assert (twin.requires_grad, twin.name, type(twin)) == (True, "x", ag.Var)
        np.testing.assert_array_equal(twin.value, x.value)
        assert not np.shares_memory(twin.value, x.value)
    with pytest.raises(TrackedError, match="detach"):
        pickle.dumps(x * 2)
    assert copy.copy(ag.Tensor([1.0, 2.0])[1:]).tolist() == [2.0]


def test_asarray_shares_and_tensor_copies():
    a = np.ones(3)
    assert np.shares_memory(ag.asarray(a).value, a)
    assert not np.shares_memory(ag.asarray(a, copy=True).value, a)
    x = ag.Var(a)
    assert ag.asarray(x) is x
    assert ag.asarray(x, copy=True).requires_grad
    assert ag.asarray(x, dtype=np.float32).dtype == np.float32
    with pytest.raises(TrackedError, match="stack"):
        ag.asarray([x[0], x[1]])
    with pytest.raises(TypeError, match="numbers"):
        ag.Tensor(["a"])


def test_casting_to_integers_ends_the_tape():
    x = ag.Var([1.5, 2.5])
    assert x.astype(int).tolist() == [1, 2]
    assert not x.astype(int).requires_grad
    g = ag.grad(lambda x: ag.sum(x.astype(np.float32) ** 2))(np.array([1.5, 2.5]))
    assert g.dtype == np.float64
    np.testing.assert_array_equal(g, [3, 5])
