"""The vocabulary of the project: criteria, modes, tiers and statuses, once each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from creative_nodes.common.messages import mark

Mode = Literal["walk", "bike", "motorbike", "car"]
STREET_MODES: tuple[Mode, ...] = get_args(Mode)
TravelMode = Literal["walk", "bike", "motorbike", "car", "transit"]  # transit: on foot and by public transport
TransitKind = Literal["subway", "light_rail", "monorail", "train", "tram", "bus"]
# what is known of a site that may be reused, by readiness; not_known: nobody says
Status = Literal["to_be_vacated", "vacated", "brownfield", "not_known", "in_use"]
# what is known of any site
SiteStatus = Literal[Status, "converted", "lost"]
SITE_STATUSES: tuple[str, ...] = (*get_args(Status), "converted", "lost")
OSM_STATUSES = ("vacated", "brownfield", "in_use")  # what tags can say of what stands, the first that is said counts
Tier = Literal["core", "intermediate", "supporting"]
Datum = Literal["wgs84", "gcj02", "bd09"]


CriterionKey = Literal[
    "residents_walk_15",
    "residents_ride_30",
    "transit_minutes",
    "exchange",
    "neighbourhood",
    "diversity",
    "newly_served",
    "network_gain",
    "site_capacity",
    "heritage_value",
    "readiness",
]
Group = Literal["people", "spillover", "network", "site"]


@dataclass(frozen=True)
class Criterion:
    """One criterion, told once: what it is called in tables and to readers, and which way it counts.

    `meaning` and `unit` stand in the data dictionary; `label` heads a figure and may name {minutes}, those of a
    walk; `priority` follows "matters most:", `praise` follows "counts most:". `cost`: less is better; `log`: compared
    by orders of magnitude; `from_zero`: any of it is worth something, so that its scale starts at 0 and not at the low
    percentile of the city; `maximum`: of its natural unit, where there is one.
    """

    group: Group
    unit: str
    meaning: str
    label: str
    priority: str
    praise: str
    cost: bool = False
    log: bool = False
    from_zero: bool = False
    maximum: float | None = None


CRITERIA: dict[CriterionKey, Criterion] = {
    "residents_walk_15": Criterion(
        "people",
        "persons",
        "residents within 15 minutes' walk",
        mark("Residents within {minutes:g} min walk"),
        mark("residents within a walk"),
        mark("many residents within a walk"),
    ),
    "residents_ride_30": Criterion(
        "people",
        "persons",
        "residents within 30 minutes by the city's main mode",
        mark("residents within a ride"),
        mark("residents within a ride"),
        mark("many residents within a ride"),
    ),
    "transit_minutes": Criterion(
        "people",
        "min",
        "walk to the nearest rapid-transit station (less is better)",
        mark("Walk to the nearest rapid-transit station"),
        mark("a rapid-transit station near by"),
        mark("a rapid-transit station near by"),
        cost=True,
    ),
    "exchange": Criterion(
        "spillover",
        "weighted spaces",
        "creative spaces, tier-weighted, decaying as exp(-b d)",
        mark("Exchange: creative spaces next door (decaying sum)"),
        mark("creative neighbours a few steps away"),
        mark("creative neighbours a few steps away"),
    ),
    "neighbourhood": Criterion(
        "spillover",
        "weighted places",
        "creative spaces and amenities, weighted, by half-life",
        mark("Neighbourhood: spaces and amenities (decaying sum)"),
        mark("a lively neighbourhood"),
        mark("a lively neighbourhood"),
    ),
    "diversity": Criterion(
        "spillover",
        "domains",
        "effective number of creative domains around",
        mark("Creative domains around (effective number)"),
        mark("a wide mix of the arts around"),
        mark("a wide mix of the arts around it"),
    ),
    "newly_served": Criterion(
        "people",
        "persons",
        "residents in walking reach of the site and of no core or intermediate space today",
        mark("Residents within {minutes:g} min walk, newly served"),
        mark("residents with no creative space in walking reach today"),
        mark("residents who have no creative space in walking reach today"),
        from_zero=True,
    ),
    "network_gain": Criterion(
        "network",
        "spaces",
        "rise of the network of a typical space, G, when the site opens as a stepping stone",
        mark("Network gain: rise of a typical space's network"),
        mark("stepping stones between creative spaces"),
        mark("its place as a stepping stone between creative spaces"),
        from_zero=True,
    ),
    "site_capacity": Criterion(
        "site",
        "m²",
        "site area (scored on a log scale); one that nobody knows counts as typical of its class",
        mark("Site area"),
        mark("large sites"),
        mark("its size"),
        log=True,
    ),
    "heritage_value": Criterion(
        "site",
        "0-1",
        "listing and age combined; an age that nobody knows counts as the middle",
        mark("Heritage value (0–1)"),
        mark("heritage value"),
        mark("its heritage value"),
        maximum=1,
    ),
    "readiness": Criterion(
        "site",
        "0-1",
        "readiness by status and public land",
        mark("Readiness (0–1)"),
        mark("readiness for a new use"),
        mark("land that is ready for a new use"),
        maximum=1,
    ),
}


def criterion(key: str) -> Criterion:
    """Return the criterion of a key that was read from a table or a mapping."""
    return CRITERIA[cast(CriterionKey, key)]


CRITERION_GROUPS: dict[str, tuple[CriterionKey, ...]] = {
    group: tuple(key for key, one in CRITERIA.items() if one.group == group) for group in get_args(Group)
}

# what is measured of a place wherever it lies, also where no site is
POSITION_CRITERIA: tuple[CriterionKey, ...] = tuple(key for key, one in CRITERIA.items() if one.group != "site")

BY_MODE = {
    "walk": "on foot",
    "bike": "by bicycle",
    "motorbike": "by motorbike",
    "car": "by car",
    "transit": "by public transport",
}

# the keys of a set of weights that is given by groups or by pairwise comparisons
WEIGHT_FORMS = frozenset({"groups", "ahp", "within"})
