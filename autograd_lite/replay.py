"""Replay: a function's tape, recorded once, as straight-line code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import optree

from autograd_lite.backend import NUMPY, as_value
from autograd_lite.errors import TracerError
from autograd_lite.op import watching
from autograd_lite.tensor import Row, Tensor, held, tick
from autograd_lite.traced import Departure, Program, Traced

__all__ = ["replay"]


def replay(f: Callable[..., Any], *, strict: bool = True) -> Callable[..., Any]:
    """`f`, recorded at its first call and replayed at later ones: the same kernels, without Python between them.

    What `f` computes from its arguments, derivatives included, becomes a list of NumPy calls, made into one Python
    function. It is recorded again for arguments of other shapes, dtypes or containers. For small arrays this is several
    times faster; for large ones as fast as before, or faster where derivatives compute something twice.

    Parameters
    ----------
    f : callable
        A function of arrays and containers of them, usually made by `grad`, `value_and_grad`, `hessian`, …

        - Only arguments may change from call to call: arrays, Python floats and complex numbers. Others (integers,
          strings, booleans) choose a recording of their own. What `f` reads from elsewhere, random numbers too, is as
          it was when recorded.
        - It must not look at values: branch with `where`. What it prints or appends to, it does only when recorded.
        - A call that it makes twice on the same values is made once.

    strict : bool
        Whether a function that cannot be recorded is an error; otherwise it is called as it is.

    Returns
    -------
    callable
        Gives what `f` gives, as arrays. Given a tracked Tensor, it calls `f` itself, so that it can be differentiated.

    Raises
    ------
    TracerError
        `f` branches on a value, or reads a variable that is none of its arguments: pass it
        (``nn.functional_call`` does that for a model).

    Examples
    --------
    >>> import autograd_lite as ag, numpy as np
    >>> fast = ag.replay(ag.grad(lambda x: ag.sum(ag.sin(x) ** 2)))
    >>> fast(np.array([0.0, np.pi / 4]))
    array([0., 1.])
    >>> fast(np.array([np.pi / 4, 0.0]))  # replayed
    array([1., 0.])
    """
    programs: dict[Any, tuple[Callable[..., list[Any]] | None, Any]] = {}

    def recorded(call: Any, careful: bool = False) -> tuple[Callable[..., list[Any]] | None, Any]:
        try:
            return _recorded(f, *optree.tree_flatten(call), careful)
        except Exception:
            if strict:
                raise
            return None, None

    @functools.wraps(f)
    def replayed(*args: Any, **options: Any) -> Any:
        program: Callable[..., list[Any]] | None
        call: Any = (args, options)
        values: Any
        key: Any
        if not options and all([x.__class__ is np.ndarray for x in args]):  # no containers to take apart
            values, key = args, tuple([(x.shape, x.dtype) for x in args])
        else:
            leaves, spec = optree.tree_flatten(call)
            if any([isinstance(x, Tensor) and x._row.seq for x in leaves]):
                return f(*args, **options)
            values, key = _keyed(leaves, spec)
        try:
            program, out_spec = programs[key]
        except KeyError:
            program, out_spec = programs[key] = recorded(call)
        except TypeError as error:
            raise TypeError(f"replay: an argument that is no array has to be hashable ({error})") from error
        try:
            results = program(*values) if program else None
        except Departure:  # only the first program of a kind checks anything
            program, out_spec = programs[key] = recorded(call, careful=True)
            results = program(*values) if program else None
        return f(*args, **options) if results is None else optree.tree_unflatten(out_spec, results)

    return replayed


def _keyed(leaves: list[Any], spec: Any) -> tuple[list[Any], Any]:
    """The values that a program is run on, and what it is found by: their shapes and dtypes, and all else itself."""
    values: list[Any] = []
    key: list[Any] = [spec]
    for x in leaves:
        if isinstance(x, Tensor):
            x = x._row.value
        if x.__class__ is float or x.__class__ is complex:
            x = as_value(x)
        if x.__class__ in NUMPY:
            values.append(x)
            key.append((x.shape, x.dtype))
        else:
            key.append((x.__class__, x))  # for 1 equals True
    return values, tuple(key)


def _recorded(
    f: Callable[..., Any], leaves: list[Any], spec: Any, careful: bool
) -> tuple[Callable[..., list[Any]], Any]:
    """The program of `f`, and the containers of its results; a `careful` one goes by nothing that its example had."""
    plain = [x._row.value if isinstance(x, Tensor) else x for x in leaves]
    varying = [x.__class__ in NUMPY or x.__class__ in (float, complex) for x in plain]
    with Program([as_value(x) for x, varies in zip(plain, varying, strict=True) if varies], careful) as program:
        inputs = iter(program.inputs)
        filled = [
            (held(next(inputs)) if isinstance(given, Tensor) else next(inputs)) if varies else given
            for given, varies in zip(leaves, varying, strict=True)
        ]
        args, options = optree.tree_unflatten(spec, filled)
        with watching(_Own(tick())):
            results = f(*args, **options)
        outputs, out_spec = optree.tree_flatten(results)
        known = [x._row.value if isinstance(x, Tensor) else x for x in outputs]
        for x in known:
            if not isinstance(x, (Traced, np.ndarray, np.generic, int, float, complex)):
                raise TypeError(f"replay: the function gives arrays and containers of them, not {type(x).__name__}")
        return np.errstate(all="ignore")(program.compiled(known)), out_spec


class _Own:
    """Watches a recording: every variable in it is one of the function's own, younger than `since`."""

    def __init__(self, since: int) -> None:
        self.since = since

    def __call__(self, row: Row) -> None:
        if any([0 < arg.seq < self.since for arg in row.args]):
            name = row.op.name if row.op else "the function"
            raise TracerError(
                f"replay: {name} reads a variable that is none of the function's arguments, and would miss later "
                f"changes of it; pass it as an argument (of a model: with nn.functional_call)"
            )
