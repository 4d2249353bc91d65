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

RECOMMENDED = Table(
    "recommended",
    "a member of the recommended set, of its runner-up, or the best single site, each with the whole of its set",
    (
        Column("set", "text", "best, runner_up or single (the first of the ranking that may be chosen)"),
        Column("site_id", "text", "id in the table heritage"),
        Column(
            "one_ground_with",
            "texts",
            "site_id of others that may be chosen and stand on its ground: they are one node, and the set holds one",
        ),
        Column("k", "integer", "members of the set", "sites", False, 1),
        Column("adds_served", "number", "residents newly served by the set and not without it", "persons", False, 0),
        Column("adds_gain", "number", "network gain of the set less that without it", "spaces", False, 0),
        Column("alone_served", "number", "residents it would newly serve alone", "persons", False, 0),
        Column("alone_gain", "number", "network gain of it alone", "spaces", False, 0),
        Column("set_served", "number", "residents the set newly serves, counted once", "persons", False, 0),
        Column("set_gain", "number", "network gain of the set, all opened together", "spaces", False, 0),
        Column(
            "worth",
            "number",
            "mean of both aims over k times their anchors (table scales), not clipped; an aim without an anchor is "
            "left out",
            "anchors",
            False,
            0,
        ),
        Column("proven", "flag", "no other set can be better (of the runner-up: than it, but for the best)"),
        Column("gap", "number", "share of its worth by which another set may pass it at most", "0-1", True, 0),
        Column("connects", "flag", "its network gain is at least 5 % of k times the anchor"),
        Column("in_best", "flag", "it, or another on its ground, is a member of the best set"),
        Column(
            "in_ranking_first",
            "flag",
            "it, or another on its ground, is one of the first k of the ranking that may be chosen",
        ),
    ),
)

SET_FRONT = Table(
    "set_front",
    "a member of a set that is best, or second best, at some share of the two aims; or a site alone",
    (
        Column("number", "integer", "of the set: first those of k members, then each site that may be chosen alone"),
        Column("site_id", "text", "id in the table heritage"),
        Column("k", "integer", "members of the set; 1 for a site alone", "sites", False, 1),
        Column("adds_served", "number", "residents newly served by the set and not without it", "persons", False, 0),
        Column("adds_gain", "number", "network gain of the set less that without it", "spaces", False, 0),
        Column("set_served", "number", "residents the set newly serves, counted once", "persons", False, 0),
        Column("set_gain", "number", "network gain of the set, all opened together", "spaces", False, 0),
    ),
)

SET_BESIDE_RANKING = Table(
    "set_beside_ranking",
    "the recommended set beside the first k of the ranking, of sites on one ground the first alone (one row)",
    (
        Column("eligible", "integer", "sites that may be chosen: reachable, known or likely, not in use", "sites"),
        Column("grounds", "integer", "grounds that they stand on, of which a third, rounded, makes a set", "grounds"),
        Column("k", "integer", "members of the set; 0: none is recommended", "sites", False, 0),
        Column("anchor_served", "number", "residents an outstanding place newly serves", "persons", False, 0),
        Column("anchor_gain", "number", "network gain of an outstanding place", "spaces", False, 0),
        Column("dropped", "texts", "aims that do not count, because their anchor is 0: newly_served, network_gain"),
        Column("connects", "flag", "the set's network gain is at least 5 % of k times the anchor"),
        Column("shared", "texts", "site_id in the set that stand on a ground of both"),
        Column("only_set", "texts", "site_id in the set on grounds of its alone"),
        Column("only_ranking", "texts", "site_id in the first k of the ranking on grounds of theirs alone"),
        Column("ranking_served", "number", "residents the ranking's first k newly serve together", "persons", True, 0),
        Column("ranking_gain", "number", "network gain of the ranking's first k together", "spaces", True, 0),
        Column("reached", "number", "share of the set's worth that they reach", "0-1", True, 0),
        Column("served_twice", "number", "residents that more than one of them would serve", "persons", True, 0),
        Column(
            "chained",
            "number",
            "network gain of them together less the sum of each alone; below 0 where they do the same work",
            "spaces",
            True,
        ),
        Column(
            "reason",
            "text",
            "agree, served_twice, same_links or other_criteria (they stand first for what the set does not count); or "
            "why no set or no ranking: too_few, no_aim, not_ranked",
        ),
        Column("note", "text", "the reason in a sentence"),
        MESSAGES,
    ),
)

DECISIONS = Table(
    "decisions",
    "a public decision on an industrial site, beside this run (the forward record)",
    (
        Column("registry_id", "text", "id in the registry; empty when it has no row of it"),
        Column("site", "text", "its name in the source"),
        Column("kind", "text", "release (to be moved out), reuse (for culture), study (reuse is studied) or other_use"),
        Column("decision", "text", "what was decided"),
        Column("date", "text", "when: a year, month or day"),
        Column("source", "text", "who says so"),
        Column("site_id", "text", "id in the table heritage; empty when it is not located"),
        Column("standing", "text", "ranked, not_ranked, no_candidate or not_located"),
        Column("list", "text", "known, likely or survey; empty when it is no candidate"),
        Column("rank", "integer", "its rank in this run; missing when it has none", "rank", True, 1),
        Column("ranked", "integer", "sites ranked in this run", "sites", False, 0),
        Column("sets", "texts", "sets of the table recommended that it is a member of"),
        Column("known_to_run", "flag", "the run's status of the site is this decision: its readiness foresees nothing"),
        Column("snapshot", "text", "date of the map data; empty when not known"),
        Column("map_is_younger", "flag", "the map data is as young as the decision or younger, so it may know of it"),
    ),
)
