"""Decompositions at points where they may have no derivative: every mode and nesting answers alike.

Alike is the same number, or the same class of error; NaN in one and an error in another is a fault.
"""

from itertools import product

import numpy as np
import pytest

import autograd_lite as ag

la = ag.linalg
TURN = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
POINTS = {
    "distinct": np.array([[2.0, 1, 0], [1, 3, 0.5], [0, 0.5, 5]]),
    "repeated": np.diag([1.0, 1.0, 3.0]),
    "repeated, turned": (TURN * [1.0, 1.0, 3.0]) @ TURN.T,
    "identity": np.eye(3),
    "zero": np.zeros((3, 3)),
    "rank 1": np.outer([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]),
    "rank 2": np.diag([3.0, 2.0, 0.0]),
}
STEP = np.array([[0.3, 0.1, -0.2], [0.4, 0.5, 0.7], [0.2, -0.3, 0.9]])


def cubes(x):
    return ag.sum(ag.real(x) ** 3)


OUTPUTS = {
    "eigh values": lambda x: cubes(la.eigh(x)[0]),
    "eigh a value": lambda x: la.eigh(x)[0][-1],
    "eigh vectors": lambda x: cubes(la.eigh(x)[1]),
    "eigh a vector": lambda x: cubes(la.eigh(x)[1][:, 2]),
    "eigh projector": lambda x: ag.sum(la.eigh(x)[1] @ la.eigh(x)[1].mT),
    "eig values": lambda x: cubes(la.eig(x)[0]),
    "eig a value": lambda x: ag.real(la.eig(x)[0][2]),
    "eig vectors": lambda x: cubes(la.eig(x)[1]),
    "svd values": lambda x: cubes(la.svd(x)[1]),
    "svd a value": lambda x: la.svd(x)[1][0],
    "svd U": lambda x: cubes(la.svd(x)[0]),
    "svd Vh": lambda x: cubes(la.svd(x)[2]),
    "svd U, tall": lambda x: cubes(la.svd(x[:, :2], full_matrices=False)[0]),
    "svd Vh, tall": lambda x: cubes(la.svd(x[:, :2], full_matrices=False)[2]),
    "svd completed U": lambda x: cubes(la.svd(x[:, :2])[0][:, 2]),
    "svd Vh, wide": lambda x: cubes(la.svd(x[:2], full_matrices=False)[2]),
    "svd complex": lambda x: cubes(ag.abs(la.svd(x * (1 + 2j))[0])),
    "nuclear norm": lambda x: la.matrix_norm(x, ord="nuc"),
    "2-norm": lambda x: la.matrix_norm(x, ord=2),
    "-2-norm": lambda x: la.matrix_norm(x, ord=-2),
    "qr Q": lambda x: cubes(la.qr(x)[0]),
    "qr R": lambda x: cubes(la.qr(x)[1]),
    "qr completed": lambda x: cubes(la.qr(x[:, :2], mode="complete")[0]),
    "cholesky": lambda x: cubes(la.cholesky(x)),
    "pinv": lambda x: cubes(la.pinv(x)),
}


def first_derivatives(f, x):
    """Along STEP."""
    yield lambda: ag.jvp(f, (x,), (STEP,))[1]
    yield lambda: np.sum(ag.grad(f)(x) * STEP)
    yield lambda: ag.jvp(ag.checkpoint(f), (x,), (STEP,))[1]
    for mode in ("forward", "reverse"):
        yield lambda mode=mode: np.sum(ag.jacobian(f, mode=mode)(x) * STEP)


def second_derivatives(f, x):
    for inner, outer in product(("forward", "reverse"), repeat=2):
        along = lambda s: f(x + s * STEP)
        yield lambda i=inner, o=outer, g=along: ag.jacobian(ag.jacobian(g, mode=i), mode=o)(0.0)
    yield lambda: np.einsum("abcd,ab,cd", ag.hessian(f)(x), STEP, STEP)
    yield lambda: np.sum(ag.jvp(ag.grad(f), (x,), (STEP,))[1] * STEP)
    yield lambda: np.sum(ag.grad(lambda x: ag.jvp(f, (x,), (STEP,))[1])(x) * STEP)


