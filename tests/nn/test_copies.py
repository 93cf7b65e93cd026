"""Every public object of nn, copied in every way, goes on as the one it was copied from; or says that it cannot.

The walk is over `nn.__all__`: a class that is new is met here without a test of its own. Where it is not made as the
others of its kind are, the failure says to write down in `MADE` how.
"""

from __future__ import annotations

import copy
import inspect
import io
import pickle

import joblib
import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.activations import Activation
from nn.losses import Loss
from nn.optim.averaging import Average
from nn.optim.by_name import OPTIMIZERS
from nn.optim.line_search import LineSearch

X = np.random.default_rng(0).normal(size=(12, 3))
Y = np.sin(X @ [1.0, 2.0, 3.0])[:, None]
LABELS = np.arange(12) % 2


def through_joblib(x):
    file = io.BytesIO()
    joblib.dump(x, file)
    file.seek(0)
    return joblib.load(file)


WAYS = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),
    "joblib": through_joblib,
}


def network():
    return nn.MLP([3, 5, 1], seed=0)


def rule():
    return nn.SGD(network().parameters(), lr=0.5, momentum=0.9)


def double(x):
    return 2 * x


def explained():
    return nn.explain(network(), X, Y)


def watched():
    watch = nn.Watch(X, Y)
    watch.look(network())
    return watch


def epoch():
    model = network()
    return nn.Epoch(0, {"loss": 1.0}, model, nn.Adam(model.parameters()), nn.History(loss=[1.0]))


MADE = {
    "Bilinear": lambda: nn.Bilinear(3, 3, 2, seed=0),
    "Buffer": lambda: nn.Buffer([1.0, 2.0], name="b"),
    "BatchNorm": lambda: nn.BatchNorm(3),
    "ChainedScheduler": lambda: (lambda o: nn.ChainedScheduler(o, [nn.ExponentialLR(o, 0.5), nn.StepLR(o, 2)]))(rule()),
    "Checkpoint": lambda: nn.Checkpoint("run.safetensors", every=3),
    "CosineAnnealingLR": lambda: nn.CosineAnnealingLR(rule(), 9),
    "CosineAnnealingWarmRestarts": lambda: nn.CosineAnnealingWarmRestarts(rule(), 3),
    "EMA": lambda: nn.EMA(network().parameters(), 0.5),
    "Embedding": lambda: nn.Embedding(4, 2, seed=0),
    "Ensemble": lambda: nn.Ensemble([nn.MLP([3, 4, 1], seed=s) for s in range(2)]),
    "Epoch": epoch,
    "Explanation": explained,
    "ExponentialLR": lambda: nn.ExponentialLR(rule(), 0.5),
    "FileError": lambda: nn.FileError("damaged"),
    "FourierFeatures": lambda: nn.FourierFeatures(3, 4, seed=0),
    "GroupNorm": lambda: nn.GroupNorm(3, 3),
    "History": lambda: nn.History(loss=[2.0, 1.0]),
    "Lambda": lambda: nn.Lambda(double),
    "LambdaLR": lambda: nn.LambdaLR(rule(), double),
    "LayerNorm": lambda: nn.LayerNorm(3),
    "Linear": lambda: nn.Linear(3, 2, seed=0),
    "LinearLR": lambda: nn.LinearLR(rule()),
    "MLP": network,
    "MLPClassifier": lambda: nn.MLPClassifier((5,), max_iter=3, random_state=0),
    "MLPRegressor": lambda: nn.MLPRegressor((5,), max_iter=3, random_state=0),
    "Module": nn.Module,
    "MultiStepLR": lambda: nn.MultiStepLR(rule(), [2, 4]),
    "OneCycleLR": lambda: nn.OneCycleLR(rule(), 0.5, 9),
    "Parameter": lambda: nn.Parameter([1.0, 2.0], name="p"),
    "PolynomialLR": lambda: nn.PolynomialLR(rule(), 9),
    "Posterior": lambda: nn.Posterior(network(), X, Y),
    "RMSNorm": lambda: nn.RMSNorm(3),
    "ReduceLROnPlateau": lambda: nn.ReduceLROnPlateau(rule(), patience=1),
    "RidgeSum": lambda: nn.RidgeSum(3, 4),
    "Residual": lambda: nn.Residual(nn.Linear(3, 3, seed=0)),
    "SWA": lambda: nn.SWA(network().parameters()),
    "Sequential": lambda: nn.Sequential(nn.Linear(3, 4, seed=0), "tanh", nn.Dropout(0.5, seed=1), nn.BatchNorm(4)),
    "SequentialLR": lambda: (lambda o: nn.SequentialLR(o, [nn.ExponentialLR(o, 0.5), nn.LinearLR(o)], [2]))(rule()),
    "SkipConcat": lambda: nn.SkipConcat(nn.Linear(3, 3, seed=0)),
    "StateError": lambda: nn.StateError("no fit"),
    "StepLR": lambda: nn.StepLR(rule(), 2),
    "Unflatten": lambda: nn.Unflatten(1, (3, 1)),
    "Watch": watched,
}
"""How the classes are made that need arguments of their own."""

