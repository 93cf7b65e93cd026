"""An error says what was wrong in the user's own words, and what to write instead; no internals show."""

import matplotlib as mpl
import numpy as np
import pytest
import scipy.fft
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.sparse
import scipy.special

import autograd_lite as ag
import nn
from autograd_lite.errors import NoRuleError, TrackedError

mpl.use("Agg")
X = np.array([1.0, 2.0, 3.0])
OBJECTS = np.array([1, 2, 3], dtype=object)


# -- arrays of dtype object -------------------------------------------------------------------------------------------

MEETINGS = {
    "x * o": lambda x: x * OBJECTS,
    "o * x": lambda x: OBJECTS * x,
    "x + o": lambda x: x + OBJECTS,
    "x ** o": lambda x: x**OBJECTS,
    "x @ o": lambda x: x @ OBJECTS[:, None],
    "np.multiply": lambda x: np.multiply(x, OBJECTS),
    "where": lambda x: ag.where(X > 0, x, OBJECTS),
    "concat": lambda x: ag.concat([x, OBJECTS]),
    "sin of it": lambda x: ag.sin(x * OBJECTS),
}
DERIVATIVES = {
    "grad": lambda f: ag.grad(lambda x: ag.sum(f(x)))(X),
    "backward": lambda f: ag.sum(f(ag.Var(X))).backward(),
    "vjp": lambda f: ag.vjp(lambda x: ag.sum(f(x)), X)[1](1.0),
    "jvp": lambda f: ag.jvp(f, (X,), (X,)),
    "jacobian": lambda f: ag.jacobian(f)(X),
    "tape": lambda f: ag.tape(ag.sum(f(ag.Var(X)))).reverse(),
}


@pytest.mark.parametrize("derivative", DERIVATIVES)
@pytest.mark.parametrize("meeting", MEETINGS)
def test_an_array_of_objects_has_no_derivative_and_says_what_to_write(meeting, derivative):
    with pytest.raises(TypeError, match=r"dtype object has no derivatives: .* x\.astype\(float\)"):
        DERIVATIVES[derivative](MEETINGS[meeting])


def test_an_array_of_objects_is_no_variable():
    for make in (ag.Var, ag.Tensor, ag.grad(ag.sum)):
        with pytest.raises(TypeError, match=r"dtype object; write \.astype\(float\)"):
            make(OBJECTS)
    assert ag.grad(lambda x: ag.sum(x * OBJECTS.astype(float)))(X).tolist() == [1.0, 2.0, 3.0]


# -- writes into parameters -------------------------------------------------------------------------------------------


def _set(w):
    w[0] = 0.0


def _flat(w):
    w.flat[0] = 0.0


def _multiply(w):
    w *= 2.0


def _step(w):
    w -= 0.1 * np.ones(w.shape)


def _view(w):
    w.T[0] = 1.0


def _of_itself(w):
    w += ag.sin(w)


