"""Optimisers use memory again only when nobody looks at it: whatever somebody kept of a parameter stays as it was."""

import weakref

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.optim.flat import Flat, Room

KEPT = {
    "value": lambda p: p.value,
    "detached": lambda p: p.detach().value,
    "view": lambda p: p.value[1:],
    "memoryview": lambda p: np.asarray(memoryview(p.value)),
    "recorded": lambda p: p * 1.0,
    "weak reference": lambda p: weakref.ref(p.value),
    "generator": lambda p: (x for x in [p.value]),
}
LOOK = {"recorded": lambda x: x._row.args[0].value, "weak reference": lambda r: r()}


def optimisers():
    options = {"lr": 0.1}
    return {
        "SGD": lambda ps: nn.SGD(ps, **options),
        "momentum": lambda ps: nn.SGD(ps, momentum=0.9, **options),
        "Adam": lambda ps: nn.Adam(ps, **options),
        "RMSprop": lambda ps: nn.RMSprop(ps, **options),
    }


@pytest.mark.parametrize("shapes", [[(3,), (2, 2)], [(5000,), (70, 70), ()]], ids=["small", "large"])
@pytest.mark.parametrize("way", KEPT)
@pytest.mark.parametrize("name", optimisers())
def test_what_was_kept_of_a_parameter_stays(name, way, shapes):
    rng = np.random.default_rng(3)
    params = [ag.Var(rng.normal(size=s)) for s in shapes]
    optimiser, kept = optimisers()[name](params), []
    for _ in range(4):
        for p in params:
            if p.ndim:
                kept.append((KEPT[way](p), p.value.copy()))
            p.grad = ag.asarray(np.ones(p.shape))
        optimiser.step()
    for held, before in kept:
        x = LOOK.get(way, lambda x: x)(held)
        if way == "generator":
            x = next(held)
        if x is not None:
            np.testing.assert_array_equal(x, before[1:] if way == "view" else before)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_memory_nobody_looks_at_is_used_again(dtype):
    room = Room(Flat([ag.Var(np.ones(5000, dtype))]))
    address = room.array().ctypes.data
    for _ in range(5):
        assert room.free()
        part = room.array()[7:]
        assert not room.free()
        assert part.ctypes.data == address + 7 * part.itemsize
        assert address % 64 == 0
        del part


def test_only_what_fresh_gave_takes_the_place_of_values():
    optimiser = nn.SGD([ag.Var(np.ones(3))], lr=0.1)
    group = optimiser.groups[0]
    with pytest.raises(ValueError, match="fresh"):
        group.replace(group.empty())
