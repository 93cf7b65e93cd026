"""Loss functions: how far outputs are from targets, as one number to make small. Each is a function and a module."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from nn.losses.classes import binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, kl_div, nll_loss
from nn.losses.margin import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    hinge_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from nn.losses.regression import gaussian_nll_loss, huber_loss, l1_loss, mse_loss, poisson_nll_loss, smooth_l1_loss
from nn.module import Module
from nn.support import nearest

# fmt: off
__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CosineEmbeddingLoss", "CrossEntropyLoss", "GaussianNLLLoss", "HingeEmbeddingLoss",
    "HingeLoss", "HuberLoss", "KLDivLoss", "L1Loss", "Loss", "MSELoss", "MarginRankingLoss", "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss", "MultiMarginLoss", "NLLLoss", "PoissonNLLLoss", "SmoothL1Loss", "SoftMarginLoss",
    "TripletMarginLoss", "TripletMarginWithDistanceLoss", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "cosine_embedding_loss", "cross_entropy", "gaussian_nll_loss", "hinge_embedding_loss", "hinge_loss", "huber_loss",
    "kl_div", "l1_loss", "margin_ranking_loss", "mse_loss", "multi_margin_loss", "multilabel_margin_loss",
    "multilabel_soft_margin_loss", "nll_loss", "poisson_nll_loss", "smooth_l1_loss", "soft_margin_loss",
    "triplet_margin_loss", "triplet_margin_with_distance_loss",
]
# fmt: on


class Loss(Module):
    """A loss function as a module: made with the function's options, called with its arrays.

    >>> import nn
    >>> nn.HuberLoss(delta=2.0)([0.0], [1.0])
    np.float64(0.5)
    """

    function: Callable[..., Any]

    def __init__(self, *unnamed: Any, **options: Any) -> None:
        known = [p.name for p in inspect.signature(self.function).parameters.values() if p.kind is p.KEYWORD_ONLY]
        if unnamed:
            raise TypeError(f"{type(self).__name__}: options are given by name: {', '.join([f'{n}=' for n in known])}")
        for name in options:
            if name not in known:
                raise TypeError(f"{type(self).__name__}: no option is called {name!r}{nearest(name, known)}")
        self.options = options

    def forward(self, *arrays: Any) -> Any:
        return self.function(*arrays, **self.options)

    def extra_repr(self) -> str:
        return ", ".join([f"{name}={option}" for name, option in self.options.items()])


def _module(name: str, function: Callable[..., Any]) -> type[Loss]:
    doc = f"`{function.__name__}` as a module: made with its options, called with its arrays."
    body = {"function": staticmethod(function), "__doc__": doc, "__module__": "nn.losses"}
    return type(name, (Loss,), body)


# fmt: off
BCELoss                       = _module("BCELoss",                       binary_cross_entropy)
BCEWithLogitsLoss             = _module("BCEWithLogitsLoss",             binary_cross_entropy_with_logits)
CosineEmbeddingLoss           = _module("CosineEmbeddingLoss",           cosine_embedding_loss)
CrossEntropyLoss              = _module("CrossEntropyLoss",              cross_entropy)
GaussianNLLLoss               = _module("GaussianNLLLoss",               gaussian_nll_loss)
HingeEmbeddingLoss            = _module("HingeEmbeddingLoss",            hinge_embedding_loss)
HingeLoss                     = _module("HingeLoss",                     hinge_loss)
HuberLoss                     = _module("HuberLoss",                     huber_loss)
KLDivLoss                     = _module("KLDivLoss",                     kl_div)
L1Loss                        = _module("L1Loss",                        l1_loss)
MarginRankingLoss             = _module("MarginRankingLoss",             margin_ranking_loss)
MSELoss                       = _module("MSELoss",                       mse_loss)
MultiLabelMarginLoss          = _module("MultiLabelMarginLoss",          multilabel_margin_loss)
MultiLabelSoftMarginLoss      = _module("MultiLabelSoftMarginLoss",      multilabel_soft_margin_loss)
MultiMarginLoss               = _module("MultiMarginLoss",               multi_margin_loss)
NLLLoss                       = _module("NLLLoss",                       nll_loss)
PoissonNLLLoss                = _module("PoissonNLLLoss",                poisson_nll_loss)
SmoothL1Loss                  = _module("SmoothL1Loss",                  smooth_l1_loss)
SoftMarginLoss                = _module("SoftMarginLoss",                soft_margin_loss)
TripletMarginLoss             = _module("TripletMarginLoss",             triplet_margin_loss)
TripletMarginWithDistanceLoss = _module("TripletMarginWithDistanceLoss", triplet_margin_with_distance_loss)
# fmt: on
