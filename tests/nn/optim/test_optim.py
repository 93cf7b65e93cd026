"""Optimisers against the papers' recurrences, written out in NumPy for each parameter; and their memory."""

from __future__ import annotations

import gc
import json

import numpy as np
import pytest
from scipy import optimize

import autograd_lite as ag
import nn
from nn.optim.base import PIECE
from nn.optim.by_name import OPTIMIZERS
from nn.optim.flat import LARGE

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


def test_large_and_small_arrays_in_any_order_in_memory():
    rng = np.random.default_rng(0)
    start = [rng.normal(size=s) for s in [(3,), (2 * PIECE + 7,), (LARGE, 2), (5, 1), (2, LARGE), (7,)]]
    params = [nn.Parameter(a) for a in start]
    params[4] = nn.Parameter(np.asfortranarray(start[4]))
    optimizer = nn.Adam(params, lr=0.01)
    steps = [[rng.normal(size=a.shape) for a in start] for _ in range(2)]
    for gs in steps:
        for i, (p, g) in enumerate(zip(params, gs, strict=True)):
            p.grad = ag.Tensor(np.asfortranarray(g) if i in (2, 4) else g)  # as the parameter is, and otherwise
        optimizer.step()
    for i, (p, a) in enumerate(zip(params, start, strict=True)):
        assert np.allclose(p.value, adam(a, [gs[i] for gs in steps]), rtol=1e-13, atol=1e-15)  # as above


class Pieces(nn.SGD):
    """Gradient descent as other rules work: on flat arrays, piece by piece."""

    _move = nn.Optimizer._move


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_gradient_descent_in_whole_passes_is_gradient_descent_piece_by_piece(dtype, momentum):
    """Whatever the gradients are: Tensors or arrays, in another order in memory, of another dtype, or not there."""
    rng = np.random.default_rng(0)
    start = [rng.normal(size=s).astype(dtype) for s in [(3,), (PIECE + 7,), (LARGE, 2), (5, 4), (5, 4), ()]]
    both = [[nn.Parameter(a) for a in start] for _ in range(2)]
    optimizers = [rule(params, lr=0.1, momentum=momentum) for rule, params in zip((nn.SGD, Pieces), both, strict=True)]
    for i in range(4):
        gs = [rng.normal(size=a.shape).astype(dtype) for a in start]
        forms = [ag.Tensor, ag.Tensor, np.asfortranarray, np.asfortranarray, lambda g: g.astype(float), ag.Tensor]
        for params, optimizer in zip(both, optimizers, strict=True):
            for p, g, form in zip(params, gs, forms, strict=True):
                p.grad = form(g)
            params[i % 2].grad = None if i > 1 else params[i % 2].grad
            optimizer.step()
    for p, q, a in zip(*both, start, strict=True):
        assert np.array_equal(p.value, q.value)
        assert p.value.strides == q.value.strides
        assert p.dtype == dtype
        assert not np.array_equal(p.value, a)


@pytest.mark.parametrize("rule", [nn.SGD, nn.Adam])
def test_two_machines_that_average_their_flat_gradients_are_one(rule):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12, 300)), np.arange(12) % 3
    whole, *halves = (nn.MLP([300, 40, 3]) for _ in range(3))
    models = (whole, *halves)
    optimizers = [rule([{"params": m[0].parameters()}, {"params": m[2].parameters(), "lr": 0.01}], 0.1) for m in models]
    for _ in range(3):
        for model, optimizer, rows in zip(models, optimizers, (slice(12), slice(0, 6), slice(6, 12)), strict=True):
            optimizer.zero_grad()
            nn.cross_entropy(model(X[rows]), y[rows]).backward()
        for a, b in zip(*(optimizer.gradients() for optimizer in optimizers[1:]), strict=True):
            a += b
            a /= 2
            b[:] = a
        for optimizer in optimizers:
            optimizer.step()
        assert [len(stretches) for stretches, _ in (g.gather() for g in optimizers[1].groups)] == [1, 1]
    for p, a, b in zip(*(model.parameters() for model in models), strict=True):
        assert np.array_equal(a.value, b.value)
        # The mean over rows in another order: 1e-16, which Adam divides by gradients that may be as small as 1e-6.
        assert np.allclose(p.value, a.value, rtol=1e-9, atol=1e-10)
    assert not np.allclose(whole[0].weight.value, nn.MLP([300, 40, 3])[0].weight.value, atol=1e-3)


