"""Decompositions of matrices, and what is computed from them. Stacks of matrices throughout.

An operation has one value, so a decomposition is packed into one array, whose columns are an eigenpair (eigenvalue
above eigenvector), a singular triplet, or a column of Q above a row of R; the public functions take it apart. The
rules are derived from the defining equations, dX along the basis that the decomposition found (Giles 2008; for
complex matrices Wan and Zhang, "Automatic differentiation for complex valued SVD", 2019).

Vectors that belong to equal eigenvalues or singular values have no derivative: any rotation of them would serve. A
sweep that needs one raises `DegenerateError`. What is computed from the values alone is finite. A phase of complex
vectors is nobody's choice either: derivatives are right for whatever does not depend on it, and a reverse sweep
refuses what does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd_lite.arrays.libraries import decided, dtype_name, is_complex
from autograd_lite.core.rules import general
from autograd_lite.core.tensor import raw
from autograd_lite.errors import DegenerateError
from autograd_lite.ops.arrange import diagonal, with_diagonal
from autograd_lite.ops.constants import constant_of, still
from autograd_lite.ops.create import astype, triu
from autograd_lite.ops.elementwise import abs, conj, imag, real, where
from autograd_lite.ops.matrices.degenerate import (
    beside_nothing,
    completing,
    epsilon,
    gaps_of,
    is_zero,
    moving,
    needed,
    nothing,
    others,
    refuse,
    refuse_phase,
    repeated,
    turned,
    undefined,
    vanishing,
)
from autograd_lite.ops.matrices.solve import _from_lower, _solve, _to_lower, adjoint, from_lower, matrices
from autograd_lite.ops.reduce import any, max, sum
from autograd_lite.ops.shape import concat, expand_dims

# ruff: noqa: E501  # an aligned table reads better than a wrapped one


def _real(x: Any) -> Any:
    return real(x) if is_complex(x) else x


def _hermitian_from(upper: Any) -> Any:
    """The Hermitian matrix with this upper triangle (of the diagonal, the real part)."""
    above = triu(upper, k=1)
    return above + adjoint(above) + with_diagonal(_real(diagonal(upper)))


# -- eigh: AV = V diag(w), dw = diag(S), dV = V (S / gaps), with S = Vᴴ dA V --------------------------------------------


def _as_row(w: Any, v: Any, xp: Any) -> Any:
    """Real numbers as a row to put above or below the columns `v`."""
    row = w[..., None, :]
    return row if row.dtype == v.dtype else xp.astype(row, v.dtype)


def _eigh_kernel(x: Any, xp: Any = np) -> Any:
    w, v = np.linalg.eigh(x) if xp is np else xp.linalg.eigh(_from_lower(x, xp))
    return xp.concat([_as_row(w, v, xp), v], axis=-2)


def _eigh_parts(packed: Any) -> tuple[Any, Any]:
    return _real(packed[..., 0, :]), packed[..., 1:, :]


def _eigh_pull(g: Any, packed: Any, x: Any) -> Any:
    (gw, gv), (w, v) = _eigh_parts(g), _eigh_parts(packed)
    of_values = (conj(needed(v, gw)) * expand_dims(gw, -2)) @ needed(v, gw).mT
    if nothing(gv):
        return _to_lower(of_values)
    refuse_phase("eigh", (v, gv))
    w, v = beside_nothing((w, v), gv)
    gaps, equal = gaps_of(w)
    (gv,) = refuse("eigh", others(equal).any(axis=-2), gv)
    return _to_lower(of_values + conj(v) @ where(equal, 0.0, (v.mT @ gv) / gaps) @ v.mT)


def _eigh_push(t: Any, packed: Any, x: Any) -> Any:
    w, v = _eigh_parts(packed)
    s = adjoint(v) @ from_lower(t) @ v
    gaps, equal = gaps_of(w)
    dv = v @ turned("eigh", equal, where(np.eye(w.shape[-1], dtype=bool), 0.0, s / gaps), t)
    return concat([expand_dims(_real(diagonal(s)), -2), dv], axis=-2)


# -- eig: XV = V diag(w), dw = diag(P), dV = V (P / gaps), less what would make columns longer, with P = V⁻¹ dX V ---------


def _eig_kernel(x: Any) -> Any:  # the standard has no eig before 2025.12, so that other libraries' arrays are copied
    w, v = np.linalg.eig(x)
    packed = np.concat([w[..., None, :], v], axis=-2)
    return packed.astype(np.result_type(packed, np.complex64), copy=False)  # real where all values happen to be


def _along(v: Any, u: Any) -> Any:
    """Re(vᴴ u), column by column: how much longer v gets as it moves along u."""
    return real(sum(conj(v) * u, axis=-2, keepdims=True))


def _eig_pull(g: Any, packed: Any, x: Any) -> Any:
    (gw, gv), (w, v) = (g[..., 0, :], g[..., 1:, :]), (packed[..., 0, :], packed[..., 1:, :])
    turning = is_complex(x) | (still(imag(w)) != 0)  # vectors of real eigenvalues of a real matrix stay real
    refuse_phase("eig", (v, where(turning[..., None, :] if np.ndim(turning) else turning, gv, 0.0)))
    w, v = beside_nothing((w, v), gw, gv)
    gaps, equal = gaps_of(w)
    columns = others(equal).any(axis=-2)
    (gv,) = refuse("eig", columns, gv)
    inner = where(equal, 0.0, (v.mT @ (gv - conj(v) * _along(conj(v), gv))) / gaps) + with_diagonal(gw)
    return _solve(v.mT, inner @ _tied(v, columns).mT)


def _tied_pull(g: Any, out: Any, v: Any, columns: Any) -> Any:
    if decided(any(columns[..., None, :] & (still(g) != 0)), otherwise=False):
        raise DegenerateError(repeated("eig", columns))
    return g


def _eig_push(t: Any, packed: Any, x: Any) -> Any:
    w, v = packed[..., 0, :], packed[..., 1:, :]
    gaps, equal = gaps_of(w)
    p = _solve(v, astype(t, v.dtype) @ _tied(v, others(equal).any(axis=-2)))
    dv = v @ turned("eig", equal, where(np.eye(w.shape[-1], dtype=bool), 0.0, p / gaps), t)
    return concat([expand_dims(diagonal(p), -2), dv - v * _along(v, dv)], axis=-2)


# -- svd: X = U diag(s) Vᴴ, with P = Uᴴ dX V ------------------------------------------------------------------------------
#    ds = diag(P),  dU = U ((P s + s Pᴴ) / gaps of s²) + (I - UUᴴ) dX V / s,  dV = V ((s P + Pᴴ s) / gaps) + (I - VVᴴ) dXᴴ U / s


def _svd_kernel(x: Any, xp: Any = np) -> Any:
    u, s, vh = xp.linalg.svd(x, full_matrices=False)
    return xp.concat([u, _as_row(s, u, xp), xp.conj(xp.matrix_transpose(vh))], axis=-2)


def _svd_parts(packed: Any, x: Any) -> tuple[Any, Any, Any]:
    m = x.shape[-2]
    return packed[..., :m, :], _real(packed[..., m, :]), packed[..., m + 1 :, :]


def _square_gaps(s: Any) -> tuple[Any, Any]:
    """s[j]**2 - s[i]**2, as a product that does not cancel; 1 where they are equal."""
    gaps, equal = gaps_of(s)
    return where(equal, 1.0, gaps * (expand_dims(s, -2) + expand_dims(s, -1))), equal


def _svd_pull(g: Any, packed: Any, x: Any) -> Any:
    (gu, gs, gv), (u, s, v) = _svd_parts(g, x), _svd_parts(packed, x)
    of_values = (conj(needed(u, gs)) * expand_dims(gs, -2)) @ needed(v, gs).mT
    if nothing(gu) and nothing(gv):
        return of_values
    refuse_phase("svd", (u, gu), (v, gv))
    u, s, v = beside_nothing((u, s, v), gu, gv)
    gaps, equal = _square_gaps(s)
    gu, gv = refuse("svd", others(equal).any(axis=-2), gu, gv)
    m, n = x.shape[-2:]
    if is_complex(x) or m > n:
        (gu,) = refuse("zero", is_zero(s), gu)
    if is_complex(x) or m < n:
        (gv,) = refuse("zero", is_zero(s), gv)
    left, right = where(equal, 0.0, (u.mT @ gu) / gaps), where(equal, 0.0, (v.mT @ gv) / gaps)
    row, column = expand_dims(s, -2), expand_dims(s, -1)
    inner = (left + adjoint(left)) * row + (right + adjoint(right)) * column
    safe = where(still(s) == 0, 1.0, s)
    if is_complex(x):  # the phase that U and V share out between them
        inner = inner - 1j * with_diagonal((imag(diagonal(v.mT @ gv)) - imag(diagonal(u.mT @ gu))) / (2 * safe))
    out = of_values + conj(u) @ inner @ v.mT
    if m > n:
        scaled = gu / expand_dims(safe, -2)
        out = out + (scaled - conj(u) @ (u.mT @ scaled)) @ v.mT
    if n > m:
        scaled = gv / expand_dims(safe, -2)
        out = out + conj(u @ (scaled - conj(v) @ (v.mT @ scaled)).mT)
    return out


def _svd_push(t: Any, packed: Any, x: Any) -> Any:
    u, s, v = _svd_parts(packed, x)
    p = adjoint(u) @ t @ v
    gaps, equal = _square_gaps(s)
    row, column = expand_dims(s, -2), expand_dims(s, -1)
    eye = np.eye(s.shape[-1], dtype=bool)
    left = turned("svd", equal, where(eye, 0.0, (p * row + column * adjoint(p)) / gaps), t)
    right = turned("svd", equal, where(eye, 0.0, (column * p + adjoint(p) * row) / gaps), t)
    ds = diagonal(p)
    m, n = x.shape[-2:]
    zero = is_zero(s) & moving(t)[..., 0]
    safe = expand_dims(where(still(s) == 0, 1.0, s), -2)
    if is_complex(x) or m != n:
        safe = undefined(safe, expand_dims(zero, -2), vanishing, zero)
    if is_complex(x):
        half = with_diagonal(1j * imag(ds) / (2 * safe[..., 0, :]))
        left, right = left + half, right - half
    du, dv = u @ left, v @ right
    if m > n:
        du = du + (t @ v - u @ p) / safe
    if n > m:
        dv = dv + (adjoint(t) @ u - v @ adjoint(p)) / safe
    return concat([du, expand_dims(_real(ds), -2), dv], axis=-2)


# -- qr: X = QR, C = Qᴴ dX R⁻¹: dR = W R and dQ = dX R⁻¹ - Q W, where W = dR R⁻¹ is triangular with a real diagonal -------


def _qr_kernel(x: Any, xp: Any = np) -> Any:
    q, r = xp.linalg.qr(x)
    return xp.concat([q, r], axis=-2)


def _qr_parts(packed: Any, x: Any) -> tuple[Any, Any]:
    m = x.shape[-2]
    return packed[..., :m, :], packed[..., m:, :]


def _over_r(x: Any, r: Any) -> Any:
    """x R⁻¹, where `r` has independent columns."""
    sizes = abs(still(r))
    least = sizes.shape[-1] * epsilon(sizes) * max(sizes, axis=(-2, -1))[..., None] if sizes.size else 0.0
    if decided(any(diagonal(sizes) <= least), otherwise=False):
        raise DegenerateError("qr: no derivative, as the columns depend on each other; take svd, or pinv")
    return _solve(r.mT, x.mT).mT


def _qr_pull(g: Any, packed: Any, x: Any) -> Any:
    (gq, gr), (q, r) = _qr_parts(g, x), _qr_parts(packed, x)
    inner = _hermitian_from(triu(gr @ r.mT - q.mT @ gq))
    return _over_r(gq + conj(q) @ inner, r.mT)


def _qr_push(t: Any, packed: Any, x: Any) -> Any:
    q, r = _qr_parts(packed, x)
    along = _over_r(t, r)
    c = adjoint(q) @ along
    w = triu(c, k=1) + adjoint(c - triu(c)) + with_diagonal(_real(diagonal(c)))
    return concat([along - q @ w, w @ r], axis=-2)


# -- the columns that complete a basis: any others would do -------------------------------------------------------------


def _rest_kernel(x: Any, which: str, xp: Any = np) -> Any:
    k = min(x.shape[-2:])
    if which == "qr":
        return xp.linalg.qr(x, mode="complete")[0][..., k:]
    u, _, vh = xp.linalg.svd(x)
    return u[..., k:] if which == "u" else xp.conj(xp.matrix_transpose(vh))[..., k:]


def _rest_pull(g: Any, v: Any, x: Any, which: str) -> Any:
    (g,) = refuse(_named(which) + "+", np.ones(v.shape[-1], bool), g)
    return 0 * x + sum(g, axis=(-2, -1), keepdims=True)  # of zeros


def _rest_push(t: Any, v: Any, x: Any, which: str) -> Any:
    return undefined(0 * v, moving(t), completing, _named(which))


def _named(which: str) -> str:
    return "qr" if which == "qr" else "svd"


# fmt: off
_eigh = general("eigh", _eigh_kernel, _eigh_pull, _eigh_push, batch="leading")
_eig  = general("eigen", _eig_kernel, _eig_pull,  _eig_push,  batch="leading")
_tied = general("tied", lambda v, columns, xp=np: +v, (_tied_pull, 0), (lambda t, *_: t, 0), signature="v, columns, /", doc="Vectors, of which `columns` have no derivative, though adjoints may cancel where they are used twice.")
_svd  = general("svd",  _svd_kernel,  _svd_pull,  _svd_push,  batch="leading")
_qr   = general("qr",   _qr_kernel,   _qr_pull,   _qr_push,   batch="leading")
_rest = general("completion", _rest_kernel, _rest_pull, _rest_push,  signature="x, /, which")
# fmt: on


# -- the public functions ---------------------------------------------------------------------------------------------


class EighResult(NamedTuple):
    """What `eigh` gives."""

    eigenvalues: Any
    eigenvectors: Any


class EigResult(NamedTuple):
    """What `eig` gives."""

    eigenvalues: Any
    eigenvectors: Any


class SVDResult(NamedTuple):
    """What `svd` gives."""

    U: Any
    S: Any
    Vh: Any


class QRResult(NamedTuple):
    """What `qr` gives."""

    Q: Any
    R: Any


def eigh(x: Any, /) -> EighResult:
    """The eigenvalues, ascending, and the eigenvectors (columns) of Hermitian matrices.

    As in NumPy only the lower triangle of `x` is read, so that is where the gradient is.

    Raises
    ------
    DegenerateError
        In a sweep, if a vector of a repeated eigenvalue is needed; in a reverse sweep also if the result depends on
        the phase of complex vectors (docs/complex.md). Eigenvalues are always fine.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> ag.grad(lambda x: ag.linalg.eigh(x).eigenvalues[1])(ag.asarray([[2.0, 1.0], [1.0, 2.0]]))
    Tensor([[0.5, 0. ],
            [1. , 0.5]])
    """
    return EighResult(*_eigh_parts(_eigh(matrices("eigh", x, square=True))))


def eigvalsh(x: Any, /) -> Any:
    """The eigenvalues, ascending, of Hermitian matrices: see `eigh`."""
    return eigh(x).eigenvalues


def eig(x: Any, /) -> EigResult:
    """The eigenvalues and the eigenvectors (columns of length 1) of square matrices: complex numbers, in no order.

    As the standard has it from 2025.12 on; ``numpy.linalg.eig`` before NumPy 2.5 gives real numbers where all are real.

    Raises
    ------
    DegenerateError
        In a sweep, if a vector of a repeated eigenvalue is needed; in a reverse sweep also if the result depends on
        the phase of complex vectors (docs/complex.md).
    numpy.linalg.LinAlgError
        In a sweep: the vectors are no basis, so that the eigenvalues have no derivative either.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> ag.grad(lambda x: ag.max(ag.abs(ag.linalg.eigvals(x))))(ag.asarray([[0.0, 1.0], [-4.0, 0.0]]))
    Tensor([[ 0.  ,  1.  ],
            [-0.25,  0.  ]])
    """
    packed = _eig(matrices("eig", x, square=True))
    return EigResult(packed[..., 0, :], packed[..., 1:, :])


def eigvals(x: Any, /) -> Any:
    """The eigenvalues of square matrices, complex numbers in no order: see `eig`."""
    return eig(x).eigenvalues


def eig_in_reals(x: Any) -> EigResult:
    """`eig`, in real numbers where all eigenvalues of real matrices happen to be: NumPy's before 2.5."""
    found = eig(x)
    if is_complex(x) or decided(any(still(imag(found.eigenvalues))), otherwise=True):
        return found
    return EigResult(real(found.eigenvalues), real(found.eigenvectors))


