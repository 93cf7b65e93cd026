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
# # Topology and classification
#
# You will have seen how a hidden layer bends the plane until a line separates two classes, why layers of two
# units cannot take a disc out of a ring, at any depth, and how three do it.

# %%
import numpy as np

import autograd_lite as ag
import nn
from nn.charts import COLOURS, figure, tidy

def trained(sizes, X, y, activation="tanh", members=50, epochs=300, lr=0.1, weight_decay=1e-3):
    """Networks of one architecture from seeds 0, 1, …, trained side by side on two classes."""
    ensemble = nn.Ensemble([nn.MLP(sizes, activation, seed=seed) for seed in range(members)])
    adam = nn.Adam(ensemble.parameters(), lr=lr, weight_decay=weight_decay)
    nn.fit(ensemble, X, y[:, None].astype(float), loss=ensemble.loss(nn.binary_cross_entropy_with_logits),
           optimizer=adam, schedule=nn.schedule.CosineAnnealingLR(adam, epochs),
           epochs=epochs, batch_size=len(X), progress=False)
    return ensemble.requires_grad_(False)  # from here on only derivatives in the inputs are of interest

def wrong(ensemble, X, y):
    """How many rows each member gets wrong: class 1 is where the output is above 0."""
    return ((ensemble.predict(X)[..., 0] > 0) != y).sum(axis=1)

# %% [markdown]
# ## An input and an output layer
#
# Two classes, one above the other. A network without a hidden layer draws a line, and there is none between
# them.

# %%
X, y = nn.data.two_curves(200)
line = trained([2, 1], X, y, members=1)
print(f"{wrong(line, X, y)[0]} of {len(y)} points on the wrong side")
assert 10 < wrong(line, X, y)[0] < 100
nn.plot.decision_boundary(line[0], X, y)

# %% [markdown]
# ## One hidden layer, and what it sees
#
# With two hidden units in between the boundary is a curve. On the right is the same picture in the
# coordinates of the hidden layer, $a = \tanh(xW + b)$: there the network draws a line, as before. The layer
# has bent the plane for it.

# %%
bent = trained([2, 2, 1], X, y, members=10)
best = int(wrong(bent, X, y).argmin())
print("points on the wrong side, seed by seed:", *wrong(bent, X, y))
assert wrong(bent, X, y)[best] == 0
nn.plot.hidden_layer(bent[best], X, y)

# %% [markdown]
# ## A disc in a ring
#
# Now the lecture's two classes, $A = \{d(x, 0) < 1/3\}$ and $B = \{2/3 < d(x, 0) < 1\}$. 400 points to learn
# from; the two sets themselves are then tried on rings of 360 points, 40 in each set, and the centre.

# %%
X, y = nn.data.disc_in_annulus(400, seed=0)

def rings(inner, outer, count=40, around=360):
    r = np.linspace(inner, outer, count + 2)[1:-1, None]
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    return np.stack([r * np.cos(angle), r * np.sin(angle)], axis=-1).reshape(-1, 2)

sets = np.concatenate([[[0.0, 0.0]], rings(0, 1 / 3), rings(2 / 3, 1)])
which = (np.hypot(*sets.T) > 0.5).astype(int)

# a little weight decay keeps pictures clear, but nothing shall hold the layers of two back
two = {f"{depth} × 2": trained([2] + [2] * depth + [1], X, y, weight_decay=0) for depth in (1, 2, 3, 5)}
two["2 × 2, ReLU"] = trained([2, 2, 2, 1], X, y, "relu", weight_decay=0)
three = {f"{depth} × 3": trained([2] + [3] * depth + [1], X, y) for depth in (1, 2)}
amiss = {label: wrong(ensemble, sets, which) for label, ensemble in {**two, **three}.items()}

# %%
for label, ensemble in {**two, **three}.items():
    learnt = (wrong(ensemble, X, y) == 0).sum()
    print(f"{label:>11} units: of {len(ensemble)} networks {learnt:2d} have learnt the 400 points, "
          f"{(amiss[label] == 0).sum():2d} separate the sets; fewest points wrong {amiss[label].min():4d}")
assert sum(len(ensemble) for ensemble in two.values()) == 250
assert all((amiss[label] > 0).all() for label in two)  # none of the 250 separates A from B
assert all((amiss[label] == 0).sum() >= 45 for label in three)  # of 50: a few may get stuck

