"""What OSM tags say of a street: who may use it, which way, how fast."""

from __future__ import annotations

import math
import re

from creative_nodes.config import ModeAccess

FORBIDDEN = frozenset({"no", "private", "use_sidepath"})
ALLOWED = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
MPH_IN_KMH = 1.609344
_SPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?$")


def allows(tags: dict[str, str], mode: ModeAccess) -> bool:
    """Tell whether a mode may use a way.

    The most specific access tag present decides; without one, the highway and service classes do
    (OSMnx's network filters, OSM wiki "Key:access").
    """
    for key in mode.access_keys:
        value = tags.get(key)
        # a general access=yes does not turn a footway into a road: only the mode's own tag does
        if value in FORBIDDEN:
            return False
        if value in ALLOWED and key != "access":
            return True
    return tags.get("highway") not in mode.exclude_highway and tags.get("service") not in mode.exclude_service


def direction(tags: dict[str, str]) -> int:
    """Return 1 for a way open in its drawn direction only, -1 for the opposite, 0 for both."""
    oneway = tags.get("oneway")
    if oneway in ("yes", "true", "1"):
        return 1
    if oneway in ("-1", "reverse"):
        return -1
    if oneway is None and (tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"):
        return 1
    return 0


def maxspeed_kmh(tags: dict[str, str]) -> float:
    """Return the signed limit in km/h; NaN when there is none or it is not a number."""
    found = _SPEED.match(tags.get("maxspeed", "").strip().lower())
    if not found or float(found[1]) == 0:
        return math.nan
    return float(found[1]) * (MPH_IN_KMH if found[2] == "mph" else 1.0)
