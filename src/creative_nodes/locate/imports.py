"""Imported lists: sites known to others, with their own columns and datum, read into rows like the registry's."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import (
    METRES_PER_KM,
    NAME_COLUMNS,
    SITE_STATUSES,
    WGS84_EPSG,
    InputError,
    reproject,
    reproject_xy,
    values_bounded,
)
from creative_nodes.locate.datum import to_wgs84
from creative_nodes.locate.items import commons_file, item_id
from creative_nodes.locate.judging import SPACE_TIERS
from creative_nodes.locate.names import fold, has_han
from creative_nodes.locate.registry import FARTHEST_KM, Known, csv_rows, unreadable_row
from creative_nodes.locate.settings import OSM_TAGS, WIKIDATA, Import, ImportColumns
from creative_nodes.locate.taxonomy import Taxonomies, start_year

LISTED_FIRST = 5  # rows at fault that an error names
SAME_PLACE_DIGITS = 5  # decimals of a degree, about 1 m
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_FORMER = re.compile(r"\s*(?:旧\s*址|遗\s*址|原\s*址)$")
_SEVERAL = re.compile(r"[/／、]")
_CHINESE_RUN = re.compile(rb"[\x81-\xfe]{6}")  # three characters of two bytes each
SHORTEST_PART = 4  # characters: "空置" (vacant) after a stroke is no name


@dataclass(frozen=True)
class Raw:
    """What stands in a file: its records as texts, each with where it stands, and its coordinates as written.

    `epsg`: CRS of the coordinates; None when they are degrees of the list's datum.
    """

    where: list[str]
    records: list[dict[str, str]]
    x: np.ndarray
    y: np.ndarray
    epsg: int | None


@dataclass(frozen=True)
class Scope:
    """What a list is read for.

    `area`: study area and its buffer, metric CRS `epsg`. `local_name`: the city's, which names may begin with.
    `classes`, `domains`: those of the taxonomies.
    """

    area: shapely.Geometry
    epsg: int
    local_name: str
    classes: Collection[str]
    domains: Collection[str]

    @classmethod
    def of(
        cls,
        *,
        area: shapely.Geometry,
        epsg: int,
        edge_buffer_m: float,
        local_name: str,
        taxonomies: Taxonomies,
    ) -> Scope:
        """Make the scope of a city: `area` in EPSG:4326, grown by `edge_buffer_m` metres in the metric CRS `epsg`."""
        grown = shapely.buffer(reproject(area, WGS84_EPSG, epsg), edge_buffer_m)
        return cls(grown, epsg, local_name, taxonomies.heritage.classes, taxonomies.creative.classes)


@dataclass(frozen=True)
class ImportedList:
    """A list: its rows, with positions in WGS 84, and the coordinates as they stand in the file (nan where none)."""

    spec: Import
    rows: list[Known]
    x: np.ndarray
    y: np.ndarray
    epsg: int | None

    @property
    def file(self) -> str:
        """Name of the file, the `origin` of its rows."""
        return Path(self.spec.file).name

    @property
    def reference(self) -> str:
        """The datum or CRS it was read in."""
        return f"EPSG:{self.epsg}" if self.epsg else self.spec.datum or "wgs84"


def read_imports(paths: Iterable[str], imports: list[dict[str, Any]], scope: Scope) -> list[ImportedList]:
    """Read the lists whose files are there; those of OSM's own tags are read with the extract.

    Parameters
    ----------
    paths : the files that are there.
    imports : what is said of each of them (`Import.said`), in their order.
    scope : what they are read for.
    """
    lists = [(path, Import.model_validate({**one, "file": path})) for path, one in zip(paths, imports, strict=True)]
    return [read_import(path, spec, scope) for path, spec in lists if spec.kind != OSM_TAGS]


def read_import(path: str | Path, spec: Import, scope: Scope) -> ImportedList:
    """Read and check one list.

    Parameters
    ----------
    path : CSV, GeoJSON or GeoPackage file.
    spec : its columns, datum or CRS, kind and defaults.
    scope : what it is read for.

    Raises
    ------
    InputError : naming the file, the row and what is wrong.
    """
    path = Path(path)
    raw = _read_csv(path, spec) if path.suffix.lower() == ".csv" else _read_features(path, spec)
    if not raw.records:
        raise InputError("holds no rows", where=str(path))
    if spec.kind == WIKIDATA:
        raw = _once_an_item(raw, str(spec.mapping.wikidata))
    lon, lat = to_degrees(raw.x, raw.y, spec, raw.epsg)
    _check_positions(path, raw, lon, lat, spec, scope)
    rows = [_known(raw, number, lon[number], lat[number], spec, scope) for number in range(len(raw.records))]
    _check_once(raw, rows)
    return ImportedList(spec, rows, raw.x, raw.y, raw.epsg)


def to_degrees(x: np.ndarray, y: np.ndarray, spec: Import, epsg: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Turn coordinates of a list into degrees of WGS 84; nan stays nan.

    Parameters
    ----------
    x, y : as in the file, shape (n,).
    spec : the list's settings, for its datum.
    epsg : CRS of the coordinates; None for degrees in that datum.
    """
    if epsg is None:
        return to_wgs84(x, y, spec.datum or "wgs84")
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    there = np.isfinite(x) & np.isfinite(y)
    lon[there], lat[there] = reproject_xy(x[there], y[there], epsg, WGS84_EPSG)
    return lon, lat


