"""Batches, and the training loop: that it learns, stops, and says what is wrong."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.training import epoch
from nn.training.epoch import Learner


def blobs(n=120, seed=0):
    """Three well separated clouds of points, and which each belongs to."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    return rng.normal(size=(n, 2)) * 0.3 + np.array([[0, 2], [2, -1], [-2, -1]])[y], y


# -- data -----------------------------------------------------------------------------------------------------------


def test_batches_are_every_row_once_with_its_target():
    X, y = np.arange(20).reshape(10, 2), np.arange(10)
    parts = list(nn.data.batches(X, y, 4, seed=0))
    assert [len(a) for a, _ in parts] == [4, 4, 2]
    assert all(np.array_equal(a[:, 0], 2 * b) for a, b in parts)
    order = np.concatenate([b for _, b in parts])
    assert sorted(order) == list(range(10))
    assert order.tolist() != list(range(10))
    assert [len(a) for a, _ in nn.data.batches(X, y, 4, drop_last=True)] == [4, 4]
    assert next(nn.data.batches(X, y, 4, shuffle=False))[1].tolist() == [0, 1, 2, 3]


def test_batches_follow_their_seed():
    y = np.arange(50)

    def order(seed):
        return next(nn.data.batches(y, y, 50, seed))[1].tolist()

    rng = np.random.default_rng(1)
    assert order(1) == order(1) != order(2)
    first, second = order(rng), order(rng)
    assert first == order(1) != second


def test_batches_and_splits_refuse_what_makes_none():
    with pytest.raises(ValueError, match="3 inputs and 2 targets"):
        nn.data.batches(np.ones(3), np.ones(2), 1)
    with pytest.raises(ValueError, match="0 inputs"):
        nn.data.batches(np.ones(0), np.ones(0), 1)
    with pytest.raises(ValueError, match="batch_size"):
        nn.data.batches(np.ones(3), np.ones(3), 0)
    for fraction in (0, 1, 0.01, 1.5):
        with pytest.raises(ValueError, match="nothing on one side"):
            nn.data.split(np.ones(3), np.ones(3), fraction)


def test_split_is_a_partition():
    x = np.arange(10)
    a, b, c, d = nn.data.split(x, -x, 0.3, seed=0)
    assert sorted([*a, *c]) == x.tolist()
    assert (len(a), len(c)) == (7, 3)
    assert np.array_equal(b, -a)
    assert np.array_equal(d, -c)


# -- fit ------------------------------------------------------------------------------------------------------------


def test_fit_learns_classes():
    X, y = blobs()
    model = nn.MLP([2, 8, 3], seed=0)
    history = nn.fit(
        model, X, y, epochs=40, lr=0.02, validation=blobs(60, seed=1), metrics=["accuracy"], progress=False
    )
    assert history["val_accuracy"][-1] == 1.0
    assert history["loss"][-1] < 0.1 * history["loss"][0]
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy", "lr"}
    assert all(len(numbers) == 40 for numbers in history.values())
    assert history.stopped == "finished"
    held = nn.predict(model, blobs(60, seed=1)[0])
    assert np.isclose(history["val_loss"][-1], nn.cross_entropy(held, blobs(60, seed=1)[1]), rtol=1e-12)  # one sum


def test_fit_learns_a_function_and_takes_flat_targets():
    x = np.linspace(-1, 1, 50)[:, None]
    model = nn.MLP([1, 16, 1], seed=0)
    history = nn.fit(model, x, np.sin(3 * x[:, 0]), epochs=200, lr=0.02, metrics=["r2"], progress=False)
    assert history["r2"][-1] > 0.95


def test_fit_repeats_itself_bitwise():
    X, y = blobs()

    def weights(seed):
        model = nn.MLP([2, 4, 3])
        nn.fit(model, X, y, epochs=3, validation=0.2, seed=seed, progress=False)
        return model[0].weight.value

    assert np.array_equal(weights(0), weights(0))
    assert not np.array_equal(weights(0), weights(1))


@pytest.fixture(params=[0, 4])
def patience(request, monkeypatch):
    """Recorded at the first batch of each size, or in the middle of training."""
    monkeypatch.setattr(epoch, "PATIENCE", request.param)


def called_only(monkeypatch):
    monkeypatch.setattr(Learner, "_description", lambda self: None)


