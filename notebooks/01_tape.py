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
# # The tape
#
# You will have seen a computation written as a table, the same table read downwards and upwards to give its
# derivatives, how exact these are, and what they cost.

# %%
import math
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Math

import autograd_lite as ag
import nn  # for one side effect: it keeps the C library from handing freed arrays back to the system

plt.rcParams.update({"figure.dpi": 80, "axes.grid": True, "grid.alpha": 0.25, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.fontsize": 8})
plt.rcParams["figure.constrained_layout.use"] = True
EPS = np.finfo(float).eps

# %% [markdown]
# ## A formula is a table
#
# The log of the normal density, $f(y, \mu, \sigma) = -\tfrac12\left(\frac{y-\mu}{\sigma}\right)^2 -
# \log\sigma - \tfrac12\log 2\pi$, written as any Python function would be. Calling it on variables writes a
# row for each elementary operation: its value, and its partial derivative in each argument.


# %%
def log_density(y, mu, sigma):
    return -0.5 * ((y - mu) / sigma) ** 2 - ag.log(sigma) - 0.5 * math.log(2 * math.pi)


point = {"y": 2.0, "μ": 0.5, "σ": 0.8}
y, mu, sigma = [ag.Var(value, name=name) for name, value in point.items()]
f = log_density(y, mu, sigma)
table = ag.tape(f)
print(table)

# %% [markdown]
# The same rows in LaTeX, for a page of your own:

# %%
assert r"\frac{\partial v_{5}}{\partial v_{4}} = \frac{1}{v_{3}} = 1.25" in table.to_latex()
Math(table.to_latex())

# %% [markdown]
# These are the ten rows of the lecture's table. Here it is once more, typed in by hand, in Python's own
# arithmetic.

# %%
Y, M, S = point.values()
v4 = Y - M
v5 = v4 / S
v6 = v5**2
v7, v8 = -0.5 * v6, math.log(S)
v9 = v7 - v8
v10 = v9 - 0.5 * math.log(2 * math.pi)

by_hand = {  # row: (how it is computed, its value, its partials)
    "v1": ("y", Y, {}),
    "v2": ("μ", M, {}),
    "v3": ("σ", S, {}),
    "v4": ("v1 - v2", v4, {"v1": ("1", 1), "v2": ("-1", -1)}),
    "v5": ("v4/v3", v5, {"v4": ("1/v3", 1 / S), "v3": ("-v4/v3**2", -v4 / S**2)}),
    "v6": ("v5**2", v6, {"v5": ("2*v5", 2 * v5)}),
    "v7": ("(-0.5)*v6", v7, {"v6": ("-0.5", -0.5)}),
    "v8": ("log(v3)", v8, {"v3": ("1/v3", 1 / S)}),
    "v9": ("v7 - v8", v9, {"v7": ("1", 1), "v8": ("-1", -1)}),
    "v10": ("v9 - 0.918939", v10, {"v9": ("1", 1)}),
}

assert [line.var for line in table] == list(by_hand)
for line, (formula, value, partials) in zip(table, by_hand.values()):
    assert str(line.expression) == formula
    assert {p.arg: str(p.formula) for p in line.partials} == {arg: p[0] for arg, p in partials.items()}
    # NumPy's and Python's logarithm may each round the last digit; everything else is the same arithmetic
    assert abs(line.value - value) <= 2 * EPS * abs(value)
    for p in line.partials:
        assert abs(p.number - partials[p.arg][1]) <= 2 * EPS * abs(p.number)  # one rounding in each

# %% [markdown]
# ## Reading it upwards
#
# The adjoint $\bar v_i = \partial f/\partial v_i$ of a row is the sum of what the rows below send up, $\bar
# v_i = \sum_j \bar v_j\, \partial v_j/\partial v_i$, starting from $\bar v_{10} = 1$. $v_3$ is used twice,
# by $v_5$ and by $v_8$, and gets two contributions.

# %%
swept = table.reverse()
print(swept)

# %%
for line in swept:
    assert line.adjoint == sum(c.amount for c in line.contributions)

closed = {"y": -(Y - M) / S**2, "μ": (Y - M) / S**2, "σ": (Y - M) ** 2 / S**3 - 1 / S}
for name, value in closed.items():
    # a handful of roundings on either side
    assert abs(swept[name].adjoint - value) <= 4 * EPS * abs(value)

assert len(swept["σ"].contributions) == 2

# %% [markdown]
# And the same rows drawn. Blue are the inputs; the partials stand on the edges, an adjoint in each box. A
# derivative is the sum over all paths of the products along them.

# %%
ag.draw(swept, partials=True, adjoints=True)

# %% [markdown]
# ## Two ways to read
#
# For $y = f(g(h(x)))$, with $w_1 = h(x)$, $w_2 = g(w_1)$, $w_3 = f(w_2)$, the chain rule is the product
# $\frac{dy}{dw_2}\frac{dw_2}{dw_1}\frac{dw_1}{dx}$. Forward accumulation multiplies from the inside out,
# reverse accumulation from the outside in. Take $\exp(\sin(x^2))$:

# %%
x = ag.Var(0.7, name="x")
chain = ag.tape(ag.exp(ag.sin(x**2))).forward(1.0).reverse()
print(chain)

# %%
first, second, third = [line.partials[0].number for line in chain[1:]]  # dw1/dx, dw2/dw1, dy/dw2
# each is one product, of which the sweeps may round another order: two roundings
assert np.allclose([line.tangent for line in chain[1:]], np.cumprod([first, second, third]), rtol=2 * EPS)
assert np.allclose([line.adjoint for line in chain][2::-1], np.cumprod([third, second, first]), rtol=2 * EPS)

# %% [markdown]
# With several inputs the two differ. $z = x_1 x_2 + \sin x_1$: forward accumulation takes one sweep for
# each input, and each gives a column to be read downwards; reverse accumulation takes one sweep for all of
# them, to be read upwards. Side by side:

# %%
x1, x2 = ag.Var(2.0, name="x1"), ag.Var(3.0, name="x2")
both = ag.tape(x1 * x2 + ag.sin(x1)).forward({"x1": 1.0}).forward({"x2": 1.0}).reverse()
both

# %%
down = both[-1].tangents  # at the bottom of each forward column
up = {name: both[name].adjoint for name in ("x1", "x2")}  # at the top of the one reverse column
assert down["∂v/∂x1"] == up["x1"] == 3.0 + np.cos(2.0)
assert down["∂v/∂x2"] == up["x2"] == 2.0

# %% [markdown]
# ## Directional derivatives
#
# A forward sweep may start from any direction: $\vec v(f) = \sum_n v_n\,\partial f/\partial x_n$ costs as
# much as a single partial derivative. Turning the direction once around shows what a gradient is: the slope
# is largest along it, zero across it, and a cosine in between.


# %%
def z(x1, x2):
    return x1 * x2 + ag.sin(x1)


angles = np.linspace(0, 2 * np.pi, 73)
slopes = np.array([ag.jvp(z, (2.0, 3.0), (np.cos(a), np.sin(a)))[1] for a in angles])
gradient = np.array(ag.grad(z, argnums=(0, 1))(2.0, 3.0))
steepest, length = np.arctan2(*gradient[::-1]), np.hypot(*gradient)

directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
assert np.abs(slopes - directions @ gradient).max() <= 4 * EPS * length  # the sum above, a few roundings
cosine = length * np.cos(angles - steepest)
assert np.abs(slopes - cosine).max() <= 16 * EPS * length  # cos and arctan round as well

fig, ax = plt.subplots(figsize=(6, 2.8))
ax.plot(np.degrees(angles), slopes, "o", markersize=3, label="forward sweeps")
ax.plot(np.degrees(angles), cosine, linewidth=1, label="‖∇z‖ cos(θ − θ of ∇z)")
ax.axvline(np.degrees(steepest), color="0.5", linestyle=":", label="direction of ∇z")
ax.set(xlabel="direction θ (degrees)", ylabel="slope", title="Directional derivatives of z at (2, 3)")
ax.set_xticks(range(0, 361, 60))
ax.legend(loc="upper center")
plt.show()

# %% [markdown]
# ## Exact to the last digits
#
# Finite differences look the same and are not. Their error falls with the step $h$ until rounding, which
# grows as $\epsilon/h$, meets it: a V. The derivative from the table has no step. To see the last digits
# one needs the truth: $\partial f/\partial\sigma = (y-\mu)^2/\sigma^3 - 1/\sigma$ in fractions, which
# Python computes without any rounding. (The complex step, $\operatorname{Im} f(\sigma + ih)/h$, has no
# subtraction and so no V; it wants an $f$ that takes complex numbers.)

# %%
exact = (Fraction(Y) - Fraction(M)) ** 2 / Fraction(S) ** 3 - 1 / Fraction(S)


def error(derivative):
    return float(abs((Fraction(float(derivative)) - exact) / exact))


def g(s):
    return log_density(Y, M, s)


steps = 10.0 ** np.arange(-1, -17, -0.5)
one_sided = np.array([error((g(S + h) - g(S)) / h) for h in steps])
central = np.array([error((g(S + h) - g(S - h)) / (2 * h)) for h in steps])
complex_step = np.array([error(g(S + 1j * h).imag / h) for h in steps])
engine = error(ag.grad(g)(S))
print(f"relative errors: engine {engine:.1e}; at best one-sided {one_sided.min():.1e}, "
      f"central {central.min():.1e}")

# %%
assert engine <= 4 * EPS  # six rows, each rounding once, and the two terms do not cancel
assert complex_step[steps < 1e-8].max() <= 4 * EPS  # where h² is nothing beside 1
assert one_sided[4] / one_sided[6] > 9 and central[2] / central[4] > 90  # order h and h²: 10 and 100 a decade
assert one_sided.min() > 1e-11 and central.min() > 1e-14  # neither comes near the last digit, which is 1e-16
assert one_sided[steps < 1e-14].max() > 1e-3  # and below the bottom of the V the digits go again

fig, ax = plt.subplots(figsize=(6, 3.4))
floor = 1e-17  # where an error of exactly 0 is drawn
for name, values in (("one-sided", one_sided), ("central", central), ("complex step", complex_step)):
    ax.loglog(steps, np.maximum(values, floor), "o-", markersize=3, linewidth=1, label=name)
ax.axhline(max(engine, floor), color="k", label="engine")
ax.axhline(EPS, color="0.6", linestyle=":", label="spacing of doubles, ε")
ax.set(xlabel="step h", ylabel="relative error", title="∂f/∂σ: differences have a V, the table has none")
ax.legend()
plt.show()

# %% [markdown]
# ## What it costs
#
# `ag.ledger` counts and measures both modes. For $n$ inputs and $m$ outputs forward mode takes $n$ sweeps,
# reverse mode $m$, each through the rows that concern it. A layer and another, 256 numbers in and 16 out,
# is a case for reverse mode:


# %%
def layers(n, m, hidden=32):
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(hidden, n)) / np.sqrt(n), rng.normal(size=(m, hidden)) / np.sqrt(hidden)
    return lambda x: ag.tanh(B @ ag.tanh(A @ x))


ag.ledger(layers(256, 16), np.ones(256))

# %%
SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256]
wider_in = [ag.ledger(layers(n, 16), np.ones(n)) for n in SIZES]
wider_out = [ag.ledger(layers(16, m), np.ones(16)) for m in SIZES]

