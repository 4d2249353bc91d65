"""Industrial-heritage sites as the pages show them: candidates with their measures, and the others with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import CRITERIA, CriterionKey, area, say, say_n, spoken, translated
from creative_nodes.report.city.areas import Area
from creative_nodes.report.city.links import Links
from creative_nodes.report.city.made_of import Made
from creative_nodes.report.city.spaces import not_in_osm
from creative_nodes.report.city.within import Within
from creative_nodes.report.draw.shapes import points
from creative_nodes.report.say.keys import EVIDENCE_TIERS, PRIORITY_MARKS, STATUSES
from creative_nodes.report.say.words import (
    Words,
    known_number,
    lower_first,
    names,
    natural,
    osm_url,
    rows,
    sentences,
    worded,
)
from creative_nodes.report.settings import PageSettings
from creative_nodes.score import ASSUMED

EVIDENCE_SHOWN = 12
OTHER_KINDS = ("converted", "lost", "kept", "low")
Kind = Literal["candidate", "converted", "lost", "kept", "low", "survey"]
MadeOf = Callable[[str], dict[CriterionKey, Made]]
# columns of the table heritage that candidates do not hold
HERITAGE_ONLY = [
    *("tier", "area_m2", "start_year", "listed", "registry_id", "in_osm", "evidence", "osm_ids", "site_id"),
    *("status_source", "status_date", "inception", "ground_id", "placed_to"),
]


@dataclass(frozen=True)
class Measure:
    """One criterion of one site: value in natural units, what it adds to the score, and what it is made of."""

    value: str
    part: float | None
    made: Made | None = None


@dataclass(frozen=True)
class Proof:
    """One piece of evidence."""

    reason: str
    tag: str
    osm_id: str
    url: str


@dataclass(frozen=True)
class SiteCard:
    """A heritage site as shown; the last block is empty for a site that is no candidate.

    `status`, `tier`, the marks and `kind` are keys; the same names with `_words` are what a reader is told.
    """

    site_id: str
    name: str
    other_names: str
    heritage_class: str
    status: str
    status_words: str
    tier: str
    tier_words: str
    confidence: float
    listed: bool
    area: str
    start_year: str
    began: str
    source: str
    evidence: tuple[Proof, ...]
    more_evidence: int
    lon: float
    lat: float
    thin: str = ""
    more: Links = ()
    said_by: str = ""
    settle: str = ""
    kind: Kind = "candidate"
    likely: bool = False
    rank: int | None = None
    score: float | None = None
    priorities_mark: str = ""
    priorities_mark_words: str = ""
    map_mark: str = ""
    map_mark_words: str = ""
    interval: str = ""
    rank_low: int | None = None
    rank_high: int | None = None
    interval_words: str = ""
    chance_words: str = ""
    address: str = ""
    unreachable_reason: str = ""
    near: str = ""
    ground: str = ""
    district: str = ""
    plans: tuple[str, ...] = ()
    linked: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    within: tuple[Within, ...] = ()
    areas: tuple[Area, ...] = ()


def _told_tag(item: Mapping[str, Any]) -> str:
    """Write the tag of a piece of evidence, with the file and day that tell it where it is not the extract."""
    tag, source = str(item.get("tag") or ""), str(item.get("source") or "")
    return say("{tag} – from {source}", tag=tag, source=source) if source else tag


def proofs(text: str, *, most: int | None = EVIDENCE_SHOWN) -> tuple[tuple[Proof, ...], int]:
    """Read an evidence column: the first pieces, each once, and how many more there are.

    Parameters
    ----------
    text : of the column, JSON.
    most : how many pieces; None: all of them.
    """
    found: dict[Proof, None] = {}
    for item in json.loads(text or "[]"):
        osm_id = str(item.get("osm_id") or "")
        reason = str(item.get("reason") or item.get("rule") or "")
        found[Proof(translated(reason), _told_tag(item), osm_id, osm_url(osm_id))] = None
    shown = tuple(found)[:most]
    return shown, len(found) - len(shown)


def _of_objects(evidence: tuple[Proof, ...], osm_ids: Iterable[str]) -> tuple[Proof, ...]:
    """Have the first piece lead to the site's object in OpenStreetMap, where no piece leads to one."""
    known = next(filter(osm_url, osm_ids), "")
    if not known or not evidence or any(one.url for one in evidence):
        return evidence
    return replace(evidence[0], osm_id=known, url=osm_url(known)), *evidence[1:]


def _tier_words(row: Any) -> str:
    """Say how strong the evidence is, and where a registry alone gives it."""
    tier, rules = worded(EVIDENCE_TIERS, row.tier), {str(one.get("rule")) for one in json.loads(row.evidence or "[]")}
    return say("{tier}, by the registry alone", tier=tier) if rules == {"registry"} else tier


