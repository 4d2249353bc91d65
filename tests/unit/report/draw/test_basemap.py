"""The drawn map."""

import geopandas as gpd
import made_up
import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.common.geo import reproject
from creative_nodes.pull.tables import PLACES
from creative_nodes.report.draw import basemap
from creative_nodes.report.tables import TABLES

EPSG = 32648
AREA = box(105.80, 21.00, 105.86, 21.05)


def test_layers_come_in_drawing_order_and_each_takes_its_own_tags():
    made = made_up.frames()
    layers = basemap.draw_basemap(made["places"], made["street_edges"], AREA, EPSG)
    assert tuple(layers) == basemap.LAYERS
    assert {name: len(shape.geoms) for name, shape in layers.items()} == {
        "industry": 1, "green": 1, "water": 1, "rivers": 1, "rails": 1, "roads_minor": 4, "roads_major": 2,
    }  # fmt: skip


def test_areas_stay_where_they_are_within_the_tolerance():
    rough = Point(105.83, 21.02).buffer(0.01, quad_segs=200)
    drawn = basemap.flatten(np.array([rough]), AREA, EPSG, areas=True, tolerance=8, min_area_m2=400)
    assert shapely.get_num_coordinates(drawn) < shapely.get_num_coordinates(rough) / 4
    here, there = reproject(rough, 4326, EPSG), reproject(drawn, 4326, EPSG)
    assert shapely.hausdorff_distance(here.boundary, there.boundary) < 8 + 2  # and the rounding
    assert there.area == pytest.approx(here.area, rel=0.01)


def test_coordinates_have_five_decimals():
    made = made_up.frames()
    for shape in basemap.draw_basemap(made["places"], made["street_edges"], AREA, EPSG).values():
        xy = shapely.get_coordinates(shape)
        assert np.array_equal(xy, np.round(xy, 5))


def test_what_lies_far_outside_is_cut_off_and_specks_are_left_out():
    shapes = np.array([box(105.0, 21.0, 107.0, 21.1), box(105.83, 21.02, 105.83002, 21.02002), Point(105.83, 21.02)])
    drawn = basemap.flatten(shapes, AREA, EPSG, areas=True, tolerance=5, min_area_m2=400)
    assert len(drawn.geoms) == 1
    assert AREA.buffer(1e-4).covers(drawn)


def test_broken_rings_are_repaired_not_fatal():
    bowtie = Polygon([(105.81, 21.01), (105.83, 21.03), (105.83, 21.01), (105.81, 21.03)])
    drawn = basemap.flatten(np.array([bowtie]), AREA, EPSG, areas=True, tolerance=5, min_area_m2=400)
    assert len(drawn.geoms) == 2
    assert drawn.is_valid


def test_overlapping_areas_wind_the_same_way():
    overlap = np.array([box(105.81, 21.01, 105.83, 21.03), box(105.82, 21.02, 105.84, 21.04).reverse()])
    drawn = basemap.flatten(overlap, AREA, EPSG, areas=True, tolerance=5, min_area_m2=400)
    assert len({part.exterior.is_ccw for part in drawn.geoms}) == 1


def test_street_pieces_are_joined():
    pieces = np.array([LineString([(105.81, 21.01), (105.82, 21.01)]), LineString([(105.82, 21.01), (105.83, 21.01)])])
    drawn = basemap.flatten(pieces, AREA, EPSG, areas=False, tolerance=5, min_area_m2=400)
    assert len(drawn.geoms) == 1


def test_nothing_mapped_is_an_empty_layer():
    nothing = gpd.GeoDataFrame({"tags": [], "geometry": []}, crs="EPSG:4326").astype({"tags": "str"})
    no_roads = gpd.GeoDataFrame({"highway": [], "geometry": []}, crs="EPSG:4326").astype({"highway": "str"})
    assert all(shape.is_empty for shape in basemap.draw_basemap(nothing, no_roads, AREA, EPSG).values())


def test_a_tag_inside_a_name_is_no_tag():
    named = '{"building": "yes", "name": "\\"natural\\": \\"water\\""}'
    frame = gpd.GeoDataFrame({"tags": [named], "geometry": [box(105.81, 21.01, 105.83, 21.03)]}, crs="EPSG:4326")
    roads = made_up.frames()["street_edges"]
    assert basemap.draw_basemap(frame, roads, AREA, EPSG)["water"].is_empty


def test_reading_takes_only_what_is_drawn(tmp_path):
    made = made_up.frames()
    for name in ("places", "street_edges"):
        tables.write(made[name], TABLES[name], tmp_path / f"{name}.parquet", provenance={})
    places = basemap.read_places(tmp_path / "places.parquet")
    roads = basemap.read_roads(tmp_path / "street_edges.parquet")
    assert len(places) == 5  # all but the building
    assert set(roads["highway"]) == {"primary", "secondary", "tertiary"}


def test_a_wrong_table_is_named(tmp_path):
    tables.write(made_up.frames()["places"], PLACES, tmp_path / "places.parquet", provenance={})
    with pytest.raises(InputError, match=r"places\.parquet: lacks column highway"):
        basemap.read_roads(tmp_path / "places.parquet")


def test_large_cities_are_drawn_coarser():
    small, large = basemap.tolerance_m(AREA, EPSG), basemap.tolerance_m(box(105.5, 20.5, 106.5, 21.5), EPSG)
    assert basemap.MIN_TOLERANCE_M <= small < large <= basemap.MAX_TOLERANCE_M


def test_multipolygons_are_taken_apart():
    both = MultiPolygon([box(105.81, 21.01, 105.82, 21.02), box(105.83, 21.03, 105.84, 21.04)])
    drawn = basemap.flatten(np.array([both]), AREA, EPSG, areas=True, tolerance=5, min_area_m2=400)
    assert len(drawn.geoms) == 2
