"""The two site lists: industrial heritage and creative spaces, from OSM and the registry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from creative_nodes.common import WGS84_EPSG, Message, Table, buffer_metres, mark, reproject, tables, told, written
from creative_nodes.locate import evidence, grouping, offsets, registry
from creative_nodes.locate.imports import ImportedList
from creative_nodes.locate.names import NAME_KEYS, fold, names_of
from creative_nodes.locate.settings import Locate
from creative_nodes.locate.tables import AMENITIES, CREATIVE, HERITAGE, IMPORTS, REGISTRY
from creative_nodes.locate.taxonomy import Hit, Rule, Selector, Taxonomy, start_year

TIER_ORDER = ("core", "intermediate", "supporting")
REGISTRY_RULE, IMPORT_RULE = "registry", "import"
SAME_NAME = 0.95  # likeness asked of an object that nothing but its name speaks for
NEAR_M = 1.0  # "inside or touching"
# what becomes of a registry row
IN_OSM, NOT_IN_OSM, NOT_LOCATED = mark("in OSM"), mark("not in OSM"), mark("not located")
OUTSIDE = mark("outside the study area")
MATCHED = {"name": mark("matched by name: {objects}"), "position": mark("matched by position: {objects}")}
# a row that is placed, by its precision, where nothing carries its name
UNNAMED_THERE = {
    "site": mark("no OSM object at its position carries its name"),
    "street": mark("its position is only known to the street, and no OSM object there carries its name"),
    "ward": mark("its position is only known to the ward, and no OSM object there carries its name"),
}
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


@dataclass
class Site:
    """A site in the making: one or more OSM objects, or a row of the registry or of an imported list."""

    key: str
    names: dict[str, str]
    geometry: shapely.Geometry
    osm_ids: list[str] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    hits: list[tuple[str, Hit]] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)
    known: registry.Known | None = None
    match: registry.Match | None = None
    also: list[str] = field(default_factory=list)
    imported: list[registry.Known] = field(default_factory=list)

    def sources(self) -> list[registry.Known]:
        """Return the rows that tell of the site, the registry's first."""
        return [*([self.known] if self.known else []), *self.imported]

    def all_names(self) -> list[str]:
        """Return every name it goes by, folded: in OSM, in the registry and in lists."""
        told = [name for row in self.sources() for name in row.folded_names()]
        return list(dict.fromkeys([*self.folded, *told]))

    def rules(self) -> list[Rule]:
        """Return the distinct rules that count."""
        return evidence.strongest([hit.rule for _, hit in self.hits])


def _prefix(osm_id: str) -> str:
    kind, _, number = osm_id.partition("/")
    return f"{kind[0]}{number}"


def _best_names(members: list[dict[str, str]]) -> dict[str, str]:
    """Choose, in each language, the name of the member tagged most fully."""
    ordered = sorted(members, key=lambda tags: -(("wikidata" in tags) * 100 + sum("name" in k for k in tags)))
    chosen = {"name": "", "name_en": "", "name_vi": "", "name_zh": ""}
    for tags in ordered:
        for key, value in names_of(tags).items():
            chosen[key] = chosen[key] or value
    return chosen


def group_sites(
    finds: evidence.Finds, matches: dict[int, tuple[registry.Known, registry.Match]], settings: Locate
) -> list[Site]:
    """Group finds into sites, each named and keyed by its members.

    Parameters
    ----------
    finds : objects of one taxonomy.
    matches : registry row and match of those finds that have one, by the find's index.
    settings : distances of grouping.
    """
    folded = [fold(names_of(tags)["name"]) for tags in finds.tags]
    label = grouping.group(
        finds.geometry, folded, within_m=settings.group_within_m, max_area_m2=settings.max_group_area_m2
    )
    return [_site_of(finds, np.flatnonzero(label == number), matches) for number in range(label.max(initial=-1) + 1)]


