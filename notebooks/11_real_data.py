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
# # Real data, start to finish
#
# You will have seen two real data sets taken from a baseline to a model that is used elsewhere: handwritten
# digits, where a network wins, and the progress of diabetes, where it does not.

# %%
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from safetensors.numpy import load_file
from scipy.stats import pearsonr
from sklearn.calibration import calibration_curve
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_digits
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeCV
from sklearn.model_selection import KFold, RepeatedKFold, cross_val_predict, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import autograd_lite as ag
import nn

plt.rcParams.update({"figure.dpi": 72, "axes.grid": True, "grid.alpha": 0.25, "legend.frameon": False})
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "legend.fontsize": 8})
plt.rcParams["figure.constrained_layout.use"] = True

# %% [markdown]
# ## Digits
#
# 1797 images of 8 × 8 pixels. 600 to learn from; 400 to choose with: when to stop, how sure to be; 797 for
# the end, looked at by no choice.

# %%
images, labels = load_digits(return_X_y=True)
x, x_test, y, y_test = train_test_split(images / 16, labels, test_size=797, random_state=0, stratify=labels)
x_train, x_choose, y_train, y_choose = train_test_split(x, y, test_size=400, random_state=1, stratify=y)
len(x_train), len(x_choose), len(x_test)

# %% [markdown]
# ### A baseline first
#
# Logistic regression, in one line. Whatever comes next must beat it.

# %%
baseline = LogisticRegression(max_iter=500).fit(x_train, y_train)
right_baseline = baseline.predict(x_test) == y_test
print(f"logistic regression: {right_baseline.mean():.1%} of the test images")
assert 0.93 < right_baseline.mean() < 0.97

# %% [markdown]
# ### Training
#
# Two hidden layers of 64. Training goes on as long as the loss on the 400 falls, and returns to where it was
# lowest.

# %%
model = nn.MLP([64, 64, 64, 10], "relu", seed=0)
options = dict(lr=5e-3, validation=(x_choose, y_choose), metrics=["accuracy"], progress=False)
history = nn.fit(model, x_train, y_train, epochs=100, early_stopping=15, **options)
history.plot()

# %%
right = nn.predict(model, x_test).argmax(axis=1) == y_test
only_net, only_baseline = (right & ~right_baseline).sum(), (right_baseline & ~right).sum()
gain, error = right.mean() - right_baseline.mean(), np.sqrt(only_net + only_baseline) / len(y_test)
print(f"network: {right.mean():.1%}, kept from epoch {history.best + 1} of {history.epochs}")
print(f"gain {gain:.1%} ± {error:.1%}; right alone: {only_net} times, the baseline {only_baseline}")
assert history.stopped == "early stopping"
assert gain > 2 * error  # the standard error of a difference on the same images counts the disagreements only

# %% [markdown]
# The same through scikit-learn's door: an estimator like any other. With more than twice as many images to
# learn from, the baseline catches up.

# %%
classifier = nn.MLPClassifier((64, 64), learning_rate=5e-3, early_stopping=True, random_state=0)
folds = KFold(5, shuffle=True, random_state=0)
scores = cross_val_score(classifier, images / 16, labels, cv=folds)
linear = cross_val_score(LogisticRegression(max_iter=500), images / 16, labels, cv=folds)
print(f"network {scores.mean():.1%}, logistic regression {linear.mean():.1%}")
print("gain by fold:", *[f"{gain:+.1%}" for gain in scores - linear])
assert scores.mean() > linear.mean()

# %% [markdown]
# ### How sure, how right
#
# Train on, past the best epoch: the network becomes no less *right*, but too *sure*. A reliability diagram
# sorts the test images by how sure the network is and asks how often it is right; the mean distance between the
# two is the expected calibration error, ECE. **Temperature scaling** (Guo et al., 2017) divides the logits by
# one number, the likeliest on the 400 images to choose with, found with the engine's gradient.

# %%
late = nn.MLP([64, 64, 64, 10], "relu", seed=0)
late_history = nn.fit(late, x_train, y_train, epochs=100, **options)
temperature = nn.calibration.fit_temperature(nn.predict(late, x_choose), y_choose)
logits = nn.predict(late, x_test)
shown = {
    "after 100 epochs": ag.softmax(logits, axis=-1),
    f"its logits / {temperature:.2f}": ag.softmax(logits / temperature, axis=-1),
    "stopped early": ag.softmax(nn.predict(model, x_test), axis=-1),
}
raw, scaled, early = shown
nn.plot.calibration({name: shown[name] for name in (raw, scaled)}, y_test, bins=8)

