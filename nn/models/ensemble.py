"""Many networks of one architecture in one computation: their parameters side by side, along an axis in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.activations.functions import Activation, Lambda
from nn.layers.linear import Linear
from nn.layers.sequential import Sequential
from nn.module import Module, Parameter
from nn.support import evaluating

__all__ = ["Ensemble"]


class Ensemble(Module):
    """Networks of one architecture, trained and asked all at once.

    An input of shape (n, p) goes through every member, and gives (members, n, outputs); one of shape (members, n, p)
    gives each member its own. Parameters have the members along their first axis. Where a loss is the sum of the
    members' losses, its gradient in one member is that of this one's loss, and rules that work entry by entry (SGD,
    Adam, …) train each as if it were alone; gradient clipping and L-BFGS would mix them.

    Parameters
    ----------
    members : sequence of MLP or Sequential
        Of Linear layers and activations without parameters; their values are copied.

    Raises
    ------
    ValueError
        No members, not all of one architecture and dtype, or a function that gives the members side by side something
        else than one by one.
    TypeError
        A member holds something else than Linear layers and activations.

    Examples
    --------
    >>> import nn
    >>> x = np.linspace(-1.0, 1.0, 20)[:, None]
    >>> ensemble = nn.Ensemble([nn.MLP([1, 3, 1], seed=seed) for seed in range(5)])
    >>> history = nn.fit(ensemble, x, x**2, loss=ensemble.loss(nn.mse_loss), epochs=5, progress=False)
    >>> ensemble.predict(x).shape
    (5, 20, 1)
    >>> ensemble[-1]
    MLP(
      (0): Linear(in_features=1, out_features=3, bias=True)
      (1): Tanh()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """

    row_axis = -2

    def __init__(self, members: Sequence[Sequential]) -> None:
        members = list(members)
        if not members:
            raise ValueError("Ensemble: there are no members")
        for i, member in enumerate(members):
            _check(member, i)
            if _architecture(member) != _architecture(members[0]):
                raise ValueError(f"Ensemble: member {i} is not of the architecture and dtype of member 0")
        states = [member.state_dict() for member in members]
        self.together = _filled(members[0], {name: _stacked([s[name] for s in states]) for name in states[0]})
        self.dims = {
            name: m.dim for name, m in vars(self.together).items() if isinstance(m, Module) and hasattr(m, "dim")
        }
        for name, dim in self.dims.items():
            if not -2 <= dim <= 1:
                raise ValueError(f"Ensemble: {vars(self.together)[name]!r} is of an axis that rows of numbers have not")
            vars(self.together)[name].dim = dim - 2 if dim >= 0 else dim  # there are the members in front
        if any([isinstance(module, Lambda) for module in members[0]]):
            _compare(self, members)

    def forward(self, x: Any) -> Any:
        return self.together(x)

    def loss(self, loss: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """The sum of the members' losses as a function of all their outputs and the targets: what `nn.fit` minimises.

        Parameters
        ----------
        loss : callable
            ``loss(output, target)``, a mean over rows, as the losses of `nn` are unless they are told otherwise.
        """

        return _Sum(loss)

    def predict(self, X: Any) -> Any:
        """The outputs of all members for the rows of X, of shape (members, n, outputs), in evaluation mode."""
        X = np.asarray(X).astype(next(self.parameters()).dtype, copy=False)
        with evaluating(self), ag.no_grad():
            return self(ag.asarray(X)).value

    def __len__(self) -> int:
        return len(next(self.parameters()))

    def __getitem__(self, i: int) -> Sequential:
        """Member number `i`, as a network of its own: a copy."""
        i = range(len(self))[i]  # an IndexError where there is none
        state = self.together.state_dict()
        member = _filled(self.together, {n: v[i, 0] if n.endswith("bias") else v[i] for n, v in state.items()})
        for name, dim in self.dims.items():
            vars(member)[name].dim = dim
        return member

    def __iter__(self) -> Iterator[Sequential]:
        return (self[i] for i in range(len(self)))

    def extra_repr(self) -> str:
        return f"{len(self)} members of"


@dataclass(frozen=True)
class _Sum:
    """The sum of the members' losses, each being `of_each`: the mean over the rows of all, times their number."""

    of_each: Callable[[Any, Any], Any]

    def __call__(self, outputs: Any, y: Any) -> Any:
        k, n = outputs.shape[:2]
        rows = np.tile(y, (k, *(1,) * (np.ndim(y) - 1)))
        return k * self.of_each(ag.reshape(outputs, (k * n, *outputs.shape[2:])), rows)


def _check(member: Any, i: int) -> None:
    if not isinstance(member, Sequential):
        raise TypeError(f"Ensemble: member {i} is a {type(member).__name__}, not an MLP or Sequential")
    if not any([isinstance(m, Linear) for m in member]):
        raise TypeError(f"Ensemble: member {i} has no Linear layer")
    for module in member:
        plain = isinstance(module, (Activation, Lambda)) and not list(module.parameters())
        if not (plain or isinstance(module, Linear)):
            raise TypeError(
                f"Ensemble: member {i} has a {type(module).__name__}; what can be put side by side are Linear layers, "
                f"and activations without parameters"
            )


def _compare(ensemble: Ensemble, members: list[Sequential]) -> None:
    """An error unless the members give one by one what they give together: a function may count axes from the front."""
    first = next(m for m in members[0] if isinstance(m, Linear))
    n = len(members) + 2  # not as many rows as members, nor one
    x = np.random.default_rng(0).normal(size=(n, first.in_features)).astype(first.weight.dtype)
    with ExitStack() as stack, ag.no_grad(), np.errstate(all="ignore"):
        for model in (ensemble, *members):
            stack.enter_context(evaluating(model))
        together, *alone = [model(ag.asarray(x)) for model in (ensemble, *members)]
        alike = np.shape(together) == (len(members), *np.shape(alone[0]))
        tolerance = 1e4 * float(np.finfo(x.dtype).eps)  # products in another order
        if not alike or not np.allclose(together.value, [out.value for out in alone], tolerance, tolerance, True):
            raise ValueError(
                "Ensemble: the members give something else side by side than one by one; they stand along an axis "
                "in front, so a function of one's own counts axes from the end (axis=-1)"
            )


def _architecture(member: Sequential) -> list[Any]:
    """What members have in common: layers and functions as they print, dtypes, and functions of one's own."""
    return [
        repr(member),
        *[p.dtype for p in member.parameters()],
        *[module.function for module in member if isinstance(module, Lambda)],
    ]


def _stacked(values: list[Any]) -> Any:
    """Weights (out, in) as (members, out, in), biases (out,) as (members, 1, out), to be added to (members, n, out)."""
    together = np.stack(values)
    return together if together.ndim == 3 else together[:, None]


def _filled(model: Sequential, state: dict[str, Any]) -> Sequential:
    """A network like `model` with the parameters in `state`, in whatever shapes they have there."""
    twin = object.__new__(type(model))
    for name, module in vars(model).items():
        if isinstance(module, Linear):
            layer = object.__new__(Linear)
            layer.__dict__.update(vars(module))
            layer.weight = Parameter(state[f"{name}.weight"], name=f"{name}.weight")
            layer.bias = None if module.bias is None else Parameter(state[f"{name}.bias"], name=f"{name}.bias")
            module = layer
        elif isinstance(module, Module):
            module = deepcopy(module)
        twin.__dict__[name] = module
    return twin
