"""Files: what is saved comes back, and what was not saved by us is refused."""

from __future__ import annotations

import json
import os
import struct

import numpy as np
import pytest
from hypothesis import given, strategies as st
from safetensors.numpy import load_file, save, save_file

import nn


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


MODELS = [
    nn.MLP([3, 5, 2], "relu", seed=1),
    nn.MLP([3, 4, 4, 2], nn.Tanh, output_activation="sigmoid", bias=False, dtype=np.float32, seed=1),
    nn.Sequential({"in": nn.Linear(3, 2, seed=1), "then": nn.Sequential(nn.Tanh(), nn.Linear(2, 2, seed=2))}),
    nn.Linear(3, 2, seed=1),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
def test_a_model_comes_back_without_its_code(model, path):
    nn.save(model, path)
    again = nn.load(path)
    assert type(again) is type(model)
    assert repr(again) == repr(model)
    x = np.random.default_rng(0).normal(size=(4, 3)).astype(next(model.parameters()).dtype)
    assert np.array_equal(again(x).value, model(x).value)
    assert [n for n, _ in again.named_parameters()] == [n for n, _ in model.named_parameters()]


def test_arrays_that_are_not_contiguous_are_saved_right(path):
    """safetensors itself writes their memory as it lies: the transpose would come back as something else."""

    class Odd(nn.Module):
        def __init__(self) -> None:
            a = np.arange(24.0).reshape(4, 6)
            self.transposed, self.scalar = nn.Parameter(a.T), nn.Parameter(7.0)
            self.reversed = nn.Parameter(a)
            self.reversed.value = a[::-1, ::2].repeat(2, axis=1)[:, ::-1]
            self.linear = nn.Linear(3, 2, seed=0)

    model = Odd()
    assert not model.transposed.value.flags.c_contiguous
    assert not model.linear.weight.value.flags.c_contiguous
    nn.save(model, path)
    arrays = load_file(path)
    for name, p in model.named_parameters():
        assert arrays[name].shape == p.shape
        assert np.array_equal(arrays[name], p.value), name
    again = Odd()
    again.load_state_dict({name: np.zeros(p.shape) for name, p in again.named_parameters()})
    nn.load(path, again)
    assert all(np.array_equal(a.value, b.value) for a, b in zip(again.parameters(), model.parameters(), strict=True))


def test_an_unknown_architecture_needs_its_model(path):
    model = nn.Sequential(nn.Linear(2, 2, seed=0), lambda x: x * 2)
    nn.save(model, path)
    with pytest.raises(nn.FileError, match="build the model and pass it"):
        nn.load(path)
    other = nn.Sequential(nn.Linear(2, 2, seed=1), lambda x: x * 2)
    assert nn.load(path, other) is other
    assert np.array_equal(other[0].weight.value, model[0].weight.value)
    with pytest.raises(nn.StateError, match=r"missing '2\.weight'"):
        nn.load(path, nn.MLP([2, 2, 2]))


def test_metadata_is_kept(path):
    nn.save(nn.Linear(1, 1), path, metadata={"columns": ["é"], "mean": [0.5]})
    assert nn.io.metadata(path) == {"columns": ["é"], "mean": [0.5]}
    nn.save(nn.Linear(1, 1), path)
    assert nn.io.metadata(path) == {}
    with pytest.raises(TypeError, match="JSON"):
        nn.save(nn.Linear(1, 1), path, metadata={"bad": object()})


def test_a_save_that_fails_leaves_the_old_file(path, monkeypatch):
    nn.save(nn.Linear(1, 1, init="ones"), path)
    old = path.read_bytes()

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        nn.save(nn.Linear(1, 1, init="zeros"), path)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_files_that_are_none_of_ours(path, tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        nn.load(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path)
    for junk in (b"", b"x", b"\x80\x04pickle", struct.pack("<Q", 2**40) + b"{}", struct.pack("<Q", 2) + b"[]"):
        path.write_bytes(junk)
        with pytest.raises(nn.FileError, match="not a whole safetensors file"):
            nn.load(path)
    save_file({"weight": np.ones((1, 1), np.int64)}, path)
    with pytest.raises(nn.FileError, match="int64"):
        nn.load(path)
    save_file({"weight": np.ones((1, 1))}, path)
    with pytest.raises(nn.FileError, match="does not say what its model is"):
        nn.load(path)


LINEAR = {"class": "Linear", "in_features": 1, "out_features": 1, "bias": False, "dtype": "float64"}


@pytest.mark.parametrize(
    "architecture",
    [
        "not json",
        "[" * 100_000,
        "null",
        '"Linear"',
        "{}",
        *map(
            json.dumps,
            [
                {"class": "os.system"},
                {"class": "Module"},
                {"class": ["Linear"]},
                {"class": "Tanh", "function": "x"},
                {"class": "Linear"},
                {**LINEAR, "in_features": 10**15, "out_features": 10**15},
                {**LINEAR, "in_features": 2},
                {**LINEAR, "in_features": -1},
                {**LINEAR, "dtype": "object"},
                {**LINEAR, "dtype": "float32", "bias": 1},
                {**LINEAR, "init": "ones"},
                {"class": "Sequential", "modules": {"forward": LINEAR}},
                {"class": "Sequential", "modules": {"__class__": LINEAR}},
                {"class": "Sequential", "modules": [LINEAR]},
                {"class": "MLP", "modules": {"a": LINEAR}},
            ],
        ),
    ],
)
def test_hostile_architectures_are_refused(path, architecture):
    path.write_bytes(save({"weight": np.ones((1, 1))}, {"architecture": architecture}))
    with pytest.raises(nn.FileError, match="architecture"):
        nn.load(path)


def test_the_plain_architecture_is_not_refused(path):
    path.write_bytes(save({"weight": np.ones((1, 1))}, {"architecture": json.dumps(LINEAR)}))
    assert nn.load(path)(np.ones((1, 1))).item() == 1.0


@given(st.data())
def test_damaged_files_never_raise_anything_else(tmp_path_factory, data):
    """Cut off anywhere, or with bytes overwritten: a FileError, or a file that happens to be whole."""
    path = tmp_path_factory.mktemp("damaged") / "file"
    nn.save(nn.MLP([2, 3, 1], seed=0), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))])
    try:
        model = nn.load(path)
    except nn.FileError:
        return
    assert isinstance(model, nn.Module)


