"""Where networks meet files, pictures and numbers of NumPy: what is saved, drawn and joined is what was given."""

from __future__ import annotations

import inspect
import os
import stat

import numpy as np
import pytest
from matplotlib.text import Text

import autograd_lite as ag
import nn
from nn.command.report import train
from nn.data.tables import Table
from nn.io.models import _CLASSES

X = np.random.default_rng(0).normal(size=(7, 4))

# -- members side by side ---------------------------------------------------------------------------------------------


def with_axis(x):
    return ag.softmax(x, axis=1)


def with_axis_from_the_end(x):
    return ag.softmax(x, axis=-1)


@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax", "Softmin", "GLU"])
@pytest.mark.parametrize("dim", [-2, -1, 0, 1])
@pytest.mark.parametrize("inputs", ["shared", "each its own"])
def test_members_with_an_axis_are_what_they_are_alone(name, dim, inputs):
    members = [nn.Sequential(nn.Linear(4, 6, seed=s), getattr(nn, name)(dim)) for s in range(3)]
    x = X[:6] if inputs == "shared" else np.stack([X[:6] + s for s in range(3)])
    ensemble = nn.Ensemble(members)
    together = ensemble.predict(x)
    for i, member in enumerate(members):
        alone = nn.predict(member, x if inputs == "shared" else x[i])
        np.testing.assert_allclose(together[i], alone, rtol=1e-12)  # products in another order
        assert repr(ensemble[i]) == repr(member)
        np.testing.assert_array_equal(nn.predict(ensemble[i], X[:6]), nn.predict(member, X[:6]))
    assert members[0][1].dim == dim


def test_a_function_that_counts_axes_from_the_front_is_refused():
    good = [nn.Sequential(nn.Linear(4, 3, seed=s), with_axis_from_the_end) for s in range(2)]
    nn.Ensemble(good)
    with pytest.raises(ValueError, match=r"Ensemble: the members give something else side by side.*axis=-1"):
        nn.Ensemble([nn.Sequential(nn.Linear(4, 3, seed=s), with_axis) for s in range(2)])
    with pytest.raises(ValueError, match=r"Ensemble: Softmax\(dim=2\) is of an axis that rows of numbers have not"):
        nn.Ensemble([nn.Sequential(nn.Linear(4, 3, seed=0), nn.Softmax(2))])


def test_an_ensemble_has_modes_of_its_own():
    member = nn.Sequential(nn.Linear(4, 3, seed=0), nn.RReLU(seed=0))
    ensemble = nn.Ensemble([member]).eval()
    assert member[1].training
    ensemble.train()
    assert np.array_equal(ensemble.predict(X), ensemble.predict(X))  # RReLU draws in training
    assert ensemble.training


# -- files ------------------------------------------------------------------------------------------------------------

NEEDED = {
    "Bilinear": (4, 4, 3),
    "BatchNorm": (4,),
    "Embedding": (5, 3),
    "FourierFeatures": (4, 3),
    "GroupNorm": (2, 4),
    "LayerNorm": (4,),
    "Linear": (4, 3),
    "MLP": ([4, 3, 2],),
    "RMSNorm": (4,),
    "Residual": (nn.Linear(4, 4, seed=0),),
    "Sequential": (nn.Linear(4, 3, seed=0),),
    "SkipConcat": (nn.Linear(4, 4, seed=0),),
    "Unflatten": (1, (2, 2)),
}


def numpys(value, size):
    """A Python number as one of NumPy's."""
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, int):
        return (np.int64 if size == 8 else np.uint8)(value) if value >= 0 else np.int64(value)
    if isinstance(value, float):
        return (np.float64 if size == 8 else np.float32)(value)
    if isinstance(value, (list, tuple)):
        return type(value)(numpys(v, size) for v in value)
    return value


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize("cls", _CLASSES, ids=lambda cls: cls.__name__)
def test_numbers_of_numpy_in_a_modules_arguments_are_saved(cls, size, tmp_path):
    """For every class that a file may name, and every argument that is a number or several."""
    arguments = [numpys(a, size) for a in NEEDED.get(cls.__name__, ())]
    options = {
        name: numpys(p.default, size)
        for name, p in list(inspect.signature(cls).parameters.items())[len(arguments) :]
        if isinstance(p.default, (bool, int, float))
    }
    model = cls(*arguments, **options)
    nn.save(model, tmp_path / "m.safetensors")
    again = nn.load(tmp_path / "m.safetensors")
    assert repr(again) == repr(model)
    inputs = np.array([0, 1, 4]) if cls is nn.Embedding else X[:6]
    both = [m.eval()(*[inputs] * (2 if cls is nn.Bilinear else 1)) for m in (model, again)]
    np.testing.assert_array_equal(*[getattr(out, "value", out) for out in both])


