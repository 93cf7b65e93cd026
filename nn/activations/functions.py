"""Activation functions, each as a function and as a module, from one table.

A row is ``function, Module = row(names, function, equation, derivative, range, order of continuity, monotonic,
derivative monotonic, identity near the origin, note)``; `table` prints it, and the tests try every claim in it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from math import inf, sqrt
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.activations.checks import Measured, Verification, measure, verify
from nn.activations.claims import CLAIMS, MODULES, Activation, Claims, named, row, table
from nn.init import Seed, generator
from nn.module import Module, Parameter
from nn.support import nearest

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

# fmt: off
__all__ = [
    "ALIASES", "CELU", "CLAIMS", "ELU", "GELU", "GLU", "ISRU", "MODULES", "SELU", "Activation", "Arctan", "BinaryStep",
    "Claims", "GELUTanh", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "Identity", "Lambda", "LeakyReLU",
    "LogSigmoid", "LogSoftmax", "Measured", "Mish", "PReLU", "RReLU", "ReLU", "ReLU6", "SiLU", "Sigmoid", "Sine",
    "Softmax", "Softmin", "Softplus", "Softshrink", "Softsign", "Squareplus", "Tanh", "Tanhshrink", "Threshold",
    "Verification", "arctan", "as_module", "binary_step", "celu", "elu", "gelu", "gelu_tanh", "glu", "hardshrink",
    "hardsigmoid", "hardswish", "hardtanh", "identity", "isru", "leaky_relu", "log_sigmoid", "log_softmax", "measure",
    "mish", "prelu", "relu", "relu6", "rrelu", "selu", "sigmoid", "silu", "sine", "softmax", "softmin", "softplus",
    "softshrink", "softsign", "squareplus", "table", "tanh", "tanhshrink", "threshold", "verify",
]
# fmt: on

YES, NO = True, False


def _binary_step(x: Any) -> Any:
    """0 for x < 0 and 1 from 0 on. Its derivative is 0: nothing trains through it, and a tracked x is warned of."""
    if isinstance(x, ag.Tensor) and x.requires_grad:
        warnings.warn(
            "binary_step: its derivative is 0 wherever it has one, so that nothing before it trains; use sigmoid",
            stacklevel=2,
        )
    return ag.minimum(ag.sign(x) + 1, 1)


def _negative_part(x: Any) -> Any:
    """min(x, 0): what exp is given where the other branch is taken for x > 0, so that it cannot overflow."""
    return ag.clip(x, None, 0)


def _squareplus(x: Any, b: Any = 4.0) -> Any:
    """(x + sqrt(x**2 + b)) / 2, without the cancellation of the two for x < 0. Barron, Squareplus, 2021."""
    r = ag.hypot(x, b**0.5)
    return ag.where(x > 0, (x + r) / 2, b / (2 * (r - _negative_part(x))))


def _gelu(x: Any, approximate: str = "none") -> Any:
    """x Φ(x) with the normal distribution function Φ, or its approximation. Needs SciPy (extra ``science``).

    Parameters
    ----------
    x : Tensor or array
    approximate : {"none", "tanh"}
        ``"tanh"`` is `gelu_tanh`, which needs no SciPy.

    Source: Hendrycks and Gimpel, Gaussian error linear units, 2016.
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f"gelu: approximate is 'none' or 'tanh', not {approximate!r}")
    return x * ag.special.ndtr(x) if approximate == "none" else gelu_tanh(x)


