"""Asking Nominatim for the area of a place: once a second at most, and each place once."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import InputError
from creative_nodes.pull.answers import Cache, fetch_json
from creative_nodes.pull.internet import LastingError, Session
from creative_nodes.pull.patience import Patience, Report, ask_in_turn, silent
from creative_nodes.pull.settings import Internet
from creative_nodes.pull.urls import open_to_all

# the usage policy of the public server: at most one request a second from all of an application
PAUSE_S = 1.0
MOST_RESULTS = 50
_POLYGONS = ("Polygon", "MultiPolygon")


def _moment(text: str) -> float:
    """Read when somebody asked last; a text cut off by a kill counts as long ago."""
    try:
        return float(text)
    except ValueError:
        return 0.0


@contextmanager
def _own_turn(internet: Internet) -> Iterator[None]:
    """Wait until no run on this machine has asked for a second; cities are pulled side by side."""
    path = Path(tempfile.gettempdir()) / f"creative-nodes-{os.getuid()}.nominatim"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _moment(file.read())
        # a clock that was set back must not keep anybody waiting
        time.sleep(min(max(0.0, last + PAUSE_S - time.time()), PAUSE_S) * internet.second_s)
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()
            file.write(f"{time.time():.3f}")


def _question(query: str, *, by_id: bool) -> tuple[str, dict[str, str | int]]:
    asked: dict[str, str | int] = {"format": "json", "polygon_geojson": 1}
    if by_id:
        return "lookup", asked | {"osm_ids": query}
    return "search", asked | {"dedupe": 0, "limit": MOST_RESULTS, "q": query}


def _results(answer: Any) -> list[dict[str, Any]]:
    if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
        raise LastingError("the answer is not one of Nominatim; check internet.nominatim_url")
    return answer


def _area(results: list[dict[str, Any]]) -> BaseGeometry | None:
    """Return the polygon of the most important result that has one."""
    for one in sorted(results, key=_importance, reverse=True):
        area = _shape(one.get("geojson"))
        if area is not None:
            return area
    return None


def _point(results: list[dict[str, Any]]) -> BaseGeometry | None:
    """Return the point of the most important result that has one."""
    for one in sorted(results, key=_importance, reverse=True):
        try:
            lon, lat = float(one["lon"]), float(one["lat"])
        except (KeyError, TypeError, ValueError):
            continue
        if abs(lon) <= 180 and abs(lat) <= 90:
            return shapely.Point(lon, lat)
    return None


def _importance(result: dict[str, Any]) -> float:
    value = result.get("importance")
    return float(value) if isinstance(value, (int, float)) else 0.0


@dataclass(frozen=True)
class KnownPlace:
    """What Nominatim knows of a place.

    Attributes
    ----------
    point : longitude and latitude of what stands for it, degrees, EPSG:4326.
    area : its outline, EPSG:4326; None where it has none.
    country : ISO 3166-1 code in capitals; empty where it is not told.
    local_name : as people there write it; empty where it is not told.
    shown : its whole address, in words.
    """

    point: tuple[float, float]
    area: BaseGeometry | None
    country: str
    local_name: str
    shown: str


def _text_in(result: dict[str, Any], section: str, key: str) -> str:
    part = result.get(section)
    value = part.get(key) if isinstance(part, dict) else None
    return value if isinstance(value, str) else ""


def _known_place(results: list[dict[str, Any]]) -> KnownPlace | None:
    """Return what is known of the most important result that has an outline, else of the one that has a point."""
    usable = [one for one in sorted(results, key=_importance, reverse=True) if _point([one])]
    best = next((one for one in usable if _shape(one.get("geojson")) is not None), usable[0] if usable else None)
    if best is None:
        return None
    return KnownPlace(
        point=(float(best["lon"]), float(best["lat"])),
        area=_shape(best.get("geojson")),
        country=_text_in(best, "address", "country_code").upper(),
        local_name=_text_in(best, "namedetails", "name") or str(best.get("name") or ""),
        shown=str(best.get("display_name") or ""),
    )


def _shape(given: Any) -> BaseGeometry | None:
    """Return the polygon of a GeoJSON geometry; None when it is none."""
    if not isinstance(given, dict) or given.get("type") not in _POLYGONS:
        return None
    try:
        area: BaseGeometry = shapely.geometry.shape(given)
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, shapely.errors.ShapelyError):
        return None
    return None if area.is_empty else area


def _ask(question: str, *, cache: Path, internet: Internet, report: Report, where: str) -> list[dict[str, Any]]:
    """Send a question, given as the URL that asks it."""
    if warning := open_to_all(question):
        report(warning)
    with Session(internet) as session:

        def attempt(url: str) -> list[dict[str, Any]]:
            with _own_turn(internet):
                return _results(fetch_json(lambda: session.get(url, stream=True), url, internet))

        try:
            return ask_in_turn([question], attempt, patience=Patience(internet), report=report)
        except InputError as error:
            raise InputError(f"{error}; or give boundary.bbox or boundary.polygon instead", where=where) from None


def _kept_results(
    question: str, *, cache: Path, internet: Internet, report: Report, where: str
) -> tuple[list[dict[str, Any]], Cache | None]:
    """Return the results of a question, and the cache that they are new to; None where it holds them."""
    kept = Cache(cache)
    known = kept.get(question)
    if known:
        return known, None
    return _ask(question, cache=cache, internet=internet, report=report, where=where), kept


def look_up_place(query: str, *, cache: Path, where: str, internet: Internet, report: Report = silent) -> KnownPlace:
    """Ask Nominatim what it knows of a place, its country and its name there.

    Parameters
    ----------
    query : place name.
    cache : folder that keeps the answers.
    where : the key named in errors.
    internet : how servers are asked.
    report : called with a line for each failure.

    Raises
    ------
    InputError : Nominatim cannot be asked, or knows no such place.
    """
    _, asked = _question(query, by_id=False)
    url = f"{internet.nominatim_url.rstrip('/')}/search"
    asked |= {"addressdetails": 1, "namedetails": 1}
    question = str(requests.Request("GET", url, params=asked).prepare().url)
    results, new_to = _kept_results(question, cache=cache, internet=internet, report=report, where=where)
    place = _known_place(results)
    if place is None:
        raise InputError(f"Nominatim knows no place {query!r}; check it, or give box or polygon instead", where=where)
    if new_to:
        new_to.keep(question, results)
    return place


def geocode(
    query: str,
    *,
    by_id: bool,
    cache: Path,
    where: str,
    as_point: bool = False,
    internet: Internet | None = None,
    report: Report = silent,
) -> BaseGeometry:
    """Ask Nominatim for a place.

    Parameters
    ----------
    query : place name, or with `by_id` an OSM id such as "R1973756".
    by_id : whether `query` is an OSM id.
    cache : folder that keeps the answers.
    where : the key named in errors.
    as_point : whether the point that stands for it is asked for.
    internet : how servers are asked.
    report : called with a line for each failure.

    Returns
    -------
    Polygon or multipolygon of the place, or its point, EPSG:4326.

    Raises
    ------
    InputError : Nominatim cannot be asked, or knows no polygon (or point) for the place.
    """
    internet = internet or Internet.model_validate({})
    verb, asked = _question(query, by_id=by_id)
    base = f"{internet.nominatim_url.rstrip('/')}/{verb}"
    question = str(requests.Request("GET", base, params=asked).prepare().url)
    results, new_to = _kept_results(question, cache=cache, internet=internet, report=report, where=where)
    area = _point(results) if as_point else _area(results)
    if area is None:
        shape = "point" if as_point else "polygon"
        said = f"gives no {shape} of" if results else f"knows no place, and so no {shape}, for"
        raise InputError(
            f"Nominatim {said} {query!r}; check it, or give boundary.bbox or boundary.polygon instead",
            where=where,
        )
    if new_to:
        new_to.keep(question, results)
    return area
