"""Products of arrays: bilinear, so each has two transposes."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, is_complex, is_inexact
from autograd_lite.arrays.memory import LARGE
from autograd_lite.core.fitting import conform, fit
from autograd_lite.core.row import Row
from autograd_lite.core.rules import bilinear, general
from autograd_lite.core.tensor import Tensor
from autograd_lite.core.zeros import gate, gate_product
from autograd_lite.ops.axes import normal_axis
from autograd_lite.ops.elementwise import conj
from autograd_lite.ops.index import scatter, seen_at
from autograd_lite.ops.reduce import sum
from autograd_lite.ops.shape import broadcast_to, column_sums, expand_dims, permute_dims, reshape, sum_to

# -- matmul ---------------------------------------------------------------------------------------------------------------


def _matmul(x: Any, y: Any) -> Any:
    """x y, on plain arrays or in a rule.

    ``dot`` makes the same BLAS call as ``@``, at half the cost for small matrices; but it first fills the result with
    0. A column times a row, which needs no sum, takes ``@`` three times as long.
    """
    flat = x.__class__ is np.ndarray is y.__class__ and 0 < x.ndim <= 2 and 0 < y.ndim <= 2
    return x.dot(y) if flat and (x.size < LARGE or x.shape[-1] == 1) else x @ y


def _by_transpose(x: Any, y: Any) -> Any:
    """x yᵀ of matrices: one row of a recorded sweep, not two."""
    return _matmul(x, y.mT) if x.__class__ is np.ndarray is y.__class__ else _matmul_nt(x, y)


def _transpose_by(x: Any, y: Any) -> Any:
    """xᵀ y of matrices, likewise."""
    return _matmul(x.mT, y) if x.__class__ is np.ndarray is y.__class__ else _matmul_tn(x, y)


def _matmul_x(g: Any, x: Any, y: Any) -> Any:
    """g yᵀ, for matrices, vectors (as a row on the left, a column on the right) and stacks of them."""
    if x.ndim == 2 == y.ndim:
        return _by_transpose(g, y)
    if y.ndim == 1:
        return sum_to(g[..., None] * y, tuple(x.shape)) if x.ndim > 1 else g * y
    if x.ndim == 1:
        return _matmul(y, g) if y.ndim == 2 else sum_to((y @ g[..., None])[..., 0], tuple(x.shape))
    return sum_to(g @ y.mT, tuple(x.shape))


def _matmul_y(g: Any, x: Any, y: Any) -> Any:
    """xᵀ g, for the same."""
    if x.ndim == 2 == y.ndim:
        return _transpose_by(x, g)
    if x.ndim == 1:
        return sum_to(x[:, None] * g[..., None, :], tuple(y.shape)) if y.ndim > 1 else x * g
    if y.ndim == 1:
        return _matmul(g, x) if x.ndim == 2 else sum_to((g[..., None, :] @ x)[..., 0, :], tuple(y.shape))
    return sum_to(x.mT @ g, tuple(y.shape))


# -- tensordot ------------------------------------------------------------------------------------------------------------


def _contracted(x: Any, y: Any, axes: Any) -> tuple[list[int], list[int], list[int], list[int]]:
    """The contracted axes of x and of y, and the axes left of each."""
    if isinstance(axes, (int, np.integer)):
        ax, ay = list(range(x.ndim - axes, x.ndim)), list(range(axes))
    else:
        ax, ay = ([int(i) for i in (a if np.iterable(a) else (a,))] for a in axes)
    ax, ay = [i % x.ndim for i in ax], [i % y.ndim for i in ay]
    return ax, ay, [i for i in range(x.ndim) if i not in ax], [i for i in range(y.ndim) if i not in ay]


def _order(kept: list[int], contracted: list[int]) -> tuple[int, ...]:
    """The permutation that brings axes listed as `kept` then `contracted` back into their order."""
    return tuple([int(i) for i in np.argsort([*kept, *contracted])])


def _tensordot_x(g: Any, x: Any, y: Any, axes: Any) -> Any:
    ax, ay, left, right = _contracted(x, y, axes)
    c = _tensordot(g, y, (tuple(range(len(left), g.ndim)), tuple(right)))  # axes: left of x, then y's in their order
    return permute_dims(c, _order(left, [ax[ay.index(i)] for i in sorted(ay)]))


def _tensordot_y(g: Any, x: Any, y: Any, axes: Any) -> Any:
    ax, ay, left, right = _contracted(x, y, axes)
    c = _tensordot(x, g, (tuple(left), tuple(range(len(left)))))  # axes: x's contracted in their order, then right of y
    return permute_dims(c, _order([ay[ax.index(i)] for i in sorted(ax)], right))


# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
matmul     = bilinear("matmul",    _matmul, _matmul_x, _matmul_y, infix="{} @ {}", doc="The matrix product; vectors and stacks as in ``numpy.matmul``.", batch="leading")
_matmul_nt = bilinear("matmul_nt", lambda x, y, xp=np: _matmul(x, y.mT), lambda g, x, y: _matmul(g, y),       lambda g, x, y: _transpose_by(g, x), infix="{} @ {}.T", doc="x yᵀ, of matrices.", batch="leading")
_matmul_tn = bilinear("matmul_tn", lambda x, y, xp=np: _matmul(x.mT, y), lambda g, x, y: _by_transpose(y, g), lambda g, x, y: _matmul(x, g),       infix="{}.T @ {}", doc="xᵀ y, of matrices.", batch="leading")
_tensordot = bilinear("tensordot", lambda x, y, axes: np.tensordot(x, y, axes)[()], _tensordot_x, _tensordot_y, signature="x, y, /, axes")
# fmt: on


# -- the layer of a network: one row for x Wᵀ + b -----------------------------------------------------------------------


def _affine(x: Any, w: Any, b: Any, xp: Any = np) -> Any:  # the same for every library
    flat = x.__class__ is np.ndarray is w.__class__ and x.ndim == 2 == w.ndim
    if not flat and (not x.shape or len(w.shape) < 2):
        raise ValueError("the input has one axis or more, and the weight two")
    out = x.dot(w.T) if flat and (x.size < LARGE or x.shape[1] == 1) else x @ w.mT  # as `_matmul`, without its call
    if b.shape == out.shape[-1:] and (b.dtype is out.dtype or b.dtype == out.dtype):
        out += b  # in the product's own memory
        return out
    return out + b


def _of_product(g: Any, x: Any, w: Any) -> Any:
    """The adjoint of x Wᵀ from that of x Wᵀ + b: summed over the axes that only b has."""
    shape = (*np.broadcast_shapes(tuple(x.shape[:-2]), tuple(w.shape[:-2])), *x.shape[-2:-1], w.shape[-2])
    return g if tuple(g.shape) == shape else sum_to(g, shape)


def _affine_x(g: Any, x: Any, w: Any) -> Any:
    g = _of_product(g, x, w)
    return _matmul(expand_dims(g, -2) if x.ndim == 1 and w.ndim > 2 else g, w)


def _affine_w(g: Any, x: Any, w: Any) -> Any:
    """(xᵀ g)ᵀ, summed over whatever is stacked in front; in this order, so that it lies in memory as Wᵀ is read."""
    g = _of_product(g, x, w)
    if w.ndim == 2 and g.ndim != 2:
        rows = prod(g.shape[:-1])
        g, x = reshape(g, (rows, g.shape[-1])), reshape(x, (rows, x.shape[-1]))
    if x.ndim == 1:  # of a stack of weights
        x, g = expand_dims(x, 0), expand_dims(g, -2)
    return _transpose_by(x, g).mT


def _affine_pull(g: Any, row: Row, first: int) -> Any:
    """g W, (xᵀ g)ᵀ and 1ᵀ g."""
    x, w, b = row.args
    a, m, c = x.value, w.value, b.value
    rows = g.__class__ is np.ndarray is a.__class__ and a.ndim == 2 == m.ndim and g.shape == (len(a), len(m))
    if rows and g.dtype is a.dtype is m.dtype is c.dtype:
        small = a.size < LARGE or a.shape[1] == 1  # as `_matmul` asks, which would be two calls more
        return (  # a batch of a network: nothing to conform
            (g.dot(m) if small else g @ m) if x.seq >= first else None,
            (a.T.dot(g) if small else a.T @ g).T if w.seq >= first else None,
            (column_sums(g) if c.shape == g.shape[1:] else conform(g, c)) if b.seq >= first else None,
        )
    return (
        conform(_affine_x(g, a, m), a) if x.seq >= first else None,
        conform(_affine_w(g, a, m), m) if w.seq >= first else None,
        conform(g, c) if b.seq >= first else None,
    )


affine = general(
    "affine",
    _affine,
    (
        lambda g, v, x, w, b: gate_product(_affine_x, g, [x, w], 0),
        lambda g, v, x, w, b: gate_product(_affine_w, g, [x, w], 1),
        lambda g, v, x, w, b: g,
    ),
    (
        lambda t, v, x, w, b: t @ w.mT,
        lambda t, v, x, w, b: x @ t.mT,
        lambda t, v, x, w, b: fit(t, v),
    ),
    direct=_affine_pull,
    signature="x, w, b, /",
    batch=lambda n, v, x: "leading" if x.ndim > 1 else None,
    doc="x Wᵀ + b, the layer of a network: x (…, n), W (m, n), b (m,) or anything that adds to (…, m).",
)


# -- and its loss: one row for the sum of (x - y)² ----------------------------------------------------------------------


def _squared_error(x: Any, y: Any, xp: Any = np) -> Any:
    d = x - y
    return np.add.reduce(d * d, None) if xp is np else xp.sum(d * d)


def _along(t: Any, v: Any, d: Any) -> Any:
    """The sum of t d over the axes that `v` has not: in a batch it has one, the last."""
    product = gate(t, d)
    return sum(product, axis=tuple(range(product.ndim - v.ndim)))


squared_error = general(
    "squared_error",
    _squared_error,
    (lambda g, v, x, y: (2 * g) * (x - y), lambda g, v, x, y: (2 * g) * (y - x)),
    (lambda t, v, x, y: _along(2 * t, v, x - y), lambda t, v, x, y: _along(2 * t, v, y - x)),
    gated=(lambda g, v, x, y: gate(2 * g, x - y), lambda g, v, x, y: gate(2 * g, y - x)),
    signature="x, y, /",
    batch=lambda n, v, x: (),
    doc="The sum of (x - y)² over all entries, the loss of regression.",
)


def tensordot(x: Any, y: Any, /, *, axes: Any = 2) -> Any:
    """The sum of products over `axes`: a number of last axes of x and first of y, or a pair of lists of axes."""
    return _tensordot(
        x, y, axes if isinstance(axes, int) else tuple([tuple(a) if np.iterable(a) else (a,) for a in axes])
    )


def vecdot(x: Any, y: Any, /, *, axis: int = -1) -> Any:
    """The dot product of vectors along an axis of one length in both, the first conjugated."""
    x, y = as_array(x), as_array(y)
    if x.shape[normal_axis("vecdot", x, axis)] != y.shape[normal_axis("vecdot", y, axis)]:
        raise ValueError(f"vecdot: vectors of {x.shape[axis]} and of {y.shape[axis]} entries along axis {axis}")
    product = (conj(x) if is_complex(x) else x) * y
    return sum(product, axis=axis, dtype=None if is_inexact(product) else product.dtype)


def outer(x: Any, y: Any, /) -> Any:
    """Every product of an entry of `x` and one of `y`, both flattened."""
    return reshape(x, (-1, 1)) * reshape(y, (1, -1))


def dot(x: Any, y: Any, /) -> Any:
    """``numpy.dot``: a product with a number, else the sum over the last axis of x and the second last of y."""
    x, y = as_array(x), as_array(y)
    if not x.ndim or not y.ndim:
        return x * y
    return matmul(x, y) if x.ndim <= 2 and y.ndim <= 2 else _tensordot(x, y, ((x.ndim - 1,), (max(y.ndim - 2, 0),)))


def inner(x: Any, y: Any, /) -> Any:
    """``numpy.inner``: the sum of products over both last axes."""
    x, y = as_array(x), as_array(y)
    return x * y if not x.ndim or not y.ndim else _tensordot(x, y, ((x.ndim - 1,), (y.ndim - 1,)))


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sum of the diagonal of the last two axes."""
    x = as_array(x)
    n = max(min(x.shape[-2] + min(offset, 0), x.shape[-1] - max(offset, 0)), 0)
    rows, columns = np.arange(n) + max(-offset, 0), np.arange(n) + max(offset, 0)
    return sum(x[..., rows, columns], axis=-1, dtype=dtype)


