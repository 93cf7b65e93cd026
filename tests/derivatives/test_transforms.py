"""The transforms: what they take, what they give back, and what they say when they cannot."""

import numpy as np
import optree
import pytest

import autograd_lite as ag
from autograd_lite.core.modes import watching
from autograd_lite.core.op import OPS
from autograd_lite.errors import NonScalarError, NotDifferentiableError, SeedError, UntrackedError

A = np.array


def test_containers_in_containers_out():
    params = {"w": A([1.0, 2.0]), "b": (3.0, [A([[4.0]])]), "none": None}
    g = ag.grad(lambda p: ag.sum(p["w"] ** 2) * p["b"][0] + p["b"][1][0].sum())(params)
    assert optree.tree_structure(g) == optree.tree_structure(params)
    np.testing.assert_array_equal(g["w"], [6, 12])
    assert g["b"][0] == 5.0
    np.testing.assert_array_equal(g["b"][1][0], [[1]])


def test_unused_arguments_get_zeros():
    a, b = ag.grad(lambda a, b: a * 2, (0, 1))(1.0, np.ones((2, 3)))
    assert a == 2.0
    np.testing.assert_array_equal(b, np.zeros((2, 3)))
    np.testing.assert_array_equal(ag.grad(lambda a: 1.0)(np.ones(2)), [0, 0])
    np.testing.assert_array_equal(ag.jacobian(lambda a: np.ones(3))(np.ones(2)), np.zeros((3, 2)))
    assert ag.jvp(lambda a: 5.0, (1.0,), (1.0,)) == (5.0, 0.0)
    assert ag.vjp(lambda a: 5.0, 1.0)[1](1.0) == (0.0,)


def test_argnums_negative_several_and_wrong():
    f = lambda a, b, c: a * b**2 * c**3  # one formula, three slots
    assert ag.grad(f, -1)(1.0, 2.0, 3.0) == 4 * 27
    assert ag.grad(f, (2, 0))(1.0, 2.0, 3.0) == (4 * 27, 4 * 27)
    with pytest.raises(SeedError, match="argnums=3"):
        ag.grad(f, 3)(1.0, 2.0, 3.0)


def test_keyword_arguments_and_aux():
    f = lambda x, *, k: (k * x**2, {"x": x, "twice": 2 * x})
    g, aux = ag.grad(f, has_aux=True)(3.0, k=5.0)
    assert g == 30.0
    assert aux == {"x": 3.0, "twice": 6.0}
    assert not any(isinstance(leaf, ag.Tensor) for leaf in optree.tree_leaves(aux))
    (value, _), g = ag.value_and_grad(f, has_aux=True)(3.0, k=5.0)
    assert (value, g) == (45.0, 30.0)


@pytest.mark.parametrize("wrap", [lambda a: a, ag.Tensor, ag.Var], ids=["array", "constant", "variable"])
def test_a_derivative_is_a_tensor_exactly_when_something_it_depends_on_is(wrap):
    x = wrap(A([1.0, 2.0]))
    tensor = isinstance(x, ag.Tensor)
    f = lambda x: ag.sum(x**3)
    value, g = ag.value_and_grad(f)(x)
    results = [
        value,
        g,
        ag.hessian(f)(x),
        ag.hvp(f, (x,), (np.ones(2),)),
        *ag.jvp(f, (x,), (np.ones(2),)),
        ag.vjp(f, x)[0],
        ag.vjp(f, x)[1](1.0)[0],
        ag.jacobian(lambda x: x * x, mode="forward")(x),
        ag.jacobian(lambda x: x * x, mode="reverse")(x),
    ]
    assert [isinstance(r, ag.Tensor) for r in results] == [tensor] * len(results)
    if tensor:
        assert g.requires_grad == x.requires_grad


