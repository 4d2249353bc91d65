"""How a page writes numbers, units, names and addresses; every text a reader sees as a figure is made here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from creative_nodes.messages import amount, area, count, number
from creative_nodes.schema import BY_MODE

NOT_KNOWN = "not known"
OSM_OBJECT = re.compile(r"(node|way|relation)/(\d+)")
Words = Mapping[str, str]  # the taxonomies' names of classes and domains
COUNTED_IN_PERSONS = ("residents_walk_15", "residents_ride_30", "newly_served")


# ---------------------------------------------------------------- numbers and units


def counted(value: float, one: str, many: str = "") -> str:
    """Write a count and what it counts: 1 space, 2 spaces."""
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def natural(key: str, value: float | None) -> str:
    """Write a criterion's value in its natural unit; what is missing says so."""
    if value is None or pd.isna(value):
        return NOT_KNOWN
    if key == "transit_minutes":
        return f"{value:.0f} min"
    if key == "site_capacity":
        return area(value)
    if key == "relay":
        return f"+{number(value * 100, 2)} points"
    return number(value) if key in COUNTED_IN_PERSONS else amount(value)


def known_number(value: Any) -> float | None:
    """Return a number, or nothing for a missing one."""
    return None if value is None or pd.isna(value) else float(value)


# ---------------------------------------------------------------- sentences


def by_mode(mode: str) -> str:
    """Say how one travels: on foot, by bicycle."""
    return BY_MODE.get(mode, f"by {plain(mode)}")


def ordinal(value: int) -> str:
    """Write 1 as 1st, 2 as 2nd and so on."""
    ending = "th" if 10 <= value % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def plain(text: str) -> str:
    """Turn a key into words."""
    return text.replace("_", " ").strip()


def worded(words: Words, key: str) -> str:
    """Name a class or domain as its taxonomy does; a key that it does not name is written in words."""
    return words.get(key, plain(key))


def lower_first(text: str) -> str:
    """Let a label go on inside a sentence."""
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Let a label stand at the start of a line."""
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------- names and addresses


def rows(frame: pd.DataFrame) -> list[Any]:
    """Go through rows as named tuples; `name` would hide behind the tuple's own attributes, so it is `name_`."""
    plain_frame = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return list(plain_frame.rename(columns={"name": "name_"}).itertuples(index=False))


def names(row: Any, fallback: str) -> tuple[str, str]:
    """Return the name to show, and the other names in one line."""
    given = [getattr(row, column, "") for column in ("name_", "name_en", "name_vi", "name_zh")]
    distinct = list(dict.fromkeys(text for text in given if text))
    if not distinct:
        return fallback, ""
    return distinct[0], " · ".join(distinct[1:])


def named_twice(row: Any, fallback: str) -> str:
    """Return the name to show, with the English name behind it when that is another one."""
    name, _ = names(row, fallback)
    return f"{name} ({row.name_en})" if row.name_en and row.name_en != name else name


def osm_url(osm_id: str) -> str:
    """Return the address of an OSM object, or nothing when the id is not one."""
    return f"https://www.openstreetmap.org/{osm_id}" if OSM_OBJECT.fullmatch(osm_id) else ""


def web_links(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Split a text into what it says and the http(s) addresses in it, each with its host's name.

    Anything else that looks like an address stays text.
    """
    found = [address.rstrip(".,;)") for address in re.findall(r"https?://[^\s\"'<>\[\]]+", text)]
    for address in found:
        text = text.replace(address, "", 1)
    links = ((urlsplit(address).hostname or "link", address) for address in found)
    return text.strip(" ;,|"), tuple((host.removeprefix("www."), address) for host, address in links)
