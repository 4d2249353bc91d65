"""The two site lists: industrial heritage and creative spaces, from OSM and the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import WGS84_EPSG, Table, buffer_metres, mark, reproject, tables
from creative_nodes.locate import evidence, registry
from creative_nodes.locate.claims import named_elsewhere
from creative_nodes.locate.conflation import Named, sites_of
from creative_nodes.locate.forming import Site
from creative_nodes.locate.grounds import Ground, Grounds, find_grounds
from creative_nodes.locate.imports import ImportedList
from creative_nodes.locate.items import lend_items
from creative_nodes.locate.judging import Judgement, Statement, judge
from creative_nodes.locate.outcomes import imports_frame, registry_frame
from creative_nodes.locate.selector import Selector
from creative_nodes.locate.settings import WIKIDATA, Locate
from creative_nodes.locate.status import told_status
from creative_nodes.locate.tables import AMENITIES, CREATIVE, HERITAGE, ONLINE_ONLY
from creative_nodes.locate.taxonomy import Taxonomies, Taxonomy, start_year

REGISTRY_RULE, IMPORT_RULE = "registry", "import"
SILENT = ("in_use", "not_known")  # nobody says that it is or will be vacated
NEAR_M = 1.0  # "inside or touching"


def _judge(site: Site, taxonomy: Taxonomy) -> Judgement:
    """Judge a site by its objects, its names and the rows that tell of it."""
    names = [text for tags in site.tags for key, text in tags.items() if "name" in key]
    return judge(
        site.hits,
        taxonomy,
        names=[*names, *(row.name for row in site.imported)],
        statements=[_statement(row, taxonomy) for row in site.sources()],
    )


def _statement(row: registry.Known, taxonomy: Taxonomy) -> Statement:
    """Say that a row names the site."""
    if row.origin == registry.REGISTRY:
        return Statement(
            REGISTRY_RULE,
            taxonomy.registry_weight,
            f"{row.registry_id}: {row.source}",
            mark("in the registry of known sites"),
        )
    said = "; ".join(text for text in (row.name, row.listing, row.source) if text)
    return Statement(IMPORT_RULE, taxonomy.import_weight, f"{row.origin}: {said}", mark("in a list of known sites"))


@dataclass(frozen=True)
class _Beside:
    """What stands beside sites: creative spaces with their ids, the day of each object's last edit, and grounds."""

    spaces: shapely.STRtree
    space_ids: list[str]
    edited: dict[str, str]
    grounds: Grounds

    def space_at(self, site: Site, estate_m2: float) -> str:
        """Return the id of the first creative space inside or touching; one gallery does not convert an estate."""
        if float(shapely.area(site.geometry)) > estate_m2:
            return ""
        near = self.spaces.query(site.geometry, predicate="dwithin", distance=NEAR_M)
        return self.space_ids[min(near)] if len(near) else ""


def _heritage_row(site: Site, taxonomy: Taxonomy, beside: _Beside, estate_m2: float) -> dict[str, object]:
    judged, area = _judge(site, taxonomy), float(shapely.area(site.geometry))
    status = told_status(
        site.sources(),
        site.hits,
        space=beside.space_at(site, estate_m2),
        edited=beside.edited,
        wording=taxonomy.wording,
    )
    class_ = site.said("heritage_class") or judged.class_
    years = [year for tags in site.tags if (year := start_year(tags)) is not None]
    years = years or [row.year_built for row in site.sources() if row.year_built is not None]
    return {
        "site_id": f"h-{site.key}",
        **site.display_names(),
        "heritage_class": class_,
        "status": status.status,
        "status_source": status.source,
        "status_date": status.date,
        "confidence": judged.confidence,
        "tier": judged.tier,
        "area_m2": area if area > 0 else None,
        "start_year": min(years) if years else None,
        "listed": judged.listed or any(row.listing for row in site.imported),
        "public_land": judged.public_land,
        "list": _list_of(site, judged),
        "offered": _is_offered(site, status.status, area, taxonomy, class_),
        "placed_to": site.known.precision if site.known and site.match and site.match.how == "claim" else "site",
        "told_by": "register" if site.known else "list" if site.imported else "map",
        **vars(site.item),
        "ground_id": beside.grounds.under(site.osm_ids, site.geometry),
        "registry_id": site.known.registry_id if site.known else "",
        "in_osm": bool(site.osm_ids),
        "evidence": judged.evidence,
        "osm_ids": site.osm_ids,
    }


