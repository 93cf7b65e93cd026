"""Automatic differentiation that shows its work.

A computation is a tape: one row per elementary operation, with its local partials. Gradients, the printed table,
the drawn graph and the checked derivative are readings of it.

>>> import autograd_lite as ag
>>> x1, x2 = ag.Var(2.0, name="x1"), ag.Var(3.0, name="x2")
>>> y = x1 * x2 + ag.sin(x1)
>>> y.backward()
>>> x1.grad, x2.grad
(Tensor(2.5838531634528574), Tensor(2.0))

The package is an Array API namespace: ``ag.sin``, ``ag.sum``, ``ag.matmul``, … take arrays, numbers and Tensors.
"""

# ruff: noqa: A004  # an array namespace shadows builtins (abs, sum, max, …), as NumPy's does

from math import e, inf, nan, pi

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

from autograd_lite import errors, methods, protocols  # noqa: F401  # importing the last two binds Tensor's manners
from autograd_lite.check import check_grads
from autograd_lite.checkpoint import checkpoint
from autograd_lite.debug import debug
from autograd_lite.draw import draw
from autograd_lite.errors import AutogradError, GradientMismatch, NonFiniteError
from autograd_lite.matrices import hessian, jacobian
from autograd_lite.op import no_grad
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
    bitwise_or,
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
from autograd_lite.ops.linalg import dot, einsum, inner, matmul, outer, tensordot, trace, vecdot
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
from autograd_lite.rules import bilinear, elementwise, general, linear
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
    "AutogradError", "GradientMismatch", "NonFiniteError", "Tensor", "Var", "abs", "acos", "acosh", "add",
    "all", "any", "arange", "argmax", "argmin", "argsort", "asarray", "asin", "asinh", "astype", "atan",
    "atan2", "atanh", "bilinear", "bitwise_and", "bitwise_invert", "bitwise_or", "bitwise_xor", "bool",
    "broadcast_arrays", "broadcast_to", "ceil", "check_grads", "checkpoint", "clip", "complex64", "complex128",
    "concat", "conj", "copysign", "cos", "cosh", "count_nonzero", "debug", "divide", "dot", "draw", "e", "einsum",
    "elementwise", "empty", "empty_like", "equal", "errors", "exp", "exp2", "expand_dims", "expm1", "eye",
    "flip", "float32", "float64", "floor", "floor_divide", "full", "full_like", "general", "grad", "greater",
    "greater_equal", "group", "hessian", "hvp", "hypot", "imag", "inf", "inner", "int8", "int16", "int32",
    "int64", "isfinite", "isinf", "isnan", "jacobian", "jvp", "less", "less_equal", "linear", "linspace", "log",
    "log1p", "log2", "log10", "log_softmax", "logaddexp", "logical_and", "logical_not", "logical_or",
    "logical_xor", "logsumexp", "matmul", "matrix_transpose", "max", "maximum", "mean", "meshgrid", "min",
    "minimum", "moveaxis", "multiply", "nan", "negative", "newaxis", "no_grad", "not_equal", "ones",
    "ones_like", "outer", "permute_dims", "pi", "positive", "pow", "prod", "ravel", "real", "reciprocal",
    "relu", "remainder", "reshape", "roll", "round", "sigmoid", "sign", "signbit", "sin", "sinh", "softmax",
    "softplus", "sqrt", "square", "squeeze", "stack", "std", "stop_gradient", "subtract", "sum", "sum_to",
    "swapaxes", "take", "take_along_axis", "tan", "tanh", "tape", "tensordot", "tick", "trace", "tril", "triu", "trunc",
    "uint8", "uint16", "uint32", "uint64", "unstack", "value_and_grad", "var", "vecdot", "vjp", "where",
    "zeros", "zeros_like",
]
# fmt: on
