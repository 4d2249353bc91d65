"""Places of the catalogue out of a city's tables, in the words of its page and workbook, in the language in force."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from creative_nodes.common import NAME_COLUMNS, say, spoken, tables, translated
from creative_nodes.locate import ONLINE_ONLY, has_han
from creative_nodes.report.catalogue.facets import Facets, Told, rules_in, words_of
from creative_nodes.report.catalogue.files import FILED, ONLINE
from creative_nodes.report.catalogue.places import PINYIN, Mapped, Place, page_of
from creative_nodes.report.catalogue.sources import not_for_osm
from creative_nodes.report.city.sites import proofs, said_by, shared_ground, site_area, site_names
from creative_nodes.report.say.keys import SPACE_TIERS, STATUSES
from creative_nodes.report.say.romanised import romanised
from creative_nodes.report.say.words import first_address, known_number, osm_url, rows, worded

CITED = re.compile(r"OpenStreetMap ((?:node|way|relation)/[0-9]+)")  # in a source of the registry
HERITAGE = "heritage"  # candidates in the list of suggested tags


@dataclass(frozen=True)
class Ground:
    """What places are told from: facets, tags by OSM object, words by class, whether objects are on the map.

    And who published each list of sites, by its file name; and who the position of rows of the registry, by id, where
    OpenStreetMap may not take that over.
    """

    facets: Facets
    tags: Mapping[str, Mapping[str, str]]
    words: Mapping[str, str]
    on_map: bool
    lists: Mapping[str, str] = field(default_factory=dict)
    placed: Mapping[str, str] = field(default_factory=dict)

    def objects(self, osm_ids: Sequence[str]) -> list[Mapped]:
        """Return objects with their tags."""
        return [Mapped(one, osm_url(one) if self.on_map else "", self.tags.get(one, {})) for one in osm_ids]

    def withheld(self, row: Any) -> str:
        """Return who published the position of a place that OSM does not have, where it may not take that over."""
        if len(row.osm_ids):
            return ""
        return not_for_osm(row.evidence, self.lists) or self.placed.get(row.registry_id or "", "")

    def cited(self, row: Any) -> Mapped | None:
        """Return the OSM object that the registry names as the source of a place which has none of the map data."""
        if len(row.osm_ids):
            return None
        said = [str(one["tag"]) for one in json.loads(row.evidence or "[]") if one["rule"] == "registry"]
        named = (found[1] for text in said for found in CITED.finditer(text))
        return next((one for one in self.objects([*named]) if one.url), None)

    def mapped(self, row: Any, class_: str) -> dict[str, Any]:
        """Tell what the map has of a place, and what mappers may do: tags to copy, whose position it is."""
        objects, cited = self.objects(row.osm_ids), self.cited(row)
        tags = [] if cited else self.suggested(objects, class_)
        return {"objects": objects, "suggested": tags, "withheld": self.withheld(row), "cited": cited}

    def filed(self, told: Told, *, site: bool = False) -> dict[str, Any]:
        """File a creative space or a candidate site: keys of its values by facet, and their words."""
        filed = {key: facet.filed(told, site=site) for key, facet in self.facets.facets.items()}
        words = {key: words_of(facet, filed[key]) for key, facet in self.facets.facets.items()}
        return {"filed": filed, "facets": words}

    def suggested(self, objects: Sequence[Mapped], class_: str) -> list[str]:
        """Return tags to copy: keys that a mapped place lacks, and those of a place of the class that OSM has not."""
        if self.on_map and not any(one.url for one in objects):
            return ["name=", *self.facets.suggested.new.get(class_, [])]
        known = {key for one in objects for key in one.tags}
        return [f"{key}=" for key in self.facets.suggested.missing if key not in known]


def tags_of(places: pd.DataFrame, osm_ids: set[str]) -> dict[str, dict[str, str]]:
    """Return the tags of some objects.

    Parameters
    ----------
    places : the table of this name.
    osm_ids : the objects.
    """
    found = places[places["osm_id"].isin(osm_ids)]
    return dict(zip(found["osm_id"], tables.parse_tags(found), strict=True))


def members(frames: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the OSM objects that places of a city are made of.

    Parameters
    ----------
    frames : tables by name: creative, heritage.
    """
    return {one for name in ("creative", "heritage") for some in frames[name]["osm_ids"] for one in some}


