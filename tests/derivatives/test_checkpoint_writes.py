"""What a checkpointed function writes: once, as without a checkpoint, though it runs again in every sweep."""

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite.errors import CheckpointError

X = np.array([[1.0, -2.0], [3.0, 0.5], [-1.0, 4.0]])


class Counting(nn.Module):
    """Reads what it writes: each call's factor is the number of calls so far."""

    def __init__(self):
        self.calls = nn.Buffer(0.0)

    def forward(self, x):
        self.calls.value = self.calls.value + 1
        return x**2 * self.calls


def _closure(write):
    def make():
        kept = ag.Tensor(np.ones(2))

        def f(x):
            write(kept, x)
            return x**2 * kept

        f.held = [kept]
        return f

    return make


def _view():
    kept = ag.Tensor(np.ones((2, 2)))
    row = kept[1]

    def f(x):
        row[0] = row[0] * 2.0
        return x**2 * row

    f.held = [kept, row]
    return f


def _variable():
    kept = ag.Var(np.ones(2))

    def f(x):
        with ag.no_grad():
            kept[0] = 3.0
        return x**2 * kept

    f.held = [kept]
    return f


def _module(make):
    def made():
        model = make()
        model.held = list(model.buffers())
        return model

    return made


WRITERS = {
    "statistics": _module(lambda: nn.BatchNorm(2)),
    "statistics, all batches alike": _module(lambda: nn.BatchNorm(2, momentum=None)),
    "statistics of a part": _module(lambda: nn.Sequential(nn.BatchNorm(2), nn.Dropout(seed=1), nn.Tanh())),
    "a count that is read": _module(Counting),
    "an entry": _closure(lambda kept, x: kept.__setitem__(0, kept[0] * 2)),
    "all": _closure(lambda kept, x: kept.__setitem__(..., kept + 1)),
    "out=": _closure(lambda kept, x: np.add(kept, 1.0, out=kept)),
    "add.at": _closure(lambda kept, x: np.add.at(kept, [0, 0], 1.0)),
    "in place": _closure(lambda kept, x: kept.fill(5.0)),
    "tracked": _closure(lambda kept, x: kept.__setitem__(0, x[0, 0])),
    "a view": _view,
    "a variable": _variable,
}

SWEEPS = {
    "backward": lambda f: [ag.sum(f(x := ag.Var(X)) ** 3).backward(), x.grad.value][1],
    "grad": lambda f: ag.grad(lambda x: ag.sum(f(x) ** 3))(X),
    "jvp": lambda f: ag.jvp(lambda x: ag.sum(f(x) ** 3), (X,), (X,))[1],
    "hessian": lambda f: ag.hessian(lambda x: ag.sum(f(x) ** 3))(X),
    "three times": lambda f: [ag.grad(lambda x: ag.sum(f(x) ** 3))(X) for _ in range(3)][-1],
}


@pytest.mark.parametrize("sweep", SWEEPS)
@pytest.mark.parametrize("what", WRITERS)
def test_what_is_written_is_written_once(what, sweep):
    plain, again = WRITERS[what](), WRITERS[what]()
    expected, found = SWEEPS[sweep](plain), SWEEPS[sweep](ag.checkpoint(again))
    found, expected = [getattr(y, "value", y) for y in (found, expected)]  # parameters of a module keep a tape
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)  # sums in another order
    for t, e in zip(again.held, plain.held, strict=True):
        np.testing.assert_array_equal(t.value, e.value)
        assert t.requires_grad == e.requires_grad


def test_a_constant_argument_is_written_once():
    def f(u, x):
        u[0] = u[0] + 1.0
        return ag.sum(u * x**2)

    plain, again = ag.Tensor(np.ones(2)), ag.Tensor(np.ones(2))
    expected, found = ag.grad(lambda x: f(plain, x))(X), ag.grad(lambda x: ag.checkpoint(f)(again, x))(X)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(again.value, plain.value)


@pytest.mark.parametrize(
    "write", [lambda u: u.__setitem__(0, 7.0), lambda u: u.sort(), lambda u: np.add(u, 1.0, out=u)]
)
def test_a_tracked_argument_is_not_written_to(write):
    def f(u):
        write(u)
        return ag.sum(u**2)

    with pytest.raises(CheckpointError, match=r"writes into its argument.*copy"):
        ag.checkpoint(f)(ag.Var([1.0, 2.0]) * 1.0)
    assert ag.checkpoint(lambda u: f(u * 1.0))(ag.Var([1.0, 2.0]) * 1.0).requires_grad
