"""What can go wrong, as one tree.

::

    AutogradError                    everything this package raises of its own
    ├── NonScalarError  (ValueError)      a gradient was asked of an output that is not one number
    ├── SeedError       (ValueError)      a seed, tangent or primal that does not fit what it is given for
    ├── UntrackedError  (ValueError)      a derivative was asked of something no variable reaches
    ├── NotDifferentiableError (TypeError)  a variable of a dtype that has no derivatives
    ├── TrackedError    (TypeError)       a tracked Tensor would have lost its tape
    ├── DegenerateError (ValueError)      a decomposition that has no derivative at this matrix
    ├── SingularMassError (LinAlgError)  a Lagrangian that does not determine an acceleration
    ├── TracerError     (TypeError)       a recording to be replayed depends on a value
    ├── CheckpointError (RuntimeError)   a checkpointed function gave something else when it ran again
    ├── NoRuleError     (TypeError)       an operation without a rule, or a NumPy function without an equivalent
    ├── ExpressionError (ValueError)      a formula that cannot be parsed
    ├── GradientMismatch (AssertionError) a derivative that differs from its finite difference
    ├── NonFiniteError  (FloatingPointError)  the first NaN or infinity, found by ``debug()``
    └── MissingExtraError (ImportError)   a package of an optional extra is not installed

Errors of NumPy itself (shapes that do not broadcast, an index out of range) keep NumPy's class;
their message gains the operation and the shapes of its operands.
"""

from __future__ import annotations

import sys
from typing import Any

from numpy.linalg import LinAlgError

__all__ = [
    "AutogradError",
    "CheckpointError",
    "DegenerateError",
    "ExpressionError",
    "GradientMismatch",
    "MissingExtraError",
    "NoRuleError",
    "NonFiniteError",
    "NonScalarError",
    "NotDifferentiableError",
    "SeedError",
    "SingularMassError",
    "TracerError",
    "TrackedError",
    "UntrackedError",
]


class AutogradError(Exception):
    """The root of every error this package raises of its own."""


class NonScalarError(AutogradError, ValueError):
    """A gradient was asked of an output that is not one number."""


class SeedError(AutogradError, ValueError):
    """A seed, tangent or primal does not fit the value it is given for."""


class UntrackedError(AutogradError, ValueError):
    """A derivative was asked of something that no variable reaches."""


class NotDifferentiableError(AutogradError, TypeError):
    """A variable of a dtype (integer, boolean, …) that has no derivatives."""


class TrackedError(AutogradError, TypeError):
    """A tracked Tensor was about to be turned into a plain array, losing its tape."""


class DegenerateError(AutogradError, ValueError):
    """A vector of a decomposition has no derivative: its eigenvalue or singular value is repeated, or there is none."""


class SingularMassError(AutogradError, LinAlgError):
    """A Lagrangian has a singular mass matrix, so that it does not determine the acceleration."""


class TracerError(AutogradError, TypeError):
    """A recording to be replayed depends on a value that is different in every run."""


class CheckpointError(AutogradError, RuntimeError):
    """A checkpointed function gave something else when a sweep ran it again."""


class NoRuleError(AutogradError, TypeError):
    """An operation has no derivative rule, or a NumPy function no equivalent here."""


class ExpressionError(AutogradError, ValueError):
    """A formula could not be parsed."""


class GradientMismatch(AutogradError, AssertionError):
    """A derivative differs from its finite difference."""


class NonFiniteError(AutogradError, FloatingPointError):
    """The first NaN or infinity under ``debug()``."""


class MissingExtraError(AutogradError, ImportError):
    """A package that belongs to an optional extra is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs {package}: pip install 'autograd-lite[{extra}]'")
        self.package, self.extra = package, extra


def said(x: Any) -> str:
    """What somebody gave, in few words: a short value, and its type."""
    text = repr(x) if isinstance(x, (str, bytes, int, float, complex, tuple, list, dict, set, type(None))) else ""
    return f"{text} ({type(x).__name__})" if 0 < len(text) <= 40 else f"a {type(x).__name__}"


def explain(error: Exception, name: str, args: Any) -> Exception:
    """`error`, of its own class, with a message that names the operation `name` and its operands."""

    def say(x: Any) -> str:
        x = getattr(x, "value", x)  # of a Tensor, or of a row
        return f"{tuple(x.shape)} {x.dtype}" if hasattr(x, "dtype") and hasattr(x, "shape") else repr(x)

    if isinstance(error, NoRuleError):
        return error
    if isinstance(error, TypeError) and any(["object" in say(x) for x in args if hasattr(x, "value")]):
        error = TypeError(f"{error}; {OBJECTS}")
    prefix = "" if f"{error}".startswith(f"{name}: ") else f"{name}: "
    text = f"{prefix}{error} [operands: {', '.join(map(say, args))}]"
    try:
        return type(error)(text)
    except Exception:  # an exception class with another signature keeps its own message
        error.add_note(text)
        return error


def uncovered(error: Exception) -> None:
    """Note on a library's `error` what it covers: a refusal of a tracked Tensor, which its last line does not show."""
    inner: BaseException | None = error
    met = set()  # an error may be its own cause
    while inner is not None and id(inner) not in met:
        if isinstance(inner, TrackedError):
            if inner is not error and str(inner) not in getattr(error, "__notes__", ()):
                error.add_note(str(inner))
            return
        met.add(id(inner))
        inner = inner.__cause__ or (None if inner.__suppress_context__ else inner.__context__)


OBJECTS = "an array of dtype object has no derivatives: give it numbers, as in x.astype(float)"

INSTEAD = {
    "scipy.special": "ag.special, ag.logsumexp or ag.softmax",
    "scipy.linalg": "ag.linalg",
    "scipy.stats": "the density written with ag.special and NumPy's functions",
    "scipy.optimize": "f(x).item() in the function that it calls (ag.grad gives jac=)",
    "scipy.integrate": "ag.trapezoid or ag.ode, or f(x).item() in the function that it calls",
    "scipy.interpolate": "ag.interp",
    "scipy.fft": "ag.fft",
    "scipy.signal": "ag.convolve, ag.correlate or ag.fft",
    "scipy.sparse": "A.toarray(), or ag.linear to register the product with A",
    "matplotlib": "x.detach() in a picture",
    "numpy.ma": "x.filled(0.0) or x.compressed(), since the mask would be lost, or ag.where(mask, 0.0, …)",
    "pandas": "s.to_numpy() of the Series or frame",
}
"""What to write instead of a library's function that takes no tracked Tensor, for the message of its error."""


ROOTS = {"autograd_lite", "numpy", "scipy"} | {name.partition(".")[0] for name in INSTEAD}


def instead() -> str | None:
    """What to write instead of another library's function, if one is running, by the frames that called."""
    frame: Any = sys._getframe(1)
    found = other = None
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        root = module.partition(".")[0]
        if root not in ROOTS:
            break
        found = next((remedy for name, remedy in INSTEAD.items() if f"{module}.".startswith(f"{name}.")), found)
        other = "ag.linalg, ag.fft, ag.special or another of this package's functions" if root == "scipy" else other
        frame = frame.f_back
    return found or other