def between(*modules):
    return nn.Sequential(nn.Linear(2, 8, seed=0), *modules, nn.Linear(8, 3, seed=1))


@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 1.5, 90)])
@pytest.mark.parametrize(("loss", "make"), [
    (None, lambda: nn.MLP([2, 8, 3], seed=0)),
    ("cross_entropy", lambda: nn.MLP([2, 8, 3], activation="gelu_tanh", dtype=np.float32)),
    (None, lambda: between(nn.LayerNorm(8), nn.PReLU(), nn.Dropout(0.2, seed=0))),
    (None, lambda: between(nn.BatchNorm(8), "relu")),
    (nn.smooth_l1_loss, lambda: nn.RidgeSum(2, 8)),
])  # fmt: skip
def test_fit_replays_what_it_would_compute(loss, make, weights, patience, monkeypatch):
    """Bit for bit, so that a checkpoint may be gone on from either way."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 2))
    y = rng.normal(size=90) if loss is nn.smooth_l1_loss else rng.integers(0, 3, 90)
    metrics = ["r2" if loss is nn.smooth_l1_loss else "accuracy"] if weights is None else []
    options = {"epochs": 3, "loss": loss, "sample_weight": weights, "metrics": metrics}
    a, b = make(), make()
    replayed = nn.fit(a, X, y, progress=False, **options)
    called_only(monkeypatch)
    assert nn.fit(b, X, y, progress=False, **options) == replayed
    for p, q in zip(a.parameters(), b.parameters(), strict=True):
        np.testing.assert_array_equal(p.value, q.value)


def test_fit_records_what_pays(monkeypatch):
    runs = []
    forward = nn.Linear.forward
    monkeypatch.setattr(nn.Linear, "forward", lambda self, x: (runs.append(len(x)), forward(self, x))[1])
    X = np.random.default_rng(0).normal(size=(45, 2))
    nn.fit(nn.Linear(2, 1, seed=0), X, X[:, 0], epochs=150, batch_size=20, progress=False)
    assert (runs.count(20), runs.count(5)) == (epoch.PATIENCE + 1, epoch.PATIENCE + 1)  # the last one to be recorded


def test_fit_replays_nothing_that_it_does_not_know(patience):
    runs = []

    class Mine(nn.Module):
        def __init__(self):
            self.inner, self.factor = nn.Linear(2, 1, seed=0), 1.0

        def forward(self, x):
            runs.append(len(x))
            return self.factor * self.inner(x)

    X = np.random.default_rng(0).normal(size=(20, 2))
    nn.fit(Mine(), X, X[:, 0], epochs=2, batch_size=5, progress=False)
    assert len(runs) == 8
    runs.clear()
    model = nn.Sequential(nn.Linear(2, 1, seed=0), nn.Lambda(lambda x: (runs.append(len(x)), x)[1]))
    nn.fit(model, X, X[:, 0], epochs=2, batch_size=5, progress=False)
    assert len(runs) == 8
    losses = []
    weigh = lambda a, b: (losses.append(0), nn.mse_loss(a, b))[1]
    nn.fit(nn.Linear(2, 1, seed=0), X, X[:, 0], loss=weigh, epochs=2, batch_size=5, progress=False)
    assert len(losses) == 8


def test_fit_sees_what_a_callback_changes(patience, monkeypatch):
    def change(epoch):
        if epoch.number == 1:
            epoch.model[1].negative_slope = 0.5
        if epoch.number == 2:
            epoch.model[0].requires_grad_(False)

    X = np.random.default_rng(0).normal(size=(40, 2))
    found = []
    for _ in range(2):
        model = nn.Sequential(nn.Linear(2, 4, seed=0), nn.LeakyReLU(0.1), nn.Linear(4, 1, seed=1))
        nn.fit(model, X, X[:, 0] * X[:, 1], epochs=5, callbacks=[change], progress=False)
        found.append([p.value for p in model.parameters()])
        called_only(monkeypatch)
    for p, q in zip(*found, strict=True):
        np.testing.assert_array_equal(p, q)


def test_fit_is_the_loop_written_by_hand():
    X, y = blobs()
    ours, mine = nn.MLP([2, 4, 3]), nn.MLP([2, 4, 3])
    history = nn.fit(ours, X, y, optimizer="sgd", lr=0.1, epochs=2, batch_size=50, seed=3, progress=False)
    rng, losses = np.random.default_rng(3), []
    for _ in range(2):
        order, total = rng.permutation(len(X)), 0.0
        for start in range(0, len(X), 50):
            rows = order[start : start + 50]
            mine.zero_grad()
            loss = nn.cross_entropy(mine(X[rows]), y[rows])
            loss.backward()
            total += loss.item() * len(rows)
            for p in mine.parameters():
                p.value = p.value - 0.1 * p.grad.value
        losses.append(total / len(X))
    # The steps are the same products and sums, up to the order of memory.
    assert np.allclose(history["loss"], losses, rtol=1e-12)
    assert np.allclose(ours[0].weight.value, mine[0].weight.value, rtol=1e-12)


def test_early_stopping_goes_back_to_the_best_weights():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 5)), rng.integers(0, 2, 30)  # noise: there is nothing to learn but by heart
    held = rng.normal(size=(30, 5)), rng.integers(0, 2, 30)
    model = nn.MLP([5, 32, 2], seed=0)
    history = nn.fit(model, X, y, epochs=500, lr=0.02, validation=held, early_stopping=5, progress=False)
    assert history.stopped == "early stopping"
    assert history.best == int(np.argmin(history["val_loss"]))
    assert len(history["loss"]) == history.best + 6
    assert float(nn.cross_entropy(nn.predict(model, held[0]), held[1])) == min(history["val_loss"])


def test_a_loss_that_is_no_number_stops_with_its_place():
    X, y = blobs()
    calls = []

    def loss(output, target):
        calls.append(len(target))
        return nn.cross_entropy(output, target) * (np.inf if len(calls) == 6 else 1.0)

    with pytest.raises(ag.NonFiniteError, match=r"the loss is inf in epoch 2, batch 2"):
        nn.fit(nn.MLP([2, 3]), X, y, loss=loss, progress=False)


def test_ctrl_c_keeps_what_was_learnt():
    X, y = blobs()
    model = nn.MLP([2, 4, 3])
    before, calls = model[0].weight.value, []

    def loss(output, target):
        calls.append(len(target))
        if len(calls) == 6:
            raise KeyboardInterrupt
        return nn.cross_entropy(output, target)

    history = nn.fit(model, X, y, loss=loss, epochs=9, batch_size=60, progress=False)
    assert history.stopped == "interrupted"
    assert len(history["loss"]) == 2
    assert not np.array_equal(model[0].weight.value, before)
    assert all(p.grad is None for p in model.parameters())
    assert model.training


def test_fit_steps_a_schedule_and_keeps_an_optimizer():
    X, y = blobs()
    model = nn.MLP([2, 3])
    optimizer = nn.SGD(model.parameters(), lr=1.0)
    schedule = nn.StepLR(optimizer, 1, 0.5)
    history = nn.fit(model, X, y, optimizer=optimizer, schedule=schedule, epochs=3, progress=False)
    assert history["lr"] == [1.0, 0.5, 0.25]


def test_fit_and_predict_set_the_mode_and_put_it_back():
    class Spy(nn.Module):
        def __init__(self) -> None:
            self.inner, self.seen = nn.Linear(2, 3, seed=0), []

        def forward(self, x: object) -> object:
            self.seen.append((self.training, ag.matmul(x, self.inner.weight.mT).requires_grad))
            return self.inner(x)

    model, (X, y) = Spy(), blobs(6)
    model.eval()
    nn.fit(model, X, y, validation=(X, y), epochs=1, progress=False)
    assert model.seen == [(True, True), (False, False)]
    assert not model.training
    model.train()
    assert nn.predict(model, X, batch_size=4).shape == (6, 3)
    assert model.training
    assert model.seen[2:] == [(False, False)] * 2


def test_fit_takes_the_dtype_of_the_model():
    X, y = blobs()
    model = nn.MLP([2, 3], dtype=np.float32)
    seen = []
    nn.fit(
        model, X, y, loss=lambda out, t: seen.append(out.dtype) or nn.cross_entropy(out, t), epochs=1, progress=False
    )
    assert set(seen) == {np.dtype(np.float32)}
    assert nn.predict(model, X).dtype == model[0].weight.dtype == np.float32


def test_fit_says_what_does_not_fit_together():
    X, y = blobs()
    model = nn.MLP([2, 3])

    def fails(kind, words, X=X, y=y, **options):
        with pytest.raises(kind, match=words):
            nn.fit(model, X, y, **{"epochs": 1, "progress": False, **options})

    bad = X.copy()
    bad[7, 1] = np.nan
    fails(ValueError, r"inputs have nan at \(7, 1\)", X=bad)
    fails(ValueError, r"fit: inputs are masked at \(7, 1\); remove or fill", X=np.ma.masked_invalid(bad))
    fails(ValueError, r"fit: targets are masked at \(3,\)", y=np.ma.array(y, mask=np.arange(len(y)) == 3))
    nn.fit(model, np.ma.array(X), y, epochs=1, progress=False)  # nothing in it is masked
    fails(ValueError, "differ in length", y=y[:-1])
    fails(ValueError, "no rows", X=X[:0], y=y[:0])
    fails(TypeError, "targets are numbers", y=np.array(["a"] * len(X)))
    fails(ValueError, "did you mean 'adam'", optimizer="adma")
    fails(ValueError, "did you mean 'mse'", loss="mes")
    fails(ValueError, "did you mean 'accuracy_score'", metrics=["acuracy_score"])
    fails(ValueError, "early_stopping needs validation", early_stopping=3)
    fails(ValueError, "epochs is at least 1", epochs=0)
    fails(ValueError, "this one has its own", optimizer=nn.SGD(model.parameters()), lr=1.0)
    fails(
        ValueError,
        "labels from 0 to 2 for 2 classes",
        y=y % 3,
        X=X,
        loss=lambda out, t: nn.cross_entropy(out[:, :2], t),
    )
    with pytest.raises(ValueError, match="no rows"):
        nn.predict(model, X[:0])
    with pytest.raises(ValueError, match=r"predict: inputs are masked at \(7, 1\)"):
        nn.predict(model, np.ma.masked_invalid(bad))
    step = nn.training_step(model, nn.cross_entropy, nn.SGD(model.parameters()))
    with pytest.raises(ValueError, match=r"training_step: values are masked at \(7, 1\)"):
        step(np.ma.masked_invalid(bad), y)


def test_a_class_for_each_place():
    """Outputs of shape (n, classes, places), as torch's losses take them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 5))
    y = (X > 0).astype(int) + (X > 1)
    model = nn.Sequential(nn.MLP([5, 64, 15], "relu"), nn.Lambda(lambda h: h.reshape((-1, 3, 5))))
    history = nn.fit(model, X, y, epochs=60, lr=0.01, validation=(X, y), metrics=["accuracy"], progress=False)
    assert history["val_accuracy"][-1] > 0.95
    predicted = nn.predict(model, X).argmax(axis=1)
    assert (predicted == y).mean() == history["val_accuracy"][-1]
    with pytest.raises(ValueError, match="labels from 0 to 3 for 3 classes"):
        nn.fit(model, X, y + (X > 2), progress=False)


