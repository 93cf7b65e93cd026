"""How a Tensor prints, is counted and becomes a number, a list or an array: what Python asks of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd_lite.arrays.libraries import on_host
from autograd_lite.errors import TrackedError, instead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd_lite.core.row import Row
    from autograd_lite.core.tensor import Tensor

__all__ = ["Conversions"]


FILLED = "ag.stack for a list of Tensors, out = ag.zeros(n) for out[i] = x"


class Conversions:
    """What Tensor inherits; `_row` is the Tensor's."""

    __slots__ = ()

    if TYPE_CHECKING:  # what `Tensor` has, and what is bound when the package is imported
        _row: Row
        shape: tuple[int, ...]
        dtype: Any
        ndim: int
        name: str | None

        def __getattr__(self, name: str) -> Any: ...
        def __getitem__(self, index: Any) -> Tensor: ...
        def __setitem__(self, index: Any, value: Any) -> None: ...
        def __neg__(self) -> Tensor: ...
        def __pos__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __eq__(self, other: object) -> Any: ...  # a Tensor; but Python's own says bool, and so NumPy says Any
        def __ne__(self, other: object) -> Any: ...
        def backward(self, seed: Any = None, create_graph: bool = False) -> None: ...

    def numpy(self) -> Any:
        """The value as a NumPy array of its own; of a tracked Tensor a TrackedError: write ``t.detach().numpy()``."""
        return np.array(on_host(self._plain(".numpy()", "the functions of autograd_lite")))

    def item(self, *place: int) -> Any:
        """The one entry, or that at a place, as a Python number, a constant. Raises ValueError if there are several."""
        value = self._row.value
        return (value if hasattr(value, "item") and not place else on_host(value)).item(*place)

    def tolist(self) -> Any:
        """The value as nested Python lists; of a tracked Tensor a TrackedError: write ``t.detach().tolist()``."""
        return on_host(self._plain(".tolist()", "list(t), of Tensors")).tolist()

    def __repr__(self) -> str:
        row = self._row
        text = repr(row.value) if not isinstance(row.value, np.generic) else str(row.value)
        if isinstance(row.value, np.ndarray):
            text = np.array2string(row.value, separator=", ", prefix="Tensor(")
            if row.value.dtype not in (np.dtype(float), np.dtype(int), np.dtype(bool)) or not row.value.size:
                text += f", dtype={row.value.dtype}"
        elif isinstance(row.value, np.generic) and row.value.dtype.char not in "d?l":
            text += f", dtype={row.value.dtype}"
        text += f", name={self.name!r}" if self.name else ""
        text += f", op={row.op.name!r}" if row.op else ", requires_grad=True" if row.seq else ""
        return f"Tensor({text})"

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a 0-d Tensor")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d Tensor")
        return (self[i] for i in range(self.shape[0]))

    def __bool__(self) -> bool:
        return bool(self._row.value)

    def __format__(self, spec: str) -> str:
        return format(self._row.value, spec) if spec else repr(self)

    __hash__ = object.__hash__

    def _plain(self, asker: str, remedy: str) -> Any:
        """The value, for a caller that would lose the tape: refused while there is one to lose."""
        if self._row.seq:
            remedy = instead() or remedy
            raise TrackedError(f"{asker} of a tracked Tensor would lose its tape: use {remedy}, .detach() or .value")
        return self._row.value

    def __float__(self) -> float:
        return float(
            self._plain(
                "float()",
                f"this package's functions instead of math's, {FILLED}, .item()",
            )
        )

    def __int__(self) -> int:
        return int(self._plain("int()", ".item()"))

    def __complex__(self) -> complex:
        return complex(self._plain("complex()", ".item()"))

    def __index__(self) -> int:
        value = self._row.value
        if value.shape or np.asarray(value).dtype.kind not in "iu":
            raise TypeError(f"an index needs a 0-d integer Tensor, not shape {self.shape} and dtype {self.dtype}")
        return int(value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        value = self._plain("np.asarray()", f"np.sin(t) and the like, {FILLED}")
        return np.array(value, dtype=dtype, copy=copy)
