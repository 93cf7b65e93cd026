"""NumPy's functions that look at values say in a replay who looked, and what to do."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import TracerError

X = np.array([1.0, -3.0, 2.0])
LOOKING = {
    "np.unwrap": np.unwrap,
    "np.roots": np.roots,
    "np.polyfit": lambda x: np.polyfit(x, x**2, 1),
    "np.polydiv": lambda x: np.polydiv(x, np.array([1.0, 2.0]))[0],
    "np.piecewise": lambda x: np.piecewise(x, [x > 0], [np.sin, 2.0]),
    "np.quantile": lambda x: np.quantile(np.arange(4.0), ag.abs(x) / 4),
    "np.trim_zeros": np.trim_zeros,
}


@pytest.mark.parametrize("name", LOOKING)
def test_who_looks_at_values_is_named_and_the_remedy_too(name):
    g = ag.grad(lambda x: ag.sum(ag.abs(LOOKING[name](x))))
    assert np.isfinite(g(X)).all()
    with pytest.raises(TracerError, match=rf"{name} looks at values.*outside of the replayed function"):
        ag.replay(g)(X)
