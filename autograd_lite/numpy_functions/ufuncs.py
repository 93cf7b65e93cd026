"""NumPy's ufuncs with all their manners: ``reduce``, ``accumulate``, ``outer``, ``at``, ``out=``, ``where=``, …

Each method is written for any ufunc, from the function of Tensors that computes it; where an operation of this
package does the same at once (``np.add.reduce`` is a sum), that is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce as fold
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.errors import NoRuleError
from autograd_lite.numpy_functions.writes import at, fits, into, refuse
from autograd_lite.ops import create, cumulative, elementwise as e, index, reduce, shape, statistics
from autograd_lite.ops.axes import normal_axis

Call = Callable[..., Any]

REDUCTIONS: dict[Any, Call] = {
    np.add: reduce.sum,
    np.multiply: reduce.prod,
    np.maximum: reduce.max,
    np.minimum: reduce.min,
    np.fmax: statistics.nanmax,
    np.fmin: statistics.nanmin,
    np.logaddexp: reduce.logsumexp,
}
"""``ufunc.reduce`` where it is an operation; for any other ufunc it is a fold."""

ACCUMULATIONS: dict[Any, Call] = {
    np.add: cumulative.cumulative_sum,
    np.multiply: cumulative.cumulative_prod,
    np.maximum: cumulative.cumulative_max,
    np.minimum: cumulative.cumulative_min,
    np.logaddexp: cumulative.cumulative_logsumexp,
}
"""The same for ``ufunc.accumulate``."""

NEUTRAL = {
    np.add: 0,
    np.multiply: 1,
    np.maximum: -np.inf,
    np.minimum: np.inf,
    np.logaddexp: -np.inf,
    np.fmax: np.nan,
    np.fmin: np.nan,
}
"""What an entry left out by ``where=`` counts as."""


# -- the call itself --------------------------------------------------------------------------------------------------


def _call(
    ufunc: Any,
    function: Call,
    *inputs: Any,
    out: Any = None,
    where: Any = True,
    dtype: Any = None,
    signature: Any = None,
    casting: Any = "same_kind",
    axes: Any = None,
    axis: int | None = None,
    keepdims: bool = False,
    order: str = "K",
    subok: bool = True,
) -> Any:
    """``ufunc(*inputs, **options)``. `order` and `subok` are about memory and subclasses: they change no value."""
    name = f"np.{ufunc.__name__}"
    outs = out or (None,) * ufunc.nout
    for target in outs:
        if target is not None:
            refuse(name, target, *inputs)
    if dtype is not None or signature is not None:
        inputs = as_loop(ufunc, inputs, dtype if signature is None else signature, casting)
    if ufunc.signature is not None:
        results = _over_axes(ufunc, function, inputs, axes, axis, keepdims)
    elif where is True:
        results = function(*inputs)
    elif any([target is None for target in outs]):
        raise NoRuleError(f"{name} with where= and without out= leaves entries undefined: pass out=, or use np.where")
    else:
        results = _masked(name, function, inputs, outs, np.broadcast_to(raw(where), outs[0].shape), casting)
    several = results if isinstance(results, tuple) else (results,)
    done = [r if o is None else into(o, r, name, casting) for r, o in zip(several, outs, strict=True)]
    return tuple(done) if isinstance(results, tuple) else done[0]


def as_loop(ufunc: Any, inputs: Any, wanted: Any = None, casting: Any = "same_kind") -> tuple[Any, ...]:
    """The inputs in the dtypes that NumPy computes in, for ``dtype=`` or ``signature=`` if `wanted`. Raises what NumPy
    raises."""
    if wanted is None:
        wanted = (None,) * (ufunc.nin + ufunc.nout)
    elif not isinstance(wanted, (tuple, str)) or wanted in np.sctypeDict:
        wanted = (None,) * ufunc.nin + (np.dtype(wanted),) * ufunc.nout
    elif isinstance(wanted, str):
        wanted = tuple([np.dtype(c) for c in wanted.replace("->", "")])
    given = [type(x) if type(x) in (int, float, complex) else as_array(x).dtype for x in inputs]
    loop = ufunc.resolve_dtypes((*given, *[None] * ufunc.nout), signature=wanted, casting=casting)
    return tuple([create.astype(as_array(x), dtype, copy=False) for x, dtype in zip(inputs, loop, strict=False)])


def _masked(name: str, function: Call, inputs: Any, outs: Any, mask: Any, casting: Any) -> Any:
    """What `outs` hold, with `function` of the inputs where the mask says: nothing is computed elsewhere."""
    chosen = function(*[shape.broadcast_to(as_array(x), mask.shape)[mask] for x in inputs])
    several = chosen if isinstance(chosen, tuple) else (chosen,)
    for out, new in zip(outs, several, strict=True):
        fits(name, new, out, casting)
    written = tuple([index.setitem(out, mask, new) for out, new in zip(outs, several, strict=True)])
    return written if isinstance(chosen, tuple) else written[0]


def _over_axes(ufunc: Any, function: Call, inputs: Any, axes: Any, axis: int | None, keepdims: bool) -> Any:
    """A ufunc of vectors or matrices, which lie along `axes`: one tuple an input, and one for the result."""
    if axis is None and axes is None and not keepdims:
        return function(*inputs)
    axes = [axis if axis is not None else -1] * ufunc.nin if axes is None else axes
    axes = [tuple(a) if np.iterable(a) else (a,) for a in axes]
    axes += [()] * (ufunc.nin + ufunc.nout - len(axes))
    moved = [shape.moveaxis(as_array(x), a, _last(a)) for x, a in zip(inputs, axes, strict=False)]
    out = function(*moved)
    if keepdims:
        return shape.expand_dims(out, axes[0])
    return shape.moveaxis(out, _last(axes[-1]), axes[-1]) if axes[-1] else out


def _last(axes: Any) -> tuple[int, ...]:
    return tuple(range(-len(axes), 0))


# -- methods ----------------------------------------------------------------------------------------------------------


def _reduce(
    ufunc: Any,
    function: Call,
    x: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """``ufunc.reduce``: an operation if there is one, else the function folded along an axis."""
    name = f"np.{ufunc.__name__}.reduce"
    x = as_array(x) if dtype is None else create.astype(as_array(x), dtype, copy=False)
    if where is not True:
        if ufunc not in NEUTRAL:
            raise NoRuleError(f"{name} with where= has no derivative rule here: select the entries by an index first")
        if ufunc.identity is None and initial is None:
            raise ValueError(f"{name}: where= needs initial=, since there is no identity for entries left out")
        x = e.where(np.broadcast_to(raw(where), np.shape(x)), x, NEUTRAL[ufunc])
    direct = REDUCTIONS.get(ufunc)
    if direct is None or not x.size:
        result = _folded(name, ufunc, function, x, axis, keepdims, initial)
    else:
        result = direct(x, axis=axis, keepdims=keepdims)
        result = result if initial is None else function(initial, result)
    return result if out is None else into(out[0], result, name)


def _folded(name: str, ufunc: Any, function: Call, x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
    axes = tuple(range(x.ndim)) if axis is None else tuple(axis) if np.iterable(axis) else (axis,)
    if not x.size:  # the start value and nothing else, or NumPy's error
        start = {} if initial is None else {"initial": 0.0}
        empty = ufunc.reduce(np.empty(x.shape, x.dtype), axis, keepdims=keepdims, **start)
        start = empty if initial is None else create.astype(as_array(initial), raw(x).dtype)
        return shape.broadcast_to(as_array(start), np.shape(empty))
    if len(axes) != 1:
        raise ValueError(f"{name}: cannot be reduced over {len(axes)} axes at once; reduce over one after the other")
    at_axis = normal_axis(name, x, axes[0])
    parts = shape.unstack(x, axis=at_axis)
    result = fold(function, parts if initial is None else (initial, *parts))
    return shape.expand_dims(result, at_axis) if keepdims else result


def _accumulate(ufunc: Any, function: Call, x: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """``ufunc.accumulate``: every step of the fold."""
    x = as_array(x) if dtype is None else create.astype(as_array(x), dtype, copy=False)
    name = f"np.{ufunc.__name__}.accumulate"
    direct = ACCUMULATIONS.get(ufunc)
    if direct is not None:
        result = direct(x, axis=axis)
    else:
        axis = normal_axis(name, x, axis)
        result = shape.stack(list(accumulate(shape.unstack(x, axis=axis), function)), axis=axis)
    return result if out is None else into(out[0], result, name)


def _reduceat(
    ufunc: Any, function: Call, x: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None
) -> Any:
    """``ufunc.reduceat``: from each index to the next one; a single entry where the next one is not larger."""
    x = as_array(x) if dtype is None else create.astype(as_array(x), dtype, copy=False)
    name = f"np.{ufunc.__name__}.reduceat"
    axis = normal_axis(name, x, axis)
    starts = [int(i) for i in raw(indices)]
    if any([not 0 <= i < x.shape[axis] for i in starts]):
        raise IndexError(f"{name}: indices {starts} for {x.shape[axis]} entries along axis {axis}")
    stops = [b if b > a else a + 1 for a, b in pairwise([*starts, x.shape[axis]])]
    parts = [_reduce(ufunc, function, cumulative.cut(x, axis, a, b), axis) for a, b in zip(starts, stops, strict=True)]
    result = shape.stack(parts, axis=axis)
    return result if out is None else into(out[0], result, name)


def _outer(ufunc: Any, function: Call, x: Any, y: Any, **options: Any) -> Any:
    """``ufunc.outer``: every entry of `x` with every entry of `y`."""
    x, y = as_array(x), as_array(y)
    return _call(ufunc, function, shape.reshape(x, (*x.shape, *[1] * y.ndim)), y, **options)


METHODS: dict[str, Call] = {
    "__call__": _call,
    "reduce": _reduce,
    "accumulate": _accumulate,
    "reduceat": _reduceat,
    "outer": _outer,
    "at": at,
}
"""How NumPy calls a ufunc."""


def reduction(ufunc: Any, function: Call) -> Call:
    """NumPy's function of which ``ufunc.reduce`` is the work: ``np.sum`` for ``np.add``."""
    direct = REDUCTIONS[ufunc]

    def call(
        a: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
    ) -> Any:
        if dtype is None and initial is None and where is True:
            return direct(a, axis=axis, keepdims=keepdims)
        return _reduce(ufunc, function, a, axis, dtype, None, keepdims, initial, where)

    return call


def extreme(ufunc: Any, function: Call) -> Call:
    """The same for ``np.max`` and ``np.min``, which have no ``dtype=``."""
    reduced = reduction(ufunc, function)

    def call(a: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Any:
        return reduced(a, axis, None, keepdims, initial, where)

    return call


def takes_floats(ufunc: Any) -> bool:
    """Whether it computes on floating-point numbers, real or complex."""
    return any([t[0] in "efdgFDG" for t in ufunc.types])


def about(ufunc: Any) -> str:
    """What a ufunc without a derivative is for: its message's words, from the dtypes it takes."""
    kinds = {t[0] for t in ufunc.types}
    if not kinds:
        return "is for text, and a Tensor holds numbers"
    if kinds <= set("mM"):
        return "is for dates, and a Tensor holds numbers"
    if not takes_floats(ufunc) and kinds != {"O"}:
        return "is for integers, which have no derivatives: cast with .astype(int)"
    return "has no derivative rule here: register one with ag.elementwise"


def is_tracked(x: Any) -> bool:
    """Whether `x` is a Tensor with a tape."""
    return isinstance(x, Tensor) and x._row.seq > 0
