"""Linear algebra: NumPy's values and derivatives, real, complex and in stacks; or an error where there is none."""

import numpy as np
import pytest
import scipy.linalg

import autograd_lite as ag
from autograd_lite.errors import DegenerateError

RNG = np.random.default_rng(5)
A = RNG.normal(size=(2, 3, 3))
T = RNG.normal(size=(2, 4, 2))
B, b = RNG.normal(size=(2, 3, 2)), RNG.normal(size=3)


def complexes(x, rng):
    return x + 1j * rng.normal(size=x.shape)


def positive(x):
    return x @ np.conj(np.matrix_transpose(x)) + 2 * np.eye(x.shape[-1])


PAIRS = {"real": (A, T), "complex": (complexes(A, RNG), complexes(T, RNG))}
SYMMETRIC = {kind: positive(x) for kind, (x, _) in PAIRS.items()}
EACH = pytest.mark.parametrize("kind", PAIRS)


def close(a, b):
    for x, y in zip(a if isinstance(a, tuple) else [a], b if isinstance(b, tuple) else [b], strict=True):
        np.testing.assert_allclose(getattr(x, "value", x), y, rtol=1e-11, atol=1e-12)  # the condition times eps


def check(f, *args, numpys=None, order=2):
    if numpys is not None:
        close(f(*args), numpys(*args))
        close(numpys(*map(ag.Var, args)), numpys(*args))  # through the protocol
    ag.check_grads(f, args, order=order, entries=3)


@EACH
def test_equations_and_functions(kind, rng):
    x, h = PAIRS[kind][0], SYMMETRIC[kind]
    la = ag.linalg
    check(la.inv, x, numpys=np.linalg.inv)
    check(la.det, x, numpys=np.linalg.det)
    check(la.slogdet, x, numpys=np.linalg.slogdet)
    check(la.cholesky, h, numpys=np.linalg.cholesky)
    check(lambda h: la.cholesky(h, upper=True), h, numpys=lambda h: np.linalg.cholesky(h, upper=True))
    check(la.expm, x)
    close(la.expm(x), scipy.linalg.expm(x))
    for n in (-2, 0, 1, 5):
        check(lambda x, n=n: la.matrix_power(x, n), x, numpys=lambda x, n=n: np.linalg.matrix_power(x, n))
    rhs, vector = (B, b) if kind == "real" else (complexes(B, rng), complexes(b, rng))
    check(la.solve, x, rhs, numpys=np.linalg.solve)
    check(la.solve, x, vector, numpys=np.linalg.solve)
    check(la.solve, x[0], rhs, numpys=np.linalg.solve)
    check(la.cond, x, numpys=np.linalg.cond)
    close(la.cond(x, 1), np.linalg.cond(x, 1))
    close(la.cond(x, -2), np.linalg.cond(x, -2))
    check(lambda x: la.multi_dot([x[0, 0], x[0], x[1]]), x, numpys=lambda x: np.linalg.multi_dot([x[0, 0], x[0], x[1]]))
    check(la.kron, x[0], x[1])


@EACH
def test_eigenvalues_and_vectors(kind):
    h = SYMMETRIC[kind]
    check(ag.linalg.eigvalsh, h, numpys=np.linalg.eigvalsh)
    close(ag.linalg.eigh(h), np.linalg.eigh(h))
    if kind == "real":
        check(ag.linalg.eigh, h)

    def without_phase(h):
        w, v = ag.linalg.eigh(h)
        return ag.abs(v) ** 2 * ag.expand_dims(w, -2), v[..., :1] @ ag.conj(v[..., :1]).mT

    check(without_phase, h)


@EACH
def test_eigenvalues_of_any_square_matrix(kind, rng):
    x = PAIRS[kind][0]  # one of the two real ones has a pair of complex eigenvalues
    check(ag.linalg.eigvals, x, numpys=np.linalg.eigvals)

    def without_phase(x):
        w, v = ag.linalg.eig(x)
        return w, ag.abs(v) ** 2 * ag.expand_dims(w, -2), v[..., :1] @ ag.conj(v[..., :1]).mT

    check(without_phase, x)
    plain = 0.2 * rng.normal(size=(3, 3)) + np.diag([1.0, 2.0, 4.0])
    for f in (np.linalg.eig, np.linalg.eigvals):  # NumPy's before 2.5 are real where all are, this package's never
        assert f(ag.Var(plain))[0].dtype == f(plain)[0].dtype
        close(tuple(f(ag.Var(plain))), tuple(f(plain)))
    ag.check_grads(np.linalg.eigvals, (plain,))
    ag.check_grads(lambda x: np.linalg.eig(x)[1] ** 2, (plain,))  # the sign of a vector is nobody's choice
    assert ag.linalg.eigvals(plain).dtype == complex
    assert ag.linalg.eigvals(np.float32(plain)).dtype == np.complex64


