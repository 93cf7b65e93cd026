"""The two sweeps: one pass over the rows, forward pushing tangents, reverse pulling adjoints.

Tangents and adjoints live here, in a dict keyed by a row's sequence number, never on the rows: sweeps do not
disturb each other, so nested and repeated derivatives cannot be confused. With ``record=True`` the rules are
given Tensors instead of arrays, and the sweep writes its own steps on a tape.

A sweep is silent: where a partial is singular, the derivative shows it (inf, NaN) and `debug` names it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import NUMPY, PYTHON, SCALARS, array_like, has_zero, is_complex, own
from autograd_lite.arrays.memory import LARGE, private
from autograd_lite.core.corners import rounded
from autograd_lite.core.fitting import conform
from autograd_lite.core.nested import lifted, shows_tensors, unwrapped
from autograd_lite.core.op import OPS
from autograd_lite.core.row import Row
from autograd_lite.core.tensor import raw
from autograd_lite.errors import OBJECTS, NonScalarError, NotDifferentiableError, SeedError

__all__ = ["conjugated", "forward", "forward_silently", "reverse", "reverse_silently", "rows_of", "seed_for"]


def refuse_objects(value: Any) -> None:
    """Raise for what NumPy made of an array of dtype object: another such, or, of its entries, a number of Python's."""
    if value.__class__ in PYTHON or (value.__class__ is np.ndarray and value.dtype.hasobject):
        raise NotDifferentiableError(OBJECTS)


_seq = operator.attrgetter("seq")


def rows_of(outputs: Iterable[Row], first: int = 1, stop: Any = ()) -> list[Row]:
    """The tape: the rows with ``seq >= first`` that `outputs` reach, in the order of recording.

    Rows whose seq is in `stop` are left out, and what they were computed from is not followed.
    """
    met = set(stop)
    meet = met.add
    rows = []
    for row in outputs:
        if row.seq >= first and row.seq not in met:
            refuse_objects(row.value)
            meet(row.seq)
            rows.append(row)
    append = rows.append
    for row in rows:  # which grows meanwhile
        for arg in row.args:
            seq = arg.seq
            if seq >= first and seq not in met:
                meet(seq)
                append(arg)
    rows.sort(key=_seq)
    return rows


def reverse(
    rows: list[Row],
    adjoints: dict[int, Any],
    first: int = 1,
    *,
    record: bool = False,
    holes: set[int] | None = None,
    leaves: list[Row] | None = None,
    watch: Callable[[Row, Row, Any], None] | None = None,
    pull: Callable[[Any, Row, int], Any] | None = None,
) -> dict[int, Any]:
    """Sweep from the last row to the first, adding each row's adjoint, through its partials, to its arguments'.

    `rows` is consumed, so that a value is let go as soon as its adjoint has been used. `adjoints` holds the seeds and,
    at the end, the adjoints of the variables (rows that are not in `rows`, or have no operation). Arguments older than
    `first` get none. `holes` are the rows whose adjoint has exact zeros where nothing arrived; a contribution without a
    zero has none, so that a product or a sum of all entries ends the matter. `leaves` collects the variables met.
    `watch(row, arg, contribution)` is told of every step. `pull(g, row, first)` takes the place of the operations' own
    pulls (see `many_seeds`). With `record` the rules see which values are tracked, and the steps depend on them; where
    a seed is a Tensor they depend on it in any case.
    """
    holes = set() if holes is None else holes
    made: set[int] = set()  # whose adjoints were made here: nobody else has seen them
    take, there, (lift, bare) = adjoints.pop, adjoints.get, shows_tensors(adjoints, record)
    plain = not lift and watch is None and pull is None
    corners = rounded(rows) if lift else None
    if corners is not None:
        corners.begin(adjoints, holes)
    while rows:
        row = rows.pop()
        op, seq = row.op, row.seq
        if op is None:
            if leaves is not None:
                leaves.append(row)
            continue
        if (g := take(seq, None)) is None:
            continue
        contributions = c = before = None  # the last row's: one may be `g`, which a pull writes into if nobody sees it
        ordinary = plain and not op.holes and not holes
        if ordinary:  # nearly always: one test instead of five
            contributions = op.pull(g, row, first)
        else:
            if plain and op.into is not None:  # add where the entries were read, if there is an adjoint to add to
                s = row.args[0].seq
                before = there(s)
                if before.__class__ is np.ndarray and before.dtype is g.dtype:
                    if s not in made and not private(before, others=1):  # the dict
                        before = adjoints[s] = before.copy()
                        made.add(s)
                    op.into(before, g, *row.params)
                    if row.args[0].op is not None:
                        holes.add(s)
                    continue
            gated = seq in holes
            holes.discard(seq)  # so that there are none any more below the last of them
            through = pull or (op.gated if gated else op.pull)
            shown = lifted(row, record) if lift else row
            contributions = through(g, shown, first)
            if corners is not None:
                contributions = corners.pulled(contributions, row, shown, first, pull)
        for arg, c in zip(row.args, contributions):  # noqa: B905  # strict= costs a fifth of the loop
            if c is not None:
                s = arg.seq
                if (before := there(s)) is None:
                    adjoints[s] = c
                elif plain and before.__class__ is np.ndarray and before.size >= LARGE and before.dtype is c.dtype:
                    if s in made or private(before, others=1):
                        before += c
                    else:
                        adjoints[s] = before + c
                        made.add(s)
                else:
                    adjoints[s] = before + c
        if not ordinary and (watch is not None or gated or op.holes):
            for arg, c in zip(row.args, contributions, strict=True):
                if c is not None:
                    if watch is not None:
                        watch(row, arg, c)
                    if arg.op is None:  # nothing is pulled through a variable
                        continue
                    if op.holes or (gated and has_zero(raw(c))):
                        holes.add(arg.seq)
    return unwrapped(adjoints, copy=True) if bare else adjoints


