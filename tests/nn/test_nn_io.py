"""Files: what is saved comes back, and what was not saved by us is refused."""

from __future__ import annotations

import json
import os
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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
