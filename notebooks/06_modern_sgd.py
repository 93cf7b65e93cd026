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
# # Modern SGD
#
# You will have seen every optimiser of `nn` on four classic surfaces and on a network, moving; and momentum's
# over-damped, critically damped and under-damped regimes on a quadratic, with the rates that its eigenvalues
# predict, to ten digits.

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import nn

plt.rcParams.update({"figure.dpi": 72, "axes.grid": True, "grid.alpha": 0.25, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.fontsize": 8})
plt.rcParams["figure.constrained_layout.use"] = True
CLASSICS = nn.surfaces.CLASSICS

# %% [markdown]
# ## Four surfaces
#
# **Beale's** function has a plateau and steep walls, **Rosenbrock's** a bent valley with a nearly flat
# floor. The **saddle** lies between two minima, and the start is almost on its ridge. The **ravine** is a
# quadratic that is 100 times steeper across than along. Crosses are minima.

# %%
fig, panels = plt.subplots(2, 2, figsize=(8, 6))
for ax, (name, classic) in zip(panels.flat, CLASSICS.items()):
    surface = nn.plot.Surface(classic.function, centre=[0, 0], extent=classic.extent)
    nn.plot.loss_surface(surface, title=name, ax=ax)
    ax.plot(*np.transpose(classic.minima), "kx", markersize=9, markeredgewidth=2, zorder=9)
    ax.plot(*classic.start, "o", color="white", markeredgecolor="black", zorder=9)

# %% [markdown]
# ## A race
#
# All optimisers start at the white dot and may ask for 200 gradients. Each gets the learning rate, of nine
# between 0.001 and 10, with which it first comes below 0.001 to stay there. L-BFGS, BFGS and Newton-CG choose
# the lengths of their steps themselves; each point that they try counts. (AdamW also shrinks the parameters;
# what it minimises is not quite the surface.)

# %%
TARGET, STEPS = 1e-3, 200
races = {
    name: nn.plot.race(classic.function, classic.start, target=TARGET, steps=STEPS)
    for name, classic in CLASSICS.items()
}
optimizers = list(races["Beale"])

# %%
reached = np.array([[runs[name].reached or np.nan for runs in races.values()] for name in optimizers])
fig, ax = plt.subplots(figsize=(6.4, 5.6))
ax.imshow(np.log10(reached), cmap="Blues", vmin=0, vmax=3.6, aspect="auto")
for (i, j), gradients in np.ndenumerate(reached):
    ax.text(j, i, "–" if np.isnan(gradients) else f"{gradients:.0f}", ha="center", va="center")
ax.set_xticks(range(len(races)), races)
ax.set_yticks(range(len(optimizers)), optimizers)
ax.set_title(f"gradients until below {TARGET:g} for good, at most {STEPS}")
ax.grid(False)

# %% [markdown]
# What this table says, asserted. Curvature pays: the two quasi-Newton methods and Newton's arrive
# everywhere, and of the others only momentum follows Rosenbrock's valley to its end. RAdam's first five
# steps are those of momentum: a rate that survives them on a steep wall is too small for the rest.

# %%
arrived = {name: [surface for surface in races if races[surface][name].reached] for name in optimizers}
curved = [name for name in optimizers if races["Beale"][name].lr is None]
assert curved == ["bfgs", "lbfgs", "newton-cg"]
assert [name for name in optimizers if "Rosenbrock" in arrived[name]] == ["momentum", *curved]
assert all(len(arrived[name]) == 4 for name in curved)
assert all("saddle" in arrived[name] for name in optimizers)  # 0.001 off the ridge is enough for all
assert arrived["radam"] == ["saddle"]
for surface in ("Beale", "ravine"):
    runs = races[surface]
    assert not runs["sgd"].reached or runs["momentum"].reached < 0.7 * runs["sgd"].reached
    assert runs["nesterov"].reached < runs["momentum"].reached
assert not races["ravine"]["sgd"].reached  # the condition number, 100, is what gradient descent pays for

# %% [markdown]
# ## The race, moving
#
# Gradient descent and its momentum, and two that use curvature; those that scale each entry by its gradients;
# and the family of Adam.

# %%
FAMILIES = {
    "descent": ["sgd", "momentum", "nesterov", "rprop", "lbfgs", "newton-cg"],
    "adaptive": ["adagrad", "adadelta", "rmsprop", "adam", "lion"],
    "Adam's": ["adam", "adamax", "nadam", "amsgrad", "adamw", "radam"],
}
assert set(optimizers) - set().union(*FAMILIES.values()) == {"bfgs"}  # on two parameters much like L-BFGS


def film(family):
    surfaces = {}
    for name, classic in CLASSICS.items():
        paths = {rule: races[name][rule].path for rule in FAMILIES[family]}
        surfaces[name] = nn.plot.Surface(classic.function, paths, extent=classic.extent)
    return Image(nn.plot.animate(surfaces, frames=20, fps=7).to_gif(dpi=60))


film("descent")

# %%
film("adaptive")

# %%
film("Adam's")

# %% [markdown]
# ## Which way is up
#
# Adagrad and its kin scale each *coordinate* by the gradients it has seen. A ravine along an axis is their
# best case: a first step of the same length in both coordinates, and the gradient of each *is* its
# curvature, so that dividing by it makes the bowl round. Turned by 30 degrees it is the same ravine to
# gradient descent, momentum and L-BFGS, and another one to them.

# %%
angle = np.pi / 6
turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
start = np.array(CLASSICS["ravine"].start)
rules = ["sgd", "momentum", "lbfgs", "rmsprop", "adam", "adagrad"]


def turned(p):
    return nn.surfaces.ravine(p, angle=angle)


straight = {rule: races["ravine"][rule] for rule in rules}
rates = {rule: [run.lr] if run.lr else [1.0] for rule, run in straight.items()}
slanted = {
    rule: nn.plot.race(turned, turn @ start, target=TARGET, optimizers=[rule], rates=rates[rule])[rule]
    for rule in rules
}
fig, panels = plt.subplots(1, 2, figsize=(10, 4))
extent = (-10, 6, -10, 4)
for ax, runs, function, title in (
    (panels[0], straight, nn.surfaces.ravine, "along an axis"),
    (panels[1], slanted, turned, "turned by 30°, the same rates"),
):
    paths = {rule: runs[rule].path for rule in ("momentum", "adagrad", "adam")}
    nn.plot.loss_surface(nn.plot.Surface(function, paths, extent=extent), title=title, ax=ax)

for rule in ("sgd", "momentum"):  # the turned path is the path turned, to the roundings of 200 steps
    np.testing.assert_allclose(slanted[rule].path, straight[rule].path @ turn.T, atol=1e-9)
assert slanted["lbfgs"].reached == straight["lbfgs"].reached
for rule in ("adagrad", "rmsprop"):
    assert straight[rule].reached < 10 and (slanted[rule].reached or STEPS) > 5 * straight[rule].reached
{rule: (straight[rule].reached, slanted[rule].reached) for rule in rules}

# %% [markdown]
# ## Momentum is an oscillator
#
# On $f(x) = \tfrac12\lambda x^2$ a step of $b \leftarrow \mu b + \lambda x$, $x \leftarrow x - \alpha b$ is a
# matrix times the state:
#
# $$\begin{pmatrix} b \\ x \end{pmatrix} \leftarrow
# \begin{pmatrix} \mu & \lambda \\ -\alpha\mu & 1 - \alpha\lambda \end{pmatrix}
# \begin{pmatrix} b \\ x \end{pmatrix},
# \qquad \sigma^2 - (1 + \mu - \alpha\lambda)\,\sigma + \mu = 0.$$
#
# Two real eigenvalues $\sigma$: **over-damped**. A double one, at $\mu = (1 - \sqrt{\alpha\lambda})^2$:
# **critically damped**, the fastest for its step. A complex pair, of modulus $\sqrt\mu$: **under-damped**.
# (Goh, [Why momentum really works](https://distill.pub/2017/momentum/), 2017.) The same in `nn.SGD`'s own
# steps:

# %%
LAMBDA, ALPHA = 2.0, 0.005
critical = float(nn.momentum.critical_momentum(LAMBDA, ALPHA))
momenta = {"over-damped": 0.5, "critically damped": critical, "under-damped": 0.98}


def descent(lam, lr, momentum, steps=120, nesterov=False):
    """Where nn.SGD goes on λx²/2 from 1, with the engine's gradient."""
    rule = dict(lr=lr, momentum=momentum, nesterov=nesterov)
    return nn.plot.trajectory(lambda p: lam * p[0] ** 2 / 2, [1.0], lambda p: nn.SGD(p, **rule), steps)[:, 0]


fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
for i, (name, mu) in enumerate(momenta.items()):
    assert nn.momentum.regime(LAMBDA, ALPHA, mu) == name
    path, rate = descent(LAMBDA, ALPHA, mu, 200), nn.momentum.rate(LAMBDA, ALPHA, mu)
    left.plot(path, label=f"μ = {mu:.3g}, {name}")
    right.semilogy(abs(path), color=f"C{i}")
    right.semilogy(rate ** np.arange(201), "--", color=f"C{i}", linewidth=1)
left.set(xlabel="step", ylabel="x", title=f"λ = {LAMBDA:g}, α = {ALPHA:g}")
right.set(xlabel="step", ylabel="|x|", ylim=(1e-10, 3), title="dashed: powers of the predicted rate")
left.legend()
over, crit, under = [abs(descent(LAMBDA, ALPHA, mu, 200)) for mu in momenta.values()]
assert crit[150] < 1e-4 * over[150] and crit[150] < 1e-4 * under[100:151].max()

# %% [markdown]
# ## Rates against eigenvalues
#
# The iterates obey $x_{k+2} = (\sigma_1 + \sigma_2)\,x_{k+1} - \sigma_1\sigma_2\,x_k$. So the eigenvalues
# can be *measured*: fit the two coefficients to what `nn.SGD` did, and take the roots. Here they are beside
# those of the matrix, for every regime, with and without Nesterov's look ahead.

# %%
cases = [
    ("over-damped", 2.0, 0.005, 0.5, False),
    ("over-damped", 2.0, 0.005, 0.8, False),
    ("critically damped", 2.0, 0.005, critical, False),
    ("under-damped", 2.0, 0.005, 0.9, False),
    ("under-damped", 2.0, 0.005, 0.98, False),
    ("alternating", 2.0, 0.9, 0.05, False),
    ("divergent", 2.0, 1.6, 0.5, False),
    ("over-damped", 2.0, 0.005, 0.5, True),
    ("under-damped", 2.0, 0.005, 0.98, True),
]
print(f"{'regime':18} {'μ':>7}  {'larger σ of the matrix':>28}  {'measured':>28}  {'rate':>9}")
for name, lam, lr, mu, nesterov in cases:
    matrix = nn.momentum.iteration_matrix(lam, lr, mu, nesterov=nesterov)
    predicted = nn.momentum.eigenvalues(lam, lr, mu, nesterov=nesterov)
    measured = nn.momentum.fitted_eigenvalues(descent(lam, lr, mu, 60, nesterov))
    rate = nn.momentum.rate(lam, lr, mu, nesterov=nesterov)
    slow, seen = [max(both, key=abs) for both in (predicted, measured)]
    print(f"{name:18} {mu:7.4f}  {slow:28.12f}  {seen:28.12f}  {rate:9.6f}")
    assert nn.momentum.regime(lam, lr, mu, nesterov=nesterov) == name
    # The trace and the determinant are the matrix's, to rounding: a check of the closed form.
    trace, determinant = np.trace(matrix), np.linalg.det(matrix)
    np.testing.assert_allclose([predicted.sum(), predicted.prod()], [trace, determinant], rtol=1e-12)
    if name == "critically damped":  # double roots are found to the root of the precision, their mean better
        np.testing.assert_allclose(measured, predicted, atol=1e-6)
        np.testing.assert_allclose(measured.mean(), predicted.mean(), atol=1e-11)
    else:  # ten digits of the rate; the growing part of a divergent path drowns the other one
        np.testing.assert_allclose(abs(measured).max(), rate, rtol=1e-10)
    if name in ("over-damped", "under-damped"):
        np.testing.assert_allclose(measured, predicted, atol=1e-9)
    if name == "under-damped" and not nesterov:
        np.testing.assert_allclose(abs(measured), np.sqrt(mu), rtol=1e-9)

# %% [markdown]
# ## The map of regimes
#
# Only $\alpha\lambda$ and $\mu$ matter. The picture is the rate that the formula predicts. The dots are 60
# runs of `nn.SGD`, coloured by the rate that was *measured*: they cannot be told from the ground they lie
# on.

# %%
steps_of, momenta_of = np.linspace(0.01, 4, 150), np.linspace(0, 0.999, 150)
rates = nn.momentum.rate(1.0, *np.meshgrid(steps_of, momenta_of))
rng = np.random.default_rng(0)
dots = np.stack([rng.uniform(0.1, 3.9, 60), rng.uniform(0.03, 0.97, 60)], axis=1)
found = np.array([abs(nn.momentum.fitted_eigenvalues(descent(1.0, lr, mu, 40))).max() for lr, mu in dots])

fig, ax = plt.subplots(figsize=(8, 4.6))
extent = (steps_of[0], steps_of[-1], momenta_of[0], momenta_of[-1])
ground = ax.imshow(rates, extent=extent, origin="lower", aspect="auto", cmap="viridis", vmin=0, vmax=1.2)
ax.scatter(*dots.T, c=found, cmap="viridis", vmin=0, vmax=1.2, edgecolors="white", s=45, linewidths=0.8)
edge = np.linspace(0, 4, 400)
ax.plot(edge, (1 - np.sqrt(edge)) ** 2, "w--", linewidth=1)
ax.plot(edge, edge / 2 - 1, "w-", linewidth=1.5)
box = dict(facecolor="black", alpha=0.45, linewidth=0)
names = ["over-damped", "under-damped", "alternating", "divergent"]
for name, (x, y) in zip(names, [(0.4, 0.02), (1.3, 0.6), (1.62, 0.02), (3.2, 0.2)]):
    ax.text(x, y, name, color="white", ha="center", bbox=box, zorder=9)
ax.set(xlim=(0, 4), ylim=(0, 1), xlabel="αλ", ylabel="momentum μ", title="rate; dashed: critically damped")
ax.grid(False)
fig.colorbar(ground, label="factor by which the error shrinks with a step")
# Seven digits for 60 runs drawn at random, some near the dashed line, where two eigenvalues nearly coincide.
np.testing.assert_allclose(found, nn.momentum.rate(1.0, *dots.T), rtol=1e-7)
assert len({nn.momentum.regime(1.0, lr, mu) for lr, mu in dots}) == 4

# %% [markdown]
# ## The best step, the best momentum
#
# For curvatures from $m$ to $L$ with $\kappa = L/m$, Polyak (1964):
#
# $$\alpha = \left(\frac{2}{\sqrt L + \sqrt m}\right)^2, \quad
# \mu = \left(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\right)^2, \quad
# \text{rate} = \frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}, \qquad
# \text{without momentum } \alpha = \frac{2}{L + m}, \quad \text{rate} = \frac{\kappa - 1}{\kappa + 1}.$$
#
# On a quadratic of 50 curvatures from 1 to 1000, from a random start:

# %%
m, L = 1.0, 1000.0
curvatures = np.geomspace(m, L, 50)
origin = np.random.default_rng(1).normal(size=50)
METHODS = {"gradient": "no momentum", "nesterov": "Nesterov's momentum", "heavy-ball": "Polyak's momentum"}


def bowl(p):
    return (curvatures * p**2).sum() / 2


fig, ax = plt.subplots(figsize=(7, 4))
needed = {}
for i, (method, name) in enumerate(METHODS.items()):
    lr, mu, rate = nn.momentum.optimal(m, L, method)
    nesterov = method == "nesterov"
    path = nn.plot.trajectory(bowl, origin, lambda p: nn.SGD(p, lr=lr, momentum=mu, nesterov=nesterov), 1000)
    error = np.linalg.norm(path, axis=1)
    needed[method] = int(np.argmax(error < 1e-6)) or None
    ax.semilogy(error, color=f"C{i}", label=f"{name}: α = {lr:.3g}, μ = {mu:.3g}, rate {rate:.5f}")
    ax.semilogy(error[0] * rate ** np.arange(1001), "--", color=f"C{i}", linewidth=1)

    # No neighbour has a better rate than the formula's.
    near = [(1.01 * lr, mu), (0.99 * lr, mu)] + ([(lr, 1.01 * mu), (lr, 0.99 * mu)] if mu else [])
    assert min(nn.momentum.rate(curvatures, *other, nesterov=nesterov).max() for other in near) > rate + 1e-5
    # Those of the slowest direction, measured: Polyak's double one to the root of the precision.
    slowest = abs(nn.momentum.fitted_eigenvalues(path[:60, 0], order=1 if mu == 0 else 2))
    np.testing.assert_allclose(slowest.mean(), rate, rtol=1e-6)
ax.set(xlabel="step", ylabel="distance from the minimum", ylim=(1e-13, 1e3), title="κ = 1000")
ax.legend()

kappa = L / m
assert nn.momentum.optimal(m, L).rate == (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
assert needed["gradient"] is None  # after 1000 steps it still has exp(-2) of the error
assert needed["heavy-ball"] < needed["nesterov"] < 600
needed

# %% [markdown]
# ## A network
#
# Handwritten digits, a hidden layer of 32, batches of 64, eight epochs. Each optimiser again with the best
# of four learning rates, by the loss of training; the test images are looked at once, afterwards.

# %%
images, labels = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(
    images / 16, labels, test_size=400, random_state=0, stratify=labels
)
batched = [name for name in optimizers if name not in curved]


def trained(name, lr):
    model = nn.MLP([64, 32, 10], "tanh", seed=0)
    history = nn.fit(model, x_train, y_train, optimizer=name, lr=lr, epochs=8, batch_size=64, progress=False)
    return history["loss"], model, lr


grid = (1e-3, 1e-2, 1e-1, 1.0)
best = {name: min([trained(name, lr) for lr in grid], key=lambda run: run[0][-1]) for name in batched}
guesses = {name: nn.predict(model, x_test).argmax(axis=1) for name, (_, model, _) in best.items()}
accuracy = {name: (guess == y_test).mean() for name, guess in guesses.items()}

colours = dict(zip(batched, plt.get_cmap("tab20").colors))
fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=[1.3, 1])
for i, (name, (losses, _, lr)) in enumerate(best.items()):
    left.semilogy(range(1, 9), losses, color=colours[name], marker="os^v"[i % 4], markersize=4)
    right.barh(f"{name}, {lr:g}", 100 * (1 - accuracy[name]), color=colours[name])
left.set(xlabel="epoch", ylabel="training loss", title="colours as on the right")
right.invert_yaxis()
right.set(xlabel="test error, %", title="optimiser, learning rate")
assert len(batched) == len(best) <= 20  # a colour each

# %% [markdown]
# Tuned, nearly all of them do. What differs is how soon, and what the last 3% are: on 400 test images the
# standard error of an error of 4% is 1%, so most of the differences on the right are chance.

# %%
final = {name: losses[-1] for name, (losses, _, _) in best.items()}
assert min(accuracy.values()) > 0.9 and max(accuracy.values()) > 0.96
assert final["momentum"] < final["sgd"] and final["adam"] < final["adagrad"] < final["adadelta"]
assert set(sorted(final, key=final.get)[-2:]) == {"rprop", "adadelta"}  # Rprop takes noise for turns

# %% [markdown]
# ## The network's loss, moving
#
# Full batches of 300 images; the plane of 1210 parameters in which the paths reach farthest.

# %%
small = nn.MLP([64, 16, 10], "tanh", seed=0)
loss = nn.plot.loss_of(small, x_train[:300], y_train[:300])
chosen = ["sgd", "momentum", "rmsprop", "adam", "lbfgs"]
grid = [0.01, 0.1, 0.3, 1.0]
runs = nn.plot.race(loss, nn.plot.flat(small), target=0.05, optimizers=chosen, rates=grid, steps=80)
surface = nn.plot.Surface(loss, {name: run.path for name, run in runs.items()}, resolution=41)
Image(nn.plot.animate(surface, frames=24, fps=8, title="digits").to_gif(dpi=60))

# %%
for name, run in runs.items():
    last = run.values[-1]
    print(f"{name:9} rate {run.lr or '–':>4}  below 0.05 after {run.reached or '–':>3}  at last {last:.2g}")
assert runs["sgd"].reached is None and runs["momentum"].reached < 80
assert all(runs[name].values[-1] < 0.1 * runs["sgd"].values[-1] for name in ("momentum", "adam", "lbfgs"))
assert 0.5 < surface.captured < 1  # a plane holds most of the paths; the heights are the plane's

# %% [markdown]
# ## What to try next
#
# 1. Turn the ravine by other angles, and plot what `rmsprop` needs against the angle. Then try a schedule,
#    `nn.schedule.CosineAnnealingLR`, on the rate.
# 2. Write an optimiser of your own: subclass `nn.Optimizer`, give it `update`, and race it with
#    `nn.plot.trajectory`.
# 3. `nn.momentum.optimal` needs the smallest and the largest curvature. Estimate the largest of the network's
#    loss by power iteration on `ag.hvp`, and see how near the best rate of gradient descent lies to 2/L.
