"""Forming sites: objects of one taxonomy that belong together, named and keyed by their members."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
import shapely.affinity

from creative_nodes.locate import evidence, grouping, registry
from creative_nodes.locate.names import fold, folded_names, names_of
from creative_nodes.locate.settings import Locate
from creative_nodes.locate.taxonomy import Hit

Matches = dict[int, tuple[registry.Known, registry.Match]]


@dataclass(frozen=True)
class Item:
    """What an item lends to a site: its id, a file of Wikimedia Commons and the year it began, as far as known."""

    wikidata: str = ""
    image: str = ""
    inception: int | None = None


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
    item: Item = Item()

    @classmethod
    def of_row(cls, row: registry.Known, place: shapely.Geometry) -> Site:
        """Make a site of a row alone, at its place in the metric CRS.

        A point in a large ground is not where the ground begins: a row that tells its area, and has no outline, is a
        round ground of that area about its point.
        """
        if row.area_m2 and isinstance(place, shapely.Point):
            place = round_ground(place, row.area_m2)
        names = {"name": row.name, "name_en": row.name_en, "name_vi": row.name_vi, "name_zh": row.name_zh}
        return cls(f"r-{row.registry_id}", names, place, folded=row.folded_names())

    def sources(self) -> list[registry.Known]:
        """Return the rows that tell of the site, the registry's first."""
        return [*([self.known] if self.known else []), *self.imported]

    def all_names(self) -> list[str]:
        """Return every name it goes by, folded: in OSM, in the registry and in lists."""
        told = [name for row in self.sources() for name in row.folded_names()]
        return list(dict.fromkeys([*self.folded, *told]))

    def said(self, key: str) -> str:
        """Return what the first row that tells of the site says of something; nothing when none does."""
        return next((value for row in self.sources() if (value := str(getattr(row, key)))), "")

    def display_names(self) -> dict[str, str]:
        """Return its names, filled in from the registry or an imported list where OSM has none."""
        return {key: value or self.said(key) for key, value in self.names.items()}


def round_ground(point: shapely.Point, area_m2: float) -> shapely.Geometry:
    """Draw a round ground about a point.

    Parameters
    ----------
    point : its middle, metric CRS.
    area_m2 : its area.
    """
    rough = shapely.buffer(point, np.sqrt(area_m2 / np.pi))
    grown = float(np.sqrt(area_m2 / shapely.area(rough)))  # its corners lie on the circle, its sides within
    return shapely.affinity.scale(rough, grown, grown, origin=point)


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


def group_sites(finds: evidence.Finds, matches: Matches, settings: Locate) -> list[Site]:
    """Group finds into sites, each named and keyed by its members.

    Parameters
    ----------
    finds : objects of one taxonomy.
    matches : registry row and match of those finds that have one, by the find's index.
    settings : distances of grouping.
    """
    folded = [fold(names_of(tags)["name"]) for tags in finds.tags]
    # a works of its own name, and what one listing names, is one place up to the width of the largest ground
    wide = grouping.width_of(settings.max_group_area_m2)
    own = [registry.own_part(name) if registry.has_own_part(name) else "" for name in folded]
    alike = [
        grouping.Alike(folded, settings.group_within_m),
        grouping.Alike(own, wide),
        grouping.Alike([tags.get("heritage:ref", "") for tags in finds.tags], wide),
    ]
    named = grouping.Named(own, lambda one, other: registry.similarity(one, other) < settings.registry_match_score)
    label = grouping.group(finds.geometry, alike, max_area_m2=settings.max_group_area_m2, named=named)
    return [_site_of(finds, np.flatnonzero(label == number), matches) for number in range(label.max(initial=-1) + 1)]


def _site_of(finds: evidence.Finds, rows: np.ndarray, matches: Matches) -> Site:
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
        folded=sorted({name for tags in members for name in folded_names(tags)}),
        known=known[0][0] if known else None,
        match=known[0][1] if known else None,
        also=[row.registry_id for row, _ in known[1:]],
    )
