"""Outcomes: what became of every row of the registry and of every imported list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import Message, mark, tables, told, written
from creative_nodes.locate import offsets, registry
from creative_nodes.locate.claims import CLAIM_M
from creative_nodes.locate.conflation import Named
from creative_nodes.locate.forming import Site
from creative_nodes.locate.imports import ImportedList
from creative_nodes.locate.settings import OSM_TAGS, Locate
from creative_nodes.locate.tables import IMPORTS, ONLINE_ONLY, OUTSIDE, REGISTRY

# what becomes of a registry row
IN_OSM, NOT_IN_OSM, NOT_LOCATED = mark("in OSM"), mark("not in OSM"), mark("not located")
MATCHED = {
    "name": mark("matched by name: {objects}"),
    "position": mark("matched by position: {objects}"),
    "claim": mark("placed to its street, it takes the only industrial ground within {reach:.0f} m: {objects}"),
}
REMOTE = mark("a remote partner, in {where}")
# a row that is placed, by its precision, where nothing carries its name
UNNAMED_THERE = {
    "site": mark("no OSM object at its position carries its name"),
    "street": mark("its position is only known to the street, and no OSM object there carries its name"),
    "ward": mark("its position is only known to the ward, and no OSM object there carries its name"),
}


def imports_frame(
    lists: Sequence[ImportedList], sites: list[Site], others: Named, places: gpd.GeoDataFrame, settings: Locate
) -> pd.DataFrame:
    """Tell what became of every imported list, and how well it fits OSM: the table imports.

    Parameters
    ----------
    lists : the lists.
    sites : industrial sites and creative spaces, with the rows they took.
    others : named OSM objects that are no site.
    places : the table places, for what files of fresher tags told.
    settings : distances of matching.
    """
    twins = _twins(sites, others) if lists else offsets.Twins([], np.array([]))
    rows = [_list_row(one, sites, twins, settings, others.epsg) for one in lists]
    sources = places.loc[places["source"] != "", ["osm_id", "source"]]
    members = {osm_id: site for site in sites for osm_id in site.osm_ids}
    rows += [_fresher_row(source, some["osm_id"], members) for source, some in sources.groupby("source")]
    nothing: pd.DataFrame = tables.empty(IMPORTS)
    return pd.DataFrame(rows) if rows else nothing


def _twins(sites: list[Site], others: Named) -> offsets.Twins:
    """Collect what rows may be in OSM."""
    mapped = [site for site in sites if site.osm_ids]
    rest = others.without([osm_id for site in mapped for osm_id in site.osm_ids])
    # a site goes by its registry names too: lists often use the former one
    names = [[*site.folded, *(site.known.folded_names() if site.known else [])] for site in mapped]
    shapes = np.concatenate([np.array([site.geometry for site in mapped], dtype=object), rest.geometry])
    return offsets.Twins([*names, *rest.folded], shapes)


def _list_row(
    one: ImportedList, sites: list[Site], twins: offsets.Twins, settings: Locate, epsg: int
) -> dict[str, object]:
    items = {row.wikidata for row in one.rows} - {""}
    # positions in Wikidata are WGS 84 by definition: there is no datum to find out
    fit = offsets.NO_FIT if items else offsets.measure_fit(one, twins, settings, epsg=epsg)
    mine = [site for site in sites for row in site.imported if row.origin == one.file]
    mine += [site for site in sites if site.item.wikidata in items]
    here = fit.offsets[one.reference] if fit.pairs else None
    return {
        **{"file": one.file, "source": one.spec.source, "kind": one.spec.kind, "datum": one.reference},
        **{"n": len(one.rows), "placed": len(mine), "matched": sum(bool(site.osm_ids) for site in mine)},
        "in_registry": sum(site.known is not None for site in mine),
        "pairs": fit.pairs,
        "median_m": here.centroid_m if here else None,
        "median_outline_m": here.outline_m if here else None,
        "offsets": fit.as_json(),
        "best_datum": fit.best,
        **written(warning=offsets.warning(one, fit)),
    }


def _fresher_row(source: str, osm_ids: Iterable[str], members: Mapping[str, Site]) -> dict[str, object]:
    """Tell what became of a file of fresher tags."""
    file, _, date = source.rpartition(", ")
    known = list(osm_ids)
    mine = [members[osm_id] for osm_id in known if osm_id in members]
    return {
        **{"file": file, "source": f"OpenStreetMap, {date}", "kind": OSM_TAGS, "datum": "wgs84"},
        **{"n": len(known), "placed": len(mine), "matched": len(mine)},
        "in_registry": sum(site.known is not None for site in mine),
        **{"pairs": 0, "median_m": None, "median_outline_m": None, "offsets": "{}", "best_datum": ""},
        **written(warning=""),
    }


def registry_frame(
    known: list[registry.Known], heritage: list[Site], creative: list[Site], inside: shapely.Geometry, epsg: int
) -> pd.DataFrame:
    """Tell what became of every registry row: the table registry.

    Parameters
    ----------
    known : rows of the registry.
    heritage, creative : sites, with the rows they took.
    inside : study area, metric CRS.
    epsg : that CRS.
    """
    if not known:
        nothing: pd.DataFrame = tables.empty(REGISTRY)
        return nothing
    owners: dict[str, dict[str, Site]] = defaultdict(dict)
    for kind, sites in (("h", heritage), ("c", creative)):
        for site in sites:
            for registry_id in [*([site.known.registry_id] if site.known else []), *site.also]:
                owners[registry_id][kind] = site
    points = registry.positions(known, epsg)
    rows = []
    for row, point in zip(known, points, strict=True):
        mine = owners[row.registry_id]
        matched = next((site for site in mine.values() if site.match is not None), None)
        outcome, reason = _outcome(row, mine, matched, point, inside)
        rows.append(
            {
                "registry_id": row.registry_id,
                **{key: getattr(row, key) for key in ("name", "name_en", "name_vi", "name_zh", "kind", "status")},
                **{key: getattr(row, key) for key in ("former_use", "present_use", "year_converted", "precision")},
                **{key: getattr(row, key) for key in ("heritage_class", "domain", "tier", "lon", "lat")},
                **{key: getattr(row, key) for key in ("position_source", "remote", "source")},
                **written(outcome=outcome, reason=reason),
                "match_score": matched.match.score if matched and matched.match else None,
                "match_m": matched.match.distance_m if matched and matched.match else None,
                "site_id": f"h-{mine['h'].key}"
                if "h" in mine and shapely.intersects(inside, mine["h"].geometry)
                else "",
                "space_id": f"c-{mine['c'].key}" if "c" in mine else "",
            }
        )
    return pd.DataFrame(rows)


def _outcome(
    row: registry.Known,
    mine: dict[str, Site],
    matched: Site | None,
    point: shapely.Point | None,
    inside: shapely.Geometry,
) -> tuple[str, Message | str]:
    """Say what became of a registry row, and why."""
    if matched is not None:
        how = matched.match.how if matched.match else "name"
        told_with = {"reach": CLAIM_M} if how == "claim" else {}
        found = told(MATCHED[how], objects=matched.osm_ids[:3], **told_with)
        return (IN_OSM if shapely.intersects(inside, matched.geometry) else OUTSIDE), found
    if point is not None and not shapely.dwithin(inside, point, registry.PRECISION_M[row.precision]):
        return OUTSIDE, mark("its position lies outside the study area")
    if mine:
        return NOT_IN_OSM, mark("no OSM object of that name nearby; placed by the registry's own position")
    if row.remote == registry.ONLINE and row.status != "lost":
        return ONLINE_ONLY, mark("it has no place, so it counts in no distance, cluster or score")
    if row.remote and row.remote != registry.ONLINE:
        return OUTSIDE, told(REMOTE, where=row.remote)
    if row.status == "lost":
        return NOT_LOCATED, mark("closed or demolished; kept as history")
    if point is None:
        return NOT_LOCATED, mark("the registry has no position, and no OSM object carries its name")
    return NOT_LOCATED, UNNAMED_THERE[row.precision]
