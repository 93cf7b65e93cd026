"""A log-density over containers, as a sampler sees it: of flat vectors, one a chain, with its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import asking
from autograd_lite.arrays import trees
from autograd_lite.core.tensor import raw
from autograd_lite.derivatives.transforms import value_and_grad
from autograd_lite.errors import NonFiniteError, NonScalarError
from autograd_lite.ops import reduce
from autograd_lite.programs.replay import replay
from autograd_lite.science.vector import Entries

__all__ = ["Target"]

Array = np.ndarray[Any, Any]


class Target:
    """The log-density `function` at points like `point`, and its gradient.

    Positions are arrays of shape (chains, n), where n counts the numbers in `point`. With `batched`, one call of
    `function` does for all chains; otherwise it is called once a chain. With `replayed`, its tape is recorded once, if
    it can be.
    """

    def __init__(
        self, function: Callable[[Any], Any], point: Any, batched: bool, asker: str, replayed: bool = True
    ) -> None:
        self.entries = Entries(point, asker)
        self.size = len(self.entries.vector)
        if not self.size:
            raise ValueError(f"{asker}: a position needs one number at least")
        self.function, self.batched, self.asker = asking.function(function, asker), batched, asker
        ends = np.cumsum(self.entries.sizes).tolist()
        self.parts = [slice(a, b) for a, b in zip([0, *ends], ends, strict=False)]
        self.plain = self.entries.spec.is_leaf() and self.entries.dtypes == [float] and len(self.entries.shapes[0]) == 1
        derived = value_and_grad(self._totalled if batched else function, has_aux=batched)
        self._derived = replay(derived, strict=False) if replayed else derived

    def flat(self, tree: Any) -> Array:
        """The numbers of one point as a vector."""
        vector: Array = self.entries.flatten(tree)
        return vector

    def tree(self, flat: Array) -> Any:
        """Vectors along the last axis as the containers they came in."""
        if self.plain:
            return flat
        before = flat.shape[:-1]
        shapes, dtypes = self.entries.shapes, self.entries.dtypes
        leaves = [
            flat[..., part].reshape(before + shape).astype(dtype, copy=False)
            for part, shape, dtype in zip(self.parts, shapes, dtypes, strict=True)
        ]
        return trees.unflatten(self.entries.spec, leaves)

    def _totalled(self, point: Any) -> Any:
        """The sum of all chains' log-densities: its gradient is that of each, for none depends on another's point."""
        each = self.function(point)
        return reduce.sum(each), raw(each)

    def __call__(self, x: Array) -> tuple[Array, Array]:
        """The log-density, shape (chains,), and its gradient, shape (chains, n)."""
        if self.batched:
            (_, value), tree = self._derived(self.tree(x))
            leaves = [raw(g).reshape(len(x), -1) for g in trees.leaves(tree)]
            return value, leaves[0] if len(leaves) == 1 else np.concatenate(leaves, axis=1)
        if self.plain and len(x) == 1:
            value, gradient = self._derived(x[0])
            return np.array([raw(value)]), raw(gradient)[None]
        values, gradients = np.empty(len(x)), np.empty(x.shape)
        for i, point in enumerate(x):
            value, tree = self._derived(self.tree(point))
            values[i] = raw(value)
            if self.plain:
                gradients[i] = raw(tree)
                continue
            for part, g in zip(self.parts, trees.leaves(tree), strict=True):
                gradients[i, part] = np.ravel(raw(g))
        return values, gradients

    def check(self, x: Array) -> None:
        """Raise unless the log-density is defined, of the right shape and finite with its gradient, at all of `x`."""
        expected = (len(x),) if self.batched else ()
        found = np.shape(raw(self.function(self.tree(x if self.batched else x[0]))))
        if found != expected:
            remedy = (
                "each array it is given has an axis of chains in front; keep that one and sum over the others"
                if self.batched
                else "sum the terms, or pass batched=True if it takes all chains at once"
            )
            raise NonScalarError(f"{self.asker}: log_density must return shape {expected}, not {found}; {remedy}")
        value, gradient = self(x)
        for what, numbers in (("log_density is", value), ("the gradient of log_density is", gradient)):
            if not np.isfinite(numbers).all():
                chain = int(np.argmin(np.isfinite(numbers).reshape(len(x), -1).all(axis=1)))
                raise NonFiniteError(
                    f"{self.asker}: {what} {numbers[chain]} at {self.tree(x[chain])}; start where it is finite; "
                    f"ag.debug() names the operation"
                )
