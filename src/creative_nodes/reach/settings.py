"""Settings of the stage `reach`."""

from __future__ import annotations

import itertools
import json
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from creative_nodes.common import (
    OTHER_CLASSES,
    WEIGHT_SUM_TOLERANCE,
    Positive,
    Section,
    Share,
    Status,
    Tier,
    TravelMode,
)
from creative_nodes.network import NetworkSettings
from creative_nodes.streets import Travel

MIDDLE_AGE = 0.5  # of full age: what an age that nobody knows counts as


class Reach(Section):
    """Who and what a node can serve (METHOD section 5)."""

    thresholds: dict[TravelMode, list[Positive]] = Field(
        description="minutes by mode, rising: residents and creative spaces within each are counted for every "
        "candidate (table reach); transit is walking and public transport"
    )
    walk_minutes: Positive = Field(15, le=1_440, description="minutes: walking reach of residents")
    ride_minutes: Positive = Field(30, le=1_440, description="minutes: reach of residents by the city's main mode")
    exchange_decay_per_m: Positive = Field(
        0.016,
        le=100,
        description="per metre: decay of learning between firms, exp(-b d). Baum-Snow, Gendron-Carrier and Pavan, "
        "American Economic Review 2024; a figure from Canadian and US firms, not a law of these cities",
    )
    neighbourhood_half_life_m: Positive = Field(
        302,
        le=100_000,
        description="metres: distance at which neighbourhood effects halve. Rossi-Hansberg, Sarte and Owens, "
        "Journal of Political Economy 2010 (Richmond, Virginia)",
    )
    max_distance_m: Positive = Field(
        4000, le=100_000, description="metres: decay sums stop here; 302 m half-life leaves 0.01 %"
    )
    tier_weight: dict[Tier, Positive] = Field(description="weight tier_k of a creative space by tier")

    @field_validator("thresholds")
    @classmethod
    def _rising(cls, thresholds: dict[str, list[float]]) -> dict[str, list[float]]:
        for mode, minutes in thresholds.items():
            if not minutes or any(b <= a for a, b in itertools.pairwise(minutes)):
                raise ValueError(f"{mode}: give minutes that rise, such as [5, 10, 15]; got {minutes}")
        return thresholds

    def for_criteria(self) -> Self:
        """Return the same for the criteria alone: nothing is counted within further times."""
        return self.model_copy(update={"thresholds": {}})


class Candidates(Section):
    """Which sites become candidates, and the site criteria (METHOD section 5)."""

    min_confidence: Share = Field(
        0.4, description="least confidence that a site is industrial heritage (0.4 = tier medium)"
    )
    readiness: dict[Status, Share] = Field(description="readiness by status, 0-1")
    public_land_bonus: Share = Field(0.2, description="added to readiness when the land is tagged public; capped at 1")
    heritage_listing: Share = Field(0.5, description="share of being listed in heritage_value")
    heritage_age: Share = Field(
        0.5, description="share of age in heritage_value; full at 100 years, half of it where the age is not known"
    )
    typical_area_m2: dict[str, Positive] = Field(
        {OTHER_CLASSES: 9_000},
        description="m²: site_capacity of a site whose area is not known, by class of the heritage taxonomy; `default` "
        "serves the classes not named. Medians of the known and likely sites with an outline in Hanoi, Ho Chi Minh "
        "City and central Shanghai, of classes with at least five, else of all (benchmarks/typical_areas.py)",
    )
    reference_year: int = Field(2026, ge=1_900, le=2_200, description="year that ages are counted to")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        total = self.heritage_listing + self.heritage_age
        if abs(total - 1) > WEIGHT_SUM_TOLERANCE:
            raise ValueError(f"heritage_listing + heritage_age must be 1, got {total:g}")
        if OTHER_CLASSES not in self.typical_area_m2:
            raise ValueError("candidates.typical_area_m2 needs a default")
        return self

    def typical_of(self, heritage_class: str) -> float:
        """Return the area in m² that a site of a class has where nobody knows it."""
        return self.typical_area_m2.get(heritage_class, self.typical_area_m2[OTHER_CLASSES])


