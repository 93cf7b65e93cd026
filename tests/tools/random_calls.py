"""Calls that other tests know, as steps of random programs: near the arguments at which these are smooth, or elsewhere.

They are those of the registry's walk (every operation, with every example of its shapes and options), of the census
(every differentiable function and ufunc of NumPy's) and of the walk of NumPy's signatures (every argument, by name and
by position).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.numpy_functions import test_signatures as signatures
from tests.numpy_functions.test_protocol_census import leaves
from tests.ops import test_registry as registry
from tests.support.domains import DIFFERENTIABLE as OPERATIONS
from tests.support.numpy_samples import ALL_UFUNCS, DIFFERENTIABLE, FUNCTIONS, UFUNCS

MOST = 24
"""Entries of one value."""

Known = tuple[Callable[..., Any], list[Any]]


PHASES = ("eigh", "eigen", "svd", "np.linalg.eigh", "np.linalg.eig", "np.linalg.svd")
"""Decompositions into vectors whose sign or phase is nobody's choice: only moduli are functions of the matrix."""

NOT_HERE = {
    "np.poly": "whether the result is complex hangs on whether roots are conjugate to the last bit",
    "np.polydiv": "how long the remainder is hangs on whether its entries are 0 to the last bit",
    "np.unique_values": "NumPy's come in no order that it promises",
}
"""Functions that no program calls, and why."""

NOT_SO = {
    "overwrite_input": "NumPy may then write to the argument, and a Tensor's is left as it is",
    "sorted": "NumPy's come in no order that it promises",
    "order": "is of memory, which belongs to a tape",
}
"""Arguments that no call has, and why."""


ONE_WAY = {"partition": "in what order the entries below and above come is not said; the sample sorts them"}
"""Functions that are called as their sample does, and not with each argument in turn."""


@functools.cache
def known() -> dict[str, dict[str, Known]]:
    """The calls, by the function and then by what is special about them: a function of moving arrays, and these."""
    found: dict[str, dict[str, Known]] = {}
    for name in OPERATIONS:
        found[name] = {str(i): (call, list(call.args)) for i, call in enumerate(registry.calls(name)) if call.args}
    for name, (f, *arrays) in DIFFERENTIABLE.items():
        if name in FUNCTIONS and _moving(arrays):
            found[f"np.{name}"] = {"": (f, arrays)}
    for name, arrays in UFUNCS.items():
        if name in ALL_UFUNCS and _moving(arrays):
            found[f"np.{name}"] = {"": (ALL_UFUNCS[name], list(arrays))}
    for title, (name, args, options) in signatures.CALLS.items():
        words = title.partition(": ")[2]
        if name in ONE_WAY:
            continue
        if f"np.{name}" in found and not signatures.given_out(title) and words.partition(" ")[0] not in NOT_SO:
            found[f"np.{name}"][words] = signatures.call_of(name, args, options)
    for name in PHASES:
        found[name] = {words: (functools.partial(_moduli, f), arrays) for words, (f, arrays) in found[name].items()}
    return {name: calls for name, calls in found.items() if calls and name not in NOT_HERE}


def _moduli(f: Callable[..., Any], *arrays: Any) -> Any:
    return [np.abs(part) for part in leaves(f(*arrays))]


def _moving(arrays: Any) -> bool:
    return all([signatures.moving(a) for a in arrays])


def called(name: str, spelling: str, *values: Any) -> Any:
    """The call at the arguments known for it, each moved a little by one of `values`."""
    f, arrays = known()[name][spelling]
    return joined(f(*[moved(a, values[i % len(values)]) for i, a in enumerate(arrays)]))


def applied(name: str, spelling: str, *values: Any) -> Any:
    """The call at `values` themselves."""
    f, arrays = known()[name][spelling]
    return joined(f(*[values[i % len(values)] for i in range(len(arrays))]))


def moved(a: Any, x: Any) -> Any:
    """`a`, which is smooth some way around, in the dtype of `x`, and a smooth function of it."""
    a = np.asarray(a)
    return (a if a.dtype.kind == "c" else a.astype(x.dtype)) + x.dtype.type(0.05) * np.sin(np.resize(x, a.shape))


def joined(out: Any) -> Any:
    """The floating-point numbers of a result, in one array."""
    parts = [np.float64(part) if isinstance(part, float) else part for part in leaves(out)]  # Python's, of NumPy's
    parts = [part for part in parts if np.dtype(part.dtype).kind in "fc"]
    if len(parts) == 1 and parts[0].size <= MOST:
        return parts[0]
    return np.concatenate([np.ravel(part) for part in parts])[:MOST]
