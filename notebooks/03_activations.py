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
# # Activation functions
#
# You will have seen the lecture's table of activation functions drawn, every entry of it checked by
# derivatives, and how a flat derivative starves the first layers of a deep network.

# %%
import numpy as np

import autograd_lite as ag
import nn
from nn.study.explain import slope
from nn.plot.gradient_flow import relative_norms

# %% [markdown]
# ## The table
#
# `nn` keeps what is known of each function as a row: equation, derivative, range, order of continuity, and
# three yes-or-no properties. The first ten rows are the lecture's.

# %%
nn.activations.table()

# %% [markdown]
# The lecture's ten with their derivatives, which the engine takes: nobody wrote them down for the picture.

# %%
every = list(nn.activations.CLAIMS)
lecture, others = every[:10], every[10:]
assert lecture == ["identity", "binary_step", "sigmoid", "tanh", "arctan", "softsign", "isru", "relu",
                   "leaky_relu", "prelu"]
nn.plot.activations(lecture, columns=5)

# %% [markdown]
# And those that came later.

# %%
nn.plot.activations([nn.Sine(1.0) if name == "sine" else name for name in others], columns=5)

# %% [markdown]
# ## Every entry checked
#
# `verify` takes the table at its word. The texts of the equation and of the derivative are run and compared
# with the function and with the engine's derivative on 6001 points: the numbers are the largest differences.
# Range, continuity and the rest are measured, with several values of each option; ✓ says that the table is
# right.

# %%
found = nn.activations.verify()
assert found.failures == ()
assert str(found).count("✓") == 7 * len(found.body)
print(f"{len(every)} functions, {len(found.body)} choices of options, {7 * len(found.body)} claims hold")
found

# %% [markdown]
# A table that is wrong is found out. Three entries in the lecture's printed table are not right: Softsign's
# derivative without the bars of $|x|$, the identity near the origin for PReLU "if and only if $\alpha = 0$"
# (it is $\alpha = 1$), and the step, which is monotonic and whose derivative, 0 wherever there is one, is
# too.

# %%
from dataclasses import replace

claims = nn.activations.CLAIMS
printed = {
    "softsign": replace(claims["softsign"], derivative="1/(1 + x)**2"),
    "prelu": replace(claims["prelu"], identity="yes iff weight == 0"),
    "binary_step": replace(claims["binary_step"], derivative_monotonic=False),
}
wrong = nn.activations.verify(claims=printed).failures
assert {line.split(":")[0].split(",")[0] for line in wrong} == set(printed)
print(*wrong, sep="\n")

# %% [markdown]
# A function of your own is measured in the same way: here a swish that is a little steeper.

# %%
mine = nn.activations.measure(lambda x: x * ag.sigmoid(1.702 * x))
assert (mine.monotonic, mine.order, mine.identity) == (False, np.inf, False)
assert mine.attained == (True, False)  # it has a lowest point, and grows for ever
print("range", mine.range, "· continuous derivatives:", mine.order, "· monotonic:", mine.monotonic)

# %% [markdown]
# ## What saturation does: one unit after another
#
# The logistic function is steepest at 0, and there its derivative is $1/4$; tanh and ReLU reach 1.

# %%
x = np.linspace(-6, 6, 1201)[:, None]  # a column: 0 is among the points
steepest = {name: slope(getattr(nn, name), x).max() for name in ("sigmoid", "tanh", "relu")}
assert steepest == {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}
steepest

# %% [markdown]
# So a chain of $d$ logistic units hands back at most $4^{-d}$ of what it is given. The tape shows how the
# adjoint shrinks from row to row on its way up.

# %%
v = ag.Var(0.5, name="x")
y = v
for _ in range(5):
    y = ag.sigmoid(y)
swept = ag.tape(y).reverse()
assert 0 < swept[v].adjoint < 4.0**-5
swept

# %% [markdown]
# ## Deep networks
#
# In a network the weights take part. With independent weights of variance $\mathrm{Var}\,W$ in layers of $p$
# units, $G_{k-1} = f'(H_k) \odot (G_k W_k^T)$ is on average
#
# $$\frac{\|G_{k-1}\|}{\|G_k\|} \approx \sqrt{\,p \;\mathrm{Var}\,W\; \overline{f'(H_k)^2}\,}.$$
#
# Xavier takes $\mathrm{Var}\,W = 1/p$, which is right for $f' = 1$; He takes $2/p$, since ReLU's $f'$ is 0
# half of the time. `nn.explain` gives the adjoints of a network of 20 hidden layers of 64 units. Measured,
# for five seeds each:

# %%
rng = np.random.default_rng(0)
p, depth = 64, 20
X, target = rng.normal(size=(64, p)), rng.normal(size=64)
choices = {
    "sigmoid, Xavier": ("sigmoid", "xavier_normal", 1 / p),
    "tanh, Xavier": ("tanh", "xavier_normal", 1 / p),
    "ReLU, Xavier": ("relu", "xavier_normal", 1 / p),
    "ReLU, He": ("relu", "he_normal", 2 / p),
}
explained = {
    label: [nn.explain(nn.MLP([p] * (depth + 1) + [1], f, init=init, seed=seed), X, target)
            for seed in range(5)]
    for label, (f, init, _) in choices.items()
}
nn.plot.gradient_flow(explained)

