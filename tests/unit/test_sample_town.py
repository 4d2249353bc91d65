"""The sample town comes out the same every time, and its truth agrees with its map."""

import csv
import importlib.util
import json
import math
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import osmium
import pytest
import rasterio
import shapely
import yaml
from pyproj import Transformer
from shapely.geometry import LineString, Polygon

from creative_nodes.settings import load_config, load_settings

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "tests" / "data" / "sample_town"
REGISTRY = ROOT / "config" / "registry" / "sample.csv"
MAX_BYTES = 300_000
Truth = dict[str, Any]
Rows = dict[str, dict[str, str]]
TO_METRES = Transformer.from_crs(4326, 32631, always_xy=True)


def _generator() -> Any:
    path = ROOT / "tests" / "data" / "make_sample_town.py"
    spec = importlib.util.spec_from_file_location("make_sample_town", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _read(path: Path) -> SimpleNamespace:
    """Read a map into plain dictionaries: nodes, ways and relations by id."""
    town = SimpleNamespace(tags={}, xy={}, ways={}, members={})
    kinds = {osmium.osm.Node: "node", osmium.osm.Way: "way", osmium.osm.Relation: "relation"}
    for item in osmium.FileProcessor(path):
        osm_id = f"{kinds[type(item)]}/{item.id}"
        assert osm_id not in town.tags
        town.tags[osm_id] = dict(item.tags)
        if isinstance(item, osmium.osm.Node):
            town.xy[item.id] = (item.location.lon, item.location.lat)
        elif isinstance(item, osmium.osm.Way):
            town.ways[osm_id] = [node.ref for node in item.nodes]
        elif isinstance(item, osmium.osm.Relation):
            town.members[osm_id] = [(member.type, member.ref, member.role) for member in item.members]
    return town


@pytest.fixture(scope="module")
def town() -> SimpleNamespace:
    return _read(SHIPPED / "sample.osm.pbf")


@pytest.fixture(scope="module")
def truth() -> Truth:
    found: Truth = json.loads((SHIPPED / "truth.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Make the town twice."""
    generator = _generator()
    folders = [tmp_path_factory.mktemp("town") for _ in range(2)]
    for folder in folders:
        generator.make(folder, folder / "sample.csv")
    return folders


def _metres(town: SimpleNamespace, node: int) -> tuple[float, float]:
    x, y = TO_METRES.transform(*town.xy[node])
    return x, y


def _position(town: SimpleNamespace, registry: Rows, end: Truth) -> tuple[float, float]:
    """Return where an end of a walk lies, metres in EPSG:32631."""
    if end["osm_ids"]:
        return _metres(town, int(end["osm_ids"][0].removeprefix("node/")))
    row = registry[end["registry_id"]]
    x, y = TO_METRES.transform(float(row["lon"]), float(row["lat"]))
    return x, y


@pytest.fixture(scope="module")
def registry() -> Rows:
    with REGISTRY.open(encoding="utf-8", newline="") as file:
        return {row["registry_id"]: row for row in csv.DictReader(file)}


def test_two_runs_give_the_same_bytes(made: list[Path]) -> None:
    one, other = made
    names = sorted(path.name for path in one.iterdir())
    assert names == ["population.tif", "sample.csv", "sample.osm.pbf", "truth.json"]
    for name in names:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_shipped_files_are_what_the_generator_makes(made: list[Path]) -> None:
    assert (made[0] / "truth.json").read_bytes() == (SHIPPED / "truth.json").read_bytes()
    assert (made[0] / "sample.csv").read_bytes() == REGISTRY.read_bytes()
    # encoders of other versions may lay the same content out differently: compare what is in the files
    assert _read(made[0] / "sample.osm.pbf") == _read(SHIPPED / "sample.osm.pbf")
    with rasterio.open(made[0] / "population.tif") as new, rasterio.open(SHIPPED / "population.tif") as old:
        assert (new.crs, new.transform) == (old.crs, old.transform)
        np.testing.assert_array_equal(new.read(1), old.read(1))


def test_files_are_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < MAX_BYTES


def test_ids_are_unique_across_types_and_counted(town: SimpleNamespace, truth: Truth) -> None:
    numbers = [int(osm_id.split("/")[1]) for osm_id in town.tags]
    assert len(set(numbers)) == len(numbers)
    kinds = [osm_id.split("/")[0] for osm_id in town.tags]
    assert truth["counts"] == {f"{kind}s": kinds.count(kind) for kind in ("node", "way", "relation")}


def test_settings_load_and_name_the_boundary(town: SimpleNamespace, truth: Truth) -> None:
    config = load_config(yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8")))
    settings = load_settings(config, "sample", root=ROOT)
    assert settings.city.fictional
    assert settings.city.epsg == truth["town"]["epsg"]
    assert settings.city.source.snapshot == truth["town"]["snapshot"]
    boundary = f"relation/{settings.city.boundary.relation}"
    assert boundary == truth["town"]["boundary"]
    assert town.tags[boundary]["boundary"] == "administrative"
    assert town.tags[boundary]["admin_level"] == "6"
    assert settings.city.people.raster is not None
    for file in (settings.city.source.file, settings.city.people.raster.file, settings.city.registry):
        assert file is not None
        assert (ROOT / file).is_file()


def test_boundary_closes_and_has_the_stated_area(town: SimpleNamespace, truth: Truth) -> None:
    outer = [town.ways[f"way/{ref}"] for _, ref, role in town.members[truth["town"]["boundary"]] if role == "outer"]
    first, second = outer
    assert first[-1] == second[0]
    assert second[-1] == first[0]
    ring = Polygon([_metres(town, node) for node in [*first, *second[1:-1]]])
    assert ring.area / 1e6 == pytest.approx(truth["town"]["area_km2"], rel=1e-5)


def test_every_id_in_the_truth_is_on_the_map_under_its_name(town: SimpleNamespace, truth: Truth) -> None:
    for thing in [*truth["heritage"], *truth["creative"]]:
        assert thing["in_osm"] == bool(thing["osm_ids"])
        if thing["in_osm"]:
            assert thing["name"] in {town.tags[osm_id].get("name") for osm_id in thing["osm_ids"]}
    for trap in [*truth["not_heritage"], *truth["not_creative"]]:
        assert town.tags[trap["osm_id"]]["name"] == trap["name"]
    assert town.tags[truth["escape"]["osm_id"]]["name"] == "<script>alert(1)</script>"


def test_no_object_is_two_things(truth: Truth) -> None:
    ids = [osm_id for thing in [*truth["heritage"], *truth["creative"]] for osm_id in thing["osm_ids"]]
    ids += [trap["osm_id"] for trap in [*truth["not_heritage"], *truth["not_creative"]]]
    ids += truth["estate"]["osm_ids"]
    assert len(set(ids)) == len(ids)


def test_there_is_enough_to_find(truth: Truth) -> None:
    candidates = [site for site in truth["heritage"] if site["candidate"]]
    assert len(truth["creative"]) >= 40
    assert len(truth["heritage"]) >= 12
    assert {site["status"] for site in truth["heritage"]} == {"not_known", "vacated", "brownfield", "converted", "lost"}
    assert all(site["inside"] and site["status"] in ("not_known", "vacated", "brownfield") for site in candidates)
    assert [site["name"] for site in truth["heritage"] if not site["reachable"]] == ["Lò gạch cũ"]
    assert truth["first"]["name"] in {site["name"] for site in candidates}
    assert len(truth["not_heritage"]) >= 9


def test_candidates_show_two_signs_of_old_industry(town: SimpleNamespace, truth: Truth) -> None:
    for site in truth["heritage"]:
        if not (site["candidate"] and site["in_osm"]):
            continue
        tags = {key: value for osm_id in site["osm_ids"] for key, value in town.tags[osm_id].items()}
        signs = [int(tags.get("start_date", "9999")) < 1975, "historic" in tags, "heritage" in tags, "old_name" in tags]
        signs += [any(key.startswith(("disused", "abandoned")) for key in tags)]
        signs += [any(word in site["name"].lower() for word in ("nhà máy", "xưởng", "kho ", "nhà in"))]
        assert sum(signs) >= 2, site["name"]


def test_connectivity_follows_from_the_components(truth: Truth) -> None:
    for scope in ("study_area", "with_buffer"):
        figures = truth["connectivity"][scope]
        sizes = figures["component_sizes"]
        assert sum(sizes) == figures["spaces"]
        assert sum(n * n for n in sizes) / figures["spaces"] ** 2 == pytest.approx(figures["C"], abs=1e-6)
    inside = [space for space in truth["creative"] if space["inside"]]
    assert truth["connectivity"]["study_area"]["spaces"] == len(inside) < len(truth["creative"])


def test_clusters_hold_together(truth: Truth) -> None:
    names = {space["name"]: space for space in truth["creative"]}
    for cluster in truth["clusters"]:
        assert cluster["widest_m"] <= 300
        ids = sorted(osm_id for member in cluster["members"] for osm_id in names[member]["osm_ids"])
        assert ids == cluster["osm_ids"]
    assert [cluster["n_spaces"] for cluster in truth["clusters"]] == [10, 8]


def test_walks_are_never_shorter_than_the_straight_line(town: SimpleNamespace, truth: Truth, registry: Rows) -> None:
    assert len(truth["walks"]) >= 10
    for walk in truth["walks"]:
        ends = [_position(town, registry, walk[side]) for side in ("from", "to")]
        straight = math.dist(*ends)
        detour = sum(abs(a - b) for a, b in zip(*ends, strict=True))
        assert walk["metres"] >= straight
        # on a grid a walk is at most the two sides of the corner and the way round a block or over a bridge
        assert walk["metres"] <= detour + 1000
        assert walk["minutes"] == pytest.approx(walk["metres"] / 80, abs=1e-3)


def test_a_walk_checked_by_hand(town: SimpleNamespace, truth: Truth, registry: Rows) -> None:
    # from the gas holder (12 m east of column 28, y 2262) to the gallery (row 28, x 2560, 5 m north):
    # 12 m to the street, 575 m north to row 28, 263 m west, 5 m to the gallery
    walk = next(
        w for w in truth["walks"] if (w["from"]["name"], w["to"]["name"]) == ("Bể khí than", "Phòng tranh Gò Nắng")
    )
    assert walk["metres"] == pytest.approx(12 + (2837 - 2262) + (2823 - 2560) + 5, abs=0.01)


def test_two_bridges_cross_the_river(town: SimpleNamespace) -> None:
    river = next(osm_id for osm_id, tags in town.tags.items() if tags.get("water") == "river")
    water = Polygon([_metres(town, node) for node in town.ways[river]])
    crossing = [
        osm_id
        for osm_id, nodes in town.ways.items()
        if "highway" in town.tags[osm_id] and LineString([_metres(town, node) for node in nodes]).intersects(water)
    ]
    assert {town.tags[osm_id]["bridge:name"] for osm_id in crossing} == {"Cầu Nắng", "Cầu Gió"}
    assert len(crossing) == 2


def test_streets_closed_on_foot_are_marked(town: SimpleNamespace, truth: Truth) -> None:
    closed = [town.tags[osm_id] for osm_id in truth["streets"]["not_on_foot"]]
    assert {tags["highway"] for tags in closed} >= {"motorway", "motorway_link", "construction"}
    assert any(tags.get("foot") == "no" for tags in closed)
    assert any(tags.get("access") == "private" for tags in closed)
    assert any(tags.get("service") == "private" for tags in closed)
    assert not any(tags.get("foot") == "yes" for tags in closed)


def test_broken_objects_are_broken(town: SimpleNamespace, truth: Truth) -> None:
    broken = truth["broken"]
    assert any(kind == "w" and f"way/{ref}" not in town.ways for kind, ref, _ in town.members[broken["missing_member"]])
    assert any(node not in town.xy for node in town.ways[broken["missing_node"]])
    assert not Polygon([town.xy[node] for node in town.ways[broken["self_crossing"]]]).is_valid
    others = {osm_id: nodes for osm_id, nodes in town.ways.items() if osm_id != broken["missing_node"]}
    assert all(node in town.xy for nodes in others.values() for node in nodes)


def test_metro_stops_are_in_order(town: SimpleNamespace, truth: Truth) -> None:
    stops = [ref for _, ref, role in town.members[truth["metro"]["relation"]] if role == "stop"]
    assert [town.tags[f"node/{ref}"]["name"] for ref in stops] == truth["metro"]["stops"]
    assert stops == sorted(stops, key=lambda ref: town.xy[ref])


def _residents_in(area: Polygon) -> np.ndarray:
    """Return the residents of the cells whose centres lie in an area (EPSG:32631)."""
    with rasterio.open(SHIPPED / "population.tif") as file:
        band = file.read(1)
        rows, columns = np.indices(band.shape)
        x, y = file.xy(rows.ravel(), columns.ravel())
    found: np.ndarray = band.ravel()[shapely.contains_xy(area, x, y)]
    return found


def test_residents_add_up(town: SimpleNamespace, truth: Truth) -> None:
    with rasterio.open(SHIPPED / "population.tif") as file:
        band, transform, crs = file.read(1), file.transform, file.crs
    assert crs.to_epsg() == 32631
    assert (transform.a, transform.e, transform.c % 100, transform.f % 100) == (100, -100, 0, 0)
    assert band.dtype == np.float32
    assert band.sum() == truth["residents"]["raster"]
    ring = [ref for _, ref, role in town.members[truth["town"]["boundary"]] if role == "outer"]
    nodes = [node for ref in ring for node in town.ways[f"way/{ref}"][:-1]]
    area = Polygon([_metres(town, node) for node in nodes])
    inside = _residents_in(area).sum()
    assert inside == truth["residents"]["inside"] == pytest.approx(60_000, rel=0.01)
    walks = truth["residents"]["walk_15"]
    assert len(walks) == 5
    assert all(0 < walk["residents"] < inside for walk in walks)
    for walk in walks:
        assert town.xy[walk["node_id"]] == pytest.approx((walk["lon"], walk["lat"]), abs=1e-9)


def test_nobody_lives_in_the_river_or_on_the_estate(town: SimpleNamespace, truth: Truth) -> None:
    river = next(osm_id for osm_id, tags in town.tags.items() if tags.get("water") == "river")
    for osm_id in (river, truth["estate"]["osm_ids"][0]):
        empty = Polygon([_metres(town, node) for node in town.ways[osm_id]])
        cells = _residents_in(empty)
        assert len(cells) > 20
        assert max(cells) == 0


def test_registry_and_truth_name_the_same_rows(registry: Rows, truth: Truth, town: SimpleNamespace) -> None:
    assert [row["registry_id"] for row in truth["registry"]] == list(registry)
    for row in truth["registry"]:
        assert registry[row["registry_id"]]["name"] == row["name"]
        assert (row["outcome"] == "in OSM") == bool(row["osm_ids"])
        assert all(osm_id in town.tags for osm_id in row["osm_ids"])
    ward = [row["registry_id"] for row in truth["registry"] if row["outcome"] == "not located"]
    assert [registry[registry_id]["precision"] for registry_id in ward] == ["ward"]
    named = {thing["registry_id"] for thing in [*truth["heritage"], *truth["creative"]]} - {""}
    assert named == set(registry) - set(ward)
