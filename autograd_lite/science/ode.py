"""Ordinary differential equations by steps one can differentiate through: ``ag.ode.integrate(f, y0, ts)``.

A Runge–Kutta method is its tableau, and one loop runs them all (Hairer, Nørsett and Wanner, Solving ordinary
differential equations I, 1993, chapter II.1). Steps are as long as `ts` says: the derivative of the result is that of
the numbers that were computed, exactly. For a solution that is not differentiated, ``scipy.integrate.solve_ivp``
chooses its steps and keeps to a tolerance; it is the tool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from autograd_lite.arrays import trees
from autograd_lite.arrays.libraries import as_value, asked
from autograd_lite.asking import function
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.ops.shape import stack
from autograd_lite.programs.traced import Traced, called

__all__ = ["METHODS", "Tableau", "integrate"]


@dataclass(frozen=True)
class Tableau:
    """A method of s stages: kᵢ = f(t + cᵢ h, y + h Σⱼ aᵢⱼ kⱼ) for j < i, and then y + h Σ bᵢ kᵢ.

    Parameters
    ----------
    a : tuple of tuples of float
        A line a stage, of as many numbers as there are stages before it.
    b : tuple of s floats
    order : int
        Halving the step divides the error by 2 to this power.

    Examples
    --------
    >>> midpoint = Tableau(a=((), (1 / 2,)), b=(0, 1), order=2)
    >>> midpoint.c
    (0.0, 0.5)
    """

    a: tuple[tuple[float, ...], ...]
    b: tuple[float, ...]
    order: int

    def __post_init__(self) -> None:
        if [len(line) for line in self.a] != list(range(len(self.b))):
            raise ValueError(f"Tableau: {len(self.b)} explicit stages have lines of 0, 1, 2, … numbers, not {self.a}")

    @property
    def c(self) -> tuple[float, ...]:
        """When each stage is, as a part of the step: the sum of its line."""
        return tuple([float(sum(line)) for line in self.a])


# fmt: off
METHODS = {
    "euler":    Tableau(a=((),),                               b=(1,),                  order=1),
    "midpoint": Tableau(a=((), (1/2,)),                        b=(0, 1),                order=2),
    "heun":     Tableau(a=((), (1,)),                          b=(1/2, 1/2),            order=2),
    "kutta3":   Tableau(a=((), (1/2,), (-1, 2)),               b=(1/6, 2/3, 1/6),       order=3),
    "rk4":      Tableau(a=((), (1/2,), (0, 1/2), (0, 0, 1)),   b=(1/6, 1/3, 1/3, 1/6),  order=4),
    "dopri5":   Tableau(a=((), (1/5,), (3/40, 9/40), (44/45, -56/15, 32/9),
                           (19372/6561, -25360/2187, 64448/6561, -212/729),
                           (9017/3168, -355/33, 46732/5247, 49/176, -5103/18656)),
                        b=(35/384, 0, 500/1113, 125/192, -2187/6784, 11/84), order=5),
}
# fmt: on
"""Methods by name: Euler's, Runge's two of order 2, Kutta's of order 3, the classical one of order 4, and the solution
of order 5 of Dormand and Prince (A family of embedded Runge–Kutta formulae, 1980), without its error estimate."""


def integrate(
    f: Callable[[Any, Any], Any], y0: Any, ts: Any, method: str | Tableau = "rk4", *, substeps: int = 1
) -> Any:
    """The solution of y' = f(t, y) with y(ts[0]) = y0, at the times `ts`, by steps of fixed length.

    What is tracked on the way (the start, the times, parameters that `f` reaches) is recorded, each step on the tape;
    wrap `f` in `ag.checkpoint` to trade time for memory. Arrays alone are computed as arrays.

    Parameters
    ----------
    f : callable
        ``f(t, y)``, in SciPy's order; returns the rate of `y`: the same containers and shapes.
    y0 : array, number, Tensor, or container (optree's pytree) of them
        A list is a container: a vector is ``np.array([...])``.
    ts : array or Tensor of shape (m,)
        Increasing or decreasing.
    method : str or Tableau
        "euler", "midpoint", "heun", "kutta3", "rk4", "dopri5", or a tableau of your own.
    substeps : int
        Steps from each time to the next.

    Returns
    -------
    array, Tensor or container of them
        With one more axis of length m in front, for the times.

    Raises
    ------
    ValueError
        `ts` is not increasing or decreasing, there is no such method, or `f` returned other containers or shapes.

    Examples
    --------
    >>> import autograd_lite as ag, numpy as np
    >>> ag.ode.integrate(lambda t, y: -y, 1.0, np.linspace(0, 1, 3))
    array([1.        , 0.60677083, 0.36817084])

    The derivative of exp(k t) in k at t = 1 and k = 2, that is e²:

    >>> end = lambda k: ag.ode.integrate(lambda t, y: k * y, 1.0, np.linspace(0, 1, 101), "dopri5")[-1]
    >>> round(ag.grad(end)(2.0), 8)
    np.float64(7.3890561)
    """
    if isinstance(method, str) and method not in METHODS:
        raise ValueError(f"integrate: there is no method {method!r}; there is {', '.join(METHODS)}, or a Tableau")
    tableau = METHODS[method] if isinstance(method, str) else method
    if substeps < 1:
        raise ValueError(f"integrate: at least one step from a time to the next, not {substeps}")
    f, times = function(f, "integrate"), times_of(ts, "integrate")
    leaves, spec = trees.flatten(y0)
    ys = [y if isinstance(y, Tensor) else as_value(y) for y in leaves]

    def rate(t: Any, ys: list[Any]) -> list[Any]:
        slopes = f(t, trees.unflatten(spec, ys))
        ks = trees.like(spec, slopes)
        if ks is None or any([np.shape(raw(k)) != np.shape(raw(y)) for k, y in zip(ks, ys, strict=True)]):
            others, found = trees.flatten(slopes)
            wanted, got = ([np.shape(raw(x)) for x in xs] for xs in (ys, others))
            raise ValueError(
                f"integrate: f(t, y) is to return what y is, {trees.written(spec)} of shapes {wanted}, "
                f"not {trees.written(found)} of shapes {got}"
                + ("; a list is a container: write y0 = np.array([...]) for a vector" if isinstance(y0, list) else "")
            )
        return ks

    path = [ys]
    for start, stop in pairwise(times):
        h = (stop - start) / substeps
        for i in range(substeps):
            ys = _step(tableau, rate, start + i * h, ys, h)
        path.append(ys)
    return trees.unflatten(spec, [stack(list(states)) for states in zip(*path, strict=True)])


def _step(tableau: Tableau, rate: Callable[[Any, list[Any]], list[Any]], t: Any, ys: list[Any], h: Any) -> list[Any]:
    """The state after one step of length `h`."""
    ks: list[list[Any]] = []
    for c, line in zip(tableau.c, tableau.a, strict=True):
        ks.append(rate(t + c * h if c else t, _moved(ys, line, ks, h)))
    return _moved(ys, tableau.b, ks, h)


def _moved(ys: list[Any], weights: tuple[float, ...], ks: list[list[Any]], h: Any) -> list[Any]:
    """y + h Σ wᵢ kᵢ, for each array of the state."""
    used = [(w * h, k) for w, k in zip(weights, ks, strict=True) if w]
    for wh, k in used:
        ys = [y + wh * rate for y, rate in zip(ys, k, strict=True)]
    return ys


def times_of(ts: Any, asker: str) -> list[Any]:
    """The times one by one: Python's numbers, so that a state of float32 stays one, or Tensors if they are tracked."""
    values = raw(ts)
    traced = isinstance(values, Traced)
    values = values if traced else np.asarray(values, dtype=float)
    if not asked(values, _in_order):
        raise ValueError(f"{asker}: ts is a vector of times, increasing or decreasing, not {ts}")
    if isinstance(ts, Tensor) and ts.requires_grad:
        return list(ts)
    return [called(_number, (values, i), {}, fixed=True) for i in range(len(values))] if traced else values.tolist()


def _in_order(times: Any) -> bool:
    """Whether it is a vector that only increases, or only decreases."""
    steps = np.diff(times) if times.ndim else times
    return bool(times.ndim == 1 and times.size and ((steps > 0).all() or (steps < 0).all()))


def _number(times: Any, i: int) -> float:
    return float(times[i])
