"""One candidate, or none that differ: every table of the ranking still says something sensible, with no gaps."""

import numpy as np
import pandas as pd
import pytest

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.doubt.robustness import measure_robustness
from creative_nodes.doubt.sobol import measure_sobol
from creative_nodes.report import pack
from creative_nodes.report.tables import TABLES
from creative_nodes.score.rank import score_candidates
from creative_nodes.score.scenarios import score_scenarios
from creative_nodes.score.settings import Scenario, Score

EVEN = dict.fromkeys(CRITERIA, 1 / len(CRITERIA))
SETTINGS = Score.model_validate({"weights": EVEN, "draws": 200, "sobol_samples": 64})
SCENARIOS = {
    "balanced": Scenario(label="Balanced"),
    "relay": Scenario(label="Relay", weights=dict.fromkeys(CRITERIA, 0) | {"relay": 1}),
}
ALIKE = dict.fromkeys(CRITERIA, 2.0)
# what may be missing of a ranked candidate, each with its meaning in the dictionary
MAY_BE_MISSING = {"first_if_weight", *(f"central_{name}" for name in CRITERIA)}
CASES = {
    "one": pd.DataFrame({"site_id": ["h1"], "reachable": True}).assign(**ALIKE),
    "one that knows nothing but its site": pd.DataFrame({"site_id": ["h1"], "reachable": True}).assign(
        **(dict.fromkeys(CRITERIA, np.nan) | {"readiness": 0.3})
    ),
    "all alike": pd.DataFrame({"site_id": [f"h{k}" for k in range(4)], "reachable": True}).assign(**ALIKE),
    "all nothing": pd.DataFrame({"site_id": ["h1", "h2"], "reachable": True}).assign(**dict.fromkeys(CRITERIA, 0.0)),
}


def _tables(frame):
    scenarios = score_scenarios(frame, SETTINGS, SCENARIOS)
    sweeps = pd.DataFrame(
        {"site_id": frame["site_id"], "parameter": "people", "value": "x", "rank_today": 1, "rank": 1, "move": 0}
    )
    names = ("robustness", "rank_acceptability", "agreement")
    made = dict(zip(names, measure_robustness(frame, scenarios, sweeps, SETTINGS, seed=1), strict=True))
    made |= {"scores": score_candidates(frame, SETTINGS, seed=1), "scenarios": scenarios}
    made["sobol"] = measure_sobol(frame, SETTINGS, seed=1)
    for name, table in made.items():
        tables.check(table, TABLES[name], where="test")
    return made


@pytest.mark.parametrize("name", CASES)
def test_everybody_is_first_and_nothing_is_missing(name):
    frame = CASES[name]
    made = _tables(frame)
    ranked = made["scores"]
    assert ranked["rank"].tolist() == [1] * len(frame)
    parts = [f"part_{criterion}" for criterion in CRITERIA if frame[criterion].notna().any()]
    assert ranked[[*parts, "score", "rank_low", "rank_high", "p_top10", "top_n", "p_top"]].notna().all(axis=None)
    assert set(ranked["certainty"]) == {"robust"}
    sure = made["robustness"]
    assert sure.drop(columns=list(MAY_BE_MISSING)).notna().all(axis=None)
    assert set(sure["largest_move"]) == {0} and set(sure["moved_by"]) == {""}
    wins = made["scenarios"]
    scored = wins["status"] == "scored"
    assert wins.loc[scored, ["score", "rank", "top_n"]].notna().all(axis=None)
    assert wins.loc[~scored, "status"].tolist() == ["nothing with a weight is known"] * (~scored).sum()


@pytest.mark.parametrize("name", CASES)
def test_no_file_for_people_says_nan(name, tmp_path):
    for key, table in _tables(CASES[name]).items():
        pack.write_csv(table, tmp_path / f"{key}.csv")
        cells = (tmp_path / f"{key}.csv").read_text(encoding="utf-8-sig").replace("\n", ",").lower().split(",")
        assert not {"nan", "inf", "-inf", "none", "<na>"} & set(cells)
