"""Automatic differentiation that shows its work.

A computation is a tape: one row per elementary operation, with its local partials. Gradients, the printed table,
the drawn graph and the checked derivative are readings of it.

>>> import autograd_lite as ag
>>> x1, x2 = ag.Var(2.0, name="x1"), ag.Var(3.0, name="x2")
>>> y = x1 * x2 + ag.sin(x1)
>>> y.backward()
>>> x1.grad, x2.grad
(Tensor(2.5838531634528574), Tensor(2.0))

The package is an Array API namespace: ``ag.sin``, ``ag.sum``, ``ag.matmul``, … take arrays, numbers and Tensors, with
`linalg`, `fft` and `special` below it. NumPy's own functions take Tensors too. Beside the operations there are:

* Derivatives: `grad`, `value_and_grad`, `vjp`, `jvp`, `jacobian`, `hessian`, `hvp` of functions; `partials` entry by
  entry; `stop_gradient`, `no_grad`, `checkpoint`; `replay`, a function recorded once. `Var` and `Tensor` for
  ``y.backward()`` and ``x.grad``.
* To look at it: `tape`, the table; `draw`, the graph; `check_grads`, against finite differences; `debug`, the first NaN
  and the line it comes from; `ledger`, what each mode costs.
* What derivatives are for: `Objective`, for SciPy's optimisers; `sensitivity`, which input an error comes from;
  `mechanics`, equations of motion; `ode`, steps to differentiate through; `hmc` and `mcmc`, draws from posteriors.
* Operations of your own: `elementwise`, `linear`, `bilinear`, `general`. What is raised: `errors`.
"""

# ruff: noqa: A004  # an array namespace shadows builtins (abs, sum, max, …), as NumPy's does

import sys
from math import e, inf, nan, pi
from typing import TYPE_CHECKING

from numpy import bool as bool
from numpy import (
    complex64,
    complex128,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)

from autograd_lite import array_methods, errors, fft, linalg, mcmc, mechanics, methods, ode, protocols, special  # noqa: F401  # importing methods and protocols binds Tensor's manners
from autograd_lite.check import check_grads
from autograd_lite.checkpoint import checkpoint
from autograd_lite.debug import debug
from autograd_lite.draw import draw
from autograd_lite.errors import AutogradError, GradientMismatch, NonFiniteError
from autograd_lite.ledger import ledger
from autograd_lite.matrices import hessian, jacobian
from autograd_lite.mcmc import hmc
from autograd_lite.memory import keep_freed_memory
from autograd_lite.modes import no_grad
from autograd_lite.objective import Objective
from autograd_lite.ops.arrange import array_split, block, cross, diag, kron, repeat, rot90, tile
from autograd_lite.ops.create import (
    arange,
    asarray,
    astype,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    tril,
    triu,
    zeros,
    zeros_like,
)
from autograd_lite.ops.dtypes import __array_namespace_info__ as __array_namespace_info__
from autograd_lite.ops.dtypes import can_cast, finfo, from_dlpack, iinfo, isdtype, result_type
from autograd_lite.ops.elementwise import (
    abs,
    acos,
    acosh,
    add,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    bitwise_and,
    bitwise_invert,
    bitwise_left_shift,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    ceil,
    clip,
    conj,
    copysign,
    cos,
    cosh,
    divide,
    equal,
    exp,
    exp2,
    expm1,
    floor,
    floor_divide,
    greater,
    greater_equal,
    hypot,
    imag,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    maximum,
    minimum,
    multiply,
    negative,
    nextafter,
    not_equal,
    positive,
    pow,
    real,
    reciprocal,
    relu,
    remainder,
    round,
    sigmoid,
    sign,
    signbit,
    sin,
    sinh,
    softplus,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    trunc,
    where,
)
from autograd_lite.ops.index import take, take_along_axis
from autograd_lite.ops.linalg import affine, dot, einsum, inner, matmul, outer, squared_error, tensordot, trace, vecdot
from autograd_lite.ops.numeric import convolve, correlate, gradient, interp, polyval, sinc, trapezoid
from autograd_lite.ops.order import (
    cumulative_logsumexp,
    cumulative_max,
    cumulative_min,
    cumulative_prod,
    cumulative_sum,
    diff,
    isin,
    nonzero,
    searchsorted,
    sort,
    unique_all,
    unique_counts,
    unique_inverse,
    unique_values,
)
from autograd_lite.ops.padding import pad
from autograd_lite.ops.quantiles import median, nanmedian, nanpercentile, nanquantile, percentile, quantile
from autograd_lite.ops.reduce import (
    all,
    any,
    argmax,
    argmin,
    argsort,
    count_nonzero,
    log_softmax,
    logsumexp,
    max,
    mean,
    min,
    prod,
    softmax,
    std,
    sum,
    var,
)
from autograd_lite.ops.shape import (
    broadcast_arrays,
    broadcast_to,
    concat,
    expand_dims,
    flip,
    matrix_transpose,
    meshgrid,
    moveaxis,
    permute_dims,
    ravel,
    reshape,
    roll,
    squeeze,
    stack,
    sum_to,
    swapaxes,
    unstack,
)
from autograd_lite.ops.statistics import (
    average,
    corrcoef,
    cov,
    histogram,
    nan_to_num,
    nancumprod,
    nancumsum,
    nanmax,
    nanmean,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
    ptp,
)
from autograd_lite.partials import partials
from autograd_lite.replay import replay
from autograd_lite.rules import bilinear, elementwise, general, linear
from autograd_lite.sensitivity import sensitivity
from autograd_lite.table import Table
from autograd_lite.tape import tape
from autograd_lite.tensor import Tensor, Var, group, tick
from autograd_lite.transforms import (
    grad,
    hvp,
    jvp,
    stop_gradient,
    value_and_grad,
    vjp,
)