def _site_of(
    finds: evidence.Finds, rows: np.ndarray, matches: dict[int, tuple[registry.Known, registry.Match]]
) -> Site:
    main = grouping.largest_member(finds.geometry, finds.osm_ids, rows)
    ordered = [main, *(int(row) for row in rows if row != main)]
    members = [finds.tags[row] for row in ordered]
    known = sorted((matches[row] for row in ordered if row in matches), key=lambda pair: -pair[1].score)
    return Site(
        key=_prefix(grouping.oldest_member([finds.osm_ids[row] for row in rows])),
        names=_best_names(members),
        geometry=shapely.union_all(finds.geometry[rows]),
        osm_ids=[finds.osm_ids[row] for row in ordered],
        tags=members,
        hits=[(finds.osm_ids[row], hit) for row in ordered for hit in finds.hits[row]],
        folded=sorted({name for tags in members for name in _folded_names(tags)}),
        known=known[0][0] if known else None,
        match=known[0][1] if known else None,
        also=[row.registry_id for row, _ in known[1:]],
    )


def _vote(site: Site, attribute: str) -> str | None:
    """Return what the strongest rule that has an opinion says."""
    opinions = [(rule.weight, value) for rule in site.rules() if (value := getattr(rule, attribute)) is not None]
    return max(opinions, key=lambda pair: pair[0])[1] if opinions else None


def _class_of(site: Site, taxonomy: Taxonomy) -> str:
    """Return the class the strongest rule gives; without one, what the names, old ones too, tell."""
    texts = [text for tags in site.tags for key, text in tags.items() if "name" in key]
    told = [taxonomy.class_in_name(text) for text in [*texts, *(row.name for row in site.imported)]]
    return _vote(site, "class_") or next((one for one in told if one), None) or taxonomy.default_class


def _evidence(site: Site, taxonomy: Taxonomy) -> tuple[float, str]:
    """Return a site's confidence and its evidence as JSON."""
    counted = {rule.id for rule in site.rules()}
    entries: list[dict[str, object]] = []
    seen = set()
    for osm_id, hit in site.hits:
        if (osm_id, hit.rule.id) in seen:
            continue
        seen.add((osm_id, hit.rule.id))
        weight = hit.rule.weight if hit.rule.id in counted else 0.0
        entries.append(
            {"rule": hit.rule.id, "weight": weight, "osm_id": osm_id, "tag": hit.tag, "reason": hit.rule.reason}
        )
    weights = [rule.weight for rule in site.rules()]
    if site.known is not None:
        weights.append(taxonomy.registry_weight)
        entries.append(
            {
                "rule": REGISTRY_RULE,
                "weight": taxonomy.registry_weight,
                "osm_id": "",
                "tag": f"{site.known.registry_id}: {site.known.source}",
                "reason": mark("in the registry of known sites"),
            }
        )
    if site.imported:
        weights.append(taxonomy.import_weight)
    entries += [
        {
            "rule": IMPORT_RULE,
            "weight": taxonomy.import_weight,
            "osm_id": "",
            "tag": f"{row.origin}: " + "; ".join(text for text in (row.name, row.listing, row.source) if text),
            "reason": mark("in a list of known sites"),
        }
        for row in site.imported
    ]
    return evidence.confidence(weights), evidence.evidence_json(entries)


@dataclass(frozen=True)
class Named:
    """Named OSM objects that no rule picked, for the registry to find its rows in."""

    osm_ids: list[str]
    tags: list[dict[str, str]]
    folded: list[list[str]]
    geometry: np.ndarray

    def without(self, osm_ids: list[str]) -> Named:
        """Leave out objects that are finds already."""
        taken = set(osm_ids)
        kept = [row for row, osm_id in enumerate(self.osm_ids) if osm_id not in taken]
        return Named(
            [self.osm_ids[row] for row in kept],
            [self.tags[row] for row in kept],
            [self.folded[row] for row in kept],
            self.geometry[kept],
        )


def _folded_names(tags: dict[str, str]) -> list[str]:
    return sorted({fold(tags[key]) for key in (*NAME_KEYS, "old_name") if key in tags} - {""})


def _named(places: gpd.GeoDataFrame, tags: list[dict[str, str]], epsg: int) -> Named:
    """Collect the named objects a registry row may stand for: not streets, stops, quarters and the like."""
    rows = [i for i, one in enumerate(tags) if "name" in one and not NOT_A_SITE.found_in(one)]
    osm_ids = places["osm_id"].to_numpy()
    return Named(
        osm_ids=[osm_ids[i] for i in rows],
        tags=[tags[i] for i in rows],
        folded=[_folded_names(tags[i]) for i in rows],
        geometry=reproject(places.geometry.to_numpy()[rows], WGS84_EPSG, epsg),
    )


