"""Checkpoints: training that was cut off goes on bit for bit; Ctrl-C and numbers that are none leave order."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd_lite as ag
import nn
from nn.optim.by_name import OPTIMIZERS

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 3)), np.arange(60) % 3


def trained(path, epochs, optimizer="adam", *, every=1, model=None, **options):
    """Everything random and everything that has a state, in one training."""
    if model is None:
        model = nn.Sequential(
            nn.Linear(3, 8, seed=0), nn.BatchNorm(8), nn.RReLU(seed=4), nn.Dropout(0.3, seed=5), nn.Linear(8, 3, seed=1)
        )
    searches = optimizer in ("bfgs", "lbfgs", "newton-cg")
    rule = nn.optimizer(optimizer, model.parameters(), **({"max_iter": 2} if searches else {"lr": 0.02}))
    schedule = None if searches else nn.ReduceLROnPlateau(rule, patience=0, factor=0.7)
    checkpoint = None if path is None else nn.Checkpoint(path, every)
    options = {"validation": 0.2, "metrics": ["accuracy"], "best_weights": True, **options}
    history = nn.fit(
        model, X, Y, optimizer=rule, schedule=schedule, epochs=epochs, batch_size=16, checkpoint=checkpoint,
        progress=False, **options,
    )  # fmt: skip
    return model, history


def same(a, b):
    (model, history), (other, record) = a, b
    assert dict(history) == dict(record)
    assert history.best == record.best
    for (name, x), y in zip(model.state_dict().items(), other.state_dict().values(), strict=True):
        assert np.array_equal(x, y), name


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_goes_on_bit_for_bit(tmp_path, optimizer):
    path = tmp_path / "run.safetensors"
    trained(path, 3, optimizer)
    trained(path, 5, optimizer)
    same(trained(path, 8, optimizer), trained(None, 8, optimizer))
    same(trained(path, 8, optimizer), trained(None, 8, optimizer))  # there is nothing left to do
    assert [p.name for p in tmp_path.iterdir()] == ["run.safetensors"]


SCHEDULES = [
    lambda rule: nn.CosineAnnealingWarmRestarts(rule, 3),
    lambda rule: nn.OneCycleLR(rule, 0.1, 20),
    lambda rule: nn.SequentialLR(rule, [nn.LinearLR(rule), nn.ExponentialLR(rule, 0.9)], [4]),
    lambda rule: nn.ChainedScheduler(rule, [nn.LinearLR(rule), nn.StepLR(rule, 2)]),
    lambda rule: nn.ReduceLROnPlateau(rule, patience=1, cooldown=2),
]


class Warming:
    """A callback with a state of its own that others depend on: it freezes, thaws, and sets the rate."""

    def __init__(self) -> None:
        self.losses = np.zeros(0)

    def __call__(self, epoch):
        self.losses = np.append(self.losses, epoch.numbers["loss"])
        if epoch.number in (1, 4):
            epoch.model[0].requires_grad_(epoch.number == 4)
        if len(self.losses) > 2:
            epoch.model[-1].bias.value = epoch.model[-1].bias.value + self.losses[-3]

    def state_dict(self):
        return {"losses": self.losses}

    def load_state_dict(self, state):
        self.losses = state["losses"]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_callbacks_averages_schedules_and_what_is_frozen_go_on_too(tmp_path, schedule):
    def run(path, epochs):
        model = nn.Sequential(nn.Linear(3, 6, seed=0), "tanh", nn.Linear(6, 3, seed=1))
        rule = nn.optimizer("adam", model.parameters(), lr=0.02)
        ema, swa = nn.EMA(model.parameters(), 0.7), nn.SWA(model.parameters(), start=2)
        history = nn.fit(
            model, X, Y, optimizer=rule, schedule=schedule(rule), epochs=epochs, batch_size=16, progress=False,
            checkpoint=path, callbacks=[ema, lambda epoch: None, Warming(), swa],
        )  # fmt: skip
        return model, history, ema, swa

    path = tmp_path / "run"
    run(path, 2)  # frozen
    run(path, 4)
    again, whole = run(path, 7), run(None, 7)
    same(again[:2], whole[:2])
    assert whole[3].updates == 5
    for mine, other in zip(again[2:], whole[2:], strict=True):
        a, b = mine.state_dict(), other.state_dict()
        assert a["updates"] == b["updates"]
        assert all(np.array_equal(x, y) for x, y in zip(a["averages"][0], b["averages"][0], strict=True))


def test_a_checkpoint_every_few_epochs(tmp_path):
    path, seen = tmp_path / "run", []
    trained(path, 5, every=2, callbacks=[lambda e: seen.append((e.number, path.exists() and path.read_bytes()))])
    assert seen[0][1] is False
    assert seen[2][1] == seen[3][1] != seen[4][1]
    with pytest.raises(ValueError, match="every is at least 1"):
        nn.Checkpoint(path, 0)


def test_early_stopping_is_remembered(tmp_path):
    options = {"early_stopping": 2, "best_weights": False}
    whole = trained(None, 400, **options)
    assert whole[1].stopped == "early stopping"
    trained(tmp_path / "run", len(whole[1]["loss"]) - 1, **options)
    again = trained(tmp_path / "run", 400, **options)
    same(again, whole)
    same(trained(tmp_path / "run", 400, **options), whole)
    assert again[1].stopped == "early stopping"


def test_a_kill_leaves_the_last_good_one(tmp_path):
    """Each child trains on and ends at a call of one of os's functions, without a chance to tidy up."""
    path, code = (
        tmp_path / "run.safetensors",
        """
        import os, sys
        from tests.nn.training.test_checkpoints import trained
        path, name, calls = sys.argv[1], sys.argv[2], iter(range(1, int(sys.argv[3])))
        function = getattr(os, name)
        setattr(os, name, lambda *args: function(*args) if next(calls, None) else os._exit(1))
        trained(path, 100)
    """,
    )
    for name, call, epochs in (
        ("fsync", 3, 1),  # two calls a file: the second file is written, but not in its place
        ("replace", 2, 2),
        ("fsync", 4, 4),  # the second of these is in its place
    ):
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(path), name, str(call)], check=False)
        assert done.returncode == 1
        assert trained(path, 1)[1].epochs == epochs
    same(trained(path, 6), trained(None, 6))
    assert list(tmp_path.iterdir()) == [path]  # nothing half written is left beside it


