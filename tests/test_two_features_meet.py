"""The promises where two features meet: each value is known by hand, and each stood wrong once."""

import copy
import pickle

import numpy as np
import pytest

import autograd_lite as ag
import nn

# fmt: off
# ruff: noqa: E501  # a promise a row
VALUES = {
    "a rule that uses its result sees it tracked": (lambda: ag.grad(lambda s: ag.grad(lambda R: np.sin(s) / R)(1.3))(1.05), -np.cos(1.05) / 1.3**2),
    "the same of a power": (lambda: ag.grad(lambda s: ag.grad(lambda R: (s**2 * 2.0) ** R)(1.3))(1.05), 2 / 1.05 * (2.205**1.3) * (1 + 1.3 * np.log(2.205))),
    "a copy keeps its tape": (lambda: ag.grad(lambda x: copy.copy(x) ** 2)(3.0), 6.0),
    "a deep copy keeps its tape": (lambda: ag.grad(lambda x: copy.deepcopy(x) ** 2)(3.0), 6.0),
    "real and complex contributions add up": (lambda: ag.grad(lambda z: ag.imag(z[0]) + ag.sum(ag.real(z)))(np.array([1 + 2j, 3 - 1j])), [1 + 1j, 1]),
    "a Python complex before a 0-d Tensor": (lambda: ag.grad(lambda x: ag.imag(1j * x))(2.0), 1.0),
    "a Python complex after a 0-d Tensor": (lambda: ag.grad(lambda x: ag.imag(x * 1j))(2.0), 1.0),
    "a power keeps its derivatives at 0": (lambda: np.array(ag.hessian(lambda p: p[0] ** p[1])(np.array([2.0, 0.0])))[0, 1], 0.5),
    "xlogy mixed at 0": (lambda: ag.grad(lambda x: ag.grad(lambda y: ag.special.xlogy(x, y))(2.0))(0.0), 0.5),
    "a squared norm at 0": (lambda: ag.hessian(lambda v: ag.linalg.vector_norm(v) ** 2)(np.zeros(2)), 2 * np.eye(2)),
    "a squared modulus at 0": (lambda: ag.hessian(lambda x: ag.sum(ag.abs(x) ** 2))(np.zeros(2)), 2 * np.eye(2)),
    "det at a singular matrix": (lambda: ag.hessian(ag.linalg.det)(np.zeros((2, 2)))[0, 0], [[0.0, 0.0], [0.0, 1.0]]),
    "asin' at 1": (lambda: ag.grad(ag.asin)(1.0), np.inf), "asin' at -1": (lambda: ag.grad(ag.asin)(-1.0), np.inf),
    "acos' at 1": (lambda: ag.grad(ag.acos)(1.0), -np.inf), "acos' at -1": (lambda: ag.grad(ag.acos)(-1.0), -np.inf),
    "eigvalsh reads the lower triangle": (lambda: np.linalg.eigvalsh(ag.Tensor([[1.0, 99.0], [2.0, 3.0]])).value, np.linalg.eigvalsh([[1.0, 99.0], [2.0, 3.0]])),
    "and so does its gradient": (lambda: ag.grad(lambda a: ag.sum(ag.linalg.eigvalsh(a) ** 2))(np.array([[1.0, 99.0], [2.0, 3.0]])), [[2.0, 0.0], [8.0, 6.0]]),
    "cholesky reads the lower triangle": (lambda: ag.grad(lambda a: ag.linalg.cholesky(a)[1, 0])(np.array([[4.0, 99.0], [2.0, 3.0]])), [[-0.125, 0.0], [0.5, 0.0]]),
    "replay asks again": (lambda: (f := ag.replay(lambda x: ag.sum(x[x > 1]) / len(x[x > 1]))) and (f(np.array([1.0, 2.0, 3.0])), f(np.array([0.0, 0.0, 3.0])))[1], 3.0),
    "log_ndtr far in its tail": (lambda: ag.grad(ag.special.log_ndtr)(-1e8), 1e8),
    "betainc with large shapes": (lambda: ag.grad(lambda x: ag.special.betainc(600.0, 600.0, x))(0.5), 27.634),
    "a norm whose squares vanish": (lambda: ag.grad(ag.linalg.vector_norm)(np.array([3e-200, 4e-200])), [0.6, 0.8]),
    "a mean of half precision": (lambda: ag.mean(ag.Tensor(np.full(70000, 2.0, np.float16))).value, 2.0),
}
# fmt: on


