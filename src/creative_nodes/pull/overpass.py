"""Everything in an area from an Overpass server, tile by tile; finished tiles are kept in a cache folder.

Not through OSMnx, whose client waits for ever on a server that answers 429, believes the clock of this machine, keeps
half answers, and introduces itself as OSMnx. Delete the cache folder to ask for fresh data.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import requests
import shapely
from osmium.osm import mutable
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import InputError
from creative_nodes.pull.answers import Cache, excerpt, fetch_json
from creative_nodes.pull.internet import LastingError, PassingError, Session
from creative_nodes.pull.patience import Patience, Report, ask_in_turn, silent
from creative_nodes.pull.settings import Internet
from creative_nodes.pull.source import attic_moment
from creative_nodes.pull.urls import open_to_all, without_login

# public servers with data of the whole world and of the past
# (wiki.openstreetmap.org/wiki/Overpass_API#Public_Overpass_API_instances, November 2026)
SERVERS = (
    "https://overpass-api.de/api",
    "https://overpass.private.coffee/api",
    "https://overpass.openstreetmap.fr/api",
)
QUERY_TIMEOUT_S = 180
# the rules of overpass-api.de: at least 30 s after a 429
BUSY_PAUSE_S = 30.0
TILE_KM = 10.0
# a tile that is too much for the server is cut into four, so often
MAX_CUTS = 3
KM_PER_DEGREE = 111.32
# as many ways as `clip` completes an outline with, and some members of other kinds
MAX_MEMBERS = 1000
LARGEST_ID = (1 << 63) - 1
_TYPE_ORDER = {"node": 0, "way": 1, "relation": 2}
_TOO_MUCH = re.compile(r"timed out|timeout|out of memory|memory", re.IGNORECASE)
Element = dict[str, Any]


class _TooMuchError(Exception):
    """The server gave up on a tile; a smaller one may do."""


@dataclass(frozen=True)
class Answer:
    """What Overpass servers answered: elements, each once, the time of their data, and the URL of the first server."""

    elements: list[Element]
    osm_base: str
    server: str


# ---------------------------------------------------------------- questions


def _poly(tile: shapely.Polygon) -> str:
    """Write the outline of a tile as Overpass reads it: latitude, then longitude; six decimals are 10 cm."""
    return " ".join(f"{lat:.6f} {lon:.6f}" for lon, lat in tile.exterior.coords)


def query(tile: shapely.Polygon, moment: str | None) -> str:
    """Write the question for one tile.

    All nodes and ways inside with the nodes of those ways, what `clip` completes (multipolygons and boundaries with
    all their members), and the other relations and their parents as they are: completing a national border or a
    long river road would never end.

    Parameters
    ----------
    tile : outline, EPSG:4326; its holes are asked for too.
    moment : of the past, as Overpass writes it; None for the present.
    """
    date = f'[date:"{moment}"]' if moment else ""
    inside = f'(poly:"{_poly(tile)}")'
    few = f"(if:count_members()<={MAX_MEMBERS})"
    whole = "".join(f"rel[type={kind}]{inside}{few};" for kind in ("multipolygon", "boundary"))
    return (
        f"[out:json][timeout:{QUERY_TIMEOUT_S}]{date};"
        f"(node{inside};way{inside};{whole});(._;>;);(._;rel{inside};);(._;rel(br););(._;rel(br););out;"
    )


def tiles_of(area: BaseGeometry, *, side_km: float = TILE_KM) -> list[shapely.Polygon]:
    """Cut an area into tiles, from west to east and south to north.

    Parameters
    ----------
    area : polygon or multipolygon, EPSG:4326.
    side_km : longest side of a tile.
    """
    west, south, east, north = area.bounds
    high = side_km / KM_PER_DEGREE
    wide = high / max(0.05, math.cos(math.radians((south + north) / 2)))
    xs = np.linspace(west, east, max(1, math.ceil((east - west) / wide)) + 1)
    ys = np.linspace(south, north, max(1, math.ceil((north - south) / high)) + 1)
    boxes = [shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(len(ys) - 1) for i in range(len(xs) - 1)]
    return [tile for box in boxes for tile in _polygons(box.intersection(area))]


def _polygons(geometry: BaseGeometry) -> Iterator[shapely.Polygon]:
    for part in shapely.get_parts(geometry):
        if isinstance(part, shapely.Polygon) and part.area > 0:
            yield part


# ---------------------------------------------------------------- one answer


def _check_remark(remark: object) -> None:
    """Raise what a remark means: the answer is not whole."""
    said = excerpt(str(remark))
    if _TOO_MUCH.search(said):
        raise _TooMuchError(said)
    raise PassingError(f"the server gave up: {said}")


def _checked(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict) or not isinstance(answer.get("elements", answer.get("remark")), (list, str)):
        raise LastingError("the answer is not one of an Overpass server; check its URL")
    if "remark" in answer:
        _check_remark(answer["remark"])
    for element in answer["elements"]:
        if not _is_whole(element):
            raise LastingError(f"the answer holds what is no OSM object ({excerpt(str(element))}); use another server")
    return answer


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and 0 < value <= LARGEST_ID


def _is_member(member: Any) -> bool:
    return (
        isinstance(member, dict)
        and member.get("type") in _TYPE_ORDER
        and _is_id(member.get("ref"))
        and isinstance(member.get("role"), str)
    )


def _is_place(node: Element) -> bool:
    at = [node.get(key) for key in ("lat", "lon")]
    return all(isinstance(value, (int, float)) and abs(value) <= 180 for value in at)


def _is_whole(element: Any) -> bool:
    """Tell whether an element is an OSM object with all that it needs."""
    if not (isinstance(element, dict) and element.get("type") in _TYPE_ORDER and _is_id(element.get("id"))):
        return False
    tags = element.get("tags", {})
    if not (isinstance(tags, dict) and all(isinstance(value, str) for value in tags.values())):
        return False
    if element["type"] == "node":
        return _is_place(element)
    key, sound = ("nodes", _is_id) if element["type"] == "way" else ("members", _is_member)
    parts = element.get(key, [])
    return isinstance(parts, list) and all(sound(part) for part in parts)


def _interpreter(server: str) -> str:
    base = server.rstrip("/")
    return base if base.endswith("/interpreter") else f"{base}/interpreter"


@dataclass(frozen=True)
class _Asking:
    """One area being asked for; patience is for all of it."""

    servers: Sequence[str]
    session: Session
    internet: Internet
    patience: Patience
    cache: Cache
    moment: str | None
    report: Report

    def _send(self, server: str, question: str) -> dict[str, Any]:
        wait = (QUERY_TIMEOUT_S + self.internet.silence_s) * self.internet.second_s
        url, packed = _interpreter(server), {"Accept-Encoding": "gzip"}

        def post() -> requests.Response:
            return self.session.post(url, data={"data": question}, headers=packed, timeout=wait, stream=True)

        try:
            answer = _checked(fetch_json(post, url, self.internet))
        except PassingError as error:
            raise PassingError(str(error), wait_s=max(BUSY_PAUSE_S, error.wait_s)) from None
        self.patience.gained()
        return answer | {"server": without_login(server)}

    def ask(self, tile: shapely.Polygon) -> dict[str, Any]:
        """Return the answer for one tile, kept or fresh; an empty one is not kept."""
        question = query(tile, self.moment)
        known = self.cache.get(question)
        if isinstance(known, dict) and known.get("elements"):
            return known
        answer = ask_in_turn(
            self.servers,
            lambda server: self._send(server, question),
            patience=self.patience,
            report=self.report,
            cure=lambda: (
                "finished tiles are kept: run it again later, name another server (source.url), or use an extract"
            ),
        )
        if answer["elements"]:
            self.cache.keep(question, answer)
        return answer


def _answers(asking: _Asking, tile: shapely.Polygon, *, cuts: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the answers for a tile: one, or those of its quarters where the server gives up on the whole."""
    try:
        yield asking.ask(tile)
    except _TooMuchError as error:
        if cuts == MAX_CUTS:
            raise InputError(
                f"the Overpass server gave up even on a small tile ({error}); try later, or use an extract",
                where=without_login(asking.servers[0]),
            ) from None
        asking.report(f"too much for the server ({error}); asking for quarters of the tile")
        west, south, east, north = tile.bounds
        half = max((east - west) * math.cos(math.radians(south)), north - south) * KM_PER_DEGREE / 2
        for quarter in tiles_of(tile, side_km=half * 1.001):
            yield from _answers(asking, quarter, cuts=cuts + 1)


