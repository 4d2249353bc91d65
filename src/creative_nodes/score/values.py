"""What a figure is worth in this city: value functions with fixed anchors, and ways to add them up (METHOD section 8).

A figure becomes a value of 0 to 1 by where it stands among reference places, points drawn along the city's streets, or
on a fixed scale. The candidates never take part, so adding, changing or leaving out one changes no other's value, and
every sum below is worked out row by row, so that this holds to the last bit. Value functions on a global scale: Belton
and Stewart, Multiple Criteria Decision Analysis, 2002, chapter 5.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from creative_nodes.common import CRITERIA, Criterion, InputError
from creative_nodes.score.settings import AnchorShares

Kind = Literal["benefit", "benefit_from_zero", "cost", "fixed"]


@dataclass(frozen=True)
class Anchoring:
    """How a criterion finds the figures that are worth 0 and 1.

    Attributes
    ----------
    kind : benefit, from a low to a high percentile of the reference places; benefit_from_zero, from 0 to the high one;
        cost, 1 at the lowest percentile and 0 at a high one; fixed, a scale of its own.
    low, high : the figures worth 0 and 1 on a fixed scale, in the criterion's unit.
    logarithmic : the scale is even in the logarithm; its ends must be above 0.
    by_place : the reference places are measured for it, so that it is in use only where enough of them have it.
    """

    kind: Kind
    low: float = 0.0
    high: float = 1.0
    logarithmic: bool = False
    by_place: bool = True


def anchoring_of(at: AnchorShares) -> dict[str, Anchoring]:
    """Return how each criterion finds its anchors: from its record, the ends of some scales from the settings."""
    ends = {"exchange": (0.0, at.exchange_spaces), "site_capacity": (at.capacity_low_m2, at.capacity_high_m2)}
    return {name: _anchoring(one, ends.get(name)) for name, one in CRITERIA.items()}


def _anchoring(criterion: Criterion, ends: tuple[float, float] | None) -> Anchoring:
    """Return how a criterion finds its anchors; `ends` are set, else a natural unit runs from 0 to its maximum."""
    by_place = criterion.group != "site"
    if ends is None and criterion.maximum is not None:
        ends = 0.0, float(criterion.maximum)
    if ends is not None:
        return Anchoring("fixed", *ends, logarithmic=criterion.log, by_place=by_place)
    if criterion.cost:
        return Anchoring("cost", by_place=by_place)
    return Anchoring("benefit_from_zero" if criterion.from_zero else "benefit", by_place=by_place)


DEFAULT_ANCHORS = AnchorShares.model_validate({})
ANCHORING: Mapping[str, Anchoring] = anchoring_of(DEFAULT_ANCHORS)


@dataclass(frozen=True)
class Scale:
    """The value function of one criterion.

    Attributes
    ----------
    name : of the criterion.
    zero, one : the figures worth 0 and 1, in the criterion's unit; of a cost `zero` is the larger.
    logarithmic : even in the logarithm.
    in_use : whether it counts.
    median : of the reference places that have it, missing where none has or none is measured.
    share : of the reference places that have it, 0-1; missing where none is measured.
    """

    name: str
    zero: float
    one: float
    logarithmic: bool
    in_use: bool
    median: float
    share: float

    def value(self, figures: np.ndarray) -> np.ndarray:
        """Turn figures into values, 0-1; missing ones are worth 0, and so are all where the anchors do not differ.

        Parameters
        ----------
        figures : in the criterion's unit, any shape.
        """
        figures = np.asarray(figures, dtype=float)
        if not self.differs():
            return np.zeros(figures.shape)
        zero, one, even = self.zero, self.one, figures
        if self.logarithmic:
            zero, one, even = math.log(zero), math.log(one), _log(figures)
        return np.asarray(np.nan_to_num(np.clip((even - zero) / (one - zero), 0.0, 1.0), nan=0.0))

    def differs(self) -> bool:
        """Tell whether the anchors are known and differ."""
        return bool(np.isfinite(self.zero) and np.isfinite(self.one) and self.zero != self.one)


def _log(figures: np.ndarray) -> np.ndarray:
    """Return logarithms, minus infinity for what is not above 0, missing for what is missing."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.ascontiguousarray(np.maximum(figures, 0.0))))


