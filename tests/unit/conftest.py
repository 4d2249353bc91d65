"""Helpers shared by the unit tests."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from xml.sax.saxutils import quoteattr

import pytest

from creative_nodes.common import messages

sys.path.insert(0, str(Path(__file__).parent))  # the modules beside this file, such as scored.py, can be imported


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


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


@pytest.fixture
def write_osm(tmp_path: Path) -> Callable[..., Path]:
    """Write a small .osm file: nodes {id: (lon, lat)}, ways {id: [nodes]}, relations {id: (tags, members)}."""

    def write(nodes, ways=None, relations=None, *, name="town.osm", stamp="2021-05-06T07:08:09Z", tagged=None) -> Path:
        about = f'version="1" timestamp="{stamp}"' if stamp else ""
        lines = ['<osm version="0.6">']
        for node, (lon, lat) in nodes.items():
            lines += [f'<node id="{node}" {about} lon="{lon}" lat="{lat}">{_tags((tagged or {}).get(node, {}))}</node>']
        for way, refs in (ways or {}).items():
            inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            lines += [f'<way id="{way}" {about}>{inner}<tag k="highway" v="residential"/></way>']
        for relation, (tags, members) in (relations or {}).items():
            long = {"n": "node", "w": "way", "r": "relation"}
            inner = "".join(f'<member type="{long[k]}" ref="{ref}" role="{role}"/>' for k, ref, role in members)
            lines += [f'<relation id="{relation}" {about}>{inner}{_tags(tags)}</relation>']
        path = tmp_path / name
        path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
        return path

    return write


@pytest.fixture
def serve() -> Iterator[Callable]:
    """Start servers on loopback, each with a function that answers; they are closed at the end of the test."""
    running: list = []

    def start(answer: Callable):
        running.append(_module("servers.py").Server(answer))
        return running[-1]

    yield start
    for server in running:
        server.close()
