"""Pictures of networks and of their training, as matplotlib figures.

Every picture is returned as the figure that it is on; with ``ax=`` that is the one of those axes. Figures are made
without pyplot: nothing is shown or kept by itself, and a notebook shows the one that is returned. Colours are told
apart by the colour-blind.

* What a network answers: `decision_boundary`, over the plane of two inputs; `hidden_layer`, the space as a layer bends
  it (`bent_grid` has the numbers); `units`, unit by unit.
* How it learns: `curves`, loss and metrics by epoch; `histograms` of weights and gradients; `gradient_flow` from layer
  to layer.
* Where it goes: `loss_surface` draws a `Surface`, a function of two parameters, or a plane through the many of a model
  (`loss_of`, `flat`), with the `trajectory` of each optimiser; `race` finds each one's best rate (a `Run` each);
  `animate` makes a film, an `Animation`.
* How good it is: `confusion`, `misclassified`, `calibration`, `residuals`, `predicted_against_true`, `attributions`.
* `activations` and their derivatives.
"""

from nn.charts import curves, misclassified, predicted_against_true
from nn.plot.activations import activations
from nn.plot.animation import Animation, animate
from nn.plot.assessment import attributions, calibration, confusion, residuals
from nn.plot.decision_boundary import decision_boundary
from nn.plot.gradient_flow import gradient_flow
from nn.plot.hidden_layer import bent_grid, hidden_layer
from nn.plot.histograms import histograms
from nn.plot.loss_surface import loss_surface
from nn.plot.race import Run, race
from nn.plot.surface import Surface, flat, loss_of, trajectory
from nn.plot.units import units

__all__ = [
    "Animation",
    "Run",
    "Surface",
    "activations",
    "animate",
    "attributions",
    "bent_grid",
    "calibration",
    "confusion",
    "curves",
    "decision_boundary",
    "flat",
    "gradient_flow",
    "hidden_layer",
    "histograms",
    "loss_of",
    "loss_surface",
    "misclassified",
    "predicted_against_true",
    "race",
    "residuals",
    "trajectory",
    "units",
]
