"""Partials with a special point keep their own derivatives: to the third order, pure and mixed, in every nesting.

A record names a function of one vector, the point, and its partial derivatives there, worked out by hand: those that
are not named are 0. Each is taken in all nestings of forward and reverse mode.
"""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

import autograd_lite as ag

INF, LOG2 = np.inf, np.log(2)


def entropy(name):
    return lambda z: getattr(ag.special, name)(z[0], z[1])


# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
POINTS = {
    # x**y has the derivatives (y)_k x**(y-k) (log(x) + d/dy)**n
    "x**y at (2, 0)":   (lambda z: z[0] ** z[1], (2.0, 0.0), {(1,): LOG2, (0, 1): 1 / 2, (1, 1): LOG2**2, (0, 0, 1): -1 / 4, (0, 1, 1): LOG2, (1, 1, 1): LOG2**3}),
    "x**y at (0, 1)":   (lambda z: z[0] ** z[1], (0.0, 1.0), {(0,): 1, (0, 1): -INF, (0, 0, 1): INF, (0, 1, 1): INF}),
    "x**y at (0, 2)":   (lambda z: z[0] ** z[1], (0.0, 2.0), {(0, 0): 2, (0, 0, 1): -INF}),
    "x**y at (0, 3)":   (lambda z: z[0] ** z[1], (0.0, 3.0), {(0, 0, 0): 6}),
    "x**y at (0, 4)":   (lambda z: z[0] ** z[1], (0.0, 4.0), {}),
    "x**y at (0, 0)":   (lambda z: z[0] ** z[1], (0.0, 0.0), {(0, 1): INF, (0, 0, 1): -INF, (0, 1, 1): -INF}),
    "x**0":             (lambda z: z[0] ** 0.0 + 0 * z[1], (0.0, 0.0), {}),
    "x**1":             (lambda z: z[0] ** 1 * z[1], (0.0, 2.0), {(0,): 2, (0, 1): 1}),
    "x**2":             (lambda z: z[0] ** 2 * z[1], (0.0, 2.0), {(0, 0): 4, (0, 0, 1): 2}),
    "x**array":         (lambda z: ag.sum(z ** np.array([2.0, 3.0])), (0.0, 0.0), {(0, 0): 2, (1, 1, 1): 6}),
    "(-2)**3":          (lambda z: z[0] ** np.array([3.0])[0], (-2.0,), {(0,): 12, (0, 0): -12, (0, 0, 0): 6}),
    # entropies: x/y and its like have derivatives in x at x = 0
    "xlogy at (0, 2)":    (entropy("xlogy"),    (0.0, 2.0), {(0,): LOG2, (0, 1): 1 / 2, (0, 1, 1): -1 / 4}),
    "xlog1py at (0, 1)":  (entropy("xlog1py"),  (0.0, 1.0), {(0,): LOG2, (0, 1): 1 / 2, (0, 1, 1): -1 / 4}),
    "rel_entr at (0, 2)": (entropy("rel_entr"), (0.0, 2.0), {(0,): -INF, (1,): 0, (0, 0): INF, (0, 1): -1 / 2, (0, 0, 0): -INF, (0, 1, 1): 1 / 4}),
    "kl_div at (0, 2)":   (entropy("kl_div"),   (0.0, 2.0), {(0,): -INF, (1,): 1, (0, 0): INF, (0, 1): -1 / 2, (0, 0, 0): -INF, (0, 1, 1): 1 / 4}),
}
# fmt: on

NESTINGS = [modes for order in (1, 2, 3) for modes in product(("forward", "reverse"), repeat=order)]


def expected(n: int, order: int, partials: dict[tuple[int, ...], float]) -> np.ndarray:
    """The array of all partial derivatives of one order, symmetric."""
    out = np.zeros((n,) * order)
    for index, value in partials.items():
        if len(index) == order:
            for place in permutations(index):
                out[place] = value
    return out


