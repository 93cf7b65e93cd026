"""The table of `mpmath_table`: one line a function."""

from __future__ import annotations

from typing import Any

import scipy.special as sp
from mpmath import mp

import autograd_lite as ag
from tests.tools.mpmath_table import INF, Entry, both, inverse

# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
TINY = (5e-324, 1e-310, 1e-160, 1e-20, 1e-8)
ZERO = both(0.0, *TINY)
LINE = (*ZERO, *both(0.3, 1.0, 2.75, 12.0))                  # where the function is analytic at 0
SIDE = (*TINY, 0.3, 1.0, 2.75, 12.0)                          # where it is not
HUGE = (1e3, 1e8, 1e100, 1e300)
UNIT = both(0.0, 1e-310, 1e-160, 1e-8, 0.3, 0.75, 0.999, 1 - 1e-8, 1 - 2.0**-53)
SHARE = (*TINY, 0.1, 0.5, 0.75, 0.999, 1 - 1e-8, 1 - 2.0**-53)   # of (0, 1)
FLAT = (0, 0, 0)
PAIRS = [(x, y) for x in both(1e-310, 0.3, 2.0, 1e150) for y in both(1e-160, 0.7, 12.0)]
PLUS = [(x, y) for x in (1e-310, 0.3, 2.0, 1e150) for y in (1e-160, 0.7, 12.0, 1e100)]
XY = (0, 1)


def grid(*axes: tuple[float, ...]) -> list[tuple[float, ...]]:
    out: list[tuple[float, ...]] = [()]
    for axis in axes:
        out = [(*p, x) for p in out for x in axis]
    return out


def log1p(x: Any) -> Any: return mp.log(1 + x)
def expm1(x: Any) -> Any: return mp.exp(x) - 1
def ndtr(x: Any) -> Any: return mp.erfc(-x / mp.sqrt(2)) / 2
def trunc(x: Any) -> Any: return mp.sign(x) * mp.floor(abs(x))
def sinc(x: Any) -> Any: return mp.sinpi(x) / (mp.pi * x) if x else mp.mpf(1)
def scaled(f: Any, sign: int) -> Any: return lambda n, x: f(n, x) * mp.exp(sign * abs(x))
def fixed(f: Any, n: int) -> Any: return lambda x: f(n, x)


def slope(f: Any, i: int) -> Any:
    """The derivative of `f` in argument i, a function again."""
    h = mp.mpf(10) ** -45

    def g(*args: Any) -> Any:
        left, right = list(args), list(args)
        left[i], right[i] = args[i] - h, args[i] + h
        return (f(*right) - f(*left)) / (2 * h)

    return g


def gammainc(a: Any, x: Any) -> Any: return mp.gammainc(a, 0, x, regularized=True)
def betainc(a: Any, b: Any, x: Any) -> Any: return mp.betainc(a, b, 0, x, regularized=True)
def erfcx(x: Any) -> Any: return mp.exp(x * x) * mp.erfc(x)
def log_ndtr(x: Any) -> Any: return mp.log(ndtr(x))
def dawsn(x: Any) -> Any: return mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x)