def _glu(x: Any, dim: int = -1) -> Any:
    """a sigmoid(b) for the halves a, b of x along the axis `dim`. Dauphin et al., 2017."""
    length = np.shape(x)[dim]
    if length % 2:
        raise ValueError(f"glu: axis {dim} of an input of shape {np.shape(x)} has no two halves")
    axis = range(np.ndim(x))[dim]
    before = (slice(None),) * axis
    a, b = x[(*before, slice(length // 2))], x[(*before, slice(length // 2, None))]
    return a * ag.sigmoid(b)


def _prelu(x: Any, weight: Any) -> Any:
    """x for x > 0, weight * x elsewhere. He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015."""
    return ag.where(x > 0, x, weight * x)


def _rrelu(x: Any, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, *, seed: Seed = None) -> Any:
    """x for x > 0, elsewhere x times a slope: drawn for each entry in training, else the middle of the two.

    Parameters
    ----------
    x : Tensor or array
    lower, upper : float
        The slopes are uniform between them.
    training : bool
    seed : int, numpy Generator or None
        See `nn.init.generator`.

    Source: Xu, Wang, Chen and Li, Empirical evaluation of rectified activations in convolutional network, 2015.
    """
    if not 0 <= lower <= upper:
        raise ValueError(f"rrelu: 0 ≤ lower ≤ upper, not {lower!r} and {upper!r}")
    if not training:
        return leaky_relu(x, (lower + upper) / 2)
    x = x if isinstance(x, ag.Tensor) else np.asarray(x)
    return ag.where(x > 0, x, generator(seed).uniform(lower, upper, x.shape).astype(x.dtype) * x)


class RReLU(Activation):
    """`leaky_relu` with a slope that is drawn for each entry in training; after `eval()` it is (lower + upper) / 2.

    Parameters
    ----------
    lower, upper : float
        The slopes are uniform between them.
    seed : int, numpy Generator or None
        See `nn.init.generator`.

    Source: Xu, Wang, Chen and Li, Empirical evaluation of rectified activations in convolutional network, 2015.

    >>> RReLU(0.2, 0.4).eval()(np.array([-10.0, 10.0]))
    array([-3., 10.])
    """

    function = staticmethod(_rrelu)

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, *, seed: Seed = None) -> None:
        if not 0 <= lower <= upper:
            raise ValueError(f"RReLU: 0 ≤ lower ≤ upper, not {lower!r} and {upper!r}")
        self.lower, self.upper, self.generator = lower, upper, generator(seed)

    def forward(self, x: Any) -> Any:
        return self.function(x, self.lower, self.upper, self.training, seed=self.generator)

    def extra_repr(self) -> str:
        return f"lower={self.lower:g}, upper={self.upper:g}"


class PReLU(Activation):
    """``where(x > 0, x, weight*x)`` with a trained slope: one, or one for each entry along axis 1.

    Parameters
    ----------
    num_parameters : int
    init : float
    dtype : dtype

    Attributes
    ----------
    weight : Parameter, shape (num_parameters,)

    Examples
    --------
    >>> import numpy as np
    >>> PReLU()(np.array([-4.0, 2.0]))
    Tensor([-1.,  2.], op='where')
    """

    function = staticmethod(_prelu)

    def __init__(self, num_parameters: int = 1, init: float = 0.25, *, dtype: Any = float) -> None:
        if num_parameters < 1:
            raise ValueError(f"PReLU: num_parameters: a whole number of at least 1, not {num_parameters!r}")
        self.num_parameters = num_parameters
        self.weight = Parameter(np.full(num_parameters, init, dtype), name="weight")

    def forward(self, x: Any) -> Any:
        weight, shape = self.weight, np.shape(x)
        if self.num_parameters > 1:
            if len(shape) < 2 or shape[1] != self.num_parameters:
                raise ValueError(
                    f"PReLU: an input of shape {shape} has not num_parameters={self.num_parameters} on axis 1"
                )
            weight = ag.reshape(self.weight, (-1, *(1,) * (len(shape) - 2)))
        return self.function(x, weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


# Of self-normalising networks (Klambauer et al. 2017): the fixed point of mean 0 and variance 1.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
GELU_SLOPE = sqrt(2 / np.pi)

# fmt: off
# -- the lecture's table ----------------------------------------------------------------------------------------------------------------------
identity,    Identity   = row("identity",    "Identity",   "Identity",       lambda x: x,      "x",                  "1",                     "(-inf, inf)",    inf, YES, YES, YES)
binary_step, BinaryStep = row("binary_step", "BinaryStep", "Binary step",    _binary_step,     "where(x < 0, 0, 1)", "0",                     "{0, 1}",          -1, YES, YES, NO,  "at 0 it has no derivative; elsewhere that is 0, so that nothing trains through it. (The lecture does not call it monotonic, as Dirac's delta is not.)")
sigmoid,     Sigmoid    = row("sigmoid",     "Sigmoid",    "Logistic",       ag.sigmoid,       "1/(1 + exp(-x))",    "f(x)*(1 - f(x))",       "(0, 1)",         inf, YES, NO,  NO)
tanh,        Tanh       = row("tanh",        "Tanh",       "TanH",           ag.tanh,          "2/(1 + exp(-2*x)) - 1", "1 - f(x)**2",        "(-1, 1)",        inf, YES, NO,  YES)
arctan,      Arctan     = row("arctan",      "Arctan",     "ArcTan",         lambda x: ag.atan(x), "atan(x)",        "1/(x**2 + 1)",          "(-pi/2, pi/2)",  inf, YES, NO,  YES)
softsign,    Softsign   = row("softsign",    "Softsign",   "Softsign",       lambda x: x / (1 + ag.abs(x)), "x/(1 + abs(x))", "1/(1 + abs(x))**2", "(-1, 1)",     1, YES, NO,  YES, "the derivative needs |x|, which the lecture prints without bars.")
isru,        ISRU       = row("isru",        "ISRU",       "Inverse square root unit", lambda x, alpha=1.0: x / ag.hypot(1.0, alpha**0.5 * x), "x/sqrt(1 + alpha*x**2)", "(1/sqrt(1 + alpha*x**2))**3", "(-1/sqrt(alpha), 1/sqrt(alpha))", inf, YES, NO, YES, "for alpha > 0.")
relu,        ReLU       = row("relu",        "ReLU",       "Rectified linear unit", ag.relu,   "where(x < 0, 0, x)", "where(x > 0, 1, 0)",    "[0, inf)",         0, YES, YES, NO,  "at 0, where there is none, the derivative is taken to be 0.")
leaky_relu,  LeakyReLU  = row("leaky_relu",  "LeakyReLU",  "Leaky ReLU",     lambda x, negative_slope=0.01: ag.where(x > 0, x, negative_slope * x), "where(x < 0, negative_slope*x, x)", "where(x > 0, 1, negative_slope)", "(-inf, inf) iff negative_slope > 0", "0 iff negative_slope != 1", "yes iff negative_slope >= 0", YES, "yes iff negative_slope == 1", "at 0 the derivative is taken to be that of the left side.")
prelu,       _          = row("prelu",       PReLU,        "Parametric ReLU", _prelu,          "where(x < 0, weight*x, x)", "where(x > 0, 1, weight)", "(-inf, inf) iff weight > 0", "0 iff weight != 1", "yes iff weight >= 0", YES, "yes iff weight == 1", "the weight is the lecture's α, and is trained. The range is all numbers only for weights above 0; with weight 1 it is the identity.")

# -- smooth and bounded, or nearly linear -----------------------------------------------------------------------------------------------------
elu,         ELU        = row("elu",         "ELU",        "Exponential linear unit", lambda x, alpha=1.0: ag.where(x > 0, x, alpha * ag.expm1(_negative_part(x))), "where(x > 0, x, alpha*expm1(x))", "where(x > 0, 1, alpha*exp(x))", "(-alpha, inf)", "1 iff alpha == 1", YES, "yes iff alpha <= 1", "yes iff alpha == 1", "for alpha > 0.")
selu,        SELU       = row("selu",        "SELU",       "Scaled ELU",     lambda x: SELU_SCALE * elu(x, SELU_ALPHA), "1.0507009873554805*where(x > 0, x, 1.6732632423543772*expm1(x))", "1.0507009873554805*where(x > 0, 1, 1.6732632423543772*exp(x))", "(-1.7580993408473766, inf)", 0, YES, NO, NO)
celu,        CELU       = row("celu",        "CELU",       "Continuously differentiable ELU", lambda x, alpha=1.0: ag.where(x > 0, x, alpha * ag.expm1(_negative_part(x / alpha))), "where(x > 0, x, alpha*expm1(x/alpha))", "where(x > 0, 1, exp(x/alpha))", "(-alpha, inf)", 1, YES, YES, YES, "for alpha > 0.")
gelu,        GELU       = row("gelu",        "GELU",       "Gaussian error linear unit", _gelu, "x*(1 + special.erf(x/sqrt(2)))/2", "(1 + special.erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi)", "[-0.169971, inf)", inf, NO, NO, NO)
gelu_tanh,   GELUTanh   = row("gelu_tanh",   "GELUTanh",   "GELU with tanh", lambda x: x * ag.sigmoid(2 * GELU_SLOPE * (x + 0.044715 * x * x * x)), "x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))/2", "(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))/2 + x*sqrt(2/pi)*(1 + 0.134145*x**2)/(2*cosh(sqrt(2/pi)*(x + 0.044715*x**3))**2)", "[-0.170041, inf)", inf, NO, NO, NO)
silu,        SiLU       = row("silu",        "SiLU",       "SiLU (Swish)",   lambda x: x * ag.sigmoid(x), "x/(1 + exp(-x))", "sigmoid(x)*(1 + x*(1 - sigmoid(x)))", "[-0.278465, inf)", inf, NO, NO, NO)
mish,        Mish       = row("mish",        "Mish",       "Mish",           lambda x: x * ag.tanh(ag.softplus(x)), "x*tanh(log(1 + exp(x)))", "tanh(softplus(x)) + x*sigmoid(x)/cosh(softplus(x))**2", "[-0.308843, inf)", inf, NO, NO, NO)
softplus,    Softplus   = row("softplus",    "Softplus",   "Softplus",       lambda x, beta=1.0: ag.softplus(beta * x) / beta, "log(1 + exp(beta*x))/beta", "1/(1 + exp(-beta*x))", "(0, inf)", inf, YES, YES, NO, "for beta > 0.")
squareplus,  Squareplus = row("squareplus",  "Squareplus", "Squareplus",     _squareplus,      "(x + sqrt(x**2 + b))/2", "(1 + x/sqrt(x**2 + b))/2", "(0, inf)",   inf, YES, YES, NO, "for b > 0.")
log_sigmoid, LogSigmoid = row("log_sigmoid", "LogSigmoid", "Log-sigmoid",    lambda x: -ag.softplus(-x), "-log(1 + exp(-x))", "1/(1 + exp(x))", "(-inf, 0)",      inf, YES, YES, NO)
sine,        Sine       = row("sine",        "Sine",       "Sine (SIREN)",   lambda x, omega_0=30.0: ag.sin(omega_0 * x), "sin(omega_0*x)", "omega_0*cos(omega_0*x)", "[-1, 1]", inf, NO, NO, "yes iff omega_0 == 1", "for omega_0 > 0. Sitzmann et al. 2020 begin with 30.")

# -- piecewise linear stand-ins (at the edges of clip the derivative is that inside) ----------------------------------------------------------
hardtanh,    Hardtanh   = row("hardtanh",    "Hardtanh",   "Hard tanh",      lambda x, min_val=-1.0, max_val=1.0: ag.clip(x, min_val, max_val), "clip(x, min_val, max_val)", "where((min_val <= x) & (x <= max_val), 1, 0)", "[min_val, max_val]", 0, YES, NO, "yes iff min_val < 0 < max_val", "for min_val < max_val.")
hardsigmoid, Hardsigmoid = row("hardsigmoid", "Hardsigmoid", "Hard sigmoid", lambda x: ag.clip(x, -3, 3) / 6 + 0.5, "clip(x/6 + 1/2, 0, 1)", "where(abs(x) <= 3, 1/6, 0)", "[0, 1]", 0, YES, NO, NO)
hardswish,   Hardswish  = row("hardswish",   "Hardswish",  "Hard swish",     lambda x: x * (ag.clip(x, -3, 3) / 6 + 0.5), "x*clip(x/6 + 1/2, 0, 1)", "where(abs(x) <= 3, x/3 + 1/2, where(x > 0, 1, 0))", "[-0.375, inf)", 0, NO, NO, NO)

relu6,       ReLU6      = row("relu6",       "ReLU6",      "ReLU up to 6",   lambda x: ag.clip(x, 0, 6), "clip(x, 0, 6)",    "where((0 <= x) & (x <= 6), 1, 0)", "[0, 6]", 0, YES, NO, NO)
threshold,   Threshold  = row("threshold",   "Threshold",  "Threshold",      lambda x, threshold=0.0, value=0.0: ag.where(x > threshold, x, value), "where(x > threshold, x, value)", "where(x > threshold, 1, 0)", "[value, inf) iff value <= threshold", "0 iff value == threshold", "yes iff value <= threshold", YES, "yes iff threshold < 0", "with both 0, as they are if nothing is said, it is ReLU. Where value < threshold, what lies between them is not in the range.")
hardshrink,  Hardshrink = row("hardshrink",  "Hardshrink", "Hard shrinkage", lambda x, lambd=0.5: ag.where(ag.abs(x) > lambd, x, 0.0), "where(abs(x) > lambd, x, 0)", "where(abs(x) > lambd, 1, 0)", "(-inf, inf)", -1, YES, NO, NO, "for lambd > 0. Nothing between 0 and ±lambd is in the range.")
softshrink,  Softshrink = row("softshrink",  "Softshrink", "Soft shrinkage", lambda x, lambd=0.5: x - ag.clip(x, -lambd, lambd), "x - clip(x, -lambd, lambd)", "where(abs(x) > lambd, 1, 0)", "(-inf, inf)", 0, YES, NO, NO, "for lambd > 0. The step of the lasso: Daubechies, Defrise and De Mol 2004.")
tanhshrink,  Tanhshrink = row("tanhshrink",  "Tanhshrink", "Tanh shrinkage", lambda x: x - ag.tanh(x), "x - tanh(x)",      "tanh(x)**2",            "(-inf, inf)",    inf, YES, NO,  NO)

# -- of a whole axis, or random: not in the table --------------------------------------------------------------------------------------------------------
softmax,     Softmax    = named("softmax",     "Softmax",    lambda x, dim=-1: ag.softmax(x, axis=dim),     "exp(x) / sum(exp(x)) along the axis `dim`.", "nn.activations")
log_softmax, LogSoftmax = named("log_softmax", "LogSoftmax", lambda x, dim=-1: ag.log_softmax(x, axis=dim), "x - log(sum(exp(x))) along the axis `dim`.", "nn.activations")
softmin,     Softmin    = named("softmin",     "Softmin",    lambda x, dim=-1: ag.softmax(-x, axis=dim),    "exp(-x) / sum(exp(-x)) along the axis `dim`.", "nn.activations")
rrelu,       _          = named("rrelu",       RReLU,        _rrelu,                                        "", "nn.activations")
glu,         GLU        = named("glu",         "GLU",        lambda x, dim=-1: _glu(x, dim),                "a sigmoid(b) for the halves a, b of x along the axis `dim`. Dauphin et al., 2017.", "nn.activations")
# fmt: on


class Lambda(Module):
    """Any function as a module.

    >>> import nn
    >>> nn.Lambda(lambda x: x**2)(3.0)
    9.0
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def forward(self, *inputs: Any, **options: Any) -> Any:
        return self.function(*inputs, **options)

    def extra_repr(self) -> str:
        return str(getattr(self.function, "__name__", self.function))


ALIASES: dict[str, type[Module]] = {"linear": Identity, "logistic": Sigmoid, "swish": SiLU, "sin": Sine}


def as_module(activation: str | Callable[..., Any]) -> Module:
    """An activation given by name, as a module, as a class of modules or as a function, as a module.

    >>> as_module("tanh"), as_module(ag.tanh), as_module(Tanh)
    (Tanh(), Tanh(), Tanh())
    """
    if isinstance(activation, str):
        known = {**MODULES, **ALIASES}
        if activation not in known:
            raise ValueError(f"activation: none is called {activation!r}{nearest(activation, known)}")
        return known[activation]()
    if isinstance(activation, Module):
        return activation
    if isinstance(activation, type) and issubclass(activation, Module):
        return activation()
    if not callable(activation):
        raise TypeError(f"activation: a name, a function or a Module, not {activation!r}")
    for cls in MODULES.values():
        if getattr(cls, "function", None) is activation:
            return cls()
    return Lambda(activation)