@pytest.mark.parametrize("modes", NESTINGS, ids=lambda modes: "-over-".join([m[0] for m in modes[::-1]]))
@pytest.mark.parametrize("name", POINTS)
def test_partials_at_special_points(name, modes):
    f, point, partials = POINTS[name]
    for mode in modes:
        f = ag.jacobian(f, mode=mode)
    want = expected(len(point), len(modes), partials)
    np.testing.assert_allclose(f(np.array(point)), want, rtol=1e-12, atol=1e-13)  # a few roundings each


def test_log_of_a_ratio_that_overflows():
    """The partial of rel_entr in x is log(x/y) + 1, though x/y is no number."""
    f = entropy("rel_entr")
    for x, y in [(1e-200, 1e200), (1e200, 1e-200)]:
        slope = np.log(x) - np.log(y) + 1
        assert ag.grad(f)(np.array([x, y]))[0] == pytest.approx(slope, rel=1e-14)


def test_entropies_where_both_are_zero():
    """The slope in x is log(0), that in y is 0 by convention, the mixed one 1/0 from both sides."""
    for f, point in [(entropy("xlogy"), [0.0, 0.0]), (entropy("xlog1py"), [0.0, -1.0])]:
        np.testing.assert_array_equal(ag.grad(f)(np.array(point)), [-INF, 0])
        for modes in product(("forward", "reverse"), repeat=2):
            g = f
            for mode in modes:
                g = ag.jacobian(g, mode=mode)
            np.testing.assert_array_equal(g(np.array(point)), [[0, INF], [INF, 0]])


# -- lengths: a corner at 0, which their powers have not -------------------------------------------------------------


def norm(x):
    return np.linalg.norm(x)


def twice(length):
    return lambda x: (lambda v: v * v)(length(x))


def squares(x):
    """|x| as a complex number's modulus."""
    return ag.abs(ag.sum(x * np.array([1, 1j])))


TWO = {(0, 0): 2, (1, 1): 2}
# fmt: off
LENGTHS = {
    "norm**2":         (lambda x: norm(x) ** 2,               TWO),
    "norm**2.0":       (lambda x: norm(x) ** np.float64(2),   TWO),
    "square(norm)":    (lambda x: np.square(norm(x)),         TWO),
    "norm * norm":     (lambda x: norm(x) * norm(x),          TWO),
    "v * v":           (twice(norm),                          TWO),
    "norm**3":         (lambda x: norm(x) ** 3,               {}),
    "norm**4":         (lambda x: norm(x) ** 4,               {}),
    "exp(-norm**2)":   (lambda x: ag.exp(-(norm(x) ** 2)),    {(0, 0): -2, (1, 1): -2}),
    "norm of rows":    (lambda x: ag.sum(ag.linalg.vector_norm(ag.stack([x, 2 * x]), axis=1) ** 2), {(0, 0): 10, (1, 1): 10}),
    "matrix norm":     (lambda x: ag.linalg.matrix_norm(ag.stack([x, x])) ** 2, {(0, 0): 4, (1, 1): 4}),
    "3-norm**3":       (lambda x: ag.linalg.vector_norm(x, ord=3) ** 3, {}),
    "4-norm**4":       (lambda x: ag.linalg.vector_norm(x, ord=4) ** 4, {}),
    "hypot**2":        (lambda x: np.hypot(x[0], x[1]) ** 2,  TWO),
    "hypot * hypot":   (lambda x: (lambda a, b: np.hypot(a, b) * np.hypot(a, b))(x[0], x[1]), TWO),
    "|x|**2":          (lambda x: ag.sum(abs(x) ** 2),        TWO),
    "square(|x|)":     (lambda x: ag.sum(np.square(abs(x))),  TWO),
    "|x|**3":          (lambda x: ag.sum(abs(x) ** 3),        {}),
    "|z|**2":          (lambda x: squares(x) ** 2,            TWO),
    "|z| * |z|":       (twice(squares),                       TWO),
    "std**2":          (lambda x: np.std(x) ** 2,             {(0, 0): 1 / 2, (1, 1): 1 / 2, (0, 1): -1 / 2}),
    "std**2 unbiased": (lambda x: ag.std(x, correction=1) ** 2, {(0, 0): 1, (1, 1): 1, (0, 1): -1}),
    "nanstd**2":       (lambda x: np.nanstd(x) ** 2,          {(0, 0): 1 / 2, (1, 1): 1 / 2, (0, 1): -1 / 2}),
}
# fmt: on


