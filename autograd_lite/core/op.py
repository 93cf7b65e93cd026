"""An operation as data, and the registry.

An `Op` holds a name, a kernel and, filled in by its kind (see `rules`), how adjoints and tangents pass through it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.arrays.kernels import kernel_for, kernel_for_lists
from autograd_lite.arrays.libraries import (
    NUMPY,
    namespace,
)
from autograd_lite.core.recording import Call, caller_of, names_of

__all__ = ["OPS", "Op", "primitives"]


OPS: dict[str, Op] = {}
"""The registry: every operation by its name."""


class Op:
    """One elementary operation: plain data, filled in by its kind.

    `pull` is ``(g, row, first) -> contributions``, one per argument, None for those older than `first`; it may write
    into a large `g` that only its caller holds. `push` is ``(row, tangents, gated) -> tangent``. `gated` is `pull` for
    adjoints with holes: see `gate`. `holes` says that the operation selects, so that an adjoint or tangent that went
    through it may have exact zeros where nothing arrived. `into` is ``(adjoint, g, *options)``: it adds the pull of `g`
    to an adjoint in place. `rules` keeps what the user wrote, for the printer; `infix` is how the printer writes it
    (``"{} * {}"``). `view` says that the result may share its argument's memory, as NumPy's views do; `write` then puts
    a written part back into the argument, and is None for a read-only view. `batch` says how its options change when
    its arguments have one axis more, for sweeps of many seeds (see `many_seeds`). `power` is for lengths, which have a
    corner at 0 though their powers have none: ``(row, n) -> (name, arguments, options)`` (see `corners`). `casts` says
    that its result may have another dtype than its arguments together, as with an option `dtype` (see `_cast`).
    """

    __slots__ = (
        "arrays",
        "batch",
        "call",
        "casts",
        "doc",
        "gated",
        "holes",
        "infix",
        "into",
        "kernel",
        "kernels",
        "kind",
        "method",
        "name",
        "options",
        "power",
        "pull",
        "push",
        "reflected",
        "rules",
        "view",
        "write",
    )

    def __init__(self, name: str, kernel: Call, kind: str, rules: Any, signature: str, **extra: Any) -> None:
        if name in OPS:
            raise ValueError(f"an operation named {name!r} is registered already")
        self.name, self.kernel, self.kind, self.rules = name, kernel, kind, rules
        self.arrays, self.options = names_of(signature)
        self.holes: bool = extra.pop("holes", False)
        self.infix: str | None = extra.pop("infix", None)
        self.into: Call | None = extra.pop("into", None)
        self.write: Call | None = extra.pop("write", None)
        self.batch: Any = extra.pop("batch", None)
        self.power: Call | None = extra.pop("power", None)
        self.casts: bool = extra.pop("casts", "dtype" in self.options)
        self.view: bool = extra.pop("view", self.write is not None)
        self.doc: str = extra.pop("doc", "")
        if extra:
            raise TypeError(f"{name}: unknown options {sorted(extra)}")
        self.pull: Any = None
        self.gated: Any = None
        self.push: Any = None
        self.kernels = Kernels(self)
        self.call: Call
        self.method: Call
        self.reflected: Call
        self.call = caller_of(self, signature)
        OPS[name] = self

    @property
    def variadic(self) -> bool:
        """Whether it takes any number of arrays."""
        return self.arrays[0].startswith("*")

    def __repr__(self) -> str:
        return f"<{self.kind} operation {self.name}>"

    def __reduce__(self) -> Any:
        return _by_name, (self.name,)


def _by_name(name: str) -> Op:
    return OPS[name]


class Kernels(dict[type, Call]):
    """How to compute an operation on values of a class: found once per class (see `kernels`)."""

    def __init__(self, op: Op) -> None:
        super().__init__(dict.fromkeys(NUMPY, op.kernel))
        self.op = op

    def __missing__(self, cls: type) -> Call:
        op = self.op
        self[cls] = found = kernel_for_lists(op) if namespace(cls) is np else kernel_for(op, cls)
        return found


class Primitives:
    """The operations that the engine itself uses: all that it knows of the tables above it.

    They are bound when the package has been imported, each as the function that the tables define under that name.
    """

    astype: Call
    broadcast_to: Call
    conj: Call
    copy: Call
    gated_product: Call
    isfinite: Call
    isnan: Call
    ones_like: Call
    picked_product: Call
    real: Call
    sum_to: Call
    where: Call
    zeros_like: Call

    def bind(self) -> None:
        """Look all of them up; a RuntimeError names those that no table has."""
        if missing := sorted(self.__annotations__.keys() - OPS.keys()):
            raise RuntimeError(f"the engine needs operations that no table defines: {', '.join(missing)}")
        vars(self).update({name: OPS[name].call for name in self.__annotations__})


primitives = Primitives()
