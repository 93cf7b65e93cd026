"""How hypothesis works here, what coverage traces, and a seed for every test.

Profile "ci" draws the same few examples on every run, so that a failure there is a change of the code; "deep" draws
many new ones. Choose with HYPOTHESIS_PROFILE=deep or ``pytest --hypothesis-profile=deep``.
"""

import os
import zlib
from collections import Counter
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from autograd_lite.core import pulls, sweep

SLOW_STARTS = [HealthCheck.too_slow, HealthCheck.data_too_large]  # the first example of a process imports and compiles

settings.register_profile("ci", deadline=None, derandomize=True, max_examples=15, suppress_health_check=SLOW_STARTS)
settings.register_profile("deep", deadline=None, max_examples=500, suppress_health_check=SLOW_STARTS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test of many cases coverage traces one in twelve, chosen by its name: tracing triples a test's time."""
    cases = Counter([item.nodeid.partition("[")[0] for item in items])
    for item in items:
        if cases[item.nodeid.partition("[")[0]] > 4 and zlib.crc32(item.nodeid.encode()) % 12:
            item.add_marker(pytest.mark.no_cover)


def seeded(name: str) -> np.random.Generator:
    """A generator that depends on `name` alone."""
    return np.random.default_rng(zlib.crc32(name.encode()))


@contextmanager
def all_sizes_in_place():
    """Inside, adjoints of every size are treated as large ones: added to, and multiplied, in memory that is there."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (pulls, sweep):
            patch.setattr(module, "LARGE", 0)
        yield


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that are this test's own: the same alone, in the whole suite and in any worker."""
    return seeded(request.node.nodeid)
