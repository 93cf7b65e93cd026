"""Sums of ridge functions, the G(x) of the universal approximation theorem: one hidden layer, and how to fit it.

Cybenko, Approximation by superpositions of a sigmoidal function, 1989: for a continuous discriminatory σ these sums
are dense in the continuous functions on the unit cube. Leshno, Lin, Pinkus and Schocken, 1993: for continuous σ that
is so if and only if σ is no polynomial.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from nn import init as initial
from nn.activations.functions import as_module
from nn.data.batching import checked
from nn.layers.linear import whole
from nn.module import Module, Parameter
from nn.optim.line_search import LBFGS

__all__ = ["RidgeSum"]

DAMPING = 1e-7
"""How much of the scale of the features is added to their matrix, so that its columns are always independent."""


class RidgeSum(Module):
    """``G(x) = Σ_j α_j σ(y_jᵀ x + θ_j)`` with N terms: the functions of the universal approximation theorem.

    It begins with α = 0, directions y_j drawn at random, all of one length, and θ_j such that each σ is centred
    (its argument is 0) at a point of the cube: equally spaced points for one input, random points for more.

    Parameters
    ----------
    in_features : int
    terms : int
        N.
    activation : str, function or Module
        σ, a function of each entry.
    steepness : float, optional
        The length of the y_j; by default N ** (1 / in_features), so that terms are as wide as their centres are apart.
    low, high : float
        The cube is [low, high] in each direction.
    seed, dtype
        As for `Linear`.

    Attributes
    ----------
    y : Parameter, shape (terms, in_features)
    theta, alpha : Parameter, shape (terms,)

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 201)
    >>> G = RidgeSum(1, 8, "tanh").fit(x, np.sin(2 * np.pi * x))
    >>> bool(G.error(x, np.sin(2 * np.pi * x)) < 2e-3)
    True
    """

    def __init__(
        self,
        in_features: int,
        terms: int,
        activation: str | Callable[..., Any] = "tanh",
        *,
        steepness: float | None = None,
        low: float = 0.0,
        high: float = 1.0,
        seed: initial.Seed = 0,
        dtype: Any = float,
    ) -> None:
        n, terms = whole(in_features, "RidgeSum: in_features"), whole(terms, "RidgeSum: terms")
        if not low < high:
            raise ValueError(f"RidgeSum: low is below high, not {low} and {high}")
        rng = initial.generator(seed)
        y = rng.normal(size=(terms, n))
        y *= (terms ** (1 / n) if steepness is None else steepness) / np.linalg.norm(y, axis=1, keepdims=True)
        at = (np.arange(terms)[:, None] + 0.5) / terms if n == 1 else rng.uniform(size=(terms, n))
        centres = low + (high - low) * at
        self.activation = as_module(activation)
        self.y = Parameter(y.astype(dtype), name="y")
        self.theta = Parameter(-(y * centres).sum(axis=1).astype(dtype), name="theta")
        self.alpha = Parameter(np.zeros(terms, dtype), name="alpha")

    def features(self, x: Any) -> Any:
        """σ(y_jᵀ x + θ_j) for each row of x and each j: shape (m, terms)."""
        if np.shape(x)[-1:] != (self.y.shape[1],):
            raise ValueError(f"RidgeSum: an input of shape {np.shape(x)} does not end in in_features={self.y.shape[1]}")
        return self.activation(ag.affine(x, self.y, self.theta))

    def forward(self, x: Any) -> Any:
        """G at each row of x, of shape (m, in_features): shape (m, 1)."""
        return ag.matmul(self.features(x), self.alpha)[..., None]

    def extra_repr(self) -> str:
        return f"in_features={self.y.shape[1]}, terms={self.y.shape[0]}"

    # -- fitting ------------------------------------------------------------------------------------------------------

    def error(self, X: Any, f: Any) -> float:
        """The largest |G(x) - f(x)| over the rows of X, of shape (m, in_features) or (m,), with values f (m,)."""
        X, f = self._data(X, f, "error")
        with ag.no_grad():
            return float(np.abs(self(ag.asarray(X)).value[:, 0] - f).max())

    def solve(self, X: Any, f: Any) -> RidgeSum:
        """Give α the values of least squares for the present y and θ, and return the sum itself.

        Parameters
        ----------
        X : array, shape (m, in_features) or (m,)
        f : array, shape (m,)
            The values to come near.
        """
        X, f = self._data(X, f, "solve")
        with ag.no_grad():
            features = self.features(ag.asarray(X)).value
        self.alpha.value = np.linalg.lstsq(features, f, rcond=1e-13)[0].astype(self.alpha.dtype)
        return self

    def fit(self, X: Any, f: Any, iterations: int = 100) -> RidgeSum:
        """Least squares in α, y and θ together, and return the sum itself.

        For given y and θ the best α is known, so only y and θ are searched for: what is minimised is the part of f
        that the features do not reach, f - QQᵀf with their QR factors, differentiated by the engine through the
        factorisation. The search is L-BFGS. Golub and Pereyra, The differentiation of pseudo-inverses and nonlinear
        least squares problems whose variables separate, 1973.

        Parameters
        ----------
        X, f
            As for `solve`.
        iterations : int
        """
        X, f = self._data(X, f, "fit")
        terms = len(self.alpha)
        target = np.concatenate([f, np.zeros(terms)])

        def unreached() -> Any:
            features = self.features(ag.asarray(X))
            scale = np.linalg.norm(features.value) / terms**0.5 or 1.0  # every term may be 0 on all points
            q = ag.linalg.qr(ag.concat([features, DAMPING * scale * np.eye(terms)])).Q
            rest = target - ag.matmul(q, ag.matmul(q.mT, target))
            return ag.log(ag.mean(rest**2) + 1e-300)  # the logarithm: far from 0 and near it steps are alike

        LBFGS([self.y, self.theta], max_iter=iterations, tolerance_grad=1e-10, tolerance_change=1e-12).step(unreached)
        return self.solve(X, f)

    def _data(self, X: Any, f: Any, asker: str) -> tuple[Any, Any]:
        X, f = checked(X, f, f"RidgeSum.{asker}")
        X = X[:, None] if X.ndim == 1 else X
        if f.shape != X.shape[:1]:
            raise ValueError(f"RidgeSum.{asker}: one value for each point: shape {X.shape[:1]}, not {f.shape}")
        return X.astype(self.y.dtype, copy=False), f

    # -- the construction ---------------------------------------------------------------------------------------------

    @classmethod
    def bumps(
        cls,
        f: Callable[[Any], Any],
        pieces: int,
        steepness: float | None = None,
        *,
        low: float = 0.0,
        high: float = 1.0,
    ) -> RidgeSum:
        """The sum written down, not fitted, for a function of one number: a staircase of steep logistic steps.

        The interval is cut into pieces of width h with middles c_j and edges e_j. A bump of height f(c_j) over a
        piece is a step up and a step down, ``f(c_j) [σ(k(x - e_j)) - σ(k(x - e_{j+1}))]``; where two bumps meet,
        their steps are one, of height f(c_j) - f(c_{j-1}). That makes as many terms as pieces. The first step is to
        the left of the interval.

        Where x is within h/2 of an edge, G is a mixture of the values at the two middles beside it, and all further
        steps are over but for σ(-kh/2). So, with the modulus of continuity ω of f,
        ``|G - f| ≤ ω(h) + σ(-kh/2) Σ |heights|``.

        Parameters
        ----------
        f : callable
            Of an array of shape (pieces,).
        pieces : int
        steepness : float, optional
            k; by default 40/h, with which the second term is below 3e-9 of the sum.

        Examples
        --------
        >>> import numpy as np
        >>> x = np.linspace(0, 1, 1001)
        >>> bool(RidgeSum.bumps(np.sin, 50).error(x, np.sin(x)) < 1 / 50)
        True
        """
        G = cls(1, pieces, "sigmoid", low=low, high=high)
        h = (high - low) / pieces
        k = 40 / h if steepness is None else steepness
        edges = low + h * np.arange(pieces)
        edges[0] -= h  # one step's width outside: on the interval it is over
        G.y.value = np.full((pieces, 1), float(k))
        G.theta.value = -k * edges
        G.alpha.value = np.diff(np.asarray(f(low + h * (np.arange(pieces) + 0.5)), float), prepend=0.0)
        return G
