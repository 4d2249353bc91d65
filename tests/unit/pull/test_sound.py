"""Files of other making: cut off, unsorted, joined, edited, hostile; each written here, read right or refused."""

import bz2
import json
import zlib
from pathlib import Path

import osmium
import pytest
import shapely
import yaml
from osmium.osm import mutable

from creative_nodes.common import InputError
from creative_nodes.pull import editor_files, gaps_told
from creative_nodes.pull.blocks import _blobs, check_blocks
from creative_nodes.pull.cut import pull_osm
from creative_nodes.pull.patience import Asking
from creative_nodes.pull.read import Extract, read_osm
from creative_nodes.pull.settings import Boundary
from creative_nodes.pull.source import ResolvedSource
from creative_nodes.settings import load_config

ROOT = Path(__file__).resolve().parents[3]
MODES = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))).travel.modes
WEST, SOUTH = 105.80, 21.00
SIDE = 0.001  # degrees between two streets
STREET = {"highway": "residential"}
KHO = {"building": "warehouse", "name": "Kho"}
SQUARE = [(0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6)]


def place(column: float, row: float) -> tuple[float, float]:
    return round(WEST + column * SIDE, 7), round(SOUTH + row * SIDE, 7)


class Town:
    """A grid of streets and a warehouse, as objects to be written in any order."""

    def __init__(self, size: int = 5) -> None:
        self.nodes = {1000 + size * r + c: place(c, r) for r in range(size) for c in range(size)}
        self.nodes |= {5000 + number: place(*corner) for number, corner in enumerate(SQUARE)}
        rows = [[1000 + size * r + c for c in range(size)] for r in range(size)]
        columns = [[1000 + size * r + c for r in range(size)] for c in range(size)]
        self.ways = {200 + number: (refs, STREET) for number, refs in enumerate([*rows, *columns])}
        self.ways[500] = ([5000, 5001, 5002, 5003, 5000], KHO)
        self.pieces = 2 * size * (size - 1)

    def objects(self) -> list:
        made: list = [mutable.Node(id=i, version=1, location=at) for i, at in self.nodes.items()]
        return made + [mutable.Way(id=i, version=1, nodes=refs, tags=tags) for i, (refs, tags) in self.ways.items()]

    def write(self, path: Path, objects: list | None = None) -> Path:
        with osmium.SimpleWriter(path) as writer:
            for item in self.objects() if objects is None else objects:
                writer.add(item)
        return path

    def xml(self, path: Path, more: str = "", *, node: str = "") -> Path:
        lines = ["<osm version='0.6'>", node]
        lines += [f"<node id='{i}' version='1' lon='{x}' lat='{y}'/>" for i, (x, y) in self.nodes.items()]
        for way, (refs, tags) in self.ways.items():
            inner = "".join(f"<nd ref='{ref}'/>" for ref in refs)
            inner += "".join(f"<tag k='{key}' v='{value}'/>" for key, value in tags.items())
            lines += [f"<way id='{way}' version='1'>{inner}</way>"]
        path.write_text("\n".join([*lines, more, "</osm>"]), encoding="utf-8")
        return path


@pytest.fixture
def read(tmp_path):
    """Pull and read a file; what was told is in `told`."""

    def run(source: Path) -> Extract:
        target = tmp_path / "work" / "osm.pbf"
        asking = Asking(report=run.told.append)
        boundary = Boundary(bbox=(WEST - 0.01, SOUTH - 0.01, WEST + 0.1, SOUTH + 0.1))
        source_of = ResolvedSource(kind="extract", file=source)
        run.pulled = pull_osm(source_of, boundary, target, city="town", edge_buffer_m=100, asking=asking)
        assert [path.name for path in target.parent.iterdir()] == ["osm.pbf"]
        return read_osm(target, modes=MODES, epsg=32648)

    run.told = []
    return run


def names(found: Extract) -> set[str]:
    return {json.loads(tags).get("name", "") for tags in found.places["tags"]}


