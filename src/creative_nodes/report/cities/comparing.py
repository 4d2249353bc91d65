"""Figures of several cities side by side: rows of cells, drawn as bars on one scale, each with where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from creative_nodes.common import mark, not_known, number, percent, say, say_n, translated
from creative_nodes.report.city.figures import (
    CONNECTIVITY,
    ISOLATED,
    RESIDENTS,
    ThinnedFigure,
    quoted,
    source_of,
    thinned,
)
from creative_nodes.report.say.keys import SPACE_TIERS
from creative_nodes.report.say.words import Words, plain
from creative_nodes.report.settings import PageSettings

SURE = 0.95


@dataclass(frozen=True)
class ComparedCity:
    """One city to compare: its settings, tables (geometry in EPSG:4326) by name, and the date of its map data.

    Attributes
    ----------
    snapshot : date, or empty when not known.
    """

    settings: PageSettings
    tables: Mapping[str, Any]
    snapshot: str

    @property
    def name(self) -> str:
        """Name in the language in force."""
        return translated(self.settings.city.name)

    def figure(self, key: str) -> float | None:
        """Return an indicator's value; nothing when it is missing."""
        return quoted(self.tables["indicators"], key)

    def thinned(self, key: str) -> ThinnedFigure | None:
        """Return what an indicator would be had fewer spaces been mapped; nothing when that was not computed."""
        return thinned(self.tables["indicators"], key)

    @property
    def spaces(self) -> pd.DataFrame:
        """Creative spaces of the study area."""
        creative = self.tables["creative"]
        return pd.DataFrame(creative[creative["inside"]])

    @property
    def sites(self) -> pd.DataFrame:
        """Heritage sites with enough evidence to be counted."""
        heritage = self.tables["heritage"]
        return pd.DataFrame(heritage[heritage["tier"] != "low"])


@dataclass(frozen=True)
class Mark:
    """Where a figure comes from: computed here, or published by others."""

    kind: str
    text: str


@dataclass(frozen=True)
class Cell:
    """One figure of one city. Lengths are percent of the row's scale; `low` to `high` is a range, `middle` its mean."""

    city: str
    value: str
    mark: Mark | None
    length: float | None = None
    low: float | None = None
    high: float | None = None
    middle: float | None = None
    remark: str = ""


@dataclass(frozen=True)
class Row:
    """One figure of all cities, with what it means."""

    key: str
    label: str
    hint: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Part:
    """A piece of a bar that adds up to all."""

    key: str
    label: str
    n: int
    length: float


@dataclass(frozen=True)
class Stack:
    """One city's bar of parts; `told` says it in words."""

    city: str
    parts: tuple[Part, ...]
    told: str
    mark: Mark


# ---------------------------------------------------------------- where figures come from


def map_age(city: ComparedCity) -> str:
    """Say how old the map data are."""
    if city.snapshot:
        return say("OSM of {day:date}", day=city.snapshot)
    return say("OSM, date not known")


def computed(city: ComparedCity) -> Mark:
    """Mark a figure as computed here."""
    if city.snapshot:
        return Mark("computed", say("computed · OSM of {day:date}", day=city.snapshot))
    return Mark("computed", say("computed · OSM, date not known"))


def _residents(city: ComparedCity) -> Mark:
    """Mark the count of residents with the data it is taken from."""
    return Mark("computed", say("summed here from: {source}", source=source_of(city.tables["indicators"], RESIDENTS)))


# ---------------------------------------------------------------- rows of indicators


def _per_cent(value: float) -> str:
    return percent(value)


def _decimals(value: float) -> str:
    return number(value)


def _whole(value: float) -> str:
    return say("{n:count}", n=value)


def _minutes(value: float) -> str:
    return say("{n:.1f} min", n=value)


def _area(value: float) -> str:
    return say("{n:number} km²", n=value)


def _per_minute(value: float) -> str:
    return say("{n:number} per minute", n=value)