def _once_an_item(raw: Raw, column: str) -> Raw:
    """Keep the first row of each item: Wikidata's answers repeat one for each of its pictures and listings."""
    ids = [record[column] for record in raw.records]
    kept = sorted({one: at for at, one in reversed(list(enumerate(ids)))}.values())
    return Raw([raw.where[at] for at in kept], [raw.records[at] for at in kept], raw.x[kept], raw.y[kept], raw.epsg)


# ---------------------------------------------------------------- files


def _decode(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", where=str(path)) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); give a file", where=str(path)) from None
    if data.startswith(UTF16_MARKS):
        raise InputError("is UTF-16; save it as UTF-8 (in a spreadsheet: CSV UTF-8)", where=str(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"is not UTF-8, but looks like {_guess(data)}; save it as UTF-8 (in a spreadsheet: CSV UTF-8)",
            where=f"{path}, line {line}",
        ) from None
    if "\ufffd" in text:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        raise InputError(
            "holds the sign \ufffd, which stands for letters lost in an earlier conversion; export it again as UTF-8",
            where=f"{path}, line {line}",
        )
    return text


def _guess(data: bytes) -> str:
    """Guess a legacy encoding: Chinese names are runs of bytes that Western and Vietnamese letters do not make."""
    return "GBK / GB 18030" if _CHINESE_RUN.search(data) else "a Windows code page (cp1252 or cp1258)"


def _check_columns(path: Path, columns: ImportColumns, there: list[str]) -> None:
    for key, column in columns:
        if column is not None and column not in there:
            near = difflib.get_close_matches(column, there, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(there)}"
            if len(there) == 1 and re.search(r"[;\t|]", there[0]):
                hint = "its columns are not separated by commas; save it with commas"
            raise InputError(f"has no column {column} (columns.{key}); {hint}", where=str(path))


def _header(path: Path, reader: csv.DictReader[str]) -> list[str]:
    try:
        names = [str(name) for name in reader.fieldnames or []]
    except csv.Error as error:
        raise unreadable_row(error, f"{path}, line 1") from None
    if twice := [name for name in dict.fromkeys(names) if name and names.count(name) > 1]:
        raise InputError(f"column {twice[0]} stands twice; give each a name of its own", where=str(path))
    return names


@values_bounded()
def _read_csv(path: Path, spec: Import) -> Raw:
    reader = csv.DictReader(io.StringIO(_decode(path), newline=""), strict=True)
    _check_columns(path, spec.mapping, _header(path, reader))
    where, records = [], []
    for place, values in ((f"{path}, line {line}", values) for line, values in csv_rows(reader, str(path))):
        if None in values:
            raise InputError(
                f"has {len(values[None])} values more than there are columns; put a value that holds a comma in quotes",
                where=place,
            )
        record = {key: (value or "").strip() for key, value in values.items()}
        if any(record.values()):
            where.append(place)
            records.append(record)
    lon, lat = str(spec.mapping.lon), str(spec.mapping.lat)
    for place, record in zip(where, records, strict=True):
        if bool(record[lon]) != bool(record[lat]):
            raise InputError(f"give both {lon} and {lat} or neither", where=place)
    x = np.array([_number(record[lon], lon, place) for place, record in zip(where, records, strict=True)], dtype=float)
    y = np.array([_number(record[lat], lat, place) for place, record in zip(where, records, strict=True)], dtype=float)
    return Raw(where, records, x, y, _own_epsg(spec.epsg))


def _own_epsg(epsg: int | None) -> int | None:
    """Return the CRS to convert from; EPSG:4326 is the datum wgs84."""
    return None if epsg == WGS84_EPSG else epsg


def _number(text: str, column: str, where: str) -> float:
    if not text:
        return np.nan
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise InputError(f"{column} is {text!r}, not a number; write it like 121.5", where=where)
    return value


def _read_features(path: Path, spec: Import) -> Raw:
    if not path.is_file():
        raise InputError("no such file", where=str(path))
    try:
        layers = gpd.list_layers(path).dropna(subset="geometry_type")["name"].tolist()
        frame = gpd.read_file(path) if layers else gpd.GeoDataFrame()
    except Exception as error:
        raise InputError(f"cannot be read as GeoJSON or GeoPackage: {error}", where=str(path)) from None
    if len(layers) != 1:
        raise InputError(f"must hold one layer with geometry, has {', '.join(layers) or 'none'}", where=str(path))
    _check_columns(path, spec.mapping, [str(name) for name in frame.columns])
    epsg = _epsg_of(path, frame, spec)
    shapes = frame.geometry.to_numpy()
    where = [f"{path}, feature {number}" for number in range(1, len(shapes) + 1)]
    points = _points(shapes, where)
    records = [
        {str(key): _text(value) for key, value in row.items()}
        for row in frame.drop(columns=frame.geometry.name).to_dict("records")
    ]
    return Raw(where, records, shapely.get_x(points), shapely.get_y(points), epsg)


def _points(shapes: np.ndarray, where: list[str]) -> np.ndarray:
    """Return a point on each shape; None where a feature has none."""
    for number in np.flatnonzero(~shapely.is_missing(shapes)):
        corners = shapely.get_coordinates(shapes[number])
        if not len(corners) or not np.isfinite(corners).all():
            raise InputError(
                "its geometry is empty or has coordinates that are no numbers; draw it anew, or take it out",
                where=where[number],
            )
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    return np.where(single, shapes, shapely.point_on_surface(shapes))


def _text(value: object) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _epsg_of(path: Path, frame: gpd.GeoDataFrame, spec: Import) -> int | None:
    """Return the CRS of a file's coordinates, None for degrees of its datum; config and file must agree."""
    own = frame.crs.to_epsg() if frame.crs is not None else None
    # a GeoJSON without a CRS of its own is read as EPSG:4326, whatever its numbers are
    says = own if path.suffix.lower() == ".gpkg" or own != WGS84_EPSG else None
    if spec.epsg is not None:
        if says not in (None, spec.epsg):
            raise InputError(f"is in EPSG:{says}, not EPSG:{spec.epsg} as configured (epsg)", where=str(path))
        return _own_epsg(spec.epsg)
    if spec.datum is not None:
        if frame.crs is not None and not frame.crs.is_geographic:
            raise InputError(
                f"is in {frame.crs.name}, whose coordinates are not degrees of {spec.datum}; give its epsg",
                where=str(path),
            )
        return None
    if frame.crs is not None and own is None:
        raise InputError(f"is in {frame.crs.name}, which has no EPSG code; give epsg", where=str(path))
    return _own_epsg(own)


# ---------------------------------------------------------------- checks


def _near(x: np.ndarray, y: np.ndarray, spec: Import, epsg: int | None, scope: Scope) -> np.ndarray:
    """Return how far each position lies from the area, in metres; inf where it is none on Earth, nan without one."""
    lon, lat = to_degrees(x, y, spec, epsg)
    away = np.where(np.isnan(x), np.nan, np.inf)
    ok = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    points = reproject(shapely.points(lon[ok], lat[ok]), WGS84_EPSG, scope.epsg)
    finite = np.isfinite(shapely.get_x(points)) & np.isfinite(shapely.get_y(points))
    away[ok] = np.where(finite, shapely.distance(scope.area, points), np.inf)
    return away


def _check_positions(path: Path, raw: Raw, lon: np.ndarray, lat: np.ndarray, spec: Import, scope: Scope) -> None:
    limit = FARTHEST_KM * METRES_PER_KM
    away = _near(raw.x, raw.y, spec, raw.epsg, scope)
    far = np.flatnonzero(away > limit)
    placed = int((~np.isnan(away)).sum())
    # of items only those at a site are used: one that lies elsewhere is none, whether or not its position is a slip
    if len(far) and spec.kind != WIKIDATA:
        turned = _near(raw.y, raw.x, spec, raw.epsg, scope)[far]
        first = "; ".join(
            f"{raw.where[i].removeprefix(f'{path}, ')} ({raw.x[i]:.10g}, {raw.y[i]:.10g})" for i in far[:LISTED_FIRST]
        )
        why = (
            "lon and lat look swapped there"
            if (turned <= limit).all()
            else f"check the columns lon and lat and whether it is {spec.datum or raw.epsg or 'wgs84'}"
        )
        raise InputError(
            f"{len(far)} of {placed} rows lie more than {FARTHEST_KM:g} km from the city: {first}; {why}",
            where=str(path),
        )
    if placed and not (away == 0).any():
        raise InputError(
            f"none of its {placed} positions lies in the study area and its buffer, the nearest "
            f"{np.nanmin(away) / METRES_PER_KM:,.1f} km off; check datum or epsg, or take the list out of imports",
            where=str(path),
        )


def _check_once(raw: Raw, rows: list[Known]) -> None:
    seen: dict[tuple[str, float | None, float | None], str] = {}
    for where, row in zip(raw.where, rows, strict=True):
        place = [None if v is None else round(v, SAME_PLACE_DIGITS) for v in (row.lon, row.lat)]
        key = (fold(row.name), place[0], place[1])
        if key in seen:
            raise InputError(
                f"{row.name} has the same name and place as {seen[key].rsplit(', ', 1)[-1]}; keep one of them",
                where=where,
            )
        seen[key] = where


def _one_of(value: str, allowed: Collection[str], column: str | None, where: str) -> str:
    if value and value not in allowed:
        near = difflib.get_close_matches(value, allowed, n=1, cutoff=0.75)
        hint = f"; did you mean {near[0]}?" if near else f"; use one of {', '.join(allowed)}"
        raise InputError(f"{column or 'the default'} is {value!r}{hint}", where=where)
    return value


# ---------------------------------------------------------------- rows


def _aliases(name: str, local_name: str) -> list[str]:
    """Return what else a Chinese name may be written as: without "former site of", with or without the city."""
    if not has_han(name):
        return []
    parts = [part for part in _SEVERAL.split(name) if len(part) >= SHORTEST_PART]
    cores = [_FORMER.sub("", part) for part in dict.fromkeys([name, *parts])]
    found = [*parts, *cores, *(f"{core}旧址" for core in cores)]
    if has_han(local_name):
        found += [f"{local_name}{core}" for core in cores if not core.startswith(local_name)]
        short = [core.removeprefix(local_name) for core in cores]
        found += [one for one in short if len(one) >= SHORTEST_PART]
    return [one for one in dict.fromkeys(found) if one != name]


def _known(raw: Raw, number: int, lon: float, lat: float, spec: Import, scope: Scope) -> Known:
    """Make one row like the registry's."""
    record, where = raw.records[number], raw.where[number]

    def value(key: str) -> str:
        column = getattr(spec.mapping, key)
        return (record[column] if column else "") or getattr(spec.defaults, key, None) or ""

    names = {key: value(key) for key in NAME_COLUMNS}
    # without a name as signed, that of a language spoken here comes before the English one
    name = names["name"] or next((text for text in reversed(names.values()) if text), "")
    if not fold(name):
        raise InputError("has no name", where=where)
    allowed = {"heritage_class": scope.classes, "domain": scope.domains, "tier": SPACE_TIERS, "status": SITE_STATUSES}
    told = {key: _one_of(value(key), some, getattr(spec.mapping, key), where) for key, some in allowed.items()}
    year = start_year({"start_date": value("year")}) if value("year") else None
    placed = bool(np.isfinite(lon))
    # of source, name and place, so that rows put in or taken out, and another name of the file, leave ids alone
    told_of = f"{spec.source}|{spec.kind}|{fold(name)}|{raw.x[number]:.6f}|{raw.y[number]:.6f}"
    code = hashlib.sha256(told_of.encode()).hexdigest()[:8]
    return Known.model_validate(
        {
            "registry_id": f"list-{code}",
            **names,
            "name": name,
            "aliases": ";".join(_aliases(name.replace(";", " "), scope.local_name)),
            "kind": "both" if spec.kind == WIKIDATA else spec.kind,
            **told,
            "wikidata": item_id(value("wikidata"), where),
            "image": commons_file(value("image"), where),
            "lon": float(lon) if placed else None,
            "lat": float(lat) if placed else None,
            "precision": "site",
            "source": spec.source,
            "origin": Path(spec.file).name,
            "year_built": year,
            "listing": value("listing"),
        }
    )