def answer(derivative):
    try:
        return np.asarray(derivative())
    except (ag.errors.DegenerateError, np.linalg.LinAlgError) as error:
        return type(error)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("order", [first_derivatives, second_derivatives])
def test_all_modes_answer_alike(order, output, point):
    found = [answer(d) for d in order(OUTPUTS[output], POINTS[point])]
    if isinstance(found[0], type):
        assert found == [found[0]] * len(found)
    else:
        assert not [a for a in found if isinstance(a, type)], found
        assert np.all(np.isfinite(found[0]))
        np.testing.assert_allclose(found, np.full(len(found), found[0]), rtol=1e-9, atol=1e-12)  # roundings over gaps


def test_what_is_not_needed_is_no_error():
    """NaN of vectors that do not reach the result is nobody's concern, and is not remembered."""
    x = POINTS["repeated"]
    f = lambda x: la.eigh(x).eigenvectors
    tangent = ag.jvp(lambda x: ag.where(np.arange(3) == 2, f(x), 0.0), (x,), (STEP,))[1]
    assert np.all(np.isfinite(tangent))
    assert np.isnan(ag.jvp(lambda x: x * np.nan, (1.0,), (1.0,))[1])
    np.testing.assert_array_equal(ag.jvp(f, (x,), (0 * x,))[1], 0)  # at rest
    with pytest.raises(ag.errors.DegenerateError, match="eigh: equal eigenvalues at"):
        ag.jvp(f, (x,), (STEP,))


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_nuclear_norm_has_the_zero_subgradient_at_its_corners(rank):
    """U Vᵀ on the range alone: LAPACK's choice of the other vectors does not show."""
    x = np.random.default_rng(5).normal(size=(2, 4, 3))[:, :, :rank] @ np.random.default_rng(6).normal(
        size=(2, rank, 3)
    )
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    want = u[..., :rank] @ vh[..., :rank, :]
    f = lambda x: ag.sum(la.matrix_norm(x, ord="nuc"))
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(ag.jacobian(f, mode=mode)(x), want, atol=1e-14)  # roundings of entries below 1


def test_products_of_one_length_read_entry_by_entry():
    f = lambda x: ag.hypot(x[0], x[1]) * ag.hypot(x[0], x[1])
    np.testing.assert_array_equal(ag.hessian(f)(np.zeros(2)), 2 * np.eye(2))
    np.testing.assert_array_equal(ag.hessian(f)(np.array([3.0, 4.0])).round(12), 2 * np.eye(2))
    g = lambda x: ag.hypot(x[0], x[1]) * ag.hypot(x[0], x[2])  # another length
    np.testing.assert_array_equal(ag.grad(g)(np.zeros(3)), 0)


EQUAL, TURN = np.eye(2), np.array([[0.0, 1.0], [1.0, 0.0]])


def test_a_nan_of_another_operation_is_not_the_decompositions():
    def f(x):
        vectors = ag.where(np.zeros((2, 2), bool), ag.linalg.eigh(x)[1], 1.0)  # nobody needs them
        return vectors, ag.sqrt(ag.sum(x) - ag.sum(x))  # 0 times infinity

    _, (t, nan) = ag.jvp(f, (EQUAL,), (TURN,))
    assert np.isnan(nan)
    assert not np.any(t)


def test_a_derivative_inside_does_not_erase_the_reason():
    def later(s):  # run again while the sweep is under way
        return ag.jvp(lambda s: s * s, (s,), (1.0,))[1]

    def f(x):
        return ag.checkpoint(later)(ag.sum(ag.linalg.eigh(x)[1] * np.arange(4.0).reshape(2, 2)))

    with pytest.raises(ag.errors.DegenerateError, match="eigh"):
        ag.jvp(f, (EQUAL,), (TURN,))
