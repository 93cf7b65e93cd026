"""The transforms of random programs (see `random_programs`), each as text that differentiates once or twice more."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np

import autograd_lite as ag

# ruff: noqa: E501  # a line a transform reads better unwrapped

# -- one more derivative ----------------------------------------------------------------------------------------------

ONE = {
    "grad": "along(ag.grad(lambda {x}: {f}({args}))({x}), {u})",
    "grad by argnums": "along(ag.grad({f}, argnums={i})({args}), {u})",
    "grad of all": "along(ag.grad({f}, argnums={all})({args})[{i}], {u})",
    "value_and_grad": "along(ag.value_and_grad(lambda {x}: {f}({args}))({x})[1], {u})",
    "grad of a dict": "along(ag.grad(lambda p: (lambda {x}: {f}({args}))(p['z']) + 0 * real_sum(p['a']))({{'z': {x}, 'a': {x}}})['z'], {u})",
    "vjp": "along(ag.vjp(lambda {x}: {f}({args}), {x})[1](1.0)[0], {u})",
    "jvp": "ag.jvp(lambda {x}: {f}({args}), ({x},), ({u},))[1]",
    "jvp of all": "ag.jvp({f}, ({args},), ({tangents},))[1]",
    "jacobian": "along(ag.jacobian(lambda {x}: {f}({args}))({x}), {u})",
    "jacobian, forward": "along(ag.jacobian(lambda {x}: {f}({args}), mode='forward')({x}), {u})",
    "jacobian, reverse": "along(ag.jacobian(lambda {x}: {f}({args}), mode='reverse')({x}), {u})",
    "backward": "backward(lambda {x}: {f}({args}), {x}, {u})",
    "grad of a checkpoint": "along(ag.grad(lambda {x}: ag.checkpoint({f})({args}))({x}), {u})",
    "jvp of a checkpoint": "ag.jvp(lambda {x}: ag.checkpoint(lambda {x}: {f}({args}))({x}), ({x},), ({u},))[1]",
    "checkpoint of a grad": "ag.checkpoint(lambda {x}: along(ag.grad(lambda {x}: {f}({args}))({x}), {u}))({x})",
    "grad of a replay": "along(ag.grad(lambda {x}: ag.replay({f})({args}))({x}), {u})",
    "grad of a copy": "along(ag.grad(lambda {x}: (lambda {x}: {f}({args}))(copy.deepcopy({x})))({x}), {u})",
    "grad of a shallow copy": "along(ag.grad(lambda {x}: (lambda {x}: {f}({args}))(copy.copy({x})))({x}), {u})",
    "jvp of a copy": "ag.jvp(lambda {x}: (lambda {x}: {f}({args}))(copy.deepcopy({x})), ({x},), ({u},))[1]",
    "grad of a pickle": "along(ag.grad(lambda {x}: (lambda {x}: {f}({args}))(pickled({x})))({x}), {u})",
    "jvp of a replay": "ag.jvp(lambda {x}: ag.replay({f})({args}), ({x},), ({u},))[1]",
    "checkpoint of a jvp": "ag.checkpoint(lambda {x}: ag.jvp(lambda {x}: {f}({args}), ({x},), ({u},))[1])({x})",
    "grad by a number": "ag.grad(lambda s: (lambda {x}: {f}({args}))({x} + s * {u}))(zero({u}))",
    "vjp by a number": "ag.vjp(lambda s: (lambda {x}: {f}({args}))({x} + s * {u}), zero({u}))[1](1.0)[0]",
    "jvp by a number": "ag.jvp(lambda s: (lambda {x}: {f}({args}))({x} + s * {u}), (zero({u}),), (1 + zero({u}),))[1]",
    "jacobian by a number": "ag.jacobian(lambda s: (lambda {x}: {f}({args}))({x} + s * {u}))(zero({u}))",
    "partials by a number": "ag.partials(lambda s: (lambda {x}: {f}({args}))({x} + s * {u}), (0,))(zero({u}))[1]",
    "grad with an extra": "along(ag.grad(lambda {x}: ({f}({args}), {x}), has_aux=True)({x})[0], {u})",
}
"""The derivative of the function `f` in its argument `x` along `u`."""

OUTERMOST = {
    "under no_grad": "within(ag.no_grad, lambda: along(ag.grad(lambda {x}: {f}({args}))({x}), {u}))",
    "under debug": "within(ag.debug, lambda: along(ag.grad(lambda {x}: {f}({args}))({x}), {u}))",
    "jvp under debug": "within(ag.debug, lambda: ag.jvp(lambda {x}: {f}({args}), ({x},), ({u},))[1])",
    "vjp under debug": "within(ag.debug, lambda: along(ag.vjp(lambda {x}: {f}({args}), {x})[1](1.0)[0], {u}))",
    "replay of a grad": "replayed(lambda {x}: along(ag.grad(lambda {x}: {f}({args}))({x}), {u}), {x})",
    "replay of a jvp": "replayed(lambda {x}: ag.jvp(lambda {x}: {f}({args}), ({x},), ({u},))[1], {x})",
}
"""The same where nothing outside is differentiated."""

OF_NUMBERS = {"partials": "along(ag.partials(lambda {x}: {f}({args}), (0,))({x})[1], {u})"}
"""The same, in one number."""

VECTOR = {
    "vjp of a vector": "along((lambda r: r[1](weights(r[0]))[0])(ag.vjp(lambda {x}: vector({args}), {x})), {u})",
    "jvp of a vector": "(lambda r: np.sum(weights(r[0]) * r[1]))(ag.jvp(lambda {x}: vector({args}), ({x},), ({u},)))",
    "rows of a vector": "weighted(ag.jacobian(lambda {x}: vector({args}), mode='reverse')({x}), {u})",
    "columns of a vector": "weighted(ag.jacobian(lambda {x}: vector({args}), mode='forward')({x}), {u})",
}
"""The same for a first derivative, from the vector whose product with weights the program gives."""

TWO = {
    "hvp": "along(ag.hvp(lambda {x}: {f}({args}), ({x},), ({v},)), {u})",
    "hessian": "twice(ag.hessian(lambda {x}: {f}({args}))({x}), {u}, {v})",
    "jvp of a grad": "along(ag.jvp(ag.grad(lambda {x}: {f}({args})), ({x},), ({v},))[1], {u})",
    "grad of a jvp": "along(ag.grad(lambda {x}: ag.jvp(lambda {x}: {f}({args}), ({x},), ({u},))[1])({x}), {v})",
    "hessian by numbers": "ag.hessian(lambda s: (lambda {x}: {f}({args}))({x} + s[0] * {u} + s[1] * {v}))(np.full(2, zero({u})))[0, 1]",
    "partials by numbers": "ag.partials(lambda s, t: (lambda {x}: {f}({args}))({x} + s * {u} + t * {v}), ((0, 1),))(zero({u}), zero({u}))[1]",
    "hvp of a checkpoint": "along(ag.hvp(ag.checkpoint(lambda {x}: {f}({args})), ({x},), ({v},)), {u})",
}
"""Two derivatives in one argument, along u and v."""

LAST_TWO = {
    "replay of an hvp": "replayed(lambda {x}: along(ag.hvp(lambda {x}: {f}({args}), ({x},), ({v},)), {u}), {x})",
    "replay of a hessian": "replayed(lambda {x}: twice(ag.hessian(lambda {x}: {f}({args}))({x}), {u}, {v}), {x})",
    "hvp under debug": "within(ag.debug, lambda: along(ag.hvp(lambda {x}: {f}({args}), ({x},), ({v},)), {u}))",
}
"""The same where nothing outside is differentiated."""

REAL_ONLY = {
    "jacobian",
    "jacobian, forward",
    "jacobian, reverse",
    "rows of a vector",
    "columns of a vector",
    "hessian",
    "replay of a hessian",
}
"""Matrices, which mean a function of complex numbers to be holomorphic: see docs/complex.md."""


def real_sum(x: Any) -> Any:
    return np.sum(np.real(x))


def along(g: Any, u: Any) -> Any:
    """The derivative along `u` of a real function with the gradient `g`, by this package's convention."""
    return np.sum(np.real(np.conj(g) * u)) if np.iscomplexobj(u) else np.sum(g * u)


