"""What a replayed function's views see of its writes is what they see when it is called: the same copies, and views."""

import warnings

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import TracerError
from tests.core.test_views import NESTED, VIEWS

SHAPES = [(), (1,), (3,), (2, 3)]
LOOKING = {"np.asarray_chkfinite(x)", "np.trim_zeros(x)"}  # at values: no program repeats them
STRIDED = ["x[::2]", "x.T[::-1]", "np.broadcast_to(x[:1], x.shape)", "np.broadcast_to(x, (2, *x.shape))[:, ::2]"]


def writing(view, inner, write):
    """A function that takes a view of part of an array of its own, and writes to that array."""
    lines = [f"w = {inner}", f"v = {spelled(view)}", write]
    code = [compile(line, line, "exec") for line in lines]

    def f(x):
        local = {"np": np, "x": ag.asarray(x) * 1.0}
        for line in code:
            exec(line, local)
        return local["x"] * 1.0, local["v"] * 1.0

    return f


def spelled(view):
    """`view`, of `w` in the place of `x`."""
    return view.replace("x[", "w[").replace("x.", "w.").replace("(x", "(w").replace(" x", " w").replace("[x", "[w")


def called(f, *args):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return [np.asarray(part) for part in f(*args)]


@pytest.mark.parametrize("view", [view for view in VIEWS if view not in LOOKING])
def test_a_replay_has_the_views_and_the_copies_of_its_function(view):
    wrong, compared = [], 0
    for shape in SHAPES:
        x = np.arange(1.0, 1 + np.prod(shape, dtype=int)).reshape(shape) - 1.5
        for inner in NESTED + STRIDED:
            for write in ("x[...] = 7.0", "x[0] = 5.0", "w[...] = 7.0"):
                f = writing(view, inner, write)
                try:
                    expected = called(f, x)
                except (ValueError, TypeError, LookupError, AttributeError, ag.errors.AutogradError):
                    continue  # refused when called, too
                try:
                    found = called(ag.replay(f), x)
                except TracerError:
                    continue  # refused, not wrong
                compared += 1
                if not all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True)):
                    wrong.append((shape, inner, write, [a.tolist() for a in expected], [a.tolist() for a in found]))
    assert compared
    assert not wrong, f"{len(wrong)}: " + "\n".join(map(str, wrong[:4]))
