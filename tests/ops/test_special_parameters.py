"""Derivatives of special functions in their parameters (orders, shapes), and where a textbook's partial cancels."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import special
from autograd_lite.errors import NoRuleError

XS = np.array([0.5, 1.0, 2.0])


def test_edges_of_the_inverse_sine():
    assert [ag.grad(ag.asin)(x) for x in (1.0, -1.0)] == [np.inf, np.inf]
    assert [ag.grad(ag.acos)(x) for x in (1.0, -1.0)] == [-np.inf, -np.inf]
    with np.errstate(invalid="ignore"):
        assert np.isnan(ag.grad(ag.asin)(2.0))


def test_far_in_the_tail_of_the_normal_distribution():
    np.testing.assert_allclose(ag.grad(special.log_ndtr)(-1e8), 1e8, rtol=1e-15)
    np.testing.assert_allclose(ag.grad(ag.grad(special.log_ndtr))(-1e4), -1 + 1e-8, rtol=1e-12)


def test_large_shapes_do_not_overflow():
    np.testing.assert_allclose(ag.grad(special.betainc, argnums=2)(600.0, 600.0, 0.5), 27.63377, rtol=1e-6)


PARAMETERS = {
    "gammainc": (lambda a: special.gammainc(a, XS), 1.5),
    "gammaincc": (lambda a: special.gammaincc(a, XS), 1.5),
    "gammaincinv": (lambda a: special.gammaincinv(a, XS / 3), 1.5),
    "betainc a": (lambda a: special.betainc(a, 0.7, XS / 3), 1.5),
    "betainc b": (lambda b: special.betainc(0.7, b, XS / 3), 1.5),
    "betaincinv": (lambda a: special.betaincinv(a, 0.7, XS / 3), 1.5),
    "zeta": (lambda x: special.zeta(x, XS), 1.5),
    **{
        name: (lambda n, name=name: getattr(special, name)(n, XS), 0.7)
        for name in ("jv", "yv", "iv", "kv", "ive", "kve")
    },
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_both_modes_know_the_derivative_in_a_parameter(name):
    f, at = PARAMETERS[name]
    ag.check_grads(f, (at,), order=2)
    forward, reverse = (ag.jacobian(f, mode=mode)(at) for mode in ("forward", "reverse"))
    np.testing.assert_allclose(forward, reverse, rtol=1e-14)


def test_the_order_of_polygamma_has_no_derivative_in_either_mode():
    for mode in ("forward", "reverse"):
        with pytest.raises(NoRuleError, match="stop_gradient"):
            ag.jacobian(lambda n: special.polygamma(n, XS), mode=mode)(1.0)


def test_an_order_beyond_the_verified_is_refused():
    for f, n, x in ((special.jv, 21.0, 2.0), (special.kv, 0.5, 2e4), (special.iv, 2.0, -1.0)):
        with pytest.raises(ValueError, match="stop_gradient"):
            ag.grad(f)(n, x)


def test_parameters_broadcast_and_widen_nothing():
    a, x = np.array([[0.5], [2.0]], np.float32), XS.astype(np.float32)
    da, dx = ag.grad(lambda a, x: ag.sum(special.gammainc(a, x)), argnums=(0, 1))(a, x)
    assert (da.shape, da.dtype, dx.shape, dx.dtype) == ((2, 1), np.float32, (3,), np.float32)