ABSTRACT = {"Activation", "Loss", "Metric", "Optimizer", "Schedule", "Average"}
CLASSES = sorted(
    name for name in nn.__all__ if inspect.isclass(getattr(nn, name)) and name not in ABSTRACT
)  # fmt: skip


def made(name):
    cls = getattr(nn, name)
    if name in MADE:
        return MADE[name]()
    if issubclass(cls, nn.Optimizer):
        return cls(network().parameters())
    if issubclass(cls, (Activation, Loss, nn.Module)):
        return cls()
    raise AssertionError(f"write into MADE how an nn.{name} is made")


def steps(model, optimizer, n=4):
    """What training makes of the values."""
    for _ in range(n):
        if isinstance(optimizer, LineSearch):
            optimizer.step(lambda: nn.mse_loss(model(X), Y))
        else:
            optimizer.zero_grad()
            nn.mse_loss(model(X), Y).backward()
            optimizer.step()
    return [p.value.tolist() for p in optimizer.parameters()]


def going_on(x):
    """What an object does from now on, as something that can be compared."""
    if isinstance(x, nn.Optimizer):
        for _ in range(3):
            for i, p in enumerate(x.parameters()):
                p.grad = ag.asarray(np.full(p.shape, 0.5 + i))
            if isinstance(x, LineSearch):
                x.step(lambda: sum(ag.sum((p - 1) ** 2) for p in x.parameters()))
            else:
                x.step()
        return [p.value.tolist() for p in x.parameters()]
    if isinstance(x, nn.Schedule):
        seen = []
        for metric in (1.0, 1.0, 1.0, 1.0):
            x.step(metric)
            seen.append(x.last)
        return seen, going_on(x.optimizer)
    if isinstance(x, Average):
        for i in range(3):
            for p in x.groups[0].params:
                p.value = p.value + i
            x.update()
        with x:
            return [p.value.tolist() for p in x.groups[0].params]
    if isinstance(x, Loss):
        return repr(x), x.options
    if isinstance(x, nn.Embedding):
        return x(LABELS).value.tolist(), list(x.state_dict())
    if isinstance(x, nn.Bilinear):
        return x(X, X).value.tolist()
    if isinstance(x, nn.Module) and type(x) is not nn.Module:
        inputs = np.repeat(X, 2, axis=1)[:, :4] if isinstance(x, (nn.GLU, nn.Softmax)) else X
        outs = [x(ag.asarray(inputs)) for _ in range(2)]  # twice: dropout draws on, statistics move
        return [o.value.tolist() for o in outs], {n: v.tolist() for n, v in x.state_dict().items()}, x.training
    if isinstance(x, ag.Tensor):
        return x.value.tolist(), x.requires_grad, x.name, x.dtype
    if hasattr(x, "partial_fit"):
        y = LABELS if isinstance(x, nn.MLPClassifier) else Y[:, 0]
        x.partial_fit(X, y) if hasattr(x, "model_") else x.fit(X, y)
        return x.predict(X).tolist(), x.loss_curve_
    if isinstance(x, nn.Posterior):
        return float(x(x.start)), {name: g.tolist() for name, g in ag.grad(x)(x.start).items()}
    if isinstance(x, nn.Epoch):
        return x.number, x.numbers, dict(x.history), steps(x.model, x.optimizer)
    if isinstance(x, nn.Watch):
        x.look(network(), 1)
        return x.epochs, {h: {q: v.tolist() for q, v in x[h].items()} for h in x.headings()}
    if isinstance(x, nn.History):
        x.add({"loss": 0.5})
        return dict(x), x.stopped, x.best, type(x)
    return repr(x), type(x)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # three epochs are enough to be copied
@pytest.mark.parametrize("name", CLASSES)
def test_a_copy_goes_on_as_the_original(name, way):
    """Copied when new and again in use: what it then does is the same, bit for bit, and neither moves the other."""
    original = made(name)
    for _ in range(2):
        twin = WAYS[way](original)
        before = pickle.dumps(original)
        found = going_on(twin)
        assert pickle.dumps(original) == before, "the copy moved the original"
        assert found == going_on(original)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # three epochs are enough to be copied
@pytest.mark.parametrize("name", CLASSES)
def test_a_shallow_copy_does_what_the_original_would(name):
    """It shares what the original holds, as copies of Python's own objects do: so it goes on as the original would."""
    original = made(name)
    for _ in range(2):
        expected = going_on(copy.deepcopy(original))
        assert going_on(copy.copy(original)) == expected
        going_on(original)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rule", sorted(OPTIMIZERS))
def test_a_model_and_its_optimizer_copied_together_train_on_together(rule, way):
    model = network()
    optimizer = nn.optimizer(rule, model.parameters())
    for turn in range(2):  # new, and in the middle of training
        twin, twin_optimizer = WAYS[way]((model, optimizer))
        before = model.state_dict()
        trained = steps(twin, twin_optimizer)
        assert [v.tolist() for v in twin.state_dict().values()] == [np.array(v).tolist() for v in trained]
        assert all([np.array_equal(v, before[n]) for n, v in model.state_dict().items()])
        assert trained == steps(model, optimizer)
        assert turn or not np.array_equal(model[0].weight.value, before["0.weight"])


