"""Equations and functions of matrices: solve, inv, Cholesky, powers, exponential. Stacks of matrices throughout.

The rules are those of Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), for complex matrices too. A pull is a plain transpose, without conjugation (see `rules`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, dtype_name, is_complex, optional, real_dtype
from autograd_lite.core.rules import general, linear
from autograd_lite.ops.arrange import diagonal, with_diagonal
from autograd_lite.ops.create import tril
from autograd_lite.ops.elementwise import conj, real
from autograd_lite.ops.shape import broadcast_to, concat, moveaxis, ravel, reshape

# ruff: noqa: E501  # an aligned table reads better than a wrapped one


def adjoint(x: Any) -> Any:
    """The conjugate transpose."""
    return conj(x).mT if is_complex(x) else x.mT


def matrices(name: str, x: Any, *, square: bool = False) -> Any:
    """`x` as a stack of matrices, square if they have to be."""
    x = as_array(x)
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        kind = "square matrices" if square else "matrices"
        raise np.linalg.LinAlgError(f"{name}: takes {kind} (or a stack), not shape {tuple(x.shape)}")
    return x


# -- rules ------------------------------------------------------------------------------------------------------------


def _solve_pull(g: Any, v: Any, arrays: list[Any]) -> list[Any]:
    a, _ = arrays
    gb = _solve(a.mT, g)
    return [-gb @ v.mT, gb]


def _solve_push(ts: list[Any], v: Any, arrays: list[Any]) -> Any:
    (ta, tb), (a, _) = ts, arrays
    return _solve(a, tb if ta is None else -(ta @ v) if tb is None else tb - ta @ v)


def _lower(s: Any) -> Any:
    """The lower triangle, half of the diagonal: a Hermitian matrix is that and its adjoint."""
    n = s.shape[-1]
    return s * (np.tril(np.ones((n, n), real_dtype(s))) - np.eye(n, dtype=real_dtype(s)) / 2)


def _from_lower(x: Any, xp: Any = np) -> Any:
    below = xp.tril(x, k=-1)
    rest = xp.tril(x) - below
    rest = rest if not is_complex(x) else (rest + xp.conj(rest)) / 2
    return below + rest + xp.conj(xp.matrix_transpose(below))


def _to_lower(g: Any) -> Any:
    """The adjoint of matrices of which `from_lower` made Hermitian ones: what came to both of its places."""
    if is_complex(g):
        return tril(g + adjoint(g)) - with_diagonal(real(diagonal(g)))
    return tril(g) + tril(g.mT, k=-1)


def _cholesky_kernel(x: Any, xp: Any = np) -> Any:
    return np.linalg.cholesky(x) if xp is np else xp.linalg.cholesky(_from_lower(x, xp))


def _cholesky_pull(g: Any, v: Any, x: Any) -> Any:
    """A = LLᴴ gives dL = L Φ(L⁻¹ dA L⁻ᴴ), Φ being `_lower`."""
    left = _solve(v.mT, _lower(v.mT @ g))
    return _to_lower(_solve(adjoint(v), left.mT).mT)


def _cholesky_push(t: Any, v: Any, x: Any) -> Any:
    left = _solve(v, from_lower(t))
    return v @ _lower(adjoint(_solve(v, adjoint(left))))


def _expm(x: Any) -> Any:
    return optional("scipy.linalg", "science", "linalg.expm").expm(x)


def _expm_along(x: Any, t: Any) -> Any:
    """The derivative of expm at `x` along `t`: the upper right block of expm([[x, t], [0, x]])."""
    n = x.shape[-1]
    zero = np.zeros((*x.shape[:-2], n, n), dtype_name(t))
    x, t = (broadcast_to(a, np.broadcast_shapes(x.shape, t.shape)) for a in (x, t))
    both = concat([concat([x, t], axis=-1), concat([broadcast_to(zero, tuple(x.shape)), x], axis=-1)], axis=-2)
    return _exponential(both)[..., :n, n:]


# fmt: off
from_lower = linear("from_lower", _from_lower, lambda g, x: _to_lower(g), doc="The Hermitian matrices with these lower triangles.", batch="leading")
_solve     = general("solve",    np.linalg.solve,    _solve_pull,    _solve_push,    signature="a, b, /", together=True, batch="leading")
inv        = general("inv",      np.linalg.inv,      lambda g, v, x: -(v.mT @ g @ v.mT), lambda t, v, x: -(v @ t @ v), doc="The inverse of each matrix.", batch="leading")
_cholesky  = general("cholesky", _cholesky_kernel, _cholesky_pull, _cholesky_push, batch="leading")
_exponential = general("expm",   _expm, lambda g, v, x: _expm_along(x.mT, g), lambda t, v, x: _expm_along(x, t), batch="leading")
# fmt: on


# -- the public functions ---------------------------------------------------------------------------------------------


def solve(a: Any, b: Any, /) -> Any:
    """The x with a @ x = b. A vector `b` is one column; otherwise its columns are solved for.

    Raises ``numpy.linalg.LinAlgError`` if `a` is singular.

    >>> import autograd_lite as ag
    >>> ag.linalg.solve(2 * ag.eye(2), ag.asarray([2.0, 4.0]))
    Tensor([1., 2.])
    """
    a, b = matrices("solve", a, square=True), as_array(b)
    if b.ndim and b.shape[-min(b.ndim, 2)] != a.shape[-1]:
        raise ValueError(f"solve: matrices of shape {tuple(a.shape)} and right sides of shape {tuple(b.shape)}")
    return _solve(a, reshape(b, (-1, 1)))[..., 0] if b.ndim == 1 else _solve(a, b)


def cholesky(x: Any, /, *, upper: bool = False) -> Any:
    """The lower triangular L with x = L Lᴴ (or the upper U with x = Uᴴ U) of Hermitian positive definite matrices.

    As in NumPy only the lower triangle of `x` is read (with `upper` the upper one), so that is where the gradient is.

    >>> import autograd_lite as ag
    >>> ag.grad(lambda x: ag.linalg.cholesky(x)[1, 0])(ag.asarray([[4.0, 99.0], [2.0, 5.0]]))
    Tensor([[-0.125,  0.   ],
            [ 0.5  ,  0.   ]])
    """
    x = matrices("cholesky", x, square=True)
    return adjoint(_cholesky(adjoint(x))) if upper else _cholesky(x)


def matrix_power(x: Any, n: int, /) -> Any:
    """Each matrix multiplied with itself `n` times; for a negative `n`, its inverse."""
    x = matrices("matrix_power", x, square=True)
    if n != int(n):
        raise TypeError(f"matrix_power: the exponent is an integer, not {n!r}")
    if n == 0:
        return broadcast_to(np.eye(x.shape[-1], dtype=dtype_name(x)), tuple(x.shape)) + 0 * x
    power, out, n = inv(x) if n < 0 else x, None, abs(int(n))
    while n:
        if n & 1:
            out = power if out is None else out @ power
        n >>= 1
        power = power @ power if n else power
    return out


def expm(x: Any, /) -> Any:
    """The matrix exponential; its value is SciPy's (extra ``science``).

    >>> import autograd_lite as ag
    >>> ag.linalg.expm(ag.zeros((2, 2)))
    Tensor([[1., 0.],
            [0., 1.]])
    """
    return _exponential(matrices("expm", x, square=True))


# -- linear algebra of arrays with more axes --------------------------------------------------------------------------


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    a, b = as_array(a), as_array(b)
    if axes is not None:
        a = moveaxis(a, tuple(axes), tuple(range(a.ndim - len(axes), a.ndim)))
    sizes = a.shape[b.ndim - a.ndim :]
    n = int(np.prod(sizes))
    if a.size != n * n:
        raise np.linalg.LinAlgError(f"np.linalg.tensorsolve: no square system has the shape {tuple(a.shape)}")
    return reshape(solve(reshape(a, (n, n)), ravel(b)), sizes)


def tensorinv(a: Any, ind: int = 2) -> Any:
    a = as_array(a)
    rows, columns = a.shape[:ind], a.shape[ind:]
    return reshape(inv(reshape(a, (int(np.prod(rows)), -1))), (*columns, *rows))