def test_collected_gradients_are_those_there_were():
    params = [nn.Parameter(np.ones((2, 3))), nn.Parameter(np.asfortranarray(np.ones((2, 2)))), nn.Parameter(1.0)]
    gs = [np.arange(6.0).reshape(2, 3), np.arange(4.0).reshape(2, 2), None]
    for p, g in zip(params, gs, strict=True):
        p.grad = None if g is None else ag.Tensor(g)
    optimizer = nn.SGD(params, lr=1.0)
    (flat,) = optimizer.gradients()
    assert sorted(flat.tolist()) == sorted([*range(6), *range(4), 0.0])
    assert [p.grad.value.tolist() for p in params] == [gs[0].tolist(), gs[1].tolist(), 0.0]
    flat += 1
    assert optimizer.gradients()[0] is flat
    optimizer.step()
    assert [p.value.tolist() for p in params] == [(-gs[0]).tolist(), (-gs[1]).tolist(), 0.0]


def test_the_rule_of_a_subclass_is_its_own():
    class Uphill(nn.SGD):
        def update(self, p, g, new, state, t, options):
            new[:] = p + options["lr"] * g

    for momentum in (0.0, 0.5):
        x = ag.Var([1.0, 2.0])
        x.grad = ag.Tensor([1.0, 4.0])
        Uphill([x], lr=0.5, momentum=momentum).step()
        assert x.value.tolist() == [1.5, 4.0]


@pytest.mark.parametrize("rule", [nn.SGD, nn.Adam])
def test_a_constant_among_the_parameters_stays_as_it_is(rule):
    x, c = ag.Var(1.0), ag.Tensor(2.0)
    optimizer = rule([x, c], lr=0.25)
    for _ in range(2):
        optimizer.zero_grad()
        (x * c).backward()
        optimizer.step()
    assert x.item() < 1
    assert c.item() == 2


@pytest.mark.parametrize("rule", [nn.SGD, nn.Adam])
@pytest.mark.parametrize("wrong", [np.ones(3), np.ones((2, 2))], ids=str)
@pytest.mark.parametrize("together", [True, False])
def test_a_gradient_that_does_not_fit_moves_nothing(rule, wrong, together):
    x, y = ag.Var([1.0, 2.0]), ag.Var([3.0])
    optimizer = rule([x, y] if together else [{"params": [x]}, {"params": [y]}], lr=0.25)
    x.grad, y.grad = ag.Tensor([1.0, 1.0]), ag.Tensor(wrong)
    with pytest.raises(ValueError, match="broadcast"):
        optimizer.step()
    assert (x.value.tolist(), y.value.tolist()) == ([1.0, 2.0], [3.0])
    assert optimizer.groups[0].steps == 0


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
    assert len(seen) == 2
    assert all(np.shares_memory(p.value, optimizer.groups[0].flat) for p in model.parameters())


@pytest.mark.parametrize("shapes", [[()], [(), (2, 3), ()], [(5,), (2, 3)]], ids=str)
def test_values_are_copied_into_the_flat_array_when_somebody_assigned_them_and_only_then(shapes, monkeypatch):
    """A parameter without axes holds a number, which is no part of any array: it counts like the others."""
    params = [nn.Parameter(np.ones(shape)) for shape in shapes]
    optimizer = Pieces(params, lr=0.5)
    refills = []
    refill = type(optimizer.groups[0]).refill
    monkeypatch.setattr(type(optimizer.groups[0]), "refill", lambda group: (refills.append(group), refill(group)))

    def step():
        optimizer.zero_grad()
        sum([ag.sum(p**2) for p in params]).backward()  # p - 0.5 * 2p = 0: then whatever is assigned, and 0 again
        optimizer.step()

    for _ in range(4):
        step()
    assert len(refills) == 1
    assert all([(p.value == 0).all() for p in params])
    params[0].value = params[0].value + 8
    tape = params[0] * 1.0
    optimizer.lr = 0.25
    for i in range(3):
        step()
        assert (params[0].value == 8 * 0.5 ** (i + 1)).all()
        assert len(refills) == 2
    assert (tape.value == 8).all()


