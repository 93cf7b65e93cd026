"""How `make test` runs the notebooks."""

import os
from collections.abc import Iterator

import pytest
from nbclient import NotebookClient

NotebookClient.startup_timeout = 3600  # seconds: a kernel starts when a busy machine gets to it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Their kernels are not traced for coverage: it would double their time and spoil what they measure of it."""
    kept = {key: os.environ.pop(key) for key in list(os.environ) if key.startswith("COV")}
    try:
        return (yield)
    finally:
        os.environ.update(kept)
