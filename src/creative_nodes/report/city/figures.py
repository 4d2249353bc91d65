"""The figures of a city, grouped; the notices; and where everything comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import (
    Message,
    count,
    mark,
    message_in,
    not_known,
    number,
    percent,
    say,
    spoken,
    translated,
    word,
)
from creative_nodes.pull import gaps_told
from creative_nodes.report.say.keys import STATUSES
from creative_nodes.report.say.words import known_number, rows, upper_first

# figures that are a part of the one above them
PART_OF = re.compile(rf"heritage_({'|'.join(STATUSES)})$|registry_recall_(heritage|creative)_")
COUNTED_THINGS = ("", "spaces", "space", "sites", "site", "clusters", "cluster", "persons")
NOTICE = "notice_"
SHARES = ("share", "0-1")

# keys of the indicators that the first screen and the index quote
CONNECTIVITY = "connectivity"
ISOLATED = "isolated_share"
SPACES = "creative_spaces"
RESIDENTS = "residents"
THIN = "residents_thin"
MEDIAN_VENUES = "venues_per_1000"

ONE = {
    "spaces": mark("space"),
    "sites": mark("site"),
    "links": mark("link"),
    "clusters": mark("cluster"),
    "parts": mark("part"),
    "networks": mark("network"),
    "stations": mark("station"),
    "persons": mark("person"),
    "times": mark("time"),
}  # units of a value of 1
OTHER = mark("Other figures")
# heading, and how the keys under it begin; the longest beginning that fits decides
GROUPS: dict[str, tuple[str, ...]] = {
    mark("People"): (
        "area",
        "residents",
        "people",
        "population",
        "underserved",
        "unserved",
        "served",
        "access",
        "supply",
    ),
    mark("Industrial heritage"): ("heritage", "candidates", "survey"),
    mark("Creative spaces"): ("creative_spaces", "core_spaces", "spaces_per"),
    mark("The creative network"): (
        *("connectivity", "typical_network", "separate_networks", "links", "isolated", "components", "largest_part"),
        *("efficiency", "nearest", "hub"),
    ),
    mark("Clusters and co-location"): ("cluster", "colocation"),
    mark("Streets and modes"): ("streets", "rapid_stations", "stations"),
    mark("How completely it is mapped"): (
        "residents_thin",
        "venues",
        "named_venues",
        "buildings",
        "registry_recall",
        "mapping",
    ),
    OTHER: (),
}


@dataclass(frozen=True)
class Figure:
    """One indicator in words."""

    key: str
    label: str
    value: str
    unit: str
    source: str

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value != not_known()

    @property
    def sub(self) -> bool:
        """Whether it is a share of the figure above it."""
        return self.key == "scored" or bool(PART_OF.match(self.key))

    @property
    def unit_told(self) -> bool:
        """Whether the unit says more than the label does."""
        return self.unit not in {translated(thing) for thing in COUNTED_THINGS}


@dataclass(frozen=True)
class Group:
    """Figures under one heading."""

    title: str
    figures: tuple[Figure, ...]


def _value(row: Any) -> tuple[str, str]:
    """Word an indicator's value and unit."""
    value = known_number(row.value)
    if value is None:
        return not_known(), ""
    if row.unit in SHARES:
        return percent(value), ""
    text = count(value) if value == round(value) or abs(value) >= 1000 else number(value)
    return text, translated(ONE.get(row.unit, row.unit) if value == 1 else row.unit)


def figures(indicators: pd.DataFrame) -> tuple[Figure, ...]:
    """Word the indicators; a missing value says so, and its source says why."""
    return tuple(
        Figure(row.indicator, upper_first(spoken(row, "label")), *_value(row), spoken(row, "source"))
        for row in rows(indicators)
        if not row.indicator.startswith(NOTICE)
    )


def group_of(key: str) -> str:
    """Return the heading a key stands under."""
    fits = [(len(start), title) for title, starts in GROUPS.items() for start in starts if key.startswith(start)]
    return max(fits)[1] if fits else OTHER


def grouped(figures_: Sequence[Figure]) -> tuple[Group, ...]:
    """Put figures under their headings; a key that no heading knows stands under the last one."""
    found: dict[str, list[Figure]] = {title: [] for title in GROUPS}
    for figure in figures_:
        found[group_of(figure.key)].append(figure)
    return tuple(Group(translated(title), tuple(members)) for title, members in found.items() if members)


