"""Classic functions to minimise, with where to start and where their minima are known to be.

Each takes an array or a Tensor of shape (d,), or of shape (d, …) for many points at once, and gives one number for each
point. The engine differentiates them like anything else that is written in operations of arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import autograd_lite as ag

__all__ = ["CLASSICS", "Classic", "beale", "ravine", "rosenbrock", "saddle"]


def beale(p: Any) -> Any:
    """(3/2 - x + xy)² + (9/4 - x + xy²)² + (21/8 - x + xy³)²: a plateau, steep walls, a minimum of 0 at (3, 1/2).

    Beale, On an iterative method for finding a local minimum of a function of more than one variable, 1958.

    >>> beale([3.0, 0.5]), beale([0.0, 0.0])
    (0.0, 14.203125)
    """
    x, y = p
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def rosenbrock(p: Any) -> Any:
    """Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)²: a bent valley with a nearly flat floor; its minimum is 0, at (1, …, 1).

    Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960. For four to seven
    parameters there is another minimum, near (-1, 1, …, 1).

    >>> import numpy as np
    >>> float(rosenbrock(np.array([-1.0, 2.0])))
    104.0
    """
    return ag.sum(100 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2, axis=0)


def saddle(p: Any) -> Any:
    """x²/2 + (y² - 1)²/4: a saddle of height 1/4 at the origin, between minima of 0 at (0, -1) and (0, 1).

    At the saddle the Hessian has the eigenvalues 1 and -1, at the minima 1 and 2.

    >>> saddle([0.0, 0.0]), saddle([0.0, -1.0])
    (0.25, 0.0)
    """
    x, y = p
    return x**2 / 2 + (y**2 - 1) ** 2 / 4


def ravine(p: Any, condition: float = 100.0, angle: float = 0.0) -> Any:
    """(u² + κ v²)/2 with u, v the coordinates turned by `angle` (in radians): a long valley, its minimum 0 at 0.

    The Hessian has the eigenvalues 1, along the valley, and κ = `condition`, across it.

    >>> ravine([2.0, 0.1])
    2.5
    """
    x, y = p
    cos, sin = float(ag.cos(angle)), float(ag.sin(angle))
    u, v = cos * x + sin * y, cos * y - sin * x
    return (u**2 + condition * v**2) / 2


@dataclass(frozen=True)
class Classic:
    """A function to minimise.

    Attributes
    ----------
    function : callable
        Of a vector of two parameters; gives one number.
    start : tuple of two floats
        Where optimisers customarily start.
    minima : tuple of points
        All that there are; the function is 0 there.
    extent : (left, right, bottom, top)
        What a picture shows.
    """

    function: Callable[[Any], Any]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    extent: tuple[float, float, float, float]


CLASSICS: dict[str, Classic] = {
    "Beale": Classic(beale, (1.0, 1.5), ((3.0, 0.5),), (-0.5, 4.0, -1.0, 2.0)),
    "Rosenbrock": Classic(rosenbrock, (-1.2, 1.0), ((1.0, 1.0),), (-2.0, 2.0, -1.0, 3.0)),
    "saddle": Classic(saddle, (1.5, 1e-3), ((0.0, -1.0), (0.0, 1.0)), (-2.0, 2.0, -1.8, 1.8)),
    "ravine": Classic(ravine, (-9.0, 1.0), ((0.0, 0.0),), (-10.0, 3.0, -2.0, 2.0)),
}
"""The functions of two parameters in this file, by name."""
