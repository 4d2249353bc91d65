"""Notes on public transport: what was read, what is missing and what is doubtful, as the table transit_notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import tables, told, told_n, written
from creative_nodes.streets.lines import OSM, Lines, Note
from creative_nodes.streets.tables import TRANSIT_NOTES

LONG_RIDE = 5  # times the median ride of its kind: a station on the way is then probably not in OSM's relation


def unserved_stops(places: gpd.GeoDataFrame, lines: Lines) -> list[Note]:
    """Tell how many stops at the street are mapped that no line calls at.

    Parameters
    ----------
    places : the table places.
    lines : all lines read.
    """
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


def long_rides(services: pd.DataFrame) -> list[Note]:
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


def notes_table(notes: Sequence[Note]) -> pd.DataFrame:
    """Make the table transit_notes."""
    found = [{"key": note.key, **written(text=note.text), "notice": note.notice} for note in notes]
    return pd.DataFrame(found, columns=[column.name for column in TRANSIT_NOTES.columns])


def station_notes(
    stations: pd.DataFrame, services: pd.DataFrame, made: list[list[Any]], owner: np.ndarray
) -> list[Note]:
    """Tell how many stations and services there are, and what is left out of them.

    Parameters
    ----------
    stations, services : the tables of these names.
    made : the rows of each line, none for one that stops at one station only.
    owner : station number of each entrance, -1 where it has none.
    """
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
