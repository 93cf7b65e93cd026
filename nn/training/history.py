"""What training leaves behind: a number per epoch under each name."""

from __future__ import annotations

from typing import Any

from nn import charts

__all__ = ["History"]


class History(dict[str, list[float]]):
    """One number per epoch under each name: ``loss``, ``val_loss``, each metric, ``lr``.

    Attributes
    ----------
    stopped : {"finished", "early stopping", "callback", "interrupted"}
    best : int or None
        The epoch, counted from 0, whose weights were kept.

    Examples
    --------
    >>> history = History(loss=[2.0, 1.0])
    >>> history.add({"loss": 0.5})
    >>> history["loss"], history.stopped
    ([2.0, 1.0, 0.5], 'finished')
    """

    stopped: str = "finished"
    best: int | None = None

    @property
    def epochs(self) -> int:
        """How many epochs are complete."""
        return len(self.get("loss", []))

    def plot(self, title: str = "") -> Any:
        """The curves, as a matplotlib figure."""
        return charts.curves(self, best=self.best, title=title)

    def add(self, numbers: dict[str, float]) -> None:
        """Append one epoch."""
        for name, number in numbers.items():
            self.setdefault(name, []).append(number)

    def _repr_png_(self) -> Any:
        return self.plot()._repr_png_()
