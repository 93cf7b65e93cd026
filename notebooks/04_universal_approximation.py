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
# # Universal approximation
#
# You will have seen how close sums of ridge functions come to a function as their terms grow in number, a sum
# written down without fitting and one fitted, and three ways in which the theorem does not help.

# %%
import numpy as np

import autograd_lite as ag
import nn
from nn.charts import COLOURS, figure, tidy

# %% [markdown]
# ## The sums
#
# The theorem is about functions on the cube $I_n = [0, 1]^n$ of the form
#
# $$G(x) = \sum_{j=1}^N \alpha_j\, \sigma(y_j^T x + \theta_j).$$
#
# If $\sigma$ is continuous and discriminatory, some $G$ is within $\varepsilon$ of a continuous $f$ at every
# point, for any $\varepsilon > 0$. `nn.RidgeSum` is such a sum: one hidden layer of $N$ units and a linear
# output.

# %%
G = nn.RidgeSum(2, 5, "tanh", seed=0)
G.alpha.value = np.array([1.0, -2.0, 0.5, 3.0, -1.0])

layers = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1, bias=False))
layers[0].weight.value, layers[0].bias.value = G.y.value, G.theta.value
layers[2].weight.value = G.alpha.value[None]

points = np.random.default_rng(0).uniform(size=(100, 2))
assert np.allclose(G(points), layers(points), rtol=0, atol=1e-14)  # sums of five terms in another order
G

# %% [markdown]
# ## A sum written down: bumps
#
# A steep logistic function is a step. A step up and a step down are a bump, and bumps side by side follow any
# function. Where two bumps meet their steps become one, so that $N$ pieces need $N$ terms.

# %%
def wave(x):
    return ag.exp(x) * ag.sin(2 * np.pi * x)

dense = np.linspace(0, 1, 10001)
k, a, b = 200.0, 0.3, 0.5
bump = nn.sigmoid(k * (dense - a)) - nn.sigmoid(k * (dense - b))
assert abs(bump[(dense > a + 0.05) & (dense < b - 0.05)] - 1).max() < 2 * nn.sigmoid(-k * 0.05)
assert abs(bump[(dense < a - 0.05) | (dense > b + 0.05)]).max() < 2 * nn.sigmoid(-k * 0.05)

fig = figure(10, 3.2)
left, middle, right = fig.subplots(1, 3)
left.plot(dense, nn.sigmoid(k * (dense - a)), color=COLOURS[0])
tidy(left, "x", "", "a step")
middle.plot(dense, bump, color=COLOURS[0])
tidy(middle, "x", "", "a bump of two steps")
right.plot(dense, wave(dense), color="0.6", linewidth=4, label="$f$")
right.plot(dense, nn.RidgeSum.bumps(wave, 12)(dense[:, None]).value, color=COLOURS[1], label="12 terms")
right.legend(frameon=False)
tidy(right, "x", "", "bumps side by side")
fig

# %% [markdown]
# How far off is the staircase? Near an edge it mixes the values at the middles of two pieces, so it is off by
# at most the change of $f$ over one piece of width $h = 1/N$, which the engine's derivative bounds, and by
# what other steps still leak:
#
# $$|G - f| \;\le\; h \max |f'| \;+\; \sigma(-kh/2) \sum_j |\alpha_j|.$$

# %%
steepest = abs(ag.grad(lambda x: ag.sum(wave(x)))(dense)).max()
terms = np.array([5, 10, 20, 40, 80, 160])
stairs, bounds = [], []
for N in terms:
    G = nn.RidgeSum.bumps(wave, int(N))
    k = G.y.value[0, 0]
    stairs.append(G.error(dense, wave(dense)))
    bounds.append(steepest / N + nn.sigmoid(-k / N / 2) * abs(G.alpha.value).sum())
rate = np.polyfit(np.log(terms), np.log(stairs), 1)[0]
print("N    ", *[f"{N:9d}" for N in terms])
print("error", *[f"{e:9.4f}" for e in stairs])
print("bound", *[f"{e:9.4f}" for e in bounds])
assert np.all(np.array(stairs) <= bounds)
assert abs(rate + 1) < 0.05  # the first, coarse stairs are a little better than 1/N