def test_derivatives_of_derivatives_reach_variables():
    x = ag.Var(A([1.0, 2.0]))
    g = ag.grad(lambda x: ag.sum(x**3))(x)
    ag.sum(g).backward()
    np.testing.assert_array_equal(x.grad.value, [6, 12])
    x.grad = None
    _, t = ag.jvp(lambda x: ag.sum(x**3), (x,), (A([1.0, 0.0]),))
    t.backward()
    np.testing.assert_array_equal(x.grad.value, [6, 0])
    x.grad = None
    y = ag.sum(x**3)
    y.backward(create_graph=True)
    ag.sum(x.grad * x.grad).backward()
    np.testing.assert_array_equal(x.grad.value, [3 + 36.0, 12 + 288.0])


def test_grad_with_respect_to_a_tangent():
    v = ag.Var(A([1.0, -1.0]))
    _, t = ag.jvp(lambda x: ag.sum(x**3), (A([1.0, 2.0]),), (v,))
    t.backward()
    np.testing.assert_array_equal(v.grad.value, [3, 12])
    _, pullback = ag.vjp(lambda x: x**3, A([1.0, 2.0]))
    (g,) = pullback(s := ag.Var(A([1.0, 1.0])))
    ag.sum(g).backward()
    np.testing.assert_array_equal(s.grad.value, [3, 12])


def test_vjp_of_several_outputs_can_be_pulled_back_again_and_again():
    out, pullback = ag.vjp(lambda a, b: {"p": a * b, "s": a + b}, 2.0, A([3.0, 4.0]))
    np.testing.assert_array_equal(out["p"], [6, 8])
    for _ in range(2):
        a, b = pullback({"p": A([1.0, 0.0]), "s": A([0.0, 1.0])})
        assert a == 4.0
        np.testing.assert_array_equal(b, [2, 1])


def test_the_same_output_twice_adds_its_seeds():
    def f(x):
        y = x * 3
        return y, y

    assert ag.vjp(f, 2.0)[1]((1.0, 10.0)) == (33.0,)


@pytest.mark.parametrize("mode", ["reverse", "forward", "auto"])
def test_jacobian_shapes_and_containers(mode):
    def f(x, y):
        return {"a": x[:, None] * y, "b": ag.sum(x)}

    x, y = A([1.0, 2.0]), A([3.0, 4.0, 5.0])
    blocks = ag.jacobian(f, (0, 1), mode=mode)(x, y)
    assert blocks["a"][0].shape == (2, 3, 2)
    assert blocks["a"][1].shape == (2, 3, 3)
    np.testing.assert_array_equal(blocks["a"][0], np.einsum("ik,j->ijk", np.eye(2), y))
    np.testing.assert_array_equal(blocks["a"][1], np.einsum("i,jk->ijk", x, np.eye(3)))
    np.testing.assert_array_equal(blocks["b"][0], [1, 1])
    np.testing.assert_array_equal(blocks["b"][1], [0, 0, 0])
    assert ag.jacobian(lambda x: x**2, mode=mode)(3.0) == 6.0
    assert ag.jacobian(lambda x: x, mode=mode)(np.zeros((0, 2))).shape == (0, 2, 0, 2)


def test_hessian_of_several_arguments():
    h = ag.hessian(lambda a, b: a**2 * ag.sum(b**2), (0, 1))(2.0, A([1.0, 3.0]))
    assert h[0][0] == 20.0
    np.testing.assert_array_equal(h[0][1], [8, 24])
    np.testing.assert_array_equal(h[1][0], [8, 24])
    np.testing.assert_array_equal(h[1][1], 8 * np.eye(2))


def test_python_is_the_control_flow():
    def newton_sqrt(a):
        x = a
        while abs(ag.stop_gradient(x) ** 2 - ag.stop_gradient(a)) > 1e-14:
            x = (x + a / x) / 2
        return x

    assert ag.grad(newton_sqrt)(2.0) == pytest.approx(0.5 / np.sqrt(2), rel=1e-12)  # Newton converges quadratically

    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert ag.grad(power)(2.0, 5) == 80.0


