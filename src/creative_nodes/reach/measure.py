"""Reach of a node: who and what it can serve (METHOD section 5), and what each figure is made of."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from creative_nodes.common import (
    CRITERIA,
    METRES_PER_KM,
    NAMES,
    STREET_MODES,
    WGS84_EPSG,
    Message,
    TravelMode,
    mark,
    tables,
    told,
    written,
)
from creative_nodes.network import NetworkSettings
from creative_nodes.reach import parts
from creative_nodes.reach.counted import MAJOR, residents_by_service, residents_within
from creative_nodes.reach.grounds import one_ground_with
from creative_nodes.reach.own import OwnCriteria, own_criteria
from creative_nodes.reach.positions import PositionRules, around_places, measure_positions
from creative_nodes.reach.settings import Candidates, Reach
from creative_nodes.reach.spillover import spillover_parts, spillover_sums
from creative_nodes.reach.stones import enlarged, network_parts, open_sites
from creative_nodes.reach.survey import Survey, World, own_spaces, why_unreachable
from creative_nodes.reach.tables import CANDIDATES, NETWORK_PARTS, PARTS, REACH, SITE_LINKS
from creative_nodes.streets import (
    StreetNetwork,
    Streets,
    cost_rows,
    cut_off,
    joins_streets,
    totals_within,
)


def select_candidates(heritage: gpd.GeoDataFrame, settings: Candidates) -> gpd.GeoDataFrame:
    """Return the sites that could become nodes: not creative yet, not lost, offered, with enough evidence.

    Parameters
    ----------
    heritage : the table heritage.
    settings : statuses that can be reused, least confidence.
    """
    usable = heritage["status"].isin(list(settings.readiness)) & (
        heritage["confidence"] >= settings.min_confidence - 1e-9
    )
    found = heritage[usable & heritage["offered"]].reset_index(drop=True)
    # weaker evidence than a likely site has is let in by min_confidence alone
    return found.assign(list=found["list"].where(found["list"] != "", "likely"))


@dataclass(frozen=True)
class Measured:
    """The tables candidates, reach, parts, modes, site_links and network_parts."""

    candidates: gpd.GeoDataFrame
    reach: pd.DataFrame
    parts: pd.DataFrame
    modes: pd.DataFrame
    site_links: pd.DataFrame
    network_parts: pd.DataFrame


def _limits(settings: Reach, main_mode: TravelMode) -> dict[TravelMode, list[float]]:
    """Return the time limits of each mode, the two of the criteria among them."""
    limits = {mode: set(minutes) for mode, minutes in settings.thresholds.items()}
    limits.setdefault("walk", set()).add(settings.walk_minutes)
    limits.setdefault(main_mode, set()).add(settings.ride_minutes)
    return {mode: sorted(minutes) for mode, minutes in limits.items()}


def _within(
    survey: Survey, network: StreetNetwork, people: gpd.GeoDataFrame, mode: TravelMode, minutes: tuple[float, ...]
) -> pd.DataFrame:
    """Count the residents and creative spaces within each time of each site by one mode.

    Counts are missing where no street of the mode meets the site, which is not the same as none; residents are
    missing where they are not known.
    """
    creative, gates = survey.world.creative, survey.gates(network)
    venues = survey.streets.entrances(network, survey.streets.shapes(creative))
    kinds = np.column_stack([np.ones(len(creative)), creative["tier"].isin(MAJOR)])
    spaces = totals_within(network, gates, venues, kinds, limits=list(minutes))
    residents = residents_within(survey, network, people, minutes)
    shut = ~gates.has_entrance()
    spaces[shut] = np.nan
    columns = {"minutes": np.tile(minutes, gates.n_places), "residents": residents.ravel()}
    columns |= {"spaces": spaces[..., 0].ravel(), "major_spaces": spaces[..., 1].ravel()}
    ids = np.repeat(survey.sites["site_id"].to_numpy(dtype=object), len(minutes))
    return pd.DataFrame({"site_id": ids, "mode": mode, **columns})


def _counts(survey: Survey, limits: dict[TravelMode, list[float]]) -> pd.DataFrame:
    """Make the table reach: every mode that the city has, every time limit."""
    known = [mode for mode in limits if survey.streets.has(mode)]
    found = [
        survey.once(_within, survey.streets.network(mode), survey.world.people, mode, tuple(limits[mode]))
        for mode in known
    ]
    return pd.concat(found, ignore_index=True)


def _served_parts(survey: Survey, walk: StreetNetwork, minutes: float) -> list[parts.Rows]:
    """Tell residents in walking reach of each site who are served today from those who are not."""
    both = survey.once(residents_by_service, walk, survey.world.people, minutes)
    if both is None:
        return []
    everyone = np.arange(len(survey.sites))
    names = (mark("not served today"), mark("served today"))
    return [
        parts.rows(
            parts.Heading("newly_served", "residents", "persons"),
            site=everyone,
            part=np.full(len(everyone), name),
            value=both[:, k],
        )
        for k, name in enumerate(names)
    ]


def _station_parts(survey: Survey, walk: StreetNetwork) -> list[parts.Rows]:
    """Name the rapid-transit station nearest to each site on foot."""
    rapid = survey.world.stations[survey.world.stations["rapid"]]
    n = len(survey.sites)
    if rapid.empty:
        return []
    gates = survey.streets.entrances(walk, survey.streets.shapes(rapid))
    nearest, minutes = np.zeros(n, dtype=int), np.full(n, np.inf)
    for some, costs in cost_rows(walk, survey.doors, gates):
        nearest[some], minutes[some] = costs.argmin(axis=1), costs.min(axis=1)
    site = np.flatnonzero(np.isfinite(minutes))
    return [
        parts.rows(
            parts.Heading("transit_minutes", "station", "min"),
            site=site,
            part=rapid["station_id"].to_numpy(dtype=object)[nearest[site]],
            name=rapid["name"].to_numpy(dtype=object)[nearest[site]],
            value=minutes[site],
        )
    ]


def _site_links(sites: gpd.GeoDataFrame, minutes: np.ndarray, creative: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the links each site would have, the table site_links; `minutes` are infinite where there is none."""
    spaces = own_spaces(creative)["space_id"].to_numpy(dtype=object)
    site, space = np.nonzero(np.isfinite(minutes))
    return pd.DataFrame(
        {
            "site_id": sites["site_id"].to_numpy(dtype=object)[site],
            "space_id": spaces[space],
            "minutes": minutes[site, space],
        }
    )