# %%
loss = {name: -np.log(p[np.arange(797), y_test]).mean() for name, p in shown.items()}
ece = {name: nn.calibration.expected_calibration_error(p, y_test) for name, p in shown.items()}
accuracy = {name: (p.argmax(axis=1) == y_test).mean() for name, p in shown.items()}
for name in shown:
    print(f"{name:17} right {accuracy[name]:.1%}, log loss {loss[name]:.3f}, ECE {ece[name]:.3f}")

assert temperature > 1.2  # above 1: it was too sure
assert accuracy[raw] == accuracy[scaled]  # scaling changes no prediction
assert loss[scaled] < 0.9 * loss[raw] and ece[scaled] < ece[raw]
assert loss[early] < loss[raw] and abs(loss[early] - loss[scaled]) < 0.3 * loss[scaled]
assert abs(accuracy[raw] - accuracy[early]) < 0.015  # two standard errors of 797 images

found = nn.calibration.reliability(shown[raw], y_test, bins=8)
share, mean = calibration_curve(shown[raw].argmax(axis=1) == y_test, shown[raw].max(axis=1), n_bins=8)
assert found.counts[-1] > 0.9 * len(y_test)
full = found.counts > 0
np.testing.assert_allclose(found.accuracy[full], share, rtol=1e-12)  # the same sums, scikit-learn's
np.testing.assert_allclose(found.confidence[full], mean, rtol=1e-12)

# %% [markdown]
# With nine in ten of 797 images in the last bin, the other bins are mostly noise, as the bars say. The log
# loss is the number to trust. Stopping early and scaling afterwards come to much the same.
#
# To scale the logits is to scale the last layer. So a calibrated network is a network of the same shape, and
# can be saved and used anywhere as one.

# %%
late[-1].weight.value = late[-1].weight.value / temperature
late[-1].bias.value = late[-1].bias.value / temperature
there = nn.predict(late, x_test)
np.testing.assert_allclose(there, logits / temperature, rtol=0, atol=1e-12)  # roundings of numbers below 60
refitted = nn.calibration.fit_temperature(nn.predict(late, x_choose), y_choose)
np.testing.assert_allclose(refitted, 1, atol=1e-6)  # a minimum is known to the root of the precision
final, probabilities = late, ag.softmax(nn.predict(late, x_test), axis=-1)

# %% [markdown]
# ### What it gets wrong

# %%
guess = probabilities.argmax(axis=1)
nn.plot.confusion(y_test, guess)

# %%
nn.plot.misclassified(x_test.reshape(-1, 8, 8), y_test, probabilities, limit=6)

# %% [markdown]
# **Which pixels say so?** The gradient of the wrong digit's logit in the image (Simonyan et al., 2013), and
# integrated gradients (Sundararajan et al., 2017): what each pixel contributed to the margin of the wrong
# digit over the true one. Blue pixels, inked, speak for the mistake.

# %%
wrong = np.flatnonzero(guess != y_test)
wrong = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:6]
x_wrong, said, true = x_test[wrong], guess[wrong], y_test[wrong]
gradient = nn.attribution.saliency(final, x_wrong, said)
steps = 256
parts = nn.attribution.integrated_gradients(final, x_wrong, said, steps=steps)
parts -= nn.attribution.integrated_gradients(final, x_wrong, true, steps=steps)
maps = {"gradient": gradient.reshape(-1, 8, 8), "contributions": parts.reshape(-1, 8, 8)}
titles = [f"{t} read as {s}" for t, s in zip(true, said)]
nn.plot.attributions(x_wrong.reshape(-1, 8, 8), maps, titles)

# %% [markdown]
# A map proves nothing by being plausible. Two checks: the contributions add up to the margin, and wiping the
# five pixels that speak most for the mistake undoes more of it than wiping five other inked pixels.

# %%
rows = np.arange(len(wrong))


def margin(x):
    z = nn.predict(final, x)
    return z[rows, said] - z[rows, true]


blank = nn.predict(final, np.zeros((1, 64)))[0]
change = margin(x_wrong) - (blank[said] - blank[true])
# ReLU has kinks: each of 128 may be misplaced by a node's distance, 1/256 of the way.
np.testing.assert_allclose(parts.sum(axis=1), change, atol=0.05)

