"""Stations and services of a city: from a GTFS feed for the kinds it has, else from OSM's routes."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from creative_nodes.common import (
    WGS84_EPSG,
    Table,
    TransitKind,
    buffer_metres,
    reproject_xy,
    tables,
    told,
    told_n,
    written,
)
from creative_nodes.locate import fold, names_of, oldest_member
from creative_nodes.streets.gtfs import read_gtfs
from creative_nodes.streets.lines import OSM, Call, Halt, Line, Lines, Note, lines_of_routes
from creative_nodes.streets.network import minutes
from creative_nodes.streets.routes import read_routes
from creative_nodes.streets.settings import Gtfs, Transit
from creative_nodes.streets.tables import SERVICES, STATIONS, TRANSIT_NOTES

RAPID_TAGS: dict[str, TransitKind] = {"subway": "subway", "light_rail": "light_rail", "monorail": "monorail"}
ENTRANCES = frozenset({"subway_entrance", "train_station_entrance"})
FEED = "gtfs/"  # begins the keys of what comes from a feed
LONG_RIDE = 5  # times the median ride of its kind: a station on the way is then probably not in OSM's relation
# words that tell a station apart from its name: 人民广场站, Ga Cát Linh, Jing'an Temple Station
_STATION_WORDS = re.compile(r"(?:地铁)?站$|^(?:nha\s+)?ga\s+(?=\S)|\s+(?:metro\s+|subway\s+)?station$")


@dataclass(frozen=True)
class TransitTables:
    """The tables stations, services and transit_notes."""

    stations: gpd.GeoDataFrame
    services: pd.DataFrame
    transit_notes: pd.DataFrame


@dataclass(frozen=True)
class _Spot:
    """A halt or a station object, and whether it is one of the latter."""

    halt: Halt
    is_station: bool
    rapid: bool


@dataclass(frozen=True)
class _Entrance:
    key: str
    lon: float
    lat: float
    group: str


def rapid_stations(stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows of the table stations that count as rapid transit; their geometry is where one gets in."""
    return stations[stations["rapid"].to_numpy(dtype=bool)].reset_index(drop=True)


def station_name(name: str) -> str:
    """Fold a station's name for comparison, without the words for a station."""
    return _STATION_WORDS.sub("", fold(name)).strip()


# ---------------------------------------------------------------- what OSM maps beside the routes


def _kind_of_station(tags: dict[str, str]) -> TransitKind | None:
    """Return the kind of a mapped rapid-transit station; nothing for other objects."""
    if not {"station", "halt"} & {tags.get("railway"), tags.get("public_transport")}:
        return None
    named = RAPID_TAGS.get(tags.get("station", ""))
    return named or next((kind for key, kind in RAPID_TAGS.items() if tags.get(key) == "yes"), None)


def _osm_objects(
    places: gpd.GeoDataFrame, area_of: dict[str, str], rapid: Collection[TransitKind]
) -> tuple[list[_Spot], list[_Entrance]]:
    """Return the mapped rapid-transit stations and the entrances of any."""
    spots, entrances = [], []
    centre = shapely.centroid(places.geometry.to_numpy())
    columns = (places["osm_id"], tables.parse_tags(places), shapely.get_x(centre), shapely.get_y(centre))
    for osm_id, tags, lon, lat in zip(*columns, strict=True):
        kind = _kind_of_station(tags)
        if kind in rapid and kind is not None:
            halt = Halt(osm_id, kind, names_of(tags), float(lon), float(lat), area_of.get(osm_id, ""))
            spots.append(_Spot(halt, True, True))
        elif tags.get("railway") in ENTRANCES:
            entrances.append(_Entrance(osm_id, float(lon), float(lat), area_of.get(osm_id, "")))
    return spots, entrances


