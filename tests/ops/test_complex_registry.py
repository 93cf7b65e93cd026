"""Every operation that takes complex numbers: real losses of its value, against differences along 1 and along i."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.rules import OPS
from tests.conftest import all_sizes_in_place, seeded
from tests.ops.test_registry import Call
from tests.support.domains import DIFFERENTIABLE, DOMAINS
from tests.support.families_more import near_diagonal

# fmt: off
# ruff: noqa: E501  # a table reads better than a column
REFUSED = {  # by NumPy or SciPy, with a TypeError
    "atan2", "beta", "betainc", "betaincinv", "betaln", "cbrt", "ceil", "copysign", "cosine", "cumulative_logsumexp", "entr", "erfcinv", "erfinv",
    "floor", "floor_divide", "fmod", "gammainc", "gammaincc", "gammaincinv", "gammaln", "hypot", "hypot_power", "i0", "i0e", "i1", "i1e", "iv", "ive",
    "j0", "j1", "jv", "k0", "k0e", "k1", "k1e", "kl_div", "kv", "kve", "logaddexp", "logit", "ndtri", "nextafter", "polygamma",
    "rel_entr", "remainder", "rfft", "trunc", "y0", "y1", "yv", "zeta",
    "beta_density", "betainc_in_ab", "gamma_density", "gammainc_in_a", "iv_in_order", "ive_in_order", "jv_in_order",
    "kv_in_order", "kve_in_order", "polygamma_difference", "yv_in_order", "zeta_in_x",  # slopes in parameters
    "digamma", "rgamma_derivative",  # their derivatives, by polygamma, are
}
# fmt: on

PHASES = {"eigh": near_diagonal("eigh"), "svd": near_diagonal("svd"), "eigen": near_diagonal("eigen")}
"""Decompositions into vectors whose phase is nobody's choice: only moduli are functions of the matrix."""


def calls(name):
    """A call for each example that has complex arguments and computes in double precision."""
    rng = seeded(name)
    found = [Call(name, case, rng.random, np.complex128) for case in DOMAINS[name].family.examples]
    for f in found:
        f.call = PHASES.get(name, f.call)
        f.options = {k: np.dtype(complex) if k == "dtype" else v for k, v in f.options.items()}
    return [f for f in found if any(np.iscomplexobj(x) and np.size(x) for x in f.args)]


def loss_of(name, f, args, rng):
    """Real and imaginary parts and moduli of the result, weighted: what a real loss may be made of."""
    value = f(*args)
    a, b, c = (rng.normal(size=np.shape(value)) for _ in range(3))
    if name in PHASES:
        return lambda *args: ag.sum(c * ag.abs(f(*args)))

    def loss(*args):
        v = f(*args)
        return ag.sum(a * ag.real(v)) + ag.sum(b * ag.imag(v)) + ag.sum(c * ag.abs(v + (0.3 - 0.2j)))

    return loss


def check(name, f, args, rng):
    """Gradient and tangents in each argument, of the kind of that argument, with memory used again and without."""
    loss = loss_of(name, f, args, rng)
    for i, x in enumerate(args):
        alone = lambda x, i=i: loss(*args[:i], x, *args[i + 1 :])
        found = ag.grad(alone)(x)
        with all_sizes_in_place():
            again = ag.grad(alone)(x)
        recorded = ag.Var(x)
        alone(recorded).backward(create_graph=True)
        for g in (found, again, recorded.grad.value):
            assert (g.dtype, np.shape(g)) == (x.dtype, np.shape(x))
            np.testing.assert_allclose(g, found, rtol=1e-12, atol=1e-12)  # sums in another order
        for unit in (1.0, 1j) if np.iscomplexobj(x) else (1.0,):
            t, step = np.asarray(rng.normal(size=np.shape(x)) * unit, x.dtype)[()], 1e-6
            expected = (alone(x + step * t) - alone(x - step * t)) / (2 * step)
            pushed = ag.jvp(alone, (x,), (t,))[1]
            assert not np.iscomplexobj(pushed)
            for slope in (np.sum(np.real(np.conj(t) * found)), pushed):
                # differences cut off step² f''' / 6, some 1e-10, and round off 1e-16 f / step, some 1e-9
                np.testing.assert_allclose(slope, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in DIFFERENTIABLE if name not in REFUSED])
def test_real_losses(name):
    """Of complex arguments, and of a real one among complex ones, which gets a real gradient."""
    rng = seeded(name)
    for f in calls(name):
        check(name, f, f.args, rng)
        for i in range(len(f.args) if len(f.args) > 1 and name != "setitem" else 0):  # NumPy puts none in a real array
            check(name, f, tuple([x.real if k == i else x for k, x in enumerate(f.args)]), rng)


@pytest.mark.parametrize("name", sorted(REFUSED & set(OPS)))
def test_refused(name):
    for f in calls(name):
        with pytest.raises(TypeError):
            ag.grad(lambda *args, f=f: ag.sum(ag.real(f(*args))))(*f.args)


HOLOMORPHIC = [
    name for name in DIFFERENTIABLE if OPS[name].kind == "elementwise" and len(OPS[name].arrays) == 1 and name not in REFUSED
]  # fmt: skip
REAL_VALUED = {
    "abs",
    "real",
    "imag",
    "relu",
    "round",
    "sign",
}  # none holomorphic; of `round` and `relu` all slopes are steps


@pytest.mark.parametrize("name", [name for name in HOLOMORPHIC if name not in REAL_VALUED])
def test_far_from_the_real_axis(name):
    """The derivative at points of the whole plane, both axes left out as cuts lie there, against differences."""
    parts = np.array([-3.1, -1.9, -0.7, -0.2, 0.3, 0.9, 2.2, 3.3])
    z = (parts[:, None] + 1j * parts).ravel()
    f = OPS[name].call
    with np.errstate(all="ignore"):
        found = ag.jvp(f, (z,), (np.ones_like(z),))[1]
        h = 1e-5
        near = [(f(z + s * h) - f(z - s * h)) / (2 * h * s) for s in (1, 1j)]
    size = 1 + np.abs(found) + np.abs(f(z))  # differences of values of this size lose so much
    for expected in near:
        np.testing.assert_allclose((found - expected) / size, 0, atol=1e-8)  # h² and rounding over h
