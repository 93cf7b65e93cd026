# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Probabilistic inference
#
# You will have seen Hamiltonian Monte Carlo from one leapfrog step to a posterior of real data: posteriors
# that are known found, the ways it fails made visible, and the same model and gradient handed to another
# sampler.

# %%
import matplotlib.pyplot as plt
import mici
import numpy as np
from scipy import stats
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.model_selection import train_test_split

import autograd_lite as ag

plt.rcParams.update({"figure.dpi": 70, "figure.constrained_layout.use": True})
ERRORS = 4.5  # Monte Carlo standard errors: a normal error exceeds them seven times in a million


def misses(draws, expected):
    """By how many standard errors the mean of draws, shape (chains, draws, …), misses what is expected."""
    return np.max(np.abs(draws.mean(axis=(0, 1)) - expected) / ag.mcmc.mcse(draws))


# %% [markdown]
# ## The log-normal density of page one, as a likelihood
#
# $$\log \mathrm{Normal}(y \mid \mu, \sigma) = -\tfrac12\left(\frac{y-\mu}{\sigma}\right)^2 - \log\sigma
# - \tfrac12\log 2\pi$$
#
# The data are the sepal lengths of fifty irises. A sampler wants every parameter to run over the whole
# line, so it is given $s = \log\sigma$; a prior that is flat in $\mu$ and $s$ adds nothing. One gradient is
# all a sampler needs.

# %%
iris = load_iris()
y = iris.data[iris.target == 0, 0]


def log_normal(y, mu, sigma):
    return -0.5 * ((y - mu) / sigma) ** 2 - ag.log(sigma) - 0.5 * np.log(2 * np.pi)


def log_posterior(p):
    return ag.sum(log_normal(y, p["mu"], ag.exp(p["log_sigma"])))


start = {"mu": 4.5, "log_sigma": 0.0}
p = {name: ag.Var(value, name=name) for name, value in start.items()}
ag.tape(log_normal(y[0], p["mu"], ag.exp(p["log_sigma"]))).reverse()

# %% [markdown]
# ## One trajectory
#
# A position $x$ is given a random momentum $p$, and the pair the energy $H(x, p) = -\log \pi(x) + \tfrac12
# p^\top M^{-1} p$. Hamilton's equations keep it. Leapfrog steps of size $\varepsilon$ nearly do:
#
# $$p \leftarrow p + \tfrac{\varepsilon}{2}\nabla\log\pi(x), \qquad x \leftarrow x + \varepsilon M^{-1} p,
# \qquad p \leftarrow p + \tfrac{\varepsilon}{2}\nabla\log\pi(x)$$
#
# A marble pushed across the bowl $-\log\pi$ goes far, and ends about as probable as it began. For the two
# parameters above, with three step sizes and the same time of travel:

# %%
mass = {"mu": 0.05**2, "log_sigma": 0.1**2}  # M⁻¹: about the variances of the posterior
push = {"mu": 24.0, "log_sigma": -9.0}
begin = {"mu": 4.95, "log_sigma": -1.15}
paths = {
    h: ag.mcmc.leapfrog(log_posterior, begin, push, step_size=h, steps=round(6 / h), inverse_mass=mass)
    for h in (0.05, 0.5, 1.2)
}

mu, s = np.meshgrid(np.linspace(4.86, 5.15, 80), np.linspace(-1.38, -0.72, 80))
grid = np.sum(log_normal(y, mu[..., None], np.exp(s)[..., None]), axis=-1)
fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
left.contour(mu, s, np.exp(grid - grid.max()), 8, cmap="Greys")
for h, path in paths.items():
    (line,) = left.plot(path.x["mu"], path.x["log_sigma"], ".-", linewidth=1, markersize=4, label=f"ε = {h}")
    error = path.energy - path.energy[0]
    right.plot(h * np.arange(len(error)), error, color=line.get_color(), label=f"ε = {h}")
left.set(xlabel="μ (cm)", ylabel="log σ", title="Three trajectories over the posterior")
right.set(xlabel="time travelled", ylabel="energy error", title="Energy: nearly kept")
left.legend(loc="upper left")
right.legend()
plt.show()

