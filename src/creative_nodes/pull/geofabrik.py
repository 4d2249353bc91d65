"""Geofabrik's index: which of its extracts holds a place, and which country lies there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import InputError
from creative_nodes.pull.answers import Cache, fetch_json
from creative_nodes.pull.internet import LastingError, Session
from creative_nodes.pull.patience import Patience, Report, ask_in_turn, silent
from creative_nodes.pull.settings import Internet

_ISO = "iso3166-1:alpha2"


@dataclass(frozen=True)
class Extract:
    """One of Geofabrik's extracts.

    Attributes
    ----------
    name : as Geofabrik calls it.
    url : of its .osm.pbf file.
    countries : ISO 3166-1 codes of the countries in it; empty for parts of a country and for continents.
    area : its outline, EPSG:4326.
    """

    name: str
    url: str
    countries: tuple[str, ...]
    area: BaseGeometry


def _extract(feature: Any) -> Extract | None:
    """Read one feature of the index; None for what is no extract."""
    try:
        said = feature["properties"]
        codes = said.get(_ISO) or []
        return Extract(
            name=str(said["name"]).strip(),
            url=str(said["urls"]["pbf"]),
            countries=tuple(map(str, codes if isinstance(codes, list) else [codes])),
            area=shapely.make_valid(shapely.geometry.shape(feature["geometry"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, shapely.errors.ShapelyError):
        return None


def _extracts(index: Any) -> list[Extract]:
    features = index.get("features") if isinstance(index, dict) else None
    found = [_extract(one) for one in features] if isinstance(features, list) else []
    extracts = [one for one in found if one]
    if not extracts:
        raise LastingError("the answer is not Geofabrik's index; check internet.geofabrik_index")
    return extracts


def read_index(*, cache: Path, internet: Internet, report: Report = silent) -> list[Extract]:
    """Return Geofabrik's extracts, as its index lists them.

    Parameters
    ----------
    cache : folder that keeps the index until somebody removes it.
    internet : how servers are asked.
    report : called with a line for each failure.

    Raises
    ------
    InputError : the index is neither in the cache nor to be had.
    """
    url, kept = internet.geofabrik_index, Cache(cache)
    known = kept.get(url)
    if known is not None:
        return _extracts(known)
    with Session(internet) as session:

        def attempt(asked: str) -> Any:
            index = fetch_json(lambda: session.get(asked, stream=True), asked, internet)
            _extracts(index)
            return index

        index = ask_in_turn([url], attempt, patience=Patience(internet), report=report)
    kept.keep(url, index)
    return _extracts(index)


def smallest_extract(extracts: Sequence[Extract], area: BaseGeometry) -> Extract:
    """Return the smallest extract that holds an area.

    Parameters
    ----------
    extracts : as `read_index` returns them.
    area : EPSG:4326.

    Raises
    ------
    InputError : none holds it.
    """
    holding = [one for one in extracts if one.area.covers(area)]
    if not holding:
        raise InputError("no extract of Geofabrik holds the study area", where="Geofabrik's index")
    return min(holding, key=lambda one: (float(one.area.area), one.url))


def countries_at(extracts: Sequence[Extract], point: BaseGeometry) -> list[str]:
    """Return the ISO 3166-1 codes of the countries whose extracts hold a point, the one it lies deepest in first.

    Extracts reach over borders, so that near one there are several.

    Parameters
    ----------
    extracts : as `read_index` returns them.
    point : EPSG:4326.
    """
    there = [one for one in extracts if len(one.countries) == 1 and one.area.covers(point)]
    there.sort(key=lambda one: -float(shapely.boundary(one.area).distance(point)))
    return list(dict.fromkeys(one.countries[0] for one in there))


def nearest_country(extracts: Sequence[Extract], point: BaseGeometry, among: Collection[str]) -> str | None:
    """Return which of some countries lies nearest to a point, by the degrees between it and their extracts.

    Parameters
    ----------
    extracts : as `read_index` returns them.
    point : EPSG:4326.
    among : ISO 3166-1 codes.
    """
    known = [one for one in extracts if set(one.countries) & set(among)]
    if not known:
        return None
    best = min(known, key=lambda one: (float(one.area.distance(point)), float(one.area.area)))
    return next(code for code in best.countries if code in among)
