"""Neural networks on `autograd_lite`, in torch.nn's names. No gradient in here is written by hand.

>>> import numpy as np
>>> import nn
>>> x = np.linspace(-1.0, 1.0, 64)[:, None]
>>> model = nn.MLP([1, 16, 1], activation="tanh")
>>> history = nn.fit(model, x, x**2, epochs=30, lr=0.02, progress=False)
>>> nn.predict(model, x).shape
(64, 1)

Where to find what:

* Models: `MLP`, `Sequential` of layers, or a `Module` of one's own, with `Parameter` and `Buffer`; `Ensemble`, many in
  one computation; `RidgeSum`, one hidden layer and how to fit it. `functional_call` runs a model with other
  values, `summary` lists its shapes, parameters and costs.
* Layers: `Linear`, `Bilinear`, `Embedding`, `FourierFeatures`, `Flatten`, `Unflatten`, `Lambda`; `Residual` and
  `SkipConcat` around others; `BatchNorm`, `LayerNorm`, `RMSNorm`, `GroupNorm`; `Dropout`, `AlphaDropout`. What they
  start from is in `init`.
* Activations (`activations`): functions such as `relu` and modules such as `ReLU`; ``print(nn.activations.table())``
  compares them, `activations.measure` looks at one of your own.
* Losses (`losses`): functions such as `mse_loss` and `cross_entropy`, and modules such as `CrossEntropyLoss`.
* Optimisers: `SGD`, `Adagrad`, `Adadelta`, `RMSprop`, `Rprop`, `Adam`, `AdamW`, `Adamax`, `NAdam`, `RAdam`, `Lion`, and
  line searches `LBFGS`, `NewtonCG`, `BFGS`; `Optimizer` to write another, `optimizer` to make one by name.
  `clip_grad_norm_` and `clip_grad_value_`; averages of weights, `EMA` and `SWA`.
* Schedules of the rate (`schedule`), such as `CosineAnnealingLR`; `ReduceLROnPlateau`; `scheduler` makes one by name.
* Training: `fit` and `predict`; `Checkpoint`, to go on where it stopped; `Epoch`, what a callback gets; `History`;
  `Watch`, a callback that looks into every layer. `training_step`, recorded once and replayed, for loops of one's own.
  `data` has batches, splits and toy classes, `tables` reads files.
* scikit-learn: `MLPClassifier` and `MLPRegressor`.
* To understand it: `explain`, both passes in matrix form (an `Explanation`); `plot`, pictures; `attribution`, which
  inputs matter; `calibration`, whether probabilities are true; `Posterior`, what the weights might be;
  `surfaces` and `momentum`, optimisers where one can see them.
* Differential equations and learnt Lagrangians: `physics`.
* Files: `save` and `load` (`io`), never by running code from them; `FileError` and `StateError` for what does not fit.
"""

import importlib as _importlib
import sys as _sys
import typing as _typing
from types import ModuleType as _ModuleType