for n, costs in zip(SIZES, wider_in):  # four rows, 16 outputs: the modes cross at 16 inputs
    assert (costs.forward.rows, costs.reverse.rows) == (4 * n, 4 * 16)
    assert costs.cheaper == ("forward" if n < 16 else "reverse")
for m, costs in zip(SIZES, wider_out):
    assert (costs.forward.rows, costs.reverse.rows) == (4 * 16, 4 * m)
    assert costs.cheaper == ("forward" if m > 16 else "reverse")



def logs(all_costs):
    """The logarithm of the seconds of all forward sweeps, beside those of all reverse sweeps."""
    both = [(costs.forward, costs.reverse) for costs in all_costs]
    return np.log([(f.sweeps * f.seconds) / (r.sweeps * r.seconds) for f, r in both])


crossing = 2 ** np.interp(0, logs(wider_in), np.log2(SIZES))
print(f"rows cross at 16 inputs for 16 outputs, seconds here at {crossing:.0f}")

# %%
fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.6), sharey=True)
NAMES = ["inputs n, with 16 outputs", "outputs m, with 16 inputs"]
for ax, all_costs, what in zip(axes, (wider_in, wider_out), NAMES):
    for mode, colour in (("forward", "C0"), ("reverse", "C1")):
        modes = [getattr(costs, mode) for costs in all_costs]
        ax.loglog(SIZES, [c.sweeps * c.seconds for c in modes], "o-", color=colour, markersize=3,
                  label=f"{mode}, sweep by sweep")
        ax.loglog(SIZES, [c.jacobian for c in modes], "--", color=colour, label=f"{mode}, many at a time")
    ax.axvline(16, color="0.5", linestyle=":")
    ax.set(xlabel=f"number of {what}", title=f"Jacobian: more {what.split()[0]}")
