"""Schemas of the tables that the stage `report` writes."""

from __future__ import annotations

from creative_nodes.choose import (
    DECISIONS,
    PORTFOLIO,
    PORTFOLIO_FRONT,
    PORTFOLIO_GAIN,
    PORTFOLIO_SITES,
    RECOMMENDED,
    SET_BESIDE_RANKING,
    SET_FRONT,
)
from creative_nodes.common import MESSAGES, Column, Table
from creative_nodes.doubt import (
    AGREEMENT,
    BACKTEST,
    BACKTEST_PAIRS,
    BACKTEST_POOLED,
    BACKTEST_SUMMARY,
    MARKS,
    MEMBER_DOUBT,
    PRIORITIES_DOUBT,
    RANK_ACCEPTABILITY,
    SET_DOUBT,
    SITE_DOUBT,
    SOBOL,
    SWEEP_VARIANTS,
    SWEEPS,
    WORLD_VALUES,
    WORLDS,
)
from creative_nodes.locate import AMENITIES, CITY_LANGUAGES, CREATIVE, GROUNDS, HERITAGE, IMPORTS, REGISTRY, SURVEY
from creative_nodes.network import CLUSTERS, COLOCATION, LINKS, NEAREST
from creative_nodes.people import COMPLETENESS, PEOPLE
from creative_nodes.pull import PLACES, STREET_EDGES, STREET_NODES, STUDY_AREA
from creative_nodes.reach import (
    ACCESSIBILITY,
    CANDIDATES,
    CLUSTER_REACH,
    ISOCHRONES,
    MODES,
    NETWORK_PARTS,
    PARTS,
    REACH,
    REFERENCE,
    SITE_LINKS,
    SURVEY_CANDIDATES,
)
from creative_nodes.runs import RUN_CHANGES, RUN_STEPS
from creative_nodes.score import (
    CORRELATIONS,
    SCALES,
    SCENARIO_CANDIDATES,
    SCENARIO_REFERENCE,
    SCENARIOS,
    SCORES,
    SURVEY_SCORES,
    VALUES,
)
from creative_nodes.streets import SERVICES, STATIONS, TRANSIT_NOTES
from creative_nodes.whatif import WHATIF_CANDIDATES, WHATIF_SCORES

INDICATORS = Table(
    "indicators",
    "one figure of the city",
    (
        Column("indicator", "text", "its key"),
        Column("label", "text", "its name in plain words"),
        Column("value", "number", "its value; missing when it cannot be told", "", True),
        Column("low", "number", "low end of its range (5 % of the draws are below); missing without one", "", True),
        Column("high", "number", "high end of its range (5 % of the draws are above); missing without one", "", True),
        Column("unit", "text", "its unit"),
        Column("source", "text", "where it comes from, or why it is missing"),
        MESSAGES,
    ),
)

# every table of a run, by name: the pages, the packed files and the dictionary read them all
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        STUDY_AREA,
        PLACES,
        STREET_NODES,
        STREET_EDGES,
        HERITAGE,
        CREATIVE,
        AMENITIES,
        REGISTRY,
        IMPORTS,
        CITY_LANGUAGES,
        GROUNDS,
        SURVEY,
        PEOPLE,
        COMPLETENESS,
        STATIONS,
        SERVICES,
        TRANSIT_NOTES,
        CLUSTERS,
        LINKS,
        NEAREST,
        COLOCATION,
        CANDIDATES,
        SURVEY_CANDIDATES,
        REACH,
        PARTS,
        MODES,
        SITE_LINKS,
        NETWORK_PARTS,
        CLUSTER_REACH,
        REFERENCE,
        ISOCHRONES,
        ACCESSIBILITY,
        SCALES,
        CORRELATIONS,
        SCORES,
        SURVEY_SCORES,
        VALUES,
        SCENARIO_CANDIDATES,
        SCENARIO_REFERENCE,
        SCENARIOS,
        RECOMMENDED,
        SET_BESIDE_RANKING,
        SET_FRONT,
        DECISIONS,
        PORTFOLIO,
        PORTFOLIO_SITES,
        PORTFOLIO_GAIN,
        PORTFOLIO_FRONT,
        MARKS,
        SITE_DOUBT,
        SET_DOUBT,
        MEMBER_DOUBT,
        WORLDS,
        WORLD_VALUES,
        PRIORITIES_DOUBT,
        RANK_ACCEPTABILITY,
        AGREEMENT,
        SWEEPS,
        SWEEP_VARIANTS,
        SOBOL,
        BACKTEST,
        BACKTEST_PAIRS,
        BACKTEST_SUMMARY,
        BACKTEST_POOLED,
        WHATIF_CANDIDATES,
        WHATIF_SCORES,
        INDICATORS,
        RUN_CHANGES,
        RUN_STEPS,
    )
}
