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


# -- the other layers: against PyTorch, and by themselves --------------------------------------------------------------

X = np.random.default_rng(7).normal(size=(6, 4))
IMAGES = np.random.default_rng(8).normal(size=(5, 3, 2, 2))
INDEX = np.array([[0, 2, 2], [5, 1, 0]])

# ours, theirs, inputs
PAIRS = {
    "linear": (lambda: nn.Linear(4, 3, seed=0), lambda t: t.nn.Linear(4, 3), [X]),
    "bilinear": (lambda: nn.Bilinear(4, 4, 3, seed=0), lambda t: t.nn.Bilinear(4, 4, 3), [X, X[::-1].copy()]),
    "layer norm": (lambda: nn.LayerNorm(4), lambda t: t.nn.LayerNorm(4), [X]),
    "layer norm, 2 axes": (lambda: nn.LayerNorm((2, 2), eps=0.1), lambda t: t.nn.LayerNorm((2, 2), eps=0.1), [IMAGES]),
    "layer norm, plain": (
        lambda: nn.LayerNorm(4, elementwise_affine=False),
        lambda t: t.nn.LayerNorm(4, elementwise_affine=False),
        [X],
    ),
    "rms norm": (lambda: nn.RMSNorm(4), lambda t: t.nn.RMSNorm(4), [X]),
    "batch norm": (lambda: nn.BatchNorm(4), lambda t: t.nn.BatchNorm1d(4), [X]),
    "batch norm, mean of all": (
        lambda: nn.BatchNorm(3, momentum=None),
        lambda t: t.nn.BatchNorm2d(3, momentum=None),
        [IMAGES],
    ),
    "batch norm, plain": (
        lambda: nn.BatchNorm(4, affine=False, track_running_stats=False),
        lambda t: t.nn.BatchNorm1d(4, affine=False, track_running_stats=False),
        [X],
    ),
    "group norm": (lambda: nn.GroupNorm(2, 4), lambda t: t.nn.GroupNorm(2, 4), [X]),
    "group norm, one": (lambda: nn.GroupNorm(1, 3, eps=0.1), lambda t: t.nn.GroupNorm(1, 3, eps=0.1), [IMAGES]),
    "group norm, plain": (
        lambda: nn.GroupNorm(3, 3, affine=False),
        lambda t: t.nn.GroupNorm(3, 3, affine=False),
        [IMAGES],
    ),
    "embedding": (lambda: nn.Embedding(6, 3, seed=0), lambda t: t.nn.Embedding(6, 3), [INDEX]),
    "embedding, padded": (
        lambda: nn.Embedding(6, 3, padding_idx=2, seed=0),
        lambda t: t.nn.Embedding(6, 3, padding_idx=2),
        [INDEX],
    ),
    "prelu": (lambda: nn.PReLU(3), lambda t: t.nn.PReLU(3), [IMAGES]),
    "flatten": (nn.Flatten, lambda t: t.nn.Flatten(), [IMAGES]),
    "unflatten": (lambda: nn.Unflatten(1, (2, -1)), lambda t: t.nn.Unflatten(1, (2, -1)), [X]),
}