def sites_of(
    finds: evidence.Finds,
    known: list[registry.Known],
    others: Named,
    settings: Locate,
    *,
    within: shapely.Geometry,
    epsg: int,
) -> list[Site]:
    """Group finds into sites and give them their rows of the registry and of imported lists.

    A row of the registry is looked for, in this order, among the finds by name, among all other named OSM objects by
    name, among sites without a row by position; what is then left and well placed `within` the area that is read
    (metric CRS) becomes a site of its own, not in OSM. Rows of lists follow in the same order, and join sites that have
    a row already.
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
    alone = [
        Site(
            key=f"r-{row.registry_id}",
            names=_row_names(row),
            geometry=point,
            folded=row.folded_names(),
            known=row,
        )
        for row, point in zip(left, registry.positions(left, epsg), strict=True)
        if row.precision == "site" and point is not None and shapely.intersects(within, point)
    ]
    sites += alone
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

    names = [_folded_names(tags) for tags in finds.tags]
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
                twin = Site(f"r-{row.registry_id}", _row_names(row), point, folded=row.folded_names())
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


def _row_names(row: registry.Known) -> dict[str, str]:
    return {"name": row.name, "name_en": row.name_en, "name_vi": row.name_vi, "name_zh": row.name_zh}


def _left(rows: list[registry.Known], taken: list[str]) -> list[registry.Known]:
    return [row for row in rows if row.registry_id not in taken]


def _names(site: Site) -> dict[str, str]:
    """Return the site's names, filled in from the registry or an imported list where OSM has none."""
    return {key: value or _first(site, key) for key, value in site.names.items()}


def _first(site: Site, key: str) -> str:
    """Return what the first row that tells of the site says of something; nothing when none does."""
    return next((value for row in site.sources() if (value := str(getattr(row, key)))), "")


def _heritage_row(site: Site, taxonomy: Taxonomy, creative: shapely.STRtree, estate_m2: float) -> dict[str, object]:
    known = site.known
    area = float(shapely.area(site.geometry))
    confidence, notes = _evidence(site, taxonomy)
    statuses = {hit.rule.status for _, hit in site.hits} - {None}
    gone = {osm_id for osm_id, hit in site.hits if hit.rule.status == "lost"}
    # a name or date on an object that is gone tells of the past
    living = any(
        hit.rule.anchor and hit.rule.status != "lost" and (hit.rule.tags or osm_id not in gone)
        for osm_id, hit in site.hits
    )
    status: str
    if _first(site, "status"):
        status = _first(site, "status")
    elif "lost" in statuses and not living:
        status = "lost"
    elif area <= estate_m2 and len(creative.query(site.geometry, predicate="dwithin", distance=NEAR_M)):
        # one gallery on an estate does not convert the estate
        status = "converted"
    else:
        status = next((s for s in ("disused", "brownfield") if s in statuses), "active")
    years = [year for tags in site.tags if (year := start_year(tags)) is not None]
    years = years or [row.year_built for row in site.imported if row.year_built is not None]
    flags = {hit.rule.flag for _, hit in site.hits}
    return {
        "site_id": f"h-{site.key}",
        **_names(site),
        "heritage_class": _first(site, "heritage_class") or _class_of(site, taxonomy),
        "status": status,
        "confidence": confidence,
        "tier": evidence.tier_of(confidence),
        "area_m2": area if area > 0 else None,
        "start_year": min(years) if years else None,
        "listed": "listed" in flags or any(row.listing for row in site.imported),
        "public_land": "public_land" in flags,
        "registry_id": known.registry_id if known else "",
        "in_osm": bool(site.osm_ids),
        "evidence": notes,
        "osm_ids": site.osm_ids,
    }


