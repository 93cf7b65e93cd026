"""Memory is written into again only where nobody else can see it, whatever holds it and however Python counts."""

import ctypes
import functools
import subprocess
import sys
import textwrap
import threading
import weakref

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.arrays import memory
from autograd_lite.arrays.memory import LARGE, NEVER, counts, private, shared, unobserved
from autograd_lite.core import pulls, sweep


def generator_of(x):
    held = x
    yield
    yield held


def generator(x):
    suspended = generator_of(x)
    next(suspended)
    return lambda: next(suspended)


def thread(x):
    done, found = threading.Event(), []

    def keep(held):
        done.wait()
        found.append(held)

    running = threading.Thread(target=keep, args=(x,), daemon=True)
    running.start()

    def look():
        done.set()
        running.join()
        return found[0]

    return look


HOLDERS = {  # each gives a function that shows what is held; a list, a view and the like are closed over
    "variable": lambda x: lambda: x,
    "list": lambda x: [x].copy,
    "view": lambda x: functools.partial(getattr, x[1:], "base"),
    "dict": lambda x: functools.partial({"x": x}.get, "x"),
    "weak reference": weakref.ref,
    "WeakValueDictionary": lambda x: functools.partial(weakref.WeakValueDictionary(x=x).get, "x"),
    "memoryview": lambda x: functools.partial(getattr, memoryview(x), "obj"),
    "generator": generator,
    "thread": thread,
}


class Holding:
    """Keeps arrays in one way, and copies of what they were; `check` sees that they still are."""

    def __init__(self, way):
        self.way, self.kept = way, []

    def __call__(self, x):
        if isinstance(x, np.ndarray) and x.size >= LARGE:
            before = x.copy()
            self.kept.append((HOLDERS[self.way](x), before))
        return x

    def check(self):
        assert self.kept
        for look, before in self.kept:
            x = look()
            x = x[0] if isinstance(x, list) else x
            if x is not None:  # a weak reference may have died
                np.testing.assert_array_equal(x, before)


@pytest.fixture(params=HOLDERS)
def hold(request):
    return Holding(request.param)


def kernels(hold):
    """Operations whose kernels and partials somebody looks at, out of the registry again at the end."""
    twice = ag.elementwise("held_twice", lambda x: hold(2 * x), lambda v, x: hold(np.full(x.shape, 2.0)))
    times = ag.elementwise("held_times", lambda x, y: hold(x * y), lambda v, x, y: hold(+y), lambda v, x, y: hold(+x))
    through = ag.linear("held_through", lambda x: hold(x + 0.0), lambda g, x: hold(g))
    return twice, times, through


def test_the_engine_writes_into_nothing_that_somebody_holds(hold):
    twice, times, through = kernels(hold)
    try:
        x = np.linspace(0.5, 1.5, 2 * LARGE)

        def f(x):
            y = through(times(twice(x), through(ag.sin(x))))
            return ag.sum(through(y * x + y[1:].sum() + y[0] + times(y, x)))

        g = ag.grad(f)(x)
        plain = ag.grad(lambda x: (y := 2 * x * ag.sin(x), ag.sum(y * x + y[1:].sum() + y[0] + y * x))[1])(x)
        np.testing.assert_allclose(g, plain, rtol=1e-13)  # the order of sums differs
        again = ag.replay(ag.grad(f))
        for _ in range(2):
            np.testing.assert_allclose(again(x), plain, rtol=1e-13)
        partial = ag.grad(lambda x: 3 * ag.sum(twice(x)))(x)  # may be the memory of what `twice` gave as its partial
        np.testing.assert_array_equal(partial, np.full(x.shape, 6.0))
        hold.check()
    finally:
        for name in ("held_twice", "held_times", "held_through"):
            del ag.core.op.OPS[name]


def test_seeds_gradients_and_values_are_nobody_elses(hold):
    x = ag.Var(np.linspace(0.5, 1.5, 2 * LARGE))
    y = x * x
    seed = hold(np.ones(2 * LARGE))
    y.backward(seed)
    first = hold(x.grad.value)
    (x * x + x * x + x).backward(seed)
    hold(x.grad.value)
    assert not np.shares_memory(x.grad.value, first)
    assert not np.shares_memory(x.grad.value, seed)
    _, back = ag.vjp(lambda x: +x, x.value)
    assert not np.shares_memory(back(seed), seed)
    hold.check()


@pytest.mark.skipif(memory._COUNTS == NEVER, reason="this Python does not count every reference: nothing is private")
@pytest.mark.parametrize("calls", [1, 2, 3])
def test_each_reference_is_counted_at_every_depth(hold, calls):
    def below(x, left):
        return private(x, calls) if left == 2 else below(x, left - 1)

    ask = below if calls > 1 else lambda x, calls: private(x, calls + 1)
    x = np.ones(LARGE)
    assert ask(x, calls)
    assert not shared(x)
    hold(x)
    assert not ask(x, calls)
    assert shared(x)
    hold.check()


