"""Settings of the stage `doubt`."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from creative_nodes.common import CRITERION_GROUPS, CriterionKey, M, Mode, Positive, Section, Share
from creative_nodes.network import ClusterSettings
from creative_nodes.people import PeopleGrid
from creative_nodes.reach import MIDDLE_AGE, Measuring
from creative_nodes.score import Score


class Backtest(Section):
    """Would the ranking have picked the sites that were converted? (METHOD section 9)."""

    hide_within_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        100,
        le=100_000,
        description="metres, straight-line: creative spaces and amenities in a converted site or this near it are "
        "hidden, because the conversion may have brought them",
    )
    criteria: list[CriterionKey] = Field(
        default_factory=lambda: [
            key for group in ("people", "spillover", "network") for key in CRITERION_GROUPS[group]
        ],
        description="criteria that it scores by. Those of the site itself (status, listing, outline) stay out: they "
        "are often known because the site was converted",
    )
    bootstrap: int = Field(2000, ge=100, le=1_000_000, description="draws of the bootstrap for the 95 % intervals")


class Sweeps(Section):
    """One setting changed at a time, to see which moves the ranks (METHOD section 8)."""

    keys: dict[str, list[float]] = Field(
        default_factory=dict,
        description="dotted analysis keys and the values each is set to in turn, such as "
        "`reach.walk_minutes: [10, 20]`; a value equal to today's is passed over. Clusters are no part of the score, "
        "so their keys move nothing",
    )
    places: int = Field(
        400,
        ge=50,
        le=100_000,
        description="reference places at which it is measured anew, under each changed setting, what is much and what "
        "is little: that many of those of `reference.places`, evenly spread; the anchors move as theirs do",
    )
    speed_factor: dict[Mode, list[Positive]] = Field(
        default_factory=dict, description="by mode: what all its speeds are multiplied by in turn"
    )


Mapped = Literal["thin", "fair", "good", "empty"]
Factor = tuple[Positive, Positive]
Part = Annotated[float, Field(ge=0, lt=1)]


class Doubt(Section):
    """What is drawn anew, all together, in each world (METHOD section 8).

    A factor multiplies the run's own value and is drawn evenly in its logarithm. With every factor 1, `orders` 1,
    `unknown_ages` 0.5, one snap distance and all else off, each world is the run itself.
    """

    worlds: int = Field(250, ge=20, description="worlds drawn, by Latin hypercube (scipy.stats.qmc)")
    weightings: int = Field(
        40, ge=1, description="weightings drawn in each world, spread about the run's as `score.concentration` says"
    )
    places: int = Field(
        400, ge=50, description="reference places at which each world measures anew what is much and what is little"
    )
    exchange_decay: Factor = Field(
        (0.5, 2.0), description="lowest and highest factor of reach.exchange_decay_per_m (measured on Canadian firms)"
    )
    neighbourhood_half_life: Factor = Field(
        (0.5, 2.0), description="factor of reach.neighbourhood_half_life_m (measured on land values in Richmond)"
    )
    walk_speed: Factor = Field((0.85, 1.15), description="factor of every walking time's speed")
    ride_speed: Factor = Field(
        (0.7, 1.3),
        description="factor of the speed of the main mode, the walk to it, waiting and changing with it: residents "
        "within reach.ride_minutes are read between counts at limits times this factor",
    )
    ride_limits: int = Field(7, ge=3, description="limits, evenly spread in their logarithm, at which they are counted")
    link_minutes: Factor = Field((0.67, 1.5), description="factor of network.link_minutes")
    link_softness: Factor = Field((0.67, 1.5), description="factor of network.link_softness")
    orders: tuple[Annotated[float, Field(ge=0, le=2)], Annotated[float, Field(ge=0, le=2)]] = Field(
        (0.0, 2.0),
        description="lowest and highest order of the network of a typical space: 0 counts islands, 1 is the run's, 2 "
        "follows the largest",
    )
    snap_within_m: list[Positive] = Field(
        [100, 200, 400],
        min_length=1,
        description="metres: distances one of which replaces travel.snap_within_m for sites, creative spaces and "
        "stations on foot; the main mode keeps its own",
    )
    other_people: bool = Field(True, description="draw among all sources of residents there are, not the first alone")
    unknown_areas: Factor = Field(
        (0.1, 10.0),
        description="factor of candidates.typical_area_m2, for each site whose area nobody knows by itself: four in "
        "five known areas lie within a tenth and ten times the typical one of their class "
        "(benchmarks/typical_areas.py)",
    )
    unknown_ages: tuple[Share, Share] = Field(
        (0.0, 1.0),
        description="shares of full age that the age of each site of which nobody knows it is drawn between, evenly; "
        "the run's is 0.5",
    )
    real_sites: bool = Field(
        True, description="draw which candidates are old industry at all, each with its confidence as the chance"
    )
    loss: dict[Mapped, Part] = Field(
        {"thin": 0.2, "fair": 0.1, "good": 0.05, "empty": 0.2},
        description="chance that a mapped creative space is gone or was none, by how complete its hexagon is mapped "
        "(table completeness); a judgement of this project",
    )
    additions: Share = Field(
        0.5, description="most creative spaces added that nobody mapped, as a share of the known; from none to so many"
    )
    additions_by: dict[Mapped, Annotated[float, Field(ge=0)]] = Field(
        {"thin": 1.0, "fair": 0.5, "good": 0.1, "empty": 1.0},
        description="how readily one is added at a street point, by how complete its hexagon is mapped",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for key in (*FACTORS, "unknown_areas", "unknown_ages"):
            low, high = getattr(self, key)
            if low > high:
                raise ValueError(f"doubt.{key} must give the lower end first")
        missing = [
            name for name in ("thin", "fair", "good", "empty") if not {name} <= {*self.loss} & {*self.additions_by}
        ]
        if missing:
            raise ValueError(f"doubt.loss and doubt.additions_by must name {missing[0]}")
        return self

    def still(self, **drawn: Any) -> Doubt:
        """Return the settings under which nothing is drawn but what is given."""
        nothing: dict[str, Any] = dict.fromkeys(FACTORS, (1.0, 1.0))
        nothing |= {"unknown_areas": (1.0, 1.0), "unknown_ages": (MIDDLE_AGE, MIDDLE_AGE)}
        nothing |= dict.fromkeys(("other_people", "real_sites"), False)
        nothing |= {"loss": dict.fromkeys(self.loss, 0.0), "additions": 0.0, "snap_within_m": []}
        return self.model_copy(update=nothing | drawn)


FACTORS = (
    "exchange_decay",
    "neighbourhood_half_life",
    "walk_speed",
    "ride_speed",
    "link_minutes",
    "link_softness",
    "orders",
)

# what `read_doubt_rules` and `read_doubted_city` need of the settings, beside those of streets
DOUBT_KEYS = (
    *("city.main_mode", "city.people", "analysis.doubt", "analysis.reach", "analysis.network", "analysis.candidates"),
    *("analysis.score", "analysis.edge_buffer_m", "analysis.people_grid", "analysis.seed"),
)

SWEPT = ("travel", "reach", "clusters", "network", "candidates", "score")


class Swept(Measuring):
    """What sweeps start from: all that may be changed in them, and how residents are spread."""

    edge_buffer_m: Positive
    people_grid: PeopleGrid
    clusters: ClusterSettings
    score: Score
    sweeps: Sweeps = Field(default_factory=lambda: Sweeps.model_validate({}))


def changed(analysis: M, key: str, value: float) -> M:
    """Return the analysis with one number changed and its sweeps left out; itself where the number is that already.

    Parameters
    ----------
    analysis : as configured.
    key : dotted key of a number.
    value : its new value.

    Raises
    ------
    ValueError : there is no such key, it holds no number, or the value is not allowed.
    """
    model = type(analysis)
    whole = analysis.model_dump(include=set(model.model_fields) - {"sweeps"})
    part: Any = whole
    *path, last = key.split(".")
    for step in path:
        part = part.get(step) if isinstance(part, dict) else None
    if not isinstance(part, dict) or last not in part:
        known = _number_keys(whole)
        near = difflib.get_close_matches(key, known, n=1)
        raise ValueError(f"sweeps.keys.{key}: no such key" + (f"; did you mean {near[0]}?" if near else ""))
    if isinstance(part[last], bool) or not isinstance(part[last], int | float):
        raise ValueError(f"sweeps.keys.{key}: only numbers can be swept, it holds {part[last]!r}")
    if part[last] == value:
        return analysis
    part[last] = value
    try:
        return model.model_validate(whole)
    except ValidationError as error:
        raise ValueError(f"sweeps.keys.{key}: {value:g}: {error.errors()[0]['msg']}") from None


def _number_keys(part: dict[str, Any], *, prefix: str = "") -> list[str]:
    """List the dotted keys of all numbers."""
    found = []
    for key, value in part.items():
        if isinstance(value, dict):
            found += _number_keys(value, prefix=f"{prefix}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append(f"{prefix}{key}")
    return found
