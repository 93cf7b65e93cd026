"""What `nn.fit` says of labels and losses that do not fit one another, and the names that losses go by."""

import numpy as np
import pytest

import nn
from nn import losses
from nn.training.arguments import LOSSES, chosen_loss

RNG = np.random.default_rng(0)
X, CLASSES = RNG.normal(size=(32, 2)), RNG.integers(0, 3, 32)


def fit(y, outputs=3, **options):
    return nn.fit(nn.MLP([2, 4, outputs]), X, y, epochs=1, progress=False, **options)


@pytest.mark.parametrize(
    ("y", "options", "remedy"),
    [
        (CLASSES.astype(float), {}, r"y\.astype\(int\)"),
        (CLASSES.astype(float), {"loss": "cross_entropy"}, r"y\.astype\(int\)"),
        (CLASSES[:, None], {}, r"y\.ravel\(\)"),
        (np.eye(3, dtype=int)[CLASSES], {}, r"y\.argmax\(axis=1\)"),
        (CLASSES % 2, {"outputs": 1}, r"loss='bce_with_logits' with y\.astype\(float\)"),
        (CLASSES, {"outputs": 2}, r"needs 3 outputs$"),
    ],
)
def test_labels_that_do_not_fit_say_what_to_write(y, options, remedy):
    with pytest.raises(ValueError, match=rf"^fit: .*{remedy}"):
        fit(y, **options)


def test_what_the_errors_say_to_write_works():
    for y, options in (
        (CLASSES.astype(float).astype(int), {}),
        (CLASSES[:, None].ravel(), {}),
        (np.eye(3, dtype=int)[CLASSES].argmax(axis=1), {}),
        ((CLASSES % 2).astype(float), {"outputs": 1, "loss": "bce_with_logits"}),
        (CLASSES, {"loss": nn.CrossEntropyLoss()}),
    ):
        assert np.isfinite(fit(y, **options)["loss"][0])


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_goes_by_its_functions_name_too(name):
    assert chosen_loss(LOSSES[name].__name__, CLASSES) is chosen_loss(name, CLASSES) is LOSSES[name]


def test_the_usual_abbreviation():
    assert chosen_loss("ce", CLASSES) is nn.cross_entropy
    with pytest.raises(ValueError, match="did you mean 'huber'"):
        chosen_loss("hubert", CLASSES)


MODULES = [getattr(nn, name) for name in losses.__all__ if name.endswith("Loss") and name != "Loss"]


@pytest.mark.parametrize("loss", MODULES, ids=lambda loss: loss.__name__)
def test_a_class_of_losses_is_to_be_made_and_its_options_have_names(loss):
    with pytest.raises(TypeError, match=rf"^fit: .*write {loss.__name__}\(\)"):
        fit(CLASSES, loss=loss)
    with pytest.raises(TypeError, match=rf"^{loss.__name__}: options are given by name: .*reduction="):
        loss(np.ones(3))
