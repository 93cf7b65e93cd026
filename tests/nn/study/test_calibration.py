"""Calibration against scikit-learn and by hand, attributions by their axioms, and the pictures of both."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix

import nn
from tests.nn.plot.test_pictures import drawn


@pytest.fixture
def scored(rng):
    """Logits three times too large for labels drawn from what they say, and the probabilities they give."""
    honest = rng.normal(size=(4000, 4)) * 1.5
    labels = np.array([rng.choice(4, p=p) for p in softmax(honest, axis=1)])
    return 3 * honest, softmax(3 * honest, axis=1), labels


# -- calibration ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_bins_are_scikit_learns(scored, strategy):
    _, p, labels = scored
    right, sure = p.argmax(axis=1) == labels, p.max(axis=1)
    share, mean = calibration_curve(right, sure, n_bins=12, strategy=strategy)
    found = nn.calibration.reliability(p, labels, bins=12, strategy=strategy)
    full = found.counts > 0
    np.testing.assert_allclose(found.accuracy[full], share, rtol=1e-12)
    np.testing.assert_allclose(found.confidence[full], mean, rtol=1e-12)
    assert found.counts.sum() == 4000
    assert np.isnan(found.accuracy[~full]).all()
    assert found.edges.shape == (13,)


def test_the_calibration_error_by_hand():
    p = np.array([[0.95, 0.05], [0.95, 0.05], [0.25, 0.75], [0.6, 0.4], [0.45, 0.55]])
    labels = np.array([0, 1, 1, 0, 0])
    found = nn.calibration.reliability(p, labels, bins=4)
    assert found.counts.tolist() == [0, 0, 3, 2]  # 0.75, on the edge, belongs to the bin below, as in scikit-learn
    np.testing.assert_allclose(found.gaps, [0, 0, 2 / 3 - (0.75 + 0.6 + 0.55) / 3, 0.5 - 0.95], rtol=1e-12)
    by_hand = (3 * abs(2 / 3 - 1.9 / 3) + 2 * 0.45) / 5
    assert found.error == pytest.approx(by_hand, rel=1e-12)
    assert nn.calibration.expected_calibration_error(p, labels, bins=4) == found.error
    assert nn.calibration.expected_calibration_error(np.eye(3), np.arange(3)) == 0


def test_the_temperature_is_the_likeliest(scored):
    logits, p, labels = scored

    def loss(t):
        return -log_softmax(logits / t, axis=1)[np.arange(len(labels)), labels].mean()

    t = nn.calibration.fit_temperature(logits, labels)
    best = minimize_scalar(loss, bounds=(0.1, 20), method="bounded", options={"xatol": 1e-9})
    assert t == pytest.approx(best.x, rel=1e-6)  # a minimum is found to the root of the precision
    assert 2.7 < t < 3.3  # what made the logits too large, up to the chance of 4000 labels
    before = nn.calibration.expected_calibration_error(p, labels)
    after = nn.calibration.expected_calibration_error(softmax(logits / t, axis=1), labels)
    assert after < 0.03 < 0.15 < before
    assert nn.calibration.fit_temperature(logits / t, labels) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda p, y: nn.calibration.reliability(10 * p, y), "ag.softmax"),
        (lambda p, y: nn.calibration.reliability(p - 0.5, y), "add up to 1"),
        (lambda p, y: nn.calibration.reliability(p, y[:-1]), r"shapes \(3, 2\) and \(2,\)"),
        (lambda p, y: nn.calibration.reliability(p, y + 1), "from 1 to 2 for 2 classes"),
        (lambda p, y: nn.calibration.reliability(p, y.astype(float)), "labels float64"),
        (lambda p, y: nn.calibration.reliability(p[:, 0], y), r"\(n, classes\)"),
        (lambda p, y: nn.calibration.reliability(p, y, strategy="other"), "not 'other'"),
        (lambda p, y: nn.calibration.fit_temperature(p, p.argmax(axis=1)), "best T is 0"),
        (lambda p, y: nn.calibration.fit_temperature(p, p.argmin(axis=1)), "best T is ∞"),
        (lambda p, y: nn.calibration.fit_temperature(p * np.inf, y), "not finite"),
    ],
)
def test_scores_that_do_not_do_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]), np.array([0, 1, 0]))


# -- attribution ------------------------------------------------------------------------------------------------------


def test_saliency_is_the_gradient_of_each_rows_own_output(rng):
    model, X = nn.MLP([5, 8, 3], "tanh", seed=0), rng.normal(size=(6, 5))
    best = nn.predict(model, X).argmax(axis=1)
    found = nn.attribution.saliency(model, X)
    assert type(found) is np.ndarray
    assert np.array_equal(found, nn.attribution.saliency(model, X, best))
    h = 1e-6
    for j in range(5):
        step = h * (np.arange(5) == j)
        two = nn.predict(model, X + step) - nn.predict(model, X - step)
        # Central differences: h² of truncation and 1e-16 / h of rounding.
        np.testing.assert_allclose(found[:, j], two[np.arange(6), best] / (2 * h), atol=1e-8)
    assert all(p.grad is None for p in model.parameters())


def test_saliency_of_a_linear_model_is_its_weights(rng):
    model = nn.Linear(4, 2, seed=1)
    assert np.array_equal(nn.attribution.saliency(model, rng.normal(size=(3, 4)), 1), [model.weight.value[1]] * 3)
    assert nn.attribution.saliency(nn.Tanh(), np.zeros((2, 3)), [0, 2]).tolist() == [[1, 0, 0], [0, 0, 1]]
    halves = nn.attribution.saliency(nn.MLP([4, 3, 2], dtype=np.float32), rng.normal(size=(3, 4)))
    assert halves.dtype == np.float32


def test_saliency_looks_at_the_model_as_it_predicts(rng):
    model = nn.Sequential(nn.Linear(4, 8, seed=0), nn.Dropout(0.5), nn.Linear(8, 2, seed=1))
    X = rng.normal(size=(3, 4))
    expected = model[2].weight.value[1] @ model[0].weight.value
    np.testing.assert_allclose(nn.attribution.saliency(model, X, 1), [expected] * 3, rtol=1e-12)
    assert model.training


@pytest.mark.parametrize(("activation", "steps", "exact"), [("tanh", 24, 1e-12), ("relu", 400, 1e-2)])
def test_integrated_gradients_are_complete(activation, steps, exact, rng):
    """They add up to the change of the output: to rounding where it is smooth, to O(1/steps) for each of 8 kinks."""
    model, X, start = nn.MLP([5, 8, 3], activation, seed=0), rng.normal(size=(6, 5)), rng.normal(size=5)
    parts = nn.attribution.integrated_gradients(model, X, 2, baseline=start, steps=steps)
    change = nn.predict(model, X)[:, 2] - nn.predict(model, start[None])[0, 2]
    np.testing.assert_allclose(parts.sum(axis=1), change, atol=exact)
    assert abs(change).max() > 0.02
    same = nn.attribution.integrated_gradients(model, X, 2, baseline=np.where(np.arange(5) == 3, X, start))
    assert (same[:, 3] == 0).all()  # what does not change contributes nothing


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m, X: nn.attribution.saliency(m, X, 3), "from 0 to 2"),
        (lambda m, X: nn.attribution.saliency(m, X, [0, 1]), "one for each of 4 rows"),
        (lambda m, X: nn.attribution.saliency(m, X, 0.5), "an integer"),
        (lambda m, X: nn.attribution.integrated_gradients(m, X, steps=0), "at least 1"),
        (lambda m, X: nn.attribution.saliency(nn.Lambda(lambda x: x[:, 0]), X), r"\(n, outputs\)"),
    ],
)
def test_attributions_of_nothing_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(nn.MLP([5, 3]), np.zeros((4, 5)))


# -- pictures ---------------------------------------------------------------------------------------------------------


def test_the_reliability_diagram_shows_the_bins(scored):
    logits, p, labels = scored
    fig = drawn(nn.plot.calibration({"raw": p, "scaled": softmax(logits / 3, axis=1)}, labels, bins=8, title="four"))
    above, below = fig.axes
    found = nn.calibration.reliability(p, labels, bins=8)
    full = found.counts > 0
    bars = above.containers[0]
    assert np.array_equal(np.transpose(bars[0].get_data()), np.stack([found.confidence[full], found.accuracy[full]], 1))
    assert fig.legends[0].get_texts()[0].get_text() == f"raw, error {found.error:.3f}"
    assert np.array_equal(below.patches[0].get_data().values, found.counts)
    ends = np.array([segment[:, 1] for segment in bars[2][0].get_segments()])
    share, n = found.accuracy[full][-1], found.counts[full][-1]
    for end in ends[-1]:  # Wilson's interval ends where the share is 1.96 standard errors away
        assert abs(end - share) == pytest.approx(1.96 * np.sqrt(end * (1 - end) / n), rel=1e-9)
    alone = Figure().add_subplot()
    assert drawn(nn.plot.calibration(p, labels, ax=alone)) is alone.figure
    assert alone.get_xlabel() == "confidence"
    assert alone.get_legend().get_texts()[0].get_text() == f"error {nn.calibration.reliability(p, labels).error:.3f}"


def test_the_confusion_picture_counts(rng):
    true, predicted = rng.choice(list("abc"), 50), rng.choice(list("abc"), 50)
    fig = drawn(nn.plot.confusion(true, predicted, title="letters"))
    counts = confusion_matrix(true, predicted)
    seen = np.zeros((3, 3), dtype=int)
    for text in fig.axes[0].texts:
        j, i = text.get_position()
        seen[i, j] = int(text.get_text())
    assert np.array_equal(seen, counts)
    shades = fig.axes[0].images[0].get_array()
    assert np.array_equal(shades, counts - np.diag(np.diag(counts)))
    assert [t.get_text() for t in fig.axes[0].get_xticklabels()] == list("abc")
    two = nn.plot.confusion(true, predicted, classes=["b", "a"]).axes[0]
    assert [t.get_text() for t in two.get_yticklabels()] == ["b", "a"]


def test_the_residuals_are_what_is_left(rng):
    true, predicted = rng.normal(size=60), rng.normal(size=60)
    left, right = drawn(nn.plot.residuals(true, predicted, name="y")).axes
    dots = left.collections[0].get_offsets()
    np.testing.assert_array_equal(dots, np.stack([predicted, true - predicted], axis=1))
    means = left.containers[0][0].get_data()[1]
    order = np.argsort(predicted)
    np.testing.assert_allclose(means, (true - predicted)[order].reshape(10, 6).mean(axis=1), rtol=1e-12)
    assert sum(bar.get_width() * bar.get_height() for bar in right.patches) == pytest.approx(1)
    grid_density, grid = right.lines[0].get_data()
    assert grid[grid_density.argmax()] == pytest.approx((true - predicted).mean(), abs=np.ptp(grid) / 199)
    alone = Figure().add_subplot()
    assert drawn(nn.plot.residuals(true, predicted, ax=alone)) is alone.figure
    drawn(nn.plot.residuals([1.0, 2.0], [1.0, 2.0]))
    with pytest.raises(ValueError, match=r"shapes \(60,\) and \(59,\)"):
        nn.plot.residuals(true, predicted[:-1])


def test_maps_stand_below_their_images(rng):
    images, maps = rng.random((3, 4, 5)), rng.normal(size=(3, 4, 5))
    maps[1] = 0
    fig = drawn(nn.plot.attributions(images, {"gradient": maps}, ["a", "b", "c"]))
    assert [axes.get_title() for axes in fig.axes[:3]] == ["a", "b", "c"]
    for i in range(3):
        assert np.array_equal(fig.axes[i].images[0].get_array(), images[i])
        picture = fig.axes[3 + i].images[0]
        assert np.array_equal(picture.get_array(), maps[i])
        assert picture.norm.vmax == -picture.norm.vmin == (abs(maps[i]).max() or 1)
    assert [fig.axes[i].get_ylabel() for i in (0, 3)] == ["image", "gradient"]
    with pytest.raises(ValueError, match="of one shape"):
        nn.plot.attributions(images, {"gradient": maps[:2]})
