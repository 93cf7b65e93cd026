"""Lines that few trainings reach: each was made wrong once, and no test saw it."""

import signal

import numpy as np
import pytest

import nn
from nn.interrupts import Interrupts


def test_a_limit_of_zero_clips_to_nothing():
    for clip in (nn.clip_grad_norm_, nn.clip_grad_value_):
        layer = nn.Linear(2, 1)
        (layer(np.ones((3, 2))) ** 2).sum().backward()
        clip(layer.parameters(), 0)
        assert all(not p.grad.value.any() for p in layer.parameters())


def test_epochs_of_a_cooldown_are_not_counted_as_bad():
    layer = nn.Linear(1, 1)
    optimiser = nn.SGD(layer.parameters(), lr=1.0)
    schedule = nn.ReduceLROnPlateau(optimiser, factor=0.5, patience=1, cooldown=1)
    rates = []
    for _ in range(7):
        schedule.step(1.0)
        rates.append(optimiser.groups[0].options["lr"])
    # the first is the best; two bad ones; one of cooldown; two bad ones; one of cooldown
    assert rates == [1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25]


def test_an_interrupt_waits_for_a_whole_action_and_no_longer():
    with Interrupts() as interrupts:
        done = []
        with pytest.raises(KeyboardInterrupt):
            interrupts.whole(lambda: (signal.raise_signal(signal.SIGINT), done.append("whole")))
        assert done == ["whole"]
        assert interrupts.whole(lambda: 3) == 3
        with pytest.raises(KeyboardInterrupt):
            done.append(signal.raise_signal(signal.SIGINT))
        assert done == ["whole"]
