"""Do creative spaces stand near old industry? The curve of the table colocation as a drawing and a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creative_nodes.common import listed, number, plain_number, say, say_n
from creative_nodes.network import ClusterSettings, Departure, departure
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


def spans(runs: Sequence[tuple[float, float]]) -> str:
    """Write runs of distances: 100 to 400 m and 900 m."""
    return listed(
        [
            say("{a:count} to {b:count} m", a=start, b=end) if end > start else say("{a:count} m", a=start)
            for start, end in runs
        ]
    )


def verdict(found: Departure) -> str:
    """Say in one sentence whether creative spaces stand near old industry more often than chance explains."""
    if found.by_chance:
        return say("Creative spaces are found near old industry no more and no less often than chance would have it.")
    if found.more and found.less:
        return say(
            "Creative spaces are found near old industry more often than chance would have it within {more}, and less "
            "often within {less}.",
            more=spans(found.more),
            less=spans(found.less),
        )
    if found.throughout:
        return _throughout(found)
    if found.more:
        return say(
            "Creative spaces are found near old industry more often than chance would have it, within {spans}.",
            spans=spans(found.more),
        )
    if found.less:
        return say(
            "Creative spaces are found near old industry less often than chance would have it, within {spans}.",
            spans=spans(found.less),
        )
    return say(
        "Creative spaces are found near old industry in another way than chance would have it, though at no distance "
        "alone."
    )


def _throughout(found: Departure) -> str:
    ((_, far),) = found.more or found.less
    if found.more:
        return say(
            "Creative spaces are found near old industry more often than chance would have it, at every distance up to "
            "{far:count} m.",
            far=far,
        )
    return say(
        "Creative spaces are found near old industry less often than chance would have it, at every distance up to "
        "{far:count} m.",
        far=far,
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
    found = departure(curve, max_p_value=settings.max_p_value)
    return Colocation(verdict(found), told, _counts(at, settings.relabellings), draw(curve))


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