def test_stop_gradient_of_containers_and_arrays():
    x = ag.Var(2.0)
    out = ag.stop_gradient({"x": x, "a": np.ones(2), "n": 3})
    assert not out["x"].requires_grad
    assert isinstance(out["a"], np.ndarray)
    assert out["n"] == 3


def test_complex_derivatives():
    z = A([1 + 2j, 3 - 1j])
    (g,) = ag.vjp(lambda z: z**2, z)[1](np.ones(2, complex))
    np.testing.assert_allclose(g, np.conj(2 * z))  # the adjoint of multiplication by 2z
    _, t = ag.jvp(lambda z: z**2, (z,), (np.full(2, 1j),))
    np.testing.assert_allclose(t, 2j * z)
    real_to_complex = lambda x: ag.real(ag.exp(1j * x))
    np.testing.assert_allclose(ag.grad(real_to_complex)(0.7), -np.sin(0.7))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ag.grad(lambda x: x)(1), NotDifferentiableError, "floating-point dtype, not int64"),
        (lambda: ag.grad(lambda x: x)("text"), NotDifferentiableError, "'text'"),
        (lambda: ag.grad(lambda x: (x, x))(1.0), NonScalarError, "tuple"),
        (lambda: ag.jvp(lambda x: x, (1.0,), (np.ones(2),)), SeedError, r"\(2,\)"),
        (lambda: ag.jvp(lambda x: x, (1.0,), (1.0, 2.0)), SeedError, "structure"),
        (lambda: ag.vjp(lambda x: x, 1.0)[1]((1.0, 2.0)), SeedError, "structure"),
        (lambda: ag.vjp(lambda x: x, 1.0)[1](np.ones(3)), SeedError, r"\(3,\)"),
        (lambda: ag.jacobian(lambda x: x, mode="backward"), ValueError, "mode"),
        (lambda: ag.asarray(1.0).backward(), UntrackedError, "Var"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_derivatives_of_a_composition_to_fourth_order():
    f = lambda x: ag.exp(ag.sin(x))
    x = 0.3
    s, c = np.sin(x), np.cos(x)
    expected = np.exp(s) * (c**4 - 6 * s * c**2 - 4 * c**2 + 3 * s**2 + s)  # by hand, from the chain rule four times
    reverse = ag.grad(ag.grad(ag.grad(ag.grad(f))))(x)
    push = lambda f: lambda x: ag.jvp(f, (x,), (1.0,))[1]
    forward = push(push(push(push(f))))(x)
    mixed = push(ag.grad(push(ag.grad(f))))(x)
    np.testing.assert_allclose([reverse, forward, mixed], expected, rtol=1e-13)  # a few dozen roundings


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        (lambda f: ag.grad(f)(3.0), 6.0),
        (lambda f: ag.grad(ag.grad(f))(3.0), 2.0),
        (lambda f: ag.value_and_grad(f)(3.0), (9.0, 6.0)),
        (lambda f: ag.jvp(f, (3.0,), (1.0,)), (9.0, 6.0)),
        (lambda f: ag.vjp(f, 3.0)[0], 9.0),
        (lambda f: ag.vjp(f, 3.0)[1](2.0)[0], 12.0),
        (lambda f: ag.hvp(f, (3.0,), (1.0,)), 2.0),
        (lambda f: ag.jacobian(f)(3.0), 6.0),
        (lambda f: ag.hessian(f)(3.0), 2.0),
        (lambda f: ag.grad(ag.checkpoint(f))(3.0), 6.0),
    ],
)
def test_derivatives_asked_for_inside_no_grad_are_still_the_derivatives(transform, expected):
    with ag.no_grad():
        assert transform(lambda x: x * x) == expected
        assert not (ag.Var(1.0) * 2).requires_grad  # and recording is off again


