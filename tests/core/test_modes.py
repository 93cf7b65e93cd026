"""`no_grad` and its kin end where they should: over tasks, generators, threads, and a Ctrl-C at any moment."""

import asyncio
import contextvars
import gc
import random
import signal
import threading

import pytest

import autograd_lite as ag
from autograd_lite.core.modes import MODES, quiet, recorded, watcher, watching


def records():
    x = ag.Var(2.0)
    return (x * x).requires_grad


@pytest.fixture(autouse=True)
def nothing_is_left():
    yield
    assert records()
    assert watcher() is None
    assert not MODES, "recording still asks, though nothing is open"


def run(*coroutines):
    async def together():
        return await asyncio.gather(*coroutines)

    return asyncio.run(together())


def test_overlapping_tasks_have_modes_of_their_own():
    async def quietly(steps):
        with ag.no_grad():
            for _ in range(steps):
                await asyncio.sleep(0)
                assert not records()
        assert records()

    async def aloud():
        for _ in range(9):
            assert records()
            await asyncio.sleep(0)

    run(quietly(2), aloud(), quietly(5), quietly(3), aloud())


def test_a_task_started_inside_no_grad_is_inside_as_long_as_it_is_open():
    async def main():
        async def inner():
            seen = [records()]
            await started.wait()
            return [*seen, records()]

        started = asyncio.Event()
        with ag.no_grad():
            task = asyncio.create_task(inner())
            await asyncio.sleep(0)
        started.set()
        return await task

    assert asyncio.run(main()) == [False, True]


def test_work_handed_to_a_thread_is_inside_what_its_task_is_inside():
    async def main():
        with ag.no_grad():
            return await asyncio.to_thread(records)

    assert asyncio.run(main()) is False


@pytest.mark.parametrize("order", ["inner first", "outer first"])
def test_generators_and_callers_may_leave_in_any_order(order):
    def quietly():
        with ag.no_grad():
            yield
            yield

    steps = quietly()
    next(steps)
    outer, seen = watching(lambda row: seen.append(row)), []
    outer.__enter__()
    assert not records()
    leaves = [steps.close, lambda: outer.__exit__(None, None, None)]
    first, last = leaves if order == "inner first" else leaves[::-1]
    first()
    assert records() is (order == "inner first")
    last()
    assert len(seen) == (2 if order == "inner first" else 1)  # the product of each `records` while somebody watches


def test_a_generator_that_is_given_up_leaves():
    def quietly():
        with ag.no_grad():
            yield 1

    for _ in quietly():
        assert not records()
        break
    assert records()


def test_an_asynchronous_generator_closed_by_another_task_leaves():
    async def quietly():
        with ag.no_grad():
            yield 1
            yield 2

    async def main():
        async for _ in quietly():
            assert not records()
            break  # the loop closes it later, in a task and a context of its own
        gc.collect()
        await asyncio.sleep(0.0)
        await asyncio.sleep(0.0)
        assert records()

    asyncio.run(main())


def test_a_mode_left_in_another_thread_or_context_has_ended_everywhere():
    mode = ag.no_grad()
    mode.__enter__()
    assert not records()
    thread = threading.Thread(target=mode.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    assert records()
    context = contextvars.copy_context()
    mode = ag.no_grad()
    context.run(mode.__enter__)
    assert records()
    assert not context.run(records)
    mode.__exit__(None, None, None)
    assert context.run(records)


def test_the_innermost_mode_decides():
    seen = []
    with ag.no_grad():
        assert recorded(records)
        with watching(seen.append):
            assert not records()
            assert recorded(records)

            def inner():
                with ag.no_grad():
                    assert not records()
                return records()

            assert recorded(inner)
        assert not records()
    assert len(seen) == 4


def test_a_mode_is_entered_once():
    mode = ag.no_grad()
    with mode:
        with pytest.raises(RuntimeError, match="no_grad"), mode:
            pass
        assert not records()
    with pytest.raises(RuntimeError, match="no_grad"), mode:
        pass


def test_a_decorated_function_may_call_itself():
    @ag.no_grad()
    def depth(n):
        assert not records()
        return depth(n - 1) + 1 if n else 0

    assert depth(3) == 3


def test_a_generator_or_coroutine_is_not_decorated():
    async def coroutine():
        pass

    async def both():
        yield

    def generator():
        yield

    for f in (coroutine, both, generator):
        with pytest.raises(TypeError, match="with inside"):
            ag.no_grad()(f)


@pytest.mark.parametrize(
    "enter",
    [ag.no_grad, lambda: watching(lambda row: None)],
    ids=["no_grad", "watching"],
)
def test_a_ctrl_c_at_any_moment_leaves_nothing_open(enter):
    """An alarm goes off at a random moment of a loop of entering and leaving; what it raised in is kept alive."""
    rng, kept = random.Random(1), []

    def ring(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, ring)
    try:
        for _ in range(1500):
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-5, 4e-5))
                while True:
                    with enter():
                        recorded(abs, 1)
            except KeyboardInterrupt as error:
                kept[:] = [error]  # its traceback holds every frame, as a console's last one does
            assert not quiet()
            assert watcher() is None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
