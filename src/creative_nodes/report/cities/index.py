"""What the index says: the cities of a run side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from creative_nodes.common import count, not_known, number, say, translated
from creative_nodes.report.cities.answers import answer_of
from creative_nodes.report.cities.comparing import ComparedCity
from creative_nodes.report.cities.national import National, national
from creative_nodes.report.city.ages import far_apart, is_old, year_of
from creative_nodes.report.city.figures import (
    CONNECTIVITY,
    SPACES,
    Figure,
    figures,
    notices,
    thin_words,
    thinned,
)
from creative_nodes.report.city.headline import Headline
from creative_nodes.report.say.keys import STATUSES
from creative_nodes.report.say.words import lower_first
from creative_nodes.report.settings import HANDFUL, PageSettings

# figures that each city's own card quotes
ON_CARD = (
    SPACES,
    "heritage_sites",
    *(f"heritage_{status}" for status in STATUSES),
    "clusters",
    "residents",
    "area",
)
# figures that stand side by side, one column a city
COMPARED = (
    CONNECTIVITY,
    "typical_network",
    "separate_networks",
    "links_per_space",
    "isolated_share",
    "largest_part_share",
    "efficiency",
    "nearest_space_minutes",
    "links_per_km2",
    "links_per_100k",
    "spaces_per_km2",
    "spaces_per_100k",
)


@dataclass(frozen=True)
class CityCard:
    """One city on the index; `thin` says how much of it is mapped thinly."""

    settings: PageSettings
    snapshot: str
    thin: str
    answer: Headline
    figures: tuple[Figure, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class ComparedCell:
    """One figure of one city, and a remark on it."""

    value: str
    remark: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value != not_known()


@dataclass(frozen=True)
class Compared:
    """One figure of all cities: a row of the table."""

    label: str
    unit: str
    cells: tuple[ComparedCell, ...]


@dataclass(frozen=True)
class IndexPage:
    """The index, whole: a handful of cities side by side, or many ranked."""

    cards: tuple[CityCard, ...]
    compared: tuple[Compared, ...]
    warning: str
    national: National | None = None

    @property
    def made_up(self) -> bool:
        """Whether no city of it is a real one."""
        return bool(self.cards) and all(card.settings.city.fictional for card in self.cards)


def _card(city: ComparedCity) -> CityCard:
    indicators, ranks = city.tables["indicators"], city.tables["scores"]["rank"]
    told = {figure.key: figure for figure in figures(indicators)}
    own = (
        Figure("candidates", say("Candidates"), count(len(city.tables["candidates"])), "", ""),
        Figure("scored", say("of them scored"), count(ranks.notna().sum()), "", ""),
    )
    return CityCard(
        settings=city.settings,
        snapshot=city.snapshot,
        thin=thin_words(indicators),
        answer=answer_of(city),
        figures=(*own, *(told[key] for key in ON_CARD if key in told)),
        notices=notices(indicators),
    )


# ---------------------------------------------------------------- side by side


def had_fewer(indicators: pd.DataFrame, share: float) -> str:
    """Say what C would be had a share of the spaces not been mapped, with the range of the draws.

    Parameters
    ----------
    indicators : the table of that name.
    share : of the spaces that the thinning leaves out, 0-1.
    """
    found = thinned(indicators, CONNECTIVITY)
    if found is None:
        return ""
    return say(
        "{mean:percent} ({low}–{high:percent}) had {share:percent} fewer spaces been mapped",
        mean=found.mean,
        low=number(found.low * 100, digits=2),
        high=found.high,
        share=share,
    )


def compared(indicators: Sequence[pd.DataFrame], shares: Sequence[float]) -> tuple[Compared, ...]:
    """Set the figures of connectivity side by side; a figure that no city has is left out.

    Parameters
    ----------
    indicators : the tables of that name, one a city.
    shares : of the spaces that each city's thinning leaves out, 0-1.
    """
    told = [{figure.key: figure for figure in figures(one)} for one in indicators]
    remarks = [had_fewer(one, share) for one, share in zip(indicators, shares, strict=True)]
    found = []
    for key in COMPARED:
        named = [one[key] for one in told if key in one]
        if not named:
            continue
        cells = [
            ComparedCell(one[key].value if key in one else not_known(), remark if key == CONNECTIVITY else "")
            for one, remark in zip(told, remarks, strict=True)
        ]
        label = named[0].label
        if key == CONNECTIVITY:
            label = say("Connectivity C: {meaning}", meaning=lower_first(label))
        unit = next((figure.unit for figure in named if figure.unit), "")
        said = unit in (translated("links"), translated("spaces")) or unit in label
        found.append(Compared(label, "" if said else unit, tuple(cells)))
    return tuple(found)


# ---------------------------------------------------------------- age

Seen = Sequence[CityCard | ComparedCity]


def _city(card: CityCard | ComparedCity) -> str:
    return translated(card.settings.city.name)


def apart(cards: Seen) -> str:
    """Warn when cities are seen through data of different or unknown age."""
    real = [card for card in cards if not card.settings.city.fictional]
    dated = [card for card in real if year_of(card.snapshot) is not None]
    old = [card for card in real if is_old(card.snapshot, card.settings)]
    told = _apart_of_many if len(real) > HANDFUL else _apart_by_name
    return " ".join(told(real, dated, old))


def _apart_by_name(real: Seen, dated: Seen, old: Seen) -> list[str]:
    """Warn of each city by its name."""
    unknown, said = [_city(card) for card in real if year_of(card.snapshot) is None], []
    if far_apart([card.snapshot for card in real]):
        ages = [say("{city} {day:date}", city=_city(card), day=card.snapshot) for card in dated]
        said.append(
            say(
                "The map data differ in age ({ages}): a gap between counts can be a gap between years of mapping.",
                ages=ages,
            )
        )
    named = [say("{city} ({day:date})", city=_city(card), day=card.snapshot) for card in old]
    if named and not said:
        said.append(say("The map data are old for {cities}.", cities=named))
    if unknown:
        said.append(say("The age of the map data is not known for {cities}.", cities=unknown))
    return said


def _apart_of_many(real: Seen, dated: Seen, old: Seen) -> list[str]:
    """Warn of many cities by their number: each has its date in its row."""
    days, said = sorted(card.snapshot for card in dated), []
    if far_apart(days):
        said.append(
            say(
                "The map data differ in age, from {first:date} to {last:date}: a gap between counts can be a gap "
                "between years of mapping.",
                first=days[0],
                last=days[-1],
            )
        )
    elif old:
        said.append(say("The map data are old for {n:count} of {all:count} cities.", n=len(old), all=len(real)))
    if unknown := len(real) - len(dated):
        said.append(
            say("The age of the map data is not known for {n:count} of {all:count} cities.", n=unknown, all=len(real))
        )
    return said


def index_page(cities: Sequence[ComparedCity]) -> IndexPage:
    """Make the view-model of the index.

    Parameters
    ----------
    cities : each with the tables indicators, scores, candidates and those of its answer, in order; of many, those of
        their ranking (`RANKED_BY`).
    """
    if many := national(cities):
        return IndexPage(cards=(), compared=(), warning=apart(cities), national=many)
    cards = tuple(map(_card, cities))
    return IndexPage(
        cards=cards,
        compared=compared(
            [city.tables["indicators"] for city in cities], [city.settings.network.thinning_share for city in cities]
        ),
        warning=apart(cards),
    )
