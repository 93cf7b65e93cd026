"""What random programs are made of: steps in NumPy's words.

A step is a line of source with places for values (x, y, z), an axis, an index and a number. Whether NumPy can do it
with the values at hand is found out by running it. Written in a way that keeps values moderate: log(1.5 + x²), not
log(x).
"""

from __future__ import annotations

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
    "ag.special.log_expit({x})", "ag.special.multigammaln(3 + {x} ** 2, 2)", "np.ldexp({x}, 1)", "ag.special.entr(1.5 + np.sin({x}))", "ag.stop_gradient({x}) * {x}",
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
    "np.gradient({x})", "np.interp(0.3, [0.0, 1.0], {x})", "np.trapezoid({x}, axis={ax})", "np.convolve({x}, {y})", "np.kron({x}, {y})", "ag.linalg.kron({x}, {y})",
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
    "{new} = {x}.copy(); {new}.reshape(-1)[0] = {c}", "{x}.reshape(-1)[0] = {c}",
]  # fmt: skip
CALLS = [
    "{new} = called({call}, {x}, {y}, {z})",
    "{new} = called({call}, {x}, {y}, {z})",
    "{new} = applied({call}, {x}, {y}, {z})",
]
STEPS = [
    *[
        f"{{new}} = {text}"
        for family in (ELEMENTWISE, BINARY, REDUCTIONS, SHAPED, PRODUCTS, MATRICES)
        for text in family
    ],
    *2 * [f"{{new}} = {text}" for text in BINARY[:6] + SHAPED[25:28]],  # what joins values, oftener
    *2 * WRITES,
    *60 * CALLS,
]