def test_several_classes_a_row():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 4))
    y = (X > 0).astype(int)
    exact = lambda y, output: float(((output > 0) == y).all(axis=1).mean())
    model = nn.Linear(4, 4, seed=0)
    history = nn.fit(
        model, X, y, loss="multilabel_soft_margin", epochs=60, lr=0.1, metrics=[exact], validation=(X, y),
        progress=False,
    )  # fmt: skip
    assert history["val_<lambda>"][-1] > 0.9


def test_predict_says_what_does_not_fit():
    model = nn.MLP([2, 3])
    for inputs, options, error, words in (
        (np.ones((0, 2)), {}, ValueError, "no rows"),
        (np.array([["a", "b"]]), {}, TypeError, "inputs are numbers, not <U1"),
        (np.ones((4, 2)), {"batch_size": 0}, ValueError, "batch_size is at least 1"),
        (np.ones((4, 3)), {}, ValueError, "does not end in in_features=2"),
    ):
        with pytest.raises(error, match=words):
            nn.predict(model, inputs, **options)


def test_predictions_that_cannot_be_joined_are_refused_and_those_that_can_are_copies():
    pooled = nn.Lambda(lambda x: ag.mean(x, axis=0, keepdims=True))
    X = np.arange(12.0).reshape(6, 2)
    assert nn.predict(pooled, X).tolist() == [[5.0, 6.0]]
    with pytest.raises(
        ValueError, match=r"outputs of shape \(1, 2\) for inputs of shape \(4, 2\) are not one for each"
    ):
        nn.predict(pooled, X, batch_size=4)
    for batch_size in (6, 4):
        same = nn.predict(nn.Identity(), X, batch_size)
        assert np.array_equal(same, X)
        assert not np.shares_memory(same, X)


