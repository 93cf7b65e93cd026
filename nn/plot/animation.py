"""The ways of optimisers over a loss surface, as a film."""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from nn.charts import COLOURS, canvas, figure, literal
from nn.plot.loss_surface import landscape, marks, raised
from nn.plot.surface import Surface
from nn.support import optional

__all__ = ["Animation", "animate"]


class Animation:
    """A film. Made by `animate`; a notebook shows it with its controls.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    steps : list of int
        The step that each picture shows.
    """

    def __init__(self, figure: Any, steps: list[int], show: Any, fps: int) -> None:
        self.figure, self.steps, self.show, self.fps = figure, steps, show, fps

    def to_html(self) -> str:
        """A page fragment that holds the pictures, and buttons to play them."""
        module = optional("matplotlib.animation", "plot", "nn.plot.animate")
        film = module.FuncAnimation(self.figure, self.show, frames=self.steps, interval=1000 / self.fps, blit=False)
        return str(film.to_jshtml(fps=self.fps, default_mode="once"))

    def pictures(self, dpi: int) -> list[Any]:
        """The pictures, as arrays of shape (height, width, 3). What does not move is drawn once."""
        agg = optional("matplotlib.backends.backend_agg", "plot", "nn.plot.animate")
        usual, moving = self.figure.dpi, self.show(self.steps[0])
        canvas, pictures = agg.FigureCanvasAgg(self.figure), []
        self.figure.set_dpi(dpi)
        try:
            for artist in moving:
                artist.set_animated(True)
            canvas.draw()
            ground = canvas.copy_from_bbox(self.figure.bbox)
            for step in self.steps:
                canvas.restore_region(ground)
                for artist in self.show(step):
                    self.figure.draw_artist(artist)
                pictures.append(np.array(canvas.buffer_rgba())[..., :3])
        finally:
            for artist in moving:
                artist.set_animated(False)
            self.figure.set_dpi(usual)
        return pictures

    def to_gif(self, *, dpi: int = 60) -> bytes:
        """The bytes of a GIF, which plays by itself: ``IPython.display.Image(film.to_gif())``."""
        image = optional("PIL.Image", "plot", "nn.plot.animate")
        pictures = [image.fromarray(picture) for picture in self.pictures(dpi)]
        palette = pictures[-1].quantize(256 - len(COLOURS))  # one for all: what stays the same is then stored once
        rare = [int(colour[i : i + 2], 16) for colour in COLOURS for i in (1, 3, 5)]  # lines: too thin to be noticed
        palette.putpalette(palette.getpalette()[: 3 * (256 - len(COLOURS))] + rare)
        first, *others = [p.quantize(palette=palette, dither=image.Dither.NONE) for p in pictures]
        buffer, pause = BytesIO(), 1000 // self.fps
        times = [pause] * len(others) + [2000]  # long enough to see how it ends, before it begins again
        first.save(buffer, "GIF", save_all=True, append_images=others, duration=times, loop=0)
        return buffer.getvalue()

    def save(self, path: str | os.PathLike[str], *, dpi: int = 100) -> None:
        """Write it: as a GIF, or as a page for a name that ends in ``.html``.

        Raises
        ------
        ValueError
            The name ends in something else.
        """
        path = Path(path)
        if path.suffix == ".gif":
            path.write_bytes(self.to_gif(dpi=dpi))
        elif path.suffix == ".html":
            page = f"<!doctype html><meta charset='utf-8'><title>loss surface</title>{self.to_html()}"
            path.write_text(page, encoding="utf-8")
        else:
            raise ValueError(f"Animation.save: a name that ends in .gif or .html, not {path.name!r}")

    def _repr_html_(self) -> str:
        return self.to_html()


