"""A checkpointed function is one function: what it computes in a sweep is what it computed before."""

import functools
import random
from types import SimpleNamespace

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite.errors import CheckpointError, TracerError

X = np.array([1.0, -2.0, 3.0])


def noisy(draw):
    """Σ r x² of random r: half of x · gradient is the value, if both are of the same r."""
    return lambda x: ag.sum(draw(3) * x**2)


def by_global_name():
    """A function of a module that has a generator."""
    return noisy(eval("lambda n: rng.random(n)", {"rng": np.random.default_rng(0)}))


def by_attribute():
    holder = SimpleNamespace(deep={"rng": [np.random.default_rng(0)]})
    return noisy(lambda n: holder.deep["rng"][0].random(n))


def by_module():
    layer = nn.Dropout(0.5, seed=0)
    return lambda x: ag.sum(layer(x**2))


DRAWING = {
    "closure": lambda: (lambda rng: noisy(lambda n: rng.random(n)))(np.random.default_rng(0)),
    "bound method": lambda: noisy(np.random.default_rng(0).random),
    "RandomState": lambda: noisy(np.random.RandomState(0).random_sample),
    "global name": by_global_name,
    "np.random": lambda: noisy(lambda n: np.random.random(n)),
    "random": lambda: noisy(lambda n: np.array([random.random() for _ in range(n)])),
    "partial": lambda: functools.partial(lambda rng, x: ag.sum(rng.random(3) * x**2), np.random.default_rng(0)),
    "default": lambda: lambda x, rng=np.random.default_rng(0): ag.sum(rng.random(3) * x**2),  # noqa: B008  # on purpose
    "attribute": by_attribute,
    "Dropout": by_module,
    "nested": lambda: ag.checkpoint(noisy(np.random.default_rng(0).random)),
}


@pytest.mark.parametrize("kind", DRAWING)
def test_random_numbers_are_drawn_once(kind):
    f = ag.checkpoint(DRAWING[kind]())
    for _ in range(3):
        value, gradient = ag.value_and_grad(f)(X)
        np.testing.assert_allclose(gradient @ X / 2, value, rtol=1e-14)  # three products
    value, pullback = ag.vjp(f, X)
    for _ in range(2):
        np.testing.assert_allclose(pullback(1.0)[0] @ X / 2, value, rtol=1e-14)
    value, tangent = ag.jvp(f, (X,), (X,))
    np.testing.assert_allclose(tangent / 2, value, rtol=1e-14)
    gradient, second = ag.jvp(ag.grad(f), (X,), (X,))
    np.testing.assert_allclose(gradient, second, rtol=1e-14)  # of a quadratic form
    hessian = ag.hessian(lambda x: f(x))(X)
    np.testing.assert_array_equal(hessian, np.diag(np.diag(hessian)))


def test_a_generator_that_is_passed_and_the_stream_afterwards():
    def f(x, rng):
        return ag.sum(rng.random(3) * x**2)

    plain, again = np.random.default_rng(5), np.random.default_rng(5)
    for _ in range(2):
        expected, found = ag.value_and_grad(f)(X, plain), ag.value_and_grad(ag.checkpoint(f))(X, again)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
        assert plain.bit_generator.state == again.bit_generator.state


def test_a_model_with_dropout_trains_as_without_a_checkpoint():
    def gradients(wrap):
        model = nn.Sequential(nn.Linear(3, 8, seed=0), nn.Tanh(), nn.Dropout(0.5, seed=1), nn.Linear(8, 1, seed=2))
        for _ in range(2):
            ag.sum(wrap(model)(np.ones((4, 3))) ** 2).backward()
        return [p.grad.value for p in model.parameters()]

    for a, b in zip(gradients(lambda m: m), gradients(ag.checkpoint), strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-12)  # the same sums


def test_replay_refuses_random_numbers():
    for kind, make in DRAWING.items():
        with pytest.raises(TracerError, match="random"):
            ag.replay(ag.grad(make()))(X)
        easy = ag.replay(ag.value_and_grad(make()), strict=False)
        values = [easy(X) for _ in range(2)]
        assert values[0][0] != values[1][0], kind
    fixed = lambda x: ag.sum(np.random.default_rng(0).random(3) * x)  # the same in every run
    np.testing.assert_array_equal(ag.replay(fixed)(X), fixed(X))


