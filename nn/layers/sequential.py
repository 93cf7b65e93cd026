"""Modules one after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nn.activations.functions import as_module
from nn.module import Module

__all__ = ["Sequential"]


class Sequential(Module):
    """Modules one after another: each takes what the one before gives.

    Parameters
    ----------
    *modules : Module, function, or one mapping of names to them
        Named "0", "1", … unless they come in a mapping. A function becomes a module.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> from nn.layers.linear import Linear
    >>> model = Sequential(Linear(2, 3, seed=0), "tanh", Linear(3, 1, seed=1))
    >>> len(model), model[1], model[:2](ag.zeros((4, 2))).shape
    (3, Tanh(), (4, 3))
    """

    def __init__(self, *modules: Any) -> None:
        if any([isinstance(module, (list, tuple)) for module in modules]):
            raise TypeError("Sequential: modules are given one by one, not in a list: write Sequential(*modules)")
        named = modules[0] if len(modules) == 1 and isinstance(modules[0], Mapping) else dict(enumerate(modules))
        for name, module in named.items():
            if not str(name) or "." in str(name) or hasattr(Module, str(name)):
                raise ValueError(f"Sequential: {name!r} does not do as a name: no dots, and no attribute of Module")
            setattr(self, str(name), as_module(module))

    def forward(self, x: Any) -> Any:
        name, attributes = "", vars(self)
        try:
            for name in attributes:  # no lists, as `__iter__` has: every step of training comes here
                if isinstance(module := attributes[name], Module):
                    x = module(x)
        except (ValueError, TypeError) as error:
            error.add_note(f"in module {name!r} of {type(self).__name__}")
            raise
        return x

    def _named(self) -> list[tuple[str, Module]]:
        return [(name, m) for name, m in vars(self).items() if isinstance(m, Module)]  # a module may stand twice

    def __iter__(self) -> Iterator[Module]:
        return iter([m for _, m in self._named()])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __getitem__(self, index: int | slice) -> Module:
        """A module, or for a slice a `Sequential` that shares its modules and keeps their names, as in torch."""
        named = self._named()
        return Sequential(dict(named[index])) if isinstance(index, slice) else named[index][1]
