"""What OSM tags say of a street: who may use it, which way, how fast."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from creative_nodes.common import tables
from creative_nodes.pull.settings import ModeAccess

# who may not be meant by them is everybody else (OSM wiki "Key:access")
FORBIDDEN = frozenset(
    {
        *("no", "private", "use_sidepath", "military", "restricted", "emergency", "permit", "employees", "psv"),
        *("agricultural", "forestry", "delivery", "dismount", "residents", "student"),
    }
)
ALLOWED = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
MPH_IN_KMH = 1.609344
_SPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?$")
# hours:minutes, or with seconds
_CLOCK = re.compile(r"^(?:(\d{1,3}):)?(\d{1,3})$|^(\d{1,3}):([0-5]\d):([0-5]\d)$")
_MINUTES = re.compile(r"^(\d{1,5}(?:[.,]\d+)?)$")
_PART = r"(\d+(?:[.,]\d+)?)"
_ISO_DURATION = re.compile(  # ISO 8601, years and months aside: no crossing takes them
    rf"^P(?:{_PART}W)?(?:{_PART}D)?(?:T(?:{_PART}H)?(?:{_PART}M)?(?:{_PART}S)?)?$", re.IGNORECASE
)
_IN_WORDS = re.compile(
    r"^(?:(\d+)\s*w(?:eeks?)?)?[\s,]*(?:(\d+)\s*d(?:ays?)?)?[\s,]*(?:(\d+)\s*h(?:(?:ou)?rs?)?)?[\s,]*"
    r"(?:(\d+)\s*m(?:in(?:ute)?s?)?\.?)?[\s,]*(?:(\d+)\s*s(?:ec(?:ond)?s?)?)?$",
    re.IGNORECASE,
)
_MINUTES_OF = (7 * 1440.0, 1440.0, 60.0, 1.0, 1 / 60)  # weeks, days, hours, minutes, seconds
CYCLEWAYS = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")


def telling_keys(modes: Iterable[ModeAccess]) -> tuple[str, ...]:
    """Return the keys that `allows` and `direction` look at; ways with the same values of them are told the same.

    Parameters
    ----------
    modes : access rules of the modes asked for.
    """
    keys = {"highway", "service", "oneway", "junction", *CYCLEWAYS}
    for mode in modes:
        keys |= {*mode.access_keys, *mode.exclude_tags, *mode.oneway_keys}
    return tuple(sorted(keys))


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
        if key not in tags:
            continue
        values = set(tables.tag_values(tags[key]))
        # of several values each opens the way to some: no;destination is open to those who go there
        if ALLOWED.isdisjoint(values):
            if not FORBIDDEN.isdisjoint(values):
                return False
        # a general access=yes does not turn a footway into a road: only the mode's own tag does
        elif key != "access":
            return True
    if any(tags.get(key) in values for key, values in mode.exclude_tags.items()):
        return False
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
    """Return the minutes of a crossing as tagged; NaN when there are none.

    The forms of the OSM wiki (Key:duration): minutes, HH:MM, HH:MM:SS and ISO 8601 (PT20M, P1DT2H30M), and what is
    written instead of them (20 min, 1 h 30 min). Of several values the first counts.

    Parameters
    ----------
    tags : of the way.
    """
    text = tags.get("duration", "").split(";")[0].strip()
    if clock := _CLOCK.match(text) if ":" in text else None:
        hours, whole, seconds = (int(part or 0) for part in (clock[1] or clock[3], clock[2] or clock[4], clock[5]))
        minutes = 60.0 * hours + whole + seconds / 60
    elif plain := _MINUTES.match(text):
        minutes = float(plain[1].replace(",", "."))
    else:
        found = _ISO_DURATION.match(text) or _IN_WORDS.match(text)
        given = [float(part.replace(",", ".")) if part else 0.0 for part in (found.groups() if found else ())]
        minutes = sum(part * each for part, each in zip(given, _MINUTES_OF, strict=False))
    return minutes or math.nan


def maxspeed_kmh(tags: dict[str, str]) -> float:
    """Return the signed limit in km/h; NaN when there is none or it is not a number."""
    found = _SPEED.match(tags.get("maxspeed", "").strip().lower())
    if not found or float(found[1]) == 0:
        return math.nan
    return float(found[1]) * (MPH_IN_KMH if found[2] == "mph" else 1.0)