def _unserved_stops(places: gpd.GeoDataFrame, lines: Lines) -> list[Note]:
    """Tell how many stops at the street are mapped that no line calls at."""
    n = sum(
        osm_id not in lines.halts and (tags.get("highway") == "bus_stop" or tags.get("railway") == "tram_stop")
        for osm_id, tags in zip(places["osm_id"], tables.parse_tags(places), strict=True)
    )
    text = told_n(
        n,
        "{n:count} bus or tram stop is mapped in OSM that none of the services read calls at: left out.",
        "{n:count} bus and tram stops are mapped in OSM that none of the services read calls at: left out.",
    )
    return [Note("unserved_stops", text)] if n else []


# ---------------------------------------------------------------- grouping


def _xy(items: Iterable[Any], epsg: int) -> np.ndarray:
    """Return positions in the metric CRS, shape (n, 2)."""
    degrees = np.array([[item.lon, item.lat] for item in items], dtype=float).reshape(-1, 2)
    return np.column_stack(reproject_xy(degrees[:, 0], degrees[:, 1], WGS84_EPSG, epsg))


def _points(xy: np.ndarray) -> np.ndarray:
    return np.asarray(shapely.points(xy), dtype=object)


def _pairs_within(xy: np.ndarray, rows: np.ndarray, within_m: float) -> np.ndarray:
    points = _points(xy[rows])
    near = shapely.STRtree(points).query(points, predicate="dwithin", distance=within_m)
    return np.column_stack([rows[near[0]], rows[near[1]]])


def group_spots(xy: np.ndarray, names: list[str], groups: list[str], rapid: np.ndarray, transit: Transit) -> np.ndarray:
    """Group halts and station objects into stations; rapid transit and stops at the street stay apart.

    One station are those of one stop area (or parent station), and those that share a name within
    `transit.group_within_m` (`group_rapid_within_m`). A nameless halt of rapid transit outside any stop area joins the
    nearest named one within that distance.

    Parameters
    ----------
    xy : metric CRS, shape (n, 2).
    names : folded name of each, empty when unnamed.
    groups : its stop area, empty when it is in none.
    rapid : which are rapid transit, shape (n,).

    Returns
    -------
    station number of each, shape (n,).
    """
    n = len(xy)
    pairs = [np.empty((0, 2), dtype=int)]
    frame: Any = pd.DataFrame({"name": names, "group": groups, "rapid": rapid})
    for (group, _), rows in frame.groupby(["group", "rapid"]).indices.items():
        if group:
            pairs.append(np.column_stack([rows[:-1], rows[1:]]))
    for (name, is_rapid), rows in frame.groupby(["name", "rapid"]).indices.items():
        if name and len(rows) > 1:
            within_m = transit.group_rapid_within_m if is_rapid else transit.group_within_m
            pairs.append(_pairs_within(xy, rows, within_m))
    bare = np.flatnonzero((frame["name"] == "") & (frame["group"] == "") & rapid)
    named = np.flatnonzero((frame["name"] != "") & rapid)
    if len(bare) and len(named):
        near = shapely.STRtree(_points(xy[named])).query_nearest(
            _points(xy[bare]), max_distance=transit.group_rapid_within_m, all_matches=False
        )
        pairs.append(np.column_stack([bare[near[0]], named[near[1]]]))
    joined = np.concatenate(pairs)
    graph = coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1])


def _owners(
    entrances: list[_Entrance], spots: list[_Spot], xy: np.ndarray, label: np.ndarray, transit: Transit, epsg: int
) -> np.ndarray:
    """Return the station number of each entrance, -1 where it has none; a feed names the station of its own."""
    owner = np.full(len(entrances), -1)
    of_group = {spot.halt.group: label[row] for row, spot in enumerate(spots) if spot.rapid and spot.halt.group}
    rapid = np.array([row for row, spot in enumerate(spots) if spot.rapid], dtype=int)
    if not len(rapid) or not entrances:
        return owner
    near, nearest = shapely.STRtree(_points(xy[rapid])).query_nearest(
        _points(_xy(entrances, epsg)), max_distance=transit.entrance_within_m, all_matches=False
    )
    owner[near] = label[rapid[nearest]]
    for row, entrance in enumerate(entrances):
        if entrance.group:
            owner[row] = of_group.get(entrance.group, -1 if entrance.key.startswith(FEED) else owner[row])
    return owner


