"""BFGS with the whole matrix: for small networks whose loss is one smooth function and must become very small.

Such are networks that solve differential equations. Their losses are badly conditioned, and the curvature of a few
steps, which is all that `LBFGS` remembers, does not mend that.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from nn.module import StateError
from nn.optim.line_search import LineSearch
from nn.support import optional

__all__ = ["BFGS"]

Evaluation = Callable[[Any], tuple[float, Any]]


class BFGS(LineSearch):
    """Broyden, Fletcher, Goldfarb and Shanno's method: steps along -Hg, H an inverse Hessian learnt from differences.

    ::

        s = change of the values    y = change of the gradient    τ = min(1, yᵀs / sᵀH⁻¹s), or 1
        H ← (I - s yᵀ/yᵀs) H (I - y sᵀ/yᵀs) / τ + s sᵀ/yᵀs

    Nocedal and Wright, Numerical optimization, 2006, eq. 6.17; τ, which lets go of curvature once it proves too large,
    is Oren and Luenberger's (Self-scaling variable metric algorithms, 1974) kept at most 1 (Al-Baali, 1998). That it
    serves networks for differential equations is Urbán, Stefanou and Pons's finding (J. Comput. Phys. 523, 2025).

    H has n² entries for n numbers: 8 MB for 1,000 of them, 800 MB for 10,000. Unlike that of `LBFGS` it lasts from one
    call of `step` to the next, so that the points at which a loss is taken may change in between.

    Parameters
    ----------
    params : iterable of Parameters; see `Optimizer`
    max_iter : int
        Iterations a step.
    tolerance_grad : float
        Done when no entry of the gradient is larger.
    self_scaling : bool
        Whether τ is computed, or 1.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x, y = ag.Var(-1.2), ag.Var(1.0)
    >>> optimizer = BFGS([x, y], max_iter=100)
    >>> before = optimizer.step(lambda: (1 - x) ** 2 + 100 * (y - x**2) ** 2)
    >>> round(x.item(), 6), round(y.item(), 6)
    (1.0, 1.0)
    """

    def __init__(
        self,
        params: Iterable[Any],
        max_iter: int = 100,
        tolerance_grad: float = 1e-7,
        self_scaling: bool = True,
    ) -> None:
        super().__init__(params, max_iter=max_iter, tolerance_grad=tolerance_grad, self_scaling=self_scaling)
        self.inverse: Any = None  # H: its upper triangle, in Fortran order, as BLAS updates it in place

    def search(self, value_and_gradient: Evaluation, start: Any, closure: Callable[[], Any]) -> Any:
        scipy = optional("scipy.optimize", "science", "nn.BFGS")
        options = self.groups[0].options
        at = _Remembered(value_and_gradient)
        x, value, gradient = start, at.value(start), at.gradient(start)
        fresh = self.inverse is None
        # SciPy's guess of the first step: of length one without curvature, and the whole step with it
        previous = value + float(np.linalg.norm(gradient)) / 2 if fresh else None
        message, nit = "the iterations are used up", 0
        while nit < options["max_iter"]:
            if np.max(np.abs(gradient)) <= options["tolerance_grad"]:
                message = "the gradient is small enough"
                break
            direction = self._direction(gradient)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "(The line search|Rounding errors)", RuntimeWarning)  # see below
                length, *_ = scipy.line_search(at.value, at.gradient, x, direction, gradient, value, previous)
            if length is None and fresh:
                message = "nothing lower was found along the gradient"
                break
            if length is None:
                self.inverse, fresh = None, True
                continue
            step = length * direction
            change = at.gradient(x + step) - gradient
            self._learn(step, change, -length * (step @ gradient) if options["self_scaling"] else None)
            x, previous, value = x + step, value, at.value(x + step)
            gradient, fresh, nit = gradient + change, False, nit + 1
        return scipy.OptimizeResult(x=x, fun=value, jac=gradient, nit=nit, nfev=at.calls, message=message)

    def _direction(self, gradient: Any) -> Any:
        """-H g; with H forgotten, along the gradient."""
        if self.inverse is None:
            self.inverse = np.eye(gradient.size, order="F")
        return -optional("scipy.linalg.blas", "science", "nn.BFGS").dsymv(1.0, self.inverse, gradient)

    def _learn(self, s: Any, y: Any, known: float | None) -> None:
        """Update H. `known` is sᵀH⁻¹s; None is for no scaling."""
        blas = optional("scipy.linalg.blas", "science", "nn.BFGS")
        sy = s @ y  # above 0: the line search saw to it
        tau = 1.0 if known is None else min(1.0, sy / known)
        hy = blas.dsymv(1.0, self.inverse, y) / tau
        if tau < 1:
            self.inverse /= tau
        w = hy / sy - (1 + y @ hy / sy) / (2 * sy) * s
        self.inverse = blas.dsyr2(-1.0, s, w, a=self.inverse, overwrite_a=1)  # H - s wᵀ - w sᵀ

    def state_dict(self) -> dict[str, Any]:
        """As `Optimizer.state_dict`, with H under ``"inverse"`` (None before the first step)."""
        return {**super().state_dict(), "inverse": None if self.inverse is None else np.triu(self.inverse)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        held, n = state.get("inverse"), sum([p.size for p in self.parameters()])
        if held is not None and np.shape(held) != (n, n):
            raise StateError(f"load_state_dict of BFGS: an inverse of shape {np.shape(held)}, not {(n, n)}")
        super().load_state_dict(state)
        self.inverse = None if held is None else np.array(held, float, order="F")


class _Remembered:
    """A function that gives value and gradient together, as two that are asked one after the other."""

    def __init__(self, both: Evaluation) -> None:
        self.both, self.calls = both, 0
        self.point: Any = None
        self.found: tuple[float, Any] = (np.nan, None)

    def _at(self, x: Any) -> tuple[float, Any]:
        if self.point is None or not np.array_equal(x, self.point):
            self.point, self.found, self.calls = x.copy(), self.both(x), self.calls + 1
        return self.found

    def value(self, x: Any) -> float:
        return self._at(x)[0]

    def gradient(self, x: Any) -> Any:
        return self._at(x)[1]
