"""NumPy's functions, each with a call of it: the table that the census walks and docs/numpy.md is made from.

A function stands in one of three tables. `DIFFERENTIABLE` has a call and where it is smooth; `PASSES` a call whose
result has no derivative: integers, truth values, shapes, or the same numbers wherever the arguments move; `RAISES` a
call that is an error on a tracked Tensor. A name that only some versions of NumPy have stands here all the same.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.char  # so that its functions, which NumPy imports late, are walked too; the next ones the same
import numpy.polynomial
import numpy.strings
from numpy.lib import recfunctions as rf
from numpy.testing import overrides

RNG = np.random.default_rng(11)
A, B = RNG.uniform(0.2, 0.9, (3, 4)), RNG.uniform(0.2, 0.9, (3, 4))
U, V, Z = A[0], B[0], B[1]
S = A[:, :3] + 2 * np.eye(3)  # regular, and with a positive definite symmetric part
C = A + 1j * B
HOLED = np.where(A > 0.7, np.nan, 1.0)  # what is NaN in samples of nan-functions
MASK = B > 0.5
K = np.array([2, 0, 1, 2])
VECTORS = (A[:, :3], B[:, :3])
for _shared in (A, B, U, V, Z, *VECTORS, S, C, HOLED, MASK, K):
    _shared.flags.writeable = False  # what one sample wrote, another would read

Sample = tuple[Any, ...]


def positive_definite(x: Any) -> Any:
    """A symmetric matrix with positive eigenvalues, from any."""
    return x @ x.T + 3 * np.eye(3)


def written(x: Any, write: Callable[[Any], Any]) -> Any:
    """A copy of `x` after `write`."""
    x = x * 1.0
    write(x)
    return x


# fmt: off
# ruff: noqa: E501  # a line a function reads better unwrapped
DIFFERENTIABLE: dict[str, Sample] = {
    # reductions
    "sum": (lambda x: np.sum(x, axis=1), A), "prod": (np.prod, A), "max": (lambda x: np.max(x, axis=0), A), "min": (np.min, A), "amax": (np.amax, A), "amin": (np.amin, A),
    "mean": (lambda x: np.mean(x, 0), A), "var": (np.var, A), "std": (lambda x: np.std(x, axis=1, ddof=1), A), "ptp": (np.ptp, A), "average": (lambda x, w: np.average(x, 1, w), A, U),
    "median": (np.median, A), "quantile": (lambda x, q: np.quantile(x, q, axis=1), A, np.array([0.1, 0.6])), "percentile": (lambda x: np.percentile(x, 30), A),
    "nansum": (lambda x: np.nansum(x * HOLED), A), "nanprod": (lambda x: np.nanprod(x * HOLED, axis=0), A), "nanmean": (lambda x: np.nanmean(x * HOLED), A),
    "nanmax": (lambda x: np.nanmax(x * HOLED, axis=1), A), "nanmin": (lambda x: np.nanmin(x * HOLED), A), "nanvar": (lambda x: np.nanvar(x * HOLED), A), "nanstd": (lambda x: np.nanstd(x * HOLED, ddof=1), A),
    "nanmedian": (lambda x: np.nanmedian(x * HOLED), A), "nanquantile": (lambda x: np.nanquantile(x * HOLED, 0.3), A), "nanpercentile": (lambda x: np.nanpercentile(x * HOLED, 30), A),
    "cov": (np.cov, A), "corrcoef": (np.corrcoef, A),
    "histogram": (lambda x, w: np.histogram(x, bins=3, weights=w), A, B), "histogram_bin_edges": (lambda x: np.histogram_bin_edges(x, 4), A),
    "histogram2d": (lambda x, y: np.histogram2d(x, y, bins=2)[1:], U, V), "histogramdd": (lambda x: np.histogramdd(x, bins=2)[1], A), "bincount": (lambda w: np.bincount(K, w, 5), U),
    # order, sets
    "sort": (np.sort, A), "partition": (lambda x: np.sort(np.partition(x, 2)[..., :2]), A), "sort_complex": (np.sort_complex, U), "unique": (lambda x: np.unique(x, return_counts=True)[0], A),
    "unique_all": (lambda x: np.unique_all(x).values, A), "unique_counts": (lambda x: np.unique_counts(x).values, A), "unique_inverse": (lambda x: np.unique_inverse(x).values, A), "unique_values": (np.unique_values, U),
    "union1d": (np.union1d, U, V), "setdiff1d": (np.setdiff1d, U, V), "setxor1d": (np.setxor1d, U, V),
    # accumulations, differences, integrals
    "cumsum": (lambda x: np.cumsum(x, 1), A), "cumprod": (np.cumprod, A), "cumulative_sum": (lambda x: np.cumulative_sum(x, axis=0), A), "cumulative_prod": (lambda x: np.cumulative_prod(x, axis=1), A),
    "nancumsum": (lambda x: np.nancumsum(x * HOLED), A), "nancumprod": (lambda x: np.nancumprod(x * HOLED, axis=1), A), "diff": (lambda x: np.diff(x, 2), A), "ediff1d": (np.ediff1d, A), "gradient": (np.gradient, A), "trapezoid": (np.trapezoid, A),
    "interp": (lambda x, fp: np.interp(x, [0.1, 0.35, 1.0], fp), A, np.array([1.0, -1.0, 2.0])), "convolve": (np.convolve, U, V), "correlate": (lambda x, y: np.correlate(x, y, "full"), U, V), "unwrap": (lambda x: np.unwrap(9 * x), A), "sinc": (np.sinc, A), "i0": (np.i0, A),
    # shapes
    "reshape": (lambda x: np.reshape(x, (4, 3), order="F"), A), "ravel": (lambda x: np.ravel(x, order="F"), A), "transpose": (np.transpose, A), "matrix_transpose": (np.matrix_transpose, A), "moveaxis": (lambda x: np.moveaxis(x, 0, 1), A),
    "rollaxis": (lambda x: np.rollaxis(x, 1), A), "swapaxes": (lambda x: np.swapaxes(x, 0, 1), A), "expand_dims": (lambda x: np.expand_dims(x, 1), A), "squeeze": (lambda x: np.squeeze(x[None]), A),
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, 3, 4)), A), "broadcast_arrays": (np.broadcast_arrays, A, U), "meshgrid": (lambda x, y: np.meshgrid(x, y, sparse=True), U, V), "ix_": (np.ix_, U, V),
    "atleast_1d": (lambda x: np.atleast_1d(x), np.float64(0.3)), "atleast_2d": (np.atleast_2d, U), "atleast_3d": (np.atleast_3d, A),
    # joining, cutting, rearranging
    "concatenate": (lambda x, y: np.concatenate([x, y], axis=None), A, U), "stack": (lambda x, y: np.stack([x, y], axis=1), A, B), "block": (lambda x, y: np.block([[x, y], [y, x]]), A, B), "unstack": (np.unstack, A),
    "vstack": (lambda x, y: np.vstack([x, y]), A, U), "hstack": (lambda x, y: np.hstack([x, y]), A, B), "dstack": (lambda x, y: np.dstack([x, y]), A, B), "column_stack": (lambda x, y: np.column_stack([x, y]), A[:, 0], A),
    "split": (lambda x: np.split(x, 2, axis=1), A), "array_split": (lambda x: np.array_split(x, 2), A), "hsplit": (lambda x: np.hsplit(x, 2), A), "vsplit": (lambda x: np.vsplit(x, 3), A), "dsplit": (lambda x: np.dsplit(x[None], 2), A),
    "append": (np.append, A, U), "insert": (lambda x, v: np.insert(x, 1, v, axis=0), A, U), "delete": (lambda x: np.delete(x, 1, axis=1), A), "resize": (lambda x: np.resize(x, (2, 9)), A), "trim_zeros": (lambda x: np.trim_zeros(np.pad(x, 2)), U), "pad": (lambda x: np.pad(x, 1, mode="reflect"), A),
    "flip": (np.flip, A), "fliplr": (np.fliplr, A), "flipud": (np.flipud, A), "roll": (lambda x: np.roll(x, 1, axis=0), A), "rot90": (np.rot90, A), "tile": (lambda x: np.tile(x, (2, 1)), A), "repeat": (lambda x: np.repeat(x, 2, axis=1), A),
    "tril": (np.tril, A), "triu": (np.triu, A), "diag": (np.diag, U), "diagflat": (np.diagflat, U), "diagonal": (np.diagonal, A), "trace": (np.trace, A), "vander": (np.vander, U), "lib.stride_tricks.sliding_window_view": (lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 2)), A),
    # choosing
    "take": (lambda x: np.take(x, [0, 5], axis=1, mode="wrap"), A), "take_along_axis": (lambda x: np.take_along_axis(x, np.array([[1], [0], [2]]), axis=1), A), "where": (lambda x, y: np.where(MASK, x, y), A, B), "clip": (lambda x: np.clip(x, 0.4, 0.7), A), "select": (lambda x, y: np.select([MASK, A > 0.4], [x, y]), A, B),
    "choose": (lambda x, y: np.choose(MASK[0] * 1, [x, y]), U, V), "compress": (lambda x: np.compress([True, False, True], x, axis=0), A), "extract": (lambda x: np.extract(MASK, x), A), "piecewise": (lambda x: np.piecewise(x, [A > 0.5], [np.sin, 2.0]), A),
    "apply_along_axis": (lambda x: np.apply_along_axis(lambda v: v * v[0], 0, x), A), "apply_over_axes": (lambda x: np.apply_over_axes(np.sum, x, [0, 1]), A),
    # entry by entry
    "round": (lambda x: np.round(x, 1), A), "around": (np.around, A), "fix": (lambda x: np.fix(x), A), "real": (np.real, C), "imag": (np.imag, C), "angle": (np.angle, C), "real_if_close": (np.real_if_close, A), "nan_to_num": (lambda x: np.nan_to_num(x * HOLED), A), "astype": (lambda x: np.astype(x, np.complex128), A), "copy": (np.copy, A),
    "lib.scimath.sqrt": (lambda x: np.emath.sqrt(x - 0.5), A), "lib.scimath.log": (lambda x: np.emath.log(x - 0.5), A), "lib.scimath.log2": (np.emath.log2, A), "lib.scimath.log10": (np.emath.log10, A), "lib.scimath.logn": (lambda x: np.emath.logn(3.0, x), A),
    "lib.scimath.power": (lambda x: np.emath.power(x - 0.5, 1.5), A), "lib.scimath.arccos": (lambda x: np.emath.arccos(2 * x), A), "lib.scimath.arcsin": (np.emath.arcsin, A), "lib.scimath.arctanh": (lambda x: np.emath.arctanh(2 * x), A),
    # products
    "dot": (lambda x, y: np.dot(x, y.T), A, B), "inner": (np.inner, A, B), "outer": (np.outer, U, V), "vdot": (np.vdot, A, B), "tensordot": (lambda x, y: np.tensordot(x, y, axes=([1], [1])), A, B), "einsum": (lambda x, y: np.einsum(x, [0, 1], y, [0, 2], [1, 2]), A, B), "kron": (np.kron, A, U), "cross": (np.cross, *VECTORS),
    # linear algebra
    "linalg.solve": (np.linalg.solve, S, A), "linalg.inv": (np.linalg.inv, S), "linalg.det": (np.linalg.det, S), "linalg.slogdet": (lambda x: np.linalg.slogdet(x)[1], S), "linalg.cholesky": (lambda x: np.linalg.cholesky(positive_definite(x)), S),
    "linalg.eig": (lambda x: np.abs(np.linalg.eig(x)[1]), S), "linalg.eigvals": (np.linalg.eigvals, S), "roots": (np.roots, U),
    "linalg.eigh": (lambda x: np.abs(np.linalg.eigh(positive_definite(x))[1]), S), "linalg.eigvalsh": (lambda x: np.linalg.eigvalsh(positive_definite(x)), S), "linalg.svd": (lambda x: np.abs(np.linalg.svd(x, full_matrices=False)[0]), A), "linalg.svdvals": (np.linalg.svdvals, A), "linalg.qr": (lambda x: np.abs(np.linalg.qr(x)[1]), S),
    "linalg.pinv": (np.linalg.pinv, A), "linalg.lstsq": (lambda x, y: np.linalg.lstsq(x.T, y)[0], A, U), "linalg.matrix_power": (lambda x: np.linalg.matrix_power(x, -2), S), "linalg.multi_dot": (lambda x, y: np.linalg.multi_dot([x, y.T, x]), A, B), "linalg.norm": (np.linalg.norm, A), "linalg.vector_norm": (lambda x: np.linalg.vector_norm(x, ord=3), A),
    "linalg.matrix_norm": (lambda x: np.linalg.matrix_norm(x, ord="nuc"), A), "linalg.cond": (np.linalg.cond, S), "linalg.trace": (np.linalg.trace, A), "linalg.diagonal": (np.linalg.diagonal, A), "linalg.cross": (np.linalg.cross, *VECTORS), "linalg.outer": (np.linalg.outer, U, V), "linalg.matmul": (lambda x, y: np.linalg.matmul(x, y.T), A, B),
    "linalg.tensordot": (np.linalg.tensordot, A, B), "linalg.vecdot": (np.linalg.vecdot, A, B), "linalg.matrix_transpose": (np.linalg.matrix_transpose, A), "linalg.tensorsolve": (lambda x, y: np.linalg.tensorsolve(x.reshape(3, 3, 1), y), S, U[:3]), "linalg.tensorinv": (lambda x: np.linalg.tensorinv(x.reshape(3, 1, 3), ind=1), S),
    # Fourier transforms
    **{f"fft.{name}": (getattr(np.fft, name), C) for name in ("fft", "ifft", "irfft", "hfft", "fft2", "ifft2", "irfft2", "fftn", "ifftn", "irfftn", "fftshift", "ifftshift")}, **{f"fft.{name}": (getattr(np.fft, name), A) for name in ("rfft", "ihfft", "rfft2", "rfftn")},
    # polynomials
    "poly": (np.poly, U), "polyval": (np.polyval, U, V), "polynomial.polynomial.polyval2d": (np.polynomial.polynomial.polyval2d, U, V, A), "polynomial.polynomial.polyvalnd": (lambda x, y, c: np.polynomial.polynomial.polyvalnd((x, y), c), U, V, A), "polynomial.polynomial.polygrid2d": (np.polynomial.polynomial.polygrid2d, U, V, A), "polyadd": (np.polyadd, U, V), "polysub": (np.polysub, U, V), "polymul": (np.polymul, U, V), "polydiv": (np.polydiv, U, V[:2]), "polyder": (np.polyder, U), "polyint": (np.polyint, U), "polyfit": (lambda x, y: np.polyfit(x, y, 1), U, V),
    # made: ranges, and with like=
    "linspace": (lambda a, b: np.linspace(a, b, 5), U, V), "logspace": (lambda a, b: np.logspace(a, b, 5), U, V), "geomspace": (lambda a, b: np.geomspace(a, b, 5), U, V), "full": (lambda x: np.full((2, 4), x, like=x), U),
    "array": (lambda x: np.array([x[0], [1.0, 2.0, 3.0, 4.0]], like=x), A), "asarray": (lambda x: np.asarray(x, like=x), A), "asanyarray": (lambda x: np.asanyarray(x, like=x), A), "ascontiguousarray": (lambda x: np.ascontiguousarray(x, like=x), A), "asfortranarray": (lambda x: np.asfortranarray(x, like=x), A), "require": (lambda x: np.require(x, like=x), A),
    # written to
    "copyto": (lambda x, y: written(x, lambda t: np.copyto(t, y, where=MASK)), A, B), "put": (lambda x, y: written(x, lambda t: np.put(t, [1, 5], y)), A, U), "place": (lambda x, y: written(x, lambda t: np.place(t, MASK, y)), A, U), "putmask": (lambda x, y: written(x, lambda t: np.putmask(t, MASK, y)), A, B),
    "put_along_axis": (lambda x, y: written(x, lambda t: np.put_along_axis(t, np.array([[1], [0], [2]]), y, 1)), A, B[:, :1]), "fill_diagonal": (lambda x, y: written(x, lambda t: np.fill_diagonal(t, y)), A, U),
}

PASSES: dict[str, Sample] = {
    # truth values
    "all": (np.all, A), "any": (np.any, A), "allclose": (lambda x: np.allclose(x, A), A), "array_equal": (lambda x: np.array_equal(x, A), A), "array_equiv": (lambda x: np.array_equiv(x, A), A), "isclose": (lambda x: np.isclose(x, B), A), "isin": (lambda x: np.isin(x, B), A), "in1d": (lambda x: FUNCTIONS["in1d"](x, B), A),
    "iscomplex": (np.iscomplex, A), "isreal": (np.isreal, A), "iscomplexobj": (np.iscomplexobj, A), "isrealobj": (np.isrealobj, A), "isneginf": (np.isneginf, A), "isposinf": (np.isposinf, A), "may_share_memory": (lambda x: np.may_share_memory(x, B), A), "shares_memory": (lambda x: np.shares_memory(x, B), A), "can_cast": (lambda x: np.can_cast(x.dtype, np.float32), A),
    # places and counts
    "argmax": (np.argmax, A), "argmin": (np.argmin, A), "argsort": (np.argsort, A), "argpartition": (lambda x: np.argpartition(x, 1)[..., :1], A), "argwhere": (lambda x: np.argwhere(x > 0.5), A), "nanargmax": (np.nanargmax, A), "nanargmin": (np.nanargmin, A), "nonzero": (np.nonzero, A), "flatnonzero": (np.flatnonzero, A), "count_nonzero": (np.count_nonzero, A),
    "digitize": (lambda x: np.digitize(x, [0.3, 0.6]), A), "searchsorted": (lambda x: np.searchsorted([0.3, 0.6], x), A), "lexsort": (lambda x, y: np.lexsort((x, y)), U, V), "diag_indices_from": (np.diag_indices_from, S), "tril_indices_from": (np.tril_indices_from, S), "triu_indices_from": (np.triu_indices_from, S), "linalg.matrix_rank": (np.linalg.matrix_rank, A),
    # what it is
    "shape": (np.shape, A), "ndim": (np.ndim, A), "size": (np.size, A), "common_type": (np.common_type, A), "result_type": (np.result_type, A), "min_scalar_type": (lambda x: np.min_scalar_type(x), A), "array2string": (lambda x: np.array2string(x) is not None, A), "array_repr": (lambda x: np.array_repr(x) is not None, A), "array_str": (lambda x: np.array_str(x) is not None, A), "einsum_path": (lambda x, y: np.einsum_path("ij,kj", x, y)[0], A, B),
    # made in its shape, or with like=
    "zeros_like": (np.zeros_like, A), "ones_like": (np.ones_like, A), "full_like": (lambda x: np.full_like(x, 2.0), A), "empty_like": (lambda x: np.empty_like(x).shape, A),
    "zeros": (lambda x: np.zeros(3, like=x), A), "ones": (lambda x: np.ones((2, 3), like=x), A), "empty": (lambda x: np.empty(3, like=x).shape, A), "eye": (lambda x: np.eye(3, like=x), A), "identity": (lambda x: np.identity(3, like=x), A), "tri": (lambda x: np.tri(3, like=x), A), "arange": (lambda x: np.arange(3.0, like=x), A),
    "frombuffer": (lambda x: np.frombuffer(b"\1\2", dtype=np.uint8, like=x), A), "fromfile": (lambda x: from_file(x), A), "fromfunction": (lambda x: np.fromfunction(lambda i, j: i + j, (2, 2), like=x), A), "fromiter": (lambda x: np.fromiter([1.0, 2.0], float, like=x), A),
    "fromstring": (lambda x: np.fromstring("1 2", sep=" ", like=x), A), "genfromtxt": (lambda x: np.genfromtxt(io.StringIO("1 2"), like=x), A), "loadtxt": (lambda x: np.loadtxt(io.StringIO("1 2"), like=x), A),
}

LIKE = {
    "array", "asanyarray", "asarray", "ascontiguousarray", "asfortranarray", "arange", "empty", "eye", "frombuffer",
    "fromfile", "fromfunction", "fromiter", "fromstring", "full", "genfromtxt", "identity", "loadtxt", "ones",
    "require", "tri", "zeros",
}
"""Functions that take Tensors for their ``like=`` alone."""

DATES, TEXT, WHOLE, RECORDS, FILES = "dates", "text", "integers", "structured arrays", "file"
RAISES: dict[str, Sample] = {
    "intersect1d": ("isin", np.intersect1d, U, V),
    "busday_count": (DATES, lambda x: np.busday_count("2020-01-01", x), A), "busday_offset": (DATES, lambda x: np.busday_offset("2020-01-01", x), A), "is_busday": (DATES, np.is_busday, A), "datetime_as_string": (DATES, np.datetime_as_string, A),
    "packbits": (WHOLE, np.packbits, A), "unpackbits": (WHOLE, np.unpackbits, A), "ravel_multi_index": (WHOLE, lambda x: np.ravel_multi_index((x, x), (3, 3)), U), "unravel_index": (WHOLE, lambda x: np.unravel_index(x, (3, 3)), U),
    "save": (FILES, lambda x: np.save(io.BytesIO(), x), A), "savez": (FILES, lambda x: np.savez(io.BytesIO(), x), A), "savez_compressed": (FILES, lambda x: np.savez_compressed(io.BytesIO(), x), A), "savetxt": (FILES, lambda x: np.savetxt(io.StringIO(), x), A),
}
RAISES |= {f"strings.{name}": (TEXT, lambda x, name=name, more=more: FUNCTIONS[f"strings.{name}"](x, *[1] * more), A) for more, names in enumerate([
    "_rsplit _split _splitlines capitalize decode encode expandtabs lower swapcase title upper",
    "_join center ljust mod multiply partition rjust rpartition translate zfill",
    "replace",
]) for name in names.split()}
RAISES |= {f"char.{name}": (TEXT, lambda x, name=name: FUNCTIONS[f"char.{name}"](x, B), A) for name in ["equal", "greater", "greater_equal", "less", "less_equal", "not_equal"]}
RAISES |= {f"lib.recfunctions.{name}": (RECORDS, call, A) for name, call in {
    "append_fields": lambda x: rf.append_fields(x, "a", U), "apply_along_fields": lambda x: rf.apply_along_fields(np.mean, x), "assign_fields_by_name": lambda x: rf.assign_fields_by_name(x, B), "drop_fields": lambda x: rf.drop_fields(x, "a"),
    "find_duplicates": rf.find_duplicates, "join_by": lambda x: rf.join_by("a", x, x), "merge_arrays": lambda x: rf.merge_arrays((x, x)), "rec_append_fields": lambda x: rf.rec_append_fields(x, "a", U), "rec_drop_fields": lambda x: rf.rec_drop_fields(x, "a"),
    "rec_join": lambda x: rf.rec_join("a", x, x), "recursive_fill_fields": lambda x: rf.recursive_fill_fields(x, B), "rename_fields": lambda x: rf.rename_fields(x, {}), "repack_fields": rf.repack_fields, "require_fields": lambda x: rf.require_fields(x, float),
    "stack_arrays": lambda x: rf.stack_arrays((x, x)), "structured_to_unstructured": rf.structured_to_unstructured, "unstructured_to_structured": rf.unstructured_to_structured,
}.items()}

# -- ufuncs: the arguments at which they are smooth; their methods are called with the same ------------------------------
ABOVE_ONE, WHOLES = A + 1, np.array([[2, 1, 3, 1]])
UFUNCS: dict[str, Sample] = {
    **dict.fromkeys(["absolute", "arccos", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil", "cos", "cosh", "deg2rad", "degrees", "exp", "exp2", "expm1", "fabs", "floor", "log", "log10", "log1p", "log2", "negative", "positive", "rad2deg", "radians", "reciprocal", "rint", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh", "trunc"], (A,)),
    **dict.fromkeys(["add", "arctan2", "copysign", "divide", "divmod", "float_power", "floor_divide", "fmax", "fmin", "fmod", "heaviside", "hypot", "logaddexp", "logaddexp2", "maximum", "minimum", "multiply", "nextafter", "power", "remainder", "subtract", "vecdot"], (A, B)),
    "arccosh": (ABOVE_ONE,), "conjugate": (C,), "real": (C,), "imag": (C,), "modf": (3 * A,), "frexp": (3 * A,), "ldexp": (A, WHOLES), "clip": (A, 0.4 * B, 0.6 + B),
    "matmul": (A, B.T), "matvec": (A, V), "vecmat": (B[:, 0], A),
}
"""Differentiable ufuncs."""

UFUNCS_PASS: dict[str, Sample] = {
    **dict.fromkeys(["_ones_like", "isfinite", "isinf", "isnan", "logical_not", "signbit", "spacing"], (A,)),
    **dict.fromkeys(["equal", "greater", "greater_equal", "less", "less_equal", "logical_and", "logical_or", "logical_xor", "not_equal"], (A, B)),
}
"""Ufuncs whose results have no derivative."""

UFUNCS_RAISE: dict[str, str] = {
    **dict.fromkeys(["bitwise_and", "bitwise_count", "bitwise_or", "bitwise_xor", "gcd", "invert", "lcm", "left_shift", "right_shift"], WHOLE),
    "isnat": DATES,
    **dict.fromkeys(["_center", "_expandtabs", "_expandtabs_length", "_ljust", "_lstrip_chars", "_lstrip_whitespace", "_partition", "_partition_index", "_replace", "_rjust", "_rpartition", "_rpartition_index", "_rstrip_chars", "_rstrip_whitespace", "_slice", "_strip_chars", "_strip_whitespace", "_zfill", "count", "endswith", "find", "index", "isalnum", "isalpha", "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "rfind", "rindex", "startswith", "str_len"], TEXT),
}
"""Ufuncs that take no floating-point numbers, and what they take."""
# fmt: on


def from_file(like: Any) -> Any:
    """Two bytes, through a file."""
    with tempfile.TemporaryFile() as file:
        file.write(b"\1\2")
        file.seek(0)
        return np.fromfile(file, dtype=np.uint8, like=like)


def name_of(function: Any) -> str:
    """How the tables call one of NumPy's functions: without its first word, and in every version the same."""
    module = function.__module__.replace("_scimath_impl", "scimath")
    return f"{module}.{function.__name__}".removeprefix("numpy.")


FUNCTIONS: dict[str, Any] = {name_of(f): f for f in overrides.get_overridable_numpy_array_functions()}
"""The functions that this NumPy lets others override, by name."""

ALL_UFUNCS: dict[str, Any] = {u.__name__: u for u in overrides.get_overridable_numpy_ufuncs()}
"""Its ufuncs, by name."""
