"""Data: in pieces (mini-batches, parts held out), drawn in the plane to look at, and read from files (`tables`)."""

from nn.data import batching as _batching, toys as _toys
from nn.data.batching import *  # noqa: F403  # what its `__all__` names, so that it is named once
from nn.data.toys import *  # noqa: F403  # what its `__all__` names, so that it is named once

__all__ = _batching.__all__ + _toys.__all__