axes[0].set_ylabel("seconds")
axes[0].legend()
plt.show()

# %% [markdown]
# Rows cross at $n = m$ exactly, and so, nearly, does the time. `ag.jacobian` takes the cheaper mode by
# itself, and sweeps many seeds at a time (dashed), which for small arrays saves most of Python's share.
#
# ## What it holds
#
# Reverse mode begins where the function ends, so it needs every value of the tape; forward mode needs only
# what the next row uses. A chain of $L$ operations on 10,000 numbers:


# %%
def deep(L):
    def f(x):
        for _ in range(L):
            x = ag.tanh(x)
        return ag.sum(x)

    return f


DEPTHS, n = [1, 4, 16, 64], 10_000
deeper = [ag.ledger(deep(L), np.full(n, 0.5), limit=0) for L in DEPTHS]

for L, costs in zip(DEPTHS, deeper):
    assert costs.function.needed == 2 * 8 * n  # a value and the next, 8 bytes each, at any depth
    assert costs.forward.needed == 4 * 8 * n  # a tangent beside each
    assert costs.reverse.needed == (L + 1) * 8 * n + 2 * 8 * n  # all values, and two adjoints
    # measured: the input is the caller's; Python's objects take less than 200 kB
    assert L * 8 * n <= costs.reverse.held <= costs.reverse.needed + 200_000

