"""The catalogue as it is without changes, written once for all tests of this folder, which only read it."""

import catalogued
import pytest


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """The frames, the cities and the folder of the catalogue."""
    folder = tmp_path_factory.mktemp("plain")
    return *catalogued.write(folder), folder / "catalogue"
