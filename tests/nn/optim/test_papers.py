"""The optimisers against their papers' recurrences, written plainly; and the bases that users write rules on."""

import numpy as np
import pytest

import autograd_lite as ag
import nn

START, SCALES, STEPS, LR, EPS = np.array([1.0, -2.0, 0.5]), np.array([1.0, 3.0, 0.2]), 30, 0.05, 1e-3
B1, B2 = 0.9, 0.99


def adagrad(p, g, s, t):
    s["s"] = s.get("s", 0) + g**2
    return p - LR * g / (np.sqrt(s["s"]) + EPS)


def rmsprop(p, g, s, t):
    s["v"] = 0.9 * s.get("v", 0) + 0.1 * g**2
    return p - LR * g / (np.sqrt(s["v"]) + EPS)


def moments(g, s):
    s["m"] = B1 * s.get("m", 0) + (1 - B1) * g
    s["v"] = B2 * s.get("v", 0) + (1 - B2) * g**2
    return s["m"], s["v"]


def adamw(p, g, s, t):
    m, v = moments(g, s)
    return p * (1 - LR * 0.1) - LR * m / (1 - B1**t) / (np.sqrt(v / (1 - B2**t)) + EPS)


def adamax(p, g, s, t):
    s["m"] = B1 * s.get("m", 0) + (1 - B1) * g
    s["u"] = np.maximum(B2 * s.get("u", 0), np.abs(g) + EPS)
    return p - LR / (1 - B1**t) * s["m"] / s["u"]


def nadam(p, g, s, t):
    m, v = moments(g, s)
    mu, ahead = (B1 * (1 - 0.5 * 0.96 ** (k * 0.004)) for k in (t, t + 1))
    s["product"] = s.get("product", 1) * mu
    step = (1 - mu) / (1 - s["product"]) * g + ahead / (1 - s["product"] * ahead) * m
    return p - LR * step / (np.sqrt(v / (1 - B2**t)) + EPS)


def radam(p, g, s, t):
    m, v = moments(g, s)
    most = 2 / (1 - B2) - 1
    rho = most - 2 * t * B2**t / (1 - B2**t)
    if rho <= 5:
        return p - LR * m / (1 - B1**t)
    r = np.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
    return p - LR * m / (1 - B1**t) * r * np.sqrt(1 - B2**t) / (np.sqrt(v) + EPS)


BETAS = {"betas": (B1, B2)}
PAPERS = [
    (nn.Adagrad, adagrad, {}),
    (nn.RMSprop, rmsprop, {"alpha": 0.9}),
    (nn.AdamW, adamw, {**BETAS, "weight_decay": 0.1}),
    (nn.Adamax, adamax, BETAS),
    (nn.NAdam, nadam, BETAS),
    (nn.RAdam, radam, BETAS),
]


@pytest.mark.parametrize(("rule", "paper", "options"), PAPERS, ids=[paper.__name__ for _, paper, _ in PAPERS])
def test_trajectory_is_the_papers(rule, paper, options):
    x = nn.Parameter(START)
    optimizer = rule([x], lr=LR, eps=EPS, **options)
    p, state = START.copy(), {}
    for t in range(1, STEPS + 1):
        optimizer.zero_grad()
        ag.sum(SCALES * x**2).backward()
        optimizer.step()
        p = paper(p, 2 * SCALES * p, state, t)
        np.testing.assert_allclose(x.value, p, rtol=1e-11, atol=1e-13)  # 30 steps of a dozen roundings
    assert np.abs(p - START).max() > 0.1


def test_a_rule_of_ones_own():
    class SignDescent(nn.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, lr=lr)

        def update(self, p, g, new, state, t, options):
            np.subtract(p, options["lr"] * np.sign(g), out=new)

    x = nn.Parameter(START)
    ag.sum(x**2).backward()
    SignDescent([x], lr=0.25).step()
    np.testing.assert_array_equal(x.value, [0.75, -1.75, 0.25])


def test_a_schedule_of_ones_own():
    class Harmonic(nn.schedule.Schedule):
        def rate(self, initial, epoch):
            return initial / (1 + epoch)

    assert issubclass(Harmonic, nn.Schedule)
    optimizer = nn.SGD([nn.Parameter(START)], lr=1.0)
    harmonic = Harmonic(optimizer)
    rates = [optimizer.lr]
    for _ in range(2):
        harmonic.step()
        rates.append(optimizer.lr)
    assert rates == [1.0, 0.5, 1 / 3]


def test_callbacks_get_an_epoch():
    seen = []
    x = np.linspace(-1, 1, 16)[:, None]
    nn.fit(nn.MLP([1, 4, 1]), x, x**2, epochs=2, progress=False, callbacks=[seen.append])
    assert all(isinstance(epoch, nn.Epoch) for epoch in seen)
    assert [epoch.number for epoch in seen] == [0, 1]