ELEMENTARY: dict[str, Entry] = {
    "where":      Entry(lambda c, x, y: x if c else y, [(1.0, 2.0, 3.0), (0.0, 2.0, 3.0)], wrt=(1, 2)),
    "maximum":    Entry(max, [(1.0, 2.0), (2.0, 1.0), (-1e-310, 5e-324)], {(1.0, 1.0): {"": 1, "0": 0.5, "1": 0.5, "00": 0, "01": 0}, (INF, 1.0): {"": INF, "0": 1, "1": 0}}, XY),
    "minimum":    Entry(min, [(1.0, 2.0), (2.0, 1.0), (-1e-310, 5e-324)], {(1.0, 1.0): {"": 1, "0": 0.5, "1": 0.5, "00": 0, "01": 0}, (-INF, 1.0): {"": -INF, "0": 1, "1": 0}}, XY),
    "relu":       Entry(lambda x: max(x, 0), [*both(*SIDE, *HUGE)], {0.0: (0, *FLAT), (-0.0,): (0, *FLAT), INF: (INF, 1, 0, 0), -INF: (0, *FLAT)}),
    "clip":       Entry(lambda x, lo, hi: min(max(x, lo), hi), grid((-3.0, 0.2, 7.0), (-1.0,), (2.0,)), {(-1.0, -1.0, 2.0): {"": -1, "0": 1, "1": 0}}, (0, 1, 2)),
    "sign":       Entry(mp.sign, [*both(*SIDE, *HUGE)], {0.0: (0, *FLAT), INF: (1, *FLAT), -INF: (-1, *FLAT)}),
    "abs":        Entry(abs, [*both(*SIDE, *HUGE)], {0.0: (0, *FLAT), (-0.0,): (0, *FLAT), INF: (INF, 1, 0, 0), -INF: (INF, -1, 0, 0)}),
    "floor":      Entry(mp.floor, [*both(*SIDE[:-3], 2.75)], {3.0: (3, *FLAT)}),
    "ceil":       Entry(mp.ceil, [*both(*SIDE[:-3], 2.75)], {3.0: (3, *FLAT)}),
    "round":      Entry(mp.nint, [*both(*SIDE[:-3], 2.75)], {2.5: (2, *FLAT)}),
    "trunc":      Entry(trunc, [*both(*SIDE[:-3], 2.75)], {3.0: (3, *FLAT)}),
    "nextafter":  Entry(lambda x, y: x, [(1.0, 2.0), (1e300, -1.0)], wrt=XY),
    "copysign":   Entry(lambda x, y: abs(x) * mp.sign(y), PAIRS, wrt=XY),
    "add":        Entry(lambda x, y: x + y, PAIRS, wrt=XY),
    "subtract":   Entry(lambda x, y: x - y, PAIRS, wrt=XY),
    "multiply":   Entry(lambda x, y: x * y, [*PAIRS, (0.0, 2.0), (2.0, 0.0), (0.0, 0.0)], wrt=XY),
    "divide":     Entry(lambda x, y: x / y, [*PAIRS, (0.0, 2.0), (1e300, 1e-5), (1.0, 5e-324)], {(1.0, 0.0): {"": INF, "0": INF, "1": -INF}, (1.0, INF): {"": 0, "0": 0, "1": 0, "01": 0, "11": 0}}, XY),
    "floor_divide": Entry(lambda x, y: mp.floor(x / y), [(7.3, 2.0), (-7.3, 2.0), (7.3, -2.0)], wrt=XY),
    "remainder":  Entry(lambda x, y: x - y * mp.floor(x / y), [(7.3, 2.0), (-7.3, 2.0), (7.3, -2.0), (1e16, 3.7)], wrt=XY),
    "fmod":       Entry(lambda x, y: x - y * trunc(x / y), [(7.3, 2.0), (-7.3, 2.0), (7.3, -2.0), (1e16, 3.7)], wrt=XY),
    "negative":   Entry(lambda x: -x, LINE),
    "positive":   Entry(lambda x: x, LINE),
    "square":     Entry(lambda x: x * x, [*LINE, *both(1e150, 1e300)], {INF: (INF, INF, 2, 0), -INF: (INF, -INF, 2, 0)}),
    "one_minus_square": Entry(lambda x: 1 - x * x, [*ZERO, *both(0.3, 2.75, 1e150)]),
    "sqrt":       Entry(mp.sqrt, [*SIDE, *HUGE], {0.0: (0, INF, -INF, INF), INF: (INF, 0, 0, 0)}),
    "one_minus_square_near_one": Entry(lambda x: (1 - x) * (1 + x), UNIT),
    "sech2":      Entry(lambda x: mp.sech(x) ** 2, [*ZERO, *both(0.3, 12.0, 300.0, 350.0)]),
    "root":       Entry(mp.sqrt, [*SIDE, *HUGE]),
    "abs_power":  Entry(lambda x, n: abs(x) ** n, grid(both(1e-160, 0.3, 12.0), (2.0, 3.0)), {(0.0, 2.0): {"": 0, "0": 0, "00": 2}, (0.0, 3.0): {"": 0, "0": 0, "00": 0}}),
    "hypot_power": Entry(lambda x, y, n: mp.sqrt(x * x + y * y) ** n, grid((-0.3, 12.0), (0.7,), (2.0, 3.0)), {(0.0, 0.0, 2.0): {"": 0, "0": 0, "00": 2, "01": 0, "11": 2}}, XY),
    "cbrt":       Entry(lambda x: mp.sign(x) * abs(x) ** (mp.mpf(1) / 3), both(*SIDE, *HUGE), {0.0: (0, INF), INF: (INF, 0, 0, 0), -INF: (-INF, 0, 0, 0)}),
    "reciprocal": Entry(lambda x: 1 / x, both(*SIDE, *HUGE), {0.0: (INF, -INF, INF, -INF), (-0.0,): (-INF, -INF, -INF, -INF), INF: (0, 0, 0, 0), -INF: (0, 0, 0, 0)}),
    "pow":        Entry(lambda x, y: x**y, [*grid((1e-310, 1e-8, 0.3, 1.0, 2.0, 1e8, 1e300), (-2.5, -1.0, 0.0, 1e-8, 0.5, 1.0, 2.0, 3.0, 20.0))], {
        (0.0, 0.0): {"": 1, "0": 0, "00": 0, "000": 0, "1": 0}, (0.0, 1.0): {"": 0, "0": 1, "00": 0, "000": 0, "1": 0, "11": 0, "111": 0}, (0.0, 2.0): {"": 0, "0": 0, "00": 2, "000": 0, "1": 0, "11": 0, "01": 0, "011": 0, "111": 0},
        (0.0, 3.0): {"": 0, "0": 0, "00": 0, "000": 6, "1": 0, "01": 0, "11": 0, "001": 0, "011": 0}, (0.0, 0.5): {"": 0, "0": INF, "00": -INF, "000": INF, "1": 0, "11": 0},
        (-2.0, 3.0): {"": -8, "0": 12, "00": -12, "000": 6}, (-2.0, -1.0): {"": -0.5, "0": -0.25, "00": -0.25, "000": -0.375}, (-2.0, 0.0): {"": 1, "0": 0, "00": 0, "000": 0}}, XY),
    "pow_derivative": Entry(lambda k, n, x, y: x**y, grid((0.0,), (0.0,), (0.3, 2.0), (-2.5, 0.0, 2.0)), wrt=(2, 3)),
    "quotient":   Entry(lambda x, y: x / y, [*PAIRS[:12], (0.0, 2.0)], {(0.0, 0.0): {"": 0}}, XY),
    "exp":        Entry(mp.exp, [*LINE, *both(300.0, 700.0, 709.7, 800.0), -745.0], {INF: (INF,) * 4, -INF: (0,) * 4}),
    "exp2":       Entry(lambda x: mp.mpf(2) ** x, [*LINE, *both(300.0, 1023.9, 1100.0), -1074.0], {INF: (INF,) * 4, -INF: (0,) * 4}),
    "expm1":      Entry(expm1, [*LINE, *both(300.0, 700.0, 709.7, 800.0)], {INF: (INF,) * 4, -INF: (-1, *FLAT)}),
    "log":        Entry(mp.log, [*SIDE, *HUGE, 1 - 2.0**-53, 1 + 2.0**-52], {0.0: (-INF, INF, -INF, INF), INF: (INF, *FLAT)}),
    "log2":       Entry(lambda x: mp.log(x, 2), [*SIDE, *HUGE, 1 - 2.0**-53, 1 + 2.0**-52], {0.0: (-INF, INF, -INF, INF), INF: (INF, *FLAT)}),
    "log10":      Entry(lambda x: mp.log(x, 10), [*SIDE, *HUGE, 1 - 2.0**-53, 1 + 2.0**-52], {0.0: (-INF, INF, -INF, INF), INF: (INF, *FLAT)}),
    "log_ratio":  Entry(lambda x, y: mp.log(x / y), [*PLUS, (1e-310, 1e300), (1.0, 1 + 1e-8)], wrt=XY),
    "log1p":      Entry(log1p, [*ZERO, *HUGE, 0.3, 1.0, -0.3, -0.75, -1 + 1e-8, -1 + 2.0**-53], {-1.0: (-INF, INF, -INF, INF), INF: (INF, *FLAT)}),
    "sigmoid":    Entry(lambda x: 1 / (1 + mp.exp(-x)), [*LINE, *both(36.0, 300.0, 700.0, 800.0, 1e300)], {INF: (1, *FLAT), -INF: (0, *FLAT)}),
    "softplus":   Entry(lambda x: mp.log(1 + mp.exp(x)), [*LINE, *both(36.0, 300.0, 700.0)], {INF: (INF, 1, 0, 0), -INF: (0, *FLAT), 1e300: (1e300, 1, 0, 0), -1e300: (0, *FLAT)}),
    "logaddexp":  Entry(lambda x, y: mp.log(mp.exp(x) + mp.exp(y)), [(0.0, 0.0), (1.0, 2.0), (-3.0, 5.0), (-40.0, 2.0), (2.0, -40.0), (300.0, -300.0), (1000.0, 1000.0), (1e8, 1e8), (1e-310, -1e-310)], {(-INF, 1.0): {"": 1, "0": 0, "1": 1, "00": 0, "11": 0}, (INF, 1.0): {"": INF, "0": 1, "1": 0, "00": 0, "11": 0}, (-INF, -INF): {"": -INF, "0": 0, "1": 0}}, XY),
    "sin":        Entry(mp.sin, [*LINE, *both(1.5707963267948966, 3.141592653589793, 1e8, 1e22)]),
    "cos":        Entry(mp.cos, [*LINE, *both(1.5707963267948966, 3.141592653589793, 1e8, 1e22)]),
    "tan":        Entry(mp.tan, [*LINE, *both(1.5707963267948966, 3.141592653589793, 1e8)]),
    "asin":       Entry(mp.asin, UNIT, {1.0: (1.5707963267948966, INF, INF, INF), -1.0: (-1.5707963267948966, INF, -INF, INF)}),
    "asin_slope": Entry(lambda x: 1 / mp.sqrt(1 - x * x), UNIT, {1.0: (INF, INF, INF, INF), -1.0: (INF, -INF, INF, -INF)}),
    "acos":       Entry(mp.acos, UNIT, {1.0: (0, -INF, -INF, -INF), -1.0: (3.141592653589793, -INF, INF, -INF)}),
    "atan":       Entry(mp.atan, [*LINE, *both(*HUGE)], {INF: (1.5707963267948966, *FLAT), -INF: (-1.5707963267948966, *FLAT)}),
    "sinh":       Entry(mp.sinh, [*LINE, *both(300.0, 709.7, 800.0)], {INF: (INF,) * 4, -INF: (-INF, INF, -INF, INF)}),
    "cosh":       Entry(mp.cosh, [*LINE, *both(300.0, 709.7, 800.0)], {INF: (INF,) * 4, -INF: (INF, -INF, INF, -INF)}),
    "tanh":       Entry(mp.tanh, [*LINE, *both(18.0, 30.0, 300.0, 1e300)], {INF: (1, *FLAT), -INF: (-1, *FLAT)}),
    "asinh":      Entry(mp.asinh, [*LINE, *both(*HUGE)], {INF: (INF, *FLAT), -INF: (-INF, *FLAT)}),
    "acosh":      Entry(mp.acosh, [1 + 2.0**-52, 1 + 1e-8, 1.3, 2.75, 12.0, *HUGE], {1.0: (0, INF, -INF, INF), INF: (INF, *FLAT)}),
    "atanh":      Entry(mp.atanh, UNIT, {1.0: (INF, INF, INF, INF), -1.0: (-INF, INF, -INF, INF)}),
    "hypot":      Entry(lambda x, y: mp.sqrt(x * x + y * y), [*PAIRS, (3e-200, 4e-200), (3e200, 4e200), (0.0, 1.0), (1.0, 0.0), (5e-324, 5e-324)], {(0.0, 0.0): {"": 0, "0": 0, "1": 0}, (INF, 1.0): {"": INF, "0": 1, "1": 0}}, XY),
    "cosine":     Entry(lambda x, y: x / mp.sqrt(x * x + y * y), grid(both(1e-8, 0.3, 2.0), both(0.7, 12.0, 1e-8)), {(0.0, 0.0): {"": 0}}, XY),
    "atan2":      Entry(mp.atan2, [*PAIRS, (3e-200, 4e-200), (3e200, 4e200), (0.0, 1.0), (1.0, 0.0)], {(0.0, 0.0): {"": 0, "0": 0, "1": 0}, (1.0, INF): {"": 0, "0": 0, "1": 0}}, XY),
    "real":       Entry(lambda x: x, LINE),
    "imag":       Entry(lambda x: 0 * x, LINE),
    "conj":       Entry(lambda x: x, LINE),
    "sinc":       Entry(sinc, [*LINE, *both(0.49, 0.51, 1e3 + 0.25, 1e8 + 0.25)], {INF: (0, *FLAT)}),
    "sinc_derivative": Entry(lambda n, x: mp.pi**n * mp.quad(lambda s: s**n * mp.cos(mp.pi * x * s + n * mp.pi / 2), [0, 1]), grid((2.0,), (0.0, 1e-8, 0.3, 0.49, 0.51, 1.0, 2.75)), wrt=(1,)),
    "checkpoint": Entry(lambda x, y: mp.sin(x) * mp.exp(y), [(0.3, 0.7)], wrt=XY, call=ag.checkpoint(lambda x, y: ag.sin(x) * ag.exp(y))),
}

