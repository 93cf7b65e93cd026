"""Momentum on a quadratic, where everything is known: what `nn.SGD` does there is a matrix applied again and again.

Along an eigenvector of the Hessian, with eigenvalue λ (the curvature), gradient descent with momentum

    b ← μ b + λ x        x ← x - α b

is one 2×2 matrix times (b, x). The larger modulus of its two eigenvalues is the rate: the factor by which the error
shrinks with a step in the long run. Two different real eigenvalues are an over-damped oscillator, two equal ones a
critically damped one, a complex pair an under-damped one.

Goh, Why momentum really works, Distill, 2017; Lessard, Recht and Packard, Analysis and design of optimization
algorithms via integral quadratic constraints, 2016.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "Tuned", "critical_momentum", "eigenvalues", "fitted_eigenvalues", "iteration_matrix", "optimal", "rate", "regime",
]  # fmt: skip


def iteration_matrix(curvature: Any, lr: Any, momentum: Any, *, nesterov: bool = False) -> Any:
    """One step of `nn.SGD` on λx²/2, as the matrix that takes (b, x) to the next.

    Parameters
    ----------
    curvature, lr, momentum : float or arrays that broadcast
        λ, α and μ.
    nesterov : bool

    Returns
    -------
    array, shape (…, 2, 2)

    Examples
    --------
    >>> iteration_matrix(2.0, 0.25, 0.5)
    array([[ 0.5  ,  2.   ],
           [-0.125,  0.5  ]])
    """
    λ, α, μ = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (curvature, lr, momentum)))
    into = 1 + μ if nesterov else np.ones_like(μ)  # how much of the newest gradient moves x
    kept = α * μ**2 if nesterov else α * μ
    return np.stack([np.stack([μ, λ], axis=-1), np.stack([-kept, 1 - α * λ * into], axis=-1)], axis=-2)


def _half_trace_and_gap(curvature: Any, lr: Any, momentum: Any, nesterov: bool) -> tuple[Any, Any]:
    """Half of the trace of the iteration matrix, and the square of half of the distance of its eigenvalues."""
    αλ, μ = np.asarray(lr, dtype=float) * curvature, np.asarray(momentum, dtype=float)
    half = (1 + μ) * (1 - αλ) / 2 if nesterov else (1 + μ - αλ) / 2
    return half, half**2 - (μ * (1 - αλ) if nesterov else μ)


def eigenvalues(curvature: Any, lr: Any, momentum: Any, *, nesterov: bool = False) -> Any:
    """The two eigenvalues of `iteration_matrix`, complex, the larger real part first.

    They solve σ² - (1 + μ - αλ) σ + μ = 0, for Nesterov's momentum σ² - (1 + μ)(1 - αλ) σ + μ (1 - αλ) = 0.

    Returns
    -------
    array of complex, shape (…, 2)

    Examples
    --------
    >>> eigenvalues(1.0, 1.0, 0.25)
    array([0.125+0.48412292j, 0.125-0.48412292j])
    """
    half, gap = _half_trace_and_gap(curvature, lr, momentum, nesterov)
    root = np.sqrt(np.asarray(gap, dtype=complex))
    return np.stack([half + root, half - root], axis=-1)


def rate(curvature: Any, lr: Any, momentum: Any, *, nesterov: bool = False) -> Any:
    """The factor by which the error shrinks with a step in the long run: the larger modulus of the `eigenvalues`.

    A quadratic of many curvatures shrinks by the largest of their rates.

    >>> rate([1.0, 100.0], 0.01, 0.0).tolist()
    [0.99, 0.0]
    """
    return abs(eigenvalues(curvature, lr, momentum, nesterov=nesterov)).max(axis=-1)


def regime(curvature: float, lr: float, momentum: float, *, nesterov: bool = False) -> str:
    """What the iterates do.

    Returns
    -------
    {"over-damped", "critically damped", "under-damped", "alternating", "divergent"}
        Over-damped: they creep towards the minimum (two real eigenvalues). Under-damped: they swing around it
        (a complex pair, of modulus √μ). Critically damped: the two are equal, to within 1e-7 of each other.
        Alternating: real, and the larger one negative, so that steps lead from one side to the other. Divergent:
        the rate is not below 1.

    Examples
    --------
    >>> [regime(1.0, 0.01, momentum) for momentum in (0.5, 0.81, 0.99)]
    ['over-damped', 'critically damped', 'under-damped']
    """
    if not rate(curvature, lr, momentum, nesterov=nesterov) < 1:
        return "divergent"
    half, gap = (float(v) for v in _half_trace_and_gap(curvature, lr, momentum, nesterov))
    if abs(gap) < 1e-14 / 4:  # the eigenvalues differ by twice its root; equal ones come out up to 1e-8 apart
        return "critically damped"
    if gap < 0:
        return "under-damped"
    return "over-damped" if half > 0 else "alternating"


def critical_momentum(curvature: Any, lr: Any) -> Any:
    """(1 - √(αλ))²: the momentum with which the curvature λ is critically damped, and shrinks fastest for its α.

    >>> critical_momentum([0.0, 1.0, 4.0], 0.25).tolist()
    [1.0, 0.25, 0.0]
    """
    return (1 - np.sqrt(np.multiply(lr, curvature))) ** 2


class Tuned(NamedTuple):
    """The options that give the best rate, and that rate."""

    lr: float
    momentum: float
    rate: float


def optimal(smallest: float, largest: float, method: str = "heavy-ball") -> Tuned:
    """The step and the momentum with the best rate for curvatures from `smallest` to `largest`, m and L.

    Parameters
    ----------
    smallest, largest : float
        Above 0.
    method : {"gradient", "heavy-ball", "nesterov"}
        With κ = L/m::

            gradient    α = 2/(m + L)            μ = 0                               rate (κ - 1)/(κ + 1)
            heavy-ball  α = (2/(√m + √L))²       μ = ((√κ - 1)/(√κ + 1))²            rate (√κ - 1)/(√κ + 1)
            nesterov    α = 4/(m + 3L)           μ = (√(3κ + 1) - 2)/(√(3κ + 1) + 2) rate 1 - 2/√(3κ + 1)

        The second is Polyak's (Some methods of speeding up the convergence of iteration methods, 1964): both ends
        are critically damped, and all in between swing. The third is in Lessard, Recht and Packard, 2016.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> optimal(1.0, 100.0, "gradient").rate, optimal(1.0, 100.0).rate
    (0.9801980198019802, 0.8181818181818182)
    """
    m, L = float(smallest), float(largest)
    if not 0 < m <= L < np.inf:
        raise ValueError(f"optimal: curvatures from {smallest} to {largest}; they are finite and above 0, m <= L")
    if method == "gradient":
        return Tuned(2 / (m + L), 0.0, (L - m) / (L + m))
    if method == "heavy-ball":
        best = float((np.sqrt(L) - np.sqrt(m)) / (np.sqrt(L) + np.sqrt(m)))
        return Tuned(float((2 / (np.sqrt(m) + np.sqrt(L))) ** 2), best**2, best)
    if method == "nesterov":
        root = float(np.sqrt(3 * L / m + 1))
        return Tuned(4 / (m + 3 * L), (root - 2) / (root + 2), 1 - 2 / root)
    raise ValueError(f"optimal: method is 'gradient', 'heavy-ball' or 'nesterov', not {method!r}")


def fitted_eigenvalues(path: Any, order: int = 2) -> Any:
    """The eigenvalues of the linear recurrence that a sequence follows, measured from the sequence alone.

    If xₖ = Σ cᵢ σᵢᵏ, then xₖ₊₂ = (σ₁ + σ₂) xₖ₊₁ - σ₁σ₂ xₖ: the coefficients are fitted by least squares, and the
    eigenvalues are the roots (Prony, 1795). Equal eigenvalues come out up to the root of the precision apart, about
    1e-8; their mean is as good as any other.

    Parameters
    ----------
    path : array, shape (steps,)
        More than twice `order` numbers.
    order : int
        How many eigenvalues: 2 with momentum, 1 without.

    Returns
    -------
    array of complex, shape (order,)
        The larger real part first.

    Raises
    ------
    ValueError
        A sequence that is too short, or not of finite numbers.

    Examples
    --------
    >>> fitted_eigenvalues(0.5 ** np.arange(8) + 2 * (-0.25) ** np.arange(8)).round(12)
    array([ 0.5 +0.j, -0.25+0.j])
    """
    x = np.asarray(path, dtype=float)
    if x.ndim != 1 or len(x) <= 2 * order or not np.isfinite(x).all():
        raise ValueError(f"fitted_eigenvalues: more than {2 * order} finite numbers, not an array of shape {x.shape}")
    n = len(x) - order
    before = np.stack([x[order - 1 - i : order - 1 - i + n] for i in range(order)], axis=1)
    coefficients = np.linalg.lstsq(before, x[order:], rcond=None)[0]
    found = np.roots(np.concatenate([[1.0], -coefficients])).astype(complex)
    return found[np.lexsort((-found.imag, -found.real))]
