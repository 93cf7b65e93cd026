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
# # Back-propagation
#
# You will have seen back-propagation as sums over units, as products of matrices and as the reverse sweep
# of a tape, and that the three are the same numbers; what training does to each layer; and how a layer of
# your own gets its gradient.

# %%
from functools import partial
from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits

import autograd_lite as ag
import nn

EPS = np.finfo(float).eps


def half_squares(F, Y):
    """The lecture's loss: half the sum of squares."""
    return 0.5 * ag.sum((F - Y) ** 2)


# %% [markdown]
# ## Unit by unit
#
# Three layers of units, $y_j$, $y_k$ and $y_l$. Forward, each unit sums what comes in and bends it:
#
# $$z_j = \sum_i w_{ij} x_i, \quad y_j = f(z_j), \qquad z_k = \sum_j w_{jk} y_j, \quad y_k = f(z_k), \qquad
# z_l = \sum_k w_{kl} y_k, \quad y_l = f(z_l)$$
#
# Backward, from $E = \tfrac12\sum_l (y_l - t_l)^2$, each unit sums what it is to blame for:
#
# $$\frac{\partial E}{\partial z_l} = f'(z_l)\,(y_l - t_l), \qquad
# \frac{\partial E}{\partial z_k} = f'(z_k) \sum_l w_{kl} \frac{\partial E}{\partial z_l}, \qquad
# \frac{\partial E}{\partial z_j} = f'(z_j) \sum_k w_{jk} \frac{\partial E}{\partial z_k}, \qquad
# \frac{\partial E}{\partial w_{ij}} = x_i \frac{\partial E}{\partial z_j}$$
#
# In plain Python, with nothing but loops, for $f = \tanh$ and so $f' = 1 - y^2$:

# %%
model = nn.MLP([3, 4, 3, 2], "tanh", output_activation="tanh", bias=False, seed=3)
x, t = [0.5, -1.0, 2.0], [1.0, 0.0]
w_ij, w_jk, w_kl = [layer.weight.value.T.tolist() for layer in (model[0], model[2], model[4])]


def forward(w, ys):
    return [float(np.tanh(sum(w[i][j] * y for i, y in enumerate(ys)))) for j in range(len(w[0]))]


def backward(w, dz, ys):
    return [(1 - y**2) * sum(w[j][k] * d for k, d in enumerate(dz)) for j, y in enumerate(ys)]


y_j = forward(w_ij, x)
y_k = forward(w_jk, y_j)
y_l = forward(w_kl, y_k)

dz_l = [(1 - y**2) * (y - target) for y, target in zip(y_l, t)]
dz_k = backward(w_kl, dz_l, y_k)
dz_j = backward(w_jk, dz_k, y_j)

# %% [markdown]
# The same network, drawn by the engine: what each unit gives, and the adjoint that comes back to it.

# %%
nn.plot.units(model, x, t, loss=half_squares)

# %%
explained = nn.explain(model, np.array([x]), np.array([t]), loss=half_squares)
by_hand = {"A_1": y_j, "A_2": y_k, "F": y_l, "G_0": dz_j, "G_1": dz_k, "G_2": dz_l}
by_hand |= {"∂L/∂W_0": np.outer(x, dz_j), "∂L/∂W_1": np.outer(y_j, dz_k), "∂L/∂W_2": np.outer(y_k, dz_l)}
for name, numbers in by_hand.items():
    # sums of at most four products each, in another order: a dozen roundings of numbers below 2 on the way
    assert np.allclose(explained[name].value, np.atleast_2d(numbers), rtol=0, atol=32 * EPS), name

# %% [markdown]
# ## The same in matrices, at any depth
#
# $n$ rows of data at a time. With $A_0 = X$ the lecture's two passes are
#
# $$H_{k+1} = A_k W_k + b_k, \quad A_{k+1} = \tanh H_{k+1}, \quad F = A_\ell W_\ell + b_\ell, \qquad
# \mathcal L = \tfrac12\sum_{ij}(F_{ij} - Y_{ij})^2$$
#
# $$G_\ell = F - Y, \quad G_{k-1} = (1 - A_k \odot A_k) \odot (G_k W_k^T), \qquad
# \frac{\partial\mathcal L}{\partial W_k} = A_k^T G_k, \quad
# \frac{\partial\mathcal L}{\partial b_k} = \mathbf 1^T G_k$$
#
# First in NumPy, derived by hand:


# %%
def lecture(parameters, X, Y):
    """All A_k, all G_k, and the pairs A_kᵀ G_k and 1ᵀ G_k."""
    A = [X]
    for W, b in parameters[:-1]:
        A.append(np.tanh(A[-1] @ W + b))
    W, b = parameters[-1]
    G = [A[-1] @ W + b - Y]
    for k in range(len(parameters) - 1, 0, -1):
        G.insert(0, (1 - A[k] * A[k]) * (G[0] @ parameters[k][0].T))
    return A, G, [(A_k.T @ G_k, np.ones((1, len(X))) @ G_k) for A_k, G_k in zip(A, G)]


