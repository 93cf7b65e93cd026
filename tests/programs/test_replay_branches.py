"""Functions that take another way for other values (ranks, NaN, ties, zeros): a replay goes with them, or refuses."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.errors import TracerError
from tests.conftest import seeded
from tests.programs.test_replay_values import agree, awkward, outcome

L = ag.linalg

MATRICES = {
    "pinv": L.pinv,
    "matrix_rank": lambda x: L.matrix_rank(x) * ag.sum(x),
    "cond": L.cond,
    "largest singular value": lambda x: np.linalg.norm(x, 2),
    "nuclear norm": lambda x: np.linalg.norm(x, "nuc"),
    "slogdet": lambda x: L.slogdet(x).logabsdet,
    "det": L.det,
    "eigvalsh": L.eigvalsh,
    "eigenvectors": lambda x: L.eigh(x).eigenvectors ** 3,
    "singular vectors": lambda x: L.svd(x).U ** 3,
    "eigvals": lambda x: ag.real(np.linalg.eigvals(x)),
    "inv": L.inv,
    "cholesky": L.cholesky,
    "solve": lambda x: L.solve(x, np.ones((3, 1))),
    "qr": lambda x: L.qr(x).R,
    "matrix_power": lambda x: L.matrix_power(x, 3),
    "corrcoef": ag.corrcoef,
}

VECTORS = {
    "median": ag.median,
    "quantile": lambda x: ag.quantile(x, [0.2, 0.5]),
    "quantile in q": lambda x: ag.quantile(x * 0 + np.arange(5.0), x / 4),
    "nanmedian": np.nanmedian,
    "nanmax": np.nanmax,
    "nansum": np.nansum,
    "std": ag.std,
    "average": lambda x: ag.average(np.arange(5.0), weights=x),
    "logsumexp": ag.logsumexp,
    "softmax": lambda x: ag.softmax(x) ** 2,
    "interp": lambda x: ag.interp(x, np.arange(3.0), np.arange(3.0) ** 2),
    "cumulative_prod": ag.cumulative_prod,
    "cumulative_max": ag.cumulative_max,
    "nan_to_num": ag.nan_to_num,
    "hypot": lambda x: ag.hypot(x, x),
    "norm": L.vector_norm,
    "3-norm": lambda x: L.vector_norm(x, ord=3),
    "power of itself": lambda x: ag.abs(x) ** x,
    "xlogy": lambda x: ag.special.xlogy(x, x),
    "sinc": ag.sinc,
    "a root of what is positive": lambda x: ag.where(x > 0, ag.sqrt(x), x),
    "the positive": lambda x: ag.log(x[x > 0]),
    "the first positive": lambda x: x[ag.argmax(x > 0)],
    "count_nonzero": lambda x: ag.count_nonzero(x) * x,
}


@pytest.mark.parametrize("name", [*MATRICES, *VECTORS])
def test_a_replay_takes_the_way_of_the_values(name):
    f, rng = (MATRICES | VECTORS)[name], seeded(name)
    start = rng.normal(size=(3, 3)) if name in MATRICES else rng.uniform(0.5, 2.0, 5)
    total = lambda x: ag.sum(ag.asarray(f(x)) * 1.0)
    for g in (f, ag.grad(total), lambda x: ag.hvp(total, (x,), (0.3 * np.ones_like(x),))):
        fast = ag.replay(g)
        for point in (start, *awkward(rng, start), start):
            agree(outcome(fast, [point]), outcome(g, [point]), (name, point))


REFUSED = {
    "nonzero": lambda x: x[ag.nonzero(x)[0]],
    "unique_values": ag.unique_values,
    "nanmean": lambda x: ag.grad(lambda x: np.nanmean(x))(x),
    "unwrap": lambda x: ag.grad(lambda x: ag.sum(np.unwrap(x)))(x),
    "a histogram": lambda x: ag.grad(lambda x: ag.sum(x * np.histogram(x, bins=5)[0]))(x),
    "repeat": lambda x: ag.repeat(x, (x > 0).astype(int)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_computes_with_the_values_in_python_is_refused(name):
    f, rng = REFUSED[name], seeded(name)
    start = rng.uniform(0.5, 2.0, 5)
    with pytest.raises(TracerError, match=r"ag\.where"):
        ag.replay(f)(start)
    easy = ag.replay(f, strict=False)
    for point in (start, *awkward(rng, start)):
        agree(outcome(easy, [point]), outcome(f, [point]), (name, point))
