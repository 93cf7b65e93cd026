"""Neural networks on `autograd_lite`, in torch.nn's names. No gradient in here is written by hand.

>>> import numpy as np
>>> import nn
>>> x = np.linspace(-1.0, 1.0, 64)[:, None]
>>> model = nn.MLP([1, 16, 1], activation="tanh")
>>> history = nn.fit(model, x, x**2, epochs=30, lr=0.02, progress=False)
>>> nn.predict(model, x).shape
(64, 1)
"""

from nn import data, init, io, plot, schedule, tables
from nn.activations import Activation, Lambda, ReLU, Sigmoid, Tanh, relu, sigmoid, tanh
from nn.explain import explain
from nn.explanation import Explanation
from nn.io import FileError, load, save
from nn.layers import Linear, Sequential
from nn.losses import cross_entropy, mse_loss
from nn.mlp import MLP
from nn.module import Module, Parameter, StateError, functional_call
from nn.optim import SGD, Adam, Optimizer
from nn.schedule import CosineAnnealingLR, ExponentialLR, Schedule, StepLR
from nn.support import keep_freed_memory
from nn.training import History, fit, predict

__all__ = [
    "MLP",
    "SGD",
    "Activation",
    "Adam",
    "CosineAnnealingLR",
    "Explanation",
    "ExponentialLR",
    "FileError",
    "History",
    "Lambda",
    "Linear",
    "Module",
    "Optimizer",
    "Parameter",
    "ReLU",
    "Schedule",
    "Sequential",
    "Sigmoid",
    "StateError",
    "StepLR",
    "Tanh",
    "cross_entropy",
    "data",
    "explain",
    "fit",
    "functional_call",
    "init",
    "io",
    "load",
    "mse_loss",
    "plot",
    "predict",
    "relu",
    "save",
    "schedule",
    "sigmoid",
    "tables",
    "tanh",
]

keep_freed_memory()
