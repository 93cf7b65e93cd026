"""Decompositions of matrices, and what is computed from them. Stacks of matrices throughout.

An operation has one value, so a decomposition is packed into one array, whose columns are an eigenpair (eigenvalue
above eigenvector), a singular triplet, or a column of Q above a row of R; the public functions take it apart. The
rules are derived from the defining equations, dX along the basis that the decomposition found (Giles 2008; for
complex matrices Wan and Zhang, "Automatic differentiation for complex valued SVD", 2019).

Vectors that belong to equal eigenvalues or singular values have no derivative: any rotation of them would serve. A
reverse sweep that needs one raises `DegenerateError`; a forward sweep, which cannot know, gives them NaN. What is
computed from the values alone is finite. A phase of complex vectors is nobody's choice either: derivatives are right
for whatever does not depend on it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd_lite.backend import decided, dtype_name, is_complex, on_host, real_dtype
from autograd_lite.errors import DegenerateError
from autograd_lite.ops.arrange import diagonal, with_diagonal
from autograd_lite.ops.create import astype, triu
from autograd_lite.ops.elementwise import abs, conj, imag, real, where
from autograd_lite.ops.order import constant_of, raw, still
from autograd_lite.ops.reduce import any, max, sum
from autograd_lite.ops.shape import concat, expand_dims
from autograd_lite.ops.solve import _from_lower, _solve, _to_lower, adjoint, from_lower, matrices, solved
from autograd_lite.rules import general
from autograd_lite.tensor import Tensor

# ruff: noqa: E501  # an aligned table reads better than a wrapped one


def _real(x: Any) -> Any:
    return real(x) if is_complex(x) else x


def _hermitian_from(upper: Any) -> Any:
    """The Hermitian matrix with this upper triangle (of the diagonal, the real part)."""
    above = triu(upper, k=1)
    return above + adjoint(above) + with_diagonal(_real(diagonal(upper)))


def _epsilon(x: Any) -> float:
    return float(np.finfo(real_dtype(x)).eps)


# -- equal values -----------------------------------------------------------------------------------------------------


def _gaps(w: Any) -> tuple[Any, Any]:
    """w[j] - w[i], 1 where they are equal to rounding; and where that is, the diagonal included."""
    value = still(w)
    apart = value[..., None, :] - value[..., :, None]
    largest = max(abs(value), axis=-1, keepdims=True)[..., None] if value.shape[-1] else 0.0
    equal = abs(apart) <= value.shape[-1] * _epsilon(value) * largest
    return where(equal, 1.0, expand_dims(w, -2) - expand_dims(w, -1)), equal


def _others(equal: Any) -> Any:
    """Which pairs of different columns have equal values."""
    return equal & ~np.eye(equal.shape[-1], dtype=bool)


def _refuse(name: str, equal: Any, *adjoints: Any) -> None:
    """Raise if a vector that has no derivative is needed."""
    columns = _others(equal).any(axis=-2)
    for g in adjoints:
        if decided(any(columns[..., None, :] & (still(g) != 0)), otherwise=False):
            raise DegenerateError(
                f"{name}: equal {'singular values' if name == 'svd' else 'eigenvalues'} at {_first(columns)}; their "
                f"vectors have no derivative there. Use the values alone, or perturb the matrix"
            )


def _refuse_zero(name: str, s: Any, *adjoints: Any) -> None:
    value = still(s)
    zero = value <= value.shape[-1] * _epsilon(value) * (max(value, axis=-1, keepdims=True) if value.shape[-1] else 0.0)
    for g in adjoints:
        if decided(any(zero[..., None, :] & (still(g) != 0)), otherwise=False):
            raise DegenerateError(
                f"{name}: a singular value at {_first(zero)} is 0; its vectors have no derivative there"
            )


def _first(where_: Any) -> tuple[int, ...]:
    return tuple([int(i[0]) for i in np.nonzero(on_host(raw(where_)))])


def _undefined(x: Any, equal: Any) -> Any:
    """`x`, NaN where equal values meet a tangent."""
    bad = _others(equal) & (still(x) != 0)
    return where(bad, np.nan, x) if decided(any(bad), otherwise=True) else x


def _nothing(g: Any) -> bool:
    """Whether an adjoint is nothing but zeros that no derivative can fill."""
    return not (isinstance(g, Tensor) and g.requires_grad) and not decided(any(still(g)), otherwise=True)


def _beside_nothing(factors: tuple[Any, ...], *adjoints: Any) -> tuple[Any, ...]:
    """What adjoints that are 0 are multiplied with: constants, for only the adjoints' own derivatives remain."""
    here = [decided(any(still(g)), otherwise=True) for g in adjoints]
    return factors if True in here else tuple([still(f) for f in factors])


