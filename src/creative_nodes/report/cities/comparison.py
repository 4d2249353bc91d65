"""The comparison page: governance, spatial structure and ecosystem of the cities of a run side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creative_nodes.common import count, listed, mark, not_known, percent_sign, plain_number, say, translated
from creative_nodes.report.cities.answers import answer_of
from creative_nodes.report.cities.comparing import (
    SIZE,
    ComparedCity,
    Mark,
    Row,
    Stack,
    class_rows,
    computed,
    domain_rows,
    indicator_rows,
    map_age,
    reuse_stacks,
    tier_stacks,
)
from creative_nodes.report.cities.differences import (
    ages_apart,
    residents_apart,
    reuse_care,
    sentences,
    sizes_apart,
    spatial_care,
)
from creative_nodes.report.cities.governance import Answer, Fact, Governance, PublishedFigure
from creative_nodes.report.cities.sketch import PINS, Sketch, SketchGround, sketches
from creative_nodes.report.city.backtest import BacktestSection, pooled_backtest
from creative_nodes.report.city.figures import thin_words
from creative_nodes.report.city.headline import Headline
from creative_nodes.report.city.sites import in_order
from creative_nodes.report.say.romanised import names_of
from creative_nodes.report.say.words import Words, known_number, named_twice, plain, rows

DIMENSIONS = {
    "law": mark("Law"),
    "plan": mark("Plan"),
    "money": mark("Money"),
    "place": mark("Place"),
    "service": mark("Service to firms"),
    "people": mark("People"),
    "recognition": mark("Recognition"),
}


@dataclass(frozen=True)
class Head:
    """What stands over a city's column: name, age and coverage of its data, and its answer."""

    key: str
    name: str
    local_name: str
    fictional: bool
    age: str
    dated: bool
    thin: str
    recall: tuple[str, ...]
    answer: Headline


@dataclass(frozen=True)
class FactView:
    """One fact in words."""

    cities: tuple[str, ...]
    when: str
    title: str
    document: str
    body: str
    text: str
    url: str
    checked: bool
    note: str


@dataclass(frozen=True)
class Shelf:
    """The facts of one dimension, city by city."""

    label: str
    cells: tuple[tuple[str, tuple[FactView, ...]], ...]


@dataclass(frozen=True)
class Tick:
    """What one city has of a point of the checklist; without a fact nothing was found."""

    city: str
    answer: str
    told: str
    fact: FactView | None


@dataclass(frozen=True)
class Point:
    """One point of the checklist, city by city."""

    label: str
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Checklist:
    """The checklist, and in words how many points each city has; counted, never weighed."""

    points: tuple[Point, ...]
    counts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class OpenQuestion:
    """Something that studies ask and no map shows."""

    title: str
    text: str
    study: str
    url: str
    checked: bool


@dataclass(frozen=True)
class PublishedView:
    """One published figure in words."""

    value: str
    year: str
    target: bool
    mark: Mark
    url: str
    checked: bool
    note: str


@dataclass(frozen=True)
class PublishedRow:
    """Published figures of one kind, and what this tool computed beside them."""

    label: str
    cells: tuple[tuple[str, tuple[PublishedView, ...]], ...]
    beside: str
    computed: tuple[tuple[str, str, Mark], ...]


@dataclass(frozen=True)
class ComparisonPage:
    """The comparison, whole."""

    heads: tuple[Head, ...]
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    shared: tuple[FactView, ...]
    shelves: tuple[Shelf, ...]
    checklist: Checklist
    not_measured: tuple[OpenQuestion, ...]
    unchecked: int
    size: tuple[Row, ...]
    spatial: tuple[Row, ...]
    spatial_care: tuple[str, ...]
    sketches: tuple[Sketch, ...]
    domains: tuple[Row, ...]
    tiers: tuple[Stack, ...]
    reuse: tuple[Stack, ...]
    classes: tuple[Row, ...]
    reuse_care: tuple[str, ...]
    published: tuple[PublishedRow, ...]
    link_minutes: str
    backtest: BacktestSection | None


# ---------------------------------------------------------------- heads


def _site_name(row: Any, words: Words) -> str:
    kind = translated(words.get(row.heritage_class, plain(row.heritage_class)))
    return named_twice(row, say("Unnamed: {kind}", kind=kind))


def _ranked(city: ComparedCity) -> list[Any]:
    ordered = in_order(city.tables["candidates"], city.tables["scores"])
    return [row for row in rows(ordered) if known_number(row.rank) is not None]


