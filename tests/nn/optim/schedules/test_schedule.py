"""Schedules against their definitions, and against PyTorch's where it is installed."""

from __future__ import annotations

import json

import numpy as np
import pytest

import autograd_lite as ag
import nn

RTOL = 1e-12  # PyTorch multiplies from epoch to epoch where we take a power or a cosine: a rounding an epoch


def optimizer(*rates):
    return nn.SGD([{"params": [ag.Var(1.0)], "lr": rate} for rate in rates or (2.0,)])


def rates(schedule, n=5):
    found = [schedule.last]
    for _ in range(n):
        schedule.step()
        found.append(schedule.last)
    return np.array(found)


def test_schedules_by_hand():
    # Each is a product or a cosine: a few roundings of numbers up to 2.
    def found(schedule, n=5):
        return rates(schedule, n)[:, 0]

    close = lambda a, b: np.allclose(a, b, rtol=1e-14, atol=1e-16)
    o = optimizer()
    assert close(found(nn.StepLR(o, 2, 0.5)), [2, 2, 1, 1, 0.5, 0.5])
    assert close(found(nn.MultiStepLR(o, [3, 1], 0.5)), [2, 1, 1, 0.5, 0.5, 0.5])
    assert close(found(nn.ExponentialLR(o, 0.5)), [2, 1, 0.5, 0.25, 0.125, 0.0625])
    assert close(found(nn.LinearLR(o, 0.25, total_iters=3)), [0.5, 1, 1.5, 2, 2, 2])
    assert close(found(nn.PolynomialLR(o, 4, 2)), [2, 2 * 9 / 16, 0.5, 2 / 16, 0, 0])
    assert close(found(nn.LambdaLR(o, lambda epoch: 1 / (1 + epoch)), 2), [2, 1, 2 / 3])
    half = [2, 1 + (1 + 0.5**0.5) / 2, 1.5, 1 + (1 - 0.5**0.5) / 2]
    assert close(found(nn.CosineAnnealingLR(o, 4, 1.0)), [*half, 1, 1])
    assert close(found(nn.CosineAnnealingWarmRestarts(o, 2, 2, 1.0), 6), [2, 1.5, *half, 2])
    # 0.3 of 10 steps go up: the top is in step 2, the end in step 9.
    one_cycle = found(nn.OneCycleLR(o, 1.0, 10, anneal_strategy="linear", div_factor=4, final_div_factor=10), 12)
    assert close(one_cycle[[0, 1, 2, 9, 12]], [0.25, 0.625, 1, 0.025, 0.025])


def test_the_current_rate_can_be_read():
    o = optimizer(2.0, 1.0)
    schedule = nn.StepLR(o, 1, 0.5)
    schedule.step()
    assert (schedule.lr, schedule.last, o.lr, schedule.epoch) == (1.0, [1.0, 0.5], 1.0, 1)
    assert repr(schedule) == "StepLR(epoch=1, lr=1)"


def test_a_second_schedule_starts_from_the_same_rates():
    o = optimizer(2.0)
    assert nn.LinearLR(o, 0.5).lr == 1.0
    assert nn.StepLR(o, 1).lr == 2.0
    o.lr = 8.0
    assert nn.LinearLR(o, 0.5).lr == 4.0


