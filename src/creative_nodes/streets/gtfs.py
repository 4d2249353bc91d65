"""Lines of public transport from a GTFS feed, on one day and in one window of time. gtfs_kit reads the feed."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import WGS84_EPSG, InputError, TransitKind, reproject, reproject_xy, told, told_n
from creative_nodes.locate import names_of
from creative_nodes.streets.lines import Call, Halt, Line, Lines, Note, kind_word
from creative_nodes.streets.settings import SECONDS_PER_DAY, Gtfs

SECONDS_PER_MINUTE = 60.0
FEW_NAMED = 5
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
# GTFS route_type, and the hundreds of the extended types
KIND_OF_TYPE: dict[int, TransitKind] = {
    **{0: "tram", 1: "subway", 2: "train", 3: "bus", 5: "tram", 11: "bus", 12: "monorail", 405: "monorail"}
}
KIND_OF_HUNDRED: dict[int, TransitKind] = {
    **{1: "train", 2: "bus", 3: "train", 4: "subway", 5: "subway", 6: "subway", 7: "bus", 8: "bus", 9: "tram"}
}
ENTRANCE = 2  # location_type
NOT_THERE = 1  # pickup_type, drop_off_type: none here


@dataclass
class FeedLines(Lines):
    """Lines of a feed; `entrances`: (stop id of the station, lon, lat); `coverage`: share of the study area, 0-1."""

    entrances: list[tuple[str, float, float]] = field(default_factory=list)
    coverage: float = 0.0

    @property
    def kinds(self) -> set[TransitKind]:
        """Kinds of transport it has."""
        return {line.kind for line in self.lines}


def feed_path(files: Iterable[str | Path]) -> Path:
    """Return the zip file of a feed, or the folder that its files lie in."""
    first = Path(next(iter(files)))
    return first.parent if first.suffix == ".txt" else first


def kind_of(route_type: int) -> TransitKind | None:
    """Return the kind of transport of a GTFS route type, plain or extended; nothing for boats and cable cars."""
    return KIND_OF_TYPE.get(route_type) or (KIND_OF_HUNDRED.get(route_type // 100) if route_type >= 100 else None)


# ---------------------------------------------------------------- reading


def _open(path: Path) -> Any:
    """Read a feed with gtfs_kit and check that it has the tables and columns that are needed."""
    # gtfs_kit takes seconds to import, and most runs do without it
    import gtfs_kit

    try:
        feed = gtfs_kit.read_feed(path, dist_units="km")
    except (zipfile.BadZipFile, OSError, ValueError, UnicodeDecodeError) as error:
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


def _trips_of_day(feed: Any, date: dt.date, where: str) -> pd.DataFrame:
    """Return the trips of the day and, a day earlier in `shift_s`, those of the day before that run past midnight."""
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


def _stops(feed: Any, epsg: int) -> Any:
    """Return the stops by id, with position in degrees and metres; nan where the feed gives none."""
    stops = feed.stops.drop_duplicates("stop_id").set_index("stop_id")
    stops.index = stops.index.astype("str")
    for column in ("stop_name", "parent_station"):
        stops[column] = stops[column].astype("str").where(stops[column].notna(), "") if column in stops.columns else ""
    kind = stops["location_type"].fillna(0) if "location_type" in stops.columns else 0
    lon, lat = (stops[c].to_numpy(dtype=float, na_value=math.nan) for c in ("stop_lon", "stop_lat"))
    wrong = (np.abs(lon) > 180) | (np.abs(lat) > 90)
    x, y = reproject_xy(np.where(wrong, math.nan, lon), np.where(wrong, math.nan, lat), WGS84_EPSG, epsg)
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


def _stop_times(feed: Any, trips: pd.DataFrame, stops: Any, found: Counter[str], where: str) -> pd.DataFrame:
    """Return the stop times of trips, in order and complete; trips that cannot be told are left out and counted."""
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


def _departures(feed: Any, trips: pd.DataFrame, first: pd.DataFrame, window: tuple[int, int], where: str) -> pd.Series:
    """Count the departures of each trip in the window at its first stop in the area, shape (n trips,).

    Parameters
    ----------
    trips : with `shift_s`.
    first : by trip, `at` the departure at its first stop in the area, `began` that at its first stop of all, seconds.
    window : seconds after midnight, from (included) and to (not included).
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


