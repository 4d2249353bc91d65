"""Schemas of the tables that the stage `doubt` writes."""

from __future__ import annotations

from creative_nodes.common import NAMES, Column, Table
from creative_nodes.reach import CRITERION_COLUMNS

BACKTEST_FIGURES = (
    "auc: chance that a converted site beats a rival; auc_by_centre: by distance to the centre alone; auc_lift: the "
    "difference; mean_percentile: share of its rivals that a converted site beats (the same as auc); precision_at_10: "
    "share of converted sites among the first ten; precision_at_10_by_centre; precision_by_chance: their share among "
    "all; converted_sites, tested_sites (those of them that can be reached) and rivals: numbers of sites"
)


PRIORITIES_DOUBT = Table(
    "priorities_doubt",
    "a candidate, and how sure its rank is",
    (
        Column("site_id", "text", "id in the table heritage"),
        Column("rank", "integer", "1 is best; missing when not scored", "rank", True, 1),
        Column("p_first", "number", "chance of being first, weights drawn around the run's", "0-1", True, 0, 1),
        Column("rank_low", "integer", "5 % quantile of its rank over those draws", "rank", True, 1),
        Column("rank_high", "integer", "95 % quantile of its rank over those draws", "rank", True, 1),
        Column("p_top10", "number", "chance of being in the top 10 over those draws", "0-1", True, 0, 1),
        Column("top_n", "integer", "how many count as the top: 10, or fewer", "", True, 1),
        Column("p_top", "number", "chance of being among the top_n over those draws", "0-1", True, 0, 1),
        Column(
            "flat_p_first",
            "number",
            "chance of being first when every weighting of the criteria in use is as likely as any other",
            "0-1",
            True,
            0,
            1,
        ),
        Column("flat_rank_low", "integer", "5 % quantile of its rank over those", "rank", True, 1),
        Column("flat_rank_high", "integer", "95 % quantile of its rank over those", "rank", True, 1),
        Column("flat_p_top10", "number", "chance of being in the top 10 over those", "0-1", True, 0, 1),
        Column("flat_p_top", "number", "chance of being among the top_n over those", "0-1", True, 0, 1),
        Column("rank_topsis", "integer", "rank by TOPSIS", "rank", True, 1),
        Column("rank_vikor", "integer", "rank by VIKOR", "rank", True, 1),
        Column("scenarios_ranked", "integer", "scenarios that rank it", "scenarios", True, 0),
        Column("scenarios_first", "integer", "scenarios under which it is first", "scenarios", True, 0),
        Column("scenarios_top", "integer", "scenarios under which it is in the top", "scenarios", True, 0),
        Column("scenario_best_rank", "integer", "best rank over the scenarios", "rank", True, 1),
        Column("scenario_worst_rank", "integer", "worst rank over the scenarios", "rank", True, 1),
        Column("swept", "integer", "changed settings (sweep_variants) under which it is ranked", "", True, 0),
        Column(
            "swept_out",
            "integer",
            "changed settings under which it has no rank: it is no candidate then, or cannot be reached",
            "",
            True,
            0,
        ),
        Column(
            "largest_move",
            "integer",
            "its largest move over the sweeps, negative towards the top; missing when nothing is swept",
            "ranks",
            True,
        ),
        Column("moved_by", "text", "setting that moves it so far (sweeps.parameter); empty when none does"),
        Column("moved_by_value", "text", "the value it was set to (sweeps.value); empty when none moves it"),
        Column(
            "dominated_by",
            "integer",
            "candidates as good or better on every criterion and better on one; it can never be first alone "
            "when there is one",
            "sites",
            True,
            0,
        ),
        Column("carried_by", "text", "criterion that adds most to its score; empty when none"),
        Column("held_back_by", "text", "criterion that costs it most score against the best; empty when none"),
        Column("held_back_points", "number", "score it loses there", "0-1", True, 0, 1),
        Column("left_out", "text", "criterion whose leaving out moves its rank most; empty when none does"),
        Column("rank_left_out", "integer", "its rank without that criterion", "rank", True, 1),
        Column(
            "first_if",
            "text",
            "criterion whose weight, changed alone (the others keep their proportions), puts it first soonest; "
            "empty when it is first already or no single weight does",
        ),
        Column("first_if_weight", "number", "weight that criterion would need", "0-1", True, 0, 1),
        *(
            Column(
                f"central_{column.name}",
                "number",
                f"central weight of {column.name}: its mean over the flat weightings that put the site first; "
                "missing when none does, or the criterion does not count",
                "0-1",
                True,
                0,
                1,
            )
            for column in CRITERION_COLUMNS
        ),
    ),
)

