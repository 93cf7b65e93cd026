"""ReduceLROnPlateau by hand: from a rate of 2, the rate after each metric."""

import numpy as np
import pytest

import autograd_lite as ag
import nn

BY_HAND = {
    "each epoch that is not better": ({"patience": 0}, [1, 1, 1], [2, 1, 0.5]),
    "more than so many": ({"patience": 1}, [1, 1, 1, 1, 1], [2, 2, 1, 1, 0.5]),
    "counted anew after a better one": ({"patience": 1}, [1, 1, 0.5, 0.5, 0.5], [2, 2, 2, 2, 1]),
    "epochs of cooling down do not count": ({"patience": 0, "cooldown": 2}, [1] * 6, [2, 1, 1, 1, 0.5, 0.5]),
    "better by a tenth": ({"patience": 0, "threshold": 0.1}, [10, 9.5, 8.9, 8.5], [2, 1, 1, 0.5]),
    "by just a tenth is not better": ({"patience": 0, "threshold": 0.125}, [8, 7], [2, 1]),
    "by a quarter": (
        {"patience": 0, "threshold": 0.25, "threshold_mode": "abs"}, [10, 9.9, 9.75, 9.7], [2, 1, 0.5, 0.5],
    ),
    "larger is better": ({"patience": 0, "threshold": 0.1, "mode": "max"}, [10, 10.5, 11.5, 9], [2, 1, 1, 0.5]),
    "larger by so much": (
        {"patience": 0, "threshold": 0.25, "threshold_mode": "abs", "mode": "max"}, [1, 1.2, 1.3], [2, 1, 1],
    ),
    "of a negative number": ({"patience": 0, "threshold": 0.1}, [-10, -10.5, -11.5], [2, 1, 1]),
    "of 0": ({"patience": 0, "threshold": 0.1}, [0, -0.01], [2, 2]),
    "not below the least": ({"patience": 0, "min_lr": 0.75}, [1, 1, 1, 1], [2, 1, 0.75, 0.75]),
    "no step as small as eps": ({"patience": 0, "eps": 0.5}, [1, 1, 1, 1], [2, 1, 1, 1]),
    "an infinite loss is never the best": ({"patience": 0}, [np.inf, 5, 5], [1, 1, 0.5]),
}  # fmt: skip


def followed(schedule, metrics):
    found = []
    for metric in metrics:
        schedule.step(metric)
        found.append(schedule.lr)
    return found


@pytest.mark.parametrize("name", BY_HAND)
def test_plateaus_by_hand(name):
    options, metrics, wanted = BY_HAND[name]
    assert followed(nn.ReduceLROnPlateau(nn.SGD([ag.Var(1.0)], lr=2.0), factor=0.5, **options), metrics) == wanted


def test_what_is_usual():
    schedule = nn.ReduceLROnPlateau(nn.SGD([ag.Var(1.0)], lr=2.0))
    assert followed(schedule, [1.0] + [1 - 0.9e-4] * 10) == [2.0] * 11  # better by less than 1e-4 of it: ten are borne
    assert followed(schedule, [1.0]) == [0.2]
    assert followed(schedule, [1 - 1.1e-4] + [1.0] * 10) == [0.2] * 11
    assert schedule.epoch == 23


def test_every_group_is_reduced_and_its_optimizer_told():
    o = nn.SGD([{"params": [ag.Var(1.0)], "lr": rate} for rate in (2.0, 0.5)])
    schedule = nn.ReduceLROnPlateau(o, factor=0.5, patience=0, min_lr=0.4)
    followed(schedule, [1.0, 1.0])
    assert schedule.last == [1.0, 0.4]
    assert [group.options["lr"] for group in o.groups] == [1.0, 0.4]


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_state_goes_on_wherever_it_was_cut(cut):
    metrics = [3.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    make = lambda lr: nn.ReduceLROnPlateau(nn.SGD([ag.Var(1.0)], lr=lr), factor=0.5, patience=0, cooldown=1)
    whole, first = make(2.0), make(2.0)
    wanted = followed(whole, metrics)
    begun = followed(first, metrics[:cut])
    second = make(2.0)
    second.load_state_dict(first.state_dict())
    assert begun + followed(second, metrics[cut:]) == wanted
