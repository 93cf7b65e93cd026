"""Optimisers and schedules by name: what a training loop or an estimator takes as ``optimizer="adam"``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from inspect import signature
from typing import Any, TypeVar

from nn.optim.adam import Adam, Adamax, AdamW, NAdam, RAdam
from nn.optim.adaptive import Adadelta, Adagrad, Lion, RMSprop, Rprop
from nn.optim.base import Optimizer
from nn.optim.bfgs import BFGS
from nn.optim.line_search import LBFGS, NewtonCG
from nn.optim.schedules.plateau import ReduceLROnPlateau
from nn.optim.schedules.schedule import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    Schedule,
    StepLR,
)
from nn.optim.sgd import SGD
from nn.support import nearest

__all__ = ["OPTIMIZERS", "SCHEDULES", "optimizer", "scheduler"]

Made = TypeVar("Made")

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "momentum": partial(SGD, momentum=0.9),
    "nesterov": partial(SGD, momentum=0.9, nesterov=True),
    "adagrad": Adagrad,
    "adadelta": Adadelta,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamax": Adamax,
    "nadam": NAdam,
    "amsgrad": partial(Adam, amsgrad=True),
    "adamw": AdamW,
    "radam": RAdam,
    "lion": Lion,
    "rprop": Rprop,
    "bfgs": BFGS,
    "lbfgs": LBFGS,
    "newton-cg": NewtonCG,
}

SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "step": StepLR,
    "multi-step": MultiStepLR,
    "exponential": ExponentialLR,
    "linear": LinearLR,
    "polynomial": PolynomialLR,
    "cosine": CosineAnnealingLR,
    "cosine-restarts": CosineAnnealingWarmRestarts,
    "one-cycle": OneCycleLR,
    "plateau": ReduceLROnPlateau,
}


def optimizer(name: Any, params: Iterable[Any], **options: Any) -> Optimizer:
    """The optimiser called `name`, for `params`.

    Parameters
    ----------
    name : str
        One of `OPTIMIZERS`, in any case.
    params : iterable of Parameters, or of groups; see `Optimizer`
    **options
        The rule's own: ``lr=0.1``, …

    Raises
    ------
    ValueError
        None is called so; the message names the nearest.

    Examples
    --------
    >>> import nn
    >>> nn.optimizer("nesterov", nn.Linear(2, 1).parameters(), lr=0.1)
    SGD(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.0)
    """
    if not isinstance(name, str) or name.lower() not in OPTIMIZERS:
        raise ValueError(f"optimizer: none is called {name!r}{nearest(str(name).lower(), OPTIMIZERS)}")
    return _made(OPTIMIZERS[name.lower()], params, options)


def scheduler(name: Any, optimizer: Optimizer, **options: Any) -> Schedule:
    """The schedule called `name`, one of `SCHEDULES`, for `optimizer`, with its own options.

    Raises
    ------
    ValueError
        None is called so; the message names the nearest.

    Examples
    --------
    >>> import nn
    >>> nn.scheduler("cosine", nn.SGD(nn.Linear(2, 1).parameters(), lr=0.5), T_max=10)
    CosineAnnealingLR(epoch=0, lr=0.5)
    """
    if not isinstance(name, str) or name.lower() not in SCHEDULES:
        raise ValueError(f"scheduler: none is called {name!r}{nearest(str(name).lower(), SCHEDULES)}")
    return _made(SCHEDULES[name.lower()], optimizer, options)


def _made(rule: Callable[..., Made], of: Any, options: dict[str, Any]) -> Made:
    """``rule(of, **options)``, or a TypeError that names the option that it has not."""
    known = list(signature(rule).parameters)[1:]
    for option in options:
        if option not in known:
            name = getattr(rule, "func", rule).__name__
            raise TypeError(f"{name}: no option is called {option!r}{nearest(option, known)}")
    return rule(of, **options)