def _is_offered(site: Site, status: str, area_m2: float, taxonomy: Taxonomy, class_: str) -> bool:
    """Tell whether a site may be offered for reuse."""
    wording, silent = taxonomy.wording, status in SILENT
    if silent and any(wording.serves(tags) or wording.is_other_today(tags) for tags in _what_it_is(site)):
        return False
    return bool(site.sources()) or not 0 < area_m2 < taxonomy.smallest_m2.get(class_, 0.0)


def _what_it_is(site: Site) -> list[dict[str, str]]:
    """Return what tells what a site is: its largest object, those that go by its name, and the rows that name it."""
    named = [tags for tags in site.tags if site.names["name"] and tags.get("name") == site.names["name"]]
    return [*site.tags[:1], *named, *({"name": row.name} for row in site.sources())]


def _list_of(site: Site, judged: Judgement) -> str:
    """Return the list a site stands on: known by a row or strong evidence, likely by medium evidence, else none."""
    if site.sources() or judged.tier == "high":
        return "known"
    return "likely" if judged.tier == "medium" else ""


def _creative_row(site: Site, taxonomy: Taxonomy, inside: shapely.Geometry) -> dict[str, object]:
    judged = judge(site.hits, taxonomy, statements=[_statement(row, taxonomy) for row in site.sources()])
    return {
        "space_id": f"c-{site.key}",
        **site.display_names(),
        "domain": site.said("domain") or judged.class_,
        "tier": site.said("tier") or judged.space_tier,
        "confidence": judged.confidence,
        "cluster_id": "",
        "inside": bool(shapely.intersects(inside, site.geometry)),
        "registry_id": site.known.registry_id if site.known else "",
        "in_osm": bool(site.osm_ids),
        "evidence": judged.evidence,
        "osm_ids": site.osm_ids,
    }


def _frame(rows: list[dict[str, object]], sites: list[Site], table: Table, epsg: int) -> gpd.GeoDataFrame:
    if not rows:
        return tables.empty(table)
    shapes = reproject(np.array([site.geometry for site in sites], dtype=object), epsg, WGS84_EPSG)
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=WGS84_EPSG)
    return frame.sort_values(frame.columns[0], kind="stable").reset_index(drop=True)


@dataclass(frozen=True)
class Located:
    """What locating gives."""

    heritage: gpd.GeoDataFrame
    creative: gpd.GeoDataFrame
    amenities: gpd.GeoDataFrame
    registry: pd.DataFrame
    imports: pd.DataFrame
    grounds: gpd.GeoDataFrame

    def __str__(self) -> str:
        """Count what was located, in one line."""
        online = int((self.registry["outcome"] == ONLINE_ONLY).sum())
        counted = f"{len(self.heritage)} industrial sites, {len(self.creative)} creative spaces"
        return counted + (f"; {online} online only" if online else "")


