"""Sites that stand on one ground: two registry rows for one works, a named hall inside a yard (METHOD section 5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

ONE_GROUND_FROM = 0.5  # share of the smaller outline that lies in the other
Extent = tuple[float, float]


def _extent(shape: shapely.Geometry) -> Extent:
    """Return area and length, by which outlines are told larger or smaller."""
    return float(shapely.area(shape)), float(shapely.length(shape))


def _share(small: shapely.Geometry, large: shapely.Geometry) -> float:
    """Return the share of an outline that lies in another: of its area, of a line its length; of a point all."""
    area, length = _extent(small)
    within = shapely.intersection(small, large)
    if area > 0:
        return float(shapely.area(within)) / area
    return float(shapely.length(within)) / length if length > 0 else 1.0


def pairs_on_one_ground(shapes: np.ndarray) -> list[tuple[int, int]]:
    """Find the pairs of outlines that are equal or overlap by half or more of the smaller one.

    Each pair is judged by itself, so that no third site makes two stand on one ground.

    Parameters
    ----------
    shapes : geometries in metric CRS, shape (n,).

    Returns
    -------
    pairs of numbers, the lower first, rising.
    """
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found = []
    for a, b in sorted({(int(i), int(j)) for i, j in zip(one, other, strict=True) if i < j}):
        small, large = sorted((shapes[a], shapes[b]), key=_extent)
        if _share(small, large) >= ONE_GROUND_FROM:
            found.append((a, b))
    return found


def one_ground_with(ids: Sequence[str], shapes: np.ndarray) -> list[list[str]]:
    """Return the ids of the others that stand on the ground of each site.

    Parameters
    ----------
    ids : of the sites.
    shapes : their outlines, metric CRS, shape (n,).
    """
    found: list[list[str]] = [[] for _ in ids]
    for a, b in pairs_on_one_ground(shapes):
        found[a].append(ids[b])
        found[b].append(ids[a])
    return [sorted(others) for others in found]