# -- every layer, sharing, other packages --------------------------------------------------------------------

SHARED = nn.Linear(3, 3, seed=0)
LAYERS = [
    *[cls() for cls in nn.activations.MODULES.values()],
    nn.LeakyReLU(0.3),
    nn.PReLU(3, dtype=np.float32),
    nn.BatchNorm(3),
    nn.BatchNorm(3, momentum=None, affine=False),
    nn.BatchNorm(3, track_running_stats=False),
    nn.LayerNorm(3),
    nn.LayerNorm((3,), elementwise_affine=False),
    nn.RMSNorm(3, eps=0.1),
    nn.Dropout(0.2, seed=0),
    nn.AlphaDropout(0.2, seed=0),
    nn.GroupNorm(3, 3),
    nn.GroupNorm(1, 3, affine=False),
    nn.Flatten(),
    nn.Unflatten(1, (3, -1)),
    nn.FourierFeatures(3, 4, seed=0),
    nn.Residual(nn.Linear(3, 2, seed=0), nn.Linear(3, 2, seed=1)),
    nn.SkipConcat("tanh"),
    nn.Sequential(SHARED, "tanh", SHARED),
]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda m: type(m).__name__)
def test_every_layer_comes_back(layer, path):
    if isinstance(layer, nn.BatchNorm):
        layer(np.random.default_rng(1).normal(size=(5, 3)))  # so that there are statistics to keep
    model = nn.Sequential(layer)
    nn.save(model, path)
    again = nn.load(path)
    assert repr(again) == repr(model)
    x = np.random.default_rng(0).normal(size=(4, 6 if isinstance(layer, nn.GLU) else 3))
    outputs = [m.eval()(x) for m in (model, again)]
    assert np.array_equal(*[getattr(y, "value", y) for y in outputs])


@pytest.mark.parametrize(
    ("layer", "inputs"),
    [
        (nn.Embedding(7, 2, padding_idx=1, seed=0), [np.array([0, 6, 1])]),
        (nn.Bilinear(2, 3, 4, bias=False, seed=0), [np.ones((5, 2)), np.ones((5, 3))]),
    ],
)
def test_layers_of_other_inputs_come_back(layer, inputs, path):
    nn.save(layer, path)
    assert np.array_equal(nn.load(path)(*inputs).value, layer(*inputs).value)


def test_what_was_shared_stays_shared(path):
    nn.save(nn.Sequential(SHARED, "tanh", nn.Sequential("relu", SHARED)), path)
    again = nn.load(path)
    assert again[0] is again[2][1]
    assert len(list(again.parameters())) == 2


