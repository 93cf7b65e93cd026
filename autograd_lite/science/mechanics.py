"""Equations of motion from one function: a potential, a Lagrangian or a Hamiltonian.

Coordinates `q`, velocities `v` and momenta `p` are numbers or arrays of one shape, whatever that is. Where a function
depends on the time too, it is given as the last argument. Everything is differentiable in turn. The formulas are
those of Landau and Lifshitz, Mechanics, 1976 (sections 2, 6, 40).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_value, asked
from autograd_lite.arrays.stand_ins import examples
from autograd_lite.asking import function
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.derivatives.transforms import Function, gradient, vjp
from autograd_lite.errors import SingularMassError
from autograd_lite.ops.matrices.solve import solve
from autograd_lite.ops.reduce import sum as total
from autograd_lite.ops.shape import reshape, stack
from autograd_lite.science.ode import times_of

__all__ = ["acceleration", "energy", "force", "hamilton", "leapfrog", "momentum"]


def force(potential: Function) -> Function:
    """The force F(q) = −∂V/∂q of a potential V(q).

    >>> import autograd_lite as ag
    >>> ag.mechanics.force(lambda q: q**2 / 2)(3.0)
    np.float64(-3.0)
    """
    slope = gradient(potential, "force")

    def of_position(q: Any, *time: Any) -> Any:
        return -slope(q, *time)

    return of_position


def momentum(lagrangian: Function) -> Function:
    """The generalised momentum p(q, v[, t]) = ∂L/∂v of a Lagrangian L(q, v[, t]).

    >>> import autograd_lite as ag
    >>> ag.mechanics.momentum(lambda q, v: q**2 * v**2 / 2)(2.0, 3.0)
    np.float64(12.0)
    """
    return gradient(lagrangian, "momentum", 1)


def energy(lagrangian: Function) -> Function:
    """The energy E(q, v[, t]) = v·∂L/∂v − L of a Lagrangian: conserved where L does not depend on the time.

    >>> import autograd_lite as ag
    >>> ag.mechanics.energy(lambda q, v: v**2 / 2 - 9.81 * q)(1.0, 3.0)
    np.float64(14.31)
    """
    p = gradient(lagrangian, "energy", 1)

    def of_state(q: Any, v: Any, *time: Any) -> Any:
        return total(v * p(q, v, *time)) - lagrangian(q, v, *time)

    return of_state


def acceleration(lagrangian: Function) -> Function:
    """The acceleration a(q, v[, t]) that a Lagrangian L(q, v[, t]) prescribes.

    Lagrange's equations d/dt ∂L/∂v = ∂L/∂q are, with p = ∂L/∂v, linear equations for the acceleration::

        M a = ∂L/∂q − (∂p/∂q) v − ∂p/∂t,    M = ∂²L/∂v²

    p is recorded once; a reverse sweep of it for each coordinate gives the line of all three matrices.

    Raises
    ------
    SingularMassError
        The mass matrix M is singular: L does not determine the acceleration.

    Examples
    --------
    A pendulum, in units of its length and weight:

    >>> import autograd_lite as ag
    >>> swing = ag.mechanics.acceleration(lambda q, v: v**2 / 2 + ag.cos(q))
    >>> swing(0.5, 0.0), -ag.sin(0.5)
    (np.float64(-0.479425538604203), np.float64(-0.479425538604203))
    """
    slope, p = gradient(lagrangian, "acceleration"), gradient(lagrangian, "acceleration", 1)

    def of_state(q: Any, v: Any, *time: Any) -> Any:
        q, v, *when = [_real(x) for x in (q, v, *time)]
        n = v.size
        _, pullback = vjp(p, q, v, *when)
        lines = [pullback(unit) for unit in np.eye(n).reshape(n, *v.shape)]
        mass = stack([reshape(along_v, (n,)) for _, along_v, *_ in lines])
        _check_mass(mass)
        change = stack([total(along_q * v) + sum(along_t) for along_q, _, *along_t in lines])
        a = solve(mass, reshape(slope(q, v, *when), (n,)) - change)
        return reshape(a, v.shape) if v.shape else a[0]

    return of_state


def _real(x: Any) -> Any:
    """A Tensor as it is; a number or an array in floating point."""
    if isinstance(x, Tensor):
        return x
    value = as_value(x)
    return value.astype(float) if value.dtype.kind in "iu" else value


def _check_mass(matrix: Any) -> None:
    """Raise if the mass matrix is singular."""
    if not asked(raw(matrix), _is_singular):
        return
    rank, n, along = _inertia(examples(raw(matrix)))
    along = np.round(along / along[np.argmax(np.abs(along))], 3) + 0.0
    raise SingularMassError(
        f"acceleration: the mass matrix ∂²L/∂v² has rank {rank} of {n}: no inertia along {along.tolist()}, "
        f"so L does not say how it accelerates. Give it kinetic energy, or leave that coordinate out"
    )


def _is_singular(matrix: Any) -> bool:
    """Whether it has no full rank; not of a NaN or an infinity, which shows in the result and ag.debug() traces."""
    if not np.isfinite(np.asarray(matrix, dtype=float)).all():
        return False
    rank, n, _ = _inertia(matrix)
    return rank < n


def _inertia(matrix: Any) -> tuple[int, int, Any]:
    """The rank in units where each diagonal entry is 1, the size, and the direction of least inertia."""
    m = np.asarray(matrix, dtype=float)
    scale = np.sqrt(np.abs(np.diag(m)))
    scale[scale == 0] = 1.0
    _, sizes, directions = np.linalg.svd(m / np.outer(scale, scale))
    n = len(m)
    rank = int((sizes > n * np.finfo(float).eps * sizes[0]).sum())
    return rank, n, directions[-1] / scale


def hamilton(hamiltonian: Function) -> Function:
    """Hamilton's equations: a function from (q, p[, t]) to the rates (∂H/∂p, −∂H/∂q) of a Hamiltonian H(q, p[, t]).

    >>> import autograd_lite as ag
    >>> ag.mechanics.hamilton(lambda q, p: p**2 / 2 + q**2 / 2)(1.0, 3.0)
    (np.float64(3.0), np.float64(-1.0))
    """
    slopes = gradient(hamiltonian, "hamilton", (0, 1))

    def of_state(q: Any, p: Any, *time: Any) -> Any:
        along_q, along_p = slopes(q, p, *time)
        return along_p, -along_q

    return of_state


def leapfrog(f: Function, q0: Any, p0: Any, ts: Any, mass: Any = 1.0) -> tuple[Any, Any]:
    """Positions and momenta of q' = p / m, p' = F(q) at the times `ts`, by leapfrog steps (velocity Verlet).

    Half a kick, a drift, half a kick, with one evaluation of the force a step (Hairer, Lubich and Wanner, Geometric
    numerical integration, 2006, section I.1.4). The map is symplectic and time-reversible, of order 2: with even steps
    the energy of T(p) + V(q) wavers but does not drift. What is tracked (the start, the mass, parameters of the
    force) is recorded, so that one can differentiate through it; arrays alone are computed as arrays.

    Parameters
    ----------
    f : callable
        The force F(q), shaped like `q`: ``ag.mechanics.force(V)``.
    q0, p0 : number, array or Tensor
        Of one shape.
    ts : array of shape (m,)
        The times: increasing or decreasing.
    mass : number or array that broadcasts to `q0`

    Returns
    -------
    q, p : arrays or Tensors
        With one more axis of length m in front, for the times.

    Raises
    ------
    ValueError
        The shapes of `q0`, `p0` and the force differ, or `ts` is no such vector.

    Examples
    --------
    An oscillator goes around once:

    >>> import autograd_lite as ag, numpy as np
    >>> qs, ps = ag.mechanics.leapfrog(lambda q: -q, 1.0, 0.0, np.linspace(0, 2 * np.pi, 101))
    >>> print(f"{qs[-1]:.4f} {np.max(np.abs(qs**2 + ps**2 - 1)):.4f}")
    1.0000 0.0010
    """
    f = function(f, "leapfrog")
    q, p = _real(q0), _real(p0)
    pull = f(q)
    shapes = [np.shape(raw(x)) for x in (q, p, pull)]
    if len(set(shapes)) > 1:
        raise ValueError("leapfrog: positions, momenta and forces have shapes {}, {} and {}, not one".format(*shapes))
    qs, ps = [q], [p]
    for start, stop in pairwise(times_of(ts, "leapfrog")):
        h = stop - start
        half = p + (0.5 * h) * pull
        q = q + h * (half / mass)
        pull = f(q)
        p = half + (0.5 * h) * pull
        qs.append(q)
        ps.append(p)
    return stack(qs), stack(ps)
