"""The doors between stages: every table is checked by its schema when written and when read.

A table is a GeoParquet file, its geometry in EPSG:4326. Every file carries its provenance (snapshot date, source, what
it is made of, version) in the Parquet metadata key `creative_nodes`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from creative_nodes.common.errors import InputError
from creative_nodes.common.made_of import PROVENANCE_KEY, MadeOf
from creative_nodes.common.schema import Column, Kind, Table
from creative_nodes.common.version import __version__
from creative_nodes.common.whole import whole_file

WGS84 = "EPSG:4326"

_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "flag": pa.bool_(),
    "texts": pa.list_(pa.string()),
}


def _first(faults: np.ndarray) -> str:
    """Say where the first of some faults stands; rows are counted from 1."""
    return f", the first in row {int(faults.argmax()) + 1}"


def _check_values(column: Column, values: pd.Series, where: str) -> None:
    missing = values.isna().to_numpy()
    if not column.nullable and missing.any():
        said = f"has {int(missing.sum())} missing values, none are allowed"
        raise InputError(f"column {column.name} {said}{_first(missing)}", where=where)
    if column.minimum is None and column.maximum is None:
        return
    figures = values.to_numpy(dtype=float, na_value=np.nan)
    if column.minimum is not None and (low := figures < column.minimum).any():
        raise InputError(f"column {column.name} has values below {column.minimum:g}{_first(low)}", where=where)
    if column.maximum is not None and (high := figures > column.maximum).any():
        raise InputError(f"column {column.name} has values above {column.maximum:g}{_first(high)}", where=where)


def check(frame: pd.DataFrame, table: Table, *, where: str) -> None:
    """Check a frame against its schema.

    Parameters
    ----------
    frame : the rows; a GeoDataFrame in EPSG:4326 when the table has geometry.
    table : the schema.
    where : the file named in errors.

    Raises
    ------
    InputError : a column is missing, unknown, of the wrong type or out of range.
    """
    expected = [column.name for column in table.columns]
    missing = [name for name in expected if name not in frame.columns]
    unknown = [name for name in frame.columns if name not in expected]
    if missing or unknown:
        said = [f"lacks column {', '.join(missing)}"] if missing else []
        said += [f"has unknown column {', '.join(unknown)}"] if unknown else []
        raise InputError(f"table {table.name} {' and '.join(said)}", where=where)
    if len(frame.columns) > len(expected):
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"table {table.name} has column {twice} twice; keep one of them", where=where)
    for column in table.columns:
        if column.kind == "geometry":
            _check_geometry(frame, where)
        elif len(frame):
            _check_type(column, frame[column.name], where)
            if column.kind != "texts":
                _check_values(column, frame[column.name], where)


def _check_geometry(frame: pd.DataFrame, where: str) -> None:
    crs = frame.crs if isinstance(frame, gpd.GeoDataFrame) else None
    if crs is None:
        raise InputError("column geometry must be in EPSG:4326, its CRS is not told", where=where)
    if crs.to_epsg() != 4326:
        said = f"EPSG:{crs.to_epsg()}" if crs.to_epsg() else crs.name
        raise InputError(
            f"column geometry must be in EPSG:4326, it is in {said}; .to_crs(4326) makes it so", where=where
        )
    if frame.geometry.isna().any():
        gone = frame.geometry.isna().to_numpy()
        raise InputError(f"column geometry has {int(gone.sum())} missing values{_first(gone)}", where=where)


def _check_type(column: Column, values: pd.Series, where: str) -> None:
    problem = ""
    if column.kind in ("number", "integer") and not pd.api.types.is_numeric_dtype(values):
        # a column of missing values has no type of its own
        problem = "" if values.isna().all() else "it holds text or objects"
    try:
        pa.Array.from_pandas(values.astype(object) if column.kind == "texts" else values, type=_ARROW[column.kind])
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        problem = str(error)
    if not problem and column.kind == "texts" and any(isinstance(value, str) for value in values):
        problem = "a text where a list of texts belongs"
    if problem:
        raise InputError(f"column {column.name} is not of type {column.kind}: {problem}", where=where)


def check_finite(rows: gpd.GeoDataFrame, table: Table) -> None:
    """Refuse what no place or figure can be; a figure that is not known is left missing.

    Parameters
    ----------
    rows : with site_id and geometry, EPSG:4326.
    table : the schema; columns that are not there are passed over.

    Raises
    ------
    InputError : an infinite figure, or a place that is none on Earth; site, row and column are named.
    """
    for column in table.columns:
        if column.kind in ("number", "integer") and pd.api.types.is_numeric_dtype(rows.get(column.name)):
            figures = rows[column.name].to_numpy(dtype=float, na_value=np.nan)
            for k in np.flatnonzero(np.isinf(figures))[:1]:
                may = ", or leave it missing where it is not known" if column.nullable else ""
                said = f"{column.name} is infinite in row {k + 1}; give a number{may}"
                raise InputError(said, where=f"{table.name}: {rows['site_id'].iloc[k]}")
    if rows.crs is None or rows.crs.to_epsg() != 4326:  # `check` tells it
        return
    degrees = np.array([np.abs(shapely.get_coordinates(shape)).max(axis=0, initial=0) for shape in rows.geometry])
    off = ~(degrees.reshape(-1, 2) <= (180, 90)).all(axis=1) | rows.geometry.is_empty.to_numpy()
    for k in np.flatnonzero(off)[:1]:
        said = f"geometry is no place on Earth in row {k + 1}: {str(rows.geometry.iloc[k])[:60]}"
        raise InputError(f"{said}; give longitude and latitude", where=f"{table.name}: {rows['site_id'].iloc[k]}")


def in_order(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give every column the type its schema names, in the schema's order.

    Parameters
    ----------
    frame : rows of the table.
    table : its schema.
    """
    types = {"text": "str", "number": "float64", "integer": "Int64", "flag": "bool"}
    frame = frame[[column.name for column in table.columns]].reset_index(drop=True)
    wanted: dict[str, Any] = {
        column.name: ("int64" if column.kind == "integer" and not column.nullable else types[column.kind])
        for column in table.columns
        if column.kind in types
    }
    # most have it already; to turn them all, or a frame as a whole, costs milliseconds a column
    turned = {name: frame[name].astype(kind) for name, kind in wanted.items() if frame[name].dtype != kind}
    return frame.assign(**turned)


