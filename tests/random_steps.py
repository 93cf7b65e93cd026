"""What random programs are made of: steps in NumPy's words, and the ways to write one more derivative.

A step is a line of source with places for values (x, y, z), an axis, an index and a number. Whether NumPy can do it
with the values at hand is found out by running it. Written in a way that keeps values moderate: log(1.5 + x²), not log(x).
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag

DTYPES = ["float64", "float64", "float64", "float32", "complex128"]
SHAPES: list[tuple[int, ...]] = [(), (3,), (2, 3), (2, 2), (3, 2), (2, 1), (1,), (2, 1, 3), (3, 3), (4,), (0,), (2, 0)]
INDICES = [
    "0",
    "-1",
    "1:",
    "::-1",
    "::2",
    "None",
    "...",
    "[0, 0, -1]",
    "[-1]",
    "..., 0",
    "..., ::-1",
    ":, 1:",
    ":, 0",
    "0, 0",
]
COPIES = ["{x} + 0.0", "np.copy({x})", "{x}.copy()", "copy.copy({x})", "copy.deepcopy({x})", "+{x}", "1.0 * {x}"]

ELEMENTWISE = [
    "np.sin({x})", "np.cos({x})", "np.tanh({x})", "np.exp(-({x} ** 2))", "np.arctan({x})", "np.sqrt(1 + {x} ** 2)",
    "np.log(1.5 + {x} ** 2)", "1 / (2 + {x} ** 2)", "np.sinh(np.tanh({x}))", "np.cosh(np.sin({x}))", "np.arcsinh({x})",
    "np.expm1(np.sin({x}))", "np.log1p({x} ** 2)", "np.exp2(np.sin({x}))", "np.cbrt(2 + np.sin({x}))", "np.abs({x})",
    "np.square({x})", "-{x}", "{x} ** 2", "{x} ** 3", "abs({x})", "np.sinc({x})", "np.reciprocal(2 + np.cos({x}))",
    "np.arctanh(np.tanh({x}) / 2)", "np.arcsin(np.sin({x}) / 2)", "np.arccos(np.sin({x}) / 2)", "np.tan(np.tanh({x}))",
    "np.log2(2 + {x} ** 2)", "np.log10(2 + {x} ** 2)", "np.clip({x}, -0.7, 0.9)", "np.maximum({x}, 0.25)", "{x} % 1.7",
    "np.nan_to_num({x})", "np.real({x})", "np.imag({x})", "np.conj({x})", "np.float_power(1.5 + np.sin({x}), 1.5)",
    "ag.sigmoid({x})", "ag.softplus({x})", "ag.relu({x})", "{c} * {x}", "{c} - {x}", "{c} / (2 + {x} ** 2)", "{x} / {c}",
    "(2 + np.sin({x})) ** {c}", "1.5 ** {x}", "{x} * {x}", "ag.special.erf({x})", "ag.special.gammaln(2 + {x} ** 2)",
    "ag.special.digamma(2 + {x} ** 2)", "ag.special.expit({x})", "ag.special.ndtr({x})", "ag.special.j0({x})",
    "ag.special.entr(1.5 + np.sin({x}))", "ag.stop_gradient({x}) * {x}",
]  # fmt: skip
BINARY = [
    "{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} / (2 + np.sin({y}))", "{x} / {y}", "(1.5 + np.sin({x})) ** {y}",
    "(1.5 + np.sin({x})) ** np.cos({y})", "np.maximum({x}, {y})", "np.minimum({x}, {y})", "np.hypot({x}, {y})",
    "np.arctan2({x}, 2 + np.sin({y}))", "np.logaddexp({x}, {y})", "np.where({x} > 0.1, {x}, {y})",
    "np.where({x} > 0.1, np.sqrt(np.abs({x})), {y})", "np.fmax({x}, {y})", "np.copysign({x}, {y})", "np.remainder({x}, 2 + np.cos({y}))",
    "np.multiply({x}, {y})", "np.divide({x}, 3 + {y} ** 2)", "np.power(1.5 + np.cos({x}), {y})", "np.subtract({x}, {y})",
    "ag.special.xlogy({x}, 1.5 + np.sin({y}))", "ag.special.betaln(1.5 + np.sin({x}), 2 + np.cos({y}))",
    "ag.special.beta(1.5 + np.sin({x}), 2 + np.cos({y}))", "{x} ** {y}", "np.heaviside({x}, 0.5) * {y}",
]  # fmt: skip
REDUCTIONS = [
    "np.sum({x}, axis={axis})", "np.mean({x}, axis={axis})", "np.sum({x}, axis={axis}, keepdims=True)", "np.prod({x}, axis={axis})",
    "np.var({x}, axis={axis})", "np.std({x}, axis={axis}, ddof=1)", "np.std({x}, axis={axis}, keepdims=True)", "np.max({x}, axis={axis})",
    "np.min({x}, axis={axis}, keepdims=True)", "{x}.sum({axis})", "{x}.mean(axis={axis})", "np.linalg.norm({x}, axis={axis})",
    "np.linalg.norm({x})", "ag.logsumexp({x}, axis={axis})", "ag.softmax({x}, axis={ax})", "ag.log_softmax({x}, axis={ax})",
    "np.median({x}, axis={axis})", "np.average({x}, axis={axis})", "np.average({x}, weights=1.5 + np.sin({y}))", "np.ptp({x}, axis={axis})",
    "np.quantile({x}, 0.3, axis={axis})", "np.percentile({x}, [20, 70], axis={axis})", "np.nanmean({x}, axis={axis})", "np.nansum({x}, {axis})",
    "np.linalg.vector_norm({x}, ord=3)", "np.linalg.norm({x}, 1)", "np.cov({x})", "np.corrcoef({x})", "np.trace({x})",
    "np.sum({x} ** 2, axis={axis})", "np.vdot({x}, {y})", "np.count_nonzero({x}) * {y}", "np.mean({x}, {axis}) * {y}",
]  # fmt: skip
SHAPED = [
    "np.reshape({x}, (-1,))", "{x}.reshape({x}.shape[::-1])", "{x}.T", "np.transpose({x})", "np.moveaxis({x}, 0, -1)",
    "np.swapaxes({x}, 0, -1)", "np.expand_dims({x}, {ax})", "np.squeeze({x})", "np.flip({x}, {ax})", "np.roll({x}, {k}, axis={axis})",
    "np.broadcast_to({x}, (2, *{x}.shape))", "np.concatenate([{x}, {y}])", "np.concatenate([{x}, {y}, {x}], axis={ax})",
    "np.stack([{x}, {y}], axis={ax})", "np.tile({x}, 2)", "np.repeat({x}, 2, axis={axis})", "np.pad({x}, 1)", "np.rot90({x})",
    "np.atleast_2d({x})", "np.ravel({x})", "{x}.flatten()", "np.hstack([{x}, {y}])", "np.vstack([{x}, {y}])", "np.tril({x})", "np.diag({x})",
    "{x}[{i}]", "{x}[{i}]", "{x}[{i}]", "np.take({x}, [0, -1, 0], axis={axis})", "np.take_along_axis({x}, np.argsort({x}, axis={ax}), axis={ax})",
    "np.sort({x}, axis={ax})", "np.cumsum({x}, axis={axis})", "np.cumprod({x}, axis={axis})", "np.diff({x}, axis={ax})", "{x}.astype({x}.dtype)",
    "np.array_split({x}, 2)[0]", "np.split({x}, [1])[1]", "np.pad({x}, 1, mode='edge')", "{x}.transpose()", "np.broadcast_arrays({x}, {y})[0] * 1.0",
    "np.gradient({x})", "np.interp(0.3, [0.0, 1.0], {x})", "np.trapezoid({x}, axis={ax})", "np.convolve({x}, {y})", "np.kron({x}, {y})",
    "np.unwrap({x})", "np.delete({x}, 0)", "np.insert({x}, 1, {y})", "np.append({x}, {y})", "np.choose([0, 1, 0], [{x}, {y}])", "np.select([{x} > 0], [{x}], {y})",
    "np.fft.irfft(np.fft.rfft({x}))", "np.abs(np.fft.fft({x}))", "np.real(np.fft.ifft({x}))", "np.cross({x}, {y})", "np.polyval({x}, {y})",
]  # fmt: skip
PRODUCTS = [
    "{x} @ {y}", "{x} @ {x}.T", "{x}.T @ {x}", "np.dot({x}, {y})", "np.matmul({x}, {y})", "np.outer({x}, {y})", "np.inner({x}, {y})", "np.tensordot({x}, {y}, 1)",
    "np.einsum('ij,jk->ik', {x}, {y})", "np.einsum('ij,ij->i', {x}, {y})", "np.einsum('ii->i', {x})", "np.einsum('i,i', {x}, {y})", "ag.affine({x}, {y}, {z})",
    "np.einsum('...j,...j', {x}, {y})", "ag.squared_error({x}, {y})", "np.linalg.multi_dot([{x}, {y}, {z}])", "np.linalg.matrix_power({x}, 2)",
]  # fmt: skip
MATRICES = [
    "np.linalg.inv({x} @ {x}.T + 2 * np.eye({x}.shape[0]))", "np.linalg.solve({x} @ {x}.T + 2 * np.eye({x}.shape[0]), {y})", "np.linalg.det({x})",
    "np.linalg.slogdet({x} @ {x}.T + np.eye({x}.shape[0]))[1]", "np.linalg.cholesky({x} @ {x}.T + np.eye({x}.shape[0]))", "np.linalg.pinv({x})",
    "np.linalg.eigvalsh({x} @ {x}.T + np.diag(np.arange({x}.shape[0])))", "np.linalg.svd({x}, compute_uv=False)", "np.linalg.qr({x})[1]", "np.linalg.det({x} @ {x}.T)",
    "np.abs(np.linalg.eigh({x} + {x}.T)[1])", "np.linalg.lstsq({x}, {y}, rcond=None)[0]", "np.linalg.norm({x}, 'nuc')", "np.linalg.norm({x}, 2)", "np.linalg.cond({x})",
]  # fmt: skip
WRITES = [
    "{x}[{i}] = {y}", "{x}[{i}] = {y}", "{x}[{i}] += {y}", "{x} += {y}", "{x} *= {y}", "{x} -= {x}", "{x}[...] = {y}", "{x} /= 2 + np.sin({y})", "{x}[{i}] *= {c}",
    "{x}.T[...] = {y}", "{x}[1:] = {x}[:-1]", "{x}[::-1] += {x}", "{x} **= 2", "{x}[[0, 0, -1]] = {y}", "{x}[{x} > 0] = {c}", "{x}[{x} > 0] *= 2.0",
]  # fmt: skip
STEPS = [
    *[
        f"{{new}} = {text}"
        for family in (ELEMENTWISE, BINARY, REDUCTIONS, SHAPED, PRODUCTS, MATRICES)
        for text in family
    ],
    *2 * [f"{{new}} = {text}" for text in BINARY[:6] + SHAPED[25:28]],  # what joins values, oftener
    *2 * WRITES,
]

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
    "grad with an extra": "along(ag.grad(lambda {x}: ({f}({args}), {x}), has_aux=True)({x})[0], {u})",
}
"""The derivative of the function `f` in its argument `x` along `u`."""

OUTERMOST = {
    "under no_grad": "within(ag.no_grad, lambda: along(ag.grad(lambda {x}: {f}({args}))({x}), {u}))",
    "under debug": "within(ag.debug, lambda: along(ag.grad(lambda {x}: {f}({args}))({x}), {u}))",
    "jvp under debug": "within(ag.debug, lambda: ag.jvp(lambda {x}: {f}({args}), ({x},), ({u},))[1])",
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
}
"""Two derivatives in one argument, along u and v."""

REAL_ONLY = {"jacobian", "jacobian, forward", "jacobian, reverse", "rows of a vector", "columns of a vector", "hessian"}
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
    """`f` at `x`, recorded elsewhere."""
    again = ag.replay(f)
    again(x * x.dtype.type(0.75) + x.dtype.type(0.3))
    return again(x)


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
