"""Losses against the formulas written naively, and where those overflow."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
import nn

RNG = np.random.default_rng(0)


def naive_cross_entropy(z, labels):
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    return np.array([-np.log(p[i, k]) for i, k in enumerate(labels)])


REDUCED = {"mean": np.mean, "sum": np.sum, "none": np.asarray}


@pytest.mark.parametrize("reduction", REDUCED)
def test_cross_entropy_is_minus_the_log_of_the_right_class(reduction, rng):
    z, labels = rng.normal(size=(7, 4)), rng.integers(0, 4, 7)
    got = nn.cross_entropy(z, labels, reduction=reduction)
    assert np.allclose(got, REDUCED[reduction](naive_cross_entropy(z, labels)), rtol=1e-13)  # a few roundings


def test_cross_entropy_gradient_is_softmax_minus_one_hot(rng):
    z, labels = rng.normal(size=(7, 4)), rng.integers(0, 4, 7)
    gradient = ag.grad(lambda x: nn.cross_entropy(x, labels))(z)
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    assert np.allclose(gradient, (p - np.eye(4)[labels]) / 7, atol=1e-16)  # differences of numbers below 1/7


def test_cross_entropy_of_huge_logits():
    z = ag.Tensor([[1000.0, -1000.0]], requires_grad=True)
    loss = nn.cross_entropy(z, [1])
    loss.backward()
    assert loss.item() == 2000.0
    assert z.grad.value.tolist() == [[1.0, -1.0]]
    assert nn.cross_entropy(z, np.array([0])).item() == 0.0


def test_cross_entropy_gradients_by_differences(rng):
    labels = np.array([2, 0, 0])
    ag.check_grads(lambda z: nn.cross_entropy(z, labels), (rng.normal(size=(3, 4)),), order=2)


def test_cross_entropy_says_what_is_wrong():
    z = np.zeros((3, 2))
    with pytest.raises(TypeError, match="labels are integers"):
        nn.cross_entropy(z, np.zeros(3))
    with pytest.raises(ValueError, match=r"labels from 0 to 2 for 2 classes"):
        nn.cross_entropy(z, np.array([0, 1, 2]))
    with pytest.raises(ValueError, match=r"labels from -1 to 1 for 2 classes"):
        nn.cross_entropy(z, np.array([0, 1, -1]))
    with pytest.raises(ValueError, match=r"\(3, 2\) and \(2,\)"):
        nn.cross_entropy(z, np.array([0, 1]))
    with pytest.raises(ValueError, match="empty batch"):
        nn.cross_entropy(np.zeros((0, 2)), np.zeros(0, int))
    with pytest.raises(ValueError, match="did you mean 'mean'"):
        nn.cross_entropy(z, np.array([0, 1, 0]), reduction="meen")


@pytest.mark.parametrize("reduction", REDUCED)
def test_mse_is_the_squared_difference(reduction, rng):
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    got = nn.mse_loss(ag.asarray(a), b, reduction=reduction)
    assert np.allclose(got.value, REDUCED[reduction]((a - b) ** 2), rtol=1e-14)  # sums in another order
    assert np.allclose(ag.grad(lambda x: nn.mse_loss(x, b))(a), 2 * (a - b) / 15, rtol=1e-14)


def test_mse_does_not_broadcast():
    with pytest.raises(ValueError, match=r"\(5, 1\) and target of shape \(5,\).*y\[:, None\]"):
        nn.mse_loss(np.zeros((5, 1)), np.zeros(5))


# -- the other losses: against PyTorch, differences, and formulas ------------------------------------------------------

A, B, C = RNG.normal(size=(3, 6, 4))
LABELS = np.array([0, 3, 2, 2, 1, 0])
SIGNS, ROW_SIGNS = np.where(RNG.normal(size=(6, 4)) > 0, 1.0, -1.0), np.array([1.0, -1.0, 1.0, 1.0, -1.0, -1.0])
P, Q = 1 / (1 + np.exp(-A)), np.exp(B) / np.exp(B).sum(1, keepdims=True)
WEIGHT = np.array([0.5, 2.0, 1.0, 0.25])
SOME = np.array([0, -100, 2, 2, -100, 0])
D, PLACES = RNG.normal(size=(3, 4, 2, 5)), RNG.integers(0, 4, (3, 2, 5))  # classes on axis 1, as of images
HOLES = np.where(RNG.random(PLACES.shape) < 0.3, -100, PLACES)
SPREAD = np.exp(-D) / np.exp(-D).sum(1, keepdims=True)
SEVERAL = np.array([[3, 0, -1, 1], [1, -1, -1, -1], [-1, 0, 1, 2], [0, 1, 2, 3], [2, 2, 1, -1], [0, 3, 1, -1]])

# name, arrays (the first is differentiated), options
CASES = [
    ("mse_loss", (A, B), {}),
    ("l1_loss", (A, B), {}),
    ("huber_loss", (A, B), {"delta": 0.7}),
    ("smooth_l1_loss", (A, B), {"beta": 0.3}),
    ("smooth_l1_loss", (A, B), {"beta": 0.0}),
    ("cross_entropy", (A, LABELS), {}),
    ("cross_entropy", (A, LABELS), {"weight": WEIGHT}),
    ("cross_entropy", (A, LABELS), {"label_smoothing": 0.3}),
    ("cross_entropy", (A, SOME), {"label_smoothing": 0.3, "weight": WEIGHT}),
    ("cross_entropy", (A, LABELS), {"ignore_index": 2}),
    ("cross_entropy", (A, SOME), {}),
    ("cross_entropy", (A, Q), {}),
    ("cross_entropy", (A, Q), {"weight": WEIGHT, "label_smoothing": 0.2}),
    ("cross_entropy", (D, PLACES), {}),
    ("cross_entropy", (D, HOLES), {"label_smoothing": 0.3, "weight": WEIGHT}),
    ("cross_entropy", (D, SPREAD), {"weight": WEIGHT, "label_smoothing": 0.2}),
    ("cross_entropy", (A[0], LABELS[1]), {"label_smoothing": 0.3}),
    ("cross_entropy", (A[0], Q[1]), {"label_smoothing": 0.3}),
    ("nll_loss", (-SPREAD, HOLES), {"weight": WEIGHT}),
    ("nll_loss", (-SPREAD[..., 0], PLACES[..., 0]), {}),
    ("nll_loss", (np.log(Q), LABELS), {}),
    ("nll_loss", (np.log(Q), SOME), {"weight": WEIGHT}),
    ("binary_cross_entropy", (P, Q), {}),
    ("binary_cross_entropy", (P, (SIGNS + 1) / 2), {"weight": WEIGHT}),
    ("binary_cross_entropy_with_logits", (A, Q), {}),
    ("binary_cross_entropy_with_logits", (30 * A, (SIGNS + 1) / 2), {"weight": WEIGHT, "pos_weight": 2 * WEIGHT}),
    ("kl_div", (np.log(P), Q), {}),
    ("kl_div", (np.log(P), Q), {"reduction": "batchmean"}),
    ("kl_div", (np.log(P), np.log(Q)), {"log_target": True}),
    ("kl_div", (np.log(P), np.where(SIGNS > 0, Q, 0.0)), {}),
    ("poisson_nll_loss", (A, np.abs(B)), {}),
    ("poisson_nll_loss", (A, np.round(4 * np.abs(B))), {"full": True}),
    ("poisson_nll_loss", (P, np.round(4 * np.abs(B))), {"log_input": False}),
    ("gaussian_nll_loss", (A, B, np.abs(C)), {}),
    ("gaussian_nll_loss", (A, B, np.abs(C[:, :1])), {"full": True}),
    ("gaussian_nll_loss", (A, B, np.where(SIGNS > 0, np.abs(C), 0.0)), {"eps": 1e-3}),
    ("hinge_embedding_loss", (A, SIGNS), {"margin": 0.5}),
    ("multi_margin_loss", (A, LABELS), {}),
    ("multi_margin_loss", (A, LABELS), {"p": 2, "margin": 0.5, "weight": WEIGHT}),
    ("multilabel_margin_loss", (A, SEVERAL), {}),
    ("multilabel_margin_loss", (A[0], SEVERAL[0]), {}),
    ("multilabel_soft_margin_loss", (A, (SIGNS + 1) / 2), {}),
    ("multilabel_soft_margin_loss", (A, (SIGNS + 1) / 2), {"weight": WEIGHT}),
    ("soft_margin_loss", (A, SIGNS), {}),
    ("cosine_embedding_loss", (A, B, ROW_SIGNS), {"margin": -0.2}),
    ("margin_ranking_loss", (A, B, SIGNS), {"margin": 0.4}),
    ("triplet_margin_loss", (A, B, C), {}),
    ("triplet_margin_loss", (A, B, C), {"margin": 2.0, "p": 3.0, "swap": True}),
    ("triplet_margin_with_distance_loss", (A, B, C), {}),
    ("triplet_margin_with_distance_loss", (A, B, C), {"distance_function": lambda x, y: ((x - y) ** 2).sum(-1)}),
    (
        "triplet_margin_with_distance_loss",
        (A, B, C),
        {"distance_function": lambda x, y: abs(x - y).sum(-1), "margin": 2.0, "swap": True},
    ),
]
IDS = [f"{name}{i}" for i, (name, *_) in enumerate(CASES)]


@pytest.mark.filterwarnings("ignore:reduction")  # PyTorch's advice to prefer batchmean in kl_div
@pytest.mark.parametrize("reduction", REDUCED)
@pytest.mark.parametrize(("name", "arrays", "options"), CASES, ids=IDS)
def test_values_and_gradients_are_those_of_pytorch(name, arrays, options, reduction):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    options = {"reduction": reduction} | options
    # Targets are data: with them PyTorch's own gradients are NaN here and there.
    learned = {"gaussian_nll_loss": 3, "triplet_margin_loss": 3, "cosine_embedding_loss": 2, "margin_ranking_loss": 2}
    learned["triplet_margin_with_distance_loss"] = 3
    tracked = [i < learned.get(name, 1) for i in range(len(arrays))]
    there = [torch.tensor(a, requires_grad=t) for a, t in zip(arrays, tracked, strict=True)]
    tensors = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    wanted = getattr(torch.nn.functional, name)(*there, **tensors)
    wanted.sum().backward()
    here = [ag.Tensor(a, requires_grad=t) for a, t in zip(arrays, tracked, strict=True)]
    got = getattr(nn, name)(*here, **options)
    ag.sum(got).backward()
    # Sums in other orders, of at most 24 numbers of size up to 100.
    assert np.allclose(got.value, wanted.detach().numpy(), rtol=1e-12, atol=1e-13)
    for mine, theirs in zip(here, there, strict=True):
        if theirs.requires_grad:
            assert np.allclose(mine.grad.value, theirs.grad.numpy(), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("name", "arrays", "options"), [*CASES, ("hinge_loss", (A, SIGNS), {})], ids=[*IDS, "hinge"])
def test_gradients_by_differences_and_types(name, arrays, options):
    function = getattr(nn, name)
    ag.check_grads(lambda x: function(x, *arrays[1:], **options), (arrays[0],), order=1)
    plain = function(*arrays, **options)
    assert isinstance(plain, np.float64)
    assert plain == function(*map(ag.asarray, arrays), **options).value
    single = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arrays]
    assert function(*single, **{k: v for k, v in options.items() if k != "pos_weight"}).dtype in (
        (np.float32, np.float64) if "weight" in options else (np.float32,)
    )


def test_hinge_loss_is_that_of_a_support_vector_machine():
    assert nn.hinge_loss(A, SIGNS, reduction="none").tolist() == np.maximum(0, 1 - SIGNS * A).tolist()


def test_losses_are_finite_at_the_ends():
    p = ag.Tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
    loss = nn.binary_cross_entropy(p, np.array([0.0, 1.0, 1.0, 0.0]), reduction="none")
    assert loss.value.tolist() == [0.0, 0.0, 100.0, 100.0]
    ag.sum(loss).backward()
    assert np.allclose(p.grad.value, [1.0, -1.0, -1e12, 1e12])
    z = ag.Tensor([-1e4, 1e4, -50.0], requires_grad=True)
    loss = nn.binary_cross_entropy_with_logits(z, np.array([1.0, 1.0, 0.0]), reduction="none")
    assert np.allclose(loss.value, [1e4, 0.0, np.exp(-50)], rtol=1e-14, atol=0)  # no cancellation: relative
    ag.sum(loss).backward()
    assert np.allclose(z.grad.value, [-1.0, 0.0, np.exp(-50)], rtol=1e-14, atol=0)
    assert nn.kl_div(np.log([0.5, 0.5]), [1.0, 0.0], reduction="sum") == pytest.approx(np.log(2), rel=1e-15)


SURE = np.array([[1.0, 0.0], [0.0, 1.0]])
LOGITS = 2000 * SURE - 1000


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(
    "loss",
    [
        lambda **r: nn.binary_cross_entropy(SURE, SURE, **r),
        lambda **r: nn.binary_cross_entropy(SURE[0, 0], SURE[0, 0], **r),
        lambda **r: nn.binary_cross_entropy(SURE, SURE, weight=0.5, **r),
        lambda **r: nn.binary_cross_entropy_with_logits(LOGITS, SURE, **r),
        lambda **r: nn.cross_entropy(LOGITS, np.array([0, 1]), **r),
        lambda **r: nn.cross_entropy(LOGITS, np.array([0, 1]), weight=np.ones(2), **r),
        lambda **r: nn.cross_entropy(LOGITS[0], np.array(0), **r),
        lambda **r: nn.cross_entropy(LOGITS, SURE, **r),
        lambda **r: nn.nll_loss(np.log(SURE, where=SURE > 0, out=np.full((2, 2), -9.0)), np.array([0, 1]), **r),
    ],
)
def test_what_is_predicted_surely_costs_nothing_and_not_minus_nothing(loss, reduction):
    value = loss(reduction=reduction)
    assert (value == 0).all()
    assert not np.signbit(value).any()


def test_ignored_rows_may_hold_anything():
    z = ag.Tensor([[1.0, 2.0], [np.inf, -np.inf], [np.nan, 0.0]], requires_grad=True)
    with np.errstate(invalid="ignore"):
        loss = nn.cross_entropy(z, [0, 5, 5], ignore_index=5)
        loss.backward()
    assert loss.item() == pytest.approx(np.log1p(np.exp(1.0)), rel=1e-15)
    assert np.allclose(z.grad.value[0], [-1 / (1 + np.exp(-1)), 1 / (1 + np.exp(-1))], rtol=1e-14)
    assert z.grad.value[1:].tolist() == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.mse_loss(np.zeros((0, 2)), np.zeros((0, 2))), ValueError, "mse_loss: an empty batch"),
        (lambda: nn.huber_loss(A, A[0]), ValueError, r"output of shape \(6, 4\) and target of shape \(4,\)"),
        (lambda: nn.huber_loss(A, B, delta=0), ValueError, "delta is above 0"),
        (lambda: nn.smooth_l1_loss(A, B, beta=-1), ValueError, "beta is at least 0"),
        (lambda: nn.cross_entropy(A, LABELS, label_smoothing=1.5), ValueError, "label_smoothing is from 0 to 1"),
        (lambda: nn.cross_entropy(A, LABELS, weight=[1.0]), ValueError, r"weight for each of 4 .*\(1,\)"),
        (lambda: nn.cross_entropy(A, np.full(6, -100)), ValueError, "no row counts"),
        (lambda: nn.cross_entropy(A, Q[:, :2]), ValueError, "shape"),
        (lambda: nn.nll_loss(A, np.array([0, 1, 2, 3, 4, -100])), ValueError, "labels from 0 to 4 for 4 classes"),
        (lambda: nn.nll_loss(A, A[:, 0]), TypeError, "labels are integers"),
        (lambda: nn.binary_cross_entropy(A, Q), ValueError, "output is from 0 to 1.*with_logits"),
        (lambda: nn.binary_cross_entropy(P, A), ValueError, "target is from 0 to 1"),
        (lambda: nn.kl_div(A, Q, reduction="batchmeen"), ValueError, "did you mean 'batchmean'"),
        (lambda: nn.kl_div(A[:0], Q[:0], reduction="batchmean"), ValueError, "empty batch"),
        (lambda: nn.poisson_nll_loss(A, -Q), ValueError, "counts are at least 0"),
        (lambda: nn.gaussian_nll_loss(A, B, -P), ValueError, "variances are at least 0"),
        (lambda: nn.gaussian_nll_loss(A, B, P[:, :2]), ValueError, r"var of shape \(6, 2\)"),
        (lambda: nn.hinge_loss(A, LABELS), ValueError, r"hinge_loss: output of shape \(6, 4\)"),
        (lambda: nn.hinge_loss(A[:, 0], LABELS), ValueError, "the target is 1 or -1, not 0"),
        (lambda: nn.multi_margin_loss(A, LABELS + 1), ValueError, "labels from 1 to 4 for 4 classes"),
        (lambda: nn.multi_margin_loss(A, SIGNS), ValueError, "n integers"),
        (lambda: nn.cross_entropy(D, PLACES[:2]), ValueError, r"\(3, 4, 2, 5\) and \(2, 2, 5\)"),
        (lambda: nn.cross_entropy(D, PLACES + 0.0), TypeError, "labels are integers"),
        (lambda: nn.cross_entropy(1.0, 0), ValueError, "classes on axis 1"),
        (lambda: nn.cross_entropy(D, PLACES + 1), ValueError, "labels from 1 to 4 for 4 classes"),
        (lambda: nn.nll_loss(D[:0], PLACES[:0]), ValueError, "empty batch"),
        (lambda: nn.multilabel_margin_loss(A, SEVERAL + 1), ValueError, "from 0 to 4"),
        (lambda: nn.multilabel_margin_loss(A, SIGNS), ValueError, "labels are integers"),
        (lambda: nn.multilabel_margin_loss(A, LABELS), ValueError, r"output of shape \(6, 4\)"),
        (lambda: nn.multilabel_soft_margin_loss(A, LABELS), ValueError, r"output of shape \(6, 4\)"),
        (lambda: nn.multilabel_soft_margin_loss(1.0, 1.0), ValueError, "a number has none"),
        (lambda: nn.soft_margin_loss(A, 0 * SIGNS), ValueError, "the target is 1 or -1, not 0"),
        (lambda: nn.triplet_margin_with_distance_loss(A, B, C[0]), ValueError, "anchor of shape"),
        (lambda: nn.cosine_embedding_loss(A, B, [1.0]), ValueError, r"no target of shape \(1,\)"),
        (lambda: nn.HuberLoss(detla=2.0), TypeError, "did you mean 'delta'"),
    ],
)
def test_what_does_not_fit_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_losses_are_modules_too():
    for name, arrays, options in CASES:
        cls = next(m for m in vars(nn).values() if getattr(m, "function", None) is getattr(nn, name))
        assert cls(**options)(*arrays) == getattr(nn, name)(*arrays, **options)
    assert nn.HingeLoss(margin=0.5)(A, SIGNS) == nn.hinge_loss(A, SIGNS, margin=0.5)
    assert issubclass(nn.HingeLoss, nn.Loss)
    assert repr(nn.HuberLoss(delta=2.0)) == "HuberLoss(delta=2.0)"