WRITES = {
    "x[i] = v": _set,
    "x *= v": _multiply,
    "x -= v": _step,
    "x += f(x)": _of_itself,
    "a view": _view,
    "flat": _flat,
    "fill": lambda w: w.fill(0.0),
    "sort": lambda w: w.sort(),
    "put": lambda w: w.put([0], 0.0),
    "np.put": lambda w: np.put(w, [0], 0.0),
    "np.fill_diagonal": lambda w: np.fill_diagonal(w, 0.0),
    "np.copyto": lambda w: np.copyto(w, ag.Var(np.ones(w.shape))),
    "np.add.at": lambda w: np.add.at(w, [0], 1.0),
    "out=": lambda w: np.sin(w, out=w),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_parameter_is_written_to_under_no_grad_only(name):
    """Outside it would be recorded, and then no optimiser takes the parameter."""
    model = nn.MLP([2, 3, 1])
    weight = model[0].weight
    before = weight.value
    with pytest.raises(TrackedError, match=r"parameter is written to .* inside `with ag\.no_grad\(\):` only"):
        WRITES[name](weight)
    assert weight.value is before, "a failing write changes nothing"
    with ag.no_grad():
        WRITES[name](weight)
    assert weight.is_leaf
    assert weight.requires_grad
    assert not np.array_equal(weight.value, before)
    nn.SGD(model.parameters(), lr=0.1)


def test_a_variable_of_a_function_is_written_to_as_before():
    def f(x):
        x[0] = 2 * x[1]
        return ag.sum(x**2)

    assert ag.grad(f)(X).tolist() == [0.0, 5 * 2 * X[1], 2 * X[2]]
    w = ag.Var(X)
    w[0] = 0.0
    ag.sum(w**2).backward()
    assert w.grad.tolist() == [0.0, 4.0, 6.0]


# -- what libraries cover ---------------------------------------------------------------------------------------------


def _fill(x):
    out = np.zeros(3)
    out[0] = x[0]
    return out.sum()


def _brent(x):
    return scipy.optimize.brentq(lambda t: t * t - x[0], 0.0, 2.0)


TRANSFORMS = {
    "grad": ag.grad,
    "value_and_grad": ag.value_and_grad,
    "jacobian": ag.jacobian,
    "hessian": ag.hessian,
    "vjp": lambda f: lambda x: ag.vjp(f, x),
    "jvp": lambda f: lambda x: ag.jvp(f, (x,), (x,)),
    "hvp": lambda f: lambda x: ag.hvp(f, (x,), (x,)),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize(
    ("f", "error", "remedy"), [(_fill, ValueError, "out = ag.zeros(n)"), (_brent, SystemError, "f(x).item()")]
)
def test_a_library_that_covers_our_error_gets_it_as_a_note(transform, f, error, remedy):
    """Which Python prints last."""
    with pytest.raises(error) as caught:
        TRANSFORMS[transform](f)(X)
    (note,) = caught.value.__notes__
    assert note.startswith("float() of a tracked Tensor")
    assert remedy in note


def test_an_error_that_covers_nothing_of_ours_has_no_note():
    def f(x):
        try:
            float(x[0])
        except TrackedError:
            raise ValueError("mine") from None

    with pytest.raises(ValueError, match="mine") as caught:
        ag.grad(f)(X)
    assert not hasattr(caught.value, "__notes__")


# -- single errors ----------------------------------------------------------------------------------------------------


def _integer(change):
    i = ag.Tensor([1, 2])
    return change(i)


def _iadd(i):
    i += 0.5


def _ipow(i):
    i **= 0.5


V = ag.Var(X)
M = ag.Var(np.eye(3))
MASKED = np.ma.array(X, mask=[False, True, False])
SPARSE = scipy.sparse.csr_matrix(np.eye(3))
ERRORS = {
    **{
        f"{name}(dim=)": (lambda name=name: getattr(V, name)(dim=0), TypeError, rf"^np\.{name}: .*'dim'; write axis=$")
        for name in ("sum", "prod", "mean", "max", "min", "std", "var", "argmax", "argsort", "cumsum", "squeeze")
    },
    "keepdim": (lambda: V.sum(keepdim=True), TypeError, r"^np\.sum: .*'keepdim'; write keepdims=$"),
    "unknown": (lambda: V.sum(nonsense=1), TypeError, r"^np\.sum: no argument is called 'nonsense'$"),
    "pow of three": (lambda: pow(V, 2, 3), TypeError, r"^pow: .*ag\.remainder"),
    "elementwise": (lambda: ag.elementwise("q", np.sin), TypeError, "^elementwise: q needs a partial for each"),
    "integer +=": (lambda: _integer(_iadd), TypeError, r"write x = x \+ v instead"),
    "integer **=": (lambda: _integer(_ipow), TypeError, r"write x = x \*\* v instead"),
    "solve": (lambda: ag.linalg.solve(np.eye(3), np.ones(4)), ValueError, r"^solve: .*\(3, 3\) .*\(4,\)$"),
    "solve columns": (lambda: ag.linalg.solve(np.eye(3), np.ones((4, 2))), ValueError, r"^solve: .*\(4, 2\)$"),
    "MLP": (lambda: nn.MLP(3, 4), TypeError, r"MLP\(\[2, 16, 1\]\)"),
    "Sequential": (lambda: nn.Sequential([nn.Linear(2, 3)]), TypeError, r"Sequential\(\*modules\)"),
    "masked *": (lambda: MASKED * V, TypeError, r"x\.filled\(0\.0\)"),
    "* masked": (lambda: V * MASKED, TypeError, r"x\.filled\(0\.0\)"),
    "masked +": (lambda: MASKED + V, TypeError, r"x\.filled\(0\.0\)"),
    "np.ma": (lambda: np.ma.sin(V), TypeError, r"x\.filled\(0\.0\)"),
    "lambertw": (lambda: scipy.special.lambertw(V), NoRuleError, r"^scipy\.special\.lambertw has no"),
    "ellipk": (lambda: scipy.special.ellipk(V), NoRuleError, r"^scipy\.special\.ellipk has no"),
    "scipy.fft": (lambda: scipy.fft.fft(V), TrackedError, r"use ag\.fft"),
    "scipy.signal": (lambda: scipy.signal.convolve(V, X), TrackedError, r"use ag\.convolve"),
    "scipy.linalg": (lambda: scipy.linalg.cholesky(M), TrackedError, r"use ag\.linalg"),
    "scipy.ndimage": (lambda: scipy.ndimage.gaussian_filter(V, 1.0), TrackedError, r"this package's functions"),
    "sparse @": (lambda: SPARSE @ V, TrackedError, r"A\.toarray\(\)"),
    "@ sparse": (lambda: V @ SPARSE, TrackedError, r"A\.toarray\(\)"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_the_error_says(name):
    call, error, text = ERRORS[name]
    with pytest.raises(error, match=text) as caught:
        call()
    for internal in ("<locals>", "_power", "PyTreeSpec", "builtins"):
        assert internal not in str(caught.value)


def test_frames_and_series_are_named_and_not_printed():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed: its arrays are not tested here")
    series = pandas.Series(X)
    for call in (
        lambda: ag.grad(ag.sum)(series),
        lambda: ag.jacobian(ag.sin)(pandas.DataFrame({"a": X})),
        lambda: ag.sin(series),
        lambda: V * series,
        lambda: series * V,
    ):
        with pytest.raises(TypeError, match=r"\.to_numpy\(\)") as caught:
            call()
        assert len(str(caught.value)) < 200


def test_untracked_tensors_are_drawn_as_bars():
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed: no pictures here")
    bars = pyplot.subplots()[1].bar(ag.Tensor([1.0, 2.0]), ag.Tensor(X[:2]))
    assert [bar.get_height() for bar in bars] == [1.0, 2.0]
    pyplot.close("all")


def test_a_model_is_saved_into_a_folder_that_is_made(tmp_path):
    path = tmp_path / "new" / "model.safetensors"
    nn.save(nn.MLP([2, 3, 1]), path)
    assert len(nn.load(path)) == 3


def test_a_picture_in_a_format_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match="svg, png and pdf"):
        ag.draw(ag.sin(V)).render(tmp_path / "graph.xyz")


def test_an_error_that_is_its_own_cause_is_passed_on():
    """As an error is that `explain` had nothing to add to: its chain of causes has no end."""
    wrong = ValueError("wrong")
    wrong.__cause__ = wrong

    def f(x):
        raise wrong

    with pytest.raises(ValueError, match="wrong"):
        ag.grad(f)(1.0)
