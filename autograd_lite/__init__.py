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

import sys as _sys
import typing as _typing
from math import e as e, inf as inf, nan as nan, pi as pi
from types import ModuleType as _ModuleType

from numpy import (
    bool as bool,
    complex64 as complex64,
    complex128 as complex128,
    float32 as float32,
    float64 as float64,
    int8 as int8,
    int16 as int16,
    int32 as int32,
    int64 as int64,
    uint8 as uint8,
    uint16 as uint16,
    uint32 as uint32,
    uint64 as uint64,
)

from autograd_lite import (
    errors as errors,
    fft as fft,
    linalg as linalg,
    methods as _methods,  # noqa: F401  # binds Tensor's operators and methods
    special as special,
)
from autograd_lite.arrays.memory import keep_freed_memory as _keep_freed_memory
from autograd_lite.core.modes import no_grad as no_grad
from autograd_lite.core.rules import (
    bilinear as bilinear,
    elementwise as elementwise,
    general as general,
    linear as linear,
)
from autograd_lite.core.tensor import Tensor as Tensor, Var as Var, group as group, tick as tick
from autograd_lite.derivatives.check import check_grads as check_grads
from autograd_lite.derivatives.checkpoint import checkpoint as checkpoint
from autograd_lite.derivatives.matrices import hessian as hessian, jacobian as jacobian
from autograd_lite.derivatives.partials import partials as partials
from autograd_lite.derivatives.transforms import (
    grad as grad,
    hvp as hvp,
    jvp as jvp,
    stop_gradient as stop_gradient,
    value_and_grad as value_and_grad,
    vjp as vjp,
)
from autograd_lite.errors import (
    AutogradError as AutogradError,
    GradientMismatch as GradientMismatch,
    NonFiniteError as NonFiniteError,
)
from autograd_lite.numpy_functions import (
    array_methods as _array_methods,  # noqa: F401  # binds NumPy's methods onto Tensor
    protocols as _protocols,
)
from autograd_lite.ops.arrange import (
    array_split as array_split,
    block as block,
    cross as cross,
    diag as diag,
    kron as kron,
    repeat as repeat,
    rot90 as rot90,
    tile as tile,
)
from autograd_lite.ops.create import (
    arange as arange,
    asarray as asarray,
    astype as astype,
    empty as empty,
    empty_like as empty_like,
    eye as eye,
    full as full,
    full_like as full_like,
    linspace as linspace,
    ones as ones,
    ones_like as ones_like,
    tril as tril,
    triu as triu,
    zeros as zeros,
    zeros_like as zeros_like,
)
from autograd_lite.ops.cumulative import (
    cumulative_logsumexp as cumulative_logsumexp,
    cumulative_max as cumulative_max,
    cumulative_min as cumulative_min,
    cumulative_prod as cumulative_prod,
    cumulative_sum as cumulative_sum,
    diff as diff,
)
from autograd_lite.ops.dtypes import (
    __array_namespace_info__ as __array_namespace_info__,
    can_cast as can_cast,
    finfo as finfo,
    from_dlpack as from_dlpack,
    iinfo as iinfo,
    isdtype as isdtype,
    result_type as result_type,
)
from autograd_lite.ops.elementwise import (
    abs as abs,
    acos as acos,
    acosh as acosh,
    add as add,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atan2 as atan2,
    atanh as atanh,
    bitwise_and as bitwise_and,
    bitwise_invert as bitwise_invert,
    bitwise_left_shift as bitwise_left_shift,
    bitwise_or as bitwise_or,
    bitwise_right_shift as bitwise_right_shift,
    bitwise_xor as bitwise_xor,
    ceil as ceil,
    clip as clip,
    conj as conj,
    copysign as copysign,
    cos as cos,
    cosh as cosh,
    divide as divide,
    equal as equal,
    exp as exp,
    exp2 as exp2,
    expm1 as expm1,
    floor as floor,
    floor_divide as floor_divide,
    greater as greater,
    greater_equal as greater_equal,
    hypot as hypot,
    imag as imag,
    isfinite as isfinite,
    isinf as isinf,
    isnan as isnan,
    less as less,
    less_equal as less_equal,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    logaddexp as logaddexp,
    logical_and as logical_and,
    logical_not as logical_not,
    logical_or as logical_or,
    logical_xor as logical_xor,
    maximum as maximum,
    minimum as minimum,
    multiply as multiply,
    negative as negative,
    nextafter as nextafter,
    not_equal as not_equal,
    positive as positive,
    pow as pow,
    real as real,
    reciprocal as reciprocal,
    relu as relu,
    remainder as remainder,
    round as round,
    sigmoid as sigmoid,
    sign as sign,
    signbit as signbit,
    sin as sin,
    sinh as sinh,
    softplus as softplus,
    sqrt as sqrt,
    square as square,
    subtract as subtract,
    tan as tan,
    tanh as tanh,
    trunc as trunc,
    where as where,
)
from autograd_lite.ops.index import take as take, take_along_axis as take_along_axis
from autograd_lite.ops.matrices.products import (
    affine as affine,
    dot as dot,
    einsum as einsum,
    inner as inner,
    matmul as matmul,
    outer as outer,
    squared_error as squared_error,
    tensordot as tensordot,
    trace as trace,
    vecdot as vecdot,
)
from autograd_lite.ops.numeric import (
    convolve as convolve,
    correlate as correlate,
    gradient as gradient,
    interp as interp,
    polyval as polyval,
    sinc as sinc,
    trapezoid as trapezoid,
)
from autograd_lite.ops.order import (
    isin as isin,
    nonzero as nonzero,
    searchsorted as searchsorted,
    sort as sort,
    unique_all as unique_all,
    unique_counts as unique_counts,
    unique_inverse as unique_inverse,
    unique_values as unique_values,
)
from autograd_lite.ops.padding import pad as pad
from autograd_lite.ops.quantiles import (
    median as median,
    nanmedian as nanmedian,
    nanpercentile as nanpercentile,
    nanquantile as nanquantile,
    percentile as percentile,
    quantile as quantile,
)
from autograd_lite.ops.reduce import (
    all as all,
    any as any,
    argmax as argmax,
    argmin as argmin,
    argsort as argsort,
    count_nonzero as count_nonzero,
    log_softmax as log_softmax,
    logsumexp as logsumexp,
    max as max,
    mean as mean,
    min as min,
    prod as prod,
    softmax as softmax,
    std as std,
    sum as sum,
    var as var,
)
from autograd_lite.ops.shape import (
    broadcast_arrays as broadcast_arrays,
    broadcast_to as broadcast_to,
    concat as concat,
    expand_dims as expand_dims,
    flip as flip,
    matrix_transpose as matrix_transpose,
    meshgrid as meshgrid,
    moveaxis as moveaxis,
    permute_dims as permute_dims,
    ravel as ravel,
    reshape as reshape,
    roll as roll,
    squeeze as squeeze,
    stack as stack,
    sum_to as sum_to,
    swapaxes as swapaxes,
    unstack as unstack,
)
from autograd_lite.ops.statistics import (
    average as average,
    corrcoef as corrcoef,
    cov as cov,
    histogram as histogram,
    nan_to_num as nan_to_num,
    nancumprod as nancumprod,
    nancumsum as nancumsum,
    nanmax as nanmax,
    nanmean as nanmean,
    nanmin as nanmin,
    nanprod as nanprod,
    nanstd as nanstd,
    nansum as nansum,
    nanvar as nanvar,
    ptp as ptp,
)
from autograd_lite.programs.replay import replay as replay
from autograd_lite.science import mcmc as mcmc, mechanics as mechanics, ode as ode
from autograd_lite.science.mcmc import hmc as hmc
from autograd_lite.science.objective import Objective as Objective
from autograd_lite.science.sensitivity import sensitivity as sensitivity
from autograd_lite.show.debug import debug as debug
from autograd_lite.show.draw import draw as draw
from autograd_lite.show.ledger import ledger as ledger
from autograd_lite.show.table import Table as Table
from autograd_lite.show.tape import tape as tape

newaxis = None
__array_api_version__ = "2024.12"
__version__ = "0.1.0"

_MODULES = (errors, fft, linalg, mcmc, mechanics, ode, special)
_sys.modules.update({f"{__name__}.{m.__name__.rpartition('.')[2]}": m for m in _MODULES})
__all__ = [n for n in dir() if n[0] != "_" and (not isinstance(globals()[n], _ModuleType) or globals()[n] in _MODULES)]
"""What is imported as itself, above; public modules are found by that name, as ``import os.path`` finds one."""


def __dir__() -> list[str]:
    return [*__all__, *[name for name in globals() if name[:2] == "__"]]


_keep_freed_memory()

if not _typing.TYPE_CHECKING:  # where every name would be known

    def __getattr__(name):
        raise AttributeError(_protocols.elsewhere(name, __all__))
