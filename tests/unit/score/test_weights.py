"""Weights in their three forms, and what is refused."""

import pytest

from creative_nodes.score.weights import resolve

CRITERION_GROUPS = {
    "people": ("residents_walk_15", "residents_ride_30", "transit_minutes", "newly_served"),
    "spillover": ("exchange", "neighbourhood", "diversity"),
    "network": ("network_gain",),
    "site": ("site_capacity", "heritage_value", "readiness"),
}
CRITERIA = tuple(name for names in CRITERION_GROUPS.values() for name in names)

GROUPS = {"people": 0.4, "spillover": 0.3, "network": 0.2, "site": 0.1}
LIKE = {name: (0.5 if name in ("network_gain", "readiness") else 0.0) for name in CRITERIA}


def plain(given, **options):
    return resolve(given, CRITERION_GROUPS, what="weights", **options)


def refused(given, **options):
    with pytest.raises(ValueError) as caught:
        plain(given, **options)
    return str(caught.value)


def test_groups_alone_split_evenly():
    found = plain({"groups": GROUPS})
    assert set(found) == set(CRITERIA)
    assert found["transit_minutes"] == pytest.approx(0.1)
    assert found["diversity"] == pytest.approx(0.1)
    assert found["network_gain"] == pytest.approx(0.2)
    assert sum(found.values()) == pytest.approx(1)


def test_within_splits_its_group():
    shares = {"site_capacity": 0.5, "heritage_value": 0.5, "readiness": 0}
    found = plain({"groups": GROUPS, "within": {"site": shares}})
    assert (found["site_capacity"], found["readiness"]) == pytest.approx((0.05, 0))
    assert found["diversity"] == pytest.approx(0.1)


def test_what_is_not_named_counts_nothing():
    assert plain({"network_gain": 1}) == {**dict.fromkeys(CRITERIA, 0), "network_gain": 1}
    assert plain({"groups": {"network": 1}})["network_gain"] == 1


def test_a_group_not_split_is_split_as_in_the_other_weights():
    found = plain({"groups": GROUPS}, like=LIKE)
    assert (found["readiness"], found["site_capacity"]) == pytest.approx((0.1, 0))
    # those weights give people nothing, so there is no split to take over
    assert found["newly_served"] == pytest.approx(0.1)


def test_comparisons_of_groups():
    pairs = {
        **{"people/spillover": 2, "people/network": 4, "people/site": 4},
        **{"spillover/network": 2, "spillover/site": 2, "network/site": 1},
    }
    found = plain({"ahp": pairs})
    assert found["network_gain"] == pytest.approx(1 / 8)
    assert sum(found[name] for name in CRITERION_GROUPS["people"]) == pytest.approx(1 / 2)


def test_comparisons_inside_a_group():
    pairs = {"exchange/neighbourhood": 1, "exchange/diversity": 2, "neighbourhood/diversity": 2}
    found = plain({"groups": GROUPS, "within": {"spillover": {"ahp": pairs}}})
    assert (found["exchange"], found["diversity"]) == pytest.approx((0.12, 0.06))


def test_comparisons_of_all_criteria():
    strength = {name: 1 + (name == "network_gain") for name in CRITERIA}
    names = list(CRITERIA)
    pairs = {f"{a}/{b}": strength[a] / strength[b] for i, a in enumerate(names) for b in names[i + 1 :]}
    assert plain({"ahp": pairs})["network_gain"] == pytest.approx(2 / 12)
    assert "nothing left for within" in refused({"ahp": pairs, "within": {}})


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"groups": {**GROUPS, "site": 0.2}}, "must sum to 1, they sum to 1.1"),
        ({"groups": dict.fromkeys(GROUPS, 0)}, "all are 0"),
        ({"groups": {**GROUPS, "site": -0.1}}, "site must be a number of 0 or more, got -0.1"),
        ({"groups": {**GROUPS, "site": "much"}}, "site must be a number"),
        ({"groups": {**GROUPS, "site": float("nan")}}, "site must be a number"),
        ({"groups": {**GROUPS, "site": True}}, "site must be a number"),
        ({"groups": {**GROUPS, "peple": 0}}, "did you mean people?"),
        ({"groups": {"people": 0.8}}, "they sum to 0.8; spillover, network, site are not named and count 0"),
        ({"groups": GROUPS, "ahp": {}}, "one of the two"),
        ({"within": {}}, "one of the two"),
        ({"groups": GROUPS, "network_gain": 0.1}, "found network_gain too"),
        ({"groups": GROUPS, "within": {"peple": {}}}, "did you mean people?"),
        ({"groups": GROUPS, "within": {"network": {"network_gian": 1}}}, "did you mean network_gain?"),
        ({"groups": GROUPS, "within": {"network": {"network_gain": 0.5}}}, "weights.within.network must sum to 1"),
        ({"groups": GROUPS, "within": {"site": {"ahp": {}, "readiness": 1}}}, "not both"),
        ({"groups": GROUPS, "within": [1]}, "mapping"),
        ({"ahp": {"people/sit": 3}}, "did you mean site?"),
        ({"ahp": 3}, "mapping"),
        ({name: 0.1 for name in CRITERIA if name != "network_gain"} | {"exchange": 0.2}, "network_gain is not named"),
        ({**dict.fromkeys(CRITERIA, 0), "residents_wlk_15": 1}, "did you mean residents_walk_15?"),
        (dict.fromkeys(CRITERIA, 0), "all are 0"),
        (None, "mapping"),
    ],
)
def test_what_is_refused(given, word):
    assert word in refused(given)
