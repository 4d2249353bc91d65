"""A page's data, packed small: shapes as whole numbers, languages folded into one another, all of it compressed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from creative_nodes.report.draw.basemap import DECIMALS

# how a shape's type is written; the page's script has the same order
TYPES = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
Ring = tuple[int, ...]
# the digits of numbers written as text; the page's script has the same. None needs an escape in JSON
ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
HALF_ALPHABET = 32

# ---------------------------------------------------------------- shapes


def steps(line: BaseGeometry, *, closed: bool = False) -> Ring:
    """Write a line (EPSG:4326) as x, y of its first point in units of 1e-5 degree, then the steps from point to point.

    Parameters
    ----------
    line : point, line or ring; steps that round to nothing are left out.
    closed : the line is a ring, whose closing point is left out.
    """
    xy = np.round(shapely.get_coordinates(line) * 10**DECIMALS).astype(int)
    moves = np.vstack([xy[:1], np.diff(xy, axis=0)])
    moves = moves[:-1] if closed else moves
    kept = np.any(moves != 0, axis=1)
    kept[0] = True
    return tuple(int(value) for value in moves[kept].ravel())


def written(ring: Ring) -> str:
    """Write whole numbers as text: five bits a character, the lowest first, one more bit where a number goes on.

    The sign is the lowest bit of a number. A browser reads one long text many times faster than a list of numbers, and
    unravels it when it is drawn.

    Parameters
    ----------
    ring : see `steps`.
    """
    values = np.array(ring, dtype=np.int64)
    left = np.where(values < 0, -2 * values - 1, 2 * values)
    found = []
    while True:
        more = left >= HALF_ALPHABET
        found.append(np.where(left < 0, -1, left % HALF_ALPHABET + HALF_ALPHABET * more))
        if not more.any():
            break
        left = np.where(more, left // HALF_ALPHABET, -1)
    digits = np.stack(found, axis=1).ravel()
    return bytes(np.frombuffer(ALPHABET, dtype=np.uint8)[digits[digits >= 0]]).decode("ascii")


def packed_shape(shape: Any) -> tuple[int, Any]:
    """Write a shape (EPSG:4326) as its type and nested lists of steps."""
    kind = TYPES.index(shape.geom_type)
    if shape.geom_type == "Polygon":
        return kind, [steps(ring, closed=True) for ring in (shape.exterior, *shape.interiors)]
    if shape.geom_type.startswith("Multi"):
        return kind, [packed_shape(part)[1] for part in shapely.get_parts(shape)]
    return kind, steps(shape)


# ---------------------------------------------------------------- languages


def fold(spoken: Mapping[str, Any]) -> tuple[Any, dict[str, list[Any]]]:
    """Fold the same data in several languages into one.

    Parameters
    ----------
    spoken : JSON-like data by language.

    Returns
    -------
    The data, with {"$": k} where the languages differ, and by language the list that k counts in.
    """
    words: dict[str, list[Any]] = {code: [] for code in spoken}
    numbers: dict[str, int] = {}

    def differing(nodes: list[Any]) -> dict[str, int]:
        key = json.dumps(nodes, ensure_ascii=False)
        if key not in numbers:
            numbers[key] = len(numbers)
            for code, node in zip(words, nodes, strict=True):
                words[code].append(node)
        return {"$": numbers[key]}

    def folded(nodes: list[Any]) -> Any:
        first = nodes[0]
        if isinstance(first, dict) and all(isinstance(node, dict) and node.keys() == first.keys() for node in nodes):
            return {key: folded([node[key] for node in nodes]) for key in first}
        if isinstance(first, (list, tuple)) and all(
            isinstance(node, (list, tuple)) and len(node) == len(first) for node in nodes
        ):
            return [folded(list(items)) for items in zip(*nodes, strict=True)]
        return first if all(node == first for node in nodes) else differing(nodes)

    return folded(list(spoken.values())), words


# ---------------------------------------------------------------- compression


def as_json(data: Any) -> str:
    """Write data as JSON without blanks."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def pack(data: Any) -> str:
    """Write data as JSON, gzip, base64: text that can stand in any element."""
    return base64.b64encode(gzip.compress(as_json(data).encode("utf-8"), compresslevel=9, mtime=0)).decode("ascii")


def unpack(text: str) -> Any:
    """Read what `pack` wrote."""
    return json.loads(gzip.decompress(base64.b64decode(text)))
