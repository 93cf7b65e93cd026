"""The matrix form: its numbers are the engine's and NumPy's, its formulas are checked, and it says what is wrong."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd_lite as ag
import nn
from nn.study.explain import slope

ACTIVATIONS = ["tanh", "relu", "sigmoid", ag.sin, ag.softplus, ag.special.erf]


def batch(rng, n=20, inputs=3):
    X = rng.normal(size=(n, inputs))
    return X, X.sum(axis=1) ** 2


def words(explanation):
    return " ".join(explanation.diagnosis)


# -- the numbers ----------------------------------------------------------------------------------------------------


def test_the_lectures_backward_pass_in_plain_numpy(rng):
    """tanh and half the sum of squares, written out as on the lecture's page."""
    X, Y = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
    model = nn.MLP([3, 5, 4, 2], "tanh", seed=1)
    for p in model.parameters():
        p.value = rng.normal(size=p.shape)
    found = nn.explain(model, X, Y, loss=lambda F, Y: 0.5 * ag.sum((F - Y) ** 2))

    W = [model[i].weight.value.T for i in (0, 2, 4)]
    b = [model[i].bias.value[None] for i in (0, 2, 4)]
    A1 = np.tanh(X @ W[0] + b[0])
    A2 = np.tanh(A1 @ W[1] + b[1])
    F = A2 @ W[2] + b[2]
    G2 = F - Y
    G1 = (1 - A2 * A2) * (G2 @ W[2].T)
    G0 = (1 - A1 * A1) * (G1 @ W[1].T)
    ones = np.ones((1, 7))
    expected = {"X": X, "A_1": A1, "A_2": A2, "F": F, "G_2": G2, "G_1": G1, "G_0": G0}
    expected |= {"∂L/∂W_2": A2.T @ G2, "∂L/∂W_1": A1.T @ G1, "∂L/∂W_0": X.T @ G0}
    expected |= {"∂L/∂b_2": ones @ G2, "∂L/∂b_1": ones @ G1, "∂L/∂b_0": ones @ G0}
    for name, value in expected.items():
        # the same formulas in another order of sums: a few roundings of numbers up to about 100
        np.testing.assert_allclose(found[name].value, value, rtol=1e-11, atol=1e-11, err_msg=name)
        assert found[name].shape == value.shape
        assert found[name].norm == pytest.approx(np.sqrt((value**2).sum()))
    assert [q.name for q in found.forward] == ["X", "H_1", "A_1", "H_2", "A_2", "F"]
    assert found["G_0"].formula == "tanh′(H_1) ⊙ (G_1 W_1ᵀ)"
    assert found["G_2"].formula == "∂L/∂F"
    assert found.loss == pytest.approx(0.5 * ((F - Y) ** 2).sum())