# ---------------------------------------------------------------- tables


def _station_id(keys: list[str]) -> str:
    mapped = [key for key in keys if not key.startswith(FEED)]
    if mapped:
        kind, _, number = oldest_member(mapped).partition("/")
        return f"s-{kind[0]}{number}"
    return f"s-{min(keys)}"


def _key_order(spot: _Spot) -> tuple[bool, str, int, str]:
    """Sort station objects first, then by age."""
    kind, _, number = spot.halt.key.partition("/")
    return not spot.is_station, kind, int(number) if number.isdigit() else 0, number


def _station_row(members: list[_Spot], entrances: list[_Entrance]) -> dict[str, Any]:
    members = sorted(members, key=_key_order)
    keys = [spot.halt.key for spot in members]
    names = {
        column: next((spot.halt.names[column] for spot in members if spot.halt.names[column]), "")
        for column in ("name", "name_en", "name_vi", "name_zh")
    }
    objects = [spot.halt for spot in members if spot.is_station] or [spot.halt for spot in members]
    points = sorted({(one.lon, one.lat) for one in (entrances or objects)})
    osm_ids = [key for key in (*keys, *(one.key for one in entrances)) if not key.startswith(FEED)]
    return {
        "station_id": _station_id(keys),
        **names,
        "kinds": sorted({spot.halt.kind for spot in members}),
        "rapid": any(spot.rapid for spot in members),
        "n_entrances": len(points) if entrances else 0,
        "source": "; ".join(sorted({spot.halt.source for spot in members})),
        "osm_ids": sorted(set(osm_ids)),
        "geometry": shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points),
    }


def _merged(line: Line, station_of: dict[str, str]) -> list[tuple[str, Call]]:
    """Return station and call of a line, calls that follow one another at one station made one."""
    out: list[tuple[str, Call]] = []
    carried = 0.0
    for call in line.calls:
        station = station_of[call.halt]
        if out and out[-1][0] == station:
            before = out[-1][1]
            both = Call(before.halt, before.minutes, before.boards or call.boards, before.alights or call.alights)
            out[-1] = (station, both)
            carried += call.minutes
        else:
            out.append((station, Call(call.halt, call.minutes + carried, call.boards, call.alights)))
            carried = 0.0
    return out


def _service_rows(line: Line, station_of: dict[str, str], xy_of: dict[str, np.ndarray], transit: Transit) -> list[Any]:
    """Make the rows of one service; none when it has fewer than two stations."""
    calls = _merged(line, station_of)
    if len(calls) < 2:
        return []
    rides = [0.0]
    for (_, before), (_, call) in itertools.pairwise(calls):
        if math.isnan(call.minutes):
            metres = float(np.hypot(*(xy_of[call.halt] - xy_of[before.halt]))) * transit.detour[line.kind]
            rides.append(float(minutes(metres, transit.speed_kmh[line.kind])))
        else:
            rides.append(call.minutes)
    return [
        {
            "service_id": line.service_id,
            "ref": line.ref,
            "name": line.name,
            "kind": line.kind,
            "sequence": sequence,
            "station_id": station,
            "minutes": ride,
            "boards": call.boards,
            "alights": call.alights,
            "headway_min": line.headway_min,
            "headway_source": line.headway_source,
            "reverse": line.reverse,
            "source": line.source,
            "osm_id": line.osm_id,
        }
        for sequence, ((station, call), ride) in enumerate(zip(calls, rides, strict=True))
    ]


def _of_columns(rows: list[dict[str, Any]], table: Table) -> pd.DataFrame:
    if not rows:
        empty: pd.DataFrame = tables.empty(table)
        return empty
    return pd.DataFrame(rows, columns=[c.name for c in table.columns if c.kind != "geometry"])


