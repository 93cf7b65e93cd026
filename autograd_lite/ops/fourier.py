"""Fourier transforms: linear, and the matrix of each is symmetric or nearly so, which makes its transpose.

The discrete Fourier transform has a symmetric matrix: `fft` is its own transpose (without conjugation, as pulls are).
A real transform keeps half of a spectrum whose other half is its mirror image, so that of every number kept but the
first and, of an even length, the last there are two: the transposes of `rfft` and `irfft` are each other with
conjugation and these counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.arrays.libraries import as_array, dtype_name, is_complex, is_inexact, real_dtype
from autograd_lite.core.rules import linear
from autograd_lite.core.tensor import raw
from autograd_lite.ops.axes import batch_same, normal_axis
from autograd_lite.ops.create import asarray, astype
from autograd_lite.ops.cumulative import cut
from autograd_lite.ops.elementwise import conj
from autograd_lite.ops.index import scatter
from autograd_lite.ops.shape import roll

# ruff: noqa: E501  # an aligned table reads better than a wrapped one

REVERSED = {"backward": "forward", "forward": "backward", "ortho": "ortho"}
"""Which way of the transform is divided by the length: "backward" divides the inverse."""


def _counts(v: Any, n: int, axis: int) -> Any:
    """How often each number of a half spectrum, of a signal of `n` numbers, stands in the whole: 1, 2, 2, … (1)."""
    m = np.full(n // 2 + 1, 2.0, real_dtype(v))
    m[0] = 1
    if n % 2 == 0:
        m[-1] = 1
    return m.reshape([-1 if i == axis % v.ndim else 1 for i in range(v.ndim)])


def _half(g: Any, x: Any, axis: int, norm: str) -> Any:
    n = x.shape[axis]
    return _irfft(conj(g) / _counts(g, n, axis), n, axis, REVERSED[norm])


def _whole(g: Any, x: Any, n: int, axis: int, norm: str) -> Any:
    return conj(_rfft(g, axis, REVERSED[norm])) * _counts(g, n, axis)


def _as_complex(x: Any, xp: Any) -> Any:
    """What the standard asks these transforms to be given."""
    if xp is np or is_complex(x):
        return x
    return xp.astype(x, xp.complex64 if dtype_name(x) == "float32" else xp.complex128)


def _fftn_kernel(x: Any, axes: Any, norm: str, xp: Any = np) -> Any:
    return xp.fft.fftn(_as_complex(x, xp), axes=axes, norm=norm)


def _ifftn_kernel(x: Any, axes: Any, norm: str, xp: Any = np) -> Any:
    return xp.fft.ifftn(_as_complex(x, xp), axes=axes, norm=norm)


def _irfft_kernel(x: Any, n: int, axis: int, norm: str, xp: Any = np) -> Any:
    return xp.fft.irfft(_as_complex(x, xp), n=n, axis=axis, norm=norm)


# fmt: off
_fftn  = linear("fftn",  _fftn_kernel,  lambda g, x, axes, norm: _fftn(g, axes, norm),  signature="x, /, axes, norm", batch=batch_same)
_ifftn = linear("ifftn", _ifftn_kernel, lambda g, x, axes, norm: _ifftn(g, axes, norm), signature="x, /, axes, norm", batch=batch_same)
_rfft  = linear("rfft",  lambda x, axis, norm: np.fft.rfft(x, None, axis, norm),     _half,  signature="x, /, axis, norm", batch=batch_same)
_irfft = linear("irfft", _irfft_kernel, _whole, signature="x, /, n, axis, norm", batch=batch_same)
# fmt: on


# -- arguments --------------------------------------------------------------------------------------------------------


def _prepared(name: str, x: Any, norm: str | None) -> tuple[Any, str]:
    x, norm = as_array(x), norm or "backward"
    if norm not in REVERSED:
        raise ValueError(f"{name}: norm is backward, ortho or forward, not {norm!r}")
    return x if is_inexact(raw(x)) else astype(x, float), norm


def _axes(name: str, x: Any, s: Any, axes: Any) -> tuple[tuple[int, ...], tuple[int | None, ...]]:
    """The axes to transform and the length of each, None for that of `x`."""
    if axes is None:
        axes = range(x.ndim) if s is None else range(x.ndim - len(s), x.ndim)
    axes = tuple([normal_axis(name, x, a) for a in axes])
    lengths: tuple[int | None, ...] = (None,) * len(axes) if s is None else tuple([None if n == -1 else n for n in s])
    if len(lengths) != len(axes):
        raise ValueError(f"{name}: {len(lengths)} lengths for {len(axes)} axes")
    return axes, lengths


def _sized(name: str, x: Any, n: int | None, axis: int) -> Any:
    """`x` cut at the end of an axis, or with zeros added there, to length `n`."""
    length = x.shape[axis]
    n = length if n is None else int(n)
    if n < 1:
        raise ValueError(f"{name}: a transform has 1 number or more, not {n}")
    if n <= length:
        return x if n == length else cut(x, axis, None, n)
    shape = (*x.shape[:axis], n, *x.shape[axis + 1 :])
    return scatter(x, shape, (slice(None),) * axis + (slice(0, length),))


# -- the transforms ---------------------------------------------------------------------------------------------------


def _complex(name: str, core: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def transform(x: Any, /, *, n: int | None = None, axis: int = -1, norm: str | None = "backward") -> Any:
        x, norm = _prepared(name, x, norm)
        axis = normal_axis(name, x, axis)
        return core(_sized(name, x, n, axis), (axis,), norm)

    transform.__name__ = transform.__qualname__ = name
    transform.__doc__ = doc
    return transform


def _complexes(name: str, core: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def transform(x: Any, /, *, s: Any = None, axes: Any = None, norm: str | None = "backward") -> Any:
        x, norm = _prepared(name, x, norm)
        axes, lengths = _axes(name, x, s, axes)
        for axis, n in zip(axes, lengths, strict=True):
            x = _sized(name, x, n, axis)
        return core(x, axes, norm)

    transform.__name__ = transform.__qualname__ = name
    transform.__doc__ = doc
    return transform


fft = _complex("fft", _fftn, "The discrete Fourier transform along an axis, of `n` numbers (cut, or zeros added).")
ifft = _complex("ifft", _ifftn, "The inverse of `fft`.")
fftn = _complexes("fftn", _fftn, "The discrete Fourier transform along several axes, of lengths `s`; all by default.")
ifftn = _complexes("ifftn", _ifftn, "The inverse of `fftn`.")


def rfft(x: Any, /, *, n: int | None = None, axis: int = -1, norm: str | None = "backward") -> Any:
    """The first half of the discrete Fourier transform of real numbers: n // 2 + 1 numbers of n.

    >>> import autograd_lite as ag
    >>> ag.fft.rfft(ag.asarray([1.0, 0.0, 0.0])).shape
    (2,)
    """
    x, norm = _prepared("rfft", x, norm)
    axis = normal_axis("rfft", x, axis)
    return _rfft(_sized("rfft", x, n, axis), axis, norm)


def irfft(x: Any, /, *, n: int | None = None, axis: int = -1, norm: str | None = "backward") -> Any:
    """The inverse of `rfft`: `n` real numbers, by default an even number of them."""
    x, norm = _prepared("irfft", x, norm)
    axis = normal_axis("irfft", x, axis)
    n = 2 * (x.shape[axis] - 1) if n is None else int(n)
    return _irfft(_sized("irfft", x, n // 2 + 1, axis), n, axis, norm)


def rfftn(x: Any, /, *, s: Any = None, axes: Any = None, norm: str | None = "backward") -> Any:
    """`rfft` along the last of several axes, then `fftn` along the others."""
    x, norm = _prepared("rfftn", x, norm)
    (*others, last), (*lengths, n) = _axes("rfftn", x, s, axes)
    for axis, length in zip(others, lengths, strict=True):
        x = _sized("rfftn", x, length, axis)
    x = _rfft(_sized("rfftn", x, n, last), last, norm)
    return _fftn(x, tuple(others), norm) if others else x


def irfftn(x: Any, /, *, s: Any = None, axes: Any = None, norm: str | None = "backward") -> Any:
    """The inverse of `rfftn`."""
    x, norm = _prepared("irfftn", x, norm)
    (*others, last), (*lengths, n) = _axes("irfftn", x, s, axes)
    for axis, length in zip(others, lengths, strict=True):
        x = _sized("irfftn", x, length, axis)
    x = _ifftn(x, tuple(others), norm) if others else x
    return irfft(x, n=n, axis=last, norm=norm)


def hfft(x: Any, /, *, n: int | None = None, axis: int = -1, norm: str | None = "backward") -> Any:
    """The transform, real, of a signal given by its first half, whose other half is the conjugate's mirror image."""
    x, norm = _prepared("hfft", x, norm)
    return irfft(conj(x), n=n, axis=axis, norm=REVERSED[norm])