# ---------------------------------------------------------------- of another making


def test_positions_kept_on_ways_are_read(read, tmp_path):
    """As `osmium add-locations-to-ways` writes them: nodes without tags are left out."""
    town = Town()
    plain = town.write(tmp_path / "plain.osm.pbf")
    located = tmp_path / "located.osm.pbf"
    header = osmium.io.Header()
    writer = osmium.SimpleWriter(osmium.io.File(str(located), "pbf,locations_on_ways=true"), header=header)
    for way in osmium.FileProcessor(plain).with_locations():
        if way.is_way():
            writer.add(way)
    writer.close()
    found = read(located)
    assert len(found.street_edges) == town.pieces and names(found) == {"Kho"}
    assert found.street_edges["length_m"].sum() == pytest.approx(read(plain).street_edges["length_m"].sum())


@pytest.mark.parametrize("kind", ["osm", "osm.pbf"])
@pytest.mark.parametrize("making", ["backwards", "twice", "joined"])
def test_unsorted_and_joined_files_are_read_once(read, tmp_path, kind, making):
    town = Town()
    objects = town.objects()
    if making == "joined":  # a newer version in the second file
        newer = mutable.Way(id=500, version=2, nodes=town.ways[500][0], tags={**KHO, "name": "Kho moi"})
        objects = [*objects, *objects[:40], newer]
    objects = {"backwards": objects[::-1], "twice": [*objects, *objects], "joined": objects}[making]
    found = read(town.write(tmp_path / f"odd.{kind}", objects))
    assert len(found.street_edges) == town.pieces
    assert names(found) == ({"Kho moi"} if making == "joined" else {"Kho"})
    assert any("unsorted or there twice" in line for line in read.told)


def test_what_an_editor_left_is_read_as_it_meant_it(read, tmp_path):
    town = Town()
    corners = "".join(
        f"<node id='-{number}' action='modify' lon='{place(*at)[0] + 3 * SIDE}' lat='{place(*at)[1]}'/>"
        for number, at in enumerate(SQUARE, start=1)
    )
    ring = "".join(f"<nd ref='-{number}'/>" for number in (1, 2, 3, 4, 1))
    same = "".join(f"<nd ref='{ref}'/>" for ref in town.ways[500][0])
    more = [
        f"<way id='-9' action='modify'>{ring}<tag k='building' v='warehouse'/><tag k='name' v='Kho new'/></way>",
        f"<way id='501' version='2' action='delete'>{same}<tag k='building' v='yes'/><tag k='name' v='gone'/></way>",
        f"<way id='502' version='2' visible='false'>{same}<tag k='building' v='yes'/><tag k='name' v='past'/></way>",
        "<way id='-10'><nd ref='1000'/><nd ref='1024'/><tag k='highway' v='footway'/></way>",
    ]
    found = read(town.xml(tmp_path / "josm.osm", corners + "".join(more)))
    assert names(found) == {"Kho", "Kho new"}
    assert len(found.street_edges) == town.pieces + 1
    assert any("2 deleted objects" in line for line in read.told)
    assert any("6 objects that are not uploaded" in line for line in read.told)
    assert (found.street_nodes["node_id"] > 0).all()


def test_negative_ids_in_a_pbf_are_refused_with_the_cure(read, tmp_path):
    town = Town()
    new = mutable.Way(id=-7, version=1, nodes=[1000, 1001], tags=STREET)
    with pytest.raises(InputError, match=r"odd\.osm\.pbf: it holds objects with negative ids.*osmium renumber"):
        read(town.write(tmp_path / "odd.osm.pbf", [*town.objects(), new]))


