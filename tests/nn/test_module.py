"""Modules: what is found inside, names, state, and calls with other parameters."""

from __future__ import annotations

import copy
import operator
import pickle
import re
import threading

import numpy as np
import pytest

import autograd_lite as ag
import nn


class Nested(nn.Module):
    """Parameters and modules as attributes, in a list, in a dict, and one shared by two."""

    def __init__(self) -> None:
        self.scale = nn.Parameter(2.0)
        self.layers = [nn.Linear(3, 4, seed=1), nn.Linear(4, 4, seed=2)]
        self.heads = {"mean": nn.Linear(4, 1, seed=3), "extra": [nn.Parameter([1.0])]}
        self.again = self.layers[0]
        self.note = "neither"

    def forward(self, x: object) -> object:
        for layer in self.layers:
            x = ag.tanh(layer(x))
        return self.scale * self.heads["mean"](x) + self.heads["extra"][0]


NAMES = [
    *("scale", "heads.extra.0", "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"),
    *("heads.mean.weight", "heads.mean.bias"),
]


def test_every_parameter_is_found_once_by_its_path():
    model = Nested()
    assert [name for name, _ in model.named_parameters()] == NAMES
    assert len(list(model.parameters())) == len(NAMES)
    assert list(model.state_dict()) == [*NAMES, "again.weight", "again.bias"]  # a shared one under each of its names
    assert [name for name, _ in model.named_children()] == ["layers.0", "layers.1", "heads.mean"]
    assert next(iter(model.modules())) is model
    assert len(list(model.modules())) == 4
    assert list(model.children()) == list(model.modules())[1:]


def test_state_dict_goes_round_and_is_a_copy():
    model, other = nn.MLP([3, 5, 2], seed=1), nn.MLP([3, 5, 2], seed=2)
    state = model.state_dict()
    assert not np.array_equal(state["0.weight"], other.state_dict()["0.weight"])
    other.load_state_dict(state)
    x = np.ones((4, 3))
    assert np.array_equal(model(x).value, other(x).value)
    state["0.weight"][...] = 0
    assert model[0].weight.value.any()
    assert other[0].weight.value.any()


def test_load_state_dict_takes_tensors_and_keeps_the_dtype_of_parameters():
    model = nn.Linear(2, 1, dtype=np.float32)
    model.load_state_dict({"weight": ag.Tensor([[1.5, 2.5]]), "bias": [3]})
    assert model.weight.dtype == model.bias.dtype == np.float32
    assert model.weight.value.tolist() == [[1.5, 2.5]]


def test_load_state_dict_names_all_that_is_wrong_and_changes_nothing():
    model = nn.Linear(2, 1, seed=0)
    before = model.state_dict()
    with pytest.raises(nn.StateError) as caught:
        model.load_state_dict({"weight": np.zeros((1, 3)), "weigth": np.zeros(1)})
    for part in ("missing 'bias'", "unexpected 'weigth'", "'weight' has shape (1, 3) instead of (1, 2)", "Linear"):
        assert part in str(caught.value)
    assert all(np.array_equal(v, before[k]) for k, v in model.state_dict().items())
    model.load_state_dict({"bias": [7.0], "other": 1}, strict=False)
    assert model.bias.value == 7.0


