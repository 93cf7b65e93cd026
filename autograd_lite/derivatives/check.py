"""Derivatives checked against differences of the function itself.

The reference is the central difference (f(x + h d) - f(x - h d)) / 2h, whose error is a power series in h**2. It is
taken at a ladder of steps and extrapolated to h = 0 (Richardson), entry by entry keeping the extrapolation whose
neighbours agree best (Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", 1982). Its error is then estimated,
not assumed, and is part of what a check allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.arrays import trees
from autograd_lite.arrays.libraries import NUMPY, array_like, copied, is_inexact
from autograd_lite.asking import arguments, function
from autograd_lite.core.tensor import raw
from autograd_lite.derivatives.transforms import Inputs, jvp, vjp
from autograd_lite.errors import GradientMismatch
from autograd_lite.ops.elementwise import conj

__all__ = ["check_grads"]

LEVELS = 5
FACTOR = 4.0
"""Five steps, each a quarter of the one before, so that where the first is too long for the function, or leaves its
domain, there are shorter ones: the last is 1/256 of the first."""

COMPLEX_STEP = 1e-30
"""Im f(x + ih) / h has no subtraction, so h only has to make h**2 vanish beside 1."""


@dataclass(frozen=True)
class Settings:
    """What the user asked for."""

    modes: tuple[str, ...]
    atol: float | None
    rtol: float | None
    complex_step: bool
    step: float | None
    entries: int


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    modes: Sequence[str] = ("reverse", "forward"),
    order: int = 2,
    atol: float | None = None,
    rtol: float | None = None,
    *,
    complex_step: bool = False,
    step: float | None = None,
    entries: int = 64,
    seed: int = 0,
) -> None:
    """Compare the derivatives of `f` with finite differences; silent when they agree.

    Parameters
    ----------
    f : callable
        Arrays in, arrays out, containers on both sides allowed. It must be smooth around `args`: at a kink the two
        one-sided slopes differ and no difference can tell which one is meant.
    args : tuple
        The arguments of `f`, real or complex floating-point, in any containers.
    modes : sequence of {"reverse", "forward"}
        Which sweeps to check.
    order : int
        The highest derivative. Order n checks the first derivatives of directional derivatives of order n - 1, in
        every nesting of `modes`.
    atol, rtol : float, optional
        An error of ``atol + rtol * abs(difference) + (estimated error of the difference)`` is allowed. By default
        ``eps**(3/4)`` and ``eps**(1/2)`` of the least precise dtype involved: 1.8e-12 and 1.5e-8 in double, 6.4e-6
        and 3.5e-4 in single precision. A sweep of n rows loses about n eps, a wrong rule half the digits or more.
    complex_step : bool
        Also compare with Im f(x + ih) / h, which has no rounding error to speak of, and allow `atol` in the place of
        `rtol`. Only for real arguments and an `f` that is analytic: no abs, max or comparison of what is checked.
    step : float, optional
        The longest step, times ``max(1, abs(x))``. By default ``eps**(1/7)``, 0.006 in double precision, where the
        error h**6 of the second extrapolation meets the rounding error eps / h. Shorten it near a singularity.
    entries : int
        How many entries of each array to check. A larger array is checked at as many entries drawn at random, and
        along two random directions, which any wrong entry shows in.
    seed : int
        For the random directions: a check does the same every time.

    Raises
    ------
    GradientMismatch
        Naming the argument, the entry, the derivative, the difference and the allowed error.
    NotDifferentiableError
        An argument of a dtype that has no derivatives.
    ValueError
        An unknown mode, an order below 1, or `complex_step` with complex arguments.

    Notes
    -----
    Single-precision arguments are widened for the differences, so that these are as sharp as in double precision.
    For complex arguments both directions, 1 and i, of an entry are tried; a real output's gradient is that of
    steepest ascent.

    Examples
    --------
    >>> import autograd_lite as ag, numpy as np
    >>> ag.check_grads(lambda x, y: ag.sin(x) * y, (np.array([1.0, 2.0]), 3.0))
    >>> wrong = ag.elementwise("wrong_sin", np.sin, lambda v, x: -ag.cos(x))
    >>> ag.check_grads(wrong, (np.array([0.0, 1.0]),))
    Traceback (most recent call last):
        ...
    autograd_lite.errors.GradientMismatch: check_grads: reverse mode, args[0], entry [0], ...
    """
    unknown = [m for m in modes if m not in ("reverse", "forward")]
    if unknown or isinstance(modes, str) or not modes:
        raise ValueError(f"check_grads: modes are 'reverse' and 'forward', in a tuple, not {modes!r}")
    if order < 1:
        raise ValueError(f"check_grads: order is 1 or more, not {order}")
    f = function(f, "check_grads")
    inputs = Inputs(arguments(args, "check_grads", "args"), "check_grads")
    points = [row.value for row in inputs.rows]
    if complex_step and any([np.iscomplexobj(p) for p in points]):
        raise ValueError("check_grads: complex_step needs real arguments")
    settings = Settings(tuple(modes), atol, rtol, complex_step, step, entries)
    _check(f, Point(points, inputs.spec), order, settings, np.random.default_rng(seed), ())


@dataclass(frozen=True)
class Point:
    """Where derivatives are checked: the leaves of the arguments, and how to put them back into containers."""

    leaves: list[Any]
    spec: Any

    def moved(self, k: int, change: Any) -> tuple[Any, ...]:
        """The arguments with `change` added to leaf `k`, NumPy's in double precision; complex for a complex step."""
        stepped = np.iscomplexobj(change) and not np.iscomplexobj(self.leaves[k])
        wide = [_widened(x, stepped) for x in self.leaves]
        like, moved = wide[k], np.asarray(wide[k]) + change
        wide[k] = moved[()] if like.__class__ in NUMPY else array_like(moved, like)
        return self.args(wide)

    def args(self, leaves: list[Any]) -> tuple[Any, ...]:
        """`leaves` in the containers of the arguments."""
        return tuple(trees.unflatten(self.spec, leaves))

    def name(self, k: int) -> str:
        """What the user would write for leaf `k`: ``args[0]['w']``."""
        return str(trees.accessors(self.spec)[k].codify("args"))


