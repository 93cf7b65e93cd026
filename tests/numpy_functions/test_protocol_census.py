"""Everything NumPy lets others override is in one of three classes, and each class is what its calls show.

The samples are in `numpy_samples`. What is differentiable is compared with NumPy's values and with finite
differences, in both modes; what passes through is the same numbers wherever its arguments are moved to; what raises
names a remedy. Names that the NumPy at hand does not have are left out, new ones are an error that says what to do.
"""

import warnings
from copy import deepcopy

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.arrays.libraries import is_inexact, on_host
from autograd_lite.core.tensor import raw
from autograd_lite.errors import NoRuleError
from tests.support.numpy_samples import (
    ALL_UFUNCS,
    DIFFERENTIABLE,
    FUNCTIONS,
    MASK,
    PASSES,
    RAISES,
    UFUNCS,
    UFUNCS_PASS,
    UFUNCS_RAISE,
    A,
    written,
)
from tests.tools import census_table


def here(table, known):
    """The entries of `table` that this NumPy has."""
    return sorted(table.keys() & known.keys())


def leaves(out):
    """What a function gave, as a flat list."""
    return [x for part in out for x in leaves(part)] if isinstance(out, (tuple, list)) else [out]


def differentiable(f, args, order=1):
    """`f` gives what NumPy gives, tracked and as numbers, and its derivatives are those of differences."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of names that are on their way out; still to be right
        got, expected = leaves(f(*map(ag.Var, args))), leaves(f(*args))
        assert len(got) == len(expected)
        assert any(y.requires_grad for y in got if isinstance(y, ag.Tensor))
        for y, e in zip(got, expected, strict=True):
            assert isinstance(y, ag.Tensor)
            assert (y.shape, y.dtype) == (np.shape(e), np.asarray(e).dtype)
            assert y.requires_grad or y.dtype.kind in "iub", (
                "a result without derivative is of integers or truth values"
            )
            np.testing.assert_allclose(y.value, e, rtol=1e-12, atol=1e-13)  # a few sums in another order
        ag.check_grads(lambda *a: [y for y in leaves(f(*a)) if y.dtype.kind in "fc"], args, order=order, entries=6)


def passes(f, args):
    """`f` gives NumPy's numbers, untracked, and the same ones a little farther on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        got, expected = leaves(f(*map(ag.Var, args))), leaves(f(*args))
        nearby = leaves(f(*[a + 1e-9 for a in args]))
    assert len(got) == len(expected)
    for y, e, n in zip(got, expected, nearby, strict=True):
        assert not (isinstance(y, ag.Tensor) and y.requires_grad)
        assert isinstance(y, ag.Tensor) or not isinstance(e, (np.ndarray, np.floating))
        np.testing.assert_array_equal(raw(y), e)
        if isinstance(e, np.ndarray) and e.dtype.kind in "fc":
            np.testing.assert_array_equal(n, e, "it has a derivative")


# -- nothing is left out ----------------------------------------------------------------------------------------------


def test_every_function_of_numpys_is_classified():
    new = FUNCTIONS.keys() - DIFFERENTIABLE.keys() - PASSES.keys() - RAISES.keys()
    assert not new, (
        f"NumPy {np.__version__} has {sorted(new)}, which tests/support/numpy_samples.py does not know: give each a "
        f"sample in DIFFERENTIABLE (and an entry in autograd_lite/numpy_functions/equivalents.py), in PASSES (and in "
        f"CONSTANT) or in RAISES (and in REMEDIES), then write docs/numpy.md again with "
        f"python -m tests.tools.census_table"
    )


def test_every_ufunc_of_numpys_is_classified():
    new = ALL_UFUNCS.keys() - UFUNCS.keys() - UFUNCS_PASS.keys() - UFUNCS_RAISE.keys()
    assert not new, (
        f"NumPy {np.__version__} has the ufuncs {sorted(new)}, which tests/support/numpy_samples.py does not know: "
        f"give each arguments in UFUNCS (and an operation, or an entry in "
        f"autograd_lite/numpy_functions/equivalents.py), in UFUNCS_PASS or UFUNCS_RAISE, then write docs/numpy.md "
        f"again with python -m tests.tools.census_table"
    )


@pytest.mark.parametrize("tables", [(DIFFERENTIABLE, PASSES, RAISES), (UFUNCS, UFUNCS_PASS, UFUNCS_RAISE)])
def test_the_classes_are_apart(tables):
    one, two, three = map(set, tables)
    assert not (one & two) | (one & three) | (two & three)


def test_the_page_is_what_the_generator_writes():
    assert census_table.PAGE.read_text(encoding="utf-8") == census_table.page(), (
        "run python -m tests.tools.census_table"
    )