fig, ax = plt.subplots(figsize=(6, 3.2))
for mode, colour in (("forward", "C0"), ("reverse", "C1")):
    costs = [getattr(c, mode) for c in deeper]
    ax.plot(DEPTHS, [c.needed / 1e6 for c in costs], "-", color=colour, label=f"{mode}, needed")
    ax.plot(DEPTHS, [c.held / 1e6 for c in costs], "o", color=colour, label=f"{mode}, held")
ax.set(xlabel="depth L", ylabel="MB", title="Memory of one sweep")
ax.legend()
plt.show()

# %% [markdown]
# (Forward mode needs next to nothing and holds more: this engine records the tape in either mode, and its
# forward sweep keeps all tangents, so that they can be printed.)
#
# ## A small constant factor
#
# For one output, the whole gradient costs a small multiple of the function, however many inputs there are.
# Finite differences evaluate the function $n + 1$ times.


# %%
def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


NUMBERS = [10, 100, 1_000, 10_000, 100_000]
growing = [ag.ledger(rosenbrock, np.linspace(-1, 1, n), limit=0) for n in NUMBERS]
ratios = [costs.reverse.ratio for costs in growing]
for n, ratio in zip(NUMBERS, ratios):
    print(f"n = {n:>7,}: the gradient costs {ratio:5.1f} × the function, one-sided differences {n + 1:,} ×")

assert len({costs.reverse.rows for costs in growing}) == 1  # the same rows for any n, one sweep through them

fig, ax = plt.subplots(figsize=(6, 3.2))
ax.loglog(NUMBERS, ratios, "o-", label="reverse mode")
ax.loglog(NUMBERS, np.array(NUMBERS) + 1, "--", color="0.5", label="one-sided differences: n + 1")
ax.set(xlabel="number of inputs n", ylabel="cost of the gradient / of the function", ylim=(1, 1e4))
ax.set_title("Rosenbrock's function: a gradient for the price of a few values")
ax.legend()
plt.show()

# %% [markdown]
# For ten numbers the factor is Python's: recording and sweeping a row costs microseconds. For many it is
# arithmetic.
#
# ## What to try next
#
# * Print `ag.tape(f)` for a formula of your own, or from a shell: `python -m autograd_lite "exp(-x**2)*y"
#   x=1 y=2`.
# * Wrap the inner half of `deep` in `ag.checkpoint` and look at the ledger again: fewer bytes, more
#   seconds.
# * Call `ag.ledger(ag.grad(rosenbrock), np.ones(50))`: which mode would you take for a Hessian, and why is
#   `ag.hvp` enough for most of what one wants of it?
