"""Partial derivatives entry by entry, against calculus, against each other, and through a network."""

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite.errors import SeedError

T, X = np.random.default_rng(0).uniform(-1, 1, (2, 5, 1))


def wave(t, x):
    return ag.exp(2 * t) * ag.sin(3 * x) + t**2 * x


def test_every_order_and_mixed_ones_against_calculus():
    """In the order asked for, the order within an index not mattering; more orders of more arguments in one call."""
    e, s, c = np.exp(2 * T), np.sin(3 * X), np.cos(3 * X)
    calculus = {
        (0,): 2 * e * s + 2 * T * X,
        (1,): 3 * e * c + T**2,
        (0, 0): 4 * e * s + 2 * X,
        (0, 1): 6 * e * c + 2 * T,
        (1, 0): 6 * e * c + 2 * T,
        (1, 1): -9 * e * s,
        (1, 1, 1): -27 * e * c,
        (1, 0, 1): -18 * e * s,
        (-1, -1): -9 * e * s,
    }
    for wanted in (list(calculus), list(calculus)[::-1], [(1, 1, 1)], []):
        value, *found = ag.partials(wave, wanted)(T, X)
        np.testing.assert_array_equal(value, e * s + T**2 * X)
        assert len(found) == len(wanted)
        for index, slope in zip(wanted, found, strict=True):
            # a few roundings of terms of order 100
            np.testing.assert_allclose(slope, calculus[index], rtol=1e-13, atol=1e-13)
            assert isinstance(slope, np.ndarray)
            assert slope.shape == T.shape


def test_ints_are_first_derivatives_and_what_does_not_vary_is_zero():
    _, u_t, u_x, u_xx = ag.partials(lambda t, x: 2 * t + 0 * x, (0, 1, (1, 1)))(T, X)
    assert (u_t == 2).all()
    assert not u_x.any()
    assert not u_xx.any()
    _, nothing = ag.partials(lambda t, x: 3 * t, [(0, 0)])(T, X)
    assert not nothing.any()


def test_the_jacobian_is_diagonal_and_this_is_its_diagonal():
    model = nn.MLP([2, 6, 1])

    def u(t, x):
        return ag.sum(model(ag.stack([t, x], axis=1)), axis=1)

    with ag.no_grad():
        t, x = T[:, 0], X[:, 0]
    matrix = np.asarray(ag.jacobian(u, 1)(t, x).value)
    assert matrix.any()
    _, u_x = ag.partials(u, (1,))(t, x)
    # the same products in another order
    np.testing.assert_allclose(np.diag(u_x.value), matrix, rtol=1e-13, atol=1e-15)


def test_a_residual_is_differentiated_in_the_parameters():
    """The way of a physics-informed network: reverse over reverse over reverse, against finite differences."""
    shapes = {name: p.value for name, p in nn.MLP([2, 4, 1], seed=3).named_parameters()}
    model = nn.MLP([2, 4, 1])

    def loss(params):
        def u(t, x):
            return nn.functional_call(model, params, ag.concat([t, x], axis=1))

        value, u_t, u_x, u_xx = ag.partials(u, (0, 1, (1, 1)))(T, X)
        return ((u_t + value * u_x - 0.1 * u_xx) ** 2).mean()

    ag.check_grads(loss, (shapes,), modes=("reverse",), order=1)


def test_tensors_in_tensors_out_and_variables_are_reached():
    x = ag.Var(np.array([1.0, 2.0]))
    value, slope, curvature = ag.partials(lambda x: x**3, (0, (0, 0)))(x)
    assert [v.requires_grad for v in (value, slope, curvature)] == [True] * 3
    ag.sum(curvature).backward()
    np.testing.assert_array_equal(x.grad.value, [6.0, 6.0])
    assert isinstance(ag.partials(lambda x: x**3, (0,))(ag.Tensor(2.0))[1], ag.Tensor)


def test_errors_name_the_argument_and_the_remedy():
    with pytest.raises(SeedError, match="argnums has 2 but the function was given 2"):
        ag.partials(wave, (2,))(T, X)
    with pytest.raises(SeedError, match=r"value has the shape \(5, 1\) and argument 0 the shape \(\)"):
        ag.partials(wave, (0,))(1.0, X)
    with pytest.raises(SeedError, match="one column at a time"):
        ag.partials(lambda x: ag.concat([x, x], axis=1), (0,))(X)
    with pytest.raises(ag.AutogradError, match="floating-point dtype"):
        ag.partials(lambda x: x * 1.0, (0,))(np.arange(3))
