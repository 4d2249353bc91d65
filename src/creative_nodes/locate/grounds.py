"""Industrial ground: mapped industrial objects that lie together, before anything is said of their age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.common import projected
from creative_nodes.locate.grouping import largest_member, oldest_member
from creative_nodes.locate.names import fold
from creative_nodes.locate.selector import Selector

WITHIN_M = 12.0
SMALLEST_M2, LARGEST_M2 = 2_000.0, 300_000.0


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
