"""Complex numbers: real losses of them, real numbers among them, Python's on either side, values that are refused."""

import operator

import mpmath
import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.rules import OPS
from autograd_lite.errors import NonScalarError, SeedError

Z = np.array([1 + 2j, 3 - 1j])


# -- the right values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 4096, 5000])
def test_real_and_complex_contributions_to_one_variable(n):
    z = np.resize(Z, n)
    expected = np.ones(n, complex)
    expected[0] += 1j
    for f in (
        lambda z: ag.imag(z[0]) + ag.sum(ag.real(z)),
        lambda z: ag.sum(ag.real(z)) + ag.imag(z[0]),
        lambda z: ag.sum(ag.real(z[1:])) + ag.real(z[0]) + ag.sum(ag.imag(z[:1])),
        lambda z: ag.sum(ag.real(z * 1)) + ag.imag((z * 1)[0]),
    ):
        found = ag.grad(f)(z)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == z.dtype
        variable = ag.Var(z)
        f(variable).backward(create_graph=True)
        np.testing.assert_array_equal(variable.grad.value, expected)
        assert variable.grad.dtype == z.dtype


def test_the_spread_of_complex_numbers():
    z = np.array([0j, 1j])
    np.testing.assert_allclose(ag.grad(np.var)(z), [-0.5j, 0.5j], rtol=1e-15)  # 2 (z - mean) / n
    np.testing.assert_allclose(ag.grad(np.std)(z), [-0.5j, 0.5j], rtol=1e-15)  # over 2 std, which is 1/2
    for spread in (np.var, np.std):
        for t in (np.array([0, 1]), np.array([0, 1j])):
            step = 1e-6
            slope = (spread(z + step * t) - spread(z - step * t)) / (2 * step)
            # differences cut off 1e-12 and round off 1e-10
            np.testing.assert_allclose(ag.jvp(spread, (z,), (t.astype(complex),))[1], slope, atol=1e-9)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow"])
@pytest.mark.parametrize("number", [1j, 0j, 2 - 1j, -0.5j])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128, np.complex64])
@pytest.mark.parametrize("shape", [(), (3,)])
def test_pythons_complex_numbers_on_either_side(name, number, dtype, shape):
    op, x = getattr(operator, name), np.full(shape, 1.5, dtype)[()]
    t, a = ag.Var(x), np.asarray(x)
    with np.errstate(all="ignore"):
        for found, expected in (
            (op(t, number), op(a, number)),
            (op(number, t), op(number, a)),
            (op(ag.Tensor(x), number), op(a, number)),
            (op(number, ag.Tensor(x)), op(number, a)),
        ):
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found.value, expected, rtol=1e-6)  # NumPy's scalars and arrays round differently
        if number and np.all(np.isfinite(op(number, a))):
            for f in (lambda x: op(x, number), lambda x: op(number, x)):
                loss = lambda x, f=f: ag.sum(ag.real(f(x)) + 2 * ag.imag(f(x)))
                gradient = ag.grad(loss)(x)
                assert gradient.dtype == dtype
                if dtype == np.float64:
                    slope = (loss(x + 1e-6) - loss(x - 1e-6)) / 2e-6  # cut off 1e-11, round off 1e-9
                    np.testing.assert_allclose(np.sum(gradient), slope, rtol=1e-7)


# -- functions of complex numbers -------------------------------------------------------------------------------------

STRIP = np.array([0.3 + 0.4j, -0.7 + 2.9j, 2.0 - 3.1j, 0j, 5 + 9j, -5 - 8j, 30 + 1j, -30 + 1j])


def test_sigmoid_and_softplus_are_those_of_complex_analysis():
    mpmath.mp.dps = 40
    for f, exact in (
        (ag.sigmoid, lambda z: 1 / (1 + mpmath.exp(-z))),
        (ag.softplus, lambda z: mpmath.log(1 + mpmath.exp(z))),
    ):
        expected = np.array([complex(exact(mpmath.mpc(z))) for z in STRIP])
        np.testing.assert_allclose(f(STRIP), expected, rtol=1e-13)  # 8 - 2π cancels, and has 15 digits left
        np.testing.assert_allclose([f(z) for z in STRIP], expected, rtol=1e-13)
        real = np.linspace(-40, 40, 9)
        np.testing.assert_allclose(f(real.astype(complex)), f(real), rtol=1e-13)
        ag.check_grads(lambda z, f=f: f(z), (STRIP[:4],), order=2)


