"""NumPy's polynomials: vectors of coefficients, the highest power first."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from autograd_lite import linalg as la
from autograd_lite.arrays.libraries import as_array, decided, is_complex, is_inexact, on_host, real_dtype
from autograd_lite.core.rules import general
from autograd_lite.core.tensor import raw
from autograd_lite.errors import DegenerateError
from autograd_lite.ops import arrange, create, elementwise as e, numeric, reduce, shape
from autograd_lite.ops.constants import lying
from autograd_lite.ops.matrices import degenerate, products
from autograd_lite.ops.order import in_c_order


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    x = as_array(x)
    if x.ndim != 1:
        raise ValueError(f"np.vander: of a vector, not of shape {tuple(x.shape)}")
    n = x.shape[0] if N is None else N
    powers = x[:, None] ** np.arange(n)
    return powers if increasing else in_c_order(shape.flip(powers, axis=1))


def roots(p: Any) -> Any:
    """The zeros of a polynomial, as NumPy finds them: those at 0 of its last coefficients come last, exactly."""
    p = arrange.at_least(p, 1)
    if p.ndim != 1:
        raise ValueError("np.roots: the coefficients are a vector")
    places = np.flatnonzero(raw(p))
    if not places.size:
        return create.zeros(0)
    p = p * 1.0
    if p.shape[0] - int(places[0]) < 2:
        return create.zeros(0, dtype=p.dtype)
    found = _roots(p)
    in_reals = not is_complex(p) and decided(np.all(raw(e.imag(found)) == 0), otherwise=False)
    return e.real(found) if in_reals else found


def _roots_kernel(p: Any) -> Any:
    found: Any = np.roots(p)
    return found.astype(np.result_type(found, np.complex64), copy=False)  # real where all happen to be


def _moved(r: Any, p: Any) -> Any:
    """How a root moves with each coefficient, from p(r) = 0: -rⁿ⁻ᵏ / p'(r), all of them, those that are 0 included.

    Raises DegenerateError where roots are equal: that is an infinite speed, and what is 0 times it nobody knows.
    """
    equal = degenerate.others(degenerate.gaps_of(r)[1])
    if decided(reduce.any(equal), otherwise=False):
        count = int(np.sum(np.any(on_host(lying(equal)), axis=-1)))
        raise DegenerateError(
            f"roots: {count} of them are equal, and move infinitely fast: divide the polynomial by their factor first"
        )
    powers = [create.ones_like(r)]
    for _ in range(p.shape[0] - 1):
        powers.append(powers[-1] * r)
    return -shape.stack(powers[::-1], axis=0) / numeric.polyval(polyder(p), r)


def _roots_pull(g: Any, r: Any, p: Any) -> Any:
    return reduce.sum(_moved(r, p) * g, axis=-1)


def _roots_push(t: Any, r: Any, p: Any) -> Any:
    return products.matmul(t * 1.0, _moved(r, p))


_roots = general(
    "roots",
    _roots_kernel,
    _roots_pull,
    _roots_push,
    signature="p, /",
    doc="The zeros of a polynomial.",
)


def polyadd(p: Any, q: Any, sign: int = 1) -> Any:
    p, q = (arrange.at_least(a, 1) for a in (p, q))
    n = max(p.shape[0], q.shape[0])
    p, q = (a if a.shape[0] == n else shape.concat([np.zeros(n - a.shape[0], a.dtype), a]) for a in (p, q))
    return p + q if sign > 0 else p - q


def polymul(p: Any, q: Any) -> Any:
    """Their convolution, without the zeros they begin with, as NumPy has it."""
    return numeric.convolve(*[_from_degree(a) for a in (p, q)])


def _from_degree(p: Any) -> Any:
    p = arrange.at_least(p, 1)
    if p.ndim > 1:
        raise ValueError(f"np.polymul: polynomials are vectors, not of shape {tuple(p.shape)}")
    places = np.flatnonzero(raw(p))
    return p[int(places[0]) :] if places.size else p[-1:] if p.size else create.zeros(1, dtype=p.dtype)


def polyder(p: Any, m: int = 1) -> Any:
    if p.ndim != 1 or m < 0:
        raise ValueError(f"np.polyder: takes a vector and an order of 0 or more, not shape {tuple(p.shape)} and {m}")
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The polynomial integrated `m` times, with one constant of integration `k` for all times, or one each."""
    p, k = as_array(p), arrange.at_least(0.0 if k is None else k, 1) * 1.0
    if m < 0:
        raise ValueError("np.polyint: the order is 0 or more; np.polyder differentiates")
    if k.shape[0] < m and k.shape[0] != 1:
        raise ValueError(f"np.polyint: {m} times need one constant k, or {m}, not {k.shape[0]}")
    for i in range(m):
        powers = np.arange(p.shape[0], 0, -1).astype(real_dtype(p) if is_inexact(p) else int)
        p = shape.concat([p / powers, k[:1] if k.shape[0] == 1 else k[i : i + 1]])
    return p


