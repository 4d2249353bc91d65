"""The times of a GTFS feed: when vehicles are at stops, and when they depart, each on its own or at a headway.

As the GTFS reference has it: a trip named in frequencies.txt departs from its first stop each `headway_secs` from
`start_time` until `end_time`, and its stop times tell only how long it rides.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from creative_nodes.common import InputError
from creative_nodes.streets.settings import SECONDS_PER_DAY

NOT_THERE = 1  # pickup_type, drop_off_type: none here


def _seconds(times: pd.Series) -> np.ndarray:
    """Turn times into seconds after midnight, past 24:00:00 too; nan where empty."""
    from gtfs_kit.helpers import timestr_to_seconds

    seconds = {text: timestr_to_seconds(text) for text in times.dropna().unique()}
    return times.map(seconds).to_numpy(dtype=float, na_value=math.nan)


def _numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column].to_numpy(dtype=float, na_value=math.nan)


# ---------------------------------------------------------------- at stops


def _along(trip: pd.DataFrame) -> np.ndarray:
    """Return how far along its way each stop of a trip is: as the feed says, else in straight lines, else by count."""
    shape = trip["shape_dist"].to_numpy()
    straight = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(trip["x"]), np.diff(trip["y"])))])
    for along in (shape, straight):
        if np.isfinite(along).all() and (np.diff(along) >= 0).all() and along[-1] > along[0]:
            return along
    return np.arange(len(trip), dtype=float)


def _interpolate(trip: pd.DataFrame) -> pd.DataFrame:
    """Fill the times between two timepoints by the distance along the way."""
    arrival, departure = trip["arrival"].to_numpy(copy=True), trip["departure"].to_numpy(copy=True)
    along = _along(trip)
    known = np.flatnonzero(~np.isnan(arrival))
    for start, end in itertools.pairwise(known):
        inner = np.arange(start + 1, end)
        whole = along[end] - along[start]
        share = (along[inner] - along[start]) / whole if whole else (inner - start) / (end - start)
        arrival[inner] = departure[inner] = departure[start] + share * (arrival[end] - departure[start])
    return trip.assign(arrival=arrival, departure=departure)


def _read(feed: Any, trips: pd.DataFrame, stops: Any) -> pd.DataFrame:
    """Return the stop times of trips as the feed has them, in order."""
    times = feed.stop_times[feed.stop_times["trip_id"].isin(trips["trip_id"])]
    frame = pd.DataFrame(
        {
            "trip_id": times["trip_id"].astype("str").to_numpy(),
            "stop_id": times["stop_id"].astype("str").to_numpy(),
            "sequence": _numbers(times, "stop_sequence"),
            "arrival": _seconds(times["arrival_time"]),
            "departure": _seconds(times["departure_time"]),
            "shape_dist": _numbers(times, "shape_dist_traveled")
            if "shape_dist_traveled" in times.columns
            else math.nan,
            **{
                name: (times[column].fillna(0).to_numpy(dtype=int) != NOT_THERE) if column in times.columns else True
                for name, column in (("boards", "pickup_type"), ("alights", "drop_off_type"))
            },
        }
    ).sort_values(["trip_id", "sequence"], kind="stable")
    arrival = frame["arrival"].fillna(frame["departure"])
    departure = frame["departure"].fillna(frame["arrival"])
    at = {axis: frame["stop_id"].map(stops[axis]) for axis in ("x", "y")}
    return frame.assign(arrival=arrival, departure=departure, **at)


def _completed(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill the times between timepoints."""
    gaps = frame["trip_id"].isin(frame.loc[frame["arrival"].isna(), "trip_id"])
    if not gaps.any():
        return frame
    filled = [_interpolate(trip) for _, trip in frame[gaps].groupby("trip_id", sort=False)]
    return pd.concat([frame[~gaps], *filled]).sort_values(["trip_id", "sequence"], kind="stable", ignore_index=True)


def _backward(frame: pd.DataFrame) -> set[str]:
    """Name the trips that go back in time."""
    same = frame["trip_id"].eq(frame["trip_id"].shift())
    back = (same & (frame["arrival"] < frame["departure"].shift())) | (frame["departure"] < frame["arrival"])
    return set(frame.loc[back, "trip_id"])


