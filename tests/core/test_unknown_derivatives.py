"""A derivative that is not known is refused by every mode alike; one that is zero is zero in all."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.rules import OPS
from autograd_lite.errors import NoRuleError

MODES = {
    "grad": lambda f, x: ag.grad(lambda x: ag.sum(f(x)))(x),
    "backward": lambda f, x: ag.sum(f(ag.Var(x))).backward(),
    "reverse": lambda f, x: ag.jacobian(f, mode="reverse")(x),
    "forward": lambda f, x: ag.jacobian(f, mode="forward")(x),
    "jvp": lambda f, x: ag.jvp(f, (x,), (np.ones_like(x),))[1],
    "forward over reverse": lambda f, x: ag.hessian(lambda x: ag.sum(f(x)))(x),
    "checkpoint": lambda f, x: ag.jvp(ag.checkpoint(f), (x,), (np.ones_like(x),))[1],
}


@pytest.fixture
def registered():
    """Operations of a test, taken out of the registry afterwards."""
    before = dict(OPS)
    yield
    OPS.clear()
    OPS.update(before)


def register(kind, known):
    """A product, of which the derivative in the second argument is known or not."""
    g1, g2 = lambda g, v, x, y: g * y, lambda g, v, x, y: g * x
    if kind == "elementwise":
        return ag.elementwise("half", np.multiply, lambda v, x, y: y, (lambda v, x, y: x) if known else None)
    rules = ((g1, g2), (g1, g2)) if known else ((g1, None), (g1, None))
    return ag.general("half", np.multiply, *rules, signature="x, y, /")


UNKNOWN = [(op.name, i) for op in OPS.values() if op.kind == "elementwise" for i, p in enumerate(op.rules) if p is None]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("name", "i"), UNKNOWN)
def test_registered_operations_refuse_what_they_do_not_know(name, i, mode):
    op, others = OPS[name], np.full(3, 0.5)
    f = lambda x: op.call(*[x if k == i else others for k in range(len(op.arrays))])
    with pytest.raises(NoRuleError, match=rf"{name}: no derivative rule for argument '{op.arrays[i]}'.*stop_gradient"):
        MODES[mode](f, np.ones(3))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["elementwise", "general"])
def test_a_users_operation_refuses_what_it_does_not_know(kind, mode, registered):
    half, x = register(kind, known=False), np.array([2.0, 3.0])
    with pytest.raises(NoRuleError, match=r"half: no derivative rule.* for argument 'y'"):
        MODES[mode](lambda y: half(x, y), x)
    MODES[mode](lambda y: half(y, x), x)  # the other derivative is known
    MODES[mode](lambda y: half(y, ag.stop_gradient(y)), x)  # the remedy


@pytest.mark.parametrize("kind", ["elementwise", "general"])
def test_an_outer_variable_is_only_asked_for_by_the_outer_derivative(kind, registered):
    half = register(kind, known=False)
    inner = lambda y: ag.grad(lambda x: half(x, y))(3.0)
    assert inner(2.0) == 2.0
    assert ag.grad(inner)(2.0) == 1.0  # the rule of x is y, whose derivative is known
    assert ag.jacobian(inner, mode="forward")(2.0) == 1.0


@pytest.mark.parametrize("together", [False, True])
def test_a_rule_of_one_mode_serves_that_mode(together, registered):
    pull, push = (lambda g, v, xs: [2 * g], lambda ts, v, xs: 2 * ts[0])
    if not together:
        pull, push = (lambda g, v, x: 2 * g, lambda t, v, x: 2 * t)
    pulled = ag.general("pulled", lambda x: 2 * x, pull, None, together=together)
    pushed = ag.general("pushed", lambda x: 2 * x, None, push, together=together)
    assert ag.grad(pulled)(1.0) == ag.jvp(pushed, (1.0,), (1.0,))[1] == 2.0
    with pytest.raises(NoRuleError, match="pulled: no derivative rule in forward mode"):
        ag.jvp(pulled, (1.0,), (1.0,))
    with pytest.raises(NoRuleError, match="pushed: no derivative rule in reverse mode"):
        ag.grad(pushed)(1.0)


@pytest.mark.parametrize(
    "register",
    [
        lambda: ag.linear("lame", np.negative, None),
        lambda: ag.linear("lame", np.subtract, lambda g, x, y: g, signature="x, y, /"),
        lambda: ag.bilinear("lame", np.multiply, lambda g, x, y: g * y, None),
        lambda: ag.general(
            "lame", np.multiply, lambda g, v, x, y: g * y, lambda t, v, x, y: t * y, signature="x, y, /"
        ),
    ],
)
def test_a_rule_is_needed_for_every_array(register):
    with pytest.raises(TypeError, match="lame: give a rule for each of"):
        register()
    assert "lame" not in OPS


@pytest.mark.parametrize("mode", sorted(set(MODES) - {"backward"}))
def test_a_constant_argument_is_not_an_unknown_one(mode):
    x = np.array([0.0, 1.0, 2.0])
    zeros = MODES[mode](lambda c: ag.where(c, 2.0 * x, 3.0), x)
    assert not np.any(zeros)
    assert not np.any(MODES[mode](lambda y: ag.copysign(x, y), x))


@pytest.mark.parametrize("mode", sorted(set(MODES) - {"backward"}))
@pytest.mark.parametrize("name", ["floor", "ceil", "round", "trunc", "floor_divide"])
def test_a_zero_partial_annihilates_an_infinity_in_every_mode(name, mode):
    flat, x = (lambda x: ag.floor_divide(x, 2.0)) if name == "floor_divide" else OPS[name].call, np.zeros(1)
    assert not np.any(MODES[mode](lambda x: flat(ag.sqrt(x)), x))
    assert not np.any(MODES[mode](lambda x: ag.sqrt(flat(x)), x))