def _names(row: Any) -> dict[str, str]:
    """Return the names of a row of `rows`, by language code; where all are in Chinese characters, pinyin as well."""
    columns = {"": "name_", **{name.removeprefix("name_"): name for name in NAME_COLUMNS[1:]}}
    found = {code: getattr(row, column) for code, column in columns.items()}
    given = [name for name in found.values() if name]
    return found | {PINYIN: romanised(given[0])} if given and all(map(has_han, given)) else found


def _known(*facts: tuple[str, str]) -> list[tuple[str, str]]:
    """Leave out what nobody knows."""
    return [(label, value) for label, value in facts if value]


def _written(text: str, value: Any) -> str:
    """Write a number, the field n of a text; nothing where it is missing."""
    known = known_number(value)
    return "" if known is None else say(text, n=known)


def _not_ranked(row: Any) -> str:
    if known_number(row.rank) is not None or row.reachable:
        return ""
    return spoken(row, "unreachable_reason") or say("no reason given")


def _likelihood(row: Any) -> tuple[str, str]:
    return say("Confidence that it is one (0 to 1)"), _written("{n:.2f}", row.confidence)


def _found(row: Any, at: Any) -> dict[str, Any]:
    """Tell what every place has that stands somewhere: its names, where, and what it was found by."""
    return {"names": _names(row), "lon": at.x, "lat": at.y, "reasons": proofs(row.evidence, most=None)[0]}


def _space(row: Any, at: Any, ground: Ground) -> Place:
    mapped = ground.mapped(row, row.domain)
    told = Told([one.tags for one in mapped["objects"]], rules_in(row.evidence), row.domain, row.tier)
    tier = (say("Tier"), worded(SPACE_TIERS, row.tier))
    return Place(
        kind="space",
        place_id=row.space_id,
        what=say("Creative space: {kind}", kind=worded(ground.words, row.domain)),
        facts=_known(tier, _likelihood(row), (say("Cluster"), row.cluster_id or "")),
        outside=not row.inside,
        **_found(row, at),
        **mapped,
        **ground.filed(told),
    )


def _site(row: Any, at: Any, ground: Ground) -> Place:
    mapped = ground.mapped(row, HERITAGE)
    size, year = known_number(row.area_m2), known_number(row.start_year)
    facts = _known(
        (say("Status"), worded(STATUSES, row.status)),
        (say("Who says so"), said_by(row)),
        (say("Rank among the candidates"), _written("{n:count}", row.rank)),
        (say("Why it is not ranked"), _not_ranked(row)),
        (say("Score (0 to 1)"), _written("{n:.2f}", row.score)),
        (say("Area"), "" if size is None else site_area(size, row.placed_to)),
        (say("Built or begun"), "" if year is None else f"{year:.0f}"),
        _likelihood(row),
    )
    return Place(
        kind="site",
        place_id=row.site_id,
        what=say("Candidate site: {kind}", kind=worded(ground.words, row.heritage_class)),
        facts=facts,
        ground=shared_ground([name for name, _ in row.beside], row.placed_to),
        beside=row.beside,
        **_found(row, at),
        **mapped,
        **ground.filed(Told([one.tags for one in mapped["objects"]]), site=True),
    )


