"""What a set of hits says of a site, by hand."""

import json

import pytest

from creative_nodes.locate.judging import Statement, judge
from creative_nodes.locate.taxonomy import Hit, Rule, Taxonomy, TaxonomyFile

CLASSES = {"mill": "Mill", "dock": "Dock", "other": "Other"}


def rule(name, weight=0.5, **more):
    return Rule.model_validate({"id": name, "weight": weight, "reason": "because", "tags": ["a=b"], **more})


def taxonomy(*rules):
    return Taxonomy(TaxonomyFile(classes=CLASSES, default_class="other", rules=list(rules)), "here")


def judged(*rules, objects=(), **more):
    """Judge one object a rule, or the objects given."""
    ids = objects or [f"way/{k}" for k, _ in enumerate(rules)]
    return judge(
        [(at, Hit(one, "a=b")) for at, one in zip(ids, rules, strict=True)],
        taxonomy(*{one.id: one for one in rules}.values()),
        **more,
    )


def test_nothing_says_nothing():
    found = judge([], taxonomy(rule("x")))
    assert (found.confidence, found.tier, found.class_, found.status, found.space_tier) == (
        0.0,
        "low",
        "other",
        "not_known",
        "supporting",
    )
    assert not found.listed and not found.public_land and json.loads(found.evidence) == []


def test_independent_evidence_adds_up_and_a_family_counts_once():
    found = judged(rule("x", 0.5), rule("y", 0.4, family="f"), rule("z", 0.2, family="f"))
    assert found.confidence == pytest.approx(1 - 0.5 * 0.6)
    assert found.tier == "high"
    assert {one["rule"]: one["weight"] for one in json.loads(found.evidence)} == {"x": 0.5, "y": 0.4, "z": 0.0}


def test_a_statement_weighs_as_a_rule_does_and_once_however_many_lists_make_it():
    lists = [Statement("import", 0.6, f"{name}.csv", "in a list") for name in "ab"]
    found = judged(rule("x", 0.5), statements=[Statement("registry", 0.8, "r1", "in the registry"), *lists])
    assert found.confidence == pytest.approx(1 - 0.5 * 0.2 * 0.4)
    assert [one["tag"] for one in json.loads(found.evidence)] == ["r1", "a.csv", "b.csv", "a=b"]


def test_a_rule_that_fires_twice_on_an_object_is_shown_once():
    twice = rule("x", 0.5)
    found = judged(twice, twice, objects=["way/1", "way/1"])
    assert [one["osm_id"] for one in json.loads(found.evidence)] == ["way/1"]
    assert found.confidence == 0.5


def test_the_strongest_opinion_gives_the_class_then_the_names():
    assert judged(rule("x", 0.5), rule("y", 0.2, **{"class": "mill"}), rule("z", 0.3, **{"class": "dock"})).class_ == (
        "dock"
    )
    named = taxonomy(rule("n", names={"en": ["mill"]}, tags=[], **{"class": "mill"}))
    assert judge([("way/1", Hit(rule("x"), "a=b"))], named, names=["Harbour", "Old Mill"]).class_ == "mill"


def test_lost_is_what_nothing_stands_on():
    gone, name = rule("gone", status="lost", anchor=True), rule("name", names={"en": ["mill"]}, tags=[], anchor=True)
    hall, sign = rule("hall", anchor=True), rule("sign")
    empty = rule("empty", status="vacated")
    assert judged(gone).status == "lost"
    assert judged(gone, name, objects=["way/1", "way/1"]).status == "lost"  # its name tells of the past
    assert judged(gone, sign).status == "lost"  # a sign of age makes no site
    assert judged(gone, hall).status == "not_known"
    assert judged(gone, name).status == "not_known"  # a name elsewhere on the site stands
    assert judged(gone, hall, empty).status == "vacated"
    assert judged(hall, rule("waste", status="brownfield"), empty).status == "vacated"


def test_tier_of_a_space_and_flags():
    found = judged(rule("x", tier="intermediate", flag="listed"), rule("y", tier="core", flag="public_land"))
    assert (found.space_tier, found.listed, found.public_land) == ("core", True, True)
