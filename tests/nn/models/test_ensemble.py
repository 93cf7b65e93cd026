"""Networks side by side: each computes and learns what it does alone."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
import nn


def members(sizes=(2, 3, 2, 1), activation="tanh", k=4, **options):
    return [nn.MLP(sizes, activation, seed=seed, **options) for seed in range(k)]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_each_member_computes_what_it_does_alone(bias, dtype, rng):
    alone = members(bias=bias, dtype=dtype)
    X = rng.normal(size=(7, 2)).astype(dtype)
    ensemble = nn.Ensemble(alone)
    out = ensemble.predict(X)
    assert out.shape == (4, 7, 1)
    assert out.dtype == dtype
    assert len(ensemble) == 4
    eps = 100 * np.finfo(dtype).eps  # products of at most three terms, in another order
    for i, (one, copy) in enumerate(zip(alone, ensemble, strict=True)):
        np.testing.assert_allclose(out[i], nn.predict(one, X), rtol=eps, atol=eps)
        assert repr(copy) == repr(one)
        for name, value in one.state_dict().items():
            assert np.array_equal(copy.state_dict()[name], value)
    own = rng.normal(size=(4, 7, 2)).astype(dtype)
    np.testing.assert_allclose(ensemble(own).value[2], nn.predict(alone[2], own[2]), rtol=eps, atol=eps)


@pytest.mark.parametrize(
    ("loss", "target"),
    [
        (nn.mse_loss, np.linspace(-1, 1, 20)[:, None]),
        (nn.binary_cross_entropy_with_logits, (np.arange(20)[:, None] % 2).astype(float)),
    ],
)
def test_each_member_learns_what_it_does_alone(loss, target, rng):
    alone, X = members(), rng.normal(size=(20, 2))
    ensemble = nn.Ensemble(alone)
    options = {"epochs": 30, "lr": 0.05, "batch_size": 7, "progress": False}
    nn.fit(ensemble, X, target, loss=ensemble.loss(loss), **options)
    for one, copy in zip(alone, ensemble, strict=True):
        before = one.state_dict()
        nn.fit(one, X, target, loss=loss, **options)
        for name, value in one.state_dict().items():
            # 90 steps of Adam on gradients that differ by roundings
            np.testing.assert_allclose(copy.state_dict()[name], value, rtol=1e-7, atol=1e-9)
        assert not np.allclose(before["0.weight"], one.state_dict()["0.weight"], atol=1e-2)


def test_the_loss_is_the_sum_over_members_for_classes_too(rng):
    alone, X, y = members((2, 3, 3)), rng.normal(size=(6, 2)), np.arange(6) % 3
    ensemble = nn.Ensemble(alone)
    total = ensemble.loss(nn.cross_entropy)(ensemble(X), y)
    assert total.item() == pytest.approx(sum(nn.cross_entropy(m(X), y).item() for m in alone), rel=1e-14)
    total.backward()
    nn.cross_entropy(alone[1](X), y).backward()
    np.testing.assert_allclose(ensemble.together[0].weight.grad.value[1], alone[1][0].weight.grad.value, rtol=1e-12)


def test_members_are_copies_and_have_state(rng):
    alone = members()
    ensemble = nn.Ensemble(alone)
    before = alone[0][0].weight.value.copy()
    state = ensemble.state_dict()
    assert {name: value.shape for name, value in state.items()}["together.0.bias"] == (4, 1, 3)
    ensemble.load_state_dict({name: value + 1 for name, value in state.items()})
    assert np.array_equal(alone[0][0].weight.value, before)
    copy = ensemble[0]
    assert np.array_equal(copy[0].weight.value, before + 1)
    copy[0].weight.value = copy[0].weight.value * 0
    assert np.array_equal(ensemble[0][0].weight.value, before + 1)
    assert np.array_equal(ensemble[-1][2].bias.value, alone[3][2].bias.value + 1)
    assert "4 members of" in repr(ensemble)
    with pytest.raises(IndexError):
        ensemble[4]


def test_a_copy_of_one_member_and_functions_of_ones_own(rng):
    lone = nn.Ensemble([nn.Sequential(nn.Linear(2, 3, seed=0), ag.sin, nn.Linear(3, 1, seed=1))])
    X = rng.normal(size=(5, 2))
    assert lone.predict(X).shape == (1, 5, 1)
    assert lone[0](X).shape == (5, 1)


@pytest.mark.parametrize("batch_size", [1, 3, 7, 1024])
def test_rows_in_pieces_are_rows_at_once(batch_size, rng):
    ensemble, X, own = nn.Ensemble(members()), rng.normal(size=(7, 2)), rng.normal(size=(4, 7, 2))
    for rows in (X, own):
        out = nn.predict(ensemble, rows, batch_size)
        assert out.shape == (4, 7, 1)
        np.testing.assert_allclose(out, ensemble.predict(rows), rtol=1e-12, atol=1e-15)  # sums in blocks of other sizes
    with pytest.raises(ValueError, match=r"no rows in inputs of shape \(2,\)"):
        nn.predict(ensemble, X[0])


def test_held_out_rows_more_than_a_piece(rng):
    """`fit` asks by `predict`: the validation loss is that of all rows, however many."""
    ensemble, X = nn.Ensemble(members(k=3)), rng.normal(size=(1500, 2))
    y = X[:, :1] * X[:, 1:]
    loss = ensemble.loss(nn.mse_loss)
    history = nn.fit(ensemble, X[:64], y[:64], loss=loss, validation=(X, y), epochs=1, progress=False)
    assert history["val_loss"][0] == pytest.approx(loss(ensemble(X), y).item(), rel=1e-12)  # in blocks of other sizes


def test_metrics_are_functions_of_all_members_outputs(rng):
    ensemble, X = nn.Ensemble(members(k=3)), rng.normal(size=(20, 2))
    y = X[:, :1] * X[:, 1:]

    def spread(true, outputs):
        assert outputs.shape == (3, *true.shape)
        return outputs.std(axis=0).mean()

    options = {"loss": ensemble.loss(nn.mse_loss), "epochs": 1, "batch_size": 8, "progress": False}
    history = nn.fit(ensemble, X, y, validation=(X, y), metrics=[spread], **options)
    assert history["val_spread"][0] == pytest.approx(ensemble.predict(X).std(axis=0).mean(), rel=1e-12)  # in blocks
    with pytest.raises(ValueError, match="'r2' is of one output a row, along axis 0, and Ensemble gives several"):
        nn.fit(ensemble, X, y, metrics=["r2"], **options)


def test_what_cannot_stand_side_by_side_is_refused():
    with pytest.raises(ValueError, match="no members"):
        nn.Ensemble([])
    with pytest.raises(ValueError, match="member 1 is not of the architecture"):
        nn.Ensemble([nn.MLP([2, 3, 1]), nn.MLP([2, 4, 1])])
    with pytest.raises(ValueError, match="member 1 is not of the architecture and dtype"):
        nn.Ensemble([nn.MLP([2, 1]), nn.MLP([2, 1], dtype=np.float32)])
    functions = [lambda x: x, lambda x: -x]  # of one name
    with pytest.raises(ValueError, match="member 1 is not of the architecture"):
        nn.Ensemble([nn.MLP([2, 3, 1], f) for f in functions])
    with pytest.raises(TypeError, match="member 0 is a Linear"):
        nn.Ensemble([nn.Linear(2, 1)])
    with pytest.raises(TypeError, match="no Linear"):
        nn.Ensemble([nn.Sequential("tanh")])
    with pytest.raises(TypeError, match="member 0 has a PReLU"):
        nn.Ensemble([nn.MLP([2, 3, 1], nn.PReLU())])
    with pytest.raises(TypeError, match="member 0 has a Dropout"):
        nn.Ensemble([nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5))])
