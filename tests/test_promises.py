"""What the engine promises at the awkward points: one row, one promise. Every peer misses some of them."""

import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import NonScalarError, NoRuleError, NotDifferentiableError, SeedError, TrackedError

A = np.array
INF, NAN = np.inf, np.nan


def both_modes(f, x):
    """The gradient of the sum of `f` at `x`, by a reverse sweep, having checked that the forward Jacobian agrees."""
    x = A(x, dtype=float)
    gradient = ag.grad(lambda x: ag.sum(f(x)))(x)
    columns = ag.jacobian(lambda x: ag.sum(f(x)), mode="forward")(x)
    np.testing.assert_allclose(columns, gradient, rtol=1e-13, atol=1e-300)  # the same partials, added in another order
    return gradient


@pytest.fixture(autouse=True)
def quiet_forward():
    """Singular points make NumPy warn in the forward pass, as they should; here they are the subject."""
    with np.errstate(all="ignore"):
        yield


# fmt: off
GRADIENTS = [
    # -- adjoints that are not there
    ("where sqrt below 0",     lambda x: ag.where(x > 0, ag.sqrt(x), x),             [-1., 4.],      [1., .25]),
    ("where sqrt at 0",        lambda x: ag.where(x > 0, ag.sqrt(x), 0 * x),         0.,             0.),
    ("where log at 0",         lambda x: ag.where(x > 0, ag.log(x), 0 * x),          [0., 2.],       [0., .5]),
    ("where 1/x at 0",         lambda x: ag.where(x != 0, 1 / x, x),                 [0., 2.],       [1., -.25]),
    ("where x**0.5 at 0",      lambda x: ag.where(x > 0, x**0.5, x),                 [0., 4.],       [1., .25]),
    ("where masks NaN data",   lambda x: ag.where(A([True, False]), x * A([2., NAN]), 0.), [1., 1.], [2., 0.]),
    ("index past sqrt(0)",     lambda x: ag.sqrt(x)[1:],                             [0., 4.],       [0., .25]),
    ("index past log(0)",      lambda x: ag.log(x)[A([1])],                          [0., 4.],       [0., .25]),
    ("max past 1/x at 0",      lambda x: ag.max(-1 / x),                             [0., 2.],       [0., .25]),
    ("maximum past log(0)",    lambda x: ag.maximum(ag.log(x), -1.0),                [0., 2.],       [0., .5]),
    ("minimum past 1/x",       lambda x: ag.minimum(1 / x, 3.0),                     [0., 2.],       [0., -.25]),
    ("clip past log(0)",       lambda x: ag.clip(ag.log(x), -5, 5),                  [0., 2.],       [0., .5]),
    ("clip past x**0.5",       lambda x: ag.clip(-(x**-0.5), -1, 0),                 [0., 4.],       [0., .0625]),
    ("relu past log(0)",       lambda x: ag.relu(ag.log(x)),                         [0., 2.],       [0., .5]),
    ("a computed inf shows",   ag.sqrt,                                              0.,             INF),
    ("matmul rows masked",     lambda x: ag.where(A([[True], [False]]), A([[1.], [NAN]]) @ ag.reshape(x, (1, 1)), 0.), [3.], [1.]),
    # -- kinks and ties
    ("abs at 0",               ag.abs,                                               0.,             0.),
    ("relu at +-0",            ag.relu,                                              [0., -0.],      [0., 0.]),
    ("max with ties",          ag.max,                                               [1., 1., 0.],   [.5, .5, 0.]),
    ("min with ties",          ag.min,                                               [1., 1., 2.],   [.5, .5, 0.]),
    ("maximum(x, x)",          lambda x: ag.maximum(x, x),                           [1., 2.],       [1., 1.]),
    ("minimum(x, x)",          lambda x: ag.minimum(x, x),                           [1., 2.],       [1., 1.]),
    ("clip at its edges",      lambda x: ag.clip(x, 0, 1),                           [0., 1., 2.],   [1., 1., 0.]),
    ("std of equals",          ag.std,                                               [1., 1., 1.],   [0., 0., 0.]),
    ("hypot at the origin",    lambda x: ag.hypot(x[0], x[1]),                       [0., 0.],       [0., 0.]),
    ("atan2 at the origin",    lambda x: ag.atan2(x[0], x[1]),                       [0., 0.],       [0., 0.]),
    # -- powers and products
    ("x**0 at 0",              lambda x: x**0,                                       0.,             0.),
    ("x**0.0 at 0",            lambda x: x**0.0,                                     0.,             0.),
    ("pow(0, 2)",              lambda x: x[0] ** x[1],                               [0., 2.],       [0., 0.]),
    ("pow(0, 0)",              lambda x: x[0] ** x[1],                               [0., 0.],       [0., 0.]),
    ("pow(-2, 3)",             lambda x: x[0] ** x[1],                               [-2., 3.],      [12., NAN]),
    ("pow(0, .5)",             lambda x: x**0.5,                                     0.,             INF),
    ("pow(0, 1)",              lambda x: x**1,                                       0.,             1.),
    ("pow(0, array)",          lambda x: x ** A([0., 1., 2.]),                       [0., 0., 0.],   [0., 1., 0.]),
    ("prod with one zero",     ag.prod,                                              [0., 2., 3.],   [6., 0., 0.]),
    ("prod with two zeros",    ag.prod,                                              [0., 0., 3.],   [0., 0., 0.]),
    # -- numbers that overflow when done naively
    ("logsumexp large",        ag.logsumexp,                                         [1000., 1000.], [.5, .5]),
    ("logsumexp -inf, 0",      ag.logsumexp,                                         [-INF, 0.],     [0., 1.]),
    ("logsumexp all -inf",     ag.logsumexp,                                         [-INF, -INF],   [0., 0.]),
    ("logaddexp of -inf",      lambda x: ag.logaddexp(x[0], x[1]),                   [-INF, -INF],   [0., 0.]),
    ("logaddexp of inf",       lambda x: ag.logaddexp(x[0], x[1]),                   [INF, 0.],      [1., 0.]),
    ("sigmoid far out",        ag.sigmoid,                                           [-1000., 1000.], [0., 0.]),
    ("softplus far out",       ag.softplus,                                          [-1000., 1000.], [0., 1.]),
    ("log_softmax far out",    lambda x: ag.log_softmax(x)[1],                       [1000., 0.],    [-1., 1.]),
    ("expm1 near 0",           ag.expm1,                                             1e-20,          1.),
    ("log1p near 0",           ag.log1p,                                             1e-20,          1.),
    ("atanh near 1",           ag.atanh,                                             1 - 2.**-52,    1 / (2.**-52 * (2 - 2.**-52))),
    # -- indexing
    ("repeated indices add",   lambda x: x[[0, 0, 1]],                               [1., 1., 1.],   [2., 1., 0.]),
    ("mask",                   lambda x: x[A([True, False, True])],                  [1., 1., 1.],   [1., 0., 1.]),
    ("negative step",          lambda x: x[::-2] * A([1., 2.]),                      [1., 1., 1.],   [2., 0., 1.]),
    ("None and Ellipsis",      lambda x: x[None, ..., 1:],                           [1., 1., 1.],   [0., 1., 1.]),
    ("empty index",            lambda x: x[[]],                                      [1., 1.],       [0., 0.]),
    ("einsum ii->",            lambda x: ag.einsum("ii->", ag.reshape(x, (2, 2))),   [1., 2., 3., 4.], [1., 0., 0., 1.]),
    ("einsum ii->i",           lambda x: ag.einsum("ii->i", ag.reshape(x, (2, 2))),  [1., 2., 3., 4.], [1., 0., 0., 1.]),
    ("einsum ij,jk of (x, x)", lambda x: ag.einsum("ij,jk", x.reshape(2, 2), x.reshape(2, 2)), [1., 2., 3., 4.], [7., 11., 9., 13.]),
    ("trace of 4x2",           lambda x: ag.trace(x.reshape(4, 2)),                  np.ones(8),     [1., 0., 0., 1., 0., 0., 0., 0.]),
    # -- sharing
    ("x*x + x",                lambda x: x * x + x,                                  3.,             7.),
    ("concat([x, x])",         lambda x: ag.concat([x, x]),                          [1., 1.],       [2., 2.]),
]
# fmt: on