def test_functional_call_is_the_call_and_leaves_the_model_alone():
    model, x = Nested(), np.random.default_rng(0).normal(size=(6, 3))
    state = model.state_dict()
    assert np.array_equal(nn.functional_call(model, {}, x).value, model(x).value)
    assert np.array_equal(nn.functional_call(model, state, x), model(x).value)
    changed = nn.functional_call(model, {"scale": 4.0, "heads.extra.0": np.zeros(1)}, x)
    assert np.allclose(changed.value, 2 * (model(x).value - 1.0), rtol=1e-14)  # two roundings of the same sum
    assert model.scale.value == 2.0
    assert all(np.array_equal(v, state[k]) for k, v in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def test_functional_call_replaces_a_shared_parameter_everywhere():
    class Tied(nn.Module):
        def __init__(self) -> None:
            self.a = nn.Linear(2, 2, bias=False, seed=0)
            self.b = nn.Linear(2, 2, bias=False, seed=1)
            self.b.weight = self.a.weight

        def forward(self, x: object) -> object:
            return self.b(self.a(x))

    model = Tied()
    assert len(list(model.parameters())) == 1
    out = nn.functional_call(model, {"a.weight": 3 * np.eye(2)}, np.ones((1, 2)))
    assert out.tolist() == [[9.0, 9.0]]


def test_gradients_through_functional_call_are_those_of_backward():
    model, x = Nested(), np.random.default_rng(0).normal(size=(6, 3))
    gradient = ag.grad(lambda p: ag.sum(nn.functional_call(model, p, x) ** 2))(
        {name: p.value for name, p in model.named_parameters()}
    )
    ag.sum(model(x) ** 2).backward()
    for name, p in model.named_parameters():
        assert np.array_equal(np.ravel(gradient[name]), np.ravel(p.grad.value)), name


def test_functional_call_refuses_what_does_not_fit():
    model = nn.Linear(2, 1)
    with pytest.raises(nn.StateError, match=r"unexpected 'W'; 'bias' has shape \(2,\) instead of \(1,\)"):
        nn.functional_call(model, {"W": 1.0, "bias": np.zeros(2)}, np.ones((1, 2)))


def test_functional_calls_in_threads_do_not_meet():
    model, x = nn.MLP([2, 8, 1]), np.ones((3, 2))
    state = model.state_dict()
    wanted = [nn.functional_call(model, {k: v * i for k, v in state.items()}, x) for i in range(4)]
    got: list[list[object]] = [[] for _ in wanted]

    def work(i: int) -> None:
        for _ in range(50):
            got[i].append(nn.functional_call(model, {k: v * i for k, v in state.items()}, x))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all(np.array_equal(g, w) for gs, w in zip(got, wanted, strict=True) for g in gs)


def test_a_parameter_is_not_overwritten_by_an_array():
    layer = nn.Linear(2, 1)
    with pytest.raises(TypeError, match=r"\.weight\.value"):
        layer.weight = np.zeros((1, 2))
    layer.weight = nn.Parameter(np.zeros((1, 2)))
    layer.bias = None
    assert [name for name, _ in layer.named_parameters()] == ["weight"]


def test_modes_gradients_and_freezing_reach_everything_inside():
    model = Nested()
    assert model.eval() is model
    assert not any(m.training for m in model.modules())
    model.train()
    assert all(m.training for m in model.modules())
    ag.sum(model(np.ones((2, 3)))).backward()
    assert all(p.grad is not None for p in model.parameters())
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())
    assert not model.requires_grad_(False)(np.ones((2, 3))).requires_grad
    assert model.requires_grad_()(np.ones((2, 3))).requires_grad


def test_copies_and_pickles_share_nothing():
    model = nn.MLP([2, 3, 1])
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert np.array_equal(twin(np.ones((1, 2))).value, model(np.ones((1, 2))).value)
        assert all(isinstance(p, nn.Parameter) for p in twin.parameters())
        twin[0].weight.value = np.zeros((3, 2))
        assert model[0].weight.value.any()


def test_calls_mark_their_rows_as_groups():
    """The innermost unit comes first, and what a unit did not record is not in it."""
    model = nn.MLP([2, 3, 1])
    source = ag.draw(model(np.ones((1, 2)))).source
    for label in ("MLP", "Linear(2, 3)", "Tanh", "Linear(3, 1)"):
        assert label in source, label
    x = ag.Var([1.0])
    nn.Lambda(lambda t: t)(x)
    assert "Lambda" not in ag.draw(x * 2).source


def test_several_outputs_in_a_container():
    class Two(nn.Module):
        def forward(self, x: object) -> dict[str, object]:
            return {"sin": ag.sin(x), "rest": (ag.cos(x), None)}

    out = Two()(ag.Var(1.0))
    assert "Two" in ag.draw(out["rest"][0]).source


def test_repr_reads_like_torch():
    assert repr(nn.Sequential({"in": nn.Linear(2, 3), "act": nn.ReLU()})) == (
        "Sequential(\n  (in): Linear(in_features=2, out_features=3, bias=True)\n  (act): ReLU()\n)"
    )
    assert repr(nn.Module()) == "Module()"


def test_forward_has_to_be_written():
    with pytest.raises(NotImplementedError, match="Empty: write a forward"):
        type("Empty", (nn.Module,), {})()(1.0)


# -- the front page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", [nn, nn.plot])
def test_the_front_page_names_what_there_is(package):
    """All that it names is there, and it names all that is public; of the long families their module."""
    named = set(re.findall(r"`([\w.]+)`", package.__doc__.partition("* ")[2]))
    for name in named:
        operator.attrgetter(name)(package)
    families = [nn.activations, nn.losses, nn.schedule] if package is nn else []
    assert {family.__name__.rpartition(".")[2] for family in families} <= named
    assert set(package.__all__) - {name for family in families for name in family.__all__} - named == set()