@given(
    widths=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    activation=st.sampled_from(ACTIVATIONS),
    output=st.sampled_from([None, "tanh", "sigmoid"]),
    dtype=st.sampled_from([np.float64, np.float32]),
    bias=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_the_matrix_form_is_what_backward_gives(widths, activation, output, dtype, bias, seed):
    rng = np.random.default_rng(seed)
    model = nn.MLP(widths, activation, output_activation=output, bias=bias, seed=seed, dtype=dtype)
    X, Y = rng.normal(size=(6, widths[0])), rng.normal(size=(6, widths[-1]))
    found = nn.explain(model, X, Y)
    assert found.difference <= 8 * 20 * np.finfo(dtype).eps  # what explain itself allows for sums of up to 12 terms

    nn.mse_loss(model(X.astype(dtype)), Y.astype(dtype)).backward()
    for k in range(len(widths) - 1):
        layer = model[2 * k]
        pairs = [(f"∂L/∂W_{k}", layer.weight.grad.value.T)]
        if bias:
            pairs.append((f"∂L/∂b_{k}", layer.bias.grad.value[None]))
        for name, grad in pairs:
            assert found[name].value.dtype == dtype
            # the same operations on the same numbers; only the order of sums may differ
            np.testing.assert_allclose(
                found[name].value, grad, rtol=1e3 * np.finfo(dtype).eps, atol=np.finfo(dtype).eps
            )
    assert ("∂L/∂b_0" in str(found)) == bias


def test_shared_frozen_and_nested_layers_and_the_mode_are_left_as_they_were(rng):
    shared = nn.Linear(3, 3, seed=0)
    model = nn.Sequential(nn.Sequential(shared, "tanh"), shared, nn.Tanh(), ag.sin, nn.Linear(3, 1, seed=1))
    model.requires_grad_(False)
    X, y = batch(rng)
    found = nn.explain(model, X, y)
    assert [q.layer for q in found.forward if " W_" in q.formula] == ["0.0", "1", "4"]
    assert found["A_2"].formula == "(sin∘tanh)(H_2)"
    assert model.training
    assert not any(p.requires_grad or p.grad is not None for p in model.parameters())
    model.requires_grad_()
    model.eval()
    nn.mse_loss(model(X), y[:, None]).backward()
    total = found["∂L/∂W_0"].value + found["∂L/∂W_1"].value
    np.testing.assert_allclose(total, shared.weight.grad.value.T, rtol=1e-12)  # two sums of a few roundings
    nn.explain(model, X, y)
    assert not model.training


def test_a_function_that_mixes_entries_goes_through_its_jacobian(rng):
    def softmax(h):
        return ag.softmax(h, axis=-1)

    X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 4))
    found = nn.explain(nn.Sequential(nn.Linear(3, 4, seed=0), softmax), X, Y)
    assert found["G_0"].formula == "J_softmax(H_1)ᵀ ∂L/∂F"
    P, E = found["F"].value, 2 * (found["F"].value - Y) / Y.size
    np.testing.assert_allclose(found["G_0"].value, P * (E - (P * E).sum(1, keepdims=True)), atol=1e-15)  # entries < 1


def test_functions_go_by_their_names(rng):
    model = nn.Sequential(nn.Linear(3, 4, seed=0), nn.LeakyReLU(), nn.Linear(4, 1, seed=1), lambda h: 2 * h)
    found = nn.explain(model, *batch(rng))
    assert found["A_1"].formula == "leaky_relu(H_1)"
    assert found["F"].formula == "f(H_2)"


def test_slope_is_the_derivative_and_sees_mixing(rng):
    h = rng.normal(size=(5, 3))
    np.testing.assert_allclose(slope(ag.tanh, h), 1 - np.tanh(h) ** 2, rtol=1e-13)  # one subtraction apart
    assert slope(lambda x: ag.cumulative_sum(x, axis=1), h) is None
    assert slope(lambda x: x - ag.mean(x, axis=0), h) is None
    assert slope(ag.sum, h) is None


# -- the check ------------------------------------------------------------------------------------------------------


class Doubled(nn.Linear):
    def forward(self, x):
        return 2 * super().forward(x)


class WrongWeight(nn.Linear):
    """Right forward, wrong backward: its weight gets only half of its adjoint."""

    def forward(self, x):
        w = 0.5 * self.weight + 0.5 * ag.stop_gradient(self.weight)
        return ag.matmul(x, w.mT) + self.bias


@pytest.mark.parametrize(
    ("layer", "said"),
    [(Doubled(4, 2, seed=0), r"layer '2'.* H_2 "), (WrongWeight(4, 2, seed=0), r"layer '2'.*∂L/∂W_1 ")],
)
def test_a_layer_that_is_no_matrix_product_is_named(layer, said, rng):
    X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    with pytest.raises(ag.GradientMismatch, match=said):
        nn.explain(nn.Sequential(nn.Linear(3, 4, seed=0), "tanh", layer, "tanh"), X, Y)


def test_a_wrong_adjoint_between_the_layers_is_named(rng):
    """The function's derivative depends on which run it is in: what comes back is not f′(H) ⊙ (G Wᵀ)."""
    calls = []

    def fickle(h):
        calls.append(1)
        return ag.tanh(h) if len(calls) == 1 else 1.5 * ag.tanh(h)

    X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    with pytest.raises(ag.GradientMismatch, match=r"layer '0'.*G_0 = .*fickle′\(H_1\) ⊙ \(G_1 W_1ᵀ\)"):
        nn.explain(nn.Sequential(nn.Linear(3, 4, seed=0), fickle, nn.Linear(4, 2, seed=1)), X, Y)


