"""``python -m nn demo``: the lecture's table, a trained network, and pictures of both."""

from __future__ import annotations

from math import log, pi
from pathlib import Path
from time import perf_counter
from typing import Any

import autograd_lite as ag
from nn.command import report
from nn.data.tables import digits
from nn.losses.modules import cross_entropy

__all__ = ["demo"]


def log_density(y: Any, mu: Any, sigma: Any) -> Any:
    """The log of the normal density, step by step as in the lecture."""
    v5 = (y - mu) / sigma
    return -0.5 * v5**2 - ag.log(sigma) - 0.5 * log(2 * pi)


def demo(out: Path = Path("report"), progress: bool = True) -> None:
    """Print the table of the log-normal density and check its derivatives; train on digits; write the report."""
    out.mkdir(parents=True, exist_ok=True)
    print("The log of the normal density at y = 1.3, μ = 0.4, σ = 0.9, as it is computed:\n")
    y, mu, sigma = ag.Var(1.3, name="y"), ag.Var(0.4, name="μ"), ag.Var(0.9, name="σ")
    table = ag.tape(log_density(y, mu, sigma))
    print(table)
    print("\nand its reverse sweep: the adjoint of each line, from those of the lines that use it:\n")
    swept = table.reverse()
    print(swept)
    print("\nThe derivatives against their closed form:\n")
    d, s = 1.3 - 0.4, 0.9
    exact = {"y": -d / s**2, "μ": d / s**2, "σ": (d**2 - s**2) / s**3}
    for name, closed in exact.items():
        print(f"  ∂f/∂{name} = {float(swept[name].adjoint):+.15f}   closed form {closed:+.15f}")
    largest = max(abs(float(swept[name].adjoint) - closed) for name, closed in exact.items())
    print(f"  largest difference: {largest:.1e}\n")
    ag.draw(swept, partials=True).render(str(out / "log_density.svg"))

    start = perf_counter()
    trained = report.train(digits(), hidden=(128,), out=out, progress=progress)
    print(f"trained and tested in {perf_counter() - start:.1f} s")
    loss = cross_entropy(trained.model(ag.Tensor(trained.inputs[:32], name="X")), trained.targets[:32])
    loss.name = "loss"
    ag.draw(loss, values=False).render(str(out / "network_loss.svg"))

    print("\nWritten:")
    for path in [out / "log_density.svg", out / "network_loss.svg", *trained.files]:
        print(f"  {path}")
