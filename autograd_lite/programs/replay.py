"""Replay: a function's tape, recorded once, as straight-line code."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from autograd_lite.arrays import trees
from autograd_lite.arrays.libraries import NUMPY, PYTHON, is_array
from autograd_lite.asking import function
from autograd_lite.core.modes import MODES, watcher, watching
from autograd_lite.core.row import Row
from autograd_lite.core.tensor import Tensor, held, raw, tick
from autograd_lite.errors import TracerError
from autograd_lite.programs.draws import Draws
from autograd_lite.programs.program import Departure, Program
from autograd_lite.programs.traced import Traced

__all__ = ["replay"]

logger = logging.getLogger("autograd_lite")


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
          strings, booleans) choose a recording of their own. What `f` reads from elsewhere is as it was when recorded;
          random numbers it must be given.
        - It must not look at values (``if``, ``float(x)``, ``x.item()``): branch with `where`. Where shapes depend on
          values, as of ``x[x > 0]``, or this package has a special case, as for singular matrices, every run checks
          that nothing has changed, or `f` is recorded again: at most 8 times, then it is called.
        - It must not write into its arguments. What it prints or appends to, it does only when recorded.
        - Warnings of NumPy are not given in a replay. An error is that of `f`, which is called if a program fails.
        - A call that it makes twice on the same values is made once.

    strict : bool
        Whether a function that cannot be recorded is an error; otherwise it is called as it is, and the log of
        "autograd_lite" says why.

    Returns
    -------
    callable
        Gives what `f` gives, as arrays. Given a tracked Tensor, it calls `f` itself, so that it can be differentiated.

    Raises
    ------
    TracerError
        `f` branches on a value, writes into an argument, draws random numbers, or reads a variable that is none of its
        arguments: pass it (``nn.functional_call`` does that for a model).

    Examples
    --------
    >>> import autograd_lite as ag, numpy as np
    >>> fast = ag.replay(ag.grad(lambda x: ag.sum(ag.sin(x) ** 2)))
    >>> fast(np.array([0.0, np.pi / 4]))
    array([0., 1.])
    >>> fast(np.array([np.pi / 4, 0.0]))  # replayed
    array([1., 0.])
    """
    f = function(f, "replay")
    recordings: dict[Any, _Recordings] = {}
    last: dict[Any, tuple[Any, Any]] = {}  # for each kind of arguments, the program that served last, and its results

    @functools.wraps(f)
    def replayed(*args: Any, **options: Any) -> Any:
        values: Any
        key: Any
        if not options and all([x.__class__ is ndarray for x in args]):  # no containers to take apart
            values, key = args, tuple([(x.shape, x.dtype, x.strides) for x in args])
        else:
            call: Any = (args, options)
            leaves, spec = trees.flatten(call)
            if any([isinstance(x, Traced) or (isinstance(x, Tensor) and x._row.seq) for x in leaves]):
                return f(*args, **options)
            values, key = _keyed(leaves, spec)
            if values is None:
                return f(*args, **options)
        if MODES and watcher() is not None:  # such as `debug`, which wants to see every row
            return f(*args, **options)
        try:
            program, out_spec = last[key]
            if program is not None:
                return trees.unflatten(out_spec, program(*values))
        except Exception as error:  # of whatever class: where `f` fails too, it says so itself (see `_Recordings`)
            spared = isinstance(error, Departure) and error.spared
        else:
            return f(*args, **options)
        try:
            known = recordings.setdefault(key, _Recordings(f, strict))
        except TypeError as error:
            raise TypeError(f"replay: an argument that is no array has to be hashable ({error})") from error
        results, last[key] = known.run(args, options, values, spared)
        return results

    return replayed


MOST = 8
"""Programs of one kind of arguments. A function that needs more takes another way at nearly every call."""


