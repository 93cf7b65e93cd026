"""Pictures of networks and of their training, as matplotlib figures.

Every picture is returned as the figure that it is on; with ``ax=`` that is the one of those axes. Figures are made
without pyplot: nothing is shown or kept by itself, and a notebook shows the one that is returned. Colours are told
apart by the colour-blind.
"""

from nn.charts import curves, misclassified, predicted_against_true
from nn.plot.animation import Animation, animate
from nn.plot.assessment import attributions, calibration, confusion, residuals
from nn.plot.flow import gradient_flow
from nn.plot.functions import activations
from nn.plot.landscape import loss_surface
from nn.plot.race import Run, race
from nn.plot.regions import decision_boundary
from nn.plot.space import bent_grid, hidden_layer
from nn.plot.surface import Surface, flat, loss_of, trajectory
from nn.plot.units import units
from nn.plot.weights import histograms

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