RANK_ACCEPTABILITY = Table(
    "rank_acceptability",
    "a rank a candidate takes under random weightings",
    (
        Column("site_id", "text", "id in the table heritage"),
        Column("draws", "text", "around (the run's weights) or flat (every weighting as likely)"),
        Column("rank", "integer", "the rank; ties share the better one", "rank", False, 1),
        Column("share", "number", "share of the weightings that give it; ranks never taken have no row", "0-1"),
    ),
)

AGREEMENT = Table(
    "agreement",
    "two rankings of the same candidates, compared",
    (
        Column("kind", "text", "what is compared: method or scenario"),
        Column("ranking", "text", "one: weighted_sum, topsis, vikor, or the key of a scenario"),
        Column("other", "text", "the other"),
        Column("n", "integer", "candidates compared; with few of them the figures say little", "sites"),
        Column(
            "kendall_tau_b",
            "number",
            "Kendall's tau-b: 1 the same order, 0 unrelated, -1 reversed; missing when all are tied",
            "-1 to 1",
            True,
            -1,
            1,
        ),
        Column("spearman", "number", "Spearman's rank correlation", "-1 to 1", True, -1, 1),
        Column("top_n", "integer", "how many count as the top", "", False, 1),
        Column("top_shared", "integer", "candidates in the top of both", "sites", False, 0),
        Column("same_first", "flag", "whether a candidate is first in both"),
    ),
)

MARKS_KEYS = "holds, open or does_not_hold"

WORLDS = Table(
    "worlds",
    "a world: what was drawn in it, and what then came first under the weights of the run",
    (
        Column("world", "integer", "its number", "", False, 1),
        Column("exchange_decay", "number", "factor of reach.exchange_decay_per_m", "", False, 0),
        Column("neighbourhood_half_life", "number", "factor of reach.neighbourhood_half_life_m", "", False, 0),
        Column("walk_speed", "number", "factor of the walking speed", "", False, 0),
        Column("ride_speed", "number", "factor of the speed of the main mode", "", False, 0),
        Column("link_minutes", "number", "factor of network.link_minutes", "", False, 0),
        Column("link_softness", "number", "factor of network.link_softness", "", False, 0),
        Column("orders", "number", "order of the network of a typical space", "", False, 0, 2),
        Column("snap_within_m", "number", "snap distance on foot", "m", False, 0),
        Column(
            "people", "integer", "source of residents: 0 the run's own, then the others in their order", "", False, 0
        ),
        Column("spaces_lost", "integer", "known creative spaces that are not there", "spaces", False, 0),
        Column("spaces_added", "integer", "creative spaces that nobody mapped", "spaces", False, 0),
        Column("ranked", "integer", "sites ranked: real, reachable, known or likely", "sites", False, 0),
        Column("typical_network", "number", "network of a typical space, of that order", "spaces", False, 0),
        Column("anchor_served", "number", "residents an outstanding place newly serves", "persons", True, 0),
        Column("anchor_gain", "number", "network gain of an outstanding place", "spaces", True, 0),
        Column("first", "text", "site_id of the first; empty when none is ranked"),
        Column("best_set", "texts", "site_id of the members of the best set; empty without a set"),
        Column("set_worth", "number", "worth of the best set (see recommended)", "anchors", True, 0),
        Column("set_reached", "number", "share of it that the run's recommended set reaches", "0-1", True, 0, 1),
        Column("set_served", "number", "residents whom the recommended set newly serves", "persons", True, 0),
        Column("set_gain", "number", "network gain of the recommended set", "spaces", True),
    ),
)

WORLD_VALUES = Table(
    "world_values",
    "a site that a world ranks, and what each criterion is worth there",
    (
        Column("world", "integer", "number in the table worlds", "", False, 1),
        Column("site_id", "text", "id in the table candidates"),
        *(
            Column(
                column.name,
                "number",
                f"value of {column.name} by the anchors of that world; missing where it is not in use there",
                "0-1",
                True,
                0,
                1,
            )
            for column in CRITERION_COLUMNS
        ),
    ),
)

