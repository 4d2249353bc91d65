"""Hexagons: how completely they are mapped, and how well those who live there are served today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.common import listed, number, say, say_n
from creative_nodes.report.say.keys import MAPPING, SO_MANY_WITHIN, TIMES
from creative_nodes.report.say.words import known_number, rows, worded
from creative_nodes.report.settings import PageSettings

THIN = ("thin", "empty")  # a site in an empty hexagon stands where no street is mapped
# minutes on foot up to which a hexagon is of each class; the last has no end and holds those who cannot get there
WALK_CLASSES: dict[str, float] = {"walk5": 5, "walk15": 15, "walk30": 30, "walk60": 60, "walkfar": np.inf}
CROWD_QUANTILES = (0.2, 0.4, 0.6, 0.8)
FEW_CAN_GO = 0.5  # share of residents without a way from which a mean over the others would mislead


@dataclass(frozen=True)
class Hexagon:
    """How completely a hexagon is mapped, as shown: its grade, then its figures a line each.

    `mapping` is a key, `mapping_words` what a reader is told.
    """

    mapping: str
    lines: tuple[str, ...]
    mapping_words: str


@dataclass(frozen=True)
class Served:
    """How well a hexagon is served today: class of the walk, a title, then its figures a line each.

    `people` says how many live there, `crowd` is the class of that; empty where nobody does or it is not known.
    """

    kind: str
    underserved: bool
    title: str
    lines: tuple[str, ...]
    people: str
    crowd: str


# ---------------------------------------------------------------- completeness of mapping


def venue_rate(row: Any, least: float, median: float | None) -> str:
    """Word how many named venues a hexagon has: per resident where enough people live, else along its streets.

    Parameters
    ----------
    row : of the table completeness.
    least : residents from which venues are told per resident.
    median : of the city, named venues per 1,000 residents; nothing when not known.
    """
    if row.street_km == 0:
        return say("no street is mapped")
    if row.residents < least or known_number(row.residents) is None:
        return say_n(
            row.named_venues,
            "{n:count} named venue along {km} km of street",
            "{n:count} named venues along {km} km of street",
            km=number(row.street_km, digits=2),
        )
    rate = number(row.venues_per_1000, digits=2)
    if median is None:
        return say("{rate} named venues per 1,000 residents", rate=rate)
    return say(
        "{rate} named venues per 1,000 residents, city median {median}", rate=rate, median=number(median, digits=2)
    )


def hexagon(row: Any, least: float, median: float | None) -> Hexagon:
    """Word a row of the table completeness.

    Parameters
    ----------
    row : of the table.
    least, median : see `venue_rate`.
    """
    people = known_number(row.residents)
    counts = {"venues": row.named_venues, "buildings": row.buildings, "km": number(row.street_km, digits=2)}
    if people is None:
        whole = say("named venues: {venues:count}; buildings: {buildings:count}; km of street: {km}", **counts)
    else:
        whole = say(
            "named venues: {venues:count}; buildings: {buildings:count}; km of street: {km}; residents: {people:count}",
            people=people,
            **counts,
        )
    edited = ""
    if row.last_edit:
        edited = say(
            "newest edit {last:date}, half of the objects not edited since {median:date}",
            last=row.last_edit,
            median=row.median_edit,
        )
    rate = venue_rate(row, least, median) if row.residents >= least else ""
    lines = tuple(line for line in (rate, whole, edited) if line)
    return Hexagon(row.mapping, lines, worded(MAPPING, row.mapping))


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
        say("{remark}.", remark=venue_rate(row, least, median)) if row is not None and row.mapping in THIN else ""
        for row in around
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


def crowd_limits(cells: gpd.GeoDataFrame) -> tuple[float, ...]:
    """Cut the inhabited hexagons of a city into up to five classes of as many each, by how many live there.

    Parameters
    ----------
    cells : the table accessibility.

    Returns
    -------
    The most residents of each class but the last, rising: the 20, 40, 60 and 80 % quantiles, rounded to two digits so
    that the legend tells the limits that are used. Empty where nobody lives.
    """
    people = cells["residents"].dropna()
    people = people[people > 0]
    if people.empty:
        return ()
    rounded = {float(f"{limit:.1e}") for limit in people.quantile(CROWD_QUANTILES)}
    # a class that would hold nobody is left out
    return tuple(limit for limit in sorted(rounded) if people.min() <= limit < people.max())


def _crowd(people: float | None, limits: Sequence[float]) -> str:
    """Return the class of so many residents: at most its limit, and more than the one before."""
    return f"crowd{int(np.searchsorted(limits, people)) + 1}" if people else ""


def _share(row: Any, mode: str) -> float | None:
    return known_number(getattr(row, f"unreachable_{mode}", None))


def _times(row: Any) -> dict[str, str]:
    """Say how long the way to the nearest core creative space takes, by mode; unknown ones are left out."""
    known = {mode: known_number(getattr(row, f"minutes_{mode}")) for mode in TIMES}
    return {mode: say(TIMES[mode], time=time) for mode, time in known.items() if time is not None}


def _reached(row: Any, settings: PageSettings) -> str:
    """Say how many residents are reached from a hexagon, on foot and by the main mode."""
    near, ride = known_number(row.residents_walk), known_number(row.residents_ride)
    reach, main = settings.reach, settings.city.main_mode
    said = [
        say(SO_MANY_WITHIN[mode], n=n, minutes=limit)
        for n, limit, mode in ((near, reach.walk_minutes, "walk"), (ride, reach.ride_minutes, main))
        if n is not None
    ]
    return say("residents reached from here: {reached}", reached=said) if said else ""


def _living(people: float | None) -> str:
    if people is None:
        return ""
    if not people:
        return say("nobody lives here")
    return say_n(round(people), "{n:count} resident", "{n:count} residents")


def served(row: Any, settings: PageSettings, limits: Sequence[float]) -> Served:
    """Word a row of the table accessibility.

    Parameters
    ----------
    row : of the table.
    settings : of this run.
    limits : of the classes of residents, as `crowd_limits` gives them.
    """
    walk, stranded, supply = known_number(row.minutes_walk), _share(row, "walk"), known_number(row.supply_per_100k)
    times = _times(row)
    on_foot = times.pop("walk", "")
    title = say("No core creative space can be walked to")
    cannot = supplied = underserved = ""
    if on_foot:
        title = say("{time:minutes} on foot to the nearest core creative space", time=walk)
    if on_foot and stranded:
        cannot = say("{share:percent} of those who live here cannot walk to any", share=stranded)
    if supply is not None:
        supplied = say("{n} creative spaces per 100,000 residents who share them on foot", n=number(supply, digits=2))
    if row.underserved:
        underserved = say("under-served: most residents have no core or intermediate space in walking reach")
    living = known_number(row.residents)
    people = _living(living)
    lines = (cannot, listed(list(times.values())), people, _reached(row, settings), supplied, underserved)
    said = tuple(line for line in lines if line)
    return Served(_walk_class(walk, stranded), bool(row.underserved), title, said, people, _crowd(living, limits))
