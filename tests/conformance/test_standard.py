"""The Array API standard 2024.12, function by function, on inputs that hypothesis draws.

Whatever array-api-strict, which takes what the standard defines and refuses the rest, gives, this namespace gives: the
same shape, dtype and numbers, NaN, infinities and signs of zero among them. What it refuses, the standard leaves open.
Exceptions stand in ``exceptions.txt``, each with its reason.
"""

import operator
from pathlib import Path

import array_api_strict as strict
import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from hypothesis.extra.array_api import make_strategies_namespace

import autograd_lite as ag
from autograd_lite.arrays.libraries import dtype_name
from tests.conformance.calls import (
    ALL,
    ELSEWHERE,
    EXACT,
    FAMILIES,
    FLOATS,
    FULL,
    INTEGERS,
    NUMBERS,
    REAL,
    UNSIGNED,
    arrays,
    entries,
    matrix,
    pairs,
)
from tests.ops.test_array_api import FUNCTIONS, found

strict.set_array_api_strict_flags(api_version="2024.12")
XPS = make_strategies_namespace(ag, api_version="2024.12")

EXCEPTIONS = dict(
    line.split(": ", 1)
    for line in (Path(__file__).parent / "exceptions.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)

# -- the comparison ---------------------------------------------------------------------------------------------------


def given_to(space, x):
    """A call's argument in a namespace: an array of its own, a dtype of its own, anything else as it is."""
    if isinstance(x, np.ndarray):
        return space.asarray(x.copy())
    if isinstance(x, list):
        return [given_to(space, item) for item in x]
    return getattr(space, x) if isinstance(x, str) and x in ALL else x


def call(space, place, name, args, options):
    return found(space, place, name)(
        *[given_to(space, a) for a in args], **{key: given_to(space, a) for key, a in options.items()}
    )


def same(mine, theirs, exact=False):
    """The same shape, dtype and numbers; of tuples, item by item."""
    if isinstance(theirs, (tuple, list)):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs, strict=True):
            same(a, b, exact)
        return
    assert isinstance(mine, ag.Tensor)
    assert mine.shape == theirs.shape
    assert dtype_name(mine) == dtype_name(theirs)
    a, b = np.asarray(mine), np.asarray(theirs)
    if a.dtype.kind in "biu" or (exact and a.dtype.kind == "f"):
        np.testing.assert_array_equal(a, b)
        assert a.dtype.kind != "f" or np.array_equal(np.signbit(a[~np.isnan(a)]), np.signbit(b[~np.isnan(b)]))
    else:
        tolerance = 2e-5 if dtype_name(mine) in ("float32", "complex64") else 1e-12  # a hundred roundings
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def plain(result):
    """Whether there are arrays in it, and no Tensors."""
    return (
        all([plain(r) for r in result])
        if isinstance(result, (tuple, list))
        else isinstance(result, (np.ndarray, np.generic))
    )


def tensors(result):
    """Arrays as Tensors."""
    return tuple(map(tensors, result)) if isinstance(result, (tuple, list)) else ag.asarray(result)


def like(mine, theirs, exact):
    """The same shape and dtype."""
    assert (mine.shape, dtype_name(mine)) == (theirs.shape, dtype_name(theirs))


def agree(mine, theirs, compare=same, **how):
    """What `theirs` gives, `mine` gives; where `theirs` raises, the standard leaves it open."""
    with np.errstate(all="ignore"):
        try:
            expected = theirs()
        except Exception:
            assume(False)
        compare(mine(), expected, **how)


def marked(names):
    """Each name, expected to fail if it is an exception; one that no longer is must leave the file."""
    xfail = pytest.mark.xfail
    return [
        pytest.param(n, marks=xfail(reason=EXCEPTIONS[n], strict=True), id=n)
        if n in EXCEPTIONS
        else pytest.param(n, id=n)
        for n in names
    ]


open_ended = settings(
    deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]
)


def test_every_function_of_the_standard_is_called():
    names = {name for _, name in FUNCTIONS}
    assert names == set(FAMILIES) | set(ELSEWHERE)
    assert set(EXCEPTIONS) <= names | set(OPERATORS) | set(ATTRIBUTES)


