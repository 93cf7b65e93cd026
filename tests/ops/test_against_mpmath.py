"""Every function that works entry by entry, over its whole domain, against mpmath: values and derivatives to order 3.

The references and their points are in `mpmath_entries`. Both modes are judged, nested, in every order of the arguments.
"""

import fnmatch
import math
import random
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import special
from autograd_lite.core.rules import OPS
from tests.support.domains import DOMAINS, PACKAGED
from tests.support.families import BINARY, TERNARY, UNARY
from tests.support.mpmath_entries import ELEMENTARY, ENTRIES, INF
from tests.support.mpmath_exceptions import EXCEPTIONS
from tests.tools.mpmath_table import ORDER, derivative, load, number

RTOL = 1e-10  # the promise; rounding is 1e-16, and some formulas multiply it by the size of their arguments
FLOOR = 1e-290  # below it a factor may be subnormal, with few digits; above its reciprocal one may overflow
REDUCTIONS = {"softmax", "log_softmax", "logsumexp", "squared_error"}  # they do not work entry by entry

STORED = load()


def entrywise(op):
    """Whether an operation works entry by entry and has derivatives: by its kind, or by its family in `domains`."""
    return op.kind == "elementwise" or (
        op.kind == "general" and any(DOMAINS[op.name].family is f for f in (UNARY, BINARY, TERNARY))
    )


def test_every_function_has_its_entry():
    """A new operation, or special function, is judged too; and the stored references are of the points in the table."""
    names = {name for name in PACKAGED if entrywise(OPS[name])} | {*special.__all__}
    assert names - REDUCTIONS == set(ENTRIES)
    for name, entry in ENTRIES.items():
        assert repr([tuple(p) for p in STORED[name]["points"]]) == repr(entry.places()), (
            f"run tests.tools.mpmath_table {name}"
        )
        assert list(STORED[name]["jets"]) == entry.jet()


def test_a_sample_of_the_references_is_computed_again():
    """A handful, the same every time, so that the stored numbers cannot drift from the table."""
    rng = random.Random(14)
    for name in rng.sample(sorted(ELEMENTARY), 12) + rng.sample(sorted(set(ENTRIES) - set(ELEMENTARY)), 6):
        entry = ENTRIES[name]
        k, which = rng.randrange(len(entry.places())), rng.choice(entry.jet())
        assert number(derivative(entry.f, entry.places()[k], which)) == STORED[name]["jets"][which][k], (name, k, which)


class Miss(NamedTuple):
    """One number that is off: which derivative, in which mode, at which point."""

    name: str
    which: str
    point: tuple
    got: float
    right: float
    mode: str

    @property
    def error(self):
        """Relative; infinite where one of both is, or is not a number."""
        if math.isfinite(self.got) and math.isfinite(self.right):
            return abs(self.got - self.right) / max(abs(self.right), FLOOR)
        return INF


def agrees(got, right):
    """To `RTOL`, with room where numbers of double precision end."""
    if np.isnan(got):
        return False
    if abs(right) >= 1 / FLOOR:  # an infinity of the same sign will do
        return got == right or (got * np.sign(right) >= 1 / FLOOR and (np.isinf(got) or abs(got / right - 1) <= RTOL))
    return abs(got - right) <= RTOL * abs(right) + FLOOR


def reverse(f, i):
    """The function whose value is the derivative of the entries of `f` in argument `i`."""
    return ag.grad(lambda *xs: ag.sum(f(*xs)), argnums=i)


def forward(f, i):
    """The same, by a tangent."""

    def push(*xs):
        others = list(xs)

        def along(x):
            others[i] = x
            return f(*others)

        return ag.jvp(along, (xs[i],), (np.ones(np.shape(xs[i])),))[1]

    return push


def derivatives(f, xs, which, order=ORDER):
    """Every derivative to the third order in the arguments of `which`, in either mode: names and arrays."""
    yield "", "value", np.asarray(f(*xs))
    for mode in (reverse, forward):
        for n in range(1, order + 1):
            for digits in product(which, repeat=n):
                g = f
                for i in digits:
                    g = mode(g, i)
                out = g(*xs)
                yield "".join(map(str, sorted(digits))), mode.__name__, np.asarray(getattr(out, "value", out))


def wanted(name):
    """The points of an entry, and for each derivative the right numbers there, NaN where none is given."""
    entry, stored = ENTRIES[name], STORED[name]
    limits = entry.expected()
    points = [*map(tuple, stored["points"]), *[p for p, _ in limits]]
    return points, {d: [*stored["jets"][d], *[jet.get(d, np.nan) for _, jet in limits]] for d in entry.jet()}


def misses(name):
    """All that is off by more than the promise."""
    entry = ENTRIES[name]
    points, right = wanted(name)
    call = entry.call or OPS[name].call
    xs = [np.array(column) for column in zip(*points, strict=True)]
    with np.errstate(all="ignore"):  # poles and overflow are what this is about
        for d, mode, got in derivatives(call, xs, entry.wrt):
            for p, a, b in zip(points, np.broadcast_to(got, xs[0].shape), right[d], strict=True):
                if not np.isnan(b) and not agrees(a, b):
                    yield Miss(name, d, p, float(a), b, mode)


def excused(miss, exception):
    """Whether an exception speaks of this miss."""
    return (
        fnmatch.fnmatchcase(miss.which, exception.which)
        and exception.where(*miss.point)
        and miss.error <= exception.error
    )


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_values_and_derivatives(name):
    """Off by at most 1e-10, or excused by a line of `mpmath_exceptions`; a line that excuses nothing goes."""
    lines = EXCEPTIONS.get(name, ())
    found = list(misses(name))
    unexcused = [m for m in found if not any(excused(m, line) for line in lines)]
    assert not unexcused, "\n".join(f"{m}, error {m.error:.2g}" for m in unexcused)
    idle = [line.reason for line in lines if not any(excused(m, line) for m in found)]
    assert not idle, f"no longer off: {idle}"


def test_exceptions_are_of_functions():
    assert set(EXCEPTIONS) <= set(ENTRIES)