def test_nothing_differentiated_inside_no_grad_reaches_the_tapes_outside():
    a, x = ag.Var(2.0), ag.Var(3.0)
    with ag.no_grad():
        value, slope = ag.value_and_grad(lambda x: a * x * x)(x)
        assert not value.requires_grad
        assert not slope.requires_grad
        assert (value.item(), slope.item()) == (18.0, 12.0)
        assert not ag.jvp(lambda x: a * x, (x,), (1.0,))[0].requires_grad
        assert not ag.grad(lambda x: a * x)(1.0).requires_grad
        with pytest.raises(ZeroDivisionError):
            ag.grad(lambda x: 1 // 0)(1.0)
        assert not (a * 2).requires_grad


@pytest.mark.parametrize(
    ("f", "operation", "pulls"),
    [
        # The slope in x needs no adjoint of exp(w), though it is recorded inside; the gradient in w needs one.
        (lambda w: ag.grad(lambda x: x * ag.exp(w))(2.0), "exp", 1),
        # cos(x) is a value of the derivative inside, and the gradient in w needs no adjoint of it.
        (lambda w: w * ag.grad(lambda x: ag.sin(x) * w)(2.0), "cos", 0),
        (lambda w: w * ag.grad(ag.grad(lambda x: ag.sin(x) * ag.exp(w)))(2.0), "exp", 1),
    ],
)
def test_nothing_is_pulled_into_what_does_not_depend_on_the_variables(monkeypatch, f, operation, pulls):
    op, count = OPS[operation], []
    for name in ("pull", "gated"):
        rule = getattr(op, name)
        monkeypatch.setattr(op, name, lambda *args, rule=rule: (count.append(1), rule(*args))[1])
    found = ag.grad(f)(1.5)
    assert len(count) == pulls
    h = 1e-5  # the difference is off by h² / 6 times a third derivative, some 1e-10, and rounding by as much
    assert found == pytest.approx((f(1.5 + h) - f(1.5 - h)) / (2 * h), rel=1e-8)


def test_no_contribution_is_computed_for_what_does_not_depend_on_the_variables():
    """The slope of sum(exp(w) x) in x needs no outer product for exp(w), of which a recording would have the row."""
    w, x, seen = np.ones((4, 3)), np.array([1.0, 2.0, 3.0]), []
    with watching(seen.append):
        slope = ag.grad(lambda w: ag.sum(ag.grad(lambda x: ag.sum(ag.exp(w) @ x))(x) ** 2))(w)
    shapes = [(row.op.name, row.value.shape) for row in seen if row.seq and row.value.shape == (4, 3)]
    assert shapes == [("exp", (4, 3))]
    np.testing.assert_allclose(slope, 2 * 4 * np.exp(2 * w), rtol=1e-14)  # column by column, 4 e^w each


@pytest.mark.parametrize(
    "inner",
    [
        lambda u: ag.value_and_grad(lambda x: u)(3.0)[0],
        lambda u: ag.value_and_grad(lambda x: (x * x, u), has_aux=True)(3.0)[0][1],
        lambda u: ag.grad(lambda x: (x * x, {"u": [u]}), has_aux=True)(3.0)[1]["u"][0],
        lambda u: ag.vjp(lambda x: u, 3.0)[0],
        lambda u: ag.jvp(lambda x: u, (3.0,), (1.0,))[0],
        lambda u: ag.grad(lambda x: ag.value_and_grad(lambda y: u)(x)[0] * x)(3.0),
    ],
)
def test_what_a_function_inside_hands_through_stays_tracked(inner):
    assert ag.grad(inner)(1.5) == 1  # the variable itself
    assert ag.grad(lambda w: inner(w * w))(1.5) == 3  # what was computed from it outside
    assert ag.grad(lambda w: inner(ag.stop_gradient(w)) + w)(1.5) == 1


def test_constant_outputs_of_different_shapes_have_tangents_of_their_own():
    out, tangents = ag.jvp(lambda x: (np.ones((3, 1)), np.ones(3), 2 * x), (1.0,), (1.0,))
    assert [np.shape(t) for t in tangents] == [np.shape(y) for y in out] == [(3, 1), (3,), ()]
