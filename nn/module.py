"""A module: parameters, modules inside it, and a `forward`.

An attribute that is a `Parameter` or a `Module`, or a list, tuple or dict of them, belongs to the module: there is
nothing else to register and no ``super().__init__()`` to remember. Names join attributes with dots, as in torch.nn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from textwrap import indent
from typing import Any, Self

import numpy as np
import optree

import autograd_lite as ag
from nn.support import raw

__all__ = ["Buffer", "Hook", "Module", "Parameter", "StateError", "functional_call", "swapped"]


class StateError(ag.AutogradError, ValueError):
    """Values that do not fit a module: missing, unexpected or mis-shaped names."""


class Parameter(ag.Var):
    """A Tensor that a module learns: a variable, found by `Module.parameters` where it is an attribute.

    A plain `ag.Var` there is not learnt. It is written to in place inside ``with ag.no_grad():`` only, a TrackedError
    elsewhere.

    Parameters
    ----------
    data : array, number or Tensor
        The initial value; copied.
    dtype : dtype, optional
        By default that of `data`; floating-point.
    name : str, optional
        How tables and graphs call it.

    Examples
    --------
    >>> import nn
    >>> nn.Parameter([1.0, 2.0], name="w")
    Tensor([1., 2.], name='w', requires_grad=True)
    """

    __slots__ = ()
    is_parameter = True

    def __init__(self, data: Any, *, dtype: Any = None, name: str | None = None) -> None:
        ag.Tensor.__init__(self, data, dtype=dtype, requires_grad=True, name=name)


class Buffer(ag.Tensor):
    """A Tensor that a module keeps but does not learn, as running statistics: in `state_dict`, not in `parameters`.

    >>> import nn
    >>> nn.Buffer([0.0, 1.0])
    Tensor([0., 1.])
    """

    __slots__ = ()


class Hook:
    """What a module calls besides `forward`, until it is removed. Made by the ``register_…_hook`` methods.

    Also a context: ``with model.register_forward_hook(f): …`` removes it at the end.
    """

    def __init__(self, hooks: list[Hook], function: Callable[..., Any], before: bool) -> None:
        self._hooks, self.function, self.before = hooks, function, before
        hooks.append(self)

    def remove(self) -> None:
        """Call it no more."""
        if self in self._hooks:
            self._hooks.remove(self)

    def __enter__(self) -> Hook:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def _members(holder: Any, prefix: str = "") -> Iterator[tuple[str, Parameter | Buffer | Module]]:
    """The parameters, buffers and modules held directly by a module, or by containers among its attributes."""
    items = holder.items() if isinstance(holder, dict) else enumerate(holder)
    for key, value in items:
        if isinstance(value, (Parameter, Module, Buffer)):
            yield f"{prefix}{key}", value
        elif isinstance(value, (list, tuple, dict)):
            yield from _members(value, f"{prefix}{key}.")


class Module:
    """The base of all layers and models: subclass it, assign parameters and layers, write `forward`.

    Calling a module calls its `forward` and marks what that recorded as one unit, which a drawn graph shows as a
    cluster. `training` is True until `eval()`; layers that behave differently when they learn look at it.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> import nn
    >>> class Line(nn.Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = nn.Parameter(2.0), nn.Parameter(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).item(), [name for name, _ in line.named_parameters()]
    (7.0, ['slope', 'offset'])
    """

    training: bool = True
    row_axis: int = 0
    """The axis along which the rows of inputs and outputs lie, for those who give them in pieces (`nn.predict`)."""
    takes_integers: bool = False
    """Whether inputs of integers are left so for it, as for `Embedding`, by those who cast others to the dtype of the
    parameters (`nn.fit`, `nn.predict`): for the whole of a model in which one module says so."""
    _label: str | None = None
    _hooks: list[Hook] | None = None

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes. Subclasses write it."""
        raise NotImplementedError(f"{type(self).__name__}: write a forward method")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        since = ag.tick()
        out = self._hooked(inputs, options) if self._hooks else self.forward(*inputs, **options)
        label = self._label
        if label is None:
            label = self.__dict__["_label"] = self.label()
        ag.group(out if isinstance(out, ag.Tensor) else optree.tree_leaves(out), label, since)
        return out

    def _hooked(self, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """`forward`, with the hooks before and after it."""
        hooks = list(self._hooks or ())
        for hook in hooks:
            if hook.before and (changed := hook.function(self, inputs)) is not None:
                inputs = changed if isinstance(changed, tuple) else (changed,)
        out = self.forward(*inputs, **options)
        for hook in hooks:
            if not hook.before and (changed := hook.function(self, inputs, out)) is not None:
                out = changed
        return out

    def register_forward_hook(self, hook: Callable[[Any, tuple[Any, ...], Any], Any]) -> Hook:
        """Call ``hook(module, inputs, output)`` after each `forward`; what it returns, if not None, is the output.

        >>> import nn, numpy as np
        >>> model = nn.MLP([2, 3, 1])
        >>> with model[1].register_forward_hook(lambda module, inputs, output: print(output.shape)):
        ...     out = model(np.ones((5, 2)))
        (5, 3)
        """
        return self._registered(hook, False)

    def register_forward_pre_hook(self, hook: Callable[[Any, tuple[Any, ...]], Any]) -> Hook:
        """Call ``hook(module, inputs)`` before each `forward`; what it returns, if not None, are the inputs."""
        return self._registered(hook, True)

    def _registered(self, hook: Callable[..., Any], before: bool) -> Hook:
        if self._hooks is None:
            self.__dict__["_hooks"] = []
        return Hook(self.__dict__["_hooks"], hook, before)

    def label(self) -> str:
        """What a graph calls the module: ``Linear(64, 128)``. Asked for once."""
        return type(self).__name__

    def __setattr__(self, name: str, value: Any) -> None:
        held = self.__dict__.get(name)
        if isinstance(held, (Parameter, Buffer)) and not (value is None or isinstance(value, (Parameter, Buffer))):
            kind = type(held).__name__
            raise TypeError(
                f"{type(self).__name__}.{name} is a {kind}: assign to .{name}.value to change its value, "
                f"or assign another nn.{kind}"
            )
        object.__setattr__(self, name, value)

    # -- what is inside -----------------------------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside, each once, with their names."""
        seen: set[int] = set()
        for name, member in _members(vars(self)):
            if isinstance(member, Module) and id(member) not in seen:
                seen.add(id(member))
                yield name, member

    def children(self) -> Iterator[Module]:
        """The modules directly inside, each once."""
        return (child for _, child in self.named_children())

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module (named ``""``) and all inside it, each once, outer before inner."""
        seen: set[int] = set()
        todo: list[tuple[str, Module]] = [("", self)]
        while todo:
            name, module = todo.pop()
            if id(module) not in seen:
                seen.add(id(module))
                yield name, module
                todo += [(f"{name}.{key}" if name else key, child) for key, child in module.named_children()][::-1]

    def modules(self) -> Iterator[Module]:
        """This module and all inside it, each once."""
        return (module for _, module in self.named_modules())

    def _slots(self) -> dict[str, Parameter | Buffer]:
        """Every name of every parameter and buffer: one that two modules share has two."""
        slots: dict[str, Parameter | Buffer] = {}
        todo: list[tuple[str, Module, tuple[int, ...]]] = [("", self, ())]
        while todo:
            prefix, module, above = todo.pop()
            inner = []
            for name, member in _members(vars(module), prefix):
                if not isinstance(member, Module):
                    slots[name] = member
                elif id(member) not in above and member is not module:  # a module may know the one it is part of
                    inner.append((f"{name}.", member, (*above, id(module))))
            todo += inner[::-1]
        return slots

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """The parameters of this module and all inside it, each once, with their names."""
        seen: set[int] = set()
        for name, parameter in self._slots().items():
            if isinstance(parameter, Parameter) and id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter

    def parameters(self) -> Iterator[Parameter]:
        """The parameters of this module and all inside it, each once."""
        return (parameter for _, parameter in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Buffer]]:
        """The buffers of this module and all inside it, each once, with their names."""
        found = {id(b): (name, b) for name, b in reversed(self._slots().items()) if isinstance(b, Buffer)}
        return reversed(found.values())

    def buffers(self) -> Iterator[Buffer]:
        """The buffers of this module and all inside it, each once."""
        return (buffer for _, buffer in self.named_buffers())

    # -- what they hold -----------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """A copy of every parameter's and buffer's value, as arrays by name: what `load_state_dict` takes.

        >>> import nn
        >>> {name: value.shape for name, value in nn.Linear(3, 2).state_dict().items()}
        {'weight': (2, 3), 'bias': (2,)}
        """
        return {name: np.array(p.value, order="C") for name, p in self._slots().items()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> None:
        """Give the parameters the values in `state`, in their own dtypes.

        Parameters
        ----------
        state : mapping of name to array or Tensor
        strict : bool
            Whether missing and unexpected names are errors; if not they are left alone.

        Raises
        ------
        StateError
            Names missing or unexpected (when `strict`), or shapes that do not fit. Then nothing was changed.
        """
        slots = self._slots()
        wrong = [f"missing {name!r}" for name in slots if name not in state] if strict else []
        wrong += [f"unexpected {name!r}" for name in state if name not in slots] if strict else []
        wrong += _misfits(slots, state)
        if wrong:
            raise StateError(f"load_state_dict of {type(self).__name__}: {'; '.join(wrong)}")
        for name, parameter in slots.items():
            if name in state:
                value = state[name]
                array = np.asarray(raw(value))
                copy = np.empty_like(parameter.value)  # laid out as before: products then round alike
                copy[...] = array
                parameter.value = copy

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad = None

    def requires_grad_(self, flag: bool = True) -> Self:
        """Track all parameters, or with False freeze them: nothing is recorded for them and no optimiser moves them."""
        for parameter in self.parameters():
            parameter.requires_grad = flag
            if not flag:
                parameter.grad = None  # an optimiser moves whatever has a gradient
        return self

    def train(self, mode: bool = True) -> Self:
        """Set `training` here and in all modules inside."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """As ``train(False)``."""
        return self.train(False)

    # -- how it looks -------------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """What `repr` and graphs show in the parentheses, besides modules inside."""
        return ""

    def __repr__(self) -> str:
        inside = [f"({name}): {child!r}" for name, child in self.named_children()]
        extra = self.extra_repr()
        if not inside:
            return f"{type(self).__name__}({extra})"
        lines = indent("\n".join(([extra] if extra else []) + inside), "  ")
        return f"{type(self).__name__}(\n{lines}\n)"


def _misfits(slots: Mapping[str, Parameter | Buffer], values: Mapping[str, Any]) -> list[str]:
    """What to say about values whose shapes are not those of their parameters."""
    return [
        f"{name!r} has shape {tuple(np.shape(values[name]))} instead of {p.shape}"
        for name, p in slots.items()
        if name in values and tuple(np.shape(values[name])) != p.shape
    ]


def functional_call(model: Module, params: Mapping[str, Any], *inputs: Any, **options: Any) -> Any:
    """What `model` computes with other values in the place of its parameters; the model itself is not touched.

    A module that keeps statistics, as `BatchNorm` in training, keeps those of this call nowhere.

    Parameters
    ----------
    model : Module
    params : mapping of name to Tensor or array
        By the names of `Module.named_parameters`, or also `Module.named_buffers`. Those that are not named keep their
        own values; one shared by several modules is replaced in all of them.
    *inputs, **options
        Passed to the model.

    Returns
    -------
    The model's output: a function of `params`, to be differentiated as any other.

    Raises
    ------
    StateError
        A name that the model does not have, or a value of another shape.

    Examples
    --------
    >>> import autograd_lite as ag, numpy as np
    >>> import nn
    >>> model = nn.Linear(2, 1, seed=0)
    >>> gradient = ag.grad(lambda p: ag.sum(nn.functional_call(model, p, np.ones((3, 2)))))(model.state_dict())
    >>> gradient["weight"], gradient["bias"]
    (array([[3., 3.]]), array([3.]))
    """
    return swapped(model, params, apart=True)(*inputs, **options)


def swapped(model: Module, params: Mapping[str, Any], *, apart: bool) -> Module:
    """A model that shares everything with `model` but what `params` has; with `apart` the buffers too are copies.

    Raises
    ------
    StateError
        As `functional_call`.
    """
    slots = model._slots()
    wrong = [f"unexpected {name!r}" for name in params if name not in slots] + _misfits(slots, params)
    if wrong:
        raise StateError(f"functional_call of {type(model).__name__}: {'; '.join(wrong)}")
    replaced = {id(slots[name]): value for name, value in params.items()}
    for buffer in slots.values() if apart else ():
        value = replaced.get(id(buffer), buffer)
        if isinstance(buffer, Buffer) and (value is buffer or not isinstance(value, ag.Tensor)):
            replaced[id(buffer)] = Buffer(np.array(raw(value), buffer.dtype), name=buffer.name)
    twin: Module = _swapped(model, replaced, {})
    return twin


def _swapped(x: Any, replaced: dict[int, Any], made: dict[int, Module]) -> Any:
    """A module with other parameters: a shallow copy, so that threads may share a model; and whatever it holds."""
    if isinstance(x, (Parameter, Buffer)):
        return replaced.get(id(x), x)
    if isinstance(x, (list, tuple, dict)):
        tree: Any = x
        return optree.tree_map(lambda item: _swapped(item, replaced, made), tree)
    if not isinstance(x, Module):
        return x
    if id(x) not in made:
        twin = made[id(x)] = object.__new__(type(x))
        twin.__dict__.update({name: _swapped(value, replaced, made) for name, value in vars(x).items()})
    return made[id(x)]
