"""Files of the catalogue: every table in formats that programs read, the same bytes of the same rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio

from creative_nodes.common import GEOMETRY, NAMES, Column, Table, tables
from creative_nodes.report.gis.layers import FOREMOST, flat
from creative_nodes.report.pack import write_csv
from creative_nodes.report.tables import TABLES

# name and media type by ending, in the order in which they are offered
FORMATS = {
    "parquet": ("GeoParquet", "application/vnd.apache.parquet"),
    "csv": ("CSV", "text/csv"),
    "geojson": ("GeoJSON", "application/geo+json"),
    "fgb": ("FlatGeobuf", "application/vnd.flatgeobuf"),
}
OF_ROWS = ("parquet", "csv")  # formats of a table without geometry
ANY_SHAPE = "Unknown"  # what GDAL calls a layer of several geometry types
OPTIONS: dict[str, dict[str, str]] = {
    # RFC 7946 rounds to 7 decimals, some 1 cm; a text that looks like JSON stays a text
    "geojson": {"driver": "GeoJSON", "RFC7946": "YES", "AUTODETECT_JSON_STRINGS": "NO"},
    "fgb": {"driver": "FlatGeobuf", "SPATIAL_INDEX": "YES"},
}
POINT = (
    Column("lon", "number", "longitude of a point on the shape, EPSG:4326", "degrees", True, -180, 180),
    Column("lat", "number", "latitude of a point on the shape, EPSG:4326", "degrees", True, -90, 90),
)
FACET = "value of this facet (config/taxonomy/facets.yaml), several apart by ;, not known, or of creative spaces alone"
ONLINE = Table(
    "online_spaces",
    "a creative space that exists online alone, from the registry: it has no place, and counts in no other table",
    (
        Column("id", "text", "its registry_id"),
        *NAMES,
        Column("web", "text", "its address on the web"),
        Column("page", "text", "its page, from the folder of the catalogue"),
        Column("domain", "text", "creative domain"),
        Column("tier", "text", "core, intermediate or supporting"),
        Column("unesco_domain", "text", FACET),
        Column("cultural_industry", "text", FACET),
        Column("role", "text", FACET),
        Column("owner", "text", FACET),
        Column("present_use", "text", "what it is"),
        Column("source", "text", "public source"),
    ),
)
FILED = Table(
    "filed_places",
    "a creative space or candidate site as the catalogue files it",
    (
        Column("id", "text", "space_id of the table creative or site_id of the table candidates"),
        Column("kind", "text", "space or site"),
        *NAMES,
        Column("page", "text", "its page, from the folder of the catalogue"),
        Column("unesco_domain", "text", FACET),
        Column("cultural_industry", "text", FACET),
        Column("role", "text", FACET),
        Column("owner", "text", FACET),
        GEOMETRY,
    ),
)
# the candidates as the public gets them, in the CSV files and the GeoPackage too: with their ranks and scores
RANKED = Table(
    "candidates",
    TABLES["candidates"].row,
    (
        *(TABLES["scores"].column(name) for name in FOREMOST),
        *(column for column in TABLES["candidates"].columns if column.name not in FOREMOST),
    ),
)


@dataclass(frozen=True)
class File:
    """One file of the catalogue: its path from the catalogue's folder, format, size in bytes and SHA-256."""

    path: str
    ending: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Published:
    """A table of a city and its files."""

    table: Table
    rows: int
    files: tuple[File, ...]


def csv_columns(table: Table) -> tuple[Column, ...]:
    """Return the columns that a table has as CSV: a point instead of a shape, and no messages."""
    kept = tuple(column for column in table.columns if column.kind != "geometry" and column.name != "messages")
    return kept + (POINT if table.has_geometry else ())


def _write_shapes(frame: gpd.GeoDataFrame, path: Path, options: dict[str, str]) -> None:
    kinds = set(frame.geometry.geom_type)
    shape = kinds.pop() if len(kinds) == 1 else ANY_SHAPE
    pyogrio.write_dataframe(flat(frame), path, geometry_type=shape, **options)


def write_table(table: Table, frame: Any, provenance: Mapping[str, Any], *, folder: Path, terms: str) -> Published:
    """Write a table in every format that it can have; all but CSV have room to say under what the data are.

    Parameters
    ----------
    table : its schema.
    frame : its rows, EPSG:4326.
    provenance : of the rows, which the Parquet file carries.
    folder : of the city, in that of the catalogue.
    terms : under what the data are, and who made them.
    """
    endings = tuple(FORMATS) if table.has_geometry else OF_ROWS
    folder.mkdir(parents=True, exist_ok=True)
    paths = {ending: folder / f"{table.name}.{ending}" for ending in endings}
    tables.write(frame, table, paths["parquet"], provenance={**provenance, "licence": terms})
    rows = tables.read(table, paths["parquet"])
    write_csv(rows, paths["csv"])
    for ending in set(endings) & set(OPTIONS):
        _write_shapes(rows, paths[ending], OPTIONS[ending] | {"DESCRIPTION": f"{table.row}. {terms}"})
    return Published(table, len(rows), tuple(_told(paths[ending], ending) for ending in endings))


def _told(path: Path, ending: str) -> File:
    content = path.read_bytes()
    return File(f"{path.parent.name}/{path.name}", ending, len(content), hashlib.sha256(content).hexdigest())
