"""Places of the catalogue: what the page of a creative space or a candidate site tells, and where it can be mended."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import geopandas as gpd
import pandas as pd

from creative_nodes.common import NAME_COLUMNS, tables
from creative_nodes.locate import ONLINE_ONLY
from creative_nodes.report.catalogue.facets import OF_SPACES, Facets, Told, rules_in, words_of
from creative_nodes.report.catalogue.files import FILED, ONLINE
from creative_nodes.report.pack import DEGREE_DECIMALS
from creative_nodes.report.say.words import osm_url, web_links

EDITOR = "https://www.openstreetmap.org/edit"
NOTE = "https://www.openstreetmap.org/note/new"
ZOOM = 19
HASHTAG = "#creative-nodes"
LONGEST = 100  # letters of an address; file systems take 255 bytes
UNNAMED = "Unnamed"
HERITAGE = "heritage"  # candidates in the list of suggested tags
# signs of an id that stay as they are in an address
_UNSAFE = re.compile(r"[^A-Za-z0-9-]")


@dataclass(frozen=True)
class Mapped:
    """An OSM object: its id, such as way/123, its address, empty in a made-up town, and its tags."""

    osm_id: str
    url: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """A place as its page tells it; `names` and `facets` by language code and by name of the facet.

    A space that exists online alone has no position (longitude and latitude are NaN) but an address on the `web`.
    """

    kind: str
    place_id: str
    names: Mapping[str, str]
    lon: float
    lat: float
    what: str
    facets: Mapping[str, str]
    facts: Sequence[tuple[str, str]]
    reasons: Sequence[tuple[str, str, str]]
    objects: Sequence[Mapped]
    suggested: Sequence[str]
    web: str = ""

    @property
    def address(self) -> str:
        """Its page, from the folder of its city."""
        return f"{self.kind}/{file_name(self.place_id)}.html"

    @property
    def name(self) -> str:
        """The name to show: the local one, else any."""
        return next((name for name in self.names.values() if name), UNNAMED)

    @property
    def others(self) -> list[tuple[str, str]]:
        """Its other names, each once, with the code of the language."""
        return [(code, name) for code, name in self.names.items() if name and name != self.name]

    @property
    def edit(self) -> str:
        """Where its first object can be mended, or where it can be added."""
        kind, _, number = self.objects[0].osm_id.partition("/") if self.objects else ("", "", "")
        told = {"editor": "id", **({kind: number} if number else {})}
        what = "Mend" if self.objects else "Add"
        spoken = urlencode({"comment": f"{what} {self.name}", "hashtags": HASHTAG}, quote_via=quote)
        return f"{EDITOR}?{urlencode(told)}{self.at}&{spoken}"

    @property
    def note(self) -> str:
        """Where a note for mappers can be left."""
        return f"{NOTE}{self.at}"

    @property
    def at(self) -> str:
        """Its place, as addresses of the map end."""
        return f"#map={ZOOM}/{self.lat:.{DEGREE_DECIMALS}f}/{self.lon:.{DEGREE_DECIMALS}f}"


def file_name(place_id: str) -> str:
    """Return the name of a page's file: the id, signs that addresses or file systems read otherwise as their codes."""
    plain = _UNSAFE.sub(lambda sign: f"_{ord(sign[0]):x}_", place_id)
    if len(plain) <= LONGEST:
        return plain
    return f"{plain[:LONGEST]}_{hashlib.sha256(place_id.encode()).hexdigest()[:12]}"


# ---------------------------------------------------------------- made of tables


@dataclass(frozen=True)
class Ground:
    """What places are told from: facets, tags by OSM object, words by class, and whether objects are on the map."""

    facets: Facets
    tags: Mapping[str, Mapping[str, str]]
    words: Mapping[str, str]
    on_map: bool

    def objects(self, osm_ids: Sequence[str]) -> list[Mapped]:
        """Return objects with their tags."""
        return [Mapped(one, osm_url(one) if self.on_map else "", self.tags.get(one, {})) for one in osm_ids]

    def filed(self, told: Told, *, site: bool = False) -> dict[str, str]:
        """Say the facets of a creative space or a candidate site."""
        return {
            key: OF_SPACES if site and not facet.of_sites else words_of(facet, facet.of(told))
            for key, facet in self.facets.facets.items()
        }

    def suggested(self, objects: Sequence[Mapped], class_: str) -> list[str]:
        """Return tags to copy: keys that a mapped place lacks, and those of a place of the class that is not mapped."""
        if not objects:
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
    columns = {"": "name", **{name.removeprefix("name_"): name for name in NAME_COLUMNS[1:]}}
    return {code: getattr(row, column) for code, column in columns.items()}


def _reasons(evidence: str) -> list[tuple[str, str, str]]:
    return [(one["reason"], one["tag"], one["osm_id"]) for one in json.loads(evidence or "[]")]