@pytest.mark.parametrize("modes", NESTINGS, ids=lambda modes: "-over-".join([m[0] for m in modes[::-1]]))
@pytest.mark.parametrize("name", LENGTHS)
def test_powers_of_lengths_at_zero(name, modes):
    f, partials = LENGTHS[name]
    for mode in modes:
        f = ag.jacobian(f, mode=mode)
    np.testing.assert_allclose(f(np.zeros(2)), expected(2, len(modes), partials), rtol=1e-14)  # a rounding or two


@pytest.mark.parametrize("name", LENGTHS)
def test_powers_of_lengths_at_zero_by_vectors(name):
    f, partials = LENGTHS[name]
    x, v = np.zeros(2), np.array([1.0, -2.0])
    want = expected(2, 2, partials) @ v
    np.testing.assert_allclose(ag.jvp(ag.grad(f), (x,), (v,))[1], want, rtol=1e-14)
    np.testing.assert_allclose(ag.hvp(f, (x,), (v,)), want, rtol=1e-14)
    np.testing.assert_allclose(ag.grad(lambda x: ag.grad(f)(x) @ v)(x), want, rtol=1e-14)
    if name != "nanstd**2":  # which NaNs there are decides about masks, so that no program repeats it
        np.testing.assert_allclose(ag.replay(ag.hessian(f))(x) @ v, want, rtol=1e-14)


def test_fourth_derivatives_of_powers_of_lengths():
    """(x·x)² has the fourth derivatives 24, and 8 for two pairs."""
    f = LENGTHS["norm**4"][0]
    for _ in range(4):
        f = ag.jacobian(f)
    found = f(np.zeros(2))
    assert found[0, 0, 0, 0] == found[1, 1, 1, 1] == 24
    assert found[0, 0, 1, 1] == found[0, 1, 0, 1] == found[1, 0, 0, 1] == 8
    assert found[0, 0, 0, 1] == found[0, 1, 1, 1] == 0


def test_powers_of_lengths_of_which_one_is_zero():
    """The others are as they were, and what is held constant stays so."""
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    hessian = ag.hessian(lambda x: ag.sum(ag.linalg.vector_norm(x, axis=1) ** 3))(x)
    v = x[1] / 5
    np.testing.assert_allclose(hessian[1, :, 1], 15 * (np.eye(2) + np.outer(v, v)), rtol=1e-14)
    assert not hessian[0].any()
    mixed = ag.grad(lambda y: ag.grad(lambda x: np.hypot(x, y) ** 2 * y)(0.0))(0.0)
    assert mixed == 0
    assert ag.grad(lambda y: ag.grad(lambda x: np.hypot(x, y) ** 2 * x)(0.0))(3.0) == 6
    different = ag.hessian(lambda x: np.hypot(x[0], 0.0) * np.hypot(x[0], 1.0))  # two functions of one number
    assert not np.isfinite(different(np.zeros(1)))  # |x| sqrt(1 + x²) has a corner


def test_lengths_themselves_bend_without_end_at_zero():
    """The convention gives the slope; a second derivative does not exist (see test_corners_of_lengths.py)."""
    np.testing.assert_array_equal(ag.grad(norm)(np.zeros(2)), [0, 0])
    np.testing.assert_array_equal(ag.hessian(norm)(np.zeros(2)), np.full((2, 2), np.nan))


