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

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nn import attribution, calibration, data, init, io, momentum, physics, plot, schedule, surfaces, tables
from nn.activations import (
    CELU,
    ELU,
    GELU,
    GLU,
    ISRU,
    SELU,
    Activation,
    Arctan,
    BinaryStep,
    GELUTanh,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    Lambda,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    RReLU,
    Sigmoid,
    SiLU,
    Sine,
    Softmax,
    Softmin,
    Softplus,
    Softshrink,
    Softsign,
    Squareplus,
    Tanh,
    Tanhshrink,
    Threshold,
    arctan,
    binary_step,
    celu,
    elu,
    gelu,
    gelu_tanh,
    glu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    identity,
    isru,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    mish,
    prelu,
    relu,
    relu6,
    rrelu,
    selu,
    sigmoid,
    silu,
    sine,
    softmax,
    softmin,
    softplus,
    softshrink,
    softsign,
    squareplus,
    tanh,
    tanhshrink,
    threshold,
)
from nn.adam import Adam, Adamax, AdamW, NAdam, RAdam
from nn.adaptive import Adadelta, Adagrad, Lion, RMSprop, Rprop
from nn.averaging import EMA, SWA
from nn.bayes import Posterior
from nn.bfgs import BFGS
from nn.checkpoints import Checkpoint
from nn.clipping import clip_grad_norm_, clip_grad_value_
from nn.dropout import AlphaDropout, Dropout
from nn.ensemble import Ensemble
from nn.explain import explain
from nn.explanation import Explanation
from nn.features import Bilinear, Embedding, Flatten, FourierFeatures, Residual, SkipConcat, Unflatten
from nn.io import FileError, load, save
from nn.layers import Linear, Sequential
from nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CosineEmbeddingLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    HingeEmbeddingLoss,
    HingeLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    Loss,
    MarginRankingLoss,
    MSELoss,
    MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss,
    MultiMarginLoss,
    NLLLoss,
    PoissonNLLLoss,
    SmoothL1Loss,
    SoftMarginLoss,
    TripletMarginLoss,
    TripletMarginWithDistanceLoss,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cosine_embedding_loss,
    cross_entropy,
    gaussian_nll_loss,
    hinge_embedding_loss,
    hinge_loss,
    huber_loss,
    kl_div,
    l1_loss,
    margin_ranking_loss,
    mse_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    nll_loss,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from nn.mlp import MLP
from nn.module import Buffer, Module, Parameter, StateError, functional_call
from nn.named import optimizer, scheduler
from nn.normalisation import BatchNorm, GroupNorm, LayerNorm, RMSNorm
from nn.optim import SGD, Optimizer
from nn.plateau import ReduceLROnPlateau
from nn.ridge import RidgeSum
from nn.schedule import (
    ChainedScheduler,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    Schedule,
    SequentialLR,
    StepLR,
)
from nn.second_order import LBFGS, NewtonCG
from nn.step import training_step
from nn.summary import summary
from nn.training import Epoch, History, fit, predict
from nn.watch import Watch

__all__ = [
    "BFGS",
    "CELU",
    "ELU",
    "EMA",
    "GELU",
    "GLU",
    "ISRU",
    "LBFGS",
    "MLP",
    "SELU",
    "SGD",
    "SWA",
    "Activation",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "AlphaDropout",
    "Arctan",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm",
    "Bilinear",
    "BinaryStep",
    "Buffer",
    "ChainedScheduler",
    "Checkpoint",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "Ensemble",
    "Epoch",
    "Explanation",
    "ExponentialLR",
    "FileError",
    "Flatten",
    "FourierFeatures",
    "GELUTanh",
    "GaussianNLLLoss",
    "GroupNorm",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "HingeEmbeddingLoss",
    "HingeLoss",
    "History",
    "HuberLoss",
    "Identity",
    "KLDivLoss",
    "L1Loss",
    "Lambda",
    "LambdaLR",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LinearLR",
    "Lion",
    "LogSigmoid",
    "LogSoftmax",
    "Loss",
    "MSELoss",
    "MarginRankingLoss",
    "Mish",
    "Module",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "MultiStepLR",
    "NAdam",
    "NLLLoss",
    "NewtonCG",
    "OneCycleLR",
    "Optimizer",
    "PReLU",
    "Parameter",
    "PoissonNLLLoss",
    "PolynomialLR",
    "Posterior",
    "RAdam",
    "RMSNorm",
    "RMSprop",
    "RReLU",
    "ReLU",
    "ReLU6",
    "ReduceLROnPlateau",
    "Residual",
    "RidgeSum",
    "Rprop",
    "Schedule",
    "Sequential",
    "SequentialLR",
    "SiLU",
    "Sigmoid",
    "Sine",
    "SkipConcat",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "Softmax",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Squareplus",
    "StateError",
    "StepLR",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
    "Unflatten",
    "Watch",
    "arctan",
    "attribution",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "binary_step",
    "calibration",
    "celu",
    "clip_grad_norm_",
    "clip_grad_value_",
    "cosine_embedding_loss",
    "cross_entropy",
    "data",
    "elu",
    "explain",
    "fit",
    "functional_call",
    "gaussian_nll_loss",
    "gelu",
    "gelu_tanh",
    "glu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "identity",
    "init",
    "io",
    "isru",
    "kl_div",
    "l1_loss",
    "leaky_relu",
    "load",
    "log_sigmoid",
    "log_softmax",
    "margin_ranking_loss",
    "mish",
    "momentum",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "optimizer",
    "physics",
    "plot",
    "poisson_nll_loss",
    "predict",
    "prelu",
    "relu",
    "relu6",
    "rrelu",
    "save",
    "schedule",
    "scheduler",
    "selu",
    "sigmoid",
    "silu",
    "sine",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "squareplus",
    "summary",
    "surfaces",
    "tables",
    "tanh",
    "tanhshrink",
    "threshold",
    "training_step",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]

if TYPE_CHECKING:
    from nn.estimators import MLPClassifier as MLPClassifier
    from nn.estimators import MLPRegressor as MLPRegressor


def __getattr__(name: str) -> Any:
    """The estimators, imported when first asked for: they need scikit-learn, and ``import nn`` does not."""
    if name not in ("MLPClassifier", "MLPRegressor"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("nn.estimators"), name)