def _needed(v: Any, g: Any) -> Any:
    """The vectors `v`, as constants where the adjoint of their value is 0, so that none needs to have a derivative."""
    if not (isinstance(v, Tensor) and v.requires_grad):
        return v
    return where(expand_dims(still(g) != 0, -2), v, still(v))


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
    of_values = (conj(_needed(v, gw)) * expand_dims(gw, -2)) @ _needed(v, gw).mT
    if _nothing(gv):
        return _to_lower(of_values)
    w, v = _beside_nothing((w, v), gv)
    gaps, equal = _gaps(w)
    _refuse("eigh", equal, gv)
    return _to_lower(of_values + conj(v) @ where(equal, 0.0, (v.mT @ gv) / gaps) @ v.mT)


def _eigh_push(t: Any, packed: Any, x: Any) -> Any:
    w, v = _eigh_parts(packed)
    s = adjoint(v) @ from_lower(t) @ v
    gaps, equal = _gaps(w)
    turned = v @ _undefined(where(np.eye(w.shape[-1], dtype=bool), 0.0, s / gaps), equal)
    return concat([expand_dims(_real(diagonal(s)), -2), turned], axis=-2)


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
    gaps, equal = _gaps(w)
    _refuse("eig", equal, gv)
    inner = where(equal, 0.0, (v.mT @ (gv - conj(v) * _along(conj(v), gv))) / gaps) + with_diagonal(gw)
    return _solve(v.mT, inner @ v.mT)


def _eig_push(t: Any, packed: Any, x: Any) -> Any:
    w, v = packed[..., 0, :], packed[..., 1:, :]
    p = _solve(v, astype(t, v.dtype) @ v)
    gaps, equal = _gaps(w)
    turned = v @ _undefined(where(np.eye(w.shape[-1], dtype=bool), 0.0, p / gaps), equal)
    return concat([expand_dims(diagonal(p), -2), turned - v * _along(v, turned)], axis=-2)


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
    gaps, equal = _gaps(s)
    return where(equal, 1.0, gaps * (expand_dims(s, -2) + expand_dims(s, -1))), equal


def _svd_pull(g: Any, packed: Any, x: Any) -> Any:
    (gu, gs, gv), (u, s, v) = _svd_parts(g, x), _svd_parts(packed, x)
    of_values = (conj(_needed(u, gs)) * expand_dims(gs, -2)) @ _needed(v, gs).mT
    if _nothing(gu) and _nothing(gv):
        return of_values
    u, s, v = _beside_nothing((u, s, v), gu, gv)
    gaps, equal = _square_gaps(s)
    _refuse("svd", equal, gu, gv)
    left, right = where(equal, 0.0, (u.mT @ gu) / gaps), where(equal, 0.0, (v.mT @ gv) / gaps)
    row, column = expand_dims(s, -2), expand_dims(s, -1)
    inner = (left + adjoint(left)) * row + (right + adjoint(right)) * column
    m, n = x.shape[-2:]
    if is_complex(x) or m != n:
        _refuse_zero("svd", s, *([gu, gv] if is_complex(x) else [gu] if m > n else [gv]))
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
    left = _undefined(where(eye, 0.0, (p * row + column * adjoint(p)) / gaps), equal)
    right = _undefined(where(eye, 0.0, (column * p + adjoint(p) * row) / gaps), equal)
    ds = diagonal(p)
    safe = where(still(s) == 0, np.nan, s)
    if is_complex(x):
        half = with_diagonal(1j * imag(ds) / (2 * safe))
        left, right = left + half, right - half
    du, dv = u @ left, v @ right
    m, n = x.shape[-2:]
    if m > n:
        du = du + (t @ v - u @ p) / expand_dims(safe, -2)
    if n > m:
        dv = dv + (adjoint(t) @ u - v @ adjoint(p)) / expand_dims(safe, -2)
    return concat([du, expand_dims(_real(ds), -2), dv], axis=-2)


