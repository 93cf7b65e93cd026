"""Sampling: posteriors known in closed form, the integrator's laws, and diagnostics against their definitions."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy import stats

import autograd_lite as ag
from autograd_lite.core.tensor import raw
from autograd_lite.errors import MissingExtraError, NonFiniteError, NonScalarError, NotDifferentiableError
from autograd_lite.science.mcmc.adaptation import DualAveraging, Windows, regularised
from autograd_lite.science.mcmc.integrator import State, travel

ERRORS = 4.5
"""How many Monte Carlo standard errors a mean may be off: for a normal error a chance of 7e-6; seeds are fixed."""


def assert_mean(draws, expected):
    """The mean of `draws`, (chains, draws, …), is `expected` but for sampling error, which is small enough to tell."""
    assert np.max(np.abs(draws.mean(axis=(0, 1)) - expected) / ag.mcmc.mcse(draws)) < ERRORS
    assert np.min(ag.mcmc.ess(draws, "mean")) > 300


def normal(x):
    return -0.5 * ag.sum(x * x)


# -- known posteriors -------------------------------------------------------------------------------------------------


def test_conjugate_normal():
    """The mean of normal data with a normal prior: precision-weighted."""
    y = np.array([2.1, 1.7, 3.0, 2.4, 2.8])

    def log_posterior(mu):
        return -0.5 * ag.sum((y - mu) ** 2) / 0.7**2 - 0.5 * (mu - 1.0) ** 2 / 2.0**2

    precision = len(y) / 0.7**2 + 1 / 2.0**2
    mean = (y.sum() / 0.7**2 + 1.0 / 2.0**2) / precision
    mu = ag.hmc(log_posterior, 0.0, draws=1000, warmup=300).samples
    assert mu.shape == (4, 1000)
    assert_mean(mu, mean)
    assert_mean((mu - mean) ** 2, 1 / precision)


@pytest.mark.parametrize("learnt", [True, False])
def test_correlated_normal(learnt):
    """Every mean and covariance of a normal with correlations up to 0.9 and scales from 0.1 to 10."""
    scales = np.array([0.1, 1.0, 10.0])
    covariance = np.array([[1.0, 0.9, 0.3], [0.9, 1.0, 0.1], [0.3, 0.1, 1.0]]) * scales[:, None] * scales
    mean, precision = np.array([1.0, -2.0, 3.0]), np.linalg.inv(covariance)
    # by hand: a step near the limit of stability, a third of all ends rejected: acceptance has to be right
    options = {} if learnt else {"step_size": 0.5, "leapfrog_steps": 5, "inverse_mass": scales**2, "warmup": 200}

    def log_density(x):
        return -0.5 * ag.sum((x - mean) @ precision * (x - mean), axis=-1)

    found = ag.hmc(log_density, np.zeros(3), draws=3000, batched=True, **options)
    assert learnt or 0.4 < found.acceptance.mean() < 0.8
    centred = found.samples - mean
    assert_mean(found.samples, mean)
    assert_mean(centred[..., :, None] * centred[..., None, :], covariance)
    assert found.divergent.sum() == 0


def test_beta_binomial_through_a_transform():
    """A probability on the whole line, as its logit; the transform's log-derivative makes the density right."""
    successes, trials, a, b = 7, 20, 2.0, 3.0

    def log_posterior(position):
        p = ag.sigmoid(position["logit"])
        return (successes + a - 1) * ag.log(p) + (trials - successes + b - 1) * ag.log1p(-p) + ag.log(p * (1 - p))

    p = 1 / (1 + np.exp(-ag.hmc(log_posterior, {"logit": 0.0}, draws=1000, warmup=300).samples["logit"]))
    exact = stats.beta(successes + a, trials - successes + b)
    assert_mean(p, exact.mean())
    assert_mean((p - exact.mean()) ** 2, exact.var())
    assert_mean((p < exact.ppf(0.1)).astype(float), 0.1)


def test_density_with_an_edge():
    """A chain that steps over the edge, where the density is zero, is turned back: an exponential's mean is 1."""
    density = lambda x: ag.where(x > 0, -x, -np.inf)
    options = {"step_size": 0.4, "leapfrog_steps": 2, "inverse_mass": 1.0, "jitter": 0.5, "warmup": 50}
    found = ag.hmc(density, 1.0, draws=3000, batched=True, **options)
    assert found.samples.min() > 0
    assert 0.1 < found.divergent.mean() < 0.6
    assert_mean(found.samples, 1.0)


