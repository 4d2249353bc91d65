"""Schemas of the tables that the stage `score` writes."""

from __future__ import annotations

from creative_nodes.common import Column, Table
from creative_nodes.reach import CRITERION_COLUMNS

SCORES = Table(
    "scores",
    "a candidate, ranked",
    (
        Column("site_id", "text", "id in the table heritage"),
        Column("score", "number", "weighted sum of normalised criteria", "0-1", True, 0, 1),
        Column("rank", "integer", "1 is best; missing when not scored", "rank", True, 1),
        Column("rank_low", "integer", "5 % quantile of its rank over random weightings", "rank", True, 1),
        Column("rank_high", "integer", "95 % quantile of its rank over random weightings", "rank", True, 1),
        Column("p_top10", "number", "chance of being in the top 10 over random weightings", "0-1", True, 0, 1),
        Column("top_n", "integer", "how many count as the top: 10, or fewer when candidates are few", "", True, 1),
        Column("p_top", "number", "chance of being among the top_n over random weightings", "0-1", True, 0, 1),
        Column("certainty", "text", "robust (p_top >= 0.8), depends on priorities, weak (< 0.2); or not scored"),
        *(
            Column(
                f"part_{column.name}",
                "number",
                f"contribution of {column.name} to the score",
                "0-1",
                True,
                0,
                1,
            )
            for column in CRITERION_COLUMNS
        ),
    ),
)

SCENARIO_CANDIDATES = Table(
    "scenario_candidates",
    "a candidate under a scenario that changes more than weights, its criteria measured anew",
    (
        Column("scenario", "text", "key of the scenario in config.yaml"),
        Column("site_id", "text", "id in the table heritage"),
        Column("reachable", "flag", "whether people on foot can get there along the streets"),
        *CRITERION_COLUMNS,
    ),
)

SCENARIOS = Table(
    "scenarios",
    "a candidate under one scenario",
    (
        Column("scenario", "text", "key of the scenario in config.yaml"),
        Column("label", "text", "its name in plain words"),
        Column("site_id", "text", "id in the table heritage"),
        Column(
            "status",
            "text",
            "scored; or why not: cannot be reached, nothing with a weight is known, no candidate under it, its "
            "reach is not computed (the scenario changes the criteria themselves)",
        ),
        Column("score", "number", "weighted sum of normalised criteria", "0-1", True, 0, 1),
        Column("rank", "integer", "1 is best; ties share the better rank", "rank", True, 1),
        Column("top_n", "integer", "how many count as the top", "", True, 1),
        Column("weights", "text", "JSON: weight of each criterion as it applied; they sum to 1"),
    ),
)
