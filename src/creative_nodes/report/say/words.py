"""How a page writes numbers, units, names and addresses; every text a reader sees as a figure is made here."""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from creative_nodes.common import (
    NAME_COLUMNS,
    amount,
    area,
    criterion,
    language,
    minutes,
    not_known,
    number,
    say,
    translated,
)
from creative_nodes.locate import has_han
from creative_nodes.report.say.romanised import romanised

OSM_OBJECT = re.compile(r"(node|way|relation)/([0-9]+)")
# OSM numbers the objects of each kind upward from 1. Between the extracts of January 2018 and of 2026 that this project
# reads, the highest numbers of nodes, ways and relations grew from 5.3e9, 0.55e9 and 0.008e9 to 13.9e9, 1.54e9 and
# 0.021e9: at that pace none reaches its bound before 2038. What JOSM has not sent yet is numbered downward from -1, and
# files that others make (test data, a company's own objects) often count from far above
OSM_IDS_BELOW = {"node": 25_000_000_000, "way": 3_000_000_000, "relation": 50_000_000}
# in a text: what begins with http(s), or a domain and a path
ADDRESS = re.compile(r"https?://[^\s\"'<>\[\]]+|(?<![\w./@-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s\"'<>\[\]]+", re.IGNORECASE)
Words = Mapping[str, str]  # the taxonomies' names of classes and domains


# ---------------------------------------------------------------- numbers and units


def natural(key: str, value: float | None) -> str:
    """Write a criterion's value in its natural unit; what is missing says so.

    Parameters
    ----------
    key : of the criterion.
    value : in the unit of the table candidates.
    """
    if value is None or pd.isna(value):
        return not_known()
    unit = criterion(key).unit
    if unit == "spaces":
        return say("{spaces:amount} spaces", spaces=value)
    writers = {"min": minutes, "m²": area, "persons": _persons}
    return writers.get(unit, amount)(value)


def _persons(value: float) -> str:
    """Write residents, who are whole."""
    return number(round(value))


def known_number(value: Any) -> float | None:
    """Return a number, or nothing for a missing one."""
    return None if value is None or pd.isna(value) else float(value)


# ---------------------------------------------------------------- sentences


def sentences(*texts: str) -> str:
    """Set whole sentences side by side, as the language in force does; empty ones are left out."""
    return ("" if language() == "zh" else " ").join(text for text in texts if text)


def plain(text: str) -> str:
    """Turn a key into words."""
    return text.replace("_", " ").strip()


def worded(words: Words, key: str) -> str:
    """Say the word that stands for a key; a key that has none is written in words.

    Parameters
    ----------
    words : by key.
    key : what a table holds.
    """
    return translated(words.get(key, plain(key)))


def lower_first(text: str) -> str:
    """Let an English label go on inside a sentence; other languages keep it as it is, for it may begin with a name."""
    return text[:1].lower() + text[1:] if language() == "en" else text


def upper_first(text: str) -> str:
    """Let a label stand at the start of a line."""
    return text[:1].upper() + text[1:]


def map_date(snapshot: str) -> str:
    """Say how old the map data are."""
    return say("Map data: {when:date}", when=snapshot) if snapshot else say("Map data: date not known")


# ---------------------------------------------------------------- names and addresses


@lru_cache
def _row_type(columns: tuple[str, ...]) -> Any:
    make: Any = namedtuple  # a class for columns that are only known here
    return make("Row", columns, rename=True)


def rows(frame: pd.DataFrame) -> list[Any]:
    """Go through rows as named tuples; `name` would hide behind the tuple's own attributes, so it is `name_`."""
    if frame.empty:
        return []
    columns = [str(column) for column in frame.columns if column != "geometry"]
    row = _row_type(tuple("name_" if column == "name" else column for column in columns))
    return [row(*values) for values in zip(*(frame[column].tolist() for column in columns), strict=True)]


def _readers(row: Any) -> str:
    """Return the name in the reader's language; one in another script (a Chinese name tagged as English) is none."""
    name = str(getattr(row, f"name_{language()}", ""))
    return name if name and has_han(name) == (language() == "zh") else ""


def _given(row: Any) -> list[str]:
    """Collect the names of a row, each once: the one to show, then the local one, English and the others.

    The one to show is the reader's, else the local one; where its characters are Chinese and the reader's language is
    not, another that has none, else its pinyin, which says so.
    """
    others = (getattr(row, column, "") for column in ("name_", *NAME_COLUMNS[1:]))
    given = list(dict.fromkeys(text for text in (_readers(row), *others) if text))
    if language() == "zh" or not given or not has_han(given[0]):
        return given
    if legible := next((text for text in given if not has_han(text)), ""):
        return list(dict.fromkeys([legible, *given]))
    spelt = romanised(given[0])
    return [spelt, say("pinyin of {name}", name=given[0]), *given[1:]] if spelt else given


def names(row: Any, fallback: str) -> tuple[str, str]:
    """Return the name to show, one that the reader can read where there is one; and the others in one line.

    Every name that a page shows is chosen here.

    Parameters
    ----------
    row : of a table with names, as `rows` gives it.
    fallback : what to show for a row without any.
    """
    given = _given(row)
    return (given[0], " · ".join(given[1:])) if given else (fallback, "")


def named_twice(row: Any, fallback: str) -> str:
    """Return the name to show, with the local name behind it when that is another one.

    Parameters
    ----------
    row : of a table with names, as `rows` gives it.
    fallback : what to show for a row without any.
    """
    name, _ = names(row, fallback)
    local = getattr(row, "name_", "")
    return f"{name} ({local})" if local and local != name else name


def osm_url(osm_id: str) -> str:
    """Return the address of an OSM object, or nothing when the id is none that OSM has given (`OSM_IDS_BELOW`).

    Every link to an object is decided on here: pages, workbooks, catalogue.
    """
    found = OSM_OBJECT.fullmatch(osm_id)
    given = found is not None and 0 < int(found[2]) < OSM_IDS_BELOW[found[1]]
    return f"https://www.openstreetmap.org/{osm_id}" if given else ""


def _ended(address: str) -> str:
    """Leave out what ends the sentence: marks, and a bracket that began before the address."""
    address = address.rstrip(".,;:")
    closes = address.endswith(")") and address.count("(") < address.count(")")
    return _ended(address[:-1]) if closes else address


def with_links(text: str) -> list[tuple[str, str]]:
    """Part a text at the web addresses in it: pieces in order, as they stand, each with where it leads, if anywhere.

    An address begins with http(s), or is a domain with a path (example.org/news); a bare domain stays text.

    Parameters
    ----------
    text : a sentence.
    """
    parts, at = [], 0
    for found in ADDRESS.finditer(text):
        address = _ended(found[0])
        if "://" not in address and not address.partition("/")[2]:
            continue
        parts += [(text[at : found.start()], "")] if found.start() > at else []
        parts.append((address, address if "://" in address else f"https://{address}"))
        at = found.start() + len(address)
    return [*parts, (text[at:], "")] if at < len(text) else parts


def first_address(text: str) -> str:
    """Return where the first web address in a text leads; nothing where it has none."""
    return next((address for _, address in with_links(text) if address), "")
