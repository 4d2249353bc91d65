"""What readers are told for the keys of the tables: modes, statuses, tiers, marks, kinds; spoken at use.

Where a word stands within a sentence the sentence is whole, one for each key, so that every language can order it its
own way.
"""

from __future__ import annotations

from creative_nodes.common import mark, say

# ---------------------------------------------------------------- modes

BY_MODE = {
    "walk": mark("on foot"),
    "bike": mark("by bicycle"),
    "motorbike": mark("by motorbike"),
    "car": mark("by car"),
    "transit": mark("by public transport"),
}
MODE_HEADS = {
    "walk": mark("On foot"),
    "bike": mark("By bicycle"),
    "motorbike": mark("By motorbike"),
    "car": mark("By car"),
    "transit": mark("By public transport"),
}
SPEED_HEADS = {
    "walk": mark("Speeds on foot"),
    "bike": mark("Speeds by bicycle"),
    "motorbike": mark("Speeds by motorbike"),
    "car": mark("Speeds by car"),
}
LIMITS = {
    "walk": mark("{minutes:g} min on foot"),
    "bike": mark("{minutes:g} min by bicycle"),
    "motorbike": mark("{minutes:g} min by motorbike"),
    "car": mark("{minutes:g} min by car"),
    "transit": mark("{minutes:g} min by public transport"),
}
TIMES = {
    "walk": mark("{time:minutes} on foot"),
    "bike": mark("{time:minutes} by bicycle"),
    "motorbike": mark("{time:minutes} by motorbike"),
    "car": mark("{time:minutes} by car"),
    "transit": mark("{time:minutes} by public transport"),
}
RESIDENTS_WITHIN = {
    "walk": mark("Residents within {minutes:g} min on foot"),
    "bike": mark("Residents within {minutes:g} min by bicycle"),
    "motorbike": mark("Residents within {minutes:g} min by motorbike"),
    "car": mark("Residents within {minutes:g} min by car"),
    "transit": mark("Residents within {minutes:g} min by public transport"),
}
SO_MANY_WITHIN = {
    "walk": mark("{n:number} within {minutes:g} min on foot"),
    "bike": mark("{n:number} within {minutes:g} min by bicycle"),
    "motorbike": mark("{n:number} within {minutes:g} min by motorbike"),
    "car": mark("{n:number} within {minutes:g} min by car"),
    "transit": mark("{n:number} within {minutes:g} min by public transport"),
}


def limit(mode: str, minutes: float | list[float]) -> str:
    """Say how far one comes: 15 min on foot; 5, 10 and 15 min on foot.

    Parameters
    ----------
    mode : a key of `LIMITS`.
    minutes : one time, or several.
    """
    return say(LIMITS[mode], minutes=minutes)


# ---------------------------------------------------------------- sites and spaces

STATUSES = {
    "to_be_vacated": mark("to be vacated"),
    "vacated": mark("vacated"),
    "brownfield": mark("brownfield"),
    "not_known": mark("use not known"),
    "in_use": mark("in use"),
    "converted": mark("converted"),
    "lost": mark("lost"),
}
EVIDENCE_TIERS = {"high": mark("high"), "medium": mark("medium"), "low": mark("low")}
SPACE_TIERS = {"core": mark("core"), "intermediate": mark("intermediate"), "supporting": mark("supporting")}
# whether a site stays among the first under other weights, and in other worlds
PRIORITY_MARKS = {
    "holds": mark("priorities: holds"),
    "open": mark("priorities: open"),
    "does_not_hold": mark("priorities: does not hold"),
    "not_ranked": mark("not ranked"),
}
MAP_MARKS = {
    "holds": mark("map and model: holds"),
    "open": mark("map and model: open"),
    "does_not_hold": mark("map and model: does not hold"),
}
PAST_MARKS = {
    "holds": mark("the past: holds"),
    "does_not_hold": mark("the past: does not hold"),
    "cannot_tell": mark("the past: cannot tell"),
    "too_few": mark("the past: too few"),
}
MARKS = {"priorities": PRIORITY_MARKS, "map_and_model": MAP_MARKS, "past": PAST_MARKS}
# how a mark is drawn: class of the style sheets
CHIPS = {"holds": "holds", "open": "open", "does_not_hold": "fails", "not_ranked": "not"}
KNOWN_KINDS = {
    "heritage": mark("Industrial heritage"),
    "creative": mark("Creative space"),
    "both": mark("Industrial heritage and creative space"),
}
AMENITIES = {
    "university": mark("University"),
    "college": mark("College or institute"),
    "square": mark("Public square"),
    "market": mark("Market"),
    "cafe": mark("Café"),
    "shop": mark("Shop"),
}
# parts of the criteria newly_served, heritage_value and readiness
PARTS = {
    "served today": mark("Served today"),
    "not served today": mark("Not served today"),
    "listing": mark("Listing"),
    "age": mark("Age"),
    "status": mark("Status"),
    "public land": mark("Public land"),
}

# ---------------------------------------------------------------- mapping

MAPPING = {"thin": mark("thin"), "fair": mark("fair"), "good": mark("good"), "empty": mark("empty")}

# ---------------------------------------------------------------- streets and public transport

ROADS = {
    "motorway": mark("Motorway"),
    "trunk": mark("Trunk road"),
    "primary": mark("Primary road"),
    "secondary": mark("Secondary road"),
    "tertiary": mark("Tertiary road"),
    "residential": mark("Residential street"),
    "unclassified": mark("Minor road"),
    "service": mark("Service road or alley"),
    "living_street": mark("Living street"),
    "steps": mark("Stairs"),
    "ferry": mark("Ferry without a tagged duration"),
    "default": mark("Every other street"),
}
TRANSPORT = {
    "subway": mark("subway"),
    "light_rail": mark("light rail"),
    "monorail": mark("monorail"),
    "train": mark("train"),
    "tram": mark("tram"),
    "bus": mark("bus"),
}
TRANSPORT_HEADS = {
    "subway": mark("Subway"),
    "light_rail": mark("Light rail"),
    "monorail": mark("Monorail"),
    "train": mark("Train"),
    "tram": mark("Tram"),
    "bus": mark("Bus"),
}
# what the columns source and headway_source of the table services say
SOURCES = {
    "OSM": mark("OpenStreetMap"),
    "OSM interval": mark("OpenStreetMap's interval tags"),
    "GTFS": mark("timetables"),
    "config": mark("assumptions"),
    "": mark("unknown"),
}