def _widened(x: Any, as_complex: bool) -> Any:
    """A copy of `x`, for a function may write to its arguments, in double precision if it is NumPy's."""
    if x.__class__ not in NUMPY:
        return copied(x)
    wide = np.array(x, np.complex128 if as_complex or np.iscomplexobj(x) else np.float64)
    return wide if x.ndim else wide[()]


def _floats(tree: Any) -> list[Any]:
    """The leaves that have derivatives, as NumPy arrays."""
    plain = [raw(x) for x in trees.leaves(tree)]
    return [np.asarray(x) for x in plain if is_inexact(x)]


def _flat(tree: Any) -> Any:
    """All entries of the leaves that have derivatives, in one axis."""
    return np.concatenate([np.zeros(0), *[x.ravel() for x in _floats(tree)]])


def _eps(arrays: Sequence[Any]) -> float:
    """The relative spacing of the least precise dtype."""
    return max([float(np.finfo(x.dtype).eps) for x in arrays if is_inexact(x)], default=float(np.finfo(float).eps))


def _random(rng: np.random.Generator, like: Any) -> Any:
    """Numbers of either sign between 1/2 and 3/2: a direction that hides no entry and favours none."""
    shape = np.shape(like)
    out = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    if np.iscomplexobj(like):
        out = out * np.exp(1j * rng.uniform(0, np.pi, shape))
    return np.asarray(out, like.dtype if is_inexact(like) else None)[()]


# -- the check ------------------------------------------------------------------------------------------------------


def _check(f: Any, point: Point, order: int, s: Settings, rng: Any, trail: tuple[str, ...]) -> None:
    """Check the first derivatives of `f`, then `f`'s directional derivatives in its place."""
    args = point.args(point.leaves)
    outs, pullback = vjp(f, *args)
    out_leaves, out_spec = trees.flatten(outs)
    out_leaves = [raw(x) for x in out_leaves]
    one = len(out_leaves) == 1 and np.shape(out_leaves[0]) == () and not np.iscomplexobj(out_leaves[0])
    seeds = trees.unflatten(out_spec, [np.ones_like(x)[()] if one else _random(rng, x) for x in out_leaves])
    directions = [_random(rng, x) for x in point.leaves]
    gradients = trees.leaves(pullback(seeds)) if "reverse" in s.modes else []
    weights = _flat([u for u, y in zip(trees.leaves(seeds), out_leaves, strict=True) if is_inexact(y)])
    eps = max(_eps(point.leaves), _eps(out_leaves))
    for k, entry, d in _directions(point.leaves, s.entries, rng):
        references = [_difference(f, point, k, d, s)]
        if s.complex_step:
            references.append(_complex_difference(f, point, k, d))
        for kind, fd, error in references:
            atol = eps**0.75 if s.atol is None else s.atol
            rtol = (atol if kind == "complex step" else eps**0.5) if s.rtol is None else s.rtol
            report = Report(point.name(k), entry, kind, trail)
            if "reverse" in s.modes:
                moved = d != 0  # an infinite gradient elsewhere is not this entry's: 0 * inf would be NaN
                g = np.vdot(_array(gradients[k], point.leaves[k], report)[moved], np.asarray(d)[moved]).real
                size, spread = np.abs(weights) @ np.abs(fd), np.abs(weights) @ error
                allowed = atol + rtol * size + spread
                report.compare("reverse", g, np.vdot(weights, fd).real, allowed, "" if one else ", outputs weighted")
            if "forward" in s.modes:
                tangents = [d if i == k else np.zeros_like(x) for i, x in enumerate(point.leaves)]
                t = _flat(jvp(f, args, point.args(tangents))[1])
                for j in range(t.size):
                    allowed = atol + rtol * abs(fd[j]) + error[j]
                    report.compare("forward", t[j], fd[j], allowed, _place(out_leaves, j))
    if order > 1:
        for mode in s.modes:
            g = _pulled(f, seeds) if mode == "reverse" else _pushed(f, point.args(directions))
            _check(g, point, order - 1, s, rng, (mode, *trail))