class Isochrones(Section):
    """Areas that a site reaches in a time, drawn from the streets reached."""

    minutes: dict[TravelMode, list[Positive]] = Field(
        description="minutes to draw, by mode: walk, bike, motorbike, car or transit, which is left out where the "
        "city has none"
    )
    cell_m: Positive = Field(
        25, ge=5, le=10_000, description="metres: cell of the grid that reached streets are drawn on"
    )
    beside_street_m: Positive = Field(
        25, le=10_000, description="metres: ground beside a reached street that counts as reached, at least one cell"
    )
    fill_holes_m2: Annotated[float, Field(ge=0)] = Field(
        50_000,
        le=1_000_000_000,
        description="m²: smaller holes, closed in by reached streets, are filled; 50,000 is a block of some 220 m",
    )
    simplify_m: Annotated[float, Field(ge=0)] = Field(
        20,
        le=10_000,
        description="metres: outlines are simplified by at most this, which takes the steps of the grid away",
    )

    @field_validator("minutes")
    @classmethod
    def _some(cls, minutes: dict[TravelMode, list[float]]) -> dict[TravelMode, list[float]]:
        for mode, given in minutes.items():
            if not given or len(set(given)) < len(given):
                raise ValueError(f"isochrones.minutes.{mode} must list one or more different times, got {given}")
        return minutes

    @property
    def joins_banks_m(self) -> float:
        """Widest gap between two reached streets, metres, that may be drawn over: half of it from either side."""
        # a street lies somewhere in its cell, the ground beside it is whole cells around, and outlines are simplified
        return 2 * (max(self.beside_street_m, self.cell_m) + self.cell_m * 2**0.5 + self.simplify_m)


class Zone(Section):
    """One zone of walking time, and what it weighs."""

    up_to_minutes: Positive = Field(
        le=1_440, description="minutes on foot: where the zone ends; it begins where the last ends"
    )
    weight: Annotated[float, Field(gt=0, le=1)] = Field(description="weight of the zone, 0-1")


class Accessibility(Section):
    """How well residents are served today, hexagon by hexagon."""

    h3_resolution: int = Field(8, ge=5, le=10, description="H3 resolution of the hexagons: 8 is about 0.7 km²")
    supply_tiers: list[Tier] = Field(
        ["core", "intermediate"], min_length=1, description="tiers of creative spaces that count as supply"
    )
    zones: list[Zone] = Field(
        min_length=1,
        description="walking zones of the supply per resident. Weights 1, 0.68 and 0.22 for three zones: Luo and Qi, "
        "Health & Place 2009 (Gaussian steps; theirs were 10 minutes by car each, ours are 5 on foot)",
    )
    underserved_min_residents: Annotated[float, Field(ge=0)] = Field(
        1000,
        le=1_000_000_000,
        description="persons: a hexagon with fewer residents near a street is not called underserved",
    )
    underserved_share: Share = Field(
        0.5,
        description="a hexagon is underserved when more than this share of its residents near a street live farther "
        "than `reach.walk_minutes` on foot from every core or intermediate creative space",
    )

    @field_validator("zones")
    @classmethod
    def _outward(cls, zones: list[Zone]) -> list[Zone]:
        ends = [zone.up_to_minutes for zone in zones]
        weights = [zone.weight for zone in zones]
        if sorted(set(ends)) != ends or sorted(weights, reverse=True) != weights:
            raise ValueError(
                f"accessibility.zones must go outward, with weights that do not rise; got ends {ends} and weights "
                f"{weights}"
            )
        return zones


class Reference(Section):
    """Places along the streets that say what is much and what is little in this city."""

    places: int = Field(
        2000,
        ge=100,
        le=100_000,
        description="places drawn along the streets of the study area, uniformly by length; the position criteria are "
        "measured there as they are for a candidate, by walking and the city's main mode",
    )


class Measuring(Section):
    """What the criteria of the candidates are measured by, beside the tables."""

    travel: Travel
    reach: Reach
    network: NetworkSettings
    candidates: Candidates


def restore_own_reach(text: str) -> dict[str, Measuring]:
    """Read what `own_reach` wrote: by key of the scenario."""
    return {key: Measuring.model_validate(part) for key, part in json.loads(text).items()}
