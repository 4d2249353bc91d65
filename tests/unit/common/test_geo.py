"""Coordinate systems, against pyproj's own database and the ellipsoid."""

import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from creative_nodes.common.geo import buffer_metres, metric_epsg, reproject, reproject_xy, utm_epsg

GEOD = Geod(ellps="WGS84")
HANOI, HCMC, SHANGHAI = (105.85, 21.03), (106.70, 10.78), (121.48, 31.23)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [HANOI, HCMC, SHANGHAI, (3.0, 0.02), (151.2, -33.9), (-70.6, -33.4), (-179.5, 10), (179.5, -10), (-0.1, 51.5)],
)
def test_utm_zone_agrees_with_the_epsg_database(lon, lat):
    area = AreaOfInterest(lon, lat, lon, lat)
    found = query_utm_crs_info(datum_name="WGS 84", area_of_interest=area)
    # on the line between two zones the database gives both
    assert str(utm_epsg(lon, lat)) in {info.code for info in found}


@pytest.mark.parametrize(("place", "epsg"), [(HANOI, 32648), (HCMC, 32648), (SHANGHAI, 32651)])
def test_utm_of_the_three_cities(place, epsg):
    assert utm_epsg(*place) == epsg
    assert metric_epsg(shapely.Point(place).buffer(0.1), None) == epsg


def test_a_given_code_goes_before_the_zone():
    assert metric_epsg(shapely.Point(HANOI), 3405) == 3405


def test_antimeridian_is_a_valid_zone():
    for lon in (-180.0, 180.0):
        assert CRS.from_epsg(utm_epsg(lon, 10)).is_projected


@pytest.mark.parametrize(("place", "epsg"), [(HANOI, 32648), (HANOI, 3405), (SHANGHAI, 32651)])
def test_projected_lengths_agree_with_the_ellipsoid(place, epsg):
    line = shapely.LineString([place, (place[0] + 0.01, place[1] + 0.008)])
    assert shapely.length(reproject(line, 4326, epsg)) == pytest.approx(GEOD.geometry_length(line), rel=1e-3)


def test_x_is_longitude_and_there_and_back_is_the_same():
    area = shapely.box(105.8, 21.0, 105.9, 21.1)
    moved = reproject(area, 4326, 32648)
    # 105.85 E lies east of the zone's middle (105 E, 500 km), 21 N some 2,325 km from the equator
    assert 580_000 < moved.centroid.x < 600_000
    assert 2_320_000 < moved.centroid.y < 2_340_000
    back = reproject(moved, 32648, 4326)
    np.testing.assert_allclose(shapely.get_coordinates(back), shapely.get_coordinates(area), atol=1e-9)


def test_arrays_keep_their_gaps():
    shapes = np.array([shapely.Point(HANOI), None, shapely.Point()], dtype=object)
    moved = reproject(shapes, 4326, 32648)
    assert moved[1] is None
    assert moved[2].is_empty
    assert moved[0].x > 1000


def test_coordinate_arrays_move_like_geometry():
    x, y = reproject_xy(np.array([HANOI[0]]), np.array([HANOI[1]]), 4326, 32648)
    point = reproject(shapely.Point(HANOI), 4326, 32648)
    assert (x[0], y[0]) == pytest.approx((point.x, point.y))


@pytest.mark.parametrize("metres", [500, 2000])
def test_a_buffer_is_measured_in_metres(metres):
    area = shapely.box(105.80, 21.00, 105.85, 21.05)
    grown = buffer_metres(area, metres, 32648)
    assert grown.contains(area)
    west, south, east, north = grown.bounds
    assert GEOD.inv(105.80, 21.02, west, 21.02)[2] == pytest.approx(metres, rel=0.05)
    assert GEOD.inv(105.85, 21.02, east, 21.02)[2] == pytest.approx(metres, rel=0.05)
    assert GEOD.inv(105.82, 21.00, 105.82, south)[2] == pytest.approx(metres, rel=0.05)
    assert GEOD.inv(105.82, 21.05, 105.82, north)[2] == pytest.approx(metres, rel=0.05)
