"""Overpass and Nominatim, through OSMnx: its settings, its pauses and its cache apply.

Whole answers of both servers stay in the cache folder; delete it to ask for fresh data.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import osmium
import osmnx as ox
import requests
from osmium.osm import mutable
from osmnx import _overpass
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import InputError
from creative_nodes.pull.download import without_login

_FAILURES = (requests.RequestException, InsufficientResponseError, ResponseStatusCodeError, KeyError, TypeError)
# smaller than a country, larger than a block: the boundaries that name quarters
_ADMIN_LEVELS = "^([6-9]|1[01])$"
_TYPE_ORDER = {"node": 0, "way": 1, "relation": 2}
Element = dict[str, Any]


@contextmanager
def settings(*, cache: Path, url: str | None = None) -> Iterator[None]:
    """Lend OSMnx a cache folder and, if given, another Overpass server; give its own settings back after.

    Parameters
    ----------
    cache : folder that keeps the answers.
    url : base URL of the server; default: that of OSMnx's settings.
    """
    before = ox.settings.cache_folder, ox.settings.use_cache, ox.settings.overpass_url
    ox.settings.cache_folder, ox.settings.use_cache = cache, True
    ox.settings.overpass_url = url or before[2]
    try:
        yield
    finally:
        ox.settings.cache_folder, ox.settings.use_cache, ox.settings.overpass_url = before


def _ask(query: str) -> dict[str, Any]:
    """Send a query. The only use of OSMnx's private request function, whose version is pinned."""
    answer: dict[str, Any] = _overpass._overpass_request(OrderedDict(data=query))
    return answer


def _queries(area: BaseGeometry) -> list[str]:
    """Write one query for each part of the area, split as `ox.settings.max_query_area_size` says.

    All nodes and ways inside, multipolygons and the boundaries of quarters with all their members, and the other
    relations (routes) as they are: completing a national border or a long river road would never end.
    """
    head = _overpass._make_overpass_settings()
    queries = []
    for outline in _overpass._make_overpass_polygon_coord_strs(cast("Polygon | MultiPolygon", area)):
        inside = f"(poly:{outline!r})"
        whole = f'rel[type=multipolygon]{inside};rel[type=boundary][admin_level~"{_ADMIN_LEVELS}"]{inside};'
        queries.append(f"{head};(node{inside};way{inside};{whole});(._;>;);(._;rel{inside};);out;")
    return queries


def _checked(answer: dict[str, Any], server: str) -> dict[str, Any]:
    if "remark" in answer:
        raise InputError(
            f"the Overpass server gave up: {answer['remark']}; use a smaller study area, try later, or use an extract",
            where=server,
        )
    if "elements" not in answer:
        raise InputError("the answer is not one of an Overpass server; check its URL", where=server)
    return answer


@dataclass(frozen=True)
class Answer:
    """What an Overpass server answered: elements, each once, the time of its data, and its URL."""

    elements: list[Element]
    osm_base: str
    server: str


def download_elements(area: BaseGeometry, *, cache: Path, url: str | None = None) -> Answer:
    """Ask an Overpass server for everything in an area.

    Parameters
    ----------
    area : polygon or multipolygon, EPSG:4326; keep it small.
    cache : folder that keeps the answers.
    url : base URL of the server; default: that of OSMnx's settings.

    Returns
    -------
    The elements; of several answers, the oldest time counts.

    Raises
    ------
    InputError : the server cannot be asked.
    """
    found: dict[tuple[str, int], Element] = {}
    stamps = []
    with settings(cache=cache, url=url):
        server = without_login(str(ox.settings.overpass_url))
        try:
            answers = [_checked(_ask(query), server) for query in _queries(area)]
        except _FAILURES as error:
            raise InputError(
                f"the Overpass server could not be asked ({error}); try later, another server, or use an extract",
                where=server,
            ) from None
    for answer in answers:
        stamps.append(answer.get("osm3s", {}).get("timestamp_osm_base", ""))
        found.update({(element["type"], element["id"]): element for element in answer["elements"]})
    if not found:
        raise InputError("the Overpass server holds nothing in the study area; check the boundary", where=server)
    return Answer(list(found.values()), min(stamps), server)


def write_elements(elements: Iterable[Element], path: Path) -> None:
    """Write the elements of an Overpass answer as .osm.pbf, sorted by type, then id.

    Parameters
    ----------
    elements : nodes, ways and relations.
    path : file to write.
    """
    with osmium.SimpleWriter(path) as writer:
        for item in sorted(elements, key=lambda element: (_TYPE_ORDER.get(element["type"], 3), element["id"])):
            number, tags = item["id"], item.get("tags", {})
            if item["type"] == "node":
                writer.add_node(mutable.Node(id=number, tags=tags, location=(item["lon"], item["lat"])))
            elif item["type"] == "way":
                writer.add_way(mutable.Way(id=number, tags=tags, nodes=item.get("nodes", [])))
            elif item["type"] == "relation":
                members = [(member["type"][0], member["ref"], member["role"]) for member in item.get("members", [])]
                writer.add_relation(mutable.Relation(id=number, tags=tags, members=members))


def geocode(query: str, *, by_id: bool, cache: Path, where: str) -> BaseGeometry:
    """Ask Nominatim for a place.

    Parameters
    ----------
    query : place name, or with `by_id` an OSM id such as "R1973756".
    by_id : whether `query` is an OSM id.
    cache : folder that keeps the answers.
    where : the key named in errors.

    Returns
    -------
    Geometry of the place, EPSG:4326.

    Raises
    ------
    InputError : Nominatim has no polygon of it, or cannot be asked.
    """
    with settings(cache=cache):
        try:
            frame = ox.geocode_to_gdf(query, by_osmid=by_id)
        except _FAILURES as error:
            raise InputError(
                f"Nominatim gave no polygon for {query!r} ({error}); check it, try later, or give boundary.bbox or "
                "boundary.polygon instead",
                where=where,
            ) from None
    geometry: BaseGeometry = frame.geometry.iloc[0]
    return geometry
