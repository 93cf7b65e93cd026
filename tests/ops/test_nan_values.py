"""Where a value is NaN because there is nothing to take it from, so is its derivative, in both modes."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.__main__ import main

ONE = np.array([True, False])
SPREADS = {
    "std": lambda x: np.std(x[:1], ddof=1),
    "var": lambda x: np.var(x[:1], ddof=1),
    "ag.std": lambda x: ag.std(x[:1], correction=1),
    "ag.var": lambda x: ag.var(x[:1], correction=1),
    "std squared": lambda x: ag.std(x[:1], correction=1) ** 2,
    "std, where": lambda x: np.std(x, ddof=1, where=ONE),
    "var, where": lambda x: np.var(x, ddof=1, where=ONE),
    "nanstd": lambda x: np.nanstd(x + np.array([0.0, np.nan]), ddof=1),
    "nanvar": lambda x: np.nanvar(x + np.array([0.0, np.nan]), ddof=1),
    "ag.nanstd": lambda x: ag.nanstd(x + np.array([0.0, np.nan]), correction=1),
    "ag.nanvar": lambda x: ag.nanvar(x[:1], correction=1),
    "cov": lambda x: np.cov(x[:1]),
}


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")  # NumPy's own words about what has no spread
@pytest.mark.parametrize("name", SPREADS)
def test_no_spread_has_no_derivative(name):
    f, x = SPREADS[name], np.array([2.0, 5.0])
    y, g = ag.value_and_grad(f)(x)
    assert np.isnan(y)
    assert np.isnan(g[0])
    assert np.isnan(ag.jvp(f, (x,), (np.ones(2),))[1])


def test_interpolation_at_nan():
    x = np.array([np.nan, 0.5])
    np.testing.assert_array_equal(ag.grad(lambda x: ag.sum(ag.interp(x, [0.0, 1.0], [1.0, 3.0])))(x), [np.nan, 2.0])
    _, t = ag.jvp(lambda x: ag.interp(x, [0.0, 1.0], [1.0, 3.0]), (x,), (np.ones(2),))
    np.testing.assert_array_equal(t, [np.nan, 2.0])


def test_the_command_says_that_the_value_is_nan(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with np.errstate(invalid="ignore"):
        main(["log(x)", "x=-1"])
    assert "= -1 (of a value that is nan: it means nothing)\n" in capsys.readouterr().out
    main(["log(x)", "x=2"])
    assert "gradient: ∂v2/∂x = 0.5\n" in capsys.readouterr().out