def ihfft(x: Any, /, *, n: int | None = None, axis: int = -1, norm: str | None = "backward") -> Any:
    """The inverse of `hfft`."""
    x, norm = _prepared("ihfft", x, norm)
    return conj(rfft(x, n=n, axis=axis, norm=REVERSED[norm]))


# -- frequencies ------------------------------------------------------------------------------------------------------


def fftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """The frequencies of the numbers that `fft` gives for `n` samples `d` apart."""
    return asarray(np.fft.fftfreq(n, d), dtype=dtype)


def rfftfreq(n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
    """The frequencies of the numbers that `rfft` gives for `n` samples `d` apart."""
    return asarray(np.fft.rfftfreq(n, d), dtype=dtype)


def fftshift(x: Any, /, *, axes: Any = None) -> Any:
    """The zero frequency moved to the middle of each axis."""
    return _shifted("fftshift", x, axes, lambda n: n // 2)


def ifftshift(x: Any, /, *, axes: Any = None) -> Any:
    """The inverse of `fftshift`."""
    return _shifted("ifftshift", x, axes, lambda n: -(n // 2))


def _shifted(name: str, x: Any, axes: Any, by: Callable[[int], int]) -> Any:
    x = as_array(x)
    axes = range(x.ndim) if axes is None else axes if np.iterable(axes) else (axes,)
    axes = tuple([normal_axis(name, x, a) for a in axes])
    return roll(x, tuple([by(x.shape[a]) for a in axes]), axis=axes)
