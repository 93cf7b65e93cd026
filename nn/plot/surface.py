"""The loss over two parameters, or over a plane through many, and the ways of optimisers on it: the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import autograd_lite as ag
from nn.module import Module, Parameter, functional_call
from nn.optim.base import Optimizer
from nn.optim.line_search import LineSearch
from nn.training.fit import chosen_loss, prepared

__all__ = ["Function", "Surface", "flat", "loss_of", "trajectory"]

Function = Callable[[Any], Any]


def flat(model: Module) -> Any:
    """A copy of all parameters of `model`, one after another, as one array: a point on the way of an optimiser.

    >>> import nn
    >>> nn.plot.flat(nn.Linear(3, 2)).shape
    (8,)
    """
    return np.concatenate([p.value.ravel() for p in model.parameters()])


def loss_of(model: Module, X: Any, y: Any, loss: str | Callable[[Any, Any], Any] | None = None) -> Function:
    """The loss of `model` on data as a function of all its parameters in one array, in the order of `flat`.

    Parameters
    ----------
    model : Module
    X, y, loss
        As for `nn.fit`.

    Returns
    -------
    callable
        Of an array or a Tensor; the model itself is not touched.

    Examples
    --------
    >>> import numpy as np
    >>> import nn
    >>> model, X = nn.Linear(2, 1, seed=0), np.ones((3, 2))
    >>> float(nn.plot.loss_of(model, X, np.zeros(3))(np.array([1.0, 2.0, 3.0])))
    36.0
    """
    X, y = prepared(model, X, y, "loss_of")
    chosen = chosen_loss(loss, y, "loss_of")
    shapes = {name: p.shape for name, p in model.named_parameters()}
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])

    def function(vector: Any) -> Any:
        if np.shape(vector) != (ends[-1],):
            raise ValueError(f"loss_of: the model has {ends[-1]} parameters, not {np.shape(vector)}")
        pieces = {
            name: ag.reshape(vector[end - int(np.prod(shape)) : end], shape)
            for (name, shape), end in zip(shapes.items(), ends, strict=True)
        }
        return chosen(functional_call(model, pieces, X), y)

    return function


def trajectory(
    function: Function, start: Any, optimizer: Callable[[list[Parameter]], Optimizer], steps: int = 100
) -> Any:
    """The points that an optimiser visits as it minimises `function`, with the engine's gradient.

    Parameters
    ----------
    function : callable
        Of a vector of d parameters; gives one number.
    start : array, shape (d,)
    optimizer : callable
        Makes an optimiser of a list of parameters: ``lambda p: nn.SGD(p, lr=0.1)``.
    steps : int
        How often the gradient is taken.

    Returns
    -------
    array, shape (steps + 1, d)
        `start`, and where each gradient led. An optimiser that searches along lines (`nn.LBFGS`, `nn.NewtonCG`) takes
        several gradients a step, and each point that it tries counts; where it arrives it stays. A path that diverges
        ends with the first point that is not finite, repeated.

    Examples
    --------
    >>> import nn
    >>> nn.plot.trajectory(lambda p: (p**2).sum(), [1.0, -1.0], lambda p: nn.SGD(p, lr=0.25), steps=2)
    array([[ 1.  , -1.  ],
           [ 0.5 , -0.5 ],
           [ 0.25, -0.25]])
    """
    p = Parameter(np.array(start, dtype=float))
    rule, points = optimizer([p]), []

    def closure() -> Any:
        points.append(p.value.copy())
        return function(p)

    with np.errstate(all="ignore"):  # a path that diverges is a path
        while len(points) < steps:
            rule.step(closure)
            if isinstance(rule, LineSearch) and rule.result.nit < rule.groups[0].options["max_iter"]:
                break  # it has arrived, and would only search again from there
            if not np.isfinite(p.value).all():
                break
    points.append(p.value.copy())
    return np.stack([*points[: steps + 1], *points[-1:] * (steps + 1 - len(points))])


class Surface:
    """A function of d parameters over a plane, and paths brought onto that plane.

    Parameters
    ----------
    function : callable
        Of a vector of d parameters; gives one number.
    paths : mapping of name to array, or array; optional
        Of shape (steps, d): the points that optimisers visited.
    directions : {"axes", "pca", "random"}, or array of shape (2, d)
        Which plane: that of the first two parameters; of the two directions in which the paths reach farthest
        (principal components); of two random directions; or your own. By default the axes if d = 2, else the principal
        components of the paths if there are some, else random. Apart from your own, directions have length 1 and are
        orthogonal.
    centre : array, shape (d,), optional
        A point of the plane: by default the end of the first path. For "axes" with d = 2 it is the origin.
    extent : (left, right, bottom, top), optional
        By default around the paths, or half of the length of the centre to each side.
    resolution : int
        Points along each side.
    seed : int
        Of random directions.

    Attributes
    ----------
    x, y : array, shape (resolution,)
        Coordinates along the two directions.
    values : array, shape (resolution, resolution)
        ``values[j, i] = function(centre + x[i] * directions[0] + y[j] * directions[1])``.
    paths : dict of name to array, shape (steps, 2)
        The coordinates of their points, at right angles onto the plane; those that diverged end before they do.
    heights : dict of name to array, shape (steps,)
        The function there, on the plane.
    captured : float
        The share of the paths' squared distances from the centre that lies in the plane: 1 for two parameters.

    Examples
    --------
    >>> import nn
    >>> def bowl(p):
    ...     return p[0] ** 2 + 3 * p[1] ** 2
    >>> nn.plot.Surface(bowl, centre=[0, 0], extent=(-1, 1, -1, 1), resolution=3).values
    array([[4., 3., 4.],
           [1., 0., 1.],
           [4., 3., 4.]])
    """

    def __init__(
        self,
        function: Function,
        paths: Mapping[str, Any] | Any = None,
        *,
        directions: str | Any = None,
        centre: Any = None,
        extent: Sequence[float] | None = None,
        resolution: int = 61,
        seed: int = 0,
    ) -> None:
        named = paths if isinstance(paths, Mapping) else {} if paths is None else {"path": paths}
        given = {name: np.asarray(path) for name, path in named.items()}
        self.function = function
        self.centre = _centre(given, centre)
        self.kind, self.directions = _directions(directions, given, self.centre, seed)
        if self.kind == "axes" and len(self.centre) == 2:
            self.centre = np.zeros(2)
        back = np.linalg.pinv(self.directions)  # at right angles, also for directions that are not
        offsets = {name: _finite(path) - self.centre for name, path in given.items()}
        self.paths = {name: offset @ back for name, offset in offsets.items()}
        far = sum(float((offset**2).sum()) for offset in offsets.values())
        near = sum(float(((path @ self.directions) ** 2).sum()) for path in self.paths.values())
        self.captured = near / far if far else 1.0
        left, right, bottom, top = self._around() if extent is None else extent
        self.x, self.y = np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
        self.values = np.array([[self.height([a, b]) for a in self.x] for b in self.y])
        self.heights = {name: np.array([self.height(p) for p in path]) for name, path in self.paths.items()}

    def height(self, point: Any) -> float:
        """The function at a point of the plane, given by its two coordinates."""
        with ag.no_grad(), np.errstate(all="ignore"):
            value = self.function(self.centre + np.asarray(point) @ self.directions)
        if np.shape(value) != ():
            raise ValueError(f"Surface: the function gives shape {np.shape(value)}, not one number")
        return float(value.item() if hasattr(value, "item") else value)

    def _around(self) -> tuple[float, float, float, float]:
        if self.paths:
            ends = np.concatenate(list(self.paths.values()))
            low, high = ends.min(axis=0), ends.max(axis=0)
            half = np.maximum((high - low) * 0.65, max(1e-3, 0.2 * float((high - low).max())))
            middle = (low + high) / 2
        else:
            origin = self.kind == "axes" and len(self.centre) == 2
            half = np.full(2, 2.0 if origin else 0.5 * (float(np.linalg.norm(self.centre)) or 1.0))
            middle = np.zeros(2)
        (left, bottom), (right, top) = middle - half, middle + half
        return float(left), float(right), float(bottom), float(top)

    @property
    def labels(self) -> tuple[str, str]:
        """What the two directions are called."""
        if self.kind == "axes":
            return r"$\theta_1$", r"$\theta_2$"
        name = {"pca": "principal direction", "random": "random direction"}.get(self.kind, "direction")
        return f"{name} 1", f"{name} 2"


def _centre(paths: Mapping[str, Any], centre: Any) -> Any:
    if centre is None and not paths:
        raise ValueError("Surface: give it centre=, the parameters to look around from, or paths")
    if centre is None:
        first = next(iter(paths.values()))
        centre = _finite(first)[-1] if first.ndim == 2 else first
    found = np.asarray(centre, dtype=float)
    if found.ndim != 1 or len(found) < 2:
        raise ValueError(f"Surface: centre is a vector of at least two parameters, not of shape {found.shape}")
    for name, path in paths.items():
        if path.ndim != 2 or path.shape[1] != len(found):
            raise ValueError(f"Surface: path {name!r} has shape (steps, {len(found)}), not {path.shape}")
    return found


def _finite(path: Any) -> Any:
    """The points up to where an optimiser diverged, if it did."""
    good = np.isfinite(path).all(axis=1)
    path = path if good.all() else path[: np.argmin(good)]
    if not len(path):
        raise ValueError("Surface: a path begins with a point that is not finite, or has none")
    return path


def _directions(kind: Any, paths: Mapping[str, Any], centre: Any, seed: int) -> tuple[str, Any]:
    d = len(centre)
    if kind is None:
        kind = "axes" if d == 2 else "pca" if paths else "random"
    if not isinstance(kind, str):
        own = np.asarray(kind, dtype=float)
        if own.shape != (2, d):
            raise ValueError(f"Surface: directions have shape (2, {d}), not {own.shape}")
        return "own", own
    if kind == "axes":
        return kind, np.eye(2, d)
    if kind == "random":
        return kind, np.linalg.qr(np.random.default_rng(seed).normal(size=(d, 2)))[0].T
    if kind != "pca":
        raise ValueError(f"Surface: directions are 'axes', 'pca', 'random' or an array, not {kind!r}")
    if not paths:
        raise ValueError("Surface: principal directions are those of paths; give it some, or directions='random'")
    offsets = np.concatenate([_finite(path) - centre for path in paths.values()])
    components = np.linalg.svd(np.concatenate([offsets, np.zeros((2, d))]), full_matrices=False)[2][:2]
    return kind, components * np.sign(components[[0, 1], abs(components).argmax(axis=1)])[:, None]
