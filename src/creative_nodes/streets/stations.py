"""Stations and services of a city: from a GTFS feed for the kinds it has, else from OSM's routes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import (
    NAME_COLUMNS,
    WGS84_EPSG,
    Table,
    buffer_metres,
    tables,
    told,
)
from creative_nodes.locate import oldest_member
from creative_nodes.streets.gtfs import read_gtfs
from creative_nodes.streets.lines import Call, Line, Lines, Note, lines_of_routes
from creative_nodes.streets.network import minutes
from creative_nodes.streets.routes import read_routes
from creative_nodes.streets.settings import Gtfs, Transit
from creative_nodes.streets.spots import (
    FEED,
    Entrance,
    Spot,
    group_spots,
    osm_objects,
    owners,
    positions_of,
    station_name,
)
from creative_nodes.streets.tables import SERVICES, STATIONS
from creative_nodes.streets.transit_notes import long_rides, notes_table, station_notes, unserved_stops


@dataclass(frozen=True)
class TransitTables:
    """The tables stations, services and transit_notes."""

    stations: gpd.GeoDataFrame
    services: pd.DataFrame
    transit_notes: pd.DataFrame


def rapid_stations(stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows of the table stations that count as rapid transit; their geometry is where one gets in."""
    return stations[stations["rapid"].to_numpy(dtype=bool)].reset_index(drop=True)


def _station_id(keys: list[str]) -> str:
    mapped = [key for key in keys if not key.startswith(FEED)]
    if mapped:
        kind, _, number = oldest_member(mapped).partition("/")
        return f"s-{kind[0]}{number}"
    return f"s-{min(keys)}"


def _key_order(spot: Spot) -> tuple[bool, str, int, str]:
    """Sort station objects first, then by age."""
    kind, _, number = spot.halt.key.partition("/")
    return not spot.is_station, kind, int(number) if number.isdigit() else 0, number


def _station_row(members: list[Spot], entrances: list[Entrance]) -> dict[str, Any]:
    members = sorted(members, key=_key_order)
    keys = [spot.halt.key for spot in members]
    names = {
        column: next((spot.halt.names[column] for spot in members if spot.halt.names[column]), "")
        for column in NAME_COLUMNS
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


def build_tables(
    lines: Lines,
    stations: list[Spot],
    entrances: list[Entrance],
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
        *(Spot(halt, False, halt.kind in transit.rapid) for key, halt in sorted(lines.halts.items()) if key not in own),
    ]
    xy = positions_of((spot.halt for spot in spots), epsg)
    rapid = np.array([spot.rapid for spot in spots], dtype=bool)
    names = [station_name(spot.halt.names["name"]) for spot in spots]
    label = group_spots(xy, names, [spot.halt.group for spot in spots], rapid, transit)
    owner = owners(entrances, spots, xy, label, transit, epsg)

    members: dict[int, list[Spot]] = {}
    for number, spot in zip(label, spots, strict=True):
        members.setdefault(int(number), []).append(spot)
    doors: dict[int, list[Entrance]] = {}
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
    notes = [*lines.notes, *station_notes(frame, services, made, owner), *long_rides(services)]
    return TransitTables(
        gpd.GeoDataFrame(frame.drop(columns="geometry", errors="ignore"), geometry=shapes, crs=WGS84_EPSG),
        services,
        notes_table(notes),
    )


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
    area : study area, EPSG:4326.
    epsg : metric CRS.
    edge_buffer_m : metres around the study area within which the feed is read too.
    transit : settings.
    gtfs : the feed as configured.
    feed : its files; none when the city has no feed or it is not there.

    Raises
    ------
    InputError : the feed is broken, or runs nothing on its day and in its window.
    """
    routes = read_routes(osm)
    files = list(feed)
    entrances: list[Entrance] = []
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
        entrances += [Entrance("gtfs/entrance", lon, lat, group) for group, lon, lat in timetable.entrances]
        routes = routes.without(timetable.kinds)
    elif gtfs:
        text = told("The timetable that config names was not there; OSM's routes serve.")
        lines = Lines(notes=[Note("gtfs_missing", text, notice=True)])
    mapped = lines_of_routes(routes, transit, epsg=epsg)
    both = Lines([*lines.lines, *mapped.lines], {**lines.halts, **mapped.halts}, [*lines.notes, *mapped.notes])
    both.notes += unserved_stops(places, both)
    spots, doors = osm_objects(places, routes.area_of, transit.rapid)
    return build_tables(both, spots, [*entrances, *doors], transit, epsg=epsg)