# %% [markdown]
# ## Sums fitted
#
# The staircase shows that it can be done, not how well. `RidgeSum.fit` looks for the best $\alpha$, $y$ and
# $\theta$: for given $y$ and $\theta$ the best $\alpha$ is known (least squares), and what is left over is
# differentiated by the engine, through the QR factorisation, and made small by L-BFGS. Then the *largest*
# error is measured at points that the fit did not see. Three targets, three $\sigma$, the better of two
# starts ($\tanh z = 2\sigma(2z) - 1$ for the logistic $\sigma$, so tanh begins half as steep):

# %%
def smooth(x):
    return wave(x)

def kinked(x):
    return abs(x - 1 / 3)

def jumping(x):
    return np.where(x < 1 / 3, 0.0, 1.0)

seen = np.linspace(0, 1, 201)
unseen = np.sort(np.concatenate([dense, [1 / 3 - 1e-9, 1 / 3]]))  # both sides of the jump
sizes = np.array([2, 4, 8, 16, 32])
steepness = {"relu": 1, "sigmoid": 1, "tanh": 1 / 2}  # times N
targets = {"smooth": smooth, "kinked": kinked, "discontinuous": jumping}
error, mean_error, fitted = {}, {}, {}
for target, f in targets.items():
    for sigma, steep in steepness.items():
        for N in map(int, sizes):
            starts = [nn.RidgeSum(1, N, sigma, steepness=steep * N, seed=seed) for seed in range(2)]
            sums = [start.fit(seen, f(seen)) for start in starts]
            fitted[target, sigma, N] = best = min(sums, key=lambda G: G.error(unseen, f(unseen)))
            error[target, sigma, N] = best.error(unseen, f(unseen))
            mean_error[target, sigma, N] = abs(best(unseen[:, None]).value[:, 0] - f(unseen)).mean()

# %%
fig = figure(10, 3.4)
for axes, target in zip(fig.subplots(1, 3), targets):
    for i, sigma in enumerate(("relu", "sigmoid", "tanh")):
        errors = [error[target, sigma, N] for N in sizes]
        axes.loglog(sizes, errors, "o^s"[i] + "-", color=COLOURS[i], label=sigma)
    axes.set_xticks(sizes, map(str, sizes))
    axes.minorticks_off()
    tidy(axes, "terms N", "largest error" if target == "smooth" else "", target)
fig.axes[0].plot(sizes, 6.0 / sizes**2, ":", color="0.4", label="$N^{-2}$")
fig.axes[1].plot(sizes, 0.12 / sizes, ":", color="0.4", label="$N^{-1}$")
fig.axes[1].set_ylim(1e-3, 1)
fig.axes[1].text(2, 1.2e-3, "relu: exact, off the picture", color=COLOURS[0], fontsize=8)
fig.axes[2].axhline(0.5, linestyle=":", color="0.4", label="half the jump")
fig.axes[2].set_ylim(0.3, 1.3)
fig.axes[2].set_yticks([0.5, 1.0], ["0.5", "1"])
for axes in fig.axes:
    axes.legend(frameon=False, fontsize=8)
fig

# %%
fig = figure(10, 3.4)
for axes, target in zip(fig.subplots(1, 3), targets):
    axes.plot(dense, targets[target](dense), color="0.7", linewidth=5, label="$f$")
    for i, sigma in enumerate(("relu", "sigmoid", "tanh")):
        G = fitted[target, sigma, 4]
        axes.plot(dense, G(dense[:, None]).value, color=COLOURS[i], linewidth=1.3, label=sigma)
    tidy(axes, "x", "", f"{target}, N = 4")
fig.axes[0].legend(frameon=False, fontsize=8)
fig

# %% [markdown]
# What the curves say:
#
# * **Smooth.** ReLU sums are broken lines, and these converge like $N^{-2}$. Smooth $\sigma$ are in another
#   league: 32 logistic terms are right to five digits.
# * **Kinked.** For ReLU a kink is nothing special: it is hit exactly. Smooth $\sigma$ have to sharpen, like
#   $N^{-1}$.
# * **Discontinuous.** The theorem does not promise anything here, and nothing happens: a continuous $G$
#   passes through the middle of the jump, so the largest error is at least half of it, for every $N$. Only on
#   average $G$ can come near, with a steep step.

