"""What a city's workbook says, sheet by sheet: the tables and words of its page, in the language in force.

A page changes its language at a click. A workbook cannot: it would hold every sheet three times, and sums over a column
would not know which. So there is a file a language, `<city>.xlsx` in English, `<city>.vi.xlsx` and `<city>.zh.xlsx`, of
the same rows in the same order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from itertools import compress
from typing import Any

import pandas as pd

from creative_nodes.common import CRITERIA, criterion, listed, mark, say
from creative_nodes.report.city.sites import SiteCard, in_order
from creative_nodes.report.city.view import CityPage
from creative_nodes.report.page import render
from creative_nodes.report.say.words import known_number, map_date, osm_url, rows, worded
from creative_nodes.score import ASSUMED

Cell = str | float | int | None
UNITS = {
    "persons": mark("persons"),
    "min": mark("min"),
    "weighted spaces": mark("weighted spaces"),
    "weighted places": mark("weighted places"),
    "domains": mark("domains"),
    "spaces": mark("spaces"),
    "m²": "m²",
    "0-1": "0–1",
}
VERDICT_WORDS = {
    "unused": mark("does not count in this city"),
    "lacking": mark("not known, worth nothing"),
    "assumed": mark("not known, a typical figure stands in"),
    "little": mark("little"),
    "some": mark("some"),
    "much": mark("much"),
    "outstanding": mark("outstanding"),
}
# how numbers are shown, by unit
FORMATS = {"persons": "#,##0", "min": "0", "m²": "#,##0", "rank": "0", "share": "0 %", "degrees": "0.00000"}
PLAIN = "0.00"
NARROW, MIDDLE, WIDE, WORDY = 9, 16, 34, 90


@dataclass(frozen=True)
class Head:
    """The head of a column: its words with the unit, its width in letters, and how its numbers are shown."""

    words: str
    width: int = MIDDLE
    shown: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet: a head, rows as wide as it, how many columns stay in view, and the column of web addresses."""

    name: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kept: int = 0


def without_empty(spoken: Mapping[str, Sequence[Sheet]]) -> dict[str, tuple[Sheet, ...]]:
    """Leave out the columns that no row tells anything in, in any language: districts, where the map has none.

    Columns that stay in view are kept, and all of a sheet that has no rows.

    Parameters
    ----------
    spoken : the same sheets by language.
    """
    told = [[_told(sheets_, i) for i in range(len(sheets_[0].heads))] for sheets_ in zip(*spoken.values(), strict=True)]
    return {code: tuple(map(_only, own, told)) for code, own in spoken.items()}


def _told(sheets_: Sequence[Sheet], i: int) -> bool:
    return i < sheets_[0].kept or any(
        not sheet.rows or any(row[i] not in (None, "") for row in sheet.rows) for sheet in sheets_
    )


def _only(sheet: Sheet, told: Sequence[bool]) -> Sheet:
    kept = tuple(tuple(compress(row, told)) for row in sheet.rows)
    return replace(sheet, heads=tuple(compress(sheet.heads, told)), rows=kept)


def _head(words: str, unit: str, *, width: int = MIDDLE) -> Head:
    """Put the unit into the head, unless its words end with it, in brackets of any script."""
    told = f"({worded(UNITS, unit)})"
    known = unicodedata.normalize("NFKC", words).endswith(unicodedata.normalize("NFKC", told))
    return Head(words if known else f"{words} {told}", width, FORMATS.get(unit, PLAIN))


