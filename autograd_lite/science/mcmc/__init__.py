"""Markov chain Monte Carlo: `hmc` and its parts, and what tells whether its draws can be trusted.

The diagnostics take draws of any sampler. A dynamic trajectory length (NUTS) and more is in mici, which takes the
engine's gradients as they are.
"""

from autograd_lite.science.mcmc.diagnostics import autocorrelation, bfmi, ess, mcse, rhat
from autograd_lite.science.mcmc.hmc import hmc
from autograd_lite.science.mcmc.integrator import Path, leapfrog
from autograd_lite.science.mcmc.samples import Samples

__all__ = ["Path", "Samples", "autocorrelation", "bfmi", "ess", "hmc", "leapfrog", "mcse", "rhat"]
