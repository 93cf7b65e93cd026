"""`Objective`: SciPy's optimisers reach the same optimum with the engine's derivatives as with a formula's."""

import array_api_strict
import numpy as np
import pytest
import scipy.optimize as so

import autograd_lite as ag
from autograd_lite.errors import NonScalarError, NotDifferentiableError, SeedError
from autograd_lite.science.vector import Entries, joined

A = np.array
START = A([-1.2, 1.0, -0.5])


def rosenbrock(x):
    return ag.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_derivatives_are_those_of_the_formula():
    o = ag.Objective(rosenbrock, START)
    p = A([0.3, -2.0, 1.0])
    # the same few operations in another order: equal to rounding
    near = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(o.fun(START), so.rosen(START), **near)
    np.testing.assert_allclose(o.jac(START), so.rosen_der(START), **near)
    np.testing.assert_allclose(o.hess(START), so.rosen_hess(START), **near)
    np.testing.assert_allclose(o.hessp(START, p), so.rosen_hess_prod(START, p), **near)
    value, gradient = o.fun_and_jac(START)
    assert type(value) is float
    assert value == o.fun(START)
    np.testing.assert_array_equal(gradient, o.jac(START))


@pytest.mark.parametrize(
    ("method", "wanted"),
    [
        ("BFGS", ["jac"]),
        ("CG", ["jac"]),
        ("L-BFGS-B", ["jac"]),
        ("TNC", ["jac"]),
        ("SLSQP", ["jac"]),
        ("Newton-CG", ["jac", "hessp"]),
        ("Newton-CG", ["jac", "hess"]),
        ("trust-ncg", ["jac", "hessp"]),
        ("trust-krylov", ["jac", "hessp"]),
        ("trust-constr", ["jac", "hessp"]),
        ("trust-exact", ["jac", "hess"]),
        ("dogleg", ["jac", "hess"]),
    ],
)
def test_scipys_methods_find_the_minimum(method, wanted):
    start = A([1.3, 1.6, 2.4])  # where the Hessian is positive definite, which dogleg asks for
    o = ag.Objective(rosenbrock, start)
    limits = {"maxiter": 500} if method != "TNC" else {"maxfun": 500}
    found = so.minimize(o.fun, o.x0, method=method, options=limits, **{name: getattr(o, name) for name in wanted})
    np.testing.assert_allclose(found.x, 1.0, atol=2e-3)  # the slackest of the methods' own tolerances
    assert found.fun < 1e-6


def test_containers_come_back_in_their_shapes_and_dtypes():
    tree = {"w": np.arange(6.0).reshape(2, 3), "b": (np.float32(2.0), [A([1.0, 2.0], dtype=np.float32)]), "n": 3}
    o = ag.Objective(lambda t: ag.sum(t["w"] ** 2) + t["b"][0] * ag.sum(t["b"][1][0]) + t["n"] ** 2, tree)
    assert o.x0.dtype == float
    assert o.x0.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 2.0, 1.0, 2.0, 3.0]
    assert o.names()[0] == "w[0, 0]"
    assert o.names()[6:] == ["b[0]", "b[1][0][0]", "b[1][0][1]", "n"]
    back = o.unflatten(o.x0)
    assert back["w"].shape == (2, 3)
    assert (back["b"][0].dtype, back["b"][1][0].dtype) == (np.float32, np.float32)
    gradient = o.jac(o.x0)
    assert gradient.dtype == float
    assert gradient.tolist() == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 3.0, 2.0, 2.0, 6.0]
    found = so.minimize(o.fun_and_jac, o.x0, jac=True, bounds=so.Bounds(o.flatten({**tree, "w": 1.0}) - 1, np.inf))
    np.testing.assert_allclose(o.unflatten(found.x)["w"], 0.0, atol=1e-5)  # L-BFGS-B's own tolerance


def test_residuals_have_a_jacobian():
    t = np.linspace(0, 1, 7)
    y = 2.0 * np.exp(-3.0 * t)
    o = ag.Objective(lambda p: p["a"] * ag.exp(-p["k"] * t) - y, {"a": 1.0, "k": 1.0})
    decay = np.exp(-t)
    # the same operations by hand: equal to rounding
    np.testing.assert_allclose(o.jac(o.x0), np.stack([decay, -t * decay], axis=1), rtol=1e-14)
    values, matrix = o.fun_and_jac(o.x0)
    np.testing.assert_array_equal(values, o.fun(o.x0))
    np.testing.assert_array_equal(matrix, o.jac(o.x0))
    for method in ("trf", "dogbox", "lm"):
        found = so.least_squares(o.fun, o.x0, jac=o.jac, method=method)
        np.testing.assert_allclose(found.x, [2.0, 3.0], rtol=1e-6)  # exact data: least_squares' own tolerance


def test_root_of_a_container_of_equations():
    o = ag.Objective(lambda x: {"circle": x[0] ** 2 + x[1] ** 2 - 4, "line": x[:1] - x[1:]}, A([1.0, 0.5]))
    for method in ("hybr", "lm"):
        found = so.root(o.fun_and_jac, o.x0, jac=True, method=method)
        np.testing.assert_allclose(found.x, np.sqrt(2), rtol=1e-7)  # root's own tolerance is 1.5e-8


