"""Claims: a registry row that is placed to its street or ward takes the only industrial ground beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from creative_nodes.locate import registry
from creative_nodes.locate.forming import Site
from creative_nodes.locate.grounds import Ground, eligible
from creative_nodes.locate.names import fold

CLAIM_M = 60.0  # farther off, false claims outnumber right ones
ROUGH = ("street", "ward")


def claim_grounds(
    rows: Sequence[registry.Known], grounds: Sequence[Ground], sites: list[Site], *, epsg: int
) -> list[str]:
    """Let rows claim grounds; `sites` get them, in place.

    A ground of a works' size, or of any size where a row has met it already, is claimed when it is the only one within
    reach and its name does not contradict the row's. Of several rows on one ground each becomes a site with the
    ground's shape. What is lost claims nothing: what stands there now is something else.

    Parameters
    ----------
    rows : rows that no object's name or place has met.
    grounds : industrial grounds of any size, metric CRS.
    sites : sites made of OSM objects, and of rows.
    epsg : that CRS.

    Returns
    -------
    ids of the rows that have claimed a ground.
    """
    owner = {osm_id: site for site in sites for osm_id in site.osm_ids}
    grounds = eligible(grounds, named_elsewhere=named_elsewhere(grounds, sites))
    tree = shapely.STRtree(np.array([one.geometry for one in grounds], dtype=object))
    claimed = []
    for row, point in zip(rows, registry.positions(list(rows), epsg), strict=True):
        if row.precision not in ROUGH or row.status == "lost" or point is None:
            continue
        near = tree.query(point, predicate="dwithin", distance=CLAIM_M)
        ground = grounds[near[0]] if len(near) == 1 else None
        if ground is None or ground.osm_ids[0] not in owner:
            continue
        if not registry.contradict([fold(ground.name)], row.folded_names()):
            found = registry.Match(0, 0, 0.0, float(shapely.distance(point, ground.geometry)), "claim")
            _give(row, found, owner[ground.osm_ids[0]], ground, sites)
            claimed.append(row.registry_id)
    return claimed


def named_elsewhere(grounds: Sequence[Ground], sites: Sequence[Site]) -> list[bool]:
    """Tell of each ground whether a site stands on it that a row of the registry or of a list names.

    Parameters
    ----------
    grounds : industrial grounds.
    sites : sites with the rows they took so far, metric CRS as the grounds.
    """
    told = [site for site in sites if site.sources()]
    ids = {osm_id for site in told for osm_id in site.osm_ids}
    points = shapely.STRtree([shapely.point_on_surface(site.geometry) for site in told if not site.osm_ids])
    return [
        not ids.isdisjoint(one.osm_ids) or len(points.query(one.geometry, predicate="intersects")) > 0
        for one in grounds
    ]


def _give(row: registry.Known, found: registry.Match, site: Site, ground: Ground, sites: list[Site]) -> None:
    """Give a row its ground: the site that stands there, or one of its own beside that of another row."""
    if site.known is None:
        site.known, site.match = row, found
        return
    alone = Site.of_row(row, ground.geometry)
    sites.append(replace(alone, osm_ids=site.osm_ids, tags=site.tags, hits=site.hits, known=row, match=found))