def _pulled(f: Any, seeds: Any) -> Any:
    """The plain transpose J(x)ᵀ u as a function of x: unlike the gradient, analytic where `f` is."""
    conjugate = trees.mapped(conj, seeds)
    return lambda *xs: trees.mapped(conj, vjp(f, *xs)[1](conjugate))


def _pushed(f: Any, directions: Any) -> Any:
    return lambda *xs: jvp(f, xs, directions)[1]


def _directions(leaves: list[Any], entries: int, rng: Any) -> Iterator[tuple[int, str, Any]]:
    """Which leaf to move, what to call the move, and along what."""
    for k, x in enumerate(leaves):
        size, units = int(np.size(x)), (1, 1j) if np.iscomplexobj(x) else (1,)
        few = size <= entries
        for flat in range(size) if few else sorted(rng.choice(size, entries, replace=False)):
            index = tuple([int(i) for i in np.unravel_index(flat, x.shape)])
            for unit in units:
                d = np.zeros_like(x) if x.ndim else x.dtype.type(unit)
                if x.ndim:
                    d[index] = unit
                yield k, f"entry {list(index)}{', imaginary part' if unit == 1j else ''}", d
        for _ in range(0 if few else 2):
            yield k, "along a random direction", _random(rng, x)


def _difference(f: Any, point: Point, k: int, d: Any, s: Settings) -> tuple[str, Any, Any]:
    """The extrapolated central difference of `f` along `d` in leaf `k`, and an estimate of its error."""
    x = np.asarray(point.leaves[k])
    outs = _floats(f(*point.moved(k, np.zeros_like(x))))
    eps, size = _eps(outs), np.abs(_flat(outs))
    scale = max(1.0, float(np.abs(x[d != 0]).max(initial=0.0)))
    best = error = np.full(size.shape, np.inf)
    above: list[Any] = []
    for level in range(LEVELS):
        h = (s.step or eps ** (1 / 7)) * scale / FACTOR**level
        step = np.asarray(d, np.result_type(x, np.float64)) * h
        with np.errstate(all="ignore"):  # a step may leave the domain: it then gives no finite difference to keep
            row = [(_flat(f(*point.moved(k, step))) - _flat(f(*point.moved(k, -step)))) / (2 * h)]
            rounding = eps * size / h
            for j, old in enumerate(above):
                weight = FACTOR ** (2 * (j + 1))
                row.append((weight * row[j] - old) / (weight - 1))
                doubt = np.maximum(np.abs(row[j + 1] - row[j]), np.abs(row[j + 1] - old)) + rounding
                better = doubt < error
                best, error = np.where(better, row[j + 1], best), np.where(better, doubt, error)
        above = row
    return "finite difference", np.where(np.isfinite(error), best, np.nan), error


def _complex_difference(f: Any, point: Point, k: int, d: Any) -> tuple[str, Any, Any]:
    out = _flat(f(*point.moved(k, 1j * COMPLEX_STEP * np.asarray(d, float))))
    return "complex step", out.imag / COMPLEX_STEP, np.zeros(out.shape)


def _array(g: Any, x: Any, report: Report) -> Any:
    """A gradient as an array, once it has the shape and dtype of its variable."""
    g = raw(g)
    if tuple(g.shape) != tuple(x.shape) or g.dtype != x.dtype:
        raise GradientMismatch(
            f"check_grads: {report.argument} has shape {tuple(x.shape)} and dtype {x.dtype}, "
            f"its gradient shape {tuple(g.shape)} and dtype {g.dtype}"
        )
    return np.asarray(g)


def _place(outs: list[Any], j: int) -> str:
    """Which output the j-th of all entries belongs to, where there are several."""
    floats = [(i, x) for i, x in enumerate(outs) if is_inexact(x)]
    for i, x in floats:
        if j < np.size(x):
            index = list(map(int, np.unravel_index(j, np.shape(x))))
            which = f" {i}" if len(outs) > 1 else ""
            return f", output{which}{f' {index}' if index else ''}" if which or index else ""
        j -= int(np.size(x))
    return ""


@dataclass(frozen=True)
class Report:
    """What a mismatch is called."""

    argument: str
    entry: str
    kind: str
    trail: tuple[str, ...]

    def compare(self, mode: str, derivative: Any, reference: Any, allowed: Any, output: str = "") -> None:
        """Raise unless the two agree; a NaN agrees with nothing."""
        if abs(derivative - reference) <= allowed and np.isfinite(allowed):
            return
        over = "".join([f" over {m}" for m in self.trail])
        hint = "" if np.isfinite(reference) else "; f is not finite around this point: shorten step=, or move away"
        raise GradientMismatch(
            f"check_grads: {mode}{over} mode, {self.argument}, {self.entry}{output}: the derivative is "
            f"{derivative:.10g}, the {self.kind} {reference:.10g}, a difference of "
            f"{abs(derivative - reference):.2g} where {allowed:.2g} is allowed{hint}"
        )
