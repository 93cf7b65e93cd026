"""Gradients that somebody gave or took away: of another dtype, order or class, and none at all."""

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite.arrays.memory import LARGE

RULES = {
    "SGD": lambda ps: nn.SGD(ps, lr=0.5),
    "momentum": lambda ps: nn.SGD(ps, lr=0.5, momentum=0.5),
    "nesterov": lambda ps: nn.SGD(ps, lr=0.5, momentum=0.5, nesterov=True),
    "decay": lambda ps: nn.SGD(ps, lr=0.5, weight_decay=0.5),
    "Adam": lambda ps: nn.Adam(ps, lr=0.5),
    "AdamW": lambda ps: nn.AdamW(ps, lr=0.5),
    "RMSprop": lambda ps: nn.RMSprop(ps, lr=0.5),
}

# What is given for the gradient g, in single precision and C order, of a parameter.
GIVEN = {
    "double precision": lambda g: g.astype(np.float64),
    "another order": np.asfortranarray,
    "every second entry": lambda g: np.repeat(g, 2, axis=0)[::2],
    "a Tensor": ag.Tensor,
    "a Tensor of double precision": lambda g: ag.Tensor(g.astype(np.float64)),
}


def values(rng, rows):
    return [rng.normal(size=shape).astype(np.float32) for shape in ((rows, 3), (4, 5), (2,))]


@pytest.mark.parametrize("rows", [2, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("rule", RULES)
def test_a_gradient_is_its_numbers_however_it_was_given(rule, given, rows, rng):
    start, gradients = values(rng, rows), [values(rng, rows) for _ in range(3)]
    found = []
    for form in (lambda g: g, GIVEN[given]):
        ps = [ag.Var(p) for p in start]
        optimizer = RULES[rule](ps)
        for gs in gradients:
            for p, g in zip(ps, gs, strict=True):
                p.grad = form(g)
            optimizer.step()
        found.append([p.value for p in ps])
    for plain, other in zip(*found, strict=True):
        assert other.dtype == np.float32
        assert np.array_equal(plain, other)


@pytest.mark.parametrize("rule", RULES)
def test_without_a_gradient_a_parameter_stays_and_its_clock_too(rule, rng):
    start, gradients = values(rng, 2), [values(rng, 2) for _ in range(4)]
    ps, alone = [ag.Var(p) for p in start], [ag.Var(p) for p in start]
    together, each = RULES[rule](ps), [RULES[rule]([p]) for p in alone]
    for k, gs in enumerate(gradients):
        for i, g in enumerate(gs):
            given = None if k == 1 or (k == 2 and i == 0) else g  # none in the second step, some in the third
            ps[i].grad = alone[i].grad = given
        before = [p.value.copy() for p in ps]
        if k == 1:
            with pytest.raises(ValueError, match="no parameter has a gradient"):
                together.step()
        else:
            together.step()
        for i, one in enumerate(each):
            if alone[i].grad is not None:
                one.step()
            else:
                assert np.array_equal(ps[i].value, before[i])
    for p, q in zip(ps, alone, strict=True):
        assert np.array_equal(p.value, q.value)


@pytest.mark.parametrize("rule", RULES)
def test_what_is_no_list_of_parameters(rule):
    for wrong, name in [(3.0, "float"), (nn.Linear(2, 1), "Linear"), ([ag.Var(1.0), 2.0], "float")]:
        with pytest.raises(TypeError, match=rf"pass model\.parameters\(\), not {name}"):
            RULES[rule](wrong)


@pytest.mark.parametrize("name", ["steps", "numbers"])
def test_a_state_counts_for_each_parameter(name):
    make = lambda: nn.Adam([ag.Var([1.0, 2.0]), ag.Var(1.0)])
    state = make().state_dict()
    state["groups"][0][name] = state["groups"][0][name][:1]
    with pytest.raises(nn.StateError, match="steps and numbers of group 0 are not one a parameter"):
        make().load_state_dict(state)
