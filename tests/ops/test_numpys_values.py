"""NumPy's functions on Tensors: the values are NumPy's, the derivatives those of what NumPy computes.

Each entry is a function of arrays written with NumPy alone. On arrays it is the reference, for values and for finite
differences; on Tensors it goes through the protocols to this package's operations.
"""

import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import NoRuleError

RNG = np.random.default_rng(7)
A, B = RNG.normal(size=(4, 5)), RNG.normal(size=(4, 5))
T = np.array([0.0, 0.4, 0.7, 1.5, 1.6])
W = RNG.random(5) + 0.2
HOLED = A.copy()
HOLED[0, 1] = HOLED[2, 3] = HOLED[0, 3] = np.nan
Q = np.array([[-2, -0.9, 0.3], [0.7, 1.2, 5]])
XP, FP = np.array([-1, 0.2, 1.0, 1.4]), np.array([1, 2.0, -1, 3])


def holed(x):
    """`x` with NaNs in some places."""
    return np.where(np.isnan(HOLED), np.nan, x)


# fmt: off
# ruff: noqa: E501  # a table reads better unwrapped
ONE = {
    # order
    "sort": np.sort, "sort axis": lambda x: np.sort(x, axis=0), "sort flat": lambda x: np.sort(x, axis=None), "sort kind": lambda x: np.sort(x, 0, "stable"),
    "median": np.median, "median axis": lambda x: np.median(x, axis=0), "median keepdims": lambda x: np.median(x, axis=(0, 1), keepdims=True),
    "percentile": lambda x: np.percentile(x, 30, axis=1), "quantile many": lambda x: np.quantile(x, [[0, 0.3], [0.5, 1]], axis=0, keepdims=True),
    **{f"quantile {m}": lambda x, m=m: np.quantile(x, [0.1, 0.33, 0.77], 1, method=m) for m in ["lower", "higher", "nearest", "midpoint", "hazen", "weibull", "median_unbiased", "normal_unbiased", "interpolated_inverted_cdf"]},
    "nanmedian": lambda x: np.nanmedian(holed(x), axis=0), "nanquantile": lambda x: np.nanquantile(holed(x), [0.2, 0.7], axis=1), "nanpercentile": lambda x: np.nanpercentile(holed(x), 40),
    "unique": np.unique, "unique_values": np.unique_values, "nonzero": lambda x: x[np.nonzero(x > 0.2)], "where": lambda x: x[np.where(x > 0.2)],
    # accumulations, differences, integrals
    "cumsum": lambda x: np.cumsum(x, 0), "cumsum flat": np.cumsum, "cumprod": lambda x: np.cumprod(x, axis=1), "cumulative_sum": lambda x: np.cumulative_sum(x, axis=1, include_initial=True),
    "cumulative_prod": lambda x: np.cumulative_prod(x, axis=0, include_initial=True), "add.accumulate": np.add.accumulate, "multiply.accumulate": lambda x: np.multiply.accumulate(x, axis=1),
    "maximum.accumulate": lambda x: np.maximum.accumulate(x, axis=1), "minimum.accumulate": np.minimum.accumulate, "logaddexp.accumulate": np.logaddexp.accumulate,
    "diff": np.diff, "diff n": lambda x: np.diff(x, 2, 0), "diff ends": lambda x: np.diff(x, prepend=1.0, append=x[:, :2]), "ediff1d": lambda x: np.ediff1d(x, to_end=[1.0, 2.0], to_begin=3.0),
    "gradient": np.gradient, "gradient places": lambda x: np.gradient(x, 0.3, T), "gradient edges": lambda x: np.gradient(x, 0.3, T, edge_order=2), "gradient axis": lambda x: np.gradient(x, 0.2, axis=1, edge_order=2),
    "trapezoid": lambda x: np.trapezoid(x, dx=0.3, axis=0), "trapezoid places": lambda x: np.trapezoid(x, T),
    # statistics
    "cov": np.cov, "cov columns": lambda x: np.cov(x, rowvar=False, bias=True), "cov weights": lambda x: np.cov(x, fweights=[1, 2, 3, 1, 2], aweights=W), "cov one": lambda x: np.cov(x[0]),
    "corrcoef": np.corrcoef, "average": np.average, "average weights": lambda x: np.average(x, 1, W), "ptp": lambda x: np.ptp(x, axis=0),
    "nansum": lambda x: np.nansum(holed(x), 0), "nanprod": lambda x: np.nanprod(holed(x), axis=1, keepdims=True), "nanmean": lambda x: np.nanmean(holed(x), axis=0), "nanmean all": lambda x: np.nanmean(holed(x)),
    "nanmax": lambda x: np.nanmax(holed(x), axis=0), "nanmin": lambda x: np.nanmin(holed(x)), "nanvar": lambda x: np.nanvar(holed(x), axis=0, ddof=1), "nanstd": lambda x: np.nanstd(holed(x), axis=1),
    "nancumsum": lambda x: np.nancumsum(holed(x), axis=1), "nancumprod": lambda x: np.nancumprod(holed(x)), "nan_to_num": lambda x: np.nan_to_num(holed(x), nan=2.0),
    # arranging
    "tile": lambda x: np.tile(x, (2, 1, 2)), "tile short": lambda x: np.tile(x, 2), "repeat": lambda x: np.repeat(x, 2), "repeat axis": lambda x: np.repeat(x, 3, axis=1), "repeat each": lambda x: np.repeat(x, [1, 0, 2, 3], axis=0),
    **{f"pad {m}": lambda x, m=m: np.pad(x, ((1, 0), (2, 7)), m) for m in ["constant", "edge", "reflect", "symmetric", "wrap"]},
    "pad value": lambda x: np.pad(x, 1, constant_values=3.0), "pad dict": lambda x: np.pad(x, {-1: (1, 2)}),
    "block": lambda x: np.block([[x, x[:, :1]], [x[:2, :2], x[:2, :4]]]), "append": lambda x: np.append(x, x[:1], axis=0), "append flat": lambda x: np.append(x, [1.0]), "delete": lambda x: np.delete(x, [1, 3], axis=1),
    "array_split": lambda x: np.array_split(x, 3, axis=1), "split": lambda x: np.split(x, 2), "split places": lambda x: np.split(x, [1, 3], axis=1), "hsplit": lambda x: np.hsplit(x, [2]), "vsplit": lambda x: np.vsplit(x, 4), "dsplit": lambda x: np.dsplit(x[..., None], 1),
    "dstack": lambda x: np.dstack([x, x]), "column_stack": lambda x: np.column_stack([x[:, 0], x]), "hstack": lambda x: np.hstack([x[0], x[1]]), "vstack": lambda x: np.vstack([x[0], x]),
    "rot90": lambda x: np.rot90(x), "rot90 back": lambda x: np.rot90(x, -1), "rot90 twice": lambda x: np.rot90(x, 2), "fliplr": np.fliplr, "flipud": np.flipud,
    "atleast_2d": lambda x: np.atleast_2d(x[0]), "atleast_3d": np.atleast_3d, "atleast_1d": lambda x: np.atleast_1d(x[0, 0], x[1]),
    "diag": lambda x: np.diag(x, 1), "diag matrix": lambda x: np.diag(x[0], -1), "diagflat": np.diagflat, "diagonal": lambda x: np.diagonal(x[None], -1, axis1=1, axis2=2), "trace": lambda x: np.trace(x[..., None], 1, 1, 0),
    # the rest
    "round": lambda x: np.round(x, 1) + x, "fix": lambda x: np.fix(x) + x, "sinc": np.sinc, "angle": lambda x: np.angle(x + 2), "vdot": lambda x: np.vdot(x, x), "subtract.outer": lambda x: np.subtract.outer(x[0], x[1]),
    "interp at": lambda x: np.interp(x, XP, FP), "polyval at": lambda x: np.polyval([1.0, 2.0, 3.0], x), "polyval of": lambda x: np.polyval(x[0], 1.5),
    "convolve": lambda x: np.convolve(x[0], x[1, :3]), "convolve same": lambda x: np.convolve(x[0, :4], x[1], "same"), "convolve valid": lambda x: np.convolve(x[0], x[1, :3], "valid"),
    "correlate": lambda x: np.correlate(x[0], x[1, :3]), "correlate same": lambda x: np.correlate(x[0, :3], x[1, :4], "same"), "correlate full": lambda x: np.correlate(x[0, :4], x[1], "full"),
    # ufuncs beyond the operations, reductions with where=
    "vecdot": lambda x: np.vecdot(x, x), "matvec": lambda x: np.matvec(x, x[0]), "vecmat": lambda x: np.vecmat(x[:, 0], x), "divmod": lambda x: np.divmod(x, 0.7)[1], "modf": lambda x: np.modf(x)[0],
    "fmax": lambda x: np.fmax(holed(x), 0.3), "fmin": lambda x: np.fmin(0.3, holed(x)), "deg2rad": np.deg2rad, "radians": np.radians, "rad2deg": np.rad2deg, "degrees": np.degrees,
    "logaddexp2": lambda x: np.logaddexp2(x, 1.0), "ldexp": lambda x: np.ldexp(x, 3), "cbrt": lambda x: np.cbrt(x + 3), "fmod": lambda x: np.fmod(x, 0.7), "heaviside": lambda x: np.heaviside(x, 0.5) + x,
    "sum where": lambda x: np.sum(x, axis=0, where=A > 0), "prod where": lambda x: np.prod(x, where=A > 0), "mean where": lambda x: np.mean(x, where=A > 0), "mean dtype": lambda x: np.mean(x, 1, dtype=np.float32),
    # NumPy's own ideas
    "polyadd": lambda x: np.polyadd(x[0], x[1, :2]), "polysub": lambda x: np.polysub(x[0, :1], x[1]), "polymul": lambda x: np.polymul(x[0], x[1]), "polyder": lambda x: np.polyder(x[0], 2), "polyint": lambda x: np.polyint(x[0], 2, 1.5),
    "polyfit": lambda x: np.polyfit(T, x[0], 2), "polyfit weights": lambda x: np.polyfit(x[0], x[:2].T, 1, w=W), "vander": lambda x: np.vander(x[0], 3), "vander up": lambda x: np.vander(x[0], increasing=True),
    "insert": lambda x: np.insert(x, [1, 3], x[:, :2], axis=1), "insert flat": lambda x: np.insert(x, 2, 5.0), "select": lambda x: np.select([A > 1, A > 0], [x, x * x], 3.0), "choose": lambda x: np.choose([0, 1, 0, 1, 1], [x[0], x[1]]),
    "compress": lambda x: np.compress([True, False, True], x, axis=1), "extract": lambda x: np.extract(A > 0, x), "rollaxis": lambda x: np.rollaxis(x[None], 2), "unwrap": lambda x: np.unwrap(4 * x), "astype": lambda x: np.astype(x, np.float32),
    "i0": np.i0, "union1d": lambda x: np.union1d(x[0], x[1]), "amax": np.amax, "amin": lambda x: np.amin(x, axis=0),
    "cross": lambda x: np.cross(x[:, :3], x[:, 2:]), "kron": lambda x: np.kron(x, x[:2, 0]),
}
SEVERAL = {
    "interp": (np.interp, (Q, XP, FP)),
    "interp outside": (lambda x, xp, fp: np.interp(x, xp, fp, left=9.0, right=8.0), (Q, XP, FP)),
    "interp period": (lambda x, xp, fp: np.interp(x, xp, fp, period=2.1), (Q, XP, FP)),
    "trapezoid": (np.trapezoid, (A, np.cumsum(W))),
    "trapezoid array": (np.trapezoid, (A, np.cumsum(np.abs(B), axis=1))),
    "gradient": (lambda f, x: np.gradient(f, x, axis=1, edge_order=2), (A, T)),
    "quantile": (lambda x, q: np.quantile(x, q, axis=0), (A, np.array([0.13, 0.6]))),
    "average": (lambda x, w: np.average(x, 1, w), (A, np.abs(B))),
    "cov": (np.cov, (A[:2], B[:2])),
    "polyval": (np.polyval, (A[0], B)),
    "complex correlate": (np.correlate, (A[0] + 1j * B[0], A[1, :2] + 1j * B[1, :2])),
    "complex cov": (np.cov, (A[:2] + 1j * B[:2],)),
    "pad value": (lambda x, v: np.pad(x, 1, constant_values=v), (A[0], 2.0)),
}
# fmt: on