def notices(indicators: pd.DataFrame) -> tuple[str, ...]:
    """Return the sentences of the rows `notice_…`."""
    told = indicators[indicators["indicator"].str.startswith(NOTICE) & (indicators["source"] != "")]
    return tuple(spoken(row, "source") for row in rows(told))


def quoted(indicators: pd.DataFrame, key: str) -> float | None:
    """Return an indicator's value; nothing when it is missing or not there.

    Parameters
    ----------
    indicators : the table of that name.
    key : of the indicator.
    """
    values = indicators.loc[indicators["indicator"] == key, "value"]
    return known_number(values.iloc[0]) if len(values) else None


def told_source(indicators: pd.DataFrame, key: str) -> Message | None:
    """Return where an indicator comes from, to be spoken later; nothing when it is not there, or nothing is told.

    Parameters
    ----------
    indicators : the table of that name.
    key : of the indicator.
    """
    found = [message_in(row, "source") for row in rows(indicators[indicators["indicator"] == key])]
    if not found or not found[0]:
        return None
    return found[0] if isinstance(found[0], Message) else word(found[0])


def source_of(indicators: pd.DataFrame, key: str) -> str:
    """Say where an indicator comes from, in the language in force; empty when it is not there.

    Parameters
    ----------
    indicators, key : as for `told_source`.
    """
    return str(told_source(indicators, key) or "")


@dataclass(frozen=True)
class ThinnedFigure:
    """What a figure would be had fewer spaces been mapped: the mean of the draws, and 5 % and 95 % of them."""

    low: float
    mean: float
    high: float


def thinned(indicators: pd.DataFrame, key: str) -> ThinnedFigure | None:
    """Return what a figure would be had fewer spaces been mapped; nothing when that was not computed.

    Parameters
    ----------
    indicators : the table of that name.
    key : of the indicator.
    """
    found = indicators[indicators["indicator"] == f"{key}_thinned"]
    if found.empty:
        return None
    low, mean, high = (known_number(found[column].iloc[0]) for column in ("low", "value", "high"))
    return None if low is None or mean is None or high is None else ThinnedFigure(low, mean, high)


# ---------------------------------------------------------------- provenance

PROVENANCE_WORDS = {
    "snapshot": mark("Map data of"),
    "source": mark("Source"),
    "source_sha256": mark("SHA-256 of the source"),
    "sha256": mark("SHA-256 of the part used"),
    "data": mark("Data (hash)"),
    "settings": mark("Settings (hash)"),
    "code": mark("Code (hash)"),
    "version": mark("Program version"),
}


# by the provenance's snapshot_from
TOLD_BY = {
    "config": mark("{date} (as the config says)"),
    "source": mark("{date} (as the source says)"),
    "newest object": mark("{date} (as the newest object says)"),
}


def snapshot_of(provenance: Mapping[str, Any]) -> str:
    """Return the date of the map data; nothing when it is not known."""
    date = str(provenance.get("snapshot") or "")
    return "" if date == "unknown" else date


def sources(provenance: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Word the provenance of the tables."""
    said = {key: str(provenance.get(key) or "") for key in PROVENANCE_WORDS}
    said["snapshot"] = _dated(snapshot_of(provenance), str(provenance.get("snapshot_from") or ""))
    for key in ("source_sha256", "sha256"):
        said[key] = f"{said[key][:12]}…" if said[key] else ""
    lacking = [(say("What the map lacks"), line) for line in gaps_told(provenance)]
    return (*((translated(word), said[key] or not_known()) for key, word in PROVENANCE_WORDS.items()), *lacking)


def _dated(date: str, told_by: str) -> str:
    """Say the date of the map data, and what tells it."""
    return say(TOLD_BY[told_by], date=date) if date and told_by in TOLD_BY else date


def thin_words(indicators: pd.DataFrame) -> str:
    """Say how many residents live where the map is thin.

    Parameters
    ----------
    indicators : the table of that name.
    """
    share = quoted(indicators, THIN)
    if share is None:
        return say("how much is mapped thinly is not known")
    return say("{share:percent} of residents live where mapping is thin", share=share)
