"""Jacobians by batches of seeds, through complex numbers, beside tangents one at a time."""

import numpy as np
import pytest

import autograd_lite as ag
from tests.ops.test_complex_registry import PHASES, REFUSED, calls
from tests.support.domains import DIFFERENTIABLE


def one_by_one(f, x):
    return np.stack([ag.jvp(f, (x,), (e,))[1] for e in np.eye(len(x))], axis=-1)


def agree(f, x):
    columns = one_by_one(f, x)
    for mode in ("forward", "reverse"):  # the same sums in another order
        atol = 1e-9 * (1 + np.nanmax(np.abs(columns), initial=0.0))
        np.testing.assert_allclose(ag.jacobian(f, mode=mode)(x), columns, rtol=1e-9, atol=atol)


@pytest.mark.parametrize("name", [name for name in DIFFERENTIABLE if name not in REFUSED])
def test_every_operation(name):
    """Real parts, imaginary parts and moduli of its value, of two real numbers that move its arguments."""
    for f in [f for f in calls(name) if sum([np.size(x) for x in f.args]) <= 60][:2]:

        def parts(x, f=f):
            v = ag.reshape(f(*[z + (0.3 - 0.2j) * x[0] + 0.1j * x[1] for z in f.args]), (-1,))
            return ag.abs(v) if name in PHASES else ag.concat([ag.abs(v + 2.0), ag.imag(v), ag.real(v)])

        agree(parts, np.array([0.01, -0.02]))


turned = ag.elementwise("turned", lambda x: (2 - 1j) * x, 2 - 1j)  # a constant partial that is complex


@pytest.mark.parametrize(
    "f",
    [
        lambda x: ag.imag(x * (1 + 2j)),
        lambda x: ag.imag(1j * x * x),
        lambda x: np.angle(x + 1j * x * x),
        lambda x: turned(x * x),
        lambda x: ag.imag(turned(x) * x + turned(1j * x[0])),
    ],
)
def test_a_constant_complex_partial(f):
    """The forward Jacobian of `imag` had the sum of each row in all its entries."""
    x = np.array([0.7, 1.3, 2.1])
    agree(f, x)
    total = lambda x: ag.sum(ag.abs(f(x)) ** 2)
    np.testing.assert_allclose(ag.hessian(total)(x), one_by_one(ag.grad(total), x), rtol=1e-12, atol=1e-12)  # as above
