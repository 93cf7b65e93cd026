"""Functions of SciPy and scikit-learn of tracked Tensors, against finite differences: a program for its own process.

SciPy asks for SCIPY_ARRAY_API when it is first imported, so `test_through_libraries` starts this and reads its report.
"""

import json
import os
import warnings

os.environ["SCIPY_ARRAY_API"] = "1"

import numpy as np
import scipy.integrate
import scipy.signal
import scipy.special
import scipy.stats
import sklearn
from scipy.spatial.transform import Rotation
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances, rbf_kernel
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import autograd_lite as ag

RNG = np.random.default_rng(0)
X, Y, Z = RNG.normal(size=(8, 3)), RNG.normal(size=8), RNG.normal(size=(5, 3))
P = np.abs(X) + 0.3


def like(x, constant):
    """A constant in the library of `x`: scikit-learn wants all arguments of one."""
    return ag.asarray(constant) if isinstance(x, ag.Tensor) else constant


FUNCTIONS = {
    "scipy.special.logsumexp": lambda x: scipy.special.logsumexp(x, axis=1),
    "scipy.special.softmax": lambda x: scipy.special.softmax(x, axis=1),
    "scipy.special.log_softmax": lambda x: scipy.special.log_softmax(x, axis=1),
    "scipy.special.erf": scipy.special.erf,
    "scipy.stats.zscore": scipy.stats.zscore,
    "scipy.stats.skew": lambda x: scipy.stats.skew(x, axis=0),
    "scipy.stats.kurtosis": lambda x: scipy.stats.kurtosis(x, axis=0),
    "scipy.stats.moment": lambda x: scipy.stats.moment(x, 3, axis=0),
    "scipy.integrate.trapezoid": lambda x: scipy.integrate.trapezoid(x, dx=0.1, axis=0),
    "scipy.integrate.cumulative_simpson": lambda x: scipy.integrate.cumulative_simpson(x, dx=0.1, axis=0),
    "scipy.signal.fftconvolve": lambda x: scipy.signal.fftconvolve(x[:, 0], x[:, 1]),
    "Rotation.as_matrix": lambda x: Rotation.from_rotvec(x[0]).as_matrix(),
    "Rotation.apply": lambda x: Rotation.from_rotvec(x[0]).apply(x[1:]),
    "StandardScaler": lambda x: StandardScaler().fit(x).transform(x),
    "MinMaxScaler": lambda x: MinMaxScaler().fit(x).transform(x),
    "PCA.transform": lambda x: PCA(2, svd_solver="full").fit(x).transform(x),
    "PCA.explained_variance_": lambda x: PCA(2, svd_solver="full").fit(x).explained_variance_,
    "Ridge": lambda x: Ridge(alpha=0.5, solver="svd").fit(x, like(x, Y)).predict(like(x, Z)),
    "rbf_kernel": lambda x: rbf_kernel(x, like(x, Z)),
    "euclidean_distances": lambda x: euclidean_distances(x, like(x, Z)),
    "cosine_similarity": lambda x: cosine_similarity(x, like(x, Z)),
}
POSITIVE = {
    "scipy.stats.gmean": lambda x: scipy.stats.gmean(x, axis=0),
    "scipy.stats.hmean": lambda x: scipy.stats.hmean(x, axis=0),
    "scipy.stats.entropy": lambda x: scipy.stats.entropy(x, axis=0),
    "scipy.special.xlogy": lambda x: scipy.special.xlogy(x, x),
}
REFUSED = {  # written for NumPy alone: they would convert a Tensor, which is an error, never a lost gradient
    "scipy.integrate.simpson": lambda x: scipy.integrate.simpson(x, dx=0.1, axis=0),
    "scipy.signal.detrend": lambda x: scipy.signal.detrend(x, axis=0),
}


def report(f, x):
    """ "ok", or what is wrong."""
    try:
        y, expected = f(ag.Var(x)), f(x)
        assert isinstance(y, ag.Tensor)
        assert y.requires_grad
        np.testing.assert_allclose(y.value, expected, rtol=1e-10, atol=1e-12)  # other orders of summation
        ag.check_grads(f, (x,), order=1)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "ok"


def main():
    sklearn.set_config(array_api_dispatch=True)
    warnings.simplefilter("ignore")  # of the libraries' own divisions by zero, which they mask afterwards
    found = {name: report(f, X) for name, f in FUNCTIONS.items()}
    found |= {name: report(f, P) for name, f in POSITIVE.items()}
    found |= {name: report(f, X) for name, f in REFUSED.items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
