"""The picture of a small network: its numbers are those of both passes, its lines the weights and their derivatives."""

import numpy as np
import pytest

import autograd_lite as ag
import nn


def drawn(axes):
    """The numbers in the circles."""
    return [t.get_text() for t in axes.texts if "$" not in t.get_text() and t.get_text() != "x"]


def test_the_numbers_of_both_passes(rng):
    model = nn.MLP([3, 4, 2], "tanh", seed=1)
    x, y = rng.normal(size=3), rng.normal(size=2)
    fig = nn.plot.units(model, x, y)
    forward, backward = fig.axes
    hidden, output = np.tanh(model[0](x).value), model(x).value
    assert drawn(forward) == [f"{v:.2f}" for v in [*x, *hidden, *output]]
    G_1 = 2 * (output - y) / 2  # the mean of two squares
    G_0 = (1 - hidden**2) * (G_1 @ model[2].weight.value)
    assert drawn(backward) == [f"{v:.2f}" for v in [*G_0, *G_1]]


def test_the_widest_line_is_the_largest_weight():
    """Its colour is the sign; backward, the lines are the derivatives in the weights."""
    model = nn.Linear(2, 1)
    model.weight.value = np.array([[0.5, -2.0]])
    fig = nn.plot.units(model, [4.0, 1.0], 0.0, loss=lambda F, Y: ag.sum(F))
    small, large = fig.axes[0].lines
    assert large.get_linewidth() == pytest.approx(3.3)
    assert small.get_linewidth() == pytest.approx(0.3 + 3 / 4)
    assert large.get_color() != small.get_color()
    first, second = fig.axes[1].lines  # ∂L/∂w = y ∂L/∂z = 4 and 1
    assert first.get_linewidth() == pytest.approx(3.3)
    assert second.get_linewidth() == pytest.approx(0.3 + 3 / 4)
    assert first.get_color() == second.get_color()


def test_a_layer_that_stands_twice():
    shared = nn.Linear(2, 2, seed=0)
    fig = nn.plot.units(nn.Sequential(shared, "tanh", shared), [1.0, 2.0], [0.0, 1.0])
    assert len(fig.axes[0].lines) == 8


def test_too_many_units():
    with pytest.raises(ValueError, match="units: a layer of 13 units is too many"):
        nn.plot.units(nn.MLP([2, 13, 1]), [1.0, 2.0], 0.0)
