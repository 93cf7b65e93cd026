"""Pictures of networks and of their training, as matplotlib figures.

Every function returns the figure that it drew on; with ``ax=`` that is the one the axes belong to. Figures are made
without pyplot: nothing is shown or kept by itself, and a notebook shows the one that is returned.
"""

from nn.charts import curves, misclassified, predicted_against_true

__all__ = ["curves", "misclassified", "predicted_against_true"]
