"""Many cities cut out of one file: read as often as for one, and each gets what it would get by itself."""

import csv
import json
import math
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import osmium
import pytest
import shapely
from pyproj import Geod

from creative_nodes.common import InputError, tables
from creative_nodes.pull import osm_file, together
from creative_nodes.pull.clip import Piece, clip, clip_all
from creative_nodes.pull.cut import Asked, Task, area_of, pull_osm
from creative_nodes.pull.osm_file import node_positions
from creative_nodes.pull.patience import Asking
from creative_nodes.pull.settings import Boundary, Internet
from creative_nodes.pull.source import MOST_TOGETHER, ResolvedSource, shared
from creative_nodes.pull.tables import STUDY_AREA
from creative_nodes.pull.together import cut_together, pull_city, taken
from creative_nodes.settings import load_city

ROOT = Path(__file__).resolve().parents[3]
STEP = 0.002


def town(write_osm, *, side=30, seed=80):
    """A net of streets, some nodes with tags, and relations of all kinds, over 0.06 degrees at 105.8, 21.0."""
    rng = np.random.default_rng(seed)
    spots = {(i, j): i * side + j + 1 for i in range(side) for j in range(side)}
    nodes = {node: (105.8 + i * STEP, 21.0 + j * STEP) for (i, j), node in spots.items()}
    ways = {i + 1: [spots[i, j] for j in range(side)] for i in range(side)}
    ways |= {side + j + 1: [spots[i, j] for i in range(side)] for j in range(side)}
    rings = {1000 + k: [spots[k, k], spots[k + 3, k], spots[k + 3, k + 3], spots[k, k + 3]] for k in range(0, 24, 3)}
    ways |= {way: [*ring, ring[0]] for way, ring in rings.items()}
    relations = {
        1: ({"type": "multipolygon"}, [("w", way, "outer") for way in rings]),
        2: ({"type": "route"}, [("w", 1, ""), ("w", side + 2, ""), ("n", 5, "")]),
        3: ({"type": "network"}, [("r", 2, "")]),
        4: ({"type": "boundary"}, [("w", 1003, "outer")]),
    }
    tagged = {int(node): {"amenity": "cafe"} for node in rng.choice(list(nodes), 60, replace=False)}
    return write_osm(nodes, ways, relations, tagged=tagged)


# no edge lies on a street
BOXES = [
    (105.8093, 21.0093, 105.8157, 21.0157),
    (105.8113, 21.0113, 105.8405, 21.0305),
    (105.8291, 20.9991, 105.8325, 21.05),
]
AREAS = [*(shapely.box(*box) for box in BOXES), shapely.Point(105.8303, 21.0307).buffer(0.01)]
ELSEWHERE = shapely.box(1, 1, 2, 2)


def test_each_area_gets_what_it_would_get_alone(write_osm, tmp_path):
    with node_positions(town(write_osm), scratch=tmp_path) as positions:
        alone = [clip(positions, area, tmp_path / f"alone-{i}.osm.pbf") for i, area in enumerate(AREAS)]
        areas = [*AREAS[:2], ELSEWHERE, *AREAS[2:]]
        pieces = [Piece(area, tmp_path / f"{i}.osm.pbf") for i, area in enumerate(areas)]
        found = clip_all(positions, pieces)
    assert isinstance(found.pop(2), InputError) and not (tmp_path / "2.osm.pbf").exists()
    assert found == alone and max(one.relations for one in alone) > 2
    for i, at in enumerate((0, 1, 3, 4)):
        assert (tmp_path / f"{at}.osm.pbf").read_bytes() == (tmp_path / f"alone-{i}.osm.pbf").read_bytes()