# -- functions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", here(DIFFERENTIABLE, FUNCTIONS))
def test_differentiable_functions(name):
    f, *args = DIFFERENTIABLE[name]
    differentiable(f, args)


@pytest.mark.parametrize("name", here(PASSES, FUNCTIONS))
def test_functions_without_derivative(name):
    f, *args = PASSES[name]
    passes(f, args)


@pytest.mark.parametrize("name", here(RAISES, FUNCTIONS))
def test_functions_that_raise(name):
    remedy, f, *args = RAISES[name]
    with pytest.raises(NoRuleError, match=rf"^np\.{name}.*{remedy}.*\.detach\(\)".replace("lib.recf", "lib.recf")):
        f(*map(ag.Var, args))


# -- ufuncs -----------------------------------------------------------------------------------------------------------

FOLDS = [name for name in here(UFUNCS, ALL_UFUNCS) if len(UFUNCS[name]) == 2 and name != "ldexp"]
FOLDS = [name for name in FOLDS if ALL_UFUNCS[name].nout == 1 and ALL_UFUNCS[name].signature is None]


@pytest.mark.parametrize("name", here(UFUNCS, ALL_UFUNCS))
def test_differentiable_ufuncs(name):
    ufunc, args = ALL_UFUNCS[name], UFUNCS[name]
    differentiable(*whole_arguments_kept(ufunc, args))


def whole_arguments_kept(ufunc, args):
    """The ufunc as a function of its floating-point arguments: integers are part of it."""
    moving = [i for i, a in enumerate(args) if a.dtype.kind in "fc"]

    def f(*given, **options):
        full = dict(zip(moving, given, strict=True))
        return ufunc(*[full.get(i, a) for i, a in enumerate(args)], **options)

    return f, [args[i] for i in moving]