most = np.argsort(-parts, axis=1)[:, :5]
wiped = x_wrong.copy()
np.put_along_axis(wiped, most, 0.0, axis=1)
rng = np.random.default_rng(0)
others = []
for _ in range(200):
    other = x_wrong.copy()
    for row in rows:
        other[row, rng.choice(np.flatnonzero(x_wrong[row]), 5, replace=False)] = 0.0
    others.append(margin(other))
print(f"the mean margin of the mistake is {margin(x_wrong).mean():.2f}; with five pixels wiped, chosen")
print(f"by the map {margin(wiped).mean():.2f}, at random {np.mean(others):.2f}")
print(f"the truth wins then in {(margin(wiped) < 0).sum()} of {len(rows)}")
assert (margin(wiped) < np.mean(others, axis=0)).all()
assert margin(wiped).mean() < np.quantile(np.mean(others, axis=1), 0.005)

# %% [markdown]
# ### Export, and the same model elsewhere
#
# One safetensors file: weights under PyTorch's names, the architecture, and what a user must know. Loaded in
# a fresh Python process it gives the same numbers, bit for bit.

# %%
folder = Path(tempfile.mkdtemp())
nn.save(final, folder / "digits.safetensors", metadata={"inputs": "64 pixels from 0 to 1"})
np.save(folder / "images.npy", x_test)
program = """
import sys, numpy as np, nn
model = nn.load(sys.argv[1] + "/digits.safetensors")
print(model, nn.io.metadata(sys.argv[1] + "/digits.safetensors")["inputs"])
np.save(sys.argv[1] + "/logits.npy", nn.predict(model, np.load(sys.argv[1] + "/images.npy")))
"""
done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True)
print(done.stdout)
here = nn.predict(final, x_test)
assert np.array_equal(np.load(folder / "logits.npy"), here)

# %% [markdown]
# **Without this library**: the file is read by safetensors, and the network is five lines of NumPy.

# %%
w = load_file(folder / "digits.safetensors")
h = x_test
for layer in ("0", "2"):
    h = np.maximum(h @ w[f"{layer}.weight"].T + w[f"{layer}.bias"], 0)
z = h @ w["4.weight"].T + w["4.bias"]

np.testing.assert_allclose(z, here, rtol=0, atol=1e-12)  # the same products, summed in another order
assert np.array_equal(z.argmax(axis=1), guess)
{name: array.shape for name, array in w.items()}

# %% [markdown]
# **In PyTorch**, where it is installed: the names are its own, so its `load_state_dict` takes them as they
# are.

# %%
if importlib.util.find_spec("torch"):
    import torch

    from torch.nn import Linear, ReLU

    theirs = torch.nn.Sequential(Linear(64, 64), ReLU(), Linear(64, 64), ReLU(), Linear(64, 10)).double()
    theirs.load_state_dict({name: torch.from_numpy(array) for name, array in final.state_dict().items()})
    with torch.no_grad():
        there = theirs(torch.from_numpy(x_test)).numpy()
    np.testing.assert_allclose(there, here, rtol=0, atol=1e-12)  # as above
    print("the same logits in PyTorch", torch.__version__.partition("+")[0])
else:
    print("PyTorch is not installed here")

# %% [markdown]
# ## Diabetes
#
# 442 patients, ten measurements, and how far the disease had come a year later. Few rows and much noise:
# where a network is flexible for nothing. Mean, linear regression, ridge, and a small network with weight
# decay, all on the same 20 splits: five folds, four times over.

# %%
X, y = load_diabetes(return_X_y=True)
names = load_diabetes().feature_names


def standardised(regressor):
    target = TransformedTargetRegressor(regressor, transformer=StandardScaler())
    return make_pipeline(StandardScaler(), target)


network = nn.MLPRegressor(
    16, "tanh", optimizer="adamw", learning_rate=5e-3, weight_decay=1.0, batch_size=32,
    early_stopping=True, validation_fraction=0.15, n_iter_no_change=20, random_state=0,
)  # fmt: skip
regressors = {
    "mean": DummyRegressor(),
    "linear": LinearRegression(),
    "ridge": RidgeCV(np.logspace(-2, 4, 13)),
    "network": network,
}
splits = RepeatedKFold(n_splits=5, n_repeats=4, random_state=0)
r2 = {name: cross_val_score(standardised(r), X, y, cv=splits, scoring="r2") for name, r in regressors.items()}

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
left.boxplot(r2.values(), tick_labels=r2.keys(), widths=0.5)
left.set(ylabel="R² on the fold left out", title="20 splits")
right.plot(r2["ridge"], r2["network"], "o", alpha=0.7)
right.axline((0.4, 0.4), slope=1, color="0.6", linewidth=1)
right.set(xlabel="R² of ridge", ylabel="R² of the network", title="split by split")
assert all(len(scores) == 20 for scores in r2.values())