def _recall(city: ComparedCity) -> tuple[str, ...]:
    heritage, creative = city.figure("registry_recall_heritage"), city.figure("registry_recall_creative")
    said = []
    if heritage is not None:
        said.append(say("OSM has {share:percent} of the heritage sites on the project's list", share=heritage))
    if creative is not None:
        said.append(say("OSM has {share:percent} of the creative spaces on that list", share=creative))
    return tuple(said)


def head(city: ComparedCity) -> Head:
    """Word what stands over a city's column.

    Parameters
    ----------
    city : one of those compared.
    """
    return Head(
        key=city.settings.key,
        name=city.name,
        local_name=city.settings.city.local_name,
        fictional=city.settings.city.fictional,
        age=map_age(city),
        dated=bool(city.snapshot),
        thin=thin_words(city.tables["indicators"]),
        recall=_recall(city),
        answer=answer_of(city),
    )


# ---------------------------------------------------------------- governance


def _fact(fact: Fact, cities: Mapping[str, str]) -> FactView:
    return FactView(
        cities=tuple(cities[key] for key in fact.cities if key in cities),
        when=say("{day:date}", day=fact.date) if fact.date else say("year not known"),
        title=translated(fact.title),
        document=fact.document,
        body=translated(fact.body),
        text=translated(fact.text),
        url=fact.url,
        checked=fact.checked,
        note=translated(fact.note) if fact.note else "",
    )


def shelves(told: Governance, cities: Mapping[str, str]) -> tuple[tuple[FactView, ...], tuple[Shelf, ...]]:
    """Sort facts: those of several cities of the run, and the others by dimension and city, oldest first.

    Parameters
    ----------
    told : the facts of governance.
    cities : names by key, in the order of the columns.
    """
    ordered = sorted(told.facts, key=lambda fact: (fact.date == "", fact.date))
    here = [(fact, [key for key in fact.cities if key in cities]) for fact in ordered]
    shared = tuple(_fact(fact, cities) for fact, keys in here if len(keys) > 1)
    alone = [(fact, keys[0]) for fact, keys in here if len(keys) == 1]
    found = []
    for dimension, label in DIMENSIONS.items():
        cells = tuple(
            (
                name,
                tuple(_fact(fact, cities) for fact, key in alone if key == city and fact.dimension == dimension),
            )
            for city, name in cities.items()
        )
        if any(facts for _, facts in cells):
            found.append(Shelf(translated(label), cells))
    return shared, tuple(found)


ANSWERS = {"yes": mark("Yes"), "partly": mark("Partly"), "no": mark("No"), "not_found": mark("Not found")}


def _tick(given: Answer | None, facts: Mapping[str, Fact], cities: Mapping[str, str], city: str) -> Tick:
    answer = "not_found" if given is None else given.answer
    fact = None if given is None else _fact(facts[given.fact], cities)
    return Tick(cities[city], answer, translated(ANSWERS[answer]), fact)


def checklist(told: Governance, cities: Mapping[str, str]) -> Checklist:
    """Set what cities have to turn old works to culture side by side, and count it.

    Parameters
    ----------
    told : facts of governance and the checklist that rests on them.
    cities : names by key, in the order of the columns.
    """
    facts = {fact.key: fact for fact in told.facts}
    points = tuple(
        Point(translated(asked.label), tuple(_tick(asked.answers.get(city), facts, cities, city) for city in cities))
        for asked in told.checklist
    )
    counts = []
    for place, name in enumerate(cities.values()):
        given = [point.ticks[place].answer for point in points]
        said = [say("{label}: {n:count}", label=translated(text), n=given.count(key)) for key, text in ANSWERS.items()]
        counts.append((name, " · ".join(said)))
    return Checklist(points, tuple(counts))


def not_measured(told: Governance) -> tuple[OpenQuestion, ...]:
    """Name what policy studies ask of such spaces and no map shows."""
    return tuple(
        OpenQuestion(translated(one.title), translated(one.text), one.study, one.url, one.checked)
        for one in told.not_measured
    )


# ---------------------------------------------------------------- published figures


def _value(figure: PublishedFigure) -> str:
    value = percent_of(figure.value) if figure.form == "share" else count(figure.value)
    said = value if not figure.unit else say("{value} {unit}", value=value, unit=translated(figure.unit))
    if figure.bound == "about":
        return say("about {value}", value=said)
    return say("{value} or more", value=said) if figure.bound == "at_least" else said