def test_unknown_options_of_what_is_made_by_name():
    rule = nn.optimizer("momentum", nn.Linear(2, 1).parameters())
    with pytest.raises(TypeError, match="SGD: no option is called 'nesterof'; did you mean 'nesterov'"):
        nn.optimizer("momentum", nn.Linear(2, 1).parameters(), nesterof=True)
    with pytest.raises(TypeError, match="CosineAnnealingLR: no option is called 'Tmax'; did you mean 'T_max'"):
        nn.scheduler("cosine", rule, Tmax=3)


def test_metrics_may_be_functions():
    X, y = blobs()

    def wrong(true, predicted):
        return float(np.mean(true != predicted))

    history = nn.fit(nn.MLP([2, 8, 3]), X, y, epochs=30, lr=0.02, metrics=[wrong, "accuracy"], progress=False)
    assert np.allclose(history["wrong"], 1 - np.array(history["accuracy"]), atol=1e-15)  # one rounding of 1 - x


def test_progress_is_a_bar(capsys):
    X, y = blobs()
    nn.fit(nn.MLP([2, 3]), X, y, epochs=2)
    shown = capsys.readouterr().err
    assert "fit: 100%" in shown
    assert "loss=" in shown


def test_missing_packages_are_named(monkeypatch):
    X, y = blobs()
    for package in ("tqdm", "sklearn.metrics", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, package, None)
    assert nn.fit(nn.MLP([2, 3]), X, y, epochs=2).epochs == 2  # without a bar
    with pytest.raises(ag.errors.MissingExtraError, match=r"sklearn: pip install 'autograd-lite\[data\]'"):
        nn.fit(nn.MLP([2, 3]), X, y, metrics=["accuracy"], progress=False)
    with pytest.raises(ag.errors.MissingExtraError, match=r"matplotlib: pip install 'autograd-lite\[plot\]'"):
        nn.History(loss=[1.0]).plot()