@pytest.mark.parametrize("position", ["lat='91.5' lon='105.8'", "lat='999' lon='105.8'", "lat='nan' lon='105.8'"])
def test_an_impossible_position_breaks_its_street_and_is_counted(read, tmp_path, position):
    town = Town()
    town.ways[201][0].insert(2, 7)
    found = read(town.xml(tmp_path / "bad.osm", node=f"<node id='7' version='1' {position}/>"))
    assert found.counts.objects["streets broken at missing nodes"] == 1
    assert len(found.street_edges) == town.pieces - 1
    assert found.street_edges["length_m"].max() < 150
    assert any("1 nodes with an impossible position" in line for line in read.told)


def test_a_position_that_was_lost_is_none(read, tmp_path):
    """Zero degrees, in a city of Asia."""
    town = Town()
    town.nodes[7] = (0.0, 0.0)
    town.ways[201][0].insert(2, 7)
    town.ways[501] = ([5000, 5001, 7, 5003, 5000], {"building": "yes", "name": "odd"})
    found = read(town.write(tmp_path / "lost.osm.pbf"))
    assert len(found.street_edges) == town.pieces - 1 and names(found) == {"Kho"}


def test_a_history_is_refused_with_the_cure(read, tmp_path):
    town, path = Town(), tmp_path / "history.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(path), "osh.pbf")) as writer:
        for item in town.objects():
            writer.add(item)
    with pytest.raises(InputError, match=r"history file.*osmium time-filter"):
        read(path)


# ---------------------------------------------------------------- cut off


