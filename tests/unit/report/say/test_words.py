"""How the pages write numbers, units and addresses."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
import yaml

from creative_nodes.common import messages
from creative_nodes.common.words import BY_MODE, STREET_MODES, Mode, Status, Tier, TransitKind, TravelMode
from creative_nodes.report.indicators.mapping import STREETS
from creative_nodes.report.indicators.sites import OF_STATUS
from creative_nodes.report.say import keys, words
from creative_nodes.score.marks import NOT_RANKED, VERDICTS

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.000123, "0.00012"),
        (0.0456, "0.0456"),
        (1.5, "1.5"),
        (12.34, "12.3"),
        (999.6, "1,000"),
        (1234, "1,230"),
        (2_345_678, "2,350,000"),
    ],
)
def test_number_keeps_three_digits_that_count(value, text):
    assert words.number(value) == text


def test_number_never_invents_a_value_for_what_is_missing():
    assert words.number(math.nan) == "not known"
    assert words.natural("exchange", None) == "not known"
    assert words.natural("transit_minutes", math.nan) == "not known"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (0.0004, "under 0.1"), (0.012, "1.2"), (0.05, "5"), (0.125, "12"), (1, "100")],
)
def test_percent(share, text):
    assert messages.percent(share) == f"{text}\u00a0%"


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("residents_walk_15", 15_432.0, "15,400"),
        ("newly_served", 7.69, "8"),
        ("transit_minutes", 7.4, "7\u00a0min"),
        ("site_capacity", 9_870.0, "9,870 m²"),
        ("site_capacity", 23_456.0, "2.35 ha"),
        ("network_gain", 1.234, "1.23 spaces"),
        ("network_gain", 0.0004, "under 0.01 spaces"),
        ("diversity", 2.3451, "2.35"),
        ("exchange", 0.0004, "under 0.01"),
        ("exchange", 0.0, "0.00"),
    ],
)
def test_values_are_written_in_natural_units(key, value, text):
    assert words.natural(key, value) == text


@pytest.mark.parametrize("text", ["javascript:alert(1)", "way/1/../..", 'way/1" onclick="x', "", "way/1 "])
def test_only_osm_objects_become_links_to_osm(text):
    assert words.osm_url(text) == ""


@pytest.mark.parametrize("kind", words.OSM_IDS_BELOW)
def test_numbers_that_osm_has_not_given_lead_nowhere(kind):
    # drawn and not sent; beyond all that OSM has; in other digits
    for number in ("-5", "0", str(words.OSM_IDS_BELOW[kind]), "30000090599", "１２"):
        assert words.osm_url(f"{kind}/{number}") == ""
    assert words.osm_url(f"{kind}/{words.OSM_IDS_BELOW[kind] - 1}").endswith("999")


def test_the_highest_numbers_of_today_are_far_from_the_bounds():
    # of extracts of November 2026
    for one in ("node/13915583550", "way/1540178648", "relation/20656551"):
        kind, number = one.split("/")
        assert words.osm_url(one) and int(number) < 0.6 * words.OSM_IDS_BELOW[kind]


def test_osm_url():
    assert words.osm_url("way/123") == "https://www.openstreetmap.org/way/123"


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("see https://www.example.org/a_(b)?c=1, p. 3", ["https://www.example.org/a_(b)?c=1"]),
        ("https://en.wikipedia.org/wiki/M50_(Shanghai) (2021)", ["https://en.wikipedia.org/wiki/M50_(Shanghai)"]),
        ("the paper (https://a.org/x_(y)).", ["https://a.org/x_(y)"]),
        ("https://a.org/x; https://b.org", ["https://a.org/x", "https://b.org"]),
        ('https://example.org/"><script>', ["https://example.org/"]),
        ("javascript:alert(1)", []),
        ("http://[oops", []),
        ("a book, p. 7", []),
        ("https://a.org/x; b.org/y/", ["https://a.org/x", "https://b.org/y/"]),
        ("way/12; node/7; 1/2; a.org; me@a.org/x; https://www.a.org (history)", ["https://www.a.org"]),
        ("", []),
    ],
)
def test_links_lead_to_http_alone_stop_at_markup_and_leave_the_text_whole(text, addresses):
    parts = words.with_links(text)
    assert [address for _, address in parts if address] == addresses
    assert "".join(part for part, _ in parts) == text
    assert words.first_address(text) == (addresses[0] if addresses else "")


NAMED = SimpleNamespace(name_="Nhà máy Sợi", name_en="Spinning Mill", name_vi="Nhà máy Sợi", name_zh="纺纱厂")


@pytest.mark.parametrize(
    ("code", "first", "others", "twice"),
    [
        ("en", "Spinning Mill", "Nhà máy Sợi · 纺纱厂", "Spinning Mill (Nhà máy Sợi)"),
        ("vi", "Nhà máy Sợi", "Spinning Mill · 纺纱厂", "Nhà máy Sợi"),
        ("zh", "纺纱厂", "Nhà máy Sợi · Spinning Mill", "纺纱厂 (Nhà máy Sợi)"),
    ],
)
def test_the_readers_own_name_stands_first_and_the_local_one_beside_it(code, first, others, twice):
    with messages.speaking(code):
        assert words.names(NAMED, "-") == (first, others)
        assert words.named_twice(NAMED, "-") == twice


def test_a_name_in_another_script_than_its_tag_says_is_not_the_readers():
    mixed = SimpleNamespace(name_="上海纺纱厂", name_en="上海纺纱厂 (旧)", name_vi="", name_zh="Shanghai Mill")
    for code, legible in (("zh", "上海纺纱厂"), ("en", "Shanghai Mill"), ("vi", "Shanghai Mill")):
        with messages.speaking(code):
            assert words.names(mixed, "-")[0] == legible, "what the tag says counts less than what can be read"


def test_without_a_local_name_the_readers_own_is_the_name_and_without_any_the_fallback():
    signless = SimpleNamespace(name_="", name_en="Spinning Mill", name_vi="", name_zh="纺纱厂")
    with messages.speaking("zh"):
        assert words.names(signless, "-") == ("纺纱厂", "Spinning Mill")
    with messages.speaking("vi"):
        assert words.names(signless, "-") == ("Spinning Mill", "纺纱厂")
    assert words.names(SimpleNamespace(name_="", name_en="", name_vi="", name_zh=""), "-") == ("-", "")


def test_a_label_is_lowered_within_a_sentence_in_english_alone():
    assert words.lower_first("Mill or factory") == "mill or factory"
    with messages.speaking("vi"):
        assert words.lower_first("Hà Nội") == "Hà Nội"


def test_sentences_stand_side_by_side_without_a_gap_in_chinese():
    assert words.sentences("One.", "", "Two.") == "One. Two."
    with messages.speaking("zh"):
        assert words.sentences("一。", "二。") == "一。二。"


@pytest.mark.parametrize("spoken", [keys.BY_MODE, keys.MODE_HEADS, keys.LIMITS, keys.TIMES, keys.RESIDENTS_WITHIN])
def test_every_mode_has_its_words(spoken):
    assert set(spoken) == set(get_args(TravelMode)) == set(BY_MODE)


def test_every_key_of_the_settings_has_its_words():
    assert set(keys.SPEED_HEADS) == set(get_args(Mode))
    assert set(keys.TRANSPORT) == set(keys.TRANSPORT_HEADS) == set(get_args(TransitKind))
    assert set(keys.SPACE_TIERS) == set(get_args(Tier))
    assert set(keys.STATUSES) > set(get_args(Status))
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
    tables = config["travel"]["speeds_kmh"].values()
    assert {road for modes in tables for table in modes.values() for road in table} <= set(keys.ROADS)
    amenities = yaml.safe_load((ROOT / "config" / "taxonomy" / "amenities.yaml").read_text(encoding="utf-8"))
    assert {rule["id"] for rule in amenities["rules"]} == set(keys.AMENITIES)


def test_every_key_of_the_tables_has_its_words():
    assert set(keys.CHIPS) == set(keys.PRIORITY_MARKS) == {*VERDICTS, NOT_RANKED}
    assert set(keys.MAP_MARKS) == set(VERDICTS)
    assert set(OF_STATUS) == set(keys.STATUSES)
    assert tuple(keys.SPACE_TIERS) == get_args(Tier)
    assert set(STREETS) == set(STREET_MODES) and set(keys.LIMITS) == set(get_args(TravelMode))
