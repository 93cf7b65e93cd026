"""The optimisers with their options against their papers' recurrences, number by number, in Python's floats.

The gradients are given: they turn, stay, and are 0. PyTorch's trajectories, where it is installed, say the same.
"""

from math import sqrt

import numpy as np
import pytest

import autograd_lite as ag
import nn

GRADIENTS = [0.5, 0.25, -1.0, -0.5, -0.125, 0.0, 2.0, 1.5, -0.25, -0.25, -0.5, 1.0]
TOLERANCE = {"rtol": 1e-13, "atol": 1e-15}  # a dozen steps of a dozen roundings


def sign(x):
    return (x > 0) - (x < 0)


def adagrad(p, g, s, t):
    s["s"] = s.get("s", 0.25) + g * g
    return p - 0.1 / (1 + (t - 1) * 0.5) * g / (sqrt(s["s"]) + 1e-2)


def adadelta(p, g, s, t):
    s["v"] = 0.75 * s.get("v", 0) + 0.25 * g * g
    d = sqrt(s.get("u", 0) + 1e-2) / sqrt(s["v"] + 1e-2) * g
    s["u"] = 0.75 * s.get("u", 0) + 0.25 * d * d
    return p - 0.5 * d


def rmsprop(p, g, s, t):
    s["v"] = 0.75 * s.get("v", 0) + 0.25 * g * g
    s["b"] = 0.5 * s.get("b", 0) + g / (sqrt(s["v"]) + 1e-2)
    return p - 0.1 * s["b"]


def centred(p, g, s, t):
    s["v"], s["a"] = 0.75 * s.get("v", 0) + 0.25 * g * g, 0.75 * s.get("a", 0) + 0.25 * g
    return p - 0.1 * g / (sqrt(s["v"] - s["a"] ** 2) + 1e-2)


def centred_momentum(p, g, s, t):
    s["v"], s["a"] = 0.75 * s.get("v", 0) + 0.25 * g * g, 0.75 * s.get("a", 0) + 0.25 * g
    s["b"] = 0.5 * s.get("b", 0) + g / (sqrt(s["v"] - s["a"] ** 2) + 1e-2)
    return p - 0.1 * s["b"]


def rprop(p, g, s, t, least=1e-3, most=0.3):
    before, length = s.get("g", 0.0), s.get("length", 0.125)
    if g * before > 0:
        length = min(length * 1.5, most)
    elif g * before < 0:
        length, g = max(length * 0.25, least), 0.0
    s["g"], s["length"] = g, length
    return p - length * sign(g)


def rprop_between(p, g, s, t):
    return rprop(p, g, s, t, 0.1, 0.15)


def lion(p, g, s, t):
    m = s.get("m", 0.0)
    s["m"] = 0.75 * m + 0.25 * g
    return p - 0.1 * (sign(0.5 * m + 0.5 * g) + 0.25 * p)


def adam(p, g, s, t):
    s["m"], s["v"] = 0.5 * s.get("m", 0) + 0.5 * g, 0.75 * s.get("v", 0) + 0.25 * g * g
    return p - 0.1 * s["m"] / (1 - 0.5**t) / (sqrt(s["v"] / (1 - 0.75**t)) + 1e-2)


def amsgrad(p, g, s, t):
    s["m"], s["v"] = 0.5 * s.get("m", 0) + 0.5 * g, 0.75 * s.get("v", 0) + 0.25 * g * g
    s["w"] = max(s.get("w", 0), s["v"])
    return p - 0.1 * s["m"] / (1 - 0.5**t) / (sqrt(s["w"] / (1 - 0.75**t)) + 1e-2)


def decayed(rule):
    """Weight decay as a term of the loss: λ p in the gradient."""
    return lambda p, g, s, t: rule(p, g + 0.25 * p, s, t)


def adamw(p, g, s, t):
    return adam(p * (1 - 0.1 * 0.25), g, s, t)


