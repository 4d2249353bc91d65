"""Scenarios: other priorities side by side, and what they refuse."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from scored import REFERENCE, SCALES, candidates

from creative_nodes.common import tables
from creative_nodes.common.errors import InputError
from creative_nodes.common.settings import restore_all
from creative_nodes.common.words import CRITERIA
from creative_nodes.reach.settings import restore_own_reach
from creative_nodes.report.tables import TABLES
from creative_nodes.score import scenarios as module
from creative_nodes.score.rank import score_candidates
from creative_nodes.score.settings import Scenario, Score
from creative_nodes.settings import load_config, load_settings, own_reach, pick, with_scenario

ROOT = Path(__file__).resolve().parents[3]
EVEN = Score.model_validate({"weights": dict.fromkeys(CRITERIA, 1 / len(CRITERIA))})


def only(name):
    return {"label": name, "weights": dict.fromkeys(CRITERIA, 0) | {name: 1}}


def run(frame, given, *, reference=REFERENCE, **options):
    made = {key: Scenario.model_validate(one) for key, one in given.items()}
    found = module.score_scenarios(module.Basis(frame, reference), EVEN, made, **options)
    tables.check(found, TABLES["scenarios"], where="test")
    return found


def test_who_is_best_at_a_criterion_wins_when_it_is_everything():
    frame = candidates(12)
    found = run(frame, {name: only(name) for name in CRITERIA})
    first = found[found["rank"] == 1].set_index("scenario")["site_id"]
    for name in CRITERIA:
        best = frame[name].idxmin() if name == "transit_minutes" else frame[name].idxmax()
        assert first[name] == frame.loc[best, "site_id"]


def test_a_scenario_without_weights_is_the_runs_own():
    frame = candidates(15)
    found = run(frame, {"balanced": {"label": "Balanced"}})
    own = score_candidates(frame, SCALES, EVEN, seed=1)
    assert found["site_id"].tolist() == own["site_id"].tolist()
    np.testing.assert_allclose(found["score"].astype(float), own["score"], atol=1e-12)
    assert found["rank"].tolist() == own["rank"].tolist()
    assert json.loads(found.loc[0, "weights"]) == pytest.approx(EVEN.weights, abs=1e-6)


def test_the_weights_that_applied_leave_out_what_does_not_count_here():
    found = run(candidates(4), {"x": {"label": "X"}}, reference=REFERENCE.assign(transit_minutes=np.nan))
    applied = json.loads(found.loc[0, "weights"])
    assert applied == pytest.approx(
        {name: 1 / (len(CRITERIA) - 1) for name in CRITERIA if name != "transit_minutes"}, abs=1e-6
    )


def test_scenarios_stand_in_the_order_of_the_config_and_best_first():
    found = run(candidates(5), {"b": only("network_gain"), "a": only("exchange")})
    assert found["scenario"].tolist() == ["b"] * 5 + ["a"] * 5
    assert found["rank"].tolist() == [1, 2, 3, 4, 5] * 2


def test_a_scenario_that_changes_the_criteria_is_not_scored_on_the_old_ones():
    given = {"short_walk": {"label": "Short walk", "override": {"reach": {"walk_minutes": 10}}}}
    frame = candidates(3)
    found = run(frame, given)
    assert found["status"].tolist() == [module.OWN_REACH] * 3
    assert found[["score", "rank", "top_n"]].isna().all(axis=None)
    own = candidates(3, seed=9)
    again = run(frame, given, own={"short_walk": module.Basis(own, REFERENCE)})
    harder = REFERENCE.assign(newly_served=REFERENCE["newly_served"] * 2)
    by_its_own_places = run(frame, given, own={"short_walk": module.Basis(own, harder)})
    assert by_its_own_places["score"].sum() < again["score"].sum()
    assert again["site_id"].tolist() == run(own, {"x": {"label": "X"}})["site_id"].tolist()


def test_own_candidates_may_be_others_than_the_runs():
    given = {"sure": {"label": "Sure", "override": {"candidates": {"min_confidence": 0.9}}}}
    frame, own = candidates(4), candidates(5, seed=9).drop(index=[1])
    found = run(frame, given, own={"sure": module.Basis(own, REFERENCE)}).set_index("site_id")
    assert found.loc["h001", "status"] == module.NO_CANDIDATE
    assert np.isnan(found.loc["h001", "rank"])
    assert found.loc["h004", "status"] == module.SCORED
    assert sorted(found["rank"].dropna()) == [1, 2, 3, 4]
    nobody = run(frame, given, own={"sure": module.Basis(own.iloc[:0], REFERENCE)})
    assert nobody["status"].tolist() == [module.NO_CANDIDATE] * 4


def test_an_override_of_the_score_alone_is_scored():
    found = run(candidates(50), {"cut": {"label": "Cut", "override": {"score": {"anchors": {"benefit_high": 0.5}}}}})
    assert set(found["status"]) == {"scored"}
    # half of them reach the top of each benefit, so scores rise
    assert found["score"].astype(float).mean() > run(candidates(50), {"x": {"label": "X"}})["score"].mean() + 0.1


def test_survey_sites_have_no_rank_under_scenarios():
    found = run(candidates(5).assign(list=["known", "survey", "likely", "known", "known"]), {"x": {"label": "X"}})
    assert found.set_index("site_id").loc["h001", ["status", "rank"]].tolist() == [
        module.SURVEYED,
        pytest.approx(np.nan, nan_ok=True),
    ]
    assert sorted(found["rank"].dropna()) == [1, 2, 3, 4]


def test_unreachable_sites_are_named_and_not_ranked():
    frame = candidates(4)
    frame.loc[1, "reachable"] = False
    found = run(frame, {"x": {"label": "X"}}).set_index("site_id")
    assert found.loc["h001", "status"] == module.UNREACHABLE
    assert np.isnan(found.loc["h001", "rank"])
    assert sorted(found["rank"].dropna()) == [1, 2, 3]


def test_weight_on_what_does_not_count_here():
    found = run(candidates(3), {"x": only("network_gain")}, reference=REFERENCE.assign(network_gain=0.0))
    assert found["status"].tolist() == [module.NOTHING_KNOWN] * 3
    assert found["rank"].isna().all()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_to_rank(n):
    found = run(candidates(n), {"x": {"label": "X"}})
    assert found["score"].notna().sum() == n
    assert found["rank"].isna().all()


def test_all_alike_are_all_first():
    found = run(candidates(3, **dict.fromkeys(CRITERIA, 0.5)), {"x": {"label": "X"}})
    assert found["rank"].tolist() == [1, 1, 1]
    assert found["score"].tolist() == pytest.approx([0.5] * 3)


def test_no_scenario_gives_an_empty_table():
    assert len(run(candidates(3), {})) == 0


def test_bad_weights_are_told_by_scenario():
    with pytest.raises(InputError, match=r"scenarios\.x: .*did you mean network_gain"):
        run(candidates(3), {"x": {"label": "X", "weights": {"network_gian": 1}}})


# ---------------------------------------------------------------- config


@pytest.fixture(scope="module")
def shipped():
    return yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))


def test_the_shipped_scenarios_give_their_name_the_most_weight(shipped):
    config = load_config(shipped)
    assert list(config.scenarios) == [
        *("balanced", "heritage_first", "access_for_all", "connect_the_network", "quick_wins", "older_walkers")
    ]
    plain = {key: one.score(config.score).weights for key, one in config.scenarios.items()}
    assert plain["balanced"] == config.score.weights
    heaviest = {key: max(weights, key=weights.get) for key, weights in plain.items()}
    assert heaviest["heritage_first"] == "heritage_value"
    assert heaviest["access_for_all"] == "newly_served"
    assert heaviest["connect_the_network"] == "network_gain"
    assert heaviest["quick_wins"] == "readiness"
    for weights in plain.values():
        assert sum(weights.values()) == pytest.approx(1)


def test_a_group_not_split_follows_the_weights_of_the_run(shipped):
    data = copy.deepcopy(shipped)
    data["score"]["weights"] |= {"exchange": 0.14, "neighbourhood": 0.0}
    config = load_config(data)
    weights = config.scenarios["connect_the_network"].score(config.score).weights
    assert (weights["exchange"], weights["neighbourhood"]) == pytest.approx((0.3 * 14 / 19, 0))


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ({"label": "X", "weights": {"network_gain": 0.9}}, ["sum to 0.9", "residents_walk_15", "not named"]),
        ({"label": "X", "weights": dict.fromkeys(CRITERIA, 0)}, ["all are 0"]),
        (
            {"label": "X", "weights": {**dict.fromkeys(CRITERIA, 0), "network_gian": 1}},
            ["network_gian", "did you mean network_gain?"],
        ),
        (
            {"label": "X", "override": {"reach": {"walk_minuts": 1}}},
            ["reach.walk_minuts", "did you mean walk_minutes?"],
        ),
        ({"label": "X", "override": {"reech": {}}}, ["did you mean reach?"]),
        ({"label": "X", "override": {"reach": {"walk_minutes": "soon"}}}, ["reach.walk_minutes", "soon"]),
        ({"label": "X", "override": {"score": {"weights": {}}}}, ["the scenario's own `weights`"]),
        ({"label": "X", "override": {"score": 3}}, ["mapping"]),
        ({"label": "X", "override": {"scenarios": {}}}, ["cannot change scenarios"]),
        # these make the tables that the criteria are measured from
        ({"label": "X", "override": {"transit": {"max_missing_stops": 2}}}, ["cannot change transit", "travel, reach"]),
        ({"label": "X", "override": {"people_grid": {"cell_m": 50}}}, ["cannot change people_grid"]),
        ({"label": "X", "override": {"travel": {"modes": {"walk": {"oneway": True}}}}}, ["cannot change travel.modes"]),
        ({"lable": "X"}, ["did you mean label?"]),
    ],
)
def test_a_bad_scenario_is_told_before_anything_runs(shipped, scenario, words):
    data = copy.deepcopy(shipped)
    data["scenarios"]["trial"] = scenario
    with pytest.raises(InputError) as caught:
        load_config(data)
    for word in ["config/config.yaml", "scenarios.trial", *words]:
        assert word in str(caught.value)


def test_a_city_may_change_a_scenario_and_give_weights_in_another_form(shipped, tmp_path):
    folder = tmp_path / "config" / "cities"
    folder.mkdir(parents=True)
    city = {
        **{"name": "T", "local_name": "T", "country": "VN", "main_mode": "motorbike"},
        **{"boundary": {"bbox": [3, 0, 3.1, 0.1]}, "source": {"kind": "extract", "file": "t.osm.pbf"}},
        "people": {"total": {"residents": 1000, "year": 2026, "source": "made up"}},
    }
    groups = {"people": 0.25, "spillover": 0.25, "network": 0.25, "site": 0.25}
    over = {"score": {"weights": {"groups": groups}}, "scenarios": {"quick_wins": {"weights": {"groups": groups}}}}

    def load(override):
        (folder / "t.yaml").write_text(yaml.safe_dump({**city, "override": override}))
        return load_settings(load_config(shipped), "t", root=tmp_path)

    settings = load(over)
    assert settings.analysis.score.weights["network_gain"] == 0.25
    assert settings.analysis.scenarios["quick_wins"].label == "Quick wins"
    assert with_scenario(settings, "quick_wins").analysis.score.weights == settings.analysis.score.weights
    text = pick(settings, "analysis.scenarios")
    assert restore_all(text, "analysis.scenarios", Scenario) == settings.analysis.scenarios
    with pytest.raises(InputError, match="did you mean quick_wins"):
        with_scenario(settings, "quick_win")
    with pytest.raises(InputError, match=r"t\.yaml \(override\): scenarios\.quick_wins"):
        load({"scenarios": {"quick_wins": {"weights": {"groups": {"people": 0.9}}}}})
    changed = load({"scenarios": {"short": {"label": "Short", "override": {"reach": {"walk_minutes": 10}}}}})
    assert with_scenario(changed, "short").analysis.reach.walk_minutes == 10
    assert changed.analysis.reach.walk_minutes == 15
    # what reach is measured by under them, and under no other
    own = restore_own_reach(own_reach(changed))
    assert list(own) == ["older_walkers", "short"]
    assert [one.reach.walk_minutes for one in own.values()] == [10, 10]
    assert own["older_walkers"].travel.speeds_kmh["VN"]["walk"] == {"steps": 1.7, "ferry": 10, "default": 3.4}
    assert own["short"].travel == changed.analysis.travel
