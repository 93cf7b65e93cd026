"""``ufunc.reduce`` is the fold that NumPy documents, tracked or not: some of NumPy's own kernels give another."""

import functools

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.numpy_functions.protocols import UFUNCS
from autograd_lite.numpy_functions.ufuncs import takes_floats

X = np.array([[2.0, 3.0, 2.0, 1.5], [1.1, 0.4, 3.0, 2.5]])
FOLDED = [u for u in UFUNCS if u.nin == 2 and u.nout == 1 and u.signature is None and takes_floats(u)]
FOLDED.remove(np.ldexp)  # whose second argument is an integer


@pytest.mark.parametrize("ufunc", FOLDED, ids=lambda u: u.__name__)
def test_a_reduction_is_the_fold(ufunc):
    expected = np.array([functools.reduce(ufunc, row) for row in X])
    if expected.dtype != float:  # comparisons
        return
    for x in (ag.asarray(X), ag.Var(X)):
        np.testing.assert_allclose(ufunc.reduce(x, axis=1).detach(), expected, rtol=1e-14)
        parts = ufunc.reduceat(x, [0, 2], axis=1).detach()
        np.testing.assert_allclose(parts.value[:, 0], [functools.reduce(ufunc, row[:2]) for row in X], rtol=1e-14)
