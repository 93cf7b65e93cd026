"""The estimators: scikit-learn's own checks, and that they learn, stop and travel."""

from __future__ import annotations

import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import nn

SMALL = {"hidden_layer_sizes": (16,), "learning_rate": 0.02, "max_iter": 30, "random_state": 0}


# The checks train for a few epochs only: that the loss still falls then is no news.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks([nn.MLPClassifier(**SMALL), nn.MLPRegressor(**SMALL)])  # none is expected to fail
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


def blobs(n=120, seed=0):
    """Three well separated clouds of points, and the names of those they belong to."""
    rng = np.random.default_rng(seed)
    k = np.arange(n) % 3
    return rng.normal(size=(n, 2)) * 0.3 + np.array([[0, 2], [2, -1], [-2, -1]])[k], np.array(["a", "b", "c"])[k]


def curve(n=60):
    x = np.linspace(-1, 1, n)[:, None]
    return x, np.sin(3 * x[:, 0])


QUICK = {"hidden_layer_sizes": 16, "learning_rate": 0.05, "tol": 1e-3, "random_state": 0}


def test_the_engine_and_nn_do_without_scikit_learn():
    code = (
        "import sys, nn; assert 'sklearn' not in sys.modules; assert not hasattr(nn, 'MLPClasifier'); "
        "nn.MLPClassifier; assert 'sklearn' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_scikit_learn_is_named_when_it_is_missing():
    code = (
        "import sys; sys.modules['sklearn.base'] = None\nimport nn, autograd_lite as ag\n"
        "try: nn.MLPRegressor\nexcept ag.errors.MissingExtraError as e: assert 'autograd-lite[data]' in str(e)\n"
        "else: raise SystemExit('no error')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_classifier_learns_names_and_gives_probabilities():
    X, y = blobs()
    model = nn.MLPClassifier(**QUICK).fit(X, y)
    assert model.score(*blobs(seed=1)) == 1.0
    assert model.classes_.tolist() == ["a", "b", "c"]
    p = model.predict_proba(X)
    assert np.allclose(p.sum(axis=1), 1, rtol=1e-12)  # a sum of three roundings
    assert np.array_equal(model.classes_[p.argmax(axis=1)], model.predict(X))
    assert np.allclose(np.exp(model.predict_log_proba(X)), p, rtol=1e-9)  # exp of up to -20 loses that many ulps
    assert len(model.loss_curve_) == model.n_iter_ < 200
    assert model.loss_ == model.loss_curve_[-1] < 0.1 * model.loss_curve_[0]


def test_the_classifier_is_fit_with_its_defaults_spelt_out():
    X, y = blobs()
    model = nn.MLPClassifier(8, random_state=3, max_iter=4, n_iter_no_change=99, batch_size=50)
    with pytest.warns(ConvergenceWarning, match="max_iter=4"):
        model.fit(X, y)
    rng = np.random.default_rng(np.random.RandomState(3).randint(2**31))
    mine = nn.MLP([2, 8, 3], "relu", seed=rng)
    history = nn.fit(mine, X, np.arange(len(y)) % 3, epochs=4, batch_size=50, seed=rng, progress=False)
    assert history["loss"] == model.loss_curve_
    assert np.array_equal(nn.predict(mine, X).argmax(axis=1), np.searchsorted(model.classes_, model.predict(X)))


def test_the_regressor_takes_one_output_or_several():
    x, y = curve()
    one = nn.MLPRegressor(16, "tanh", optimizer="lbfgs", random_state=0).fit(x, y)
    assert one.predict(x).shape == (60,)
    assert one.score(x, y) > 0.99
    both = nn.MLPRegressor(16, "tanh", optimizer="lbfgs", random_state=0).fit(x, np.stack([y, y**2], axis=1))
    assert both.predict(x).shape == (60, 2)
    assert both.score(x, np.stack([y, y**2], axis=1)) > 0.99


def test_a_poisson_regressor_gives_rates():
    x = np.linspace(0, 1, 400)[:, None]
    y = np.random.default_rng(0).poisson(np.exp(2 * x[:, 0])).astype(float)
    model = nn.MLPRegressor(8, "tanh", loss="poisson_nll", optimizer="lbfgs", batch_size=400, random_state=0).fit(x, y)
    rates = np.exp(2 * x[:, 0])
    assert np.mean(np.abs(model.predict(x) - rates) / rates) < 0.2  # 400 counts tell a rate to some 5 to 10 %


def test_rows_with_weight_0_do_not_count_and_with_weight_2_count_twice():
    x, y = curve(20)
    wrong = y.copy()
    wrong[:5] = 100.0
    weight = np.where(np.arange(20) < 5, 0.0, np.where(np.arange(20) < 10, 2.0, 1.0))
    repeated = np.repeat(np.arange(20), weight.astype(int))
    make = lambda: nn.MLPRegressor(8, "tanh", optimizer="sgd", tol=1.0, random_state=0)  # ends after 10 epochs
    a = make().fit(x, wrong, sample_weight=weight)
    b = make().fit(x[repeated], wrong[repeated])
    assert np.allclose(a.predict(x), b.predict(x), rtol=1e-10)  # the same means, summed in another order
    with pytest.raises(ValueError, match="sample_weight"):
        make().fit(x, y, sample_weight=np.zeros(20))
    with pytest.raises(ValueError, match="sample_weight"):
        make().fit(x, y, sample_weight=-weight)


def test_partial_fit_is_fit_one_epoch_at_a_time():
    X, y = blobs()
    whole = nn.MLPClassifier(8, random_state=0, max_iter=3)
    with pytest.warns(ConvergenceWarning):
        whole.fit(X, y)
    parts = nn.MLPClassifier(8, random_state=0)
    for _ in range(3):
        parts.partial_fit(X, y, classes=["a", "b", "c"])
    assert parts.loss_curve_ == whole.loss_curve_
    assert parts.n_iter_ == 3
    assert np.array_equal(parts.predict_proba(X), whole.predict_proba(X))
    with pytest.raises(ValueError, match="names all classes"):
        nn.MLPClassifier().partial_fit(X, y)
    with pytest.raises(ValueError, match="not those of the first call"):
        parts.partial_fit(X, y, classes=["a", "b"])
    with pytest.raises(ValueError, match="'z' is none of the classes"):
        parts.partial_fit(X[:2], np.array(["a", "z"]))
    x, t = curve()
    regressor = nn.MLPRegressor(8, random_state=0).partial_fit(x, t)
    with pytest.raises(ValueError, match="2 numbers a row, and before 1"):
        regressor.partial_fit(x, np.stack([t, t], axis=1))


def test_early_stopping_holds_rows_out():
    X, y = blobs()
    noise = np.random.default_rng(0).permutation(y)
    model = nn.MLPClassifier(64, learning_rate=0.05, early_stopping=True, n_iter_no_change=3, random_state=0)
    model.fit(X, noise)
    assert model.history_.stopped == "early stopping"
    assert model.history_.best == int(np.argmin(model.history_["val_loss"]))


def test_it_goes_through_pipelines_searches_folds_clones_and_files(tmp_path):
    X, y = blobs()
    pipeline = make_pipeline(StandardScaler(), nn.MLPClassifier(**QUICK))
    assert cross_val_score(pipeline, X, y, cv=3).min() > 0.9
    search = GridSearchCV(pipeline, {"mlpclassifier__hidden_layer_sizes": [(), (16,)]}, cv=2, n_jobs=1).fit(X, y)
    assert search.best_score_ > 0.9
    copy = clone(pipeline).fit(X, y)
    pipeline.fit(X, y)
    assert np.array_equal(copy.predict_proba(X), pipeline.predict_proba(X))
    joblib.dump(pipeline, tmp_path / "model.joblib")
    for again in (joblib.load(tmp_path / "model.joblib"), pickle.loads(pickle.dumps(pipeline))):
        assert np.array_equal(again.predict_proba(X), pipeline.predict_proba(X))
        again[-1].partial_fit(X, y)  # what it learns with has come along


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"activation": "rellu"}, "did you mean 'relu'"),
        ({"optimizer": "adma"}, "did you mean 'adam'"),
        ({"loss": "cross_entropi"}, "did you mean 'cross_entropy'"),
        ({"hidden_layer_sizes": (8, 0)}, "hidden_layer_sizes is at least 1"),
        ({"max_iter": 0}, "max_iter is at least 1"),
        ({"batch_size": 0}, "batch_size is at least 1"),
        ({"n_iter_no_change": 0}, "n_iter_no_change is at least 1"),
        ({"learning_rate": -1.0}, "lr is a finite number"),
        ({"early_stopping": True, "validation_fraction": 2.0}, "nothing on one side"),
    ],
)
def test_bad_options_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        nn.MLPClassifier(**options).fit(*blobs())
