"""Reach of a node: who and what it can serve (METHOD section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes import tables
from creative_nodes.config import CRITERIA, Candidates, Mode, Network, Reach
from creative_nodes.connectivity import relay, space_links
from creative_nodes.geo import WGS84_EPSG, projected
from creative_nodes.travel import network as net
from creative_nodes.travel import times
from creative_nodes.travel.streets import Streets

FULL_AGE_YEARS = 100.0
RAPID = frozenset({"subway", "light_rail", "monorail"})


def select_candidates(heritage: gpd.GeoDataFrame, settings: Candidates) -> gpd.GeoDataFrame:
    """Return the sites that could become nodes: not creative yet, not lost, with enough evidence."""
    usable = heritage["status"].isin(list(settings.readiness)) & (
        heritage["confidence"] >= settings.min_confidence - 1e-9
    )
    return heritage[usable].reset_index(drop=True)


def stations(places: gpd.GeoDataFrame, epsg: int) -> np.ndarray:
    """Return rapid-transit stations and their entrances (metro, light rail, monorail) in the metric CRS.

    Entrances count only where stations are mapped: one without any station belongs to a line not built yet.
    """
    tags = tables.parse_tags(places)
    rows = [row for row, one in enumerate(tags) if _is_rapid_station(one)]
    if rows:
        rows += [row for row, one in enumerate(tags) if one.get("railway") == "subway_entrance"]
    return projected(places.iloc[rows], epsg)


def _is_rapid_station(tags: dict[str, str]) -> bool:
    is_station = "station" in (tags.get("railway"), tags.get("public_transport"))
    return is_station and (tags.get("station") in RAPID or any(tags.get(kind) == "yes" for kind in RAPID))


def decay_sum(metres: np.ndarray, weights: np.ndarray, decay_per_m: float) -> np.ndarray:
    """Return sum_k w_k exp(-b d_ik) of each row; an infinite distance adds nothing.

    Parameters
    ----------
    metres : distances, shape (n, k).
    weights : shape (k,).
    decay_per_m : b, per metre.
    """
    return np.asarray(np.exp(-decay_per_m * metres) @ weights)


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


def _why_unreachable(streets: Streets, doors: net.Entrances, shapes: np.ndarray) -> list[str]:
    """Tell why each place cannot be reached on foot; empty when it can (when it has one of the doors)."""
    cut_off = streets.network("walk", islands=True)
    label, sizes = net.islands(cut_off)
    stubs = streets.entrances(cut_off, shapes)
    largest = pd.Series(sizes[label[cut_off.u[stubs.edge]]]).groupby(stubs.place).max()
    reasons = []
    for place, reached in enumerate(doors.has_entrance()):
        if reached:
            reasons.append("")
        elif place in largest.index:
            reasons.append(f"on an island of {largest[place]} street junctions, joined to no other street")
        else:
            gap, limit = doors.gap_m[place], streets.travel.snap_within_m
            reasons.append(f"nearest street {gap:,.0f} m away, more than {limit:g} m")
    return reasons


def _site_criteria(sites: gpd.GeoDataFrame, settings: Candidates) -> dict[str, np.ndarray]:
    """Return site_capacity, heritage_value and readiness."""
    age = (settings.reference_year - sites["start_year"].astype(float)).to_numpy() / FULL_AGE_YEARS
    value = (
        settings.heritage_confidence * sites["confidence"].to_numpy()
        + settings.heritage_listing * sites["listed"].to_numpy()
        + settings.heritage_age * np.clip(np.nan_to_num(age, nan=0.0), 0, 1)
    )
    ready = sites["status"].map(dict(settings.readiness)).to_numpy(dtype=float)
    bonus = settings.public_land_bonus * sites["public_land"].to_numpy()
    return {
        "site_capacity": sites["area_m2"].to_numpy(dtype=float),
        "heritage_value": value,
        "readiness": np.minimum(1.0, ready + bonus),
    }


@dataclass(frozen=True)
class World:
    """What a candidate can reach: the tables of one city."""

    creative: gpd.GeoDataFrame
    amenities: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    places: gpd.GeoDataFrame


def _spillover(
    streets: Streets, shapes: np.ndarray, world: World, settings: Reach
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return exchange, neighbourhood and diversity, and the metres to each creative space."""
    walk = streets.network("walk", in_metres=True)
    doors = streets.entrances(walk, shapes)
    limit = settings.max_distance_m
    spaces = streets.entrances(walk, streets.shapes(world.creative))
    others = streets.entrances(walk, streets.shapes(world.amenities))
    to_spaces = times.costs_between(walk, doors, spaces, limit=limit)
    to_others = times.costs_between(walk, doors, others, limit=limit)
    tier = world.creative["tier"].map(dict(settings.tier_weight)).to_numpy(dtype=float)
    decay = half_life_to_decay(settings.neighbourhood_half_life_m)
    domains = pd.get_dummies(world.creative["domain"]).to_numpy(dtype=float)
    return {
        "exchange": decay_sum(to_spaces, tier, settings.exchange_decay_per_m),
        "neighbourhood": decay_sum(to_spaces, tier, decay)
        + decay_sum(to_others, world.amenities["weight"].to_numpy(dtype=float), decay),
        "diversity": hill_number(np.exp(-decay * to_spaces) @ (domains * tier[:, None])),
    }, to_spaces