def _content(frame: pd.DataFrame) -> pa.Table:
    """Return a frame as Arrow, as geopandas and pandas would write it, GeoParquet's metadata among it."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return pa.Table.from_pandas(frame, preserve_index=False)
    # geopandas hands out this metadata in files only, so it is taken from one without rows
    blank = io.BytesIO()
    frame.iloc[:0].to_parquet(blank, index=False)
    geo = json.loads(pq.read_schema(blank).metadata[b"geo"])
    about = geo["columns"][geo["primary_column"]]
    about["geometry_types"] = sorted(frame.geom_type.unique())
    if np.isfinite(box := frame.total_bounds).all():
        about["bbox"] = box.tolist()
    content = pa.table(frame.to_arrow(index=False))
    return content.replace_schema_metadata({**(content.schema.metadata or {}), b"geo": json.dumps(geo).encode()})


def write(frame: pd.DataFrame, table: Table, path: str | Path, *, provenance: dict[str, Any]) -> None:
    """Check a frame and write it as (Geo)Parquet, whole or not at all.

    Parameters
    ----------
    frame : rows of the table.
    table : its schema.
    path : file to write.
    provenance : snapshot, source, what it is made of; the version is added.
    """
    path = Path(path)
    check(frame, table, where=str(path))
    frame = in_order(frame, table)
    note = json.dumps({**provenance, "table": table.name, "version": __version__}, sort_keys=True, ensure_ascii=False)
    content = _content(frame)
    metadata = {**(content.schema.metadata or {}), PROVENANCE_KEY: note.encode()}
    with whole_file(path) as aside:
        pq.write_table(content.replace_schema_metadata(metadata), aside, compression="zstd")


@contextmanager
def _whole(path: str | Path) -> Iterator[None]:
    """Say which file is none of ours, cut short or spoilt; the libraries' own errors name neither file nor cure."""
    try:
        yield
    except FileNotFoundError:
        raise InputError("is not there; make it again", where=str(path)) from None
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        if isinstance(error, OSError) and error.errno:
            raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from None
        said = (str(error).splitlines() or [""])[0]
        raise InputError(f"is no whole table; remove it and make it again ({said})", where=str(path)) from None


_SYSTEMS: dict[str, Any] = {}  # coordinate systems by how files tell them