def _long_rides(services: pd.DataFrame) -> list[Note]:
    """Tell the rides that are so long that the relation probably lacks a station on the way."""
    rides = services[(services["sequence"] > 0) & (services["source"] == OSM)]
    if rides.empty:
        return []
    usual = rides.groupby("kind")["minutes"].transform("median")
    long = rides[rides["minutes"] > LONG_RIDE * usual]
    if long.empty:
        return []
    refs = sorted({str(ref) for ref in long["ref"] if ref})
    text = told_n(
        len(long),
        "{n:count} ride takes more than {factor:g} times the usual ride of its kind ({lines}): stops on the way are "
        "probably missing from OSM's relations, or in the wrong order there.",
        "{n:count} rides take more than {factor:g} times the usual ride of their kind ({lines}): stops on the way are "
        "probably missing from OSM's relations, or in the wrong order there.",
        factor=LONG_RIDE,
        lines=told("lines {refs}", refs=refs) if refs else told("lines without a number"),
    )
    return [Note("long_rides", text, notice=True)]


def build_tables(
    lines: Lines,
    stations: list[_Spot],
    entrances: list[_Entrance],
    transit: Transit,
    *,
    epsg: int,
) -> TransitTables:
    """Group halts and stations, give them their entrances, and write the tables.

    Parameters
    ----------
    lines : lines of OSM and of the feed together.
    stations : mapped stations of rapid transit, served or not.
    entrances : mapped entrances.
    transit : settings.
    epsg : metric CRS.
    """
    own = {spot.halt.key for spot in stations}
    spots = [
        *stations,
        *(
            _Spot(halt, False, halt.kind in transit.rapid)
            for key, halt in sorted(lines.halts.items())
            if key not in own
        ),
    ]
    xy = _xy((spot.halt for spot in spots), epsg)
    rapid = np.array([spot.rapid for spot in spots], dtype=bool)
    names = [station_name(spot.halt.names["name"]) for spot in spots]
    label = group_spots(xy, names, [spot.halt.group for spot in spots], rapid, transit)
    owner = _owners(entrances, spots, xy, label, transit, epsg)

    members: dict[int, list[_Spot]] = {}
    for number, spot in zip(label, spots, strict=True):
        members.setdefault(int(number), []).append(spot)
    doors: dict[int, list[_Entrance]] = {}
    for number, entrance in zip(owner, entrances, strict=True):
        doors.setdefault(int(number), []).append(entrance)
    rows = {number: _station_row(some, doors.get(number, [])) for number, some in members.items()}
    station_of = {spot.halt.key: rows[int(n)]["station_id"] for n, spot in zip(label, spots, strict=True)}
    xy_of = {spot.halt.key: at for spot, at in zip(spots, xy, strict=True)}

    made = [_service_rows(line, station_of, xy_of, transit) for line in lines.lines]
    services = _of_columns([row for some in made for row in some], SERVICES)
    stops = services.groupby("station_id")["service_id"].nunique()
    for row in rows.values():
        row["n_services"] = int(stops.get(row["station_id"], 0))
    # a stop at the street that no service is left for is no place to board
    kept = sorted(
        (row for row in rows.values() if row["n_services"] or row["rapid"]), key=lambda row: str(row["station_id"])
    )
    frame = _of_columns(kept, STATIONS)
    shapes = gpd.GeoSeries([row["geometry"] for row in kept], crs=WGS84_EPSG)
    notes = [*lines.notes, *_notes(frame, services, made, owner), *_long_rides(services)]
    return TransitTables(
        gpd.GeoDataFrame(frame.drop(columns="geometry", errors="ignore"), geometry=shapes, crs=WGS84_EPSG),
        services,
        _notes_table(notes),
    )


def _notes_table(notes: Sequence[Note]) -> pd.DataFrame:
    """Make the table transit_notes."""
    found = [{"key": note.key, **written(text=note.text), "notice": note.notice} for note in notes]
    return pd.DataFrame(found, columns=[column.name for column in TRANSIT_NOTES.columns])


