"""Sizes of arrays and matrices, and least squares: norms, condition, pseudo-inverse."""

from __future__ import annotations

from functools import reduce as _fold
from typing import Any, NamedTuple

import numpy as np

from autograd_lite.arrays.libraries import as_array, decided, is_complex, is_inexact, real_dtype
from autograd_lite.core.rules import general
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.ops.axes import batch_over, batch_same
from autograd_lite.ops.constants import still
from autograd_lite.ops.create import astype
from autograd_lite.ops.elementwise import (
    abs,
    conj,
    isfinite,
    not_equal,
    quotient,
    real,
    sign,
    times_power,
    where,
)
from autograd_lite.ops.matrices.decompose import matrix_rank, svdvals
from autograd_lite.ops.matrices.degenerate import is_zero, settled
from autograd_lite.ops.matrices.solve import adjoint, inv, matrices
from autograd_lite.ops.reduce import any, max, min, reduction, sum
from autograd_lite.ops.shape import expand_dims, reshape

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

# -- norms of vectors -------------------------------------------------------------------------------------------------


def _signed(x: Any, n: Any) -> Any:
    """sgn(x) |x|**n, conjugated."""
    back = conj(x) if is_complex(x) else x
    if n == 1:
        return back
    if n % 2 == 1:  # smooth at 0
        return back * abs(x) ** (n - 1)
    s = sign(back)
    return s if n == 0 else s * abs(x) ** n


def _direction(v: Any, x: Any, axis: Any, ord: float, keepdims: bool) -> Any:
    """The partial of v = (Σ|x|ᵖ)^(1/p): sgn(x) (|x|/v)^(p-1), 0 where the norm is."""
    if x.size and not _in_range(v):  # it has no scale: that of x divided by its largest entry is the same
        scale = max(abs(still(x)), axis=axis, keepdims=True)
        x = x / where((scale == 0) | ~isfinite(scale), 1.0, scale)
        v = _p_norm(x, axis=axis, ord=ord, keepdims=True)
    return _signed(quotient(x, v), ord - 1)


def _in_range(v: Any) -> bool:
    """Whether all lengths are such that their squares neither overflow nor lose digits."""
    v = still(v)
    low = float(np.finfo(real_dtype(v)).tiny) ** 0.5
    return decided(((v > low) & (v < 1 / low)).all(), otherwise=False)


def _direction_times(v: Any, x: Any, axis: Any, ord: float, n: Any, keepdims: bool) -> Any:
    """The partial of the n-th power: n v^(n-p) sgn(x) |x|^(p-1), 0 where the norm is."""
    return times_power(n, ord, _signed(x, ord - 1), lambda m: _p_norm_power(x, axis=axis, ord=ord, n=m, keepdims=True))


def _p_norm_kernel(x: Any, axis: Any, ord: float, keepdims: bool) -> Any:
    return np.linalg.vector_norm(x, axis=axis, ord=ord, keepdims=keepdims)


def _to_the(row: Any, n: Any) -> Any:
    axis, ord, keepdims = row.params
    smooth = ord > 1 and decided((n >= ord) | (n == 0), otherwise=False)
    return ("vector_norm_power", row.args, (axis, ord, n, keepdims)) if smooth else None


_p_norm = reduction(
    "vector_norm",
    _p_norm_kernel,
    _direction,
    signature="x, /, axis=None, ord=2, *, keepdims=False",
    batch=batch_over,
    power=_to_the,
)
_p_norm_power = reduction(
    "vector_norm_power",
    lambda x, axis, ord, n, keepdims, xp=np: xp.linalg.vector_norm(x, axis=axis, ord=ord, keepdims=keepdims) ** n,
    _direction_times,
    signature="x, /, axis=None, ord=2, n=2, *, keepdims=False",
    batch=batch_over,
    doc="The n-th power of the norm of order `ord`, which has no corner at 0 if n is at least that.",
)


def _bent(g: Any, v: Any, x: Any, mask: Any, axes: tuple[int, ...]) -> Any:
    """NaN in all entries of a length that is 0, if any of them moves: the rule of `corner`, in both modes."""
    moving = still(g) != 0
    bad = mask & (any(moving, axis=axes, keepdims=True) if axes else moving)
    return where(bad, np.nan * g, 0.0) + corner(x, bad, axes)


