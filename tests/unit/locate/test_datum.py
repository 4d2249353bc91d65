"""The Chinese web-map datums against answers of the map services themselves, and there and back again."""

import numpy as np
import pytest

from creative_nodes.common.geo import reproject_xy
from creative_nodes.locate.datum import CHINA, DATUMS, from_wgs84, in_china, to_wgs84

METRES_PER_DEGREE = 111_320.0
N_RANDOM = 10_000


def metres(a, b):
    """Distance of points (lon, lat), degrees, small."""
    east = (a[0] - b[0]) * np.cos(np.radians(b[1]))
    return np.hypot(east, a[1] - b[1]) * METRES_PER_DEGREE


# from, its point, to, the same point there, metres allowed
PUBLISHED = [
    # the example in the documentation of Amap's conversion service, and its answer
    ("wgs84", (116.481499, 39.990475), "gcj02", (116.487585177952, 39.991754014757), 0.1),
    # an answer of the same service in Shenzhen
    ("wgs84", (114.07, 22.62), "gcj02", (114.07513075, 22.61731092), 0.2),
    # the example in the documentation of Alibaba Cloud's, six decimals; it turns gcj02 back in one step, so 1-2 m off
    ("gcj02", (120.026268, 30.279164), "bd09", (120.032768, 30.285238), 0.2),
    ("gcj02", (120.026268, 30.279164), "wgs84", (120.021519, 30.281543), 2.0),
    # the tests of eviltransform: Shanghai, Shenzhen, Beijing
    ("wgs84", (121.5272106, 31.1774276), "gcj02", (121.531541859215, 31.17530398364597), 0.001),
    ("wgs84", (113.912316, 22.543847), "gcj02", (113.9171764808363, 22.540796131694766), 0.001),
    ("wgs84", (116.377817, 39.911954), "gcj02", (116.38404722455657, 39.91334545536069), 0.001),
    # the tests of coordtransform
    ("gcj02", (116.404, 39.915), "bd09", (116.41036949371029, 39.92133699351021), 0.001),
    ("bd09", (116.404, 39.915), "gcj02", (116.39762729119315, 39.90865673957631), 0.1),
    # Tiananmen, where Baidu's maps open by default, and the gate as it stands in OSM
    ("bd09", (116.404, 39.915), "wgs84", (116.39139, 39.90726), 20),
]


@pytest.mark.parametrize(("source", "point", "target", "expected", "allowed_m"), PUBLISHED)
def test_published_pairs(source, point, target, expected, allowed_m):
    moved = from_wgs84(*to_wgs84(*np.array([point]).T, source), target)
    assert metres((moved[0][0], moved[1][0]), expected) < allowed_m


def random_points(*, china):
    random = np.random.default_rng(80)
    west, south, east, north = (edge(box[side] for box in CHINA) for side, edge in enumerate((min, min, max, max)))
    lon, lat = random.uniform(west, east, 10 * N_RANDOM), random.uniform(south, north, 10 * N_RANDOM)
    chosen = np.flatnonzero(in_china(lon, lat) == china)[:N_RANDOM]
    assert len(chosen) == N_RANDOM
    return lon[chosen], lat[chosen]


@pytest.mark.parametrize("datum", DATUMS)
def test_there_and_back_within_a_centimetre(datum):
    lon, lat = random_points(china=True)
    moved = from_wgs84(lon, lat, datum)
    assert np.max(metres(to_wgs84(*moved, datum), (lon, lat))) < 0.01


@pytest.mark.parametrize(("datum", "least_m", "most_m"), [("gcj02", 10, 800), ("bd09", 300, 1700)])
def test_shifts_are_of_the_known_size(datum, least_m, most_m):
    lon, lat = random_points(china=True)
    shift = metres(from_wgs84(lon, lat, datum), (lon, lat))
    assert least_m < shift.min()
    assert shift.max() < most_m


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_nothing_moves_outside_china(datum):
    lon, lat = random_points(china=False)
    assert np.array_equal(from_wgs84(lon, lat, datum), (lon, lat))


def test_what_counts_as_china():
    names = ["Hanoi", "Hai Phong", "Da Nang", "Ho Chi Minh City", "Taipei", "Shanghai", "Beijing", "Urumqi", "Haikou"]
    lon = np.array([105.85, 106.68, 108.22, 106.70, 121.56, 121.47, 116.40, 87.62, 110.20])
    lat = np.array([21.03, 20.86, 16.07, 10.78, 25.04, 31.23, 39.90, 43.82, 20.04])
    china = {name for name, inside in zip(names, in_china(lon, lat), strict=True) if inside}
    assert china == {"Shanghai", "Beijing", "Urumqi", "Haikou"}


def test_a_missing_position_stays_missing():
    lon, lat = to_wgs84(np.array([np.nan, 121.5]), np.array([np.nan, 31.2]), "bd09")
    assert np.isnan([lon[0], lat[0]]).all()
    assert np.isfinite([lon[1], lat[1]]).all()


def test_vn2000_by_its_published_parameters():
    """VN-2000 to WGS 84 by hand: WGS 84 ellipsoid, shift (-191.904, -39.303, -111.450) m and small rotations."""
    lon, lat = reproject_xy(np.array([588128.0]), np.array([2325811.0]), 3405, 4326)
    # transverse Mercator on the same ellipsoid gives VN-2000 degrees; then the shift in geocentric coordinates
    own_lon, own_lat = (float(v[0]) for v in reproject_xy(np.array([588128.0]), np.array([2325811.0]), 32648, 4326))
    a, e2 = 6378137.0, 0.00669437999014
    phi, lam = np.radians(own_lat), np.radians(own_lon)
    n = a / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    xyz = np.array([n * np.cos(phi) * np.cos(lam), n * np.cos(phi) * np.sin(lam), n * (1 - e2) * np.sin(phi)])
    xyz += np.array([-191.90441429, -39.30318279, -111.45032835])
    shifted_lon = np.degrees(np.arctan2(xyz[1], xyz[0]))
    shifted_lat = np.degrees(np.arctan2(xyz[2], np.hypot(xyz[0], xyz[1]) * (1 - e2)))
    assert metres((lon[0], lat[0]), (shifted_lon, shifted_lat)) < 10  # the rotations are left out
    assert 150 < metres((lon[0], lat[0]), (own_lon, own_lat)) < 350
