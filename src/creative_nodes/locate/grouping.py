"""Grouping: objects of one taxonomy that overlap, touch, nest or share a name make one site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import ne

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

TOUCH_M = 1.0  # shapes drawn side by side rarely share their corners exactly
GROUND_M2 = 2_000.0  # from this size on a named area is a works of its own, not a hall of one


@dataclass(frozen=True)
class Alike:
    """What shapes may have in common, such as a name, empty where one has none, and how near it joins (metres)."""

    labels: list[str]
    within_m: float


def width_of(area_m2: float) -> float:
    """Return how wide a round ground of so many m² is: parts of one works lie no farther apart."""
    return float(2 * np.sqrt(area_m2 / np.pi))


@dataclass(frozen=True)
class Named:
    """The name of each shape, empty where it has none of its own, and what tells whether two names are of two works."""

    names: Sequence[str]
    are_two: Callable[[str, str], bool]


def group(
    geometry: np.ndarray, alike: Sequence[Alike], *, max_area_m2: float, named: Named | None = None
) -> np.ndarray:
    """Group shapes into sites.

    Parameters
    ----------
    geometry : shapes in the metric CRS, shape (n,).
    alike : what joins shapes that do not touch, one label a shape; metres are straight-line.
    max_area_m2 : a larger area does not swallow what lies in it.
    named : names of the shapes: grounds of a works' size that lie side by side and go by two names are two works; what
        lies in another is part of it, whatever its name. Without names whatever touches is one.

    Returns
    -------
    group number of each shape, shape (n,).
    """
    n = len(geometry)
    if n == 0:
        return np.array([], dtype=int)
    pairs = np.concatenate([np.empty((0, 2), dtype=int), *(pair for one in alike for pair in _joined(geometry, one))])
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    told = named or Named([""] * n, ne)
    groups = _Groups(connected_components(graph, directed=False)[1], _grounds_named(geometry, told.names), told.are_two)
    for one, other, inside in _touching(geometry, max_area_m2):
        groups.join(int(one), int(other), whatever=bool(inside))
    return groups.numbers()


def _grounds_named(geometry: np.ndarray, names: Sequence[str]) -> list[str]:
    """Return the names of grounds of a works' size; else empty ones."""
    large = shapely.area(geometry) >= GROUND_M2
    return [name if wide else "" for name, wide in zip(names, large, strict=True)]


def _touching(geometry: np.ndarray, max_area_m2: float) -> np.ndarray:
    """Return the pairs of shapes that touch, and whether one lies in the other; those first, then the nearest."""
    small = np.flatnonzero(shapely.area(geometry) <= max_area_m2)
    a, b = shapely.STRtree(geometry[small]).query(geometry[small], predicate="dwithin", distance=TOUCH_M)
    one, other = small[a[a < b]], small[b[a < b]]
    shared = shapely.area(shapely.intersection(geometry[one], geometry[other]))
    inside = shared >= np.minimum(shapely.area(geometry[one]), shapely.area(geometry[other])) / 2
    apart = shapely.distance(geometry[one], geometry[other])
    return np.column_stack([one, other, inside])[np.lexsort((other, one, apart, ~inside))]


class _Groups:
    """Groups that grow: each knows the names of its grounds, and takes in no ground of another name."""

    def __init__(self, first: np.ndarray, names: Sequence[str], are_two: Callable[[str, str], bool]) -> None:
        self._above = list(range(int(first.max()) + 1))
        self._first, self._are_two = first, are_two
        self._names: list[set[str]] = [set() for _ in self._above]
        for number, name in zip(first, names, strict=True):
            self._names[number].update({name} - {""})

    def _root(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = number = self._above[self._above[number]]
        return number

    def _contradict(self, some: set[str], others: set[str]) -> bool:
        pairs = [self._are_two(a, b) for a in some for b in others]
        return bool(pairs) and all(pairs)

    def join(self, one: int, other: int, *, whatever: bool) -> None:
        """Make the groups of two shapes one, unless they are grounds of two names; `whatever` they are called."""
        keep, drop = sorted(self._root(int(self._first[row])) for row in (one, other))
        if keep == drop or (not whatever and self._contradict(self._names[keep], self._names[drop])):
            return
        self._above[drop] = keep
        self._names[keep] |= self._names[drop]

    def numbers(self) -> np.ndarray:
        """Return the group number of each shape, from 0 on."""
        roots = [self._root(int(number)) for number in self._first]
        return np.unique(roots, return_inverse=True)[1]


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
