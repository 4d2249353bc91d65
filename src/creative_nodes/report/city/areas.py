"""The ground that a candidate reaches, two areas each, small enough to be written into a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import WGS84_EPSG, number, reproject, say
from creative_nodes.report.draw.packed import steps, written
from creative_nodes.report.say.keys import limit
from creative_nodes.report.settings import PageSettings

MIN_TOLERANCE_M = 10.0
TOLERANCE_PER_SIDE = 1 / 200  # of the side of a square as large as the area: wide areas are drawn coarser
FINE_UP_TO = 150  # candidates; with more all are drawn coarser, so that a page of a region stays a few megabytes
SPECK_SHARE = 1 / 300  # of the area: smaller parts and holes are not drawn


@dataclass(frozen=True)
class Area:
    """The ground reached in a time by a mode.

    Attributes
    ----------
    mode, minutes : of the reach.
    label : in words, with its size.
    polygons : rings of each polygon, the outer one first. A ring is x, y of its first point in units of 1e-5 degree,
        then the steps from point to point, written as text (`packed.written`).
    """

    mode: str
    minutes: float
    label: str
    polygons: tuple[tuple[str, ...], ...]


def chosen_limits(settings: PageSettings) -> dict[str, float]:
    """Return the modes whose areas are drawn, and the longest time of each."""
    return settings.scored_limits


@cache  # drawn once, told in every language
def _polygons(shape: BaseGeometry, epsg: int, coarser: float) -> tuple[tuple[str, ...], ...]:
    """Simplify an area (EPSG:4326) by its size and leave out its specks."""
    metric = reproject(shape, WGS84_EPSG, epsg)
    tolerance = coarser * max(MIN_TOLERANCE_M, math.sqrt(metric.area) * TOLERANCE_PER_SIDE)
    speck = metric.area * SPECK_SHARE
    found = []
    for part in shapely.get_parts(shapely.simplify(metric, tolerance)):
        if part.area < speck:
            continue
        inner = [ring for ring in part.interiors if shapely.Polygon(ring).area >= speck]
        rings = [steps(reproject(ring, epsg, WGS84_EPSG), closed=True) for ring in (part.exterior, *inner)]
        found.append(tuple(written(ring) for ring in rings if len(ring) >= 6))
    return tuple(polygon for polygon in found if polygon)


def areas(
    isochrones: gpd.GeoDataFrame, site_ids: Sequence[str], settings: PageSettings, epsg: int
) -> list[tuple[Any, ...]]:
    """Choose and simplify the areas that the map draws.

    Parameters
    ----------
    isochrones : the table of that name.
    site_ids : the candidates, in order.
    settings : which modes and times count.
    epsg : metric CRS that is simplified in.

    Returns
    -------
    The areas of each candidate: on foot, then by the main mode, each of the longest time that the criteria count
    within; empty where there are none.
    """
    found: dict[str, list[Area]] = {site_id: [] for site_id in site_ids}
    coarser = max(1.0, math.sqrt(len(site_ids) / FINE_UP_TO))
    for mode, most in chosen_limits(settings).items():
        near = isochrones[(isochrones["mode"] == mode) & (isochrones["minutes"] <= most)]
        longest = near.sort_values("minutes").drop_duplicates("site_id", keep="last")
        for site_id, minutes, km2, shape in zip(
            longest["site_id"], longest["minutes"], longest["area_km2"], longest.geometry, strict=True
        ):
            polygons = _polygons(shape, epsg, coarser) if site_id in found else ()
            if polygons:
                label = say("{reach}: {km2} km²", reach=limit(mode, minutes), km2=number(km2, digits=2))
                found[site_id].append(Area(mode, minutes, label, polygons))
    return [tuple(found[site_id]) for site_id in site_ids]