@pytest.mark.parametrize("promise", VALUES)
def test_values(promise):
    found, expected = VALUES[promise]
    np.testing.assert_allclose(
        found(), expected, rtol=1e-4 if "27.634" in str(expected) else 1e-9
    )  # as printed, or exact


REFUSED = {
    "no rule, in reverse": (lambda: ag.grad(lambda n: ag.special.polygamma(n, 1.5))(2.0), "stop_gradient"),
    "no rule, forward": (lambda: ag.jvp(lambda n: ag.special.polygamma(n, 1.5), (2.0,), (1.0,)), "stop_gradient"),
    "pickle": (lambda: ag.grad(lambda x: pickle.loads(pickle.dumps(x * 1.0)) ** 2)(3.0), r"\.detach\(\)"),
    "tolist": (lambda: ag.grad(lambda x: ag.sum(ag.asarray(x.tolist())))(np.ones(2)), r"\.detach\(\)"),
    "numpy": (lambda: ag.grad(lambda x: ag.sum(ag.asarray(x.numpy())))(np.ones(2)), r"\.detach\(\)"),
    "a complex value": (lambda: ag.grad(lambda z: z * z)(1 + 2j), r"ag\.real"),
}
"""Each with the remedy that its error names."""


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    call, remedy = REFUSED[what]
    with pytest.raises(ag.AutogradError, match=remedy):
        call()


def test_the_users_order_of_a_dict():
    point = {"b": 2.0, "a": 3.0}
    objective = ag.Objective(lambda p: p["b"] ** 2 + 10 * p["a"], point)
    np.testing.assert_array_equal(objective.x0, [2.0, 3.0])
    assert list(ag.grad(lambda p: p["b"] * p["a"])(point)) == ["b", "a"]


def test_random_numbers_in_a_checkpoint_are_drawn_once():
    rng = np.random.default_rng(0)

    def noisy(x):
        return ag.sum(x * rng.normal(size=3))

    value, gradient = ag.value_and_grad(ag.checkpoint(noisy))(np.ones(3))
    np.testing.assert_allclose(np.sum(gradient), value)


@pytest.mark.parametrize("optimiser", [nn.Adam, lambda p, lr: nn.SGD(p, lr=lr, momentum=0.9), nn.RMSprop])
def test_a_copy_trains_like_the_original(optimiser):
    x, y = np.linspace(-1, 1, 12).reshape(6, 2), np.arange(6.0).reshape(6, 1)
    model = nn.MLP([2, 4, 1])
    pair = model, optimiser(model.parameters(), lr=0.01)

    def train(model, optimiser):
        for _ in range(3):
            optimiser.zero_grad()
            nn.mse_loss(model(x), y).backward()
            optimiser.step()
        return [np.array(p.value) for p in model.parameters()]

    train(*pair)
    copied = copy.deepcopy(pair)
    for a, b in zip(train(*pair), train(*copied), strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_entry_of_one_axis_is_written_to_a_place_without_axes():
    """An adjoint of the written array's shape, not of its place's."""

    def f(v):
        w = v + 0.0
        w[..., 0] = w
        return w

    np.testing.assert_array_equal(ag.jacobian(f, mode="reverse")(np.array([3.0])), [[1.0]])
    np.testing.assert_array_equal(ag.jacobian(f, mode="forward")(np.array([3.0])), [[1.0]])
