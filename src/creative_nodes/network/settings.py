"""Settings of the stage `network`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from creative_nodes.common import Positive, Section, Share

if TYPE_CHECKING:
    from creative_nodes.network.chains import LinkRule


class ClusterSettings(Section):
    """Clusters, their names, and co-location with industrial heritage (METHOD section 6)."""

    method: Literal["dbscan", "hdbscan"] = Field(
        "dbscan",
        description="dbscan: one neighbourhood distance for the whole city; hdbscan: as dense as each part of it is "
        "(Campello, Moulavi and Sander 2013), up to `hdbscan_cut_m`",
    )
    eps_m: Positive = Field(300, le=50_000, description="metres along streets: DBSCAN neighbourhood")
    min_spaces: int = Field(
        4, ge=2, le=100_000, description="spaces that make a core point, itself included; HDBSCAN: least cluster too"
    )
    hdbscan_cut_m: Positive = Field(
        1000,
        le=100_000,
        description="HDBSCAN, metres along streets: pairs at least this far apart all count as this far, so no "
        "cluster spans a wider gap. A walk of 12 to 13 minutes",
    )
    hdbscan_floor_m: Positive = Field(
        50,
        le=100_000,
        description="HDBSCAN, metres: pairs closer than this count as this far. A few venues under one roof would "
        "otherwise outweigh the quarter around them (density is 1 / distance); about as exact as entrances are",
    )
    simulations: int = Field(199, ge=19, le=100_000, description="random placements that a cluster is tested against")
    max_p_value: Share = Field(0.05, description="a cluster is kept when its pseudo-p is at most this")
    quarter_within_m: Positive = Field(
        1000,
        le=100_000,
        description="metres, straight-line: a quarter mapped as a point names a cluster up to this far from its "
        "centre; one mapped as an area must hold the centre",
    )
    quarter_max_km2: Positive = Field(10, le=100_000, description="km²: a larger area (a district) is not a quarter")
    colocation_step_m: Positive = Field(
        100, ge=1, le=100_000, description="metres along streets: step of the cross-K curve"
    )
    colocation_max_m: Positive = Field(2000, le=100_000, description="metres along streets: end of the cross-K curve")
    colocation_told_m: Positive = Field(
        500, le=100_000, description="metres along streets: distance of the curve that the indicators quote"
    )
    relabellings: int = Field(
        199, ge=39, le=100_000, description="random relabellings that the cross-K curve is tested against"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.hdbscan_floor_m < self.hdbscan_cut_m:
            raise ValueError("clusters.hdbscan_floor_m must be below clusters.hdbscan_cut_m")
        steps = self.colocation_max_m / self.colocation_step_m
        told = self.colocation_told_m / self.colocation_step_m
        if steps != round(steps) or told != round(told) or told > steps:
            raise ValueError(
                "clusters.colocation_max_m and clusters.colocation_told_m must be multiples of "
                "clusters.colocation_step_m, and the second no more than the first"
            )
        return self

    @property
    def within_m(self) -> float:
        """Metres along streets up to which the clustering needs distances."""
        return self.eps_m if self.method == "dbscan" else self.hdbscan_cut_m


class NetworkSettings(Section):
    """The creative network (METHOD section 7)."""

    link_minutes: Positive = Field(
        15,
        le=1_440,
        description="minutes on foot: two creative spaces closer than this are linked; such a walk links them "
        "with a probability of a half",
    )
    link_softness: Positive = Field(
        3,
        le=100,
        description="minutes: how gently the probability of a link falls about link_minutes, "
        "1 / (1 + exp((t - link_minutes) / link_softness)); the form and the figure are this project's",
    )
    bridges_from: Share = Field(
        0.25,
        description="share of what one street place in a hundred adds to the network of a typical space: where no "
        "candidate adds so much, none bridges a gap, and the page says so first",
    )
    thinning_share: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.2, description="share of the spaces left out at random, to show what gaps in the map do to the figures"
    )
    thinning_draws: int = Field(
        99, ge=19, le=100_000, description="times that is done; their mean and 5-95 % range are told"
    )

    def rule(self) -> LinkRule:
        """Return how a walk links two spaces."""
        # loaded when asked for: scipy would else start with every script that reads settings
        from creative_nodes.network.chains import LinkRule

        return LinkRule(self.link_minutes, self.link_softness)