SITE_DOUBT = Table(
    "site_doubt",
    "a candidate over all worlds and weightings together",
    (
        Column("site_id", "text", "id in the table heritage"),
        Column("rank", "integer", "its rank in the run; missing when it has none", "rank", True, 1),
        Column("top_n", "integer", "how many count as the top", "", True, 1),
        Column("worlds", "integer", "worlds drawn", "", False, 0),
        Column("weightings", "integer", "weightings drawn in each", "", False, 0),
        Column(
            "p_ranked", "number", "share of the worlds that rank it: it is real and can be reached", "0-1", True, 0, 1
        ),
        Column("p_first", "number", "chance of being first, over worlds and weightings", "0-1", True, 0, 1),
        Column("p_top", "number", "chance of being among the top_n, over worlds and weightings", "0-1", True, 0, 1),
        Column("rank_low", "integer", "5 % quantile of its rank; missing when it is not ranked there", "rank", True, 1),
        Column("rank_high", "integer", "95 % quantile; missing when it is not ranked there", "rank", True, 1),
        Column(
            "p_first_map", "number", "share of the worlds in which the run's weights put it first", "0-1", True, 0, 1
        ),
        Column("p_top_map", "number", "share of the worlds in which they put it among the top_n", "0-1", True, 0, 1),
        Column(
            "moved_by",
            "text",
            "what moved its rank most over the worlds that rank it: a number of the table worlds, spaces (which exist "
            "around it), area or age; empty when nothing did beyond chance",
        ),
        Column("moved_by_correlation", "number", "Spearman's rank correlation of it with the rank", "", True, -1, 1),
        Column(
            "by_weights",
            "number",
            "share of the variance of its rank that weights make, in the worlds that rank it",
            "0-1",
            True,
            0,
            1,
        ),
    ),
)

SET_DOUBT = Table(
    "set_doubt",
    "the set recommended, over all worlds (one row, none without a set)",
    (
        Column("members", "texts", "site_id of the set's members"),
        Column("k", "integer", "members", "sites", False, 1),
        Column("eligible", "integer", "sites that may be chosen in the run", "sites", False, 0),
        Column("worlds", "integer", "worlds drawn", "", False, 0),
        Column("reaches", "number", "share of the worlds in which it reaches 90 % of the best set", "0-1", False, 0, 1),
        Column("mean_reached", "number", "mean share of the best set's worth that it reaches", "0-1", False, 0, 1),
        Column("served_low", "number", "5 % quantile over the worlds of whom it newly serves", "persons", False, 0),
        Column("served_median", "number", "the same in the middle world", "persons", False, 0),
        Column("served_high", "number", "95 % quantile", "persons", False, 0),
        Column("gain_low", "number", "5 % quantile over the worlds of its network gain", "spaces", False),
        Column("gain_median", "number", "the same in the middle world", "spaces", False),
        Column("gain_high", "number", "95 % quantile", "spaces", False),
        Column(
            "reaches_by_priority",
            "number",
            "share of the drawn shares of its two aims under which it reaches 90 % of the best set of the run",
            "0-1",
            False,
            0,
            1,
        ),
        Column("draws", "integer", "shares drawn", "", False, 0),
        Column("best_sets", "integer", "sets of different grounds that are best in some world", "sets", False, 0),
        Column("recommended", "flag", "it reaches 90 % of the best in at least 20 % of the worlds"),
        Column("most_often", "texts", "the k sites most often in a world's best set"),
    ),
)

MEMBER_DOUBT = Table(
    "member_doubt",
    "a site that may be chosen, and how often it is in the best set of a world",
    (
        Column("site_id", "text", "id in the table heritage"),
        Column("in_set", "flag", "it is a member of the recommended set"),
        Column(
            "chance",
            "number",
            "share of the worlds whose best set it, or another on its ground, is in",
            "0-1",
            False,
            0,
            1,
        ),
        Column(
            "chance_level",
            "number",
            "the same if sets were drawn by lot: k of the grounds that the eligible stand on",
            "0-1",
            False,
            0,
            1,
        ),
        Column("often", "flag", "it is one of the k most often chosen, of sites on one ground the first alone"),
    ),
)

MARKS = Table(
    "marks",
    "a statement, and whether it holds against one kind of doubt",
    (
        Column("about", "text", "site, set or city"),
        Column("site_id", "text", "id in the table heritage; empty for set and city"),
        Column(
            "statement",
            "text",
            "among_first (the site is among the first top_n), reaches_best (the set reaches 90 % of the best) or "
            "would_have_picked (the ranking would have picked the sites that were converted)",
        ),
        Column("mark", "text", "priorities, map_and_model or past"),
        Column(
            "verdict",
            "text",
            f"{MARKS_KEYS}; of the past also too_few (fewer than 10 tested sites) and cannot_tell",
        ),
        Column(
            "share", "number", "share of the draws in which the statement holds; of the past AUC", "0-1", True, 0, 1
        ),
        Column("draws", "integer", "draws; of the past tested sites", "", False, 0),
        Column("top_n", "integer", "how many count as the top", "", True, 1),
    ),
)

SWEPT_NUMBER = Column("number", "number", "the value as a number, for speeds the factor; missing for people", "", True)

SWEEPS = Table(
    "sweeps",
    "a candidate's rank with one setting changed",
    (
        Column("site_id", "text", "id in the table candidates"),
        Column("parameter", "text", "config key; speed and a mode; or people"),
        Column("value", "text", "its value; × factor for speeds; the source for people"),
        SWEPT_NUMBER,
        Column("rank_today", "integer", "rank under the settings of the run", "rank", False, 1),
        Column("rank", "integer", "rank with the change; missing when it is no candidate then", "rank", True, 1),
        Column("move", "integer", "rank minus rank_today; negative is towards the top", "ranks", True),
    ),
)