def test_a_slope_that_is_not_a_number_is_a_divergence():
    """Where the density is finite and its gradient is not, an end is rejected, and the warm-up goes on."""
    bowl = ag.elementwise("bowl", lambda x: -0.5 * x * x, lambda v, x: ag.where(abs(x) > 1, np.nan, -x))
    found = ag.hmc(lambda x: bowl(x), 0.0, draws=100, warmup=100, leapfrog_steps=1, jitter=0.5)
    assert np.abs(found.samples).max() <= 1
    assert found.divergent.any()
    assert np.isfinite(found.acceptance).all()
    assert np.isfinite(found.step_size)


def test_a_lost_chain_stops_and_leaves_the_others_alone():
    """Beyond the edge it asks no more, and its end cannot be accepted; its neighbour goes its own way."""
    asked = []

    def target(x):
        asked.append(x[:, 0].copy())
        return np.where(x[:, 0] > 0, -x[:, 0], -np.inf), -np.ones_like(x)

    start = State(np.array([[0.15], [5.0]]), np.array([-0.15, -5.0]), -np.ones((2, 1)))
    end, p = travel(target, start, np.array([[-1.0], [1.0]]), 0.1, np.ones(1), 8)
    assert end.log_density[0] == -np.inf
    assert [x[0] <= 0 for x in asked] == [False, True] + [False] * 6
    time = 0.1 * 8
    np.testing.assert_allclose(
        (end.x[1, 0], p[1, 0]), (5 + time - time**2 / 2, 1 - time), rtol=1e-13
    )  # exact for a slope
    asked.clear()
    alone, _ = travel(target, State(*[a[:1] for a in start]), np.array([[-1.0]]), 0.1, np.ones(1), 8)
    assert alone.log_density == -np.inf
    assert len(asked) == 2


