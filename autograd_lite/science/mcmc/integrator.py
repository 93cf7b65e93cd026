"""The leapfrog: kick, drift, kick.

A position x and a momentum p have the energy ``H(x, p) = -log_density(x) + p·M⁻¹p / 2``. A step of size ε is

    p += ε/2 · ∇log_density(x);   x += ε · M⁻¹p;   p += ε/2 · ∇log_density(x).

It keeps volume, runs backwards when p is turned round, and its energy error stays of the order ε². See Neal, *MCMC
using Hamiltonian dynamics*, Handbook of Markov Chain Monte Carlo, 2011.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
import optree

from autograd_lite.science.mcmc.target import Target

__all__ = ["Path", "State", "kinetic", "leapfrog", "travel"]

Array = np.ndarray[Any, Any]


class State(NamedTuple):
    """A point of every chain: `x` and `gradient` of shape (chains, n), `log_density` of shape (chains,)."""

    x: Array
    log_density: Array
    gradient: Array


def kinetic(p: Array, inverse_mass: Array) -> Array:
    """``p·M⁻¹p / 2`` of every chain, for a diagonal M⁻¹."""
    energy: Array = 0.5 * ((p * p) @ inverse_mass)
    return energy


def travel(
    target: Callable[[Array], tuple[Array, Array]],
    start: State,
    p: Array,
    step_size: float,
    inverse_mass: Array,
    steps: int,
) -> tuple[State, Array]:
    """Where `steps` leapfrog steps lead: the state and the momentum there.

    A chain that meets a log-density that is not finite goes no further: it waits at its start, and ends with -inf, an
    energy that cannot be accepted. That is fair, since the way back meets the same point.
    """
    x, lost = start.x, None
    p = p + 0.5 * step_size * start.gradient
    drift = step_size * inverse_mass
    for i in range(steps):
        x = x + drift * p
        value, gradient = target(x)
        p = p + (step_size if i < steps - 1 else 0.5 * step_size) * gradient
        if not isfinite(value.item() if len(value) == 1 else value.sum()):
            bad = ~np.isfinite(value)
            lost = bad if lost is None else lost | bad
            if lost.all():
                break
        if lost is not None:
            x, p = np.where(lost[:, None], start.x, x), np.where(lost[:, None], 0.0, p)
    if lost is not None:
        value = np.where(lost, -np.inf, value)
    return State(x, value, gradient), p


class Path(NamedTuple):
    """The points of a trajectory, the start included: every array has an axis of steps in front."""

    x: Any
    p: Any
    energy: Array


def leapfrog(
    log_density: Callable[[Any], Any], x: Any, p: Any, *, step_size: float, steps: int, inverse_mass: Any = 1.0
) -> Path:
    """Follow Hamilton's equations from position `x` with momentum `p`, and keep every point on the way.

    Parameters
    ----------
    log_density : callable
        From a position to one number, written with this package's operations or NumPy's.
    x, p : array, number, or container of them
        Position and momentum, of the same structure.
    step_size : float
    steps : int
    inverse_mass : float, or container like `x`
        The diagonal of M⁻¹.

    Returns
    -------
    Path
        `x` and `p` with ``steps + 1`` points along the first axis of each array; `energy` of shape (steps + 1,).

    Raises
    ------
    NonScalarError, NonFiniteError, NotDifferentiableError
        As for `hmc`.

    Examples
    --------
    A step of a tenth along the circle that a standard normal's energy allows:

    >>> import autograd_lite as ag
    >>> path = ag.mcmc.leapfrog(lambda x: -(x**2) / 2, 1.0, 0.0, step_size=0.1, steps=1)
    >>> path.x, path.p.round(5)
    (array([1.   , 0.995]), array([ 0.     , -0.09975]))
    """
    target = Target(log_density, x, False, "leapfrog")
    at, momentum, scale = target.flat(x)[None], target.flat(p)[None], spread_over(target, inverse_mass, "inverse_mass")
    target.check(at)
    xs, ps, energies = [at], [momentum], []
    with np.errstate(all="ignore"):
        state = State(at, *target(at))
        energies.append(kinetic(momentum, scale) - state.log_density)
        for _ in range(steps):
            state, momentum = travel(target, state, momentum, step_size, scale, 1)
            xs.append(state.x)
            ps.append(momentum)
            energies.append(kinetic(momentum, scale) - state.log_density)
    return Path(target.tree(np.concatenate(xs)), target.tree(np.concatenate(ps)), np.concatenate(energies))


def spread_over(target: Target, scale: Any, name: str) -> Array:
    """A number, or a container like the position, as a positive number for every coordinate."""
    flat = np.full(target.size, float(scale)) if np.ndim(scale) == 0 and not _nested(scale) else target.flat(scale)
    if not (np.isfinite(flat).all() and (flat > 0).all()):
        raise ValueError(f"{target.asker}: {name} is positive and finite, not {scale!r}")
    return flat


def _nested(x: Any) -> bool:
    return not optree.tree_is_leaf(x)
