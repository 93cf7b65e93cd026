"""Saving and loading: safetensors files, never pickle.

The header of a saved `MLP` or `Sequential` of the layers known here describes its architecture as JSON, so that
`load` rebuilds it from names and numbers. Nothing in a file is ever run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.activations import ReLU, Sigmoid, Tanh
from nn.layers import Linear, Sequential
from nn.mlp import MLP
from nn.module import Module, StateError
from nn.support import optional

__all__ = ["FileError", "load", "metadata", "read", "save", "write"]

FORMAT = "autograd-lite/1"
DTYPES = ("float64", "float32")


class FileError(ag.AutogradError, ValueError):
    """A file that is damaged, or holds something else than a model saved by `save`."""


# -- architectures: for each known class what describes it, and how it is made again ----------------------------------


def _describe_linear(m: Linear) -> dict[str, Any]:
    return {
        "in_features": m.in_features,
        "out_features": m.out_features,
        "bias": m.bias is not None,
        "dtype": str(m.weight.dtype),
    }


def _build_linear(in_features: int, out_features: int, bias: bool, dtype: str) -> Module:
    if dtype not in DTYPES or not isinstance(bias, bool):
        raise ValueError(f"Linear: dtype {dtype!r}, bias {bias!r}")
    return Linear(in_features, out_features, bias, init="zeros", dtype=dtype)


def _describe_sequential(m: Sequential) -> dict[str, Any]:
    return {"modules": {name: _described(child) for name, child in m.named_children()}}


def _build_sequential(modules: dict[str, Any]) -> Module:
    return Sequential({name: _built(child) for name, child in modules.items()})


def _build_mlp(modules: dict[str, Any]) -> Module:
    model = MLP.__new__(MLP)
    Sequential.__init__(model, {name: _built(child) for name, child in modules.items()})
    return model


_KNOWN: dict[type[Module], tuple[Callable[[Any], dict[str, Any]], Callable[..., Module]]] = {
    Linear: (_describe_linear, _build_linear),
    Sequential: (_describe_sequential, _build_sequential),
    MLP: (_describe_sequential, _build_mlp),
    Tanh: (lambda m: {}, Tanh),
    ReLU: (lambda m: {}, ReLU),
    Sigmoid: (lambda m: {}, Sigmoid),
}
_BY_NAME = {cls.__name__: build for cls, (_, build) in _KNOWN.items()}


def _described(module: Module) -> dict[str, Any]:
    if type(module) not in _KNOWN:
        raise _Unknown
    return {"class": type(module).__name__, **_KNOWN[type(module)][0](module)}


class _Unknown(Exception):
    """The architecture cannot be described: only the weights are saved."""


def _built(spec: Any) -> Module:
    options = dict(spec)
    return _BY_NAME[options.pop("class")](**options)


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
        header["architecture"] = json.dumps(_described(model))
    if metadata is not None:
        header["metadata"] = json.dumps(dict(metadata))
    write(path, header, model.state_dict())


def write(path: str | os.PathLike[str], header: Mapping[str, str], arrays: Mapping[str, Any]) -> None:
    """A safetensors file of `arrays` with `header`, in place of the old one in one go: a kill leaves either.

    The bytes are on the disk before the name points at them, and the name is there before this returns.
    """
    numpy_format = optional("safetensors.numpy", "io", "nn.save")
    # Flat copies: safetensors writes the memory of an array that is not contiguous as if it were.
    data = numpy_format.save({n: np.ascontiguousarray(a).reshape(a.shape) for n, a in arrays.items()}, dict(header))
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


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
        built = _built(json.loads(header["architecture"]))
        built.load_state_dict(arrays)
    except (StateError, ValueError, TypeError, KeyError, AttributeError, MemoryError, RecursionError) as error:
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
        if array.dtype.kind != "f":
            raise FileError(f"{path}: {name!r} has dtype {array.dtype}, and parameters are floating-point")
    return header, arrays


def read(path: str | os.PathLike[str]) -> tuple[dict[str, str], dict[str, Any]]:
    """The header's strings and the arrays of a safetensors file.

    Raises
    ------
    FileError
        It is not a whole one. Sizes it declares are compared with its own before anything is made from them.
    FileNotFoundError
    """
    safetensors = optional("safetensors", "io", "nn.load")
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: there is no such file")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a mapping
    except (safetensors.SafetensorError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise FileError(f"{path}: not a whole safetensors file: {error}") from error
    return dict(header), arrays
