"""Criteria of the site itself: its area, what it is worth as heritage, how ready it is (METHOD section 5).

What nobody knows of a site is neither the worst nor the best: its area counts as typical of its class, its age as the
middle. How sure it is that the site is old industry at all is no value; it decides in how many worlds the site is there
(stage `doubt`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creative_nodes.common import mark
from creative_nodes.reach import parts
from creative_nodes.reach.settings import MIDDLE_AGE, Candidates

FULL_AGE_YEARS = 100.0


@dataclass(frozen=True, eq=False)
class OwnCriteria:
    """Criteria of sites themselves.

    Attributes
    ----------
    criteria : site_capacity (m²), heritage_value and readiness (0-1), each of shape (sites,).
    area_unknown, age_unknown : which nobody knows, shape (sites,).
    parts : rows of the table parts.
    """

    criteria: dict[str, np.ndarray]
    area_unknown: np.ndarray
    age_unknown: np.ndarray
    parts: list[parts.Rows]


def _areas(sites: pd.DataFrame, settings: Candidates) -> np.ndarray:
    """Return the area of each site in m²; where it is not known that of a typical site of its class."""
    typical = sites["heritage_class"].map(settings.typical_of).astype(float)
    return np.asarray(sites["area_m2"].astype(float).fillna(typical), dtype=float)


def _worth(sites: pd.DataFrame, settings: Candidates) -> dict[str, np.ndarray]:
    """Return what heritage_value is made of."""
    age = (settings.reference_year - sites["start_year"].astype(float)).to_numpy() / FULL_AGE_YEARS
    return {
        mark("listing"): settings.heritage_listing * sites["listed"].to_numpy(dtype=float),
        mark("age"): settings.heritage_age * np.clip(np.nan_to_num(age, nan=MIDDLE_AGE), 0, 1),
    }


def _ready(sites: pd.DataFrame, settings: Candidates) -> dict[str, np.ndarray]:
    """Return what readiness is made of."""
    by_status = sites["status"].map(dict(settings.readiness)).to_numpy(dtype=float)
    # the bonus fills up to 1 and no further
    bonus = np.minimum(settings.public_land_bonus * sites["public_land"].to_numpy(dtype=float), 1 - by_status)
    return {mark("status"): by_status, mark("public land"): bonus}


def own_criteria(sites: pd.DataFrame, settings: Candidates) -> OwnCriteria:
    """Measure the criteria of sites themselves.

    Parameters
    ----------
    sites : rows of the table heritage.
    settings : scales, and what is typical.
    """
    value, ready = _worth(sites, settings), _ready(sites, settings)
    made_of = [
        parts.rows(
            parts.Heading(criterion, "evidence", "0-1"),
            site=np.arange(len(sites)),
            part=np.full(len(sites), name),
            value=amount,
        )
        for criterion, shares in (("heritage_value", value), ("readiness", ready))
        for name, amount in shares.items()
    ]
    criteria = {
        "site_capacity": _areas(sites, settings),
        "heritage_value": np.sum(list(value.values()), axis=0),
        "readiness": np.sum(list(ready.values()), axis=0),
    }
    no_area, no_age = (sites[name].isna().to_numpy(dtype=bool) for name in ("area_m2", "start_year"))
    return OwnCriteria(criteria, no_area, no_age, made_of)
