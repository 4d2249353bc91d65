"""Readers given spoilt files by hypothesis: each is read, or told in a sentence that names the file.

The same examples each time, a few; with FUZZ=<number> so many new ones (`make fuzz`), and what fails is kept in
.hypothesis and tried first the next time.
"""

import os
import resource
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

SLOWEST = timedelta(seconds=20)  # of one file, on a busy machine
MOST_KB = 600_000  # that a reader takes more than before
ANY = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile(
    "few", derandomize=True, database=None, max_examples=60, deadline=SLOWEST, suppress_health_check=ANY
)
settings.register_profile(
    "many", max_examples=int(os.environ.get("FUZZ") or 1), deadline=SLOWEST, suppress_health_check=ANY
)
settings.load_profile("many" if os.environ.get("FUZZ") else "few")


@pytest.fixture(autouse=True)
def bounded_memory():
    """See that a test takes no absurd memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KB


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder for the files of a module, written anew for each example."""
    return tmp_path_factory.mktemp("fuzz")
