"""What a city's page says: tables and settings in, one typed view-model out, so that templates only place text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from creative_nodes.common import mark, say, spoken, translated
from creative_nodes.doubt import map_marks
from creative_nodes.report.city import hexagons as hexes
from creative_nodes.report.city import method
from creative_nodes.report.city.answer import middle_words, network_today, residents_words, what_counts
from creative_nodes.report.city.areas import areas
from creative_nodes.report.city.backtest import BacktestSection, backtest
from creative_nodes.report.city.carried import Carried, carried
from creative_nodes.report.city.certainty import Certainty, certainty
from creative_nodes.report.city.choice import Option, choice
from creative_nodes.report.city.colocation import Colocation, colocation
from creative_nodes.report.city.districts import districts_of
from creative_nodes.report.city.doubt import doubts
from creative_nodes.report.city.figures import (
    MEDIAN_VENUES,
    Group,
    figures,
    grouped,
    notices,
    quoted,
    snapshot_of,
    sources,
    thin_words,
)
from creative_nodes.report.city.gaps import Gaps, gaps
from creative_nodes.report.city.headline import Headline, headline
from creative_nodes.report.city.known import KnownSite, known_sites, partners_in
from creative_nodes.report.city.links import Links, site_addresses, site_links
from creative_nodes.report.city.made_of import Names, made_of
from creative_nodes.report.city.nodes import Nodes, nodes
from creative_nodes.report.city.priorities import Priorities, live_priorities
from creative_nodes.report.city.record import Record, record
from creative_nodes.report.city.related import Related, related
from creative_nodes.report.city.reservations import plans_for
from creative_nodes.report.city.scenarios import Scenarios, scenarios
from creative_nodes.report.city.sets import doubt_of
from creative_nodes.report.city.settling import beside_set, connects_more, map_chances, next_steps, settling
from creative_nodes.report.city.sites import (
    AroundSites,
    SiteCard,
    candidate_sites,
    in_order,
    other_sites,
)
from creative_nodes.report.city.spaces import (
    Hull,
    Space,
    Station,
    creative_spaces,
    hulls,
    link_pairs,
    rapid_stations,
    site_spaces,
    station_names,
)
from creative_nodes.report.city.survey import Survey, origins, survey_of
from creative_nodes.report.city.terms import Term, terms
from creative_nodes.report.city.together import Together, together
from creative_nodes.report.city.tried import Tried, tried
from creative_nodes.report.city.whereabouts import Ground, whereabouts
from creative_nodes.report.city.within import within
from creative_nodes.report.draw.charts import Fading, fading
from creative_nodes.report.draw.shapes import cut_shapes, hull_shapes, inset, site_shapes
from creative_nodes.report.say.keys import MAP_MARKS, limit
from creative_nodes.report.say.words import Words, rows, worded
from creative_nodes.report.settings import PageSettings

TOP_PINS = 10
# what a row of the ranking tells in natural units
IN_UNITS = {
    "newly_served": mark("newly served {here} (median {median})"),
    "network_gain": mark("network gain {here} (median {median})"),
}
TOLD_SPOTS = 2  # places that the first lines name where no candidate bridges a gap


@dataclass(frozen=True)
class CityPage:
    """A city's page, whole; `city_name` and `city_note` are those of the settings, spoken."""

    settings: PageSettings
    city_name: str
    city_note: str
    answer: Headline
    thin: str
    counts: str
    choice: tuple[Option, ...]
    beside_set: tuple[str, ...]
    connects_more: str
    next_steps: tuple[str, ...]
    gaps: Gaps | None
    nodes: Nodes | None
    related: Related | None
    record: Record | None
    network: str
    residents: str
    middle: str
    n_scored: int
    top_n: int
    sites: tuple[SiteCard, ...]
    others: tuple[SiteCard, ...]
    origins: str
    survey: Survey | None
    spaces: tuple[Space, ...]
    hulls: tuple[Hull, ...]
    stations: tuple[Station, ...]
    hexagons: tuple[hexes.Hexagon, ...]
    served: tuple[hexes.Served, ...]
    crowd_limits: tuple[float, ...]
    links: tuple[int, ...]
    n_links: int
    criteria: tuple[method.CriterionRow, ...]
    priorities: Priorities
    carried: Carried
    decays: tuple[method.Decay, ...]
    fadings: tuple[Fading, ...]
    terms: tuple[Term, ...]
    thresholds: tuple[tuple[str, str], ...]
    scored_within: str
    speeds: tuple[method.Speeds, ...]
    public_transport: str
    transit_rows: tuple[method.TransitRow, ...]
    transit_notes: tuple[str, ...]
    clusters: str
    colocation: Colocation | None
    certainty: Certainty | None
    scenarios: Scenarios | None
    together: Together | None
    backtest: BacktestSection | None
    groups: tuple[Group, ...]
    notices: tuple[str, ...]
    known: tuple[KnownSite, ...]
    partners: tuple[KnownSite, ...]
    known_counts: tuple[tuple[str, int], ...]
    provenance: tuple[tuple[str, str], ...]
    snapshot: str
    area: BaseGeometry
    epsg: int
    site_shapes: tuple[BaseGeometry, ...]
    hull_shapes: tuple[BaseGeometry, ...]
    hexagon_shapes: tuple[BaseGeometry, ...]
    served_shapes: tuple[BaseGeometry, ...]
    underserved: BaseGeometry
    reached: tuple[str, ...]
    tried: Tried | None

    def in_units(self, site: SiteCard) -> list[tuple[str, str]]:
        """Say what a site brings of the two aims of the set, each beside the median of the city's street places."""
        at = {row.key: (row, measure) for row, measure in zip(self.criteria, site.measures, strict=False)}
        found = {key: at[key] for key in IN_UNITS if key in at}
        return [
            (key, say(IN_UNITS[key], here=measure.value, median=row.place_median or say("not known")))
            for key, (row, measure) in found.items()
        ]

    @property
    def ranked(self) -> tuple[SiteCard, ...]:
        """Sites with a rank, best first."""
        return tuple(site for site in self.sites if site.rank is not None)

    @property
    def term(self) -> dict[str, Term]:
        """Words that the page explains, by key."""
        return {term.key: term for term in self.terms}

    @property
    def apart(self) -> tuple[SiteCard, ...]:
        """Candidates without a rank: nobody on foot can reach them along the streets that are mapped."""
        return tuple(site for site in self.sites if site.rank is None)


