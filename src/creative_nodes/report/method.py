"""How the ranking is made, in the words and numbers of this run: criteria, decays, times and speeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from creative_nodes.config import CRITERIA, CRITERION_GROUPS, City, ClusterSettings, Criterion, Reach, Transit
from creative_nodes.messages import count, listed
from creative_nodes.report.settings import Settings
from creative_nodes.report.words import by_mode, counted, known_number, natural, plain, upper_first
from creative_nodes.schema import BY_MODE

GROUP_WORDS = {"people": "People", "spillover": "Spillover", "network": "Network", "site": "Site"}
ROAD_WORDS = {"steps": "Stairs", "ferry": "Ferry without a tagged duration", "default": "Every other street"}
NOT_A_ROAD = tuple(ROAD_WORDS)


@dataclass(frozen=True)
class CriterionRow:
    """One criterion as the method and the cards name it; `best_part` is missing when no score holds it."""

    key: Criterion
    group: str
    label: str
    weight: float
    median: str
    best_part: float | None


@dataclass(frozen=True)
class Decay:
    """One decay, explained as a distance."""

    key: str
    what: str
    half_m: int
    source: str


@dataclass(frozen=True)
class SpeedRow:
    """The speed of a mode on one class of street, and the key that sets it."""

    road: str
    kmh: str
    key: str


@dataclass(frozen=True)
class Speeds:
    """The speeds of one mode; `peak` tells how much longer the rush hour makes it, when it does."""

    mode: str
    rows: tuple[SpeedRow, ...]
    capped: bool
    peak: str


@dataclass(frozen=True)
class TransitRow:
    """What is assumed of one kind of public transport."""

    kind: str
    headway: str
    kmh: str
    access: str
    detour: str


def clusters_words(settings: ClusterSettings) -> str:
    """Say what makes a cluster, by the method of this run."""
    kept = (
        f"It is kept when at most {settings.max_p_value * 100:g} % of {settings.simulations} random placements along "
        "the same streets hold one as large."
    )
    if settings.method == "hdbscan":
        return (
            f"A cluster is at least {settings.min_spaces} creative spaces that lie denser along streets than what is "
            f"around them, with no gap wider than {settings.hdbscan_cut_m:g} m (HDBSCAN). {kept}"
        )
    return (
        f"A cluster is at least {settings.min_spaces} creative spaces within {settings.eps_m:g} m of each other along "
        f"streets (DBSCAN). {kept}"
    )


def labels(reach: Reach, city: City) -> dict[Criterion, str]:
    """Name the criteria for readers, with the minutes this run used."""
    walk, ride = f"{reach.walk_minutes:g}", f"{reach.ride_minutes:g}"
    return {
        "residents_walk_15": f"Residents within {walk} min walk",
        "residents_ride_30": f"Residents within {ride} min {by_mode(city.main_mode)}",
        "transit_minutes": "Walk to the nearest rapid-transit station",
        "newly_served": f"Residents within {walk} min walk, newly served",
        "exchange": "Exchange: creative spaces next door (decaying sum)",
        "neighbourhood": "Neighbourhood: spaces and amenities (decaying sum)",
        "diversity": "Creative domains around (effective number)",
        "relay": "Rise in network connectivity",
        "site_capacity": "Site area",
        "heritage_value": "Heritage value (0–1)",
        "readiness": "Readiness (0–1)",
    }


def criteria(ordered: gpd.GeoDataFrame, settings: Settings) -> tuple[CriterionRow, ...]:
    """Name each criterion with its weight and the median over the scored candidates."""
    groups = {key: group for group, keys in CRITERION_GROUPS.items() for key in keys}
    words = labels(settings.reach, settings.city)
    scored = ordered[ordered["rank"].notna()]
    return tuple(
        CriterionRow(
            key=key,
            group=GROUP_WORDS[groups[key]],
            label=words[key],
            weight=settings.score.weights[key],
            median=natural(key, scored[key].median()),
            best_part=known_number(scored[f"part_{key}"].max()),
        )
        for key in CRITERIA
    )


def decays(reach: Reach) -> tuple[Decay, ...]:
    """Explain both decays as the distance at which half of the effect is gone."""
    return (
        Decay(
            "reach.exchange_decay_per_m",
            "Exchange (learning between neighbours)",
            round(math.log(2) / reach.exchange_decay_per_m),
            "Baum-Snow, Gendron-Carrier and Pavan, American Economic Review 2024: firms in Canada and the US",
        ),
        Decay(
            "reach.neighbourhood_half_life_m",
            "Neighbourhood (spillover to places around)",
            round(reach.neighbourhood_half_life_m),
            "Rossi-Hansberg, Sarte and Owens, Journal of Political Economy 2010: Richmond, Virginia",
        ),
    )


# ---------------------------------------------------------------- times and speeds


def thresholds(settings: Settings, modes: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Word the times that residents and creative spaces are counted within, by mode, each with its config key.

    Parameters
    ----------
    settings : of this run.
    modes : those that the table reach has; a mode that the city lacks is not told.
    """
    limits = {str(mode): set(minutes) for mode, minutes in settings.reach.thresholds.items()}
    for mode, minutes in settings.scored_limits.items():
        limits.setdefault(mode, set()).add(minutes)
    return tuple(
        (f"{listed([f'{one:g}' for one in sorted(limits[mode])])} min {by_mode(mode)}", f"reach.thresholds.{mode}")
        for mode in BY_MODE
        if mode in limits and mode in modes
    )