def _anchors(known: np.ndarray, how: Anchoring, at: AnchorShares) -> tuple[float, float]:
    """Return the figures worth 0 and 1; missing where no reference place has the criterion."""
    if how.kind == "fixed":
        return how.low, how.high
    if not len(known):
        return np.nan, np.nan
    if how.kind == "cost":
        return float(np.quantile(known, at.cost_worst)), float(np.quantile(known, at.cost_best))
    low = 0.0 if how.kind == "benefit_from_zero" else float(np.quantile(known, at.benefit_low))
    return low, float(np.quantile(known, at.benefit_high))


def _scale(name: str, places: np.ndarray, how: Anchoring, at: AnchorShares) -> Scale:
    """Lay out the value function of one criterion from its figures at the reference places."""
    known = places[~np.isnan(places)]
    zero, one = _anchors(known, how, at)
    if not how.by_place:
        return Scale(name, zero, one, how.logarithmic, True, np.nan, np.nan)
    share = len(known) / len(places) if len(places) else 0.0
    median = float(np.median(known)) if len(known) else np.nan
    laid = Scale(name, zero, one, how.logarithmic, False, median, share)
    in_use = laid.differs() and share >= at.least_share
    return Scale(name, zero, one, how.logarithmic, in_use, median, share)


def greatest_asked(name: str, n: int, at: AnchorShares) -> int:
    """Return how many of the greatest figures of n reference places tell the anchors of a criterion.

    Of a criterion that runs from 0 to a high percentile those from that percentile up; of others all.

    Parameters
    ----------
    name : of the criterion.
    n : reference places that have it.
    at : percentiles.
    """
    if anchoring_of(at)[name].kind != "benefit_from_zero":
        return n
    # the percentile lies between two figures; one more for the rounding of its place
    return min(n, n - math.floor(at.benefit_high * (n - 1)) + 1)


def lay_scales(
    reference: pd.DataFrame,
    *,
    criteria: Sequence[str] = tuple(ANCHORING),
    anchoring: Mapping[str, Anchoring] | None = None,
    at: AnchorShares = DEFAULT_ANCHORS,
) -> dict[str, Scale]:
    """Lay out the value function of each criterion.

    Parameters
    ----------
    reference : a row a reference place, a column a criterion measured there, missing where a place lacks it. Of the
        table reference, the rows of kind place.
    criteria : names, in the order wanted.
    anchoring : how each finds its anchors; by default as `at` says.
    at : percentiles and fixed ends; by default those of METHOD section 8.

    Raises
    ------
    InputError : a criterion has no anchoring, a column is not there, or a figure is infinite.
    """
    how = anchoring_of(at) if anchoring is None else anchoring
    return {name: _scale(name, _figures(reference, name, how), how[name], at) for name in criteria}


def _in_proportion(whole: float, before: float, after: float) -> float:
    """Move an anchor as that of a sample moves; where the sample had none or 0 there is no proportion to keep."""
    return whole * after / before if np.isfinite(whole) and np.isfinite(before) and before != 0 else after


def follow(scales: Mapping[str, Scale], before: Mapping[str, Scale], after: Mapping[str, Scale]) -> dict[str, Scale]:
    """Return value functions under changed settings, when the change is measured at some of the places only.

    Each anchor moves in the proportion in which that of the sample does (the ratio estimator: Cochran, Sampling
    Techniques, 1977, chapter 6), so that a setting that changes nothing changes no value.

    Parameters
    ----------
    scales : of all reference places, settings unchanged.
    before, after : of the sample, without and with the change.
    """
    found = {}
    for name, whole in scales.items():
        one, other = before[name], after[name]
        zero, top = (
            _in_proportion(*ends) for ends in ((whole.zero, one.zero, other.zero), (whole.one, one.one, other.one))
        )
        median = _in_proportion(whole.median, one.median, other.median)
        found[name] = replace(other, zero=zero, one=top, median=median)
    return found


def _figures(reference: pd.DataFrame, name: str, anchoring: Mapping[str, Anchoring]) -> np.ndarray:
    """Return the reference places' figures of a criterion; none for a criterion of the site itself."""
    if name not in anchoring:
        raise InputError(f"no value function is known for {name}; known are {', '.join(anchoring)}", where="score")
    return _column(reference, name, "reference") if anchoring[name].by_place else np.zeros(0)


def _column(frame: pd.DataFrame, name: str, table: str) -> np.ndarray:
    """Return a column as numbers."""
    if name not in frame:
        raise InputError(f"the column {name} is missing; make the table again", where=table)
    figures = frame[name].to_numpy(dtype=float, na_value=np.nan)
    endless = np.isinf(figures)
    if endless.any():
        raise InputError(
            f"{name} is infinite in row {int(endless.argmax())}; give a number or leave it missing", where=table
        )
    return figures


