"""What files hold at their worst: maps, rasters, timetables, lists, configuration.

Each is read right, or refused in a sentence that names the file and the object, row or key. Lost is nothing: what was
made before stays as it was, and nothing half made is left.
"""

import bz2
import csv
import io
import json
import zipfile
import zlib
from datetime import date

import numpy as np
import osmium
import pytest
import rasterio
import shapely
import yaml
from loopback import ROOT, TOWN, fault
from osmium.osm import mutable
from rasterio.transform import from_origin

from creative_nodes.common import InputError, tables
from creative_nodes.locate.imports import Scope, read_import
from creative_nodes.locate.registry import NOT_IN_CSV, Known, read_registry
from creative_nodes.locate.settings import Import
from creative_nodes.locate.taxonomy import Taxonomies, read_taxonomy
from creative_nodes.people import People, PeopleFiles, PeopleGrid, spread_people
from creative_nodes.pull.cut import pull_osm
from creative_nodes.pull.patience import Asking
from creative_nodes.pull.read import read_osm
from creative_nodes.pull.settings import Boundary
from creative_nodes.pull.source import ResolvedSource
from creative_nodes.settings import load_config, load_settings
from creative_nodes.streets.gtfs import read_gtfs
from creative_nodes.streets.settings import Gtfs

MAPS, RASTERS, TIMETABLES = "map files", "population rasters", "timetables"
LISTS, CONFIGURATION = "registries and lists", "configuration"
MAIN = (ROOT / "config" / "config.yaml").read_text(encoding="utf-8")
MODES = load_config(yaml.safe_load(MAIN)).travel.modes
BEFORE = b"the result of before"
EPSG = 32648


class Kept:
    """A result of before, which stays whatever is read."""

    def __init__(self, folder):
        self.folder = folder / "work"
        self.folder.mkdir()
        self.target = self.folder / "osm.pbf"
        self.target.write_bytes(BEFORE)

    def is_all(self):
        return [one.name for one in self.folder.iterdir()] == ["osm.pbf"] and self.target.read_bytes() == BEFORE


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path)


# ---------------------------------------------------------------- map files

WEST, SOUTH, STEP, SIZE = 105.8, 21.0, 0.001, 5
STREET, KHO = {"highway": "residential"}, {"building": "warehouse", "name": "Kho"}
PIECES = 2 * SIZE * (SIZE - 1)


def town(*, size=SIZE):
    """Return a grid of streets and a warehouse as OSM objects."""
    places = {size * row + column + 1: (column, row) for row in range(size) for column in range(size)}
    places |= {90_000 + n: at for n, at in enumerate([(0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6)])}
    nodes = [
        mutable.Node(id=n, version=1, location=(WEST + column * STEP, SOUTH + row * STEP))
        for n, (column, row) in places.items()
    ]
    lines = [[size * a + b + 1 for b in range(size)] for a in range(size)]
    lines += [[size * b + a + 1 for b in range(size)] for a in range(size)]
    ways = [mutable.Way(id=200 + n, version=1, nodes=refs, tags=STREET) for n, refs in enumerate(lines)]
    ways.append(mutable.Way(id=190_000, version=1, nodes=[*range(90_000, 90_004), 90_000], tags=KHO))
    return [*nodes, *ways]


def write(path, objects):
    with osmium.SimpleWriter(path) as writer:
        for item in objects:
            writer.add(item)
    return path


def read_map(path, kept, *, said=None):
    """Pull and read a map file; where it is refused, what was made before is still there."""
    boundary = Boundary(bbox=(WEST - 0.01, SOUTH - 0.01, WEST + 0.2, SOUTH + 0.2))
    made = kept.folder / "new.osm.pbf"
    source = ResolvedSource(kind="extract", file=path)
    try:
        pull_osm(
            source, boundary, made, city="t", edge_buffer_m=100, epsg=EPSG, asking=Asking(report=kept.lines.append)
        )
        return read_osm(made, modes=MODES, epsg=EPSG)
    finally:
        made.unlink(missing_ok=True)
        assert kept.is_all()


@pytest.fixture
def reads(kept, tmp_path):
    """Read a file as the whole town."""
    kept.lines = []

    def see(path, *, pieces=PIECES, named=("Kho",), told=""):
        found = read_map(path, kept)
        assert len(found.street_edges) == pieces
        names = {json.loads(tags).get("name") for tags in found.places["tags"]} - {None}
        assert names == set(named)
        assert told in " ".join([*kept.lines, *found.counts.lines()])

    return see


