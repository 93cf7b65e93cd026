"""Schedules one after another and at once, and the ends of what they take, by hand."""

import numpy as np
import pytest

import autograd_lite as ag
import nn


def rates(make, epochs, *first):
    optimizer = nn.SGD([{"params": [ag.Var(1.0)], "lr": rate} for rate in first or (8.0,)])
    schedule = make(optimizer)
    found = [schedule.last]
    for _ in range(epochs - 1):
        schedule.step()
        found.append(schedule.last)
    return np.array(found).T.tolist()


def test_one_after_another_each_from_its_own_beginning():
    def make(o):
        parts = [nn.ExponentialLR(o, 0.5), nn.StepLR(o, 1, 0.75), nn.LinearLR(o, 0.25, 1.0, total_iters=3)]
        return nn.SequentialLR(o, parts, [2, 4])

    first = [8, 4, 8, 6, 2, 4, 6, 8, 8]
    assert rates(make, 9) == [first]
    assert rates(make, 9, 8.0, 16.0) == [first, [2 * rate for rate in first]]


def test_at_once():
    def make(o):
        return nn.ChainedScheduler(o, [nn.ExponentialLR(o, 0.5), nn.StepLR(o, 2, 0.25)])

    assert rates(make, 5) == [[8, 4, 0.5, 0.25, 0.03125]]
    assert rates(make, 2, 8.0, 0.0) == [[8, 4], [0, 0]]


@pytest.mark.parametrize("milestones", [[], [2], [2, 2], [4, 2], [1, 2, 3]])
def test_milestones_that_do_not_grow_or_are_not_one_less(milestones):
    def make(o):
        return nn.SequentialLR(o, [nn.ExponentialLR(o, 0.5) for _ in range(3)], milestones)

    with pytest.raises(ValueError, match="3 schedules are joined at 2 growing milestones"):
        rates(make, 1)


def test_the_ends_of_a_line():
    assert rates(lambda o: nn.LinearLR(o, 1.0, 0.0, total_iters=2), 4) == [[8, 4, 0, 0]]
    assert rates(lambda o: nn.LinearLR(o, 0.5, 2.0, total_iters=1), 3) == [[4, 16, 16]]
    for wrong in (-0.5, np.inf, np.nan):
        with pytest.raises(ValueError, match="end_factor is a finite number of at least 0"):
            rates(lambda o, wrong=wrong: nn.LinearLR(o, 0.5, wrong), 1)
    for wrong in (0.0, -1.0):
        with pytest.raises(ValueError, match="start_factor"):
            rates(lambda o, wrong=wrong: nn.LinearLR(o, wrong), 1)
