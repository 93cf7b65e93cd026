"""`sensitivity`: against formulas, SciPy's curve fit and Monte Carlo, and what it prints."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

import autograd_lite as ag
from autograd_lite.errors import NotDifferentiableError, SeedError

A = np.array


def gravity(length, period):
    return 4 * ag.pi**2 * length / period**2


PENDULUM = {"length": 1.0, "period": 2.006}
ERRORS = {"length": 0.002, "period": 0.004}


def test_a_product_of_powers_has_its_exponents_as_elasticities():
    report = ag.sensitivity(gravity, PENDULUM, ERRORS)
    # formulas of a few operations: equal to rounding
    np.testing.assert_allclose(report.elasticities, [[1, -2]], rtol=1e-14)
    assert report.condition == pytest.approx(3, rel=1e-14)
    g = 4 * np.pi**2 / 2.006**2
    parts = A([g * 0.002, 2 * g / 2.006 * 0.004])
    np.testing.assert_allclose(report.contributions[0], parts, rtol=1e-14)
    assert report.standard_error == pytest.approx(np.hypot(*parts), rel=1e-14)
    np.testing.assert_allclose(report.shares[0], parts**2 / (parts**2).sum(), rtol=1e-14)
    line = report["period"]
    assert (line.output, line.input, line.value, line.error) == ("gravity", "period", 2.006, 0.004)
    assert line.derivative == pytest.approx(-2 * g / 2.006, rel=1e-14)
    assert list(report) == [report["length"], line]
    assert len(report) == 2


def test_the_three_ways_to_name_inputs():
    for values, errors in (
        (PENDULUM, ERRORS),
        ({"period": 2.006, "length": 1.0}, ERRORS),  # a dict keeps the order it is written in
        ((1.0, 2.006), (0.002, 0.004)),
    ):
        report = ag.sensitivity(gravity, values, errors)
        assert report.inputs == (list(values) if isinstance(values, dict) else ["length", "period"])
        assert report["length"].error == 0.002
    report = ag.sensitivity(lambda x: ag.sum(x**2), A([[1.0, 2.0]]), 0.5)
    assert report.inputs == ["x[0, 0]", "x[0, 1]"]
    assert report.outputs == ["f"]
    assert report.errors.tolist() == [0.5, 0.5]
    assert ag.sensitivity(lambda *xs: xs[0] * xs[1], (2.0, 3.0)).inputs == ["x1", "x2"]
    assert ag.sensitivity(np.sin, 2).inputs == ["x"]  # NumPy's functions tell their signature, C's may not
    assert ag.sensitivity(lambda p: p["w"][0] * 2, ({"w": A([3.0])},)).inputs == ["w[0]"]


def test_what_a_dict_of_errors_leaves_out_is_exact():
    report = ag.sensitivity(gravity, PENDULUM, {"period": 0.004})
    assert report["length"].share == 0.0
    assert report["period"].share == 1.0


def test_correlated_errors_are_those_of_monte_carlo():
    rng = np.random.default_rng(0)
    x = A([2.0, 3.0, 0.5])
    root = 1e-3 * A([[1.0, 0, 0], [-0.8, 0.6, 0], [0.3, 0.2, 0.5]])
    f = lambda x: A([1.0, 0.0]) * ag.exp(x[0] * x[2]) + A([0.0, 1.0]) * (x[1] / x[0])
    report = ag.sensitivity(f, x, covariance=root @ root.T)
    draws = x + rng.normal(size=(200_000, 3)) @ root.T
    samples = np.stack([np.exp(draws[:, 0] * draws[:, 2]), draws[:, 1] / draws[:, 0]])
    # 200,000 draws give a standard deviation to 1/√400,000 = 0.16 %, five of these; curvature is 1e-3 of that
    np.testing.assert_allclose(report.standard_errors, samples.std(axis=1), rtol=8e-3)
    np.testing.assert_allclose(
        np.corrcoef(samples)[0, 1], report.covariance[0, 1] / np.prod(report.standard_errors), atol=8e-3
    )
    np.testing.assert_allclose(report.shares.sum(axis=1), 1.0, rtol=1e-12)  # sums of three products
    assert report.outputs == ["f[0]", "f[1]"]
    assert report["f[1]", "x[2]"].derivative == 0.0


def test_a_negative_share_is_an_error_that_makes_up_for_another():
    report = ag.sensitivity(lambda a, b: 2 * a - b, (1.0, 1.0), covariance=[[1.0, 0.9], [0.9, 1.0]])
    assert report["b"].share < 0 < report["a"].share
    assert report.standard_error == pytest.approx(np.sqrt(4 + 1 - 2 * 2 * 0.9))


def test_errors_that_cancel_leave_none():
    """J C Jᵀ = 0, of which rounding makes −7e-16."""
    a, b = 0.8, 3.0
    report = ag.sensitivity(lambda x, y: b * x - a * y, (1.0, 1.0), covariance=[[a * a, a * b], [a * b, b * b]])
    assert report.covariance[0, 0] < 0
    assert report.standard_error == 0.0


def test_a_derived_quantity_of_a_fit():
    """The half-life of a fitted decay: its error from the parameters' covariance is that of ln 2 / k."""
    t = np.linspace(0, 2, 20)
    y = 3 * np.exp(-1.5 * t) + 0.01 * np.cos(9 * t)
    found, covariance = curve_fit(lambda t, a, k: a * np.exp(-k * t), t, y, p0=(1, 1))
    report = ag.sensitivity(lambda a, k: ag.log(2.0) / k, tuple(found), covariance=covariance)
    assert report.standard_error == pytest.approx(np.log(2) / found[1] ** 2 * np.sqrt(covariance[1, 1]))
    assert report["a"].elasticity == 0.0


