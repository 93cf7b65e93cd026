"""Data to learn from, as numbers: scikit-learn's digits, or a column of a CSV file from the others."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.support import nearest, optional

__all__ = ["Table", "TableError", "digits", "read_csv"]

FEW = 20
"""A target of whole numbers is one of classes when it has at most so many different ones."""

MANY = 50
"""A column of text with more different values than this is no category."""


class TableError(ValueError):
    """A table that cannot be learnt from, in one line."""


@dataclass(frozen=True)
class Table:
    """Inputs and targets.

    Attributes
    ----------
    name : str
    X : array, shape (n, columns)
    y : array, shape (n,)
        Integers from 0 for classes, floats for a regression.
    columns : list of str
        What the columns of X are.
    target : str
    classes : list or None
        What the integers of y stand for; None for a regression.
    images : array of shape (n, height, width), or None
    """

    name: str
    X: Any
    y: Any
    columns: list[str]
    target: str
    classes: list[Any] | None = None
    images: Any = None

    def parts(self, fraction: float, seed: int) -> tuple[Any, Any]:
        """The indices of rows to learn from, and of a random `fraction` to test on (of each class, if there are any).

        Raises
        ------
        TableError
            Too few rows, of a class or at all.
        """
        selection = optional("sklearn.model_selection", "data", "holding out test rows")
        rows = np.arange(len(self.y))
        try:
            learn, test = selection.train_test_split(
                rows, test_size=fraction, random_state=seed, stratify=self.y if self.classes else None
            )
        except ValueError as error:
            raise TableError(f"{self.name}: too few rows to hold out {fraction:.0%} for a test: {error}") from error
        return learn, test


def digits() -> Table:
    """The 1797 handwritten digits of 8 by 8 pixels that come with scikit-learn; pixels run from 0 to 16."""
    bunch = optional("sklearn.datasets", "data", "the digits").load_digits()
    return Table(
        "digits",
        bunch.data,
        bunch.target,
        list(bunch.feature_names),
        "digit",
        [int(c) for c in bunch.target_names],
        bunch.images,
    )


def read_csv(path: str | os.PathLike[str], target: str) -> Table:
    """A CSV file with a header: the column `target` to be predicted from all others.

    Text and true/false columns are categories, and become one column of 0 and 1 for each value. A target that is text,
    true/false, or whole numbers with at most 20 different values, is one of classes; other numbers are a regression.

    Parameters
    ----------
    path : path or URL that pandas reads
    target : str

    Raises
    ------
    TableError
        No such file or column, missing or infinite values, a constant target, text that is no category.
    """
    pandas = optional("pandas", "data", "reading CSV files")
    try:
        frame = pandas.read_csv(path)
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        raise TableError(f"{path}: cannot be read as CSV: {str(error).splitlines()[0]}") from error
    columns = [str(c) for c in frame.columns]
    frame.columns = columns
    if target not in columns:
        raise TableError(f"{path}: there is no column {target!r}{nearest(target, columns)}")
    if len(columns) < 2 or len(frame) < 10:
        raise TableError(f"{path}: {len(frame)} rows of {len(columns)} columns are too few; 10 of 2 is the least")
    _complete(frame, path)
    values = frame.pop(target)
    if values.nunique() < 2:
        raise TableError(f"{path}: the target {target!r} is {values.iloc[0]} in all rows: there is nothing to learn")
    y, classes = _targets(values, path)
    texts = [c for c in frame.columns if not _numeric(frame[c])]
    for c in texts:
        if frame[c].nunique() > MANY:
            raise TableError(f"{path}: column {c!r} has {frame[c].nunique()} different texts; leave it out")
    inputs = pandas.get_dummies(frame, columns=texts, dtype=float)
    return Table(str(path), inputs.to_numpy(dtype=float), y, [str(c) for c in inputs.columns], target, classes)


def _numeric(column: Any) -> bool:
    """Whether a column holds numbers, true and false not counted."""
    return getattr(column.dtype, "kind", "O") in "iuf"


def _complete(frame: Any, path: Any) -> None:
    missing = frame.isna().sum()
    numbers = frame[[c for c in frame.columns if _numeric(frame[c])]]
    infinite = np.isinf(numbers.to_numpy(dtype=float)).sum(axis=0)
    found = [f"{n} in {c!r}" for c, n in missing.items() if n]
    found += [f"{n} infinite in {c!r}" for c, n in zip(numbers.columns, infinite, strict=True) if n]
    if found:
        raise TableError(f"{path}: missing values ({', '.join(found)}); fill them in or drop those rows first")


def _targets(values: Any, path: Any) -> tuple[Any, list[Any] | None]:
    """A target column as integers with their classes, or as floats."""
    if _numeric(values):
        numbers = values.to_numpy()
        if (numbers != np.round(numbers)).any() or values.nunique() > FEW:
            return numbers.astype(float), None
    elif values.nunique() > MANY:
        raise TableError(f"{path}: the target {values.name!r} has {values.nunique()} different texts: too many classes")
    classes, y = np.unique(values.to_numpy(dtype=None if _numeric(values) else object), return_inverse=True)
    return y, classes.tolist()
