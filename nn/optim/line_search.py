"""Optimisers that use curvature: SciPy's, with gradients and Hessian-vector products from the engine.

They search along a line and so evaluate the loss several times a step: `step` takes a closure that returns it. They
are for whole batches, where the loss is one function and not another one each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.optim.base import Optimizer
from nn.support import optional

__all__ = ["LBFGS", "LineSearch", "NewtonCG"]


class LineSearch(Optimizer):
    """The base: a step is a run of `scipy.optimize.minimize` from the present values, in float64.

    Attributes
    ----------
    result : scipy.optimize.OptimizeResult or None
        What SciPy said about the last step: `fun`, `nit`, `nfev`, `message`, …
    """

    method: str
    result: Any = None

    def __init__(self, params: Iterable[Any], **options: Any) -> None:
        super().__init__(params, **options)
        if any([group.options != self.groups[0].options for group in self.groups]):
            raise ValueError(f"{type(self).__name__}: all parameters are searched together; groups cannot differ")

    @property
    def lr(self) -> float:
        """Always 1: the search along the line chooses how far to go."""
        return 1.0

    @lr.setter
    def lr(self, value: float) -> None:
        raise TypeError(f"{type(self).__name__}: a line search chooses its step lengths, there is no lr to set")

    def settings(self) -> dict[str, Any]:
        """SciPy's options. Subclasses write it."""
        raise NotImplementedError(f"{type(self).__name__}: write settings")

    def products(self, closure: Callable[[], Any]) -> Callable[[Any, Any], Any] | None:
        """Hessian-vector products as a function of a point and a direction, for methods that ask for them."""
        return None

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Search, by at most `max_iter` iterations, for lower values of what `closure` returns.

        Parameters
        ----------
        closure : callable
            Computes the loss from the parameters and returns it: each time the same function.

        Returns
        -------
        Tensor
            The loss before the step.

        Raises
        ------
        TypeError
            No closure, or one that does not return one number.
        ag.NonFiniteError
            The loss is NaN or infinite to begin with.
        ag.MissingExtraError
            SciPy is not installed (extra ``science``).
        """
        optional("scipy.optimize", "science", f"nn.{type(self).__name__}")
        if closure is None:
            raise TypeError(f"{type(self).__name__}.step: pass a closure that computes and returns the loss")
        loss = self._evaluated(closure)
        if not np.isfinite(loss.item()):
            raise ag.NonFiniteError(f"{type(self).__name__}.step: the loss is {loss.item()} at the present values")
        start = self._values()

        def value_and_gradient(x: Any) -> tuple[float, Any]:
            self._place(x)
            return self._evaluated(closure).item(), self._gradient()

        try:
            self.result = self.search(value_and_gradient, start, closure)
        except BaseException:
            self._place(start)
            raise
        self._place(self.result.x)
        self.zero_grad()
        for group in self.groups:
            for clock in {id(clock): clock for clock in group.clocks}.values():
                clock.steps += 1
        return loss

    def search(self, value_and_gradient: Callable[[Any], tuple[float, Any]], start: Any, closure: Any) -> Any:
        """The search itself, from `start`: a `scipy.optimize.OptimizeResult`, with what was found as `x`."""
        scipy = optional("scipy.optimize", "science", f"nn.{type(self).__name__}")
        return scipy.minimize(
            value_and_gradient,
            start,
            jac=True,
            hessp=self.products(closure),
            method=self.method,
            options=self.settings(),
        )

    def _values(self) -> Any:
        return _joined([p.value for p in self.parameters()])

    def _gradient(self) -> Any:
        return _joined([np.zeros(p.shape) if p.grad is None else p.grad.value for p in self.parameters()])

    def _place(self, x: Any) -> None:
        """Give the parameters the values in `x`."""
        parts = iter(self._parts(x))
        for group in self.groups:
            group.replace(group.fill(group.fresh(), [next(parts) for _ in group.params]))

    def _parts(self, x: Any) -> list[Any]:
        """A vector over all parameters, as an array for each."""
        params = self.parameters()
        pieces = np.split(x, np.cumsum([p.size for p in params])[:-1])
        return [piece.reshape(p.shape).astype(p.dtype) for piece, p in zip(pieces, params, strict=True)]


def _joined(arrays: list[Any]) -> Any:
    """One vector of float64, each array in C order: the same whatever the order in memory."""
    return np.concatenate([np.ravel(a).astype(float) for a in arrays])


class LBFGS(LineSearch):
    """Limited-memory BFGS: steps along -H⁻¹g, with H⁻¹ built from the last differences of values and gradients.

    ::

        p ← p - α H⁻¹ g
        H⁻¹ ← (I - ρ s yᵀ) H⁻¹ (I - ρ y sᵀ) + ρ s sᵀ        for each of the last s = Δp, y = Δg; ρ = 1 / yᵀs

    Liu and Nocedal, On the limited memory BFGS method for large scale optimization, 1989; SciPy's L-BFGS-B. Each
    call of `step` is a search of its own, which begins without memory: let it do many iterations.

    Parameters
    ----------
    params : iterable of Parameters; see `Optimizer`
    max_iter : int
        Iterations a step.
    history_size : int
        How many differences are remembered.
    tolerance_grad : float
        Done when no entry of the gradient is larger.
    tolerance_change : float
        Done when the loss changes by less, relative to the larger of it and 1.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x, y = ag.Var(-1.2), ag.Var(1.0)
    >>> optimizer = LBFGS([x, y], max_iter=100)
    >>> before = optimizer.step(lambda: (1 - x) ** 2 + 100 * (y - x**2) ** 2)
    >>> round(before.item(), 6), round(x.item(), 4), round(y.item(), 4)
    (24.2, 1.0, 1.0)
    """

    method = "L-BFGS-B"

    def __init__(
        self,
        params: Iterable[Any],
        max_iter: int = 20,
        history_size: int = 10,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
    ) -> None:
        super().__init__(
            params,
            max_iter=max_iter,
            history_size=history_size,
            tolerance_grad=tolerance_grad,
            tolerance_change=tolerance_change,
        )

    def settings(self) -> dict[str, Any]:
        options = self.groups[0].options
        return {
            "maxiter": options["max_iter"],
            "maxcor": options["history_size"],
            "gtol": options["tolerance_grad"],
            "ftol": options["tolerance_change"],
        }


class NewtonCG(LineSearch):
    """Newton's method: H d = -g solved by conjugate gradients, which ask for products H v only; then p ← p + α d.

    Nocedal and Wright, Numerical optimization, 2006, algorithm 7.1; SciPy's Newton-CG. The gradient is recorded once
    at each point, and each product is one reverse sweep over that record: H v is the gradient of g·v.

    Parameters
    ----------
    params : iterable of Parameters; see `Optimizer`
    max_iter : int
        Newton steps a call of `step`.
    tolerance_change : float
        Done when the values change by less on average.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x, y = ag.Var(-1.2), ag.Var(1.0)
    >>> optimizer = NewtonCG([x, y], max_iter=200)
    >>> before = optimizer.step(lambda: (1 - x) ** 2 + 100 * (y - x**2) ** 2)
    >>> round(x.item(), 4), round(y.item(), 4)
    (1.0, 1.0)
    """

    method = "Newton-CG"

    def __init__(self, params: Iterable[Any], max_iter: int = 20, tolerance_change: float = 1e-5) -> None:
        super().__init__(params, max_iter=max_iter, tolerance_change=tolerance_change)

    def settings(self) -> dict[str, Any]:
        options: Mapping[str, Any] = self.groups[0].options
        return {"maxiter": options["max_iter"], "xtol": options["tolerance_change"]}

    def products(self, closure: Callable[[], Any]) -> Callable[[Any, Any], Any]:
        at: Any = None
        recorded: list[tuple[int, Any]] = []  # gradients that depend on the parameters, and whose they are

        def product(x: Any, direction: Any) -> Any:
            nonlocal at, recorded
            if at is None or not np.array_equal(at, x):
                self._place(x)
                loss = closure()
                loss.backward(create_graph=True)
                gradients = [p.grad for p in self.parameters()]
                recorded = [(i, g) for i, g in enumerate(gradients) if g is not None and g.requires_grad]
                at = x.copy()
            self.zero_grad()
            along = self._parts(direction)
            if recorded:  # a linear loss has no curvature
                sum([ag.sum(g * along[i]) for i, g in recorded], start=ag.asarray(0.0)).backward()
            return self._gradient()

        return product
