"""Checkpoints: everything that the epochs to come depend on, in one file, so that training goes on bit for bit.

The file is a safetensors file: arrays by name (``model/0.weight``, ``optimizer/groups/0/state/first/0``), and in its
header all else as JSON. It is replaced in one go, so that a kill at any moment leaves the last one that was whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from nn.data.batching import counted
from nn.io.files import FileError, read, write
from nn.module import Module, StateError
from nn.optim.base import Optimizer
from nn.optim.schedules.schedule import Schedule
from nn.training.history import History

__all__ = ["Best", "Checkpoint", "Run", "fingerprint"]

FORMAT = "autograd-lite checkpoint/1"
ARRAY = "array:"
"""What a string in the JSON begins with that stands for the array of that name."""


@dataclass
class Best:
    """The weights with the lowest validation loss, and how long ago that was."""

    loss: float = float("inf")
    epoch: int = -1
    state: dict[str, Any] = field(default_factory=dict)

    def note(self, epoch: int, loss: float, model: Module) -> None:
        """Keep the model's weights if none had a lower loss."""
        if loss < self.loss:
            self.loss, self.epoch, self.state = loss, epoch, model.state_dict()


@dataclass
class Run:
    """A training in progress: what changes from epoch to epoch."""

    model: Module
    optimizer: Optimizer
    schedule: Schedule | None
    rng: np.random.Generator
    history: History
    best: Best
    callbacks: Sequence[Any] = ()
    asks: bool = True
    """Whether the options of the optimiser were chosen, not left to be the defaults."""
    began: list[Any] = field(init=False)
    """The options of the optimiser when training began, as JSON holds them: a schedule moves them later."""

    def __post_init__(self) -> None:
        self.began = self.options()

    def options(self) -> list[Any]:
        """Those of the optimiser now."""
        return [_packed(group.options, "", {}) for group in self.optimizer.groups]

    def keepers(self) -> list[Any]:
        """The callbacks that have a state to keep: a `state_dict` and a `load_state_dict`."""
        return [c for c in self.callbacks if hasattr(c, "state_dict") and hasattr(c, "load_state_dict")]

    def generators(self) -> list[np.random.Generator]:
        """Those that modules draw from (dropout), and the one for the order of the rows."""
        held = [v for m in self.model.modules() for v in vars(m).values() if isinstance(v, np.random.Generator)]
        return [self.rng, *held]

    def state(self) -> dict[str, Any]:
        """A tree of arrays and of what JSON holds."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "began": self.began,
            "schedule": self.schedule.state_dict() if self.schedule else None,
            "generators": [generator.bit_generator.state for generator in self.generators()],
            "history": dict(self.history),
            "stopped": self.history.stopped,
            "best": {"loss": self.best.loss, "epoch": self.best.epoch, "state": self.best.state},
            "frozen": [name for name, p in self.model.named_parameters() if not p.requires_grad],
            "callbacks": [callback.state_dict() for callback in self.keepers()],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from `state`. The arrays of the model are laid out in memory as they were: sums then round alike."""
        if (state["schedule"] is None) != (self.schedule is None):
            raise StateError("one of the two trainings has a schedule, the other has none")
        if len(state["generators"]) != len(self.generators()):
            raise StateError(f"{len(state['generators'])} random generators for {len(self.generators())}")
        if len(state["callbacks"]) != len(self.keepers()):
            raise StateError(f"states of {len(state['callbacks'])} callbacks for {len(self.keepers())}")
        self.model.load_state_dict(state["model"])
        for name, p in self.model.named_parameters():
            p.requires_grad = name not in state["frozen"]
        self.optimizer.load_state_dict(state["optimizer"])
        if self.schedule:
            self.schedule.load_state_dict(state["schedule"])
        for generator, saved in zip(self.generators(), state["generators"], strict=True):
            generator.bit_generator.state = saved
        self.history.clear()
        self.history.update({str(name): [float(v) for v in numbers] for name, numbers in state["history"].items()})
        self.history.stopped = str(state["stopped"])
        for callback, saved in zip(self.keepers(), state["callbacks"], strict=True):
            callback.load_state_dict(saved)
        best = state["best"]
        self.best.loss, self.best.epoch, self.best.state = float(best["loss"]), int(best["epoch"]), dict(best["state"])

    def agree(self, state: Mapping[str, Any]) -> None:
        """Raise StateError unless the optimiser begins as that of `state` did, or where that was at the end."""
        began = state.get("began", self.began)
        reached = [group["options"] for group in state["optimizer"]["groups"]]
        for mine, first, last in zip(self.options(), began, reached, strict=False):  # other numbers of groups: later
            for name in mine.keys() & first.keys() if self.asks else ():
                if mine[name] not in (first[name], last.get(name)):
                    raise StateError(
                        f"it began with {name}={first[name]}, not {name}={mine[name]}; give that to go on, or remove "
                        f"the file to begin anew"
                    )
        self.began = began


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often `nn.fit` writes down how far it is.

    Parameters
    ----------
    path : path
        If the file is there when training starts, training goes on from it, else it begins. Delete it to begin anew.
    every : int
        Epochs between two writes; the last epoch is always written.

    What is kept: the values of parameters and buffers and which are frozen, the optimiser, the schedule, the random
    generators (of the order of rows, and of modules that hold one as an attribute, such as Dropout), the history, the
    best weights and when they were, and the state of each callback that has a ``state_dict`` of arrays and of what
    JSON holds, and a ``load_state_dict``, such as `EMA`, `SWA` and `Watch`. What else a callback changes it has to
    change again.

    Raises
    ------
    FileError
        From `nn.fit`: the file is damaged, or belongs to another training: other data, batches, model or optimiser.

    Examples
    --------
    >>> import tempfile, numpy as np, nn
    >>> path, x = tempfile.mkdtemp() + "/run.safetensors", np.linspace(-1, 1, 8)[:, None]
    >>> def run(epochs):
    ...     model = nn.MLP([1, 4, 1])
    ...     return nn.fit(model, x, x**2, epochs=epochs, checkpoint=path, progress=False)["loss"]
    >>> first, both = run(2), run(4)
    >>> len(both), both[:2] == first
    (4, True)
    """

    path: str | os.PathLike[str]
    every: int = 1

    def __post_init__(self) -> None:
        counted(self.every, "Checkpoint: every")

    def write(self, run: Run, of: str) -> None:
        """Write down `run`, and `of` which data it is."""
        arrays: dict[str, Any] = {}
        tree = _packed(run.state(), "", arrays)
        write(self.path, {"format": FORMAT, "of": of, "run": json.dumps(tree)}, arrays)

    def resume(self, run: Run, of: str) -> None:
        """Go on from the file, if there is one."""
        if not Path(self.path).exists():
            if not Path(self.path).parent.is_dir():
                raise FileNotFoundError(f"{self.path}: there is no folder to write the checkpoint to; make it first")
            return
        header, arrays = read(self.path)
        if header.get("format") != FORMAT:
            raise FileError(f"{self.path}: no checkpoint of nn.fit; give another path, or remove the file")
        if header.get("of") != of:
            raise FileError(
                f"{self.path}: a checkpoint of a training on other data, with another batch_size or another split; "
                f"remove it to begin anew"
            )
        before = run.state()
        try:
            state = _unpacked(json.loads(header["run"]), arrays)
            run.agree(state)
            run.restore(state)
        except (StateError, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError) as error:
            run.restore(before)
            raise FileError(f"{self.path}: the checkpoint does not fit this training: {error}") from error
        except RecursionError as error:
            raise FileError(f"{self.path}: the checkpoint's header is nested too deeply") from error


def fingerprint(*parts: Any) -> str:
    """A short name for arrays and numbers: equal for equal ones."""
    seen = blake2b(digest_size=16)
    for part in parts:
        array = np.ascontiguousarray(part)
        seen.update(f"{array.dtype} {np.shape(part)} ".encode() + array.tobytes())
    return seen.hexdigest()


def _packed(tree: Any, name: str, arrays: dict[str, Any]) -> Any:
    """`tree` as JSON can hold it, its arrays put into `arrays` under their paths."""
    if isinstance(tree, np.ndarray):
        arrays[name] = tree
        return ARRAY + name
    if isinstance(tree, np.generic):
        return tree.item()
    if isinstance(tree, Mapping):
        return {str(key): _packed(value, f"{name}/{key}".lstrip("/"), arrays) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_packed(value, f"{name}/{i}", arrays) for i, value in enumerate(tree)]
    return tree


def _unpacked(tree: Any, arrays: Mapping[str, Any]) -> Any:
    if isinstance(tree, str) and tree.startswith(ARRAY):
        return arrays[tree.removeprefix(ARRAY)]
    if isinstance(tree, dict):
        return {key: _unpacked(value, arrays) for key, value in tree.items()}
    return [_unpacked(value, arrays) for value in tree] if isinstance(tree, list) else tree
