"""Loss functions: how far outputs are from targets, as one number to make small. Each is a function and a module."""

from nn.losses.modules import *  # noqa: F403  # what its `__all__` names, so that it is named once
from nn.losses.modules import __all__ as __all__