def _residents(
    streets: Streets,
    walk: net.Network,
    doors: net.Entrances,
    shapes: np.ndarray,
    world: World,
    settings: Reach,
    mode: Mode,
    link_m: float,
) -> dict[str, np.ndarray]:
    """Return residents_walk_15, residents_ride_30 and newly_served; missing where residents are not known.

    A site that no street of the mode reaches has no residents_ride_30, which is not the same as none.
    """
    n = len(shapes)
    if world.people.empty:
        missing = np.full(n, np.nan)
        return {"residents_walk_15": missing, "residents_ride_30": missing, "newly_served": missing}
    cells = streets.shapes(world.people)
    residents = world.people["residents"].to_numpy(dtype=float)
    homes = streets.entrances(walk, cells, within_m=link_m)
    major = world.creative["tier"].isin(["core", "intermediate"]).to_numpy()
    venues = streets.entrances(walk, streets.shapes(world.creative[major]))
    unserved = times.cost_to_nearest(walk, homes, venues) > settings.walk_minutes
    on_foot, fresh = np.zeros(n), np.zeros(n)
    for rows, minutes in times.cost_rows(walk, doors, homes, limit=settings.walk_minutes):
        within = np.isfinite(minutes)
        on_foot[rows], fresh[rows] = within @ residents, within @ (residents * unserved)
    ride = streets.network(mode)
    gates = streets.entrances(ride, shapes)
    riding = times.total_within(
        ride,
        gates,
        streets.entrances(ride, cells, within_m=link_m),
        residents,
        limit=settings.ride_minutes,
    )
    return {
        "residents_walk_15": on_foot,
        "residents_ride_30": np.where(gates.has_entrance(), riding, np.nan),
        "newly_served": fresh,
    }


def measure_reach(
    sites: gpd.GeoDataFrame,
    world: World,
    streets: Streets,
    *,
    reach: Reach,
    network: Network,
    candidates: Candidates,
    main_mode: Mode,
    link_within_m: float,
) -> gpd.GeoDataFrame:
    """Measure every criterion of METHOD section 5 for the candidates.

    Parameters
    ----------
    sites : candidates, rows of the table heritage.
    world : creative spaces, amenities, residents and places of study area and buffer.
    streets : street tables.
    reach, network, candidates : settings.
    main_mode : mode of residents_ride_30.
    link_within_m : metres: residents farther from any street are in nobody's reach.

    Returns
    -------
    the table candidates. Criteria of a site that cannot be reached on foot are missing, with the reason.
    """
    if sites.empty:
        return tables.empty("candidates")
    shapes = streets.shapes(sites)
    walk = streets.network("walk")
    doors = streets.entrances(walk, shapes)
    reasons = np.array(_why_unreachable(streets, doors, shapes), dtype=object)
    spill, metres = _spillover(streets, shapes, world, reach)
    rail = streets.entrances(walk, stations(world.places, streets.epsg))
    transit = times.cost_to_nearest(walk, doors, rail) if rail.n_places else np.full(len(sites), np.inf)

    inside = world.creative["inside"].to_numpy()
    spaces = world.creative[inside]
    links = space_links(streets, spaces, network)
    venues = streets.entrances(walk, streets.shapes(spaces))
    linked = np.isfinite(times.costs_between(walk, doors, venues, limit=network.link_minutes))

    nearest = metres.argmin(axis=1) if metres.shape[1] else np.zeros(len(sites), dtype=int)
    nearest_m = metres.min(axis=1, initial=np.inf)
    ids = world.creative["space_id"].to_numpy(dtype=object)
    measured: dict[str, np.ndarray] = {
        **_residents(streets, walk, doors, shapes, world, reach, main_mode, link_within_m),
        "transit_minutes": np.where(np.isfinite(transit), transit, np.nan),
        **spill,
        "relay": relay(links.parts(), linked),
        **_site_criteria(sites, candidates),
    }
    frame = sites[["site_id", *(c.name for c in tables.NAMES), "heritage_class", "status", "confidence"]].copy()
    frame["reachable"] = reasons == ""
    frame["unreachable_reason"] = reasons
    for name in CRITERIA:
        frame[name] = np.where(reasons == "", measured[name], np.nan)
    frame["spaces_walk"] = pd.array(linked.sum(axis=1), dtype="Int64")
    frame["nearest_space"] = [ids[k] if np.isfinite(m) else "" for k, m in zip(nearest, nearest_m, strict=True)]
    frame["nearest_space_m"] = np.where(np.isfinite(nearest_m), nearest_m, np.nan)
    return gpd.GeoDataFrame(frame, geometry=sites.geometry.to_numpy(), crs=WGS84_EPSG)