def test_what_is_kept_is_what_the_definition_says(write_osm, tmp_path):
    """Worked out object by object with sets, as the docstring of clip_all tells."""
    source = town(write_osm)
    objects = {kind: {} for kind in "nwr"}
    for item in osmium.FileProcessor(source):
        kind = item.type_str()
        objects[kind][item.id] = (
            (item.lon, item.lat)
            if kind == "n"
            else [node.ref for node in item.nodes]
            if kind == "w"
            else (dict(item.tags)["type"], [(m.type, m.ref) for m in item.members])
        )
    with node_positions(source, scratch=tmp_path) as positions:
        clip_all(positions, [Piece(area, tmp_path / f"{i}.osm.pbf") for i, area in enumerate(AREAS)])
    for i, area in enumerate(AREAS):
        inside = {node for node, at in objects["n"].items() if shapely.contains_xy(area, *at)}
        ways = {way for way, nodes in objects["w"].items() if inside & set(nodes)}
        nodes = inside | {node for way in ways for node in objects["w"][way]}
        relations = {
            key
            for key, (_, members) in objects["r"].items()
            if any(ref in {"w": ways, "n": nodes, "r": ()}[kind] for kind, ref in members)
        }
        parents = {key for key, (_, members) in objects["r"].items() if any(("r", one) in members for one in relations)}
        areas = [members for key, (kind, members) in objects["r"].items() if key in relations and kind != "route"]
        ways |= {ref for members in areas for kind, ref in members if kind == "w"}
        nodes |= {node for way in ways for node in objects["w"][way]}
        kept = {kind: set() for kind in "nwr"}
        for item in osmium.FileProcessor(tmp_path / f"{i}.osm.pbf"):
            kept[item.type_str()].add(item.id)
        whole = {"n": nodes, "w": ways, "r": relations | parents}
        assert not any(kept[kind] ^ own for kind, own in whole.items()), (i, {k: kept[k] ^ v for k, v in whole.items()})


def test_the_file_is_read_as_often_for_many_as_for_one(write_osm, tmp_path, monkeypatch):
    read = []
    processor, positions_of = osmium.FileProcessor, osm_file.NodePositions._given
    monkeypatch.setattr(osmium, "FileProcessor", lambda file, *rest: read.append(str(file)) or processor(file, *rest))
    monkeypatch.setattr(osm_file.NodePositions, "_given", lambda self: read.append("nodes") or positions_of(self))
    source, counts = town(write_osm), []
    for areas in (AREAS[:1], AREAS):
        with node_positions(source, scratch=tmp_path) as positions:
            read.clear()
            clip_all(positions, [Piece(area, tmp_path / f"{i}.osm.pbf") for i, area in enumerate(areas)])
        counts.append((read.count(str(source)), read.count("nodes")))
    assert counts[0] == counts[1] and min(counts[0]) > 0


# ---------------------------------------------------------------- cities


def asked(city, box=BOXES[0], **given):
    return Asked(city=city, boundary=Boundary(bbox=box), edge_buffer_m=200, **given)


def of(source):
    return ResolvedSource(kind="extract", file=source)


def own(source, one, folder):
    target = folder / f"{one.city}.osm.pbf"
    pulled = pull_osm(source, one.boundary, target, city=one.city, edge_buffer_m=one.edge_buffer_m, epsg=one.epsg)
    return pulled, target.read_bytes()


@pytest.fixture
def made(write_osm, tmp_path):
    """A file, what is asked of its cities (the last lies elsewhere), and the folder of their cuts."""
    source = of(town(write_osm))
    cities = [asked("a"), asked("b", BOXES[1]), asked("c", BOXES[2], epsg=3405), asked("away", (1, 1, 1.1, 1.1))]
    cities.append(Asked(city="ring", boundary=Boundary(relation=4), edge_buffer_m=100))
    lines = []
    assert cut_together(source, cities, tmp_path / "cuts", asking=Asking(report=lines.append)) == 4
    assert [line for line in lines if "left to its own pull" in line and line.startswith("away")]
    return source, cities, tmp_path / "cuts"


def test_a_city_takes_what_its_own_pull_would_bring(made, tmp_path):
    source, cities, cuts = made
    for one in (city for city in cities if city.city != "away"):
        target = tmp_path / "raw" / one.city / "osm.pbf"
        pulled = pull_city(source, one, target, together=cuts)
        again, same = own(source, one, tmp_path)
        assert target.read_bytes() == same
        assert pulled.provenance == again.provenance and pulled.answers == again.answers
        for frame, name in ((pulled.study_area, "taken"), (again.study_area, "own")):
            tables.write(frame, STUDY_AREA, tmp_path / f"{name}.parquet", provenance={})
        assert (tmp_path / "taken.parquet").read_bytes() == (tmp_path / "own.parquet").read_bytes()


def test_a_city_that_lies_elsewhere_stops_itself_alone(made, tmp_path):
    source, cities, cuts = made
    with pytest.raises(InputError, match="nothing lies inside the study area"):
        pull_city(source, cities[3], tmp_path / "away.osm.pbf", together=cuts)


