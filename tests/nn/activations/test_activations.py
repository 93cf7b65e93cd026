"""Every claim of the table of activations, tried with the engine; and what functions and modules share."""

from __future__ import annotations

import dataclasses
import inspect
import math
import pickle
import re
import warnings

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.activations import CLAIMS, MODULES
from nn.activations.checks import TRIED


@pytest.mark.filterwarnings("ignore:binary_step")  # differentiated here on purpose; its warning is tested below
def test_every_claim_of_the_table_holds():
    """Equation, derivative, range, continuity, monotonicity and the identity near 0, for several options each."""
    found = nn.activations.verify()
    assert found.failures == ()
    for name in CLAIMS:
        function = MODULES[name].function
        options = list(inspect.signature(function).parameters)[1:]
        assert (name in TRIED) == bool(options and name != "gelu"), f"{name}: options to try"
        for tried in TRIED.get(name, [{}]):
            x = np.array([-7.3, -2.2, -0.4, 0.7, 1.9, 5.1])
            ag.check_grads(lambda x, f=function, o=tried: f(x, **o), (x,), order=1)
    lines = [line for name in CLAIMS for line in TRIED.get(name, [{}])]
    assert str(found).count("✓") == 7 * len(lines)
    assert "✗" not in str(found)


def false(name, **changes):
    return {name: dataclasses.replace(CLAIMS[name], **changes)}


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("equation", false("silu", equation="x/(1 + exp(-x)) + 1e-10")),
        ("derivative", false("softsign", derivative="1/(1 + x)**2")),  # as the lecture prints it
        ("range", false("tanh", range="[-1, 1]")),
        ("range", false("relu", range="(0, inf)")),
        ("range", false("sigmoid", range="(0, 1.00001)")),
        ("range", false("arctan", range="(-inf, inf)")),
        ("range", false("binary_step", range="[0, 1]")),
        ("range", false("hardtanh", range="(min_val, max_val)")),
        ("range", false("leaky_relu", range="(-inf, inf)")),  # not for all slopes
        ("continuity", false("softsign", order=2)),
        ("continuity", false("relu", order=-1)),
        ("continuity", false("elu", order=1)),
        ("continuity", false("mish", order=3)),
        ("monotonic", false("silu", monotonic=True)),
        ("monotonic", false("prelu", monotonic=True)),
        ("derivative monotonic", false("tanh", derivative_monotonic=True)),
        ("derivative monotonic", false("softplus", derivative_monotonic=False)),
        ("identity near 0", false("prelu", identity="yes iff weight == 0")),  # as the lecture prints it
        ("identity near 0", false("softsign", identity=False)),
        ("identity near 0", false("relu", identity=True)),
    ],
)
def test_a_false_claim_is_found(column, wrong):
    """Each column can fail, and the failure says which, what the table says and what was found."""
    (claims,) = wrong.values()
    found = nn.activations.verify(claims=wrong)
    assert found.failures
    fields = {"continuity": "order", "derivative monotonic": "derivative_monotonic", "identity near 0": "identity"}
    for failure in found.failures:
        assert failure.startswith(claims.name)
        said = str(getattr(claims, fields.get(column, column)))
        said = {"True": "yes", "False": "no"}.get(said, said)
        assert f": {column}: the table says {said}, found " in failure
    assert "✗" in str(found)


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: x**2, ("[0, inf)", math.inf, False, True, False)),
        (lambda x: -ag.abs(x), ("(-inf, 0]", 0, False, True, False)),
        (lambda x: x * ag.abs(x), ("(-inf, inf)", 1, True, False, False)),
        (lambda x: ag.maximum(x - 1.0, 0.0) ** 3, ("[0, inf)", 2, True, True, False)),
        (lambda x: ag.floor(ag.clip(x, -1.0, 1.0)), ("{-1, 0, 1}", -1, True, True, False)),
        (lambda x: x + 0.5 * ag.sin(x) ** 2, ("(-inf, inf)", math.inf, True, False, True)),
        (lambda x: x + 1e-12, ("(-inf, inf)", math.inf, True, True, False)),  # the identity passes through 0
        (lambda x: ag.where(x > 0, x, 0.5 * x), ("(-inf, inf)", 0, True, True, False)),
    ],
)
def test_what_is_measured_of_functions_of_ones_own(f, expected):
    found = nn.activations.measure(f)
    assert (found.range, found.order, found.monotonic, found.derivative_monotonic, found.identity) == expected


