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

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.activations.functions import MODULES, Activation
from nn.io.files import FileError, read, write
from nn.layers.around import Residual, SkipConcat
from nn.layers.dropout import AlphaDropout, Dropout
from nn.layers.features import Bilinear, Embedding, FourierFeatures
from nn.layers.linear import Linear
from nn.layers.normalisation import BatchNorm, GroupNorm, LayerNorm, RMSNorm
from nn.layers.sequential import Sequential
from nn.layers.shapes import Flatten, Unflatten
from nn.models.mlp import MLP
from nn.module import Module, StateError

__all__ = ["FileError", "load", "metadata", "read", "save", "write"]

FORMAT = "autograd-lite/1"
DTYPES = ("float64", "float32")
SWITCHES = ("affine", "bias", "elementwise_affine", "track_running_stats")


# -- architectures: names, numbers and modules inside; nothing else is read from a file -------------------------------

_CLASSES = (
    AlphaDropout, BatchNorm, Bilinear, Dropout, Embedding, Flatten, FourierFeatures, GroupNorm, LayerNorm, Linear, MLP,
    RMSNorm, Residual, Sequential, SkipConcat, Unflatten, *MODULES.values(),
)  # fmt: skip
_BY_NAME: dict[str, type[Module]] = {cls.__name__: cls for cls in _CLASSES}

_ARRAYS: dict[str, tuple[str, ...]] = {
    "BatchNorm": ("num_features",),
    "Bilinear": ("out_features", "in1_features", "in2_features"),
    "Embedding": ("num_embeddings", "embedding_dim"),
    "FourierFeatures": ("num_frequencies", "in_features"),
    "GroupNorm": ("num_channels",),
    "LayerNorm": ("normalized_shape",),
    "Linear": ("out_features", "in_features"),
    "PReLU": ("num_parameters",),
    "RMSNorm": ("normalized_shape",),
}
"""The options that are the shape of a layer's largest array: the file must hold one of that shape before it is made."""


class _Unknown(Exception):
    """The architecture cannot be described: only the weights are saved."""


def _options(cls: type[Module]) -> list[str]:
    """The arguments a module is made with, but for those that only say how its values start."""
    if issubclass(cls, Activation) and cls.__init__ is Activation.__init__:
        return list(cls.options)
    return [name for name in inspect.signature(cls).parameters if name not in ("init", "seed")]


def _described(module: Module, known: list[Module]) -> dict[str, Any]:
    """A module as JSON. One that came before is only pointed at, so that what was shared stays shared."""
    if type(module) not in _CLASSES:
        raise _Unknown
    if any(module is other for other in known):
        return {"same": next(i for i, other in enumerate(known) if other is module)}
    known.append(module)
    if isinstance(module, Sequential):
        inside = {name: _described(m, known) for name, m in vars(module).items() if isinstance(m, Module)}
        return {"class": type(module).__name__, "modules": inside}
    return {"class": type(module).__name__, **{name: _option(module, name, known) for name in _options(type(module))}}


def _option(module: Module, name: str, known: list[Module]) -> Any:
    if name == "dtype":
        return next((str(p.dtype) for p in vars(module).values() if isinstance(p, ag.Tensor)), "float64")
    value = getattr(module, name, None)
    if name == "bias":
        return value is not None
    if isinstance(value, Module):
        return _described(value, known)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (tuple, list)) and all(isinstance(v, (int, np.integer)) for v in value):
        return [int(v) for v in value]
    if value is not None and type(value) not in (bool, int, float, str):
        raise _Unknown  # as an option that is trained
    return value


def _built(spec: Any, shapes: Collection[tuple[int, ...]], known: list[Module]) -> Module:
    """The module that `spec` describes, its arrays no larger than those in the file."""
    options = dict(spec)
    if "same" in options:
        return known[options["same"]]
    cls = _BY_NAME[options.pop("class")]
    place = len(known)
    known.append(Module())  # its own number, as in `_described`
    model: Module
    if issubclass(cls, Sequential):
        model = inside = cls.__new__(cls)
        Sequential.__init__(inside, {name: _built(m, shapes, known) for name, m in options["modules"].items()})
    else:
        if set(options) != set(_options(cls)):
            raise ValueError(f"{cls.__name__}: the options are {', '.join(_options(cls))}, not {', '.join(options)}")
        model = _made(
            cls, {k: _built(v, shapes, known) if isinstance(v, dict) else v for k, v in options.items()}, shapes
        )
    known[place] = model
    return model


