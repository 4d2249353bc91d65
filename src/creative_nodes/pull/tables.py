"""Schemas of the tables that the stage `pull` writes."""

from __future__ import annotations

from creative_nodes.common import GEOMETRY, Column, Table

STUDY_AREA = Table(
    "study_area",
    "the study area",
    (
        Column("city", "text", "city key"),
        Column("epsg", "integer", "metric CRS of every length and area", "EPSG code"),
        Column("area_km2", "number", "area", "km²", minimum=0),
        GEOMETRY,
    ),
)

PLACES = Table(
    "places",
    "a tagged OSM object",
    (
        Column("osm_id", "text", "OSM object, e.g. way/123"),
        Column("tags", "text", "all its tags, JSON"),
        Column(
            "edited",
            "text",
            "day of its last edit, or of the file that `source` names (ISO 8601); empty when the extract does not say",
        ),
        Column("source", "text", "file of fresher tags that tells its tags, with its day; empty: the extract"),
        GEOMETRY,
    ),
)

STREET_NODES = Table(
    "street_nodes",
    "a junction or end of a street",
    (Column("node_id", "integer", "OSM node id"), GEOMETRY),
)

STREET_EDGES = Table(
    "street_edges",
    "a street piece between two junctions",
    (
        Column("u", "integer", "OSM node id where it starts"),
        Column("v", "integer", "OSM node id where it ends"),
        Column("way_id", "integer", "OSM way id"),
        Column("length_m", "number", "length in the metric CRS", "m", minimum=0),
        Column("highway", "text", "OSM highway value; ferry for a ferry line"),
        Column("name", "text", "street name; empty when unnamed"),
        Column("maxspeed_kmh", "number", "signed limit", "km/h", True, 0),
        Column("crossing_min", "number", "crossing of a ferry, where its duration is tagged", "min", True, 0),
        Column("walk", "flag", "open to people on foot"),
        Column("bike", "flag", "open to bicycles"),
        Column("motorbike", "flag", "open to motorbikes"),
        Column("car", "flag", "open to cars"),
        *(
            Column(f"oneway_{mode}", "integer", f"{mode}: 1 u to v only, -1 v to u only, 0 both", "", False, -1, 1)
            for mode in ("bike", "motorbike", "car")
        ),
        GEOMETRY,
    ),
)