def test_what_was_killed_halfway_is_cleared_away_and_nothing_else(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()  # there is no such process any more
    path, here = tmp_path / "run", platform.node()
    dead, alive = tmp_path / f".run.{here}.{child.pid}", tmp_path / f".run.{here}.{os.getppid()}"
    others = [tmp_path / name for name in (f".run.else.{child.pid}", f".run.{here}.x", ".run", f"run.{child.pid}")]
    for file in (dead, alive, *others):
        file.write_bytes(b"half")
    trained(path, 1)
    assert set(tmp_path.iterdir()) == {path, alive, *others}


def test_a_file_half_written_is_never_seen(tmp_path, monkeypatch):
    trained(tmp_path / "run", 2)
    before = (tmp_path / "run").read_bytes()

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        trained(tmp_path / "run", 3)
    assert (tmp_path / "run").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_checkpoint_of_another_training_is_refused(tmp_path):
    path = tmp_path / "run"
    trained(path, 2)
    content = path.read_bytes()
    for options, words in (
        ({"validation": 0.3}, "other data"),
        ({"seed": 1}, "other data"),
        ({"model": nn.MLP([3, 5, 3])}, "does not fit this training"),
        ({"optimizer": "sgd"}, "does not fit this training"),
    ):
        with pytest.raises(nn.FileError, match=words):
            trained(path, 3, **options)
    assert path.read_bytes() == content
    nn.save(nn.MLP([3, 3]), path)
    with pytest.raises(nn.FileError, match="no checkpoint"):
        trained(path, 3)


def test_a_refused_checkpoint_changes_nothing(tmp_path):
    trained(tmp_path / "run", 2)
    model = nn.MLP([3, 5, 3])
    before = model.state_dict()
    with pytest.raises(nn.FileError):
        trained(tmp_path / "run", 3, model=model)
    assert all(np.array_equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))


@given(st.data())
def test_damaged_checkpoints_never_raise_anything_else(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "run"
    options = {"model": None, "validation": None, "best_weights": False, "metrics": ()}
    model = nn.Linear(3, 3, seed=0)
    trained(path, 1, **{**options, "model": model})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))])
    try:
        trained(path, 1, **{**options, "model": nn.Linear(3, 3, seed=0)})
    except (nn.FileError, ag.NonFiniteError):  # a whole file may hold an infinite weight
        return