corner = general(
    "corner",
    lambda x, mask, axes, xp=np: xp.zeros_like(x) * mask,
    (_bent, 0),
    (_bent, 0),
    signature="x, mask, /, axes",
    batch=batch_same,
    doc="0, with the derivative NaN where `mask`: what is added to the derivatives of lengths that are 0.",
)


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm (Σ|x|ᵖ)^(1/p), p being `ord`, over an axis, several, or all.

    At 0 its derivative is 0, the subgradient, and its second derivative NaN: so are those of functions of it, other
    than powers that have one. The derivatives of a real 1-norm and ∞-norm are those of `abs` and `max`.

    `ord` may be inf (the largest absolute value), -inf (the smallest) or 0 (how many entries are not 0) too.

    >>> import autograd_lite as ag
    >>> ag.grad(ag.linalg.vector_norm)(ag.asarray([3.0, 4.0]))
    Tensor([0.6, 0.8])
    """
    x = as_array(x)
    if ord == 1:
        return sum(abs(x), axis=axis, keepdims=keepdims)
    if ord == np.inf:
        return max(abs(x), axis=axis, keepdims=keepdims)
    if ord == -np.inf:
        return min(abs(x), axis=axis, keepdims=keepdims)
    if ord == 0:
        return astype(sum(not_equal(x, 0), axis=axis, keepdims=keepdims), real_dtype(x))
    return _p_norm(x, axis=axis, ord=ord, keepdims=keepdims)


# -- norms of matrices ------------------------------------------------------------------------------------------------


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """A norm of each matrix.

    `ord` is "fro" (the root of the sum of squares), "nuc" (the sum of singular values), 2 or -2 (the largest or
    smallest singular value), 1 or -1 (the largest or smallest sum of absolute values of a column), inf or -inf
    (of a row). The derivative of "nuc" is 0 in what a matrix of lower rank does not reach.
    """
    x = matrices("matrix_norm", x)
    if ord == "fro":
        return vector_norm(x, axis=(-2, -1), keepdims=keepdims)
    if ord == "nuc":
        s = svdvals(x)
        out = sum(where(is_zero(s), still(s), s), axis=-1)  # at a corner the zero subgradient
    elif ord in (2, -2):
        out = _extreme(svdvals(x), ord)
    elif ord in (1, -1, np.inf, -np.inf):
        out = _extreme(sum(abs(x), axis=-2 if ord in (1, -1) else -1), ord)
    else:
        raise ValueError(f"matrix_norm: ord is 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, not {ord!r}")
    return expand_dims(out, (-2, -1)) if keepdims else out


def _extreme(sizes: Any, ord: float) -> Any:
    """The largest of sizes, 0 if there are none, or for a negative `ord` the smallest."""
    if ord < 0:
        return min(sizes, axis=-1)
    return max(sizes, axis=-1) if sizes.shape[-1] else sum(sizes, axis=-1)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """``numpy.linalg.norm``: that of vectors along an axis, of matrices along two, or of all entries."""
    x = as_array(x)
    if axis is None:
        if ord is None:
            return vector_norm(x, keepdims=keepdims)
        axis = tuple(range(x.ndim))
    axes = tuple(axis) if np.iterable(axis) else (axis,)
    if len(axes) == 1:
        return vector_norm(x, axis=axes[0], keepdims=keepdims, ord=2 if ord is None else ord)
    if len(axes) != 2:
        raise ValueError(f"norm: of vectors (one axis) or matrices (two), not of axes {axes}")
    if ord is None:
        return vector_norm(x, axis=axes, keepdims=keepdims)
    rows, columns = (a % x.ndim for a in axes)
    kept = [i for i in range(x.ndim) if i not in (rows, columns)]
    out = matrix_norm(x.transpose(*kept, rows, columns), ord=ord)
    return reshape(out, tuple([1 if i in (rows, columns) else n for i, n in enumerate(x.shape)])) if keepdims else out


def cond(x: Any, p: Any = None) -> Any:
    """The condition of each matrix: the largest over the smallest singular value, or the norm times that of the
    inverse."""
    x = matrices("cond", x)
    if p in (None, 2, -2):
        s = svdvals(x)
        above, below = (s[..., -1], s[..., 0]) if p == -2 else (s[..., 0], s[..., -1])
        zero = still(s[..., 0]) == 0
        if not decided(any(zero), otherwise=False):
            return above / below
        ratio = above / where(zero, 1.0, below) + where(zero, np.inf, 0 * still(below))  # as in NumPy
        return settled("cond", expand_dims(zero, -1), expand_dims(ratio, (-2, -1)))[..., 0, 0]
    return matrix_norm(x, ord=p) * matrix_norm(inv(x), ord=p)


# -- pseudo-inverse ---------------------------------------------------------------------------------------------------


def _pinv_pull(g: Any, p: Any, x: Any, rtol: Any) -> Any:
    """The transpose of the push, which is the push of the transpose: P is the gradient of a sum of log(sigma)."""
    return _pinv_push(g.mT, p, x, rtol).mT


def _pinv_push(t: Any, p: Any, x: Any, rtol: Any) -> Any:
    """Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares" (1973):
    dP = -P dX P + P Lᴴ + R P, with L = (I - X P) dX P and R = (I - P X) dXᴴ Pᴴ.

    Of lower rank, P is that of the nearest matrix of this rank, X P X, whose singular vectors turn by
    L = (I - X P) dX P + N R P and R = (I - P X) dXᴴ Pᴴ + Nᴴ L Pᴴ, with N = X - X P X. This is 0, and seen only by
    further derivatives.
    """
    m, n = x.shape[-2:]
    rank = real(sum(still(p) * still(x).mT, axis=(-2, -1)))  # the trace of P X, to rounding
    rows, columns = [decided(np.all(k - rank < 0.5), otherwise=False) for k in (m, n)]  # whether independent
    outside = None if rows else np.eye(m) - x @ p  # None for 0, which rounding would not give
    unseen = None if columns else np.eye(n) - p @ x
    out = -(p @ t @ p)
    if rows and columns:
        return out
    back = adjoint(t)
    if unseen is None:
        return out + p @ adjoint(p) @ back @ outside
    if outside is None:
        return out + unseen @ back @ adjoint(p) @ p
    if not (isinstance(x, Tensor) and x.requires_grad):  # nothing moves N
        return out + p @ adjoint(p) @ back @ outside + unseen @ back @ adjoint(p) @ p
    rest = outside @ x
    right = unseen @ back @ adjoint(p)
    left = outside @ t @ p + rest @ right @ p
    grown, shrunk = rest @ adjoint(rest), adjoint(p) @ p
    for _ in range(3):  # Smith's doubling of the series of L = left + N Nᴴ L Pᴴ P: right to the 16th power of N
        left = left + grown @ left @ shrunk
        grown, shrunk = grown @ grown, shrunk @ shrunk
    right = right + adjoint(rest) @ left @ adjoint(p)
    return out + p @ adjoint(left) + right @ p


# fmt: off
_pinv = general("pinv", lambda x, rtol: np.linalg.pinv(x, rcond=rtol), _pinv_pull, _pinv_push, signature="x, /, rtol", batch="leading")
# fmt: on


def pinv(x: Any, /, *, rtol: Any = None) -> Any:
    """The pseudo-inverse; singular values up to `rtol` times the largest count as 0 (by default eps times the longer
    side).

    Its derivatives hold the rank fixed: they are those of the pseudo-inverse of the nearest matrix of that rank.
    """
    x = matrices("pinv", x)
    if rtol is None:
        rtol = sorted(x.shape[-2:])[1] * float(np.finfo(real_dtype(x) if is_inexact(x) else float).eps)
    return _pinv(x, raw(rtol))


class LstsqResult(NamedTuple):
    """What `lstsq` gives."""

    x: Any
    residuals: Any
    rank: Any
    s: Any


def lstsq(a: Any, b: Any, rcond: Any = None) -> LstsqResult:
    """The x of least norm that makes ‖a x - b‖ least, as ``numpy.linalg.lstsq``, for stacks too.

    Returns
    -------
    LstsqResult
        `x`; `residuals`, the sums of squares left (empty unless `a` has full rank and more rows than columns);
        `rank`, without derivative; `s`, the singular values of `a`.
    """
    a, b = matrices("lstsq", a), as_array(b)
    m, n = a.shape[-2:]
    if b.shape[0 if b.ndim == 1 else -2] != m:
        raise np.linalg.LinAlgError(f"lstsq: {m} rows of a, and b of shape {tuple(b.shape)}")
    columns = reshape(b, (-1, 1)) if b.ndim == 1 else b
    x = pinv(a, rtol=rcond) @ columns
    rank = astype(as_array(matrix_rank(a, rtol=rcond)), np.intc)  # as LAPACK counts
    left = abs(columns - a @ x) ** 2
    full = m > n and decided(np.all(still(rank) == n), otherwise=False)
    residuals = sum(left, axis=-2) if full else np.empty((*a.shape[:-2], 0), real_dtype(b))
    return LstsqResult(x[..., 0] if b.ndim == 1 else x, residuals, rank, svdvals(a))


def multi_dot(arrays: Any) -> Any:
    """The matrix product of several arrays, from left to right; the first and the last may be vectors."""
    arrays = [as_array(a) for a in arrays]
    if len(arrays) < 2 or any([a.ndim != 2 for a in arrays[1:-1]]) or not all([a.ndim in (1, 2) for a in arrays]):
        shapes = ", ".join([str(tuple(a.shape)) for a in arrays])
        raise np.linalg.LinAlgError(
            f"multi_dot: takes two or more matrices, the first and last may be vectors: {shapes}"
        )
    return _fold(lambda x, y: x @ y, arrays)
