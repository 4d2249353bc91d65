"""Settings of the stage `streets`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from creative_nodes.common import InputError, Mode, Positive, Section, TransitKind, nearest, not_there
from creative_nodes.pull import ModeAccess

SECONDS_PER_DAY = 86_400
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Speed = Annotated[float, Field(gt=0, le=500)]
# highway classes of the OSM wiki that a mode may move along
SPEED_KEYS = (
    *("default", "ferry", "steps", "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link"),
    *("secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", "living_street"),
    *("service", "road", "pedestrian", "footway", "path", "cycleway", "bridleway", "track", "busway", "bus_guideway"),
    *("corridor", "elevator", "escalator", "ladder", "raceway", "crossing", "rest_area", "services", "via_ferrata"),
)


_CLOCK = re.compile(r"^([0-3]?\d):([0-5]\d)$")


def seconds_of(clock: str) -> int:
    """Return the seconds after midnight of a time HH:MM; hours past 24 are the night after, as in GTFS.

    Raises
    ------
    ValueError : it is not such a time.
    """
    found = _CLOCK.match(clock)
    if not found:
        raise ValueError(f'{clock!r} is not a time HH:MM; write it in quotes, e.g. "07:00"')
    return int(found[1]) * 3600 + int(found[2]) * 60


class Gtfs(Section):
    """A timetable of public transport in GTFS, used instead of OSM's routes of the kinds that it has."""

    file: str = Field(description="path of a GTFS zip or folder, or its name in the folder of feeds")
    date: dt.date = Field(description="day whose services count, YYYY-MM-DD; it must lie within the feed's calendar")
    window: tuple[str, str] = Field(
        ("07:00", "09:00"),
        description='from and to, HH:MM in quotes (past "24:00" for the night after): a line\'s headway is this time '
        "divided by its departures in it",
    )
    source: str = Field(min_length=1, description="who published it, and when")
    required: bool = Field(True, description="whether a run stops when the file is not there; else it goes without")

    @field_validator("window", mode="before")
    @classmethod
    def _texts(cls, window: Any) -> Any:
        # YAML reads a bare 10:00 as the number 600
        if isinstance(window, list | tuple) and any(isinstance(time, int) for time in window):
            raise ValueError('write both times in quotes, e.g. ["07:00", "09:00"]')
        return window

    @field_validator("window")
    @classmethod
    def _in_order(cls, window: tuple[str, str]) -> tuple[str, str]:
        start, end = (seconds_of(time) for time in window)
        if not start < end <= start + SECONDS_PER_DAY:
            raise ValueError(f"window must be [from, to] with from before to and at most a day between, got {window}")
        return window

    @property
    def seconds(self) -> tuple[int, int]:
        """The window in seconds after midnight of `date`."""
        return seconds_of(self.window[0]), seconds_of(self.window[1])


