"""One epoch: batch after batch forward, backward and a step. A number that is none stops it, with its origin named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from math import isfinite
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.data.batching import order
from nn.module import Module
from nn.optim.base import Optimizer
from nn.optim.line_search import LineSearch
from nn.training.arguments import LOSSES, check_labels, ignored, measured, weighted
from nn.training.interrupts import Interrupts
from nn.training.step import Derivatives

__all__ = ["Learner"]

PATIENCE = 100
"""Batches of one size that are called before one is recorded. Recording takes as long as some ten calls, and pays after
13 to 27 replays: so it never costs more than a tenth of what training took already."""


class Learner:
    """What learns: a model by a loss and an optimiser.

    Parameters
    ----------
    model : Module
    loss : callable
    optimizer : Optimizer
    interrupts : Interrupts
        Steps are whole under it.
    held : array, optional
        Targets held out: looked at before the first step, with those to learn from.
    """

    def __init__(
        self, model: Module, loss: Callable[..., Any], optimizer: Optimizer, interrupts: Interrupts, held: Any = None
    ) -> None:
        self.held: Any = held
        self.labels: Any = None
        self.model, self.loss, self.optimizer, self.interrupts = model, loss, optimizer, interrupts
        self.searches = isinstance(optimizer, LineSearch)
        self.parameters = optimizer.parameters()
        self.derivatives: Derivatives | None = None
        self.recorded: Any = None
        self.refused = False
        self.met: Counter[int] = Counter()  # batches, by their size

    def epoch(
        self,
        X: Any,
        y: Any,
        weights: Any,
        shares: Any,
        batch_size: int,
        rng: np.random.Generator,
        measures: Sequence[tuple[str, Any]],
        number: int,
    ) -> dict[str, float]:
        """One pass over the data: the mean loss, in which rows count as `shares` says, and the metrics; as they were
        while it learnt.
        """
        self.labels = y
        self.refused = False
        if self.derivatives is not None and self.recorded != self._description():  # a callback changed the model
            self.derivatives = None
        total = 0.0
        outputs, targets, counts = [list[Any](), list[Any](), list[Any]()]
        for i, rows in enumerate(order(len(X), batch_size, rng)):
            share = len(rows) if shares is None else float(shares[rows].sum())
            if not share:  # nothing to learn: all labels are ignored
                continue
            batch = X.take(rows, 0), y.take(rows, 0), None if weights is None else weights.take(rows)
            value, output = self.learn(batch, number, i)
            total += value * share
            if measures:
                outputs.append(output)
                targets.append(batch[1])
                counts.append(batch[2])
        numbers = {"loss": total / (len(X) if shares is None else float(shares.sum()))}
        if measures:
            whole = np.concatenate(outputs, self.model.row_axis)
            together: Any = None if weights is None else np.concatenate(counts)
            numbers |= measured(measures, np.concatenate(targets), whole, ignored(self.loss), together)
        return numbers

    def _description(self) -> Any:
        """All that a step depends on besides arrays, or None if that cannot be told: then nothing is replayed.

        Modules, loss and rule are known through and through if they are this package's own and hold no functions of
        somebody else's, which may read what no recording knows of.
        """
        modules, parameters = list(self.model.modules()), list(self.model.parameters())
        own = all([type(m).__module__.partition(".")[0] == "nn" for m in modules])
        held = [v for m in modules for v in vars(m).values() if callable(v) and not isinstance(v, (Module, ag.Tensor))]
        stray = {id(p) for p in self.parameters} - {id(p) for p in parameters}
        if not own or held or stray or self.searches or self.loss not in LOSSES.values():
            return None
        return repr(self.model), [id(x) for x in (*modules, *parameters)], [bool(m._hooks) for m in modules]

    def check(self, output: Any) -> None:
        """Compare all labels with the first output."""
        for labels in (self.labels, self.held):
            if labels is not None:
                check_labels(self.loss, labels, output)
        self.labels = self.held = None

    def forward(self, inputs: Any, target: Any, weights: Any) -> tuple[Any, Any]:
        """The output and the loss of a batch."""
        output = self.model(ag.asarray(inputs))
        self.check(output)
        return output, of_batch(self.loss, output, target, weights)

    def replay(self, batch: tuple[Any, Any, Any]) -> tuple[Any, Any]:
        """The loss of a batch and the output; or None for a model that is called, for now or always."""
        inputs, target, weights = batch
        self.met[len(inputs)] += 1
        derivatives = self._recording() if self.met[len(inputs)] > PATIENCE else None
        if derivatives is not None:
            value, output = derivatives((inputs,), target, *(() if weights is None else (weights,)))
            self.check(output)
            return value, output
        return None, None

    def _recording(self) -> Derivatives | None:
        """What replays steps, or None where they cannot be replayed, of which it is convinced for the epoch."""
        if self.derivatives is None and not self.refused:
            self.recorded = self._description()
            found = Derivatives(self.model, partial(of_batch, self.loss)) if self.recorded else None
            self.refused = found is None or found.changes()
            self.derivatives = None if self.refused else found
        return self.derivatives

    def learn(self, batch: tuple[Any, Any, Any], epoch: int, number: int) -> tuple[float, Any]:
        """One step; the loss before it, and the output as an array, which keeps no tape from being freed."""
        loss: Any
        value, output = self.replay(batch)
        if value is not None:
            value = float(value)
            if not isfinite(value):
                raise self.traced(f"the loss is {value}", batch, epoch, number)
            self._step(batch, epoch, number)
            return value, output
        output, loss = self.forward(*batch)
        if not isinstance(loss, ag.Tensor) or loss.size != 1:
            raise TypeError(f"fit: the loss is a Tensor of one number, not {type(loss).__name__} {np.shape(loss)}")
        value = loss.item()
        if not isfinite(value):
            raise self.traced(f"the loss is {value}", batch, epoch, number)
        if self.searches:
            self.interrupts.whole(lambda: self.optimizer.step(lambda: self.forward(*batch)[1]))
            return value, output.value
        self.optimizer.zero_grad()
        loss.backward()
        self._step(batch, epoch, number)
        return value, output.value

    def _step(self, batch: tuple[Any, Any, Any], epoch: int, number: int) -> None:
        """Move the parameters, if their gradients are numbers."""
        for p in self.parameters:
            if (gradient := p.grad) is not None and not finite(gradient.value):
                raise self.traced(f"the gradient in {p.name or 'a parameter'} is no number", batch, epoch, number)
        self.interrupts.whole(self.optimizer.step)

    def traced(self, what: str, batch: tuple[Any, Any, Any], epoch: int, number: int) -> ag.NonFiniteError:
        """The error to raise: the batch is run again under `ag.debug`, to name the first bad operation."""
        bad = [name for name, p in self.model.named_parameters() if not np.isfinite(p.value).all()]
        first = f"{', '.join(bad)} held NaN or infinity before" if bad else "run again, all numbers were finite"
        try:
            with np.errstate(all="ignore"), ag.debug():
                self.forward(*batch)[1].backward()
        except ag.NonFiniteError as error:
            first = f"first, {error}"
        self.optimizer.zero_grad()
        where = f"in epoch {epoch + 1}, batch {number + 1}"
        remedy = f"a lower learning rate (now {self.optimizer.lr}) often helps"
        return ag.NonFiniteError(f"fit: {what} {where}; {first}; {remedy}")


def of_batch(loss: Callable[..., Any], output: Any, target: Any, weights: Any = None) -> Any:
    """The loss of a batch, whose rows may have weights."""
    return loss(output, target) if weights is None else weighted(loss, output, target, weights)


def finite(a: Any) -> bool:
    """Whether all entries are finite: one product, and a closer look only if that overflows."""
    flat = a.ravel(order="K")
    return isfinite(flat.dot(flat)) or bool(np.isfinite(a).all())
