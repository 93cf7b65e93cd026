"""Multi-layer perceptrons as scikit-learn estimators: for pipelines, grid searches and cross-validation.

scikit-learn is the extra ``data``. This file derives from its classes and so needs it; ``nn.MLPClassifier`` and
``nn.MLPRegressor`` import this file when they are first asked for, so that ``import nn`` does without.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Self
from warnings import warn

import numpy as np

import autograd_lite as ag

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets, unique_labels
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ag.errors.MissingExtraError("scikit-learn", "data", "nn.MLPClassifier and nn.MLPRegressor") from error

from nn.data.batching import counted
from nn.models.mlp import MLP
from nn.optim.by_name import optimizer as named_optimizer
from nn.support import nearest
from nn.training.arguments import LOSSES
from nn.training.fit import Epoch, fit, predict

__all__ = ["MLPClassifier", "MLPRegressor"]


class _Plateau:
    """A callback that ends training once the loss did not fall by more than `tol` for `patience` epochs."""

    def __init__(self, tol: float, patience: int) -> None:
        self.tol, self.patience, self.best, self.waited = tol, patience, np.inf, 0

    def __call__(self, epoch: Epoch) -> bool:
        loss = epoch.numbers["loss"]
        self.waited = 0 if loss < self.best - self.tol else self.waited + 1
        self.best = min(self.best, loss)
        return self.waited >= self.patience


class _MLP(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """What classifier and regressor share: a network made for the data, trained by `nn.fit`."""

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int,
        activation: Any,
        loss: str,
        optimizer: str,
        learning_rate: float,
        weight_decay: float,
        batch_size: int,
        max_iter: int,
        tol: float,
        n_iter_no_change: int,
        early_stopping: bool,
        validation_fraction: float,
        verbose: bool,
        random_state: Any,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.loss = loss
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.verbose = verbose
        self.random_state = random_state

    def _start(self, X: Any, outputs: int) -> None:
        """A new network and optimiser, from `random_state`."""
        hidden = self.hidden_layer_sizes
        sizes = [hidden] if isinstance(hidden, (int, np.integer)) else list(hidden)
        sizes = [counted(size, f"{type(self).__name__}: hidden_layer_sizes") for size in sizes]
        self._rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31))
        activation = deepcopy(self.activation)  # a module may have parameters, and arguments are the user's
        self.model_ = MLP([X.shape[1], *sizes, outputs], activation, seed=self._rng, dtype=X.dtype)
        options = {"weight_decay": self.weight_decay} if self.weight_decay else {}
        if self.optimizer not in ("bfgs", "lbfgs", "newton-cg"):  # they search for the length of a step
            options["lr"] = self.learning_rate
        self._optimizer = named_optimizer(self.optimizer, self.model_.parameters(), **options)
        self.n_layers_, self.n_outputs_, self.n_iter_ = len(sizes) + 2, outputs, 0
        self.loss_curve_: list[float] = []

    def _learn(self, X: Any, y: Any, sample_weight: Any, epochs: int) -> Self:
        """Epochs of training on checked data."""
        asker = type(self).__name__
        if self.loss not in self._losses:
            raise ValueError(f"{asker}: no loss is called {self.loss!r}{nearest(str(self.loss), self._losses)}")
        patience = counted(self.n_iter_no_change, f"{asker}: n_iter_no_change")
        one = epochs == 1
        held = self.early_stopping and not one
        self.history_ = fit(
            self.model_,
            X,
            y,
            loss=LOSSES[self.loss],
            optimizer=self._optimizer,
            epochs=epochs,
            batch_size=min(counted(self.batch_size, f"{asker}: batch_size"), len(X)),
            validation=self.validation_fraction if held else None,
            early_stopping=patience if held else None,
            sample_weight=sample_weight,
            callbacks=[] if held or one else [_Plateau(self.tol, patience)],
            seed=self._rng,
            progress=bool(self.verbose),
        )
        self.loss_curve_ += self.history_["loss"]
        self.n_iter_ += self.history_.epochs
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else np.nan  # interrupted in the first epoch
        if not one and self.history_.stopped == "finished":
            warn(f"{asker}: the loss still falls after max_iter={epochs} epochs", ConvergenceWarning, stacklevel=3)
        return self

    def _outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=(np.float64, np.float32), reset=False)
        return predict(self.model_, X)


class MLPClassifier(ClassifierMixin, _MLP):  # type: ignore[misc]  # scikit-learn ships no types
    """A multi-layer perceptron that tells classes apart, with scikit-learn's interface.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, or int
    activation : str, function or Module
        Between the layers; a name of `nn.activations`.
    loss : {"cross_entropy", "multi_margin"}
    optimizer : str
        A name that `nn.optimizer` knows: ``"adam"``, ``"sgd"``, ``"nesterov"``, ``"lbfgs"`` (with a large
        `batch_size`), …
    learning_rate : float
    weight_decay : float
        The option of the optimiser.
    batch_size : int
        At most the number of rows is taken.
    max_iter : int
        The most epochs.
    tol, n_iter_no_change : float, int
        Training ends after so many epochs in which the loss did not fall by more than `tol`.
    early_stopping : bool
        Hold out `validation_fraction` of the rows, end after `n_iter_no_change` epochs in which the loss on them did
        not fall, and keep the best weights.
    validation_fraction : float
    verbose : bool
        Show a bar.
    random_state : int, RandomState or None
        For the initial weights and the order of the rows; None draws from NumPy's global generator, as in scikit-learn.

    Attributes
    ----------
    classes_ : array
    model_ : nn.MLP
    loss_curve_ : list of float
        The mean loss of each epoch.
    history_ : nn.History
        Of the last call of `fit` or `partial_fit`.
    n_iter_, n_layers_, n_outputs_, n_features_in_ : int

    Examples
    --------
    >>> import nn
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> nn.MLPClassifier(16, learning_rate=0.05, tol=1e-3, random_state=0).fit(X, y).score(X, y) > 0.95
    True
    """

    _losses = ("cross_entropy", "multi_margin")

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (100,),
        activation: Any = "relu",
        *,
        loss: str = "cross_entropy",
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        weight_decay: float = 0.0,
        batch_size: int = 200,
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        verbose: bool = False,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes, activation, loss, optimizer, learning_rate, weight_decay, batch_size, max_iter, tol,
            n_iter_no_change, early_stopping, validation_fraction, verbose, random_state,
        )  # fmt: skip

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from rows `X`, shape (n, features), of classes `y`, shape (n,), from the beginning."""
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32))
        labels = self._encoded(y, None)
        self._start(X, len(self.classes_))
        return self._learn(X, labels, sample_weight, counted(self.max_iter, "MLPClassifier: max_iter"))

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """One epoch more on `X` and `y`. The first call names all classes that are to come."""
        first = not hasattr(self, "model_")
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32), reset=first)
        if first and classes is None:
            raise ValueError("MLPClassifier.partial_fit: the first call names all classes, classes=[…]")
        labels = self._encoded(y, classes if first else self.classes_)
        if not first and classes is not None and not np.array_equal(self.classes_, unique_labels(classes)):
            raise ValueError(f"MLPClassifier.partial_fit: classes {classes} are not those of the first call")
        if first:
            self._start(X, len(self.classes_))
        return self._learn(X, labels, sample_weight, 1)

    def _encoded(self, y: Any, classes: Any) -> Any:
        """The places of `y` in `classes`, by default those that are in it."""
        if np.ndim(y) != 1:
            raise ValueError(f"MLPClassifier: one class a row, y of shape (n,), not {np.shape(y)}")
        if classes is None:
            check_classification_targets(y)
            self.classes_, labels = np.unique(y, return_inverse=True)
            return labels
        self.classes_ = np.unique(classes)
        labels = np.minimum(np.searchsorted(self.classes_, y), len(self.classes_) - 1)
        if not np.array_equal(self.classes_[labels], y):
            strange = y[self.classes_[labels] != y].tolist()[0]
            raise ValueError(f"MLPClassifier.partial_fit: {strange!r} is none of the classes {self.classes_.tolist()}")
        return labels

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class, shape (n, classes), in the order of `classes_`."""
        return ag.softmax(self._outputs(X), axis=-1)

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithms of `predict_proba`, without its underflow."""
        return ag.log_softmax(self._outputs(X), axis=-1)

    def predict(self, X: Any) -> Any:
        """The likeliest class of each row, shape (n,)."""
        output = self._outputs(X)
        return self.classes_[output.argmax(axis=-1)]


