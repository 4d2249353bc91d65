"""Live priorities: what the page is given is what the score adds up, and every ready-made set is a sound config."""

import json
from dataclasses import replace
from pathlib import Path

import made_up
import numpy as np
import pandas as pd
import pytest

from creative_nodes.common.messages import speaking
from creative_nodes.common.words import CRITERIA, CRITERION_GROUPS
from creative_nodes.report.city import method
from creative_nodes.report.city.priorities import live_priorities
from creative_nodes.report.city.sites import in_order
from creative_nodes.score import weights as weight_sets
from creative_nodes.score.against import scales_by, values_of
from creative_nodes.score.rank import prepare, ranks_of, score_candidates
from creative_nodes.score.scenarios import Basis, score_scenarios
from creative_nodes.score.settings import Scenario, Score

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def settings():
    return made_up.settings(ROOT)


@pytest.fixture
def candidates():
    return made_up.frames()["candidates"]


@pytest.fixture
def city():
    """A city that lacks some criteria: its reference places."""
    return lambda *lacking: made_up.reference(lacking=lacking)


def scored(candidates, settings, reference, **weights):
    # few draws: they tell ranges of ranks, and scores are the same whatever their number
    score = settings.score.model_copy(update={"draws": 100} | ({"weights": weights} if weights else {}))
    return score_candidates(candidates, scales_by(reference, score.anchors), score, seed=1)


def priorities(candidates, settings, reference, scores=None):
    ordered = in_order(candidates, scored(candidates, settings, reference) if scores is None else scores)
    values = values_of(candidates, scales_by(reference, settings.score.anchors), settings.score)
    return live_priorities(ordered, method.criteria(ordered, settings), values, settings)


def known_of(live):
    return np.array([{s.key: s.known for group in live.groups for s in group.sliders}[key] for key in live.order])


def sum_of(live, weights):
    """The sum that the page makes, written out plainly."""
    known = known_of(live)
    applied = np.where(known, weights, 0) / sum(np.array(weights)[known])
    return np.clip([sum(v * w for v, w in zip(row, applied, strict=True)) for row in live.values], 0, 1)


@pytest.mark.parametrize("lacking", [(), ("transit_minutes",), ("transit_minutes", "network_gain")])
def test_values_and_weights_give_the_scores_of_fifty_random_weightings(candidates, settings, city, lacking):
    reference = city(*lacking)
    own = scored(candidates, settings, reference)
    live = priorities(candidates, settings, reference, own)
    ids = own.loc[own["rank"].notna(), "site_id"]
    rng = np.random.default_rng(50)
    scales = scales_by(reference, settings.score.anchors)
    order = pd.Index(prepare(candidates, scales, settings.score).site_ids).get_indexer(ids)
    plain = prepare(candidates, scales, settings.score).scores()[order]
    assert own.set_index("site_id")["score"][ids].tolist() == plain.tolist()
    for drawn in rng.dirichlet(np.full(len(CRITERIA), 0.7), 50):
        weights = dict(zip(CRITERIA, drawn.tolist(), strict=True))
        # as the table has them, without the draws and ranks that it tells of them, which cost tenths of a second
        expected = prepare(candidates, scales, settings.score.model_copy(update={"weights": weights}))
        np.testing.assert_allclose(sum_of(live, drawn), expected.scores()[order], rtol=0, atol=1e-15)
        # the values themselves are the very numbers that the score multiplies
        parts = pd.DataFrame(expected.matrix * expected.weights, columns=expected.names).reindex(columns=list(CRITERIA))
        parts = parts.to_numpy(dtype=float)[order]
        applied = np.where(known_of(live), drawn, 0)
        exact = np.array(live.values) * (applied / sum(applied[known_of(live)]))
        assert (np.where(known_of(live), exact, 0) == np.nan_to_num(parts)).all()


def test_ties_stand_in_the_order_of_their_ids(candidates, settings, city):
    live = priorities(candidates, settings, city())
    own = scored(candidates, settings, city())
    ids = own.loc[own["rank"].notna(), "site_id"].tolist()
    assert [sorted(ids).index(one) for one in ids] == list(live.ties)


def test_a_criterion_that_does_not_count_here_says_so_and_is_left_out(candidates, settings, city):
    live = priorities(candidates, settings, city("transit_minutes"))
    slider = next(s for group in live.groups for s in group.sliders if s.key == "transit_minutes")
    assert not slider.known and slider.remark.startswith("It does not count in this city")
    assert sum(s.known for group in live.groups for s in group.sliders) == len(CRITERIA) - 1


def test_a_criterion_that_is_the_same_for_all_says_that_it_moves_none(candidates, settings, city):
    live = priorities(candidates.assign(network_gain=0.02), settings, city())
    slider = next(s for group in live.groups for s in group.sliders if s.key == "network_gain")
    assert slider.known and slider.remark == "It is the same for all candidates, so it moves none."


def test_below_three_candidates_there_is_nothing_to_weigh(candidates, settings, city):
    live = priorities(candidates.head(2), settings, city())
    assert live.off.startswith("There is nothing to weigh")