ORDERS = (0.0, 0.5, 7.3)
FRACTIONS = (0.3, 2.5, 7.3)
BESSEL = (1e-8, 0.3, 2.75, 27.5)

SPECIAL: dict[str, Entry] = {
    "erf":        Entry(mp.erf, [*LINE, *both(6.0, 26.0, 30.0, 1e8)], {1e200: (1, *FLAT), -1e200: (-1, *FLAT), INF: (1, *FLAT), -INF: (-1, *FLAT)}),
    "erfc":       Entry(mp.erfc, [*LINE, *both(6.0, 26.0, 30.0)], {1e200: (0, *FLAT), -1e200: (2, *FLAT), INF: (0, *FLAT), -INF: (2, *FLAT)}),
    "erfcx":      Entry(erfcx, [*LINE, *both(6.0, 26.0), -30.0, 50.0, 1e3, 1e5], {INF: (0, *FLAT), -INF: (INF, -INF, INF, -INF), 1e100: (5.641895835477563e-101, -5.641895835477563e-201, 0, 0)}),
    "erfinv":     Entry(inverse(mp.erf, sp.erfinv), [x for x in UNIT if x], {0.0: (0, 0.886226925452758, 0, 1.3920819992079269), 1.0: (INF,) * 4, -1.0: (-INF, INF, -INF, INF)}),
    "erfcinv":    Entry(inverse(mp.erfc, sp.erfcinv), [1e-300, 1e-160, 1e-20, 1e-8, 0.1, 0.5, 1.3, 1.999, 2 - 1e-8], {0.0: (INF, -INF, INF, -INF), 2.0: (-INF, -INF, -INF, -INF)}),
    "ndtr":       Entry(ndtr, [*LINE, *both(6.0, 37.0, 40.0)], {1e200: (1, *FLAT), -1e200: (0, *FLAT), INF: (1, *FLAT), -INF: (0, *FLAT)}),
    "log_ndtr":   Entry(log_ndtr, [*LINE, *both(5.0, 6.0, 10.0, 37.0, 40.0), -50.0, -1e3, -1e4, -1e5], {INF: (0, *FLAT), -1e8: (-5000000000000019.3, 1e8, -1.0, 2e-24), -INF: (-INF, INF, -1, 0)}),
    "ndtri":      Entry(inverse(ndtr, sp.ndtri), [1e-300, 1e-160, 1e-20, 1e-8, 0.1, 0.3, 0.75, 0.999, 1 - 1e-8], {0.0: (-INF, INF, -INF, INF), 1.0: (INF,) * 4}),
    "dawsn":      Entry(dawsn, [*LINE, *both(5.0, 26.0), 50.0, 1e3], {INF: (0, *FLAT), -INF: (0, *FLAT), 1e8: (5e-9, -5e-17, 1e-24, -3e-32)}),
    "polygamma":  Entry(lambda n, x: mp.psi(int(n), x), grid((0.0, 1.0, 3.0), (1e-100, 1e-8, 0.3, 1.0, 2.75, 12.0, 1e3, 1e8, -0.3, -1.5, -9.6)), wrt=(1,)),
    "digamma":    Entry(mp.digamma, [*both(*TINY), *HUGE, 0.3, 1.0, 1.4616321, 2.75, 12.0, -0.3, -0.99, -1.5, -9.6, -100.3, -1 + 2.0**-40], {0.0: (-INF, INF, -INF, INF), INF: (INF, *FLAT)}),
    "gammaln":    Entry(lambda x: mp.log(abs(mp.gamma(x))), [*both(*TINY), 1e3, 1e8, 0.3, 2.75, 12.0, 1.001, 1.999, -0.3, -0.99, -1.5, -9.6, -100.3], {1.0: (0, -0.5772156649015329, 1.6449340668482264, -2.4041138063191886), 0.0: (INF, -INF, INF, -INF), INF: (INF, INF, 0, 0)}),
    "gamma":      Entry(mp.gamma, [*both(*TINY), 0.3, 1.0, 1.4616321, 2.75, 12.0, 100.0, 170.5, 172.0, -0.3, -0.99, -1.5, -9.6, -100.3, -1 + 2.0**-40], {INF: (INF,) * 4}),
    "rgamma":     Entry(mp.rgamma, [*ZERO, 0.3, 1.0, 2.75, 12.0, 100.0, 170.5, 180.0, -0.3, -0.99, -1.0, -2.0, -3.0, -1.5, -9.6, -10.0, -100.3, -1 + 2.0**-40], {INF: (0,) * 4}),
    "beta":       Entry(mp.beta, [*grid((1e-100, 1e-8, 0.3, 2.0, 40.0), (1e-100, 1e-8, 0.7, 3.0)), (1e8, 1e-3), (1e8, 2.5), (1e-3, 1e8), (0.5, 1e15), (500.0, 400.0)], wrt=XY),
    "betaln":     Entry(lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b), [*grid((1e-100, 1e-8, 0.3, 2.0, 40.0), (1e-100, 1e-8, 0.7, 3.0)), (1e8, 1e-3), (1e8, 2.5), (1e-3, 1e8), (0.5, 1e15), (1e5, 1e5)], wrt=XY),
    "betainc":    Entry(betainc, [(2.0, 0.7, 0.3), (0.3, 3.0, 0.9), (40.0, 3.0, 0.9), (0.3, 0.7, 1e-8), (2.0, 3.0, 1e-8), (600.0, 600.0, 0.5)], wrt=(0, 1, 2)),
    "betaincinv": Entry(inverse(betainc, sp.betaincinv), [(0.3, 0.7, 0.3), (2.0, 3.0, 0.9)], wrt=(0, 1, 2)),
    "gammainc":   Entry(gammainc, [*grid((1e-3, 1.0, 40.0), (1e-20, 0.3, 30.0, 100.0)), (2.5, 2.0), (1000.0, 1000.0), (1000.0, 900.0), (1000.0, 1100.0), (1e5, 1e5 + 300)], wrt=XY),
    "gammaincc":  Entry(lambda a, x: 1 - gammainc(a, x), [*grid((1e-3, 1.0, 40.0), (1e-20, 0.3, 30.0, 100.0)), (2.5, 2.0), (1000.0, 1000.0), (1000.0, 900.0), (1000.0, 1100.0), (1e5, 1e5 + 300)], wrt=XY),
    "gammaincinv": Entry(inverse(gammainc, sp.gammaincinv), [*grid((0.3, 1.0, 2.5), (0.3, 0.9)), (40.0, 1e-3)], wrt=XY),
    "rgamma_derivative": Entry(lambda n, x: slope(mp.rgamma, 0)(x), grid((1.0,), (-2.0, -0.3, 0.3, 12.0)), wrt=(1,)),
    "erfcx_derivative": Entry(lambda n, x: slope(erfcx, 0)(x), grid((1.0,), (-5.0, 0.0, 0.3, 12.0, 1e3)), wrt=(1,)),
    "log_ndtr_derivative": Entry(lambda n, x: slope(log_ndtr, 0)(x), grid((1.0,), (-1e3, -5.0, 0.0, 0.3, 12.0)), wrt=(1,)),
    "dawsn_derivative": Entry(lambda n, x: slope(dawsn, 0)(x), grid((1.0,), (-5.0, 0.0, 0.3, 12.0, 1e3)), wrt=(1,)),
    "polygamma_difference": Entry(lambda n, x, d: mp.psi(0, x) - mp.psi(0, x + d), grid((0.0,), (1e-8, 0.3, 12.0, 1e5), (1e-100, 1e-8, 0.7, 1e5)), wrt=(1, 2)),
    "gamma_density": Entry(lambda n, m, a, x: x ** (a - 1) * mp.exp(-x) / mp.gamma(a), [*grid((0.0,), (0.0,), (1e-3, 1.0, 2.5, 40.0), (1e-100, 0.3, 30.0)), (0.0, 0.0, 1e5, 1e5 + 300)], {
        (0.0, 0.0, 1.0, 0.0): {"": 1, "3": -1, "33": 1, "333": -1}, (0.0, 0.0, 2.0, 0.0): {"": 0, "3": 1, "33": -2, "333": 3}, (0.0, 0.0, 2.5, 0.0): {"": 0, "2": 0, "23": 0, "3": 0, "33": INF}}, wrt=(2, 3)),
    "gammainc_in_a": Entry(lambda n, a, x: slope(gammainc, 0)(a, x), grid((1.0,), (1e-3, 1.0, 40.0), (1e-8, 0.3, 30.0)), wrt=(1, 2)),
    "beta_density": Entry(lambda i, j, m, a, b, x: x ** (a - 1) * (1 - x) ** (b - 1) / mp.beta(a, b), [*grid((0.0,), (0.0,), (0.0,), (0.3, 2.0), (1.0, 40.0), (1e-100, 0.3)), (0.0, 0.0, 0.0, 1e3, 1e3, 0.51)], {
        (0.0, 0.0, 0.0, 2.0, 3.0, 0.0): {"": 0, "5": 12, "55": -48, "555": 72}, (0.0, 0.0, 0.0, 2.0, 3.0, 1.0): {"": 0, "5": 0, "55": 24, "555": 72}}, wrt=(3, 4, 5)),
    "betainc_in_ab": Entry(lambda i, j, a, b, x: slope(betainc, 0)(a, b, x), grid((1.0,), (0.0,), (0.3,), (0.7,), (1e-8, 0.9)), wrt=(2, 3, 4)),
    **{name: Entry(lambda k, n, x, f=f: slope(f, 0)(n, x), grid((1.0,), (0.3, 7.3), (0.3, 27.5)), wrt=(1, 2)) for name, f in {
        "jv_in_order": mp.besselj, "yv_in_order": mp.bessely, "iv_in_order": mp.besseli, "kv_in_order": mp.besselk, "ive_in_order": scaled(mp.besseli, -1), "kve_in_order": scaled(mp.besselk, +1)}.items()},
    "zeta_in_x":  Entry(lambda n, x, q: slope(mp.zeta, 0)(x, q), grid((1.0,), (1.5, 20.0), (0.3, 12.0)), wrt=(1, 2)),
    "zeta":       Entry(lambda x, q: mp.zeta(x, q), grid((1 + 1e-8, 1.5, 3.0, 20.0), (1e-8, 0.3, 1.0, 12.0, 1e3)), wrt=XY),
    "logit":      Entry(lambda x: mp.log(x / (1 - x)), SHARE, {0.0: (-INF, INF, -INF, INF), 1.0: (INF, INF, INF, INF)}),
    "xlogy":      Entry(lambda x, y: x * mp.log(y), [*PLUS, (0.0, 2.0), (0.0, 1e-310), (-2.0, 3.0), (1e-310, 1e-310)], {(0.0, 0.0): {"": 0, "1": 0}}, XY),
    "xlog1py":    Entry(lambda x, y: x * log1p(y), [*PLUS, (0.0, 2.0), (0.0, -0.5), (-2.0, 3.0), (2.0, -1 + 2.0**-53), (0.3, 0.0), (0.0, 0.0)], {(0.0, -1.0): {"": 0, "1": 0}}, XY),
    "entr":       Entry(lambda x: -x * mp.log(x), [*SIDE, *HUGE], {0.0: (0, INF, -INF, INF)}),
    "rel_entr":   Entry(lambda x, y: x * mp.log(x / y), [*PLUS, (1e-310, 1e-310), (1e-300, 1e300)], {(0.0, 2.0): {"": 0, "0": -INF, "1": 0, "00": INF, "01": -0.5, "11": 0, "000": -INF, "001": 0, "011": 0.25, "111": 0}, (0.0, 0.0): {"": 0, "1": 0}}, XY),
    "kl_div":     Entry(lambda x, y: x * mp.log(x / y) - x + y, [*PLUS, (1.0, 1 + 1e-8)], {(0.0, 2.0): {"": 2, "0": -INF, "1": 1, "00": INF, "01": -0.5, "11": 0, "000": -INF, "001": 0, "011": 0.25, "111": 0}}, XY),
    "jv":         Entry(mp.besselj, [*grid(ORDERS, BESSEL), (0.3, 1e3)], wrt=XY),
    "yv":         Entry(mp.bessely, [*grid(FRACTIONS, BESSEL), (0.3, 1e3)], wrt=XY),
    "iv":         Entry(mp.besseli, [*grid(FRACTIONS, BESSEL), (2.5, 600.0)], wrt=XY),
    "kv":         Entry(mp.besselk, [*grid(FRACTIONS, BESSEL), (2.5, 600.0)], wrt=XY),
    "ive":        Entry(scaled(mp.besseli, -1), [*grid(FRACTIONS, BESSEL), (2.5, 600.0)], wrt=XY),
    "kve":        Entry(scaled(mp.besselk, +1), [*grid(FRACTIONS, BESSEL), (2.5, 600.0)], wrt=XY),
    "j0":         Entry(fixed(mp.besselj, 0), [*LINE, *both(27.5, 1e3), 1e5], {INF: (0, *FLAT)}),
    "j1":         Entry(fixed(mp.besselj, 1), [*LINE, *both(27.5, 1e3), 1e5], {INF: (0, *FLAT)}),
    "y0":         Entry(fixed(mp.bessely, 0), [*SIDE[3:], 27.5, 1e3, 1e5], {0.0: (-INF, INF, -INF, INF), INF: (0, *FLAT)}),
    "y1":         Entry(fixed(mp.bessely, 1), [*SIDE[3:], 27.5, 1e3, 1e5], {0.0: (-INF, INF, -INF, INF), INF: (0, *FLAT)}),
    "i0":         Entry(fixed(mp.besseli, 0), [*LINE, *both(27.5, 700.0)], {INF: (INF,) * 4}),
    "i1":         Entry(fixed(mp.besseli, 1), [*LINE, *both(27.5, 700.0)], {INF: (INF,) * 4}),
    "i0e":        Entry(lambda x: mp.besseli(0, x) * mp.exp(-abs(x)), [*both(*SIDE, 27.5, 1e3, 1e5)], {0.0: (1, 0)}),
    "i1e":        Entry(lambda x: mp.besseli(1, x) * mp.exp(-abs(x)), [*both(*SIDE, 27.5, 1e3, 1e5)], {0.0: (0, 0.5)}),
    "k0":         Entry(fixed(mp.besselk, 0), [*SIDE[3:], 27.5, 700.0], {0.0: (INF, -INF, INF, -INF), INF: (0, *FLAT)}),
    "k1":         Entry(fixed(mp.besselk, 1), [*SIDE[3:], 27.5, 700.0], {0.0: (INF, -INF, INF, -INF), INF: (0, *FLAT)}),
    "k0e":        Entry(lambda x: mp.besselk(0, x) * mp.exp(x), [*SIDE[3:], 27.5, 1e3, 1e5], {0.0: (INF, -INF, INF, -INF), INF: (0, *FLAT)}),
    "k1e":        Entry(lambda x: mp.besselk(1, x) * mp.exp(x), [0.3, 2.75, 12.0, 1e3], {0.0: (INF, -INF, INF, -INF), INF: (0, *FLAT)}),
    "expi":       Entry(mp.ei, [*both(*SIDE), 0.3725, *both(30.0, 300.0), 700.0], {0.0: (-INF,), INF: (INF,) * 4, -INF: (0,) * 4}),
    "exp1":       Entry(mp.e1, [*SIDE, 30.0, 300.0, 700.0], {0.0: (INF, -INF, INF, -INF), INF: (0, *FLAT)}),
    "expit":      Entry(lambda x: 1 / (1 + mp.exp(-x)), [*both(0.3, 36.0, 300.0)], call=ag.special.expit),
    "log_expit":  Entry(lambda x: -mp.log(1 + mp.exp(-x)), [*both(0.3, 36.0, 300.0)], call=ag.special.log_expit),
    "multigammaln": Entry(lambda a: 3 * mp.log(mp.pi) / 2 + sum(mp.loggamma(a - mp.mpf(j) / 2) for j in range(3)), [1 + 1e-8, 1.3, 7.0, 1e5], call=lambda a: ag.special.multigammaln(a, 3)),
}
# fmt: on

ENTRIES = SPECIAL | ELEMENTARY
