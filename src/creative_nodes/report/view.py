"""What a page says: tables and settings in, one typed view-model out.

Everything a reader sees as a number is worded here once (value, unit, median), so that templates only place text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.config import (
    CRITERIA,
    CRITERION_GROUPS,
    Candidates,
    City,
    ClusterSettings,
    Completeness,
    Criterion,
    Network,
    Reach,
    Report,
    Score,
    restore,
)
from creative_nodes.geo import WGS84_EPSG, reproject
from creative_nodes.report.basemap import rounded

TOP_PINS = 10
NBSP = "\u00a0"  # keeps a number and its unit on one line
EVIDENCE_SHOWN = 12
MAX_LINKS_DRAWN = 30_000  # beyond it the layer of links would weigh more than the rest of the page
SITE_TOLERANCE_M = 2
HULL_MARGIN_M = 60
BEST_PARTS = 3
MANY_YEARS_APART = 1.0
OTHER_KINDS = ("converted", "lost", "low")
NOTICE = "notice_"
Kind = Literal["candidate", "converted", "lost", "low"]
Words = Mapping[str, str]  # the taxonomies' names of classes and domains
OSM_OBJECT = re.compile(r"(node|way|relation)/(\d+)")

# keys of the indicators that the first screen and the index quote
CONNECTIVITY = "connectivity"
ISOLATED = "isolated_share"
SPACES = "creative_spaces"
RESIDENTS = "residents"
THIN = "residents_thin"
MEDIAN_VENUES = "venues_per_1000"
THIN_WORDS = ("thin", "empty")  # a site in an empty hexagon stands where no street is mapped

ON_INDEX = (
    SPACES,
    "heritage_sites",
    "heritage_active",
    "heritage_disused",
    "heritage_brownfield",
    "heritage_converted",
    "heritage_lost",
    CONNECTIVITY,
    ISOLATED,
    RESIDENTS,
    THIN,
    "area",
)

WHY: dict[Criterion, str] = {
    "residents_walk_15": "many residents within a walk",
    "residents_ride_30": "many residents within a ride",
    "transit_minutes": "a rapid-transit station near by",
    "newly_served": "residents who have no creative space in walking reach today",
    "exchange": "creative neighbours a few steps away",
    "neighbourhood": "a lively neighbourhood",
    "diversity": "a wide mix of the arts around it",
    "relay": "its place as a stepping stone between creative spaces",
    "site_capacity": "a large site",
    "heritage_value": "its heritage value",
    "readiness": "land that is ready for a new use",
}
GROUP_WORDS = {"people": "People", "spillover": "Spillover", "network": "Network", "site": "Site"}
# words for C: more than half the pairs joined is "mostly"
LEVELS = ((0.1, "barely connected"), (0.5, "partly connected"), (0.8, "mostly connected"), (1.1, "well connected"))


# ---------------------------------------------------------------- what a page is made of


@dataclass(frozen=True)
class Settings:
    """The settings a page quotes."""

    key: str
    city: City
    report: Report
    score: Score
    reach: Reach
    candidates: Candidates
    network: Network
    clusters: ClusterSettings
    completeness: Completeness
    snap_within_m: float


@dataclass(frozen=True)
class CriterionRow:
    """One criterion as the method and the cards name it; `best_part` is missing when no score holds it."""

    key: Criterion
    group: str
    label: str
    weight: float
    median: str
    best_part: float | None


@dataclass(frozen=True)
class Measure:
    """One criterion of one site: value in natural units, and what it adds to the score."""

    value: str
    part: float | None


@dataclass(frozen=True)
class Proof:
    """One piece of evidence."""

    reason: str
    tag: str
    osm_id: str
    url: str


@dataclass(frozen=True)
class Site:
    """A heritage site as shown; the last block is empty for a site that is no candidate."""

    site_id: str
    name: str
    other_names: str
    heritage_class: str
    status: str
    tier: str
    confidence: float
    listed: bool
    area: str
    start_year: str
    source: str
    evidence: tuple[Proof, ...]
    more_evidence: int
    lon: float
    lat: float
    kind: Kind = "candidate"
    rank: int | None = None
    score: float | None = None
    certainty: str = ""
    interval: str = ""
    interval_words: str = ""
    unreachable_reason: str = ""
    near: str = ""
    thin: str = ""
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class Space:
    """A creative space as shown."""

    space_id: str
    name: str
    other_names: str
    domain: str
    tier: str
    source: str
    lon: float
    lat: float
    url: str


@dataclass(frozen=True)
class Hull:
    """A kept cluster as shown."""

    name: str
    n_spaces: int
    p_value: float


@dataclass(frozen=True)
class Hexagon:
    """How completely a hexagon is mapped, as shown: one word, then its figures a line each."""

    mapping: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """One indicator in words."""

    key: str
    label: str
    value: str
    unit: str
    source: str


@dataclass(frozen=True)
class Known:
    """One row of the registry of known sites."""

    name: str
    other_names: str
    kind: str
    use: str
    outcome: str
    reason: str
    source: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Decay:
    """One decay, explained as a distance."""

    key: str
    what: str
    half_m: int
    source: str


@dataclass(frozen=True)
class CityPage:
    """A city's page, whole."""

    settings: Settings
    answer: str
    network: str
    n_scored: int
    top_n: int
    sites: tuple[Site, ...]
    others: tuple[Site, ...]
    spaces: tuple[Space, ...]
    hulls: tuple[Hull, ...]
    hexagons: tuple[Hexagon, ...]
    links: tuple[int, ...]
    n_links: int
    criteria: tuple[CriterionRow, ...]
    decays: tuple[Decay, ...]
    figures: tuple[Figure, ...]
    notices: tuple[str, ...]
    known: tuple[Known, ...]
    known_counts: tuple[tuple[str, int], ...]
    provenance: tuple[tuple[str, str], ...]
    snapshot: str
    area: BaseGeometry
    epsg: int
    site_shapes: tuple[BaseGeometry, ...]
    hull_shapes: tuple[BaseGeometry, ...]
    hexagon_shapes: tuple[BaseGeometry, ...]

    @property
    def ranked(self) -> tuple[Site, ...]:
        """Sites with a rank, best first."""
        return tuple(site for site in self.sites if site.rank is not None)

    @property
    def apart(self) -> tuple[Site, ...]:
        """Candidates without a rank: nobody on foot can reach them along the streets that are mapped."""
        return tuple(site for site in self.sites if site.rank is None)


