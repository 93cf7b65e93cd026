"""Classic surfaces with their known minima; momentum on quadratics, predicted and measured."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der, rosen_hess

import autograd_lite as ag
import nn
from nn.study.surfaces import CLASSICS, beale, ravine, rosenbrock, saddle

# -- surfaces ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLASSICS)
def test_the_minima_are_those_that_are_known(name):
    """Value and gradient are exactly 0 there, the Hessian is positive definite, and the picture shows them."""
    classic = CLASSICS[name]
    left, right, bottom, top = classic.extent
    for point in [*classic.minima, classic.start]:
        assert left < point[0] < right
        assert bottom < point[1] < top
    for point in classic.minima:
        at = np.array(point)
        assert classic.function(at) == 0
        assert ag.grad(classic.function)(at).tolist() == [0.0, 0.0]
        assert np.linalg.eigvalsh(ag.hessian(classic.function)(at)).min() > 0.1
    assert ag.grad(classic.function)(np.array(classic.start)).any()
    grid = np.stack(np.meshgrid(np.linspace(left, right, 41), np.linspace(bottom, top, 41)))
    values = classic.function(grid)
    assert values.shape == (41, 41)
    assert (values >= 0).all()
    assert values[3, 5] == classic.function(grid[:, 3, 5])


@pytest.mark.parametrize("name", CLASSICS)
def test_derivatives_of_surfaces_agree_with_differences(name):
    ag.check_grads(CLASSICS[name].function, (np.array([0.3, -0.4]),))


def test_values_of_surfaces():
    assert beale(np.array([1.0, 1.0])) == 1.5**2 + 2.25**2 + 2.625**2
    assert beale(np.array([1.0, 2.0])) == 2.5**2 + 5.25**2 + 9.625**2
    assert saddle(np.array([2.0, 2.0])) == 2 + 9 / 4
    assert np.linalg.eigvalsh(ag.hessian(saddle)(np.zeros(2))).tolist() == [-1, 1]
    x = np.array([0.3, -1.2, 0.7, 2.0])
    np.testing.assert_allclose(rosenbrock(x), rosen(x), rtol=1e-14)  # the same products, summed in another order
    np.testing.assert_allclose(ag.grad(rosenbrock)(x), rosen_der(x), rtol=1e-13)
    np.testing.assert_allclose(ag.hessian(rosenbrock)(x), rosen_hess(x), rtol=1e-13)


def test_a_turned_ravine_has_the_same_curvatures():
    def turned(p):
        return ravine(p, condition=50.0, angle=0.4)

    values, vectors = np.linalg.eigh(ag.hessian(turned)(np.zeros(2)))
    np.testing.assert_allclose(values, [1, 50], rtol=1e-13)  # a rotation's roundings
    np.testing.assert_allclose(abs(vectors[:, 0]), [np.cos(0.4), np.sin(0.4)], rtol=1e-13)
    assert ravine(np.array([1.0, 1.0])) == 50.5


# -- paths ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lbfgs", "newton-cg"])
def test_a_line_search_leaves_the_points_that_it_tried(name):
    """As many as gradients were asked for, in order, from the start to the minimum, where it stays."""
    asked = []

    def counted(p):
        asked.append(p.value.copy())
        return ravine(p)

    path = nn.plot.trajectory(counted, [-9.0, 1.0], lambda p: nn.optimizer(name, p, max_iter=50), steps=40)
    assert path.shape == (41, 2)
    assert 4 < len(asked) < 40
    assert np.array_equal(path[: len(asked)], asked)
    assert (path[len(asked) :] == path[-1]).all()
    assert len(np.unique(path, axis=0)) >= 3
    assert abs(path[-1]).max() < 1e-6  # far below where the search's own tolerances end it
    short = nn.plot.trajectory(ravine, [-9.0, 1.0], lambda p: nn.optimizer(name, p, max_iter=50), steps=3)
    assert np.array_equal(short, path[:4])


def test_a_path_may_diverge_without_a_warning():
    path = nn.plot.trajectory(lambda p: ag.sum(p**4), [10.0, 1.0], lambda p: nn.SGD(p, lr=1.0), steps=9)
    assert path.shape == (10, 2)
    assert not np.isfinite(path[-1]).all()
    assert nn.plot.trajectory(ravine, [1.0, 2.0], lambda p: nn.SGD(p, lr=1.0), steps=0).tolist() == [[1.0, 2.0]]


# -- momentum ---------------------------------------------------------------------------------------------------------

REGIMES = {
    "over-damped": (2.0, 0.005, 0.5),
    "critically damped": (2.0, 0.005, 0.81),
    "under-damped": (2.0, 0.005, 0.97),
    "alternating": (2.0, 0.9, 0.05),
    "divergent": (2.0, 1.6, 0.5),
}


def descent(curvature, lr, momentum, nesterov=False, steps=60):
    """What `nn.SGD` does on λx²/2, from 1."""
    return nn.plot.trajectory(
        lambda p: curvature * p[0] ** 2 / 2,
        [1.0],
        lambda p: nn.SGD(p, lr=lr, momentum=momentum, nesterov=nesterov),
        steps=steps,
    )[:, 0]


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("options", REGIMES.values(), ids=REGIMES)
def test_the_matrix_is_what_sgd_does(options, nesterov):
    matrix = nn.momentum.iteration_matrix(*options, nesterov=nesterov)
    state, path = np.array([0.0, 1.0]), descent(*options, nesterov, steps=20)
    for x in path:
        np.testing.assert_allclose(state[1], x, rtol=1e-11, atol=1e-14)  # 20 steps' roundings of numbers near 1
        state = matrix @ state


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("options", REGIMES.values(), ids=REGIMES)
def test_eigenvalues_are_those_of_the_matrix_and_those_measured(options, nesterov):
    found = nn.momentum.eigenvalues(*options, nesterov=nesterov)
    matrix = nn.momentum.iteration_matrix(*options, nesterov=nesterov)
    numeric = np.linalg.eigvals(matrix).astype(complex)
    numeric = numeric[np.lexsort((-numeric.imag, -numeric.real))]
    double = nn.momentum.regime(*options, nesterov=nesterov) == "critically damped"
    # Equal eigenvalues are found to the root of the precision, others to about the precision.
    np.testing.assert_allclose(found, numeric, atol=3e-8 if double else 1e-12)
    assert nn.momentum.rate(*options, nesterov=nesterov) == pytest.approx(abs(numeric).max(), abs=3e-8)
    measured = nn.momentum.fitted_eigenvalues(descent(*options, nesterov))
    if options != REGIMES["divergent"]:  # there the growing one drowns the other
        np.testing.assert_allclose(measured, found, atol=1e-6 if double else 1e-8)
    assert abs(measured).max() == pytest.approx(abs(found).max(), abs=1e-6 if double else 1e-8)


@pytest.mark.parametrize("name", REGIMES)
def test_regimes_have_their_names(name):
    assert nn.momentum.regime(*REGIMES[name]) == name


def test_critical_momentum_shrinks_fastest():
    at = float(nn.momentum.critical_momentum(3.0, 0.02))
    rates = nn.momentum.rate(3.0, 0.02, np.linspace(0, 0.999, 1000))
    assert nn.momentum.rate(3.0, 0.02, at) < rates.min()
    assert nn.momentum.regime(3.0, 0.02, at) == "critically damped"
    assert nn.momentum.regime(3.0, 0.02, at - 1e-6) == "over-damped"
    assert nn.momentum.regime(3.0, 0.02, at + 1e-6) == "under-damped"


@pytest.mark.parametrize("method", ["gradient", "heavy-ball", "nesterov"])
def test_the_tuned_options_are_best(method):
    """Their rate is the one they are said to have, and no neighbour has a better one."""
    curvatures, nesterov = np.linspace(0.5, 40.0, 2001), method == "nesterov"
    tuned = nn.momentum.optimal(0.5, 40.0, method)

    def worst(lr, momentum):
        return nn.momentum.rate(curvatures, lr, momentum, nesterov=nesterov).max()

    # A double eigenvalue is that exact only to the root of the precision.
    assert worst(tuned.lr, tuned.momentum) == pytest.approx(tuned.rate, abs=3e-8)
    for lr, momentum in [(1.01, 1.0), (0.99, 1.0), (1.0, 1.01), (1.0, 0.99), (1.01, 1.01), (0.99, 0.99)]:
        if momentum == 1.0 or tuned.momentum:
            assert worst(lr * tuned.lr, momentum * tuned.momentum) > tuned.rate + 1e-5
    rates = [nn.momentum.optimal(0.5, 40.0, m).rate for m in ("heavy-ball", "nesterov", "gradient")]
    assert rates == sorted(rates)
    assert nn.momentum.optimal(4.0, 4.0, method).rate == pytest.approx(0.0, abs=1e-15)  # one curvature: one step


def test_eigenvalues_of_a_sequence():
    k = np.arange(12)
    np.testing.assert_allclose(nn.momentum.fitted_eigenvalues(3 * 0.9**k, order=1), [0.9], rtol=1e-12)
    roots = nn.momentum.fitted_eigenvalues(0.9**k - 2 * 0.4**k + (-0.3) ** k, order=3)
    np.testing.assert_allclose(roots, [0.9, 0.4, -0.3], rtol=1e-8)  # 9 equations, badly conditioned
    swing = nn.momentum.fitted_eigenvalues(0.8**k * np.cos(0.5 * k))
    np.testing.assert_allclose(swing, 0.8 * np.exp([0.5j, -0.5j]), rtol=1e-11)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nn.momentum.optimal(0.0, 1.0), "above 0"),
        (lambda: nn.momentum.optimal(2.0, 1.0), "m <= L"),
        (lambda: nn.momentum.optimal(1.0, 2.0, "adam"), "not 'adam'"),
        (lambda: nn.momentum.fitted_eigenvalues([1.0, 0.5, 0.2, 0.1]), "more than 4"),
        (lambda: nn.momentum.fitted_eigenvalues([1.0, np.inf, 0.2, 0.1, 0.0]), "finite"),
        (lambda: nn.momentum.fitted_eigenvalues(np.ones((8, 2))), r"shape \(8, 2\)"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# -- races ------------------------------------------------------------------------------------------------------------


def test_a_race_keeps_each_optimisers_best_run():
    """What it says of a run is what `trajectory` gives with that rate, and no other rate does better."""
    rates, steps = (1e-3, 3e-3, 1e-2, 3e-2, 0.1), 120
    runs = nn.plot.race(
        ravine, [-9.0, 1.0], target=0.05, optimizers=["momentum", "Adam", "lbfgs"], rates=rates, steps=steps
    )
    assert list(runs) == ["momentum", "Adam", "lbfgs"]
    for name, run in runs.items():
        options = {"max_iter": steps} if run.lr is None else {"lr": run.lr}
        path = nn.plot.trajectory(ravine, [-9.0, 1.0], partial(nn.optimizer, name, **options), steps)
        assert np.array_equal(path, run.path)
        np.testing.assert_allclose(run.values, ravine(path.T), rtol=1e-12)  # powers of arrays and of numbers
        if run.reached is None:
            assert run.values[-1] >= 0.05
        else:
            assert (run.values[run.reached :] < 0.05).all()
            assert run.values[run.reached - 1] >= 0.05
    assert runs["lbfgs"].lr is None
    assert runs["Adam"].reached is None
    assert runs["momentum"].lr == 1e-2
    for lr in rates:
        alone = nn.plot.race(ravine, [-9.0, 1.0], target=0.05, optimizers=["momentum"], rates=[lr], steps=steps)[
            "momentum"
        ]
        assert alone.reached is None or alone.reached >= runs["momentum"].reached
    lost = nn.plot.race(ravine, [-9.0, 1.0], target=0.05, optimizers=["sgd"], rates=[1.0], steps=400)["sgd"]
    assert lost.reached is None
    assert len(lost.path) == len(lost.values) == 401
    assert nn.plot.race(ravine, [0.0, 0.0], target=0.05, optimizers=["sgd"], steps=3)["sgd"].reached == 0
    with pytest.raises(ValueError, match="none is called 'momentun'; did you mean 'momentum'"):
        nn.plot.race(ravine, [1.0, 1.0], target=0.1, optimizers=["momentun"])
