"""How far an imported list lies from its places in OSM, and whether another datum would fit it better."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

import numpy as np
import shapely

from creative_nodes.common import WGS84_EPSG, Message, reproject_xy, told
from creative_nodes.locate.datum import DATUMS, to_wgs84
from creative_nodes.locate.imports import ImportedList, to_degrees
from creative_nodes.locate.registry import similarity
from creative_nodes.locate.settings import Locate

SEARCH_M = 1500.0  # the Chinese datums shift by up to 1,100 m or so
MIN_PAIRS = 5
AT_LEAST_HALVED = 0.5
SAME_M = 1.0  # another datum that moves no point farther is the same here (outside China)
# VN-2000 is some 200 m from WGS 84: in degrees, and in the UTM zones of Viet Nam, where the numbers look alike
VN2000_EPSG = 4756
VN2000_BOX = (102.1, 8.3, 109.7, 23.5)  # west, south, east, north, degrees
TWIN_EPSG = {3405: 32648, 32648: 3405, 3406: 32649, 32649: 3406}


@dataclass(frozen=True)
class Twins:
    """What a row may be in OSM: folded names and shapes (metric CRS) of named objects and of sites."""

    names: list[list[str]]
    geometry: np.ndarray


@dataclass(frozen=True)
class Offset:
    """Median distance in metres from rows to the centroids and to the outlines of their twins."""

    centroid_m: float
    outline_m: float


@dataclass(frozen=True)
class Fit:
    """How a list fits OSM: pairs compared, and the offset by datum, the one it was read in first."""

    pairs: int
    offsets: dict[str, Offset]
    best: str
    shifted: bool

    def as_json(self) -> str:
        """Write the medians by datum, whole metres."""
        told = {
            key: {"centroid_m": round(one.centroid_m), "outline_m": round(one.outline_m)}
            for key, one in self.offsets.items()
        }
        return json.dumps(told)


NO_FIT = Fit(0, {}, "", shifted=False)


def _readings(one: ImportedList) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the rows' degrees, WGS 84, as read in its datum and in every other it might be in."""
    lon, lat = to_degrees(one.x, one.y, one.spec, one.epsg)
    found = {one.reference: (lon, lat)}
    if one.epsg is None or one.epsg == VN2000_EPSG:
        found.update({name: to_wgs84(one.x, one.y, name) for name in DATUMS if name != one.reference})
        west, south, east, north = VN2000_BOX
        if (
            np.nanmin(one.x) >= west
            and np.nanmax(one.x) <= east
            and south <= np.nanmin(one.y) <= np.nanmax(one.y) <= north
        ):
            found.setdefault(f"EPSG:{VN2000_EPSG}", to_degrees(one.x, one.y, one.spec, VN2000_EPSG))
    elif one.epsg in TWIN_EPSG:
        other = TWIN_EPSG[one.epsg]
        found[f"EPSG:{other}"] = to_degrees(one.x, one.y, one.spec, other)
    return found


def _points(lon: np.ndarray, lat: np.ndarray, epsg: int) -> np.ndarray:
    """Return points in the metric CRS, empty ones where there is no position."""
    x, y = reproject_xy(lon, lat, WGS84_EPSG, epsg)
    there = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(lon), shapely.Point(), dtype=object)
    points[there] = shapely.points(x[there], y[there])
    return points


def _twin(names: list[str], near: np.ndarray, twins: Twins, settings: Locate) -> shapely.Geometry | None:
    """Return the one thing nearby of these names: objects of one name close together are one."""
    alike = np.array([max((similarity(a, b) for a in names for b in twins.names[j]), default=0.0) for j in near])
    for least in (1.0, settings.registry_match_score):
        chosen = near[alike >= least]
        if len(chosen):
            around = shapely.union_all(shapely.buffer(twins.geometry[chosen], settings.group_within_m / 2))
            return shapely.union_all(twins.geometry[chosen]) if shapely.get_num_geometries(around) == 1 else None
    return None


def measure_fit(one: ImportedList, twins: Twins, settings: Locate, *, epsg: int) -> Fit:
    """Compare a list with OSM under its datum and under others.

    Rows are paired with what carries their name within `SEARCH_M`, when nothing else there does and no other row
    carries the name. The same pairs are measured under every datum.

    Parameters
    ----------
    one : the list.
    twins : named things in OSM.
    settings : likeness of names, and how close objects of one name are one.
    epsg : metric CRS of the twins.
    """
    if not np.isfinite(one.x).any():
        return NO_FIT
    points = {name: _points(*reading, epsg) for name, reading in _readings(one).items()}
    own = points[one.reference]
    there = np.flatnonzero(~shapely.is_empty(own))
    points = {
        name: moved
        for name, moved in points.items()
        if name == one.reference or np.max(shapely.distance(own[there], moved[there]), initial=0) > SAME_M
    }
    tree = shapely.STRtree(twins.geometry)
    counted = Counter(name for row in one.rows for name in row.folded_names())
    rows, shapes = [], []
    for i in there:
        names = one.rows[i].folded_names()
        twin = None
        if all(counted[name] == 1 for name in names):
            twin = _twin(names, tree.query(own[i], predicate="dwithin", distance=SEARCH_M), twins, settings)
        if twin is not None:
            rows.append(i)
            shapes.append(twin)
    return _fit(one.reference, {name: moved[rows] for name, moved in points.items()}, np.array(shapes, dtype=object))


def _fit(reference: str, points: dict[str, np.ndarray], twins: np.ndarray) -> Fit:
    if not len(twins):
        return NO_FIT
    middle = shapely.centroid(twins)
    offsets = {
        name: Offset(
            float(np.median(shapely.distance(moved, middle))), float(np.median(shapely.distance(moved, twins)))
        )
        for name, moved in points.items()
    }
    best = min(offsets, key=lambda name: offsets[name].centroid_m)
    better = offsets[best].centroid_m <= AT_LEAST_HALVED * offsets[reference].centroid_m
    return Fit(len(twins), offsets, best, shifted=better and best != reference and len(twins) >= MIN_PAIRS)


def warning(one: ImportedList, fit: Fit) -> Message | str:
    """Say that a list looks shifted and which datum fits it better; nothing when it does not.

    Parameters
    ----------
    one : the list.
    fit : how it fits OSM.
    """
    if not fit.shifted:
        return ""
    code = fit.best.removeprefix("EPSG:")
    return told(
        "The list {file} looks shifted: read as {datum}, half of its {pairs:count} sites that are found in OSM by name "
        "lie more than {away:count} m from their place there; read as {best} it would be {left:count} m. Set {key} in "
        "the city's imports.",
        file=one.file,
        datum=one.reference,
        pairs=fit.pairs,
        away=fit.offsets[one.reference].centroid_m,
        best=fit.best,
        left=fit.offsets[fit.best].centroid_m,
        key=f"epsg: {code}" if code != fit.best else f"datum: {fit.best}",
    )
