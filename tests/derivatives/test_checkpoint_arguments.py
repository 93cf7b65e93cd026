"""Checkpoints: arguments that are no variables, and functions that give something else when they run again."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.tensor import raw

X = np.array([1.0, 2.0, 3.0])

# Tensors beside the variable that are constants: nothing is asked of them when a sweep comes by.
CONSTANTS = {
    "integers": (lambda x, i: ag.sum(ag.take(x, i) ** 2), [0, 2], [2.0, 0.0, 6.0]),
    "booleans": (lambda x, m: ag.sum(ag.where(m, x**2, 0.0)), [True, False, True], [2.0, 0.0, 6.0]),
    "numbers": (lambda x, w: ag.sum(w * x**2), [1.0, 0.0, 1.0], [2.0, 0.0, 6.0]),
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_constant_tensors_beside_a_variable(name):
    f, other, wanted = CONSTANTS[name]
    constant = ag.Tensor(other)
    found = ag.grad(ag.checkpoint(f))(X, constant)
    assert np.array_equal(raw(found), wanted)
    assert constant.grad is None
    tangent = ag.jvp(lambda x: ag.checkpoint(f)(x, constant), (X,), (np.ones(3),))[1]
    assert float(tangent) == sum(wanted)


# What the second run gives instead of a pair of tracked numbers.
AGAIN = {
    "one of them": lambda x: (ag.sum(x**2),),
    "none": lambda x: (),
    "a constant for the second": lambda x: (ag.sum(x**2), 3.0),
    "a constant for the first": lambda x: (np.float64(14.0), ag.sum(x)),
}


@pytest.mark.parametrize("name", AGAIN)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_another_structure_when_it_runs_again(name, mode):
    runs = []

    def f(x):
        runs.append(None)
        return (ag.sum(x**2), ag.sum(x)) if len(runs) == 1 else AGAIN[name](x)

    kept = ag.checkpoint(f)
    swept = {
        "reverse": lambda: ag.grad(lambda x: ag.prod(ag.stack(kept(x))))(X),
        "forward": lambda: ag.jvp(lambda x: ag.stack(kept(x)), (X,), (np.ones(3),)),
    }
    with pytest.raises(ag.errors.CheckpointError, match="gave outputs of another structure"):
        swept[mode]()


def test_numbers_of_numpys_own_generator_are_drawn_again():
    factors = []

    def f(x):
        factors.append(np.random.standard_normal())
        return x**2 * factors[-1]

    assert ag.grad(ag.checkpoint(f))(3.0) == 6.0 * factors[0]
    assert len(factors) == 2
    assert factors[0] == factors[1]
