"""Losses and initialisers at their extremes, against exact arithmetic.

Every loss of `nn.losses` is walked: one without an entry in `ROWS` fails. A loss and its gradient are right to 1e-10,
relative to the largest of their terms: a difference of two numbers is no more exact than they are.
"""

from __future__ import annotations

import inspect
import itertools

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

import autograd_lite as ag
import nn
from nn import init, losses

TOLERANCE = 1e-10
LARGEST = 1.7976931348623157e308

M = mp.mpf
SIZES = [0.0, 1e-310, 1e-160, 1e-20, 1e-8, 0.3, 1.0, 2.5, 36.0, 40.0, 700.0, 745.0, 1000.0, 1e8, 1e16]
HUGE = [1e153, 1e160, 1e300, 8e307]
REAL = [s * x for x in SIZES + HUGE for s in (1, -1)]
REAL_EXP = [s * x for x in SIZES for s in (1, -1)]  # an exponential of 1e300 takes mpmath a while
SHARES = [0.0, 1e-300, 1e-20, 1e-13, 1e-8, 0.25, 0.5, 0.75, 1 - 1e-8, 1 - 1e-16, 1.0]
SIGNS = [1.0, -1.0]
VECTORS = [
    [0.0, 0.0, 0.0], [1000.0, 0.0, -1000.0], [2e307, 0.0, -2e307], [2e307, 2e307, 2e307], [1e-300, -1e-300, 0.0],
    [40.0, 0.0, 1.0], [-745.0, 0.0, -800.0], [1e8, 1e8 - 1, 1e8 + 0.5], [3e-200, 4e-200, 0.0], [3e200, 4e200, -1e200],
    [1e-8, 2e-8, -1e-9], [2.0, 1.0, 0.5],
]  # fmt: skip
LOGITS = [v for v in VECTORS if max(map(abs, v)) < 1e17]


def relu(x):
    return max(x, M(0))


def softplus(x):
    return mp.log1p(mp.exp(-abs(x))) + relu(x)


def clamped(p):
    return max(mp.log(p), M(-100)) if p > 0 else M(-100)


def huber(d, delta):
    return d * d / 2 if abs(d) <= delta else M(delta) * (abs(d) - M(delta) / 2)


def stirling(t):
    return t * mp.log(t) - t + mp.log(2 * mp.pi * t) / 2 if t > 1 else M(0)


def bce(p, t):
    return -t * clamped(p) - (1 - t) * clamped(1 - p)


def bce_gradient(p, t):
    """As documented: the logarithms have the derivative 1 / max(p, 1e-12)."""
    return -t / max(p, M(1e-12)) + (1 - t) / max(1 - p, M(1e-12))


def gaussian(x, t, v):
    v = max(v, M(1e-6))
    return (mp.log(v) + (x - t) ** 2 / v) / 2


def log_softmax(row, y):
    return row[y] - mp.log(sum(mp.exp(x) for x in row))


def multi_margin(row, y, p=1):
    return sum(relu(1 - row[y] + row[j]) ** p for j in range(3) if j != y) / 3


def multilabel_margin(row, right):
    return sum(relu(1 - row[j] + row[i]) for j in right for i in range(3) if i not in right) / 3


def cosine(a, b):
    lengths = [mp.sqrt(sum(x * x for x in v)) for v in (a, b)]
    return sum(x * y for x, y in zip(a, b, strict=True)) / lengths[0] / lengths[1] if all(lengths) else M(0)


def distance(a, b, p=2):
    return sum(abs(x - y + M(1e-6)) ** p for x, y in zip(a, b, strict=True)) ** (M(1) / p)


def triplet(a, b, c, p=2):
    return relu(distance(a, b, p) - distance(a, c, p) + 1)


def kl(x, t):
    return (t * mp.log(t) if t else M(0)) - t * x