# %%
def order(target, sigma):
    return np.polyfit(np.log(sizes[1:]), np.log([error[target, sigma, N] for N in sizes[1:]]), 1)[0]

for target, sigma in [("smooth", "relu"), ("kinked", "sigmoid"), ("kinked", "tanh")]:
    print(f"{target}, {sigma}: largest error ∝ N^{order(target, sigma):.1f}")
for sigma in steepness:
    print(f"discontinuous, {sigma}: largest error {min(error['discontinuous', sigma, N] for N in sizes):.3f} "
          f"at best, mean error {min(mean_error['discontinuous', sigma, N] for N in sizes):.3f}")
assert -2.4 < order("smooth", "relu") < -1.5  # -2 in the limit; four points, each the better of two starts
assert error["smooth", "sigmoid", 32] < 2e-5 < 1e-3 < error["smooth", "relu", 32]
assert error["kinked", "relu", 4] < 1e-6  # exact but for where the search stops
assert -1.3 < order("kinked", "sigmoid") < -0.6 and -1.3 < order("kinked", "tanh") < -0.6  # -1 in the limit
for sigma in ("relu", "sigmoid", "tanh"):
    assert all(error["discontinuous", sigma, N] > 0.5 - 1e-3 for N in sizes)  # |x - y| = 1e-9 across the jump
    assert min(mean_error["discontinuous", sigma, N] for N in sizes) < 0.005  # a gap between points seen

# %% [markdown]
# ## Two inputs
#
# Each term is now a wave front across the square, in the direction $y_j$. The same fit, on 625 points:

# %%
def hill(X):
    return np.sin(2 * np.pi * X[:, 0]) * np.cos(np.pi * X[:, 1]) + X[:, 0] * X[:, 1]

def square(n):
    return np.stack(np.meshgrid(*[np.linspace(0, 1, n)] * 2), axis=-1).reshape(-1, 2)

few, many = square(25), square(121)
surfaces = {N: nn.RidgeSum(2, N, "sigmoid", seed=0).fit(few, hill(few)) for N in (4, 8, 16, 32)}
off = {N: G.error(many, hill(many)) for N, G in surfaces.items()}
print(", ".join([f"N = {N}: {e:.1e}" for N, e in off.items()]))
assert off[4] > off[8] > off[16] > off[32] and off[32] < 5e-3

fig = figure(10, 2.9)
shown = {"f": hill(many), "G, N = 4": surfaces[4](many).value, "G, N = 16": surfaces[16](many).value}
panels = fig.subplots(1, 4)
for axes, (title, values) in zip(panels, shown.items()):
    mesh = axes.imshow(values.reshape(121, 121), origin="lower", extent=(0, 1, 0, 1), vmin=-1.1, vmax=1.4)
    tidy(axes, "$x_1$", "$x_2$" if title == "f" else "", title, grid=False)
fig.colorbar(mesh, ax=list(panels[:3]))
rest = (surfaces[16](many).value[:, 0] - hill(many)).reshape(121, 121)
mesh = panels[3].imshow(rest, origin="lower", extent=(0, 1, 0, 1), cmap="RdBu", vmin=-off[16], vmax=off[16])
tidy(panels[3], "$x_1$", "", "G - f, N = 16", grid=False)
fig.colorbar(mesh, ax=panels[3])
fig

# %% [markdown]
# ## Where it fails: outside of the cube
#
# The theorem speaks of $[0, 1]$. Beyond it a sum of tanh is soon constant and one of ReLU a straight line,
# whatever $f$ does.

# %%
wide = np.linspace(-1, 2, 3001)
inside = (wide >= 0) & (wide <= 1)
fig = figure(7, 3.4)
axes = fig.subplots()
axes.axvspan(0, 1, color="0.93")
axes.plot(wide, wave(wide), color="0.7", linewidth=5, label="$f$")
for i, sigma in enumerate(("relu", "tanh")):
    G = fitted["smooth", sigma, 16]
    out = abs(G(wide[:, None]).value[:, 0] - wave(wide))
    print(f"{sigma}: largest error {out[inside].max():.0e} inside, {out[~inside].max():.1f} outside")
    assert out[inside].max() < 0.05 and out[~inside].max() > 1
    axes.plot(wide, G(wide[:, None]).value, color=COLOURS[2 * i], label=f"{sigma}, N = 16")
