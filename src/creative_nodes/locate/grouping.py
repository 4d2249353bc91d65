"""Grouping: objects of one taxonomy that overlap, touch, nest or share a name make one site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

TOUCH_M = 1.0  # shapes drawn side by side rarely share their corners exactly


@dataclass(frozen=True)
class Alike:
    """What shapes may have in common, such as a name, empty where one has none, and how near it joins (metres)."""

    labels: list[str]
    within_m: float


def width_of(area_m2: float) -> float:
    """Return how wide a round ground of so many m² is: parts of one works lie no farther apart."""
    return float(2 * np.sqrt(area_m2 / np.pi))


def group(geometry: np.ndarray, alike: Sequence[Alike], *, max_area_m2: float) -> np.ndarray:
    """Group shapes into sites.

    Parameters
    ----------
    geometry : shapes in the metric CRS, shape (n,).
    alike : what joins shapes that do not touch, one label a shape; metres are straight-line.
    max_area_m2 : a larger area does not swallow what lies in it.

    Returns
    -------
    group number of each shape, shape (n,).
    """
    n = len(geometry)
    if n == 0:
        return np.array([], dtype=int)
    small = np.flatnonzero(shapely.area(geometry) <= max_area_m2)
    tree = shapely.STRtree(geometry[small])
    a, b = tree.query(geometry[small], predicate="dwithin", distance=TOUCH_M)
    pairs = [np.column_stack([small[a], small[b]])]
    pairs += [pair for one in alike for pair in _joined(geometry, one)]
    joined = np.concatenate(pairs)
    graph = coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1])


def _joined(geometry: np.ndarray, alike: Alike) -> Iterator[np.ndarray]:
    labels = pd.Series(alike.labels, dtype="str")
    for label, rows in labels.groupby(labels).indices.items():
        if label and len(rows) > 1:
            near = shapely.STRtree(geometry[rows]).query(geometry[rows], predicate="dwithin", distance=alike.within_m)
            yield np.column_stack([rows[near[0]], rows[near[1]]])


def oldest_member(osm_ids: list[str]) -> str:
    """Return the id that a site is known by: its oldest way, else its oldest relation, else its oldest node.

    OSM numbers objects of a kind as they are made, so an object added to the site later does not change the answer.
    """
    order = {"way": 0, "relation": 1, "node": 2}
    return min(osm_ids, key=lambda osm_id: (order[osm_id.split("/")[0]], int(osm_id.split("/")[1])))


def largest_member(geometry: np.ndarray, osm_ids: list[str], rows: np.ndarray) -> int:
    """Return the row of the largest shape of a group; of equals the first id: it comes first.

    Parameters
    ----------
    geometry : shapes in the metric CRS, shape (n,).
    osm_ids : of each.
    rows : rows of the group's members.
    """
    return int(min(rows, key=lambda row: (-round(float(shapely.area(geometry[row])), 1), osm_ids[row])))
