"""A function as SciPy's optimisers want it: of one vector, with its derivatives. SciPy itself is not needed here."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.asking import function
from autograd_lite.core.tensor import raw
from autograd_lite.derivatives.matrices import hessian, jacobian
from autograd_lite.derivatives.transforms import Function, grad, value_and_grad, vjp
from autograd_lite.errors import NonScalarError, NotDifferentiableError
from autograd_lite.science.vector import Entries, joined

__all__ = ["Objective"]


class Objective(Entries):
    """`f` near `x0` as callables of one float64 vector, for `scipy.optimize` and whatever else wants them so.

    What `f` returns decides which derivatives there are. One number: `jac` is the gradient, and there are `hess` and
    `hessp`, for ``minimize`` with any method. An array or a container of them (residuals): `fun` gives all entries
    as a vector and `jac` their Jacobian, for ``least_squares`` and ``root``.

    Parameters
    ----------
    f : callable
        A function of one argument, which has the containers, shapes and dtypes of `x0`. It is evaluated once at `x0`.
    x0 : array, number, or container (optree's pytree) of them
        Where the search starts. Integers are taken as float64. Note that a list is a container: `f` is given a list.

    Attributes
    ----------
    x0 : ndarray of float64, shape (n,)
        The start as a vector.
    scalar : bool
        Whether `f` returns one number.
    result : Entries
        The result of `f` at `x0`, as a `vector` with `names()`.

    Raises
    ------
    NotDifferentiableError
        `x0` or the result of `f` is not made of real numbers.
    NonScalarError
        `hess` or `hessp` of an `f` that does not return one number.
    SeedError
        A vector or container that does not fit `x0`.

    Examples
    --------
    >>> import autograd_lite as ag, numpy as np
    >>> from scipy.optimize import least_squares, minimize
    >>> rosenbrock = lambda p: (1 - p["a"]) ** 2 + 100 * (p["b"] - p["a"] ** 2) ** 2
    >>> o = ag.Objective(rosenbrock, {"a": -1.2, "b": 1.0})
    >>> found = minimize(o.fun_and_jac, o.x0, jac=True, hessp=o.hessp, method="trust-ncg")
    >>> {name: round(value.item(), 4) for name, value in o.unflatten(found.x).items()}
    {'a': 1.0, 'b': 1.0}

    >>> o = ag.Objective(lambda x: np.array([10, 1]) * (x - np.array([3.0, 5.0])), np.zeros(2))
    >>> least_squares(o.fun, o.x0, jac=o.jac).x
    array([3., 5.])
    """

    asker = "Objective"

    def __init__(self, f: Function, x0: Any) -> None:
        super().__init__(x0, self.asker)
        self.f = function(f, self.asker)
        self.x0 = self.vector
        self.result = Entries(f(self.unflatten(self.x0)), f"{self.asker}: the result of f")
        if not self.result.shapes:
            raise NotDifferentiableError(f"{self.asker}: f returned nothing; it is to return a number or an array")
        self.scalar = self.result.spec.is_leaf() and self.result.shapes == [()]
        self._at: Any = None
        self._pullback: Any = None

    def fun(self, x: Any) -> Any:
        """The value of `f`: a float, or the entries of its arrays as a vector of shape (m,)."""
        return self._lowered(self.f(self.unflatten(x)))

    def jac(self, x: Any) -> Any:
        """The gradient, of shape (n,), if `f` returns one number; otherwise the Jacobian, of shape (m, n)."""
        return self.fun_and_jac(x)[1]

    def fun_and_jac(self, x: Any) -> tuple[Any, Any]:
        """`fun` and `jac` of one evaluation: what SciPy wants with ``jac=True``."""
        if self.scalar:
            value, gradient = value_and_grad(self.f)(self.unflatten(x))
            return float(raw(value)), self.flatten(gradient)
        values = []

        def entries(vector: Any) -> Any:
            values.append(out := joined(self.result.leaves(self.f(self.unflatten(vector)))))
            return out

        matrix = jacobian(entries)(np.asarray(x, dtype=float))
        return np.asarray(raw(values[0]), dtype=float), np.asarray(raw(matrix), dtype=float)

    def hess(self, x: Any) -> Any:
        """The Hessian, of shape (n, n): a batch of n forward sweeps over one recorded gradient."""
        self._one_number("hess")
        matrix = hessian(lambda vector: self.f(self.unflatten(vector)))(np.asarray(x, dtype=float))
        return np.asarray(raw(matrix), dtype=float)

    def hessp(self, x: Any, p: Any) -> Any:
        """The Hessian times the vector `p`, of shape (n,), without the matrix.

        The gradient at `x` is recorded once; each product is one reverse sweep of that record, as ∇(∇f·p) = H p.
        """
        self._one_number("hessp")
        if self._pullback is None or not np.array_equal(self._at, x):
            self._pullback = None  # let go of the old record before there is a new one
            self._at = np.array(x, dtype=float)  # a copy for the record as well: SciPy may write into its own
            _, self._pullback = vjp(grad(self.f), self.unflatten(self._at))
        return self.flatten(self._pullback(self.unflatten(p))[0])

    def _lowered(self, out: Any) -> Any:
        """What `f` returned as a float, or as one vector of them."""
        return float(raw(out)) if self.scalar else np.asarray(raw(joined(self.result.leaves(out))), dtype=float)

    def _one_number(self, asker: str) -> None:
        if not self.scalar:
            raise NonScalarError(
                f"{self.asker}.{asker}: f returns an array or a container, not one number; minimise the sum of its "
                f"squares (lambda x: ag.sum(f(x) ** 2)), or give scipy.optimize.least_squares .fun and .jac"
            )
