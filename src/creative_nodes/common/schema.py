"""The schema of every table: what a row is, and each column's type, unit, meaning and range.

It stands here once; `tables` checks by it, and the data dictionary (`docs/DATA_DICTIONARY.md`) is generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "integer", "flag", "texts", "geometry"]


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Table:
    """One table: what a row is, and its columns."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def has_geometry(self) -> bool:
        """Tell whether the table has a geometry column."""
        return any(column.kind == "geometry" for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


GEOMETRY = Column("geometry", "geometry", "shape, EPSG:4326", "degrees")
OSM_IDS = Column("osm_ids", "texts", "OSM objects the site is made of, e.g. way/123; empty when not in OSM")
EVIDENCE = Column(
    "evidence",
    "text",
    "JSON list of {rule, weight, osm_id, tag, reason}: what fired on which object; with source (file and day) where "
    "a file of fresher tags tells the tag",
)
MESSAGES = Column(
    "messages",
    "text",
    "JSON {column: message} of those texts of the row that carry values, to speak them in other languages "
    "(messages.spoken); empty when none does",
)
NAMES = (
    Column("name", "text", "name as signed on the ground; empty when unnamed"),
    Column("name_en", "text", "English name; empty when not known"),
    Column("name_vi", "text", "Vietnamese name; empty when not known"),
    Column("name_zh", "text", "Chinese name; empty when not known"),
)
NAME_COLUMNS = tuple(column.name for column in NAMES)