def describe_modes(streets: Streets) -> pd.DataFrame:
    """Describe the streets of each mode, the table modes: how much there is, and how much is cut off from it."""
    found: list[tuple[str, int, float, int, float, Message | str]] = []
    for mode in sorted(streets.travel.modes, key=STREET_MODES.index):
        kept, whole = streets.network(mode), streets.network(mode, islands=True)
        pieces, metres = cut_off(whole, streets.travel.min_island_nodes)
        street_km, island_km = kept.length_m.sum() / METRES_PER_KM, metres / METRES_PER_KM
        found.append((mode, kept.n_nodes, street_km, pieces, island_km, ""))
    if streets.has("transit"):
        # the streets are those on foot
        found.append(("transit", *found[0][1:5], _stations_joined(streets)))
    frame = pd.DataFrame(found, columns=["mode", "junctions", "street_km", "islands", "island_km", "note"])
    notes = pd.DataFrame([written(note=note) for note in frame.pop("note")], columns=["note", "messages"])
    return pd.concat([frame, notes], axis=1)


def _stations_joined(streets: Streets) -> Message | str:
    """Say how many of the stations with a service meet a street; empty when all do."""
    transport, within = streets.transport, streets.travel.snap_within_m
    if transport is None:
        return ""
    served = transport.stations[transport.stations["n_services"] > 0]
    joined = int(joins_streets(streets.network("walk"), served, snap_within_m=within).sum())
    if joined == len(served):
        return ""
    return told(
        "Only {joined:count} of {served:count} stations and stops with a service have a walkable street within "
        "{within:g} m (travel.snap_within_m) in this data; nobody boards at the others, so reach by public transport "
        "is too low.",
        joined=joined,
        served=len(served),
        within=within,
    )


def measure_reach(
    sites: gpd.GeoDataFrame,
    world: World,
    streets: Streets,
    *,
    reach: Reach,
    network: NetworkSettings,
    candidates: Candidates,
    main_mode: TravelMode,
    link_within_m: float,
) -> Measured:
    """Measure every criterion of METHOD section 5 for the candidates.

    Parameters
    ----------
    sites : candidates, rows of the table heritage.
    world : creative spaces, amenities, residents and stations of study area and buffer.
    streets : street tables, and public transport where there is any.
    reach, network, candidates : settings.
    main_mode : mode of residents_ride_30.
    link_within_m : metres: residents farther from any street are in nobody's reach.

    Returns
    -------
    the tables candidates, reach, parts, modes, site_links and network_parts. Criteria of a site that cannot be reached
    on foot are missing, with the reason.
    """
    modes = describe_modes(streets)
    if sites.empty:
        measured, reached, made_of, links, more = map(
            tables.empty, (CANDIDATES, REACH, PARTS, SITE_LINKS, NETWORK_PARTS)
        )
        return Measured(measured, reached, made_of, modes, links, more)
    survey = Survey(sites, world, streets, link_within_m)
    return measure_criteria(
        survey, reach=reach, network=network, candidates=candidates, main_mode=main_mode, modes=modes
    )