@dataclass(frozen=True)
class CityCard:
    """One city on the index."""

    settings: Settings
    snapshot: str
    top: str
    top_why: str
    figures: tuple[Figure, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class IndexPage:
    """The index, whole."""

    cards: tuple[CityCard, ...]
    warning: str


def settings_of(text: str) -> Settings:
    """Read the settings that a rule passes on (JSON made by `config.pick`)."""
    data = json.loads(text)
    return Settings(
        key=data["key"],
        city=restore(text, "city", City),
        report=restore(text, "analysis.report", Report),
        score=restore(text, "analysis.score", Score),
        reach=restore(text, "analysis.reach", Reach),
        candidates=restore(text, "analysis.candidates", Candidates),
        network=restore(text, "analysis.network", Network),
        clusters=restore(text, "analysis.clusters", ClusterSettings),
        completeness=restore(text, "analysis.completeness", Completeness),
        snap_within_m=float(data["analysis.travel.snap_within_m"]),
    )


# ---------------------------------------------------------------- words and numbers


def number(value: float, digits: int = 3) -> str:
    """Write a number with that many digits that count, thousands apart, never in powers of ten."""
    if not math.isfinite(value):
        return "not known"
    if value == 0:
        return "0"
    whole = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    if abs(value) >= 10 ** (digits - 1):
        step = 10 ** max(0, math.floor(math.log10(abs(value))) - digits + 1)
        return f"{round(value / step) * step:,.0f}"
    text = f"{value:.{min(whole, 5)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: float) -> str:
    """Write a count, thousands apart."""
    return f"{value:,.0f}"


def percent(share: float) -> str:
    """Write a share as a percentage; a small one keeps a decimal, and none is rounded to nothing."""
    value = share * 100
    if 0 < value < 0.1:
        return f"under 0.1{NBSP}%"
    return f"{value:.1f}{NBSP}%" if value < 10 and round(value, 1) % 1 else f"{value:.0f}{NBSP}%"


def area(square_metres: float) -> str:
    """Write an area in m² or hectares."""
    return f"{number(square_metres / 1e4)} ha" if square_metres >= 1e4 else f"{number(square_metres)} m²"


def metres(value: float) -> str:
    """Write a distance in m or km."""
    return f"{value / 1000:.1f} km" if value >= 1000 else f"{round(value / 10) * 10 if value >= 100 else value:.0f} m"


def natural(key: str, value: float) -> str:
    """Write a criterion's value in its natural unit; what is missing says so."""
    if value is None or pd.isna(value):
        return "not known"
    if key == "transit_minutes":
        return f"{value:.0f} min"
    if key == "site_capacity":
        return area(value)
    if key == "relay":
        return f"+{number(value * 100, 2)} points"
    if key in ("residents_walk_15", "residents_ride_30", "newly_served"):
        return number(value)
    return "under 0.01" if 0 < value < 0.005 else f"{value:.2f}"


def labels(reach: Reach, city: City) -> dict[Criterion, str]:
    """Name the criteria for readers, with the minutes this run used."""
    walk, ride = f"{reach.walk_minutes:g}", f"{reach.ride_minutes:g}"
    mode = {"transit": "public transport", "walk": "on foot"}.get(city.main_mode, city.main_mode)
    return {
        "residents_walk_15": f"Residents within {walk} min walk",
        "residents_ride_30": f"Residents within {ride} min by {mode}",
        "transit_minutes": "Walk to the nearest rapid-transit station",
        "newly_served": f"Residents within {walk} min walk, newly served",
        "exchange": "Exchange: creative spaces next door (decaying sum)",
        "neighbourhood": "Neighbourhood: spaces and amenities (decaying sum)",
        "diversity": "Creative domains around (effective number)",
        "relay": "Rise in network connectivity",
        "site_capacity": "Site area",
        "heritage_value": "Heritage value (0–1)",
        "readiness": "Readiness (0–1)",
    }


def ordinal(value: int) -> str:
    """Write 1 as 1st, 2 as 2nd and so on."""
    ending = "th" if 10 <= value % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def listed(items: Sequence[str]) -> str:
    """Join words as a sentence does."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


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


def names(row: Any, fallback: str) -> tuple[str, str]:
    """Return the name to show, and the other names in one line."""
    given = [text for text in (row.name_, row.name_en, row.name_vi, row.name_zh) if text]
    distinct = list(dict.fromkeys(given))
    if not distinct:
        return fallback, ""
    return distinct[0], " · ".join(distinct[1:])


def named_twice(row: Any, fallback: str) -> str:
    """Return the name to show, with the English name behind it when that is another one."""
    name, _ = names(row, fallback)
    return f"{name} ({row.name_en})" if row.name_en and row.name_en != name else name


def _rows(frame: pd.DataFrame) -> list[Any]:
    """Go through rows as named tuples; `name` would hide behind the tuple's own attributes, so it is `name_`."""
    plain_frame = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return list(plain_frame.rename(columns={"name": "name_"}).itertuples(index=False))


def proofs(text: str) -> tuple[tuple[Proof, ...], int]:
    """Read an evidence column: the first pieces, each once, and how many more there are."""
    found: dict[Proof, None] = {}
    for item in json.loads(text or "[]"):
        osm_id = str(item.get("osm_id") or "")
        reason = str(item.get("reason") or item.get("rule") or "")
        found[Proof(reason, str(item.get("tag") or ""), osm_id, osm_url(osm_id))] = None
    return tuple(found)[:EVIDENCE_SHOWN], max(0, len(found) - EVIDENCE_SHOWN)


def _points(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return a point on each shape: longitude, latitude, to a metre."""
    inside = shapely.point_on_surface(frame.geometry.to_numpy())
    return np.round(np.column_stack([shapely.get_x(inside), shapely.get_y(inside)]), 5) + 0.0


def _known_number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


# ---------------------------------------------------------------- sites


def _interval_words(row: Any, draws: int) -> str:
    low, high, chance = (_known_number(value) for value in (row.rank_low, row.rank_high, row.p_top))
    if low is None or high is None:
        return ""
    best, worst = ordinal(int(low)), ordinal(int(high))
    where = f"stays {best}" if low == high else f"ranks between {best} and {worst}"
    told = f"It {where} in 90 % of {draws:,} random weightings around the weights of this run"
    return f"{told}." if chance is None else f"{told}, and among the best {row.top_n} in {percent(chance)} of them."


def _interval(row: Any) -> str:
    low, high = _known_number(row.rank_low), _known_number(row.rank_high)
    if low is None or high is None:
        return ""
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def _not_in_osm(row: Any) -> str:
    """Say where a site that is not in OSM is known from; nothing for the others."""
    return "" if row.in_osm else f"known from {'the registry' if row.registry_id else 'an imported list'}, not in OSM"


def _site(row: Any, point: np.ndarray, kind: Kind, words: Words) -> dict[str, Any]:
    """Collect what every heritage site shows, candidate or not."""
    first = next(iter(row.osm_ids), row.registry_id or row.site_id)
    class_words = worded(words, row.heritage_class)
    name, other_names = names(row, f"Unnamed: {lower_first(class_words)} ({first})")
    evidence, more = proofs(row.evidence)
    year = _known_number(row.start_year)
    size = _known_number(row.area_m2)
    return {
        "site_id": row.site_id,
        "name": name,
        "other_names": other_names,
        "heritage_class": class_words,
        "status": row.status,
        "tier": row.tier,
        "confidence": row.confidence,
        "listed": bool(row.listed),
        "area": "" if size is None else area(size),
        "start_year": "" if year is None else f"{year:.0f}",
        "source": _not_in_osm(row),
        "evidence": evidence,
        "more_evidence": more,
        "lon": float(point[0]),
        "lat": float(point[1]),
        "kind": kind,
    }


def _near(row: Any, space_names: Mapping[str, str], minutes: float) -> str:
    """Say which creative space is nearest, and how many are within a walk."""
    if not row.nearest_space:
        return "No creative space in reach on foot."
    distance = _known_number(row.nearest_space_m)
    away = "" if distance is None else f", {metres(distance)} away on foot"
    within = _known_number(row.spaces_walk)
    others = "" if within is None else f"; {count(within)} within {minutes:g} min walk"
    return f"{space_names.get(row.nearest_space, row.nearest_space)}{away}{others}."


def _candidate(row: Any, base: dict[str, Any], space_names: Mapping[str, str], settings: Settings) -> Site:
    rank = _known_number(row.rank)
    return Site(
        **base,
        rank=None if rank is None else int(rank),
        score=_known_number(row.score),
        certainty=row.certainty,
        interval=_interval(row),
        interval_words=_interval_words(row, settings.score.draws),
        unreachable_reason="" if row.reachable else row.unreachable_reason or "no reason given",
        near=_near(row, space_names, settings.network.link_minutes),
        measures=tuple(
            Measure(natural(key, getattr(row, key)), _known_number(getattr(row, f"part_{key}"))) for key in CRITERIA
        ),
    )


def _ordered(candidates: gpd.GeoDataFrame, scores: pd.DataFrame) -> gpd.GeoDataFrame:
    """Join candidates with their scores, best first, those without a rank last."""
    joined = candidates.merge(scores, on="site_id", how="left", validate="one_to_one")
    return joined.sort_values(["rank", "site_id"], na_position="last").reset_index(drop=True)


def _sites(
    ordered: gpd.GeoDataFrame,
    heritage: gpd.GeoDataFrame,
    space_names: Mapping[str, str],
    settings: Settings,
    words: Words,
) -> tuple[Site, ...]:
    extra = ["tier", "area_m2", "start_year", "listed", "registry_id", "in_osm", "evidence", "osm_ids", "site_id"]
    full = ordered.merge(heritage[extra], on="site_id", how="left", validate="one_to_one")
    points = _points(ordered)
    return tuple(
        _candidate(row, _site(row, points[i], "candidate", words), space_names, settings)
        for i, row in enumerate(_rows(full))
    )


def _others(
    heritage: gpd.GeoDataFrame, taken: pd.Series, area_: BaseGeometry, least: float, words: Words
) -> tuple[Site, ...]:
    """Sites inside the study area that are no candidates, and why."""
    rest = heritage[~heritage["site_id"].isin(taken)].reset_index(drop=True)
    points = _points(rest)
    shapely.prepare(area_)
    inside: Any = shapely.contains_xy(area_, points[:, 0], points[:, 1]) if len(rest) else []
    found = []
    for i, row in enumerate(_rows(rest)):
        kind: Any = row.status if row.status in ("converted", "lost") else "low" if row.confidence < least else ""
        if kind and inside[i]:
            found.append(Site(**_site(row, points[i], kind, words)))
    return tuple(found)


# ---------------------------------------------------------------- creative spaces


def _spaces(creative: gpd.GeoDataFrame, words: Words) -> tuple[Space, ...]:
    points = _points(creative)
    found = []
    for i, row in enumerate(_rows(creative)):
        first = next(iter(row.osm_ids), "")
        domain = worded(words, row.domain)
        name, other_names = names(row, f"Unnamed: {lower_first(domain)}")
        source = _not_in_osm(row)
        source = source if row.inside else "outside the study area: it counts for reach only"
        lon, lat = (float(value) for value in points[i])
        found.append(Space(row.space_id, name, other_names, domain, row.tier, source, lon, lat, osm_url(first)))
    return tuple(found)


def _link_pairs(links: pd.DataFrame, creative: gpd.GeoDataFrame) -> tuple[int, ...]:
    """Write links as row numbers of the spaces, two a link."""
    if len(links) > MAX_LINKS_DRAWN:
        return ()
    rows = pd.Series(range(len(creative)), index=creative["space_id"].to_numpy())
    pairs = np.column_stack([rows.reindex(links["a"]).to_numpy(float), rows.reindex(links["b"]).to_numpy(float)])
    pairs = pairs[~np.isnan(pairs).any(axis=1)].astype(int)
    return tuple(int(value) for value in pairs.ravel())


def _hull_shapes(kept: gpd.GeoDataFrame, epsg: int) -> tuple[BaseGeometry, ...]:
    """Draw a soft outline round each cluster: its convex hull, grown by metres."""
    if kept.empty:
        return ()
    hulls = shapely.convex_hull(reproject(kept.geometry.to_numpy(), WGS84_EPSG, epsg))
    grown = shapely.simplify(shapely.buffer(hulls, HULL_MARGIN_M), SITE_TOLERANCE_M)
    return tuple(rounded(shape) for shape in reproject(grown, epsg, WGS84_EPSG))


def _site_shapes(ordered: gpd.GeoDataFrame, epsg: int) -> tuple[BaseGeometry, ...]:
    """Simplify site outlines; a point has none, its marker shows it."""
    shapes = reproject(ordered.geometry.to_numpy(), WGS84_EPSG, epsg)
    drawn = shapely.simplify(shapes, SITE_TOLERANCE_M)
    back = reproject(drawn, epsg, WGS84_EPSG)
    flat = shapely.get_dimensions(back) == 0
    return tuple(shapely.Polygon() if flat[i] else rounded(shape) for i, shape in enumerate(back))


# ---------------------------------------------------------------- completeness of mapping


def _venue_rate(row: Any, least: float, median: float | None) -> str:
    """Word how many named venues a hexagon has: per resident where enough people live, else along its streets."""
    if row.street_km == 0:
        return "no street is mapped"
    if row.residents >= least:
        beside = "" if median is None else f", city median {number(median, 2)}"
        return f"{number(row.venues_per_1000, 2)} named venues per 1,000 residents{beside}"
    return f"{count(row.named_venues)} named venues along {number(row.street_km, 2)} km of street"


def _with_mapping(
    sites: Sequence[Site], hexagons: gpd.GeoDataFrame, least: float, median: float | None
) -> tuple[Site, ...]:
    """Say on each site whether the hexagon that its point lies in is mapped thinly."""
    points = shapely.points(np.array([(site.lon, site.lat) for site in sites]).reshape(-1, 2))
    site, cell = shapely.STRtree(hexagons.geometry.to_numpy()).query(points, predicate="intersects")
    rows, found = _rows(hexagons), dict(zip(site.tolist(), cell.tolist(), strict=True))
    around = [rows[found[i]] if i in found else None for i in range(len(sites))]
    return tuple(
        replace(one, thin=f"{_venue_rate(row, least, median)}.")
        if row is not None and row.mapping in THIN_WORDS
        else one
        for one, row in zip(sites, around, strict=True)
    )


def _hexagon(row: Any, least: float, median: float | None) -> Hexagon:
    people = _known_number(row.residents)
    streets = f"{number(row.street_km, 2)} km of street"
    counts = f"{count(row.named_venues)} named venues, {count(row.buildings)} buildings, {streets}"
    edited = f"newest edit {row.last_edit}, half of the objects not edited since {row.median_edit}"
    lines = (
        _venue_rate(row, least, median) if row.residents >= least else "",
        counts if people is None else f"{counts}, {count(people)} residents",
        edited if row.last_edit else "",
    )
    return Hexagon(row.mapping, tuple(line for line in lines if line))


def _hexagon_shapes(hexagons: gpd.GeoDataFrame, area_: BaseGeometry) -> tuple[BaseGeometry, ...]:
    """Return what of each hexagon lies in the study area, for that is what was counted."""
    shapely.prepare(area_)
    shapes = hexagons.geometry.to_numpy()
    parts = np.where(shapely.covers(area_, shapes), shapes, shapely.intersection(shapes, area_))
    return tuple(rounded(shape) for shape in parts)


# ---------------------------------------------------------------- figures, method, sources


def figures(indicators: pd.DataFrame) -> tuple[Figure, ...]:
    """Word the indicators; a missing value says so, and its source says why."""
    found = []
    for row in _rows(indicators):
        if row.indicator.startswith(NOTICE):
            continue
        value = _known_number(row.value)
        share = row.unit in ("share", "0-1")
        if value is None:
            text, unit = "not known", ""
        elif share:
            text, unit = percent(value), ""
        else:
            text = count(value) if value == round(value) or abs(value) >= 1000 else number(value)
            unit = row.unit
        found.append(Figure(row.indicator, upper_first(row.label), text, unit, row.source))
    return tuple(found)


def notices(indicators: pd.DataFrame) -> tuple[str, ...]:
    """Return the sentences of the rows `notice_…`."""
    told = indicators["indicator"].str.startswith(NOTICE)
    return tuple(text for text in indicators.loc[told, "source"] if text)


def quoted(indicators: pd.DataFrame, key: str) -> float | None:
    """Return an indicator's value; nothing when it is missing or not there."""
    values = indicators.loc[indicators["indicator"] == key, "value"]
    return _known_number(values.iloc[0]) if len(values) else None


def answer(best: Sequence[Any], n: int, settings: Settings) -> str:
    """Say in a sentence which site ranks first, how sure that is, and why.

    Parameters
    ----------
    best : the first-ranked site: name, certainty, p_top, top_n, and (criterion, part) pairs; empty when none is
        scored.
    n : scored sites.
    settings : of this run.
    """
    if not best:
        return "No candidate could be scored: see the list of sites out of reach and the remarks below."
    name, certainty, chance, top_n, parts = best
    top = [WHY[key] for key, part in sorted(parts, key=lambda item: -item[1])[:BEST_PARTS] if part > 0]
    sure = {
        "robust": "and that is robust",
        "depends on priorities": "but that depends on priorities",
        "weak": "but that is weak",
    }.get(certainty, f"({certainty})")
    told = f"{name} ranks first of {n:,} scored candidates, {sure}"
    if chance is not None:
        told += f": it is among the best {top_n} in {percent(chance)} of {settings.score.draws:,} weightings"
    return f"{told}. What counts most: {listed(top)}." if top else f"{told}."


def network_today(indicators: pd.DataFrame, n_spaces: int, settings: Settings) -> str:
    """Say in a sentence how connected the creative network is."""
    connectivity, isolated = quoted(indicators, CONNECTIVITY), quoted(indicators, ISOLATED)
    spaces = quoted(indicators, SPACES)
    number_of = count(n_spaces if spaces is None else spaces)
    if connectivity is None:
        return f"{number_of} creative spaces were found; how well they are connected cannot be told."
    level = next(word for limit, word in LEVELS if connectivity < limit)
    step = f"{settings.network.link_minutes:g}"
    alone = "" if isolated is None else f"; {percent(isolated)} of them have no other within {step} minutes"
    return (
        f"Today the city's {number_of} creative spaces are {level}: two picked at random are joined by walks of "
        f"{step} minutes or less, from space to space, with a chance of {percent(connectivity)}{alone}."
    )


def decays(reach: Reach) -> tuple[Decay, ...]:
    """Explain both decays as the distance at which half of the effect is gone."""
    return (
        Decay(
            "reach.exchange_decay_per_m",
            "Exchange (learning between neighbours)",
            round(math.log(2) / reach.exchange_decay_per_m),
            "Baum-Snow, Gendron-Carrier and Pavan, American Economic Review 2024: firms in Canada and the US",
        ),
        Decay(
            "reach.neighbourhood_half_life_m",
            "Neighbourhood (spillover to places around)",
            round(reach.neighbourhood_half_life_m),
            "Rossi-Hansberg, Sarte and Owens, Journal of Political Economy 2010: Richmond, Virginia",
        ),
    )


def _criteria(ordered: gpd.GeoDataFrame, settings: Settings) -> tuple[CriterionRow, ...]:
    """Name each criterion with its weight and the median over the scored candidates."""
    groups = {key: group for group, keys in CRITERION_GROUPS.items() for key in keys}
    words = labels(settings.reach, settings.city)
    scored = ordered[ordered["rank"].notna()]
    return tuple(
        CriterionRow(
            key=key,
            group=GROUP_WORDS[groups[key]],
            label=words[key],
            weight=settings.score.weights[key],
            median=natural(key, scored[key].median()),
            best_part=_known_number(scored[f"part_{key}"].max()),
        )
        for key in CRITERIA
    )


def _registry(registry: pd.DataFrame) -> tuple[tuple[Known, ...], tuple[tuple[str, int], ...]]:
    known = []
    for row in _rows(registry):
        name, other_names = names(row, row.registry_id)
        year = _known_number(row.year_converted)
        use = " → ".join(text for text in (row.former_use, row.present_use) if text)
        use += f" ({year:.0f})" if year is not None else ""
        known.append(Known(name, other_names, row.kind, use, row.outcome, row.reason, *web_links(row.source)))
    counts = registry["outcome"].value_counts(sort=False)
    return tuple(known), tuple((str(outcome), int(n)) for outcome, n in counts.items())


PROVENANCE_WORDS = {
    "snapshot": "OpenStreetMap data of",
    "source": "Source",
    "source_sha256": "SHA-256 of the source",
    "sha256": "SHA-256 of the part used",
    "settings": "Settings (hash)",
    "version": "Program version",
}


def snapshot_of(provenance: Mapping[str, Any]) -> str:
    """Return the date of the map data; nothing when it is not known."""
    date = str(provenance.get("snapshot") or "")
    return "" if date == "unknown" else date


def sources(provenance: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Word the provenance of the tables."""
    said = {key: str(provenance.get(key) or "") for key in PROVENANCE_WORDS}
    said["snapshot"] = snapshot_of(provenance)
    if said["snapshot"] and (told_by := provenance.get("snapshot_from")):
        said["snapshot"] += f" (as the {told_by} says)"
    for key in ("source_sha256", "sha256"):
        said[key] = f"{said[key][:12]}…" if said[key] else ""
    return tuple((word, said[key] or "not known") for key, word in PROVENANCE_WORDS.items())


# ---------------------------------------------------------------- pages


def _best(ordered: pd.DataFrame, first: str) -> tuple[Any, ...]:
    """Collect what the answer says about the first-ranked site; empty when none is ranked."""
    if ordered.empty or pd.isna(ordered["rank"].iloc[0]):
        return ()
    row = ordered.iloc[0]
    parts = [(key, _known_number(row[f"part_{key}"]) or 0.0) for key in CRITERIA]
    return first, row["certainty"], _known_number(row["p_top"]), row["top_n"], parts


def city_page(
    tables: Mapping[str, Any], provenance: Mapping[str, Any], settings: Settings, *, words: Words | None = None
) -> CityPage:
    """Make the view-model of a city's page.

    Parameters
    ----------
    tables : frames by name: study_area, heritage, creative, clusters, candidates, scores, indicators, registry,
        links, completeness; geometry in EPSG:4326.
    provenance : snapshot, source, hashes and version of the tables.
    settings : the settings that the page quotes.
    words : names of heritage classes and creative domains, by key; a key without a name is written in words.
    """
    words = words or {}
    study = tables["study_area"].iloc[0]
    epsg = int(study["epsg"])
    creative, indicators = tables["creative"], tables["indicators"]
    ordered = _ordered(tables["candidates"], tables["scores"])
    spaces = _spaces(creative, words)
    space_names = {space.space_id: space.name for space in spaces}
    cells, least = tables["completeness"], settings.completeness.min_residents
    median = quoted(indicators, MEDIAN_VENUES)
    drawn = cells[cells["mapping"] != "empty"].reset_index(drop=True)
    sites = _with_mapping(_sites(ordered, tables["heritage"], space_names, settings, words), cells, least, median)
    others = _others(tables["heritage"], ordered["site_id"], study.geometry, settings.candidates.min_confidence, words)
    first = named_twice(_rows(ordered.head(1))[0], sites[0].name) if sites else ""
    clusters = tables["clusters"]
    kept = clusters[clusters["kept"]].reset_index(drop=True)
    known, known_counts = _registry(tables["registry"])
    n_scored = int(ordered["rank"].notna().sum())
    return CityPage(
        settings=settings,
        answer=answer(_best(ordered, first), n_scored, settings),
        network=network_today(indicators, int(creative["inside"].sum()), settings),
        n_scored=n_scored,
        top_n=int(ordered["top_n"].max()) if ordered["top_n"].notna().any() else settings.score.top,
        sites=sites,
        others=_with_mapping(others, cells, least, median),
        spaces=spaces,
        hulls=tuple(Hull(row.name_, int(row.n_spaces), float(row.p_value)) for row in _rows(kept)),
        hexagons=tuple(_hexagon(row, least, median) for row in _rows(drawn)),
        links=_link_pairs(tables["links"], creative),
        n_links=len(tables["links"]),
        criteria=_criteria(ordered, settings),
        decays=decays(settings.reach),
        figures=figures(indicators),
        notices=notices(indicators),
        known=known,
        known_counts=known_counts,
        provenance=sources(provenance),
        snapshot=snapshot_of(provenance),
        area=study.geometry,
        epsg=epsg,
        site_shapes=_site_shapes(ordered, epsg),
        hull_shapes=_hull_shapes(kept, epsg),
        hexagon_shapes=_hexagon_shapes(drawn, study.geometry),
    )


def _card(
    settings: Settings, indicators: pd.DataFrame, scores: pd.DataFrame, candidates: pd.DataFrame, snapshot: str
) -> CityCard:
    ordered = _ordered(candidates, scores)
    first = ""
    if len(ordered):
        first = named_twice(_rows(ordered.head(1))[0], f"Unnamed: {plain(ordered['heritage_class'].iloc[0])}")
    best = _best(ordered, first)
    told = {figure.key: figure for figure in figures(indicators)}
    own = (
        Figure("candidates", "Candidates", count(len(ordered)), "", ""),
        Figure("scored", "of them scored", count(ordered["rank"].notna().sum()), "", ""),
    )
    return CityCard(
        settings=settings,
        snapshot=snapshot,
        top=best[0] if best else "no candidate scored",
        top_why=best[1] if best else "",
        figures=(*own, *(told[key] for key in ON_INDEX if key in told)),
        notices=notices(indicators),
    )


def _year(date: str) -> float | None:
    found = re.match(r"(\d{4})(?:-(\d{2}))?", date)
    return int(found[1]) + (int(found[2] or 7) - 1) / 12 if found else None


def apart(cards: Sequence[CityCard]) -> str:
    """Warn when cities are seen through data of different or unknown age."""
    dated = [(card, _year(card.snapshot)) for card in cards if not card.settings.city.fictional]
    unknown = [card.settings.city.name for card, year in dated if year is None]
    years = [year for _, year in dated if year is not None]
    said = []
    if years and max(years) - min(years) > MANY_YEARS_APART:
        ages = listed([f"{card.settings.city.name} {card.snapshot}" for card, year in dated if year is not None])
        said.append(f"The map data differ in age ({ages}): a gap between counts can be a gap between years of mapping.")
    if unknown:
        said.append(f"The age of the map data is not known for {listed(unknown)}.")
    return " ".join(said)


def index_page(
    cities: Sequence[tuple[Settings, pd.DataFrame, pd.DataFrame, pd.DataFrame, Mapping[str, Any]]],
) -> IndexPage:
    """Make the view-model of the index.

    Parameters
    ----------
    cities : settings, the tables indicators, scores and candidates, and provenance, one a city, in order.
    """
    cards = tuple(
        _card(settings, indicators, scores, candidates, snapshot_of(provenance))
        for settings, indicators, scores, candidates, provenance in cities
    )
    return IndexPage(cards=cards, warning=apart(cards))
