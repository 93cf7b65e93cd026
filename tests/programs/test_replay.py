"""Replay: what was recorded at one point gives at another what the function itself gives there, or is refused."""

import importlib
import tracemalloc

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite.errors import TracerError
from autograd_lite.programs import program, traced
from tests.conftest import seeded
from tests.ops.test_registry import Call, noise
from tests.support.domains import DIFFERENTIABLE, DOMAINS, PLAIN

ARBITRARY = {"empty", "empty_like"}  # whose entries are whatever the memory held


def pairs(name):
    """For each example of an operation: the call, and other arguments of the same shapes and dtypes."""
    rng = seeded(name)
    for case in DOMAINS[name].family.examples:
        f = Call(name, case, rng.random)
        yield f, Call(name, case, rng.random).args


def same(a, b):
    """To rounding: masks where the plain sweep asks for zeros change the order of some sums."""
    a, b = (list(x) if isinstance(x, tuple) else [x] for x in (a, b))
    for x, y in zip(a, b, strict=True):
        x, y = np.asarray(getattr(x, "value", x)), np.asarray(getattr(y, "value", y))
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-12)


@pytest.fixture(params=[program.LARGE, 0], ids=["", "in place"])
def from_size(request, monkeypatch):
    """From how many entries on results are written into memory that was read for the last time; 0: all of them."""
    monkeypatch.setattr(program, "LARGE", request.param)


@pytest.mark.parametrize("name", sorted({*DIFFERENTIABLE, *PLAIN} - ARBITRARY))
def test_values_recorded_elsewhere(name, from_size):
    for f, other in pairs(name):
        fast = ag.replay(f)
        fast(*f.args)
        same(fast(*other), f(*other))


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_derivatives_recorded_elsewhere(name, from_size):
    """Both modes, and a second derivative: forward over reverse."""
    rng = seeded(name)
    for f, other in pairs(name):
        seed, tangents = f.seed(rng), tuple([noise(rng, x) for x in f.args])

        def back(*args, f=f, seed=seed):
            return ag.vjp(f, *args)[1](seed)

        def push(*args, f=f, tangents=tangents):
            return ag.jvp(f, args, tangents)[1]

        def twice(*args, back=back, tangents=tangents):
            return ag.jvp(back, args, tangents)[1]

        for derivative in (back, push, twice):
            fast = ag.replay(derivative)
            fast(*f.args)
            same(fast(*other), derivative(*other))


def rosenbrock(x):
    return ag.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@pytest.mark.parametrize("transform", [ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian])
def test_transforms(transform):
    rng = np.random.default_rng(0)
    fast = ag.replay(transform(rosenbrock))
    for _ in range(3):
        x = rng.normal(size=6)
        same(fast(x), transform(rosenbrock)(x))


def test_a_function_is_run_once_for_each_kind_of_argument():
    runs = []

    def f(x, power):
        runs.append(x.shape)
        return ag.sum(x**power)

    fast = ag.replay(f)
    for x in (np.ones(3), np.zeros(3), np.ones(4), np.ones(3, np.float32)):
        assert fast(x, 2) == np.sum(x**2)
    assert fast(np.ones(3), 3) == 3.0
    assert runs == [(3,), (4,), (3,), (3,)]  # not again for zeros; then float32, and another power
    assert fast(np.full(3, 2.0), power=2) == 12.0


