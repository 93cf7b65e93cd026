"""``python -m benchmarks [SUITE …] [--rounds 15] [--save]``: all suites in `SUITES`, or those that are named."""

# ruff: noqa: E402  # the number of threads is read when NumPy and PyTorch are imported, so it is set first

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import importlib
import platform
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks import long_chain
from benchmarks.harness import HEADER, OURS, Result, lines, measure

SUITES = (
    "scalars",
    "networks",
    "physics",
    "arrays",
    "matrices",
    "optimisers",
    "training",
    "inference",
    "integration",
    "long_chain",
)
RESULTS = Path(__file__).parent / "results"


def processor() -> str:
    """What the machine computes with."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def setting(rounds: int) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "torch", "autograd"))
    return (
        f"{processor()}, one thread, {platform.system()}, Python {platform.python_version()}, {packages}; float64; "
        f"medians of {rounds} rounds, ratio: the median of ours / peer within a round."
    )


def plot(results: list[Result], path: Path) -> None:
    """A bar per comparison: ours over the peer, and a mark at what is to be reached."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    pairs = [(r, peer) for r in results for peer in r.times if peer != OURS]
    figure, axes = plt.subplots(figsize=(9, 1 + 0.42 * len(pairs)), layout="constrained")
    for i, (result, peer) in enumerate(pairs):
        ratio, target = result.ratio(peer), result.work.targets.get(peer)
        fine = target is None or ratio <= target
        axes.barh(i, ratio, color="tab:green" if fine else "tab:red", height=0.7, alpha=0.8)
        if target is not None:
            axes.plot([target, target], [i - 0.4, i + 0.4], color="black", linewidth=2)
    axes.set_yticks(range(len(pairs)), [f"{r.work.name}\nvs {peer}" for r, peer in pairs], fontsize=7)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="grey", linewidth=0.8)
    axes.set_xlabel("time of autograd_lite / time of the peer (black: to reach)")
    figure.savefig(path)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("suites", nargs="*", default=SUITES, metavar="suite", help=f"of {', '.join(SUITES)}")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--save", action="store_true", help=f"write the table and the plot to {RESULTS.name}/")
    options = parser.parse_args()
    if unknown := set(options.suites) - set(SUITES):
        parser.error(f"no suite {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}")
    torch.set_num_threads(1)
    table, results = [setting(options.rounds), "", HEADER], []
    print("\n".join(table), flush=True)
    for suite in options.suites:
        if suite == "long_chain":
            rows = long_chain.report()
            table += rows
            print("\n".join(rows), flush=True)
            continue
        for work in importlib.import_module(f"benchmarks.{suite}").works():
            result = measure(work, options.rounds)
            results.append(result)
            table += (rows := lines(result))
            print("\n".join(rows), flush=True)
    if options.save:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "table.md").write_text("\n".join(table) + "\n")
        plot(results, RESULTS / "ratios.svg")


if __name__ == "__main__":
    main()