def test_without_errors_there_is_no_propagation():
    report = ag.sensitivity(gravity, PENDULUM)
    assert np.isnan(report.standard_error)
    assert np.isnan(report["length"].share)
    assert "error" not in str(report)
    assert str(report).endswith("gravity = 9.81065, condition number 3")


def test_at_zero_the_elasticity_is_infinite_and_a_certain_result_has_no_shares():
    report = ag.sensitivity(lambda x, y: x * y - 1, (1.0, 1.0), (0.0, 0.0))
    assert np.isinf(report["x"].elasticity)
    assert report.standard_error == 0.0
    assert np.isnan(report["x"].share)


def test_several_outputs_ask_for_which():
    report = ag.sensitivity(lambda x: {"sum": ag.sum(x), "product": ag.prod(x)}, A([2.0, 5.0]), 0.1)
    assert report.outputs == ["sum", "product"]
    assert report.conditions.tolist() == [1.0, 2.0]
    assert report.result.tolist() == [7.0, 10.0]
    with pytest.raises(ValueError, match=r"2 outputs; take one of \.standard_errors"):
        _ = report.standard_error
    with pytest.raises(KeyError, match="several outputs; write report"):
        report["x[0]"]
    with pytest.raises(KeyError, match="nothing is called 'sun'"):
        report["sun", "x[0]"]
    assert str(report).startswith("output")


def test_it_prints_as_text_markdown_and_html():
    report = ag.sensitivity(gravity, PENDULUM, ERRORS)
    lines = str(report).splitlines()
    assert lines[0].split(" | ") == ["input ", "value", "∂f/∂x   ", "elasticity", "error", "contribution", "share"]
    assert lines[3].split(" | ")[0::6] == ["period", "79.9%"]
    assert lines[-1] == "gravity = 9.811 ± 0.044, condition number 3"
    assert report.to_markdown().splitlines()[-1] == f"* {lines[-1]}"
    assert "| `period` | `2.006` |" in report.to_markdown()
    assert report._repr_html_().count("<tr>") == 3
    assert lines[-1] in report._repr_html_()
    many = str(ag.sensitivity(lambda x: ag.sum(x), np.ones(100)))
    assert "(60 more)" in many
    assert len(many.splitlines()) == 2 + 40 + 1 + 1


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (9.81, 0.0441, "9.810 ± 0.044"),
        (328350.0, 115.0, "328350 ± 115"),
        (1e12, 3e9, "1e+12 ± 3e+09"),
        (1e-12, 3e-14, "1e-12 ± 3e-14"),
    ],
)
def test_a_value_is_printed_as_far_as_its_error(value, error, text):
    assert f"f = {text}, condition" in str(ag.sensitivity(lambda x: x, value, error))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"errors": {"lenght": 1.0}}, r"errors are wanted as a dict of some of \['length', 'period'\]"),
        ({"errors": 1.0}, "as a dict"),
        ({"errors": {"length": -1.0}}, "not negative"),
        ({"errors": {"length": np.ones(3)}}, r"shape \(3,\) does not fit"),
        ({"errors": ERRORS, "covariance": np.eye(2)}, "not both"),
        ({"covariance": np.eye(3)}, r"the covariance of 2 inputs has shape \(2, 2\), not \(3, 3\)"),
        ({"covariance": [[1.0, 0.5], [0.0, 1.0]]}, "symmetric"),
        ({"covariance": [[1.0, 2.0], [2.0, 1.0]]}, "negative eigenvalue"),
    ],
)
def test_errors_at_the_boundary(options, words):
    with pytest.raises(SeedError, match=words):
        ag.sensitivity(gravity, PENDULUM, **options)


def test_inputs_and_outputs_are_real_numbers():
    with pytest.raises(NotDifferentiableError, match="sensitivity: numbers and arrays are wanted, not 'one'"):
        ag.sensitivity(gravity, {"length": "one", "period": 1.0})
    with pytest.raises(NotDifferentiableError, match="sensitivity: f returned nothing"):
        ag.sensitivity(lambda x: None, 1.0)
