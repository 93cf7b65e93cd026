"""Local sensitivity as a report: what each input does to a result, and how its error shows in it."""

from __future__ import annotations

import html
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite import asking
from autograd_lite.core.tensor import raw
from autograd_lite.derivatives.transforms import Function
from autograd_lite.errors import SeedError
from autograd_lite.science.objective import Objective
from autograd_lite.science.vector import Entries
from autograd_lite.show.table import Table

__all__ = ["Influence", "Sensitivity", "sensitivity"]


@dataclass(frozen=True)
class Influence:
    """What one input does to one output, to first order: a line of the report.

    `derivative` is ∂f/∂x and `elasticity` x/f ∂f/∂x: the per cent by which f changes for one per cent of x (infinite
    or NaN where f is 0). `error` is the standard error of the input, `contribution` |∂f/∂x| times it, and `share` the
    part of the output's variance that is due to the input; all three are NaN without errors, the share also if the
    output has none. Shares add up to 1. Of correlated inputs one may have a negative share: its error makes up for
    another's.
    """

    output: str
    input: str
    value: float
    derivative: float
    elasticity: float
    error: float
    contribution: float
    share: float


class Sensitivity:
    """The report that `sensitivity` makes. It prints as a table, and iterates over its lines (`Influence`).

    ``report["x"]`` is the line of an input, ``report["y", "x"]`` that of one of several outputs.

    Attributes
    ----------
    inputs, outputs : list of str
        The names of the n inputs and the m outputs.
    values, errors : ndarray, shape (n,)
        The inputs and their standard errors (NaN if none were given).
    result : ndarray, shape (m,)
        The outputs.
    jacobian, elasticities, contributions, shares : ndarray, shape (m, n)
        See `Influence`.
    covariance : ndarray, shape (m, m)
        Of the outputs, to first order: J C Jᵀ.
    standard_errors : ndarray, shape (m,)
        The roots of its diagonal.
    conditions : ndarray, shape (m,)
        The componentwise relative condition numbers, Σ |elasticity|: if every input is off by a fraction ε, the
        output is off by at most this times ε, to first order. Units do not matter to them.
    """

    fold = 40
    """Printed tables with more lines than this leave out the middle."""

    def __init__(self, function: Objective, inputs: list[str], outputs: list[str], covariance: Any) -> None:
        self.inputs, self.outputs = inputs, outputs
        self.values = function.x0
        value, matrix = function.fun_and_jac(self.values)
        self.result, self.jacobian = np.atleast_1d(value), np.atleast_2d(matrix)
        self.errors = np.sqrt(np.diag(covariance))
        self.covariance = self.jacobian @ covariance @ self.jacobian.T
        variances = np.diag(self.covariance)
        self.standard_errors = np.sqrt(np.maximum(variances, 0.0))  # rounding may leave less than 0
        self.contributions = np.abs(self.jacobian) * self.errors
        with np.errstate(divide="ignore", invalid="ignore"):
            self.elasticities = self.jacobian * self.values / self.result[:, None]
            self.shares = self.jacobian * (self.jacobian @ covariance) / variances[:, None]
        self.conditions = np.abs(self.elasticities).sum(axis=1)

    @property
    def standard_error(self) -> float:
        """The standard error of the one output. Several have `standard_errors`."""
        return float(self._single("standard_error", self.standard_errors))

    @property
    def condition(self) -> float:
        """The condition number of the one output. Several have `conditions`."""
        return float(self._single("condition", self.conditions))

    def _single(self, name: str, numbers: Any) -> Any:
        if len(self.outputs) != 1:
            raise ValueError(f"sensitivity: there are {len(self.outputs)} outputs; take one of .{name}s")
        return numbers[0]

    # -- lines ------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.outputs) * len(self.inputs)

    def __iter__(self) -> Iterator[Influence]:
        return (self._line(i, k) for i in range(len(self.outputs)) for k in range(len(self.inputs)))

    def __getitem__(self, name: str | tuple[str, str]) -> Influence:
        output, entry = name if isinstance(name, tuple) else (self.outputs[0], name)
        if not isinstance(name, tuple) and len(self.outputs) > 1:
            raise KeyError(f"sensitivity: there are several outputs; write report[{self.outputs[0]!r}, {name!r}]")
        for word, known in ((output, self.outputs), (entry, self.inputs)):
            if word not in known:
                raise KeyError(f"sensitivity: nothing is called {word!r}; there are {', '.join(known)}")
        return self._line(self.outputs.index(output), self.inputs.index(entry))

    def _line(self, i: int, k: int) -> Influence:
        derivative, elasticity = self.jacobian[i, k].item(), self.elasticities[i, k].item()
        error, contribution, share = self.errors[k].item(), self.contributions[i, k].item(), self.shares[i, k].item()
        value = self.values[k].item()
        return Influence(self.outputs[i], self.inputs[k], value, derivative, elasticity, error, contribution, share)

    # -- printing ---------------------------------------------------------------------------------------------------

    @property
    def summary(self) -> list[str]:
        """A line for each output: ``g = 9.811 ± 0.044, condition number 3``."""
        return [
            f"{name} = {_with_error(value, error)}, condition number {condition:.3g}"
            for name, value, error, condition in zip(
                self.outputs, self.result, self.standard_errors, self.conditions, strict=True
            )
        ]

    def table(self) -> Table:
        """The lines as a `Table`: without the columns that would be empty."""
        several, known = len(self.outputs) > 1, not np.isnan(self.errors).all()
        header = ["output"] * several + ["input", "value", "∂f/∂x", "elasticity"]
        header += ["error", "contribution", "share"] * known
        n = len(self)
        kept = range(n) if n <= self.fold else [*range(self.fold // 2), *range(n - self.fold // 2, n)]
        body = []
        for number in kept:
            line = self._line(*divmod(number, len(self.inputs)))
            cells = [line.output] * several + [line.input]
            cells += [f"{number:.6g}" for number in (line.value, line.derivative)] + [f"{line.elasticity:.3g}"]
            if known:
                share = "" if np.isnan(line.share) else f"{line.share:.1%}"
                cells += [f"{line.error:.3g}", f"{line.contribution:.3g}", share]
            body.append([[cell] for cell in cells])
        return Table(header, body, fold=self.fold // 2, hidden=n - len(body))

    def to_markdown(self) -> str:
        """GitHub's Markdown: the table, and the summary as a list below it."""
        return "\n".join([self.table().to_markdown(), "", *[f"* {line}" for line in self.summary]])

    def _repr_html_(self) -> str:
        return self.table().to_html() + "".join([f"<p>{html.escape(line)}</p>" for line in self.summary])

    def __str__(self) -> str:
        return "\n".join([self.table().to_text(), *self.summary])

    def __repr__(self) -> str:
        return str(self)


def _with_error(value: float, error: float) -> str:
    """A value and its standard error, both to the second digit of the error."""
    if not 0 < error < np.inf:
        return f"{value:.6g}"
    decimals = 1 - int(np.floor(np.log10(error)))
    if max(abs(value), error) >= 1e9 or decimals > 9:
        return f"{value:.6g} ± {error:.2g}"
    return f"{value:.{max(decimals, 0)}f} ± {error:.{max(decimals, 0)}f}"


class _Function(Objective):
    asker = "sensitivity"


def sensitivity(f: Function, values: Any, errors: Any = None, *, covariance: Any = None) -> Sensitivity:
    """How a result depends on each of its inputs, and how their errors propagate to it, to first order.

    Parameters
    ----------
    f : callable
        Returns a number, an array, or a container of them: the outputs.
    values : dict, tuple, array or number
        A dict names the arguments, ``f(**values)``; a tuple is ``f(*values)``; anything else ``f(values)``. Every entry
        of an array or container is an input of its own.
    errors : like `values`, optional
        Standard errors of independent inputs. A number holds for all entries of an array; an argument that a dict
        leaves out is exact.
    covariance : array of shape (n, n), optional
        Instead of `errors`: the covariance matrix of the inputs, in the order in which the report lists them.

    Returns
    -------
    Sensitivity

    Raises
    ------
    SeedError
        `errors` or `covariance` do not fit `values`, or are no standard errors and no covariance matrix.
    NotDifferentiableError
        An input or output is no real number.

    Notes
    -----
    The first-order law of error propagation, Var f ≈ J C Jᵀ (JCGM 100:2008, "Guide to the expression of uncertainty in
    measurement", sections 5.1 and 5.2). It holds as far as f is straight over the range of the errors.

    Examples
    --------
    Gravity from a pendulum's length and period:

    >>> import autograd_lite as ag
    >>> def g(length, period):
    ...     return 4 * ag.pi**2 * length / period**2
    >>> ag.sensitivity(g, {"length": 1.0, "period": 2.006}, {"length": 0.002, "period": 0.004})
    input  | value | ∂f/∂x    | elasticity | error | contribution | share
    -------+-------+----------+------------+-------+--------------+------
    length | 1     | 9.81065  | 1          | 0.002 | 0.0196       | 20.1%
    period | 2.006 | -9.78131 | -2         | 0.004 | 0.0391       | 79.9%
    g = 9.811 ± 0.044, condition number 3
    """
    labels, arguments = _labelled(f, values)

    def called(given: list[Any]) -> Any:
        return f(**dict(zip(labels, given, strict=True))) if isinstance(values, Mapping) else f(*given)

    function = _Function(called, arguments)
    inputs = [name for label, x in zip(labels, arguments, strict=True) for name in Entries(x, "").names(label)]
    if errors is not None and covariance is not None:
        raise SeedError("sensitivity: give the errors of independent inputs, or the covariance of all, not both")
    if errors is not None:
        matrix = np.diag(_errors(function, values, errors, labels) ** 2)
    elif covariance is not None:
        matrix = _covariance(covariance, len(inputs))
    else:
        matrix = np.full((len(inputs), len(inputs)), np.nan)
    name = getattr(f, "__name__", "f")
    outputs = function.result.names(name if name.isidentifier() else "f")
    return Sensitivity(function, inputs, outputs, matrix)


def _labelled(f: Function, values: Any) -> tuple[list[str], list[Any]]:
    """The arguments of `f` and what they are called."""
    asking.function(f, "sensitivity")
    if isinstance(values, Mapping):
        return list(values), list(values.values())
    arguments = list(values) if isinstance(values, tuple) else [values]
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # some callables written in C have no signature
        parameters = []
    labels = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    numbered = [f"x{i + 1}" for i in range(len(arguments))]
    return (labels + numbered[len(labels) :])[: len(arguments)], arguments


def _errors(function: Objective, values: Any, errors: Any, labels: list[str]) -> Any:
    """The standard errors as a vector."""
    if isinstance(values, Mapping):
        if not isinstance(errors, Mapping) or not errors.keys() <= values.keys():
            raise SeedError(f"sensitivity: errors are wanted as a dict of some of {labels}, not {errors!r}")
        given = [errors.get(label, 0.0) for label in labels]
    else:
        given = list(errors) if isinstance(values, tuple) and isinstance(errors, tuple) else [errors]
    vector = function.flatten(given)
    if not (vector >= 0).all():
        raise SeedError(f"sensitivity: standard errors are not negative: {errors!r}")
    return vector


def _covariance(covariance: Any, n: int) -> Any:
    """The covariance matrix, which has to be one."""
    matrix = np.asarray(raw(covariance), dtype=float)
    if matrix.shape != (n, n):
        raise SeedError(f"sensitivity: the covariance of {n} inputs has shape {(n, n)}, not {matrix.shape}")
    scale = np.sqrt(np.abs(np.diag(matrix)))
    correlations = matrix / np.outer(np.where(scale > 0, scale, 1.0), np.where(scale > 0, scale, 1.0))
    rounding = 1e-8  # of matrices that were computed, as by inverting one
    if not np.allclose(correlations, correlations.T, rtol=0, atol=rounding):
        raise SeedError("sensitivity: a covariance matrix is symmetric")
    if np.linalg.eigvalsh(correlations).min(initial=0.0) < -rounding * n:
        raise SeedError(
            "sensitivity: a covariance matrix has no negative eigenvalue; with this one, some sum of inputs has a "
            "negative variance"
        )
    return matrix
