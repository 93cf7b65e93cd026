"""Initial values: where a parameter starts.

Each function takes the shape of a weight ``(out, in, …)`` and a seed, and returns an array. `fan_in` is the number
of inputs that go into one output (the product of all lengths but the first), `fan_out` the number of outputs that one
input goes to. Everything random comes from a `numpy.random.Generator` that the seed stands for.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, prod, sqrt
from typing import Any

import numpy as np

from nn.support import nearest, optional

__all__ = [
    "Initializer",
    "Seed",
    "by_name",
    "constant",
    "generator",
    "he_normal",
    "he_uniform",
    "kaiming_normal",
    "kaiming_uniform",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "restart",
    "truncated_normal",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

Seed = int | np.random.Generator | None
Initializer = Callable[..., Any]

_sequence = np.random.SeedSequence(0)


def generator(seed: Seed = None) -> np.random.Generator:
    """The random generator that a `seed=` argument stands for.

    An integer starts a new one, a Generator is used as it is (so that several layers draw from one). None takes the
    next of a fixed sequence that begins with 0 in each process: two layers built without a seed differ, and a script
    that is run again builds the same ones. `restart` begins the sequence again.

    >>> generator(3).integers(100) == generator(3).integers(100)
    np.True_
    """
    if isinstance(seed, np.random.Generator):
        return seed
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, (int, np.integer))):
        raise TypeError(f"seed: an integer, a numpy.random.Generator or None, not {seed!r}")
    return np.random.default_rng(_sequence.spawn(1)[0] if seed is None else seed)


def restart(seed: int = 0) -> None:
    """Begin the sequence that ``seed=None`` draws from again, at `seed`."""
    global _sequence
    _sequence = np.random.SeedSequence(seed)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) < 2:
        raise ValueError(f"init: a shape (out, in) has a fan-in and a fan-out, {shape} has not; use zeros or ones")
    rest = prod(shape[2:])
    return shape[1] * rest, shape[0] * rest


def _floating(dtype: Any) -> None:
    if np.dtype(dtype).kind not in "fc":
        raise TypeError(f"init: values of {np.dtype(dtype)} hold no fractions; take a floating-point dtype")


def _uniform(shape: tuple[int, ...], std: float, seed: Seed, dtype: Any) -> Any:
    _floating(dtype)
    bound = sqrt(3.0) * std
    return generator(seed).uniform(-bound, bound, shape).astype(dtype)


def _normal(shape: tuple[int, ...], std: float, seed: Seed, dtype: Any) -> Any:
    _floating(dtype)
    return generator(seed).normal(0.0, std, shape).astype(dtype)


def _xavier(shape: tuple[int, ...], gain: float) -> float:
    return _gained(gain) * sqrt(2.0 / max(sum(_fans(shape)), 1))  # nothing is drawn where both are 0


def _he(shape: tuple[int, ...], gain: float) -> float:
    return _gained(gain) / sqrt(max(_fans(shape)[0], 1))  # nothing is drawn where it is 0


def _gained(gain: float) -> float:
    if not 0 <= gain < inf:
        raise ValueError(f"init: gain is a finite number of at least 0, not {gain!r}")
    return gain


def xavier_uniform(shape: tuple[int, ...], *, gain: float = 1.0, seed: Seed = None, dtype: Any = float) -> Any:
    """Uniform with variance gain² · 2 / (fan_in + fan_out): keeps signals and gradients alike through tanh layers.

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.

    >>> abs(xavier_uniform((30, 20), seed=0)).max() < (6 / 50) ** 0.5
    np.True_
    """
    return _uniform(shape, _xavier(shape, gain), seed, dtype)


def xavier_normal(shape: tuple[int, ...], *, gain: float = 1.0, seed: Seed = None, dtype: Any = float) -> Any:
    """Normal with variance gain² · 2 / (fan_in + fan_out); see `xavier_uniform`."""
    return _normal(shape, _xavier(shape, gain), seed, dtype)


def he_uniform(shape: tuple[int, ...], *, gain: float = sqrt(2.0), seed: Seed = None, dtype: Any = float) -> Any:
    """Uniform with variance gain² / fan_in: keeps signals alike through ReLU layers, which halve them.

    Source: He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015. Also called `kaiming_uniform`.
    """
    return _uniform(shape, _he(shape, gain), seed, dtype)


def he_normal(shape: tuple[int, ...], *, gain: float = sqrt(2.0), seed: Seed = None, dtype: Any = float) -> Any:
    """Normal with variance gain² / fan_in; see `he_uniform`. Also called `kaiming_normal`."""
    return _normal(shape, _he(shape, gain), seed, dtype)


def lecun_uniform(shape: tuple[int, ...], *, gain: float = 1.0, seed: Seed = None, dtype: Any = float) -> Any:
    """Uniform with variance gain² / fan_in: keeps signals alike through linear layers, and for SELU.

    Source: LeCun, Bottou, Orr and Müller, Efficient backprop, 1998.
    """
    return _uniform(shape, _he(shape, gain), seed, dtype)


def lecun_normal(shape: tuple[int, ...], *, gain: float = 1.0, seed: Seed = None, dtype: Any = float) -> Any:
    """Normal with variance gain² / fan_in; see `lecun_uniform`."""
    return _normal(shape, _he(shape, gain), seed, dtype)


def orthogonal(shape: tuple[int, ...], *, gain: float = 1.0, seed: Seed = None, dtype: Any = float) -> Any:
    """A random matrix (out, everything else) with orthonormal rows or columns, whichever are fewer, times `gain`.

    Uniform over all such matrices. Source: Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of
    learning, 2014; Mezzadri, How to generate random matrices from the classical compact groups, 2007.

    >>> w = orthogonal((2, 5), seed=0)
    >>> np.allclose(w @ w.T, np.eye(2))
    True
    """
    _fans(shape)
    _floating(dtype)
    rows, columns = shape[0], prod(shape[1:])
    normal = generator(seed).normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(normal)
    q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)  # without this the signs would be LAPACK's, not random
    return (_gained(gain) * (q if rows >= columns else q.T)).reshape(shape).astype(dtype)


def truncated_normal(
    shape: tuple[int, ...],
    *,
    mean: float = 0.0,
    std: float = 1.0,
    low: float = -2.0,
    high: float = 2.0,
    seed: Seed = None,
    dtype: Any = float,
) -> Any:
    """Normal, given that the value lies between `low` and `high` (values, not multiples of `std`). Needs SciPy.

    >>> bool(abs(truncated_normal((100,), high=0.5, seed=0)).max() <= 2)
    True
    """
    if not (std > 0 and low < high):
        raise ValueError(f"truncated_normal: std above 0 and low below high, not {std}, {low} and {high}")
    _floating(dtype)
    scipy = optional("scipy.special", "science", "init.truncated_normal")
    a, b = (low - mean) / std, (high - mean) / std
    sign = -1.0 if a > 0 else 1.0  # in the left tail the distribution function keeps its digits
    start, end = sorted([float(scipy.log_ndtr(sign * a)), float(scipy.log_ndtr(sign * b))])
    share = 1 - generator(seed).random(shape)  # what lies between the value and the end
    z = sign * scipy.ndtri_exp(end + np.log1p(share * np.expm1(start - end)))  # logarithms: a tail has none of 0
    return np.clip(mean + std * z, low, high).astype(dtype)


def constant(shape: tuple[int, ...], *, value: float, seed: Seed = None, dtype: Any = float) -> Any:
    """All `value`; the seed is not used."""
    _floating(dtype)
    return np.full(shape, value, dtype)


def zeros(shape: tuple[int, ...], *, seed: Seed = None, dtype: Any = float) -> Any:
    """All zeros; the seed is not used."""
    return np.zeros(shape, dtype)


def ones(shape: tuple[int, ...], *, seed: Seed = None, dtype: Any = float) -> Any:
    """All ones; the seed is not used."""
    return np.ones(shape, dtype)


kaiming_uniform, kaiming_normal = he_uniform, he_normal

_NAMED: dict[str, Initializer] = {
    f.__name__: f
    for f in (
        *(xavier_uniform, xavier_normal, he_uniform, he_normal, lecun_uniform, lecun_normal),
        *(orthogonal, truncated_normal, zeros, ones),
    )
} | {"kaiming_uniform": he_uniform, "kaiming_normal": he_normal}


def by_name(init: str | Initializer) -> Initializer:
    """The initialiser called `init`; a function is taken as it is."""
    if callable(init):
        return init
    if init not in _NAMED:
        raise ValueError(f"init: no initialiser is called {init!r}{nearest(str(init), _NAMED)}")
    return _NAMED[init]
