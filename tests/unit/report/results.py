"""Hand-made results of a small town: three sites ranked, one out of reach, and every table the sections read."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from creative_nodes.choose.portfolio import AIMS
from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.report.page import render
from creative_nodes.report.tables import TABLES

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = "<script>alert(1)</script>"
IDS = ("a", "b", "c", "d")


def rendered(part, **page):
    """A part of the page, rendered alone."""
    return str(render(f"city/{part}.html.j2", page=page))


def frame(name, rows):
    """Rows of a table; columns not given are missing."""
    columns = [column.name for column in TABLES[name].columns]
    made = pd.DataFrame(rows).reindex(columns=columns) if rows else tables.empty(TABLES[name])
    texts = [column.name for column in TABLES[name].columns if column.kind == "text"]
    return made.assign(**{text: made[text].astype(object).fillna("") for text in texts}) if rows else made


def ordered(n=3, *, unranked=1):
    """Candidates with their ranks, in order; the last can not be reached."""
    ids = IDS[: n + unranked]
    rank = [float(i + 1) for i in range(n)] + [np.nan] * unranked
    made = pd.DataFrame(
        {
            "site_id": ids,
            "name": [SCRIPT, "Mill", "Dock", ""][: len(ids)],
            "name_en": "",
            "name_vi": "",
            "name_zh": "",
            "reachable": [True] * n + [False] * unranked,
            "rank": pd.array([None if np.isnan(r) else int(r) for r in rank], dtype="Int64"),
        }
    )
    return made.assign(**dict.fromkeys(CRITERIA, 1.0))


def sure(site_id, rank, **given):
    """A row of priorities_doubt; weights that put it first are even unless told."""
    even = 1 / len(CRITERIA)
    return {
        "site_id": site_id,
        "rank": rank,
        "p_first": 0.9 if rank == 1 else 0.05,
        "rank_low": rank,
        "rank_high": rank,
        "top_n": 2,
        "p_top": 0.9 if rank <= 2 else 0.1,
        "flat_p_first": 0.5 if rank == 1 else 0.25,
        "flat_rank_low": 1,
        "flat_rank_high": 3,
        "dominated_by": 0,
        "held_back_by": "network_gain",
        "held_back_points": 0.15,
        "rank_left_out": rank,
        "scenarios_ranked": 2,
        "scenario_best_rank": 1,
        "scenario_worst_rank": 3,
        **{f"central_{key}": even for key in CRITERIA},
        **given,
    }


def priorities_doubt(*changes):
    """The table priorities_doubt of the three ranked sites, with changes by site; the fourth has no rank."""
    rows = [sure(site_id, rank) | dict(changes).get(site_id, {}) for rank, site_id in enumerate("abc", start=1)]
    made = frame("priorities_doubt", [*rows, {"site_id": "d"}])
    return made.astype({"rank": "Int64"})


def _numbered(row):
    """A row with the number that its value is: a factor behind the sign of times; a source of residents is none."""
    value = row["value"].removeprefix("× ")
    return {**row, "number": np.nan if row["parameter"] == "people" else float(value)}


def swept(rows, variants):
    """The tables sweeps and sweep_variants: (site, parameter, value, today, rank) and (parameter, value, n, first)."""
    names = ("site_id", "parameter", "value", "rank_today", "rank")
    moves = frame("sweeps", [_numbered(dict(zip(names, row, strict=True))) for row in rows])
    named = ("parameter", "value", "candidates", "first")
    told = [_numbered(dict(zip(named, row, strict=True))) for row in variants]
    return {"sweeps": moves, "sweep_variants": frame("sweep_variants", told)}


def scenario(key, ranks, weights, *, top_n=2, status="scored"):
    """Rows of the table scenarios: ranks by site."""
    return [
        {
            "scenario": key,
            "label": key.title(),
            "site_id": site_id,
            "status": status if rank else "cannot be reached" if status == "scored" else status,
            "rank": rank,
            "top_n": top_n if rank else None,
            "weights": json.dumps(weights),
        }
        for site_id, rank in ranks.items()
    ]


def backtest_summary(tested, rivals, *, converted=None, **figures):
    """The table backtest_summary; a figure is a value or (value, low, high)."""
    rows = [("converted_sites", tested if converted is None else converted), ("tested_sites", tested)]
    rows += [("rivals", rivals), *figures.items()]
    given = [(name, *(value if isinstance(value, tuple) else (value, np.nan, np.nan))) for name, value in rows]
    return pd.DataFrame(given, columns=["figure", "value", "low", "high"])


def converted_sites(n):
    """The table backtest of n sites, the first hostile in name."""
    rows = [
        {
            "site_id": f"t{i}",
            "name": SCRIPT if i == 0 else f"Works {i}" if i > 1 else "",
            "hidden_spaces": i,
            "rank": i + 1,
            "rivals": 20,
            "percentile": 1 - i / 20,
            "percentile_by_centre": 0.5,
        }
        for i in range(n)
    ]
    return frame("backtest", rows)


def plan(key, sites, served, far, *, status="optimal", gap=0.0, note="", **given):
    """A row of the table portfolio."""
    return {
        "plan": key,
        "aim": AIMS[key],
        "sites": list(sites),
        "n_sites": len(sites),
        "newly_served": served,
        "far_residents": far,
        "mean_minutes": 12.34,
        "connectivity": 0.5,
        "status": status,
        "gap": gap,
        "note": note,
        **given,
    }


def values(settings):
    """The table values of a city where every criterion counts, for one site."""
    rows = [
        {"site_id": "a", "criterion": key, "weight": weight, "value": 1.0, "verdict": "some"}
        for key, weight in settings.score.weights.items()
    ]
    return frame("values", rows)