N = [M(1), M(2), M(3)]
ROWS = {
    "mse_loss": [({}, lambda x, t: (x - t) ** 2, REAL, [0.0, 1.0, -1e160])],
    "l1_loss": [({}, lambda x, t: abs(x - t), REAL, [0.0, 1.0, -1e160])],
    "huber_loss": [
        ({"delta": d}, lambda x, t, d=d: huber(x - t, d), REAL, [0.0, 1.0]) for d in (1.0, 1e-200, 1e200)
    ],
    "smooth_l1_loss": [
        ({"beta": d}, lambda x, t, d=d: huber(x - t, d) / M(d), REAL, [0.0, 1.0]) for d in (1.0, 1e-300, 1e300)
    ],
    "poisson_nll_loss": [
        ({}, lambda x, t: mp.exp(x) - t * x, REAL_EXP, [0.0, 1e-300, 1.0, 1e8, 1e300]),
        ({"full": True}, lambda x, t: mp.exp(x) - t * x + stirling(t), REAL_EXP, [1.0, 2.0, 1e8, 1e300]),
        ({"log_input": False}, lambda x, t: x - t * mp.log(x + M(1e-8)), SIZES[:5] + SIZES[8:], [0.0, 1.0, 1e300]),
    ],
    "gaussian_nll_loss": [
        ({}, gaussian, [0.0, 1e-160, 1.0, -1e153, 1e300], [0.0, 1.0, -1e160], [0.0, 1e-300, 1.0, 1e8, 1e160, 1e300])
    ],
    "binary_cross_entropy": [({}, (bce, bce_gradient), SHARES, SHARES)],
    "binary_cross_entropy_with_logits": [
        ({"pos_weight": w}, lambda x, t, w=w: w * t * softplus(-x) + (1 - t) * softplus(x), REAL_EXP, [0.0, 0.3, 1.0])
        for w in (1.0, 3.0)
    ],
    "multilabel_soft_margin_loss": [
        ({}, lambda x, t: softplus(x) - t * x, REAL_EXP, [0.0, 1.0])
    ],
    "kl_div": [
        ({}, kl, REAL, [*SHARES, 1e300]),
        ({"log_target": True}, lambda x, t: mp.exp(t) * (t - x), REAL, [0.0, -1e-300, -1.0, -700.0, -1e16]),
    ],
    "hinge_loss": [({}, lambda x, t: relu(1 - t * x), REAL, SIGNS)],
    "hinge_embedding_loss": [({}, lambda x, t: x if t == 1 else relu(1 - x), REAL, SIGNS)],
    "soft_margin_loss": [({}, lambda x, t: softplus(-t * x), REAL_EXP, SIGNS)],
    "margin_ranking_loss": [
        ({}, lambda a, b, t: relu(-t * (a - b)), REAL, [0.0, 1.0, 8e307], SIGNS),
        ({"margin": 0.5}, lambda a, b, t: relu(M(0.5) - t * (a - b)), REAL, [0.0, 1e-160], SIGNS),
    ],
    "cross_entropy": [
        ({}, lambda r, y: -log_softmax(r, y), LOGITS, [0, 1, 2]),
        (
            {"label_smoothing": 0.25},
            lambda r, y: -M(0.75) * log_softmax(r, y) - M(0.25) / 3 * sum(log_softmax(r, k) for k in range(3)),
            LOGITS, [0, 1, 2],
        ),
        (
            {},
            lambda r, t: -sum(w * log_softmax(r, k) for k, w in enumerate(t)),
            LOGITS, [[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]],
        ),
    ],
    "nll_loss": [({}, lambda r, y: -r[y], VECTORS, [0, 1, 2])],
    "multi_margin_loss": [
        ({"p": p}, lambda r, y, p=p: multi_margin(r, y, p), VECTORS if p == 1 else LOGITS, [0, 1, 2]) for p in (1, 2)
    ],
    "multilabel_margin_loss": [
        ({}, lambda r, y: multilabel_margin(r, [2, 0] if y[0] == 2 else [1]), VECTORS, [[1, -1, 0], [2, 0, -1]])
    ],
    "cosine_embedding_loss": [
        ({}, lambda a, b, t: 1 - cosine(a, b) if t == 1 else relu(cosine(a, b)), VECTORS[1:], VECTORS, SIGNS)
    ],
    "triplet_margin_loss": [
        ({"p": p}, lambda a, b, c, p=p: triplet(a, b, c, p), VECTORS, VECTORS[::step], [[1.0, 2.0, 3.0]])
        for p, step in ((2, 3), (3, 5))
    ],
    "triplet_margin_with_distance_loss": [({}, triplet, VECTORS, VECTORS[::5], [[1.0, 2.0, 3.0]])],
}  # fmt: skip
"""For each loss: its options, the exact loss of a row (or that and its gradient), the outputs, the other arguments."""

FUNCTIONS = [name for name in losses.__all__ if inspect.isfunction(getattr(losses, name))]


def exactly(x):
    return [M(v) for v in x] if isinstance(x, list) else x if isinstance(x, int) else M(x)


def right(got, wanted, scale):
    if abs(wanted) > LARGEST:
        return got == (np.inf if wanted > 0 else -np.inf)
    smallest = M(10) ** -320  # a few of the smallest numbers there are
    return bool(np.isfinite(got)) and abs(M(float(got)) - wanted) <= TOLERANCE * max(abs(wanted), scale) + smallest