def test_batched_and_looped_chains_are_the_same():
    scale = np.array([1.0, 3.0])

    def log_density(p):
        return ag.sum(-0.5 * (p["x"] / scale) ** 2, axis=-1) - 0.5 * p["y"] ** 2

    start = {"x": np.array([0.5, -0.5]), "y": 1.0}
    one, all_ = (ag.hmc(log_density, start, draws=50, warmup=60, batched=batched) for batched in (False, True))
    for name, shape in (("x", (4, 50, 2)), ("y", (4, 50))):
        assert one.samples[name].shape == all_.samples[name].shape == shape
        # sums of two terms are exact in either layout; powers and products may differ in the last place, amplified
        # by a few hundred leapfrog steps of a stable, linear map
        np.testing.assert_allclose(one.samples[name], all_.samples[name], rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(one.leapfrog_steps, all_.leapfrog_steps)


def test_chains_differ_and_seeds_repeat():
    first, again, other = (ag.hmc(normal, np.zeros(2), draws=20, warmup=20, seed=s).samples for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not (first == other).any()
    assert len({tuple(chain[0]) for chain in first}) == 4


def test_starts():
    """Every chain at a draw of a function; at the point itself without jitter; where the density is finite."""
    met = []

    def log_density(x):
        met.append(float(raw(x)))
        return -0.5 * x * x

    ag.hmc(log_density, lambda rng: rng.uniform(5, 6), draws=4, warmup=0, chains=3)
    assert len({x for x in met[:4] if 5 <= x <= 6}) == 3
    met.clear()
    ag.hmc(log_density, 2.5, draws=4, warmup=0, chains=3, jitter=0.0)
    assert set(met[:8]) == {2.5}
    narrow = ag.hmc(lambda x: ag.log(1e-3 - x) + ag.log(x), 5e-4, draws=10, warmup=10)  # a jitter of 1 leaves it
    assert (narrow.samples > 0).all()
    assert (narrow.samples < 1e-3).all()


def test_float32_positions_stay_float32():
    seen = set()

    def log_density(x):
        seen.add(str(x.dtype))
        return normal(x)

    assert ag.hmc(log_density, np.zeros(2, np.float32), draws=4, warmup=0).samples.dtype == np.float32
    assert seen == {"float32"}


def test_mici_agrees():
    """The same log-density and gradient in mici's NUTS give the same posterior."""
    import mici

    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    y = (rng.random(60) < 1 / (1 + np.exp(-X @ [1.0, -2.0]))) * 1.0

    def log_posterior(w):
        z = X @ w
        return ag.sum(y * z - ag.softplus(z)) - 0.5 * ag.sum(w * w)

    derived = ag.value_and_grad(lambda w: -log_posterior(w))
    system = mici.systems.EuclideanMetricSystem(
        neg_log_dens=lambda w: derived(w)[0], grad_neg_log_dens=lambda w: derived(w)[::-1]
    )
    sampler = mici.samplers.DynamicMultinomialHMC(system, mici.integrators.LeapfrogIntegrator(system), rng)
    _, traces, _ = sampler.sample_chains(150, 300, [np.zeros(2)] * 2, display_progress=False)
    theirs, ours = np.array(traces["pos"]), ag.hmc(log_posterior, np.zeros(2), draws=1000).samples
    error = np.hypot(ag.mcmc.mcse(ours), ag.mcmc.mcse(theirs))
    assert np.max(np.abs(ours.mean(axis=(0, 1)) - theirs.mean(axis=(0, 1))) / error) < ERRORS


# -- the integrator ---------------------------------------------------------------------------------------------------


def quartic(x):
    return -ag.sum(x**4) / 4 - ag.sum(x[0] * x[1]) ** 2


def test_leapfrog_on_a_harmonic_oscillator():
    """There it is a matrix."""
    h, scale = 0.3, 2.0
    step = np.array([[1 - h * h * scale / 2, h * scale], [-h * (1 - h * h * scale / 4), 1 - h * h * scale / 2]])
    path = ag.mcmc.leapfrog(lambda x: -0.5 * x * x, 1.0, 0.5, step_size=h, steps=7, inverse_mass=scale)
    expected = [np.array([1.0, 0.5])]
    for _ in range(7):
        expected.append(step @ expected[-1])
    np.testing.assert_allclose(np.stack([path.x, path.p], axis=1), expected, rtol=1e-13)  # tens of roundings
    np.testing.assert_allclose(path.energy, 0.5 * path.x**2 + scale * 0.5 * path.p**2, rtol=1e-13)


def test_leapfrog_runs_backwards():
    x, p = np.array([0.7, -0.4]), np.array([0.3, 1.1])
    there = ag.mcmc.leapfrog(quartic, x, p, step_size=0.1, steps=50)
    back = ag.mcmc.leapfrog(quartic, there.x[-1], -there.p[-1], step_size=0.1, steps=50)
    assert np.abs(there.x[-1] - x).max() > 0.1
    # 100 steps, a few roundings of 1e-16 each, amplified a little by the curvature
    np.testing.assert_allclose(back.x[::-1], there.x, atol=1e-12)
    np.testing.assert_allclose(-back.p[::-1], there.p, atol=1e-12)


def test_energy_error_is_of_second_order():
    """Half the step, a quarter of the error, over the same time."""

    def error(steps):
        start = np.array([0.7, -0.4]), np.array([0.3, 1.1])
        path = ag.mcmc.leapfrog(quartic, *start, step_size=2 / steps, steps=steps)
        return np.abs(path.energy - path.energy[0]).max()

    ratios = [error(n) / error(2 * n) for n in (100, 200, 400)]
    np.testing.assert_allclose(ratios, 4, rtol=0.02)  # the next term is of the order ε² = 4e-4, times constants


def test_long_trajectories_equal_single_steps():
    """What the sampler does in one go is what `leapfrog` shows step by step: one draw, momenta known by the seed."""
    found = ag.hmc(
        quartic, np.array([0.7, -0.4]), draws=4, warmup=0, chains=1, jitter=0.0, step_size=0.1, leapfrog_steps=9
    )
    rng = np.random.default_rng(0)
    rng.uniform(size=2)  # the start's jitter
    p = rng.standard_normal((1, 2))[0]
    path = ag.mcmc.leapfrog(quartic, np.array([0.7, -0.4]), p, step_size=0.1, steps=9)
    np.testing.assert_allclose(found.samples[0, 0], path.x[-1], rtol=1e-12)
    np.testing.assert_allclose(found.energy[0, 0], path.energy[0], rtol=1e-12)
    np.testing.assert_allclose(found.energy_error[0, 0], path.energy[-1] - path.energy[0], rtol=1e-9)


# -- the warm-up ------------------------------------------------------------------------------------------------------


def test_warmup_learns_scales_and_step():
    scales = np.array([0.01, 1.0, 100.0])
    found = ag.hmc(lambda x: -0.5 * ag.sum((x / scales) ** 2), np.zeros(3), draws=500)
    # the last window has 500 draws of 4 chains: a variance to about 10%
    np.testing.assert_allclose(found.inverse_mass / scales**2, 1, rtol=0.3)
    assert abs(found.acceptance.mean() - 0.8) < 0.1  # dual averaging's average of 50 noisy steps
    assert found.step_sizes.shape == (1000,)
    assert found.step_sizes[-1] != found.step_size
    doublings = np.log2(found.step_sizes[[100, 150, 250, 450, 950]])  # after each window the search begins anew
    np.testing.assert_array_equal(doublings, np.round(doublings))
    assert (ag.mcmc.rhat(found.samples) < 1.02).all()


@pytest.mark.parametrize("target", [0.8, 0.95])
def test_step_size_reaches_the_acceptance_asked_for(target):
    log_density = lambda x: -0.5 * ag.sum(x * x, axis=-1)
    found = ag.hmc(log_density, np.zeros(20), draws=300, warmup=500, target_accept=target, batched=True)
    # above it rather: the acceptance of the mean of tried steps is more than the mean of their acceptances
    assert -0.03 < found.acceptance.mean() - target < 0.07


def test_dual_averaging_finds_the_root():
    """An acceptance that falls from 1 to 0 as exp(-step) reaches 0.7 at -log(0.7)."""
    rule = DualAveraging(10.0, 0.7)
    for _ in range(2000):
        rule.update(np.exp(-rule.current))
    assert abs(rule.final / -np.log(0.7) - 1) < 0.05  # its error falls as 1/sqrt(2000) = 0.02, times a constant


@pytest.mark.parametrize(
    ("warmup", "first", "ends"),
    [(1000, 75, [100, 150, 250, 450, 950]), (150, 75, [100]), (100, 15, [90]), (20, 3, []), (0, 0, [])],
)
def test_windows_are_stans(warmup, first, ends):
    windows = Windows(warmup)
    assert (windows.first, windows.ends) == (first, ends)


def test_variances_are_never_zero():
    np.testing.assert_allclose(regularised(np.ones((95, 2))), 5e-5, rtol=1e-12)


def test_fixed_sizes_stay():
    found = ag.hmc(
        normal, np.zeros(2), draws=10, warmup=100, step_size=0.25, leapfrog_steps=3, inverse_mass=np.array([1.0, 2.0])
    )
    assert found.step_size == 0.25
    assert set(found.step_sizes) == {0.25}
    assert set(found.leapfrog_steps) == {3}
    np.testing.assert_array_equal(found.inverse_mass, [1.0, 2.0])


def test_trajectories_vary_in_length():
    found = ag.hmc(normal, np.zeros(2), draws=200, warmup=0, step_size=0.1, trajectory=2.0)
    assert (found.leapfrog_steps.min(), found.leapfrog_steps.max()) == (10, 30)


# -- diagnostics ------------------------------------------------------------------------------------------------------


def autoregressive(phi, chains, draws, seed=0):
    """Chains x_t = φ x_{t-1} + noise, stationary from the start."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(chains, draws))
    x = np.empty((chains, draws))
    x[:, 0] = noise[:, 0] / np.sqrt(1 - phi * phi)
    for t in range(1, draws):
        x[:, t] = phi * x[:, t - 1] + noise[:, t]
    return x


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9, -0.3])
def test_ess_of_an_autoregressive_chain(phi):
    """Its integrated autocorrelation time is (1 + φ) / (1 - φ)."""
    x = autoregressive(phi, 4, 20_000)
    exact = x.size * (1 - phi) / (1 + phi)
    # a time summed over M lags has the relative variance 2 (2M + 1) / n (Sokal, 1997); the sum ends after some five
    # times the autocorrelation time; three standard errors
    tolerance = 3 * np.sqrt(2 * (10 * (1 + phi) / (1 - phi) + 1) / x.size)
    assert abs(ag.mcmc.ess(x, "mean") / exact - 1) < tolerance
    assert abs(ag.mcmc.ess(x) / exact - 1) < tolerance
    assert abs(ag.mcmc.mcse(x) / (x.std() / np.sqrt(exact)) - 1) < tolerance


def test_ess_is_its_definition():
    """Pairs of autocorrelations, summed while they are positive, each no larger than the one before."""
    x = autoregressive(0.9, 2, 60)
    halves = np.concatenate([x[:, :30], x[:, 30:]])
    n = 30
    centred = halves - halves.mean(axis=1, keepdims=True)
    covariance = [np.mean(np.sum(centred[:, t:] * centred[:, : n - t], axis=1)) / n for t in range(n)]
    within = covariance[0] * n / (n - 1)
    total = covariance[0] + np.var(halves.mean(axis=1), ddof=1)
    rho = [1.0] + [1 - (within - c) / total for c in covariance[1:]]
    pairs, falls = [], True
    for t in range(0, n, 2):
        pair = rho[t] + rho[t + 1]
        if pair < 0:
            break
        falls &= not pairs or pair <= pairs[-1]
        pairs.append(min([pair, *pairs]))
    assert not falls  # by themselves: then holding each down to the one before it would be untested
    np.testing.assert_allclose(ag.mcmc.ess(x, "mean"), x.size / (2 * sum(pairs) - 1), rtol=1e-10)  # FFT's roundings


def test_ess_of_draws_that_repel_is_bounded():
    """By n log10(n), whatever the estimate says."""
    x = autoregressive(-0.99, 4, 1000)
    np.testing.assert_allclose(ag.mcmc.ess(x, "mean"), x.size * np.log10(x.size), rtol=1e-12)


def test_autocorrelation_of_an_autoregressive_chain():
    found = ag.mcmc.autocorrelation(autoregressive(0.8, 2, 50_000))
    # the standard error of each is below sqrt((1 + φ²) / (1 - φ²) / 50,000) = 0.0095; four of them
    np.testing.assert_allclose(found[:, :6], np.tile(0.8 ** np.arange(6), (2, 1)), atol=0.04)


def test_ess_of_a_quantile():
    """Independent draws are worth themselves in the tails too; slow tails are seen where the bulk is fine."""
    x = np.random.default_rng(0).normal(size=(4, 2000))
    assert abs(ag.mcmc.ess(x, "tail") / x.size - 1) < 0.1
    slow = x * np.repeat([1.0, 3.0] * 4, 250)  # the width changes every 250 draws
    assert ag.mcmc.ess(slow, "tail") < 0.3 * ag.mcmc.ess(slow)


def test_rhat_is_its_definition():
    """Split, ranks, normal scores, between over within; then the same of the distances from the median."""
    x = np.round(np.random.default_rng(0).gamma(1.0, size=(3, 40)), 1)  # rounded: ties

    def scores(z):
        return stats.norm.ppf((stats.rankdata(z) - 3 / 8) / (z.size + 1 / 4)).reshape(z.shape)

    def plain(z):
        n = z.shape[1]
        within = np.mean(np.var(z, axis=1, ddof=1))
        return np.sqrt(((n - 1) / n * within + np.var(np.mean(z, axis=1), ddof=1)) / within)

    halves = np.concatenate([x[:, :20], x[:, 20:]])
    expected = max(plain(scores(halves)), plain(scores(np.abs(halves - np.median(halves)))))
    np.testing.assert_allclose(ag.mcmc.rhat(x), expected, rtol=1e-12)  # another order of sums


def test_rhat_sees_centres_widths_and_drift():
    x = np.random.default_rng(0).normal(size=(4, 1000))
    assert ag.mcmc.rhat(x) < 1.01
    assert ag.mcmc.rhat(x + np.array([[0], [0], [0], [1]])) > 1.05
    assert ag.mcmc.rhat(x * np.array([[1], [1], [1], [3]])) > 1.05
    assert ag.mcmc.rhat(x + np.linspace(0, 2, 1000)) > 1.05  # within every chain: only splitting shows it


def test_diagnostics_take_containers_and_constants():
    rng = np.random.default_rng(0)
    draws = {"a": rng.normal(size=(4, 100, 2, 3)), "b": np.ones((4, 100))}
    for function in (ag.mcmc.rhat, ag.mcmc.ess, ag.mcmc.mcse):
        found = function(draws)
        assert found["a"].shape == (2, 3)
        assert np.isfinite(found["a"]).all()
        assert np.isnan(found["b"])
    two = np.sign(draws["a"][..., 0, 0])  # as far from the median everywhere
    assert np.isfinite(ag.mcmc.rhat(two))
    stuck = np.repeat([[0.0], [1.0]], 10, axis=1)
    assert ag.mcmc.rhat(stuck) == np.inf
    assert np.isnan(ag.mcmc.ess(np.where(np.arange(8) == 3, np.nan, rng.normal(size=(2, 8)))))


def test_bfmi():
    """Energies drawn anew every time give 2 (n-1)/n in expectation; a slow walk little."""
    energy = np.random.default_rng(0).normal(size=(3, 5000))
    np.testing.assert_allclose(ag.mcmc.bfmi(energy), 2, atol=0.15)  # standard error sqrt(2 / 5000) · 2
    assert (ag.mcmc.bfmi(np.cumsum(energy, axis=1)) < 0.1).all()


def test_funnel_diverges():
    """Neal's funnel, whose neck needs smaller steps than its mouth, is reported."""

    def funnel(p):
        return -0.5 * (p["v"] / 3) ** 2 - 0.5 * ag.sum(p["x"] ** 2) * ag.exp(-p["v"]) - 4.5 * p["v"]

    found = ag.hmc(funnel, {"v": 0.0, "x": np.zeros(9)}, draws=300, warmup=300, step_size=1.0, inverse_mass=1.0)
    assert found.divergent.sum() > 0
    assert (found.energy_error[found.divergent] > 1000).all()
    assert (found.acceptance[found.divergent] == 0).all()
    assert (np.abs(found.energy_error[~found.divergent]) <= 1000).all()


# -- results and errors -----------------------------------------------------------------------------------------------


def test_energies_and_acceptance_fit_together():
    found = ag.hmc(normal, np.zeros(3), draws=50, warmup=50)
    np.testing.assert_allclose(found.acceptance, np.exp(-np.maximum(found.energy_error, 0)), rtol=1e-15)
    np.testing.assert_allclose(found.log_density, -0.5 * np.sum(found.samples**2, axis=-1), rtol=1e-12)
    # the kinetic energy, what is left of the energy at the start of a trajectory, is half a chi-squared of 3
    before = np.concatenate([found.log_density[:, :-1]])
    assert abs((found.energy[:, 1:] + before).mean() - 1.5) < ERRORS * np.sqrt(1.5 / before.size)


def test_summary():
    found = ag.hmc(lambda p: normal(p["w"]) + normal(p["layers"][0]), {"w": np.zeros((2, 2)), "layers": [1.0]},
                   draws=50, warmup=50)  # fmt: skip
    table = found.summary(quantiles=(0.25, 0.5))
    assert table.header == ["", "mean", "sd", "0.25", "0.5", "mcse", "R-hat", "ESS bulk", "ESS tail"]
    assert [line[0] for line in table.body] == [["w[0, 0]"], ["w[0, 1]"], ["w[1, 0]"], ["w[1, 1]"], ["layers[0]"]]
    w = found.samples["w"][..., 0, 1]
    assert table.body[1][1:5] == [[f"{v:.4g}"] for v in (w.mean(), w.std(ddof=1), *np.quantile(w, [0.25, 0.5]))]
    assert table.body[1][6:8] == [[f"{ag.mcmc.rhat(w):.3f}"], [f"{ag.mcmc.ess(w):.0f}"]]
    assert "4 chains × 50 draws" in str(found)
    assert "w[1, 1]" in str(found)
    assert "0 divergent" in repr(found)
    assert "<table" in found._repr_html_()
    assert "divergent" in found._repr_html_()


def test_long_summaries_are_folded():
    found = ag.hmc(normal, np.zeros(30), draws=10, warmup=10)
    assert [line[0][0] for line in found.summary(limit=3).body] == ["x[0]", "x[1]", "x[29]"]
    assert "(27 more)" in found.summary(limit=3).to_text()
    assert len(found.summary(limit=None).body) == 30


def test_draws_are_points():
    found = ag.hmc(lambda p: normal(p["w"]), {"w": np.zeros(2)}, draws=5, warmup=5, chains=2)
    points = list(found.draws())
    assert len(points) == 10
    np.testing.assert_array_equal(points[7]["w"], found.samples["w"][1, 2])
    ends = list(found.draws(2))
    np.testing.assert_array_equal([p["w"] for p in ends], [points[0]["w"], points[-1]["w"]])


def test_progress_bar(capsys, monkeypatch):
    ag.hmc(normal, np.zeros(2), draws=5, warmup=5, progress=True)
    assert "hmc: 100%" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(MissingExtraError, match=r"autograd-lite\[data\]"):
        ag.hmc(normal, np.zeros(2), draws=5, warmup=5, progress=True)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ag.hmc(lambda x: -x * x, np.zeros(3)), NonScalarError, r"shape \(\), not \(3,\); sum the terms"),
        (lambda: ag.hmc(normal, np.zeros(3), batched=True), NonScalarError, r"shape \(4,\), not \(\); each array"),
        (lambda: ag.hmc(lambda x: ag.log(x) - x, 0.0, jitter=0.0), NonFiniteError, "log_density is -inf at 0.0"),
        (lambda: ag.hmc(lambda x: ag.sqrt(x) - x, 0.0), NonFiniteError, "the gradient of log_density is .*inf"),
        (lambda: ag.hmc(normal, "here"), NotDifferentiableError, "numbers and arrays are wanted"),
        (lambda: ag.hmc(normal, np.zeros(2, complex)), NotDifferentiableError, "real numbers are wanted"),
        (lambda: ag.hmc(normal, {}), ValueError, "needs one number"),
        (lambda: ag.hmc(normal, 1.0, draws=2), ValueError, "draws is a whole number from 4 on, not 2"),
        (lambda: ag.hmc(normal, 1.0, chains=0), ValueError, "chains"),
        (lambda: ag.hmc(normal, 1.0, leapfrog_steps=1.5), ValueError, "leapfrog_steps"),
        (lambda: ag.hmc(normal, 1.0, step_size=-0.1), ValueError, "step_size is positive"),
        (lambda: ag.hmc(normal, 1.0, trajectory=0.0), ValueError, "trajectory is positive"),
        (lambda: ag.hmc(normal, 1.0, target_accept=1.0), ValueError, "target_accept"),
        (lambda: ag.hmc(normal, 1.0, jitter=-1.0), ValueError, "jitter"),
        (lambda: ag.hmc(normal, 1.0, inverse_mass=0.0), ValueError, "inverse_mass is positive"),
        (lambda: ag.hmc(normal, np.zeros(2), inverse_mass=np.ones(3)), ValueError, "does not fit"),
        (lambda: ag.hmc(normal, lambda rng: np.zeros(len(str(rng.random())))), ValueError, "does not fit"),
        (lambda: ag.hmc(lambda x: 1e300 * ag.sum(x), 1.0), ValueError, "no step is small enough"),
        (lambda: ag.mcmc.leapfrog(normal, np.zeros(2), np.zeros(3), step_size=1, steps=1), ValueError, "leapfrog: "),
        (lambda: ag.mcmc.ess(np.zeros((4, 10)), "best"), ValueError, "'bulk', 'tail' or 'mean'"),
        (lambda: ag.mcmc.rhat(np.zeros(10)), ValueError, r"rhat: draws are \(chains, draws, …\)"),
    ],
)
def test_errors(call, error, words):
    with pytest.raises(error, match=words), np.errstate(all="ignore"):
        call()


def test_replayed_and_called_densities_give_the_same_chains():
    """To rounding, over a few steps; and a density that branches on its values is called as it is."""
    calls = []

    def log_density(x):
        calls.append(x)
        return -0.5 * ag.sum(x * x) - ag.sum(ag.softplus(x))

    def branching(x):
        return log_density(x) if x[0] > 0 else 1.0 * log_density(x)

    start, options = np.zeros(3), {"draws": 5, "warmup": 0, "step_size": 0.1, "chains": 2}
    called = ag.hmc(log_density, start, replay=False, **options)
    count = len(calls)
    calls.clear()
    replayed = ag.hmc(log_density, start, **options)
    assert len(calls) < count / 5
    np.testing.assert_allclose(replayed.samples, called.samples, rtol=1e-12)
    np.testing.assert_allclose(ag.hmc(branching, start, **options).samples, called.samples, rtol=1e-12)
