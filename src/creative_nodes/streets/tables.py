"""Schemas of the tables that the stage `streets` writes."""

from __future__ import annotations

from creative_nodes.common import MESSAGES, NAMES, Column, Table

STATIONS = Table(
    "stations",
    "a place where one boards public transport",
    (
        Column("station_id", "text", "stable id, from its oldest OSM object or its GTFS stop"),
        *NAMES,
        Column("kinds", "texts", "kinds of transport: subway, light_rail, monorail, train, tram, bus"),
        Column("rapid", "flag", "one of its kinds counts as rapid transit (transit.rapid)"),
        Column("n_services", "integer", "services that stop here; 0 when none is known", "services", False, 0),
        Column("n_entrances", "integer", "entrances it has in the geometry", "entrances", False, 0),
        Column("source", "text", "OSM, the source of the GTFS feed, or both"),
        Column("osm_ids", "texts", "OSM objects it is made of, entrances included; empty when not in OSM"),
        Column(
            "geometry",
            "geometry",
            "points where one gets in from the street: the entrances when n_entrances is not 0, else the "
            "station itself, else its stops; EPSG:4326",
            "degrees",
        ),
    ),
)

SERVICES = Table(
    "services",
    "a stop of a service, in the order of travel",
    (
        Column("service_id", "text", "OSM relation or GTFS route, one direction and stop sequence of it"),
        Column("ref", "text", "number of the line; empty when it has none"),
        Column("name", "text", "name of the line; empty when it has none"),
        Column("kind", "text", "subway, light_rail, monorail, train, tram or bus"),
        Column("sequence", "integer", "0 for the first stop", "", False, 0),
        Column("station_id", "text", "id in the table stations"),
        Column("minutes", "number", "ride from the stop before; 0 for the first", "min", False, 0),
        Column("boards", "flag", "one may get on here"),
        Column("alights", "flag", "one may get off here"),
        Column("headway_min", "number", "minutes between its departures", "min", False, 0),
        Column("headway_source", "text", "config, OSM interval or GTFS"),
        Column("reverse", "flag", "true: the way back of a line whose other direction is not mapped"),
        Column("source", "text", "OSM, or the source of the GTFS feed"),
        Column("osm_id", "text", "OSM relation; empty when it is from a GTFS feed"),
    ),
)

TRANSIT_NOTES = Table(
    "transit_notes",
    "what was read of public transport, made up, or left out",
    (
        Column("key", "text", "its key"),
        Column("text", "text", "one sentence or two"),
        Column("notice", "flag", "true: who reads the results should know"),
        MESSAGES,
    ),
)
