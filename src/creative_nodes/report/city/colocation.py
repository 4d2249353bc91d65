"""Do creative spaces stand near old industry? The curve of the table colocation as a drawing and a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creative_nodes.common import listed, number, plain_number, say, say_n
from creative_nodes.network import ClusterSettings
from creative_nodes.report.say.words import sentences

WIDTH, HEIGHT = 640.0, 300.0  # of the drawing, in its own units
LEFT, RIGHT, TOP, BOTTOM = 46.0, 24.0, 14.0, 42.0
TICKS = 4

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Chart:
    """Points and ticks of the drawing; y grows downward, as SVG has it."""

    observed: Line
    expected: Line
    envelope: Line
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


@dataclass(frozen=True)
class Colocation:
    """The finding in a sentence, its figures, what was counted, and the drawing."""

    verdict: str
    told: str
    counts: str
    chart: Chart


def ticks(most: float, n: int = TICKS) -> list[float]:
    """Return some n round values from 0 up to at most `most`."""
    if not most > 0:
        return [0.0]
    raw = most / n
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * (1 - 1e-9))
    return [i * step for i in range(math.floor(most / step + 1e-9) + 1)]


def draw(curve: pd.DataFrame) -> Chart:
    """Lay out the curve (rows of the table colocation, in order of distance), beginning at 0 m and 0 spaces."""
    names = ("distance_m", "k_observed", "k_expected", "k_low", "k_high")
    distance, seen, expected, low, high = (np.concatenate([[0.0], curve[name].to_numpy(dtype=float)]) for name in names)
    farthest = distance[-1]
    most = max(float(seen.max()), float(high.max())) * 1.04 or 1.0

    def x(values: Sequence[float] | np.ndarray) -> np.ndarray:
        return np.asarray(np.round(LEFT + np.asarray(values) / farthest * (WIDTH - LEFT - RIGHT), 1))

    def y(values: Sequence[float] | np.ndarray) -> np.ndarray:
        return np.asarray(np.round(HEIGHT - BOTTOM - np.asarray(values) / most * (HEIGHT - TOP - BOTTOM), 1))

    def line(values: np.ndarray) -> Line:
        return tuple((float(a), float(b)) for a, b in zip(x(distance), y(values), strict=True))

    return Chart(
        observed=line(seen),
        expected=line(expected),
        envelope=(*line(high), *reversed(line(low))),
        x_ticks=tuple((float(x([v])[0]), plain_number(v)) for v in ticks(farthest)),
        y_ticks=tuple((float(y([v])[0]), plain_number(v)) for v in ticks(most)),
    )


def spans(distances: np.ndarray, chosen: np.ndarray) -> str:
    """Write the chosen distances as runs: 100 to 400 m and 900 m."""
    at = np.flatnonzero(chosen)
    runs = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    ends = [(distances[run[0]], distances[run[-1]]) for run in runs]
    return listed([say("{a:count} to {b:count} m", a=a, b=b) if b > a else say("{a:count} m", a=a) for a, b in ends])


def verdict(curve: pd.DataFrame, max_p_value: float) -> str:
    """Say in one sentence whether creative spaces stand near old industry more often than chance explains."""
    if curve["p_value"].iloc[0] > max_p_value:
        return say("Creative spaces are found near old industry no more and no less often than chance would have it.")
    distances, seen = curve["distance_m"].to_numpy(dtype=float), curve["k_observed"].to_numpy(dtype=float)
    more, less = seen > curve["k_high"].to_numpy(dtype=float), seen < curve["k_low"].to_numpy(dtype=float)
    if more.any() and less.any():
        return say(
            "Creative spaces are found near old industry more often than chance would have it within {more}, and less "
            "often within {less}.",
            more=spans(distances, more),
            less=spans(distances, less),
        )
    if more.any():
        return _more(distances, more)
    if less.any():
        return _less(distances, less)
    return say(
        "Creative spaces are found near old industry in another way than chance would have it, though at no distance "
        "alone."
    )


def _more(distances: np.ndarray, more: np.ndarray) -> str:
    if more.all():
        return say(
            "Creative spaces are found near old industry more often than chance would have it, at every distance up to "
            "{far:count} m.",
            far=distances[-1],
        )
    return say(
        "Creative spaces are found near old industry more often than chance would have it, within {spans}.",
        spans=spans(distances, more),
    )


def _less(distances: np.ndarray, less: np.ndarray) -> str:
    if less.all():
        return say(
            "Creative spaces are found near old industry less often than chance would have it, at every distance up to "
            "{far:count} m.",
            far=distances[-1],
        )
    return say(
        "Creative spaces are found near old industry less often than chance would have it, within {spans}.",
        spans=spans(distances, less),
    )


def colocation(table: pd.DataFrame, settings: ClusterSettings) -> Colocation | None:
    """Word and draw the table colocation; nothing when it is empty.

    Parameters
    ----------
    table : rows by distance; the counts and the p value are the same in each.
    settings : which distance is quoted, and the p value up to which chance is ruled out.
    """
    if table.empty:
        return None
    curve = table.sort_values("distance_m").reset_index(drop=True)
    at = curve.iloc[(curve["distance_m"] - settings.colocation_told_m).abs().argmin()]
    told = say(
        "Within {near:count} m along streets of an old industrial site stand {seen:amount} other creative spaces on "
        "average. Were the two mixed at random over the same places it would be {expected:amount}, and in 95 of 100 "
        "such mixtures between {low:amount} and {high:amount}.",
        near=at["distance_m"],
        seen=at["k_observed"],
        expected=at["k_expected"],
        low=at["k_low"],
        high=at["k_high"],
    )
    return Colocation(verdict(curve, settings.max_p_value), told, _counts(at, settings.relabellings), draw(curve))


def _counts(row: pd.Series, relabellings: int) -> str:
    """Say what was counted, and the p value; a row of the table, for both are the same in each."""
    same, p_value = int(row["n_same"]), float(row["p_value"])
    counted = say(
        "Counted: industrial sites that still stand (evidence medium or high): {sites:count}; creative spaces: "
        "{spaces:count}.",
        sites=row["n_heritage"],
        spaces=row["n_spaces"],
    )
    both = say_n(
        same,
        "{n:count} more space is old industry itself and counts as that.",
        "{n:count} more spaces are old industry themselves and count as that.",
    )
    chance = say(
        "p = {p} for the curve as a whole, against {draws:count} random mixtures.",
        p=number(p_value, 2),
        draws=relabellings,
    )
    return sentences(counted, both if same else "", chance)