# -- in words -------------------------------------------------------------------------------------------------------


def test_a_healthy_network_is_called_so(rng):
    found = nn.explain(nn.MLP([3, 16, 16, 1], "tanh"), *batch(rng))
    assert len(found.diagnosis) == 1
    assert "neither vanish nor explode" in words(found)


def test_dead_units_are_counted_and_named(rng):
    X, y = batch(rng)
    model = nn.MLP([3, 8, 1], "relu")
    model[0].bias.value = np.where(np.arange(8) < 2, -100.0, 10.0)
    found = nn.explain(model, X, y)
    assert found["A_1"].details == {"dead": 0.25}
    assert "Dead units: 25% of those in A_1 = relu(H_1)" in words(found)
    model[0].bias.value = np.full(8, 10.0)
    assert "Dead" not in words(nn.explain(model, X, y))
    model[0].bias.value = np.zeros(8)  # each unit is off on some rows and on on others
    found = nn.explain(model, X, y)
    assert 0 < (found["A_1"].value == 0).mean() < 1
    assert found["A_1"].details == {"dead": 0.0}
    model[0].bias.value = np.full(8, -100.0)
    silent = nn.explain(model, X, y)
    assert "Dead units: 100%" in words(silent)
    assert "Vanishing" in words(silent)
    assert silent["G_0"].norm == 0


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", lambda h: h / (1 + abs(h))])
def test_saturation_is_counted_and_named(activation, rng):
    X, y = batch(rng)
    model = nn.MLP([3, 8, 1], activation)
    assert "Saturated" not in words(nn.explain(model, X, y))
    model[0].bias.value = np.full(8, 20.0)
    found = nn.explain(model, X, y)
    assert found["A_1"].details == {"saturated": 1.0}
    assert "Saturated: 100% of A_1" in words(found)


def test_saturation_of_tanh_begins_where_its_derivative_is_a_twentieth():
    edge = np.arctanh(np.sqrt(0.95))
    model = nn.Sequential(nn.Linear(1, 1, init="ones"), "tanh")
    found = nn.explain(model, edge * np.array([[0.0], [0.99], [1.01], [-1.01]]), np.zeros(4))
    assert found["F"].details == {"saturated": 0.5}


def test_vanishing_and_exploding_gradients_are_named(rng):
    X, y = batch(rng)
    deep = nn.explain(nn.MLP([3, *[8] * 6, 1], "sigmoid"), X, y)
    ratio = deep["G_0"].norm / deep["G_6"].norm
    assert f"Vanishing gradients: ‖G_0‖ is {ratio:.2g} of ‖G_6‖, a factor of {ratio ** (1 / 6):.2g} per layer" in words(
        deep
    )
    assert deep["G_0"].details["‖G‖/‖G_ℓ‖"] == ratio
    model = nn.MLP([3, *[8] * 6, 1], "relu")
    for p in model.parameters():
        p.value = 4 * p.value
    assert "Exploding gradients" in words(nn.explain(model, X, y))


def test_gradient_to_weight_ratios(rng):
    model = nn.MLP([3, 4, 1])
    found = nn.explain(model, *batch(rng))
    q = found["∂L/∂W_1"]
    assert q.details["gradient/weight"] == pytest.approx(q.norm / np.linalg.norm(model[2].weight.value))


def test_zero_loss_and_infinities_are_named(rng):
    X, _ = batch(rng)
    model = nn.MLP([3, 4, 1])
    assert "G_1 is 0" in words(nn.explain(model, X, nn.predict(model, X)))
    model[0].weight.value = np.full((4, 3), np.inf)
    assert "H_1 has NaN or infinite entries, first in layer '0'" in words(nn.explain(model, X, np.zeros(20)))


# -- how it looks ---------------------------------------------------------------------------------------------------


