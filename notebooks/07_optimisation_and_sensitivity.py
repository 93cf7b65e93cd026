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
# # Optimisation and sensitivity
#
# You will have seen SciPy's optimisers run on exact derivatives, and what these save; a real calibration,
# right to the digits that NIST certifies; and which input is to blame for the error of a result.

# %%
import matplotlib.pyplot as plt
import numpy as np
import scipy.optimize as so

import autograd_lite as ag

plt.rcParams.update({"figure.dpi": 80, "axes.grid": True, "grid.alpha": 0.25, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.fontsize": 8})
plt.rcParams["figure.constrained_layout.use"] = True

# %% [markdown]
# ## What SciPy asks for
#
# An optimiser wants a function of one vector, its gradient, perhaps its Hessian or the product of the
# Hessian with a vector. `ag.Objective` makes them of any function of any container: `.x0`, `.fun`, `.jac`,
# `.hess`, `.hessp`, and `.unflatten` for the way back. Rosenbrock's banana in two variables:


# %%
def rosenbrock(x):
    return ag.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


start = np.array([-1.2, 1.0])
banana = ag.Objective(rosenbrock, start)
print("value   ", banana.fun(start))
print("gradient", banana.jac(start))
print("Hessian ", banana.hess(start).tolist())

# SciPy has the formulas; the same sums of a few terms, in another order: some roundings
assert np.allclose(banana.jac(start), so.rosen_der(start), rtol=1e-13)
assert np.allclose(banana.hess(start), so.rosen_hess(start), rtol=1e-13)
assert np.allclose(banana.hessp(start, start), so.rosen_hess_prod(start, start), rtol=1e-13)

# %% [markdown]
# Three ways down: along the gradient with a memory of the last steps (BFGS), with the Hessian (trust-exact),
# and with neither (Nelder and Mead's simplex).

# %%
paths = {}
for method, derivatives in {
    "Nelder-Mead": {},
    "BFGS": {"jac": banana.jac},
    "trust-exact": {"jac": banana.jac, "hess": banana.hess},
}.items():
    path = [start]
    found = so.minimize(banana.fun, banana.x0, method=method, callback=path.append, **derivatives)
    paths[method] = np.array(path), found
    print(f"{method:12} {found.nit:3} steps, {found.nfev:3} values, f = {found.fun:.1e}")

for method, (_, found) in paths.items():  # each to its own default tolerance, of which the simplex's is 1e-4
    assert np.abs(found.x - 1).max() < 1e-4
assert paths["trust-exact"][1].nfev < paths["BFGS"][1].nfev < paths["Nelder-Mead"][1].nfev

fig, axes = plt.subplots(1, 3, figsize=(10, 3.2), sharey=True)
X, Y = np.meshgrid(np.linspace(-1.6, 1.6, 161), np.linspace(-0.7, 1.6, 121))
Z = 100 * (Y - X**2) ** 2 + (1 - X) ** 2
for ax, (method, (path, found)) in zip(axes, paths.items()):
    ax.contour(X, Y, Z, levels=np.geomspace(0.1, 1e3, 10), colors="0.7", linewidths=0.8)
    ax.plot(*path.T, "o-", color="C3", markersize=3, linewidth=1)
    ax.plot(1, 1, "k*", markersize=10)
    ax.set(title=f"{method}: {found.nfev} values", xlabel="$x_1$")
axes[0].set_ylabel("$x_2$")
plt.show()

# %% [markdown]
# ## What derivatives save
#
# Without a gradient SciPy takes difference quotients: $n + 1$ values for each. The same method on the same
# function, with more and more variables:

# %%
NUMBERS = [2, 5, 10, 20, 50]
values = {"difference quotients": [], "gradients": []}
errors = {"difference quotients": [], "gradients": []}
for n in NUMBERS:
    o = ag.Objective(rosenbrock, np.full(n, -0.5))
    for name, f, jac in (("difference quotients", o.fun, None), ("gradients", o.fun_and_jac, True)):
        found = so.minimize(f, o.x0, jac=jac, method="BFGS", options={"maxiter": 2000})
        values[name].append(found.nfev)
        errors[name].append(np.abs(found.x - 1).max())
ratio = ag.ledger(rosenbrock, np.full(50, -0.5), limit=0).reverse.ratio
print("values of f with difference quotients:", values["difference quotients"])
print("values of f with gradients:           ", values["gradients"])
print(f"a gradient costs {ratio:.0f} × the function here, for any n")

for k, n in enumerate(NUMBERS):  # n + 1 values for one; half of it, for the two searches are not the same
    assert values["difference quotients"][k] > 0.5 * (n + 1) * values["gradients"][k]
assert errors["gradients"][-1] < 0.1 * errors["difference quotients"][-1]  # and the end is nearer the minimum

fig, axes = plt.subplots(1, 2, figsize=(9, 3))
for name, style in (("difference quotients", "s--"), ("gradients", "o-")):
    axes[0].loglog(NUMBERS, values[name], style, label=name)
    axes[1].loglog(NUMBERS, errors[name], style, label=name)
axes[0].set(ylabel="values of f", title="BFGS: work")
axes[1].set(ylabel="largest error of x", title="BFGS: where it ends")
for ax in axes:
    ax.set_xlabel("number of variables n")
    ax.set_xticks(NUMBERS, NUMBERS)
    ax.minorticks_off()
axes[0].legend()
plt.show()

# %% [markdown]
# Curvature saves more steps still. `hessp` gives $Hp$ without the matrix: the gradient is recorded once at a
# point, and each product is one more reverse sweep, $\nabla(\nabla f\cdot p)$.

# %%
o = ag.Objective(rosenbrock, np.full(50, -0.5))
methods = {
    "BFGS": {},
    "L-BFGS-B": {},
    "Newton-CG": {"hessp": o.hessp, "tol": 1e-8},
    "trust-krylov": {"hessp": o.hessp},
    "trust-exact": {"hess": o.hess},
}
print("method         steps  values  Hessians or products  largest error")
steps = {}
for method, curvature in methods.items():
    options = {"maxiter": 2000}
    found = so.minimize(o.fun_and_jac, o.x0, jac=True, method=method, options=options, **curvature)
    steps[method] = found.nit
    error = np.abs(found.x - 1).max()
    print(f"{method:13} {found.nit:6}  {found.nfev:6}  {found.get('nhev', 0):20}  {error:13.1e}")
    assert error < 1e-4  # each to its own tolerance, of which a flat valley makes more
assert steps["trust-exact"] < 0.6 * steps["BFGS"]

# %% [markdown]
# ## A calibration
#
# The mobility of electrons in a semiconductor against the logarithm of their density, measured at NIST by
# R. Thurber in the 1970s, and one of NIST's reference problems for nonlinear regression, rated of "higher
# difficulty": <https://www.itl.nist.gov/div898/strd/nls/data/thurber.shtml>. The data are in the public
# domain. NIST certifies the parameters of a quotient of cubics, and their standard errors, to eleven digits.


# %%
def mobility(b, x):
    return (b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3) / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


DENSITY = np.array([
    -3.067, -2.981, -2.921, -2.912, -2.840, -2.797, -2.702, -2.699, -2.633, -2.481, -2.363, -2.322, -1.501,
    -1.460, -1.274, -1.212, -1.100, -1.046, -0.915, -0.714, -0.566, -0.545, -0.400, -0.309, -0.109, -0.103,
    0.010, 0.119, 0.377, 0.790, 0.963, 1.006, 1.115, 1.572, 1.841, 2.047, 2.200,
])  # fmt: skip
MOBILITY = np.array([
    80.574, 84.248, 87.264, 87.195, 89.076, 89.608, 89.868, 90.101, 92.405, 95.854, 100.696, 101.060, 401.672,
    390.724, 567.534, 635.316, 733.054, 759.087, 894.206, 990.785, 1090.109, 1080.914, 1122.643, 1178.351,
    1260.531, 1273.514, 1288.339, 1327.543, 1353.863, 1414.509, 1425.208, 1421.384, 1442.962, 1464.350,
    1468.705, 1447.894, 1457.628,
])  # fmt: skip
thurber = {
    "model": mobility, "x": DENSITY, "y": MOBILITY,
    "starts": [[1000, 1000, 400, 40, 0.7, 0.3, 0.03], [1300, 1500, 500, 75, 1, 0.4, 0.05]],
    "b": [1.2881396800e03, 1.4910792535e03, 5.8323836877e02, 7.5416644291e01,
          9.6629502864e-01, 3.9797285797e-01, 4.9727297349e-02],
    "errors": [4.6647963344e00, 3.9571156086e01, 2.8698696102e01, 5.5675370270e00,
               3.1333340687e-02, 1.4984928198e-02, 6.5842344623e-03],
    "squares": 5.6427082397e03,
}  # fmt: skip

# %% [markdown]
# `least_squares` wants the residuals and their Jacobian $J$; an `Objective` whose function returns an array
# has just these. Where its stopping rule leaves off, two Newton steps with the exact Hessian of the sum of
# squares go on. The covariance of the parameters is $s^2 (J^\top J)^{-1}$, with $s^2$ the sum of squares over
# the degrees of freedom; the columns of $J$, of very different size, are scaled first.


# %%
def calibrated(problem, start):
    """The parameters, their covariance, the sum of squares, and SciPy's account of the search."""

    def residuals(b):
        return problem["model"](b, problem["x"]) - problem["y"]

    o = ag.Objective(residuals, np.array(start, dtype=float))
    found = so.least_squares(o.fun, o.x0, jac=o.jac, x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15)
    b, half = found.x, ag.Objective(lambda b: ag.sum(residuals(b) ** 2) / 2, found.x)
    for _ in range(2):
        b = b - np.linalg.solve(half.hess(b), half.jac(b))
    r, J = o.fun_and_jac(b)
    size = np.linalg.norm(J, axis=0)
    inverse = np.linalg.pinv(J / size) / size[:, None]
    return b, (r @ r) / (len(r) - len(b)) * inverse @ inverse.T, r @ r, found


b, covariance, squares, found = calibrated(thurber, thurber["starts"][0])
print(f"{found.nfev} evaluations of the residuals, {found.njev} of the Jacobian")
for k in range(7):
    error = np.sqrt(covariance[k, k])
    print(f"b{k + 1} = {b[k]:.10e}, certified {thurber['b'][k]:.10e};  standard error {error:.10e}")

# %% [markdown]
# How many digits agree? $-\log_{10}$ of the relative error, the least over the parameters. Two more of
# NIST's problems join in: Misra1a (adsorption in dental research, D. Misra, NIST 1978; "lower difficulty")
# and MGH09 (J. Kowalik and M. Osborne 1978; "higher"), each from both of NIST's starting points, far and
# near.

# %%
misra1a = {
    "model": lambda b, x: b[0] * (1 - ag.exp(-b[1] * x)),
    "x": np.array([
        77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0,
    ]),
    "y": np.array([
        10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78,
    ]),
    "starts": [[500, 1e-4], [250, 5e-4]],
    "b": [2.3894212918e02, 5.5015643181e-04],
    "errors": [2.7070075241e00, 7.2668688436e-06],
    "squares": 1.2455138894e-01,
}  # fmt: skip
mgh09 = {
    "model": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "x": np.array([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625]),
    "y": np.array([0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246]),
    "starts": [[25, 39, 41.5, 39], [0.25, 0.39, 0.415, 0.39]],
    "b": [1.9280693458e-01, 1.9128232873e-01, 1.2305650693e-01, 1.3606233068e-01],
    "errors": [1.1435312227e-02, 1.9633220911e-01, 8.0842031232e-02, 9.0025542308e-02],
    "squares": 3.0750560385e-04,
}


def digits(ours, certified):
    return -np.log10(np.max(np.abs(np.subtract(ours, certified) / certified)))


print("problem  start  residuals  Jacobians  digits of b, of their errors, of the squares")
for name, problem in {"Misra1a": misra1a, "Thurber": thurber, "MGH09": mgh09}.items():
    for which, start in zip(("far", "near"), problem["starts"]):
        b, C, squares, found = calibrated(problem, start)
        right = [digits(b, problem["b"]), digits(np.sqrt(np.diag(C)), problem["errors"])]
        right.append(digits(squares, problem["squares"]))
        print(f"{name:8} {which:5} {found.nfev:10} {found.njev:10}     ", *[f"{d:.1f} " for d in right])
        # all that NIST certifies: half a unit of the eleventh digit is at most 5e-11 of the number
        assert min(right) > -np.log10(5e-11)

# %% [markdown]
# What the calibration is worth at any density follows from the covariance too: the variance of the curve at
# $x$ is $j^\top C j$ with $j = \partial\,\text{model}/\partial b$. `ag.jacobian` has $j$ for all densities
# at once.

# %%
b, covariance, squares, found = calibrated(thurber, thurber["starts"][0])
dense = np.linspace(-3.1, 2.3, 200)
curve = mobility(b, dense)
J = ag.jacobian(mobility)(b, dense)
error = np.sqrt(np.einsum("ij,jk,ik->i", J, covariance, J))

fig, axes = plt.subplots(2, 1, figsize=(7, 4.6), sharex=True, height_ratios=[2, 1])
axes[0].plot(DENSITY, MOBILITY, "o", markersize=3, color="k", label="measured")
axes[0].plot(dense, curve, color="C0", label="calibration")
axes[0].fill_between(dense, curve - 10 * error, curve + 10 * error, alpha=0.3, label="± 10 standard errors")
axes[0].set(ylabel="electron mobility", title="Thurber's calibration")
axes[0].legend()
axes[1].axhline(0, color="C0")
axes[1].plot(DENSITY, MOBILITY - mobility(b, DENSITY), "o", markersize=3, color="k")
axes[1].fill_between(dense, -2 * error, 2 * error, alpha=0.3, label="± 2 standard errors of the curve")
axes[1].set(xlabel="log of the density", ylabel="residual")
axes[1].legend(loc="upper right")
plt.show()

J = ag.jacobian(mobility)(b, DENSITY)
at_data = np.einsum("ij,jk,ik->i", J, covariance, J)
# seven parameters use up seven of the 37 degrees of freedom: the trace of the hat matrix. An identity, but J,
# which enters twice, has columns that even when scaled are nearly dependent: 1e-8 for the rounding
assert np.isclose(at_data.sum(), 7 * squares / 30, rtol=1e-8)

# %% [markdown]
# ## Which input is to blame?
#
# `ag.sensitivity` reads the derivatives of a result as a report. For each input: the slope $\partial
# f/\partial x$; the elasticity $\frac{x}{f}\frac{\partial f}{\partial x}$, per cent for per cent; what the
# input's error contributes to that of the result, and its share of the variance. Take the viscosity of a
# liquid from a steel ball that sinks in it at speed $v$ (Stokes): $\eta = \frac{2}{9}(\rho_b -
# \rho_l)\,g\,r^2/v$.


# %%
def viscosity(ball, liquid, radius, speed):
    return 2 / 9 * (ball - liquid) * 9.81 * radius**2 / speed


measured = {"ball": 7800.0, "liquid": 1260.0, "radius": 1.50e-3, "speed": 0.0225}  # kg/m³, kg/m³, m, m/s
spread = {"ball": 30.0, "liquid": 2.0, "radius": 0.02e-3, "speed": 0.0003}
report = ag.sensitivity(viscosity, measured, spread)
report

# %% [markdown]
# Radius and speed are both known to 1.3 %, but the radius comes squared and has four times the share. The
# condition number, $\sum|\text{elasticity}|$, says what a relative error of all inputs may become at worst.
# With a plastic ball, hardly denser than the liquid, a difference of near equals takes the lead:

# %%
plastic = ag.sensitivity(viscosity, {**measured, "ball": 1300.0}, {**spread, "ball": 5.0})
plastic

# %%
assert np.allclose(report.elasticities[0, 2:], [2, -1], rtol=1e-14)  # exponents of r and v; roundings
assert np.isclose(report["radius"].share / report["speed"].share, 4, rtol=1e-12)  # (2/1)²; some roundings
assert plastic.condition > 50 and report.condition < 5

rng = np.random.default_rng(0)
draws = {name: rng.normal(measured[name], spread[name], 100_000) for name in measured}
samples = viscosity(**draws)
# 100,000 draws give a standard deviation to 1/√200,000 = 0.2 %, four of these; curvature adds 0.1 %
assert abs(samples.std() / report.standard_error - 1) < 0.01

fig, axes = plt.subplots(1, 2, figsize=(9, 2.8))
axes[0].hist(samples, 80, density=True, color="0.8", label="100,000 draws")
grid = np.linspace(samples.min(), samples.max(), 200)
bell = np.exp(-(((grid - report.result[0]) / report.standard_error) ** 2) / 2)
bell = bell / (report.standard_error * np.sqrt(2 * np.pi))
axes[0].plot(grid, bell, color="C0", label="first order:\none gradient")
axes[0].set(xlabel="viscosity (Pa s)", ylabel="density", title="Propagated error, steel")
axes[0].legend(loc="upper left")
for k, (name, r) in enumerate({"steel": report, "plastic": plastic}.items()):
    axes[1].barh(np.arange(4) + 0.4 * k, [100 * line.share for line in r], 0.4, label=f"{name} ball")
axes[1].set_yticks(np.arange(4) + 0.2, list(measured))
axes[1].set(xlabel="share of the variance (%)", title="Who is to blame")
axes[1].legend()
plt.show()

# %% [markdown]
# ## Correlated inputs, and a result without a formula
#
# At which density is the mobility 800? The answer is a root, and depends on all seven parameters, whose
# errors are strongly correlated: `covariance=` takes the whole matrix. To differentiate a root, find it any
# way you like, then take one Newton step from it: the step is zero and its derivative is that of the root,
# $\partial x/\partial b = -\frac{\partial f/\partial b}{\partial f/\partial x}$.


# %%
def density_at(level, b):
    plain = ag.stop_gradient(b)
    root = so.brentq(lambda x: float(mobility(plain, x)) - level, -1.5, -0.5, xtol=1e-14)
    slope = ag.grad(mobility, 1)(plain, root)
    return root - (mobility(b, root) - level) / ag.stop_gradient(slope)


at_800 = ag.sensitivity(lambda b: density_at(800.0, b), b, covariance=covariance)
at_800

# %% [markdown]
# Each parameter alone would contribute much more than the whole: their errors make up for one another, and
# some shares are negative. Against it, the roots of 1000 calibrations drawn from the covariance:

# %%
drawn = rng.multivariate_normal(b, covariance, 1000)
roots = np.array([so.brentq(lambda x, d=d: float(mobility(d, x)) - 800, -1.5, -0.5) for d in drawn])
print(f"first order {at_800.standard_error:.5f}, drawn {roots.std():.5f}")

assert abs(roots.std() / at_800.standard_error - 1) < 0.1  # 1000 draws: 1/√2000 = 2.2 %, four of these
assert np.isclose(at_800.shares.sum(), 1, rtol=1e-6)  # of large terms of either sign
assert at_800.contributions.max() > 3 * at_800.standard_error
step = 1e-5 * b[0]  # the derivative in b1 against a central difference: its error is of order 1e-10
up, down = (density_at(800.0, b + h * np.eye(7)[0]) for h in (step, -step))
quotient = (up - down) / (2 * step)
assert np.isclose(at_800["b[0]"].derivative, quotient, rtol=1e-6)

# %% [markdown]
# ## What to try next
#
# * Give `minimize` a container: `ag.Objective(f, {"a": 1.0, "w": np.zeros(3)})`, and read the answer with
#   `.unflatten(found.x)`.
# * Take the Newton steps out of `calibrated`, then hand `least_squares` no Jacobian: how many of the
#   certified digits are left, of the standard errors above all?
# * Measure the radius of the steel ball three times better: which input would you spend money on next?
