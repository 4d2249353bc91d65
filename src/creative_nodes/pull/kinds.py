"""What kind of thing an object is: a street, an area or a line, by its tags (OSM wiki)."""

from __future__ import annotations

from creative_nodes.common import tables
from creative_nodes.pull.access import is_ferry

# keys whose closed ways are areas, but for `LINE_VALUES`: wiki.openstreetmap.org/wiki/Overpass_turbo/Polygon_Features
# and the area keys of the iD editor (github.com/osmlab/id-area-keys); where they differ, the wiki's page of the key
AREA_KEYS = frozenset(
    {
        *("building", "building:part", "landuse", "place", "boundary", "natural", "man_made", "industrial", "military"),
        *("amenity", "leisure", "tourism", "historic", "heritage", "shop", "office", "craft", "healthcare", "golf"),
        *("power", "public_transport", "aeroway", "area:highway"),
    }
)
LINE_VALUES = {
    "natural": frozenset({"coastline", "cliff", "ridge", "arete", "tree_row"}),
    "man_made": frozenset({"cutline", "embankment", "pipeline"}),
    "power": frozenset({"line", "minor_line", "cable"}),
    "aeroway": frozenset({"taxiway", "jet_bridge", "parking_position"}),
    "leisure": frozenset({"track", "slipway"}),
    "golf": frozenset({"hole"}),
    "amenity": frozenset({"bench"}),
}
LINE_KEYS = frozenset({"waterway", "railway", "route", "barrier"})
# a track or a stream stays one where these are said of it too: the loop of a museum railway is no ground
NETWORK_KEYS = frozenset({"waterway", "railway", "route"})
SAID_OF_LINES_TOO = frozenset({"historic", "heritage", "tourism"})
# what is an area all the same when it is closed
AREA_VALUES = {
    "waterway": frozenset(
        {"dock", "boatyard", "riverbank", "basin", "dam", "fuel", "sanitary_dump_station", "water_point"}
    ),
    "railway": frozenset(
        {
            *("roundhouse", "workshop", "works", "yard", "turntable", "traverser", "engine_shed", "depot", "wash"),
            *("station", "halt", "platform", "museum", "container_terminal", "facility", "signal_box"),
        }
    ),
    "highway": frozenset({"services", "rest_area", "elevator"}),
}
FERRY = "ferry"  # stands as the highway value of ferry lines
NOT_A_STREET = frozenset(
    {
        *("proposed", "construction", "platform", "razed", "abandoned", "planned", "no"),
        *("disused", "demolished", "removed", "dismantled", "historic", "ruins", "cancelled"),
        # things beside a street, or for emergencies
        *(
            "bus_stop",
            "emergency_bay",
            "emergency_access_point",
            "escape",
            "street_lamp",
            "traffic_signals",
            "crossing",
        ),
        *("stop", "give_way", "milestone", "speed_camera", "toll_gantry", "trailhead", "phone"),
    }
)


def is_area(tags: dict[str, str]) -> bool:
    """Tell whether a closed way is an area, as the area tag and the main key say.

    Parameters
    ----------
    tags : of the way.
    """
    if "area" in tags:
        return tags["area"] != "no"
    if any(_values(tags, key) & values for key, values in AREA_VALUES.items()):
        return True
    of_lines = {key for key, values in LINE_VALUES.items() if _values(tags, key) & values}
    telling = AREA_KEYS.intersection(tags) - of_lines
    if NETWORK_KEYS.intersection(tags):
        telling -= SAID_OF_LINES_TOO
    return bool(telling) or not (of_lines or LINE_KEYS.intersection(tags))


def _values(tags: dict[str, str], key: str) -> set[str]:
    return set(tables.tag_values(tags[key])) if key in tags else set()


def is_street(tags: dict[str, str], *, closed: bool = False) -> bool:
    """Tell whether a way is a street or a ferry line, and no square.

    Parameters
    ----------
    tags : of the way.
    closed : whether it ends where it begins: then it may be the ground of a rest area.
    """
    is_ground = tags.get("area") == "yes" or (closed and bool(_values(tags, "highway") & AREA_VALUES["highway"]))
    return ("highway" in tags or is_ferry(tags)) and not is_ground


def same_thing(way: dict[str, str], relation: dict[str, str]) -> bool:
    """Tell whether an outline says nothing else of itself than its relation; two kinds of building are one.

    Parameters
    ----------
    way, relation : the tags of both.
    """
    own = AREA_KEYS.intersection(way)
    same = {key for key in own if key in relation and (key == "building" or way[key] == relation[key])}
    return "building" in own and own == same