def weights(out: Any) -> Any:
    return np.cos(np.arange(out.shape[0])).astype(out.dtype)


def weighted(J: Any, u: Any) -> Any:
    """Rows of a Jacobian added up with `weights`, along `u`."""
    return np.sum(np.tensordot(weights(J), J, 1) * u)


def twice(H: Any, u: Any, v: Any) -> Any:
    return np.sum(np.sum(H * v, axis=tuple(range(u.ndim, 2 * u.ndim))) * u)


def within(context: Any, f: Any) -> Any:
    with context():
        return f()


def replayed(f: Any, x: Any) -> Any:
    """`f` at `x`, recorded elsewhere if it can be computed there."""
    again = ag.replay(f)
    try:
        again(x * x.dtype.type(0.75) + x.dtype.type(0.3))
    except np.linalg.LinAlgError:  # a matrix is not positive definite there
        again = ag.replay(f)
    return again(x)


def pickled(x: Any) -> Any:
    """A copy through bytes, if one is given: a tracked variable must refuse, or its derivatives are lost."""
    try:
        return pickle.loads(pickle.dumps(x))
    except ag.errors.TrackedError:
        return x


def zero(u: Any) -> Any:
    """A real number in the precision of `u`."""
    return np.real(u).dtype.type(0)


def backward(f: Any, x: Any, u: Any) -> Any:
    """The derivative of `f` at `x` along `u` by `backward`, recorded; of an outer variable, through a leaf's vjp."""
    if isinstance(x, ag.Tensor) and x.requires_grad:
        out, pullback = ag.vjp(f, x)
        return along(pullback(np.ones((), out.dtype))[0], u)
    start = ag.Tensor(x, requires_grad=True)
    out = f(+start)  # computed, since a copy of a leaf is a leaf of its own
    start.grad = None  # a backward inside of f reaches this leaf too
    if isinstance(out, ag.Tensor) and out.requires_grad:  # else there is nothing to sweep, and `backward` says so
        out.backward(create_graph=True)
    return 0.0 * real_sum(u) if start.grad is None else along(start.grad, u)