CREATED = {
    "arange",
    "asarray",
    "empty",
    "eye",
    "fftfreq",
    "from_dlpack",
    "full",
    "linspace",
    "ones",
    "rfftfreq",
    "zeros",
}
CREATED |= {name for name in FAMILIES if name.endswith("_like")}


@pytest.mark.parametrize("name", marked(FAMILIES))
@open_ended
@given(data=st.data())
def test_function(name, data):
    args, options = data.draw(FAMILIES[name], label="call")
    for place in sorted({place for place, n in FUNCTIONS if n == name}):
        agree(
            lambda place=place: call(ag, place, name, args, options),
            lambda place=place: call(strict, place, name, args, options),
            like if name.startswith("empty") else same,
            exact=name in EXACT,
        )


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - CREATED))
@open_ended
@given(data=st.data())
def test_function_on_plain_arrays(name, data):
    """NumPy's arrays in, the same in NumPy's arrays out."""
    args, options = data.draw(FAMILIES[name], label="call")
    for place in sorted({place for place, n in FUNCTIONS if n == name}):
        with np.errstate(all="ignore"):
            try:
                expected = call(ag, place, name, args, options)
            except Exception:
                assume(False)
            keys = {key: given_to(ag, a) for key, a in options.items() if not isinstance(a, np.ndarray)}
            result = found(ag, place, name)(*[given_to(ag, a) if isinstance(a, str) else a for a in args], **keys)
        assert plain(result)
        same(tensors(result), tensors(expected))  # of numbers without axes NumPy's function may round otherwise


# -- the array object -------------------------------------------------------------------------------------------------

BITS = ["bool", *INTEGERS]
SYMBOLS = {
    **dict.fromkeys(["add", "sub", "mul"], NUMBERS),
    **dict.fromkeys(["truediv"], FLOATS),
    **dict.fromkeys(["floordiv", "mod"], INTEGERS + REAL),
    **dict.fromkeys(["pow"], UNSIGNED + REAL),
    **dict.fromkeys(["and", "or", "xor"], BITS),
    **dict.fromkeys(["lshift", "rshift"], UNSIGNED),
    **dict.fromkeys(["eq", "ne"], ALL),
    **dict.fromkeys(["lt", "le", "gt", "ge"], INTEGERS + REAL),
}
OPERATORS = {
    f"__{prefix}{name}__": dtypes
    for name, dtypes in SYMBOLS.items()
    for prefix in ("", "r", "i")
    if not prefix or name not in ("eq", "ne", "lt", "le", "gt", "ge")
}
UNARY = {"__abs__": NUMBERS, "__neg__": NUMBERS, "__pos__": NUMBERS, "__invert__": BITS}
ATTRIBUTES = ["shape", "ndim", "size", "T", "mT", "__bool__", "__int__", "__float__", "__complex__", "__index__"]


@pytest.mark.parametrize("name", marked(OPERATORS))
@open_ended
@given(data=st.data())
def test_operator(name, data):
    special = (
        "pow" not in name
    )  # of arrays without axes, array-api-strict takes (-inf)**0.5 as a square root: NaN, not inf
    x, y = data.draw(pairs(OPERATORS[name], special))
    if not isinstance(x, np.ndarray):
        x, y = y, x
    agree(
        lambda: getattr(ag.asarray(x.copy()), name)(given_to(ag, y)),
        lambda: getattr(strict.asarray(x.copy()), name)(given_to(strict, y)),
    )


@pytest.mark.parametrize("name", UNARY)
@open_ended
@given(data=st.data())
def test_unary_operator(name, data):
    x = data.draw(arrays(UNARY[name]))
    agree(lambda: getattr(ag.asarray(x), name)(), lambda: getattr(strict.asarray(x), name)())