def test_numbers_that_old_rows_saw_stay():
    x, w = ag.Var(2.0), ag.Var([1.0, 3.0])
    optimizer = nn.SGD([x, w], lr=1 / 64)
    tapes = []
    for _ in range(4):
        y = x**2 * ag.sum(w)
        tapes.append((y, x.value, w.value.copy()))
        optimizer.zero_grad()
        y.backward()
        optimizer.step()
    assert len({seen for _, seen, _ in tapes}) == 4
    for y, seen, then in tapes:
        optimizer.zero_grad()
        y.backward()
        assert x.grad.value == 2 * seen * then.sum()
        assert (w.grad.value == seen**2).all()


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
    with pytest.raises(ValueError, match="betas is 2 numbers"):
        nn.Adam([x], betas=(0.9,))
    with pytest.raises(ValueError, match="lr is a finite number"):
        nn.Adam([x], lr="fast")
    with pytest.raises(ValueError, match="lr is a finite number"):
        nn.Adam([x]).lr = -1.0
    with pytest.raises(ValueError, match="rho is from 0 to below 1"):
        nn.Adadelta([x], rho=1.0)
    with pytest.raises(ValueError, match="etas are"):
        nn.Rprop([x], etas=(1.5, 1.2))
    with pytest.raises(ValueError, match="step_sizes are"):
        nn.Rprop([x], step_sizes=(1.0, 0.1))
    with pytest.raises(TypeError, match="a group is a dict with 'params'"):
        nn.SGD([{"lr": 1.0}])
    with pytest.raises(ValueError, match="did you mean 'adam'"):
        nn.optimizer("adamm", [x])
    with pytest.raises(TypeError, match="the closure returns the loss"):
        nn.SGD([x]).step(lambda: 3.0)


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


# -- trajectories: a small problem, its gradients from the engine and from PyTorch ------------------------------------

X = np.random.default_rng(7).normal(size=(20, 3))


def problem(lib, params):
    """A scalar of four parameters of different shapes, smooth and with a minimum."""
    w, b, scale, t = params
    hidden = lib.tanh(X_OF[lib.__name__] @ w + b) * scale
    return (hidden**2).sum() / 20 + ((t - 1) ** 4).sum() + ((w - 0.5) ** 2).sum() + (scale + b.sum() - 2) ** 2


X_OF = {"autograd_lite": X}


def grouped(params, **second):
    return [{"params": params[:2]}, {"params": params[2:], **second}]


