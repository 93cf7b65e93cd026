"""The posterior of a network's parameters, for a sampler: `autograd_lite.hmc` or any other that wants gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import log, pi
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.layers.sequential import Sequential
from nn.models.ensemble import Ensemble
from nn.module import StateError, functional_call
from nn.support import evaluating, raw

__all__ = ["Posterior"]


class Posterior:
    """``log p(parameters | X, y)`` of a network, up to a constant, as a function of its parameters by name.

    Every parameter has a normal prior around zero; the data have the likelihood that `loss` says, by default normal
    around the network's outputs with standard deviation `noise`. It takes one set of parameters, and then gives one
    number, or many side by side, with an axis in front of each, and then gives one number a set.

    Parameters
    ----------
    model : MLP or Sequential
        Of Linear layers and activations without parameters. Its own values are where a sampler may start.
    X, y : array_like, shapes (n, inputs) and (n, outputs)
    noise : float
        For the default `loss`.
    prior : float, or mapping of name to float
        The priors' standard deviations.
    loss : callable, optional
        ``loss(outputs, y)``, the negative log-likelihood entry by entry; both end in the axes (n, outputs).

    Raises
    ------
    ValueError
        Rows or columns that do not fit, a standard deviation that is not positive.
    StateError
        Parameters with other names or shapes than the model's; a prior for some of them only.

    Examples
    --------
    >>> import nn
    >>> x = np.linspace(-1.0, 1.0, 20)[:, None]
    >>> posterior = nn.Posterior(nn.MLP([1, 5, 1]), x, np.sin(3 * x), noise=0.1)
    >>> found = ag.hmc(posterior, posterior.start, draws=50, warmup=50, batched=True)
    >>> posterior.predict(found, x, n=30).shape
    (30, 20, 1)
    """

    def __init__(
        self,
        model: Sequential,
        X: Any,
        y: Any,
        *,
        noise: float = 0.1,
        prior: float | dict[str, float] = 1.0,
        loss: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        self.model, self.X, self.y = model, np.asarray(X, float), np.asarray(y, float)
        self._members = {1: Ensemble([model]).together}  # refuses what cannot be put side by side
        self.shapes = {name: p.shape for name, p in model.named_parameters()}
        with evaluating(model), ag.no_grad():
            found = model(self.X).shape
        if found != self.y.shape:
            raise ValueError(f"Posterior: y has shape {self.y.shape}, and the model makes {found} of X")
        self.prior = dict(prior) if isinstance(prior, dict) else dict.fromkeys(self.shapes, float(prior))
        if self.prior.keys() != self.shapes.keys():
            raise StateError(f"Posterior: prior is for {sorted(self.prior)}, the parameters are {sorted(self.shapes)}")
        for name, sd in (*self.prior.items(), ("noise", noise)):
            if not 0 < sd < np.inf:
                raise ValueError(f"Posterior: the standard deviation of {name} is positive, not {sd!r}")
        self.loss = loss or partial(_normal, noise=noise)

    @property
    def start(self) -> dict[str, Any]:
        """The model's own parameters, by name: a place to start from."""
        return {name: p.value for name, p in self.model.named_parameters()}

    def __call__(self, params: dict[str, Any]) -> Any:
        outputs, many = self._outputs(params, self.X)
        total = -ag.sum(self.loss(outputs, self.y), axis=(-2, -1))
        for name, p in params.items():
            total = total - ag.sum(ag.square(p), axis=tuple(range(many, p.ndim))) / (2 * self.prior[name] ** 2)
        return total if many else ag.reshape(total, ())

    def predict(self, found: Any, X: Any, n: int = 200) -> Any:
        """What `n` networks, drawn from the posterior, make of the rows of X.

        Parameters
        ----------
        found : Samples
            What ``ag.hmc`` returned; its draws are taken evenly spread.
        X : array_like, shape (rows, inputs)
        n : int

        Returns
        -------
        array, shape (n, rows, outputs)
            Their mean and quantiles along the first axis are those of the posterior; the data's noise is not in it.
        """
        draws = list(found.draws(n))
        params = {name: np.stack([draw[name] for draw in draws]) for name in self.shapes}
        with ag.no_grad():
            outputs, _ = self._outputs(params, np.asarray(X, float))
        return raw(outputs)

    def _outputs(self, params: dict[str, Any], X: Any) -> tuple[Any, int]:
        """Of one network, shape (rows, outputs), or of many, with an axis more; and how many axes stand in front."""
        if params.keys() != self.shapes.keys():
            raise StateError(f"Posterior: given {sorted(params)}, the parameters are {sorted(self.shapes)}")
        before = {np.shape(p)[: np.ndim(p) - len(self.shapes[name])] for name, p in params.items()}
        if len(before) != 1 or len(lead := before.pop()) > 1:
            raise StateError("Posterior: every parameter has its model's shape, or all of them one axis in front")
        if not lead:
            return functional_call(self.model, params, X), 0
        (k,) = lead
        if k not in self._members:
            self._members[k] = Ensemble([self.model] * k).together
        rows = {name: ag.expand_dims(p, axis=1) if len(self.shapes[name]) == 1 else p for name, p in params.items()}
        return functional_call(self._members[k], rows, X), 1


def _normal(outputs: Any, y: Any, noise: float) -> Any:
    """Minus the logarithm of the density of `y`, normal about `outputs`."""
    return 0.5 * ag.square((outputs - y) / noise) + (log(noise) + 0.5 * log(2 * pi))
