"""SciPy and scikit-learn take Tensors as they take any array of the standard, and gradients flow through."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[1] / "tools" / "through_libraries.py"
NAMES = re.findall(r'^    "([\w.]+)": ', PROGRAM.read_text(), re.MULTILINE)
REFUSED = {"scipy.integrate.simpson", "scipy.signal.detrend"}


@pytest.fixture(scope="module")
def found():
    done = subprocess.run([sys.executable, PROGRAM], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", NAMES)
def test_gradients_flow_through(found, name):
    if name in REFUSED:
        # some versions of SciPy turn their argument into NumPy's own array here, newer ones compute with it as it is:
        # either the right derivative or an error, never a lost one
        assert found[name] == "ok" or found[name].startswith("TrackedError")
    else:
        assert found[name] == "ok"