@pytest.mark.parametrize("name", marked(ATTRIBUTES))
@open_ended
@given(data=st.data())
def test_attribute(name, data):
    x = data.draw(arrays(ALL))
    read = (lambda t: getattr(t, name)()) if name.startswith("__") else (lambda t: getattr(t, name))

    def compare(mine, theirs):
        if name in ("T", "mT"):
            same(mine, theirs)
        else:
            assert type(mine) is type(theirs)
            assert mine == theirs or theirs != theirs

    agree(lambda: read(ag.asarray(x)), lambda: read(strict.asarray(x)), compare)


@open_ended
@given(x=arrays(ALL, FULL), data=st.data())
def test_reading_and_writing_by_index(x, data):
    masks = npst.arrays("bool", st.just(x.shape))
    index = data.draw(XPS.indices(x.shape, allow_newaxis=True) | masks, label="index")
    as_given = lambda space: given_to(space, index)
    agree(lambda: ag.asarray(x)[as_given(ag)], lambda: strict.asarray(x)[as_given(strict)])
    number = data.draw(entries(dtype_name(x), special=False))

    def write(space):
        out = space.asarray(x.copy())
        out[as_given(space)] = number
        return out

    agree(lambda: write(ag), lambda: write(strict))


@open_ended
@given(x=arrays(ALL, FULL), data=st.data())
def test_reading_by_arrays_of_integers(x, data):
    indices = data.draw(npst.integer_array_indices(x.shape))
    agree(lambda: ag.asarray(x)[given_all(ag, indices)], lambda: strict.asarray(x)[given_all(strict, indices)])


def given_all(space, indices):
    return tuple([given_to(space, i) for i in indices])


# -- decompositions and dtypes ----------------------------------------------------------------------------------------


@open_ended
@given(data=st.data())
def test_decompositions(data):
    """Factors of the same shapes and dtypes, with the same product."""
    x, y = data.draw(matrix(square=False))[0][0], data.draw(matrix(positive=True))[0][0]

    def compare(mine, theirs, product):
        for a, b in zip(mine, theirs, strict=True):
            assert (a.shape, dtype_name(a)) == (b.shape, dtype_name(b))
        same(product(*mine), strict.asarray(np.asarray(product(*theirs))))

    for f, product in [
        (lambda space: space.linalg.qr(given_to(space, x)), operator.matmul),
        (
            lambda space: space.linalg.svd(given_to(space, x), full_matrices=False),
            lambda u, s, v: (u * s[..., None, :]) @ v,
        ),
        (lambda space: space.linalg.eigh(given_to(space, y)), lambda w, v: (v * w[..., None, :]) @ conjugate(v).mT),
    ]:
        agree(lambda f=f: f(ag), lambda f=f: f(strict), compare, product=product)


def conjugate(x):
    return x.__array_namespace__().conj(x)


def test_dtypes():
    """Promotion, casting and kinds, for every pair."""
    kinds = ["bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating", "numeric"]
    for left in ALL:
        mine, theirs = getattr(ag, left), getattr(strict, left)
        assert [ag.isdtype(mine, kind) for kind in kinds] == [strict.isdtype(theirs, kind) for kind in kinds]
        for right in ALL:
            assert ag.isdtype(mine, getattr(ag, right)) == (left == right)
            try:
                expected = str(strict.result_type(theirs, getattr(strict, right))).rpartition(".")[2]
            except TypeError:  # the standard leaves it open
                continue
            assert ag.can_cast(mine, getattr(ag, right)) == strict.can_cast(theirs, getattr(strict, right))
            assert ag.result_type(mine, getattr(ag, right)).name == expected


@pytest.mark.parametrize("name", ["e", "pi", "inf", "nan", "newaxis"])
def test_constants(name):
    mine, theirs = getattr(ag, name), getattr(strict, name)
    assert mine == theirs or (mine != mine and theirs != theirs)


def test_the_namespace_serves_hypothesis():
    """Strategies that ask the namespace itself for arrays of its dtypes."""

    @settings(deadline=None, max_examples=30, database=None)
    @given(x=XPS.arrays(XPS.scalar_dtypes(), XPS.array_shapes()))
    def check(x):
        assert isinstance(x, ag.Tensor)
        assert x.__array_namespace__() is ag

    check()