# %% [markdown]
# Half the step makes a quarter of the error. The steps can be taken back, too: turn the momentum round, and
# the same steps lead to where they came from. These two, and that no volume is lost, are why one
# accept-or-reject makes the method exact.


# %%
def travel(steps, x=begin, p=push):
    return ag.mcmc.leapfrog(log_posterior, x, p, step_size=6 / steps, steps=steps, inverse_mass=mass)


errors = [np.abs(path.energy - path.energy[0]).max() for path in map(travel, (100, 200, 400))]
print("energy errors", [f"{e:.1e}" for e in errors])
ratios = [errors[0] / errors[1], errors[1] / errors[2]]
np.testing.assert_allclose(ratios, 4, rtol=0.02)  # the next order: a few times ε² = 0.0036

there = travel(100)
back = travel(100, {k: v[-1] for k, v in there.x.items()}, {k: -v[-1] for k, v in there.p.items()})
assert all(abs(back.x[name][-1] - begin[name]) < 1e-11 for name in begin)  # two hundred steps of rounding

# %% [markdown]
# ## A posterior that is known
#
# `ag.hmc` repeats that: a random momentum, a trajectory, accept its end with probability $\min(1,
# e^{-\text{energy error}})$. Its warm-up learns the step size and the scales.

# %%
found = ag.hmc(log_posterior, start, draws=1000, warmup=500)
found

# %% [markdown]
# Theory knows the answer: $\mu$ has Student's $t$ distribution with $n-1$ degrees of freedom around the
# mean, and $(n-1)\,s_y^2/\sigma^2$ is $\chi^2_{n-1}$.

# %%
n = len(y)
exact_mu = stats.t(n - 1, y.mean(), y.std(ddof=1) / np.sqrt(n))
exact_chi2 = stats.chi2(n - 1)
chi2 = (n - 1) * y.var(ddof=1) / np.exp(2 * found.samples["log_sigma"])

fig, axes = plt.subplots(1, 2, figsize=(10, 3))
names = ("μ (cm)", "(n−1) s² / σ²")
pairs = ((found.samples["mu"], exact_mu), (chi2, exact_chi2))
for axis, name, (draws, exact) in zip(axes, names, pairs, strict=True):
    grid = np.linspace(*exact.ppf([0.0005, 0.9995]), 200)
    axis.hist(draws.ravel(), 50, density=True, alpha=0.4, label="4,000 draws")
    axis.plot(grid, exact.pdf(grid), label="exact")
    axis.set(xlabel=name, ylabel="density")
    axis.legend()
    assert misses(draws, exact.mean()) < ERRORS
    assert misses((draws - exact.mean()) ** 2, exact.var()) < ERRORS
    assert misses((draws < exact.ppf(0.05)).astype(float), 0.05) < ERRORS
plt.show()

# %% [markdown]
# ## Can the draws be trusted?
#
# Three numbers tell, each for every parameter. **R-hat** compares several chains that began apart: 1 where
# they agree. **ESS** says how many independent draws theirs are worth: successive ones resemble each other,
# or, as here, repel. **Divergences** are trajectories whose energy went astray.
#
# Chains in two valleys never meet. Every chain looks fine; only together do they show it, if they did not
# all begin in the same one.

# %%
assert all(rhat < 1.01 for rhat in ag.mcmc.rhat(found.samples).values())  # the bound of Vehtari et al., 2021
assert all(ess > 400 for ess in ag.mcmc.ess(found.samples).values())  # theirs too: a hundred a chain
assert found.divergent.sum() == 0


def two_valleys(x):
    return ag.logaddexp(-0.5 * (x - 6) ** 2, -0.5 * (x + 6) ** 2)


stuck = ag.hmc(two_valleys, lambda rng: rng.uniform(-8, 8), draws=500, warmup=500, seed=3)
fig, axes = plt.subplots(1, 2, figsize=(11, 3))
for axis, draws, name in ((axes[0], found.samples["mu"][:, :500], "μ (cm)"), (axes[1], stuck.samples, "x")):
    axis.plot(draws.T, linewidth=0.5)
    title = f"R-hat {ag.mcmc.rhat(draws):.3f}, ESS {ag.mcmc.ess(draws):.0f}"
    axis.set(xlabel="draw", ylabel=name, title=title)
