"""Schemas of the tables that the stage `people` writes."""

from __future__ import annotations

from creative_nodes.common import GEOMETRY, Column, Table

PEOPLE = Table(
    "people",
    "a grid cell with residents",
    (
        Column("cell_id", "text", "row and column in the grid"),
        Column("residents", "number", "residents", "persons", False, 0),
        Column("inside", "flag", "its centre lies inside the study area"),
        GEOMETRY,
    ),
)

COMPLETENESS = Table(
    "completeness",
    "a hexagon of the study area, and how completely its part inside is mapped",
    (
        Column("hex_id", "text", "H3 cell"),
        Column("residents", "number", "residents; missing when there is no source of them", "persons", True, 0),
        Column("street_km", "number", "length of its streets", "km", False, 0),
        Column(
            "named_venues",
            "integer",
            "objects with a name and amenity, shop, tourism, office, leisure, craft or historic",
            "venues",
            False,
            0,
        ),
        Column("buildings", "integer", "objects with building, other than no", "buildings", False, 0),
        Column("venues_per_1000", "number", "named venues per 1,000 residents", "per 1,000", True, 0),
        Column("venues_per_street_km", "number", "named venues per km of street", "per km", True, 0),
        Column("buildings_per_street_km", "number", "buildings per km of street", "per km", True, 0),
        Column("last_edit", "text", "newest day of edit of its tagged objects; empty when not known"),
        Column("median_edit", "text", "half of its tagged objects were edited later; empty when not known"),
        Column("mapping", "text", "thin, fair, good, or empty (no streets and nobody)"),
        GEOMETRY,
    ),
)
