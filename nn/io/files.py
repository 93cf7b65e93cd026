"""Safetensors files, read with suspicion and replaced in one go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from platform import node
from stat import S_IMODE
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.support import optional

__all__ = ["FileError", "read", "write"]

_turns = count()
"""Tells the half-written files of one process apart: several threads may save to one path."""


class FileError(ag.AutogradError, ValueError):
    """A file that is damaged, or holds something else than a model saved by `nn.save`."""


def write(path: str | os.PathLike[str], header: Mapping[str, str], arrays: Mapping[str, Any]) -> None:
    """A safetensors file of `arrays` with `header`, in place of the old one in one go: a kill leaves either.

    Where `path` is a symbolic link, the file that it points at is replaced; the new one has the old one's permissions.
    The bytes are on the disk before the name points at them, and the name is there before this returns. What a process
    that was killed has left half written beside it is removed. A missing folder is made.
    """
    numpy_format = optional("safetensors.numpy", "io", "nn.save")
    # Flat copies: safetensors writes the memory of an array that is not contiguous as if it were.
    data = numpy_format.save({n: np.ascontiguousarray(a).reshape(a.shape) for n, a in arrays.items()}, dict(header))
    path = Path(os.path.realpath(path))  # a link goes on to point at the file
    mode = S_IMODE(path.stat().st_mode) if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{_partial(path)}{os.getpid()}.{next(_turns)}")
    try:
        with partial.open("wb") as file:
            if mode is not None:
                partial.chmod(mode)  # whoever might not read the old one never reads the new one
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
        _on_disk(path.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _clear(path)


def _partial(path: Path) -> str:
    """How names of half-written files begin; the numbers of the process and of the turn follow."""
    return f".{path.name}.{node()}."


def _on_disk(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk, where a system lets one ask for it."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear(path: Path) -> None:
    """Remove what processes of this machine began to write for `path` and were killed at."""
    if os.name != "posix":
        return
    begin = _partial(path)
    for name in os.listdir(path.parent):
        process = name.removeprefix(begin).partition(".")[0]
        if name.startswith(begin) and process.isdigit() and not _alive(int(process)):
            path.with_name(name).unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)  # asks, and does nothing to it
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # another user's; no number of a process
        return True
    return True


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
        what = "a directory, and no file" if Path(path).is_dir() else "there is no such file"
        raise FileNotFoundError(f"{path}: {what}")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            names = file.keys()  # it is no mapping, and cannot be gone through itself
            arrays = {name: file.get_tensor(name) for name in names}
    except (safetensors.SafetensorError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise FileError(f"{path}: not a whole safetensors file: {error}") from error
    return dict(header), arrays
