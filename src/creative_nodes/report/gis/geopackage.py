"""The GeoPackage: a version that older programs read, with styles and the meaning of every field inside."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyogrio

from creative_nodes.common import whole_file
from creative_nodes.report.gis.layers import Layer, alias
from creative_nodes.report.gis.qml import qml, qml_of_table
from creative_nodes.report.gis.sld import sld
from creative_nodes.report.gis.symbols import Look

VERSION = "1.3"  # GDAL before 3.7 warns of later ones
GEOMETRY = "geom"
STYLES = "layer_styles"
FIXED = "2000-01-01T00:00:00.000Z"  # the same rows in every run
# the extension that gives fields names and meanings: GeoPackage 1.3, annex F.9
SCHEMA = ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write")
# as QGIS makes it itself
STYLES_TABLE = f"""
CREATE TABLE {STYLES} (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)"""
COLUMNS_TABLE = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
    constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
)"""
CONSTRAINTS_TABLE = """
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
    max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, CONSTRAINT gdcc_ntv UNIQUE (constraint_name,
    constraint_type, value)
)"""
EXTENSIONS_TABLE = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (
    table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
)"""


def _write_rows(layer: Layer, path: Path, about: Mapping[str, str]) -> None:
    options: dict[str, Any] = {"layer_options": {"DESCRIPTION": f"A row is {layer.row}.", "IDENTIFIER": layer.name}}
    if not path.exists():
        options |= {"dataset_options": {"VERSION": VERSION}, "dataset_metadata": dict(about)}
    if layer.shape:
        options |= {"geometry_type": layer.shape, "promote_to_multi": layer.shape.startswith("Multi")}
        options["layer_options"]["GEOMETRY_NAME"] = GEOMETRY
    pyogrio.write_dataframe(layer.frame, path, layer=layer.name, driver="GPKG", **options)


def _tell_fields(base: sqlite3.Connection, layers: Iterable[Layer]) -> None:
    """Give every field its name for readers and its meaning."""
    for table in (EXTENSIONS_TABLE, COLUMNS_TABLE, CONSTRAINTS_TABLE):
        base.execute(table)
    for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        base.execute("INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, ?, ?, ?)", (table, *SCHEMA))
    for layer in layers:
        rows = [(layer.name, one.name, alias(one), alias(one), one.meaning) for one in layer.columns]
        base.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description) VALUES (?, ?, ?, ?, ?)",
            rows,
        )


def _write_styles(base: sqlite3.Connection, layers: Iterable[Layer], looks: Mapping[str, Look]) -> None:
    """Write the style of every layer, for programs that find it beside the rows."""
    base.execute(STYLES_TABLE)
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
        " VALUES (?, ?, ?, ?, ?)",
        (STYLES, "attributes", STYLES, "A row is the style of a layer.", FIXED),
    )
    base.executemany(
        f"INSERT INTO {STYLES} (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,"
        " styleSLD, useAsDefault, description, owner, ui, update_time)"
        f" VALUES ('', '', ?, ?, ?, ?, ?, 1, ?, '', NULL, '{FIXED}')",
        [_style(layer, looks) for layer in layers],
    )


def _style(layer: Layer, looks: Mapping[str, Look]) -> tuple[str, ...]:
    """Return table, geometry column, name, QML, SLD and description of a style; that of a table names its fields."""
    if not layer.shape:
        return layer.name, "", layer.name, qml_of_table(layer.columns), "", f"Fields of {layer.name}"
    look = looks[layer.name]
    styles = (qml(look, layer.shape, layer.columns, name=layer.name), sld(look, layer.shape, name=layer.name))
    return layer.name, GEOMETRY, layer.name, *styles, look.title


def write_layers(
    layers: Sequence[Layer], looks: Mapping[str, Look], path: str | Path, *, about: Mapping[str, str]
) -> list[str]:
    """Write a GeoPackage, whole or not at all.

    Parameters
    ----------
    layers : in the order in which programs list them.
    looks : how those with geometry are drawn, by name.
    path : file to write.
    about : what the file says of itself, such as its licence, by name.

    Returns
    -------
    names of the layers and tables.
    """
    with whole_file(path, ending=".part.gpkg") as aside:
        for layer in layers:
            _write_rows(layer, aside, about)
        with closing(sqlite3.connect(aside)) as base, base:
            _tell_fields(base, layers)
            _write_styles(base, layers, looks)
            base.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (FIXED,))
    return [layer.name for layer in layers]