Writer = Callable[[float], str]
# key, writer, label, what it means in plain words
SPATIAL: tuple[tuple[str, Writer, str, str], ...] = (
    (
        CONNECTIVITY,
        _per_cent,
        mark("Connectivity C"),
        mark("The chance that two creative spaces picked at random are joined by short walks, from space to space."),
    ),
    ("links_per_space", _decimals, mark("Links per space"), mark("A link joins two spaces within a short walk.")),
    (ISOLATED, _per_cent, mark("Spaces without a link"), mark("The fewer, the better joined.")),
    ("components", _whole, mark("Separate parts"), mark("Groups that no link joins; a space alone counts as one.")),
    ("largest_part_share", _per_cent, mark("In the largest part"), mark("Share of all spaces that hang together.")),
    (
        "efficiency",
        _per_minute,
        mark("Efficiency"),
        mark("One divided by the walking minutes along links, averaged over all pairs; nothing for pairs not joined."),
    ),
    (
        "nearest_space_minutes",
        _minutes,
        mark("Walk to the nearest other space"),
        mark("Half of the spaces have another one within this; the less, the nearer."),
    ),
    ("hub_degree", _decimals, mark("Links per core space"), mark("How many neighbours the hubs have.")),
    ("links_per_km2", _decimals, mark("Links per km²"), mark("Of the whole study area.")),
    ("links_per_100k", _decimals, mark("Links per 100,000 residents"), mark("Of the whole study area.")),
    ("spaces_per_km2", _decimals, mark("Spaces per km²"), mark("Of the whole study area.")),
    ("spaces_per_100k", _decimals, mark("Spaces per 100,000 residents"), mark("Of the whole study area.")),
    ("clusters", _whole, mark("Clusters"), mark("Groups of spaces closer together than chance explains.")),
    ("clustered_share", _per_cent, mark("Spaces in a cluster"), mark("Share of all spaces.")),
)
SIZE: tuple[tuple[str, Writer, str, str], ...] = (
    ("area", _area, mark("Study area"), mark("What was looked at; it need not be the whole municipality.")),
    (RESIDENTS, _decimals, mark("Residents"), mark("Of the study area.")),
    ("creative_spaces", _whole, mark("Creative spaces"), mark("All tiers, in the study area.")),
)


def _thinned_words(city: ComparedCity, write: Writer, found: ThinnedFigure | None) -> str:
    if found is None:
        return ""
    return say(
        "{mean} ({low} to {high}) had {share:percent} fewer been mapped",
        mean=write(found.mean),
        low=write(found.low),
        high=write(found.high),
        share=city.settings.network.thinning_share,
    )


def _length(value: float | None, top: float) -> float | None:
    return None if value is None or top <= 0 else round(100 * value / top, 1)


def _cell(city: ComparedCity, key: str, write: Writer, top: float) -> Cell:
    value, found = city.figure(key), city.thinned(key)
    low, middle, high = (found.low, found.mean, found.high) if found else (None, None, None)
    return Cell(
        city=city.name,
        value=not_known() if value is None else write(value),
        mark=None if value is None else _residents(city) if key == RESIDENTS else computed(city),
        length=_length(value, top),
        low=_length(low, top),
        high=_length(high, top),
        middle=_length(middle, top),
        remark=_thinned_words(city, write, found),
    )


def indicator_rows(
    cities: Sequence[ComparedCity], *, specs: Sequence[tuple[str, Writer, str, str]] = SPATIAL
) -> tuple[Row, ...]:
    """Set indicators side by side, each row on its own scale from zero to its largest value or range.

    Parameters
    ----------
    cities : in the order of the columns.
    specs : of each row: key of the indicator, how its value is written, label, and what it means.
    """
    rows = []
    for key, write, label, hint in specs:
        values = [city.figure(key) for city in cities]
        values += [found.high for city in cities if (found := city.thinned(key))]
        top = max((value for value in values if value is not None), default=0.0)
        cells = tuple(_cell(city, key, write, top) for city in cities)
        rows.append(Row(key, translated(label), translated(hint), cells))
    return tuple(rows)


# ---------------------------------------------------------------- counts by kind


def count_rows(
    cities: Sequence[ComparedCity], counts: Sequence[pd.Series], words: Words, said: Callable[[int], str]
) -> tuple[Row, ...]:
    """Set counts by kind side by side, drawn as shares of each city's own total.

    Parameters
    ----------
    cities : the cities, in the order of the columns.
    counts : by kind, one a city.
    words : names of the kinds, in English.
    said : says how many are counted.
    """
    totals = [int(one.sum()) for one in counts]
    both = pd.concat(list(counts), axis=1).fillna(0) if counts else pd.DataFrame()
    shares = both.div([total or 1 for total in totals], axis=1)
    order = shares.sum(axis=1).sort_values(ascending=False, kind="stable").index
    top = float(shares.to_numpy().max()) if shares.size else 0.0
    rows = []
    for kind in order:
        cells = tuple(
            Cell(
                city=city.name,
                value=percent(share) if total else not_known(),
                mark=computed(city) if total else None,
                length=_length(share, top),
                remark=said(int(n)) if total else "",
            )
            for city, n, share, total in zip(cities, both.loc[kind], shares.loc[kind], totals, strict=True)
        )
        rows.append(Row(str(kind), translated(words.get(kind, plain(str(kind)))), "", cells))
    return tuple(rows)