def test_what_is_equal_but_of_another_kind_is_recorded_apart():
    fast = ag.replay(lambda x, k: x * 2 if k is True else x * 3)
    assert (fast(1.0, 1), fast(1.0, True), fast(1.0, 1)) == (3.0, 2.0, 3.0)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: y * ag.sin(x),  # of what is differentiated a Tensor, of the other argument a traced array
        lambda x, y: ag.sin(x) * y,
        lambda x, y: np.multiply(y, ag.sin(x)),
        lambda x, y: np.hypot(ag.sin(x), y),
        lambda x, y: y @ ag.sin(x),
        lambda x, y: (1 - y) / (2 + x**2) - y,
        lambda x, y: np.where(y > 0, x, 2 * x) ** y,
        lambda x, y: np.concatenate([y, x]) * np.stack([y, x]).sum(axis=0)[0],
        lambda x, y: np.add.reduce(y * x) * y,
    ],
)
def test_traced_arrays_meet_tensors_from_either_side(f):
    rng = np.random.default_rng(0)
    slow = ag.value_and_grad(lambda x, y: ag.sum(f(x, y)))
    fast = ag.replay(slow)
    for _ in range(3):
        x, y = rng.uniform(0.5, 2.0, (2, 4))
        for found, expected in zip(fast(x, y), slow(x, y), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_what_is_computed_from_the_input_is_written_into_a_constant():
    def f(x):
        y = ag.zeros((2, 3))
        y[0] = x
        y[1, 1:] = y[0, :2] * x[2]
        return ag.sum(y**2)

    replayed, point = ag.replay(ag.value_and_grad(f)), np.array([0.5, -1.0, 2.0])
    for x in (point, point + 0.25):
        for a, b in zip(replayed(x), ag.value_and_grad(f)(x), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14)  # the same sums


def test_a_product_that_a_selection_reached_decides_in_every_run():
    """Recorded with finite factors: later an infinite one meets nothing, and the product is taken once all the same."""
    slow = ag.grad(lambda x, a: (a @ ag.relu(a @ x))[0])
    fast = ag.replay(slow)
    x, a = np.array([1.0, 2.0]), np.array([[1.0, 1.0], [-1.0, 3.0]])
    bad = np.array([[1.0, 1.0], [np.inf, -np.inf]])  # only the first row is selected, and inf - inf comes to nothing
    with np.errstate(invalid="ignore"):
        for b in (a, -a, bad, a):
            np.testing.assert_array_equal(fast(x, b), slow(x, b))
    recording = program.Program([x, a])
    slow(*recording.inputs)
    products = [line for line in recording.lines if "matmul" in str(line[1]) or "gate_product" in str(line[1])]
    assert len(products) == 4  # two forward, two in reverse


def test_a_program_that_went_by_its_example_stops_where_that_does_not_hold():
    """At first the selected row has no zero and all is finite, so that nothing is gated; later a zero meets inf."""
    runs = []

    def f(x, w):
        runs.append(x)
        return (w @ ag.sqrt(x))[0]

    slow, fast = ag.grad(f), ag.replay(ag.grad(f))
    x, w = np.array([1.0, 4.0]), np.array([[1.0, 1.0], [3.0, 3.0]])
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(fast(x, w), [0.5, 0.25])
        for a, b in [(0 * x, w), (np.array([1.0, 0.0]), np.array([[1.0, 0.0], [3.0, 3.0]])), (x, w)]:
            runs.clear()
            np.testing.assert_array_equal(fast(a, b), slow(a, b))
            recorded = len(runs) - 1
            assert recorded == (b[0, 1] == 0)  # a careful program, once and for all
        assert fast(np.array([1.0, 0.0]), np.array([[1.0, 0.0], [3.0, 3.0]]))[1] == 0.0


def test_where_no_careful_program_can_be_recorded_the_function_is_called_if_asked(monkeypatch):
    replaying = importlib.import_module(
        "autograd_lite.programs.replay"
    )  # as an attribute of the package it is the function
    plain = replaying._recorded

    def without_careful(f, leaves, spec, careful):
        if careful:
            raise ag.errors.TracerError("no careful program")
        return plain(f, leaves, spec, careful)

    monkeypatch.setattr(replaying, "_recorded", without_careful)
    slow = ag.grad(lambda x, w: (w @ ag.sqrt(x))[0])
    x, w = np.array([1.0, 4.0]), np.ones((2, 2))
    fast, strict = ag.replay(slow, strict=False), ag.replay(slow)
    for b in (w, w * [1, 0], w):
        np.testing.assert_array_equal(fast(x, b), slow(x, b))
    strict(x, w)
    with pytest.raises(ag.errors.TracerError, match="no careful"):
        strict(x, w * [1, 0])


def test_the_same_call_on_the_same_values_is_one_line():
    calls = []
    slope = ag.elementwise("replay_slope", lambda x: calls.append(x) or x * x, lambda v, x: 2 * x)
    f = ag.elementwise("replay_cubic", lambda x: x**3 / 3, lambda v, x: slope(x))
    fast = ag.replay(ag.grad(ag.grad(lambda x: f(x) * f(x))))
    fast(2.0)
    calls.clear()
    assert fast(3.0) == pytest.approx(2 * (9.0**2 + 9.0 * 6.0))  # 2 (f' f' + f f''), f = x³/3
    assert len(calls) == 1
    recording = program.Program([np.ones(2)])
    (x,) = recording.inputs
    first = lambda x, table: int(table[0])  # no line keeps the table, and the next one takes its place in memory
    assert [recording.call(first, (x, np.array([i])), {}).example for i in range(20)] == [*range(20)]
    zeros = ag.replay(lambda x: (x * 0.0, x * -0.0))
    for _ in range(2):
        assert [np.signbit(z) for z in zeros(1.0)] == [False, True]


def test_what_gives_something_else_than_arrays_is_refused():
    class Celsius:
        def __init__(self, degrees):
            self.degrees = degrees

    def odd(x):
        return traced.called(Celsius, (x,), {})

    with pytest.raises(TracerError, match="Celsius"):
        ag.replay(odd)(np.ones(3))


def test_memory_read_for_the_last_time_serves_again_unless_somebody_sees_it():
    x, y = np.random.default_rng(0).normal(size=(2, 100, 1000))
    kept = np.stack([x, y])

    def chain(x):
        for _ in range(10):
            x = np.sin(np.multiply(x, 0.9) + 0.1)
        return x

    def viewed(x, y):
        a = np.tanh(np.tanh(x))
        b = a.T  # a is seen through it
        c = np.tanh(a)
        return np.exp(c - y), b, c[:5]

    for f, args, arrays in ((chain, (x,), 1), (viewed, (x, y), 3.1)):
        fast, slow = ag.replay(f), f(*args)
        fast(*args)
        tracemalloc.start()
        found = fast(*args)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        for one, other in zip(*[r if isinstance(r, tuple) else (r,) for r in (found, slow)], strict=True):
            np.testing.assert_array_equal(one, other)
        assert peak < (arrays + 0.2) * x.nbytes  # the results, and what they are made of
    np.testing.assert_array_equal([x, y], kept)


def test_numpy_code_numbers_and_containers():
    def f(tree):
        w, (b, scale) = tree["w"], tree["rest"]
        return {"y": np.tanh(w @ np.ones((3, 2)) + b).sum(axis=0) * scale, "n": 3, "w": w}

    fast = ag.replay(f)
    rng = np.random.default_rng(0)
    for scale in (1.0, 2.0):
        tree = {"w": rng.normal(size=(4, 3)), "rest": (rng.normal(size=2), scale)}
        found, expected = fast(tree), f(tree)
        np.testing.assert_array_equal(found["y"], expected["y"])
        assert found["n"] == 3
        assert not np.shares_memory(found["w"], tree["w"])


def test_a_training_step_of_a_network():
    model, rng = nn.MLP([2, 8, 1], seed=0), np.random.default_rng(0)

    def loss(params, x, y):
        return nn.mse_loss(nn.functional_call(model, params, x), y)

    step = ag.replay(ag.value_and_grad(loss))
    params = {name: p.value for name, p in model.named_parameters()}
    for _ in range(3):
        x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
        value, gradient = step(params, x, y)
        expected, slopes = ag.value_and_grad(loss)(params, x, y)
        assert value == pytest.approx(expected, rel=1e-14)  # the same kernels
        for name, slope in slopes.items():
            np.testing.assert_allclose(gradient[name], slope, rtol=1e-12, atol=1e-14)
        params = {name: p - 0.1 * gradient[name] for name, p in params.items()}


def test_results_share_no_memory():
    constant = np.arange(3.0)
    fast = ag.replay(lambda x: (x, x, x[:2], constant, x.T))
    for _ in range(2):
        x = np.ones((3, 3))
        results = fast(x)
        for i, a in enumerate(results):
            assert not np.shares_memory(a, x)
            assert not np.shares_memory(a, constant)
            assert not any([np.shares_memory(a, b) for b in results[:i]])


def test_tensors_come_back_as_arrays_and_tracked_ones_are_differentiated():
    fast = ag.replay(lambda x: ag.sin(x) * 2)
    x = ag.Tensor([0.5, 1.0])
    np.testing.assert_array_equal(fast(x), 2 * np.sin(x.value))
    v = ag.Var([0.5, 1.0])
    fast(v).sum().backward()
    np.testing.assert_array_equal(v.grad.value, 2 * np.cos(v.value))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x if x.sum() > 0 else -x,
        lambda x: x * float(x[0]),
        lambda x: x * int(x[0]),
        lambda x: ag.asarray([1.0, 2.0])[x[0].__index__()],
        lambda x: np.asarray(x) + 1,
        lambda x: ag.grad(lambda x: x[0] if x[0] > x[1] else x[1])(x),
        lambda x: max(x[0], x[1]),
        lambda x: np.add(x, 1, out=np.empty(2)),
        lambda x: x * x[0].item(),
    ],
)
def test_what_looks_at_values_is_refused(f):
    with pytest.raises((TracerError, AttributeError)):
        ag.replay(f)(np.array([1.0, 2.0]))


