"""Layers, initial values, activations."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
import nn


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3), (0, 3)])
def test_linear_is_x_w_transposed_plus_b(shape):
    layer = nn.Linear(3, 2, seed=0)
    layer.bias.value = [1.0, -1.0]
    x = np.random.default_rng(0).normal(size=shape)
    assert layer.weight.shape == (2, 3)
    assert np.array_equal(layer(x).value, x @ layer.weight.value.T + [1.0, -1.0])
    without = nn.Linear(3, 2, bias=False, seed=0)
    assert without.bias is None
    assert np.array_equal(without(ag.asarray(x)).value, x @ layer.weight.value.T)


def test_linear_gradients_have_the_shapes_of_parameters():
    layer, x = nn.Linear(3, 2, seed=0), np.random.default_rng(0).normal(size=(5, 3))
    g = np.random.default_rng(1).normal(size=(5, 2))
    layer(x).backward(g)
    assert np.allclose(layer.weight.grad.value, g.T @ x, rtol=1e-14)  # one product, summed in another order
    assert np.allclose(layer.bias.grad.value, g.sum(0), rtol=1e-14)


def test_float32_stays_float32():
    model = nn.MLP([3, 4, 2], dtype=np.float32)
    loss = nn.cross_entropy(model(np.ones((5, 3), np.float32)), np.zeros(5, int))
    loss.backward()
    assert loss.dtype == np.float32
    assert all(p.dtype == p.grad.dtype == np.float32 for p in model.parameters())


def test_linear_names_the_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"input of shape \(5, 4\) does not end in in_features=3"):
        nn.Linear(3, 2)(np.ones((5, 4)))
    for bad in (0, 2.5, True, "2"):
        with pytest.raises(ValueError, match="in_features: a whole number"):
            nn.Linear(bad, 2)


def test_sequential_slices_names_and_functions():
    model = nn.Sequential(nn.Linear(2, 3, seed=0), "relu", lambda x: 2 * x, nn.Linear(3, 1, seed=1))
    x = np.ones((4, 2))
    assert len(model) == 4
    assert model[-1] is list(model)[3]
    assert np.array_equal(model(x).value, model[3:](model[:3](x)).value)
    named = nn.Sequential({"first": nn.Linear(2, 2), "act": "tanh"})
    assert [name for name, _ in named.named_parameters()] == ["first.weight", "first.bias"]
    for name in ("forward", "a.b", ""):
        with pytest.raises(ValueError, match="does not do as a name"):
            nn.Sequential({name: "tanh"})


def test_mlp_has_an_activation_between_layers_only():
    model = nn.MLP([2, 3, 4, 1], activation=nn.ReLU, output_activation=nn.sigmoid)
    assert [type(m).__name__ for m in model] == ["Linear", "ReLU", "Linear", "ReLU", "Linear", "Sigmoid"]
    assert model[1] is not model[3]
    assert [type(m).__name__ for m in nn.MLP([2, 3, 1])] == ["Linear", "Tanh", "Linear"]
    shared = nn.Tanh()
    assert all(m is shared for m in list(nn.MLP([1, 2, 2, 1], shared))[1::2])
    assert next(iter(nn.MLP([2, 1]))).bias is not None
    assert all(m.bias is None for m in nn.MLP([2, 2, 1], bias=False) if isinstance(m, nn.Linear))
    with pytest.raises(ValueError, match="sizes needs"):
        nn.MLP([3])
    with pytest.raises(ValueError, match="did you mean 'tanh'"):
        nn.MLP([2, 2, 1], "tahn")
    with pytest.raises(TypeError, match="activation"):
        nn.MLP([2, 2, 1], 3)


def test_activation_functions_and_modules_agree():
    x = np.linspace(-3, 3, 13)
    for module, function, formula in (
        (nn.Tanh(), nn.tanh, np.tanh(x)),
        (nn.ReLU(), nn.relu, np.where(x > 0, x, 0)),
        (nn.Sigmoid(), nn.sigmoid, 1 / (1 + np.exp(-x))),
    ):
        assert np.array_equal(module(x), function(x))
        assert np.allclose(function(x), formula, rtol=1e-15, atol=0)  # one formula in another order of operations


SHAPE = (300, 200)


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("xavier_uniform", 2 / 500),
        ("xavier_normal", 2 / 500),
        ("he_uniform", 2 / 200),
        ("he_normal", 2 / 200),
        ("kaiming_normal", 2 / 200),
    ],
)
def test_initial_values_have_the_moments_of_their_formula(name, variance):
    w = getattr(nn.init, name)(SHAPE, seed=0)
    # 60,000 draws: the mean within 5 of its standard errors, the variance within 5 of the larger (normal) one's.
    assert abs(w.mean()) < 5 * (variance / w.size) ** 0.5
    assert abs(w.var() / variance - 1) < 5 * (2 / w.size) ** 0.5
    if "uniform" in name:
        bound = (3 * variance) ** 0.5
        assert 0.999 * bound < abs(w).max() <= bound  # 60,000 draws come this close to the edge
    else:
        assert abs(w).max() > 3 * variance**0.5
    assert np.allclose(
        getattr(nn.init, name)(SHAPE, seed=0, gain=1.0).var() * (2 if "xavier" not in name else 1), w.var()
    )
    assert nn.init.he_normal((4, 3, 5, 5), seed=0).shape == (4, 3, 5, 5)
    with pytest.raises(ValueError, match="fan-in"):
        getattr(nn.init, name)((3,))


def test_seeds_decide():
    draw = nn.init.xavier_normal
    assert np.array_equal(draw(SHAPE, seed=3), draw(SHAPE, seed=3))
    assert not np.array_equal(draw(SHAPE, seed=3), draw(SHAPE, seed=4))
    rng = np.random.default_rng(3)
    first, second = draw(SHAPE, seed=rng), draw(SHAPE, seed=rng)
    assert np.array_equal(first, draw(SHAPE, seed=3))
    assert not np.array_equal(first, second)
    with pytest.raises(TypeError, match="seed: an integer"):
        draw(SHAPE, seed="0")


def test_without_a_seed_layers_differ_and_a_process_repeats_itself():
    nn.init.restart()
    a, b = nn.Linear(3, 3), nn.Linear(3, 3)
    assert not np.array_equal(a.weight.value, b.weight.value)
    nn.init.restart()
    assert np.array_equal(nn.Linear(3, 3).weight.value, a.weight.value)


def test_models_start_the_same_by_default():
    a, b, c = nn.MLP([3, 3, 3]), nn.MLP([3, 3, 3]), nn.MLP([3, 3, 3], seed=1)
    assert np.array_equal(a[0].weight.value, b[0].weight.value)
    assert not np.array_equal(a[0].weight.value, a[2].weight.value)
    assert not np.array_equal(a[0].weight.value, c[0].weight.value)


def test_mlp_starts_as_its_activation_wants():
    wide = [400, 300, 300]
    assert np.isclose(nn.MLP(wide, "relu")[2].weight.value.var(), 2 / 300, rtol=0.02)  # 90,000 draws: 0.5 % is 1 sigma
    assert np.isclose(nn.MLP(wide, "tanh")[0].weight.value.var(), 2 / 700, rtol=0.02)
    assert not nn.MLP(wide)[0].bias.value.any()
    ones = nn.MLP([2, 2], init="ones")
    assert ones[0].weight.value.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert nn.MLP([2, 2], init=lambda shape, seed, dtype: np.full(shape, 5.0))[0].weight.value[0, 0] == 5
    with pytest.raises(ValueError, match="did you mean 'xavier_uniform'"):
        nn.MLP([2, 2], init="xavier_unifrom")
