"""Errors of a training say where and what: in replayed steps as in others, and of checkpoints that do not fit."""

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.io.files import read, write


def test_a_replayed_step_names_its_batch_as_any_step_does():
    X, y = np.zeros((300, 1)), np.zeros((300, 1))
    X[11], y[11] = 1e200, 1e150  # the loss is 1e300, and its slope in the weight overflows; the others move nothing
    messages = []
    for loss in (nn.mse_loss, lambda output, target: nn.mse_loss(output, target)):
        model = nn.Linear(1, 1, bias=False)
        model.weight.value = np.zeros((1, 1))
        with pytest.raises(ag.NonFiniteError, match=r"the gradient in weight is no number in epoch 1, batch \d+") as e:
            nn.fit(model, X, y, loss=loss, batch_size=1, seed=1, progress=False)
        messages.append(str(e.value))
    assert messages[0] == messages[1]
    assert int(messages[0].partition("batch ")[2].partition(";")[0]) > 110  # replayed from the hundred and first on


@pytest.fixture
def training(tmp_path):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12, 2)), rng.normal(size=(12, 1))

    def train(*more, **options):
        model = nn.Sequential(nn.Linear(2, 1), *more)
        return nn.fit(model, X, y, loss="mse", checkpoint=tmp_path / "run", progress=False, **options)

    return train


@pytest.mark.parametrize("began", [True, False])
def test_a_checkpoint_of_other_generators_does_not_fit(training, began):
    more = [(nn.Dropout(0.5),), ()]
    training(*more[not began], epochs=1)
    with pytest.raises(
        nn.FileError, match=rf"does not fit this training: {1 + began} random generators for {2 - began}"
    ):
        training(*more[began], epochs=2)


def test_a_header_without_end_is_a_damaged_file(training, tmp_path):
    training(epochs=1)
    header, arrays = read(tmp_path / "run")
    write(tmp_path / "run", {**header, "run": "[" * 200_000}, arrays)
    with pytest.raises(nn.FileError, match="nested too deeply"):
        training(epochs=2)
