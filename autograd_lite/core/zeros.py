"""Products where a zero says that nothing arrived: it annihilates what it meets, infinities too.

An adjoint that went through an operation that selects may have holes: exact zeros where nothing arrived.
"""

from __future__ import annotations

from typing import Any

from autograd_lite.arrays.libraries import all_finite, has_nan
from autograd_lite.arrays.stand_ins import StandIn
from autograd_lite.core.op import OPS
from autograd_lite.core.recording import Call
from autograd_lite.core.tensor import Tensor, held, raw

__all__ = ["gate", "gate_product", "pick"]


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
        bare = tuple([raw(x) for x in (g, *xs)])
        standing = next((x for x in bare if isinstance(x, StandIn)), None)
        if standing is not None:  # as one function, which decides by what it meets
            return held(standing.called(lambda g, *xs: gate_product(transpose, g, list(xs), i), bare, {}))
    plain = transpose(g, *xs)
    if not isinstance(plain, Tensor) and not has_nan(plain):
        return plain  # a zero that met an infinity or a NaN would have left a NaN
    values = [raw(x) for x in xs]
    singular = [k for k, x in enumerate(values) if k != i and not all_finite(x)]
    if not singular:
        return plain
    where, isfinite = OPS["where"].call, OPS["isfinite"].call
    arrived = where(raw(g) != 0, 1.0, 0.0)
    ones = [where(x == x, 1.0, 1.0) for x in values]
    met: Any = 0.0
    for k in singular:
        met = met + transpose(arrived, *ones[:k], where(isfinite(values[k]), 0.0, 1.0), *ones[k + 1 :])
    cleaned = [where(isfinite(values[k]), x, 0.0) if k in singular else x for k, x in enumerate(xs)]
    return where(met > 0, plain, transpose(g, *cleaned))
