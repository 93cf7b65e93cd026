"""Making contributions fit, and products with and without holes.

A contribution to an adjoint takes the shape and dtype of what it is an adjoint of. And an adjoint that went through
an operation that selects may have holes: exact zeros where nothing arrived, which annihilate whatever they meet.
"""

from __future__ import annotations

from typing import Any

from numpy import asarray

from autograd_lite.backend import PYTHON, SCALARS, all_finite, has_nan, is_complex, is_inexact
from autograd_lite.op import OPS, Call
from autograd_lite.tensor import Tensor, held
from autograd_lite.traced import Traced, called

__all__ = ["alike", "conform", "fit", "gate", "gate_product", "pick"]


def alike(a: Any, b: Any) -> bool:
    """Whether two operands have one shape and dtype, so that no contribution needs to be conformed."""
    cls = a.__class__
    if cls in SCALARS or b.__class__ is not cls:
        return cls is b.__class__
    return bool(a.shape == b.shape and a.dtype is b.dtype)


def conform(c: Any, x: Any) -> Any:
    """`c`, a contribution to the adjoint of `x` (or None), in the shape and dtype of `x`: broadcast axes are summed."""
    cls = c.__class__
    if c is None or (cls is x.__class__ and (cls in SCALARS or (c.shape == x.shape and c.dtype is x.dtype))):
        return c
    if cls in PYTHON:  # from a rule that multiplies with Python's numbers: 1j * g
        c = asarray(c)[()]
        cls = c.__class__
    if c.shape != x.shape:
        op = OPS["sum_to"]
        c = op.call(c, x.shape) if isinstance(c, Tensor) else op.kernels[cls](c, tuple(x.shape))
    if c.dtype != x.dtype:
        if is_complex(c) and not is_complex(x):
            c = OPS["real"].call(c)
        if c.dtype != x.dtype and is_inexact(x):
            c = OPS["astype"].call(c, x.dtype)
    return c


def fit(t: Any, v: Any) -> Any:
    """`t`, a tangent of `v`, in the shape and dtype of `v`."""
    if t.shape != v.shape:
        t = OPS["broadcast_to"].call(t, tuple(v.shape))
    return t if t.dtype == v.dtype else conform(t, v)


def _tracked(*factors: Any) -> bool:
    return any([isinstance(x, Tensor) and x._row.seq for x in factors])


def gate(g: Any, p: Any) -> Any:
    """``g * p`` where an exact zero of one means that nothing arrived: it annihilates even an infinity of the other.

    An element that `where`, an index or a maximum did not select contributes nothing, however singular its
    partial. Only rows below such an operation come here, and only a NaN in the product makes them pay. On tracked
    Tensors the factors themselves are masked, so that the same holds at the next order.
    """
    if not _tracked(g, p):
        return OPS["gated_product"].call(g, p)
    where, isfinite = OPS["where"].call, OPS["isfinite"].call
    met = (p != 0) | isfinite(g)
    if _tracked(p):  # its zero may be a number's like any other, and then what is undefined stays so
        met = met | OPS["isnan"].call(g)
    return where(met, g, 0.0) * where((g != 0) | isfinite(p), p, 0.0)


def pick(g: Any, w: Any) -> Any:
    """``g * w`` for weights of an operation that selects: an exact zero of `w` drops even an infinite `g`."""
    return OPS["where"].call(w == 0, 0.0, g * w) if _tracked(g, w) else OPS["picked_product"].call(g, w)


def gate_product(transpose: Call, g: Any, xs: list[Any], i: int) -> Any:
    """``transpose(g, *xs)``, the pull of factor `i` of a product, for adjoints with holes; its push is alike.

    A zero of `g` drops what it would have met in the other factors: an entry keeps a NaN or an infinity only where
    something that arrived met it.
    """
    if not _tracked(g, *xs):
        bare = tuple([x._row.value if isinstance(x, Tensor) else x for x in (g, *xs)])
        if any([isinstance(x, Traced) for x in bare]):  # one line of the program, which decides by what it meets
            return held(called(lambda g, *xs: gate_product(transpose, g, list(xs), i), bare, {}))
    plain = transpose(g, *xs)
    if not isinstance(plain, Tensor) and not has_nan(plain):
        return plain  # a zero that met an infinity or a NaN would have left a NaN
    values = [x.value if isinstance(x, Tensor) else x for x in xs]
    singular = [k for k, x in enumerate(values) if k != i and not all_finite(x)]
    if not singular:
        return plain
    where, isfinite = OPS["where"].call, OPS["isfinite"].call
    arrived = where((g.value if isinstance(g, Tensor) else g) != 0, 1.0, 0.0)
    ones = [where(x == x, 1.0, 1.0) for x in values]
    met: Any = 0.0
    for k in singular:
        met = met + transpose(arrived, *ones[:k], where(isfinite(values[k]), 0.0, 1.0), *ones[k + 1 :])
    cleaned = [where(isfinite(values[k]), x, 0.0) if k in singular else x for k, x in enumerate(xs)]
    return where(met > 0, plain, transpose(g, *cleaned))