reverse_silently = np.errstate(all="ignore")(reverse)
"""`reverse` without NumPy's warnings: a decorator, at half the cost of a with statement."""


def forward(
    rows: list[Row],
    tangents: dict[int, Any],
    *,
    record: bool = False,
    holes: set[int] | None = None,
    watch: Callable[[Row, Any], None] | None = None,
    push: Callable[[Row, list[Any]], Any] | None = None,
) -> dict[int, Any]:
    """Sweep from the first row to the last, pushing the tangents of each row's arguments through its partials.

    `tangents` holds those of the variables and, at the end, one for every row that depends on them.
    `push(row, tangents)` takes the place of the operations' own pushes (see `many_seeds`).
    """
    holes, (lift, bare) = set() if holes is None else holes, shows_tensors(tangents, record)
    corners = rounded(rows := list(rows)) if lift else None
    for row in rows:
        op = row.op
        if op is None or row.seq in tangents:
            continue
        ts = [tangents.get(arg.seq) if arg.seq else None for arg in row.args]
        if any([t is not None for t in ts]):
            with_holes = bool(holes) and any([arg.seq in holes for arg in row.args])
            shown = lifted(row, record) if lift else row
            t = push(shown, ts) if push else op.push(shown, ts, with_holes)
            if corners is not None and t is not None:
                corners.pushed(t, row, shown, ts, push)
            if t is not None:
                tangents[row.seq] = t
                if op.holes or (with_holes and has_zero(raw(t))):
                    holes.add(row.seq)
                if watch is not None:
                    watch(row, t)
    if corners is not None:
        corners.end(tangents)
    return unwrapped(tangents, copy=False) if bare else tangents


forward_silently = np.errstate(all="ignore")(forward)


# -- seeds and results --------------------------------------------------------------------------------------------

ONES: dict[type, Any] = {cls: cls(1) for cls in SCALARS if np.dtype(cls).kind == "f"}


def conjugated(g: Any) -> Any:
    """`g`, conjugated if complex.

    Rules pull with the plain transpose; conjugating both ends of a sweep turns that into the gradient whose
    direction is that of steepest ascent: |z|² at 3+4j gives 6+8j.
    """
    value = raw(g)
    if value.__class__ in ONES or (value.__class__ is np.ndarray and value.dtype.kind == "f"):
        return g
    return OPS["conj"].call(g) if is_complex(value) else g


def seed_for(row: Row, seed: Any, asker: str) -> Any:
    """What the reverse sweep of `row` starts from: `seed`, checked, or 1 for a single number."""
    value = row.value
    if seed is None:
        one = ONES.get(value.__class__)
        if one is not None:
            return one
        refuse_objects(value)
        if value.shape != ():
            raise NonScalarError(
                f"{asker}: the output has shape {tuple(value.shape)}, not one number; write y.sum().{asker}() for "
                f"the gradient of the sum, give a seed of that shape, or use ag.jacobian"
            )
        if is_complex(value):
            raise NonScalarError(
                f"{asker}: the output is one complex number, not a real one; take ag.real, ag.imag or abs of it, "
                f"or give a seed"
            )
        return OPS["ones_like"].call(value)
    bare = raw(seed)
    if bare.__class__ is np.ndarray is value.__class__ and bare.dtype is value.dtype and bare.shape == value.shape:
        return conjugated(seed)
    refuse_objects(value)
    shape = tuple(np.shape(bare))
    if shape != tuple(value.shape):
        raise SeedError(f"{asker}: a seed of shape {shape} does not fit an output of shape {tuple(value.shape)}")
    if is_complex(bare) and not is_complex(value):
        raise SeedError(f"{asker}: a complex seed does not fit a real output; give its real part")
    if not hasattr(bare, "dtype"):
        seed = array_like(bare, value)
    elif bare.__class__ in NUMPY and value.__class__ not in NUMPY:
        seed = own(bare, value)
    return conjugated(conform(seed, value) if is_complex(value) else seed)