# ---------------------------------------------------------------- the whole area


def download_elements(
    area: BaseGeometry,
    *,
    cache: Path,
    url: str | None = None,
    mirrors: Sequence[str] = (),
    snapshot: str | None = None,
    internet: Internet | None = None,
    report: Report = silent,
) -> Answer:
    """Ask an Overpass server for everything in an area.

    Parameters
    ----------
    area : polygon or multipolygon, EPSG:4326.
    cache : folder that keeps the answers, tile by tile.
    url : base URL of the server; default: the public ones of `SERVERS`, in their order.
    mirrors : base URLs of other servers, asked where the first fails.
    snapshot : day or moment of the past (attic data); default: the present.
    internet : how servers are asked.
    report : called with a line for each tile and each failure.

    Returns
    -------
    The elements; of several answers, the oldest time counts.

    Raises
    ------
    InputError : no server gave the whole area, or there is nothing in it.
    """
    internet = internet or Internet.model_validate({})
    servers = [url, *mirrors] if url else [*SERVERS, *mirrors]
    for server in servers:
        if warning := open_to_all(server):
            report(warning)
    tiles = tiles_of(area)
    found: dict[tuple[str, int], Element] = {}
    stamps, asked = [], []
    with Session(internet) as session:
        asking = _Asking(servers, session, internet, Patience(internet), Cache(cache), attic_moment(snapshot), report)
        for number, tile in enumerate(tiles, start=1):
            report(f"Overpass: tile {number} of {len(tiles)}")
            for answer in _answers(asking, tile):
                stamps.append(str(answer.get("osm3s", {}).get("timestamp_osm_base", "")))
                asked.append(answer["server"])
                # of an object that two tiles share the first counts
                for element in answer["elements"]:
                    found.setdefault((element["type"], element["id"]), element)
    if not found:
        raise InputError(
            "the Overpass server holds nothing in the study area; check the boundary", where=without_login(servers[0])
        )
    return Answer(list(found.values()), asking.moment or min(stamps), asked[0])


def write_elements(elements: Iterable[Element], path: Path) -> None:
    """Write the elements of an Overpass answer as .osm.pbf, sorted by type, then id.

    Parameters
    ----------
    elements : each once.
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
