"""What a training is told, by a callback's answer or by an argument when it is resumed, is not passed over."""

import numpy as np
import pytest

import autograd_lite as ag
import nn

X = np.random.default_rng(3).normal(size=(30, 2))


def epochs(path=None, n=6, **options):
    return nn.fit(nn.MLP([2, 3, 1]), X, X[:, 0], epochs=n, progress=False, checkpoint=path, **options)


@pytest.mark.parametrize("true", [True, np.True_, np.array(True), ag.asarray(True)])
def test_every_true_ends_a_training(true):
    assert epochs(callbacks=[lambda epoch: true]).epochs == 1


@pytest.mark.parametrize("other", [None, False, np.False_, 1, 1.0, np.float64(2.0), "yes", ag.asarray(False)])
def test_nothing_else_does(other):
    assert epochs(n=2, callbacks=[lambda epoch: other]).epochs == 2


def test_a_learning_rate_other_than_that_of_the_checkpoint_is_refused(tmp_path):
    path = tmp_path / "run"
    epochs(path, 2, lr=0.25)
    content = path.read_bytes()
    with pytest.raises(nn.FileError, match=r"began with lr=0\.25, not lr=0\.5"):
        epochs(path, 4, lr=0.5)
    assert path.read_bytes() == content
    assert epochs(path, 3, lr=0.25)["lr"] == [0.25] * 3
    assert epochs(path, 4)["lr"] == [0.25] * 4  # none given: that of the checkpoint


def test_so_are_other_options_of_an_optimiser(tmp_path):
    path = tmp_path / "run"

    def run(n, **options):
        model = nn.MLP([2, 3, 1])
        rule = nn.SGD(model.parameters(), **options)
        schedule = nn.ExponentialLR(rule, 0.5)
        return nn.fit(model, X, X[:, 0], epochs=n, optimizer=rule, schedule=schedule, progress=False, checkpoint=path)

    run(2, lr=0.1, momentum=0.5)
    assert run(3, lr=0.1, momentum=0.5)["lr"] == pytest.approx([0.1, 0.05, 0.025])  # begun alike, moved by the schedule
    with pytest.raises(nn.FileError, match=r"began with momentum=0\.5, not momentum=0\.9"):
        run(4, lr=0.1, momentum=0.9)
    with pytest.raises(nn.FileError, match=r"began with lr=0\.1, not lr=0\.2"):
        run(4, lr=0.2, momentum=0.5)


def test_the_same_optimiser_goes_on_from_where_it_is(tmp_path):
    model = nn.MLP([2, 3, 1])
    rule = nn.SGD(model.parameters(), lr=0.1)
    schedule = nn.ExponentialLR(rule, 0.5)
    for n in (2, 4):
        history = nn.fit(
            model, X, X[:, 0], epochs=n, optimizer=rule, schedule=schedule, progress=False, checkpoint=tmp_path / "run"
        )
    assert history["lr"] == pytest.approx([0.1, 0.05, 0.025, 0.0125])
