"""The lecture's forward and backward pass in matrix form, for a network and a batch of yours.

Layer k = 0 … ℓ is a `Linear` and the function f after it, if any. With A_0 = X, n rows, and the loss L::

    H_{k+1} = A_k W_k + b_k     A_{k+1} = f(H_{k+1})                      F = the last A, or the last H without an f
    G_ℓ = f′(H_{ℓ+1}) ⊙ ∂L/∂F   G_k = f′(H_{k+1}) ⊙ (G_{k+1} W_{k+1}ᵀ)    ∂L/∂W_k = A_kᵀ G_k    ∂L/∂b_k = 1ᵀ G_k

G_k is the adjoint of H_{k+1}, what comes before f. Where f mixes the entries of a row, as softmax does, J_f(H)ᵀ stands
in the place of f′(H) ⊙: the transposed Jacobian of f, row by row. nn.Linear stores the transpose of W_k, as torch.nn
does: its weight has shape (out, in).

The numbers are the engine's: values and adjoints of the tape of the loss. Each formula is computed beside them, from
the values and adjoints that it names, and has to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.activations.functions import Activation, Lambda
from nn.layers.linear import Linear
from nn.layers.sequential import Sequential
from nn.module import Module, functional_call
from nn.study.explanation import Explanation, Quantity
from nn.support import evaluating, raw
from nn.training.fit import chosen_loss, prepared

__all__ = ["explain", "slope"]

FLAT = 0.05
"""An entry is saturated where |f′| is below this share of the largest |f′|; for tanh, where |f| > 0.975."""


def explain(model: Module, X: Any, y: Any, *, loss: str | Callable[[Any, Any], Any] | None = None) -> Explanation:
    """The forward and the backward pass of `model` on a batch, layer by layer, as matrices: to print and to check.

    Parameters
    ----------
    model : Linear, MLP or Sequential
        Of Linear layers and functions of each entry (activations, Lambda); taken in evaluation mode.
    X : array, shape (n, p_0)
    y : array, shape (n,) or (n, …)
        As for `nn.fit`.
    loss : str or callable, optional
        As for `nn.fit`: by default the cross-entropy for integer targets, else the squared error.

    Returns
    -------
    Explanation
        Prints as a table; ``["G_0"]`` is one of its quantities, `diagnosis` says what is wrong in words.

    Raises
    ------
    TypeError
        A module that is neither a Linear nor an activation.
    ValueError
        Data that do not fit, or a loss that is not one number.
    ag.GradientMismatch
        A formula disagrees with the engine, as for a layer that computes something else; it names the layer.

    Examples
    --------
    >>> import numpy as np
    >>> import nn
    >>> X = np.linspace(-1.0, 1.0, 8).reshape(4, 2)
    >>> explanation = nn.explain(nn.MLP([2, 3, 1]), X, X[:, 0])
    >>> [(q.name, q.formula, q.shape) for q in explanation.backward[-3:]]
    [('G_0', 'tanh′(H_1) ⊙ (G_1 W_1ᵀ)', (4, 3)), ('∂L/∂W_0', 'Xᵀ G_0', (2, 3)), ('∂L/∂b_0', '1ᵀ G_0', (1, 3))]
    >>> explanation.difference < 1e-12
    True
    """
    layers = _layers(model)
    X, y = prepared(model, X, y, "explain")
    if X.ndim != 2:
        raise ValueError(f"explain: inputs of shape (n, {layers[0].linear.in_features}), not {X.shape}")
    loss_of = chosen_loss(loss, y, "explain")
    with evaluating(model), np.errstate(all="ignore"):  # infinities are shown and named
        return _explained(layers, X, y, loss_of)


@dataclass
class _Layer:
    """A Linear with the functions after it, and in a pass its W (transposed as nn has it), b, H and A."""

    name: str
    linear: Linear
    functions: list[Module] = field(default_factory=list)
    W: Any = None
    b: Any = None
    H: Any = None
    A: Any = None

    def f(self, h: Any) -> Any:
        for function in self.functions:
            h = function(h)
        return h

    @property
    def f_name(self) -> str:
        """What the function is called: tanh, or f for one without a name."""
        names = [getattr(getattr(m, "function", m), "__name__", "") for m in self.functions[::-1]]
        names = [name.strip("_") if name.isidentifier() else "f" for name in names]
        return names[0] if len(names) == 1 else f"({'∘'.join(names)})"


def _layers(model: Module) -> list[_Layer]:
    layers: list[_Layer] = []
    for name, module in _in_order(model, ""):
        if isinstance(module, Linear):
            layers.append(_Layer(name or "the model", module))
        elif layers and isinstance(module, (Activation, Lambda)):
            layers[-1].functions.append(module)
        else:
            where = "before the first Linear" if isinstance(module, (Activation, Lambda)) else "which"
            raise TypeError(
                f"explain: {name or 'the model'} is a {type(module).__name__}, {where} has no place in the matrix "
                f"form; supported are MLP and Sequential of Linear layers, each with activations after it"
            )
    if not layers:
        raise TypeError("explain: the model has no Linear layer")
    return layers


def _in_order(module: Module, name: str) -> Iterator[tuple[str, Module]]:
    """The modules that a Sequential calls, those of inner ones in their places."""
    if isinstance(module, Sequential) and type(module).forward is Sequential.forward:
        for key, child in [(k, m) for k, m in vars(module).items() if isinstance(m, Module)]:
            yield from _in_order(child, f"{name}.{key}" if name else key)
    else:
        yield name, module


def slope(f: Callable[[Any], Any], h: Any) -> Any:
    """f′ at each entry of the array `h`, by the engine; None if an entry of f depends on other entries of `h`.

    A Jacobian J is diagonal if and only if Jᵀt is the same as (Jᵀ1) ⊙ t for a random t, but for chances of measure 0.

    >>> slope(ag.tanh, np.zeros((1, 2))), slope(ag.softmax, np.zeros((1, 2)))
    (array([[1., 1.]]), None)
    """
    out, pull = ag.vjp(f, h)
    if np.shape(out) != np.shape(h):
        return None
    t = np.random.default_rng(0).normal(size=np.shape(h)).astype(h.dtype)
    diagonal, product = _array(pull(np.ones_like(h))[0]), _array(pull(t)[0])
    rounding = 1e3 * np.finfo(h.dtype).eps
    return diagonal if np.allclose(product, diagonal * t, rtol=rounding, atol=rounding, equal_nan=True) else None


def _array(x: Any) -> Any:
    return np.asarray(raw(x))


# -- the two passes ---------------------------------------------------------------------------------------------------


def _explained(layers: list[_Layer], X: Any, y: Any, loss_of: Callable[[Any, Any], Any]) -> Explanation:
    A = X
    for layer in layers:
        linear = layer.linear  # variables of our own: the model's may be frozen, or shared by several layers
        layer.W = ag.Var(linear.weight.value)
        layer.b = None if linear.bias is None else ag.Var(linear.bias.value)
        own = {"weight": layer.W} | ({} if layer.b is None else {"bias": layer.b})
        layer.H = functional_call(linear, own, A)
        layer.A = A = layer.f(layer.H)
        if np.shape(A) != np.shape(layer.H):
            raise ValueError(f"explain: {layer.f_name} after layer {layer.name!r} changes the shape to {np.shape(A)}")
    loss = loss_of(A, y)
    if np.shape(loss) != ():
        raise ValueError(f"explain: the loss has shape {np.shape(loss)}, not one number; take its mean or its sum")
    values = [X, *[_array(layer.A) for layer in layers]]
    forward = list(_forward(layers, values))
    at_output = _array(ag.grad(lambda F: loss_of(F, y))(values[-1]))
    backward = list(_backward(layers, values, at_output, ag.tape(loss).reverse()))
    name = loss if isinstance(loss, str) else getattr(loss_of, "__name__", "loss").strip("<>")
    return Explanation(forward, backward, f"{name}(F, Y)", float(loss.item()))


def _input(k: int) -> str:
    """What the lecture calls A_k."""
    return f"A_{k}" if k else "X"


def _forward(layers: list[_Layer], values: list[Any]) -> Iterator[Quantity]:
    yield Quantity("X", "", "", values[0])
    for k, layer in enumerate(layers):
        last = layer is layers[-1]
        H, W = _array(layer.H), layer.W.value.T
        terms, size, formula = values[k] @ W, abs(values[k]) @ abs(W), f"{_input(k)} W_{k}"
        if layer.b is not None:
            terms, size, formula = terms + layer.b.value, size + abs(layer.b.value), f"{formula} + b_{k}"
        name = "F" if last and not layer.functions else f"H_{k + 1}"
        yield _compared(Quantity(name, formula, layer.name, H), terms, size, len(W))
        if layer.functions:
            name = "F" if last else f"A_{k + 1}"
            yield Quantity(name, f"{layer.f_name}(H_{k + 1})", layer.name, values[k + 1], details=_state(layer.f, H))


def _backward(layers: list[_Layer], values: list[Any], at_output: Any, tape: Any) -> Iterator[Quantity]:
    before, size, formula, inner = at_output, abs(at_output), "∂L/∂F", 1
    top = 0.0
    for k, layer in reversed(list(enumerate(layers))):
        G, A, W = _adjoint(tape, layer.H), values[k], layer.W.value.T
        expected, size, formula = _through(layer, k, before, size, formula)
        q = Quantity(f"G_{k}", formula, layer.name, G)
        top = top or q.norm
        q.details["‖G‖/‖G_ℓ‖"] = q.norm / top if top else 0.0
        yield _compared(q, expected, size, inner)
        q = Quantity(f"∂L/∂W_{k}", f"{_input(k)}ᵀ G_{k}", layer.name, _adjoint(tape, layer.W).T)
        weights = float(np.linalg.norm(W.astype(float)))
        q.details["gradient/weight"] = q.norm / weights if weights else np.inf
        yield _compared(q, A.T @ G, abs(A).T @ abs(G), len(A))
        if layer.b is not None:
            q = Quantity(f"∂L/∂b_{k}", f"1ᵀ G_{k}", layer.name, _adjoint(tape, layer.b)[None])
            yield _compared(q, G.sum(0, keepdims=True), abs(G).sum(0, keepdims=True), len(A))
        before, size, formula, inner = G @ W.T, abs(G) @ abs(W.T), f"(G_{k} W_{k}ᵀ)", W.shape[1]


def _through(layer: _Layer, k: int, before: Any, size: Any, formula: str) -> tuple[Any, Any, str]:
    """An adjoint of A_{k+1} brought through f: it, the sizes of its terms, and the formula."""
    if not layer.functions:
        return before, size, formula.strip("()")
    H = _array(layer.H)
    derivative = slope(layer.f, H)
    if derivative is not None:
        return derivative * before, abs(derivative) * size, f"{layer.f_name}′(H_{k + 1}) ⊙ {formula}"
    product = _array(ag.vjp(layer.f, H)[1](before)[0])  # row by row the transposed Jacobian of f, as for softmax
    return product, size.max() + abs(product), f"J_{layer.f_name}(H_{k + 1})ᵀ {formula}"


def _adjoint(tape: Any, variable: Any) -> Any:
    """The adjoint on the tape, zeros for what the loss does not depend on."""
    value = _array(variable)
    try:
        return np.broadcast_to(_array(tape[variable].adjoint), value.shape).astype(value.dtype, copy=False)
    except KeyError:
        return np.zeros_like(value)


def _compared(q: Quantity, expected: Any, size: Any, inner: int) -> Quantity:
    """`q` with its difference from the formula's value, relative to the largest sum of the sizes of its terms.

    Sums of `inner` products in another order differ by that many roundings; eight times as many are an error. Where
    the formula meets an infinity it decides nothing.
    """
    decided = np.isfinite(expected)
    apart = np.where(decided, abs(np.where(decided, q.value, 0) - np.where(decided, expected, 0)), 0)
    worst = float(apart.max(initial=0.0))
    scale = float(size[decided].max(initial=0.0))
    q.difference = worst / scale if scale else worst
    if not q.difference <= 8 * (inner + 8) * np.finfo(q.value.dtype).eps:
        at = np.unravel_index(np.argmax(np.where(np.isnan(apart), np.inf, apart)), apart.shape)
        raise ag.GradientMismatch(
            f"explain: layer {q.layer!r}: at {tuple(int(i) for i in at)} the engine has {q.name} = {q.value[at]:.6g}, "
            f"but {q.formula} = {expected[at]:.6g}; the layer computes something else"
        )
    return q


def _state(f: Callable[[Any], Any], H: Any) -> dict[str, float]:
    """The share of dead units or of saturated entries; nothing for functions that mix entries.

    A function saturates if its derivative at ±50 is below a hundredth of its largest. Where it does not, a unit is
    dead if f′ is 0 on every row.
    """
    derivative = slope(f, H)
    if derivative is None:
        return {}
    probes = np.broadcast_to(np.array([-50.0, 50.0, *np.linspace(-4, 4, 33)], H.dtype)[:, None], (35, H.shape[1]))
    steep = abs(slope(f, probes.copy()))
    most = steep.max(axis=0)
    if most.max() > 0 and (steep[:2] <= most / 100).all():
        return {"saturated": float(np.mean(abs(derivative) < FLAT * most))}
    return {"dead": float(np.mean((derivative == 0).all(axis=0)))}
