"""Jacobians of functions from real and complex numbers to both, in either mode and in batches, by hand."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.derivatives import matrices

MODES = pytest.mark.parametrize("mode", ["reverse", "forward"])
BATCHES = pytest.mark.parametrize("batch", [1, 7, 1 << 22])
X, Z = np.array([0.5, -1.0, 2.0]), np.array([1 + 2j, -0.5j, 3.0])
CLOSE = {"rtol": 1e-14, "atol": 1e-15}  # a rounding or two


@MODES
@BATCHES
def test_real_and_complex_variables_of_a_complex_function(mode, batch, monkeypatch):
    monkeypatch.setattr(matrices, "BATCH", batch)
    real, mixed = ag.jacobian(lambda x, z: (1 + 2j) * x**2 + x * z**2, argnums=(0, 1), mode=mode)(X, Z)
    assert real.dtype == mixed.dtype == np.complex128
    np.testing.assert_allclose(real, np.diag((1 + 2j) * 2 * X + Z**2), **CLOSE)
    np.testing.assert_allclose(mixed, np.diag(2 * X * Z), **CLOSE)


@MODES
@BATCHES
def test_a_real_variable_of_a_complex_function(mode, batch, monkeypatch):
    monkeypatch.setattr(matrices, "BATCH", batch)
    found = ag.jacobian(lambda x: ag.exp(1j * x), mode=mode)(X)
    np.testing.assert_allclose(found, np.diag(1j * np.exp(1j * X)), **CLOSE)


@MODES
@BATCHES
def test_shapes_are_those_of_the_output_and_the_input(mode, batch, monkeypatch):
    monkeypatch.setattr(matrices, "BATCH", batch)
    a = np.arange(6.0).reshape(2, 3)
    left, right, constant = ag.jacobian(lambda x, y: (x.T * y[0], ag.sum(x) * y, 1.0), (0, 1), mode)(a, np.ones(2))
    wanted = np.zeros((3, 2, 2, 3))
    for i in range(2):
        for j in range(3):
            wanted[j, i, i, j] = 1.0
    assert np.array_equal(left[0], wanted)
    assert np.array_equal(left[1], np.stack([a.T, np.zeros((3, 2))], axis=-1))
    assert np.array_equal(right[0], np.ones((2, 2, 3)))
    assert np.array_equal(right[1], 15 * np.eye(2))
    assert [np.shape(c) for c in constant] == [(2, 3), (2,)]
    assert not any([np.any(c) for c in constant])


@MODES
def test_of_a_number_it_is_a_number(mode):
    found = ag.jacobian(lambda x: x**2, mode=mode)(3.0)
    assert type(found) is np.float64
    assert found == 6.0
    assert isinstance(ag.jacobian(lambda x: x**2, mode=mode)(ag.Tensor(3.0)), ag.Tensor)
    assert type(ag.jacobian(lambda x: x**2, mode=mode)(X)) is np.ndarray


@MODES
def test_it_is_in_memory_of_its_own(mode):
    for f in (lambda x: x, lambda x: 2 * x, lambda x: 0 * x):
        found = ag.jacobian(f, mode=mode)(X)
        assert found.flags.owndata or found.base.flags.owndata
        found[...] = 7.0
        assert not np.any(ag.jacobian(f, mode=mode)(X) == 7.0)
