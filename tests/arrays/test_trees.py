"""A dict keeps the order of its keys wherever its numbers are laid out; where two must match, their keys decide."""

import threading

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite.errors import SeedError

START = {"z": 2.0, "a": np.array([1.0, 3.0]), "m": {"y": 0.5, "b": 4.0}}
NAMES = ["z", "a[0]", "a[1]", "m['y']", "m['b']"]
POINT = np.array([2.0, 1.0, 3.0, 0.5, 4.0])
WEIGHTS = np.array([1.0, 10.0, 100.0, 1000.0, 10000.0])


def total(p):
    return p["z"] + ag.sum(p["a"] * WEIGHTS[1:3]) + WEIGHTS[3] * p["m"]["y"] + WEIGHTS[4] * p["m"]["b"]


def turned(x):
    """The same container with the keys of its dicts the other way round."""
    return {k: turned(x[k]) for k in reversed(x)} if isinstance(x, dict) else x


def test_vectors_names_and_derivatives_are_in_the_users_order():
    o = ag.Objective(total, START)
    np.testing.assert_array_equal(o.x0, POINT)
    assert o.names() == NAMES
    np.testing.assert_array_equal(o.jac(POINT), WEIGHTS)
    np.testing.assert_array_equal(o.flatten(o.unflatten(WEIGHTS)), WEIGHTS)
    np.testing.assert_array_equal(o.flatten(turned(START)), POINT)  # by its keys
    square = ag.Objective(lambda p: total(p) ** 2 / 2, START)
    np.testing.assert_allclose(square.hess(POINT), np.outer(WEIGHTS, WEIGHTS))
    np.testing.assert_allclose(square.hessp(POINT, np.eye(5)[3]), WEIGHTS[3] * WEIGHTS)


def test_a_covariance_of_an_objective_belongs_to_the_inputs_of_a_sensitivity():
    """The errors of a fit, handed on: what is uncertain is z, and only z."""
    values, data = {"z": 2.0, "a": 1.0}, np.array([2.0, 4.0])
    fit = ag.Objective(lambda p: ag.stack([p["z"], 1e3 * p["a"]]) - data, values)
    jacobian = fit.jac(fit.x0)
    covariance = np.linalg.inv(jacobian.T @ jacobian)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), [1.0, 1e-3])
    report = ag.sensitivity(lambda z, a: z + a, values, covariance=covariance)
    assert report.inputs == fit.names() == ["z", "a"]
    assert report["z"].error == pytest.approx(1.0)
    assert report["a"].error == pytest.approx(1e-3)
    assert report["z"].share > 0.99
    one = ag.sensitivity(lambda p: p["z"] + p["a"], (values,), covariance=covariance)
    assert [line.error for line in one] == pytest.approx([1.0, 1e-3])


def test_results_keep_the_order_of_their_keys():
    for start in (START, turned(START)):
        for result in (
            ag.grad(total)(start),
            ag.jacobian(total)(start),
            ag.hessian(total)(start),
            ag.hvp(total, (start,), (start,)),
            ag.replay(ag.grad(total))(start),
            ag.vjp(lambda p: p, start)[1](start)[0],
            ag.jvp(lambda p: p, (start,), (start,))[1],
            ag.checkpoint(lambda p: p)(start),
            ag.stop_gradient(start),
        ):
            assert list(result) == list(start)
            assert list(result["m"]) == list(start["m"])


