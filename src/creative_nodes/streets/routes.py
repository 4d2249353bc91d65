"""Read the route relations of public transport: their stops in order, as far as the file has them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import osmium
from osmium import osm

from creative_nodes.common import TransitKind
from creative_nodes.pull import readable, relations_of

KIND_OF_ROUTE: dict[str, TransitKind] = {
    "subway": "subway",
    "light_rail": "light_rail",
    "monorail": "monorail",
    "train": "train",
    "tram": "tram",
    "bus": "bus",
    "trolleybus": "bus",
}
NOT_RUNNING = frozenset({"proposed", "construction", "planned", "abandoned", "disused"})
STOP_VALUES = {
    "stop": {"public_transport": {"stop_position", "station"}, "railway": {"stop", "halt", "tram_stop", "station"}},
    "platform": {"public_transport": {"platform"}, "railway": {"platform"}, "highway": {"bus_stop", "platform"}},
}
# stop, platform_entry_only, forward:stop:3 (of the older scheme) and the like
_ROLE = re.compile(r"^(?:(forward|backward)[:_])?(stop|platform)(?:[:_](entry|exit)_only)?(?:[:_]?\d+)?$")


@dataclass(frozen=True)
class Stop:
    """A member of a route where vehicles stop; `lon`, `lat` in degrees (EPSG:4326), nan when the file lacks it.

    `only`: "entry" or "exit" where one may only get on or off. `towards`: "forward" or "backward" in a relation that
    holds both directions and says which stop belongs to which.
    """

    osm_id: str
    tags: dict[str, str]
    lon: float
    lat: float
    only: str = ""
    towards: str = ""

    @property
    def located(self) -> bool:
        """Tell whether the file has it."""
        return not math.isnan(self.lon)


@dataclass(frozen=True)
class Route:
    """A route relation and its stops, in the order of its members."""

    osm_id: str
    kind: TransitKind
    tags: dict[str, str]
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class Routes:
    """The route relations of a file; `area_of`: the stop area of each object that is in one.

    `not_running`: how many relations are left out as planned, being built or given up.
    """

    routes: list[Route]
    area_of: dict[str, str]
    not_running: int

    def without(self, kinds: Iterable[TransitKind]) -> Routes:
        """Return the routes of other kinds."""
        gone = set(kinds)
        return replace(self, routes=[route for route in self.routes if route.kind not in gone])


@dataclass(frozen=True)
class _Member:
    osm_id: str
    role: str


@dataclass(frozen=True)
class _Place:
    tags: dict[str, str]
    lon: float
    lat: float


_LONG = {"n": "node", "w": "way", "r": "relation"}


def _members(relation: osm.Relation) -> list[_Member]:
    return [_Member(f"{_LONG[member.type]}/{member.ref}", member.role.strip()) for member in relation.members]


def _may_be_a_stop(member: _Member) -> bool:
    """Tell whether a member may be a stop: by its role, or a node, whose tags can tell."""
    return member.osm_id.startswith("node/") or bool(_ROLE.match(member.role))


def _middle(item: Any) -> tuple[float, float]:
    """Return the middle of the corners of a way that are there."""
    there = [node.location for node in item.nodes if node.location.valid()]
    if len(there) > 1 and (there[0].x, there[0].y) == (there[-1].x, there[-1].y):
        there = there[:-1]
    if not there:
        return math.nan, math.nan
    return sum(at.lon for at in there) / len(there), sum(at.lat for at in there) / len(there)


def _places(path: Path, wanted: set[str]) -> dict[str, _Place]:
    """Look up tags and positions of nodes and ways."""
    found: dict[str, _Place] = {}
    numbers = {int(osm_id.partition("/")[2]) for osm_id in wanted}
    if not numbers:
        return found
    chosen = osmium.filter.IdFilter(numbers)
    for item in osmium.FileProcessor(path, osm.NODE | osm.WAY).with_locations().with_filter(chosen):
        is_node = isinstance(item, osm.Node)
        osm_id = f"{'node' if is_node else 'way'}/{item.id}"
        if osm_id in wanted:
            lon, lat = (item.lon, item.lat) if isinstance(item, osm.Node) else _middle(item)
            found[osm_id] = _Place(dict(item.tags), lon, lat)
    return found


def _sort_of(member: _Member, tags: dict[str, str]) -> str:
    """Tell whether a member is a stop or a platform, by its role, else by its tags; empty when neither."""
    if role := _ROLE.match(member.role):
        return role[2]
    for sort, values in STOP_VALUES.items():
        if any(tags.get(key) in some for key, some in values.items()):
            return sort
    return ""


def _stops(members: list[_Member], places: dict[str, _Place]) -> tuple[Stop, ...]:
    """List the stops of a route: its stop positions or its platforms, of which the file has more.

    Where every stop is mapped twice, on the track and beside it, the positions on the track count.
    """
    sorts: dict[str, list[Stop]] = {"stop": [], "platform": []}
    for member in members:
        if not _may_be_a_stop(member):
            continue
        place = places.get(member.osm_id, _Place({}, math.nan, math.nan))
        if sort := _sort_of(member, place.tags):
            role = _ROLE.match(member.role)
            towards, only = (role[1] or "", role[3] or "") if role else ("", "")
            sorts[sort].append(Stop(member.osm_id, place.tags, place.lon, place.lat, only, towards))
    located = {sort: (sum(stop.located for stop in stops), len(stops)) for sort, stops in sorts.items()}
    return tuple(sorts["platform" if located["platform"] > located["stop"] else "stop"])


def _is_running(tags: dict[str, str]) -> bool:
    return tags.get("state") not in NOT_RUNNING and not any(tags.get(key) == "yes" for key in NOT_RUNNING)


def read_routes(path: str | Path) -> Routes:
    """Read the route relations of public transport, and the stop areas.

    Parameters
    ----------
    path : .osm.pbf file, as the pull stage leaves it: relations name all their members, also those the file lacks.

    Returns
    -------
    Routes of the kinds in `KIND_OF_ROUTE`, by id; a route without any stop among its members has none.
    """
    path = Path(path)
    found: dict[str, tuple[dict[str, str], list[_Member]]] = {}
    area_of: dict[str, str] = {}
    not_running = 0
    with readable(path):
        for relation in relations_of(path):
            tags, osm_id = dict(relation.tags), f"relation/{relation.id}"
            if tags.get("public_transport") == "stop_area":
                area_of.update({member.osm_id: osm_id for member in _members(relation)})
            elif tags.get("type") == "route" and tags.get("route") in KIND_OF_ROUTE:
                if _is_running(tags):
                    found[osm_id] = (tags, _members(relation))
                else:
                    not_running += 1
        wanted = {one.osm_id for _, members in found.values() for one in members if _may_be_a_stop(one)}
        places = _places(path, wanted)
    routes = [
        Route(osm_id, KIND_OF_ROUTE[tags["route"]], tags, _stops(members, places))
        for osm_id, (tags, members) in sorted(found.items(), key=lambda item: int(item[0].partition("/")[2]))
    ]
    return Routes(routes, area_of, not_running)