fig = figure(7.5, 3.4)
axes = fig.subplots()
spread = np.random.default_rng(0).uniform(-0.25, 0.25, 50)
for i, (label, counts) in enumerate(amiss.items()):
    colour = COLOURS[1 if label in two else 2]
    axes.scatter(i + spread, 100 * counts / len(sets), s=12, color=colour, alpha=0.6)
axes.axhline(0, color="0.6", linewidth=0.8)
axes.set_xticks(range(len(amiss)), list(amiss))
tidy(axes, "hidden layers × units", "wrong, % of the points tried", "50 networks each: none of two reaches 0")
fig

# %% [markdown]
# ## Why two are not enough
#
# The last layer is linear, so with two units in every layer the output is $F(x) = w^T h(x) + b$ with $h:
# \mathbb{R}^2 \to \mathbb{R}^2$ made of square matrices and tanh. Its gradient is a product,
#
# $$\nabla F = W_0\, D_1(x)\, W_1\, D_2(x) \cdots w, \qquad D_k = \mathrm{diag}(\tanh'(H_k)) > 0,$$
#
# and never 0 as long as the $W_k$ are invertible: $h$ is one-to-one and has no folds. But if $F < 0$ on the
# disc and $F > 0$ on the ring around it, then on the larger disc $d \le 5/6$ it is least somewhere inside,
# not on the rim, and there $\nabla F = 0$. So no such network separates $A$ from $B$, whatever its depth. (If
# some $W_k$ is singular, $F$ is constant along curves that lead from the disc out through the ring. For ReLU,
# which is not one-to-one but a limit of functions that are, see Johnson, Deep, skinny neural networks are not
# universal approximators, 2019.)
#
# The engine's gradients agree. With two units they vanish nowhere on the points tried; with three there is a
# minimum in the disc, to which Newton's method leads, with the engine's Hessian.

# %%
def gradients(ensemble, P):
    """∇F of every member at every row of P: shape (members, rows, 2)."""
    return ag.grad(lambda P: ag.sum(ensemble(P)))(np.tile(P, (len(ensemble), 1, 1)))

for label in ("1 × 2", "2 × 2", "3 × 2", "5 × 2"):
    singular = [abs(np.linalg.det(p.value)).min() for p in two[label].parameters() if p.shape[1:] == (2, 2)]
    least = np.linalg.norm(gradients(two[label], sets[::9]), axis=-1).min()
    print(f"{label}: smallest |∇F| {least:.0e}, smallest |det W| {min(singular):.0e}")
    assert least > 0 and min(singular) > 0

for label, ensemble in three.items():
    for i in np.flatnonzero(amiss[label] == 0):
        F = ensemble[i].requires_grad_(False)
        slope, curvature = [derivative(lambda x: F(x[None])[0, 0]) for derivative in (ag.grad, ag.hessian)]
        x = sets[ensemble.predict(sets)[i, :, 0].argmin()]
        for _ in range(5):
            x = x - np.linalg.solve(curvature(x), slope(x))
        assert np.hypot(*x) < 2 / 3
        assert abs(slope(x)).max() < 1e-9  # roundings of the gradient, which Newton's method comes down to
        assert np.linalg.eigvalsh(curvature(x)).min() > 0
    print(f"{label}: F has a minimum inside the ring in all {(amiss[label] == 0).sum()} that separate")

# %% [markdown]
# Topology puts this in a whole number. Follow $\nabla F$ once around the circle $d = 1/2$ between the sets
# and count how often it turns: that is the number of minima and maxima inside, less the saddles. Two units:
# 0. Three: 1.

# %%
angle = np.linspace(0, 2 * np.pi, 2001)
circle = 0.5 * np.stack([np.cos(angle), np.sin(angle)], axis=1)

def turns(ensemble):
    direction = np.arctan2(*np.moveaxis(gradients(ensemble, circle), -1, 0)[::-1])
    steps = (np.diff(direction, axis=1) + np.pi) % (2 * np.pi) - np.pi
    assert abs(steps).max() < 1  # no step so long that its sense is in doubt
    return np.rint(steps.sum(axis=1) / (2 * np.pi)).astype(int)

