"""A GTFS feed on one day: its trips, its stops and their times, read by gtfs_kit, checked and completed."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from creative_nodes.common import WGS84_EPSG, InputError, reproject_xy
from creative_nodes.streets.feed_tables import write_tidied
from creative_nodes.streets.settings import SECONDS_PER_DAY

NEEDED = {
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
    "calendar": (
        *("service_id", "start_date", "end_date"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
}
OPTIONAL = ("calendar", "calendar_dates", "frequencies")
NOT_THERE = 1  # pickup_type, drop_off_type: none here


def feed_path(files: Iterable[str | Path]) -> Path:
    """Return the zip file of a feed, or the folder that its files lie in."""
    first = Path(next(iter(files)))
    return first.parent if first.suffix == ".txt" else first


def open_feed(path: Path, found: Counter[str]) -> Any:
    """Read a feed with gtfs_kit and check that it has the tables and columns that are needed.

    Parameters
    ----------
    path : zip file or folder.
    found : counts the rows that stand twice (doubled), which are left out.

    Raises
    ------
    InputError : the file cannot be read, or a table or column is missing.
    """
    # gtfs_kit takes seconds to import, and most runs do without it
    import gtfs_kit

    try:
        with tempfile.TemporaryDirectory(prefix="gtfs-") as folder:
            found["doubled"] = write_tidied(path, Path(folder)).total()
            feed = gtfs_kit.read_feed(folder, dist_units="km")
    except InputError:
        raise
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error) as error:
        raise InputError(f"not a readable GTFS feed ({error}); get it again", where=path.name) from None
    for table, columns in NEEDED.items():
        frame = getattr(feed, table)
        if frame is None and table not in OPTIONAL:
            raise InputError(f"{table}.txt is missing or has no rows; get a complete feed", where=path.name)
        lacking = [column for column in columns if frame is not None and column not in frame.columns]
        if lacking:
            raise InputError(f"{table}.txt lacks the column {', '.join(lacking)}", where=path.name)
    if feed.calendar is None and feed.calendar_dates is None:
        raise InputError(
            "neither calendar.txt nor calendar_dates.txt has rows, so nobody knows which day a trip runs",
            where=path.name,
        )
    return feed


def _day(date: dt.date) -> str:
    return date.strftime("%Y%m%d")


def _active(feed: Any, date: dt.date) -> pd.DataFrame:
    trips: pd.DataFrame = feed.get_trips(_day(date))
    return trips


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
        served = sorted(day for day in feed.get_dates(as_date_obj=True) if not _active(feed, day).empty)
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


def _seconds(times: pd.Series, what: str, where: str) -> np.ndarray:
    """Turn times into seconds after midnight, past 24:00:00 too; nan where empty."""
    from gtfs_kit.helpers import timestr_to_seconds

    seconds = {text: timestr_to_seconds(text.strip()) for text in times.dropna().unique()}
    bad = sorted(text for text, value in seconds.items() if math.isnan(value) or value < 0)
    if bad:
        raise InputError(f"{what}: {bad[0]!r} is not a time HH:MM:SS ({len(bad)} such)", where=where)
    return times.map(seconds).to_numpy(dtype=float, na_value=math.nan)


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


# ---------------------------------------------------------------- times


def _interpolate(trip: pd.DataFrame) -> pd.DataFrame:
    """Fill the times between two timepoints by straight-line distance (by count where a position is missing)."""
    arrival, departure = trip["arrival"].to_numpy(copy=True), trip["departure"].to_numpy(copy=True)
    step = np.hypot(np.diff(trip["x"]), np.diff(trip["y"]))
    along = np.concatenate([[0.0], np.cumsum(step)])
    if not np.isfinite(along).all() or along[-1] == 0:
        along = np.arange(len(trip), dtype=float)
    known = np.flatnonzero(~np.isnan(arrival))
    for start, end in itertools.pairwise(known):
        inner = np.arange(start + 1, end)
        whole = along[end] - along[start]
        share = (along[inner] - along[start]) / whole if whole else (inner - start) / (end - start)
        arrival[inner] = departure[inner] = departure[start] + share * (arrival[end] - departure[start])
    return trip.assign(arrival=arrival, departure=departure)


def stop_times(feed: Any, trips: pd.DataFrame, stops: Any, found: Counter[str], where: str) -> pd.DataFrame:
    """Return the stop times of trips, in order and complete; trips that cannot be told are left out and counted.

    Parameters
    ----------
    feed : as gtfs_kit reads it.
    trips : trips of the day.
    stops : see `read_stops`.
    found : counts what is left out (untimed, backward) and what is interpolated.
    where : the feed's name, for errors.

    Raises
    ------
    InputError : a time is none.
    """
    times = feed.stop_times[feed.stop_times["trip_id"].isin(trips["trip_id"])]
    frame = pd.DataFrame(
        {
            "trip_id": times["trip_id"].astype("str").to_numpy(),
            "stop_id": times["stop_id"].astype("str").to_numpy(),
            "sequence": times["stop_sequence"].to_numpy(dtype=float, na_value=math.nan),
            "arrival": _seconds(times["arrival_time"], "stop_times.txt, arrival_time", where),
            "departure": _seconds(times["departure_time"], "stop_times.txt, departure_time", where),
            **{
                name: (times[column].fillna(0).to_numpy(dtype=int) != NOT_THERE) if column in times.columns else True
                for name, column in (("boards", "pickup_type"), ("alights", "drop_off_type"))
            },
        }
    ).sort_values(["trip_id", "sequence"], kind="stable")
    frame["arrival"], frame["departure"] = (
        frame["arrival"].fillna(frame["departure"]),
        frame["departure"].fillna(frame["arrival"]),
    )
    frame["x"], frame["y"] = (frame["stop_id"].map(stops[axis]) for axis in ("x", "y"))
    ends = frame.groupby("trip_id", sort=False)["arrival"].agg(
        lambda column: bool(math.isnan(column.iloc[0]) or math.isnan(column.iloc[-1]))
    )
    found["untimed"] = int(ends.sum())
    frame = frame[~frame["trip_id"].map(ends)].reset_index(drop=True)
    gaps = frame.groupby("trip_id")["arrival"].transform(lambda column: column.isna().any()).astype(bool)
    found["interpolated"] = int(frame["arrival"].isna().sum())
    if gaps.any():
        filled = [_interpolate(trip) for _, trip in frame[gaps].groupby("trip_id", sort=False)]
        frame = pd.concat([frame[~gaps], *filled]).sort_values(
            ["trip_id", "sequence"], kind="stable", ignore_index=True
        )
    same = frame["trip_id"].eq(frame["trip_id"].shift())
    back = (same & (frame["arrival"] < frame["departure"].shift())) | (frame["departure"] < frame["arrival"])
    backward = set(frame.loc[back, "trip_id"])
    found["backward"] = len(backward)
    return frame[~frame["trip_id"].isin(backward)].reset_index(drop=True)


def departures(feed: Any, trips: pd.DataFrame, first: pd.DataFrame, window: tuple[int, int], where: str) -> pd.Series:
    """Count the departures of each trip in the window at its first stop in the area, shape (n trips,).

    Parameters
    ----------
    feed : as gtfs_kit reads it.
    trips : with `shift_s`.
    first : by trip, `at` the departure at its first stop in the area, `began` that at its first stop of all, seconds.
    window : seconds after midnight, from (included) and to (not included).
    where : the feed's name, for errors.

    Raises
    ------
    InputError : frequencies.txt has a time that is none, or a headway that is not above 0.
    """
    start, end = window
    at = trips["trip_id"].map(first["at"]).to_numpy(dtype=float) - trips["shift_s"].to_numpy()
    count = pd.Series(((at >= start) & (at < end)).astype(int), index=trips.index)
    if feed.frequencies is None:
        return count
    table = feed.frequencies.astype({"trip_id": "str"})
    table = table.assign(
        start=_seconds(table["start_time"], "frequencies.txt, start_time", where),
        end=_seconds(table["end_time"], "frequencies.txt, end_time", where),
        step=table["headway_secs"].to_numpy(dtype=float, na_value=math.nan),
    )
    if not (table["step"] > 0).all():
        raise InputError("frequencies.txt: headway_secs must be above 0", where=where)
    # the times of a trip with frequencies are a pattern only: its runs start at other times
    runs: dict[str, list[np.ndarray]] = {}
    for row in table.itertuples():
        runs.setdefault(str(row.trip_id), []).append(np.arange(row.start, row.end, row.step))
    offset = first["at"] - first["began"]
    templated = trips[trips["trip_id"].isin(runs)]
    for index, trip, shift_s in zip(templated.index, templated["trip_id"], templated["shift_s"], strict=True):
        there = np.concatenate(runs[trip]) + float(offset[trip]) - shift_s
        count[index] = int(((there >= start) & (there < end)).sum())
    return count
