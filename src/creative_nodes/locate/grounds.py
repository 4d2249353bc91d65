"""Industrial ground: mapped industrial objects that lie together, before anything is said of their age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.common import WGS84_EPSG, projected, reproject, tables
from creative_nodes.locate.grouping import GROUND_M2, largest_member, oldest_member
from creative_nodes.locate.names import fold
from creative_nodes.locate.selector import Selector
from creative_nodes.locate.tables import GROUNDS

WITHIN_M = 12.0
SMALLEST_M2, LARGEST_M2 = GROUND_M2, 300_000.0


@dataclass(frozen=True)
class Ground:
    """One ground: its members (the largest first), its name if it has one, and its shape in the metric CRS."""

    ground_id: str
    osm_ids: list[str]
    name: str
    geometry: shapely.Geometry

    @property
    def area_m2(self) -> float:
        """Area of the union of its members."""
        return float(shapely.area(self.geometry))


def find_grounds(
    places: gpd.GeoDataFrame, tags: Sequence[dict[str, str]], kinds: Selector, *, epsg: int, within_m: float = WITHIN_M
) -> list[Ground]:
    """Group the objects of some kinds into grounds; differently named ones stay apart.

    Parameters
    ----------
    places : the table places.
    tags : its tags, parsed, in the same order.
    kinds : tags of industrial, brownfield, works and plant objects.
    epsg : metric CRS of the shapes returned.
    within_m : metres, straight-line: shapes nearer than this are one ground.

    Returns
    -------
    the grounds, ordered by id; of any size.
    """
    rows = [row for row, one in enumerate(tags) if kinds.found_in(one)]
    kept = places.iloc[rows]
    shapes = projected(kept, epsg)
    areal = shapely.get_dimensions(shapes) == 2
    rows = [row for row, flat in zip(rows, areal, strict=True) if flat]
    shapes = shapes[areal]
    names = [tags[row].get("name", "") for row in rows]
    label = _together(shapes, [fold(name) for name in names], within_m)
    ids = [str(places["osm_id"].iloc[row]) for row in rows]
    groups = [np.flatnonzero(label == number) for number in np.unique(label)]
    return sorted((_ground(ids, names, shapes, members) for members in groups), key=lambda one: one.ground_id)


def _ground(ids: list[str], names: list[str], shapes: np.ndarray, members: np.ndarray) -> Ground:
    main = largest_member(shapes, ids, members)
    ordered = [main, *(int(row) for row in members if row != main)]
    osm_ids = [ids[row] for row in ordered]
    name = next((names[row] for row in ordered if names[row]), "")
    return Ground(oldest_member(osm_ids), osm_ids, name, shapely.union_all(shapes[ordered]))


def _together(shapes: np.ndarray, folded: list[str], within_m: float) -> np.ndarray:
    """Join the nearest first, never two names; return the group number of each shape."""
    group = np.arange(len(shapes))
    name = list(folded)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=within_m)
    once = a < b
    pairs = sorted(zip(shapely.distance(shapes[a[once]], shapes[b[once]]), a[once], b[once], strict=True))
    for _, one, other in pairs:
        keep, drop = sorted((int(group[one]), int(group[other])))
        if keep == drop or (name[keep] and name[drop] and name[keep] != name[drop]):
            continue
        name[keep] = name[keep] or name[drop]
        group[group == drop] = keep
    return group


def eligible(grounds: Sequence[Ground], *, named_elsewhere: Sequence[bool] = ()) -> list[Ground]:
    """Keep the grounds large enough for a works and small enough for one.

    Parameters
    ----------
    grounds : grounds of any size.
    named_elsewhere : for each ground, whether a registry or an official list names it: then any size will do.
    """
    told = list(named_elsewhere) or [False] * len(grounds)
    return [one for one, known in zip(grounds, told, strict=True) if known or SMALLEST_M2 <= one.area_m2 <= LARGEST_M2]


@dataclass(frozen=True)
class Grounds:
    """The grounds of a city, and which of them a registry or list names (a ground counts then whatever its size)."""

    all: Sequence[Ground]
    named_elsewhere: Sequence[bool]

    @cached_property
    def _of_object(self) -> dict[str, Ground]:
        return {osm_id: one for one in self.all for osm_id in one.osm_ids}

    @cached_property
    def _places(self) -> tuple[shapely.STRtree, list[Ground]]:
        """Index the grounds that are one place: an estate is none, unless somebody names it as one."""
        pairs = zip(self.all, self.named_elsewhere, strict=True)
        kept = [one for one, named in pairs if named or one.area_m2 <= LARGEST_M2]
        return shapely.STRtree([one.geometry for one in kept]), kept

    def under(self, osm_ids: Sequence[str], shape: shapely.Geometry) -> str:
        """Return the id of the ground that a site stands on: its main object's, else the smallest around it.

        Parameters
        ----------
        osm_ids : objects of the site, the main one first; none for a site that is not in OSM.
        shape : of the site, metric CRS.

        Returns
        -------
        an empty text where it stands on none.
        """
        own = self._of_object.get(osm_ids[0]) if osm_ids else None
        if own is not None:
            return own.ground_id
        tree, kept = self._places
        around = [kept[at] for at in tree.query(shapely.point_on_surface(shape), predicate="within")]
        return min(around, key=lambda one: (one.area_m2, one.ground_id)).ground_id if around else ""

    def frame(self, inside: shapely.Geometry, epsg: int) -> gpd.GeoDataFrame:
        """Write those that touch the study area as the table grounds.

        Parameters
        ----------
        inside : study area, metric CRS.
        epsg : that CRS.
        """
        pairs = zip(self.all, self.named_elsewhere, strict=True)
        rows = [(one, named) for one, named in pairs if shapely.intersects(inside, one.geometry)]
        if not rows:
            return tables.empty(GROUNDS)
        columns = {
            "ground_id": [one.ground_id for one, _ in rows],
            "name": [one.name for one, _ in rows],
            "area_m2": [one.area_m2 for one, _ in rows],
            "named_elsewhere": [named for _, named in rows],
            "osm_ids": [one.osm_ids for one, _ in rows],
        }
        shapes = reproject(np.array([one.geometry for one, _ in rows], dtype=object), epsg, WGS84_EPSG)
        return gpd.GeoDataFrame(columns, geometry=shapes, crs=WGS84_EPSG)

    @classmethod
    def of_frame(cls, frame: gpd.GeoDataFrame, *, epsg: int) -> Grounds:
        """Read the table grounds.

        Parameters
        ----------
        frame : the table.
        epsg : metric CRS of the shapes.
        """
        told = zip(frame["ground_id"], frame["osm_ids"], frame["name"], projected(frame, epsg), strict=True)
        return cls(
            [Ground(key, list(ids), name, shape) for key, ids, name, shape in told], list(frame["named_elsewhere"])
        )

    def eligible(self) -> list[Ground]:
        """Keep those of a works' size, and those that are named elsewhere."""
        return eligible(self.all, named_elsewhere=self.named_elsewhere)
