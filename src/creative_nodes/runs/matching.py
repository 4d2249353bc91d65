"""Which site of one run is which of another: by id, by shared OSM objects, by place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import geopandas as gpd
import numpy as np
import shapely

# of the smaller of two outlines
LEAST_OVERLAP = 0.5
Pair = tuple[str, str, float]


def _by_objects(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> Iterator[Pair]:
    """Yield pairs that share OSM objects, with their number."""
    of: dict[str, list[str]] = {}
    for site, objects in zip(after["site_id"], after["osm_ids"], strict=True):
        for one in objects:
            of.setdefault(one, []).append(site)
    for site, objects in zip(before["site_id"], before["osm_ids"], strict=True):
        shared = [other for one in objects for other in of.get(one, ())]
        yield from ((site, other, shared.count(other)) for other in sorted(set(shared)))


def _by_overlap(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> Iterator[Pair]:
    """Yield pairs whose outlines cover each other, with the share of the smaller; a point is covered or not."""
    one, other = before.geometry.to_numpy(), after.geometry.to_numpy()
    for i, j in shapely.STRtree(other).query(one, predicate="intersects").T:
        smaller = min(shapely.area(one[i]), shapely.area(other[j]))
        share = shapely.area(shapely.intersection(one[i], other[j])) / smaller if smaller else 1.0
        if share >= LEAST_OVERLAP:
            yield before["site_id"].iloc[i], after["site_id"].iloc[j], float(share)


def _one_to_one(pairs: Iterable[Pair]) -> dict[str, str]:
    """Pair off, the strongest first."""
    found: dict[str, str] = {}
    for before, after, _ in sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])):
        if before not in found and after not in found.values():
            found[before] = after
    return found


def match_sites(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[str, tuple[str, str]]:
    """Match the sites of two runs, each with one other at most.

    An id comes from a site's oldest OSM object or its registry row, so it changes when grouping does. What keeps no id
    is matched by the OSM objects that it shares, then by the ground that it covers.

    Parameters
    ----------
    before, after : columns site_id, osm_ids and geometry (EPSG:4326).

    Returns
    -------
    By id before: the id after, and how it was found (id, osm or overlap).
    """
    same = np.intersect1d(before["site_id"].to_numpy(dtype=object), after["site_id"].to_numpy(dtype=object))
    found = {str(site): (str(site), "id") for site in same}
    for how, pairs in (("osm", _by_objects), ("overlap", _by_overlap)):
        taken = {site for site, _ in found.values()}
        left = before[~before["site_id"].isin(found)], after[~after["site_id"].isin(taken)]
        found |= {site: (other, how) for site, other in _one_to_one(pairs(*left)).items()}
    return found
