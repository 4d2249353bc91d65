"""Settings of the stage `choose`."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from creative_nodes.common import OTHER_CLASSES, Positive, Section

CONNECTS_FROM = 0.05  # of k times the anchor: below, a set serves and does not connect


class Portfolio(Section):
    """Sites chosen together, people counted once, existing spaces fixed (METHOD section 8)."""

    k: int = Field(5, ge=1, le=1_000, description="sites chosen together, when no budget is given")
    budget: Positive | None = Field(
        None, description="in `currency`: choose any number of sites that cost at most this together, instead of k"
    )
    currency: str = Field("USD", min_length=1, description="currency of the budget and of the costs")
    cost_per_m2: dict[str, Positive] = Field(
        description="cost of reuse per m² of site area, by heritage class; `default` serves the classes not named. "
        "Used with a budget only; a site without a mapped area then has no cost and is left out, with a note"
    )
    cost_source: str = Field(min_length=1, description="where the costs come from; stands beside every cost")
    far_minutes: Positive = Field(
        30,
        le=1_440,
        description="minutes on foot: the second aim is that as few residents as possible live farther than this from "
        "every core or intermediate space. A least level for all rather than an average: Lucas, van Wee and Maat, "
        "Transportation 2016",
    )
    max_minutes: Positive = Field(
        60, le=1_440, description="minutes on foot that a longer walk, or none, counts as in the mean"
    )
    gain_sites: int = Field(
        10, ge=1, le=10_000, description="the gain of each added site is told up to this many sites"
    )
    front_points: int = Field(
        12, ge=2, le=1_000, description="points on the front between both aims at most, evenly spread"
    )
    exhaustive_sets: int = Field(
        20_000,
        ge=1,
        le=10_000_000,
        description="sets of sites that are all tried for the connectivity; with more it goes step by step",
    )
    time_limit_s: Positive = Field(
        60, le=86_400, description="seconds a solve; a result not proven by then says so, with its gap"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if OTHER_CLASSES not in self.cost_per_m2:
            raise ValueError("portfolio.cost_per_m2 needs a default")
        if self.max_minutes < self.far_minutes:
            raise ValueError("portfolio.max_minutes must not be below portfolio.far_minutes")
        return self