# -- Ctrl-C ---------------------------------------------------------------------------------------------------------


class Interrupted(nn.SGD):
    """Ctrl-C arrives in the middle of its third step."""

    calls = 0

    def update(self, p, g, new, state, t, options):
        super().update(p, g, new, state, t, options)
        type(self).calls += 1
        if self.calls == 3:
            signal.raise_signal(signal.SIGINT)


@pytest.fixture
def sigint():
    """Python's own handler of Ctrl-C: a job that a shell started in the background has none."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_for_the_end_of_a_step(sigint):
    runs = []
    for rule in (Interrupted, nn.SGD):
        model = nn.MLP([3, 4, 3])
        seen = []

        def stop(output, target, rule=rule, seen=seen):
            seen.append(1)
            if rule is nn.SGD and len(seen) == 4:
                raise KeyboardInterrupt
            return nn.cross_entropy(output, target)

        optimizer = rule(model.parameters(), lr=0.1, momentum=0.9)
        history = nn.fit(model, X, Y, loss=stop, optimizer=optimizer, batch_size=60, epochs=9, progress=False)
        assert history.stopped == "interrupted"
        assert optimizer.groups[0].steps == 3
        runs.append((model.state_dict(), optimizer.state_dict()["groups"][0]["state"]["momentum"]))
    (a, state), (b, other) = runs
    assert all(np.array_equal(x, y) for x, y in zip(a.values(), b.values(), strict=True))
    assert all(np.array_equal(x, y) for x, y in zip(state, other, strict=True))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_does_not_wait(sigint):
    with nn.training.interrupts.Interrupts() as interrupts:
        done = []

        def action():
            signal.raise_signal(signal.SIGINT)
            done.append("once")
            signal.raise_signal(signal.SIGINT)
            done.append("twice")

        with pytest.raises(KeyboardInterrupt):
            interrupts.whole(action)
    assert done == ["once"]


# -- numbers that are none --------------------------------------------------------------------------------------------


def test_a_loss_that_is_no_number_names_the_first_bad_operation():
    class Bad(nn.Module):
        def __init__(self) -> None:
            self.inner, self.calls = nn.Linear(3, 3, seed=0), 0

        def forward(self, x):
            self.calls += 1
            y = self.inner(x)
            return ag.log(y - 100.0) if self.calls >= 3 else y

    model = Bad()
    states = []
    keep = lambda epoch: states.append(model.state_dict())
    with (
        pytest.raises(ag.NonFiniteError, match=r"loss is nan in epoch 2, batch 1; first, the result of log") as error,
        np.errstate(invalid="ignore"),
    ):
        nn.fit(model, X, Y, batch_size=30, progress=False, callbacks=[keep])
    assert "test_checkpoints.py" in str(error.value)
    assert all(np.array_equal(a, b) for a, b in zip(states[0].values(), model.state_dict().values(), strict=True))
    assert all(p.grad is None for p in model.parameters())


def test_a_gradient_that_is_no_number_is_named_before_the_step():
    model = nn.MLP([3, 3])
    before = model.state_dict()
    loss = lambda output, target: ag.sum(ag.sqrt(output * 0.0))
    with (
        pytest.raises(ag.NonFiniteError, match=r"gradient in .* epoch 1, batch 1; first, the adjoint of .* sqrt"),
        np.errstate(all="ignore"),
    ):
        nn.fit(model, X, Y, loss=loss, progress=False)
    assert all(np.array_equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))


# -- callbacks, weights, searches ------------------------------------------------------------------------------------


def test_a_callback_sees_each_epoch_and_may_end_training():
    seen = []
    model = nn.MLP([3, 3])
    history = nn.fit(model, X, Y, epochs=9, progress=False, callbacks=[lambda e: seen.append(e) or e.number == 2])
    assert [e.number for e in seen] == [0, 1, 2]
    assert [e.numbers["loss"] for e in seen] == history["loss"]
    assert seen[0].model is model
    assert history.stopped == "callback"


def test_best_weights_are_kept_to_the_end():
    _, history = trained(None, 40, optimizer="momentum")
    assert history.best == int(np.argmin(history["val_loss"]))


def test_a_line_search_trains_on_whole_batches():
    model = nn.MLP([3, 8, 3])
    history = nn.fit(model, X, Y, optimizer="lbfgs", epochs=10, batch_size=60, progress=False)
    assert history["loss"][-1] < 0.5 * history["loss"][0]


def test_weights_of_rows():
    w = np.where(Y == 0, 3.0, 1.0)
    repeated = np.repeat(np.arange(60), w.astype(int))
    models = [nn.MLP([3, 4, 3]) for _ in range(2)]
    nn.fit(models[0], X, Y, sample_weight=w, batch_size=60, optimizer="sgd", lr=0.1, epochs=3, progress=False)
    nn.fit(models[1], X[repeated], Y[repeated], batch_size=100, optimizer="sgd", lr=0.1, epochs=3, progress=False)
    for a, b in zip(*(m.parameters() for m in models), strict=True):
        assert np.allclose(a.value, b.value, rtol=1e-10)  # one mean, summed in another order
    for bad in (w[:-1], -w, w * np.nan, 0 * w, w[:, None]):
        with pytest.raises(ValueError, match="sample_weight"):
            nn.fit(models[0], X, Y, sample_weight=bad, progress=False)
    with pytest.raises(ValueError, match="reduction"):
        nn.fit(models[0], X, Y, loss=lambda o, t: ag.sum(o), sample_weight=w, progress=False)


@pytest.mark.parametrize(
    ("model", "options", "kind", "words"),
    [
        (nn.Sequential(nn.Linear(3, 4), nn.Linear(5, 3)), {}, ValueError, "in_features=5"),
        (nn.MLP([3, 2]), {}, ValueError, "the model needs 3 outputs|for 2 classes"),
        (nn.MLP([3, 3]), {"batch_size": 0}, ValueError, "batch_size is at least 1"),
        (nn.MLP([3, 3]), {"epochs": 1.5}, ValueError, "epochs is at least 1"),
        (nn.MLP([3, 3]), {"optimizer": nn.SGD([ag.Var(1.0)])}, ValueError, "another model"),
        (nn.MLP([3, 3]), {"optimizer": 3}, TypeError, "optimizer is a name"),
        (nn.MLP([3, 3]).requires_grad_(False), {}, ValueError, "frozen"),
        (nn.MLP([3, 3]), {"validation": (X,)}, TypeError, "a pair"),
        (nn.MLP([3, 3]), {"validation": (X, Y[:-1])}, ValueError, "validation: inputs of shape"),
        (nn.MLP([3, 3]), {"best_weights": True}, ValueError, "needs validation"),
        (nn.MLP([3, 3]), {"loss": lambda o, t: o}, TypeError, "one number"),
        (nn.MLP([3, 3]), {"validation": (X, Y + 1)}, ValueError, "labels from 1 to 3 .* the model needs 4 outputs"),
        (
            nn.MLP([3, 3]),
            {"validation": (X, Y - 1)},
            ValueError,
            "labels from -1 to 1 for 3 classes; they count from 0$",
        ),
        (nn.MLP([3, 3]), {"validation": 0.2, "early_stopping": 1.5}, ValueError, "early_stopping is at least 1"),
        (nn.MLP([3, 3]), {"early_stopping": 2}, ValueError, "needs validation"),
        (nn.MLP([3, 3]), {"schedule": "cosine"}, TypeError, "schedule is an nn.Schedule"),
        (nn.MLP([3, 3]), {"metrics": "accuracy"}, TypeError, "metrics is a list, not 'accuracy'"),
        (nn.MLP([3, 3]), {"callbacks": print}, TypeError, "callbacks is a list"),
        (nn.MLP([3, 3]), {"callbacks": [3]}, TypeError, "functions of an Epoch, not 3"),
        (nn.MLP([3, 3]), {"checkpoint": "/nowhere/run"}, FileNotFoundError, "no folder to write the checkpoint"),
        (nn.MLP([3, 3]), {"checkpoint": "/"}, FileNotFoundError, "/: a directory"),
        (nn.MLP([3, 3]), {"optimizer": "lbfgs", "lr": 0.1}, TypeError, "LBFGS: no option is called 'lr'"),
        (nn.MLP([3, 3]), {"schedule": nn.StepLR(nn.SGD([ag.Var(1.0)]), 1)}, ValueError, "another optimizer"),
    ],
)
def test_what_does_not_fit_together_is_said_before_anything_moves(model, options, kind, words):
    before = model.state_dict()
    with pytest.raises(kind, match=words):
        nn.fit(model, X, Y, progress=False, **options)
    assert all(np.array_equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))
