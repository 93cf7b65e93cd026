"""Size and life: long tapes, memory that goes when it should, threads, processes, exceptions."""

import gc
import os
import threading
import weakref
from itertools import pairwise

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.arrays import memory
from autograd_lite.core import sweep
from autograd_lite.core.row import Row


def mlp_loss(params, x, y):
    for w, b in params[:-1]:
        x = ag.tanh(x @ w + b)
    w, b = params[-1]
    return ag.mean((x @ w + b - y) ** 2)


def make_params(rng, sizes=(3, 5, 1)):
    return [(ag.Var(rng.normal(size=(m, n))), ag.Var(np.zeros(n))) for m, n in pairwise(sizes)]


def test_a_chain_of_a_million_operations_records_sweeps_and_is_freed():
    x = ag.Var(1.0)
    y = x
    for _ in range(500_000):
        y = y * 1.000001
        y = y + 0.0
    probe = weakref.ref(y)
    y.backward()
    # 500,000 factors, each rounded once in the product and once in its adjoint: 1e6 * 2**-53 is about 1e-10
    assert x.grad.item() == pytest.approx(1.000001**500_000, rel=1e-9)
    tangent = ag.jvp(lambda x: _chain(x, 100_000), (1.0,), (1.0,))[1]
    assert tangent == pytest.approx(1.000001**100_000, rel=1e-9)
    del y
    assert probe() is None


def _chain(y, n):
    for _ in range(n):
        y = y * 1.000001
    return y


def test_a_row_takes_less_than_a_kilobyte():
    import tracemalloc

    x = ag.Var(1.0)
    tracemalloc.start()
    y = _chain(x, 10_000)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert y.requires_grad
    assert size / 10_000 < 1000


def test_training_leaves_nothing_for_the_garbage_collector():
    rng = np.random.default_rng(0)
    params = make_params(rng)
    x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 1))
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            loss = mlp_loss(params, x, y)
            loss.backward()
            for p in [p for pair in params for p in pair]:
                p.value = p.value - 0.1 * p.grad.value
                p.grad = None
        ag.grad(lambda w: mlp_loss([(w, 0.0)], x, y))(rng.normal(size=(3, 1)))
        ag.hessian(lambda w: ag.sum(ag.sin(w) ** 3))(rng.normal(size=3))
        ag.checkpoint(lambda w: ag.sum(ag.sin(w)))(params[0][0]).backward()
        str(loss)
        del loss
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_rows_are_freed_with_their_result():
    x = ag.Var(np.ones(3))
    before = sum(type(o) is Row for o in gc.get_objects())
    y = ag.sum(ag.sin(x * 2) * x[:1].reshape(1))
    assert sum(type(o) is Row for o in gc.get_objects()) > before
    del y
    assert sum(type(o) is Row for o in gc.get_objects()) == before


def test_a_value_is_let_go_as_soon_as_its_adjoint_has_been_used():
    alive, seen = [], []

    def spy_partial(v, x):
        seen.append(sum(ref() is not None for ref in alive))
        return 2.0 * ag.ones_like(x)

    spy = ag.elementwise("spy", lambda x: 2.0 * x, spy_partial)

    def f(x):
        for _ in range(4):
            x = spy(x)
            alive.append(weakref.ref(x.value))
        return ag.sum(x)

    ag.grad(f)(np.ones(1000))
    assert seen == [4, 3, 2, 1]  # each pull still needs its own value; what came after it is gone


def test_no_grad_belongs_to_its_thread_and_ends_with_an_exception():
    x = ag.Var(2.0)
    inside, result = threading.Event(), []

    def other():
        inside.wait()
        result.append((x * x).requires_grad)

    thread = threading.Thread(target=other, daemon=True)
    thread.start()

    def quiet():
        with ag.no_grad():
            assert not (x * x).requires_grad
            inside.set()
            thread.join()
            raise KeyError

    with pytest.raises(KeyError):
        quiet()
    assert result == [True]
    assert (x * x).requires_grad


def test_no_grad_as_a_decorator_and_nested():
    x = ag.Var(2.0)

    @ag.no_grad()
    def f():
        with ag.no_grad():
            pass
        return x * x

    assert not f().requires_grad
    assert not f().requires_grad
    assert (x * x).requires_grad


def test_a_variable_written_to_under_no_grad_stays_a_variable():
    x = ag.Var(np.ones(2), name="x")
    ag.sum(x * x).backward()
    with ag.no_grad():
        x -= 0.5 * x.grad
    assert x.requires_grad
    assert x.is_leaf
    assert x.name == "x"
    np.testing.assert_array_equal(x.value, [0, 0])
    ag.sum(x + 1).backward()
    np.testing.assert_array_equal(x.grad.value, [3, 3])


