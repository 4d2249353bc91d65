"""Schemas of the tables that the stage `whatif` writes."""

from __future__ import annotations

from creative_nodes.common import Column, Table
from creative_nodes.reach import CANDIDATES
from creative_nodes.score import SCORES

WHATIF_CANDIDATES = Table(
    "whatif_candidates",
    "a site that is tried by `snakemake whatif` (the table lies in the folder `whatif`)",
    (
        Column("asked", "text", "its place as asked for: latitude,longitude, an OSM id, or the row of a file"),
        Column(
            "found_as",
            "text",
            "what it is in the base: new, in OSM (but no heritage), weak evidence, candidate (its row is "
            "replaced), converted or lost",
        ),
        Column("lies_on", "text", "another site of the table heritage that it lies on; empty when none"),
        Column("area_m2", "number", "its area; missing when not known", "m²", True, 0),
        Column("start_year", "integer", "year it was built, when known", "year", True),
        Column("listed", "flag", "carries a heritage listing"),
        Column("public_land", "flag", "stands on public land"),
        *CANDIDATES.columns,
    ),
)

WHATIF_SCORES = Table(
    "whatif_scores",
    "a candidate of the base or a site that is tried, ranked together (the table lies in the folder `whatif`)",
    (
        Column("name", "text", "its name; that of a site tried is marked"),
        Column("tried", "flag", "it is tried"),
        Column("base_rank", "integer", "its rank in the table scores; missing when it has none", "rank", True, 1),
        Column("move", "integer", "rank minus base_rank; negative is towards the top", "ranks", True),
        *SCORES.columns,
    ),
)