def locate(
    places: gpd.GeoDataFrame,
    taxonomies: Taxonomies,
    *,
    known: list[registry.Known],
    settings: Locate,
    area: shapely.Geometry,
    edge_buffer_m: float,
    epsg: int,
    lists: Sequence[ImportedList] = (),
) -> Located:
    """Locate industrial-heritage sites, creative spaces and complementary amenities.

    Parameters
    ----------
    places : the table places (study area and buffer).
    taxonomies : rules.
    known : rows of the registry.
    settings : distances of grouping and matching.
    area : study area, EPSG:4326. Heritage sites outside it are left out; creative spaces in the buffer stay,
        because they count for reach.
    edge_buffer_m : metres around the study area that are read.
    epsg : metric CRS.
    lists : imported lists of known sites.
    """
    tags = tables.parse_tags(places)
    everyone = [*known, *(row for one in lists for row in one.rows if one.spec.kind != WIKIDATA)]
    inside = reproject(area, WGS84_EPSG, epsg)
    within = reproject(buffer_metres(area, edge_buffer_m, epsg), WGS84_EPSG, epsg)
    # a space that has closed is history, one that exists online alone has no place: their rows make none
    open_rows = [row for row in everyone if row.status != "lost" and not row.is_online]
    open_rows = [row for row in open_rows if row.kind in ("creative", "both")]
    others = Named.of(places, tags, epsg)
    finds = evidence.find(places, tags, taxonomies.creative, epsg=epsg)
    creative = sites_of(finds, open_rows, others, settings, within=within, epsg=epsg)
    industry = [row for row in everyone if row.kind in ("heritage", "both") and _names_works(row, taxonomies.heritage)]
    finds = evidence.find(places, tags, taxonomies.heritage, epsg=epsg)
    mapped = _grounds(places, tags, taxonomies.heritage, epsg)
    industrial = sites_of(finds, industry, others, settings, within=within, epsg=epsg, grounds=mapped)
    grounds = Grounds(mapped, named_elsewhere(mapped, industrial))
    heritage = [site for site in industrial if shapely.intersects(inside, site.geometry)]
    beside = _Beside(
        shapely.STRtree([site.geometry for site in creative]),
        [f"c-{site.key}" for site in creative],
        dict(zip(places["osm_id"], places["edited"], strict=True)),
        grounds,
    )

    taken = {osm_id for site in creative for osm_id in site.osm_ids}
    amenities = _amenities(evidence.find(places, tags, taxonomies.amenities, epsg=epsg), taken, epsg)
    lend_items(heritage, [row for one in lists for row in one.rows if row.wikidata], settings, epsg=epsg)
    rows = [_heritage_row(site, taxonomies.heritage, beside, settings.max_group_area_m2) for site in heritage]
    spaces = [_creative_row(site, taxonomies.creative, inside) for site in creative]
    return Located(
        heritage=_frame(rows, heritage, HERITAGE, epsg),
        creative=_frame(spaces, creative, CREATIVE, epsg),
        amenities=amenities,
        registry=registry_frame(known, industrial, creative, inside, epsg),
        imports=imports_frame(lists, [*industrial, *creative], others, places, settings),
        grounds=grounds.frame(inside, epsg),
    )


def _names_works(row: registry.Known, taxonomy: Taxonomy) -> bool:
    """Tell whether a row is to be believed: the registry was read by hand, lists hold offices and schools too."""
    return row.origin == registry.REGISTRY or not taxonomy.wording.is_no_works({"name": row.name})


def _grounds(places: gpd.GeoDataFrame, tags: list[dict[str, str]], taxonomy: Taxonomy, epsg: int) -> list[Ground]:
    """Return the industrial grounds of any size, as the taxonomy's setting family tells them."""
    if taxonomy.setting is None:
        return []
    return find_grounds(places, tags, Selector(taxonomy.setting.ground), epsg=epsg)


def _amenities(finds: evidence.Finds, taken: set[str], epsg: int) -> gpd.GeoDataFrame:
    kept = [row for row, osm_id in enumerate(finds.osm_ids) if osm_id not in taken]
    if not kept:
        return tables.empty(AMENITIES)
    best = [max(finds.hits[row], key=lambda hit: hit.rule.weight).rule for row in kept]
    points = reproject(shapely.point_on_surface(finds.geometry[kept]), epsg, WGS84_EPSG)
    columns = {
        "osm_id": [finds.osm_ids[row] for row in kept],
        "kind": [rule.id for rule in best],
        "weight": [rule.weight for rule in best],
    }
    return gpd.GeoDataFrame(columns, geometry=points, crs=WGS84_EPSG)
