"""One epoch: batch after batch forward, backward and a step. A number that is none stops it, with its origin named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.choices import check_labels, measured, weighted
from nn.data import order
from nn.interrupts import Interrupts
from nn.module import Module
from nn.optim import Optimizer
from nn.second_order import LineSearch

__all__ = ["Learner"]


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

    def epoch(
        self,
        X: Any,
        y: Any,
        weights: Any,
        batch_size: int,
        rng: np.random.Generator,
        measures: Sequence[tuple[str, Any]],
        number: int,
    ) -> dict[str, float]:
        """One pass over the data: the mean loss and the metrics, as they were while it learnt."""
        self.labels = y
        total, outputs, targets = 0.0, [], []
        for i, rows in enumerate(order(len(X), batch_size, rng)):
            batch = X.take(rows, 0), y.take(rows, 0), None if weights is None else weights.take(rows)
            value, output = self.learn(batch, number, i)
            total += value * len(rows)
            if measures:
                outputs.append(output)
                targets.append(batch[1])
        numbers = {"loss": total / len(X)}
        if measures:
            whole = np.concatenate(outputs, self.model.row_axis)
            numbers |= measured(measures, np.concatenate(targets), whole)
        return numbers

    def forward(self, inputs: Any, target: Any, weights: Any) -> tuple[Any, Any]:
        """The output and the loss of a batch."""
        output = self.model(ag.asarray(inputs))
        for labels in (self.labels, self.held):
            if labels is not None:
                check_labels(self.loss, labels, output)
        self.labels = self.held = None
        if weights is None:
            return output, self.loss(output, target)
        return output, weighted(self.loss, output, target, weights)

    def learn(self, batch: tuple[Any, Any, Any], epoch: int, number: int) -> tuple[float, Any]:
        """One step; the loss before it, and the output as an array, which keeps no tape from being freed."""
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
        for p in self.parameters:
            if (gradient := p.grad) is not None and not finite(gradient.value):
                raise self.traced(f"the gradient in {p.name or 'a parameter'} is no number", batch, epoch, number)
        self.interrupts.whole(self.optimizer.step)
        return value, output.value

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


def finite(a: Any) -> bool:
    """Whether all entries are finite: one product, and a closer look only if that overflows."""
    flat = a.ravel(order="K")
    return isfinite(flat.dot(flat)) or bool(np.isfinite(a).all())