def test_edges_are_looked_at_where_they_are_said_to_be():
    kinked = lambda x: ag.abs(x - 0.3)
    assert nn.activations.measure(kinked).order == math.inf  # not seen from the usual edges
    assert nn.activations.measure(kinked, edges=(0.3,)).order == 0
    with pytest.raises(ValueError, match="the table has no 'tahn'; did you mean 'tanh'"):
        nn.activations.verify("tahn")


def test_table_prints_every_row():
    table = nn.activations.table()
    text = str(table)
    rows = re.findall(r"^\S.* \| ", text, flags=re.M)
    assert len(rows) == len(CLAIMS) + 1
    for c in CLAIMS.values():
        assert c.title in text
        assert f"{c.name}, {c.module}" in text
        assert c.equation in text
        assert c.derivative in text
        assert c.note in text
    assert table.to_markdown().count("\n|") == len(CLAIMS) + 1
    assert table._repr_html_().count("<tr>") == len(CLAIMS) + 1
    assert "|x|" in table.to_html()


@pytest.mark.parametrize("name", MODULES)
def test_functions_and_modules_agree_and_are_found_by_name(name):
    x = np.random.default_rng(0).normal(size=(4, 6))
    function, module = getattr(nn, name), getattr(nn, MODULES[name].__name__)().eval()
    weights = (0.25,) if name == "prelu" else ()
    assert np.array_equal(np.asarray(getattr(module(x), "value", module(x))), function(x, *weights))
    assert type(nn.Sequential(name)[0]) is MODULES[name]
    if name not in ("glu", "prelu"):
        assert type(nn.Sequential(function)[0]) is MODULES[name]
    assert type(pickle.loads(pickle.dumps(module))) is MODULES[name]
    single = function(x.astype(np.float32), *weights)
    assert single.dtype == np.float32


def test_options_are_attributes_and_may_be_trained():
    assert repr(nn.LeakyReLU(0.2)) == "LeakyReLU(negative_slope=0.2)"
    assert isinstance(nn.LeakyReLU(), nn.Activation)
    assert repr(nn.GELU("tanh")) == "GELU(approximate='tanh')"
    assert repr(nn.Softmax(dim=1)) == "Softmax(dim=1)"
    assert repr(nn.PReLU()) == "PReLU(num_parameters=1)"
    with pytest.raises(TypeError, match="Tanh has no options"):
        nn.Tanh(2)
    with pytest.raises(TypeError, match="slope"):
        nn.LeakyReLU(slope=2)
    trained = nn.ISRU(alpha=nn.Parameter(2.0))
    x = np.array([0.5, -1.0])
    ag.sum(trained(x)).backward()
    assert trained.alpha.grad.item() == pytest.approx(np.sum(-0.5 * x**3 / (1 + 2 * x**2) ** 1.5), rel=1e-14)
    ag.check_grads(lambda b: nn.squareplus(x, b), (2.0,), order=2)
    ag.check_grads(lambda a: nn.celu(x, a), (2.0,), order=2)


def test_prelu_learns_a_slope_for_each_channel():
    module = nn.PReLU(3, init=0.5)
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    ag.sum(module(x)).backward()
    assert np.allclose(module.weight.grad.value, np.minimum(x, 0).sum(axis=(0, 2)), rtol=1e-14)  # sums in another order
    assert np.array_equal(module(x).value, np.where(x > 0, x, 0.5 * x))
    with pytest.raises(ValueError, match=r"shape \(2, 4\) has not num_parameters=3 on axis 1"):
        module(np.ones((2, 4)))
    with pytest.raises(ValueError, match="num_parameters"):
        nn.PReLU(0)


def test_rrelu_draws_a_slope_for_each_entry_in_training():
    x = np.random.default_rng(0).normal(size=(200, 50)).astype(np.float32)
    module, again = nn.RReLU(0.2, 0.6, seed=3), nn.RReLU(0.2, 0.6, seed=3)
    y = module(x)
    assert y.dtype == np.float32
    assert np.array_equal(y, again(x))
    assert not np.array_equal(y, module(x))
    slopes = y[x < 0] / x[x < 0]
    assert np.array_equal(y[x > 0], x[x > 0])
    # 5000 draws reach within 1e-3 of the ends, and their mean has the standard deviation 0.4 / √12 / 70 = 0.0017.
    assert 0.2 <= slopes.min() < 0.201
    assert 0.599 < slopes.max() <= 0.6 + 1e-7
    assert abs(slopes.mean() - 0.4) < 0.008
    t = ag.Var(x)
    ag.sum(nn.rrelu(t, 0.2, 0.6, training=True, seed=3)).backward()
    assert np.allclose(t.grad.value, np.where(x > 0, 1, y / x), rtol=1e-6)  # a quotient of float32
    assert repr(module) == "RReLU(lower=0.2, upper=0.6)"
    for wrong in (lambda: nn.RReLU(0.5, 0.2), lambda: nn.rrelu(x, -0.1)):
        with pytest.raises(ValueError, match="0 ≤ lower ≤ upper"):
            wrong()


