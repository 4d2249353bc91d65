"""Exchange, neighbourhood and diversity: what lies around a site, less with every metre (METHOD section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes import parts
from creative_nodes.config import Reach
from creative_nodes.travel import times
from creative_nodes.travel.network import Entrances, Network
from creative_nodes.travel.streets import Streets


def decay_sum(metres: np.ndarray, weights: np.ndarray, decay_per_m: float) -> np.ndarray:
    """Return sum_k w_k exp(-b d_ik) of each row; an infinite distance adds nothing.

    Parameters
    ----------
    metres : distances, shape (n, k).
    weights : shape (k,).
    decay_per_m : b, per metre.
    """
    return np.asarray(decayed(metres, weights, decay_per_m).sum(axis=1))


def decayed(metres: np.ndarray, weights: np.ndarray, decay_per_m: float) -> np.ndarray:
    """Return the terms w_k exp(-b d_ik), shape (n, k); the parameters are those of `decay_sum`."""
    return np.asarray(np.exp(-decay_per_m * metres) * weights)


def half_life_to_decay(half_life_m: float) -> float:
    """Return the decay per metre that halves at a distance."""
    return float(np.log(2) / half_life_m)


def hill_number(amounts: np.ndarray) -> np.ndarray:
    """Return the effective number of kinds, exp(Shannon entropy), of each row; 0 where there is nothing.

    Hill 1973 (order 1). `amounts` has shape (n, kinds).
    """
    total = amounts.sum(axis=1, keepdims=True)
    share = np.divide(amounts, total, out=np.zeros_like(amounts), where=total > 0)
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    return np.where(total[:, 0] > 0, np.exp(-(share * logs).sum(axis=1)), 0.0)


@dataclass(frozen=True)
class Spillover:
    """The three criteria, shape (sites,) each; their parts; and the metres to each creative space."""

    criteria: dict[str, np.ndarray]
    parts: list[pd.DataFrame]
    metres: np.ndarray


def measure_spillover(
    streets: Streets,
    walk_m: Network,
    doors: Entrances,
    creative: gpd.GeoDataFrame,
    amenities: gpd.GeoDataFrame,
    settings: Reach,
) -> Spillover:
    """Measure exchange, neighbourhood and diversity.

    Parameters
    ----------
    streets : street tables.
    walk_m : walking network in metres.
    doors : entrances of the sites on it.
    creative, amenities : what lies around, the tables of these names.
    settings : decays, weights of tiers, farthest distance.
    """
    to_spaces, to_others = (
        times.costs_between(
            walk_m, doors, streets.entrances(walk_m, streets.shapes(one)), limit=settings.max_distance_m
        )
        for one in (creative, amenities)
    )
    tier = creative["tier"].map(dict(settings.tier_weight)).to_numpy(dtype=float)
    decay = half_life_to_decay(settings.neighbourhood_half_life_m)
    next_door = decayed(to_spaces, tier, settings.exchange_decay_per_m)
    around = decayed(to_spaces, tier, decay)
    others = decayed(to_others, amenities["weight"].to_numpy(dtype=float), decay)
    domain = creative["domain"].to_numpy(dtype=object).astype(str)
    by_domain = around @ (domain[:, None] == np.unique(domain)).astype(float)
    exchange, neighbourhood = next_door.sum(axis=1), around.sum(axis=1) + others.sum(axis=1)
    spaces = {
        "metres": to_spaces,
        "ids": creative["space_id"].to_numpy(dtype=object),
        "names": creative["name"].to_numpy(dtype=object),
        "unit": "weighted spaces",
    }
    kinds = amenities["kind"].to_numpy(dtype=object).astype(str)
    made_of = [
        parts.each("exchange", "space", contribution=next_door, total=exchange, **spaces),
        parts.each("neighbourhood", "space", contribution=around, total=neighbourhood, **spaces),
        parts.grouped("neighbourhood", "amenity", contribution=others, labels=kinds, unit="weighted places"),
        parts.grouped("diversity", "domain", contribution=around, labels=domain, unit="weighted spaces"),
    ]
    criteria = {"exchange": exchange, "neighbourhood": neighbourhood, "diversity": hill_number(by_domain)}
    return Spillover(criteria, made_of, to_spaces)
