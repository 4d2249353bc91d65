"""The front of sets by the share of the two aims, against every set worked out."""

import itertools
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from creative_nodes.choose.front import best_by_share, set_front
from creative_nodes.choose.recommended import search
from creative_nodes.choose.worth import Anchors

HERE = Path(__file__).parent
TOWN = runpy.run_path(str(HERE / "test_recommended.py"))
K = 3


@pytest.mark.parametrize("seed", range(4))
def test_at_every_share_the_best_of_the_front_is_the_best_of_all_sets(seed):
    town = TOWN["Town"](seed, 11)
    aims = town.aims()
    every = [aims.of(members) for members in itertools.combinations(range(11), K)]
    front = best_by_share(aims, town.names, K)
    assert len(front) < len(every) / 2
    for share in np.linspace(0, 1, 41):
        at = replace(aims, share=float(share))
        worth = [
            [float(at.combine(s.newly_served, s.network_gain, K).ravel()[0]) for s in one] for one in (front, every)
        ]
        assert max(worth[0]) == pytest.approx(max(worth[1]), abs=1e-12)


@pytest.mark.parametrize("anchors", [(400.0, 2.0), (400.0, 0.0), (0.0, 2.0), (0.0, 0.0)])
def test_many_shares_weigh_sets_as_each_alone_does(anchors):
    aims, shares = TOWN["Town"](5, 12).aims(anchors=Anchors(*anchors)), np.array([0.1, 0.5, 0.8])
    served, gain = np.array([10.0, 300.0]), np.array([0.4, 0.1])
    together = np.broadcast_to(aims.combine(served, gain, K, share=shares[:, None]), (3, 2))
    alone = [np.broadcast_to(replace(aims, share=float(one)).combine(served, gain, K), 2) for one in shares]
    np.testing.assert_array_equal(together, np.stack(alone))
    # without any anchor a set is worth nothing, rather than no number
    assert np.isfinite(together).all() and (any(anchors) or not together.any())
    by_hand = [s * served / (K * 400) + (1 - s) * gain / (K * 2) for s in shares]
    assert anchors != (400.0, 2.0) or together == pytest.approx(np.stack(by_hand))


def test_the_runs_own_best_set_and_runner_up_stand_first():
    town = TOWN["Town"](5, 12)
    aims = town.aims()
    found, front = search(aims, town.names, K), best_by_share(aims, town.names, K)
    assert [one.members for one in front[:2]] == [found.best.members, found.second.members]


def test_with_one_aim_alone_there_is_one_search():
    town = TOWN["Town"](6, 10)
    aims = town.aims(anchors=Anchors(newly_served=400.0, network_gain=0.0))
    assert len(best_by_share(aims, town.names, K)) == 2
    assert best_by_share(town.aims(anchors=Anchors(0.0, 0.0)), town.names, K) == []
    assert best_by_share(aims, town.names, 0) == []


def test_the_table_holds_the_sets_and_then_every_site_alone():
    town = TOWN["Town"](7, 9)
    aims = town.aims()
    table = set_front(aims, np.array(town.names, dtype=object))
    alone = table[table["k"] == 1]
    assert alone["site_id"].tolist() == town.names
    for row, site in zip(alone.itertuples(), range(9), strict=True):
        one = aims.of((site,))
        assert (row.set_served, row.set_gain) == (one.newly_served, one.network_gain)
        assert (row.adds_served, row.adds_gain) == (one.newly_served, one.network_gain)
    best = table[table["number"] == 0]
    members = [town.names.index(one) for one in best["site_id"]]
    without = [aims.of(tuple(other for other in members if other != one)) for one in members]
    whole = aims.of(tuple(members))
    assert best["adds_served"].tolist() == pytest.approx([whole.newly_served - one.newly_served for one in without])
    assert best["adds_gain"].tolist() == pytest.approx([whole.network_gain - one.network_gain for one in without])
