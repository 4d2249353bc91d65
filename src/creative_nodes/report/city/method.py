"""How the ranking is made, in the words and numbers of this run: criteria, decays, times and speeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from creative_nodes.common import (
    CRITERIA,
    CRITERION_GROUPS,
    CriterionKey,
    listed,
    mark,
    plain_number,
    say,
    say_n,
    translated,
)
from creative_nodes.network import ClusterSettings
from creative_nodes.reach import Reach
from creative_nodes.report.say.keys import (
    BY_MODE,
    RESIDENTS_WITHIN,
    ROADS,
    SOURCES,
    SPEED_HEADS,
    TRANSPORT,
    TRANSPORT_HEADS,
    limit,
)
from creative_nodes.report.say.words import Words, known_number, natural, sentences, worded
from creative_nodes.report.settings import PageSettings
from creative_nodes.settings import City
from creative_nodes.streets import Transit

GROUP_WORDS = {
    "people": mark("People"),
    "spillover": mark("Spillover"),
    "network": mark("Network"),
    "site": mark("Site"),
}
NOT_A_ROAD = ("steps", "ferry", "default")


@dataclass(frozen=True)
class CriterionRow:
    """One criterion as the method and the cards name it; `best_part` is missing when no score holds it.

    `place_median` is that of the city's street places, empty for what these have not. `group` is in words,
    `group_key` as in the settings.
    """

    key: CriterionKey
    group: str
    label: str
    weight: float
    median: str
    best_part: float | None
    group_key: str
    place_median: str = ""


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
    """The speeds of one mode; `peak` tells how much longer the rush hour makes it, when it does.

    `mode` is in words, `title` a heading, `key` as in the settings.
    """

    mode: str
    rows: tuple[SpeedRow, ...]
    capped: bool
    peak: str
    title: str
    key: str


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
    kept = say(
        "It is kept when at most {share:percent} of {draws:count} random placements along the same streets hold one as "
        "large.",
        share=settings.max_p_value,
        draws=settings.simulations,
    )
    if settings.method == "hdbscan":
        cluster = say(
            "A cluster is at least {n:count} creative spaces that lie denser along streets than what is around them, "
            "with no gap wider than {gap:count} m (HDBSCAN).",
            n=settings.min_spaces,
            gap=settings.hdbscan_cut_m,
        )
    else:
        cluster = say(
            "A cluster is at least {n:count} creative spaces within {reach:count} m of each other along streets "
            "(DBSCAN).",
            n=settings.min_spaces,
            reach=settings.eps_m,
        )
    return sentences(cluster, kept)


def labels(reach: Reach, city: City) -> dict[CriterionKey, str]:
    """Name the criteria for readers, with the minutes this run used.

    Parameters
    ----------
    reach : the minutes that residents count within.
    city : whose main mode the ride takes.
    """
    words = {key: say(one.label, minutes=reach.walk_minutes) for key, one in CRITERIA.items()}
    return words | {"residents_ride_30": say(RESIDENTS_WITHIN[city.main_mode], minutes=reach.ride_minutes)}


def criteria(
    ordered: gpd.GeoDataFrame, settings: PageSettings, *, places: Mapping[str, float] | None = None
) -> tuple[CriterionRow, ...]:
    """Name each criterion with its weight and the median over the scored candidates.

    Parameters
    ----------
    ordered : the tables candidates and scores, joined and in order.
    settings : of this run.
    places : by criterion the median of the city's street places; none: not known.
    """
    medians = {key: value for key, value in (places or {}).items() if known_number(value) is not None}
    groups = {key: group for group, keys in CRITERION_GROUPS.items() for key in keys}
    words = labels(settings.reach, settings.city)
    scored = ordered[ordered["rank"].notna()]
    return tuple(
        CriterionRow(
            key=key,
            group=translated(GROUP_WORDS[groups[key]]),
            label=words[key],
            weight=settings.score.weights[key],
            median=natural(key, scored[key].median()),
            best_part=known_number(scored[f"part_{key}"].max()),
            group_key=groups[key],
            place_median=natural(key, medians[key]) if key in medians else "",
        )
        for key in CRITERIA
    )


def decays(reach: Reach) -> tuple[Decay, ...]:
    """Explain both decays as the distance at which half of the effect is gone."""
    return (
        Decay(
            "reach.exchange_decay_per_m",
            say("Exchange (learning between neighbours)"),
            round(math.log(2) / reach.exchange_decay_per_m),
            say("Baum-Snow, Gendron-Carrier and Pavan, American Economic Review 2024: firms in Canada and the US"),
        ),
        Decay(
            "reach.neighbourhood_half_life_m",
            say("Neighbourhood (spillover to places around)"),
            round(reach.neighbourhood_half_life_m),
            say("Rossi-Hansberg, Sarte and Owens, Journal of Political Economy 2010: Richmond, Virginia"),
        ),
    )


# ---------------------------------------------------------------- times and speeds


def thresholds(settings: PageSettings, modes: Sequence[str]) -> tuple[tuple[str, str], ...]:
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
        (limit(mode, sorted(limits[mode])), f"reach.thresholds.{mode}")
        for mode in BY_MODE
        if mode in limits and mode in modes
    )


def scored_within(settings: PageSettings) -> str:
    """Word the times that the criteria of residents count within."""
    return listed([limit(mode, minutes) for mode, minutes in settings.scored_limits.items()])


def speeds(settings: PageSettings) -> tuple[Speeds, ...]:
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
                mode=translated(BY_MODE[mode]),
                rows=tuple(
                    SpeedRow(
                        worded(ROADS, road), plain_number(table[road]), f"travel.speeds_kmh.{country}.{mode}.{road}"
                    )
                    for road in order
                ),
                capped=mode in ("motorbike", "car"),
                peak=_peak(settings, mode),
                title=translated(SPEED_HEADS[mode]),
                key=mode,
            )
        )
    return tuple(found)


def _peak(settings: PageSettings, mode: str) -> str:
    factors = settings.travel.peak_factor.get(settings.city.country, {})
    factor = next((value for key, value in factors.items() if key == mode), 1.0)
    return plain_number(factor) if factor != 1 else ""


def _by(services: pd.DataFrame, column: str, words: Words) -> list[str]:
    """Count services by what a column says, the most frequent first."""
    return [
        say("{what} ({n:count})", what=worded(words, str(key)), n=n)
        for key, n in services[column].value_counts().items()
    ]


def public_transport(services: pd.DataFrame) -> str:
    """Say what public transport is made of: services, their kinds, and where stops and headways come from."""
    if services.empty:
        return say("No service of public transport is known here, so none is counted.")
    each = services.drop_duplicates("service_id")
    made_of = say_n(
        len(each),
        "Public transport: {n:count} service, each direction counted: {kinds}.",
        "Public transport: {n:count} services, each direction counted: {kinds}.",
        kinds=_by(each, "kind", TRANSPORT),
    )
    read_from = say(
        "Stops come from: {stops}; the minutes between departures from: {headways}. A ride takes the walk to the "
        "station, the way to the platform, half of those minutes, the ride, and the ways out.",
        stops=_by(each, "source", SOURCES),
        headways=_by(each, "headway_source", SOURCES),
    )
    return sentences(made_of, read_from)


def transit_rows(transit: Transit, services: pd.DataFrame) -> tuple[TransitRow, ...]:
    """List what is assumed of each kind of transport that the city has.

    Parameters
    ----------
    transit : what is assumed.
    services : the table of that name.
    """
    kinds = set(services["kind"])
    return tuple(
        TransitRow(
            worded(TRANSPORT_HEADS, kind),
            plain_number(headway),
            plain_number(transit.speed_kmh[kind]),
            plain_number(transit.access_minutes[kind]),
            plain_number(transit.detour[kind]),
        )
        for kind, headway in transit.headway_minutes.items()
        if kind in kinds
    )