class Travel(Section):
    """Streets and time (METHOD section 3)."""

    snap_within_m: Positive = Field(
        200, le=10_000, description="metres: farthest street a site's boundary is joined to"
    )
    entrance_spacing_m: Positive = Field(
        100,
        ge=1,
        le=10_000,
        description="metres: a creative space, amenity or station has one possible entrance per this much of its "
        "boundary",
    )
    site_entrance_spacing_m: Positive = Field(
        2,
        ge=0.5,
        le=10_000,
        description="metres: the same for the sites that are measured, all along their outline and so at every street "
        "that crosses it. Exchange doubles every 43 m: where entrances 2 m apart begin tells by 1.6 % at most",
    )
    min_island_nodes: int = Field(
        50,
        ge=1,
        le=1_000_000,
        description="junctions: a site on a smaller piece of street, joined to nothing else, is cut off",
    )
    modes: dict[Mode, ModeAccess] = Field(description="access rules of each mode")
    speeds_kmh: dict[Country, dict[Mode, dict[str, Speed]]] = Field(
        description="km/h by country, mode and highway class; `default` serves the classes not named. `steps` is "
        "for stairs, `ferry` for crossings without a tagged duration"
    )
    peak_factor: dict[Country, dict[Mode, Annotated[float, Field(ge=1, le=100)]]] = Field(
        default_factory=dict,
        description="by country and mode: how many times longer a street takes in the hour that is analysed than at "
        "the speeds above; 1 where nothing is given",
    )
    ferry_wait_minutes: Annotated[float, Field(ge=0)] = Field(
        10, le=1_440, description="minutes: waiting and boarding of a ferry, half of it at either bank"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for needed in ("walk",):
            if needed not in self.modes:
                raise ValueError(f"travel.modes lacks {needed}")
        for country, table in self.speeds_kmh.items():
            for mode in self.modes:
                if "default" not in table.get(mode, {}):
                    raise ValueError(f"travel.speeds_kmh.{country}.{mode} needs a default speed")
            for mode, speeds in table.items():
                if unknown := [name for name in speeds if name not in SPEED_KEYS]:
                    raise ValueError(
                        f"travel.speeds_kmh.{country}.{mode}.{unknown[0]}: no such highway class; "
                        f"{nearest(unknown[0], SPEED_KEYS)}"
                    )
        for country, factors in self.peak_factor.items():
            if country not in self.speeds_kmh:
                raise ValueError(f"travel.peak_factor.{country}: travel.speeds_kmh has no table of that country")
            if unknown := [mode for mode in factors if mode not in self.modes]:
                raise ValueError(f"travel.peak_factor.{country}.{unknown[0]}: travel.modes has no such mode")
        return self


def speeds_of(travel: Mapping[str, Any], country: str) -> dict[str, Any]:
    """Leave the speeds of one country in settings of travel, or in what a scenario changes of them.

    Parameters
    ----------
    travel : as in `Travel`, or some of it.
    country : ISO 3166-1 code.
    """
    kept = {
        key: {name: table for name, table in value.items() if name == country}
        for key, value in travel.items()
        if key in ("speeds_kmh", "peak_factor") and isinstance(value, Mapping)
    }
    return {**travel, **kept}


ByKind = dict[TransitKind, Annotated[float, Field(gt=0, le=1440)]]


class Transit(Section):
    """Public transport (METHOD section 3): wait = headway / 2, then the ride; transfers at a station or on foot.

    The kinds of transport that are read are those named here.
    """

    headway_minutes: ByKind = Field(
        description="minutes between departures of one line, by kind, where neither GTFS nor OSM's `interval` says. "
        "Assumptions for a weekday: Shanghai's metro runs each 2-6 minutes, Hanoi's line 2A each 6-10, buses of "
        "central Hanoi each 5-40, half of the lines each 11 or more (World Bank feed of 2018, midday)"
    )
    speed_kmh: ByKind = Field(
        description="km/h along the line, stops included, by kind, where there is no GTFS. Hanoi's line 2A takes 23.6 "
        "minutes for its 13.1 km (33 km/h); buses of central Hanoi make 13 km/h in a straight line from stop to stop "
        "(World Bank feed of 2018, midday), which is 16 along the street. The others are assumptions"
    )
    access_minutes: dict[TransitKind, Annotated[float, Field(ge=0, le=1440)]] = Field(
        description="minutes between the street and the platform, each way, by kind: stairs, gates, security. "
        "Assumptions"
    )
    detour: dict[TransitKind, Annotated[float, Field(ge=1, le=100)]] = Field(
        description="length of a line between two stops over their straight-line distance, by kind. Assumptions"
    )
    rapid: list[TransitKind] = Field(description="kinds that count as rapid transit in transit_minutes")
    group_within_m: Positive = Field(
        100,
        le=10_000,
        description="metres, straight-line: stops at the street that share a name are one station within it",
    )
    group_rapid_within_m: Positive = Field(
        400, le=10_000, description="metres, straight-line: the same for rapid transit, whose lines meet under one name"
    )
    entrance_within_m: Positive = Field(
        250,
        le=10_000,
        description="metres, straight-line: an entrance that no stop area ties to a station belongs to the nearest "
        "rapid station within it",
    )
    max_missing_stops: int = Field(
        3,
        ge=0,
        le=1_000,
        description="stops that the file lacks (they lie outside the area) between two that it has: with more of them "
        "in a row the line is cut there, for it may go a long way round",
    )

    @model_validator(mode="after")
    def _same_kinds(self) -> Self:
        for name in ("speed_kmh", "access_minutes", "detour"):
            odd = sorted(set(self.headway_minutes) ^ set(getattr(self, name)))
            if odd:
                raise ValueError(
                    f"transit.headway_minutes and transit.{name} must name the same kinds; only one has {odd}"
                )
        odd = sorted(set(self.rapid) - set(self.headway_minutes))
        if odd:
            raise ValueError(f"transit.rapid names {odd}, which transit.headway_minutes lacks")
        return self


def find_gtfs(gtfs: Gtfs | None, folders: list[Path], *, where: str) -> list[Path]:
    """Find the feed of a city.

    Parameters
    ----------
    gtfs : the feed as configured, if one is.
    folders : where to look, in this order.
    where : the city file named in errors.

    Returns
    -------
    The zip file, or the .txt files of the folder; nothing when there is no feed.

    Raises
    ------
    InputError : a required feed is nowhere, or its folder holds no table.
    """
    if gtfs is None:
        return []
    path = next((folder / gtfs.file for folder in folders if (folder / gtfs.file).exists()), None)
    if path is None and gtfs.required:
        raise not_there("gtfs.file", gtfs.file, folders, variable="GTFS", where=where)
    if path is None or path.is_file():
        return [path] if path else []
    files = sorted(path.glob("*.txt"))
    if not files:
        raise InputError(f"gtfs.file: the folder {gtfs.file} holds no .txt file, so it is no GTFS feed", where=where)
    return files