plt.show()
assert ag.mcmc.rhat(stuck.samples) > 1.5
assert ag.mcmc.rhat(stuck.samples[:1]) < 1.05  # one chain, split in half, knows nothing of the other valley

# %% [markdown]
# ## A funnel
#
# Neal's funnel has a width that is itself a parameter: $v \sim \mathrm{Normal}(0, 3)$ and nine $x_i \sim
# \mathrm{Normal}(0, e^{v/2})$. No step size suits both its mouth and its neck: in the neck, trajectories
# diverge, and the chain stays out. The divergences show where. The cure is not a smaller step but other
# coordinates, $z_i = x_i e^{-v/2}$, in which the funnel is a ball.


# %%
def funnel(p):
    width = ag.exp(p["v"] / 2)[..., None]
    return log_normal(p["v"], 0.0, 3.0) + ag.sum(log_normal(p["x"], 0.0, width), axis=-1)


def ball(p):
    return log_normal(p["v"], 0.0, 3.0) + ag.sum(log_normal(p["z"], 0.0, 1.0), axis=-1)


bad = ag.hmc(funnel, {"v": 0.0, "x": np.zeros(9)}, batched=True, target_accept=0.6, seed=2)
good = ag.hmc(ball, {"v": 0.0, "z": np.zeros(9)}, batched=True, seed=2)
good_x = good.samples["z"] * np.exp(good.samples["v"] / 2)[..., None]

fig, axes = plt.subplots(1, 2, figsize=(11, 4), sharex=True, sharey=True)
both = ((bad, bad.samples["x"], "as it is"), (good, good_x, "other coordinates"))
for axis, (run, x, name) in zip(axes, both, strict=True):
    v, red = run.samples["v"], run.divergent
    axis.plot(x[..., 0].ravel(), v.ravel(), ".", markersize=2, alpha=0.4)
    axis.plot(x[red][:, 0], v[red], "r.", markersize=7, label="divergent from here")
    title = f"{name}: {red.sum()} divergent\nR-hat of v {ag.mcmc.rhat(v):.2f}, lowest v {v.min():.1f}"
    axis.set(xlim=(-12, 12), xlabel="$x_1$", ylabel="$v$", title=title)
axes[0].legend(loc="lower right")
plt.show()
assert bad.divergent.sum() > 0
assert ag.mcmc.rhat(bad.samples["v"]) > 1.01
assert ag.mcmc.bfmi(bad.energy).min() < 0.3  # Betancourt's bound: new momenta hardly move the energy
assert good.divergent.sum() == 0
assert misses(good.samples["v"], 0) < ERRORS
assert misses(good.samples["v"] ** 2, 9) < ERRORS

# %% [markdown]
# ## Logistic regression: which tumours are malignant?
#
# 569 tumours, ten measured features, standardised; a logistic likelihood and $\mathrm{Normal}(0, 1)$ priors
# on the weights. Four chains go through the data at once (`batched=True`): the log-density is given one row
# of weights a chain.

# %%
cancer = load_breast_cancer()
features = [name.removeprefix("mean ") for name in cancer.feature_names[:10]]
X = cancer.data[:, :10]
X = (X - X.mean(axis=0)) / X.std(axis=0)
malignant = 1.0 - cancer.target
X_train, X_test, t_train, t_test = train_test_split(X, malignant, test_size=0.3, random_state=0)


def log_regression(p):
    z = p["intercept"][..., None] + p["weights"] @ X_train.T
    likelihood = ag.sum(t_train * z - ag.softplus(z), axis=-1)
    return likelihood - 0.5 * ag.sum(p["weights"] ** 2, axis=-1) - 0.5 * (p["intercept"] / 5) ** 2


begin = {"intercept": 0.0, "weights": np.zeros(10)}
fitted = ag.hmc(log_regression, begin, batched=True, draws=1000, warmup=700, jitter=0.5)
fitted