def polyval2d(x: Any, y: Any, c: Any) -> Any:
    """``np.polynomial.polynomial.polyval2d``: the lowest power first, that of x along the first axis of `c`."""
    return polyvalnd((x, y), c)


def polyvalnd(pts: Any, c: Any) -> Any:
    """``np.polynomial.polynomial.polyvalnd``: the power of each of `pts` along an axis of `c`, from the first on."""
    points, c = [as_array(x) for x in pts], _coefficients(c)
    if len({tuple(x.shape) for x in points}) > 1:
        shapes = ", ".join([str(tuple(x.shape)) for x in points])
        raise ValueError(f"np.polynomial.polynomial.polyvalnd: the points' coordinates have different shapes {shapes}")
    c = _beside(c, points[0])
    for x in points:
        c = _horner(x, c)
    return c


def polygrid2d(x: Any, y: Any, c: Any) -> Any:
    """The same at every pair of an x and a y."""
    x, y = as_array(x), as_array(y)
    return _horner(y, _beside(_horner(x, _beside(arrange.at_least(_coefficients(c), 1), x)), y))


def _coefficients(c: Any) -> Any:
    """`c` as floating-point numbers, in which `np.polynomial` computes."""
    c = as_array(c)
    return c if is_inexact(c) else create.astype(c, float)


def _beside(c: Any, x: Any) -> Any:
    """`c` with axes for those of `x`."""
    return shape.reshape(c, (*c.shape, *[1] * x.ndim))


def _horner(x: Any, c: Any) -> Any:
    c = arrange.at_least(c, 1)  # at each step, as NumPy does
    out = c[-1] + 0 * x
    for i in range(2, c.shape[0] + 1):
        out = c[-i] + out * x
    return out


def polyfit(
    x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: bool | str = False
) -> Any:
    """Least squares with columns scaled to length 1, as NumPy does it."""
    x, y = as_array(x) * 1.0, as_array(y) * 1.0
    if y.ndim not in (1, 2) or x.ndim != 1 or x.shape[0] != y.shape[0] or not x.shape[0]:
        raise TypeError(f"np.polyfit: takes vectors of one length, not shapes {tuple(x.shape)} and {tuple(y.shape)}")
    columns = vander(x, int(deg) + 1)
    rcond = x.shape[0] * np.finfo(real_dtype(x)).eps if rcond is None else rcond
    if w is not None:
        w = as_array(w)
        columns, y = columns * w[:, None], y * (w[:, None] if y.ndim > 1 else w)
    scale = e.sqrt(reduce.sum(columns * columns, axis=0))
    columns = columns / scale
    found, residuals, rank, s = la.lstsq(columns, y, rcond)
    found = found / (scale[:, None] if y.ndim > 1 else scale)
    if full:
        return found, residuals, rank, s, create.asarray(rcond)
    if raw(rank) != columns.shape[1]:
        warnings.warn("np.polyfit: the fit may be poorly conditioned", np.exceptions.RankWarning, stacklevel=2)
    if not cov:
        return found
    spread = la.inv(columns.mT @ columns) / products.outer(scale, scale)
    if cov == "unscaled":
        factor: Any = 1
    elif x.shape[0] <= columns.shape[1]:
        raise ValueError("np.polyfit: to scale the covariances there must be more points than coefficients")
    else:
        factor = residuals / (x.shape[0] - columns.shape[1])
    return found, (spread[:, :, None] if y.ndim > 1 else spread) * factor


def poly(zeros: Any) -> Any:
    """The polynomial with these zeros, the product of its linear factors; or the characteristic one of a matrix."""
    zeros = arrange.at_least(zeros, 1)
    if zeros.ndim == 2 and zeros.shape[0] == zeros.shape[1] and zeros.shape[0]:
        return _characteristic(zeros)
    if zeros.ndim != 1:
        raise ValueError(f"np.poly: takes a vector of zeros or a square matrix, not shape {tuple(zeros.shape)}")
    zeros = zeros if is_inexact(zeros) else create.astype(zeros, float)
    one = create.ones_like(zeros[:1])
    out = one
    for i in range(zeros.shape[0]):
        out = numeric.convolve(out, shape.concat([one, -zeros[i : i + 1]]))
    places = np.sort(on_host(raw(zeros)))
    return e.real(out) if is_complex(out) and np.all(places == np.sort(places.conj())) else out


def _characteristic(x: Any) -> Any:
    """det(z - x) as a polynomial in z, by Faddeev and LeVerrier: right where eigenvalues are repeated."""
    x = x * 1.0
    eye, part, out = np.eye(x.shape[0], dtype=real_dtype(x)), x, [create.ones_like(x[0, 0])]
    for k in range(1, x.shape[0] + 1):
        out.append(-products.trace(part) / k)
        part = x @ (part + out[-1] * eye)
    return shape.stack(out)


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
