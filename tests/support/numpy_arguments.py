"""A value for every argument of NumPy's functions: what the walk of their signatures calls them with.

`VALUES` goes by the argument's name; `OF` has what one function needs otherwise. `With` brings other arguments along.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tests.support.numpy_samples import MASK, VECTORS, A, B, C, K, S, U, V, positive_definite

# ruff: noqa: E501  # a line a function reads better unwrapped


class With(NamedTuple):
    """A value, and arguments without which it means nothing."""

    value: Any
    others: dict[str, Any]


class Several(NamedTuple):
    """Values that are each tried."""

    values: tuple[Any, ...]


HOLES = np.where(A > 0.7, np.nan, A)
HOLES.flags.writeable = False
TALL = B[:, :1]
P = positive_definite(S)
X4 = np.array([0.1, 0.4, 0.9, 1.3])
HOLES.flags.writeable = False
XP, FP = np.array([0.1, 0.3, 0.6]), np.array([1.0, -1.0, 2.0])
METHODS = Several(
    (
        "inverted_cdf",
        "averaged_inverted_cdf",
        "closest_observation",
        "interpolated_inverted_cdf",
        "hazen",
        "weibull",
        "linear",
        "median_unbiased",
        "normal_unbiased",
        "lower",
        "higher",
        "midpoint",
        "nearest",
    )
)
WEIGHTED = With(B, {"method": "inverted_cdf"})
SQUARED = {"func1d": lambda v, power=2.0: np.sum(v**power)}

# fmt: off
VALUES: dict[str, Any] = {
    # arrays
    **dict.fromkeys(["a", "x", "m", "ary", "arr", "array", "element", "prototype", "f", "y", "val", "z", "sample", "p", "filt", "x1", "object"], A),
    **dict.fromkeys(["b", "x2", "values"], B),
    "arrays": [A, B], "tup": [A, B], "args": (A, U), "arys": (A, U), "xi": (U, V),
    "ar": A, "ar1": U, "ar2": V, "a1": U, "a2": V, "v": V, "u": U, "dst": A, "src": B,
    # what almost all have
    "axis": 0, "axes": (1, 0), "dtype": np.complex128, "keepdims": True, "initial": 0.3, "where": MASK, "out": None,
    "casting": With("unsafe", {"dtype": np.float32}), "order": "F", "subok": True, "device": "cpu", "copy": True, "shape": (2, 6), "overwrite_input": True,
    "ddof": 1, "mean": np.array([[0.4, 0.5, 0.6, 0.3]]), "correction": 1, "weights": B, "returned": True, "k": 1, "offset": 1, "axis1": 1, "axis2": 0, "deg": True,
    "kind": "stable", "stable": True, "descending": True, "decimals": 1, "n": 2, "s": (4, 6), "norm": "ortho", "rcond": 1e-3, "A": A, "rtol": 1e-3, "tol": 50, "ord": 1, "hermitian": True,
    "rowvar": False, "bias": True, "fweights": np.array([1, 2, 1, 3]), "aweights": U, "bins": 3, "range": (0.1, 0.8), "density": True, "minlength": 6,
    "return_index": True, "return_inverse": True, "return_counts": True, "equal_nan": False, "sorted": False, "assume_unique": True, "invert": True, "q": np.array([0.2, 0.65]),
    "method": METHODS, "side": "right", "sorter": np.array([2, 0, 1]), "include_initial": True, "prepend": TALL, "append": TALL, "to_end": V[:2], "to_begin": V[2:],
    "edge_order": 2, "dx": 0.5, "left": -0.5, "right": 0.7, "period": 1.7, "sparse": True, "indexing": "ij", "indices_or_sections": 1, "repeats": 2, "reps": (2, 1),
    "source": 0, "destination": 1, "nan": 0.3, "posinf": 7.0, "neginf": -7.0, "full": False, "w": U, "cov": True, "N": 3, "increasing": True, "start": 2, "trim": "b",
    "num": 4, "endpoint": False, "retstep": True, "base": 3.0, "ndmin": 3, "ndmax": 2, "requirements": "C", "fill_value": 0.3, "upper": True, "compute_uv": False, "full_matrices": False,
    "UPLO": "U", "default": 0.7, "ind": 1, "discont": 0.2, "wrap": True, "a_min": 0.4, "a_max": 0.6, "min": 0.4, "max": 0.6, "mode": "clip", "M": 2,
}
"""By the argument's name."""

