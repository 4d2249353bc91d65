"""The ground of a city: all streets as they lie, and which of them is nearest to places."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from creative_nodes.common import WGS84_EPSG, reproject

POINT = 0  # of shapely.get_type_id
FERRY = "ferry"
NO_ENTRY = frozenset({FERRY, "motorway", "motorway_link"})
GROUND_CAPACITY = 4  # of a node of the search tree; with the usual 10 the nearest street takes half as long again


def _only_nearest(tree: shapely.STRtree, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number in the tree of the line nearest to each shape and the metres to it; -1 where it is not alone.

    At a junction several streets are equally near, and all that run through an area.
    """
    line, metres = np.full(len(shapes), -1), np.full(len(shapes), np.inf)
    (which, found), away = tree.query_nearest(shapes, return_distance=True, all_matches=True)
    alone = np.bincount(which, minlength=len(shapes))[which] == 1
    line[which[alone]], metres[which[alone]] = found[alone], away[alone]
    return line, metres


def nearest(tree: shapely.STRtree, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number in the tree of a line nearest to each shape, -1 for an empty one, and the metres to it.

    Parameters
    ----------
    tree : of lines, metric CRS.
    shapes : in the same CRS, shape (n,).
    """
    line, metres = np.full(len(shapes), -1), np.full(len(shapes), np.inf)
    (which, found), away = tree.query_nearest(shapes, return_distance=True, all_matches=False)
    line[which], metres[which] = found, away
    return line, metres


def _shares(lines: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return where along each line it is nearest to a shape, from 0 to 1."""
    # the point of the street nearest to the shape: one end of the shortest line between them
    touch = shapely.get_point(shapely.shortest_line(lines, shapes), 0)
    share: np.ndarray = shapely.line_locate_point(lines, touch, normalized=True)
    return share


@dataclass(frozen=True)
class Tries:
    """What is tried to join places to streets: the places' whole shapes, then points along their boundary.

    `shapes`: metric CRS, shape (tries,). `owner`: the place of each, shape (tries,).
    """

    shapes: np.ndarray
    owner: np.ndarray

    @classmethod
    def of(cls, geometry: np.ndarray, spacing_m: float) -> Tries:
        """Place tries on shapes (metric CRS), `spacing_m` metres apart along boundaries."""
        # a point has no boundary but itself, and most places are points: cells with residents
        spread = np.flatnonzero(shapely.get_type_id(geometry) != POINT)
        points, part = _boundary_points(geometry[spread], spacing_m)
        return cls(np.concatenate([geometry, points]), np.concatenate([np.arange(len(geometry)), spread[part]]))


@dataclass(frozen=True)
class Touches:
    """The street nearest to each try: its edge (-1 for none), the share along it, the metres to it."""

    edge: np.ndarray
    share: np.ndarray
    leg_m: np.ndarray


def touches_of(
    lines: np.ndarray, edges: np.ndarray, shapes: np.ndarray, near: tuple[np.ndarray, np.ndarray]
) -> Touches:
    """Make touches of what was found in a tree over some of the lines.

    Parameters
    ----------
    lines : all lines, metric CRS, shape (edges,).
    edges : numbers of the lines in the tree, in its order.
    shapes : what was looked for, metric CRS, shape (tries,).
    near : number in the tree and metres of the line found for each, see `nearest`.
    """
    line, metres = near
    share, found = np.full(len(shapes), np.nan), line >= 0
    edge = np.full(len(shapes), -1)
    edge[found] = edges[line[found]]
    share[found] = _shares(lines[edge[found]], shapes[found])
    return Touches(edge, share, metres)


@dataclass(frozen=True, eq=False)
class Ground:
    """All streets of a city as they lie, shared by the networks of every mode and speed.

    What lies nearest to a place is searched once among all of them. Where that is one street and open to a mode, it is
    the nearest of that mode too; only for the other places a network searches by itself.

    `streets`: edge geometry, EPSG:4326, in the order of the table street_edges. `enterable`: see `Network`.
    """

    streets: np.ndarray
    enterable: np.ndarray
    epsg: int
    _found: dict[tuple[int, float], tuple[np.ndarray, Tries, Touches]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, edges: gpd.GeoDataFrame, epsg: int) -> Ground:
        """Lay out the table street_edges."""
        return cls(edges.geometry.to_numpy(), ~edges["highway"].isin(NO_ENTRY).to_numpy(), epsg)

    @cached_property
    def lines(self) -> np.ndarray:
        """Edge geometry in the metric CRS."""
        moved: np.ndarray = reproject(self.streets, WGS84_EPSG, self.epsg)
        return moved

    @cached_property
    def _search(self) -> tuple[shapely.STRtree, np.ndarray]:
        open_ = np.flatnonzero(self.enterable)
        return shapely.STRtree(self.lines[open_], node_capacity=GROUND_CAPACITY), open_

    def touches(self, geometry: np.ndarray, spacing_m: float) -> tuple[Tries, Touches]:
        """Find the one street nearest to places (metric CRS), none where several are; kept for a read-only array."""
        key = (id(geometry), spacing_m)
        if key in self._found:
            return self._found[key][1:]
        tries = Tries.of(geometry, spacing_m)
        tree, open_ = self._search
        found = touches_of(self.lines, open_, tries.shapes, _only_nearest(tree, tries.shapes))
        if not geometry.flags.writeable:
            # the array is kept too, so that its id is not given to another
            self._found[key] = (geometry, tries, found)
        return tries, found


def _boundary_points(geometry: np.ndarray, spacing_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Place points along the boundary of areas and along lines; a point stands for itself.

    Returns the points and the index of the place each belongs to.
    """
    # twice, because a collection may hold a multipolygon, and the boundary of one polygon may be several rings
    whole, place = shapely.get_parts(geometry, return_index=True)
    whole, again = shapely.get_parts(whole, return_index=True)
    area = shapely.get_dimensions(whole) == 2
    whole[area] = shapely.boundary(whole[area])
    parts, part = shapely.get_parts(whole, return_index=True)
    part_of = place[again][part]
    length = shapely.length(parts)
    count = np.where(length > 0, np.ceil(length / spacing_m).astype(int), 1)
    row = np.repeat(np.arange(len(parts)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    along = step * length[row] / count[row]
    points = parts[row]
    is_line = shapely.get_dimensions(points) == 1
    points[is_line] = shapely.line_interpolate_point(points[is_line], along[is_line])
    return points, part_of[row]