# Over axis 0: along contiguous entries NumPy's own power and arctan2 reduce wrongly where they run on AVX-512.
METHODS = {
    "reduce": lambda u: lambda x, y: u.reduce(x),
    "reduce from a start": lambda u: lambda x, y: u.reduce(x, axis=0, keepdims=True, initial=y[0, 0]),
    "accumulate": lambda u: lambda x, y: u.accumulate(x, axis=1),
    "reduceat": lambda u: lambda x, y: u.reduceat(x, [0, 2, 1], axis=0),
    "outer": lambda u: lambda x, y: u.outer(x[0], y[:2, :2]),
    "at": lambda u: lambda x, y: written(x, lambda t: u.at(t, ([0, 2, 0], [1, 1, 1]), y[0, :3])),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", FOLDS)
def test_methods_of_ufuncs(name, method):
    differentiable(METHODS[method](ALL_UFUNCS[name]), UFUNCS[name])


@pytest.mark.parametrize("name", here(UFUNCS, ALL_UFUNCS))
def test_out_and_where_of_ufuncs(name):
    """``out=`` a Tensor is a write to it; with ``where=`` it keeps what it held elsewhere."""
    ufunc, (f, args) = ALL_UFUNCS[name], whole_arguments_kept(ALL_UFUNCS[name], UFUNCS[name])
    results = leaves(f(*args))
    mask = MASK if results[0].shape == MASK.shape else np.arange(results[0].size).reshape(results[0].shape) % 2 == 0
    options = [{}, {"where": mask}] if ufunc.signature is None else [{}]

    def into(z, *given, **option):
        outs = tuple([(z.real if r.dtype.kind != "c" else z) * np.ones(r.shape, r.dtype) for r in results])
        outs = tuple([o.astype(r.dtype) if o.dtype != r.dtype else o for o, r in zip(outs, results, strict=True)])
        got = leaves(f(*given, out=outs, **option))
        assert all(g is o for g, o in zip(got, outs, strict=True))
        return outs

    for option in options:
        differentiable(lambda *given, option=option: into(*given, **option), [np.float64(0.7), *args])


@pytest.mark.parametrize("name", here(UFUNCS_PASS, ALL_UFUNCS))
def test_ufuncs_without_derivative(name):
    ufunc, args = ALL_UFUNCS[name], UFUNCS_PASS[name]
    passes(ufunc, args)
    if len(args) == 2:
        for f in (ufunc.reduce, ufunc.accumulate) if name.startswith("logical") else ():
            passes(f, args[:1])
        passes(ufunc.outer, args)
    out = ag.Tensor(np.zeros(A.shape, bool)) if name not in ("spacing", "_ones_like") else ag.Tensor(np.zeros(A.shape))
    assert ufunc(*map(ag.Var, args), out=out) is out
    np.testing.assert_array_equal(out.value, ufunc(*args))


@pytest.mark.parametrize("name", here(UFUNCS_RAISE, ALL_UFUNCS))
def test_ufuncs_that_raise(name):
    ufunc = ALL_UFUNCS[name]
    with pytest.raises(NoRuleError, match=rf"^np\.{name}.*{UFUNCS_RAISE[name]}.*\.detach\(\)"):
        ufunc(*[ag.Var(A)] * ufunc.nin)
    if ufunc.nin == 2 and ufunc.nout == 1 and UFUNCS_RAISE[name] == "integers":
        with pytest.raises(NoRuleError, match=rf"^np\.{name}\.reduce.*integers"):
            ufunc.reduce(ag.Var(A))


# -- the census itself ------------------------------------------------------------------------------------------------


def test_an_unknown_function_or_ufunc_is_asked_to_be_classified(monkeypatch):
    monkeypatch.setitem(FUNCTIONS, "a_new_one", None)
    monkeypatch.setitem(ALL_UFUNCS, "a_new_ufunc", None)
    with pytest.raises(AssertionError, match=r"a_new_one.*tests/support/numpy_samples\.py does not know"):
        test_every_function_of_numpys_is_classified()
    with pytest.raises(AssertionError, match=r"a_new_ufunc.*tests/support/numpy_samples\.py does not know"):
        test_every_ufunc_of_numpys_is_classified()


def test_the_census_sees_a_wrong_class():
    """What is differentiable does not pass through, and what passes through is not differentiable."""
    for f, *args in (DIFFERENTIABLE["sum"], DIFFERENTIABLE["linalg.solve"], DIFFERENTIABLE["histogram_bin_edges"]):
        with pytest.raises(AssertionError):
            passes(f, args)
    with pytest.raises(AssertionError, match="it has a derivative"):
        passes(
            lambda x: (
                np.sum(raw(x)).item() * np.ones(2)
                if isinstance(x, np.ndarray)
                else ag.Tensor(np.ones(2) * np.sum(x.value))
            ),
            [A],
        )
    for f, *args in (PASSES["argmax"], PASSES["zeros_like"]):
        with pytest.raises(AssertionError):
            differentiable(f, args)


# -- Tensors without a tape -------------------------------------------------------------------------------------------

ALL = {**DIFFERENTIABLE, **PASSES, **{name: call for name, (_, *call) in RAISES.items()}}


@pytest.mark.parametrize("name", here(ALL, FUNCTIONS))
def test_constants_give_constants(name):
    """Everything works on Tensors that are not tracked, or is NumPy's own error."""
    f, *args = ALL[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            expected = leaves(f(*deepcopy(args)))  # one writes into what it is given
        except Exception as error:
            with pytest.raises(type(error)):
                f(*map(ag.Tensor, args))
            return
        got = leaves(f(*map(ag.Tensor, args)))
    for y, e in zip(got, expected, strict=True):
        assert not (isinstance(y, ag.Tensor) and y.requires_grad)
        assert np.shape(raw(y)) == np.shape(e)
        if isinstance(e, (np.ndarray, np.floating)) and e.dtype.names is None:  # records stay NumPy's
            assert isinstance(y, ag.Tensor)
            np.testing.assert_allclose(y.value, e, rtol=1e-12, atol=1e-13)  # a few sums in another order


# -- over other libraries ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("library", ["array_api_strict", "torch"])
@pytest.mark.parametrize("name", here(DIFFERENTIABLE, FUNCTIONS))
def test_functions_over_other_libraries(name, library):
    """NumPy's functions of Tensors that hold another library's arrays: its arrays, the same numbers and gradients."""
    xp = pytest.importorskip(library, reason=f"{library} is not installed: its arrays are not tested here")
    f, *args = DIFFERENTIABLE[name]
    theirs = [xp.asarray(np.array(a)) for a in args]

    def total(*given):
        return sum([ag.sum(ag.real(y) ** 2) for y in leaves(f(*given)) if is_inexact(raw(y))])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        got, expected = leaves(f(*map(ag.Var, theirs))), leaves(f(*args))
        gradients = [ag.grad(total, argnums=tuple(range(len(args))))(*given) for given in (theirs, args)]
    for y, e in zip(got, expected, strict=True):
        assert type(raw(y)) is type(theirs[0]) or not y.requires_grad
        np.testing.assert_allclose(on_host(raw(y)), e, rtol=1e-10, atol=1e-12)  # another library's rounding
    for g, e in zip(*gradients, strict=True):
        np.testing.assert_allclose(on_host(g), e, rtol=1e-9, atol=1e-11)  # of squares, so twice that, and more sums
