"""Pins that would hide each other on the printed sheet: how far each is moved aside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from creative_nodes.report.gis.layout import MAP_MM, fitted
from creative_nodes.report.gis.symbols import Moved

ROUNDS = 500  # a handful of pins lies apart after some tens
MORE_MM = 0.05  # than they need, so that rounding brings none back


def moved_apart(places: np.ndarray, size: float) -> np.ndarray:
    """Return by how much each place is moved so that signs on them do not touch; those that lie free stay.

    Parameters
    ----------
    places : x and y, shape (places, 2), mm.
    size : of a sign, mm.
    """
    now: np.ndarray = places.astype(float)
    for _ in range(ROUNDS):
        touching = False
        for i, j in combinations(range(len(now)), 2):
            way = now[j] - now[i]
            far = float(np.hypot(*way))
            if far >= size:
                continue
            touching = True
            # on one spot there is no direction: each pair takes one of its own
            turn = 2.4 * (i + j)
            along = way / far if far > MORE_MM else np.array([math.cos(turn), math.sin(turn)])
            push = along * ((size - far) / 2 + MORE_MM)
            now[i] -= push
            now[j] += push
        if not touching:
            break
    moves: np.ndarray = now - places
    return moves


def pins_apart(
    ids: Sequence[str], places: pd.DataFrame, extent: tuple[float, float, float, float], size: float
) -> tuple[Moved, ...]:
    """Tell which pins are moved on the sheet, and on maps of its scale; the nearest pair tells where none needs it.

    Parameters
    ----------
    ids : of the sites with a pin.
    places : columns x and y, a row a site, metres of the map's CRS.
    extent : west, south, east, north of the sheet, as of `fitted`.
    size : of a pin with what it needs around it, mm.
    """
    west, _, east, _ = fitted(extent)
    scale = (east - west) / MAP_MM[2] * 1000
    on_paper = places[["x", "y"]].to_numpy(dtype=float) * 1000 / scale
    moves = moved_apart(on_paper, size)
    near = [float(np.hypot(*(on_paper[j] - on_paper[i]))) for i, j in combinations(range(len(ids)), 2)]
    above = scale * min([size, *near]) / size
    return tuple(
        Moved(site, round(float(x), 2), round(float(y), 2), math.floor(above))
        for site, (x, y) in zip(ids, moves, strict=True)
        if max(abs(x), abs(y)) >= MORE_MM
    )