@pytest.mark.parametrize("scale", [1e-200, 1e-160, 1e160, 1e200])
def test_directions_at_extreme_scales(scale):
    """The value is NumPy's, the direction has no scale."""
    x = scale * np.array([3.0, 4.0])
    with np.errstate(over="ignore"):  # of the squares, as in NumPy
        for p in (2, 3, 1.5):
            f = lambda x, p=p: ag.linalg.vector_norm(x, ord=p)
            np.testing.assert_array_equal(f(x), np.linalg.vector_norm(x, ord=p))
            want = ag.grad(f)(x / scale)
            np.testing.assert_allclose(ag.grad(f)(x), want, rtol=1e-13)
            np.testing.assert_allclose(ag.jacobian(f, mode="forward")(x), want, rtol=1e-13)
            np.testing.assert_allclose(ag.hessian(f)(x) * scale, ag.hessian(f)(x / scale), rtol=1e-12)
        both = ag.grad(lambda x: ag.sum(ag.linalg.vector_norm(x, axis=1)))(np.stack([x, [3.0, 4.0], [0.0, 0.0]]))
    np.testing.assert_allclose(both, [[0.6, 0.8], [0.6, 0.8], [0, 0]], rtol=1e-14)
    np.testing.assert_allclose(ag.grad(lambda x: np.hypot(x[0], x[1]))(x), [0.6, 0.8], rtol=1e-14)
    np.testing.assert_allclose(ag.grad(lambda x: np.arctan2(x[0], x[1]))(x) * scale, [0.16, -0.12], rtol=1e-14)


# -- determinants: polynomials, whose derivatives are sums over permutations -----------------------------------------


def alternating(n: int) -> np.ndarray:
    """The Levi-Civita symbol with n indices."""
    out = np.zeros((n,) * n)
    for p in permutations(range(n)):
        out[p] = np.linalg.det(np.eye(n)[list(p)])
    return out


def derivative_of_det(x: np.ndarray, order: int) -> np.ndarray:
    """det(x) = Σ ε_i… ε_j… x_ij… / n!, differentiated by hand: as many factors fewer."""
    n = x.shape[-1]
    out: np.ndarray = np.multiply.outer(alternating(n), alternating(n))
    for k in range(n - order):  # contract the first index of both symbols with x
        out = np.einsum(out, [*range(n - k), *range(n, 2 * n - k)], x, [0, n])
    out = out / np.prod(range(1, n - order + 1))
    return out.transpose([axis for i in range(order) for axis in (i, order + i)])


ONES = np.ones((3, 1))
SINGULAR = {
    "rank 0": np.zeros((3, 3)),
    "rank 1": ONES @ [[1.0, 2.0, -1.0]],
    "rank 2": np.array([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]]),
    "complex": (1 + 2j) * np.array([[1.0, 2j, 3], [2, 4j, 6], [1, 0, 1]]),
    "one number": np.zeros((1, 1)),
    "two": np.array([[1.0, 2.0], [2.0, 4.0]]),
    "four": np.array([[1.0, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]]),
    "regular": np.array([[1.0, 2, 3], [0, 4, 6], [1, 0, 1]]),
}


