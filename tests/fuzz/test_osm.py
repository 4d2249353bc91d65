"""OSM files, spoilt: XML and its values, the bytes of a .osm.pbf, and what its blocks hold."""

import bz2
import zlib
from pathlib import Path
from xml.sax.saxutils import quoteattr

import osmium
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from spoiling import CELLS, read_or_told, spoilt

from creative_nodes.pull.blocks import _blobs
from creative_nodes.pull.cut import pull_osm
from creative_nodes.pull.read import read_osm
from creative_nodes.pull.settings import Boundary
from creative_nodes.pull.source import ResolvedSource
from creative_nodes.settings import load_config

ROOT = Path(__file__).resolve().parents[2]
MODES = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))).travel.modes
BOX = (105.79, 20.99, 105.82, 21.02)
SIZE = 4


def _objects():
    """Return a town: streets in a grid, a warehouse, a multipolygon, a ferry."""
    nodes = [
        ("node", {"id": str(10 * row + column + 1), "lon": str(105.8 + column / 1000), "lat": str(21 + row / 1000)}, [])
        for row in range(SIZE)
        for column in range(SIZE)
    ]
    ways = [([10 * n + k + 1 for k in range(SIZE)], {"highway": "residential"}) for n in range(SIZE)]
    ways += [([10 * k + n + 1 for k in range(SIZE)], {"highway": "residential"}) for n in range(SIZE)]
    ways += [([1, 2, 12, 11, 1], {"building": "warehouse", "name": "Kho"}), ([13, 14, 24, 23, 13], {})]
    ways += [([1, 34], {"route": "ferry", "duration": "00:10"})]
    made = [
        ("way", {"id": str(100 + n)}, [*(("nd", {"ref": str(ref)}) for ref in refs), *_tags(tags)])
        for n, (refs, tags) in enumerate(ways)
    ]
    member = ("member", {"type": "way", "ref": str(100 + 2 * SIZE + 1), "role": "outer"})
    area = ("relation", {"id": "900"}, [member, *_tags({"type": "multipolygon", "landuse": "industrial"})])
    return [*nodes, *made, area]


def _tags(tags):
    return [("tag", {"k": key, "v": value}) for key, value in tags.items()]


def _open(name, attributes):
    return f"<{name}" + "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())


def as_xml(objects):
    lines = []
    for name, attributes, parts in objects:
        inner = "".join(f"{_open(*part)}/>" for part in parts)
        lines.append(f"{_open(name, {'version': '1', **attributes})}>{inner}</{name}>")
    return "\n".join(['<osm version="0.6">', *lines, "</osm>"])


OBJECTS = _objects()
XML = as_xml(OBJECTS)


@pytest.fixture(scope="module")
def read(folder):
    def go(name, data):
        path, target = folder / name, folder / "work" / "osm.pbf"
        path.write_bytes(data)
        with read_or_told(name, "osm.pbf"):
            source = ResolvedSource(kind="extract", file=path)
            pull_osm(source, Boundary(bbox=BOX), target, city="town", edge_buffer_m=100)
            read_osm(target, modes=MODES, epsg=32648)
        assert [one.name for one in target.parent.iterdir()] in (["osm.pbf"], [])

    return go


@pytest.fixture(scope="module")
def good(folder):
    """The town as .osm.pbf."""
    (folder / "good.osm").write_text(XML, encoding="utf-8")
    with osmium.SimpleWriter(folder / "good.osm.pbf") as writer:
        for item in osmium.FileProcessor(folder / "good.osm"):
            writer.add(item)
    return folder / "good.osm.pbf"


def test_the_good_one_is_read(read, folder, good):
    target = folder / "whole" / "osm.pbf"
    source = ResolvedSource(kind="extract", file=good)
    pull_osm(source, Boundary(bbox=BOX), target, city="town", edge_buffer_m=100)
    found = read_osm(target, modes=MODES, epsg=32648)
    assert len(found.street_edges) == 2 * SIZE * (SIZE - 1) + 1 and len(found.places) == 2


@given(text=spoilt(XML))
def test_text(read, text):
    read("town.osm", text.encode())


@given(draw=st.data())
def test_values(read, draw):
    objects = [
        (name, dict(attributes), [(part, dict(own)) for part, own in parts]) for name, attributes, parts in OBJECTS
    ]
    for _ in range(draw.draw(st.integers(1, 3))):
        _, attributes, parts = draw.draw(st.sampled_from(objects))
        own = draw.draw(st.sampled_from([attributes, *(own for _, own in parts)]))
        own[draw.draw(st.sampled_from([*own, "version", "timestamp", "visible", "action", "uid"]))] = draw.draw(CELLS)
    read("town.osm", as_xml(draw.draw(st.permutations(objects)) if draw.draw(st.booleans()) else objects).encode())


@given(data=spoilt(bz2.compress(XML.encode())))
def test_bytes_of_bz2(read, data):
    read("town.osm.bz2", data)


def test_bytes_of_a_pbf(read, good):
    @given(data=spoilt(good.read_bytes()))
    def spoil(data):
        read("town.osm.pbf", data)

    spoil()


def _field(number, value):
    """Write a field of a protobuf message: a number or bytes."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value):
    found = b""
    while value > 0x7F:
        found, value = found + bytes([value & 0x7F | 0x80]), value >> 7
    return found + bytes([value])


def as_pbf(blobs):
    """Write blobs as a file, packed as they should be."""
    found = b""
    for kind, data in blobs:
        body = _field(2, len(data)) + _field(3, zlib.compress(data))
        header = _field(1, kind.encode()) + _field(3, len(body))
        found += len(header).to_bytes(4, "big") + header + body
    return found


def test_what_blocks_hold(read, good):
    blobs = list(_blobs(good))

    @given(number=st.integers(0, len(blobs) - 1), draw=st.data())
    def spoil(number, draw):
        kind, data = blobs[number]
        changed = [*blobs]
        changed[number] = (kind, draw.draw(spoilt(data)))
        read("town.osm.pbf", as_pbf(changed))

    spoil()