def _with_mapping(
    found: Sequence[SiteCard], cells: gpd.GeoDataFrame, least: float, median: float | None
) -> tuple[SiteCard, ...]:
    """Say on each site whether the hexagon that its point lies in is mapped thinly."""
    told = hexes.thin_words([(site.lon, site.lat) for site in found], cells, least, median)
    return tuple(replace(site, thin=thin) for site, thin in zip(found, told, strict=True))


def _candidates(
    tables: Mapping[str, Any],
    ordered: gpd.GeoDataFrame,
    shown: Sequence[Space],
    settings: PageSettings,
    words: Words,
) -> tuple[SiteCard, ...]:
    """Word the candidates with what they reach and what their criteria are made of."""
    epsg = int(tables["study_area"]["epsg"].iloc[0])
    ids = ordered["site_id"].tolist()
    space_names = {space.space_id: space.name for space in shown}
    called = Names(space_names, station_names(tables["stations"]), words)
    around = AroundSites(
        space_names,
        made_of(tables["parts"], called, settings),
        within(tables["reach"], ids, settings),
        areas(tables["isochrones"], ids, settings, epsg),
    )
    return candidate_sites(ordered, tables["heritage"], around, settings, words)


def reached_words(found: Sequence[SiteCard]) -> tuple[str, ...]:
    """Say what the areas drawn for a chosen site are, on foot first: mode and time, the same for every site."""
    told = {area.mode: limit(area.mode, area.minutes) for site in found for area in site.areas}
    return tuple(told[mode] for mode in sorted(told, key=lambda mode: mode != "walk"))


