"""Watching training: the numbers are those of `nn.explain`, at the epochs asked for, and the pictures show them."""

import numpy as np
import pytest

import nn

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(60, 3)), RNG.normal(size=60)


def watched(activation, **options):
    watch = nn.Watch(X[:20], Y[:20], **options)
    model = nn.MLP([3, 6, 5, 1], activation)
    watch.look(model)
    nn.fit(model, X, Y, epochs=6, progress=False, callbacks=[watch])
    return watch, model


def test_the_numbers_are_those_of_explain():
    """The last look is that after the last epoch: nothing has moved since."""
    watch, model = watched("tanh")
    found = nn.explain(model, X[:20], Y[:20])
    assert watch.epochs == [0, 1, 2, 3, 4, 5, 6]
    assert watch.diagnosis[-1] == found.diagnosis
    for heading in ("gradient/weight", "‖G‖/‖G_ℓ‖", "saturated"):
        for name, numbers in watch[heading].items():
            assert numbers.shape == (7,)
            assert numbers[-1] == found[name].details[heading]
    assert list(watch["gradient/weight"]) == ["∂L/∂W_0", "∂L/∂W_1", "∂L/∂W_2"]
    assert list(watch["‖G‖/‖G_ℓ‖"]) == ["G_0", "G_1", "G_2"]
    assert list(watch["saturated"]) == ["A_1", "A_2"]


def test_it_looks_every_so_many_epochs_and_changes_nothing():
    watch, model = watched("relu", every=3)
    assert watch.epochs == [0, 3, 6]
    assert watch["dead"]["A_1"].shape == (3,)
    plain = nn.MLP([3, 6, 5, 1], "relu")
    nn.fit(plain, X, Y, epochs=6, progress=False)
    for p, q in zip(model.parameters(), plain.parameters(), strict=True):
        np.testing.assert_array_equal(p.value, q.value)
    assert model.training


def test_the_loss_of_training():
    """The gradient of a loss ten times as large is ten times as large."""
    model = nn.MLP([3, 4, 1])
    ratios = []
    for factor in (1.0, 10.0):
        watch = nn.Watch(X, Y, loss=lambda F, T, factor=factor: factor * nn.mse_loss(F, T))
        watch.look(model)
        ratios.append(watch["gradient/weight"]["∂L/∂W_0"][0])
    assert ratios[1] == pytest.approx(10 * ratios[0], rel=1e-12)  # a product more in each, a few roundings


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_training_that_goes_on_goes_on_with_what_was_seen(activation, tmp_path):
    """Bit for bit, with a look by hand before the first epoch, as the same script has it each time."""

    def run(path, epochs):
        watch, model = nn.Watch(X[:20], Y[:20], every=2), nn.MLP([3, 6, 5, 1], activation)
        watch.look(model)
        nn.fit(model, X, Y, epochs=epochs, checkpoint=path, progress=False, callbacks=[watch])
        return watch

    path = tmp_path / "run"
    assert run(path, 3).epochs == [0, 2]
    again, whole = run(path, 7), run(None, 7)
    assert again.epochs == whole.epochs == [0, 2, 4, 6]
    assert again.state_dict() == whole.state_dict()  # floats are compared, and floats come back from JSON bit for bit
    for heading in ("gradient/weight", "‖G‖/‖G_ℓ‖", "saturated" if activation == "tanh" else "dead"):
        assert list(again[heading]) == list(whole[heading])
        assert all([np.array_equal(again[heading][name], row) for name, row in whole[heading].items()])
    assert len(again.plot().axes[0].lines[0].get_xdata()) == 4


def test_a_state_is_a_copy_and_one_that_does_not_fit_changes_nothing():
    watch, _ = watched("tanh", every=3)
    state, other = watch.state_dict(), nn.Watch(X, Y)
    other.load_state_dict(state)
    assert other.state_dict() == state
    other.look(nn.MLP([3, 6, 5, 1], "tanh"))
    assert other.epochs == [*watch.epochs, 0] == [0, 3, 6, 0]
    assert watch.state_dict() == state
    before = other.state_dict()
    for damaged in ({}, {"looks": [*state["looks"], {"epoch": 4}]}, {"looks": [3]}):
        with pytest.raises((KeyError, TypeError)):
            other.load_state_dict(damaged)
    assert other.state_dict() == before
    nothing = nn.Watch(X, Y).state_dict()
    other.load_state_dict(nothing)
    assert other.state_dict() == nothing == {"looks": []}


def test_the_picture():
    """A panel for each heading, a line for each layer, over the epochs."""
    fig = watched("tanh")[0].plot("three layers")
    assert [axes.get_title() for axes in fig.axes] == [
        "gradient beside the weights",
        "adjoints beside the last",
        "saturated",
    ]
    assert [axes.get_yscale() for axes in fig.axes] == ["log", "log", "linear"]
    assert [line.get_label() for line in fig.axes[0].lines] == [rf"$\partial L/\partial W_{{{k}}}$" for k in range(3)]
    assert list(fig.axes[0].lines[0].get_xdata()) == [0, 1, 2, 3, 4, 5, 6]
    assert fig.get_suptitle() == "three layers"
    assert [axes.get_title() for axes in watched("relu")[0].plot().axes][-1] == "dead"


def test_many_layers_have_colours_of_their_own():
    watch = nn.Watch(X, Y)
    watch.look(nn.MLP([3, *[2] * 11, 1]))
    lines = watch.plot().axes[0].lines
    assert len(lines) == len({line.get_color() for line in lines}) == 12


def test_a_layer_without_a_number_in_one_look_has_nan_there():
    watch = nn.Watch(X, Y)
    watch.look(nn.MLP([3, 4, 1], "tanh"))
    watch.look(nn.MLP([3, 4, 1], "relu"), 1)
    assert np.isnan(watch["saturated"]["A_1"]).tolist() == [False, True]
    assert np.isnan(watch["dead"]["A_1"]).tolist() == [True, False]
    assert [axes.get_title() for axes in watch.plot().axes][2:] == ["saturated", "dead"]


def test_what_is_not_there():
    watch = nn.Watch(X, Y)
    with pytest.raises(KeyError, match="there is nothing yet"):
        watch["saturated"]
    with pytest.raises(ValueError, match="it has not looked yet"):
        watch.plot()
    watch.look(nn.MLP([3, 4, 1], "relu"))
    with pytest.raises(KeyError, match="there is no 'saturated'; there is dead"):
        watch["saturated"]
    with pytest.raises(ValueError, match="Watch: every"):
        nn.Watch(X, Y, every=0)
