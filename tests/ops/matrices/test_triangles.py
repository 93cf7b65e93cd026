"""`eigh`, `eigvalsh` and `cholesky` read one triangle, as NumPy does, and the derivatives are of that."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag

LOWER = np.tril(np.ones((3, 3)))


def _matrices(kind: str, stack: tuple[int, ...] = ()) -> np.ndarray:
    """Positive definite as the lower triangle has it; what stands above is noise."""
    draw = np.random.default_rng(5).normal
    x = draw(size=(*stack, 3, 3)) + (1j * draw(size=(*stack, 3, 3)) if kind == "complex" else 0)
    return x / 4 + np.diag([2.0, 3.0, 5.0]) + 50 * np.triu(np.ones((3, 3)), 1)


FUNCTIONS = {
    "eigvalsh": (np.linalg.eigvalsh, ag.linalg.eigvalsh),
    "eigh": (lambda x: np.linalg.eigh(x)[0], lambda x: ag.linalg.eigh(x).eigenvalues),
    "cholesky": (np.linalg.cholesky, ag.linalg.cholesky),
}


@pytest.mark.parametrize("kind", ["real", "complex"])
@pytest.mark.parametrize("stack", [(), (2,)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_lower_triangle_is_read(name, stack, kind):
    numpys, ours = FUNCTIONS[name]
    x = _matrices(kind, stack)
    for found in (ours(ag.Tensor(x)), numpys(ag.Tensor(x))):
        np.testing.assert_allclose(found.value, numpys(x), rtol=1e-13)  # LAPACK with vectors and without rounds its way
    weights = np.random.default_rng(6).normal(size=numpys(x).shape)

    def f(x):
        return ag.sum(weights * ag.real(ours(x)))

    gradient = ag.grad(f)(x)
    assert not np.any(gradient * (1 - LOWER))
    ag.check_grads(f, (x,), order=2)
    h = 1e-6
    for i, j in [(1, 0), (2, 1), (2, 2)]:
        step = np.zeros_like(x)
        step[..., i, j] = h
        slope = (np.sum(weights * numpys(x + step).real) - np.sum(weights * numpys(x - step).real)) / (2 * h)
        assert np.sum(gradient[..., i, j].real) == pytest.approx(slope, rel=1e-7, abs=1e-8)  # h**2 and eps/h


def test_the_case_with_99_above():
    x = np.array([[1.0, 99.0], [2.0, 3.0]])
    w = ag.linalg.eigvalsh(x)
    np.testing.assert_allclose(w, [2 - 5**0.5, 2 + 5**0.5], rtol=1e-14)
    # of 2 ± sqrt(1 + c²), c = 2 below the diagonal
    jacobian = ag.jacobian(ag.linalg.eigvalsh)(x)
    np.testing.assert_allclose(jacobian[:, 1, 0], [-2 / 5**0.5, 2 / 5**0.5], rtol=1e-14)
    np.testing.assert_array_equal(jacobian[:, 0, 1], [0, 0])
    hessian = ag.hessian(lambda x: ag.linalg.eigvalsh(x)[1])(x)
    assert hessian[1, 0, 1, 0] == pytest.approx(5**-1.5, rel=1e-13)
    assert not hessian[0, 1].any()
    assert not hessian[:, :, 0, 1].any()


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_upper_triangle_where_asked(kind):
    x = _matrices(kind).mT
    tensor = ag.Tensor(x)
    for name in ("eigh", "eigvalsh"):
        f = getattr(np.linalg, name)
        value = lambda y: y[0] if name == "eigh" else y  # noqa: B023  # called before the next round
        np.testing.assert_allclose(value(f(tensor, UPLO="U")).value, value(f(x, UPLO="U")), rtol=1e-13)
        gradient = ag.grad(lambda x: ag.sum(value(f(x, UPLO="U"))[:2]))(x)  # noqa: B023  # likewise
        assert not np.any(np.tril(gradient, -1))
        assert np.all(gradient[np.triu_indices(3, 1)])
    with pytest.raises(ValueError, match="UPLO"):
        np.linalg.eigh(tensor, UPLO="X")
    np.testing.assert_allclose(ag.linalg.cholesky(x, upper=True), np.linalg.cholesky(x, upper=True), rtol=1e-13)
    np.testing.assert_allclose(
        np.linalg.cholesky(tensor, upper=True).value, np.linalg.cholesky(x, upper=True), rtol=1e-13
    )
    gradient = ag.grad(lambda x: ag.sum(ag.real(ag.linalg.cholesky(x, upper=True))))(x)
    assert not np.any(np.tril(gradient, -1))
    ag.check_grads(lambda x: ag.sum(ag.real(ag.linalg.cholesky(x, upper=True))), (x,), order=2)