newaxis = None
__array_api_version__ = "2024.12"
__version__ = "0.1.0"

# fmt: off
__all__ = [
    "AutogradError", "GradientMismatch", "NonFiniteError", "Objective", "Table", "Tensor", "Var", "abs", "acos",
    "acosh", "add", "affine", "all", "any", "arange", "argmax", "argmin", "argsort", "array_split", "asarray", "asin",
    "asinh", "astype", "atan", "atan2", "atanh", "average", "bilinear", "bitwise_and", "bitwise_invert",
    "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "block", "bool", "broadcast_arrays",
    "broadcast_to", "can_cast", "ceil", "check_grads", "checkpoint", "clip", "complex64", "complex128", "concat",
    "conj", "convolve", "copysign", "corrcoef", "correlate", "cos", "cosh", "count_nonzero", "cov", "cross",
    "cumulative_logsumexp", "cumulative_max", "cumulative_min", "cumulative_prod", "cumulative_sum", "debug", "diag",
    "diff", "divide", "dot", "draw", "e", "einsum", "elementwise", "empty", "empty_like", "equal", "errors", "exp",
    "exp2", "expand_dims", "expm1", "eye", "fft", "finfo", "flip", "float32", "float64", "floor", "floor_divide",
    "from_dlpack", "full", "full_like", "general", "grad", "gradient", "greater", "greater_equal", "group", "hessian",
    "histogram", "hmc", "hvp", "hypot", "iinfo", "imag", "inf", "inner", "int8", "int16", "int32", "int64", "interp",
    "isdtype", "isfinite", "isin", "isinf", "isnan", "jacobian", "jvp", "kron", "ledger", "less", "less_equal",
    "linalg", "linear", "linspace", "log", "log1p", "log2", "log10", "log_softmax", "logaddexp", "logical_and",
    "logical_not", "logical_or", "logical_xor", "logsumexp", "matmul", "matrix_transpose", "max", "maximum", "mcmc",
    "mean", "mechanics", "median", "meshgrid", "min", "minimum", "moveaxis", "multiply", "nan", "nan_to_num",
    "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin", "nanpercentile", "nanprod", "nanquantile",
    "nanstd", "nansum", "nanvar", "negative", "newaxis", "nextafter", "no_grad", "nonzero", "not_equal", "ode", "ones",
    "ones_like", "outer", "pad", "partials", "percentile", "permute_dims", "pi", "polyval", "positive", "pow", "prod",
    "ptp", "quantile", "ravel", "real", "reciprocal", "relu", "remainder", "repeat", "replay", "reshape",
    "result_type", "roll", "rot90", "round", "searchsorted", "sensitivity", "sigmoid", "sign", "signbit", "sin",
    "sinc", "sinh", "softmax", "softplus", "sort", "special", "sqrt", "square", "squared_error", "squeeze", "stack",
    "std", "stop_gradient", "subtract", "sum", "sum_to", "swapaxes", "take", "take_along_axis", "tan", "tanh",
    "tape", "tensordot", "tick", "tile", "trace", "trapezoid", "tril", "triu", "trunc", "uint8", "uint16", "uint32",
    "uint64", "unique_all", "unique_counts", "unique_inverse", "unique_values", "unstack", "value_and_grad", "var",
    "vecdot", "vjp", "where", "zeros", "zeros_like",
]
# fmt: on

keep_freed_memory()
delattr(sys.modules[__name__], "tensor")  # PyTorch's users call it: then the error names ag.Tensor

if not TYPE_CHECKING:  # where every name would be known

    def __getattr__(name):
        raise AttributeError(protocols.elsewhere(name, __all__))
