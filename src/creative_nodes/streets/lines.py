"""Lines of public transport: what OSM's route relations say, direction by direction."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from creative_nodes.common import WGS84_EPSG, Message, TransitKind, mark, reproject_xy, told, told_n, word
from creative_nodes.locate import names_of
from creative_nodes.streets.routes import Route, Routes, Stop
from creative_nodes.streets.settings import Transit

OSM = "OSM"
KIND_WORDS = {
    "subway": mark("subway"),
    "light_rail": mark("light rail"),
    "monorail": mark("monorail"),
    "train": mark("train"),
    "tram": mark("tram"),
    "bus": mark("bus"),
}
NEAR_M = 500.0  # metres: the two directions of a line run no farther apart, at half of their stops
MINUTES_PER_HOUR = 60
MAX_HEADWAY_MIN = 24 * 60
_TIME = r"(\d{1,4})(?::([0-5]\d))?(?::[0-5]\d)?\s*(?:min|minutes|m)?"
_INTERVAL = re.compile(rf"^{_TIME}(?:\s*[-–]\s*{_TIME})?$")


@dataclass(frozen=True)
class Halt:
    """A point where vehicles halt: an OSM object or a GTFS stop.

    `key`: "node/1", or "gtfs/<stop_id>". `group`: its stop area or parent station; empty when it has none.
    `lon`, `lat`: degrees, EPSG:4326. `names`: as in the tables.
    """

    key: str
    kind: TransitKind
    names: dict[str, str]
    lon: float
    lat: float
    group: str = ""
    source: str = OSM


@dataclass(frozen=True)
class Call:
    """A halt of a line; `minutes` from the call before, nan where distance and speed tell them."""

    halt: str
    minutes: float = math.nan
    boards: bool = True
    alights: bool = True


@dataclass(frozen=True)
class Line:
    """One direction and stop sequence of a line."""

    service_id: str
    ref: str
    name: str
    kind: TransitKind
    calls: tuple[Call, ...]
    headway_min: float
    headway_source: str
    reverse: bool = False
    source: str = OSM
    osm_id: str = ""


@dataclass(frozen=True)
class Note:
    """One thing to tell of what was read; a `notice` is for who reads the results."""

    key: str
    text: Message
    notice: bool = False


@dataclass
class Lines:
    """Lines and their halts, and what is to be told of them."""

    lines: list[Line] = field(default_factory=list)
    halts: dict[str, Halt] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def parse_interval(text: str) -> float:
    """Return the minutes of an OSM `interval`: "10", "00:15", "01:00:00", or the middle of "00:05-00:15".

    Returns nan for what is none, for zero and for more than a day.
    """
    found = _INTERVAL.match(text.strip().lower())
    if not found:
        return math.nan
    minutes = [
        float(first) if second is None else int(first) * MINUTES_PER_HOUR + float(second)
        for first, second in (found.group(1, 2), found.group(3, 4))
        if first is not None
    ]
    middle = sum(minutes) / len(minutes)
    return middle if 0 < middle <= MAX_HEADWAY_MIN else math.nan


def _headway(route: Route, transit: Transit) -> tuple[float, str]:
    tagged = parse_interval(route.tags.get("interval", ""))
    return (transit.headway_minutes[route.kind], "config") if math.isnan(tagged) else (tagged, "OSM interval")


def _runs(stops: list[Stop], max_missing: int) -> Iterator[list[Stop]]:
    """Cut the stops where more than `max_missing` in a row are not located; yield the located ones of each run."""
    run: list[Stop] = []
    missing = 0
    for stop in stops:
        if not stop.located:
            missing += 1
            continue
        if run and missing > max_missing:
            yield run
            run = []
        run.append(stop)
        missing = 0
    if run:
        yield run


def _xy(stops: list[Stop], epsg: int) -> np.ndarray:
    lon, lat = np.array([[stop.lon, stop.lat] for stop in stops]).T
    return np.column_stack(reproject_xy(lon, lat, WGS84_EPSG, epsg))


def runs_against(one: np.ndarray, other: np.ndarray) -> bool:
    """Tell whether two lines of stops (metres, shape (n, 2)) run the same way round in opposite directions.

    Each stop of the other is put to the nearest stop of the one: they must be close, and come in falling order.

    Parameters
    ----------
    one, other : stops in order, metric CRS, shape (n, 2).
    """
    if len(one) < 2 or len(other) < 2:
        return False
    away = np.hypot(*(other[:, None, :] - one[None, :, :]).transpose(2, 0, 1))
    nearest = away.argmin(axis=1)
    if np.median(away.min(axis=1)) > NEAR_M or len(np.unique(nearest)) < 2:
        return False
    return bool(np.corrcoef(nearest, np.arange(len(other)))[0, 1] < 0)


def _is_loop(route: Route) -> bool:
    return route.tags.get("roundtrip") == "yes" or (
        len(route.stops) > 1 and route.stops[0].osm_id == route.stops[-1].osm_id
    )


def _one_way_only(routes: list[Route], epsg: int) -> set[str]:
    """Find the routes whose way back no relation describes: not loops, and no other of their line runs against them."""
    xy = {route.osm_id: _xy(there, epsg) for route in routes if (there := [s for s in route.stops if s.located])}
    lines: dict[tuple[str, str], list[Route]] = {}
    for route in routes:
        lines.setdefault((route.kind, route.tags.get("ref") or route.tags.get("name") or route.osm_id), []).append(
            route
        )
    return {
        one.osm_id
        for same in lines.values()
        for one in same
        if one.osm_id in xy
        and not _is_loop(one)
        and not any(stop.towards == "backward" for stop in one.stops)
        and not any(
            runs_against(xy[one.osm_id], xy[other.osm_id]) for other in same if other is not one and other.osm_id in xy
        )
    }


def _directions(route: Route, one_way_only: set[str]) -> Iterator[tuple[list[Stop], str, bool]]:
    """Yield the stops of each direction of a relation, a suffix for its id, and whether it was made up."""
    yield [stop for stop in route.stops if stop.towards != "backward"], "", False
    back = [stop for stop in route.stops if stop.towards != "forward"][::-1]
    if any(stop.towards == "backward" for stop in route.stops):
        yield back, "/back", False
    elif route.osm_id in one_way_only:
        swapped = {"entry": "exit", "exit": "entry"}
        yield [replace(stop, only=swapped.get(stop.only, "")) for stop in back], "/back", True


def _halt(stop: Stop, kind: TransitKind, area_of: dict[str, str]) -> Halt:
    return Halt(stop.osm_id, kind, names_of(stop.tags), stop.lon, stop.lat, area_of.get(stop.osm_id, ""))


def lines_of_routes(routes: Routes, transit: Transit, *, epsg: int) -> Lines:
    """Turn route relations into lines, one a direction.

    A ride joins stops that follow one another and that the file has; the line is cut where more than
    `transit.max_missing_stops` in a row are missing. A relation whose way back is not mapped gets one: the same stops
    backwards.

    Parameters
    ----------
    routes : from `read_routes`.
    transit : settings; routes of kinds it does not name are left out.
    epsg : metric CRS.
    """
    found: Counter[str] = Counter()
    unread = Counter(route.kind for route in routes.routes if route.kind not in transit.headway_minutes)
    known = [route for route in routes.routes if route.kind in transit.headway_minutes]
    one_way_only = _one_way_only(known, epsg)
    out = Lines()
    for route in known:
        headway, source = _headway(route, transit)
        found["odd"] += source == "config" and bool(route.tags.get("interval", "").strip())
        found["bare"] += not route.stops
        found["missing"] += sum(not stop.located for stop in route.stops)
        found["stops"] += len(route.stops)
        made: list[Line] = []
        for stops, suffix, reverse in _directions(route, one_way_only):
            runs = list(_runs(stops, transit.max_missing_stops))
            found["cut"] += max(0, len(runs) - 1)
            for number, run in enumerate(runs):
                if len(run) < 2:
                    continue
                out.halts.update({stop.osm_id: _halt(stop, route.kind, routes.area_of) for stop in run})
                part = f"/{number + 1}" if len(runs) > 1 else ""
                calls = [Call(s.osm_id, boards=s.only != "exit", alights=s.only != "entry") for s in run]
                about = (route.tags.get("ref", ""), route.tags.get("name", ""), route.kind, tuple(calls))
                line = Line(f"{route.osm_id}{suffix}{part}", *about, headway, source, reverse, osm_id=route.osm_id)
                made.append(line)
        found["few"] += bool(route.stops) and not made
        found["reversed"] += any(line.reverse for line in made)
        found[f"headway {source}"] += bool(made)
        out.lines += made
    out.notes = _notes(routes, len(known), unread, found, transit)
    return out


def kind_word(kind: str) -> Message:
    """Name a kind of transport."""
    return word(KIND_WORDS.get(kind, kind))


def _counted(kinds: Counter[TransitKind]) -> list[Message]:
    """Write how many there are of each kind, e.g. 2 subway."""
    return [told("{n:count} {kind}", n=number, kind=kind_word(kind)) for kind, number in sorted(kinds.items())]


def _notes(
    routes: Routes, known: int, unread: Counter[TransitKind], found: Counter[str], transit: Transit
) -> list[Note]:
    kinds = _counted(Counter(route.kind for route in routes.routes))
    text = told("Route relations in OSM: {kinds}.", kinds=kinds) if kinds else told("Route relations in OSM: none.")
    notes = [Note("routes", text)]
    if known:
        text = told_n(
            found["headway OSM interval"],
            "Headway of {n:count} relation from the tag interval, of {config:count} from config "
            "(transit.headway_minutes).",
            "Headway of {n:count} relations from the tag interval, of {config:count} from config "
            "(transit.headway_minutes).",
            config=found["headway config"],
        )
        notes.append(Note("headways", text))
    if found["odd"]:
        text = told_n(
            found["odd"],
            "{n:count} relation with an interval that is no time: config serves.",
            "{n:count} relations with an interval that is no time: config serves.",
        )
        notes.append(Note("odd_intervals", text))
    if unread:
        text = told(
            "Routes of kinds that config does not name are left out, so nobody rides them: {kinds}. To take them in, "
            "give these kinds a headway, a speed, an access time and a detour under transit.",
            kinds=_counted(unread),
        )
        notes.append(Note("kinds_left_out", text, notice=True))
    if routes.not_running:
        text = told_n(
            routes.not_running,
            "{n:count} relation planned, being built or given up: left out.",
            "{n:count} relations planned, being built or given up: left out.",
        )
        notes.append(Note("not_running", text))
    return [*notes, *_stop_notes(found, transit)]


def _stop_notes(found: Counter[str], transit: Transit) -> list[Note]:
    """Tell what the stops of relations lack, and what was done about it."""
    notes = []
    if found["bare"]:
        text = told_n(
            found["bare"],
            "{n:count} route relation in OSM without any stop among the members: left out.",
            "{n:count} route relations in OSM without any stop among the members: left out.",
        )
        notes.append(Note("without_stops", text, notice=True))
    if found["few"]:
        text = told_n(
            found["few"],
            "{n:count} relation with fewer than two stops in this file: left out.",
            "{n:count} relations with fewer than two stops in this file: left out.",
        )
        notes.append(Note("few_stops", text))
    if found["missing"]:
        text = told(
            "{missing:count} of {stops:count} stops of these relations are not in the file (outside the area read, or "
            "missing); a ride joins the stops that are.",
            missing=found["missing"],
            stops=found["stops"],
        )
        notes.append(Note("missing_stops", text))
    if found["cut"]:
        text = told_n(
            found["cut"],
            "Lines are cut in {n:count} place where more than {most:count} stops in a row are missing: nobody rides "
            "across.",
            "Lines are cut in {n:count} places where more than {most:count} stops in a row are missing: nobody rides "
            "across.",
            most=transit.max_missing_stops,
        )
        notes.append(Note("cut", text))
    if found["reversed"]:
        text = told_n(
            found["reversed"],
            "{n:count} relation without one for the way back: the same stops backwards serve.",
            "{n:count} relations without one for the way back: the same stops backwards serve.",
        )
        notes.append(Note("reversed", text, notice=True))
    return notes
