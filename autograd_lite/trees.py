"""Containers taken apart and put together again: optree's pytrees, but a dict keeps the order of its keys.

optree sorts them, so that two callers could disagree about which number of a vector belongs to which key. Here the
order is the user's, everywhere; where a second container has to match a first, its keys decide, in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import optree

__all__ = ["accessors", "flatten", "leaves", "like", "mapped", "unflatten"]

NAMESPACE = "autograd_lite"

_ordered = optree.dict_insertion_ordered(True, namespace=NAMESPACE)
_ordered.__enter__()  # for good: it is of this namespace alone

flatten: Callable[[Any], tuple[list[Any], Any]] = partial(optree.tree_flatten, namespace=NAMESPACE)
"""The leaves of a container, and its structure."""

leaves: Callable[[Any], list[Any]] = partial(optree.tree_leaves, namespace=NAMESPACE)
mapped: Callable[[Callable[[Any], Any], Any], Any] = partial(optree.tree_map, namespace=NAMESPACE)
unflatten: Callable[[Any, list[Any]], Any] = optree.tree_unflatten
accessors: Callable[[Any], list[Any]] = optree.treespec_accessors


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