def test_what_changes_between_the_call_and_the_sweep_is_refused():
    hidden = type("Hidden", (), {"rng": np.random.default_rng(0)})  # attributes of classes are not looked at
    with pytest.raises(CheckpointError, match="random"):
        ag.grad(ag.checkpoint(noisy(lambda n: hidden.rng.random(n))))(X)
    scale = np.ones(3)
    y = ag.checkpoint(lambda x: ag.sum(scale * x**2))(x := ag.Var(X))
    scale[1] = 1 + 1e-9
    with pytest.raises(CheckpointError, match="changed"):
        y.backward()
    scale[1] = 1.0
    y.backward()
    np.testing.assert_array_equal(x.grad.value, 2 * X)


def test_a_variable_that_was_replaced_is_refused():
    w = ag.Var(2.0)
    y = ag.checkpoint(lambda x: w * x)(x := ag.Var(3.0))
    w.value = 2.0  # equal, but another variable
    with pytest.raises(CheckpointError, match="variable"):
        y.backward()
    assert x.grad is None


def test_other_shapes_and_fewer_outputs_are_refused():
    cases = [
        (lambda x: x[:2], lambda x: x),
        (lambda x: (x, x * 2), lambda x: x),
        (lambda x: (x, x), lambda x: (x[:1], x)),
    ]
    for first, later in cases:
        functions = [first, later]
        y = ag.checkpoint(lambda x: functions[0](x * 1))(ag.Var(X))  # noqa: B023  # it is to change
        functions[0] = later
        with pytest.raises(CheckpointError):
            ag.sum(y[1] if isinstance(y, tuple) else y).backward()


def test_rounding_is_no_change():
    order = [1]
    f = lambda x: ag.sum(ag.exp(x * 1.1)[:: order[0]])
    y = ag.checkpoint(f)(x := ag.Var(np.linspace(0, 1, 1001)))
    order[0] = -1  # the same sum, from the other end
    y.backward()
    np.testing.assert_allclose(x.grad.value, ag.grad(f)(x.value), rtol=1e-15)


def test_missing_numbers_are_equal_to_themselves():
    f = lambda x: ag.sum(ag.where(np.isnan(X), 0.0, x * np.array([np.nan, np.inf, 1.0])))
    np.testing.assert_array_equal(ag.grad(ag.checkpoint(f))(X), ag.grad(f)(X))


# -- several outputs --------------------------------------------------------------------------------------------------


def test_several_outputs_run_the_function_once_a_sweep():
    runs = []

    def f(x, w):
        runs.append(x)
        return {"sum": ag.sum(x * w), "rows": (ag.outer(x, w), 3), "none": x[:0], "plain": np.ones(2), "x": ag.sin(x)}

    def total(f):
        def g(x, w):
            out = f(x, w)
            return out["sum"] * ag.sum(out["rows"][0] ** 2) + ag.sum(out["x"]) + ag.sum(out["none"])

        return g

    w = np.array([0.5, 1.0, 2.0])
    expected = ag.grad(total(f), argnums=(0, 1))(X, w)
    runs.clear()
    found = ag.grad(total(ag.checkpoint(f)), argnums=(0, 1))(X, w)
    assert len(runs) == 2
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)  # adjoints are added in another order
    for transform in (ag.hessian, lambda f: lambda x, w: ag.hvp(f, (x, w), (w, x))):
        np.testing.assert_allclose(
            transform(total(ag.checkpoint(f)))(X, w), transform(total(f))(X, w), rtol=1e-13, atol=1e-13
        )  # sums again
    out = ag.checkpoint(f)(ag.Var(X), w)
    assert out["rows"][1] == 3
    assert [out[k].shape for k in ("sum", "none", "plain", "x")] == [(), (0,), (2,), (3,)]