def test_fewer_evaluations_than_without_derivatives():
    calls = []

    def counted(x):
        calls.append(1)
        return rosenbrock(x)

    o = ag.Objective(counted, np.full(10, 0.5))
    calls.clear()
    so.minimize(o.fun_and_jac, o.x0, jac=True)
    with_derivatives = len(calls)
    calls.clear()
    so.minimize(o.fun, o.x0)
    assert len(calls) > 5 * with_derivatives  # 11 evaluations for a difference quotient of 10 variables


def test_products_record_the_gradient_once_at_a_point():
    calls = []

    def counted(x):
        calls.append(1)
        return rosenbrock(x)

    o = ag.Objective(counted, START)
    calls.clear()
    columns = [o.hessp(START, p) for p in np.eye(3)]
    assert len(calls) == 1
    np.testing.assert_allclose(columns, so.rosen_hess(START), rtol=1e-12, atol=1e-12)  # rounding
    moved = START.copy()
    o.hessp(moved, START)
    moved += 1.0  # the caller's own array: SciPy writes into it
    np.testing.assert_allclose(o.hessp(moved, START), so.rosen_hess_prod(moved, START), rtol=1e-12)
    assert len(calls) == 2
    before = moved.copy()
    moved += 1.0  # the record of the point before is not of this memory
    np.testing.assert_allclose(o.hessp(before, START), so.rosen_hess_prod(before, START), rtol=1e-12)
    assert len(calls) == 2


def test_a_linear_function_has_zero_curvature():
    o = ag.Objective(lambda x: 3 * x[0] - x[1], A([1.0, 2.0]))
    assert o.hess(o.x0).tolist() == [[0, 0], [0, 0]]
    assert o.hessp(o.x0, A([1.0, 1.0])).tolist() == [0, 0]


def test_arrays_of_other_libraries_are_taken_as_numpys():
    o = ag.Objective(lambda x: ag.sum(x**2), array_api_strict.asarray([1.0, 2.0]))
    assert o.jac(o.x0).tolist() == [2.0, 4.0]
    assert isinstance(o.unflatten(o.x0), np.ndarray)
    assert ag.Objective(lambda x: x**2, ag.Var(3.0)).jac(A([3.0])).tolist() == [6.0]


def test_tracked_values_in_a_closure_are_taken_as_numbers():
    k = ag.Var(3.0)
    o = ag.Objective(lambda x: k * ag.sum(x**2), A([1.0, 2.0]))
    assert (o.fun(o.x0), o.jac(o.x0).tolist(), o.hess(o.x0).tolist()) == (15.0, [6, 12], [[6, 0], [0, 6]])
    assert o.hessp(o.x0, A([1.0, 0.0])).tolist() == [6, 0]
    residuals = ag.Objective(lambda x: k * x, A([1.0, 2.0]))
    assert residuals.jac(residuals.x0).tolist() == [[3, 0], [0, 3]]


@pytest.mark.parametrize(
    ("f", "x0", "error", "words"),
    [
        (lambda x: x, "abc", NotDifferentiableError, "numbers and arrays are wanted, not 'abc'"),
        (lambda x: x, A([1j]), NotDifferentiableError, "real numbers are wanted, not dtype complex128"),
        (lambda x: x, A([True]), NotDifferentiableError, "not dtype bool"),
        (lambda x: None, 1.0, NotDifferentiableError, "f returned nothing"),
        (lambda x: "word", 1.0, NotDifferentiableError, "the result of f: numbers"),
    ],
)
def test_errors_at_the_boundary(f, x0, error, words):
    with pytest.raises(error, match=words):
        ag.Objective(f, x0)


def test_second_derivatives_of_residuals_are_refused_with_the_remedy():
    o = ag.Objective(lambda x: x * x, A([1.0, 2.0]))
    with pytest.raises(NonScalarError, match=r"Objective.hess: .* ag.sum\(f\(x\) \*\* 2\)"):
        o.hess(o.x0)
    with pytest.raises(NonScalarError, match=r"Objective.hessp: .*least_squares"):
        o.hessp(o.x0, o.x0)
    boxed = ag.Objective(lambda x: [ag.sum(x)], A([1.0, 2.0]))  # a list of a number is no number
    assert boxed.jac(boxed.x0).tolist() == [[1, 1]]


def test_what_does_not_fit_is_named():
    o = ag.Objective(rosenbrock, START)
    with pytest.raises(SeedError, match=r"a vector of shape \(4,\) is not of \(3,\)"):
        o.fun(np.ones(4))
    entries = Entries({"w": np.ones((2, 2))}, "demo")
    with pytest.raises(SeedError, match=r"demo: shape \(3,\) does not fit w of shape \(2, 2\)"):
        entries.flatten({"w": np.ones(3)})
    with pytest.raises(SeedError, match="structure"):
        entries.flatten([1.0])
    assert entries.flatten({"w": 2}).tolist() == [2, 2, 2, 2]


def test_entries_of_tensors_are_recorded():
    x = ag.Var(A([1.0, 2.0, 3.0]))
    entries = Entries((1.0, np.ones(2, dtype=np.float32)), "demo")
    one, two = entries.unflatten(x)
    assert two.dtype == np.float32
    ag.sum(joined((one, two, 4.0)) * A([1.0, 2.0, 3.0, 4.0])).backward()
    np.testing.assert_array_equal(x.grad.value, [1, 2, 3])
    assert Entries(5.0, "demo").names() == ["x"]
    assert Entries((), "demo").vector.shape == (0,)