def test_eigenvalues_without_a_derivative():
    same, defective = np.diag([1.0, 1.0, 3.0]), np.array([[1.0, 1.0], [0.0, 1.0]])
    np.testing.assert_allclose(ag.grad(lambda x: ag.real(ag.sum(ag.linalg.eigvals(x))))(same), np.eye(3))
    with pytest.raises(DegenerateError, match="eig: equal eigenvalues"):
        ag.grad(lambda x: ag.real(ag.linalg.eig(x).eigenvectors[0, 0]))(same)
    with pytest.raises(DegenerateError, match="eig: equal eigenvalues"):
        ag.jvp(lambda x: ag.linalg.eig(x).eigenvectors, (same,), (np.ones((3, 3)),))
    gradient = ag.grad(lambda x: ag.real(ag.linalg.eigvals(x)[0]))
    assert np.abs(gradient(defective)).max() > 1e10  # the eigenvalue moves as the root of a change: infinitely fast


@pytest.mark.parametrize("p", [
    [1.0, -6.0, 11.0, -6.0], [1.0, 0.0, 1.0], [0.0, 2.0, -2.0, -4.0, 0.0], [3.0], [0.0, 0.0], [2.0, 0.0, 0.0],
    [1j, 2.0, -1.0], [1.0, -1.0, 0.0], [1.0, -3.0, 2.0, 0.0],
])  # fmt: skip
def test_roots(p):
    p = np.array(p)
    close(np.roots(ag.Var(p)), np.roots(p))
    assert np.roots(ag.Var(p)).dtype == np.roots(p).dtype
    repeated = len(p) == 3 and not np.any(p[1:])
    if p[0] and p[-1]:  # else a difference has another number of roots, or moves them to other places
        ag.check_grads(np.roots, (p,), order=2)
    for mode in ("forward", "reverse") if np.roots(p).size else ():
        if repeated:
            with pytest.raises(DegenerateError, match="2 of them are equal"):
                ag.jacobian(np.roots, mode=mode)(p)
            with pytest.raises(DegenerateError, match="2 of them are equal"):
                ag.jacobian(lambda p: ag.sum(np.roots(p) ** 2), mode=mode)(p)
            continue
        for r, slope in zip(np.roots(p), ag.jacobian(np.roots, mode=mode)(p), strict=True):
            powers = r ** np.arange(len(p) - 1, -1, -1)  # p(r) = 0, differentiated:
            np.testing.assert_allclose(slope, -powers / np.polyval(np.polyder(p), r), rtol=1e-8, atol=1e-15)


@EACH
@pytest.mark.parametrize("shape", ["square", "tall", "wide"])
def test_singular_values_qr_and_pseudo_inverse(kind, shape):
    square, tall = PAIRS[kind]
    x = {"square": square, "tall": tall, "wide": tall.mT}[shape]
    la = ag.linalg
    check(la.svdvals, x, numpys=np.linalg.svdvals)
    check(la.qr, x, numpys=np.linalg.qr)
    check(la.pinv, x, numpys=np.linalg.pinv)
    for full in (True, False):
        close(la.svd(x, full_matrices=full), np.linalg.svd(x, full_matrices=full))
        close(np.linalg.svd(ag.Var(x), full_matrices=full), np.linalg.svd(x, full_matrices=full))
    close(la.qr(x, mode="complete"), np.linalg.qr(x, mode="complete"))
    close(np.linalg.qr(ag.Var(x), mode="r"), np.linalg.qr(x, mode="r"))
    close(np.linalg.svd(ag.Var(x), compute_uv=False), np.linalg.svdvals(x))

    def without_phase(x):
        u, s, vh = la.svd(x, full_matrices=False)
        return ag.abs(u) ** 2, u[..., :1] @ vh[..., :1, :], s, ag.abs(vh) ** 2

    check(without_phase, x)
    if kind == "real":
        check(lambda x: la.svd(x, full_matrices=False), x)
    check(lambda x: la.svd(x).U[..., : min(x.shape[-2:])] * la.qr(x, mode="complete").R[..., :1, :1], x.real)