def test_a_variable_from_outside_is_refused():
    w = ag.Var(2.0)
    with pytest.raises(TracerError, match="pass it as an argument"):
        ag.replay(lambda x: w * x)(1.0)
    model = nn.Linear(2, 1)
    with pytest.raises(TracerError, match="functional_call"):
        ag.replay(lambda x: model(x))(np.ones((1, 2)))
    assert ag.replay(lambda x: w.value * x)(3.0) == 6.0  # said to be fixed


def test_other_bad_input():
    with pytest.raises(TypeError, match="not str"):
        ag.replay(lambda x: "text")(1.0)
    with pytest.raises(TypeError, match="hashable"):
        ag.replay(lambda x, s: x)(1.0, {1, 2})


def test_what_cannot_be_recorded_is_called_as_it_is_if_asked():
    def f(x):
        return x if x > 0 else -x

    easy = ag.replay(ag.grad(f), strict=False)
    assert [easy(2.0), easy(-2.0), easy(3.0)] == [1.0, -1.0, 1.0]
    with pytest.raises(ZeroDivisionError):
        ag.replay(lambda x: 1 // 0, strict=False)(1.0)


def test_values_are_let_go_after_their_last_reader():
    import tracemalloc

    def chain(x):
        for _ in range(30):
            x = ag.sin(x) + 1
        return ag.sum(x)

    fast, x = ag.replay(chain), np.ones(100_000)
    fast(x)
    tracemalloc.start()
    fast(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * x.nbytes  # two values at a time, not sixty