def city_page(
    tables: Mapping[str, Any],
    provenance: Mapping[str, Any],
    settings: PageSettings,
    *,
    words: Words | None = None,
    links: Mapping[str, Links] | None = None,
    districts: gpd.GeoDataFrame | None = None,
    ground: Ground | None = None,
    addresses: Mapping[str, str] | None = None,
) -> CityPage:
    """Make the view-model of a city's page.

    Parameters
    ----------
    tables : frames by name, geometry in EPSG:4326: study_area, heritage, creative, clusters, candidates, scores,
        reach, parts, isochrones, accessibility, colocation, stations, services, transit_notes, indicators,
        registry, links, completeness; and as far as they are there site_links, recommended, set_beside_ranking,
        scales, correlations, reference, cluster_reach, decisions, set_doubt, marks, priorities_doubt, agreement,
        world_values, set_front, scenarios, sweeps, sweep_variants, portfolio, portfolio_sites, portfolio_gain,
        portfolio_front, backtest, backtest_summary, survey with survey_candidates and survey_scores, and
        whatif_candidates on the page of a what-if. All but the first may be empty.
    provenance : snapshot, source, hashes and version of the tables.
    settings : the settings that the page quotes.
    words : names of heritage classes and creative domains, by key; a key without a name is written in words.
    links : photo and wiki addresses by osm_id, as `links.read_links` gives them; none: the cards show none.
    districts : as `districts.read_districts` gives them; none: no site has a district.
    ground : as `whereabouts.read_ground` gives it; none: places are told by creative spaces alone.
    addresses : by osm_id, as `links.read_addresses` gives them; none: no site has one.
    """
    words = words or {}
    more = site_links(tables["heritage"], links or {})
    settled, chances = settling(tables), map_chances(tables)
    addressed = site_addresses(tables["heritage"], addresses or {})
    study = tables["study_area"].iloc[0]
    epsg = int(study["epsg"])
    creative, indicators = tables["creative"], tables["indicators"]
    ordered = in_order(tables["candidates"], tables["scores"])
    shown = creative_spaces(creative, words)
    cells, least = tables["completeness"], settings.completeness.min_residents
    median = quoted(indicators, MEDIAN_VENUES)
    drawn = cells[cells["mapping"] != "empty"].reset_index(drop=True)
    served = hexes.worth_drawing(tables["accessibility"])
    crowds = hexes.crowd_limits(served)
    told = tuple(hexes.served(row, settings, crowds) for row in rows(served))
    served_shapes = cut_shapes(served, study.geometry)
    told_doubts = doubts(tables, ordered, settings)
    candidates = _with_mapping(_candidates(tables, ordered, shown, settings, words), cells, least, median)
    in_districts = districts_of([(site.lon, site.lat) for site in candidates], districts)
    linked = site_spaces(tables["site_links"], creative) if "site_links" in tables else {}
    by_map = map_marks(tables.get("marks"))
    planned = plans_for(tables)
    grounds = dict(zip(ordered["site_id"], ordered["one_ground_with"], strict=True))
    candidates = tuple(
        replace(
            site,
            doubts=told_doubts.get(site.site_id, ()),
            map_mark=(verdict := by_map.get(site.site_id, "")),
            map_mark_words=worded(MAP_MARKS, verdict) if verdict else "",
            linked=linked.get(site.site_id, ()),
            more=more.get(site.site_id, ()),
            settle=settled[site.site_id],
            chance_words=chances.get(site.site_id, ""),
            address=addressed.get(site.site_id, ""),
            district=in_districts[i],
            plans=planned((site.site_id, *grounds[site.site_id])),
        )
        for i, site in enumerate(candidates)
    )
    called = {site.site_id: site.name for site in candidates}
    others = other_sites(
        tables["heritage"], ordered["site_id"], study.geometry, settings.candidates.min_confidence, words
    )
    others = tuple(replace(site, more=more.get(site.site_id, ())) for site in others)
    survey = survey_of(tables, words) if "survey" in tables else None
    asked = survey.cards if survey else ()
    kept = tables["clusters"][tables["clusters"]["kept"]].reset_index(drop=True)
    known, known_counts = known_sites(tables["registry"])
    scales = tables.get("scales", pd.DataFrame({"criterion": [], "median": []}))
    criteria = method.criteria(ordered, settings, places=dict(zip(scales["criterion"], scales["median"], strict=True)))
    near = whereabouts(ground, creative, settings.clusters, epsg)
    gapped = gaps(tables, (*candidates, *asked), near, settings, study.geometry)
    where = [spot.where for spot in gapped.spots[:TOLD_SPOTS]] if gapped else []
    told_first = headline(tables, ordered, settings, names=called, where=where, snapshot=snapshot_of(provenance))
    n_scored = int(ordered["rank"].notna().sum())
    top_n = int(ordered["top_n"].max()) if ordered["top_n"].notna().any() else settings.score.top
    told_decays = method.decays(settings.reach)
    live = live_priorities(ordered, criteria, tables["values"], settings)
    site_ids = [site.site_id for site in candidates]
    return CityPage(
        settings=settings,
        city_name=translated(settings.city.name),
        city_note=translated(settings.city.note),
        answer=told_first,
        thin=thin_words(indicators),
        counts=what_counts(tables.get("values"), ordered, method.labels(settings.reach, settings.city)),
        choice=choice(tables, site_ids, called),
        beside_set=beside_set(tables),
        connects_more=connects_more(tables, called),
        next_steps=next_steps(tables, called),
        gaps=gapped,
        nodes=nodes(tables, settings),
        related=related(tables, settings),
        record=record(tables, names=called),
        network=network_today(indicators, int(creative["inside"].sum()), settings),
        residents=residents_words(indicators),
        middle=middle_words(indicators, doubt_of(tables)),
        n_scored=n_scored,
        top_n=top_n,
        sites=candidates,
        others=_with_mapping((*others, *asked), cells, least, median),
        origins=origins(ordered, tables["heritage"]),
        survey=survey,
        spaces=shown,
        hulls=hulls(kept),
        stations=rapid_stations(tables["stations"]),
        hexagons=tuple(hexes.hexagon(row, least, median) for row in rows(drawn)),
        served=told,
        crowd_limits=crowds,
        links=link_pairs(tables["links"], creative),
        n_links=len(tables["links"]),
        criteria=criteria,
        priorities=live,
        carried=carried(tables, site_ids, live.values, concentration=settings.score.concentration, top=top_n),
        decays=told_decays,
        fadings=tuple(fading(decay.half_m) for decay in told_decays),
        terms=terms(settings, told_decays, top_n),
        thresholds=method.thresholds(settings, tables["reach"]["mode"].unique().tolist()),
        scored_within=method.scored_within(settings),
        speeds=method.speeds(settings),
        public_transport=method.public_transport(tables["services"]),
        transit_rows=method.transit_rows(settings.transit, tables["services"]),
        transit_notes=tuple(spoken(row, "text") for row in rows(tables["transit_notes"])),
        clusters=method.clusters_words(settings.clusters),
        colocation=colocation(tables["colocation"], settings.clusters),
        certainty=certainty(tables, ordered, settings, names=called),
        scenarios=scenarios(tables, ordered, settings, names=called),
        together=together(tables, ordered, settings, names=called),
        backtest=backtest(tables),
        groups=grouped(figures(indicators)),
        notices=notices(indicators),
        known=known,
        partners=partners_in(known, tables["registry"]),
        known_counts=known_counts,
        provenance=sources(provenance),
        snapshot=snapshot_of(provenance),
        area=study.geometry,
        epsg=epsg,
        site_shapes=site_shapes(ordered, epsg),
        hull_shapes=hull_shapes(kept, epsg),
        hexagon_shapes=cut_shapes(drawn, study.geometry),
        served_shapes=served_shapes,
        underserved=inset([shape for one, shape in zip(told, served_shapes, strict=True) if one.underserved]),
        reached=reached_words(candidates),
        tried=tried(tables, candidates, settings.key),
    )
