"""Schemas of the tables that the stage `runs` writes."""

from __future__ import annotations

from creative_nodes.common import GEOMETRY, NAMES, Column, Table

CAUSES = ("data", "settings", "code", "unsplit")

RUN_CHANGES = Table(
    "run_changes",
    "a candidate of either of two runs: its rank before and after, and why it moved",
    (
        Column("site_id", "text", "id after; of a site that is gone that before"),
        Column("site_id_before", "text", "id before; empty when new"),
        Column("matched_by", "text", "id, osm (shared OSM objects) or overlap; empty when in one run alone"),
        *NAMES,
        Column(
            "change",
            "text",
            "new, gone, up, down, level, ranked (a candidate before, without a rank), unranked, or never_ranked",
        ),
        Column("rank_before", "integer", "rank before; missing without one", "rank", True, 1),
        Column("rank_after", "integer", "rank after; missing without one", "rank", True, 1),
        Column("move", "integer", "ranks won, negative when lost; missing without both ranks", "ranks", True),
        Column("score_before", "number", "score before; missing without one", "0-1", True, 0, 1),
        Column("score_after", "number", "score after; missing without one", "0-1", True, 0, 1),
        Column("in_set_before", "flag", "in the recommended set before"),
        Column("in_set_after", "flag", "in the recommended set after"),
        *(
            Column(f"move_{cause}", "integer", f"ranks won at the steps of {told}; missing as in move", "ranks", True)
            for cause, told in zip(
                CAUSES, ("data", "settings", "code", "several causes that cannot be told apart"), strict=True
            )
        ),
        Column(
            "because", "texts", "data, settings, code, unsplit: the steps at which its rank or its being one changed"
        ),
        Column("set_because", "texts", "the same of its being in the recommended set"),
        GEOMETRY,
    ),
)

RUN_STEPS = Table(
    "run_steps",
    "a step from one run to another: one cause changed, all else kept",
    (
        Column("step", "integer", "1 first", "", False, 1),
        Column("cause", "text", "data, settings, code, or unsplit"),
        Column("parts", "texts", "what changed at this step: one of data, settings, code, or several when unsplit"),
        Column("differs", "texts", "names of the files, keys and scripts that differ, values where they are kept"),
        Column("computed", "flag", "an end of this step was computed for this comparison; else both are of the runs"),
        Column("moved", "integer", "sites whose rank changed", "sites", False, 0),
        Column("came", "integer", "sites that became candidates", "sites", False, 0),
        Column("went", "integer", "candidates that no longer are", "sites", False, 0),
        Column("into_set", "integer", "sites that came into the recommended set", "sites", False, 0),
        Column("out_of_set", "integer", "sites that left it", "sites", False, 0),
        Column("problem", "text", "why causes could not be told apart; empty when they could"),
    ),
)

RUN_TABLES = (RUN_CHANGES.name, RUN_STEPS.name)
