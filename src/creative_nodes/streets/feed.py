"""A GTFS feed on one day: its trips and its stops, read by gtfs_kit and checked."""

from __future__ import annotations

import datetime as dt
import math
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from creative_nodes.common import WGS84_EPSG, InputError, reproject_xy
from creative_nodes.streets.feed_tables import WEEK, leave_out_orphans, read_tables
from creative_nodes.streets.settings import SECONDS_PER_DAY

NEEDED = {
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
    "calendar": ("service_id", "start_date", "end_date", *WEEK),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
}
OPTIONAL = ("calendar", "calendar_dates", "frequencies")


def feed_path(files: Iterable[str | Path]) -> Path:
    """Return the zip file of a feed, or the folder that its files lie in."""
    first = Path(next(iter(files)))
    return first.parent if first.suffix == ".txt" else first


def open_feed(path: Path, found: Counter[str]) -> Any:
    """Read a feed with gtfs_kit and check that it has the tables and columns that are needed.

    Parameters
    ----------
    path : zip file or folder.
    found : counts the rows that are left out: that stand twice (doubled), have no id (nameless), or name a route, a
        trip or a stop that the feed lacks (orphans).

    Raises
    ------
    InputError : the file cannot be read, or a table or column is missing.
    """
    try:
        tables = read_tables(path, found)
    except InputError:
        raise
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        raise InputError(f"not a readable GTFS feed ({error}); get it again", where=path.name) from None
    _check_columns(tables, path.name)
    leave_out_orphans(tables, found)
    # gtfs_kit takes seconds to import, and most runs do without it
    import gtfs_kit

    return gtfs_kit.Feed(dist_units="km", **tables)


def _check_columns(tables: dict[str, pd.DataFrame], where: str) -> None:
    for table, columns in NEEDED.items():
        if table not in tables and table not in OPTIONAL:
            raise InputError(f"{table}.txt is missing or has no rows; get a complete feed", where=where)
        lacking = [column for column in columns if table in tables and column not in tables[table].columns]
        if lacking:
            raise InputError(f"{table}.txt lacks the column {', '.join(lacking)}", where=where)
    if "calendar" not in tables and "calendar_dates" not in tables:
        raise InputError(
            "neither calendar.txt nor calendar_dates.txt has rows, so nobody knows which day a trip runs", where=where
        )


def _day(date: dt.date) -> str:
    return date.strftime("%Y%m%d")


def _active(feed: Any, date: dt.date) -> pd.DataFrame:
    trips: pd.DataFrame = feed.get_trips(_day(date))
    return trips


def _served(feed: Any) -> list[dt.date]:
    """List the days on which trips run, in order."""
    services = feed.trips["service_id"].dropna().unique()
    days: dict[str, set[pd.Timestamp]] = {service: set() for service in services}
    if feed.calendar is not None:
        for row in feed.calendar[feed.calendar["service_id"].isin(services)].itertuples():
            span = pd.date_range(row.start_date, row.end_date)
            runs = np.array([getattr(row, name) == 1 for name in WEEK], dtype=bool)
            days[row.service_id].update(span[runs[span.day_of_week]])
    if feed.calendar_dates is not None:
        for row in feed.calendar_dates[feed.calendar_dates["service_id"].isin(services)].itertuples():
            change = days[row.service_id].add if row.exception_type == 1 else days[row.service_id].discard
            change(pd.Timestamp(row.date))
    return sorted(day.date() for day in set().union(*days.values()))


def trips_of_day(feed: Any, date: dt.date, where: str) -> pd.DataFrame:
    """Return the trips of the day and, a day earlier in `shift_s`, those of the day before that run past midnight.

    Parameters
    ----------
    feed : as gtfs_kit reads it.
    date : the day.
    where : the feed's name, for errors.

    Raises
    ------
    InputError : nothing runs on that day.
    """
    today = _active(feed, date)
    if today.empty:
        served = _served(feed)
        if not served:
            raise InputError("no trip runs on any day of its calendar; get another feed", where=where)
        near = min(served, key=lambda day: (abs(day - date), day))
        raise InputError(
            f"gtfs.date: nothing runs on {date:%A} {date}; the feed has trips on {len(served):,} days from {served[0]} "
            f"to {served[-1]}, the nearest is {near}; set gtfs.date of the city to one of them",
            where=where,
        )
    before = _active(feed, date - dt.timedelta(days=1))
    trips = pd.concat([today.assign(shift_s=0), before.assign(shift_s=SECONDS_PER_DAY)], ignore_index=True)
    for column in ("direction_id",):
        if column not in trips.columns:
            trips[column] = 0
    return trips[["trip_id", "route_id", "direction_id", "shift_s"]].astype(
        {"trip_id": "str", "route_id": "str", "direction_id": "Int64"}
    )


def read_stops(feed: Any, epsg: int, found: Counter[str]) -> Any:
    """Return the stops by id, with position in degrees and metres; nan where the feed gives none.

    Parameters
    ----------
    feed : as gtfs_kit reads it.
    epsg : metric CRS.
    found : counts the stops without a position on Earth (unplaced): blank, beyond the poles, or at 0, 0.
    """
    stops = feed.stops.drop_duplicates("stop_id").set_index("stop_id")
    stops.index = stops.index.astype("str")
    for column in ("stop_name", "parent_station"):
        stops[column] = stops[column].astype("str").where(stops[column].notna(), "") if column in stops.columns else ""
    kind = stops["location_type"].fillna(0) if "location_type" in stops.columns else 0
    lon, lat = (stops[c].to_numpy(dtype=float, na_value=math.nan) for c in ("stop_lon", "stop_lat"))
    # 0, 0 is what a blank position becomes
    wrong = (np.abs(lon) > 180) | (np.abs(lat) > 90) | ((lon == 0) & (lat == 0))
    lon, lat = np.where(wrong, math.nan, lon), np.where(wrong, math.nan, lat)
    found["unplaced"] = int(np.isnan(lon + lat).sum())
    x, y = reproject_xy(lon, lat, WGS84_EPSG, epsg)
    return stops[["stop_name", "parent_station"]].assign(location_type=kind, lon=lon, lat=lat, x=x, y=y)