def _with_those_beside(sites: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    """Add to each site the names and pages of the others on its ground."""
    called = {row.site_id: site_names(row, ground.words)[0] for row in rows(sites)}
    beside = [
        [(called[one], page_of("site", one)) for one in others if one in called] for others in sites["one_ground_with"]
    ]
    return sites.assign(beside=pd.Series(beside, index=sites.index, dtype=object))


def places_of(frames: Mapping[str, pd.DataFrame], ground: Ground) -> list[Place]:
    """Return the places of a city that have a page: creative spaces, then candidate sites by rank.

    Parameters
    ----------
    frames : tables by name: creative, heritage, candidates, scores.
    ground : what they are told from.
    """
    found = {row.registry_id: ground.withheld(row) for row in rows(frames["heritage"]) if row.registry_id}
    known = {one: whose for one, whose in found.items() if whose}
    ground = replace(ground, placed={**ground.placed, **known})
    scores = frames["scores"][["site_id", "rank", "score"]]
    told = ["site_id", "one_ground_with", "reachable", "unreachable_reason", "messages"]
    shared = frames["candidates"][told]
    sites = frames["heritage"].drop(columns="messages", errors="ignore")
    sites = sites.merge(shared, on="site_id", validate="one_to_one")
    sites = sites.merge(scores, on="site_id", how="left")
    sites = _with_those_beside(sites.sort_values(["rank", "site_id"]).reset_index(drop=True), ground)
    return [*_each(frames["creative"], _space, ground), *_each(sites, _site, ground)]


def _each(frame: gpd.GeoDataFrame, make: Any, ground: Ground) -> list[Place]:
    at = frame.geometry.representative_point()
    return [make(row, point, ground) for row, point in zip(rows(frame), at, strict=True)]


def _online(row: Any, ground: Ground) -> Place:
    facts = _known(
        (say("What it is"), translated(row.present_use)),
        (say("Tier"), worded(SPACE_TIERS, row.tier)),
        (say("Source"), row.source),
    )
    return Place(
        kind="online",
        place_id=row.registry_id,
        names=_names(row),
        lon=math.nan,
        lat=math.nan,
        what=say("Creative space, online only: {kind}", kind=worded(ground.words, row.domain)),
        facts=facts,
        reasons=(),
        objects=(),
        suggested=(),
        web=first_address(row.source),
        **ground.filed(Told([], domain=row.domain, tier=row.tier)),
    )


def online_places(registry: pd.DataFrame, ground: Ground) -> list[Place]:
    """Return the creative spaces of a city that exist online alone.

    Parameters
    ----------
    registry : the table of that name.
    ground : what they are told from.
    """
    return [_online(row, ground) for row in rows(online_rows(registry))]


def online_rows(registry: pd.DataFrame) -> pd.DataFrame:
    """Choose the rows of the registry that are of spaces that exist online alone."""
    return registry[registry["outcome"] == ONLINE_ONLY]


def online_table(places: Sequence[Place], registry: pd.DataFrame, key: str) -> pd.DataFrame:
    """Make the table of spaces that exist online alone.

    Parameters
    ----------
    places : of a city, as `online_places` returns them in English.
    registry : the table of that name.
    key : of the city.
    """
    filed = [{"web": one.web, "page": f"{key}/{one.address}", **one.facets} for one in places]
    known = online_rows(registry).rename(columns={"registry_id": "id"}).reset_index(drop=True)
    return known.join(pd.DataFrame(filed))[[column.name for column in ONLINE.columns]]


def filed_table(places: Sequence[Place], shapes: Mapping[str, Any], key: str) -> gpd.GeoDataFrame:
    """Make the table of places as they are filed.

    Parameters
    ----------
    places : of a city, as `places_of` returns them in English.
    shapes : shape of each by its id, EPSG:4326.
    key : of the city.
    """
    found = [
        {"id": one.place_id, "kind": one.kind, "page": f"{key}/{one.address}", **one.facets}
        | {f"name_{code}" if code else "name": name for code, name in one.names.items()}
        for one in places
    ]
    geometry = gpd.GeoSeries([shapes[one.place_id] for one in places], crs=4326)
    columns = [column.name for column in FILED.columns if column.kind != "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(found, columns=columns), geometry=geometry)
