"""The made-up town and its settings, for tests that do not make their own."""

import made_up
import pytest


@pytest.fixture(scope="module")
def settings():
    return made_up.settings(made_up.ROOT)


@pytest.fixture
def made():
    return made_up.frames()
