"""The ledger: what it counts is exact, what it measures is sane."""

import tracemalloc
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import NotDifferentiableError, UntrackedError

KIB = 1024


def chain(k):
    """Σ sin(sin(… x)), k times."""

    def f(x):
        for _ in range(k):
            x = ag.sin(x)
        return ag.sum(x)

    return f


def test_sweeps_and_rows():
    """One forward sweep an input, one reverse sweep an output, each through the rows that concern it."""
    costs = ag.ledger(chain(4), np.ones(10), limit=0)
    assert (costs.inputs, costs.outputs) == (10, 1)
    assert (costs.function.sweeps, costs.function.rows) == (0, 5)
    assert (costs.forward.sweeps, costs.forward.rows) == (10, 50)
    assert (costs.reverse.sweeps, costs.reverse.rows) == (1, 5)


def test_a_sweep_passes_by_what_does_not_concern_it():
    """sin x1, cos x2, their product and exp x2: x1 moves two of the rows; the first output reaches three."""
    costs = ag.ledger(lambda x1, x2: (ag.sin(x1) * ag.cos(x2), ag.exp(x2)), 2.0, 3.0, limit=0)
    assert costs.function.rows == 4
    assert costs.forward.rows == 2 + 3
    assert costs.reverse.rows == 3 + 1


@pytest.mark.parametrize(("n", "m", "mode"), [(5, 3, "reverse"), (3, 5, "forward"), (4, 4, "reverse")])
def test_the_cheaper_mode(n, m, mode):
    """It is the one with fewer sweeps, where all rows concern all inputs and outputs."""
    A = np.ones((m, n))
    costs = ag.ledger(lambda x: ag.tanh(A @ x), np.ones(n), limit=0)
    assert (costs.forward.sweeps, costs.reverse.sweeps) == (n, m)
    assert costs.cheaper == mode


@pytest.mark.parametrize("k", [1, 7])
def test_bytes_needed_by_a_chain(k):
    """Forward mode needs two links at a time, reverse mode all: with n numbers of 8 bytes in each."""
    n = 1000
    costs = ag.ledger(chain(k), np.ones(n), limit=0)
    assert costs.function.needed == 2 * 8 * n
    assert costs.forward.needed == 2 * costs.function.needed  # a tangent beside each value
    assert costs.reverse.needed == (k + 1) * 8 * n + 2 * 8 * n  # all values, and two adjoints


def test_bytes_needed_of_outputs_and_of_values_used_late():
    """What is an output, or is used again, is kept: x, sin x and their product, with sin x given out as well."""

    def f(x):
        y = ag.sin(x)
        return y, x * ag.exp(y)

    costs = ag.ledger(f, np.ones(100), limit=0)
    assert costs.function.needed == 4 * 800  # x, y, exp y and the product at the end
    assert costs.reverse.needed == 4 * 800 + 4 * 800  # and the adjoints of both outputs, of x and of exp y


def test_a_view_needs_no_bytes_of_its_own():
    costs = ag.ledger(lambda x: ag.sum(ag.reshape(x, (10, 10)) ** 2), np.ones(100), limit=0)
    assert costs.function.needed == 2 * 800


def test_somebody_elses_variables_do_not_count():
    """A variable that the function closes over is a constant here, and a tracked argument is taken by its value."""
    a, x = ag.Var(np.ones(100)), ag.Var(np.ones(100))
    costs = ag.ledger(lambda x: ag.sum(a * x), x, limit=0)
    assert (costs.function.rows, costs.inputs) == (2, 100)
    assert costs.function.needed == 2 * 800
    assert costs.reverse.needed == 2 * 800 + 2 * 800  # x and the product, and their adjoints
    assert a.grad is None
    assert x.grad is None


def test_bytes_held():
    """Reverse mode holds the whole tape, and the function alone does not: within what Python's objects take."""
    n, k = 4 * KIB, 20
    costs = ag.ledger(chain(k), np.ones(n), limit=0)
    assert 8 * n <= costs.function.held <= 2 * 8 * n + 4 * KIB
    tape = k * 8 * n
    assert tape <= costs.reverse.held <= tape + 3 * 8 * n + 32 * KIB  # adjoints two at a time, rows some 100 bytes each
    assert costs.reverse.held <= costs.reverse.needed + 32 * KIB


def test_a_value_is_let_go_when_its_adjoint_is_used():
    """A product of twenty: an adjoint for each factor comes as a partial product goes."""
    n, k = 4 * KIB, 20

    def f(x):
        factors = [ag.sin(x + i) for i in range(k)]
        product = factors[0]
        for factor in factors[1:]:
            product = product * factor
        return ag.sum(product)

    tape = (3 * k - 1) * 8 * n  # sums, sines and partial products
    held = ag.ledger(f, np.ones(n), limit=0).reverse.held
    assert tape <= held <= tape + 5 * 8 * n + 64 * KIB  # a few arrays at work; Python's objects


def test_who_traces_memory_already_goes_on_doing_so():
    tracemalloc.start()
    try:
        np.ones(1_000_000).sum()  # a peak from before does not count
        assert ag.ledger(ag.sin, 1.0).function.held < 1_000_000
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    ag.ledger(ag.sin, 1.0)
    assert not tracemalloc.is_tracing()


def test_seconds():
    """Every timing is one, the ratio is that of two of them, and the limit says whether the Jacobian is measured."""
    costs = ag.ledger(chain(3), np.ones(50))
    for cost in (costs.function, costs.forward, costs.reverse):
        assert cost.seconds > 0
        assert cost.ratio == cost.seconds / costs.function.seconds
    assert costs.forward.jacobian > 0
    assert costs.reverse.jacobian > 0
    unmeasured = ag.ledger(chain(3), np.ones(50), limit=0)
    assert unmeasured.forward.jacobian is None
    assert unmeasured.reverse.jacobian is None


def test_containers_and_dtypes():
    """Arguments and results in containers; single precision takes half the bytes."""
    params = {"W": np.ones((4, 3), np.float32), "b": np.zeros(4, np.float32)}
    costs = ag.ledger(lambda p, x: {"y": p["W"] @ x + p["b"]}, params, np.ones(3, np.float32))
    assert (costs.inputs, costs.outputs) == (12 + 4 + 3, 4)
    assert costs.function.needed == 4 * (12 + 3 + 4 + 4)  # W, x, b and W x


def test_a_constant_output_costs_nothing():
    costs = ag.ledger(lambda x: (ag.sin(x), np.ones(3)), 1.0)
    assert (costs.outputs, costs.reverse.rows) == (4, 1)


def test_the_table():
    costs = ag.ledger(chain(2), np.ones(1000), limit=0)
    lines = str(costs).splitlines()
    assert lines[0].startswith("mode     | sweeps | rows  | bytes needed | bytes held | seconds | × function")
    assert lines[3].startswith("forward  | 1,000  | 3,000 | 32,000       | ")
    assert repr(costs) == str(costs)
    assert costs.to_markdown().splitlines()[-1].startswith("| `reverse` | `1` | `3` | `40,000` | ")
    assert "1,000" in [cell.text for cell in ET.fromstring(costs._repr_html_()).iter("td")]


def test_what_has_no_derivatives():
    with pytest.raises(NotDifferentiableError, match="ledger: a variable needs a floating-point dtype"):
        ag.ledger(ag.sin, np.array([1, 2]))
    with pytest.raises(UntrackedError, match="ledger: the result of the function does not depend on the arguments"):
        ag.ledger(lambda x: 1.0, 2.0)
