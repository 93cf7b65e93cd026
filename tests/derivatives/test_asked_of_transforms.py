"""What a function of functions is given is checked where it is given, and its errors begin with its own name."""

import inspect

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import SeedError

X = np.array([1.0, 2.0, 3.0])
FUNCTIONS = ("f", "log_density", "potential", "lagrangian", "hamiltonian")
"""What a public function calls the function that it takes."""

GIVEN = {"ts": [0.0, 1.0], "values": {"a": 1.0}, **dict.fromkeys(["args", "primals", "tangents"], (1.0,)), "steps": 1}
"""What else they are given, by name; 1.0 where nothing is said."""


def takers():
    """Every public function whose first argument is a function, by the name that its errors are to begin with."""
    homes = [
        (ag, ag.__all__),
        (ag.mechanics, ag.mechanics.__all__),
        (ag.ode, ["integrate"]),
        (ag.mcmc, ag.mcmc.__all__),
    ]
    for home, names in homes:
        for name in names:
            found = getattr(home, name)
            if (
                inspect.isfunction(found) or found is ag.Objective
            ) and found is not ag.gradient:  # NumPy's, of an array
                parameters = list(inspect.signature(found).parameters.values())
                if parameters and parameters[0].name in FUNCTIONS:
                    yield f"{home.__name__}.{name}", found, parameters[1:]


TAKERS = {name: (found, rest) for name, found, rest in takers()}
MATRICES = ("grad", "value_and_grad", "jacobian", "hessian")


def test_the_walk_finds_them():
    known = {name.rpartition(".")[2] for name in TAKERS}
    found = {*MATRICES, "vjp", "jvp", "hvp", "check_grads", "checkpoint", "replay", "partials", "ledger", "Objective"}
    assert found | {"sensitivity", "hmc", "force", "acceleration", "leapfrog", "integrate"} <= known


@pytest.mark.parametrize("name", TAKERS)
def test_what_is_no_function_is_refused_at_once(name):
    taker, rest = TAKERS[name]
    more = {p.name: GIVEN.get(p.name, 1.0) for p in rest if p.default is p.empty and p.kind is not p.VAR_POSITIONAL}
    with pytest.raises(TypeError, match=rf"^{name.rpartition('.')[2]}: takes a function, not 3 \(int\)"):
        taker(3, **more)


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("given", [3.0, X, "0", True, None, (0, 1.0)], ids=repr)
def test_argument_numbers_are_integers_and_a_point_is_not(name, given):
    """``ag.grad(f, x)``, for ``ag.grad(f)(x)``."""
    with pytest.raises(TypeError, match=rf"^{name}: argnums is an integer .*{name}\(f\)\(x\)"):
        getattr(ag, name)(ag.sum, given)


@pytest.mark.parametrize("name", MATRICES)
def test_numpys_integers_are_argument_numbers(name):
    one, several = getattr(ag, name)(ag.sum, np.int64(0))(X), getattr(ag, name)(ag.sum, [np.int64(0)])(X)
    assert isinstance(one, type(getattr(ag, name)(ag.sum)(X)))
    assert repr(several) == repr(getattr(ag, name)(ag.sum, (0,))(X))


def test_derivatives_that_are_no_tuple_are_named():
    with pytest.raises(TypeError, match=r"^partials: argnums is a tuple.*\(0,\)"):
        ag.partials(ag.sin, 0)


@pytest.mark.parametrize("given", [1.0, X, X[:1], ag.Var(X), {"x": 1.0}], ids=repr)
def test_arguments_come_in_a_tuple(given):
    """An array of one entry too, which was unpacked into a number."""
    wrong = "is a tuple, an entry for each argument of f: write \\(x,\\)"
    for call, name in (
        (lambda: ag.check_grads(ag.sin, given), "check_grads: args"),
        (lambda: ag.jvp(ag.sin, given, (1.0,)), "jvp: primals"),
        (lambda: ag.jvp(ag.sin, (1.0,), given), "jvp: tangents"),
        (lambda: ag.hvp(ag.sin, given, (1.0,)), "hvp: primals"),
        (lambda: ag.hvp(ag.sin, (1.0,), given), "hvp: tangents"),
    ):
        with pytest.raises(TypeError, match=f"^{name} {wrong}"):
            call()


ASKERS = {
    **{name: getattr(ag, name) for name in MATRICES},
    **{name: getattr(ag.mechanics, name) for name in ("force", "momentum", "energy", "acceleration", "hamilton")},
    "hvp": lambda f: lambda *args: ag.hvp(f, args, args),
}


@pytest.mark.parametrize("name", ASKERS)
def test_errors_begin_with_the_name_of_who_was_asked(name):
    def several(q, v=0.0):
        return q * v + X

    with (
        pytest.raises(ValueError, match=rf"^{name}: the function must return one number")
        if name != "jacobian"
        else (pytest.raises(SeedError, match=r"^jacobian: argnums"))
    ):
        (ASKERS[name](several) if name != "jacobian" else ag.jacobian(several, 2))(X, X)
    if name not in ("acceleration",):  # which takes integers as numbers
        with pytest.raises(TypeError, match=rf"^{name}: a variable needs a floating-point dtype"):
            ASKERS[name](lambda q, v=0.0: ag.sum(q * v))(np.array([1, 2]), np.array([1, 2]))


def test_structures_are_written_as_containers():
    for call, text in (
        (lambda: ag.vjp(lambda x: (x, x), 1.0)[1](1.0), r"structure \* does not fit an output of structure \(\*, \*\)"),
        (lambda: ag.jvp(lambda x: x["a"], ({"a": 1.0},), ({"b": 1.0},)), r"\(\{'b': \*\},\) do not fit"),
        (lambda: ag.Objective(lambda x: x["a"], {"a": 1.0}).flatten(1.0), r"structure \* does not fit \{'a': \*\}"),
        (lambda: ag.ode.integrate(lambda t, y: (y, y), 1.0, [0.0, 1.0]), r"what y is, \* of shapes \[\(\)\], not \(\*"),
    ):
        with pytest.raises(ValueError, match=text) as caught:
            call()
        assert "namespace" not in str(caught.value)