def spread_weights(weights: Mapping[str, float], scales: Mapping[str, Scale]) -> dict[str, float]:
    """Spread the weight of criteria that are not in use over the others, in proportion.

    Parameters
    ----------
    weights : by criterion, 0 or above.
    scales : value functions.

    Returns
    -------
    weights of the criteria in use that have some, summing to 1; empty where none is left.
    """
    left = {name: weight for name, weight in weights.items() if weight > 0 and scales[name].in_use}
    whole = sum(left.values())
    return {name: weight / whole for name, weight in left.items()}


@dataclass(frozen=True, eq=False)
class Values:
    """Figures as values.

    Attributes
    ----------
    names : criteria that count.
    weights : summing to 1, shape (criteria,).
    matrix : 0-1, 1 the best, shape (n, criteria).
    lacking : where a figure is missing and counts as 0, shape (n, criteria).
    """

    names: tuple[str, ...]
    weights: np.ndarray
    matrix: np.ndarray
    lacking: np.ndarray


def value_of(figures: pd.DataFrame, scales: Mapping[str, Scale], weights: Mapping[str, float]) -> Values:
    """Turn the figures of sites (or places, clusters, what-if sites) into values.

    Parameters
    ----------
    figures : a row a site, a column a criterion.
    scales : value functions.
    weights : by criterion; those of criteria that are not in use are spread over the others.

    Raises
    ------
    InputError : a column is not there, or a figure is infinite.
    """
    spread = spread_weights(weights, scales)
    known = {name: _column(figures, name, "candidates") for name in spread}
    shape = (len(figures), len(spread))
    matrix, lacking = np.zeros(shape), np.zeros(shape, dtype=bool)
    for number, (name, column) in enumerate(known.items()):
        matrix[:, number], lacking[:, number] = scales[name].value(column), np.isnan(column)
    return Values(tuple(spread), np.array(list(spread.values()), dtype=float), matrix, lacking)


# ---------------------------------------------------------------- adding values up


def _added(columns: np.ndarray) -> np.ndarray:
    """Add up the columns one after the other.

    A matrix product may round a row otherwise when there are more rows; this never does.
    """
    out = np.zeros(len(columns))
    for column in columns.T:
        out = out + column
    return out


def weighted_sum(matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted sum of values, 0-1, shape (n,).

    Parameters
    ----------
    matrix : values, 0-1, shape (n, criteria).
    weights : summing to 1, shape (criteria,).
    """
    return np.asarray(np.clip(_added(matrix * weights), 0.0, 1.0))


def topsis(matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return closeness to the ideal and distance from its opposite (Hwang and Yoon 1981), 0-1, 1 the ideal.

    The ideal is fixed at value 1 on every criterion, its opposite at 0, so that no other site moves them.

    Parameters
    ----------
    matrix : values, 0-1, shape (n, criteria).
    weights : summing to 1, shape (criteria,); some above 0.
    """
    from_best = np.sqrt(_added(((1 - matrix) * weights) ** 2))
    from_worst = np.sqrt(_added((matrix * weights) ** 2))
    return np.asarray(from_worst / (from_best + from_worst))


def vikor(matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the compromise of total and largest regret in equal parts (Opricovic and Tzeng 2004): 1 - Q, 1 the best.

    Total regret S runs from 0 to 1, the largest regret R from 0 to the largest weight, fixed, so that no other site
    moves them.

    Parameters
    ----------
    matrix : values, 0-1, shape (n, criteria).
    weights : summing to 1, shape (criteria,); some above 0.
    """
    regret = (1 - matrix) * weights
    return np.asarray(1 - 0.5 * (_added(regret) + regret.max(axis=1, initial=0.0) / weights.max()))


def rank_correlations(reference: pd.DataFrame, criteria: Sequence[str]) -> pd.DataFrame:
    """Return Spearman's rank correlation of the criteria over the reference places, two by two.

    Parameters
    ----------
    reference : a row a reference place, a column a criterion.
    criteria : names.

    Returns
    -------
    shape (criteria, criteria), over the places that have both; missing where a criterion is the same everywhere.
    """
    found: pd.DataFrame = reference[list(criteria)].astype(float).corr(method="spearman")
    return found
