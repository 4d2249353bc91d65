"""Squares that people walk across: areas of pedestrian streets, the ways round them and the straight ways across."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

SQUARES = frozenset({"pedestrian", "footway", "path"})
MOST_CORNERS = 60  # of one square that are joined to each other: 1,770 ways across at most
TOUCH = 1e-7  # degrees: how far a straight way may leave the outline, which is given in such steps
Vertex = tuple[int, int, int]
SCALE = 1e7


@dataclass(frozen=True)
class Square:
    """An area of streets: its id, its tags, and its rings as node id, x and y (1e-7 degrees), the outer one first."""

    osm_id: int
    tags: dict[str, str]
    rings: tuple[tuple[Vertex, ...], ...]

    @property
    def shape(self) -> shapely.Polygon:
        """The area, in degrees."""
        outer, *holes = ([(x / SCALE, y / SCALE) for _, x, y in ring] for ring in self.rings)
        return shapely.Polygon(outer, holes)

    @property
    def vertices(self) -> dict[int, Vertex]:
        """The nodes of its rings, each once."""
        return {vertex[0]: vertex for ring in self.rings for vertex in ring}


def squares_of(area: Any, tags: Mapping[str, str]) -> Iterator[Square]:
    """Yield the squares that an assembled area makes, one an outer ring.

    Parameters
    ----------
    area : `osmium.osm.Area`.
    tags : its tags; only areas of `SQUARES` make squares.
    """
    if tags.get("highway") not in SQUARES:
        return
    for outer in area.outer_rings():
        rings = [outer, *area.inner_rings(outer)]
        nodes = tuple(tuple((node.ref, node.x, node.y) for node in ring) for ring in rings)
        yield Square(area.orig_id(), dict(tags), nodes)


def _turns(ring: tuple[Vertex, ...]) -> np.ndarray:
    """Return twice the signed area of each corner of a closed ring: above 0 it turns left."""
    xy = np.array([(x, y) for _, x, y in ring[:-1]], dtype=float)
    before, after = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
    turns: np.ndarray = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return turns


def _bends(square: Square) -> set[int]:
    """Return the nodes that a shortest way across may bend at: where the area turns inwards."""
    found = set()
    for number, ring in enumerate(square.rings):
        closed = shapely.LinearRing([(x, y) for _, x, y in ring])
        # the area lies to the left of an outer ring drawn against the clock, and of a hole drawn with it
        inwards = _turns(ring) * (1 if closed.is_ccw == (number == 0) else -1) < 0
        found |= {vertex[0] for vertex, bends in zip(ring[:-1], inwards, strict=True) if bends}
    return found


def lines_of(square: Square, junctions: Collection[int]) -> Iterator[list[Vertex]]:
    """Yield the ways of a square: its rings, and straight ways between the nodes where streets meet it.

    A shortest way within a polygon is made of straight ones between its ends and corners that turn inwards.

    Parameters
    ----------
    square : the area.
    junctions : nodes of streets; a square that none of them meets has no ways.
    """
    met = [node for node in square.vertices if node in junctions]
    if not met:
        return
    yield from (list(ring) for ring in square.rings)
    ends = sorted({*met, *_bends(square)})
    if len(ends) > MOST_CORNERS:
        ends = sorted(met)[:MOST_CORNERS]
    yield from _across(square, ends)


def _across(square: Square, ends: list[int]) -> Iterator[list[Vertex]]:
    """Yield the straight ways between nodes that stay within the area and are no part of its rings."""
    ringed = {frozenset(pair) for ring in square.rings for pair in itertools.pairwise(vertex[0] for vertex in ring)}
    places = square.vertices
    ground = shapely.buffer(square.shape, TOUCH)
    shapely.prepare(ground)
    pairs = [pair for pair in itertools.combinations(ends, 2) if frozenset(pair) not in ringed]
    if not pairs:
        return
    ways = np.array([[(places[node][1] / SCALE, places[node][2] / SCALE) for node in pair] for pair in pairs])
    inside = np.asarray(shapely.covers(ground, shapely.linestrings(ways)))
    yield from ([places[node] for node in pairs[number]] for number in np.flatnonzero(inside))
