"""The city's measure written down: the tables scales, correlations and values (METHOD section 8)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from creative_nodes.common import CRITERIA, criterion
from creative_nodes.score.rank import ordered_weights
from creative_nodes.score.settings import AnchorShares, Score
from creative_nodes.score.tables import CORRELATIONS, SCALES, VALUES
from creative_nodes.score.values import Scale, lay_scales, rank_correlations, value_of
from creative_nodes.score.verdicts import verdicts

PLACE = "place"  # kind of the rows of the table reference that anchors are read from
# flags of the table candidates: the figure is a typical one, put in for what nobody knows
ASSUMED = {"site_capacity": "area_unknown", "heritage_value": "age_unknown"}


def _places(reference: pd.DataFrame) -> pd.DataFrame:
    """Keep the reference places; hexagons are a layer of the map and anchor nothing."""
    return reference[reference["kind"] == PLACE] if "kind" in reference else reference


def scales_by(reference: pd.DataFrame, at: AnchorShares) -> dict[str, Scale]:
    """Lay out every value function by the places of the table reference.

    Parameters
    ----------
    reference : that table; its hexagons anchor nothing.
    at : percentiles and fixed ends.
    """
    return lay_scales(_places(reference), criteria=tuple(CRITERIA), at=at)


def city_scales(reference: pd.DataFrame, at: AnchorShares) -> pd.DataFrame:
    """Lay out every value function by the city's reference places.

    Parameters
    ----------
    reference : the table reference.
    at : percentiles and fixed ends.

    Returns
    -------
    the table scales, a row a criterion.
    """
    laid = scales_by(reference, at)
    rows = [
        {
            "criterion": name,
            "unit": criterion(name).unit,
            "zero": scale.zero,
            "one": scale.one,
            "median": scale.median,
            "logarithmic": scale.logarithmic,
            "share": scale.share,
            "in_use": scale.in_use,
        }
        for name, scale in laid.items()
    ]
    return pd.DataFrame(rows)[[column.name for column in SCALES.columns]]


def read_scales(scales: pd.DataFrame) -> dict[str, Scale]:
    """Return the value functions that the table scales holds, by criterion."""
    return {
        str(row["criterion"]): Scale(
            name=str(row["criterion"]),
            zero=float(row["zero"]),
            one=float(row["one"]),
            logarithmic=bool(row["logarithmic"]),
            in_use=bool(row["in_use"]),
            median=float(row["median"]),
            share=float(row["share"]),
        )
        for row in scales.to_dict("records")
    }


def city_correlations(reference: pd.DataFrame) -> pd.DataFrame:
    """Correlate the criteria two by two over the reference places.

    Returns
    -------
    the table correlations: each pair of criteria that are measured by place, once.
    """
    places = _places(reference)
    names = [name for name in CRITERIA if name in places]
    found = rank_correlations(places, names)
    rows = [
        {
            "criterion": one,
            "other": other,
            "spearman": found.loc[one, other],
            "places": int(places[[one, other]].notna().all(axis=1).sum()),
        }
        for one, other in itertools.combinations(names, 2)
    ]
    return pd.DataFrame(rows, columns=[column.name for column in CORRELATIONS.columns])


def values_of(candidates: pd.DataFrame, scales: Mapping[str, Scale], settings: Score) -> pd.DataFrame:
    """Set each figure of each candidate beside what is little and much in the city.

    Parameters
    ----------
    candidates : the table candidates.
    scales : value functions.
    settings : weights.

    Returns
    -------
    the table values: every criterion of every candidate that can be reached, candidate by candidate.

    Raises
    ------
    InputError : a figure is infinite.
    """
    scored = candidates[candidates["reachable"]].reset_index(drop=True)
    counted = value_of(scored, scales, ordered_weights(settings))
    weights = dict(zip(counted.names, counted.weights.tolist(), strict=True))
    found = [_of_criterion(scored, scales[name], weights.get(name, 0.0)) for name in CRITERIA]
    order = np.lexsort((np.repeat(np.arange(len(CRITERIA)), len(scored)), np.tile(np.arange(len(scored)), len(found))))
    names = [column.name for column in VALUES.columns]
    return pd.DataFrame({name: np.concatenate([one[name] for one in found])[order] for name in names})


def _of_criterion(scored: pd.DataFrame, scale: Scale, weight: float) -> dict[str, np.ndarray]:
    """Return the columns of the rows of one criterion."""
    figures, flag = scored[scale.name].to_numpy(dtype=float), ASSUMED.get(scale.name, "")
    assumed = scored[flag].to_numpy(dtype=bool) if flag in scored else np.zeros(len(scored), dtype=bool)
    of_all: dict[str, Any] = {
        "criterion": np.array(scale.name, dtype=object),
        "unit": np.array(criterion(scale.name).unit, dtype=object),
        **{"city_low": scale.zero, "city_median": scale.median, "city_high": scale.one, "weight": weight},
    }
    return {
        "site_id": scored["site_id"].to_numpy(dtype=object),
        "figure": figures,
        "value": scale.value(figures),
        "lacking": np.isnan(figures),
        "assumed": assumed,
        "verdict": np.asarray(verdicts(figures, scale, assumed=assumed), dtype=object),
        **{name: np.broadcast_to(value, len(scored)) for name, value in of_all.items()},
    }


def value_matrix(values: pd.DataFrame, site_ids: np.ndarray) -> np.ndarray:
    """Return the values of sites from the table values, shape (sites, all criteria), in the order of `CRITERIA`.

    Parameters
    ----------
    values : that table.
    site_ids : shape (sites,).

    Raises
    ------
    KeyError : a site has no values.
    """
    wide = values.pivot(index="site_id", columns="criterion", values="value").reindex(columns=list(CRITERIA))
    return np.asarray(wide.loc[site_ids], dtype=float).reshape(len(site_ids), len(CRITERIA))
