"""The completeness of mapping, against hexagons counted one by one with shapely, and limits worked out by hand."""

import json
from types import ModuleType
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from creative_nodes.common import tables
from creative_nodes.people import completeness
from creative_nodes.report.tables import TABLES

GEOD = Geod(ellps="WGS84")
VENUE = {"amenity": "cafe", "name": "Quán"}
RESOLUTION = 9


def _settings(towns: ModuleType, **changes: Any) -> Any:
    return towns.config().completeness.model_copy(update={"h3_resolution": RESOLUTION, **changes})


def _edges(towns: ModuleType, *lines: Any) -> gpd.GeoDataFrame:
    """Make rows of the table street_edges: only their shapes and lengths count here."""
    _, edges = towns.street_tables({1: (0.0, 0.0), 2: (100.0, 0.0)}, [(1, 2, {})])
    rows = pd.concat([edges.drop(columns="geometry")] * len(lines), ignore_index=True)
    rows["length_m"] = [line.length for line in lines]
    return gpd.GeoDataFrame(rows, geometry=[towns.to_degrees(line) for line in lines], crs="EPSG:4326")


def _map(towns: ModuleType, area: Any, **how: Any) -> gpd.GeoDataFrame:
    found = completeness.map_completeness(
        towns.to_degrees(area),
        places=how.get("places", towns.places()),
        edges=how.get("edges", _edges(towns, shapely.LineString([(0, 0), (1, 0)]))),
        people=how.get("people", towns.people()),
        settings=how.get("settings", _settings(towns)),
        epsg=towns.EPSG,
    )
    tables.check(found, TABLES["completeness"], where="test")
    return found


@pytest.fixture
def area() -> Any:
    """A bent study area with a hole, some two dozen hexagons wide."""
    outline = shapely.Polygon([(0, 0), (3000, 200), (2600, 1900), (1500, 1200), (300, 2200)])
    return outline.difference(shapely.box(900, 500, 1200, 800))


# ---------------------------------------------------------------- hexagons


def test_hexagons_are_the_cells_that_overlap_the_area(towns: ModuleType, area: Any) -> None:
    found = _map(towns, area)
    shape = towns.to_degrees(area)
    # every cell around, asked one by one
    centre = h3.latlng_to_cell(shape.centroid.y, shape.centroid.x, RESOLUTION)
    rings = {one: [(x, y) for y, x in h3.cell_to_boundary(one)] for one in h3.grid_disk(centre, 15)}
    expected = sorted(one for one, ring in rings.items() if shapely.Polygon(ring).intersection(shape).area > 0)
    assert found["hex_id"].tolist() == expected
    for one, polygon in zip(found["hex_id"], found.geometry, strict=True):
        assert polygon.equals(shapely.Polygon(rings[one]))


def test_counts_are_those_of_each_hexagon_asked_point_by_point(towns: ModuleType, area: Any) -> None:
    rng = np.random.default_rng(80)
    spots = rng.uniform(-400, 3200, (600, 2))
    kinds = [VENUE, {"shop": "books"}, {"name": "no venue", "highway": "bus_stop"}, {"building": "yes"}]
    kinds += [{"building": "no"}, {"building": "house", "name": "Kho", "craft": "pottery"}]
    tagged = [(kinds[i % len(kinds)], towns.at(x, y)) for i, (x, y) in enumerate(spots)]
    homes = [
        {"geometry": towns.at(x, y), "residents": float(k), "inside": area.contains(towns.at(x, y))}
        for k, (x, y) in enumerate(rng.uniform(-400, 3200, (400, 2)))
    ]
    found = _map(towns, area, places=towns.places(*tagged), people=towns.people(*homes))
    degrees = towns.to_degrees(area)
    total = 0
    for row in found.itertuples():
        part = row.geometry.intersection(degrees)

        def inside(x: float, y: float, part: Any = part) -> bool:
            return bool(part.contains(towns.to_degrees(towns.at(x, y))))

        here = [tags for tags, point in tagged if inside(point.x, point.y)]
        venues = sum("name" in tags and bool({"amenity", "craft"} & set(tags)) for tags in here)
        assert row.named_venues == venues
        assert row.buildings == sum(tags.get("building", "no") != "no" for tags in here)
        residents = sum(one["residents"] for one in homes if inside(one["geometry"].x, one["geometry"].y))
        assert row.residents == pytest.approx(residents)
        if residents:
            assert row.venues_per_1000 == pytest.approx(1000 * venues / residents)
        else:
            assert np.isnan(row.venues_per_1000)
        total += venues
    assert total > 50


def test_residents_sum_to_those_of_the_study_area(towns: ModuleType, area: Any) -> None:
    cells = [towns.at(x, y) for x in range(-300, 3300, 100) for y in range(-300, 2500, 100)]
    homes = towns.people(*({"geometry": p, "residents": 7.3, "inside": area.contains(p)} for p in cells))
    found = _map(towns, area, people=homes)
    assert found["residents"].sum() == pytest.approx(homes.loc[homes["inside"], "residents"].sum(), rel=1e-3)
    assert found["residents"].sum() > 1000


