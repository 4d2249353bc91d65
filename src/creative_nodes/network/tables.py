"""Schemas of the tables that the stage `network` writes."""

from __future__ import annotations

from creative_nodes.common import GEOMETRY, Column, Table

CLUSTERS = Table(
    "clusters",
    "a cluster of creative spaces",
    (
        Column("cluster_id", "text", "id"),
        Column("name", "text", "its best-known member and its quarter; the quarter is left out when none is near"),
        Column("name_en", "text", "the same in English; empty when the member has no English name"),
        Column("name_vi", "text", "the same in Vietnamese; empty when the member has no Vietnamese name"),
        Column("name_zh", "text", "the same in Chinese; empty when the member has no Chinese name"),
        Column("n_spaces", "integer", "creative spaces in it", "spaces", False, 1),
        Column("p_value", "number", "pseudo-p against random placements along the streets", "0-1", False, 0, 1),
        Column("kept", "flag", "true when chance does not explain it"),
        GEOMETRY,
    ),
)

LINKS = Table(
    "links",
    "a walkable link between two creative spaces",
    (
        Column("a", "text", "space_id"),
        Column("b", "text", "space_id"),
        Column("minutes", "number", "walk", "min", False, 0),
    ),
)

NEAREST = Table(
    "nearest",
    "a creative space of the study area, the nearest other one and the network it is joined with",
    (
        Column("space_id", "text", "id in the table creative"),
        Column("nearest_id", "text", "space_id of the nearest other space; empty when none can be walked to"),
        Column("minutes", "number", "walk to it, however long", "min", True, 0),
        Column("network", "number", "how many spaces it is joined with, itself included: S_j", "spaces", False, 0),
    ),
)

COLOCATION = Table(
    "colocation",
    "a distance of the cross-K curve of industrial heritage and creative spaces (empty without both)",
    (
        Column("distance_m", "number", "distance along streets", "m", False, 0),
        Column(
            "k_observed",
            "number",
            "mean number of creative spaces within that distance of a standing heritage site",
            "spaces",
            False,
            0,
        ),
        Column("k_expected", "number", "the same, mean over all relabellings (exact)", "spaces", False, 0),
        Column("k_low", "number", "2.5 % of the relabellings lie below", "spaces", False, 0),
        Column("k_high", "number", "2.5 % of the relabellings lie above", "spaces", False, 0),
        Column("n_heritage", "integer", "heritage sites counted; the same in each row", "sites", False, 1),
        Column("n_spaces", "integer", "creative spaces counted; the same in each row", "spaces", False, 1),
        Column(
            "n_same",
            "integer",
            "creative spaces that are a heritage site themselves and count as one; the same in each row",
            "spaces",
            False,
            0,
        ),
        Column("p_value", "number", "of the test over all distances at once; the same in each row", "", False, 0, 1),
    ),
)