def scored_within(settings: Settings) -> str:
    """Word the times that the criteria of residents count within."""
    return listed([f"{minutes:g} min {by_mode(mode)}" for mode, minutes in settings.scored_limits.items()])


def _road(name: str) -> str:
    return ROAD_WORDS.get(name, upper_first(plain(name)))


def speeds(settings: Settings) -> tuple[Speeds, ...]:
    """List the speeds on foot and of the main mode, the fastest streets first; public transport has no such table."""
    country, travel = settings.city.country, settings.travel
    found = []
    for mode in settings.scored_limits:
        if mode not in travel.modes:
            continue
        table = travel.speeds_kmh[country][mode]
        order = sorted(table, key=lambda road: (road in NOT_A_ROAD, road == "default", -table[road], road))
        found.append(
            Speeds(
                mode=by_mode(mode),
                rows=tuple(
                    SpeedRow(_road(road), f"{table[road]:g}", f"travel.speeds_kmh.{country}.{mode}.{road}")
                    for road in order
                ),
                capped=mode in ("motorbike", "car"),
                peak=_peak(settings, mode),
            )
        )
    return tuple(found)


def _peak(settings: Settings, mode: str) -> str:
    factors = settings.travel.peak_factor.get(settings.city.country, {})
    factor = next((value for key, value in factors.items() if key == mode), 1.0)
    return f"{factor:g}" if factor != 1 else ""


# what the columns source and headway_source of the table services say
SOURCE_WORDS = {
    "OSM": "OpenStreetMap",
    "OSM interval": "OpenStreetMap's interval tags",
    "GTFS": "timetables",
    "config": "assumptions",
}


def _by(services: pd.DataFrame, column: str) -> str:
    """Count services by what a column says, the most frequent first."""
    said = services[column].map(lambda text: SOURCE_WORDS.get(text, plain(text)) or "unknown")
    return listed([f"{value} ({count(n)})" for value, n in said.value_counts().items()])


def public_transport(services: pd.DataFrame) -> str:
    """Say what public transport is made of: services, their kinds, and where stops and headways come from."""
    if services.empty:
        return "No service of public transport is known here, so none is counted."
    each = services.drop_duplicates("service_id")
    return (
        f"Public transport: {counted(len(each), 'service')}, each direction counted: {_by(each, 'kind')}. Their stops "
        f"come from: {_by(each, 'source')}; the minutes between departures from: {_by(each, 'headway_source')}. A ride "
        "takes the walk to the station, the way to the platform, half of those minutes, the ride, and the ways out."
    )


def transit_rows(transit: Transit, services: pd.DataFrame) -> tuple[TransitRow, ...]:
    """List what is assumed of each kind of transport that the city has."""
    kinds = set(services["kind"])
    return tuple(
        TransitRow(
            upper_first(plain(kind)),
            f"{headway:g}",
            f"{transit.speed_kmh[kind]:g}",
            f"{transit.access_minutes[kind]:g}",
            f"{transit.detour[kind]:g}",
        )
        for kind, headway in transit.headway_minutes.items()
        if kind in kinds
    )