assert turns(two["1 × 2"]).tolist() == [0] * 50
assert turns(three["1 × 3"]).tolist() == [1] * 50

fig = figure(8.4, 4.0)
pair = {"two units": two["1 × 2"], "three units": three["1 × 3"]}
for axes, (title, ensemble) in zip(fig.subplots(1, 2), pair.items()):
    nn.plot.decision_boundary(ensemble[0], X, y, classes="AB", ax=axes)
    at = circle[:-1:80]
    arrows = gradients(ensemble, at)[0]
    arrows /= np.linalg.norm(arrows, axis=1, keepdims=True)
    axes.quiver(*at.T, *arrows.T, width=0.005, scale=14, zorder=5)
    axes.set(aspect="equal", title=f"{title}: turns of ∇F: {turns(ensemble)[0]}")
fig

# %% [markdown]
# ## In hidden space
#
# A network with one layer of two units. Its layer maps the plane into the square $(-1, 1)^2$ without folding
# it: the ring still goes around the disc, and no line can tell them apart.

# %%
gentle = trained([2, 2, 1], X, y, members=10, weight_decay=5e-3)
assert (wrong(gentle, sets, which) > 0).all()
nn.plot.hidden_layer(gentle[int(wrong(gentle, sets, which).argmin())], X, y, classes="AB")

# %% [markdown]
# More layers do not help, they only hide it better. The best of the deep networks has found a trick: it lets
# the disc out through a narrow lane, where few points of the ring happen to be. On those it is wrong.

# %%
deep = min((label for label in two if "ReLU" not in label), key=lambda label: amiss[label].min())
escape = two[deep][int(amiss[deep].argmin())]
print(f"{deep} units: {wrong(two[deep], X, y)[amiss[deep].argmin()]} of the 400 points wrong, "
      f"{amiss[deep].min()} of the {len(sets)} points of the sets")
nn.plot.hidden_layer(escape, X, y, classes="AB")

# %%
outputs = nn.predict(escape, sets)[:, 0]
fig = nn.plot.decision_boundary(escape, X, y, classes="AB")
missed = sets[(outputs > 0) != which]
fig.axes[0].scatter(*missed.T, s=2, color="black", zorder=4)
fig.axes[0].set_title("points of the sets that it gets wrong, in black")
assert len(missed) == amiss[deep].min() > 0
fig

# %% [markdown]
# Three units map the plane onto a surface in space, like a bowl. The disc is at its bottom and the ring is
# its rim: a plane passes between them.

# %%
nn.plot.hidden_layer(three["1 × 3"][int(amiss["1 × 3"].argmin())], X, y, classes="AB")

# %% [markdown]
# ## Spirals
#
# Two spirals are wound around each other, but neither encloses the other. They can be unwound without leaving
# the plane, so here the hard part is finding the way. Two wide layers do that, and a layer of two units after
# them, which can be looked at, holds what they made.

# %%
S, arm = nn.data.spirals(400, seed=0, turns=1.25, noise=0.01)
fresh, fresh_arm = nn.data.spirals(2000, seed=1, turns=1.25, noise=0.01)
flat = trained([2, 1], S, arm, members=1)
unwound = trained([2, 16, 16, 2, 1], S, arm, members=5, lr=0.02, epochs=600, weight_decay=1e-4)
print("without hidden layers:", wrong(flat, fresh, fresh_arm)[0], "of 2000 fresh points wrong")
print("with 16, 16 and 2 units, five seeds:", *wrong(unwound, fresh, fresh_arm), "of 2000 wrong")
best = int(wrong(unwound, fresh, fresh_arm).argmin())
assert wrong(flat, fresh, fresh_arm)[0] > 600
assert wrong(unwound, fresh, fresh_arm)[best] == 0
nn.plot.hidden_layer(unwound[best], S, arm)

# %% [markdown]
# ## What to try next
#
# * Give the disc a third class around the ring, `y = 2` for $4/3 < d < 5/3$. How many hidden units now?
# * Train `nn.MLP([2, 2, 2, 1])` with a `nn.SkipConcat` around its first layer: the network sees $x$ again
#   beside what the layer made of it. Is that a way out of the plane?
# * In one dimension: $A = (-1/3, 1/3)$ and $B$ on both sides of it. Draw the hidden layer of one and of two
#   units.