def _ranking(survey: Survey, rules: PositionRules, own: OwnCriteria) -> pd.DataFrame:
    """Tell the sites, whether and why not they can be reached, and their criteria."""
    sites, positions = survey.sites, measure_positions(survey, rules)
    reasons = survey.once(why_unreachable, survey.walk)
    reachable = reasons == ""
    why = [written(unreachable_reason=reason) for reason in reasons]
    frame = pd.DataFrame(
        sites[["site_id", *(c.name for c in NAMES), "heritage_class", "status", "list", "confidence"]].copy()
    )
    frame["reachable"], frame["unreachable_reason"] = reachable, [one["unreachable_reason"] for one in why]
    for name in CRITERIA:
        frame[name] = np.where(reachable, own.criteria[name] if name in own.criteria else positions[name], np.nan)
    frame["area_unknown"], frame["age_unknown"] = own.area_unknown, own.age_unknown
    frame["one_ground_with"] = one_ground_with(sites["site_id"].tolist(), survey.streets.shapes(sites))
    return frame.assign(messages=[one["messages"] for one in why])


def measure_ranking(
    survey: Survey, *, reach: Reach, network: NetworkSettings, candidates: Candidates, main_mode: TravelMode
) -> gpd.GeoDataFrame:
    """Measure what ranks the sites of a survey: the table candidates without what else is told of a site.

    Parameters
    ----------
    survey : sites, of which there is at least one, world and streets.
    reach, network, candidates, main_mode : see `measure_reach`.
    """
    rules = PositionRules(reach, network, main_mode, survey.homes_within_m)
    frame = _ranking(survey, rules, own_criteria(survey.sites, candidates))
    return gpd.GeoDataFrame(frame, geometry=survey.sites.geometry.to_numpy(), crs=WGS84_EPSG)


def measure_criteria(
    survey: Survey,
    *,
    reach: Reach,
    network: NetworkSettings,
    candidates: Candidates,
    main_mode: TravelMode,
    modes: pd.DataFrame,
) -> Measured:
    """Measure the sites of a survey, of which there is at least one; the parameters are those of `measure_reach`.

    Parameters
    ----------
    survey : sites, world and streets.
    reach, network, candidates, main_mode : see `measure_reach`.
    modes : the table modes, passed on.
    """
    sites, world, walk = survey.sites, survey.world, survey.walk
    counts = _counts(survey, _limits(reach, main_mode))
    own = own_criteria(sites, candidates)
    frame = _ranking(survey, PositionRules(reach, network, main_mode, survey.homes_within_m), own)
    reachable = frame["reachable"].to_numpy()
    around = survey.once(around_places, survey.streets.network("walk", in_metres=True), reach.max_distance_m)
    spill = spillover_sums(around, world.creative, world.amenities, reach)
    opened = survey.once(open_sites, walk, network.rule())
    link_times = np.where(opened.minutes <= network.link_minutes, opened.minutes, np.inf)
    messages = frame.pop("messages")
    frame["spaces_walk"] = pd.array(np.isfinite(link_times).sum(axis=1), dtype="Int64")
    frame["nearest_space"], frame["nearest_space_m"] = _nearest(around.spaces, world.creative)
    frame["messages"] = messages
    made_of = [*spillover_parts(spill, around, world.creative, world.amenities), *own.parts]
    made_of += [*survey.once(_station_parts, walk), *survey.once(_served_parts, walk, reach.walk_minutes)]
    made_of += enlarged(opened, around, world.creative)
    return Measured(
        gpd.GeoDataFrame(frame, geometry=sites.geometry.to_numpy(), crs=WGS84_EPSG),
        counts,
        parts.frame(made_of, sites["site_id"].to_numpy(dtype=object), reachable),
        modes,
        _site_links(sites, link_times, world.creative),
        network_parts(sites["site_id"].to_numpy(dtype=object), opened, reachable),
    )


def _nearest(metres: np.ndarray, creative: gpd.GeoDataFrame) -> tuple[list[str], np.ndarray]:
    """Return the nearest creative space of each site, empty when none is in reach, and the metres to it."""
    nearest = metres.argmin(axis=1) if metres.shape[1] else np.zeros(len(metres), dtype=int)
    away = metres.min(axis=1, initial=np.inf)
    ids = creative["space_id"].to_numpy(dtype=object)
    named = [ids[k] if np.isfinite(m) else "" for k, m in zip(nearest, away, strict=True)]
    return named, np.where(np.isfinite(away), away, np.nan)
