"""A replayed training step does what the three lines of a training loop do."""

import gc

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.training.arguments import LOSSES

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 3)), RNG.normal(size=(20, 2))
LABELS = RNG.integers(0, 2, 20)


def by_lines(model, loss, optimizer):
    def step(x, y):
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        return value.item()

    return step


def twins(make):
    return make(), make()


def compared(make, loss, targets, optimiser=nn.SGD, before=lambda model, i: None, steps=5):
    """Train twins both ways, on batches of two shapes; the same losses, values and gradients."""
    a, b = twins(make)
    old = by_lines(a, loss, optimiser(a.parameters(), lr=0.05))
    new = nn.training_step(b, loss, optimiser(b.parameters(), lr=0.05))
    for i in range(steps):
        n = 20 if i % 2 else 12
        before(a, i), before(b, i)
        # the same kernels, but contributions to a shared parameter may be added in another order
        assert float(new(X[:n], targets[:n])) == pytest.approx(old(X[:n], targets[:n]), rel=1e-12)
        for p, q in zip(a.parameters(), b.parameters(), strict=True):
            np.testing.assert_allclose(q.value, p.value, rtol=1e-11, atol=1e-13)
            if p.requires_grad:
                np.testing.assert_allclose(q.grad.value, p.grad.value, rtol=1e-10, atol=1e-12)
    return b


def test_a_network_with_every_optimiser_that_steps_alone():
    for optimiser in (nn.SGD, nn.Adam, nn.RMSprop, nn.Lion):
        compared(lambda: nn.MLP([3, 8, 2], seed=0), nn.mse_loss, Y, optimiser)


@pytest.mark.parametrize("targets", [LABELS, np.eye(2)[LABELS]])
def test_classes(targets):
    compared(lambda: nn.MLP([3, 8, 2], activation="relu", seed=0), nn.cross_entropy, targets)


SIGNS = np.where(X[:, :2] > 0, 1.0, -1.0)
TARGETS = (Y, LABELS, np.eye(2)[LABELS], (SIGNS > 0).astype(int), SIGNS, RNG.dirichlet([1, 1], 20))


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_every_loss(name):
    """Targets change from batch to batch: a recording that kept those of the first would learn something else."""
    loss, found = LOSSES[name], 0

    def make():
        return nn.MLP([3, 8, 2], output_activation="sigmoid" if name == "bce" else None)

    for targets in TARGETS:
        try:
            loss(make()(X), targets)
        except (ValueError, IndexError, TypeError):
            continue  # the loss is of other targets
        found += 1
        a, b = twins(make)
        old = by_lines(a, loss, nn.SGD(a.parameters(), lr=0.01))
        new = nn.training_step(b, loss, nn.SGD(b.parameters(), lr=0.01))
        for shift in range(3):
            x, y = np.roll(X, shift, axis=0), np.roll(targets, shift, axis=0)
            assert float(new(x, y)) == pytest.approx(old(x, y), rel=1e-12)  # as above
        for p, q in zip(a.parameters(), b.parameters(), strict=True):
            np.testing.assert_allclose(q.value, p.value, rtol=1e-11, atol=1e-13)
    assert found


@pytest.mark.parametrize("layer", [lambda: nn.Dropout(0.3, seed=1), lambda: nn.BatchNorm(8), lambda: nn.LayerNorm(8)])
def test_layers_that_change_while_they_learn_are_called(layer):
    def make():
        return nn.Sequential(nn.Linear(3, 8, seed=0), layer(), "tanh", nn.Linear(8, 2, seed=1))

    b = compared(make, nn.mse_loss, Y)
    for buffer in b.buffers():
        assert np.isfinite(buffer.value).all()
    compared(make, nn.mse_loss, Y, before=lambda model, i: model.train(i % 2 == 0))


