"""Chinese web-map datums: GCJ-02 (Amap, Tencent, Google in China) and BD-09 (Baidu), to and from WGS 84.

The offsets are not published by their makers. The formulas are those recovered in 2012-2014 and used by every open
implementation since (eviltransform, PRCoords, gcoord); against answers of Amap's own conversion service they are right
to some centimetres. Their common inverse is one step and 1-2 m off; here it is iterated until nothing is left.

Outside China both datums are WGS 84. "China" is the set of rectangles below, as long in use (wgs2mars): they follow the
border coarsely, so that Viet Nam south of 22.28 degrees north, Taiwan and most of Mongolia lie outside, but a strip of
Viet Nam's northern border provinces lies inside. Within some 700 m outside a rectangle's edge the inverse cannot tell
a shifted point from one that is not, and takes it for shifted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import numpy as np

from creative_nodes.common import Datum

DATUMS: tuple[Datum, ...] = get_args(Datum)

# Krasovsky 1940, on which GCJ-02 turns its metres into degrees
KRASOVSKY_A_M = 6_378_245.0
KRASOVSKY_E2 = 0.00669342162296594323
ORIGIN_LON, ORIGIN_LAT = 105.0, 35.0
BD09_LON, BD09_LAT = 0.0065, 0.006  # degrees
BD09_RADIUS, BD09_ANGLE, BD09_WAVE = 2e-5, 3e-6, 3000.0  # degrees, radians, waves per radian of a degree
# each step leaves 2 % of the error or less: after ten it is far below a micrometre
STEPS = 10

# west, south, east, north, degrees
CHINA = (
    (79.4462, 42.8899, 96.33, 49.2204),
    (109.6872, 39.3742, 135.0002, 54.1415),
    (73.1246, 29.5297, 124.143255, 42.8899),
    (82.9684, 26.7186, 97.0352, 29.5297),
    (97.0253, 20.414096, 124.367395, 29.5297),
    (107.975793, 17.871542, 111.744104, 20.414096),
)
NOT_CHINA = (
    (119.921265, 21.785006, 122.497559, 25.398623),
    (101.8652, 20.0988, 106.665, 22.284),
    (106.4525, 20.4878, 108.051, 21.5422),
    (109.0323, 50.3257, 119.127, 55.8175),
    (127.4568, 49.5574, 137.0227, 55.8175),
    (131.2662, 42.5692, 137.0227, 44.8922),
)

Arrays = tuple[np.ndarray, np.ndarray]


def in_china(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Tell which points (degrees, WGS 84) the Chinese datums shift, by rectangles.

    Parameters
    ----------
    lon, lat : degrees, WGS 84, shape (n,).
    """

    def in_any(boxes: tuple[tuple[float, float, float, float], ...]) -> np.ndarray:
        found = np.zeros(np.shape(lon), dtype=bool)
        for west, south, east, north in boxes:
            found |= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        return found

    inside: np.ndarray = in_any(CHINA) & ~in_any(NOT_CHINA)
    return inside


def _waves(value: np.ndarray, *waves: tuple[float, float]) -> np.ndarray:
    """Add up sine waves: amplitude in metres, half wavelength in degrees."""
    total = np.zeros(np.shape(value))
    for amplitude_m, half_degrees in waves:
        total += amplitude_m * np.sin(value * np.pi / half_degrees)
    return total


def _wgs84_to_gcj02(lon: np.ndarray, lat: np.ndarray) -> Arrays:
    """Shift as GCJ-02 does, wherever the point lies."""
    x, y = lon - ORIGIN_LON, lat - ORIGIN_LAT
    both = 20 * (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x)) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + both
    east_m += _waves(x, (20, 1), (40, 3), (150, 12), (300, 30)) * 2 / 3
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + both
    north_m += _waves(y, (20, 1), (40, 3), (160, 12), (320, 30)) * 2 / 3
    squash = 1 - KRASOVSKY_E2 * np.sin(np.radians(lat)) ** 2
    metres_per_lat = np.radians(KRASOVSKY_A_M * (1 - KRASOVSKY_E2) / squash**1.5)
    metres_per_lon = np.radians(KRASOVSKY_A_M * np.cos(np.radians(lat)) / np.sqrt(squash))
    return lon + east_m / metres_per_lon, lat + north_m / metres_per_lat


def _gcj02_to_bd09(lon: np.ndarray, lat: np.ndarray) -> Arrays:
    """Shift as BD-09 shifts GCJ-02, wherever the point lies."""
    radius = np.hypot(lon, lat) + BD09_RADIUS * np.sin(np.radians(lat) * BD09_WAVE)
    angle = np.arctan2(lat, lon) + BD09_ANGLE * np.cos(np.radians(lon) * BD09_WAVE)
    return radius * np.cos(angle) + BD09_LON, radius * np.sin(angle) + BD09_LAT


def _invert(shift: Callable[[np.ndarray, np.ndarray], Arrays], lon: np.ndarray, lat: np.ndarray) -> Arrays:
    """Find the points that a shift moves to the given ones, by fixed-point iteration."""
    x, y = lon, lat
    for _ in range(STEPS):
        moved_x, moved_y = shift(x, y)
        x, y = x - (moved_x - lon), y - (moved_y - lat)
    return x, y


def from_wgs84(lon: np.ndarray, lat: np.ndarray, datum: Datum) -> Arrays:
    """Turn WGS 84 into a datum.

    Parameters
    ----------
    lon, lat : degrees, WGS 84; nan stays nan.
    datum : wgs84, gcj02 or bd09.

    Returns
    -------
    (lon, lat) in degrees of that datum; unchanged outside China.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if datum == "wgs84":
        return lon, lat
    moved = _wgs84_to_gcj02(lon, lat)
    if datum == "bd09":
        moved = _gcj02_to_bd09(*moved)
    inside = in_china(lon, lat)
    return np.where(inside, moved[0], lon), np.where(inside, moved[1], lat)


def to_wgs84(lon: np.ndarray, lat: np.ndarray, datum: Datum) -> Arrays:
    """Turn a datum into WGS 84, exactly undoing `from_wgs84`.

    Parameters
    ----------
    lon, lat : degrees of the datum; nan stays nan.
    datum : wgs84, gcj02 or bd09.

    Returns
    -------
    (lon, lat) in degrees, WGS 84; unchanged outside China.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if datum == "wgs84":
        return lon, lat
    back = _invert(_gcj02_to_bd09, lon, lat) if datum == "bd09" else (lon, lat)
    back = _invert(_wgs84_to_gcj02, *back)
    # where the answer lies in China it was shifted; elsewhere it never was
    inside = in_china(*back)
    return np.where(inside, back[0], lon), np.where(inside, back[1], lat)