# ---------------------------------------------------------------- lines


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}:{int(seconds) % 3600 // 60:02d}"


def _text(row: Any, column: str) -> str:
    value = row.get(column)
    return "" if value is None or pd.isna(value) else str(value).strip()


def _calls(times: pd.DataFrame, rows: list[np.ndarray]) -> tuple[Call, ...]:
    """Make the calls of a pattern; a ride takes the median over its trips (`rows`: row numbers of each trip)."""
    arrival, departure = (times[name].to_numpy()[np.array(rows)] for name in ("arrival", "departure"))
    left = arrival.copy()
    # who stays on waits at the stops on the way; who gets on at the first does not
    left[:, 0] = departure[:, 0]
    ride = np.median(np.diff(left, axis=1), axis=0) / SECONDS_PER_MINUTE
    minutes = [0.0, *ride.tolist()]
    some = times.iloc[rows[0]]
    return tuple(
        Call(f"gtfs/{row.stop_id}", float(ride_minutes), bool(row.boards), bool(row.alights))
        for row, ride_minutes in zip(some.itertuples(), minutes, strict=True)
    )


def _patterns(times: pd.DataFrame, trips: pd.DataFrame) -> pd.DataFrame:
    """Give each trip the key of its pattern: route, direction and the stops with what one may do there."""
    stop = (
        times["stop_id"] + times["boards"].map({True: "+", False: "-"}) + times["alights"].map({True: "+", False: "-"})
    )
    sequence = stop.groupby(times["trip_id"]).agg("|".join)
    return trips.assign(pattern=trips["trip_id"].map(sequence))


def _lines(feed: Any, times: pd.DataFrame, trips: pd.DataFrame, gtfs: Gtfs, routes: Any) -> list[Line]:
    start, end = gtfs.seconds
    rows = {str(trip): np.asarray(index) for trip, index in times.groupby("trip_id").indices.items()}
    lines = []
    for route_id, of_route in _patterns(times, trips).groupby("route_id", sort=True):
        about = routes.loc[route_id]
        groups = of_route.groupby(["direction_id", "pattern"], sort=True, dropna=False)
        for number, (_, some) in enumerate(groups, start=1):
            runs = int(some["departures"].sum())
            if not runs:
                continue
            lines.append(
                Line(
                    service_id=f"gtfs/{route_id}/{number}",
                    ref=_text(about, "route_short_name"),
                    name=_text(about, "route_long_name"),
                    kind=about["kind"],
                    calls=_calls(times, [rows[trip] for trip in some.loc[some["departures"] > 0, "trip_id"].unique()]),
                    headway_min=(end - start) / SECONDS_PER_MINUTE / runs,
                    headway_source="GTFS",
                    source=gtfs.source,
                )
            )
    return lines


def _halts(lines: list[Line], stops: Any, source: str) -> dict[str, Halt]:
    """Make the halts of lines; stops of one parent station share its name and its group."""
    halts = {}
    for line in lines:
        for call in line.calls:
            stop = stops.loc[call.halt.removeprefix("gtfs/")]
            parent = stop["parent_station"]
            named = stops.loc[parent, "stop_name"] if parent in stops.index else ""
            names = names_of({"name": named or stop["stop_name"]})
            group = f"gtfs/{parent}" if parent else ""
            halts[call.halt] = Halt(call.halt, line.kind, names, stop["lon"], stop["lat"], group, source)
    return halts


def _coverage(halts: Iterable[Halt], area: shapely.Geometry, epsg: int) -> float:
    """Return the share of an area (EPSG:4326) that lies within the outline of the stops."""
    points = shapely.points([(halt.lon, halt.lat) for halt in halts])
    hull = shapely.convex_hull(shapely.multipoints(reproject(points, WGS84_EPSG, epsg)))
    whole = reproject(area, WGS84_EPSG, epsg)
    return float(shapely.intersection(hull, whole).area / whole.area)


def read_gtfs(
    files: Iterable[str | Path],
    gtfs: Gtfs,
    *,
    kinds: Iterable[TransitKind],
    area: shapely.Geometry,
    read_area: shapely.Geometry,
    epsg: int,
) -> FeedLines:
    """Read the lines that a feed runs on one day and in one window of time.

    A line is a route, a direction and a sequence of stops inside the area read. Its headway is the window divided by
    the departures in it from its first stop inside; a ride takes the median over those trips, stays at stops on the way
    included.

    Parameters
    ----------
    files : the zip file, or the .txt files of a folder.
    gtfs : date, window and source.
    kinds : kinds of transport to read.
    area, read_area : study area, and that with its buffer, EPSG:4326.
    epsg : metric CRS.

    Raises
    ------
    InputError : the feed is broken or incomplete, runs nothing on that day or in that window, or lies elsewhere.
    """
    path = feed_path(files)
    where, found = path.name, Counter[str]()
    feed: Any = _open(path)
    trips = _trips_of_day(feed, gtfs.date, where)
    routes: Any = feed.routes.astype({"route_id": "str"}).drop_duplicates("route_id").set_index("route_id")
    routes["kind"] = [None if pd.isna(one) else kind_of(int(one)) for one in routes["route_type"]]
    stops = _stops(feed, epsg)
    times = _stop_times(feed, trips, stops, found, where)
    began = times.groupby("trip_id")["departure"].first()
    shapely.prepare(read_area)
    there = stops.index[shapely.contains_xy(read_area, stops["lon"], stops["lat"])]
    times = times[times["stop_id"].isin(there)].reset_index(drop=True)
    if times.empty:
        raise InputError(
            f"none of its {len(stops):,} stops lies in the study area and its buffer; check gtfs.file of the city",
            where=where,
        )
    size = times.groupby("trip_id").size()
    trips = trips[trips["trip_id"].map(size).fillna(0) >= 2]
    wanted = trips["route_id"].map(routes["kind"]).isin(list(kinds))
    left_out = sorted(
        {str(routes.at[route, "route_type"]) for route in trips.loc[~wanted, "route_id"] if route in routes.index}
    )
    trips = trips[wanted]
    times = times[times["trip_id"].isin(trips["trip_id"])].reset_index(drop=True)
    first = pd.DataFrame({"at": times.groupby("trip_id")["departure"].first(), "began": began})
    trips = trips.assign(departures=_departures(feed, trips, first, gtfs.seconds, where))
    lines = _lines(feed, times, trips, gtfs, routes)
    if not lines:
        raise InputError(_nothing_in_window(trips, first, gtfs), where=where)
    out = FeedLines(lines, _halts(lines, stops, gtfs.source))
    out.entrances = [
        (f"gtfs/{row.parent_station}", row.lon, row.lat)
        for row in stops[stops["location_type"] == ENTRANCE].itertuples()
        if row.parent_station and math.isfinite(row.x)
    ]
    out.coverage = _coverage(out.halts.values(), area, epsg)
    out.notes = _notes(out, gtfs, where, int(trips["departures"].sum()), left_out, found)
    return out


def _nothing_in_window(trips: pd.DataFrame, first: pd.DataFrame, gtfs: Gtfs) -> str:
    at = (trips["trip_id"].map(first["at"]) - trips["shift_s"]).to_numpy(dtype=float)
    at = at[at >= 0]
    if not len(at):
        return f"no trip of the kinds in transit.headway_minutes has two stops in the area read on {gtfs.date}"
    return (
        f"gtfs.window: nothing departs from {gtfs.window[0]} to {gtfs.window[1]} on {gtfs.date}; the first trip that "
        f"day leaves its first stop in the area at {_clock(at.min())}, the last at {_clock(at.max())}; set gtfs.window "
        "of the city to a time between"
    )


def _notes(out: FeedLines, gtfs: Gtfs, where: str, runs: int, left_out: list[str], found: Counter[str]) -> list[Note]:
    start, end = gtfs.seconds
    once = sum(line.headway_min * SECONDS_PER_MINUTE >= end - start for line in out.lines)
    kinds = [kind_word(kind) for kind in sorted(out.kinds)]
    text = told(
        "Timetable of {file} ({source}) on {when:weekday}, {start} to {end}. Lines by direction and stop sequence: "
        "{lines:count}; departures: {runs:count}; stops: {stops:count}. It serves instead of OSM's routes of the kinds "
        "it has ({kinds}).",
        file=where,
        source=gtfs.source,
        when=str(gtfs.date),
        start=gtfs.window[0],
        end=gtfs.window[1],
        lines=len(out.lines),
        runs=runs,
        stops=len(out.halts),
        kinds=kinds,
    )
    covered = told(
        "The outline of the feed's stops covers {share:percent} of the study area; nobody rides ({kinds}) beyond it.",
        share=out.coverage,
        kinds=kinds,
    )
    notes = [Note("gtfs", text, notice=True), Note("gtfs_coverage", covered, notice=out.coverage < 1 / 2)]
    texts = {
        "gtfs_once": told_n(
            once,
            "{n:count} line departs once in that time: one waits for half of it on average.",
            "{n:count} lines depart once in that time: one waits for half of it on average.",
        ),
        "gtfs_interpolated": told_n(
            found["interpolated"],
            "{n:count} stop time between timepoints is interpolated by distance.",
            "{n:count} stop times between timepoints are interpolated by distance.",
        ),
        "gtfs_untimed": told_n(
            found["untimed"],
            "{n:count} trip without a time at the first or last stop is left out.",
            "{n:count} trips without a time at the first or last stop are left out.",
        ),
        "gtfs_backward": told_n(
            found["backward"],
            "{n:count} trip that goes back in time is left out.",
            "{n:count} trips that go back in time are left out.",
        ),
    }
    notes += [Note(key, text) for key, text in texts.items() if text.values["n"]]
    if left_out:
        text = told("Routes of GTFS type {types} are left out: config names no kind.", types=left_out)
        notes.append(Note("gtfs_kinds_left_out", text))
    return notes
