"""Industrial grounds: what joins, what stays apart, which sizes count."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.common import tables
from creative_nodes.common.geo import reproject
from creative_nodes.locate.grounds import Ground, Grounds, eligible, find_grounds
from creative_nodes.locate.selector import Selector
from creative_nodes.locate.tables import GROUNDS

EPSG = 32648
KINDS = Selector(["landuse=industrial", "man_made=works"])


def _places(*objects: tuple[str, dict[str, str], shapely.Geometry]) -> tuple[gpd.GeoDataFrame, list[dict[str, str]]]:
    """Lay out objects whose shapes are given in metres from a corner in Hanoi."""
    moved = [
        reproject(shapely.transform(one[2], lambda xy: xy + np.array([588_000, 2_325_000])), EPSG, 4326)
        for one in objects
    ]
    frame = gpd.GeoDataFrame(
        {"osm_id": [one[0] for one in objects], "tags": [json.dumps(one[1]) for one in objects]},
        geometry=moved,
        crs=4326,
    )
    return frame, [one[1] for one in objects]


def _ids(*objects: tuple[str, dict[str, str], shapely.Geometry]) -> list[set[str]]:
    places, tags = _places(*objects)
    return [set(one.osm_ids) for one in find_grounds(places, tags, KINDS, epsg=EPSG)]


LAND = {"landuse": "industrial"}


def test_shapes_within_twelve_metres_are_one_ground():
    """Of three blocks in a row 11 and 13 metres apart, the first two are one ground."""
    blocks = [("way/1", LAND, 0), ("way/2", LAND, 61), ("way/3", LAND, 124)]
    found = _ids(*((i, tags, shapely.box(x, 0, x + 50, 50)) for i, tags, x in blocks))
    assert found == [{"way/1", "way/2"}, {"way/3"}]


def test_names_stay_apart_and_the_unnamed_joins_the_nearer():
    """A nameless block between two works joins the nearer, and never joins the two."""
    found = _ids(
        ("way/1", LAND | {"name": "Nhà máy A"}, shapely.box(0, 0, 50, 50)),
        ("way/2", LAND, shapely.box(58, 0, 100, 50)),
        ("way/3", LAND | {"name": "Nhà máy B"}, shapely.box(103, 0, 150, 50)),
    )
    assert found == [{"way/1"}, {"way/2", "way/3"}]


def test_points_and_other_kinds_make_no_ground():
    """A chimney's point and a park are no ground."""
    assert (
        _ids(
            ("node/1", {"man_made": "works"}, shapely.Point(0, 0)),
            ("way/1", {"leisure": "park"}, shapely.box(0, 0, 90, 90)),
        )
        == []
    )


def test_the_ground_is_known_by_its_oldest_way_and_named_by_a_member():
    """The largest member comes first, the oldest gives the id, and any name counts."""
    places, tags = _places(
        ("way/9", LAND, shapely.box(0, 0, 100, 100)),
        ("way/4", {"man_made": "works", "name": "Nhà máy"}, shapely.box(10, 10, 20, 20)),
    )
    (ground,) = find_grounds(places, tags, KINDS, epsg=EPSG)
    assert (ground.ground_id, ground.osm_ids, ground.name) == ("way/4", ["way/9", "way/4"], "Nhà máy")
    assert abs(ground.area_m2 - 10_000) < 1


def test_sizes_from_a_fifth_to_thirty_hectares_unless_a_list_names_it():
    """0.2 to 30 ha; a named one of any size."""
    sides = (40, 50, 540, 560)
    grounds = [Ground(str(side), [str(side)], "", shapely.box(0, 0, side, side)) for side in sides]
    assert [one.ground_id for one in eligible(grounds)] == ["50", "540"]
    assert [one.ground_id for one in eligible(grounds, named_elsewhere=[True, False, False, True])] == [
        "40",
        "50",
        "540",
        "560",
    ]


def _boxes(*sides: tuple[str, int]) -> list[Ground]:
    return [Ground(key, [key], "", shapely.box(0, 0, side, side)) for key, side in sides]


def test_a_site_stands_on_the_ground_of_its_main_object_else_on_the_smallest_around_it():
    """A works in a yard in an estate of 36 ha stands on the yard; the estate is one place where a list names it."""
    mapped, inner, outer = _boxes(("way/1", 100), ("way/2", 600)), shapely.Point(50, 50), shapely.Point(500, 500)
    unnamed, named = Grounds(mapped, [False, False]), Grounds(mapped, [False, True])
    assert unnamed.under(["way/2"], inner) == "way/2"
    assert unnamed.under(["way/7"], inner) == unnamed.under([], inner) == "way/1"
    assert unnamed.under([], outer) == ""
    assert named.under([], outer) == "way/2"
    assert named.under([], shapely.Point(700, 0)) == ""


def test_grounds_are_the_same_after_writing_and_reading():
    """What lies outside the study area is left out; shapes keep to a hundredth of a metre."""
    corner = np.array([588_000, 2_325_000])
    mapped = [
        Ground(one.ground_id, one.osm_ids, "Nhà máy", shapely.transform(one.geometry, lambda xy, k=k: xy + corner + k))
        for k, one in zip((0, 5000), _boxes(("way/1", 100), ("way/2", 100)), strict=True)
    ]
    frame = Grounds(mapped, [True, False]).frame(shapely.buffer(mapped[0].geometry, 1000), EPSG)
    tables.check(frame, GROUNDS, where="test")
    again = Grounds.of_frame(frame, epsg=EPSG)
    assert [(one.ground_id, one.osm_ids, one.name) for one in again.all] == [("way/1", ["way/1"], "Nhà máy")]
    assert again.named_elsewhere == [True]
    assert shapely.hausdorff_distance(again.all[0].geometry, mapped[0].geometry) < 0.01
