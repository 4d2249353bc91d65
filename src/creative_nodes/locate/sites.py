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
from creative_nodes.locate.conflation import Named, sites_of
from creative_nodes.locate.forming import Site
from creative_nodes.locate.imports import ImportedList
from creative_nodes.locate.judging import Judgement, Statement, judge
from creative_nodes.locate.outcomes import imports_frame, registry_frame
from creative_nodes.locate.settings import Locate
from creative_nodes.locate.tables import AMENITIES, CREATIVE, HERITAGE
from creative_nodes.locate.taxonomy import Taxonomies, Taxonomy, start_year

REGISTRY_RULE, IMPORT_RULE = "registry", "import"
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


def _status_of(site: Site, judged: Judgement, creative: shapely.STRtree, estate_m2: float) -> str:
    """Return what a row says of the site, else what stands there: a creative space converts what is not lost."""
    if said := site.said("status"):
        return said
    # one gallery on an estate does not convert the estate
    small = float(shapely.area(site.geometry)) <= estate_m2
    if judged.status != "lost" and small and len(creative.query(site.geometry, predicate="dwithin", distance=NEAR_M)):
        return "converted"
    return judged.status


def _heritage_row(site: Site, taxonomy: Taxonomy, creative: shapely.STRtree, estate_m2: float) -> dict[str, object]:
    judged, area = _judge(site, taxonomy), float(shapely.area(site.geometry))
    years = [year for tags in site.tags if (year := start_year(tags)) is not None]
    years = years or [row.year_built for row in site.imported if row.year_built is not None]
    return {
        "site_id": f"h-{site.key}",
        **site.display_names(),
        "heritage_class": site.said("heritage_class") or judged.class_,
        "status": _status_of(site, judged, creative, estate_m2),
        "confidence": judged.confidence,
        "tier": judged.tier,
        "area_m2": area if area > 0 else None,
        "start_year": min(years) if years else None,
        "listed": judged.listed or any(row.listing for row in site.imported),
        "public_land": judged.public_land,
        "registry_id": site.known.registry_id if site.known else "",
        "in_osm": bool(site.osm_ids),
        "evidence": judged.evidence,
        "osm_ids": site.osm_ids,
    }


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
    everyone = [*known, *(row for one in lists for row in one.rows)]
    inside = reproject(area, WGS84_EPSG, epsg)
    within = reproject(buffer_metres(area, edge_buffer_m, epsg), WGS84_EPSG, epsg)
    # a space that has closed is history: its registry row makes no creative space
    open_rows = [row for row in everyone if row.status != "lost" and row.kind in ("creative", "both")]
    others = Named.of(places, tags, epsg)
    finds = evidence.find(places, tags, taxonomies.creative, epsg=epsg)
    creative = sites_of(finds, open_rows, others, settings, within=within, epsg=epsg)
    tree = shapely.STRtree([site.geometry for site in creative])

    industry = [row for row in everyone if row.kind in ("heritage", "both")]
    finds = evidence.find(places, tags, taxonomies.heritage, epsg=epsg)
    industrial = sites_of(finds, industry, others, settings, within=within, epsg=epsg)
    heritage = [site for site in industrial if shapely.intersects(inside, site.geometry)]

    taken = {osm_id for site in creative for osm_id in site.osm_ids}
    amenities = _amenities(evidence.find(places, tags, taxonomies.amenities, epsg=epsg), taken, epsg)
    rows = [_heritage_row(site, taxonomies.heritage, tree, settings.max_group_area_m2) for site in heritage]
    spaces = [_creative_row(site, taxonomies.creative, inside) for site in creative]
    return Located(
        heritage=_frame(rows, heritage, HERITAGE, epsg),
        creative=_frame(spaces, creative, CREATIVE, epsg),
        amenities=amenities,
        registry=registry_frame(known, industrial, creative, inside, epsg),
        imports=imports_frame(lists, [*industrial, *creative], others, settings, epsg),
    )


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
