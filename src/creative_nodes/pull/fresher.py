"""Fresher tags: OSM objects with all their tags, as GeoJSON, put in place of what an older extract says of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import WGS84_EPSG, InputError, buffer_metres
from creative_nodes.pull.kinds import is_street

_OSM_ID = re.compile(r"(node|way|relation)/[1-9]\d{0,18}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CURE = "export it from Overpass Turbo as GeoJSON, with ids and all tags"


@dataclass(frozen=True)
class FreshObject:
    """An OSM object as a file tells it; its shape in EPSG:4326, None where the file gives none."""

    osm_id: str
    tags: dict[str, str]
    shape: shapely.Geometry | None


@dataclass(frozen=True)
class Fresher:
    """A file of fresher tags: its name, the day they were read from OSM, and its objects."""

    file: str
    date: str
    objects: list[FreshObject]

    @property
    def source(self) -> str:
        """What the column `source` of the table places says of its objects."""
        return f"{self.file}, {self.date}"


@dataclass(frozen=True)
class Freshened:
    """Places with fresher tags, and what became of the objects of each file.

    `older`: the extract tells of a later day. `outside`: neither in the extract nor in the area read, or a street.
    """

    places: gpd.GeoDataFrame
    counts: dict[str, dict[str, int]]

    def lines(self) -> list[str]:
        """Return a line for the log on each file."""
        return [
            f"{file}: " + ", ".join(f"{n:,} {what}" for what, n in told.items()) for file, told in self.counts.items()
        ]


def read_fresher(path: str | Path, *, date: str | None = None) -> Fresher:
    """Read OSM objects with all their tags from a GeoJSON file, as Overpass Turbo exports it.

    Parameters
    ----------
    path : the file.
    date : day its tags were read from OSM (ISO 8601); by default the file's own `timestamp`.

    Raises
    ------
    InputError : naming the file, the feature and what is wrong.
    """
    where = str(path)
    data = _collection(Path(path), where)
    told = date or str(data.get("timestamp") or "")[:10]
    if not _DAY.fullmatch(told):
        raise InputError(
            "does not say of which day its tags are (timestamp); give the day as date, such as 2025-12-01", where=where
        )
    seen: dict[str, int] = {}
    objects = []
    for number, feature in enumerate(data["features"], 1):
        one = _object(feature, f"{where}, feature {number}")
        if one.osm_id in seen:
            raise InputError(
                f"{one.osm_id} stands twice, as feature {seen[one.osm_id]} too; keep one of them",
                where=f"{where}, feature {number}",
            )
        seen[one.osm_id] = number
        objects.append(one)
    return Fresher(Path(path).name, told, objects)


def _collection(path: Path, where: str) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError("no such file", where=where) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); give a file", where=where) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8; save it as UTF-8", where=where) from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"is not valid JSON ({error}); {_CURE}", where=where) from None
    if not isinstance(data, dict) or not isinstance(data.get("features"), list):
        raise InputError(f"is no GeoJSON FeatureCollection; {_CURE}", where=where)
    if not data["features"]:
        raise InputError("holds no features", where=where)
    return data


def _object(feature: Any, where: str) -> FreshObject:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise InputError(f"is no GeoJSON feature with properties; {_CURE}", where=where)
    osm_id = str(properties.get("@id") or feature.get("id") or "")
    if not _OSM_ID.fullmatch(osm_id):
        raise InputError(f"has no OSM id such as way/123 (property @id, or id), but {osm_id!r}; {_CURE}", where=where)
    tags = {key: value for key, value in properties.items() if not key.startswith("@")}
    for key, value in tags.items():
        if not isinstance(value, str):
            raise InputError(f"tag {key} is {value!r}, not a text; {_CURE}", where=where)
    return FreshObject(osm_id, tags, _shape(feature.get("geometry"), where))


def _shape(geometry: Any, where: str) -> shapely.Geometry | None:
    if geometry is None:
        return None
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
    except shapely.errors.GEOSException as error:
        raise InputError(f"its geometry cannot be read ({str(error).split('. ')[0]})", where=where) from None
    corners = shapely.get_coordinates(shape)
    if not len(corners) or not np.isfinite(corners).all() or (np.abs(corners) > [180, 90]).any():
        raise InputError("its geometry is empty or lies beyond 180 or 90 degrees; is it in EPSG:4326?", where=where)
    return shapely.make_valid(shape)


def freshen(
    places: gpd.GeoDataFrame,
    files: Sequence[Fresher],
    *,
    snapshot: str,
    area: shapely.Geometry,
    edge_buffer_m: float,
    epsg: int,
) -> Freshened:
    """Give places the tags of fresher files, the newest file last.

    An object of the extract takes all tags of the file in place of its own, and keeps its shape; where the extract's
    tells of a later day (its last edit, else the extract's snapshot) it stays as it is. An object that the extract has
    not is added where it lies in the area that is read, but no street: streets are those of the extract.

    Parameters
    ----------
    places : the table places, as read from the extract.
    files : fresher files.
    snapshot : day of the extract; anything else counts as not known, and as older.
    area : study area, EPSG:4326.
    edge_buffer_m : metres around it that are read.
    epsg : metric CRS of that buffer.

    Returns
    -------
    the places, ordered by id, and the counts by file.
    """
    counts: dict[str, dict[str, int]] = {}
    read = buffer_metres(area, edge_buffer_m, epsg)
    for one in sorted(files, key=lambda file: (file.date, file.file)):
        places, counts[one.file] = _freshened(places, one, snapshot, read)
    return Freshened(places, counts)


def _freshened(
    places: gpd.GeoDataFrame, file: Fresher, snapshot: str, read: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    edited: Mapping[str, str] = dict(zip(places["osm_id"], places["edited"], strict=True))
    day = snapshot if _DAY.fullmatch(snapshot) else ""
    inside = [one for one in file.objects if one.osm_id in edited]
    taken = {one.osm_id: one for one in inside if (edited[one.osm_id] or day) <= file.date}
    new = [one for one in file.objects if one.osm_id not in edited and _may_join(one, read)]
    told = places.copy()
    rows = np.flatnonzero(told["osm_id"].isin(list(taken)))
    tags = told["tags"].to_numpy(dtype=object, copy=True)
    tags[rows] = [_written(taken[osm_id]) for osm_id in told["osm_id"].iloc[rows]]
    told["tags"] = tags
    told.loc[told.index[rows], ["edited", "source"]] = [file.date, file.source]
    counts = {"in place of older tags": len(taken), "new": len(new), "older": len(inside) - len(taken)}
    counts["outside"] = len(file.objects) - sum(counts.values())
    return _with_new(told, new, file), counts


def _may_join(one: FreshObject, read: shapely.Geometry) -> bool:
    street = one.osm_id.startswith("way/") and is_street(one.tags)
    return one.shape is not None and not street and bool(shapely.intersects(read, one.shape))


def _written(one: FreshObject) -> str:
    return json.dumps(one.tags, ensure_ascii=False, sort_keys=True)


def _with_new(places: gpd.GeoDataFrame, new: Sequence[FreshObject], file: Fresher) -> gpd.GeoDataFrame:
    if not new:
        return places
    columns = {"osm_id": [one.osm_id for one in new], "tags": [_written(one) for one in new]}
    more = gpd.GeoDataFrame(
        {**columns, "edited": file.date, "source": file.source}, geometry=[one.shape for one in new], crs=WGS84_EPSG
    )
    both = gpd.GeoDataFrame(pd.concat([places, more], ignore_index=True), crs=WGS84_EPSG)
    return both.sort_values("osm_id", kind="stable").reset_index(drop=True)
