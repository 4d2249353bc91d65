"""Small maps of several cities at one scale: SVG paths made of the tables, in the metric CRS of each city."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import WGS84_EPSG, reproject
from creative_nodes.report.draw.shapes import HULL_MARGIN_M
from creative_nodes.report.say.keys import SPACE_TIERS

WIDTH = 1000  # drawing units across the frame, the same for every city
MARGIN = 40  # drawing units left free around the largest study area
SCALE_ROOM = 90  # drawing units under the map, for the scale bar
PINS = 3
PIN_APART = 42  # drawing units between two signs
AROUND = ((0, 0), (0, -1), (1, 0), (-1, 0), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))
MAX_LINKS = 6000  # beyond it a sketch would weigh more than the figures beside it
STEPS_KM = (1, 2, 5, 10, 20, 50, 100, 200)

DRAWN_TIERS = tuple(reversed(SPACE_TIERS))  # the weightiest on top


@dataclass(frozen=True)
class Pin:
    """A top candidate: its rank, its name, its place in drawing units, and where its sign stands."""

    rank: int
    name: str
    x: int
    y: int
    sign_x: int
    sign_y: int


@dataclass(frozen=True)
class Sketch:
    """One city's map: paths in drawing units, x to the right, y down."""

    width: int
    height: int
    outline: str
    links: str
    hulls: str
    spaces: tuple[tuple[str, str], ...]
    pins: tuple[Pin, ...]
    bar: int
    bar_km: int
    too_many_links: bool
    water: str = ""


@dataclass(frozen=True)
class SketchGround:
    """What one city's map is drawn of: its tables, names of its best candidates, and water (EPSG:4326) if any."""

    tables: Mapping[str, Any]
    best: Sequence[tuple[int, str, str]]
    water: BaseGeometry | None = None

    @property
    def epsg(self) -> int:
        """Metric CRS."""
        return int(self.tables["study_area"]["epsg"].iloc[0])

    @property
    def area(self) -> BaseGeometry:
        """Study area in the metric CRS."""
        area: BaseGeometry = reproject(self.tables["study_area"].geometry.iloc[0], WGS84_EPSG, self.epsg)
        return area


@dataclass(frozen=True)
class Frame:
    """Where a point of a metric CRS falls on the drawing."""

    west: float
    north: float
    metres_per_unit: float

    def at(self, xy: np.ndarray) -> np.ndarray:
        """Return drawing units, whole: x to the right, y down."""
        moved = np.column_stack([xy[:, 0] - self.west, self.north - xy[:, 1]]) / self.metres_per_unit
        return np.rint(moved).astype(int)


def _path(lines: Sequence[np.ndarray], *, closed: bool) -> str:
    """Write lines as one SVG path, steps relative; a step of nothing is left out."""
    told = []
    for line in lines:
        steps = np.diff(line, axis=0)
        steps = steps[np.any(steps != 0, axis=1)]
        if len(steps):
            inner = " ".join(f"{x} {y}" for x, y in steps.tolist())
            told.append(f"M{line[0][0]} {line[0][1]}l{inner}" + ("z" if closed else ""))
    return "".join(told)


def _rings(shapes: Sequence[BaseGeometry], frame: Frame) -> str:
    parts = [part for shape in shapes for part in shapely.get_parts(shape)]
    rings = [ring for part in parts for ring in shapely.get_rings(part)]
    return _path([frame.at(shapely.get_coordinates(ring)) for ring in rings], closed=True)


def _dots(xy: np.ndarray) -> str:
    """Write points as one path of lines without length: round line ends make them dots."""
    return "".join(f"M{x} {y}h0" for x, y in np.unique(xy, axis=0).tolist())


def _spots(shapes: gpd.GeoDataFrame, epsg: int, frame: Frame) -> np.ndarray:
    """Return a point on each shape, in drawing units."""
    if shapes.empty:
        return np.empty((0, 2), dtype=int)
    inside = shapely.point_on_surface(reproject(shapes.geometry.to_numpy(), WGS84_EPSG, epsg))
    return frame.at(shapely.get_coordinates(inside))


def _links(links: pd.DataFrame, ids: pd.Series, spots: np.ndarray) -> str:
    rows = pd.Series(range(len(ids)), index=ids.to_numpy())
    ends = np.column_stack([rows.reindex(links[end]).to_numpy(dtype=float) for end in ("a", "b")])
    ends = ends[~np.isnan(ends).any(axis=1)].astype(int)
    pairs = np.unique(spots[ends].reshape(-1, 4), axis=0)  # two links between the same drawn points are one line
    return _path([pair.reshape(2, 2) for pair in pairs], closed=False)


def _pins(best: Sequence[tuple[int, str, str]], places: Mapping[str, Sequence[int]]) -> tuple[Pin, ...]:
    """Place the signs of candidates, each beside its place where another sign stands there already; best one last."""
    taken: list[tuple[int, int]] = []
    found = []
    for rank, site, name in best:
        x, y = places[site]
        spots = [(x + dx * step, y + dy * step) for step in (PIN_APART, 2 * PIN_APART) for dx, dy in AROUND]
        free = [spot for spot in spots if all(math.dist(spot, other) >= PIN_APART for other in taken)]
        taken.append(free[0] if free else (x, y))
        found.append(Pin(rank, name, x, y, *taken[-1]))
    return tuple(reversed(found))


