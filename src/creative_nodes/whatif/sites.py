"""The sites that are asked for: read, measured and judged as rows of the table heritage."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import NAME_COLUMNS, WGS84_EPSG, InputError, TravelMode, nearest, reproject
from creative_nodes.locate import (
    HERITAGE,
    Statement,
    Taxonomy,
    evidence_json,
    judge,
    names_of,
    start_year,
    tier_of,
)
from creative_nodes.reach import World
from creative_nodes.settings import Analysis
from creative_nodes.streets import Streets
from creative_nodes.whatif.asked import WHERE, Asked, AskedSite, read_site, sites_file

RULE = "what_if"


# what a site was before it was tried, where it is in the table heritage and no candidate
NEW, KNOWN, CANDIDATE, WEAK = "new", "in OSM", "candidate", "weak evidence"


@dataclass(frozen=True)
class BaseCity:
    """What a site is tried in: the base tables of a city by name, its streets, and the heritage taxonomy.

    `frames`: study_area, places, sweeps, scales, reference, and the tables of `COMBINED`.
    """

    frames: Mapping[str, Any]
    world: World
    streets: Streets
    taxonomy: Taxonomy
    analysis: Analysis
    main_mode: TravelMode

    @property
    def area(self) -> BaseGeometry:
        """The study area, EPSG:4326."""
        found: BaseGeometry = self.frames["study_area"].geometry.iloc[0]
        return found


@dataclass(frozen=True)
class Wanted:
    """One site asked for: what is said of it, its outline where a file gives one (EPSG:4326), and where that stands."""

    site: AskedSite
    outline: BaseGeometry | None
    where: str


def _rows_of(path: Path) -> list[tuple[dict[str, Any], BaseGeometry | None]]:
    """Read a file of sites: its keys and its outline, row by row."""
    try:
        if path.suffix.lower() == ".csv":
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
            return [({str(key): value for key, value in row.items()}, None) for row in frame.to_dict("records")]
        shapes = gpd.read_file(path).to_crs(WGS84_EPSG)
    except (ValueError, RuntimeError) as error:
        raise InputError(f"cannot be read as CSV or GeoJSON: {error}", where=str(path)) from None
    words = shapes.drop(columns="geometry").astype(object)
    records = words.where(words.notna(), None).to_dict("records")
    rows = [{str(key): value for key, value in row.items() if key != "id"} for row in records]
    return list(zip(rows, shapes.geometry, strict=True))


def _wanted(row: dict[str, Any], outline: BaseGeometry | None, asked: Asked, where: str) -> Wanted:
    """Make one site of a row; what the row leaves out is as asked of all."""
    if {"lat", "lon"} & row.keys():
        lat, lon = (str(row.pop(key, "") or "").strip() for key in ("lat", "lon"))
        if lat or lon:
            row["at"] = f"{lat},{lon}"
    site = read_site(row, where=where)
    places = [
        text for text, value in (("at", site.at), ("osm", site.osm), ("a geometry", outline)) if value is not None
    ]
    if len(places) != 1:
        raise InputError(f"give one of at (or lat and lon), osm and a geometry, not {len(places)} of them", where=where)
    said = {**dict(asked.one()), **{key: getattr(site, key) for key in site.model_fields_set}}
    return Wanted(AskedSite.model_construct(**said), outline, where)


def sites_asked(asked: Asked) -> list[Wanted]:
    """Return the sites of a what-if, those of its file included.

    Raises
    ------
    InputError : the file is not there, cannot be read, has no rows, or a row of it is at fault.
    """
    if not (files := sites_file(asked)):
        return [Wanted(asked.one(), None, WHERE)]
    rows = _rows_of(Path(files[0]))
    if not rows:
        raise InputError("holds no site; give it a row a site", where=files[0])
    return [_wanted(row, outline, asked, f"{files[0]}: row {number}") for number, (row, outline) in enumerate(rows, 1)]


def _inside(shape: BaseGeometry | None, city: BaseCity, wanted: Wanted) -> BaseGeometry:
    """Return a shape that lies in the study area.

    Raises
    ------
    InputError : it does not.
    """
    if shape is not None and not np.isfinite(shapely.get_coordinates(shape)).all():
        raise InputError("a coordinate of its outline is no finite number; draw it anew", where=wanted.where)
    if shape is None or shape.is_empty or not shape.is_valid:
        raise InputError("its outline is empty or crosses itself; draw it anew", where=wanted.where)
    if shapely.intersects(city.area, shape):
        return shape
    if wanted.site.at and shapely.intersects(city.area, shapely.Point(wanted.site.at)):
        raise InputError(
            f"at: {wanted.site.at[0]:g},{wanted.site.at[1]:g} has longitude first; write latitude,longitude",
            where=wanted.where,
        )
    name = city.frames["study_area"]["city"].iloc[0]
    west, south, east, north = city.area.bounds
    raise InputError(
        f"lies outside the study area of {name} (latitude {south:.3f} to {north:.3f}, longitude {west:.3f} to "
        f"{east:.3f}); only sites inside can be tried",
        where=wanted.where,
    )


def _area_m2(shape: BaseGeometry, city: BaseCity) -> float:
    """Measure an outline in m²; missing for a point or a line."""
    area = float(shapely.area(reproject(shape, WGS84_EPSG, city.streets.epsg)))
    return area if area > 0 else np.nan


def _asked_for(weight: float, tag: str) -> Statement:
    """Say that whoever asks names the site."""
    return Statement(RULE, weight, tag, "named in a what-if")


def _judged(tags: dict[str, str], osm_id: str, taxonomy: Taxonomy) -> dict[str, Any]:
    """Return what an object's tags say, with the word of whoever asks, which counts as a registry row's."""
    judged = judge(
        [(osm_id, hit) for hit in taxonomy.hits(tags)],
        taxonomy,
        names=[text for key, text in tags.items() if "name" in key],
        statements=[_asked_for(taxonomy.registry_weight, osm_id)],
    )
    return {
        "heritage_class": judged.class_,
        "status": judged.status,
        "status_source": "",
        "status_date": "",
        "list": "known",
        "offered": True,
        "placed_to": "site",
        "told_by": "",
        **{"wikidata": "", "image": "", "inception": pd.NA, "ground_id": ""},
        "confidence": judged.confidence,
        "evidence": judged.evidence,
        "listed": judged.listed,
        "public_land": judged.public_land,
    }


def _blank(wanted: Wanted, shape: BaseGeometry, city: BaseCity, number: int) -> dict[str, Any]:
    """Make a heritage row of a place alone."""
    return {
        "site_id": f"w-{number}",
        **dict.fromkeys(NAME_COLUMNS, ""),
        **_judged({}, "", city.taxonomy),
        "status": "",
        "area_m2": _area_m2(shape, city),
        "start_year": pd.NA,
        "registry_id": "",
        "in_osm": False,
        "osm_ids": [],
        "geometry": shape,
        "found_as": NEW,
    }


def _of_places(osm_id: str, city: BaseCity, wanted: Wanted) -> dict[str, Any]:
    """Make a heritage row of an OSM object that is none in the table heritage."""
    places = city.frames["places"]
    found = places[places["osm_id"] == osm_id]
    if found.empty:
        raise InputError(
            f"osm: {osm_id} is neither a tagged object in this city's OSM data nor a site of its table heritage; "
            "check the id, or give its place by at=",
            where=wanted.where,
        )
    tags, shape = json.loads(found["tags"].iloc[0]), _inside(found.geometry.iloc[0], city, wanted)
    kind, _, number = osm_id.partition("/")
    return {
        "site_id": f"w-{kind[0]}{number}",
        **names_of(tags),
        **_judged(tags, osm_id, city.taxonomy),
        "area_m2": _area_m2(shape, city),
        "start_year": start_year(tags) or pd.NA,
        "registry_id": "",
        "in_osm": True,
        "osm_ids": [osm_id],
        "geometry": shape,
        "found_as": KNOWN,
    }


def _known(osm_id: str, city: BaseCity) -> dict[str, Any] | None:
    """Return the row of the table heritage that holds an OSM object or has that id."""
    heritage = city.frames["heritage"]
    holds = np.array([osm_id in ids for ids in heritage["osm_ids"]], dtype=bool) | (heritage["site_id"] == osm_id)
    if not holds.any():
        return None
    row: dict[str, Any] = heritage[holds].iloc[0].to_dict()
    if row["site_id"] in set(city.frames["candidates"]["site_id"]):
        return {**row, "found_as": CANDIDATE}
    return {**row, "found_as": row["status"] if row["status"] in ("converted", "lost") else WEAK}


def _said(row: dict[str, Any], wanted: Wanted, city: BaseCity) -> dict[str, Any]:
    """Put what is asked in place of what was found, and check class and status."""
    site, classes = wanted.site, list(city.taxonomy.classes)
    if site.class_ is not None and site.class_ not in classes:
        raise InputError(f"class: {site.class_} is no class; {nearest(site.class_, classes)}", where=wanted.where)
    names = {key: value for key in NAME_COLUMNS if (value := getattr(site, key)) is not None}
    told = {
        key: value
        for key in ("status", "area_m2", "start_year", "listed", "public_land")
        if (value := getattr(site, key)) is not None
    }
    row = {**row, **names, **told, "heritage_class": site.class_ or row["heritage_class"]}
    ready = list(city.analysis.candidates.readiness)
    if row["status"] not in ready:
        now = f"it is {row['status']}" if row["status"] else "it is not known"
        raise InputError(f"status: {now}; say what to suppose, status={' or '.join(ready)}", where=wanted.where)
    if site.confidence is not None and site.confidence != row["confidence"]:
        row["confidence"] = site.confidence
        said = _asked_for(site.confidence, f"confidence={site.confidence:g}")
        row["evidence"] = evidence_json([*json.loads(row["evidence"]), said.entry()])
    return {**row, "tier": tier_of(row["confidence"])}


def _asked_as(wanted: Wanted) -> str:
    """Write the place as it was asked for."""
    at = wanted.site.at
    return f"{at[0]:.10g},{at[1]:.10g}" if at else wanted.site.osm or wanted.where


def _row(wanted: Wanted, city: BaseCity, number: int) -> dict[str, Any]:
    site, row = wanted.site, None
    if site.osm is not None:
        row = _known(site.osm, city) or _of_places(site.osm, city, wanted)
    else:
        shape = shapely.Point(site.at[1], site.at[0]) if site.at else wanted.outline
        row = _blank(wanted, _inside(shape, city, wanted), city, number)
    return {**_said(row, wanted, city), "asked": _asked_as(wanted)}


def _lies_on(sites: gpd.GeoDataFrame, heritage: gpd.GeoDataFrame) -> list[str]:
    """Return the heritage site that each lies on, which is not itself; empty when none."""
    tree, ids = heritage.sindex, heritage["site_id"].to_numpy(dtype=object)
    found = []
    for own, shape in zip(sites["site_id"], sites.geometry, strict=True):
        on = [ids[k] for k in tree.query(shape, predicate="intersects") if ids[k] != own]
        found.append(sorted(on)[0] if on else "")
    return found


def tried_sites(wanted: Sequence[Wanted], city: BaseCity) -> gpd.GeoDataFrame:
    """Make rows of the table heritage for the sites asked for.

    Parameters
    ----------
    wanted : the sites.
    city : where they are tried.

    Returns
    -------
    columns of the table heritage, and asked, found_as and lies_on as in the table whatif_candidates. A site of the
    table heritage keeps its id, so that it takes the place of its own row.

    Raises
    ------
    InputError : a site outside the study area, an unknown OSM id or class, a status that is not known, one asked twice.
    """
    rows = [_row(one, city, number) for number, one in enumerate(wanted, 1)]
    ids = [row["site_id"] for row in rows]
    for number, site_id in enumerate(ids):
        if site_id in ids[:number]:
            raise InputError(f"asks for {rows[number]['asked']} ({site_id}) again", where=wanted[number].where)
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84_EPSG)
    frame["start_year"] = frame["start_year"].astype("Int64")
    frame["area_m2"] = frame["area_m2"].astype(float)
    frame["lies_on"] = _lies_on(frame, city.frames["heritage"])
    extra = ["asked", "found_as", "lies_on"]
    return frame[[*(column.name for column in HERITAGE.columns), *extra]]