@pytest.mark.parametrize("name", PAIRS)
def test_values_gradients_and_state_are_those_of_pytorch(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    make, make_theirs, arrays = PAIRS[name]
    ours, theirs = make(), make_theirs(torch).double()
    rng = np.random.default_rng(3)
    for p in ours.parameters():
        p.value = rng.normal(size=p.shape)
    state = ours.state_dict()
    assert list(state) == list(theirs.state_dict())
    theirs.load_state_dict({k: torch.tensor(v) for k, v in state.items()})
    for training in (True, True, False):
        ours.train(training)
        theirs.train(training)
        here = [ag.Tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
        there = [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
        out, wanted = ours(*here), theirs(*there)
        # a few roundings of numbers of order 1, in another order
        assert np.allclose(out.value, wanted.detach().numpy(), rtol=1e-12, atol=1e-13)
        g = rng.normal(size=out.shape)
        ours.zero_grad()
        theirs.zero_grad()
        out.backward(g)
        if wanted.requires_grad:
            wanted.backward(torch.tensor(g))
        for a, b in zip([*here, *ours.parameters()], [*there, *theirs.parameters()], strict=True):
            if b.requires_grad:
                assert np.allclose(a.grad.value, b.grad.numpy(), rtol=1e-11, atol=1e-12)
    for key, value in theirs.state_dict().items():
        assert np.allclose(ours.state_dict()[key], value.numpy(), rtol=1e-13)
    again = make()
    again.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    again.eval()
    assert np.allclose(again(*arrays).value if hasattr(again(*arrays), "value") else again(*arrays), out.value)


def test_batch_norm_keeps_buffers_that_are_no_parameters():
    layer = nn.BatchNorm(4)
    assert [n for n, _ in layer.named_parameters()] == ["weight", "bias"]
    assert [n for n, _ in layer.named_buffers()] == ["running_mean", "running_var", "num_batches_tracked"]
    layer(X)
    assert np.allclose(layer.running_mean.value, 0.1 * X.mean(axis=0), rtol=1e-14)
    assert np.allclose(layer.running_var.value, 0.9 + 0.1 * X.var(axis=0, ddof=1), rtol=1e-14)
    with pytest.raises(TypeError, match="running_mean is a Buffer"):
        layer.running_mean = np.zeros(4)
    with pytest.raises(ValueError, match="no variance; call eval"):
        layer(X[:1])
    assert layer.eval()(X[:1]).shape == (1, 4)
    assert all(isinstance(b, nn.Buffer) and not b.requires_grad for b in layer.buffers())
    state = layer.state_dict()
    moved = nn.functional_call(layer, {"running_mean": state["running_mean"] + 1}, X)
    scale = np.sqrt(state["running_var"] + layer.eps)
    assert np.allclose(layer(X).value - moved.value, 1 / scale, rtol=1e-12)


def test_dropout_drops_in_training_only_and_by_its_seed():
    x = np.ones((200, 100))
    layer = nn.Dropout(0.3, seed=0)
    out = layer(x)
    assert set(np.unique(out)) == {0.0, 1 / 0.7}
    assert abs((out == 0).mean() - 0.3) < 5 * (0.21 / x.size) ** 0.5  # 5 standard errors
    assert not np.array_equal(out, layer(x))
    assert np.array_equal(out, nn.Dropout(0.3, seed=0)(x))
    assert layer.eval()(x) is x
    v = ag.Var(np.ones(50))
    y = nn.Dropout(0.5, seed=1)(v)
    ag.sum(y).backward()
    assert np.array_equal(v.grad.value, y.value)
    assert not nn.Dropout(1.0)(np.array([1.0, np.inf])).any()
    assert nn.Dropout(0.5, seed=0)(np.ones(3, np.float32)).dtype == np.float32
    with pytest.raises(ValueError, match="p is a probability"):
        nn.Dropout(1.5)


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=200_000)
    layer = nn.AlphaDropout(0.4, seed=0)
    out = layer(x)
    limit = nn.selu(-np.inf)
    assert abs(out.mean()) < 5 * x.size**-0.5  # 5 standard errors; a variance's is √2 and a bit as large
    assert abs(out.var() - 1) < 10 * x.size**-0.5
    least, count = np.unique(out, return_counts=True)
    assert abs(count.max() / x.size - 0.4) < 5 * (0.24 / x.size) ** 0.5
    scale = (0.6 * (1 + 0.4 * limit**2)) ** -0.5  # the paper's a; its b is -a p limit
    assert least[count.argmax()] == pytest.approx(scale * limit * 0.6, rel=1e-14)
    kept = out != least[count.argmax()]
    assert np.allclose(out[kept], scale * (x[kept] - 0.4 * limit), rtol=1e-12, atol=1e-15)  # two orders of two terms
    assert layer.eval()(x) is x
    assert nn.AlphaDropout(0.5, seed=0)(np.ones(3, np.float32)).dtype == np.float32
    with pytest.raises(ValueError, match="p is below 1"):
        nn.AlphaDropout(1.0)


def test_skips_add_and_concatenate():
    inner = nn.Linear(4, 4, seed=0)
    assert np.array_equal(nn.Residual(inner)(X).value, X + inner(X).value)
    short = nn.Linear(4, 3, seed=1)
    mixed = nn.Residual(nn.Linear(4, 3, seed=2), short)
    assert np.array_equal(mixed(X).value, short(X).value + mixed.module(X).value)
    assert np.array_equal(nn.SkipConcat("tanh")(X), np.concatenate([X, np.tanh(X)], axis=1))
    with pytest.raises(ValueError, match="give a shortcut"):
        nn.Residual(nn.Linear(4, 3))(X)


def test_fourier_features_are_cosines_and_sines_of_a_fixed_matrix():
    layer = nn.FourierFeatures(4, 3, scale=2.0, seed=0)
    angle = 2 * np.pi * X @ layer.B.value.T
    assert np.allclose(layer(X).value, np.hstack([np.cos(angle), np.sin(angle)]), rtol=0, atol=1e-13)
    assert not list(layer.parameters())
    assert list(layer.state_dict()) == ["B"]
    assert (
        abs(nn.FourierFeatures(50, 100, scale=2.0, seed=0).B.value.std() / 2 - 1) < 0.05
    )  # 5000 draws: 1 % is 1 sigma


def test_frozen_layers_get_no_gradient_and_stay():
    model = nn.MLP([4, 5, 2], seed=0)
    ag.sum(model(X)).backward()
    model[0].requires_grad_(False)
    assert model[0].weight.grad is None
    before = model.state_dict()
    optimizer = nn.SGD(model.parameters(), lr=0.1, weight_decay=0.1)
    optimizer.zero_grad()
    ag.sum(model(X)).backward()
    assert model[0].weight.grad is None
    optimizer.step()
    after = model.state_dict()
    assert np.array_equal(before["0.weight"], after["0.weight"])
    assert not np.array_equal(before["2.weight"], after["2.weight"])


def test_shared_weights_add_their_gradients():
    tied = nn.Sequential(nn.Linear(4, 4, seed=0), "tanh", nn.Linear(4, 4, seed=1))
    tied[2].weight = tied[0].weight
    assert len(list(tied.parameters())) == 3
    ag.sum(tied(X)).backward()
    loose = nn.Sequential(nn.Linear(4, 4, seed=0), "tanh", nn.Linear(4, 4, seed=0))
    ag.sum(loose(X)).backward()
    assert np.allclose(tied[0].weight.grad.value, loose[0].weight.grad.value + loose[2].weight.grad.value, rtol=1e-13)


def test_hooks_see_and_may_change_what_passes():
    model, seen = nn.MLP([4, 3, 2], seed=0), []
    hook = model[0].register_forward_hook(lambda module, inputs, output: seen.append((module, inputs, output)))
    before = model(X).value
    assert seen[0][0] is model[0]
    assert seen[0][1][0] is X
    assert np.array_equal(seen[0][2].value, model[0](X).value)
    hook.remove()
    hook.remove()
    model(X)
    assert len(seen) == 2
    with model[2].register_forward_hook(lambda module, inputs, output: output * 2):
        assert np.array_equal(model(X).value, 2 * before)
    with model.register_forward_pre_hook(lambda module, inputs: inputs[0] * 0):
        assert np.array_equal(model(X).value, model(0 * X).value)
    assert np.array_equal(model(X).value, before)


def test_slices_keep_names():
    model = nn.Sequential({"first": nn.Linear(4, 3, seed=0), "act": "relu", "last": nn.Linear(3, 2, seed=1)})
    assert list(model[1:].state_dict()) == ["last.weight", "last.bias"]
    assert model[1:].last is model.last
    assert [n for n, _ in model[::2].named_children()] == ["first", "last"]


def test_repr_is_that_of_torch():
    model = nn.Sequential(nn.Embedding(5, 2, padding_idx=0), nn.Flatten(), nn.LayerNorm(4), nn.Dropout(0.2), "relu")
    assert repr(model).splitlines() == [
        "Sequential(",
        "  (0): Embedding(5, 2, padding_idx=0)",
        "  (1): Flatten(start_dim=1, end_dim=-1)",
        "  (2): LayerNorm((4,), eps=1e-05, elementwise_affine=True)",
        "  (3): Dropout(p=0.2)",
        "  (4): ReLU()",
        ")",
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.Bilinear(4, 3, 2)(X, X), "does not end in in2_features=3"),
        (lambda: nn.Bilinear(4, 4, 2)(X, X[:3]), "have not the same rows"),
        (lambda: nn.LayerNorm(3)(X), r"does not end in normalized_shape=\(3,\)"),
        (lambda: nn.LayerNorm(()), "normalized_shape"),
        (lambda: nn.BatchNorm(3)(X), "has not num_features=3 on axis 1"),
        (lambda: nn.BatchNorm(0), "num_features"),
        (lambda: nn.Embedding(5, 2)(INDEX), "integers from 0 to 5 for num_embeddings=5"),
        (lambda: nn.Embedding(5, 2, padding_idx=5), "padding_idx is from 0 to 4"),
        (lambda: nn.Embedding(5, 2)(X), "the input is integers, not float64"),
        (lambda: nn.FourierFeatures(3, 2)(X), "does not end in in_features=3"),
        (lambda: nn.Flatten(2)(X), "has no axes start_dim=2"),
        (lambda: nn.GroupNorm(3, 4), "3 groups do not share 4 channels evenly"),
        (lambda: nn.GroupNorm(0, 4), "0 groups"),
        (lambda: nn.GroupNorm(2, 6)(X), "has not num_channels=6 on axis 1"),
        (lambda: nn.Unflatten(1, (3, 2))(X), r"shape \(6, 4\) has no axis for dim=1, unflattened_size=\(3, 2\)"),
        (lambda: nn.Unflatten(1, (3, -1))(X), "has no axis for"),
        (lambda: nn.Unflatten(2, (2, 2))(X), "has no axis for"),
        (lambda: nn.Unflatten(1, (-1, -1))(X), "has no axis for"),
    ],
)
def test_inputs_that_do_not_fit_are_named(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_the_module_that_an_input_does_not_fit_is_named():
    model = nn.Sequential({"first": nn.Linear(4, 3), "inner": nn.Sequential("tanh", nn.Linear(5, 2))})
    with pytest.raises(ValueError, match="in_features=5") as error:
        model(X)
    assert error.value.__notes__ == ["in module '1' of Sequential", "in module 'inner' of Sequential"]


# -- the summary -----------------------------------------------------------------------------------------------------


def test_summary_counts_parameters_flops_and_memory():
    model = nn.Sequential(nn.Linear(4, 3, seed=0), nn.BatchNorm(3), nn.Dropout(), nn.Residual(nn.Linear(3, 3, seed=1)))
    model[0].requires_grad_(False)
    state = model.state_dict()
    table = nn.summary(model, (6, 4))
    cells = {cells[0][0]: [c[0] for c in cells[1:]] for cells in table.body}
    assert list(cells) == ["0", "1", "2", "3.module", "whole"]
    assert cells["0"] == ["Linear(4, 3)", "(6, 3)", "15", f"{6 * 3 * (2 * 4 + 1)}", f"{6 * 3 * 8} B"]
    assert cells["2"][3] == "0"  # in eval mode nothing is dropped
    parts = sum(int(row[3]) for name, row in cells.items() if name != "whole")
    assert int(cells["whole"][3]) == parts + 6 * 3  # and the sum in the Residual
    assert "33 parameters, 18 trained, 15 frozen" in str(table)
    assert model.training
    assert all(np.array_equal(v, state[k]) for k, v in model.state_dict().items())
    assert not any(m._hooks for m in model.modules())
    assert table.to_markdown().count("\n|") == 6


def test_summary_takes_inputs_and_names_what_is_shared():
    tied = nn.Sequential(nn.Linear(4, 4, seed=0), nn.Linear(4, 4, seed=1))
    tied[1].weight = tied[0].weight
    assert [cells[3][0] for cells in nn.summary(tied, X).body] == ["20", "4 (shared)", "24"]
    assert "260" in str(nn.summary(nn.Bilinear(2, 3, 4), [np.ones((5, 2)), np.ones((5, 3))]))  # 2*5*2*3*4 + 5*4
    assert "(2, 3, 4)" in str(nn.summary(nn.Embedding(6, 4), INDEX))
    assert nn.summary(nn.Sequential("tanh", nn.Flatten()), (5, 2, 3)).body[1][5] == ["0 B"]  # a view keeps nothing
    with pytest.raises(TypeError, match="the shape of an input as a tuple"):
        nn.summary(tied, "4")