def _facts(row: Any, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Say what is told of a row, each under its label; what is missing is left out."""
    said = [(label, getattr(row, column, None)) for column, label in words.items()]
    return [(label, _told(value)) for label, value in said if not (pd.isna(value) or value == "")]


def _told(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if value < 1 else f"{value:,.0f}"
    return str(value).replace("_", " ")


def _space(row: Any, ground: Ground) -> Place:
    objects, point = ground.objects(row.osm_ids), row.geometry.representative_point()
    rules = rules_in(row.evidence)
    told = Told([one.tags for one in objects], rules, row.domain, row.tier)
    facts = {"tier": "Tier", "confidence": "Confidence that it is one (0 to 1)", "cluster_id": "Cluster"}
    return Place(
        kind="space",
        place_id=row.space_id,
        names=_names(row),
        lon=point.x,
        lat=point.y,
        what=f"Creative space: {ground.words.get(row.domain, row.domain)}",
        facets=ground.filed(told),
        facts=_facts(row, facts),
        reasons=_reasons(row.evidence),
        objects=objects,
        suggested=ground.suggested(objects, row.domain),
    )


def _site(row: Any, ground: Ground) -> Place:
    objects, point = ground.objects(row.osm_ids), row.geometry.representative_point()
    facts = {
        "status": "Status",
        "status_source": "Who says so",
        "rank": "Rank among the candidates",
        "score": "Score (0 to 1)",
        "area_m2": "Area (m²)",
        "start_year": "Built or begun",
        "confidence": "Confidence that it is one (0 to 1)",
    }
    return Place(
        kind="site",
        place_id=row.site_id,
        names=_names(row),
        lon=point.x,
        lat=point.y,
        what=f"Candidate site: {ground.words.get(row.heritage_class, row.heritage_class)}",
        facets=ground.filed(Told([one.tags for one in objects]), site=True),
        facts=_facts(row, facts),
        reasons=_reasons(row.evidence),
        objects=objects,
        suggested=ground.suggested(objects, HERITAGE),
    )


def places_of(frames: Mapping[str, pd.DataFrame], ground: Ground) -> list[Place]:
    """Return the places of a city that have a page: creative spaces, then candidate sites by rank.

    Parameters
    ----------
    frames : tables by name: creative, heritage, candidates, scores.
    ground : what they are told from.
    """
    scores = frames["scores"][["site_id", "rank", "score"]]
    known = frames["candidates"][["site_id"]].merge(frames["heritage"], on="site_id", validate="one_to_one")
    sites = known.merge(scores, on="site_id", how="left").sort_values(["rank", "site_id"])
    return [*_each(frames["creative"], _space, ground), *_each(sites, _site, ground)]


def _online(row: Any, ground: Ground) -> Place:
    facts = {"present_use": "What it is", "tier": "Tier", "source": "Source"}
    return Place(
        kind="online",
        place_id=row.registry_id,
        names=_names(row),
        lon=math.nan,
        lat=math.nan,
        what=f"Creative space, online only: {ground.words.get(row.domain, row.domain)}",
        facets=ground.filed(Told([], domain=row.domain, tier=row.tier)),
        facts=_facts(row, facts),
        reasons=[],
        objects=[],
        suggested=[],
        web=web_links(row.source)[1][0][1],
    )


def online_places(registry: pd.DataFrame, ground: Ground) -> list[Place]:
    """Return the creative spaces of a city that exist online alone.

    Parameters
    ----------
    registry : the table of that name.
    ground : what they are told from.
    """
    return list(_each(online_rows(registry), _online, ground))


def online_rows(registry: pd.DataFrame) -> pd.DataFrame:
    """Choose the rows of the registry that are of spaces that exist online alone."""
    return registry[registry["outcome"] == ONLINE_ONLY]


def online_table(places: Sequence[Place], registry: pd.DataFrame, key: str) -> pd.DataFrame:
    """Make the table of spaces that exist online alone.

    Parameters
    ----------
    places : of a city, as `online_places` returns them.
    registry : the table of that name.
    key : of the city.
    """
    filed = [{"web": one.web, "page": f"{key}/{one.address}", **one.facets} for one in places]
    rows = online_rows(registry).rename(columns={"registry_id": "id"}).reset_index(drop=True)
    return rows.join(pd.DataFrame(filed))[[column.name for column in ONLINE.columns]]


def _each(frame: pd.DataFrame, make: Any, ground: Ground) -> Iterator[Place]:
    return (make(row, ground) for row in frame.itertuples(index=False))


def filed_table(places: Sequence[Place], shapes: Mapping[str, Any], key: str) -> gpd.GeoDataFrame:
    """Make the table of places as they are filed.

    Parameters
    ----------
    places : of a city.
    shapes : shape of each by its id, EPSG:4326.
    key : of the city.
    """
    rows = [
        {"id": one.place_id, "kind": one.kind, "page": f"{key}/{one.address}", **one.facets}
        | {f"name_{code}" if code else "name": name for code, name in one.names.items()}
        for one in places
    ]
    geometry = gpd.GeoSeries([shapes[one.place_id] for one in places], crs=4326)
    columns = [column.name for column in FILED.columns if column.kind != "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=geometry)
