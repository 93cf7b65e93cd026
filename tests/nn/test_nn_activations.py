"""Every claim of the table of activations, tried with the engine; and what functions and modules share."""

from __future__ import annotations

import math
import pickle
import re
import warnings

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.activations import CLAIMS, MODULES

OPTIONS = {
    "isru": [{"alpha": a} for a in (0.5, 1.0, 3.0)],
    "leaky_relu": [{"negative_slope": a} for a in (0.01, -0.5, 0.0, 1.0, 2.0)],
    "prelu": [{"weight": a} for a in (0.25, -0.5, 0.0, 1.0, 2.0)],
    "elu": [{"alpha": a} for a in (0.5, 1.0, 2.0)],
    "celu": [{"alpha": a} for a in (0.5, 1.0, 2.0)],
    "softplus": [{"beta": a} for a in (0.5, 1.0, 3.0)],
    "squareplus": [{"b": a} for a in (0.5, 4.0)],
    "sine": [{"omega_0": a} for a in (0.5, 1.0, 30.0)],
    "hardtanh": [{"min_val": a, "max_val": b} for a, b in ((-1.0, 1.0), (-2.0, 3.0), (1.0, 3.0))],
}
CASES = [(name, options) for name in CLAIMS for options in OPTIONS.get(name, [{}])]
every_row = pytest.mark.parametrize(
    ("name", "options"), CASES, ids=[f"{n}{list(o.values()) if o else ''}" for n, o in CASES]
)

pytestmark = pytest.mark.filterwarnings("ignore:binary_step")  # tracked here on purpose; tested below
GRID = np.linspace(-15, 15, 6001)  # with 0 and every edge below, and within reach of open ends
EDGES = (-3.0, -2.0, -1.0, 0.0, 1.0, 3.0)


def function(name, options):
    return lambda x: CLAIMS[name].function(x, **options)


def derivative(f, order=1):
    """The derivative of a function of each entry, from the engine."""
    for _ in range(order):
        f = (lambda g: lambda x: ag.grad(lambda t: ag.sum(g(t)))(x))(f)
    return f


def run(text, x, name, options):
    """What the text of a row says at x."""
    names = {**{n: getattr(ag, n) for n in ag.__all__}, **options, "x": x, "f": function(name, options)}
    return eval(text, {"__builtins__": {}}, names) * np.ones_like(x)


def holds(claim, value, options):
    """Whether `claim`, ``"value"`` or ``"value iff condition"``, says `value` for these options."""
    said, _, condition = str(claim).partition(" iff ")
    said = {"True": "yes", "False": "no"}.get(said, said)
    if condition and not eval(condition, {"__builtins__": {}}, options):
        return said != value
    return said == value


def monotonic(values):
    # Where a function has saturated neighbours differ by roundings, 1e-14 for values up to 15.
    steps = np.diff(values)
    return "yes" if (steps > -1e-14).all() or (steps < 1e-14).all() else "no"


@every_row
def test_equation_and_derivative(name, options):
    f, c = function(name, options), CLAIMS[name]
    # The texts cancel where the functions do not: the absolute error of one or two roundings of numbers up to 15.
    assert np.allclose(f(GRID), run(c.equation, GRID, name, options), rtol=1e-12, atol=1e-14)
    away = GRID[(np.abs(GRID[:, None] - EDGES) > 1e-3).all(axis=1)]
    for x in (away, GRID) if not (name == "isru" or name.startswith("gelu")) else (GRID,):
        assert np.allclose(derivative(f)(x), run(c.derivative, x, name, options), rtol=1e-11, atol=1e-13)
    ag.check_grads(f, (np.array([-7.3, -2.2, -0.4, 0.7, 1.9, 5.1]),), order=1)


@every_row
def test_range(name, options):
    f = function(name, options)
    values = f(GRID)
    said, _, condition = CLAIMS[name].range.partition(" iff ")
    if said.startswith("{"):
        assert set(values) == set(eval(said))
        return
    scope = {"inf": math.inf, "pi": math.pi, "sqrt": math.sqrt, **options}
    low, high = (eval(end, {"__builtins__": {}}, scope) for end in said[1:-1].split(", "))
    far = f(np.array([-1e8, 1e8])) if name != "sine" else np.empty(0)  # sine repeats itself
    everything = np.concatenate([values, far, f(np.linspace(-3, 0, 60001))])  # finer around minima

    reached = []
    for end, closed, side in ((low, said[0] == "[", -1), (high, said[-1] == "]", 1)):
        best = side * (side * everything).max()
        if math.isinf(end):
            reached += [side * best > 1e4, not closed]
        else:
            reached.append(abs(best - end) < 1e-6)  # closed ends are printed with 6 digits, open ones approached
            # An end is attained where the best is inside the grid, or on a plateau; else it is being approached.
            top = np.flatnonzero(side * values == (side * values).max())
            reached.append(closed == (len(top) > 1 or top[0] not in (0, len(values) - 1)))
    assert all(reached) == (not condition or eval(condition, {"__builtins__": {}}, options)), (said, reached)


@every_row
def test_monotonic(name, options):
    f, c = function(name, options), CLAIMS[name]
    assert holds(c.monotonic, monotonic(f(GRID)), options)
    assert holds(c.derivative_monotonic, monotonic(derivative(f)(GRID)), options)


@every_row
def test_order_of_continuity(name, options):
    """Derivatives up to the order agree on both sides of every edge, and the next one jumps at one of them."""
    f = function(name, options)
    h = 1e-9
    smooth = -1
    for order in range(5):  # "∞" is tried up to the fourth derivative
        g = derivative(f, order)
        jump = np.abs(g(np.array(EDGES) + h) - g(np.array(EDGES) - h))
        # a continuous derivative changes by 2e-9 times the next one, at most 30**5 here; jumps are above 1e-3
        if (jump > 1e-3 * max(1.0, options.get("omega_0", 1.0) ** 4)).any():
            break
        smooth = order
    assert holds(CLAIMS[name].order, "inf" if smooth == 4 else str(smooth), options)


@every_row
def test_identity_near_the_origin(name, options):
    f = function(name, options)
    slopes = derivative(f)(np.array([-1e-9, 0.0, 1e-9]))
    near = abs(f(np.zeros(1))[0]) < 1e-15 and np.allclose(slopes, 1.0, atol=1e-6)  # 1e-9 times a second derivative
    assert holds(CLAIMS[name].identity, "yes" if near else "no", options)


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
    function, module = getattr(nn, name), getattr(nn, MODULES[name].__name__)()
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
    **{name: {} for name in ("hardtanh", "hardsigmoid", "hardswish")},
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
