"""Hamiltonian Monte Carlo with trajectories of a given length. For one that chooses the length, hand the same
log-density and `value_and_grad` to a library of samplers such as mici."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import pi
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import optional
from autograd_lite.science.mcmc.adaptation import DualAveraging, Windows, regularised
from autograd_lite.science.mcmc.integrator import State, kinetic, spread_over, travel
from autograd_lite.science.mcmc.samples import Samples
from autograd_lite.science.mcmc.target import Target

__all__ = ["hmc"]

Array = np.ndarray[Any, Any]

DIVERGENT = 1000.0
"""An energy error that no sound trajectory reaches: the bound of Stan, PyMC and mici."""

MOST_STEPS = 256
"""No trajectory takes more steps unless `leapfrog_steps` says so: where no step size reaches the acceptance asked for,
as beside an edge of the density, it shrinks without end."""


def hmc(
    log_density: Callable[[Any], Any],
    x0: Any,
    *,
    draws: int = 1000,
    warmup: int = 1000,
    chains: int = 4,
    step_size: float | None = None,
    trajectory: float = pi / 2,
    leapfrog_steps: int | None = None,
    inverse_mass: Any = None,
    target_accept: float = 0.8,
    jitter: float = 1.0,
    batched: bool = False,
    replay: bool = True,
    seed: int | np.random.Generator | None = 0,
    progress: bool = False,
) -> Samples:
    """Draw from a posterior by Hamiltonian Monte Carlo, with the gradient of its log-density.

    A draw gives each chain a random momentum, follows Hamilton's equations by leapfrog steps, and accepts the end with
    probability ``min(1, exp(-energy error))``. The warm-up, which is not kept, learns the step size (dual averaging)
    and the variance of every coordinate; all chains share both.

    Parameters
    ----------
    log_density : callable
        From a position to its log-density, one number, up to a constant; in this package's operations or NumPy's.
        Parameters with bounds go through a transformation, whose log-derivative is added.
    x0 : array, number, or container of them; or callable
        A position. Each chain starts at it plus uniform noise within ±`jitter`. Or a function of a NumPy Generator
        that makes a position for a chain, for example a draw from the prior.
    draws, warmup, chains : int
        How many draws each chain keeps, how many it makes before, and how many chains there are.
    step_size : float, optional
        By default learnt in the warm-up, for a mean acceptance of `target_accept`. It multiplies the standard
        deviations that are learnt too; with ``inverse_mass=1.0`` it is in the position's own units.
    trajectory : float
        The mean length of a trajectory, step size times steps. Each draw's length is uniform from half to one and a
        half of it, since a fixed length can come back to where it began. It has 256 steps at the most.
    leapfrog_steps : int, optional
        Take exactly this many steps instead.
    inverse_mass : float, or container like the position, optional
        Variances of the coordinates, held fixed; by default learnt in the warm-up.
    batched : bool
        `log_density` takes all chains at once, every array with an axis of chains in front, and returns one number a
        chain: several times faster for small problems.
    replay : bool
        Record the log-density and its gradient once and replay them (see `replay`), which is several times faster for
        small problems; one that branches on values is called as it is. False for one that draws random numbers or
        reads what changes meanwhile.
    seed : int, Generator or None
    progress : bool
        Show a bar (tqdm).

    Returns
    -------
    Samples
        Print it for a summary; ``.samples`` has arrays of shape (chains, draws, …) in the containers of `x0`.

    Raises
    ------
    NonScalarError
        `log_density` returns something else than one number (a number for each chain, if `batched`).
    NonFiniteError
        It or its gradient is not finite where a chain starts.
    NotDifferentiableError
        A position that is not made of real numbers.
    ValueError
        A count, size or probability that makes no sense; containers that do not fit; a density of which no step,
        however small, keeps the energy.

    Notes
    -----
    Duane, Kennedy, Pendleton and Roweth, *Hybrid Monte Carlo*, 1987; Neal, *MCMC using Hamiltonian dynamics*, 2011;
    Hoffman and Gelman, *The No-U-Turn Sampler*, JMLR 15, 2014.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> found = ag.hmc(lambda x: -0.5 * ((x - 3.0) / 2.0) ** 2, 0.0)
    >>> bool(abs(found.samples.mean() - 3.0) < 0.2), bool(abs(found.samples.std() - 2.0) < 0.2)
    (True, True)
    """
    _check(draws, warmup, chains, step_size, trajectory, leapfrog_steps, target_accept, jitter)
    rng = np.random.default_rng(seed)
    target, starts = _starts(log_density, x0, chains, jitter, batched, replay, rng)
    scale = np.ones(target.size) if inverse_mass is None else spread_over(target, inverse_mass, "inverse_mass")
    with np.errstate(all="ignore"):  # far out, densities overflow; such ends are rejected
        state = State(starts, *target(starts))
        rule = DualAveraging(step_size or _first_step(target, state, scale, rng), target_accept)
        windows, window = Windows(warmup), list[Array]()
        learns_step, learns_scale = step_size is None, inverse_mass is None
        kept: dict[str, list[Any]] = {name: [] for name in RECORDED}
        tried = np.empty(warmup)
        for i in _counted(warmup + draws, progress):
            warming = i < warmup
            size = step_size or (rule.current if warming else rule.final)
            steps = leapfrog_steps or _steps(trajectory * rng.uniform(0.5, 1.5), size)
            state, record = _draw(target, state, size, steps, scale, rng)
            if not warming:
                for name, value in zip(RECORDED, record, strict=True):
                    kept[name].append(value)
                continue
            tried[i] = size
            if learns_step:
                rule.update(float(record[RECORDED.index("acceptance")].mean()))
            if learns_scale and windows.first <= i < (windows.ends or [0])[-1]:
                window.append(state.x)
                if i + 1 in windows.ends:
                    scale, window = regularised(np.concatenate(window)), []
                    if learns_step:
                        rule.restart(_first_step(target, state, scale, rng))
    positions = np.stack(kept.pop("x"), axis=1)
    by_chain = {name: np.stack(values, axis=1) for name, values in kept.items() if name != "leapfrog_steps"}
    return Samples(
        samples=target.tree(positions),
        leapfrog_steps=np.array(kept["leapfrog_steps"]),
        step_size=step_size or rule.final,
        inverse_mass=target.tree(scale),
        step_sizes=tried,
        names=target.entries.names(),
        **by_chain,
    )


# -- one draw ---------------------------------------------------------------------------------------------------------

RECORDED = ("x", "log_density", "energy", "energy_error", "acceptance", "divergent", "leapfrog_steps")


def _draw(
    target: Target, state: State, step_size: float, steps: int, inverse_mass: Array, rng: np.random.Generator
) -> tuple[State, tuple[Any, ...]]:
    """The next state of every chain, and what `RECORDED` names."""
    p = rng.standard_normal(state.x.shape) / np.sqrt(inverse_mass)
    energy = kinetic(p, inverse_mass) - state.log_density
    end, p = travel(target, state, p, step_size, inverse_mass, steps)
    error = kinetic(p, inverse_mass) - end.log_density - energy
    error[np.isnan(error)] = np.inf
    probability = np.exp(-np.maximum(error, 0.0))
    accepted = rng.random(len(p)) < probability
    if not accepted.all():
        end = State(
            *[np.where(accepted[:, None] if a.ndim > 1 else accepted, b, a) for a, b in zip(state, end, strict=True)]
        )
    return end, (end.x, end.log_density, energy, error, probability, error > DIVERGENT, steps)


def _steps(length: float, step_size: float) -> int:
    """How many steps make up a trajectory of that length: one at least."""
    return int(min(max(round(length / step_size), 1), MOST_STEPS))


def _counted(total: int, progress: bool) -> Iterable[int]:
    if not progress:
        return range(total)
    tqdm = optional("tqdm", "data", "the progress bar of hmc (or pass progress=False: sampling itself)")
    bar: Iterable[int] = tqdm.tqdm(range(total), desc="hmc", unit="draw")
    return bar


# -- the beginning ----------------------------------------------------------------------------------------------------


def _starts(
    log_density: Callable[[Any], Any],
    x0: Any,
    chains: int,
    jitter: float,
    batched: bool,
    replay: bool,
    rng: np.random.Generator,
) -> tuple[Target, Array]:
    """The target, and where its chains start: at finite log-densities, if a hundred tries find them."""
    if callable(x0):
        points = [x0(rng) for _ in range(chains)]
        target = Target(log_density, points[0], batched, "hmc", replay)
        starts = np.stack([target.flat(point) for point in points])
        target.check(starts)
        return target, starts
    target = Target(log_density, x0, batched, "hmc", replay)
    centre = np.repeat(target.flat(x0)[None], chains, axis=0)
    target.check(centre)
    with np.errstate(all="ignore"):
        for shrink in np.linspace(1, 0, 100):
            starts = centre + shrink * rng.uniform(-jitter, jitter, centre.shape)
            value, gradient = target(starts)
            if np.isfinite(value).all() and np.isfinite(gradient).all():
                break
    return target, starts


def _first_step(target: Target, state: State, inverse_mass: Array, rng: np.random.Generator) -> float:
    """A step size whose single step is accepted about every other time (Algorithm 4 of Hoffman and Gelman)."""

    def acceptance(step_size: float) -> float:
        return float(_draw(target, state, step_size, 1, inverse_mass, rng)[1][RECORDED.index("acceptance")].mean())

    step_size = 1.0
    grow = acceptance(step_size) > 0.5
    for _ in range(60):
        step_size *= 2.0 if grow else 0.5
        if (acceptance(step_size) > 0.5) != grow:
            return step_size
    if grow:
        return step_size  # a flat density: any step is accepted
    raise ValueError(
        "hmc: no step is small enough to be accepted; check that the density falls off without jumps, and its gradient "
        "with ag.check_grads"
    )


def _check(
    draws: int,
    warmup: int,
    chains: int,
    step_size: float | None,
    trajectory: float,
    leapfrog_steps: int | None,
    target_accept: float,
    jitter: float,
) -> None:
    """Raise ValueError for arguments that make no sense."""
    whole = {"draws": (draws, 4), "warmup": (warmup, 0), "chains": (chains, 1)}
    if leapfrog_steps is not None:
        whole["leapfrog_steps"] = (leapfrog_steps, 1)
    for name, (number, least) in whole.items():
        if not hasattr(number, "__index__") or number < least:
            raise ValueError(f"hmc: {name} is a whole number from {least} on, not {number!r}")
    positive = {"trajectory": trajectory, "step_size": 1.0 if step_size is None else step_size}
    for name, size in positive.items():
        if not 0 < size < np.inf:
            raise ValueError(f"hmc: {name} is positive and finite, not {size!r}")
    if not 0 < target_accept < 1:
        raise ValueError(f"hmc: target_accept is a probability between 0 and 1, not {target_accept!r}")
    if not 0 <= jitter < np.inf:
        raise ValueError(f"hmc: jitter is a finite distance, not {jitter!r}")
