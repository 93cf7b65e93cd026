"""Lengths that are 0: every option that reduces, every mode, and a replay, which gives what eager gives."""

from itertools import product

import numpy as np
import pytest

import autograd_lite as ag

norm = ag.linalg.vector_norm
X = np.array([[0.0, 0.0], [3.0, 4.0]])
MODES = list(product(("forward", "reverse"), repeat=2))


def second(f, inner, outer):
    return ag.jacobian(ag.jacobian(f, mode=inner), mode=outer)


REDUCTIONS = {
    "vector_norm": norm,
    "3-norm": lambda x, **options: norm(x, ord=3, **options),
    "std": lambda x, **options: ag.std(x, **options),
}


@pytest.mark.parametrize("modes", MODES)
@pytest.mark.parametrize("axis", [1, (1,), -1, (0, 1)])
@pytest.mark.parametrize("length", REDUCTIONS)
def test_keepdims_changes_the_shape_alone(length, axis, modes):
    x = X if axis != (0, 1) else 0 * X
    cosines = lambda **options: second(lambda x: ag.sum(ag.cos(REDUCTIONS[length](x, axis=axis, **options))), *modes)
    plain, kept = cosines(), cosines(keepdims=True)
    wanted = plain(x)
    assert np.isnan(wanted[0, 0, 0, 0])
    for derivative in (kept, ag.replay(plain), ag.replay(kept)):
        np.testing.assert_array_equal(derivative(x), wanted)


POWERS = {
    "|x|": lambda x: abs(x[0]),
    "|z|": lambda x: abs(x[0] + 1j * x[1]),
    "norm": norm,
    "rows": lambda x: norm(ag.stack([x, 2 * x]), axis=1),
    "hypot": lambda x: np.hypot(x[0], x[1]),
    "std": lambda x: ag.std(x),
}


@pytest.mark.parametrize("modes", MODES)
@pytest.mark.parametrize("length", POWERS)
def test_the_exponent_of_a_length_is_an_argument(length, modes):
    """A replay asks anew whether a power is smooth, and gives for each what eager gives."""
    eager = second(lambda x, p: ag.sum(POWERS[length](x) ** p), *modes)
    replay = ag.replay(eager)
    for p in (2.0, 3.0, 2.0, 2.5, 1.5, 4.0, 2, 0.0):
        wanted = eager(np.zeros(2), p)
        assert np.all(np.isnan(wanted)) == (0 < p < 2 and length != "|x|")
        np.testing.assert_array_equal(replay(np.zeros(2), p), wanted)


@pytest.mark.parametrize("modes", MODES)
@pytest.mark.parametrize("n", [0, 0.0, np.float64(0)])
@pytest.mark.parametrize("length", POWERS)
def test_to_the_power_of_0_a_length_is_1_everywhere(length, n, modes):
    found = second(lambda x: ag.sum(POWERS[length](x) ** n), *modes)(np.zeros(2))
    np.testing.assert_array_equal(found, np.zeros((2, 2)))
