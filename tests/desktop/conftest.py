"""The sample town for programs of the desktop: the run that the workflow's tests make too."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The folder of the sample town's results, run once."""
    spec = importlib.util.spec_from_file_location("workflow_copies", TESTS / "workflow" / "conftest.py")
    copies = sys.modules["workflow_copies"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copies)
    base = tmp_path_factory.getbasetemp()
    made = copies.made_once((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample-town")
    return made / "project" / "data" / "processed" / "sample"
