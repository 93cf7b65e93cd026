"""Containers taken apart and put together again: optree's pytrees, but a dict keeps the order of its keys.

optree sorts them, so that two callers could disagree about which number of a vector belongs to which key. Here the
order is the user's, everywhere; where a second container has to match a first, its keys decide, in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import numpy as np
import optree

__all__ = ["accessors", "flatten", "leaves", "like", "mapped", "unflatten", "written"]

NAMESPACE = "autograd_lite"

_ordered = optree.dict_insertion_ordered(True, namespace=NAMESPACE)
_ordered.__enter__()  # for good: it is of this namespace alone

_ARRAY = optree.tree_flatten(cast("Any", 0.0), namespace=NAMESPACE)[1]


def flatten(tree: Any) -> tuple[list[Any], Any]:
    """The leaves of a container, and its structure."""
    if tree.__class__ is np.ndarray or tree.__class__ is float:  # what is differentiated most
        return [tree], _ARRAY
    return optree.tree_flatten(tree, namespace=NAMESPACE)


def unflatten(spec: Any, leaves: list[Any]) -> Any:
    """A container of the structure `spec`."""
    return leaves[0] if spec is _ARRAY else optree.tree_unflatten(spec, leaves)


leaves: Callable[[Any], list[Any]] = partial(optree.tree_leaves, namespace=NAMESPACE)
mapped: Callable[[Callable[[Any], Any], Any], Any] = partial(optree.tree_map, namespace=NAMESPACE)
accessors: Callable[[Any], list[Any]] = optree.treespec_accessors


def written(spec: Any) -> str:
    """A structure as its container, with a star for each leaf: ``({'a': *}, *)``."""
    return str(spec).removeprefix("PyTreeSpec(").removesuffix(f", namespace={NAMESPACE!r})")


def like(spec: Any, tree: Any) -> list[Any] | None:
    """The leaves of `tree` in the order of the structure `spec`; None if it has another."""
    found, structure = flatten(tree)
    if structure == spec:
        return found
    try:
        parts: list[Any] = spec.flatten_up_to(tree)  # by the keys of dicts
    except ValueError:
        return None
    return parts if len(parts) == len(found) and optree.all_leaves(parts, namespace=NAMESPACE) else None
