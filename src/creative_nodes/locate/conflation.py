"""Conflation: rows of the registry and of imported lists meet the sites and the named objects of OSM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.common import WGS84_EPSG, reproject
from creative_nodes.locate import evidence, grouping, registry
from creative_nodes.locate.claims import claim_grounds
from creative_nodes.locate.forming import Site, group_sites
from creative_nodes.locate.grounds import Ground
from creative_nodes.locate.names import folded_names
from creative_nodes.locate.selector import Selector
from creative_nodes.locate.settings import Locate

SAME_NAME = 0.95  # likeness asked of an object that nothing but its name speaks for
# what carries a site's name without being it
NOT_A_SITE = Selector(
    [
        "highway=*",
        "public_transport=stop_position|platform|stop_area",
        "bus=yes",
        "railway=stop|halt|tram_stop|subway_entrance|level_crossing|crossing|switch|signal",
        "place=*",
        "boundary=*",
        "route=*",
        "natural=*",
        "waterway=*",
        "barrier=*",
        "entrance=*",
    ]
)


@dataclass(frozen=True)
class Named:
    """Named OSM objects that no rule picked, for the registry to find its rows in."""

    osm_ids: list[str]
    tags: list[dict[str, str]]
    folded: list[list[str]]
    geometry: np.ndarray
    epsg: int

    @classmethod
    def of(cls, places: gpd.GeoDataFrame, tags: list[dict[str, str]], epsg: int) -> Named:
        """Collect the named objects a registry row may stand for: not streets, stops, quarters and the like.

        Parameters
        ----------
        places : the table places.
        tags : its tags, parsed, in the same order.
        epsg : metric CRS of the shapes kept.
        """
        rows = [i for i, one in enumerate(tags) if "name" in one and not NOT_A_SITE.found_in(one)]
        osm_ids = places["osm_id"].to_numpy()
        return cls(
            osm_ids=[osm_ids[i] for i in rows],
            tags=[tags[i] for i in rows],
            folded=[folded_names(tags[i]) for i in rows],
            geometry=reproject(places.geometry.to_numpy()[rows], WGS84_EPSG, epsg),
            epsg=epsg,
        )

    def without(self, osm_ids: list[str]) -> Named:
        """Leave out objects that are finds already."""
        taken = set(osm_ids)
        kept = [row for row, osm_id in enumerate(self.osm_ids) if osm_id not in taken]
        return Named(
            [self.osm_ids[row] for row in kept],
            [self.tags[row] for row in kept],
            [self.folded[row] for row in kept],
            self.geometry[kept],
            self.epsg,
        )


def sites_of(
    finds: evidence.Finds,
    known: list[registry.Known],
    others: Named,
    settings: Locate,
    *,
    within: shapely.Geometry,
    epsg: int,
    grounds: Sequence[Ground] = (),
) -> list[Site]:
    """Group finds into sites and give them their rows of the registry and of imported lists.

    A row of the registry is looked for, in this order, among the finds by name, among all other named OSM objects by
    name, among sites without a row by position; one that is placed to its street takes the only one of `grounds`
    beside it; what is then left and well placed `within` the area that is read becomes a site of its own, not in OSM.
    Rows of lists follow in the same order, and join sites that have a row already.

    Parameters
    ----------
    finds : objects of one taxonomy.
    known : rows of the registry and of lists that tell of its kind.
    others : named objects that a row may stand for where no find carries its name.
    settings : distances of grouping and matching.
    within : the area that is read, metric CRS.
    epsg : that CRS.
    grounds : industrial grounds of any size that a roughly placed row may claim, metric CRS.
    """
    lists = _by_origin([row for row in known if row.origin != registry.REGISTRY])
    known = [row for row in known if row.origin == registry.REGISTRY]
    finds, pairs = _match_by_name(known, finds, others, settings, epsg)
    matches = {at: (row, one) for at, row, one in pairs}
    left = _left(known, [row.registry_id for _, row, _ in pairs])
    listed: list[tuple[str, registry.Known]] = []
    for rows in lists:
        finds, pairs = _match_by_name(rows, finds, others, settings, epsg)
        listed += [(finds.osm_ids[at], row) for at, row, _ in pairs]

    sites = group_sites(finds, matches, settings)
    shapes = np.array([site.geometry for site in sites], dtype=object)
    free = np.array([site.known is None for site in sites], dtype=bool)
    for one in registry.match_by_position(left, [site.folded for site in sites], free, shapes, epsg=epsg):
        sites[one.site].known, sites[one.site].match = left[one.row], one
    left = _left(left, [site.known.registry_id for site in sites if site.known])
    left = _left(left, claim_grounds(left, grounds, sites, epsg=epsg))
    for row, point in zip(left, registry.positions(left, epsg), strict=True):
        if row.precision == "site" and point is not None and shapely.intersects(within, point):
            sites.append(Site.of_row(row, point))
            sites[-1].known = row
    _add_lists(sites, lists, listed, settings, within=within, epsg=epsg)
    return sites


def _match_by_name(
    rows: list[registry.Known], finds: evidence.Finds, others: Named, settings: Locate, epsg: int
) -> tuple[evidence.Finds, list[tuple[int, registry.Known, registry.Match]]]:
    """Match rows among the finds, then among all other named OSM objects, which then join the finds.

    Returns the finds, and of every match the find's index, the row and the match.
    """

    def by_name(
        some: list[registry.Known], names: list[list[str]], shapes: np.ndarray, min_score: float
    ) -> list[registry.Match]:
        return registry.match(some, names, shapes, epsg=epsg, within_m=settings.registry_match_m, min_score=min_score)

    names = [folded_names(tags) for tags in finds.tags]
    pairs = [
        (one.site, rows[one.row], one) for one in by_name(rows, names, finds.geometry, settings.registry_match_score)
    ]
    left = _left(rows, [row.registry_id for _, row, _ in pairs])
    others = others.without(finds.osm_ids)
    for one in by_name(left, others.folded, others.geometry, max(SAME_NAME, settings.registry_match_score)):
        pairs.append((len(finds.osm_ids), left[one.row], one))
        finds = finds.with_one(others.osm_ids[one.site], others.tags[one.site], others.geometry[one.site])
    return finds, pairs


def _by_origin(rows: list[registry.Known]) -> list[list[registry.Known]]:
    return [[row for row in rows if row.origin == origin] for origin in dict.fromkeys(row.origin for row in rows)]


def _add_lists(
    sites: list[Site],
    lists: list[list[registry.Known]],
    listed: list[tuple[str, registry.Known]],
    settings: Locate,
    *,
    within: shapely.Geometry,
    epsg: int,
) -> None:
    """Give sites the rows of imported lists, in place; `listed` are those found in OSM by name, with the object.

    The others join the site in which they lie, else the one that has their name nearby, be it from the registry or
    from another list, else what stands at the same point; what is left becomes a site of its own.
    """
    owner = {osm_id: site for site in sites for osm_id in site.osm_ids}
    for osm_id, row in listed:
        owner[osm_id].imported.append(row)
    for rows in lists:
        left = _left(rows, [row.registry_id for _, row in listed])
        shapes = np.array([site.geometry for site in sites], dtype=object)
        free = np.ones(len(sites), dtype=bool)
        placed = registry.match_by_position(left, [site.all_names() for site in sites], free, shapes, epsg=epsg)
        for one in placed:
            sites[one.site].imported.append(left[one.row])
        left = _left(left, [left[one.row].registry_id for one in placed])
        for row, point in zip(left, registry.positions(left, epsg), strict=True):
            if point is None or not shapely.intersects(within, point):
                continue
            twin = _same_site(row, point, sites, settings)
            if twin is None:
                twin = Site.of_row(row, point)
                sites.append(twin)
            twin.imported.append(row)


def _same_site(row: registry.Known, point: shapely.Point, sites: list[Site], settings: Locate) -> Site | None:
    """Return the nearest site of a like name within reach, or what stands at the very point without being in OSM."""
    own = row.folded_names()
    found = []
    for site in sites:
        distance = float(shapely.distance(site.geometry, point))
        if distance > settings.registry_match_m:
            continue
        alike = max((registry.similarity(a, b) for a in own for b in site.all_names()), default=0.0)
        if alike >= settings.registry_match_score or (distance <= grouping.TOUCH_M and not site.osm_ids):
            found.append((distance, site))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _left(rows: list[registry.Known], taken: list[str]) -> list[registry.Known]:
    return [row for row in rows if row.registry_id not in taken]