CASES = {
    "step": (lambda m, o: m.StepLR(o, 7, 0.3)),
    "multi-step": (lambda m, o: m.MultiStepLR(o, [3, 11, 30], 0.4)),
    "exponential": (lambda m, o: m.ExponentialLR(o, 0.9)),
    "linear": (lambda m, o: m.LinearLR(o, 0.2, 0.7, 13)),
    "polynomial": (lambda m, o: m.PolynomialLR(o, 25, 1.7)),
    "cosine": (lambda m, o: m.CosineAnnealingLR(o, 40, 0.01)),
    "restarts": (lambda m, o: m.CosineAnnealingWarmRestarts(o, 6, 1, 0.01)),
    "growing restarts": (lambda m, o: m.CosineAnnealingWarmRestarts(o, 3, 2, 0.01)),
    "sequential": (
        lambda m, o: m.SequentialLR(o, [m.LinearLR(o, 0.1, 1.0, 5), m.CosineAnnealingLR(o, 35)], milestones=[5])
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rates_are_those_of_torch(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    ours = rates(CASES[name](nn, optimizer(2.0, 0.5)), 40)
    assert np.allclose(ours, torch_rates(torch, CASES[name]), rtol=RTOL, atol=1e-14)


def torch_rates(torch, make, n=40):
    x, y = (torch.zeros(1, requires_grad=True) for _ in range(2))
    o = torch.optim.SGD([{"params": [x], "lr": 2.0}, {"params": [y], "lr": 0.5}])
    schedule = make(torch.optim.lr_scheduler, o)
    found = [schedule.get_last_lr()]
    for _ in range(n):
        o.step()  # PyTorch warns when the schedule goes first
        schedule.step()
        found.append(schedule.get_last_lr())
    return np.array(found)


@pytest.mark.parametrize("strategy", ["cos", "linear"])
def test_one_cycle_is_that_of_torch(strategy):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    ours = rates(nn.OneCycleLR(optimizer(2.0, 0.5), 1.5, 41, 0.4, strategy, 10.0, 100.0), 40)
    theirs = torch_rates(
        torch,
        lambda m, o: m.OneCycleLR(
            o, 1.5, 41, pct_start=0.4, anneal_strategy=strategy, cycle_momentum=False, div_factor=10.0,
            final_div_factor=100.0,
        ),
    )  # fmt: skip
    assert np.allclose(ours, theirs, rtol=RTOL)


def test_a_chain_multiplies_as_torch_does():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    parts = lambda m, o: [m.ExponentialLR(o, 0.9), m.LinearLR(o, 0.2, 1.0, 7), m.StepLR(o, 5, 0.5)]
    o = optimizer(2.0, 0.5)
    ours = rates(nn.ChainedScheduler(o, parts(nn, o)), 40)
    assert np.allclose(ours, torch_rates(torch, lambda m, o: m.ChainedScheduler(parts(m, o))), rtol=RTOL)


PLATEAUS = [
    {},
    {"mode": "max", "patience": 2},
    {"threshold_mode": "abs", "threshold": 0.3, "patience": 1},
    {"mode": "max", "threshold_mode": "abs", "threshold": 0.3, "patience": 1, "cooldown": 3},
    {"patience": 0, "factor": 0.5, "min_lr": 0.3, "cooldown": 1, "threshold": 0.1},
    {"patience": 0, "factor": 0.5, "eps": 0.4},
]


@pytest.mark.parametrize("options", PLATEAUS)
def test_plateaus_are_those_of_torch(options):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    rng = np.random.default_rng(0)
    metrics = 1 / np.arange(1, 61) + 0.2 * rng.normal(size=60)
    x = torch.zeros(1, requires_grad=True)
    theirs = torch.optim.SGD([x], lr=2.0)
    their = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **options)
    our = nn.ReduceLROnPlateau(optimizer(2.0), **options)
    reduced = set()
    for metric in metrics:
        our.step(metric)
        their.step(metric)
        assert our.lr == theirs.param_groups[0]["lr"]
        reduced.add(our.lr)
    assert len(reduced) > 1


def test_a_state_goes_on_bit_for_bit():
    make = {
        "step": lambda o: nn.StepLR(o, 2),
        "cosine": lambda o: nn.CosineAnnealingLR(o, 9),
        "sequential": lambda o: nn.SequentialLR(o, [nn.LinearLR(o, 0.1), nn.ExponentialLR(o, 0.7)], [3]),
        "plateau": lambda o: nn.ReduceLROnPlateau(o, patience=1),
    }
    for build in make.values():
        whole = build(optimizer(2.0, 0.3))
        half = build(optimizer(2.0, 0.3))
        for i in range(8):
            whole.step(1.0 / (i % 3 + 1))
            if i < 4:
                half.step(1.0 / (i % 3 + 1))
        rest = build(optimizer(7.0, 0.9))
        rest.load_state_dict(json.loads(json.dumps(half.state_dict())))
        assert rest.last == half.last
        for i in range(4, 8):
            rest.step(1.0 / (i % 3 + 1))
        assert rest.state_dict() == whole.state_dict()
        assert rest.optimizer.lr == whole.lr


def test_by_name():
    o = optimizer()
    assert isinstance(nn.scheduler("one-cycle", o, max_lr=1.0, total_steps=10), nn.OneCycleLR)
    assert isinstance(nn.scheduler("Plateau", o), nn.ReduceLROnPlateau)
    with pytest.raises(ValueError, match="did you mean 'cosine'"):
        nn.scheduler("cosin", o)


def test_what_is_wrong_is_said():
    o = optimizer()
    for make, message in [
        (lambda: nn.StepLR(o, 0), "step_size is a finite number above 0"),
        (lambda: nn.ExponentialLR(o, -0.5), "gamma is a finite number above 0"),
        (lambda: nn.CosineAnnealingLR(o, -3), "T_max"),
        (lambda: nn.CosineAnnealingWarmRestarts(o, 3, 0), "T_mult"),
        (lambda: nn.LinearLR(o, end_factor=-1.0), "end_factor"),
        (lambda: nn.OneCycleLR(o, 1.0, 10, anneal_strategy="coz"), "did you mean 'cos'"),
        (lambda: nn.OneCycleLR(o, 1.0, 2), "total_steps=2"),
        (lambda: nn.ReduceLROnPlateau(o, mode="mim"), "did you mean 'min'"),
        (lambda: nn.ReduceLROnPlateau(o, factor=1.0), "factor is between 0 and 1"),
        (lambda: nn.ReduceLROnPlateau(o).step(float("nan")), "NaN"),
        (lambda: nn.SequentialLR(o, [nn.StepLR(o, 1), nn.StepLR(o, 1)], []), "at 1 growing milestones"),
        (lambda: nn.SequentialLR(o, [nn.StepLR(optimizer(), 1)], []), "another optimizer"),
        (lambda: nn.ChainedScheduler(o, []), "no schedules"),
        (lambda: nn.StepLR(o, 1).load_state_dict(nn.ExponentialLR(o, 0.5).state_dict()), "does not fit StepLR"),
    ]:
        with pytest.raises(ValueError, match=message):
            make()
    with pytest.raises(TypeError, match="pass the metric"):
        nn.ReduceLROnPlateau(o).step()
    with pytest.raises(TypeError, match="functions of the epoch"):
        nn.ChainedScheduler(o, [nn.ReduceLROnPlateau(o)])
    with pytest.raises(TypeError, match="with a learning rate, not LBFGS"):
        nn.StepLR(nn.LBFGS([ag.Var(1.0)]), 1)
    with pytest.raises(TypeError, match=r"with a learning rate, not 0\.1"):
        nn.StepLR(0.1, 1)
