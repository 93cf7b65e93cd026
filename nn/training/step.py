"""A training step as one function: loss, gradients, optimiser; recorded once and replayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.module import Module, swapped
from nn.support import unmasked

__all__ = ["Derivatives", "training_step"]


class Derivatives:
    """The loss of a model on a batch and its gradients, recorded at the first batch of each shape and replayed.

    Parameters
    ----------
    model : Module
        Its parameters as they are now. One that draws random numbers, keeps statistics or has hooks is called instead.
    loss : callable
        Of the model's output, and of what else a batch has (targets, weights): one number.
    replay : bool
        False to call the model every time.
    """

    def __init__(self, model: Module, loss: Callable[..., Any], *, replay: bool = True) -> None:
        self.model, self.loss, self.replay = model, loss, replay
        named = dict(model.named_parameters())
        self.names, self.parameters, self.modules = list(named), list(named.values()), list(model.modules())
        self.random = [m for m in self.modules if any([isinstance(v, np.random.Generator) for v in vars(m).values()])]
        self.counts = next(model.buffers(), None) is not None  # statistics, which a recording would keep as they are
        self.functions: dict[Any, tuple[Any, Any]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes over: all but what was recorded with the arrays of this one's model."""
        return {**vars(self), "functions": {}}

    def __call__(self, inputs: tuple[Any, ...], *rest: Any) -> tuple[Any, Any]:
        """The loss and the model's output, as arrays; the gradients become those of the parameters."""
        learnt = self.parameters
        flags = [p.requires_grad for p in learnt]
        state = bytes(flags + [m.training for m in self.modules]), len(inputs)  # another mode is another recording
        found = self.functions.get(state)
        called, replayed = found or self.functions.setdefault(state, self._functions(flags, len(inputs)))
        fixed: list[Any] = []
        if not all(flags):
            learnt, fixed = [[p for p in learnt if p.requires_grad == flag] for flag in (True, False)]
        batch = [x if x.__class__ is np.ndarray else unmasked(x, "training_step: values") for x in (*inputs, *rest)]
        ignored = rest and batch[-len(rest)].dtype.kind in "iu" and batch[-len(rest)].min(initial=0) < 0  # do not count
        live = ignored or self.changes()
        for p in learnt:
            p.grad = None  # so that its memory serves again
        values = [*[p.value for p in learnt], *[p.value for p in fixed], *batch]
        both: tuple[Any, Any]
        both, gradients = (called if live else replayed)(*values)
        for p, gradient in zip(learnt, gradients, strict=True):
            p.grad = ag.asarray(gradient)
        return both

    def changes(self) -> bool:
        """Whether the model does something else in every step: draws numbers, keeps statistics, calls hooks."""
        return self.counts or any([m._hooks for m in self.modules]) or any([m.training for m in self.random])

    def _functions(self, flags: list[bool], inputs: int) -> tuple[Any, Any]:
        """Loss and output with the gradients: of the values that are learnt, those that are not, and a batch."""
        pairs = list(zip(self.names, flags, strict=True))
        names = [name for name, flag in pairs if flag] + [name for name, flag in pairs if not flag]

        model, loss, n = self.model, self.loss, len(names)  # and not `self`, which would hold itself

        def total(*values: Any) -> Any:
            own = swapped(model, dict(zip(names, values, strict=False)), apart=False)  # statistics are the model's
            output = own(*values[n : n + inputs])
            return loss(output, *values[n + inputs :]), output

        called = ag.value_and_grad(total, argnums=tuple(range(sum(flags))), has_aux=True)
        return called, ag.replay(called, strict=False) if self.replay else called


def training_step(
    model: Module, loss: Callable[[Any, Any], Any], optimizer: Any, *, replay: bool = True
) -> Callable[..., Any]:
    """A function of a batch that evaluates the loss, sets the gradients, moves the parameters and gives the loss.

    What ``optimizer.zero_grad(); loss(model(x), y).backward(); optimizer.step()`` does, but recorded at the first batch
    of each shape and replayed after it (`ag.replay`): close to the speed of backprop written by hand in NumPy, which
    for small networks is twice as fast or more.

    Parameters
    ----------
    model : Module
        Its parameters as they are now; one that is frozen later is left alone from then on. A model that draws
        random numbers (Dropout in training), keeps statistics (BatchNorm) or has hooks is not replayed but called.
    loss : callable
        Of the model's output and the targets: one number, such as `mse_loss`. One that looks at values
        is called and not replayed.
    optimizer : Optimizer
        Any that steps without a closure.
    replay : bool
        False to call the model every time.

    Returns
    -------
    callable
        ``step(*inputs, targets)``, which returns the loss before the step, an array of no axes.

    Raises
    ------
    NonScalarError
        When called: the loss is not one number.

    Examples
    --------
    >>> import nn, numpy as np
    >>> model, rng = nn.MLP([2, 8, 1], seed=0), np.random.default_rng(0)
    >>> step = nn.training_step(model, nn.mse_loss, nn.Adam(model.parameters(), lr=0.01))
    >>> x = rng.normal(size=(32, 2))
    >>> losses = [step(x, x[:, :1] * x[:, 1:]) for _ in range(300)]
    >>> bool(losses[-1] < 0.1 * losses[0])
    True
    """
    return _Step(Derivatives(model, loss, replay=replay), optimizer)


class _Step:
    """What `training_step` returns. Not a function, of which a copy would go on with the model that it was made for."""

    def __init__(self, derivatives: Derivatives, optimizer: Any) -> None:
        self.derivatives, self.optimizer = derivatives, optimizer

    def __call__(self, *batch: Any) -> Any:
        value, _ = self.derivatives(batch[:-1], batch[-1])
        self.optimizer.step()
        return value