@pytest.mark.parametrize("rule", sorted(OPTIMIZERS))
def test_a_shallow_copy_of_an_optimizer_is_another_name_for_it(rule):
    """As of torch's: the same parameters and the same state, so that the two may take turns."""
    ours, theirs = network(), network()
    a, b = nn.optimizer(rule, ours.parameters()), nn.optimizer(rule, theirs.parameters())
    twin = copy.copy(a)
    if rule != "bfgs":  # the matrix is replaced, and not written to: each has its own from then on
        for optimizer in (a, twin, twin, a):
            steps(ours, optimizer, 1)
        steps(theirs, b, 4)
        assert [v.tolist() for v in ours.state_dict().values()] == [v.tolist() for v in theirs.state_dict().values()]


@pytest.mark.parametrize("way", WAYS)
def test_a_training_step_is_copied_with_its_model_and_optimizer(way):
    """A function would be copied as itself, and go on to move the model that it was made for."""
    model = network()
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    step = nn.training_step(model, nn.mse_loss, optimizer)
    for _ in range(3):
        step(X, Y)
    twin, twin_optimizer, twin_step = WAYS[way]((model, optimizer, step))
    before = model.state_dict()
    losses = [float(twin_step(X, Y)) for _ in range(3)]
    assert all([np.array_equal(v, before[n]) for n, v in model.state_dict().items()])
    assert losses == [float(step(X, Y)) for _ in range(3)]
    assert losses[0] > losses[-1]
    assert [p.value.tolist() for p in twin.parameters()] == [p.value.tolist() for p in twin_optimizer.parameters()]


def test_an_estimator_that_was_pickled_goes_on_to_learn():
    model = nn.MLPRegressor((16,), learning_rate=0.01, random_state=0)
    for _ in range(3):
        model.partial_fit(X, Y[:, 0])
    twin = pickle.loads(pickle.dumps(model))
    for _ in range(200):
        model.partial_fit(X, Y[:, 0])
        twin.partial_fit(X, Y[:, 0])
    assert twin.loss_curve_ == model.loss_curve_
    assert twin.loss_ < 0.1 * twin.loss_curve_[0]


def test_what_cannot_be_pickled_says_so():
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(nn.Lambda(lambda x: 2 * x))


# -- steps are counted for each parameter ------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", sorted(set(OPTIMIZERS) - {"bfgs", "lbfgs", "newton-cg"}))
@pytest.mark.parametrize("size", [3, 5000])
def test_a_parameter_without_a_gradient_does_not_count_the_step(rule, size):
    """Each parameter is moved as if it were alone with the gradients that it had: in torch, the step is its own."""
    options = {"adagrad": {"lr_decay": 0.1}}.get(rule, {})
    rng = np.random.default_rng(0)
    together = [ag.Var(np.linspace(-1.0, 1.0, size) + i) for i in range(4)]
    alone = [ag.Var(p.value.copy()) for p in together]
    one = nn.optimizer(rule, together, **options)
    many = [nn.optimizer(rule, [p], **options) for p in alone]
    for turn in range(12):
        for i, (p, q, own) in enumerate(zip(together, alone, many, strict=True)):
            absent = (turn + i) % 3 == 0 if i < 2 else i == 3 and turn < 5
            g = rng.normal(size=size)
            p.grad, q.grad = [None, None] if absent else [ag.asarray(g), ag.asarray(g)]
            if not absent:
                own.step()
        if turn == 6:  # the counts are part of the state
            state = one.state_dict()
            one = nn.optimizer(rule, together, **options)
            one.load_state_dict(state)
        one.step()
        for p, q in zip(together, alone, strict=True):
            np.testing.assert_array_equal(p.value, q.value)
    assert one.state_dict()["groups"][0]["steps"] == [8, 8, 12, 7]


def test_counts_that_are_equal_again_are_counted_together():
    """Parameters that learn in turns go on in one stretch once they have made the same steps."""
    x, y = ag.Var([1.0, 2.0]), ag.Var([3.0])
    optimizer = nn.NAdam([x, y])
    for p in (x, y):
        optimizer.zero_grad()
        p.grad = ag.asarray(np.ones(p.shape))
        optimizer.step()
    x.grad = ag.asarray(np.ones(2))
    assert len(optimizer.groups[0].gather()[0]) == 1
    assert optimizer.groups[0].steps == 1


def test_a_schedule_that_moved_the_rate_is_where_rprop_starts_a_late_parameter():
    x, y = ag.Var([1.0]), ag.Var([1.0])
    optimizer = nn.Rprop([x, y], lr=0.1)
    x.grad = ag.asarray(np.ones(1))
    optimizer.step()
    optimizer.lr = 0.25
    y.grad = ag.asarray(np.ones(1))
    x.grad = None
    optimizer.step()
    assert y.item() == 0.75