def _bar_km(metres_per_unit: float) -> int:
    """Return a round length that takes up to a third of the frame."""
    fits = [km for km in STEPS_KM if km * 1000 / metres_per_unit <= WIDTH / 3]
    return fits[-1] if fits else STEPS_KM[0]


def _water(ground: SketchGround, area: BaseGeometry, frame: Frame) -> str:
    """Draw the water of the study area, without corners that are too near to see."""
    if ground.water is None:
        return ""
    metric: BaseGeometry = reproject(ground.water, WGS84_EPSG, ground.epsg)
    drawn = shapely.intersection(shapely.make_valid(metric), area).simplify(frame.metres_per_unit)
    return _rings([part for part in shapely.get_parts(drawn) if part.geom_type == "Polygon"], frame)


def _sketch(ground: SketchGround, metres_per_unit: float, height: int) -> Sketch:
    epsg, area = ground.epsg, ground.area
    west, south, east, north = area.bounds
    # the middle of every study area lies in the middle of its frame
    frame = Frame(
        (west + east) / 2 - WIDTH / 2 * metres_per_unit,
        (south + north) / 2 + (height - SCALE_ROOM) / 2 * metres_per_unit,
        metres_per_unit,
    )
    creative = ground.tables["creative"]
    creative = creative[creative["inside"]].reset_index(drop=True)
    spots = _spots(creative, epsg, frame)
    links = ground.tables["links"]
    kept = ground.tables["clusters"]
    kept = kept[kept["kept"]]
    hulls = shapely.convex_hull(reproject(kept.geometry.to_numpy(), WGS84_EPSG, epsg)) if len(kept) else []
    candidates = ground.tables["candidates"]
    places = dict(zip(candidates["site_id"], _spots(candidates, epsg, frame).tolist(), strict=True))
    return Sketch(
        width=WIDTH,
        height=height,
        outline=_rings([area], frame),
        links="" if len(links) > MAX_LINKS else _links(links, creative["space_id"], spots),
        hulls=_rings([shapely.buffer(hull, HULL_MARGIN_M, quad_segs=4) for hull in hulls], frame),
        spaces=tuple((tier, _dots(spots[(creative["tier"] == tier).to_numpy()])) for tier in DRAWN_TIERS),
        pins=_pins(ground.best, places),
        bar=round(_bar_km(metres_per_unit) * 1000 / metres_per_unit),
        bar_km=_bar_km(metres_per_unit),
        too_many_links=len(links) > MAX_LINKS,
        water=_water(ground, area, frame),
    )


def sketches(grounds: Sequence[SketchGround]) -> tuple[Sketch, ...]:
    """Draw the cities at one scale, each in a frame that the largest of them fills.

    Parameters
    ----------
    grounds : tables study_area, creative, links, clusters and candidates (EPSG:4326) of each city, and its best
        candidates (rank, site id, name).
    """
    if not grounds:
        return ()
    bounds = np.array([ground.area.bounds for ground in grounds])
    wide, high = float(np.max(bounds[:, 2] - bounds[:, 0])), float(np.max(bounds[:, 3] - bounds[:, 1]))
    metres_per_unit = max(wide, high) / (WIDTH - 2 * MARGIN)
    height = round(high / metres_per_unit) + 2 * MARGIN + SCALE_ROOM
    return tuple(_sketch(ground, metres_per_unit, height) for ground in grounds)


# ---------------------------------------------------------------- moves


@dataclass(frozen=True)
class Sign:
    """A site on the map of moves: what became of it, its name, ranks won, and its place in drawing units."""

    change: str
    name: str
    move: int
    x: int
    y: int


@dataclass(frozen=True)
class MovesMap:
    """A city's map of what changed: its outline as a path, and a sign a site, in drawing units."""

    width: int
    height: int
    outline: str
    signs: tuple[Sign, ...]
    bar: int
    bar_km: int


def draw_moves(study_area: gpd.GeoDataFrame, changes: gpd.GeoDataFrame, names: Sequence[str]) -> MovesMap:
    """Draw which sites won and lost ranks, those that stayed below the others.

    Parameters
    ----------
    study_area, changes : the tables study_area and run_changes, EPSG:4326.
    names : what the sites are called, in the order of the rows.
    """
    epsg = int(study_area["epsg"].iloc[0])
    area = reproject(study_area.geometry.iloc[0], WGS84_EPSG, epsg)
    west, south, east, north = area.bounds
    scale = (east - west) / (WIDTH - 2 * MARGIN)
    frame = Frame(west - MARGIN * scale, north + MARGIN * scale, scale)
    spots = _spots(changes, epsg, frame).tolist()
    moves = changes["move"].fillna(0).astype(int)
    signs = [
        Sign(change, name, move, x, y)
        for change, name, move, (x, y) in zip(changes["change"], names, moves, spots, strict=True)
    ]
    return MovesMap(
        width=WIDTH,
        height=round((north - south) / scale) + 2 * MARGIN + SCALE_ROOM,
        outline=_rings([area], frame),
        signs=tuple(sorted(signs, key=lambda sign: (sign.change not in ("level", "never_ranked"), abs(sign.move)))),
        bar=round(_bar_km(scale) * 1000 / scale),
        bar_km=_bar_km(scale),
    )