@EACH
def test_norms(kind):
    x = PAIRS[kind][1]
    for order in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
        for keep in (False, True):
            close(
                ag.linalg.matrix_norm(x, ord=order, keepdims=keep), np.linalg.matrix_norm(x, ord=order, keepdims=keep)
            )
        check(
            lambda x, o=order: ag.linalg.matrix_norm(x, ord=o),
            x,
            numpys=lambda x, o=order: np.linalg.matrix_norm(x, ord=o),
        )
    for order in (0, 1, 2, 3, 2.5, np.inf, -np.inf):
        for axis in (-1, (0, 2), None):
            close(ag.linalg.vector_norm(x, ord=order, axis=axis), np.linalg.vector_norm(x, ord=order, axis=axis))
        check(lambda x, o=order: ag.linalg.vector_norm(x, ord=o, axis=1), x)
    for options in [
        {},
        {"axis": 1},
        {"axis": (0, 2), "ord": 1},
        {"axis": (2, 0), "keepdims": True, "ord": 2},
        {"axis": (0, 1)},
    ]:
        close(np.linalg.norm(ag.Var(x), **options), np.linalg.norm(x, **options))
    close(np.linalg.norm(ag.Var(x[0]), ord=1), np.linalg.norm(x[0], ord=1))


def test_norms_at_zero_and_their_squares():
    norm, zero = ag.linalg.vector_norm, np.zeros(2)
    np.testing.assert_array_equal(ag.grad(norm)(zero), zero)
    np.testing.assert_array_equal(ag.grad(lambda x: norm(x) ** 2)(zero), zero)
    np.testing.assert_array_equal(ag.grad(lambda x: norm(x, ord=3))(zero), zero)
    np.testing.assert_array_equal(ag.grad(ag.linalg.matrix_norm)(np.zeros((2, 2))), np.zeros((2, 2)))


def test_least_squares(rng):
    a, y = T[0], rng.normal(size=4)
    for rhs in (y, np.stack([y, 2 * y], axis=1)):
        close(ag.linalg.lstsq(a, rhs), np.linalg.lstsq(a, rhs))
        check(lambda a, b: ag.linalg.lstsq(a, b)[:2], a, rhs)
    found = np.linalg.lstsq(ag.Var(a.T), y[:2])
    close(tuple(found), np.linalg.lstsq(a.T, y[:2]))
    assert not found.rank.requires_grad
    assert ag.linalg.matrix_rank(np.ones((3, 3))) == 1 == np.linalg.matrix_rank(ag.Var(np.ones((3, 3)))).value


def test_determinants_of_singular_matrices():
    singular = np.array([[1.0, 2, 3], [2, 4, 6], [1, 0, 1]])
    cofactors = [[4, 4, -4], [-2, -2, 2], [0, 0, 0]]  # by hand: minors of `singular`, with their signs
    np.testing.assert_allclose(ag.grad(ag.linalg.det)(singular), cofactors, atol=1e-14)
    np.testing.assert_array_equal(ag.grad(ag.linalg.det)(np.zeros((3, 3))), np.zeros((3, 3)))
    # NumPy's det is off by 1e-16 times the entries' products, its second differences by 1e-11
    ag.check_grads(ag.linalg.det, (np.stack([singular, singular + np.eye(3)]),), order=2, atol=1e-9)
    ag.check_grads(ag.linalg.det, ((1 + 1j) * singular,), order=1)


def test_the_gradient_of_log_det_is_the_inverse():
    """Through Cholesky, which reads the lower triangle: what belongs above stands below."""
    h = SYMMETRIC["real"][0]

    def log_det(h):
        return 2 * ag.sum(ag.log(ag.linalg.diagonal(ag.linalg.cholesky(h))))

    inverse = np.linalg.inv(h)
    folded = np.tril(inverse) + np.tril(inverse, -1)
    np.testing.assert_allclose(ag.grad(log_det)(h), folded, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ag.grad(lambda h: ag.linalg.slogdet(h).logabsdet)(h), inverse, atol=1e-14)


