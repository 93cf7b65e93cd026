"""Special functions: ``ag.special.erf(x)``. Values come from SciPy (extra ``science``); all are differentiable.

SciPy finds them by itself: ``scipy.special.erf(t)`` of a Tensor is ``ag.special.erf(t)``.
"""

from autograd_lite.ops.reduce import log_softmax, logsumexp, softmax
from autograd_lite.ops.special.functions import (
    beta,
    betainc,
    betaincinv,
    betaln,
    dawsn,
    digamma,
    entr,
    erf,
    erfc,
    erfcinv,
    erfcx,
    erfinv,
    exp1,
    expi,
    expit,
    gamma,
    gammainc,
    gammaincc,
    gammaincinv,
    gammaln,
    i0,
    i0e,
    i1,
    i1e,
    iv,
    ive,
    j0,
    j1,
    jv,
    k0,
    k0e,
    k1,
    k1e,
    kl_div,
    kv,
    kve,
    log_expit,
    log_ndtr,
    logit,
    multigammaln,
    ndtr,
    ndtri,
    polygamma,
    rel_entr,
    rgamma,
    xlog1py,
    xlogy,
    y0,
    y1,
    yv,
    zeta,
)

# fmt: off
__all__ = [
    "beta", "betainc", "betaincinv", "betaln", "dawsn", "digamma", "entr", "erf", "erfc", "erfcinv", "erfcx",
    "erfinv", "exp1", "expi", "expit", "gamma", "gammainc", "gammaincc", "gammaincinv", "gammaln", "i0", "i0e",
    "i1", "i1e", "iv", "ive", "j0", "j1", "jv", "k0", "k0e", "k1", "k1e", "kl_div", "kv", "kve", "log_expit",
    "log_ndtr", "log_softmax", "logit", "logsumexp", "multigammaln", "ndtr", "ndtri", "polygamma", "rel_entr",
    "rgamma", "softmax", "xlog1py", "xlogy", "y0", "y1", "yv", "zeta",
]
# fmt: on
