"""The vocabulary of the project: criteria, modes, tiers and statuses, once each."""

from __future__ import annotations

from typing import Literal, get_args

Mode = Literal["walk", "bike", "motorbike", "car"]


STREET_MODES: tuple[Mode, ...] = get_args(Mode)


TravelMode = Literal["walk", "bike", "motorbike", "car", "transit"]  # transit: on foot and by public transport


TransitKind = Literal["subway", "light_rail", "monorail", "train", "tram", "bus"]


Status = Literal["disused", "brownfield", "active"]


Tier = Literal["core", "intermediate", "supporting"]


Datum = Literal["wgs84", "gcj02", "bd09"]


Criterion = Literal[
    "residents_walk_15",
    "residents_ride_30",
    "transit_minutes",
    "exchange",
    "neighbourhood",
    "diversity",
    "newly_served",
    "relay",
    "site_capacity",
    "heritage_value",
    "readiness",
]


CRITERION_GROUPS: dict[str, tuple[Criterion, ...]] = {
    "people": ("residents_walk_15", "residents_ride_30", "transit_minutes", "newly_served"),
    "spillover": ("exchange", "neighbourhood", "diversity"),
    "network": ("relay",),
    "site": ("site_capacity", "heritage_value", "readiness"),
}


CRITERIA: tuple[Criterion, ...] = get_args(Criterion)


Group = Literal["people", "spillover", "network", "site"]

BY_MODE = {
    "walk": "on foot",
    "bike": "by bicycle",
    "motorbike": "by motorbike",
    "car": "by car",
    "transit": "by public transport",
}

# the keys of a set of weights that is given by groups or by pairwise comparisons
WEIGHT_FORMS = frozenset({"groups", "ahp", "within"})