def test_outputs_of_several_dtypes():
    def f(x):
        return ag.astype(x, np.float32) * 2, ag.sin(x), x + 1j * x, ag.cos(x)

    def total(f):
        return lambda x: ag.sum(sum([ag.sum(ag.abs(y) ** 2) for y in f(x)]))

    assert [y.dtype.name for y in ag.checkpoint(f)(ag.Var(X))] == ["float32", "float64", "complex128", "float64"]
    np.testing.assert_allclose(ag.grad(total(ag.checkpoint(f)))(X), ag.grad(total(f))(X), rtol=1e-6)  # one is single


# -- as without -------------------------------------------------------------------------------------------------------


def test_what_was_not_selected_contributes_nothing():
    x = np.array([0.0, 4.0])
    for wrap in (lambda f: f, ag.checkpoint):
        f = lambda x, wrap=wrap: ag.sum(ag.where(x > 0, wrap(ag.sqrt)(x), x))
        np.testing.assert_array_equal(ag.grad(f)(x), [1.0, 0.25])
        pushed = ag.jvp(lambda x, wrap=wrap: wrap(ag.sqrt)(x), (x,), (np.array([0.0, 1.0]),))[1]
        np.testing.assert_array_equal(pushed, [0.0, 0.25])


def test_debug_names_what_happens_inside():
    with ag.debug(), pytest.raises(ag.errors.NonFiniteError, match=r"adjoint.*sqrt"):
        ag.grad(ag.checkpoint(lambda x: ag.sum(ag.sqrt(x))))(np.zeros(2))


def test_a_replayed_checkpoint():
    f = lambda x: ag.sum(ag.checkpoint(lambda x: ag.sin(x) * x)(x) ** 2)
    fast = ag.replay(ag.grad(f))
    for x in (X, X + 1, 0 * X):
        np.testing.assert_allclose(fast(x), ag.grad(f)(x), rtol=1e-14)


def test_derivatives_inside():
    f = lambda x: ag.sum(ag.grad(lambda y: ag.sum(y**3 * x))(x))
    for transform in (ag.grad, ag.hessian):
        np.testing.assert_allclose(transform(ag.checkpoint(f))(X), transform(f)(X), rtol=1e-14)


def test_a_network_is_checkpointed_though_its_inputs_are_no_variables():
    runs = []

    class Layer(nn.Linear):
        def forward(self, x):
            runs.append(x)
            return super().forward(x)

    layer, x = Layer(3, 2, seed=0), np.ones((4, 3))
    y = ag.sum(ag.checkpoint(layer)(x) ** 2)
    assert "matmul" not in str([row.expression for row in ag.tape(y)])
    y.backward()
    assert len(runs) == 2
    kept = [p.grad.value for p in layer.parameters()]
    layer.zero_grad()
    ag.sum(layer(x) ** 2).backward()
    for p, g in zip(layer.parameters(), kept, strict=True):
        np.testing.assert_allclose(g, p.grad.value, rtol=1e-14)  # the same products
    inner = ag.checkpoint(lambda x: ag.Var(2.0) * x)(3.0)
    inner.backward()  # of variables of its own there is nothing to keep
    np.testing.assert_array_equal(ag.checkpoint(lambda x: x * 2)(x), 2 * x)
    assert ag.grad(ag.checkpoint(lambda x: x))(3.0) == 1.0


@pytest.mark.parametrize("f", [lambda x, y: x**3 * y**2, lambda x, y: ag.sin(x) / y, lambda x, y: ag.exp(x) ** y])
def test_a_closure_is_differentiated_twice(f):
    """What a checkpoint reaches as a closure has its second and third derivatives, as without it."""

    def slope(x, y):
        return ag.grad(lambda y: f(x, y))(y)

    def checkpointed(x, y):
        return ag.checkpoint(lambda y: slope(x, y))(y)

    for outer in (ag.grad, lambda f: lambda x: ag.jvp(f, (x,), (1.0,))[1]):
        twice = [outer(outer(lambda x, g=g: g(x, 0.7)))(1.3) for g in (slope, checkpointed)]
        np.testing.assert_allclose(*twice, rtol=1e-12)  # the same steps, some in another order
