"""Lines of public transport from a GTFS feed, on one day and in one window of time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import WGS84_EPSG, InputError, TransitKind, reproject, told, told_n
from creative_nodes.locate import names_of
from creative_nodes.streets.feed import feed_path, open_feed, read_stops, trips_of_day
from creative_nodes.streets.feed_times import departures, first_departures, runs_of, stop_times
from creative_nodes.streets.lines import Call, Halt, Line, Lines, Note, kind_word
from creative_nodes.streets.settings import Gtfs

SECONDS_PER_MINUTE = 60.0
# GTFS route_type, and the hundreds of the extended types
KIND_OF_TYPE: dict[int, TransitKind] = {
    **{0: "tram", 1: "subway", 2: "train", 3: "bus", 5: "tram", 11: "bus", 12: "monorail", 405: "monorail"}
}
KIND_OF_HUNDRED: dict[int, TransitKind] = {
    **{1: "train", 2: "bus", 3: "train", 4: "subway", 5: "subway", 6: "subway", 7: "bus", 8: "bus", 9: "tram"}
}
ENTRANCE = 2  # location_type


@dataclass
class FeedLines(Lines):
    """Lines of a feed; `entrances`: (stop id of the station, lon, lat); `coverage`: share of the study area, 0-1."""

    entrances: list[tuple[str, float, float]] = field(default_factory=list)
    coverage: float = 0.0

    @property
    def kinds(self) -> set[TransitKind]:
        """Kinds of transport it has."""
        return {line.kind for line in self.lines}


def kind_of(route_type: int) -> TransitKind | None:
    """Return the kind of transport of a GTFS route type, plain or extended; nothing for boats and cable cars."""
    return KIND_OF_TYPE.get(route_type) or (KIND_OF_HUNDRED.get(route_type // 100) if route_type >= 100 else None)


# ---------------------------------------------------------------- lines


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}:{int(seconds) % 3600 // 60:02d}"


def _text(row: Any, column: str) -> str:
    value = row.get(column)
    return "" if value is None or pd.isna(value) else str(value).strip()


def _medians(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the median of each column, its values counted as many times as said; nan ones do not count."""
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    counted = np.where(np.isnan(ordered), 0, times[order]).cumsum(axis=0)
    half, last = counted[-1] / 2, len(values) - 1
    # the value at the middle, or the two beside it
    rows = np.stack([(counted < half).sum(axis=0), (counted <= half).sum(axis=0)]).clip(0, last)
    middle: np.ndarray = np.take_along_axis(ordered, rows, axis=0).mean(axis=0)
    return middle