@pytest.mark.parametrize(("f", "x", "expected"), [row[1:] for row in GRADIENTS], ids=[row[0] for row in GRADIENTS])
def test_gradient(f, x, expected):
    np.testing.assert_allclose(both_modes(f, x), expected, rtol=1e-14, atol=0)


SECOND = [
    ("x**2 at 0", lambda x: x**2, 0.0, 2.0),
    ("x**2.0 at 0", lambda x: x**2.0, 0.0, 2.0),
    ("x**1 at 0", lambda x: x**1, 0.0, 0.0),
    ("where x**1.5 at 0", lambda x: ag.where(x > 0, x**1.5, 0 * x), 0.0, 0.0),
    ("where sqrt below 0", lambda x: ag.where(x > 0, ag.sqrt(x), x), -1.0, 0.0),
]


@pytest.mark.parametrize(("f", "x", "expected"), [row[1:] for row in SECOND], ids=[row[0] for row in SECOND])
def test_second_derivative(f, x, expected):
    assert ag.grad(ag.grad(f))(x) == expected
    assert ag.hessian(f)(x) == expected


@pytest.mark.parametrize("x", [[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
def test_products_with_zeros_at_second_order(x):
    a, b, c = x
    expected = [[0, c, b], [c, 0, a], [b, a, 0]]
    np.testing.assert_array_equal(ag.hessian(ag.prod)(A(x)), expected)
    np.testing.assert_array_equal(ag.jacobian(ag.grad(ag.prod), mode="reverse")(A(x)), expected)


def test_no_warnings_where_numbers_are_large():
    with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("error")
        x = A([-1000.0, 1000.0])
        np.testing.assert_array_equal(ag.sigmoid(x), [0, 1])
        np.testing.assert_array_equal(ag.softplus(x), [0, 1000])
        np.testing.assert_array_equal(ag.log_softmax(A([1000.0, 0.0])), [0, -1000])
        assert ag.logsumexp(A([-INF, -INF])) == -INF
        for f in (ag.sigmoid, ag.softplus, ag.log_softmax, ag.logsumexp):
            ag.grad(lambda x, f=f: ag.sum(f(x)))(x)


def test_a_singular_partial_is_silent_in_the_sweep():
    x = ag.Var(0.0)
    y = ag.sqrt(x)
    with warnings.catch_warnings(), np.errstate(all="warn"):
        warnings.simplefilter("error")
        y.backward()
    assert x.grad.item() == INF


# -- shapes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "a", "b"),
    [
        (ag.multiply, (3, 1), (1, 4)),
        (ag.multiply, (), (2, 3)),
        (ag.multiply, (1, 0), (3, 1)),
        (ag.matmul, (3,), (2, 3, 4)),
        (ag.matmul, (2, 3, 4), (4,)),
        (ag.matmul, (2, 1, 3, 4), (5, 4, 2)),
        (ag.matmul, (3,), (3,)),
        (ag.matmul, (2, 0), (0, 3)),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_adjoints_have_the_shape_and_dtype_of_their_variable(f, a, b, dtype):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=a).astype(dtype)[()], rng.normal(size=b).astype(dtype)[()]
    gradients = ag.grad(lambda x, y: ag.sum(f(x, y) ** 2), (0, 1))(x, y)
    assert [(g.shape, g.dtype) for g in gradients] == [(a, dtype), (b, dtype)]
    # rtol: float32 has 24 bits and the sums have at most 40 terms; float64 is compared with itself in another order
    plain = [2 * _by_hand(f, x, y, 0), 2 * _by_hand(f, x, y, 1)]
    for g, p in zip(gradients, plain, strict=True):
        np.testing.assert_allclose(g, p, rtol=1e-4 if dtype == np.float32 else 1e-12, atol=1e-5)


def _by_hand(f, x, y, which):
    """Σ v ∂v/∂x by linearity of f in each argument: one unit vector at a time, in NumPy."""
    v = np.asarray(f(x, y))
    z = (x, y)[which]
    out = np.zeros(np.shape(z))
    for i in np.ndindex(*np.shape(z)):
        e = np.zeros(np.shape(z))
        e[i] = 1
        out[i] = np.sum(v * np.asarray(f(e[()], y) if which == 0 else f(x, e[()])))
    return out


def test_max_of_nothing_is_an_error():
    with pytest.raises(ValueError, match=r"max.*zero-size"):
        ag.max(ag.asarray(np.zeros(0)))


def test_one_element_variance_is_nan_of_the_inputs_shape():
    g = ag.grad(lambda x: ag.sum(ag.var(x, correction=1)))(A([3.0]))
    assert g.shape == (1,)
    assert np.isnan(g).all()


# -- sharing of memory ------------------------------------------------------------------------------------------------------


def test_adjoints_share_memory_neither_with_each_other_nor_with_the_seed():
    x, y = ag.Var(np.ones(3)), ag.Var(np.ones(3))
    seed = np.ones(3)
    (x + y).backward(seed)
    assert not np.shares_memory(x.grad.value, y.grad.value)
    assert not np.shares_memory(x.grad.value, seed)
    a, b = ag.grad(lambda a, b: ag.sum(a + b), (0, 1))(np.ones(3), np.ones(3))
    assert not np.shares_memory(a, b)
    _, pullback = ag.vjp(lambda a, b: (a + b, a - b), np.ones(3), np.ones(3))
    a, b = pullback((seed, seed))
    assert not np.shares_memory(a, b)
    assert not np.shares_memory(a, seed)


def test_a_second_backward_accumulates_in_new_memory():
    x = ag.Var(np.ones(3))
    y = ag.sum(x * 2)
    y.backward()
    first = x.grad.value
    y.backward()
    np.testing.assert_array_equal(first, [2, 2, 2])
    np.testing.assert_array_equal(x.grad.value, [4, 4, 4])


# -- mutation ------------------------------------------------------------------------------------------------------------------


def test_writes_give_numpys_value_and_that_functions_gradient():
    def f(x, xp):
        y = x * 2
        before = y * 1
        y[1] = y[0] * 10
        y += before
        z = y
        z *= 3
        y[A([0, 0])] = xp.stack([x[2], x[1]]) if xp is ag else np.stack([x[2], x[1]])
        return y

    x = A([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(f(ag.Var(x), ag).value, f(x, np))
    np.testing.assert_array_equal(ag.jacobian(lambda x: f(x, ag))(x), [[0, 1, 0], [60, 6, 0], [0, 0, 12]])
    np.testing.assert_array_equal(
        ag.jacobian(lambda x: f(x, ag), mode="forward")(x), [[0, 1, 0], [60, 6, 0], [0, 0, 12]]
    )


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x[1:],
        lambda x: x[::-1],
        lambda x: x.reshape(2, 2),
        lambda x: x.reshape(2, 2).T[0],
        lambda x: x[None, :3],
    ],
)
def test_writes_are_seen_through_views_and_from_them(view):
    a = np.arange(4.0)
    x = ag.Var(a) * 1
    v, w = view(x), view(a := a * 1)
    x[2], a[2] = x[0] * 10 + 7, a[0] * 10 + 7
    np.testing.assert_array_equal(v.value, w)
    v += 1
    w += 1
    v[...] = v * v
    w[...] = w * w
    np.testing.assert_array_equal(v.value, w)
    np.testing.assert_array_equal(x.value, a)


def test_gradient_through_a_written_view():
    def f(x):
        y = x * 1
        v = y.reshape(2, 2)[0]
        v *= v
        return y

    np.testing.assert_array_equal(ag.jacobian(f)(A([1.0, 2, 3, 4])), np.diag([2.0, 4, 1, 1]))


@pytest.mark.parametrize("index", [slice(1, None), 2, (slice(None), [0, 2])], ids=str)
def test_what_is_written_may_have_more_axes_than_its_place_as_in_numpy(index):
    x, v = np.arange(9.0).reshape(3, 3), np.array([[[2.0], [-1.0]]]) if isinstance(index, slice) else A([[[0.5]]])

    def f(x, v):
        y = ag.asarray(x) * 1
        y[index] = v
        return ag.sum(y**3)

    expected = x.copy()
    expected[index] = v
    assert f(x, ag.Var(v)).item() == np.sum(expected**3)
    ag.check_grads(f, (x, v))


def test_a_read_only_view_refuses_to_be_written():
    v = ag.broadcast_to(ag.Var(np.ones(20_000)), (2, 20_000))
    with pytest.raises(ValueError, match="read-only"):
        v[0] = 1.0


def test_changing_the_data_afterwards_changes_nothing():
    a = np.ones(3)
    t = ag.Tensor(a)
    a[0] = 5
    np.testing.assert_array_equal(t.value, [1, 1, 1])


def test_in_place_keeps_shape_and_dtype():
    x = ag.Tensor(np.ones(3, np.float32), requires_grad=True) * 1
    x += np.ones(3)
    assert x.dtype == np.float32
    with pytest.raises(ValueError, match="does not fit in place"):
        x += np.ones((2, 3))
    with pytest.raises(TypeError, match="does not fit in place"):
        x += 1j


# -- types -------------------------------------------------------------------------------------------------------------------


def test_float32_stays_float32():
    x = ag.Tensor(np.ones(2, np.float32), requires_grad=True)
    for y in (
        x * 2.0,
        2.0 * x,
        x / 0.0,
        0.0 - x,
        x**2,
        x**0,
        x + True,
        ag.maximum(x, 0.0),
        ag.clip(x, 0.0),
        ag.where(x > 0, x, 0.0),
    ):
        assert y.dtype == np.float32
    y = ag.sum(ag.where(x > 0, ag.sigmoid(x) * 2.0, ag.sqrt(x)) / 3 + ag.std(x) + ag.mean(ag.tanh(x)) + ag.logsumexp(x))
    assert y.dtype == np.float32
    y.backward()
    assert x.grad.dtype == np.float32


def test_integers_are_no_variables():
    for make in (lambda: ag.Var(2), lambda: ag.Tensor([1, 2], requires_grad=True), lambda: ag.grad(lambda x: x)(3)):
        with pytest.raises(NotDifferentiableError, match="floating-point"):
            make()


def test_numpy_never_makes_object_arrays():
    t = ag.Var(A([1.0, 2.0]))
    results = [A([3.0, 4.0]) * t, np.float64(2) * t, np.sin(t), np.concatenate([t, A([1.0])]), np.sum(t), np.add(1.0, t), np.maximum(A([0.0, 3.0]), t), np.add.reduce(t), A([1.0, 2.0]) @ t, np.float64(2) ** t]  # fmt: skip
    for y in results:
        assert isinstance(y, ag.Tensor)
        assert y.requires_grad
        assert y.dtype == np.float64


def test_nothing_detaches_silently():
    t = ag.Var(A([1.0, 2.0]))
    with pytest.raises(TrackedError, match=r"\.detach\(\) or \.value"):
        np.asarray(t)
    with pytest.raises(TrackedError):
        float(t[0])
    with pytest.raises(TrackedError):
        np.zeros(2)[...] = t
    a = np.ones(2)
    with pytest.raises(TrackedError, match="out="):
        a += t
    with pytest.raises(NoRuleError, match="no derivative rule"):
        np.intersect1d(t, t)
    np.testing.assert_array_equal(np.asarray(t.detach()), [1, 2])


def test_complex_gradient_is_steepest_ascent():
    z = ag.Tensor(3 + 4j, requires_grad=True)
    (ag.abs(z) ** 2).backward()
    assert z.grad.item() == pytest.approx(6 + 8j, rel=1e-15)  # two roundings in |z|**2
    z.grad = None
    ag.real(z * ag.conj(z)).backward()
    assert z.grad.item() == 6 + 8j


def test_a_real_variable_never_gets_a_complex_gradient():
    g = ag.grad(lambda x: ag.real(ag.sum(x * (1 + 2j) * x)))(A([1.0, 2.0]))
    assert g.dtype == np.float64
    np.testing.assert_array_equal(g, [2, 4])


# -- nesting ---------------------------------------------------------------------------------------------------------------------


def test_nested_derivatives_are_not_confused():
    assert ag.grad(lambda x: x * ag.grad(lambda y: x + y)(1.0))(3.0) == 1.0
    assert ag.grad(lambda x: x * ag.jvp(lambda y: x + y, (1.0,), (1.0,))[1])(3.0) == 1.0
    assert ag.jvp(lambda x: x * ag.grad(lambda y: x + y)(1.0), (3.0,), (1.0,))[1] == 1.0
    assert ag.grad(lambda x: ag.grad(lambda y: x * y**2)(x))(3.0) == 12.0


def test_grad_of_grad_through_a_closure():
    w = ag.Var(2.0)
    slope = ag.grad(lambda x: w**3 * x**2)(5.0)
    assert slope.item() == 80.0
    slope.backward()
    assert w.grad.item() == 120.0


def test_jvp_of_grad_is_hvp_and_both_jacobians_agree_at_every_order():
    def f(x):
        return ag.sum(ag.sin(x) * x[::-1] ** 2) * x[0]

    x, v = A([0.3, -0.7, 1.1]), A([1.0, 0.5, -2.0])
    product = ag.jvp(ag.grad(f), (x,), (v,))[1]
    np.testing.assert_array_equal(ag.hvp(f, (x,), (v,)), product)
    forward = reverse = ag.grad(f)
    for _ in range(3):
        forward, reverse = ag.jacobian(forward, mode="forward"), ag.jacobian(reverse, mode="reverse")
        # the same sums in another order: 1e-12 is some thousand roundings of numbers of order 1
        np.testing.assert_allclose(forward(x), reverse(x), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ag.hessian(f)(x) @ v, product, rtol=1e-12)


# -- errors -------------------------------------------------------------------------------------------------------------------


def test_backward_needs_a_seed_that_fits():
    y = ag.Var(np.ones(3)) * 2
    with pytest.raises(NonScalarError, match=r"shape \(3,\).*sum\(\).*seed"):
        y.backward()
    with pytest.raises(SeedError, match=r"\(2,\).*\(3,\)"):
        y.backward(np.ones(2))
    with pytest.raises(NonScalarError, match="jacobian"):
        ag.grad(lambda x: x)(np.ones(2))


@pytest.mark.parametrize(
    ("f", "error", "words"),
    [
        (lambda x: x + np.ones(4), ValueError, ["add", "(3,)", "(4,)"]),
        (lambda x: x @ np.ones((4, 2)), ValueError, ["matmul", "(3,)", "(4, 2)"]),
        (lambda x: x[7], IndexError, ["getitem", "(3,)"]),
        (lambda x: ag.reshape(x, (2, 2)), ValueError, ["reshape", "(3,)"]),
        (lambda x: ag.sum(x, axis=3), ValueError, ["sum", "(3,)"]),
        (lambda x: ag.concat([x, np.ones((2, 2))]), ValueError, ["concat", "(2, 2)"]),
        (lambda x: ag.stack([x, np.ones(2)]), ValueError, ["stack"]),
    ],
)
def test_errors_are_numpys_and_name_the_operation(f, error, words):
    x = ag.Var(np.ones(3))
    with pytest.raises(error) as raised:
        f(x)
    for word in words:
        assert word in str(raised.value)
    y = ag.sum(x * x)  # a failing operation changed nothing
    y.backward()
    np.testing.assert_array_equal(x.grad.value, [2, 2, 2])


def test_an_operation_without_a_rule_says_what_to_write():
    f = ag.elementwise("half_known", lambda x, y: x * y, lambda v, x, y: y, None)
    assert ag.grad(f)(2.0, 3.0) == 3.0
    with pytest.raises(NoRuleError, match=r"half_known.*ag\.elementwise.*stop_gradient"):
        ag.grad(f, 1)(2.0, 3.0)
