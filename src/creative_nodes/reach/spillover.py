"""Exchange, neighbourhood and diversity: what lies around a site, less with every metre (METHOD section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.reach import parts
from creative_nodes.reach.settings import Reach
from creative_nodes.streets import Streets, costs_between, joined


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
    """Return the terms w_k exp(-b d_ik), shape (n, k); the parameters are those of `decay_sum`.

    Parameters
    ----------
    metres, weights, decay_per_m : see `decay_sum`.
    """
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
class Around:
    """Metres on foot from each site to what lies around it: shape (sites, spaces) and (sites, amenities)."""

    spaces: np.ndarray
    amenities: np.ndarray


def look_around(
    streets: Streets, shapes: np.ndarray, creative: gpd.GeoDataFrame, amenities: gpd.GeoDataFrame, *, limit_m: float
) -> Around:
    """Measure the metres from sites (metric CRS) to creative spaces and amenities; beyond `limit_m` infinite.

    Parameters
    ----------
    streets : street tables.
    shapes : sites in the metric CRS, shape (n,).
    creative, amenities : the tables of these names.
    limit_m : metres on foot.
    """
    walk = streets.network("walk", in_metres=True)
    doors = streets.site_entrances(walk, shapes)
    both = joined(*(streets.entrances(walk, streets.shapes(one)) for one in (creative, amenities)))
    metres = costs_between(walk, doors, both, limit=limit_m)
    return Around(metres[:, : len(creative)], metres[:, len(creative) :])


@dataclass(frozen=True)
class Spillover:
    """Exchange, neighbourhood and diversity, shape (sites,) each, and the terms that they are made of.

    `next_door`, `around`: what each space adds to exchange and to neighbourhood, shape (sites, spaces); `others`: what
    each amenity adds to neighbourhood, shape (sites, amenities).
    """

    criteria: dict[str, np.ndarray]
    next_door: np.ndarray
    around: np.ndarray
    others: np.ndarray


def spillover_sums(around: Around, creative: pd.DataFrame, amenities: pd.DataFrame, settings: Reach) -> Spillover:
    """Sum up what lies around each site.

    Parameters
    ----------
    around : metres to each row of the next two.
    creative, amenities : what lies around, the tables of these names (their geometry is not used).
    settings : decays and weights of tiers.
    """
    tier = creative["tier"].map(dict(settings.tier_weight)).to_numpy(dtype=float)
    decay = half_life_to_decay(settings.neighbourhood_half_life_m)
    next_door = decayed(around.spaces, tier, settings.exchange_decay_per_m)
    near = decayed(around.spaces, tier, decay)
    others = decayed(around.amenities, amenities["weight"].to_numpy(dtype=float), decay)
    domain = creative["domain"].to_numpy(dtype=object).astype(str)
    by_domain = near @ (domain[:, None] == np.unique(domain)).astype(float)
    criteria = {
        "exchange": next_door.sum(axis=1),
        "neighbourhood": near.sum(axis=1) + others.sum(axis=1),
        "diversity": hill_number(by_domain),
    }
    return Spillover(criteria, next_door, near, others)


def spillover_parts(
    found: Spillover, around: Around, creative: pd.DataFrame, amenities: pd.DataFrame
) -> list[parts.Rows]:
    """Tell which spaces, amenities and domains the three criteria are made of, as rows of the table parts.

    Parameters
    ----------
    found : the criteria and what each object adds to them.
    around : metres from sites to spaces and amenities.
    creative, amenities : the tables of these names, in the order of `around`.
    """
    spaces = pd.DataFrame(creative[["space_id", "name"]])
    domain, kind = (one.to_numpy(dtype=object).astype(str) for one in (creative["domain"], amenities["kind"]))

    def each(criterion: str, terms: np.ndarray) -> list[parts.Rows]:
        total, metres = found.criteria[criterion], around.spaces
        of = parts.Heading(criterion, "space", "weighted spaces")
        return parts.each(of, contribution=terms, total=total, metres=metres, objects=spaces)

    amenity = parts.Heading("neighbourhood", "amenity", "weighted places")
    domains = parts.Heading("diversity", "domain", "weighted spaces")
    return [
        *each("exchange", found.next_door),
        *each("neighbourhood", found.around),
        parts.grouped(amenity, contribution=found.others, labels=kind),
        parts.grouped(domains, contribution=found.around, labels=domain),
    ]