axes.set_ylim(-8, 8)
axes.legend(frameon=False)
tidy(axes, "x", "", "fitted on [0, 1]", grid=False)

far = np.array([[1e3], [1e4]])
ends = fitted["smooth", "tanh", 16](far).value[:, 0]
assert abs(ends[1] - ends[0]) < 1e-9 * abs(fitted["smooth", "tanh", 16].alpha.value).sum()  # saturated
slopes = ag.grad(lambda x: ag.sum(fitted["smooth", "relu", 16](x)))(far)
assert slopes[0] == slopes[1] != 0  # straight
fig

# %% [markdown]
# ## Where it fails: a σ that is not discriminatory
#
# $\sigma$ is *discriminatory* if no measure $\mu$ but 0 has $\int \sigma(y^T x + \theta)\, d\mu(x) = 0$ for
# all $y$ and $\theta$. A polynomial is not. Put weights $w_i$ on five points such that every cubic sums to 0
# (a fourth difference); then $\sigma(z) = z^3$ does not see this $\mu$, and tanh does:

# %%
nodes = (1 - np.cos(np.pi * np.arange(5) / 4)) / 2  # where a Chebyshev polynomial alternates
weights = 1 / np.array([np.prod(x - np.delete(nodes, i)) for i, x in enumerate(nodes)])
weights /= abs(weights).sum()

rng = np.random.default_rng(0)
y, theta = rng.normal(size=(2, 1000, 1)) * 3
unseen_by_cubes = abs(((y * nodes + theta) ** 3 @ weights)).max()
seen_by_tanh = abs((np.tanh(y * nodes + theta) @ weights)).max()
print(f"largest |∫σ dμ| over 1000 y and θ: {unseen_by_cubes:.0e} for z³, {seen_by_tanh:.2f} for tanh")
assert unseen_by_cubes < 1e-11  # roundings of cubes up to about 1e4
assert seen_by_tanh > 0.1

# %% [markdown]
# So $\int G\, d\mu = 0$ for every sum $G$ of cubes, however many terms it has, and as $\mu$ has total weight
# 1
#
# $$\max |f - G| \;\ge\; \Big|\int (f - G)\, d\mu\Big| = \Big|\int f\, d\mu\Big|,$$
#
# a number above 0 that no fit gets below. (For continuous $\sigma$, being no polynomial is all it takes.)

# %%
floor = abs(weights @ wave(nodes))
sums = [nn.RidgeSum(1, int(N), lambda z: z**3, seed=0).fit(seen, wave(seen)) for N in sizes]
cubes = [G.error(dense, wave(dense)) for G in sums]
assert floor > 0.2
assert min(cubes) >= floor
assert np.ptp(cubes[1:]) < 1e-3 * floor  # four terms make every cubic: more change roundings
assert error["smooth", "tanh", 4] < floor / 10  # four terms of tanh

fig = figure(5.4, 3.4)
axes = fig.subplots()
axes.loglog(sizes, cubes, "o-", color=COLOURS[1], label="$\\sigma(z) = z^3$")
axes.loglog(sizes, [error["smooth", "tanh", N] for N in sizes], "s-", color=COLOURS[2], label="tanh")
axes.axhline(floor, linestyle=":", color=COLOURS[1], label="$|\\int f\\,d\\mu|$: no lower")
axes.set_xticks(sizes, map(str, sizes))
axes.minorticks_off()
axes.legend(frameon=False)
tidy(axes, "terms N", "largest error", "smooth target")
fig

# %% [markdown]
# ## What to try next
#
# * Let the target be $\sqrt{|x - 1/3|}$, continuous with an infinite slope. Which $\sigma$ wins, and at which
#   rate?
# * Use `"binary_step"` with `solve` (it cannot be fitted: its derivative is 0). It is no continuous $\sigma$
#   and discriminatory all the same: at which rate does the largest error fall?
# * How many terms does `hill` need in 3 and 4 inputs for an error of 0.05? Fit on random points of the cube.