def test_they_do_not_overflow():
    tails = np.array([1000 + 1j, -1000 + 1j, 710 - 2j, -745 + 2j])
    np.testing.assert_allclose(ag.sigmoid(tails), [1, 0, 1, 0], atol=1e-300)  # what is left of exp(-710)
    np.testing.assert_allclose(ag.softplus(tails), [1000 + 1j, 0, 710 - 2j, 0], atol=1e-300)


# -- values that have no gradient -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda f, z: ag.grad(f)(z),
        lambda f, z: ag.value_and_grad(f)(z),
        lambda f, z: ag.hessian(f)(z),
        lambda f, z: ag.hvp(f, (z,), (z,)),
        lambda f, z: f(ag.Var(z)).backward(),
        lambda f, z: ag.tape(f(ag.Var(z))).reverse(),
        lambda f, z: ag.grad(lambda z: ag.real(ag.grad(f)(z)))(z),
    ],
)
@pytest.mark.parametrize("z", [2.0, 2.0 + 1j])
def test_a_complex_value_has_no_gradient(ask, z):
    f = lambda z: z * z * (1 + 1j)
    with pytest.raises(NonScalarError, match=r"real.*abs"):
        ask(f, z)
    for real in (ag.real, ag.imag, ag.abs):
        ask(lambda z, real=real: real(f(z)), z)


def test_a_constant_complex_value_neither():
    with pytest.raises(NonScalarError, match=r"complex"):
        ag.grad(lambda x: 1j)(2.0)


def test_seeds_and_matrices_of_complex_values_stay():
    f = lambda z: z * z
    np.testing.assert_allclose(ag.jacobian(f)(1 + 2j), 2 + 4j)
    np.testing.assert_allclose(ag.vjp(f, 1 + 2j)[1](1.0)[0], np.conj(2 + 4j))
    np.testing.assert_allclose(ag.vjp(f, 1 + 2j)[1](1j)[0], 1j * np.conj(2 + 4j))
    y = f(x := ag.Var(1 + 2j))
    y.backward(1.0)
    np.testing.assert_allclose(x.grad.value, 2 - 4j)


def test_seeds_and_tangents_are_as_real_as_what_they_belong_to():
    with pytest.raises(SeedError, match=r"complex seed.*real"):
        ag.vjp(lambda x: x**2, 2.0)[1](1j)
    with pytest.raises(SeedError, match=r"complex seed.*real"):
        (ag.Var(2.0) ** 2).backward(np.complex128(1j))
    with pytest.raises(SeedError, match=r"complex tangent.*real"):
        ag.jvp(lambda x: x**2, (2.0,), (1j,))
    np.testing.assert_array_equal(ag.jvp(lambda z: z**2, (2j,), (1.0,))[1], 4j)


# -- operations of a user ---------------------------------------------------------------------------------------------


def test_a_users_operation_between_real_and_complex():
    """Real numbers turned complex and back, by rules that do not look at dtypes."""
    turn = ag.elementwise("turn", lambda x: np.multiply(1j, x), lambda v, x: 1j)
    both = ag.elementwise("both", lambda x, y: x + np.multiply(1j, y), lambda v, x, y: 1.0, lambda v, x, y: 1j)
    half = ag.elementwise("half", np.real, lambda v, x: 1.0)
    lean = ag.linear("lean", lambda x: np.multiply(1j, x), lambda g, x: 1j * g)
    try:
        loss = lambda x: ag.sum(
            half(turn(half(x)) * (2 - 3j)) + ag.imag(both(half(x), half(x))) + ag.real(lean(x) * 1j)
        )
        for x in (Z, Z[0], Z.real, Z.real[0]):
            found = ag.grad(loss)(x)
            assert found.dtype == x.dtype
            for t in (1.0, 1j) if np.iscomplexobj(x) else (1.0,):
                step = 1e-6 * t
                slope = (loss(x + step) - loss(x - step)) / 2e-6  # linear: rounded off at 1e-10
                np.testing.assert_allclose(np.sum(np.real(np.conj(t) * found)), slope, atol=1e-8)
    finally:
        for name in ("turn", "both", "half", "lean"):
            del OPS[name]