def sgd(p, g, s, t):
    return p - 0.1 * g


def momentum(p, g, s, t):
    s["b"] = 0.5 * s.get("b", 0) + g
    return p - 0.1 * s["b"]


def nesterov(p, g, s, t):
    s["b"] = 0.5 * s.get("b", 0) + g
    return p - 0.1 * (g + 0.5 * s["b"])


L2 = {"weight_decay": 0.25}
BETAS = {"lr": 0.1, "betas": (0.5, 0.75), "eps": 1e-2}
ADAGRAD = {"lr": 0.1, "lr_decay": 0.5, "initial_accumulator_value": 0.25, "eps": 1e-2}
ADADELTA = {"lr": 0.5, "rho": 0.75, "eps": 1e-2}
RMSPROP = {"lr": 0.1, "alpha": 0.75, "eps": 1e-2}
RPROP = {"lr": 0.125, "etas": (0.25, 1.5)}

RULES = {
    "SGD": (nn.SGD, {"lr": 0.1}, sgd),
    "SGD, decay": (nn.SGD, {"lr": 0.1, **L2}, decayed(sgd)),
    "momentum": (nn.SGD, {"lr": 0.1, "momentum": 0.5}, momentum),
    "momentum, decay": (nn.SGD, {"lr": 0.1, "momentum": 0.5, **L2}, decayed(momentum)),
    "Nesterov": (nn.SGD, {"lr": 0.1, "momentum": 0.5, "nesterov": True}, nesterov),
    "Nesterov, decay": (nn.SGD, {"lr": 0.1, "momentum": 0.5, "nesterov": True, **L2}, decayed(nesterov)),
    "Adagrad": (nn.Adagrad, ADAGRAD, adagrad),
    "Adagrad, decay": (nn.Adagrad, {**ADAGRAD, **L2}, decayed(adagrad)),
    "Adadelta": (nn.Adadelta, ADADELTA, adadelta),
    "Adadelta, decay": (nn.Adadelta, {**ADADELTA, **L2}, decayed(adadelta)),
    "RMSprop": (nn.RMSprop, {**RMSPROP, "momentum": 0.5}, rmsprop),
    "RMSprop, decay": (nn.RMSprop, {**RMSPROP, "momentum": 0.5, **L2}, decayed(rmsprop)),
    "RMSprop, centred": (nn.RMSprop, {**RMSPROP, "centered": True}, centred),
    "RMSprop, centred, momentum": (nn.RMSprop, {**RMSPROP, "centered": True, "momentum": 0.5}, centred_momentum),
    "Rprop": (nn.Rprop, {**RPROP, "step_sizes": (1e-3, 0.3)}, rprop),
    "Rprop, between": (nn.Rprop, {**RPROP, "step_sizes": (0.1, 0.15)}, rprop_between),
    "Lion": (nn.Lion, {"lr": 0.1, "betas": (0.5, 0.75), **L2}, lion),
    "Adam": (nn.Adam, BETAS, adam),
    "Adam, decay": (nn.Adam, {**BETAS, **L2}, decayed(adam)),
    "Adam, amsgrad": (nn.Adam, {**BETAS, "amsgrad": True}, amsgrad),
    "AdamW": (nn.AdamW, {**BETAS, **L2}, adamw),
}


@pytest.mark.parametrize("name", RULES)
def test_steps_are_the_papers(name):
    rule, options, paper = RULES[name]
    x, p, state = ag.Var([2.0, -1.0]), [2.0, -1.0], [{}, {}]
    optimizer = rule([x], **options)
    for t, g in enumerate(GRADIENTS, start=1):
        x.grad = np.array([g, -0.75 * g])
        optimizer.step()
        p = [paper(one, part, s, t) for one, part, s in zip(p, (g, -0.75 * g), state, strict=True)]
        np.testing.assert_allclose(x.value, p, **TOLERANCE)