def test_keys_decide_where_two_containers_must_match():
    expected = ag.jvp(total, (START,), (START,))
    assert ag.jvp(total, (START,), (turned(START),)) == expected
    pullback = ag.vjp(lambda p: p, START)[1]
    for seed in (START, turned(START)):
        (found,) = pullback(seed)
        assert list(found) == list(START)
        assert (found["z"], found["m"]["y"], found["m"]["b"]) == (2.0, 0.5, 4.0)
    square = lambda p: total(p) ** 2
    one, other = ag.hvp(square, (START,), (START,)), ag.hvp(square, (START,), (turned(START),))
    assert (one["z"], one["m"]) == (other["z"], other["m"])
    for other in ({"z": 1.0}, {**START, "q": 1.0}, {**START, "m": 1.0}, {**START, "z": [1.0]}, {**START, "z": None}):
        with pytest.raises(SeedError, match="structure"):
            ag.jvp(total, (START,), (other,))
        with pytest.raises(SeedError, match="structure"):
            pullback(other)
        with pytest.raises(SeedError, match="structure"):
            ag.Objective(total, START).flatten(other)


def test_a_function_may_return_its_keys_in_any_order():
    def f(p):
        out = {"u": 2 * p["z"], "b": p["a"]}
        return out if ag.stop_gradient(p["z"]) > 1 else turned(out)

    o = ag.Objective(f, {"z": 2.0, "a": 5.0})
    assert o.result.names() == ["u", "b"]
    np.testing.assert_array_equal(o.fun(np.array([0.5, 5.0])), [1.0, 5.0])
    np.testing.assert_array_equal(o.jac(np.array([0.5, 5.0])), [[2.0, 0.0], [0.0, 1.0]])

    def rate(t, y):
        return {"v": -y["x"], "x": y["v"]}

    ts = np.linspace(0, 1, 11)
    path = ag.ode.integrate(rate, {"x": 1.0, "v": 0.0}, ts)
    assert list(path) == ["x", "v"]
    np.testing.assert_allclose(path["x"], np.cos(ts), atol=1e-6)  # the error of a Runge–Kutta method of order 4


def test_a_replay_takes_both_orders():
    fast = ag.replay(ag.grad(lambda p: p["z"] ** 2 * p["a"]))
    for p in ({"z": 2.0, "a": 3.0}, {"a": 3.0, "z": 2.0}, {"z": 4.0, "a": 5.0}, {"a": 5.0, "z": 4.0}):
        found = fast(p)
        assert list(found) == list(p)
        assert found == {"z": 2 * p["z"] * p["a"], "a": p["z"] ** 2}


def test_samples_and_gradient_checks_name_what_they_mean():
    log_density = lambda p: -((p["z"] - 5) ** 2) / 2 - (p["a"] ** 2) / 2e-4
    found = ag.hmc(log_density, {"z": 5.0, "a": 0.0}, draws=200, warmup=200, seed=0)
    assert found.names == ["z", "a"]
    (label,), (mean,) = found.summary().body[0][:2]
    assert label == "z"
    assert float(mean) == pytest.approx(5.0, abs=0.5)  # far from 0, the mean of the other
    wrong = ag.elementwise("order_wrong", lambda x: x**2, lambda v, x: 3 * x)
    with pytest.raises(ag.GradientMismatch, match=r"args\[0\]\['z'\]"):
        ag.check_grads(lambda p: wrong(p["z"]) * p["a"], ({"z": 1.0, "a": 2.0},))


def test_a_network_takes_its_parameters_in_any_order():
    model, x = nn.MLP([2, 3, 1], seed=0), np.ones((4, 2))
    params = {name: p.value for name, p in model.named_parameters()}
    loss = lambda params: ag.sum(nn.functional_call(model, params, x) ** 2)
    for f in (ag.grad(loss), ag.replay(ag.grad(loss))):
        one, other = f(params), f(turned(params))
        assert (list(one), list(other)) == (list(params), list(params)[::-1])
        for name in params:
            np.testing.assert_array_equal(one[name], other[name])


def test_other_threads_and_optree_itself():
    import optree

    found = []
    thread = threading.Thread(target=lambda: found.append(ag.Objective(total, START).x0))
    thread.start()
    thread.join()
    np.testing.assert_array_equal(found[0], POINT)
    assert optree.tree_leaves({"b": 1, "a": 2}) == [2, 1]  # what others do with it stays theirs
