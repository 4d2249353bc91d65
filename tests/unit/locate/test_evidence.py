"""Evidence: noisy-or, families, tiers (METHOD section 2)."""

import json

import geopandas as gpd
import pytest
import shapely

from creative_nodes.locate.evidence import confidence, evidence_json, find, strongest, tier_of
from creative_nodes.locate.taxonomy import Rule


def rule(name, weight, family=None):
    return Rule(id=name, weight=weight, reason="x", family=family)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([], 0),
        ([0.3], 0.3),
        ([0.5, 0.5], 0.75),
        ([0.25, 0.4, 0.5], 1 - 0.75 * 0.6 * 0.5),
        ([1.0, 0.2], 1),
        ([0.0, 0.2], 0.2),
        ([0.2, 0.9], 0.92),
    ],
)
def test_noisy_or_by_hand(weights, expected):
    assert confidence(weights) == pytest.approx(expected)
    assert confidence(weights[::-1]) == pytest.approx(expected)


def test_a_rule_counts_once_however_often_it_fires():
    assert [one.id for one in strongest([rule("a", 0.3)] * 5)] == ["a"]


def test_of_a_family_only_the_strongest_counts():
    rules = [rule("weak", 0.2, "use"), rule("strong", 0.4, "use"), rule("middle", 0.3, "use"), rule("own", 0.5)]
    assert {one.id for one in strongest(rules)} == {"strong", "own"}
    assert {one.id for one in strongest(rules[::-1])} == {"strong", "own"}


def test_rules_without_a_family_all_count_even_with_the_name_of_one():
    rules = [rule("use", 0.2), rule("a", 0.3, "use")]
    assert {one.id for one in strongest(rules)} == {"use", "a"}


@pytest.mark.parametrize(
    ("value", "tier"),
    [(0, "low"), (0.39999, "low"), (0.4, "medium"), (0.69999, "medium"), (0.7, "high"), (1, "high")],
)
def test_tiers(value, tier):
    assert tier_of(value) == tier


def test_a_tier_is_not_lost_to_rounding():
    assert tier_of(confidence([0.4])) == "medium"
    assert tier_of(confidence([0.4, 0.5])) == "high"  # 1 - 0.6 * 0.5 = 0.7


def test_evidence_is_a_json_list_strongest_first():
    entries = [
        {"rule": "b", "weight": 0.2, "osm_id": "way/1", "tag": "name=Kho Bến", "reason": "x"},
        {"rule": "a", "weight": 0.5, "osm_id": "way/2", "tag": "building=warehouse", "reason": "x"},
        {"rule": "a", "weight": 0.5, "osm_id": "way/1", "tag": "building=warehouse", "reason": "x"},
    ]
    text = evidence_json(entries)
    assert [(one["rule"], one["osm_id"]) for one in json.loads(text)] == [
        ("a", "way/1"),
        ("a", "way/2"),
        ("b", "way/1"),
    ]
    assert "Kho Bến" in text
    assert evidence_json(entries[::-1]) == text


def places(*rows):
    return gpd.GeoDataFrame(
        {"osm_id": [osm_id for osm_id, *_ in rows], "tags": [json.dumps(tags) for _, tags, _ in rows], "source": ""},
        geometry=[shape for *_, shape in rows],
        crs=4326,
    )


def test_only_objects_with_an_anchor_are_found(heritage):
    frame = places(
        ("way/1", {"building": "warehouse", "heritage": "2"}, shapely.box(105.85, 21.03, 105.851, 21.031)),
        ("way/2", {"building": "yes", "heritage": "2"}, shapely.box(105.85, 21.03, 105.851, 21.031)),
        ("node/3", {"amenity": "cafe", "name": "Xưởng Cafe"}, shapely.Point(105.85, 21.03)),
        ("node/4", {"man_made": "chimney"}, shapely.Point(105.86, 21.03)),
    )
    found = find(frame, [json.loads(text) for text in frame["tags"]], heritage, epsg=32648)
    assert found.osm_ids == ["way/1", "node/4"]
    assert {hit.rule.id for hit in found.hits[0]} == {"warehouse_building", "heritage_listed"}
    assert found.tags[1] == {"man_made": "chimney"}
    # 0.001 degrees are some 104 by 111 metres here
    assert shapely.area(found.geometry[0]) == pytest.approx(104 * 111, rel=0.02)


def test_nothing_found_in_nothing(heritage):
    frame = places(("node/3", {"amenity": "cafe"}, shapely.Point(105.85, 21.03)))
    found = find(frame, [json.loads(text) for text in frame["tags"]], heritage, epsg=32648)
    assert found.osm_ids == []
    assert len(found.geometry) == 0
