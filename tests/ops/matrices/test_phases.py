"""The phase of complex vectors is fixed by nothing: what depends on it has no derivative, and reverse mode says so."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import DegenerateError

A = np.array([[0.3, 1.0, 0.2], [-4.0, 0.1, 0.5], [0.3, 0.7, 1.2]])
C = A + 1j * A[::-1].T
H = C + C.conj().T
DIAGONAL = np.diag([1.0, 2.0, 4.0])

VECTORS = {
    "eig": (lambda x: np.linalg.eig(x)[1], A),
    "complex eig": (lambda x: np.linalg.eig(x)[1], C),
    "eigh": (lambda x: np.linalg.eigh(x)[1], H),
    "svd U": (lambda x: np.linalg.svd(x)[0], C),
    "svd V": (lambda x: np.linalg.svd(x)[2].mT, C),
    "svd of a tall one": (lambda x: np.linalg.svd(x, full_matrices=False)[0], C[:, :2]),
}
FREE = {
    "abs": lambda v: ag.sum(ag.abs(v) * np.arange(v.shape[0])[:, None]),
    "projector": lambda v: ag.real(v[0, 0] * ag.conj(v[1, 0])),
    "turned": lambda v: ag.sum(ag.real(v * ag.conj(v[:1]) / ag.abs(v[:1]))),
    "nothing": lambda v: 0.0 * ag.sum(ag.real(v)),
    "a constant": lambda v: ag.sum(ag.abs(v) ** 2),
}


@pytest.mark.parametrize("name", VECTORS)
@pytest.mark.parametrize("part", [ag.real, ag.imag])
def test_what_depends_on_a_phase_is_refused(name, part):
    vectors, x = VECTORS[name]
    with pytest.raises(DegenerateError, match="depends on the phase"):
        ag.grad(lambda x: ag.sum(part(vectors(x)) ** 3 * np.arange(1, 4)[:, None]))(x)


@pytest.mark.parametrize("name", VECTORS)
@pytest.mark.parametrize("free", FREE)
def test_what_does_not_has_a_derivative(name, free):
    vectors, x = VECTORS[name]
    ag.check_grads(lambda x: FREE[free](vectors(x)), (x,), order=2)


def test_both_factors_turn_together():
    def rebuilt(x):
        u, s, vh = np.linalg.svd(x)
        return ag.sum(ag.real((u * s**2) @ vh))

    ag.check_grads(rebuilt, (C,), order=2)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("kind", [np.complex64, np.complex128])
def test_rounding_is_no_phase(scale, kind):
    rng = np.random.default_rng(0)
    for n in (1, 2, 5, 30):
        x = (rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))).astype(kind)
        for decompose in (np.linalg.eig, np.linalg.eigh):
            ag.grad(lambda x, f=decompose: ag.sum(ag.abs(f(x)[1]) ** 4) * scale)(x)

        def polar(x):
            u, _, vh = np.linalg.svd(x)
            return ag.sum(ag.real(u @ vh)) * scale

        ag.grad(polar)(x)

        def powered(x):
            w, v = np.linalg.eig(x)
            return ag.sum(ag.real((v * w**2) @ ag.linalg.inv(v))) * scale

        ag.grad(powered)(x)


def test_real_vectors_have_no_phase():
    ag.check_grads(lambda x: ag.sum(ag.real(np.linalg.eig(x + DIAGONAL)[1]) ** 3), (0.1 * A.T @ A,), order=2)
    assert not np.any(ag.grad(lambda x: ag.sum(ag.imag(ag.linalg.eig(x)[1]) * 2.0))(DIAGONAL + 0.01 * A.T @ A))