def slopes(f, x, i, at):
    """The derivatives to the right and to the left."""
    h = M(10) ** -350
    there = [([*x[:i], x[i] + d, *x[i + 1 :]] if isinstance(x, list) else x + d) for d in (h, -h)]
    return [(f(there[0]) - at) / h, (at - f(there[1])) / h]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_loss_and_its_gradient_are_right_at_the_extremes(name):
    function = getattr(losses, name)
    with mp.workdps(800), np.errstate(all="ignore"):  # an infinity that is right overflows on the way
        for options, exact, *arguments in ROWS[name]:
            exact, gradient_of = exact if isinstance(exact, tuple) else (exact, None)
            for x, *rest in itertools.product(*arguments):
                arrays = [np.array([a]) for a in rest]
                wide = name == "multilabel_soft_margin_loss"  # a mean over the last axis

                def loss(z, function=function, arrays=arrays, options=options, wide=wide):
                    if wide:
                        z, given = ag.reshape(z, (1, 1)), [a.reshape(1, 1) for a in arrays]
                    else:
                        given = arrays
                    return ag.sum(function(z, *given, **options, reduction="none"))

                value, gradient = ag.value_and_grad(loss)(np.array([x]))
                X, others = exactly(x), [exactly(a) for a in rest]
                wanted = exact(X, *others)
                where = f"{name} {options} at {x}, {rest}"
                largest = max(abs(v) for v in (X if isinstance(X, list) else [X]))
                terms = 1 if largest < 1 else min(largest, M(10) ** 16) if name in EXACT_TO_THE_OUTPUT else 1
                assert right(float(value), wanted, terms if name in DIFFERENCES else 0), (where, value, mp.nstr(wanted))
                if abs(wanted) > M(10) ** 400:  # its slope cannot be taken at this precision
                    continue
                for i, got in enumerate(np.ravel(gradient)):
                    up, down = slopes(lambda v, o=others, e=exact: e(v, *o), X, i, wanted)
                    if gradient_of is not None:
                        up = down = gradient_of(X, *others)
                    elif abs(up - down) > (abs(up) + abs(down) + M(10) ** -340) * M(10) ** -20:
                        continue  # a kink
                    steep = max(abs(exactly(a)) for a in rest if isinstance(a, float)) if name in STEEP else 0
                    scale = max(1, steep) if name in DIFFERENCES else 0
                    assert right(got, (up + down) / 2, scale), (where, i, got, mp.nstr((up + down) / 2))


DIFFERENCES = {
    "binary_cross_entropy", "cosine_embedding_loss", "cross_entropy", "gaussian_nll_loss", "kl_div", "nll_loss",
    "poisson_nll_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss",
}  # fmt: skip
"""Losses that are sums of terms that may cancel, of size 1 or more; the others are right to all their digits."""

STEEP = {"poisson_nll_loss"}
"""Those whose terms have slopes as large as the target."""

EXACT_TO_THE_OUTPUT = {"cross_entropy", "triplet_margin_loss", "triplet_margin_with_distance_loss", "poisson_nll_loss"}
"""Those that are differences of numbers as large as the outputs."""


def test_the_references_are_of_losses():
    assert set(ROWS) == set(FUNCTIONS)
    assert set(DIFFERENCES) | STEEP | EXACT_TO_THE_OUTPUT <= set(FUNCTIONS)


def test_a_vector_of_zeros_is_at_right_angles_to_all():
    a = np.array([[0.0, 0.0], [1.0, 1.0]])
    value, gradient = ag.value_and_grad(lambda x: nn.cosine_embedding_loss(x, a[::-1], [1, 1], reduction="sum"))(a)
    assert float(value) == 2
    assert np.isfinite(gradient).all()


# -- initialisers -----------------------------------------------------------------------------------------------------

RANDOM = {
    "xavier_uniform": lambda i, o: 2 / (i + o),
    "xavier_normal": lambda i, o: 2 / (i + o),
    "he_uniform": lambda i, o: 2 / i,
    "he_normal": lambda i, o: 2 / i,
    "kaiming_uniform": lambda i, o: 2 / i,
    "kaiming_normal": lambda i, o: 2 / i,
    "lecun_uniform": lambda i, o: 1 / i,
    "lecun_normal": lambda i, o: 1 / i,
}
"""The variance of each, by fan-in and fan-out."""