def animate(
    surface: Surface | Mapping[str, Surface],
    *,
    frames: int = 60,
    fps: int = 15,
    space: bool = False,
    title: str = "",
    ax: Any = None,
) -> Animation:
    """The paths of a `Surface` as they grow, step by step.

    Parameters
    ----------
    surface : Surface, or mapping of title to Surface
        With paths. Of several, each has a panel, and one legend serves all if their paths have the same names.
    frames : int
        The most pictures: of longer paths steps are left out, never the last.
    fps : int
        Pictures per second.
    space : bool
        Draw it in three dimensions.
    title : str
        To be followed by the step; of one surface.
    ax : matplotlib Axes, optional
        To draw on, if there is one surface; in space one with ``projection="3d"``.

    Returns
    -------
    Animation

    Examples
    --------
    >>> import nn
    >>> def bowl(p):
    ...     return p[0] ** 2 + 3 * p[1] ** 2
    >>> path = nn.plot.trajectory(bowl, [1.0, 0.5], lambda p: nn.SGD(p, lr=0.1), steps=20)
    >>> film = nn.plot.animate(nn.plot.Surface(bowl, path, resolution=15), frames=5)
    >>> film.steps
    [0, 5, 10, 15, 20]
    """
    surfaces = dict(surface) if isinstance(surface, Mapping) else {title: surface}
    if not surfaces or any([not one.paths for one in surfaces.values()]):
        raise ValueError("animate: the surface has no paths; give Surface the points that optimisers visited")
    if frames < 2:
        raise ValueError(f"animate: a film has at least two frames, not {frames}")
    if ax is not None and len(surfaces) > 1:
        raise ValueError(f"animate: {len(surfaces)} surfaces for one ax")
    longest = max(len(path) for one in surfaces.values() for path in one.paths.values())
    steps = sorted({int(i) for i in np.linspace(0, longest - 1, min(frames, longest)).round()})
    columns = 1 + (len(surfaces) > 1)
    rows = -(-len(surfaces) // columns)
    width, height = (6.0, 4.8) if len(surfaces) == 1 else (4.2, 3.4)
    fig = figure(width * columns, height * rows) if ax is None else ax.figure
    panels = []
    for i, (name, one) in enumerate(surfaces.items()):
        place = {"projection": "3d"} if space else {}
        axes = canvas(ax if ax is not None else fig.add_subplot(rows, columns, i + 1, **place), 0, 0, **place)[1]
        panels.append(_Panel(fig, axes, one, space, literal(name) if isinstance(surface, Mapping) else name))

    def show(step: int) -> list[Any]:
        drawn = [artist for panel in panels for artist in panel.show(step)]
        return sorted(drawn, key=lambda artist: artist.get_zorder())

    names = {tuple(one.paths) for one in surfaces.values()}
    if len(surfaces) > 1 and len(names) == 1:
        fig.legend(handles=[line for line, _ in panels[0].lines], loc="outside upper center", ncols=8, frameon=False)
    else:
        for panel in panels:
            panel.axes.legend(frameon=True, framealpha=0.9, edgecolor="none", fontsize=9, loc="upper left")
    show(steps[-1])
    if ax is None:
        fig.draw_without_rendering()
        fig.set_layout_engine("none")  # the layout is the same in all pictures, and takes longer than to draw one
    return Animation(fig, steps, show, fps)


class _Panel:
    """A surface with the paths as far as they have come."""

    def __init__(self, fig: Any, axes: Any, surface: Surface, space: bool, title: str) -> None:
        self.axes, self.space, self.title = axes, space, title
        landscape(fig, axes, surface, space)
        self.ways, self.starts, self.lines = [], [], []
        for i, name in enumerate(surface.paths):
            way = raised(surface, name) if space else surface.paths[name].T
            style, start, head = marks(i)
            self.starts += axes.plot(*way[:, :1], **start)
            self.lines.append((*axes.plot(*way[:, :1], label=literal(name), **style), *axes.plot(*way[:, :1], **head)))
            self.ways.append(way)

    def show(self, step: int) -> list[Any]:
        """Go to `step`; what of the panel moves, and what is drawn over it."""
        for (line, head), way in zip(self.lines, self.ways, strict=True):
            for artist, part in ((line, way[:, : step + 1]), (head, way[:, : step + 1][:, -1:])):
                artist.set_data(part[0], part[1])
                if self.space:
                    artist.set_3d_properties(part[2])
        self.axes.set_title(f"{self.title}{', ' if self.title else ''}step {step}", y=1.0)  # there in all pictures
        return [self.axes.title, *self.starts, *[artist for pair in self.lines for artist in pair]]