def svd(x: Any, /, *, full_matrices: bool = True) -> SVDResult:
    """The singular value decomposition x = U diag(S) Vh, singular values descending.

    With `full_matrices` the columns of U, or the rows of Vh, are completed to a basis; those have no derivative.

    Raises
    ------
    DegenerateError
        In a sweep, if a vector is needed that belongs to a repeated singular value, to a zero one (of a matrix
        that is not square, or complex) or to no singular value; in a reverse sweep also if the result depends on the
        phase of complex vectors (docs/complex.md). Singular values are always fine.
    """
    x = matrices("svd", x)
    u, s, v = _svd_parts(_svd(x), x)
    m, n = x.shape[-2:]
    if full_matrices and m > n:
        u = concat([u, _rest(x, "u")], axis=-1)
    if full_matrices and n > m:
        v = concat([v, _rest(x, "v")], axis=-1)
    return SVDResult(u, s, adjoint(v))


def svdvals(x: Any, /) -> Any:
    """The singular values, descending."""
    x = matrices("svdvals", x)
    return _svd_parts(_svd(x), x)[1]


def qr(x: Any, /, *, mode: str = "reduced") -> QRResult:
    """The decomposition x = Q R into orthonormal columns and an upper triangle.

    `mode` "complete" completes the columns of Q to a basis; those have no derivative.
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"qr: mode is reduced or complete, not {mode!r}")
    x = matrices("qr", x)
    m, n = x.shape[-2:]
    q, r = _qr_parts(_qr(x[..., :m]), x)
    if n > m:  # the first columns decide; the others are seen from their basis
        r = concat([r, adjoint(q) @ x[..., m:]], axis=-1)
    if mode == "complete" and m > n:
        q = concat([q, _rest(x, "qr")], axis=-1)
        r = concat([r, np.zeros((*r.shape[:-2], m - n, n), dtype_name(r))], axis=-2)
    return QRResult(q, r)


def matrix_rank(x: Any, /, *, rtol: Any = None) -> Any:
    """How many singular values are larger than `rtol` times the largest: integers, without derivative."""
    return constant_of(lambda x: np.asarray(np.linalg.matrix_rank(x, rtol=raw(rtol)))[()], matrices("matrix_rank", x))