# %%
factors = {}
for label, (f, _, variance) in choices.items():
    runs = explained[label]
    down = np.array([relative_norms(e) for e in runs])
    measured = np.mean((down[:, 0] / down[:, depth - 1]) ** (1 / (depth - 1)))
    squares = [np.mean(slope(getattr(nn, f), e[f"H_{k}"].value) ** 2) for e in runs for k in range(1, depth)]
    predicted = np.mean(np.sqrt(p * variance * np.array(squares)))
    factors[label] = measured
    print(f"{label:16}  a layer passes on {measured:.3f}  (predicted {predicted:.3f})"
          f"   after {depth} layers: {down[:, 0].mean():.1e}")
    assert abs(measured / predicted - 1) < 0.05  # the prediction is for infinitely many units, here are 64

assert factors["sigmoid, Xavier"] < 1 / 4  # no weights of this size make up for f' ≤ 1/4
assert 0.85 < factors["tanh, Xavier"] < 1  # near the identity: a slow loss
assert abs(factors["ReLU, Xavier"] - 2**-0.5) < 0.03  # half of the units are off: 1/√2, within 3 % of chance
assert abs(factors["ReLU, He"] - 1) < 0.03  # which He's factor √2 undoes

# %% [markdown]
# What `nn.explain` says of the first of these networks in words:

# %%
(diagnosis,) = explained["sigmoid, Xavier"][0].diagnosis
assert diagnosis.startswith("Vanishing gradients")
diagnosis

# %% [markdown]
# ## Inputs that are too large
#
# Saturation also comes from outside. Inputs $s$ times too large push the first layer into its flat parts:
# only a share $\propto 1/s$ of its entries is left where $f'$ is not nearly 0, so that $\|G_0\|$ falls as
# $s^{-1/2}$.

# %%
scales = np.array([0.1, 0.3, 1, 3, 10, 30, 100])
saturated, passed = [], []
for s in scales:
    runs = [nn.explain(nn.MLP([p, p, p, 1], "tanh", init="xavier_normal", seed=seed), s * X, target)
            for seed in range(20)]
    saturated.append(np.mean([e["A_1"].details["saturated"] for e in runs]))
    passed.append(np.mean([(e["G_0"].norm / e["G_1"].norm) ** 2 for e in runs]) ** 0.5)
rate = np.polyfit(np.log(scales[-3:]), np.log(passed[-3:]), 1)[0]
assert abs(rate + 1 / 2) < 0.05  # at the end 1 entry in 50 of 80 000 is left: 3 % of chance
assert saturated[2] < 0.1 and saturated[-1] > 0.95

fig = nn.charts.figure(6.4, 3.6)
axes = fig.subplots()
axes.loglog(scales, passed, "o-", label="$\\|G_0\\| / \\|G_1\\|$")
axes.loglog(scales[3:], 1.3 * passed[4] * (scales[3:] / 10) ** -0.5, ":", color="0.4", label="slope $-1/2$")
axes.loglog(scales, 1 - np.array(saturated), "s--", label="share of $A_1$ not saturated")
axes.legend(frameon=False)
nn.charts.tidy(axes, "scale s of the inputs (1: standardised)", "", "tanh, first layer")
fig

# %% [markdown]
# ## Does it matter? Ten hidden layers learning a spiral
#
# The same data, the same optimiser, the same number of steps; three seeds each, trained side by side.
# Guessing costs $\log 2 = 0.693$.

# %%
S, classes = nn.data.spirals(300, seed=0, turns=1.0)
curves = {}
for label, (f, init, _) in choices.items():
    deep = nn.Ensemble([nn.MLP([2] + [16] * 10 + [1], f, init=init, seed=seed) for seed in range(3)])
    cost = deep.loss(nn.binary_cross_entropy_with_logits)
    labels = classes[:, None].astype(float)
    curves[label] = np.array(nn.fit(deep, S, labels, loss=cost, lr=0.003, epochs=35, batch_size=50,
                                    progress=False)["loss"]) / 3

fig = nn.charts.figure(6.4, 3.6)
axes = fig.subplots()
for colour, (label, curve) in zip(nn.charts.COLOURS, curves.items()):
    axes.plot(np.arange(1, 36), curve, color=colour, label=label)
axes.legend(frameon=False)
nn.charts.tidy(axes, "epoch", "cross-entropy, mean of three", "ten hidden layers of 16 units")
fig

# %%
print({label: round(float(curve[-1]), 3) for label, curve in curves.items()})
assert abs(curves["sigmoid, Xavier"][-1] - np.log(2)) < 0.01  # guessing still: both classes are as large
assert curves["tanh, Xavier"][-1] < 0.2
assert max(curves["ReLU, Xavier"][-1], curves["ReLU, He"][-1]) < 0.05

# %% [markdown]
# ## What to try next
#
# * Invent an activation and ask `nn.activations.measure` what it is: is $x\,e^{-x^2}$ monotonic, is it near
#   the identity?
# * Put `nn.LayerNorm(16)` or `nn.Residual` between the logistic layers above: does the spiral get learnt
#   then?
# * Find Xavier's counterpart for the logistic function: with which $\mathrm{Var}\,W$ does a layer pass on a
#   factor of 1, and what happens to $H_k$ then?
