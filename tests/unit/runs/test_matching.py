"""Sites of two runs: matched by id, by shared OSM objects, by the ground that they cover."""

import geopandas as gpd
from shapely.geometry import Point, box

from creative_nodes.runs.matching import match_sites


def sites(**rows):
    """Make sites: id = (osm ids, shape)."""
    frame = {"site_id": list(rows), "osm_ids": [row[0] for row in rows.values()]}
    return gpd.GeoDataFrame(frame, geometry=[row[1] for row in rows.values()], crs="EPSG:4326")


def at(x, *, size=1.0):
    return box(x, 0, x + size, 1)


def test_the_same_id_counts_first():
    before = sites(a=(["way/1"], at(0)), b=(["way/2"], at(5)))
    after = sites(a=(["way/2"], at(5)), c=(["way/1"], at(0)))
    # b shares way/2 with a, which is taken
    assert match_sites(before, after) == {"a": ("a", "id")}


def test_a_site_grouped_anew_is_found_by_its_objects_the_most_first():
    before = sites(old=(["way/1", "way/2", "way/3"], at(0)), other=(["way/9"], at(5)))
    after = sites(big=(["way/2", "way/3"], at(7)), small=(["way/1"], at(9)), fresh=([], at(20)))
    assert match_sites(before, after) == {"old": ("big", "osm")}


def test_ground_covered_by_half_is_the_same_site_also_of_a_point():
    before = sites(half=([], at(0, size=2)), little=([], at(10, size=2)), point=([], Point(20.5, 0.5)))
    after = sites(now=([], at(1, size=2)), far=([], at(11.5, size=2)), yard=([], at(20)))
    assert match_sites(before, after) == {"half": ("now", "overlap"), "point": ("yard", "overlap")}
