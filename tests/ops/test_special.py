"""Special functions: SciPy finds them, orders and shapes broadcast, the edges are right."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.special

import autograd_lite as ag
from autograd_lite import special
from autograd_lite.errors import MissingExtraError
from autograd_lite.ops.special import functions

X = np.array([0.3, 0.9, 1.7])


@pytest.mark.parametrize("name", special.__all__)
def test_values_are_scipys_and_scipy_finds_them(name):
    f, theirs = getattr(special, name), getattr(scipy.special, name)
    n = len(f.op.arrays) if hasattr(f, "op") else 1
    args = {1: (X / 2,), 2: (2, X / 2), 3: (2, 3, X / 2)}[n]
    args = (X + 3, 2) if name == "multigammaln" else args
    np.testing.assert_allclose(f(*args), theirs(*args), rtol=1e-14)
    if isinstance(theirs, np.ufunc):  # SciPy's own function of a tracked Tensor is tracked
        y = theirs(*args[:-1], ag.Var(args[-1]))
        assert y.requires_grad
        np.testing.assert_allclose(y.value, theirs(*args), rtol=1e-14)


def test_orders_and_shapes_may_be_fractions_and_arrays():
    for f in (
        special.jv,
        special.yv,
        special.iv,
        special.kv,
        special.ive,
        special.kve,
        special.gammainc,
        special.gammaincc,
    ):
        for order in (0.5, np.array([0.0, 1.0, 2.5]) + 0.1):
            ag.check_grads(lambda x, f=f, n=order: f(n, x), (X,))
    ag.check_grads(lambda x: special.betainc(0.5, 1.5, x), (X / 2,))
    ag.check_grads(lambda x: special.gammaincinv(0.5, x), (X / 2,))
    ag.check_grads(lambda a: special.multigammaln(a, 3), (X + 3,))
    ag.check_grads(special.expit, (X,))
    ag.check_grads(special.log_expit, (X,))


def test_edges():
    assert ag.special is special
    assert ag.grad(special.xlogy, argnums=(0, 1))(0.0, 2.0) == (np.log(2), 0.0)
    assert ag.grad(special.xlogy, argnums=1)(0.0, 0.0) == 0
    assert ag.grad(special.rel_entr, argnums=1)(0.0, 0.0) == 0
    assert ag.grad(special.j1)(0.0) == 0.5
    assert ag.grad(special.i0e)(0.0) == 0
    assert ag.grad(ag.grad(special.j0))(0.0) == -0.5
    tail = -40.0  # d log Φ = φ/Φ = -x - 1/x + 2/x³ - …
    np.testing.assert_allclose(ag.grad(special.log_ndtr)(tail), 40 + 1 / 40 - 2 / 40**3, rtol=1e-8)
    assert ag.grad(special.log_expit)(-1000.0) == 1


def test_an_order_widens_nothing():
    for f in (special.polygamma, special.jv, special.gammainc):
        y = f(np.int64(2), ag.Var(X.astype(np.float32)))
        assert y.dtype == np.float32


def test_without_scipy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    with pytest.raises(MissingExtraError, match=r"scipy.*autograd-lite\[science\]"):
        functions._scipy("erf")(1.0)


def test_scipy_is_imported_on_first_use_only():
    code = "import sys, autograd_lite as ag; assert 'scipy' not in sys.modules"
    code += "; ag.special.erf(0.5); assert 'scipy' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