def test_threads_on_their_own_tapes_give_bitwise_the_serial_answer():
    def work(seed):
        rng = np.random.default_rng(seed)
        params = make_params(rng)
        mlp_loss(params, rng.normal(size=(8, 3)), rng.normal(size=(8, 1))).backward()
        return [p.grad.value.tobytes() for pair in params for p in pair]

    serial = [work(seed) for seed in range(8)]
    results = [None] * 8

    def run(seed):
        for _ in range(20):
            results[seed] = work(seed)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results == serial


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")  # the BLAS keeps threads of its own
def test_a_forked_child_can_run_forward_and_backward():
    x = ag.Var(np.arange(3.0))
    y = ag.sum(x * x)
    pid = os.fork()
    if pid == 0:
        try:
            y.backward()
            (ag.sum(x @ x) * 1).backward()
            os._exit(0 if x.grad.value.tolist() == [0.0, 4.0, 8.0] else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert x.grad is None


def test_an_exception_in_a_rule_leaves_everything_as_it_was():
    angry = [True]

    def partial(v, x):
        if angry[0]:
            raise RuntimeError("no")
        return 3.0

    f = ag.elementwise("angry", lambda x: 3.0 * x, partial)
    x = ag.Var(1.0)
    y = f(x) * x
    with pytest.raises(RuntimeError):
        y.backward()
    assert x.grad is None
    angry[0] = False
    y.backward()
    assert x.grad.item() == 6.0


def test_checkpoint_gives_the_same_gradients_and_keeps_less():
    rng = np.random.default_rng(1)
    w = ag.Var(rng.normal(size=(4, 4)))
    x = ag.Var(rng.normal(size=(2, 4)))

    def block(x):
        return ag.tanh(ag.tanh(x @ w) @ w)

    def run(block):
        w.grad = x.grad = None
        y = ag.sum(block(block(x)) ** 2)
        y.backward()
        return y, w.grad.value, x.grad.value

    from autograd_lite.core.sweep import rows_of

    plain, again = run(block), run(ag.checkpoint(block))
    # the same contributions, added up in another order: a few roundings
    np.testing.assert_allclose(plain[1], again[1], rtol=1e-13)
    np.testing.assert_allclose(plain[2], again[2], rtol=1e-13)
    assert len(rows_of([again[0]._row])) < len(rows_of([plain[0]._row]))
    v = rng.normal(size=(2, 4))
    f = lambda block: lambda x: ag.sum(block(x) ** 2)  # a pair of functions that differ in one name
    np.testing.assert_allclose(
        ag.hvp(f(ag.checkpoint(block)), (x.value,), (v,)).value, ag.hvp(f(block), (x.value,), (v,)).value, rtol=1e-12
    )


LONG = 5000  # entries: enough for adjoints to be added up in place
READS = {  # what is read of a long vector, twice or more, and how
    "entries": lambda v: sum([v[i] * v[i + 1] for i in range(5)]),
    "slices": lambda v: ag.sum(v[1:] * v[:-1]) + ag.sum(v[::2] ** 2),
    "masks": lambda v: ag.sum(v[v > 0] ** 2) + ag.sum(v[v > 0.5] ** 3),
    "repeated indices": lambda v: ag.sum(v[[0, 0, 3]] ** 2) * ag.sum(v[[3, 3, 3]]),
    "the whole": lambda v: ag.sum(v * v) + ag.sum(v[:10]) + ag.sum(v + v),
    "a sum that is passed on": lambda v: (lambda w: ag.sum(w * w) + ag.sum(w[:3]))(v + v),
    "beside a computed zero": lambda v: (lambda w: ag.sum(w[:2]) + ag.sum(0.0 * w))(ag.sqrt(0.0 * v)),
    "a column": lambda v: ag.sum(v.reshape((50, 100))[:, 3] ** 2) + ag.sum(v.reshape((50, 100))[None, 2] ** 2),
}


@pytest.mark.parametrize("name", READS)
def test_adjoints_added_in_place_are_those_of_a_recorded_sweep(name):
    """The recorded sweep adds out of place; the plain one where an entry was read and memory is nobody else's."""
    x = np.random.default_rng(0).normal(size=LONG)
    recorded = ag.Var(x)
    READS[name](recorded).backward(create_graph=True)
    np.testing.assert_allclose(ag.grad(READS[name])(x), recorded.grad.value, rtol=1e-15, atol=1e-15)  # sums reordered


def test_adjoints_added_in_place_change_nothing_that_anybody_sees():
    x = ag.Var(np.random.default_rng(0).normal(size=LONG))
    seed = np.ones(LONG)
    y = x + x  # both contributions are the seed itself
    y.backward(seed)
    np.testing.assert_array_equal(seed, 1.0)
    first = x.grad.value
    (x * x + x[:10].sum()).backward(seed)
    np.testing.assert_array_equal(first, 2.0)  # already handed out
    z = x * 1.0
    w = ag.sum(z * z + z) + ag.sum(z[1:])
    shown = [row.adjoint for row in ag.tape(w).reverse()]
    again = [row.adjoint for row in ag.tape(w).reverse()]
    for a, b in zip(shown, again, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_partials_are_multiplied_in_place_only_where_nobody_sees_them():
    """exp's partial is its own value; a rule may also give the user's own array."""
    table = np.full(LONG, 3.0)
    tripled = ag.elementwise("structure_tripled", lambda x: 3 * x, lambda v, x: table)
    x = ag.Var(np.linspace(0, 1, LONG))
    y = ag.exp(x)
    ag.sum(2 * tripled(y)).backward()
    np.testing.assert_array_equal(table, 3.0)
    np.testing.assert_array_equal(y.value, np.exp(x.value))
    np.testing.assert_array_equal(x.grad.value, 6 * np.exp(x.value))


def test_a_partial_of_single_precision_does_not_round_a_large_adjoint():
    halved = ag.elementwise("structure_halved", lambda x: x / 2, lambda v, x: np.full(LONG, 0.5, np.float32))
    x = ag.Var(np.ones(LONG))
    halved(x).backward(np.full(LONG, 1 / 3))
    np.testing.assert_array_equal(x.grad.value, 1 / 6)


def test_an_adjoint_that_two_rows_share_is_written_into_by_the_last_of_them_only(rng):
    *values, e, seed = rng.normal(size=(6, 100, 100))
    before, variables = seed.copy(), [ag.Var(x) for x in values]
    a, b, c, d = variables
    ((a * b + c * d) * e).backward(seed)  # seed * e is the adjoint of both products
    for x, other in zip(variables, [1, 0, 3, 2], strict=True):
        np.testing.assert_array_equal(x.grad.value, before * e * values[other])
    np.testing.assert_array_equal(seed, before)


def test_an_adjoint_of_equal_entries_takes_no_memory_until_entries_differ():
    """What a sum spreads over a large array is one entry; a number times it is one entry still."""
    import tracemalloc

    x = ag.Var(np.ones((300, 400)))
    y = (((x * 3) * 5) * 7).sum()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    y.backward()
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 1.5 * x.nbytes  # the gradient, in memory of its own
    x.grad.value[0, 0] = 0  # which may be written into
    assert x.grad.value.sum() == 105 * (x.size - 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("spread", [(), (300, 1), (1, 400)])
def test_a_number_times_a_large_adjoint_is_right_however_it_lies_in_memory(spread, dtype, rng):
    """All entries equal, those of a row, those of a column, none."""
    for seed in (rng.normal(size=spread).astype(dtype), rng.normal(size=(300, 400)).astype(dtype)):
        x = ag.Var(np.ones((300, 400), dtype))
        (x * 3).backward(np.broadcast_to(seed, x.shape))
        assert x.grad.dtype == dtype
        np.testing.assert_array_equal(x.grad.value, np.broadcast_to(3 * seed, x.shape))


def test_zeros_are_looked_for_only_where_something_is_pulled_on(monkeypatch):
    """Below a selection: in what goes on to an operation, never in the gradient of a variable."""
    looked_at = []
    monkeypatch.setattr(sweep, "has_zero", lambda c: looked_at.append(np.shape(c)) or not np.all(c))
    x, w = ag.Var(np.ones(3)), ag.Var(np.full((4, 3), 2.0))
    ag.sum(ag.relu(w @ ag.sin(ag.exp(x)))).backward()
    assert looked_at == [(3,)]  # what the product gives sin: no zero, and exp is not asked for; neither is w


def test_reading_entries_one_by_one_costs_no_array_each():
    """Backwards through n reads of n entries, nothing of the size of the vector is made a second time."""
    import tracemalloc

    v = ag.Var(np.ones(100_000))
    y = sum([v[i] * v[i] for i in range(50)])
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    y.backward()
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    first = memory.counts() == memory.NEVER  # then the first scatter is copied once before it is added to
    assert peak < (2 + first) * v.nbytes  # the adjoint, and small things; a scatter for every read would hold one more