def _creative_row(site: Site, taxonomy: Taxonomy, inside: shapely.Geometry) -> dict[str, object]:
    known = site.known
    confidence, notes = _evidence(site, taxonomy)
    tiers = [rule.tier for rule in site.rules() if rule.tier is not None]
    return {
        "space_id": f"c-{site.key}",
        **_names(site),
        "domain": _first(site, "domain") or _vote(site, "class_") or taxonomy.default_class,
        "tier": _first(site, "tier") or min(tiers, key=TIER_ORDER.index, default="supporting"),
        "confidence": confidence,
        "cluster_id": "",
        "inside": bool(shapely.intersects(inside, site.geometry)),
        "registry_id": known.registry_id if known else "",
        "in_osm": bool(site.osm_ids),
        "evidence": notes,
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
    *,
    heritage_taxonomy: Taxonomy,
    creative_taxonomy: Taxonomy,
    amenity_taxonomy: Taxonomy,
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
    heritage_taxonomy, creative_taxonomy, amenity_taxonomy : rules.
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
    others = _named(places, tags, epsg)
    finds = evidence.find(places, tags, creative_taxonomy, epsg=epsg)
    creative = sites_of(finds, open_rows, others, settings, within=within, epsg=epsg)
    tree = shapely.STRtree([site.geometry for site in creative])

    industry = [row for row in everyone if row.kind in ("heritage", "both")]
    finds = evidence.find(places, tags, heritage_taxonomy, epsg=epsg)
    industrial = sites_of(finds, industry, others, settings, within=within, epsg=epsg)
    heritage = [site for site in industrial if shapely.intersects(inside, site.geometry)]

    taken = {osm_id for site in creative for osm_id in site.osm_ids}
    amenities = _amenities(evidence.find(places, tags, amenity_taxonomy, epsg=epsg), taken, epsg)
    return Located(
        heritage=_frame(
            [_heritage_row(site, heritage_taxonomy, tree, settings.max_group_area_m2) for site in heritage],
            heritage,
            HERITAGE,
            epsg,
        ),
        creative=_frame(
            [_creative_row(site, creative_taxonomy, inside) for site in creative], creative, CREATIVE, epsg
        ),
        amenities=amenities,
        registry=_registry_frame(known, industrial, creative, inside, epsg),
        imports=_imports_frame(lists, [*industrial, *creative], others, settings, epsg),
    )


def _imports_frame(
    lists: Sequence[ImportedList], sites: list[Site], others: Named, settings: Locate, epsg: int
) -> pd.DataFrame:
    """Tell what became of every imported list, and how well it fits OSM."""
    if not lists:
        nothing: pd.DataFrame = tables.empty(IMPORTS)
        return nothing
    mapped = [site for site in sites if site.osm_ids]
    rest = others.without([osm_id for site in mapped for osm_id in site.osm_ids])
    # a site goes by its registry names too: lists often use the former one
    names = [[*site.folded, *(site.known.folded_names() if site.known else [])] for site in mapped]
    shapes = np.concatenate([np.array([site.geometry for site in mapped], dtype=object), rest.geometry])
    twins = offsets.Twins([*names, *rest.folded], shapes)
    rows = []
    for one in lists:
        fit = offsets.measure_fit(one, twins, settings, epsg=epsg)
        mine = [(site, row) for site in sites for row in site.imported if row.origin == one.file]
        rows.append(
            {
                "file": one.file,
                "source": one.spec.source,
                "kind": one.spec.kind,
                "datum": one.reference,
                "n": len(one.rows),
                "placed": len(mine),
                "matched": sum(bool(site.osm_ids) for site, _ in mine),
                "in_registry": sum(site.known is not None for site, _ in mine),
                "pairs": fit.pairs,
                "median_m": fit.offsets[one.reference].centroid_m if fit.pairs else None,
                "median_outline_m": fit.offsets[one.reference].outline_m if fit.pairs else None,
                "offsets": fit.as_json(),
                "best_datum": fit.best,
                **written(warning=offsets.warning(one, fit)),
            }
        )
    return pd.DataFrame(rows)


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


def _registry_frame(
    known: list[registry.Known], heritage: list[Site], creative: list[Site], inside: shapely.Geometry, epsg: int
) -> pd.DataFrame:
    """Tell what became of every registry row."""
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
                **{key: getattr(row, key) for key in ("heritage_class", "domain", "lon", "lat")},
                "source": row.source,
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
        how = "position" if matched.match and matched.match.how == "position" else "name"
        found = told(MATCHED[how], objects=matched.osm_ids[:3])
        return (IN_OSM if shapely.intersects(inside, matched.geometry) else OUTSIDE), found
    if point is not None and not shapely.dwithin(inside, point, registry.PRECISION_M[row.precision]):
        return OUTSIDE, mark("its position lies outside the study area")
    if mine:
        return NOT_IN_OSM, mark("no OSM object of that name nearby; placed by the registry's own position")
    if row.status == "lost":
        return NOT_LOCATED, mark("closed or demolished; kept as history")
    if point is None:
        return NOT_LOCATED, mark("the registry has no position, and no OSM object carries its name")
    return NOT_LOCATED, UNNAMED_THERE[row.precision]
