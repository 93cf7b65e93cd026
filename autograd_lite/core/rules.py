"""What an operation is: a name, how to compute it, its local partials. No derivative is written here.

An operation is one of four kinds, and its kind says how a tangent is pushed forward and an adjoint pulled back
through one row ``v = op(x, y, …)`` of the tape:

============  =====================================  ===================================================
kind          the rule, as data                      push (tangents t)               pull (adjoint g)
============  =====================================  ===================================================
elementwise   a partial per argument, p(v, x, y)     t_x * p_x + t_y * p_y           g * p_x,  g * p_y
linear        a transpose per argument               op(t)                           transpose(g)
bilinear      a transpose per argument               op(t_x, y) + op(x, t_y)         transpose(g, x, y)
general       both, written out                      push(t, v, x)                   pull(g, v, x)
============  =====================================  ===================================================

Where a derivative is not known the table has None, and a sweep that needs it raises NoRuleError, in both modes
alike; 0 is another word: an argument that changes nothing.

Rules are written in the package's own public operations. On arrays those run as bare array calls; on Tensors
they record, which is all that derivatives of higher order need; on names they spell themselves out, which is
what the printed table shows. For complex numbers a pull is the plain transpose, without conjugation: the sweep's
ends conjugate (see `sweep`).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from numpy import ufunc

from autograd_lite.arrays.libraries import PYTHON, deciding, is_array
from autograd_lite.core.fitting import fit
from autograd_lite.core.op import OPS, Op, primitives
from autograd_lite.core.pulls import GENERAL, LINEAR, pull_of, pull_together, pull_variadic, term
from autograd_lite.core.recording import Call, apply
from autograd_lite.core.row import Row
from autograd_lite.core.tensor import Tensor, held
from autograd_lite.core.zeros import gate, gate_product, pick
from autograd_lite.errors import NoRuleError, explain

__all__ = ["bilinear", "elementwise", "general", "linear", "plain"]

Partial = Call | complex | None
REVERSE, FORWARD = " in reverse mode", " in forward mode"


def elementwise(name: str, kernel: Call, *partials: Partial, **extra: Any) -> Call:
    """Register an operation that works entry by entry, from its local partials.

    Parameters
    ----------
    name : str
        Its name; also how other array libraries are asked for it.
    kernel : callable
        Computes it on arrays.
    *partials : callable, number or None
        One per argument: ``p(v, x, y, …)`` of the result and the arguments, written with this package's
        operations; a number when constant, 0 for an argument that changes nothing; None when the derivative is not
        known: asked for it, both modes raise NoRuleError.
    infix : str, optional
        How the printer writes it: ``"{} * {}"``.
    holes : bool, optional
        It selects: its partials are constant weights (0, a share, 1) almost everywhere.

    Returns
    -------
    callable
        The operation: a function of arrays, numbers and Tensors.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> cube = ag.elementwise("cube", lambda x: x**3, lambda v, x: 3 * x**2)
    >>> ag.grad(cube)(2.0), ag.grad(ag.grad(cube))(2.0)
    (np.float64(12.0), np.float64(12.0))
    """
    if not partials and "signature" not in extra:
        raise TypeError(f"elementwise: {name} needs a partial for each argument: a function of its value and them")
    signature = ", ".join("xyzw"[: len(partials)]) + ", /"
    op = Op(name, kernel, "elementwise", partials, extra.pop("signature", signature), **extra)
    times, rules = pick if op.holes else None, _ruled(op, partials)
    # NumPy's own functions give real numbers of real ones: their contributions have the right dtype already
    closed = isinstance(kernel, ufunc) or getattr(kernel, "__module__", "") == "_operator"
    op.pull = pull_of(rules, [term(p, times) for p in rules], closed, times)
    op.gated = pull_of(rules, [term(p, times or gate) for p in rules], closed, times or gate)
    op.push = _push_elementwise(rules, times)
    return op.call


def _ruled(op: Op, rules: Any, mode: str = "") -> tuple[Any, ...]:
    """The rules of `op`, one per argument. In the place of None, a derivative not known, a function that says so."""
    each = rules if isinstance(rules, tuple) else (rules,) * (1 if rules else len(op.arrays))
    lacking = None in each and op.kind in ("linear", "bilinear")
    if lacking or len(each) != len(op.arrays):
        del OPS[op.name]
        remedy = "; where none is known, use ag.general" if lacking else ""
        raise TypeError(f"{op.name}: give a rule for each of {', '.join(op.arrays)}{remedy}")
    return tuple([partial(_refuse, op, i, mode) if rule is None else rule for i, rule in enumerate(each)])


def _refuse(op: Op, i: int, mode: str, *_: Any) -> Any:
    raise NoRuleError(
        f"{op.name}: no derivative rule{mode} for argument {op.arrays[i].lstrip('*')!r}; register one with "
        f"ag.{op.kind}(…), or hold the argument constant with ag.stop_gradient"
    )


# -- pushes ---------------------------------------------------------------------------------------------------------


def _scaled(p: Any) -> Call:
    """The product of a tangent with a constant partial; 0 whatever that would have met, if it is 0."""
    if p == 1:
        return lambda t, x: t
    if p == -1:
        return lambda t, x: -t
    return (lambda t, x: t * p) if p else (lambda t, x: primitives.zeros_like(x))


def _push_elementwise(partials: tuple[Any, ...], selecting: Call | None) -> Call:
    scalings: list[Any] = [None if callable(p) else _scaled(p) for p in partials]

    def push(row: Row, tangents: list[Any], gated: bool) -> Any:
        values = [x.value for x in row.args]
        times = selecting or (gate if gated else None)
        total: Any = None
        for t, x, p, scaled in zip(tangents, values, partials, scalings, strict=True):
            if t is not None:
                w = None if scaled else p(row.value, *values)
                c = scaled(t, x) if scaled else t * w if times is None or w.__class__ in PYTHON else times(t, w)
                total = c if total is None else total + c
        return _fitted(total, row)

    return push


def linear(name: str, kernel: Call, *transposes: Call, signature: str = "x, /", **extra: Any) -> Call:
    """Register a linear operation, from its transpose: forward, it is itself.

    Parameters
    ----------
    name, kernel
        As for `elementwise`; the kernel takes the options of `signature` by position, after the arrays.
    *transposes : callable
        One per array argument, ``(g, x, y, …, *options) -> contribution``; the arguments serve for their shapes
        and dtypes only. For a variadic operation (``signature="*arrays, axis"``, without a ``/``) one,
        ``(i, g, arrays, *options)``.
    signature : str
        What the function takes: arrays before the ``/``, options after it.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> double = ag.linear("double", lambda x: 2 * x, lambda g, x: 2 * g)
    >>> ag.grad(lambda x: ag.sum(double(x)))(ag.asarray([1.0, 2.0]))
    Tensor([2., 2.])
    """
    op = Op(name, kernel, "linear", transposes, signature, **extra)
    if op.variadic:
        (transpose,) = _ruled(op, transposes)
        op.pull = pull_variadic(lambda i, g, v, xs, *params: transpose(i, g, xs, *params))
    else:
        op.pull = pull_of(_ruled(op, transposes), [LINEAR] * len(transposes))
    op.gated = op.pull

    def push(row: Row, tangents: list[Any], gated: bool) -> Any:
        ts = [primitives.zeros_like(x.value) if t is None else t for t, x in zip(tangents, row.args, strict=True)]
        return fit(apply(op, tuple(ts), row.params), row.value)

    op.push = push
    return op.call


def bilinear(name: str, kernel: Call, *transposes: Call, signature: str = "x, y, /", **extra: Any) -> Call:
    """Register an operation linear in each of two arguments, from its two transposes ``(g, x, y, *options)``.

    >>> import autograd_lite as ag, numpy as np
    >>> scale = ag.bilinear("scale", lambda x, y: x * y, lambda g, x, y: g * y, lambda g, x, y: g * x)
    >>> ag.grad(scale, argnums=(0, 1))(2.0, 3.0)
    (np.float64(3.0), np.float64(2.0))
    """
    op = Op(name, kernel, "bilinear", transposes, signature, **extra)

    op.pull = pull_of(_ruled(op, transposes), [LINEAR] * 2)
    op.gated = pull_of(tuple([partial(_gated, t, i) for i, t in enumerate(transposes)]), [LINEAR] * 2)

    def push(row: Row, tangents: list[Any], gated: bool) -> Any:
        x, y = (a.value for a in row.args)
        places: tuple[Call, Call] = (
            lambda t, x, y: apply(op, (t, y), row.params),
            lambda t, x, y: apply(op, (x, t), row.params),
        )
        terms = [
            gate_product(place, t, [x, y], i) if gated else place(t, x, y)
            for i, (place, t) in enumerate(zip(places, tangents, strict=True))
            if t is not None
        ]
        return fit(terms[0] if len(terms) == 1 else terms[0] + terms[1], row.value)

    op.push = push
    return op.call


def _gated(transpose: Call, i: int, g: Any, x: Any, y: Any, *params: Any) -> Any:
    return gate_product(lambda g, x, y: transpose(g, x, y, *params), g, [x, y], i)


def general(name: str, kernel: Call, pull: Any, push: Any, *, signature: str = "x, /", **extra: Any) -> Call:
    """Register an operation whose push and pull are written out. Rare: most are one of the other kinds.

    Parameters
    ----------
    name, kernel, signature
        As for `linear`.
    pull : callable or tuple of callables
        One per array argument: ``(g, v, *arrays, *options) -> contribution``, or None where it is not known: asked
        for it, reverse mode raises NoRuleError. For a variadic operation one: ``(i, g, v, arrays, *options)``.
    push : callable or tuple of callables
        One per array argument: ``(t, v, *arrays, *options) -> tangent`` (variadic: ``(i, t, v, arrays, …)``), or
        None, as for `pull`; the tangents are added up.
    gated : callable or tuple, optional
        The pull for adjoints with holes, by default `pull`.
    direct : callable, optional
        The pull for adjoints without holes, written for a whole row, ``(g, row, first) -> contributions`` (see `Op`),
        where every microsecond counts; then `pull` serves adjoints with holes.
    together : bool, optional
        `pull` is one function ``(g, v, arrays, *options) -> list of contributions``, for arguments that share work,
        and `push` one ``(tangents, v, arrays, *options)``, with None for a tangent that is not there.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> sumsq = ag.general("sumsq", lambda x: (x * x).sum(), lambda g, v, x: g * 2 * x,
    ...                    lambda t, v, x: ag.sum(2 * x * t))
    >>> ag.grad(sumsq)(ag.asarray([1.0, 2.0]))
    Tensor([2., 4.])
    """
    together, gated, direct = extra.pop("together", False), extra.pop("gated", pull), extra.pop("direct", None)
    op = Op(name, kernel, "general", (pull, push), signature, **extra)
    if together:
        together_pull, together_push = (
            pull or partial(_refuse, op, 0, REVERSE),
            push or partial(_refuse, op, 0, FORWARD),
        )
        op.pull = op.gated = pull_together(together_pull)
        op.push = lambda row, ts, gated: _fitted(
            together_push(ts, row.value, [x.value for x in row.args], *(row.params or ())), row
        )
        return op.call
    pulls, gates = [_ruled(op, rule, REVERSE) for rule in (pull, gated)]
    op.gated = pull_variadic(*gates) if op.variadic else pull_of(gates, [GENERAL] * len(gates))
    op.pull = direct or (pull_variadic(*pulls) if op.variadic else pull_of(pulls, [GENERAL] * len(pulls)))
    pushes = _ruled(op, push, FORWARD)

    def push_all(row: Row, tangents: list[Any], gated: bool) -> Any:
        xs, params = [x.value for x in row.args], row.params or ()
        total: Any = None
        for i, t in enumerate(tangents):
            if t is not None:
                c = pushes[0](i, t, row.value, xs, *params) if op.variadic else pushes[i](t, row.value, *xs, *params)
                total = c if total is None else total + c
        return _fitted(total, row)

    op.push = push_all
    return op.call


def _fitted(t: Any, row: Row) -> Any:
    return None if t is None else fit(t, row.value)


def plain(name: str, kernel: Call, *, signature: str = "x, /", **extra: Any) -> Call:
    """Register an operation whose results carry no derivative (a comparison, an index): plain Tensors, no row."""
    op = Op(name, kernel, "plain", (), signature, **extra)
    if op.options or len(op.arrays) > 2 or op.variadic:
        return op.call
    kernels, unary = op.kernels, len(op.arrays) == 1

    def computed(*args: Any) -> Any:
        values = [a._row.value if isinstance(a, Tensor) else a for a in args]  # `raw` inlined: every comparison's cost
        first = values[0] if unary else deciding(values)
        try:
            value = kernels[first.__class__](*values)
        except Exception as error:
            raise explain(error, name, values) from error
        return held(value) if isinstance(args[0], Tensor) or isinstance(args[-1], Tensor) else value

    call: Any = (lambda x, /: computed(x)) if unary else (lambda x, y, /: computed(x, y))
    call.__name__ = call.__qualname__ = name
    call.__doc__, call.op = op.doc, op
    op.call = call
    if not unary:

        def method(self: Any, other: Any, /) -> Any:
            return computed(self, other) if isinstance(other, Tensor) or is_array(other) else NotImplemented

        op.method, op.reflected = method, lambda self, other: method(other, self) if is_array(other) else NotImplemented
    return op.call