# %%
weights = fitted.samples["weights"].reshape(-1, 10)
order = np.argsort(weights.mean(axis=0))
fig, axes = plt.subplots(1, 2, figsize=(12, 4))
axes[0].violinplot([weights[:, i] for i in order], orientation="horizontal", showextrema=False, widths=0.9)
axes[0].axvline(0, color="grey", linewidth=0.8)
axes[0].set_yticks(range(1, 11), [features[i] for i in order])
axes[0].set(xlabel="weight (more is likelier malignant)", title="Posterior of the weights")

z = fitted.samples["intercept"].reshape(-1, 1) + weights @ X_test.T
probability = np.mean(1 / (1 + np.exp(-z)), axis=0)  # of the test tumours, over all draws
for label, color, name in ((0, "tab:blue", "benign"), (1, "tab:red", "malignant")):
    axes[1].hist(probability[t_test == label], np.linspace(0, 1, 21), alpha=0.6, color=color, label=name)
axes[1].set(xlabel="probability of malignancy, predicted", ylabel="tumours", title="171 tumours not shown")
axes[1].legend()
plt.show()

accuracy = np.mean((probability > 0.5) == (t_test == 1))
brier = np.mean((probability - t_test) ** 2)
print(f"accuracy {accuracy:.3f}, Brier score {brier:.3f}")
assert accuracy > 0.9  # against 0.63 of calling every tumour benign
assert brier < 0.07  # the same baseline: 0.23
assert max(np.max(rhat) for rhat in ag.mcmc.rhat(fitted.samples).values()) < 1.02
assert min(np.min(ess) for ess in ag.mcmc.ess(fitted.samples).values()) > 400

# %% [markdown]
# ## The same model in another sampler
#
# Samplers for every day choose the length of a trajectory themselves (NUTS), and do much more. [mici](
# https://github.com/matt-graham/mici) is one in NumPy. It takes a function and its gradient, so it takes
# the engine's; `ag.Objective` turns the containers into the one vector that it wants.

# %%
objective = ag.Objective(lambda p: -log_regression(p), begin)
system = mici.systems.EuclideanMetricSystem(
    neg_log_dens=objective.fun, grad_neg_log_dens=lambda x: objective.fun_and_jac(x)[::-1]
)
sampler = mici.samplers.DynamicMultinomialHMC(
    system, mici.integrators.LeapfrogIntegrator(system), np.random.default_rng(0)
)
_, traces, _ = sampler.sample_chains(
    300,
    400,
    [np.zeros(11)] * 2,
    adapters=[mici.adapters.DualAveragingStepSizeAdapter(), mici.adapters.OnlineVarianceMetricAdapter()],
    display_progress=False,
)
theirs = np.array(traces["pos"])
ours = np.concatenate([fitted.samples["intercept"][..., None], fitted.samples["weights"]], axis=2)

fig, axis = plt.subplots(figsize=(9, 3.2))
for draws, shift, name in ((ours, -0.15, "ag.hmc"), (theirs, 0.15, "mici, NUTS")):
    centre, width = draws.mean(axis=(0, 1)), draws.std(axis=(0, 1))
    axis.errorbar(np.arange(11) + shift, centre, width, fmt="o", markersize=4, capsize=3, label=name)
axis.set_xticks(range(11), ["intercept", *features], rotation=30, ha="right")
axis.set(ylabel="weight", title="Mean and standard deviation of the posterior, by two samplers")
axis.legend()
plt.show()

for moment in (lambda d: d, lambda d: (d - ours.mean(axis=(0, 1))) ** 2):
    a, b = moment(ours), moment(theirs)
    error = np.hypot(ag.mcmc.mcse(a), ag.mcmc.mcse(b))
    assert np.max(np.abs(a.mean(axis=(0, 1)) - b.mean(axis=(0, 1))) / error) < ERRORS

# %% [markdown]
# ## What to try next
#
# * Take all thirty features of the tumours: the posterior is longer and thinner. What does the summary say,
#   and which `trajectory` gives the most effective draws a gradient?
# * Give `hmc` a step size of 2.2 for a standard normal, with `inverse_mass=1.0`. The leapfrog is stable up to
#   2; what do `energy_error` and `divergent` show beyond it?
# * Replace the normal likelihood of the irises by Student's t, with its degrees of freedom as a third
#   parameter (`ag.special.gammaln` has a gradient). Which transformation keeps them positive, and what is its
#   log-derivative?
