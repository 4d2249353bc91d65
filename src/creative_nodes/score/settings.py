"""Settings of the stage `score`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from creative_nodes.common import (
    CRITERION_GROUPS,
    CriterionKey,
    Group,
    InputError,
    Positive,
    Section,
    Share,
    merged,
    nearest,
)
from creative_nodes.score import weights as weight_sets

Weight = Annotated[float, Field(ge=0, le=1)]


Pairs = dict[str, float | str]


class PairsOnly(Section):
    """Pairwise comparisons in place of shares."""

    ahp: Pairs = Field(description="pairwise comparisons of the group's criteria")


class WeightForms(Section):
    """Weights by groups or by pairwise comparisons, in place of one number a criterion.

    It stands in the schema and the reference; `weights.resolve` reads and checks what people write.
    """

    groups: dict[Group, Weight] | None = Field(
        None, description="weight of each group (people, spillover, network, site); they sum to 1"
    )
    ahp: Pairs | None = Field(
        None,
        description="instead of groups: pairwise comparisons of the groups, or of all criteria, on Saaty's scale: "
        "`people/site: 3` says people matter three times as much as the site, 1/3 the reverse; each pair once. "
        "A consistency ratio above 0.1 is refused",
    )
    within: dict[Group, dict[CriterionKey, Weight] | PairsOnly] | None = Field(
        None,
        description="shares of the criteria inside a group, summing to 1, or `ahp:` with their comparisons; for a "
        "group that is not named the shares are those of score.weights (in score.weights itself: equal)",
    )


def _plain_weights(given: Any) -> dict[str, float]:
    return weight_sets.resolve(given, CRITERION_GROUPS, what="weights")


class AnchorShares(Section):
    """What figures are worth 0 and 1: shares of the reference places, and fixed ends (METHOD section 8)."""

    benefit_low: Share = Field(
        0.10,
        description="share of the reference places, 0-1: a figure that so many stay below is worth 0 (newly_served and "
        "network_gain start from a figure of 0 instead)",
    )
    benefit_high: Share = Field(0.99, description="share of the reference places: that figure is worth 1")
    cost_best: Share = Field(0.01, description="the same where less is better: worth 1")
    cost_worst: Share = Field(0.90, description="where less is better: worth 0")
    least_share: Share = Field(
        0.10,
        description="a criterion counts when at least this share of the reference places has it; else its weight is "
        "spread over the others",
    )
    exchange_spaces: Positive = Field(
        1.0, description="weighted spaces: exchange that is worth 1, as much as one core space at the door"
    )
    capacity_low_m2: Positive = Field(500, description="m²: site_capacity that is worth 0; the scale is logarithmic")
    capacity_high_m2: Positive = Field(100_000, description="m²: site_capacity that is worth 1")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for low, high in (
            ("benefit_low", "benefit_high"),
            ("cost_best", "cost_worst"),
            ("capacity_low_m2", "capacity_high_m2"),
        ):
            if not getattr(self, low) < getattr(self, high):
                raise ValueError(f"score.anchors.{low} must be below score.anchors.{high}")
        return self


class Score(Section):
    """Score and how sure it is (METHOD section 8)."""

    weights: Annotated[
        dict[CriterionKey, Weight],
        BeforeValidator(_plain_weights, json_schema_input_type=dict[CriterionKey, Weight] | WeightForms),
    ] = Field(
        description="weight of each criterion; they sum to 1, and one that is not named weighs 0. Or `groups` and "
        "`within`, or `ahp`; they are turned into a weight a criterion when the file is read"
    )
    anchors: AnchorShares = Field(
        default_factory=lambda: AnchorShares.model_validate({}),
        description="what figures are worth 0 and 1 in this city",
    )
    draws: int = Field(10_000, ge=100, le=1_000_000, description="random weightings for rank intervals (SMAA)")
    concentration: Positive = Field(
        50, le=1_000_000, description="Dirichlet concentration of the draws around the weights; higher stays closer"
    )
    sobol_samples: int = Field(
        0,
        ge=0,
        le=65_536,
        description="base samples of the Sobol' indices of the groups' weights (table sobol): 0 for none, else a power "
        "of 2 from 64, such as 1024; six times as many weightings are ranked. Saltelli et al., Computer Physics "
        "Communications 2010",
    )
    top: int = Field(10, ge=1, le=10_000, description="marks judge whether a site is among this many first ...")
    top_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.34,
        description="... but among no more than this share of the candidates, so that few candidates do not all "
        "look certain",
    )

    @field_validator("sobol_samples")
    @classmethod
    def _power_of_two(cls, samples: int) -> int:
        if samples and (samples < 64 or samples & (samples - 1)):
            raise ValueError("give 0, or a power of 2 from 64")
        return samples


class Scenario(Section):
    """Another set of priorities, run beside the run's own (METHOD section 8)."""

    label: str = Field(min_length=1, description="its name in plain words")
    weights: Annotated[
        dict[str, Any] | None,
        BeforeValidator(lambda given: given, json_schema_input_type=dict[CriterionKey, Weight] | WeightForms | None),
    ] = Field(None, description="its weights, in any form of score.weights; without them those of score.weights")
    override: dict[str, Any] = Field(
        default_factory=dict,
        description="keys of travel, reach, network, candidates and score with values of its own, e.g. "
        "{reach: {walk_minutes: 10}}; the criteria are then measured anew",
    )

    def score(self, base: Score) -> Score:
        """Return the settings of the score under this scenario.

        Parameters
        ----------
        base : the run's own; its weights split a group whose split the scenario does not give.

        Raises
        ------
        ValueError : the weights are not sound.
        """
        over = self.override.get("score", {})
        changed = Score.model_validate(merged(base.model_dump(), over)) if over else base
        if self.weights is None:
            return changed
        plain = weight_sets.resolve(self.weights, CRITERION_GROUPS, like=base.weights, what="weights")
        return changed.model_copy(update={"weights": plain})

    @property
    def needs_own_reach(self) -> bool:
        """Tell whether the criteria themselves change, so that the table candidates must be made anew."""
        return bool(set(self.override) - {"score"})


def check_override(override: Mapping[str, Any], can_change: Sequence[str], *, where: str) -> None:
    """Check that a scenario changes only what a scenario can change.

    Parameters
    ----------
    override : keys of the analysis with values of its own.
    can_change : the keys that a scenario can change.
    where : the file and key, for errors.

    Raises
    ------
    InputError : it names another key, or weights, which the scenario has a key for.
    """
    for key, instead in (("scenarios", "`label`, `weights` and `override`"), ("seed", "the run's own seed")):
        if key in override:
            raise InputError(f"a scenario cannot change {key}; it has {instead}", where=where)
    if not isinstance(override.get("score", {}), dict) or "weights" in override.get("score", {}):
        raise InputError(
            "must be a mapping of keys to values, without weights: those are the scenario's own `weights`",
            where=f"{where}.score",
        )
    fixed = [key for key in override if key not in can_change]
    travel = override.get("travel")
    fixed += ["travel.modes"] if isinstance(travel, dict) and "modes" in travel else []
    if fixed:
        raise InputError(
            f"a scenario cannot change {fixed[0]}, which the city is read or drawn by; {nearest(fixed[0], can_change)}",
            where=where,
        )
