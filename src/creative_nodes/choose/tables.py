"""Schemas of the tables that the stage `choose` writes."""

from __future__ import annotations

from creative_nodes.common import MESSAGES, Column, Table

PLAN_COLUMNS = (
    Column(
        "newly_served",
        "number",
        "residents in walking reach of a chosen site and of no core or intermediate space today",
        "persons",
        True,
        0,
    ),
    Column(
        "far_residents",
        "number",
        "residents of the study area farther than portfolio.far_minutes on foot from every core or intermediate space "
        "and every chosen site",
        "persons",
        True,
        0,
    ),
    Column(
        "mean_minutes",
        "number",
        "mean walk of the study area's residents to the nearest of them; longer walks than portfolio.max_minutes count "
        "as that",
        "min",
        True,
        0,
    ),
    Column(
        "connectivity",
        "number",
        "C of the creative network with the chosen sites as stepping stones",
        "probability",
        False,
        0,
        1,
    ),
)


PROOF_COLUMNS = (
    Column("status", "text", "as it is, as ranked, optimal (proven), not proven, or not possible"),
    Column("gap", "number", "how far below the best it can be at most, of the best; 0 when proven", "0-1", True, 0, 1),
)


PORTFOLIO = Table(
    "portfolio",
    "a choice of sites together, beside today (people counted once, existing spaces fixed)",
    (
        Column("plan", "text", "today, coverage, equity, median, network or score (the first by score)"),
        Column("aim", "text", "what the sites were chosen for, in plain words"),
        Column("limit", "text", "how many sites, or for how much"),
        Column("sites", "texts", "site_id of the chosen, the one that adds most first; empty when none"),
        Column("n_sites", "integer", "sites chosen", "sites", False, 0),
        Column("cost", "number", "their cost together; missing without a budget", "config currency", True, 0),
        *PLAN_COLUMNS,
        Column(
            "of_best",
            "number",
            "newly_served as a share of what the plan coverage serves; missing when that is nobody",
            "0-1",
            True,
            0,
        ),
        *PROOF_COLUMNS,
        Column("n_options", "integer", "candidates that can be reached on foot, to choose from", "sites", False, 0),
        Column(
            "n_unpriced",
            "number",
            "of these, sites without a known area, which have no cost and cannot be chosen; missing without a budget",
            "sites",
            True,
            0,
        ),
        Column("cheapest", "number", "the lowest cost of one; missing without a budget", "config currency", True, 0),
        Column("note", "text", "what a reader should know; empty when nothing"),
        MESSAGES,
    ),
)

PORTFOLIO_SITES = Table(
    "portfolio_sites",
    "a site of a choice, in the order of what each adds to those before it",
    (
        Column("plan", "text", "key in the table portfolio"),
        Column("step", "integer", "1 first", "", False, 1),
        Column("site_id", "text", "id in the table heritage"),
        Column("alone", "number", "residents it would newly serve alone", "persons", True, 0),
        Column("gain", "number", "residents it newly serves beside the steps before it", "persons", True, 0),
        Column("only_here", "number", "of the whole choice's, those no other site of it serves", "persons", True, 0),
        Column("connectivity", "number", "C with this and the steps before it", "probability", False, 0, 1),
        Column("cost", "number", "its cost; missing without a budget", "config currency", True, 0),
    ),
)

PORTFOLIO_GAIN = Table(
    "portfolio_gain",
    "a number of sites: what the best choice of so many serves, beside going step by step and by score",
    (
        Column("k", "integer", "sites at most", "sites", False, 1),
        Column("sites", "texts", "site_id of the best choice; fewer than k when more add nobody"),
        Column("newly_served", "number", "residents it newly serves", "persons", False, 0),
        Column("gain", "number", "more than the best choice of one site fewer", "persons", False, 0),
        Column("connectivity", "number", "C with the best choice", "probability", False, 0, 1),
        Column("greedy_site", "text", "site added when the one that adds most is taken each time; empty when none"),
        Column("greedy_served", "number", "residents newly served by going so", "persons", False, 0),
        Column("score_site", "text", "site of that place in the score"),
        Column("score_served", "number", "residents newly served by the first k of the score", "persons", False, 0),
        *PROOF_COLUMNS,
    ),
)

PORTFOLIO_FRONT = Table(
    "portfolio_front",
    "a choice where neither aim can gain without the other losing: newly served against far from any space",
    (
        Column(
            "point",
            "integer",
            "1 is the best for newly_served, the last the best for far_residents",
            "",
            False,
            1,
        ),
        Column("sites", "texts", "site_id of the chosen, the one that adds most first"),
        Column("n_sites", "integer", "sites chosen", "sites", False, 0),
        *PLAN_COLUMNS,
        *PROOF_COLUMNS,
    ),
)