def test_freezing_hooks_and_shared_parameters():
    def freeze(model, i):
        model[0].requires_grad_(i < 2)

    compared(lambda: nn.MLP([3, 8, 2], seed=0), nn.mse_loss, Y, before=freeze)

    def tied():
        layer = nn.Linear(3, 3, seed=0)
        return nn.Sequential(layer, "tanh", layer, nn.Linear(3, 2, seed=1))

    compared(tied, nn.mse_loss, Y)
    seen = []
    model = nn.MLP([3, 8, 2], seed=0)
    step = nn.training_step(model, nn.mse_loss, nn.SGD(model.parameters(), lr=0.1))
    step(X, Y)
    with model[0].register_forward_hook(lambda module, inputs, output: seen.append(output.shape)):
        step(X, Y)
        step(X, Y)
    assert seen == [(20, 8), (20, 8)]
    step(X, Y)
    assert len(seen) == 2


def test_the_model_runs_once_for_each_shape():
    runs = []

    class Counted(nn.Module):
        def __init__(self):
            self.inner = nn.Linear(3, 2, seed=0)

        def forward(self, x):
            runs.append(x.shape)
            return self.inner(x)

    shares = np.eye(2)[LABELS]
    for loss, y, replay, expected in (
        (nn.mse_loss, Y, True, 2),
        (nn.mse_loss, Y, False, 6),
        (nn.cross_entropy, shares, True, 2),
        (nn.cross_entropy, LABELS, True, 2),
        (nn.cross_entropy, np.where(LABELS, 1, -100), True, 6),  # rows that do not count change from batch to batch
        (lambda a, b: nn.mse_loss(a, b) * (1.0 if a[0, 0] > 0 else 2.0), Y, True, 8),  # recorded in vain, called
    ):
        model = Counted()
        step = nn.training_step(model, loss, nn.SGD(model.parameters(), lr=0.1), replay=replay)
        runs.clear()
        for _ in range(3):
            step(X, y), step(X[:5], y[:5])
        assert len(runs) == expected


def test_old_tapes_keep_their_values_and_bad_losses_are_named():
    model = nn.MLP([3, 4, 2], seed=0)
    step = nn.training_step(model, nn.mse_loss, nn.SGD(model.parameters(), lr=0.5))
    before = model(X)
    kept = before.value.copy()
    for _ in range(3):
        step(X, Y)
    np.testing.assert_array_equal(before.value, kept)
    with pytest.raises(ag.errors.NonScalarError):
        nn.training_step(model, lambda a, b: a - b, nn.SGD(model.parameters(), lr=0.5))(X, Y)
    with pytest.raises(ValueError, match="in_features=3"):
        step(X[:, :2], Y)


def test_labels_out_of_range_are_refused_in_every_replay():
    model = nn.MLP([3, 4, 2], seed=0)
    step = nn.training_step(model, nn.cross_entropy, nn.SGD(model.parameters(), lr=0.1))
    step(X, LABELS)
    before = [p.value.copy() for p in model.parameters()]
    for wrong in (2, -3):  # -3 is looked at before, 2 when it does not fit
        with pytest.raises(ValueError, match="they count from 0"):
            step(X, np.where(np.arange(20) == 3, wrong, LABELS))
    for p, value in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.value, value)


def test_a_model_that_is_frozen_altogether():
    model = nn.MLP([3, 4, 2], seed=0).requires_grad_(False)
    with pytest.raises(ValueError, match="no parameter has a gradient"):
        nn.training_step(model, nn.mse_loss, nn.SGD(model.parameters(), lr=0.5))(X, Y)


def replayed_steps():
    model = nn.MLP([3, 4, 2], seed=0)
    step = nn.training_step(model, nn.mse_loss, nn.SGD(model.parameters(), lr=0.1))
    step(X, Y), step(X, Y)


def fitted():
    nn.fit(nn.MLP([3, 4, 2], seed=0), X, Y, epochs=60, batch_size=10, progress=False)  # 120 batches of one size


def functions():
    model = nn.Sequential(nn.Linear(3, 4, seed=0), nn.Residual(nn.Linear(4, 4, seed=1)))
    values = {name: 2 * p.value for name, p in model.named_parameters()}
    nn.functional_call(model, values, X)
    ag.replay(ag.grad(lambda x: ag.sum(ag.sin(x))))(X)


@pytest.mark.parametrize("work", [replayed_steps, fitted, functions])
def test_nothing_is_left_for_the_garbage_collector(work):
    work()  # what is made once
    gc.collect()
    gc.disable()
    try:
        work()
        assert gc.collect() == 0
    finally:
        gc.enable()