def check(f, args):
    got, expected = f(*map(ag.Var, args)), f(*args)
    several = isinstance(expected, (tuple, list))
    for y, e in zip(got if several else [got], expected if several else [expected], strict=True):
        assert isinstance(y, ag.Tensor)
        assert y.requires_grad
        assert (y.shape, y.dtype) == (np.shape(e), np.asarray(e).dtype)
        np.testing.assert_allclose(y.value, e, rtol=1e-12, atol=1e-13)  # sums of up to 20 terms, in another order
    ag.check_grads(f, args, order=2, entries=4)


@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")  # since NumPy 2.5; still to be right
@pytest.mark.parametrize("name", ONE)
def test_functions_of_one_array(name):
    check(ONE[name], (A,))


@pytest.mark.parametrize("name", SEVERAL)
def test_functions_of_several_arrays(name):
    check(*SEVERAL[name])


@pytest.mark.parametrize("f", [np.nanmean, np.nanmax, np.nanmin, np.nanmedian, np.nanvar, np.nanstd])
def test_nothing_but_nans_is_nan(f):
    x = np.array([[1.0, 2.0], [np.nan, np.nan]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy warns of the empty row
        expected = f(x, axis=1)
    np.testing.assert_allclose(f(ag.Var(x), axis=1).value, expected)


def test_what_has_no_derivative_passes_through_untracked():
    x = ag.Var(A)
    for f in (
        lambda x: np.argsort(x, axis=0),
        lambda x: np.searchsorted([0.0, 1.0], x),
        lambda x: np.isin(x, A[0]),
        lambda x: np.histogram(x, bins=4)[0],
        lambda x: ag.histogram(x, bins=4)[1],
        lambda x: np.nonzero(x > 0)[1],
        lambda x: np.unique_all(x).counts,
        lambda x: np.unique_inverse(x).inverse_indices,
        lambda x: np.unique_counts(x).counts,
        lambda x: np.unique(x, return_index=True, return_counts=True)[2],
        lambda x: np.digitize(x, [0.0, 1.0]),
        np.argwhere,
        np.nanargmax,
    ):
        y, expected = f(x), f(A)
        assert not y.requires_grad
        np.testing.assert_array_equal(y.value, expected)
    for name in ("unique_all", "unique_counts", "unique_inverse"):
        assert type(getattr(ag, name)(x)).__name__.lower() == name.replace("_", "")


@pytest.mark.parametrize(
    ("f", "remedy"),
    [
        (lambda x: np.intersect1d(x, x), "isin"),
        (lambda x: np.packbits(x), "integers"),
    ],
)
def test_what_is_not_there_names_the_nearest_spelling(f, remedy):
    with pytest.raises(NoRuleError, match=remedy):
        f(ag.Var(A))


def test_sorting_is_stable_in_both_directions():
    x = np.array([2.0, 1.0, 2.0, 1.0])
    np.testing.assert_array_equal(ag.argsort(x), [1, 3, 0, 2])
    np.testing.assert_array_equal(ag.argsort(x, descending=True), [0, 2, 1, 3])
    np.testing.assert_array_equal(ag.sort(x, descending=True), [2, 2, 1, 1])
    np.testing.assert_array_equal(ag.jacobian(ag.sort)(x), np.eye(4)[[1, 3, 0, 2]])


def test_cumulative_products_with_zeros_at_second_order():
    for zeros in ([1], [1, 3], [0, 1, 2, 3, 4]):
        x = A[0].copy()
        x[zeros] = 0
        ag.check_grads(ag.cumulative_prod, (x,), order=3)


def test_cumulative_logsumexp_of_nothing_and_of_large_numbers():
    x = np.array([-np.inf, -np.inf, 1000.0, 1000.0])
    np.testing.assert_array_equal(ag.cumulative_logsumexp(x), np.logaddexp.accumulate(x))
    expected = [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0.5, 0.5]]
    np.testing.assert_allclose(ag.jacobian(ag.cumulative_logsumexp)(x), expected, rtol=1e-12)  # of 1000, eps is 1e-13


def test_heaviside():
    x, y = np.array([-1.0, 0.0, 2.0, np.nan]), np.array([0.3, 0.4, 0.5, 0.6])
    np.testing.assert_array_equal(np.heaviside(ag.Var(x), y).value, np.heaviside(x, y))
    np.testing.assert_array_equal(ag.grad(lambda y: ag.sum(np.heaviside(ag.Var(x), y)))(y), [0, 1, 0, 0])


def test_ties_share_evenly_in_running_extremes():
    x = np.array([1.0, 1.0, 0.0, 1.0, 2.0])
    third = 1 / 3
    expected = [[1, 0, 0, 0, 0], [0.5, 0.5, 0, 0, 0], [0.5, 0.5, 0, 0, 0], [third, third, 0, third, 0], [0, 0, 0, 0, 1]]
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(ag.jacobian(ag.cumulative_max, mode=mode)(x), expected, rtol=1e-15)
        np.testing.assert_allclose(ag.jacobian(ag.cumulative_min, mode=mode)(-x), expected, rtol=1e-15)


def test_sinc_is_exact_near_zero_at_every_order():
    """Against the Taylor series of sin(πx)/(πx) = Σ (-1)^k (πx)^2k / (2k+1)!, whose second term bounds the error."""
    d1 = ag.grad(ag.sinc)
    d2 = ag.grad(d1)
    assert d1(0.0) == 0
    np.testing.assert_allclose(d2(0.0), -(np.pi**2) / 3, rtol=1e-15)
    x = 1e-6
    np.testing.assert_allclose(d1(x), -(np.pi**2) * x / 3 + np.pi**4 * x**3 / 30, rtol=1e-15)
    np.testing.assert_allclose(ag.grad(d2)(x), np.pi**4 * x / 5, rtol=1e-11)  # the next term is π²x²·5/42 of it
    np.testing.assert_allclose(ag.grad(ag.grad(d2))(0.0), np.pi**4 / 5, rtol=1e-14)  # 32 terms
    ag.check_grads(ag.sinc, (np.array([0, 1e-3, 0.7, 3.999, 4.001, -1.3, 50.0]),), order=3)


def test_errors_name_the_operation_and_the_remedy():
    x = ag.Var(A)
    for f, kind, message in [
        (lambda: ag.cumulative_sum(x), ValueError, "cumulative_sum.*axis="),
        (lambda: ag.cumulative_max(x, axis=2), IndexError, "cumulative_max.*out of bounds"),
        (lambda: ag.diff(x, n=-1), ValueError, "diff"),
        (lambda: ag.quantile(x, 1.5), ValueError, r"\[0, 1\]"),
        (lambda: ag.quantile(x, 0.5, method="best"), ValueError, "linear"),
        (lambda: ag.quantile(x[:0], 0.5), IndexError, "quantile: no entries"),
        (lambda: ag.nonzero(x[0, 0]), ValueError, "nonzero"),
        (lambda: ag.pad(x, -1), ValueError, "pad"),
        (lambda: ag.pad(x, 1, "best"), ValueError, "edge"),
        (lambda: ag.pad(x, 1, "edge", constant_values=[1, 2]), ValueError, "no option constant_values"),
        (lambda: ag.pad(x, 1, "maximum", stat_length=0), ValueError, "stat_length"),
        (lambda: ag.pad(x[:0], 1, "mean"), ValueError, "empty axis"),
        (lambda: ag.block([x, [x]]), ValueError, "depth"),
        (lambda: ag.cross(x, x), ValueError, "3 entries"),
        (lambda: ag.diag(x[None]), ValueError, "diag"),
        (lambda: ag.gradient(x, 1.0, 2.0, 3.0), TypeError, "spacings"),
        (lambda: ag.gradient(x, edge_order=3), ValueError, "edge_order"),
        (lambda: ag.gradient(x[:1]), ValueError, "samples"),
        (lambda: ag.gradient(x, np.ones(3), axis=0), ValueError, "places"),
        (lambda: ag.interp(x, x[0], x[0, :2]), ValueError, "interp"),
        (lambda: ag.convolve(x, x), ValueError, "vectors"),
        (lambda: ag.convolve(x[0], x[0], "best"), ValueError, "full"),
        (lambda: ag.average(x, 0, np.ones(3)), ValueError, "weights"),
        (lambda: ag.average(x, 0, np.zeros(4)), ZeroDivisionError, "weights"),
        (lambda: ag.cov(x[None]), ValueError, "matrices"),
        (lambda: ag.histogram(x, weights=x), TypeError, "weights"),
        (lambda: np.split(x, 3), ValueError, "divide"),
    ]:
        with pytest.raises(kind, match=message):
            f()


UNARY = [
    (ag.median, np.median), (ag.nanmedian, np.nanmedian), (ag.nansum, np.nansum), (ag.nanprod, np.nanprod), (ag.nanmean, np.nanmean),
    (ag.nanmax, np.nanmax), (ag.nanmin, np.nanmin), (ag.nanvar, np.nanvar), (ag.nanstd, np.nanstd), (ag.nancumsum, np.nancumsum),
    (ag.nancumprod, np.nancumprod), (ag.nan_to_num, np.nan_to_num), (ag.ptp, np.ptp), (ag.average, np.average), (ag.cov, np.cov),
    (ag.corrcoef, np.corrcoef), (ag.trapezoid, np.trapezoid), (ag.gradient, np.gradient), (ag.rot90, np.rot90), (ag.unique_values, np.unique),
    (ag.sinc, np.sinc), (ag.sort, np.sort), (ag.diff, np.diff), (ag.nonzero, np.nonzero), (ag.diag, np.diag), (ag.histogram, np.histogram),
    (ag.cumulative_min, np.minimum.accumulate),
]  # fmt: skip
BINARY = [
    (ag.quantile, np.quantile, A, 0.3), (ag.percentile, np.percentile, A, 30), (ag.nanquantile, np.nanquantile, A, 0.3), (ag.nanpercentile, np.nanpercentile, A, 30),
    (ag.tile, np.tile, A, 2), (ag.repeat, np.repeat, A, 2), (ag.array_split, np.array_split, A, 3), (ag.searchsorted, np.searchsorted, T, A), (ag.isin, np.isin, A, A[0]),
    (ag.kron, np.kron, A, B), (ag.cross, np.cross, A[:, :3], B[:, :3]), (ag.convolve, np.convolve, A[0], B[0]), (ag.correlate, np.correlate, A[0], B[0]),
    (ag.polyval, np.polyval, A[0], B), (ag.pad, np.pad, A, 2), (ag.interp, lambda x, y: np.interp(x, y, y), A, T),
]  # fmt: skip


@pytest.mark.parametrize(("mine", "numpys", "args"), [(f, g, (A[0] if f is ag.cumulative_min else A,)) for f, g in UNARY] + [(f, g, args) for f, g, *args in BINARY])  # fmt: skip
def test_plain_arrays_in_plain_arrays_out(mine, numpys, args):
    got, expected = mine(*args, *args[1:]) if mine is ag.interp else mine(*args), numpys(*args)
    several = isinstance(expected, (tuple, list))
    for y, e in zip(got if several else [got], expected if several else [expected], strict=True):
        assert isinstance(y, (np.ndarray, np.generic))
        np.testing.assert_allclose(y, e, rtol=1e-12, atol=1e-13)