@pytest.mark.skipif(os.name != "posix", reason="links and permissions as POSIX has them")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o664])
def test_saving_keeps_a_files_permissions_and_follows_links(tmp_path, mode):
    (tmp_path / "folder").mkdir()
    target, link, second = tmp_path / "folder" / "target", tmp_path / "link", tmp_path / "second"
    link.symlink_to("folder/target")
    second.symlink_to(link)
    nn.save(nn.Linear(2, 1, seed=0), link)  # a link to what is not there yet
    assert target.is_file()
    target.chmod(mode)
    before = os.umask(0)
    try:
        for path in (target, link, second):
            model = nn.Linear(2, 1, seed=1)
            nn.save(model, path)
            assert stat.S_IMODE(target.stat().st_mode) == mode
            assert link.is_symlink()
            assert second.is_symlink()
            assert nn.load(target).weight.value.tolist() == model.weight.value.tolist()
    finally:
        os.umask(before)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["folder", "link", "second", "target"]


# -- pictures ---------------------------------------------------------------------------------------------------------

NAMES = ["$_$", "US$ and CA$", r"\$^$", "_hidden", "a$b", "{$}"]
PROBABILITIES = np.full((6, 6), 1 / 6)


def surface(names):
    paths = {name: [[1.0, 1.0], [0.5, 0.5]] for name in names}
    return nn.plot.Surface(lambda p: ag.sum(p**2), paths, resolution=5)


def explanation():
    return nn.explain(nn.MLP([4, 3, 1], seed=0), X, X[:, 0])


PICTURES = {
    "confusion": lambda n: nn.plot.confusion(n, n[::-1]),
    "misclassified": lambda n: nn.plot.misclassified(np.zeros((6, 4, 4)), np.arange(6), PROBABILITIES, classes=n),
    "predicted_against_true": lambda n: nn.plot.predicted_against_true(X[:, 0], X[:, 1], name=n[0]),
    "residuals": lambda n: nn.plot.residuals(X[:, 0], X[:, 1], name=n[0]),
    "attributions": lambda n: nn.plot.attributions(np.zeros((1, 4, 4)), {n[0]: np.ones((1, 4, 4))}, [n[1]]),
    "calibration": lambda n: nn.plot.calibration(dict.fromkeys(n, PROBABILITIES), np.arange(6)),
    "history": lambda n: nn.History(loss=[1.0], **{n[0]: [1.0]}).plot(),
    "regions": lambda n: nn.plot.decision_boundary(nn.MLP([2, 3, 6], seed=0), X[:6, :2], np.arange(6), classes=n),
    "gradient_flow": lambda n: nn.plot.gradient_flow({k: explanation() for k in n}),
    "loss_surface": lambda n: nn.plot.loss_surface(surface(n)),
    "animate": lambda n: nn.plot.animate({n[0]: surface(n), n[1]: surface(n)}, frames=2).figure,
    "histograms": lambda n: nn.plot.histograms(nn.Sequential({n[0]: nn.Linear(4, 3)})),
}


@pytest.mark.parametrize("names", [NAMES, NAMES[::-1]])
@pytest.mark.parametrize("name", PICTURES)
def test_names_that_come_with_the_data_are_drawn_as_they_are(name, names):
    """Dollars hold formulas to matplotlib: one that is none ends the drawing, after the training."""
    fig = PICTURES[name](names)
    assert fig._repr_png_().startswith(b"\x89PNG")
    words = [t.get_text() for t in fig.findobj(Text)]
    assert any(["$" in w and "\\$" in w for w in words])


def test_classes_of_a_table_may_hold_dollars(tmp_path):
    y = np.arange(60) % 2
    table = Table(
        "$_$",
        np.random.default_rng(0).normal(size=(60, 4)) + y[:, None],
        y,
        list("abcd"),
        "price",
        classes=["$_$", "^$$"],
    )
    train(table, hidden=(4,), epochs=2, out=tmp_path, progress=False, say=lambda line: None)
    assert list(tmp_path.glob("*.png"))