# %% [markdown]
# Then by the engine, which is told the forward pass only:


# %%
def network(parameters, X, hidden=None):
    A = X
    for W, b in parameters[:-1]:
        H = A @ W + b
        A = ag.tanh(H)
        if hidden is not None:
            hidden.append(H)
    W, b = parameters[-1]
    return A @ W + b


def relative(a, b):
    """The largest difference, beside the largest entry."""
    return np.abs(a - b).max() / np.abs(b).max()


print("hidden layers | parameters | largest relative difference of ∂L/∂W and ∂L/∂b | G to the last bit")
for depth in (0, 1, 2, 4, 8, 16):
    rng = np.random.default_rng(depth)
    widths = [5, *rng.integers(3, 12, depth), 2]
    shapes = list(pairwise(widths))
    parameters = [(rng.normal(size=(p, q)) / np.sqrt(p), rng.normal(size=(1, q))) for p, q in shapes]
    X, Y = rng.normal(size=(40, 5)), rng.normal(size=(40, 2))
    A, G, gradients = lecture(parameters, X, Y)

    variables = [(ag.Var(W), ag.Var(b)) for W, b in parameters]
    hidden = []
    F = network(variables, X, hidden)
    tape = ag.tape(half_squares(F, Y)).reverse()
    adjoints = [tape[H].adjoint for H in [*hidden, F]]  # of H_1 … H_ℓ and F: the G_k
    same = sum(np.array_equal(g, G_k) for g, G_k in zip(adjoints, G))

    pairs = list(zip(variables, gradients))
    worst = max(relative(tape[v].adjoint, g) for pair, by_hand in pairs for v, g in zip(pair, by_hand))
    # sums of 40 products may be taken in another order, and roundings pass through all the layers
    assert worst <= 1e-12
    assert max(relative(g, G_k) for g, G_k in zip(adjoints, G)) <= 1e-12
    # to the last bit: the engine's 0.5 · 2 (F - Y) rounds nowhere, and its other steps are the lecture's
    assert same == len(G)
    size = sum(W.size + b.size for W, b in parameters)
    print(f"{depth:13} | {size:10} | {worst:50.1e} | {same} of {len(G)}")

# %% [markdown]
# The tape of the last one has the rows of its forward pass and nothing else. It is drawn here for one
# hidden layer: layers appear as boxes when the network is made of modules.

# %%
small = nn.MLP([3, 4, 2], "tanh")
loss = half_squares(small(ag.Tensor(np.ones((5, 3)), name="X")), np.zeros((5, 2)))
ag.draw(loss, values=False)

# %% [markdown]
# ## Your network, your data: `nn.explain`
#
# The two passes of any network of linear layers and functions, with the formulas that apply to it, each
# computed beside the engine's number and compared. Where something is wrong with a network, the last lines
# say so.

# %%
digits, labels = load_digits(return_X_y=True)
digits = digits / 16
X_train, y_train, X_test, y_test = digits[300:], labels[300:], digits[:300], labels[:300]

deep = nn.MLP([64, 64, 64, 64, 10], "tanh")
explained = nn.explain(deep, X_train[:200], y_train[:200])
assert explained.difference <= 1e-13  # sums of up to 200 products in either order
explained

# %%
deeper = nn.explain(nn.MLP([64, *[64] * 10, 10], "sigmoid"), X_train[:200], y_train[:200])
assert deeper.diagnosis[0].startswith("Vanishing gradients")
print(*deeper.diagnosis, sep="\n")

# %% [markdown]
# ## Training, watched layer by layer
#
# `nn.Watch` explains the same batch after every epoch. One network starts as it should, one with weights
# eight times as large, and one with ReLU and a learning rate a hundred times as large.


# %%
def watched(model, epochs=15, **options):
    watch = nn.Watch(X_test[:200], y_test[:200])
    watch.look(model)
    nn.fit(model, X_train, y_train, epochs=epochs, callbacks=[watch], progress=False, **options)
    return watch, (nn.predict(model, X_test).argmax(axis=1) == y_test).mean()


sizes = [64, 64, 64, 64, 10]
healthy, right = watched(nn.MLP(sizes, "tanh"))
healthy.plot(f"as it should be: {right:.0%} of the test digits are right")

# %% [markdown]
# A gradient of some hundredths of the weights, in every layer: each step moves them, and throws none away. The
# adjoints stay within a factor of ten from the last layer to the first, and few units are where tanh is flat.

