"""Layers that bring their inputs to mean 0 and variance 1."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.module import Buffer, Module, Parameter
from nn.support import raw

__all__ = ["BatchNorm", "GroupNorm", "LayerNorm", "RMSNorm"]


def _shape(normalized_shape: int | tuple[int, ...], asker: str) -> tuple[int, ...]:
    shape = (normalized_shape,) if isinstance(normalized_shape, (int, np.integer)) else tuple(normalized_shape)
    if not shape or prod(shape) < 1:
        raise ValueError(f"{asker}: normalized_shape are the lengths of the last axes, not {normalized_shape!r}")
    return tuple([int(length) for length in shape])


class LayerNorm(Module):
    """``(x - mean) / sqrt(var + eps) * weight + bias``, mean and variance those of each row's last axes.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        The lengths of the last axes.
    eps : float
    elementwise_affine : bool
        Whether there are weight and bias, of shape `normalized_shape`.
    bias : bool
    dtype : dtype

    Source: Ba, Kiros and Hinton, Layer normalization, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> LayerNorm(2)(np.array([[1.0, 3.0]])).value.round(4)
    array([[-1.,  1.]])
    """

    eps: Any

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: Any = float,
    ) -> None:
        self.normalized_shape, self.eps = _shape(normalized_shape, type(self).__name__), eps
        self.elementwise_affine = elementwise_affine
        shape = self.normalized_shape
        self.weight = Parameter(np.ones(shape, dtype), name="weight") if elementwise_affine else None
        self.bias = Parameter(np.zeros(shape, dtype), name="bias") if elementwise_affine and bias else None

    def axes(self, x: Any) -> tuple[int, ...]:
        """The axes that are normalised."""
        n, shape = len(self.normalized_shape), np.shape(x)
        if shape[len(shape) - n :] != self.normalized_shape:
            raise ValueError(
                f"{type(self).__name__}: an input of shape {shape} does not end in "
                f"normalized_shape={self.normalized_shape}"
            )
        return tuple(range(-n, 0))

    def forward(self, x: Any) -> Any:
        axes = self.axes(x)
        centred = x - ag.mean(x, axis=axes, keepdims=True)
        y = centred / ag.sqrt(ag.mean(ag.square(centred), axis=axes, keepdims=True) + self.eps)
        y = y if self.weight is None else y * self.weight
        return y if self.bias is None else y + self.bias

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class RMSNorm(LayerNorm):
    """``x / sqrt(mean(x**2) + eps) * weight``: `LayerNorm` without the mean and the bias.

    `eps` is by default the machine epsilon of the input's dtype. Source: Zhang and Sennrich, 2019.

    >>> RMSNorm(2, eps=0.0)(ag.asarray([[3.0, 3.0]])).value
    array([[1., 1.]])
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: Any = float,
    ) -> None:
        super().__init__(normalized_shape, 0.0, elementwise_affine, False, dtype=dtype)
        self.eps = eps

    def forward(self, x: Any) -> Any:
        axes = self.axes(x)
        eps = float(np.finfo(x.dtype).eps) if self.eps is None else self.eps
        y = x / ag.sqrt(ag.mean(ag.square(x), axis=axes, keepdims=True) + eps)
        return y if self.weight is None else y * self.weight