@pytest.fixture
def refuses(kept):
    """See a file refused, in one sentence that names it."""
    kept.lines = []

    def see(path, said):
        with pytest.raises(InputError, match=said) as error:
            read_map(path, kept)
        assert path.name.split(".")[0] in str(error.value) and len(str(error.value)) < 700

    return see


@fault(MAPS, "cut at a block boundary", "refused: nodes without ways, ways without nodes")
def test_cut_at_a_block(tmp_path, refuses):
    whole = write(tmp_path / "whole.osm.pbf", town(size=110)).read_bytes()
    at, ends = 0, []
    while at < len(whole):
        header = int.from_bytes(whole[at : at + 4], "big")
        size = blob_size(whole[at + 4 : at + 4 + header])
        at += 4 + header + size
        ends.append(at)
    assert len(ends) >= 4
    for end in ends[1:-1]:
        (tmp_path / "cut.osm.pbf").write_bytes(whole[:end])
        refuses(tmp_path / "cut.osm.pbf", "not whole")


def blob_size(header):
    """Return the size that the header of a blob gives: the last field of it."""
    value, shift = 0, 0
    for byte in header[header.rindex(b"\x18") + 1 :]:
        value, shift = value | (byte & 0x7F) << shift, shift + 7
    return value


@fault(MAPS, "cut within a block", "refused")
def test_cut_within_a_block(tmp_path, refuses):
    data = write(tmp_path / "whole.osm.pbf", town()).read_bytes()
    (tmp_path / "cut.osm.pbf").write_bytes(data[: len(data) * 7 // 10])
    refuses(tmp_path / "cut.osm.pbf", "cut off")


@fault(MAPS, "a history file", "refused, with the cure")
def test_history(tmp_path, refuses):
    path = tmp_path / "past.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(path), "osh.pbf")) as writer:
        for item in town():
            writer.add(item)
    refuses(path, "osmium time-filter")


@pytest.mark.parametrize("kind", ["osm", "osm.pbf"])
@fault(MAPS, "unsorted objects", "sorted, read right")
def test_unsorted(tmp_path, reads, kind):
    reads(write(tmp_path / f"town.{kind}", town()[::-1]), told="unsorted")


@fault(MAPS, "objects that stand twice, as in joined extracts", "each read once")
def test_doubled(tmp_path, reads):
    reads(write(tmp_path / "town.osm.pbf", [*town(), *town()]), told="there twice")


@fault(MAPS, "negative ids in a .osm.pbf", "refused, with the cure")
def test_negative_ids(tmp_path, refuses):
    new = mutable.Way(id=-5, version=1, nodes=[1, 2], tags=STREET)
    refuses(write(tmp_path / "new.osm.pbf", [new, *town()]), "osmium renumber")


def xml(path, more="", *, change=lambda text: text):
    """Write the town as XML by hand, with more objects."""
    write(path, town())
    text = path.read_text(encoding="utf-8").replace("</osm>", f"{more}</osm>")
    path.write_bytes(change(text) if isinstance(change(text), bytes) else change(text).encode())
    return path


NEW = """<node id='-1' lat='21.0021' lon='105.8021'/><node id='-2' lat='21.0021' lon='105.8025'/>
<node id='-3' lat='21.0025' lon='105.8025'/><way id='-1'><nd ref='-1'/><nd ref='-2'/><nd ref='-3'/><nd ref='-1'/>
<tag k='building' v='warehouse'/><tag k='name' v='Kho new'/></way>"""


@fault(MAPS, "objects of JOSM that are not uploaded yet", "read under ids of their own")
def test_new_objects(tmp_path, reads):
    reads(xml(tmp_path / "josm.osm", NEW), named=("Kho", "Kho new"), told="not uploaded yet")


@pytest.mark.parametrize("mark", ["action='delete'", "visible='false'"])
@fault(MAPS, "deleted objects of JOSM and of histories", "left out, counted")
def test_deleted_objects(tmp_path, reads, mark):
    reads(xml(tmp_path / "josm.osm", NEW.replace("<way", f"<way {mark}")), told="deleted objects left out")


@fault(MAPS, "positions kept on ways, not on nodes", "taken from there")
def test_positions_on_ways(tmp_path, reads):
    # as osmium add-locations-to-ways writes it
    options = osmium.io.File(str(tmp_path / "town.osm.pbf"), "pbf,locations_on_ways=true")
    write(tmp_path / "plain.osm.pbf", town())
    with osmium.SimpleWriter(options) as writer:
        for item in osmium.FileProcessor(tmp_path / "plain.osm.pbf").with_locations():
            if isinstance(item, osmium.osm.Way):
                writer.add(item)
    reads(tmp_path / "town.osm.pbf")


@pytest.mark.parametrize("at", ["lat='999' lon='105.8'", "lat='91.5' lon='105.8'", "lat='nan' lon='105.8'"])
@fault(MAPS, "latitude 999", "its street is broken there, counted")
def test_impossible_position(tmp_path, reads, at):
    street = f"<node id='95000' version='1' {at}/><way id='195000' version='1'><nd ref='1'/><nd ref='95000'/>"
    street += "<nd ref='25'/><tag k='highway' v='residential'/></way>"
    reads(xml(tmp_path / "town.osm", street), told="impossible position")


def blob(kind, data):
    """Write a blob of a .osm.pbf by hand."""
    body = field(2, len(data)) + field(3, zlib.compress(data))
    header = field(1, kind) + field(3, len(body))
    return len(header).to_bytes(4, "big") + header + body


def field(number, value):
    """Write a field of a protobuf message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value):
    found = b""
    while value > 0x7F:
        found, value = found + bytes([value & 0x7F | 0x80]), value >> 7
    return found + bytes([value])


def odd_tag(path, text):
    """Write by hand a file whose way 190001 has a name that no program would write, after one with odd nodes."""
    texts = b"".join(field(1, one) for one in (b"", b"name", text))
    ways = [field(1, 190_000) + field(8, bytes([2, 4])), field(1, 190_001) + field(2, b"\x01") + field(3, b"\x02")]
    group = b"".join(field(3, one) for one in ways)
    head = blob(b"OSMHeader", field(4, b"OsmSchema-V0.6"))
    path.write_bytes(head + blob(b"OSMData", field(1, texts) + field(2, group)))
    return path


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(
            b"ab\0cd", "way 190001.*NUL", marks=fault(MAPS, "a NUL byte in a tag", "refused, with the object")
        ),
        pytest.param(
            b"x" * 100_000,
            "way 190001.*100,000 bytes",
            marks=fault(MAPS, "a tag of 100 kB", "refused, with the object"),
        ),
        pytest.param(
            b"\xff\xfe\xfd", "way 190001.*not UTF-8", marks=fault(MAPS, "bad UTF-8", "refused, with the object")
        ),
    ],
)
def test_odd_texts(tmp_path, refuses, value, said):
    refuses(odd_tag(tmp_path / "town.osm.pbf", value), said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            lambda text: text.replace("Kho", "x" * 100_000),
            "way 190000: a text of 100,000 bytes",
            marks=fault(MAPS, "a tag of 100 kB in XML", "refused, with the object"),
        ),
        pytest.param(
            lambda text: text.replace("Kho", "K\xf4").encode("latin-1"),
            "not a readable OSM file",
            marks=fault(MAPS, "bad UTF-8 in XML", "refused"),
        ),
        pytest.param(
            lambda text: text.replace("<osm ", '<!DOCTYPE x [<!ENTITY a "b">]><osm ', 1),
            "entities are not supported",
            marks=fault(MAPS, "entities that grow or read other files", "refused"),
        ),
        pytest.param(
            lambda text: text[: len(text) // 2], "not a readable OSM file", marks=fault(MAPS, "XML cut off", "refused")
        ),
    ],
)
def test_odd_xml(tmp_path, refuses, change, said):
    refuses(xml(tmp_path / "town.osm", change=change), said)


@fault(MAPS, "a bomb: blanks without end in a small file", "stopped early")
def test_bomb(tmp_path, refuses):
    (tmp_path / "town.osm.bz2").write_bytes(bz2.compress(b"<osm version='0.6'>" + b" " * (110 << 20)))
    refuses(tmp_path / "town.osm.bz2", "more than 100 times its size")


@pytest.mark.parametrize("size", [0, 20, 2 << 30])
@fault(MAPS, "absurd sizes of blocks", "refused before memory is taken")
def test_absurd_blocks(tmp_path, refuses, size):
    (tmp_path / "town.osm.pbf").write_bytes(size.to_bytes(4, "big") + b"\x0a\x09OSMHeader" + b"\xff" * 40)
    refuses(tmp_path / "town.osm.pbf", "not a readable OSM file")


@fault(MAPS, "a folder in place of a file", "said")
def test_folder_for_a_map(tmp_path, refuses):
    (tmp_path / "town.osm.pbf").mkdir()
    refuses(tmp_path / "town.osm.pbf", "a folder")


@fault(MAPS, "an extract of another place", "said, with both places")
def test_elsewhere(refuses):
    refuses(TOWN, "nothing lies inside the study area: the file covers")


# ---------------------------------------------------------------- rasters

CELL, EAST = 0.001, 105.85


def raster(path, values, *, transform=None, dtype="float32", crs="EPSG:4326", scale=1.0, nodata=None):
    bands = np.atleast_3d(np.asarray(values, dtype=dtype).T).T if np.ndim(values) == 2 else np.asarray(values, dtype)
    count, height, width = bands.shape
    place = transform or from_origin(EAST, 21.06, CELL, CELL)
    form = {"count": count, "height": height, "width": width, "dtype": dtype, "crs": crs, "nodata": nodata}
    with rasterio.open(path, "w", driver="GTiff", transform=place, **form) as file:
        file.write(bands)
        file.scales = (scale,) * count
    return path


GOOD = np.full((60, 60), 50.0)


@pytest.fixture
def residents(tmp_path):
    """Return the residents that a raster gives a study area of 20 x 20 of its cells."""
    area = shapely.box(EAST + 20 * CELL, 21.02, EAST + 40 * CELL, 21.04)

    def count(path, **more):
        people = People.model_validate({"raster": {"file": str(path), "year": 2025, "source": "x", **more}})
        files = PeopleFiles(tmp_path / "none", tmp_path / "none", raster=path)
        table, _ = spread_people(area, epsg=EPSG, buffer_m=100, people=people, files=files, settings=PeopleGrid())
        return table.loc[table["inside"], "residents"].sum()

    return count


EXPECTED = pytest.approx(20 * 20 * 50, rel=1e-3)


@pytest.mark.parametrize(
    ("values", "how"),
    [
        pytest.param(
            GOOD * 100,
            {"dtype": "uint16", "scale": 0.01},
            marks=fault(RASTERS, "GDAL scale of 0.01", "applied, not 100 times too many"),
        ),
        pytest.param(
            GOOD,
            {"transform": rasterio.Affine(CELL, 0, EAST, 0, CELL, 21.0)},
            marks=fault(RASTERS, "rows from south to north", "read right"),
        ),
        pytest.param(
            GOOD,
            {"transform": rasterio.Affine(-CELL, 0, EAST + 60 * CELL, 0, -CELL, 21.06)},
            marks=fault(RASTERS, "columns from east to west", "read right"),
        ),
    ],
)
def test_rasters_read_right(tmp_path, residents, values, how):
    assert residents(raster(tmp_path / "r.tif", values, **how)) == EXPECTED


@fault(RASTERS, "women and men in two bands", "asked which; added as config says")
def test_two_bands(tmp_path, residents):
    path = raster(tmp_path / "r.tif", np.stack([GOOD / 2, GOOD / 2]))
    with pytest.raises(InputError, match=r"r\.tif: .*2 bands.*people\.raster\.bands"):
        residents(path)
    assert residents(path, bands=[1, 2]) == EXPECTED


@pytest.mark.parametrize(
    ("values", "how", "said"),
    [
        pytest.param(
            np.where(np.eye(60) > 0, 65535, GOOD),
            {"dtype": "uint16"},
            "60 cells of 65,535|[0-9]+ cells of 65,535",
            marks=fault(RASTERS, "the largest integer as undeclared nodata", "refused, with the cure"),
        ),
        pytest.param(
            np.where(np.eye(60) > 0, -99999, GOOD),
            {},
            "negative cells",
            marks=fault(RASTERS, "negative persons as undeclared nodata", "refused, with the cure"),
        ),
        pytest.param(
            GOOD * 1e6, {}, "persons per m²", marks=fault(RASTERS, "more people than any city has", "refused")
        ),
        pytest.param(GOOD, {"crs": None}, "no CRS", marks=fault(RASTERS, "no CRS", "refused, with the cure")),
        pytest.param(
            GOOD,
            {"transform": rasterio.Affine(CELL, 0.0002, EAST, 0.0002, -CELL, 21.06)},
            "turned",
            marks=fault(RASTERS, "turned against its axes", "refused, with the cure"),
        ),
        pytest.param(
            GOOD,
            {"transform": from_origin(3.0, 1.0, CELL, CELL)},
            "does not cover",
            marks=fault(RASTERS, "of another place", "refused"),
        ),
    ],
)
def test_rasters_refused(tmp_path, residents, values, how, said):
    with pytest.raises(InputError, match=rf"r\.tif: .*({said})"):
        residents(raster(tmp_path / "r.tif", values, **how))


@pytest.mark.parametrize("spoil", [lambda data: data[:300], lambda _: b"<html>", lambda _: b""])
@fault(RASTERS, "cut off, a web page, empty", "refused")
def test_no_raster(tmp_path, residents, spoil):
    path = raster(tmp_path / "r.tif", GOOD)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputError, match=r"r\.tif"):
        residents(path)


@fault(RASTERS, "not there, and without a URL", "told before anything runs and on the page; the next source serves")
def test_no_raster_there(tmp_path):
    from creative_nodes.people import told_passed_over

    total = {"residents": 1000, "year": 2025, "source": "a count"}
    people = People.model_validate({"raster": {"file": "r.tif", "year": 2025, "source": "x"}, "total": total})
    told = told_passed_over(people, "t", raster=None, table=None)
    assert "people.raster (r.tif); people.total serves instead" in told
    found = read_map_of_town(tmp_path)
    area = shapely.box(WEST, SOUTH, WEST + 0.004, SOUTH + 0.004)
    _, note = spread_people(area, epsg=EPSG, buffer_m=100, people=people, files=found, settings=PeopleGrid())
    assert "named before it, but not there: r.tif" in note["people"]


def read_map_of_town(tmp_path):
    """Write the tables places and street_edges of the town."""
    from creative_nodes.pull import PLACES, STREET_EDGES

    target = tmp_path / "made.osm.pbf"
    source = ResolvedSource(kind="extract", file=write(tmp_path / "town.osm.pbf", town()))
    boundary = Boundary(bbox=(WEST - 0.01, SOUTH - 0.01, WEST + 0.02, SOUTH + 0.02))
    pull_osm(source, boundary, target, city="t", edge_buffer_m=100, epsg=EPSG)
    found = read_osm(target, modes=MODES, epsg=EPSG)
    tables.write(found.places, PLACES, tmp_path / "places.parquet", provenance={})
    tables.write(found.street_edges, STREET_EDGES, tmp_path / "edges.parquet", provenance={})
    return PeopleFiles(tmp_path / "places.parquet", tmp_path / "edges.parquet")


# ---------------------------------------------------------------- timetables

WEEK = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"


def _feed():
    """Return a feed as text by table: a bus each quarter of an hour from 7:00 to 9:00, 5 minutes from stop to stop."""
    stops = [f"{stop},Stop {stop},21.0{n},105.85" for n, stop in enumerate("ABCD", start=1)]
    times = [
        f"t{trip},{at},{at},{stop},{n}"
        for trip in range(8)
        for n, stop in enumerate("ABC")
        for at in [f"{7 + trip // 4:02d}:{trip % 4 * 15 + 5 * n:02d}:00"]
    ]
    return {
        "agency": ["agency_id,agency_name,agency_url,agency_timezone", "1,Town,http://x.org,UTC"],
        "stops": ["stop_id,stop_name,stop_lat,stop_lon", *stops],
        "routes": ["route_id,route_short_name,route_type", "R,7,3"],
        "calendar": [f"service_id,{WEEK},start_date,end_date", "W,1,1,1,1,1,1,1,20180101,20181231"],
        "trips": ["route_id,service_id,trip_id", *(f"R,W,t{trip}" for trip in range(8))],
        "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence", *times],
    }


def timetable(path, **changes):
    """Write the feed with some tables changed; read it."""
    feed = _feed()
    for name, change in changes.items():
        feed[name] = change(feed.get(name, [])) if callable(change) else change
    with zipfile.ZipFile(path, "w") as archive:
        for name, lines in feed.items():
            archive.writestr(f"{name}.txt", "\n".join(lines) + "\n")
    gtfs = Gtfs.model_validate({"file": path.name, "date": date(2018, 5, 16), "source": "x"})
    area = shapely.box(105.8, 21.0, 105.9, 21.1)
    return read_gtfs([path], gtfs, kinds=["bus"], area=area, read_area=area, epsg=EPSG)


def everywhere(change):
    return dict.fromkeys(_feed(), change)


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        pytest.param(
            everywhere(lambda lines: [lines[0], *(one for line in lines[1:] for one in (line, line))]),
            "gtfs_doubled",
            marks=fault(TIMETABLES, "every row of every table twice", "each counted once, told"),
        ),
        pytest.param(
            everywhere(lambda lines: [" " + line.replace(",", " , ") + " " for line in lines]),
            "",
            marks=fault(TIMETABLES, "blanks around ids and after commas", "read right"),
        ),
        pytest.param(
            everywhere(lambda lines: [lines[0], *(line + "," for line in lines[1:])]),
            "",
            marks=fault(TIMETABLES, "commas at row ends", "read right"),
        ),
        pytest.param(
            {"routes": lambda lines: [*lines, "S,8,"], "trips": lambda lines: [*lines, "S,W,s"]},
            "gtfs_untyped",
            marks=fault(TIMETABLES, "a route without a route_type", "left out, counted"),
        ),
        pytest.param(
            {"stops": lambda lines: [*lines, "Z,Zero,0,0"]},
            "gtfs_unplaced",
            marks=fault(TIMETABLES, "a stop at 0, 0", "left out, counted"),
        ),
        pytest.param(
            {"stop_times": lambda lines: [*lines, "t9,07:00:00,07:00:00,A,0", "t0,07:20:00,07:20:00,Q,9"]},
            "gtfs_orphans",
            marks=fault(TIMETABLES, "rows of a trip or stop that the feed lacks", "left out, counted"),
        ),
        pytest.param(
            {
                "trips": ["route_id,service_id,trip_id", "R,W,t"],
                "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"]
                + [f"t,,,{stop},{n}" for n, stop in enumerate("ABC")],
                "frequencies": ["trip_id,start_time,end_time,headway_secs", "t,06:00:00,22:00:00,900"],
            },
            "gtfs_estimated",
            marks=fault(
                TIMETABLES, "times that only stand in frequencies.txt", "read: headways as told, rides by distance"
            ),
        ),
        pytest.param(
            {
                "trips": ["route_id,service_id,trip_id", "R,W,t"],
                "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"]
                + [f"t,00:{5 * n:02d}:00,00:{5 * n:02d}:00,{stop},{n}" for n, stop in enumerate("ABC")],
                "frequencies": ["trip_id,start_time,end_time,headway_secs", "t,06:00:00,01:00:00,900"],
            },
            "gtfs_past_midnight",
            marks=fault(TIMETABLES, "a headway that ends before it starts", "ends on the next day, told"),
        ),
        pytest.param(
            {"stops": lambda lines: [line.replace("A,", "NA,") for line in lines]}
            | {"stop_times": lambda lines: [line.replace(",A,", ",NA,") for line in lines]},
            "",
            marks=fault(TIMETABLES, "a stop whose id is NA", "read right, not taken for missing"),
        ),
    ],
)
def test_timetables_read_right(tmp_path, changes, note):
    found = timetable(tmp_path / "feed.zip", **changes)
    (line,) = found.lines
    assert line.headway_min == 15 and len(line.calls) == 3
    told = {one.key for one in found.notes} - {"gtfs", "gtfs_coverage"}
    assert told == ({note} if note else set())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            {"routes": ["route_id,route_type", "R,"]},
            r"routes\.txt: no route has a route_type",
            marks=fault(TIMETABLES, "no route has a route_type", "refused, with the table"),
        ),
        pytest.param(
            {"stop_times": lambda lines: [*lines[:3], lines[3].replace("07:", "7 h "), *lines[4:]]},
            r"stop_times\.txt, line 4: arrival_time is '7 h",
            marks=fault(TIMETABLES, "a time that is none", "refused, with table, line and column"),
        ),
        pytest.param(
            {"stops": lambda lines: [*lines, "E,Stop, E,21.0,105.8"]},
            r"stops\.txt, line 6: has 5 values for 4 columns",
            marks=fault(TIMETABLES, "a comma too many", "refused, with table and line"),
        ),
        pytest.param(
            {"trips": lambda lines: [*lines, '"' + "x" * 140_000]},
            r"trips\.txt, line \d+: cannot be read",
            marks=fault(TIMETABLES, "an unclosed quote, a field over 131,072 characters", "refused, with the line"),
        ),
        pytest.param(
            {"calendar": lambda lines: [lines[0], lines[1].replace("20181231", "20181399")]},
            r"calendar\.txt, line 2: end_date is '20181399'",
            marks=fault(TIMETABLES, "a date that is none", "refused, with table, line and column"),
        ),
        pytest.param(
            {"stop_times": lambda lines: [lines[0].replace("stop_sequence", "order"), *lines[1:]]},
            r"stop_times\.txt lacks the column stop_sequence",
            marks=fault(TIMETABLES, "a column is missing", "refused, with table and column"),
        ),
    ],
)
def test_timetables_refused(tmp_path, changes, said):
    with pytest.raises(InputError, match=rf"feed\.zip: {said}"):
        timetable(tmp_path / "feed.zip", **changes)


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:400], lambda _: b"<html>", lambda data: data.replace(b"PK\1\2", b"PK\0\0")]
)
@fault(TIMETABLES, "a zip file that is cut off, or none", "refused")
def test_no_zip(tmp_path, spoil):
    path = tmp_path / "feed.zip"
    timetable(path)
    path.write_bytes(spoil(path.read_bytes()))
    gtfs = Gtfs.model_validate({"file": path.name, "date": date(2018, 5, 16), "source": "x"})
    area = shapely.box(105.8, 21.0, 105.9, 21.1)
    with pytest.raises(InputError, match=r"feed\.zip"):
        read_gtfs([path], gtfs, kinds=["bus"], area=area, read_area=area, epsg=EPSG)


# ---------------------------------------------------------------- registries and lists

ROW = {
    **dict.fromkeys((name for name in Known.model_fields if name not in NOT_IN_CSV), ""),
    **{"registry_id": "a", "name": "Kho A", "kind": "heritage", "heritage_class": "mill_factory", "status": "in_use"},
    **{"lon": "105.85", "lat": "21.03", "precision": "site", "source": "a book"},
}


def csv_text(*rows):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(ROW), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            csv_text(ROW).replace("Kho A", f'"{"x" * 140_000}"').encode(),
            "line 2: cannot be read",
            marks=fault(LISTS, "a field over 131,072 characters", "refused, with the line"),
        ),
        pytest.param(
            csv_text(ROW).replace("Kho A", '"Kho A').encode(),
            "line 2: .*quote",
            marks=fault(LISTS, "an unclosed quote", "refused, with the line"),
        ),
        pytest.param(
            csv_text(ROW, {**ROW, "registry_id": "b", "lat": "999"}).encode(),
            "line 3: lat",
            marks=fault(LISTS, "latitude 999 in a registry", "refused, with line and column"),
        ),
        pytest.param(
            csv_text(ROW, ROW).encode(),
            "line 3: registry_id a stands twice",
            marks=fault(LISTS, "an id that stands twice", "refused, with the line"),
        ),
        pytest.param(
            csv_text(ROW).replace("Kho", "Khô").encode("latin-1"),
            "is not UTF-8",
            marks=fault(LISTS, "another encoding", "refused, with the cure"),
        ),
    ],
)
def test_registries(tmp_path, text, said):
    (tmp_path / "registry.csv").write_bytes(text)
    with pytest.raises(InputError, match=rf"registry\.csv.*{said}"):
        read_registry(tmp_path / "registry.csv")


def features(*shapes):
    found = [{"type": "Feature", "properties": {"name": f"Kho {n}"}, "geometry": one} for n, one in enumerate(shapes)]
    return json.dumps({"type": "FeatureCollection", "features": found})


POINT = {"type": "Point", "coordinates": [105.85, 21.03]}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        pytest.param(
            "list.geojson",
            features(),
            "list.geojson",
            marks=fault(LISTS, "an empty collection", "refused, in a sentence"),
        ),
        pytest.param(
            "list.geojson",
            features({"type": "Polygon", "coordinates": [[[105.8, 21.0], [105.9, float("nan")], [105.8, 21.0]]]}),
            "list.geojson",
            marks=fault(LISTS, "a ring of no numbers", "refused, in a sentence"),
        ),
        pytest.param(
            "list.geojson",
            features({"type": "Polygon", "coordinates": []}, POINT),
            "feature 1: its geometry is empty",
            marks=fault(LISTS, "a polygon without corners", "refused, with the feature"),
        ),
        pytest.param(
            "list.geojson", "[" * 100_000, "list.geojson", marks=fault(LISTS, "JSON nested without end", "refused")
        ),
        pytest.param(
            "list.csv",
            f'name,lon,lat\n"{"x" * 140_000}",105.85,21.03\n',
            "line 2: cannot be read",
            marks=fault(LISTS, "a field over 131,072 characters in a list", "refused, with the line"),
        ),
        pytest.param(
            "list.csv",
            "name,lon,lat\nKho,105.85,21.03\nKho B,105.85,inf\n",
            "line 3: lat is 'inf', not a number",
            marks=fault(LISTS, "a position that is no number", "refused, with line and column"),
        ),
    ],
)
def test_lists(tmp_path, file, text, said):
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_list(tmp_path / file)


def read_list(path):
    names = ("industrial_heritage", "creative_spaces", "amenities")
    taxonomies = Taxonomies(*(read_taxonomy(ROOT / "config" / "taxonomy" / f"{name}.yaml") for name in names))
    area = shapely.box(105.8, 21.0, 105.9, 21.1)
    scope = Scope.of(area=area, epsg=EPSG, edge_buffer_m=2000, local_name="Hà Nội", taxonomies=taxonomies)
    columns = ("name", "lon", "lat") if path.suffix == ".csv" else ("name",)
    given = {"file": path.name, "columns": {name: name for name in columns}, "kind": "heritage", "source": "a book"}
    return read_import(path, Import.model_validate(given), scope)


@pytest.mark.parametrize("name", ["registry.csv", "list.csv", "list.geojson", "list.gpkg"])
@fault(LISTS, "a folder in place of a file", "said")
def test_folder_for_a_list(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        (read_registry if name == "registry.csv" else read_list)(tmp_path / name)


# ---------------------------------------------------------------- configuration

CITY = (ROOT / "config" / "cities" / "hanoi.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "country: VN",
            "country: VN\ncountry: CN",
            "the key country stands twice",
            marks=fault(CONFIGURATION, "a key that stands twice", "refused, with file and key"),
        ),
        pytest.param(
            "country: VN",
            "country: NO",
            "no table for NO",
            marks=fault(CONFIGURATION, "country: NO, which YAML takes for a no", "taken for Norway"),
        ),
        pytest.param(
            "people:\n",
            "people:\n  total: {residents: yes, year: 2020, source: x}\n",
            r"people\.total\.residents",
            marks=fault(CONFIGURATION, "residents: yes, which YAML takes for 1", "refused, with file and key"),
        ),
        pytest.param(
            "country: VN",
            "contry: VN",
            "did you mean country",
            marks=fault(CONFIGURATION, "an unknown key", "refused, with the nearest"),
        ),
        pytest.param(
            "bbox: [105.71, 20.86, 105.95, 21.10]",
            "bbox: [-180, -90, 180, 90]",
            "wider than 5 degrees",
            marks=fault(CONFIGURATION, "the world as study area", "refused, with file and key"),
        ),
        pytest.param(
            "country: VN",
            "name: [[[[[[[[[[",
            "not valid YAML",
            marks=fault(CONFIGURATION, "broken YAML", "refused, with the file"),
        ),
        pytest.param(
            "main_mode: motorbike",
            "main_mode: *nowhere",
            "not valid YAML",
            marks=fault(CONFIGURATION, "anchors that name nothing, or themselves", "refused, with the file"),
        ),
    ],
)
def test_cities(tmp_path, old, new, said):
    assert old in CITY
    with pytest.raises(InputError, match=rf"town\.yaml(.|\n)*{said}"):
        read_city(tmp_path, CITY.replace(old, new, 1).encode())


def read_city(folder, content):
    path = folder / "config" / "cities" / "town.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return load_settings(load_config(yaml.safe_load(MAIN)), "town", root=folder)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258"])
@fault(CONFIGURATION, "another encoding", "refused, with file and cure")
def test_encodings(tmp_path, encoding):
    with pytest.raises(InputError, match=r"town\.yaml.*not UTF-8"):
        read_city(tmp_path, CITY.replace("Hà Nội", "H\u00e0").replace("\u2019", "'").encode(encoding, "replace"))


@fault(CONFIGURATION, "a folder in place of a city file", "said")
def test_folder_for_a_city(tmp_path):
    (tmp_path / "config" / "cities" / "town.yaml").mkdir(parents=True)
    with pytest.raises(InputError, match=r"town\.yaml"):
        load_settings(load_config(yaml.safe_load(MAIN)), "town", root=tmp_path)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("score", "draws", 10**12),
        ("people_grid", "cell_m", 0.001),
        ("", "edge_buffer_m", 1e9),
        ("reach", "walk_minutes", -1),
        ("internet", "longest_hours", float("nan")),
    ],
)
@fault(CONFIGURATION, "settings out of bounds: draws 1e12, cell_m 0.001, a buffer of 1e9 m", "refused, with the key")
def test_bounds(section, key, value):
    data = yaml.safe_load(MAIN)
    (data.setdefault(section, {}) if section else data)[key] = value
    with pytest.raises(InputError, match=rf"config\.yaml: {section}\.?{key}"):
        load_config(data)
