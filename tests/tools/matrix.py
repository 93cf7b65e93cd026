"""``python -m tests.tools.matrix [NAME ...] [-- ARGUMENT ...]``: the tests as other machines run them, a line for each.

Processors: this Python, with OpenBLAS's kernels of another processor, or without NumPy's own vector instructions.
Pythons: each that is found, or those in the variable PYTHONS, with the newest dependencies, and the oldest of them with
the oldest dependencies that pyproject.toml allows, in environments of their own in ``.venv-matrix/``.

A NAME chooses the configurations that contain it ("zen", "3.13", "python"); the arguments are pytest's, as a rule
files: all tests if there are none. What each run says is in ``.venv-matrix/<configuration>.log``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv-matrix"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

KERNELS = {  # OPENBLAS_CORETYPE: the names that OpenBLAS may give it, since processors share kernels
    "Haswell": {"Haswell"},  # AVX2
    "Zen": {"Zen", "Haswell"},
    "SkylakeX": {"SkylakeX"},  # AVX-512
    "Prescott": {"Prescott", "Katmai"},  # the generic one: any x86-64 has what it uses
}
KERNEL = """
import threadpoolctl, numpy, scipy.linalg
print(*{library.get("architecture") for library in threadpoolctl.threadpool_info()})
"""
FEATURES = """
from numpy._core._multiarray_umath import __cpu_dispatch__ as dispatched, __cpu_features__ as features
print(*[name for name in dispatched if features[name]])
"""
AVX512 = "from numpy._core._multiarray_umath import __cpu_features__ as f; print(f.get('AVX512F'))"
VERSIONS = "import sys, numpy, scipy; print(sys.version.split()[0], numpy.__version__, scipy.__version__)"

Setup = Callable[[], tuple[Path, dict[str, str]]]
"""Sets a configuration up: the Python to run, and the environment variables it needs."""


class Unavailable(Exception):
    """A configuration that this machine cannot run."""


# -- processors -------------------------------------------------------------------------------------------------------


def says(python: Path, code: str, **environment: str) -> str:
    """What a fresh interpreter prints that runs `code`."""
    done = subprocess.run(
        [python, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unavailable(f"{python}: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
    return done.stdout.strip()


def kernel(core: str) -> tuple[Path, dict[str, str]]:
    """This Python with OpenBLAS's kernels for the processor `core`, which are seen to be the ones in use."""
    python = Path(sys.executable)
    if core == "SkylakeX" and says(python, AVX512) != "True":  # OpenBLAS would take our word, and crash
        raise Unavailable("this processor has no AVX-512")
    used = says(python, KERNEL, OPENBLAS_CORETYPE=core)
    if not set(used.split()) <= KERNELS[core]:
        raise Unavailable(f"OpenBLAS took {used} for {core}")
    return python, {"OPENBLAS_CORETYPE": core}


def without_vectors() -> tuple[Path, dict[str, str]]:
    """This Python without the vector instructions that NumPy chooses when it starts."""
    python = Path(sys.executable)
    names = says(python, FEATURES)
    variables = {"NPY_DISABLE_CPU_FEATURES": names}
    if left := says(python, FEATURES, **variables):
        raise Unavailable(f"NumPy keeps {left}")
    return python, variables


# -- Pythons ----------------------------------------------------------------------------------------------------------


def interpreters() -> dict[str, Path]:
    """The Pythons to run, by version, from the oldest to the newest."""
    if names := os.environ.get("PYTHONS", "").split():
        candidates = [Path(shutil.which(name) or name) for name in names]
    else:
        minors = range(11, 30)
        candidates = [Path(path) for n in minors if (path := shutil.which(f"python3.{n}"))]
        candidates += [p for n in minors for p in sorted(Path.home().glob(f".pyenv/versions/3.{n}.*/bin/python"))]
    version = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    found = {}
    for path in candidates:
        try:
            found[says(path, version)] = path
        except Unavailable:
            if names:
                raise
    return dict(sorted(found.items(), key=lambda item: [int(n) for n in item[0].split(".")]))


def oldest(requirement: str) -> str:
    """The first version that a requirement allows, with its repairs: ``scipy>=1.14`` to ``scipy==1.14.*``."""
    name, bound, version = requirement.partition(">=")
    return f"{name}=={version}{'' if '.' in version else '.0'}.*" if bound else requirement


def environment(name: str, python: Path, old: bool) -> tuple[Path, dict[str, str]]:
    """An environment of `python` with the newest dependencies, or the oldest."""
    folder = FOLDER / name
    mine = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    extras = [r for key, group in PROJECT["project"]["optional-dependencies"].items() if key != "all" for r in group]
    users = [*PROJECT["project"]["dependencies"], *extras]
    pinned = [oldest(r) for r in users] if old else users
    with (FOLDER / f"{name}.log").open("w", encoding="utf-8") as log:
        call = partial(subprocess.run, check=True, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        if not mine.exists():
            call([python, "-m", "venv", folder])
        pip = [mine, "-m", "pip", "install", "--quiet", "--upgrade"]
        call([*pip, "pip"])
        call([*pip, "--upgrade-strategy", "eager", "--editable", ".", *pinned, *PROJECT["dependency-groups"]["dev"]])
    return mine, {}


# -- running ----------------------------------------------------------------------------------------------------------


def configurations() -> dict[str, Setup]:
    """By name, each configuration's set-up."""
    found: dict[str, Setup] = {core.lower(): partial(kernel, core) for core in KERNELS}
    found["no-vectors"] = without_vectors
    for number, (version, python) in enumerate(interpreters().items()):
        for old in (True, False) if number == 0 else (False,):
            name = f"python{version}-{'oldest' if old else 'newest'}"
            found[name] = partial(environment, name, python, old)
    return found


def line(name: str, setup: Setup, arguments: list[str]) -> tuple[bool, str]:
    """Run a configuration: whether it passed, and how it went."""
    log = FOLDER / f"{name}.log"
    try:
        python, variables = setup()
    except Unavailable as error:
        return True, f"not run: {error}"
    except subprocess.CalledProcessError:
        return False, f"its packages cannot be installed, see {log}"
    command = [python, "-m", "pytest", "-q", "-n", os.environ.get("WORKERS", "2"), "--dist", "worksteal", *arguments]
    with log.open("w", encoding="utf-8") as out:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **variables}, stdout=out, stderr=subprocess.STDOUT, check=False
        )
    last = log.read_text(encoding="utf-8").strip().splitlines()[-1].strip("= ")
    see = f", see {log}" if done.returncode else ""
    return not done.returncode, "Python {}, NumPy {}, SciPy {}: ".format(*says(python, VERSIONS).split()) + last + see


def main(words: list[str]) -> int:
    """Print a line for each configuration chosen; 1 if one of them failed."""
    cut = words.index("--") if "--" in words else len(words)
    names, arguments = words[:cut], words[cut + 1 :] or ["tests", "autograd_lite", "nn"]
    FOLDER.mkdir(exist_ok=True)
    every = configurations()
    chosen = {name: setup for name, setup in every.items() if not names or any([word in name for word in names])}
    if not chosen:
        print("there is no such configuration; there are:", *every)
        return 1
    results = []
    for name, setup in chosen.items():
        passed, text = line(name, setup, arguments)
        results.append(passed)
        print(f"{name:20} {text}", flush=True)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
