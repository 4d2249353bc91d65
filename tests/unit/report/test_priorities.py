"""Live priorities: what the page is given is what the score adds up, and every ready-made set is a sound config."""

import json
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from creative_nodes.common.messages import speaking
from creative_nodes.common.words import CRITERIA, CRITERION_GROUPS
from creative_nodes.report.city import method
from creative_nodes.report.city.priorities import live_priorities
from creative_nodes.report.city.sites import in_order
from creative_nodes.score import weights as weight_sets
from creative_nodes.score.rank import ranks_of, score_candidates
from creative_nodes.score.scenarios import score_scenarios
from creative_nodes.score.settings import Scenario, Score

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def made_up():
    return runpy.run_path(str(ROOT / "tests" / "unit" / "report" / "made_up.py"))


@pytest.fixture
def settings(made_up):
    return made_up["settings"](ROOT)


@pytest.fixture
def candidates(made_up):
    return made_up["frames"]()["candidates"]


def scored(candidates, settings, **weights):
    score = settings.score.model_copy(update={"weights": weights} if weights else {})
    return score_candidates(candidates, score, seed=1)


def priorities(candidates, settings, scores=None):
    ordered = in_order(candidates, scored(candidates, settings) if scores is None else scores)
    return live_priorities(ordered, method.criteria(ordered, settings), settings)


def known_of(live):
    return np.array([{s.key: s.known for group in live.groups for s in group.sliders}[key] for key in live.order])


def sum_of(live, weights):
    """The sum that the page makes, written out plainly."""
    known = known_of(live)
    applied = np.where(known, weights, 0) / sum(np.array(weights)[known])
    return np.clip([sum(v * w for v, w in zip(row, applied, strict=True)) for row in live.values], 0, 1)


@pytest.mark.parametrize("lacking", [(), ("transit_minutes",), ("transit_minutes", "relay")])
def test_values_and_weights_give_the_scores_of_fifty_random_weightings(candidates, settings, lacking):
    candidates = candidates.assign(**dict.fromkeys(lacking, np.nan))
    own = scored(candidates, settings)
    live = priorities(candidates, settings, own)
    ids = own.loc[own["rank"].notna(), "site_id"]
    rng = np.random.default_rng(50)
    for drawn in rng.dirichlet(np.full(len(CRITERIA), 0.7), 50):
        found = scored(candidates, settings, **dict(zip(CRITERIA, drawn.tolist(), strict=True))).set_index("site_id")
        expected = found.loc[ids]
        np.testing.assert_allclose(sum_of(live, drawn), expected["score"], rtol=0, atol=1e-15)
        # the values themselves are the very numbers that the score multiplies
        parts = expected[[f"part_{key}" for key in CRITERIA]].to_numpy(dtype=float)
        applied = np.where(known_of(live), drawn, 0)
        exact = np.array(live.values) * (applied / sum(applied[known_of(live)]))
        assert (np.where(known_of(live), exact, 0) == np.nan_to_num(parts)).all()


def test_ties_stand_in_the_order_of_their_ids(candidates, settings):
    live = priorities(candidates, settings)
    own = scored(candidates, settings)
    ids = own.loc[own["rank"].notna(), "site_id"].tolist()
    assert [sorted(ids).index(one) for one in ids] == list(live.ties)


def test_a_criterion_nobody_has_a_value_for_says_so_and_is_left_out(candidates, settings):
    live = priorities(candidates.assign(transit_minutes=np.nan), settings)
    slider = next(s for group in live.groups for s in group.sliders if s.key == "transit_minutes")
    assert not slider.known and slider.remark.startswith("No candidate has a value for it")
    assert sum(s.known for group in live.groups for s in group.sliders) == len(CRITERIA) - 1


def test_a_criterion_that_is_the_same_for_all_says_that_it_moves_none(candidates, settings):
    live = priorities(candidates.assign(relay=0.02), settings)
    slider = next(s for group in live.groups for s in group.sliders if s.key == "relay")
    assert slider.known and slider.remark == "It is the same for all candidates, so it moves none."


def test_one_candidate_has_sliders_that_move_none(candidates, settings):
    live = priorities(candidates.head(1), settings)
    assert live.off == "" and live.values == ((0.0,) * len(CRITERIA),)


def test_without_a_ranking_there_is_nothing_to_weigh(candidates, settings):
    live = priorities(candidates.assign(reachable=False), settings)
    assert live.off.startswith("There is nothing to weigh") and live.values == ()


