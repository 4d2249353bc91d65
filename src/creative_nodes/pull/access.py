"""What OSM tags say of a street: who may use it, which way, how fast."""

from __future__ import annotations

import math
import re

from creative_nodes.pull.settings import ModeAccess

FORBIDDEN = frozenset({"no", "private", "use_sidepath"})
ALLOWED = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
MPH_IN_KMH = 1.609344
_SPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?$")
_CLOCK = re.compile(r"^(?:(\d{1,3}):)?(\d{1,3})$")  # hours:minutes or minutes
_ISO_DURATION = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?$")  # the two parts a crossing needs of ISO 8601
CYCLEWAYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")


def allows(tags: dict[str, str], mode: ModeAccess) -> bool:
    """Tell whether a mode may use a way.

    The most specific access tag present decides; without one, the highway and service classes do
    (OSMnx's network filters, OSM wiki "Key:access").

    Parameters
    ----------
    tags : of the way.
    mode : access rules of a mode.
    """
    for key in mode.access_keys:
        value = tags.get(key)
        # a general access=yes does not turn a footway into a road: only the mode's own tag does
        if value in FORBIDDEN:
            return False
        if value in ALLOWED and key != "access":
            return True
    return tags.get("highway") not in mode.exclude_highway and tags.get("service") not in mode.exclude_service


def is_ferry(tags: dict[str, str]) -> bool:
    """Tell whether a way is a ferry line; some carry a highway value too."""
    return tags.get("route") == "ferry"


def direction(tags: dict[str, str], mode: ModeAccess) -> int:
    """Return 1 for a way open in its drawn direction only, -1 for the opposite, 0 for both.

    A tag of the mode's own (`oneway:bicycle`) goes before the general one; lanes against the traffic
    (`cycleway=opposite_lane` and the like) free bicycles (OSM wiki "Key:oneway", "Key:oneway:bicycle").

    Parameters
    ----------
    tags : of the way.
    mode : access rules of a mode.
    """
    if not mode.oneway:
        return 0
    own = next((tags[key] for key in mode.oneway_keys if key in tags), None)
    if own is None and "oneway:bicycle" in mode.oneway_keys and _contraflow(tags):
        return 0
    oneway = tags.get("oneway") if own is None else own
    if oneway in ("yes", "true", "1"):
        return 1
    if oneway in ("-1", "reverse"):
        return -1
    if oneway is None and (tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"):
        return 1
    return 0


def _contraflow(tags: dict[str, str]) -> bool:
    return any(tags.get(key, "").startswith("opposite") for key in CYCLEWAYS)


def duration_minutes(tags: dict[str, str]) -> float:
    """Return the minutes of a crossing as tagged (1:30, 00:15, 20, PT20M); NaN when there are none."""
    text = tags.get("duration", "").strip()
    found = _CLOCK.match(text) or _ISO_DURATION.match(text)
    if not found:
        return math.nan
    minutes = 60.0 * int(found[1] or 0) + int(found[2] or 0)
    return minutes or math.nan


def maxspeed_kmh(tags: dict[str, str]) -> float:
    """Return the signed limit in km/h; NaN when there is none or it is not a number."""
    found = _SPEED.match(tags.get("maxspeed", "").strip().lower())
    if not found or float(found[1]) == 0:
        return math.nan
    return float(found[1]) * (MPH_IN_KMH if found[2] == "mph" else 1.0)
