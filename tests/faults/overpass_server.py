"""An Overpass server on loopback: it answers the questions of this project as the Overpass QL manual says.

It knows the statements that occur in them: selection by polygon (nodes inside; ways with a node or a piece inside;
relations with such a member), by type and number of members, recursion down (>) and relations of relations (rel(br)).
"""

import json
import re
from urllib.parse import parse_qs

import osmium
import shapely

POLY = re.compile(r'\(poly:"([^"]*)"\)')
MEMBERS = re.compile(r"count_members\(\)<=(\d+)")
DATE = re.compile(r'\[date:"([^"]*)"\]')
LONG = {"n": "node", "w": "way", "r": "relation"}


def elements_of(path):
    """Read an OSM file as the elements of an answer, by type and id."""
    found = {}
    for item in osmium.FileProcessor(str(path)):
        kind = LONG[item.type_str()]
        one = {"type": kind, "id": item.id}
        if kind == "node":
            one |= {"lat": item.lat, "lon": item.lon}
        elif kind == "way":
            one["nodes"] = [node.ref for node in item.nodes]
        else:
            one["members"] = [{"type": LONG[m.type], "ref": m.ref, "role": m.role} for m in item.members]
        tags = {tag.k: tag.v for tag in item.tags}
        found[kind, item.id] = one | ({"tags": tags} if tags else {})
    return found


class Map:
    """The elements that a server knows."""

    def __init__(self, elements):
        self.elements = elements
        nodes = [(key[1], one) for key, one in elements.items() if key[0] == "node"]
        self._ids = [number for number, _ in nodes]
        self._at = {number: (one["lon"], one["lat"]) for number, one in nodes}
        self._points = shapely.points([self._at[number] for number in self._ids])

    def _ways(self, area, nodes):
        for (kind, number), one in self.elements.items():
            if kind != "way":
                continue
            corners = [self._at[node] for node in one["nodes"] if node in self._at]
            inside = not nodes.isdisjoint(one["nodes"])
            if inside or (len(corners) > 1 and shapely.LineString(corners).intersects(area)):
                yield number

    def _relations(self, nodes, ways):
        for (kind, number), one in self.elements.items():
            if kind == "relation":
                members = {(member["type"], member["ref"]) for member in one["members"]}
                if members & ({("node", node) for node in nodes} | {("way", way) for way in ways}):
                    yield number

    def _down(self, keys):
        """Return the members of relations, and the nodes of ways and of member ways."""
        found = set(keys)
        for key in keys:
            if key[0] == "relation":
                found |= {(m["type"], m["ref"]) for m in self.elements[key]["members"] if m["type"] != "relation"}
        for key in [key for key in found if key[0] == "way" and key in self.elements]:
            found |= {("node", node) for node in self.elements[key]["nodes"]}
        return found & self.elements.keys()

    def _parents(self, keys):
        relations = {key[1] for key in keys if key[0] == "relation"}
        return {
            key
            for key, one in self.elements.items()
            if key[0] == "relation"
            and any(member["type"] == "relation" and member["ref"] in relations for member in one["members"])
        }

    def answer(self, question):
        """Answer a question of this project; one of another form is not understood."""
        outline = POLY.search(question)[1].split()
        area = shapely.Polygon([(float(lon), float(lat)) for lat, lon in zip(outline[::2], outline[1::2], strict=True)])
        inside = shapely.contains_xy(area, shapely.get_x(self._points), shapely.get_y(self._points))
        nodes = {number for number, there in zip(self._ids, inside, strict=True) if there}
        ways = set(self._ways(area, nodes))
        relations = set(self._relations(nodes, ways))
        most = int(MEMBERS.search(question)[1])
        whole = {
            number
            for number in relations
            if (one := self.elements["relation", number]).get("tags", {}).get("type") in ("multipolygon", "boundary")
            and len(one["members"]) <= most
        }
        keys = {("node", one) for one in nodes} | {("way", one) for one in ways} | {("relation", one) for one in whole}
        keys = self._down(keys) | {("relation", one) for one in relations}
        for _ in range(question.count("rel(br)")):
            keys |= self._parents(keys)
        return [self.elements[key] for key in sorted(keys)]


class OverpassServer:
    """Answers well, but for the faults: one for each question, the last for ever; None answers well."""

    def __init__(self, elements, faults=(), *, base="2026-01-01T00:00:00Z"):
        self.map, self.faults, self.base, self.questions = Map(elements), list(faults), base, []

    def __call__(self, wire, request):
        question = parse_qs(request.body.decode())["data"][0]
        self.questions.append(question)
        todo = self.faults.pop(0) if len(self.faults) > 1 else self.faults[0] if self.faults else None
        (todo or OverpassServer.well)(wire, question, self)

    def data(self, question):
        """Return the whole answer to a question."""
        stamp = {"timestamp_osm_base": self.base}
        return {"version": 0.6, "osm3s": stamp, "elements": self.map.answer(question)}

    @staticmethod
    def well(wire, question, server):
        """Answer as a good server does."""
        wire.answer(200, json.dumps(server.data(question)), {"Content-Type": "application/json"})
