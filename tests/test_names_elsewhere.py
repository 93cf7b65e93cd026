"""NumPy's and PyTorch's other names for what the package has: the error says which is ours."""

import importlib

import numpy as np
import pytest

import autograd_lite as ag

OTHER_NAMES = {
    name: same[0]
    for name in dir(np)
    if callable(getattr(np, name)) and not hasattr(ag, name)
    if (same := [ours for ours in ag.__all__ if getattr(np, ours, None) is getattr(np, name)])
}


def test_the_walk_finds_them():
    assert {"concatenate": "concat", "arctan": "atan", "power": "pow", "absolute": "abs"}.items() <= OTHER_NAMES.items()


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_numpys_other_names_name_ours(name):
    with pytest.raises(AttributeError, match=rf"^autograd_lite has no '{name}'; it is ag\.{OTHER_NAMES[name]}, "):
        getattr(ag, name)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("array", r"write ag\.asarray, or ag\.Tensor"),
        ("tensor", r"did you mean ag\.Tensor\?"),
        ("vstack", r"np\.vstack takes Tensors"),
        ("cumsum", r"np\.cumsum takes Tensors"),
        ("allclose", r"np\.allclose takes Tensors"),
        ("logsumexpp", r"did you mean ag\.logsumexp\?"),
        ("zzz", r"'zzz'$"),
    ],
)
def test_other_names_name_the_nearest(name, remedy):
    with pytest.raises(AttributeError, match=remedy):
        getattr(ag, name)
    assert not hasattr(ag, name)


def test_modules_are_still_imported():
    module = importlib.import_module("autograd_lite.core.tensor")
    assert module.Tensor is ag.Tensor
    with pytest.raises(ImportError):
        exec("from autograd_lite import concatenate")