def foreign(size):
    """An array without base over memory that is not its own, as callers in C can make them."""
    capsule = ctypes.pythonapi.PyCapsule_GetPointer
    capsule.restype, capsule.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(capsule(np._core.multiarray._ARRAY_API, None), ctypes.POINTER(ctypes.c_void_p))
    new = ctypes.PYFUNCTYPE(
        ctypes.py_object, ctypes.py_object, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p,
        ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p,
    )(table[93])  # PyArray_New  # fmt: skip
    where, writeable = (ctypes.c_double * size)(), 0x501
    x = new(np.ndarray, 1, (ctypes.c_ssize_t * 1)(size), np.dtype(float).num, None, where, 0, writeable, None)
    return where, x


def test_what_is_not_an_arrays_own_is_not_private():
    _where, x = foreign(LARGE)
    assert x.base is None
    assert x.flags.writeable
    assert not private(x, others=99)
    assert shared(x)
    for view in (np.frombuffer(bytearray(8 * LARGE)), np.broadcast_to(1.0, LARGE), np.ones(2 * LARGE)[::2]):
        assert not private(view, others=99)


def test_threads_and_borrowed_references_are_found_out(monkeypatch):
    assert counts() in (memory._COUNTS, NEVER) or sys.gettrace() is not None
    monkeypatch.setattr(memory, "_of_a_caller", memory._of_nobody_else)  # as where references are borrowed
    assert unobserved(counts) == NEVER
    monkeypatch.setattr(memory, "start_new_thread", lambda *_: (_ for _ in ()).throw(RuntimeError("no threads")))
    assert unobserved(counts) == NEVER


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="borrowed references or monitoring may keep it from counting")
def test_where_every_reference_counts_it_is_measured():
    found = unobserved(counts)
    assert len(found) == 4
    assert found == tuple(sorted(set(found)))  # each call down holds the array once more, or twice
    assert found == memory._COUNTS


def test_without_counts_everything_is_copied_and_right(monkeypatch):
    def f(x):
        y = ag.sin(x) * x
        return ag.sum(y * y + y) + sum(x[i] ** 2 for i in range(5))

    x = np.linspace(0.5, 1.5, 2 * LARGE)
    expected = ag.grad(f)(x)
    monkeypatch.setattr(memory, "_COUNTS", NEVER)
    assert not private(np.empty(3))
    assert shared(np.empty(3))
    np.testing.assert_array_equal(ag.grad(f)(x), expected)
    np.testing.assert_array_equal(ag.replay(ag.grad(f))(x), expected)


TRACED = """
    import sys
    seen = []
    def look(frame, event, arg):
        if "autograd_lite" in frame.f_code.co_filename:
            frame.f_locals  # up to Python 3.12 this holds everything that the frame holds
            frame.f_trace_opcodes = False
        return look
    {observe}(look)
    import numpy as np
    import autograd_lite as ag
    from autograd_lite.arrays import memory
    if "{when}" == "import":
        {observe}(None)
    x = np.linspace(0.5, 1.5, 8192)
    def f(x):
        y = ag.sin(x) * x
        return ag.sum(y * y + y * x + x * x * x) + sum(x[i] ** 2 for i in range(5))
    g = ag.grad(f)(x)
    r = ag.replay(ag.grad(f))
    r(x)
    h = r(x)
    {observe}(None)
    np.save(sys.argv[1], np.stack([g, h]))
    print(memory._COUNTS)
"""


@pytest.mark.parametrize("observe", ["sys.settrace", "sys.setprofile"])
@pytest.mark.parametrize("when", ["import", "always"])
def test_who_reads_the_locals_of_frames_changes_nothing(tmp_path, observe, when):
    code = textwrap.dedent(TRACED).format(observe=observe, when=when)
    run = [sys.executable, "-c", code, str(tmp_path / "x.npy")]
    printed = subprocess.run(run, check=True, timeout=300, capture_output=True, text=True).stdout
    assert printed.strip() in (str(memory._COUNTS), str(NEVER))
    x = np.linspace(0.5, 1.5, 8192)

    def f(x):
        y = ag.sin(x) * x
        return ag.sum(y * y + y * x + x * x * x) + sum(x[i] ** 2 for i in range(5))

    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), np.stack([ag.grad(f)(x)] * 2))


def test_entries_read_one_by_one_cost_no_pass_each_however_python_counts(monkeypatch):
    """A scattering is added where the last one was: 200 of them make two arrays of that size, and no more."""
    monkeypatch.setattr(memory, "_COUNTS", NEVER)
    monkeypatch.setattr(pulls, "private", lambda *_, **__: False)
    made = []

    into = ag.core.op.OPS["getitem"].into

    def noted(adjoint, g, *rest):
        made.append(adjoint)
        return into(adjoint, g, *rest)

    monkeypatch.setattr(ag.core.op.OPS["getitem"], "into", noted)
    x = ag.Var(np.ones(4 * LARGE))
    sum(x[i] ** 2 for i in range(200)).backward()
    assert len(made) == 199
    assert len({id(a) for a in made}) == 1
    assert sweep.LARGE == LARGE
