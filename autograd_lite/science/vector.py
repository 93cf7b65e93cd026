"""The entries of a container: all its numbers and arrays as one vector, back again, and a name for each entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays import trees
from autograd_lite.arrays.libraries import as_value, is_array
from autograd_lite.core.tensor import Tensor, raw
from autograd_lite.errors import NotDifferentiableError, SeedError
from autograd_lite.ops.create import astype
from autograd_lite.ops.shape import concat, ravel, reshape

__all__ = ["Entries", "joined"]


class Entries:
    """Where each number of a container lies in one vector of float64.

    Parameters
    ----------
    tree : number, array, Tensor, or container (optree's pytree) of them
        Integers are taken as float64, as SciPy does, and arrays of other libraries as NumPy's.
    asker : str
        Who wants it, for messages.

    Attributes
    ----------
    vector : ndarray of float64, shape (n,)
        The values in `tree`.

    Raises
    ------
    NotDifferentiableError
        A leaf that is no real number or array of them.

    Examples
    --------
    >>> entries = Entries({"a": 1.0, "w": np.array([2.0, 3.0])}, "demo")
    >>> entries.vector, entries.names()
    (array([1., 2., 3.]), ['a', 'w[0]', 'w[1]'])
    >>> entries.unflatten(np.array([4.0, 5.0, 6.0]))
    {'a': np.float64(4.0), 'w': array([5., 6.])}
    """

    def __init__(self, tree: Any, asker: str) -> None:
        self.asker = asker
        leaves, self.spec = trees.flatten(tree)
        values = [self._real(x) for x in leaves]
        self.shapes = [np.shape(v) for v in values]
        self.sizes = [int(np.prod(s)) for s in self.shapes]
        self.dtypes = [v.dtype for v in values]
        self.accessors = trees.accessors(self.spec)
        self.vector = self._joined(values)

    def _real(self, x: Any) -> Any:
        if not is_array(raw(x)):
            raise NotDifferentiableError(f"{self.asker}: numbers and arrays are wanted, not {x!r} ({type(x).__name__})")
        value = np.asarray(raw(x))
        if value.dtype.kind not in "iuf":
            raise NotDifferentiableError(f"{self.asker}: real numbers are wanted, not dtype {value.dtype}")
        return value if value.dtype.kind == "f" else value.astype(float)

    def _joined(self, values: list[Any]) -> Any:
        return np.concatenate([np.zeros(0), *[np.ravel(v) for v in values]], dtype=float)

    def names(self, root: str = "x") -> list[str]:
        """A name for each entry of the vector: ``root[0]``, ``root[1, 2]``; in a dict, by its key: ``key[0]``."""
        return [
            self._name(leaf, root) + (f"[{', '.join(map(str, index))}]" if shape else "")
            for leaf, shape in enumerate(self.shapes)
            for index in np.ndindex(*shape)
        ]

    def _name(self, leaf: int, root: str) -> str:
        accessor = self.accessors[leaf]
        key = accessor.path[0] if accessor.path else None
        return str(accessor[1:].codify(key) if isinstance(key, str) else accessor.codify(root))

    def leaves(self, tree: Any) -> list[Any]:
        """The leaves of a container of this structure, in its order; the keys of dicts may be in another.

        Raises SeedError if the structure is another.
        """
        found = trees.like(self.spec, tree)
        if found is None:
            given, wanted = trees.written(trees.flatten(tree)[1]), trees.written(self.spec)
            raise SeedError(f"{self.asker}: a container of structure {given} does not fit {wanted}")
        return found

    def flatten(self, tree: Any) -> Any:
        """The values of a container of this structure as one vector of float64. Its arrays may be broadcast.

        Raises SeedError if structure or shapes do not fit.
        """
        leaves = self.leaves(tree)
        values = []
        for leaf, (x, shape) in enumerate(zip(leaves, self.shapes, strict=True)):
            value = np.asarray(raw(x), dtype=float)
            if value.shape != shape:
                if value.ndim:
                    where = self._name(leaf, "x")
                    raise SeedError(f"{self.asker}: shape {value.shape} does not fit {where} of shape {shape}")
                value = np.broadcast_to(value, shape)
            values.append(value)
        return self._joined(values)

    def unflatten(self, vector: Any) -> Any:
        """A vector of n entries as the container, in its shapes and dtypes. That of a Tensor is recorded."""
        if np.shape(raw(vector)) != self.vector.shape:
            raise SeedError(f"{self.asker}: a vector of shape {np.shape(raw(vector))} is not of {self.vector.shape}")
        leaves, start = [], 0
        for shape, size, dtype in zip(self.shapes, self.sizes, self.dtypes, strict=True):
            part = reshape(vector[start : start + size], shape) if shape else vector[start]
            leaves.append(part if part.dtype == dtype else astype(part, dtype))
            start += size
        return trees.unflatten(self.spec, leaves)


def joined(tree: Any) -> Any:
    """All entries of the numbers and arrays in a container as one vector; recorded if one of them is tracked."""
    parts = [ravel(x if isinstance(x, Tensor) else as_value(x)) for x in trees.leaves(tree)]
    return parts[0] if len(parts) == 1 else concat(parts)