def test_scores_of_another_method_switch_the_sliders_off(candidates, settings):
    own = scored(candidates, settings)
    live = priorities(candidates, settings, own.assign(score=own["score"] ** 2))
    assert "not the weighted sum" in live.off and live.groups == () and live.values == ()
    other = scored(candidates, settings, **dict.fromkeys(CRITERIA, 1 / len(CRITERIA)))
    assert "not the weighted sum" in priorities(candidates, settings, other).off


def test_every_preset_ranks_as_the_table_of_scenarios(candidates, settings):
    live = priorities(candidates, settings)
    own = scored(candidates, settings)
    ids = own.loc[own["rank"].notna(), "site_id"]
    table = score_scenarios(candidates, settings.score, settings.scenarios).set_index(["scenario", "site_id"])["rank"]
    assert {preset.key for preset in live.presets} == set(settings.scenarios)
    assert live.presets[0].key == "balanced"  # the run's own first
    for preset in (one for one in live.presets if not settings.scenarios[one.key].needs_own_reach):
        ranks = ranks_of(sum_of(live, preset.weights)[:, None])[:, 0]
        assert ranks.tolist() == [table[preset.key, one] for one in ids]


def test_every_preset_can_be_written_as_plain_weights(candidates, settings):
    live = priorities(candidates, settings)
    for preset in (one for one in live.presets if not settings.scenarios[one.key].needs_own_reach):
        plain = json.loads(json.dumps(dict(zip(live.order, preset.weights, strict=True))))
        assert weight_sets.resolve(plain, CRITERION_GROUPS, what="weights") == plain
        assert Score.model_validate({"weights": plain}).weights == plain


def with_scenario(settings, **given):
    return replace(settings, scenarios={"x": Scenario.model_validate({"label": "X", **given})})


def test_a_preset_off_one_by_as_much_as_the_config_lets_pass_is_made_whole(candidates, settings):
    off = 1 + 9e-7
    groups = {"people": off, "spillover": 0, "network": 0, "site": 0}
    within = {
        "people": {"residents_walk_15": off, "residents_ride_30": 0, "transit_minutes": 0, "newly_served": 0},
    }
    changed = with_scenario(settings, weights={"groups": groups, "within": within})
    (preset,) = priorities(candidates, changed).presets
    assert sum(changed.scenarios["x"].score(settings.score).weights.values()) > 1 + 1e-6  # refused when written plainly
    Score.model_validate({"weights": dict(zip(CRITERIA, preset.weights, strict=True))})


def test_a_preset_by_pairs_has_the_weights_of_its_comparisons(candidates, settings):
    pairs = {"people/spillover": 3, "people/network": 3, "people/site": 3}
    pairs |= {"spillover/network": 1, "spillover/site": 1, "network/site": 1}
    (preset,) = priorities(candidates, with_scenario(settings, weights={"ahp": pairs})).presets
    assert "17\u00a0%" in preset.reason
    assert preset.weights[list(CRITERIA).index("relay")] == pytest.approx(1 / 6, abs=1e-8)
    Score.model_validate({"weights": dict(zip(CRITERIA, preset.weights, strict=True))})


@pytest.mark.parametrize("override", [{"reach": {"walk_minutes": 10}}, {"score": {"winsor_high": 0.9}}])
def test_a_scenario_that_changes_the_criteria_is_named_but_has_no_weights(candidates, settings, override):
    (preset,) = priorities(candidates, with_scenario(settings, override=override)).presets
    assert preset.weights == () and preset.reason.startswith("It changes the criteria themselves")


def test_a_scenario_on_unknown_criteria_alone_is_named_but_has_no_weights(candidates, settings):
    only = dict.fromkeys(CRITERIA, 0.0) | {"transit_minutes": 1.0}
    frame = candidates.assign(transit_minutes=np.nan)
    (preset,) = priorities(frame, with_scenario(settings, weights=only)).presets
    assert preset.weights == () and "no candidate has a value" in preset.reason


def test_values_are_the_same_in_every_language(candidates, settings):
    english = priorities(candidates, settings)
    with speaking("vi"):
        assert priorities(candidates, settings).values == english.values


def test_rows_follow_the_ranking(candidates, settings):
    own = scored(candidates, settings)
    live = priorities(candidates, settings, own)
    weights = [settings.score.weights[key] for key in CRITERIA]
    ranked = own[own["rank"].notna()]
    assert isinstance(ranked, pd.DataFrame)
    assert ranks_of(sum_of(live, weights)[:, None])[:, 0].tolist() == ranked["rank"].tolist()
