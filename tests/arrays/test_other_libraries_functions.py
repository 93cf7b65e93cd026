"""Other libraries' functions of arrays: a constant Tensor is one, a tracked one an error that says what to write."""

import matplotlib as mpl
import numpy as np
import pytest
import scipy.integrate
import scipy.interpolate
import scipy.linalg
import scipy.optimize
import scipy.special
import scipy.stats

import autograd_lite as ag
from autograd_lite.errors import TrackedError

mpl.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot", reason="matplotlib is not installed: pictures are not tested here")
X, M = np.array([1.0, 2.0, 3.0]), np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 2.0]])


def filled(x):
    out = np.zeros(3)
    out[:] = x
    return out


CALLS = {
    "filled": (filled, "ag.zeros"),
    "np.array": (np.array, "ag.stack"),
    "logsumexp": (scipy.special.logsumexp, "ag.logsumexp"),
    "softmax": (scipy.special.softmax, "ag.softmax"),
    "norm.logpdf": (scipy.stats.norm.logpdf, "the density written with ag.special"),
    "zscore": (scipy.stats.zscore, "the density written with ag.special"),
    "solve": (lambda x: scipy.linalg.solve(M, x), "ag.linalg"),
    "simpson": (scipy.integrate.simpson, "ag.trapezoid"),
    "spline": (lambda x: scipy.interpolate.CubicSpline([0, 1, 2], x)(0.5), "ag.interp"),
    "quad": (lambda x: scipy.integrate.quad(lambda t: t * x[0], 0, 1)[0], r"f\(x\).item\(\)"),
    "plot": (lambda x: plt.plot(x)[0].get_ydata(), r"x.detach\(\) in a picture"),
    "scatter": (lambda x: plt.scatter(x, x).get_offsets(), r"x.detach\(\) in a picture"),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_to_write_instead(name):
    f, remedy = CALLS[name]
    np.testing.assert_allclose(f(ag.Tensor(X)), f(X), rtol=1e-14)  # the same function of the same numbers
    with pytest.raises(TrackedError, match=remedy):
        f(ag.Var(X))


def test_an_entry_of_an_array():
    """NumPy says ValueError, whose cause says what to write."""
    out = np.zeros(3)
    with pytest.raises(ValueError, match="array element") as error:
        out[0] = ag.Var(X)[0]
    assert isinstance(error.value.__cause__, TrackedError)
    assert "out = ag.zeros(n)" in str(error.value.__cause__)


def test_a_root_of_a_tracked_function():
    """SciPy's C code goes on after an error, which Python then calls a SystemError: its cause says what to write."""
    a = ag.Var(2.0)
    assert scipy.optimize.brentq(lambda t: (t * a - 1.0).item(), 0, 10) == pytest.approx(0.5)  # to brentq's own 2e-12
    with pytest.raises(SystemError) as error:
        scipy.optimize.brentq(lambda t: t * a - 1.0, 0, 10)
    causes, cause = [], error.value
    while cause is not None:
        causes.append(cause)
        cause = cause.__cause__
    assert any(isinstance(c, TrackedError) and "f(x).item()" in str(c) for c in causes)
