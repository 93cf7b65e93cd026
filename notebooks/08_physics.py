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
# # Physics
#
# You will have seen a cluster of atoms find its shape by the forces of a potential; a double pendulum move by
# its Lagrangian alone and a planet by its Hamiltonian; which steps keep the energy and which lose it; and a
# constant of nature read off noisy data by differentiating through the simulation.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares, minimize

import autograd_lite as ag

plt.rcParams.update({"figure.dpi": 80, "axes.grid": True, "grid.alpha": 0.25, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.fontsize": 8})
plt.rcParams["figure.constrained_layout.use"] = True
EPS = np.finfo(float).eps

# %% [markdown]
# ## Forces are derivatives of potentials
#
# Atoms of argon attract each other from afar and repel each other when near. With lengths in units of
# $\sigma$ and energies in units of $\varepsilon$, the Lennard-Jones potential of a cluster is $V =
# 4\sum_{i<j} (r_{ij}^{-12} - r_{ij}^{-6})$. That is all there is to write; $F = -\partial V/\partial x$
# follows.

# %%
ATOMS = 13
I, J = np.triu_indices(ATOMS, 1)


def potential(x):
    gap = x[I] - x[J]
    attraction = 1 / ag.sum(gap * gap, axis=1) ** 3
    return 4 * ag.sum(attraction * attraction - attraction)


force = ag.mechanics.force(potential)
rng = np.random.default_rng(0)
lattice = np.stack(np.meshgrid(*[np.arange(3.0)] * 3, indexing="ij"), axis=-1).reshape(27, 3)[:ATOMS]
x = 1.1 * lattice + 0.05 * rng.normal(size=(ATOMS, 3))
F = force(x)

gap = x[:, None] - x  # the same forces, from the formula that a textbook derives by hand
r = np.linalg.norm(gap, axis=-1) + np.eye(ATOMS)
by_hand = ((48 / r**14 - 24 / r**8) * (1 - np.eye(ATOMS)))[..., None] * gap
size = np.abs(by_hand).sum()
# sums of a hundred terms that cancel: the rounding is that of their size
assert np.abs(F - by_hand.sum(axis=1)).max() < 10 * EPS * size
assert np.abs(F.sum(axis=0)).max() < 10 * EPS * size  # action is reaction: no net force,
assert np.abs(np.cross(x, F).sum(axis=0)).max() < 100 * EPS * size  # and no net torque (arms up to 4)

# %% [markdown]
# Let the cluster relax: `minimize` follows the forces downhill from forty random heaps. There are many
# hollows. The deepest known, an icosahedron around a central atom, has $V = -44.326801$ (D. Wales and
# J. Doye 1997).

# %%
starts = rng.uniform(-1.3, 1.3, size=(40, ATOMS, 3))
relaxed = []
for x0 in starts:
    o = ag.Objective(potential, x0)
    options = {"maxiter": 2000, "gtol": 1e-8, "ftol": 1e-15}
    relaxed.append(minimize(o.fun_and_jac, o.x0, jac=True, method="L-BFGS-B", options=options))
energies = np.array([found.fun for found in relaxed])
best = int(np.argmin(energies))
icosahedron = relaxed[best].x.reshape(ATOMS, 3)
deepest = np.sum(energies < energies.min() + 1e-6)
print(f"deepest {energies.min():.6f}, reached by {deepest} of {len(starts)} heaps")
print(f"{sum(found.nfev for found in relaxed)} evaluations of the energy and all forces")

# %%
assert abs(energies.min() + 44.326801) < 5e-7  # the published digits
assert np.abs(force(icosahedron)).max() < 1e-4  # at rest, beside the forces of order 100 of a heap
distances = np.sort(np.linalg.norm(icosahedron[I] - icosahedron[J], axis=1))
centre = np.sort(np.linalg.norm(icosahedron - icosahedron.mean(axis=0), axis=1))
assert centre[0] < 1e-4 and np.ptp(centre[1:]) < 1e-4  # one amid twelve at one distance

fig = plt.figure(figsize=(10, 3.4))
for k, (what, points) in enumerate({"a heap": starts[best], "relaxed": icosahedron}.items()):
    ax = fig.add_subplot(1, 3, k + 1, projection="3d")
    lengths = np.linalg.norm(points[I] - points[J], axis=1)
    for i, j in zip(I[lengths < 1.3], J[lengths < 1.3]):
        ax.plot(*points[[i, j]].T, color="0.6", linewidth=1)
    ax.scatter(*points.T, s=120, c=points[:, 2], cmap="viridis", edgecolors="k", depthshade=False)
    ax.set_title(f"{what}: V = {potential(points):.3g}")
    ax.set_axis_off()
ax = fig.add_subplot(1, 3, 3)
ax.hist(energies, np.arange(-45, -34, 0.25))
ax.axvline(-44.326801, color="C3", linestyle=":", label="deepest known")
ax.set(xlabel="V (ε)", ylabel="heaps", title="Where forty heaps came to rest")
ax.legend()
plt.show()

# %% [markdown]
# At rest, the second derivatives are the springs. The square roots of the Hessian's eigenvalues are the
# frequencies of the normal modes (for atoms of mass 1): six are zero, for shifting and turning the whole
# costs nothing, and no other is, so it is a true minimum.

# %%
springs = np.linalg.eigvalsh(ag.hessian(potential)(icosahedron).reshape(3 * ATOMS, 3 * ATOMS))
print("eigenvalues:", np.round(springs[:8], 4))
assert np.abs(springs[:6]).max() < 1e-2 and springs[6] > 10  # zero but for the small forces left

# %% [markdown]
# ## Equations of motion from a Lagrangian
#
# A pendulum hung from a pendulum. Deriving its equations by hand fills a page; writing down what it *is*
# takes three lines: $L(q, \dot q) = T - V$ with the two angles $q$. Lagrange's equations
# $\frac{d}{dt}\frac{\partial L}{\partial \dot q} = \frac{\partial L}{\partial q}$ are linear in $\ddot q$,
#
# $$\underbrace{\frac{\partial^2 L}{\partial\dot q^2}}_{M(q)}\,\ddot q = \frac{\partial L}{\partial q} -
# \frac{\partial^2 L}{\partial\dot q\,\partial q}\,\dot q,$$
#
# and `ag.mechanics.acceleration` takes the derivatives, and the derivatives of the derivatives, and solves.

# %%
G, M1, M2, R1, R2 = 9.81, 1.0, 1.0, 1.0, 1.0  # m/s², kg, kg, m, m


def double_pendulum(q, v):
    swing = M2 * R1 * R2 * v[0] * v[1] * ag.cos(q[0] - q[1])
    kinetic = (M1 + M2) * (R1 * v[0]) ** 2 / 2 + M2 * (R2 * v[1]) ** 2 / 2 + swing
    return kinetic + (M1 + M2) * G * R1 * ag.cos(q[0]) + M2 * G * R2 * ag.cos(q[1])


accelerate = ag.mechanics.acceleration(double_pendulum)


def textbook(q, v):
    s, c, w = np.sin(q[0] - q[1]), np.cos(q[0] - q[1]), 2 * M1 + M2 - M2 * np.cos(2 * q[0] - 2 * q[1])
    a = -G * (2 * M1 + M2) * np.sin(q[0]) - M2 * G * np.sin(q[0] - 2 * q[1])
    a = a - 2 * s * M2 * (v[1] ** 2 * R2 + v[0] ** 2 * R1 * c)
    b = 2 * s * (v[0] ** 2 * R1 * (M1 + M2) + G * (M1 + M2) * np.cos(q[0]) + v[1] ** 2 * R2 * M2 * c)
    return np.array([a / (R1 * w), b / (R2 * w)])


for q, v in rng.normal(size=(50, 2, 2)) * 3:
    # sums of ten terms, and a 2 × 2 system whose condition number is below 10
    assert np.allclose(accelerate(q, v), textbook(q, v), rtol=1e-11, atol=1e-11)


def motion(acceleration):
    return lambda t, y: np.concatenate([y[2:], acceleration(y[:2], y[2:])])


ts = np.linspace(0, 6, 401)
precise = {"t_span": (0, 6), "t_eval": ts, "method": "DOP853", "rtol": 1e-8, "atol": 1e-8}
start = np.array([2.0, 2.5, 0.0, 0.0])
ours = solve_ivp(motion(accelerate), y0=start, **precise).y
reference = solve_ivp(motion(textbook), y0=start, **precise).y
nearby = solve_ivp(motion(textbook), y0=start + [1e-3, 0, 0, 0], **precise).y

# %%
energy = ag.mechanics.energy(double_pendulum)
drift = np.array([energy(y[:2], y[2:]) for y in ours.T]) - energy(start[:2], start[2:])
potential_energy = [energy(q, np.zeros(2)) for q in ours[:2].T]
apart = np.abs(nearby[:2] - ours[:2]).max(axis=0)
print(f"L against the textbook: off by {np.abs(ours - reference).max():.1e} rad at most")
print(f"energy: off by {np.abs(drift).max():.1e} J, while {np.ptp(potential_energy):.0f} J change hands")
print(f"starts 1 mrad apart are {apart.max():.1f} rad apart in the end")

# rounding, 1e-16 to begin with, grows as the motion itself makes 1e-3 into more than 1, and through 300 steps
assert np.abs(ours - reference).max() < 1e-8
assert np.abs(drift).max() < 1e-4  # a tolerance of 1e-8 a step, over some 300 steps, of energies of some 40 J
assert apart.max() > 1

fig, axes = plt.subplots(1, 3, figsize=(11, 3.2))
for y, colour, label in ((ours, "C0", "one start"), (nearby, "C1", "1 mrad beside it")):
    bx, by = R1 * np.sin(y[0]) + R2 * np.sin(y[1]), -R1 * np.cos(y[0]) - R2 * np.cos(y[1])
    axes[0].plot(bx, by, color=colour, linewidth=0.8, label=label)
    axes[1].plot(ts, y[1], color=colour, linewidth=1, label=label)
axes[0].set(xlabel="x (m)", ylabel="y (m)", title="Path of the lower mass", aspect="equal")
axes[1].set(xlabel="t (s)", ylabel="lower angle (rad)", title="Chaos: the two part")
axes[1].legend(loc="lower left")
axes[2].plot(ts, drift)
axes[2].set(xlabel="t (s)", ylabel="energy − that at the start (J)", title="Energy is kept, as well as asked")
plt.show()

# %% [markdown]
# A Lagrangian that gives a coordinate no kinetic energy does not say how it accelerates. That is an error,
# which says which:

# %%
forgetful = ag.mechanics.acceleration(lambda q, v: M1 * v[0] ** 2 / 2 + G * ag.cos(q[1]))
try:
    forgetful(np.ones(2), np.zeros(2))
except ag.errors.SingularMassError as error:
    message = str(error)
print(message)
assert "rank 1 of 2" in message and "[0.0, 1.0]" in message

# %% [markdown]
# ## A planet from its Hamiltonian
#
# $H(q, p) = \frac{p^2}{2} - \frac{1}{|q|}$, in units of the sun's mass and the orbit's size, and Hamilton's
# equations $\dot q = \partial H/\partial p$, $\dot p = -\partial H/\partial q$. An orbit of eccentricity 0.6
# from its nearest point: it takes $2\pi$, has energy $-\tfrac12$ and angular momentum $\sqrt{1-e^2} = 0.8$.
#
# A Runge–Kutta method of order 4 evaluates the force four times a step, the leapfrog once; so that both
# work equally hard, the leapfrog takes four times as many steps.

# %%
ECCENTRICITY, ORBITS, STEPS = 0.6, 32, 300


def gravity(q):
    return -1 / ag.linalg.vector_norm(q)


def hamiltonian(q, p):
    return ag.sum(p * p) / 2 + gravity(q)


equations = ag.mechanics.hamilton(hamiltonian)
q0 = np.array([1 - ECCENTRICITY, 0.0])
p0 = np.array([0.0, np.sqrt((1 + ECCENTRICITY) / (1 - ECCENTRICITY))])
fine = np.linspace(0, 2 * np.pi * ORBITS, ORBITS * STEPS + 1)
orbits = {
    "leapfrog": (fine, *ag.mechanics.leapfrog(ag.mechanics.force(gravity), q0, p0, fine)),
    "Runge–Kutta 4": (fine[::4], *ag.ode.integrate(lambda t, y: equations(*y), (q0, p0), fine[::4], "rk4")),
    "Euler": (fine[:STEPS], *ag.ode.integrate(lambda t, y: equations(*y), (q0, p0), fine[:STEPS], "euler")),
}


def energy_and_momentum(q, p):
    energy = (p * p).sum(axis=1) / 2 - 1 / np.linalg.norm(q, axis=1)
    return energy, q[:, 0] * p[:, 1] - q[:, 1] * p[:, 0]


fig, axes = plt.subplots(1, 3, figsize=(11, 3.4))
for name, (t, q, p) in orbits.items():
    energy, spin = energy_and_momentum(q, p)
    axes[0].plot(*q.T, linewidth=0.6, label=name)
    if name != "Euler":
        axes[1].plot(t / (2 * np.pi), energy + 0.5, linewidth=0.6, label=name)
        axes[2].semilogy(t / (2 * np.pi), np.maximum(np.abs(spin - 0.8), 1e-16), linewidth=0.8, label=name)
axes[0].plot(0, 0, "k*", markersize=9)
axes[0].set(xlabel="x", ylabel="y", title=f"{ORBITS} orbits (Euler: one)", aspect="equal")
axes[0].set(xlim=(-2.2, 1), ylim=(-1.6, 1.6))
axes[0].legend(loc="lower left")
axes[1].set(xlabel="orbits", ylabel="energy + ½", title="Energy: wavers, or drifts")
axes[1].legend(loc="lower left")
axes[2].set(xlabel="orbits", ylabel="|angular momentum − 0.8|", title="Angular momentum: exact, or drifts")
plt.show()

# %%
wavers, spin = energy_and_momentum(*orbits["leapfrog"][1:])
early, late = np.abs(wavers[1:] + 0.5).reshape(2, -1).max(axis=1)
assert np.abs(spin - 0.8).max() < 1e-11  # exact for a central force, but for 9600 steps' roundings
assert abs(late / early - 1) < 0.05  # the energy wavers as much in the second sixteen orbits as in the first

drifts, turned = energy_and_momentum(*orbits["Runge–Kutta 4"][1:])
quarter = len(drifts) // 4
assert 3 < (drifts[-1] + 0.5) / (drifts[quarter] + 0.5) < 5  # four times as long, four times the loss
assert np.abs(turned - 0.8).max() > 1e6 * np.abs(spin - 0.8).max()
assert energy_and_momentum(*orbits["Euler"][1:])[0][-1] > -0.4  # gained a fifth within one orbit

_, q, p = orbits["leapfrog"]  # its steps can be taken back, one by one
back, _ = ag.mechanics.leapfrog(ag.mechanics.force(gravity), q[STEPS], p[STEPS], fine[: STEPS + 1][::-1])
assert np.allclose(back[-1], q0, atol=1e-11)  # 600 steps' roundings

# %% [markdown]
# The leapfrog turns the ellipse slowly (the rosette): its orbits are exact orbits of a slightly different
# Hamiltonian. Runge–Kutta's are nearer to the truth at first and lose energy for good.
#
# ## A constant from noisy data
#
# A pendulum with friction, $\ddot\theta = -\omega^2 \sin\theta - \gamma\dot\theta$, let go from a large
# angle. Sixty angles were taken, each with an error of 0.02 rad. What are $\omega$ and $\gamma$, and where
# did it start? The model is the integrator itself: its 240 steps are on the tape, so `least_squares` gets
# the exact Jacobian of the simulated angles.

# %%
TRUTH = {"friction": 0.15, "omega": 3.13, "start": 2.0}
NOISE = 0.02
times = np.linspace(0, 6, 61)
y0 = [TRUTH["start"], 0.0]  # the data come from another integrator than the fit's
true_motion = lambda t, y: [y[1], -TRUTH["omega"] ** 2 * np.sin(y[0]) - TRUTH["friction"] * y[1]]
exact = solve_ivp(true_motion, (0, 6), y0, t_eval=times, rtol=1e-10, atol=1e-10).y[0][1:]
measured = exact + NOISE * rng.normal(size=60)


def simulated(parameters):
    omega, friction = parameters["omega"], parameters["friction"]

    def rates(t, y):
        angle, speed = y
        return speed, -omega * omega * ag.sin(angle) - friction * speed

    angle, speed = ag.ode.integrate(rates, (parameters["start"], 0.0), times, "rk4", substeps=4)
    return angle[1:]


guess = {"friction": 0.0, "omega": 2.8, "start": 1.8}
o = ag.Objective(lambda parameters: (simulated(parameters) - measured) / NOISE, guess)
fit = least_squares(o.fun, o.x0, jac=o.jac)
J = o.jac(fit.x)
errors = np.sqrt(np.diag(np.linalg.inv(J.T @ J)))
print(f"{fit.nfev} simulations, {fit.njev} Jacobians")
for name, value, error in zip(o.names(), fit.x, errors):
    print(f"{name:8} {value:.4f} ± {error:.4f}   (truth {TRUTH[name]})")

# %%
truth = np.array([TRUTH[name] for name in o.names()])
assert (np.abs(fit.x - truth) < 3 * errors).all()  # within three standard errors
assert (errors / truth < 0.05).all()
assert 30 < 2 * fit.cost < 90  # χ² of 60 − 3 degrees of freedom: 57 ± 3 · 10.7
assert np.abs(simulated(TRUTH) - exact).max() < NOISE / 20  # the integrator's own error
ag.check_grads(simulated, (TRUTH,), order=1)  # through 240 steps, both modes, against finite differences

fig, axes = plt.subplots(1, 2, figsize=(10, 3.2))
axes[0].plot(times[1:], measured, "k.", label="measured")
axes[0].plot(times[1:], simulated(guess), "--", color="0.6", label="first guess")
axes[0].plot(times[1:], simulated(o.unflatten(fit.x)), color="C0", label="fitted")
axes[0].set(xlabel="t (s)", ylabel="angle (rad)", title="A pendulum with friction", ylim=(-2.1, 2.9))
axes[0].legend(loc="upper right", ncols=3)
for name, column in zip(o.names(), (J * NOISE).T):
    axes[1].plot(times[1:], column, label=f"∂θ/∂{name}")
axes[1].set(xlabel="t (s)", ylabel="derivative of the angle", title="What each instant says of each")
axes[1].legend()
plt.show()

# %% [markdown]
# The right-hand picture is where the information sits: late angles tell more, and friction and frequency act
# much alike (a smaller swing is a faster one), so that their errors are correlated. From $\omega$ and the
# length of the pendulum follows $g = \omega^2\ell$; whose error shows in it, in the report of
# [the notebook before](07_optimisation_and_sensitivity.ipynb):

# %%
report = ag.sensitivity(
    lambda omega, length: omega**2 * length,
    {"omega": fit.x[1], "length": 1.0},
    {"omega": errors[1], "length": 0.002},
)
report

# %%
assert np.corrcoef(J[:, 0], J[:, 1])[0, 1] > 0.8  # by eye, the blue curve and the orange one
assert abs(report.result[0] - TRUTH["omega"] ** 2) < 3 * report.standard_error

# %% [markdown]
# ## What to try next
#
# * 38 atoms instead of 13: the deepest hollow, at −173.928427, is narrow, and random heaps will not find it.
#   Start from a face-centred cubic piece.
# * Give the double pendulum a spring for its second rod: one more coordinate, one more term in $L$, and no
#   other change.
# * Let the fit also find an exponent: friction as $\gamma\,|\dot\theta|^{n-1}\dot\theta$. Do sixty angles
#   tell $n$ from 1?
