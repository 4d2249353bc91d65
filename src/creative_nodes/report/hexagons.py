"""Hexagons: how completely they are mapped, and how well those who live there are served today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.messages import count, minutes, number, percent
from creative_nodes.report.settings import Settings
from creative_nodes.report.words import by_mode, known_number, rows
from creative_nodes.schema import BY_MODE

THIN_WORDS = ("thin", "empty")  # a site in an empty hexagon stands where no street is mapped
NO_STREET = "no street is mapped"
# minutes on foot up to which a hexagon is of each class; the last has no end and holds those who cannot get there
WALK_CLASSES: dict[str, float] = {"walk5": 5, "walk15": 15, "walk30": 30, "walk60": 60, "walkfar": np.inf}
FEW_CAN_GO = 0.5  # share of residents without a way from which a mean over the others would mislead


@dataclass(frozen=True)
class Hexagon:
    """How completely a hexagon is mapped, as shown: one word, then its figures a line each."""

    mapping: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Served:
    """How well a hexagon is served today: class of the walk, a title, then its figures a line each."""

    kind: str
    underserved: bool
    title: str
    lines: tuple[str, ...]


# ---------------------------------------------------------------- completeness of mapping


def venue_rate(row: Any, least: float, median: float | None) -> str:
    """Word how many named venues a hexagon has: per resident where enough people live, else along its streets."""
    if row.street_km == 0:
        return NO_STREET
    if row.residents >= least:
        beside = "" if median is None else f", city median {number(median, 2)}"
        return f"{number(row.venues_per_1000, 2)} named venues per 1,000 residents{beside}"
    return f"{count(row.named_venues)} named venues along {number(row.street_km, 2)} km of street"


def hexagon(row: Any, least: float, median: float | None) -> Hexagon:
    """Word a row of the table completeness."""
    people = known_number(row.residents)
    streets = f"{number(row.street_km, 2)} km of street"
    counts = f"{count(row.named_venues)} named venues, {count(row.buildings)} buildings, {streets}"
    edited = f"newest edit {row.last_edit}, half of the objects not edited since {row.median_edit}"
    lines = (
        venue_rate(row, least, median) if row.residents >= least else "",
        counts if people is None else f"{counts}, {count(people)} residents",
        edited if row.last_edit else "",
    )
    return Hexagon(row.mapping, tuple(line for line in lines if line))


def thin_words(
    at: Sequence[tuple[float, float]], cells: gpd.GeoDataFrame, least: float, median: float | None
) -> list[str]:
    """Say of each point whether the hexagon that it lies in is mapped thinly; empty where it is not.

    Parameters
    ----------
    at : (longitude, latitude) of each point, EPSG:4326.
    cells : the table completeness.
    least : residents from which venues are told per resident.
    median : of the city, named venues per 1,000 residents.
    """
    points = shapely.points(np.array(at).reshape(-1, 2))
    point, cell = shapely.STRtree(cells.geometry.to_numpy()).query(points, predicate="intersects")
    told, found = rows(cells), dict(zip(point.tolist(), cell.tolist(), strict=True))
    around = [told[found[i]] if i in found else None for i in range(len(at))]
    return [
        f"{venue_rate(row, least, median)}." if row is not None and row.mapping in THIN_WORDS else "" for row in around
    ]


# ---------------------------------------------------------------- accessibility today


def worth_drawing(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave out the hexagons where nobody lives and no walk begins: hills, water, fields."""
    nobody = cells["residents"].fillna(0) == 0
    return cells[~(nobody & cells["minutes_walk"].isna())].reset_index(drop=True)


def _walk_class(walk: float | None, stranded: float | None) -> str:
    if walk is None or (stranded or 0.0) > FEW_CAN_GO:
        return "walkfar"
    return next(kind for kind, limit in WALK_CLASSES.items() if walk <= limit)


def _share(row: Any, mode: str) -> float | None:
    return known_number(getattr(row, f"unreachable_{mode}", None))


def served(row: Any, settings: Settings) -> Served:
    """Word a row of the table accessibility."""
    walk, stranded = known_number(row.minutes_walk), _share(row, "walk")
    known = {mode: known_number(getattr(row, f"minutes_{mode}")) for mode in BY_MODE}
    times = {mode: f"{minutes(time)} {by_mode(mode)}" for mode, time in known.items() if time is not None}
    on_foot = times.pop("walk", "")
    people, near, ride = (known_number(value) for value in (row.residents, row.residents_walk, row.residents_ride))
    supply, reach = known_number(row.supply_per_100k), settings.reach
    around = [
        f"{number(value)} within {limit:g} min {by_mode(mode)}"
        for value, limit, mode in (
            (near, reach.walk_minutes, "walk"),
            (ride, reach.ride_minutes, settings.city.main_mode),
        )
        if value is not None
    ]
    lines = (
        f"{percent(stranded)} of those who live here cannot walk to any" if on_foot and stranded else "",
        ", ".join(times.values()),
        "" if people is None else f"{count(people)} residents" if people else "nobody lives here",
        f"residents reached from here: {', '.join(around)}" if around else "",
        "" if supply is None else f"{number(supply, 2)} creative spaces per 100,000 residents who share them on foot",
        "under-served: most residents have no core or intermediate space in walking reach" if row.underserved else "",
    )
    title = f"{on_foot} to the nearest core creative space" if on_foot else "No core creative space can be walked to"
    return Served(_walk_class(walk, stranded), bool(row.underserved), title, tuple(line for line in lines if line))