class _Lines(HTMLParser):
    """Collect what the items of a list and the paragraphs say, without their marks."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._within = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in ("li", "p"):
            self.lines.append("")
            self._within = True

    def handle_endtag(self, tag: str) -> None:
        self._within = self._within and tag not in ("li", "p")

    def handle_data(self, data: str) -> None:
        if self._within:
            self.lines[-1] += data


def lines_of(html: str) -> list[str]:
    """Return what the items and paragraphs of a part of a page say, as plain text."""
    reader = _Lines()
    reader.feed(html)
    return [text for line in reader.lines if (text := " ".join(line.split()))]


# ---------------------------------------------------------------- the answer


def _answer_rows(page: CityPage) -> Iterator[tuple[str, str]]:
    question = say("Which old industrial sites, reused, would connect the city's creative spaces most?")
    yield say("City"), page.city_name
    if page.settings.city.fictional:
        yield from ((say("Note"), line) for line in lines_of(str(render("city/header.html.j2", page=page)))[:1])
    yield say("Question"), question
    yield say("Answer"), page.answer.lead
    for line in filter(None, (page.answer.planned, page.answer.age)):
        yield say("Beside it"), line
    for one in page.answer.marks:
        yield say("Mark"), f"{one.words}: {one.line}"
    if page.answer.first:
        yield say("First by score"), page.answer.first
    for line in page.answer.beside:
        yield say("Beside it"), line
    for option in page.choice:
        yield option.label, option.brings
        for member in option.members:
            yield option.label, " – ".join(text for text in (member.name, member.adds, *member.plans) if text)
    for line in filter(None, (page.connects_more, *page.beside_set)):
        yield say("The set, and what each site adds"), line
    yield say("Map data"), map_date(page.snapshot)
    for line in (page.thin, page.network, page.origins):
        yield say("The city today"), line


def _answer(page: CityPage) -> Sheet:
    found = tuple((part, words) for part, words in _answer_rows(page) if words)
    return Sheet(say("Answer"), (Head(say("Part"), 24), Head(say("Words"), 120)), found, 1)


# ---------------------------------------------------------------- the ranking


def _labels(page: CityPage) -> dict[str, str]:
    """Return what the page calls each criterion, by key."""
    return {row.key: row.label for row in page.criteria}


def _criteria_heads(labels: Mapping[str, str]) -> tuple[Head, ...]:
    return tuple(_head(labels[key], criterion(key).unit, width=18) for key in CRITERIA)


def _typical(labels: Mapping[str, str], row: Any) -> str:
    """Name the criteria of a site whose figure is a typical one, since nobody knows its own."""
    return listed([labels[key] for key, flag in ASSUMED.items() if getattr(row, flag)])


def _figures_of(row: Any) -> tuple[Cell, ...]:
    return tuple(known_number(getattr(row, key)) for key in CRITERIA)


def _where(site: SiteCard) -> tuple[Cell, ...]:
    address = next((proof.url for proof in site.evidence if proof.url), "")
    return site.lon, site.lat, site.site_id, address


def _where_heads() -> tuple[Head, ...]:
    return (
        Head(say("Longitude (degrees)"), 12, FORMATS["degrees"]),
        Head(say("Latitude (degrees)"), 12, FORMATS["degrees"]),
        Head(say("Id in the tables"), 26),
        Head(say("On OpenStreetMap"), 44),
    )


def _ranked_row(labels: Mapping[str, str], site: SiteCard, row: Any) -> tuple[Cell, ...]:
    low, high, chance = (known_number(getattr(row, key)) for key in ("rank_low", "rank_high", "p_top"))
    marks = (site.priorities_mark_words, site.map_mark_words)
    size = site.area or say("not known")  # what stands in for it among the criteria is typical of its class
    ground = (site.heritage_class, size, site.ground, site.status_words, site.district)
    place = (site.rank, site.name, site.other_names, *ground)
    figures = (*_figures_of(row), _typical(labels, row), site.unreachable_reason)
    return (*place, known_number(row.score), low, high, chance, *marks, *figures, *_where(site))


def _ranking(page: CityPage, tables: Mapping[str, Any]) -> Sheet:
    ordered, labels = rows(in_order(tables["candidates"], tables["scores"])), _labels(page)
    heads = (
        Head(say("Rank"), NARROW, FORMATS["rank"]),
        Head(say("Site"), WIDE),
        Head(say("Other names"), WIDE),
        Head(say("Class"), 22),
        Head(say("Area"), WIDE),
        Head(say("Ground"), WIDE),
        Head(say("Status"), MIDDLE),
        Head(say("District"), MIDDLE),
        _head(say("Score"), "0-1", width=12),
        Head(say("Rank, low end of 90 % of weightings"), 14, FORMATS["rank"]),
        Head(say("Rank, high end of 90 % of weightings"), 14, FORMATS["rank"]),
        Head(say("Chance of being among the best {n:count}", n=page.top_n), 16, FORMATS["share"]),
        Head(say("Mark: other priorities"), 22),
        Head(say("Mark: map and model"), 24),
        *_criteria_heads(labels),
        Head(say("Figures that are not known, a typical one stands in"), WIDE),
        Head(say("Why it has no rank"), WIDE),
        *_where_heads(),
    )
    found = tuple(_ranked_row(labels, site, row) for site, row in zip(page.sites, ordered, strict=True))
    return Sheet(say("Ranking"), heads, found, 2)


# ---------------------------------------------------------------- values against the city


def _value_row(row: Any, site: SiteCard, label: str) -> tuple[Cell, ...]:
    numbers = ("figure", "city_low", "city_median", "city_high", "value", "weight")
    told = tuple(known_number(getattr(row, key)) for key in numbers)
    return (
        site.rank,
        site.name,
        label,
        worded(UNITS, row.unit),
        *told,
        worded(VERDICT_WORDS, row.verdict),
        site.site_id,
    )


def _values(page: CityPage, values: pd.DataFrame) -> Sheet:
    """Set each figure beside what the median place of the city has; sites by rank, criteria in the page's order."""
    sites = {site.site_id: site for site in page.sites}
    labels = _labels(page)
    place = {site_id: i for i, site_id in enumerate(sites)}
    ordered = values[values["site_id"].isin(place)]
    ordered = ordered.sort_values("site_id", key=lambda ids: ids.map(place), kind="stable")
    heads = (
        Head(say("Rank"), NARROW, FORMATS["rank"]),
        Head(say("Site"), WIDE),
        Head(say("Criterion"), WIDE),
        Head(say("Unit of the figures"), MIDDLE),
        Head(say("Figure"), MIDDLE, "#,##0.00"),
        Head(say("Worth nothing in this city"), MIDDLE, "#,##0.00"),
        Head(say("Median place of the city"), MIDDLE, "#,##0.00"),
        Head(say("Worth all in this city"), MIDDLE, "#,##0.00"),
        _head(say("What the figure is worth"), "0-1"),
        _head(say("Weight"), "0-1", width=12),
        Head(say("Verdict"), 28),
        Head(say("Id in the tables"), 26),
    )
    found = tuple(_value_row(row, sites[row.site_id], labels[row.criterion]) for row in rows(ordered))
    return Sheet(say("Values"), heads, found, 2)