def test_nothing_is_taken_of_another_file_or_another_question(made, tmp_path):
    source, cities, cuts = made
    target = tmp_path / "x.osm.pbf"
    assert taken(source, cities[0], target, cuts)
    assert not taken(source, cities[0].model_copy(update={"edge_buffer_m": 201}), target, cuts)
    assert not taken(source, cities[0].model_copy(update={"epsg": 3405}), target, cuts)
    assert not taken(source.model_copy(update={"snapshot": "2025-01-01"}), cities[0], target, cuts)
    assert not taken(source, cities[0].model_copy(update={"city": "z"}), target, cuts)
    text = source.file.read_text(encoding="utf-8")
    source.file.write_text(text.replace('version="1"', 'version="2"'), encoding="utf-8")
    assert not taken(source, cities[0], target, cuts)


def test_a_broken_file_stops_the_cut(tmp_path):
    path = tmp_path / "broken.osm.pbf"
    path.write_bytes(b"not a map")
    with pytest.raises(InputError, match=r"broken\.osm\.pbf"):
        cut_together(of(path), [asked("a"), asked("b")], tmp_path / "cuts")


def test_cities_are_grouped_by_their_file_and_so_many_at_once(tmp_path):
    one, other = of(tmp_path / "one.osm.pbf"), of(tmp_path / "other.osm.pbf")
    sources = {f"c{i}": one for i in range(MOST_TOGETHER + 2)} | {"x": other}
    sources |= {"online": ResolvedSource(kind="overpass"), "dated": one.model_copy(update={"snapshot": "2025-01-01"})}
    groups = shared(sources)
    assert [len(cities) for cities in groups.values()] == [MOST_TOGETHER, 2]
    assert len({*groups}) == 2 and all(name.startswith("one.osm.pbf-") for name in groups)
    # one more city leaves those before it in their group
    assert shared(sources | {"last": one})[next(iter(groups))] == groups[next(iter(groups))]


# ---------------------------------------------------------------- the provincial capitals of Viet Nam


def capitals():
    with (ROOT / "config/cities/vietnam.csv").open(encoding="utf-8", newline="") as file:
        return [row["city"] for row in csv.DictReader(file)]


def test_there_is_a_capital_for_each_of_the_34_provinces():
    cities = [load_city(key, root=ROOT) for key in capitals()]
    assert len(cities) == 34 == len({city.boundary.place for city in cities})
    assert len({city.source for city in map(_of_source, cities)}) == 1


def _of_source(city):
    return type("Of", (), {"source": city.source.model_dump_json()})


def test_places_become_circles_by_one_question_each(serve, tmp_path):
    """The real code against a server of the same answers: a point each, some with an outline beside it."""
    keys = capitals()
    places = [load_city(key, root=ROOT).boundary.place for key in keys]

    def answer(handler, _):
        query = parse_qs(urlsplit(handler.path).query)["q"][0]
        at = places.index(query)
        ring = [[105, 20], [106, 20], [106, 21], [105, 20]]
        found = {"lat": str(9 + at / 3), "lon": str(104.5 + at / 12), "importance": 0.6}
        other = {"lat": "0", "lon": "0", "importance": 0.2, "geojson": {"type": "Polygon", "coordinates": [ring]}}
        body = json.dumps([other, found]).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    server = serve(answer)
    asking = Asking(Internet(nominatim_url=server.url, second_s=0.02), tmp_path / "answers")
    for again in range(2):
        for at, key in enumerate(keys):
            city = load_city(key, root=ROOT)
            question = Asked(city=key, boundary=city.boundary, edge_buffer_m=2000)
            area = area_of(Task(ResolvedSource(kind="geofabrik"), question, tmp_path, asking), None)
            metres2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(area.study)[0])
            assert metres2 == pytest.approx(math.pi * 6000**2, rel=0.01)
            assert area.study.centroid.distance(shapely.Point(104.5 + at / 12, 9 + at / 3)) < 1e-3
        assert len(server.paths) == 34, again


def test_a_radius_needs_a_place():
    with pytest.raises(ValueError, match="radius_m is drawn around a place"):
        Boundary(bbox=BOXES[0], radius_m=100)
    assert together.Asked is Asked
