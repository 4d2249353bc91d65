"""The three marks: priorities, map and model, the past (METHOD section 8)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from creative_nodes.doubt.tables import MARKS
from creative_nodes.score import past_verdict, verdict_of


def _mark(about: str, statement: str, kind: str, share: float, draws: int, **more: Any) -> dict[str, Any]:
    """Return a row judged by the share of its draws."""
    verdict = verdict_of(share, draws)
    row = {"about": about, "site_id": "", "statement": statement, "mark": kind, "verdict": verdict, "share": share}
    return row | {"draws": draws} | more


def _of_sites(site_doubt: pd.DataFrame, scores: pd.DataFrame, draws: int) -> list[dict[str, Any]]:
    """Judge of each ranked site that it is among the first."""
    by_priority = scores.set_index("site_id")["p_top"]
    rows: list[dict[str, Any]] = []
    for row in site_doubt[site_doubt["rank"].notna()].to_dict("records"):
        own = {"site_id": row["site_id"], "top_n": row["top_n"]}
        share = float(by_priority[row["site_id"]])
        rows.append(_mark("site", "among_first", "priorities", share, draws, **own))
        rows.append(_mark("site", "among_first", "map_and_model", row["p_top_map"], row["worlds"], **own))
    return rows


def _of_set(set_doubt: pd.DataFrame) -> list[dict[str, Any]]:
    """Judge of the set that it reaches 90 % of the best."""
    return [
        _mark("set", "reaches_best", kind, row[share], row[draws])
        for row in set_doubt.to_dict("records")
        for kind, share, draws in (
            ("priorities", "reaches_by_priority", "draws"),
            ("map_and_model", "reaches", "worlds"),
        )
    ]


def _of_the_past(backtest_summary: pd.DataFrame) -> dict[str, Any]:
    """Judge of the city whether the ranking would have picked what was converted."""
    figures = backtest_summary.set_index("figure").reindex(["tested_sites", "auc", "auc_lift"]).astype(float)
    tested = int(figures["value"].fillna(0)["tested_sites"])
    auc, lift = (tuple(figures.loc[name, ["low", "high"]]) for name in ("auc", "auc_lift"))
    row = {"about": "city", "site_id": "", "statement": "would_have_picked", "mark": "past"}
    return row | {"verdict": past_verdict(tested, auc, lift), "share": figures.loc["auc", "value"], "draws": tested}


def judge_marks(
    site_doubt: pd.DataFrame,
    set_doubt: pd.DataFrame,
    scores: pd.DataFrame,
    backtest_summary: pd.DataFrame,
    *,
    draws: int,
) -> pd.DataFrame:
    """Judge each statement of the answer against each kind of doubt.

    Parameters
    ----------
    site_doubt, set_doubt, scores, backtest_summary : tables.
    draws : weightings drawn for the table scores.

    Returns
    -------
    the table marks: two a ranked site, two for the set where there is one, and one for the city. Where fewer than three
    sites are ranked there are none.
    """
    rows = [*_of_sites(site_doubt, scores, draws), *_of_set(set_doubt)]
    rows += [_of_the_past(backtest_summary)] if rows else []
    frame = pd.DataFrame(rows).reindex(columns=[column.name for column in MARKS.columns])
    return frame.astype({"share": float, "draws": "Int64", "top_n": "Int64"})


def map_marks(marks: pd.DataFrame | None) -> dict[str, str]:
    """Return the verdict on map and model by site_id; none where nothing is judged.

    Parameters
    ----------
    marks : the table of that name; it may be missing.
    """
    if marks is None:
        return {}
    own = marks[(marks["about"] == "site") & (marks["mark"] == "map_and_model")]
    return dict(zip(own["site_id"], own["verdict"], strict=True))


def marks_in_words(marks: pd.DataFrame) -> str:
    """Say in a line how many statements hold."""
    told = [
        f"{kind}: {int((own['verdict'] == 'holds').sum())} of {len(own)} hold" for kind, own in marks.groupby("mark")
    ]
    return "; ".join(told) or "nothing is ranked, so nothing is judged"
