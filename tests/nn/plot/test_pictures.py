"""Pictures: the numbers behind them are the model's, nothing is shown or kept by itself, and axes are labelled."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from io import BytesIO

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

import autograd_lite as ag
import nn
from nn.charts import COLOURS
from nn.plot.activations import SHOWN
from nn.plot.hidden_layer import separating_plane
from nn.plot.loss_surface import raised

matplotlib.use("Agg")


def disc_and_ring():
    """The lecture's two classes."""
    return nn.data.disc_in_annulus(60, seed=0)


def bowl(p):
    return p[0] ** 2 + 3 * p[1] ** 2


def colour_number(pixel):
    """Which class's colour a pixel is a pale mixture of."""
    hues = 1 - np.array([to_rgb(c) for c in COLOURS])
    ink = 1 - np.asarray(pixel)
    cosine = hues @ ink / np.linalg.norm(hues, axis=1) / max(np.linalg.norm(ink), 1e-12)
    return int(cosine.argmax())


def drawn(fig):
    """The figure, drawn as it would be saved."""
    fig.savefig(BytesIO(), format="png", dpi=40)
    return fig


def all_pictures():
    X, y = disc_and_ring()
    model = nn.MLP([2, 3, 2])
    surface = nn.plot.Surface(bowl, {"a": np.array([[1.0, 1.0], [0.5, 0.1], [0.0, 0.0]])}, resolution=9)
    yield "decision_boundary", lambda **o: nn.plot.decision_boundary(model, X, y, resolution=20, **o)
    yield "regression", lambda **o: nn.plot.decision_boundary(nn.MLP([2, 1]), X, X[:, 0], resolution=20, **o)
    yield "hidden_layer", lambda **o: nn.plot.hidden_layer(nn.MLP([2, 2, 2]), X, y, **o)
    yield "hidden_regression", lambda **o: nn.plot.hidden_layer(nn.MLP([2, 2, 1]), X, X[:, 0], **o)
    yield "activations", lambda **o: nn.plot.activations("tanh", **o)
    yield "loss_surface", lambda **o: nn.plot.loss_surface(surface, **o)
    yield "animate", lambda **o: nn.plot.animate(surface, **o).figure


PICTURES = dict(all_pictures())


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_figure_of_its_own_or_on_the_axes_given(name):
    own = drawn(PICTURES[name]())
    assert isinstance(own, Figure)
    assert own._repr_png_().startswith(b"\x89PNG")
    assert all(axes.get_xlabel() for axes in own.axes if axes.get_label() != "<colorbar>")
    given = Figure()
    axes = given.add_subplot(1, 2, 1)
    assert drawn(PICTURES[name](ax=axes)) is given
    assert axes.has_data()
    assert axes.get_xlabel()