def _calls(times: pd.DataFrame, rows: list[np.ndarray], runs: np.ndarray) -> tuple[Call, ...]:
    """Make the calls of a pattern; a ride takes the median over its runs.

    `rows`: row numbers of each trip; `runs`: how many times it departs. Of a ride that no trip tells, nan: distance and
    speed will tell it.
    """
    arrival, departure = (times[name].to_numpy()[np.array(rows)] for name in ("arrival", "departure"))
    left = arrival.copy()
    # who stays on waits at the stops on the way; who gets on at the first does not
    left[:, 0] = departure[:, 0]
    ride = _medians(np.diff(left, axis=1), runs) / SECONDS_PER_MINUTE
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
    if trips.empty:
        return []
    rows = {str(trip): np.asarray(index) for trip, index in times.groupby("trip_id").indices.items()}
    lines = []
    for route_id, of_route in _patterns(times, trips).groupby("route_id", sort=True):
        about = routes.loc[route_id]
        groups = of_route.groupby(["direction_id", "pattern"], sort=True, dropna=False)
        for number, (_, some) in enumerate(groups, start=1):
            some = some[some["departures"] > 0]
            runs = some["departures"].to_numpy()
            if not len(runs):
                continue
            lines.append(
                Line(
                    service_id=f"gtfs/{route_id}/{number}",
                    ref=_text(about, "route_short_name"),
                    name=_text(about, "route_long_name"),
                    kind=about["kind"],
                    calls=_calls(times, [rows[trip] for trip in some["trip_id"]], runs),
                    headway_min=(end - start) / SECONDS_PER_MINUTE / int(runs.sum()),
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
    the departures in it from its first stop inside; a ride takes the median over those departures, stays at
    stops on the way included.

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
    feed: Any = open_feed(path, found)
    trips = trips_of_day(feed, gtfs.date, where)
    routes: Any = feed.routes.astype({"route_id": "str"}).drop_duplicates("route_id").set_index("route_id")
    routes["kind"] = [None if pd.isna(one) else kind_of(int(one)) for one in routes["route_type"]]
    found["untyped"] = int(routes["route_type"].isna().sum())
    stops = read_stops(feed, epsg, found)
    times = stop_times(feed, trips, stops, found)
    _check_times(times, routes, found, where)
    began = first_departures(times)
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
        {
            str(routes.at[route, "route_type"])
            for route in trips.loc[~wanted, "route_id"]
            if route in routes.index and not pd.isna(routes.at[route, "route_type"])
        }
    )
    trips = trips[wanted]
    times = times[times["trip_id"].isin(trips["trip_id"])].reset_index(drop=True)
    runs = runs_of(feed, trips, times, began, found, where)
    trips = trips.assign(departures=departures(runs, gtfs.seconds).reindex(trips.index, fill_value=0))
    lines = _lines(feed, times, trips, gtfs, routes)
    if not lines:
        raise InputError(_nothing_in_window(runs, gtfs), where=where)
    out = FeedLines(lines, _halts(lines, stops, gtfs.source))
    out.entrances = [
        (f"gtfs/{row.parent_station}", row.lon, row.lat)
        for row in stops[stops["location_type"] == ENTRANCE].itertuples()
        if row.parent_station and math.isfinite(row.x)
    ]
    out.coverage = _coverage(out.halts.values(), area, epsg)
    out.notes = _notes(out, gtfs, int(trips["departures"].sum()), left_out, found)
    return out


def _check_times(times: pd.DataFrame, routes: Any, found: Counter[str], where: str) -> None:
    """Raise where nothing can come of a feed, for a reason that the rest would hide."""
    if times.empty and found["untimed"]:
        raise InputError(
            f"stop_times.txt has no time at the first or last stop for {found['untimed']:,} trips of that day, and "
            "frequencies.txt does not tell when they start: get a complete feed",
            where=where,
        )
    if found["untyped"] == len(routes):
        raise InputError(
            f"routes.txt: no route has a route_type, {routes.index[0]} neither; write 3 for buses, 0 for trams, "
            "1 for a metro",
            where=where,
        )


def _nothing_in_window(runs: pd.DataFrame, gtfs: Gtfs) -> str:
    last = runs["at"] + (runs["n"] - 1) * runs["step"]
    that_day = (last >= 0) & (runs["n"] > 0)
    if not that_day.any():
        return f"no trip of the kinds in transit.headway_minutes has two stops in the area read on {gtfs.date}"
    first = float(runs.loc[that_day, "at"].clip(lower=0).min())
    latest = float(last[that_day].max())
    return (
        f"gtfs.window: nothing departs from {gtfs.window[0]} to {gtfs.window[1]} on {gtfs.date}; the first trip that "
        f"day leaves its first stop in the area at {_clock(first)}, the last at {_clock(latest)}; set gtfs.window "
        "of the city to a time between"
    )


def _notes(out: FeedLines, gtfs: Gtfs, runs: int, left_out: list[str], found: Counter[str]) -> list[Note]:
    start, end = gtfs.seconds
    once = sum(line.headway_min * SECONDS_PER_MINUTE >= end - start for line in out.lines)
    kinds = [kind_word(kind) for kind in sorted(out.kinds)]
    text = told(
        "Timetable ({source}) on {when:weekday}, {start} to {end}. Lines by direction and stop sequence: "
        "{lines:count}; departures: {runs:count}; stops: {stops:count}. It serves instead of OSM's routes of the kinds "
        "it has ({kinds}).",
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
        "gtfs_estimated": told_n(
            found["estimated"],
            "{n:count} trip has headways but no times at its first or last stop: distance and speed tell the rides "
            "(transit.speed_kmh).",
            "{n:count} trips have headways but no times at their first or last stop: distance and speed tell the rides "
            "(transit.speed_kmh).",
        ),
        "gtfs_past_midnight": told_n(
            found["past_midnight"],
            "{n:count} period of frequencies.txt ends before it starts: it ends on the next day.",
            "{n:count} periods of frequencies.txt end before they start: they end on the next day.",
        ),
        "gtfs_empty_periods": told_n(
            found["empty"],
            "{n:count} period of frequencies.txt ends when it starts: nothing departs in it.",
            "{n:count} periods of frequencies.txt end when they start: nothing departs in them.",
        ),
        "gtfs_untimed": told_n(
            found["untimed"],
            "{n:count} trip without a time at the first or last stop is left out.",
            "{n:count} trips without a time at the first or last stop are left out.",
        ),
        "gtfs_doubled": told_n(
            found["doubled"],
            "{n:count} row of the feed stands twice: counted once.",
            "{n:count} rows of the feed stand twice: each is counted once.",
        ),
        "gtfs_orphans": told_n(
            found["nameless"] + found["orphans"],
            "{n:count} row of the feed has no id, or names a route, a trip or a stop that the feed lacks: left out.",
            "{n:count} rows of the feed have no id, or name a route, a trip or a stop that the feed lacks: left out.",
        ),
        "gtfs_unplaced": told_n(
            found["unplaced"],
            "{n:count} stop without a position (blank, or 0, 0) is left out; a ride joins those beside it.",
            "{n:count} stops without a position (blank, or 0, 0) are left out; a ride joins those beside them.",
        ),
        "gtfs_untyped": told_n(
            found["untyped"],
            "{n:count} route without route_type is left out.",
            "{n:count} routes without route_type are left out.",
        ),
        "gtfs_backward": told_n(
            found["backward"],
            "{n:count} trip that goes back in time is left out.",
            "{n:count} trips that go back in time are left out.",
        ),
    }
    notes += [Note(key, text) for key, text in texts.items() if text.values["n"]]
    if left_out:
        text = told(
            "Routes of GTFS type {types} are left out, so nobody rides them: config names no such kind under transit.",
            types=left_out,
        )
        notes.append(Note("gtfs_kinds_left_out", text, notice=True))
    return notes