# -- einsum ---------------------------------------------------------------------------------------------------------------


def _spelled(subscripts: str, ndims: list[int]) -> tuple[list[str], str]:
    """The labels of each operand and of the result, every ellipsis and implicit result spelled out."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ndims):
        raise ValueError(f"einsum: {subscripts!r} names {len(terms)} operands, {len(ndims)} given")
    free = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in subscripts]
    extra = [n - len(t.replace("...", "")) if "..." in t else 0 for t, n in zip(terms, ndims, strict=True)]
    dots = "".join(free[: max(extra, default=0)])
    terms = [t.replace("...", dots[len(dots) - k :]) for t, k in zip(terms, extra, strict=True)]
    if arrow:
        return terms, output.replace("...", dots)
    labels = "".join(t for t in terms)
    once = sorted(c for c in set(labels) if labels.count(c) == 1 and c not in dots)
    return terms, (dots if "..." in inputs else "") + "".join(once)


def _einsum_pull(i: int, g: Any, v: Any, xs: list[Any], subscripts: str) -> Any:
    """The adjoint of operand i: the same sum with g in its place, spread over labels that only it had."""
    terms, output = _spelled(subscripts, [x.ndim for x in xs])
    mine, others = terms[i], [t for k, t in enumerate(terms) if k != i]
    labels = "".join(dict.fromkeys(mine))
    shared = "".join(c for c in labels if c in output or _any_has(c, others))
    c = _einsum(g, *[x for k, x in enumerate(xs) if k != i], subscripts=",".join([output, *others]) + "->" + shared)
    lengths = dict(zip(mine, xs[i].shape, strict=True))
    sizes = dict(zip(shared, c.shape, strict=True))
    c = reshape(c, tuple([sizes.get(label, 1) for label in labels]))
    c = sum_to(c, tuple([1 if lengths[label] == 1 else sizes.get(label, 1) for label in labels]))
    c = broadcast_to(c, tuple([lengths[label] for label in labels]))
    if labels == mine:
        return c
    grid = {a: np.arange(lengths[a]).reshape([-1 if a == b else 1 for b in labels]) for a in labels}
    return scatter(c, tuple(xs[i].shape), tuple([grid[a] for a in mine]))


def _any_has(label: str, terms: list[str]) -> bool:
    return any([label in t for t in terms])


def _einsum_gated(i: int, g: Any, v: Any, xs: list[Any], subscripts: str) -> Any:
    return gate_product(lambda g, *xs: _einsum_pull(i, g, v, list(xs), subscripts), g, xs, i)


def _einsum_push(i: int, t: Any, v: Any, xs: list[Any], subscripts: str) -> Any:
    return gate_product(lambda t, *xs: _einsum(*xs[:i], t, *xs[i + 1 :], subscripts=subscripts), t, xs, i)


def _einsum_of_nothing(operands: list[Any], subscripts: str) -> Any:
    """The sum of products where an operand has no entries: zeros, or an empty array."""
    terms, output = _spelled(subscripts, [x.ndim for x in operands])
    lengths: dict[str, int] = {}
    for label, n in [pair for t, x in zip(terms, operands, strict=True) for pair in zip(t, x.shape, strict=True)]:
        if lengths.setdefault(label, n) == 1:
            lengths[label] = n
        elif n not in (1, lengths[label]):
            raise ValueError(f"{label!r} stands for lengths {lengths[label]} and {n} in {subscripts!r}")
    return np.zeros([lengths[label] for label in output], np.result_type(*operands))[()]


def _einsum_kernel(*args: Any, xp: Any = np) -> Any:
    *operands, subscripts = args
    if xp is np and 0 in [np.size(x) for x in operands]:  # NumPy 2.4 writes past the memory of some empty results
        return _einsum_of_nothing([np.asarray(x) for x in operands], subscripts)
    return (
        np.einsum(subscripts, *operands, optimize=len(operands) > 1, order="C")[()]  # as NumPy's without optimize
        if xp is np
        else xp.einsum(subscripts, *operands)
    )


_einsum = general(
    "einsum",
    _einsum_kernel,
    _einsum_pull,
    _einsum_push,
    gated=_einsum_gated,
    signature="*operands, subscripts",
)


def einsum(subscripts: str, /, *operands: Any) -> Any:
    """The sum of products that `subscripts` spell, as ``numpy.einsum``: ``"ij,jk->ik"``, ``"ii"``, ``"...i->..."``.

    >>> import autograd_lite as ag
    >>> ag.einsum("ii->", ag.eye(3))
    Tensor(3.0)
    """
    if not isinstance(subscripts, str):
        raise TypeError("einsum: give the subscripts as a string, einsum('ij,jk->ik', a, b)")
    if not operands:
        raise ValueError(f"einsum: {subscripts!r} has no operand; give one for each of its terms")
    if len(operands) == 1 and "->" in subscripts and isinstance(operands[0], Tensor):
        (term,), output = _spelled(subscripts, [operands[0].ndim])
        if set(term) == set(output):  # entries chosen and turned, none added up: a view, as NumPy's
            places = np.einsum(f"{term}->{output}", np.arange(operands[0].size).reshape(operands[0].shape))
            return seen_at(operands[0], np.unravel_index(places, operands[0].shape))
    return _einsum(*operands, subscripts=subscripts)