def test_nothing_goes_through_pyplot():
    """A fresh process draws without pyplot, which would keep every figure and may open windows."""
    code = (
        "import io, sys, numpy as np, nn\n"
        "X = np.random.default_rng(0).normal(size=(20, 2))\n"
        "fig = nn.plot.decision_boundary(nn.MLP([2, 2]), X, (X[:, 0] > 0).astype(int), resolution=9)\n"
        "fig.savefig(io.BytesIO(), format='png')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ag.errors.MissingExtraError, match=r"autograd-lite\[plot\]"):
        nn.plot.activations("tanh")


# -- decision boundary ------------------------------------------------------------------------------------------------


def pixels(fig, X, resolution):
    """The centres of the pixels of a region picture, and the class that each has the colour of."""
    image = fig.axes[0].images[0]
    left, right, bottom, top = image.get_extent()
    half_x, half_y = (right - left) / resolution / 2, (top - bottom) / resolution / 2
    x = np.linspace(left + half_x, right - half_x, resolution)
    y = np.linspace(bottom + half_y, top - half_y, resolution)
    where = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return where, np.array([colour_number(p) for p in image.get_array().reshape(-1, 3)])


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_each_pixel_has_the_colour_of_the_class_predicted_there(classes, rng):
    X, y = rng.normal(size=(40, 2)), np.arange(40) % classes
    model = nn.MLP([2, 8, classes], seed=3)
    fig = nn.plot.decision_boundary(model, X, y, resolution=31, margin=1.0)
    where, seen = pixels(fig, X, 31)
    best = nn.predict(model, where).argmax(axis=1)
    assert len(set(best)) > 1
    assert np.array_equal(seen, best)
    assert [len(c.get_offsets()) for c in fig.axes[0].collections[-classes:]] == np.bincount(y).tolist()
    assert where.min() < X.min()


@pytest.mark.parametrize(("end", "threshold", "edge"), [(None, None, 0.0), ("sigmoid", None, 0.5), (None, 0.3, 0.3)])
def test_one_output_is_cut_at_the_threshold(end, threshold, edge, rng):
    X, y = rng.normal(size=(30, 2)), np.arange(30) % 2
    model = nn.MLP([2, 6, 1], output_activation=end, seed=2)
    fig = nn.plot.decision_boundary(model, X, y, threshold=threshold, resolution=25)
    where, seen = pixels(fig, X, 25)
    above = nn.predict(model, where)[:, 0] > edge
    assert 0 < above.mean() < 1
    assert np.array_equal(seen == 1, above)


def test_the_line_of_the_boundary_is_where_the_outputs_tie(rng):
    X, y = rng.normal(size=(30, 2)), np.arange(30) % 2
    model = nn.MLP([2, 6, 2], seed=2)
    fig = nn.plot.decision_boundary(model, X, y, resolution=200)
    line = np.concatenate([p.vertices for c in fig.axes[0].collections for p in c.get_paths() if c.get_zorder() == 1])
    out = nn.predict(model, line)
    # linear interpolation between points 1/200 of the picture apart: errors of second order in that, times curvature
    assert abs(out[:, 0] - out[:, 1]).max() < 1e-3 * np.ptp(nn.predict(model, X))


def test_a_regression_shows_its_outputs(rng):
    X = rng.normal(size=(30, 2))
    model = nn.MLP([2, 6, 1], seed=2)
    fig = nn.plot.decision_boundary(model, X, X[:, 0], resolution=20, names=("width", "height"))
    mesh, dots = fig.axes[0].collections
    x = np.linspace(*fig.axes[0].get_xlim(), 20)
    y = np.linspace(*fig.axes[0].get_ylim(), 20)
    expected = nn.predict(model, np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    np.testing.assert_allclose(mesh.get_array().ravel(), expected[:, 0], rtol=1e-9, atol=1e-12)  # limits recomputed
    assert np.array_equal(dots.get_array(), X[:, 0])
    assert mesh.get_clim() == dots.get_clim()
    assert (fig.axes[0].get_xlabel(), fig.axes[0].get_ylabel()) == ("width", "height")


def test_boundaries_refuse_what_is_no_plane(rng):
    X, y = rng.normal(size=(9, 3)), np.arange(9) % 2
    with pytest.raises(ValueError, match=r"inputs of shape \(n, 2\).*\(9, 3\)"):
        nn.plot.decision_boundary(nn.MLP([3, 2]), X, y)
    with pytest.raises(ValueError, match="one output"):
        nn.plot.decision_boundary(nn.MLP([2, 2]), X[:, :2], X[:, 0])
    with pytest.raises(ValueError, match="differ in length"):
        nn.plot.decision_boundary(nn.MLP([2, 2]), X[:, :2], y[:4])
    with pytest.raises(ValueError, match=r"shape \(n, classes\)"):
        nn.plot.decision_boundary(nn.Sequential(nn.Linear(2, 1), lambda h: h[:, 0]), X[:, :2], y)


# -- the hidden layer -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", [1, 2, 3])
def test_the_bent_grid_is_the_hidden_layers_output(units):
    model = nn.MLP([2, 5, units, 2], "tanh", seed=1)
    before, after = nn.plot.bent_grid(model[:4], [-1, -2], [1, 2], lines=4, resolution=7)
    assert before.shape == (8, 7, 2)
    expected = np.tanh(np.tanh(before @ model[0].weight.value.T) @ model[2].weight.value.T)  # biases start at 0
    np.testing.assert_allclose(after, expected, rtol=1e-12, atol=1e-15)  # the same sums in blocks of another size
    assert before[:, :, 0].min() == -1
    assert before[:, :, 1].max() == 2
    for line in before[:4]:
        assert np.ptp(line[:, 1]) == 0
    for line in before[4:]:
        assert np.ptp(line[:, 0]) == 0


@pytest.mark.parametrize("inputs", [1, 2])
@pytest.mark.parametrize("units", [1, 2, 3])
def test_the_hidden_layer_is_drawn_where_the_network_puts_it(inputs, units):
    X, y = disc_and_ring()
    X = X[:, :inputs]
    model = nn.MLP([inputs, 4, units, 2], "tanh", seed=1)
    fig = drawn(nn.plot.hidden_layer(model, X, y))
    right = fig.axes[1]
    assert right.name == ("3d" if units == 3 else "rectilinear")
    assert f"hidden layer of {units} unit" in right.get_title()
    H = nn.predict(model[:4], X)
    for c in (0, 1):
        dots = next(d for d in right.collections if d.get_label() == f"class {c}")
        seen = np.stack(dots._offsets3d, axis=1) if units == 3 else dots.get_offsets()
        np.testing.assert_allclose(np.asarray(seen)[:, : min(units, 3)], H[y == c], rtol=1e-12)  # a copy, in blocks
    if units > 1:
        lines = [np.stack(line.get_data_3d() if units == 3 else line.get_data(), axis=1) for line in right.lines]
        low, high = X.min(0) - 0.1 * np.ptp(X, 0), X.max(0) + 0.1 * np.ptp(X, 0)
        _, after = nn.plot.bent_grid(model[:4], low, high)
        np.testing.assert_allclose(lines, after, rtol=1e-12)  # limits computed the same way


def test_the_colours_behind_a_hidden_layer_are_what_the_rest_answers():
    X, y = disc_and_ring()
    model = nn.MLP([2, 2, 3], "tanh", seed=1)
    fig = nn.plot.hidden_layer(model, X, y)
    image = fig.axes[1].images[0]
    left, right, bottom, top = image.get_extent()
    n = image.get_array().shape[0]
    row, column = n // 4, n // 3
    at = [left + (column + 0.5) / n * (right - left), bottom + (row + 0.5) / n * (top - bottom)]
    assert colour_number(image.get_array()[row, column]) == nn.predict(model[2:], [at])[0].argmax()


def test_the_layer_can_be_chosen_and_the_axes_given():
    X, y = disc_and_ring()
    model = nn.MLP([2, 3, 2, 2], "tanh", seed=1)
    fig = Figure()
    axes = fig.add_subplot(projection="3d")
    nn.plot.hidden_layer(model, X, y, layer=1, ax=axes)
    seen = np.stack(axes.collections[-1]._offsets3d, axis=1)
    np.testing.assert_allclose(seen, nn.predict(model[:2], X[y == 1]), rtol=1e-12)  # a copy, in blocks
    with pytest.raises(ValueError, match="projection='3d'"):
        nn.plot.hidden_layer(model, X, y, layer=1, ax=Figure().add_subplot())
    with pytest.raises(ValueError, match="no hidden layer there"):
        nn.plot.hidden_layer(model, X, y, layer=-1)


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("steep", [0, 1, 2])
def test_the_separating_plane_is_where_the_last_layer_ties(outputs, steep):
    last = nn.Linear(3, outputs, seed=5)
    last.weight.value = last.weight.value + 3 * (np.arange(3) == steep) * np.array([[1.0], [-1.0]])[:outputs]
    last.bias.value = np.array([0.1, -0.2])[:outputs]
    low, high = np.full(3, -1.0), np.full(3, 1.0)
    at = np.stack([c.ravel() for c in separating_plane(nn.Sequential(last), low, high)], axis=1)
    at = at[np.isfinite(at).all(axis=1)]
    assert len(at) > 100
    assert abs(at).max() <= 1
    out = nn.predict(last, at)
    np.testing.assert_allclose(out[:, 0], out[:, 1] if outputs == 2 else 0, atol=1e-12)  # roundings of numbers up to 5
    last.bias.value = 100.0 * np.array([1.0, -1.0])[:outputs]
    assert separating_plane(nn.Sequential(last), low, high) is None
    assert separating_plane(nn.Sequential(last, nn.Tanh()), low, high) is None


def test_the_plane_is_drawn_behind_three_units():
    X, y = disc_and_ring()
    model = nn.MLP([2, 3, 2], "tanh", seed=1)
    axes = nn.plot.hidden_layer(model, X, y).axes[1]
    model[2].bias.value = np.array([100.0, -100.0])
    without = nn.plot.hidden_layer(model, X, y).axes[1]
    assert len(axes.collections) == len(without.collections) + 1


@pytest.mark.parametrize("inputs", [1, 2])
@pytest.mark.parametrize("units", [1, 2, 3])
def test_a_regressions_dots_have_the_colours_of_their_targets(inputs, units):
    X, _ = disc_and_ring()
    y = X[:, 0] ** 2 + X[:, 1]
    X = X[:, :inputs]
    model = nn.MLP([inputs, 4, units, 1], "tanh", seed=1)
    fig = drawn(nn.plot.hidden_layer(model, X, y[:, None]))
    left, right, bar = fig.axes
    assert bar.get_ylabel() == ("target (dots) and output (ground)" if 2 in (inputs, units) else "target")
    assert bar.get_ylim() == pytest.approx((y.min(), y.max()), rel=1e-12)  # matplotlib's arithmetic with limits
    for axes, Z, rest in ((left, X, model), (right, nn.predict(model[:4], X), model[4:])):
        dots = axes.collections[-1]
        assert np.array_equal(dots.get_array(), y)
        assert dots.get_clim() == (y.min(), y.max())
        n = Z.shape[1]
        seen = np.stack(dots._offsets3d, axis=1) if n == 3 else dots.get_offsets()
        np.testing.assert_allclose(seen, np.stack([Z[:, 0], y], axis=1) if n == 1 else Z, rtol=1e-12)  # in blocks
        if n == 1:
            x, output = axes.lines[0].get_data()
            np.testing.assert_allclose(output, nn.predict(rest, x[:, None])[:, 0], rtol=1e-12)  # in blocks
            assert axes.get_ylabel() == "target and output"
        elif n == 2:
            ground = axes.collections[0]
            assert ground.get_clim() == (y.min(), y.max())
            (low, high), (bottom, top) = axes.get_xlim(), axes.get_ylim()
            shown = ground.get_array().reshape(240, 240)
            corners = nn.predict(rest, [[low, bottom], [high, bottom], [low, top], [high, top]])[:, 0]
            np.testing.assert_allclose(shown[[0, 0, -1, -1], [0, -1, 0, -1]], corners, rtol=1e-12)  # in blocks


def test_a_regression_of_one_value_and_axes_given():
    X, _ = disc_and_ring()
    axes = Figure().add_subplot()
    fig = drawn(nn.plot.hidden_layer(nn.MLP([2, 2, 1]), X, np.full(len(X), 3.0), ax=axes))
    assert fig.axes[0] is axes
    assert len(fig.axes) == 2  # the colour bar


def test_hidden_layers_that_cannot_be_drawn_are_refused(rng):
    X, y = disc_and_ring()
    with pytest.raises(ValueError, match="one to three units"):
        nn.plot.hidden_layer(nn.MLP([2, 4, 2]), X, y)
    with pytest.raises(ValueError, match="no hidden layer there"):
        nn.plot.hidden_layer(nn.MLP([2, 2]), X, y)
    with pytest.raises(TypeError, match="Sequential or MLP"):
        nn.plot.hidden_layer(nn.Linear(2, 2), X, y)
    with pytest.raises(ValueError, match="targets of shape"):
        nn.plot.hidden_layer(nn.MLP([2, 2, 1]), X, X)
    with pytest.raises(ValueError, match="a regression has one output, not outputs of shape"):
        nn.plot.hidden_layer(nn.MLP([2, 2, 2]), X, X[:, 0])
    with pytest.raises(ValueError, match="one or two dimensions"):
        nn.plot.bent_grid(nn.Linear(3, 2), [0, 0, 0], [1, 1, 1])


# -- activations and histograms ---------------------------------------------------------------------------------------


def test_activations_show_the_function_and_its_derivative():
    fig = drawn(nn.plot.activations(["tanh", ag.sin, nn.ReLU(), "sigmoid"], low=-3, high=2))
    exact = {
        "Tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        "sin": (np.sin, np.cos),
        "ReLU": (lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(float)),
        "Sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2),
    }
    assert [axes.get_title() for axes in fig.axes] == list(exact)
    for axes in fig.axes:
        for line, f in zip(axes.lines, exact[axes.get_title()], strict=False):
            x, seen = line.get_data()
            shown = ~np.isnan(seen)
            jumps = axes.get_title() == "ReLU" and line is axes.lines[1]
            assert (~shown).sum() == jumps  # a line breaks at a jump
            assert (x[0], x[-1]) == (-3, 2)
            np.testing.assert_allclose(seen[shown], f(x)[shown], atol=1e-14)  # a few roundings of numbers up to 3


def test_every_default_activation_can_be_drawn_and_a_step_without_a_warning():
    assert len(drawn(nn.plot.activations()).axes) == len(SHOWN)
    drawn(nn.plot.activations("binary_step"))
    steep = drawn(nn.plot.activations(nn.Sine(30.0)))  # no jump, so the line is whole
    assert not np.isnan([line.get_ydata() for line in steep.axes[0].lines[:2]]).any()
    five = drawn(nn.plot.activations(list(nn.activations.CLAIMS)[:7], columns=5))
    assert len({round(axes.get_position().x0, 2) for axes in five.axes}) == 5


def test_activations_refuse_what_is_no_function_of_one_number():
    with pytest.raises(ValueError, match="entries mix"):
        nn.plot.activations(lambda x: ag.cumulative_sum(x, axis=0))
    with pytest.raises(ValueError, match="nothing to draw"):
        nn.plot.activations([])
    with pytest.raises(ValueError, match="2 functions for one ax"):
        nn.plot.activations(["tanh", "relu"], ax=Figure().add_subplot())


def test_the_flow_of_gradients_is_that_of_the_explanations(rng):
    X, y = rng.normal(size=(20, 4)), rng.normal(size=20)
    explained = [nn.explain(nn.MLP([4, 4, 4, 1], "sigmoid", seed=seed), X, y) for seed in range(3)]
    fig = drawn(nn.plot.gradient_flow({"one": explained[0], "all": explained}))
    one, every = fig.axes[0].lines
    norms = np.array([[e[f"G_{k}"].norm for k in range(3)] for e in explained])
    ratios = norms / norms[:, -1:]
    np.testing.assert_allclose(one.get_ydata(), ratios[0], rtol=1e-12)  # through a logarithm
    np.testing.assert_allclose(every.get_ydata(), np.prod(ratios, axis=0) ** (1 / 3), rtol=1e-12)
    band = fig.axes[0].collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(ratios.min(), rel=1e-12)
    assert fig.axes[0].get_yscale() == "log"
    axes = Figure().add_subplot()
    assert nn.plot.gradient_flow({"one": explained[0]}, ax=axes) is axes.figure
    with pytest.raises(ValueError, match="nothing to draw"):
        nn.plot.gradient_flow({})
    still = nn.explain(nn.MLP([4, 4, 1]), X, nn.predict(nn.MLP([4, 4, 1]), X))
    with pytest.raises(ValueError, match="every adjoint is 0"):
        nn.plot.gradient_flow({"still": still})


def test_histograms_count_every_entry(rng):
    model = nn.MLP([3, 8, 2])
    assert len(drawn(nn.plot.histograms(model)).axes) == 4
    nn.mse_loss(model(rng.normal(size=(5, 3))), np.ones((5, 2))).backward()
    model[2].bias.grad = None
    fig = drawn(nn.plot.histograms(model, bins=10))
    values, gradients = fig.axes[::2], fig.axes[1::2]
    for axes, (name, p) in zip(values, model.named_parameters(), strict=True):
        counts, edges = np.histogram(p.value, bins=len(axes.patches), range=axes.dataLim.intervalx)
        assert [bar.get_height() for bar in axes.patches] == counts.tolist()
        assert sum(counts) == p.size
        assert edges[0] == pytest.approx(-edges[-1])
        assert axes.get_ylabel() == name
    assert sum(bar.get_height() for bar in gradients[0].patches) == 24
    assert not gradients[-1].axison
    model[0].weight.value = np.full((8, 3), np.nan)
    assert "24 NaN" in drawn(nn.plot.histograms(model)).axes[0].texts[0].get_text()
    with pytest.raises(ValueError, match="no parameters"):
        nn.plot.histograms(nn.Tanh())


def test_histograms_take_the_place_of_an_ax():
    fig = Figure(figsize=(10, 5), layout="constrained")
    left, right = fig.subplots(1, 2)
    assert nn.plot.histograms(nn.MLP([2, 8, 1]), ax=right) is fig
    assert fig.axes[0] is left
    assert len(fig.axes) == 5
    drawn(fig)
    assert all(axes.get_position().x0 > left.get_position().x1 for axes in fig.axes[1:])
    with pytest.raises(ValueError, match="one of a figure's subplots"):
        nn.plot.histograms(nn.MLP([2, 8, 1]), ax=fig.add_axes((0.1, 0.1, 0.2, 0.2)))


# -- loss surfaces ----------------------------------------------------------------------------------------------------


def test_a_surface_of_two_parameters_is_the_function():
    path = nn.plot.trajectory(bowl, [1.0, 0.5], lambda p: nn.SGD(p, lr=0.1), steps=5)
    surface = nn.plot.Surface(bowl, {"sgd": path}, resolution=7)
    x, y = np.meshgrid(surface.x, surface.y)
    np.testing.assert_allclose(surface.values, x**2 + 3 * y**2, rtol=1e-13)  # p ** 2 against p * p
    assert np.array_equal(surface.paths["sgd"], path)
    np.testing.assert_allclose(surface.heights["sgd"], path[:, 0] ** 2 + 3 * path[:, 1] ** 2, rtol=1e-13)
    assert surface.captured == 1
    assert surface.x[0] < path[:, 0].min()
    assert surface.x[-1] > path[:, 0].max()
    np.testing.assert_allclose(path, np.array([0.8, 0.4]) ** np.arange(6)[:, None] * [1.0, 0.5], rtol=1e-13)


def test_the_loss_of_a_model_as_a_function_of_its_parameters(rng):
    X, y = disc_and_ring()
    model = nn.MLP([2, 3, 2], seed=1)
    loss = nn.plot.loss_of(model, X, y)
    vector = nn.plot.flat(model)
    direct = nn.cross_entropy(model(X), y)
    assert float(loss(vector)) == pytest.approx(direct.item(), rel=1e-14)
    direct.backward()
    gradient = np.concatenate([p.grad.value.ravel() for p in model.parameters()])
    np.testing.assert_allclose(ag.grad(loss)(vector), gradient, rtol=1e-10, atol=1e-15)  # sums in another order
    assert np.array_equal(nn.plot.flat(model), vector)
    with pytest.raises(ValueError, match="17 parameters"):
        loss(vector[:-1])


@pytest.mark.parametrize("directions", ["pca", "random", "axes", None])
def test_paths_of_many_parameters_lie_on_the_plane_that_is_drawn(directions):
    X, y = disc_and_ring()
    model = nn.MLP([2, 3, 2], seed=1)
    loss, start = nn.plot.loss_of(model, X, y), nn.plot.flat(model)
    paths = {
        "sgd": nn.plot.trajectory(loss, start, lambda p: nn.SGD(p, lr=0.5), steps=6),
        "adam": nn.plot.trajectory(loss, start, lambda p: nn.Adam(p, lr=0.1), steps=6),
    }
    surface = nn.plot.Surface(loss, paths, directions=directions, resolution=5)
    u = surface.directions
    np.testing.assert_allclose(u @ u.T, np.eye(2), atol=1e-12)  # roundings of an orthogonal factor
    assert np.array_equal(surface.centre, paths["sgd"][-1])
    for name, path in paths.items():
        np.testing.assert_allclose(surface.paths[name], (path - surface.centre) @ u.T, atol=1e-12)
        on_plane = surface.centre + surface.paths[name] @ u
        heights = [float(loss(p)) for p in on_plane]
        np.testing.assert_allclose(surface.heights[name], heights, rtol=1e-12)  # the same points to rounding
    assert surface.values[1, 3] == pytest.approx(
        float(loss(surface.centre + surface.x[3] * u[0] + surface.y[1] * u[1]))
    )
    if directions in ("pca", None):
        assert surface.kind == "pca"
        others = [nn.plot.Surface(loss, paths, directions="random", resolution=2, seed=s).captured for s in range(5)]
        assert max(others) < surface.captured < 1
    drawn(nn.plot.loss_surface(surface))
    drawn(nn.plot.loss_surface(surface, space=True))


def test_own_directions_and_those_around_a_point():
    surface = nn.plot.Surface(
        bowl, centre=[1.0, 2.0], directions=[[2.0, 0.0], [1.0, 1.0]], extent=(-1, 1, 0, 1), resolution=3
    )
    assert surface.values[2, 2] == bowl(np.array([1.0 + 2.0 + 1.0, 2.0 + 0.0 + 1.0]))
    path = np.array([[4.0, 3.0]])
    skewed = nn.plot.Surface(bowl, path, centre=[1.0, 2.0], directions=[[2.0, 0.0], [1.0, 1.0]], resolution=3)
    np.testing.assert_allclose(skewed.paths["path"], [[1.0, 1.0]], atol=1e-12)  # roundings of a pseudo-inverse
    assert nn.plot.Surface(lambda p: (p**2).sum(), centre=np.ones(4), resolution=3).kind == "random"


def test_the_lines_of_paths_are_their_points():
    path = nn.plot.trajectory(bowl, [1.0, 0.5], lambda p: nn.SGD(p, lr=0.1), steps=5)
    surface = nn.plot.Surface(bowl, {"sgd": path, "there": path[::-1]}, resolution=21)
    flat = drawn(nn.plot.loss_surface(surface, title="bowl")).axes[0]
    lines = {line.get_label(): line for line in flat.lines if not line.get_label().startswith("_")}
    assert list(lines) == ["sgd", "there"]
    assert np.array_equal(np.transpose(lines["sgd"].get_data()), path)
    assert flat.get_title() == "bowl"
    space = drawn(nn.plot.loss_surface(surface, space=True)).axes[0]
    high = bowl(path.T)
    floor = max(surface.values.min(), 1e-4 * surface.values.max())
    np.testing.assert_allclose(space.lines[0].get_data_3d()[2], np.log10(np.maximum(high, floor)), rtol=1e-12)
    away = nn.plot.Surface(bowl, path, extent=(-0.1, 0.6, -1, 1), resolution=5)
    assert np.isnan(raised(away, "path")[:, path[:, 0] > 0.6]).all()
    assert np.isfinite(raised(away, "path")[:, path[:, 0] <= 0.6]).all()


def test_flat_and_diverging_losses_are_drawn():
    drawn(nn.plot.loss_surface(lambda p: 0 * p[0] + 3.0, centre=[0, 0], resolution=5))
    drawn(nn.plot.loss_surface(lambda p: 0 * p[0] - 3.0, centre=[0, 0], resolution=5, space=True))
    diverged = np.array([[1.0, 1.0], [50.0, -60.0], [np.inf, np.nan]])
    assert nn.plot.Surface(bowl, diverged, resolution=5).paths["path"].tolist() == diverged[:2].tolist()
    drawn(nn.plot.loss_surface(bowl, diverged, resolution=5))
    with pytest.raises(ValueError, match="not finite"):
        nn.plot.Surface(bowl, diverged[2:], centre=[0, 0])
    drawn(nn.plot.loss_surface(lambda p: ag.log(p[0]), centre=[0, 0], resolution=6))


def test_surfaces_refuse_what_they_cannot_draw():
    with pytest.raises(ValueError, match="centre="):
        nn.plot.Surface(bowl)
    with pytest.raises(ValueError, match="at least two parameters"):
        nn.plot.Surface(bowl, centre=[1.0])
    with pytest.raises(ValueError, match=r"path 'a' has shape \(steps, 2\), not \(4, 3\)"):
        nn.plot.Surface(bowl, {"a": np.ones((4, 3))}, centre=[0, 0])
    with pytest.raises(ValueError, match="'axes', 'pca', 'random'"):
        nn.plot.Surface(bowl, centre=[0, 0], directions="up")
    with pytest.raises(ValueError, match=r"directions have shape \(2, 2\)"):
        nn.plot.Surface(bowl, centre=[0, 0], directions=np.ones((2, 3)))
    with pytest.raises(ValueError, match="principal directions are those of paths"):
        nn.plot.Surface(bowl, centre=[0, 0], directions="pca")
    with pytest.raises(ValueError, match="not one number"):
        nn.plot.Surface(lambda p: p, centre=[0, 0], resolution=3)
    surface = nn.plot.Surface(bowl, centre=[0, 0], resolution=3)
    with pytest.raises(TypeError, match="go to the Surface"):
        nn.plot.loss_surface(surface, resolution=5)
    with pytest.raises(ValueError, match="has no paths"):
        nn.plot.animate(surface)


# -- animations -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("space", [False, True])
def test_a_film_is_saved_as_gif_and_as_page(space, tmp_path):
    path = nn.plot.trajectory(bowl, [1.0, 0.5], lambda p: nn.SGD(p, lr=0.1), steps=9)
    surface = nn.plot.Surface(bowl, {"long": path, "short": path[:3]}, resolution=11)
    film = nn.plot.animate(surface, frames=4, space=space, title="bowl")
    assert isinstance(film, nn.plot.Animation)
    assert film.steps == [0, 3, 6, 9]
    axes = film.figure.axes[0]
    film.show(6)
    assert axes.get_title() == "bowl, step 6"
    growing = {
        line.get_label(): line for line in axes.lines if line.get_linewidth() == 1.8 and len(line.get_xdata()) > 1
    }
    assert np.array_equal(growing["long"].get_xdata(), path[:7, 0])
    assert np.array_equal(growing["short"].get_xdata(), path[:3, 0])
    heads = [line.get_xdata().tolist() for line in axes.lines if line.get_markersize() == 8]
    assert heads == [[path[6, 0]], [path[2, 0]]]
    film.save(tmp_path / "film.gif", dpi=30)
    with Image.open(tmp_path / "film.gif") as image:
        assert image.n_frames == 4
    for step, picture in zip(film.steps, film.pictures(50), strict=True):  # only what moves is drawn again
        film.show(step)
        buffer = BytesIO()
        film.figure.savefig(buffer, format="png", dpi=50)
        with Image.open(buffer) as image:
            whole = np.array(image.convert("RGB"), dtype=int)
        assert abs(whole - picture).max() <= 1  # transparent parts are laid over each other in another order
    with Image.open(BytesIO(film.to_gif(dpi=50))) as image:
        image.seek(3)
        shown = np.array(image.convert("RGB"), dtype=int)
    far = abs(shown - picture).max(axis=2) > 40
    assert far.mean() < 0.01  # in 256 colours, the paths' own among them
    if not space:
        film.save(tmp_path / "film.html")
        assert (tmp_path / "film.html").read_text(encoding="utf-8").count("data:image/png;base64") == 4
        assert "<input" in film._repr_html_()
    with pytest.raises(ValueError, match=r"\.gif or \.html, not 'film.mov'"):
        film.save(tmp_path / "film.mov")
    with pytest.raises(ValueError, match="at least two frames"):
        nn.plot.animate(surface, frames=1)


def test_a_film_of_several_surfaces_has_a_panel_for_each():
    paths = {lr: nn.plot.trajectory(bowl, [1.0, 0.5], partial(nn.SGD, lr=lr), steps=6) for lr in (0.1, 0.2)}
    surfaces = {f"rate {lr}": nn.plot.Surface(bowl, {"sgd": path}, resolution=9) for lr, path in paths.items()}
    film = nn.plot.animate(surfaces, frames=3)
    film.show(3)
    panels = [axes for axes in film.figure.axes if axes.get_title()]
    assert [text.get_text() for text in film.figure.legends[0].get_texts()] == ["sgd"]
    other = {**surfaces, "other": nn.plot.Surface(bowl, {"adam": paths[0.1]}, resolution=9)}
    assert not nn.plot.animate(other, frames=2).figure.legends
    assert [axes.get_title() for axes in panels] == ["rate 0.1, step 3", "rate 0.2, step 3"]
    for axes, path in zip(panels, paths.values(), strict=True):
        line = next(line for line in axes.lines if line.get_label() == "sgd")
        assert np.array_equal(np.transpose(line.get_data()), path[:4])
    with pytest.raises(ValueError, match="2 surfaces for one ax"):
        nn.plot.animate(surfaces, ax=panels[0])
    with pytest.raises(ValueError, match="no paths"):
        nn.plot.animate({})