class _Recordings:
    """The programs of `f` for one kind of arguments, each of which goes by other answers of its example."""

    def __init__(self, f: Callable[..., Any], strict: bool) -> None:
        self.f, self.strict, self.careful = f, strict, False
        self.programs: list[tuple[Any, Any]] = []

    def run(self, args: Any, options: Any, values: Any, spared: bool) -> tuple[Any, tuple[Any, Any]]:
        """What `f` gives, and the program that gave it; `spared` says that the last one only spared too much work."""
        if spared:
            self.careful = True
            self.programs.clear()
        results: Any
        for known in self.programs:
            try:
                results = trees.unflatten(known[1], known[0](*values))
            except Exception:  # as `replayed` says
                continue
            return results, known
        if len(self.programs) == MOST:
            message = f"its values decide about shapes or branches, and differed in {MOST} ways; use ag.where, or masks"
            return self._called(args, options, TracerError(message))
        try:
            call: Any = (args, options)
            known = _recorded(self.f, *trees.flatten(call), self.careful)
            results = trees.unflatten(known[1], known[0](*values))
        except Exception as failure:
            if not self.strict:
                return self._called(args, options, failure)
            self.f(*args, **options)  # where it fails too, it says why in its own words
            raise
        self.programs.append(known)
        return results, known

    def _called(self, args: Any, options: Any, reason: Exception) -> tuple[Any, tuple[Any, Any]]:
        """What `f` itself gives, or raises; from now on it is called, and the log says once why it is not replayed."""
        results = self.f(*args, **options)
        level = logging.INFO if isinstance(reason, TracerError) and self.programs == [] else logging.WARNING
        name = getattr(self.f, "__qualname__", repr(self.f))
        logger.log(level, "replay: %s is called instead of replayed: %s", name, str(reason) or type(reason).__name__)
        return results, (None, None)


def _keyed(leaves: list[Any], spec: Any) -> tuple[list[Any] | None, Any]:
    """The values that a program is run on, and what it is found by: their shapes, dtypes and strides (which decide what
    is a view), and all else itself. None for arrays that are not NumPy's own, which are not recorded."""
    values: list[Any] = []
    key: list[Any] = [spec]
    for x in leaves:
        if isinstance(x, Tensor):
            x = x._row.value
        if x.__class__ in NUMPY:
            values.append(x)
            key.append((x.shape, x.dtype, x.strides))
        elif x.__class__ is float or x.__class__ is complex:
            values.append(x)
            key.append(x.__class__)
        elif x.__class__ not in PYTHON and is_array(x):
            return None, None
        else:
            key.append((x.__class__, x))  # for 1 equals True
    return values, tuple(key)


def _recorded(
    f: Callable[..., Any], leaves: list[Any], spec: Any, careful: bool
) -> tuple[Callable[..., list[Any]], Any]:
    """The program of `f`, and the containers of its results; a `careful` one goes by nothing that its example had."""
    plain = [raw(x) for x in leaves]
    varying = [x.__class__ in NUMPY or x.__class__ in (float, complex) for x in plain]
    with Program([x for x, varies in zip(plain, varying, strict=True) if varies], careful) as program:
        inputs = iter(program.inputs)
        filled = [
            (held(next(inputs)) if isinstance(given, Tensor) else next(inputs)) if varies else given
            for given, varies in zip(leaves, varying, strict=True)
        ]
        rows = [(x, x._row) for x in filled if isinstance(x, Tensor)]
        args, options = trees.unflatten(spec, filled)
        draws = Draws(f, leaves)
        with watching(_Own(tick())):
            results = f(*args, **options)
        if any([x._row is not row for x, row in rows]):
            raise TracerError("replay: the function writes into its argument, which no program repeats; copy it first")
        if draws.keep_moved():
            raise TracerError(
                "replay: the function draws random numbers, and would get the same ones in every run; pass them"
            )
        outputs, out_spec = trees.flatten(results)
        known = [raw(x) for x in outputs]
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