def test_the_binary_step_warns_that_nothing_trains_through_it():
    x = ag.Var(2.0)
    with pytest.warns(UserWarning, match="nothing before it trains"):
        y = nn.binary_step(x)
    y.backward()
    assert (y.item(), x.grad.item()) == (1.0, 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nn.binary_step(np.array([-1.0, -0.0, 0.0, 2.0])).tolist() == [0.0, 1.0, 1.0, 1.0]


def test_tails_neither_overflow_nor_cancel():
    far = np.array([-1e4, 1e4])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for name in MODULES:
            if name not in ("glu", "prelu", "binary_step"):
                function = getattr(nn, name)
                assert np.isfinite(function(far)).all(), name
                assert np.isfinite(ag.grad(lambda t, f=function: ag.sum(f(t)))(far)).all(), name
    # Φ(-10) = 7.619853024160526e-24, from tables; and 1/4 * 4/1e8 for squareplus: b / (4 |x|)
    assert nn.gelu(-10.0) == pytest.approx(-7.619853024160526e-23, rel=1e-12)
    assert nn.squareplus(-1e8) == pytest.approx(1e-8, rel=1e-12)
    assert nn.log_sigmoid(50.0) == pytest.approx(-math.exp(-50), rel=1e-12)


def test_bad_options_are_named():
    with pytest.raises(ValueError, match="did you mean 'leaky_relu'"):
        nn.MLP([1, 2, 1], "leaky_rleu")
    with pytest.raises(ValueError, match="did you mean 'swish'"):
        nn.MLP([1, 2, 1], "swich")
    with pytest.raises(ValueError, match="'none' or 'tanh'"):
        nn.gelu(1.0, "fast")
    with pytest.raises(ValueError, match=r"axis -1 of an input of shape \(2, 3\) has no two halves"):
        nn.glu(np.ones((2, 3)))


TORCH = {
    **{name: {} for name in ("relu", "sigmoid", "tanh", "softsign", "selu", "gelu", "mish", "silu")},
    **{name: {} for name in ("hardtanh", "hardsigmoid", "hardswish", "relu6", "tanhshrink")},
    "threshold": {"threshold": 1.0, "value": -2.0},
    "hardshrink": {"lambd": 1.5},
    "softshrink": {"lambd": 1.5},
    "rrelu": {"lower": 0.1, "upper": 0.7},
    "softmin": {"dim": 0},
    "elu": {"alpha": 1.5},
    "celu": {"alpha": 1.5},
    "leaky_relu": {"negative_slope": 0.2},
    "softplus": {"beta": 1.5},
    "softmax": {"dim": 0},
    "log_softmax": {"dim": 1},
    "glu": {"dim": 1},
}


@pytest.mark.parametrize("name", [*TORCH, "log_sigmoid", "gelu_tanh"])
def test_values_and_gradients_are_those_of_pytorch(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the comparison with it is optional")
    options = TORCH.get(name, {})
    x = np.random.default_rng(1).normal(size=(5, 4)) * 4
    there = torch.tensor(x, requires_grad=True)
    names = {"log_sigmoid": ("logsigmoid", {}), "gelu_tanh": ("gelu", {"approximate": "tanh"})}
    theirs_name, theirs = names.get(name, (name, options))
    out = getattr(torch.nn.functional, theirs_name)(there, **theirs)
    weights = np.random.default_rng(2).normal(size=out.shape)
    (out * torch.tensor(weights)).sum().backward()
    here = ag.Var(x)
    ours = getattr(nn, name)(here, **options)
    ag.sum(ours * weights).backward()
    # Other orders of operations. There softplus is cut off at 20, by 2e-9, and hardsigmoid's 1/6 is a float32.
    atol = {"softplus": 3e-9, "hardsigmoid": 1e-7}.get(name, 1e-13)
    assert np.allclose(ours.value, out.detach().numpy(), rtol=1e-12, atol=atol if name == "softplus" else 1e-14)
    assert np.allclose(here.grad.value, there.grad.numpy(), rtol=1e-11, atol=atol)