@pytest.mark.parametrize("modes", NESTINGS, ids=lambda modes: "-over-".join([m[0] for m in modes[::-1]]))
@pytest.mark.parametrize("name", SINGULAR)
def test_determinants_have_derivatives_of_every_order(name, modes):
    x, order = SINGULAR[name], len(modes)
    if name == "four" and order == 3:  # seconds: 4096 third derivatives
        modes, order = modes[:2], 2
    want = np.zeros(x.shape * order) if order > len(x) else derivative_of_det(x, order)
    if x.dtype == complex:  # along a real direction, whose derivative is that of the polynomial
        step, along = np.random.default_rng(0).normal(size=x.shape), lambda s: ag.linalg.det(x + s * step)
        for _ in range(order):
            want = np.tensordot(want, step, ((0, 1), (0, 1)))
        parts = []
        for part in (ag.real, ag.imag):
            f = lambda s: part(along(s))  # noqa: B023  # called in this round
            for mode in modes:
                f = ag.jacobian(f, mode=mode)
            parts.append(f(0.0))
        found = parts[0] + 1j * parts[1]
    else:
        f = ag.linalg.det
        for mode in modes:
            f = ag.jacobian(f, mode=mode)
        found = f(x)
    scale = max(1.0, np.abs(x).max()) ** (len(x) - 1)
    np.testing.assert_allclose(found, want, rtol=1e-12, atol=1e-13 * scale)  # rounding of products of entries


def test_determinants_of_stacks_with_singular_ones():
    stack = np.stack([SINGULAR[name] for name in ("rank 0", "rank 1", "rank 2", "regular")])
    want = np.stack([derivative_of_det(x, 2) for x in stack])
    found = ag.hessian(lambda x: ag.sum(ag.linalg.det(x)))(stack)
    for i in range(len(stack)):
        np.testing.assert_allclose(found[i, :, :, i], want[i], atol=1e-13)  # rounding of products of entries
        assert not found[i, :, :, i - 1].any()


def test_the_fourth_derivative_of_a_determinant_of_zeros():
    f = ag.linalg.det
    for _ in range(4):
        f = ag.jacobian(f)
    np.testing.assert_allclose(f(np.zeros((4, 4))), derivative_of_det(np.zeros((4, 4)), 4), atol=1e-13)  # rounding