def _notes(stations: pd.DataFrame, services: pd.DataFrame, made: list[list[Any]], owner: np.ndarray) -> list[Note]:
    rapid = stations[stations["rapid"].to_numpy(dtype=bool)]
    served = int((rapid["n_services"] > 0).sum())
    n_services = services["service_id"].nunique()
    text = told(
        "Stations: {stations:count}, of rapid transit {rapid:count}, of these {served:count} with a service and "
        "{doors:count} with entrances; services: {services:count}.",
        stations=len(stations),
        rapid=len(rapid),
        served=served,
        doors=int((rapid["n_entrances"] > 0).sum()),
        services=n_services,
    )
    notes = [Note("stations", text)]
    if one := sum(not rows for rows in made):
        text = told_n(
            one,
            "{n:count} line that stops at one station only is left out.",
            "{n:count} lines that stop at one station only are left out.",
        )
        notes.append(Note("one_station", text))
    if len(owner):
        lost = int((owner < 0).sum())
        text = told(
            "Entrances that belong to a station: {kept:count}; near none, and left out: {lost:count}.",
            kept=len(owner) - lost,
            lost=lost,
        )
        notes.append(Note("entrances", text))
    return [*notes, *_service_notes(len(rapid), served, n_services)]


def _service_notes(rapid: int, served: int, services: int) -> list[Note]:
    """Tell which stations of rapid transit nobody rides from, and that there is no service at all."""
    notes = []
    if rapid and not served:
        text = told_n(
            rapid,
            "{n:count} rapid-transit station is mapped, but no route that serves it: nobody rides from there, and only "
            "the walk to it is measured.",
            "{n:count} rapid-transit stations are mapped, but no route that serves them: nobody rides from there, and "
            "only the walk to them is measured.",
        )
        notes.append(Note("no_rapid_routes", text, notice=True))
    elif rapid > served:
        text = told(
            "No route in the data serves {unserved:count} of {rapid:count} rapid-transit stations; the walk to them is "
            "measured, rides from them are not.",
            unserved=rapid - served,
            rapid=rapid,
        )
        notes.append(Note("unserved_stations", text, notice=True))
    if not services:
        text = told("No service of public transport is known: who would ride it walks.")
        notes.append(Note("no_services", text, notice=True))
    return notes


def read_transit(
    osm: str | Path,
    places: gpd.GeoDataFrame,
    *,
    area: shapely.Geometry,
    epsg: int,
    edge_buffer_m: float,
    transit: Transit,
    gtfs: Gtfs | None = None,
    feed: Iterable[str | Path] = (),
) -> TransitTables:
    """Read stations and services: from the feed for the kinds it has, from OSM's routes for the others.

    Parameters
    ----------
    osm : .osm.pbf file, as the pull stage leaves it.
    places : the table places, for stations and entrances.
    area : study area, EPSG:4326; the feed is read within `edge_buffer_m` metres of it too.
    epsg : metric CRS.
    transit : settings.
    gtfs : the feed as configured.
    feed : its files; none when the city has no feed or it is not there.

    Raises
    ------
    InputError : the feed is broken, or runs nothing on its day and in its window.
    """
    routes = read_routes(osm)
    files = list(feed)
    entrances: list[_Entrance] = []
    lines = Lines()
    if gtfs and files:
        timetable = read_gtfs(
            files,
            gtfs,
            kinds=list(transit.headway_minutes),
            area=area,
            read_area=buffer_metres(area, edge_buffer_m, epsg),
            epsg=epsg,
        )
        lines = timetable
        entrances += [_Entrance("gtfs/entrance", lon, lat, group) for group, lon, lat in timetable.entrances]
        routes = routes.without(timetable.kinds)
    elif gtfs:
        text = told("The timetable {file} was not there; OSM's routes serve.", file=gtfs.file)
        lines = Lines(notes=[Note("gtfs_missing", text, notice=True)])
    mapped = lines_of_routes(routes, transit, epsg=epsg)
    both = Lines([*lines.lines, *mapped.lines], {**lines.halts, **mapped.halts}, [*lines.notes, *mapped.notes])
    both.notes += _unserved_stops(places, both)
    spots, doors = _osm_objects(places, routes.area_of, transit.rapid)
    return build_tables(both, spots, [*entrances, *doors], transit, epsg=epsg)