from nn import data as data, init as init, io as io, plot as plot
from nn.activations.functions import (
    CELU as CELU,
    ELU as ELU,
    GELU as GELU,
    GLU as GLU,
    ISRU as ISRU,
    SELU as SELU,
    Activation as Activation,
    Arctan as Arctan,
    BinaryStep as BinaryStep,
    GELUTanh as GELUTanh,
    Hardshrink as Hardshrink,
    Hardsigmoid as Hardsigmoid,
    Hardswish as Hardswish,
    Hardtanh as Hardtanh,
    Identity as Identity,
    Lambda as Lambda,
    LeakyReLU as LeakyReLU,
    LogSigmoid as LogSigmoid,
    LogSoftmax as LogSoftmax,
    Mish as Mish,
    PReLU as PReLU,
    ReLU as ReLU,
    ReLU6 as ReLU6,
    RReLU as RReLU,
    Sigmoid as Sigmoid,
    SiLU as SiLU,
    Sine as Sine,
    Softmax as Softmax,
    Softmin as Softmin,
    Softplus as Softplus,
    Softshrink as Softshrink,
    Softsign as Softsign,
    Squareplus as Squareplus,
    Tanh as Tanh,
    Tanhshrink as Tanhshrink,
    Threshold as Threshold,
    arctan as arctan,
    binary_step as binary_step,
    celu as celu,
    elu as elu,
    gelu as gelu,
    gelu_tanh as gelu_tanh,
    glu as glu,
    hardshrink as hardshrink,
    hardsigmoid as hardsigmoid,
    hardswish as hardswish,
    hardtanh as hardtanh,
    identity as identity,
    isru as isru,
    leaky_relu as leaky_relu,
    log_sigmoid as log_sigmoid,
    log_softmax as log_softmax,
    mish as mish,
    prelu as prelu,
    relu as relu,
    relu6 as relu6,
    rrelu as rrelu,
    selu as selu,
    sigmoid as sigmoid,
    silu as silu,
    sine as sine,
    softmax as softmax,
    softmin as softmin,
    softplus as softplus,
    softshrink as softshrink,
    softsign as softsign,
    squareplus as squareplus,
    tanh as tanh,
    tanhshrink as tanhshrink,
    threshold as threshold,
)
from nn.data import tables as tables
from nn.io.models import FileError as FileError, load as load, save as save
from nn.layers.around import Residual as Residual, SkipConcat as SkipConcat
from nn.layers.dropout import AlphaDropout as AlphaDropout, Dropout as Dropout
from nn.layers.features import Bilinear as Bilinear, Embedding as Embedding, FourierFeatures as FourierFeatures
from nn.layers.linear import Linear as Linear
from nn.layers.normalisation import (
    BatchNorm as BatchNorm,
    GroupNorm as GroupNorm,
    LayerNorm as LayerNorm,
    RMSNorm as RMSNorm,
)
from nn.layers.sequential import Sequential as Sequential
from nn.layers.shapes import Flatten as Flatten, Unflatten as Unflatten
from nn.losses.modules import (
    BCELoss as BCELoss,
    BCEWithLogitsLoss as BCEWithLogitsLoss,
    CosineEmbeddingLoss as CosineEmbeddingLoss,
    CrossEntropyLoss as CrossEntropyLoss,
    GaussianNLLLoss as GaussianNLLLoss,
    HingeEmbeddingLoss as HingeEmbeddingLoss,
    HingeLoss as HingeLoss,
    HuberLoss as HuberLoss,
    KLDivLoss as KLDivLoss,
    L1Loss as L1Loss,
    Loss as Loss,
    MarginRankingLoss as MarginRankingLoss,
    MSELoss as MSELoss,
    MultiLabelMarginLoss as MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss as MultiLabelSoftMarginLoss,
    MultiMarginLoss as MultiMarginLoss,
    NLLLoss as NLLLoss,
    PoissonNLLLoss as PoissonNLLLoss,
    SmoothL1Loss as SmoothL1Loss,
    SoftMarginLoss as SoftMarginLoss,
    TripletMarginLoss as TripletMarginLoss,
    TripletMarginWithDistanceLoss as TripletMarginWithDistanceLoss,
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    cosine_embedding_loss as cosine_embedding_loss,
    cross_entropy as cross_entropy,
    gaussian_nll_loss as gaussian_nll_loss,
    hinge_embedding_loss as hinge_embedding_loss,
    hinge_loss as hinge_loss,
    huber_loss as huber_loss,
    kl_div as kl_div,
    l1_loss as l1_loss,
    margin_ranking_loss as margin_ranking_loss,
    mse_loss as mse_loss,
    multi_margin_loss as multi_margin_loss,
    multilabel_margin_loss as multilabel_margin_loss,
    multilabel_soft_margin_loss as multilabel_soft_margin_loss,
    nll_loss as nll_loss,
    poisson_nll_loss as poisson_nll_loss,
    smooth_l1_loss as smooth_l1_loss,
    soft_margin_loss as soft_margin_loss,
    triplet_margin_loss as triplet_margin_loss,
    triplet_margin_with_distance_loss as triplet_margin_with_distance_loss,
)
from nn.models.ensemble import Ensemble as Ensemble
from nn.models.mlp import MLP as MLP
from nn.models.ridge import RidgeSum as RidgeSum
from nn.models.summary import summary as summary
from nn.module import (
    Buffer as Buffer,
    Module as Module,
    Parameter as Parameter,
    StateError as StateError,
    functional_call as functional_call,
)
from nn.optim.adam import Adam as Adam, Adamax as Adamax, AdamW as AdamW, NAdam as NAdam, RAdam as RAdam
from nn.optim.adaptive import Adadelta as Adadelta, Adagrad as Adagrad, Lion as Lion, RMSprop as RMSprop, Rprop as Rprop
from nn.optim.averaging import EMA as EMA, SWA as SWA
from nn.optim.base import Optimizer as Optimizer
from nn.optim.bfgs import BFGS as BFGS
from nn.optim.by_name import optimizer as optimizer, scheduler as scheduler
from nn.optim.clipping import clip_grad_norm_ as clip_grad_norm_, clip_grad_value_ as clip_grad_value_
from nn.optim.line_search import LBFGS as LBFGS, NewtonCG as NewtonCG
from nn.optim.schedules import schedule as schedule
from nn.optim.schedules.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from nn.optim.schedules.schedule import (
    ChainedScheduler as ChainedScheduler,
    CosineAnnealingLR as CosineAnnealingLR,
    CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts,
    ExponentialLR as ExponentialLR,
    LambdaLR as LambdaLR,
    LinearLR as LinearLR,
    MultiStepLR as MultiStepLR,
    OneCycleLR as OneCycleLR,
    PolynomialLR as PolynomialLR,
    Schedule as Schedule,
    SequentialLR as SequentialLR,
    StepLR as StepLR,
)
from nn.optim.sgd import SGD as SGD
from nn.science import physics as physics
from nn.science.bayes import Posterior as Posterior
from nn.study import attribution as attribution, calibration as calibration, momentum as momentum, surfaces as surfaces
from nn.study.explain import explain as explain
from nn.study.explanation import Explanation as Explanation
from nn.study.watch import Watch as Watch
from nn.training.checkpoints import Checkpoint as Checkpoint
from nn.training.fit import Epoch as Epoch, History as History, fit as fit, predict as predict
from nn.training.step import training_step as training_step

_MODULES = (attribution, calibration, data, init, io, momentum, physics, plot, schedule, surfaces, tables)
_sys.modules.update({f"{__name__}.{m.__name__.rpartition('.')[2]}": m for m in _MODULES})
__all__ = [n for n in dir() if n[0] != "_" and (not isinstance(globals()[n], _ModuleType) or globals()[n] in _MODULES)]
"""What is imported as itself, above; public modules are found by that name, as ``import os.path`` finds one."""

if _typing.TYPE_CHECKING:
    from nn.estimators import MLPClassifier as MLPClassifier, MLPRegressor as MLPRegressor


def __getattr__(name: str) -> _typing.Any:
    """The estimators, imported when first asked for: they need scikit-learn, and ``import nn`` does not."""
    if name not in ("MLPClassifier", "MLPRegressor"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_importlib.import_module("nn.estimators"), name)


def __dir__() -> list[str]:
    return [*__all__, *[name for name in globals() if name[:2] == "__"]]