def _interval_words(row: Any, draws: int) -> str:
    low, high, chance = (known_number(value) for value in (row.rank_low, row.rank_high, row.p_top))
    if low is None or high is None:
        return ""
    if low == high:
        where = say(
            "Its rank stays {rank:count} in 90 % of {draws:count} random weightings around the weights of this run.",
            rank=low,
            draws=draws,
        )
    else:
        where = say(
            "Its rank lies between {low:count} and {high:count} in 90 % of {draws:count} random weightings around the "
            "weights of this run.",
            low=low,
            high=high,
            draws=draws,
        )
    if chance is None:
        return where
    return sentences(
        where, say("It is among the best {top:count} in {share:percent} of them.", top=row.top_n, share=chance)
    )


def _interval(row: Any) -> str:
    low, high = known_number(row.rank_low), known_number(row.rank_high)
    if low is None or high is None:
        return ""
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def site_names(row: Any, words: Words) -> tuple[str, str]:
    """Return the name of a site to show, which says so where it has none, and its others in one line.

    Parameters
    ----------
    row : of the table heritage, as `rows` gives it.
    words : of the classes, by key.
    """
    first = next(filter(osm_url, row.osm_ids), next(iter(row.osm_ids), row.registry_id or row.site_id))
    kind = lower_first(worded(words, row.heritage_class))
    return names(row, say("Unnamed: {kind} ({object})", kind=kind, object=first))


def _site(row: Any, point: np.ndarray, kind: Kind, words: Words) -> dict[str, Any]:
    """Collect what every heritage site shows, candidate or not."""
    class_words = worded(words, row.heritage_class)
    name, other_names = site_names(row, words)
    evidence, more = proofs(row.evidence)
    year = known_number(row.start_year)
    began = known_number(row.inception)
    size = known_number(row.area_m2)
    return {
        "site_id": row.site_id,
        "name": name,
        "other_names": other_names,
        "heritage_class": class_words,
        "status": row.status,
        "status_words": worded(STATUSES, row.status),
        "tier": row.tier,
        "tier_words": _tier_words(row),
        "confidence": row.confidence,
        "listed": bool(row.listed),
        "area": "" if size is None else site_area(size, row.placed_to),
        "start_year": "" if year is None else f"{year:.0f}",
        "began": "" if began is None else say("began in {year}, says Wikidata", year=f"{began:.0f}"),
        "source": not_in_osm(row),
        "said_by": said_by(row),
        "evidence": _of_objects(evidence, row.osm_ids),
        "more_evidence": more,
        "lon": float(point[0]),
        "lat": float(point[1]),
        "kind": kind,
    }


def site_area(area_m2: float, placed_to: str) -> str:
    """Write the area of a site; that of a ground which a row took by its street is inferred.

    Pages, workbook and catalogue say it by this.

    Parameters
    ----------
    area_m2 : in m².
    placed_to : as in the table heritage: site, or what else the row is known to.
    """
    if placed_to == "site":
        return area(area_m2)
    return say("{area} (of the industrial ground beside its street: inferred)", area=area(area_m2))


def said_by(row: Any) -> str:
    """Say who tells of a site's use, and when, unless the source ends on that itself; empty when nobody does."""
    source, when = str(row.status_source or ""), str(row.status_date or "")
    if not source or not when or source.endswith(f"({when})"):
        return source
    return say("{source} ({when})", source=source, when=when)


def survey_card(row: Any, point: np.ndarray, settle: str, words: Words) -> SiteCard:
    """Word a ground of the survey list.

    Parameters
    ----------
    row : of the tables survey, survey_candidates and survey_scores, joined.
    point : degrees.
    settle : what would settle its age, in words.
    words : of the page.
    """
    nobody = {"status_source": "", "status_date": "", "tier": "low", "listed": False, "placed_to": "site"}
    nobody |= dict.fromkeys(("start_year", "inception"))
    full = SimpleNamespace(**{**row._asdict(), **nobody, "registry_id": "", "in_osm": True, "evidence": row.signs})
    rank = known_number(row.rank)
    return SiteCard(
        **_site(full, point, "survey", words),
        rank=None if rank is None else int(rank),
        score=known_number(row.score),
        settle=settle,
    )


def _kind_of(row: Any, least: float) -> Kind:
    """Tell why a site is no candidate; one that is a candidate by this is so by some other setting."""
    if row.status == "converted" or row.status == "lost":
        kind: Kind = row.status
        return kind
    if row.confidence < least:
        return "low"
    return "candidate" if row.offered else "kept"


def _near(row: Any, space_names: Mapping[str, str], minutes: float) -> str:
    """Say which creative space is nearest, and how many are within a walk."""
    if not row.nearest_space:
        return say("No creative space in reach on foot.")
    name, away = space_names.get(row.nearest_space, row.nearest_space), known_number(row.nearest_space_m)
    nearest = (
        say("{space}, {away:metres} away on foot.", space=name, away=away)
        if away is not None
        else say("{space}.", space=name)
    )
    within = known_number(row.spaces_walk)
    if within is None:
        return nearest
    number_of = say_n(
        within,
        "{n:count} creative space is within {minutes:g} min on foot.",
        "{n:count} creative spaces are within {minutes:g} min on foot.",
        minutes=minutes,
    )
    return sentences(nearest, number_of)