# %% [markdown]
# The splits share rows, so their scores are not independent, and the usual standard error would be too
# small. Nadeau and Bengio (2003) correct it: the variance of the differences times $1/J +
# n_\text{test}/n_\text{train}$ for $J$ splits, instead of $1/J$.

# %%
def compared(first, second):
    """The mean difference of R² over the splits, and its corrected standard error."""
    difference = r2[first] - r2[second]
    return difference.mean(), np.sqrt((1 / 20 + 1 / 4) * difference.var(ddof=1))


for name in regressors:
    print(f"{name:8} R² {r2[name].mean():6.3f}")
difference, error = compared("network", "linear")
print(f"network minus linear regression: {difference:.3f} ± {error:.3f}")
above, its_error = compared("network", "mean")
print(f"network minus the mean:          {above:.3f} ± {its_error:.3f}")

# %% [markdown]
# **The network does not win.** It is far better than knowing nothing, and as good as ten coefficients,
# within the error; the honest choice is the ten coefficients.

# %%
assert above > 4 * its_error
assert abs(difference) < 2 * error and difference < 0.01
assert 0.4 < r2["network"].mean() < 0.55 and 0.4 < r2["linear"].mean() < 0.55

# %% [markdown]
# ### What is left over
#
# Predictions for each patient by models that have not seen them. The residuals show no bend that more
# flexibility could learn, and the two models are wrong about the same patients by the same amounts: what is
# left is not in the ten measurements.

# %%
ten = KFold(10, shuffle=True, random_state=0)
both = {name: standardised(regressors[name]) for name in ("linear", "network")}
predicted = {name: cross_val_predict(regressor, X, y, cv=ten) for name, regressor in both.items()}
nn.plot.residuals(y, predicted["network"], name="progression, network")

# %%
residuals = {name: y - p for name, p in predicted.items()}
print({name: f"RMSE {np.sqrt((e**2).mean()):.1f}" for name, e in residuals.items()}, f"of {y.std():.1f}")
assert pearsonr(residuals["linear"], residuals["network"])[0] > 0.95
# No bend: the square of the prediction explains nothing of the residual (|r| of chance: 2/√442 ≈ 0.1).
centred = (predicted["network"] - predicted["network"].mean()) ** 2
assert abs(pearsonr(centred, residuals["network"])[0]) < 0.1

# %% [markdown]
# What has the network learnt? Its gradient in the inputs hardly differs between patients: it is a plane,
# nearly, and its slopes are the coefficients of a ridge with a strong penalty. Stopping early and decaying
# weights shrink as ridge does. So the two agree, and differ from plain regression where columns are nearly
# collinear (s1 and s2).

# %%
fitted = standardised(network).fit(X, y)
slopes = nn.attribution.saliency(fitted[-1].regressor_.model_, fitted[0].transform(X), 0)
lines = {"linear regression": LinearRegression(), "ridge, penalty 100": Ridge(100.0)}
coefficients = {name: standardised(line).fit(X, y)[-1].regressor_.coef_ for name, line in lines.items()}
fig, ax = plt.subplots(figsize=(7, 3))
ax.violinplot(slopes, positions=range(10), showextrema=False)
ax.plot(slopes.mean(axis=0), "o", label="network: mean slope, and its spread")
for (name, values), marker in zip(coefficients.items(), "+x"):
    ax.plot(values, marker, markersize=9, markeredgewidth=2, label=name)
ax.set_xticks(range(10), names)
ax.set(ylabel="per standard deviation")
ax.legend()
assert pearsonr(slopes.mean(axis=0), coefficients["ridge, penalty 100"])[0] > 0.95
assert slopes.std(axis=0).max() < 0.3 * abs(slopes.mean(axis=0)).max()

# %% [markdown]
# ## What to try next
#
# 1. Give the digits one number of temperature for each class (a vector $1/T_c$ of `ag.Var`s minimising
#    `nn.cross_entropy`). Does the calibration error on the test images fall further?
# 2. Shift the test images by one pixel. What becomes of accuracy, and what of calibration? Then train on
#    shifted images too.
# 3. Find how many patients it takes: add noise of the residuals' size to a *bent* function of measurements
#    drawn at random, and plot both models' R² against the number of rows until the network wins.
