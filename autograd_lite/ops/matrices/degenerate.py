"""Where a decomposition has no derivative: vectors of equal eigenvalues or singular values, or of none.

What a sweep needs of them raises `DegenerateError`. A reverse sweep sees the adjoints that arrive; a forward sweep,
which cannot know who needs a tangent, makes it NaN, which is the error where it reaches a result (see `undefined`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import decided, is_complex, on_host, real_dtype
from autograd_lite.core.rules import general
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.errors import DegenerateError
from autograd_lite.ops.constants import still
from autograd_lite.ops.elementwise import abs, imag, where
from autograd_lite.ops.matrices.undefined import remember
from autograd_lite.ops.reduce import any, max, sum
from autograd_lite.ops.shape import expand_dims


def epsilon(x: Any) -> float:
    return float(np.finfo(real_dtype(x)).eps)


def gaps_of(w: Any) -> tuple[Any, Any]:
    """w[j] - w[i], 1 where they are equal to rounding; and where that is, the diagonal included."""
    value = still(w)
    apart = value[..., None, :] - value[..., :, None]
    largest = max(abs(value), axis=-1, keepdims=True)[..., None] if value.shape[-1] else 0.0
    equal = abs(apart) <= value.shape[-1] * epsilon(value) * largest
    return where(equal, 1.0, expand_dims(w, -2) - expand_dims(w, -1)), equal


def others(equal: Any) -> Any:
    """Which pairs of different columns have equal values."""
    return equal & ~np.eye(equal.shape[-1], dtype=bool)


def _unsettled(t: Any, v: Any, g: Any, columns: Any, name: str) -> Any:
    return undefined(t, columns & (still(t) != 0), partial(_why, name), columns[..., 0, :])


_settled = general(
    "settled",
    lambda g, columns, name, xp=np: +g,
    (_unsettled, 0),
    (_unsettled, 0),
    signature="g, columns, /, name",
    batch="leading",
    doc="The same again, but `columns` have no derivative: NaN, which is an error where it reaches a result.",
)


def _why(name: str, columns: Any) -> str:
    if name == "zero":
        return vanishing(columns)
    if name == "cond":
        return "cond: no derivative at a matrix of zeros; perturb it"
    return completing(name[:-1]) if name.endswith("+") else repeated(name, columns)


def completing(name: str) -> str:
    remedy = "mode='reduced'" if name == "qr" else "full_matrices=False"
    return f"{name}: the columns that complete a basis have no derivative; leave them out: {remedy}"


def refuse(name: str, columns: Any, *adjoints: Any) -> tuple[Any, ...]:
    """The adjoints of vectors. Raise if one is needed whose column has no derivative; later, if a derivative is."""
    for g in adjoints:
        if decided(any(columns[..., None, :] & (still(g) != 0)), otherwise=False):
            raise DegenerateError(_why(name, columns))
    return tuple([settled(name, columns, g) for g in adjoints])


def settled(name: str, columns: Any, x: Any) -> Any:
    """`x`, whose `columns` have no derivative: a sweep that needs it raises."""
    return _settled(x, columns[..., None, :], name) if _tracked(x) else x


def _tracked(x: Any) -> bool:
    return isinstance(x, Tensor) and x.requires_grad


def repeated(name: str, columns: Any) -> str:
    return (
        f"{name}: equal {'singular values' if name == 'svd' else 'eigenvalues'} at {_first(columns)}; their "
        f"vectors have no derivative there. Use the values alone, or perturb the matrix"
    )


def is_zero(s: Any) -> Any:
    """Which singular values are 0 to rounding."""
    value = still(s)
    return value <= value.shape[-1] * epsilon(value) * (max(value, axis=-1, keepdims=True) if value.shape[-1] else 0.0)


def refuse_phase(name: str, *parts: tuple[Any, Any]) -> None:
    """Raise if adjoints of complex vectors, given as pairs ``(vectors, adjoint)``, say that a result hangs on a phase.

    A phase φ turns columns v to exp(iφ)v, those of all `parts` together, and a result of adjoints g by -Im Σ v g. That
    is of the size of g where the result depends on φ; and where it does not, rounding, which is enlarged as often as a
    nearly defective matrix has ill-conditioned vectors. The fourth root of eps lies well between.
    """
    if not is_complex(parts[0][0]):
        return
    by: Any = 0.0
    size: Any = 1.0
    for v, g in parts:
        product = still(v) * still(g)
        by, size = by + sum(imag(product), axis=-2), size + sum(abs(product), axis=-2)
    if decided(any(abs(by) > epsilon(still(parts[0][0])) ** 0.25 * size), otherwise=False):
        raise DegenerateError(
            f"{name}: the result depends on the phase of complex vectors, which nothing fixes, so that it has no "
            f"derivative. Use what does not: abs(v), v @ v^H, v * conj(v[k]) / abs(v[k]); of svd, u and vh of one call"
        )


def vanishing(zero: Any) -> str:
    return f"svd: a singular value at {_first(zero)} is 0; its vectors have no derivative there"


def _first(where_: Any) -> tuple[int, ...]:
    value = raw(where_)
    value = getattr(value, "example", value)  # of a recording: what it was made from
    return tuple([int(i[0]) for i in np.nonzero(on_host(value))])


def undefined(x: Any, bad: Any, why: Callable[[Any], str], columns: Any) -> Any:
    """`x`, NaN where `bad`, which `why` of `columns` explains: a forward sweep cannot know who needs it."""
    if not decided(any(bad), otherwise=True):
        return x
    remember(why(columns))
    return where(bad, np.nan, x)


def moving(t: Any) -> Any:
    """Which matrices have a tangent at all."""
    return any(still(t) != 0, axis=(-2, -1), keepdims=True)


def turned(name: str, equal: Any, x: Any, t: Any) -> Any:
    """How vectors turn along `t`, NaN where those of equal values would have to."""
    pairs = others(equal) & moving(t)
    return undefined(x, pairs, partial(repeated, name), pairs.any(axis=-2))


def nothing(g: Any) -> bool:
    """Whether an adjoint is nothing but zeros that no derivative can fill."""
    return not _tracked(g) and not decided(any(still(g)), otherwise=True)


def beside_nothing(factors: tuple[Any, ...], *adjoints: Any) -> tuple[Any, ...]:
    """What adjoints that are 0 are multiplied with: constants, for only the adjoints' own derivatives remain."""
    here = [decided(any(still(g)), otherwise=True) for g in adjoints]
    return factors if True in here else tuple([still(f) for f in factors])


def needed(v: Any, g: Any) -> Any:
    """The vectors `v`, as constants where the adjoint of their value is 0, so that none needs to have a derivative."""
    if not _tracked(v):
        return v
    return where(expand_dims(still(g) != 0, -2), v, still(v))