SECOND = {"lr": 0.003}
TRAJECTORIES = [
    ("SGD", {"lr": 0.01}),
    ("SGD", {"lr": 0.01, "momentum": 0.9}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.05, "lr_decay": 0.01, "weight_decay": 0.1, "initial_accumulator_value": 0.1}),
    ("Adagrad", {}),
    ("Adadelta", {"weight_decay": 0.1}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-5}),
    ("RMSprop", {"weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.003, "alpha": 0.9, "momentum": 0.8}),
    # With a small eps the root of v - a² near 0 magnifies roundings, PyTorch's and ours, a hundred times a step.
    ("RMSprop", {"lr": 0.003, "eps": 0.01, "centered": True, "momentum": 0.5, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.01, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.9), "amsgrad": True}),
    ("AdamW", {"lr": 0.01}),
    ("AdamW", {"lr": 0.05, "betas": (0.8, 0.9), "weight_decay": 0.2, "amsgrad": True}),
    ("Adamax", {"lr": 0.01, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.01, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.01, "momentum_decay": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"lr": 0.01, "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.01, "betas": (0.8, 0.99), "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("Rprop", {"lr": 0.01, "step_sizes": (1e-3, 0.05)}),
]


def run(optimizer, params, steps=100):
    trajectory = []
    for _ in range(steps):
        optimizer.step(lambda: problem(ag, params))
        trajectory.append(np.concatenate([p.value.ravel() for p in params]))
    return np.array(trajectory)


def start():
    return [values()[0][:, :3], values()[1][:3], values()[2], values()[4]]


@pytest.fixture
def double():
    """PyTorch's numbers in float64 by default: NAdam keeps its product of μ's in that."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(("name", "options"), TRAJECTORIES)
def test_trajectories_are_those_of_torch(name, options, double):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    X_OF["torch"] = torch.tensor(X)
    second = {**SECOND, **({"weight_decay": 0.05} if "weight_decay" in options else {})}
    params = [nn.Parameter(a) for a in start()]
    ours = run(getattr(nn, name)(grouped(params, **second), **options), params)
    theirs = [torch.tensor(np.ascontiguousarray(a), requires_grad=True) for a in map(np.asarray, start())]
    theirs[2] = torch.tensor(float(start()[2]), dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)(grouped(theirs, **second), **options)
    for row in ours:
        optimizer.zero_grad()
        problem(torch, theirs).backward()
        optimizer.step()
        wanted = np.concatenate([p.detach().numpy().ravel() for p in theirs])
        # 100 steps of the same terms in another order; the problem draws neighbours together, not apart.
        np.testing.assert_allclose(row, wanted, rtol=1e-10, atol=1e-12)


def lion(p, gs, lr=0.01, betas=(0.9, 0.99), decay=0.1):
    m = np.zeros_like(p)
    for g in gs:
        p = p - lr * (np.sign(betas[0] * m + (1 - betas[0]) * g) + decay * p)
        m = betas[1] * m + (1 - betas[1]) * g
    return p


def test_lion_is_the_recurrence_of_the_paper():
    a, gs = values(), [gradients(k, values()) for k in range(100)]
    params = [nn.Parameter(v) for v in a]
    optimizer = nn.Lion(params, lr=0.01, weight_decay=0.1)
    for g in gs:
        for p, each in zip(params, g, strict=True):
            p.grad = ag.Tensor(each)
        optimizer.step()
    for i, p in enumerate(params):
        # One rounding or two a step of numbers of size 1.
        assert np.allclose(p.value, lion(a[i], [g[i] for g in gs]), rtol=1e-12, atol=1e-13)


SEARCHES = ("bfgs", "lbfgs", "newton-cg")
FIRST_ORDER = [name for name in OPTIMIZERS if name not in SEARCHES]


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_a_rule_leaves_gradients_alone_and_lowers_the_loss(name):
    params = [nn.Parameter(a) for a in start()]
    optimizer = nn.optimizer(name, params)
    before = problem(ag, params).item()
    problem(ag, params).backward()
    grads = [(p.grad.value, p.grad.value.copy()) for p in params]
    optimizer.step()
    assert all([np.array_equal(g, copy) for g, copy in grads])
    run(optimizer, params, 20)
    assert problem(ag, params).item() < before


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_state_restores_bit_for_bit(name):
    options = {"max_iter": 2} if name in SEARCHES else {}
    params = [nn.Parameter(a) for a in start()]
    optimizer = nn.optimizer(name, params, **options)
    run(optimizer, params, 5)
    held, weights = optimizer.state_dict(), [np.array(p.value, order="C") for p in params]
    wanted = run(optimizer, params, 5)
    twins = [nn.Parameter(w) for w in weights]
    other = nn.optimizer(name, twins, **(options or {"lr": 0.123}))
    json.dumps([{**group, "state": None} for group in held["groups"]])  # all but the arrays is JSON
    other.load_state_dict(held)
    assert np.array_equal(run(other, twins, 5), wanted)


def test_a_state_that_does_not_fit_changes_nothing():
    x, y = ag.Var([1.0, 2.0]), ag.Var([1.0])
    adam = nn.Adam([x], lr=0.5)
    x.grad = ag.Tensor([1.0, 1.0])
    adam.step()
    other = nn.Adam([y], lr=0.25)
    for target, message in [
        (nn.SGD([x]), "does not fit SGD"),
        (other, "the shapes"),
        (nn.Adam([x], lr=1.0), "options"),
    ]:
        state = adam.state_dict()
        if message == "options":
            del state["groups"][0]["options"]["eps"]
        before = target.state_dict()
        with pytest.raises(nn.StateError, match=message):
            target.load_state_dict(state)
        assert target.state_dict() == before


def test_the_state_of_a_parameter_that_had_no_gradient_starts_as_it_should():
    x, y = ag.Var(1.0), ag.Var(1.0)
    optimizer = nn.Rprop([x, y], lr=0.5)  # keeps lengths, which start at lr and not at 0
    x.grad = ag.Tensor(1.0)
    optimizer.step()
    x.grad, y.grad = None, ag.Tensor(1.0)
    optimizer.step()
    assert (x.item(), y.item()) == (0.5, 0.5)


def test_step_takes_a_closure_that_calls_backward_or_does_not():
    x = ag.Var(1.0)
    optimizer = nn.SGD([x], lr=0.25)
    assert optimizer.step(lambda: x**2).item() == 1.0

    def closure():
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 0.25
    assert x.item() == 0.25


# -- second order -------------------------------------------------------------------------------------------------


def rosenbrock(x):
    return ag.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@pytest.mark.parametrize(("name", "method"), [("LBFGS", "L-BFGS-B"), ("NewtonCG", "Newton-CG")])
def test_searches_are_scipys_with_exact_derivatives(name, method):
    x0 = np.array([1.3, 0.7, 0.8, 1.9])
    x = ag.Var(x0)
    optimizer = getattr(nn, name)([x], max_iter=300)
    loss = optimizer.step(lambda: rosenbrock(x))
    wanted = optimize.minimize(
        optimize.rosen, x0, jac=optimize.rosen_der, hessp=optimize.rosen_hess_prod if name == "NewtonCG" else None,
        method=method, options=optimizer.settings(),
    )  # fmt: skip
    assert np.isclose(loss.item(), optimize.rosen(x0), rtol=1e-13)  # a sum in another order
    # Two searches whose derivatives differ by roundings meet at the minimum, as closely as they look for it.
    assert np.allclose(x.value, 1.0, atol=1e-4)
    assert abs(optimizer.result.nit - wanted.nit) <= 1
    assert x.grad is None


def test_products_are_those_of_hvp():
    a = [np.array([-1.2, 1.0, 0.7]), np.ones((2, 2)), np.ones(1)]
    params = [nn.Parameter(v) for v in a]

    def f(x, m, c):
        return rosenbrock(x) + ag.sum(m**3) * ag.sum(x**2) + 5 * ag.sum(c)

    def closure():
        loss = f(*params)
        loss.backward()  # need not be, and does not matter
        return loss

    optimizer = nn.NewtonCG(params)
    product = optimizer.products(closure)
    rng = np.random.default_rng(0)
    for _ in range(2):
        v = [rng.normal(size=p.shape) for p in params]
        found = product(optimizer._values(), np.concatenate([d.ravel() for d in v]))
        wanted = np.concatenate([h.ravel() for h in ag.hvp(f, tuple(a), tuple(v))])
        assert np.allclose(found, wanted, rtol=1e-12)  # forward over reverse against reverse over reverse


def test_a_search_over_parameters_of_two_dtypes_and_errors():
    x, y = ag.Var(np.ones(2, np.float32)), ag.Var(3.0)
    optimizer = nn.LBFGS([x, y])
    optimizer.step(lambda: ag.sum((x - 2) ** 2) + (y + 1) ** 2)
    # A quadratic's minimum, to the square root of what the loss resolves in float32.
    assert np.allclose([*x.value, y.value], [2, 2, -1], atol=1e-3)
    assert x.dtype == np.float32
    with pytest.raises(TypeError, match="pass a closure"):
        optimizer.step()
    with pytest.raises(TypeError, match="no lr to set"):
        optimizer.lr = 0.1
    with pytest.raises(ValueError, match="groups cannot differ"):
        nn.LBFGS([{"params": [x]}, {"params": [y], "max_iter": 3}])
    with pytest.raises(ag.NonFiniteError, match="the loss is nan"):
        optimizer.step(lambda: y * float("nan"))
    before, calls = y.item(), []

    def fails():
        calls.append(1)
        if len(calls) > 2:
            raise KeyboardInterrupt
        return (y - 7) ** 2 + ag.sum(x)

    with pytest.raises(KeyboardInterrupt):
        optimizer.step(fails)
    assert y.item() == before  # not left at a trial point


# -- clipping and averaging -----------------------------------------------------------------------------------------


def with_gradients():
    params = [nn.Parameter(a) for a in values()]
    for p, g in zip(params, gradients(0, values()), strict=True):
        p.grad = ag.Tensor(g)
    params.append(nn.Parameter([1.0]))  # without one
    return params


@pytest.mark.parametrize("norm_type", [1.0, 2.0, float("inf")])
def test_clipping_by_norm(norm_type):
    params = with_gradients()
    before = np.concatenate([p.grad.value.ravel() for p in params[:-1]])
    wanted = np.linalg.norm(before, norm_type)
    seen = [p.grad.value for p in params[:-1]]
    assert np.isclose(nn.clip_grad_norm_(params, 2 * wanted, norm_type), wanted, rtol=1e-14)  # a sum in another order
    assert all([p.grad.value is g for p, g in zip(params, seen, strict=False)])
    nn.clip_grad_norm_(params, 0.5, norm_type)
    after = np.concatenate([p.grad.value.ravel() for p in params[:-1]])
    assert np.allclose(after, before * (0.5 / wanted), rtol=1e-14)
    assert np.array_equal(np.concatenate([g.ravel() for g in seen]), before)  # arrays handed out are not written to
    assert params[-1].grad is None


def test_clipping_by_value_and_what_is_wrong():
    params = with_gradients()
    wanted = [np.clip(p.grad.value, -0.5, 0.5) for p in params[:-1]]
    nn.clip_grad_value_(params, 0.5)
    assert all([np.array_equal(p.grad.value, w) for p, w in zip(params, wanted, strict=False)])
    with pytest.raises(ValueError, match="at least 0"):
        nn.clip_grad_value_(params, -1.0)
    with pytest.raises(ValueError, match="at least 0"):
        nn.clip_grad_norm_(params, float("nan"))
    with pytest.raises(ValueError, match="norm_type"):
        nn.clip_grad_norm_(params, 1.0, 0)
    with pytest.raises(TypeError, match="not Linear"):
        nn.clip_grad_norm_(nn.Linear(1, 1), 1.0)
    params[1].grad = ag.Tensor(np.full(4, np.inf))
    with pytest.raises(ag.NonFiniteError, match="is inf"):
        nn.clip_grad_norm_(params, 1.0)
    assert nn.clip_grad_norm_([ag.Var(1.0)], 1.0) == 0.0


@pytest.mark.parametrize("kind", ["ema", "swa"])
def test_averages(kind):
    params = [nn.Parameter(a) for a in start()]
    average = nn.EMA(params, 0.9) if kind == "ema" else nn.SWA(params)
    rows = run(nn.SGD(params, lr=0.01), params, 1)
    average.update()
    for _ in range(9):
        rows = np.vstack([rows, run(nn.SGD(params, lr=0.01), params, 1)])
        average.update()
    wanted = rows[0]
    for row in rows[1:]:
        wanted = 0.9 * wanted + 0.1 * row
    wanted = wanted if kind == "ema" else rows.mean(axis=0)
    own = [p.value for p in params]
    with average:
        held = np.concatenate([p.value.ravel() for p in params])
        with pytest.raises(RuntimeError, match="leave `with` first"):
            average.update()
    assert np.allclose(held, wanted, rtol=1e-14)  # ten roundings
    assert all([p.value is value for p, value in zip(params, own, strict=True)])
    twin = nn.EMA(params, 0.9) if kind == "ema" else nn.SWA(params)
    with pytest.raises(RuntimeError, match="before the first update"):
        twin.copy_to()
    twin.load_state_dict(average.state_dict())
    average.update()
    twin.update()
    assert all([np.array_equal(a, b) for a, b in zip(average.averages, twin.averages, strict=True)])
    with pytest.raises(nn.StateError, match="the shapes"):
        nn.SWA([ag.Var(1.0)]).load_state_dict(average.state_dict())


def test_averages_of_nothing():
    with pytest.raises(ValueError, match="no parameters"):
        nn.SWA([])
    with pytest.raises(ValueError, match="decay is from 0 to below 1"):
        nn.EMA([ag.Var(1.0)], 1.0)