def shared_ground(others: Sequence[str], placed_to: str) -> str:
    """Say which others stand on a site's ground; empty where none does.

    Pages, workbook and catalogue say it by this.

    Parameters
    ----------
    others : their names.
    placed_to : of the site, as in the table heritage.
    """
    if not others:
        return ""
    if placed_to == "site":
        return say("On one ground with {names}: they are one node.", names=list(others))
    return say("Taken to stand on one ground with {names}, as one node: only the street is known.", names=list(others))


@dataclass(frozen=True)
class AroundSites:
    """What is told of candidates beside their own rows: names, parts, and by row what they reach."""

    space_names: Mapping[str, str]
    made_of: MadeOf
    within: Sequence[tuple[Within, ...]]
    areas: Sequence[tuple[Area, ...]]


def _figure(key: CriterionKey, row: Any, kind: str) -> str:
    """Word a figure; one that stands in for what nobody knows says so."""
    said, assumed = natural(key, getattr(row, key)), bool(getattr(row, ASSUMED.get(key, ""), False))
    if not (assumed and row.reachable):
        return said
    if key == "site_capacity":
        return say("{value} (not known: counted as typical of its kind, {kind})", value=said, kind=lower_first(kind))
    return say("{value} (age not known: counted as the middle)", value=said)


def _candidate(row: Any, i: int, base: dict[str, Any], around: AroundSites, settings: PageSettings) -> SiteCard:
    rank, made = known_number(row.rank), around.made_of(row.site_id) if row.reachable else {}
    return SiteCard(
        **base,
        rank=None if rank is None else int(rank),
        score=known_number(row.score),
        likely=row.list == "likely",
        priorities_mark=row.priorities,
        priorities_mark_words=worded(PRIORITY_MARKS, row.priorities),
        interval=_interval(row),
        rank_low=None if (low := known_number(row.rank_low)) is None else int(low),
        rank_high=None if (high := known_number(row.rank_high)) is None else int(high),
        interval_words=_interval_words(row, settings.score.draws),
        unreachable_reason="" if row.reachable else spoken(row, "unreachable_reason") or say("no reason given"),
        near=_near(row, around.space_names, settings.network.link_minutes),
        measures=tuple(
            Measure(_figure(key, row, base["heritage_class"]), known_number(getattr(row, f"part_{key}")), made.get(key))
            for key in CRITERIA
        ),
        within=around.within[i],
        areas=around.areas[i],
    )


def in_order(candidates: gpd.GeoDataFrame, scores: pd.DataFrame) -> gpd.GeoDataFrame:
    """Join candidates with their scores, best first, those without a rank last.

    Parameters
    ----------
    candidates, scores : the tables of these names.
    """
    joined = candidates.merge(scores.drop(columns="list"), on="site_id", how="left", validate="one_to_one")
    return joined.sort_values(["rank", "site_id"], na_position="last").reset_index(drop=True)


def candidate_sites(
    ordered: gpd.GeoDataFrame, heritage: gpd.GeoDataFrame, around: AroundSites, settings: PageSettings, words: Words
) -> tuple[SiteCard, ...]:
    """Word the candidates.

    Parameters
    ----------
    ordered : the tables candidates and scores, joined and in order.
    heritage : the table of that name.
    around : names, parts and reach, by row of `ordered`.
    settings, words : of the page.
    """
    full = ordered.merge(heritage[HERITAGE_ONLY], on="site_id", how="left", validate="one_to_one")
    at, whole = points(ordered), rows(full)
    cards = [_candidate(row, i, _site(row, at[i], "candidate", words), around, settings) for i, row in enumerate(whole)]
    called = {card.site_id: card.name for card in cards}
    return tuple(
        replace(card, ground=shared_ground([called[one] for one in others if one in called], placed_to))
        for card, others, placed_to in zip(cards, full["one_ground_with"], full["placed_to"], strict=True)
    )


def other_sites(
    heritage: gpd.GeoDataFrame, taken: pd.Series, area_: BaseGeometry, least: float, words: Words
) -> tuple[SiteCard, ...]:
    """Word the sites inside the study area that are no candidates, each with the reason.

    Parameters
    ----------
    heritage : the table of that name.
    taken : site_id of the candidates.
    area_ : study area, EPSG:4326.
    least : confidence that a candidate needs.
    words : of the page.
    """
    rest = heritage[~heritage["site_id"].isin(taken)].reset_index(drop=True)
    at = points(rest)
    shapely.prepare(area_)
    inside: Any = shapely.contains_xy(area_, at[:, 0], at[:, 1]) if len(rest) else []
    found = []
    for i, row in enumerate(rows(rest)):
        kind = _kind_of(row, least)
        if kind != "candidate" and inside[i]:
            found.append(SiteCard(**_site(row, at[i], kind, words)))
    return tuple(found)