def _shapes(path: str | Path) -> gpd.GeoDataFrame:
    """Read a GeoParquet file as geopandas reads it, which has PROJ make the same coordinate system anew for each file.

    That takes 30 ms, more than all else of a small table.
    """
    content = pq.read_table(path)
    geo = json.loads((content.schema.metadata or {}).get(b"geo", b"{}"))
    name, columns = geo.get("primary_column"), geo.get("columns", {})
    about = columns.get(name, {})
    told = json.dumps(about.get("crs"))
    if told not in _SYSTEMS or [*columns] != [name] or about.get("encoding") != "WKB" or "covering" in about:
        frame = gpd.read_parquet(path)
        _SYSTEMS[told] = frame.crs
        return frame
    rows = content.drop_columns([name]).to_pandas()
    shapes = gpd.array.from_wkb(np.array(content[name]), crs=_SYSTEMS[told])
    rows.insert(content.column_names.index(name), name, shapes)
    return gpd.GeoDataFrame(rows, geometry=name)


def read(table: Table, path: str | Path) -> Any:
    """Read a table and check it.

    Parameters
    ----------
    table : its schema.
    path : (Geo)Parquet file.

    Returns
    -------
    GeoDataFrame in EPSG:4326 when the table has geometry, else DataFrame.

    Raises
    ------
    InputError : the file is not there, is no whole table, or does not keep the schema.
    """
    with _whole(path):
        frame = _shapes(path) if table.has_geometry else pd.read_parquet(path)
    check(frame, table, where=str(path))
    return frame


def provenance(path: str | Path) -> dict[str, Any]:
    """Read the provenance a table was written with.

    Raises
    ------
    InputError : the file is not there, or is no whole table.
    """
    with _whole(path):
        metadata = pq.read_schema(path).metadata or {}
    found: dict[str, Any] = json.loads(metadata.get(PROVENANCE_KEY, b"{}"))
    return found


def read_all(files: Mapping[str, str], *schemas: Table) -> dict[str, Any]:
    """Read several tables and check them.

    Parameters
    ----------
    files : path by name of the table; others may stand among them.
    schemas : the tables to read.

    Returns
    -------
    The frames by name of the table, in the order asked for.

    Raises
    ------
    InputError : a table does not keep its schema.
    """
    return {table.name: read(table, files[table.name]) for table in schemas}


def write_all(frames: Mapping[str, Any], files: Mapping[str, str], *schemas: Table, provenance: dict[str, Any]) -> None:
    """Write several tables, each whole or not at all.

    Parameters
    ----------
    frames : the frame by name of the table; others may stand among them.
    files : path by name of the table; others may stand among them.
    schemas : the tables to write.
    provenance : as for `write`.

    Raises
    ------
    InputError : a frame does not keep its schema.
    """
    for table in schemas:
        write(frames[table.name], table, files[table.name], provenance=provenance)


def empty(table: Table) -> Any:
    """Make an empty frame of a table."""
    return _blank(table).copy()


@cache
def _blank(table: Table) -> Any:
    frame = pd.DataFrame({column.name: [] for column in table.columns if column.kind != "geometry"})
    if table.has_geometry:
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], crs=WGS84))
    return in_order(frame, table)


def parse_tags(places: pd.DataFrame) -> list[dict[str, str]]:
    """Parse the JSON tags of the table places."""
    return [json.loads(text) for text in places["tags"]]


def tag_values(value: str) -> list[str]:
    """Return the values that one tag names: gallery;museum is two."""
    return [part.strip() for part in value.split(";")]


def note_of(made_of: MadeOf) -> dict[str, Any]:
    """Write down what a result depends on: a hash each of data, settings and code, and what they are of."""
    return {**made_of.parts, "made_of": made_of.told()}


def pooled(paths: dict[str, str], made_of: MadeOf) -> dict[str, Any]:
    """Pass on the provenance of one input table a city, by city, with what the pooled result depends on.

    Parameters
    ----------
    paths : table file by city.
    made_of : what this step's results depend on.
    """
    own = note_of(made_of)
    cities = {city: _passed_on(provenance(path), own) for city, path in paths.items()}
    return {"cities": cities, **own}


def carry_on(path: str | Path, made_of: MadeOf) -> dict[str, Any]:
    """Pass on the provenance of an input table, with what this step's results depend on.

    Parameters
    ----------
    path : the table's file.
    made_of : what this step's results depend on.
    """
    own = note_of(made_of)
    return {**_passed_on(provenance(path), own), **own}


def _passed_on(note: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an input's provenance what each step says of itself."""
    return {key: value for key, value in note.items() if key not in ("table", "version", *own)}
