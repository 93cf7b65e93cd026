"""Networks and the laws of physics: points for differential equations, an exact solution, motion from a Lagrangian."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.init import Seed, generator
from nn.layers.linear import whole
from nn.models.mlp import MLP
from nn.module import Module
from nn.support import raw

__all__ = ["Lagrangian", "accelerations", "burgers", "collocate", "energies"]


# -- differential equations -------------------------------------------------------------------------------------------


def burgers(t: Any, x: Any, nu: float = 0.01 / np.pi, nodes: int = 100) -> Any:
    """The solution of Burgers' equation u_t + u u_x = ν u_xx with u(0, x) = -sin(π x) and u(t, ±1) = 0.

    A wave that steepens: for ν = 0.01/π its slope at x = 0 is -152 at t = 0.5. Cole and Hopf's substitution makes the
    equation that of heat, whose solution is an integral over a Gaussian::

        u(t, x) = -∫ sin(π y) w(y) dη / ∫ w(y) dη,   y = x - η,   w = exp(-cos(π y) / 2πν - η² / 4νt)

    It is taken by Gauss and Hermite's quadrature (Basdevant et al., Computers & Fluids 14, 1986). It is differentiable.

    Parameters
    ----------
    t, x : numbers, arrays or Tensors that broadcast
        t ≥ 0; -1 ≤ x ≤ 1.
    nu : float
        The viscosity ν. The smaller it is, the more nodes are needed.
    nodes : int
        Of the quadrature. 100 are exact to rounding for t ≤ 1 and the default ν.

    Returns
    -------
    array or Tensor
        u, of the shape that t and x broadcast to.

    Examples
    --------
    >>> import nn
    >>> nn.physics.burgers(0.25, np.array([-0.5, 0.1, 0.5])).round(6)
    array([ 0.803198, -0.794974, -0.803198])
    """
    z, weights = np.polynomial.hermite.hermgauss(nodes)
    t, x = [ag.expand_dims(a if isinstance(a, ag.Tensor) else np.asarray(a), axis=-1) for a in (t, x)]
    y = np.pi * (x - ag.sqrt(4 * nu * t) * z)
    shares = ag.softmax(np.log(weights) - ag.cos(y) / (2 * np.pi * nu), axis=-1)
    return -ag.sum(ag.sin(y) * shares, axis=-1)


def collocate(
    n: int, box: Iterable[tuple[float, float]], seed: Seed = 0, residual: Callable[..., Any] | None = None
) -> list[Any]:
    """Random points of a box at which an equation is to hold; on request more of them where it fails.

    Parameters
    ----------
    n : int
        How many.
    box : sequence of (low, high)
        The range of each coordinate.
    seed : int, numpy Generator or None; see `nn.init.generator`
    residual : callable, optional
        Of the coordinates: what should be zero. Of 10 n uniform points n are then kept, with chances proportional to
        1 + |residual| / its mean (Wu et al., Comput. Methods Appl. Mech. Eng. 403, 2023, with their k = c = 1).

    Returns
    -------
    list of arrays of shape (n, 1)
        A column for each coordinate.

    Examples
    --------
    >>> import nn
    >>> t, x = nn.physics.collocate(1000, [(0, 1), (-1, 1)], residual=lambda t, x: ag.exp(-100 * x**2))
    >>> t.shape, bool(np.mean(np.abs(x) < 0.2) > 0.5)
    ((1000, 1), True)
    """
    n, rng = whole(n, "collocate: n"), generator(seed)
    ends = np.array([*box], dtype=float)
    if ends.ndim != 2 or ends.shape[1] != 2 or not np.all(ends[:, 0] < ends[:, 1]):
        raise ValueError(f"collocate: box has a pair (low, high) for each coordinate, low < high, not {ends.tolist()}")
    columns = list(rng.uniform(ends[:, 0], ends[:, 1], (n if residual is None else 10 * n, len(ends))).T[..., None])
    if residual is None:
        return columns
    failure = residual(*columns)
    size = np.abs(np.ravel(raw(failure)))
    if size.shape != (10 * n,) or not np.all(np.isfinite(size)):
        raise ValueError(f"collocate: the residual has a finite number for each of {10 * n} points, not {size.shape}")
    chances = 1 + size / max(size.mean(), np.finfo(float).tiny)
    kept = rng.choice(10 * n, n, replace=False, p=chances / chances.sum())
    return [column[kept] for column in columns]


# -- motion -----------------------------------------------------------------------------------------------------------


def accelerations(lagrangian: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The accelerations that a Lagrangian L(q, v) prescribes in many states at once: `ag.mechanics` by row.

    With p = ∂L/∂v and M = ∂p/∂v they solve M a = ∂L/∂q - (∂p/∂q) v, for each state its own d equations. L is computed
    once, and each of the d momenta is swept once, whatever the number of states.

    Parameters
    ----------
    lagrangian : callable
        Of coordinates and velocities, both of shape (n, d); gives n numbers, each of its own row only.

    Returns
    -------
    callable
        Of q and v: the accelerations, shape (n, d). Differentiable, in parameters of the Lagrangian too.

    Raises
    ------
    ValueError
        From the callable: `q` and `v` are not of one shape (n, d).
    ag.errors.SingularMassError
        From the callable: L does not say how some coordinate accelerates.

    Examples
    --------
    >>> import nn
    >>> swing = nn.physics.accelerations(lambda q, v: ag.sum(v**2 / 2 + ag.cos(q), axis=1))
    >>> q = np.array([[0.5], [1.0]])
    >>> bool(np.allclose(swing(q, np.zeros((2, 1))), -np.sin(q), rtol=1e-15))
    True
    """
    slopes = ag.grad(lambda q, v: ag.sum(lagrangian(q, v)), (0, 1))

    def of_states(q: Any, v: Any) -> Any:
        q, v = _rows(q, v, "accelerations")
        (pull, _), pullback = ag.vjp(slopes, q, v)
        units = np.broadcast_to(np.eye(q.shape[1])[:, None, :], (q.shape[1], *q.shape))
        of_momenta = [pullback((np.zeros(q.shape), unit)) for unit in units]  # ∂pᵢ/∂q and ∂pᵢ/∂v, i = 1 … d
        turn = ag.stack([ag.sum(along_q * v, axis=1) for along_q, _ in of_momenta], axis=1)
        mass = ag.stack([along_v for _, along_v in of_momenta], axis=1)
        try:
            return ag.linalg.solve(mass, (pull - turn)[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError as error:
            ranks = np.linalg.matrix_rank(raw(mass))
            raise ag.errors.SingularMassError(
                f"accelerations: the mass matrix ∂²L/∂v² is singular in state {np.argmin(ranks)}, q = "
                f"{q[np.argmin(ranks)]}; give every coordinate kinetic energy, or leave it out"
            ) from error

    return of_states


def energies(lagrangian: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The energies v·∂L/∂v - L of many states at once, shape (n,): what the motion of `accelerations` conserves.

    >>> import nn
    >>> energy = nn.physics.energies(lambda q, v: ag.sum(v**2 / 2 - 9.81 * q, axis=1))
    >>> energy(np.array([[1.0]]), np.array([[3.0]]))
    array([14.31])
    """
    momentum = ag.grad(lambda q, v: ag.sum(lagrangian(q, v)), 1)

    def of_states(q: Any, v: Any) -> Any:
        q, v = _rows(q, v, "energies")
        return ag.sum(v * momentum(q, v), axis=1) - lagrangian(q, v)

    return of_states


def _rows(q: Any, v: Any, asker: str) -> list[Any]:
    """Both, as arrays or Tensors, if they are states in rows."""
    if np.ndim(q) != 2 or np.shape(q) != np.shape(v):
        raise ValueError(
            f"{asker}: coordinates and velocities have a state in each row, not shapes {np.shape(q)} and "
            f"{np.shape(v)}; of one state write q[None], or use ag.mechanics"
        )
    return [x if isinstance(x, ag.Tensor) else np.asarray(x, dtype=float) for x in (q, v)]


class Lagrangian(Module):
    """A Lagrangian to be learnt: L(q, v) = ½ |R(q) v|² - V(q), with networks for R and V.

    R is upper triangular, with at least 0.1 on its diagonal: the mass matrix RᵀR is positive definite whatever the
    parameters, and there always is an acceleration (Lutter, Ritter and Peters, Deep Lagrangian networks, 2019). From
    motion alone L is known up to a factor and an additive constant.

    Parameters
    ----------
    coordinates : int
        How many there are, d.
    hidden : sequence of int
        The sizes of the hidden layers of each of the two networks.
    angles : bool
        Whether the coordinates are angles: the networks then get their sines and cosines.
    activation, seed : see `nn.MLP`

    Examples
    --------
    >>> import nn
    >>> model = nn.physics.Lagrangian(2, [16])
    >>> model(np.zeros((5, 2)), np.ones((5, 2))).shape
    (5,)
    >>> nn.physics.accelerations(model)(np.zeros((5, 2)), np.ones((5, 2))).shape
    (5, 2)
    """

    def __init__(
        self,
        coordinates: int,
        hidden: Iterable[int] = (32, 32),
        *,
        angles: bool = True,
        activation: Any = "tanh",
        seed: Seed = 0,
    ) -> None:
        d, hidden, rng = whole(coordinates, "Lagrangian: coordinates"), list(hidden), generator(seed)
        self.coordinates, self.angles = d, angles
        inputs = 2 * d if angles else d
        self.potential = MLP([inputs, *hidden, 1], activation, seed=rng)
        self.root = MLP([inputs, *hidden, d * (d + 1) // 2], activation, seed=rng)

    def forward(self, q: Any, v: Any) -> Any:
        """L of each state, shape (n,); `q` and `v` have the shape (n, d)."""
        x = self.features(q)
        return ag.sum(self._root_times(x, v) ** 2, axis=1) / 2 - self.potential(x)[:, 0]

    def features(self, q: Any) -> Any:
        """What the networks get."""
        return ag.concat([ag.sin(q), ag.cos(q)], axis=1) if self.angles else q

    def _root_times(self, x: Any, v: Any) -> Any:
        """R v, line by line of the triangle."""
        entries, d = self.root(x), self.coordinates
        lines, start = [], 0
        for i in range(d):
            line = (0.1 + ag.softplus(entries[:, start])) * v[:, i]
            for k, j in enumerate(range(i + 1, d), start=start + 1):
                line = line + entries[:, k] * v[:, j]
            lines.append(line)
            start += d - i
        return ag.stack(lines, axis=1)
