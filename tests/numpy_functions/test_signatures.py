"""Every function that docs/numpy.md calls differentiable takes every argument NumPy gives it, by name and by position.

The signatures are NumPy's own, from `inspect`; the values of arguments are in `numpy_arguments`. Each argument is
given in turn, the others having their defaults: the result has NumPy's value and dtype, and the derivative of
differences. What NumPy refuses is refused, with an error of its class.
"""

import inspect
import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.core.tensor import raw
from tests.numpy_functions.test_protocol_census import leaves
from tests.support.numpy_arguments import OF, VALUES, Several, With
from tests.support.numpy_samples import DIFFERENTIABLE, FUNCTIONS, LIKE

WALKED = sorted((DIFFERENTIABLE.keys() & FUNCTIONS.keys()) | {"polynomial.polynomial.polyval2d"} & FUNCTIONS.keys())
WRITTEN = ("copyto", "put", "place", "putmask", "put_along_axis", "fill_diagonal")
SKIPPED = ("trim_zeros",)
"""Whose samples have zeros that are to stay zero; their derivatives are in the census."""
UP_TO_SIGN = {"linalg.eigh"}
"""Whose vectors LAPACK leaves free to point either way: it does so by the triangle it reads."""
EMPTY = inspect.Parameter.empty


def signature(name):
    """NumPy's signature, or None where it hides it."""
    try:
        return inspect.signature(FUNCTIONS[name])
    except ValueError:
        return None


def value_of(name, argument):
    own = OF.get(name, {})
    if argument in own:
        return own[argument]
    assert argument in VALUES, (
        f"np.{name} has an argument {argument!r}: give it a value in tests/support/numpy_arguments.py"
    )
    return VALUES[argument]


def variants(value):
    """The values to try, each with what it needs."""
    values = value.values if isinstance(value, Several) else (value,)
    return [(v.value, v.others) if isinstance(v, With) else (v, {}) for v in values]


def required(name, parameters):
    """What the function cannot be called without, by name."""
    given = {}
    for p in parameters:
        if p.kind is p.VAR_KEYWORD or (p.kind is p.VAR_POSITIONAL and p.name not in ("args", "arys", "xi", "operands")):
            continue
        if p.kind is p.VAR_POSITIONAL and any(q.kind is q.POSITIONAL_OR_KEYWORD for q in parameters):
            continue
        if p.default is EMPTY:
            given[p.name] = variants(value_of(name, p.name))[0][0]
    return given


def calls():
    """Each argument of each function: an identifier, the function's name and positional and named arguments."""
    for name in WALKED:
        found = signature(name)
        if found is None:
            continue
        parameters = list(found.parameters.values())
        base = required(name, parameters)
        many = next((p for p in parameters if p.kind is p.VAR_POSITIONAL), None)
        yield f"{name}: as few as can be", name, *spelled(parameters, base, many)
        if not many and any(p.kind is p.POSITIONAL_OR_KEYWORD and p.default is EMPTY for p in parameters):
            yield f"{name}: by name", name, *spelled(parameters, base, many, named=True)
        for p in parameters:
            if p.name == "like" or (
                p.default is EMPTY and p.name in base and p is not many and p.name not in OF.get(name, {})
            ):
                continue
            if p.name in base and not isinstance(value_of(name, p.name), Several):
                continue
            if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) and p.name not in OF.get(name, {}):
                continue
            for i, (value, others) in enumerate(variants(value_of(name, p.name))):
                if isinstance(value, With):
                    value, others = value
                given = {**base, **others, p.name: value}
                title = f"{name}: {p.name}" + (f" {value if isinstance(value, str) else i}" if i else "")
                yield f"{title} by name", name, *spelled(parameters, given, many)
                if p.kind is p.POSITIONAL_OR_KEYWORD and p.name not in base:
                    yield f"{title} by position", name, *spelled(parameters, given, many, upto=p.name)


def spelled(parameters, given, many, named=False, upto=None):
    """Positional and named arguments of a call with `given`: all in front of `upto` by position, defaults included."""
    args, options = [], {}
    reached = upto is None
    for p in parameters:
        if p.kind is p.VAR_POSITIONAL:
            args += given.get(p.name, ())
        elif p.kind is p.VAR_KEYWORD:
            options |= given.get(p.name, {})
        elif p.kind is p.POSITIONAL_ONLY or (
            p.kind is p.POSITIONAL_OR_KEYWORD and not named and (not reached or p.default is EMPTY)
        ):
            if p.name in given or (p.default is not EMPTY and not (reached and p.kind is p.POSITIONAL_ONLY)):
                args.append(given.get(p.name, p.default))
        elif p.name in given:
            options[p.name] = given[p.name]
        reached = reached or p.name == upto
    return args, options


CALLS = {title: (name, args, options) for title, name, args, options in calls()}


def moving(x):
    """Whether it is an array of numbers to be differentiated in."""
    return isinstance(x, (np.ndarray, np.floating)) and np.asarray(x).dtype.kind in "fc"


def collected(x, into):
    """`x` with its moving arrays taken out, into a list."""
    if moving(x):
        into.append(x)
        return len(into) - 1, ...
    if isinstance(x, (list, tuple)):
        return type(x)([collected(item, into) for item in x])
    return {k: collected(v, into) for k, v in x.items()} if isinstance(x, dict) else x