# -- pictures ---------------------------------------------------------------------------------------------------------


def test_history_plots_a_panel_for_each_measure():
    history = nn.History(loss=[2.0, 1.0], val_loss=[2.0, 1.5], accuracy=[0.5, 1.0], lr=[0.1, 0.1])
    history.best = 1
    fig = history.plot("title")
    assert [axes.get_title() for axes in fig.axes] == ["loss", "accuracy"]
    loss, accuracy = fig.axes
    assert [line.get_label() for line in loss.lines] == ["training", "validation", "kept: epoch 2"]
    assert loss.lines[0].get_ydata().tolist() == [2.0, 1.0]
    assert loss.lines[1].get_ydata().tolist() == [2.0, 1.5]
    assert accuracy.lines[0].get_ydata().tolist() == [0.5, 1.0]


def test_misclassified_shows_the_surest_mistakes_first():
    scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])
    images = np.arange(16).reshape(4, 2, 2)
    fig = nn.plot.misclassified(images, np.array([0, 0, 0, 1]), scores, classes=["cat", "dog"])
    assert [axes.get_title() for axes in fig.axes] == ["cat read as dog\n80% sure", "cat read as dog\n60% sure"]
    assert np.array_equal(fig.axes[0].images[0].get_array(), images[2])
    assert "2 of 4" in fig.get_suptitle()
    assert "the surest 1 shown" in nn.plot.misclassified(images, np.array([0, 0, 0, 1]), scores, limit=1).get_suptitle()
    assert "0 of 1" in nn.plot.misclassified(images[:1], np.array([0]), scores[:1]).get_suptitle()


def test_predictions_are_plotted_against_true_values():
    fig = nn.plot.predicted_against_true(np.array([1.0, 2.0]), np.array([1.5, 2.5]), name="price")
    assert fig.axes[0].get_xlabel() == "true price"
    assert fig.axes[0].collections[0].get_offsets().tolist() == [[1.0, 1.5], [2.0, 2.5]]