def test_streets_are_cut_at_hexagons_and_at_the_study_area(towns: ModuleType, area: Any) -> None:
    rng = np.random.default_rng(81)
    ends = rng.uniform(-300, 3200, (60, 2))
    lines = [shapely.LineString(pair) for pair in zip(ends, ends + rng.normal(0, 250, ends.shape), strict=True)]
    lines.append(shapely.LineString([(-500, 300), (1500, 700), (3500, 400)]))
    found = _map(towns, area, edges=_edges(towns, *lines))
    assert found["street_km"].sum() * 1000 == pytest.approx(sum(line.intersection(area).length for line in lines))
    for row in found.itertuples():
        part = row.geometry.intersection(towns.to_degrees(area))
        # on the ellipsoid; the drawings lie where UTM shortens lengths by 0.04 %
        metres = sum(GEOD.geometry_length(towns.to_degrees(line).intersection(part)) for line in lines)
        assert row.street_km * 1000 == pytest.approx(metres, rel=1e-3, abs=0.01)


def test_an_area_counts_once_where_a_point_on_it_lies(towns: ModuleType, area: Any) -> None:
    park = {"leisure": "park", "name": "Công viên"}
    found = _map(towns, area, places=towns.places((park, shapely.box(400, 300, 1600, 450))))
    assert found["named_venues"].sum() == 1


@pytest.mark.parametrize(
    ("tags", "venue", "building"),
    [
        ({"name": "a", "shop": "x"}, 1, 0),
        ({"name:en": "a", "shop": "x"}, 0, 0),
        ({"name": "a", "disused:shop": "x"}, 0, 0),
        ({"name": 'a", "shop": "x'}, 0, 0),
        ({"note": 'x", "name": "y', "shop": "x"}, 0, 0),
        ({"name": "a", "building": "no", "office": "x"}, 1, 0),
        ({"old_name": "a", "building:levels": "2", "historic": "yes"}, 0, 0),
        ({"name": "a", "building": "north_hall", "historic": "yes", "tourism": "museum"}, 1, 1),
    ],
)
def test_what_counts_as_a_named_venue_and_as_a_building(
    towns: ModuleType, area: Any, tags: dict[str, str], venue: int, building: int
) -> None:
    place = towns.places((tags, towns.at(500, 400)))
    # as the reader writes them
    place["tags"] = json.dumps(tags, ensure_ascii=False, sort_keys=True)
    found = _map(towns, area, places=place)
    assert (found["named_venues"].sum(), found["buildings"].sum()) == (venue, building)


def test_edits_are_told_by_their_newest_and_middle_day(towns: ModuleType, area: Any) -> None:
    spot, other = (500, 400), (2400, 800)
    places = towns.places(*[({"a": "b"}, towns.at(*spot))] * 5, *[({"a": "b"}, towns.at(*other))] * 2)
    places["edited"] = ["2016-05-01", "", "2012-03-04", "2017-12-31", "2013-01-01", "", ""]
    found = _map(towns, area, places=places)
    holds = {s: found.index[found.contains(towns.to_degrees(towns.at(*s)))][0] for s in (spot, other)}
    assert holds[spot] != holds[other]
    # of 2012, 2013, 2016 and 2017 the lower of the two in the middle
    assert found.loc[holds[spot], ["last_edit", "median_edit"]].tolist() == ["2017-12-31", "2013-01-01"]
    assert found.loc[holds[other], ["last_edit", "median_edit"]].tolist() == ["", ""]


def test_without_a_source_of_residents_they_are_missing(towns: ModuleType, area: Any) -> None:
    found = _map(towns, area)
    assert found["residents"].isna().all() and found["venues_per_1000"].isna().all()


def test_the_resolution_is_that_of_the_config(towns: ModuleType, area: Any) -> None:
    for resolution in (7, 8, 10):
        found = _map(towns, area, settings=_settings(towns, h3_resolution=resolution))
        assert {h3.get_resolution(one) for one in found["hex_id"]} == {resolution}


# ---------------------------------------------------------------- thin, fair, good, empty


@pytest.mark.parametrize(
    ("residents", "street_km", "venues", "buildings", "expected"),
    [
        # a full map has 20 venues per 1,000 residents and 50 buildings per km; thin is below a fifth, good from 80 %
        (10_000, 10, 39, 9999, "thin"),
        (10_000, 10, 40, 0, "fair"),
        (10_000, 10, 159, 9999, "fair"),
        (10_000, 10, 160, 399, "fair"),
        (10_000, 10, 160, 400, "good"),
        # few residents: 2 venues per km of street
        (999, 10, 3, 400, "thin"),
        (999, 10, 4, 0, "fair"),
        (0, 10, 16, 400, "good"),
        (0, 10, 0, 400, "thin"),
        # the same venues among 1,000 residents
        (1000, 10, 3, 400, "thin"),
        (1000, 10, 4, 400, "fair"),
        # people without a street, and nothing at all
        (5000, 0, 500, 500, "thin"),
        (20, 0, 5, 5, "thin"),
        (0, 0, 0, 0, "empty"),
        (None, 0, 0, 0, "empty"),
        (None, 10, 3, 400, "thin"),
        (None, 10, 16, 400, "good"),
    ],
)
def test_limits_worked_out_by_hand(
    towns: ModuleType, residents: float | None, street_km: float, venues: int, buildings: int, expected: str
) -> None:
    row = pd.DataFrame(
        {
            "residents": [np.nan if residents is None else float(residents)],
            "street_km": [float(street_km)],
            "venues_per_1000": [1000 * venues / residents if residents else np.nan],
            "venues_per_street_km": [venues / street_km if street_km else np.nan],
            "buildings_per_street_km": [buildings / street_km if street_km else np.nan],
        }
    )
    assert completeness.judge(row, _settings(towns)) == [expected]


def test_the_limits_in_words_are_those_of_the_judgement(towns: ModuleType) -> None:
    settings = _settings(towns)
    assert settings.thin_venues_per_1000 == pytest.approx(4)
    assert settings.thin_venues_per_street_km == pytest.approx(0.4)
