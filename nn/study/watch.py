"""Training watched layer by layer: what `explain` says of one batch, epoch after epoch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from nn.charts import COLOURS, figure, tidy
from nn.data.batching import counted
from nn.module import Module
from nn.study.explain import explain
from nn.training.fit import Epoch

__all__ = ["Watch"]

PANELS = {
    "gradient/weight": (r"$\|\partial L/\partial W_k\| \,/\, \|W_k\|$", "gradient beside the weights"),
    "‖G‖/‖G_ℓ‖": (r"$\|G_k\| \,/\, \|G_\ell\|$", "adjoints beside the last"),
    "saturated": ("share of entries", "saturated"),
    "dead": ("share of units", "dead"),
}
"""How the numbers that `Explanation` gives for a quantity are drawn: the axis and the title."""


class Watch:
    """A callback for `fit` that explains one batch after every epoch and keeps the numbers of each layer.

    A training that goes on from a checkpoint goes on with what was seen before it.

    Parameters
    ----------
    X, y : arrays
        The batch to look at, as for `explain`.
    loss : str or callable, optional
        The loss of training: by default as `fit` has it.
    every : int
        Look after every so many epochs.

    Attributes
    ----------
    epochs : list of int
        After how many epochs it looked; 0 is before training, where `look` was called by hand.
    diagnosis : list of list of str
        What `explain` said in words each time.

    Examples
    --------
    >>> import numpy as np
    >>> import nn
    >>> x = np.linspace(-1.0, 1.0, 64)[:, None]
    >>> watch = nn.Watch(x[::4], x[::4, 0] ** 2)
    >>> history = nn.fit(nn.MLP([1, 8, 8, 1]), x, x[:, 0] ** 2, epochs=3, progress=False, callbacks=[watch])
    >>> watch.epochs
    [1, 2, 3]
    >>> {name: ratios.shape for name, ratios in watch["gradient/weight"].items()}
    {'∂L/∂W_0': (3,), '∂L/∂W_1': (3,), '∂L/∂W_2': (3,)}
    """

    def __init__(self, X: Any, y: Any, *, loss: str | Callable[[Any, Any], Any] | None = None, every: int = 1) -> None:
        self.X, self.y, self.loss, self.every = X, y, loss, counted(every, "Watch: every")
        self._looks: list[dict[str, Any]] = []  # the epoch, the words, and the numbers by heading and layer

    @property
    def epochs(self) -> list[int]:
        return [look["epoch"] for look in self._looks]

    @property
    def diagnosis(self) -> list[list[str]]:
        return [look["diagnosis"] for look in self._looks]

    def __call__(self, epoch: Epoch) -> None:
        if (epoch.number + 1) % self.every == 0:
            self.look(epoch.model, epoch.number + 1)

    def look(self, model: Module, epoch: int = 0) -> None:
        """Explain the batch with `model` now, after so many epochs: by hand before training, or in a loop of your own.

        Raises
        ------
        TypeError, ValueError, ag.GradientMismatch
            As `explain`.
        """
        explanation = explain(model, self.X, self.y, loss=self.loss)
        numbers: dict[str, dict[str, float]] = {}
        for q in [*explanation.forward, *sorted(explanation.backward, key=lambda q: q.name)]:  # by layer
            for heading, number in q.details.items():
                numbers.setdefault(heading, {})[q.name] = float(number)
        self._looks.append({"epoch": epoch, "diagnosis": explanation.diagnosis, "numbers": numbers})

    def state_dict(self) -> dict[str, Any]:
        """A copy of what it has seen, for JSON: what `load_state_dict` takes. Checkpoints of `fit` keep it."""
        return {"looks": deepcopy(self._looks)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on with what another `Watch` has seen, in place of what this one has. The batch stays this one's.

        Raises
        ------
        KeyError, TypeError, ValueError, AttributeError
            No state of a `Watch`. Then nothing was changed.
        """
        self._looks = [
            {
                "epoch": int(look["epoch"]),
                "diagnosis": [str(words) for words in look["diagnosis"]],
                "numbers": {h: {q: float(x) for q, x in row.items()} for h, row in look["numbers"].items()},
            }
            for look in state["looks"]
        ]

    def headings(self) -> list[str]:
        """What there are numbers of."""
        return list(dict.fromkeys(heading for look in self._looks for heading in look["numbers"]))

    def __getitem__(self, heading: str) -> dict[str, Any]:
        """The numbers under a heading of `Explanation`'s tables: for each layer, in order, an array of one per look.

        The layers of ``"gradient/weight"`` are called ``"∂L/∂W_k"``, those of ``"‖G‖/‖G_ℓ‖"`` ``"G_k"``, and those of
        ``"saturated"`` and ``"dead"`` ``"A_k"``. A layer that a look has no such number of has NaN there: what a
        trainable activation can do changes while it learns.

        Raises
        ------
        KeyError
            No quantity has such numbers: a tanh is never dead, a relu never saturated.
        """
        found = [look["numbers"].get(heading, {}) for look in self._looks]
        if not any(found):
            raise KeyError(f"Watch: there is no {heading!r}; there is {', '.join(self.headings()) or 'nothing yet'}")
        names = dict.fromkeys(name for row in found for name in row)
        return {name: np.array([row.get(name, np.nan) for row in found]) for name in names}

    def plot(self, title: str = "") -> Any:
        """A panel for each heading there is, a line for each layer, over the epochs.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ValueError
            It has not looked yet.
        """
        there = self.headings()
        headings = [heading for heading in PANELS if heading in there]
        if not headings:
            raise ValueError("Watch: nothing to plot: it has not looked yet; give it to fit(callbacks=[watch])")
        fig = figure(3.9 * len(headings), 3.2)
        for axes, heading in zip(fig.subplots(1, len(headings), squeeze=False)[0], headings, strict=True):
            label, name = PANELS[heading]
            for (quantity, numbers), colour in zip(self[heading].items(), _shades(len(self[heading])), strict=True):
                marker = "." if len(numbers) < 2 else None
                axes.plot(self.epochs, numbers, color=colour, label=_formula(quantity), marker=marker)
            if heading in ("saturated", "dead"):
                axes.set_ylim(-0.02, 1.02)
            elif any([(numbers > 0).any() for numbers in self[heading].values()]):
                axes.set_yscale("log")
            tidy(axes, "epoch", label, name)
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.legend(fontsize=8, edgecolor="none", framealpha=0.7)
        if title:
            fig.suptitle(title)
        return fig


def _formula(quantity: str) -> str:
    """A quantity's name as matplotlib sets formulas."""
    return "$" + re.sub(r"_(.+)", r"_{\1}", quantity).replace("∂", r"\partial ") + "$"


def _shades(n: int) -> list[Any]:
    """A colour for each of `n` layers: told apart if few, else from light to dark."""
    return COLOURS[:n] if n <= len(COLOURS) else [(0.0, 0.25 + 0.5 * k / n, 0.9 - 0.7 * k / n) for k in range(n)]