def test_a_triangle_asked_for_is_the_one_that_is_read():
    x = SYMMETRIC["complex"][0] + np.triu(A[0], 1)
    for side in "LU":
        close(np.linalg.eigvalsh(ag.Var(x), side), np.linalg.eigvalsh(x, side))
        close(np.linalg.eigh(ag.Var(x), UPLO=side)[0], np.linalg.eigh(x, UPLO=side)[0])


def test_equal_values_have_no_vectors_to_differentiate():
    """What is computed from the values alone is finite; the rest is an error, in both modes."""
    same = np.diag([1.0, 1.0, 3.0])
    eigh, svd = ag.linalg.eigh, ag.linalg.svd
    np.testing.assert_allclose(ag.grad(lambda x: ag.sum(ag.linalg.eigvalsh(x)))(same), np.eye(3))
    np.testing.assert_allclose(ag.grad(lambda x: ag.sum(ag.linalg.svdvals(x)))(same), np.eye(3))
    assert np.all(np.isfinite(ag.grad(lambda x: eigh(x).eigenvectors[0, 2])(same)))  # of the single one
    for f, name in [
        (lambda x: eigh(x).eigenvectors[0, 0], "eigh.*eigenvalues"),
        (lambda x: svd(x).U[0, 1], "svd.*values"),
    ]:
        with pytest.raises(DegenerateError, match=name):
            ag.grad(f)(same)
    ones = np.ones((3, 3))
    np.testing.assert_allclose(ag.jvp(ag.linalg.eigvalsh, (same,), (ones,))[1], 1)
    assert np.all(np.isfinite(ag.jvp(lambda x: eigh(x).eigenvectors[:, 2], (same,), (ones,))[1]))
    for f in (eigh, svd):
        with pytest.raises(DegenerateError, match="equal"):
            ag.jvp(f, (same,), (ones,))
    with pytest.raises(DegenerateError, match="is 0"):
        ag.grad(lambda x: svd(x, full_matrices=False).U[0, 1])(np.ones((3, 2)))


def test_completing_columns_have_no_derivative():
    for f, remedy in [
        (lambda x: ag.sum(ag.linalg.svd(x).U), "full_matrices=False"),
        (lambda x: ag.sum(ag.linalg.svd(x.mT).Vh), "full_matrices=False"),
        (lambda x: ag.sum(ag.linalg.qr(x, mode="complete").Q), "mode='reduced'"),
    ]:
        with pytest.raises(DegenerateError, match=remedy):
            ag.grad(f)(T[0])
    with pytest.raises(DegenerateError, match="full_matrices=False"):
        ag.jvp(lambda x: ag.linalg.svd(x).U[:, 2:], (T[0],), (T[0],))


def test_errors():
    x = ag.Var(T[0])
    la = ag.linalg
    for f, kind, message in [
        (lambda: la.inv(x), np.linalg.LinAlgError, "inv.*square"),
        (lambda: la.det(x[0]), np.linalg.LinAlgError, "det"),
        (lambda: la.inv(ag.Var(np.zeros((2, 2)))), np.linalg.LinAlgError, "inv.*Singular"),
        (lambda: la.cholesky(ag.Var(-np.eye(2))), np.linalg.LinAlgError, "cholesky"),
        (lambda: la.matrix_power(ag.Var(np.eye(2)), 0.5), TypeError, "integer"),
        (lambda: la.qr(x, mode="raw"), ValueError, "reduced"),
        (lambda: la.matrix_norm(x, ord=3), ValueError, "nuc"),
        (lambda: la.norm(ag.Var(A), axis=(0, 1, 2)), ValueError, "axes"),
        (lambda: la.lstsq(x, b), np.linalg.LinAlgError, "rows"),
        (lambda: la.diagonal(x[0]), ValueError, "diagonal"),
    ]:
        with pytest.raises(kind, match=message):
            f()


def test_qr_of_columns_that_depend_on_each_other_has_no_derivative():
    """In either mode an error of one kind, which says so."""
    x = np.array([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0]])
    for mode in ("forward", "reverse"):
        with pytest.raises(ag.errors.DegenerateError, match="qr: no derivative"):
            ag.jacobian(lambda x: ag.linalg.qr(x)[1], mode=mode)(np.zeros_like(x))
