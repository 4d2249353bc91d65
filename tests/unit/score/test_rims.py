"""None that differ, or too few to rank: every table of the ranking still says something sensible."""

import numpy as np
import pandas as pd
import pytest
from scored import REFERENCE, SCALES, candidates

from creative_nodes.common import tables
from creative_nodes.common.words import CRITERIA
from creative_nodes.doubt.priorities import doubt_priorities
from creative_nodes.doubt.sobol import measure_sobol
from creative_nodes.report import pack
from creative_nodes.report.tables import TABLES
from creative_nodes.score.against import values_of
from creative_nodes.score.rank import score_candidates
from creative_nodes.score.scenarios import Basis, score_scenarios
from creative_nodes.score.settings import Scenario, Score

SETTINGS = Score.model_validate(
    {"weights": dict.fromkeys(CRITERIA, 1 / len(CRITERIA)), "draws": 200, "sobol_samples": 64}
)
SCENARIOS = {
    "balanced": Scenario(label="Balanced"),
    "stones": Scenario(label="Stones", weights=dict.fromkeys(CRITERIA, 0) | {"network_gain": 1}),
}
# what may be missing of a ranked candidate, each with its meaning in the dictionary
MAY_BE_MISSING = {"first_if_weight", *(f"central_{name}" for name in CRITERIA)}
RANKED = {
    "all alike": candidates(4, **dict.fromkeys(CRITERIA, 1.0)),
    "all nothing": candidates(3, **dict.fromkeys(CRITERIA, 0.0)),
    "all that know nothing but their site": candidates(3, **(dict.fromkeys(CRITERIA, np.nan) | {"readiness": 0.3})),
}
FEW = {
    "one": candidates(1),
    "two": candidates(2),
    "one that knows nothing but its site": candidates(1, **(dict.fromkeys(CRITERIA, np.nan) | {"readiness": 0.3})),
}


def _tables(frame):
    scenarios = score_scenarios(Basis(frame, REFERENCE), SETTINGS, SCENARIOS)
    sweeps = pd.DataFrame(
        {"site_id": frame["site_id"], "parameter": "people", "value": "x", "rank_today": 1, "rank": 1, "move": 0}
    )
    names = ("priorities_doubt", "rank_acceptability", "agreement")
    made = dict(zip(names, doubt_priorities(frame, SCALES, scenarios, sweeps, SETTINGS, seed=1), strict=True))
    made |= {"scores": score_candidates(frame, SCALES, SETTINGS, seed=1), "scenarios": scenarios}
    made["values"] = values_of(frame, SCALES, SETTINGS)
    made["sobol"] = measure_sobol(frame, SCALES, SETTINGS, seed=1)
    for name, table in made.items():
        tables.check(table, TABLES[name], where="test")
    return made


@pytest.mark.parametrize("name", RANKED)
def test_everybody_is_first_and_nothing_is_missing(name):
    frame = RANKED[name]
    made = _tables(frame)
    ranked = made["scores"]
    assert ranked["rank"].tolist() == [1] * len(frame)
    parts = [f"part_{criterion}" for criterion in CRITERIA]
    assert ranked[[*parts, "score", "rank_low", "rank_high", "p_top10", "top_n", "p_top"]].notna().all(axis=None)
    assert set(ranked["priorities"]) == {"holds"}
    sure = made["priorities_doubt"]
    assert sure.drop(columns=list(MAY_BE_MISSING)).notna().all(axis=None)
    assert set(sure["largest_move"]) == {0} and set(sure["moved_by"]) == {""}
    assert set(made["scenarios"]["status"]) == {"scored"}
    assert made["scenarios"][["score", "rank", "top_n"]].notna().all(axis=None)


@pytest.mark.parametrize("name", FEW)
def test_too_few_have_figures_and_scores_but_no_ranks(name):
    made = _tables(FEW[name])
    assert made["scores"]["score"].notna().all() and made["scores"]["rank"].isna().all()
    assert len(made["values"]) == len(CRITERIA) * len(FEW[name])
    assert made["scenarios"]["rank"].isna().all() and made["priorities_doubt"]["rank"].isna().all()
    assert len(made["sobol"]) == len(made["rank_acceptability"]) == len(made["agreement"]) == 0


@pytest.mark.parametrize("name", [*RANKED, *FEW])
def test_no_file_for_people_says_nan(name, tmp_path):
    for key, table in _tables((RANKED | FEW)[name]).items():
        pack.write_csv(table, tmp_path / f"{key}.csv")
        cells = (tmp_path / f"{key}.csv").read_text(encoding="utf-8-sig").replace("\n", ",").lower().split(",")
        assert not {"nan", "inf", "-inf", "none", "<na>"} & set(cells)
