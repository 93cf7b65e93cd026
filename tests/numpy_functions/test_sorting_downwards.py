"""Sorting downwards: NumPy's own since 2.5, and this package's function and method with any NumPy."""

import numpy as np
import pytest

import autograd_lite as ag

NAN = np.nan
ROWS = {
    "floats": np.array([[2.0, -0.0, NAN, 2.0, -np.inf], [0.0, NAN, np.inf, NAN, 1.0]]),
    "float32": np.array([1.5, NAN, -2.0, 1.5], np.float32),
    "complex": np.array([2 + 1j, 1 + 5j, complex(NAN, 0), 2 - 1j, complex(1, NAN), 2 + 1j]),
    "integers": np.array([3, -128, 127, 0, -128, 3], np.int8),
    "unsigned": np.array([3, 255, 0, 255], np.uint8),
    "truth": np.array([True, False, True, False]),
}


@pytest.mark.parametrize("x", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("axis", [-1, 0])
def test_downwards_is_upwards_from_the_other_end_with_nan_last(x, axis):
    """By the rank of an entry: its place among the sorted distinct ones, the NaNs after all others."""
    order = ag.argsort(x, axis=axis, descending=True)
    down = np.take_along_axis(x, order, axis)
    up = np.sort(x, axis=axis)
    missing = np.isnan(x) if x.dtype.kind in "fc" else np.zeros(x.shape, bool)
    for lane_down, lane_up, holes, places in zip(
        *[np.moveaxis(a, axis, -1).reshape(-1, x.shape[axis]) for a in (down, up, missing, order)], strict=True
    ):
        n = len(lane_up) - holes.sum()
        np.testing.assert_array_equal(lane_down[:n], lane_up[:n][::-1])
        assert np.isnan(lane_down[n:]).all()
        ties = (lane_down[1:] == lane_down[:-1]) & (np.diff(places) < 0)
        assert not ties.any(), "equal entries stay in the order they had"
    if np.lib.NumpyVersion(np.__version__) >= "2.5.0":
        np.testing.assert_array_equal(down, np.sort(x, axis=axis, descending=True))


def test_the_methods_sort_downwards_and_the_gradient_goes_with_the_entries():
    x, weights = np.array([2.0, NAN, 3.0, 1.0]), np.array([1.0, 10.0, 100.0, 1000.0])

    def sorted_in_place(x):
        y = x.copy()
        y.sort(descending=True)
        return ag.sum(ag.where(np.isnan(y.detach().value), 0.0, y) * weights)

    assert ag.Tensor(x).argsort(descending=True).tolist() == [2, 0, 3, 1]
    assert ag.grad(sorted_in_place)(ag.Tensor(x)).tolist() == [10.0, 0.0, 1.0, 100.0]


def test_a_kind_goes_with_no_direction_as_in_numpy():
    with pytest.raises(ValueError, match="kind"):
        ag.Var([2.0, 1.0]).argsort(kind="stable", descending=True)


def test_a_replay_sorts_downwards():
    fast = ag.replay(ag.grad(lambda x: ag.sum(ag.sort(x, descending=True) * np.array([1.0, 2.0, 4.0]))))
    for x in ([3.0, 1.0, 2.0], [1.0, 2.0, 3.0], [2.0, 3.0, 1.0]):
        assert fast(np.array(x)).tolist() == [2.0 ** (3 - v) for v in x]