def stop_times(feed: Any, trips: pd.DataFrame, stops: Any, found: Counter[str]) -> pd.DataFrame:
    """Return the stop times of trips, in order and complete; trips that cannot be told are left out and counted.

    Of a trip in frequencies.txt the times at the ends may be missing: they stay nan, and distance and speed tell the
    ride. Any other needs them, or nobody knows when it departs.

    Parameters
    ----------
    feed : as gtfs_kit reads it.
    trips : trips of the day.
    stops : see `feed.read_stops`.
    found : counts what is left out (untimed, backward), what is interpolated, and trips without times of their own
        (estimated).
    """
    frame = _read(feed, trips, stops)
    ends = ~frame["trip_id"].duplicated() | ~frame["trip_id"].duplicated(keep="last")
    open_ended = set(frame.loc[ends & frame["arrival"].isna(), "trip_id"])
    templated = set() if feed.frequencies is None else set(feed.frequencies["trip_id"].astype("str"))
    lost = open_ended - templated
    found["untimed"], found["estimated"] = len(lost), len(open_ended) - len(lost)
    frame = frame[~frame["trip_id"].isin(lost)].reset_index(drop=True)
    missing = int(frame["arrival"].isna().sum())
    frame = _completed(frame)
    found["interpolated"] = missing - int(frame["arrival"].isna().sum())
    backward = _backward(frame)
    found["backward"] = len(backward)
    return frame[~frame["trip_id"].isin(backward)].reset_index(drop=True)


# ---------------------------------------------------------------- departures


def _headways(feed: Any, found: Counter[str], where: str) -> pd.DataFrame:
    """Return the periods of frequencies.txt in seconds; one that ends before it starts ends on the next day."""
    table = feed.frequencies.astype({"trip_id": "str"})
    start, end = (_seconds(table[name]) for name in ("start_time", "end_time"))
    step = _numbers(table, "headway_secs")
    if not (step > 0).all():
        raise InputError("frequencies.txt: headway_secs must be above 0", where=where)
    past = end < start
    found["past_midnight"], found["empty"] = int(past.sum()), int((end == start).sum())
    end = end + SECONDS_PER_DAY * past
    return pd.DataFrame(
        {"trip_id": table["trip_id"].to_numpy(), "at": start, "n": np.ceil((end - start) / step)}
    ).assign(step=step)


def first_departures(times: pd.DataFrame) -> pd.Series:
    """Return the departure of each trip at the first of its stops, by trip; nan where it is not told.

    Parameters
    ----------
    times : stop times, in order.
    """
    return times[~times["trip_id"].duplicated()].set_index("trip_id")["departure"]


def runs_of(
    feed: Any, trips: pd.DataFrame, times: pd.DataFrame, began: pd.Series, found: Counter[str], where: str
) -> pd.DataFrame:
    """Return when trips depart from their first stop in the area: at `at`, and each `step` seconds, `n` times in all.

    Parameters
    ----------
    feed : as gtfs_kit reads it.
    trips : with `shift_s`.
    times : their stop times in the area.
    began : by trip, the departure at its first stop of all, seconds.
    found : counts the periods of frequencies.txt that end on the next day (past_midnight), or when they start (empty).
    where : the feed's name, for errors.

    Returns
    -------
    One row a trip, or a period of it: `trip`, the index of `trips`; `at` in seconds after midnight of the day; `step`;
    `n`.

    Raises
    ------
    InputError : frequencies.txt has a headway that is not above 0.
    """
    first = first_departures(times)
    own = trips.assign(trip=trips.index, at=trips["trip_id"].map(first), n=1.0, step=1.0)
    if feed.frequencies is not None:
        headways = _headways(feed, found, where)
        # the times of such a trip are a pattern only: its runs start at other times
        offset = (first - began).fillna(0.0)
        here = own[["trip", "trip_id", "shift_s"]].merge(headways, on="trip_id")
        here["at"] += here["trip_id"].map(offset).to_numpy(dtype=float)
        own = pd.concat([own[~own["trip_id"].isin(headways["trip_id"])], here], ignore_index=True)
    return own.assign(at=own["at"] - own["shift_s"])[["trip", "at", "step", "n"]]


def departures(runs: pd.DataFrame, window: tuple[int, int]) -> pd.Series:
    """Count the departures in a window, by `trip`.

    Parameters
    ----------
    runs : from `runs_of`.
    window : seconds after midnight, from (included) and to (not included).
    """
    before = [np.ceil((moment - runs["at"]) / runs["step"]).clip(0, runs["n"]) for moment in window]
    counted: pd.Series = (before[1] - before[0]).groupby(runs["trip"]).sum().astype(int)
    return counted
