"""Vectors without a derivative, times a factor that is 0: a constant leaves them out, a variable does not."""

from itertools import product

import numpy as np
import pytest

import autograd_lite as ag

la = ag.linalg
REPEATED = np.diag([1.0, 1.0, 3.0])
RANK1 = np.outer([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
STEP = np.array([[0.3, 0.1, -0.2], [0.4, 0.5, 0.7], [0.2, -0.3, 0.9]])
W = np.arange(9.0).reshape(3, 3)
VECTORS = {
    "eigh": (lambda x: la.eigh(x)[1], REPEATED),
    "eig": (lambda x: ag.real(la.eig(x)[1]), REPEATED),
    "svd, U": (lambda x: la.svd(x)[0], REPEATED),
    "svd, Vh": (lambda x: la.svd(x)[2], REPEATED),
    "svd, tall": (lambda x: la.svd(x[:, :2], full_matrices=False)[0], RANK1),
    "svd, wide": (lambda x: la.svd(x[:2], full_matrices=False)[2], RANK1),
    "svd, complex": (lambda x: ag.real(la.svd(x * (1 + 2j))[0]), RANK1),
    "svd, completed": (lambda x: la.svd(x[:, :2])[0][:, 2:], np.diag([1.0, 2.0, 3.0])),
    "qr": (lambda x: la.qr(x)[0], RANK1),
    "qr, completed": (lambda x: la.qr(x[:, :2], mode="complete")[0][:, 2:], np.diag([1.0, 2.0, 3.0])),
}


def mixed(f, x):
    """d/ds d/dx of f(s, x) along STEP at s = 0, in every mode and order."""
    for inner, outer in product(("forward", "reverse"), repeat=2):
        of_x = lambda s, i=inner: ag.sum(STEP * ag.jacobian(lambda x: f(s, x), mode=i)(x))
        of_s = lambda x, i=inner: ag.jacobian(lambda s: f(s, x), mode=i)(0.0)
        yield lambda g=of_x, o=outer: ag.jacobian(g, mode=o)(0.0)
        yield lambda g=of_s, o=outer: ag.sum(STEP * ag.jacobian(g, mode=o)(x))
    yield lambda: ag.grad(lambda s: ag.jvp(lambda x: f(s, x), (x,), (STEP,))[1])(0.0)
    yield lambda: ag.grad(lambda s: ag.sum(STEP * ag.grad(lambda x: f(s, x))(x)))(0.0)
    yield lambda: ag.sum(STEP * ag.grad(lambda x: ag.grad(lambda s: f(s, x))(0.0))(x))
    yield lambda: ag.hessian(lambda z: f(z[0], x + z[1] * STEP))(np.zeros(2))[0, 1]
    yield lambda: ag.hvp(lambda z: f(z[0], x + z[1] * STEP), (np.zeros(2),), (np.array([0.0, 1.0]),))[0]


@pytest.mark.parametrize("name", VECTORS)
def test_a_variable_that_is_zero_needs_the_vectors_derivative(name):
    vectors, x = VECTORS[name]
    f = lambda s, x: s * ag.sum(W[:, : vectors(x).shape[1]][: vectors(x).shape[0]] * vectors(x))
    for derivative in mixed(f, x):
        with pytest.raises(ag.errors.DegenerateError, match=name.split(",")[0][:3]):
            derivative()


def test_by_backward():
    s, x = ag.Var(0.0), ag.Var(REPEATED)
    (s * ag.sum(W * la.eigh(x)[1])).backward(create_graph=True)
    with pytest.raises(ag.errors.DegenerateError, match="eigh"):
        ag.sum(x.grad * STEP).backward()


@pytest.mark.parametrize("name", ["eigh", "eig", "svd, U", "svd, Vh"])
def test_a_vector_beside_needs_nothing_of_the_repeated_ones(name):
    """That of the third value is as smooth as if the others were not repeated."""
    vectors, x = VECTORS[name]
    k = 0 if name.startswith("svd") else 2
    one = lambda x: vectors(x)[k, :] if name == "svd, Vh" else vectors(x)[:, k]
    f = lambda s, x: s * ag.sum(W[:, 2] * one(x))
    want = ag.jvp(lambda x: f(1.0, x), (x,), (STEP,))[1]
    for derivative in mixed(f, x):
        assert derivative() == pytest.approx(want, rel=1e-12)


def test_a_constant_that_is_zero_needs_no_derivative():
    f = lambda s, x: s * ag.sum(la.eigh(x)[0]) + ag.sum(ag.where(W < 0, la.eigh(x)[1], 0.0))
    for derivative in mixed(f, REPEATED):
        assert derivative() == pytest.approx(np.trace(STEP), rel=1e-12)


@pytest.mark.parametrize("p", [None, 2, -2])
@pytest.mark.parametrize("x", [np.zeros((3, 3)), np.stack([np.zeros((2, 2)), np.diag([1.0, 2.0])])], ids=["one", "two"])
def test_the_condition_of_a_matrix_of_zeros_has_no_derivative(x, p):
    f = lambda x: ag.sum(la.cond(x, p))
    np.testing.assert_array_equal(la.cond(x, p), np.linalg.cond(x, p))
    assert la.cond(x.astype(np.float32), p).dtype == np.float32
    for derivative in (
        lambda: ag.grad(f)(x),
        lambda: ag.jacobian(f, mode="forward")(x),
        lambda: ag.jvp(f, (x,), (np.ones_like(x),)),
        lambda: ag.hessian(f)(x),
    ):
        with pytest.raises(ag.errors.DegenerateError, match="cond"):
            derivative()
    last = ag.grad(lambda x: la.cond(x, p).reshape(-1)[-1])
    if x.ndim == 3:
        assert np.all(np.isfinite(last(x)))