def _made(cls: type[Module], options: dict[str, Any], shapes: Collection[tuple[int, ...]]) -> Module:
    for name, value in options.items():
        if name == "dtype" and value not in DTYPES:
            raise ValueError(f"{cls.__name__}: dtype {value!r}")
        if name in SWITCHES and not isinstance(value, bool):
            raise ValueError(f"{cls.__name__}: {name} {value!r}")
        if isinstance(value, list):
            options[name] = tuple([int(v) for v in value])
    declared = [options[name] for name in _ARRAYS.get(cls.__name__, ())]
    shape = declared[0] if declared and isinstance(declared[0], tuple) else tuple(declared)
    kept = [options[name] for name in ("affine", "elementwise_affine", "track_running_stats") if name in options]
    if shape and (not kept or any(kept)) and shape not in shapes:
        raise ValueError(f"{cls.__name__}: no array in the file has the shape {shape}")
    start = {"init": "zeros"} if cls is Linear else {}
    return cls(**options, **start)


# -- files -----------------------------------------------------------------------------------------------------------


def save(model: Module, path: str | os.PathLike[str], *, metadata: Mapping[str, Any] | None = None) -> None:
    """Write the parameters of `model`, and its architecture where it is one of known layers, to a safetensors file.

    The file is replaced in one go: whoever kills the program leaves the old one or the new one.

    Parameters
    ----------
    model : Module
    path : path
        By custom it ends in ``.safetensors``.
    metadata : mapping, optional
        Anything JSON can hold, to keep with the model; see the function `metadata`.

    Examples
    --------
    >>> import tempfile, nn
    >>> path = tempfile.mkdtemp() + "/model.safetensors"
    >>> nn.save(nn.MLP([2, 3, 1]), path)
    >>> nn.load(path)[0]
    Linear(in_features=2, out_features=3, bias=True)
    """
    header = {"format": FORMAT}
    with suppress(_Unknown):
        header["architecture"] = json.dumps(_described(model, []))
    if metadata is not None:
        header["metadata"] = json.dumps(dict(metadata))
    write(path, header, model.state_dict())


def load(path: str | os.PathLike[str], model: Module | None = None) -> Module:
    """Read what `save` wrote.

    Parameters
    ----------
    path : path
    model : Module, optional
        To give the parameters to. Without it the model is built from the architecture in the file.

    Returns
    -------
    Module
        `model`, or the new one.

    Raises
    ------
    FileError
        The file is damaged, or has no (known) architecture and no `model` was given.
    StateError
        The parameters do not fit `model`.
    FileNotFoundError
    """
    header, arrays = _parameters(path)
    if model is not None:
        model.load_state_dict(arrays)
        return model
    if "architecture" not in header:
        raise FileError(
            f"{path}: the file does not say what its model is; build the model and pass it, load(path, model)"
        )
    try:
        built = _built(json.loads(header["architecture"]), {np.shape(a) for a in arrays.values()}, [])
        built.load_state_dict(arrays)
    except (
        StateError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        MemoryError,
        RecursionError,
    ) as error:
        raise FileError(f"{path}: an architecture that does not do: {type(error).__name__}: {error}") from error
    return built


def metadata(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The metadata that was given to `save`; empty if there was none.

    Raises
    ------
    FileError
        The file is damaged.
    """
    header, _ = read(path)
    try:
        return dict(json.loads(header.get("metadata", "{}")))
    except (ValueError, TypeError, RecursionError) as error:
        raise FileError(f"{path}: metadata that is no JSON object") from error


def _parameters(path: str | os.PathLike[str]) -> tuple[dict[str, str], dict[str, Any]]:
    header, arrays = read(path)
    for name, array in arrays.items():
        if array.dtype.kind != "f" and array.ndim:  # PyTorch counts batches in an integer
            raise FileError(f"{path}: {name!r} has dtype {array.dtype}, and parameters are floating-point")
    return header, arrays
