"""What the page needs to score anew under other priorities: the prepared criteria, the weights, and ready-made sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import CRITERIA, CRITERION_GROUPS, CriterionKey, say, translated
from creative_nodes.report.city.method import CriterionRow
from creative_nodes.report.city.scenarios import why
from creative_nodes.report.settings import PageSettings
from creative_nodes.score import SUM_TOLERANCE, Scenario, Score, value_matrix

SAME_SCORE = 1e-9  # a score of the run that differs by more was not made by these weights

ORDER = tuple(CRITERIA)


@dataclass(frozen=True)
class Slider:
    """One criterion as a slider; `known` is false where it does not count here; `remark` says why it moves nobody."""

    key: CriterionKey
    label: str
    weight: float
    known: bool
    remark: str


@dataclass(frozen=True)
class SliderGroup:
    """A group of criteria with a slider of its own."""

    key: str
    label: str
    sliders: tuple[Slider, ...]


@dataclass(frozen=True)
class Preset:
    """A scenario as a button; without weights it cannot be shown by sliders, and `reason` says why."""

    key: str
    label: str
    reason: str
    weights: tuple[float, ...]


@dataclass(frozen=True)
class Priorities:
    """Live priorities of a city's page.

    Attributes
    ----------
    off : why there are no sliders; empty when there are.
    city : key of the city, whose file takes the copied settings.
    order : the criteria in the order of every list of weights and values.
    groups : sliders by group.
    presets : the scenarios.
    values : criteria as the score adds them up, 0-1, 1 the best: a row per ranked candidate, best first; a criterion
        that does not count in this city is 0.
    ties : place of each candidate among those of the same rank.
    """

    off: str
    city: str
    order: tuple[CriterionKey, ...]
    groups: tuple[SliderGroup, ...]
    presets: tuple[Preset, ...]
    values: tuple[tuple[float, ...], ...]
    ties: tuple[int, ...]


# ---------------------------------------------------------------- values


def known_criteria(values: pd.DataFrame) -> list[CriterionKey]:
    """Return the criteria that count in this city, of the table values."""
    used = set(values.loc[values["verdict"] != "unused", "criterion"])
    return [name for name in CRITERIA if name in used]


def _values(scored: pd.DataFrame, values: pd.DataFrame, known: Sequence[CriterionKey]) -> np.ndarray:
    """Return what each criterion is worth for each candidate, shape (n, criteria); 0 for one that does not count."""
    matrix = value_matrix(values, scored["site_id"].to_numpy(dtype=object))
    return np.where(np.isin(ORDER, known), matrix, 0.0)


def _off(scored: pd.DataFrame, values: np.ndarray, known: Sequence[CriterionKey], settings: Score) -> str:
    """Say why live priorities would be wrong or empty on this page, or nothing."""
    weights = {name: settings.weights[name] for name in known}
    whole = sum(weights.values())
    if scored.empty or not whole:
        return say("There is nothing to weigh: no candidate could be scored.")
    summed = np.clip(values @ np.array([weights.get(name, 0.0) / whole for name in CRITERIA]), 0, 1)
    if not np.allclose(summed, scored["score"].to_numpy(dtype=float), rtol=0, atol=SAME_SCORE):
        return say(
            "The ranking shown is that of the run. Its scores are not the weighted sum of the criteria under the "
            "settings of this page, and only a weighted sum can be weighed anew here."
        )
    return ""


def _plain(weights: Mapping[CriterionKey, float]) -> dict[CriterionKey, float]:
    """Return weights that a configuration takes: groups and shares may each be off 1 by as much as it lets pass."""
    total = sum(weights.values())
    exact = abs(total - 1) <= SUM_TOLERANCE / 10
    return {name: weights[name] if exact else weights[name] / total for name in CRITERIA}


# ---------------------------------------------------------------- sliders


def _remark(name: CriterionKey, known: Sequence[CriterionKey], values: np.ndarray) -> str:
    if name not in known:
        return say(
            "It does not count in this city, where too few places have it or all have the same, so its slider stands "
            "still and its weight is shared among the others."
        )
    if not np.ptp(values[:, ORDER.index(name)]):
        return say("It is the same for all candidates, so it moves none.")
    return ""


def _groups(
    criteria: Sequence[CriterionRow], known: Sequence[CriterionKey], values: np.ndarray
) -> Iterator[SliderGroup]:
    rows = {row.key: row for row in criteria}
    weights = _plain({row.key: row.weight for row in criteria})
    for group, names in CRITERION_GROUPS.items():
        sliders = (
            Slider(name, rows[name].label, weights[name], name in known, _remark(name, known, values)) for name in names
        )
        yield SliderGroup(group, rows[names[0]].group, tuple(sliders))


# ---------------------------------------------------------------- presets


def _preset(key: str, scenario: Scenario, known: Sequence[CriterionKey], settings: Score) -> Preset:
    label = translated(scenario.label)
    changed = scenario.score(settings)
    weights = tuple(_plain(changed.weights).values())
    if scenario.needs_own_reach or changed.anchors != settings.anchors:
        reason = say(
            "It changes the criteria themselves, which sliders cannot: see the table of scenarios of this run."
        )
        return Preset(key, label, reason, ())
    if not sum(changed.weights[name] for name in known):
        return Preset(key, label, say("It weighs only criteria that do not count in this city."), ())
    total = sum(changed.weights[name] for name in known)
    applied = {str(name): changed.weights[name] / total for name in known if changed.weights[name] > 0}
    return Preset(key, label, why(applied), weights)


# ---------------------------------------------------------------- the whole


def live_priorities(
    ordered: gpd.GeoDataFrame,
    criteria: Sequence[CriterionRow],
    values: pd.DataFrame,
    settings: PageSettings,
) -> Priorities:
    """Collect what the page needs to score its candidates under other weights.

    Parameters
    ----------
    ordered : the tables candidates and scores, joined, best first.
    criteria : the criteria as the page names them.
    values : the table values.
    settings : of the page, with the scenarios of the run.
    """
    scored = pd.DataFrame(ordered[ordered["rank"].notna()].drop(columns="geometry", errors="ignore"))
    known = known_criteria(values)
    matrix = _values(scored, values, known)
    off = _off(scored, matrix, known, settings.score)
    if off:
        return Priorities(off, settings.key, ORDER, (), (), (), ())
    presets = [_preset(key, scenario, known, settings.score) for key, scenario in settings.scenarios.items()]
    own = tuple(_plain(settings.score.weights).values())
    return Priorities(
        off="",
        city=settings.key,
        order=ORDER,
        groups=tuple(_groups(criteria, known, matrix)),
        presets=tuple(sorted(presets, key=lambda preset: preset.weights != own)),  # the run's own first
        values=tuple(tuple(row) for row in matrix.tolist()),
        ties=tuple(np.argsort(np.argsort(scored["site_id"].to_numpy(dtype=str))).tolist()),
    )
