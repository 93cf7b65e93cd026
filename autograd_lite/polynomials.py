"""NumPy's polynomials: vectors of coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import linalg as la
from autograd_lite.backend import as_array, real_dtype
from autograd_lite.errors import NoRuleError
from autograd_lite.ops import arrange, create, decompose, numeric, reduce, shape
from autograd_lite.ops import elementwise as e
from autograd_lite.ops.order import raw


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    n = x.shape[0] if N is None else N
    powers = x[:, None] ** np.arange(n)
    return powers if increasing else shape.flip(powers, axis=1)


def roots(p: Any) -> Any:
    """The eigenvalues of the companion matrix, and a zero for each coefficient 0 at the end, as NumPy finds them."""
    p = arrange.at_least(p, 1)
    if p.ndim != 1:
        raise ValueError("np.roots: the coefficients are a vector")
    places = np.flatnonzero(raw(p))
    if not places.size:
        return create.zeros(0)
    zeros = p.shape[0] - 1 - int(places[-1])
    p = p[int(places[0]) : int(places[-1]) + 1] * 1.0
    if p.shape[0] < 2:
        return create.zeros(zeros, dtype=p.dtype)
    found = decompose.eig_in_reals(_companion(p)).eigenvalues
    return arrange.pad(found, (0, zeros))


def _companion(p: Any) -> Any:
    """The matrix whose eigenvalues are the roots."""
    n = p.shape[0] - 1
    return shape.concat([shape.expand_dims(-p[1:] / p[0], 0), np.eye(n - 1, n, dtype=real_dtype(p))], axis=0)


def polyadd(p: Any, q: Any, sign: int = 1) -> Any:
    p, q = (arrange.at_least(a, 1) for a in (p, q))
    n = max(p.shape[0], q.shape[0])
    p, q = (arrange.pad(a, (n - a.shape[0], 0)) for a in (p, q))
    return p + q if sign > 0 else p - q


def polyder(p: Any, m: int = 1) -> Any:
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


def polyint(p: Any, m: int = 1, k: Any = 0) -> Any:
    for _ in range(m):
        p = shape.concat(
            [p / np.arange(p.shape[0], 0, -1).astype(real_dtype(p)), shape.reshape(as_array(k) * 1.0, (1,))]
        )
    return p


def polyval2d(x: Any, y: Any, c: Any) -> Any:
    """``np.polynomial.polynomial.polyval2d``: the lowest power first, that of x along the first axis of `c`."""
    return polyvalnd((x, y), c)


def polyvalnd(pts: Any, c: Any) -> Any:
    """``np.polynomial.polynomial.polyvalnd``: the power of each of `pts` along an axis of `c`, from the first on."""
    points, c = [as_array(x) for x in pts], as_array(c)
    c = _beside(shape.reshape(c, (*c.shape, *[1] * (len(points) - c.ndim))), points[0])
    for x in points:
        c = _horner(x, c)
    return c


def polygrid2d(x: Any, y: Any, c: Any) -> Any:
    """The same at every pair of an x and a y."""
    x, y = as_array(x), as_array(y)
    return _horner(y, _beside(_horner(x, _beside(as_array(c), x)), y))


def _beside(c: Any, x: Any) -> Any:
    """`c` with axes for those of `x`."""
    return shape.reshape(c, (*c.shape, *[1] * x.ndim))


def _horner(x: Any, c: Any) -> Any:
    out = c[-1] + 0 * x
    for i in range(2, c.shape[0] + 1):
        out = c[-i] + out * x
    return out


def polyfit(x: Any, y: Any, deg: int, *, w: Any = None) -> Any:
    """Least squares with columns scaled to length 1, as NumPy does it."""
    columns, y = vander(as_array(x) * 1.0, deg + 1), as_array(y)
    if w is not None:
        w = as_array(w)
        columns, y = columns * w[:, None], y * (w[:, None] if y.ndim > 1 else w)
    scale = e.sqrt(reduce.sum(columns * columns, axis=0))
    found = la.lstsq(columns / scale, y).x
    return found / (scale[:, None] if y.ndim > 1 else scale)


def poly(zeros: Any) -> Any:
    """The polynomial with these zeros: the product of its linear factors."""
    zeros = as_array(zeros)
    if zeros.ndim != 1:
        raise NoRuleError("np.poly of a matrix has no derivative rule here: it has one for a vector of zeros")
    one = create.ones_like(zeros[:1])
    out = one
    for i in range(zeros.shape[0]):
        out = numeric.convolve(out, shape.concat([one, -zeros[i : i + 1]]))
    return out


def polydiv(u: Any, v: Any) -> Any:
    """The quotient and the remainder: long division."""
    u, v = (arrange.at_least(a, 1) * 1.0 for a in (u, v))
    steps = max(u.shape[0] - v.shape[0] + 1, 1)
    if u.shape[0] < v.shape[0]:
        return u[:1] * 0, u
    quotient = []
    for _ in range(steps):
        quotient.append(u[0] / v[0])
        u = shape.concat([u[1 : v.shape[0]] - quotient[-1] * v[1:], u[v.shape[0] :]])
    first = next((i for i, c in enumerate(raw(u)) if not np.isclose(c, 0, rtol=1e-14)), max(u.shape[0] - 1, 0))
    return shape.stack(quotient), u[first:] if u.shape[0] else raw(u).dtype.type(0) * quotient[0][None]
