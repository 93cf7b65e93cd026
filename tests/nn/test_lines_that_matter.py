"""Lines that few trainings reach: each was made wrong once, and no test saw it."""

import signal

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.optim.flat import LARGE, Group, Room
from nn.training.interrupts import Interrupts


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


# -- flat arrays: how many pieces a step is made of -------------------------------------------------------------------


def group(*sizes, dtype=float):
    """A group of parameters of these sizes, each with a gradient of its own."""
    made = Group([ag.Var(np.zeros(size, dtype)) for size in sizes], {})
    for i, p in enumerate(made.params):
        p.grad = ag.asarray(np.full(p.shape, i + 1.0, dtype))
    return made


def pieces(group):
    """Where each stretch of gradients begins, what stands there, and the number of its first parameter."""
    stretches, absent = group.gather()
    assert not absent
    assert all(g.dtype == group.dtype for _, g, _ in stretches)
    assert np.array_equal(
        np.concatenate([g for _, g, _ in stretches]), np.concatenate([p.grad.value.ravel() for p in group.params])
    )
    return [(start, first) for start, _, first in stretches]


def test_gradients_of_small_parameters_are_one_piece_and_those_of_large_ones_one_each():
    assert pieces(group(2, 3, 4)) == [(0, 0)]
    assert pieces(group(2, 3, LARGE, 4, 5)) == [(0, 0), (5, 2), (5 + LARGE, 3)]
    other = group(2, LARGE, dtype=np.float32)
    other.params[1].grad = ag.asarray(np.ones(LARGE))  # of another dtype: copied, as it is cast
    assert pieces(other) == [(0, 0)]


def test_a_piece_has_one_clock_and_no_less_than_all_that_share_it():
    parted = group(2, 3, 4, 5)
    parted.params[2].grad = parted.params[3].grad = None
    parted.tick(False)
    parted.join()
    assert not parted.together
    for p in parted.params[2:]:
        p.grad = ag.asarray(np.ones(p.shape))
    assert pieces(parted) == [(0, 0), (5, 2)]
    parted.params[0].grad = parted.params[1].grad = None
    parted.tick(False)
    parted.join()
    assert parted.together  # one step each
    for p in parted.params[:2]:
        p.grad = ag.asarray(np.ones(p.shape))
    assert pieces(parted) == [(0, 0)]


def test_asking_whether_memory_is_free_does_not_move_it():
    for size in (1, 10, 1000, LARGE, 100_000):
        room = Room(group(size))
        before = room.memory.__alloc__(), np.frombuffer(room.memory, np.uint8).ctypes.data
        assert room.free()
        assert before == (room.memory.__alloc__(), np.frombuffer(room.memory, np.uint8).ctypes.data)
        view = room.array()
        assert not room.free()
        del view
        assert room.free()


def test_the_one_parameter_of_a_group_that_stands_still_is_together():
    alone = group(3)
    alone.params[0].grad = None
    assert alone.tick(False) == []
    alone.join()
    assert alone.together


@pytest.mark.parametrize("maker", [nn.SGD, nn.EMA, lambda given: nn.SGD([{"params": given}])])
def test_what_is_no_collection_of_parameters_is_named(maker):
    with pytest.raises(TypeError, match=r"pass model\.parameters\(\), not int$"):
        maker(3)


def test_labels_of_all_batches_are_looked_at_before_the_first_step():
    model = nn.Sequential(nn.Linear(1, 2))
    before = [p.value.copy() for p in model.parameters()]
    labels = np.array([0, 1, 0, 1, 0, 1, 0, 7])  # of two classes
    for seed in range(4):  # the wrong one is in the last of the batches, or not
        with pytest.raises(ValueError, match="7"):
            nn.fit(model, np.ones((8, 1)), labels, loss="cross_entropy", batch_size=2, seed=seed)
        assert all(np.array_equal(p.value, b) for p, b in zip(model.parameters(), before, strict=True))


def test_a_schedule_without_a_rule_says_what_to_write():
    class Empty(nn.Schedule):
        pass

    with pytest.raises(NotImplementedError, match=r"^Empty: write rate\(initial, epoch\)$"):
        Empty(nn.SGD(nn.Linear(1, 1).parameters(), lr=1.0))


def test_one_cycle_may_come_down_in_less_than_a_step():
    optimiser = nn.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
    schedule = nn.OneCycleLR(optimiser, max_lr=2.0, total_steps=10, pct_start=0.95)
    assert schedule.top == 8.5  # of the steps 0 … 9
    for fraction in (0.1, 1.0):  # no step goes up, or none comes down
        with pytest.raises(ValueError, match="more than one step, and not all of them"):
            nn.OneCycleLR(optimiser, max_lr=2.0, total_steps=10, pct_start=fraction)


def test_where_no_file_can_be_begun_the_error_is_that_and_no_other(tmp_path):
    (tmp_path / "a file").touch()
    with pytest.raises(OSError, match="a file") as caught:
        nn.save(nn.Linear(1, 1), tmp_path / "a file" / "model.safetensors")
    assert caught.value.__context__ is None
