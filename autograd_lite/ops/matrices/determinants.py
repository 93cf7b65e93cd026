"""Determinants, and their logarithms. Stacks of matrices throughout.

A determinant is a polynomial, so that it has derivatives of every order at singular matrices too. Its partials are the
cofactors: at regular matrices det(x) x⁻ᵀ, at singular ones an operation of their own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd_lite.arrays.libraries import decided, is_complex, real_dtype
from autograd_lite.core.rules import general
from autograd_lite.core.zeros import gate
from autograd_lite.ops.arrange import with_diagonal
from autograd_lite.ops.constants import still
from autograd_lite.ops.elementwise import conj, imag, real
from autograd_lite.ops.matrices.decompose import svd
from autograd_lite.ops.matrices.norms import matrix_norm
from autograd_lite.ops.matrices.solve import adjoint, inv, matrices
from autograd_lite.ops.reduce import mean, sum
from autograd_lite.ops.shape import expand_dims, reshape

# ruff: noqa: E501  # an aligned table reads better than a wrapped one


def _dots(a: Any, t: Any) -> Any:
    """The sum of products of the entries of matrices; a zero of the tangent t drops even an infinity."""
    return sum(gate(t, a), axis=(-2, -1))


def _over(g: Any) -> Any:
    """Numbers, with two axes more to multiply matrices with."""
    return reshape(g, (*g.shape, 1, 1))


def _inverse_if_regular(x: Any) -> Any:
    """The inverse, or None if a matrix is singular to rounding."""
    try:
        inverse = inv(x)
    except np.linalg.LinAlgError:
        return None
    condition = matrix_norm(still(x)) * matrix_norm(still(inverse))
    eps = float(np.finfo(real_dtype(condition)).eps)
    return inverse if decided(np.all(condition * eps * x.shape[-1] < 1), otherwise=True) else None


def _partials(v: Any, x: Any) -> Any:
    """The partials of v = det(x)."""
    inverse = _inverse_if_regular(x)
    return cofactors(x) if inverse is None else _over(v) * inverse.mT


def _cofactors(x: Any) -> Any:
    """From x = U diag(s) Vᴴ: det(U Vᴴ) Ū diag(Π_{j≠i} s_j) Vᵀ, which divides by nothing."""
    u, s, vh = np.linalg.svd(x)
    others = np.prod(np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]), axis=-1)
    turn = np.linalg.slogdet(u @ vh)[0]  # of length 1, exactly ±1 if real
    return (np.conj(u) * (turn[..., None] * others)[..., None, :]) @ np.conj(vh)


def _cofactors_along(t: Any, v: Any, x: Any) -> Any:
    """The derivative of the cofactors of x along t, and, being a matrix of second derivatives, its own transpose.

    It is a polynomial in x, so its value at x is its mean over x + z E for n numbers z on a circle, n being more than
    its degree; and so are its derivatives. With E = U Vᴴ from x = U diag(s) Vᴴ those matrices are regular. In the bases
    U and V they are diagonal, and there det(d) (tr(d⁻¹ t) d⁻ᵀ - d⁻ᵀ tᵀ d⁻ᵀ) loses nothing. The radius is less than any
    singular value that is not 0, so that no product of them grows much.
    """
    n = x.shape[-1]
    u, s, vh = svd(still(x))
    basis = adjoint(vh)
    large = s > n * float(np.finfo(real_dtype(x)).eps) * s[..., :1]
    slowness = sum(large / (s + ~large), axis=-1, keepdims=True)
    radius = 1 / (2 * slowness + (slowness == 0))
    z = radius * np.exp(2j * np.pi * np.arange(n) / n)
    within = adjoint(u) @ x @ basis
    d = expand_dims(within - still(within) + with_diagonal(s), -3) + _over(z) * np.eye(n)
    along, inverse = expand_dims(adjoint(u) @ t @ basis, -3), inv(d).mT
    change = _over(det(d)) * (_over(_dots(inverse, along)) * inverse - inverse @ along.mT @ inverse)
    out = mean(change if is_complex(x) else real(change), axis=-3)
    return _over(slogdet(u @ vh).sign) * (conj(u) @ out @ conj(vh))


def _inverse(x: Any) -> Any:
    """The inverse; of a singular matrix its cofactors over 0, as 1/x is: infinite where they are not 0."""
    try:
        return inv(x)
    except np.linalg.LinAlgError:
        return cofactors(x).mT / _over(det(x))


def _turn(g: Any, v: Any, x: Any) -> Any:
    """The sign of det(x) turns by the imaginary part of tr(x⁻¹ dx). A real sign cannot turn."""
    # 1j on the right: on the left Python takes it
    return 0 * x if not is_complex(x) else _over(imag(g * v) * 1j) * _inverse(x).mT


# fmt: off
_det      = general("det",       np.linalg.det, lambda g, v, x: _over(g) * _partials(v, x), lambda t, v, x: _dots(_partials(v, x), t), batch="leading")
cofactors = general("cofactors", _cofactors,    _cofactors_along,                           _cofactors_along, batch="leading", doc="What each entry is multiplied with in the determinant.")
_log_det  = general("logabsdet", lambda x, xp=np: xp.linalg.slogdet(x)[1], lambda g, v, x: _over(g) * _inverse(x).mT, lambda t, v, x: real(_dots(_inverse(x).mT, t)))
_det_sign = general("detsign",   lambda x, xp=np: xp.linalg.slogdet(x)[0], _turn,                                     lambda t, v, x: v * imag(_dots(_inverse(x).mT, t)) * 1j if is_complex(x) else 0 * v)
# fmt: on


def det(x: Any, /) -> Any:
    """The determinant of each matrix; its derivatives are right at singular matrices too, at every order.

    >>> import autograd_lite as ag
    >>> ag.linalg.det(2 * ag.eye(2))
    Tensor(4.0)
    """
    return _det(matrices("det", x, square=True))


class SlogdetResult(NamedTuple):
    """What `slogdet` gives."""

    sign: Any
    logabsdet: Any


def slogdet(x: Any, /) -> SlogdetResult:
    """The sign of the determinant (of modulus 1 if complex) and the logarithm of its absolute value.

    Of a singular matrix 0 and -inf, as in NumPy; the derivative is infinite there, as that of log at 0.
    """
    x = matrices("slogdet", x, square=True)
    return SlogdetResult(_det_sign(x if is_complex(x) else still(x)), _log_det(x))  # a real sign is a constant