# -- qr: X = QR, C = Qᴴ dX R⁻¹: dR = W R and dQ = dX R⁻¹ - Q W, where W = dR R⁻¹ is triangular with a real diagonal -------


def _qr_kernel(x: Any, xp: Any = np) -> Any:
    q, r = xp.linalg.qr(x)
    return xp.concat([q, xp.matrix_transpose(r)], axis=-2)


def _qr_parts(packed: Any, x: Any) -> tuple[Any, Any]:
    m = x.shape[-2]
    return packed[..., :m, :], packed[..., m:, :].mT


def _over_r(x: Any, r: Any) -> Any:
    """x R⁻¹."""
    return solved(r.mT, x.mT, "qr: no derivative, as the columns depend on each other; take svd, or pinv").mT


def _qr_pull(g: Any, packed: Any, x: Any) -> Any:
    (gq, gr), (q, r) = _qr_parts(g, x), _qr_parts(packed, x)
    inner = _hermitian_from(triu(gr @ r.mT - q.mT @ gq))
    return _over_r(gq + conj(q) @ inner, r.mT)


def _qr_push(t: Any, packed: Any, x: Any) -> Any:
    q, r = _qr_parts(packed, x)
    along = _over_r(t, r)
    c = adjoint(q) @ along
    w = triu(c, k=1) + adjoint(c - triu(c)) + with_diagonal(_real(diagonal(c)))
    return concat([along - q @ w, (w @ r).mT], axis=-2)


# -- the columns that complete a basis: any others would do -------------------------------------------------------------


def _rest_kernel(x: Any, which: str, xp: Any = np) -> Any:
    k = min(x.shape[-2:])
    if which == "qr":
        return xp.linalg.qr(x, mode="complete")[0][..., k:]
    u, _, vh = xp.linalg.svd(x)
    return u[..., k:] if which == "u" else xp.conj(xp.matrix_transpose(vh))[..., k:]


def _rest_pull(g: Any, v: Any, x: Any, which: str) -> Any:
    if decided(any(still(g)), otherwise=False):
        name, remedy = ("qr", "mode='reduced'") if which == "qr" else ("svd", "full_matrices=False")
        raise DegenerateError(f"{name}: the columns that complete a basis have no derivative; leave them out: {remedy}")
    return 0 * x


# fmt: off
_eigh = general("eigh", _eigh_kernel, _eigh_pull, _eigh_push, batch="leading")
_eig  = general("eigen", _eig_kernel, _eig_pull,  _eig_push,  batch="leading")
_svd  = general("svd",  _svd_kernel,  _svd_pull,  _svd_push,  batch="leading")
_qr   = general("qr",   _qr_kernel,   _qr_pull,   _qr_push,   batch="leading")
_rest = general("completion", _rest_kernel, _rest_pull, lambda t, v, x, which: v * np.nan, signature="x, /, which")
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
        In a reverse sweep, if a vector of a repeated eigenvalue is needed. Eigenvalues are always fine.

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
        In a reverse sweep, if a vector of a repeated eigenvalue is needed.
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
        In a reverse sweep, if a vector is needed that belongs to a repeated singular value, to a zero one (of a matrix
        that is not square, or complex) or to no singular value. Singular values are always fine.
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
