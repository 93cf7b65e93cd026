"""Optimisers against the papers' recurrences, written out in NumPy for each parameter; and their memory."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.optim import PIECE

STEPS = 6


def values(dtype=np.float64):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s).astype(dtype) for s in [(3, 4), (4,), (), (0, 2), (2, 1, 3)]]
    arrays[0] = np.asfortranarray(arrays[0])
    return arrays


def gradients(step, arrays):
    rng = np.random.default_rng(100 + step)
    return [rng.normal(size=np.shape(a)).astype(a.dtype) for a in arrays]


def sgd(p, gs, lr=0.1, mu=0.0, nesterov=False, decay=0.0):
    b = None
    for g in gs:
        g = g + decay * p
        if mu:
            b = g if b is None else mu * b + g
            g = g + mu * b if nesterov else b
        p = p - lr * g
    return p


def adam(p, gs, lr=0.01, betas=(0.9, 0.999), eps=1e-8, decay=0.0):
    m = v = np.zeros_like(p)
    for t, g in enumerate(gs, 1):
        g = g + decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        p = p - lr * (m / (1 - betas[0] ** t)) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)
    return p


RULES = [
    (lambda ps: nn.SGD(ps, lr=0.1), sgd, {}),
    (lambda ps: nn.SGD(ps, lr=0.1, momentum=0.9), sgd, {"mu": 0.9}),
    (
        lambda ps: nn.SGD(ps, 0.1, 0.9, nesterov=True, weight_decay=0.2),
        sgd,
        {"mu": 0.9, "nesterov": True, "decay": 0.2},
    ),
    (lambda ps: nn.Adam(ps, lr=0.01), adam, {}),
    (lambda ps: nn.Adam(ps, lr=0.01, betas=(0.5, 0.8), eps=0.1), adam, {"betas": (0.5, 0.8), "eps": 0.1}),
    (lambda ps: nn.Adam(ps, lr=0.01, weight_decay=0.3), adam, {"decay": 0.3}),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("make", "rule", "options"), RULES)
def test_steps_are_the_recurrence_of_the_paper(make, rule, options, dtype):
    start = values(dtype)
    params = [nn.Parameter(a) for a in start]
    optimizer = make(params)
    for k in range(STEPS):
        for p, g in zip(params, gradients(k, start), strict=True):
            p.grad = ag.Tensor(g)
        optimizer.step()
    # The same terms in another order: a few roundings a step of numbers of size 1.
    rtol = 1e-13 if dtype is np.float64 else 1e-5
    for i, (p, a) in enumerate(zip(params, start, strict=True)):
        wanted = rule(a, [gradients(k, start)[i] for k in range(STEPS)], **options)
        assert p.shape == a.shape
        assert p.dtype == dtype
        assert np.allclose(p.value, wanted, rtol=rtol, atol=rtol)


def test_arrays_longer_than_a_piece():
    a = np.random.default_rng(0).normal(size=2 * PIECE + 7)
    p = nn.Parameter(a)
    optimizer = nn.Adam([p], lr=0.01)
    gs = [np.random.default_rng(k).normal(size=a.shape) for k in range(2)]
    for g in gs:
        p.grad = ag.Tensor(g)
        optimizer.step()
    assert np.allclose(p.value, adam(a, gs), rtol=1e-13, atol=1e-15)  # as above


def test_earlier_rows_keep_the_values_they_saw():
    x = ag.Var([1.0, 2.0])
    optimizer = nn.SGD([x], lr=0.5)
    tapes = []
    for _ in range(5):
        y = ag.sum(x**3)
        seen = x.value
        tapes.append((y, seen, seen.copy()))
        optimizer.zero_grad()
        y.backward()
        optimizer.step()
    for y, seen, then in tapes:
        assert np.array_equal(seen, then)
        x.grad = None
        y.backward()
        assert np.array_equal(x.grad.value, 3 * then**2)


def test_two_flat_arrays_are_enough_when_nobody_looks():
    model = nn.MLP([3, 4, 2])
    optimizer = nn.Adam(model.parameters())
    seen = set()
    for _ in range(20):
        optimizer.zero_grad()
        loss = ag.sum(model(np.ones((2, 3))) ** 2)
        loss.backward()
        optimizer.step()
        seen.add(optimizer.groups[0].flat.__array_interface__["data"][0])
    assert len(seen) <= 3  # two in turns, and the first that the initial values were copied to
    assert len({p.value.base is optimizer.groups[0].flat for p in model.parameters()}) == 1


def test_a_value_assigned_between_steps_is_where_the_next_one_starts():
    x, y = ag.Var([1.0]), ag.Var([1.0])
    optimizer = nn.SGD([x, y], lr=1.0)
    for _ in range(3):
        x.grad, y.grad = ag.Tensor([1.0]), ag.Tensor([1.0])
        optimizer.step()
    old = y.value
    x.value = [10.0]
    with ag.no_grad():
        y += 5.0
    x.grad, y.grad = ag.Tensor([1.0]), ag.Tensor([1.0])
    optimizer.step()
    assert (x.value[0], y.value[0], old[0]) == (9.0, 2.0, -2.0)


def test_a_parameter_without_a_gradient_stays_and_so_does_its_state():
    start = values()
    gs = [gradients(k, start) for k in range(3)]
    params = [nn.Parameter(a) for a in start]
    optimizer = nn.SGD(params, lr=0.1, momentum=0.9, weight_decay=0.2)
    for k in range(3):
        optimizer.zero_grad()
        for i, p in enumerate(params):
            if not (i in (0, 2) and k != 1):  # two of them get a gradient in the middle step only
                p.grad = ag.Tensor(gs[k][i])
        optimizer.step()
    for i, a in enumerate(start):
        wanted = sgd(a, [gs[1][i]] if i in (0, 2) else [g[i] for g in gs], mu=0.9, decay=0.2)
        assert np.allclose(params[i].value, wanted, rtol=1e-13, atol=1e-15)  # as above


def test_groups_have_their_own_options_and_dtypes_their_own_arrays():
    a, b, c = nn.Parameter([1.0]), nn.Parameter([1.0]), nn.Parameter(np.ones(1, np.float32))
    optimizer = nn.SGD([{"params": [a, c], "lr": 0.5}, {"params": [b]}], lr=0.25)
    for p in (a, b, c):
        p.grad = ag.Tensor(np.ones(1, p.dtype))
    optimizer.step()
    assert (a.item(), b.item(), c.item(), c.dtype) == (0.5, 0.75, 0.5, np.float32)
    assert optimizer.lr == 0.5
    optimizer.lr = 1.0
    assert [g.options["lr"] for g in optimizer.groups] == [1.0, 1.0, 1.0]


def test_what_is_wrong_is_said():
    x = ag.Var(1.0)
    with pytest.raises(ValueError, match="no parameters"):
        nn.SGD([])
    with pytest.raises(ValueError, match="twice"):
        nn.SGD([x, x])
    with pytest.raises(TypeError, match=r"model\.parameters\(\), not Linear"):
        nn.SGD(nn.Linear(1, 1))
    with pytest.raises(TypeError, match=r"model\.parameters\(\), not Tensor"):
        nn.SGD([x * 2])
    with pytest.raises(TypeError, match="no option is called 'learning_rate'"):
        nn.SGD([{"params": [x], "learning_rate": 1}])
    for bad in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="lr is a finite number"):
            nn.SGD([x], lr=bad)
    with pytest.raises(ValueError, match="nesterov needs"):
        nn.SGD([x], nesterov=True)
    with pytest.raises(ValueError, match="betas"):
        nn.Adam([x], betas=(0.9, 1.0))
    with pytest.raises(ValueError, match=r"call loss\.backward\(\) first"):
        nn.SGD([x]).step()


def test_training_leaves_nothing_for_the_garbage_collector():
    model = nn.MLP([4, 8, 3])
    optimizer = nn.Adam(model.parameters())
    x, y = np.ones((5, 4)), np.zeros(5, int)

    def steps(n):
        for _ in range(n):
            optimizer.zero_grad()
            nn.cross_entropy(model(x), y).backward()
            optimizer.step()

    steps(1)
    gc.collect()
    gc.disable()
    try:
        steps(50)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_schedules():
    def rates(make, n=5):
        optimizer = nn.SGD([ag.Var(1.0)], lr=2.0)
        schedule = make(optimizer)
        found = [optimizer.lr]
        for _ in range(n):
            schedule.step()
            found.append(optimizer.lr)
        return found

    # Each is a product or a cosine: a few roundings of numbers up to 2.
    assert np.allclose(rates(lambda o: nn.StepLR(o, 2, 0.5)), [2, 2, 1, 1, 0.5, 0.5], rtol=1e-14)
    assert np.allclose(rates(lambda o: nn.ExponentialLR(o, 0.5)), [2, 1, 0.5, 0.25, 0.125, 0.0625], rtol=1e-14)
    assert np.allclose(
        rates(lambda o: nn.CosineAnnealingLR(o, 4, 1.0)),
        [2, 1 + (1 + 0.5**0.5) / 2, 1.5, 1 + (1 - 0.5**0.5) / 2, 1, 1],
        rtol=1e-14,
    )