def domain_rows(cities: Sequence[ComparedCity], words: Words) -> tuple[Row, ...]:
    """Set creative spaces by domain side by side.

    Parameters
    ----------
    cities : in the order of the columns.
    words : names of the domains, by key.
    """
    counts = [city.spaces["domain"].value_counts().sort_index() for city in cities]
    return count_rows(cities, counts, words, lambda n: say_n(n, "{n:count} space", "{n:count} spaces"))


def class_rows(cities: Sequence[ComparedCity], words: Words) -> tuple[Row, ...]:
    """Set heritage sites by class side by side, lost ones left out.

    Parameters
    ----------
    cities : in the order of the columns.
    words : names of the classes, by key.
    """
    counts = [city.sites.query("status != 'lost'")["heritage_class"].value_counts().sort_index() for city in cities]
    shared = count_rows(cities, counts, words, lambda n: say_n(n, "{n:count} site", "{n:count} sites"))
    # few sites: the count goes before the share
    return tuple(
        replace(
            row,
            cells=tuple(
                replace(one, value=one.remark or one.value, remark=one.value if one.remark else "") for one in row.cells
            ),
        )
        for row in shared
    )


# ---------------------------------------------------------------- bars that add up

# what still stands, or its ground, and has a new use or not
REUSE = {
    "converted": mark("converted"),
    "to_be_vacated": mark("to be vacated"),
    "vacated": mark("vacated"),
    "brownfield": mark("cleared ground"),
    "not_known": mark("use not known"),
    "in_use": mark("in industrial use"),
}


def _parts(values: pd.Series, words: Mapping[str, str]) -> tuple[Part, ...]:
    counts = [(key, int((values == key).sum())) for key in words]
    total = sum(n for _, n in counts)
    return tuple(Part(key, translated(words[key]), n, round(100 * n / total, 1) if total else 0.0) for key, n in counts)


def tier_stacks(cities: Sequence[ComparedCity]) -> tuple[Stack, ...]:
    """Say how the creative spaces of each city fall into tiers."""
    found = []
    for city in cities:
        parts = _parts(city.spaces["tier"], SPACE_TIERS)
        told = say_n(len(city.spaces), "{n:count} creative space", "{n:count} creative spaces")
        found.append(Stack(city.name, parts, told, computed(city)))
    return tuple(found)


@dataclass(frozen=True)
class Reuse:
    """How much of one city's known industrial heritage has a new use; the range is the Wilson interval of the share."""

    converted: int
    standing: int
    lost: int
    listed: int

    @property
    def rate(self) -> float | None:
        """Converted sites as a share of those that stand."""
        return self.converted / self.standing if self.standing else None

    @property
    def range(self) -> tuple[float, float] | None:
        """95 % Wilson interval of the share: what so few sites leave open."""
        if not self.standing:
            return None
        from scipy.stats import binomtest  # heavy, and no other page needs it

        found = binomtest(self.converted, self.standing).proportion_ci(SURE, method="wilson")
        return float(found.low), float(found.high)


def reuse_of(city: ComparedCity) -> Reuse:
    """Count a city's converted and standing sites; `listed` are converted sites that the registry names."""
    sites = city.sites
    converted = sites[sites["status"] == "converted"]
    return Reuse(
        converted=len(converted),
        standing=int(sites["status"].isin(list(REUSE)).sum()),
        lost=int((sites["status"] == "lost").sum()),
        listed=int((converted["registry_id"] != "").sum()),
    )


def _reuse_words(reuse: Reuse) -> str:
    if reuse.rate is None or reuse.range is None:
        return say("no site is known")
    low, high = reuse.range
    return say(
        "{rate:percent} reused: {n:count} of {total:count} (so few leave open {low:percent} to {high:percent})",
        rate=reuse.rate,
        n=reuse.converted,
        total=reuse.standing,
        low=low,
        high=high,
    )


def reuse_stacks(cities: Sequence[ComparedCity]) -> tuple[Stack, ...]:
    """Say what became of the known heritage sites that stand, city by city."""
    return tuple(
        Stack(city.name, _parts(city.sites["status"], REUSE), _reuse_words(reuse_of(city)), computed(city))
        for city in cities
    )