OTHERS = {"orthogonal", "truncated_normal", "constant", "zeros", "ones"}
INITIALISERS = [n for n in init.__all__ if "shape" in getattr(getattr(init, n), "__annotations__", ())]


def test_every_initialiser_is_looked_at():
    assert set(INITIALISERS) == {*RANDOM, *OTHERS}


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (30, 40), (3, 4, 5, 6), (2, 100_000)])
@pytest.mark.parametrize("name", RANDOM)
def test_the_variance_is_that_of_the_formula(name, shape):
    """By the probability of what was drawn: with a variance wrong by a tenth, it would be below 1e-9 in the largest."""
    fans = np.prod(shape[1:]), shape[0] * np.prod(shape[2:])
    for gain in (1.0, 1e-150, 1e150):
        own = {} if gain == 1 else {"gain": gain}
        w = getattr(init, name)(shape, seed=0, **own).ravel()
        variance = RANDOM[name](*fans) if gain == 1 else RANDOM[name](*fans) / (2 if name[:2] in ("he", "ka") else 1)
        unit = w / gain / np.sqrt(variance)
        law = stats.norm() if name.endswith("normal") else stats.uniform(-np.sqrt(3), 2 * np.sqrt(3))
        assert stats.kstest(unit, law.cdf).pvalue > 1e-6
        if not name.endswith("normal"):
            assert abs(unit).max() <= np.sqrt(3) * (1 + 1e-15)  # two roundings


@pytest.mark.parametrize("name", INITIALISERS)
@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0), (3, 0, 2), (0, 3, 2)])
def test_what_is_empty_is_made_without_a_fan(name, shape):
    own = {"value": 2.0} if name == "constant" else {}
    w = getattr(init, name)(shape, seed=0, dtype=np.float32, **own)
    assert w.shape == shape
    assert w.dtype == np.float32


@pytest.mark.parametrize("name", sorted(set(INITIALISERS) - {"zeros", "ones"}))
def test_integers_hold_no_random_numbers(name):
    own = {"value": 0.5} if name == "constant" else {}
    with pytest.raises(TypeError, match="init: values of int64 hold no fractions"):
        getattr(init, name)((3, 4), seed=0, dtype=int, **own)


@pytest.mark.parametrize("name", [*RANDOM, "orthogonal"])
@pytest.mark.parametrize("gain", [np.nan, np.inf, -1.0])
def test_a_gain_that_is_none_is_refused(name, gain):
    with pytest.raises(ValueError, match="init: gain is a finite number of at least 0"):
        getattr(init, name)((3, 4), gain=gain)


@pytest.mark.parametrize("low", [-60.0, -38.0, -5.0, 0.0, 5.0, 8.0, 38.0, 60.0, 1e4])
@pytest.mark.parametrize("width", [0.01, 1.0, 20.0])
def test_a_truncated_normal_is_right_in_its_tails(low, width):
    """The mean of 4,000 draws, against exact arithmetic: within six of its standard errors."""
    w = init.truncated_normal((4000,), low=low, high=low + width, seed=0)
    with mp.workdps(50):
        a, b = M(low), M(low + width)
        near = min(abs(a), abs(b)) if a * b > 0 else M(0)

        def weight(x):
            return mp.exp((near - x) * (near + x) / 2)

        end = a + min(b - a, 40 / max(near, 1)) if a >= 0 else b
        start = b - min(b - a, 40 / max(near, 1)) if b <= 0 else a
        points = [start, end] if start * end >= 0 else [start, M(0), end]
        mass, first, second = [mp.quad(lambda x, k=k: x**k * weight(x), points) for k in range(3)]
        mean = first / mass
        error = mp.sqrt(max(second / mass - mean**2, 0) / 4000)
    assert abs(w.mean() - float(mean)) <= 6 * float(error) + 4e-16 * abs(low)  # and the rounding of the numbers
    assert low <= w.min()
    assert w.max() <= low + width


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_output_that_is_no_number_is_seen_in_the_loss(name):
    """A comparison with NaN is False: a loss that asks which side of a corner it is on must not take it for one."""
    options, _, outputs, *others = ROWS[name][0]
    x = np.array([outputs[-1]], dtype=float)
    x[...] = np.nan
    arrays = [np.array([other[0]]) for other in others]
    if name == "multilabel_soft_margin_loss":
        x, arrays = x[None], [a[None] for a in arrays]
    if name == "binary_cross_entropy":
        with pytest.raises(ValueError, match="output is from 0 to 1, not from nan to nan"):
            losses.binary_cross_entropy(x, *arrays)
    else:
        assert np.isnan(getattr(losses, name)(x, *arrays, **options))
