"""For every operation, where it is smooth and what it is called with: the records that the tests walk.

A `Domain` says how the entries of each argument are drawn, with which shapes and options, and for which numbers the
operation is defined. One line an operation; `test_census` fails on an operation without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.core.rules import OPS
from tests.support.families import (
    AFFINE,
    ALONG,
    BINARY,
    BROADCAST,
    CONCAT,
    EINSUM,
    EXPAND,
    FLIP,
    GETITEM,
    MATMUL,
    MATMUL_NT,
    MATMUL_TN,
    MATRIX,
    PERMUTE,
    RESHAPE,
    ROLL,
    SCATTER,
    SETITEM,
    SQUEEZE,
    STACK,
    SUM_TO,
    TENSORDOT,
    TERNARY,
    TRIANGLE,
    UNARY,
    Case,
    Family,
    apart,
    between,
    case,
    dividend,
    divisor,
    first,
    flags,
    inside,
    like,
    nonzero,
    positive,
    real,
    reduced,
    second,
    unit,
    whole,
)
from tests.support.families_more import (
    COEFFICIENTS,
    CONVOLVE,
    FOURIER,
    HALVES,
    OBLONG,
    ORDERED,
    RUNNING,
    SHAPED,
    SOLVE,
    SQUARE,
    TALL,
    WHOLES,
    eigenpairs,
    like_of,
    near_diagonal,
    order_one,
    order_three,
    order_two,
    orders_of,
    small,
)

ANALYTIC, COMPLEX, REAL = "analytic", "complex", "real"


@dataclass(frozen=True)
class Domain:
    """Where an operation is smooth and what it is called with.

    `entries` has one map from [0, 1) an argument, the last one serving any further arguments. `numbers` is REAL,
    COMPLEX (defined for complex numbers) or ANALYTIC (and differentiable there, so that the complex step applies).
    `singular` are arguments at which a partial is infinite or NaN. `call` replaces the operation's own function.
    """

    entries: tuple[Callable[[Any], Any], ...]
    family: Family
    numbers: str = REAL
    singular: tuple[float, ...] = ()
    call: Callable[..., Any] | None = None

    def values(self, case: Case, uniform: Callable[[tuple[int, ...]], Any], dtype: Any = float) -> list[Any]:
        """Arguments for `case`: `uniform(shape)` gives numbers in [0, 1), of which those that are real become
        `dtype`."""
        maps = [*self.entries, *[self.entries[-1]] * (len(case.shapes) - len(self.entries))]
        out = []
        for entries, shape in zip(maps, case.shapes, strict=True):
            value = np.asarray(entries(np.asarray(uniform(shape))))
            if value.dtype == float:
                imaginary = 0.4j * (uniform(shape) - 0.5) if np.dtype(dtype).kind == "c" else 0
                value = np.asarray(value + imaginary, dtype)
            out.append(value if shape else value[()])
        return out


# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
DOMAINS: dict[str, Domain] = {
    # selection and kinks
    "where":      Domain((flags, real, real),        TERNARY, ANALYTIC),
    "maximum":    Domain((first, second),            BINARY),
    "minimum":    Domain((first, second),            BINARY),
    "relu":       Domain((nonzero,),                 UNARY),
    "clip":       Domain((real, between(-1.1, -0.9), between(0.9, 1.1)), TERNARY),
    "sign":       Domain((nonzero,),                 UNARY, COMPLEX),
    "abs":        Domain((nonzero,),                 UNARY, COMPLEX),
    "abs_power":  Domain((nonzero,),                 UNARY, COMPLEX, call=lambda x: OPS["abs_power"].call(x, 3)),
    "hypot_power": Domain((nonzero, nonzero),        BINARY, call=lambda x, y: OPS["hypot_power"].call(x, y, 3)),
    "floor":      Domain((inside,),                  UNARY),
    "ceil":       Domain((inside,),                  UNARY),
    "round":      Domain((inside,),                  UNARY),
    "trunc":      Domain((inside,),                  UNARY),
    "copysign":   Domain((nonzero, nonzero),         BINARY),
    "nextafter":  Domain((real, nonzero),            BINARY),
    # arithmetic
    "cbrt":       Domain((positive,),                UNARY, singular=(0.0,)),
    "fmod":       Domain((dividend, divisor),        BINARY),
    "add":        Domain((real, real),               BINARY, ANALYTIC),
    "subtract":   Domain((real, real),               BINARY, ANALYTIC),
    "multiply":   Domain((real, real),               BINARY, ANALYTIC),
    "divide":     Domain((real, nonzero),            BINARY, ANALYTIC, singular=(1.0, 0.0)),
    "floor_divide": Domain((dividend, divisor),      BINARY),
    "remainder":  Domain((dividend, divisor),        BINARY),
    "negative":   Domain((real,),                    UNARY, ANALYTIC),
    "positive":   Domain((real,),                    UNARY, ANALYTIC),
    "square":     Domain((real,),                    UNARY, ANALYTIC),
    "sqrt":       Domain((positive,),                UNARY, ANALYTIC, singular=(0.0,)),
    "one_minus_square_near_one": Domain((real,),                    UNARY, ANALYTIC),
    "sech2":      Domain((real,),                    UNARY, ANALYTIC),
    "root":       Domain((positive,),                UNARY, ANALYTIC),
    "reciprocal": Domain((nonzero,),                 UNARY, ANALYTIC, singular=(0.0,)),
    "pow":        Domain((positive, real),           BINARY, ANALYTIC, singular=(0.0, -0.5)),
    "pow_derivative": Domain((positive, real),       BINARY, ANALYTIC, call=lambda x, y: OPS["pow_derivative"].call(1, 2, x, y)),
    "quotient":   Domain((real, nonzero),            BINARY, ANALYTIC),
    # exponentials and logarithms
    "log_ratio":  Domain((positive, positive),       BINARY, ANALYTIC),
    "exp":        Domain((real,),                    UNARY, ANALYTIC, singular=(np.inf,)),
    "exp2":       Domain((real,),                    UNARY, ANALYTIC, singular=(np.inf,)),
    "expm1":      Domain((real,),                    UNARY, ANALYTIC, singular=(np.inf,)),
    "log":        Domain((positive,),                UNARY, ANALYTIC, singular=(0.0,)),
    "log2":       Domain((positive,),                UNARY, ANALYTIC, singular=(0.0,)),
    "log10":      Domain((positive,),                UNARY, ANALYTIC, singular=(0.0,)),
    "log1p":      Domain((between(-0.6, 2),),        UNARY, ANALYTIC, singular=(-1.0,)),
    "sigmoid":    Domain((real,),                    UNARY),
    "softplus":   Domain((real,),                    UNARY),
    "logaddexp":  Domain((real, real),               BINARY),
    # trigonometric and hyperbolic
    "sin":        Domain((real,),                    UNARY, ANALYTIC, singular=(np.inf,)),
    "cos":        Domain((real,),                    UNARY, ANALYTIC, singular=(np.inf,)),
    "tan":        Domain((between(-1.2, 1.2),),      UNARY, ANALYTIC, singular=(np.inf,)),
    "asin_slope": Domain((unit,),                    UNARY, ANALYTIC, singular=(1.0,)),
    "asin":       Domain((unit,),                    UNARY, ANALYTIC, singular=(1.0,)),
    "acos":       Domain((unit,),                    UNARY, ANALYTIC, singular=(1.0,)),
    "atan":       Domain((real,),                    UNARY, ANALYTIC),
    "sinh":       Domain((real,),                    UNARY, ANALYTIC, singular=(np.inf,)),
    "cosh":       Domain((real,),                    UNARY, ANALYTIC, singular=(np.inf,)),
    "tanh":       Domain((real,),                    UNARY, ANALYTIC),
    "one_minus_square": Domain((real,),              UNARY, ANALYTIC),
    "asinh":      Domain((real,),                    UNARY, ANALYTIC),
    "acosh":      Domain((between(1.4, 3),),         UNARY, ANALYTIC, singular=(1.0,)),
    "atanh":      Domain((unit,),                    UNARY, ANALYTIC, singular=(1.0,)),
    "hypot":      Domain((nonzero, nonzero),         BINARY),
    "cosine":   Domain((nonzero, nonzero),        BINARY),
    "atan2":      Domain((nonzero, nonzero),         BINARY),
    # complex numbers
    "real":       Domain((real,),                    UNARY, COMPLEX),
    "imag":       Domain((real,),                    UNARY, COMPLEX),
    "conj":       Domain((real,),                    UNARY, COMPLEX),
    # copies
    "astype":     Domain((real,),                    Family((*like(dtype=np.float64).examples, *like(dtype=np.float32).examples), like(dtype=np.float64).cases)),
    "copy":       Domain((real,),                    UNARY, ANALYTIC),
    "alias":      Domain((real,),                    UNARY, ANALYTIC),
    # shapes
    "reshape":    Domain((real,),                    RESHAPE, ANALYTIC),
    "permute_dims": Domain((real,),                  PERMUTE, ANALYTIC),
    "matrix_transpose": Domain((real,),              MATRIX, ANALYTIC),
    "expand_dims": Domain((real,),                   EXPAND, ANALYTIC),
    "squeeze":    Domain((real,),                    SQUEEZE, ANALYTIC),
    "flip":       Domain((real,),                    FLIP, ANALYTIC),
    "roll":       Domain((real,),                    ROLL, ANALYTIC),
    "broadcast_to": Domain((real,),                  BROADCAST, ANALYTIC),
    "sum_to":     Domain((real,),                    SUM_TO, ANALYTIC),
    "concat":     Domain((real,),                    CONCAT, ANALYTIC),
    "stack":      Domain((real,),                    STACK, ANALYTIC),
    "tril":       Domain((real,),                    TRIANGLE, ANALYTIC),
    "triu":       Domain((real,),                    TRIANGLE, ANALYTIC),
    # indexing
    "getitem":    Domain((real,),                    GETITEM, ANALYTIC),
    "scatter":    Domain((real,),                    SCATTER, ANALYTIC),
    "setitem":    Domain((real, real),               SETITEM, ANALYTIC),
    # reductions
    "sum":        Domain((real,),                    reduced(0), ANALYTIC),
    "mean":       Domain((real,),                    reduced(1), ANALYTIC),
    "prod":       Domain((real,),                    reduced(0), ANALYTIC, singular=(np.inf,)),
    "max":        Domain((apart,),                   reduced(1)),
    "min":        Domain((apart,),                   reduced(1)),
    "var":        Domain((apart,),                   reduced(2, correction=[0, 1]), singular=(np.inf,)),
    "std":        Domain((apart,),                   reduced(2, correction=[0, 1]), singular=(np.inf,)),
    "std_power":  Domain((apart,),                   reduced(2, correction=[0, 1], n=[2, 3])),
    "logsumexp":  Domain((real,),                    reduced(1)),
    "log_softmax": Domain((real,),                   ALONG, singular=(np.inf,)),
    "softmax":    Domain((real,),                    ALONG, singular=(np.inf,)),
    # accumulations
    "cumulative_sum": Domain((real,),                RUNNING, ANALYTIC),
    "cumulative_prod": Domain((real,),               RUNNING, ANALYTIC),
    "cumulative_logsumexp": Domain((real,),          RUNNING),
    "cumulative_max": Domain((apart,),               RUNNING),
    "cumulative_min": Domain((apart,),               RUNNING),
    # numerical methods
    "convolve":   Domain((real, real),               CONVOLVE, ANALYTIC),
    "sinc":       Domain((real,),                    UNARY, ANALYTIC),
    "sinc_derivative": Domain((order_two, real),     ORDERED, ANALYTIC),
    # Fourier transforms
    "fftn":       Domain((real,),                    FOURIER, COMPLEX),
    "ifftn":      Domain((real,),                    FOURIER, COMPLEX),
    "rfft":       Domain((real,),                    HALVES),
    "irfft":      Domain((real,),                    WHOLES, COMPLEX),
    # special functions
    "erf":        Domain((real,),                    UNARY, ANALYTIC),
    "erfc":       Domain((real,),                    UNARY, ANALYTIC),
    "erfcx":      Domain((unit,),                    UNARY, ANALYTIC),
    "erfinv":     Domain((unit,),                    UNARY, singular=(1.0,)),
    "erfcinv":    Domain((between(0.3, 1.7),),       UNARY, singular=(0.0,)),
    "ndtr":       Domain((real,),                    UNARY, ANALYTIC),
    "log_ndtr":   Domain((real,),                    UNARY, ANALYTIC),
    "ndtri":      Domain((between(0.1, 0.9),),       UNARY, singular=(0.0,)),
    "dawsn":      Domain((real,),                    UNARY, ANALYTIC),
    "digamma":    Domain((positive,),                UNARY, singular=(0.0,)),
    "gammaln":    Domain((positive,),                UNARY, singular=(0.0,)),
    "gamma":      Domain((positive,),                UNARY, singular=(0.0,)),
    "rgamma":     Domain((positive,),                UNARY),
    "logit":      Domain((between(0.1, 0.9),),       UNARY, singular=(1.0,)),
    "entr":       Domain((positive,),                UNARY, singular=(0.0,)),
    "j0":         Domain((real,),                    UNARY),
    "j1":         Domain((real,),                    UNARY),
    "y0":         Domain((positive,),                UNARY, singular=(0.0,)),
    "y1":         Domain((positive,),                UNARY, singular=(0.0,)),
    "i0":         Domain((real,),                    UNARY),
    "i1":         Domain((real,),                    UNARY),
    "i0e":        Domain((positive,),                UNARY),
    "i1e":        Domain((positive,),                UNARY),
    "k0":         Domain((positive,),                UNARY, singular=(0.0,)),
    "k1":         Domain((positive,),                UNARY, singular=(0.0,)),
    "k0e":        Domain((positive,),                UNARY, singular=(0.0,)),
    "k1e":        Domain((positive,),                UNARY, singular=(0.0,)),
    "expi":       Domain((positive,),                UNARY, singular=(0.0,)),
    "exp1":       Domain((positive,),                UNARY, ANALYTIC, singular=(0.0,)),
    "beta":       Domain((positive, positive),       BINARY),
    "betaln":     Domain((positive, positive),       BINARY),
    "rel_entr":   Domain((positive, positive),       BINARY),
    "kl_div":     Domain((positive, positive),       BINARY),
    "xlogy":      Domain((real, positive),           BINARY, ANALYTIC),
    "xlog1py":    Domain((real, positive),           BINARY, ANALYTIC),
    "polygamma":  Domain((order_two, positive),      ORDERED),
    "zeta":       Domain((order_two, between(1.5, 3)),ORDERED),
    "jv":         Domain((order_two, positive),      ORDERED),
    "yv":         Domain((order_two, positive),      ORDERED),
    "iv":         Domain((order_two, positive),      ORDERED),
    "kv":         Domain((order_two, positive),      ORDERED),
    "ive":        Domain((order_two, positive),      ORDERED),
    "kve":        Domain((order_two, positive),      ORDERED),
    "gammainc":   Domain((order_two, positive),      ORDERED),
    "gammaincc":  Domain((order_two, positive),      ORDERED),
    "gammaincinv":Domain((order_two, between(0.1, 0.9)),ORDERED),
    "rgamma_derivative": Domain((order_two, positive), ORDERED),
    "erfcx_derivative": Domain((order_two, real),    ORDERED),
    "log_ndtr_derivative": Domain((order_two, real), ORDERED),
    "dawsn_derivative": Domain((order_two, real),    ORDERED),
    "polygamma_difference": Domain((order_one, positive, positive), orders_of(1, 2)),
    "gamma_density": Domain((order_one, order_one, positive, positive), orders_of(2, 2)),
    "gammainc_in_a": Domain((order_one, positive, positive), orders_of(1, 2)),
    "beta_density": Domain((order_one, order_one, order_one, positive, positive, between(0.2, 0.8)), orders_of(3, 3)),
    "betainc_in_ab": Domain((order_one, order_one, positive, positive, between(0.2, 0.8)), orders_of(2, 3)),
    **{f"{name}_in_order": Domain((order_one, between(0.6, 2.4), between(0.6, 2.4)), orders_of(1, 2)) for name in ("jv", "yv", "iv", "kv", "ive", "kve")},
    "zeta_in_x":  Domain((order_one, between(1.5, 3), positive), orders_of(1, 2)),
    "betainc":    Domain((order_two, order_three, between(0.1, 0.9)),SHAPED),
    "betaincinv": Domain((order_two, order_three, between(0.1, 0.9)),SHAPED),
    # products
    "matmul":     Domain((real, real),               MATMUL, ANALYTIC),
    "matmul_nt":  Domain((real, real),               MATMUL_NT, ANALYTIC),
    "matmul_tn":  Domain((real, real),               MATMUL_TN, ANALYTIC),
    "affine":     Domain((real, real, real),         AFFINE, ANALYTIC),
    "squared_error": Domain((real, real),            BINARY, ANALYTIC),
    "tensordot":  Domain((real, real),               TENSORDOT, ANALYTIC),
    "einsum":     Domain((real,),                    EINSUM, ANALYTIC),
    # matrices
    "from_lower": Domain((real,),                    SQUARE, COMPLEX),
    "solve":      Domain((small, real),             SOLVE, ANALYTIC, call=near_diagonal("solve")),
    "inv":        Domain((small,),                  SQUARE, ANALYTIC, call=near_diagonal("inv")),
    "det":        Domain((small,),                  SQUARE, ANALYTIC, call=near_diagonal("det")),
    "cofactors":  Domain((small,),                  SQUARE, COMPLEX,  call=lambda x: near_diagonal("cofactors")(x) + 20.0),  # of this size are the products that it is made of: differences lose that much
    "logabsdet":  Domain((small,),                  SQUARE, COMPLEX, call=near_diagonal("logabsdet")),
    "detsign":    Domain((small,),                  SQUARE, COMPLEX, call=near_diagonal("detsign")),
    "cholesky":   Domain((small,),                   SQUARE, COMPLEX, call=near_diagonal("cholesky")),
    "roots":      Domain((small,),                   COEFFICIENTS, call=lambda p: ag.real(OPS["roots"].call(0.1 * p + np.poly(np.arange(2.0, p.shape[0] + 1.0))))),  # real and apart
    "expm":       Domain((unit,),                    SQUARE, ANALYTIC),
    "eigen":      Domain((small,),                   SQUARE, call=near_diagonal(eigenpairs)),
    "settled":    Domain((real,),                    SQUARE, COMPLEX, call=lambda g: OPS["settled"].call(g, np.zeros((1, g.shape[-1]), bool), "eigh")),
    "corner":     Domain((real,),                    SQUARE, COMPLEX, call=lambda x: OPS["corner"].call(x, np.zeros((1, x.shape[-1]), bool), (0,))),
    "tied":       Domain((real,),                    SQUARE, COMPLEX, call=lambda v: OPS["tied"].call(v, np.zeros(v.shape[-1], bool))),
    "eigh":       Domain((small,),                   SQUARE, call=near_diagonal("eigh")),
    "svd":        Domain((small,),                  OBLONG, call=near_diagonal("svd")),
    "qr":         Domain((small,),                  TALL, COMPLEX, call=near_diagonal("qr")),
    "completion": Domain((small,),                   TALL, call=near_diagonal(lambda x: ag.linalg.svd(x).S)),
    "pinv":       Domain((small,),                  like_of(OBLONG, rtol=1e-9), COMPLEX, call=near_diagonal("pinv")),
    "vector_norm": Domain((nonzero,),                reduced(1, ord=[3, 2]), COMPLEX),
    "vector_norm_power": Domain((nonzero,),          reduced(1, ord=[3, 2], n=[3, 3]), COMPLEX),
    # a function as an operation
    "checkpoint": Domain((real, real),               BINARY, ANALYTIC, call=ag.checkpoint(lambda x, y: ag.sin(x) * ag.exp(y))),
    # without derivatives
    "equal":         Domain((whole, whole),          BINARY),
    "not_equal":     Domain((whole, whole),          BINARY),
    "less":          Domain((real, real),            BINARY),
    "less_equal":    Domain((real, real),            BINARY),
    "greater":       Domain((real, real),            BINARY),
    "greater_equal": Domain((real, real),            BINARY),
    "gated_product":  Domain((real, real),           BINARY),
    "picked_product": Domain((real, real),           BINARY),
    "logical_and":   Domain((flags, flags),          BINARY),
    "logical_or":    Domain((flags, flags),          BINARY),
    "logical_xor":   Domain((flags, flags),          BINARY),
    "logical_not":   Domain((flags,),                UNARY),
    "bitwise_and":   Domain((whole, whole),          BINARY),
    "bitwise_or":    Domain((whole, whole),          BINARY),
    "bitwise_xor":   Domain((whole, whole),          BINARY),
    "bitwise_invert": Domain((whole,),               UNARY),
    "bitwise_left_shift": Domain((whole, whole),     BINARY),
    "bitwise_right_shift": Domain((whole, whole),    BINARY),
    "isnan":         Domain((real,),                 UNARY),
    "isfinite":      Domain((real,),                 UNARY),
    "isinf":         Domain((real,),                 UNARY),
    "signbit":       Domain((real,),                 UNARY),
    "all":           Domain((flags,),                reduced(0)),
    "any":           Domain((flags,),                reduced(0)),
    "count_nonzero": Domain((flags,),                reduced(0)),
    "argmax":        Domain((apart,),                Family((case((2, 3)), case((2, 3), axis=1), case((2, 3), axis=0, keepdims=True)), st.just(case((3,))))),
    "argmin":        Domain((apart,),                Family((case((2, 3)), case((2, 3), axis=1), case((2, 3), axis=0, keepdims=True)), st.just(case((3,))))),
    "argsort":       Domain((apart,),                ALONG),
    "zeros_like":    Domain((real,),                 UNARY),
    "ones_like":     Domain((real,),                 UNARY),
    "empty_like":    Domain((real,),                 UNARY),
    "full_like":     Domain((real,),                 like(fill_value=2.5)),
}
# fmt: on

PACKAGED = frozenset(OPS)  # before any test or doctest registers one of its own
DIFFERENTIABLE = sorted(name for name in DOMAINS if name in OPS and OPS[name].kind != "plain")
PLAIN = sorted(name for name in DOMAINS if name in OPS and OPS[name].kind == "plain")