def _big(tmp_path: Path) -> Path:
    """Write 36,000 nodes, 12,000 streets of three of them, and outlines that only relations use."""
    size, streets = 257, 12_000
    nodes = [mutable.Node(id=1 + n, location=place(n % size / 4, n // size / 4)) for n in range(3 * streets)]
    ways = [mutable.Way(id=1 + k, nodes=[3 * k + 1, 3 * k + 2, 3 * k + 3], tags=STREET) for k in range(streets)]
    outlines = [mutable.Way(id=90_000 + k, nodes=[k + 1, k + 2, k + size + 1, k + 1]) for k in range(30)]
    tags = {"type": "multipolygon", "landuse": "industrial"}
    relations = [mutable.Relation(id=1 + k, tags=tags, members=[("w", 90_000 + k, "outer")]) for k in range(30)]
    return Town().write(tmp_path / "big.osm.pbf", [*nodes, *ways, *outlines, *relations])


def _cuts(path: Path) -> list[int]:
    """Return where the blocks of a file end."""
    data, at, ends = path.read_bytes(), 0, []
    for _ in _blobs(path):
        length = int.from_bytes(data[at : at + 4], "big")
        # the size of the blob is the last field of its header
        size, shift = 0, 0
        header = data[at + 4 : at + 4 + length]
        for byte in header[header.rindex(b"\x18") + 1 :]:
            size |= (byte & 0x7F) << shift
            shift += 7
        at += 4 + length + size
        ends.append(at)
    assert ends[-1] == len(data)
    return ends


@pytest.mark.parametrize("half", [0, 1])
def test_a_file_cut_at_any_block_is_refused_and_the_whole_is_read(read, tmp_path, half):
    path = _big(tmp_path)
    ends = _cuts(path)
    assert len(ends) >= 5  # header, nodes, ways in several blocks, relations
    if half:
        assert len(read(path).street_edges) >= 12_000
    for end in ends[1 + half : -1 : 2]:
        cut = tmp_path / "cut.osm.pbf"
        cut.write_bytes(path.read_bytes()[:end])
        with pytest.raises(InputError, match=r"^cut\.osm\.pbf: (the file is not whole: .*get it again|.*no OSM nodes)"):
            read(cut)


def test_what_mappers_left_behind_in_a_small_area_is_no_broken_file(read, tmp_path):
    """A third of the nodes in no way and most outlines in no relation, as in whole boxes of a real extract."""
    size, streets = 40, 500
    nodes = [mutable.Node(id=1 + n, location=place(n % size, n // size)) for n in range(3 * streets)]
    ways = [mutable.Way(id=1 + k, nodes=[2 * k + 1, 2 * k + 2, 2 * k + 3], tags=STREET) for k in range(streets - 1)]
    left = [mutable.Way(id=9_000 + k, nodes=[k + 1, k + 2, k + size + 1, k + 1]) for k in range(30)]
    tags = {"type": "multipolygon", "landuse": "industrial"}
    relation = mutable.Relation(id=1, tags=tags, members=[("w", 9_000, "outer")])
    whole = Town().write(tmp_path / "whole.osm.pbf", [*nodes, *ways, *left, relation])
    assert len(read(whole).street_edges)
    # the same where nothing comes after the ways: they may have been cut off
    with pytest.raises(InputError, match="33% of its nodes in the study area belong to no way"):
        read(Town().write(tmp_path / "cut.osm.pbf", [*nodes, *ways, *left]))


def test_missing_way_nodes_are_refused_above_the_stated_share(read, tmp_path):
    town = Town(40)
    objects = town.objects()
    for share, fails in ((20, False), (5, True)):
        some = [item for item in objects if not isinstance(item, mutable.Node) or item.id % share or item.id >= 5000]
        path = town.write(tmp_path / f"{share}.osm.pbf", some)
        if fails:
            with pytest.raises(InputError, match="of the nodes of its ways inside the study area are missing"):
                read(path)
        else:
            assert len(read(path).street_edges)


def test_missing_way_nodes_below_that_share_are_counted_and_told(read, tmp_path):
    town = Town(40)
    read(town.write(tmp_path / "whole.osm.pbf"))
    assert "missing_nodes" not in read.pulled.provenance.get("gaps", {})

    lost = {1000 + 40 * 20 + column for column in (7, 8, 30)}
    read(town.write(tmp_path / "lost.osm.pbf", [item for item in town.objects() if item.id not in lost]))
    # a street along and one across use each
    uses = sum(len(refs) for refs, _ in town.ways.values())
    assert read.pulled.provenance["gaps"] == {"missing_nodes": 6, "way_nodes": uses}
    assert gaps_told(read.pulled.provenance) == [
        f"The map file lacks 6 of the {uses:,} points of ways in the study area and around it: streets and outlines "
        "break off there."
    ]


def test_nodes_in_no_way_are_told_where_nothing_shows_that_the_ways_are_all_there(read, tmp_path):
    """A file cut off among its last ways: too little is lost to refuse it."""
    town = Town(40)
    relation = mutable.Relation(id=1, tags={"type": "multipolygon"}, members=[("w", 500, "outer")])
    cut = [item for item in town.objects() if item.id not in (238, 239, 278, 279)]
    read(town.write(tmp_path / "cut.osm.pbf", cut))
    # what the last two rows and columns cross alone
    assert read.pulled.provenance["gaps"] == {"stray_nodes": 4, "bare_nodes": 1604}
    told = gaps_told(read.pulled.provenance)
    assert len(told) == 1 and "no relations, and 4 of its 1,604 points" in told[0] and "cut off" in told[0]
    # relations come after all ways
    read(town.write(tmp_path / "related.osm.pbf", [*cut, relation]))
    assert "gaps" not in read.pulled.provenance


# ---------------------------------------------------------------- hostile


def _message(number: int, value: bytes | int) -> bytes:
    def varint(n: int) -> bytes:
        out = b""
        while n > 0x7F:
            out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
        return out + bytes([n])

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def _blob(kind: bytes, data: bytes) -> bytes:
    blob = _message(2, len(data)) + _message(3, zlib.compress(data))
    header = _message(1, kind) + _message(3, len(blob))
    return len(header).to_bytes(4, "big") + header + blob


def _pbf(path: Path, text: bytes, *, kind: str = "way") -> Path:
    """Write by hand a file whose object 77 has a tag of this text."""
    texts = b"".join(_message(1, one) for one in (b"", b"name", text))
    item = _message(1, 77 if kind != "node" else 154) + _message(2, b"\x01") + _message(3, b"\x02")
    if kind == "node":
        item += _message(8, 2) + _message(9, 2)
    group = _message({"node": 1, "way": 3, "relation": 4}[kind], item)
    header = _message(4, b"OsmSchema-V0.6")
    path.write_bytes(_blob(b"OSMHeader", header) + _blob(b"OSMData", _message(1, texts) + _message(2, group)))
    return path


@pytest.mark.parametrize("kind", ["node", "way", "relation"])
@pytest.mark.parametrize(
    ("text", "said"),
    [(b"ab\0cd", "NUL byte"), (b"n" * 100_000, "100,000 bytes"), (b"\xff\xfeK", "not UTF-8")],
)
def test_texts_that_would_kill_the_reader_are_named_with_their_object(tmp_path, kind, text, said):
    with pytest.raises(InputError, match=rf"^odd\.osm\.pbf: {kind} 77: .*{said}"):
        check_blocks(_pbf(tmp_path / "odd.osm.pbf", text, kind=kind))


def test_the_nul_byte_is_found_in_a_pull(read, tmp_path):
    with pytest.raises(InputError, match=r"way 77: .*NUL byte"):
        read(_pbf(tmp_path / "odd.osm.pbf", b"a\0b"))


def test_texts_of_dense_nodes_are_named_with_their_node(tmp_path):
    path = tmp_path / "dense.osm.pbf"
    objects = [
        mutable.Node(id=n, location=place(n, 0), tags={"name": "x" * n} if n % 3 == 0 else {}) for n in range(5, 99)
    ]
    Town().write(path, objects)
    (data,) = [data for kind, data in _blobs(path) if kind == "OSMData"]
    path.write_bytes(_blob(b"OSMData", data.replace(b"x" * 66, b"x" * 65 + b"\0", 1)))
    with pytest.raises(InputError, match=r"node (66|69|72|75|78|81|84|87|90|93|96): .*NUL"):
        check_blocks(path)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><osm version='0.6'/>", "entities"),
        ("<osm version='0.6'><node id='1'", "not a readable"),
        ("", "not a readable"),
        ("<osm version='0.6'><node id='8' lat='1' lon='1'><tag k='n' v='" + "n" * 2000 + "'/></node></osm>", "node 8"),
        ("<osm version='0.6'><node id='eight' lat='1' lon='1'/></osm>", "not a readable"),
        ("<osm version='0.6'><way id='1'><nd ref='99999999999999999999'/></way></osm>", "not a readable"),
    ],
)
def test_hostile_xml_ends_in_one_sentence(read, tmp_path, body, said):
    path = tmp_path / "odd.osm"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(InputError, match=rf"^odd\.osm: .*{said}"):
        read(path)


def test_a_bomb_stops_early(read, tmp_path, monkeypatch):
    monkeypatch.setattr(editor_files, "BOMB_BYTES", 10 << 20)
    path = tmp_path / "bomb.osm.bz2"
    path.write_bytes(bz2.compress(b"<osm version='0.6'>" + b" " * (20 << 20)))
    with pytest.raises(InputError, match="more than 100 times its size"):
        read(path)


def test_a_folder_is_no_file(read, tmp_path):
    (tmp_path / "town.osm.pbf").mkdir()
    with pytest.raises(InputError, match="a folder"):
        read(tmp_path / "town.osm.pbf")


def test_areas_are_where_they_were(read, tmp_path):
    """The ring of the warehouse, from the file as it is and from one unsorted."""
    town = Town()
    shape = read(town.write(tmp_path / "a.osm.pbf")).places.geometry.iloc[0]
    again = read(town.write(tmp_path / "b.osm.pbf", town.objects()[::-1])).places.geometry.iloc[0]
    assert shapely.equals(shape, shapely.Polygon([place(*corner) for corner in SQUARE]))
    assert shapely.equals(again, shape)