def percent_of(share: float) -> str:
    """Write a published share with the digits that it was published with: 3.54 %, 5.7 %."""
    return plain_number(round(share * 100, 6)) + percent_sign()


def _published(figure: PublishedFigure) -> PublishedView:
    by = translated(figure.by)
    told = (
        say("published · {by}, year not given", by=by)
        if figure.year is None
        else say("published · {by}, for {year}", by=by, year=str(figure.year))
    )
    return PublishedView(
        value=_value(figure),
        year="" if figure.year is None else str(figure.year),
        target=figure.kind == "target",
        mark=Mark("published", told),
        url=figure.url,
        checked=figure.checked,
        note=translated(figure.note) if figure.note else "",
    )


BESIDE = {
    "creative_hubs": mark("Creative parks and hubs found in the study area"),
    "creative_spaces": mark("Creative spaces found in the study area"),
    "clusters": mark("Clusters found in the study area"),
}


def _beside(city: ComparedCity, what: str) -> str:
    if what == "creative_hubs":
        return count(float((city.spaces["domain"] == "creative_hub").sum()))
    value = city.figure(what)
    return not_known() if value is None else count(value)


def published_rows(told: Governance, cities: Sequence[ComparedCity]) -> tuple[PublishedRow, ...]:
    """Set published figures side by side, one row a label, in the order of the file.

    Parameters
    ----------
    told : facts and figures of the file governance.yaml.
    cities : in the order of the columns.
    """
    keys = [city.settings.key for city in cities]
    here = [figure for figure in told.figures if figure.city in keys]
    found = []
    for label in dict.fromkeys(figure.label for figure in here):
        same = [figure for figure in here if figure.label == label]
        cells = tuple(
            (city.name, tuple(_published(figure) for figure in same if figure.city == city.settings.key))
            for city in cities
        )
        what = next((figure.beside for figure in same if figure.beside), "")
        beside = tuple((city.name, _beside(city, what), computed(city)) for city in cities) if what else ()
        found.append(PublishedRow(translated(label), cells, translated(BESIDE[what]) if what else "", beside))
    return tuple(found)


# ---------------------------------------------------------------- the page


def _ground(city: ComparedCity, words: Words) -> SketchGround:
    with names_of(city.settings.city):
        best = [(int(row.rank), row.site_id, _site_name(row, words)) for row in _ranked(city)[:PINS]]
    return SketchGround(city.tables, best)


def comparison_page(
    cities: Sequence[ComparedCity], told: Governance, *, words: Words | None = None, pooled: pd.DataFrame | None = None
) -> ComparisonPage:
    """Make the view-model of the comparison page, in the language in force.

    Parameters
    ----------
    cities : settings, tables (study_area, heritage, creative, clusters, candidates, scores, links, indicators; geometry
        in EPSG:4326) and date of the map data, in the order of the columns.
    told : facts of governance and published figures; those of other cities are left out.
    words : names of heritage classes and creative domains, in English, by key; a key without one is written in words.
    pooled : the table backtest_pooled; without it the back-test is not told.
    """
    words = words or {}
    names = {city.settings.key: city.name for city in cities}
    shared, shelved = shelves(told, names)
    warnings = (sizes_apart(cities), ages_apart(cities), residents_apart(cities))
    facts = [*shared, *(fact for shelf in shelved for _, cell in shelf.cells for fact in cell)]
    return ComparisonPage(
        heads=tuple(head(city) for city in cities),
        sentences=sentences(cities, words),
        warnings=tuple(text for text in warnings if text),
        shared=shared,
        shelves=shelved,
        checklist=checklist(told, names),
        not_measured=not_measured(told),
        unchecked=sum(not fact.checked for fact in facts),
        size=indicator_rows(cities, specs=SIZE),
        spatial=indicator_rows(cities),
        spatial_care=spatial_care(cities),
        sketches=sketches([_ground(city, words) for city in cities]),
        domains=domain_rows(cities, words),
        tiers=tier_stacks(cities),
        reuse=reuse_stacks(cities),
        classes=class_rows(cities, words),
        reuse_care=reuse_care(cities),
        published=published_rows(told, cities),
        link_minutes=listed(list(dict.fromkeys(say("{n:g}", n=city.settings.network.link_minutes) for city in cities))),
        backtest=None if pooled is None else pooled_backtest(pooled),
    )
