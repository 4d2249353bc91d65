"""Helpers shared by the unit tests."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from creative_nodes.common import messages


def _module(file: str) -> ModuleType:
    """Load a file beside this one as a module, once."""
    name = f"{Path(file).stem}_of_the_unit_tests"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(file))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def towns() -> ModuleType:
    """The module towns.py beside this file: drawings, random networks and their references."""
    return _module("towns.py")


@pytest.fixture
def speech(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module speech.py beside this file, with a made-up language in force where Vietnamese is spoken."""
    module = _module("speech.py")
    monkeypatch.setattr(messages, "translations", module.made_up)
    return module