def test_an_option_that_is_trained_needs_its_model(path):
    nn.save(nn.Sequential(nn.ISRU(alpha=nn.Parameter(2.0))), path)
    with pytest.raises(nn.FileError, match="build the model and pass it"):
        nn.load(path)


@pytest.mark.parametrize(
    "layer",
    [
        {"class": "BatchNorm", "num_features": 10**13, "eps": 1e-5, "momentum": 0.1, "affine": False,
         "track_running_stats": True, "dtype": "float64"},
        {"class": "GroupNorm", "num_groups": 1, "num_channels": 10**13, "eps": 1e-5, "affine": True,
         "dtype": "float64"},
        {"class": "PReLU", "num_parameters": 10**13, "dtype": "float64"},
        {"class": "LayerNorm", "normalized_shape": [10**7, 10**7], "eps": 1e-5, "elementwise_affine": True,
         "bias": True, "dtype": "float64"},
        {"class": "Embedding", "num_embeddings": 10**9, "embedding_dim": 10**3, "padding_idx": None,
         "dtype": "float64"},
        {"class": "Bilinear", "in1_features": 10**5, "in2_features": 10**5, "out_features": 10**5, "bias": True,
         "dtype": "float64"},
        {"class": "Linear", "in_features": 10**6, "out_features": 10**6, "bias": True, "dtype": "float64"},
        {"class": "FourierFeatures", "in_features": 10**6, "num_frequencies": 10**6, "scale": 1.0, "dtype": "float64"},
        {"same": 0},
        {"same": 10**6},
        {"class": "Residual", "module": {"same": 0}, "shortcut": None},
    ],
    ids=lambda spec: str(spec.get("class", spec)),
)  # fmt: skip
def test_sizes_that_the_file_does_not_hold_are_not_made(layer, path):
    """Each would take gigabytes, or never end, if it were believed."""
    spec = {"class": "Sequential", "modules": {"0": layer}}
    path.write_bytes(save({"0.weight": np.ones((1, 1))}, {"architecture": json.dumps(spec)}))
    with pytest.raises(nn.FileError, match="architecture"):
        nn.load(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.sampled_from(
        ["Linear", "Sequential", "MLP", "Tanh", "Residual", "float64", "weight"]
    ),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["class", "modules", "same", "module", "shortcut", "in_features", "bias", "dtype", "0", "p"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(spec=JSON)
def test_any_json_for_an_architecture_is_refused_or_fits(tmp_path_factory, spec):
    path = tmp_path_factory.mktemp("json") / "file"
    path.write_bytes(save({"weight": np.ones((1, 1))}, {"architecture": json.dumps(spec)}))
    with pytest.raises(nn.FileError, match="architecture"):
        nn.load(path)


@given(st.integers(0, 2**64 - 1))
def test_declared_sizes_are_not_believed(tmp_path_factory, size):
    path = tmp_path_factory.mktemp("size") / "file"
    nn.save(nn.Linear(2, 2, seed=0), path)
    content = path.read_bytes()
    path.write_bytes(struct.pack("<Q", size) + content[8:])
    if size != struct.unpack("<Q", content[:8])[0]:
        with pytest.raises(nn.FileError, match="not a whole safetensors file"):
            nn.load(path)


def test_state_goes_to_torch_and_back(path):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
    theirs.double()(torch.randn(8, 3).double())
    ours = nn.Sequential(nn.Linear(3, 4), "tanh", nn.BatchNorm(4), nn.Linear(4, 2))
    x = np.random.default_rng(0).normal(size=(5, 3))
    expected = theirs.eval()(torch.from_numpy(x)).detach().numpy()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    assert np.allclose(ours.eval()(x).value, expected, rtol=1e-12)  # sums of four products in another order
    back = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
    back.double().load_state_dict({name: torch.from_numpy(a) for name, a in ours.state_dict().items()})
    assert np.array_equal(back.eval()(torch.from_numpy(x)).detach().numpy(), expected)
    from_torch = pytest.importorskip("safetensors.torch", reason="PyTorch is not installed: it is optional")
    from_torch.save_model(theirs, str(path))
    other = nn.Sequential(nn.Linear(3, 4), "tanh", nn.BatchNorm(4), nn.Linear(4, 2))
    assert np.allclose(nn.load(path, other).eval()(x).value, expected, rtol=1e-12)