OF: dict[str, dict[str, Any]] = {
    "max": {"where": With(MASK, {"initial": 0.1})}, "min": {"where": With(MASK, {"initial": 0.9})}, "amax": {"where": With(MASK, {"initial": 0.1})}, "amin": {"where": With(MASK, {"initial": 0.9})},
    "nanmax": {"a": HOLES, "where": With(MASK, {"initial": 0.1})}, "nanmin": {"a": HOLES, "where": With(MASK, {"initial": 0.9})},
    **{name: {"a": HOLES} for name in ("nansum", "nanprod", "nancumsum", "nancumprod", "nanmedian")},
    "nanvar": {"a": HOLES, "where": B > 0.3, "dtype": np.float32}, "nanstd": {"a": HOLES, "where": B > 0.3, "dtype": np.float32}, "nanmean": {"a": HOLES, "where": B > 0.3}, "nan_to_num": {"x": np.where(A > 0.8, np.inf, np.where(A < 0.3, -np.inf, HOLES)), "copy": False},
    "quantile": {"weights": WEIGHTED}, "nanquantile": {"a": HOLES, "weights": WEIGHTED}, "percentile": {"q": np.array([20.0, 65.0]), "weights": WEIGHTED}, "nanpercentile": {"a": HOLES, "q": np.array([20.0, 65.0]), "weights": WEIGHTED},
    "all": {"a": MASK}, "any": {"a": MASK}, "cov": {"y": B}, "corrcoef": {"y": B},
    "histogram2d": {"x": U, "y": V, "weights": U, "range": [(0.1, 0.9), (0.2, 0.8)]}, "histogramdd": {"weights": U[:3], "range": [(0.1, 0.9)] * 4}, "bincount": {"x": K, "weights": U},
    "sort": {"order": "name"}, "argsort": {"order": "name"}, "partition": {"kth": 1, "kind": "introselect", "order": "name"},
    "searchsorted": {"a": np.array([0.3, 0.5, 0.7]), "v": A, "sorter": With(np.array([2, 0, 1]), {"a": np.array([0.5, 0.7, 0.3])})}, "isin": {"test_elements": B, "kind": "sort"}, "trapezoid": {"x": X4}, "gradient": {"varargs": (0.5,)},
    "interp": {"x": A, "xp": XP, "fp": FP}, "convolve": {"a": U, "v": V[:3], "mode": Several(("full", "same", "valid"))}, "correlate": {"a": U, "v": V[:3], "mode": Several(("full", "same", "valid"))}, "polyval": {"p": U},
    "ravel": {"order": Several(("F", "K", "A"))}, "copy": {"order": Several(("C", "F", "A", "K"))}, "expand_dims": {"axis": Several((1, (0, 2)))}, "squeeze": {"a": TALL, "axis": 1}, "broadcast_to": {"shape": (2, 3, 4)},
    "block": {"arrays": [[A, B], [B, A]]}, "append": {"values": U, "axis": With(0, {"values": B})}, "delete": {"obj": 1}, "insert": {"obj": 1, "values": 0.3}, "array_split": {"indices_or_sections": 2}, "split": {"indices_or_sections": Several((3, [1, 2]))}, "vsplit": {"indices_or_sections": 3}, "hsplit": {"indices_or_sections": 2}, "dsplit": {"ary": A[None], "indices_or_sections": 2},
    "hstack": {"tup": [A, B]}, "roll": {"shift": 1, "axis": Several((0, -1))}, "rot90": {"k": 3}, "pad": {"pad_width": ((1, 2), (2, 1)), "mode": Several(("constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap"))}, "take": {"indices": [0, 2, 1], "mode": Several(("clip", "wrap", "raise"))},
    "take_along_axis": {"indices": np.array([[1, 0, 2, 1]]), "axis": With(1, {"indices": np.array([[1], [0], [2]])})}, "diag": {"v": A}, "diagflat": {"v": U}, "where": {"condition": MASK, "x": With(A, {"y": B}), "y": With(B, {"x": A})}, "clip": {"a_min": 0.4, "min": With(0.4, {"a_min": np._NoValue}), "max": With(0.6, {"a_min": np._NoValue})},
    "round": {"decimals": Several((1, -1))}, "tensordot": {"b": B.T, "axes": Several((1, ([0, 1], [1, 0])))}, "einsum": {"operands": ("ij,kj->ik", A, B), "optimize": True}, "dot": {"b": B.T}, "outer": {"a": U, "b": V}, "inner": {"a": A, "b": B},
    "cross": {"a": VECTORS[0], "b": VECTORS[1], "axisa": With(0, {"b": np.ascontiguousarray(B[:, 0])}), "axisb": With(0, {"a": np.ascontiguousarray(A[:, 1])}), "axisc": 0, "axis": 1},
    "linalg.solve": {"a": S}, "linalg.inv": {"a": S}, "linalg.det": {"a": S}, "linalg.slogdet": {"a": S}, "linalg.cholesky": {"a": P}, "linalg.eig": {"a": P}, "linalg.eigvals": {"a": P}, "linalg.eigh": {"a": P}, "linalg.eigvalsh": {"a": P},
    "linalg.svd": {"a": S, "full_matrices": With(False, {"a": A.T}), "hermitian": With(True, {"a": P})}, "linalg.qr": {"a": A.T, "mode": Several(("reduced", "r"))}, "linalg.pinv": {"hermitian": With(True, {"a": P})}, "linalg.lstsq": {"a": A.T, "b": U}, "linalg.matrix_power": {"a": S}, "linalg.multi_dot": {"arrays": [A, B.T, A]},
    "linalg.norm": {"axis": Several((0, (0, 1)))}, "linalg.cond": {"x": S, "p": Several((1, "fro"))}, "linalg.matrix_norm": {"ord": "nuc"}, "linalg.vector_norm": {"ord": 3}, "linalg.tensorsolve": {"a": S.reshape(3, 1, 3), "b": A[:, :1], "axes": With((1,), {"a": S.reshape(3, 3, 1), "b": U[:3]})}, "linalg.tensorinv": {"a": S.reshape(3, 3, 1), "ind": With(1, {"a": S.reshape(3, 3, 1)})},
    "linalg.cross": {"x1": VECTORS[0], "x2": VECTORS[1], "axis": 0}, "linalg.outer": {"x1": U, "x2": V}, "linalg.matmul": {"x2": B.T}, "linalg.tensordot": {"x2": B.T, "axes": 1}, "linalg.vecdot": {"axis": 0},
    **{f"fft.{name}": {"a": C, "axis": 0} for name in ("fft", "ifft", "irfft", "hfft")}, **{f"fft.{name}": {"a": C, "s": With((4, 6), {"axes": (0, 1)})} for name in ("fft2", "ifft2", "irfft2", "fftn", "ifftn", "irfftn")}, **{f"fft.{name}": {"s": With((4, 6), {"axes": (0, 1)})} for name in ("rfft2", "rfftn")}, "fft.fftshift": {"axes": 1}, "fft.ifftshift": {"axes": 1},
    "polyder": {"p": U, "m": 2}, "polyint": {"p": U, "m": 2, "k": Several((0.3, With([0.3, 0.4], {"m": 2})))}, "polyfit": {"x": X4, "y": U, "deg": 1, "full": True, "cov": Several((True, "unscaled"))}, "vander": {"x": U}, "poly": {"seq_of_zeros": Several((S, U, np.float64(0.3)))}, "roots": {"p": U}, "polydiv": {"v": V[:2]},
    "select": {"condlist": [MASK, A > 0.4], "choicelist": [A, B]}, "choose": {"a": MASK[0] * 1, "choices": [U, V], "mode": With("wrap", {"a": MASK[0] * 3})}, "compress": {"condition": [True, False, True]}, "extract": {"condition": MASK}, "rollaxis": {"axis": 1, "start": 0}, "resize": {"new_shape": (2, 9)}, "trim_zeros": {"filt": np.array([0.0, 0.3, 0.7, 0.0]), "axis": 0},
    "lib.stride_tricks.sliding_window_view": {"window_shape": (2, 2), "axis": (1, 0), "writeable": False, "subok": False}, "apply_along_axis": {"func1d": SQUARED["func1d"], "args": (3.0,), "kwargs": {"power": 3.0}}, "apply_over_axes": {"func": np.sum, "axes": [0, 1]}, "piecewise": {"condlist": [MASK, ~MASK], "funclist": [lambda v, n=2.0: v**n, 2.0], "args": (3.0,), "kw": {"n": 3.0}},
    "unwrap": {"p": 9 * A}, "astype": {"dtype": np.complex128}, "real": {"val": C}, "imag": {"val": C}, "angle": {"z": C}, "lib.scimath.logn": {"n": 3.0}, "lib.scimath.power": {"p": 1.5},
    "linspace": {"start": U, "stop": V, "axis": 1}, "logspace": {"start": U, "stop": V, "axis": 1}, "geomspace": {"start": U, "stop": V, "axis": 1}, "matrix_transpose": {}, "cumulative_sum": {"axis": 0}, "cumulative_prod": {"axis": 0},
    "full": {"shape": (2, 3), "fill_value": np.float64(0.3)}, "array": {"ndmax": 0}, "size": {"axis": 1},
    "put": {"ind": [1, 5], "v": U}, "place": {"mask": MASK, "vals": U}, "putmask": {"mask": MASK}, "put_along_axis": {"indices": np.array([[1], [0], [2]]), "values": TALL, "axis": 1}, "fill_diagonal": {"val": U, "wrap": With(True, {"a": A.T})}, "copyto": {"casting": "unsafe"},
    "polynomial.polynomial.polyval2d": {"x": U, "y": V, "c": A}, "polynomial.polynomial.polyvalnd": {"pts": (U, V), "c": A}, "polynomial.polynomial.polygrid2d": {"x": U, "y": V, "c": A},
}
"""What one function needs otherwise."""
# fmt: on

UNORDERED = {("unique", "sorted")}
"""Results whose order NumPy leaves open."""