class GroupNorm(Module):
    """``(x - mean) / sqrt(var + eps) * weight + bias``, mean and variance those of each row's groups of channels.

    One group normalises as `LayerNorm` over all axes but the first, as many groups as channels each channel by itself.

    Parameters
    ----------
    num_groups, num_channels : int
        The channels are axis 1; the groups are num_channels / num_groups neighbours.
    eps : float
    affine : bool
        Whether there are weight and bias, of shape (num_channels,).
    dtype : dtype

    Raises
    ------
    ValueError
        `num_groups` does not divide `num_channels`; when called with another length of axis 1.

    Source: Wu and He, Group normalization, 2018.

    Examples
    --------
    >>> import numpy as np
    >>> GroupNorm(2, 4)(np.array([[1.0, 3.0, 10.0, 30.0]])).value.round(4)
    array([[-1.,  1., -1.,  1.]])
    """

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True, *, dtype: Any = float
    ) -> None:
        if num_groups < 1 or num_channels < 1 or num_channels % num_groups:
            raise ValueError(f"GroupNorm: {num_groups!r} groups do not share {num_channels!r} channels evenly")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.weight = Parameter(np.ones(num_channels, dtype), name="weight") if affine else None
        self.bias = Parameter(np.zeros(num_channels, dtype), name="bias") if affine else None

    def forward(self, x: Any) -> Any:
        shape = np.shape(x)
        if len(shape) < 2 or shape[1] != self.num_channels:
            raise ValueError(f"GroupNorm: an input of shape {shape} has not num_channels={self.num_channels} on axis 1")
        groups = ag.reshape(x, (shape[0], self.num_groups, prod(shape[1:]) // self.num_groups))
        centred = groups - ag.mean(groups, axis=-1, keepdims=True)
        y = centred / ag.sqrt(ag.mean(ag.square(centred), axis=-1, keepdims=True) + self.eps)
        y = ag.reshape(y, shape)
        if self.weight is None or self.bias is None:
            return y
        along = (-1, *(1,) * (len(shape) - 2))
        return y * ag.reshape(self.weight, along) + ag.reshape(self.bias, along)

    def extra_repr(self) -> str:
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"


class BatchNorm(Module):
    """``(x - mean) / sqrt(var + eps) * weight + bias``, mean and variance over the rows: torch's BatchNorm1d, 2d, 3d.

    In training they are the batch's, and a running average of them is kept; after `eval()` that is used.

    Parameters
    ----------
    num_features : int
        The length of axis 1.
    eps : float
    momentum : float or None
        The share of the new batch in the running average; None averages all batches alike.
    affine : bool
        Whether there are weight and bias, of shape (num_features,).
    track_running_stats : bool
        Without them the batch's are used after `eval()` too.
    dtype : dtype

    Attributes
    ----------
    running_mean, running_var : Buffer, shape (num_features,)
        The variance with n - 1, as in torch.
    num_batches_tracked : Buffer

    Raises
    ------
    ValueError
        When called with a length of axis 1 that is not `num_features`, or with a single row in training.

    Source: Ioffe and Szegedy, Batch normalization, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> layer = BatchNorm(1)
    >>> layer(np.array([[1.0], [3.0]])).value.ravel().round(4), layer.running_mean.value
    (array([-1.,  1.]), array([0.2]))
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: Any = float,
    ) -> None:
        if num_features < 1:
            raise ValueError(f"BatchNorm: num_features: a whole number of at least 1, not {num_features!r}")
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = Parameter(np.ones(num_features, dtype), name="weight") if affine else None
        self.bias = Parameter(np.zeros(num_features, dtype), name="bias") if affine else None
        if track_running_stats:
            self.running_mean = Buffer(np.zeros(num_features, dtype), name="running_mean")
            self.running_var = Buffer(np.ones(num_features, dtype), name="running_var")
            self.num_batches_tracked = Buffer(np.zeros((), dtype), name="num_batches_tracked")

    def forward(self, x: Any) -> Any:
        shape = np.shape(x)
        if len(shape) < 2 or shape[1] != self.num_features:
            raise ValueError(f"BatchNorm: an input of shape {shape} has not num_features={self.num_features} on axis 1")
        axes = (0, *range(2, len(shape)))
        along = (1, -1, *(1,) * (len(shape) - 2))
        if self.training or not self.track_running_stats:
            n = prod(shape) // self.num_features
            if n < 2:
                raise ValueError(
                    f"BatchNorm: an input of shape {shape} has no variance; call eval() to use the running one"
                )
            mean = ag.mean(x, axis=axes, keepdims=True)
            centred = x - mean
            var = ag.mean(ag.square(centred), axis=axes, keepdims=True)
            if self.training and self.track_running_stats:
                self._keep(mean, var, n)
        else:
            centred = x - ag.reshape(self.running_mean, along)
            var = ag.reshape(self.running_var, along)
        y = centred / ag.sqrt(var + self.eps)
        if self.weight is None or self.bias is None:
            return y
        return y * ag.reshape(self.weight, along) + ag.reshape(self.bias, along)

    def _keep(self, mean: Any, var: Any, n: int) -> None:
        """Let the running statistics take in those of a batch of n numbers per feature; not where `functional_call` put
        others in their place, to be differentiated.
        """
        if not all([isinstance(b, Buffer) for b in (self.running_mean, self.running_var, self.num_batches_tracked)]):
            return
        self.num_batches_tracked.value = self.num_batches_tracked.value + 1
        share = 1 / float(self.num_batches_tracked.value) if self.momentum is None else self.momentum
        for running, new in ((self.running_mean, mean), (self.running_var, var * (n / (n - 1)))):
            batch = np.ravel(raw(new))
            running.value = ((1 - share) * running.value + share * batch).astype(running.dtype)

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )
