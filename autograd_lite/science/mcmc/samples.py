"""What a sampler returns: the draws, what happened on the way, and a table that sums it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from autograd_lite.arrays import trees
from autograd_lite.science.mcmc.diagnostics import bfmi, ess, mcse, rhat
from autograd_lite.show.table import Table

__all__ = ["Samples"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, repr=False)
class Samples:
    """Draws from a posterior, and how they were made.

    Attributes
    ----------
    samples : containers like the starting point
        Each array of shape (chains, draws, …): the layout that ArviZ's ``from_dict`` takes.
    log_density, energy, energy_error, acceptance : arrays of shape (chains, draws)
        At each draw: the log-density; the energy of its trajectory's start; by how much the trajectory's end missed it;
        the probability with which the end was accepted.
    divergent : boolean array of shape (chains, draws)
        The energy error was above 1000, or not finite: the step size is too large for that region.
    leapfrog_steps : array of shape (draws,)
        How many steps all chains took.
    step_size : float
    inverse_mass : containers like the starting point
        The variances that momenta were scaled with.
    step_sizes : array of shape (warmup,)
        What the warm-up tried.
    names : list of str
        What the summary calls each number of a position, in the order of the containers' leaves.
    """

    samples: Any
    log_density: Array
    energy: Array
    energy_error: Array
    acceptance: Array
    divergent: Array
    leapfrog_steps: Array
    step_size: float
    inverse_mass: Any
    step_sizes: Array
    names: list[str]

    def draws(self, n: int | None = None) -> Iterator[Any]:
        """The draws one after another, chain by chain, each a point like the starting one; `n` of them, evenly spread.

        >>> import autograd_lite as ag
        >>> found = ag.hmc(lambda x: -(x**2) / 2, 0.0, draws=50, warmup=50)
        >>> len(list(found.draws())), len(list(found.draws(10)))
        (200, 10)
        """
        chains, draws = self.log_density.shape
        total = chains * draws
        for k in range(total) if n is None else np.linspace(0, total - 1, n).astype(int).tolist():
            yield trees.mapped(itemgetter(divmod(k, draws)), self.samples)

    def summary(self, quantiles: Sequence[float] = (0.05, 0.5, 0.95), limit: int | None = 20) -> Table:
        """A line per number: mean, standard deviation, quantiles, Monte Carlo error of the mean, R-hat, ESS.

        Of more than `limit` numbers the middle is left out. For the numbers themselves there are ``ag.mcmc.rhat``,
        ``ag.mcmc.ess`` and ``ag.mcmc.mcse``.
        """
        labels, leaves = self.names, trees.leaves(self.samples)
        columns = np.concatenate([x.reshape(*x.shape[:2], -1) for x in leaves], axis=2)
        shown = np.arange(len(labels))
        if limit is not None and len(labels) > limit:
            shown = np.r_[: (limit + 1) // 2, len(labels) - limit // 2 : len(labels)]
        columns = columns[:, :, shown]
        numbers = [
            columns.mean(axis=(0, 1)),
            columns.std(axis=(0, 1), ddof=1),
            *np.quantile(columns, quantiles, axis=(0, 1)),
            mcse(columns),
        ]
        texts = [[f"{x:.4g}" for x in column] for column in numbers]
        texts.append([f"{x:.3f}" for x in rhat(columns)])
        texts += [[f"{x:.0f}" for x in ess(columns, kind)] for kind in ("bulk", "tail")]
        header = ["", "mean", "sd", *[f"{q:.3g}".rstrip("0") for q in quantiles]]
        header += ["mcse", "R-hat", "ESS bulk", "ESS tail"]
        body = [
            [[labels[i]], *[[cell] for cell in cells]] for i, cells in zip(shown, zip(*texts, strict=True), strict=True)
        ]
        return Table(header, body, fold=(len(shown) + 1) // 2, hidden=len(labels) - len(shown))

    def __str__(self) -> str:
        return f"{self._heading()}\n\n{self.summary().to_text()}"

    def __repr__(self) -> str:
        return f"<Samples: {self._heading()}>"

    def _repr_html_(self) -> str:
        return f"<p>{self._heading()}</p>{self.summary().to_html()}"

    def _heading(self) -> str:
        chains, draws = self.log_density.shape
        return (
            f"{chains} chains × {draws} draws, step size {self.step_size:.3g}, "
            f"{self.leapfrog_steps.mean():.3g} leapfrog steps a draw, acceptance {self.acceptance.mean():.2f}, "
            f"{self.divergent.sum()} divergent, smallest BFMI {bfmi(self.energy).min():.2f}"
        )
