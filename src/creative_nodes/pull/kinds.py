"""What kind of thing an object is: a street, an area or a line, by its tags (OSM wiki)."""

from __future__ import annotations

from creative_nodes.common import tables
from creative_nodes.pull.access import is_ferry

AREA_KEYS = frozenset(
    {
        "amenity",
        "building",
        "landuse",
        "leisure",
        "tourism",
        "historic",
        "heritage",
        "shop",
        "office",
        "craft",
        "natural",
        "place",
        "boundary",
        "man_made",
        "power",
        "industrial",
        "public_transport",
        "healthcare",
        "building:part",
        "area:highway",
    }
)
LINE_KEYS = frozenset({"waterway", "railway", "route", "barrier", "aeroway"})
# what is an area all the same when it is closed (OSM wiki; the area keys of the iD editor)
AREA_VALUES = {
    "waterway": frozenset({"dock", "boatyard", "riverbank", "fuel", "sanitary_dump_station", "water_point"}),
    "railway": frozenset(
        {
            *("roundhouse", "workshop", "works", "yard", "turntable", "traverser", "engine_shed", "depot", "wash"),
            *("station", "halt", "museum", "container_terminal", "facility"),
        }
    ),
    "aeroway": frozenset({"aerodrome", "airstrip", "apron", "hangar", "helipad", "heliport", "terminal"}),
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
    if any(set(tables.tag_values(tags.get(key, ""))) & values for key, values in AREA_VALUES.items()):
        return True
    return not LINE_KEYS.intersection(tags) or bool(AREA_KEYS.intersection(tags))


def is_street(tags: dict[str, str]) -> bool:
    """Tell whether a way is a street or a ferry line, and no square.

    Parameters
    ----------
    tags : of the way.
    """
    return ("highway" in tags or is_ferry(tags)) and tags.get("area") != "yes"


def same_thing(way: dict[str, str], relation: dict[str, str]) -> bool:
    """Tell whether an outline says nothing else of itself than its relation; two kinds of building are one.

    Parameters
    ----------
    way, relation : the tags of both.
    """
    own = AREA_KEYS.intersection(way)
    same = {key for key in own if key in relation and (key == "building" or way[key] == relation[key])}
    return "building" in own and own == same