# %%
large = partial(nn.init.xavier_uniform, gain=8.0)
saturated, right_saturated = watched(nn.MLP(sizes, "tanh", init=large))
saturated.plot(f"weights too large: {right_saturated:.0%} are right")

# %% [markdown]
# More than half of each layer sits where tanh is flat, and stays there: the adjoints that come through say little
# about the digits. Steps that are too long do the same to ReLU at once. A unit that gives 0 on every row has no
# gradient, and can only come back if the layers before it move.

# %%
dead, right_dead = watched(nn.MLP(sizes, "relu"), lr=0.1)
dead.plot(f"steps too long: {right_dead:.0%} are right")

# %%
flat = np.array(list(healthy["saturated"].values()))  # a row for each layer, a column for each look
assert flat.max() < 0.25
assert np.array(list(saturated["saturated"].values())).min() > 0.5  # from the first look to the last
assert dead["dead"]["A_1"][0] < 0.2 and dead["dead"]["A_1"][-1] > 0.5  # alive at first, then not
assert right > 0.9
assert max(right_saturated, right_dead) < right - 0.1

assert healthy.diagnosis[0][0].startswith("Gradients neither vanish nor explode")
assert saturated.diagnosis[0][0].startswith("Saturated")
assert dead.diagnosis[-1][0].startswith("Dead units")
for ratios in healthy["gradient/weight"].values():
    assert 1e-3 < ratios.min() and ratios.max() < 0.5
for norms in healthy["‖G‖/‖G_ℓ‖"].values():
    assert 0.1 < norms.min() and norms.max() < 10

# %% [markdown]
# ## Modular implementation
#
# A layer is a forward pass; its backward pass is on the tape. Here is one that `nn` does not have, a
# highway layer (Srivastava, Greff and Schmidhuber, 2015): a gate decides, unit by unit, how much is bent
# and how much goes straight on.


# %%
class Highway(nn.Module):
    """``gate * tanh(bent) + (1 - gate) * x``."""

    def __init__(self, features, seed=None):
        self.bend, self.gate = [nn.Linear(features, features, seed=seed) for _ in range(2)]
        self.gate.bias.value -= 1.0  # straight on at first

    def forward(self, x):
        gate = nn.sigmoid(self.gate(x))
        return gate * nn.tanh(self.bend(x)) + (1 - gate) * x


# %% [markdown]
# Its gradients, in its parameters and its input, against finite differences, in both modes and to second
# order (silent when they agree). Then twenty of them in a row, where twenty layers of tanh would have lost
# the way.

# %%
layer = Highway(3, seed=0)
own = {name: p.value for name, p in layer.named_parameters()}
batch = np.random.default_rng(0).normal(size=(4, 3))
ag.check_grads(lambda params, x: nn.functional_call(layer, params, x), (own, batch))

stack = [Highway(32, seed=seed) for seed in range(20)]
highway = nn.Sequential(nn.Linear(64, 32, seed=0), *stack, nn.Linear(32, 10, seed=1))
history = nn.fit(highway, X_train, y_train, epochs=6, lr=3e-3, progress=False)
right_highway = (nn.predict(highway, X_test).argmax(axis=1) == y_test).mean()
print(f"{len(list(highway.parameters()))} arrays of parameters, loss {history['loss'][0]:.2f} → "
      f"{history['loss'][-1]:.2f}, {right_highway:.0%} of the test digits are right")
assert right_highway > 0.85

# %% [markdown]
# An operation of your own is the one place where a derivative is written by hand: its value and its
# partial, on a line each. All else follows, and a slip is found out.

# %%
bent = ag.elementwise(
    "bent", lambda x: (np.sqrt(x * x + 1) - 1) / 2 + x, lambda v, x: x / (2 * ag.sqrt(x * x + 1)) + 1
)
ag.check_grads(bent, (np.linspace(-3, 3, 7),))
print(ag.tape(bent(ag.Var(2.0, name="x"))))

slip = ag.elementwise("slip", bent.op.kernel, lambda v, x: x / ag.sqrt(x * x + 1) + 1)
try:
    ag.check_grads(slip, (np.linspace(-3, 3, 7),))
except ag.GradientMismatch as error:
    print(error)
else:
    raise AssertionError("a wrong partial went unseen")

# %% [markdown]
# ## What to try next
#
# * Give `lecture` another activation. What takes the place of $1 - A_k \odot A_k$? Let `nn.explain` say
#   what it should be.
# * Watch `nn.MLP([64, *[64] * 10, 10], "sigmoid")` train, and then with `nn.LayerNorm(64)` between the
#   layers (`nn.Watch` takes linear layers and functions; look at `p.grad` in a loop of your own).
# * Write a layer with weights of its own: `self.centres = nn.Parameter(...)`, `forward` the squared
#   distances to them.