SWEEP_VARIANTS = Table(
    "sweep_variants",
    "one changed setting",
    (
        Column("parameter", "text", "config key; speed and a mode; or people"),
        Column("value", "text", "its value"),
        SWEPT_NUMBER,
        Column("candidates", "integer", "candidates ranked with it", "sites", False, 0),
        Column("first", "text", "site_id of the first; empty when nobody is ranked"),
        Column("tau", "number", "Kendall's tau-b between today's ranks and these", "", True, -1, 1),
        Column("largest_move", "number", "largest move of a candidate, either way", "ranks", True, 0),
        Column("mean_move", "number", "mean move, either way", "ranks", True, 0),
    ),
)

SOBOL = Table(
    "sobol",
    "the part of one group's weight in how the ranks vary (only with score.sobol_samples)",
    (
        Column(
            "output",
            "text",
            "what varies: rank_shift, the mean over the candidates of how far each rank is from the run's, or "
            "rank, that of one candidate",
        ),
        Column("site_id", "text", "the candidate, of those in the top; empty for rank_shift"),
        Column("group", "text", "people, spillover, network or site; those in use"),
        Column(
            "first_order",
            "number",
            "share of the variance that its weight explains alone; an estimate, so it can be just below 0",
            "",
            True,
        ),
        Column("first_order_margin", "number", "half of its 95 % interval", "", True, 0),
        Column("total", "number", "share of the variance that its weight has any part in", "", True, 0),
        Column("total_margin", "number", "half of its 95 % interval", "", True, 0),
        Column("variance", "number", "variance of the output; with 0 there are no shares", "ranks²", False, 0),
        Column("samples", "integer", "weightings ranked", "", False, 1),
    ),
)

BACKTEST = Table(
    "backtest",
    "a converted site, scored as if it were unconverted",
    (
        Column("site_id", "text", "id in the table heritage"),
        *NAMES,
        Column("heritage_class", "text", "class in the taxonomy"),
        Column("hidden_spaces", "integer", "creative spaces hidden with its conversion", "spaces", False, 0),
        Column("hidden_amenities", "integer", "amenities hidden with it", "", False, 0),
        Column("score", "number", "its score by the criteria of the back-test", "0-1", False, 0, 1),
        Column("rank", "integer", "its rank among itself and its rivals", "rank", False, 1),
        Column("rivals", "integer", "candidates it was ranked among", "sites", False, 0),
        Column("percentile", "number", "share of rivals it beats, a tie counting half", "0-1", False, 0, 1),
        Column("percentile_by_centre", "number", "the same by distance to the centre", "0-1", False, 0, 1),
    ),
)

BACKTEST_PAIRS = Table(
    "backtest_pairs",
    "a converted site against one rival",
    (
        Column("site_id", "text", "the converted site, id in the table heritage"),
        Column("rival_id", "text", "the candidate, id in the table heritage"),
        Column("score", "number", "score of the converted site", "0-1", False, 0, 1),
        Column("rival_score", "number", "score of the rival in the same run", "0-1", False, 0, 1),
        Column("beats", "number", "1 when the converted site scores higher, 0.5 a tie, 0", "0-1", False, 0, 1),
        Column("beats_by_centre", "number", "the same by distance to the centre", "0-1", False, 0, 1),
        Column("centre_m", "number", "straight line from the converted site to the centre", "m", False, 0),
        Column("rival_centre_m", "number", "the same from the rival", "m", False, 0),
    ),
)

BACKTEST_SUMMARY = Table(
    "backtest_summary",
    "one figure of the back-test",
    (
        Column("figure", "text", BACKTEST_FIGURES),
        Column("value", "number", "its value", "", True),
        Column("low", "number", "2.5 % quantile of the bootstrap; missing where it cannot be told", "", True),
        Column("high", "number", "97.5 % quantile", "", True),
    ),
)

BACKTEST_POOLED = Table(
    "backtest_pooled",
    "one figure of the back-test of one city or of all together (`data/processed/backtest_pooled.parquet`)",
    (
        Column("city", "text", "key of the city; all for the cities of the run pooled"),
        Column(
            "figure",
            "text",
            f"{BACKTEST_FIGURES}. Of all: each converted site against the rivals of its own city; precision "
            "over one list of all, each at its percentile within its city; cities and cities_tested: how many "
            "there are, and how many have converted sites and rivals. A city without adds no rivals",
        ),
        Column("value", "number", "its value", "", True),
        Column("low", "number", "2.5 % quantile of the bootstrap; missing where it cannot be told", "", True),
        Column("high", "number", "97.5 % quantile", "", True),
    ),
)
