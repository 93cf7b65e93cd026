"""Where a function is known to be off by more than 1e-10, and why. A line that excuses nothing fails the test."""

from collections.abc import Callable
from typing import Any, NamedTuple

INF = float("inf")


class Off(NamedTuple):
    """Derivatives (a pattern: "" is the value, "0*" any that begins with argument 0), where, by how much, and why."""

    which: str
    where: Callable[..., Any]
    error: float
    reason: str


def anywhere(*point: float) -> bool:
    return True


def infinite(*point: float) -> bool:
    return INF in point or -INF in point


SIGN = "changes sign near there: right to 1e-16 of its terms"
CANCEL = "differences of neighbouring orders cancel like x², to the rounding of 1"
LIMIT = Off("0*", infinite, INF, "at infinity, infinity times 0 or over infinity")
OVERFLOW = "the derivative before is infinite, or 1/x² is: terms of either sign make NaN"


def tiny(*point: float) -> bool:
    return all(abs(x) < 1e-159 for x in point)


# fmt: off
# ruff: noqa: E501  # an aligned table reads better than a wrapped one
EXCEPTIONS: dict[str, tuple[Off, ...]] = {
    "acosh":  (LIMIT, Off("000", lambda x: x == 1, INF, OVERFLOW)),
    **dict.fromkeys(("asinh", "atan"), (LIMIT,)),
    "cbrt":   (LIMIT, Off("000", tiny, INF, OVERFLOW)),
    "root":   (Off("00*", tiny, INF, OVERFLOW),),
    "atan2":  (LIMIT, Off("*", tiny, INF, OVERFLOW)),
    "abs_power": (Off("000", lambda x, n: 0 < abs(x) < 1e-159 and n == 2, INF, OVERFLOW),),
    "hypot":  (LIMIT, Off("[01]", lambda x, y: x == y == 5e-324, 0.5, "hypot is rounded to one unit of the smallest numbers"), Off("???", tiny, INF, OVERFLOW)),
    "sinc":   (Off("*", infinite, INF, "NumPy's value at infinity is NaN"), Off("", lambda x: abs(x) >= 1, INF, "NumPy rounds πx, and so is off by 1e-16 where sin(πx) is 0 or x large")),
    "gamma":  (Off("0*", lambda x: x > 171.7, INF, "infinite beyond 171.6: terms of either sign make NaN"),),
    "beta":   (Off("0*1*", lambda a, b: min(a, b) < 1e-6, INF, "the mixed derivatives of 1/a + 1/b are 0, and a rounding error of 1/(ab) remains"),),
    "betainc": (Off("01", lambda a, b, x: a == b == 600, INF, "0, and a rounding error of its terms remains"),
                Off("111", lambda a, b, x: x == 1e-8, 1e-6, "x² times a polynomial of second order in b, and so 0 but for x³")),
    **dict.fromkeys(("gammainc", "gammaincc"), (Off("00", lambda a, x: a == x, 1e-8, SIGN),)),
    "gammainc_in_a": (Off("111", lambda n, a, x: x == 30, 1e-8, SIGN),),
    "gamma_density": (Off("333", lambda n, m, a, x: a == 1e5, 1e-8, "terms of 1 cancel to a**(-3/2)"),),
    "beta_density": (Off("444", lambda i, j, m, a, b, x: x == 1e-100, INF, "of second order in b, and so 0 but for x²"),),
    "ive_in_order": (Off("222", lambda k, n, x: x == 27.5, 1e-9, CANCEL),),
    "xlogy":  (Off("111", lambda x, y: x == 0, INF, "0 times 2/y³, which is infinite"),),
    "kl_div": (Off("1", lambda x, y: x == 1, 1e-8, "1 - x/y, to the rounding of 1"),),
    **dict.fromkeys(("j0", "j1", "i0", "i1"), (Off("*", infinite, INF, "SciPy's value at infinity is NaN"),)),
    **dict.fromkeys(("y0", "y1"), (Off("*", infinite, INF, "SciPy's value at infinity is NaN"), Off("0*", lambda x: x == 0, INF, "at the pole, a difference of infinities"))),
    "expi":   (Off("0*", lambda x: x == INF or 0 < x < 1e-100, INF, "infinity over infinity, or differences of infinities"),),
    **dict.fromkeys(("kve", "ive"), (Off("111", lambda n, x: x == 600, 1e-7, CANCEL),)),
    **dict.fromkeys(("i0e", "i1e"), (Off("00*", lambda x: abs(x) > 500, 1.0, CANCEL),)),
    **dict.fromkeys(("k0e", "k1e"), (Off("00*", lambda x: x > 500, INF, CANCEL), Off("0*", lambda x: x in (0, INF), INF, "at the pole, a difference of infinities"))),
}
# fmt: on