# ---------------------------------------------------------------- survey list, sources, cautions


def _survey(page: CityPage, tables: Mapping[str, Any]) -> Sheet:
    cards = page.survey.cards if page.survey else ()
    signs = page.survey.signs if page.survey else ()
    known = {row.site_id: row for row in rows(tables["survey"])}
    heads = (
        Head(say("Rank"), NARROW, FORMATS["rank"]),
        Head(say("Ground"), WIDE),
        Head(say("Other names"), WIDE),
        _head(say("Area"), "m²", width=12),
        Head(say("Signs"), 60),
        Head(say("What would settle it"), 60),
        _head(say("Likelihood of its signs"), "0-1"),
        *_where_heads(),
    )
    found = tuple(
        (
            *(card.rank, card.name, card.other_names, known_number(known[card.site_id].area_m2), sign, card.settle),
            known_number(known[card.site_id].likelihood),
            *(card.lon, card.lat, card.site_id, _of_osm(known[card.site_id].osm_ids)),
        )
        for card, sign in zip(cards, signs, strict=True)
    )
    return Sheet(say("Survey list"), heads, found, 2)


def _of_osm(osm_ids: Sequence[str]) -> str:
    return next((address for one in osm_ids if (address := osm_url(one))), "")


def _sources(page: CityPage, licences: Sequence[str]) -> Sheet:
    heads = (
        Head(say("Group"), 26),
        Head(say("What"), 60),
        Head(say("Value"), 24),
        Head(say("Unit"), MIDDLE),
        Head(say("Where it comes from"), WORDY),
    )
    own = say("Data and licences")
    found: list[tuple[Cell, ...]] = [(own, word, value, "", "") for word, value in page.provenance]
    found += [(own, say("Licence"), "", "", line) for line in licences]
    for group in page.groups:
        found += [(group.title, one.label, one.value, one.unit, one.source) for one in group.figures]
    return Sheet(say("Sources"), heads, tuple(found), 0)


def _cautions(page: CityPage) -> Sheet:
    parts = {
        say("Read this first"): (*([page.city_note] if page.city_note else []), *page.notices),
        say("Words of caution"): lines_of(str(render("city/caution.html.j2", page=page))),
    }
    found = tuple((part, line) for part, lines in parts.items() for line in lines)
    return Sheet(say("Cautions"), (Head(say("Part"), 24), Head(say("Words"), 120)), found, 0)


def sheets(page: CityPage, tables: Mapping[str, Any]) -> tuple[Sheet, ...]:
    """Make the sheets of a city's workbook in the language in force.

    Parameters
    ----------
    page : the view-model of the city's page, made in that language.
    tables : frames by name: candidates, scores, values, survey.
    """
    licences = lines_of(str(render("city/data.html.j2", page=page)))
    return (
        _answer(page),
        _ranking(page, tables),
        _values(page, tables["values"]),
        _survey(page, tables),
        _sources(page, licences),
        _cautions(page),
    )
