"""Schemas of the tables that the stage `score` writes."""

from __future__ import annotations

from creative_nodes.common import Column, Table
from creative_nodes.reach import CRITERION_COLUMNS, POSITION_COLUMNS

SCALES = Table(
    "scales",
    "a criterion's value function: what is little and much of it in this city",
    (
        Column("criterion", "text", "column of the table candidates"),
        Column("unit", "text", "unit of zero, one and median"),
        Column(
            "zero", "number", "figure worth 0; of a cost the larger; missing when no place has it", "see unit", True
        ),
        Column("one", "number", "figure worth 1", "see unit", True),
        Column(
            "median",
            "number",
            "of the reference places that have it; missing for criteria of the site itself",
            "see unit",
            True,
        ),
        Column("logarithmic", "flag", "even in the logarithm"),
        Column("share", "number", "share of the reference places that have it", "0-1", True, 0, 1),
        Column("in_use", "flag", "it counts: enough places have it and its ends differ"),
    ),
)

CORRELATIONS = Table(
    "correlations",
    "two criteria over the reference places",
    (
        Column("criterion", "text", "one"),
        Column("other", "text", "the other"),
        Column(
            "spearman",
            "number",
            "Spearman's rank correlation; missing when one is the same everywhere",
            "-1 to 1",
            True,
            -1,
            1,
        ),
        Column("places", "integer", "reference places that have both", "places", False, 0),
    ),
)

VALUES = Table(
    "values",
    "a criterion of a candidate that can be reached, beside what is little and much in the city",
    (
        Column("site_id", "text", "id in the table heritage"),
        Column("criterion", "text", "column of the table candidates"),
        Column("figure", "number", "as in the table candidates; missing when it is not known", "see unit", True),
        Column("unit", "text", "unit of figure, city_low, city_median and city_high"),
        Column("city_low", "number", "figure worth 0 (table scales)", "see unit", True),
        Column("city_median", "number", "what the median reference place of the city has", "see unit", True),
        Column("city_high", "number", "figure worth 1", "see unit", True),
        Column("value", "number", "what the figure is worth in this city", "0-1", False, 0, 1),
        Column("weight", "number", "as it applied: 0 for a criterion that is not in use", "0-1", False, 0, 1),
        Column("lacking", "flag", "the figure is missing and is worth 0"),
        Column("assumed", "flag", "a typical figure stands in for what nobody knows"),
        Column(
            "verdict",
            "text",
            "what may be said of it: unused (does not count in this city), lacking, assumed, little (at or below the "
            "city's median place, or worth under 0.1), some, much (above the median and worth at least 0.5), "
            "outstanding (worth 1)",
        ),
    ),
)
SCORES = Table(
    "scores",
    "a candidate, ranked",
    (
        Column("site_id", "text", "id in the table heritage"),
        Column(
            "list", "text", "known, likely or survey; known and likely share one ranking, survey sites have their own"
        ),
        Column("score", "number", "weighted sum of its values; missing when it cannot be reached", "0-1", True, 0, 1),
        Column(
            "rank",
            "integer",
            "1 is best in its ranking; missing when not scored or when fewer than three are in it",
            "rank",
            True,
            1,
        ),
        Column("rank_low", "integer", "5 % quantile of its rank over random weightings", "rank", True, 1),
        Column("rank_high", "integer", "95 % quantile of its rank over random weightings", "rank", True, 1),
        Column("p_top10", "number", "chance of being in the top 10 over random weightings", "0-1", True, 0, 1),
        Column("top_n", "integer", "how many count as the top: 10, or fewer when candidates are few", "", True, 1),
        Column("p_top", "number", "chance of being among the top_n over random weightings", "0-1", True, 0, 1),
        Column(
            "priorities",
            "text",
            "whether being among the top_n holds under other priorities: holds (p_top from 0.8), open or does_not_hold "
            "(below 0.2), see the table marks; or not_ranked",
        ),
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

SURVEY_SCORES = Table("survey_scores", "a ground of the survey list, ranked among such grounds", SCORES.columns)

SCENARIO_CANDIDATES = Table(
    "scenario_candidates",
    "a candidate under a scenario that changes more than weights, its criteria measured anew",
    (
        Column("scenario", "text", "key of the scenario in config.yaml"),
        Column("site_id", "text", "id in the table heritage"),
        Column("list", "text", "known, likely or survey"),
        Column("reachable", "flag", "whether people on foot can get there along the streets"),
        *CRITERION_COLUMNS,
    ),
)

SCENARIO_REFERENCE = Table(
    "scenario_reference",
    "a reference place under a scenario that changes more than weights, measured anew",
    (
        Column("scenario", "text", "key of the scenario in config.yaml"),
        Column("place_id", "text", "number of the place in the table reference"),
        *POSITION_COLUMNS,
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
            "scored; or why not: cannot be reached, nothing with a weight is known, on the survey list, no candidate "
            "under it, its reach is not computed (the scenario changes the criteria themselves)",
        ),
        Column("score", "number", "weighted sum of its values", "0-1", True, 0, 1),
        Column("rank", "integer", "1 is best; ties share the better rank", "rank", True, 1),
        Column("top_n", "integer", "how many count as the top", "", True, 1),
        Column("weights", "text", "JSON: weight of each criterion as it applied; they sum to 1"),
    ),
)