def test_it_prints_as_text_markdown_html_and_latex(rng):
    X = rng.normal(size=(20, 3))
    found = nn.explain(nn.MLP([3, 8, 2], "relu"), X, (X[:, 0] > 0).astype(int))
    lines = str(found).splitlines()
    assert lines[0].split(" | ")[1].strip() == "forward pass"
    assert any(line.startswith("0     | ∂L/∂W_0 = Xᵀ G_0") and "| 3×8" in line for line in lines)
    assert "cross_entropy(F, Y)" in str(found)
    assert "transposed" in str(found)
    assert "largest relative difference" in str(found)
    assert "| `0` | `H_1 = X W_0 + b_0` | `20×8` |" in found.to_markdown()
    page = ElementTree.fromstring(found._repr_html_())
    assert len(page.findall("table")) == 2
    assert "relu′(H" in "".join(page.itertext())
    latex = found.to_latex()
    assert r"G_{0} = \operatorname{relu}'(H_{1}) \odot (G_{1} W_{1}^T) & 20 \times 8" in latex
    assert r"\frac{\partial L}{\partial b_{1}} = \mathbf{1}^T G_{1} & 1 \times 2" in latex
    assert not set(latex) & set("ᵀ⊙′‖×∂ℓ")
    assert {latex.count(rf"\{what}{{array}}") for what in ("begin", "end")} == {3}
    for array in latex.split(r"\hline")[1:]:
        lines = array.partition(r"\end{array}")[0].strip().splitlines()
        assert len({line.count("&") for line in lines}) == 1


def test_names_with_underscores_and_small_numbers_in_latex(rng):
    def my_function(h):
        return 1e-9 * ag.tanh(h)

    latex = nn.explain(
        nn.Sequential(nn.Linear(3, 2, seed=0), my_function), *batch(rng), loss=lambda F, y: ag.sum(F)
    ).to_latex()
    assert r"\operatorname{my\_function}(H_{1})" in latex
    assert r"\cdot 10^{-9}" in latex


def test_a_quantity_that_is_not_there_is_named(rng):
    with pytest.raises(KeyError, match="no 'G_7'; there is X, H_1"):
        nn.explain(nn.MLP([3, 4, 1]), *batch(rng))["G_7"]


def test_it_is_an_explanation_of_a_table(rng):
    found = nn.explain(nn.Linear(3, 1, seed=0), *batch(rng))
    assert isinstance(found, nn.Explanation)
    assert [q.layer for q in found.forward] == ["", "the model"]
    assert all(isinstance(t, ag.Table) for t in found._tables(str))
    assert found.diagnosis == ["One layer: there is no way for gradients to vanish or explode."]


# -- what it refuses ------------------------------------------------------------------------------------------------


def test_unsupported_models_and_data_are_refused(rng):
    X, y = batch(rng)

    class Skip(nn.Module):
        def __init__(self):
            self.inner = nn.Linear(3, 3)

        def forward(self, x):
            return x + self.inner(x)

    class Odd(nn.Sequential):
        def forward(self, x):
            return 2 * super().forward(x)

    supported = "supported are MLP and Sequential of Linear layers"
    for model, said in [
        (nn.Sequential(nn.Linear(3, 3), Skip()), f"1 is a Skip.*{supported}"),
        (Odd(nn.Linear(3, 1)), f"the model is a Odd.*{supported}"),
        (nn.Sequential("tanh", nn.Linear(3, 1)), f"0 is a Tanh, before the first Linear.*{supported}"),
        (nn.Sequential(), "no Linear layer"),
    ]:
        with pytest.raises(TypeError, match=said):
            nn.explain(model, X, y)
    model = nn.MLP([3, 1])
    with pytest.raises(ValueError, match=r"explain: inputs of shape \(n, 3\), not \(20,\)"):
        nn.explain(model, X[:, 0], y)
    with pytest.raises(ValueError, match=r"explain: .* differ in length"):
        nn.explain(model, X, y[:3])
    with pytest.raises(ValueError, match="explain: no loss is called 'msd'; did you mean 'mse'"):
        nn.explain(model, X, y, loss="msd")
    with pytest.raises(ValueError, match=r"explain: the loss has shape \(20, 1\)"):
        nn.explain(model, X, y, loss=lambda F, Y: (F - Y) ** 2)
    with pytest.raises(ValueError, match="changes the shape"):
        nn.explain(nn.Sequential(nn.Linear(3, 1), lambda h: ag.sum(h, axis=1)), X, y)
