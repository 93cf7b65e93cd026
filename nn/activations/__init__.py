"""Activation functions, each as a function and as a module, from one table.

A row is ``function, Module = row(names, function, equation, derivative, range, order of continuity, monotonic,
derivative monotonic, identity near the origin, note)``; `table` prints it, and the tests try every claim in it.
"""

from nn.activations.functions import *  # noqa: F403  # what its `__all__` names, so that it is named once
from nn.activations.functions import __all__ as __all__
