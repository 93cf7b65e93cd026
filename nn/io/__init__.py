"""Saving and loading: safetensors files, never pickle.

The header of a saved `MLP` or `Sequential` of the layers known here describes its architecture as JSON, so that
`load` rebuilds it from names and numbers. Nothing in a file is ever run.

Names and layouts are those of torch.nn: a `Linear` keeps its weight as (out_features, in_features), and both packages
call it ``0.weight`` as the first of a Sequential. So state travels either way without being converted::

    ours.load_state_dict(theirs.state_dict())                                       # detached tensors, on the CPU
    theirs.load_state_dict({name: torch.from_numpy(a) for name, a in ours.state_dict().items()})
    nn.load("theirs.safetensors", ours)                                             # safetensors.torch.save_model

An exporter to ONNX would start from the same description: each class known here is one or a few of its nodes (Linear is
Gemm with ``transB=1``), and each array, in C order under its name, one of its initialisers.

A `BatchNorm` counts its batches in a float, PyTorch in an integer; the numbers are the same.
"""

from nn.io.models import *  # noqa: F403  # what its `__all__` names, so that it is named once
from nn.io.models import __all__ as __all__