def test_without_a_ranking_there_is_nothing_to_weigh(candidates, settings, city):
    live = priorities(candidates.assign(reachable=False), settings, city())
    assert live.off.startswith("There is nothing to weigh") and live.values == ()


def test_scores_of_another_method_switch_the_sliders_off(candidates, settings, city):
    own = scored(candidates, settings, city())
    live = priorities(candidates, settings, city(), own.assign(score=own["score"] ** 2))
    assert "not the weighted sum" in live.off and live.groups == () and live.values == ()
    other = scored(candidates, settings, city(), **dict.fromkeys(CRITERIA, 1 / len(CRITERIA)))
    assert "not the weighted sum" in priorities(candidates, settings, city(), other).off


def test_every_preset_ranks_as_the_table_of_scenarios(candidates, settings, city):
    live = priorities(candidates, settings, city())
    own = scored(candidates, settings, city())
    ids = own.loc[own["rank"].notna(), "site_id"]
    table = score_scenarios(Basis(candidates, city()), settings.score, settings.scenarios).set_index(
        ["scenario", "site_id"]
    )["rank"]
    assert {preset.key for preset in live.presets} == set(settings.scenarios)
    assert live.presets[0].key == "balanced"  # the run's own first
    for preset in (one for one in live.presets if not settings.scenarios[one.key].needs_own_reach):
        ranks = ranks_of(sum_of(live, preset.weights)[:, None])[:, 0]
        assert ranks.tolist() == [table[preset.key, one] for one in ids]


def test_every_preset_can_be_written_as_plain_weights(candidates, settings, city):
    live = priorities(candidates, settings, city())
    for preset in (one for one in live.presets if not settings.scenarios[one.key].needs_own_reach):
        plain = json.loads(json.dumps(dict(zip(live.order, preset.weights, strict=True))))
        assert weight_sets.resolve(plain, CRITERION_GROUPS, what="weights") == plain
        assert Score.model_validate({"weights": plain}).weights == plain


def with_scenario(settings, **given):
    return replace(settings, scenarios={"x": Scenario.model_validate({"label": "X", **given})})


def test_a_preset_off_one_by_as_much_as_the_config_lets_pass_is_made_whole(candidates, settings, city):
    off = 1 + 9e-7
    groups = {"people": off, "spillover": 0, "network": 0, "site": 0}
    within = {
        "people": {"residents_walk_15": off, "residents_ride_30": 0, "transit_minutes": 0, "newly_served": 0},
    }
    changed = with_scenario(settings, weights={"groups": groups, "within": within})
    (preset,) = priorities(candidates, changed, city()).presets
    assert sum(changed.scenarios["x"].score(settings.score).weights.values()) > 1 + 1e-6  # refused when written plainly
    Score.model_validate({"weights": dict(zip(CRITERIA, preset.weights, strict=True))})


def test_a_preset_by_pairs_has_the_weights_of_its_comparisons(candidates, settings, city):
    pairs = {"people/spillover": 3, "people/network": 3, "people/site": 3}
    pairs |= {"spillover/network": 1, "spillover/site": 1, "network/site": 1}
    (preset,) = priorities(candidates, with_scenario(settings, weights={"ahp": pairs}), city()).presets
    assert "28\u00a0%" in preset.reason  # half of the weight on people, of whom those newly served weigh 5/9
    assert preset.weights[list(CRITERIA).index("network_gain")] == pytest.approx(1 / 6, abs=1e-8)
    Score.model_validate({"weights": dict(zip(CRITERIA, preset.weights, strict=True))})


@pytest.mark.parametrize("override", [{"reach": {"walk_minutes": 10}}, {"score": {"anchors": {"benefit_high": 0.9}}}])
def test_a_scenario_that_changes_the_criteria_is_named_but_has_no_weights(candidates, settings, city, override):
    (preset,) = priorities(candidates, with_scenario(settings, override=override), city()).presets
    assert preset.weights == () and preset.reason.startswith("It changes the criteria themselves")


def test_a_scenario_on_unknown_criteria_alone_is_named_but_has_no_weights(candidates, settings, city):
    only = dict.fromkeys(CRITERIA, 0.0) | {"transit_minutes": 1.0}
    (preset,) = priorities(candidates, with_scenario(settings, weights=only), city("transit_minutes")).presets
    assert preset.weights == () and "do not count in this city" in preset.reason


def test_values_are_the_same_in_every_language(candidates, settings, city):
    english = priorities(candidates, settings, city())
    with speaking("vi"):
        assert priorities(candidates, settings, city()).values == english.values


def test_rows_follow_the_ranking(candidates, settings, city):
    own = scored(candidates, settings, city())
    live = priorities(candidates, settings, city(), own)
    weights = [settings.score.weights[key] for key in CRITERIA]
    ranked = own[own["rank"].notna()]
    assert isinstance(ranked, pd.DataFrame)
    assert ranks_of(sum_of(live, weights)[:, None])[:, 0].tolist() == ranked["rank"].tolist()