def test_log_det_of_singular_matrices():
    """-inf, with the slope of log at 0: infinite where the cofactor is not 0. The sign is 0."""
    x = SINGULAR["two"]
    found = ag.linalg.slogdet(ag.Tensor(x))
    assert (found.sign.item(), found.logabsdet.item()) == tuple(np.linalg.slogdet(x))
    want = [[INF, -INF], [-INF, INF]]
    log_det = lambda x: ag.linalg.slogdet(x).logabsdet
    np.testing.assert_array_equal(ag.grad(log_det)(x), want)
    np.testing.assert_array_equal(ag.jacobian(log_det, mode="forward")(x), want)
    both = np.stack([x, np.eye(2)])
    gradient = ag.grad(lambda x: ag.sum(log_det(x)))(both)
    np.testing.assert_array_equal(gradient[0], want)
    np.testing.assert_allclose(gradient[1], np.eye(2), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_means_of_half_precision(axis):
    """Their sums overflow; NumPy adds in single precision, and so do mean, average and the mean in var and std."""
    x = np.full((40, 60), 100, np.float16) + np.arange(60, dtype=np.float16)
    for ours, numpys in [(ag.mean, np.mean), (ag.average, np.average)]:
        found = ours(ag.Tensor(x), axis=axis).value
        assert found.dtype == np.float16
        np.testing.assert_array_equal(found, numpys(x, axis=axis))
        np.testing.assert_array_equal(numpys(ag.Tensor(x), axis=axis).value, numpys(x, axis=axis))
    np.testing.assert_array_equal(ag.grad(ag.mean)(x), np.full_like(x, 1 / x.size))
    tangent = ag.jvp(lambda x: ag.mean(x, axis=axis), (x,), (x,))[1]
    np.testing.assert_array_equal(tangent, np.mean(x, axis=axis))


# -- singular values and eigenvalues, of which others are 0 or repeated ------------------------------------------------

COLUMN = np.array([[1.0], [2.0], [3.0]])
DEFICIENT = {
    "square": COLUMN @ [[1.0, 1.0, 2.0]],
    "tall": COLUMN @ [[1.0, 1.0]],
    "wide": (COLUMN @ [[1.0, 1.0]]).T,
    "complex": (1 + 1j) * COLUMN @ [[1.0, 1j, 2.0]],
    "a zero": np.diag([3.0, 2.0, 0.0]),
}
LARGEST = {
    "svdvals": lambda x: ag.linalg.svdvals(x)[0],
    "2-norm": lambda x: ag.linalg.matrix_norm(x, ord=2),
    "2-norm**2": lambda x: ag.linalg.matrix_norm(x, ord=2) ** 2,
    "eigvalsh": lambda x: ag.linalg.eigvalsh(x @ ag.conj(x).mT)[-1],
    "pinv": lambda x: ag.sum(ag.abs(ag.linalg.pinv(x)) ** 2),
}


@pytest.mark.parametrize("name", DEFICIENT)
@pytest.mark.parametrize("function", LARGEST)
def test_second_derivatives_at_rank_deficient_matrices(function, name):
    """All nestings agree, on those of the largest singular value's own expansion."""
    x, f = DEFICIENT[name], LARGEST[function]
    step = np.random.default_rng(1).normal(size=x.shape)
    found = []
    for modes in product(("forward", "reverse"), repeat=2):
        g = lambda s: f(x + s * step)
        for mode in modes:
            g = ag.jacobian(g, mode=mode)
        found.append(g(0.0))
    np.testing.assert_allclose(found, found[0], rtol=1e-10)  # of roundings over gaps
    if function != "pinv":  # whose rank jumps beside the point
        u, s, _ = np.linalg.svd(x)  # second-order perturbation of the eigenvalue s² of x xᴴ
        gram, moved = x @ np.conj(x.T), x @ np.conj(step.T) + step @ np.conj(x.T)
        m = np.conj(u.T) @ moved @ u
        bend = 2 * (np.conj(u.T) @ step @ np.conj(step.T) @ u)[0, 0].real
        values = np.pad(s, (0, len(gram) - len(s))) ** 2
        bend += 2 * np.sum(np.abs(m[0, 1:]) ** 2 / (values[0] - values[1:]))
        squared = function in ("2-norm**2", "eigvalsh")
        want = bend if squared else (bend / 2 - (m[0, 0].real / (2 * s[0])) ** 2) / s[0]
        np.testing.assert_allclose(found[0], want, rtol=1e-10)


def test_one_eigenvalue_beside_repeated_ones():
    x = np.diag([1.0, 1.0, 3.0])
    step = np.arange(9.0).reshape(3, 3)
    low = np.tril(step) + np.tril(step, -1).T
    want = 2 * (low[2, 0] ** 2 + low[2, 1] ** 2) / 2  # twice the squares over the gap
    for modes in product(("forward", "reverse"), repeat=2):
        g = lambda s: ag.linalg.eigvalsh(x + s * step)[2]
        for mode in modes:
            g = ag.jacobian(g, mode=mode)
        assert g(0.0) == pytest.approx(want, rel=1e-13)


@pytest.mark.parametrize("shape", [(2, 0), (0, 2), (3, 0, 2)])
def test_norms_of_matrices_without_entries(shape):
    x = np.zeros(shape)
    for p in (1, 2, np.inf, "fro", "nuc"):
        f = lambda x, p=p: ag.linalg.matrix_norm(x, ord=p)
        np.testing.assert_array_equal(f(x), np.linalg.matrix_norm(x, ord=p))
        assert ag.grad(lambda x, f=f: ag.sum(f(x)))(x).shape == shape


def test_the_deviation_of_one_entry_is_zero_to_every_order():
    """Whatever the entry is: no corner."""
    gradient = ag.grad(lambda x: ag.sum(ag.std(x, axis=-1)))
    x = np.array([[-1.2], [0.5]])
    np.testing.assert_array_equal(gradient(x), 0)
    for mode in ("forward", "reverse"):
        np.testing.assert_array_equal(ag.jacobian(gradient, mode=mode)(x), 0)