def put_back(x, arrays):
    if isinstance(x, tuple) and len(x) == 2 and x[1] is ... and isinstance(x[0], int):
        return arrays[x[0]]
    if isinstance(x, (list, tuple)):
        return type(x)([put_back(item, arrays) for item in x])
    return {k: put_back(v, arrays) for k, v in x.items()} if isinstance(x, dict) else x


def call_of(name, args, options):
    """The call as a function of its moving arrays, and these."""
    arrays: list = []
    form = collected((tuple(args), options), arrays)
    function = public(name)

    def f(*given):
        positional, named = put_back(form, given)
        if name in LIKE:
            named = {**named, "like": given[0]} if isinstance(given[0], ag.Tensor) else named
        if name in WRITTEN:
            target = positional[0] * 1.0
            out = function(target, *positional[1:], **named)
            assert out is None
            return target
        if name == "nan_to_num":  # which may write into it
            positional = (positional[0] * 1.0, *positional[1:])
        out = function(*positional, **named)
        return [np.abs(part) for part in out] if name in UP_TO_SIGN else out

    return f, arrays


def public(name):
    """What a user calls: for ``like=`` it is NumPy's function itself, which another one dispatches for."""
    return getattr(np, name) if name in LIKE else FUNCTIONS[name]


def given_out(title):
    return ": out" in title


@pytest.mark.parametrize("title", CALLS)
def test_arguments(title):
    name, args, options = CALLS[title]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        f, arrays = call_of(name, args, options)
        if not arrays:  # nothing in it moves, and so it is not tracked
            return
        try:
            expected = f(*[a * 1 for a in arrays])  # NumPy may spoil its input
        except Exception as error:
            with pytest.raises(type(error)):
                f(*map(ag.Var, arrays))
            return
        if given_out(title):
            into_out(title, name, args, options, expected)
            return
        got = leaves(f(*map(ag.Var, arrays)))
        expected = leaves(expected)
        assert len(got) == len(expected)
        for y, e in zip(got, expected, strict=True):
            if e is None or isinstance(e, (int, str)):
                assert y == e
                continue
            assert isinstance(y, ag.Tensor)
            assert (y.shape, y.dtype) == (np.shape(e), np.asarray(e).dtype)
            single = np.asarray(e).dtype.itemsize <= 4
            # a few sums in another order; in single precision the same
            np.testing.assert_allclose(raw(y), e, rtol=1e-6 if single else 1e-12, atol=1e-7 if single else 1e-13)
        if any(isinstance(e, np.ndarray) and e.dtype.char in "fF" for e in expected) or not any(
            np.asarray(e).dtype.kind in "fc" for e in expected
        ):
            return
        if not any(y.requires_grad for y in got if isinstance(y, ag.Tensor)):  # then nothing moves
            for y, e in zip(leaves(f(*[a * (1 + 1e-9) for a in arrays])), expected, strict=True):
                np.testing.assert_array_equal(y, e)
        elif name not in SKIPPED and all(np.all(np.isfinite(a)) for a in arrays):
            ag.check_grads(
                lambda *a: [
                    y
                    for y in leaves(f(*a))
                    if isinstance(y, (ag.Tensor, np.ndarray, np.generic)) and y.dtype.kind in "fc"
                ],
                tuple(arrays),
                order=1,
                entries=3,
            )


def into_out(title, name, args, options, expected):
    """With a Tensor for ``out=``, which then has the result and its tape."""
    arrays = []
    form = collected((tuple(args), options), arrays)
    targets = [np.zeros(np.shape(e), np.asarray(e).dtype) for e in leaves(expected)]
    assert len(targets) == 1
    out = ag.Tensor(targets[0])
    positional, named = put_back(form, [ag.Var(a) for a in arrays])
    if "by position" in title:
        positional = (*positional[:-1], out)
    else:
        named = {**named, "out": out}
    assert FUNCTIONS[name](*positional, **named) is out
    np.testing.assert_allclose(out.value, expected, rtol=1e-12, atol=1e-13)  # a few sums in another order
    assert out.requires_grad or out.dtype.kind in "iub"


@pytest.mark.parametrize("name", [n for n in WALKED if signature(n) is not None])
def test_the_walk_has_a_value_for_every_argument(name):
    for argument, p in signature(name).parameters.items():
        if argument != "like" and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            value_of(name, argument)


def test_zeros_in_pairs_make_a_real_polynomial():
    zeros = np.array([0.3 + 0.5j, 0.3 - 0.5j, 0.2])
    got = np.poly(ag.Var(zeros))
    assert got.dtype == np.poly(zeros).dtype == np.float64
    np.testing.assert_allclose(got.value, np.poly(zeros), rtol=1e-14)  # two roundings


def test_the_polynomial_of_a_matrix_with_a_repeated_eigenvalue():
    np.testing.assert_allclose(ag.jacobian(np.poly)(np.eye(2))[1], -np.eye(2))
    np.testing.assert_allclose(ag.jacobian(np.poly)(np.eye(2))[2], np.eye(2))


@pytest.mark.parametrize(
    "name", [n for n in WALKED if signature(n) and "axis" in signature(n).parameters and n not in LIKE]
)
def test_an_axis_there_is_not_is_numpys_error(name):
    """No axis is counted modulo their number."""
    title = next((t for t in CALLS if t.startswith(f"{name}: axis")), None)
    if title is None:
        return
    _, args, options = CALLS[title]
    if "axis" in options:
        f, arrays = call_of(name, args, {**options, "axis": 7})
        with pytest.raises((ValueError, IndexError)) as error:
            f(*arrays)
        with pytest.raises(type(error.value)):
            f(*map(ag.Var, arrays))
