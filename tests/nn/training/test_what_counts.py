"""Weights, labels to ignore and modes hold wherever data are looked at: loss, validation, metrics, early stopping."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

import autograd_lite as ag
import nn
from nn.training.arguments import LOSSES, weighted

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
LABELS = RNG.integers(0, 3, 60)
CLASS = np.array([1.0, 2.0, 4.0])


def classifier():
    return nn.MLP([4, 5, 3], seed=0)


def frozen():
    """An optimiser under which nothing moves: the numbers of an epoch are then those of the model as it is."""
    return {"lr": 0.0, "optimizer": "sgd", "batch_size": 7, "epochs": 1, "progress": False}


def loss_with(way, label, weight=None):
    options = {"ignore_index": label} | ({} if weight is None else {"weight": weight})
    return {
        "partial": partial(nn.cross_entropy, **options),
        "module": nn.CrossEntropyLoss(**options),
        "partial of a module": partial(nn.CrossEntropyLoss(**options)),
    }[way]


def mean_loss(model, X, y, label, sample=None, weight=None):
    """By the definition, with loops: what counts, times its loss, over what counts."""
    z = nn.predict(model, X)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    w = np.ones(len(y)) if sample is None else sample
    c = np.ones(3) if weight is None else weight
    top = sum(w[i] * c[y[i]] * -log_p[i, y[i]] for i in range(len(y)) if y[i] != label)
    return top / sum(w[i] * c[y[i]] for i in range(len(y)) if y[i] != label)


@pytest.mark.parametrize("way", ["partial", "module", "partial of a module"])
@pytest.mark.parametrize("label", [-100, -1, 1, 7])
@pytest.mark.parametrize("weight", [None, CLASS])
@pytest.mark.parametrize("sample", [None, RNG.uniform(0.0, 3.0, 60)])
def test_labels_and_weights_count_alike_in_every_number_of_an_epoch(way, label, weight, sample):
    y = np.where(np.random.default_rng(1).uniform(size=60) < 0.3, label, LABELS)
    y[y == 7], y[:7] = 7, [0, 2, 0, 2, 0, 2, 0]
    model = classifier()
    given = {"loss": loss_with(way, label, weight), "metrics": ["accuracy"], "sample_weight": sample, **frozen()}
    history = nn.fit(model, X, y, validation=0.4, **given)
    order = np.random.default_rng(0).permutation(60)
    held, kept = order[:24], order[24:]
    for part, prefix in ((kept, ""), (held, "val_")):
        s = None if sample is None else sample[part]
        expected = mean_loss(model, X[part], y[part], label, s, weight)
        assert history[f"{prefix}loss"][0] == pytest.approx(expected, rel=1e-12)  # sums in another order
        counted = y[part] != label
        s = None if s is None else s[counted]
        right = accuracy_score(y[part][counted], nn.predict(model, X[part]).argmax(axis=1)[counted], sample_weight=s)
        assert history[f"{prefix}accuracy"][0] == pytest.approx(right, rel=1e-12)  # sums in another order


def test_weights_of_one_are_no_weights():
    """For every loss that takes them: with class weights and labels to ignore too."""
    options = [{}, {"weight": CLASS}, {"ignore_index": 1}, {"weight": CLASS, "ignore_index": 2, "label_smoothing": 0.1}]
    rng = np.random.default_rng(1)
    z = rng.normal(size=(60, 3))
    for chosen in options:
        loss = nn.CrossEntropyLoss(**chosen)
        one = np.ones(60)
        assert float(weighted(loss, z, LABELS, one)) == pytest.approx(float(loss(z, LABELS)), rel=1e-12)
        places = rng.normal(size=(6, 3, 10))
        assert float(weighted(loss, places, LABELS.reshape(6, 10), np.ones(6))) == pytest.approx(
            float(loss(places, LABELS.reshape(6, 10))), rel=1e-12
        )


def target_for(name, n=12):
    rng = np.random.default_rng(1)
    if name in ("cross_entropy", "nll", "multi_margin"):
        return np.arange(n) % 3
    if name == "multilabel_margin":
        return np.tile([1, -1, 0], (n, 1))
    if name in ("hinge", "soft_margin"):
        return np.where(rng.uniform(size=(n, 3)) < 0.5, 1.0, -1.0)
    if name in ("bce", "bce_with_logits", "kl_div", "multilabel_soft_margin", "poisson_nll"):
        return (rng.uniform(size=(n, 3)) < 0.5).astype(float)
    return rng.normal(size=(n, 3))


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_row_of_weight_zero_is_a_row_that_is_not_there(name):
    """For every loss that `fit` takes by name: in what is learnt, what is reported, and what early stopping sees."""
    output = {"bce": nn.Sigmoid(), "nll": nn.LogSoftmax(1), "kl_div": nn.LogSoftmax(1)}.get(name)
    y, inputs = target_for(name), X[:12]
    extra = np.concatenate([inputs, 9 + X[12:15]]), np.concatenate([y, y[:3]])
    sample = np.r_[np.ones(12), np.zeros(3)]
    found = []
    for data, weight in (((inputs, y), None), (extra, sample)):
        layers = [nn.Linear(4, 3, seed=0), *([] if output is None else [output])]
        model = nn.Sequential(*layers)
        common = {"loss": name, "epochs": 3, "batch_size": 99, "optimizer": "sgd", "lr": 0.1, "progress": False}
        history = nn.fit(model, *data, sample_weight=weight, **common)
        found.append((history["loss"], model.state_dict()["0.weight"]))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-12)  # sums in another order
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-12)  # sums in another order


def test_held_out_rows_keep_their_weights_in_early_stopping():
    """Weights decide which epoch was best: with the other half weighted, it is another."""
    y = np.where(np.arange(60) % 2, X[:, 0], -X[:, 0])
    history = nn.fit(
        nn.Linear(4, 1, seed=0), X, y, sample_weight=np.arange(60) % 2 + 1e-9, validation=0.5, epochs=40, lr=0.1,
        progress=False, best_weights=True,
    )  # fmt: skip
    assert history["val_loss"][-1] < 0.05  # unweighted, half of the rows say the opposite


def test_a_held_out_part_without_weight_is_refused():
    weights = np.zeros(60)
    weights[np.random.default_rng(0).permutation(60)[40:]] = 1
    with pytest.raises(ValueError, match="fit, validation: sample_weight is 0 in all rows that count"):
        nn.fit(classifier(), X, LABELS, sample_weight=weights, validation=0.5, epochs=1, progress=False)
    with pytest.raises(ValueError, match="'adjusted_rand' takes no weights"):
        nn.fit(classifier(), X, LABELS, sample_weight=np.ones(60), metrics=["adjusted_rand"], epochs=1, progress=False)


def test_huge_and_tiny_weights_are_divided_by_their_mean():
    for scale in (1e308, 1e-300):
        histories = [
            nn.fit(classifier(), X, LABELS, sample_weight=w, epochs=2, progress=False)["loss"]
            for w in (np.ones(60) * scale, None)
        ]
        np.testing.assert_allclose(*histories, rtol=1e-12)  # a mean of ones is rounded


@pytest.mark.parametrize("label", [-100, 0, 1, 2])
@pytest.mark.parametrize("loss", [nn.cross_entropy, nn.nll_loss])
@pytest.mark.parametrize("weight", [None, CLASS])
def test_a_replayed_step_ignores_what_the_loss_ignores(label, loss, weight):
    """A recording knows no values: a label to be ignored that is a class is looked for each time."""
    chosen = partial(loss, ignore_index=label, weight=weight)
    start = 20 if label < 0 else 0
    y = LABELS.copy()
    y[start::3] = label
    models = [nn.Sequential(nn.Linear(4, 3, seed=0), "log_softmax") for _ in range(2)]
    optimizers = [nn.SGD(m.parameters(), lr=0.5) for m in models]
    step = nn.training_step(models[0], chosen, optimizers[0])
    for i in range(5):
        rows = slice(12 * i, 12 * i + 12)
        optimizers[1].zero_grad()
        loss_there = chosen(models[1](ag.asarray(X[rows])), y[rows])
        loss_there.backward()
        optimizers[1].step()
        assert float(step(X[rows], y[rows])) == pytest.approx(loss_there.item(), rel=1e-12)
    for p, q in zip(models[0].parameters(), models[1].parameters(), strict=True):
        np.testing.assert_allclose(p.value, q.value, rtol=1e-12)  # a sum of a column in another order


def test_data_without_a_label_that_counts_are_refused_and_batches_are_passed_over():
    y = LABELS.copy()
    y[1:] = -100
    history = nn.fit(classifier(), X, y, **{**frozen(), "epochs": 3})
    assert history["loss"] == [pytest.approx(mean_loss(classifier(), X, y, -100), rel=1e-12)] * 3
    for validation, asker in ((None, "fit"), ((X, np.full(60, -100)), "fit, validation")):
        with pytest.raises(ValueError, match=f"^{asker}: no row counts: all labels are ignored"):
            nn.fit(classifier(), X, y if validation else np.full(60, -100), validation=validation, **frozen())


def test_an_ensembles_loss_ignores_what_its_members_do():
    y = LABELS.copy()
    y[::4] = -100
    ensemble = nn.Ensemble([classifier(), nn.MLP([4, 5, 3], seed=1)])
    history = nn.fit(ensemble, X, y, loss=ensemble.loss(nn.cross_entropy), **frozen())
    assert history["loss"][0] == pytest.approx(sum(mean_loss(m, X, y, -100) for m in ensemble), rel=1e-12)


@pytest.mark.parametrize("log_target", [False, True])
def test_kl_div_refuses_a_target_below_zero_that_is_no_logarithm(log_target):
    if log_target:
        assert float(nn.kl_div([-1.0], [-1.0], log_target=True)) == 0
    else:
        with pytest.raises(ValueError, match=r"kl_div: targets are at least 0, not -0\.5"):
            nn.kl_div([-1.0, -1.0], [0.5, -0.5])


def test_a_replayed_kl_div_refuses_it_too():
    model = nn.Sequential(nn.Linear(4, 3, seed=0), "log_softmax")
    step = nn.training_step(model, nn.kl_div, nn.SGD(model.parameters(), lr=0.1))
    good = np.full((5, 3), 1 / 3)
    for _ in range(3):
        step(X[:5], good)
    with pytest.raises(ValueError, match="kl_div: targets are at least 0"):
        step(X[:5], good - 0.5)


# -- modes ------------------------------------------------------------------------------------------------------------


def two_parts():
    model = nn.Sequential({"trunk": nn.Sequential(nn.Linear(4, 5, seed=0), nn.BatchNorm(5)), "norm": nn.BatchNorm(5),
                           "head": nn.Linear(5, 3, seed=1)})  # fmt: skip
    model(ag.asarray(3 + X))
    model.trunk.eval()
    return model


LOOKING = {
    "predict": lambda m: nn.predict(m, X),
    "fit": lambda m: nn.fit(m, X, LABELS, epochs=2, progress=False),
    "fit with validation": lambda m: nn.fit(m, X, LABELS, epochs=2, progress=False, validation=0.2),
    "fit that is interrupted": lambda m: nn.fit(m, X, LABELS, epochs=2, progress=False, callbacks=[stop]),
    "saliency": lambda m: nn.attribution.saliency(m, X),
    "integrated_gradients": lambda m: nn.attribution.integrated_gradients(m, X, steps=2),
    "summary": lambda m: nn.summary(m, (6, 4)),
    "training_step": lambda m: nn.training_step(m, nn.cross_entropy, nn.SGD(m.parameters(), lr=0.1))(X, LABELS),
    "functional_call": lambda m: nn.functional_call(m, m.state_dict(), X),
    "loss_of": lambda m: nn.plot.loss_of(m, X, LABELS)(np.zeros(sum(p.size for p in m.parameters()))),
}


def stop(epoch):
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", LOOKING)
def test_each_module_has_its_own_mode_before_and_after(name):
    model = two_parts()
    modes = [m.training for m in model.modules()]
    before = model.trunk.state_dict()
    LOOKING[name](model)
    assert [m.training for m in model.modules()] == modes
    for key in ("1.running_mean", "1.running_var", "1.num_batches_tracked"):
        assert np.array_equal(model.trunk.state_dict()[key], before[key])


def test_explain_and_watch_leave_each_module_its_mode():
    model = nn.MLP([4, 5, 3], seed=0)
    model[1].eval()
    nn.explain(model, X, LABELS)
    nn.Watch(X, LABELS).look(model)
    assert [m.training for m in model] == [True, False, True]


def test_statistics_of_a_module_in_training_still_move():
    model = two_parts()
    before = model.norm.running_mean.value.copy()
    nn.fit(model, X, LABELS, epochs=2, progress=False)
    assert not np.array_equal(model.norm.running_mean.value, before)
    model.eval()  # the whole: then the whole learns
    before = model.trunk[1].running_mean.value.copy()
    nn.fit(model, X, LABELS, epochs=1, progress=False)
    assert not np.array_equal(model.trunk[1].running_mean.value, before)
    assert not any(m.training for m in model.modules())


# -- functional_call and statistics -----------------------------------------------------------------------------------


@pytest.mark.parametrize("training", [True, False])
def test_functional_call_leaves_statistics_alone(training):
    model = nn.Sequential(nn.Linear(4, 5, seed=0), nn.BatchNorm(5)).train(training)
    model(ag.asarray(X)) if training else model.train()(ag.asarray(X))
    model.train(training)
    state, kept = model.state_dict(), model.state_dict()
    buffers = dict(model.named_buffers())
    for given in (state, dict(model.named_parameters()), {}, {"1.running_mean": np.ones(5)}, buffers):
        out = nn.functional_call(model, given, 2 + X)
        assert out.shape == (60, 5)
        assert all([np.array_equal(v, kept[n]) for n, v in model.state_dict().items()])
        assert all([np.array_equal(v, kept[n]) for n, v in state.items()])
    same = [ag.asarray(nn.functional_call(model, given, X)).value.tolist() for given in (state, {})]
    assert same[0] == same[1]
    assert same[0] == model(ag.asarray(X)).value.tolist()


def test_functional_call_is_differentiated_in_running_statistics():
    model = nn.BatchNorm(4).eval()
    gradient = ag.grad(lambda p: ag.sum(nn.functional_call(model, p, X)))(model.state_dict())
    np.testing.assert_allclose(gradient["running_mean"], -60 / np.sqrt(1 + 1e-5), rtol=1e-12)  # a sum of 60 is rounded
    model.train()
    gradient = ag.grad(lambda p: ag.sum(nn.functional_call(model, p, X)))(model.state_dict())
    assert not gradient["running_mean"].any()
    assert model.num_batches_tracked.item() == 0


# -- a schedule that looks at a metric --------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
def test_a_metric_that_stands_still_is_no_better_whatever_its_sign(mode, sign, threshold_mode):
    def reduced(metrics):
        schedule = nn.ReduceLROnPlateau(
            nn.SGD([ag.Var(1.0)], lr=1.0), mode, 0.5, 2, threshold=1e-3, threshold_mode=threshold_mode
        )
        for metric in metrics:
            schedule.step(metric)
        return schedule.lr < 1

    towards = -1 if mode == "min" else 1
    assert reduced([sign * 10.0] * 5)
    assert reduced([sign * 10.0 + towards * 1e-4 * i for i in range(4)])  # better, but by less than the threshold
    assert not reduced([sign * 10.0 + towards * 0.1 * i for i in range(9)])
    assert reduced([0.0] * 5)


# -- inputs and arguments ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_embedding_is_fitted(dtype):
    words = np.arange(60) % 6
    model = nn.Sequential(nn.Embedding(6, 4, seed=0, dtype=dtype), nn.Linear(4, 2, seed=1, dtype=dtype))
    y = (words > 2).astype(int)
    history = nn.fit(model, words, y, epochs=150, lr=0.05, validation=(words, y), metrics=["accuracy"], progress=False)
    assert history["accuracy"][-1] == history["val_accuracy"][-1] == 1
    assert nn.predict(model, words).dtype == dtype
    assert nn.functional_call(model, model.state_dict(), words).dtype == dtype
    flat = nn.Sequential(nn.Embedding(6, 4, seed=0), nn.Flatten(), nn.Linear(8, 2, seed=1))
    assert nn.fit(flat, np.stack([words, words], axis=1), y, epochs=1, progress=False).epochs == 1


def test_integers_are_cast_for_models_that_do_not_take_them():
    model = nn.MLP([4, 3, 1], seed=0, dtype=np.float32)
    assert nn.predict(model, np.ones((5, 4), int)).dtype == np.float32


@pytest.mark.parametrize("cls", [nn.MLPClassifier, nn.MLPRegressor])
def test_the_module_given_to_an_estimator_is_left_alone(cls):
    activation = nn.PReLU()
    model = cls((5,), activation, max_iter=30, learning_rate=0.1, tol=0.0, n_iter_no_change=99, random_state=0)
    with pytest.warns(UserWarning, match="the loss still falls"):
        model.fit(X, LABELS)
    assert activation.weight.item() == 0.25
    assert activation.weight.grad is None
    assert model.activation is activation
    assert model.model_[1].weight.item() != 0.25
    first = model.predict(X)
    with pytest.warns(UserWarning, match="the loss still falls"):
        assert np.array_equal(model.fit(X, LABELS).predict(X), first)  # from the beginning, as scikit-learn has it


def interrupting(output, target):
    raise KeyboardInterrupt


def test_ctrl_c_before_the_first_epoch_ends():
    history = nn.fit(
        classifier(), X, LABELS, loss=interrupting, validation=0.2, metrics=["accuracy"], epochs=3, progress=False
    )
    assert history.stopped == "interrupted"
    assert history.epochs == 0
    assert history == {"loss": [], "val_loss": [], "accuracy": [], "val_accuracy": [], "lr": []}
    assert [axes.get_title() for axes in history.plot().axes] == ["loss", "accuracy"]


@pytest.mark.parametrize("how", ["fit", "partial_fit"])
def test_ctrl_c_before_the_first_epoch_of_an_estimator_ends(monkeypatch, how):
    monkeypatch.setitem(LOSSES, "mse", interrupting)
    model = getattr(nn.MLPRegressor((3,), random_state=0), how)(X, X[:, 0])
    assert model.n_iter_ == 0
    assert model.loss_curve_ == []
    assert np.isnan(model.loss_)
    assert model.predict(X).shape == (60,)