class MLPRegressor(RegressorMixin, _MLP):  # type: ignore[misc]  # scikit-learn ships no types
    """A multi-layer perceptron for one or more numbers a row, with scikit-learn's interface.

    Parameters and attributes are those of `MLPClassifier` but for:

    Parameters
    ----------
    loss : {"mse", "l1", "huber", "smooth_l1", "poisson_nll"}
        For ``"poisson_nll"`` the network gives the logarithm of the rate; `predict` gives the rate.

    Examples
    --------
    >>> import numpy as np, nn
    >>> x = np.linspace(-1, 1, 50)[:, None]
    >>> model = nn.MLPRegressor(32, "tanh", optimizer="lbfgs", random_state=0)
    >>> model.fit(x, np.sin(3 * x[:, 0])).score(x, np.sin(3 * x[:, 0])) > 0.98
    True
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    _losses = ("mse", "l1", "huber", "smooth_l1", "poisson_nll")

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (100,),
        activation: Any = "relu",
        *,
        loss: str = "mse",
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        weight_decay: float = 0.0,
        batch_size: int = 200,
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        verbose: bool = False,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes, activation, loss, optimizer, learning_rate, weight_decay, batch_size, max_iter, tol,
            n_iter_no_change, early_stopping, validation_fraction, verbose, random_state,
        )  # fmt: skip

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn `y`, shape (n,) or (n, outputs), from rows `X`, shape (n, features), from the beginning."""
        X, y = self._checked(X, y, True)
        self._start(X, y.shape[1])
        return self._learn(X, y, sample_weight, counted(self.max_iter, "MLPRegressor: max_iter"))

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One epoch more on `X` and `y`."""
        first = not hasattr(self, "model_")
        X, y = self._checked(X, y, first)
        if first:
            self._start(X, y.shape[1])
        elif y.shape[1] != self.n_outputs_:
            raise ValueError(f"MLPRegressor.partial_fit: {y.shape[1]} numbers a row, and before {self.n_outputs_}")
        return self._learn(X, y, sample_weight, 1)

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Any, Any]:
        X, y = validate_data(self, X, y, dtype=(np.float64, np.float32), multi_output=True, y_numeric=True, reset=reset)
        if reset:
            self._flat = y.ndim == 1
        return X, (y[:, None] if y.ndim == 1 else y).astype(X.dtype, copy=False)

    def predict(self, X: Any) -> Any:
        """The numbers of each row, shape (n,) or (n, outputs) as in `fit`."""
        output = self._outputs(X)
        output = np.exp(output) if self.loss == "poisson_nll" else output
        return output[:, 0] if self._flat else output
