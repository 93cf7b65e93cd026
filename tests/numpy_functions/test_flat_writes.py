"""A write to ``x.flat`` reaches `x` however its entries lie in memory, as in NumPy."""

import numpy as np
import pytest

import autograd_lite as ag

A = np.arange(6.0).reshape(2, 3)
WEIGHTS = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
LAYOUTS = {
    "in order": lambda a: a,
    "by columns": np.asfortranarray,
    "turned": lambda a: np.ascontiguousarray(a.T).T,
    "every second": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "backwards": lambda a: np.ascontiguousarray(a[::-1, ::-1])[::-1, ::-1],
}


def an_entry(t):
    t.flat[1] = 50.0


def several(t):
    t.flat[[1, 4]] = np.array([50.0, 60.0])


def a_part(t):
    t.flat[1:3] += t.flat[0] + 1.0


def all_of_it(t):
    t.flat = np.arange(6.0) * 2


def of_a_view(t):
    t.T.flat[1] = 50.0


def of_a_row(t):
    t[1].flat[1] = 50.0


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("write", [an_entry, several, a_part, all_of_it, of_a_view, of_a_row], ids=lambda f: f.__name__)
def test_a_write_reaches_the_tensor_and_its_gradient(layout, write):
    laid = LAYOUTS[layout](A)
    wanted = laid.copy(order="K")
    write(wanted)

    constant = ag.Tensor(A)
    constant.value = laid
    write(constant)
    np.testing.assert_array_equal(constant.value, wanted)

    def f(x):
        y = ag.Tensor(A) * x.T.T
        write(y)
        return ag.sum(y**2 * WEIGHTS)

    def in_numpy(x):
        y = A * x
        write(y)
        return np.sum(y**2 * WEIGHTS)

    assert f(ag.Tensor(laid)).item() == in_numpy(laid)
    steps = np.eye(6).reshape(6, 2, 3) * 0.5  # of a square, whose central difference is exact
    differences = [in_numpy(laid + s) - in_numpy(laid - s) for s in steps]
    np.testing.assert_allclose(np.ravel(ag.grad(f)(laid)), differences, atol=1e-9)  # the sums are of some 1e4


def test_what_is_read_again_has_been_written():
    x = ag.Tensor(np.asfortranarray(A))
    flat = x.flat
    x[0, 1] = 50.0
    assert flat[1].item() == 50.0
    np.testing.assert_array_equal(
        ag.grad(lambda x: ag.sum(x.flat[1:3] ** 2))(np.asfortranarray(A)), [[0, 2, 4], [0] * 3]
    )
